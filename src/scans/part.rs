//! A part of a scan: some families with what was bought of them, what the rules find in that, and how it differs from
//! the findings there are.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::causes::{Cause, Drift, Input};
use super::ground::{self, Members};
use super::pass::Held;
use super::store::{Act, Change};
use super::{ScanRun, left_out, sources};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::prices::findings::{self, Finding, State};
use crate::prices::monitoring::Rule;
use crate::prices::monitoring::ground::Product;
use crate::prices::monitoring::judge::Found;
use crate::prices::monitoring::purchases::{Month, Purchase};
use crate::types::{FindingId, Money, OrganisationId, ProductId};

/// Most products of a part: values of one statement.
pub const PRODUCTS: usize = 800;

/// Hospitals by number: id and code.
pub type Hospitals = HashMap<i32, (OrganisationId, String)>;

/// A finding that stands, as it is printed.
pub struct Line<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// The product's code.
    pub product: &'a str,
    /// Its generic name.
    pub generic: &'a str,
    /// The hospital's code; empty where a listing was judged.
    pub hospital: &'a str,
    /// The finding.
    pub found: &'a Found,
}

/// What was found.
#[derive(Default)]
pub struct Judged {
    /// Purchases read.
    pub rows: i64,
    /// Products judged.
    pub products: i64,
    /// Codes of products of families that were not judged.
    pub skipped: Vec<String>,
    /// Findings that stand.
    pub standing: i64,
    /// What they cost; what several rules find of one product at one hospital in one month is the same money.
    pub effect: Money,
    /// What products are judged by, where that changed.
    pub inputs: Vec<Input>,
    drift: BTreeMap<Cause, Drift>,
}

impl Judged {
    /// Adds what another part found.
    pub fn add(&mut self, part: Judged) -> Result<()> {
        self.rows += part.rows;
        self.products += part.products;
        self.skipped.extend(part.skipped);
        self.standing += part.standing;
        self.effect = sum(self.effect, part.effect)?;
        self.inputs.extend(part.inputs);
        for it in part.drift.into_values() {
            self.note(it)?;
        }
        Ok(())
    }

    /// What changed, by cause.
    pub fn drift(&mut self) -> Vec<Drift> {
        std::mem::take(&mut self.drift).into_values().collect()
    }

    fn note(&mut self, more: Drift) -> Result<()> {
        let nothing = Drift { cause: more.cause, new: 0, changed: 0, gone: 0, effect: Money::ZERO };
        let it = self.drift.entry(more.cause).or_insert(nothing);
        it.new += more.new;
        it.changed += more.changed;
        it.gone += more.gone;
        it.effect = sum(it.effect, more.effect)?;
        Ok(())
    }
}

fn too_much() -> Error {
    Error::fault("a sum of effects no longer fits")
}

fn sum(one: Money, other: Money) -> Result<Money> {
    one.plus(other).ok_or_else(too_much)
}

/// Some families judged.
#[derive(Default)]
pub struct Part {
    families: Vec<Members>,
    /// What was found in each family.
    found: Vec<Vec<Found>>,
    /// What is to be done to the findings there are.
    pub changes: Vec<Change>,
    /// The figures.
    pub judged: Judged,
}

impl Part {
    /// The findings that stand, family by family.
    pub fn lines<'a>(
        &'a self,
        rules: &'a [Rule],
        hospitals: &'a Hospitals,
    ) -> impl Iterator<Item = Line<'a>> {
        let line = move |row: &'a Members, found: &'a Found| {
            let hospital = found.hospital.and_then(|no| hospitals.get(&no));
            let product = row.rows.get(found.product)?;
            Some(Line {
                rule: rules.get(found.rule)?,
                product: &product.code,
                generic: &product.generic,
                hospital: hospital.map(|it| it.1.as_str()).unwrap_or_default(),
                found,
            })
        };
        let families = self.families.iter().zip(&self.found);
        families.flat_map(move |(row, found)| found.iter().filter_map(move |it| line(row, it)))
    }
}

/// What parts are judged by.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// What the pass goes by.
    pub held: Held<'a>,
    /// The run.
    pub run: &'a ScanRun,
    /// The products whose listings are compared with nothing.
    pub unlisted: &'a HashSet<ProductId>,
    /// Regions that are our own.
    pub own: &'a HashSet<String>,
    /// The hospitals.
    pub hospitals: &'a Hospitals,
}

impl Judge<'_> {
    /// Reads what was bought of some families and what is known about them, and judges it. `purchases` is memory to read
    /// into.
    pub fn part(
        &self,
        conn: &mut Conn,
        mut families: Vec<Members>,
        purchases: &mut Vec<Purchase>,
    ) -> Result<Part> {
        let rows = || families.iter().flat_map(|it| &it.rows);
        let ids: Vec<ProductId> = rows().map(|it| it.id.clone()).collect();
        let numbers: Vec<i32> = rows().filter_map(|it| it.no).collect();
        let mut listings = Vec::new();
        let mut known: HashMap<ProductId, Vec<Finding>> = HashMap::new();
        purchases.clear();
        for some in numbers.chunks(PRODUCTS) {
            sources::purchases(conn, some, self.held.window.to.last(), purchases)?;
        }
        for some in ids.chunks(PRODUCTS) {
            listings.extend(sources::listings_of(conn, some)?);
            for it in sources::findings_of(conn, some)? {
                known.entry(it.product_id.clone()).or_default().push(it);
            }
        }
        let listed: HashMap<&ProductId, &[sources::ListingRow]> =
            listings.chunk_by(|a, b| a.0 == b.0).filter_map(|part| Some((&part.first()?.0, part))).collect();
        // Read by the index they lie in this order already.
        purchases.sort_by_key(|row| (row.product, row.day));
        let bought: HashMap<i32, &[Purchase]> = purchases
            .chunk_by(|a, b| a.product == b.product)
            .filter_map(|rows| Some((rows.first()?.product, rows)))
            .collect();
        let mut part = Part::default();
        part.judged.rows = i64::try_from(purchases.len()).map_err(Error::fault_of)?;
        for members in &mut families {
            ground::compare(members, self.unlisted);
            for (product, row) in members.family.products.iter_mut().zip(&members.rows) {
                let pack = row.pack_count.filter(|count| *count > 0);
                if let (Some(rows), Some(pack)) = (listed.get(&product.id), pack) {
                    product.elsewhere = ground::elsewhere(rows, pack, self.own);
                }
            }
            self.family(members, &bought, &mut known, &mut part)?;
        }
        part.families = families;
        Ok(part)
    }

    fn family(
        &self,
        members: &Members,
        bought: &HashMap<i32, &[Purchase]>,
        known: &mut HashMap<ProductId, Vec<Finding>>,
        part: &mut Part,
    ) -> Result<()> {
        let (family, before, rules) = (&members.family, self.held.before, &self.held.asked.rules);
        let of = |product: &Product| bought.get(&product.no).copied().unwrap_or_default();
        let bought: Vec<&[Purchase]> = family.products.iter().map(of).collect();
        let Some(found) = left_out::judge(self.held, family, &bought, self.hospitals) else {
            // What was found about these products stands as it is.
            part.judged.skipped.extend(family.products.iter().map(|it| it.code.to_string()));
            part.found.push(Vec::new());
            return Ok(());
        };
        let changed: Vec<Vec<Input>> =
            (0..family.products.len()).map(|at| before.changed(family, at)).collect();
        part.judged.products += i64::try_from(changed.len()).map_err(Error::fault_of)?;
        let mut by_key: HashMap<String, Finding> = HashMap::new();
        for product in &family.products {
            let findings = known.remove(&product.id).into_iter().flatten();
            by_key.extend(findings.map(|it| (it.key.clone(), it)));
        }
        let mut largest: HashMap<(usize, Option<i32>, Option<Month>), Money> = HashMap::new();
        for it in &found {
            let (Some(rule), Some(product)) = (rules.get(it.rule), family.products.get(it.product)) else {
                continue;
            };
            part.judged.standing += 1;
            let most = largest.entry((it.product, it.hospital, it.month)).or_insert(it.effect);
            *most = (*most).max(it.effect);
            let inputs = changed.get(it.product).map(Vec::as_slice).unwrap_or_default();
            let cause = before.cause(rules, self.held.fingerprints, &rule.name, inputs);
            let hospital = it.hospital.and_then(|no| self.hospitals.get(&no)).map(|it| it.0.clone());
            let key = key(rule, product, hospital.as_ref(), it.month);
            let known = by_key.remove(&key);
            let was = known.as_ref().filter(|known| known.state == State::Standing).map(|known| known.effect);
            let Some((act, now)) = self.compare(rule, product, hospital, it, known, key)? else { continue };
            part.judged.note(act.drift(cause, minus(now.effect, was.unwrap_or(Money::ZERO))?))?;
            self.push(part, Change::of(act, product.no, it.hospital.unwrap_or_default(), now.month, now));
        }
        part.judged.effect = largest.into_values().try_fold(part.judged.effect, sum)?;
        let places: HashMap<&ProductId, usize> =
            family.products.iter().enumerate().map(|(at, it)| (&it.id, at)).collect();
        for it in by_key.into_values() {
            if it.state != State::Standing || !self.is_judged(&it) {
                continue;
            }
            let at = places.get(&it.product_id).copied().unwrap_or_default();
            let inputs = changed.get(at).map(Vec::as_slice).unwrap_or_default();
            let cause = before.cause(rules, self.held.fingerprints, &it.rule, inputs);
            part.judged.note(Act::Gone.drift(cause, minus(Money::ZERO, it.effect)?))?;
            let no = family.products.get(at).map_or(0, |it| it.no);
            self.push(part, Change::of(Act::Gone, no, 0, it.month, it));
        }
        part.judged.inputs.extend(changed.into_iter().flatten());
        part.found.push(found);
        Ok(())
    }

    fn push(&self, part: &mut Part, change: Change) {
        if !self.held.asked.is_dry {
            part.changes.push(change);
        }
    }

    /// Whether this run would have found a finding again if it still stood.
    fn is_judged(&self, it: &Finding) -> bool {
        let Held { asked, window, .. } = self.held;
        let rule = asked.rules.iter().find(|rule| rule.name == it.rule);
        let is_asked = asked.is_whole || rule.is_some();
        let is_open = window.is_open || rule.is_none_or(|it| !it.kind.is_of_today());
        let in_window = it.hospital_id.is_none() || window.has(Month::of(it.month));
        is_asked && is_open && in_window
    }

    /// The finding as it is now and what that does to the one there was; nothing when it is the same.
    fn compare(
        &self,
        rule: &Rule,
        product: &Product,
        hospital: Option<OrganisationId>,
        it: &Found,
        known: Option<Finding>,
        key: String,
    ) -> Result<Option<(Act, Finding)>> {
        // A listing that was put right and is dear again is found anew: its finding has no month of its own.
        let same = known.as_ref().filter(|known| it.month.is_some() || known.state == State::Standing);
        let first = self.held.window.to.first();
        let month = it.month.map_or_else(|| same.map_or(first, |known| known.month), Month::first);
        let now = Finding {
            id: known.as_ref().map_or_else(FindingId::new, |known| known.id.clone()),
            key,
            rule: rule.name.clone(),
            rule_version: i32::try_from(rule.version).map_err(Error::fault_of)?,
            product_id: product.id.clone(),
            hospital_id: hospital,
            supplier: known.as_ref().map(|known| known.supplier.clone()).unwrap_or_default(),
            month,
            tier: it.tier,
            observed: it.observed,
            reference: it.reference,
            quantity: it.quantity,
            effect: it.effect,
            effect_all: it.effect_all,
            figures: findings::stored(&it.figures)?,
            state: State::Standing,
            case_id: known.as_ref().and_then(|known| known.case_id.clone()),
            found_at: same.map_or(self.run.began_at, |known| known.found_at),
            seen_at: known.as_ref().map_or(self.run.began_at, |known| known.seen_at),
            gone_at: None,
        };
        let act = match &known {
            None => Act::New,
            Some(known) if known.state == State::Gone => Act::Back,
            Some(known) if *known == now => return Ok(None),
            Some(_) => Act::Changed,
        };
        Ok(Some((act, now)))
    }
}

impl Act {
    /// One finding's part in what a cause changed; `effect` is by how much what stands costs more.
    fn drift(self, cause: Cause, effect: Money) -> Drift {
        let count = |is_one: bool| i64::from(is_one);
        Drift {
            cause,
            new: count(matches!(self, Act::New | Act::Back)),
            changed: count(self == Act::Changed),
            gone: count(self == Act::Gone),
            effect,
        }
    }
}

fn minus(now: Money, was: Money) -> Result<Money> {
    now.minus(was).ok_or_else(too_much)
}

/// What a finding is known again by.
fn key(rule: &Rule, product: &Product, hospital: Option<&OrganisationId>, month: Option<Month>) -> String {
    let hospital = hospital.map(OrganisationId::as_str).unwrap_or("-");
    let month = month.map_or_else(|| "-".to_owned(), |month| month.to_string());
    format!("{}|{}|{hospital}|{month}", rule.name, product.id)
}
