//! The payment clock: what is open by how late it is, who is late, and a weekly letter to them.
//!
//! Open is whatever has something due (`amount − credited − paid` above zero), whatever its state says: what a
//! reversal opened again counts. A hospital's and a supplier's own figures are summed from its open receipts, which
//! partial indexes hold (some thousands at most). Over the whole city those are hundreds of thousands, so the
//! bureau's figures come from a small table with one row for hospital, supplier and payer, counted every hour.

pub mod store;

use chrono::{Days, NaiveDate};

use crate::db::{Conn, Db, Tx};
use crate::error::Result;
use crate::notify::{self, Letter, News};
use crate::people;
use crate::supply::Payer;
use crate::text::Text;
use crate::types::{Ctx, Money, OrganisationId, Time};

crate::words! {
    /// How late an open receipt is.
    Bucket {
        /// Its term is not over.
        NotDue = "not_due",
        /// One to 30 days late.
        Late30 = "late_30",
        /// 31 to 60 days late.
        Late60 = "late_60",
        /// 61 to 90 days late.
        Late90 = "late_90",
        /// More than 90 days late.
        LateMore = "late_more",
    }
}

impl Bucket {
    /// Of something whose last day is `due_on`. On that day it is not late.
    pub fn of(due_on: NaiveDate, today: NaiveDate) -> Self {
        match (today - due_on).num_days() {
            ..=0 => Bucket::NotDue,
            1..=30 => Bucket::Late30,
            31..=60 => Bucket::Late60,
            61..=90 => Bucket::Late90,
            91.. => Bucket::LateMore,
        }
    }

    /// The first and the last day on which what is in it was due.
    pub fn days(self, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let back = |days: u64| today.checked_sub_days(Days::new(days));
        match self {
            Bucket::NotDue => (Some(today), None),
            Bucket::Late30 => (back(30), back(1)),
            Bucket::Late60 => (back(60), back(31)),
            Bucket::Late90 => (back(90), back(61)),
            Bucket::LateMore => (None, back(91)),
        }
    }

    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.paying;
        match self {
            Bucket::NotDue => m.not_due,
            Bucket::Late30 => m.late_30,
            Bucket::Late60 => m.late_60,
            Bucket::Late90 => m.late_90,
            Bucket::LateMore => m.late_more,
        }
    }
}

/// What is open between a hospital and a supplier for one payer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The buyer.
    pub hospital_id: OrganisationId,
    /// The seller.
    pub supplier_id: OrganisationId,
    /// Who pays.
    pub payer: Payer,
    /// The figures.
    pub sums: Sums,
}

/// Sums of what is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many receipts.
    pub receipts: i64,
    /// Due, by how late it is.
    pub by_bucket: [Money; 5],
    /// Of all of it, what no invoice covers in full yet.
    pub uninvoiced: Money,
    /// Of what is late, what an invoice covers: the payer is late with it.
    pub overdue: Money,
    /// Credits above what is due, at or below zero: to be netted.
    pub to_net: Money,
}

impl Sums {
    /// Everything that is due.
    pub fn total(&self) -> Money {
        self.by_bucket.iter().fold(Money::ZERO, |sum, part| sum.plus(*part).unwrap_or(sum))
    }

    /// Both together.
    pub fn and(&self, other: &Self) -> Self {
        let add = |one: Money, other: Money| one.plus(other).unwrap_or(one);
        let mut by_bucket = self.by_bucket;
        for (sum, part) in by_bucket.iter_mut().zip(other.by_bucket) {
            *sum = add(*sum, part);
        }
        Self {
            receipts: self.receipts + other.receipts,
            by_bucket,
            uninvoiced: add(self.uninvoiced, other.uninvoiced),
            overdue: add(self.overdue, other.overdue),
            to_net: add(self.to_net, other.to_net),
        }
    }
}

/// Whose open receipts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everybody's, as counted last.
    All,
    /// A hospital's, now.
    Hospital(OrganisationId),
    /// A supplier's, now.
    Supplier(OrganisationId),
}

/// What is open of a scope, and as of when; `None` when it was never counted.
pub fn open(conn: &mut Conn, scope: &Scope, now: Time) -> Result<(Vec<Open>, Option<Time>)> {
    match scope {
        Scope::All => store::counted(conn),
        scope => Ok((store::count(conn, scope, now.day())?, Some(now))),
    }
}

/// Counts everybody's open receipts into the small table. It reads first and writes then, so that nobody waits for
/// the counting. Gives the number of rows.
pub fn recount(db: &Db, now: Time) -> Result<usize> {
    let list = db.read(|conn| store::count(conn, &Scope::All, now.day()))?;
    db.write(|tx| store::replace(tx, &list, now))?;
    Ok(list.len())
}

/// Writes to every hospital that is late, by what was counted last, with what invoices cover; once a week. What the fund pays is not the
/// hospital's to pay. Gives how many were written to.
pub fn remind(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let week = ctx.now.local().format("%G-%V").to_string();
    let late = store::late_hospitals(tx.conn())?;
    for (hospital, amount) in &late {
        let letter = Letter::Supply {
            news: News::PaymentsLate,
            number: ctx.now.day().to_string(),
            title: String::new(),
            path: "/ageing".to_owned(),
            detail: amount.to_string(),
        };
        for person in people::recipients(tx.conn(), hospital)? {
            notify::post(tx, ctx, &person, &letter, &format!("payments_late:{week}:{hospital}"))?;
        }
    }
    Ok(late.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_as_late_as_the_days_since_its_term() {
        let today: NaiveDate = "2027-06-30".parse().unwrap();
        let check = |due_on: &str, want: Bucket| {
            let due_on: NaiveDate = due_on.parse().unwrap();
            assert_eq!(Bucket::of(due_on, today), want, "{due_on}");
            let (first, last) = want.days(today);
            assert!(
                first.is_none_or(|day| day <= due_on) && last.is_none_or(|day| due_on <= day),
                "{due_on}"
            );
            for other in Bucket::ALL.iter().filter(|it| **it != want) {
                let (first, last) = other.days(today);
                assert!(first.is_some_and(|day| due_on < day) || last.is_some_and(|day| day < due_on));
            }
        };
        check("2027-07-30", Bucket::NotDue);
        check("2027-06-30", Bucket::NotDue);
        check("2027-06-29", Bucket::Late30);
        check("2027-05-31", Bucket::Late30);
        check("2027-05-30", Bucket::Late60);
        check("2027-05-01", Bucket::Late60);
        check("2027-04-30", Bucket::Late90);
        check("2027-04-01", Bucket::Late90);
        check("2027-03-31", Bucket::LateMore);
        check("2020-01-01", Bucket::LateMore);
    }
}
