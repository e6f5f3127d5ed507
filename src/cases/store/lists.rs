//! SQL of the list of price cases and of what its pages choose from.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::cases::{Case, State, StepKind, StepState};
use crate::catalog::Product;
use crate::db::Conn;
use crate::error::Result;
use crate::notify::Mail;
use crate::people::{Role, Who};
use crate::schema::{account_roles, accounts, case_steps, cases, mails, products};
use crate::types::{AccountId, CaseId, Money, OrganisationId};

/// The order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The largest money effect first.
    #[default]
    Effect,
    /// The newest first.
    Newest,
}

/// A place in the list: the effect and id of the last case shown.
pub type Place = (Money, CaseId);

/// Whose cases.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Subject {
    /// Everybody's.
    #[default]
    All,
    /// Those in which this supplier was written to.
    Supplier(OrganisationId),
}

/// What is asked of the list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Whose.
    pub subject: Subject,
    /// In one of these states; none is any.
    pub states: Vec<State>,
    /// Whose last step was of this kind.
    pub step: Option<StepKind>,
    /// Followed by this officer.
    pub assignee: Option<AccountId>,
    /// Of this rule; the empty rule is that of cases of their own.
    pub rule: Option<String>,
    /// Words of the product, its code or the case's number.
    pub text: String,
    /// With something due before this day.
    pub due_before: Option<NaiveDate>,
    /// In this order.
    pub order: Order,
    /// After this place.
    pub after: Option<Place>,
}

/// Most words of a search.
const WORDS: usize = 5;

fn like(word: &str) -> String {
    let word = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{word}%")
}

/// A page of the list with the products. There are at most as many cases as rules and products that were found.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<(Case, Product)>> {
    let mut query = cases::table
        .inner_join(products::table)
        .select((Case::as_select(), Product::as_select()))
        .into_boxed();
    if let Subject::Supplier(own) = &filter.subject {
        query = query.filter(cases::supplier_id.eq(own.clone()).and(cases::step.is_not_null()));
    }
    if !filter.states.is_empty() {
        query = query.filter(cases::state.eq_any(filter.states.clone()));
    }
    if let Some(step) = filter.step {
        query = query.filter(cases::step.eq(step));
    }
    if let Some(officer) = &filter.assignee {
        query = query.filter(cases::assignee_id.eq(officer.clone()));
    }
    if let Some(rule) = &filter.rule {
        query = query.filter(cases::rule.eq(rule.clone()));
    }
    if let Some(day) = filter.due_before {
        query = query.filter(cases::due_on.lt(day).and(cases::state.ne(State::Closed)));
    }
    let text = filter.text.trim();
    if text.starts_with("AJ") {
        query = query.filter(cases::number.eq(text.to_owned()));
    } else {
        for word in text.to_lowercase().split_whitespace().take(WORDS) {
            query = query.filter(products::search.like(like(word)).escape('\\'));
        }
    }
    if let Some((effect, id)) = filter.after.clone() {
        query = match filter.order {
            // The first condition lets the index start at the place; the plain `or` would not.
            Order::Effect => {
                query.filter(cases::effect.le(effect)).filter(cases::effect.lt(effect).or(cases::id.lt(id)))
            }
            Order::Newest => query.filter(cases::id.lt(id)),
        };
    }
    query = match filter.order {
        Order::Effect => query.order((cases::effect.desc(), cases::id.desc())),
        Order::Newest => query.order(cases::id.desc()),
    };
    Ok(query.limit(limit).load(conn)?)
}

#[derive(QueryableByName)]
struct Rule {
    #[diesel(sql_type = Text)]
    rule: String,
}

/// The rules that cases follow.
pub fn rules(conn: &mut Conn) -> Result<Vec<String>> {
    let query = "SELECT DISTINCT rule FROM cases WHERE rule <> '' ORDER BY rule";
    Ok(diesel::sql_query(query).load::<Rule>(conn)?.into_iter().map(|it| it.rule).collect())
}

/// The active officers, by name.
pub fn officers(conn: &mut Conn) -> Result<Vec<(AccountId, String)>> {
    Ok(accounts::table
        .inner_join(account_roles::table)
        .filter(account_roles::role.eq(Role::Officer.as_str()).and(accounts::active.eq(true)))
        .order((accounts::name, accounts::id))
        .select((accounts::id, accounts::name))
        .load(conn)?)
}

/// The letters written about a case, the first first: by a range of what they are known by.
pub fn letters_of(conn: &mut Conn, case: &CaseId, limit: i64) -> Result<Vec<Mail>> {
    // `;` follows `:`.
    let (first, end) = (format!("case:{case}:"), format!("case:{case};"));
    Ok(mails::table
        .filter(mails::dedupe.ge(first).and(mails::dedupe.lt(end)))
        .order((mails::created_at, mails::id))
        .limit(limit)
        .select(Mail::as_select())
        .load(conn)?)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How much waits for somebody: for an officer the cases that nobody follows and the own ones with a reply, for a
/// supplier the documents without a reply.
pub fn duties(conn: &mut Conn, who: &Who) -> Result<(i64, i64)> {
    if who.is(Role::Supplier) {
        let query = "SELECT COUNT(*) AS count FROM cases c JOIN case_steps s ON s.case_id = c.id \
                     WHERE c.supplier_id = $1 AND c.state <> 'closed' AND s.state = 'sent'";
        let found: Count = diesel::sql_query(query).bind::<Text, _>(&who.organisation.id).get_result(conn)?;
        return Ok((0, found.count));
    }
    let unassigned = super::waiting(conn)?;
    let replied: Vec<CaseId> = cases::table
        .filter(cases::assignee_id.eq(&who.account.id).and(cases::state.eq(State::Handling)))
        .filter(cases::id.eq_any(
            case_steps::table.filter(case_steps::state.eq(StepState::Replied)).select(case_steps::case_id),
        ))
        .select(cases::id)
        .limit(1_000)
        .load(conn)?;
    Ok((unassigned, i64::try_from(replied.len()).unwrap_or(i64::MAX)))
}
