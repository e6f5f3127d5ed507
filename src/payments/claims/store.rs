//! SQL of claims and their lines. Whole sets move in one statement.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

use super::{Claim, ClaimLine, ClaimState, LineState, Submission};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::schema::{claim_lines, claims, order_lines, receipts};
use crate::types::{
    ClaimId, Money, OrderId, OrganisationId, Quantity, ReceiptId, SettlementId, SubmissionId, UnitPrice,
};

/// One claim.
pub fn claim(conn: &mut Conn, id: &ClaimId) -> Result<Option<Claim>> {
    Ok(claims::table.find(id).select(Claim::as_select()).first(conn).optional()?)
}

/// Writes a claim's fields.
pub(super) fn update(tx: &mut Tx, it: &Claim) -> Result<()> {
    diesel::update(claims::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// What can be claimed of a supplier ($1) for receipts until a day ($2): receipts with a matching invoice, lines a
/// hospital took its dispute back from, and lines that were withdrawn and have since been credited.
const DUE: &str = "SELECT r.id AS receipt_id, r.hospital_id AS hospital_id, r.amount - r.credited - r.paid AS due \
    FROM receipts r WHERE r.supplier_id = $1 AND r.received_on <= $2 \
    AND r.state = 'invoiced' AND r.payer = 'fund' AND r.amount - r.credited - r.paid > 0 \
    UNION ALL \
    SELECT r.id, r.hospital_id, r.amount - r.credited - r.paid FROM claim_lines l JOIN receipts r ON r.id = l.receipt_id \
    WHERE l.state IN ('accepted', 'withdrawn') AND r.supplier_id = $1 AND r.state = 'claimed' \
    AND r.amount - r.credited - r.paid > 0 AND (l.state = 'accepted' OR r.amount - r.credited - r.paid < l.amount)";

#[derive(QueryableByName)]
struct Sum {
    #[diesel(sql_type = Text)]
    hospital_id: OrganisationId,
    #[diesel(sql_type = BigInt)]
    lines: i64,
    #[diesel(sql_type = BigInt)]
    due: Money,
}

/// What is due to a supplier until a day: hospital, number of receipts, amount.
pub(super) fn due_by_hospital(
    conn: &mut Conn,
    supplier: &OrganisationId,
    until: NaiveDate,
) -> Result<Vec<(OrganisationId, i64, Money)>> {
    let rows: Vec<Sum> = diesel::sql_query(format!(
        "SELECT d.hospital_id AS hospital_id, COUNT(*) AS lines, CAST(SUM(d.due) AS BIGINT) AS due \
         FROM ({DUE}) d GROUP BY d.hospital_id ORDER BY d.hospital_id"
    ))
    .bind::<Text, _>(supplier)
    .bind::<Date, _>(until)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.hospital_id, row.lines, row.due)).collect())
}

#[derive(QueryableByName)]
struct Credit {
    #[diesel(sql_type = Text)]
    receipt_id: ReceiptId,
    #[diesel(sql_type = Text)]
    hospital_id: OrganisationId,
    #[diesel(sql_type = BigInt)]
    due: Money,
}

/// Paid receipts of a supplier that were credited afterwards and are in no open claim: the amounts are below zero.
pub(super) fn credits(
    conn: &mut Conn,
    supplier: &OrganisationId,
) -> Result<Vec<(ReceiptId, OrganisationId, Money)>> {
    let rows: Vec<Credit> = diesel::sql_query(
        "SELECT r.id AS receipt_id, r.hospital_id AS hospital_id, r.amount - r.credited - r.paid AS due FROM receipts r \
         WHERE r.supplier_id = $1 AND r.state = 'paid' AND r.payer = 'fund' AND r.amount - r.credited - r.paid < 0 \
         AND NOT EXISTS (SELECT 1 FROM claim_lines l WHERE l.receipt_id = r.id AND l.state IN ('claimed', 'disputed')) \
         ORDER BY r.id",
    )
    .bind::<Text, _>(supplier)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.receipt_id, row.hospital_id, row.due)).collect())
}

/// The hospitals a supplier has a claim for in a month.
pub(super) fn claimed_hospitals(
    conn: &mut Conn,
    supplier: &OrganisationId,
    month: NaiveDate,
) -> Result<BTreeSet<OrganisationId>> {
    let rows: Vec<OrganisationId> = claims::table
        .filter(claims::supplier_id.eq(supplier).and(claims::month.eq(month)))
        .select(claims::hospital_id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// How many claims a submission made.
pub(super) fn count_of_submission(conn: &mut Conn, id: &SubmissionId) -> Result<usize> {
    let count: i64 = claims::table.filter(claims::submission_id.eq(id)).count().get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Rows of one statement: 18 columns each, and SQLite takes 32,766 values.
const BATCH: usize = 1_000;

/// Enters claims and the lines of credits.
pub(super) fn insert(tx: &mut Tx, rows: &[Claim], lines: &[ClaimLine]) -> Result<()> {
    for part in rows.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(claims::table).values(part).execute(c))?;
    }
    for part in lines.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(claim_lines::table).values(part).execute(c))?;
    }
    Ok(())
}

/// The lines of a submission's claims.
const OF_SUBMISSION: &str =
    "SELECT l.receipt_id FROM claim_lines l JOIN claims c ON c.id = l.claim_id WHERE c.submission_id = ";

/// Takes what is due into the claims of a submission; each receipt is then claimed, and a line that came back is
/// carried.
pub(super) fn take_lines(tx: &mut Tx, it: &Submission, until: NaiveDate) -> Result<()> {
    diesel::sql_query(format!(
        "INSERT INTO claim_lines (claim_id, receipt_id, amount, state, reason) \
         SELECT c.id, d.receipt_id, d.due, 'claimed', '' FROM ({DUE}) d JOIN claims c \
         ON c.supplier_id = $1 AND c.hospital_id = d.hospital_id AND c.month = $3 AND c.submission_id = $4"
    ))
    .bind::<Text, _>(&it.supplier)
    .bind::<Date, _>(until)
    .bind::<Date, _>(it.month)
    .bind::<Text, _>(&it.id)
    .execute(tx.conn())?;
    diesel::sql_query(format!(
        "UPDATE claim_lines SET state = 'carried' WHERE state IN ('accepted', 'withdrawn') AND receipt_id IN ({OF_SUBMISSION} $1)"
    ))
    .bind::<Text, _>(&it.id)
    .execute(tx.conn())?;
    // Only what is due above zero: credits are for receipts that are paid and stay so.
    diesel::sql_query(format!(
        "UPDATE receipts SET state = 'claimed' WHERE id IN ({OF_SUBMISSION} $1 AND l.amount > 0)"
    ))
    .bind::<Text, _>(&it.id)
    .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    lines: i64,
    #[diesel(sql_type = BigInt)]
    amount: Money,
}

/// Lines and amount of a submission, summed over its lines.
pub(super) fn sum_of_submission(conn: &mut Conn, id: &SubmissionId) -> Result<(i64, Money)> {
    let it: Total = diesel::sql_query(
        "SELECT COUNT(*) AS lines, CAST(COALESCE(SUM(l.amount), 0) AS BIGINT) AS amount FROM claims c \
         JOIN claim_lines l ON l.claim_id = c.id WHERE c.submission_id = $1",
    )
    .bind::<Text, _>(id)
    .get_result(conn)?;
    Ok((it.lines, it.amount))
}

/// Lines of a claim in a state: number and amount.
pub(super) fn sum_of_lines(conn: &mut Conn, claim: &ClaimId, state: LineState) -> Result<(i64, Money)> {
    let it: Total = diesel::sql_query(
        "SELECT COUNT(*) AS lines, CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount FROM claim_lines \
         WHERE claim_id = $1 AND state = $2",
    )
    .bind::<Text, _>(claim)
    .bind::<Text, _>(state)
    .get_result(conn)?;
    Ok((it.lines, it.amount))
}

/// The credits of a claim that nobody disputes.
pub(super) fn credit_lines(conn: &mut Conn, claim: &ClaimId) -> Result<Vec<ClaimLine>> {
    Ok(claim_lines::table
        .filter(claim_lines::claim_id.eq(claim).and(claim_lines::state.eq(LineState::Claimed)))
        .filter(claim_lines::amount.lt(Money::ZERO))
        .order(claim_lines::receipt_id)
        .select(ClaimLine::as_select())
        .load(conn)?)
}

/// Chosen lines of a claim.
pub(super) fn chosen(conn: &mut Conn, claim: &ClaimId, receipts: &[ReceiptId]) -> Result<Vec<ClaimLine>> {
    Ok(claim_lines::table
        .filter(claim_lines::claim_id.eq(claim).and(claim_lines::receipt_id.eq_any(receipts.to_vec())))
        .select(ClaimLine::as_select())
        .load(conn)?)
}

/// Writes what became of a line.
pub(super) fn set_line(tx: &mut Tx, it: &ClaimLine, state: LineState, reason: &str) -> Result<()> {
    diesel::update(claim_lines::table.find((&it.claim_id, &it.receipt_id)))
        .set((claim_lines::state.eq(state), claim_lines::reason.eq(reason)))
        .execute(tx.conn())?;
    Ok(())
}

/// A line with what it is for.
#[derive(Debug, Clone, Queryable)]
pub struct Shown {
    /// The line.
    pub line: ClaimLine,
    /// The day of acceptance.
    pub received_on: NaiveDate,
    /// Accepted.
    pub accepted: Quantity,
    /// Yuan a unit.
    pub unit_price: UnitPrice,
    /// Of which order.
    pub order_id: OrderId,
    /// Generic name, product, spec and unit.
    pub goods: (String, String, String, String),
}

/// The lines of a claim by receipt, after one; only those in a state, if one is given.
pub fn lines(
    conn: &mut Conn,
    claim: &ClaimId,
    state: Option<LineState>,
    after: Option<&ReceiptId>,
    limit: i64,
) -> Result<Vec<Shown>> {
    let mut query = claim_lines::table
        .inner_join(receipts::table.inner_join(order_lines::table))
        .filter(claim_lines::claim_id.eq(claim))
        .order(claim_lines::receipt_id)
        .limit(limit)
        .select((
            ClaimLine::as_select(),
            receipts::received_on,
            receipts::accepted,
            receipts::unit_price,
            order_lines::order_id,
            (order_lines::generic, order_lines::product, order_lines::spec, order_lines::unit),
        ))
        .into_boxed();
    if let Some(state) = state {
        query = query.filter(claim_lines::state.eq(state));
    }
    if let Some(after) = after {
        query = query.filter(claim_lines::receipt_id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// What a list of claims is asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only this hospital's.
    pub hospital: Option<OrganisationId>,
    /// Only this supplier's.
    pub supplier: Option<OrganisationId>,
    /// Only in this state.
    pub state: Option<ClaimState>,
    /// Only for this month.
    pub month: Option<NaiveDate>,
    /// Only of this settlement.
    pub settlement: Option<SettlementId>,
    /// Claims before this number (older), for the next page.
    pub before: String,
}

/// A page of claims, the latest first.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Claim>> {
    let mut query =
        claims::table.order(claims::number.desc()).limit(limit).select(Claim::as_select()).into_boxed();
    if let Some(hospital) = &filter.hospital {
        query = query.filter(claims::hospital_id.eq(hospital));
    }
    if let Some(supplier) = &filter.supplier {
        query = query.filter(claims::supplier_id.eq(supplier));
    }
    if let Some(state) = filter.state {
        query = query.filter(claims::state.eq(state));
    }
    if let Some(month) = filter.month {
        // A number begins with its month: a range of the index the list goes by.
        let prefix = format!("JS{}", month.format("%Y%m"));
        query = query
            .filter(claims::number.ge(format!("{prefix}-")).and(claims::number.lt(format!("{prefix}."))));
    }
    if let Some(settlement) = &filter.settlement {
        query = query.filter(claims::settlement_id.eq(settlement));
    }
    if !filter.before.is_empty() {
        query = query.filter(claims::number.lt(filter.before.clone()));
    }
    Ok(query.load(conn)?)
}

/// The claims a hospital has yet to verify, by number.
pub fn submitted_to(conn: &mut Conn, hospital: &OrganisationId, limit: i64) -> Result<Vec<Claim>> {
    Ok(claims::table
        .filter(claims::hospital_id.eq(hospital).and(claims::state.eq(ClaimState::Submitted)))
        .order(claims::number)
        .limit(limit)
        .select(Claim::as_select())
        .load(conn)?)
}

/// Whether any verified claim for a month or an earlier one waits for settlement.
pub fn is_any_confirmed(conn: &mut Conn, month: NaiveDate) -> Result<bool> {
    let found: Option<ClaimId> = claims::table
        .filter(claims::state.eq(ClaimState::Confirmed).and(claims::month.le(month)))
        .select(claims::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}
