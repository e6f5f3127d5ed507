//! Agreed volume by hospital and winner: own brands first, the rest as the rule set distributes it.

use std::collections::HashMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::regions::{self, Choice};
use super::volume::{Scale, proportional};
use super::{Allocation, Demand, RegionChoice, Unallocated};
use crate::rounds::rule_set::{RuleSet, Unclaimed};
use crate::types::Quantity;

/// A winner with volume, in rank order.
#[derive(Debug, Clone)]
pub struct Winner {
    /// The company.
    pub company: Arc<str>,
    /// Its product: with the company it is the winner's key.
    pub product: Arc<str>,
    /// The most it can supply in a year.
    pub capacity: Option<Quantity>,
    /// Whether it takes part in the choice of regions.
    pub chooses_regions: bool,
}

/// A region and a hospital in it.
type Place<'a> = (&'a Arc<str>, &'a Arc<str>);

/// A brand: the company, and one of its products if named.
type Brand<'a> = (&'a str, Option<&'a str>);

/// One line of demand: place, brand, thousandths.
type Line<'a> = (u32, Option<Brand<'a>>, i64);

/// All demand by lot, with the hospitals in the order of region and name.
pub struct ByLot<'a> {
    places: Vec<Place<'a>>,
    lots: HashMap<&'a str, Vec<Line<'a>>>,
}

/// The volume of one lot.
#[derive(Debug, Default)]
pub struct LotVolume {
    /// What each hospital agrees to buy from each winner.
    pub allocations: Vec<Allocation>,
    /// Who supplies which region.
    pub regions: Vec<RegionChoice>,
    /// What nobody had capacity for.
    pub unallocated: Vec<Unallocated>,
    /// The sum of the hospitals' rounded volumes; `None` when too large to be true.
    pub agreed: Option<Quantity>,
}

impl<'a> ByLot<'a> {
    /// Sorts the demand; the order of its lines is lost on purpose.
    pub fn new(demand: &'a [Demand]) -> Self {
        let mut known: HashMap<(&str, &str), u32> = HashMap::new();
        let mut places: Vec<Place> = Vec::new();
        let mut lots: HashMap<&str, Vec<Line>> = HashMap::new();
        for line in demand {
            let place = *known.entry((&line.region, &line.hospital)).or_insert_with(|| {
                places.push((&line.region, &line.hospital));
                places.len() as u32 - 1
            });
            let lines = lots.entry(&line.lot).or_default();
            let brand = line.company.as_deref().map(|company| (company, line.product.as_deref()));
            lines.push((place, brand, line.quantity.scaled()));
        }
        let mut order: Vec<u32> = (0..places.len() as u32).collect();
        order.sort_by_key(|place| places[*place as usize]);
        let mut rank = vec![0; order.len()];
        order.iter().zip(0..).for_each(|(place, new)| rank[*place as usize] = new);
        places.sort();
        for lines in lots.values_mut() {
            lines.iter_mut().for_each(|line| line.0 = rank[line.0 as usize]);
            lines.sort_unstable();
        }
        Self { places, lots }
    }

    /// The demand of a lot in thousandths.
    pub fn total(&self, lot: &str) -> i128 {
        self.lines(lot).iter().map(|line| i128::from(line.2)).sum()
    }

    /// Whether any demand for the lot is given, be it zero.
    pub fn has(&self, lot: &str) -> bool {
        self.lots.contains_key(lot)
    }

    /// The demand for each brand in a lot: by company, and by company and product where one is named.
    pub fn brands(&self, lot: &str) -> HashMap<Brand<'a>, Decimal> {
        let mut sums: HashMap<Brand, i128> = HashMap::new();
        for (_, brand, quantity) in self.lines(lot) {
            if let Some(brand) = brand {
                *sums.entry(*brand).or_default() += i128::from(*quantity);
            }
        }
        sums.into_iter().map(|(brand, sum)| (brand, quantity(sum))).collect()
    }

    /// In how many regions hospitals reported each company's brand in a lot.
    pub fn coverage(&self, lot: &str) -> HashMap<&str, usize> {
        let brand = |line: &Line<'a>| Some((line.1?.0, self.places[line.0 as usize].0.as_ref()));
        let mut pairs: Vec<(&str, &str)> = self.lines(lot).iter().filter_map(brand).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let mut regions: HashMap<&str, usize> = HashMap::new();
        pairs.into_iter().for_each(|(company, _)| *regions.entry(company).or_default() += 1);
        regions
    }

    fn lines(&self, lot: &str) -> &[Line<'a>] {
        self.lots.get(lot).map_or(&[], Vec::as_slice)
    }

    /// A lot's volume at its share. Own brands come before anything else, and capacity is never exceeded.
    pub fn allocate(&self, rules: &RuleSet, lot: &Arc<str>, winners: &[Winner], share: Decimal) -> LotVolume {
        let Some(scale) = Scale::new(share, rules.volume.rounding_unit.0) else {
            return LotVolume::default();
        };
        if winners.is_empty() {
            return LotVolume { agreed: Some(Quantity::ZERO), ..LotVolume::default() };
        }
        let mut hospitals = self.hospitals(lot, winners, &scale);
        let mut capacity: Vec<Option<i128>> =
            winners.iter().map(|w| w.capacity.map(|capacity| scale.units(capacity))).collect();
        let total: i128 = hospitals.iter().map(|h| h.rest + h.own.iter().sum::<i128>()).sum();

        let weights = grant_own(&mut hospitals, &mut capacity);
        let (regions, choices) = self.regions(rules, lot, winners, &hospitals);
        for hospital in &mut hospitals {
            let choice = choices.get(self.places[hospital.place as usize].0.as_ref());
            grant_rest(rules.volume.unclaimed, hospital, choice, &weights, &mut capacity);
        }
        let mut volume = self.listed(rules, lot, winners, &scale, &hospitals);
        volume.regions = regions;
        volume.agreed = volume.agreed.and(scale.quantity(total));
        volume
    }

    /// Each hospital's rounded volume, split into the winners' own brands and the rest.
    fn hospitals(&self, lot: &str, winners: &[Winner], scale: &Scale) -> Vec<Hospital> {
        // Demand for a company's brand without a product is for its first product by rank.
        let mut index: HashMap<Brand, usize> = HashMap::new();
        for (at, winner) in winners.iter().enumerate() {
            index.entry((&winner.company, None)).or_insert(at);
            index.insert((&winner.company, Some(&winner.product)), at);
        }
        let mut hospitals = Vec::new();
        for lines in self.lines(lot).chunk_by(|a, b| a.0 == b.0) {
            let mut parts = vec![0i128; winners.len() + 1];
            for (_, brand, quantity) in lines {
                let winner = brand.and_then(|brand| index.get(&brand));
                parts[winner.copied().unwrap_or(winners.len())] += i128::from(*quantity);
            }
            let demand = parts.iter().sum();
            let mut own = scale.split(&parts);
            let rest = own.pop().unwrap_or(0);
            hospitals.push(Hospital { place: lines[0].0, demand, own, rest });
        }
        hospitals
    }

    /// The winners' default choice of regions, when the rules let them choose.
    fn regions(
        &self,
        rules: &RuleSet,
        lot: &Arc<str>,
        winners: &[Winner],
        hospitals: &[Hospital],
    ) -> (Vec<RegionChoice>, HashMap<&'a str, Choice>) {
        let Some(regions) = &rules.regions else { return Default::default() };
        let choosers: Vec<usize> = (0..winners.len()).filter(|w| winners[*w].chooses_regions).collect();
        let mut demand: Vec<(&'a Arc<str>, Decimal)> = Vec::new();
        for hospital in hospitals {
            let region = self.places[hospital.place as usize].0;
            match demand.last_mut().filter(|(last, _)| *last == region) {
                Some((_, sum)) => *sum = sum.saturating_add(quantity(hospital.demand)),
                None => demand.push((region, quantity(hospital.demand))),
            }
        }
        let sums: Vec<Decimal> = demand.iter().map(|(_, sum)| *sum).collect();
        let chosen = regions::choose(regions, &sums, choosers.len());
        let chosen = chosen.into_iter().map(|choice| Choice {
            main: choosers[choice.main],
            spare: choice.spare.map(|spare| choosers[spare]),
        });
        let chosen: Vec<(&'a Arc<str>, Choice)> =
            demand.iter().map(|(region, _)| *region).zip(chosen).collect();
        let name = |winner: usize| winners[winner].company.clone();
        let listed = chosen.iter().map(|(region, choice)| RegionChoice {
            lot: lot.clone(),
            region: (*region).clone(),
            main: name(choice.main),
            spare: choice.spare.map(name),
        });
        (listed.collect(), chosen.iter().map(|(region, choice)| (&***region, *choice)).collect())
    }

    fn listed(
        &self,
        rules: &RuleSet,
        lot: &Arc<str>,
        winners: &[Winner],
        scale: &Scale,
        hospitals: &[Hospital],
    ) -> LotVolume {
        let mut volume = LotVolume { agreed: Some(Quantity::ZERO), ..LotVolume::default() };
        for hospital in hospitals {
            let (region, name) = self.places[hospital.place as usize];
            for (winner, units) in winners.iter().zip(&hospital.own).filter(|(_, units)| **units > 0) {
                let Some(quantity) = scale.quantity(*units) else { return LotVolume::default() };
                volume.allocations.push(Allocation {
                    lot: lot.clone(),
                    region: region.clone(),
                    hospital: name.clone(),
                    company: winner.company.clone(),
                    product: rules.products.as_ref().map(|_| winner.product.clone()),
                    quantity,
                });
            }
            if hospital.rest > 0 {
                let Some(quantity) = scale.quantity(hospital.rest) else { return LotVolume::default() };
                let (region, hospital) = (region.clone(), name.clone());
                volume.unallocated.push(Unallocated { lot: lot.clone(), region, hospital, quantity });
            }
        }
        volume
    }
}

/// Thousandths as a number.
fn quantity(thousandths: i128) -> Decimal {
    Decimal::try_from_i128_with_scale(thousandths, Quantity::PLACES).unwrap_or(Decimal::MAX)
}

/// A hospital's volume in units while it is being granted.
struct Hospital {
    place: u32,
    /// Thousandths, before the share.
    demand: i128,
    /// By winner.
    own: Vec<i128>,
    /// Not yet anyone's.
    rest: i128,
}

/// Honours the winners' own brands up to their capacity; returns what each was granted.
fn grant_own(hospitals: &mut [Hospital], capacity: &mut [Option<i128>]) -> Vec<i128> {
    let mut granted = vec![0; capacity.len()];
    for hospital in hospitals {
        for (winner, units) in hospital.own.iter_mut().enumerate() {
            let wanted = std::mem::replace(units, 0);
            *units = take(&mut capacity[winner], wanted);
            granted[winner] += *units;
            hospital.rest += wanted - *units;
        }
    }
    granted
}

/// Distributes what no winning brand was named for, or its winner could not carry.
fn grant_rest(
    unclaimed: Unclaimed,
    hospital: &mut Hospital,
    choice: Option<&Choice>,
    weights: &[i128],
    capacity: &mut [Option<i128>],
) {
    let mut order: Vec<usize> = Vec::with_capacity(capacity.len() + 2);
    match unclaimed {
        Unclaimed::MainSupplier => {
            order.extend(choice.iter().flat_map(|c| [Some(c.main), c.spare]).flatten())
        }
        Unclaimed::FirstRank => {}
        Unclaimed::Proportional => {
            for (winner, wanted) in proportional(hospital.rest, weights).into_iter().enumerate() {
                grant(hospital, winner, wanted, capacity);
            }
        }
    }
    order.extend(0..capacity.len());
    for winner in order {
        grant(hospital, winner, hospital.rest, capacity);
    }
}

fn grant(hospital: &mut Hospital, winner: usize, wanted: i128, capacity: &mut [Option<i128>]) {
    let units = take(&mut capacity[winner], wanted);
    hospital.own[winner] += units;
    hospital.rest -= units;
}

fn take(capacity: &mut Option<i128>, wanted: i128) -> i128 {
    let Some(left) = capacity else { return wanted };
    let units = wanted.min(*left);
    *left -= units;
    units
}
