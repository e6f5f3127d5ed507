//! Every fault of the text of a monitoring rule, by its line: of the writing, of the fields, and of what they say. Pure.

use chrono::{Datelike, NaiveDate};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::check;
use super::kinds::{Kind, Tier};
use super::refused::Refused;
use super::rules::Rule;
use crate::prices::comparable::Quotient;
use crate::sourced::{Confidence, Unreadable, line_of};
use crate::text::{Say, Text, fill};
use crate::types::parse_decimal;

/// A fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line it stands on.
    pub line: usize,
    /// What is wrong.
    pub why: Refused,
}

impl Say for Fault {
    fn say(&self, t: &Text) -> String {
        match &self.why {
            Refused::Unreadable(_) => self.why.say(t),
            why => fill(t.watching.fault, &[("line", &self.line), ("why", &why.say(t))]),
        }
    }
}

/// What the next version of a rule must keep.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its name.
    pub name: String,
    /// What it looks for.
    pub kind: Kind,
    /// The number it will have.
    pub version: u32,
}

/// What a value must be.
enum Want {
    Words,
    Whole,
    Day,
    Number,
    Multiple,
    Word(fn() -> Vec<&'static str>),
    One(&'static [Field]),
    Many(&'static [Field]),
}

struct Field {
    key: &'static str,
    want: Want,
    is_optional: bool,
}

const fn must(key: &'static str, want: Want) -> Field {
    Field { key, want, is_optional: false }
}

const fn may(key: &'static str, want: Want) -> Field {
    Field { key, want, is_optional: true }
}

const SURE: Want = Want::Word(|| Confidence::ALL.iter().map(|it| it.as_str()).collect());

const RULE: &[Field] = &[
    must("name", Want::Words),
    must("version", Want::Whole),
    must("kind", Want::Word(|| Kind::ALL.iter().map(|it| it.as_str()).collect())),
    must("title", Want::Words),
    must("title_en", Want::Words),
    must("why", Want::Words),
    must("why_en", Want::Words),
    must("formula", Want::Words),
    must("how", Want::Words),
    must("how_en", Want::Words),
    must("document", Want::Words),
    must("owner", Want::Words),
    must("owner_en", Want::Words),
    must("reviewed", Want::Day),
    must("review_by", Want::Day),
    must("effective", Want::One(EFFECTIVE)),
    must("judgement", Want::One(JUDGEMENT)),
];
const EFFECTIVE: &[Field] =
    &[must("from", Want::Day), may("to", Want::Day), must("source", Want::Words), must("confidence", SURE)];
const JUDGEMENT: &[Field] = &[
    must("clause", Want::Words),
    must("source", Want::Words),
    must("confidence", SURE),
    must("tiers", Want::Many(BOUND)),
    may("parameters", Want::Many(PARAMETER)),
];
const BOUND: &[Field] = &[
    must("tier", Want::Word(|| Tier::ALL.iter().map(|it| it.as_str()).collect())),
    may("above", Want::Multiple),
    may("from", Want::Multiple),
];
const PARAMETER: &[Field] = &[
    must("name", Want::Words),
    must("value", Want::Number),
    must("source", Want::Words),
    must("confidence", SURE),
];

/// The section's name in rules of the first kind.
const OLD_NAME: &str = "lowest_multiple";

/// Every fault of a text that is to be the next version of a rule; the rule when there is none.
pub fn read(text: &str, kept: &Kept) -> Result<Rule, Vec<Fault>> {
    let (table, wrong) = DeTable::parse_recoverable(text);
    let mut found: Vec<Fault> = wrong
        .iter()
        .map(|e| {
            let why = Unreadable::of(text, e);
            Fault { line: why.line, why: Refused::Unreadable(why) }
        })
        .collect();
    if found.is_empty() {
        fields(text, table.get_ref(), (RULE, "", 0), &mut found);
    }
    if !found.is_empty() {
        return Err(sorted(found));
    }
    let rule = match Rule::read(text) {
        Ok(rule) => rule,
        // Something the fields above do not know of.
        Err(why) => {
            let line = if let Refused::Unreadable(why) = &why { why.line } else { 1 };
            return Err(vec![Fault { line, why }]);
        }
    };
    let placed =
        |(place, why): (String, Refused)| Fault { line: line_at(text, table.get_ref(), &place), why };
    let found: Vec<Fault> = check(&rule).into_iter().chain(unkept(&rule, kept)).map(placed).collect();
    if found.is_empty() { Ok(rule) } else { Err(sorted(found)) }
}

/// What a version says otherwise than its rule, and a first day within a month.
fn unkept(rule: &Rule, kept: &Kept) -> Vec<(String, Refused)> {
    let same = |field: &'static str, is_same: bool, want: String| {
        (!is_same).then(|| (field.to_owned(), Refused::Fixed { field, want }))
    };
    let found = [
        same("name", rule.name == kept.name, kept.name.clone()),
        same("version", rule.version == kept.version, kept.version.to_string()),
        same("kind", rule.kind == kept.kind, kept.kind.to_string()),
        // A month is judged by one version.
        (rule.effective.from.day() != 1).then(|| ("effective.from".to_owned(), Refused::WithinMonth)),
    ];
    found.into_iter().flatten().collect()
}

fn sorted(mut found: Vec<Fault>) -> Vec<Fault> {
    found.sort_by_key(|it| it.line);
    found
}

fn fields(
    text: &str,
    table: &DeTable<'_>,
    (known, place, at): (&'static [Field], &str, usize),
    found: &mut Vec<Fault>,
) {
    let named = |key: &str| if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") };
    let key_of =
        |key: &str| if place.is_empty() && key == OLD_NAME { "judgement".to_owned() } else { key.to_owned() };
    let mut fault = |at: usize, why: Refused| found.push(Fault { line: line_of(text, at), why });
    let mut inner = Vec::new();
    for (key, value) in table {
        let name = key_of(key.get_ref());
        match known.iter().find(|field| field.key == name) {
            None => {
                let keys: Vec<&str> = known.iter().map(|field| field.key).collect();
                fault(key.span().start, Refused::Key { field: named(&name), known: keys.join(", ") });
            }
            Some(field) => match (&field.want, value.get_ref()) {
                (Want::One(known), DeValue::Table(table)) => {
                    inner.push((table, *known, named(field.key), key.span().start));
                }
                (Want::Many(known), DeValue::Array(list)) => {
                    for (it, n) in list.iter().zip(1..) {
                        let (name, at): (String, usize) =
                            (format!("{}.{n}", named(field.key)), it.span().start);
                        match it.get_ref() {
                            DeValue::Table(table) => inner.push((table, *known, name, at)),
                            _ => fault(at, Refused::Value { field: name, want: Wanted::Table }),
                        }
                    }
                }
                (want, value_) => {
                    if let Some(want) = unwanted(want, value_) {
                        fault(value.span().start, Refused::Value { field: named(field.key), want });
                    }
                }
            },
        }
    }
    let has = |field: &Field| table.iter().any(|(key, _)| key_of(key.get_ref()) == field.key);
    for field in known.iter().filter(|field| !field.is_optional && !has(field)) {
        fault(at, Refused::Absent(named(field.key)));
    }
    for (table, known, place, at) in inner {
        fields(text, table, (known, &place, at), found);
    }
}

/// What a value should have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Text in quotes.
    Words,
    /// A whole number without quotes.
    Whole,
    /// A day without quotes.
    Day,
    /// A number in quotes.
    Number,
    /// A number above zero in quotes.
    Multiple,
    /// One of these words in quotes.
    Word(String),
    /// A table.
    Table,
}

/// What a value should have been, when it is not.
fn unwanted(want: &Want, value: &DeValue<'_>) -> Option<Wanted> {
    let text = value.as_str();
    let (is_good, wanted) = match want {
        Want::Words => (text.is_some(), Wanted::Words),
        Want::Whole => {
            (value.as_integer().is_some_and(|it| it.as_str().parse::<u32>().is_ok()), Wanted::Whole)
        }
        Want::Day => (value.as_datetime().is_some_and(is_day), Wanted::Day),
        Want::Number => (text.is_some_and(|text| parse_decimal(text).is_ok()), Wanted::Number),
        Want::Multiple => {
            let number = text.and_then(|text| parse_decimal(text).ok());
            (number.and_then(Quotient::of).is_some(), Wanted::Multiple)
        }
        Want::Word(known) => {
            let known = known();
            (text.is_some_and(|text| known.contains(&text)), Wanted::Word(known.join(", ")))
        }
        Want::One(_) | Want::Many(_) => (false, Wanted::Table),
    };
    (!is_good).then_some(wanted)
}

fn is_day(it: &toml::value::Datetime) -> bool {
    let day = it.date.filter(|_| it.time.is_none());
    let day = day.and_then(|d| NaiveDate::from_ymd_opt(i32::from(d.year), d.month.into(), d.day.into()));
    day.is_some()
}

/// The line of a place such as `judgement.tiers.2.tier`, as near as the text has it.
fn line_at(text: &str, table: &DeTable<'_>, place: &str) -> usize {
    let mut at = 0;
    let mut here: Option<&DeValue<'_>> = None;
    for part in place.split('.') {
        let table = match here {
            None => Some(table),
            Some(value) => value.as_table(),
        };
        let next: Option<(usize, &Spanned<DeValue<'_>>)> = match (table, here) {
            (Some(table), _) => {
                let is_it = |key: &str| key == part || (part == "judgement" && key == OLD_NAME);
                table
                    .iter()
                    .find(|(key, _)| is_it(key.get_ref()))
                    .map(|(key, value)| (key.span().start, value))
            }
            (None, Some(DeValue::Array(list))) => {
                let n: Option<usize> = part.parse().ok();
                n.and_then(|n| list.get(n)).map(|value| (value.span().start, value))
            }
            _ => None,
        };
        let Some((start, value)) = next else { break };
        (at, here) = (start, Some(value.get_ref()));
    }
    line_of(text, at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices::monitoring::embedded;
    use crate::text::Lang;

    fn kept(name: &str) -> Kept {
        let rule = embedded::find(name).unwrap();
        Kept { name: rule.name.clone(), kind: rule.kind, version: rule.version }
    }

    #[test]
    fn every_rule_of_the_program_has_no_fault() {
        for name in embedded::names() {
            let read = read(embedded::text(name).unwrap(), &kept(name));
            assert_eq!(read.map(|rule| rule.name), Ok(name.to_owned()));
        }
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        let check = |changes: &[(&str, &str)], want: &[(usize, &str)]| {
            let text =
                changes.iter().fold(embedded::text("mad-outlier").unwrap().to_owned(), |text, (from, to)| {
                    assert!(text.contains(from), "{from}");
                    text.replacen(from, to, 1)
                });
            let found = read(&text, &kept("mad-outlier")).err().unwrap_or_default();
            let said: Vec<(usize, String)> =
                found.iter().map(|it| (it.line, it.say(Lang::En.text()))).collect();
            assert_eq!(said.len(), want.len(), "{said:?}");
            for ((line, text), (want_line, part)) in said.iter().zip(want) {
                assert!(line == want_line && text.contains(part), "{said:?} {part}");
            }
        };
        check(&[], &[]);
        check(
            &[("version = 1", "version = 3"), ("kind = \"outlier\"", "kind = \"drift\"")],
            &[
                (3, "must stay 1"),
                (4, "must stay outlier"),
                (23, "\"span\""),
                (23, "\"base_months\""),
                (23, "\"allowance\""),
                (35, "\"scale\""),
                (41, "\"least_purchases\""),
                (47, "\"least_mad\""),
                (53, "\"below\""),
            ],
        );
        check(
            &[
                ("version = 1\n", ""),
                ("[effective]\n", "[effective]\nwhy = \"x\"\n"),
                ("= \"own\"", "= \"sure\""),
            ],
            &[(1, "version"), (18, "effective.why"), (21, "verified, second_hand, own")],
        );
        check(
            &[("reviewed = 2026-11-27", "reviewed = \"2026-11-27\""), ("above = \"6\"", "above = 6")],
            &[(15, "without quotes"), (28, "above zero")],
        );
        check(
            &[
                ("from = 2019-01-01", "from = 2026-12-15"),
                ("tier = \"red2\", above = \"20\"", "tier = \"red2\", above = \"9\""),
            ],
            &[(19, "first day of a month"), (30, "tier red2 must lie above")],
        );
    }

    #[test]
    fn text_that_is_no_toml_is_told_wherever_it_breaks() {
        let text = embedded::text("mad-outlier").unwrap();
        let text = text.replacen("version = 1", "version = ", 1).replacen("= \"own\"", "= own", 1);
        let found = read(&text, &kept("mad-outlier")).err().unwrap_or_default();
        let lines: Vec<usize> = found.iter().map(|it| it.line).collect();
        assert!(lines.contains(&3) && lines.contains(&21), "{found:?}");
    }
}
