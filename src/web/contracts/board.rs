//! The board of a round: signing rate per lot, hospital and supplier, and who is late.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{self, Deed};
use crate::contracts::board::{Board, Tally, board};
use crate::contracts::{self, rules};
use crate::error::Result;
use crate::people::Role;
use crate::rounds::{self, Round, RoundState};
use crate::text::{Text, fill};
use crate::types::RoundId;
use crate::web::lists::Table;
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

/// The board as a file; the export is in the trail.
pub async fn export(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let (round, board) = read(&app, &id).await?;
    let mut lines = Vec::new();
    for (group, list) in groups(board, page.t) {
        lines.extend(list.iter().map(|it| {
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
    let (ctx, count) = (who.ctx(&app), lines.len());
    app.write(move |tx| {
        let deed = Deed { action: "contracts.board.export", subject: "rounds", id: id.as_str() };
        audit::record(tx, &ctx, deed, &(), &count)
    })
    .await?;
    let title = page.t.contracts.board_title;
    let name = format!("{} {title}", round.number);
    Table { name: title, headers: &headers(page.t), numbers: &[3, 4, 5, 6, 7, 8], lines }
        .download_as(&name, &page.path)
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
