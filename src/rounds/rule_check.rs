//! What a rule set must fulfil before anything is decided by it, and the refusals that say so.

use rust_decimal::Decimal;

use super::family_check;
use super::parameter_kinds::Field;
use super::rule_set::{Anchor, Count, Number, RuleSet, SECTIONS};
use crate::sourced::Unreadable;
use crate::text::{Say, Text, fill};
use crate::types::parse_decimal;

/// Why a rule set is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No rule set of that name.
    Unknown {
        /// The name asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// Not a rule set file: bad syntax, an unknown or missing key, a value of another type.
    Unreadable(Unreadable),
    /// A table is empty.
    Empty(&'static str),
    /// A table falls where it must not.
    Falling {
        /// `section.key`.
        name: &'static str,
        /// The entry, counted from 1.
        entry: usize,
    },
    /// A number outside its bounds.
    Outside {
        /// `section.key`.
        name: &'static str,
        /// The number.
        value: String,
        /// The least.
        low: &'static str,
        /// The most.
        high: &'static str,
    },
    /// A quota larger than the number of bidders.
    QuotaAboveBidders {
        /// Bidders.
        bidders: usize,
        /// The quota.
        quota: u32,
    },
    /// A key that the chosen formula needs, or does not know.
    Formula {
        /// `section.key`.
        name: &'static str,
        /// The formula.
        anchor: Anchor,
    },
    /// A section that only means something beside a fuse.
    NeedsFuse(&'static str),
    /// A key that another choice needs, or does not know.
    Choice {
        /// `section.key`.
        name: &'static str,
        /// The choice, as `key = "word"`.
        choice: String,
    },
    /// Two sections that contradict each other.
    NotBeside {
        /// The one.
        name: &'static str,
        /// The other, with the choice that makes the contradiction.
        other: &'static str,
    },
    /// Two lists that belong together and are not of one length.
    Unequal {
        /// The one.
        name: &'static str,
        /// The other.
        other: &'static str,
    },
    /// A spec that is not volume and units, or is named twice.
    Spec(String),
    /// A comparator named twice.
    Twice(&'static str),
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let t = &t.rule_sets;
        match self {
            Self::Unknown { name, known } => fill(t.rule_set_unknown, &[("name", name), ("known", known)]),
            Self::Unreadable(Unreadable { line, message }) => {
                fill(t.rule_set_unreadable, &[("line", line), ("message", message)])
            }
            Self::Empty(name) => fill(t.rule_empty, &[("name", name)]),
            Self::Falling { name, entry } => fill(t.rule_falling, &[("name", name), ("entry", entry)]),
            Self::Outside { name, value, low, high } => {
                fill(t.rule_outside, &[("name", name), ("value", value), ("low", low), ("high", high)])
            }
            Self::QuotaAboveBidders { bidders, quota } => {
                fill(t.rule_quota_above_bidders, &[("bidders", bidders), ("quota", quota)])
            }
            Self::Formula { name, anchor } => fill(t.rule_formula, &[("name", name), ("anchor", anchor)]),
            Self::NeedsFuse(name) => fill(t.rule_needs_fuse, &[("name", name)]),
            Self::Choice { name, choice } => fill(t.rule_choice, &[("name", name), ("choice", choice)]),
            Self::NotBeside { name, other } => fill(t.rule_not_beside, &[("name", name), ("other", other)]),
            Self::Unequal { name, other } => fill(t.rule_unequal, &[("name", name), ("other", other)]),
            Self::Spec(spec) => fill(t.rule_spec, &[("spec", spec)]),
            Self::Twice(name) => fill(t.rule_twice, &[("name", name)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Unknown { .. } | Self::Unreadable(_) => None,
            Self::QuotaAboveBidders { .. } => Some("quota.by_bidders"),
            Self::Empty(name) | Self::NeedsFuse(name) | Self::Twice(name) => Some(name),
            Self::Spec(_) => Some("spec_ratios.specs"),
            Self::Falling { name, .. }
            | Self::Outside { name, .. }
            | Self::Formula { name, .. }
            | Self::Choice { name, .. }
            | Self::NotBeside { name, .. }
            | Self::Unequal { name, .. } => Some(name),
        }
    }
}

impl Refused {
    /// The line of a text that it is about, counted from 1; the section's where a key is missing.
    pub fn line(&self, text: &str) -> Option<usize> {
        if let Self::Unreadable(why) = self {
            return Some(why.line);
        }
        let (section, key) = self.field()?.split_once('.').unwrap_or(("", self.field()?));
        let mut now = String::new();
        let mut of_section = None;
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                now = name.trim().to_owned();
            }
            let names = |part: &str| now == part || (now.is_empty() && part.is_empty());
            let is_key = line.split_once('=').is_some_and(|(name, _)| name.trim() == key);
            if (names(section) && is_key) || (section.is_empty() && now == key && line.starts_with('[')) {
                return Some(at + 1);
            }
            if now == section && of_section.is_none() {
                of_section = Some(at + 1);
            }
        }
        of_section
    }
}

/// What is outside the bounds declared beside the parameters, each with its first value that is.
pub fn outside(table: &toml::Table) -> Vec<Refused> {
    let mut found = Vec::new();
    for section in SECTIONS {
        let Some(values) = table.get(section.name).and_then(toml::Value::as_table) else { continue };
        for field in section.fields {
            let name = section.full_name(field.key);
            let value = values.get(field.key);
            let list = value.and_then(toml::Value::as_array);
            let texts =
                list.map_or_else(|| value.into_iter().collect(), |list| list.iter().collect::<Vec<_>>());
            let texts = texts.into_iter().filter_map(toml::Value::as_str);
            found.extend(texts.filter_map(|text| within(name, field, text).err()).next());
        }
    }
    found
}

fn within(name: &'static str, field: &Field, text: &str) -> Result<(), Refused> {
    match (field.bounds, parse_decimal(text)) {
        (Some(bounds), Ok(value)) => number(name, Number(value), bounds),
        _ => Ok(()),
    }
}

/// Checks the bounds declared beside the parameters.
pub fn bounds(table: &toml::Table) -> Result<(), Refused> {
    outside(table).into_iter().next().map_or(Ok(()), Err)
}

/// Checks what the types cannot: bounds, tables that must not fall, keys that belong together.
pub fn check(rules: &RuleSet) -> Result<(), Refused> {
    for (name, text) in [("name", &rules.name), ("title", &rules.title), ("document", &rules.document)] {
        if text.trim().is_empty() {
            return Err(Refused::Empty(name));
        }
    }
    quota(&rules.quota.by_bidders)?;
    ties(rules)?;
    fuse(rules)?;
    consumables(rules)?;
    family_check::check(rules)?;
    shares(rules)?;
    volume(rules)
}

fn quota(table: &[Count]) -> Result<(), Refused> {
    rising("quota.by_bidders", table, |count| Decimal::from(count.0))?;
    for (index, quota) in table.iter().enumerate() {
        if quota.0 as usize > index + 1 {
            return Err(Refused::QuotaAboveBidders { bidders: index + 1, quota: quota.0 });
        }
    }
    Ok(())
}

fn ties(rules: &RuleSet) -> Result<(), Refused> {
    let order = &rules.tie_break.order;
    match order.iter().enumerate().find(|(index, comparator)| order[..*index].contains(comparator)) {
        Some(_) => Err(Refused::Twice("tie_break.order")),
        None => Ok(()),
    }
}

fn fuse(rules: &RuleSet) -> Result<(), Refused> {
    let Some(fuse) = &rules.fuse else { return without_fuse(rules) };
    let keys = [
        ("fuse.mean_share", fuse.mean_share, Anchor::LowestOrMeanShare),
        ("fuse.deviations", fuse.deviations, Anchor::LowestOrMeanLessDeviation),
    ];
    match keys.iter().find(|(_, value, formula)| value.is_some() != (fuse.anchor == *formula)) {
        Some((name, ..)) => Err(Refused::Formula { name, anchor: fuse.anchor }),
        None => Ok(()),
    }
}

/// Sections that let a bid win although it is fused mean nothing without a fuse.
fn without_fuse(rules: &RuleSet) -> Result<(), Refused> {
    let sections = [
        ("min_cut", rules.min_cut.is_some()),
        ("low_price", rules.low_price.is_some()),
        ("revival", rules.revival.is_some()),
        ("revival_out", rules.revival_out.is_some()),
        ("revival_reference", rules.revival_reference.is_some()),
    ];
    match sections.iter().find(|(_, given)| *given) {
        Some((name, _)) => Err(Refused::NeedsFuse(name)),
        None => Ok(()),
    }
}

/// What does not go with the sections that only rounds of consumables have.
fn consumables(rules: &RuleSet) -> Result<(), Refused> {
    // Consents and regions name a company, which is not enough where it may win with several products. Two units
    // have no common shortlist that a fuse, a mean or a spread could be taken from.
    let (products, units) = (rules.products.is_some(), rules.units.is_some());
    let pairs = [
        (products, "products", "revival", rules.revival.is_some()),
        (products, "products", "revival_out", rules.revival_out.is_some()),
        (products, "products", "revival_reference", rules.revival_reference.is_some()),
        (products, "products", "single_bidder", rules.single_bidder.is_some()),
        (products, "products", "regions", rules.regions.is_some()),
        (products, "products", "zero_volume", rules.zero_volume.is_some()),
        (products, "products", "pre_winners", rules.pre_winners.is_some()),
        (units, "units", "products", products),
        (units, "units", "pre_winners", rules.pre_winners.is_some()),
        (units, "units", "classes", rules.classes.is_some()),
        (units, "units", "fuse", rules.fuse.is_some()),
        (units, "units", "single_bidder", rules.single_bidder.is_some()),
        (units, "units", "zero_volume", rules.zero_volume.is_some()),
        (units, "units", "elimination", rules.elimination.is_some()),
    ];
    match pairs.iter().find(|(one, _, _, other)| *one && *other) {
        Some((_, name, other, _)) => Err(Refused::NotBeside { name, other }),
        None => Ok(()),
    }
}

fn shares(rules: &RuleSet) -> Result<(), Refused> {
    let share = &rules.share;
    let tables = [
        ("share.general", &share.general),
        ("share.reduced", &share.reduced),
        ("share.special", &share.special),
    ];
    for (name, table) in tables {
        rising(name, table, |share| share.0)?;
    }
    rising("term.years", &rules.term.years, |years| Decimal::from(years.0))
}

fn volume(rules: &RuleSet) -> Result<(), Refused> {
    if rules.volume.rounding_unit.0.normalize().scale() > 3 {
        let value = rules.volume.rounding_unit.0.to_string();
        return Err(Refused::Outside { name: "volume.rounding_unit", value, low: "0.001", high: "1000000" });
    }
    match &rules.grade {
        Some(grade) if grade.own.is_empty() => Err(Refused::Empty("grade.own")),
        _ => Ok(()),
    }
}

type Bounds = (&'static str, &'static str);

/// A number within its bounds and with no more decimals than the arithmetic keeps exact.
fn number(name: &'static str, value: Number, (low, high): Bounds) -> Result<(), Refused> {
    let inside = |bound: &str, under: bool| {
        bound.parse::<Decimal>().is_ok_and(|b| if under { b <= value.0 } else { value.0 <= b })
    };
    // Products of a price, a ratio and a parameter stay exact only with few decimals.
    if inside(low, true) && inside(high, false) && value.0.normalize().scale() <= 6 {
        return Ok(());
    }
    Err(Refused::Outside { name, value: value.0.to_string(), low, high })
}

fn rising<T>(name: &'static str, table: &[T], value: impl Fn(&T) -> Decimal) -> Result<(), Refused> {
    if table.is_empty() {
        return Err(Refused::Empty(name));
    }
    match table.windows(2).position(|pair| value(&pair[1]) < value(&pair[0])) {
        Some(index) => Err(Refused::Falling { name, entry: index + 2 }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rounds::rule_set::{find, names};
    use crate::text::Lang;

    #[test]
    fn embedded_rule_sets_are_sound_and_marked() {
        for name in names() {
            let rules = find(&name.to_lowercase()).unwrap();
            assert_eq!(rules.name, name);
            assert_eq!(rules.hash.len(), 64);
            let parameters = rules.parameters();
            assert!(parameters.len() > 10, "{name}");
            for p in parameters {
                let marks = [&p.value, &p.clause, &p.source, &p.confidence];
                assert!(marks.iter().all(|mark| !mark.trim().is_empty()), "{name} {}", p.name);
                assert!(
                    ["verified", "second_hand", "own"].contains(&p.confidence.as_str()),
                    "{name} {}",
                    p.name
                );
            }
        }
    }

    #[test]
    fn every_section_is_shown() {
        for name in names() {
            let rules = find(name).unwrap();
            let table: toml::Table = rules.text.parse().unwrap();
            let keys = table.values().filter_map(toml::Value::as_table).map(|section| section.len() - 3);
            assert_eq!(rules.parameters().len(), keys.sum::<usize>(), "{name}");
        }
    }

    #[test]
    fn a_rule_set_that_makes_no_sense_is_refused() {
        let check = |from: &str, to: &str, want: &str| {
            let text = find("GY-YD2025-1").unwrap().text;
            assert!(text.contains(from), "{from}");
            let said = RuleSet::parse(&text.replace(from, to)).unwrap_err().say(Lang::En.text());
            assert!(said.contains(want), "{to}: {said}");
        };
        check("factor = \"1.8\"", "factor = 1.8", "Line ");
        check("factor = \"1.8\"", "factor = \"1,8\"", "not a number: \"1,8\"");
        check("factor = \"1.8\"", "factor = \"0.9\"", "fuse.factor: \"0.9\" is not between 1 and 100");
        check("factor = \"1.8\"", "factor = \"1.8\"\nfuze = \"1\"", "unknown field `fuze`");
        check("factor = \"1.8\"\n", "", "missing field `factor`");
        check("[fuse]", "[fuze]", "unknown field `fuze`");
        let text = find("GY-YD2019-1").unwrap().text;
        let cut = "[min_cut]\nratio = \"0.5\"\nclause = \"c\"\nsource = \"s\"\nconfidence = \"own\"\n";
        assert_eq!(RuleSet::parse(&format!("{text}\n{cut}")), Err(Refused::NeedsFuse("min_cut")));
        check("mean_share = \"0.5\"\n", "", "fuse.mean_share: does not go with");
        check("lowest_or_mean_share", "lowest", "fuse.mean_share: does not go with");
        check(
            "\"1\", \"2\", \"2\", \"3\"",
            "\"1\", \"2\", \"1\", \"3\"",
            "quota.by_bidders: entry 3 is below",
        );
        check("\"1\", \"2\", \"2\", \"3\"", "\"1\", \"3\", \"3\", \"3\"", "3 places for 2 bidders");
        check("[\"0.5\", \"0.6\", \"0.7\", \"0.8\"]", "[]", "share.general: is empty");
        check(
            "[\"0.5\", \"0.6\", \"0.7\", \"0.8\"]",
            "[\"0.5\", \"1.6\"]",
            "share.general: \"1.6\" is not between",
        );
        check("\"3\", \"3\", \"3\", \"3\"", "\"3\", \"0\"", "term.years: entry 2 is below");
        check("2028-12-31", "2028-13-31", "Line ");
        check("\"sales\", \"reported_volume\"", "\"sales\", \"sales\"", "twice");
        check("rounding_unit = \"1\"", "rounding_unit = \"0\"", "volume.rounding_unit");
        check("confidence = \"verified\"", "confidence = \"sure\"", "unknown variant `sure`");
        let unknown = find("GY-YD1999-1").unwrap_err().say(Lang::Zh.text());
        assert!(unknown.contains("GY-YD1999-1") && unknown.contains("GY-YD2024-2"), "{unknown}");
    }
}
