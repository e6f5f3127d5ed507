//! Writing the archive of a round from the database.

use std::collections::{BTreeMap, HashMap};
use std::io::{Cursor, Write};

use zip::write::{SimpleFileOptions, ZipWriter};

use super::format::{
    AwardFacts, FORMAT, MANIFEST, MANIFEST_HASH, Manifest, ROUND, RULES, RULING_COLUMNS, RULINGS, RoundFacts,
    RuleSetFacts,
};
use super::refused::Refused;
use super::sealed;
use crate::awards::input::{self, Input};
use crate::awards::output::{self, Table};
use crate::awards::store::{self, Ruling, Version};
use crate::awards::{Outcome, evaluation, sheets};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::files::read::Column;
use crate::files::write::Csv;
use crate::rounds::{self, Round, RoundState};
use crate::standards;
use crate::types::{OfferId, Time, sha256};

/// A written archive.
pub struct Archive {
    /// Its bytes, a ZIP file.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes.
    pub sha256: String,
}

/// Whether a round has an archive: once its bids are opened.
pub fn has_archive(state: RoundState) -> bool {
    state >= RoundState::Evaluation && state != RoundState::Aborted
}

/// Whether everybody may have the archive: once the award is final.
pub fn is_public(state: RoundState) -> bool {
    state >= RoundState::Awarded && state != RoundState::Aborted
}

/// Writes the archive of a round. It names companies and hospitals, and no person.
pub fn export(conn: &mut Conn, round: &Round, now: Time) -> Result<Archive> {
    if !has_archive(round.state) {
        return Err(Error::refused(Refused::NotOpened));
    }
    let input = input::load(conn, round)?;
    let award = award(conn, round, &input)?;
    let mut packing = Packing::default();

    packing.json(ROUND, &facts(conn, round, &input, award.as_ref().map(|(version, _)| version))?)?;
    packing.add(RULES, input.rules.text.as_bytes())?;
    inputs(&mut packing, &input)?;
    if let Some((_, outcome)) = &award {
        results(&mut packing, round, &input, outcome)?;
    }
    sealed::pack(conn, &mut packing, round)?;
    packing.lines(RULINGS, RULING_COLUMNS, rulings(&input, store::rulings_of(conn, &round.id)?)?)?;
    packing.finish(round, now)
}

/// The newest version with its result, computed again; none when its input is no longer the one at hand.
fn award(conn: &mut Conn, round: &Round, input: &Input) -> Result<Option<(Version, Outcome)>> {
    let latest = store::latest(conn, &round.id)?;
    let Some(version) = latest.filter(|version| version.input_sha256 == input.sha256) else {
        return Ok(None);
    };
    let outcome = evaluation::compute(input)?;
    if input::hash_of_outcome(&outcome) != version.output_sha256 {
        return Err(Error::refused(Refused::Differs(version.version)));
    }
    Ok(Some((version, outcome)))
}

fn facts(conn: &mut Conn, round: &Round, input: &Input, award: Option<&Version>) -> Result<RoundFacts> {
    let rules = rounds::rule_set_version(conn, &round.rule_set_id)?;
    Ok(RoundFacts {
        id: round.id.clone(),
        number: round.number.clone(),
        title: round.title.clone(),
        kind: round.kind,
        state: round.state,
        regions: rounds::store::regions_of(conn, &round.id)?,
        bidding_to: round.calendar.bidding_to.iso(),
        execution_from: round.calendar.execution_from,
        rule_set: RuleSetFacts { name: rules.name, version: rules.version, sha256: input.rules.hash.clone() },
        lots: input.lot_ids.iter().map(|(code, id)| (code.to_string(), id.clone())).collect(),
        input_sha256: input.sha256.clone(),
        award: award.map(|version| AwardFacts {
            version: version.version,
            state: version.state,
            computed_at: version.computed_at.iso(),
            published_at: version.published_at.map(Time::iso),
            output_sha256: version.output_sha256.clone(),
        }),
    })
}

fn inputs(packing: &mut Packing, input: &Input) -> Result<()> {
    packing.table(sheets::lots(&input.lots))?;
    let taking_part = input.offers.iter().filter(|offer| offer.excluded.is_empty());
    packing.table(sheets::bids(taking_part.map(|offer| &offer.bid)))?;
    packing.table(sheets::demand(&input.demand))?;
    let answers = &input.answers;
    if !answers.consents.is_empty() {
        packing.table(sheets::consents(&answers.consents))?;
    }
    if !answers.picks.is_empty() {
        packing.table(sheets::picks(&answers.picks))?;
    }
    if !answers.reassignments.is_empty() {
        packing.table(sheets::reassignments(&answers.reassignments))?;
    }
    Ok(())
}

/// The result files, as `jicai award` writes them.
fn results(packing: &mut Packing, round: &Round, input: &Input, outcome: &Outcome) -> Result<()> {
    let proposed = standards::rules::proposed(&input.rules, outcome);
    let from = round.calendar.execution_from.to_string();
    let by_hospital = !input.demand.is_empty();
    let tables =
        standards::output::results(&input.rules, outcome, &input.answers, by_hospital, &proposed, &from);
    tables.into_iter().try_for_each(|table| packing.table(table))
}

fn rulings(input: &Input, rulings: Vec<Ruling>) -> Result<Vec<Vec<String>>> {
    let offers: HashMap<&OfferId, &input::Offer> = input.offers.iter().map(|o| (&o.id, o)).collect();
    let line = |ruling: Ruling| {
        let bid = &offers.get(&ruling.offer_id).ok_or(Error::NotFound)?.bid;
        Ok(vec![
            bid.lot.to_string(),
            bid.company.to_string(),
            bid.product.clone(),
            if ruling.excluded { "yes" } else { "no" }.to_owned(),
            ruling.ratio,
            ruling.reason,
            ruling.at.iso(),
        ])
    };
    rulings.into_iter().map(line).collect()
}

/// An archive being written: its files one after the other, and their hashes.
pub(super) struct Packing {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    hashes: BTreeMap<String, String>,
}

impl Default for Packing {
    fn default() -> Self {
        Self { zip: ZipWriter::new(Cursor::new(Vec::new())), hashes: BTreeMap::new() }
    }
}

impl Packing {
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        // The moment in a ZIP file has no zone: the manifest says when, and the same facts give the same bytes.
        let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        self.zip.start_file(name, options).map_err(Error::fault_of)?;
        self.zip.write_all(bytes)?;
        self.hashes.insert(name.to_owned(), sha256(bytes));
        Ok(())
    }

    fn table(&mut self, table: Table) -> Result<()> {
        let name = table.name;
        let bytes = output::write(table, Csv::new(Vec::new())?)?;
        self.add(name, &bytes)
    }

    pub(super) fn lines(&mut self, name: &str, columns: &[Column], lines: Vec<Vec<String>>) -> Result<()> {
        let mut csv = Csv::new(Vec::new())?;
        csv.row(columns.iter().map(|column| column.key))?;
        for line in lines {
            csv.row(line)?;
        }
        let bytes = csv.finish()?;
        self.add(name, &bytes)
    }

    fn json(&mut self, name: &str, value: &impl serde::Serialize) -> Result<()> {
        let mut bytes = serde_json::to_vec_pretty(value)?;
        bytes.push(b'\n');
        self.add(name, &bytes)
    }

    fn finish(mut self, round: &Round, now: Time) -> Result<Archive> {
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            round: round.number.clone(),
            created_at: now.iso(),
            files: std::mem::take(&mut self.hashes),
        };
        self.json(MANIFEST, &manifest)?;
        let hash = self.hashes.remove(MANIFEST).unwrap_or_default();
        self.add(MANIFEST_HASH, format!("{hash}  {MANIFEST}\n").as_bytes())?;
        let bytes = self.zip.finish().map_err(Error::fault_of)?.into_inner();
        Ok(Archive { sha256: sha256(&bytes), bytes })
    }
}
