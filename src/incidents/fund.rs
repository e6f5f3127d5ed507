//! What must hold of the money the fund pays: claims, settlements, deductions and prepayments.
//!
//! Each check compares an amount a row states with the sum of the rows it stands for; the SQL gives both.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::rules::Check;
use crate::db::Conn;
use crate::error::Result;
use crate::types::Money;

/// An amount as a row states it and as the rows it stands for add up.
#[derive(Debug, QueryableByName)]
pub struct Sum {
    /// The row; of a deduction the settlement's and the hospital's id with a slash between.
    #[diesel(sql_type = Text)]
    pub id: String,
    /// What it states.
    #[diesel(sql_type = BigInt)]
    pub amount: Money,
    /// What the rows add up to.
    #[diesel(sql_type = BigInt)]
    pub sum: Money,
}

/// What is checked claim by claim, in ranges of ids: id, stated amount, sum. A claim's payment has the claim's id, so
/// that it cannot be paid twice.
pub const CLAIMS: [(Check, &str); 2] = [
    (
        Check::ClaimConfirmed,
        "SELECT h.id, h.confirmed AS amount, CAST(COALESCE(SUM(l.amount), 0) AS BIGINT) AS sum FROM claims h \
         LEFT JOIN claim_lines l ON l.claim_id = h.id AND l.state IN ('claimed', 'paid') \
         WHERE h.id > $1 AND h.id <= $2 AND h.state <> 'submitted' GROUP BY h.id, h.confirmed",
    ),
    (
        Check::ClaimPaid,
        "SELECT h.id, CASE WHEN h.state IN ('paid', 'deducted') THEN h.confirmed ELSE 0 END AS amount, \
         COALESCE(p.amount, 0) AS sum FROM claims h LEFT JOIN payments p ON p.id = h.id \
         WHERE h.id > $1 AND h.id <= $2",
    ),
];

/// What is checked whole: its rows grow with hospitals, suppliers and months, not with orders. The table, and the
/// query that gives id, stated amount and sum.
pub const WHOLE: [(Check, &str, &str); 7] = [
    (
        Check::TransferTotal,
        "transfers",
        "SELECT h.id, h.amount, CAST(COALESCE(SUM(c.confirmed), 0) AS BIGINT) AS sum FROM transfers h LEFT JOIN claims c \
         ON c.settlement_id = h.settlement_id AND c.supplier_id = h.supplier_id GROUP BY h.id, h.amount",
    ),
    (
        Check::SettlementTotal,
        "settlements",
        "SELECT h.id, h.amount, CAST(COALESCE(SUM(t.amount), 0) AS BIGINT) AS sum FROM settlements h \
         LEFT JOIN transfers t ON t.settlement_id = h.id GROUP BY h.id, h.amount",
    ),
    (
        Check::SettlementTotal,
        "settlements",
        "SELECT h.id, h.amount, CAST(COALESCE(SUM(d.planned), 0) AS BIGINT) AS sum FROM settlements h \
         LEFT JOIN deductions d ON d.settlement_id = h.id GROUP BY h.id, h.amount",
    ),
    (
        Check::DeductionPaid,
        "deductions",
        "SELECT h.settlement_id || '/' || h.hospital_id AS id, h.paid AS amount, \
         CAST(COALESCE(SUM(c.confirmed), 0) AS BIGINT) AS sum FROM deductions h LEFT JOIN claims c \
         ON c.settlement_id = h.settlement_id AND c.hospital_id = h.hospital_id AND c.state IN ('paid', 'deducted') \
         GROUP BY h.settlement_id, h.hospital_id, h.paid",
    ),
    (
        Check::DeductionEntered,
        "deductions",
        "SELECT h.settlement_id || '/' || h.hospital_id AS id, h.deducted AS amount, \
         CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) AS sum FROM deductions h LEFT JOIN deduction_entries e \
         ON e.settlement_id = h.settlement_id AND e.hospital_id = h.hospital_id \
         GROUP BY h.settlement_id, h.hospital_id, h.deducted",
    ),
    (
        // Of a closed settlement nothing is left to deduct: deduction = paid.
        Check::DeductionClosed,
        "deductions",
        "SELECT h.settlement_id || '/' || h.hospital_id AS id, h.deducted AS amount, h.paid AS sum FROM deductions h \
         JOIN settlements s ON s.id = h.settlement_id WHERE s.state = 'closed' OR h.deducted > h.paid",
    ),
    (
        Check::PrepaymentLedger,
        "prepayments",
        "SELECT h.hospital_id AS id, h.granted - h.drawn - h.recovered AS amount, \
         CAST(COALESCE(SUM(e.amount), 0) AS BIGINT) AS sum FROM prepayments h LEFT JOIN prepayment_entries e \
         ON e.hospital_id = h.hospital_id GROUP BY h.hospital_id, h.granted, h.drawn, h.recovered",
    ),
];

/// Prepayments below zero: the least a hospital may have left is nothing.
pub const OVERDRAWN: &str = "SELECT hospital_id AS id, granted - drawn - recovered AS amount, \
    CAST(0 AS BIGINT) AS sum FROM prepayments WHERE granted - drawn - recovered < 0";

/// The amounts and sums of a query over a range of claims.
pub fn of_claims(conn: &mut Conn, query: &str, after: &str, to: &str) -> Result<Vec<Sum>> {
    Ok(diesel::sql_query(query).bind::<Text, _>(after).bind::<Text, _>(to).load(conn)?)
}

/// The amounts and sums of a query over a whole table.
pub fn of_all(conn: &mut Conn, query: &str) -> Result<Vec<Sum>> {
    Ok(diesel::sql_query(query).load(conn)?)
}
