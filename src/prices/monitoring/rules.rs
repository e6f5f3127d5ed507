//! Monitoring rules as reviewed documents: parsed strictly, versioned, each with its owner, its review date and the
//! clause of every threshold.

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};

use crate::prices::comparable::Quotient;
use crate::text::{Lang, Say, Text, fill};
use crate::types::{parse_decimal, sha256};

crate::words! {
    /// What a rule looks for.
    Kind {
        /// Prices that are a multiple of the lowest of their group.
        LowestMultiple = "lowest_multiple",
    }

    /// How sure a number of a rule is.
    Confidence {
        /// Read in the source.
        Verified = "verified",
        /// Reported by others.
        SecondHand = "second_hand",
        /// The makers' own knowledge.
        Own = "own",
    }

    /// How far a price is from the lowest of its group, the mildest first.
    Tier {
        /// The lowest price itself.
        None = "none",
        /// Yellow warning (黄色预警).
        Yellow = "yellow",
        /// Red, one star (红色一星).
        Red1 = "red1",
        /// Red, two stars (红色二星).
        Red2 = "red2",
        /// Red, three stars (红色三星).
        Red3 = "red3",
    }
}

impl Tier {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.monitoring;
        match self {
            Tier::None => m.tier_none,
            Tier::Yellow => m.tier_yellow,
            Tier::Red1 => m.tier_red1,
            Tier::Red2 => m.tier_red2,
            Tier::Red3 => m.tier_red3,
        }
    }
}

/// Why a monitoring rule is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No rule of this name.
    Unknown {
        /// As asked for.
        name: String,
        /// The names there are.
        known: String,
    },
    /// No TOML, or not the fields of a rule.
    Unreadable {
        /// The line it was noticed on.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// A field that is blank.
    Blank(&'static str),
    /// Days in the wrong order: the field that comes too early.
    Days(&'static str),
    /// No tiers.
    NoTiers,
    /// A tier with neither or both of `above` and `from`.
    Bound(Tier),
    /// A tier that does not lie above the one before it, or below 1.
    Order(Tier),
    /// The rule does not hold on this day.
    NotInForce {
        /// The rule.
        name: String,
        /// The day asked for.
        day: NaiveDate,
    },
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let m = &t.monitoring;
        match self {
            Refused::Unknown { name, known } => fill(m.rule_unknown, &[("name", name), ("known", known)]),
            Refused::Unreadable { line, message } => {
                fill(m.rule_unreadable, &[("line", line), ("message", message)])
            }
            Refused::Blank(field) => fill(m.rule_blank, &[("field", field)]),
            Refused::Days(field) => fill(m.rule_days, &[("field", field)]),
            Refused::NoTiers => m.rule_no_tiers.to_owned(),
            Refused::Bound(tier) => fill(m.rule_bound, &[("tier", tier)]),
            Refused::Order(tier) => fill(m.rule_order, &[("tier", tier)]),
            Refused::NotInForce { name, day } => fill(m.rule_not_in_force, &[("name", name), ("day", day)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("rule")
    }
}

/// The days a rule holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effective {
    /// The first.
    #[serde(deserialize_with = "day")]
    pub from: NaiveDate,
    /// The last; none while it holds.
    #[serde(default, deserialize_with = "maybe_day")]
    pub to: Option<NaiveDate>,
    /// Where the days come from.
    pub source: String,
    /// How sure they are.
    pub confidence: Confidence,
}

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
    fn starts_at(&self) -> Option<Quotient> {
        self.above.or(self.from)
    }

    fn is_reached(&self, ratio: Quotient) -> bool {
        self.above.is_some_and(|bound| ratio > bound) || self.from.is_some_and(|bound| ratio >= bound)
    }
}

/// Tiers by the multiple of the lowest price of the group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LowestMultiple {
    /// What the document says.
    pub clause: String,
    /// Where it was read.
    pub source: String,
    /// How sure it is.
    pub confidence: Confidence,
    /// The tiers, the mildest first.
    pub tiers: Vec<Bound>,
}

impl LowestMultiple {
    /// The tier of a price that is so many times the lowest, decided on the exact quotient.
    pub fn tier(&self, ratio: Quotient) -> Tier {
        let reached = self.tiers.iter().rfind(|bound| bound.is_reached(ratio));
        reached.map_or(Tier::None, |bound| bound.tier)
    }

    fn check(&self) -> Result<(), Refused> {
        if self.tiers.is_empty() {
            return Err(Refused::NoTiers);
        }
        let (mut last, mut mildest) = (None, Tier::None);
        for bound in &self.tiers {
            let start = bound.starts_at().filter(|_| bound.above.is_none() || bound.from.is_none());
            let start = start.ok_or(Refused::Bound(bound.tier))?;
            // `from = "1"` would put the lowest price itself into a tier.
            let is_first = bound.from == Some(Quotient::ONE) || start < Quotient::ONE;
            if is_first || last.is_some_and(|last| start <= last) || bound.tier <= mildest {
                return Err(Refused::Order(bound.tier));
            }
            (last, mildest) = (Some(start), bound.tier);
        }
        Ok(())
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
    /// The document it comes from.
    pub document: String,
    /// Who answers for it.
    pub owner: String,
    /// The same in English.
    pub owner_en: String,
    /// When it was last reviewed.
    #[serde(deserialize_with = "day")]
    pub reviewed: NaiveDate,
    /// By when it has to be reviewed again.
    #[serde(deserialize_with = "day")]
    pub review_by: NaiveDate,
    /// The days it holds.
    pub effective: Effective,
    /// What the kind of rule needs.
    pub lowest_multiple: LowestMultiple,
    /// SHA-256 of the text it was read from.
    #[serde(skip)]
    pub hash: String,
}

/// The rules that come with the program.
const EMBEDDED: &[(&str, &str)] = &[("jiangsu-2021", include_str!("rules/jiangsu-2021.toml"))];

/// The names of the rules that come with the program.
pub fn names() -> Vec<&'static str> {
    EMBEDDED.iter().map(|(name, _)| *name).collect()
}

/// The rule of that name, case ignored.
pub fn find(name: &str) -> Result<Rule, Refused> {
    match EMBEDDED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim())) {
        Some((_, text)) => Rule::parse(text),
        None => Err(Refused::Unknown { name: name.trim().to_owned(), known: names().join(", ") }),
    }
}

impl Rule {
    /// Reads and checks a rule; whatever is unknown, missing or makes no sense is refused.
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let mut rule: Self = toml::from_str(text).map_err(|e| {
            let start = e.span().map_or(0, |span| span.start);
            let line = text.bytes().take(start).filter(|b| *b == b'\n').count() + 1;
            Refused::Unreadable { line, message: e.message().replace('\n', " ") }
        })?;
        rule.check()?;
        rule.hash = sha256(text.as_bytes());
        Ok(rule)
    }

    fn check(&self) -> Result<(), Refused> {
        let told = [
            ("name", &self.name),
            ("title", &self.title),
            ("title_en", &self.title_en),
            ("why", &self.why),
            ("why_en", &self.why_en),
            ("formula", &self.formula),
            ("document", &self.document),
            ("owner", &self.owner),
            ("owner_en", &self.owner_en),
            ("effective.source", &self.effective.source),
            ("lowest_multiple.clause", &self.lowest_multiple.clause),
            ("lowest_multiple.source", &self.lowest_multiple.source),
        ];
        if let Some((field, _)) = told.into_iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(Refused::Blank(field));
        }
        if self.review_by < self.reviewed {
            return Err(Refused::Days("review_by"));
        }
        if self.effective.to.is_some_and(|to| to < self.effective.from) {
            return Err(Refused::Days("effective.to"));
        }
        self.lowest_multiple.check()
    }

    /// Its title.
    pub fn title(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.title,
            Lang::En => &self.title_en,
        }
    }

    /// Refuses a day on which it does not hold.
    pub fn in_force(&self, day: NaiveDate) -> Result<(), Refused> {
        let Effective { from, to, .. } = &self.effective;
        if *from <= day && to.is_none_or(|to| day <= to) {
            return Ok(());
        }
        Err(Refused::NotInForce { name: self.name.clone(), day })
    }
}

fn day<'de, D: Deserializer<'de>>(d: D) -> Result<NaiveDate, D::Error> {
    let found = toml::value::Datetime::deserialize(d)?;
    let date = found.date.filter(|_| found.time.is_none());
    let date = date.and_then(|d| NaiveDate::from_ymd_opt(i32::from(d.year), d.month.into(), d.day.into()));
    date.ok_or_else(|| serde::de::Error::custom(format!("{found} is no day such as 2026-11-27")))
}

fn maybe_day<'de, D: Deserializer<'de>>(d: D) -> Result<Option<NaiveDate>, D::Error> {
    day(d).map(Some)
}

fn multiple<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Quotient>, D::Error> {
    let text = String::deserialize(d)?;
    let found = parse_decimal(&text).ok().and_then(Quotient::of);
    let found =
        found.ok_or_else(|| serde::de::Error::custom(format!("\"{text}\" is no number above zero")))?;
    Ok(Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("rules/jiangsu-2021.toml");

    #[test]
    fn tiers_are_decided_at_their_edges_on_exact_quotients() {
        let rule = find(" JIANGSU-2021 ").unwrap();
        let check = |over: u128, under: u128, want: Tier| {
            let ratio = Quotient::new(over, under).unwrap();
            assert_eq!(rule.lowest_multiple.tier(ratio), want, "{over}/{under}");
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
        assert_eq!(rule.lowest_multiple.tier(ratio), Tier::Red1);
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
            "There is no monitoring rule \"x\". The rules are: jiangsu-2021."
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
        check("confidence = \"second_hand\"", "confidence = \"sure\"", "unknown variant `sure`");
        check("formula = \"r = p / p₀\"", "formula = \" \"", "formula is blank");
        check("reviewed = 2026-11-27", "reviewed = \"2026-11-27\"", "line 15");
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
