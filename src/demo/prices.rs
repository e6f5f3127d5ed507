//! What the monitoring of prices finds in the sample city: listings of other regions, purchases with a few that stand
//! out, two scans with what changed between them, and the cases that follow.

use diesel::prelude::*;

use crate::cases::{self, Case, State, StepKind, opening, steps};
use crate::contracts::ContractState;
use crate::db::Db;
use crate::demo::City;
use crate::demo::city::DRUGS;
use crate::demo::history::{self, Agreed, Stocked, month_before};
use crate::demo::people::{acts, who};
use crate::error::{Error, Result};
use crate::prices::alerts::{self, Frequency, Wish};
use crate::prices::board::counting;
use crate::prices::ingest::{How, Source};
use crate::prices::listings;
use crate::prices::monitoring::{Tier, versions};
use crate::scans::{self, Asked};
use crate::schema::{cases as cases_table, contracts};
use crate::types::{CaseReplyId, CaseStepId, Ctx, SubscriptionId, Time, UnitPrice, half_up};

/// Other regions, and what they list in hundredths of the price here.
const ELSEWHERE: &[(&str, i64)] = &[("清河市", 102), ("临川市", 98), ("平陵省", 105)];
/// Days before today of the first scan, of the second, and of what is done in the case.
const FIRST: i64 = 11;
const SECOND: i64 = 6;
const CASE: i64 = 5;

/// A purchase that stands out: drug, offer, hospital, months before today, and its price in hundredths of the usual.
const ODD: &[(usize, usize, usize, u32, i64)] = &[
    // One hospital pays half as much again for a winner, two months running.
    (0, 0, 2, 2, 150),
    (0, 0, 2, 1, 162),
    // A decimal point in the wrong place.
    (3, 1, 5, 1, 1_000),
    // A product that did not win climbs month by month.
    (4, 1, 3, 4, 112),
    (4, 1, 3, 3, 128),
    (4, 1, 3, 2, 145),
    (4, 1, 3, 1, 170),
];

/// What hospitals have agreed so far.
pub fn agreed(db: &Db) -> Result<Vec<Agreed>> {
    db.read(|conn| {
        let rows: Vec<(crate::types::OrganisationId, String, chrono::NaiveDate, UnitPrice)> =
            contracts::table
                .filter(contracts::state.eq(ContractState::Confirmed))
                .order(contracts::number)
                .select((
                    contracts::hospital_id,
                    contracts::product,
                    contracts::starts,
                    contracts::unit_price,
                ))
                .load(conn)?;
        let of = |(hospital, product, starts, unit_price)| Agreed { hospital, product, starts, unit_price };
        Ok(rows.into_iter().map(of).collect())
    })
}

/// Prices come in, are scanned twice and lead to cases, one of which is followed.
pub fn watched(db: &Db, city: &City, products: &[Stocked], agreed: &[Agreed], now: Time) -> Result<()> {
    let at = |days: i64| now.plus_days(-days);
    list(db, products, at(400), ELSEWHERE)?;
    odd(db, city, products, agreed, now)?;
    scan(db, at(FIRST))?;
    // A region lists two products much lower: the next scan finds them dear here, and says why.
    list(db, products.get(8..10).unwrap_or_default(), at(SECOND + 60), &[("临川市", 55)])?;
    scan(db, at(SECOND))?;
    opening::open_due(db, &Ctx::system(at(SECOND).plus_millis(3_600_000), "open_cases"))?;
    follow(db, city, now)?;
    counting::count(db, now)?;
    subscribe(db, now)
}

/// What other regions list.
fn list(db: &Db, products: &[Stocked], from: Time, regions: &[(&str, i64)]) -> Result<()> {
    let mut csv = String::from("product,region,price,from\n");
    for it in products {
        let Some(price) = it.product.listing_price else { continue };
        for (region, hundredths) in regions {
            let there = half_up(price.decimal() * rust_decimal::Decimal::new(*hundredths, 2), 2);
            csv.push_str(&format!("{},{region},{there},{}\n", it.product.code, from.day()));
        }
    }
    let source = Source { name: "listings.csv", open: &|| Ok(csv.as_bytes()) };
    let ctx = Ctx::system(from, "demo");
    let (done, _) = listings::by_command(db, &ctx, &source, How::Whole, &mut |_| {})?;
    if done.faults.is_empty() { Ok(()) } else { Err(Error::fault("the sample listings have faults")) }
}

/// Purchases that stand out.
fn odd(db: &Db, city: &City, products: &[Stocked], agreed: &[Agreed], now: Time) -> Result<()> {
    let mut csv = String::from(history::HEADER);
    for (drug, offer, hospital, month, hundredths) in ODD {
        let found = products.iter().find(|it| it.drug == *drug && it.offer == *offer);
        let (Some(it), Some(hospital), Some(facts)) =
            (found, city.hospitals.get(*hospital), DRUGS.get(*drug))
        else {
            continue;
        };
        let own = agreed.iter().find(|a| a.hospital == hospital.id && a.product == it.product.code);
        let usual = own.map_or(it.unit_price, |own| own.unit_price);
        let price = half_up(usual.decimal() * rust_decimal::Decimal::new(*hundredths, 2), 4);
        let price = UnitPrice::rounded(price).map_err(|e| Error::fault(format!("{e:?}")))?;
        // The tenth part of a month of the city's use.
        let units = facts.use_a_year / 1_200 / facts.count * facts.count;
        // A few days behind the month's other purchases.
        let day = month_before(now.day(), *month)?;
        let day = day.checked_add_days(chrono::Days::new(12)).unwrap_or(day).min(now.plus_days(-13).day());
        csv.push_str(&history::line(day, &hospital.code, it, units.max(facts.count), price)?);
    }
    history::take(db, "demo-odd", &csv, now.plus_days(-12))
}

fn scan(db: &Db, at: Time) -> Result<()> {
    let rules = db.read(versions::judging)?;
    let asked = Asked { rules, is_whole: true, ..Asked::default() };
    let ctx = Ctx::system(at, "scan_prices");
    scans::run(db, &ctx, &asked, &mut |_| (), &|| at.plus_millis(2_000)).map(drop)
}

/// An officer takes up the case that costs most, asks its supplier for its costs, and has an answer.
fn follow(db: &Db, city: &City, now: Time) -> Result<()> {
    let at = |days: i64, hours: i64| now.plus_days(-days).plus_millis(hours * 3_600_000);
    let found: Option<Case> = db.read(|conn| {
        Ok(cases_table::table
            .filter(cases_table::state.eq(State::New).and(cases_table::supplier_id.is_not_null()))
            .order((cases_table::effect.desc(), cases_table::number))
            .select(Case::as_select())
            .first(conn)
            .optional()?)
    })?;
    let Some(case) = found else { return Ok(()) };
    let seen = |case: &Case| cases::Seen { id: case.id.clone(), version: case.version };
    let ctx = acts(db, "officer", at(CASE, 0))?;
    let officer = ctx.actor.account.clone().ok_or(Error::Forbidden)?;
    db.write(|tx| cases::assign(tx, &ctx, &seen(&case), &officer, ""))?;
    let case = db.read(|conn| cases::case(conn, &case.id))?;
    let ctx = acts(db, "officer", at(CASE, 1))?;
    let step = CaseStepId::new();
    let sent = cases::rules::Sending {
        kind: StepKind::CostSurvey,
        number: "安医保函〔2026〕17号".to_owned(),
        dated: ctx.now.day(),
        days: 10,
        body: "请说明该产品在我市的定价依据，并提供原辅料、包装、能源和人工的成本构成，以及在其他地区的供应价格。"
            .to_owned(),
        prices: None,
        span: None,
        replacement: None,
    };
    db.write(|tx| steps::send(tx, &ctx, &seen(&case), &step, (&sent, None)))?;
    let Some(n) = city.suppliers.iter().position(|it| Some(&it.id) == case.supplier_id.as_ref()) else {
        return Ok(());
    };
    let ctx = acts(db, &format!("supplier{}", n + 1), at(CASE - 3, 2))?;
    let said = steps::Said {
        id: CaseReplyId::new(),
        body: "原料药采购价自去年四季度起上涨，成本构成见附表；我公司将按贵局要求核对各地供应价格。"
            .to_owned(),
        file: None,
    };
    db.write(|tx| steps::reply(tx, &ctx, &step, &said).map(drop))
}

/// The officer wants grave findings every morning.
fn subscribe(db: &Db, now: Time) -> Result<()> {
    let at = now.plus_days(-CASE);
    let officer = who(db, "officer", at)?;
    let ctx = Ctx { now: at, actor: officer.actor() };
    let wish = Wish {
        name: "红色预警".to_owned(),
        frequency: Frequency::Daily,
        weekday: 1,
        hour: 8,
        product: None,
        generic: String::new(),
        hospital: None,
        supplier: String::new(),
        rule: String::new(),
        tier: Tier::Red1,
        even_if_nothing: false,
    };
    let id = SubscriptionId::new();
    db.write(|tx| alerts::add(tx, &ctx, &officer, id.clone(), wish.clone()))
}
