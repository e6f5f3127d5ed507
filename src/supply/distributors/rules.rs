//! Who may deliver and who chose whom: pure decisions.

use chrono::NaiveDate;

use crate::catalog::registration::{self, Bad, Doubt};
use crate::error::Error;
use crate::supply::distributors::{Assessment, AssessmentResult, Distributor};
use crate::text::{Say, Text, fill};

/// The longest name.
pub const NAME: usize = 200;
/// The longest reason or evidence.
pub const TEXT: usize = 2_000;
/// The best score.
pub const BEST: i32 = 100;

/// Why something about distributors is refused.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// Without a name, or one too long.
    Name,
    /// Not a credit code.
    Code(Bad),
    /// A credit code whose check fails and that nobody vouched for.
    Doubtful(Doubt),
    /// The code is of this distributor.
    CodeTaken(String),
    /// Serves no region.
    NoRegion,
    /// Not a region of the platform.
    Region(String),
    /// Changed by somebody else since it was looked at.
    Changed(String),
    /// Without a reason, or one too long.
    Reason,
    /// A distributor is suspended after a failed assessment only.
    NotFailed(String),
    /// A suspended distributor comes back after a passed assessment only.
    NotPassed(String),
    /// Not a score between zero and the best.
    Score(i32),
    /// A period that ends before it begins or after today.
    Period(NaiveDate, NaiveDate),
    /// Without evidence, or too much of it.
    Evidence,
    /// Suspended: it cannot be chosen.
    Suspended(String),
    /// It does not serve the region.
    NotServed {
        /// The distributor.
        name: String,
        /// The region.
        region: String,
    },
    /// Somebody else chose for this region since it was looked at.
    ChoiceChanged(String),
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let d = &t.distributors;
        match self {
            Refused::Name => fill(d.bad_name, &[("most", &NAME)]),
            Refused::Code(why) => why.say(t),
            Refused::Doubtful(doubt) => fill(d.doubtful, &[("doubt", &doubt.say(t))]),
            Refused::CodeTaken(name) => fill(d.code_taken, &[("name", name)]),
            Refused::NoRegion => d.no_region.to_owned(),
            Refused::Region(region) => fill(d.bad_region, &[("region", region)]),
            Refused::Changed(name) => fill(d.changed, &[("name", name)]),
            Refused::Reason => fill(d.bad_reason, &[("most", &TEXT)]),
            Refused::NotFailed(name) => fill(d.not_failed, &[("name", name)]),
            Refused::NotPassed(name) => fill(d.not_passed, &[("name", name)]),
            Refused::Score(score) => fill(d.bad_score, &[("score", score), ("best", &BEST)]),
            Refused::Period(starts, ends) => fill(d.bad_period, &[("starts", starts), ("ends", ends)]),
            Refused::Evidence => fill(d.bad_evidence, &[("most", &TEXT)]),
            Refused::Suspended(name) => fill(d.is_suspended, &[("name", name)]),
            Refused::NotServed { name, region } => fill(d.not_served, &[("name", name), ("region", region)]),
            Refused::ChoiceChanged(region) => fill(d.choice_changed, &[("region", region)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Refused::Name => "name",
            Refused::Code(_) | Refused::CodeTaken(_) => "code",
            Refused::Doubtful(_) => "sure",
            Refused::NoRegion | Refused::Region(_) => "region",
            Refused::Reason => "reason",
            Refused::Score(_) => "score",
            Refused::Period(..) => "ends",
            Refused::Evidence => "evidence",
            _ => return None,
        })
    }
}

/// A text that must be there and may not be longer.
fn is_filled(text: &str, most: usize) -> bool {
    !text.is_empty()
        && text.chars().count() <= most
        && !text.chars().any(|c| c.is_control() && c != '\n' && c != '\r')
}

/// Name and credit code (GB 32100). A code whose check fails is taken when somebody vouches for it: such codes exist.
pub fn fields(it: &Distributor, is_sure: bool) -> Result<(), Refused> {
    if !is_filled(&it.name, NAME) {
        return Err(Refused::Name);
    }
    let doubts = registration::uscc(&it.code).map_err(Refused::Code)?;
    match doubts.into_iter().next() {
        Some(doubt) if !is_sure => Err(Refused::Doubtful(doubt)),
        _ => Ok(()),
    }
}

/// The regions served: at least one, each of the platform, once.
pub fn regions(mut given: Vec<String>, known: &[String]) -> Result<Vec<String>, Refused> {
    given.sort_unstable();
    given.dedup();
    if let Some(strange) = given.iter().find(|region| !known.contains(region)) {
        return Err(Refused::Region(strange.clone()));
    }
    if given.is_empty() { Err(Refused::NoRegion) } else { Ok(given) }
}

/// An assessment is of time that has passed, has a score and evidence.
pub fn assessment(it: &Assessment, today: NaiveDate) -> Result<(), Refused> {
    if it.starts > it.ends || it.ends > today {
        return Err(Refused::Period(it.starts, it.ends));
    }
    if !(0..=BEST).contains(&it.score) {
        return Err(Refused::Score(it.score));
    }
    if is_filled(&it.evidence, TEXT) { Ok(()) } else { Err(Refused::Evidence) }
}

/// The distributor suspended, or back in use, by its latest assessment; `None` when it is so already.
pub fn set_active(
    it: &Distributor,
    is_active: bool,
    reason: &str,
    latest: Option<AssessmentResult>,
) -> Result<Option<Distributor>, Refused> {
    if it.active == is_active {
        return Ok(None);
    }
    if !is_filled(reason, TEXT) {
        return Err(Refused::Reason);
    }
    match (is_active, latest) {
        (false, Some(AssessmentResult::Failed)) | (true, Some(AssessmentResult::Passed)) => {}
        (false, _) => return Err(Refused::NotFailed(it.name.clone())),
        (true, _) => return Err(Refused::NotPassed(it.name.clone())),
    }
    let after =
        Distributor { active: is_active, reason: reason.to_owned(), version: it.version + 1, ..it.clone() };
    Ok(Some(after))
}

/// Whether a supplier may choose it for a region.
pub fn may_choose(it: &Distributor, serves: &[String], region: &str) -> Result<(), Refused> {
    if !it.active {
        return Err(Refused::Suspended(it.name.clone()));
    }
    if !serves.iter().any(|served| served == region) {
        return Err(Refused::NotServed { name: it.name.clone(), region: region.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{DistributorAssessmentId, DistributorId, Time};

    fn distributor(name: &str, code: &str, active: bool) -> Distributor {
        Distributor {
            id: DistributorId::new(),
            name: name.to_owned(),
            code: code.to_owned(),
            active,
            reason: String::new(),
            version: 1,
            created_at: Time::from_millis(0),
        }
    }

    #[test]
    fn a_credit_code_is_right_or_vouched_for() {
        let check = |name: &str, code: &str, is_sure: bool, is_taken: bool| {
            let found = fields(&distributor(name, code, true), is_sure);
            assert_eq!(found.is_ok(), is_taken, "{name} {code} {is_sure}: {found:?}");
        };
        check("x", "91350500798359476R", false, true);
        check("x", "91350211M0000XUF46", false, false);
        check("x", "91350211M0000XUF46", true, true);
        check("x", "9135", true, false);
        check("", "91350500798359476R", true, false);
        check("a\tb", "91350500798359476R", true, false);
        check(&"x".repeat(NAME + 1), "91350500798359476R", true, false);
    }

    #[test]
    fn only_a_failed_assessment_suspends_and_only_a_passed_one_brings_back() {
        use AssessmentResult::{Failed, Passed};
        let check = |active: bool, to: bool, reason: &str, latest, want: Option<bool>| {
            let found = set_active(&distributor("x", "y", active), to, reason, latest);
            let found = found.ok().map(|after| after.map_or(active, |it| it.active));
            assert_eq!(found, want, "{active} {to} {reason} {latest:?}");
        };
        check(true, false, "r", Some(Failed), Some(false));
        check(true, false, "r", Some(Passed), None);
        check(true, false, "r", None, None);
        check(true, false, "", Some(Failed), None);
        check(false, true, "r", Some(Passed), Some(true));
        check(false, true, "r", Some(Failed), None);
        check(true, true, "", None, Some(true));
    }

    #[test]
    fn an_assessment_is_of_past_time_with_score_and_evidence() {
        let today: NaiveDate = "2027-04-01".parse().unwrap();
        let check = |starts: &str, ends: &str, score: i32, evidence: &str, is_taken: bool| {
            let it = Assessment {
                id: DistributorAssessmentId::new(),
                distributor_id: DistributorId::new(),
                starts: starts.parse().unwrap(),
                ends: ends.parse().unwrap(),
                score,
                result: AssessmentResult::Passed,
                evidence: evidence.to_owned(),
                at: Time::from_millis(0),
                account_id: None,
            };
            let found = assessment(&it, today);
            assert_eq!(found.is_ok(), is_taken, "{starts} {ends} {score} {evidence}: {found:?}");
        };
        check("2027-01-01", "2027-03-31", 0, "e", true);
        check("2027-01-01", "2027-03-31", 100, "e", true);
        check("2027-01-01", "2027-03-31", 101, "e", false);
        check("2027-01-01", "2027-03-31", -1, "e", false);
        check("2027-01-01", "2027-04-02", 90, "e", false);
        check("2027-03-31", "2027-01-01", 90, "e", false);
        check("2027-01-01", "2027-03-31", 90, "", false);
    }

    #[test]
    fn a_suspended_distributor_or_one_of_other_regions_is_not_chosen() {
        let serves = vec!["a".to_owned()];
        assert_eq!(may_choose(&distributor("x", "y", true), &serves, "a"), Ok(()));
        assert_eq!(
            may_choose(&distributor("x", "y", false), &serves, "a"),
            Err(Refused::Suspended("x".into()))
        );
        assert!(matches!(
            may_choose(&distributor("x", "y", true), &serves, "b"),
            Err(Refused::NotServed { .. })
        ));
    }

    #[test]
    fn regions_are_known_and_at_least_one() {
        let known = vec!["a".to_owned(), "b".to_owned()];
        let of = |given: &[&str]| regions(given.iter().map(|r| (*r).to_owned()).collect(), &known);
        assert_eq!(of(&["b", "a", "b"]), Ok(known.clone()));
        assert_eq!(of(&[]), Err(Refused::NoRegion));
        assert_eq!(of(&["c"]), Err(Refused::Region("c".into())));
    }
}
