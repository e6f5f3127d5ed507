//! An indicator's row in words and digits: the same on the pages, in files and in the monthly report.

use rust_decimal::Decimal;

use crate::indicators::definitions::Formula;
use crate::indicators::{Figure, Indicator, Row, Sum};
use crate::text::{Text, fill};
use crate::types::{Money, Share};

/// What is shown where there is nothing.
pub const NONE: &str = "—";

/// A row as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    /// The indicator's name.
    pub name: &'static str,
    /// Its value, or the sign for none.
    pub value: String,
    /// What the value is in.
    pub unit: &'static str,
    /// The target.
    pub target: String,
    /// Whether the target is reached, in words; empty when that cannot be said.
    pub reached: &'static str,
    /// The value a year before.
    pub before: String,
    /// The change from it, signed.
    pub change: String,
    /// Above the line.
    pub numerator: String,
    /// Below the line.
    pub denominator: String,
    /// Why there is no value, or what it lacks; empty when there is nothing to say.
    pub note: String,
}

/// A value in its unit's digits.
pub fn number(value: Decimal) -> String {
    value.to_string()
}

/// A figure: its value or the sign for none.
pub fn figure(figure: Figure) -> String {
    figure.value().map_or_else(|| NONE.to_owned(), number)
}

/// Why a figure has no value; empty when it has one.
pub fn reason(indicator: Indicator, figure: Figure, t: &Text) -> String {
    let m = &t.indicators;
    match figure {
        Figure::Value(_) => String::new(),
        Figure::Missing(count) => fill(m.why_missing, &[("count", &count)]),
        Figure::Nothing => {
            let what = indicator.below_text(t);
            let named = if indicator.definition().below.is_empty() { indicator.above_text(t) } else { what };
            fill(m.why_nothing, &[("what", &named)])
        }
        Figure::Uncounted => m.why_uncounted.to_owned(),
    }
}

/// Whether what an indicator counts is yuan.
fn is_money(indicator: Indicator) -> bool {
    match indicator {
        Indicator::PlatformDrugs
        | Indicator::PlatformConsumables
        | Indicator::WeightedCut
        | Indicator::Savings
        | Indicator::Progress
        | Indicator::Delivery
        | Indicator::Payment
        | Indicator::Retained => true,
        Indicator::Varieties
        | Indicator::Classes
        | Indicator::Signing
        | Indicator::SelectionVarieties
        | Indicator::SelectionProducts
        | Indicator::SelectionCompanies
        | Indicator::MeanCut
        | Indicator::MaxCut
        | Indicator::Direct
        | Indicator::Institutions => false,
    }
}

/// What stands above the line.
pub fn above(indicator: Indicator, sum: Option<Sum>) -> String {
    let Some(sum) = sum else { return NONE.to_owned() };
    match indicator.definition().formula {
        Formula::Mean | Formula::Largest => Share::from_scaled(sum.numerator).to_string(),
        _ if is_money(indicator) => Money::from_scaled(sum.numerator).to_string(),
        _ => sum.numerator.to_string(),
    }
}

/// What stands below the line; the sign for none where there is nothing.
pub fn below(indicator: Indicator, sum: Option<Sum>) -> String {
    let definition = indicator.definition();
    // A denominator of which a part is missing is none.
    let is_there = |sum: &Sum| !(definition.below.is_empty() || definition.is_whole && sum.missing > 0);
    let Some(sum) = sum.filter(is_there) else { return NONE.to_owned() };
    if is_money(indicator) {
        Money::from_scaled(sum.denominator).to_string()
    } else {
        sum.denominator.to_string()
    }
}

/// A row in a language.
pub fn cells(row: &Row, t: &Text) -> Cells {
    let (m, it) = (&t.indicators, row.indicator);
    let gap = row.sum.map_or(0, |sum| sum.missing);
    let note = match row.figure {
        Figure::Value(_) if gap > 0 => fill(m.why_gap, &[("count", &gap)]),
        other => reason(it, other, t),
    };
    let sign =
        |change: Decimal| if change > Decimal::ZERO { format!("+{change}") } else { change.to_string() };
    Cells {
        name: it.name(t),
        value: figure(row.figure),
        unit: it.unit(t),
        target: row.target.as_ref().map_or_else(|| NONE.to_owned(), |target| target.value.clone()),
        reached: match row.is_reached() {
            Some(true) => m.reached,
            Some(false) => m.not_reached,
            None => "",
        },
        before: figure(row.before),
        change: row.change().map_or_else(|| NONE.to_owned(), sign),
        numerator: above(it, row.sum),
        denominator: below(it, row.sum),
        note,
    }
}
