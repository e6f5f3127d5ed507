//! A plan's results as files: hospitals, lines, and one hospital's own sheet.

use actix_web::{HttpResponse, web};

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::write::{Csv, Xlsx, cells};
use crate::payments::retention::store::{Asked, Listed};
use crate::payments::retention::{self, Line, SUBJECT, store};
use crate::people;
use crate::text::Text;
use crate::types::{Ctx, OrganisationId, PlanId};
use crate::web::{App, Page, Person, Staff, page};

fn sheet_headers(t: &Text) -> [(&'static str, u16); 13] {
    let m = &t.retention;
    [
        (m.code, 16),
        (m.hospital, 32),
        (m.generics, 10),
        (m.budget, 18),
        (m.spend, 18),
        (m.base, 18),
        (m.completed, 16),
        (m.score, 10),
        (m.grade, 8),
        (m.share, 10),
        (m.retained, 18),
        (m.cut, 18),
        (m.computed_by_hash, 20),
    ]
}

fn sheet_cells((it, code, name): &Listed, t: &Text) -> [String; 13] {
    let m = &t.retention;
    [
        code.clone(),
        name.clone(),
        it.generics.to_string(),
        it.budget.to_string(),
        it.spend.to_string(),
        super::known(it.base),
        if it.incomplete == 0 { m.is_complete } else { m.is_incomplete }.to_owned(),
        super::known(it.score),
        it.grade.clone(),
        super::known(it.share),
        super::known(it.retained),
        super::known(it.cut),
        it.inputs_sha256.clone(),
    ]
}

fn line_headers(t: &Text) -> [(&'static str, u16); 16] {
    let m = &t.retention;
    [
        (m.code, 16),
        (m.hospital, 32),
        (m.generic, 24),
        (m.quantity, 16),
        (m.price, 14),
        (m.agreed, 16),
        (m.selected, 16),
        (m.counted_part, 18),
        (m.above, 16),
        (m.other, 16),
        (m.amount, 18),
        (m.evaluated, 16),
        (m.amount, 18),
        (m.budget, 18),
        (m.spend, 18),
        (m.completed, 12),
    ]
}

fn line_cells(it: &Line, code: &str, name: &str, t: &Text) -> Result<[String; 16]> {
    let m = &t.retention;
    Ok([
        code.to_owned(),
        name.to_owned(),
        it.generic.clone(),
        super::known(it.base_quantity),
        super::known(it.price_before),
        it.agreed.to_string(),
        it.selected.to_string(),
        crate::types::half_up(retention::rules::counted(&it.facts())?, 9).normalize().to_string(),
        it.above.to_string(),
        it.other.to_string(),
        it.other_amount.to_string(),
        it.evaluated.to_string(),
        it.evaluated_amount.to_string(),
        super::known(it.budget),
        it.spend.to_string(),
        if it.is_complete { m.is_complete } else { m.is_incomplete }.to_owned(),
    ])
}

/// From the third on, a sheet's and a line's figures are numbers.
const NUMBERS: [usize; 14] = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

fn row(out: &mut Xlsx, line: &[String]) -> Result<()> {
    out.row(&cells(line, &NUMBERS))
}

fn all(conn: &mut Conn, id: &PlanId) -> Result<Vec<Listed>> {
    store::sheets(conn, &Asked { plan: id.clone(), ..Asked::default() }, i64::MAX)
}

fn note(tx: &mut Tx, ctx: &Ctx, id: &PlanId, what: &str) -> Result<()> {
    audit::record(tx, ctx, Deed { action: "retention.export", subject: SUBJECT, id: id.as_str() }, &(), &what)
}

/// The hospitals as CSV.
pub async fn csv(page: Page, who: Staff, app: web::Data<App>, id: web::Path<PlanId>) -> Result<HttpResponse> {
    let (t, ctx) = (page.t, who.ctx(&app));
    let (name, bytes) = app
        .write(move |tx| {
            let (plan, round) = retention::plan(tx.conn(), &id)?;
            let mut out = Csv::new(Vec::new())?;
            out.row(sheet_headers(t).map(|(header, _)| header))?;
            for it in all(tx.conn(), &id)? {
                out.row(sheet_cells(&it, t))?;
            }
            note(tx, &ctx, &id, "export.csv")?;
            Ok((format!("{} {}", plan.title(&round, t), t.retention.title), out.finish()?))
        })
        .await?;
    Ok(page::csv(&name, bytes))
}

/// Every line as CSV, hospital by hospital.
pub async fn lines(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<PlanId>,
) -> Result<HttpResponse> {
    let (t, ctx) = (page.t, who.ctx(&app));
    let (name, bytes) = app
        .write(move |tx| {
            let (plan, round) = retention::plan(tx.conn(), &id)?;
            let mut out = Csv::new(Vec::new())?;
            out.row(line_headers(t).map(|(header, _)| header))?;
            for (sheet, code, name) in all(tx.conn(), &id)? {
                for it in store::lines(tx.conn(), &id, &sheet.hospital_id)? {
                    out.row(line_cells(&it, &code, &name, t)?)?;
                }
            }
            note(tx, &ctx, &id, "lines.csv")?;
            Ok((format!("{} {}", plan.title(&round, t), t.retention.sheet_title), out.finish()?))
        })
        .await?;
    Ok(page::csv(&name, bytes))
}

/// Hospitals and lines as XLSX.
pub async fn xlsx(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<PlanId>,
) -> Result<HttpResponse> {
    let (t, ctx) = (page.t, who.ctx(&app));
    let (name, bytes) = app
        .write(move |tx| {
            let (plan, round) = retention::plan(tx.conn(), &id)?;
            let sheets = all(tx.conn(), &id)?;
            let mut out = Xlsx::new(t.retention.sheets, &sheet_headers(t))?;
            for it in &sheets {
                row(&mut out, &sheet_cells(it, t))?;
            }
            out.sheet(t.retention.sheet_title, &line_headers(t))?;
            for (sheet, code, name) in &sheets {
                for it in store::lines(tx.conn(), &id, &sheet.hospital_id)? {
                    row(&mut out, &line_cells(&it, code, name, t)?)?;
                }
            }
            note(tx, &ctx, &id, "export.xlsx")?;
            Ok((format!("{} {}", plan.title(&round, t), t.retention.title), out.finish()?))
        })
        .await?;
    Ok(page::xlsx(&name, bytes))
}

type Own = (String, Listed, Vec<Line>);

async fn own(page: &Page, who: &Person, app: &App, ids: (PlanId, OrganisationId)) -> Result<Own> {
    let (t, ctx, reader) = (page.t, who.ctx(app), who.0.clone());
    app.write(move |tx| {
        let (id, hospital) = &ids;
        let (plan, round, sheet) = super::sheet(tx.conn(), &reader, id, hospital)?;
        let it = people::store::organisation(tx.conn(), hospital)?.ok_or(Error::NotFound)?;
        let lines = store::lines(tx.conn(), id, hospital)?;
        note(tx, &ctx, id, it.code.as_str())?;
        Ok((format!("{} {}", plan.title(&round, t), it.name), (sheet, it.code, it.name), lines))
    })
    .await
}

/// One hospital's sheet as CSV: its lines.
pub async fn own_csv(
    page: Page,
    who: Person,
    app: web::Data<App>,
    ids: web::Path<(PlanId, OrganisationId)>,
) -> Result<HttpResponse> {
    let (name, (_, code, hospital), lines) = own(&page, &who, &app, ids.into_inner()).await?;
    let mut out = Csv::new(Vec::new())?;
    out.row(line_headers(page.t).map(|(header, _)| header))?;
    for it in &lines {
        out.row(line_cells(it, &code, &hospital, page.t)?)?;
    }
    Ok(page::csv(&name, out.finish()?))
}

/// One hospital's sheet as XLSX: its result and its lines.
pub async fn own_xlsx(
    page: Page,
    who: Person,
    app: web::Data<App>,
    ids: web::Path<(PlanId, OrganisationId)>,
) -> Result<HttpResponse> {
    let (name, listed, lines) = own(&page, &who, &app, ids.into_inner()).await?;
    let mut out = Xlsx::new(page.t.retention.sheets, &sheet_headers(page.t))?;
    row(&mut out, &sheet_cells(&listed, page.t))?;
    out.sheet(page.t.retention.sheet_title, &line_headers(page.t))?;
    for it in &lines {
        row(&mut out, &line_cells(it, &listed.1, &listed.2, page.t)?)?;
    }
    Ok(page::xlsx(&name, out.finish()?))
}
