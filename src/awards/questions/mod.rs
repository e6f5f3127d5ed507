//! Questions (询问) asked of bidders after the opening: whether they take a revival price (复活), or how far they
//! come down in a negotiation (议价). What they answer is part of what the award is computed from.

pub mod rules;
pub mod store;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;
use serde::Serialize;

use super::input::Offer;
use super::rules::natural;
use super::store::Version;
use super::{Consent, Question, confirmation, publicity};
use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::rounds::{self, Round, RoundState};
use crate::schema::{entitlements, questions, replies};
use crate::types::{
    AccountId, AwardId, Ctx, LotId, OfferId, OrganisationId, QuestionId, ReplyId, RoundId, Time, UnitPrice,
};

pub use rules::{Refused, Said};

crate::words! {
    /// Where a question is.
    QuestionState {
        /// Waits for an answer.
        Open = "open",
        /// Answered with yes, or with a price that is low enough.
        Accepted = "accepted",
        /// Answered with no.
        Refused = "refused",
        /// Not answered by its deadline, which is a no.
        Lapsed = "lapsed",
        /// Taken back by the bureau: it was never asked.
        Withdrawn = "withdrawn",
    }

    /// What an answer came to.
    ReplyOutcome {
        /// It is a yes.
        Accepted = "accepted",
        /// It is a no.
        Refused = "refused",
        /// The price is not low enough: the question stays open.
        Above = "above",
        /// It came after the deadline and does not count.
        Late = "late",
    }
}

/// What a version of an award lets a bidder be asked.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = entitlements)]
pub struct Entitled {
    /// Of which version.
    pub award_id: AwardId,
    /// The offer it would revive.
    pub offer_id: OfferId,
    /// The lot.
    pub lot_id: LotId,
    /// The bidder.
    pub supplier_id: OrganisationId,
    /// What it may be asked.
    pub question: Question,
    /// The price to accept, or the highest that a negotiation may end at.
    pub price: UnitPrice,
}

/// A question that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = questions)]
pub struct Asked {
    /// Its id; later ones sort after earlier ones.
    pub id: QuestionId,
    /// Of which round.
    pub round_id: RoundId,
    /// The lot.
    pub lot_id: LotId,
    /// The offer it is about.
    pub offer_id: OfferId,
    /// The bidder.
    pub supplier_id: OrganisationId,
    /// The version of the award by which it was asked.
    pub award_id: AwardId,
    /// The form with which it was sent, together with others.
    pub batch: String,
    /// What is asked.
    pub question: Question,
    /// The price to accept, or the highest that a negotiation may end at.
    pub price: UnitPrice,
    /// Where it is.
    pub state: QuestionState,
    /// Who asked.
    pub asked_by: Option<AccountId>,
    /// When.
    pub asked_at: Time,
    /// An answer is in time before it.
    pub deadline: Time,
    /// The price accepted or offered.
    pub answer: Option<UnitPrice>,
    /// Who answered.
    pub answered_by: Option<AccountId>,
    /// When it was answered, lapsed or was withdrawn.
    pub closed_at: Option<Time>,
    /// Why it was withdrawn.
    pub remark: String,
}

/// An answer as it came, whether it counts or not.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = replies)]
pub struct Reply {
    /// Its id, made by the form.
    pub id: ReplyId,
    /// To which question.
    pub question_id: QuestionId,
    /// What it came to.
    pub outcome: ReplyOutcome,
    /// The price; none is a no.
    pub price: Option<UnitPrice>,
    /// Who answered.
    pub account_id: Option<AccountId>,
    /// When.
    pub at: Time,
}

/// What the trail keeps of a question.
#[derive(Serialize)]
struct Facts<'a> {
    round: &'a RoundId,
    lot: &'a LotId,
    supplier: &'a OrganisationId,
    question: Question,
    price: UnitPrice,
    deadline: Time,
    state: QuestionState,
    answer: Option<UnitPrice>,
    remark: &'a str,
}

fn facts(it: &Asked) -> Facts<'_> {
    Facts {
        round: &it.round_id,
        lot: &it.lot_id,
        supplier: &it.supplier_id,
        question: it.question,
        price: it.price,
        deadline: it.deadline,
        state: it.state,
        answer: it.answer,
        remark: &it.remark,
    }
}

/// Somebody to ask, as a page shows it.
#[derive(Debug, Clone)]
pub struct Due {
    /// Who, what and at which price.
    pub entitled: Entitled,
    /// The lot's code and generic name.
    pub lot: String,
    /// The bidder's name.
    pub company: String,
    /// What it was asked before, at another price.
    pub before: Option<Asked>,
}

/// Whom the bureau may ask by a version of an award: who is entitled and was not yet asked at that price.
pub fn due(conn: &mut Conn, award: &Version) -> Result<Vec<Due>> {
    let mut newest: HashMap<(OfferId, Question), Asked> = HashMap::new();
    for it in store::of_round(conn, &award.round_id)? {
        if it.state != QuestionState::Withdrawn {
            newest.insert((it.offer_id.clone(), it.question), it);
        }
    }
    let mut list = Vec::new();
    for (entitled, code, generic, company) in store::entitled(conn, &award.id)? {
        let before = newest.remove(&(entitled.offer_id.clone(), entitled.question));
        if before.as_ref().is_none_or(|it| it.state != QuestionState::Open && it.price != entitled.price) {
            list.push(Due { entitled, lot: format!("{code} {generic}"), company, before });
        }
    }
    Ok(list)
}

/// What an officer sends.
#[derive(Debug, Clone)]
pub struct Asking {
    /// Made by the form: sent twice it asks once.
    pub batch: String,
    /// The version the officer has looked at.
    pub version: i32,
    /// Answers are in time before it.
    pub deadline: Time,
}

/// Asks everybody who may be asked, with a letter to each bidder.
pub fn ask(tx: &mut Tx, ctx: &Ctx, id: &RoundId, asking: &Asking) -> Result<usize> {
    super::store::hold_round(tx, id)?;
    let known = store::of_round(tx.conn(), id)?;
    if known.iter().any(|it| it.batch == asking.batch) {
        return Ok(0);
    }
    let round = rounds::round(tx.conn(), id)?;
    rules::may_ask(&round, asking.deadline, ctx.now)?;
    let latest = super::store::latest(tx.conn(), id)?;
    let award = latest.ok_or_else(|| Error::refused(publicity::Refused::NoAward))?;
    if award.version != asking.version {
        return Err(Error::refused(Refused::Newer(award.version)));
    }
    confirmation::is_current(tx, &round, &award)?;
    let due = due(tx.conn(), &award)?;
    if due.is_empty() {
        return Err(Error::refused(Refused::NobodyToAsk));
    }
    let mut asked: BTreeMap<OrganisationId, i64> = BTreeMap::new();
    for Due { entitled, .. } in &due {
        let it = question(ctx, &round, asking, entitled);
        store::insert(tx, &it)?;
        let deed = Deed { action: "question.ask", subject: "questions", id: it.id.as_str() };
        audit::record(tx, ctx, deed, &(), &facts(&it))?;
        *asked.entry(it.supplier_id).or_default() += 1;
    }
    for (supplier, count) in asked {
        let letter = Letter::QuestionsAsked {
            number: round.number.clone(),
            title: round.title.clone(),
            path: path(id),
            count,
            deadline: asking.deadline.to_string(),
        };
        for to in people::recipients(tx.conn(), &supplier)? {
            notify::post(tx, ctx, &to, &letter, &format!("questions_asked:{}", asking.batch))?;
        }
    }
    Ok(due.len())
}

fn question(ctx: &Ctx, round: &Round, asking: &Asking, entitled: &Entitled) -> Asked {
    Asked {
        id: QuestionId::new(),
        round_id: round.id.clone(),
        lot_id: entitled.lot_id.clone(),
        offer_id: entitled.offer_id.clone(),
        supplier_id: entitled.supplier_id.clone(),
        award_id: entitled.award_id.clone(),
        batch: asking.batch.clone(),
        question: entitled.question,
        price: entitled.price,
        state: QuestionState::Open,
        asked_by: ctx.actor.account.clone(),
        asked_at: ctx.now,
        deadline: asking.deadline,
        answer: None,
        answered_by: None,
        closed_at: None,
        remark: String::new(),
    }
}

/// The page of a round's questions.
fn path(round: &RoundId) -> String {
    format!("/rounds/{round}/questions")
}

/// A bidder answers its own question. What comes too late or is not low enough is kept and then refused, so both
/// results are to be committed; the same form sent twice is heard once.
pub fn answer(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &QuestionId,
    reply: &ReplyId,
    said: &Said,
) -> Result<std::result::Result<(), Refused>> {
    let round = own(tx, ctx, id)?.round_id;
    super::store::hold_round(tx, &round)?;
    let before = own(tx, ctx, id)?;
    let known = store::replies_of(tx.conn(), id)?;
    if let Some((same, _)) = known.iter().find(|(it, _)| it.id == *reply) {
        return Ok(rules::verdict(same.outcome, same.price, &before));
    }
    let round = rounds::round(tx.conn(), &round)?;
    let version = rounds::rule_set_version(tx.conn(), &round.rule_set_id)?;
    let rules = rounds::rule_set::RuleSet::parse(&version.body).map_err(Error::refused)?;
    let heard = match rules::hear(&round, &before, said, known.len(), rules.price.decimals.0, ctx.now) {
        Ok(heard) => heard,
        Err(why) => return Ok(Err(why)),
    };
    store::insert_reply(
        tx,
        &Reply {
            id: reply.clone(),
            question_id: id.clone(),
            outcome: heard.outcome,
            price: heard.price,
            account_id: ctx.actor.account.clone(),
            at: ctx.now,
        },
    )?;
    let deed = Deed { action: "question.answer", subject: "questions", id: id.as_str() };
    if heard.state == before.state {
        audit::record(tx, ctx, deed, &facts(&before), &(heard.outcome, heard.price))?;
        return Ok(rules::verdict(heard.outcome, heard.price, &before));
    }
    let after = Asked {
        state: heard.state,
        answer: heard.price,
        answered_by: ctx.actor.account.clone(),
        closed_at: Some(ctx.now),
        ..before.clone()
    };
    store::close(tx, &after)?;
    audit::record(tx, ctx, deed, &facts(&before), &facts(&after))?;
    tell_when_all_answered(tx, ctx, &round, id)?;
    Ok(Ok(()))
}

/// A bidder's own question; anybody else's does not exist.
fn own(tx: &mut Tx, ctx: &Ctx, id: &QuestionId) -> Result<Asked> {
    let it = store::one(tx.conn(), id)?;
    if ctx.actor.organisation.as_ref() == Some(&it.supplier_id) { Ok(it) } else { Err(Error::NotFound) }
}

/// The officers hear when a round's last question is closed.
fn tell_when_all_answered(tx: &mut Tx, ctx: &Ctx, round: &Round, last: &QuestionId) -> Result<()> {
    if round.state != RoundState::Evaluation || store::count_open(tx.conn(), &round.id)? > 0 {
        return Ok(());
    }
    let letter = Letter::QuestionsAnswered {
        number: round.number.clone(),
        title: round.title.clone(),
        path: path(&round.id),
    };
    for to in people::recipients_with(tx.conn(), Role::Officer)? {
        notify::post(tx, ctx, &to, &letter, &format!("questions_answered:{last}"))?;
    }
    Ok(())
}

/// Takes back a question that is not answered.
pub fn withdraw(tx: &mut Tx, ctx: &Ctx, id: &QuestionId, remark: &str) -> Result<()> {
    let round = store::one(tx.conn(), id)?.round_id;
    super::store::hold_round(tx, &round)?;
    let before = store::one(tx.conn(), id)?;
    match before.state {
        QuestionState::Open => {}
        QuestionState::Withdrawn => return Ok(()),
        state => return Err(Error::refused(Refused::Closed(state))),
    }
    let remark = publicity::text(remark, "remark")?;
    let round = rounds::round(tx.conn(), &round)?;
    take_back(tx, ctx, &round, &before, &remark)
}

fn take_back(tx: &mut Tx, ctx: &Ctx, round: &Round, before: &Asked, remark: &str) -> Result<()> {
    let after = Asked {
        state: QuestionState::Withdrawn,
        closed_at: Some(ctx.now),
        remark: remark.to_owned(),
        ..before.clone()
    };
    store::close(tx, &after)?;
    let deed = Deed { action: "question.withdraw", subject: "questions", id: before.id.as_str() };
    audit::record(tx, ctx, deed, &facts(before), &facts(&after))?;
    let letter = Letter::QuestionWithdrawn {
        number: round.number.clone(),
        title: round.title.clone(),
        path: path(&round.id),
        reason: remark.to_owned(),
    };
    for to in people::recipients(tx.conn(), &before.supplier_id)? {
        notify::post(tx, ctx, &to, &letter, &format!("question_withdrawn:{}", before.id))?;
    }
    Ok(())
}

/// Closes the questions whose deadline has passed: no answer is a no.
pub fn close_due(tx: &mut Tx, ctx: &Ctx) -> Result<usize> {
    let due = store::overdue(tx.conn(), ctx.now)?;
    let rounds: BTreeSet<&RoundId> = due.iter().map(|it| &it.round_id).collect();
    for id in &rounds {
        super::store::hold_round(tx, id)?;
    }
    for before in &due {
        let after = Asked { state: QuestionState::Lapsed, closed_at: Some(ctx.now), ..before.clone() };
        store::close(tx, &after)?;
        let deed = Deed { action: "question.lapse", subject: "questions", id: before.id.as_str() };
        audit::record(tx, ctx, deed, &facts(before), &facts(&after))?;
    }
    for id in rounds {
        let round = rounds::round(tx.conn(), id)?;
        if let Some(last) = due.iter().rev().find(|it| it.round_id == *id) {
            tell_when_all_answered(tx, ctx, &round, &last.id)?;
        }
    }
    Ok(due.len())
}

/// Enters whom a new version of an award lets be asked, and takes back open questions it no longer stands by.
pub(super) fn enter(
    tx: &mut Tx,
    ctx: &Ctx,
    round: &Round,
    version: &Version,
    entitled: &[Entitled],
) -> Result<()> {
    for it in entitled {
        store::insert_entitled(tx, it)?;
    }
    for it in store::of_round(tx.conn(), &round.id)? {
        let stands =
            |e: &Entitled| (&e.offer_id, e.question, e.price) == (&it.offer_id, it.question, it.price);
        if it.state == QuestionState::Open && !entitled.iter().any(stands) {
            take_back(tx, ctx, round, &it, &version.reason)?;
        }
    }
    Ok(())
}

/// Nothing may be published while a bidder can still answer.
pub(super) fn none_open(conn: &mut Conn, round: &RoundId) -> Result<()> {
    match store::count_open(conn, round)? {
        0 => Ok(()),
        open => Err(Error::refused(Refused::Open(open))),
    }
}

/// The answers of a round as the award takes them: the newest to each question, of the offers that take part.
pub fn consents(
    conn: &mut Conn,
    round: &RoundId,
    offers: &[Offer],
    at: Option<Time>,
) -> Result<Vec<Consent>> {
    let by_id: HashMap<&OfferId, &Offer> =
        offers.iter().filter(|offer| offer.excluded.is_empty()).map(|offer| (&offer.id, offer)).collect();
    let mut newest: BTreeMap<_, Consent> = BTreeMap::new();
    for it in store::of_round(conn, round)? {
        let Some(offer) = by_id.get(&it.offer_id) else { continue };
        if at.is_some_and(|at| it.closed_at.is_some_and(|closed| closed > at)) {
            continue;
        }
        let price = match it.state {
            QuestionState::Accepted => it.answer,
            QuestionState::Refused | QuestionState::Lapsed => None,
            QuestionState::Open | QuestionState::Withdrawn => continue,
        };
        let (lot, company, question) = (offer.bid.lot.clone(), offer.bid.company.clone(), it.question);
        let key = (lot.clone(), company.clone(), question);
        newest.insert(key, Consent { lot, company, question, price });
    }
    let mut list: Vec<Consent> = newest.into_values().collect();
    list.sort_by(|a, b| natural(&a.lot, &b.lot));
    Ok(list)
}
