//! What is said to be held against what should be: pure.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;

use crate::types::UnitPrice;

/// A line of a consumer. What it does not say is not compared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Held {
    /// Its number in what was sent.
    #[serde(skip)]
    pub line: u64,
    /// The row's number.
    #[serde(skip)]
    pub seq: Option<i64>,
    /// The product.
    pub product: Option<String>,
    /// The company.
    pub company: Option<String>,
    /// The spec.
    pub spec: Option<String>,
    /// The pack.
    pub pack: Option<String>,
    /// Why.
    pub basis: Option<String>,
    /// The standard.
    pub standard: Option<UnitPrice>,
    /// The product's own price.
    pub price: Option<UnitPrice>,
    /// First day.
    pub starts: Option<NaiveDate>,
    /// Last day, which may be said to be open.
    pub ends: Option<Option<NaiveDate>>,
}

/// A row that should be held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Own {
    /// Its number.
    #[serde(skip)]
    pub seq: i64,
    /// The product.
    pub product: String,
    /// The company.
    pub company: String,
    /// The spec.
    pub spec: String,
    /// The pack.
    pub pack: String,
    /// Why.
    pub basis: String,
    /// The standard.
    pub standard: UnitPrice,
    /// The product's own price.
    pub price: UnitPrice,
    /// First day.
    pub starts: NaiveDate,
    /// Last day.
    pub ends: Option<NaiveDate>,
}

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The field.
    pub field: &'static str,
    /// As the feed has it.
    pub ours: String,
    /// As the consumer has it.
    pub theirs: String,
}

crate::words! {
    /// Why a line should not be held.
    Surplus {
        /// No row has this number, or none that was asked about.
        Unknown = "unknown",
        /// A later row took its place.
        Superseded = "superseded",
        /// A line before was for the same row.
        Twice = "twice",
    }
}

/// What a line comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// The row as it is.
    Same,
    /// The row with other values.
    Different {
        /// Its number.
        seq: i64,
        /// What differs.
        differences: Vec<Difference>,
    },
    /// Not to be held.
    Surplus(Surplus),
}

type Key = (String, String, String, NaiveDate);

/// What should be held, and what of it was found.
#[derive(Debug, Default)]
pub struct Ours {
    rows: Vec<(Own, bool)>,
    by_seq: HashMap<i64, usize>,
    by_key: HashMap<Key, usize>,
    superseded: Vec<i64>,
}

impl Ours {
    /// Rows in the order of their numbers, and the numbers of those that were superseded, in order.
    pub fn new(rows: Vec<Own>, superseded: Vec<i64>) -> Self {
        let mut it = Self { superseded, ..Self::default() };
        for (at, row) in rows.iter().enumerate() {
            it.by_seq.insert(row.seq, at);
            let key = (row.product.clone(), row.company.clone(), row.spec.clone(), row.starts);
            it.by_key.insert(key, at);
        }
        it.rows = rows.into_iter().map(|row| (row, false)).collect();
        it
    }

    /// Finds the row of a line and says what differs.
    pub fn take(&mut self, held: &Held) -> Match {
        let at = match held.seq {
            Some(seq) => self.by_seq.get(&seq).copied(),
            None => self.of_key(held),
        };
        let Some((row, is_found)) = at.and_then(|at| self.rows.get_mut(at)) else {
            let is_old = held.seq.is_some_and(|seq| self.superseded.binary_search(&seq).is_ok());
            return Match::Surplus(if is_old { Surplus::Superseded } else { Surplus::Unknown });
        };
        if std::mem::replace(is_found, true) {
            return Match::Surplus(Surplus::Twice);
        }
        let differences = differences(row, held);
        match differences.is_empty() {
            true => Match::Same,
            false => Match::Different { seq: row.seq, differences },
        }
    }

    fn of_key(&self, held: &Held) -> Option<usize> {
        let spec = held.spec.clone().unwrap_or_default();
        let key = (held.product.clone()?, held.company.clone()?, spec, held.starts?);
        self.by_key.get(&key).copied()
    }

    /// The rows that no line was for, without those that ended before a day.
    pub fn left(&self, from: Option<NaiveDate>) -> impl Iterator<Item = &Own> {
        let has_ended = move |row: &Own| row.ends.is_some_and(|ends| from.is_some_and(|from| ends < from));
        self.rows.iter().filter(move |(row, is_found)| !is_found && !has_ended(row)).map(|(row, _)| row)
    }
}

/// What a line says otherwise than the row.
pub fn differences(own: &Own, held: &Held) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut look = |field, ours: String, theirs: Option<String>| {
        if let Some(theirs) = theirs.filter(|theirs| *theirs != ours) {
            found.push(Difference { field, ours, theirs });
        }
    };
    let day = |day: &Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    look("product", own.product.clone(), held.product.clone());
    look("company", own.company.clone(), held.company.clone());
    look("spec", own.spec.clone(), held.spec.clone());
    look("pack", own.pack.clone(), held.pack.clone());
    look("basis", own.basis.clone(), held.basis.clone());
    look("standard", own.standard.to_string(), held.standard.map(|it| it.to_string()));
    look("price", own.price.to_string(), held.price.map(|it| it.to_string()));
    look("starts", own.starts.to_string(), held.starts.map(|it| it.to_string()));
    look("ends", day(&own.ends), held.ends.as_ref().map(day));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(seq: i64, product: &str, standard: &str) -> Own {
        Own {
            seq,
            product: product.to_owned(),
            company: "c".to_owned(),
            spec: "s".to_owned(),
            pack: String::new(),
            basis: "SELECTED".to_owned(),
            standard: standard.parse().unwrap(),
            price: "1".parse().unwrap(),
            starts: "2027-01-01".parse().unwrap(),
            ends: None,
        }
    }

    fn of_key(product: &str, standard: &str) -> Held {
        Held {
            product: Some(product.to_owned()),
            company: Some("c".to_owned()),
            spec: Some("s".to_owned()),
            starts: "2027-01-01".parse().ok(),
            standard: standard.parse().ok(),
            ..Held::default()
        }
    }

    #[test]
    fn a_line_is_the_row_or_differs_or_is_too_much() {
        let mut ours = Ours::new(vec![own(2, "a", "1.40"), own(3, "b", "2"), own(5, "d", "3")], vec![1, 4]);
        let of_seq = |seq: i64| Held { seq: Some(seq), ..Held::default() };
        assert_eq!(ours.take(&of_key("a", "1.4")), Match::Same);
        assert_eq!(ours.take(&of_seq(2)), Match::Surplus(Surplus::Twice));
        assert_eq!(ours.take(&of_seq(4)), Match::Surplus(Surplus::Superseded));
        assert_eq!(ours.take(&of_seq(9)), Match::Surplus(Surplus::Unknown));
        assert_eq!(ours.take(&of_key("z", "1")), Match::Surplus(Surplus::Unknown));
        let last = "2027-06-30".parse().ok();
        let other = Held { ends: Some(last), ..of_key("b", "2.01") };
        let Match::Different { seq: 3, differences } = ours.take(&other) else { panic!("not different") };
        let said: Vec<_> =
            differences.iter().map(|it| (it.field, it.ours.as_str(), it.theirs.as_str())).collect();
        assert_eq!(said, [("standard", "2.00", "2.01"), ("ends", "", "2027-06-30")]);
        assert_eq!(ours.left(None).map(|own| own.seq).collect::<Vec<_>>(), [5]);
    }
}
