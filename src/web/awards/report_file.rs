//! The evaluation report as a workbook: one sheet for each part.

use actix_web::{HttpResponse, web};
use rust_decimal::Decimal;

use crate::audit::{self, Deed};
use crate::awards::comparison::{Cell as Bid, Row};
use crate::awards::results;
use crate::error::{Error, Result};
use crate::files::write::{Cell, Xlsx};
use crate::text::Text;
use crate::types::RoundId;
use crate::web::awards::Asked;
use crate::web::awards::comparison::number;
use crate::web::awards::report::Report;
use crate::web::{App, Evaluator, Page, page};

/// The workbook; an export is in the trail.
pub async fn xlsx(
    page: Page,
    who: Evaluator,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (id, ctx, version, t) = (id.into_inner(), who.ctx(&app), asked.version, page.t);
    let report = app
        .write(move |tx| {
            let report = Report::read(tx.conn(), &id, version, ctx.now)?.1.ok_or(Error::NotFound)?;
            let deed = Deed { action: "award.report", subject: "awards", id: report.award.id.as_str() };
            audit::record(tx, &ctx, deed, &(), &(report.award.version, &report.award.output_sha256))?;
            Ok(report)
        })
        .await?;
    let name = format!("{}-v{}-report", report.round.number, report.award.version);
    Ok(page::xlsx(&name, workbook(&report, t)?))
}

fn or_text(text: &str) -> Cell<'_> {
    text.parse::<Decimal>().map_or(Cell::Text(text), Cell::Number)
}

fn workbook(report: &Report, t: &Text) -> Result<Vec<u8>> {
    let c = &t.comparison;
    let mut book = Xlsx::new(c.summary, &[(c.item, 34), (c.value, 70)])?;
    let round = format!("{} {}", report.round.number, report.round.title);
    book.row(&[Cell::Text(c.report), Cell::Text(&round)])?;
    for (name, value) in report.facts(t) {
        book.row(&[Cell::Text(name), Cell::Text(&value)])?;
    }
    for (name, value) in report.summary(t) {
        book.row(&[Cell::Text(name), or_text(&value)])?;
    }
    parameters(&mut book, report, t)?;
    results_sheet(&mut book, report, t)?;
    bids_sheet(&mut book, c.invalid_list, &report.invalid(), t)?;
    bids_sheet(&mut book, c.ties, &report.ties(), t)?;
    near(&mut book, report, t)?;
    book.sheet(c.screens, &[(t.screens.screen, 36), (t.screens.found, 10), (c.screens_looked, 10)])?;
    for (title, found, looked) in report.screened(t) {
        book.row(&[title.into(), Decimal::from(found).into(), Decimal::from(looked).into()])?;
    }
    book.row(&[Cell::Text(c.screens_note)])?;
    book.sheet(c.signatures, &[(c.signatures, 24), (c.sign_name, 30), (c.sign_date, 20)])?;
    for (who, places) in super::report::signers(t) {
        for _ in 0..places {
            book.row(&[Cell::Text(who)])?;
        }
    }
    book.finish()
}

fn parameters(book: &mut Xlsx, report: &Report, t: &Text) -> Result<()> {
    let r = &t.rounds;
    let headers = [(r.parameter, 30), (r.value, 24), (r.clause, 70), (r.confidence, 12)];
    book.sheet(t.comparison.parameters, &headers)?;
    for it in report.rules.parameters() {
        let mark = report.mark(&it.confidence, t);
        book.row(&[&*it.name, &*it.value, &*it.clause, mark].map(Cell::Text))?;
    }
    Ok(())
}

fn results_sheet(book: &mut Xlsx, report: &Report, t: &Text) -> Result<()> {
    let (c, e) = (&t.comparison, &t.evaluation);
    book.sheet(
        c.results,
        &[
            (e.lot, 8),
            (e.generic, 24),
            (e.ceiling, 12),
            (e.bidders, 8),
            (c.places, 8),
            (c.anchor, 12),
            (e.fuse_line, 12),
            (e.rank, 6),
            (e.company, 30),
            (e.product, 26),
            (e.spec, 14),
            (e.unit_price, 12),
            (e.ratio, 10),
            (e.comparable_price, 14),
            (e.cut, 10),
            (e.result, 14),
            (e.award_price, 12),
            (e.share, 8),
            (e.why, 80),
        ],
    )?;
    for row in &report.rows {
        for cell in &row.cells {
            let d = &cell.decision;
            let (anchor, fuse) = (number(&row.anchor), number(&row.fuse));
            let (places, rank) = (or_empty(row.places), or_empty(d.rank));
            let (cut, award) = (results::cut(d, row.lot.ceiling), or_empty(d.award_price));
            let why = why(cell, t);
            book.row(&[
                Cell::Text(&row.lot.code),
                Cell::Text(&row.lot.generic),
                row.lot.ceiling.decimal().into(),
                Decimal::from(row.bidders()).into(),
                or_text(&places),
                or_text(&anchor),
                or_text(&fuse),
                or_text(&rank),
                Cell::Text(&cell.company),
                Cell::Text(&d.product),
                Cell::Text(&d.spec),
                d.unit_price.decimal().into(),
                or_text(&d.ratio),
                d.comparable_price.decimal().into(),
                Cell::Text(&cut),
                Cell::Text(d.status.name(t)),
                or_text(&award),
                or_text(&d.share),
                Cell::Text(&why),
            ])?;
        }
    }
    Ok(())
}

fn or_empty<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The reason in words, with arithmetic and clause.
fn why(bid: &Bid, t: &Text) -> String {
    let d = &bid.decision;
    let clause = if d.clause.is_empty() { String::new() } else { format!(" [{}]", d.clause) };
    format!("{} {}{clause}", results::code_name(&d.code, t), d.arithmetic)
}

fn bids_sheet(book: &mut Xlsx, name: &str, list: &[(&Row, &Bid)], t: &Text) -> Result<()> {
    let e = &t.evaluation;
    let headers = [
        (e.lot, 8),
        (e.generic, 24),
        (e.rank, 6),
        (e.company, 30),
        (e.unit_price, 12),
        (e.comparable_price, 14),
        (e.why, 80),
    ];
    book.sheet(name, &headers)?;
    for (row, bid) in list {
        let (rank, why) = (or_empty(bid.decision.rank), why(bid, t));
        book.row(&[
            Cell::Text(&row.lot.code),
            Cell::Text(&row.lot.generic),
            or_text(&rank),
            Cell::Text(&bid.company),
            bid.decision.unit_price.decimal().into(),
            bid.decision.comparable_price.decimal().into(),
            Cell::Text(&why),
        ])?;
    }
    Ok(())
}

fn near(book: &mut Xlsx, report: &Report, t: &Text) -> Result<()> {
    let (c, e) = (&t.comparison, &t.evaluation);
    let headers = [
        (e.lot, 8),
        (e.generic, 24),
        (e.rank, 6),
        (e.company, 30),
        (e.comparable_price, 14),
        (c.near_line, 14),
        (c.line_value, 12),
        (c.distance, 12),
        (e.result, 14),
    ];
    book.sheet(c.near_list, &headers)?;
    for it in report.near(t) {
        let (rank, line) = (or_empty(it.cell.decision.rank), number(&it.row.fuse));
        let line = if it.distance.is_empty() { "" } else { &line };
        book.row(&[
            Cell::Text(&it.row.lot.code),
            Cell::Text(&it.row.lot.generic),
            or_text(&rank),
            Cell::Text(&it.cell.company),
            it.cell.decision.comparable_price.decimal().into(),
            Cell::Text(it.line),
            or_text(line),
            Cell::Text(&it.distance),
            Cell::Text(it.cell.decision.status.name(t)),
        ])?;
    }
    Ok(())
}
