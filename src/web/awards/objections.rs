//! Objections: a bidder files, adds documents and reads the answer; an officer answers.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{self, Deed};
use crate::awards::documents::{self, Listed};
use crate::awards::objections::{self, Filing, Objection, ObjectionState};
use crate::awards::{publicity, store};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{Role, Who};
use crate::rounds::{self, Lot, Round};
use crate::types::{DocumentId, LotId, ObjectionId, OrganisationId, RoundId, Time};
use crate::web::access::STAFF;
use crate::web::form::Form;
use crate::web::upload::Upload;
use crate::web::{App, Officer, Page, Person, Supplier, page};

#[derive(Template)]
#[template(path = "awards/objections.html")]
struct List {
    page: Page,
    id: String,
    facts: Facts,
    form_id: String,
    lot: String,
    body: String,
}

struct Facts {
    round: Round,
    lots: Vec<Lot>,
    objections: Vec<(Objection, String)>,
    is_staff: bool,
    can_file: bool,
}

fn supplier(who: &Who) -> Option<&OrganisationId> {
    (!who.is_any(STAFF)).then_some(&who.organisation.id)
}

/// Staff see all objections, a bidder its own; whoever did not bid finds nothing here.
fn facts(conn: &mut Conn, who: &Who, id: &RoundId, now: Time) -> Result<Facts> {
    let round = rounds::round(conn, id)?;
    let is_bidder = store::bidders(conn, id)?.contains(&who.organisation.id);
    let objections = objections::list(conn, id, supplier(who))?;
    if supplier(who).is_some()
        && (!is_bidder || (objections.is_empty() && !publicity::is_public(round.state)))
    {
        return Err(Error::NotFound);
    }
    Ok(Facts {
        lots: rounds::lots_of(conn, id)?,
        is_staff: supplier(who).is_none(),
        can_file: who.is(Role::Supplier) && publicity::may_object(&round, is_bidder, now).is_ok(),
        objections,
        round,
    })
}

impl List {
    fn new(page: Page, id: &RoundId, facts: Facts) -> Self {
        let form_id = page.fresh_id();
        Self { page, id: id.to_string(), facts, form_id, lot: String::new(), body: String::new() }
    }

    fn lot_name(&self, id: &Option<LotId>) -> String {
        let lot = id.as_ref().and_then(|id| self.facts.lots.iter().find(|lot| lot.id == *id));
        lot.map_or_else(
            || self.page.t.evaluation.whole_award.to_owned(),
            |lot| format!("{} {}", lot.code, lot.generic),
        )
    }

    fn choices(&self) -> Vec<(String, String)> {
        let all = (String::new(), self.page.t.evaluation.whole_award.to_owned());
        let lots =
            self.facts.lots.iter().map(|lot| (lot.id.to_string(), format!("{} {}", lot.code, lot.generic)));
        std::iter::once(all).chain(lots).collect()
    }
}

/// The objections of a round.
pub async fn list(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (key, now) = (id.clone(), app.now());
    let facts = app.read(move |conn| facts(conn, &who, &key, now)).await?;
    page::show(&List::new(page, &id, facts))
}

/// Files an objection.
pub async fn file(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    mut upload: Upload,
) -> Result<HttpResponse> {
    let (id, ctx, now) = (id.into_inner(), who.ctx(&app), app.now());
    let document = upload.document();
    let form: Form = upload.form;
    let lot = if form.text("lot").is_empty() { None } else { Some(form.choice("lot")?) };
    let body = form.text("body").to_owned();
    let filing = Filing { id: form.choice("id")?, lot_id: lot, body: body.clone(), document };
    let key = id.clone();
    match app.write(move |tx| objections::file(tx, &ctx, &key, filing.clone())).await {
        Ok(objection) => Ok(page::see_done(&format!("/objections/{objection}"))),
        Err(Error::Refused(why)) => {
            let key = id.clone();
            let facts = app.read(move |conn| facts(conn, &who, &key, now)).await?;
            let shown = List::new(page.refused(&*why), &id, facts);
            page::show_refused(&List { lot: form.text("lot").to_owned(), body, ..shown })
        }
        Err(fault) => Err(fault),
    }
}

#[derive(Template)]
#[template(path = "awards/objection.html")]
struct Show {
    page: Page,
    objection: Objection,
    by: String,
    about: String,
    round: Round,
    documents: Vec<Listed>,
    can_add: bool,
    can_answer: bool,
    answer: String,
}

/// One objection, when it is the reader's to see.
fn own(conn: &mut Conn, who: &Who, id: &ObjectionId) -> Result<(Objection, String)> {
    let found = objections::one(conn, id)?;
    match supplier(who) {
        Some(supplier) if found.0.supplier_id != *supplier => Err(Error::NotFound),
        _ => Ok(found),
    }
}

type Seen = (Objection, String, Round, Option<Lot>, Vec<Listed>);

fn seen(conn: &mut Conn, who: &Who, id: &ObjectionId) -> Result<Seen> {
    let (objection, by) = own(conn, who, id)?;
    let round = rounds::round(conn, &objection.round_id)?;
    let lot = match &objection.lot_id {
        Some(lot) => Some(rounds::lot(conn, lot)?),
        None => None,
    };
    let documents = documents::of(conn, objections::owner(id))?;
    Ok((objection, by, round, lot, documents))
}

async fn shown(page: Page, who: Person, app: &App, id: &ObjectionId, answer: String) -> Result<Show> {
    let (key, reader, now) = (id.clone(), who.0.clone(), app.now());
    let (objection, by, round, lot, documents) = app.read(move |conn| seen(conn, &reader, &key)).await?;
    let is_open = objection.state == ObjectionState::Open;
    Ok(Show {
        can_add: is_open && who.is(Role::Supplier) && publicity::may_object(&round, true, now).is_ok(),
        can_answer: is_open && who.is(Role::Officer) && publicity::in_evaluation(&round).is_ok(),
        about: lot.map_or_else(
            || page.t.evaluation.whole_award.to_owned(),
            |lot| format!("{} {}", lot.code, lot.generic),
        ),
        page,
        objection,
        by,
        round,
        documents,
        answer,
    })
}

/// One objection.
pub async fn show(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<ObjectionId>,
) -> Result<HttpResponse> {
    page::show(&shown(page, who, &app, &id, String::new()).await?)
}

/// Adds a document.
pub async fn add_document(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<ObjectionId>,
    mut upload: Upload,
) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let file = upload.document().unwrap_or_else(|| (DocumentId::new(), String::new(), Vec::new()));
    let document_id: DocumentId = upload.form.choice("id")?;
    let key = id.clone();
    let done = app
        .write(move |tx| {
            let (_, name, bytes) = file.clone();
            objections::add_document(tx, &ctx, &key, (document_id.clone(), name, bytes))
        })
        .await;
    match done {
        Ok(()) => Ok(page::see_done(&format!("/objections/{id}"))),
        Err(Error::Refused(why)) => {
            let shown = shown(page.refused(&*why), Person(who.0), &app, &id, String::new()).await?;
            page::show_refused(&shown)
        }
        Err(fault) => Err(fault),
    }
}

/// Answers an objection.
pub async fn answer(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<ObjectionId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let (key, text) = (id.clone(), form.text("answer").to_owned());
    let state: ObjectionState = form.choice("state")?;
    let is_upheld = state == ObjectionState::Upheld;
    let typed = text.clone();
    match app.write(move |tx| objections::answer(tx, &ctx, &key, is_upheld, &text)).await {
        Ok(()) => Ok(page::see_done(&format!("/objections/{id}"))),
        Err(Error::Refused(why)) => {
            page::show_refused(&shown(page.refused(&*why), Person(who.0), &app, &id, typed).await?)
        }
        Err(fault) => Err(fault),
    }
}

/// A document, always as a download. Staff and the bidder who handed it in may have it.
pub async fn document(
    who: Person,
    app: web::Data<App>,
    path: web::Path<(ObjectionId, DocumentId)>,
) -> Result<HttpResponse> {
    let (objection, id) = path.into_inner();
    let ctx = who.ctx(&app);
    let it = app
        .write(move |tx| {
            own(tx.conn(), &who, &objection)?;
            let it = documents::one(tx.conn(), objections::owner(&objection), &id)?;
            let deed = Deed { action: "objection.export", subject: "documents", id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &it.sha256)?;
            Ok(it)
        })
        .await?;
    Ok(page::download(&it.name, &it.media_type, it.content))
}
