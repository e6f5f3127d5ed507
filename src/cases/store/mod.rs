//! SQL of price cases, their steps, replies and what else happened; of purchases as far as effects are measured.

mod findings;
mod lists;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer};

use super::effect::Bought;
use super::{Case, Event, Reply, Step, StepState};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::notify::Recipient;
use crate::on_db;
use crate::people::OrganisationKind;
use crate::schema::{accounts, case_events, case_replies, case_steps, cases, organisations, product_numbers};
use crate::types::{AccountId, CaseId, CaseReplyId, CaseStepId, Money, OrganisationId, ProductId, Quantity};

pub use findings::{
    Figures, Uncased, candidates, cases_of, counted, figures_of, finding, findings_of, join, makers,
    newest_scanned, open_cases, pick, returned, rules_of, uncased, waiting,
};
pub use lists::{Filter, Order, Place, Subject, duties, letters_of, officers, page, rules};

/// Rows of one statement: at most 27 columns each, and SQLite takes 32,766 values.
const BATCH: usize = 500;

/// One case.
pub fn case(conn: &mut Conn, id: &CaseId) -> Result<Option<Case>> {
    Ok(cases::table.find(id).select(Case::as_select()).first(conn).optional()?)
}

/// The case of a number.
pub fn by_number(conn: &mut Conn, number: &str) -> Result<Option<CaseId>> {
    Ok(cases::table.filter(cases::number.eq(number)).select(cases::id).first(conn).optional()?)
}

/// Enters cases.
pub fn insert(tx: &mut Tx, list: &[Case]) -> Result<()> {
    for part in list.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(cases::table).values(part).execute(c))?;
    }
    Ok(())
}

/// Writes a case's fields.
pub fn update(tx: &mut Tx, it: &Case) -> Result<()> {
    diesel::update(cases::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// One step.
pub fn step(conn: &mut Conn, id: &CaseStepId) -> Result<Option<Step>> {
    Ok(case_steps::table.find(id).select(Step::as_select()).first(conn).optional()?)
}

/// Enters a step.
pub fn insert_step(tx: &mut Tx, it: &Step) -> Result<()> {
    diesel::insert_into(case_steps::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a step's fields.
pub fn update_step(tx: &mut Tx, it: &Step) -> Result<()> {
    diesel::update(case_steps::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// The steps of a case that have not ended: asked for, sent or replied to.
pub fn open_steps(conn: &mut Conn, case: &CaseId) -> Result<Vec<Step>> {
    let states = [StepState::Asked, StepState::Sent, StepState::Replied];
    Ok(case_steps::table
        .filter(case_steps::case_id.eq(case).and(case_steps::state.eq_any(states)))
        .order((case_steps::made_at, case_steps::id))
        .select(Step::as_select())
        .load(conn)?)
}

/// Every step of a case, the first first.
pub fn steps_of(conn: &mut Conn, case: &CaseId) -> Result<Vec<Step>> {
    Ok(case_steps::table
        .filter(case_steps::case_id.eq(case))
        .order((case_steps::made_at, case_steps::id))
        .select(Step::as_select())
        .load(conn)?)
}

/// The first day on which something of a case is due.
pub fn first_due(conn: &mut Conn, case: &CaseId) -> Result<Option<NaiveDate>> {
    let open = [StepState::Sent, StepState::Replied];
    Ok(case_steps::table
        .filter(case_steps::case_id.eq(case).and(case_steps::state.eq_any(open)))
        .select(diesel::dsl::min(case_steps::due_on))
        .first(conn)?)
}

/// Steps whose day has passed and that are not marked yet, the longest due first.
pub fn overdue(conn: &mut Conn, today: NaiveDate, limit: i64) -> Result<Vec<Step>> {
    let open = [StepState::Sent, StepState::Replied];
    Ok(case_steps::table
        .filter(case_steps::state.eq_any(open).and(case_steps::due_on.lt(today)))
        .filter(case_steps::overdue_at.is_null())
        .order((case_steps::due_on, case_steps::id))
        .limit(limit)
        .select(Step::as_select())
        .load(conn)?)
}

/// One reply.
pub fn reply(conn: &mut Conn, id: &CaseReplyId) -> Result<Option<Reply>> {
    Ok(case_replies::table.find(id).select(Reply::as_select()).first(conn).optional()?)
}

/// Enters a reply.
pub fn insert_reply(tx: &mut Tx, it: &Reply) -> Result<()> {
    diesel::insert_into(case_replies::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Every reply in a case, the first first.
pub fn replies_of(conn: &mut Conn, case: &CaseId) -> Result<Vec<Reply>> {
    Ok(case_replies::table
        .filter(case_replies::case_id.eq(case))
        .order((case_replies::at, case_replies::id))
        .select(Reply::as_select())
        .load(conn)?)
}

/// Enters what else happened.
pub fn insert_events(tx: &mut Tx, list: &[Event]) -> Result<()> {
    for part in list.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(case_events::table).values(part).execute(c))?;
    }
    Ok(())
}

/// Everything else that happened in a case, the first first.
pub fn events_of(conn: &mut Conn, case: &CaseId) -> Result<Vec<Event>> {
    Ok(case_events::table
        .filter(case_events::case_id.eq(case))
        .order((case_events::at, case_events::id))
        .select(Event::as_select())
        .load(conn)?)
}

/// The one supplier of a name; none when there is none, or several.
pub fn supplier_named(conn: &mut Conn, name: &str) -> Result<Option<OrganisationId>> {
    let found: Vec<OrganisationId> = organisations::table
        .filter(organisations::kind.eq(OrganisationKind::Supplier).and(organisations::name.eq(name)))
        .select(organisations::id)
        .limit(2)
        .load(conn)?;
    match <[OrganisationId; 1]>::try_from(found) {
        Ok([id]) => Ok(Some(id)),
        Err(_) => Ok(None),
    }
}

/// An account to write to, while it is active and has an address.
pub fn recipient(conn: &mut Conn, id: &AccountId) -> Result<Option<Recipient>> {
    let found: Option<(AccountId, String, crate::text::Lang)> = accounts::table
        .find(id)
        .filter(accounts::active.eq(true).and(accounts::email.ne("")))
        .select((accounts::id, accounts::email, accounts::lang))
        .first(conn)
        .optional()?;
    Ok(found.map(|(id, address, lang)| Recipient { account: Some(id), address, lang }))
}

#[derive(QueryableByName)]
struct Sums {
    #[diesel(sql_type = BigInt)]
    quantity: i64,
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

/// What all hospitals bought of a product in a span of days: one range of the index on product and day.
pub fn bought(conn: &mut Conn, product: &ProductId, from: NaiveDate, to: NaiveDate) -> Result<Bought> {
    let nothing = Bought { from, to, quantity: Quantity::ZERO, amount: Money::ZERO };
    let no: Option<i32> = product_numbers::table
        .filter(product_numbers::product_id.eq(product))
        .select(product_numbers::no)
        .first(conn)
        .optional()?;
    let Some(no) = no else { return Ok(nothing) };
    let sums: Sums = diesel::sql_query(
        "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) AS quantity, \
         CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS amount FROM transactions \
         WHERE product = $1 AND day >= $2 AND day <= $3",
    )
    .bind::<Integer, _>(no)
    .bind::<Date, _>(from)
    .bind::<Date, _>(to)
    .get_result(conn)?;
    let (quantity, amount) = (Quantity::from_scaled(sums.quantity), Money::from_scaled(sums.amount));
    Ok(Bought { quantity, amount, ..nothing })
}
