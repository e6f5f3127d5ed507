//! The sample round of consumables: coronary stents, opened today and waiting for the officer to compute the award.

use std::collections::BTreeMap;

use super::round::{Walk, morning, price};
use crate::bids::{self, Content, Line, OfferKind};
use crate::db::Db;
use crate::demo::city::{Drug, HOSPITALS, Offered, SUPPLIERS};
use crate::demo::people::City;
use crate::error::{Error, Result};
use crate::rounds::demand::{self, Entered, Entry, Save};
use crate::rounds::{self, Calendar, Lot, RoundKind, steps};
use crate::signing::Signer;
use crate::types::{EnvelopeId, Quantity, RoundId, Time};

/// A maker's stent at a price.
const fn stent(supplier: usize, price: &'static str) -> Offered {
    Offered { supplier, price, spec: None, ratio: "1", reference: false, revival: false }
}

/// Six makers with sixteen stents; the prices are invented. One maker has five among the first ten.
const STENTS: &[Drug] = &[Drug {
    generic: "冠脉药物洗脱支架系统",
    key: "C02021100500001",
    form: "合金药物支架",
    class: "other",
    spec: "全部规格型号",
    pack: "",
    count: 1,
    unit: "个",
    ceiling: "15000",
    category: "general",
    use_a_year: 3_200,
    offers: &[
        stent(2, "469"),
        stent(5, "549"),
        stent(2, "590"),
        stent(10, "629"),
        stent(2, "645"),
        stent(7, "648"),
        stent(2, "690"),
        stent(2, "700"),
        stent(8, "750"),
        stent(5, "755"),
        stent(11, "798"),
        stent(10, "1120"),
        stent(7, "1480"),
        stent(8, "2860"),
        stent(11, "3980"),
        stent(11, "7500"),
    ],
}];

/// A stent's code: class, generic and feature, the maker, and its number among the offers.
fn code(kind: &Drug, offered: &Offered, number: usize) -> String {
    let company = SUPPLIERS.get(offered.supplier).map_or("00000", |s| s.4);
    format!("{}{company}{number:07}", kind.key)
}

/// The round: demand by product approved, bids opened an hour ago.
pub fn evaluating(db: &Db, city: &City, now: Time, signer: &Signer) -> Result<()> {
    let day = |n: i64| morning(now.plus_days(n));
    let calendar = Calendar {
        demand_from: day(-40),
        demand_to: day(-20),
        bidding_from: day(-15),
        bidding_to: day(-2),
        opening_at: day(-1),
        publicity_from: day(4),
        publicity_to: day(11),
        contract_to: day(40),
        execution_from: day(50).day(),
        execution_to: day(50 + 730).day(),
    };
    let walk = Walk { db, signer, city, id: RoundId::new(), drugs: STENTS };
    let of_stents = (RoundKind::Consumable, "GY-HD2020-1");
    walk.publish(of_stents, "AH-HD2026-1", "安和市冠脉支架集中带量采购", calendar, day(-45), day(-42))?;
    walk.name_openers(day(-41))?;
    let keys = walk.take_keys(day(-21))?;
    let lot = db.read(|conn| rounds::lots_of(conn, &walk.id))?.into_iter().next().ok_or(Error::NotFound)?;
    let kind = STENTS.first().ok_or(Error::NotFound)?;
    report(&walk, kind, &lot, day(-35))?;
    walk.approve_demand(day(-20))?;
    walk.write("officer", day(-15), |tx, ctx, id| steps::open_bidding(tx, ctx, id).map(drop))?;
    bid(&walk, kind, &lot, day(-5))?;
    walk.due(day(-2))?;
    walk.open(&keys, day(-1))
}

/// Each hospital names two products and leaves a fifth of its demand to any.
fn report(walk: &Walk, kind: &Drug, lot: &Lot, at: Time) -> Result<()> {
    for (i, hospital) in walk.city.hospitals.iter().enumerate() {
        let share = HOSPITALS.get(i).map_or(0, |it| it.4);
        let whole = kind.use_a_year * share / 1_000;
        let named = whole * 2 / 5;
        let mut entries = Vec::new();
        for (number, offered) in kind.offers.iter().enumerate().skip(i).step_by(7).take(2) {
            let company = SUPPLIERS.get(offered.supplier).map_or("", |s| s.0).to_owned();
            let (lot_id, quantity) = (lot.id.clone(), Quantity::from_scaled(named * 1_000));
            entries.push(Entry { lot_id, company, product: code(kind, offered, number + 1), quantity });
        }
        let rest = whole - named * entries.len() as i64;
        let (lot_id, quantity) = (lot.id.clone(), Quantity::from_scaled(rest * 1_000));
        entries.push(Entry { lot_id, company: String::new(), product: String::new(), quantity });
        let entered = Entered { entries, reasons: BTreeMap::new() };
        walk.write(&format!("hospital{}", i + 1), at, |tx, ctx, id| {
            let save = Save { entered: entered.clone(), seen: 0, submit: true };
            demand::save(tx, ctx, id, &hospital.id, save).map(drop)
        })?;
    }
    Ok(())
}

/// Each maker hands in one envelope with all its products.
fn bid(walk: &Walk, kind: &Drug, lot: &Lot, at: Time) -> Result<()> {
    for (i, supplier) in walk.city.suppliers.iter().enumerate() {
        let mut lines = Vec::new();
        for (number, offered) in kind.offers.iter().enumerate().filter(|(_, it)| it.supplier == i) {
            lines.push(Line {
                lot: lot.code.clone(),
                lot_id: lot.id.clone(),
                product: code(kind, offered, number + 1),
                spec: kind.spec.to_owned(),
                unit_price: price(offered.price)?,
                ratio: 1.into(),
                capacity: None,
                sales: None,
                kind: OfferKind::Generic,
                accepts_revival: false,
                supplies_all: false,
                current_price: None,
            });
        }
        if lines.is_empty() {
            continue;
        }
        let content = Content::new(walk.id.clone(), supplier.id.clone(), lines);
        walk.write(&format!("supplier{}", i + 1), at, |tx, ctx, _| {
            bids::place(tx, ctx, walk.signer, &EnvelopeId::new(), &content)?.map(drop).map_err(Error::refused)
        })?;
    }
    Ok(())
}
