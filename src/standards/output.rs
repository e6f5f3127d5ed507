//! `standards.csv`: the payment standards that follow from an award.

use super::rules::Proposed;
use crate::awards::output::Table;

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
