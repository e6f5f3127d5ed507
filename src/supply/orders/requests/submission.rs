//! The second step of a request: everything is checked anew, then placed as orders, all or nothing.

use std::collections::HashMap;

use crate::audit::{self, Deed};
use crate::contracts::volumes::{self, AgreedVolume, Movement};
use crate::db::{self, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Organisation};
use crate::supply::orders::requests::refused::Refused;
use crate::supply::orders::requests::{
    Given, Outcome, Request, RequestLine, RequestState, amount, checked, count, end, faulty, note, own,
    rules, store,
};
use crate::supply::{Order, OrderLine, OrderState};
use crate::types::{ContractId, Ctx, Money, OrderId, OrganisationId, Quantity, RequestId, UnitPrice};

/// What came of submitting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    /// The orders are placed, now or before.
    Placed,
    /// Nothing happened: so many lines would become something else than was shown, and are shown anew.
    Changed(usize),
}

/// Places the orders of a request, one for each supplier, and reserves their volume. Submitting again changes
/// nothing. Every line is checked anew: when one would become something else than was shown (`seen` is the
/// version shown), nothing is placed. Refused lines stop it unless the hospital says to go on without them.
pub fn submit(
    tx: &mut Tx,
    ctx: &Ctx,
    hospital: &Organisation,
    id: &RequestId,
    (seen, without_faulty): (i32, bool),
) -> Result<Submitted> {
    let before = own(tx, &hospital.id, id)?;
    match before.state {
        RequestState::Submitted => return Ok(Submitted::Placed),
        RequestState::Cancelled => return Err(Refused::Cancelled.into()),
        RequestState::Open => {}
    }
    if before.version != seen {
        return Err(Refused::Stale.into());
    }
    let lines = store::lines(tx.conn(), id, false, 0, i64::MAX)?;
    let given: Vec<Given> = lines.iter().map(|line| line.given.clone()).collect();
    let outcomes = checked(tx, ctx, &hospital.id, &given)?;
    let changed = renew(tx, ctx, &before, &lines, &outcomes)?;
    if changed > 0 {
        return Ok(Submitted::Changed(changed));
    }
    if before.faulty == before.lines {
        return Err(Refused::NoneGood.into());
    }
    if before.faulty > 0 && !without_faulty {
        return Err(Refused::Faulty(before.faulty).into());
    }
    let mut by_supplier: Vec<(OrganisationId, Vec<&Outcome>)> = Vec::new();
    let mut places: HashMap<&OrganisationId, usize> = HashMap::new();
    for outcome in outcomes.iter().filter(|outcome| outcome.fault.is_empty()) {
        let Some(supplier) = &outcome.supplier_id else { continue };
        let place = *places.entry(supplier).or_insert(by_supplier.len());
        if place == by_supplier.len() {
            by_supplier.push((supplier.clone(), Vec::new()));
        }
        if let Some((_, list)) = by_supplier.get_mut(place) {
            list.push(outcome);
        }
    }
    let volumes = store::volumes_of(tx.conn(), &hospital.id, ctx.now.day())?;
    for (supplier, list) in by_supplier {
        place(tx, ctx, hospital, id, (supplier, &list), &volumes)?;
    }
    end(tx, ctx, &before, RequestState::Submitted, "order_request.submit")?;
    Ok(Submitted::Placed)
}

/// Writes what lines would become now, where that is something else than before. Gives how many.
fn renew(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &Request,
    lines: &[RequestLine],
    outcomes: &[Outcome],
) -> Result<usize> {
    let mut changed = 0;
    for (line, outcome) in lines.iter().zip(outcomes).filter(|(line, outcome)| line.outcome != **outcome) {
        store::set_outcome(tx, &before.id, line.position, outcome)?;
        changed += 1;
    }
    if changed > 0 {
        let after = Request {
            version: before.version + 1,
            faulty: faulty(outcomes)?,
            amount: amount(outcomes)?,
            ..before.clone()
        };
        store::update(tx, &after)?;
        note(tx, ctx, "order_request.renew", Some(before), &after)?;
    }
    Ok(changed)
}

/// Places one order: its lines, their volume, and word to the supplier.
fn place(
    tx: &mut Tx,
    ctx: &Ctx,
    hospital: &Organisation,
    request: &RequestId,
    (supplier, list): (OrganisationId, &[&Outcome]),
    volumes: &HashMap<ContractId, AgreedVolume>,
) -> Result<()> {
    let day = ctx.now.day();
    let running = db::next_number(tx, &format!("orders:{}", day.format("%Y%m")))?;
    let mut order = Order {
        id: OrderId::new(),
        number: rules::number(day, running),
        hospital_id: hospital.id.clone(),
        supplier_id: supplier.clone(),
        region: hospital.region.clone(),
        request_id: request.clone(),
        state: OrderState::Placed,
        lines: 0,
        amount: Money::ZERO,
        placed_on: day,
        placed_at: ctx.now,
        placed_by: ctx.actor.account.clone(),
        confirmed_at: None,
        confirmed_by: None,
    };
    let mut lines: Vec<OrderLine> = Vec::new();
    for outcome in list {
        let volume = outcome.contract_id.as_ref().and_then(|id| volumes.get(id));
        let parts = [(outcome.agreed, volume.map(|volume| &volume.id)), (outcome.ordinary, None)];
        for (quantity, volume_id) in parts.into_iter().filter(|(quantity, _)| quantity.is_positive()) {
            let mut line = drawn(&order, outcome, quantity, count(lines.len())? + 1);
            line.volume_id = volume_id.cloned();
            let amount = Money::of(quantity, line.unit_price).ok().and_then(|sum| sum.plus(order.amount));
            order.amount = amount.ok_or_else(|| Error::fault("the amount of an order no longer fits"))?;
            if let Some(volume) = volume_id {
                volumes::shift(tx, volume, Movement::Reserve, quantity)?;
            }
            lines.push(line);
        }
    }
    order.lines = count(lines.len())?;
    crate::supply::orders::store::insert(tx, &order, &lines)?;
    store::set_order(tx, request, &supplier, &order.id)?;
    let deed = Deed { action: "order.place", subject: "orders", id: order.id.as_str() };
    audit::record(tx, ctx, deed, &(), &order)?;
    let letter = Letter::OrderPlaced {
        number: order.number.clone(),
        title: hospital.name.clone(),
        path: format!("/orders/{}", order.id),
        lines: i64::from(order.lines),
        amount: order.amount.to_string(),
    };
    for to in people::recipients(tx.conn(), &supplier)? {
        notify::post(tx, ctx, &to, &letter, &format!("order_placed:{}", order.id))?;
    }
    Ok(())
}

/// A line of an order as it is placed.
fn drawn(order: &Order, outcome: &Outcome, quantity: Quantity, position: i32) -> OrderLine {
    OrderLine {
        position,
        contract_id: outcome.contract_id.clone(),
        product_id: outcome.product_id.clone(),
        generic: outcome.generic.clone(),
        product: outcome.named.clone(),
        spec: outcome.spec.clone(),
        unit: outcome.counted.clone(),
        unit_price: outcome.price.unwrap_or(UnitPrice::ZERO),
        ..OrderLine::of(order, quantity)
    }
}
