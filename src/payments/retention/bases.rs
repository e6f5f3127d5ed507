//! Base quantities and prices before procurement: filled from demand and purchase history, or entered.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Months, NaiveDate};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use rust_decimal::Decimal;
use serde_json::json;

use crate::audit;
use crate::contracts::volumes;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::on_db;
use crate::payments::retention::parameters::{Parameter, Parameters};
use crate::payments::retention::{Base, Origin, Plan, Refused, deed, draft, purchases, store, touch};
use crate::people::{self, OrganisationKind};
use crate::prices;
use crate::rounds::Round;
use crate::schema::{organisations, retention_bases, transactions};
use crate::types::{Ctx, OrganisationId, PlanId, ProductId, Quantity, RoundId, Share, UnitPrice};

/// Rows of one statement: SQLite takes 32,766 values, a base has 9.
const BATCH: usize = 1_000;

/// The bases of a hospital, by generic.
pub fn of_hospital(conn: &mut Conn, plan: &PlanId, hospital: &OrganisationId) -> Result<Vec<Base>> {
    Ok(retention_bases::table
        .filter(retention_bases::plan_id.eq(plan).and(retention_bases::hospital_id.eq(hospital)))
        .order(retention_bases::generic)
        .select(Base::as_select())
        .load(conn)?)
}

/// One base.
pub fn one(conn: &mut Conn, plan: &PlanId, hospital: &OrganisationId, generic: &str) -> Result<Option<Base>> {
    Ok(retention_bases::table
        .find((plan, hospital, generic))
        .select(Base::as_select())
        .first(conn)
        .optional()?)
}

/// A base with the hospital's code and name.
pub type Listed = (Base, String, String);

/// Bases by hospital code and generic, after a place.
pub fn page(
    conn: &mut Conn,
    plan: &PlanId,
    code: &str,
    after: (&str, &str),
    limit: i64,
) -> Result<Vec<Listed>> {
    let mut query = retention_bases::table
        .inner_join(organisations::table)
        .filter(retention_bases::plan_id.eq(plan))
        .filter(
            organisations::code
                .gt(after.0)
                .or(organisations::code.eq(after.0).and(retention_bases::generic.gt(after.1))),
        )
        .select((Base::as_select(), organisations::code, organisations::name))
        .into_boxed();
    if !code.is_empty() {
        query = query.filter(organisations::code.eq(code));
    }
    Ok(query.order((organisations::code, retention_bases::generic)).limit(limit).load(conn)?)
}

/// The generics of a plan.
pub fn generics(conn: &mut Conn, plan: &Plan) -> Result<Vec<String>> {
    let names: BTreeSet<String> =
        store::lots_in_year(conn, plan)?.into_iter().map(|(lot, _)| lot.generic).collect();
    Ok(names.into_iter().collect())
}

/// What an officer enters for a hospital and generic; what is not given stays unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// The hospital's code.
    pub hospital: String,
    /// The generic.
    pub generic: String,
    /// The base quantity.
    pub quantity: Option<Quantity>,
    /// The average price before.
    pub price: Option<UnitPrice>,
    /// The insured share, where it differs.
    pub insured_share: Option<Share>,
    /// The payment ratio, where it differs.
    pub pay_ratio: Option<Share>,
}

impl Entered {
    /// Whether the numbers are what they may be.
    pub fn check(&self) -> std::result::Result<(), Refused> {
        if self.quantity.is_some_and(|it| it < Quantity::ZERO) {
            return Err(Refused::Negative("quantity"));
        }
        if self.price.is_some_and(|it| it < UnitPrice::ZERO) {
            return Err(Refused::Negative("price"));
        }
        let one = Share::from_scaled(1_000_000);
        let wrong = |it: &&Option<Share>| it.is_some_and(|it| it < Share::ZERO || it > one);
        match [&self.insured_share, &self.pay_ratio].into_iter().find(wrong) {
            Some(Some(part)) => Err(Refused::Part(part.to_string())),
            _ => Ok(()),
        }
    }

    fn base(&self, plan: &PlanId, hospital: OrganisationId, ctx: &Ctx) -> Base {
        Base {
            plan_id: plan.clone(),
            hospital_id: hospital,
            generic: self.generic.clone(),
            quantity: self.quantity,
            price: self.price,
            insured_share: self.insured_share,
            pay_ratio: self.pay_ratio,
            origin: Origin::Entered,
            at: ctx.now,
        }
    }

    /// Whether a base already says this.
    pub fn is_same(&self, it: &Base) -> bool {
        it.origin == Origin::Entered
            && (it.quantity, it.price, it.insured_share, it.pay_ratio)
                == (self.quantity, self.price, self.insured_share, self.pay_ratio)
    }
}

/// A hospital by its code.
pub fn hospital(conn: &mut Conn, code: &str) -> Result<OrganisationId> {
    let found = people::store::organisation_by_code(conn, code)?;
    match found.filter(|it| it.kind == OrganisationKind::Hospital) {
        Some(it) => Ok(it.id),
        None => Err(Refused::NoHospital(code.to_owned()).into()),
    }
}

/// Enters one base; the same again changes nothing.
pub fn enter(tx: &mut Tx, ctx: &Ctx, id: &PlanId, entered: &Entered) -> Result<()> {
    let (plan, _) = draft(tx.conn(), id)?;
    entered.check()?;
    let hospital = hospital(tx.conn(), &entered.hospital)?;
    if !generics(tx.conn(), &plan)?.contains(&entered.generic) {
        return Err(Refused::NoGeneric(entered.generic.clone()).into());
    }
    let before = one(tx.conn(), id, &hospital, &entered.generic)?;
    if before.as_ref().is_some_and(|it| entered.is_same(it)) {
        return Ok(());
    }
    let after = entered.base(id, hospital, ctx);
    put(tx, &after)?;
    touch(tx, plan)?;
    audit::record(tx, ctx, deed("retention.base", id), &before, &after)
}

/// Enters many bases, already checked, in one go.
pub fn enter_all(tx: &mut Tx, ctx: &Ctx, plan: Plan, list: &[(OrganisationId, Entered)]) -> Result<()> {
    let id = plan.id.clone();
    for (hospital, entered) in list {
        put(tx, &entered.base(&id, hospital.clone(), ctx))?;
    }
    touch(tx, plan)
}

fn put(tx: &mut Tx, it: &Base) -> Result<()> {
    diesel::delete(retention_bases::table.find((&it.plan_id, &it.hospital_id, &it.generic)))
        .execute(tx.conn())?;
    diesel::insert_into(retention_bases::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Fills bases as the parameters say; what was entered stays. Gives how many were written.
pub fn fill(tx: &mut Tx, ctx: &Ctx, id: &PlanId) -> Result<usize> {
    let (plan, round) = draft(tx.conn(), id)?;
    let parameters = plan.parameters()?;
    let made = made(tx.conn(), &plan, &round, &parameters, ctx)?;
    diesel::delete(
        retention_bases::table
            .filter(retention_bases::plan_id.eq(id).and(retention_bases::origin.ne(Origin::Entered))),
    )
    .execute(tx.conn())?;
    let entered: Vec<(OrganisationId, String)> = retention_bases::table
        .filter(retention_bases::plan_id.eq(id))
        .order((retention_bases::hospital_id, retention_bases::generic))
        .select((retention_bases::hospital_id, retention_bases::generic))
        .load(tx.conn())?;
    let is_free =
        |it: &Base| entered.binary_search_by(|(h, g)| (h, g).cmp(&(&it.hospital_id, &it.generic))).is_err();
    let rows: Vec<Base> = made.into_iter().filter(is_free).collect();
    for part in rows.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(retention_bases::table).values(part).execute(c))?;
    }
    touch(tx, plan)?;
    let known = json!({ "written": rows.len(), "entered": entered.len() });
    audit::record(tx, ctx, deed("retention.fill", id), &(), &known)?;
    Ok(rows.len())
}

/// The bases as demand and history give them, in a partial last year by days as the agreed volume is: a generic's price
/// is the same for every hospital.
fn made(
    conn: &mut Conn,
    plan: &Plan,
    round: &Round,
    parameters: &Parameters,
    ctx: &Ctx,
) -> Result<Vec<Base>> {
    let mut parts: BTreeMap<String, Decimal> = BTreeMap::new();
    let mut lots = Vec::new();
    for (lot, last) in store::lots_in_year(conn, plan)? {
        let year = (plan.year, plan.starts, last.min(plan.ends));
        let part = volumes::part_of_year(round.calendar.execution_from, year);
        let known = parts.entry(lot.generic.clone()).or_insert(part);
        *known = part.max(*known);
        lots.push(lot);
    }
    let mut products: BTreeMap<String, Vec<ProductId>> = BTreeMap::new();
    for (id, (generic, _)) in purchases::products(conn, &lots)? {
        products.entry(generic).or_default().push(id);
    }
    let (from, months) = window(round, parameters)?;
    let to = round.calendar.execution_from;
    let (base_from, price_from) =
        (parameters.text(Parameter::BaseFrom), parameters.text(Parameter::PriceFrom));
    let mut found: BTreeMap<(OrganisationId, String), Quantity> = BTreeMap::new();
    let origin = if base_from == "history" { Origin::History } else { Origin::Demand };
    if base_from == "demand" {
        found = demand(conn, &plan.round_id)?;
    }
    let mut prices: BTreeMap<String, Option<UnitPrice>> = BTreeMap::new();
    for generic in parts.keys() {
        let of = products.remove(generic).unwrap_or_default();
        let bought = bought(conn, &of, from, to)?;
        prices.insert(generic.clone(), if price_from == "history" { average(&bought)? } else { None });
        if base_from == "history" {
            for (hospital, quantity, _) in bought {
                let yearly = Decimal::from(quantity) * Decimal::from(12)
                    / Decimal::from(months)
                    / Decimal::from(1_000);
                let yearly = Quantity::rounded(yearly).map_err(|_| Error::fault("history too large"))?;
                found.insert((hospital, generic.clone()), yearly);
            }
        }
    }
    let base = |((hospital_id, generic), yearly): ((OrganisationId, String), Quantity)| {
        let (price, part) = (*prices.get(&generic)?, *parts.get(&generic)?);
        Some(Base {
            plan_id: plan.id.clone(),
            hospital_id,
            generic,
            quantity: Some(Quantity::rounded(yearly.decimal() * part).unwrap_or(yearly)),
            price,
            insured_share: None,
            pay_ratio: None,
            origin,
            at: ctx.now,
        })
    };
    Ok(found.into_iter().filter_map(base).collect())
}

/// First day of the history that counts, and its months.
fn window(round: &Round, parameters: &Parameters) -> Result<(NaiveDate, u32)> {
    let months = parameters.number(Parameter::HistoryMonths)?.normalize();
    let months = u32::try_from(months.mantissa()).map_err(Error::fault_of)?;
    let from = round.calendar.execution_from.checked_sub_months(Months::new(months));
    Ok((from.ok_or_else(|| Error::fault("no such day in the calendar"))?, months))
}

/// Approved demand by hospital and generic.
fn demand(conn: &mut Conn, round: &RoundId) -> Result<BTreeMap<(OrganisationId, String), Quantity>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        hospital_id: OrganisationId,
        #[diesel(sql_type = Text)]
        generic: String,
        #[diesel(sql_type = BigInt)]
        quantity: i64,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT d.hospital_id AS hospital_id, l.generic AS generic, CAST(SUM(d.approved) AS BIGINT) AS quantity
         FROM demand_lines d
         INNER JOIN demand_reports r ON r.id = d.report_id
         INNER JOIN lots l ON l.id = d.lot_id
         WHERE d.round_id = $1 AND r.state = 'approved' AND d.approved > 0
         GROUP BY d.hospital_id, l.generic",
    )
    .bind::<Text, _>(round)
    .load(conn)?;
    let keyed = |row: Row| ((row.hospital_id, row.generic), Quantity::from_scaled(row.quantity));
    Ok(rows.into_iter().map(keyed).collect())
}

/// What each hospital bought of some products from a day and before another: quantity (thousandths) and cents.
fn bought(
    conn: &mut Conn,
    products: &[ProductId],
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<(OrganisationId, i64, i64)>> {
    let mut sums: BTreeMap<OrganisationId, (i64, i64)> = BTreeMap::new();
    let hospitals = prices::store::hospitals_by_number(conn)?;
    for some in products.chunks(BATCH) {
        let numbers: Vec<i32> = prices::store::product_numbers_of(conn, some)?.into_keys().collect();
        let rows: Vec<(i32, i64, i64)> = transactions::table
            .filter(transactions::product.eq_any(numbers))
            .filter(transactions::day.ge(from).and(transactions::day.lt(to)))
            .group_by(transactions::hospital)
            .select((
                transactions::hospital,
                sql::<BigInt>("CAST(SUM(transactions.quantity) AS BIGINT)"),
                sql::<BigInt>("CAST(SUM(transactions.amount) AS BIGINT)"),
            ))
            .load(conn)?;
        for (hospital, quantity, cents) in rows {
            let Some(hospital) = hospitals.get(&hospital) else { continue };
            let it = sums.entry(hospital.clone()).or_default();
            *it = (it.0.saturating_add(quantity), it.1.saturating_add(cents));
        }
    }
    Ok(sums.into_iter().map(|(hospital, (quantity, cents))| (hospital, quantity, cents)).collect())
}

/// The weighted average price over all hospitals (通用名加权平均价), rounded half up to the sixth decimal; none without
/// purchases.
fn average(bought: &[(OrganisationId, i64, i64)]) -> Result<Option<UnitPrice>> {
    let quantity: i128 = bought.iter().map(|(_, quantity, _)| i128::from(*quantity)).sum();
    let cents: i128 = bought.iter().map(|(.., cents)| i128::from(*cents)).sum();
    if quantity <= 0 {
        return Ok(None);
    }
    let price = Decimal::from_i128_with_scale(cents, 2) / Decimal::from_i128_with_scale(quantity, 3);
    UnitPrice::rounded(price).map(Some).map_err(|_| Error::fault("average price too large"))
}

#[cfg(test)]
mod tests {
    use std::result::Result;

    use super::*;

    #[test]
    fn the_average_price_is_weighted_and_absent_without_purchases() {
        let check = |list: &[(i64, i64)], want: Option<&str>| {
            let list: Vec<_> = list.iter().map(|(q, c)| (OrganisationId::new(), *q, *c)).collect();
            assert_eq!(average(&list).unwrap().map(|it| it.to_string()), want.map(str::to_owned), "{list:?}");
        };
        check(&[], None);
        check(&[(0, 0)], None);
        check(&[(1_000_000, 200_000)], Some("2.00"));
        check(&[(1_000_000, 200_000), (3_000_000, 300_000)], Some("1.25"));
        check(&[(3_000, 100)], Some("0.333333"));
        check(&[(3_000, 200)], Some("0.666667"));
    }

    #[test]
    fn what_is_entered_is_checked() {
        let check =
            |quantity: Option<&str>, price: Option<&str>, share: Option<&str>, want: Result<(), Refused>| {
                let it = Entered {
                    hospital: "H".to_owned(),
                    generic: "G".to_owned(),
                    quantity: quantity.map(|it| it.parse().unwrap()),
                    price: price.map(|it| it.parse().unwrap()),
                    insured_share: share.map(|it| it.parse().unwrap()),
                    pay_ratio: None,
                };
                assert_eq!(it.check(), want);
            };
        check(None, None, None, Ok(()));
        check(Some("0"), Some("0"), Some("0"), Ok(()));
        check(Some("1"), Some("2"), Some("1"), Ok(()));
        check(Some("-1"), None, None, Err(Refused::Negative("quantity")));
        check(None, Some("-0.01"), None, Err(Refused::Negative("price")));
        check(None, None, Some("1.000001"), Err(Refused::Part("1.000001".to_owned())));
        check(None, None, Some("-0.1"), Err(Refused::Part("-0.1".to_owned())));
    }
}
