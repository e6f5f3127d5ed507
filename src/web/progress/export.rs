//! Progress as files: the groups of a board, or the contracts of a list.

use actix_web::{HttpResponse, web};

use crate::error::Result;
use crate::people::Who;
use crate::supply::progress::{Cause, Numbers};
use crate::text::Text;
use crate::types::Time;
use crate::web::lists::{EXPORT, Line, Table, exported};
use crate::web::progress::{Asked, board, lines, percent, units, yuan};
use crate::web::{App, Page, Person};

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

/// A board as a file.
pub async fn groups(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let t = page.t;
    let (reader, wanted, now) = (who.0.clone(), asked.clone(), app.now());
    let it = app.read(move |conn| board::load(conn, &reader, &wanted, now)).await?;
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
        let mut cells: Line = vec![group.code.clone(), group.name.clone(), group.contracts.to_string()];
        cells.extend([n.agreed, n.used(), n.reserved, n.consumed, n.lost, n.overdue].map(yuan));
        cells.extend(rates(n, *cause, t));
        cells
    });
    let table =
        Table { name: p.title, headers: &headers, numbers: &[2, 3, 4, 5, 6, 7, 8], lines: rows.collect() };
    written(&page, &who, &app, &asked, table).await
}

/// Contracts read at a time.
const STEP: usize = 2_000;

/// A list of contracts as a file.
pub async fn contracts(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (t, p) = (page.t, &page.t.progress);
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
    let (reader, wanted, now) = (who.0.clone(), asked.clone(), app.now());
    let lines = app.read(move |conn| all(conn, &reader, &wanted, now, t)).await?;
    let numbers = [4, 5, 6, 7, 8, 9, 10, 11];
    let table = Table { name: p.lines_title, headers: &headers, numbers: &numbers, lines };
    written(&page, &who, &app, &asked, table).await
}

fn all(conn: &mut crate::db::Conn, who: &Who, asked: &Asked, now: Time, t: &Text) -> Result<Vec<Line>> {
    let (mut rows, mut after) = (Vec::new(), String::new());
    while rows.len() < EXPORT {
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

/// The table as the file that is asked for; the export is in the trail.
async fn written(
    page: &Page,
    who: &Person,
    app: &App,
    asked: &Asked,
    table: Table<'_, Line>,
) -> Result<HttpResponse> {
    let filter = asked.query(&asked.by);
    exported(app, who.ctx(app), ("progress.export", "contracts"), table.lines.len(), filter).await?;
    table.download(&page.path)
}
