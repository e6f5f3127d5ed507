//! The sample city's catalogue and three years of purchases.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};

use crate::catalog::{self, Facts, NewProduct, Product};
use crate::db::Db;
use crate::demo::City;
use crate::demo::city::{DRUGS, Drug, HOSPITALS, Offered, SUPPLIERS};
use crate::error::{Error, Result};
use crate::prices::ingest;
use crate::types::{Ctx, Money, OrganisationId, ProductId, Quantity, Time, UnitPrice};

/// A product of the catalogue with what it is in the tables.
pub struct Stocked {
    /// Which drug.
    pub drug: usize,
    /// Which of its offers.
    pub offer: usize,
    /// The catalogue's row.
    pub product: Product,
    /// Yuan a unit before the first round.
    pub unit_price: UnitPrice,
}

/// The product code of an offer: generic key, spec, pack and company.
pub fn code(drug: &Drug, offered: &Offered) -> String {
    let spec = if offered.spec.is_some() { "02" } else { "01" };
    let company = SUPPLIERS.get(offered.supplier).map_or("00000", |s| s.4);
    format!("{}{spec}01{company}", drug.key)
}

/// What a unit cost before the first round: the reference drug its ceiling, a generic between half and nine
/// tenths of it.
fn price_before(drug: &Drug, offered: &Offered, place: usize) -> Result<UnitPrice> {
    let ceiling: UnitPrice = drug.ceiling.parse().map_err(|e| Error::fault(format!("{e:?}")))?;
    let tenths = if offered.reference { 10 } else { 9_i64.saturating_sub(place as i64 % 5) };
    let tenths = if offered.spec.is_some() { tenths * 6 / 10 } else { tenths };
    let price = ceiling.decimal() * rust_decimal::Decimal::new(tenths, 1);
    UnitPrice::rounded(crate::types::half_up(price, 4)).map_err(|e| Error::fault(format!("{e:?}")))
}

/// Enters one product for each offer.
pub fn stock(db: &Db, ctx: &Ctx) -> Result<Vec<Stocked>> {
    let mut stocked = Vec::new();
    for (d, drug) in DRUGS.iter().enumerate() {
        for (o, offered) in drug.offers.iter().enumerate() {
            let unit_price = price_before(drug, offered, o)?;
            let spec = offered.spec.unwrap_or(drug.spec);
            let pack_price = unit_price.decimal() * rust_decimal::Decimal::from(drug.count);
            let new = NewProduct {
                id: ProductId::new(),
                code: code(drug, offered),
                facts: Facts {
                    generic: drug.generic.to_owned(),
                    form: drug.form.to_owned(),
                    spec: spec.to_owned(),
                    pack: format!("{spec}×{}", drug.pack),
                    maker: SUPPLIERS.get(offered.supplier).map_or("", |s| s.0).to_owned(),
                    approval: format!("国药准字H2026{:04}", d * 100 + o + 1),
                    evaluated: true,
                    listing_price: UnitPrice::rounded(crate::types::half_up(pack_price, 2)).ok(),
                },
            };
            let product = db.write(|tx| catalog::add(tx, ctx, new.clone()))?;
            stocked.push(Stocked { drug: d, offer: o, product, unit_price });
        }
    }
    Ok(stocked)
}

/// How the purchases of a drug are split among its makers, in hundredths: the reference drug leads.
fn brand_share(drug: &Drug, offer: usize) -> i64 {
    let generics = drug.offers.iter().filter(|o| !o.reference).count() as i64;
    let has_reference = drug.offers.iter().any(|o| o.reference);
    let is_reference = drug.offers.get(offer).is_some_and(|o| o.reference);
    match (is_reference, has_reference) {
        (true, _) => 30,
        (false, true) => 70 / generics.max(1),
        (false, false) => 100 / generics.max(1),
    }
}

/// A month's swing around the average in percent: winter is busier. The same for every run.
fn season(month: u32) -> i64 {
    match month {
        1 | 12 => 112,
        2 | 11 => 106,
        6..=8 => 93,
        _ => 99,
    }
}

/// A price a hospital has agreed for a product from a day on.
pub struct Agreed {
    /// The hospital.
    pub hospital: OrganisationId,
    /// The product's code.
    pub product: String,
    /// The first day.
    pub starts: NaiveDate,
    /// Yuan a unit.
    pub unit_price: UnitPrice,
}

/// Of what a hospital buys of a drug it has agreed on, the part that others sell, in hundredths.
const OTHERS: i64 = 12;

/// The part of a drug's purchases that an offer has, in hundredths: once something is agreed, most goes there.
fn share(drug: &Drug, offer: usize, won: &[usize]) -> i64 {
    let count = |part: i64, of: usize| part / i64::try_from(of).unwrap_or(1).max(1);
    match won {
        [] => brand_share(drug, offer),
        won if won.contains(&offer) => count(100 - OTHERS, won.len()),
        won => count(OTHERS, drug.offers.len().saturating_sub(won.len())),
    }
}

/// The header of a file of purchases.
pub const HEADER: &str = "date,hospital,product,supplier,quantity,unit_price,amount\n";

/// One purchase of so many units as a line of a file.
pub fn line(day: NaiveDate, hospital: &str, it: &Stocked, units: i64, price: UnitPrice) -> Result<String> {
    let quantity: Quantity = units.to_string().parse().map_err(|e| Error::fault(format!("{e:?}")))?;
    let amount = Money::of(quantity, price).map_err(|e| Error::fault(format!("{e:?}")))?;
    let (code, maker) = (&it.product.code, &it.product.maker);
    Ok(format!("{day},{hospital},{code},{maker},{quantity},{price},{amount}\n"))
}

/// Monthly purchases by every hospital in the given months, counted back from `now`, brought in at `at`: what is
/// agreed at its price, everything else at the price before.
pub fn buy(
    db: &Db,
    city: &City,
    (products, agreed): (&[Stocked], &[Agreed]),
    now: Time,
    months: std::ops::RangeInclusive<u32>,
    at: Time,
) -> Result<()> {
    let mut csv = String::from(HEADER);
    for month in months.rev() {
        let day = month_before(now.day(), month)?;
        for (hospital, facts) in city.hospitals.iter().zip(HOSPITALS) {
            let own = agreed.iter().filter(|it| it.hospital == hospital.id && it.starts <= day);
            let own: HashMap<&str, UnitPrice> = own.map(|it| (it.product.as_str(), it.unit_price)).collect();
            for it in products {
                let Some(drug) = DRUGS.get(it.drug) else { continue };
                let is_won = |of: &&Stocked| of.drug == it.drug && own.contains_key(of.product.code.as_str());
                let won: Vec<usize> = products.iter().filter(is_won).map(|of| of.offer).collect();
                let yearly = drug.use_a_year * facts.4 / 1_000 * share(drug, it.offer, &won) / 100;
                let units = yearly * season(day.month()) / 100 / 12 / drug.count * drug.count;
                if units == 0 {
                    continue;
                }
                let price = own.get(it.product.code.as_str()).copied().unwrap_or(it.unit_price);
                csv.push_str(&line(day, &hospital.code, it, units, price)?);
            }
        }
    }
    take(db, "demo", &csv, at)
}

/// Brings a file of purchases in.
pub fn take(db: &Db, name: &str, csv: &str, at: Time) -> Result<()> {
    let ctx = Ctx::system(at, "demo");
    let source = ingest::Source { name, open: &|| Ok(csv.as_bytes()) };
    let done = ingest::run(db, &ctx, &source, ingest::How::Whole, &mut |_| {})?;
    if done.faults.is_empty() { Ok(()) } else { Err(Error::fault("the sample purchases have faults")) }
}

/// The fifth of the month so many months before.
pub fn month_before(today: NaiveDate, months_back: u32) -> Result<NaiveDate> {
    today
        .checked_sub_months(chrono::Months::new(months_back))
        .and_then(|day| day.with_day(5))
        .ok_or_else(|| Error::fault("no such day in the calendar"))
}
