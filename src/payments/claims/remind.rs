//! Letters about claims: to suppliers before claims are due, to hospitals about what they have to verify.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

use super::{deadline, month_of, rules};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::notify::{self, Letter, Recipient};
use crate::people::{self, Role};
use crate::types::{Ctx, OrganisationId};

/// How many were written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reminded {
    /// Suppliers with something to claim.
    pub suppliers: usize,
    /// Hospitals with claims to verify.
    pub hospitals: usize,
    /// Hospitals that are late with it.
    pub overdue: usize,
}

#[derive(QueryableByName)]
struct Claimant {
    #[diesel(sql_type = Text)]
    supplier_id: OrganisationId,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Suppliers with receipts to claim until a day, and how many.
fn claimants(conn: &mut Conn, until: NaiveDate) -> Result<Vec<Claimant>> {
    Ok(diesel::sql_query(
        "SELECT supplier_id, COUNT(*) AS count FROM receipts \
         WHERE state = 'invoiced' AND payer = 'fund' AND received_on <= $1 GROUP BY supplier_id ORDER BY supplier_id",
    )
    .bind::<Date, _>(until)
    .load(conn)?)
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = Text)]
    hospital_id: OrganisationId,
    #[diesel(sql_type = Date)]
    verify_by: NaiveDate,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Hospitals with claims to verify, by the day until which.
fn waiting(conn: &mut Conn) -> Result<Vec<Waiting>> {
    Ok(diesel::sql_query(
        "SELECT hospital_id, verify_by, COUNT(*) AS count FROM claims WHERE state = 'submitted' \
         GROUP BY hospital_id, verify_by ORDER BY hospital_id, verify_by",
    )
    .load(conn)?)
}

/// Writes what is due today; each letter once.
pub fn remind(tx: &mut Tx, ctx: &Ctx) -> Result<Reminded> {
    let today = ctx.now.day();
    let mut done = Reminded { suppliers: to_suppliers(tx, ctx, today)?, ..Reminded::default() };
    for it in waiting(tx.conn())? {
        let is_late = today > it.verify_by;
        let letter = Letter::ClaimsToVerify {
            number: it.count.to_string(),
            title: String::new(),
            path: "/claims?state=submitted".to_owned(),
            deadline: it.verify_by.to_string(),
            is_late,
        };
        let key = format!("claims_verify:{}:{}:{is_late}", it.hospital_id, it.verify_by);
        let to = people::recipients(tx.conn(), &it.hospital_id)?;
        post(tx, ctx, &to, &letter, &key)?;
        done.hospitals += 1;
        if is_late {
            done.overdue += 1;
            // The clerks hear of it too: nothing is confirmed by silence.
            let clerks = people::recipients_with(tx.conn(), Role::Settlement)?;
            post(tx, ctx, &clerks, &letter, &format!("claims_overdue:{}", it.verify_by))?;
        }
    }
    Ok(done)
}

fn to_suppliers(tx: &mut Tx, ctx: &Ctx, today: NaiveDate) -> Result<usize> {
    let month = month_of(today);
    let until = deadline(tx.conn(), month)?;
    if today > until {
        return Ok(0);
    }
    // At the beginning of the month, and again on the last day and the one before it.
    let is_near = until.signed_duration_since(today).num_days() <= 1;
    let list = claimants(tx.conn(), rules::last_of(month))?;
    for it in &list {
        let letter = Letter::ClaimsDue {
            number: month.format("%Y-%m").to_string(),
            title: it.count.to_string(),
            path: "/claims/prepare".to_owned(),
            deadline: until.to_string(),
        };
        let to = people::recipients(tx.conn(), &it.supplier_id)?;
        post(tx, ctx, &to, &letter, &format!("claims_due:{}:{month}:{is_near}", it.supplier_id))?;
    }
    Ok(list.len())
}

fn post(tx: &mut Tx, ctx: &Ctx, to: &[Recipient], letter: &Letter, key: &str) -> Result<()> {
    to.iter().try_for_each(|to| notify::post(tx, ctx, to, letter, key))
}
