//! What a hospital does: enters a preparation, writes its sheet, submits it, and begins the next version.

use serde_json::json;

use super::{
    CostLine, CostSheet, LineKind, Preparation, Refused, State, in_force, record, rules, sheet, store,
};
use crate::audit::{self, Deed};
use crate::db::{Tx, next_number};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::terms::{self, Term};
use crate::types::{CostLineId, CostSheetId, Ctx, OrganisationId, PreparationId, Quantity, Share, UnitPrice};

/// What a hospital says of a preparation.
#[derive(Debug, Clone)]
pub struct Facts {
    /// Its name.
    pub name: String,
    /// Approval or record number.
    pub approval: String,
    /// Specification.
    pub spec: String,
    /// Pack.
    pub pack: String,
}

/// What a hospital says of a sheet besides its lines.
#[derive(Debug, Clone)]
pub struct Header {
    /// Packs in a batch.
    pub batch: Quantity,
    /// The part of them that comes out well.
    pub yield_share: Share,
    /// The rate on top of cost.
    pub rate: Share,
    /// Why the price changes.
    pub change_reason: String,
}

/// A line as entered.
#[derive(Debug, Clone)]
pub struct Entered {
    /// What it pays for.
    pub kind: LineKind,
    /// What it is.
    pub name: String,
    /// The unit of the quantity.
    pub unit: String,
    /// How much goes into a batch.
    pub quantity: Quantity,
    /// Yuan a unit.
    pub unit_price: UnitPrice,
    /// By what it is shared out, where the price comes from.
    pub basis: String,
}

impl Entered {
    /// The line of a sheet, if it says all it must.
    pub fn line(
        self,
        id: CostLineId,
        sheet: &CostSheetId,
        position: i32,
    ) -> std::result::Result<CostLine, Refused> {
        if !self.quantity.is_positive() {
            return Err(Refused::NotPositive("quantity"));
        }
        if !self.unit_price.is_positive() {
            return Err(Refused::NotPositive("unit_price"));
        }
        rules::basis(self.kind, &self.basis)?;
        if self.basis.chars().count() > 500 {
            return Err(Refused::Words("basis", 500));
        }
        Ok(CostLine {
            id,
            sheet_id: sheet.clone(),
            position,
            kind: self.kind,
            name: rules::words("line_name", &self.name, 100)?,
            unit: rules::words("unit", &self.unit, 20)?,
            quantity: self.quantity,
            unit_price: self.unit_price,
            basis: self.basis.trim().to_owned(),
            amount: rules::amount(self.quantity, self.unit_price)?,
            accepted: None,
            reason: String::new(),
        })
    }
}

fn reason(text: &str) -> std::result::Result<String, Refused> {
    let text = text.trim();
    if text.chars().count() > 1_000 {
        Err(Refused::Words("change_reason", 1_000))
    } else {
        Ok(text.to_owned())
    }
}

/// Enters a preparation with the first draft of its sheet. The same form sent twice makes one.
pub fn create(
    tx: &mut Tx,
    ctx: &Ctx,
    (hospital, id): (&OrganisationId, &CostSheetId),
    facts: Facts,
    header: Header,
) -> Result<()> {
    if let Some(known) = store::sheet(tx.conn(), id)? {
        return if known.hospital_id == *hospital { Ok(()) } else { Err(Error::NotFound) };
    }
    let of = Preparation {
        id: PreparationId::new(),
        hospital_id: hospital.clone(),
        name: rules::words("name", &facts.name, 100)?,
        approval: rules::words("approval", &facts.approval, 60)?,
        spec: rules::words("spec", &facts.spec, 100)?,
        pack: rules::words("pack", &facts.pack, 100)?,
        created_at: ctx.now,
    };
    if store::is_known(tx.conn(), &of)? {
        return Err(Refused::Known(of.name).into());
    }
    store::insert_preparation(tx, &of)?;
    let deed = Deed { action: "preparation.enter", subject: "preparations", id: of.id.as_str() };
    audit::record(tx, ctx, deed, &(), &of)?;
    begin(tx, ctx, id, &of, (1, header), &[])
}

/// Enters a draft of a sheet with these lines.
fn begin(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &CostSheetId,
    of: &Preparation,
    (version, header): (i32, Header),
    lines: &[CostLine],
) -> Result<()> {
    let most = terms::value(tx.conn(), Term::PreparationRateMost, ctx.now.day())?;
    // A rate from before a lower cap is carried over as it was; submitting it asks for another.
    if version == 1 {
        rules::header(header.batch, header.yield_share, header.rate, most)?;
    }
    let number = next_number(tx, SHEETS)?;
    let it = CostSheet {
        id: id.clone(),
        preparation_id: of.id.clone(),
        hospital_id: of.hospital_id.clone(),
        number: format!("YZ{}{number:05}", ctx.now.day().format("%Y%m")),
        version,
        batch: header.batch,
        yield_share: header.yield_share,
        rate: header.rate,
        change_reason: reason(&header.change_reason)?,
        state: State::Draft,
        revision: 1,
        remark: String::new(),
        price: None,
        from_day: None,
        to_day: None,
        due_day: None,
        submitted_by: None,
        submitted_at: None,
        asked_by: None,
        decided_at: None,
        created_at: ctx.now,
    };
    store::insert_sheet(tx, &it)?;
    store::insert_lines(tx, lines)?;
    record(tx, ctx, "preparation.draft", &(), &it)
}

/// The counter of sheets.
const SHEETS: &str = "cost_sheets";

/// A draft of a hospital's own that stands as it was seen; another hospital's is not there.
pub(super) fn draft_seen(
    tx: &mut Tx,
    own: &OrganisationId,
    id: &CostSheetId,
    revision: i32,
) -> Result<CostSheet> {
    let it = store::sheet(tx.conn(), id)?.filter(|it| it.hospital_id == *own).ok_or(Error::NotFound)?;
    if it.state != State::Draft {
        return Err(Refused::NotDraft.into());
    }
    if it.revision == revision { Ok(it) } else { Err(Refused::Stale.into()) }
}

/// The sheet one revision on.
pub(super) fn next(it: &CostSheet) -> CostSheet {
    CostSheet { revision: it.revision.saturating_add(1), ..it.clone() }
}

/// Changes a draft's batch, yield, rate and reason.
pub fn change(
    tx: &mut Tx,
    ctx: &Ctx,
    own: &OrganisationId,
    (id, revision): (&CostSheetId, i32),
    header: Header,
) -> Result<()> {
    let before = draft_seen(tx, own, id, revision)?;
    let most = terms::value(tx.conn(), Term::PreparationRateMost, ctx.now.day())?;
    rules::header(header.batch, header.yield_share, header.rate, most)?;
    let after = CostSheet {
        batch: header.batch,
        yield_share: header.yield_share,
        rate: header.rate,
        change_reason: reason(&header.change_reason)?,
        ..next(&before)
    };
    store::update_sheet(tx, &after)?;
    record(tx, ctx, "preparation.change", &before, &after)
}

/// Adds a line to a draft. The same form sent twice adds one; two people may add lines at once.
pub fn add_line(
    tx: &mut Tx,
    ctx: &Ctx,
    own: &OrganisationId,
    (id, line): (&CostSheetId, &CostLineId),
    given: Entered,
) -> Result<()> {
    let before = store::sheet(tx.conn(), id)?.filter(|it| it.hospital_id == *own).ok_or(Error::NotFound)?;
    let lines = store::lines(tx.conn(), id)?;
    if lines.iter().any(|it| it.id == *line) {
        return Ok(());
    }
    if before.state != State::Draft {
        return Err(Refused::NotDraft.into());
    }
    if lines.len() >= rules::LINES {
        return Err(Refused::TooMany(rules::LINES).into());
    }
    let position = lines.last().map_or(1, |it| it.position.saturating_add(1));
    let made = given.line(line.clone(), id, position)?;
    store::insert_lines(tx, std::slice::from_ref(&made))?;
    store::update_sheet(tx, &next(&before))?;
    let deed = Deed { action: "preparation.line", subject: "cost_lines", id: line.as_str() };
    audit::record(tx, ctx, deed, &(), &made)
}

/// Takes a line of a draft away; done twice it is done once.
pub fn remove_line(
    tx: &mut Tx,
    ctx: &Ctx,
    own: &OrganisationId,
    (id, line): (&CostSheetId, &CostLineId),
) -> Result<()> {
    let before = store::sheet(tx.conn(), id)?.filter(|it| it.hospital_id == *own).ok_or(Error::NotFound)?;
    if before.state != State::Draft {
        return Err(Refused::NotDraft.into());
    }
    let gone = store::lines(tx.conn(), id)?.into_iter().find(|it| it.id == *line);
    let Some(gone) = gone else { return Ok(()) };
    store::delete_line(tx, id, line)?;
    store::update_sheet(tx, &next(&before))?;
    let deed = Deed { action: "preparation.line.remove", subject: "cost_lines", id: line.as_str() };
    audit::record(tx, ctx, deed, &gone, &())
}

/// Submits a draft: the officers are told. Sent twice it is submitted once.
pub fn submit(
    tx: &mut Tx,
    ctx: &Ctx,
    own: &OrganisationId,
    (id, revision): (&CostSheetId, i32),
) -> Result<()> {
    let (known, of) = sheet(tx.conn(), id)?;
    if known.hospital_id == *own && known.state == State::Submitted {
        return Ok(());
    }
    let before = draft_seen(tx, own, id, revision)?;
    let lines = store::lines(tx.conn(), id)?;
    let most = terms::value(tx.conn(), Term::PreparationRateMost, ctx.now.day())?;
    let threshold = terms::value(tx.conn(), Term::PreparationChangeReason, ctx.now.day())?;
    let old = in_force(tx.conn(), &of.id)?.and_then(|it| it.price);
    rules::may_submit(&before, &lines, (most, threshold), old)?;
    // What was accepted before it came back does not hold for lines that were written anew.
    for line in lines.iter().filter(|it| it.accepted.is_some()) {
        store::set_accepted(tx, &CostLine { accepted: None, reason: String::new(), ..line.clone() })?;
    }
    let after = CostSheet {
        state: State::Submitted,
        remark: String::new(),
        submitted_by: ctx.actor.account.clone(),
        submitted_at: Some(ctx.now),
        ..next(&before)
    };
    store::update_sheet(tx, &after)?;
    let costs = rules::costs(&after, &lines, |it| it.amount)?;
    record(tx, ctx, "preparation.submit", &before, &after)?;
    let hospital = people::store::organisation(tx.conn(), own)?.map(|it| it.name).unwrap_or_default();
    for officer in people::recipients_with(tx.conn(), Role::Officer)? {
        let letter = Letter::PreparationSubmitted {
            number: after.number.clone(),
            title: of.name.clone(),
            path: super::path(id),
            hospital: hospital.clone(),
            price: costs.price.to_string(),
        };
        notify::post(tx, ctx, &officer, &letter, &format!("preparation.submitted:{id}:{}", after.revision))?;
    }
    Ok(())
}

/// Gives a draft up; done twice it is done once.
pub fn discard(
    tx: &mut Tx,
    ctx: &Ctx,
    own: &OrganisationId,
    (id, revision): (&CostSheetId, i32),
) -> Result<()> {
    let known = store::sheet(tx.conn(), id)?.filter(|it| it.hospital_id == *own).ok_or(Error::NotFound)?;
    if known.state == State::Discarded {
        return Ok(());
    }
    let before = draft_seen(tx, own, id, revision)?;
    let after = CostSheet { state: State::Discarded, ..next(&before) };
    store::update_sheet(tx, &after)?;
    record(tx, ctx, "preparation.discard", &before, &after)
}

/// Begins the next version of an approved sheet, or a first one anew where all were given up: a draft with the same lines.
/// The same form sent twice makes one.
pub fn renew(
    tx: &mut Tx,
    ctx: &Ctx,
    own: &OrganisationId,
    (of, id): (&CostSheetId, &CostSheetId),
) -> Result<()> {
    if let Some(known) = store::sheet(tx.conn(), id)? {
        return if known.hospital_id == *own { Ok(()) } else { Err(Error::NotFound) };
    }
    let (before, preparation) = sheet(tx.conn(), of)?;
    if before.hospital_id != *own {
        return Err(Error::NotFound);
    }
    let all = store::sheets(tx.conn(), &preparation.id)?;
    if let Some(open) = all.iter().find(|it| it.state.is_under_way()) {
        return Err(Refused::UnderWay(open.number.clone()).into());
    }
    let version = all.first().map_or(1, |it| it.version.saturating_add(1));
    let (batch, yield_share, rate) = (before.batch, before.yield_share, before.rate);
    let header = Header { batch, yield_share, rate, change_reason: String::new() };
    let fresh = |line: CostLine| CostLine {
        id: CostLineId::new(),
        sheet_id: id.clone(),
        accepted: None,
        reason: String::new(),
        ..line
    };
    let lines: Vec<CostLine> = store::lines(tx.conn(), of)?.into_iter().map(fresh).collect();
    begin(tx, ctx, id, &preparation, (version, header), &lines)?;
    let deed = Deed { action: "preparation.renew", subject: super::SUBJECT, id: id.as_str() };
    audit::record(tx, ctx, deed, &json!({ "of": of }), &json!({ "version": version, "lines": lines.len() }))
}
