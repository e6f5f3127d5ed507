//! One shortage: figures, stock, responses with their deadlines, who could supply, what was done.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use crate::awards::documents;
use crate::db::Conn;
use crate::error::Result;
use crate::people::{self, OrganisationKind, Role, Who};
use crate::supply::shortages::replacement::{self, Candidate, Ground};
use crate::supply::shortages::responses::{self, Response};
use crate::supply::shortages::rules::{self, Figures, Limits};
use crate::supply::shortages::store::Listed;
use crate::supply::shortages::{
    self, Entry, Shortage, ShortageState, Step, StepKind, by_hand, report, signals, store,
};
use crate::text::{Say, fill};
use crate::types::{Quantity, ShortageId};
use crate::web::form::Form;
use crate::web::{App, Page, Person, page};
use crate::workdays;

/// Stock rows shown.
const ROWS: i64 = 2_000;

#[derive(Template)]
#[template(path = "shortages/show.html")]
struct Show {
    page: Page,
    seen: Seen,
    typed: Form,
    today: NaiveDate,
    draft: String,
}

/// A response with its deadline and the steps that carried it out.
pub struct Due {
    /// The response.
    pub it: Response,
    /// Its last day.
    pub due: NaiveDate,
    /// What was done about it.
    pub done: Vec<Step>,
}

/// What is known of a shortage.
pub struct Seen {
    /// The shortage.
    pub it: Shortage,
    /// Its figures.
    pub figures: Figures,
    /// Where levels begin.
    pub limits: Limits,
    /// The lists its generic stands on.
    pub entries: Vec<Entry>,
    /// Stock by hospital; a hospital sees its own.
    pub stock: Vec<Listed>,
    /// The responses.
    pub responses: Vec<Due>,
    /// Who could supply; for officers.
    pub candidates: Vec<Candidate>,
    /// The replacement supplier's name.
    pub supplier: String,
    /// What was done.
    pub steps: Vec<(Step, String)>,
    /// Documents it was recorded with.
    pub documents: Vec<documents::Listed>,
}

impl Show {
    fn can_act(&self) -> bool {
        self.page.is(Role::Officer.as_str()) && self.seen.it.state == ShortageState::Open
    }

    fn is_staff(&self) -> bool {
        self.page.who.as_ref().is_some_and(|who| who.organisation.kind == OrganisationKind::Bureau)
    }

    fn figures(&self) -> Vec<(&'static str, String)> {
        report::figures(&self.seen.figures, self.page.t)
    }

    fn limits(&self) -> String {
        let it = &self.seen.limits;
        let values: [(&str, &dyn std::fmt::Display); 5] = [
            ("red", &it.red),
            ("orange", &it.orange),
            ("yellow", &it.yellow),
            ("makers", &it.few_makers),
            ("share", &it.short_share),
        ];
        fill(self.page.t.shortages.limits, &values)
    }

    fn days(&self, on_hand: &Quantity, monthly_use: &Quantity) -> String {
        let days = rules::days(*on_hand, *monthly_use);
        days.map_or_else(|| self.page.t.shortages.unknown.to_owned(), |days| days.to_string())
    }

    fn grounds(&self, grounds: &[Ground]) -> String {
        let names: Vec<&str> = grounds.iter().map(|it| it.name(self.page.t)).collect();
        names.join(self.page.t.files.list_join)
    }

    fn is_overdue(&self, due: &Due) -> bool {
        due.done.is_empty() && due.due < self.today && self.seen.it.state == ShortageState::Open
    }

    fn has_report(&self) -> bool {
        self.seen.steps.iter().any(|(step, _)| step.kind == StepKind::Report)
    }

    /// What was typed for one form of the page, when that form was refused.
    fn typed(&self, name: &str) -> &str {
        if self.typed.text("form") == name { self.typed.text("body") } else { "" }
    }

    fn report_text(&self) -> String {
        let typed = self.typed("report");
        if typed.is_empty() { self.draft.clone() } else { typed.to_owned() }
    }
}

/// Reads it for somebody.
pub fn seen(conn: &mut Conn, who: &Who, id: &ShortageId, today: NaiveDate) -> Result<Seen> {
    let it = shortages::shortage(conn, id)?;
    let is_hospital = who.organisation.kind == OrganisationKind::Hospital;
    let from = signals::reported_from(conn, today)?;
    let own = is_hospital.then_some(&who.organisation.id);
    let stock = store::stock_of_generic(conn, &it.generic, from, own, ROWS)?;
    let steps: Vec<(Step, String)> =
        store::steps(conn, id)?.into_iter().map(|(step, by)| (step, by.unwrap_or_default())).collect();
    let calendar = workdays::calendar(conn, it.opened_at.day())?;
    let mut due = Vec::new();
    for response in responses::at(it.worst)? {
        let done = steps.iter().map(|(step, _)| step);
        let done = done.filter(|step| step.response == response.key).cloned().collect();
        // A worse level begins its responses' time anew; easing does not.
        let since = if it.level == it.worst { it.level_since } else { it.opened_at.day() };
        due.push(Due { due: calendar.after(since, i64::from(response.working_days)), done, it: response });
    }
    let supplier = match &it.supplier_id {
        Some(id) => people::store::organisation_name(conn, id)?,
        None => String::new(),
    };
    let candidates = match who.is(Role::Officer) && it.state == ShortageState::Open {
        true => replacement::candidates(conn, &it.generic, today)?,
        false => Vec::new(),
    };
    Ok(Seen {
        figures: it.figures()?,
        limits: shortages::limits(conn, today)?,
        entries: store::entries_of(conn, &it.generic, today)?,
        stock,
        responses: due,
        candidates,
        supplier,
        documents: documents::of(conn, by_hand::owner(id))?,
        steps,
        it,
    })
}

async fn made(page: Page, who: Who, app: &App, id: ShortageId, typed: Form) -> Result<Show> {
    let (today, t) = (app.now().day(), page.t);
    let seen = app.read(move |conn| seen(conn, &who, &id, today)).await?;
    let done: Vec<(Response, bool)> =
        seen.responses.iter().map(|due| (due.it.clone(), !due.done.is_empty())).collect();
    let facts = report::Facts {
        it: &seen.it,
        figures: &seen.figures,
        entries: &seen.entries,
        responses: &done,
        supplier: &seen.supplier,
    };
    let draft = report::draft(&facts, t);
    Ok(Show { page, seen, typed, today, draft })
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<ShortageId>,
) -> Result<HttpResponse> {
    page::show(&made(page, who.0, &app, id.into_inner(), Form::default()).await?)
}

/// The page, when what was sent from it is refused.
pub async fn refused(
    page: Page,
    who: Who,
    app: &App,
    id: ShortageId,
    form: Form,
    why: &dyn Say,
) -> Result<HttpResponse> {
    page::show_refused(&made(page.refused(why), who, app, id, form).await?)
}
