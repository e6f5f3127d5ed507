//! What an alert mail says of findings: the figures that chart, tables, plain text and page all show.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Written;
use super::chart;
use crate::error::Result;
use crate::text::{Text, fill};
use crate::types::{Money, Quantity, Time, UnitPrice};

/// The figures of one alert, names already in its reader's language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The subscription's name.
    pub name: String,
    /// The page that shows the same figures.
    pub path: String,
    /// The list of findings, narrowed as the subscription is.
    pub list: String,
    /// Where the subscription is changed.
    pub subscription: String,
    /// Where it is ended without logging in.
    pub unsubscribe: String,
    /// What was told before ends here.
    pub from: Time,
    /// What is told ends here.
    pub to: Time,
    /// Sent by the reader to himself, to see it.
    pub is_test: bool,
    /// New findings.
    pub found: i64,
    /// What they cost together.
    pub effect: Money,
    /// Findings told of before that are gone.
    pub gone: i64,
    /// What those had cost together.
    pub gone_effect: Money,
    /// New findings by tier, the gravest first.
    pub tiers: Vec<Part>,
    /// New findings by rule, the dearest first.
    pub rules: Vec<Part>,
    /// The dearest products: the bars of the chart.
    pub products: Vec<Part>,
    /// The dearest new findings.
    pub top: Vec<Line>,
    /// The dearest of those that are gone.
    pub top_gone: Vec<Line>,
}

/// Some of the findings together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What they have in common.
    pub name: String,
    /// How many.
    pub count: i64,
    /// What they cost together.
    pub effect: Money,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its page.
    pub path: String,
    /// Generic name, specification and maker.
    pub product: String,
    /// The hospital that bought; empty where a listing was judged.
    pub hospital: String,
    /// The supplier; empty where a listing was judged.
    pub supplier: String,
    /// The first day of the month judged.
    pub month: NaiveDate,
    /// The rule's title.
    pub rule: String,
    /// How grave it is.
    pub tier: String,
    /// The price judged, if it was one.
    pub observed: Option<UnitPrice>,
    /// What it was held against.
    pub reference: Option<UnitPrice>,
    /// The quantity concerned.
    pub quantity: Quantity,
    /// What it cost at this hospital.
    pub effect: Money,
    /// What it cost at every hospital together.
    pub effect_all: Money,
}

fn shown(price: Option<UnitPrice>) -> String {
    price.map_or_else(|| "—".to_owned(), |price| price.to_string())
}

impl Line {
    /// The month, as `2026-10`.
    pub fn month(&self) -> String {
        self.month.format("%Y-%m").to_string()
    }

    /// The price judged, or the sign for none.
    pub fn observed(&self) -> String {
        shown(self.observed)
    }

    /// What it was held against, or the sign for none.
    pub fn reference(&self) -> String {
        shown(self.reference)
    }

    /// The hospital and the supplier, as far as there are any.
    pub fn parties(&self) -> String {
        let named = [&self.hospital, &self.supplier].into_iter().filter(|name| !name.is_empty());
        named.map(String::as_str).collect::<Vec<_>>().join(" · ")
    }
}

impl Report {
    /// Whether there is nothing new.
    pub fn is_empty(&self) -> bool {
        self.found == 0 && self.gone == 0
    }

    /// The subject line.
    pub fn subject(&self, t: &Text) -> String {
        let a = &t.alerts;
        let subject = if self.is_empty() { a.subject_nothing } else { a.subject };
        let subject = self.filled(subject);
        if self.is_test { format!("{}{subject}", a.subject_test) } else { subject }
    }

    /// What the findings come to, in sentences.
    pub fn sentences(&self, t: &Text) -> Vec<String> {
        let a = &t.alerts;
        let mut said = Vec::new();
        if self.is_test {
            said.push(a.is_test.to_owned());
        }
        match self.is_empty() {
            true => said.push(self.filled(a.nothing)),
            false => said.push(self.filled(a.summary)),
        }
        if self.gone > 0 {
            said.push(self.filled(a.summary_gone));
        }
        if self.rules.len() > 1 {
            said.push(t.board.once.to_owned());
        }
        said
    }

    fn filled(&self, message: &str) -> String {
        let from = self.from.to_string();
        let values: [(&str, &dyn std::fmt::Display); 7] = [
            ("found", &self.found),
            ("effect", &self.effect),
            ("gone", &self.gone),
            ("gone_effect", &self.gone_effect),
            ("from", &from),
            ("to", &self.to),
            ("name", &self.name),
        ];
        fill(message, &values)
    }

    /// The letter as subject and paragraphs, for lists.
    pub(super) fn written(&self, t: &Text) -> Written {
        Written { subject: self.subject(t), paragraphs: self.sentences(t), path: self.path.clone() }
    }

    /// The chart of the dearest products, as PNG; none when there is nothing to draw.
    pub fn chart(&self) -> Result<Option<Vec<u8>>> {
        if self.products.is_empty() {
            return Ok(None);
        }
        chart::draw(&self.products.iter().map(|part| part.effect).collect::<Vec<_>>()).map(Some)
    }

    /// The chart in words, for those who do not see it.
    pub fn chart_words(&self, t: &Text) -> String {
        let bars = self.products.iter().zip(1..);
        let bars: Vec<String> = bars.map(|(part, n)| format!("{n}. {} {}", part.name, part.effect)).collect();
        fill(t.alerts.chart_words, &[("bars", &bars.join("; "))])
    }
}
