//! `/rounds/{id}/lots`: the lots of a round, each lot's form, and the lots as a file.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{self, Deed};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{Role, Who};
use crate::rounds::amendments::{Difference, differences, facts_of_lot};
use crate::rounds::approvals::{self, Action};
use crate::rounds::lots::mark;
use crate::rounds::{self, Category, FormClass, Lot, LotFields, Round, RoundState, import};
use crate::text::Text;
use crate::types::{LotId, RoundId};
use crate::web::form::Form;
use crate::web::lists::kind;
use crate::web::{App, Officer, Page, Person, page};

#[derive(Template)]
#[template(path = "rounds/lots.html")]
pub(super) struct Lots {
    /// The page.
    pub page: Page,
    /// The round.
    pub round: Round,
    /// Its lots.
    pub lots: Vec<Lot>,
    /// This reader may change them now.
    pub is_open: bool,
    /// They wait for approval and stay as they are.
    pub waits: bool,
}

/// The list.
pub async fn list(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    page::show(&load(page, &app, who.0, id.into_inner()).await?)
}

pub(super) async fn load(page: Page, app: &App, who: Who, id: RoundId) -> Result<Lots> {
    let is_officer = who.is(Role::Officer);
    let (round, lots, waits) = app
        .read(move |conn| {
            let round = rounds::seen_by(conn, &who, &id)?;
            let waits = approvals::open(conn, "rounds", id.as_str(), Action::Publish)?.is_some();
            Ok((round, rounds::lots_of(conn, &id)?, waits))
        })
        .await?;
    let is_draft = round.state == RoundState::Draft;
    Ok(Lots { page, round, lots, is_open: is_officer && is_draft && !waits, waits: is_draft && waits })
}

#[derive(Template)]
#[template(path = "rounds/lot.html")]
struct Edit {
    page: Page,
    round: Round,
    form: Form,
    is_new: bool,
    action: String,
    /// The mark of the lot as shown.
    seen: String,
    conflicts: Vec<Difference>,
}

impl Edit {
    fn classes(&self) -> Vec<(String, String)> {
        classes(self.page.t)
    }

    fn categories(&self) -> Vec<(String, String)> {
        categories(self.page.t)
    }
}

pub(super) fn classes(t: &Text) -> Vec<(String, String)> {
    FormClass::ALL.iter().map(|c| (c.to_string(), c.name(t).to_owned())).collect()
}

pub(super) fn categories(t: &Text) -> Vec<(String, String)> {
    Category::ALL.iter().map(|c| (c.to_string(), c.name(t).to_owned())).collect()
}

/// An empty form.
pub async fn new(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let action = format!("/rounds/{id}/lots");
    let round = app.read(move |conn| rounds::round(conn, &id)).await?;
    let form = Form::from_pairs(vec![("id".to_owned(), page.fresh_id())]);
    let (seen, conflicts) = (String::new(), Vec::new());
    page::show(&Edit { page, round, form, is_new: true, action, seen, conflicts })
}

/// Adds a lot.
pub async fn add(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    let lot: LotId = form.choice("id")?;
    let added = match parse(&form) {
        Ok(fields) => app
            .write(move |tx| rounds::lots::add(tx, &ctx, &key, lot.clone(), fields.clone()))
            .await
            .map(drop),
        Err(e) => Err(e),
    };
    match added {
        Ok(()) => Ok(page::see_done(&format!("/rounds/{id}/lots"))),
        Err(Error::Refused(why)) => {
            let action = format!("/rounds/{id}/lots");
            let round = app.read(move |conn| rounds::round(conn, &id)).await?;
            let (page, seen, conflicts) = (page.refused(&*why), String::new(), Vec::new());
            page::show_refused(&Edit { page, round, form, is_new: true, action, seen, conflicts })
        }
        Err(e) => Err(e),
    }
}

fn of_round(conn: &mut Conn, round: &RoundId, id: &LotId) -> Result<(Round, Lot)> {
    let lot = rounds::lot(conn, id)?;
    if lot.round_id != *round {
        return Err(Error::NotFound);
    }
    Ok((rounds::round(conn, round)?, lot))
}

/// The form of a lot.
pub async fn form(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    ids: web::Path<(RoundId, LotId)>,
) -> Result<HttpResponse> {
    let (round, id) = ids.into_inner();
    let action = format!("/rounds/{round}/lots/{id}");
    let (round, lot) = app.read(move |conn| of_round(conn, &round, &id)).await?;
    let (form, seen) = (filled(&lot), mark(&lot)?);
    page::show(&Edit { page, round, form, is_new: false, action, seen, conflicts: Vec::new() })
}

fn filled(lot: &Lot) -> Form {
    Form::from_pairs(facts_of_lot(&LotFields::of(lot)).into_iter().collect())
}

/// Changes a lot; when somebody else was faster, the form comes back with the differences.
pub async fn change(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    ids: web::Path<(RoundId, LotId)>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, (round, id)) = (who.ctx(&app), ids.into_inner());
    let (seen, action) = (form.text("seen").to_owned(), format!("/rounds/{round}/lots/{id}"));
    let path = format!("/rounds/{round}/lots");
    let parsed = parse(&form);
    let mine = parsed.as_ref().ok().cloned();
    let done = match parsed {
        Ok(fields) => {
            let (round, id, seen) = (round.clone(), id.clone(), seen.clone());
            app.write(move |tx| {
                of_round(tx.conn(), &round, &id)?;
                rounds::lots::change(tx, &ctx, &id, &seen, fields.clone())
            })
            .await
            .map(drop)
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(page::see_done(&path)),
        Err(Error::Refused(why)) => {
            let (round, lot) = app.read(move |conn| of_round(conn, &round, &id)).await?;
            let now = mark(&lot)?;
            let conflicts = match mine {
                Some(mine) if now != seen => {
                    differences(&facts_of_lot(&LotFields::of(&lot)), &facts_of_lot(&mine))
                }
                _ => Vec::new(),
            };
            let page = page.refused(&*why);
            page::show_refused(&Edit { page, round, form, is_new: false, action, seen: now, conflicts })
        }
        Err(e) => Err(e),
    }
}

fn parse(form: &Form) -> Result<LotFields> {
    Ok(LotFields {
        code: form.required("lot")?.to_owned(),
        generic: form.required("generic")?.to_owned(),
        form: form.required("form")?.to_owned(),
        form_class: form.choice("form_class")?,
        comparable_spec: form.required("comparable_spec")?.to_owned(),
        unit: form.required("unit")?.to_owned(),
        ceiling: form.number("ceiling")?,
        category: form.choice("category")?,
        base_volume: form.number_if_given("base_volume")?,
    })
}

/// Removes a lot.
pub async fn remove(
    who: Officer,
    app: web::Data<App>,
    ids: web::Path<(RoundId, LotId)>,
) -> Result<HttpResponse> {
    let (ctx, (round, id)) = (who.ctx(&app), ids.into_inner());
    let path = format!("/rounds/{round}/lots");
    app.write(move |tx| rounds::lots::remove(tx, &ctx, &round, &id)).await?;
    Ok(page::see_done(&path))
}

/// The lots as a file; an export is in the trail.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let (ctx, kind) = (who.ctx(&app), kind(&page.path)?);
    let (round, lots) = app
        .write(move |tx| {
            let round = rounds::seen_by(tx.conn(), &who, &id)?;
            let lots = rounds::lots_of(tx.conn(), &id)?;
            let deed = Deed { action: "lots.export", subject: "rounds", id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &lots.len())?;
            Ok((round, lots))
        })
        .await?;
    Ok(page::table(&format!("{}-lots", round.number), kind, import::write(&lots, page.t, kind)?))
}
