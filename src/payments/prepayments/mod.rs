//! Prepayment of fund money for a hospital's contract purchases: granted, drawn down, restored, recovered.
//!
//! The fund keeps a hospital's prepayment on a separate ledger, for nothing but its contract purchases. When the fund
//! pays suppliers for the hospital directly, the money is drawn from the prepayment as far as it goes; when the amount
//! is deducted from the hospital's claim on the fund, what was drawn is restored. What is left at the end is recovered.

pub mod rules;
pub mod store;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::contracts::volumes;
use crate::db::{Conn, Tx, next_number};
use crate::error::{Error, Result};
use crate::people::{self, OrganisationKind};
use crate::rounds::approvals::{self, Action, Asked};
use crate::schema::{prepayment_entries, prepayment_grants, prepayments};
use crate::terms::{self, Term};
use crate::text::Text;
use crate::types::{
    AccountId, ApprovalId, Ctx, GrantId, Money, OrganisationId, PrepaymentEntryId, SettlementId, Time,
};

pub use rules::{Agreed, Refused};

crate::words! {
    /// Why a prepayment moves.
    EntryKind {
        /// Granted (预付).
        Grant = "grant",
        /// Paid to suppliers for the hospital (抵扣).
        Draw = "draw",
        /// Deducted from the hospital's claim on the fund after it was drawn (回补).
        Restore = "restore",
        /// Taken back by the fund (收回).
        Recover = "recover",
    }

    /// What became of a grant that was asked for.
    GrantState {
        /// Waits for a reviewer.
        Asked = "asked",
        /// A reviewer said yes: it is in the ledger.
        Granted = "granted",
        /// A reviewer said no.
        Rejected = "rejected",
    }
}

impl EntryKind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            EntryKind::Grant => t.settlements.entry_grant,
            EntryKind::Draw => t.settlements.entry_draw,
            EntryKind::Restore => t.settlements.entry_restore,
            EntryKind::Recover => t.settlements.entry_recover,
        }
    }
}

impl GrantState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            GrantState::Asked => t.settlements.grant_asked,
            GrantState::Granted => t.settlements.grant_granted,
            GrantState::Rejected => t.settlements.grant_rejected,
        }
    }
}

/// A hospital's prepayment as it stands; each amount is zero or above, and so is what is left.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = prepayments)]
pub struct Prepayment {
    /// Whose.
    pub hospital_id: OrganisationId,
    /// Granted so far.
    pub granted: Money,
    /// Paid to suppliers and not yet deducted from the hospital.
    pub drawn: Money,
    /// Taken back by the fund.
    pub recovered: Money,
}

impl Prepayment {
    /// What is left: granted less drawn and recovered.
    pub fn balance(&self) -> Money {
        let left = self.granted.minus(self.drawn).and_then(|it| it.minus(self.recovered));
        left.unwrap_or(Money::ZERO)
    }
}

/// A row of the ledger. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = prepayment_entries)]
pub struct Entry {
    /// Its id.
    pub id: PrepaymentEntryId,
    /// Whose.
    pub hospital_id: OrganisationId,
    /// Why it moved.
    pub kind: EntryKind,
    /// How much; below zero what left it.
    pub amount: Money,
    /// What is left after it.
    pub balance: Money,
    /// The settlement that drew or restored it.
    pub settlement_id: Option<SettlementId>,
    /// The grant.
    pub grant_id: Option<GrantId>,
    /// Why, in words, for what a person did.
    pub reason: String,
    /// When.
    pub at: Time,
    /// Who.
    pub account_id: Option<AccountId>,
}

/// A grant somebody asked for.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = prepayment_grants, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Grant {
    /// Its id, from the form.
    pub id: GrantId,
    /// Its number.
    pub number: String,
    /// For which hospital.
    pub hospital_id: OrganisationId,
    /// How much.
    pub amount: Money,
    /// The hospital's annual agreed amount when it was asked for.
    pub agreed: Money,
    /// The least that had to be granted.
    pub least: Money,
    /// Why, in words.
    pub reason: String,
    /// What became of it.
    pub state: GrantState,
    /// When it was asked for.
    pub asked_at: Time,
    /// Who asked.
    pub asked_by: Option<AccountId>,
    /// When it was decided.
    pub decided_at: Option<Time>,
}

/// The table of grants, as approvals name it.
pub const SUBJECT: &str = "prepayment_grants";

/// What a hospital agreed to buy in the agreement years that run on a day, and the least prepayment for it.
pub fn agreed(conn: &mut Conn, hospital: &OrganisationId, now: Time) -> Result<Agreed> {
    let rows = store::agreed(conn, hospital, now.day())?;
    let share = terms::value(conn, Term::PrepayShare, now.day())?;
    rules::agreed(&rows, share)
}

/// A hospital's prepayment as it stands; nothing granted is zero.
pub fn prepayment(conn: &mut Conn, hospital: &OrganisationId) -> Result<Prepayment> {
    Ok(store::prepayment(conn, hospital)?.unwrap_or(Prepayment {
        hospital_id: hospital.clone(),
        granted: Money::ZERO,
        drawn: Money::ZERO,
        recovered: Money::ZERO,
    }))
}

/// Asks for a grant. The same form sent twice asks once.
pub fn ask(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &GrantId,
    hospital: &OrganisationId,
    amount: Money,
    reason: &str,
) -> Result<()> {
    if store::grant(tx.conn(), id)?.is_some() {
        return Ok(());
    }
    let whose = people::store::organisation(tx.conn(), hospital)?.ok_or(Error::NotFound)?;
    if whose.kind != OrganisationKind::Hospital {
        return Err(Error::NotFound);
    }
    // The contracts' years that have begun are counted, also those nobody has ordered from yet.
    volumes::open_years(tx, ctx.now.day())?;
    let agreed = agreed(tx.conn(), hospital, ctx.now)?;
    let before = prepayment(tx.conn(), hospital)?;
    let waiting = store::is_waiting(tx.conn(), hospital)?;
    rules::may_ask(&agreed, &before, amount, reason, waiting)?;
    let number = next_number(tx, "prepayment_grants")?;
    let it = Grant {
        id: id.clone(),
        number: format!("YF{}{number:05}", ctx.now.day().format("%Y%m")),
        hospital_id: hospital.clone(),
        amount,
        agreed: agreed.amount,
        least: agreed.least,
        reason: reason.trim().to_owned(),
        state: GrantState::Asked,
        asked_at: ctx.now,
        asked_by: ctx.actor.account.clone(),
        decided_at: None,
    };
    store::insert_grant(tx, &it)?;
    audit::record(
        tx,
        ctx,
        Deed { action: "prepayment.ask", subject: SUBJECT, id: it.id.as_str() },
        &(),
        &it,
    )?;
    let detail = format!("{} {}", whose.name, it.amount);
    let asked =
        Asked { subject: SUBJECT, id: &it.number, action: Action::Prepayment, round: None, detail: &detail };
    approvals::ask(tx, ctx, asked).map(drop)
}

/// A reviewer, never the one who asked, decides a grant; a yes enters it into the ledger.
pub fn decide(tx: &mut Tx, ctx: &Ctx, request: &ApprovalId, yes: bool, remark: &str) -> Result<()> {
    let asked = approvals::decide(tx, ctx, request, yes, remark)?;
    if asked.action != Action::Prepayment {
        return Err(Error::NotFound);
    }
    let before = store::grant_of_number(tx.conn(), &asked.subject_id)?.ok_or(Error::NotFound)?;
    let state = if yes { GrantState::Granted } else { GrantState::Rejected };
    let after = Grant { state, decided_at: Some(ctx.now), ..before.clone() };
    store::update_grant(tx, &after)?;
    let deed = Deed { action: "prepayment.decide", subject: SUBJECT, id: after.id.as_str() };
    audit::record(tx, ctx, deed, &before, &after)?;
    if !yes {
        return Ok(());
    }
    let mut movement = Movement::new(&after.hospital_id, EntryKind::Grant, after.amount);
    movement.grant = Some(&after.id);
    enter(tx, ctx, &movement)
}

/// The fund takes back what is left or a part of it. The same form sent twice takes it once.
pub fn recover(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &PrepaymentEntryId,
    hospital: &OrganisationId,
    amount: Money,
    reason: &str,
) -> Result<()> {
    if store::entry(tx.conn(), id)?.is_some() {
        return Ok(());
    }
    let before = store::prepayment(tx.conn(), hospital)?.ok_or(Error::NotFound)?;
    rules::may_recover(&before, amount, reason)?;
    let mut movement = Movement::new(hospital, EntryKind::Recover, amount);
    (movement.id, movement.reason) = (id.clone(), reason.trim());
    enter(tx, ctx, &movement)
}

/// A movement of a hospital's prepayment.
pub(super) struct Movement<'a> {
    id: PrepaymentEntryId,
    hospital: &'a OrganisationId,
    kind: EntryKind,
    amount: Money,
    settlement: Option<&'a SettlementId>,
    grant: Option<&'a GrantId>,
    reason: &'a str,
}

impl<'a> Movement<'a> {
    fn new(hospital: &'a OrganisationId, kind: EntryKind, amount: Money) -> Self {
        let id = PrepaymentEntryId::new();
        Self { id, hospital, kind, amount, settlement: None, grant: None, reason: "" }
    }
}

/// Draws what the fund paid for a hospital, as far as its prepayment goes. Gives what was drawn.
pub(super) fn draw(
    tx: &mut Tx,
    ctx: &Ctx,
    hospital: &OrganisationId,
    settlement: &SettlementId,
    paid: Money,
) -> Result<Money> {
    let amount = prepayment(tx.conn(), hospital)?.balance().min(paid);
    if amount.is_positive() {
        let mut movement = Movement::new(hospital, EntryKind::Draw, amount);
        movement.settlement = Some(settlement);
        enter(tx, ctx, &movement)?;
    }
    Ok(amount)
}

/// Restores what a settlement drew, when it is deducted from the hospital.
pub(super) fn restore(
    tx: &mut Tx,
    ctx: &Ctx,
    hospital: &OrganisationId,
    settlement: &SettlementId,
    drawn: Money,
) -> Result<()> {
    if !drawn.is_positive() {
        return Ok(());
    }
    let mut movement = Movement::new(hospital, EntryKind::Restore, drawn);
    movement.settlement = Some(settlement);
    enter(tx, ctx, &movement)
}

fn enter(tx: &mut Tx, ctx: &Ctx, it: &Movement) -> Result<()> {
    let before = prepayment(tx.conn(), it.hospital)?;
    let (after, signed) = rules::moved(&before, it.kind, it.amount).ok_or_else(|| {
        Error::fault(format!("prepayment of {}: {} {} breaks it", it.hospital, it.kind, it.amount))
    })?;
    store::write(tx, &after)?;
    let entry = Entry {
        id: it.id.clone(),
        hospital_id: it.hospital.clone(),
        kind: it.kind,
        amount: signed,
        balance: after.balance(),
        settlement_id: it.settlement.cloned(),
        grant_id: it.grant.cloned(),
        reason: it.reason.to_owned(),
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    diesel::insert_into(prepayment_entries::table).values(&entry).execute(tx.conn())?;
    let action = format!("prepayment.{}", it.kind);
    let deed = Deed { action: &action, subject: "prepayments", id: it.hospital.as_str() };
    audit::record(tx, ctx, deed, &before, &after)
}
