//! What a settlement gives out: payment files and the list of deductions.

use super::pain::{self, Order};
use super::{booking, store};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::payments::bank;
use crate::text::Text;
use crate::types::{PaymentFileId, SettlementId};

/// A payment file with its accounts.
pub fn order(conn: &mut Conn, id: &PaymentFileId) -> Result<Order> {
    let file = store::file(conn, id)?.ok_or(Error::NotFound)?;
    let payer = bank::account(conn, &file.payer_account_id)?.ok_or(Error::NotFound)?;
    let lines = store::attempts_of_file(conn, id)?;
    Ok(Order { file, payer, lines })
}

/// A payment file as ISO 20022.
pub fn xml(order: &Order) -> Vec<u8> {
    pain::write(order)
}

/// A payment file as CSV: a line for each transfer. The first column is what the bank's answer names.
pub fn csv(order: &Order, t: &Text) -> Result<Vec<u8>> {
    let s = &t.settlements;
    let mut out = Csv::new(Vec::new())?;
    out.row([
        s.end_to_end_id,
        s.amount,
        s.currency,
        s.holder,
        s.bank,
        s.cnaps,
        s.account_number,
        s.supplier_code,
        s.payer_number,
        s.execute_on,
    ])?;
    for (attempt, account, code) in &order.lines {
        let (amount, day) = (attempt.amount.to_string(), order.file.execute_on.to_string());
        out.row([
            attempt.id.as_str(),
            &amount,
            "CNY",
            &account.holder,
            &account.bank,
            &account.cnaps,
            &account.number,
            code,
            &order.payer.number,
            &day,
        ])?;
    }
    out.finish()
}

/// The deductions of a settlement as CSV: what the agency nets from each hospital's claim.
pub fn deductions(conn: &mut Conn, id: &SettlementId, t: &Text) -> Result<Vec<u8>> {
    let s = &t.settlements;
    let mut out = Csv::new(Vec::new())?;
    out.row([s.hospital_code, s.hospital, s.planned, s.paid, s.deducted, s.to_deduct])?;
    for (it, name, code) in booking::deductions_of(conn, id)? {
        let left = it.paid.minus(it.deducted).unwrap_or_default();
        let amounts = [it.planned, it.paid, it.deducted, left].map(|m| m.to_string());
        let [planned, paid, deducted, left] = &amounts;
        out.row([code.as_str(), &name, planned, paid, deducted, left])?;
    }
    out.finish()
}
