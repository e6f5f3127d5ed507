//! Claims on the fund (结算申请): what a supplier asks the fund to pay for one hospital's receipts of past months.
//!
//! One claim is for one supplier, hospital and month. A supplier submits all of a month's claims in one act.

pub mod remind;
pub mod rules;
pub mod store;
pub mod verify;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx, next_numbers};
use crate::error::{Error, Result};
use crate::schema::{claim_lines, claims};
use crate::terms::{self, Term};
use crate::text::Text;
use crate::types::{
    AccountId, ClaimId, Ctx, Money, OrganisationId, ReceiptId, SettlementId, SubmissionId, Time,
};
use crate::workdays;

pub use rules::Refused;

crate::words! {
    /// How far a claim is. It only moves forward (SUBMITTED, HOSPITAL_CONFIRMED or DISPUTED, AGGREGATED, PAID,
    /// DEDUCTED).
    ClaimState {
        /// The hospital has yet to verify it (待核对).
        Submitted = "submitted",
        /// Verified; what is not disputed waits for settlement (已核对).
        Confirmed = "hospital_confirmed",
        /// Verified, and all of it is disputed (全部有争议).
        Disputed = "disputed",
        /// In a settlement (已汇总).
        Aggregated = "aggregated",
        /// The fund paid the supplier (已付款).
        Paid = "paid",
        /// Deducted from the hospital's claim on the fund (已扣减).
        Deducted = "deducted",
    }

    /// What became of one line of a claim.
    LineState {
        /// Claimed and not disputed.
        Claimed = "claimed",
        /// Split off: the hospital says why.
        Disputed = "disputed",
        /// The hospital takes its dispute back: it goes into the next claim.
        Accepted = "accepted",
        /// The supplier takes it back: it is claimed again once a credit note has changed what is due.
        Withdrawn = "withdrawn",
        /// Went, or goes, into a later claim.
        Carried = "carried",
        /// Paid by the fund.
        Paid = "paid",
    }
}

impl ClaimState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let c = &t.claims;
        match self {
            ClaimState::Submitted => c.state_submitted,
            ClaimState::Confirmed => c.state_confirmed,
            ClaimState::Disputed => c.state_disputed,
            ClaimState::Aggregated => c.state_aggregated,
            ClaimState::Paid => c.state_paid,
            ClaimState::Deducted => c.state_deducted,
        }
    }
}

impl LineState {
    /// Its name within a claim: what is claimed and not disputed is as far as the claim.
    pub fn name_in(self, claim: ClaimState, t: &Text) -> &'static str {
        match (self, claim) {
            (LineState::Claimed, ClaimState::Submitted) => self.name(t),
            (LineState::Claimed, _) => claim.name(t),
            _ => self.name(t),
        }
    }

    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let c = &t.claims;
        match self {
            LineState::Claimed => c.line_claimed,
            LineState::Disputed => c.line_disputed,
            LineState::Accepted => c.line_accepted,
            LineState::Withdrawn => c.line_withdrawn,
            LineState::Carried => c.line_carried,
            LineState::Paid => c.line_paid,
        }
    }
}

/// A claim of a supplier on the fund for one hospital and month.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = claims, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Claim {
    /// Its id; the payment that settles it has the same.
    pub id: ClaimId,
    /// Its number: `JS` + month + a running number; later claims have larger ones.
    pub number: String,
    /// The month it is for, by its first day.
    pub month: NaiveDate,
    /// The buyer.
    pub hospital_id: OrganisationId,
    /// The seller.
    pub supplier_id: OrganisationId,
    /// The act of submitting it was part of.
    pub submission_id: SubmissionId,
    /// How far it is.
    pub state: ClaimState,
    /// Counts changes while it is verified: a hospital confirms what it saw.
    pub version: i32,
    /// Number of lines.
    pub lines: i32,
    /// Claimed.
    pub amount: Money,
    /// Lines that are disputed and not resolved.
    pub disputed_lines: i32,
    /// What goes to settlement: claimed and not disputed. Zero until it is verified.
    pub confirmed: Money,
    /// When it was submitted.
    pub submitted_at: Time,
    /// Who submitted it.
    pub submitted_by: Option<AccountId>,
    /// The last day to verify it.
    pub verify_by: NaiveDate,
    /// When it was verified.
    pub verified_at: Option<Time>,
    /// Who verified it.
    pub verified_by: Option<AccountId>,
    /// The settlement that takes it in.
    pub settlement_id: Option<SettlementId>,
}

impl Claim {
    /// The hospital has not verified it in time.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.state == ClaimState::Submitted && today > self.verify_by
    }
}

/// One line of a claim: what is due for one receipt; below zero it is a credit for a paid one.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = claim_lines, treat_none_as_default_value = false)]
pub struct ClaimLine {
    /// Of which claim.
    pub claim_id: ClaimId,
    /// For which receipt.
    pub receipt_id: ReceiptId,
    /// How much.
    pub amount: Money,
    /// What became of it.
    pub state: LineState,
    /// Why the hospital disputes it; empty when it does not.
    pub reason: String,
}

/// What would be claimed for one hospital.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// Which hospital.
    pub hospital_id: OrganisationId,
    /// Number of lines.
    pub lines: i64,
    /// What is due for receipts.
    pub due: Money,
    /// Credits for paid receipts that are netted, zero or below: receipt and amount.
    pub credits: Vec<(ReceiptId, Money)>,
    /// Due less credits: the claim.
    pub amount: Money,
}

/// What a supplier submits.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Its id, from the form: the same form sent twice submits once.
    pub id: SubmissionId,
    /// The supplier.
    pub supplier: OrganisationId,
    /// The month, by its first day.
    pub month: NaiveDate,
    /// The total the supplier saw; `None` when nobody looked, as in bulk work.
    pub seen: Option<Money>,
}

/// The month that is claimed for on a day: the one before, by its first day.
pub fn month_of(today: NaiveDate) -> NaiveDate {
    rules::month_before(today)
}

/// The last day to submit claims for a month: `Term::ClaimDay` of the next month; on a day off,
/// `Term::ClaimHolidayDays` working days after it.
pub fn deadline(conn: &mut Conn, month: NaiveDate) -> Result<NaiveDate> {
    let next = rules::month_after(month);
    let day = terms::whole(conn, Term::ClaimDay, next)?;
    let days = terms::whole(conn, Term::ClaimHolidayDays, next)?;
    let due = rules::day_of(next, day);
    Ok(workdays::calendar(conn, due)?.due(due, days))
}

/// What a supplier would claim for a month, hospital by hospital. Hospitals with a claim for the month are left out.
pub fn preview(conn: &mut Conn, supplier: &OrganisationId, month: NaiveDate) -> Result<Vec<Due>> {
    let known: BTreeSet<OrganisationId> = store::claimed_hospitals(conn, supplier, month)?;
    let mut credits: BTreeMap<OrganisationId, Vec<(ReceiptId, Money)>> = BTreeMap::new();
    for (receipt, hospital, amount) in store::credits(conn, supplier)? {
        credits.entry(hospital).or_default().push((receipt, amount));
    }
    let mut list = Vec::new();
    for (hospital_id, lines, due) in store::due_by_hospital(conn, supplier, rules::last_of(month))? {
        if known.contains(&hospital_id) {
            continue;
        }
        let waiting = credits.remove(&hospital_id).unwrap_or_default();
        let (credits, amount) = rules::net(due, &waiting);
        let lines = lines.saturating_add(i64::try_from(credits.len()).unwrap_or(i64::MAX));
        list.push(Due { hospital_id, lines, due, credits, amount });
    }
    Ok(list)
}

/// Submits a supplier's claims for last month, one a hospital. Gives how many were made.
pub fn submit(tx: &mut Tx, ctx: &Ctx, it: &Submission) -> Result<usize> {
    let made = store::count_of_submission(tx.conn(), &it.id)?;
    if made > 0 {
        return Ok(made);
    }
    let today = ctx.now.day();
    let until = deadline(tx.conn(), it.month)?;
    rules::may_submit(it.month, today, until)?;
    let list = preview(tx.conn(), &it.supplier, it.month)?;
    rules::check_seen(&list, it.seen)?;
    let days = terms::whole(tx.conn(), Term::VerifyWorkingDays, today)?;
    let verify_by = workdays::after(tx.conn(), today, days)?;
    let count = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let first = next_numbers(tx, "claims", count)?;
    let mut rows = Vec::with_capacity(list.len());
    let mut lines = Vec::new();
    for (n, due) in (first..).zip(&list) {
        let claim = Claim {
            id: ClaimId::new(),
            number: format!("JS{}-{n:07}", it.month.format("%Y%m")),
            month: it.month,
            hospital_id: due.hospital_id.clone(),
            supplier_id: it.supplier.clone(),
            submission_id: it.id.clone(),
            state: ClaimState::Submitted,
            version: 1,
            lines: i32::try_from(due.lines).map_err(Error::fault_of)?,
            amount: due.amount,
            disputed_lines: 0,
            confirmed: Money::ZERO,
            submitted_at: ctx.now,
            submitted_by: ctx.actor.account.clone(),
            verify_by,
            verified_at: None,
            verified_by: None,
            settlement_id: None,
        };
        lines.extend(due.credits.iter().map(|(receipt, amount)| ClaimLine {
            claim_id: claim.id.clone(),
            receipt_id: receipt.clone(),
            amount: *amount,
            state: LineState::Claimed,
            reason: String::new(),
        }));
        rows.push(claim);
    }
    store::insert(tx, &rows, &lines)?;
    store::take_lines(tx, it, rules::last_of(it.month))?;
    let total = rules::total(&list)?;
    let wanted: i64 = list.iter().map(|due| due.lines).sum();
    if store::sum_of_submission(tx.conn(), &it.id)? != (wanted, total) {
        return Err(Error::fault(format!("the claims of submission {} do not add up", it.id)));
    }
    let deed = Deed { action: "claim.submit", subject: "claims", id: it.id.as_str() };
    let after = serde_json::json!({
        "supplier": it.supplier, "month": it.month, "claims": rows.len(), "lines": wanted, "amount": total,
        "first": rows.first().map(|c| &c.number), "verify_by": verify_by,
    });
    audit::record(tx, ctx, deed, &(), &after)?;
    Ok(rows.len())
}
