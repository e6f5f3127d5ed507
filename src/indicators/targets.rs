//! Targets of indicators: data with their source, entered by an officer and put in force by a second person.
//!
//! A target never changes: another one for the same indicator, year and county takes its place when it is approved.

use std::collections::BTreeMap;

use diesel::prelude::*;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::indicators::definitions::Formula;
use crate::indicators::{Indicator, Refused, Scope};
use crate::notify::{self, Letter, Recipient};
use crate::people::{self, OrganisationKind, Role};
use crate::schema::indicator_targets;
use crate::types::{AccountId, Ctx, TargetId, Time, parse_decimal};

crate::words! {
    /// Where a target is.
    State {
        /// Waits for the second person.
        Asked = "asked",
        /// In force.
        Approved = "approved",
        /// The second person said no.
        Rejected = "rejected",
        /// Taken back before it was decided.
        Withdrawn = "withdrawn",
    }
}

/// A target of an indicator for a year, of the city or a county.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = indicator_targets, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Target {
    /// Its id, from the form.
    pub id: TargetId,
    /// Of which indicator.
    pub indicator: Indicator,
    /// For which year.
    pub year: i32,
    /// For which county; empty for the city.
    pub region: String,
    /// The value in the indicator's unit, in its plainest form.
    pub value: String,
    /// The document it stands in.
    pub document: String,
    /// Who set it.
    pub issuer: String,
    /// Whether it holds.
    pub state: State,
    /// Who entered it.
    pub asked_by: AccountId,
    /// When.
    pub asked_at: Time,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// When.
    pub decided_at: Option<Time>,
    /// What the second person said.
    pub remark: String,
}

impl Target {
    /// Its value as a number.
    pub fn number(&self) -> Option<Decimal> {
        parse_decimal(&self.value).ok()
    }
}

/// A target as an officer enters it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    /// The id, from the form.
    pub id: TargetId,
    /// Of which indicator.
    pub indicator: Indicator,
    /// For which year.
    pub year: i32,
    /// For which county; empty for the city.
    pub region: String,
    /// The value as typed.
    pub value: String,
    /// The document it stands in.
    pub document: String,
    /// Who set it.
    pub issuer: String,
}

const SUBJECT: &str = "indicator_targets";
/// Longest name of a document or an issuer.
pub const WORDS: usize = 200;

/// The value of a target, or why it is none.
fn value(formula: Formula, given: &str) -> std::result::Result<Decimal, Refused> {
    let bad = || Refused::Value(given.to_owned());
    let value = parse_decimal(given).map_err(|_| bad())?.normalize();
    let is_fine = match formula {
        Formula::Count => value.scale() == 0,
        _ => value.scale() <= 2,
    };
    if value.is_sign_negative() || !is_fine {
        return Err(bad());
    }
    let is_part = matches!(formula, Formula::Ratio | Formula::Mean | Formula::Largest);
    if is_part && value > Decimal::ONE_HUNDRED {
        return Err(Refused::Percent(given.to_owned()));
    }
    Ok(value)
}

fn check(new: &New) -> std::result::Result<Decimal, Refused> {
    let value = value(new.indicator.definition().formula, &new.value)?;
    if !(2000..=2100).contains(&new.year) {
        return Err(Refused::Year(new.year));
    }
    for (field, text, missing) in
        [("document", &new.document, Refused::NoDocument), ("issuer", &new.issuer, Refused::NoIssuer)]
    {
        if text.is_empty() {
            return Err(missing);
        }
        if text.chars().count() > WORDS {
            return Err(Refused::TooLong(field, WORDS));
        }
    }
    Ok(value)
}

fn record(tx: &mut Tx, ctx: &Ctx, action: &str, before: Option<&Target>, after: &Target) -> Result<()> {
    audit::record(tx, ctx, Deed { action, subject: SUBJECT, id: after.id.as_str() }, &before, after)
}

/// A target.
pub fn target(conn: &mut Conn, id: &TargetId) -> Result<Target> {
    Ok(indicator_targets::table.find(id).select(Target::as_select()).first(conn)?)
}

/// Enters a target, which then waits for the second person. The same form sent twice makes one.
pub fn ask(tx: &mut Tx, ctx: &Ctx, new: &New) -> Result<()> {
    let asked_by = ctx.actor.account.clone().ok_or(Error::Forbidden)?;
    let known: i64 = indicator_targets::table.find(&new.id).count().get_result(tx.conn())?;
    if known > 0 {
        return Ok(());
    }
    let value = check(new)?;
    if !new.region.is_empty() {
        let regions = std::slice::from_ref(&new.region);
        if people::store::active_in(tx.conn(), OrganisationKind::Hospital, regions)?.is_empty() {
            return Err(Refused::Region(new.region.clone()).into());
        }
        if !Scope::County(new.region.clone()).has(new.indicator) {
            return Err(Refused::Region(new.region.clone()).into());
        }
    }
    let it = Target {
        id: new.id.clone(),
        indicator: new.indicator,
        year: new.year,
        region: new.region.clone(),
        value: value.to_string(),
        document: new.document.clone(),
        issuer: new.issuer.clone(),
        state: State::Asked,
        asked_by,
        asked_at: ctx.now,
        decided_by: None,
        decided_at: None,
        remark: String::new(),
    };
    diesel::insert_into(indicator_targets::table).values(&it).execute(tx.conn())?;
    record(tx, ctx, "target.ask", None, &it)?;
    for reviewer in people::recipients_with(tx.conn(), Role::Reviewer)? {
        let t = reviewer.lang.text();
        let letter = Letter::ApprovalAsked {
            number: format!("{} {}", it.year, it.value),
            title: it.indicator.name(t).to_owned(),
            path: "/indicators/targets".to_owned(),
            action: t.indicators.target_action.to_owned(),
            by: ctx.actor.name.clone(),
        };
        notify::post(tx, ctx, &reviewer, &letter, &format!("target.asked:{}", it.id))?;
    }
    Ok(())
}

fn open(tx: &mut Tx, id: &TargetId) -> Result<Target> {
    let it = target(tx.conn(), id)?;
    if it.state == State::Asked { Ok(it) } else { Err(Refused::Decided.into()) }
}

fn update(tx: &mut Tx, it: &Target) -> Result<()> {
    diesel::update(indicator_targets::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Takes a request back; only who made it does.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, id: &TargetId) -> Result<()> {
    let before = open(tx, id)?;
    if ctx.actor.account.as_ref() != Some(&before.asked_by) {
        return Err(Error::Forbidden);
    }
    let after = Target { state: State::Withdrawn, decided_at: Some(ctx.now), ..before.clone() };
    update(tx, &after)?;
    record(tx, ctx, "target.withdraw", Some(&before), &after)
}

/// The second person decides; a no needs a remark. Of two at once the second is told.
pub fn decide(tx: &mut Tx, ctx: &Ctx, id: &TargetId, yes: bool, remark: &str) -> Result<()> {
    let decider = ctx.actor.account.clone().ok_or(Error::Forbidden)?;
    let before = open(tx, id)?;
    if before.asked_by == decider {
        return Err(Refused::Own.into());
    }
    if !yes && remark.is_empty() {
        return Err(Refused::NoRemark.into());
    }
    let after = Target {
        state: if yes { State::Approved } else { State::Rejected },
        decided_by: Some(decider),
        decided_at: Some(ctx.now),
        remark: remark.to_owned(),
        ..before.clone()
    };
    update(tx, &after)?;
    record(tx, ctx, "target.decide", Some(&before), &after)?;
    answer(tx, ctx, &after)
}

/// Writes the decision to whoever asked.
fn answer(tx: &mut Tx, ctx: &Ctx, it: &Target) -> Result<()> {
    let Some(asker) = people::store::account(tx.conn(), &it.asked_by)? else { return Ok(()) };
    let t = asker.lang.text();
    let letter = Letter::ApprovalDecided {
        number: format!("{} {}", it.year, it.value),
        title: it.indicator.name(t).to_owned(),
        path: "/indicators/targets".to_owned(),
        action: t.indicators.target_action.to_owned(),
        decision: it.state.name(t).to_owned(),
        by: ctx.actor.name.clone(),
        remark: if it.remark.is_empty() { t.common.none.to_owned() } else { it.remark.clone() },
    };
    let to = Recipient { account: Some(asker.id), address: asker.email, lang: asker.lang };
    notify::post(tx, ctx, &to, &letter, &format!("target.decided:{}", it.id))
}

impl State {
    /// Its name for people.
    pub fn name(self, t: &crate::text::Text) -> &'static str {
        let m = &t.indicators;
        match self {
            State::Asked => m.t_asked,
            State::Approved => m.t_approved,
            State::Rejected => m.t_rejected,
            State::Withdrawn => m.t_withdrawn,
        }
    }
}

/// The targets that hold for a scope and a year. Where a county or hospital has none of its own, a percentage of the
/// city holds for it too; numbers and amounts of the city do not.
pub fn standing(conn: &mut Conn, scope: &Scope, year: i32) -> Result<BTreeMap<Indicator, Target>> {
    let region = match scope {
        Scope::County(region) => region.clone(),
        Scope::City | Scope::Hospital(_) => String::new(),
    };
    let rows: Vec<Target> = indicator_targets::table
        .filter(indicator_targets::year.eq(year).and(indicator_targets::state.eq(State::Approved)))
        .filter(indicator_targets::region.eq("").or(indicator_targets::region.eq(&region)))
        .order((indicator_targets::region, indicator_targets::decided_at, indicator_targets::id))
        .select(Target::as_select())
        .load(conn)?;
    let holds = |it: &Target| {
        let is_part = !matches!(it.indicator.definition().formula, Formula::Count | Formula::Amount);
        scope.has(it.indicator)
            && (*scope == Scope::City || it.region == region && !region.is_empty() || is_part)
    };
    // Later rows take the place of earlier ones, a county's that of the city's.
    Ok(rows.into_iter().filter(holds).map(|it| (it.indicator, it)).collect())
}

/// The targets of an indicator and scope in several years, for its chart.
pub fn of_years(
    conn: &mut Conn,
    scope: &Scope,
    indicator: Indicator,
    years: &[i32],
) -> Result<BTreeMap<i32, Target>> {
    let mut found = BTreeMap::new();
    for year in years {
        if let Some(it) = standing(conn, scope, *year)?.remove(&indicator) {
            found.insert(*year, it);
        }
    }
    Ok(found)
}

/// Targets before an id, newest first.
pub fn page(
    conn: &mut Conn,
    state: Option<State>,
    before: Option<&TargetId>,
    limit: i64,
) -> Result<Vec<Target>> {
    let mut query = indicator_targets::table.select(Target::as_select()).into_boxed();
    if let Some(state) = state {
        query = query.filter(indicator_targets::state.eq(state));
    }
    if let Some(before) = before {
        query = query.filter(indicator_targets::id.lt(before.clone()));
    }
    Ok(query.order(indicator_targets::id.desc()).limit(limit).load(conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_fits_its_indicator() {
        let check = |formula, given: &str, want: std::result::Result<&str, Refused>| {
            assert_eq!(value(formula, given).map(|it| it.to_string()), want.map(str::to_owned), "{given}");
        };
        check(Formula::Ratio, "90", Ok("90"));
        check(Formula::Ratio, "90.50", Ok("90.5"));
        check(Formula::Ratio, "100.01", Err(Refused::Percent("100.01".to_owned())));
        check(Formula::Ratio, "1.234", Err(Refused::Value("1.234".to_owned())));
        check(Formula::Count, "500", Ok("500"));
        check(Formula::Count, "0.5", Err(Refused::Value("0.5".to_owned())));
        check(Formula::Amount, "120000000", Ok("120000000"));
        check(Formula::Amount, "-1", Err(Refused::Value("-1".to_owned())));
        check(Formula::Mean, "many", Err(Refused::Value("many".to_owned())));
    }
}
