//! What every draft of rules goes through: it can be changed, waits for a second person, and is published or given up.
//! What it is a draft of stands in a module of its own.

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::people::{Role, Who};
use crate::rounds::approvals::{self, Action, Approval, Asked, Decision};
use crate::text::{Say, Text, fill};
use crate::types::{ApprovalId, Ctx};

crate::words! {
    /// What became of a draft.
    DraftState {
        /// It can be changed.
        Open = "open",
        /// It has become a version.
        Published = "published",
        /// It was given up.
        Discarded = "discarded",
    }
}

/// Why something about a draft is refused, whatever it is a draft of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// A published version never changes.
    Published,
    /// It was given up.
    Discarded,
    /// A draft that waits for approval stays as it is.
    Waits,
    /// Somebody else changed it since the form was opened.
    Changed,
    /// It says what the version it was copied from says.
    Nothing,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let d = &t.drafts;
        let said = match self {
            Self::Published => d.published_stays,
            Self::Discarded => d.is_discarded,
            Self::Waits => d.waits,
            Self::Changed => d.changed_meanwhile,
            Self::Nothing => d.nothing_changed,
        };
        said.to_owned()
    }
}

/// Whether a draft can be changed; one that waits for a second person cannot.
pub fn is_open(state: DraftState, waits: bool) -> std::result::Result<(), Refused> {
    match state {
        DraftState::Published => Err(Refused::Published),
        DraftState::Discarded => Err(Refused::Discarded),
        DraftState::Open if waits => Err(Refused::Waits),
        DraftState::Open => Ok(()),
    }
}

/// A draft as requests name it.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The table of drafts.
    pub subject: &'static str,
    /// Which one.
    pub id: &'a str,
    /// What a second person approves.
    pub action: Action,
}

impl Named<'_> {
    /// The request that waits for a reviewer.
    pub fn request(self, conn: &mut Conn) -> Result<Option<Approval>> {
        approvals::open(conn, self.subject, self.id, self.action)
    }

    /// What its readers see of its review.
    pub fn review(self, conn: &mut Conn) -> Result<Review> {
        let latest = approvals::latest(conn, self.subject, self.id, self.action)?;
        let rejected = latest.filter(|it| it.decision == Decision::Rejected);
        let request = approvals::open_by(conn, self.subject, self.id, self.action)?;
        Ok(Review { request, rejection: rejected.map(|it| it.remark).unwrap_or_default() })
    }

    /// Asks a second person to publish it.
    pub fn ask(self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let Self { subject, id, action } = self;
        approvals::ask(tx, ctx, Asked { subject, id, action, round: None, detail: "" }).map(drop)
    }

    /// Takes the request back; done twice it is done once.
    pub fn withdraw(self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        approvals::withdraw(tx, ctx, self.subject, self.id, self.action)
    }

    /// Decides a request about it; a request about anything else is not there.
    pub fn decide(self, tx: &mut Tx, ctx: &Ctx, id: &ApprovalId, yes: bool, remark: &str) -> Result<()> {
        let asked = super::store::approval(tx.conn(), id)?.ok_or(Error::NotFound)?;
        if (asked.subject.as_str(), asked.subject_id.as_str()) != (self.subject, self.id) {
            return Err(Error::NotFound);
        }
        approvals::decide(tx, ctx, id, yes, remark).map(drop)
    }
}

/// What readers of a draft see of its review.
#[derive(Debug, Clone)]
pub struct Review {
    /// The request that waits, with the name of who asked.
    pub request: Option<(Approval, String)>,
    /// What the last reviewer said, when it was no.
    pub rejection: String,
}

impl Review {
    /// How far a draft is, in words and as a class.
    pub fn state(&self, state: DraftState, t: &Text) -> (&'static str, &'static str) {
        let d = &t.drafts;
        match state {
            DraftState::Open if self.request.is_some() => (d.state_waits, "wait"),
            DraftState::Open => (d.state_open, ""),
            DraftState::Published => (d.state_published, "good"),
            DraftState::Discarded => (d.state_discarded, "bad"),
        }
    }

    /// Who asked and when; nothing while nobody did.
    pub fn asked(&self, t: &Text) -> String {
        let said =
            |(it, by): &(Approval, String)| fill(t.drafts.asked_by, &[("by", by), ("at", &it.asked_at)]);
        self.request.as_ref().map(said).unwrap_or_default()
    }

    /// What the last reviewer said in a sentence; nothing unless it was no.
    pub fn rejected(&self, t: &Text) -> String {
        if self.rejection.is_empty() {
            return String::new();
        }
        fill(t.drafts.rejected, &[("remark", &self.rejection)])
    }

    /// Whether somebody decides the request: a reviewer, never the one who asked.
    pub fn is_decided_by(&self, who: &Who) -> bool {
        who.is(Role::Reviewer) && self.request.as_ref().is_some_and(|(it, _)| it.asked_by != who.account.id)
    }
}
