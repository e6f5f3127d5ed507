//! What winners and hospitals chose after the opening, sorted by lot, and why a choice does not stand.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;

use super::{Answers, Pick, Reassignment, Supply};
use crate::text::{Say, Text, fill};
use crate::types::Quantity;

/// The choices for one lot.
#[derive(Debug, Clone, Default)]
pub struct Choices<'a> {
    /// Regions in the order they were taken.
    pub picks: Vec<&'a Pick>,
    /// Volume that hospitals place themselves, by hospital.
    pub reassignments: Vec<&'a Reassignment>,
}

/// All choices by lot. The order of lots and of hospitals is lost on purpose, the order of turns is not.
pub fn by_lot(answers: &Answers) -> HashMap<&str, Choices<'_>> {
    let mut lots: HashMap<&str, Choices> = HashMap::new();
    for pick in &answers.picks {
        lots.entry(&pick.lot).or_default().picks.push(pick);
    }
    for placed in &answers.reassignments {
        lots.entry(&placed.lot).or_default().reassignments.push(placed);
    }
    for choices in lots.values_mut() {
        choices.reassignments.sort_by_key(|it| (&it.hospital, &it.company, &it.product));
    }
    lots
}

impl Choices<'_> {
    /// Nothing can be chosen where no demand by hospital is given.
    pub fn none_stand(&self) -> Result<(), Refused> {
        if let Some(pick) = self.picks.first() {
            return Err(Refused::pick(pick, Why::UnknownRegion));
        }
        match self.reassignments.first() {
            Some(placed) => Err(Refused::placed(placed, Why::UnknownHospital)),
            None => Ok(()),
        }
    }
}

/// A choice that does not stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The lot.
    pub lot: Arc<str>,
    /// The region or the hospital.
    pub place: Arc<str>,
    /// The company.
    pub company: Arc<str>,
    /// Why not.
    pub why: Why,
}

/// Why a choice does not stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The rule set gives winners no choice of regions.
    NoRegions,
    /// The company is no winner of the lot, or wins without the right to choose regions.
    NotChooser,
    /// No hospital of the region has demand for the lot.
    UnknownRegion,
    /// It is another one's turn, or the turn for the other kind of supply.
    Turn {
        /// Whose.
        whose: Arc<str>,
        /// What for.
        supply: Supply,
    },
    /// The region has its supplier already.
    Gone,
    /// Nobody spares its own main region.
    OwnMain,
    /// Every region has its suppliers.
    Over,
    /// The rule set lets no hospital place volume itself.
    NotPlaceable,
    /// The company is no winner of the lot with volume.
    NotWinner,
    /// The hospital has no demand for the lot.
    UnknownHospital,
    /// Not a whole number of rounding units, or none.
    NotWhole(Quantity),
    /// The hospital places volume with the company twice.
    Twice,
    /// More than the hospital has to place: what is left of it.
    TooMuch(Quantity),
    /// More than the company can supply: what it has left.
    Capacity(Quantity),
}

impl Refused {
    /// A region that is not taken.
    pub fn pick(pick: &Pick, why: Why) -> Self {
        let (lot, place, company) = (pick.lot.clone(), pick.region.clone(), pick.company.clone());
        Self { lot, place, company, why }
    }

    /// Volume that is not placed.
    pub fn placed(placed: &Reassignment, why: Why) -> Self {
        let (lot, place, company) = (placed.lot.clone(), placed.hospital.clone(), placed.company.clone());
        Self { lot, place, company, why }
    }
}

impl Supply {
    /// The kind's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Supply::Main => t.volumes.main,
            Supply::Spare => t.volumes.spare,
        }
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let v = &t.volumes;
        let with = |message: &str, more: &[(&str, &dyn Display)]| {
            let known: [(&str, &dyn Display); 3] =
                [("lot", &self.lot), ("place", &self.place), ("company", &self.company)];
            fill(&fill(message, &known), more)
        };
        match &self.why {
            Why::NoRegions => with(v.refused_no_regions, &[]),
            Why::NotChooser => with(v.refused_not_chooser, &[]),
            Why::UnknownRegion => with(v.refused_unknown_region, &[]),
            Why::Turn { whose, supply } => {
                with(v.refused_turn, &[("whose", whose), ("supply", &supply.name(t))])
            }
            Why::Gone => with(v.refused_gone, &[]),
            Why::OwnMain => with(v.refused_own_main, &[]),
            Why::Over => with(v.refused_over, &[]),
            Why::NotPlaceable => with(v.refused_not_placeable, &[]),
            Why::NotWinner => with(v.refused_not_winner, &[]),
            Why::UnknownHospital => with(v.refused_unknown_hospital, &[]),
            Why::NotWhole(unit) => with(v.refused_not_whole, &[("unit", unit)]),
            Why::Twice => with(v.refused_twice, &[]),
            Why::TooMuch(left) => with(v.refused_too_much, &[("left", left)]),
            Why::Capacity(left) => with(v.refused_capacity, &[("left", left)]),
        }
    }
}
