//! Receipt against invoice against payment: what of an account is not settled to the cent, and why.

use std::collections::HashSet;

use chrono::NaiveDate;

use crate::db::Conn;
use crate::error::Result;
use crate::payments::invoices::rules::due;
use crate::payments::invoices::store as invoices;
use crate::payments::statements::{Scope, store};
use crate::supply::{Receipt, ReceiptState};
use crate::text::Text;
use crate::types::{Money, ReceiptId, ReturnId};

crate::words! {
    /// Why a receipt is not settled.
    Cause {
        /// No invoice yet.
        Uninvoiced = "uninvoiced",
        /// Invoices cover a part.
        PartlyInvoiced = "partly_invoiced",
        /// An invoice for it does not match.
        Disputed = "disputed",
        /// Goods went back and have no credit note.
        Uncredited = "uncredited",
        /// To be paid, its term is not over.
        ToPay = "to_pay",
        /// To be paid, its term is over.
        Late = "late",
        /// A part is paid.
        PartlyPaid = "partly_paid",
        /// In a claim on the fund.
        Claimed = "claimed",
        /// In a claim on the fund, and the hospital disputes it.
        ClaimDisputed = "claim_disputed",
        /// A payment for it was reversed.
        Reversed = "reversed",
        /// More is paid than is left after credit notes.
        ToNet = "to_net",
    }
}

impl Cause {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.statements;
        match self {
            Cause::Uninvoiced => m.cause_uninvoiced,
            Cause::PartlyInvoiced => m.cause_partly_invoiced,
            Cause::Disputed => m.cause_disputed,
            Cause::Uncredited => m.cause_uncredited,
            Cause::ToPay => m.cause_to_pay,
            Cause::Late => m.cause_late,
            Cause::PartlyPaid => m.cause_partly_paid,
            Cause::Claimed => m.cause_claimed,
            Cause::ClaimDisputed => m.cause_claim_disputed,
            Cause::Reversed => m.cause_reversed,
            Cause::ToNet => m.cause_to_net,
        }
    }
}

/// What is known about a receipt besides its own figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Known {
    /// An invoice for it does not match.
    pub disputed: bool,
    /// The hospital disputes its line in a claim on the fund.
    pub claim_disputed: bool,
    /// Goods went back and have no credit note.
    pub uncredited: bool,
    /// A payment for it was reversed.
    pub reversed: bool,
}

/// Every cause why a receipt is not settled; none when it is.
pub fn causes(receipt: &Receipt, known: Known, today: NaiveDate) -> Vec<Cause> {
    let due = due(receipt).unwrap_or(Money::ZERO);
    let mut found = Vec::new();
    if receipt.invoiced < receipt.amount {
        found.push(match receipt.invoiced == Money::ZERO {
            true => Cause::Uninvoiced,
            false => Cause::PartlyInvoiced,
        });
    }
    if known.disputed {
        found.push(Cause::Disputed);
    }
    if known.uncredited {
        found.push(Cause::Uncredited);
    }
    if due.is_positive() {
        if receipt.state == ReceiptState::Claimed {
            found.push(if known.claim_disputed { Cause::ClaimDisputed } else { Cause::Claimed });
        } else if receipt.state != ReceiptState::Accepted {
            found.push(if receipt.due_on < today { Cause::Late } else { Cause::ToPay });
        }
        if receipt.paid.is_positive() {
            found.push(Cause::PartlyPaid);
        }
        if known.reversed {
            found.push(Cause::Reversed);
        }
    }
    if due < Money::ZERO {
        found.push(Cause::ToNet);
    }
    found
}

/// Goods that went back without a credit note, of these receipts.
fn uncredited(conn: &mut Conn, ids: &[ReceiptId]) -> Result<HashSet<ReceiptId>> {
    let list = invoices::returns_of(conn, ids)?;
    let returns: Vec<ReturnId> = list.iter().map(|it| it.id.clone()).collect();
    let done = invoices::credited_returns(conn, &returns)?;
    Ok(list.into_iter().filter(|it| !done.contains(&it.id)).map(|it| it.receipt_id).collect())
}

/// A page of what is not settled over some days, each with its causes.
pub fn page(
    conn: &mut Conn,
    scope: &Scope,
    (from, to): (NaiveDate, NaiveDate),
    after: Option<&(NaiveDate, ReceiptId)>,
    today: NaiveDate,
    limit: i64,
) -> Result<Vec<(Receipt, Vec<Cause>)>> {
    let list = store::unsettled(conn, scope, from, to, after, limit)?;
    let ids: Vec<ReceiptId> = list.iter().map(|it| it.id.clone()).collect();
    let (mut disputed, mut reversed, mut open) = (HashSet::new(), HashSet::new(), HashSet::new());
    let mut claim_disputed = HashSet::new();
    for part in ids.chunks(500) {
        disputed.extend(store::disputed(conn, part)?);
        claim_disputed.extend(store::claim_disputed(conn, part)?);
        reversed.extend(store::reversed(conn, part)?);
        open.extend(uncredited(conn, part)?);
    }
    let known = |id: &ReceiptId| Known {
        disputed: disputed.contains(id),
        claim_disputed: claim_disputed.contains(id),
        uncredited: open.contains(id),
        reversed: reversed.contains(id),
    };
    Ok(list
        .into_iter()
        .map(|it| {
            let causes = causes(&it, known(&it.id), today);
            (it, causes)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supply::samples::receipt;

    #[test]
    fn every_open_cent_has_a_cause() {
        use Cause::*;
        let money = |text: &str| text.parse::<Money>().unwrap();
        let check =
            |invoiced: &str, credited: &str, paid: &str, state, known: Known, late: bool, want: &[Cause]| {
                let receipt = Receipt {
                    credited: money(credited),
                    invoiced: money(invoiced),
                    paid: money(paid),
                    state,
                    ..receipt("20".parse().unwrap(), "3".parse().unwrap())
                };
                let today = if late { "2027-02-05" } else { "2027-02-04" }.parse().unwrap();
                assert_eq!(causes(&receipt, known, today), want, "{invoiced} {credited} {paid} {state:?}");
            };
        let (none, state) = (Known::default(), ReceiptState::Invoiced);
        check("0", "0", "0", ReceiptState::Accepted, none, false, &[Uninvoiced]);
        check("0", "0", "0", ReceiptState::Accepted, none, true, &[Uninvoiced]);
        let disputed = Known { disputed: true, ..none };
        check("0", "0", "0", ReceiptState::Accepted, disputed, false, &[Uninvoiced, Disputed]);
        check("30", "0", "0", ReceiptState::Accepted, none, false, &[PartlyInvoiced]);
        check("60", "0", "0", state, none, false, &[ToPay]);
        check("60", "0", "0", state, none, true, &[Late]);
        check("60", "0", "20", state, none, true, &[Late, PartlyPaid]);
        check("60", "0", "0", ReceiptState::Claimed, none, true, &[Claimed]);
        let claim = Known { claim_disputed: true, ..none };
        check("60", "0", "0", ReceiptState::Claimed, claim, true, &[ClaimDisputed]);
        check("60", "0", "60", ReceiptState::Paid, none, true, &[]);
        check("60", "60", "0", ReceiptState::Paid, none, true, &[]);
        check("60", "10", "60", ReceiptState::Paid, none, true, &[ToNet]);
        check("60", "0", "0", ReceiptState::Paid, Known { reversed: true, ..none }, true, &[Late, Reversed]);
        check("60", "0", "60", ReceiptState::Paid, Known { uncredited: true, ..none }, true, &[Uncredited]);
    }
}
