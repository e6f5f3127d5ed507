//! What a supplier's files of answers and of delivery notes share: taken in, shown before anything is entered, given up.

use actix_web::HttpResponse;
use askama::Template;

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::Faults;
use crate::imports::{self, Import, Kind, State};
use crate::text::{Text, fill};
use crate::types::{Ctx, ImportId, OrganisationId};
use crate::web::form::Refused;
use crate::web::upload::Upload;
use crate::web::{App, Page, Supplier, page};

/// Keeps a file with its name and bytes.
type Stage = fn(&mut Tx, &Ctx, &ImportId, (&str, &[u8])) -> Result<()>;

/// A kind of file: where its pages are and what they say.
pub(super) struct File {
    /// What it brings.
    pub kind: Kind,
    /// Where its pages are.
    pub base: &'static str,
    /// Where the reader goes once it is applied.
    pub then: &'static str,
    /// Title, what is said once it is applied, the button, and the question before it, if any.
    pub words: fn(&'static Text) -> [&'static str; 4],
    /// Keeps a file.
    pub stage: Stage,
    /// Reads a waiting file.
    pub read: fn(&mut Conn, &Ctx, &OrganisationId, &[u8], &'static Text) -> Result<Found>,
    /// Applies it.
    pub apply: fn(&mut Tx, &Ctx, &ImportId) -> Result<usize>,
}

/// What a waiting file would enter.
#[derive(Default)]
pub(super) struct Found {
    /// How much, in words.
    pub counts: String,
    /// What is wrong with it.
    pub faults: Faults,
    /// The columns of the table, and whether each holds numbers.
    pub columns: Vec<(&'static str, bool)>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

#[derive(Template)]
#[template(path = "deliveries/review.html")]
struct Review {
    page: Page,
    import: Import,
    base: &'static str,
    words: [&'static str; 4],
    fault_count: String,
    faults: Vec<String>,
    found: Found,
}

impl Review {
    fn is_waiting(&self) -> bool {
        self.import.state == State::Waiting
    }

    fn is_applied(&self) -> bool {
        self.import.state == State::Applied
    }

    fn is_number(&self, at: &usize) -> bool {
        self.found.columns.get(*at).is_some_and(|(_, is_number)| *is_number)
    }
}

/// Takes a file in and leads to its review.
pub(super) async fn send(of: &File, who: &Supplier, app: &App, upload: Upload) -> Result<HttpResponse> {
    let (ctx, stage) = (who.ctx(app), of.stage);
    let id: ImportId = upload.form.choice("id")?;
    if upload.bytes.is_empty() && upload.name.is_empty() {
        return Err(Error::refused(Refused::Empty("file")));
    }
    let to = format!("{}/{id}", of.base);
    app.write(move |tx| stage(tx, &ctx, &id, (&upload.name, &upload.bytes))).await?;
    Ok(page::see(&to))
}

/// What the file would enter, or what is wrong with it.
pub(super) async fn review(
    of: &File,
    page: Page,
    who: &Supplier,
    app: &App,
    id: ImportId,
) -> Result<HttpResponse> {
    let (ctx, supplier) = (who.ctx(app), who.organisation.id.clone());
    let (kind, read, t) = (of.kind, of.read, page.t);
    let (import, found) = app
        .read(move |conn| {
            let import = imports::own(conn, kind, &id, &supplier)?;
            if import.state != State::Waiting {
                return Ok((import, Found::default()));
            }
            let bytes = imports::content(conn, &id)?;
            let found = read(conn, &ctx, &supplier, &bytes, t)?;
            Ok((import, found))
        })
        .await?;
    page::show(&Review {
        base: of.base,
        words: (of.words)(t),
        fault_count: fill(t.deliveries.upload_faults, &[("count", &found.faults.count())]),
        faults: found.faults.sentences(t),
        found,
        import,
        page,
    })
}

/// Enters everything of the file.
pub(super) async fn apply(of: &File, who: &Supplier, app: &App, id: ImportId) -> Result<HttpResponse> {
    let (ctx, apply) = (who.ctx(app), of.apply);
    app.write(move |tx| apply(tx, &ctx, &id)).await?;
    Ok(page::see_done(of.then))
}

/// Gives the file up.
pub(super) async fn cancel(of: &File, who: &Supplier, app: &App, id: ImportId) -> Result<HttpResponse> {
    let (ctx, supplier, kind) = (who.ctx(app), who.organisation.id.clone(), of.kind);
    app.write(move |tx| {
        let it = imports::own(tx.conn(), kind, &id, &supplier)?;
        imports::cancel(tx, &ctx, &it)
    })
    .await?;
    Ok(page::see_done("/deliveries/new"))
}
