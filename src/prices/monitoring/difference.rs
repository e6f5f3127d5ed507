//! What differs between two versions of a monitoring rule, value by value. Pure.

use std::collections::BTreeMap;

use toml::{Table, Value};

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where it stands, such as `judgement.tiers.red1.from`.
    pub name: String,
    /// What it was; none where it was not there.
    pub before: Option<String>,
    /// What it is; none where it is gone.
    pub after: Option<String>,
}

/// What differs between two texts, by where it stands. A text that is no TOML has nothing in it.
pub fn between(before: &str, after: &str) -> Vec<Difference> {
    let (mut old, new) = (flat(before), flat(after));
    let mut found: BTreeMap<String, Difference> = BTreeMap::new();
    for (name, after) in new {
        let before = old.remove(&name);
        if before.as_ref() != Some(&after) {
            found.insert(name.clone(), Difference { name, before, after: Some(after) });
        }
    }
    for (name, before) in old {
        found.insert(name.clone(), Difference { name, before: Some(before), after: None });
    }
    found.into_values().collect()
}

fn flat(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    if let Ok(table) = text.parse::<Table>() {
        put(&mut found, "", &Value::Table(table));
    }
    found
}

fn put(found: &mut BTreeMap<String, String>, name: &str, value: &Value) {
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value {
        // Rules of the first kind called the section by the kind's name.
        Value::Table(table) => table.iter().for_each(|(key, value)| {
            let key = if key == "lowest_multiple" { "judgement" } else { key };
            put(found, &below(key), value);
        }),
        Value::Array(list) => list.iter().zip(1..).for_each(|(value, at): (&Value, usize)| {
            // A tier is known by its word, a number by its name; then a row put in between moves nothing.
            let key = ["tier", "name"].iter().find_map(|key| value.get(key)?.as_str());
            put(found, &below(key.unwrap_or(&at.to_string())), value);
        }),
        Value::String(text) => drop(found.insert(name.to_owned(), text.clone())),
        other => drop(found.insert(name.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices::monitoring::rules::text;

    #[test]
    fn values_are_compared_wherever_they_stand() {
        let old = text("mad-outlier").unwrap();
        let check = |changes: &[(&str, &str)], want: &[&str]| {
            let new = changes.iter().fold(old.to_owned(), |text, (from, to)| {
                assert!(text.contains(from), "{from}");
                text.replacen(from, to, 1)
            });
            let said: Vec<String> = between(old, &new)
                .into_iter()
                .map(|it| {
                    format!(
                        "{}: {} > {}",
                        it.name,
                        it.before.unwrap_or_default(),
                        it.after.unwrap_or_default()
                    )
                })
                .collect();
            assert_eq!(said, want);
        };
        check(&[], &[]);
        check(&[("# Signs", "# signs")], &[]);
        check(&[("version = 1", "version = 2")], &["version: 1 > 2"]);
        check(
            &[("tier = \"red1\", above = \"10\"", "tier = \"red1\", from = \"12\"")],
            &["judgement.tiers.red1.above: 10 > ", "judgement.tiers.red1.from:  > 12"],
        );
        check(
            &[("    { tier = \"yellow\", above = \"6\" },\n", ""), ("value = \"6\"", "value = \"8\"")],
            &[
                "judgement.parameters.least_purchases.value: 6 > 8",
                "judgement.tiers.yellow.above: 6 > ",
                "judgement.tiers.yellow.tier: yellow > ",
            ],
        );
    }
}
