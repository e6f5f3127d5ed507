//! Lists of findings: filtered, in order of money or of time, page by page.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::Conn;
use crate::error::Result;
use crate::prices::findings::{Finding, State};
use crate::prices::monitoring::Tier;
use crate::schema::findings;
use crate::types::{CaseId, FindingId, Money, OrganisationId, ProductId};

crate::words! {
    /// The order of a list of findings.
    Sort {
        /// The largest money effect first.
        Effect = "effect",
        /// The latest month first, in it the largest money effect.
        Month = "month",
    }
}

/// Where a list goes on: what its last row is sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its month.
    pub month: NaiveDate,
    /// Its effect.
    pub effect: Money,
    /// Its id.
    pub id: FindingId,
}

impl Place {
    /// The place of a finding.
    pub fn of(it: &Finding) -> Self {
        Self { month: it.month, effect: it.effect, id: it.id.clone() }
    }
}

/// Which findings.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Still found or gone.
    pub state: State,
    /// Only of this hospital.
    pub hospital: Option<OrganisationId>,
    /// Only of these suppliers, as purchases name them.
    pub suppliers: Option<Vec<String>>,
    /// Only of this product.
    pub product: Option<ProductId>,
    /// Only of this rule.
    pub rule: Option<String>,
    /// Only of this tier.
    pub tier: Option<Tier>,
    /// From this month on.
    pub from: Option<NaiveDate>,
    /// Up to this month.
    pub to: Option<NaiveDate>,
    /// With a case, or without one.
    pub has_case: Option<bool>,
    /// In which order.
    pub sort: Sort,
    /// Behind this place.
    pub after: Option<Place>,
}

impl Filter {
    /// Everything that still stands, by money.
    pub fn standing() -> Self {
        Self {
            state: State::Standing,
            hospital: None,
            suppliers: None,
            product: None,
            rule: None,
            tier: None,
            from: None,
            to: None,
            has_case: None,
            sort: Sort::Effect,
            after: None,
        }
    }

    /// Whether it is narrowed by what only the long index holds.
    fn is_narrow(&self) -> bool {
        self.rule.is_some() || self.tier.is_some() || self.has_case.is_some()
    }
}

/// One finding.
pub fn finding(conn: &mut Conn, id: &FindingId) -> Result<Option<Finding>> {
    Ok(findings::table.find(id).select(Finding::as_select()).first(conn).optional()?)
}

/// A page of findings.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Finding>> {
    // First the ids, which an index gives with all that is filtered and sorted by; then only the rows shown.
    let ids = ids(conn, filter, limit)?;
    let rows: Vec<Finding> =
        findings::table.filter(findings::id.eq_any(ids.clone())).select(Finding::as_select()).load(conn)?;
    let mut rows: HashMap<FindingId, Finding> = rows.into_iter().map(|it| (it.id.clone(), it)).collect();
    Ok(ids.iter().filter_map(|id| rows.remove(id)).collect())
}

fn ids(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<FindingId>> {
    let mut query = findings::table.select(findings::id).into_boxed();
    query = query.filter(findings::state.eq(filter.state));
    // Rule and tier come after the month in the index: a bound that holds for all makes it the one that is read.
    let from = filter.from.or(filter.is_narrow().then_some(NaiveDate::default()));
    if let Some(from) = from {
        query = query.filter(findings::month.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(findings::month.le(to));
    }
    if let Some(hospital) = &filter.hospital {
        query = query.filter(findings::hospital_id.eq(hospital.clone()));
    }
    if let Some(suppliers) = &filter.suppliers {
        query = query.filter(findings::supplier.eq_any(suppliers.clone()));
    }
    if let Some(product) = &filter.product {
        query = query.filter(findings::product_id.eq(product.clone()));
    }
    if let Some(rule) = &filter.rule {
        query = query.filter(findings::rule.eq(rule.clone()));
    }
    if let Some(tier) = filter.tier {
        query = query.filter(findings::tier.eq(tier));
    }
    query = match filter.has_case {
        Some(true) => query.filter(findings::case_id.is_not_null()),
        Some(false) => query.filter(findings::case_id.is_null()),
        None => query,
    };
    if let Some(Place { month, effect, id }) = filter.after.clone() {
        let behind = findings::effect.lt(effect).or(findings::effect.eq(effect).and(findings::id.lt(id)));
        query = match filter.sort {
            Sort::Effect => query.filter(findings::effect.le(effect)).filter(behind),
            Sort::Month => {
                query.filter(findings::month.le(month)).filter(findings::month.lt(month).or(behind))
            }
        };
    }
    query = match filter.sort {
        Sort::Effect => query.order((findings::effect.desc(), findings::id.desc())),
        Sort::Month => query.order((findings::month.desc(), findings::effect.desc(), findings::id.desc())),
    };
    Ok(query.limit(limit).load(conn)?)
}

/// What stands about the listings of a maker's products, the costliest first.
pub fn of_listings(conn: &mut Conn, maker: &str, limit: i64) -> Result<Vec<Finding>> {
    use crate::schema::products;
    Ok(findings::table
        .inner_join(products::table.on(products::id.eq(findings::product_id)))
        .filter(products::maker.eq(maker).and(findings::hospital_id.is_null()))
        .filter(findings::state.eq(State::Standing))
        .order((findings::effect.desc(), findings::id.desc()))
        .limit(limit)
        .select(Finding::as_select())
        .load(conn)?)
}

/// The cases that follow findings of a product, by id and number, the latest first.
pub fn cases_of_product(conn: &mut Conn, product: &ProductId, limit: i64) -> Result<Vec<(CaseId, String)>> {
    use crate::schema::cases;
    let found: Vec<Option<CaseId>> = findings::table
        .filter(findings::product_id.eq(product).and(findings::case_id.is_not_null()))
        .order(findings::case_id.desc())
        .select(findings::case_id)
        .distinct()
        .limit(limit)
        .load(conn)?;
    let found: Vec<CaseId> = found.into_iter().flatten().collect();
    let of = cases::table.filter(cases::id.eq_any(found)).order(cases::id.desc());
    Ok(of.select((cases::id, cases::number)).load(conn)?)
}

/// The rules that something was found by.
pub fn rules(conn: &mut Conn) -> Result<Vec<String>> {
    use crate::schema::finding_months;
    let found = finding_months::table.select(finding_months::rule).distinct().order(finding_months::rule);
    Ok(found.load(conn)?)
}
