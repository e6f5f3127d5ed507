//! Open data (公开数据): each published round as releases and records of the Open Contracting Data Standard.
//!
//! A release is made once and kept with its bytes: what changed makes a new one. A release that tells of an award is
//! open only while that award is: an aborted round, or one whose award is being corrected, shows none.

mod content;
mod ocds;
mod refused;
pub mod store;
pub mod tables;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::value::RawValue;

use crate::audit::{self, Deed};
use crate::awards;
use crate::config::Settings;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::people::Organisation;
use crate::rounds::{self, Round, RoundState};
use crate::schema::ocds_releases;
use crate::text::Lang;
use crate::types::{AwardId, Ctx, RoundId, Time, sha256};

pub use refused::Refused;

/// Releases on a page.
pub const RELEASES: i64 = 20;
/// Records on a page.
pub const RECORDS: i64 = 10;

/// A release of a round.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, QueryableByName)]
#[diesel(table_name = ocds_releases, treat_none_as_default_value = false)]
pub struct Release {
    /// Its place among all, in the order they were made.
    pub no: i64,
    /// Of which round.
    pub round_id: RoundId,
    /// Its place among the round's, from 1.
    pub place: i32,
    /// What it is, in words of the standard parted by spaces.
    pub tag: String,
    /// The award it tells of.
    pub award_id: Option<AwardId>,
    /// What it was last compared with: the round's state and version, and for contracts the day.
    pub basis: String,
    /// SHA-256 of the body.
    pub sha256: String,
    /// What it says, without id, date and tag.
    pub body: String,
    /// When it was made.
    pub made_at: Time,
}

/// How far a round is, by what its release says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Tender,
    Award,
    Contract,
}

/// The words of a release that follows another.
fn tag(stage: Stage, before: Option<&str>, state: RoundState) -> &'static str {
    let last = before.map(|tag| tag.split(' ').next_back().unwrap_or_default());
    match (stage, last) {
        (Stage::Tender, _) if state == RoundState::Aborted => "tenderCancellation",
        (Stage::Tender, None) => "tender",
        (Stage::Tender, Some("award" | "awardUpdate")) => "awardCancellation",
        (Stage::Tender, Some(_)) => "tenderUpdate",
        (Stage::Award, None) => "tender award",
        (Stage::Award, Some("award" | "awardUpdate")) => "awardUpdate",
        (Stage::Award, Some(_)) => "award",
        (Stage::Contract, None) => "tender award contract",
        (Stage::Contract, Some("contract" | "contractUpdate")) => "contractUpdate",
        (Stage::Contract, Some(_)) => "contract",
    }
}

/// What a release of a round would rest on. The confirmations of contracts have no mark of their own: they count by
/// the day.
fn basis(state: RoundState, version: i32, award: Option<&AwardId>, today: NaiveDate) -> String {
    let award = award.map_or("", AwardId::as_str);
    match state {
        RoundState::Contracting | RoundState::Executing => format!("{state} {version} {award} {today}"),
        _ => format!("{state} {version} {award}"),
    }
}

/// The published rounds about which something may have changed since their newest release.
pub fn due(conn: &mut Conn, today: NaiveDate) -> Result<Vec<RoundId>> {
    let marks = store::marks(conn)?.into_iter();
    let is_due = |it: &store::Mark| {
        let now = basis(it.state, it.version, it.award.as_ref(), today);
        it.basis.as_deref() != Some(now.as_str())
    };
    Ok(marks.filter(is_due).map(|it| it.id).collect())
}

/// Makes a release of a round if it has anything new to say. Gives whether it did.
pub fn refresh(tx: &mut Tx, ctx: &Ctx, id: &RoundId) -> Result<bool> {
    awards::store::hold_round(tx, id)?;
    let round = rounds::round(tx.conn(), id)?;
    if round.published_at.is_none() {
        return Err(Refused::NotPublic(round.number).into());
    }
    let said = content::of(tx.conn(), &round)?;
    let body = serde_json::to_string(&said.content)?;
    let hash = sha256(body.as_bytes());
    let published = awards::results::published(tx.conn(), id)?.into_iter().next().map(|it| it.id);
    let basis = basis(round.state, round.version, published.as_ref(), ctx.now.day());
    let last = store::latest(tx.conn(), id)?;
    if let Some(last) = &last
        && last.sha256 == hash
    {
        if last.basis != basis {
            store::set_basis(tx, last.no, &basis)?;
        }
        return Ok(false);
    }
    let release = Release {
        no: store::next_no(tx)?,
        round_id: id.clone(),
        place: last.as_ref().map_or(1, |it| it.place.saturating_add(1)),
        tag: tag(said.stage, last.as_ref().map(|it| it.tag.as_str()), round.state).to_owned(),
        award_id: said.award,
        basis,
        sha256: hash,
        body,
        made_at: ctx.now,
    };
    store::insert(tx, &release)?;
    let deed = Deed { action: "round.open_data", subject: "rounds", id: id.as_str() };
    let made = serde_json::json!({ "release": release.place, "tag": release.tag, "sha256": release.sha256 });
    audit::record(tx, ctx, deed, &(), &made)?;
    Ok(true)
}

/// What everybody may read of open data, written for one reader: where it stands and who publishes it.
pub struct Desk<'a> {
    settings: &'a Settings,
    bureau: Option<Organisation>,
}

impl<'a> Desk<'a> {
    /// The desk of this platform.
    pub fn open(conn: &mut Conn, settings: &'a Settings) -> Result<Self> {
        Ok(Self { settings, bureau: store::bureau(conn)? })
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.settings.base_url)
    }

    /// The id of a round's process: it never changes.
    fn ocid(&self, round: &RoundId) -> String {
        format!("{}-{round}", self.settings.ocid_prefix)
    }

    /// The id of a release: its place among the round's.
    fn id(&self, it: &Release) -> String {
        format!("{}-{}", self.ocid(&it.round_id), it.place)
    }

    /// A release under an id and a tag.
    fn written(&self, it: &Release, id: &str, tag: &str) -> Result<Box<RawValue>> {
        let (ocid, date) = (self.ocid(&it.round_id), it.made_at.iso());
        let head = ocds::Head { ocid: &ocid, id, date: &date, tag: tag.split(' ').collect() };
        let head = serde_json::to_string(&head)?;
        let (Some(head), Some(body)) = (head.strip_suffix('}'), it.body.strip_prefix('{')) else {
            return Err(Error::fault(format!("the release {} is no object", it.no)));
        };
        Ok(RawValue::from_string(format!("{head},{body}"))?)
    }

    fn package(&self, path: &str, at: Time, next: Option<String>) -> ocds::Package<'_> {
        let name = self.bureau.as_ref().map_or(Lang::Zh.text().common.product, |it| it.name.as_str());
        ocds::Package {
            uri: self.url(path),
            version: ocds::VERSION,
            extensions: ocds::EXTENSIONS,
            published_date: at.iso(),
            publisher: ocds::Publisher {
                name,
                scheme: self.bureau.as_ref().map(|_| ocds::SCHEME),
                uid: self.bureau.as_ref().map(|it| it.code.as_str()),
                uri: &self.settings.base_url,
            },
            releases: None,
            records: None,
            links: next.map(|path| ocds::Links { next: self.url(&path) }),
        }
    }

    /// Releases as a package; `at` is the day of one without any.
    fn releases(&self, path: &str, list: &[Release], at: Time, next: Option<String>) -> Result<Vec<u8>> {
        let newest = list.iter().map(|it| it.made_at).max().unwrap_or(at);
        let mut package = self.package(path, newest, next);
        let releases: Result<_> = list.iter().map(|it| self.written(it, &self.id(it), &it.tag)).collect();
        package.releases = Some(releases?);
        line(&package)
    }

    /// Records, each of one round's releases, as a package.
    fn records(&self, path: &str, list: &[Vec<Release>], at: Time, next: Option<String>) -> Result<Vec<u8>> {
        let newest = list.iter().flatten().map(|it| it.made_at).max().unwrap_or(at);
        let mut package = self.package(path, newest, next);
        let mut records = Vec::new();
        for releases in list {
            let Some(last) = releases.last() else { continue };
            let linked = |it: &'_ Release| self.url(&format!("{}#{}", address(&it.round_id), self.id(it)));
            records.push(ocds::Record {
                ocid: self.ocid(&last.round_id),
                releases: releases
                    .iter()
                    .map(|it| ocds::Linked {
                        url: linked(it),
                        date: it.made_at.iso(),
                        tag: it.tag.split(' ').collect(),
                    })
                    .collect(),
                compiled_release: self.written(last, &format!("{}-compiled", self.id(last)), "compiled")?,
            });
        }
        package.records = Some(records);
        line(&package)
    }

    /// The releases of a round as a package.
    pub fn round(&self, conn: &mut Conn, id: &RoundId) -> Result<Vec<u8>> {
        let list = open_of(conn, id)?;
        let newest = list.iter().map(|it| it.made_at).max().ok_or(Error::NotFound)?;
        self.releases(&address(id), &list, newest, None)
    }

    /// The record of a round as a package.
    pub fn record(&self, conn: &mut Conn, id: &RoundId) -> Result<Vec<u8>> {
        let list = open_of(conn, id)?;
        let newest = list.iter().map(|it| it.made_at).max().ok_or(Error::NotFound)?;
        self.records(&format!("/public/ocds/{id}/record.json"), &[list], newest, None)
    }

    /// A page of releases after a number.
    pub fn page_of_releases(&self, conn: &mut Conn, no: i64, now: Time) -> Result<Vec<u8>> {
        let mut list = store::after(conn, no, RELEASES + 1)?;
        let is_more = list.len() > usize::try_from(RELEASES).unwrap_or(usize::MAX);
        list.truncate(usize::try_from(RELEASES).unwrap_or(usize::MAX));
        let next = list.last().filter(|_| is_more);
        let next = next.map(|it| format!("/public/ocds/releases.json?after={}", it.no));
        self.releases(&format!("/public/ocds/releases.json?after={no}"), &list, now, next)
    }

    /// A page of records after a number.
    pub fn page_of_records(&self, conn: &mut Conn, no: i64, now: Time) -> Result<Vec<u8>> {
        let mut rounds = store::rounds_after(conn, no, RECORDS + 1)?;
        let is_more = rounds.len() > usize::try_from(RECORDS).unwrap_or(usize::MAX);
        rounds.truncate(usize::try_from(RECORDS).unwrap_or(usize::MAX));
        let next = rounds.last().filter(|_| is_more);
        let next = next.map(|(no, _)| format!("/public/ocds/records.json?after={no}"));
        let mut list = Vec::new();
        for (_, id) in &rounds {
            list.push(store::of_round(conn, id)?);
        }
        self.records(&format!("/public/ocds/records.json?after={no}"), &list, now, next)
    }
}

/// The address of a round's releases.
fn address(id: &RoundId) -> String {
    format!("/public/ocds/{id}.json")
}

/// The releases of a round that everybody may read; a round without any is not there.
fn open_of(conn: &mut Conn, id: &RoundId) -> Result<Vec<Release>> {
    let list = store::of_round(conn, id)?;
    if list.is_empty() { Err(Error::NotFound) } else { Ok(list) }
}

fn line(package: &ocds::Package<'_>) -> Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(package)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The round of a number, for the command line.
pub fn round_of(conn: &mut Conn, number: &str) -> Result<Round> {
    let round = rounds::store::round_by_number(conn, number)?;
    round.ok_or_else(|| Refused::NoRound(number.to_owned()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_says_what_is_new() {
        let check = |stage, before, state, want| assert_eq!(tag(stage, before, state), want, "{before:?}");
        check(Stage::Tender, None, RoundState::Demand, "tender");
        check(Stage::Tender, Some("tender"), RoundState::Bidding, "tenderUpdate");
        check(Stage::Tender, Some("tenderUpdate"), RoundState::Aborted, "tenderCancellation");
        check(Stage::Award, Some("tenderUpdate"), RoundState::Publicity, "award");
        check(Stage::Award, Some("award"), RoundState::Awarded, "awardUpdate");
        check(Stage::Tender, Some("awardUpdate"), RoundState::Evaluation, "awardCancellation");
        check(Stage::Award, Some("awardCancellation"), RoundState::Publicity, "award");
        check(Stage::Award, None, RoundState::Awarded, "tender award");
        check(Stage::Contract, Some("tender award"), RoundState::Executing, "contract");
        check(Stage::Contract, Some("contract"), RoundState::Executing, "contractUpdate");
    }
}
