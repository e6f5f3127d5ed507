//! Somebody's own ledger against the platform: each difference with its cause.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::imports::{self, Kind};
use crate::payments::statements::Side;
use crate::payments::statements::differences::{self, Compared, Difference};
use crate::people::{OrganisationKind, Who};
use crate::text::{Text, fill};
use crate::types::ImportId;
use crate::web::form::Refused;
use crate::web::lists::{Line, Table, exported};
use crate::web::upload::Upload;
use crate::web::{App, Page, Person, page};

/// Differences on the page.
const SHOWN: usize = 500;

#[derive(Template)]
#[template(path = "payments/ledger.html")]
struct Show {
    page: Page,
    id: ImportId,
    file_name: String,
    counts: String,
    faults: Vec<String>,
    fault_count: String,
    rows: Vec<Difference>,
    more: String,
}

impl Show {
    fn line(&self, it: &Difference) -> String {
        it.line.map(|line| line.to_string()).unwrap_or_default()
    }
}

/// The side of whoever compares; the bureau has no ledger of its own.
fn side(who: &Who) -> Result<Side> {
    match who.organisation.kind {
        OrganisationKind::Hospital => Ok(Side::Hospital),
        OrganisationKind::Supplier => Ok(Side::Supplier),
        OrganisationKind::Bureau => Err(Error::Forbidden),
    }
}

/// Takes the ledger in and leads to its differences.
pub async fn send(who: Person, app: web::Data<App>, upload: Upload) -> Result<HttpResponse> {
    side(&who)?;
    if upload.bytes.is_empty() && upload.name.is_empty() {
        return Err(Error::refused(Refused::Empty("file")));
    }
    let (id, ctx): (ImportId, _) = (upload.form.choice("id")?, who.ctx(&app));
    let to = format!("/statements/ledgers/{id}");
    app.write(move |tx| differences::stage(tx, &ctx, &id, (&upload.name, &upload.bytes))).await?;
    Ok(page::see(&to))
}

async fn compared(app: &App, who: &Who, id: &ImportId) -> Result<Compared> {
    let (side, own, id) = (side(who)?, who.organisation.id.clone(), id.clone());
    app.read(move |conn| differences::compare(conn, side, &own, &id)).await
}

/// The differences.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<ImportId>,
) -> Result<HttpResponse> {
    let it = compared(&app, &who, &id).await?;
    let (m, count) = (&page.t.statements, it.differences.len());
    let more = if count > SHOWN { fill(m.ledger_more, &[("count", &SHOWN)]) } else { String::new() };
    page::show(&Show {
        id: id.into_inner(),
        file_name: it.file.file_name,
        counts: fill(m.ledger_counts, &[("lines", &it.lines), ("count", &count)]),
        faults: it.faults.sentences(page.t),
        fault_count: fill(m.ledger_faults, &[("count", &it.faults.count())]),
        rows: it.differences.into_iter().take(SHOWN).collect(),
        more,
        page,
    })
}

fn headers(t: &Text) -> [(&'static str, u16); 5] {
    let m = &t.statements;
    [(m.line, 8), (t.invoices.number, 26), (m.cause, 30), (m.theirs, 16), (m.ours, 16)]
}

/// All differences as a file.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    path: web::Path<(ImportId, String)>,
) -> Result<HttpResponse> {
    let (id, file) = path.into_inner();
    let (it, t) = (compared(&app, &who, &id).await?, page.t);
    let line = |it: &Difference| -> Line {
        let line = it.line.map(|line| line.to_string()).unwrap_or_default();
        vec![line, it.number.clone(), it.cause.name(t).to_owned(), it.theirs.clone(), it.ours.clone()]
    };
    let lines: Vec<Line> = it.differences.iter().map(line).collect();
    let count = lines.len();
    let answer =
        Table { name: t.statements.ledger, headers: &headers(t), numbers: &[3, 4], lines }.download(&file)?;
    exported(&app, who.ctx(&app), ("ledger.export", "imports"), count, id.to_string()).await?;
    Ok(answer)
}

/// Deletes the upload.
pub async fn cancel(who: Person, app: web::Data<App>, id: web::Path<ImportId>) -> Result<HttpResponse> {
    side(&who)?;
    let (ctx, own) = (who.ctx(&app), who.organisation.id.clone());
    app.write(move |tx| {
        let it = imports::own(tx.conn(), Kind::Ledger, &id, &own)?;
        imports::cancel(tx, &ctx, &it)
    })
    .await?;
    Ok(page::see_done("/statements"))
}
