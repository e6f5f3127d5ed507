//! Statements of account between hospitals and suppliers, and what explains where they differ.
//!
//! Hospital, supplier and fund read the same rows: what was accepted adds, credit notes and payments take off. A
//! statement reads one indexed range of one side; nothing is kept beside the rows it shows.

pub mod check;
pub mod differences;
pub mod import;
pub mod store;

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::db::Conn;
use crate::error::Result;
use crate::text::Text;
use crate::types::{Money, OrganisationId};

crate::words! {
    /// What moves an account.
    MoveKind {
        /// A credit note takes off.
        CreditNote = "credit_note",
        /// A payment takes off; its reversal adds.
        Payment = "payment",
        /// Accepted goods add.
        Receipt = "receipt",
    }

    /// A side of the account.
    Side {
        /// Hospitals.
        Hospital = "hospital",
        /// Suppliers.
        Supplier = "supplier",
    }
}

impl MoveKind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.statements;
        match self {
            MoveKind::CreditNote => m.kind_credit_note,
            MoveKind::Payment => m.kind_payment,
            MoveKind::Receipt => m.kind_receipt,
        }
    }
}

/// Whose account: a hospital's with all its suppliers, a supplier's with all its hospitals, or of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The side whose range is read.
    pub side: Side,
    /// Who it is.
    pub id: OrganisationId,
    /// Only with this one of the other side.
    pub other: Option<OrganisationId>,
}

impl Scope {
    /// Of a hospital, a supplier or both; `None` of neither.
    pub fn of(hospital: Option<OrganisationId>, supplier: Option<OrganisationId>) -> Option<Self> {
        match (hospital, supplier) {
            (Some(id), other) => Some(Self { side: Side::Hospital, id, other }),
            (None, Some(id)) => Some(Self { side: Side::Supplier, id, other: None }),
            (None, None) => None,
        }
    }
}

/// The figures of an account over some days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Owed before the first day.
    pub opening: Money,
    /// Accepted.
    pub receipts: Money,
    /// Taken off by credit notes.
    pub credits: Money,
    /// Paid, less reversals.
    pub payments: Money,
}

impl Figures {
    /// Owed after the last day.
    pub fn closing(&self) -> Money {
        let cents =
            self.opening.scaled() + self.receipts.scaled() - self.credits.scaled() - self.payments.scaled();
        Money::from_scaled(cents)
    }

    fn and(self, other: Self) -> Self {
        let add = |one: Money, other: Money| one.plus(other).unwrap_or(one);
        Self {
            opening: add(self.opening, other.opening),
            receipts: add(self.receipts, other.receipts),
            credits: add(self.credits, other.credits),
            payments: add(self.payments, other.payments),
        }
    }
}

/// An account over some days, both included, with its parts by the other side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement {
    /// All of it.
    pub total: Figures,
    /// Each one of the other side.
    pub parts: BTreeMap<OrganisationId, Figures>,
}

/// Reads an account from one day to another.
pub fn statement(conn: &mut Conn, scope: &Scope, from: NaiveDate, to: NaiveDate) -> Result<Statement> {
    let mut it = Statement::default();
    for kind in MoveKind::ALL {
        for row in store::sums(conn, scope, *kind, from, to)? {
            let mut figures = Figures::default();
            match kind {
                MoveKind::Receipt => figures.receipts = row.within,
                MoveKind::CreditNote => figures.credits = row.within,
                MoveKind::Payment => figures.payments = row.within,
            }
            figures.opening = match kind {
                MoveKind::Receipt => row.before,
                _ => Money::from_scaled(-row.before.scaled()),
            };
            let part = it.parts.entry(row.other_id).or_default();
            *part = part.and(figures);
            it.total = it.total.and(figures);
        }
    }
    Ok(it)
}
