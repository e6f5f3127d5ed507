//! Delivery notes (配送单): what a supplier sent of an order, batch by batch, with trace codes.

pub mod import;
pub mod rules;
pub mod store;

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter, News};
use crate::people;
use crate::schema::trace_codes;
use crate::supply::confirmations::{self, Scope};
use crate::supply::{Delivery, DeliveryLine, DeliveryState, Order, OrderLine, distributors, orders};
use crate::types::{Ctx, DeliveryId, DeliveryLineId, OrderId, Time};

pub use rules::{Checked, Refused, Sent};

/// The trace code of one package (追溯码): on one note at a time.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = trace_codes, treat_none_as_default_value = false)]
pub struct TraceCode {
    /// Its 20 digits.
    pub code: String,
    /// On which line it came.
    pub delivery_line_id: DeliveryLineId,
    /// When the package was refused or went back, and may be delivered again.
    pub freed_at: Option<Time>,
}

/// A note as it is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id, from the form.
    pub id: DeliveryId,
    /// The supplier's own number.
    pub number: String,
    /// For which order.
    pub order_id: OrderId,
    /// What was sent.
    pub lines: Vec<Sent>,
}

/// A note the reader may see; anybody else's is not there.
pub fn seen(conn: &mut Conn, scope: &Scope, id: &DeliveryId) -> Result<Delivery> {
    let it = store::delivery(conn, id)?.ok_or(Error::NotFound)?;
    if scope.holds(&it.hospital_id, &it.supplier_id) { Ok(it) } else { Err(Error::NotFound) }
}

/// Enters a note for an order of the actor's and tells the hospital. The same form sent twice enters one.
pub fn send(tx: &mut Tx, ctx: &Ctx, note: &Note) -> Result<Delivery> {
    let order = confirmations::own(tx.conn(), ctx, &note.order_id)?;
    if let Some(known) = store::delivery(tx.conn(), &note.id)? {
        return if known.supplier_id == order.supplier_id { Ok(known) } else { Err(Error::NotFound) };
    }
    let lines = confirmations::store::lines(tx.conn(), &order.id)?;
    check_note(tx.conn(), &order, note)?;
    let mut checked = Checked::default();
    for it in &note.lines {
        let line = lines.iter().find(|line| line.id == it.line).ok_or(Refused::Line)?;
        checked.take(line, it, ctx.now.day())?;
    }
    check_codes(tx.conn(), &order, note)?;
    enter(tx, ctx, &order, note, &lines)
}

/// Number and count of lines.
fn check_note(conn: &mut Conn, order: &Order, note: &Note) -> Result<()> {
    if !rules::is_number(&note.number) {
        return Err(Refused::Number.into());
    }
    if note.lines.is_empty() {
        return Err(Refused::NoLines.into());
    }
    if note.lines.len() > rules::LINES {
        return Err(Refused::TooMany(rules::LINES).into());
    }
    match store::by_number(conn, &order.supplier_id, &note.number)? {
        Some(_) => Err(Refused::NumberTaken(note.number.clone()).into()),
        None => Ok(()),
    }
}

/// No package is in two places.
fn check_codes(conn: &mut Conn, order: &Order, note: &Note) -> Result<()> {
    let codes: Vec<String> = note.lines.iter().flat_map(|it| it.codes.iter().cloned()).collect();
    match store::held_code(conn, &codes)? {
        None => Ok(()),
        Some((code, note, supplier)) if supplier == order.supplier_id => {
            Err(Refused::CodeHeld { code, note }.into())
        }
        Some((code, ..)) => Err(Refused::CodeForeign(code).into()),
    }
}

/// Writes a note that was checked.
fn enter(tx: &mut Tx, ctx: &Ctx, order: &Order, note: &Note, lines: &[OrderLine]) -> Result<Delivery> {
    let delivery = Delivery {
        id: note.id.clone(),
        number: note.number.clone(),
        order_id: order.id.clone(),
        hospital_id: order.hospital_id.clone(),
        supplier_id: order.supplier_id.clone(),
        distributor_id: distributors::chosen(tx.conn(), &order.supplier_id, &order.region, ctx.now.day())?,
        state: DeliveryState::Sent,
        sent_on: ctx.now.day(),
        sent_at: ctx.now,
        sent_by: ctx.actor.account.clone(),
    };
    store::insert(tx, &delivery)?;
    let (mut made, mut codes) = (Vec::new(), Vec::new());
    for (it, position) in note.lines.iter().zip(1..) {
        let line = DeliveryLine {
            id: DeliveryLineId::new(),
            delivery_id: delivery.id.clone(),
            position,
            order_line_id: it.line.clone(),
            quantity: it.quantity,
            batch: it.batch.clone(),
            expires_on: it.expires_on,
        };
        codes.extend(it.codes.iter().map(|code| TraceCode {
            code: code.clone(),
            delivery_line_id: line.id.clone(),
            freed_at: None,
        }));
        made.push(line);
    }
    store::insert_lines(tx, &made)?;
    store::insert_codes(tx, &codes)?;
    let touched: BTreeSet<_> = note.lines.iter().map(|it| &it.line).collect();
    for line in lines.iter().filter(|line| touched.contains(&line.id)) {
        let sent = made.iter().filter(|it| it.order_line_id == line.id).map(|it| it.quantity);
        let shipped = sent.into_iter().try_fold(line.shipped, crate::types::Quantity::plus);
        let shipped = shipped.ok_or_else(|| Error::fault(format!("order line {}: too large", line.id)))?;
        orders::store::update_line(tx, &OrderLine { shipped, ..line.clone() })?;
    }
    let deed = Deed { action: "delivery.send", subject: "deliveries", id: delivery.id.as_str() };
    audit::record(tx, ctx, deed, &(), &(&delivery, &made))?;
    let letter = Letter::Supply {
        news: News::DeliverySent,
        number: delivery.number.clone(),
        title: people::store::organisation_name(tx.conn(), &order.supplier_id)?,
        path: format!("/deliveries/{}", delivery.id),
        detail: order.number.clone(),
    };
    for to in people::recipients(tx.conn(), &order.hospital_id)? {
        notify::post(tx, ctx, &to, &letter, &format!("delivery_sent:{}", delivery.id))?;
    }
    Ok(delivery)
}
