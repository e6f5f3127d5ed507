//! When a draft may be published. Pure.

use crate::prices::monitoring::difference::Difference;
use crate::rounds::drafts;
use crate::text::{Say, Text, fill};

/// Longest text of a rule, in characters.
const LONGEST: usize = 40_000;

/// Why a draft of a monitoring rule is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// What it says now was not tried out.
    Untried,
    /// This version was published since it was copied.
    Overtaken(i32),
    /// Its text is too long.
    Long,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let w = &t.watching;
        match self {
            Self::Untried => w.untried.to_owned(),
            Self::Overtaken(version) => fill(w.overtaken, &[("version", version)]),
            Self::Long => fill(w.too_long, &[("n", &LONGEST)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        if *self == Self::Long { Some("body") } else { None }
    }
}

/// A text as it is kept: lines end as they do in files, the last one too.
pub fn text(given: &str) -> Result<String, Refused> {
    if given.chars().count() > LONGEST {
        return Err(Refused::Long);
    }
    Ok(format!("{}\n", given.replace("\r\n", "\n").trim_end()))
}

/// Whether what differs is more than the number.
pub fn changes(differences: &[Difference]) -> Result<(), drafts::Refused> {
    if differences.iter().any(|it| it.name != "version") { Ok(()) } else { Err(drafts::Refused::Nothing) }
}

/// Whether a text has the number that follows the latest version.
pub fn may_follow(body: &str, latest: i32) -> Result<(), Refused> {
    let table: toml::Table = body.parse().unwrap_or_default();
    let number = table.get("version").and_then(toml::Value::as_integer);
    match number {
        Some(number) if number <= i64::from(latest) => Err(Refused::Overtaken(latest)),
        _ => Ok(()),
    }
}

/// A text with another version's number; its comments and everything else stay.
pub fn numbered(body: &str, version: i32) -> String {
    let mut is_done = false;
    let line = |line: &str| {
        let is_it = !is_done && line.split('=').next().is_some_and(|key| key.trim() == "version");
        is_done |= is_it;
        if is_it { format!("version = {version}\n") } else { format!("{line}\n") }
    };
    body.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices::monitoring::rules;

    #[test]
    fn a_copy_differs_in_its_number_alone() {
        for name in rules::names() {
            let text = rules::text(name).unwrap();
            let copy = numbered(text, 7);
            assert_eq!(copy.replacen("version = 7\n", "version = 1\n", 1), text, "{name}");
        }
    }

    #[test]
    fn a_text_keeps_its_lines() {
        assert_eq!(super::text("a = 1\r\nb = 2\r\n\r\n").unwrap(), "a = 1\nb = 2\n");
        assert_eq!(super::text(&"x".repeat(LONGEST + 1)), Err(Refused::Long));
    }

    #[test]
    fn a_number_already_taken_cannot_be_published() {
        let check = |version: &str, latest: i32, want: Result<(), Refused>| {
            assert_eq!(may_follow(&format!("version = {version}\n"), latest), want);
        };
        check("2", 1, Ok(()));
        check("2", 2, Err(Refused::Overtaken(2)));
        check("2", 3, Err(Refused::Overtaken(3)));
    }
}
