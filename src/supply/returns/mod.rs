//! Returns (退货): accepted goods that go back, their volume free again. The credit note follows from them.

pub mod rules;
pub mod store;

use crate::audit::{self, Deed};
use crate::contracts::volumes::{self, Movement};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::notify::{self, Letter, News};
use crate::people;
use crate::supply::{OrderLine, Return, deliveries, orders, receipts};
use crate::types::{Ctx, DeliveryId, Quantity, ReceiptId, ReturnId};

pub use rules::Refused;

/// A return as a hospital asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its id, from the form.
    pub id: ReturnId,
    /// Of which receipt.
    pub receipt_id: ReceiptId,
    /// How much.
    pub quantity: Quantity,
    /// Why.
    pub reason: String,
    /// The trace codes of what goes back, when only part of it does.
    pub codes: Vec<String>,
}

/// Sends accepted goods of a delivery of the actor's back and tells the supplier. The same form sent twice returns
/// once.
pub fn give_back(tx: &mut Tx, ctx: &Ctx, delivery: &DeliveryId, wanted: &Wanted) -> Result<()> {
    let delivery = receipts::own(tx.conn(), ctx, delivery)?;
    if let Some(known) = store::one(tx.conn(), &wanted.id)? {
        return if known.hospital_id == delivery.hospital_id { Ok(()) } else { Err(Error::NotFound) };
    }
    let receipt = receipts::store::receipt(tx.conn(), &wanted.receipt_id)?.ok_or(Error::NotFound)?;
    let lines = deliveries::store::lines(tx.conn(), &delivery.id)?;
    let found = lines.into_iter().find(|(line, _)| line.id == receipt.delivery_line_id);
    let (sent, line) = found.ok_or(Error::NotFound)?;
    let returned = store::returned(tx.conn(), &receipt.id)?;
    let left = rules::may_return(receipt.accepted, returned, wanted.quantity, &wanted.reason)?;
    let held = deliveries::store::held_codes(tx.conn(), &sent.id)?;
    let back = receipts::rules::going_back(sent.position, held, left == Quantity::ZERO, &wanted.codes)?;
    deliveries::store::free_codes(tx, &sent.id, &back, ctx.now)?;
    let amount = rules::amount(&receipt, returned, wanted.quantity);
    let it = Return {
        id: wanted.id.clone(),
        receipt_id: receipt.id.clone(),
        order_line_id: line.id.clone(),
        hospital_id: receipt.hospital_id.clone(),
        supplier_id: receipt.supplier_id.clone(),
        quantity: wanted.quantity,
        amount: amount.map_err(|e| Error::fault(format!("receipt {}: {e:?}", receipt.id)))?,
        reason: wanted.reason.clone(),
        returned_on: ctx.now.day(),
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    store::insert(tx, &it)?;
    let sum = line.returned.plus(it.quantity);
    let sum = sum.ok_or_else(|| Error::fault(format!("order line {}: too large", line.id)))?;
    orders::store::update_line(tx, &OrderLine { returned: sum, ..line.clone() })?;
    if let Some(volume) = &line.volume_id {
        volumes::shift(tx, volume, Movement::Restore, it.quantity)?;
    }
    audit::record(
        tx,
        ctx,
        Deed { action: "receipt.return", subject: "returns", id: it.id.as_str() },
        &receipt,
        &it,
    )?;
    let letter = Letter::Supply {
        news: News::GoodsReturned,
        number: delivery.number.clone(),
        title: people::store::organisation_name(tx.conn(), &delivery.hospital_id)?,
        path: format!("/deliveries/{}", delivery.id),
        detail: format!(
            "{} {}: {} {} · {} · {}",
            line.generic, line.spec, it.quantity, line.unit, it.amount, it.reason
        ),
    };
    for to in people::recipients(tx.conn(), &delivery.supplier_id)? {
        notify::post(tx, ctx, &to, &letter, &format!("goods_returned:{}", it.id))?;
    }
    Ok(())
}
