//! The board of a round: signing rate per lot, hospital and supplier, and who is late.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{self, Deed};
use crate::contracts::board::{Board, Tally, board};
use crate::contracts::{self, rules};
use crate::error::Result;
use crate::files::write::{Cell, Csv, Xlsx};
use crate::people::Role;
use crate::rounds::{self, Round, RoundState};
use crate::text::{Text, fill};
use crate::types::RoundId;
use crate::web::{App, Officer, Page, Staff, page};

#[derive(Template)]
#[template(path = "contracts/board.html")]
struct Show {
    page: Page,
    round: Round,
    groups: Vec<(&'static str, Vec<Tally>)>,
    total: Tally,
    warning: String,
}

impl Show {
    fn may_draw(&self) -> bool {
        rules::may_draw(self.round.state).is_ok() && self.page.is(Role::Officer.as_str())
    }

    fn empty(&self) -> String {
        let c = &self.page.t.contracts;
        if rules::is_drawn(self.round.state) || self.round.state == RoundState::Awarded {
            return c.board_empty.to_owned();
        }
        fill(c.board_not_awarded, &[("state", &self.round.state.name(self.page.t))])
    }
}

/// The signing rate as it is shown.
pub(super) fn percent(it: &Tally) -> String {
    it.rate().map_or("—".to_owned(), |rate| format!("{rate}%"))
}

async fn read(app: &App, id: &RoundId) -> Result<(Round, Board)> {
    let id = id.clone();
    app.read(move |conn| Ok((rounds::round(conn, &id)?, board(conn, &id)?))).await
}

/// The board.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let (round, board) = read(&app, &id).await?;
    let (t, total) = (page.t, Tally::sum(&board.lots));
    let open = total.due - total.signed;
    let warning = match round.state {
        _ if open == 0 => String::new(),
        RoundState::Executing => fill(t.contracts.unsigned_warning, &[("count", &open)]),
        _ if round.calendar.contract_to <= app.now() => fill(t.contracts.late_warning, &[("count", &open)]),
        _ => String::new(),
    };
    page::show(&Show { groups: groups(board, t), page, round, total, warning })
}

fn groups(board: Board, t: &Text) -> Vec<(&'static str, Vec<Tally>)> {
    let c = &t.contracts;
    vec![(c.by_lot, board.lots), (c.by_hospital, board.hospitals), (c.by_supplier, board.suppliers)]
}

/// Draws up the contracts of the award.
pub async fn draw_up(who: Officer, app: web::Data<App>, id: web::Path<RoundId>) -> Result<HttpResponse> {
    let (ctx, path) = (who.ctx(&app), format!("/rounds/{id}/contracts"));
    app.write(move |tx| contracts::draw_up(tx, &ctx, &id)).await?;
    Ok(page::see_done(&path))
}

/// The board as CSV.
pub async fn csv(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let (name, rows) = export(&page, &who, &app, &id).await?;
    let mut out = Csv::new(Vec::new())?;
    out.row(headers(page.t).map(|(header, _)| header))?;
    for row in rows {
        out.row(row)?;
    }
    Ok(page::download(&format!("{name}.csv"), "text/csv; charset=utf-8", out.finish()?))
}

/// The board as XLSX.
pub async fn xlsx(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let (name, rows) = export(&page, &who, &app, &id).await?;
    let mut out = Xlsx::new(page.t.contracts.board_title, &headers(page.t))?;
    for row in rows {
        let cells: Vec<Cell> = row
            .iter()
            .enumerate()
            .map(|(at, text)| match crate::types::parse_decimal(text) {
                Ok(number) if at > 2 => Cell::Number(number),
                _ => Cell::Text(text),
            })
            .collect();
        out.row(&cells)?;
    }
    let media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(page::download(&format!("{name}.xlsx"), media, out.finish()?))
}

fn headers(t: &Text) -> [(&'static str, u16); 9] {
    let c = &t.contracts;
    [
        (c.board_part, 14),
        (c.code, 22),
        (c.name, 32),
        (c.due, 10),
        (c.signed, 10),
        (c.rate, 10),
        (c.late_hospital, 18),
        (c.late_supplier, 18),
        (c.late_both, 18),
    ]
}

/// The file's name and its rows; the export is audited.
async fn export(page: &Page, who: &Staff, app: &App, id: &RoundId) -> Result<(String, Vec<[String; 9]>)> {
    let (round, board) = read(app, id).await?;
    let mut rows = Vec::new();
    for (group, list) in groups(board, page.t) {
        rows.extend(list.iter().map(|it| {
            let rate = it.rate().map(|r| r.to_string()).unwrap_or_default();
            [
                group.to_owned(),
                it.code.clone(),
                it.name.clone(),
                it.due.to_string(),
                it.signed.to_string(),
                rate,
                it.waits_hospital.to_string(),
                it.waits_supplier.to_string(),
                it.waits_both.to_string(),
            ]
        }));
    }
    let (ctx, id, lines) = (who.ctx(app), id.clone(), rows.len());
    app.write(move |tx| {
        let deed = Deed { action: "contracts.board.export", subject: "rounds", id: id.as_str() };
        audit::record(tx, &ctx, deed, &(), &lines)
    })
    .await?;
    Ok((format!("{} {}", round.number, page.t.contracts.board_title), rows))
}
