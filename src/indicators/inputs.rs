//! Figures the platform cannot count itself: what a hospital bought outside the platform in a month, with the document
//! that says so. Zero is a figure, none is missing. A correction is another row.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::indicators::{Period, Refused};
use crate::schema::{indicator_inputs, organisations};
use crate::text::Text;
use crate::types::{AccountId, Ctx, InputId, Money, OrganisationId, Time};

crate::words! {
    /// What was bought outside the platform.
    Outside {
        /// Drugs, without decoction pieces.
        Drugs = "off_platform_drugs",
        /// Consumables of high value.
        Consumables = "off_platform_consumables",
    }
}

impl Outside {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Outside::Drugs => t.indicators.off_drugs,
            Outside::Consumables => t.indicators.off_consumables,
        }
    }
}

/// A figure of a hospital and month.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = indicator_inputs, treat_none_as_default_value = false)]
pub struct Input {
    /// Its id, from the form.
    pub id: InputId,
    /// Whose.
    pub hospital_id: OrganisationId,
    /// The first day of the month.
    pub month: NaiveDate,
    /// What.
    pub figure: Outside,
    /// For how much.
    pub amount: Money,
    /// The document that says so.
    pub document: String,
    /// Who entered it.
    pub account_id: Option<AccountId>,
    /// When.
    pub at: Time,
    /// When a correction took its place.
    pub superseded_at: Option<Time>,
}

/// A figure as it is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The id, from the form.
    pub id: InputId,
    /// Whose.
    pub hospital: OrganisationId,
    /// The first day of the month.
    pub month: NaiveDate,
    /// What.
    pub figure: Outside,
    /// For how much.
    pub amount: Money,
    /// The document that says so.
    pub document: String,
    /// The figure it corrects, as seen.
    pub replaces: Option<InputId>,
}

/// Longest name of a document.
pub const WORDS: usize = 200;

/// The first day of a month written `2026-10` that has begun.
pub fn month(text: &str, today: NaiveDate) -> std::result::Result<NaiveDate, Refused> {
    let is_plain = text.len() == 7 && text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let day = NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok().filter(|_| is_plain);
    let first = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default();
    day.filter(|day| *day <= today && *day >= first).ok_or_else(|| Refused::Month(text.to_owned()))
}

/// Whether what is given can be taken.
pub fn check(amount: Money, document: &str) -> std::result::Result<(), Refused> {
    if amount < Money::ZERO {
        return Err(Refused::Negative);
    }
    if document.is_empty() {
        return Err(Refused::NoDocument);
    }
    if document.chars().count() > WORDS {
        return Err(Refused::TooLong("document", WORDS));
    }
    Ok(())
}

/// One figure, whether it stands or not.
pub fn input(conn: &mut Conn, id: &InputId) -> Result<Option<Input>> {
    Ok(indicator_inputs::table.find(id).select(Input::as_select()).first(conn).optional()?)
}

/// The figure that stands.
pub fn standing(
    conn: &mut Conn,
    hospital: &OrganisationId,
    month: NaiveDate,
    figure: Outside,
) -> Result<Option<Input>> {
    Ok(indicator_inputs::table
        .filter(indicator_inputs::month.eq(month).and(indicator_inputs::hospital_id.eq(hospital)))
        .filter(indicator_inputs::figure.eq(figure).and(indicator_inputs::superseded_at.is_null()))
        .select(Input::as_select())
        .first(conn)
        .optional()?)
}

/// Enters a figure, or a correction of the one that was seen. The same form sent twice makes one row.
pub fn enter(tx: &mut Tx, ctx: &Ctx, given: &Given) -> Result<()> {
    if input(tx.conn(), &given.id)?.is_some() {
        return Ok(());
    }
    check(given.amount, &given.document)?;
    let before = standing(tx.conn(), &given.hospital, given.month, given.figure)?;
    match (&before, &given.replaces) {
        (Some(it), Some(seen)) if it.id != *seen => return Err(Refused::Stale(it.amount).into()),
        (Some(it), None) => return Err(Refused::Standing(it.amount, it.document.clone()).into()),
        (None, Some(_)) => return Err(Refused::Changed.into()),
        _ => {}
    }
    let after = put(tx, ctx, given, before.as_ref())?;
    let deed = Deed { action: "input.enter", subject: "indicator_inputs", id: after.id.as_str() };
    audit::record(tx, ctx, deed, &before, &after)
}

/// Writes a figure in the place of the one before it.
pub(super) fn put(tx: &mut Tx, ctx: &Ctx, given: &Given, before: Option<&Input>) -> Result<Input> {
    if let Some(before) = before {
        diesel::update(indicator_inputs::table.find(&before.id))
            .set(indicator_inputs::superseded_at.eq(Some(ctx.now)))
            .execute(tx.conn())?;
    }
    let it = Input {
        id: given.id.clone(),
        hospital_id: given.hospital.clone(),
        month: given.month,
        figure: given.figure,
        amount: given.amount,
        document: given.document.clone(),
        account_id: ctx.actor.account.clone(),
        at: ctx.now,
        superseded_at: None,
    };
    diesel::insert_into(indicator_inputs::table).values(&it).execute(tx.conn())?;
    Ok(it)
}

/// A figure with the hospital's code and name.
pub type Listed = (Input, String, String);

/// The figures of a year, of all hospitals or of one, before an id, newest first; with those that were corrected.
pub fn page(
    conn: &mut Conn,
    hospital: Option<&OrganisationId>,
    year: Period,
    before: Option<&InputId>,
    limit: i64,
) -> Result<Vec<Listed>> {
    let mut query = indicator_inputs::table
        .inner_join(organisations::table)
        .filter(indicator_inputs::month.ge(year.starts).and(indicator_inputs::month.lt(year.end())))
        .select((Input::as_select(), organisations::code, organisations::name))
        .into_boxed();
    if let Some(hospital) = hospital {
        query = query.filter(indicator_inputs::hospital_id.eq(hospital.clone()));
    }
    if let Some(before) = before {
        query = query.filter(indicator_inputs::id.lt(before.clone()));
    }
    Ok(query.order(indicator_inputs::id.desc()).limit(limit).load(conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_begun_and_is_written_plainly() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 27).unwrap();
        let check = |text: &str, is_month: bool| assert_eq!(month(text, today).is_ok(), is_month, "{text}");
        check("2026-11", true);
        check("2026-01", true);
        check("2026-12", false);
        check("2026-13", false);
        check("1999-12", false);
        check("2026-1", false);
        check("+026-01", false);
        check("2026-11-01", false);
        check("", false);
    }
}
