//! What a draft of standards would have done to the purchases of the last twelve months: what the fund recognised and
//! what patients paid beyond it, by the standard in force and by the new one.
//!
//! Computed when an officer looks or asks, and kept: the second person decides on the same figures, and the release keeps
//! them. It reads the purchases of the draft's own products, each from its range of one index.

pub mod rules;
pub mod store;

use std::collections::{BTreeMap, HashMap};

use chrono::{Months, NaiveDate};
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::{effect_lines, effects};
use crate::standards::draft::Line;
use crate::standards::rules::{BidName, bid_name, is_code};
use crate::standards::{self, New, Refused, Standard, fingerprint};
use crate::types::{AccountId, Ctx, EffectId, Money, ProductId, Quantity, ReleaseId, Time, UnitPrice};

use rules::{Bought, Sums};

/// The subject of a round's draft.
pub const ROUND: &str = "rounds";
/// The subject of a correction, by the number of the row it corrects.
pub const CORRECTION: &str = "standards";

/// An effect computed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = effects, treat_none_as_default_value = false)]
pub struct Effect {
    /// Its id.
    pub id: EffectId,
    /// The table of what was drafted: [`ROUND`], [`CORRECTION`] or [`standards::negotiated::SUBJECT`].
    pub subject: String,
    /// Which one.
    pub subject_id: String,
    /// The fingerprint of the rows it is about.
    pub fingerprint: String,
    /// First day of the purchases.
    pub from_day: NaiveDate,
    /// The day after the last of them: the day it was computed on.
    pub to_day: NaiveDate,
    /// When.
    pub computed_at: Time,
    /// Who had it computed.
    pub account_id: Option<AccountId>,
    /// The release it was decided with.
    pub release_id: Option<ReleaseId>,
}

/// The effect of one line of a draft. Figures of a product that was never bought are none, not zero.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = effect_lines, treat_none_as_default_value = false)]
#[allow(missing_docs)]
pub struct EffectLine {
    pub effect_id: EffectId,
    /// Its place, from 1, as in the draft.
    pub position: i32,
    pub lot: String,
    pub product: String,
    pub generic: String,
    pub spec: String,
    pub company: String,
    pub starts: NaiveDate,
    /// Products of the catalogue it is about; 0 when none is found, and then nothing is known of purchases.
    pub products: i32,
    /// Purchases of them, returns among them.
    pub purchases: i64,
    /// The standard in force on the day of computing; none: the fund recognises the price charged. Of packs with
    /// different ones it is the one that began last; the figures take each pack by its own.
    pub standard_before: Option<UnitPrice>,
    pub standard_after: UnitPrice,
    /// Smallest units bought, net of returns.
    pub quantity: Option<Quantity>,
    pub fund_before: Option<Money>,
    pub fund_after: Option<Money>,
    pub excess_before: Option<Money>,
    pub excess_after: Option<Money>,
    /// How the fund's new basis was got at.
    pub arithmetic: String,
}

impl EffectLine {
    /// What the fund's basis would have moved by.
    pub fn change(&self) -> Option<Money> {
        self.fund_after?.minus(self.fund_before?)
    }
}

/// The sums of the lines that start on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Total {
    pub starts: NaiveDate,
    pub lines: i64,
    /// Of them of products that were bought.
    pub bought: i64,
    /// Of them of products the catalogue does not know.
    pub unknown: i64,
    pub quantity: Quantity,
    pub fund_before: Money,
    pub fund_after: Money,
    pub excess_before: Money,
    pub excess_after: Money,
}

impl Total {
    /// What the fund's basis would have moved by.
    pub fn change(&self) -> Option<Money> {
        self.fund_after.minus(self.fund_before)
    }
}

/// The effect of rows that would be released, line by line.
pub fn compute(conn: &mut Conn, id: &EffectId, rows: &[New], today: NaiveDate) -> Result<Vec<EffectLine>> {
    let from = from_day(today)?;
    let found = products_of(conn, rows)?;
    let mut all: Vec<ProductId> = found.iter().flatten().map(|it| it.id.clone()).collect();
    all.sort_unstable();
    all.dedup();
    let bought = store::bought(conn, &all, (from, today), None)?;
    let current = Current::load(conn, rows, &found)?;
    let mut lines = Vec::with_capacity(rows.len());
    for ((row, products), position) in rows.iter().zip(&found).zip(1_i32..) {
        let line = &row.line;
        let in_force =
            |of: &[Known]| standards::rules::in_force(current.of(line, of), today).map(|it| it.standard);
        let mut prices: BTreeMap<UnitPrice, Bought> = BTreeMap::new();
        let mut each: Vec<(Bought, Option<UnitPrice>)> = Vec::new();
        for product in products {
            let before = in_force(std::slice::from_ref(product));
            for it in bought.get(&product.id).into_iter().flatten() {
                prices.entry(it.price).or_insert(Bought::none(it.price)).add(*it).ok_or(Refused::TooLarge)?;
                each.push((*it, before));
            }
        }
        let prices: Vec<Bought> = prices.into_values().collect();
        let sums = match each.is_empty() {
            true => None,
            false => Some(Sums::of(&each, line.standard).ok_or(Refused::TooLarge)?),
        };
        lines.push(effect_of(id, position, line, (products.len(), in_force(products), &prices, sums)));
    }
    Ok(lines)
}

fn effect_of(
    id: &EffectId,
    position: i32,
    line: &Line,
    (products, before, prices, sums): (usize, Option<UnitPrice>, &[Bought], Option<Sums>),
) -> EffectLine {
    EffectLine {
        effect_id: id.clone(),
        position,
        lot: line.lot.clone(),
        product: line.product.clone(),
        generic: line.generic.clone(),
        spec: line.spec.clone(),
        company: line.company.clone(),
        starts: line.starts,
        products: i32::try_from(products).unwrap_or(i32::MAX),
        purchases: prices.iter().map(|it| it.purchases).sum(),
        standard_before: before,
        standard_after: line.standard,
        quantity: sums.as_ref().map(|it| it.quantity),
        fund_before: sums.as_ref().map(|it| it.fund_before),
        fund_after: sums.as_ref().map(|it| it.fund_after),
        excess_before: sums.as_ref().map(|it| it.excess_before),
        excess_after: sums.as_ref().map(|it| it.excess_after),
        arithmetic: rules::arithmetic(prices, line.standard),
    }
}

/// Twelve months before a day.
fn from_day(today: NaiveDate) -> Result<NaiveDate> {
    today.checked_sub_months(Months::new(12)).ok_or_else(|| Error::fault("no such day in the calendar"))
}

/// A product of the catalogue that a line is about.
#[derive(Clone)]
struct Known {
    id: ProductId,
    code: String,
    name: BidName,
}

impl From<store::Found> for Known {
    fn from((id, code, generic, spec, maker): store::Found) -> Self {
        Self { id, code, name: bid_name(&generic, &spec, &maker) }
    }
}

/// The name of what a line is about.
fn name_of(line: &Line) -> BidName {
    bid_name(&line.generic, &line.spec, &line.company)
}

/// The catalogue's products that each line is about: the one its code names, else those of its generic name with its
/// spec and maker.
fn products_of(conn: &mut Conn, rows: &[New]) -> Result<Vec<Vec<Known>>> {
    let codes: Vec<String> = rows.iter().map(|row| row.line.product.clone()).collect();
    let by_code: HashMap<String, Known> = store::products_by_code(conn, &codes)?
        .into_iter()
        .map(|it| (it.1.clone(), Known::from(it)))
        .collect();
    let mut generics: Vec<String> = rows
        .iter()
        .filter(|row| !by_code.contains_key(&row.line.product))
        .map(|row| row.line.generic.clone())
        .collect();
    generics.sort_unstable();
    generics.dedup();
    let mut named: HashMap<BidName, Vec<Known>> = HashMap::new();
    for it in store::products_named(conn, &generics)?.into_iter().map(Known::from) {
        named.entry(it.name.clone()).or_default().push(it);
    }
    let of = |New { line, .. }: &New| match by_code.get(&line.product) {
        Some(it) => vec![it.clone()],
        None => named.get(&name_of(line)).cloned().unwrap_or_default(),
    };
    Ok(rows.iter().map(of).collect())
}

/// The released rows that nothing supersedes, by the code or the name that they go by, as the price check has them.
#[derive(Default)]
struct Current {
    by_code: HashMap<String, Vec<Standard>>,
    by_name: HashMap<BidName, Vec<Standard>>,
}

impl Current {
    /// Those that lines or their products may go by.
    fn load(conn: &mut Conn, rows: &[New], found: &[Vec<Known>]) -> Result<Self> {
        let (mut codes, mut generics) = (Vec::new(), Vec::new());
        for New { line, .. } in rows {
            codes.push(line.product.clone());
            generics.push(line.generic.clone());
        }
        for it in found.iter().flatten() {
            codes.push(it.code.clone());
            generics.push(it.name.0.clone());
        }
        let mut current = Self::default();
        for it in standards::store::current_of_products(conn, codes)? {
            current.by_code.entry(it.product.clone()).or_default().push(it);
        }
        for it in standards::store::current_of_generics(conn, generics)? {
            if !is_code(&it.product) {
                let name = bid_name(&it.generic, &it.spec, &it.company);
                current.by_name.entry(name).or_default().push(it);
            }
        }
        Ok(current)
    }

    /// Those that a line's product goes by. A product as bid goes by its name and not by the words that it was bid in.
    fn of<'a>(&'a self, line: &'a Line, products: &'a [Known]) -> impl Iterator<Item = &'a Standard> {
        let codes = products.iter().map(|it| &it.code).chain([&line.product]).filter(|it| is_code(it));
        let bid = (!is_code(&line.product)).then(|| name_of(line));
        let names = products.iter().map(|it| it.name.clone()).chain(bid);
        let by_code = codes.filter_map(move |code| self.by_code.get(code)).flatten();
        by_code.chain(names.filter_map(move |name| self.by_name.get(&name)).flatten())
    }
}

/// Computes the effect of a draft and keeps it; the one of the same rows and the same day is kept already.
pub fn keep(tx: &mut Tx, ctx: &Ctx, (subject, id): (&str, &str), rows: &[New]) -> Result<Effect> {
    let (fingerprint, today) = (fingerprint(rows)?, ctx.now.day());
    if let Some(known) =
        store::latest(tx.conn(), (subject, id), &fingerprint)?.filter(|it| it.to_day == today)
    {
        return Ok(known);
    }
    let it = Effect {
        id: EffectId::new(),
        subject: subject.to_owned(),
        subject_id: id.to_owned(),
        fingerprint,
        from_day: from_day(today)?,
        to_day: today,
        computed_at: ctx.now,
        account_id: ctx.actor.account.clone(),
        release_id: None,
    };
    let lines = compute(tx.conn(), &it.id, rows, today)?;
    store::insert(tx, &it, &lines)?;
    let deed = Deed { action: "standards.effect", subject: "effects", id: it.id.as_str() };
    let totals = rules::totals(&lines).ok_or(Refused::TooLarge)?;
    let moved: Vec<Option<Money>> = totals.iter().map(Total::change).collect();
    audit::record(
        tx,
        ctx,
        deed,
        &(),
        &serde_json::json!({ "effect": it, "lines": lines.len(), "change": moved }),
    )?;
    Ok(it)
}
