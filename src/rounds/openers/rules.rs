//! Who may be an opener, until when that may change, and whose a key is. Pure.

use crate::people::Account;
use crate::rounds::openers::{Panel, Seat, TakenKey};
use crate::rounds::{Round, RoundState};
use crate::text::{Say, Text, fill};
use crate::types::{AccountId, RoundId};

/// Fewest openers that are needed together: nobody opens alone.
pub const LEAST: u8 = 2;
/// Most openers of a round.
pub const MOST: usize = 15;

/// Why something about openers and their keys is refused. No variant holds a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The round is not in a state in which this can be done.
    State(RoundState),
    /// Bids have been sealed to the keys.
    InUse,
    /// Nobody has been named.
    NotNamed,
    /// Fewer openers than are needed, or too many: how many were chosen.
    Number(usize),
    /// More are needed than there are, or fewer than two.
    Needed(u8, usize),
    /// One of the openers must be an officer and one must not.
    OneSided,
    /// This account cannot be an opener.
    Unknown(String),
    /// The actor is not an opener of this round.
    NotAnOpener,
    /// These have not taken their key.
    KeysMissing(Vec<String>),
    /// The file is no key file, or damaged.
    NotAKey,
    /// The key is not this person's.
    WrongKey,
    /// The key is for another round.
    OtherRound,
    /// A later key took its place.
    VoidKey,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let s = &t.sealing;
        match self {
            Refused::State(state) => fill(t.rounds.wrong_state, &[("state", &state.name(t))]),
            Refused::InUse => s.in_use.to_owned(),
            Refused::NotNamed => s.not_named.to_owned(),
            Refused::Number(n) => fill(s.wrong_number, &[("n", n), ("least", &LEAST), ("most", &MOST)]),
            Refused::Needed(m, n) => fill(s.wrong_needed, &[("m", m), ("n", n), ("least", &LEAST)]),
            Refused::OneSided => s.one_sided.to_owned(),
            Refused::Unknown(id) => fill(s.unknown_opener, &[("id", id)]),
            Refused::NotAnOpener => s.not_an_opener.to_owned(),
            Refused::KeysMissing(names) => fill(s.keys_missing, &[("names", &names.join(t.files.list_join))]),
            Refused::NotAKey => s.not_a_key.to_owned(),
            Refused::WrongKey => s.wrong_key.to_owned(),
            Refused::OtherRound => s.other_round.to_owned(),
            Refused::VoidKey => s.void_key.to_owned(),
        }
    }
}

/// Whether openers may be named and keys taken: until the first bid is sealed to them.
pub fn may_change(round: &Round, panel: Option<&Panel>) -> Result<(), Refused> {
    use RoundState::{Bidding, Demand, DemandReview, Draft};
    match round.state {
        _ if panel.is_some_and(|panel| panel.used_at.is_some()) => Err(Refused::InUse),
        Draft | Demand | DemandReview | Bidding => Ok(()),
        other => Err(Refused::State(other)),
    }
}

/// The accounts that were chosen. `candidates` say who is an officer.
pub fn choose<'a>(
    candidates: &'a [(Account, bool)],
    chosen: &[AccountId],
    needed: u8,
) -> Result<Vec<&'a Account>, Refused> {
    let mut found: Vec<&(Account, bool)> = Vec::new();
    for id in chosen {
        let it = candidates.iter().find(|(account, _)| account.id == *id);
        let it = it.ok_or_else(|| Refused::Unknown(id.to_string()))?;
        if !found.iter().any(|(account, _)| account.id == *id) {
            found.push(it);
        }
    }
    if found.len() < usize::from(LEAST) || found.len() > MOST {
        return Err(Refused::Number(found.len()));
    }
    if needed < LEAST || usize::from(needed) > found.len() {
        return Err(Refused::Needed(needed, found.len()));
    }
    let officers = found.iter().filter(|(_, is_officer)| *is_officer).count();
    if officers == 0 || officers == found.len() {
        return Err(Refused::OneSided);
    }
    Ok(found.into_iter().map(|(account, _)| account).collect())
}

/// Whether a key is the one that counts at a seat. `known` is what is kept of it, whoever took it.
pub fn holding(seat: &Seat, known: Option<&TakenKey>, round: &RoundId) -> Result<(), Refused> {
    let live = seat.key.as_ref().map(|key| &key.public_key);
    match known {
        Some(known) if Some(&known.public_key) == live => Ok(()),
        Some(known) if known.round_id != *round => Err(Refused::OtherRound),
        Some(known) if known.account_id == seat.account.id => Err(Refused::VoidKey),
        _ => Err(Refused::WrongKey),
    }
}
