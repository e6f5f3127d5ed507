//! Purchases by the million, drawn from a seed, to try imports and judgements of prices on. The same plan gives the
//! same bytes.
//!
//! Planted on purpose, by the number `n` of the line from 0: a unit price ten times as high where `n % 20000 = 13`; two
//! hundred times the quantity where `n % 50000 = 29`; the line before once more, as a second purchase, where
//! `n % 100000 = 31`; a return where `n % 5000 = 17`; and products whose number from 0 is 7 modulo 500 grow dearer by
//! four percent each thirty days. Prices of a product otherwise lie within three percent of its base.

use std::collections::HashSet;
use std::io::Write;

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use crate::audit::{self, Deed};
use crate::catalog::{Facts, NewProduct, Product, rules};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::load_all;
use crate::people::{Organisation, OrganisationKind};
use crate::schema::{organisations, products};
use crate::simulations::draws::Draws;
use crate::types::{Ctx, OrganisationId, ProductId};

/// What is generated.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How many lines.
    pub lines: u64,
    /// What the numbers are drawn from.
    pub seed: u64,
    /// The last of the 365 days.
    pub until: NaiveDate,
}

/// Hospitals that buy.
pub const HOSPITALS: u64 = 400;
/// Products that are bought; four makers to a generic.
pub const PRODUCTS: u64 = 20_000;

const MAKERS: u64 = 600;
const DISTRIBUTORS: u64 = 60;
const DAYS: u64 = 365;

/// A hospital's code.
fn hospital_code(hospital: u64) -> String {
    format!("H3307{:07}", hospital + 1)
}

fn maker(product: u64) -> u64 {
    (product / 4 * 37 + product % 4 * 151) % MAKERS
}

/// A product's code: the generic's letter and number, one form, one spec, one pack, its maker.
fn product_code(product: u64) -> String {
    let generic = product / 4;
    let letter = ["A", "B", "C", "D", "J", "L", "M", "N"].get((generic / 1_000) as usize).unwrap_or(&"V");
    format!("X{letter}01CAA{:03}E0010101{:05}", generic % 1_000, 10_001 + maker(product))
}

/// A product's price in ten-thousandths of a yuan: six factors multiplied, so that logarithms of prices lie about as a
/// bell.
fn base_price(seed: u64, product: u64) -> u64 {
    let mut draws = Draws::new(seed, 1_000_000 + product);
    let price = (0..6).fold(10_000_u64, |price, _| price * (40 + draws.up_to(210)) / 100);
    price.clamp(100, 50_000_000)
}

/// One line's parts.
#[derive(Clone, Copy)]
struct Drawn {
    day: u64,
    hospital: u64,
    product: u64,
    quantity: u64,
    price: u64,
}

/// The smaller of two draws: few are large buyers, few are bought often.
fn skewed(draws: &mut Draws, count: u64) -> u64 {
    draws.up_to(count - 1).min(draws.up_to(count - 1))
}

fn draw(draws: &mut Draws, bases: &[u64], n: u64, lines: u64) -> Drawn {
    let day = n * DAYS / lines.max(1);
    let (hospital, product) = (skewed(draws, HOSPITALS), skewed(draws, PRODUCTS));
    let base = usize::try_from(product).ok().and_then(|at| bases.get(at)).copied().unwrap_or(10_000);
    let swing = 9_700 + draws.up_to(200) + draws.up_to(200) + draws.up_to(200);
    let grown = if product % 500 == 7 { 100 + 4 * (day / 30) } else { 100 };
    let dear = if n % 20_000 == 13 { 10 } else { 1 };
    let much = if n % 50_000 == 29 { 200 } else { 1 };
    Drawn {
        day,
        hospital,
        product,
        quantity: (1 + draws.up_to(99)) * 12 * much,
        price: (base * swing / 10_000 * grown / 100 * dear).max(1),
    }
}

/// Writes `transactions.csv`.
pub fn write(plan: &Plan, mut out: impl Write) -> Result<()> {
    let first = plan
        .until
        .checked_sub_days(Days::new(DAYS - 1))
        .ok_or_else(|| Error::fault("no such day in the calendar"))?;
    let days: Vec<String> = first.iter_days().take(DAYS as usize).map(|day| day.to_string()).collect();
    let hospitals: Vec<String> = (0..HOSPITALS).map(hospital_code).collect();
    let codes: Vec<String> = (0..PRODUCTS).map(product_code).collect();
    let bases: Vec<u64> = (0..PRODUCTS).map(|product| base_price(plan.seed, product)).collect();
    let mut draws = Draws::new(plan.seed, 0);
    writeln!(out, "date,hospital,product,supplier,quantity,unit_price,amount")?;
    let mut last = None;
    for n in 0..plan.lines {
        let drawn = draw(&mut draws, &bases, n, plan.lines);
        let it = last.filter(|_| n % 100_000 == 31).unwrap_or(drawn);
        last = Some(it);
        let of = |list: &'_ [String], at: u64| list.get(at as usize).cloned().unwrap_or_default();
        let sign = if n % 5_000 == 17 { "-" } else { "" };
        let cents = (it.quantity * it.price + 50) / 100;
        writeln!(
            out,
            "{},{},{},样本医药配送有限公司{:02},{sign}{},{}.{:04},{sign}{}.{:02}",
            of(&days, it.day),
            of(&hospitals, it.hospital),
            of(&codes, it.product),
            (it.product + it.hospital % 3) % DISTRIBUTORS,
            it.quantity,
            it.price / 10_000,
            it.price % 10_000,
            cents / 100,
            cents % 100
        )?;
    }
    Ok(out.flush()?)
}

/// Enters the hospitals and products of generated purchases that the registers lack; how many of each.
pub fn enter(db: &Db, ctx: &Ctx) -> Result<(usize, usize)> {
    db.write(|tx| {
        let hospitals = enter_hospitals(tx, ctx)?;
        let products = enter_products(tx, ctx)?;
        let deed = Deed { action: "sample.registers", subject: "products", id: "" };
        audit::record(tx, ctx, deed, &(), &(hospitals, products))?;
        Ok((hospitals, products))
    })
}

fn enter_hospitals(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let known: Vec<String> = organisations::table.select(organisations::code).load(tx.conn())?;
    let known: HashSet<String> = known.into_iter().collect();
    let new = (0..HOSPITALS).map(|hospital| Organisation {
        id: OrganisationId::new(),
        kind: OrganisationKind::Hospital,
        name: format!("样本医院{:03}", hospital + 1),
        code: hospital_code(hospital),
        region: "样本市".to_owned(),
        tier: "二级".to_owned(),
        group_name: String::new(),
        active: true,
        created_at: ctx.now,
    });
    let new: Vec<Organisation> = new.filter(|it| !known.contains(&it.code)).collect();
    for it in &new {
        diesel::insert_into(organisations::table).values(it).execute(tx.conn())?;
    }
    Ok(new.len())
}

fn enter_products(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let known: Vec<String> = products::table.select(products::code).load(tx.conn())?;
    let known: HashSet<String> = known.into_iter().collect();
    let mut new: Vec<Product> = Vec::new();
    for product in 0..PRODUCTS {
        let code = product_code(product);
        if known.contains(&code) {
            continue;
        }
        let facts = Facts {
            generic: format!("样本药{:04}", product / 4 + 1),
            form: "胶囊剂".to_owned(),
            spec: "0.25g".to_owned(),
            pack: "0.25g×12粒/盒".to_owned(),
            maker: format!("样本制药有限公司{:03}", maker(product) + 1),
            approval: format!("国药准字H{:08}", 20_000_000 + product),
            evaluated: product % 4 != 3,
            listing_price: None,
        };
        let one = NewProduct { id: ProductId::new(), code, facts };
        new.push(rules::product(one, ctx.now, ctx.now)?);
    }
    load_all!(tx.conn(), products::table, &new)?;
    Ok(new.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(lines: u64, seed: u64) -> String {
        let until = NaiveDate::from_ymd_opt(2026, 10, 31).unwrap();
        let mut out = Vec::new();
        write(&Plan { lines, seed, until }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_same_plan_gives_the_same_bytes() {
        assert_eq!(written(500, 3), written(500, 3));
        assert_ne!(written(500, 3), written(500, 4));
        assert_eq!(written(500, 3).lines().count(), 501);
    }

    #[test]
    fn codes_are_codes_and_each_is_another() {
        let codes: HashSet<String> = (0..PRODUCTS).map(product_code).collect();
        assert_eq!(codes.len() as u64, PRODUCTS);
        assert!(codes.iter().all(|code| code.parse::<crate::catalog::code::Code>().is_ok()));
    }

    #[test]
    fn what_is_planted_is_there() {
        let text = written(100, 5);
        let lines: Vec<&str> = text.lines().skip(1).collect();
        let cell = |n: usize, at: usize| lines[n].split(',').nth(at).unwrap().to_owned();
        assert_eq!(lines[30], lines[31], "bought twice");
        assert!(cell(17, 4).starts_with('-') && cell(17, 6).starts_with('-'), "a return");
        assert!(cell(29, 4).parse::<u64>().unwrap() >= 2_400, "much");
    }
}
