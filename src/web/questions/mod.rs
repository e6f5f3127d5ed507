//! Pages of the questions asked of bidders after the opening: who may be asked, what was answered, and the
//! bidder's own.

pub mod export;
pub mod list;
pub mod show;

use crate::awards::questions::{self, Asked, Due, QuestionState, rules, store};
use crate::awards::store::{Decision, Version};
use crate::awards::{Question, results};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{OrganisationKind, Role, Who};
use crate::rounds::{self, Lot, Round, RoundState};
use crate::text::{Text, fill};
use crate::types::{OrganisationId, QuestionId, Time};

/// Who may read questions: the bureau's people, and suppliers their own.
pub const PARTIES: &[Role] =
    &[Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin, Role::Supplier];

/// The supplier that somebody acts for; the bureau's people see every supplier's.
fn supplier(who: &Who) -> Option<&OrganisationId> {
    (who.organisation.kind == OrganisationKind::Supplier).then_some(&who.organisation.id)
}

/// The form with which an officer asks.
pub struct Asking {
    pub(in crate::web) due: Vec<Due>,
    pub(in crate::web) version: i32,
    pub(in crate::web) batch: String,
    pub(in crate::web) deadline: String,
}

impl Asking {
    /// The form for the newest version of a round's award, while one may ask.
    pub fn of(conn: &mut Conn, round: &Round, latest: Option<&Version>, now: Time) -> Result<Option<Self>> {
        let Some(award) = latest.filter(|_| round.state == RoundState::Evaluation) else { return Ok(None) };
        Ok(Some(Self {
            due: questions::due(conn, award)?,
            version: award.version,
            batch: QuestionId::new().to_string(),
            deadline: rules::proposed_deadline(round, now).input(),
        }))
    }

    pub(in crate::web) fn has_before(&self) -> bool {
        self.due.iter().any(|due| due.before.is_some())
    }

    pub(in crate::web) fn before(&self, due: &Due, t: &Text) -> String {
        let value = |it: &Asked| {
            fill(t.questions.before_value, &[("price", &it.price), ("state", &it.state.name(t))])
        };
        due.before.as_ref().map(value).unwrap_or_default()
    }

    pub(in crate::web) fn with_count(&self, message: &str) -> String {
        fill(message, &[("n", &self.due.len())])
    }
}

/// A question with the bidder's own numbers; what others bid is not in it.
struct Card {
    asked: Asked,
    lot: Lot,
    own: Decision,
    left: String,
    /// A price as typed, to be shown again.
    typed: String,
}

impl Card {
    fn of(conn: &mut Conn, asked: Asked, now: Time, t: &Text) -> Result<Self> {
        let (lot, own) = (rounds::lot(conn, &asked.lot_id)?, store::decision(conn, &asked)?);
        let left = rules::time_left(&asked, now, t);
        Ok(Self { lot, own, left, typed: String::new(), asked })
    }

    /// The answer of the reader would be in time.
    fn may_answer(&self) -> bool {
        self.asked.state == QuestionState::Open && !self.left.is_empty()
    }

    fn is_negotiation(&self) -> bool {
        self.asked.question == Question::Negotiation
    }

    fn about(&self, t: &Text) -> String {
        let q = &t.questions;
        self.with_price(if self.is_negotiation() { q.about_negotiation } else { q.about_revival })
    }

    fn with_price(&self, message: &str) -> String {
        fill(message, &[("price", &self.asked.price)])
    }

    fn own_cut(&self) -> String {
        results::cut(&self.own, self.lot.ceiling)
    }

    fn asked_cut(&self) -> String {
        results::cut_at(self.asked.price, &self.own, self.lot.ceiling)
    }

    /// `0.50 / 1.7 = 0.294118; (0.50 − 0.294118) / 0.50 = 41.18%`: the cut at the price asked.
    fn arithmetic(&self) -> String {
        let (price, ceiling) = (self.asked.price, self.lot.ceiling);
        let comparable = self.own.ratio.parse().ok().and_then(|ratio| price.decimal().checked_div(ratio));
        let comparable = comparable.and_then(|it| crate::types::UnitPrice::rounded(it).ok()).unwrap_or(price);
        let converted = match self.own.ratio.as_str() {
            "1" => String::new(),
            ratio => format!("{price} / {ratio} = {comparable}; "),
        };
        format!("{converted}({ceiling} − {comparable}) / {ceiling} = {}", self.asked_cut())
    }
}

/// A question somebody may see; to other suppliers it does not exist.
fn seen(conn: &mut Conn, who: &Who, id: &QuestionId) -> Result<Asked> {
    let it = store::one(conn, id)?;
    match supplier(who) {
        Some(supplier) if it.supplier_id != *supplier => Err(Error::NotFound),
        _ => Ok(it),
    }
}
