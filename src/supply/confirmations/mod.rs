//! A supplier's answer to an order line by line, the shortfalls in it, and what is late.

pub mod import;
pub mod rules;
pub mod store;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::credit::{self, Fact, FactKind};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter, News};
use crate::people::{self, OrganisationKind, Role, Who};
use crate::schema::shortfalls;
use crate::supply::orders::{self, rules::line_state};
use crate::supply::{Order, OrderLine, OrderState, distributors};
use crate::terms::{self, Term};
use crate::types::{Ctx, Money, OrderId, OrderLineId, OrganisationId, Quantity, ShortfallId, Time};

pub use rules::{Answer, Refused};

/// What a supplier did not promise of an order line (缺货): released at once.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = shortfalls)]
pub struct Shortfall {
    /// Its id.
    pub id: ShortfallId,
    /// Of which order line.
    pub order_line_id: OrderLineId,
    /// The buyer.
    pub hospital_id: OrganisationId,
    /// The seller.
    pub supplier_id: OrganisationId,
    /// What is missing.
    pub quantity: Quantity,
    /// The day of the answer.
    pub noted_on: NaiveDate,
    /// When.
    pub at: Time,
}

/// Whose rows somebody sees: a hospital or supplier its own, the bureau all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The bureau.
    All,
    /// One buyer.
    Hospital(OrganisationId),
    /// One seller.
    Supplier(OrganisationId),
}

impl Scope {
    /// The scope of somebody logged in.
    pub fn of(who: &Who) -> Self {
        let id = who.organisation.id.clone();
        match who.organisation.kind {
            OrganisationKind::Bureau => Scope::All,
            OrganisationKind::Hospital => Scope::Hospital(id),
            OrganisationKind::Supplier => Scope::Supplier(id),
        }
    }

    /// Whether it holds what is between a hospital and a supplier.
    pub fn holds(&self, hospital: &OrganisationId, supplier: &OrganisationId) -> bool {
        match self {
            Scope::All => true,
            Scope::Hospital(id) => id == hospital,
            Scope::Supplier(id) => id == supplier,
        }
    }
}

/// An order of the actor's, as its supplier; anybody else's is not there.
pub fn own(conn: &mut Conn, ctx: &Ctx, id: &OrderId) -> Result<Order> {
    let order = orders::store::order(conn, id)?.ok_or(Error::NotFound)?;
    if ctx.actor.organisation.as_ref() == Some(&order.supplier_id) { Ok(order) } else { Err(Error::NotFound) }
}

/// Answers lines of an order, all or none of those given; what is not promised is released, noted as a shortfall, and
/// told to the hospital and the officers. The same answer again changes nothing. Gives how many lines are newly
/// answered.
pub fn confirm(tx: &mut Tx, ctx: &Ctx, id: &OrderId, answers: &[Answer]) -> Result<usize> {
    let before = own(tx.conn(), ctx, id)?;
    if answers.is_empty() {
        return Err(Refused::NoAnswer.into());
    }
    let today = ctx.now.day();
    let distributor = distributors::chosen(tx.conn(), &before.supplier_id, &before.region, today)?;
    let lines = store::lines(tx.conn(), id)?;
    let (mut answered, mut short) = (Vec::new(), Vec::new());
    for answer in answers {
        let line = lines.iter().find(|line| line.id == answer.line).ok_or(Refused::Line)?;
        let Some((promised, missing)) = rules::answer(line, answer, today)? else { continue };
        let promised = OrderLine { distributor_id: distributor.clone(), ..promised };
        let after = if missing.is_positive() {
            orders::release(tx, &promised, missing)?
        } else {
            let after = OrderLine { state: line_state(&promised), ..promised };
            orders::store::update_line(tx, &after)?;
            after
        };
        if missing.is_positive() {
            short.push((after.clone(), missing));
        }
        answered.push(after);
    }
    if answered.is_empty() {
        return Ok(0);
    }
    let mut after = orders::follow(tx, id)?;
    if before.state == OrderState::Placed && after.state != OrderState::Placed {
        after = Order { confirmed_at: Some(ctx.now), confirmed_by: ctx.actor.account.clone(), ..after };
        orders::store::update_order(tx, &after)?;
    }
    let promises: Vec<_> =
        answered.iter().map(|it| (it.position, it.promised, it.promised_on, it.released)).collect();
    let deed = Deed { action: "order.confirm", subject: "orders", id: id.as_str() };
    let said = serde_json::json!({ "state": after.state, "lines": promises });
    audit::record(tx, ctx, deed, &before.state, &said)?;
    note_short(tx, ctx, &after, &short)?;
    Ok(answered.len())
}

/// Writes down what is missing, and tells the hospital and the officers in one letter.
fn note_short(tx: &mut Tx, ctx: &Ctx, order: &Order, short: &[(OrderLine, Quantity)]) -> Result<()> {
    let mut said = Vec::new();
    for (line, missing) in short {
        let it = Shortfall {
            id: ShortfallId::new(),
            order_line_id: line.id.clone(),
            hospital_id: line.hospital_id.clone(),
            supplier_id: line.supplier_id.clone(),
            quantity: *missing,
            noted_on: ctx.now.day(),
            at: ctx.now,
        };
        store::insert_shortfall(tx, &it)?;
        let amount = Money::of(*missing, line.unit_price);
        credit::note(
            tx,
            ctx,
            Fact {
                supplier: &line.supplier_id,
                kind: FactKind::Shortfall,
                subject: "order_lines",
                id: line.id.as_str(),
                quantity: Some(*missing),
                amount: Some(amount.map_err(|e| Error::fault(format!("{}: {e:?}", line.id)))?),
                detail: format!("{} #{}: {missing} / {}", order.number, line.position, line.quantity),
            },
        )?;
        said.push(format!("#{} {} {}: {missing} {}", line.position, line.generic, line.spec, line.unit));
    }
    // The first line of this answer makes the key: a later answer of other lines is another letter.
    let Some((first, _)) = short.first() else { return Ok(()) };
    let letter = Letter::Supply {
        news: News::OrderShort,
        number: order.number.clone(),
        title: people::store::organisation_name(tx.conn(), &order.supplier_id)?,
        path: "/deliveries/shortfalls".to_owned(),
        detail: said.join("\n"),
    };
    let mut to = people::recipients(tx.conn(), &order.hospital_id)?;
    to.extend(people::recipients_with(tx.conn(), Role::Officer)?);
    for to in &to {
        notify::post(tx, ctx, to, &letter, &format!("order_short:{}", first.id))?;
    }
    Ok(())
}

/// Orders and lines handled in one transaction.
const BATCH: i64 = 100;
const HOUR: i64 = 3_600_000;

/// Notes orders that were not answered in full in time, each once, and tells the supplier and the officers. Gives how
/// many; when there were more than one transaction takes, calling again goes on.
pub fn note_unanswered(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let hours = terms::whole(tx.conn(), Term::ConfirmHours, ctx.now.day())?;
    let found = store::unanswered(tx.conn(), ctx.now.plus_millis(-hours * HOUR), BATCH)?;
    let officers = people::recipients_with(tx.conn(), Role::Officer)?;
    for id in &found {
        let order = orders::store::order(tx.conn(), id)?.ok_or(Error::NotFound)?;
        credit::note(
            tx,
            ctx,
            Fact {
                supplier: &order.supplier_id,
                kind: FactKind::Unanswered,
                subject: "orders",
                id: id.as_str(),
                quantity: None,
                amount: Some(order.amount),
                detail: format!("{}: {} + {hours} h", order.number, order.placed_at),
            },
        )?;
        let letter = Letter::Supply {
            news: News::OrderUnanswered,
            number: order.number.clone(),
            title: people::store::organisation_name(tx.conn(), &order.supplier_id)?,
            path: format!("/orders/{id}"),
            detail: hours.to_string(),
        };
        let mut to = people::recipients(tx.conn(), &order.supplier_id)?;
        to.extend(officers.iter().cloned());
        for to in &to {
            notify::post(tx, ctx, to, &letter, &format!("order_unanswered:{id}"))?;
        }
    }
    Ok(found.len())
}

/// Notes answered lines of which something is still to come after the promised day, or after the usual term when no
/// day was promised, each once. Gives how many; calling again goes on.
pub fn note_late(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let today = ctx.now.day();
    let hours = terms::whole(tx.conn(), Term::DeliveryHours, today)?;
    let mut found = store::late_by_promise(tx.conn(), today, BATCH)?;
    found.extend(store::late_by_term(tx.conn(), ctx.now.plus_millis(-hours * HOUR), BATCH)?);
    for id in &found {
        let line = orders::store::line(tx.conn(), id)?.ok_or(Error::NotFound)?;
        let order = orders::store::order(tx.conn(), &line.order_id)?.ok_or(Error::NotFound)?;
        note_one_late(tx, ctx, &order, &line)?;
    }
    Ok(found.len())
}

/// The last day on which a line's delivery is in time.
pub fn due_day(conn: &mut Conn, order: &Order, line: &OrderLine, today: NaiveDate) -> Result<NaiveDate> {
    if let Some(day) = line.promised_on {
        return Ok(day);
    }
    let hours = terms::whole(conn, Term::DeliveryHours, today)?;
    Ok(order.placed_at.plus_millis(hours * HOUR).day())
}

/// Notes one line as late, with what was still to come.
pub fn note_one_late(tx: &mut Tx, ctx: &Ctx, order: &Order, line: &OrderLine) -> Result<()> {
    let due = due_day(tx.conn(), order, line, ctx.now.day())?;
    credit::note(
        tx,
        ctx,
        Fact {
            supplier: &line.supplier_id,
            kind: FactKind::LateDelivery,
            subject: "order_lines",
            id: line.id.as_str(),
            quantity: Some(orders::rules::open(line)),
            amount: None,
            detail: format!("{} #{}: {due} < {}", order.number, line.position, ctx.now.day()),
        },
    )
}
