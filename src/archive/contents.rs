//! From the receipts to the bids: each opened content against its receipt, and the bids against the contents.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rust_decimal::Decimal;

use super::format::{
    COMPANIES, COMPANY_COLUMNS, RECEIPTS, RULING_COLUMNS, RULINGS, RoundFacts, content_name,
};
use super::receipts::Receipt;
use super::report::{Check, Difference};
use super::unpack::Unpacked;
use crate::awards::Bid;
use crate::bids::{Content, EnvelopeState, Line};
use crate::error::Error;
use crate::files::read::{Column, Row, Unknown, open};
use crate::files::{Faults, Limits};
use crate::text::Text;
use crate::types::{LotId, sha256};

/// A company that bid.
pub struct Company {
    /// Its code, as in every other file.
    pub code: Arc<str>,
    /// Its id, as in the contents.
    pub id: String,
    /// Its group of related companies, else empty.
    pub group: String,
}

/// An opened content with the company it was opened for.
pub struct Opened {
    /// The company.
    pub company: Arc<str>,
    /// What it offers.
    pub lines: Vec<Line>,
}

/// What the last ruling on an offer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Why it takes no part, else empty.
    pub excluded: String,
    /// The ratio that counts, if not the one offered.
    pub ratio: Option<Decimal>,
}

/// The lines of a file, or `None` with what is wrong noted.
pub fn lines<T>(
    archive: &Unpacked,
    name: &str,
    columns: &'static [Column],
    t: &Text,
    check: &mut Check,
    take: impl FnMut(&Row, &mut Faults) -> Option<T>,
) -> Option<Vec<T>> {
    let read = || open(std::fs::File::open(archive.path(name))?, columns, Unknown::Refuse, Limits::default());
    match read().and_then(|rows| rows.collect(take)) {
        Ok((values, faults)) if faults.is_empty() => Some(values),
        Ok((_, faults)) => {
            for fault in faults.first() {
                check.push(Difference::of(name, "", fault.at(name, t), ""));
            }
            None
        }
        Err(error) => {
            check.push(unreadable(name, &error, t));
            None
        }
    }
}

/// A file that cannot be read at all, as a difference.
pub fn unreadable(name: &str, error: &Error, t: &Text) -> Difference {
    let why = match error {
        Error::Refused(why) => why.say(t),
        other => other.to_string(),
    };
    Difference::of(name, "", why, "")
}

/// The companies of the archive.
pub fn companies(archive: &Unpacked, t: &Text, check: &mut Check) -> Option<Vec<Company>> {
    lines(archive, COMPANIES, COMPANY_COLUMNS, t, check, |row, faults| {
        let code = row.filled("company", faults)?.into();
        Some(Company { code, id: row.get("id").to_owned(), group: row.get("group").to_owned() })
    })
}

/// Checks what was opened under every receipt; gives the opened contents.
pub fn opened(
    archive: &Unpacked,
    facts: &RoundFacts,
    companies: &[Company],
    receipts: &[Receipt],
    check: &mut Check,
) -> Vec<Opened> {
    let ids: HashMap<&str, &Company> = companies.iter().map(|it| (it.id.as_str(), it)).collect();
    let opened = receipts.iter().filter(|receipt| receipt.state == EnvelopeState::Opened);
    opened.filter_map(|receipt| one(archive, facts, &ids, receipt, check)).collect()
}

/// One opened content against its receipt.
fn one(
    archive: &Unpacked,
    facts: &RoundFacts,
    ids: &HashMap<&str, &Company>,
    receipt: &Receipt,
    check: &mut Check,
) -> Option<Opened> {
    check.count += 1;
    let name = content_name(receipt.seq);
    let held = archive.hashes.get(&name).map_or("", String::as_str);
    if held != receipt.content_sha256 {
        check
            .push(Difference::of(RECEIPTS, "content_sha256", &receipt.content_sha256, held).at(receipt.line));
    }
    let bytes = archive.has(&name).then(|| archive.read(&name).ok()).flatten()?;
    let Some(read) = Content::read(&bytes) else {
        check.push(Difference::of(&name, "", "", sha256(&bytes)));
        return None;
    };
    let company = ids.get(read.supplier_id.as_str());
    let code = company.map_or("", |company| &*company.code);
    if code != receipt.company {
        check.push(Difference::of(RECEIPTS, "company", &receipt.company, code).at(receipt.line));
    }
    if read.round_id != facts.id {
        check.push(Difference::of(&name, "round", &read.round_id, &facts.id).at(1));
    }
    if read.lines.len() != receipt.lines {
        check.push(Difference::of(RECEIPTS, "lines", receipt.lines, read.lines.len()).at(receipt.line));
    }
    Some(Opened { company: company?.code.clone(), lines: read.lines })
}

/// What was found about offers, by lot, company and product; the last ruling counts.
pub type Rulings = HashMap<(String, String, String), Found>;

/// Reads what was found about offers.
pub fn rulings(archive: &Unpacked, t: &Text, check: &mut Check) -> Option<Rulings> {
    let words = [("yes", true), ("no", false)];
    let rulings = lines(archive, RULINGS, RULING_COLUMNS, t, check, |row, faults| {
        let ratio = row.maybe("ratio", faults, |row, key, faults| {
            let number = crate::types::parse_decimal(row.get(key));
            number.map_err(|why| faults.push(row.fault(key, crate::files::Reason::Number(why)))).ok()
        })?;
        let is_excluded = row.word("excluded", &words, faults)?;
        let reason = if is_excluded { row.filled("reason", faults)?.to_owned() } else { String::new() };
        let key = ["lot", "company", "product"].map(|key| row.get(key).to_owned()).into();
        Some((key, Found { excluded: reason, ratio }))
    })?;
    Some(rulings.into_iter().collect())
}

/// What the opened envelopes offer, after the rulings: each bid and why it takes no part, else empty.
pub fn offered(
    facts: &RoundFacts,
    companies: &[Company],
    opened: &[Opened],
    rulings: &Rulings,
    check: &mut Check,
) -> Vec<(Bid, String)> {
    let codes: HashMap<&LotId, &str> = facts.lots.iter().map(|(code, id)| (id, code.as_str())).collect();
    let groups: HashMap<&str, &str> = companies.iter().map(|it| (&*it.code, it.group.as_str())).collect();
    let mut bids = Vec::new();
    for it in opened {
        for line in &it.lines {
            let Some(lot) = codes.get(&line.lot_id) else {
                check.push(Difference::of(super::format::ROUND, "lots", "", &line.lot_id));
                continue;
            };
            let key = ((*lot).to_owned(), it.company.to_string(), line.product.trim().to_owned());
            let found = rulings.get(&key).cloned().unwrap_or_default();
            let group = groups.get(&*it.company).filter(|group| !group.is_empty());
            bids.push((bid(line, lot, &it.company, group, found.ratio), found.excluded));
        }
    }
    bids
}

/// A line of a content as the award takes it.
fn bid(line: &Line, lot: &str, company: &Arc<str>, group: Option<&&str>, ratio: Option<Decimal>) -> Bid {
    Bid {
        lot: lot.into(),
        company: company.clone(),
        group: group.map(|group| (*group).to_owned()),
        product: line.product.clone(),
        spec: line.spec.clone(),
        unit_price: line.unit_price,
        ratio: ratio.unwrap_or(line.ratio),
        capacity: line.capacity,
        reported_volume: None,
        sales: line.sales,
        kind: line.kind.as_str().parse().ok(),
        accepts_revival: line.accepts_revival,
        supplies_all: line.supplies_all,
        current_price: line.current_price,
    }
}

/// Compares the bids of `bids.csv` with those the envelopes say. Reading took spaces off the ends of cells.
pub fn bids(held: &[Bid], offered: &[(Bid, String)], check: &mut Check) {
    let key = |bid: &Bid| (bid.lot.clone(), bid.company.clone(), bid.product.trim().to_owned());
    let mut wanted: BTreeMap<_, &Bid> =
        offered.iter().filter(|(_, excluded)| excluded.is_empty()).map(|(bid, _)| (key(bid), bid)).collect();
    for (bid, line) in held.iter().zip(2..) {
        check.count += 1;
        let is = cells(bid);
        let Some(want) = wanted.remove(&key(bid)).map(cells) else {
            check.push(Difference::of("bids.csv", "company", &bid.company, "").at(line));
            continue;
        };
        for ((column, is), (_, want)) in is.into_iter().zip(want) {
            if is != want.trim() {
                check.push(Difference::of("bids.csv", column, is, want).at(line));
            }
        }
    }
    for ((lot, company, product), _) in wanted {
        check.push(Difference::of("bids.csv", "company", "", format!("{lot} {company} {product}")));
    }
}

/// A bid as `bids.csv` writes it, with the columns' names.
fn cells(bid: &Bid) -> Vec<(&'static str, String)> {
    let table = crate::awards::sheets::bids(std::iter::once(bid));
    let header = table.header;
    table.lines.flat_map(|line| header.iter().copied().zip(line)).collect()
}
