//! What an archive holds: the names of its files, the manifest, and the facts of the round.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::awards::store::AwardState;
use crate::files::read::Column;
use crate::rounds::{RoundKind, RoundState};
use crate::types::{LotId, RoundId, Time};

/// The version of the format, first word of the manifest.
pub const FORMAT: &str = "jicai-archive-1";

/// The list of all other files with their hashes.
pub const MANIFEST: &str = "manifest.json";
/// The manifest's own hash, in the form of `sha256sum`.
pub const MANIFEST_HASH: &str = "manifest.sha256";
/// The facts of the round.
pub const ROUND: &str = "round.json";
/// The exact text of the rule set that the round is bound to.
pub const RULES: &str = "rules.toml";
/// The companies that bid.
pub const COMPANIES: &str = "companies.csv";
/// Every envelope received.
pub const RECEIPTS: &str = "receipts.csv";
/// What the bureau found about opened offers.
pub const RULINGS: &str = "rulings.csv";

/// The openers' sealed shares of opened envelopes.
pub const SHARES: &str = "shares.csv";
/// The root over all receipts, published at the deadline.
pub const ROOT: &str = "root.txt";
/// The platform's public keys that receipts are signed with, one a line.
pub const PUBLIC_KEY: &str = "public_key.txt";

/// Files that every archive has.
pub const ALWAYS: &[&str] =
    &[ROUND, RULES, COMPANIES, RECEIPTS, RULINGS, "lots.csv", "bids.csv", "demand.csv"];
/// Files that an archive has where they apply.
pub const SOMETIMES: &[&str] = &[
    SHARES,
    ROOT,
    PUBLIC_KEY,
    "consents.csv",
    "picks.csv",
    "reassignments.csv",
    "awards.csv",
    "allocations.csv",
    "region_volumes.csv",
    "questions.csv",
    "regions.csv",
    "standards.csv",
];

/// Where the opened content of an envelope is.
pub fn content_name(seq: i32) -> String {
    format!("contents/{seq}.csv")
}

/// Where an envelope is as it was received.
pub fn envelope_name(seq: i32) -> String {
    format!("envelopes/{seq}.sealed")
}

/// Where an envelope's signed receipt is, as its company can fetch it too.
pub fn receipt_name(seq: i32) -> String {
    format!("receipts/{seq}.txt")
}

/// Whether an archive may hold a file of this name. There is no other, so no name can lead out of a folder.
pub fn is_name(name: &str) -> bool {
    let is_seq = |part: &str| {
        part.len() <= 9
            && part.bytes().all(|b| b.is_ascii_digit())
            && !part.starts_with('0')
            && !part.is_empty()
    };
    let content = name.strip_prefix("contents/").and_then(|rest| rest.strip_suffix(".csv"));
    let envelope = name.strip_prefix("envelopes/").and_then(|rest| rest.strip_suffix(".sealed"));
    let receipt = name.strip_prefix("receipts/").and_then(|rest| rest.strip_suffix(".txt"));
    [MANIFEST, MANIFEST_HASH].contains(&name)
        || ALWAYS.contains(&name)
        || SOMETIMES.contains(&name)
        || content.or(envelope).or(receipt).is_some_and(is_seq)
}

/// The list of files with their hashes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: String,
    /// The round's number.
    pub round: String,
    /// When the archive was written.
    pub created_at: String,
    /// SHA-256 of each file by name; the manifest itself and its hash are not listed.
    pub files: BTreeMap<String, String>,
}

/// The facts of the round that the check needs, and those that say which round it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundFacts {
    /// Its id: every content names it.
    pub id: RoundId,
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// What is bought.
    pub kind: RoundKind,
    /// Where it stood when the archive was written.
    pub state: RoundState,
    /// The regions that take part.
    pub regions: Vec<String>,
    /// The moment of closing.
    pub bidding_to: String,
    /// The day from which the payment standards hold.
    pub execution_from: NaiveDate,
    /// The rule set it is bound to.
    pub rule_set: RuleSetFacts,
    /// The lots' ids by code: contents name lots by both.
    pub lots: BTreeMap<String, LotId>,
    /// SHA-256 of the canonical input of the award.
    pub input_sha256: String,
    /// The award computed from that input; none when there is none yet, or when what it was computed from has
    /// changed since.
    pub award: Option<AwardFacts>,
}

/// The rule set of a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSetFacts {
    /// The document number.
    pub name: String,
    /// The version here.
    pub version: i32,
    /// SHA-256 of its text.
    pub sha256: String,
}

/// A version of the award.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwardFacts {
    /// Counts from 1.
    pub version: i32,
    /// Whether it is final.
    pub state: AwardState,
    /// When it was computed.
    pub computed_at: String,
    /// When it was made public.
    pub published_at: Option<String>,
    /// SHA-256 of the canonical result.
    pub output_sha256: String,
}

/// The root over all receipts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootFacts {
    /// Of which round.
    pub round: RoundId,
    /// Over how many receipts.
    pub count: usize,
    /// The root, as hexadecimal.
    pub root: String,
    /// When it was computed.
    pub closed_at: Time,
}

impl RootFacts {
    /// The file.
    pub fn text(&self) -> String {
        let Self { round, count, root, closed_at } = self;
        format!(
            "jicai-root-1\nround: {round}\ncount: {count}\nroot: {root}\nclosed_at: {}\n",
            closed_at.utc()
        )
    }

    /// What a file says; `None` unless it is exactly what [`RootFacts::text`] writes.
    pub fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines().skip(1);
        let mut value = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(": ");
        let it = Self {
            round: value("round")?.parse().ok()?,
            count: value("count")?.parse().ok()?,
            root: value("root")?.to_owned(),
            closed_at: Time::parse_utc(value("closed_at")?)?,
        };
        (it.text() == text).then_some(it)
    }
}

/// Columns of `shares.csv`.
pub const SHARE_COLUMNS: &[Column] =
    &[Column::must("seq", "seq"), Column::must("public_key", "public_key"), Column::must("share", "share")];

/// Columns of `companies.csv`; the names are for readers, the rest is checked.
pub const COMPANY_COLUMNS: &[Column] = &[
    Column::must("company", "company"),
    Column::must("id", "id"),
    Column::must("name", "name"),
    Column::must("group", "group"),
];

/// Columns of `receipts.csv`.
pub const RECEIPT_COLUMNS: &[Column] = &[
    Column::must("seq", "seq"),
    Column::must("envelope", "envelope"),
    Column::must("company", "company"),
    Column::must("state", "state"),
    Column::must("received_at", "received_at"),
    Column::must("lines", "lines"),
    Column::must("content_sha256", "content_sha256"),
    Column::must("sealed_sha256", "sealed_sha256"),
];

/// Columns of `rulings.csv`, oldest first; of several on one offer the last counts.
pub const RULING_COLUMNS: &[Column] = &[
    Column::must("lot", "lot"),
    Column::must("company", "company"),
    Column::must("product", "product"),
    Column::must("excluded", "excluded"),
    Column::must("ratio", "ratio"),
    Column::must("reason", "reason"),
    Column::must("at", "at"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_names_are_names() {
        let check = |name: &str, want: bool| assert_eq!(is_name(name), want, "{name}");
        check("manifest.json", true);
        check("awards.csv", true);
        check("contents/1.csv", true);
        check("envelopes/120.sealed", true);
        check("contents/01.csv", false);
        check("contents/.csv", false);
        check("contents/../1.csv", false);
        check("contents/1.sealed", false);
        check("envelopes/9999999999.sealed", false);
        check("../awards.csv", false);
        check("/awards.csv", false);
        check("awards.csv/", false);
        check("AWARDS.CSV", false);
        check("", false);
    }
}
