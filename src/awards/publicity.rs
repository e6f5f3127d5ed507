//! What may be done with a computed award, in publicity and with objections. Pure.

use crate::awards::objections::{Objection, ObjectionState};
use crate::awards::store::Version;
use crate::error::{Error, Result};
use crate::rounds::{self, Round, RoundState};
use crate::text::{Say, Text, fill};
use crate::types::Time;

/// Longest reason, objection or answer, in characters.
pub const LONGEST: usize = 5_000;

/// Why something about a computed award or an objection is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No opened offer to decide on.
    NoOffers,
    /// A correction without its reason.
    NoReason,
    /// A text that is too long: the field.
    TooLong(&'static str),
    /// A text that is missing: the field.
    Empty(&'static str),
    /// Nothing computed yet.
    NoAward,
    /// Publicity would begin outside the calendar.
    Window {
        /// Publicity's first moment.
        from: Time,
        /// Its end.
        to: Time,
    },
    /// An objection was upheld and nothing was computed since.
    Upheld(i32),
    /// What the version was computed from has changed since.
    Stale(i32),
    /// The publicity period is not over.
    StillPublic(Time),
    /// Objections without an answer.
    Open(usize),
    /// Nobody asked for confirmation.
    NotAsked,
    /// The proposal changed after confirmation was asked for.
    Changed(i32),
    /// Only who bid in the round may object.
    NotBidder,
    /// Objections are not accepted at this moment.
    NotAccepted {
        /// Publicity's first moment.
        from: Time,
        /// Its end.
        to: Time,
    },
    /// The lot is not one of the round's.
    ForeignLot,
    /// The objection has its answer.
    Answered,
    /// More documents than allowed.
    TooManyDocuments(usize),
    /// Not one of the kinds of document that are accepted.
    DocumentKind(String),
    /// The content is not what the name says.
    DocumentFalse(String),
    /// An office document with macros.
    DocumentMacros(String),
    /// An empty file, or none chosen.
    NoDocument,
    /// A price ratio that is no number or not to be believed.
    Ratio(String),
    /// A ruling that changes nothing.
    NoRuling,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let e = &t.evaluation;
        match self {
            Refused::NoOffers => e.no_offers.to_owned(),
            Refused::NoReason => e.no_reason.to_owned(),
            Refused::TooLong(_) => fill(e.too_long, &[("n", &LONGEST)]),
            Refused::Empty(_) => t.common.field_empty.to_owned(),
            Refused::NoAward => e.no_award.to_owned(),
            Refused::Window { from, to } => fill(e.outside_window, &[("from", from), ("to", to)]),
            Refused::Upheld(version) => fill(e.upheld_pending, &[("version", version)]),
            Refused::Stale(version) => fill(e.stale, &[("version", version)]),
            Refused::StillPublic(to) => fill(e.still_public, &[("to", to)]),
            Refused::Open(n) => fill(e.open_objections, &[("n", n)]),
            Refused::NotAsked => e.not_asked.to_owned(),
            Refused::Changed(version) => fill(e.changed, &[("version", version)]),
            Refused::NotBidder => e.not_bidder.to_owned(),
            Refused::NotAccepted { from, to } => fill(e.not_accepted, &[("from", from), ("to", to)]),
            Refused::ForeignLot => e.foreign_lot.to_owned(),
            Refused::Answered => e.answered_already.to_owned(),
            Refused::TooManyDocuments(n) => fill(e.too_many_documents, &[("n", n)]),
            Refused::DocumentKind(name) => fill(e.document_kind, &[("name", name)]),
            Refused::DocumentFalse(name) => fill(e.document_false, &[("name", name)]),
            Refused::DocumentMacros(name) => fill(e.document_macros, &[("name", name)]),
            Refused::NoDocument => e.no_document.to_owned(),
            Refused::Ratio(text) => fill(e.bad_ratio, &[("text", text)]),
            Refused::NoRuling => e.no_ruling.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::NoReason => Some("reason"),
            Refused::TooLong(field) | Refused::Empty(field) => Some(field),
            Refused::ForeignLot => Some("lot"),
            Refused::TooManyDocuments(_)
            | Refused::DocumentKind(_)
            | Refused::DocumentFalse(_)
            | Refused::DocumentMacros(_)
            | Refused::NoDocument => Some("file"),
            Refused::Ratio(_) | Refused::NoRuling => Some("ratio"),
            _ => None,
        }
    }
}

fn refuse<T>(why: Refused) -> Result<T> {
    Err(Error::refused(why))
}

/// The round is in this state.
pub fn in_state(round: &Round, wanted: RoundState) -> Result<()> {
    if round.state == wanted {
        return Ok(());
    }
    Err(Error::refused(rounds::Refused::State(round.state)))
}

/// A text that must be there and may not be endless.
pub fn text(text: &str, field: &'static str) -> Result<String> {
    match text.trim() {
        "" => refuse(Refused::Empty(field)),
        long if long.chars().count() > LONGEST => refuse(Refused::TooLong(field)),
        text => Ok(text.to_owned()),
    }
}

/// An award is computed in evaluation, or in publicity as a correction.
pub fn in_evaluation(round: &Round) -> Result<()> {
    if round.state == RoundState::Publicity { Ok(()) } else { in_state(round, RoundState::Evaluation) }
}

/// Every version but the first says what it corrects.
pub fn may_evaluate(latest: Option<&Version>, reason: &str) -> Result<()> {
    if latest.is_some() && reason.trim().is_empty() {
        return refuse(Refused::NoReason);
    }
    if reason.chars().count() > LONGEST {
        return refuse(Refused::TooLong("reason"));
    }
    Ok(())
}

/// Publicity begins within the calendar; a version against which an objection was upheld is not published again.
pub fn may_publish(
    round: &Round,
    latest: Option<&Version>,
    objections: &[Objection],
    now: Time,
) -> Result<Version> {
    in_state(round, RoundState::Evaluation)?;
    let Some(award) = latest else { return refuse(Refused::NoAward) };
    let (from, to) = (round.calendar.publicity_from, round.calendar.publicity_to);
    if now < from || now >= to {
        return refuse(Refused::Window { from, to });
    }
    let upheld =
        objections.iter().filter(|o| o.state == ObjectionState::Upheld).filter_map(|o| o.answered_at);
    let last_upheld = upheld.max();
    if award.published_at.is_some_and(|published| last_upheld.is_some_and(|at| at >= published)) {
        return refuse(Refused::Upheld(award.version));
    }
    Ok(award.clone())
}

/// The award becomes final only after publicity, with every objection answered.
pub fn may_confirm(
    round: &Round,
    latest: Option<&Version>,
    objections: &[Objection],
    now: Time,
) -> Result<Version> {
    in_state(round, RoundState::Publicity)?;
    let Some(award) = latest else { return refuse(Refused::NoAward) };
    if now < round.calendar.publicity_to {
        return refuse(Refused::StillPublic(round.calendar.publicity_to));
    }
    match objections.iter().filter(|o| o.state == ObjectionState::Open).count() {
        0 => Ok(award.clone()),
        open => refuse(Refused::Open(open)),
    }
}

/// The second person decides on the proposal as it was when the first one asked.
pub fn may_decide(award: &Version, asked_at: Time) -> Result<()> {
    if award.computed_at > asked_at {
        return refuse(Refused::Changed(award.version));
    }
    Ok(())
}

/// A bidder objects while the award is public.
pub fn may_object(round: &Round, is_bidder: bool, now: Time) -> Result<()> {
    if !is_bidder {
        return refuse(Refused::NotBidder);
    }
    in_state(round, RoundState::Publicity)?;
    let (from, to) = (round.calendar.publicity_from, round.calendar.publicity_to);
    if now < from || now >= to {
        return refuse(Refused::NotAccepted { from, to });
    }
    Ok(())
}

/// Whether anybody may see the published award.
pub fn is_public(state: RoundState) -> bool {
    use RoundState::*;
    matches!(state, Publicity | Awarded | Contracting | Executing | Closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_trimmed_and_bounded() {
        assert_eq!(text(" a ", "body").unwrap(), "a");
        assert!(text(" \n ", "body").is_err());
        assert!(text(&"字".repeat(LONGEST), "body").is_ok());
        assert!(text(&"字".repeat(LONGEST + 1), "body").is_err());
    }

    #[test]
    fn results_are_public_from_publicity_on() {
        let public: Vec<RoundState> = RoundState::ALL.iter().copied().filter(|s| is_public(*s)).collect();
        assert_eq!(public.len(), 5);
        assert!(!is_public(RoundState::Evaluation) && !is_public(RoundState::Aborted));
    }
}
