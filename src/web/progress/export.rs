//! Progress as files: the groups of a board, or the contracts of a list.

use actix_web::{HttpResponse, web};

use crate::audit::{self, Deed};
use crate::error::Result;
use crate::files::write::{Cell, Csv, Xlsx};
use crate::people::Who;
use crate::supply::progress::{Cause, Numbers};
use crate::text::Text;
use crate::types::{Ctx, Time};
use crate::web::progress::{Asked, board, lines, percent, units, yuan};
use crate::web::{App, Page, Person, page};

/// A table to be written: headers with their widths, the columns that are numbers, and the rows.
struct Table {
    title: &'static str,
    headers: Vec<(&'static str, u16)>,
    numbers: std::ops::Range<usize>,
    rows: Vec<Vec<String>>,
}

/// The shares and rates every table ends with.
fn rates(it: &Numbers, cause: Cause, t: &Text) -> Vec<String> {
    let mut cells: Vec<String> = [
        it.used_share(),
        it.consumed_share(),
        it.elapsed_share(),
        it.lag(),
        it.delivery_rate(),
        it.fill_rate(),
        it.on_time_rate(),
    ]
    .map(percent)
    .to_vec();
    cells.push(cause.name(t).to_owned());
    cells
}

fn rate_headers(t: &'static Text) -> [(&'static str, u16); 8] {
    let p = &t.progress;
    [
        (p.used_share, 12),
        (p.consumed_share, 12),
        (p.elapsed, 12),
        (p.lag, 10),
        (p.delivery_rate, 10),
        (p.fill_rate, 10),
        (p.on_time_rate, 10),
        (p.cause, 22),
    ]
}

async fn groups(app: &App, who: &Who, asked: &Asked, t: &'static Text) -> Result<Table> {
    let (reader, asked, now) = (who.clone(), asked.clone(), app.now());
    let it = app.read(move |conn| board::load(conn, &reader, &asked, now)).await?;
    let p = &t.progress;
    let mut headers = vec![
        (p.code, 24),
        (it.part.name(t), 32),
        (p.contracts, 10),
        (p.agreed, 16),
        (p.used, 16),
        (p.reserved, 16),
        (p.consumed, 16),
        (p.lost, 16),
        (p.overdue, 16),
    ];
    headers.extend(rate_headers(t));
    let rows = it.groups.iter().map(|(group, cause)| {
        let n = &group.numbers;
        let mut cells = vec![group.code.clone(), group.name.clone(), group.contracts.to_string()];
        cells.extend([n.agreed, n.used(), n.reserved, n.consumed, n.lost, n.overdue].map(yuan));
        cells.extend(rates(n, *cause, t));
        cells
    });
    Ok(Table { title: p.title, numbers: 2..9, rows: rows.collect(), headers })
}

/// Most contracts of one export.
const MOST: usize = 200_000;
/// Contracts read at a time.
const STEP: usize = 2_000;

async fn contracts(app: &App, who: &Who, asked: &Asked, t: &'static Text) -> Result<Table> {
    let p = &t.progress;
    let mut headers = vec![
        (p.contract, 26),
        (p.lot, 22),
        (p.hospital, 30),
        (p.supplier, 30),
        (p.agreed_quantity, 14),
        (p.reserved, 14),
        (p.consumed, 14),
        (p.lost, 12),
        (p.overdue, 12),
        (p.ordered, 12),
        (p.shipped, 12),
        (p.accepted, 12),
    ];
    headers.extend(rate_headers(t));
    let (reader, asked, now) = (who.clone(), asked.clone(), app.now());
    let rows = app.read(move |conn| all(conn, &reader, &asked, now, t)).await?;
    Ok(Table { title: p.lines_title, numbers: 4..12, rows, headers })
}

fn all(
    conn: &mut crate::db::Conn,
    who: &Who,
    asked: &Asked,
    now: Time,
    t: &Text,
) -> Result<Vec<Vec<String>>> {
    let (mut rows, mut after) = (Vec::new(), String::new());
    while rows.len() < MOST {
        let found = lines::load(conn, who, asked, &after, STEP, now)?;
        rows.extend(found.list.iter().map(|it| {
            let (line, n) = (&it.line, &it.numbers);
            let mut cells =
                vec![line.number.clone(), line.generic.clone(), line.hospital.clone(), line.supplier.clone()];
            let figures =
                [n.agreed, n.reserved, n.consumed, n.lost, n.overdue, n.ordered, n.shipped, n.accepted];
            cells.extend(figures.map(units));
            cells.extend(rates(n, it.cause, t));
            cells
        }));
        let Some(next) = found.next else { break };
        after = next;
    }
    Ok(rows)
}

fn as_csv(table: &Table) -> Result<HttpResponse> {
    let mut out = Csv::new(Vec::new())?;
    out.row(table.headers.iter().map(|(name, _)| name))?;
    for row in &table.rows {
        out.row(row)?;
    }
    Ok(page::download(&format!("{}.csv", table.title), "text/csv; charset=utf-8", out.finish()?))
}

fn as_xlsx(table: &Table) -> Result<HttpResponse> {
    let mut out = Xlsx::new(table.title, &table.headers)?;
    for row in &table.rows {
        let cells: Vec<Cell> = row
            .iter()
            .enumerate()
            .map(|(at, text)| match crate::types::parse_decimal(text) {
                Ok(number) if table.numbers.contains(&at) => Cell::Number(number),
                _ => Cell::Text(text),
            })
            .collect();
        out.row(&cells)?;
    }
    let media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(page::download(&format!("{}.xlsx", table.title), media, out.finish()?))
}

/// The export is in the trail.
async fn note(app: &App, ctx: Ctx, asked: &Asked, lines: usize) -> Result<()> {
    let filter = asked.query(&asked.by);
    app.write(move |tx| {
        let deed = Deed { action: "progress.export", subject: "contracts", id: "" };
        audit::record(tx, &ctx, deed, &(), &serde_json::json!({ "lines": lines, "filter": filter }))
    })
    .await
}

/// A board as CSV.
pub async fn csv(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let table = groups(&app, &who, &asked, page.t).await?;
    note(&app, who.ctx(&app), &asked, table.rows.len()).await?;
    as_csv(&table)
}

/// A board as XLSX.
pub async fn xlsx(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let table = groups(&app, &who, &asked, page.t).await?;
    note(&app, who.ctx(&app), &asked, table.rows.len()).await?;
    as_xlsx(&table)
}

/// A list of contracts as CSV.
pub async fn lines_csv(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let table = contracts(&app, &who, &asked, page.t).await?;
    note(&app, who.ctx(&app), &asked, table.rows.len()).await?;
    as_csv(&table)
}

/// A list of contracts as XLSX.
pub async fn lines_xlsx(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let table = contracts(&app, &who, &asked, page.t).await?;
    note(&app, who.ctx(&app), &asked, table.rows.len()).await?;
    as_xlsx(&table)
}
