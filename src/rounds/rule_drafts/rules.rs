//! What a draft may be named, and how sure a changed section still is. Pure.

use toml::{Table, Value};

use crate::rounds::parameter_kinds::Section;
use crate::rounds::rule_set::{Confidence, MARKS, SECTIONS};
use crate::rounds::rule_text;
use crate::text::{Say, Text, fill};

/// Longest name of a rule set.
const NAME: usize = 60;

/// Why a draft of a rule set is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Another rule set has this name.
    NameTaken(String),
    /// Not a document number.
    Name(String),
    /// A section surer than `own` that does not say where it was read.
    Unsourced(&'static str),
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let r = &t.rule_drafts;
        match self {
            Self::NameTaken(name) => fill(r.name_taken, &[("name", name)]),
            Self::Name(name) => fill(r.name_bad, &[("name", name), ("n", &NAME)]),
            Self::Unsourced(_) => r.unsourced.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::NameTaken(_) | Self::Name(_) => Some("name"),
            Self::Unsourced(name) => Some(name),
        }
    }
}

/// A document number: letters, digits and what stands between them, short enough for a list.
pub fn name(text: &str) -> Result<String, Refused> {
    let text = text.trim();
    let good = |c: char| c.is_alphanumeric() || "-_.()[]〔〕（）".contains(c);
    let is_name = !text.is_empty() && text.chars().count() <= NAME && text.chars().all(good);
    if is_name { Ok(text.to_owned()) } else { Err(Refused::Name(text.to_owned())) }
}

/// Sets what has been changed without a source of its own to `own`: a section whose values differ from the
/// origin's is only as sure as its officer, unless it names where the new values were read. A section that claims
/// more must name a source.
pub fn mark(origin: &Table, table: &mut Table) -> Result<(), Refused> {
    for section in SECTIONS {
        let before = origin.get(section.name).and_then(Value::as_table).cloned().unwrap_or_default();
        let Some(Value::Table(after)) = table.get_mut(section.name) else { continue };
        let text =
            |values: &Table, key: &str| values.get(key).and_then(Value::as_str).unwrap_or("").to_owned();
        let [_, source, confidence] = MARKS;
        let own = Confidence::Own.as_str();
        if text(after, confidence) != own && text(after, source).trim().is_empty() {
            return Err(Refused::Unsourced(section.full_name(source)));
        }
        if differs(section, &before, after) && text(&before, source) == text(after, source) {
            after.insert(confidence.to_owned(), Value::String(own.to_owned()));
        }
    }
    Ok(())
}

/// Whether a section's values differ, its marks left aside.
fn differs(section: &Section, before: &Table, after: &Table) -> bool {
    let only = |values: &Table| {
        let values: Table = values
            .iter()
            .filter(|(key, _)| !MARKS.contains(&key.as_str()))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        Table::from_iter([(section.name.to_owned(), Value::Table(values))])
    };
    !rule_text::between(&only(before), &only(after)).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rounds::rule_set::find;

    #[test]
    fn a_changed_value_is_own_unless_a_new_source_says_otherwise() {
        let origin: Table = find("GY-YD2025-1").unwrap().text.parse().unwrap();
        let check = |value: &str, source: &str, said: &str, want: Result<&str, Refused>| {
            let mut table = origin.clone();
            let fuse = table.get_mut("fuse").unwrap().as_table_mut().unwrap();
            for (key, text) in [("factor", value), ("source", source), ("confidence", said)] {
                fuse.insert(key.to_owned(), Value::String(text.to_owned()));
            }
            let done = mark(&origin, &mut table);
            let found = table["fuse"]["confidence"].as_str().unwrap();
            assert_eq!(done.map(|()| found), want, "{value} {source} {said}");
        };
        check("1.8", "flcube.com p=41082", "verified", Ok("verified"));
        check("1.80", "flcube.com p=41082", "verified", Ok("verified"));
        check("1.9", "flcube.com p=41082", "verified", Ok("own"));
        check("1.9", "flcube.com p=41082", "second_hand", Ok("own"));
        check("1.9", "tender document, page 12", "verified", Ok("verified"));
        check("1.9", "tender document, page 12", "own", Ok("own"));
        check("1.8", "", "verified", Err(Refused::Unsourced("fuse.source")));
        check("1.9", " ", "own", Ok("own"));
    }

    #[test]
    fn names_are_document_numbers() {
        let check = |text: &str, good: bool| assert_eq!(name(text).is_ok(), good, "{text}");
        check("JH-YD2026-1", true);
        check(" 金医保〔2026〕1号 ", true);
        check("", false);
        check("a b", false);
        check("a/b", false);
        check("a\nb", false);
        check(&"a".repeat(61), false);
    }
}
