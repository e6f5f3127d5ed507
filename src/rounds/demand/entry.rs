//! What a hospital enters becomes lines of its report, and the report is handed in or taken back. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::rounds::demand::rules::{Bounds, COMPANY, Gap, LINES, REASON, Refused, Standing, deadline, sum};
use crate::rounds::demand::{Line, LineState, Report, ReportState};
use crate::rounds::{Lot, Round, RoundState};
use crate::types::{DemandId, LotId, Quantity, Time};

/// A quantity of one lot as entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Of which lot.
    pub lot_id: LotId,
    /// The brand's company; empty for the generic name.
    pub company: String,
    /// Its product; empty for the brand as a whole.
    pub product: String,
    /// How much.
    pub quantity: Quantity,
}

/// A report as entered. Lines that are locked may be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entered {
    /// The quantities.
    pub entries: Vec<Entry>,
    /// The reasons by lot.
    pub reasons: BTreeMap<LotId, String>,
}

impl Entered {
    fn reason(&self, lot: &LotId) -> &str {
        self.reasons.get(lot).map_or("", |reason| reason.trim())
    }
}

/// Whether what a form asks for is how the report already is although the form saw an older version: it was
/// sent twice.
pub fn is_done(report: &Report, lines: &[Line], entered: &Entered, seen: i32, submit: bool) -> bool {
    let is_there = match report.state {
        ReportState::Submitted => submit,
        ReportState::Draft | ReportState::Returned => !submit,
        ReportState::Approved => false,
    };
    if !is_there || report.version <= seen {
        return false;
    }
    let brand = |e: &'_ Entry| (e.company.clone(), e.product.clone());
    let mut asked: BTreeSet<(&LotId, (String, String), Quantity)> =
        entered.entries.iter().map(|e| (&e.lot_id, brand(e), e.quantity)).collect();
    for lot in entered.reasons.keys().filter(|lot| !entered.reason(lot).is_empty()) {
        if !entered.entries.iter().any(|entry| entry.lot_id == *lot) {
            asked.insert((lot, Default::default(), Quantity::ZERO));
        }
    }
    let brand = |line: &Line| (line.company.clone(), line.product.clone());
    let stored = lines.iter().map(|line| (&line.lot_id, brand(line), line.reported)).collect();
    asked == stored && lines.iter().all(|line| line.reason == entered.reason(&line.lot_id))
}

/// The lots a hospital may write: all of them, or those of returned lines.
fn open_lots<'a>(report: &Report, lines: &'a [Line], lots: &'a [Lot]) -> BTreeSet<&'a LotId> {
    if report.state != ReportState::Returned {
        return lots.iter().map(|lot| &lot.id).collect();
    }
    lines.iter().filter(|line| line.state == LineState::Returned).map(|line| &line.lot_id).collect()
}

/// The report's lines after writing `entered`. While lines are returned, all others stay as they are; a
/// returned line that is left out stays as zero, so that it can still be seen and corrected.
pub fn merge(
    report: &Report,
    before: &[Line],
    entered: &Entered,
    lots: &[Lot],
    averages: &BTreeMap<LotId, Quantity>,
) -> Result<Vec<Line>, Refused> {
    let is_returned = report.state == ReportState::Returned;
    let open = open_lots(report, before, lots);
    let lot_of = |id: &LotId| lots.iter().find(|lot| lot.id == *id).ok_or(Refused::LotUnknown);
    let fresh = |lot_id: &LotId, (company, product): (&str, &str), quantity| {
        let old = before.iter().find(|line| line.lot_id == *lot_id && line.brand() == (company, product));
        Line {
            id: old.map_or_else(DemandId::new, |line| line.id.clone()),
            report_id: report.id.clone(),
            round_id: report.round_id.clone(),
            hospital_id: report.hospital_id.clone(),
            lot_id: lot_id.clone(),
            company: company.to_owned(),
            product: product.to_owned(),
            reported: quantity,
            verified: None,
            approved: None,
            history: averages.get(lot_id).copied().unwrap_or_default(),
            reason: String::new(),
            state: if is_returned { LineState::Returned } else { LineState::Reported },
            remark: old.map(|line| line.remark.clone()).unwrap_or_default(),
        }
    };

    let mut lines: Vec<Line> = Vec::new();
    if is_returned {
        lines.extend(before.iter().filter(|line| line.state != LineState::Returned).cloned());
    }
    let mut met = BTreeSet::new();
    for entry in &entered.entries {
        let lot = lot_of(&entry.lot_id)?;
        let brand = (entry.company.trim(), entry.product.trim());
        if brand.0.chars().count().max(brand.1.chars().count()) > COMPANY {
            return Err(Refused::Long(lot.code.clone(), COMPANY));
        }
        let named = || format!("{} {}", brand.0, brand.1).trim().to_owned();
        if !met.insert((&entry.lot_id, brand)) {
            return Err(Refused::Twice(lot.code.clone(), named()));
        }
        let locked = lines.iter().find(|line| {
            is_returned && line.lot_id == lot.id && line.brand() == brand && line.state != LineState::Returned
        });
        match locked {
            Some(line) if line.reported == entry.quantity => {}
            None if open.contains(&lot.id) => lines.push(fresh(&lot.id, brand, entry.quantity)),
            _ => return Err(Refused::Locked(lot.code.clone(), named())),
        }
    }
    for line in before.iter().filter(|line| is_returned && line.state == LineState::Returned) {
        if !met.contains(&(&line.lot_id, line.brand())) {
            lines.push(fresh(&line.lot_id, line.brand(), Quantity::ZERO));
        }
    }
    for lot_id in entered.reasons.keys() {
        give_reason(&mut lines, lot_of(lot_id)?, entered.reason(lot_id), open.contains(lot_id), &fresh)?;
    }
    if lines.len() > LINES {
        return Err(Refused::TooMany);
    }
    let position = |line: &Line| lots.iter().position(|lot| lot.id == line.lot_id);
    lines.sort_by(|a, b| (position(a), a.brand()).cmp(&(position(b), b.brand())));
    Ok(lines)
}

/// Puts a lot's reason on its lines; a reason without a quantity explains a demand of zero.
fn give_reason(
    lines: &mut Vec<Line>,
    lot: &Lot,
    reason: &str,
    is_open: bool,
    fresh: &impl Fn(&LotId, (&str, &str), Quantity) -> Line,
) -> Result<(), Refused> {
    if reason.chars().count() > REASON {
        return Err(Refused::Long(lot.code.clone(), REASON));
    }
    let is_of_lot = |line: &Line| line.lot_id == lot.id;
    if !is_open {
        let known = lines.iter().find(|line| is_of_lot(line)).map_or("", |line| line.reason.as_str());
        return if reason.is_empty() || reason == known {
            Ok(())
        } else {
            Err(Refused::Locked(lot.code.clone(), String::new()))
        };
    }
    if !reason.is_empty() && !lines.iter().any(is_of_lot) {
        lines.push(fresh(&lot.id, ("", ""), Quantity::ZERO));
    }
    for line in lines.iter_mut().filter(|line| is_of_lot(line)) {
        line.reason = reason.to_owned();
    }
    Ok(())
}

/// Hands the report in, if every sum outside the bounds has its reason.
pub fn submit(
    report: &mut Report,
    lines: &mut [Line],
    lots: &[Lot],
    (averages, bounds): (&BTreeMap<LotId, Quantity>, &Bounds),
    now: Time,
) -> Result<(), Refused> {
    let open = open_lots(report, lines, lots);
    let mut gaps = Vec::new();
    for lot in lots.iter().filter(|lot| open.contains(&lot.id)) {
        let of_lot = || lines.iter().filter(|line| line.lot_id == lot.id);
        let (sum, history) =
            (sum(of_lot().map(|line| line.reported)), averages.get(&lot.id).copied().unwrap_or_default());
        let standing = Standing::of(sum, history, bounds);
        let has_reason = of_lot().any(|line| !line.reason.is_empty());
        if standing.is_outside() && !has_reason {
            let (lot, generic) = (lot.code.clone(), lot.generic.clone());
            gaps.push(Gap { lot, generic, sum, history, standing });
        }
    }
    if !gaps.is_empty() {
        return Err(Refused::Reasons(gaps));
    }
    report.state = ReportState::Submitted;
    report.submitted_at = Some(now);
    report.due_at = None;
    for line in lines {
        line.state = LineState::Reported;
    }
    Ok(())
}

/// The report taken back as a draft. One that was returned before is not: then only the lines asked for change.
pub fn withdraw(
    round: &Round,
    report: &Report,
    lines: &[Line],
    now: Time,
) -> Result<(Report, Vec<Line>), Refused> {
    if round.state != RoundState::Demand {
        return Err(Refused::State(round.state));
    }
    let to = deadline(round, Some(report));
    match report.state {
        ReportState::Approved => return Err(Refused::Approved),
        ReportState::Submitted if !report.remark.is_empty() => return Err(Refused::Submitted),
        ReportState::Submitted if now >= to => return Err(Refused::Over(to)),
        ReportState::Submitted => {}
        ReportState::Draft | ReportState::Returned => return Err(Refused::NotSubmitted),
    }
    let after = Report {
        state: ReportState::Draft,
        submitted_at: None,
        version: report.version + 1,
        ..report.clone()
    };
    let lines = lines.iter().map(|line| Line { verified: None, ..line.clone() }).collect();
    Ok((after, lines))
}
