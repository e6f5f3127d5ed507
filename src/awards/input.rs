//! What an award is computed from, read out of the database in one canonical order and hashed.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::questions;
use super::rules::natural;
use super::store::{self, Ruling};
use super::{Answers, Bid, Demand, Lot, Outcome, reassignment, selection};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::rounds::rule_set::RuleSet;
use crate::rounds::{self, Round};
use crate::schema::{demand_lines, demand_reports, offers, organisations};
use crate::types::{LotId, OfferId, OrganisationId, Quantity, RoundId, Time, UnitPrice};

/// Lines of text hashed so that no two lists of lines share a hash: each cell is preceded by its length.
#[derive(Default)]
pub struct Canon(Sha256);

impl Canon {
    /// Adds one line.
    pub fn line<T: AsRef<str>>(&mut self, cells: &[T]) {
        for cell in cells {
            let cell = cell.as_ref();
            self.0.update(cell.len().to_string().as_bytes());
            self.0.update(b":");
            self.0.update(cell.as_bytes());
        }
        self.0.update(b"\n");
    }

    /// The hash in lower-case hexadecimal.
    pub fn hex(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = offers)]
struct Offered {
    id: OfferId,
    lot_id: LotId,
    supplier_id: OrganisationId,
    product: String,
    spec: String,
    unit_price: UnitPrice,
    ratio: String,
    capacity: Option<Quantity>,
    sales: Option<Quantity>,
    kind: String,
    accepts_revival: bool,
    supplies_all: bool,
    current_price: Option<UnitPrice>,
}

/// An offer as the award takes it.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Its id.
    pub id: OfferId,
    /// Its supplier.
    pub supplier_id: OrganisationId,
    /// The supplier's name.
    pub name: String,
    /// What it offers, with the bureau's rulings applied.
    pub bid: Bid,
    /// Why it no longer takes part, else empty.
    pub excluded: String,
}

/// Everything an award is computed from.
pub struct Input {
    /// The rules the round is bound to.
    pub rules: RuleSet,
    /// The round's lots.
    pub lots: Vec<Lot>,
    /// The lots' ids by code.
    pub lot_ids: HashMap<Arc<str>, LotId>,
    /// The opened offers, by lot, company code and product.
    pub offers: Vec<Offer>,
    /// The approved demand.
    pub demand: Vec<Demand>,
    /// What was answered after the opening.
    pub answers: Answers,
    /// The hospitals' ids by code.
    pub hospitals: HashMap<Arc<str>, OrganisationId>,
    /// SHA-256 of all of it.
    pub sha256: String,
}

/// Reads what a round's award is computed from.
pub fn load(conn: &mut Conn, round: &Round) -> Result<Input> {
    load_as_of(conn, round, None)
}

/// The same as it stood at a moment: what was found or answered later is left out.
pub fn load_as_of(conn: &mut Conn, round: &Round, at: Option<Time>) -> Result<Input> {
    let rules = rounds::rules_of(conn, round)?;
    let (lots, lot_ids) = lots(conn, &round.id)?;
    let codes: HashMap<LotId, Arc<str>> =
        lot_ids.iter().map(|(code, id)| (id.clone(), code.clone())).collect();
    let offers = offers(conn, &round.id, &codes, at)?;
    let (demand, hospitals) = demand(conn, &round.id, &codes, &offers)?;
    let answers = Answers {
        consents: questions::consents(conn, &round.id, &offers, at)?,
        picks: selection::picks_of(conn, &round.id, &codes, at)?,
        reassignments: reassignment::placed_in(conn, &round.id, &codes, rules.products.is_some(), at)?,
    };
    let mut input = Input { rules, lots, lot_ids, offers, demand, answers, hospitals, sha256: String::new() };
    input.sha256 = hash(&input);
    Ok(input)
}

type Lots = (Vec<Lot>, HashMap<Arc<str>, LotId>);

fn lots(conn: &mut Conn, round: &RoundId) -> Result<Lots> {
    let mut ids = HashMap::new();
    let mut lots = Vec::new();
    for lot in rounds::lots_of(conn, round)? {
        let code: Arc<str> = lot.code.into();
        ids.insert(code.clone(), lot.id);
        lots.push(Lot {
            code,
            generic: lot.generic,
            form: lot.form,
            form_class: lot.form_class,
            comparable_spec: lot.comparable_spec,
            ceiling: lot.ceiling,
            category: lot.category,
            base_volume: lot.base_volume,
        });
    }
    lots.sort_by(|a, b| natural(&a.code, &b.code));
    Ok((lots, ids))
}

/// The codes of a round's lots by their ids.
pub fn codes_of(conn: &mut Conn, round: &RoundId) -> Result<HashMap<LotId, Arc<str>>> {
    Ok(lots(conn, round)?.1.into_iter().map(|(code, id)| (id, code)).collect())
}

/// The opened offers of a round as an award would take them, by lot and company code.
pub fn offers_of(conn: &mut Conn, round: &RoundId) -> Result<Vec<Offer>> {
    let codes = codes_of(conn, round)?;
    offers(conn, round, &codes, None)
}

type Row = (Offered, String, String, String);

fn offered(conn: &mut Conn, round: &RoundId) -> Result<Vec<Row>> {
    Ok(offers::table
        .inner_join(organisations::table)
        .filter(offers::round_id.eq(round))
        .select((Offered::as_select(), organisations::code, organisations::name, organisations::group_name))
        .load(conn)?)
}

fn offers(
    conn: &mut Conn,
    round: &RoundId,
    codes: &HashMap<LotId, Arc<str>>,
    at: Option<Time>,
) -> Result<Vec<Offer>> {
    // The newest ruling on an offer counts.
    let rulings: HashMap<OfferId, Ruling> = store::rulings_of(conn, round)?
        .into_iter()
        .filter(|ruling| at.is_none_or(|at| ruling.at <= at))
        .map(|it| (it.offer_id.clone(), it))
        .collect();
    let mut list = Vec::new();
    for (row, code, name, group) in offered(conn, round)? {
        let ruling = rulings.get(&row.id);
        let ratio = ruling.map(|r| r.ratio.as_str()).filter(|r| !r.is_empty()).unwrap_or(&row.ratio);
        let ratio: Decimal =
            ratio.parse().map_err(|_| Error::fault(format!("stored ratio of offer {}", row.id)))?;
        list.push(Offer {
            excluded: ruling.filter(|r| r.excluded).map(|r| r.reason.clone()).unwrap_or_default(),
            id: row.id,
            supplier_id: row.supplier_id,
            name,
            bid: Bid {
                lot: codes.get(&row.lot_id).ok_or(Error::NotFound)?.clone(),
                company: code.into(),
                group: (!group.is_empty()).then_some(group),
                product: row.product,
                spec: row.spec,
                unit_price: row.unit_price,
                ratio,
                capacity: row.capacity,
                reported_volume: None,
                sales: row.sales,
                kind: row.kind.parse().ok(),
                accepts_revival: row.accepts_revival,
                supplies_all: row.supplies_all,
                current_price: row.current_price,
            },
        });
    }
    list.sort_by(|a, b| {
        let key = |offer: &Offer| (offer.bid.company.clone(), offer.bid.product.clone());
        natural(&a.bid.lot, &b.bid.lot).then_with(|| key(a).cmp(&key(b)))
    });
    Ok(list)
}

type DemandRow = (LotId, OrganisationId, String, String, Quantity, String, String);

/// The approved lines of approved reports.
fn approved(conn: &mut Conn, round: &RoundId) -> Result<Vec<DemandRow>> {
    Ok(demand_lines::table
        .inner_join(demand_reports::table)
        .inner_join(organisations::table.on(organisations::id.eq(demand_lines::hospital_id)))
        .filter(
            demand_lines::round_id
                .eq(round)
                .and(demand_reports::state.eq("approved"))
                .and(demand_lines::approved.gt(Quantity::ZERO)),
        )
        .select((
            demand_lines::lot_id,
            demand_lines::hospital_id,
            demand_lines::company,
            demand_lines::product,
            demand_lines::approved.assume_not_null(),
            organisations::code,
            organisations::region,
        ))
        .load(conn)?)
}

type Demanded = (Vec<Demand>, HashMap<Arc<str>, OrganisationId>);

fn demand(
    conn: &mut Conn,
    round: &RoundId,
    codes: &HashMap<LotId, Arc<str>>,
    offers: &[Offer],
) -> Result<Demanded> {
    // A hospital names a brand by the company's code or its name.
    let mut brands: HashMap<&str, &Arc<str>> = HashMap::new();
    for offer in offers {
        brands.insert(&offer.name, &offer.bid.company);
        brands.insert(&offer.bid.company, &offer.bid.company);
    }
    let mut texts: HashMap<String, Arc<str>> = HashMap::new();
    let mut one = |text: String| texts.entry(text).or_insert_with_key(|text| text.as_str().into()).clone();
    let mut hospitals = HashMap::new();
    let mut list = Vec::new();
    for (lot, hospital_id, company, product, quantity, code, region) in approved(conn, round)? {
        let hospital = one(code);
        hospitals.insert(hospital.clone(), hospital_id);
        let company = match company.trim() {
            "" => None,
            brand => Some(brands.get(brand).map_or_else(|| one(brand.to_owned()), |code| (*code).clone())),
        };
        let lot = codes.get(&lot).ok_or(Error::NotFound)?.clone();
        let product = (!product.is_empty()).then(|| one(product));
        list.push(Demand { region: one(region), hospital, lot, company, product, quantity });
    }
    list.sort_by(|a, b| {
        let brand = |d: &Demand| (d.company.clone(), d.product.clone());
        let key = |d: &Demand| (d.region.clone(), d.hospital.clone(), brand(d), d.quantity);
        natural(&a.lot, &b.lot).then_with(|| key(a).cmp(&key(b)))
    });
    Ok((list, hospitals))
}

fn or_empty<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The hash of everything the result can depend on, and of nothing else: no ids, no times.
pub fn hash(input: &Input) -> String {
    let mut canon = Canon::default();
    canon.line(&["rules", &input.rules.hash]);
    for lot in &input.lots {
        canon.line(&[
            "lot",
            &lot.code,
            lot.form_class.as_str(),
            &lot.comparable_spec,
            &lot.ceiling.to_string(),
            lot.category.as_str(),
            &or_empty(lot.base_volume),
        ]);
    }
    for Offer { bid, excluded, .. } in &input.offers {
        canon.line(&[
            "bid",
            &bid.lot,
            &bid.company,
            bid.group.as_deref().unwrap_or_default(),
            &bid.product,
            &bid.spec,
            &bid.unit_price.to_string(),
            &bid.ratio.normalize().to_string(),
            &or_empty(bid.capacity),
            &or_empty(bid.sales),
            &or_empty(bid.kind),
            if bid.accepts_revival { "yes" } else { "no" },
            excluded,
        ]);
        // What came later is a line of its own, only where it says something: earlier hashes stay what they were.
        if bid.supplies_all {
            canon.line(&["supplies_all"]);
        }
        if let Some(price) = bid.current_price {
            canon.line(&["current_price", &price.to_string()]);
        }
    }
    for line in &input.demand {
        canon.line(&[
            "demand",
            &line.lot,
            &line.region,
            &line.hospital,
            line.company.as_deref().unwrap_or_default(),
            &line.quantity.to_string(),
        ]);
        if let Some(product) = &line.product {
            canon.line(&["product", product]);
        }
    }
    for answer in &input.answers.consents {
        let price = or_empty(answer.price);
        canon.line(&["consent", &answer.lot, &answer.company, answer.question.as_str(), &price]);
    }
    for pick in &input.answers.picks {
        canon.line(&["pick", &pick.lot, &pick.region, &pick.company, pick.supply.as_str()]);
    }
    for placed in &input.answers.reassignments {
        let quantity = placed.quantity.to_string();
        canon.line(&["reassignment", &placed.lot, &placed.hospital, &placed.company, &quantity]);
        if let Some(product) = &placed.product {
            canon.line(&["product", product]);
        }
    }
    canon.hex()
}

/// The hash of a result: the same bytes for the same result.
pub fn hash_of_outcome(outcome: &Outcome) -> String {
    let mut canon = Canon::default();
    for lot in &outcome.lots {
        canon.line(&[
            "lot",
            &lot.lot,
            &lot.bidders.to_string(),
            &lot.places.to_string(),
            &or_empty(lot.line.map(|line| line.normalize())),
            &lot.winners.to_string(),
            &or_empty(lot.share.map(|share| share.normalize())),
            &lot.base.to_string(),
            &lot.agreed.to_string(),
        ]);
    }
    for award in &outcome.awards {
        canon.line(&[
            "award",
            &award.lot,
            &award.company,
            &award.product,
            &award.unit_price.to_string(),
            &award.comparable_price.to_string(),
            &or_empty(award.rank),
            award.status.as_str(),
            &or_empty(award.award_price),
            &or_empty(award.share.map(|share| share.normalize())),
            &or_empty(award.term_years),
            &award.reason.to_string(),
        ]);
        if let Some(class) = award.class {
            canon.line(&["class", class.as_str()]);
        }
    }
    for part in &outcome.allocations {
        let quantity = part.quantity.to_string();
        canon.line(&["allocation", &part.lot, &part.region, &part.hospital, &part.company, &quantity]);
        if let Some(product) = &part.product {
            canon.line(&["product", product]);
        }
    }
    for part in &outcome.unallocated {
        canon.line(&["unallocated", &part.lot, &part.region, &part.hospital, &part.quantity.to_string()]);
    }
    for choice in &outcome.regions {
        let spare = choice.spare.as_deref().unwrap_or_default();
        canon.line(&["region", &choice.lot, &choice.region, &choice.main, spare]);
    }
    canon.hex()
}
