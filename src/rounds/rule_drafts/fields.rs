//! A rule set as the fields of a form and back, made from the description of its parameters. Pure.

use chrono::NaiveDate;
use toml::{Table, Value};

use crate::rounds::parameter_kinds::{Field, Kind};
use crate::rounds::rule_check;
use crate::rounds::rule_set::{Confidence, HEADER, MARKS, SECTIONS, plain};
use crate::text::{Say, Text, fill};
use crate::types::{NotANumber, parse_decimal};

/// Before the name of a section: whether it is switched on.
pub const ON: &str = "on.";
/// Longest text of a field.
const LONG: usize = 2_000;
/// Most entries of a list.
const ENTRIES: usize = 100;

/// Why a field is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// Nothing in it.
    Empty,
    /// Not an exact number.
    Number(String, NotANumber),
    /// Not a whole number.
    Count(String),
    /// Not a day.
    Day(String),
    /// None of the words.
    Word(String, String),
    /// Too long.
    Long(usize),
    /// Too many entries.
    Many(usize),
    /// What the rule set itself refuses.
    Rule(rule_check::Refused),
}

impl Say for Wrong {
    fn say(&self, t: &Text) -> String {
        let (c, r) = (&t.common, &t.rule_drafts);
        match self {
            Wrong::Empty => c.field_empty.to_owned(),
            Wrong::Number(text, NotANumber::TooManyDecimals(n)) => {
                fill(c.field_decimals, &[("text", text), ("n", n)])
            }
            Wrong::Number(text, _) => fill(c.field_number, &[("text", text)]),
            Wrong::Count(text) => fill(r.not_whole, &[("text", text)]),
            Wrong::Day(text) => fill(r.not_a_day, &[("text", text)]),
            Wrong::Word(text, words) => fill(r.not_a_word, &[("text", text), ("words", words)]),
            Wrong::Long(n) => fill(r.too_long, &[("n", n)]),
            Wrong::Many(n) => fill(r.too_many, &[("n", n)]),
            Wrong::Rule(why) => why.say(t),
        }
    }
}

/// A field that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field's name in the form.
    pub field: String,
    /// Why.
    pub why: Wrong,
}

/// The fields of a form that show a rule set.
pub fn filled(table: &Table) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = HEADER
        .iter()
        .map(|key| ((*key).to_owned(), table.get(*key).map(plain).unwrap_or_default()))
        .collect();
    for section in SECTIONS {
        let Some(values) = table.get(section.name).and_then(Value::as_table) else { continue };
        pairs.push((format!("{ON}{}", section.name), "yes".to_owned()));
        let kinds = section.fields.iter().map(|field| (field.key, field.kind));
        for (key, kind) in kinds.chain(MARKS.map(|mark| (mark, Kind::Text))) {
            let name = section.full_name(key).to_owned();
            match (values.get(key), kind) {
                (Some(Value::Array(list)), Kind::List(Kind::Word(_))) => {
                    pairs.extend(list.iter().map(|word| (name.clone(), plain(word))));
                }
                (Some(Value::Array(list)), Kind::List(Kind::Text)) => {
                    let lines: Vec<String> = list.iter().map(plain).collect();
                    pairs.push((name, lines.join("\n")));
                }
                (Some(value), _) => pairs.push((name, plain(value))),
                (None, _) => {}
            }
        }
    }
    pairs
}

/// Reads a form; `all` gives every value of a field. Every fault is told, not only the first.
pub fn read(all: impl Fn(&str) -> Vec<String>) -> Result<Table, Vec<Fault>> {
    let mut faults = Vec::new();
    let mut table = Table::new();
    let one = |name: &str| all(name).into_iter().next().unwrap_or_default().trim().to_owned();
    for key in HEADER {
        match words(&one(key)) {
            Ok(text) => drop(table.insert(key.to_owned(), text)),
            Err(why) => faults.push(Fault { field: key.to_owned(), why }),
        }
    }
    for section in SECTIONS {
        if section.optional && one(&format!("{ON}{}", section.name)).is_empty() {
            continue;
        }
        let mut values = Table::new();
        for field in section.fields {
            let name = section.full_name(field.key);
            match value(field, &all(name)) {
                Ok(found) => values.extend(found.map(|value| (field.key.to_owned(), value))),
                Err(why) => faults.push(Fault { field: name.to_owned(), why }),
            }
        }
        let [clause, source, confidence] = MARKS;
        for key in [clause, source] {
            let name = section.full_name(key);
            match words(&one(name)) {
                Ok(text) => drop(values.insert(key.to_owned(), text)),
                Err(why) => faults.push(Fault { field: name.to_owned(), why }),
            }
        }
        let name = section.full_name(confidence);
        let known = || Confidence::ALL.iter().map(|word| word.as_str()).collect();
        match word(&one(name), known) {
            Ok(text) => drop(values.insert(confidence.to_owned(), text)),
            Err(why) => faults.push(Fault { field: name.to_owned(), why }),
        }
        table.insert(section.name.to_owned(), Value::Table(values));
    }
    let outside = rule_check::outside(&table).into_iter();
    faults.extend(outside.filter_map(|why| {
        let field = why.field()?.to_owned();
        Some(Fault { field, why: Wrong::Rule(why) })
    }));
    if faults.is_empty() { Ok(table) } else { Err(faults) }
}

/// Text on one line.
fn words(text: &str) -> Result<Value, Wrong> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.chars().count() {
        0 => Err(Wrong::Empty),
        n if n > LONG => Err(Wrong::Long(LONG)),
        _ => Ok(Value::String(text)),
    }
}

fn word(text: &str, words: impl Fn() -> Vec<&'static str>) -> Result<Value, Wrong> {
    let known = words();
    match text {
        "" => Err(Wrong::Empty),
        text if known.contains(&text) => Ok(Value::String(text.to_owned())),
        text => Err(Wrong::Word(text.to_owned(), known.join(", "))),
    }
}

/// What a field says; nothing for one that may be left out.
fn value(field: &Field, all: &[String]) -> Result<Option<Value>, Wrong> {
    let given: Vec<&str> = all.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    if given.is_empty() {
        // A list of words may be empty: nothing separates, or nobody is named.
        let is_words = matches!(field.kind, Kind::List(Kind::Word(_)));
        return match field.optional {
            true => Ok(None),
            false if is_words => Ok(Some(Value::Array(Vec::new()))),
            false => Err(Wrong::Empty),
        };
    }
    let entries: Vec<&str> = match field.kind {
        Kind::List(Kind::Text) => given.iter().flat_map(|text| text.lines()).map(str::trim).collect(),
        Kind::List(_) => {
            given.iter().flat_map(|text| text.split([' ', ',', '，', '、', '\n', '\r'])).collect()
        }
        kind => return single(kind, given.first().copied().unwrap_or_default()).map(Some),
    };
    let entries: Vec<&str> = entries.into_iter().filter(|text| !text.is_empty()).collect();
    if entries.len() > ENTRIES {
        return Err(Wrong::Many(ENTRIES));
    }
    let Kind::List(kind) = field.kind else { return Ok(None) };
    entries
        .into_iter()
        .map(|text| single(*kind, text))
        .collect::<Result<_, _>>()
        .map(|l| Some(Value::Array(l)))
}

fn single(kind: Kind, text: &str) -> Result<Value, Wrong> {
    let as_text = || Value::String(text.to_owned());
    match kind {
        Kind::Number => {
            parse_decimal(text).map(|_| as_text()).map_err(|why| Wrong::Number(text.to_owned(), why))
        }
        Kind::Count => {
            let is_count = text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u32>().is_ok();
            if is_count { Ok(as_text()) } else { Err(Wrong::Count(text.to_owned())) }
        }
        Kind::YesNo => match text {
            "true" => Ok(Value::Boolean(true)),
            "false" => Ok(Value::Boolean(false)),
            _ => Err(Wrong::Word(text.to_owned(), "true, false".to_owned())),
        },
        Kind::Day => match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            Ok(day) => Ok(Value::String(day.to_string())),
            Err(_) => Err(Wrong::Day(text.to_owned())),
        },
        Kind::Text => words(text),
        Kind::Word(known) => word(text, known),
        // There are no lists of lists.
        Kind::List(_) => Err(Wrong::Empty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rounds::rule_set::{EMBEDDED, RuleSet};
    use crate::rounds::rule_text::canonical;
    use crate::text::Lang;

    fn form(pairs: &[(String, String)]) -> impl Fn(&str) -> Vec<String> {
        move |name| pairs.iter().filter(|(n, _)| n == name).map(|(_, value)| value.clone()).collect()
    }

    #[test]
    fn every_rule_set_goes_through_its_form_unchanged() {
        for (name, text) in EMBEDDED {
            let table: Table = text.parse().unwrap();
            let read = read(form(&filled(&table))).unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
            assert_eq!(canonical(&read), canonical(&table), "{name}");
            assert!(RuleSet::parse(&canonical(&read)).is_ok());
        }
    }

    #[test]
    fn every_wrong_field_is_told_beside_itself() {
        let table: Table =
            EMBEDDED.iter().find(|(name, _)| *name == "GY-YD2025-1").unwrap().1.parse().unwrap();
        let check = |changes: &[(&str, &str)], want: &[(&str, &str)]| {
            let mut pairs = filled(&table);
            for (name, value) in changes {
                pairs.retain(|(n, _)| n != name);
                pairs.push(((*name).to_owned(), (*value).to_owned()));
            }
            let faults = read(form(&pairs)).err().unwrap_or_default();
            let told: Vec<(String, String)> =
                faults.iter().map(|f| (f.field.clone(), f.why.say(Lang::En.text()))).collect();
            assert_eq!(told.len(), want.len(), "{told:?}");
            for (field, text) in want {
                assert!(
                    told.iter().any(|(f, said)| f == field && said.contains(text)),
                    "{field} {text}: {told:?}"
                );
            }
        };
        check(&[], &[]);
        check(&[("fuse.factor", "0.9")], &[("fuse.factor", "fuse.factor: \"0.9\" is not between 1 and 100")]);
        check(&[("fuse.factor", "1,8")], &[("fuse.factor", "not a number")]);
        check(
            &[("fuse.factor", ""), ("share.general", "0.5 1.6"), ("term_end.until", "2028-13-31")],
            &[
                ("fuse.factor", "required"),
                ("share.general", "\"1.6\" is not between"),
                ("term_end.until", "2028-13-31"),
            ],
        );
        check(&[("quota.by_bidders", "1 2.5")], &[("quota.by_bidders", "whole number")]);
        check(&[("fuse.anchor", "middle")], &[("fuse.anchor", "lowest")]);
        check(&[("revival.volume", "maybe")], &[("revival.volume", "true, false")]);
        check(
            &[("fuse.source", " "), ("fuse.confidence", "sure")],
            &[("fuse.source", "required"), ("fuse.confidence", "own")],
        );
        check(&[("name", "")], &[("name", "required")]);
        // What is switched off is not asked for.
        check(&[("on.fuse", ""), ("fuse.factor", "x")], &[]);
        check(&[("share.general", "0.5，0.6、0.7, 0.8")], &[]);
    }
}
