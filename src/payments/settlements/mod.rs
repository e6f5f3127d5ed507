//! Direct settlement (直接结算): the fund pays suppliers what hospitals confirmed, and nets it from the hospitals.
//!
//! A settlement takes in the confirmed claims of a month, makes one transfer a supplier and one deduction a hospital,
//! is approved by a second person, goes to the bank as a payment file, and is booked from what the bank answers.

pub mod booking;
pub mod files;
pub mod import;
pub mod pain;
pub mod rules;
pub mod steps;
pub mod store;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Tx, next_number};
use crate::error::{Error, Result};
use crate::payments::{bank, claims, prepayments};
use crate::people;
use crate::rounds::approvals::{self, Action, Approval, Asked};
use crate::schema::{deductions, payment_files, settlements, transfer_attempts, transfers};
use crate::text::Text;
use crate::types::{
    AccountId, Actor, BankAccountId, Ctx, DeductionActId, Money, OrganisationId, PaymentFileId, SettlementId,
    Time, TransferId,
};
use crate::workdays;

pub use rules::Refused;

crate::words! {
    /// How far a settlement is. It only moves forward.
    SettlementState {
        /// Begun; takes in the confirmed claims next.
        Opened = "opened",
        /// The claims are taken in; transfers and deductions are made next.
        Gathered = "gathered",
        /// Waits for a reviewer (待复核).
        DrawnUp = "drawn_up",
        /// Approved: payment files are made, the bank's answers booked, deductions marked (支付中).
        Approved = "approved",
        /// Every transfer is booked and everything paid is deducted (已办结).
        Closed = "closed",
    }

    /// How far a transfer is.
    TransferState {
        /// In no file yet.
        Open = "open",
        /// In a file at the bank.
        Sent = "sent",
        /// The bank said it did not go through: it goes into a later file.
        Failed = "failed",
        /// The bank said it was paid; its claims are booked next.
        Paid = "paid",
        /// Booked: its claims and receipts are paid.
        Booked = "booked",
    }

    /// What the bank said of one attempt to pay a transfer.
    AttemptState {
        /// Nothing yet.
        Sent = "sent",
        /// Paid.
        Paid = "paid",
        /// Not paid.
        Failed = "failed",
    }
}

impl SettlementState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let s = &t.settlements;
        match self {
            SettlementState::Opened | SettlementState::Gathered => s.state_gathering,
            SettlementState::DrawnUp => s.state_drawn_up,
            SettlementState::Approved => s.state_approved,
            SettlementState::Closed => s.state_closed,
        }
    }
}

impl TransferState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let s = &t.settlements;
        match self {
            TransferState::Open => s.transfer_open,
            TransferState::Sent => s.transfer_sent,
            TransferState::Failed => s.transfer_failed,
            TransferState::Paid => s.transfer_paid,
            TransferState::Booked => s.transfer_booked,
        }
    }
}

/// A settlement of the claims hospitals confirmed for a month and before.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = settlements, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Settlement {
    /// Its id, from the form.
    pub id: SettlementId,
    /// Its number: `ZJ` + month + its place in the month.
    pub number: String,
    /// The month, by its first day.
    pub month: NaiveDate,
    /// Its place among the settlements of the month, from 1.
    pub sequence: i32,
    /// How far it is.
    pub state: SettlementState,
    /// Number of claims.
    pub claims: i32,
    /// Number of their lines.
    pub lines: i32,
    /// The sum of its transfers, and of its deductions.
    pub amount: Money,
    /// When it was begun.
    pub opened_at: Time,
    /// Who began it.
    pub opened_by: Option<AccountId>,
    /// When it was approved.
    pub approved_at: Option<Time>,
    /// Who approved it.
    pub approved_by: Option<AccountId>,
}

/// What a settlement pays one supplier.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = transfers, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Transfer {
    /// Its id.
    pub id: TransferId,
    /// Its number: the settlement's and its place in it.
    pub number: String,
    /// Of which settlement.
    pub settlement_id: SettlementId,
    /// To whom.
    pub supplier_id: OrganisationId,
    /// The sum of its claims.
    pub amount: Money,
    /// Number of claims.
    pub claims: i32,
    /// How far it is.
    pub state: TransferState,
    /// How often it was sent to the bank.
    pub attempts: i32,
    /// The day it was paid.
    pub paid_on: Option<NaiveDate>,
    /// The bank's reference.
    pub reference: String,
}

/// One attempt to pay a transfer: a line of a payment file.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = transfer_attempts, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Attempt {
    /// The end-to-end id the bank knows it by: the transfer's number and which attempt. It exists once.
    pub id: String,
    /// Of which transfer.
    pub transfer_id: TransferId,
    /// In which file.
    pub file_id: PaymentFileId,
    /// To which account.
    pub bank_account_id: BankAccountId,
    /// How much.
    pub amount: Money,
    /// What the bank said.
    pub state: AttemptState,
    /// The day it was paid.
    pub paid_on: Option<NaiveDate>,
    /// The bank's reference.
    pub reference: String,
    /// Why it was not paid.
    pub reason: String,
    /// When the bank's answer was read.
    pub answered_at: Option<Time>,
}

/// A payment file for the bank. Its content follows from its attempts.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = payment_files)]
pub struct PaymentFile {
    /// Its id, from the form.
    pub id: PaymentFileId,
    /// Its number: the settlement's and its place in it. The message id in the file.
    pub number: String,
    /// Of which settlement.
    pub settlement_id: SettlementId,
    /// The account it is paid from.
    pub payer_account_id: BankAccountId,
    /// Number of transfers.
    pub transfers: i32,
    /// Their sum.
    pub amount: Money,
    /// The day the bank is to pay.
    pub execute_on: NaiveDate,
    /// When it was made.
    pub made_at: Time,
    /// Who made it.
    pub made_by: Option<AccountId>,
}

/// What a settlement deducts from one hospital's claim on the fund.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = deductions, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Deduction {
    /// Of which settlement.
    pub settlement_id: SettlementId,
    /// From whom.
    pub hospital_id: OrganisationId,
    /// The sum of its claims.
    pub planned: Money,
    /// Paid to suppliers so far.
    pub paid: Money,
    /// Paid and held against the hospital's prepayment.
    pub counted: Money,
    /// Drawn from its prepayment and not restored.
    pub drawn: Money,
    /// Deducted so far; never more than paid, and as much once it is marked.
    pub deducted: Money,
}

/// The table of settlements, as approvals name it.
pub const SUBJECT: &str = "settlements";

fn deed<'a>(action: &'a str, id: &'a SettlementId) -> Deed<'a> {
    Deed { action, subject: SUBJECT, id: id.as_str() }
}

/// Begins the settlement of a month. One that is not yet approved is finished first: of two clerks at once one begins
/// and the other is told. The same form sent twice begins once.
pub fn open(tx: &mut Tx, ctx: &Ctx, id: &SettlementId, month: NaiveDate) -> Result<Settlement> {
    if let Some(known) = store::settlement(tx.conn(), id)? {
        return Ok(known);
    }
    if month > claims::month_of(ctx.now.day()) {
        return Err(Refused::Month(month).into());
    }
    if let Some(other) = store::unapproved(tx.conn())? {
        let by = people::store::account_name(tx.conn(), other.opened_by.as_ref())?;
        return Err(Refused::Busy { number: other.number, by, at: other.opened_at }.into());
    }
    if !claims::store::is_any_confirmed(tx.conn(), month)? {
        return Err(Refused::NothingConfirmed(month).into());
    }
    let sequence =
        i32::try_from(next_number(tx, &format!("settlements:{month}"))?).map_err(Error::fault_of)?;
    let it = Settlement {
        id: id.clone(),
        number: format!("ZJ{}-{sequence:02}", month.format("%Y%m")),
        month,
        sequence,
        state: SettlementState::Opened,
        claims: 0,
        lines: 0,
        amount: Money::ZERO,
        opened_at: ctx.now,
        opened_by: ctx.actor.account.clone(),
        approved_at: None,
        approved_by: None,
    };
    diesel::insert_into(settlements::table).values(&it).execute(tx.conn())?;
    audit::record(tx, ctx, deed("settlement.open", id), &(), &it)?;
    Ok(it)
}

/// The context of whoever began a settlement, for steps that a job goes on with.
fn opener(tx: &mut Tx, ctx: &Ctx, it: &Settlement) -> Result<Ctx> {
    let Some(account) = it.opened_by.as_ref().filter(|id| ctx.actor.account.as_ref() != Some(id)) else {
        return Ok(ctx.clone());
    };
    let account = people::store::account(tx.conn(), account)?.ok_or(Error::NotFound)?;
    let actor =
        Actor { account: Some(account.id), organisation: Some(account.organisation_id), name: account.name };
    Ok(Ctx { now: ctx.now, actor })
}

/// Asks the reviewers to approve a settlement that is drawn up, also again after a no.
pub fn ask(tx: &mut Tx, ctx: &Ctx, it: &Settlement) -> Result<Approval> {
    if it.state != SettlementState::DrawnUp {
        return Err(Refused::State(it.state).into());
    }
    let detail = it.amount.to_string();
    approvals::ask(
        tx,
        ctx,
        Asked { subject: SUBJECT, id: &it.number, action: Action::Settlement, round: None, detail: &detail },
    )
}

/// A reviewer, never the one who asked, approves a settlement or sends it back with a remark.
pub fn decide(tx: &mut Tx, ctx: &Ctx, id: &SettlementId, yes: bool, remark: &str) -> Result<()> {
    let before = store::hold(tx, id)?.ok_or(Error::NotFound)?;
    let request = approvals::latest(tx.conn(), SUBJECT, &before.number, Action::Settlement)?;
    let request = request.ok_or(Refused::State(before.state))?;
    approvals::decide(tx, ctx, &request.id, yes, remark)?;
    if !yes {
        return Ok(());
    }
    if before.state != SettlementState::DrawnUp {
        return Err(Refused::State(before.state).into());
    }
    let after = Settlement {
        state: SettlementState::Approved,
        approved_at: Some(ctx.now),
        approved_by: ctx.actor.account.clone(),
        ..before.clone()
    };
    store::update(tx, &after)?;
    // Where credits took everything there is nothing for the bank to do.
    store::pay_zero(tx, id, ctx.now.day())?;
    audit::record(tx, ctx, deed("settlement.approve", id), &before, &after)
}

/// What a payment file is made of.
#[derive(Debug, Clone)]
pub struct NewFile {
    /// Its id, from the form: the same form sent twice makes one file.
    pub id: PaymentFileId,
    /// Of which settlement.
    pub settlement_id: SettlementId,
    /// The day the bank is to pay.
    pub execute_on: NaiveDate,
    /// Transfers that failed go out again even to the same account.
    pub again: bool,
}

/// Makes a payment file of every transfer that is open or failed and whose supplier has an approved account. A
/// transfer that failed waits for another account, unless it is to go to the same again.
pub fn make_file(tx: &mut Tx, ctx: &Ctx, new: &NewFile) -> Result<PaymentFile> {
    if let Some(known) = store::file(tx.conn(), &new.id)? {
        return Ok(known);
    }
    let settlement = store::hold(tx, &new.settlement_id)?.ok_or(Error::NotFound)?;
    if settlement.state != SettlementState::Approved {
        return Err(Refused::State(settlement.state).into());
    }
    let calendar = workdays::calendar(tx.conn(), ctx.now.day())?;
    rules::may_execute(&calendar, ctx.now.day(), new.execute_on)?;
    let own = ctx.actor.organisation.clone().ok_or(Error::Forbidden)?;
    let payer = bank::approved(tx.conn(), &own)?.ok_or(Refused::NoPayer)?;
    let payable = store::payable(tx.conn(), &settlement.id)?;
    let chosen: Vec<_> = payable.into_iter().filter(|it| new.again || !it.is_same_account()).collect();
    if chosen.is_empty() {
        return Err(Refused::NothingToSend.into());
    }
    let amount = chosen.iter().try_fold(Money::ZERO, |sum, it| sum.plus(it.transfer.amount));
    let place = store::files_of(tx.conn(), &settlement.id)?.len() + 1;
    let file = PaymentFile {
        id: new.id.clone(),
        number: format!("{}-F{place:02}", settlement.number),
        settlement_id: settlement.id.clone(),
        payer_account_id: payer.id,
        transfers: i32::try_from(chosen.len()).map_err(Error::fault_of)?,
        amount: amount.ok_or_else(|| Error::fault("a payment file is too large"))?,
        execute_on: new.execute_on,
        made_at: ctx.now,
        made_by: ctx.actor.account.clone(),
    };
    diesel::insert_into(payment_files::table).values(&file).execute(tx.conn())?;
    for it in chosen {
        let attempts = it.transfer.attempts + 1;
        let attempt = Attempt {
            id: format!("{}-{attempts}", it.transfer.number),
            transfer_id: it.transfer.id.clone(),
            file_id: file.id.clone(),
            bank_account_id: it.account,
            amount: it.transfer.amount,
            state: AttemptState::Sent,
            paid_on: None,
            reference: String::new(),
            reason: String::new(),
            answered_at: None,
        };
        diesel::insert_into(transfer_attempts::table).values(&attempt).execute(tx.conn())?;
        store::update_transfer(tx, &Transfer { state: TransferState::Sent, attempts, ..it.transfer })?;
    }
    audit::record(tx, ctx, deed("settlement.file", &settlement.id), &(), &file)?;
    Ok(file)
}

/// Marks what was paid for each hospital as deducted from its claim on the fund in a month; what was drawn from its
/// prepayment is restored. The same form sent twice marks once. Gives how many hospitals were marked.
pub fn deduct(
    tx: &mut Tx,
    ctx: &Ctx,
    act: &DeductionActId,
    id: &SettlementId,
    month: NaiveDate,
) -> Result<usize> {
    let known = booking::entries_of_act(tx.conn(), act)?;
    if known > 0 {
        return Ok(known);
    }
    let settlement = store::hold(tx, id)?.ok_or(Error::NotFound)?;
    if month <= settlement.month {
        return Err(Refused::DeductionMonth { given: month, after: settlement.month }.into());
    }
    // What was paid is held against the prepayment before it comes back.
    steps::draw(tx, ctx, &settlement)?;
    let list = booking::undeducted(tx.conn(), id)?;
    if list.is_empty() {
        return Err(Refused::NothingToDeduct.into());
    }
    for it in &list {
        let amount = it.paid.minus(it.deducted).ok_or_else(|| Error::fault("a deduction is too large"))?;
        booking::enter_deduction(tx, ctx, act, it, month, amount)?;
        prepayments::restore(tx, ctx, &it.hospital_id, id, it.drawn)?;
        booking::update_deduction(tx, &Deduction { deducted: it.paid, drawn: Money::ZERO, ..it.clone() })?;
    }
    booking::deduct_claims(tx, id)?;
    let after = serde_json::json!({ "month": month, "hospitals": list.len(), "act": act });
    audit::record(tx, ctx, deed("settlement.deduct", id), &(), &after)?;
    Ok(list.len())
}
