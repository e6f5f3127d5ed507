//! The parameters of surplus retention: versioned data with sources, and the values one plan is bound to.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::payments::retention::Refused;
use crate::payments::retention::rules::Rules;
use crate::text::Text;
use crate::types::parse_decimal;

/// The set that comes with the program.
const EMBEDDED: &str = include_str!("parameters.toml");

crate::words! {
    /// A parameter of surplus retention.
    Parameter {
        /// Largest share of the base that is retained.
        Cap = "cap",
        /// Least score of grade A.
        GradeA = "grade_a",
        /// Least score of grade B.
        GradeB = "grade_b",
        /// Least score of grade C; below is D.
        GradeC = "grade_c",
        /// Share retained at grade A.
        ShareA = "share_a",
        /// Share retained at grade B.
        ShareB = "share_b",
        /// Share retained at grade C.
        ShareC = "share_c",
        /// Share retained at grade D.
        ShareD = "share_d",
        /// Insured patients' share of use (参保患者使用量占比), where none is entered for a line.
        InsuredShare = "insured_share",
        /// The fund's actual payment ratio (实际支付比例), where none is entered for a line.
        PayRatio = "pay_ratio",
        /// Whether evaluated products that were not selected count as spending.
        Evaluated = "evaluated",
        /// Where the average price before procurement comes from.
        PriceFrom = "price_from",
        /// Where the base quantity comes from.
        BaseFrom = "base_from",
        /// Months of purchase history that averages are taken over.
        HistoryMonths = "history_months",
        /// Share of the agreed volume from which it is completed.
        Completion = "completion",
        /// What an agreed volume that is not completed means.
        Incomplete = "incomplete",
        /// Over what gains and losses are netted before the floor of zero.
        Netting = "netting",
        /// Share that a failed assessment takes from next year's quota.
        QuotaCut = "quota_cut",
    }
}

impl Parameter {
    /// Whether figures already computed can be shown with another value: the others say how inputs are made.
    pub fn is_of_figures(self) -> bool {
        !matches!(self, Parameter::PriceFrom | Parameter::BaseFrom | Parameter::HistoryMonths)
    }

    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.retention;
        match self {
            Parameter::Cap => m.p_cap,
            Parameter::GradeA => m.p_grade_a,
            Parameter::GradeB => m.p_grade_b,
            Parameter::GradeC => m.p_grade_c,
            Parameter::ShareA => m.p_share_a,
            Parameter::ShareB => m.p_share_b,
            Parameter::ShareC => m.p_share_c,
            Parameter::ShareD => m.p_share_d,
            Parameter::InsuredShare => m.p_insured_share,
            Parameter::PayRatio => m.p_pay_ratio,
            Parameter::Evaluated => m.p_evaluated,
            Parameter::PriceFrom => m.p_price_from,
            Parameter::BaseFrom => m.p_base_from,
            Parameter::HistoryMonths => m.p_history_months,
            Parameter::Completion => m.p_completion,
            Parameter::Incomplete => m.p_incomplete,
            Parameter::Netting => m.p_netting,
            Parameter::QuotaCut => m.p_quota_cut,
        }
    }
}

/// What a word of a parameter means to people; a number says itself.
pub fn word_name<'a>(word: &'a str, t: &Text) -> &'a str {
    let m = &t.retention;
    match word {
        "counted" => m.w_counted,
        "excluded" => m.w_excluded,
        "history" => m.w_history,
        "entered" => m.w_entered,
        "demand" => m.w_demand,
        "nothing" => m.w_nothing,
        "kept" => m.w_kept,
        "hospital" => m.w_hospital,
        "generic" => m.w_generic,
        other => other,
    }
}

/// What is known about a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The value of the set.
    pub value: String,
    /// The least number.
    #[serde(default)]
    pub least: Decimal,
    /// The largest number.
    #[serde(default)]
    pub most: Decimal,
    /// Whether only whole numbers will do.
    #[serde(default)]
    pub whole: bool,
    /// The words it may be instead of a number.
    #[serde(default)]
    pub words: Vec<String>,
    /// Where it comes from.
    pub source: String,
    /// How sure it is: verified, second_hand or own.
    pub confidence: String,
}

/// A set of parameters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// The document it follows.
    pub name: String,
    /// Counts from 1.
    pub version: i32,
    /// Its title.
    pub title: String,
    /// What is known of each.
    pub values: BTreeMap<Parameter, Known>,
}

/// The set that comes with the program.
pub fn embedded() -> Result<Set> {
    toml::from_str(EMBEDDED).map_err(Error::fault_of)
}

impl Set {
    /// Its name and version.
    pub fn label(&self) -> String {
        format!("{} v{}", self.name, self.version)
    }

    /// Its values.
    pub fn parameters(&self) -> Parameters {
        Parameters(self.values.iter().map(|(which, known)| (*which, known.value.clone())).collect())
    }

    fn known(&self, which: Parameter) -> Result<&Known> {
        self.values.get(&which).ok_or_else(|| Error::fault(format!("parameters.toml has no {which}")))
    }

    /// Values as given for some parameters, checked, over those of `before`.
    pub fn changed(&self, before: &Parameters, given: &[(Parameter, String)]) -> Result<Parameters> {
        let mut after = before.clone();
        for (which, text) in given {
            let text = text.trim();
            check(self.known(*which)?, *which, text).map_err(Error::refused)?;
            after.0.insert(*which, text.to_owned());
        }
        Rules::of(&after)?;
        Ok(after)
    }
}

fn check(known: &Known, which: Parameter, text: &str) -> std::result::Result<(), Refused> {
    let refused = || Refused::Value {
        parameter: which,
        given: text.to_owned(),
        least: known.least,
        most: known.most,
        words: known.words.clone(),
    };
    if !known.words.is_empty() {
        return if known.words.iter().any(|word| word == text) { Ok(()) } else { Err(refused()) };
    }
    let value = parse_decimal(text).map_err(|_| refused())?;
    let places = if known.whole { 0 } else { 6 };
    let is_sound = value >= known.least && value <= known.most && value.normalize().scale() <= places;
    if is_sound { Ok(()) } else { Err(refused()) }
}

/// The values a plan is computed with; kept with it as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parameters(BTreeMap<Parameter, String>);

impl Parameters {
    /// Reads what is kept with a plan.
    pub fn parse(json: &str) -> Result<Self> {
        Ok(serde_json::from_str(json)?)
    }

    /// As it is kept with a plan.
    pub fn json(&self) -> Result<String> {
        Ok(serde_json::to_string(self)?)
    }

    /// A value as written.
    pub fn text(&self, which: Parameter) -> &str {
        self.0.get(&which).map_or("", String::as_str)
    }

    /// A value as a number.
    pub fn number(&self, which: Parameter) -> Result<Decimal> {
        parse_decimal(self.text(which))
            .map_err(|why| Error::fault(format!("{which} is {}: {why:?}", self.text(which))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_comes_with_a_sound_value_and_its_source() {
        let set = embedded().unwrap();
        for which in Parameter::ALL {
            let known = &set.values[which];
            assert_eq!(check(known, *which, &known.value), Ok(()), "{which}");
            assert!(!known.source.is_empty(), "{which}");
            assert!(["verified", "second_hand", "own"].contains(&known.confidence.as_str()), "{which}");
        }
        assert_eq!(set.values.len(), Parameter::ALL.len());
        Rules::of(&set.parameters()).unwrap();
    }

    #[test]
    fn values_are_checked_one_by_one_and_together() {
        let set = embedded().unwrap();
        let check = |given: &[(Parameter, &str)], is_sound: bool| {
            let list: Vec<(Parameter, String)> =
                given.iter().map(|(which, text)| (*which, (*text).to_owned())).collect();
            assert_eq!(set.changed(&set.parameters(), &list).is_ok(), is_sound, "{given:?}");
        };
        check(&[(Parameter::Cap, "0.3")], true);
        check(&[(Parameter::Cap, "1.01")], false);
        check(&[(Parameter::Cap, "")], false);
        check(&[(Parameter::Cap, "1e-1")], false);
        check(&[(Parameter::Cap, "0.1234567")], false);
        check(&[(Parameter::HistoryMonths, "12")], true);
        check(&[(Parameter::HistoryMonths, "12.5")], false);
        check(&[(Parameter::Evaluated, "excluded")], true);
        check(&[(Parameter::Evaluated, "perhaps")], false);
        check(&[(Parameter::GradeA, "69")], false);
        check(&[(Parameter::GradeA, "69"), (Parameter::GradeB, "65")], true);
        check(&[(Parameter::ShareC, "0.45")], false);
    }
}
