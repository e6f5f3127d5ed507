//! `/shortages/new`: an officer records a shortage, with its reason and document; and that document.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{self, Deed};
use crate::awards::documents;
use crate::error::{Error, Result};
use crate::supply::shortages::by_hand::{self, New};
use crate::supply::shortages::{self, Level};
use crate::types::{DocumentId, ShortageId};
use crate::web::form::{self, Form};
use crate::web::upload::Upload;
use crate::web::{App, Officer, Page, Person, page};

#[derive(Template)]
#[template(path = "shortages/new.html")]
struct Show {
    page: Page,
    typed: Form,
    levels: Vec<(&'static str, &'static str)>,
}

fn made(page: Page, typed: Form) -> Show {
    let levels = Level::ALL.iter().filter(|it| **it != Level::None);
    let levels = levels.map(|it| (it.as_str(), it.name(page.t))).collect();
    Show { page, typed, levels }
}

/// The form.
pub async fn form(page: Page, _who: Officer) -> Result<HttpResponse> {
    page::show(&made(page, Form::default()))
}

fn wanted(form: &Form, file: Option<(DocumentId, String, Vec<u8>)>) -> Result<New> {
    Ok(New {
        id: form.choice("id").map_err(|_| Error::refused(form::Refused::Form))?,
        generic: form.text("generic").to_owned(),
        level: form.choice("level")?,
        reason: form.text("reason").to_owned(),
        document: form.text("document").to_owned(),
        file,
    })
}

/// Records it.
pub async fn record(page: Page, who: Officer, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    let Upload { form, name, bytes } = upload;
    let file = (!name.is_empty()).then(|| (DocumentId::new(), name, bytes));
    let (ctx, sent) = (who.ctx(&app), form.clone());
    let done = app
        .write(move |tx| {
            let new = wanted(&sent, file.clone())?;
            by_hand::record(tx, &ctx, &new)?;
            Ok(new.id)
        })
        .await;
    match done {
        Ok(id) => Ok(page::see_done(&format!("/shortages/{id}"))),
        Err(Error::Refused(why)) => page::show_refused(&made(page.refused(&*why), form)),
        Err(fault) => Err(fault),
    }
}

/// Its document, always as a download.
pub async fn document(
    who: Person,
    app: web::Data<App>,
    path: web::Path<(ShortageId, DocumentId)>,
) -> Result<HttpResponse> {
    let (shortage, id) = path.into_inner();
    let ctx = who.ctx(&app);
    let it = app
        .write(move |tx| {
            shortages::shortage(tx.conn(), &shortage)?;
            let it = documents::one(tx.conn(), by_hand::owner(&shortage), &id)?;
            let deed = Deed { action: "shortage.document.export", subject: "documents", id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &it.sha256)?;
            Ok(it)
        })
        .await?;
    Ok(page::download(&it.name, &it.media_type, it.content))
}
