//! Incidents: what the nightly checks found, and what was found out about it.

pub mod list;
pub mod show;

use crate::incidents::rules::Check;
use crate::text::Text;

/// The name of an invariant for people: what must hold.
fn name(check: Check, t: &Text) -> &'static str {
    let i = &t.incidents;
    match check {
        Check::VolumeLimit => i.volume_limit,
        Check::VolumeReserved => i.volume_reserved,
        Check::VolumeConsumed => i.volume_consumed,
        Check::LineQuantities => i.line_quantities,
        Check::LineShipped => i.line_shipped,
        Check::LineAccepted => i.line_accepted,
        Check::LineRefused => i.line_refused,
        Check::LineReturned => i.line_returned,
        Check::ReceiptQuantity => i.receipt_quantity,
        Check::ReceiptAmount => i.receipt_amount,
        Check::ReceiptInvoiced => i.receipt_invoiced,
        Check::ReceiptCredited => i.receipt_credited,
        Check::ReceiptPaid => i.receipt_paid,
        Check::ReceiptState => i.receipt_state,
        Check::InvoiceTotal => i.invoice_total,
        Check::PaymentTotal => i.payment_total,
        Check::ClaimConfirmed => i.claim_confirmed,
        Check::ClaimPaid => i.claim_paid,
        Check::TransferTotal => i.transfer_total,
        Check::SettlementTotal => i.settlement_total,
        Check::DeductionPaid => i.deduction_paid,
        Check::DeductionEntered => i.deduction_entered,
        Check::DeductionClosed => i.deduction_closed,
        Check::PrepaymentLedger => i.prepayment_ledger,
        Check::PrepaymentBalance => i.prepayment_balance,
    }
}
