//! Agreed volume by hospital and winner: own brands first, then what the hospital places itself, the rest as the
//! rule set distributes it.
//!
//! A hospital's total stays its demand times the share, rounded once, whatever becomes of its parts: what a
//! winner's brand does not keep (a grade below 1, a capacity that is exhausted) and what was reported for other
//! brands or for none is the hospital's rest, and the rest is distributed or stays open. Nothing is lost or made.

use std::collections::HashMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::choices::{Choices, Refused, Why};
use super::grades;
use super::regions::{Choice, Fault, Taken, Turns};
use super::volume::{Scale, proportional};
use super::{Allocation, Class, Demand, Pick, RegionChoice, RegionVolume, Unallocated};
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
    /// The class it wins in, where the rules have classes.
    pub class: Option<Class>,
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
    /// Base and agreed volume of each region.
    pub volumes: Vec<RegionVolume>,
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

    /// A lot's volume at its share. Own brands come before anything else, then what hospitals place themselves;
    /// capacity is never exceeded.
    pub fn allocate(
        &self,
        rules: &RuleSet,
        lot: &Arc<str>,
        winners: &[Winner],
        share: Decimal,
        choices: &Choices,
    ) -> Result<LotVolume, Refused> {
        let Some(scale) = Scale::new(share, rules.volume.rounding_unit.0) else {
            return Ok(LotVolume::default());
        };
        let mut hospitals = self.hospitals(rules, lot, winners, &scale);
        let mut capacity: Vec<Option<i128>> =
            winners.iter().map(|w| w.capacity.map(|capacity| scale.units(capacity))).collect();
        let total: i128 = hospitals.iter().map(|h| h.rest + h.own.iter().sum::<i128>()).sum();

        let weights = grant_own(&mut hospitals, &mut capacity);
        let (regions, suppliers) = self.regions(rules, lot, winners, &hospitals, choices)?;
        self.grant_placed(rules, winners, &scale, choices, &mut hospitals, &mut capacity)?;
        for hospital in &mut hospitals {
            let choice = suppliers.get(self.places[hospital.place as usize].0.as_ref());
            grant_rest(rules.volume.unclaimed, hospital, choice, &weights, &mut capacity);
        }
        let mut volume = self.listed(rules, lot, winners, &scale, &hospitals);
        volume.regions = regions;
        volume.agreed = volume.agreed.and(scale.quantity(total));
        Ok(volume)
    }

    /// Each hospital's rounded volume, split into what the winners' own brands keep by their grade and the rest.
    fn hospitals(&self, rules: &RuleSet, lot: &str, winners: &[Winner], scale: &Scale) -> Vec<Hospital> {
        // Demand for a company's brand without a product is for its first product by rank.
        let mut index: HashMap<Brand, usize> = HashMap::new();
        for (at, winner) in winners.iter().enumerate() {
            index.entry((&winner.company, None)).or_insert(at);
            index.insert((&winner.company, Some(&winner.product)), at);
        }
        let kept = grades::kept(rules, winners);
        let mut hospitals = Vec::new();
        for lines in self.lines(lot).chunk_by(|a, b| a.0 == b.0) {
            let mut parts = vec![0i128; winners.len() + 1];
            for (_, brand, quantity) in lines {
                let winner = brand.and_then(|brand| index.get(&brand));
                parts[winner.copied().unwrap_or(winners.len())] += i128::from(*quantity);
            }
            let demand = parts.iter().sum();
            let mut own = match &kept {
                None => scale.split(&parts),
                Some(kept) => scale.split_over(&grades::graded(&parts, kept), grades::WHOLE),
            };
            let rest = own.pop().unwrap_or(0);
            let given = vec![0; winners.len()];
            hospitals.push(Hospital { place: lines[0].0, demand, own, given, rest });
        }
        hospitals
    }

    /// Who supplies which region, when the rules let the winners choose: as they chose, and by default where
    /// they did not.
    fn regions(
        &self,
        rules: &RuleSet,
        lot: &Arc<str>,
        winners: &[Winner],
        hospitals: &[Hospital],
        choices: &Choices,
    ) -> Result<(Vec<RegionChoice>, HashMap<&'a str, Choice>), Refused> {
        let Some(rules) = &rules.regions else {
            return match choices.picks.first() {
                Some(pick) => Err(Refused::pick(pick, Why::NoRegions)),
                None => Ok(Default::default()),
            };
        };
        let choosers: Vec<usize> = (0..winners.len()).filter(|w| winners[*w].chooses_regions).collect();
        let (names, demand): (Vec<&'a Arc<str>>, Vec<Decimal>) = self
            .by_region(hospitals)
            .map(|(name, region)| (name, quantity(region.iter().map(|hospital| hospital.demand).sum())))
            .unzip();
        let company = |chooser: usize| winners[choosers[chooser]].company.clone();
        let companies: Vec<&Arc<str>> = choosers.iter().map(|winner| &winners[*winner].company).collect();
        let taken = taken(&choices.picks, &names, &companies)?;
        let turns = Turns::after(rules, &demand, choosers.len(), &taken)
            .map_err(|(place, fault)| Refused::pick(choices.picks[place], why(fault, company)))?;
        let chosen = turns.complete();
        let listed = names.iter().zip(&chosen).map(|(region, choice)| RegionChoice {
            lot: lot.clone(),
            region: (*region).clone(),
            main: company(choice.main),
            spare: choice.spare.map(company),
        });
        let listed = listed.collect();
        let of_winners = |choice: &Choice| Choice {
            main: choosers[choice.main],
            spare: choice.spare.map(|spare| choosers[spare]),
        };
        let suppliers = names.into_iter().zip(&chosen).map(|(name, choice)| (&**name, of_winners(choice)));
        Ok((listed, suppliers.collect()))
    }

    /// The hospitals of each region, in the order of regions.
    fn by_region<'h>(
        &self,
        hospitals: &'h [Hospital],
    ) -> impl Iterator<Item = (&'a Arc<str>, &'h [Hospital])> {
        let region = |hospital: &Hospital| self.places[hospital.place as usize].0;
        hospitals.chunk_by(move |a, b| region(a) == region(b)).map(move |part| (region(&part[0]), part))
    }

    /// Grants what hospitals place themselves (调剂), before any default.
    fn grant_placed(
        &self,
        rules: &RuleSet,
        winners: &[Winner],
        scale: &Scale,
        choices: &Choices,
        hospitals: &mut [Hospital],
        capacity: &mut [Option<i128>],
    ) -> Result<(), Refused> {
        let amount = |units: i128| scale.quantity(units).unwrap_or_default();
        let mut before: Option<(&str, usize)> = None;
        for placed in &choices.reassignments {
            let refused = |why| Err(Refused::placed(placed, why));
            if !rules.volume.hospitals_place.unwrap_or(false) {
                return refused(Why::NotPlaceable);
            }
            let is_it = |winner: &Winner| {
                winner.company == placed.company
                    && placed.product.as_ref().is_none_or(|product| *product == winner.product)
            };
            let Some(winner) = winners.iter().position(is_it) else { return refused(Why::NotWinner) };
            if before.replace((&placed.hospital, winner)) == Some((&placed.hospital, winner)) {
                return refused(Why::Twice);
            }
            let mut left = scale.units(placed.quantity);
            if left == 0 || scale.quantity(left) != Some(placed.quantity) {
                return refused(Why::NotWhole(amount(1)));
            }
            // A hospital with branches in several regions is one line for each of them.
            let is_its = |h: &&mut Hospital| *self.places[h.place as usize].1 == placed.hospital;
            let mut branches: Vec<&mut Hospital> = hospitals.iter_mut().filter(is_its).collect();
            let rest: i128 = branches.iter().map(|branch| branch.rest).sum();
            match capacity[winner] {
                _ if branches.is_empty() => return refused(Why::UnknownHospital),
                _ if left > rest => return refused(Why::TooMuch(amount(rest))),
                Some(most) if left > most => return refused(Why::Capacity(amount(most))),
                _ => {}
            }
            for branch in &mut branches {
                let units = left.min(branch.rest);
                grant(branch, winner, units, capacity);
                left -= units;
            }
        }
        Ok(())
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
            for (winner, (own, given)) in winners.iter().zip(hospital.own.iter().zip(&hospital.given)) {
                if own + given == 0 {
                    continue;
                }
                let both = (scale.quantity(own + given), scale.quantity(*own));
                let (Some(quantity), Some(own)) = both else { return LotVolume::default() };
                volume.allocations.push(Allocation {
                    lot: lot.clone(),
                    region: region.clone(),
                    hospital: name.clone(),
                    company: winner.company.clone(),
                    product: rules.products.as_ref().map(|_| winner.product.clone()),
                    quantity,
                    own,
                });
            }
            if hospital.rest > 0 {
                let Some(quantity) = scale.quantity(hospital.rest) else { return LotVolume::default() };
                let (region, hospital) = (region.clone(), name.clone());
                volume.unallocated.push(Unallocated { lot: lot.clone(), region, hospital, quantity });
            }
        }
        for (region, hospitals) in self.by_region(hospitals) {
            let base = i64::try_from(hospitals.iter().map(|h| h.demand).sum::<i128>()).ok();
            let open: i128 = hospitals.iter().map(|h| h.rest).sum();
            let agreed = open + hospitals.iter().map(Hospital::granted).sum::<i128>();
            let both = (base, scale.quantity(agreed), scale.quantity(open));
            let (Some(base), Some(agreed), Some(unallocated)) = both else { return LotVolume::default() };
            let (lot, region, base) = (lot.clone(), region.clone(), Quantity::from_scaled(base));
            volume.volumes.push(RegionVolume { lot, region, base, agreed, unallocated });
        }
        volume
    }
}

/// The picks of a lot as the turns take them.
fn taken(picks: &[&Pick], regions: &[&Arc<str>], choosers: &[&Arc<str>]) -> Result<Vec<Taken>, Refused> {
    let one = |pick: &&Pick| {
        let who = choosers.iter().position(|company| **company == pick.company);
        let region = regions.iter().position(|region| **region == pick.region);
        match (who, region) {
            (None, _) => Err(Refused::pick(pick, Why::NotChooser)),
            (_, None) => Err(Refused::pick(pick, Why::UnknownRegion)),
            (Some(who), Some(region)) => Ok(Taken { who, supply: pick.supply, region }),
        }
    };
    picks.iter().map(one).collect()
}

fn why(fault: Fault, company: impl Fn(usize) -> Arc<str>) -> Why {
    match fault {
        Fault::Over => Why::Over,
        Fault::Turn { who, supply } => Why::Turn { whose: company(who), supply },
        Fault::Gone => Why::Gone,
        Fault::OwnMain => Why::OwnMain,
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
    /// By winner, of its own brand.
    own: Vec<i128>,
    /// By winner, of the rest.
    given: Vec<i128>,
    /// Not yet anyone's.
    rest: i128,
}

impl Hospital {
    fn granted(&self) -> i128 {
        self.own.iter().chain(&self.given).sum()
    }
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
    hospital.given[winner] += units;
    hospital.rest -= units;
}

fn take(capacity: &mut Option<i128>, wanted: i128) -> i128 {
    let Some(left) = capacity else { return wanted };
    let units = wanted.min(*left);
    *left -= units;
    units
}
