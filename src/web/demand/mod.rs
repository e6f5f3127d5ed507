//! Pages of demand reporting: the hospital's report, its upload, the bureau's board, check and lines.

pub mod board;
pub mod lot;
pub mod report;
pub mod review;
pub mod upload;

use crate::people::Role;
use crate::rounds::demand::rules::percent;
use crate::rounds::demand::{LineState, ReportState, Standing};
use crate::text::{Text, fill};

/// The bureau's people, and hospitals for what is their own.
pub const READERS: &[Role] =
    &[Role::Hospital, Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin];

/// A report's state in words, with the class it is shown in.
fn state(state: Option<ReportState>, t: &Text) -> (&'static str, &'static str) {
    let d = &t.demand;
    match state {
        None => (d.state_none, "bad"),
        Some(ReportState::Draft) => (d.state_draft, "wait"),
        Some(ReportState::Submitted) => (d.state_submitted, ""),
        Some(ReportState::Returned) => (d.state_returned, "bad"),
        Some(ReportState::Approved) => (d.state_approved, "good"),
    }
}

/// A line's state in words.
fn line_state(state: LineState, t: &Text) -> &'static str {
    match state {
        LineState::Reported => t.demand.line_reported,
        LineState::Returned => t.demand.line_returned,
        LineState::Approved => t.demand.line_approved,
    }
}

/// A standing in words, with the class it is shown in.
fn standing(standing: Standing, t: &Text) -> (String, &'static str) {
    let d = &t.demand;
    match standing {
        Standing::NoHistory => (d.standing_none.to_owned(), ""),
        Standing::Within => (d.standing_within.to_owned(), "good"),
        Standing::Below(bound) => (fill(d.standing_below, &[("bound", &percent(bound))]), "bad"),
        Standing::Above(bound) => (fill(d.standing_above, &[("bound", &percent(bound))]), "bad"),
    }
}

/// A brand's company and product, or that the quantity is by generic name.
fn brand((company, product): (&str, &str), t: &Text) -> String {
    match (company, product) {
        ("", _) => t.demand.by_generic.to_owned(),
        (company, "") => company.to_owned(),
        (company, product) => format!("{company} {product}"),
    }
}
