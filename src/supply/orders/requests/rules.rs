//! What each line of a request becomes: matched, priced, split, or refused with its reason. Pure.

use std::collections::HashMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::cases::suspensions::{Contracted, Stopped};
use crate::catalog::{Product, spec};
use crate::contracts::volumes::AgreedVolume;
use crate::contracts::{Contract, ContractState};
use crate::supply::orders::requests::refused::{LineFault, NumberFault};
use crate::supply::orders::requests::{Given, Outcome};
use crate::types::{ContractId, Money, OrganisationId, ProductId, Quantity, UnitPrice};

/// Most units of a line, and most yuan: far above any order, so that no sum of lines grows too large.
const MOST_UNITS: i64 = 1_000_000_000;
const MOST_YUAN: i64 = 1_000_000_000_000;

/// A contract of the hospital with the generic name and the unit of its lot.
#[derive(Debug, Clone)]
pub struct Held {
    /// The contract.
    pub contract: Contract,
    /// Its lot's generic name.
    pub generic: String,
    /// Its lot's unit.
    pub unit: String,
}

/// A supplier as far as lines name it.
#[derive(Debug, Clone)]
pub struct Seller {
    /// Its id.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Its code.
    pub code: String,
    /// Whether it may still act here.
    pub active: bool,
}

/// What the lines of one hospital are checked against.
#[derive(Debug, Default)]
pub struct Ground {
    contracts: Vec<Held>,
    by_number: HashMap<String, usize>,
    by_product: HashMap<(OrganisationId, String), Vec<usize>>,
    sellers: Vec<Seller>,
    by_name: HashMap<String, Vec<usize>>,
    by_id: HashMap<OrganisationId, usize>,
    products: HashMap<String, Product>,
    stopped: Vec<Stopped>,
}

impl Ground {
    /// Looks up by number, product and name from now on.
    pub fn new(contracts: Vec<Held>, sellers: Vec<Seller>, products: Vec<Product>) -> Self {
        let mut it = Self { contracts, sellers, ..Self::default() };
        for (at, held) in it.contracts.iter().enumerate() {
            it.by_number.insert(held.contract.number.clone(), at);
            let key = (held.contract.supplier_id.clone(), held.contract.product.to_uppercase());
            it.by_product.entry(key).or_default().push(at);
        }
        for (at, seller) in it.sellers.iter().enumerate() {
            it.by_id.insert(seller.id.clone(), at);
            it.by_name.entry(seller.code.clone()).or_default().push(at);
            if seller.name != seller.code {
                it.by_name.entry(seller.name.clone()).or_default().push(at);
            }
        }
        it.products = products.into_iter().map(|product| (product.code.clone(), product)).collect();
        it
    }

    /// With the products whose listing is suspended today.
    #[must_use]
    pub fn without(self, stopped: Vec<Stopped>) -> Self {
        Self { stopped, ..self }
    }

    /// Refuses what is found when its product's listing is suspended.
    fn allowed<'a>(&self, found: Found<'a>) -> Result<Found<'a>, LineFault> {
        let stops = |it: &&Stopped| match &found {
            Found::Listed(product, _) => it.product.id == product.id,
            Found::Held(held) => {
                let contract = &held.contract;
                let seller = self.by_id.get(&contract.supplier_id).and_then(|at| self.sellers.get(*at));
                it.is_of(&Contracted {
                    product: &contract.product,
                    spec: &contract.spec,
                    generic: &held.generic,
                    supplier: &contract.supplier_id,
                    supplier_name: seller.map(|it| it.name.as_str()).unwrap_or_default(),
                })
            }
        };
        match self.stopped.iter().find(stops) {
            None => Ok(found),
            Some(Stopped { suspension: it, .. }) => {
                Err(LineFault::Suspended { number: it.number.clone(), from: it.from_day, to: it.to_day })
            }
        }
    }

    fn seller(&self, named: &str) -> Result<&Seller, LineFault> {
        if named.is_empty() {
            return Err(LineFault::NoSupplier);
        }
        match self.by_name.get(named).map(Vec::as_slice) {
            None | Some([]) => Err(LineFault::SupplierUnknown),
            Some([at]) => self.sellers.get(*at).ok_or(LineFault::SupplierUnknown),
            Some(_) => Err(LineFault::SupplierSeveral),
        }
    }
}

/// What a line was found to mean.
#[derive(Debug, Clone)]
pub struct Matched<'a> {
    /// The contract it draws on, if any.
    pub contract: Option<&'a Contract>,
    product_id: Option<ProductId>,
    supplier_id: OrganisationId,
    generic: String,
    product: String,
    spec: String,
    unit: String,
    quantity: Quantity,
    price: UnitPrice,
}

/// What makes two lines the same: they would order the same thing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Subject {
    Contract(ContractId),
    Product(ProductId, OrganisationId),
}

/// Matches every line or says why not. Of lines for the same thing only the first can stand.
pub fn matched<'a>(
    ground: &'a Ground,
    lines: &[Given],
    today: NaiveDate,
) -> Vec<Result<Matched<'a>, LineFault>> {
    let mut met: HashMap<Subject, i32> = HashMap::new();
    lines
        .iter()
        .map(|line| {
            if let Some(fault) = line.unreadable() {
                return Err(fault);
            }
            let found = ground.allowed(subject(ground, line, today)?)?;
            let key = match &found {
                Found::Held(held) => Subject::Contract(held.contract.id.clone()),
                Found::Listed(product, seller) => Subject::Product(product.id.clone(), seller.id.clone()),
            };
            if let Some(first) = met.get(&key) {
                return Err(LineFault::Twice(*first));
            }
            met.insert(key, line.source);
            read(found, line)
        })
        .collect()
}

enum Found<'a> {
    Held(&'a Held),
    Listed(&'a Product, &'a Seller),
}

/// What a line orders: the contract it names; else the contract with its supplier for a product of that name; else
/// the product of the catalogue with that code.
fn subject<'a>(ground: &'a Ground, line: &Given, today: NaiveDate) -> Result<Found<'a>, LineFault> {
    if !line.contract.is_empty() {
        let held = ground.by_number.get(&line.contract).and_then(|at| ground.contracts.get(*at));
        let held = held.ok_or(LineFault::ContractUnknown)?;
        binds(&held.contract, today)?;
        let seller = ground.by_id.get(&held.contract.supplier_id).and_then(|at| ground.sellers.get(*at));
        let seller = seller.ok_or(LineFault::SupplierUnknown)?;
        let says = |given: &str, allowed: &[&str]| given.is_empty() || allowed.contains(&given);
        if !says(&line.supplier, &[&seller.name, &seller.code]) {
            return Err(LineFault::OtherSupplier(seller.name.clone()));
        }
        if !says(&line.product, &[&held.contract.product]) {
            return Err(LineFault::OtherProduct(held.contract.product.clone()));
        }
        return if seller.active { Ok(Found::Held(held)) } else { Err(LineFault::SupplierInactive) };
    }
    if line.product.is_empty() {
        return Err(LineFault::NothingNamed);
    }
    let seller = ground.seller(&line.supplier)?;
    if !seller.active {
        return Err(LineFault::SupplierInactive);
    }
    let key = (seller.id.clone(), line.product.to_uppercase());
    let named = ground.by_product.get(&key).map(Vec::as_slice).unwrap_or_default();
    let named: Vec<&Held> = named.iter().filter_map(|at| ground.contracts.get(*at)).collect();
    let bound: Vec<&&Held> = named.iter().filter(|held| binds(&held.contract, today).is_ok()).collect();
    match (bound.as_slice(), named.as_slice()) {
        ([held], _) => return Ok(Found::Held(held)),
        ([], [held, ..]) => {
            return Err(binds(&held.contract, today).err().unwrap_or(LineFault::ProductUnknown));
        }
        ([_, ..], _) => {
            let numbers = bound.iter().map(|held| held.contract.number.clone()).collect();
            return Err(LineFault::ContractsSeveral(numbers));
        }
        ([], []) => {}
    }
    let product = ground.products.get(&line.product.to_uppercase()).ok_or(LineFault::ProductUnknown)?;
    Ok(Found::Listed(product, seller))
}

/// A contract can be ordered from when both sides have signed it and the day lies in its term.
fn binds(contract: &Contract, today: NaiveDate) -> Result<(), LineFault> {
    match contract.state {
        ContractState::Confirmed => {}
        ContractState::Drawn => return Err(LineFault::ContractUnsigned(contract.number.clone())),
        ContractState::Ended => return Err(LineFault::ContractEnded(contract.number.clone())),
    }
    if today < contract.starts || today > contract.ends {
        let (starts, ends) = (contract.starts, contract.ends);
        return Err(LineFault::ContractTerm { number: contract.number.clone(), starts, ends });
    }
    Ok(())
}

/// The line's unit, quantity and price, held against the contract or the listing.
fn read<'a>(found: Found<'a>, line: &Given) -> Result<Matched<'a>, LineFault> {
    let unit = match &found {
        Found::Held(held) => held.unit.clone(),
        Found::Listed(product, _) => counted(product).0,
    };
    if !line.unit.is_empty() && line.unit != unit {
        return Err(LineFault::Unit(unit));
    }
    let quantity: Quantity =
        line.quantity.parse().map_err(|why| LineFault::Quantity(NumberFault::of(why)))?;
    if !quantity.is_positive() {
        return Err(LineFault::Quantity(NumberFault::NotPositive));
    }
    let price: UnitPrice = line.unit_price.parse().map_err(|why| LineFault::Price(NumberFault::of(why)))?;
    if price < UnitPrice::ZERO {
        return Err(LineFault::Price(NumberFault::Negative));
    }
    let amount = Money::of(quantity, price).map_or(Decimal::MAX, Money::decimal);
    if quantity.decimal() > Decimal::from(MOST_UNITS) || amount > Decimal::from(MOST_YUAN) {
        return Err(LineFault::Quantity(NumberFault::TooLarge));
    }
    Ok(match found {
        Found::Held(held) => {
            let contract = &held.contract;
            if price != contract.unit_price {
                return Err(LineFault::PriceDiffers(contract.unit_price));
            }
            Matched {
                product_id: None,
                supplier_id: contract.supplier_id.clone(),
                generic: held.generic.clone(),
                product: contract.product.clone(),
                spec: contract.spec.clone(),
                contract: Some(contract),
                unit,
                quantity,
                price,
            }
        }
        Found::Listed(product, seller) => {
            if !is_listed_at(product, price) {
                let most = product.listing_price.unwrap_or(UnitPrice::ZERO);
                return Err(LineFault::PriceAbove { listed: most, pieces: counted(product).1 });
            }
            Matched {
                contract: None,
                product_id: Some(product.id.clone()),
                supplier_id: seller.id.clone(),
                generic: product.generic.clone(),
                product: product.code.clone(),
                spec: product.spec.clone(),
                unit,
                quantity,
                price,
            }
        }
    })
}

/// The unit a product of the catalogue is counted in and how many of it are in the pack that is listed: its smallest
/// pieces where the pack can be read, else the pack itself.
pub fn counted(product: &Product) -> (String, i64) {
    match (product.pack_count, spec::pack(&product.pack)) {
        (Some(pieces), Ok(pack)) if pieces > 0 => (pack.unit, pieces),
        _ => (product.pack.clone(), 1),
    }
}

/// Whether a price of one unit keeps to the listing price of the pack (挂网价), which hospitals may bargain below.
/// No listing price is no limit; a listing price of zero lets nothing above zero through.
pub fn is_listed_at(product: &Product, price: UnitPrice) -> bool {
    let Some(listed) = product.listing_price else { return true };
    let pack = price.decimal().checked_mul(Decimal::from(counted(product).1));
    pack.is_some_and(|pack| pack <= listed.decimal())
}

/// What a matched line becomes: contract volume as far as the year has room, ordinary purchase above it.
pub fn outcome(line: &Matched, volume: Option<&AgreedVolume>) -> Outcome {
    let (agreed, ordinary) = match (line.contract, volume) {
        (Some(_), Some(volume)) => volume.split(line.quantity),
        _ => (Quantity::ZERO, line.quantity),
    };
    Outcome {
        fault: String::new(),
        contract_id: line.contract.map(|contract| contract.id.clone()),
        product_id: line.product_id.clone(),
        supplier_id: Some(line.supplier_id.clone()),
        generic: line.generic.clone(),
        named: line.product.clone(),
        spec: line.spec.clone(),
        counted: line.unit.clone(),
        ordered: Some(line.quantity),
        price: Some(line.price),
        agreed,
        ordinary,
    }
}

/// What a refused line becomes: nothing.
pub fn refused(fault: &LineFault) -> Outcome {
    Outcome { fault: serde_json::to_string(fault).unwrap_or_default(), ..Outcome::default() }
}

/// The sum of what a line becomes, each part rounded once to the cent.
pub fn amount(outcome: &Outcome) -> Option<Money> {
    let price = outcome.price?;
    let part = |quantity| Money::of(quantity, price).ok();
    part(outcome.agreed)?.plus(part(outcome.ordinary)?)
}

/// The number of an order: `DD`, year and month, and a running number of the month; as text it sorts by time.
pub fn number(day: NaiveDate, running: i64) -> String {
    format!("DD{}{running:07}", day.format("%Y%m"))
}
