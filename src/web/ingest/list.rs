//! `/transactions` and `/listings`: the files that came, and the form that sends one.

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use futures_util::StreamExt;
use serde::Deserialize;

use super::{origin_name, pour, spool, state_class};
use crate::error::{Error, Result};
use crate::files::read::Column;
use crate::files::write::Csv;
use crate::prices::files::store::{self, Filter};
use crate::prices::files::{self, Kind, New, Origin, PriceFile, Refused, State, state_name};
use crate::prices::{ingest, listings};
use crate::text::{Lang, Text};
use crate::web::{App, Officer, Page, Staff, page};

/// Files on a page.
const PAGE: i64 = 50;

/// What the reader asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    before: String,
}

#[derive(Template)]
#[template(path = "ingest/list.html")]
struct List {
    page: Page,
    kind: Kind,
    files: Vec<PriceFile>,
    states: Vec<(&'static str, &'static str)>,
    state: String,
    before: String,
    next: String,
    most: u64,
}

impl List {
    fn title(&self) -> &'static str {
        self.kind.title(self.page.t)
    }

    fn hint(&self) -> &'static str {
        match self.kind {
            Kind::Transactions => self.page.t.ingest.hint_transactions,
            Kind::Listings => self.page.t.ingest.hint_listings,
        }
    }

    fn is_listings(&self) -> bool {
        self.kind == Kind::Listings
    }

    fn state_name(&self, it: &PriceFile) -> &'static str {
        state_name(it.state, self.page.t)
    }

    fn class(&self, it: &PriceFile) -> &'static str {
        state_class(it.state)
    }

    fn origin(&self, it: &PriceFile) -> &'static str {
        origin_name(it.origin, self.page.t)
    }
}

async fn list(page: Page, app: &App, asked: Asked) -> Result<List> {
    let kind = Kind::at(&page.path);
    let filter = Filter { kind, state: asked.state.parse().ok(), before: asked.before.parse().ok() };
    let mut files = app.read(move |conn| store::page(conn, &filter, PAGE + 1)).await?;
    let is_more = files.len() > PAGE as usize;
    files.truncate(PAGE as usize);
    let next = match files.last() {
        Some(last) if is_more => format!("/{kind}?state={}&before={}", page::encode(&asked.state), last.no),
        _ => String::new(),
    };
    let t = page.t;
    let states = std::iter::once(("", t.common.all))
        .chain(State::ALL.iter().map(|state| (state.as_str(), state_name(*state, t))))
        .collect();
    let most = app.settings.price_file_bytes >> 20;
    Ok(List { kind, files, states, state: asked.state, before: asked.before, next, most, page })
}

/// The page.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    page::show(&list(page, &app, asked.into_inner()).await?)
}

/// Takes a file into the spool and leads to its page.
pub async fn send(page: Page, who: Officer, app: web::Data<App>, parts: Multipart) -> Result<HttpResponse> {
    match received(&page, &who, &app, parts).await {
        Ok((it, is_same)) => {
            let query = if is_same { "?same=1" } else { "" };
            Ok(page::see(&format!("/{}/files/{}{query}", it.kind, it.no)))
        }
        Err(Error::Refused(why)) => {
            let list = list(page.refused(&*why), &app, Asked::default()).await?;
            page::show_refused(&list)
        }
        Err(fault) => Err(fault),
    }
}

async fn received(page: &Page, who: &Officer, app: &App, mut parts: Multipart) -> Result<(PriceFile, bool)> {
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|_| Refused::Broken)?;
        let name = part.content_disposition().and_then(|it| it.get_filename()).map(str::to_owned);
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            while part.next().await.is_some() {}
            continue;
        };
        let kept = pour(app, part).await?;
        if kept.bytes == 0 {
            spool(app).remove(&kept.id)?;
            return Err(Error::refused(crate::files::Refused::Empty));
        }
        let new = New {
            id: kept.id.clone(),
            kind: Kind::at(&page.path),
            origin: Origin::Page,
            file_name: name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned(),
            sha256: kept.sha256,
            bytes: kept.bytes,
            skip_bad: false,
            token_id: None,
        };
        let ctx = who.ctx(app);
        let (it, is_same) = app.write(move |tx| files::receive(tx, &ctx, &new)).await?;
        if is_same {
            spool(app).remove(&kept.id)?;
        }
        return Ok((it, is_same));
    }
    Err(Refused::NoFile.into())
}

/// The header of a file, to be filled in.
pub async fn template(page: Page, _who: Staff, req: HttpRequest) -> Result<HttpResponse> {
    let kind = Kind::at(req.path());
    let columns: &[Column] = match kind {
        Kind::Transactions => ingest::import::COLUMNS,
        Kind::Listings => listings::import::COLUMNS,
    };
    let named = |column: &Column, t: &Text| if t.lang == Lang::Zh { column.zh } else { column.key };
    let mut out = Csv::new(Vec::new())?;
    out.row(columns.iter().map(|column| named(column, page.t)))?;
    Ok(page::csv(kind.as_str(), out.finish()?))
}
