//! Demand reporting (报量): what each hospital of a round says it needs of each lot, and what the bureau makes of it.

mod entry;
mod file;
pub mod import;
mod late;
mod review;
pub mod rules;
mod sheet;
pub mod store;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::people::{self, Organisation, OrganisationKind};
use crate::rounds::rule_set::RuleSet;
use crate::rounds::{self, Round, RoundState};
use crate::schema::{demand_lines, demand_reports};
use crate::types::{Ctx, DemandId, LotId, OrganisationId, Quantity, ReportId, RoundId, Time};

pub use entry::{Entered, Entry};
pub use file::{Change, Preview, apply, preview, stage};
pub use late::{late, remind};
pub use review::{Check, approve, send_back, verify};
pub use rules::{Refused, Standing};
pub use sheet::{Board, HospitalRow, LotLines, LotSheet, LotTotal, Part, Sheet, board, lot_page, sheet};

crate::words! {
    /// Where a hospital's report is.
    ReportState {
        /// Being written (填报中).
        Draft = "draft",
        /// Handed in; only the bureau can give it back (已提交).
        Submitted = "submitted",
        /// Lines came back with a remark (已退回).
        Returned = "returned",
        /// Approved: its approved quantities count (已审核).
        Approved = "approved",
    }

    /// Where one line is.
    LineState {
        /// As the hospital reported it.
        Reported = "reported",
        /// Given back for correction.
        Returned = "returned",
        /// Approved.
        Approved = "approved",
    }
}

/// A hospital's report for a round.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = demand_reports, treat_none_as_null = true)]
pub struct Report {
    /// Its id.
    pub id: ReportId,
    /// Of which round.
    pub round_id: RoundId,
    /// Whose.
    pub hospital_id: OrganisationId,
    /// Where it is.
    pub state: ReportState,
    /// When it was last handed in.
    pub submitted_at: Option<Time>,
    /// When it was approved.
    pub approved_at: Option<Time>,
    /// Until when a returned report must be handed in again.
    pub due_at: Option<Time>,
    /// Why lines were returned.
    pub remark: String,
    /// Counts changes; a form carries it, so that two people cannot overwrite each other.
    pub version: i32,
}

/// What a hospital needs of one lot, of one company's brand or of any.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = demand_lines, treat_none_as_null = true)]
pub struct Line {
    /// Its id.
    pub id: DemandId,
    /// Of which report.
    pub report_id: ReportId,
    /// The report's round.
    pub round_id: RoundId,
    /// The report's hospital.
    pub hospital_id: OrganisationId,
    /// Of which lot.
    pub lot_id: LotId,
    /// The brand's company (厂牌企业); empty when reported by generic name.
    pub company: String,
    /// What the hospital reported (填报量).
    pub reported: Quantity,
    /// What the bureau found right (核定量).
    pub verified: Option<Quantity>,
    /// What counts for the award (审定量).
    pub approved: Option<Quantity>,
    /// The yearly average the hospital bought of the whole lot, as it was when reported.
    pub history: Quantity,
    /// Why the lot's sum lies outside the bounds: the same on all lines of the lot.
    pub reason: String,
    /// Where the line is.
    pub state: LineState,
    /// The bureau's remark.
    pub remark: String,
    /// Which product of the company (产品); empty for its brand as a whole. Only in rounds whose rules let a company
    /// win with several products.
    pub product: String,
}

impl Line {
    /// The brand: company and product.
    pub fn brand(&self) -> (&str, &str) {
        (&self.company, &self.product)
    }
}

/// An approved quantity, for the award.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Approved {
    /// Of which lot.
    pub lot_id: LotId,
    /// Which hospital.
    pub hospital_id: OrganisationId,
    /// Of which company's brand; empty when any will do.
    pub company: String,
    /// Which product of it; empty for the brand as a whole.
    pub product: String,
    /// A year's quantity in units of the lot.
    pub quantity: Quantity,
}

/// What an operation works on: a round the hospital takes part in, and its report so far.
struct Place {
    round: Round,
    hospital: Organisation,
    report: Option<Report>,
    lines: Vec<Line>,
    /// Whether the round's rules let a company win with several products, so that demand names them.
    by_product: bool,
}

/// Loads it. A round still being written, or one of other regions, is not there for the hospital.
fn place(conn: &mut Conn, round_id: &RoundId, hospital_id: &OrganisationId) -> Result<Place> {
    let round = rounds::round(conn, round_id)?;
    let hospital = people::store::organisation(conn, hospital_id)?.ok_or(Error::NotFound)?;
    let regions = rounds::store::regions_of(conn, round_id)?;
    let report = store::report_of(conn, round_id, hospital_id)?;
    let takes_part = regions.is_empty() || regions.contains(&hospital.region) || report.is_some();
    if round.state == RoundState::Draft || hospital.kind != OrganisationKind::Hospital || !takes_part {
        return Err(Error::NotFound);
    }
    let lines = match &report {
        Some(report) => store::lines_of(conn, &report.id)?,
        None => Vec::new(),
    };
    let version = rounds::store::rule_set(conn, &round.rule_set_id)?.ok_or(Error::NotFound)?;
    let rules = RuleSet::parse(&version.body).map_err(Error::refused)?;
    Ok(Place { round, hospital, report, lines, by_product: rules.products.is_some() })
}

/// What a hospital typed or uploaded, with the version of the report it saw (0: none yet).
#[derive(Debug, Clone)]
pub struct Save {
    /// The report as it shall be.
    pub entered: Entered,
    /// The version seen.
    pub seen: i32,
    /// Hand it in too.
    pub submit: bool,
}

/// Saves a hospital's report as a draft or hands it in. Saving the same twice changes nothing.
pub fn save(
    tx: &mut Tx,
    ctx: &Ctx,
    round_id: &RoundId,
    hospital_id: &OrganisationId,
    save: Save,
) -> Result<Report> {
    let at = place(tx.conn(), round_id, hospital_id)?;
    let before = at.report.as_ref();
    let is_done = |it: &&Report| entry::is_done(it, &at.lines, &save.entered, save.seen, save.submit);
    if let Some(same) = before.filter(is_done) {
        return Ok(same.clone());
    }
    rules::may_write(&at.round, before, ctx.now)?;
    if save.seen != before.map_or(0, |report| report.version) {
        return Err(Error::refused(Refused::Changed));
    }
    let lots = rounds::lots_of(tx.conn(), round_id)?;
    let averages = sheet::averages(tx.conn(), &at.round, hospital_id, &lots)?;

    let mut after = next(before, round_id, hospital_id);
    let mut lines = entry::merge(&after, &at.lines, &save.entered, &lots, &averages)?;
    if save.submit {
        let bounds = sheet::bounds(tx.conn(), &at.round)?;
        entry::submit(&mut after, &mut lines, &lots, (&averages, &bounds), ctx.now)?;
    }

    let action = if save.submit { "demand.submit" } else { "demand.save" };
    put(tx, ctx, action, (before, &at.lines), (&after, &lines))?;
    Ok(after)
}

/// The report's next version, or a first one.
fn next(before: Option<&Report>, round_id: &RoundId, hospital_id: &OrganisationId) -> Report {
    match before {
        Some(report) => Report { version: report.version + 1, ..report.clone() },
        None => Report {
            id: ReportId::new(),
            round_id: round_id.clone(),
            hospital_id: hospital_id.clone(),
            state: ReportState::Draft,
            submitted_at: None,
            approved_at: None,
            due_at: None,
            remark: String::new(),
            version: 1,
        },
    }
}

/// Takes a report back before the deadline to go on writing it.
pub fn withdraw(
    tx: &mut Tx,
    ctx: &Ctx,
    round_id: &RoundId,
    hospital_id: &OrganisationId,
    seen: i32,
) -> Result<()> {
    let at = place(tx.conn(), round_id, hospital_id)?;
    let before = at.report.ok_or(Error::NotFound)?;
    if before.state == ReportState::Draft {
        return Ok(());
    }
    if before.version != seen {
        return Err(Error::refused(Refused::Changed));
    }
    let (after, lines) = entry::withdraw(&at.round, &before, &at.lines, ctx.now)?;
    put(tx, ctx, "demand.withdraw", (Some(&before), &at.lines), (&after, &lines))
}

/// Writes a report with its lines, and what changed into the trail.
fn put(
    tx: &mut Tx,
    ctx: &Ctx,
    action: &str,
    before: (Option<&Report>, &[Line]),
    after: (&Report, &[Line]),
) -> Result<()> {
    match before.0 {
        None => store::insert_report(tx, after.0)?,
        Some(_) => store::update_report(tx, after.0)?,
    }
    store::replace_lines(tx, before.1, after.1)?;
    let only_in = |these: &[Line], those: &[Line]| -> Vec<Line> {
        these.iter().filter(|line| !those.contains(line)).cloned().collect()
    };
    let deed = Deed { action, subject: "demand_reports", id: after.0.id.as_str() };
    let was = before.0.map(|report| (report, only_in(before.1, after.1)));
    audit::record(tx, ctx, deed, &was, &(after.0, only_in(after.1, before.1)))
}

/// The approved quantities above zero of a round's approved reports, by lot, hospital and company.
pub fn approved(conn: &mut Conn, round_id: &RoundId) -> Result<Vec<Approved>> {
    store::approved(conn, round_id)
}

/// Whether every report handed in has been approved, so that the demand can be used.
pub fn is_ready(conn: &mut Conn, round_id: &RoundId) -> Result<bool> {
    Ok(store::open_reports(conn, round_id)? == 0)
}
