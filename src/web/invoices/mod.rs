//! Pages of invoices: list, entry, upload, the lines of a fully digital one, one invoice, its credit notes.

pub mod assign;
pub mod credit;
pub mod list;
pub mod new;
pub mod show;
pub mod upload;

use crate::payments::invoices::{rules, store::Standing};
use crate::payments::{Invoice, InvoiceState};
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

/// What a list can be asked for, by its words.
const STANDINGS: &[(&str, Standing)] = &[
    ("matched", Standing::Matched),
    ("mismatched", Standing::Mismatched),
    ("withdrawn", Standing::Withdrawn),
    ("credit", Standing::CreditNote),
];

fn standing_name(t: &Text, standing: Standing) -> &'static str {
    match standing {
        Standing::Matched => t.payments.state_matched,
        Standing::Mismatched => t.payments.state_mismatched,
        Standing::Withdrawn => t.payments.state_withdrawn,
        Standing::CreditNote => t.invoices.standing_credit,
    }
}

/// Code, number and tax of a document as a form carries them.
fn head(form: &Form) -> crate::error::Result<(String, String, Option<Money>)> {
    Ok((form.text("code").to_owned(), form.required("number")?.to_owned(), form.number_if_given("tax")?))
}
