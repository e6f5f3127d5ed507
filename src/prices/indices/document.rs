//! What a basket's document must say before it is asked for, and who may decide it. Pure.

use chrono::NaiveDate;

use super::{Basket, BasketItem, Formula, Kind, Missing, State};
use crate::error::Error;
use crate::sourced::Confidence;
use crate::text::{Say, Text, fill};
use crate::types::{AccountId, BasketId, Points, Share, Time};

/// Most items of a basket: what a month is counted from stays in memory.
pub const ITEMS: usize = 5_000;

/// What an officer says of a basket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its title in Chinese.
    pub title_zh: String,
    /// Its title in English.
    pub title_en: String,
    /// What it holds.
    pub kind: Kind,
    /// The formulas it is published by.
    pub formulas: Vec<Formula>,
    /// The first day of the base period's first month.
    pub base_from: NaiveDate,
    /// How many months it has.
    pub base_months: i32,
    /// The index of the base period.
    pub base_value: Points,
    /// What becomes of items not bought.
    pub missing: Missing,
    /// The change that calls for a notice.
    pub threshold: Option<Share>,
    /// The first month counted.
    pub from_month: NaiveDate,
    /// The last.
    pub to_month: Option<NaiveDate>,
    /// Who answers for it.
    pub owner: String,
    /// When it is to be reviewed.
    pub review_day: NaiveDate,
    /// What it is for.
    pub purpose: String,
    /// Where its method comes from.
    pub source: String,
    /// How sure that is.
    pub confidence: Confidence,
}

/// Why something about a basket is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A name of other than small letters, digits and hyphens.
    Name(String),
    /// A basket with this name exists.
    NameTaken(String),
    /// A text that must be there is blank, or longer than it may be.
    Words(&'static str, usize),
    /// No formula was chosen.
    NoFormula,
    /// The base period is a month or a year.
    BaseMonths(i32),
    /// The base value is 100 or 1000.
    BaseValue(Points),
    /// The threshold is above 0 and at most 1.
    Threshold(Share),
    /// Only an index of decoction pieces is linked to prices.
    ThresholdKind,
    /// Counted from before the base period.
    Early(NaiveDate),
    /// Ended before it begins.
    Ends(NaiveDate),
    /// Another draft of the basket is open.
    OpenDraft(i32),
    /// It is no draft.
    NotDraft,
    /// Somebody changed it meanwhile.
    Stale,
    /// Its kind cannot change while it has items.
    KindFixed,
    /// It has no items.
    NoItems,
    /// Items without weights.
    Unweighted(usize),
    /// A new version must begin after the one before it.
    NotAfter(NaiveDate),
    /// The one who asked cannot decide.
    SamePerson,
    /// Somebody decided already.
    Decided,
    /// A no needs a remark.
    NoRemark,
    /// An upload was given up.
    Cancelled,
    /// An upload with faulty lines is not applied.
    BadLines(u64),
    /// No product has this code.
    NoProduct(String),
    /// The product is of another kind.
    OtherKind(String),
    /// The line repeats an earlier one.
    Twice(u64),
    /// A base quantity without an amount, or the reverse.
    HalfWeight,
    /// More items than a basket may have.
    TooMany(usize),
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let m = &t.indices;
        match self {
            Refused::Name(name) => fill(m.r_name, &[("name", name)]),
            Refused::NameTaken(name) => fill(m.r_name_taken, &[("name", name)]),
            Refused::Words(_, most) => fill(m.r_words, &[("most", most)]),
            Refused::NoFormula => m.r_no_formula.to_owned(),
            Refused::BaseMonths(n) => fill(m.r_base_months, &[("n", n)]),
            Refused::BaseValue(it) => fill(m.r_base_value, &[("given", it)]),
            Refused::Threshold(it) => fill(m.r_threshold, &[("given", it)]),
            Refused::ThresholdKind => m.r_threshold_kind.to_owned(),
            Refused::Early(month) => fill(m.r_early, &[("month", &month.format("%Y-%m"))]),
            Refused::Ends(month) => fill(m.r_ends, &[("month", &month.format("%Y-%m"))]),
            Refused::OpenDraft(version) => fill(m.r_open_draft, &[("version", version)]),
            Refused::NotDraft => m.r_not_draft.to_owned(),
            Refused::Stale => m.r_stale.to_owned(),
            Refused::KindFixed => m.r_kind_fixed.to_owned(),
            Refused::NoItems => m.r_no_items.to_owned(),
            Refused::Unweighted(count) => fill(m.r_unweighted, &[("count", count)]),
            Refused::NotAfter(month) => fill(m.r_not_after, &[("month", &month.format("%Y-%m"))]),
            Refused::SamePerson => m.r_same_person.to_owned(),
            Refused::Decided => m.r_decided.to_owned(),
            Refused::NoRemark => m.r_no_remark.to_owned(),
            Refused::Cancelled => m.r_cancelled.to_owned(),
            Refused::BadLines(count) => fill(m.r_bad_lines, &[("count", count)]),
            Refused::NoProduct(code) => fill(m.r_no_product, &[("code", code)]),
            Refused::OtherKind(code) => fill(m.r_other_kind, &[("code", code)]),
            Refused::Twice(line) => fill(m.r_twice, &[("line", line)]),
            Refused::HalfWeight => m.r_half_weight.to_owned(),
            Refused::TooMany(most) => fill(m.r_too_many, &[("most", most)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Refused::Name(_) | Refused::NameTaken(_) => "name",
            Refused::Words(field, _) => field,
            Refused::NoFormula => "formula",
            Refused::BaseMonths(_) => "base_months",
            Refused::BaseValue(_) => "base_value",
            Refused::Threshold(_) | Refused::ThresholdKind => "threshold",
            Refused::Early(_) | Refused::NotAfter(_) => "from_month",
            Refused::Ends(_) => "to_month",
            Refused::KindFixed => "kind",
            Refused::NoRemark => "remark",
            _ => return None,
        })
    }
}

/// A short name: small letters, digits and hyphens, beginning with a letter.
pub fn name(given: &str) -> Result<String, Refused> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_fine = given.len() <= 40
        && given.chars().all(plain)
        && given.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    if is_fine { Ok(given.to_owned()) } else { Err(Refused::Name(given.chars().take(60).collect())) }
}

fn words(field: &'static str, text: &str, most: usize) -> Result<String, Refused> {
    let text = text.trim();
    let is_fine = !text.is_empty() && text.chars().count() <= most;
    if is_fine { Ok(text.to_owned()) } else { Err(Refused::Words(field, most)) }
}

impl Document {
    /// The document with its texts trimmed, if it says all it must.
    pub fn checked(self) -> Result<Self, Refused> {
        if self.formulas.is_empty() {
            return Err(Refused::NoFormula);
        }
        if !matches!(self.base_months, 1 | 12) {
            return Err(Refused::BaseMonths(self.base_months));
        }
        if !matches!(self.base_value.scaled(), 1_000_000 | 10_000_000) {
            return Err(Refused::BaseValue(self.base_value));
        }
        if let Some(threshold) = self.threshold {
            if self.kind != Kind::Pieces {
                return Err(Refused::ThresholdKind);
            }
            if !threshold.is_positive() || threshold.scaled() > 1_000_000 {
                return Err(Refused::Threshold(threshold));
            }
        }
        if self.from_month < self.base_from {
            return Err(Refused::Early(self.base_from));
        }
        if let Some(to) = self.to_month.filter(|to| *to < self.from_month) {
            return Err(Refused::Ends(to));
        }
        Ok(Self {
            title_zh: words("title_zh", &self.title_zh, 100)?,
            title_en: words("title_en", &self.title_en, 100)?,
            owner: words("owner", &self.owner, 100)?,
            purpose: words("purpose", &self.purpose, 1_000)?,
            source: words("source", &self.source, 500)?,
            ..self
        })
    }

    /// A draft of it.
    pub(super) fn into_basket(self, id: BasketId, name: String, version: i32, created_at: Time) -> Basket {
        let formulas: Vec<&str> = self.formulas.iter().map(|it| it.as_str()).collect();
        Basket {
            id,
            name,
            version,
            title_zh: self.title_zh,
            title_en: self.title_en,
            kind: self.kind,
            formulas: formulas.join(" "),
            base_from: self.base_from,
            base_months: self.base_months,
            base_value: self.base_value,
            missing: self.missing,
            threshold: self.threshold,
            from_month: self.from_month,
            to_month: self.to_month,
            owner: self.owner,
            review_day: self.review_day,
            purpose: self.purpose,
            source: self.source,
            confidence: self.confidence,
            state: State::Draft,
            revision: 1,
            created_at,
            asked_by: None,
            asked_at: None,
            decided_by: None,
            decided_at: None,
            remark: String::new(),
            counted_to: 0,
            counted_at: None,
        }
    }
}

/// Whether a draft can be asked for: it has items, each has a weight, and it begins after the version before it.
pub fn ready(it: &Basket, items: &[BasketItem], earlier: Option<&Basket>) -> Result<(), Refused> {
    if items.is_empty() {
        return Err(Refused::NoItems);
    }
    let open = items.iter().filter(|it| it.base_quantity.is_none() || it.base_amount.is_none()).count();
    if open > 0 {
        return Err(Refused::Unweighted(open));
    }
    match earlier.filter(|earlier| it.from_month <= earlier.from_month) {
        Some(earlier) => Err(Refused::NotAfter(earlier.from_month)),
        None => Ok(()),
    }
}

/// Whether somebody may decide a basket that waits, as they have seen it.
pub fn may_decide(
    it: &Basket,
    decider: &AccountId,
    revision: i32,
    yes: bool,
    remark: &str,
) -> Result<(), Refused> {
    if it.state != State::Asked {
        return Err(Refused::Decided);
    }
    if it.revision != revision {
        return Err(Refused::Stale);
    }
    if it.asked_by.as_ref() == Some(decider) {
        return Err(Refused::SamePerson);
    }
    if !yes && remark.trim().is_empty() { Err(Refused::NoRemark) } else { Ok(()) }
}
