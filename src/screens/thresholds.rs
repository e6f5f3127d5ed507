//! The thresholds of the screens: numbers as data, each with its source and how sure it is.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::Screen;
use crate::rounds::rule_check::Refused;
use crate::rounds::rule_set::{Count, Number};
use crate::sourced::{self, Confidence};

/// The thresholds that come with the program.
const EMBEDDED: &str = include_str!("screens.toml");

/// What one screen is held against.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Fewer bids, lots or companies than this give no figure.
    pub minimum: Count,
    /// What the figure is held against.
    pub threshold: Number,
    /// The most significant digits of a round number.
    pub digits: Option<Count>,
    /// More companies than this share an origin for another reason.
    pub most: Option<Count>,
    /// Origins that say nothing, in lower case.
    #[serde(default)]
    pub ignored: Vec<String>,
    /// How the figure is formed, in the signs of mathematics.
    pub formula: String,
    /// Where screen and number come from.
    pub source: String,
    /// How sure the number is.
    pub confidence: Confidence,
}

/// A set of thresholds, one for every screen.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Its name.
    pub name: String,
    screens: BTreeMap<Screen, Threshold>,
}

impl Thresholds {
    /// The set that comes with the program.
    pub fn embedded() -> Result<Self, Refused> {
        Self::parse(EMBEDDED)
    }

    /// Reads a set; whatever is unknown or missing is refused.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let set: Self = sourced::read(text).map_err(Refused::Unreadable)?;
        let missing = Screen::ALL.iter().find(|screen| !set.screens.contains_key(screen));
        match missing {
            Some(screen) => Err(Refused::Empty(screen.as_str())),
            None => Ok(set),
        }
    }

    /// The threshold of a screen.
    pub fn of(&self, screen: Screen) -> Option<&Threshold> {
        self.screens.get(&screen)
    }
}

impl Threshold {
    /// The number the figure is held against.
    pub fn value(&self) -> Decimal {
        self.threshold.0
    }

    /// The least number of bids, lots or companies.
    pub fn least(&self) -> usize {
        self.minimum.0 as usize
    }

    /// Whether so many companies may be told apart by one origin.
    pub fn is_small(&self, companies: usize) -> bool {
        self.most.is_none_or(|most| companies <= most.0 as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_set_is_whole_and_a_broken_one_is_refused() {
        let set = Thresholds::embedded().unwrap();
        assert!(Screen::ALL.iter().all(|screen| set.of(*screen).is_some()));
        assert_eq!(set.of(Screen::LowVariation).unwrap().value(), "0.06".parse().unwrap());
        assert!(Thresholds::parse("name = \"x\"").is_err());
        assert!(Thresholds::parse(&EMBEDDED.replace("[screens.rotation]", "[screens.rotations]")).is_err());
        assert!(Thresholds::parse(&EMBEDDED.replacen("minimum", "least", 1)).is_err());
    }
}
