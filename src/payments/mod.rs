//! Payments: invoices matched with orders and receipts, the payment clock, prepayment, and direct settlement.

pub mod ageing;
pub mod bank;
pub mod claims;
pub mod hospital;
pub mod invoices;
pub mod prepayments;
pub mod retention;
pub mod settlements;
pub mod statements;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::schema::{invoice_lines, payment_lines, payments};
use crate::supply::Payer;
use crate::text::Text;
use crate::types::{
    AccountId, ClaimId, InvoiceId, InvoiceLineId, Money, OrganisationId, PaymentId, Quantity, ReceiptId,
    ReturnId, Time, UnitPrice,
};

crate::words! {
    /// What a fiscal document does.
    InvoiceKind {
        /// Charges for what was accepted (发票).
        Invoice = "invoice",
        /// Takes back for a return or a price change (红字发票).
        CreditNote = "credit_note",
    }

    /// Whether a document agrees with order and receipt.
    InvoiceState {
        /// To the cent on every line.
        Matched = "matched",
        /// It differs; its lines say where, and nothing is payable from it.
        Mismatched = "mismatched",
        /// Taken back by the supplier before it had any effect.
        Withdrawn = "withdrawn",
    }
}

impl InvoiceKind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            InvoiceKind::Invoice => t.payments.kind_invoice,
            InvoiceKind::CreditNote => t.payments.kind_credit_note,
        }
    }
}

impl InvoiceState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            InvoiceState::Matched => t.payments.state_matched,
            InvoiceState::Mismatched => t.payments.state_mismatched,
            InvoiceState::Withdrawn => t.payments.state_withdrawn,
        }
    }
}

/// An invoice or credit note of a supplier to a hospital.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = crate::schema::invoices, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Invoice {
    /// Its id, from the form.
    pub id: InvoiceId,
    /// Code (发票代码); empty for fully digital invoices, which have none.
    pub code: String,
    /// Number (发票号码). Code and number together exist once.
    pub number: String,
    /// What it does.
    pub kind: InvoiceKind,
    /// The invoice a credit note takes from.
    pub corrects_id: Option<InvoiceId>,
    /// The buyer.
    pub hospital_id: OrganisationId,
    /// The seller.
    pub supplier_id: OrganisationId,
    /// The day on it.
    pub issued_on: NaiveDate,
    /// The total with tax, above zero for both kinds.
    pub amount: Money,
    /// The tax in it, when it says so.
    pub tax: Option<Money>,
    /// Whether it agrees.
    pub state: InvoiceState,
    /// Why it was made, for a credit note.
    pub reason: String,
    /// When it was entered.
    pub entered_at: Time,
    /// Who entered it.
    pub account_id: Option<AccountId>,
}

/// One line of an invoice or credit note: it is for one receipt.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = invoice_lines, treat_none_as_default_value = false)]
pub struct InvoiceLine {
    /// Its id.
    pub id: InvoiceLineId,
    /// Of which document.
    pub invoice_id: InvoiceId,
    /// Its place, from 1.
    pub position: i32,
    /// For which receipt.
    pub receipt_id: ReceiptId,
    /// For which return, on a credit note.
    pub return_id: Option<ReturnId>,
    /// Quantity; zero on a credit note that changes only the price.
    pub quantity: Quantity,
    /// Yuan a unit.
    pub unit_price: UnitPrice,
    /// Amount with tax.
    pub amount: Money,
    /// Where it differs from order and receipt; empty when it agrees.
    pub fault: String,
}

/// Money that went to a supplier for a hospital's receipts; a reversal is another row with the amount below zero.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = payments, treat_none_as_default_value = false)]
pub struct Payment {
    /// Its id, from the form or the claim.
    pub id: PaymentId,
    /// Its number; later payments have larger ones.
    pub number: String,
    /// Who paid.
    pub payer: Payer,
    /// For which hospital.
    pub hospital_id: OrganisationId,
    /// To whom.
    pub supplier_id: OrganisationId,
    /// The claim it settles, when the fund paid.
    pub claim_id: Option<ClaimId>,
    /// The payment it reverses.
    pub reverses_id: Option<PaymentId>,
    /// The sum of its lines.
    pub amount: Money,
    /// The day the money went.
    pub paid_on: NaiveDate,
    /// The bank's reference.
    pub reference: String,
    /// Why it was reversed.
    pub reason: String,
    /// When it was entered.
    pub at: Time,
    /// Who entered it.
    pub account_id: Option<AccountId>,
}

/// The part of a payment that is for one receipt.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = payment_lines, treat_none_as_default_value = false)]
pub struct PaymentLine {
    /// Of which payment.
    pub payment_id: PaymentId,
    /// For which receipt.
    pub receipt_id: ReceiptId,
    /// How much; below zero in a reversal or where a credit is netted.
    pub amount: Money,
}
