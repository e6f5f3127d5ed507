//! The result files of an award, the payment standards that follow from it among them.

use super::rules::Proposed;
use crate::awards::output::{self, Table};
use crate::awards::{Answers, Outcome};
use crate::rounds::rule_set::RuleSet;

/// Every result file there can be.
pub const RESULTS: &[&str] =
    &["awards.csv", "standards.csv", "allocations.csv", "region_volumes.csv", "regions.csv", "questions.csv"];

/// The result files of an award, as far as each applies.
pub fn results<'a>(
    rules: &RuleSet,
    outcome: &'a Outcome,
    answers: &'a Answers,
    by_hospital: bool,
    proposed: &'a [Proposed],
    from: &'a str,
) -> Vec<Table<'a>> {
    let mut tables = vec![output::awards(outcome), standards(proposed, from)];
    if by_hospital {
        tables.push(output::allocations(outcome));
        tables.push(output::region_volumes(outcome));
        if rules.regions.is_some() {
            tables.push(output::regions(outcome));
        }
    }
    if output::questions(outcome, answers).lines.next().is_some() {
        tables.push(output::questions(outcome, answers));
    }
    tables
}

/// `standards.csv`; `from` is the day they hold from, or empty.
pub fn standards<'a>(standards: &'a [Proposed], from: &'a str) -> Table<'a> {
    let line = move |standard: &Proposed| {
        vec![
            standard.lot.to_string(),
            standard.company.to_string(),
            standard.product.clone(),
            standard.standard.to_string(),
            from.to_owned(),
            format!("{} {}", standard.basis, standard.arithmetic),
        ]
    };
    let header = &["lot", "company", "product", "payment_standard", "from", "basis"];
    Table { name: "standards.csv", header, lines: Box::new(standards.iter().map(line)) }
}
