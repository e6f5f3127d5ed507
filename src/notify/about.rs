//! What letters about invoices and payments are about, and their words.

use crate::text::Text;

crate::words! {
    /// What a letter about an invoice or a payment is about.
    About {
        /// An invoice does not match order and receipt.
        InvoiceMismatched = "invoice_mismatched",
        /// An invoice that did not match was taken back.
        InvoiceWithdrawn = "invoice_withdrawn",
        /// A credit note was entered.
        CreditNote = "credit_note",
        /// A hospital paid.
        Paid = "paid",
        /// A payment was reversed.
        Reversed = "reversed",
        /// A hospital is late with payments.
        Late = "late",
    }
}

impl About {
    /// Subject and body.
    pub(super) fn words(self, t: &Text) -> (&'static str, &'static str) {
        let m = &t.invoices;
        let p = &t.paying;
        match self {
            About::InvoiceMismatched => (m.mail_mismatched, m.mail_mismatched_body),
            About::InvoiceWithdrawn => (m.mail_withdrawn, m.mail_withdrawn_body),
            About::CreditNote => (m.mail_credit, m.mail_credit_body),
            About::Paid => (p.mail_paid, p.mail_paid_body),
            About::Reversed => (p.mail_reversed, p.mail_reversed_body),
            About::Late => (p.mail_late, p.mail_late_body),
        }
    }
}
