//! Editions of the credit evaluation (医药价格和招采信用评价) as reviewed documents, and the grade they give a conduct.
//!
//! Everything a grade rests on is data with its source: bands by amount, what follows, how long it holds, how it is
//! repaired. The edition in force on the day of the document decides.

mod refused;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::sourced::{self, Confidence, Effective};
use crate::text::{Lang, Text};
use crate::types::{Money, last_day_of, sha256};

pub use refused::Refused;

crate::words! {
    /// What a company did.
    ConductKind {
        /// Bribed for business (给予回扣等商业贿赂).
        Bribery = "bribery",
        /// Bribed staff of the medical-insurance bureaus.
        BriberyOfStaff = "bribery_of_staff",
        /// False invoices or tax evasion (虚开发票等涉税违法).
        Tax = "tax",
        /// Monopoly (垄断).
        Monopoly = "monopoly",
        /// Unfair prices (不正当价格行为).
        UnfairPricing = "unfair_pricing",
        /// Disrupted volume-based procurement (扰乱集中采购秩序).
        Disrupting = "disrupting_procurement",
        /// Colluded in bidding (串通投标).
        Collusion = "collusion",
        /// Broke a procurement contract (恶意违反合同约定).
        Breach = "breach",
    }

    /// What follows from a grade.
    Handling {
        /// A written reminder (书面提醒告诫).
        Reminder = "reminder",
        /// A warning beside the company's name on the platform (风险标识).
        RiskLabel = "risk_label",
        /// Listing, bidding and distribution of the products involved are suspended.
        SuspendInvolved = "suspend_involved",
        /// Listing, bidding and distribution of all products are suspended.
        SuspendAll = "suspend_all",
    }

    /// Which products are suspended.
    Scope {
        /// None.
        None = "none",
        /// Those involved.
        Involved = "involved",
        /// All of the company's.
        All = "all",
    }

    /// What a company does to repair its credit.
    Measure {
        /// Pays back what it gained.
        Refund = "refund",
        /// Cuts its prices.
        PriceCut = "price_cut",
        /// Donates, in the edition of 2020.
        Donation = "donation",
    }
}

/// The time for a defence.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Working days after the notice.
    pub working_days: u32,
    /// Where it comes from.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// A grade and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grade {
    /// The word it is stored by.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The same in English.
    pub name_en: String,
    /// How bad it is, comparable across editions.
    pub rank: u32,
    /// What follows.
    pub handling: Vec<Handling>,
    /// Which suspension holds outside the region of the evaluation, when another.
    #[serde(default)]
    pub elsewhere: Option<Handling>,
    /// Months it holds from the day of the document.
    pub months: u32,
    /// Years for which a distributor loses the right to distribute.
    pub distribution_years: u32,
    /// Months after which repair can be asked for.
    pub repair_months: u32,
    /// Whether it stands in the public register.
    pub is_public: bool,
    /// Where it comes from.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
}

impl Grade {
    /// Its name.
    pub fn name(&self, t: &Text) -> &str {
        match t.lang {
            Lang::Zh => &self.name,
            Lang::En => &self.name_en,
        }
    }

    /// Which products are suspended, in the region of the evaluation or outside it.
    pub fn scope(&self, is_here: bool) -> Scope {
        let of = |handling: &[Handling]| match handling {
            list if list.contains(&Handling::SuspendAll) => Scope::All,
            list if list.contains(&Handling::SuspendInvolved) => Scope::Involved,
            _ => Scope::None,
        };
        match self.elsewhere {
            Some(other) if !is_here => of(&[other]),
            _ => of(&self.handling),
        }
    }

    /// Until when a distributor may not distribute; none when it may.
    pub fn distribution_until(&self, since: NaiveDate) -> Option<NaiveDate> {
        (self.distribution_years > 0).then(|| last_day(since, self.distribution_years.saturating_mul(12)))
    }

    /// From which day on repair can be asked for.
    pub fn repair_from(&self, since: NaiveDate) -> NaiveDate {
        last_day(since, self.repair_months).succ_opt().unwrap_or(since)
    }
}

/// The last of so many months that begin on a day; that day itself where the calendar ends before.
fn last_day(from: NaiveDate, months: u32) -> NaiveDate {
    last_day_of(from, months).unwrap_or(from)
}

/// From which amount on a conduct has a grade.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The grade.
    pub grade: String,
    /// Amounts above this; exactly this much is not above. None: any amount.
    #[serde(default)]
    pub above: Option<Money>,
    /// Where it comes from.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// How a conduct is graded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Graded {
    /// The conduct.
    pub kind: ConductKind,
    /// Whether its amount must be known.
    pub needs_amount: bool,
    /// The bands, the mildest first.
    pub bands: Vec<Band>,
}

/// What repair takes besides time and correction.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repair {
    /// One of these at least.
    pub measures: Vec<Measure>,
    /// Where it comes from.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// An edition.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    /// Its name.
    pub name: String,
    /// Counted up when anything but the review dates changes.
    pub version: u32,
    /// Its title.
    pub title: String,
    /// The same in English.
    pub title_en: String,
    /// The document it comes from.
    pub document: String,
    /// Who answers for it.
    pub owner: String,
    /// The same in English.
    pub owner_en: String,
    /// When it was last reviewed.
    #[serde(deserialize_with = "sourced::day")]
    pub reviewed: NaiveDate,
    /// By when it has to be reviewed again.
    #[serde(deserialize_with = "sourced::day")]
    pub review_by: NaiveDate,
    /// The days it holds.
    pub effective: Effective,
    /// The time for a defence.
    pub notice: Notice,
    /// The grades, the mildest first.
    pub grades: Vec<Grade>,
    /// What repair takes.
    pub repair: Repair,
    /// How each conduct is graded.
    pub conducts: Vec<Graded>,
    /// SHA-256 of the text it was read from.
    #[serde(skip)]
    pub hash: String,
}

/// What a conduct comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome<'a> {
    /// The edition.
    pub edition: &'a Edition,
    /// The grade, with its handling.
    pub grade: &'a Grade,
    /// The band it rests on.
    pub band: &'a Band,
    /// The last day it holds.
    pub until: NaiveDate,
}

/// The editions that come with the program, the oldest first.
const EMBEDDED: &[&str] =
    &[include_str!("editions/credit-2020.toml"), include_str!("editions/credit-2025.toml")];

/// Every edition, the oldest first.
pub fn all() -> Result<Vec<Edition>, Refused> {
    EMBEDDED.iter().map(|text| Edition::parse(text)).collect()
}

/// The edition of a name.
pub fn find(name: &str) -> Result<Option<Edition>, Refused> {
    Ok(all()?.into_iter().find(|it| it.name == name))
}

/// The edition in force on a day: that of the document decides.
pub fn on(day: NaiveDate) -> Result<Edition, Refused> {
    all()?.into_iter().find(|it| it.holds(day)).ok_or(Refused::NoEdition(day))
}

/// The grade of a conduct by an edition that holds on the day of its document: handling, scope and last day follow
/// from it. The amount decides by its band; exactly a threshold is not above it.
pub fn grade<'a>(
    conduct: ConductKind,
    amount: Option<Money>,
    edition: &'a Edition,
    date: NaiveDate,
) -> Result<Outcome<'a>, Refused> {
    if !edition.holds(date) {
        return Err(Refused::NotInForce { edition: edition.name.clone(), day: date });
    }
    let graded = edition.conducts.iter().find(|it| it.kind == conduct).ok_or(Refused::Conduct(conduct))?;
    if graded.needs_amount && amount.is_none() {
        return Err(Refused::AmountNeeded(conduct));
    }
    let is_reached = |band: &&Band| band.above.is_none_or(|above| amount.is_some_and(|it| it > above));
    let band = graded.bands.iter().rfind(is_reached).ok_or(Refused::Bands(conduct))?;
    let grade = edition.of(&band.grade)?;
    Ok(Outcome { edition, grade, band, until: last_day(date, grade.months) })
}

/// The worst of concurrent conducts: the highest rank, of equal ones the one that holds longest.
pub fn worst<'a>(outcomes: &[Outcome<'a>]) -> Option<Outcome<'a>> {
    outcomes.iter().copied().max_by_key(|it| (it.grade.rank, it.until))
}

impl Edition {
    /// Reads and checks an edition; whatever is unknown, missing or makes no sense is refused.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let mut edition: Self = sourced::read(text).map_err(Refused::Unreadable)?;
        edition.check()?;
        edition.hash = sha256(text.as_bytes());
        Ok(edition)
    }

    fn check(&self) -> Result<(), Refused> {
        let told = [
            ("name", &self.name),
            ("title", &self.title),
            ("title_en", &self.title_en),
            ("document", &self.document),
            ("owner", &self.owner),
            ("owner_en", &self.owner_en),
            ("effective.source", &self.effective.source),
            ("notice.source", &self.notice.source),
            ("repair.source", &self.repair.source),
        ];
        if let Some((field, _)) = told.into_iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(Refused::Blank(field));
        }
        if self.review_by < self.reviewed {
            return Err(Refused::Order("review_by"));
        }
        if self.effective.to.is_some_and(|to| to < self.effective.from) {
            return Err(Refused::Order("effective.to"));
        }
        let mut rank = 0;
        for grade in &self.grades {
            if grade.rank <= rank || grade.months == 0 {
                return Err(Refused::Order("grades"));
            }
            if grade.source.trim().is_empty() || grade.name.trim().is_empty() {
                return Err(Refused::Blank("grades"));
            }
            rank = grade.rank;
        }
        for kind in ConductKind::ALL {
            if self.conducts.iter().filter(|it| it.kind == *kind).count() != 1 {
                return Err(Refused::Conduct(*kind));
            }
        }
        self.conducts.iter().try_for_each(|it| self.check_bands(it))
    }

    /// The first band takes any amount, the others rise in amount and grade.
    fn check_bands(&self, it: &Graded) -> Result<(), Refused> {
        let mut last: Option<(Option<Money>, u32)> = None;
        for band in &it.bands {
            if band.source.trim().is_empty() {
                return Err(Refused::Blank("bands.source"));
            }
            let rank = self.of(&band.grade)?.rank;
            let is_next = match last {
                None => band.above.is_none(),
                Some((above, before)) => rank > before && band.above > above && it.needs_amount,
            };
            if !is_next {
                return Err(Refused::Bands(it.kind));
            }
            last = Some((band.above, rank));
        }
        if last.is_none() { Err(Refused::Bands(it.kind)) } else { Ok(()) }
    }

    /// The grade of a word.
    pub fn of(&self, key: &str) -> Result<&Grade, Refused> {
        self.grades.iter().find(|grade| grade.key == key).ok_or_else(|| Refused::Grade(key.to_owned()))
    }

    /// Whether it holds on a day.
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.effective.holds(day)
    }

    /// Its title.
    pub fn title(&self, t: &Text) -> &str {
        match t.lang {
            Lang::Zh => &self.title,
            Lang::En => &self.title_en,
        }
    }
}

#[cfg(test)]
#[path = "edition_tests.rs"]
mod tests;
