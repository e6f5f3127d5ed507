//! Groups of listings that may be held against each other, and what falls out of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::exclusions::Exclusions;
use super::unit::{self, Size, Unit};
use super::{Incomparable, Left, Listing, Quotient};
use crate::catalog::ratio;
use crate::catalog::spec::{self, Measure};
use crate::types::half_up;

/// How many characters of the code a group of equal strength shares: of a western drug class, name and form.
const SHARED: usize = 14;
/// Decimals kept of a converted price.
const PLACES: u32 = 14;

crate::words! {
    /// What listings of one group have in common.
    Grouping {
        /// The first 14 characters of the code, the generic name and the strength in mg.
        Strength = "strength",
        /// Generic, form, specification and maker (四同): the code but for its pack.
        Same = "same",
        /// Generic and form, each price converted by 差比价 to the specification most of the group have.
        Generic = "generic",
    }
}

/// What the listings of a group share, in the order of the output.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The part of the code.
    pub code: String,
    /// The generic name.
    pub generic: String,
    /// The strength in mg, where listings are grouped by it.
    pub strength: Option<Decimal>,
}

/// A listing of a group.
#[derive(Debug, Clone)]
pub struct Member {
    /// The listing.
    pub listing: Listing,
    /// A tablet or capsule.
    pub is_solid: bool,
    /// Its strength in mg; none where the group does without and the specification states none.
    pub strength: Option<Decimal>,
    /// Yuan for one smallest unit; in a group by generic, of the reference specification.
    pub price: Quotient,
}

/// Two listings or more that can be compared, the cheapest first.
#[derive(Debug, Clone)]
pub struct Group {
    /// What they share.
    pub key: Key,
    /// The lowest price of one unit.
    pub lowest: Quotient,
    /// The listings by price, then code and line.
    pub members: Vec<Member>,
}

/// All listings: each in a group or left out with a reason.
#[derive(Debug, Clone, Default)]
pub struct Grouped {
    /// The groups by key.
    pub groups: Vec<Group>,
    /// What is not compared, by line.
    pub left: Vec<Left>,
}

/// A listing whose unit is known, on its way into a group.
#[derive(Debug)]
struct Candidate {
    listing: Listing,
    unit: Unit,
    strength: Option<Decimal>,
}

/// Collects listings into groups.
#[derive(Debug)]
pub struct Grouper<'a> {
    by: Grouping,
    exclusions: &'a Exclusions,
    day: NaiveDate,
    candidates: BTreeMap<Key, Vec<Candidate>>,
    left: Vec<Left>,
}

impl<'a> Grouper<'a> {
    /// Nothing collected yet. The day says which exclusions hold.
    pub fn new(by: Grouping, exclusions: &'a Exclusions, day: NaiveDate) -> Self {
        Self { by, exclusions, day, candidates: BTreeMap::new(), left: Vec::new() }
    }

    /// Takes one line of the file.
    pub fn take(&mut self, line: Result<Listing, Left>) {
        match line.and_then(|listing| self.candidate(listing)) {
            Ok((key, candidate)) => self.candidates.entry(key).or_default().push(candidate),
            Err(left) => self.left.push(left),
        }
    }

    fn candidate(&self, listing: Listing) -> Result<(Key, Candidate), Left> {
        let found = match self.exclusions.reason(&listing, self.day) {
            Some(reason) => Err(Incomparable::Excluded(reason.to_owned())),
            None => unit::of(&listing),
        };
        let found = found.and_then(|unit| {
            let strength = unit::strength(&listing, &unit);
            // What is one product in several packs has one strength, whatever it is.
            let strength = if self.by == Grouping::Same { strength.ok() } else { Some(strength?) };
            Ok((unit, strength))
        });
        match found {
            Ok((unit, strength)) => {
                let key = self.key(&listing, strength);
                Ok((key, Candidate { listing, unit, strength }))
            }
            Err(why) => Err(Left::of(&listing, why)),
        }
    }

    fn key(&self, listing: &Listing, strength: Option<Decimal>) -> Key {
        let code = &listing.code;
        let (code, strength) = match self.by {
            Grouping::Strength => (code.as_str().get(..SHARED).unwrap_or(code.as_str()).to_owned(), strength),
            // Where the strength is not one weight, the words of the specification must be the same.
            Grouping::Same => {
                let words = if strength.is_none() { spec::plain(&listing.spec) } else { String::new() };
                let parts = [code.same_spec_key(), code.company(), &words];
                (parts.join("-").trim_end_matches('-').to_owned(), strength)
            }
            // Where the code has no form, the words for it must do.
            Grouping::Generic if code.form().is_empty() => {
                (format!("{}-{}", code.generic_key(), ratio::form_name(&listing.form)), None)
            }
            Grouping::Generic => (code.generic_key().to_owned(), None),
        };
        Key { code, generic: listing.generic.clone(), strength }
    }

    /// The groups of what was taken.
    pub fn finish(mut self) -> Grouped {
        let mut groups = Vec::new();
        for (key, candidates) in std::mem::take(&mut self.candidates) {
            let candidates = match self.by {
                Grouping::Generic => self.converted(candidates),
                Grouping::Strength | Grouping::Same => candidates,
            };
            let candidates = self.of_one_size(candidates);
            groups.extend(self.compared(key, candidates));
        }
        self.left.sort_by_key(|left| left.line);
        Grouped { groups, left: self.left }
    }

    fn leave(&mut self, listing: &Listing, why: Incomparable) {
        self.left.push(Left::of(listing, why));
    }

    /// Keeps the size that most listings of a group have, of equally many the first in order.
    fn of_one_size(&mut self, candidates: Vec<Candidate>) -> Vec<Candidate> {
        let mut counts: BTreeMap<Size, usize> = BTreeMap::new();
        for candidate in &candidates {
            *counts.entry(candidate.unit.size.clone()).or_default() += 1;
        }
        let mut sizes: Vec<(Size, usize)> = counts.into_iter().collect();
        sizes.sort_by_key(|(_, count)| Reverse(*count));
        let [(most, count), (second, _), ..] = sizes.as_slice() else { return candidates };
        let mut kept = Vec::new();
        for candidate in candidates {
            let own = candidate.unit.size.clone();
            if own == *most && *count > 1 {
                kept.push(candidate);
                continue;
            }
            let group = if own == *most { second.clone() } else { most.clone() };
            self.leave(&candidate.listing, Incomparable::Mixed { own, group });
        }
        kept
    }

    /// Converts each price to the specification that most of the group have, of equally many the weakest.
    fn converted(&mut self, candidates: Vec<Candidate>) -> Vec<Candidate> {
        let reference = reference(&candidates);
        let mut kept = Vec::new();
        for mut candidate in candidates {
            // The conversion is for the volume too; what must agree is what is counted.
            candidate.unit.size.holds = None;
            match convert(&candidate, &reference) {
                Ok(price) => {
                    candidate.unit.price = price;
                    kept.push(candidate);
                }
                Err(why) => {
                    let reference = reference.clone();
                    self.leave(&candidate.listing, Incomparable::Ratio { reference, why });
                }
            }
        }
        kept
    }

    fn compared(&mut self, key: Key, mut candidates: Vec<Candidate>) -> Option<Group> {
        if let [alone] = candidates.as_slice() {
            let left = Left::of(&alone.listing, Incomparable::Only);
            self.left.push(left);
            return None;
        }
        candidates.sort_by(|a, b| {
            let (left, right) = (&a.listing, &b.listing);
            a.unit.price.cmp(&b.unit.price).then(left.code.cmp(&right.code)).then(left.line.cmp(&right.line))
        });
        let lowest = candidates.first()?.unit.price;
        let member = |Candidate { listing, unit, strength }| {
            let Unit { is_solid, price, .. } = unit;
            Member { listing, is_solid, strength, price }
        };
        Some(Group { key, lowest, members: candidates.into_iter().map(member).collect() })
    }
}

/// The strength that most have, of equally many the weakest, in the words that most of those use, of equally many
/// the first in order.
fn reference(candidates: &[Candidate]) -> String {
    let mut counts: BTreeMap<Option<Decimal>, BTreeMap<&str, usize>> = BTreeMap::new();
    for Candidate { listing, strength, .. } in candidates {
        *counts.entry(*strength).or_default().entry(&listing.spec).or_default() += 1;
    }
    let most =
        counts.iter().max_by_key(|(strength, words)| (words.values().sum::<usize>(), Reverse(**strength)));
    let words =
        most.and_then(|(_, words)| words.iter().max_by_key(|(text, count)| (**count, Reverse(**text))));
    words.map(|(text, _)| (*text).to_owned()).unwrap_or_default()
}

/// The price of one unit of the reference specification that follows from a listing's (差比价).
fn convert(candidate: &Candidate, reference: &str) -> Result<Quotient, ratio::Refused> {
    let own = &candidate.listing.spec;
    let is_filled = |text: &str| spec::spec(text).is_ok_and(|spec| spec.get(Measure::Fill).is_some());
    if is_filled(own) != is_filled(reference) {
        // `0.5g:4mg` beside `4mg`: what is weighed is not the same.
        return Err(ratio::Refused::Measure { base: own.clone(), other: reference.to_owned() });
    }
    let k = ratio::of_units(&candidate.listing.form, own, reference)?;
    if k == Decimal::ONE {
        return Ok(candidate.unit.price);
    }
    // K has no end and neither has the result: kept to more digits than a price is written with.
    let price = candidate.unit.price.rounded(PLACES).and_then(|price| price.checked_mul(k));
    let price = price.and_then(|price| Quotient::of(half_up(price, PLACES).normalize()));
    price.filter(|price| price.price().is_some()).ok_or(ratio::Refused::Size)
}
