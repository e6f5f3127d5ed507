//! The questions of a round as files: the list, and the answers as `jicai award` reads them.

use actix_web::{HttpResponse, web};

use crate::audit::{self, Deed};
use crate::awards::questions::store::{self, Listed};
use crate::awards::{input, output, sheets};
use crate::db::Tx;
use crate::error::Result;
use crate::files::write::Csv;
use crate::rounds;
use crate::text::Text;
use crate::types::{Ctx, RoundId, Time, UnitPrice};
use crate::web::lists::Table;
use crate::web::questions::list::Wanted;
use crate::web::{App, Page, Staff, page};

fn headers(t: &Text) -> [(&'static str, u16); 12] {
    let q = &t.questions;
    [
        (q.lot, 24),
        (q.company, 30),
        (q.question, 10),
        (q.price, 16),
        (q.answer, 16),
        (q.state, 12),
        (q.version, 10),
        (q.asked_at, 20),
        (q.deadline, 20),
        (q.closed_at, 20),
        (q.answered_by, 16),
        (q.remark, 40),
    ]
}

type Row = [String; 12];

fn row((it, code, generic, company, version): &Listed, by: String, t: &Text) -> Row {
    let price = |price: Option<UnitPrice>| price.map(|price| price.to_string()).unwrap_or_default();
    [
        format!("{code} {generic}"),
        company.clone(),
        it.question.name(t).to_owned(),
        price(Some(it.price)),
        price(it.answer),
        it.state.name(t).to_owned(),
        version.to_string(),
        it.asked_at.seconds(),
        it.deadline.to_string(),
        it.closed_at.map(Time::seconds).unwrap_or_default(),
        by,
        it.remark.clone(),
    ]
}

fn record(tx: &mut Tx, ctx: &Ctx, id: &RoundId, lines: usize) -> Result<()> {
    let deed = Deed { action: "questions.export", subject: "rounds", id: id.as_str() };
    audit::record(tx, ctx, deed, &(), &lines)
}

/// The list as a file; the export is in the trail.
pub async fn list(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse> {
    let (filter, ctx, t) = (wanted.filter(&who)?, who.ctx(&app), page.t);
    let (number, lines) = app
        .write(move |tx| {
            let round = rounds::round(tx.conn(), &id)?;
            let found = store::list(tx.conn(), &id, &filter)?;
            let ids = found.iter().filter_map(|(it, ..)| it.answered_by.clone()).collect();
            let names = store::names(tx.conn(), ids)?;
            let by = |it: &Listed| it.0.answered_by.as_ref().and_then(|id| names.get(id)).cloned();
            let rows: Vec<Row> = found.iter().map(|it| row(it, by(it).unwrap_or_default(), t)).collect();
            record(tx, &ctx, &id, rows.len())?;
            Ok((round.number, rows))
        })
        .await?;
    let title = t.questions.title;
    Table { name: title, headers: &headers(t), numbers: &[3, 4, 6], lines }
        .download_as(&format!("{number} {title}"), &page.path)
}

/// The answers that count now, as `jicai award --consents` reads them.
pub async fn consents(who: Staff, app: web::Data<App>, id: web::Path<RoundId>) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let (number, bytes) = app
        .write(move |tx| {
            let round = rounds::round(tx.conn(), &id)?;
            let answers = input::load(tx.conn(), &round)?.answers;
            record(tx, &ctx, &id, answers.consents.len())?;
            Ok((round.number, output::write(sheets::consents(&answers.consents), Csv::new(Vec::new())?)?))
        })
        .await?;
    Ok(page::csv(&format!("{number}-consents"), bytes))
}
