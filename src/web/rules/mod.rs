//! Pages of rule sets: the versions, one with its parameters, drafts, and two compared.

pub mod compare;
pub mod draft;
pub mod edit;
pub mod list;
pub mod show;

use crate::rounds::RuleSetVersion;
use crate::rounds::rule_set::RuleSet;
use crate::text::{Lang, Text};

/// One side of a difference.
fn shown(value: &Option<String>, t: &Text) -> String {
    value.as_ref().map_or_else(|| t.drafts.absent.to_owned(), |value| t.parameter_value(value))
}

/// A version's title in the reader's language.
fn title(version: &RuleSetVersion, lang: Lang) -> String {
    match (lang, RuleSet::parse(&version.body)) {
        (Lang::En, Ok(rules)) => rules.title_en,
        _ => version.title.clone(),
    }
}
