//! The text of a rule set: written in one canonical way, and compared parameter by parameter. Pure.

use toml::{Table, Value};

use super::parameter_kinds::Kind;
use super::rule_set::{HEADER, MARKS, RuleSet, SECTIONS, plain};
use crate::types::parse_decimal;

/// The canonical text of a rule set's table: the header, then the sections and their parameters in the order
/// declared, without comments and with numbers in their shortest form. Whatever is not declared is left out.
pub fn canonical(table: &Table) -> String {
    let mut text = String::new();
    for key in HEADER {
        write(&mut text, key, table.get(key), Kind::Text);
    }
    for section in SECTIONS {
        let Some(values) = table.get(section.name).and_then(Value::as_table) else { continue };
        text.push_str(&format!("\n[{}]\n", section.name));
        for field in section.fields {
            write(&mut text, field.key, values.get(field.key), field.kind);
        }
        for mark in MARKS {
            write(&mut text, mark, values.get(mark), Kind::Text);
        }
    }
    text
}

fn write(text: &mut String, key: &str, value: Option<&Value>, kind: Kind) {
    if let Some(value) = value {
        text.push_str(&format!("{key} = {}\n", short(value, kind)));
    }
}

/// The value with its numbers in their shortest form.
fn short(value: &Value, kind: Kind) -> Value {
    match (value, kind) {
        (Value::Array(list), Kind::List(kind)) => {
            Value::Array(list.iter().map(|v| short(v, *kind)).collect())
        }
        (Value::String(text), Kind::Number | Kind::Count) => match parse_decimal(text) {
            Ok(number) => Value::String(number.normalize().to_string()),
            Err(_) => value.clone(),
        },
        _ => value.clone(),
    }
}

/// A parameter, or a mark of its section, that differs between two rule sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `section.key`, or the key alone above the sections.
    pub name: String,
    /// The value in the first; none where it is not there.
    pub before: Option<String>,
    /// The value in the second.
    pub after: Option<String>,
}

/// What differs, in the order a reader wants it.
pub fn differences(before: &RuleSet, after: &RuleSet) -> Vec<Difference> {
    between(&before.text.parse().unwrap_or_default(), &after.text.parse().unwrap_or_default())
}

/// The same of two tables.
pub fn between(before: &Table, after: &Table) -> Vec<Difference> {
    let mut found = Vec::new();
    for key in HEADER {
        compare(&mut found, key, (before.get(key), after.get(key)), Kind::Text);
    }
    for section in SECTIONS {
        let values = |table: &Table| table.get(section.name).and_then(Value::as_table).cloned();
        let (old, new) = (values(before).unwrap_or_default(), values(after).unwrap_or_default());
        let fields = section.fields.iter().map(|field| (field.key, field.kind));
        for (key, kind) in fields.chain(MARKS.map(|mark| (mark, Kind::Text))) {
            compare(&mut found, section.full_name(key), (old.get(key), new.get(key)), kind);
        }
    }
    found
}

fn compare(found: &mut Vec<Difference>, name: &str, pair: (Option<&Value>, Option<&Value>), kind: Kind) {
    let (before, after) = (pair.0.map(|v| short(v, kind)), pair.1.map(|v| short(v, kind)));
    if before != after {
        let shown = |value: Option<Value>| value.as_ref().map(plain);
        found.push(Difference { name: name.to_owned(), before: shown(before), after: shown(after) });
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;
    use rust_decimal::Decimal;

    use super::*;
    use crate::rounds::parameter_kinds::Field;
    use crate::rounds::rule_set::{EMBEDDED, find};

    /// A value of this kind within the bounds, from random bits.
    fn made(field: &Field, kind: Kind, bits: &[u64]) -> Value {
        let bit = bits.first().copied().unwrap_or(0);
        let number = |places: u32| {
            let (low, high) = field.bounds.unwrap_or(("0", "1000"));
            let (low, high): (Decimal, Decimal) = (low.parse().unwrap(), high.parse().unwrap());
            let steps = (high - low) * Decimal::from(10_u64.pow(places));
            let step = Decimal::from(bit % (1 + u64::try_from(steps.trunc()).unwrap()));
            Value::String((low + step / Decimal::from(10_u64.pow(places))).to_string())
        };
        match kind {
            Kind::Number => number(3 + (bit % 2) as u32),
            Kind::Count => number(0),
            Kind::YesNo => Value::Boolean(bit % 2 == 0),
            Kind::Day => Value::String(format!("20{:02}-{:02}-{:02}", bit % 100, bit % 12 + 1, bit % 28 + 1)),
            Kind::Text => Value::String(format!("文 \"{bit}\" \\ '\n\t#")),
            Kind::Word(words) => Value::String(words()[(bit % words().len() as u64) as usize].to_owned()),
            Kind::List(kind) => {
                let mut list: Vec<Value> = bits.iter().map(|bit| made(field, *kind, &[*bit])).collect();
                list.sort_by_key(|v| v.as_str().and_then(|t| t.parse::<Decimal>().ok()));
                list.dedup();
                Value::Array(list)
            }
        }
    }

    proptest! {
        #[test]
        fn canonical_text_of_any_valid_rule_set_reads_back_equal(
            which in any::<Index>(),
            changes in prop::collection::vec((any::<Index>(), any::<Index>(), prop::collection::vec(any::<u64>(), 1..5)), 0..12),
            switches in prop::collection::vec((any::<Index>(), any::<Index>()), 0..3),
            clause in any::<String>(),
        ) {
            let (_, text) = EMBEDDED[which.index(EMBEDDED.len())];
            let mut table: Table = text.parse().unwrap();
            for (section, from) in switches {
                // An optional section goes, or comes from another rule set.
                let section = &SECTIONS[section.index(SECTIONS.len())];
                let other: Table = EMBEDDED[from.index(EMBEDDED.len())].1.parse().unwrap();
                match other.get(section.name) {
                    Some(values) => drop(table.insert(section.name.to_owned(), values.clone())),
                    None => drop(table.remove(section.name)),
                }
            }
            for (section, key, bits) in changes {
                let section = &SECTIONS[section.index(SECTIONS.len())];
                let field = &section.fields[key.index(section.fields.len())];
                if let Some(values) = table.get_mut(section.name).and_then(Value::as_table_mut) {
                    values.insert(field.key.to_owned(), made(field, field.kind, &bits));
                    values.insert("clause".to_owned(), Value::String(clause.clone()));
                }
            }
            let written = toml::to_string(&table).unwrap();
            prop_assume!(RuleSet::parse(&written).is_ok());
            let rules = RuleSet::parse(&written).unwrap();
            let canon = canonical(&table);
            let again = RuleSet::parse(&canon);
            prop_assert!(again.is_ok(), "{canon}\n{again:?}");
            let again = again.unwrap();
            let bare = |rules: &RuleSet| RuleSet { text: String::new(), hash: String::new(), ..rules.clone() };
            prop_assert_eq!(bare(&rules), bare(&again));
            // Written again it is the same text, and nothing differs.
            prop_assert_eq!(canonical(&canon.parse().unwrap()), canon);
            prop_assert_eq!(differences(&rules, &again), vec![]);
        }
    }

    #[test]
    fn every_embedded_rule_set_keeps_its_parameters_in_canonical_text() {
        for (name, text) in EMBEDDED {
            let rules = RuleSet::parse(text).unwrap();
            let canon = RuleSet::parse(&canonical(&text.parse().unwrap())).unwrap();
            assert_eq!(rules.parameters().len(), canon.parameters().len(), "{name}");
            assert!(!canon.text.contains('#'), "{name}");
        }
    }

    #[test]
    fn differences_are_told_by_parameter() {
        let check = |a: &str, b: &str, name: &str, before: Option<&str>, after: Option<&str>| {
            let found = differences(&find(a).unwrap(), &find(b).unwrap());
            let one = found.iter().find(|d| d.name == name).unwrap_or_else(|| panic!("{name}: {found:?}"));
            assert_eq!((one.before.as_deref(), one.after.as_deref()), (before, after), "{name}");
        };
        check("GY-YD2024-2", "GY-YD2025-1", "name", Some("GY-YD2024-2"), Some("GY-YD2025-1"));
        check("GY-YD2024-2", "GY-YD2025-1", "fuse.anchor", Some("lowest"), Some("lowest_or_mean_share"));
        check("GY-YD2024-2", "GY-YD2025-1", "fuse.mean_share", None, Some("0.5"));
        check("GY-YD2025-1", "GY-YD2024-2", "revival_out.volume", Some("true"), None);
        let same = find("GY-YD2025-1").unwrap();
        assert_eq!(differences(&same, &same), []);
    }
}
