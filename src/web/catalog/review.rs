//! The review of an uploaded file: what it would change, its bad lines, its columns; applied or cancelled here.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{field_name, profile_name};
use crate::catalog::Product;
use crate::catalog::difference::{Change, Counts, Difference, FieldChange, New};
use crate::catalog::import::{CHOSEN, Reading, Sample, guess};
use crate::catalog::upload;
use crate::error::{Error, Result};
use crate::files::{Fault, Faults};
use crate::imports::{Import, State};
use crate::text::{Text, fill};
use crate::types::ImportId;
use crate::web::form::{Form, Refused};
use crate::web::{App, Cataloguer, Page, page};

/// Lines of a list shown at a time.
const SIZE: usize = 50;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Which list: `new`, `changed` or `bad`; else the first that is not empty.
    show: String,
    /// Its page, from 1.
    page: usize,
    /// Choose the columns again.
    columns: String,
}

/// The file and its facts, on every page about it.
struct Facts {
    import: Import,
    state: &'static str,
    state_class: &'static str,
    profile: &'static str,
}

impl Facts {
    fn of(import: Import, t: &Text) -> Self {
        let (state, state_class) = (import.state.name(t), state_class(import.state));
        Self { state, state_class, profile: profile_name(&import.profile, t), import }
    }
}

pub(super) fn state_class(state: State) -> &'static str {
    match state {
        State::Waiting => "wait",
        State::Applied => "good",
        State::Cancelled => "",
    }
}

pub(super) fn told(text: &str, counts: &Counts) -> String {
    let c = counts;
    fill(text, &[("new", &c.new), ("changed", &c.changed), ("unchanged", &c.unchanged), ("bad", &c.bad)])
}

#[derive(Template)]
#[template(path = "catalog/review.html")]
struct Review {
    page: Page,
    facts: Facts,
    counts: Counts,
    repeated: u64,
    ignored: String,
    kept: String,
    mark: String,
    list: List,
    number: usize,
    pages: usize,
    skip_bad: String,
}

/// The list shown: one page of it.
enum List {
    New(Vec<New>),
    Changed(Vec<Change>),
    Bad(Vec<Fault>),
}

impl Review {
    fn shown(&self) -> &'static str {
        match self.list {
            List::New(_) => "new",
            List::Changed(_) => "changed",
            List::Bad(_) => "bad",
        }
    }

    fn shows(&self, name: &str) -> bool {
        self.shown() == name
    }

    fn address(&self, show: &str, number: usize) -> String {
        format!("/products/imports/{}?show={show}&page={number}", self.facts.import.id)
    }

    fn field(&self, change: &FieldChange) -> &'static str {
        field_name(change.field, self.page.t)
    }

    fn value<'a>(&self, change: &FieldChange, value: &'a str) -> &'a str {
        let words = &self.page.t.common;
        match (change.field, value) {
            ("evaluated", "yes") => words.yes,
            ("evaluated", _) => words.no,
            (_, value) => value,
        }
    }

    fn price(&self, product: &Product) -> String {
        product.listing_price.map(|price| price.to_string()).unwrap_or_default()
    }

    fn page_of(&self) -> String {
        fill(self.page.t.catalog.page_of, &[("page", &self.number), ("pages", &self.pages)])
    }
}

#[derive(Template)]
#[template(path = "catalog/ended.html")]
struct Ended {
    page: Page,
    facts: Facts,
    sentence: String,
}

#[derive(Template)]
#[template(path = "catalog/columns.html")]
struct Columns {
    page: Page,
    facts: Facts,
    sample: Sample,
    choices: Vec<Choice>,
}

/// A column to choose.
struct Choice {
    key: &'static str,
    name: &'static str,
    required: bool,
    /// Places in the file with their headers; the first is none.
    options: Vec<(String, String)>,
    chosen: String,
}

fn choices(sample: &Sample, places: &[Option<usize>], t: &Text) -> Vec<Choice> {
    let headers =
        sample.names.iter().enumerate().map(|(at, name)| (at.to_string(), format!("{} {name}", at + 1)));
    let absent = (String::new(), t.catalog.column_absent.to_owned());
    let options: Vec<(String, String)> = std::iter::once(absent).chain(headers).collect();
    let each = CHOSEN.iter().enumerate();
    each.map(|(at, column)| Choice {
        key: column.key,
        name: field_name(column.key, t),
        required: column.required,
        options: options.clone(),
        chosen: places.get(at).copied().flatten().map(|place| place.to_string()).unwrap_or_default(),
    })
    .collect()
}

fn columns_page(page: Page, import: Import, sample: Sample, places: &[Option<usize>]) -> Columns {
    let t = page.t;
    Columns { facts: Facts::of(import, t), choices: choices(&sample, places, t), sample, page }
}

fn review_page(page: Page, import: Import, found: (Reading, Difference), asked: &Asked) -> Review {
    let t = page.t;
    let (reading, difference) = found;
    let counts = difference.counts();
    let (list, number, pages) = one_page(&reading.faults, &difference, asked);
    let faults = &reading.faults;
    let kept = (faults.count() > faults.first().len() as u64)
        .then(|| fill(t.catalog.faults_kept, &[("kept", &faults.first().len()), ("all", &faults.count())]));
    let ignored = reading.ignored.join(t.files.list_join);
    let ignored = (!ignored.is_empty()).then(|| fill(t.catalog.ignored_note, &[("names", &ignored)]));
    Review {
        facts: Facts::of(import, t),
        repeated: reading.repeated,
        ignored: ignored.unwrap_or_default(),
        kept: kept.unwrap_or_default(),
        mark: difference.mark(),
        skip_bad: fill(t.catalog.skip_bad, &[("count", &counts.bad)]),
        counts,
        list,
        number,
        pages,
        page,
    }
}

fn one_page(faults: &Faults, found: &Difference, asked: &Asked) -> (List, usize, usize) {
    let show = match asked.show.as_str() {
        "new" | "changed" | "bad" => asked.show.as_str(),
        _ if found.bad > 0 => "bad",
        _ if !found.changed.is_empty() => "changed",
        _ => "new",
    };
    let length = match show {
        "bad" => faults.first().len(),
        "changed" => found.changed.len(),
        _ => found.new.len(),
    };
    let pages = length.div_ceil(SIZE).max(1);
    let number = asked.page.clamp(1, pages);
    let skip = (number - 1) * SIZE;
    let list = match show {
        "bad" => List::Bad(faults.first().iter().skip(skip).take(SIZE).cloned().collect()),
        "changed" => List::Changed(found.changed.iter().skip(skip).take(SIZE).cloned().collect()),
        _ => List::New(found.new.iter().skip(skip).take(SIZE).cloned().collect()),
    };
    (list, number, pages)
}

/// What there is to show of a file.
enum View {
    Ended(Import),
    Columns(Import, Sample),
    Review(Import, (Reading, Difference)),
}

async fn view(who: &Cataloguer, app: &App, id: ImportId, choose: bool) -> Result<View> {
    let (organisation, now) = (who.organisation.id.clone(), app.now());
    app.read(move |conn| {
        let import = upload::import(conn, &organisation, &id)?;
        if import.state != State::Waiting {
            return Ok(View::Ended(import));
        }
        if choose || upload::layout(&import)?.is_open() {
            let sample = upload::sample(conn, &import)?;
            return Ok(View::Columns(import, sample));
        }
        let found = upload::review(conn, &import, now)?;
        Ok(View::Review(import, found))
    })
    .await
}

/// The page: the review, or the choice of columns, or what became of the file.
pub async fn show(
    page: Page,
    who: Cataloguer,
    app: web::Data<App>,
    id: web::Path<ImportId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    match view(&who, &app, id.into_inner(), !asked.columns.is_empty()).await? {
        View::Ended(import) => {
            let c = &page.t.catalog;
            let sentence = match upload::counts(&import) {
                Some(counts) => told(c.review_done, &counts),
                None => c.review_cancelled.to_owned(),
            };
            page::show(&Ended { facts: Facts::of(import, page.t), sentence, page })
        }
        View::Columns(import, sample) => {
            let known = upload::layout(&import)?.places;
            let places = if known.is_empty() { guess(&sample.names) } else { known };
            page::show(&columns_page(page, import, sample, &places))
        }
        View::Review(import, found) => page::show(&review_page(page, import, found, &asked)),
    }
}

/// The bad lines as a file.
pub async fn bad(
    page: Page,
    who: Cataloguer,
    app: web::Data<App>,
    id: web::Path<ImportId>,
) -> Result<HttpResponse> {
    let View::Review(import, (reading, _)) = view(&who, &app, id.into_inner(), false).await? else {
        return Err(Error::NotFound);
    };
    let bytes = reading.faults.write_csv(Vec::new(), page.t)?;
    let name = format!("{}-{}", import.file_name, page.t.catalog.count_bad);
    Ok(page::csv(&name, bytes))
}

fn places(form: &Form) -> Result<Vec<Option<usize>>> {
    let place = |key: &str| match form.text(&format!("column.{key}")) {
        "" => Ok(None),
        text => match text.parse() {
            Ok(at) => Ok(Some(at)),
            Err(_) => Err(Error::refused(Refused::Choice("column", text.to_owned()))),
        },
    };
    CHOSEN.iter().map(|column| place(column.key)).collect()
}

/// Says which column is which.
pub async fn choose(
    page: Page,
    who: Cataloguer,
    app: web::Data<App>,
    id: web::Path<ImportId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx, places) = (id.into_inner(), who.ctx(&app), places(&form)?);
    let (asked, given) = (id.clone(), places.clone());
    match app.write(move |tx| upload::choose(tx, &ctx, &asked, given.clone())).await {
        Ok(()) => Ok(page::see(&format!("/products/imports/{id}"))),
        Err(Error::Refused(why)) => match view(&who, &app, id, true).await? {
            View::Columns(import, sample) => {
                page::show_refused(&columns_page(page.refused(&*why), import, sample, &places))
            }
            _ => Err(Error::Refused(why)),
        },
        Err(e) => Err(e),
    }
}

/// Applies the file.
pub async fn apply(
    page: Page,
    who: Cataloguer,
    app: web::Data<App>,
    id: web::Path<ImportId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let (asked, seen) = (id.clone(), form.text("seen").to_owned());
    let skip_bad = form.text("skip_bad") == "yes";
    match app.write(move |tx| upload::apply(tx, &ctx, &asked, &seen, skip_bad)).await {
        Ok(_) => Ok(page::see_done(&format!("/products/imports/{id}"))),
        Err(Error::Refused(why)) => match view(&who, &app, id, false).await? {
            View::Review(import, found) => {
                page::show_refused(&review_page(page.refused(&*why), import, found, &Asked::default()))
            }
            _ => Err(Error::Refused(why)),
        },
        Err(e) => Err(e),
    }
}

/// Throws the file away.
pub async fn cancel(who: Cataloguer, app: web::Data<App>, id: web::Path<ImportId>) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let asked = id.clone();
    app.write(move |tx| upload::cancel(tx, &ctx, &asked)).await?;
    Ok(page::see_done(&format!("/products/imports/{id}")))
}
