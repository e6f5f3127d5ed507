//! Receipt of a delivery (验收), line by line: acceptance starts the payment clock, what is refused may come again.

pub mod import;
pub mod rules;
pub mod store;

use chrono::Days;

use crate::audit::{self, Deed};
use crate::contracts::volumes::{self, Movement};
use crate::credit::{self, Fact, FactKind};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter, News};
use crate::people;
use crate::supply::orders::{self, rules::line_state};
use crate::supply::{
    Delivery, DeliveryLine, DeliveryState, OrderLine, Receipt, ReceiptState, confirmations, deliveries,
    payers,
};
use crate::terms::{self, Term};
use crate::types::{Ctx, DeliveryId, Money, Quantity};

pub use rules::{Refused, Take};

/// A delivery of the actor's, as its hospital; anybody else's is not there.
pub(super) fn own(conn: &mut Conn, ctx: &Ctx, id: &DeliveryId) -> Result<Delivery> {
    let it = deliveries::store::delivery(conn, id)?.ok_or(Error::NotFound)?;
    if ctx.actor.organisation.as_ref() == Some(&it.hospital_id) { Ok(it) } else { Err(Error::NotFound) }
}

/// Takes lines of a delivery in, all or none of those given. The same form sent twice takes in once; a line somebody
/// else took in before is refused. Gives how many lines are newly taken in.
pub fn receive(tx: &mut Tx, ctx: &Ctx, id: &DeliveryId, takes: &[Take]) -> Result<usize> {
    let delivery = own(tx.conn(), ctx, id)?;
    if takes.is_empty() {
        return Err(Refused::NoLines.into());
    }
    let lines = deliveries::store::lines(tx.conn(), id)?;
    let mut made = Vec::new();
    for it in takes {
        let (line, _) = lines.iter().find(|(line, _)| line.id == it.line).ok_or(Refused::Line)?;
        if is_done(tx.conn(), line, it)? {
            continue;
        }
        rules::take(line.position, line.quantity, it)?;
        let held = deliveries::store::held_codes(tx.conn(), &line.id)?;
        let back = rules::going_back(line.position, held, it.refused == line.quantity, &it.codes)?;
        deliveries::store::free_codes(tx, &line.id, &back, ctx.now)?;
        made.push(take_in(tx, ctx, line, it)?);
    }
    if made.is_empty() {
        return Ok(0);
    }
    let taken = deliveries::store::receipts(tx.conn(), id)?.len();
    let state = if taken == lines.len() { DeliveryState::Received } else { DeliveryState::Sent };
    deliveries::store::set_state(tx, id, state)?;
    orders::follow(tx, &delivery.order_id)?;
    let deed = Deed { action: "delivery.receive", subject: "deliveries", id: id.as_str() };
    audit::record(tx, ctx, deed, &delivery.state, &(state, &made))?;
    tell(tx, ctx, &delivery, &made)?;
    Ok(made.len())
}

/// Whether this form took the line in before; whether somebody else did is a refusal.
fn is_done(conn: &mut Conn, line: &DeliveryLine, it: &Take) -> Result<bool> {
    match store::of_line(conn, &line.id)? {
        None => Ok(false),
        Some(known) if known.id == it.id => Ok(true),
        Some(known) => {
            let by = people::store::account_name(conn, known.account_id.as_ref())?;
            Err(Refused::Received { line: line.position, at: known.received_at, by }.into())
        }
    }
}

/// Writes the receipt of one line and what follows: counters, volume, credit facts.
fn take_in(tx: &mut Tx, ctx: &Ctx, sent: &DeliveryLine, it: &Take) -> Result<Receipt> {
    // Read again: two batches of one order line may stand on one note.
    let line = orders::store::line(tx.conn(), &sent.order_line_id)?.ok_or(Error::NotFound)?;
    let order = orders::store::order(tx.conn(), &line.order_id)?.ok_or(Error::NotFound)?;
    let today = ctx.now.day();
    let days = terms::whole(tx.conn(), Term::PaymentDays, today)?;
    let due_on = u64::try_from(days).ok().and_then(|days| today.checked_add_days(Days::new(days)));
    let receipt = Receipt {
        id: it.id.clone(),
        delivery_line_id: sent.id.clone(),
        order_line_id: line.id.clone(),
        hospital_id: line.hospital_id.clone(),
        supplier_id: line.supplier_id.clone(),
        payer: payers::payer(tx.conn(), &line.hospital_id, line.contract_id.is_some(), today)?,
        accepted: it.accepted,
        refused: it.refused,
        reason: if it.refused.is_positive() { it.reason.clone() } else { String::new() },
        unit_price: line.unit_price,
        amount: money(it.accepted, &line)?,
        credited: Money::ZERO,
        invoiced: Money::ZERO,
        paid: Money::ZERO,
        state: if it.accepted.is_positive() { ReceiptState::Accepted } else { ReceiptState::Refused },
        received_on: today,
        due_on: due_on.ok_or_else(|| Error::fault("payment term too long"))?,
        received_at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    if store::receipt(tx.conn(), &receipt.id)?.is_some() {
        // The id of another line's receipt: a form put together by hand.
        return Err(Refused::Line.into());
    }
    store::insert(tx, &receipt)?;
    if today > confirmations::due_day(tx.conn(), &order, &line, today)? {
        confirmations::note_one_late(tx, ctx, &order, &line)?;
    }
    let too_large = || Error::fault(format!("order line {}: too large", line.id));
    let mut after = OrderLine {
        accepted: line.accepted.plus(it.accepted).ok_or_else(too_large)?,
        refused: line.refused.plus(it.refused).ok_or_else(too_large)?,
        ..line.clone()
    };
    after.state = line_state(&after);
    orders::store::update_line(tx, &after)?;
    if let Some(volume) = &line.volume_id {
        volumes::shift(tx, volume, Movement::Consume, it.accepted)?;
    }
    if it.refused.is_positive() {
        credit::note(
            tx,
            ctx,
            Fact {
                supplier: &line.supplier_id,
                kind: FactKind::RefusedGoods,
                subject: "receipts",
                id: receipt.id.as_str(),
                quantity: Some(it.refused),
                amount: Some(money(it.refused, &line)?),
                detail: it.reason.clone(),
            },
        )?;
    }
    Ok(receipt)
}

fn money(quantity: Quantity, line: &OrderLine) -> Result<Money> {
    Money::of(quantity, line.unit_price).map_err(|e| Error::fault(format!("order line {}: {e:?}", line.id)))
}

/// Tells the supplier what was accepted and what was refused, and why.
fn tell(tx: &mut Tx, ctx: &Ctx, delivery: &Delivery, made: &[Receipt]) -> Result<()> {
    let Some(first) = made.first() else { return Ok(()) };
    let said = made.iter().map(|it| match it.reason.as_str() {
        "" => format!("✓ {}", it.accepted),
        reason => format!("✓ {} · ✗ {} ({reason})", it.accepted, it.refused),
    });
    let letter = Letter::Supply {
        news: News::DeliveryReceived,
        number: delivery.number.clone(),
        title: people::store::organisation_name(tx.conn(), &delivery.hospital_id)?,
        path: format!("/deliveries/{}", delivery.id),
        detail: said.take(100).collect::<Vec<_>>().join("\n"),
    };
    for to in people::recipients(tx.conn(), &delivery.supplier_id)? {
        notify::post(tx, ctx, &to, &letter, &format!("delivery_received:{}", first.id))?;
    }
    Ok(())
}
