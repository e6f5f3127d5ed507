//! What may be asked and answered, and until when. Pure.

use super::{Asked, QuestionState, ReplyOutcome};
use crate::awards::{Question, publicity};
use crate::error::{Error, Result};
use crate::rounds::{self, Round, RoundState};
use crate::text::{Say, Text, fill};
use crate::types::{Time, UnitPrice};

/// How many minutes a bidder has at least.
pub const MINUTES: i64 = 10;

/// Most answers that are kept of one question.
pub const MOST: usize = 50;

/// What a bidder says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It takes the price.
    Yes,
    /// It does not.
    No,
    /// It comes down to a price.
    Price(UnitPrice),
}

/// Why something about a question is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A deadline before the least time an answer needs.
    TooSoon(Time),
    /// A deadline that leaves no time for publicity.
    TooLate(Time),
    /// The officer looked at another version than the newest.
    Newer(i32),
    /// Nobody is entitled who was not asked.
    NobodyToAsk,
    /// The question is closed.
    Closed(QuestionState),
    /// The round is no longer in evaluation.
    State(RoundState),
    /// The answer came after the deadline.
    Late(Time),
    /// A negotiated price that is not low enough.
    Above {
        /// The price.
        price: UnitPrice,
        /// The highest that wins.
        most: UnitPrice,
    },
    /// A price of zero or less.
    NotPositive,
    /// A price with more decimals than allowed.
    Decimals(u32),
    /// Yes to a negotiation, or a price to a revival.
    Unasked,
    /// More answers than are kept.
    TooMany(usize),
    /// Questions are open.
    Open(i64),
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let q = &t.questions;
        match self {
            Refused::TooSoon(least) => fill(q.too_soon, &[("n", &MINUTES), ("least", least)]),
            Refused::TooLate(to) => fill(q.too_late, &[("to", to)]),
            Refused::Newer(version) => fill(q.newer, &[("version", version)]),
            Refused::NobodyToAsk => q.nobody_to_ask.to_owned(),
            Refused::Closed(state) => fill(q.closed, &[("state", &state.name(t))]),
            Refused::State(state) => rounds::Refused::State(*state).say(t),
            Refused::Late(deadline) => fill(q.late, &[("deadline", &deadline.seconds())]),
            Refused::Above { price, most } => fill(q.above, &[("price", price), ("most", most)]),
            Refused::NotPositive => q.not_positive.to_owned(),
            Refused::Decimals(n) => fill(q.decimals, &[("n", n)]),
            Refused::Unasked => q.unasked.to_owned(),
            Refused::TooMany(n) => fill(q.too_many, &[("n", n)]),
            Refused::Open(n) => fill(q.open_questions, &[("n", n)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::TooSoon(_) | Refused::TooLate(_) => Some("deadline"),
            Refused::Above { .. } | Refused::NotPositive | Refused::Decimals(_) => Some("price"),
            _ => None,
        }
    }
}

/// The first deadline that leaves a bidder its minutes.
fn least(now: Time) -> Time {
    now.plus_millis(MINUTES * 60_000)
}

/// Questions are asked in evaluation, with time to answer and before publicity would have to be over.
pub fn may_ask(round: &Round, deadline: Time, now: Time) -> Result<()> {
    publicity::in_state(round, RoundState::Evaluation)?;
    if deadline < least(now) {
        return Err(Error::refused(Refused::TooSoon(least(now))));
    }
    if deadline >= round.calendar.publicity_to {
        return Err(Error::refused(Refused::TooLate(round.calendar.publicity_to)));
    }
    Ok(())
}

/// The deadline proposed for a round: a day from now, at the latest when publicity is to begin.
pub fn proposed_deadline(round: &Round, now: Time) -> Time {
    let (day, publicity) = (now.plus_days(1), round.calendar.publicity_from);
    if publicity >= least(now) { day.min(publicity) } else { day }
}

/// What an answer comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// To be kept with the answer.
    pub outcome: ReplyOutcome,
    /// Where the question is then.
    pub state: QuestionState,
    /// The price; none is a no.
    pub price: Option<UnitPrice>,
}

/// Hears an answer. One after the deadline is kept and changes nothing; so is a price that is not low enough.
pub fn hear(
    round: &Round,
    asked: &Asked,
    said: &Said,
    earlier: usize,
    decimals: u32,
    now: Time,
) -> std::result::Result<Heard, Refused> {
    let price = match (asked.question, said) {
        (_, Said::No) => None,
        (Question::Revival, Said::Yes) => Some(asked.price),
        (Question::Negotiation, Said::Price(price)) => Some(offered(*price, decimals)?),
        _ => return Err(Refused::Unasked),
    };
    if !matches!(asked.state, QuestionState::Open | QuestionState::Lapsed) {
        return Err(Refused::Closed(asked.state));
    }
    if earlier >= MOST {
        return Err(Refused::TooMany(MOST));
    }
    let (outcome, state) = match price {
        _ if now >= asked.deadline || asked.state == QuestionState::Lapsed => {
            (ReplyOutcome::Late, asked.state)
        }
        _ if round.state != RoundState::Evaluation => return Err(Refused::State(round.state)),
        None => (ReplyOutcome::Refused, QuestionState::Refused),
        Some(price) if price > asked.price => (ReplyOutcome::Above, asked.state),
        Some(_) => (ReplyOutcome::Accepted, QuestionState::Accepted),
    };
    Ok(Heard { outcome, state, price })
}

fn offered(price: UnitPrice, decimals: u32) -> std::result::Result<UnitPrice, Refused> {
    if !price.is_positive() {
        return Err(Refused::NotPositive);
    }
    if price.decimal().normalize().scale() > decimals {
        return Err(Refused::Decimals(decimals));
    }
    Ok(price)
}

/// What is said to whoever gave an answer that was kept.
pub fn verdict(
    outcome: ReplyOutcome,
    price: Option<UnitPrice>,
    asked: &Asked,
) -> std::result::Result<(), Refused> {
    match outcome {
        ReplyOutcome::Accepted | ReplyOutcome::Refused => Ok(()),
        ReplyOutcome::Late => Err(Refused::Late(asked.deadline)),
        ReplyOutcome::Above => Err(Refused::Above { price: price.unwrap_or(asked.price), most: asked.price }),
    }
}

/// The time left in words, to the minute; empty when there is none.
pub fn time_left(asked: &Asked, now: Time, t: &Text) -> String {
    let minutes = (asked.deadline.millis() - now.millis()) / 60_000;
    if minutes < 0 || asked.state != QuestionState::Open || asked.deadline <= now {
        return String::new();
    }
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    fill(t.questions.time_left, &[("days", &days), ("hours", &hours), ("minutes", &minutes)])
}

impl QuestionState {
    /// The state's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let q = &t.questions;
        match self {
            Self::Open => q.state_open,
            Self::Accepted => q.state_accepted,
            Self::Refused => q.state_refused,
            Self::Lapsed => q.state_lapsed,
            Self::Withdrawn => q.state_withdrawn,
        }
    }

    /// The class that colours it.
    pub fn class(self) -> &'static str {
        match self {
            Self::Open => "wait",
            Self::Accepted => "good",
            Self::Refused | Self::Lapsed => "bad",
            Self::Withdrawn => "",
        }
    }
}

impl ReplyOutcome {
    /// The outcome's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let q = &t.questions;
        match self {
            Self::Accepted => q.state_accepted,
            Self::Refused => q.state_refused,
            Self::Above => q.reply_above,
            Self::Late => q.reply_late,
        }
    }
}

impl Question {
    /// The question's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Self::Revival => t.questions.revival,
            Self::Negotiation => t.questions.negotiation,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;
    use crate::types::{AwardId, LotId, OfferId, OrganisationId, QuestionId, RoundId};

    fn at(text: &str) -> Time {
        Time::parse_local(&format!("2026-11-23 {text}")).unwrap()
    }

    fn asked(question: Question, state: QuestionState) -> Asked {
        Asked {
            id: QuestionId::new(),
            round_id: RoundId::new(),
            lot_id: LotId::new(),
            offer_id: OfferId::new(),
            supplier_id: OrganisationId::new(),
            award_id: AwardId::new(),
            batch: String::new(),
            question,
            price: "0.5".parse().unwrap(),
            state,
            asked_by: None,
            asked_at: at("09:00"),
            deadline: at("12:00"),
            answer: None,
            answered_by: None,
            closed_at: None,
            remark: String::new(),
        }
    }

    #[test]
    fn time_is_told_to_the_minute() {
        let t = Lang::En.text();
        let open = asked(Question::Revival, QuestionState::Open);
        assert_eq!(time_left(&open, at("10:30"), t), "0 d 1 h 30 min");
        assert_eq!(time_left(&open, at("10:30").plus_days(-2), t), "2 d 1 h 30 min");
        assert_eq!(time_left(&open, at("12:00"), t), "");
        assert_eq!(time_left(&asked(Question::Revival, QuestionState::Lapsed), at("10:00"), t), "");
    }
}
