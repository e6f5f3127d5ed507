//! The steps of a settlement. Each is one transaction that can be run again: stopped at any point, a settlement goes
//! on where it was, and nothing is done twice.

use diesel::prelude::*;

use super::booking::Batch;
use super::rules::{self, Sums};
use super::{
    Deduction, Settlement, SettlementState, Transfer, TransferState, ask, booking, deed, opener, store,
};
use crate::audit;
use crate::db::{Conn, Db, Tx, next_numbers};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::payments::prepayments;
use crate::people;
use crate::schema::transfers;
use crate::types::{Ctx, Money, SettlementId, TransferId};

/// What is done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Takes in the confirmed claims of the month and before.
    Gather,
    /// Makes a transfer for each supplier and a deduction for each hospital, and asks for approval.
    DrawUp,
    /// Books transfers the bank paid, to this number: their claims, payments and receipts.
    Book(String),
    /// Holds what was paid against the hospitals' prepayments.
    Draw,
    /// Every transfer is booked and everything paid deducted.
    Close,
}

/// The next step; `None` while it is a person's turn, or the settlement is closed.
pub fn next(conn: &mut Conn, it: &Settlement) -> Result<Option<Step>> {
    Ok(match it.state {
        SettlementState::Opened => Some(Step::Gather),
        SettlementState::Gathered => Some(Step::DrawUp),
        SettlementState::DrawnUp | SettlementState::Closed => None,
        SettlementState::Approved => match rules::batch(&store::paid(conn, &it.id)?, it) {
            Some(to) => Some(Step::Book(to)),
            None if !booking::uncounted(conn, &it.id)?.is_empty() => Some(Step::Draw),
            None if booking::is_done(conn, it)? => Some(Step::Close),
            None => None,
        },
    })
}

/// Runs the next steps of a settlement, at most so many. Gives how many were run.
pub fn advance(db: &Db, ctx: &Ctx, id: &SettlementId, most: usize) -> Result<usize> {
    for done in 0..most {
        let step = db.read(|conn| {
            let it = store::settlement(conn, id)?.ok_or(Error::NotFound)?;
            next(conn, &it)
        })?;
        let Some(step) = step else { return Ok(done) };
        db.write(|tx| run(tx, ctx, id, &step))?;
    }
    Ok(most)
}

/// Runs the next steps of every settlement that is not closed. Gives how many were run.
pub fn advance_all(db: &Db, ctx: &Ctx) -> Result<usize> {
    let mut done = 0;
    for id in db.read(store::unclosed)? {
        done += advance(db, ctx, &id, usize::MAX)?;
    }
    Ok(done)
}

/// Runs one step, if it is still what comes next.
fn run(tx: &mut Tx, ctx: &Ctx, id: &SettlementId, step: &Step) -> Result<()> {
    let it = store::hold(tx, id)?.ok_or(Error::NotFound)?;
    match step {
        Step::Gather if it.state == SettlementState::Opened => gather(tx, ctx, &it),
        Step::DrawUp if it.state == SettlementState::Gathered => draw_up(tx, ctx, &it),
        Step::Book(to) => book(tx, ctx, &it, to),
        Step::Draw => draw(tx, ctx, &it),
        Step::Close if it.state == SettlementState::Approved => close(tx, ctx, &it),
        _ => Ok(()),
    }
}

fn gather(tx: &mut Tx, ctx: &Ctx, before: &Settlement) -> Result<()> {
    let claims = store::gather(tx, &before.id, before.month)?;
    let claims = i32::try_from(claims).map_err(Error::fault_of)?;
    let after = Settlement { state: SettlementState::Gathered, claims, ..before.clone() };
    store::update(tx, &after)?;
    audit::record(tx, ctx, deed("settlement.gather", &before.id), before, &after)
}

fn sum(groups: &[store::Group]) -> Result<Money> {
    let sum = groups.iter().try_fold(Money::ZERO, |sum, it| sum.plus(it.amount));
    sum.ok_or_else(|| Error::fault("a settlement is too large"))
}

fn draw_up(tx: &mut Tx, ctx: &Ctx, before: &Settlement) -> Result<()> {
    let suppliers = store::by_supplier(tx.conn(), &before.id)?;
    let hospitals = store::by_hospital(tx.conn(), &before.id)?;
    let (lines, of_lines) = store::lines_sum(tx.conn(), &before.id)?;
    let sums = Sums {
        claims: store::claims_sum(tx.conn(), &before.id)?,
        lines: of_lines,
        transfers: sum(&suppliers)?,
        deductions: sum(&hospitals)?,
    };
    if !sums.agree() {
        return Err(Error::fault(format!("{} does not add up: {sums:?}", before.number)));
    }
    for (n, it) in (1..).zip(suppliers) {
        let transfer = Transfer {
            id: TransferId::new(),
            number: format!("{}-{n:04}", before.number),
            settlement_id: before.id.clone(),
            supplier_id: it.organisation_id,
            amount: it.amount,
            claims: i32::try_from(it.claims).map_err(Error::fault_of)?,
            state: TransferState::Open,
            attempts: 0,
            paid_on: None,
            reference: String::new(),
        };
        diesel::insert_into(transfers::table).values(&transfer).execute(tx.conn())?;
    }
    let planned = hospitals.into_iter().map(|it| Deduction {
        settlement_id: before.id.clone(),
        hospital_id: it.organisation_id,
        planned: it.amount,
        paid: Money::ZERO,
        counted: Money::ZERO,
        drawn: Money::ZERO,
        deducted: Money::ZERO,
    });
    store::insert_deductions(tx, &planned.collect::<Vec<_>>())?;
    let lines = i32::try_from(lines).map_err(Error::fault_of)?;
    let after = Settlement { state: SettlementState::DrawnUp, lines, amount: sums.claims, ..before.clone() };
    store::update(tx, &after)?;
    audit::record(tx, ctx, deed("settlement.draw_up", &before.id), before, &after)?;
    let opener = opener(tx, ctx, &after)?;
    ask(tx, &opener, &after).map(drop)
}

/// Books the transfers the bank paid, to a number. Those that are booked already stay as they are.
fn book(tx: &mut Tx, ctx: &Ctx, settlement: &Settlement, to: &str) -> Result<()> {
    let batch = Batch { settlement: &settlement.id, to };
    let list = booking::transfers_of(tx.conn(), &batch)?;
    let count: i64 = list.iter().map(|it| i64::from(it.claims)).sum();
    let amount = list.iter().try_fold(Money::ZERO, |sum, it| sum.plus(it.amount));
    if list.is_empty() {
        return Ok(());
    }
    let first = next_numbers(tx, "fund_payments", count)?;
    let made = booking::insert_payments(tx, ctx, &batch, first)?;
    booking::insert_payment_lines(tx, &batch)?;
    booking::pay_receipts(tx, &batch)?;
    booking::pay_hospitals(tx, &batch)?;
    let booked = booking::payments_sum(tx.conn(), &batch)?;
    if Some(booked) != amount || i64::try_from(made).ok() != Some(count) {
        return Err(Error::fault(format!("{} to {to}: {booked} booked of {amount:?}", settlement.number)));
    }
    booking::pay_claims(tx, &batch)?;
    let transfers: Vec<&str> = list.iter().map(|it| it.number.as_str()).collect();
    let after = serde_json::json!({ "transfers": transfers, "payments": made, "amount": booked });
    audit::record(tx, ctx, deed("settlement.book", &settlement.id), &(), &after)?;
    list.iter().try_for_each(|it| tell(tx, ctx, settlement, it))
}

/// Writes to a supplier that it was paid.
fn tell(tx: &mut Tx, ctx: &Ctx, settlement: &Settlement, it: &Transfer) -> Result<()> {
    let letter = Letter::ClaimsPaid {
        number: it.number.clone(),
        title: it.amount.to_string(),
        path: format!("/claims?state=paid&month={}", settlement.month.format("%Y-%m")),
        day: it.paid_on.map(|day| day.to_string()).unwrap_or_default(),
    };
    for to in people::recipients(tx.conn(), &it.supplier_id)? {
        notify::post(tx, ctx, &to, &letter, &format!("claims_paid:{}", it.id))?;
    }
    Ok(())
}

/// Holds what was paid for each hospital against its prepayment, as far as that goes.
pub(super) fn draw(tx: &mut Tx, ctx: &Ctx, settlement: &Settlement) -> Result<()> {
    for it in booking::uncounted(tx.conn(), &settlement.id)? {
        let paid = it.paid.minus(it.counted).unwrap_or(Money::ZERO);
        let drawn = prepayments::draw(tx, ctx, &it.hospital_id, &settlement.id, paid)?;
        let drawn = it.drawn.plus(drawn).ok_or_else(|| Error::fault("a prepayment is too large"))?;
        booking::update_deduction(tx, &Deduction { counted: it.paid, drawn, ..it.clone() })?;
    }
    Ok(())
}

fn close(tx: &mut Tx, ctx: &Ctx, before: &Settlement) -> Result<()> {
    if !store::paid(tx.conn(), &before.id)?.is_empty() || !booking::is_done(tx.conn(), before)? {
        return Ok(());
    }
    // Claims of nothing are not in any deduction; they end here with the others.
    booking::deduct_claims(tx, &before.id)?;
    let after = Settlement { state: SettlementState::Closed, ..before.clone() };
    store::update(tx, &after)?;
    audit::record(tx, ctx, deed("settlement.close", &before.id), before, &after)
}
