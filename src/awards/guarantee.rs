//! The guarantee (保底中选): a deep enough cut against the ceiling wins at any rank.

use super::fuse::Verdict;
use super::shortlist::{Standing, join};
use super::{Code, Reason, Status};
use crate::rounds::rule_set::RuleSet;

/// Lets win whoever lost by rank or by a condition and has cut deeply enough. A product passed over because its
/// company has all its places stays passed over.
pub fn grant(rules: &RuleSet, standing: &Standing, verdicts: &mut [Verdict]) {
    let Some(guarantee) = &rules.guarantee else { return };
    for (contender, verdict) in standing.valid.iter().zip(verdicts) {
        let lost = matches!(verdict.status, Status::Fused | Status::NotShortlisted);
        if !lost || verdict.reason.code == Code::PerCompany {
            continue;
        }
        let (met, made) = contender.measure.reaches(guarantee.min_cut.0);
        let before = std::mem::take(&mut verdict.reason.arithmetic);
        if !met {
            verdict.reason.arithmetic = join(before, Some(made));
            continue;
        }
        let arithmetic = join(made, Some(format!("{} {before}", verdict.reason.code)));
        let clause = format!("{} guarantee", rules.name);
        verdict.status = Status::Won;
        verdict.price = Some(contender.bid.unit_price);
        verdict.chooses_regions = true;
        verdict.reason = Reason { code: Code::WonCut, arithmetic, clause };
    }
}
