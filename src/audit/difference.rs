//! What changed between two JSON values, field by field, for people. Pure.

use serde_json::Value;

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The field, `a.b` for a field inside another; empty when the whole is one value.
    pub field: String,
    /// What it was; empty when it was not there.
    pub before: String,
    /// What it is; empty when it is gone.
    pub after: String,
}

/// Most fields shown of one entry: a bulk change is read in the export.
const FIELDS: usize = 200;

/// The fields that differ, in the order of their names.
pub fn difference(before: &str, after: &str) -> Vec<Change> {
    let read = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    let mut found = Vec::new();
    compare(String::new(), &read(before), &read(after), &mut found);
    found.truncate(FIELDS);
    found
}

fn compare(field: String, before: &Value, after: &Value, found: &mut Vec<Change>) {
    if before == after {
        return;
    }
    let empty = serde_json::Map::new();
    let (old, new) = match (before, after) {
        (Value::Object(old), Value::Object(new)) => (old, new),
        (Value::Object(old), Value::Null) => (old, &empty),
        (Value::Null, Value::Object(new)) => (&empty, new),
        _ => {
            found.push(Change { field, before: shown(before), after: shown(after) });
            return;
        }
    };
    let mut names: Vec<&String> = old.keys().chain(new.keys().filter(|k| !old.contains_key(*k))).collect();
    names.sort_unstable();
    for name in names {
        let inner = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
        let value = |map: &serde_json::Map<String, Value>| map.get(name).cloned().unwrap_or(Value::Null);
        compare(inner, &value(old), &value(new), found);
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown() {
        let check = |before: &str, after: &str, want: &[(&str, &str, &str)]| {
            let got = difference(before, after);
            let got: Vec<_> =
                got.iter().map(|c| (c.field.as_str(), c.before.as_str(), c.after.as_str())).collect();
            assert_eq!(got, want, "{before} → {after}");
        };
        check("null", "null", &[]);
        check(r#"{"a":1,"b":"x"}"#, r#"{"a":2,"b":"x"}"#, &[("a", "1", "2")]);
        check("null", r#"{"b":"y","a":null}"#, &[("b", "", "y")]);
        check(r#"{"a":{"b":1,"c":2}}"#, r#"{"a":{"b":1}}"#, &[("a.c", "2", "")]);
        check(r#"["x"]"#, r#"["x","y"]"#, &[("", r#"["x"]"#, r#"["x","y"]"#)]);
        check("3", "4", &[("", "3", "4")]);
        check("not json", "null", &[("", "not json", "")]);
    }
}
