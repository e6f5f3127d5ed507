//! The bureau's board of a round's demand: hospitals by state, totals by lot, and the lines as a file.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::audit::{self, Deed};
use crate::error::Result;
use crate::people::Organisation;
use crate::rounds::demand::{self, HospitalRow, Line, LotTotal, ReportState};
use crate::rounds::{self, Lot, Round};
use crate::text::{Text, fill};
use crate::types::{Quantity, RoundId};
use crate::web::lists::{As, Table};
use crate::web::{App, Page, Staff, page};

/// Which hospitals to show.
#[derive(Deserialize, Default)]
pub struct Filter {
    /// A report's state, `none` or `late`; all when empty.
    #[serde(default)]
    state: String,
    /// Part of the name or code.
    #[serde(default)]
    name: String,
}

impl Filter {
    fn admits(&self, row: &HospitalRow) -> bool {
        let state = row.report.as_ref().map_or("none", |report| report.state.as_str());
        let by_state = match self.state.as_str() {
            "" => true,
            "late" => row.is_late,
            wanted => wanted == state,
        };
        by_state && (row.hospital.name.contains(&self.name) || row.hospital.code.contains(&self.name))
    }
}

#[derive(Template)]
#[template(path = "demand/board.html")]
struct Board {
    page: Page,
    round: Round,
    counts: String,
    lots: Vec<LotTotal>,
    hospitals: Vec<Row>,
    is_empty: bool,
    filter: Filter,
    states: Vec<(&'static str, &'static str)>,
}

struct Row {
    hospital: Organisation,
    state: (&'static str, &'static str),
    is_late: bool,
    has_report: bool,
    submitted: String,
    approved: String,
}

/// The board.
pub async fn show(page: Page, app: &App, id: RoundId, filter: Filter) -> Result<HttpResponse> {
    let now = app.now();
    let board = app.read(move |conn| demand::board(conn, &id, now)).await?;
    let t = page.t;
    let d = &t.demand;
    let states = vec![
        ("", t.common.all),
        ("none", d.state_none),
        ("draft", d.state_draft),
        ("submitted", d.state_submitted),
        ("returned", d.state_returned),
        ("approved", d.state_approved),
        ("late", d.late),
    ];
    page::show(&Board {
        counts: counts(&board.hospitals, t),
        lots: board.lots,
        is_empty: board.hospitals.is_empty(),
        hospitals: board.hospitals.into_iter().filter(|it| filter.admits(it)).map(|it| row(it, t)).collect(),
        round: board.round,
        filter,
        states,
        page,
    })
}

fn counts(rows: &[HospitalRow], t: &Text) -> String {
    let count = |wanted: fn(&HospitalRow) -> bool| rows.iter().filter(|row| wanted(row)).count();
    let state = |row: &HospitalRow| row.report.as_ref().map(|report| report.state);
    let open = rows.iter().filter(|row| state(row) == Some(ReportState::Submitted)).count();
    let approved = rows.iter().filter(|row| state(row) == Some(ReportState::Approved)).count();
    fill(
        t.demand.counts,
        &[
            ("all", &rows.len()),
            ("done", &(open + approved)),
            ("open", &open),
            ("late", &count(|row| row.is_late)),
        ],
    )
}

fn row(it: HospitalRow, t: &Text) -> Row {
    let report = it.report.as_ref();
    let time = |at: Option<crate::types::Time>| at.map(|at| at.to_string()).unwrap_or_default();
    Row {
        state: super::state(report.map(|report| report.state), t),
        is_late: it.is_late,
        has_report: report.is_some(),
        submitted: time(report.and_then(|report| report.submitted_at)),
        approved: time(report.and_then(|report| report.approved_at)),
        hospital: it.hospital,
    }
}

/// Every line that was handed in, as a file whose first columns are those of `demand.csv`.
pub async fn export(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    file: web::Query<As>,
) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let (round, lots, lines) = app
        .write(move |tx| {
            let round = rounds::round(tx.conn(), &id)?;
            let lots = rounds::lots_of(tx.conn(), &id)?;
            let lines = demand::store::lines_with_hospitals(tx.conn(), &id, None)?;
            let deed = Deed { action: "demand.export", subject: "rounds", id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &lines.len())?;
            Ok((round, lots, lines))
        })
        .await?;
    let t = page.t;
    let name = format!("{}-{}", t.demand.export_name, round.number);
    let lines: Vec<[String; 15]> = lines
        .iter()
        .map(|(line, hospital)| cells(line, hospital, lots.iter().find(|lot| lot.id == line.lot_id), t))
        .collect();
    Table { name: "1", headers: &headers(t), numbers: &[4, 7, 8, 9, 10], lines }
        .download_as(&name, file.kind.as_str())
}

fn headers(t: &Text) -> Vec<(&'static str, u16)> {
    let d = &t.demand;
    vec![
        (d.region, 12),
        (d.hospital, 30),
        (d.lot, 10),
        (d.company, 30),
        (d.quantity, 14),
        (d.unit, 10),
        (d.generic, 24),
        (d.reported, 14),
        (d.verified, 14),
        (d.approved, 14),
        (d.average, 14),
        (d.reason, 30),
        (d.state, 10),
        (d.remark, 30),
        (d.product, 30),
    ]
}

/// The quantity of `demand.csv` is the approved one, else the verified, else the reported.
fn cells(line: &Line, hospital: &Organisation, lot: Option<&Lot>, t: &Text) -> [String; 15] {
    let perhaps = |quantity: Option<Quantity>| quantity.map(|it| it.to_string()).unwrap_or_default();
    let of_lot = |part: fn(&Lot) -> &String| lot.map(part).cloned().unwrap_or_default();
    [
        hospital.region.clone(),
        hospital.name.clone(),
        of_lot(|lot| &lot.code),
        line.company.clone(),
        line.approved.or(line.verified).unwrap_or(line.reported).to_string(),
        of_lot(|lot| &lot.unit),
        of_lot(|lot| &lot.generic),
        line.reported.to_string(),
        perhaps(line.verified),
        perhaps(line.approved),
        line.history.to_string(),
        line.reason.clone(),
        super::line_state(line.state, t).to_owned(),
        line.remark.clone(),
        line.product.clone(),
    ]
}
