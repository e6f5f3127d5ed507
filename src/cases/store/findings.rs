//! SQL of findings as far as cases are opened from them and counted by them.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text};

use crate::cases::{Case, Origin, State};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::people::OrganisationKind;
use crate::prices::findings::{self as prices, Finding};
use crate::prices::monitoring::Tier;
use crate::schema::{cases, findings, organisations, products};
use crate::types::{CaseId, FindingId, Money, OrganisationId, ProductId, Time};

/// A rule and product with findings that have no case.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Uncased {
    /// The product.
    #[diesel(sql_type = Text)]
    pub product_id: ProductId,
    /// The rule.
    #[diesel(sql_type = Text)]
    pub rule: String,
    /// The latest month found.
    #[diesel(sql_type = Date)]
    pub month: NaiveDate,
}

/// What a finding is that belongs into a case and has none: the tiers are words of the program.
fn without_case(tiers: &[Tier]) -> String {
    let words: Vec<String> = tiers.iter().map(|tier| format!("'{tier}'")).collect();
    format!(
        "case_id IS NULL AND state = 'standing' AND rule <> '' AND tier IN ({}) AND (product_id, rule) > ($1, $2)",
        words.join(", ")
    )
}

/// Rules and products with findings that belong into a case and have none, after a place, by product and rule.
pub fn uncased(
    conn: &mut Conn,
    tiers: &[Tier],
    (product, rule): &(String, String),
    limit: i64,
) -> Result<Vec<Uncased>> {
    let query = format!(
        "SELECT product_id, rule, MAX(month) AS month FROM findings WHERE {} \
         GROUP BY product_id, rule ORDER BY product_id, rule LIMIT $3",
        without_case(tiers)
    );
    Ok(diesel::sql_query(query)
        .bind::<Text, _>(product)
        .bind::<Text, _>(rule)
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}

/// Puts those findings up to a place into the cases of their rules and products; how many.
pub fn join(tx: &mut Tx, tiers: &[Tier], after: &(String, String), to: &(String, String)) -> Result<usize> {
    let query = format!(
        "UPDATE findings SET case_id = (SELECT c.id FROM cases c WHERE c.rule = findings.rule AND c.rule <> '' \
         AND c.product_id = findings.product_id) WHERE {} AND (product_id, rule) <= ($3, $4)",
        without_case(tiers)
    );
    Ok(diesel::sql_query(query)
        .bind::<Text, _>(&after.0)
        .bind::<Text, _>(&after.1)
        .bind::<Text, _>(&to.0)
        .bind::<Text, _>(&to.1)
        .execute(tx.conn())?)
}

/// Every case about these products.
pub fn cases_of(conn: &mut Conn, products: &[ProductId]) -> Result<Vec<Case>> {
    Ok(cases::table
        .filter(cases::product_id.eq_any(products.to_vec()))
        .order(cases::id)
        .select(Case::as_select())
        .load(conn)?)
}

/// Closed cases about listings that were found again after the closing.
pub fn returned(conn: &mut Conn, limit: i64) -> Result<Vec<CaseId>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        id: CaseId,
    }
    let query = "SELECT DISTINCT c.id FROM findings f INNER JOIN cases c ON c.id = f.case_id \
        WHERE f.hospital_id IS NULL AND f.state = 'standing' AND c.state = 'closed' AND c.closed_at < f.found_at \
        ORDER BY c.id LIMIT $1";
    let rows: Vec<Row> = diesel::sql_query(query).bind::<BigInt, _>(limit).load(conn)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The suppliers that are the products' makers by name; a name that is nobody's or several suppliers' is left out.
pub fn makers(conn: &mut Conn, of: &[ProductId]) -> Result<HashMap<ProductId, OrganisationId>> {
    let made: Vec<(ProductId, String)> = products::table
        .filter(products::id.eq_any(of.to_vec()))
        .select((products::id, products::maker))
        .load(conn)?;
    let names: BTreeSet<&String> = made.iter().map(|(_, maker)| maker).collect();
    let named: Vec<(String, OrganisationId)> = organisations::table
        .filter(organisations::kind.eq(OrganisationKind::Supplier))
        .filter(organisations::name.eq_any(names.into_iter().cloned().collect::<Vec<_>>()))
        .select((organisations::name, organisations::id))
        .load(conn)?;
    let mut by_name: HashMap<String, Option<OrganisationId>> = HashMap::new();
    for (name, id) in named {
        by_name.entry(name).and_modify(|one| *one = None).or_insert(Some(id));
    }
    let found = made.into_iter().filter_map(|(id, maker)| Some((id, by_name.get(&maker)?.clone()?)));
    Ok(found.collect())
}

/// What a case's standing findings add up to.
#[derive(Debug, Clone, PartialEq, Eq, Default, QueryableByName)]
pub struct Figures {
    #[diesel(sql_type = Text)]
    case_id: String,
    #[diesel(sql_type = BigInt)]
    findings: i64,
    #[diesel(sql_type = BigInt)]
    effect: i64,
    #[diesel(sql_type = BigInt)]
    hospitals: i64,
    #[diesel(sql_type = BigInt)]
    months: i64,
    #[diesel(sql_type = Nullable<Date>)]
    first_month: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Date>)]
    last_month: Option<NaiveDate>,
    #[diesel(sql_type = Integer)]
    gravity: i32,
}

impl Figures {
    /// A case with these figures; its tier stays when no finding stands any more.
    pub fn put(self, case: &Case, now: Time) -> Case {
        let graded = [Tier::None, Tier::Yellow, Tier::Red1, Tier::Red2, Tier::Red3];
        let tier = usize::try_from(self.gravity).ok().and_then(|at| graded.get(at)).copied();
        Case {
            tier: tier.filter(|_| self.findings > 0).unwrap_or(case.tier),
            findings: self.findings,
            effect: Money::from_scaled(self.effect),
            hospitals: self.hospitals,
            months: self.months,
            first_month: self.first_month,
            last_month: self.last_month,
            counted_at: now,
            ..case.clone()
        }
    }
}

/// The figures of the cases in a range of ids: one range of the index on cases.
fn figures(conn: &mut Conn, first: &CaseId, last: &CaseId) -> Result<Vec<Figures>> {
    Ok(diesel::sql_query(
        "SELECT case_id, COUNT(*) AS findings, CAST(COALESCE(SUM(effect), 0) AS BIGINT) AS effect, \
         COUNT(DISTINCT hospital_id) AS hospitals, COUNT(DISTINCT month) AS months, \
         MIN(month) AS first_month, MAX(month) AS last_month, \
         MAX(CASE tier WHEN 'yellow' THEN 1 WHEN 'red1' THEN 2 WHEN 'red2' THEN 3 WHEN 'red3' THEN 4 ELSE 0 END) \
         AS gravity FROM findings WHERE case_id >= $1 AND case_id <= $2 AND state = 'standing' GROUP BY case_id",
    )
    .bind::<Text, _>(first)
    .bind::<Text, _>(last)
    .load(conn)?)
}

/// A case with its figures as they are now.
pub fn counted(conn: &mut Conn, case: &Case, now: Time) -> Result<Case> {
    let found = figures(conn, &case.id, &case.id)?.into_iter().next();
    Ok(found.unwrap_or_default().put(case, now))
}

/// The figures of cases that follow one another by id.
pub fn figures_of(conn: &mut Conn, cases: &[Case]) -> Result<HashMap<CaseId, Figures>> {
    let (Some(first), Some(last)) = (cases.first(), cases.last()) else { return Ok(HashMap::new()) };
    let found = figures(conn, &first.id, &last.id)?;
    let keyed = |it: Figures| Ok((it.case_id.parse().map_err(Error::fault_of)?, it));
    found.into_iter().map(keyed).collect()
}

/// Open cases after one, by id.
pub fn open_cases(conn: &mut Conn, after: Option<&CaseId>, limit: i64) -> Result<Vec<Case>> {
    let mut query =
        cases::table.filter(cases::state.ne(State::Closed)).select(Case::as_select()).into_boxed();
    if let Some(after) = after {
        query = query.filter(cases::id.gt(after.clone()));
    }
    Ok(query.order(cases::id).limit(limit).load(conn)?)
}

/// The number of the last case that the scan's findings opened.
pub fn newest_scanned(conn: &mut Conn) -> Result<Option<String>> {
    Ok(cases::table
        .filter(cases::origin.eq(Origin::Scan))
        .order(cases::id.desc())
        .select(cases::number)
        .first(conn)
        .optional()?)
}

/// How many cases wait to be given to an officer.
pub fn waiting(conn: &mut Conn) -> Result<i64> {
    Ok(cases::table.filter(cases::state.eq(State::New)).count().get_result(conn)?)
}

/// The rules of findings that may be picked: standing or not, of a product, without a case. How many of each.
pub fn rules_of(conn: &mut Conn, product: &ProductId, picked: &[FindingId]) -> Result<Vec<(String, i64)>> {
    Ok(findings::table
        .filter(findings::id.eq_any(picked.to_vec()))
        .filter(findings::product_id.eq(product).and(findings::case_id.is_null()))
        .group_by(findings::rule)
        .order(findings::rule)
        .select((findings::rule, diesel::dsl::count_star()))
        .load(conn)?)
}

/// Puts picked findings into a case.
pub fn pick(tx: &mut Tx, case: &CaseId, picked: &[FindingId]) -> Result<()> {
    diesel::update(findings::table)
        .filter(findings::id.eq_any(picked.to_vec()).and(findings::case_id.is_null()))
        .set(findings::case_id.eq(Some(case)))
        .execute(tx.conn())?;
    Ok(())
}

/// Standing findings of a product without a case, the latest month first, with the hospital's name.
pub fn candidates(
    conn: &mut Conn,
    product: &ProductId,
    limit: i64,
) -> Result<Vec<(Finding, Option<String>)>> {
    Ok(findings::table
        .left_join(organisations::table)
        .filter(findings::product_id.eq(product).and(findings::case_id.is_null()))
        .filter(findings::state.eq(prices::State::Standing))
        .order((findings::month.desc(), findings::effect.desc(), findings::id))
        .limit(limit)
        .select((Finding::as_select(), organisations::name.nullable()))
        .load(conn)?)
}

/// One finding, with the hospital's name.
pub fn finding(conn: &mut Conn, id: &FindingId) -> Result<Option<(Finding, Option<String>)>> {
    Ok(findings::table
        .left_join(organisations::table)
        .filter(findings::id.eq(id))
        .select((Finding::as_select(), organisations::name.nullable()))
        .first(conn)
        .optional()?)
}

/// Findings of a case after one, the largest effect first, with the hospital's name.
pub fn findings_of(
    conn: &mut Conn,
    case: &CaseId,
    after: Option<&(Money, FindingId)>,
    limit: i64,
) -> Result<Vec<(Finding, Option<String>)>> {
    let mut query = findings::table
        .left_join(organisations::table)
        .filter(findings::case_id.eq(case.clone()))
        .select((Finding::as_select(), organisations::name.nullable()))
        .into_boxed();
    if let Some((effect, id)) = after.cloned() {
        query = query.filter(findings::effect.le(effect));
        query = query.filter(findings::effect.lt(effect).or(findings::id.lt(id)));
    }
    Ok(query.order((findings::effect.desc(), findings::id.desc())).limit(limit).load(conn)?)
}
