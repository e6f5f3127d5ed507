//! The delivery notes of a list line by line, with what was taken in, as CSV or XLSX.

use actix_web::{HttpResponse, web};

use crate::db::Conn;
use crate::error::Result;
use crate::files::write::{self, Csv, Xlsx};
use crate::people::Who;
use crate::people::store::names;
use crate::supply::deliveries::store;
use crate::supply::{Delivery, DeliveryLine, OrderLine, Receipt, confirmations};
use crate::text::Text;
use crate::web::deliveries::list::Asked;
use crate::web::lists::exported;
use crate::web::{App, Page, Person, page};

/// Most lines of one export.
const EXPORT: usize = 100_000;
/// Notes read at a time.
const BATCH: i64 = 200;
const WIDTH: usize = 18;

fn headers(t: &Text) -> [(&'static str, u16); WIDTH] {
    let d = &t.deliveries;
    [
        (d.note, 20),
        (d.order, 20),
        (d.hospital, 30),
        (d.supplier, 30),
        (d.sent_on, 12),
        (d.line, 8),
        (d.generic, 20),
        (d.product, 24),
        (d.spec, 16),
        (d.unit, 8),
        (d.quantity, 12),
        (d.batch, 16),
        (d.expires_on, 12),
        (d.accepted, 12),
        (d.refused, 12),
        (d.reason, 24),
        (d.amount, 14),
        (d.received_on, 12),
    ]
}

/// Quantities and the amount are numbers; everything else is text.
const NUMBERS: &[usize] = &[10, 13, 14, 16];

/// What the trail says of an export.
const DEED: (&str, &str) = ("deliveries.export", "deliveries");

/// Gives every line to `sink`, the latest note first; how many there were.
fn lines(
    conn: &mut Conn,
    asked: &Asked,
    who: &Who,
    sink: &mut dyn FnMut([String; WIDTH]) -> Result<()>,
) -> Result<usize> {
    let mut filter = asked.filter(conn, who)?;
    filter.before = None;
    let mut count = 0;
    loop {
        let found = store::page(conn, &filter, BATCH)?;
        let Some(last) = found.last() else { return Ok(count) };
        filter.before = Some(last.id.clone());
        let parties = found.iter().flat_map(|it| [it.hospital_id.clone(), it.supplier_id.clone()]);
        let names = names(conn, parties.collect())?;
        let orders = found.iter().map(|it| it.order_id.clone()).collect();
        let orders = confirmations::store::numbers(conn, orders)?;
        for note in &found {
            let order = orders.get(&note.order_id).map_or("", String::as_str);
            let name = |id| names.get(id).cloned().unwrap_or_default();
            let parties = [name(&note.hospital_id), name(&note.supplier_id)];
            let receipts = store::receipts(conn, &note.id)?;
            for (line, of) in store::lines(conn, &note.id)? {
                let receipt = receipts.iter().find(|it| it.delivery_line_id == line.id);
                sink(cells(note, order, &parties, (&line, &of), receipt))?;
                count += 1;
                if count >= EXPORT {
                    return Ok(count);
                }
            }
        }
    }
}

fn cells(
    note: &Delivery,
    order: &str,
    [hospital, supplier]: &[String; 2],
    (line, of): (&DeliveryLine, &OrderLine),
    receipt: Option<&Receipt>,
) -> [String; WIDTH] {
    let of_receipt = |text: fn(&Receipt) -> String| receipt.map(text).unwrap_or_default();
    [
        note.number.clone(),
        order.to_owned(),
        hospital.clone(),
        supplier.clone(),
        note.sent_on.to_string(),
        of.position.to_string(),
        of.generic.clone(),
        of.product.clone(),
        of.spec.clone(),
        of.unit.clone(),
        line.quantity.to_string(),
        line.batch.clone(),
        line.expires_on.to_string(),
        of_receipt(|it| it.accepted.to_string()),
        of_receipt(|it| it.refused.to_string()),
        of_receipt(|it| it.reason.clone()),
        of_receipt(|it| it.amount.to_string()),
        of_receipt(|it| it.received_on.to_string()),
    ]
}

/// The filtered notes as CSV.
pub async fn csv(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (t, asked) = (page.t, asked.into_inner());
    let (wanted, reader) = (asked.clone(), who.0.clone());
    let (bytes, count) = app
        .read(move |conn| {
            let mut out = Csv::new(Vec::new())?;
            out.row(headers(t).map(|(name, _)| name))?;
            let count = lines(conn, &wanted, &reader, &mut |row| out.row(row))?;
            Ok((out.finish()?, count))
        })
        .await?;
    exported(&app, who.ctx(&app), DEED, count, asked.query()).await?;
    Ok(page::csv(t.deliveries.title, bytes))
}

/// The filtered notes as XLSX.
pub async fn xlsx(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (t, asked) = (page.t, asked.into_inner());
    let (wanted, reader) = (asked.clone(), who.0.clone());
    let (bytes, count) = app
        .read(move |conn| {
            let mut out = Xlsx::new(t.deliveries.title, &headers(t))?;
            let count = lines(conn, &wanted, &reader, &mut |row| out.row(&write::cells(&row, NUMBERS)))?;
            Ok((out.finish()?, count))
        })
        .await?;
    exported(&app, who.ctx(&app), DEED, count, asked.query()).await?;
    Ok(page::xlsx(t.deliveries.title, bytes))
}
