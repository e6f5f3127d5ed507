//! SQL of settlements. Whole sets move in one statement; a transfer's claims are found by settlement and supplier.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

use super::{Attempt, Deduction, PaymentFile, Settlement, SettlementState, Transfer, TransferState};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::payments::bank::BankAccount;
use crate::schema::{
    bank_accounts, deductions, organisations, payment_files, settlements, transfer_attempts, transfers,
};
use crate::types::{BankAccountId, Money, OrganisationId, PaymentFileId, SettlementId, TransferId};

/// One settlement.
pub fn settlement(conn: &mut Conn, id: &SettlementId) -> Result<Option<Settlement>> {
    Ok(settlements::table.find(id).select(Settlement::as_select()).first(conn).optional()?)
}

/// One settlement, held until the transaction ends: of two who act on it at once the later one waits, and then sees
/// what the first has done.
pub(super) fn hold(tx: &mut Tx, id: &SettlementId) -> Result<Option<Settlement>> {
    diesel::update(settlements::table.find(id))
        .set(settlements::sequence.eq(settlements::sequence))
        .execute(tx.conn())?;
    settlement(tx.conn(), id)
}

/// A settlement by its number.
pub fn of_number(conn: &mut Conn, number: &str) -> Result<Option<Settlement>> {
    Ok(settlements::table
        .filter(settlements::number.eq(number))
        .select(Settlement::as_select())
        .first(conn)
        .optional()?)
}

/// Settlements, the latest first, before a number.
pub fn page(conn: &mut Conn, before: &str, limit: i64) -> Result<Vec<Settlement>> {
    let mut query = settlements::table
        .order(settlements::number.desc())
        .limit(limit)
        .select(Settlement::as_select())
        .into_boxed();
    if !before.is_empty() {
        query = query.filter(settlements::number.lt(before.to_owned()));
    }
    Ok(query.load(conn)?)
}

/// A settlement that no reviewer has approved yet.
pub(super) fn unapproved(conn: &mut Conn) -> Result<Option<Settlement>> {
    let states = [SettlementState::Opened, SettlementState::Gathered, SettlementState::DrawnUp];
    Ok(settlements::table
        .filter(settlements::state.eq_any(states))
        .order(settlements::number)
        .select(Settlement::as_select())
        .first(conn)
        .optional()?)
}

/// The settlements that are not closed, the oldest first.
pub(super) fn unclosed(conn: &mut Conn) -> Result<Vec<SettlementId>> {
    Ok(settlements::table
        .filter(settlements::state.ne(SettlementState::Closed))
        .order(settlements::number)
        .select(settlements::id)
        .load(conn)?)
}

/// Writes a settlement's fields.
pub(super) fn update(tx: &mut Tx, it: &Settlement) -> Result<()> {
    diesel::update(settlements::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Takes the confirmed claims of a month and before into a settlement. Gives how many.
pub(super) fn gather(tx: &mut Tx, id: &SettlementId, month: NaiveDate) -> Result<usize> {
    Ok(diesel::sql_query(
        "UPDATE claims SET state = 'aggregated', settlement_id = $1 WHERE state = 'hospital_confirmed' AND month <= $2",
    )
    .bind::<Text, _>(id)
    .bind::<Date, _>(month)
    .execute(tx.conn())?)
}

/// The claims of a settlement by one of their parties.
#[derive(QueryableByName)]
pub(super) struct Group {
    /// Supplier or hospital.
    #[diesel(sql_type = Text)]
    pub organisation_id: OrganisationId,
    /// How many claims.
    #[diesel(sql_type = BigInt)]
    pub claims: i64,
    /// What was confirmed.
    #[diesel(sql_type = BigInt)]
    pub amount: Money,
}

/// The claims of a settlement by supplier.
pub(super) fn by_supplier(conn: &mut Conn, id: &SettlementId) -> Result<Vec<Group>> {
    by(conn, id, "supplier_id")
}

/// The claims of a settlement by hospital.
pub(super) fn by_hospital(conn: &mut Conn, id: &SettlementId) -> Result<Vec<Group>> {
    by(conn, id, "hospital_id")
}

fn by(conn: &mut Conn, id: &SettlementId, party: &str) -> Result<Vec<Group>> {
    Ok(diesel::sql_query(format!(
        "SELECT {party} AS organisation_id, COUNT(*) AS claims, CAST(SUM(confirmed) AS BIGINT) AS amount \
         FROM claims WHERE settlement_id = $1 GROUP BY {party} ORDER BY {party}"
    ))
    .bind::<Text, _>(id)
    .load(conn)?)
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = BigInt)]
    amount: Money,
}

/// What the claims of a settlement say was confirmed.
pub(super) fn claims_sum(conn: &mut Conn, id: &SettlementId) -> Result<Money> {
    let it: Total = diesel::sql_query(
        "SELECT COUNT(*) AS count, CAST(COALESCE(SUM(confirmed), 0) AS BIGINT) AS amount FROM claims WHERE settlement_id = $1",
    )
    .bind::<Text, _>(id)
    .get_result(conn)?;
    Ok(it.amount)
}

/// The undisputed lines of a settlement: number and sum.
pub(super) fn lines_sum(conn: &mut Conn, id: &SettlementId) -> Result<(i64, Money)> {
    let it: Total = diesel::sql_query(
        "SELECT COUNT(*) AS count, CAST(COALESCE(SUM(l.amount), 0) AS BIGINT) AS amount FROM claims c \
         JOIN claim_lines l ON l.claim_id = c.id WHERE c.settlement_id = $1 AND l.state = 'claimed'",
    )
    .bind::<Text, _>(id)
    .get_result(conn)?;
    Ok((it.count, it.amount))
}

/// Enters the planned deductions of a settlement.
pub(super) fn insert_deductions(tx: &mut Tx, list: &[Deduction]) -> Result<()> {
    for part in list.chunks(1_000) {
        on_db!(tx.conn(), c => diesel::insert_into(deductions::table).values(part).execute(c))?;
    }
    Ok(())
}

/// Writes a transfer's fields.
pub(super) fn update_transfer(tx: &mut Tx, it: &Transfer) -> Result<()> {
    diesel::update(transfers::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// The transfers of a settlement with their supplier's name, by number.
pub fn transfers_of(conn: &mut Conn, id: &SettlementId) -> Result<Vec<(Transfer, String)>> {
    Ok(transfers::table
        .inner_join(organisations::table)
        .filter(transfers::settlement_id.eq(id))
        .order(transfers::number)
        .select((Transfer::as_select(), organisations::name))
        .load(conn)?)
}

/// The transfers the bank paid that are not booked: number and claims, by number.
pub(super) fn paid(conn: &mut Conn, id: &SettlementId) -> Result<Vec<(String, i32)>> {
    Ok(transfers::table
        .filter(transfers::settlement_id.eq(id).and(transfers::state.eq(TransferState::Paid)))
        .order(transfers::number)
        .select((transfers::number, transfers::claims))
        .load(conn)?)
}

/// Transfers of nothing need no bank: they are paid when the settlement is approved.
pub(super) fn pay_zero(tx: &mut Tx, id: &SettlementId, day: NaiveDate) -> Result<()> {
    diesel::update(transfers::table)
        .filter(transfers::settlement_id.eq(id).and(transfers::amount.eq(Money::ZERO)))
        .set((transfers::state.eq(TransferState::Paid), transfers::paid_on.eq(day)))
        .execute(tx.conn())?;
    Ok(())
}

/// A transfer that can go into a file.
pub(super) struct Payable {
    /// The transfer.
    pub transfer: Transfer,
    /// The supplier's approved account.
    pub account: BankAccountId,
    /// The account of the attempt that failed.
    failed: Option<BankAccountId>,
}

impl Payable {
    /// It failed, and would go to the same account again.
    pub fn is_same_account(&self) -> bool {
        self.failed.as_ref() == Some(&self.account)
    }
}

/// Transfers that are open or failed and whose supplier has an approved account.
pub(super) fn payable(conn: &mut Conn, id: &SettlementId) -> Result<Vec<Payable>> {
    let list: Vec<Transfer> = transfers::table
        .filter(transfers::settlement_id.eq(id))
        .filter(transfers::state.eq_any([TransferState::Open, TransferState::Failed]))
        .order(transfers::number)
        .select(Transfer::as_select())
        .load(conn)?;
    let mut found = Vec::with_capacity(list.len());
    for transfer in list {
        let account = crate::payments::bank::approved(conn, &transfer.supplier_id)?;
        let Some(account) = account else { continue };
        let failed = match transfer.state {
            TransferState::Failed => last_account(conn, &transfer.id)?,
            _ => None,
        };
        found.push(Payable { transfer, account: account.id, failed });
    }
    Ok(found)
}

fn last_account(conn: &mut Conn, id: &TransferId) -> Result<Option<BankAccountId>> {
    Ok(transfer_attempts::table
        .filter(transfer_attempts::transfer_id.eq(id))
        .order((transfer_attempts::answered_at.desc(), transfer_attempts::id.desc()))
        .select(transfer_attempts::bank_account_id)
        .first(conn)
        .optional()?)
}

/// One payment file.
pub fn file(conn: &mut Conn, id: &PaymentFileId) -> Result<Option<PaymentFile>> {
    Ok(payment_files::table.find(id).select(PaymentFile::as_select()).first(conn).optional()?)
}

/// The payment files of a settlement, by number.
pub fn files_of(conn: &mut Conn, id: &SettlementId) -> Result<Vec<PaymentFile>> {
    Ok(payment_files::table
        .filter(payment_files::settlement_id.eq(id))
        .order(payment_files::number)
        .select(PaymentFile::as_select())
        .load(conn)?)
}

/// The attempts of a file by their ids, each with account and supplier's code.
pub fn attempts_of_file(conn: &mut Conn, id: &PaymentFileId) -> Result<Vec<(Attempt, BankAccount, String)>> {
    Ok(transfer_attempts::table
        .inner_join(bank_accounts::table.inner_join(organisations::table))
        .filter(transfer_attempts::file_id.eq(id))
        .order(transfer_attempts::id)
        .select((Attempt::as_select(), BankAccount::as_select(), organisations::code))
        .load(conn)?)
}

/// Every attempt of a settlement with its transfer, by the attempt's id.
pub fn attempts_of(conn: &mut Conn, id: &SettlementId) -> Result<Vec<(Attempt, Transfer)>> {
    Ok(transfer_attempts::table
        .inner_join(transfers::table)
        .filter(transfers::settlement_id.eq(id))
        .order(transfer_attempts::id)
        .select((Attempt::as_select(), Transfer::as_select()))
        .load(conn)?)
}

/// Writes what the bank said of an attempt.
pub(super) fn update_attempt(tx: &mut Tx, it: &Attempt) -> Result<()> {
    diesel::update(transfer_attempts::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}
