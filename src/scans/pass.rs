//! The pass over purchases: two threads read part by part, a third judges, compares with the findings there are, and
//! stages what differs.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::causes::{Before, Cause, Drift, Fingerprints, Input};
use super::ground::{self, Ground};
use super::store::{Act, Change};
use super::{Asked, ScanRun, left_out, sources, store};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::prices::findings::{self, Finding, State};
use crate::prices::monitoring::Rule;
use crate::prices::monitoring::exclusions::Excluded;
use crate::prices::monitoring::ground::{Family, Product, Window};
use crate::prices::monitoring::judge::Found;
use crate::prices::monitoring::purchases::{Month, Purchase};
use crate::types::{FindingId, Money, OrganisationId, ProductId};

/// About how many purchases are read at once.
pub const ROWS: usize = 50_000;
/// Most products of a part: values of one statement.
const PRODUCTS: usize = 800;
/// Changes written in one transaction.
const BATCH: usize = 5_000;
/// Threads that read: judging takes about half as long as reading. Each holds a connection, the judge a third.
const READERS: usize = 2;

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

/// What a pass found.
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
    /// What changed, by cause.
    pub fn drift(&mut self) -> Vec<Drift> {
        std::mem::take(&mut self.drift).into_values().collect()
    }

    fn note(&mut self, cause: Cause, act: Act, effect: Money) -> Result<()> {
        let nothing = Drift { cause, new: 0, changed: 0, gone: 0, effect: Money::ZERO };
        let it = self.drift.entry(cause).or_insert(nothing);
        match act {
            Act::New | Act::Back => it.new += 1,
            Act::Changed => it.changed += 1,
            Act::Gone => it.gone += 1,
        }
        it.effect = it.effect.plus(effect).ok_or_else(too_much)?;
        Ok(())
    }
}

fn too_much() -> Error {
    Error::fault("a sum of effects no longer fits")
}

/// Who the numbers of purchases stand for.
struct Names {
    hospitals: HashMap<i32, (OrganisationId, String)>,
    generics: HashMap<ProductId, std::sync::Arc<str>>,
}

/// What a reading thread hands over: some families with what was bought of them and what is known about them.
struct Part {
    families: Vec<Family>,
    purchases: Vec<Purchase>,
    known: Vec<Finding>,
}

/// What a pass goes by.
#[derive(Clone, Copy)]
pub struct Held<'a> {
    /// What was asked for.
    pub asked: &'a Asked,
    /// The months reported.
    pub window: Window,
    /// What the scans before judged by.
    pub before: &'a Before,
    /// What is left out.
    pub excluded: &'a Excluded,
    /// What each rule judges by now.
    pub fingerprints: &'a Fingerprints,
}

/// Judges everything.
pub fn judge(db: &Db, run: &ScanRun, held: Held<'_>, tell: &mut dyn FnMut(&Line<'_>)) -> Result<Judged> {
    let unlisted = left_out::unlisted(held);
    let Ground { families, hospitals, generics, packs, own, last } =
        db.read(|conn| ground::load(conn, &unlisted))?;
    let mut shares: [Vec<Vec<Family>>; READERS] = Default::default();
    let cut = cut(families, last);
    let count = cut.len();
    for (at, families) in cut.into_iter().enumerate() {
        if let Some(share) = shares.get_mut(at % READERS) {
            share.push(families);
        }
    }
    let mut judge = Judge {
        db,
        run,
        held,
        asked: held.asked,
        window: held.window,
        before: held.before,
        names: Names { hospitals, generics },
        staged: Vec::new(),
        next: 1,
        judged: Judged::default(),
    };
    std::thread::scope(|scope| {
        let (packs, own) = (&packs, &own);
        let (readers, taken): (Vec<_>, Vec<_>) = shares
            .into_iter()
            .map(|share| {
                let (parts, taken) = sync_channel(1);
                let read = move || db.read(|conn| read(conn, share, (held.window, packs, own), &parts));
                (scope.spawn(read), taken)
            })
            .unzip();
        let judged = judge.take_all(count, taken, tell);
        for reader in readers {
            reader.join().map_err(|_| Error::fault("a reading thread stopped"))??;
        }
        judged
    })?;
    Ok(judge.judged)
}

/// Families together as long as they have about [`ROWS`] purchases, of which there are `last` in all.
fn cut(families: Vec<Family>, last: i32) -> Vec<Vec<Family>> {
    let products: usize = families.iter().map(|it| it.products.len()).sum();
    let rows = usize::try_from(last).unwrap_or_default().max(1);
    let most = (ROWS.saturating_mul(products) / rows).clamp(1, PRODUCTS);
    let mut left = families.into_iter().peekable();
    let mut parts = Vec::new();
    while left.peek().is_some() {
        let mut part: Vec<Family> = Vec::new();
        let mut count = 0;
        while let Some(next) = left.next_if(|it| count == 0 || count + it.products.len() <= most) {
            count += next.products.len();
            part.push(next);
        }
        parts.push(part);
    }
    parts
}

fn read(
    conn: &mut Conn,
    share: Vec<Vec<Family>>,
    (window, packs, own): (Window, &HashMap<ProductId, i64>, &HashSet<String>),
    parts: &SyncSender<Part>,
) -> Result<()> {
    for mut families in share {
        let all = || families.iter().flat_map(|it| &it.products);
        let ids: Vec<ProductId> = all().map(|it| it.id.clone()).collect();
        let numbers: Vec<i32> = all().map(|it| it.no).filter(|no| *no > 0).collect();
        let (mut purchases, mut known, mut listings) = (Vec::new(), Vec::new(), Vec::new());
        for some in numbers.chunks(PRODUCTS) {
            purchases.extend(sources::purchases(conn, some, window.to.last())?);
        }
        for some in ids.chunks(PRODUCTS) {
            known.extend(sources::findings_of(conn, some)?);
            listings.extend(sources::listings_of(conn, some)?);
        }
        let listed: HashMap<&ProductId, &[sources::ListingRow]> =
            listings.chunk_by(|a, b| a.0 == b.0).filter_map(|part| Some((&part.first()?.0, part))).collect();
        for product in families.iter_mut().flat_map(|it| &mut it.products) {
            if let (Some(rows), Some(pack)) = (listed.get(&product.id), packs.get(&product.id)) {
                product.elsewhere = ground::elsewhere(rows, *pack, own);
            }
        }
        if parts.send(Part { families, purchases, known }).is_err() {
            // Nobody judges any more: the judge, or the reader that stopped, says why.
            break;
        }
    }
    Ok(())
}

struct Judge<'a> {
    db: &'a Db,
    run: &'a ScanRun,
    held: Held<'a>,
    asked: &'a Asked,
    window: Window,
    before: &'a Before,
    names: Names,
    staged: Vec<Change>,
    next: i32,
    judged: Judged,
}

/// A family's purchases come in the order of the index, so those of one product lie together.
type ByProduct = HashMap<i32, Vec<Purchase>>;

impl Judge<'_> {
    /// Judges `count` parts, which come from the readers in turn. A reader that stops says itself why.
    fn take_all(
        &mut self,
        count: usize,
        taken: Vec<Receiver<Part>>,
        tell: &mut dyn FnMut(&Line<'_>),
    ) -> Result<()> {
        for reader in taken.iter().cycle().take(count) {
            let Ok(Part { families, purchases, known }) = reader.recv() else { return Ok(()) };
            self.judged.rows += i64::try_from(purchases.len()).map_err(Error::fault_of)?;
            let mut by_product = ByProduct::new();
            for part in purchases.chunk_by(|a, b| a.product == b.product) {
                let Some(first) = part.first() else { continue };
                by_product.entry(first.product).or_default().extend(part);
            }
            let mut of_product: HashMap<ProductId, Vec<Finding>> = HashMap::new();
            for it in known {
                of_product.entry(it.product_id.clone()).or_default().push(it);
            }
            for family in &families {
                self.family(family, &mut by_product, &mut of_product, tell)?;
            }
            if self.staged.len() >= BATCH {
                self.stage()?;
            }
        }
        self.stage()
    }

    fn family(
        &mut self,
        family: &Family,
        purchases: &mut ByProduct,
        known: &mut HashMap<ProductId, Vec<Finding>>,
        tell: &mut dyn FnMut(&Line<'_>),
    ) -> Result<()> {
        let rows = family.products.iter().filter_map(|it| purchases.remove(&it.no)).flatten().collect();
        let Some(found) = left_out::judge(self.held, family, rows, &self.names.hospitals) else {
            // What was found about these products stands as it is.
            self.judged.skipped.extend(family.products.iter().map(|it| it.code.to_string()));
            return Ok(());
        };
        let mut changed: Vec<Vec<Input>> = Vec::new();
        for at in 0..family.products.len() {
            self.judged.products += 1;
            changed.push(self.before.changed(family, at));
        }
        let mut by_key: HashMap<String, Finding> = HashMap::new();
        for product in &family.products {
            let findings = known.remove(&product.id).into_iter().flatten();
            by_key.extend(findings.map(|it| (it.key.clone(), it)));
        }
        let mut largest: HashMap<(usize, Option<i32>, Option<Month>), Money> = HashMap::new();
        for it in &found {
            let (Some(rule), Some(product)) =
                (self.asked.rules.get(it.rule), family.products.get(it.product))
            else {
                continue;
            };
            let hospital = it.hospital.and_then(|no| self.names.hospitals.get(&no));
            let key = key(rule, product, hospital.map(|it| &it.0), it.month);
            let line = Line {
                rule,
                product: &product.code,
                generic: self.names.generics.get(&product.id).map(AsRef::as_ref).unwrap_or_default(),
                hospital: hospital.map(|it| it.1.as_str()).unwrap_or_default(),
                found: it,
            };
            tell(&line);
            self.judged.standing += 1;
            let most = largest.entry((it.product, it.hospital, it.month)).or_insert(it.effect);
            *most = (*most).max(it.effect);
            let inputs = changed.get(it.product).map(Vec::as_slice).unwrap_or_default();
            let cause = self.before.cause(&self.asked.rules, self.held.fingerprints, &rule.name, inputs);
            let hospital = hospital.map(|it| it.0.clone());
            self.compare(rule, product, hospital, it, by_key.remove(&key), key, cause)?;
        }
        for effect in largest.into_values() {
            self.judged.effect = self.judged.effect.plus(effect).ok_or_else(too_much)?;
        }
        let places: HashMap<&ProductId, usize> =
            family.products.iter().enumerate().map(|(at, it)| (&it.id, at)).collect();
        for it in by_key.into_values() {
            if it.state != State::Standing || !self.is_judged(&it) {
                continue;
            }
            let at = places.get(&it.product_id).copied().unwrap_or_default();
            let inputs = changed.get(at).map(Vec::as_slice).unwrap_or_default();
            let cause = self.before.cause(&self.asked.rules, self.held.fingerprints, &it.rule, inputs);
            self.judged.note(cause, Act::Gone, minus(Money::ZERO, it.effect)?)?;
            let (no, hospital) = (family.products.get(at).map_or(0, |it| it.no), 0);
            self.push(Change::of(Act::Gone, no, hospital, it.month, it));
        }
        self.judged.inputs.extend(changed.into_iter().flatten());
        Ok(())
    }

    /// Whether this run would have found a finding again if it still stood.
    fn is_judged(&self, it: &Finding) -> bool {
        let rule = self.asked.rules.iter().find(|rule| rule.name == it.rule);
        let is_asked = self.asked.is_whole || rule.is_some();
        let is_open = self.window.is_open || rule.is_none_or(|it| !it.kind.is_of_today());
        let in_window = it.hospital_id.is_none() || self.window.has(Month::of(it.month));
        is_asked && is_open && in_window
    }

    #[allow(clippy::too_many_arguments)]
    fn compare(
        &mut self,
        rule: &Rule,
        product: &Product,
        hospital: Option<OrganisationId>,
        it: &Found,
        known: Option<Finding>,
        key: String,
        cause: Cause,
    ) -> Result<()> {
        // A listing that was put right and is dear again is found anew: its finding has no month of its own.
        let same = known.as_ref().filter(|known| it.month.is_some() || known.state == State::Standing);
        let month = it
            .month
            .map_or_else(|| same.map_or_else(|| self.window.to.first(), |known| known.month), Month::first);
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
            Some(known) if *known == now => return Ok(()),
            Some(_) => Act::Changed,
        };
        let was = known.filter(|known| known.state == State::Standing).map_or(Money::ZERO, |it| it.effect);
        self.judged.note(cause, act, minus(now.effect, was)?)?;
        self.push(Change::of(act, product.no, it.hospital.unwrap_or_default(), now.month, now));
        Ok(())
    }

    fn push(&mut self, change: Change) {
        if !self.asked.is_dry {
            self.staged.push(change);
        }
    }

    /// Writes what is collected, in a transaction of its own.
    fn stage(&mut self) -> Result<()> {
        let mut staged = std::mem::take(&mut self.staged);
        for part in staged.chunks_mut(BATCH) {
            let first = self.next;
            for change in &mut *part {
                change.number(&self.run.id, self.next);
                self.next = self.next.checked_add(1).ok_or_else(too_much)?;
            }
            self.db.write(|tx| store::stage(tx, &self.run.id, first, part))?;
        }
        Ok(())
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
