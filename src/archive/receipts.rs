//! The receipts of an archive: each signature, each sealed envelope, and the root over all of them.

use std::collections::{BTreeMap, BTreeSet};

use super::contents::lines;
use super::format::{
    PUBLIC_KEY, RECEIPT_COLUMNS, RECEIPTS, ROOT, RootFacts, RoundFacts, SHARE_COLUMNS, SHARES, content_name,
    envelope_name, receipt_name,
};
use super::report::{Check, Difference};
use super::unpack::Unpacked;
use crate::bids::{EnvelopeState, Signed, Statement, merkle, seal};
use crate::files::read::Row;
use crate::files::{Faults, Reason};
use crate::text::Text;
use crate::types::{NotANumber, hex, unhex};

/// A line of `receipts.csv`.
pub struct Receipt {
    /// Its line.
    pub line: u64,
    /// The envelope's number in the round.
    pub seq: i32,
    /// The company's code.
    pub company: String,
    /// What became of the envelope.
    pub state: EnvelopeState,
    /// How many lots it bids for.
    pub lines: usize,
    /// SHA-256 of its content.
    pub content_sha256: String,
    /// The text that is signed and counted in the root; none in rounds of an earlier version.
    text: Option<String>,
    envelope: String,
    received_at: String,
    sealed_sha256: String,
}

/// Bytes of a sealed share.
const SHARE: usize = 81;

/// Sealed shares with their openers' public keys, by the envelope's number.
type Shares = BTreeMap<i32, Vec<(String, [u8; SHARE])>>;

/// Every receipt, its signature checked, and what was sealed against it; `None` when they cannot be read.
pub fn signed(archive: &Unpacked, facts: &RoundFacts, t: &Text, check: &mut Check) -> Option<Vec<Receipt>> {
    let mut receipts = read(archive, t, check)?;
    let shares = if archive.has(SHARES) { shares(archive, t, check)? } else { Shares::new() };
    let keys = keys(archive);
    let mut known = BTreeSet::new();
    for (receipt, want) in receipts.iter_mut().zip(1..) {
        if receipt.seq != want {
            check.push(Difference::of(RECEIPTS, "seq", receipt.seq, want).at(receipt.line));
        }
        check.count += 1;
        let name = receipt_name(receipt.seq);
        if archive.has(&name) {
            receipt.text = statement(archive, facts, receipt, &keys, &name, check);
            known.insert(name);
        }
        if receipt.state == EnvelopeState::Opened {
            let shares = shares.get(&receipt.seq).map_or(&[][..], Vec::as_slice);
            envelope(archive, receipt, shares, check);
            known.extend([content_name(receipt.seq), envelope_name(receipt.seq)]);
        }
    }
    for name in archive.hashes.keys().filter(|name| name.contains('/') && !known.contains(*name)) {
        check.push(Difference::of(name, "", name, ""));
    }
    let of_nothing = shares.keys().find(|seq| {
        !receipts.iter().any(|receipt| receipt.seq == **seq && receipt.state == EnvelopeState::Opened)
    });
    if let Some(seq) = of_nothing {
        check.push(Difference::of(SHARES, "seq", seq, ""));
    }
    Some(receipts)
}

fn read(archive: &Unpacked, t: &Text, check: &mut Check) -> Option<Vec<Receipt>> {
    let states: Vec<_> = EnvelopeState::ALL.iter().map(|state| (state.as_str(), *state)).collect();
    lines(archive, RECEIPTS, RECEIPT_COLUMNS, t, check, |row, faults| {
        Some(Receipt {
            line: row.line,
            seq: number(row, "seq", faults)?,
            company: row.filled("company", faults)?.to_owned(),
            state: row.word("state", &states, faults)?,
            lines: number(row, "lines", faults).and_then(|n| usize::try_from(n).ok())?,
            content_sha256: row.get("content_sha256").to_owned(),
            text: None,
            envelope: row.get("envelope").to_owned(),
            received_at: row.get("received_at").to_owned(),
            sealed_sha256: row.get("sealed_sha256").to_owned(),
        })
    })
}

fn number(row: &Row, key: &str, faults: &mut Faults) -> Option<i32> {
    let found = row.get(key).parse().ok().filter(|n: &i32| *n >= 0 && n.to_string() == row.get(key));
    if found.is_none() {
        faults.push(row.fault(key, Reason::Number(NotANumber::Malformed)));
    }
    found
}

fn shares(archive: &Unpacked, t: &Text, check: &mut Check) -> Option<Shares> {
    let mut shares = Shares::new();
    let read = lines(archive, SHARES, SHARE_COLUMNS, t, check, |row, faults| {
        let seq = number(row, "seq", faults)?;
        let key = row.filled("public_key", faults)?.to_owned();
        match unhex(row.get("share")) {
            Some(share) => Some((seq, (key, share))),
            None => {
                faults.push(row.fault("share", Reason::Number(NotANumber::Malformed)));
                None
            }
        }
    })?;
    for (seq, share) in read {
        shares.entry(seq).or_default().push(share);
    }
    Some(shares)
}

/// The keys that the archive says are the platform's.
fn keys(archive: &Unpacked) -> Vec<String> {
    let bytes = if archive.has(PUBLIC_KEY) { archive.read(PUBLIC_KEY).ok() } else { None };
    String::from_utf8_lossy(&bytes.unwrap_or_default()).lines().map(str::to_owned).collect()
}

/// The text of a receipt, if it is signed with one of the keys; where it differs from the list is noted.
fn statement(
    archive: &Unpacked,
    facts: &RoundFacts,
    receipt: &Receipt,
    keys: &[String],
    name: &str,
    check: &mut Check,
) -> Option<String> {
    let bytes = archive.read(name).ok()?;
    let signed = std::str::from_utf8(&bytes).ok().and_then(Signed::read);
    // A file that reads differently from how it was written is not the one the company was given.
    let signed = signed.filter(|signed| signed.file().as_bytes() == bytes && signed.is_signed());
    let statement = signed.as_ref().and_then(|signed| Statement::read(&signed.text));
    let (Some(signed), Some(said)) = (signed, statement) else {
        check.push(Difference::of(name, "signature", "not valid", "valid"));
        return None;
    };
    if !keys.contains(&signed.key) {
        check.push(Difference::of(name, "key", &signed.key, keys.join(" ")));
    }
    let pairs: [(&str, String, String); 8] = [
        ("round", said.round.to_string(), facts.id.to_string()),
        ("envelope", said.envelope.to_string(), receipt.envelope.clone()),
        ("sequence", said.sequence.to_string(), receipt.seq.to_string()),
        ("supplier", said.supplier, receipt.company.clone()),
        ("received_at", said.received_at.utc(), receipt.received_at.clone()),
        ("lines", said.lines.to_string(), receipt.lines.to_string()),
        ("content_sha256", said.content_sha256, receipt.content_sha256.clone()),
        ("sealed_sha256", said.sealed_sha256, receipt.sealed_sha256.clone()),
    ];
    for (column, said, listed) in pairs {
        if said != listed {
            check.push(Difference::of(RECEIPTS, column, listed, said).at(receipt.line));
        }
    }
    Some(signed.text)
}

/// What is kept of an opened envelope against the hash of its receipt.
fn envelope(archive: &Unpacked, receipt: &Receipt, shares: &[(String, [u8; SHARE])], check: &mut Check) {
    let name = envelope_name(receipt.seq);
    let blob = if archive.has(&name) { archive.read(&name).ok() } else { None };
    let blob = blob.unwrap_or_default();
    let receipt_file = receipt_name(receipt.seq);
    if !archive.has(&receipt_file) && seal::is_encrypted(&blob) {
        // Whatever is encrypted was given a signed receipt.
        check.push(Difference::of(&receipt_file, "signature", "", "valid"));
    }
    let held = seal::hash(&blob, shares.iter().map(|(key, share)| (key.as_str(), share.as_slice())));
    if held != receipt.sealed_sha256 {
        check.push(Difference::of(RECEIPTS, "sealed_sha256", &receipt.sealed_sha256, held).at(receipt.line));
    }
}

/// The root over the receipts against the one that was published, and what an outsider compares with it.
pub fn root(
    archive: &Unpacked,
    facts: &RoundFacts,
    receipts: Option<&[Receipt]>,
    t: &Text,
    published: &mut Vec<(&'static str, String)>,
    check: &mut Check,
) {
    published.extend(keys(archive).into_iter().map(|key| (t.archive.note_key, key)));
    let receipts = receipts.unwrap_or_default();
    let leaves: Vec<merkle::Hash> = receipts
        .iter()
        .filter_map(|receipt| receipt.text.as_ref())
        .map(|text| merkle::leaf(text.as_bytes()))
        .collect();
    if !archive.has(ROOT) {
        // A signed receipt without a published root is a root taken away.
        if !leaves.is_empty() {
            check.push(Difference::of(ROOT, "root", "", hex(&merkle::root(&leaves))));
        }
        published.push((t.archive.note_no_root, String::new()));
        return;
    }
    let bytes = archive.read(ROOT).unwrap_or_default();
    let Some(said) = std::str::from_utf8(&bytes).ok().and_then(RootFacts::read) else {
        check.push(Difference::of(ROOT, "", String::from_utf8_lossy(&bytes), ""));
        return;
    };
    check.same(ROOT, "round", &said.round, &facts.id);
    check.same(ROOT, "count", said.count, receipts.len());
    check.same(ROOT, "root", &said.root, hex(&merkle::root(&leaves)));
    published.push((t.archive.note_root, said.root));
}
