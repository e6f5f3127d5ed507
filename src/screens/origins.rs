//! Screens of where bids came from: device, file, and what was withdrawn or came too late.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rust_decimal::Decimal;

use super::rules::{Found, plain};
use super::statistics::settled;
use super::{Finding, Input, Screen, Submission};

/// Milliseconds of a minute.
const MINUTE: i64 = 60_000;

/// Looks at how the bids came in.
pub(super) fn screen(input: &Input, found: &mut Found) {
    same_device(input, found);
    same_author(input, found);
    withdrawn_late(input, found);
}

fn companies<'a>(list: &[&'a Submission]) -> BTreeSet<&'a Arc<str>> {
    list.iter().map(|it| &it.company).collect()
}

/// The submissions by something they have in common, each list by time; what is empty is nothing in common.
fn grouped<'a>(
    input: &'a Input,
    of: impl Fn(&'a Submission) -> &'a str,
) -> BTreeMap<&'a str, Vec<&'a Submission>> {
    let mut groups: BTreeMap<&str, Vec<&Submission>> = BTreeMap::new();
    for submission in input.submissions.iter().filter(|it| !of(it).trim().is_empty()) {
        groups.entry(of(submission).trim()).or_default().push(submission);
    }
    for list in groups.values_mut() {
        list.sort_by_key(|it| (it.at, it.seq));
    }
    groups
}

/// Submissions for a reader: `№3 2026-11-27 10:02:11`.
fn listed(list: &[&Submission]) -> String {
    list.iter().map(|it| format!("№{} {}", it.seq, it.at.seconds())).collect::<Vec<_>>().join(", ")
}

fn finding(screen: Screen, list: &[&Submission], figure: Decimal, threshold: Decimal, mark: &str) -> Finding {
    let who = companies(list);
    Finding {
        screen,
        lot: None,
        n: who.len(),
        companies: who.into_iter().cloned().collect(),
        mark: mark.to_owned(),
        figure,
        threshold,
        arithmetic: String::new(),
        rows: Vec::new(),
    }
}

/// Bids of different companies from one address and browser within the time.
fn same_device(input: &Input, found: &mut Found) {
    for (device, list) in grouped(input, |it| &it.device) {
        let who = companies(&list).len();
        let Some(threshold) = found.looks(Screen::SameDevice, who) else { continue };
        if !threshold.is_small(who) {
            continue;
        }
        let apart = |pair: &[&Submission]| match pair {
            [a, b] if a.company != b.company => Some(b.at.millis().saturating_sub(a.at.millis())),
            _ => None,
        };
        // By time: the closest two of different companies are neighbours.
        let Some(least) = list.windows(2).filter_map(apart).min() else { continue };
        let figure = settled(Decimal::from(least).checked_div(Decimal::from(MINUTE)).unwrap_or_default());
        if figure > threshold.value() {
            continue;
        }
        let (network, agent) = list.first().map_or(("", ""), |it| (&*it.network, &*it.agent));
        let arithmetic = format!("{network} · {agent} · {} min: {}", plain(&figure), listed(&list));
        let it = finding(Screen::SameDevice, &list, figure, threshold.value(), device);
        found.push(Finding { arithmetic, ..it });
    }
}

/// Files of different companies with one author, last editor or moment of making.
fn same_author(input: &Input, found: &mut Found) {
    type Kind = (&'static str, fn(&Submission) -> &str);
    let kinds: [Kind; 3] =
        [("creator", |it| &it.author), ("lastModifiedBy", |it| &it.editor), ("created", |it| &it.made)];
    for (kind, of) in kinds {
        for (value, list) in grouped(input, of) {
            let who = companies(&list).len();
            let Some(threshold) = found.looks(Screen::SameAuthor, who) else { continue };
            let says_nothing = threshold.ignored.iter().any(|word| *word == value.to_lowercase());
            let figure = Decimal::from(who);
            if says_nothing || !threshold.is_small(who) || figure < threshold.value() {
                continue;
            }
            let mark = format!("{kind} = {value}");
            let arithmetic = format!("{mark}: {}", listed(&list));
            let it = finding(Screen::SameAuthor, &list, figure, threshold.value(), &mark);
            found.push(Finding { arithmetic, ..it });
        }
    }
}

/// How many of those who submitted had nothing opened. Nobody is named: what was withdrawn stays sealed.
fn withdrawn_late(input: &Input, found: &mut Found) {
    let (all, nothing) = input.submitted;
    let Some(threshold) = found.looks(Screen::WithdrawnLate, all) else { return };
    let figure = Decimal::from(nothing).checked_div(Decimal::from(all)).unwrap_or_default();
    let figure = settled(figure);
    if figure < threshold.value() {
        return;
    }
    let it = finding(Screen::WithdrawnLate, &[], figure, threshold.value(), "");
    found.push(Finding { n: all, arithmetic: format!("{nothing} / {all} = {}", plain(&figure)), ..it });
}
