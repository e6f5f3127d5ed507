//! The upload of a product file, and the files uploaded before.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::profile_name;
use crate::catalog::import::{LINES, STANDARD};
use crate::catalog::upload::{self, NewImport};
use crate::error::{Error, Result};
use crate::imports::{self, Import, Kind};
use crate::text::{Lang, Say, Text, fill};
use crate::types::ImportId;
use crate::web::upload::Upload;
use crate::web::{App, Cataloguer, Page, block, page};

/// Files shown.
const RECENT: i64 = 20;

#[derive(Template)]
#[template(path = "catalog/import.html")]
struct ImportPage {
    page: Page,
    hint: String,
    columns: String,
    recent: Vec<Recent>,
}

struct Recent {
    import: Import,
    state: &'static str,
    state_class: &'static str,
    profile: &'static str,
    result: String,
}

impl Recent {
    fn of(import: Import, t: &Text) -> Self {
        Self {
            state: import.state.name(t),
            state_class: super::review::state_class(import.state),
            profile: profile_name(&import.profile, t),
            result: upload::counts(&import)
                .map(|c| super::review::told(t.catalog.result_counts, &c))
                .unwrap_or_default(),
            import,
        }
    }
}

async fn build(page: Page, who: &Cataloguer, app: &App) -> Result<ImportPage> {
    let organisation = who.organisation.id.clone();
    let recent = app.read(move |conn| imports::recent(conn, Kind::Products, &organisation, RECENT)).await?;
    let t = page.t;
    let name = |column: &crate::files::read::Column| match t.lang {
        Lang::Zh => column.zh,
        Lang::En => column.key,
    };
    let names: Vec<&str> = STANDARD.iter().map(name).collect();
    Ok(ImportPage {
        hint: fill(t.catalog.import_hint, &[("lines", &LINES)]),
        columns: fill(t.catalog.import_columns, &[("names", &names.join(t.files.list_join))]),
        recent: recent.into_iter().map(|import| Recent::of(import, t)).collect(),
        page,
    })
}

/// The page.
pub async fn form(page: Page, who: Cataloguer, app: web::Data<App>) -> Result<HttpResponse> {
    page::show(&build(page, &who, &app).await?)
}

/// No file was chosen.
#[derive(Debug)]
struct NoFile;

impl Say for NoFile {
    fn say(&self, t: &Text) -> String {
        t.catalog.import_no_file.to_owned()
    }

    fn field(&self) -> Option<&'static str> {
        Some("file")
    }
}

/// Keeps the file and leads to its review.
pub async fn upload(page: Page, who: Cataloguer, app: web::Data<App>, file: Upload) -> Result<HttpResponse> {
    match keep(&who, &app, file).await {
        Ok(id) => Ok(page::see(&format!("/products/imports/{id}"))),
        Err(Error::Refused(why)) => page::show_refused(&build(page.refused(&*why), &who, &app).await?),
        Err(e) => Err(e),
    }
}

async fn keep(who: &Cataloguer, app: &App, file: Upload) -> Result<ImportId> {
    let id: ImportId = file.form.choice("id")?;
    if file.name.is_empty() {
        return Err(Error::refused(NoFile));
    }
    let ctx = who.ctx(app);
    let new = block(move || {
        let layout = upload::layout_of(&file.bytes)?;
        Ok(NewImport { id, file_name: file.name, content: file.bytes, layout })
    })
    .await?;
    app.write(move |tx| upload::start(tx, &ctx, &new).map(|import| import.id)).await
}
