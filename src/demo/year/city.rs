//! The large city: its organisations, the round, and a signed contract of every hospital for every lot.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::Plan;
use super::ids::Ids;
use crate::catalog::{self, Facts, NewProduct};
use crate::contracts::volumes::AgreedVolume;
use crate::contracts::{Contract, ContractState};
use crate::db::Db;
use crate::demo::city::DRUGS;
use crate::error::{Error, Result};
use crate::people::{self, NewAccount, Organisation, OrganisationKind, Role};
use crate::rounds::{self, Calendar, Category, Lot, Round, RoundKind, RoundState};
use crate::schema::{agreed_volumes, contracts, direct_hospitals};
use crate::simulations::draws::Draws;
use crate::supply::payers::DirectHospital;
use crate::text::Lang;
use crate::types::{AccountId, Ctx, OrganisationId, ProductId, Quantity, RoundId, Time, UnitPrice, sha256};

/// One login for each role; the hospital and the supplier are the largest.
pub const LOGINS: &[(&str, Role)] = &[
    ("officer", Role::Officer),
    ("reviewer", Role::Reviewer),
    ("settlement", Role::Settlement),
    ("settlement2", Role::Settlement),
    ("auditor", Role::Auditor),
    ("admin", Role::Admin),
    ("hospital1", Role::Hospital),
    ("supplier1", Role::Supplier),
];

/// Its districts and counties.
const REGIONS: &[&str] = &["东城区", "西城区", "南湖区", "北山区", "江口县", "云岭县", "白沙县", "石门县"];

/// A hospital and how much it uses.
#[derive(Clone)]
pub struct Buyer {
    pub id: OrganisationId,
    pub region: String,
    /// Its size: a large one uses forty times what a small one does.
    pub weight: i64,
    /// How much of what it agreed it orders in a year, in hundredths.
    pub tempo: i64,
    /// The fund pays for its contract purchases.
    pub is_direct: bool,
    /// Pays after the term.
    pub is_late: bool,
}

/// A contract with what its year has used.
pub struct Running {
    pub contract: Contract,
    pub volume: AgreedVolume,
    pub lot: usize,
}

/// A lot with a product that did not win.
pub struct Ware {
    pub lot: Lot,
    pub product: ProductId,
    pub code: String,
    /// Yuan a unit of the product that did not win.
    pub price: UnitPrice,
}

/// Everything the year runs on.
pub struct City {
    pub ids: Ids,
    pub buyers: Vec<Buyer>,
    pub suppliers: Vec<OrganisationId>,
    pub wares: Vec<Ware>,
    /// The contracts of a hospital with a supplier, by `hospital × suppliers + supplier`.
    pub contracts: Vec<Vec<Running>>,
}

/// Founds the city as of the day before its year.
pub fn found(
    db: &Db,
    ctx: &Ctx,
    plan: &Plan,
    first: Time,
    password_hash: &str,
    draws: &mut Draws,
) -> Result<City> {
    let mut ids = Ids::new(plan.seed);
    let (buyers, suppliers) = people(db, ctx, plan, password_hash, &mut ids, draws)?;
    let (round, wares) = round(db, ctx, plan, first, &mut ids)?;
    let contracts = contracts(db, ctx, &round, &buyers, &suppliers, &wares, &mut ids, draws)?;
    let direct = buyers.iter().filter(|b| b.is_direct).map(|b| DirectHospital {
        hospital_id: b.id.clone(),
        since: first.day(),
        until: None,
    });
    let direct: Vec<DirectHospital> = direct.collect();
    db.write(|tx| {
        for it in &direct {
            diesel::insert_into(direct_hospitals::table).values(it).execute(tx.conn())?;
        }
        Ok(())
    })?;
    Ok(City { ids, buyers, suppliers, wares, contracts })
}

fn people(
    db: &Db,
    ctx: &Ctx,
    plan: &Plan,
    hash: &str,
    ids: &mut Ids,
    draws: &mut Draws,
) -> Result<(Vec<Buyer>, Vec<OrganisationId>)> {
    let mut enter = |kind, name: String, code: String, region: &str, tier: &str| -> Result<Organisation> {
        let it = Organisation {
            id: ids.next(ctx.now)?,
            kind,
            name,
            code,
            region: region.to_owned(),
            tier: tier.to_owned(),
            group_name: String::new(),
            active: true,
            created_at: ctx.now,
        };
        db.write(|tx| people::add_organisation(tx, ctx, it.clone()))
    };
    let bureau = enter(
        OrganisationKind::Bureau,
        "大江市医疗保障局".into(),
        "11339900MB0000002H".into(),
        "大江市",
        "",
    )?;
    let mut buyers = Vec::new();
    let mut firsts = Vec::new();
    for i in 0..plan.hospitals {
        let region = REGIONS.get(i as usize % REGIONS.len()).copied().unwrap_or_default();
        let (tier, weight) = match i % 20 {
            0 => ("三级", 40),
            1..=5 => ("二级", 10),
            _ => ("一级", 1),
        };
        let (name, code) = (format!("大江市第{}医院", i + 1), format!("H3399{:07}", i + 1));
        let it = enter(OrganisationKind::Hospital, name, code, region, tier)?;
        firsts.extend((i == 0).then(|| (it.clone(), "hospital1", Role::Hospital)));
        let is_direct = weight > 1 && i % 3 != 2;
        buyers.push(Buyer {
            id: it.id,
            region: region.to_owned(),
            weight: weight + i64::try_from(draws.up_to(2)).unwrap_or(0),
            tempo: 60 + i64::from(i % 7) * 10,
            is_direct,
            is_late: i % 9 == 4,
        });
    }
    let mut suppliers = Vec::new();
    for i in 0..plan.suppliers {
        let (name, code) = (format!("大江第{}制药有限公司", i + 1), format!("91339900MA{:07}", 1_000 + i));
        let it = enter(OrganisationKind::Supplier, name, code, "大江市", "")?;
        firsts.extend((i == 0).then(|| (it.clone(), "supplier1", Role::Supplier)));
        suppliers.push(it.id);
    }
    for (login, role) in LOGINS {
        let of = firsts.iter().find(|(_, first, _)| first == login).map_or(&bureau, |(it, ..)| it);
        let new = NewAccount {
            id: AccountId::new(),
            organisation_id: of.id.clone(),
            login: (*login).to_owned(),
            name: (*login).to_owned(),
            email: String::new(),
            lang: Lang::Zh,
            roles: vec![*role],
            password_hash: hash.to_owned(),
            must_change: false,
        };
        db.write(|tx| people::add_account(tx, ctx, new.clone()))?;
    }
    Ok((buyers, suppliers))
}

fn round(db: &Db, ctx: &Ctx, plan: &Plan, first: Time, ids: &mut Ids) -> Result<(Round, Vec<Ware>)> {
    let day = |n: i64| ctx.now.plus_days(n - 120);
    let calendar = Calendar {
        demand_from: day(0),
        demand_to: day(10),
        bidding_from: day(20),
        bidding_to: day(30),
        opening_at: day(31),
        publicity_from: day(40),
        publicity_to: day(50),
        contract_to: day(70),
        execution_from: first.day(),
        execution_to: first.plus_days(364).day(),
    };
    let id: RoundId = ids.next(ctx.now)?;
    let mut wares = Vec::new();
    for i in 0..plan.lots {
        let drug = DRUGS.get(i as usize % DRUGS.len()).ok_or_else(|| Error::fault("no drug"))?;
        let number = i + 1;
        let lot = Lot {
            id: ids.next(ctx.now)?,
            round_id: id.clone(),
            position: i32::try_from(number).map_err(Error::fault_of)?,
            code: format!("{number:04}"),
            generic: format!("{}{number:04}", drug.generic),
            generic_key: String::new(),
            form: drug.form.to_owned(),
            form_class: drug.class.parse().map_err(|()| Error::fault("no such form class"))?,
            comparable_spec: drug.spec.to_owned(),
            unit: drug.unit.to_owned(),
            ceiling: price(i64::from(number % 40) * 30 + 60)?,
            category: Category::General,
            base_volume: None,
        };
        let code = format!("XA10BAE{:03}A001{:02}019{number:04}", number % 1_000, number / 1_000);
        let (product, lowest) = (ids.next::<ProductId>(ctx.now)?, price(i64::from(number % 40) * 18 + 36)?);
        let new = NewProduct {
            id: product.clone(),
            code: code.clone(),
            facts: Facts {
                generic: lot.generic.clone(),
                form: lot.form.clone(),
                spec: lot.comparable_spec.clone(),
                pack: format!("{}×1{}", lot.comparable_spec, lot.unit),
                maker: "大江原研制药有限公司".to_owned(),
                approval: format!("国药准字H20{number:06}"),
                evaluated: true,
                listing_price: Some(lowest),
            },
        };
        db.write(|tx| catalog::add(tx, ctx, new.clone()))?;
        wares.push(Ware { lot, product, code, price: lowest });
    }
    let round = db.write(|tx| {
        rounds::seed_rule_sets(tx, ctx)?;
        let rules = rounds::store::latest_rule_set(tx.conn(), "GY-YD2024-2")?.ok_or(Error::NotFound)?;
        let round = Round {
            id: id.clone(),
            number: "DJ-YD-1".to_owned(),
            title: "大江市药品集中带量采购".to_owned(),
            kind: RoundKind::Drug,
            state: RoundState::Executing,
            rule_set_id: rules.id,
            calendar: calendar.clone(),
            version: 1,
            created_at: ctx.now,
            published_at: Some(ctx.now),
        };
        rounds::store::insert_round(tx, &round)?;
        let regions: Vec<String> = REGIONS.iter().map(|r| (*r).to_owned()).collect();
        rounds::store::set_regions(tx, &round.id, &regions)?;
        for ware in &wares {
            rounds::store::insert_lot(tx, &ware.lot)?;
        }
        Ok(round)
    })?;
    Ok((round, wares))
}

/// Yuan from thousandths.
fn price(thousandths: i64) -> Result<UnitPrice> {
    UnitPrice::exact(rust_decimal::Decimal::new(thousandths, 3)).map_err(|e| Error::fault(format!("{e:?}")))
}

/// What a hospital of weight one uses of a lot in a year: between 200 and 2,000 units, the same for one lot.
fn use_of(lot: usize, seed: u64) -> i64 {
    let hash = sha256(format!("{seed}:{lot}").as_bytes());
    let number = hash.bytes().take(8).fold(0_i64, |n, b| (n * 31 + i64::from(b)) % 1_801);
    200 + number
}

#[allow(clippy::too_many_arguments)]
fn contracts(
    db: &Db,
    ctx: &Ctx,
    round: &Round,
    buyers: &[Buyer],
    suppliers: &[OrganisationId],
    wares: &[Ware],
    ids: &mut Ids,
    draws: &mut Draws,
) -> Result<Vec<Vec<Running>>> {
    let mut all: Vec<Vec<Running>> = Vec::new();
    all.resize_with(buyers.len() * suppliers.len(), Vec::new);
    let (starts, ends) = (round.calendar.execution_from, round.calendar.execution_to);
    for (h, buyer) in buyers.iter().enumerate() {
        for (l, ware) in wares.iter().enumerate() {
            // One winner for each region of a lot.
            let s = (l * 5 + h % REGIONS.len() * 3) % suppliers.len();
            let Some(supplier) = suppliers.get(s) else { continue };
            let agreed = use_of(l, ctx.now.millis().unsigned_abs()) * buyer.weight * 10;
            let quantity = Quantity::from_scaled(agreed * 1_000);
            let contract = Contract {
                id: ids.next(ctx.now)?,
                number: format!("{}-{}-{:05}", round.number, ware.lot.code, h + 1),
                round_id: round.id.clone(),
                lot_id: ware.lot.id.clone(),
                hospital_id: buyer.id.clone(),
                supplier_id: supplier.clone(),
                product: format!("{}-{}", ware.lot.generic, s + 1),
                spec: ware.lot.comparable_spec.clone(),
                quantity,
                unit_price: price(
                    i64::from(ware.lot.position % 40) * 7 + 15 + i64::try_from(s % 5).unwrap_or(0),
                )?,
                starts,
                ends,
                state: ContractState::Confirmed,
                version: 1,
                hospital_at: Some(ctx.now),
                hospital_by: None,
                supplier_at: Some(ctx.now),
                supplier_by: None,
                created_at: ctx.now,
            };
            let volume = volume(&contract, ids, ctx.now, draws)?;
            if let Some(list) = all.get_mut(h * suppliers.len() + s) {
                list.push(Running { contract, volume, lot: l });
            }
        }
    }
    for part in all.chunks(suppliers.len().max(1)) {
        let signed: Vec<Contract> = part.iter().flatten().map(|r| r.contract.clone()).collect();
        let years: Vec<AgreedVolume> = part.iter().flatten().map(|r| r.volume.clone()).collect();
        db.write(|tx| {
            crate::load_all!(tx.conn(), contracts::table, &signed)?;
            crate::load_all!(tx.conn(), agreed_volumes::table, &years)?;
            Ok(())
        })?;
    }
    Ok(all)
}

/// The contract's one year; a tenth may go above it, a few without limit.
fn volume(contract: &Contract, ids: &mut Ids, at: Time, draws: &mut Draws) -> Result<AgreedVolume> {
    let allowed = match draws.up_to(19) {
        0 => None,
        1 | 2 => Some(Quantity::from_scaled(contract.quantity.scaled() / 10)),
        _ => Some(Quantity::ZERO),
    };
    let (starts, ends): (NaiveDate, NaiveDate) = (contract.starts, contract.ends);
    Ok(AgreedVolume {
        id: ids.next(at)?,
        contract_id: contract.id.clone(),
        year: 1,
        starts,
        ends,
        agreed: contract.quantity,
        allowed,
        reserved: Quantity::ZERO,
        consumed: Quantity::ZERO,
    })
}
