//! Monitoring rules as reviewed documents: parsed strictly, versioned, each with its owner, its review date and the
//! clause of every threshold.

use std::cmp::Ordering;

use chrono::{Months, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Deserializer};

use super::check::check;
use super::kinds::{Kind, Tier};
use crate::prices::comparable::Quotient;
use crate::sourced::{self, Confidence, Effective};
use crate::text::Lang;
use crate::types::{parse_decimal, sha256};

pub use super::embedded::{all, find, names, text};
pub use super::refused::Refused;

/// Where a tier begins: it ends where the next one does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// The tier.
    pub tier: Tier,
    /// It begins above this multiple.
    #[serde(default, deserialize_with = "multiple")]
    pub above: Option<Quotient>,
    /// It begins at this multiple.
    #[serde(default, deserialize_with = "multiple")]
    pub from: Option<Quotient>,
}

impl Bound {
    /// Where it begins, as it is written.
    pub fn shown(&self) -> String {
        let start = self.starts_at().and_then(|start| start.rounded(6));
        start.map(|it| it.normalize().to_string()).unwrap_or_default()
    }

    pub(super) fn starts_at(&self) -> Option<Quotient> {
        self.above.or(self.from)
    }

    /// Whether `over / under` is in this tier or a graver one; whatever is over nothing is.
    fn is_reached(&self, over: u128, under: u128) -> bool {
        let Some(start) = self.starts_at() else { return false };
        let order = if under == 0 { Ordering::Greater } else { start.cmp_to(over, under) };
        order == Ordering::Greater || (order == Ordering::Equal && self.from.is_some())
    }
}

/// A number a rule needs beside its tiers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value.
    #[serde(deserialize_with = "number")]
    pub value: Decimal,
    /// Where it comes from.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
}

/// How a rule judges: its tiers and the numbers it needs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// What the document says.
    pub clause: String,
    /// Where it was read.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
    /// The tiers, the mildest first.
    pub tiers: Vec<Bound>,
    /// The numbers it needs.
    #[serde(default)]
    pub parameters: Vec<Parameter>,
}

impl Judgement {
    /// The tier of `over / under`, decided without rounding: of a price that is so many times the lowest.
    pub fn tier(&self, ratio: Quotient) -> Tier {
        let (over, under) = ratio.parts();
        self.tier_of(over, under)
    }

    /// The same of a quotient that is not in lowest terms; whatever is over nothing is in the gravest tier.
    pub fn tier_of(&self, over: u128, under: u128) -> Tier {
        let reached = self.tiers.iter().rfind(|bound| bound.is_reached(over, under));
        reached.map_or(Tier::None, |bound| bound.tier)
    }

    /// One of its numbers; nothing when it has none of this name, which its check refuses.
    pub fn value(&self, name: &str) -> Decimal {
        self.parameters.iter().find(|it| it.name == name).map_or(Decimal::ZERO, |it| it.value)
    }

    /// One of its whole numbers.
    pub fn count(&self, name: &str) -> i32 {
        self.value(name).to_i32().unwrap_or_default()
    }
}

/// A monitoring rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Counted up when anything but the review dates changes.
    pub version: u32,
    /// What it looks for.
    pub kind: Kind,
    /// Its title in Chinese.
    pub title: String,
    /// Its title in English.
    pub title_en: String,
    /// Why it matters.
    pub why: String,
    /// The same in English.
    pub why_en: String,
    /// How its figure is formed, in the signs of mathematics.
    pub formula: String,
    /// How it is computed, step by step.
    pub how: String,
    /// The same in English.
    pub how_en: String,
    /// The document it comes from.
    pub document: String,
    /// Who answers for it.
    pub owner: String,
    /// The same in English.
    pub owner_en: String,
    /// When it was last reviewed.
    #[serde(deserialize_with = "sourced::day")]
    pub reviewed: NaiveDate,
    /// By when it has to be reviewed again.
    #[serde(deserialize_with = "sourced::day")]
    pub review_by: NaiveDate,
    /// The days it holds.
    pub effective: Effective,
    /// How it judges. Rules of the first kind called it by their own name.
    #[serde(alias = "lowest_multiple")]
    pub judgement: Judgement,
    /// SHA-256 of the text it was read from.
    #[serde(skip)]
    pub hash: String,
}

impl Rule {
    /// Reads and checks a rule; whatever is unknown, missing or makes no sense is refused, the first of it told.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let rule = Self::read(text)?;
        match check(&rule).into_iter().next() {
            Some((_, why)) => Err(why),
            None => Ok(rule),
        }
    }

    /// Reads a rule whose values may make no sense.
    pub(super) fn read(text: &str) -> Result<Self, Refused> {
        let mut rule: Self = sourced::read(text).map_err(Refused::Unreadable)?;
        rule.hash = sha256(text.as_bytes());
        Ok(rule)
    }

    /// Its title.
    pub fn title(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.title,
            Lang::En => &self.title_en,
        }
    }

    /// Why it matters.
    pub fn why(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.why,
            Lang::En => &self.why_en,
        }
    }

    /// How it is computed.
    pub fn how(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.how,
            Lang::En => &self.how_en,
        }
    }

    /// Who answers for it.
    pub fn owner(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.owner,
            Lang::En => &self.owner_en,
        }
    }

    /// Whether it holds on a day of the month that begins with this day.
    pub fn covers(&self, first: NaiveDate) -> bool {
        let next = first.checked_add_months(Months::new(1));
        next.is_none_or(|next| self.effective.from < next) && self.effective.to.is_none_or(|to| first <= to)
    }

    /// Refuses a day on which it does not hold.
    pub fn in_force(&self, day: NaiveDate) -> Result<(), Refused> {
        if self.effective.holds(day) {
            return Ok(());
        }
        Err(Refused::NotInForce { name: self.name.clone(), day })
    }
}

fn multiple<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Quotient>, D::Error> {
    let text = String::deserialize(d)?;
    let found = parse_decimal(&text).ok().and_then(Quotient::of);
    let found =
        found.ok_or_else(|| serde::de::Error::custom(format!("\"{text}\" is no number above zero")))?;
    Ok(Some(found))
}

fn number<'de, D: Deserializer<'de>>(d: D) -> Result<Decimal, D::Error> {
    let text = String::deserialize(d)?;
    parse_decimal(&text).map_err(|_| serde::de::Error::custom(format!("\"{text}\" is no number")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Lang, Say};

    const TEXT: &str = include_str!("rules/jiangsu-2021.toml");

    #[test]
    fn tiers_are_decided_at_their_edges_on_exact_quotients() {
        let rule = find(" JIANGSU-2021 ").unwrap();
        let check = |over: u128, under: u128, want: Tier| {
            let ratio = Quotient::new(over, under).unwrap();
            assert_eq!(rule.judgement.tier(ratio), want, "{over}/{under}");
        };
        const FAR: u128 = 1_000_000_000_000_000_000_000;
        check(1, 1, Tier::None);
        check(FAR + 1, FAR, Tier::Yellow);
        check(2 * FAR - 1, FAR, Tier::Yellow);
        check(2, 1, Tier::Red1);
        check(5 * FAR - 1, FAR, Tier::Red1);
        check(5, 1, Tier::Red2);
        check(10 * FAR - 1, FAR, Tier::Red2);
        check(10, 1, Tier::Red3);
        check(511, 1, Tier::Red3);
        // A third of 0.6 against a tenth of 1: 0.2 over 0.1.
        let third = Quotient::of("0.6".parse().unwrap()).unwrap().over(Quotient::new(3, 1).unwrap()).unwrap();
        let ratio = third.over(Quotient::new(1, 10).unwrap()).unwrap();
        assert_eq!(rule.judgement.tier(ratio), Tier::Red1);
    }

    #[test]
    fn every_embedded_rule_is_sound_and_goes_by_its_name() {
        for name in names() {
            let rule = find(name).unwrap();
            assert_eq!(rule.name, name);
            assert_eq!(rule.hash.len(), 64);
        }
        let unknown = find("x").unwrap_err();
        assert_eq!(
            unknown.say(Lang::En.text()),
            format!("There is no monitoring rule \"x\". The rules are: {}.", names().join(", "))
        );
    }

    #[test]
    fn a_faulty_rule_is_told_where_it_is_faulty() {
        let check = |from: &str, to: &str, want: &str| {
            assert!(TEXT.contains(from), "{from}");
            let said = Rule::parse(&TEXT.replacen(from, to, 1)).unwrap_err().say(Lang::En.text());
            assert!(said.contains(want), "{to}: {said}");
        };
        check("version = 1\n", "", "missing field `version`");
        check("version = 1\n", "version = 1\nnotes = \"x\"\n", "unknown field `notes`");
        check("kind = \"lowest_multiple\"", "kind = \"cusum\"", "unknown variant `cusum`");
        check("kind = \"lowest_multiple\"", "kind = \"volume\"", "the number \"span\"");
        check("confidence = \"second_hand\"", "confidence = \"sure\"", "unknown variant `sure`");
        check("formula = \"r = p / p₀\"", "formula = \" \"", "formula is blank");
        check("reviewed = 2026-11-27", "reviewed = \"2026-11-27\"", "line 17");
        check("reviewed = 2026-11-27", "reviewed = 2027-11-28", "review_by is before");
        check("from = 2021-01-01", "from = 2021-01-01\nto = 2020-01-01", "effective.to is before");
        check("from = 2021-01-01", "from = 2021-01-01T00:00:00", "no day");
        check("above = \"1\"", "above = \"one\"", "no number above zero");
        check("above = \"1\"", "above = 1", "expected a string");
        check("above = \"1\"", "from = \"1\"", "tier yellow must lie above");
        check("above = \"1\"", "above = \"0.9\"", "tier yellow must lie above");
        check("from = \"5\"", "from = \"2\"", "tier red2 must lie above");
        check("from = \"5\"", "from = \"5\", above = \"5\"", "tier red2 must have one of");
        check("tier = \"red1\"", "tier = \"yellow\"", "tier yellow must lie above");
        check("tier = \"red1\"", "tier = \"green\"", "unknown variant `green`");
        let none = format!("{}tiers = []\n", TEXT.split("tiers = [").next().unwrap());
        assert_eq!(Rule::parse(&none), Err(Refused::NoTiers));
    }

    #[test]
    fn a_rule_holds_from_its_first_day_to_its_last() {
        let rule =
            Rule::parse(&TEXT.replace("from = 2021-01-01", "from = 2021-01-01\nto = 2026-12-31")).unwrap();
        let check = |day: &str, holds: bool| {
            assert_eq!(rule.in_force(day.parse().unwrap()).is_ok(), holds, "{day}");
        };
        check("2020-12-31", false);
        check("2021-01-01", true);
        check("2026-12-31", true);
        check("2027-01-01", false);
    }
}
