//! Versions of monitoring rules: those published here, or the program's own of a rule that nobody here has changed.
//!
//! **Which version judges a month.** Of the versions that have begun by it, the one published last: a version holds from
//! its own first day until a later one begins. A version that begins in the past takes the months of those before it,
//! which are judged again.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use super::embedded;
use super::rules::Rule;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::{monitoring_drafts, monitoring_rules};
use crate::text::Lang;
use crate::types::{AccountId, MonitoringDraftId, Time};

/// One version of a rule. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = monitoring_rules, treat_none_as_default_value = false)]
pub struct Version {
    /// The rule's name.
    pub name: String,
    /// Its number.
    pub version: i32,
    /// Its text.
    pub body: String,
    /// SHA-256 of it.
    pub sha256: String,
    /// Its first day.
    pub effective_from: NaiveDate,
    /// Who published it; none when it came with the program.
    pub published_by: Option<AccountId>,
    /// When; none when it came with the program.
    pub published_at: Option<Time>,
}

impl Version {
    /// A rule as a version that nobody published.
    pub fn of(rule: &Rule, body: &str) -> Result<Self> {
        Ok(Self {
            name: rule.name.clone(),
            version: i32::try_from(rule.version).map_err(Error::fault_of)?,
            body: body.to_owned(),
            sha256: rule.hash.clone(),
            effective_from: rule.effective.from,
            published_by: None,
            published_at: None,
        })
    }

    /// The rule it is the text of.
    pub fn rule(&self) -> Result<Rule> {
        Rule::parse(&self.body).map_err(Error::refused)
    }
}

/// The program's own version of a rule.
fn own(name: &str) -> Result<Option<Version>> {
    let Ok(text) = embedded::text(name) else { return Ok(None) };
    let rule = Rule::parse(text).map_err(Error::refused)?;
    Version::of(&rule, text).map(Some)
}

/// The versions of a rule, the newest first; none when there is no such rule.
pub fn of(conn: &mut Conn, name: &str) -> Result<Vec<Version>> {
    let stored: Vec<Version> = monitoring_rules::table
        .filter(monitoring_rules::name.eq(name))
        .order(monitoring_rules::version.desc())
        .select(Version::as_select())
        .load(conn)?;
    if stored.is_empty() { Ok(own(name)?.into_iter().collect()) } else { Ok(stored) }
}

/// One version.
pub fn version(conn: &mut Conn, name: &str, number: i32) -> Result<Version> {
    of(conn, name)?.into_iter().find(|it| it.version == number).ok_or(Error::NotFound)
}

/// Every version of every rule, in the order of the rules, the oldest of a rule first.
pub fn every(conn: &mut Conn) -> Result<Vec<Version>> {
    let stored: Vec<Version> = monitoring_rules::table
        .order((monitoring_rules::name, monitoring_rules::version))
        .select(Version::as_select())
        .load(conn)?;
    let mut found = Vec::new();
    for name in embedded::names() {
        let mut here = stored.iter().filter(|it| it.name == name).cloned().peekable();
        match here.peek() {
            Some(_) => found.extend(here),
            None => found.extend(own(name)?),
        }
    }
    Ok(found)
}

/// Enters a version.
pub fn insert(tx: &mut Tx, it: &Version) -> Result<()> {
    diesel::insert_into(monitoring_rules::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// The rules as a scan judges by them: each version for the months it holds.
pub fn judging(conn: &mut Conn) -> Result<Vec<Rule>> {
    let rules: Vec<Rule> = every(conn)?.iter().map(Version::rule).collect::<Result<_>>()?;
    Ok(in_turn(rules))
}

/// The same of one rule, case ignored.
pub fn judging_of(conn: &mut Conn, name: &str) -> Result<Vec<Rule>> {
    let name = embedded::find(name).map_err(Error::refused)?.name;
    let rules: Vec<Rule> = of(conn, &name)?.iter().map(Version::rule).collect::<Result<_>>()?;
    Ok(in_turn(rules))
}

/// The rules that hold on a day.
pub fn in_force(conn: &mut Conn, day: NaiveDate) -> Result<Vec<Rule>> {
    let mut rules = judging(conn)?;
    rules.retain(|rule| rule.in_force(day).is_ok());
    Ok(rules)
}

/// Gives each version its turn: it ends the day before one published after it begins. A version that never has a turn
/// is left out.
pub fn in_turn(rules: Vec<Rule>) -> Vec<Rule> {
    let begins: Vec<(String, u32, NaiveDate)> =
        rules.iter().map(|it| (it.name.clone(), it.version, it.effective.from)).collect();
    let turn = |mut rule: Rule| {
        let later = begins.iter().filter(|it| it.0 == rule.name && it.1 > rule.version);
        if let Some(last) = later.map(|it| it.2).min().and_then(|day| day.pred_opt()) {
            rule.effective.to = Some(rule.effective.to.map_or(last, |to| to.min(last)));
        }
        rule.effective.to.is_none_or(|to| rule.effective.from <= to).then_some(rule)
    };
    rules.into_iter().filter_map(turn).collect()
}

/// The titles of the rules by their names: of each the newest version's.
pub fn titles(conn: &mut Conn, lang: Lang) -> Result<Vec<(String, String)>> {
    let mut found: Vec<(String, String)> = Vec::new();
    for version in every(conn)? {
        let rule = version.rule()?;
        match found.last_mut().filter(|it| it.0 == rule.name) {
            Some(known) => known.1 = rule.title(lang).to_owned(),
            None => found.push((rule.name.clone(), rule.title(lang).to_owned())),
        }
    }
    Ok(found)
}

/// The titles as they are on a day: of the version that is in force, else of the newest.
pub fn titles_on(conn: &mut Conn, day: NaiveDate, lang: Lang) -> Result<BTreeMap<String, String>> {
    let rules: Vec<Rule> = every(conn)?.iter().map(Version::rule).collect::<Result<_>>()?;
    let said = |rule: &Rule| (rule.name.clone(), rule.title(lang).to_owned());
    let mut found: BTreeMap<String, String> = rules.iter().map(said).collect();
    found.extend(in_turn(rules).iter().filter(|rule| rule.in_force(day).is_ok()).map(said));
    Ok(found)
}

/// Name and title of a draft, as a request for approval names it.
pub fn draft_named(conn: &mut Conn, id: &MonitoringDraftId) -> Result<Option<(String, String)>> {
    let found = monitoring_drafts::table.find(id);
    Ok(found.select((monitoring_drafts::name, monitoring_drafts::title)).first(conn).optional()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule(version: u32, from: &str, to: Option<&str>) -> Rule {
        let mut rule = embedded::find("mad-outlier").unwrap();
        rule.version = version;
        rule.effective.from = from.parse().unwrap();
        rule.effective.to = to.map(|to| to.parse().unwrap());
        rule
    }

    fn day(month: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, 1).unwrap()
    }

    #[test]
    fn a_version_ends_where_a_later_one_begins() {
        let check = |rules: Vec<Rule>, want: &[&str]| {
            let shown: Vec<String> = in_turn(rules)
                .iter()
                .map(|it| {
                    let to = it.effective.to.map(|to| to.to_string()).unwrap_or_default();
                    format!("{} {} {to}", it.version, it.effective.from)
                })
                .collect();
            assert_eq!(shown, want);
        };
        check(vec![rule(1, "2019-01-01", None)], &["1 2019-01-01 "]);
        check(
            vec![rule(1, "2019-01-01", None), rule(2, "2026-12-01", None)],
            &["1 2019-01-01 2026-11-30", "2 2026-12-01 "],
        );
        // The later version takes everything; an end of its own does not bring the one before back.
        check(
            vec![rule(1, "2019-01-01", None), rule(2, "2019-01-01", Some("2026-06-30"))],
            &["2 2019-01-01 2026-06-30"],
        );
        check(
            vec![rule(1, "2019-01-01", Some("2020-12-31")), rule(2, "2026-01-01", None)],
            &["1 2019-01-01 2020-12-31", "2 2026-01-01 "],
        );
        check(
            vec![rule(1, "2019-01-01", None), rule(2, "2026-06-01", None), rule(3, "2026-03-01", None)],
            &["1 2019-01-01 2026-02-28", "3 2026-03-01 "],
        );
    }

    proptest! {
        #[test]
        fn in_a_month_the_latest_version_that_has_begun_judges(begins in prop::collection::vec(1_u32..=12, 1..6)) {
            let numbers = 1_u32..;
            let rules: Vec<Rule> = begins
                .iter()
                .zip(numbers)
                .map(|(month, number)| rule(number, &day(*month).to_string(), None))
                .collect();
            let turns = in_turn(rules.clone());
            for month in 1..=12 {
                let judging: Vec<u32> = turns.iter().filter(|it| it.covers(day(month))).map(|it| it.version).collect();
                let begun = rules.iter().filter(|it| it.effective.from <= day(month)).map(|it| it.version);
                prop_assert_eq!(judging, begun.max().into_iter().collect::<Vec<_>>());
            }
        }
    }
}
