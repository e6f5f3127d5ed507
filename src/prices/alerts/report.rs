//! The figures of one alert mail: what is new for a subscription and what is gone, summed once for chart, tables, text
//! and page.

use std::collections::BTreeMap;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::notify::{Line, Part, Report};
use crate::prices::alerts::rules::Scope;
use crate::prices::alerts::store::{self, Group, Named, Range};
use crate::prices::alerts::{Subscription, Wish};
use crate::prices::findings::State;
use crate::prices::monitoring::{self, Tier, versions};
use crate::text::Lang;
use crate::types::{AlertId, Money, Time};

/// Findings a mail names one by one.
const TOP: usize = 10;
/// Products of the chart.
const BARS: usize = 8;

/// What a report is about.
pub struct About<'a> {
    /// The subscription.
    pub subscription: &'a Subscription,
    /// What its reader may see now.
    pub scope: &'a Scope,
    /// The reader's language.
    pub lang: Lang,
    /// The last sweep to tell of.
    pub to: i64,
    /// Now.
    pub now: Time,
}

/// Whether there is a monitoring rule of this name.
pub fn is_rule(name: &str) -> bool {
    monitoring::rules::find(name).is_ok()
}

/// The titles of the rules by their names.
type Titles = BTreeMap<String, String>;

/// The title of a rule; of one that is no longer known, its name.
fn title(titles: &Titles, name: &str) -> String {
    titles.get(name).map_or(name, String::as_str).to_owned()
}

/// Writes the report of a subscription that the page `/alerts/{id}` will show.
pub fn write(conn: &mut Conn, about: &About, id: &AlertId, unsubscribe: &str) -> Result<Report> {
    let (it, lang) = (about.subscription, about.lang);
    let wish = it.wish();
    let range = |state| Range { after: it.sweep, to: about.to, wish: &wish, scope: about.scope, state };
    let (new, gone) = (range(State::Standing), range(State::Gone));
    let titles = versions::titles_on(conn, about.now.day(), lang)?;
    let groups = store::groups(conn, &new)?;
    let gone_groups = store::groups(conn, &gone)?;
    let products = store::products(conn, &new, BARS)?.into_iter().map(|of| Part {
        name: product(&of.generic, &of.spec, &of.maker),
        count: of.count,
        effect: of.effect,
    });
    let lines = |rows: Vec<Named>| rows.into_iter().map(|row| line(row, &titles, lang)).collect();
    Ok(Report {
        name: it.name.clone(),
        path: format!("/alerts/{id}"),
        list: list(&wish),
        subscription: format!("/alerts/subscriptions/{}/edit", it.id),
        unsubscribe: unsubscribe.to_owned(),
        from: it.told_to,
        to: about.now,
        is_test: false,
        found: groups.iter().map(|group| group.count).sum(),
        effect: store::effect(conn, &new)?,
        gone: gone_groups.iter().map(|group| group.count).sum(),
        gone_effect: store::effect(conn, &gone)?,
        tiers: by_tier(&groups, lang)?,
        rules: by_rule(&groups, &titles)?,
        products: products.collect(),
        top: lines(store::dearest(conn, &new, TOP)?),
        top_gone: lines(store::dearest(conn, &gone, TOP)?),
    })
}

/// The list of findings, narrowed as the wish is as far as the list can be. What may hold any character is left out.
fn list(wish: &Wish) -> String {
    let pairs = [
        ("product", wish.product.as_ref().map_or("", |id| id.as_str())),
        ("hospital", wish.hospital.as_ref().map_or("", |id| id.as_str())),
        ("rule", wish.rule.as_str()),
    ];
    let given = pairs.iter().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<String> = given.map(|(name, value)| format!("{name}={value}")).collect();
    if pairs.is_empty() { "/findings".to_owned() } else { format!("/findings?{}", pairs.join("&")) }
}

fn product(generic: &str, spec: &str, maker: &str) -> String {
    let parts = [generic, spec, maker].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(" ")
}

fn line(row: Named, titles: &Titles, lang: Lang) -> Line {
    Line {
        path: format!("/findings/{}", row.id),
        product: product(&row.generic, &row.spec, &row.maker),
        hospital: row.hospital.unwrap_or_default(),
        supplier: row.supplier,
        month: row.month,
        rule: title(titles, &row.rule),
        tier: row.tier.name(lang.text()).to_owned(),
        observed: row.observed,
        reference: row.reference,
        quantity: row.quantity,
        effect: row.effect,
        effect_all: row.effect_all,
    }
}

fn too_much() -> Error {
    Error::fault("a sum of effects no longer fits")
}

/// Adds groups up by a key.
fn grouped<K: Ord>(groups: &[Group], key: impl Fn(&Group) -> K) -> Result<BTreeMap<K, (i64, Money)>> {
    let mut sums: BTreeMap<K, (i64, Money)> = BTreeMap::new();
    for group in groups {
        let sum = sums.entry(key(group)).or_default();
        *sum = (sum.0 + group.count, sum.1.plus(group.effect).ok_or_else(too_much)?);
    }
    Ok(sums)
}

/// By tier, the gravest first.
fn by_tier(groups: &[Group], lang: Lang) -> Result<Vec<Part>> {
    let sums = grouped(groups, |group| group.tier)?.into_iter().rev();
    let part =
        |(tier, (count, effect)): (Tier, _)| Part { name: tier.name(lang.text()).to_owned(), count, effect };
    Ok(sums.map(part).collect())
}

/// By rule, the dearest first.
fn by_rule(groups: &[Group], titles: &Titles) -> Result<Vec<Part>> {
    let sums = grouped(groups, |group| group.rule.clone())?.into_iter();
    let mut parts: Vec<Part> =
        sums.map(|(rule, (count, effect))| Part { name: title(titles, &rule), count, effect }).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.effect));
    Ok(parts)
}
