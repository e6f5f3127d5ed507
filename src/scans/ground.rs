//! What a scan judges by, put together from the registers: families of products with their contracts, ceilings,
//! standards and groups. Its memory grows with products and contracts, not with purchases.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::sources::{self, ContractRow, ListingRow, LotRow, PriceChange, ProductRow, WinnerRow};
use crate::catalog::{ratio, spec};
use crate::db::Conn;
use crate::error::Result;
use crate::prices::comparable::exclusions::Exclusions;
use crate::prices::comparable::{Grouped, Grouper, Grouping, Listing};
use crate::prices::monitoring::ground::{Agreed, Family, Listed, Lot, Product, Span, Timeline};
use crate::rounds;
use crate::rounds::rule_set::RuleSet;
use crate::types::{LotId, OrganisationId, ProductId, RoundId, UnitPrice};

/// A family with the rows of its products, in their order. Its groups and listings are not put together yet:
/// [`compare`] does that.
pub struct Members {
    /// The family.
    pub family: Family,
    /// What the catalogue says of each product.
    pub rows: Vec<ProductRow>,
}

/// The registers as of one moment.
pub struct Ground {
    /// The families, those with the lowest product numbers first.
    pub families: Vec<Members>,
    /// Hospitals by number: id and code.
    pub hospitals: HashMap<i32, (OrganisationId, String)>,
    /// Regions that are our own.
    pub own: HashSet<String>,
    /// The highest id of a purchase.
    pub last: i32,
}

/// A product's place: its family and its place in it.
type Place = (usize, usize);

/// Loads everything.
pub fn load(conn: &mut Conn) -> Result<Ground> {
    let rows = sources::products(conn)?;
    let mut hospitals = HashMap::new();
    let mut numbers = HashMap::new();
    for (at, row) in sources::hospitals(conn)?.into_iter().enumerate() {
        // A hospital or product that never bought or was never bought has a number of its own below zero.
        let no = row.no.unwrap_or_else(|| unnumbered(at));
        numbers.insert(row.id.clone(), no);
        hospitals.insert(no, (row.id, row.code));
    }
    let mut it = Assembly::new(&rows);
    it.awards(conn, &numbers)?;
    it.standards(conn)?;
    let Assembly { families, places, .. } = it;
    let mut families: Vec<Members> =
        families.into_iter().map(|family| Members { family, rows: Vec::new() }).collect();
    for (row, (family, _)) in rows.into_iter().zip(places) {
        if let Some(members) = families.get_mut(family) {
            members.rows.push(row);
        }
    }
    Ok(Ground {
        families,
        hospitals,
        own: sources::own_regions(conn)?.into_iter().collect(),
        last: sources::last_purchase(conn)?,
    })
}

/// Puts a family's groups together, and its listings beside those they are compared with; the listings of products in
/// `unlisted` are compared with nothing. Groups do not reach beyond a family: what their codes share begins with the
/// generic key.
pub fn compare(members: &mut Members, unlisted: &HashSet<ProductId>) {
    group(members);
    list(members, unlisted);
}

/// The comparable groups of the month: generic, form, specification and maker (四同). A product that can be compared
/// with no other is a group of its own.
fn group(Members { family, rows }: &mut Members) {
    let grouped = grouped(rows, Grouping::Same, |_| Some(UnitPrice::from_scaled(1_000_000)));
    let mut taken: HashSet<usize> = HashSet::new();
    for group in grouped.groups {
        let members: Vec<usize> = group.members.iter().filter_map(|it| at(it.listing.line)).collect();
        taken.extend(&members);
        family.groups.push(members);
    }
    family.groups.extend((0..rows.len()).filter(|at| !taken.contains(at)).map(|at| vec![at]));
}

/// Listing prices beside the lowest of their group: the first 14 characters of the code, name and strength.
fn list(Members { family, rows }: &mut Members, unlisted: &HashSet<ProductId>) {
    let price =
        |row: &ProductRow| row.listing_price.filter(|p| p.is_positive() && !unlisted.contains(&row.id));
    for group in grouped(rows, Grouping::Strength, price).groups {
        let lowest_code: Arc<str> =
            group.members.first().map(|it| it.listing.code.as_str()).unwrap_or_default().into();
        let peers = group.members.len();
        for member in group.members {
            let listed =
                Listed { price: member.price, lowest: group.lowest, lowest_code: lowest_code.clone(), peers };
            if let Some(product) = at(member.listing.line).and_then(|at| family.products.get_mut(at)) {
                product.listed = Some(listed);
            }
        }
    }
}

fn unnumbered(at: usize) -> i32 {
    i32::try_from(at).map_or(i32::MIN, |at| -1 - at)
}

/// What two companies would call the same product.
type Made = (String, String);

struct Assembly<'a> {
    families: Vec<Family>,
    places: Vec<Place>,
    by_key: HashMap<&'a str, Vec<usize>>,
    by_generic: HashMap<&'a str, Vec<usize>>,
    by_code: HashMap<&'a str, usize>,
    by_maker: OnceCell<HashMap<Made, Vec<usize>>>,
    rows: &'a [ProductRow],
}

impl<'a> Assembly<'a> {
    fn new(rows: &'a [ProductRow]) -> Self {
        let mut it = Self {
            families: Vec::new(),
            places: Vec::with_capacity(rows.len()),
            by_key: HashMap::new(),
            by_generic: HashMap::new(),
            by_code: HashMap::new(),
            by_maker: OnceCell::new(),
            rows,
        };
        let mut of_key: HashMap<&str, usize> = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            let key = if row.generic_key.is_empty() { &row.generic } else { &row.generic_key };
            let family = *of_key.entry(key).or_insert_with(|| {
                it.families.push(Family::default());
                it.families.len() - 1
            });
            let Some(members) = it.families.get_mut(family).map(|family| &mut family.products) else {
                continue;
            };
            it.places.push((family, members.len()));
            members.push(Product {
                no: row.no.unwrap_or_else(|| unnumbered(at)),
                id: row.id.clone(),
                code: row.code.as_str().into(),
                standard: Timeline::default(),
                ceiling: Timeline::default(),
                elsewhere: Timeline::default(),
                award: Timeline::default(),
                contracts: HashMap::new(),
                listed: None,
            });
            if !row.generic_key.is_empty() {
                it.by_key.entry(&row.generic_key).or_default().push(at);
            }
            it.by_generic.entry(&row.generic).or_default().push(at);
            it.by_code.insert(&row.code, at);
        }
        it
    }

    fn product(&mut self, at: usize) -> Option<&mut Product> {
        let (family, place) = *self.places.get(at)?;
        self.families.get_mut(family)?.products.get_mut(place)
    }

    /// The products of a lot: by the key of its code, else by its generic name.
    fn of_lot(&self, lot: &LotRow) -> Vec<usize> {
        let found = match lot.generic_key.as_str() {
            "" => self.by_generic.get(lot.generic.as_str()),
            key => self.by_key.get(key),
        };
        found.cloned().unwrap_or_default()
    }

    /// The products of a lot that somebody means by a product as bid: its code, else its maker and specification.
    fn meant(&self, of_lot: &HashSet<usize>, product: &str, company: &str, own_spec: &str) -> Vec<usize> {
        if let Some(at) = self.by_code.get(product) {
            return vec![*at];
        }
        // Where every bid and standard names a code, nobody asks for these.
        let by_maker = self.by_maker.get_or_init(|| {
            let mut by_maker: HashMap<Made, Vec<usize>> = HashMap::new();
            for (at, row) in self.rows.iter().enumerate() {
                by_maker.entry((row.maker.clone(), spec::plain(&row.spec))).or_default().push(at);
            }
            by_maker
        });
        let made = by_maker.get(&(company.to_owned(), spec::plain(own_spec)));
        made.into_iter().flatten().copied().filter(|at| of_lot.contains(at)).collect()
    }

    fn awards(&mut self, conn: &mut Conn, hospitals: &HashMap<OrganisationId, i32>) -> Result<()> {
        let changes = sources::price_changes(conn)?;
        let mut contracts: HashMap<LotId, Vec<ContractRow>> = HashMap::new();
        for it in sources::contracts(conn)? {
            contracts.entry(it.lot_id.clone()).or_default().push(it);
        }
        let mut winners: HashMap<LotId, Vec<WinnerRow>> = HashMap::new();
        for it in sources::winners(conn)? {
            winners.entry(it.lot_id.clone()).or_default().push(it);
        }
        let lots = sources::lots(conn)?;
        let rule_sets = rule_sets(conn, &lots)?;
        let mut spans: HashMap<usize, (Vec<Span>, Vec<Span>)> = HashMap::new();
        for lot in &lots {
            let products: HashSet<usize> = self.of_lot(lot).into_iter().collect();
            let code: Arc<str> = lot.code.as_str().into();
            let span = |price: UnitPrice| Span {
                from: lot.execution_from,
                to: Some(lot.execution_to),
                price: price.scaled(),
                source: code.clone(),
            };
            for at in &products {
                let own = self.rows.get(*at).map(|row| row.spec.as_str()).unwrap_or_default();
                if let Some(price) = rule_sets.get(&lot.round_id).and_then(|rules| ceiling(lot, own, rules)) {
                    spans.entry(*at).or_default().0.push(span(price));
                }
            }
            let mut won: Vec<usize> = Vec::new();
            for it in winners.remove(&lot.id).unwrap_or_default() {
                for at in self.meant(&products, &it.product, &it.supplier, &it.spec) {
                    spans.entry(at).or_default().1.push(span(it.award_price));
                    won.push(at);
                }
            }
            let places = self.enter_lot(&code, products.iter().chain(&won), &won);
            for it in contracts.remove(&lot.id).unwrap_or_default() {
                let Some(hospital) = hospitals.get(&it.hospital_id).copied() else { continue };
                for at in self.meant(&products, &it.product, &it.supplier, &it.spec) {
                    let Some(family) = self.places.get(at).map(|place| place.0) else { continue };
                    let lot = places.get(&family).copied().unwrap_or(usize::MAX);
                    let agreed = agreed(&it, changes.get(&it.id), lot);
                    if let Some(product) = self.product(at) {
                        product.contracts.entry(hospital).or_default().push(agreed);
                    }
                }
            }
        }
        for (at, (ceilings, awards)) in spans {
            if let Some(product) = self.product(at) {
                product.ceiling = Timeline::new(ceilings);
                product.award = Timeline::new(awards);
            }
        }
        Ok(())
    }

    /// Enters a lot into every family that has a product of it; its place in each.
    fn enter_lot<'b>(
        &mut self,
        code: &Arc<str>,
        products: impl Iterator<Item = &'b usize>,
        won: &[usize],
    ) -> HashMap<usize, usize> {
        let families: HashSet<usize> =
            products.filter_map(|at| self.places.get(*at)).map(|place| place.0).collect();
        let won: Vec<Place> = won.iter().filter_map(|at| self.places.get(*at)).copied().collect();
        let mut entered = HashMap::new();
        for family in families {
            let Some(it) = self.families.get_mut(family) else { continue };
            let own = won.iter().filter(|place| place.0 == family);
            entered.insert(family, it.lots.len());
            it.lots.push(Lot { code: code.clone(), winners: own.map(|place| place.1).collect() });
        }
        entered
    }

    fn standards(&mut self, conn: &mut Conn) -> Result<()> {
        let mut spans: HashMap<usize, Vec<Span>> = HashMap::new();
        for it in sources::standards(conn)? {
            let of_generic: HashSet<usize> =
                self.by_generic.get(it.generic.as_str()).into_iter().flatten().copied().collect();
            let span = Span {
                from: it.starts,
                to: it.ends,
                price: it.standard.scaled(),
                source: it.product.as_str().into(),
            };
            for at in self.meant(&of_generic, &it.product, &it.company, &it.spec) {
                spans.entry(at).or_default().push(span.clone());
            }
        }
        for (at, spans) in spans {
            if let Some(product) = self.product(at) {
                product.standard = Timeline::new(spans);
            }
        }
        Ok(())
    }
}

/// A listing's line stands for the place of its product in the family.
fn at(line: u64) -> Option<usize> {
    usize::try_from(line).ok()
}

/// Products in comparable groups; those whose code, pack or specification cannot be read are in none.
fn grouped(rows: &[ProductRow], by: Grouping, price: impl Fn(&ProductRow) -> Option<UnitPrice>) -> Grouped {
    if rows.len() < 2 {
        return Grouped::default();
    }
    let exclusions = Exclusions::default();
    let mut grouper = Grouper::new(by, &exclusions, NaiveDate::default());
    for (line, row) in rows.iter().enumerate() {
        let (Ok(code), Some(price), Ok(line)) = (row.code.parse(), price(row), u64::try_from(line)) else {
            continue;
        };
        grouper.take(Ok(Listing {
            line,
            code,
            generic: row.generic.clone(),
            form: row.form.clone(),
            spec: row.spec.clone(),
            pack: row.pack.clone(),
            maker: row.maker.clone(),
            price,
        }));
    }
    grouper.finish()
}

/// The rule sets of the lots' rounds.
fn rule_sets(conn: &mut Conn, lots: &[LotRow]) -> Result<HashMap<RoundId, RuleSet>> {
    let mut found = HashMap::new();
    for lot in lots {
        if !found.contains_key(&lot.round_id) {
            let round = rounds::round(conn, &lot.round_id)?;
            found.insert(lot.round_id.clone(), rounds::rules_of(conn, &round)?);
        }
    }
    Ok(found)
}

/// A lot's ceiling for one unit of another spec, rounded half up to six decimals (发改价格〔2011〕2452号); none where it
/// cannot be converted, or where each product is held against its own price. What the rule set names of two specs goes
/// before the ratios.
fn ceiling(lot: &LotRow, own: &str, rules: &RuleSet) -> Option<UnitPrice> {
    if rules.ranks_by_cut() {
        return None;
    }
    if rules.has_one_price() {
        return Some(lot.ceiling);
    }
    let item =
        |spec| ratio::Item { form: &lot.form, spec, count: Decimal::ONE, unit: &lot.unit, material: None };
    let convert = || ratio::convert(&ratio::Ratios::default(), &item(&lot.comparable_spec), &item(own));
    let k = match rules.named_ratio(&lot.comparable_spec, own) {
        Some(named) => named,
        None => convert().ok()?.k,
    };
    UnitPrice::rounded(lot.ceiling.decimal().checked_mul(k)?).ok()
}

/// A contract with its price from day to day.
fn agreed(it: &ContractRow, changes: Option<&Vec<PriceChange>>, lot: usize) -> Agreed {
    let source: Arc<str> = it.number.as_str().into();
    let span =
        |from, price: UnitPrice| Span { from, to: None, price: price.scaled(), source: source.clone() };
    let mut spans = Vec::new();
    match changes.and_then(|list| list.first()) {
        Some((before, ..)) => spans.push(span(NaiveDate::MIN, *before)),
        None => spans.push(span(NaiveDate::MIN, it.unit_price)),
    }
    for (_, after, day) in changes.into_iter().flatten() {
        spans.push(span(*day, *after));
    }
    Agreed {
        number: source.clone(),
        from: it.starts,
        to: it.ends,
        quantity: it.quantity.scaled(),
        prices: Timeline::new(spans),
        lot,
    }
}

/// The lowest price for one unit that other regions list a product at, from day to day. A price of nothing means that
/// the region lists it no more.
pub fn elsewhere(rows: &[ListingRow], pack: i64, own: &HashSet<String>) -> Timeline {
    let mut prices: BTreeMap<&str, UnitPrice> = BTreeMap::new();
    let mut spans: Vec<Span> = Vec::new();
    for part in rows.chunk_by(|a, b| a.1 == b.1) {
        for (_, _, region, price) in part.iter().filter(|row| !own.contains(&row.2)) {
            if price.is_positive() {
                prices.insert(region, *price);
            } else {
                prices.remove(region.as_str());
            }
        }
        let Some(from) = part.first().map(|row| row.1) else { continue };
        if let Some(last) = spans.last_mut() {
            last.to = last.to.or(from.pred_opt());
        }
        let Some((region, price)) = prices.iter().min_by_key(|(_, price)| **price) else { continue };
        let Ok(unit) = UnitPrice::rounded(price.decimal() / Decimal::from(pack)) else { continue };
        spans.push(Span { from, to: None, price: unit.scaled(), source: (*region).into() });
    }
    Timeline::new(spans)
}
