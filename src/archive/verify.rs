//! The check of an archive by itself, without a database: every hash, every content, and the whole award again.

use std::path::Path;

use super::contents::{self, Opened};
use super::format::{MANIFEST, MANIFEST_HASH, ROUND, RULES, RoundFacts};
use super::receipts::{self, Receipt};
use super::report::{Check, Difference, Report, What};
use super::unpack::{Unpacked, unpack};
use super::{compare, refused::Refused};
use crate::awards::files::{Faulty, Input as Files, read_choices, read_input};
use crate::awards::input::{self, Input, Offer};
use crate::awards::rules::natural;
use crate::awards::{Bid, Outcome, award};
use crate::error::{Error, Result};
use crate::rounds::rule_set::RuleSet;
use crate::standards;
use crate::text::Text;
use crate::types::{OfferId, OrganisationId, sha256};

/// Checks an archive; a file that is no archive is refused.
pub fn verify(path: &Path, t: &Text) -> Result<Report> {
    let archive = unpack(path)?;
    let mut report = Report { checks: hashes(&archive)?, ..Report::default() };
    let facts = match archive.facts() {
        Ok(facts) => facts,
        Err(Error::Refused(why)) if report.is_ok() => return Err(Error::Refused(why)),
        // A hash differs already: the report says which.
        Err(_) => return Ok(without(report, What::Rules)),
    };
    report.published = published(&archive, &facts, t);
    let Some(rules) = rules(&archive, &facts, t, &mut report)? else {
        return Ok(without(report, What::Receipts));
    };

    let mut check = Check::new(What::Receipts);
    let receipts = receipts::signed(&archive, &facts, t, &mut check);
    report.checks.push(check);
    let mut check = Check::new(What::Root);
    receipts::root(&archive, &facts, receipts.as_deref(), t, &mut report.published, &mut check);
    report.checks.push(check);
    let mut check = Check::new(What::Contents);
    let sealed = sealed(&archive, &facts, receipts.as_deref(), t, &mut check);
    report.checks.push(check);
    let mut check = Check::new(What::Bids);
    let files = files(&archive, &rules, t, &mut check);
    let offered = sealed.as_ref().map(|(companies, opened, rulings)| {
        contents::offered(&facts, companies, opened, rulings, &mut check)
    });
    if let (Some(files), Some(offered)) = (&files, &offered) {
        contents::bids(&files.bids, offered, &mut check);
    }
    report.checks.push(check);
    let Some(files) = files else { return Ok(without(report, What::Input)) };

    match offered {
        Some(offered) => report.checks.push(whole_input(&facts, &rules, &files, offered)),
        None => report.not_made.push(What::Input),
    }
    results(&archive, &facts, &rules, &files, t, &mut report)?;
    Ok(report)
}

/// The report without the checks from one on.
fn without(mut report: Report, from: What) -> Report {
    report.not_made.extend(What::ALL.iter().filter(|what| **what >= from));
    report
}

/// The manifest against its own hash, and every file against the manifest.
fn hashes(archive: &Unpacked) -> Result<Vec<Check>> {
    let mut manifest = Check::new(What::Manifest);
    let said = archive.read(MANIFEST_HASH)?;
    let is = archive.hashes.get(MANIFEST).map_or("", String::as_str);
    manifest.same(MANIFEST_HASH, "sha256", String::from_utf8_lossy(&said), format!("{is}  {MANIFEST}\n"));

    let mut files = Check::new(What::Files);
    for (name, said) in &archive.manifest.files {
        let is = archive.hashes.get(name).map_or("", String::as_str);
        files.same(name, "sha256", said, is);
    }
    Ok(vec![manifest, files])
}

/// What an outsider holds against the public pages.
fn published(archive: &Unpacked, facts: &RoundFacts, t: &Text) -> Vec<(&'static str, String)> {
    let a = &t.archive;
    let mut list = vec![
        (a.note_round, format!("{} {}", facts.number, facts.title)),
        (a.note_written, archive.manifest.created_at.clone()),
        (a.note_input, facts.input_sha256.clone()),
    ];
    if let Some(award) = &facts.award {
        list.push((a.note_version, award.version.to_string()));
        list.push((a.note_output, award.output_sha256.clone()));
    }
    list
}

/// The rule set, if it is the one the round is bound to.
fn rules(archive: &Unpacked, facts: &RoundFacts, t: &Text, report: &mut Report) -> Result<Option<RuleSet>> {
    let mut check = Check::new(What::Rules);
    let bytes = archive.read(RULES)?;
    check.same(ROUND, "rule_set.sha256", &facts.rule_set.sha256, sha256(&bytes));
    check.same(ROUND, "number", &facts.number, &archive.manifest.round);
    let parsed = match std::str::from_utf8(&bytes) {
        Ok(text) => RuleSet::parse(text).map_err(|why| crate::text::Say::say(&why, t)),
        Err(why) => Err(why.to_string()),
    };
    let rules = parsed.map_err(|why| check.push(Difference::of(RULES, "", why, ""))).ok();
    if let Some(rules) = &rules {
        check.same(ROUND, "rule_set.name", &facts.rule_set.name, &rules.name);
    }
    report.checks.push(check);
    Ok(rules)
}

type Sealed = (Vec<contents::Company>, Vec<Opened>, contents::Rulings);

fn sealed(
    archive: &Unpacked,
    facts: &RoundFacts,
    receipts: Option<&[Receipt]>,
    t: &Text,
    check: &mut Check,
) -> Option<Sealed> {
    let companies = contents::companies(archive, t, check)?;
    let opened = contents::opened(archive, facts, &companies, receipts?, check);
    let rulings = contents::rulings(archive, t, check)?;
    Some((companies, opened, rulings))
}

/// The input files as `jicai award` reads them.
fn files(archive: &Unpacked, rules: &RuleSet, t: &Text, check: &mut Check) -> Option<Files> {
    let (path, given) = (|name: &str| archive.path(name), |name: &str| archive.path_if(name));
    let (demand, consents) = (path("demand.csv"), given("consents.csv"));
    let files = read_input(rules, &path("lots.csv"), &path("bids.csv"), Some(&demand), consents.as_deref());
    let lots = files.as_ref().ok().map(|files| &*files.lots);
    let (picks, placed) = (given("picks.csv"), given("reassignments.csv"));
    match (read_choices(lots, picks.as_deref(), placed.as_deref()), files) {
        (Ok((picks, reassignments)), Ok(mut files)) => {
            (files.answers.picks, files.answers.reassignments) = (picks, reassignments);
            Some(files)
        }
        (choices, files) => {
            let faulty = [files.err(), choices.err()].into_iter().flatten().flatten();
            faulty.for_each(|it| told(&it, t, check));
            None
        }
    }
}

fn told((path, found): &Faulty, t: &Text, check: &mut Check) {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    match found {
        Ok(faults) => {
            for fault in faults.first() {
                check.push(Difference::of(&name, "", fault.at(&name, t), ""));
            }
        }
        Err(error) => check.push(contents::unreadable(&name, error, t)),
    }
}

/// The hash over all that the award depends on, put together again from the files and the contents.
fn whole_input(facts: &RoundFacts, rules: &RuleSet, files: &Files, offered: Vec<(Bid, String)>) -> Check {
    let mut lots = files.lots.clone();
    lots.sort_by(|a, b| natural(&a.code, &b.code));
    let offer = |(bid, excluded): (Bid, String)| Offer {
        id: OfferId::new(),
        supplier_id: OrganisationId::new(),
        name: String::new(),
        bid,
        excluded,
    };
    let mut offers: Vec<Offer> = offered.into_iter().map(offer).collect();
    offers.sort_by(|a, b| {
        let key = |offer: &Offer| (offer.bid.company.clone(), offer.bid.product.clone());
        natural(&a.bid.lot, &b.bid.lot).then_with(|| key(a).cmp(&key(b)))
    });
    let input = Input {
        rules: rules.clone(),
        lots,
        lot_ids: Default::default(),
        offers,
        demand: files.demand.clone(),
        answers: files.answers.clone(),
        hospitals: Default::default(),
        sha256: String::new(),
    };
    let mut check = Check::new(What::Input);
    check.same(ROUND, "input_sha256", &facts.input_sha256, input::hash(&input));
    check
}

/// Computes the award and compares every result file.
fn results(
    archive: &Unpacked,
    facts: &RoundFacts,
    rules: &RuleSet,
    files: &Files,
    t: &Text,
    report: &mut Report,
) -> Result<()> {
    let outcome = match award(rules, &files.lots, &files.bids, &files.demand, &files.answers) {
        Ok(outcome) => outcome,
        Err(why) => {
            let mut check = Check::new(What::Awards);
            check.push(Difference::of("awards.csv", "", crate::text::Say::say(&why, t), ""));
            report.checks.push(check);
            return Ok(());
        }
    };
    let outcome = facts.award.is_some().then_some(outcome);
    let proposed = outcome.as_ref().map(|outcome| standards::rules::proposed(rules, outcome));
    let from = facts.execution_from.to_string();
    let mut tables = match (&outcome, &proposed) {
        (Some(outcome), Some(proposed)) => {
            let by_hospital = !files.demand.is_empty();
            standards::output::results(rules, outcome, &files.answers, by_hospital, proposed, &from)
        }
        _ => Vec::new(),
    };
    for (what, name) in [
        (What::Awards, "awards.csv"),
        (What::Allocations, "allocations.csv"),
        (What::Volumes, "region_volumes.csv"),
        (What::Regions, "regions.csv"),
        (What::Questions, "questions.csv"),
        (What::Standards, "standards.csv"),
    ] {
        let at = tables.iter().position(|table| table.name == name);
        let table = at.map(|at| tables.swap_remove(at));
        report.checks.push(compare::table(archive, what, name, table)?);
    }
    report.checks.push(whole_output(facts, outcome.as_ref()));
    Ok(())
}

fn whole_output(facts: &RoundFacts, outcome: Option<&Outcome>) -> Check {
    let mut check = Check::new(What::Output);
    if let (Some(award), Some(outcome)) = (&facts.award, outcome) {
        check.same(ROUND, "output_sha256", &award.output_sha256, input::hash_of_outcome(outcome));
    }
    check
}

/// A file that cannot be opened is refused in words, not as a fault.
pub fn verify_file(path: &Path, t: &Text) -> Result<Report> {
    match verify(path, t) {
        Err(Error::Fault(why)) if !path.is_file() => {
            Err(Error::refused(Refused::Unreadable(why.to_string())))
        }
        other => other,
    }
}
