//! Indicators (指标): the figures by which the city's plans are measured, counted each night from what the platform
//! holds, with their targets, and a monthly report of them.
//!
//! A ratio is kept as what it is made of. Pages, files and the report read the same small table through [`board`].

pub mod counting;
pub mod definitions;
pub mod import;
pub mod inputs;
pub mod monthly;
pub mod references;
pub mod refused;
pub mod rules;
mod selections;
pub mod shown;
pub mod store;
pub mod table;
pub mod targets;
pub mod varieties;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::indicators::definitions::{Base, Formula};
use crate::types::{OrganisationId, Time};

pub use refused::Refused;
pub use rules::{Figure, Sum};
pub use targets::Target;

crate::words! {
    /// An indicator.
    Indicator {
        /// Share of drugs bought on the platform.
        PlatformDrugs = "platform_drugs",
        /// Share of high-value consumables bought on the platform.
        PlatformConsumables = "platform_consumables",
        /// VBP drug varieties in force.
        Varieties = "varieties",
        /// VBP consumable classes in force.
        Classes = "classes",
        /// Contract signing rate.
        Signing = "signing",
        /// Selection rate by variety.
        SelectionVarieties = "selection_varieties",
        /// Selection rate by product.
        SelectionProducts = "selection_products",
        /// Selection rate by company.
        SelectionCompanies = "selection_companies",
        /// Mean cut (plain).
        MeanCut = "mean_cut",
        /// Mean cut (weighted by agreed volume).
        WeightedCut = "weighted_cut",
        /// Largest cut.
        MaxCut = "max_cut",
        /// Savings on actual purchases.
        Savings = "savings",
        /// Progress of the agreed volume.
        Progress = "progress",
        /// Delivery rate.
        Delivery = "delivery",
        /// On-time payment rate.
        Payment = "payment",
        /// Coverage of direct settlement.
        Direct = "direct",
        /// Retained surplus.
        Retained = "retained",
        /// Participating institutions.
        Institutions = "institutions",
    }

    /// Whose figures a row of the small table has.
    Part {
        /// The whole city's.
        City = "city",
        /// A county's, by its name.
        County = "county",
        /// A hospital's, by its id.
        Hospital = "hospital",
        /// A round's, by its id.
        Round = "round",
    }
}

/// Whose figures are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The whole city's.
    City,
    /// A county's.
    County(String),
    /// A hospital's.
    Hospital(OrganisationId),
}

impl Scope {
    /// Its part and key in the small table.
    pub fn place(&self) -> (Part, &str) {
        match self {
            Scope::City => (Part::City, ""),
            Scope::County(region) => (Part::County, region),
            Scope::Hospital(id) => (Part::Hospital, id.as_str()),
        }
    }

    /// Whether an indicator is counted for it at all.
    pub fn has(&self, indicator: Indicator) -> bool {
        *self == Scope::City || indicator.definition().base != Base::Round
    }
}

/// A month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// Its first day.
    pub starts: NaiveDate,
    /// One or twelve.
    pub months: i32,
}

impl Period {
    /// A year.
    pub fn year(year: i32) -> Result<Self> {
        let starts = NaiveDate::from_ymd_opt(year, 1, 1).ok_or(Error::NotFound)?;
        Ok(Self { starts, months: 12 })
    }

    /// The month of a day.
    pub fn month_of(day: NaiveDate) -> Self {
        Self { starts: day.with_day(1).unwrap_or(day), months: 1 }
    }

    /// A month by its year and number.
    pub fn month(year: i32, month: u32) -> Result<Self> {
        let starts = NaiveDate::from_ymd_opt(year, month, 1).ok_or(Error::NotFound)?;
        Ok(Self { starts, months: 1 })
    }

    /// The same, so many years before.
    pub fn years_before(self, years: i32) -> Option<Self> {
        let starts = self.starts.with_year(self.starts.year().checked_sub(years)?)?;
        Some(Self { starts, ..self })
    }

    /// Its name: `2026` or `2026-11`.
    pub fn name(self) -> String {
        let form = if self.months == 1 { "%Y-%m" } else { "%Y" };
        self.starts.format(form).to_string()
    }

    /// Whether the target of its year holds for it: an amount of a year is none of a month.
    pub fn has_target(self, indicator: Indicator) -> bool {
        self.months > 1 || indicator.definition().formula != Formula::Amount
    }

    /// The first day after it.
    pub fn end(self) -> NaiveDate {
        let months = chrono::Months::new(self.months.unsigned_abs());
        self.starts.checked_add_months(months).unwrap_or(NaiveDate::MAX)
    }
}

/// An indicator's figure for a scope and a period, with what belongs beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Which.
    pub indicator: Indicator,
    /// What was counted.
    pub sum: Option<Sum>,
    /// What it comes to.
    pub figure: Figure,
    /// The same, a year before.
    pub before: Figure,
    /// The target of the year.
    pub target: Option<Target>,
}

impl Row {
    /// By how much it differs from the year before, in its unit.
    pub fn change(&self) -> Option<Decimal> {
        self.figure.value()?.checked_sub(self.before.value()?)
    }

    /// Whether the target is reached; none when there is no target or no value.
    pub fn is_reached(&self) -> Option<bool> {
        let target = self.target.as_ref()?.number()?;
        Some(rules::is_reached(self.indicator.definition().better, self.figure.value()?, target))
    }
}

/// Every indicator for a scope and a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// The rows, in the order of the indicators.
    pub rows: Vec<Row>,
    /// When the latest month of it was counted; none when no month of it was.
    pub counted_at: Option<Time>,
}

/// Reads every indicator for a scope and a period: what pages, files and the monthly report show.
pub fn board(conn: &mut Conn, scope: &Scope, period: Period) -> Result<Board> {
    let counted_at = store::counted_at(conn, period)?;
    let sums = store::sums(conn, scope, period)?;
    let (before, before_at) = match period.years_before(1) {
        Some(earlier) => (store::sums(conn, scope, earlier)?, store::counted_at(conn, earlier)?),
        None => (store::Sums::new(), None),
    };
    let targets = targets::standing(conn, scope, period.starts.year())?;
    let rows = Indicator::ALL.iter().map(|indicator| {
        let figure = |sums: &store::Sums, at: Option<Time>| {
            let is_counted = at.is_some() && scope.has(*indicator);
            let of = sums.get(indicator).copied();
            if is_counted { rules::figure(indicator.definition(), of) } else { Figure::Uncounted }
        };
        Row {
            indicator: *indicator,
            sum: sums.get(indicator).copied(),
            figure: figure(&sums, counted_at),
            before: figure(&before, before_at),
            target: targets.get(indicator).filter(|_| period.has_target(*indicator)).cloned(),
        }
    });
    Ok(Board { rows: rows.collect(), counted_at })
}

/// An indicator's figure in several periods, none where nothing was counted.
pub fn history(
    conn: &mut Conn,
    indicator: Indicator,
    scope: &Scope,
    periods: &[Period],
) -> Result<Vec<(Period, Figure)>> {
    let definition = indicator.definition();
    let mut list = Vec::new();
    for period in periods {
        let figure = match store::counted_at(conn, *period)? {
            Some(_) if scope.has(indicator) => {
                rules::figure(definition, store::sum(conn, indicator, scope, *period)?)
            }
            _ => Figure::Uncounted,
        };
        list.push((*period, figure));
    }
    Ok(list)
}
