//! Products that somebody has excluded from comparison, each with a reason and the days it holds.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::Listing;
use crate::text::{Say, Text};

/// One line of an exclusion list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// The product's code; empty for all of the generic name.
    pub code: String,
    /// The generic name; empty for the code alone.
    pub generic: String,
    /// Why, in the words of whoever excludes it.
    pub reason: String,
    /// The first day; none from ever.
    pub from: Option<NaiveDate>,
    /// The last day; none for ever.
    pub to: Option<NaiveDate>,
}

/// Why a line of an exclusion list is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It names neither code nor generic name and would exclude everything.
    Nothing,
    /// Its last day is before its first.
    Days,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        match self {
            Refused::Nothing => t.monitoring.exclusion_nothing.to_owned(),
            Refused::Days => t.monitoring.exclusion_days.to_owned(),
        }
    }
}

impl Exclusion {
    /// Whether it can be meant.
    pub fn check(&self) -> Result<(), Refused> {
        if self.code.is_empty() && self.generic.is_empty() {
            return Err(Refused::Nothing);
        }
        match self.from.zip(self.to) {
            Some((from, to)) if to < from => Err(Refused::Days),
            _ => Ok(()),
        }
    }

    fn holds(&self, listing: &Listing, day: NaiveDate) -> bool {
        let names = (self.code.is_empty() || self.code == listing.code.as_str())
            && (self.generic.is_empty() || self.generic == listing.generic);
        names && self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// An exclusion list, found by code or generic name; the first line that fits counts.
#[derive(Debug, Clone, Default)]
pub struct Exclusions {
    by_code: HashMap<String, Vec<Exclusion>>,
    by_generic: HashMap<String, Vec<Exclusion>>,
}

impl Exclusions {
    /// Adds a line.
    pub fn add(&mut self, it: Exclusion) {
        let list = match it.code.is_empty() {
            false => self.by_code.entry(it.code.clone()),
            true => self.by_generic.entry(it.generic.clone()),
        };
        list.or_default().push(it);
    }

    /// Why a listing is excluded on a day, if it is.
    pub fn reason(&self, listing: &Listing, day: NaiveDate) -> Option<&str> {
        let by_code = self.by_code.get(listing.code.as_str());
        let lists = [by_code, self.by_generic.get(&listing.generic)];
        let mut lines = lists.into_iter().flatten().flatten();
        lines.find(|it| it.holds(listing, day)).map(|it| it.reason.as_str())
    }
}
