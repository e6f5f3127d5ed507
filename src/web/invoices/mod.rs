//! Pages of invoices: list, entry, upload, the lines of a fully digital one, one invoice, its credit notes.

pub mod assign;
pub mod credit;
pub mod list;
pub mod new;
pub mod show;
pub mod upload;

use crate::payments::{Invoice, InvoiceKind, InvoiceState, invoices::rules};
use crate::text::Text;
use crate::types::Money;
use crate::web::form::Form;

/// Code and number as people write them.
fn shown(it: &Invoice) -> String {
    rules::shown(&it.code, &it.number)
}

/// The colour of a state.
fn colour(state: InvoiceState) -> &'static str {
    match state {
        InvoiceState::Matched => "good",
        InvoiceState::Mismatched => "bad",
        InvoiceState::Withdrawn => "",
    }
}

/// The states a list can be asked for, by their words.
const STANDINGS: &[(&str, InvoiceKind, InvoiceState)] = &[
    ("matched", InvoiceKind::Invoice, InvoiceState::Matched),
    ("mismatched", InvoiceKind::Invoice, InvoiceState::Mismatched),
    ("withdrawn", InvoiceKind::Invoice, InvoiceState::Withdrawn),
    ("credit", InvoiceKind::CreditNote, InvoiceState::Matched),
];

fn standing_name(t: &Text, kind: InvoiceKind, state: InvoiceState) -> &'static str {
    match kind {
        InvoiceKind::CreditNote => t.invoices.standing_credit,
        InvoiceKind::Invoice => state.name(t),
    }
}

/// Code, number and tax of a document as a form carries them.
fn head(form: &Form) -> crate::error::Result<(String, String, Option<Money>)> {
    Ok((form.text("code").to_owned(), form.required("number")?.to_owned(), form.number_if_given("tax")?))
}
