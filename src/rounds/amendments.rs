//! Changes of a published round (变更): what was, what is, and why, told to those concerned.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::Letter;
use crate::rounds::{
    Calendar, Category, Fields, FormClass, Lot, LotFields, Refused, Round, calendar, publication, round,
    rules, store,
};
use crate::schema::amendments;
use crate::text::Text;
use crate::types::{AccountId, AmendmentId, Ctx, LotId, Quantity, RoundId, Time, UnitPrice};

/// Fields as text, by name; a lot's are named `lot:CODE:field`.
pub type Facts = BTreeMap<String, String>;

/// A change of a round after publishing. The rows of a round are never changed or removed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = amendments)]
pub struct Amendment {
    /// Its id.
    pub id: AmendmentId,
    /// Of which round.
    pub round_id: RoundId,
    /// Counts from 1 in the round.
    pub number: i32,
    /// When.
    pub at: Time,
    /// Who.
    pub account_id: Option<AccountId>,
    /// Why.
    pub reason: String,
    /// The changed fields as they were: JSON of [`Facts`].
    pub before: String,
    /// The changed fields as they are.
    pub after: String,
}

/// What identifies an amendment and why it is made.
#[derive(Debug, Clone)]
pub struct Note {
    /// Its id, from the form.
    pub id: AmendmentId,
    /// Why.
    pub reason: String,
}

/// What an amendment sets.
#[derive(Debug, Clone)]
pub struct Changes {
    /// The title.
    pub title: String,
    /// The dates.
    pub calendar: Calendar,
    /// The lots, or those of them that change.
    pub lots: Vec<LotTerms>,
}

/// The fields of a lot that an amendment may set.
#[derive(Debug, Clone)]
pub struct LotTerms {
    /// Which lot.
    pub id: LotId,
    /// The class of the form.
    pub form_class: FormClass,
    /// The spec that prices are compared at.
    pub comparable_spec: String,
    /// Highest valid price.
    pub ceiling: UnitPrice,
    /// Which share table applies.
    pub category: Category,
    /// Base volume.
    pub base_volume: Option<Quantity>,
}

/// Amends a published round and writes to those concerned, or finds the amendment already made under the same
/// id. `version` is the round's version the officer saw.
pub fn amend(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &RoundId,
    version: i32,
    note: Note,
    changes: Changes,
) -> Result<Amendment> {
    if let Some(known) = store::amendment(tx.conn(), &note.id)? {
        return if known.round_id == *id { Ok(known) } else { Err(Error::NotFound) };
    }
    let before = round(tx.conn(), id)?;
    if !rules::amendable(&before, ctx.now).is_anything() {
        return Err(Error::refused(Refused::State(before.state)));
    }
    if before.version != version {
        return Err(Error::refused(Refused::Changed));
    }
    let reason = rules::reason(&note.reason).map_err(Error::refused)?;
    let lots_before = store::lots_of(tx.conn(), id)?;
    let (after, lots_after) = apply(tx.conn(), &before, &lots_before, changes)?;
    let (was, is) = changed(facts(&before, &lots_before), facts(&after, &lots_after));
    allowed(&before, &after.calendar, &is, ctx.now).map_err(Error::refused)?;
    store::update_round(tx, &after)?;
    for lot in lots_after.iter().filter(|lot| !lots_before.contains(lot)) {
        store::update_lot(tx, lot)?;
    }
    let amendment = write(tx, ctx, &after, Note { id: note.id, reason: reason.clone() }, &was, &is)?;
    let letter = Letter::RoundAmended {
        number: after.number.clone(),
        title: after.title.clone(),
        path: format!("{}/amendments", publication::path(id)),
        reason,
    };
    publication::tell(tx, ctx, &after, &letter, &format!("round.amended:{}", amendment.id))?;
    Ok(amendment)
}

/// The round and its lots as the changes make them, each checked as at its making.
fn apply(conn: &mut Conn, before: &Round, lots: &[Lot], changes: Changes) -> Result<(Round, Vec<Lot>)> {
    let mut fields = Fields::of(conn, before)?;
    let regions = fields.regions.clone();
    fields.title = changes.title;
    fields.calendar = changes.calendar;
    let fields = rules::fields(fields, &regions).map_err(Error::refused)?;
    let after = Round {
        title: fields.title,
        calendar: fields.calendar,
        version: before.version.saturating_add(1),
        ..before.clone()
    };
    let mut lots = lots.to_vec();
    for terms in changes.lots {
        let lot = lots.iter_mut().find(|l| l.id == terms.id).ok_or(Error::NotFound)?;
        let fields = LotFields {
            form_class: terms.form_class,
            comparable_spec: terms.comparable_spec,
            ceiling: terms.ceiling,
            category: terms.category,
            base_volume: terms.base_volume,
            ..LotFields::of(lot)
        };
        let fields = rules::lot(fields)
            .map_err(|why| Error::refused(Refused::OfLot { lot: lot.code.clone(), why: Box::new(why) }))?;
        *lot = fields.lot(lot.id.clone(), lot.round_id.clone(), lot.position, lot.generic_key.clone());
    }
    Ok((after, lots))
}

/// Whether everything that changed may change.
fn allowed(before: &Round, after: &Calendar, changed: &Facts, now: Time) -> std::result::Result<(), Refused> {
    if changed.is_empty() {
        return Err(Refused::NothingChanged);
    }
    for date in after.dates().iter().filter(|d| changed.contains_key(d.field)) {
        rules::amended_date(before, date, now)?;
    }
    if !rules::amendable(before, now).terms {
        let frozen = |field| Refused::Frozen { field, state: before.state };
        if changed.contains_key("title") {
            return Err(frozen("title"));
        }
        if changed.keys().any(|key| key.starts_with("lot:")) {
            return Err(frozen("lot"));
        }
    }
    Ok(())
}

/// Writes the row of an amendment and its link of the trail.
pub(super) fn write(
    tx: &mut Tx,
    ctx: &Ctx,
    round: &Round,
    note: Note,
    was: &Facts,
    is: &Facts,
) -> Result<Amendment> {
    let number = store::amendments_of(tx.conn(), &round.id)?.len();
    let amendment = Amendment {
        id: note.id,
        round_id: round.id.clone(),
        number: i32::try_from(number).unwrap_or(i32::MAX).saturating_add(1),
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
        reason: note.reason,
        before: serde_json::to_string(was)?,
        after: serde_json::to_string(is)?,
    };
    store::insert_amendment(tx, &amendment)?;
    let deed = Deed { action: "round.amend", subject: "rounds", id: round.id.as_str() };
    audit::record(tx, ctx, deed, was, &(&amendment.reason, is))?;
    Ok(amendment)
}

/// What an amendment may touch, as text.
fn facts(round: &Round, lots: &[Lot]) -> Facts {
    let mut facts: Facts =
        round.calendar.dates().into_iter().map(|d| (d.field.to_owned(), d.shown)).collect();
    facts.insert("title".to_owned(), round.title.clone());
    for lot in lots {
        facts.extend(
            lot_facts(&LotFields::of(lot)).map(|(field, text)| (format!("lot:{}:{field}", lot.code), text)),
        );
    }
    facts
}

fn lot_facts(lot: &LotFields) -> [(&'static str, String); 5] {
    [
        ("form_class", lot.form_class.to_string()),
        ("comparable_spec", lot.comparable_spec.clone()),
        ("ceiling", lot.ceiling.to_string()),
        ("category", lot.category.to_string()),
        ("base_volume", lot.base_volume.map(|v| v.to_string()).unwrap_or_default()),
    ]
}

/// Every field of a lot as text, for showing two of them side by side.
pub fn facts_of_lot(lot: &LotFields) -> Facts {
    let words = [
        ("lot", lot.code.clone()),
        ("generic", lot.generic.clone()),
        ("form", lot.form.clone()),
        ("unit", lot.unit.clone()),
    ];
    words.into_iter().chain(lot_facts(lot)).map(|(field, text)| (field.to_owned(), text)).collect()
}

/// Of both only what differs.
fn changed(mut before: Facts, mut after: Facts) -> (Facts, Facts) {
    let same: BTreeSet<String> =
        before.iter().filter(|(k, v)| after.get(*k) == Some(*v)).map(|(k, _)| k.clone()).collect();
    before.retain(|k, _| !same.contains(k));
    after.retain(|k, _| !same.contains(k));
    (before, after)
}

/// One field as it was and as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The lot's code; empty for a field of the round.
    pub lot: String,
    /// The field.
    pub field: String,
    /// As it was.
    pub before: String,
    /// As it is.
    pub after: String,
}

/// What differs, the round's fields in their order, then the lots'.
pub fn differences(before: &Facts, after: &Facts) -> Vec<Difference> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let text = |facts: &Facts, key: &str| facts.get(key).cloned().unwrap_or_default();
    let mut list: Vec<Difference> = keys
        .into_iter()
        .map(|key| {
            let (lot, field) = match key.strip_prefix("lot:").and_then(|rest| rest.rsplit_once(':')) {
                Some((lot, field)) => (lot.to_owned(), field.to_owned()),
                None => (String::new(), key.clone()),
            };
            Difference { lot, field, before: text(before, key), after: text(after, key) }
        })
        .filter(|d| d.before != d.after)
        .collect();
    let place = |field: &str| Calendar::FIELDS.iter().position(|f| *f == field).map_or(0, |at| at + 1);
    list.sort_by(|a, b| (&a.lot, place(&a.field)).cmp(&(&b.lot, place(&b.field))));
    list
}

impl Amendment {
    /// What it changed.
    pub fn differences(&self) -> Vec<Difference> {
        let read = |json: &str| serde_json::from_str::<Facts>(json).unwrap_or_default();
        differences(&read(&self.before), &read(&self.after))
    }
}

impl Difference {
    /// The field's name for people.
    pub fn label(&self, t: &Text) -> String {
        calendar::label(&self.field, t).to_owned()
    }

    /// The old value for people.
    pub fn was(&self, t: &Text) -> String {
        self.word(&self.before, t)
    }

    /// The new value for people.
    pub fn is(&self, t: &Text) -> String {
        self.word(&self.after, t)
    }

    fn word(&self, value: &str, t: &Text) -> String {
        let name = match self.field.as_str() {
            "form_class" => value.parse::<FormClass>().map(|w| w.name(t)),
            "category" => value.parse::<Category>().map(|w| w.name(t)),
            "kind" => value.parse::<super::RoundKind>().map(|w| w.name(t)),
            "state" => value.parse::<super::RoundState>().map(|w| w.name(t)),
            _ => Err(()),
        };
        name.unwrap_or(value).to_owned()
    }
}

/// The amendments of a round, oldest first.
pub fn of_round(conn: &mut Conn, id: &RoundId) -> Result<Vec<Amendment>> {
    store::amendments_of(conn, id)
}
