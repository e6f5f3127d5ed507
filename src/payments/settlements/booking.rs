//! SQL of booking: the claims, payments, receipts and deductions of a batch of transfers, each in one statement.
//!
//! Binds are numbered as they first appear in a statement, as SQLite counts them.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::{Deduction, Settlement, SettlementState, Transfer, TransferState};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::{deduction_entries, deductions, organisations, transfers};
use crate::types::{Ctx, DeductionActId, DeductionEntryId, Money, OrganisationId, SettlementId};

/// The transfers of one settlement that are booked together: those the bank paid, to this number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch<'a> {
    /// Of which settlement.
    pub settlement: &'a SettlementId,
    /// The last one's number.
    pub to: &'a str,
}

/// The claims of a batch that are not paid: settlement $1, last number $2. `CROSS JOIN` has SQLite begin with the
/// transfers, the fewest rows; PostgreSQL finds its own way.
const UNPAID: &str = "FROM transfers t CROSS JOIN claims c";
const OF_BATCH: &str = "t.settlement_id = $1 AND t.state = 'paid' AND t.number <= $2 \
    AND c.settlement_id = t.settlement_id AND c.supplier_id = t.supplier_id AND c.state = 'aggregated'";
/// The undisputed lines of those claims.
const LINES: &str = "CROSS JOIN claim_lines l";
const OF_CLAIM: &str = "l.claim_id = c.id AND l.state = 'claimed'";

fn run(tx: &mut Tx, it: &Batch, statement: String) -> Result<usize> {
    Ok(diesel::sql_query(statement)
        .bind::<Text, _>(it.settlement)
        .bind::<Text, _>(it.to)
        .execute(tx.conn())?)
}

/// The transfers of a batch, by number.
pub(super) fn transfers_of(conn: &mut Conn, it: &Batch) -> Result<Vec<Transfer>> {
    Ok(transfers::table
        .filter(transfers::settlement_id.eq(it.settlement).and(transfers::state.eq(TransferState::Paid)))
        .filter(transfers::number.le(it.to))
        .order(transfers::number)
        .select(Transfer::as_select())
        .load(conn)?)
}

/// A payment for each claim of a batch, with the claim's id and the next numbers. Gives how many.
pub(super) fn insert_payments(tx: &mut Tx, ctx: &Ctx, it: &Batch, first: i64) -> Result<usize> {
    // Ten digits that begin with 1 keep the numbers in order: the databases have no padding in common.
    let base = first.saturating_add(999_999_999);
    Ok(diesel::sql_query(format!(
        "INSERT INTO payments (id, number, payer, hospital_id, supplier_id, claim_id, reverses_id, amount, paid_on, \
         reference, reason, at, account_id) \
         SELECT c.id, 'ZJ' || CAST($1 + ROW_NUMBER() OVER (ORDER BY c.number) AS TEXT), 'fund', c.hospital_id, \
         c.supplier_id, c.id, NULL, c.confirmed, t.paid_on, t.reference, '', $2, $3 {UNPAID} \
         WHERE t.settlement_id = $4 AND t.state = 'paid' AND t.number <= $5 \
         AND c.settlement_id = t.settlement_id AND c.supplier_id = t.supplier_id AND c.state = 'aggregated'"
    ))
    .bind::<BigInt, _>(base)
    .bind::<BigInt, _>(ctx.now)
    .bind::<Nullable<Text>, _>(ctx.actor.account.as_ref())
    .bind::<Text, _>(it.settlement)
    .bind::<Text, _>(it.to)
    .execute(tx.conn())?)
}

/// A payment line for each undisputed line of a batch's claims.
pub(super) fn insert_payment_lines(tx: &mut Tx, it: &Batch) -> Result<()> {
    let statement = format!(
        "INSERT INTO payment_lines (payment_id, receipt_id, amount) SELECT l.claim_id, l.receipt_id, l.amount {UNPAID} {LINES} \
         WHERE {OF_BATCH} AND {OF_CLAIM}"
    );
    run(tx, it, statement).map(drop)
}

/// The receipts of a batch's claims are paid what their lines say.
pub(super) fn pay_receipts(tx: &mut Tx, it: &Batch) -> Result<()> {
    let statement = format!(
        "UPDATE receipts SET paid = receipts.paid + s.amount, state = 'paid' FROM (SELECT l.receipt_id, \
         CAST(SUM(l.amount) AS BIGINT) AS amount {UNPAID} {LINES} WHERE {OF_BATCH} AND {OF_CLAIM} GROUP BY l.receipt_id) s \
         WHERE receipts.id = s.receipt_id"
    );
    run(tx, it, statement).map(drop)
}

/// What was paid for each hospital grows by a batch's claims.
pub(super) fn pay_hospitals(tx: &mut Tx, it: &Batch) -> Result<()> {
    let statement = format!(
        "UPDATE deductions SET paid = deductions.paid + s.amount FROM (SELECT c.settlement_id, c.hospital_id, \
         CAST(SUM(c.confirmed) AS BIGINT) AS amount {UNPAID} WHERE {OF_BATCH} GROUP BY c.settlement_id, c.hospital_id) s \
         WHERE deductions.settlement_id = s.settlement_id AND deductions.hospital_id = s.hospital_id"
    );
    run(tx, it, statement).map(drop)
}

/// A batch's claims, their undisputed lines and its transfers are done with.
pub(super) fn pay_claims(tx: &mut Tx, it: &Batch) -> Result<()> {
    let lines = format!(
        "UPDATE claim_lines SET state = 'paid' WHERE state = 'claimed' AND claim_id IN (SELECT c.id {UNPAID} WHERE {OF_BATCH})"
    );
    run(tx, it, lines)?;
    let claims =
        format!("UPDATE claims SET state = 'paid' WHERE id IN (SELECT c.id {UNPAID} WHERE {OF_BATCH})");
    run(tx, it, claims)?;
    let transfers =
        "UPDATE transfers SET state = 'booked' WHERE settlement_id = $1 AND state = 'paid' AND number <= $2";
    run(tx, it, transfers.to_owned()).map(drop)
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    amount: Money,
}

/// What the payment lines of a batch's claims come to, before its transfers are booked.
pub(super) fn payments_sum(conn: &mut Conn, it: &Batch) -> Result<Money> {
    let total: Total = diesel::sql_query(format!(
        "SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) AS amount {UNPAID} \
         CROSS JOIN payment_lines p WHERE {OF_BATCH} AND p.payment_id = c.id"
    ))
    .bind::<Text, _>(it.settlement)
    .bind::<Text, _>(it.to)
    .get_result(conn)?;
    Ok(total.amount)
}

/// The deductions of a settlement with the hospitals' names and codes, by name.
pub fn deductions_of(conn: &mut Conn, id: &SettlementId) -> Result<Vec<(Deduction, String, String)>> {
    Ok(deductions::table
        .inner_join(organisations::table)
        .filter(deductions::settlement_id.eq(id))
        .order((organisations::name, organisations::id))
        .select((Deduction::as_select(), organisations::name, organisations::code))
        .load(conn)?)
}

/// Hospitals for which more was paid than was held against their prepayment.
pub(super) fn uncounted(conn: &mut Conn, id: &SettlementId) -> Result<Vec<Deduction>> {
    Ok(deductions::table
        .filter(deductions::settlement_id.eq(id).and(deductions::paid.gt(deductions::counted)))
        .order(deductions::hospital_id)
        .select(Deduction::as_select())
        .load(conn)?)
}

/// Hospitals for which more was paid than was deducted from them.
pub(super) fn undeducted(conn: &mut Conn, id: &SettlementId) -> Result<Vec<Deduction>> {
    Ok(deductions::table
        .filter(deductions::settlement_id.eq(id).and(deductions::paid.gt(deductions::deducted)))
        .order(deductions::hospital_id)
        .select(Deduction::as_select())
        .load(conn)?)
}

/// Writes a deduction's fields.
pub(super) fn update_deduction(tx: &mut Tx, it: &Deduction) -> Result<()> {
    diesel::update(deductions::table.find((&it.settlement_id, &it.hospital_id)))
        .set(it)
        .execute(tx.conn())?;
    Ok(())
}

/// Enters what was deducted from a hospital in a month.
pub(super) fn enter_deduction(
    tx: &mut Tx,
    ctx: &Ctx,
    act: &DeductionActId,
    it: &Deduction,
    month: NaiveDate,
    amount: Money,
) -> Result<()> {
    use deduction_entries::dsl;
    diesel::insert_into(deduction_entries::table)
        .values((
            dsl::id.eq(DeductionEntryId::new()),
            dsl::act_id.eq(act),
            dsl::settlement_id.eq(&it.settlement_id),
            dsl::hospital_id.eq(&it.hospital_id),
            dsl::month.eq(month),
            dsl::amount.eq(amount),
            dsl::at.eq(ctx.now),
            dsl::account_id.eq(ctx.actor.account.clone()),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// How many hospitals an act marked.
pub(super) fn entries_of_act(conn: &mut Conn, act: &DeductionActId) -> Result<usize> {
    let count: i64 =
        deduction_entries::table.filter(deduction_entries::act_id.eq(act)).count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// What was deducted from a hospital, the latest first: settlement's number, month, amount, when.
pub fn entries_of(
    conn: &mut Conn,
    hospital: &OrganisationId,
) -> Result<Vec<(SettlementId, NaiveDate, Money)>> {
    Ok(deduction_entries::table
        .filter(deduction_entries::hospital_id.eq(hospital))
        .order((deduction_entries::month.desc(), deduction_entries::id.desc()))
        .limit(120)
        .select((deduction_entries::settlement_id, deduction_entries::month, deduction_entries::amount))
        .load(conn)?)
}

/// The paid claims of a settlement are deducted.
pub(super) fn deduct_claims(tx: &mut Tx, id: &SettlementId) -> Result<()> {
    diesel::sql_query("UPDATE claims SET state = 'deducted' WHERE settlement_id = $1 AND state = 'paid'")
        .bind::<Text, _>(id)
        .execute(tx.conn())?;
    Ok(())
}

/// Whether every transfer of an approved settlement is booked and everything planned is deducted.
pub(super) fn is_done(conn: &mut Conn, it: &Settlement) -> Result<bool> {
    let unbooked: i64 = transfers::table
        .filter(transfers::settlement_id.eq(&it.id).and(transfers::state.ne(TransferState::Booked)))
        .count()
        .get_result(conn)?;
    let open: i64 = deductions::table
        .filter(deductions::settlement_id.eq(&it.id).and(deductions::planned.ne(deductions::deducted)))
        .count()
        .get_result(conn)?;
    Ok(it.state == SettlementState::Approved && unbooked == 0 && open == 0)
}
