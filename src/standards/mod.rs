//! Payment standards (医保支付标准): what the fund recognises for each product of an awarded lot, and for each
//! negotiated drug (谈判药品).
//!
//! Released rows are never edited: a correction is a new row that supersedes the old one.

pub mod corrections;
pub mod draft;
pub mod effects;
pub mod feed;
pub mod links;
pub mod negotiated;
pub mod output;
pub mod path;
pub mod refused;
pub mod rules;
pub mod store;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::awards;
use crate::db::{self, Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::rounds::approvals::{self, Action, Asked};
use crate::rounds::{self, Round};
use crate::schema::{releases, standards};
use crate::text::Text;
use crate::types::{
    AccountId, Ctx, NegotiatedListId, ReleaseId, RoundId, StandardId, Time, UnitPrice, sha256,
};

pub use corrections::{Correction, ask_correction, corrected, decide_correction, open_correction};
pub use draft::{Draft, Line};
use negotiated::NegotiatedList;
pub use refused::Refused;

/// A released payment standard of one product for a span of days.
///
/// In force on a day is the row that covers it and that no row supersedes; when several do, of one product,
/// company and spec, the one that starts last.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = standards, treat_none_as_default_value = false)]
pub struct Standard {
    /// Its place in the feed, from 1 without a gap.
    pub seq: i64,
    /// Its id.
    pub id: StandardId,
    /// The release it came with.
    pub release_id: ReleaseId,
    /// The round it follows from; none of a negotiated drug.
    pub round_id: Option<RoundId>,
    /// The lot's code in that round; empty of a negotiated drug.
    pub lot: String,
    /// The product as bid, or its code in the catalogue.
    pub product: String,
    /// The generic name.
    pub generic: String,
    /// The product's spec.
    pub spec: String,
    /// The product's pack; empty when the standard holds for every pack.
    pub pack: String,
    /// The unit it is for; empty where it is the smallest one of the spec.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// The company.
    pub company: String,
    /// Yuan the fund recognises for one smallest unit of the product's spec.
    pub standard: UnitPrice,
    /// The product's own price for one such unit.
    pub price: UnitPrice,
    /// First day.
    pub starts: NaiveDate,
    /// Last day; open until another standard of the product starts.
    pub ends: Option<NaiveDate>,
    /// Why: a word of [`rules::Basis`], [`NEGOTIATED`] or [`CORRECTED`].
    pub basis: String,
    /// The clause it rests on.
    pub clause: String,
    /// The arithmetic with its numbers, or a correction's reason.
    pub arithmetic: String,
    /// Also dispensed by designated pharmacies (双通道).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dual_channel: bool,
    /// The number of the document it rests on (文号); empty of a round.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub document: String,
    /// What is remarked.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub remark: String,
    /// The row it takes the place of.
    pub supersedes: Option<i64>,
}

/// The basis of a row corrected by hand.
pub const CORRECTED: &str = "CORRECTED";

/// The basis of a negotiated drug's row.
pub const NEGOTIATED: &str = "NEGOTIATED";

/// The name of a basis for people.
pub fn basis_name<'a>(t: &'a Text, basis: &'a str) -> &'a str {
    let s = &t.standards;
    match basis.parse() {
        Ok(rules::Basis::Selected) => s.basis_selected,
        Ok(rules::Basis::Lower) => s.basis_lower,
        Ok(rules::Basis::WithinMultiple) => s.basis_within,
        Ok(rules::Basis::Cut) => s.basis_cut,
        Ok(rules::Basis::FinalYear) => s.basis_final,
        Ok(rules::Basis::NotEvaluated) => s.basis_not_evaluated,
        Err(()) if basis == CORRECTED => s.basis_corrected,
        Err(()) if basis == NEGOTIATED => t.negotiated.basis,
        Err(()) => basis,
    }
}

/// Standards released together.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = releases, treat_none_as_default_value = false)]
pub struct Release {
    /// Its id.
    pub id: ReleaseId,
    /// The round's or list's number and a running number.
    pub number: String,
    /// Of which round.
    pub round_id: Option<RoundId>,
    /// Of which list of negotiated drugs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_id: Option<NegotiatedListId>,
    /// First row of the feed.
    pub first_seq: i64,
    /// Last row of the feed.
    pub last_seq: i64,
    /// How many rows.
    pub lines: i32,
    /// SHA-256 over the rows.
    pub sha256: String,
    /// When.
    pub released_at: Time,
    /// Who released it: the second person.
    pub account_id: Option<AccountId>,
}

/// A row to be released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    /// What it says.
    pub line: Line,
    /// The row it takes the place of.
    pub supersedes: Option<i64>,
}

/// What a release follows from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A round's award.
    Round(Round),
    /// A list of negotiated drugs.
    Negotiated(NegotiatedList),
}

impl Source {
    /// Its number.
    pub fn number(&self) -> &str {
        match self {
            Source::Round(it) => &it.number,
            Source::Negotiated(it) => &it.number,
        }
    }

    /// Its title.
    pub fn title(&self) -> &str {
        match self {
            Source::Round(it) => &it.title,
            Source::Negotiated(it) => &it.title,
        }
    }

    /// The round, if it is one.
    pub fn round(&self) -> Option<&Round> {
        match self {
            Source::Round(it) => Some(it),
            Source::Negotiated(_) => None,
        }
    }

    /// Its page.
    pub fn path(&self) -> String {
        match self {
            Source::Round(it) => format!("/rounds/{}/standards", it.id),
            Source::Negotiated(it) => negotiated::path(&it.number),
        }
    }

    fn releases(&self, conn: &mut Conn) -> Result<Vec<Release>> {
        match self {
            Source::Round(it) => store::releases_of(conn, &it.id),
            Source::Negotiated(it) => negotiated::store::releases_of(conn, &it.id),
        }
    }
}

/// Writes a release of a round.
pub fn write(tx: &mut Tx, ctx: &Ctx, round: &Round, rows: Vec<New>) -> Result<Release> {
    publish(tx, ctx, &Source::Round(round.clone()), rows)
}

/// Writes a release: its rows take the next numbers of the feed in this transaction, so they become visible in
/// their order and without a gap.
fn publish(tx: &mut Tx, ctx: &Ctx, of: &Source, rows: Vec<New>) -> Result<Release> {
    if rows.is_empty() {
        return Err(Refused::Nothing.into());
    }
    let lines = i32::try_from(rows.len()).map_err(|_| Error::fault("too many standards for one release"))?;
    let first = db::next_numbers(tx, "standards", i64::from(lines))?;
    let count = of.releases(tx.conn())?.len() + 1;
    let id = ReleaseId::new();
    let (round_id, list_id) = match of {
        Source::Round(it) => (Some(it.id.clone()), None),
        Source::Negotiated(it) => (None, Some(it.id.clone())),
    };
    let made: Vec<Standard> =
        (first..).zip(rows).map(|(seq, row)| released(seq, &id, round_id.as_ref(), row)).collect();
    let release = Release {
        id,
        number: format!("{}-ZF{count:02}", of.number()),
        round_id,
        list_id,
        first_seq: first,
        last_seq: first + i64::from(lines) - 1,
        lines,
        sha256: sha256(serde_json::to_string(&made)?.as_bytes()),
        released_at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    store::insert_release(tx, &release)?;
    store::insert_all(tx, &made)?;
    let deed = Deed { action: "standards.release", subject: "releases", id: release.id.as_str() };
    audit::record(tx, ctx, deed, &(), &release)?;
    tell(tx, ctx, of, &release)?;
    Ok(release)
}

fn released(
    seq: i64,
    release: &ReleaseId,
    round: Option<&RoundId>,
    New { line, supersedes }: New,
) -> Standard {
    Standard {
        seq,
        id: StandardId::new(),
        release_id: release.clone(),
        round_id: round.cloned(),
        lot: line.lot,
        product: line.product,
        generic: line.generic,
        spec: line.spec,
        pack: line.pack,
        unit: line.unit,
        company: line.company,
        standard: line.standard,
        price: line.price,
        starts: line.starts,
        ends: line.ends,
        basis: line.basis,
        clause: line.clause,
        arithmetic: line.arithmetic,
        dual_channel: line.dual_channel,
        document: line.document,
        remark: line.remark,
        supersedes,
    }
}

/// Settlement hears of a release.
fn tell(tx: &mut Tx, ctx: &Ctx, of: &Source, release: &Release) -> Result<()> {
    let letter = Letter::StandardsReleased {
        number: release.number.clone(),
        title: of.title().to_owned(),
        path: "/standards".to_owned(),
        lines: i64::from(release.lines),
    };
    for to in people::recipients_with(tx.conn(), Role::Settlement)? {
        notify::post(tx, ctx, &to, &letter, &format!("standards_released:{}", release.id))?;
    }
    Ok(())
}

/// What a release of a round would write now: the draft, less what is released already. A product whose standard
/// was corrected by hand stays as it was corrected.
pub fn pending(conn: &mut Conn, round: &Round) -> Result<(Draft, Vec<New>)> {
    let draft = draft::of_round(conn, round)?;
    let current = store::current_of_round(conn, &round.id)?;
    let rows = unreleased(&draft.lines, &current);
    Ok((draft, rows))
}

type Key<'a> = (&'a str, &'a str, &'a str, &'a str);

/// The lines that differ from what is released. Every released row of a product that changed is superseded: by
/// the new row of the same first day, else by what the new rows say for that day.
pub fn unreleased(lines: &[Line], current: &[Standard]) -> Vec<New> {
    let mut old: BTreeMap<Key, Vec<&Standard>> = BTreeMap::new();
    for it in current {
        old.entry((&it.lot, &it.company, &it.product, &it.spec)).or_default().push(it);
    }
    let mut wanted: BTreeMap<Key, Vec<&Line>> = BTreeMap::new();
    let mut order: Vec<Key> = Vec::new();
    for it in lines {
        let key: Key = (&it.lot, &it.company, &it.product, &it.spec);
        let list = wanted.entry(key).or_default();
        if list.is_empty() {
            order.push(key);
        }
        list.push(it);
    }
    let mut rows = Vec::new();
    for key in order {
        let (Some(new), old) = (wanted.get(&key), old.get(&key).map(Vec::as_slice).unwrap_or_default())
        else {
            continue;
        };
        if old.iter().any(|o| o.basis == CORRECTED) || is_same(new, old) {
            continue;
        }
        for line in new {
            let supersedes = old.iter().find(|o| o.starts == line.starts).map(|o| o.seq);
            rows.push(New { line: (*line).clone(), supersedes });
        }
        for gone in old.iter().filter(|o| new.iter().all(|n| n.starts != o.starts)) {
            let Some(there) = new.iter().rev().find(|n| n.starts <= gone.starts).or(new.first()) else {
                continue;
            };
            let line = Line { starts: gone.starts, ..(*there).clone() };
            rows.push(New { line, supersedes: Some(gone.seq) });
        }
    }
    rows
}

/// Whether what is released says on every day what the new lines say; before their first day it says what they begin
/// with. A row written for a step that fell away makes no difference.
fn is_same(new: &[&Line], old: &[&Standard]) -> bool {
    let released =
        |day: NaiveDate| rules::in_force(old.iter().copied(), day).map(|it| (it.standard, it.basis.as_str()));
    let wanted = |day: NaiveDate| {
        let begun = new.iter().filter(|it| it.starts <= day).max_by_key(|it| it.starts).or(new.first());
        begun.filter(|it| it.ends.is_none_or(|ends| ends >= day)).map(|it| (it.standard, it.basis.as_str()))
    };
    let turns = |starts: NaiveDate, ends: Option<NaiveDate>| {
        [Some(starts), ends.and_then(|day| day.succ_opt())].into_iter().flatten()
    };
    let mut days = (old.iter().flat_map(|it| turns(it.starts, it.ends)))
        .chain(new.iter().flat_map(|it| turns(it.starts, it.ends)));
    days.all(|day| released(day) == wanted(day))
}

/// The fingerprint of rows to be released: the second person releases what was looked at and nothing else.
pub fn fingerprint(rows: &[New]) -> Result<String> {
    let facts: Vec<_> = rows.iter().map(|r| (&r.line, r.supersedes)).collect();
    Ok(sha256(serde_json::to_string(&facts)?.as_bytes()))
}

/// An officer asks for the release of a round's standards.
pub fn ask(tx: &mut Tx, ctx: &Ctx, round_id: &RoundId) -> Result<()> {
    awards::store::hold_round(tx, round_id)?;
    let round = rounds::round(tx.conn(), round_id)?;
    refused::may_release(round.state)?;
    let (_, rows) = pending(tx.conn(), &round)?;
    if rows.is_empty() {
        return Err(Refused::Nothing.into());
    }
    effects::keep(tx, ctx, (effects::ROUND, round_id.as_str()), &rows)?;
    approvals::ask(tx, ctx, Asked::of_round(&round, Action::Standards)).map(drop)
}

/// The second person releases what the officer asked for, if it is still what was looked at.
pub fn release(tx: &mut Tx, ctx: &Ctx, round_id: &RoundId, looked_at: &str) -> Result<Release> {
    awards::store::hold_round(tx, round_id)?;
    let round = rounds::round(tx.conn(), round_id)?;
    refused::may_release(round.state)?;
    let request = approvals::open(tx.conn(), "rounds", round_id.as_str(), Action::Standards)?
        .ok_or(Refused::NotAsked)?;
    let (_, rows) = pending(tx.conn(), &round)?;
    if fingerprint(&rows)? != looked_at {
        return Err(Refused::Changed.into());
    }
    approvals::decide(tx, ctx, &request.id, true, "")?;
    let release = write(tx, ctx, &round, rows)?;
    effects::store::released(tx, (effects::ROUND, round_id.as_str()), looked_at, &release.id)?;
    Ok(release)
}

/// The second person sends the request back.
pub fn send_back(tx: &mut Tx, ctx: &Ctx, round_id: &RoundId, remark: &str) -> Result<()> {
    let request = approvals::open(tx.conn(), "rounds", round_id.as_str(), Action::Standards)?
        .ok_or(Refused::NotAsked)?;
    approvals::decide(tx, ctx, &request.id, false, remark).map(drop)
}

/// What a row was released from.
pub fn source(conn: &mut Conn, row: &Standard) -> Result<Source> {
    match &row.round_id {
        Some(id) => rounds::round(conn, id).map(Source::Round),
        None => negotiated::store::of_release(conn, &row.release_id)?
            .map(Source::Negotiated)
            .ok_or_else(|| Error::fault(format!("standard {} has neither round nor list", row.seq))),
    }
}
