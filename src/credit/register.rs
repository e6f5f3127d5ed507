//! The register of facts: by supplier, kind and period, the latest first, and how many there are of each kind.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

use crate::credit::{CreditFact, FactKind};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::OrganisationKind;
use crate::schema::{credit_facts, organisations};
use crate::text::{Say, Text as Words, fill};
use crate::types::{CreditFactId, OrganisationId};

/// Counting stops here: a page needs no exact number above it.
pub const MOST: i64 = 50_000;

/// Most suppliers a text may fit.
pub const SUPPLIERS: usize = 50;

impl FactKind {
    /// Its name for people.
    pub fn name(self, t: &Words) -> &'static str {
        let m = &t.credit;
        match self {
            FactKind::Shortfall => m.kind_shortfall,
            FactKind::Unanswered => m.kind_unanswered,
            FactKind::LateDelivery => m.kind_late_delivery,
            FactKind::RefusedGoods => m.kind_refused_goods,
            FactKind::RefusedInvoice => m.kind_refused_invoice,
            FactKind::Replaced => m.kind_replaced,
        }
    }
}

/// Why a reader's question is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The text fits too many suppliers.
    ManySuppliers(String),
    /// The first day is after the last.
    Period(NaiveDate, NaiveDate),
}

impl Say for Refused {
    fn say(&self, t: &Words) -> String {
        match self {
            Refused::ManySuppliers(text) => {
                fill(t.credit.many_suppliers, &[("text", text), ("count", &SUPPLIERS)])
            }
            Refused::Period(from, to) => fill(t.credit.bad_period, &[("from", from), ("to", to)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::ManySuppliers(_) => Some("q"),
            Refused::Period(..) => Some("from"),
        }
    }
}

/// What a reader asks for.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Only these suppliers; `None` is all of them.
    pub suppliers: Option<Vec<OrganisationId>>,
    /// Only this kind.
    pub kind: Option<FactKind>,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Before this fact, for the next page.
    pub before: Option<(NaiveDate, CreditFactId)>,
}

/// Suppliers whose name or code contains a text; too many are refused.
pub fn suppliers(conn: &mut Conn, text: &str) -> Result<Vec<OrganisationId>> {
    let like = format!("%{}%", text.replace(['%', '_', '\\'], ""));
    let limit = i64::try_from(SUPPLIERS).unwrap_or(i64::MAX).saturating_add(1);
    let found: Vec<OrganisationId> = organisations::table
        .filter(organisations::kind.eq(OrganisationKind::Supplier))
        .filter(organisations::name.like(like.clone()).or(organisations::code.like(like)))
        .order(organisations::id)
        .select(organisations::id)
        .limit(limit)
        .load(conn)?;
    if found.len() > SUPPLIERS {
        return Err(Error::refused(Refused::ManySuppliers(text.to_owned())));
    }
    Ok(found)
}

/// A page of facts with the suppliers' names, the latest first.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<(CreditFact, String)>> {
    let mut query = credit_facts::table
        .inner_join(organisations::table)
        .filter(credit_facts::day.ge(filter.from).and(credit_facts::day.le(filter.to)))
        .select((CreditFact::as_select(), organisations::name))
        .into_boxed();
    if let Some(of) = &filter.suppliers {
        query = query.filter(credit_facts::supplier_id.eq_any(of.clone()));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(credit_facts::kind.eq(kind));
    }
    if let Some((day, id)) = &filter.before {
        query = query.filter(
            credit_facts::day.lt(*day).or(credit_facts::day.eq(*day).and(credit_facts::id.lt(id.clone()))),
        );
    }
    Ok(query.order((credit_facts::day.desc(), credit_facts::id.desc())).limit(limit).load(conn)?)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many facts of each kind there are in the period, each counted up to [`MOST`].
pub fn counts(conn: &mut Conn, filter: &Filter) -> Result<Vec<(FactKind, i64)>> {
    FactKind::ALL
        .iter()
        .filter(|kind| filter.kind.is_none_or(|wanted| wanted == **kind))
        .map(|kind| Ok((*kind, count(conn, filter, *kind)?)))
        .collect()
}

fn count(conn: &mut Conn, filter: &Filter, kind: FactKind) -> Result<i64> {
    let Some(of) = &filter.suppliers else {
        let found: Count = diesel::sql_query(
            "SELECT COUNT(*) AS count FROM (
                SELECT 1 AS one FROM credit_facts WHERE kind = $1 AND day >= $2 AND day <= $3 LIMIT $4) found",
        )
        .bind::<Text, _>(kind)
        .bind::<Date, _>(filter.from)
        .bind::<Date, _>(filter.to)
        .bind::<BigInt, _>(MOST)
        .get_result(conn)?;
        return Ok(found.count);
    };
    let found: i64 = credit_facts::table
        .filter(credit_facts::supplier_id.eq_any(of.clone()))
        .filter(credit_facts::day.ge(filter.from).and(credit_facts::day.le(filter.to)))
        .filter(credit_facts::kind.eq(kind))
        .count()
        .get_result(conn)?;
    Ok(found.min(MOST))
}
