//! `/rounds/new` and `/rounds/{id}/edit`: a draft's form, and copying a round into a new draft.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people;
use crate::rounds::amendments::{Difference, differences};
use crate::rounds::{self, Calendar, Fields, Refused, RoundKind, RoundState, calendar};
use crate::types::{RoundId, Time};
use crate::web::form::{self, Form};
use crate::web::{App, Officer, Page, page};

#[derive(Template)]
#[template(path = "rounds/edit.html")]
struct Edit {
    page: Page,
    form: Form,
    is_new: bool,
    action: String,
    version: i32,
    choices: Choices,
    conflicts: Vec<Difference>,
}

struct Choices {
    kinds: Vec<(String, String)>,
    regions: Vec<String>,
    rule_sets: Vec<(String, String)>,
}

impl Edit {
    fn is_chosen(&self, region: &str) -> bool {
        self.form.all("regions").any(|r| r == region)
    }

    fn dates(&self) -> Vec<DateInput> {
        Calendar::FIELDS
            .iter()
            .map(|field| DateInput {
                field,
                label: calendar::label(field, self.page.t),
                value: self.form.text(field).to_owned(),
                kind: if field.starts_with("execution") { "date" } else { "datetime-local" },
            })
            .collect()
    }
}

/// One date of the form.
pub(super) struct DateInput {
    /// Its field.
    pub field: &'static str,
    /// Its name.
    pub label: &'static str,
    /// Its value.
    pub value: String,
    /// The kind of input.
    pub kind: &'static str,
}

fn choices(conn: &mut Conn, page: &Page) -> Result<Choices> {
    let t = page.t;
    let rule_sets = rounds::store::rule_sets(conn)?
        .into_iter()
        .map(|r| (r.id.to_string(), format!("{} v{} {}", r.name, r.version, r.title)))
        .collect();
    let kinds = RoundKind::ALL.iter().map(|k| (k.to_string(), k.name(t).to_owned())).collect();
    Ok(Choices { kinds, regions: people::store::regions(conn)?, rule_sets })
}

/// An empty form.
pub async fn new(page: Page, _who: Officer, app: web::Data<App>) -> Result<HttpResponse> {
    let asker = page.clone();
    let choices = app.read(move |conn| choices(conn, &asker)).await?;
    let form = Form::from_pairs(vec![("id".to_owned(), page.fresh_id())]);
    let action = "/rounds".to_owned();
    page::show(&Edit { page, form, is_new: true, action, version: 1, choices, conflicts: Vec::new() })
}

/// Makes a draft.
pub async fn create(page: Page, who: Officer, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let id: RoundId = form.choice("id")?;
    let path = format!("/rounds/{id}");
    let made = match parse(&form) {
        Ok(fields) => {
            app.write(move |tx| rounds::create(tx, &ctx, id.clone(), fields.clone())).await.map(drop)
        }
        Err(e) => Err(e),
    };
    match made {
        Ok(()) => Ok(page::see_done(&path)),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            let asker = page.clone();
            let choices = app.read(move |conn| choices(conn, &asker)).await?;
            let action = "/rounds".to_owned();
            let conflicts = Vec::new();
            page::show_refused(&Edit { page, form, is_new: true, action, version: 1, choices, conflicts })
        }
        Err(e) => Err(e),
    }
}

/// The form of a draft.
pub async fn form(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let action = format!("/rounds/{id}/edit");
    let asker = page.clone();
    let (round, fields, choices) = app
        .read(move |conn| {
            let round = rounds::round(conn, &id)?;
            let fields = Fields::of(conn, &round)?;
            Ok((round, fields, choices(conn, &asker)?))
        })
        .await?;
    if round.state != RoundState::Draft {
        return Err(Error::refused(Refused::State(round.state)));
    }
    let form = filled(&fields);
    let conflicts = Vec::new();
    page::show(&Edit { page, form, is_new: false, action, version: round.version, choices, conflicts })
}

fn filled(fields: &Fields) -> Form {
    let mut pairs = vec![
        ("number".to_owned(), fields.number.clone()),
        ("title".to_owned(), fields.title.clone()),
        ("kind".to_owned(), fields.kind.to_string()),
        ("rule_set_id".to_owned(), fields.rule_set_id.to_string()),
    ];
    pairs.extend(fields.regions.iter().map(|r| ("regions".to_owned(), r.clone())));
    pairs.extend(fields.calendar.dates().iter().map(|d| (d.field.to_owned(), d.input())));
    Form::from_pairs(pairs)
}

/// Changes a draft. When somebody else was faster, the form comes back with the differences, and sending it
/// again overwrites knowingly.
pub async fn change(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, id) = (who.ctx(&app), id.into_inner());
    let seen: i32 = form.text("version").parse().unwrap_or(0);
    let parsed = parse(&form);
    let key = id.clone();
    let mine = parsed.as_ref().ok().cloned();
    let done = match parsed {
        Ok(fields) => {
            app.write(move |tx| rounds::change(tx, &ctx, &key, seen, fields.clone())).await.map(drop)
        }
        Err(e) => Err(e),
    };
    match done {
        Ok(()) => Ok(page::see_done(&format!("/rounds/{id}"))),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            let asker = page.clone();
            let action = format!("/rounds/{id}/edit");
            let (version, choices, theirs) = app
                .read(move |conn| {
                    let round = rounds::round(conn, &id)?;
                    let theirs = Fields::of(conn, &round)?;
                    Ok((round.version, choices(conn, &asker)?, theirs))
                })
                .await?;
            let conflicts = match mine {
                Some(mine) if version != seen => compared(&theirs, &mine, &choices),
                _ => Vec::new(),
            };
            page::show_refused(&Edit { page, form, is_new: false, action, version, choices, conflicts })
        }
        Err(e) => Err(e),
    }
}

/// What is saved now against what this form says, with the rule sets by their names.
fn compared(theirs: &Fields, mine: &Fields, choices: &Choices) -> Vec<Difference> {
    let named = |fields: &Fields| {
        let mut facts = fields.facts();
        let id = fields.rule_set_id.to_string();
        if let Some((_, name)) = choices.rule_sets.iter().find(|(known, _)| *known == id) {
            facts.insert("rule_set_id".to_owned(), name.clone());
        }
        facts
    };
    differences(&named(theirs), &named(mine))
}

fn parse(form: &Form) -> Result<Fields> {
    Ok(Fields {
        number: form.required("number")?.to_owned(),
        title: form.required("title")?.to_owned(),
        kind: form.choice("kind")?,
        regions: form.all("regions").filter(|r| !r.is_empty()).map(str::to_owned).collect(),
        rule_set_id: form.choice("rule_set_id")?,
        calendar: dates(form, None)?,
    })
}

/// The dates of a form. One that stands as `known` shows it keeps its exact moment; one that the form lacks is
/// the known one.
pub(super) fn dates(form: &Form, known: Option<&Calendar>) -> Result<Calendar> {
    let stands = |field: &str| {
        let date = known?.dates().into_iter().find(|d| d.field == field)?;
        let text = form.text(field);
        (text.is_empty() || text == date.input()).then_some(date)
    };
    let time = |field: &'static str| -> Result<Time> {
        stands(field).map_or_else(|| form.time(field), |d| Ok(d.at))
    };
    let day = |field: &'static str| match stands(field) {
        Some(date) => Ok(date.at.day()),
        None => form.day(field),
    };
    Ok(Calendar {
        demand_from: time("demand_from")?,
        demand_to: time("demand_to")?,
        bidding_from: time("bidding_from")?,
        bidding_to: time("bidding_to")?,
        opening_at: time("opening_at")?,
        publicity_from: time("publicity_from")?,
        publicity_to: time("publicity_to")?,
        contract_to: time("contract_to")?,
        execution_from: day("execution_from")?,
        execution_to: day("execution_to")?,
    })
}

/// Copies a round with its lots into a new draft and opens its form.
pub async fn copy(
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let new: RoundId = form.choice("id").map_err(|_| Error::refused(form::Refused::Form))?;
    let path = format!("/rounds/{new}/edit");
    app.write(move |tx| rounds::copy(tx, &ctx, &id, new.clone())).await?;
    Ok(page::see_done(&path))
}
