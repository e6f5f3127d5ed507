//! An uploaded demand file on its way: kept, shown with what it would change, applied whole.

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::Faults;
use crate::imports::{self, Import, Kind, New, State};
use crate::rounds::demand::rules::{self, Refused};
use crate::rounds::demand::{Line, Report, Save, entry, import, next, place, save, sheet};
use crate::rounds::{self, Lot, Round};
use crate::types::{Ctx, ImportId, OrganisationId, Quantity, RoundId, Time};

/// One line of the review: what a file changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The lot.
    pub lot: Lot,
    /// The company; empty for the generic name.
    pub company: String,
    /// The quantity before.
    pub before: Option<Quantity>,
    /// The quantity after.
    pub after: Option<Quantity>,
    /// The reason after.
    pub reason: String,
    /// Neither quantity nor reason changes.
    pub is_same: bool,
}

/// What a file would do.
#[derive(Debug)]
pub struct Preview {
    /// The round.
    pub round: Round,
    /// The file's name.
    pub file_name: String,
    /// It was applied already.
    pub is_applied: bool,
    /// Every line of the report before and after, with the differences.
    pub changes: Vec<Change>,
    /// What is wrong with its lines.
    pub faults: Faults,
    /// Lines left out because they have no quantity.
    pub blank: u64,
    /// Why it cannot be applied although its lines are sound.
    pub refusal: Option<Refused>,
    /// The version of the report seen.
    pub seen: i32,
}

/// Keeps a file for review. A file that cannot be read as a table at all is refused at once.
pub fn stage(
    tx: &mut Tx,
    ctx: &Ctx,
    round_id: &RoundId,
    hospital_id: &OrganisationId,
    id: &ImportId,
    (file_name, content): (&str, &[u8]),
) -> Result<()> {
    let at = place(tx.conn(), round_id, hospital_id)?;
    rules::may_write(&at.round, at.report.as_ref(), ctx.now)?;
    if imports::find(tx.conn(), Kind::Demand, id)?.is_some() {
        return own(tx.conn(), round_id, hospital_id, id).map(drop);
    }
    let lots = rounds::lots_of(tx.conn(), round_id)?;
    import::read(content, &at.hospital, &lots)?;
    let profile = round_id.as_str();
    let file = New { id, kind: Kind::Demand, profile, places: "[]", file_name, content };
    imports::keep(tx, ctx, file).map(drop)
}

/// A file of this hospital and round.
fn own(conn: &mut Conn, round: &RoundId, hospital: &OrganisationId, id: &ImportId) -> Result<Import> {
    let found = imports::find(conn, Kind::Demand, id)?;
    let is_own = |it: &Import| it.organisation_id == *hospital && it.profile == round.as_str();
    found.filter(is_own).ok_or(Error::NotFound)
}

/// What a kept file would change.
pub fn preview(
    conn: &mut Conn,
    round_id: &RoundId,
    hospital_id: &OrganisationId,
    id: &ImportId,
    now: Time,
) -> Result<Preview> {
    let staged = own(conn, round_id, hospital_id, id)?;
    let at = place(conn, round_id, hospital_id)?;
    let lots = rounds::lots_of(conn, round_id)?;
    let is_applied = staged.state == State::Applied;
    let (upload, faults) = match is_applied {
        true => Default::default(),
        false => import::read(imports::content(conn, id)?.as_slice(), &at.hospital, &lots)?,
    };
    let mut preview = Preview {
        file_name: staged.file_name,
        is_applied,
        changes: Vec::new(),
        faults,
        blank: upload.blank,
        refusal: rules::may_write(&at.round, at.report.as_ref(), now).err(),
        seen: at.report.as_ref().map_or(0, |report| report.version),
        round: at.round,
    };
    if preview.is_applied || preview.refusal.is_some() || !preview.faults.is_empty() {
        return Ok(preview);
    }
    let averages = sheet::averages(conn, &preview.round, hospital_id, &lots)?;
    let report: Report = next(at.report.as_ref(), round_id, hospital_id);
    let merged = import::over(&at.lines, upload)
        .and_then(|entered| entry::merge(&report, &at.lines, &entered, &lots, &averages));
    match merged {
        Ok(after) => preview.changes = changes(&lots, &at.lines, &after),
        Err(why) => preview.refusal = Some(why),
    }
    Ok(preview)
}

fn changes(lots: &[Lot], before: &[Line], after: &[Line]) -> Vec<Change> {
    let mut list = Vec::new();
    for lot in lots {
        let of_lot = |lines: &'_ [Line]| -> Vec<Line> {
            lines.iter().filter(|line| line.lot_id == lot.id).cloned().collect()
        };
        let (was, is) = (of_lot(before), of_lot(after));
        let mut companies: Vec<&str> = was.iter().chain(&is).map(|line| line.company.as_str()).collect();
        companies.sort_unstable();
        companies.dedup();
        for company in companies {
            let find = |lines: &[Line]| lines.iter().find(|line| line.company == company).cloned();
            let (old, new) = (find(&was), find(&is));
            let reason =
                |line: &Option<Line>| line.as_ref().map(|line| line.reason.clone()).unwrap_or_default();
            let quantity = |line: &Option<Line>| line.as_ref().map(|line| line.reported);
            list.push(Change {
                lot: lot.clone(),
                company: company.to_owned(),
                is_same: quantity(&old) == quantity(&new) && reason(&old) == reason(&new),
                before: quantity(&old),
                after: quantity(&new),
                reason: reason(&new),
            });
        }
    }
    list
}

/// Applies a kept file whole, as a draft. Applying it twice changes nothing.
pub fn apply(
    tx: &mut Tx,
    ctx: &Ctx,
    round_id: &RoundId,
    hospital_id: &OrganisationId,
    id: &ImportId,
    seen: i32,
) -> Result<()> {
    let staged = own(tx.conn(), round_id, hospital_id, id)?;
    if staged.state == State::Applied {
        return Ok(());
    }
    let at = place(tx.conn(), round_id, hospital_id)?;
    let lots = rounds::lots_of(tx.conn(), round_id)?;
    let (upload, faults) = import::read(imports::content(tx.conn(), id)?.as_slice(), &at.hospital, &lots)?;
    if !faults.is_empty() {
        return Err(Error::refused(Refused::FileFaulty(faults.count())));
    }
    let entered = import::over(&at.lines, upload)?;
    save(tx, ctx, round_id, hospital_id, Save { entered, seen, submit: false })?;
    imports::applied(tx, ctx, &staged, "")
}
