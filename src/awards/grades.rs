//! Graded volume (梯度带量): what a winner keeps of the demand for its own brand, by rank or class.

use rust_decimal::Decimal;

use super::allocations::Winner;
use crate::rounds::rule_set::{GradeBy, RuleSet};

/// Parts are counted this much finer while grades are taken off: a grade has at most six decimals.
pub const WHOLE: i128 = 1_000_000;

/// The part of its own demand each winner keeps, over [`WHOLE`]; none when the rules have no grades.
pub fn kept(rules: &RuleSet, winners: &[Winner]) -> Option<Vec<i128>> {
    let grade = rules.grade.as_ref()?;
    let of = |(index, winner): (usize, &Winner)| {
        let place = match (grade.by, winner.class) {
            (GradeBy::Rank, _) => index + 1,
            (GradeBy::Class, Some(class)) => class as usize + 1,
            (GradeBy::Class, None) => usize::MAX,
        };
        i128::try_from(grade.own(index + 1, place) * Decimal::from(WHOLE)).unwrap_or(WHOLE)
    };
    Some(winners.iter().enumerate().map(of).collect())
}

/// The parts over [`WHOLE`]: what a winner does not keep of its own is added to the last part, the rest.
pub fn graded(parts: &[i128], kept: &[i128]) -> Vec<i128> {
    let mut fine: Vec<i128> = parts.iter().map(|part| part * WHOLE).collect();
    for (winner, part) in kept.iter().enumerate() {
        fine[winner] = parts[winner] * part;
        fine[kept.len()] += parts[winner] * (WHOLE - part);
    }
    fine
}
