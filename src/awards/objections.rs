//! Objections (异议) of bidders during publicity, their documents and their answers.

use diesel::prelude::*;

use super::documents::{self, Document, MOST};
use super::evaluation::move_to;
use super::publicity::{self, Refused};
use super::{confirmation, store};
use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::rounds::{self, RoundState};
use crate::schema::{objections, organisations};
use crate::types::{Ctx, DocumentId, LotId, ObjectionId, OrganisationId, RoundId, Time};

crate::words! {
    /// Where an objection is.
    ObjectionState {
        /// Waits for an answer and holds the award.
        Open = "open",
        /// Found right (成立): the award is corrected.
        Upheld = "upheld",
        /// Found wrong (不成立), with the reason.
        Rejected = "rejected",
    }
}

/// A bidder's objection.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = objections)]
pub struct Objection {
    /// Its id.
    pub id: ObjectionId,
    /// Against the award of which round.
    pub round_id: RoundId,
    /// Against which lot, or the award as a whole.
    pub lot_id: Option<LotId>,
    /// Who objects.
    pub supplier_id: OrganisationId,
    /// What and why.
    pub body: String,
    /// Where it is.
    pub state: ObjectionState,
    /// When it was filed.
    pub filed_at: Time,
    /// The bureau's answer.
    pub answer: String,
    /// When it was answered.
    pub answered_at: Option<Time>,
    /// By which account.
    pub answered_by: Option<String>,
}

/// What a bidder hands in.
#[derive(Debug, Clone)]
pub struct Filing {
    /// The objection's id, made by the form.
    pub id: ObjectionId,
    /// The lot, or the award as a whole.
    pub lot_id: Option<LotId>,
    /// What and why.
    pub body: String,
    /// A document: its id, name and bytes.
    pub document: Option<(DocumentId, String, Vec<u8>)>,
}

/// What documents of an objection belong to.
pub fn owner(id: &ObjectionId) -> documents::Owner<'_> {
    ("objections", id.as_str())
}

/// The objections of a round, oldest first.
pub fn of_round(conn: &mut Conn, id: &RoundId) -> Result<Vec<Objection>> {
    Ok(objections::table
        .filter(objections::round_id.eq(id))
        .order((objections::filed_at, objections::id))
        .select(Objection::as_select())
        .load(conn)?)
}

/// The objections of a round with the bidders' names, of one bidder when given.
pub fn list(
    conn: &mut Conn,
    id: &RoundId,
    supplier: Option<&OrganisationId>,
) -> Result<Vec<(Objection, String)>> {
    let mut query = objections::table
        .inner_join(organisations::table)
        .filter(objections::round_id.eq(id))
        .select((Objection::as_select(), organisations::name))
        .into_boxed();
    if let Some(supplier) = supplier {
        query = query.filter(objections::supplier_id.eq(supplier.clone()));
    }
    Ok(query.order((objections::filed_at, objections::id)).load(conn)?)
}

/// One objection with the bidder's name, or there is no such thing.
pub fn one(conn: &mut Conn, id: &ObjectionId) -> Result<(Objection, String)> {
    Ok(objections::table
        .inner_join(organisations::table)
        .filter(objections::id.eq(id))
        .select((Objection::as_select(), organisations::name))
        .first(conn)?)
}

/// How many objections of a round wait for an answer.
pub fn open_of(conn: &mut Conn, round: &RoundId) -> Result<i64> {
    let open = objections::state.eq(ObjectionState::Open);
    Ok(objections::table.filter(objections::round_id.eq(round).and(open)).count().get_result(conn)?)
}

/// Files an objection. The same form sent twice files one.
pub fn file(tx: &mut Tx, ctx: &Ctx, round: &RoundId, filing: Filing) -> Result<ObjectionId> {
    store::hold_round(tx, round)?;
    let round = rounds::round(tx.conn(), round)?;
    let supplier = ctx.actor.organisation.clone().ok_or(Error::Forbidden)?;
    match one(tx.conn(), &filing.id) {
        Ok((known, _)) if known.supplier_id == supplier => return Ok(known.id),
        Ok(_) => return Err(Error::NotFound),
        Err(Error::NotFound) => {}
        Err(fault) => return Err(fault),
    }
    let is_bidder = store::bidders(tx.conn(), &round.id)?.contains(&supplier);
    publicity::may_object(&round, is_bidder, ctx.now)?;
    if let Some(lot) = &filing.lot_id
        && rounds::store::lot(tx.conn(), lot)?.is_none_or(|lot| lot.round_id != round.id)
    {
        return Err(Error::refused(Refused::ForeignLot));
    }
    let objection = Objection {
        id: filing.id,
        round_id: round.id.clone(),
        lot_id: filing.lot_id,
        supplier_id: supplier,
        body: publicity::text(&filing.body, "body")?,
        state: ObjectionState::Open,
        filed_at: ctx.now,
        answer: String::new(),
        answered_at: None,
        answered_by: None,
    };
    diesel::insert_into(objections::table).values(&objection).execute(tx.conn())?;
    let deed = Deed { action: "objection.file", subject: "objections", id: objection.id.as_str() };
    audit::record(tx, ctx, deed, &(), &(&round.id, &objection.lot_id, &objection.body))?;
    if let Some((id, name, bytes)) = filing.document {
        attach(tx, ctx, &objection, id, &name, bytes)?;
    }
    let letter = Letter::ObjectionFiled {
        number: round.number.clone(),
        title: round.title.clone(),
        path: format!("/objections/{}", objection.id),
        by: ctx.actor.name.clone(),
    };
    for to in people::recipients_with(tx.conn(), Role::Officer)? {
        notify::post(tx, ctx, &to, &letter, &format!("objection_filed:{}", objection.id))?;
    }
    Ok(objection.id)
}

/// Adds a document to one's own open objection, while objections are accepted.
pub fn add_document(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &ObjectionId,
    document: (DocumentId, String, Vec<u8>),
) -> Result<()> {
    let (objection, _) = one(tx.conn(), id)?;
    if ctx.actor.organisation.as_ref() != Some(&objection.supplier_id) {
        return Err(Error::NotFound);
    }
    store::hold_round(tx, &objection.round_id)?;
    let round = rounds::round(tx.conn(), &objection.round_id)?;
    if objection.state != ObjectionState::Open {
        return Err(Error::refused(Refused::Answered));
    }
    publicity::may_object(&round, true, ctx.now)?;
    let (document_id, name, bytes) = document;
    attach(tx, ctx, &objection, document_id, &name, bytes)
}

fn attach(
    tx: &mut Tx,
    ctx: &Ctx,
    objection: &Objection,
    id: DocumentId,
    name: &str,
    bytes: Vec<u8>,
) -> Result<()> {
    let known = documents::of(tx.conn(), owner(&objection.id))?;
    if known.iter().any(|document| document.id == id) {
        return Ok(());
    }
    if known.len() >= MOST {
        return Err(Error::refused(Refused::TooManyDocuments(MOST)));
    }
    let account = ctx.actor.account.clone();
    let document: Document = documents::document(id, owner(&objection.id), name, bytes, account, ctx.now)?;
    documents::insert(tx, &document)?;
    let deed = Deed { action: "objection.document", subject: "documents", id: document.id.as_str() };
    audit::record(tx, ctx, deed, &(), &(&objection.id, &document.name, document.size, &document.sha256))
}

/// Answers an objection. Upheld, it takes the round back to evaluation, and the award must be computed anew.
pub fn answer(tx: &mut Tx, ctx: &Ctx, id: &ObjectionId, is_upheld: bool, text: &str) -> Result<()> {
    let (before, _) = one(tx.conn(), id)?;
    store::hold_round(tx, &before.round_id)?;
    let round = rounds::round(tx.conn(), &before.round_id)?;
    if before.state != ObjectionState::Open {
        return Err(Error::refused(Refused::Answered));
    }
    publicity::in_evaluation(&round)?;
    let answer = publicity::text(text, "answer")?;
    let state = if is_upheld { ObjectionState::Upheld } else { ObjectionState::Rejected };
    diesel::update(objections::table.find(id))
        .set((
            objections::state.eq(state),
            objections::answer.eq(&answer),
            objections::answered_at.eq(Some(ctx.now)),
            objections::answered_by.eq(ctx.actor.account.as_ref().map(ToString::to_string)),
        ))
        .execute(tx.conn())?;
    let deed = Deed { action: "objection.answer", subject: "objections", id: id.as_str() };
    audit::record(tx, ctx, deed, &before.state, &(state, &answer))?;
    if is_upheld && round.state == RoundState::Publicity {
        confirmation::withdraw_request(tx, ctx, &round.id)?;
        move_to(tx, ctx, &round, RoundState::Evaluation, &answer)?;
    }
    let letter = Letter::ObjectionAnswered {
        number: round.number.clone(),
        title: round.title.clone(),
        path: format!("/objections/{id}"),
        answer,
    };
    for to in people::recipients(tx.conn(), &before.supplier_id)? {
        notify::post(tx, ctx, &to, &letter, &format!("objection_answered:{id}"))?;
    }
    Ok(())
}
