//! Suspended listings (暂停挂网): while one runs, nothing of the product can be ordered.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use super::{EventKind, Refused, Seen, Step, followed, happen, letters, rules, save};
use crate::audit::{self, Deed};
use crate::catalog::Product;
use crate::catalog::code::Code;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::News;
use crate::schema::{products, suspensions};
use crate::types::{AccountId, CaseId, Ctx, OrganisationId, ProductId, SuspensionId, Time};

/// A suspension of a product's listing, approved by a second person.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = suspensions, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Suspension {
    /// Its id: its step's.
    pub id: SuspensionId,
    /// The product.
    pub product_id: ProductId,
    /// Its supplier, when the maker is registered.
    pub supplier_id: Option<OrganisationId>,
    /// The case it was decided in.
    pub case_id: CaseId,
    /// The document's number.
    pub number: String,
    /// First day.
    pub from_day: NaiveDate,
    /// Last day; none until it is lifted.
    pub to_day: Option<NaiveDate>,
    /// When it was approved.
    pub approved_at: Time,
    /// By whom.
    pub approved_by: Option<AccountId>,
    /// When it was lifted; none while it was not.
    pub lifted_at: Option<Time>,
    /// By whom.
    pub lifted_by: Option<AccountId>,
    /// The number of the document that lifted it.
    pub lift_number: String,
    /// Why.
    pub lift_reason: String,
}

impl Suspension {
    /// Whether it stops orders on a day.
    pub fn runs_on(&self, day: NaiveDate) -> bool {
        self.lifted_at.is_none() && self.from_day <= day && self.to_day.is_none_or(|to| day <= to)
    }
}

/// A product whose listing is suspended on a day, as orders are held against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    /// The suspension.
    pub suspension: Suspension,
    /// The product.
    pub product: Product,
}

/// What an order line names: a contract's own words, as a contract has no product of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct Contracted<'a> {
    /// The contract's product: a code of the catalogue or a name.
    pub product: &'a str,
    /// Its spec.
    pub spec: &'a str,
    /// Its lot's generic name.
    pub generic: &'a str,
    /// The supplier.
    pub supplier: &'a OrganisationId,
    /// The supplier's name.
    pub supplier_name: &'a str,
}

impl Stopped {
    /// Whether a contract is for this product: by its code, and where the contract names no code by maker, generic
    /// name and spec.
    pub fn is_of(&self, contract: &Contracted) -> bool {
        if contract.product.eq_ignore_ascii_case(&self.product.code) {
            return true;
        }
        if contract.product.to_uppercase().parse::<Code>().is_ok() {
            return false;
        }
        let is_maker = self.suspension.supplier_id.as_ref() == Some(contract.supplier)
            || contract.supplier_name == self.product.maker;
        is_maker
            && contract.generic == self.product.generic
            && plain(contract.spec) == plain(&self.product.spec)
    }
}

/// A spec without spaces, in lower case.
fn plain(spec: &str) -> String {
    spec.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
}

/// The products whose listing is suspended on a day. They are few: each was decided by two people.
pub fn stopped(conn: &mut Conn, day: NaiveDate) -> Result<Vec<Stopped>> {
    let runs = suspensions::to_day.is_null().or(suspensions::to_day.ge(day));
    let rows: Vec<(Suspension, Product)> = suspensions::table
        .inner_join(products::table)
        .filter(suspensions::lifted_at.is_null().and(runs))
        .filter(suspensions::from_day.le(day))
        .order(suspensions::id)
        .select((Suspension::as_select(), Product::as_select()))
        .load(conn)?;
    Ok(rows.into_iter().map(|(suspension, product)| Stopped { suspension, product }).collect())
}

/// The suspensions of a product, the latest first.
pub fn of_product(conn: &mut Conn, product: &ProductId) -> Result<Vec<Suspension>> {
    Ok(suspensions::table
        .filter(suspensions::product_id.eq(product))
        .order(suspensions::id.desc())
        .limit(100)
        .select(Suspension::as_select())
        .load(conn)?)
}

/// The suspensions decided in a case, the first first.
pub fn of_case(conn: &mut Conn, case: &CaseId) -> Result<Vec<Suspension>> {
    Ok(suspensions::table
        .filter(suspensions::case_id.eq(case))
        .order(suspensions::id)
        .limit(100)
        .select(Suspension::as_select())
        .load(conn)?)
}

/// One suspension.
fn one(conn: &mut Conn, id: &SuspensionId) -> Result<Option<Suspension>> {
    Ok(suspensions::table.find(id).select(Suspension::as_select()).first(conn).optional()?)
}

/// Begins what a step says and a second person approved. It does not begin before it was approved.
pub(super) fn begin(tx: &mut Tx, ctx: &Ctx, step: &Step, case: &super::Case) -> Result<Suspension> {
    let today = ctx.now.day();
    rules::may_suspend(&of_product(tx.conn(), &case.product_id)?, today)?;
    let from = step.from_day.unwrap_or(today).max(today);
    if step.to_day.is_some_and(|to| to < from) {
        return Err(Refused::Span.into());
    }
    let it = Suspension {
        id: step.id.as_str().parse().map_err(Error::fault_of)?,
        product_id: case.product_id.clone(),
        supplier_id: case.supplier_id.clone(),
        case_id: case.id.clone(),
        number: step.number.clone(),
        from_day: from,
        to_day: step.to_day,
        approved_at: ctx.now,
        approved_by: ctx.actor.account.clone(),
        lifted_at: None,
        lifted_by: None,
        lift_number: String::new(),
        lift_reason: String::new(),
    };
    diesel::insert_into(suspensions::table).values(&it).execute(tx.conn())?;
    let deed = Deed { action: "suspension.begin", subject: "suspensions", id: it.id.as_str() };
    audit::record(tx, ctx, deed, &(), &it)?;
    Ok(it)
}

/// Lifts a suspension at once: the product can be ordered again, and the supplier is told. A closed case's can be
/// lifted by any officer.
pub fn lift(
    tx: &mut Tx,
    ctx: &Ctx,
    seen: &Seen,
    id: &SuspensionId,
    (number, reason): (&str, &str),
) -> Result<()> {
    let before = one(tx.conn(), id)?.filter(|it| it.case_id == seen.id).ok_or(Error::NotFound)?;
    let case = match super::case(tx.conn(), &seen.id)? {
        closed if closed.state == super::State::Closed => super::fresh(tx, seen)?,
        _ => followed(tx, ctx, seen)?,
    };
    let today = ctx.now.day();
    if before.lifted_at.is_some() || before.to_day.is_some_and(|to| to < today) {
        return Err(Refused::NotSuspended.into());
    }
    let after = Suspension {
        lifted_at: Some(ctx.now),
        lifted_by: ctx.actor.account.clone(),
        lift_number: rules::number(number, "lift_number")?,
        lift_reason: rules::text(reason, "lift_reason")?,
        ..before.clone()
    };
    diesel::update(suspensions::table.find(&after.id)).set(&after).execute(tx.conn())?;
    let deed = Deed { action: "suspension.lift", subject: "suspensions", id: after.id.as_str() };
    audit::record(tx, ctx, deed, &before, &after)?;
    let case = save(tx, ctx, &case, case.clone(), "case.lift")?;
    let about = format!("{} → {}", after.number, after.lift_number);
    happen(tx, ctx, &case, EventKind::Lifted, &about, &after.lift_reason)?;
    let detail = format!("{}\n{}", after.lift_number, after.lift_reason);
    letters::tell_supplier(tx, ctx, &case, News::CaseLifted, &format!("lifted:{id}"), &|_| detail.clone())
}
