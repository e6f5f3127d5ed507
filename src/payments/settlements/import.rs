//! What the bank answers to a payment file: read, compared with what was sent, taken whole or not at all.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::rules::ResultFault;
use super::{Attempt, AttemptState, Refused, Settlement, Transfer, TransferState, deed, store};
use crate::audit;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::files::read::{self, Column, Row, Unknown};
use crate::files::{Faults, Limits};
use crate::types::{Ctx, Money, SettlementId, sha256};

/// The columns of the bank's file. Others are left alone.
pub const COLUMNS: &[Column] = &[
    Column::must("end_to_end_id", "端到端标识").also(&["业务流水号", "EndToEndId"]),
    Column::must("result", "处理结果").also(&["结果"]),
    Column::must("amount", "金额").also(&["金额（元）"]),
    Column::must("paid_on", "付款日期").also(&["交易日期"]),
    Column::must("reference", "银行流水号").also(&["交易流水号"]),
    Column::must("reason", "失败原因").also(&["附言"]),
];

const RESULTS: &[(&str, AttemptState)] = &[
    ("paid", AttemptState::Paid),
    ("failed", AttemptState::Failed),
    ("成功", AttemptState::Paid),
    ("失败", AttemptState::Failed),
];

/// Most lines of a file: more transfers than a settlement has.
const LINES: u64 = 20_000;
/// Longest reference and reason.
const WORDS: usize = 200;

/// What a file did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Outcome {
    /// Transfers the bank paid.
    pub paid: usize,
    /// Transfers that did not go through.
    pub failed: usize,
    /// Answers that were read before.
    pub unchanged: usize,
}

/// Takes the bank's answers: each is for an attempt of this settlement, with the amount that was sent. A file taken
/// before changes nothing.
pub fn apply(tx: &mut Tx, ctx: &Ctx, id: &SettlementId, name: &str, bytes: &[u8]) -> Result<Outcome> {
    let settlement = store::hold(tx, id)?.ok_or(Error::NotFound)?;
    let sent = store::attempts_of(tx.conn(), id)?;
    let made = store::files_of(tx.conn(), id)?;
    let known = Known {
        sent: sent.into_iter().map(|(attempt, transfer)| (attempt.id.clone(), (attempt, transfer))).collect(),
        first_day: made.iter().map(|file| file.made_at.day()).min().unwrap_or_else(|| ctx.now.day()),
        ctx,
    };
    let answers = known.read(bytes)?;
    let mut outcome = Outcome::default();
    for (after, transfer) in answers {
        let Some((before, _)) = known.sent.get(&after.id) else { continue };
        if before.state != AttemptState::Sent {
            outcome.unchanged += 1;
            continue;
        }
        let state = match after.state {
            AttemptState::Paid => {
                outcome.paid += 1;
                TransferState::Paid
            }
            _ => {
                outcome.failed += 1;
                TransferState::Failed
            }
        };
        store::update_attempt(tx, &after)?;
        let transfer =
            Transfer { state, paid_on: after.paid_on, reference: after.reference.clone(), ..transfer };
        store::update_transfer(tx, &transfer)?;
    }
    if outcome.paid + outcome.failed > 0 {
        note(tx, ctx, &settlement, name, bytes, outcome)?;
    }
    Ok(outcome)
}

fn note(tx: &mut Tx, ctx: &Ctx, it: &Settlement, name: &str, bytes: &[u8], outcome: Outcome) -> Result<()> {
    let after = serde_json::json!({ "file": name, "sha256": sha256(bytes), "outcome": outcome });
    audit::record(tx, ctx, deed("settlement.results", &it.id), &(), &after)
}

/// What answers are compared with.
struct Known<'a> {
    sent: BTreeMap<String, (Attempt, Transfer)>,
    first_day: NaiveDate,
    ctx: &'a Ctx,
}

impl Known<'_> {
    fn read(&self, bytes: &[u8]) -> Result<Vec<(Attempt, Transfer)>> {
        let rows = read::open(bytes, COLUMNS, Unknown::Ignore, Limits::lines(LINES))?;
        let mut seen = BTreeMap::new();
        let (answers, mut faults) = rows.collect(|row, faults| self.line(row, &mut seen, faults))?;
        if answers.is_empty() && faults.is_empty() {
            let missing = crate::files::Reason::Missing;
            faults.push(crate::files::Fault::new(2, "end_to_end_id", "", missing));
        }
        if faults.is_empty() { Ok(answers) } else { Err(Refused::Faulty(faults).into()) }
    }

    fn line(
        &self,
        row: &Row,
        seen: &mut BTreeMap<String, u64>,
        faults: &mut Faults,
    ) -> Option<(Attempt, Transfer)> {
        let id = row.filled("end_to_end_id", faults)?;
        let mut bad = |key: &str, why: ResultFault| {
            faults.push(row.fault(key, Refused::Result(why)));
            None
        };
        let Some((attempt, transfer)) = self.sent.get(id) else {
            return bad("end_to_end_id", ResultFault::Unknown);
        };
        if let Some(first) = seen.insert(id.to_owned(), row.line) {
            return bad("end_to_end_id", ResultFault::Twice(first));
        }
        let state = row.word("result", RESULTS, faults)?;
        let amount: Money = row.number("amount", faults)?;
        let reference = row.words("reference", WORDS, faults)?;
        let reason = row.words("reason", WORDS, faults)?;
        let paid_on = match row.get("paid_on") {
            "" => None,
            _ => Some(row.date("paid_on", faults)?),
        };
        let is_paid = state == AttemptState::Paid;
        let fault = if amount != attempt.amount {
            Some(("amount", ResultFault::Amount(attempt.amount)))
        } else if is_paid && paid_on.is_none() {
            Some(("paid_on", ResultFault::NoDay))
        } else if paid_on.is_some_and(|day| day < self.first_day || day > self.ctx.now.day()) {
            Some(("paid_on", ResultFault::Day))
        } else if !is_paid && reason.is_empty() {
            Some(("reason", ResultFault::NoReason))
        } else if attempt.state != AttemptState::Sent && attempt.state != state {
            Some(("result", ResultFault::Answered))
        } else if attempt.state == AttemptState::Sent && transfer.state != TransferState::Sent {
            Some(("end_to_end_id", ResultFault::Old))
        } else {
            None
        };
        if let Some((key, why)) = fault {
            faults.push(row.fault(key, Refused::Result(why)));
            return None;
        }
        let after = Attempt {
            state,
            paid_on: if is_paid { paid_on } else { None },
            reference: reference.to_owned(),
            reason: if is_paid { String::new() } else { reason.to_owned() },
            answered_at: Some(self.ctx.now),
            ..attempt.clone()
        };
        Some((after, transfer.clone()))
    }
}
