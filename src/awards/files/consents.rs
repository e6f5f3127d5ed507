//! `consents.csv`: what bidders answered when they were asked, one line an answer.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::{Lines, Names, Reading, Wrong, rows};
use crate::awards::{Bid, Consent, Question};
use crate::files::read::Column;

/// Columns of `consents.csv`. With the column `reason`, which is not read, `questions.csv` of an award can be
/// filled in and handed back.
const CONSENTS: &[Column] = &[
    Column::must("lot", "竞价单元"),
    Column::must("company", "申报企业"),
    Column::must("question", "询问"),
    Column::must("price", "单位价"),
    Column::may("reason", "理由"),
];

/// Words of `question`.
const QUESTIONS: &[(&str, Question)] = &[
    ("revival", Question::Revival),
    ("negotiation", Question::Negotiation),
    ("复活", Question::Revival),
    ("议价", Question::Negotiation),
];

/// Reads the answers; an empty price is a refusal. `bids` are those of the other file, when all of it is sound.
pub(super) fn read(
    reading: &Reading,
    path: &Path,
    bids: Option<&[Bid]>,
    names: &mut Names,
) -> Lines<Consent> {
    let known = bids.map(|bids| bids.iter().map(|bid| (&*bid.lot, &*bid.company)).collect::<HashSet<_>>());
    let mut first: HashMap<(Arc<str>, Arc<str>, Question), u64> = HashMap::new();
    rows(path, CONSENTS)?.collect(|row, faults| {
        let lot = reading.lot(row, names, faults);
        let company = names.of(row, "company", faults);
        let question = row.word("question", QUESTIONS, faults);
        let price = row.maybe("price", faults, |row, key, faults| reading.price(row, key, faults));
        let (lot, company, question, price) = (lot?, company?, question?, price?);
        if known.as_ref().is_some_and(|known| !known.contains(&(&*lot, &*company))) {
            faults.push(row.fault("company", Wrong::NoBid));
            return None;
        }
        let key = (lot.clone(), company.clone(), question);
        if let Some(line) = first.get(&key) {
            faults.push(row.fault("question", Wrong::ConsentTwice(*line)));
            return None;
        }
        first.insert(key, row.line);
        Some(Consent { lot, company, question, price })
    })
}
