//! Credit of companies: facts about how suppliers keep their contracts, the editions of the evaluation, and how a company
//! stands.
//!
//! Other modules write facts here in the transaction of what happened, and ask here what a company is barred from.

pub mod editions;
mod names;
pub mod register;
pub mod standing;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::Tx;
use crate::error::Result;
use crate::schema::credit_facts;
use crate::types::{CreditFactId, Ctx, Money, OrganisationId, Quantity, Time};

crate::words! {
    /// What a supplier did or failed to do.
    FactKind {
        /// Confirmed less than was ordered.
        Shortfall = "shortfall",
        /// Did not answer an order in time.
        Unanswered = "unanswered",
        /// Delivered after the promised day.
        LateDelivery = "late_delivery",
        /// Goods were refused at receipt.
        RefusedGoods = "refused_goods",
        /// An invoice did not match order and receipt.
        RefusedInvoice = "refused_invoice",
        /// Withdrew from a contract or failed, and another took over.
        Replaced = "replaced",
    }
}

/// One fact, opening to what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = credit_facts)]
pub struct CreditFact {
    /// Its id.
    pub id: CreditFactId,
    /// Whose.
    pub supplier_id: OrganisationId,
    /// What.
    pub kind: FactKind,
    /// The day it happened.
    pub day: NaiveDate,
    /// The table of the row it is about.
    pub subject: String,
    /// That row's id.
    pub subject_id: String,
    /// The quantity concerned, when there is one.
    pub quantity: Option<Quantity>,
    /// The amount concerned, when there is one.
    pub amount: Option<Money>,
    /// In words or numbers, as it was known then.
    pub detail: String,
    /// When it was noted.
    pub at: Time,
}

/// What happened, to be noted.
#[derive(Debug, Clone)]
pub struct Fact<'a> {
    /// Whose.
    pub supplier: &'a OrganisationId,
    /// What.
    pub kind: FactKind,
    /// The table of the row it is about.
    pub subject: &'a str,
    /// That row's id.
    pub id: &'a str,
    /// The quantity concerned.
    pub quantity: Option<Quantity>,
    /// The amount concerned.
    pub amount: Option<Money>,
    /// In words or numbers.
    pub detail: String,
}

/// Notes a fact today; about one row there is one fact of a kind, noted once.
pub fn note(tx: &mut Tx, ctx: &Ctx, fact: Fact) -> Result<()> {
    let known: i64 = credit_facts::table
        .filter(credit_facts::kind.eq(fact.kind))
        .filter(credit_facts::subject.eq(fact.subject).and(credit_facts::subject_id.eq(fact.id)))
        .count()
        .get_result(tx.conn())?;
    if known > 0 {
        return Ok(());
    }
    let it = CreditFact {
        id: CreditFactId::new(),
        supplier_id: fact.supplier.clone(),
        kind: fact.kind,
        day: ctx.now.day(),
        subject: fact.subject.to_owned(),
        subject_id: fact.id.to_owned(),
        quantity: fact.quantity,
        amount: fact.amount,
        detail: fact.detail,
        at: ctx.now,
    };
    diesel::insert_into(credit_facts::table).values(&it).execute(tx.conn())?;
    audit::record(
        tx,
        ctx,
        Deed { action: "credit.note", subject: "credit_facts", id: it.id.as_str() },
        &(),
        &it,
    )
}
