//! Pages of progress: boards by hospital, lot, supplier and region, the contracts behind them, and their orders.

pub mod board;
pub mod chart;
pub mod export;
pub mod lines;
pub mod show;

use std::borrow::Borrow;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::contracts::Party;
use crate::error::{Error, Result};
use crate::people::{OrganisationKind, Who};
use crate::supply::progress::{Cause, Group, Part, Scope, rules};
use crate::text::{Text, fill};
use crate::types::{OrganisationId, RoundId, parse_day};
use crate::web::page;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    by: String,
    #[serde(default)]
    key: String,
    #[serde(default)]
    round: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    behind: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    page: String,
    #[serde(default)]
    after: String,
}

/// Whose contracts somebody sees: a hospital or supplier its own, the bureau all.
fn party(who: &Who) -> Option<(Party, OrganisationId)> {
    match who.organisation.kind {
        OrganisationKind::Hospital => Some((Party::Hospital, who.organisation.id.clone())),
        OrganisationKind::Supplier => Some((Party::Supplier, who.organisation.id.clone())),
        OrganisationKind::Bureau => None,
    }
}

impl Asked {
    /// The scope of a reader; what cannot be read is not there.
    fn scope(&self, who: &Who, today: NaiveDate) -> Result<Scope> {
        let round = match self.round.as_str() {
            "" => None,
            text => Some(text.parse::<RoundId>().map_err(|_| Error::NotFound)?),
        };
        let day = match self.day.as_str() {
            "" => today,
            text => parse_day(text).ok_or(Error::NotFound)?,
        };
        Ok(Scope { party: party(who), round, day })
    }

    /// What it is shown by: the first of the reader's own when nothing else is asked for.
    fn part(&self, scope: &Scope) -> Result<Part> {
        let own = Part::for_side(scope.party.as_ref().map(|(party, _)| *party));
        match self.by.as_str() {
            "" => own.first().copied().ok_or(Error::NotFound),
            text => {
                let part: Part = text.parse().map_err(|()| Error::NotFound)?;
                if own.contains(&part) { Ok(part) } else { Err(Error::NotFound) }
            }
        }
    }

    fn is_behind_only(&self) -> bool {
        self.behind == "1"
    }

    /// The query of another page with the same filter.
    fn query(&self, by: &str) -> String {
        let [by, key, round, day, behind, sort] =
            [by, &self.key, &self.round, &self.day, &self.behind, &self.sort].map(page::encode);
        format!("by={by}&key={key}&round={round}&day={day}&behind={behind}&sort={sort}")
    }
}

/// When what is shown was counted.
fn counted(t: &Text, group: &Group, is_all: bool) -> String {
    let message = if is_all { t.progress.counted_all } else { t.progress.counted_at };
    group.counted_at.map_or_else(|| t.progress.not_counted.to_owned(), |at| fill(message, &[("at", &at)]))
}

/// How a cause is coloured.
fn tone(cause: impl Borrow<Cause>) -> &'static str {
    match cause.borrow() {
        Cause::OnTrack => " good",
        Cause::OrdersLittle => " wait",
        Cause::SupplierShort | Cause::Both => " bad",
    }
}

/// A share as percent.
fn percent(share: impl Borrow<Option<Decimal>>) -> String {
    rules::percent(*share.borrow())
}

/// An amount in yuan, rounded half up to the cent.
fn yuan(amount: impl Borrow<Decimal>) -> String {
    let amount = *amount.borrow();
    crate::types::Money::rounded(amount).map_or_else(|_| amount.to_string(), |it| it.to_string())
}

/// A quantity, rounded half up to three decimals.
fn units(quantity: impl Borrow<Decimal>) -> String {
    let quantity = *quantity.borrow();
    crate::types::Quantity::rounded(quantity).map_or_else(|_| quantity.to_string(), |it| it.to_string())
}
