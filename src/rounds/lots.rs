//! Lots (竞价单元) while their round is being written.

use serde::Serialize;

use crate::audit::{self, Deed};
use crate::catalog;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::rounds::approvals::{self, Action};
use crate::rounds::{Category, FormClass, Lot, Refused, Round, lot, round, rules, store};
use crate::types::{Ctx, LotId, Quantity, RoundId, UnitPrice, sha256};

/// What an officer enters about a lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LotFields {
    /// Its code in the round's files.
    pub code: String,
    /// The generic name (通用名).
    pub generic: String,
    /// The dosage form (剂型).
    pub form: String,
    /// The class of the form (剂型类别).
    pub form_class: FormClass,
    /// The spec that prices are compared at (可比规格).
    pub comparable_spec: String,
    /// The smallest preparation unit.
    pub unit: String,
    /// Highest valid price of one unit (最高有效申报价).
    pub ceiling: UnitPrice,
    /// Which share table applies.
    pub category: Category,
    /// Base volume, when it does not come from demand.
    pub base_volume: Option<Quantity>,
}

impl LotFields {
    /// The fields of a lot as it stands.
    pub fn of(lot: &Lot) -> Self {
        Self {
            code: lot.code.clone(),
            generic: lot.generic.clone(),
            form: lot.form.clone(),
            form_class: lot.form_class,
            comparable_spec: lot.comparable_spec.clone(),
            unit: lot.unit.clone(),
            ceiling: lot.ceiling,
            category: lot.category,
            base_volume: lot.base_volume,
        }
    }

    /// A lot with these fields.
    pub(super) fn lot(self, id: LotId, round_id: RoundId, position: i32, generic_key: String) -> Lot {
        Lot {
            id,
            round_id,
            position,
            code: self.code,
            generic: self.generic,
            generic_key,
            form: self.form,
            form_class: self.form_class,
            comparable_spec: self.comparable_spec,
            unit: self.unit,
            ceiling: self.ceiling,
            category: self.category,
            base_volume: self.base_volume,
        }
    }
}

/// A mark of something as a form showed it: when it differs at saving, somebody else was faster.
pub fn mark(it: &impl Serialize) -> Result<String> {
    Ok(sha256(&serde_json::to_vec(it)?))
}

/// The round, when its lots may be changed now.
pub(super) fn open_draft(conn: &mut Conn, id: &RoundId) -> Result<Round> {
    let round = round(conn, id)?;
    let waits = approvals::open(conn, "rounds", id.as_str(), Action::Publish)?.is_some();
    rules::is_open_draft(&round, waits).map_err(Error::refused)?;
    Ok(round)
}

/// Adds a lot at the end, or finds it already added under the same id.
pub fn add(tx: &mut Tx, ctx: &Ctx, round: &RoundId, id: LotId, fields: LotFields) -> Result<Lot> {
    if let Some(known) = store::lot(tx.conn(), &id)? {
        return if known.round_id == *round { Ok(known) } else { Err(Error::NotFound) };
    }
    open_draft(tx.conn(), round)?;
    let fields = rules::lot(fields).map_err(Error::refused)?;
    let others = store::lots_of(tx.conn(), round)?;
    if others.iter().any(|l| l.code == fields.code) {
        return Err(Error::refused(Refused::LotTaken(fields.code)));
    }
    if others.len() >= rules::LOTS {
        return Err(Error::refused(Refused::ManyLots));
    }
    let position = others.last().map_or(1, |l| l.position.saturating_add(1));
    let key = generic_key(tx.conn(), &fields.generic)?;
    let it = fields.lot(id, round.clone(), position, key);
    store::insert_lot(tx, &it)?;
    audit::record(tx, ctx, Deed { action: "lot.add", subject: "rounds", id: round.as_str() }, &(), &it)?;
    Ok(it)
}

/// Changes a lot. `seen` is the [`mark`] of the lot the officer saw; the same form sent twice is one change.
pub fn change(tx: &mut Tx, ctx: &Ctx, id: &LotId, seen: &str, fields: LotFields) -> Result<Lot> {
    let before = lot(tx.conn(), id)?;
    open_draft(tx.conn(), &before.round_id)?;
    let fields = rules::lot(fields).map_err(Error::refused)?;
    if LotFields::of(&before) == fields {
        return Ok(before);
    }
    if mark(&before)? != seen {
        return Err(Error::refused(Refused::Changed));
    }
    let others = store::lots_of(tx.conn(), &before.round_id)?;
    if others.iter().any(|l| l.code == fields.code && l.id != *id) {
        return Err(Error::refused(Refused::LotTaken(fields.code)));
    }
    let key = generic_key(tx.conn(), &fields.generic)?;
    let after = fields.lot(id.clone(), before.round_id.clone(), before.position, key);
    store::update_lot(tx, &after)?;
    let deed = Deed { action: "lot.change", subject: "rounds", id: after.round_id.as_str() };
    audit::record(tx, ctx, deed, &before, &after)?;
    Ok(after)
}

/// Removes a lot from a draft; done twice it is done once.
pub fn remove(tx: &mut Tx, ctx: &Ctx, round: &RoundId, id: &LotId) -> Result<()> {
    let Some(before) = store::lot(tx.conn(), id)? else { return Ok(()) };
    if before.round_id != *round {
        return Err(Error::NotFound);
    }
    open_draft(tx.conn(), round)?;
    store::delete_lot(tx, id)?;
    audit::record(tx, ctx, Deed { action: "lot.remove", subject: "rounds", id: round.as_str() }, &before, &())
}

/// The generic key of the catalogue's products with this generic name, when they agree on one.
pub(super) fn generic_key(conn: &mut Conn, generic: &str) -> Result<String> {
    let keys = catalog::store::generic_keys(conn, generic)?;
    match keys.as_slice() {
        [one] => Ok(one.clone()),
        _ => Ok(String::new()),
    }
}
