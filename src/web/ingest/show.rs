//! One file: what was found in it, how far it is, and the decision about it.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{origin_name, progress, spool, state_class};
use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::prices::files::store::{self, BadLine};
use crate::prices::files::{self, Kind, Origin, PriceFile, State, state_name};
use crate::prices::listings::barred::{self, Refused};
use crate::text::fill;
use crate::web::form::Form;
use crate::web::{App, Officer, Page, Staff, page};

/// Bad lines shown; the file for download has all that are kept.
const SHOWN: i64 = 100;

/// How the reader came here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    same: String,
}

#[derive(Template)]
#[template(path = "ingest/show.html")]
struct Show {
    page: Page,
    it: PriceFile,
    faults: Vec<BadLine>,
    refused: Vec<Refused>,
    is_same: bool,
}

impl Show {
    fn title(&self) -> &'static str {
        self.it.kind.title(self.page.t)
    }

    fn state_name(&self) -> &'static str {
        state_name(self.it.state, self.page.t)
    }

    fn class(&self) -> &'static str {
        state_class(self.it.state)
    }

    fn origin(&self) -> &'static str {
        origin_name(self.it.origin, self.page.t)
    }

    fn is_listings(&self) -> bool {
        self.it.kind == Kind::Listings
    }

    fn is_waiting(&self) -> bool {
        self.it.state == State::Waiting
    }

    fn is_counted(&self) -> bool {
        self.it.lines > 0
    }

    /// Somebody is at it, or will be.
    fn is_moving(&self) -> bool {
        matches!(self.it.state, State::Checking | State::Applying) && !self.is_broken_command()
    }

    fn is_broken_command(&self) -> bool {
        self.it.state == State::Applying && self.it.origin == Origin::Command
    }

    fn progress(&self) -> String {
        progress(&self.it, self.page.t)
    }

    fn reason(&self) -> &str {
        self.it.reason(self.page.t)
    }

    fn same(&self) -> String {
        fill(self.page.t.ingest.same, &[("at", &self.it.created_at), ("no", &self.it.no)])
    }

    fn apply_good(&self) -> String {
        fill(self.page.t.ingest.apply_good, &[("bad", &self.it.bad), ("good", &self.it.good())])
    }

    fn shown(&self) -> String {
        fill(self.page.t.ingest.faults_shown, &[("bad", &self.it.bad), ("shown", &self.faults.len())])
    }

    fn refused_shown(&self) -> String {
        let shown = self.refused.len();
        fill(self.page.t.watching.refused_shown, &[("n", &self.it.refused), ("shown", &shown)])
    }

    fn why(&self, line: &Refused) -> String {
        line.reason(self.page.t.lang).to_owned()
    }

    fn what(&self, line: &BadLine) -> String {
        line.reason(self.page.t.lang).to_owned()
    }
}

async fn show(page: Page, app: &App, no: i32, is_same: bool) -> Result<Show> {
    let kind = Kind::at(&page.path);
    let (it, faults, refused) = app
        .read(move |conn| {
            let it = store::of_kind(conn, kind, no)?;
            Ok((it, store::faults(conn, no, 0, SHOWN)?, barred::of(conn, no, SHOWN)?))
        })
        .await?;
    Ok(Show { page, it, faults, refused, is_same })
}

/// The page.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    no: web::Path<i32>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    page::show(&show(page, &app, *no, !asked.same.is_empty()).await?)
}

/// Its bad lines as `line,column,value,reason`.
pub async fn bad(page: Page, _who: Staff, app: web::Data<App>, no: web::Path<i32>) -> Result<HttpResponse> {
    let (kind, no) = (Kind::at(&page.path), *no);
    let most = i64::try_from(crate::files::Faults::KEPT).map_err(Error::fault_of)?;
    let faults = app
        .read(move |conn| {
            store::of_kind(conn, kind, no)?;
            store::faults(conn, no, 0, most)
        })
        .await?;
    let mut out = Csv::new(Vec::new())?;
    out.row(["line", "column", "value", "reason"])?;
    for it in &faults {
        out.row([it.line.to_string().as_str(), &it.column_name, &it.value, it.reason(page.t.lang)])?;
    }
    Ok(page::csv(&format!("{kind}-{no}-bad"), out.finish()?))
}

/// Most refused lines of a file for download.
const REFUSED: i64 = 100_000;

/// The listings that a credit rating barred, as `line,product,region,from,price,rating,reason`.
pub async fn refused(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    no: web::Path<i32>,
) -> Result<HttpResponse> {
    let (kind, no) = (Kind::at(&page.path), *no);
    let list = app
        .read(move |conn| {
            store::of_kind(conn, kind, no)?;
            barred::of(conn, no, REFUSED)
        })
        .await?;
    let mut out = Csv::new(Vec::new())?;
    out.row(["line", "product", "region", "from", "price", "rating", "reason"])?;
    for it in &list {
        let (line, from, price) = (it.line.to_string(), it.from_day.to_string(), it.price.to_string());
        let reason = it.reason(page.t.lang);
        out.row([line.as_str(), &it.product_code, &it.region, &from, &price, &it.rating, reason])?;
    }
    Ok(page::csv(&format!("{kind}-{no}-refused"), out.finish()?))
}

/// Lets it be applied.
pub async fn apply(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    no: web::Path<i32>,
    form: Form,
) -> Result<HttpResponse> {
    let (kind, no, ctx) = (Kind::at(&page.path), *no, who.ctx(&app));
    let skip_bad = form.text("skip_bad") == "yes";
    let done = app.write(move |tx| files::apply(tx, &ctx, kind, no, skip_bad)).await;
    decided(page, &app, no, done).await
}

/// Gives it up.
pub async fn abandon(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    no: web::Path<i32>,
) -> Result<HttpResponse> {
    let (kind, no, ctx) = (Kind::at(&page.path), *no, who.ctx(&app));
    let done = app.write(move |tx| files::abandon(tx, &ctx, kind, no)).await;
    if let Ok(it) = &done {
        spool(&app).remove(&it.id)?;
    }
    decided(page, &app, no, done.map(drop)).await
}

async fn decided(page: Page, app: &App, no: i32, done: Result<()>) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(page::see_done(&format!("/{}/files/{no}", Kind::at(&page.path)))),
        Err(Error::Refused(why)) => page::show_refused(&show(page.refused(&*why), app, no, false).await?),
        Err(fault) => Err(fault),
    }
}
