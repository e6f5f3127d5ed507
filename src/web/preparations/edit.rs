//! What a hospital does with its sheets: entering, changing, lines, submitting, renewing.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::preparations::changes::{self, Entered, Facts, Header};
use crate::preparations::{Refused, State, path};
use crate::terms::{self, Term};
use crate::text::fill;
use crate::types::{CostLineId, CostSheetId};
use crate::web::form::Form;
use crate::web::{App, Hospital, Page, page};

#[derive(Template)]
#[template(path = "preparations/edit.html")]
struct Edit {
    page: Page,
    typed: Form,
    /// The sheet that is changed; none while it is new.
    id: Option<CostSheetId>,
    fresh: String,
    rate_hint: String,
    change_hint: String,
}

impl Edit {
    fn action(&self) -> String {
        self.id.as_ref().map_or_else(|| "/preparations".to_owned(), |id| format!("/preparations/{id}/edit"))
    }

    fn back(&self) -> String {
        self.id.as_ref().map_or_else(|| "/preparations".to_owned(), path)
    }

    fn heading(&self) -> &'static str {
        let m = &self.page.t.preparations;
        if self.id.is_none() { m.new_title } else { m.edit_title }
    }
}

async fn edit(page: Page, app: &App, typed: Form, id: Option<CostSheetId>, fresh: String) -> Result<Edit> {
    let today = app.now().day();
    let (most, threshold) = app
        .read(move |conn| {
            let most = terms::value(conn, Term::PreparationRateMost, today)?;
            Ok((most, terms::value(conn, Term::PreparationChangeReason, today)?))
        })
        .await?;
    let m = &page.t.preparations;
    let rate_hint = fill(m.rate_hint, &[("most", &most.normalize())]);
    let change_hint = fill(m.change_hint, &[("threshold", &threshold.normalize())]);
    Ok(Edit { page, typed, id, fresh, rate_hint, change_hint })
}

fn header(form: &Form) -> Result<Header> {
    Ok(Header {
        batch: form.number("batch")?,
        yield_share: form.number("yield_share")?,
        rate: form.number("rate")?,
        change_reason: form.text("change_reason").to_owned(),
    })
}

/// An empty form.
pub async fn new(page: Page, _who: Hospital, app: web::Data<App>) -> Result<HttpResponse> {
    let fresh = page.fresh_id();
    page::show(&edit(page, &app, Form::default(), None, fresh).await?)
}

/// Enters a preparation with the first draft of its sheet.
pub async fn create(page: Page, who: Hospital, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let (ctx, own, id): (_, _, CostSheetId) =
        (who.ctx(&app), who.organisation.id.clone(), form.choice("id")?);
    let text = |field| form.text(field).to_owned();
    let facts =
        Facts { name: text("name"), approval: text("approval"), spec: text("spec"), pack: text("pack") };
    let key = id.clone();
    let done = match header(&form) {
        Ok(given) => {
            app.write(move |tx| changes::create(tx, &ctx, (&own, &key), facts.clone(), given.clone())).await
        }
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => Ok(page::see_done(&path(&id))),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            page::show_refused(&edit(page, &app, form, None, id.to_string()).await?)
        }
        Err(fault) => Err(fault),
    }
}

/// A draft's batch, yield, rate and reason.
pub async fn form(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<CostSheetId>,
) -> Result<HttpResponse> {
    let reader = who.0.clone();
    let (it, _) = app.read(move |conn| super::seen(conn, &reader, &id)).await?;
    if it.state != State::Draft {
        return Err(Refused::NotDraft.into());
    }
    let pairs = [
        ("batch", it.batch.to_string()),
        ("yield_share", it.yield_share.to_string()),
        ("rate", it.rate.to_string()),
        ("change_reason", it.change_reason.clone()),
        ("revision", it.revision.to_string()),
    ];
    let typed = Form::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value)).to_vec());
    page::show(&edit(page, &app, typed, Some(it.id), String::new()).await?)
}

/// Changes them.
pub async fn change(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<CostSheetId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, own, key, id) = (who.ctx(&app), who.organisation.id.clone(), id.clone(), id.into_inner());
    let read = || Ok((form.choice::<i32>("revision")?, header(&form)?));
    let done = match read() {
        Ok((seen, given)) => {
            app.write(move |tx| changes::change(tx, &ctx, &own, (&key, seen), given.clone())).await
        }
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => Ok(page::see_done(&path(&id))),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            page::show_refused(&edit(page, &app, form, Some(id), String::new()).await?)
        }
        Err(fault) => Err(fault),
    }
}

fn entered(form: &Form) -> Result<Entered> {
    Ok(Entered {
        kind: form.choice("kind")?,
        name: form.required("line_name")?.to_owned(),
        unit: form.required("unit")?.to_owned(),
        quantity: form.number("quantity")?,
        unit_price: form.number("unit_price")?,
        basis: form.text("basis").to_owned(),
    })
}

/// Adds a line.
pub async fn add_line(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<CostSheetId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, own, key) = (who.ctx(&app), who.organisation.id.clone(), id.clone());
    let line: CostLineId = form.choice("id")?;
    let done = match entered(&form) {
        Ok(given) => {
            app.write(move |tx| changes::add_line(tx, &ctx, &own, (&key, &line), given.clone())).await
        }
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => Ok(page::see_done(&path(&id))),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            page::show_refused(&super::show::load(page, &app, who.0.clone(), id.into_inner(), form).await?)
        }
        Err(fault) => Err(fault),
    }
}

/// Takes a line away.
pub async fn remove_line(
    who: Hospital,
    app: web::Data<App>,
    ids: web::Path<(CostSheetId, CostLineId)>,
) -> Result<HttpResponse> {
    let (ctx, own, (id, line)) = (who.ctx(&app), who.organisation.id.clone(), ids.into_inner());
    let to = path(&id);
    app.write(move |tx| changes::remove_line(tx, &ctx, &own, (&id, &line))).await?;
    Ok(page::see_done(&to))
}

/// Submits the sheet.
pub async fn submit(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<CostSheetId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, own, seen, key) =
        (who.ctx(&app), who.organisation.id.clone(), form.choice("revision")?, id.clone());
    match app.write(move |tx| changes::submit(tx, &ctx, &own, (&key, seen))).await {
        Ok(()) => Ok(page::see_done(&path(&id))),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            let blank = Form::default();
            page::show_refused(&super::show::load(page, &app, who.0.clone(), id.into_inner(), blank).await?)
        }
        Err(fault) => Err(fault),
    }
}

/// Gives a draft up.
pub async fn discard(
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<CostSheetId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, own, seen, to) =
        (who.ctx(&app), who.organisation.id.clone(), form.choice("revision")?, path(&id));
    app.write(move |tx| changes::discard(tx, &ctx, &own, (&id, seen))).await?;
    Ok(page::see_done(&to))
}

/// Begins the next version.
pub async fn renew(
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<CostSheetId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, own, fresh): (_, _, CostSheetId) =
        (who.ctx(&app), who.organisation.id.clone(), form.choice("id")?);
    let to = path(&fresh);
    app.write(move |tx| changes::renew(tx, &ctx, &own, (&id, &fresh))).await?;
    Ok(page::see_done(&to))
}
