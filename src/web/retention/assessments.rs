//! `/assessments`: scores of a plan's hospitals with their evidence and documents.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::audit::{self, Deed, Entry};
use crate::awards::documents;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::retention::assessments::{self, Assessment, Entered, Listed};
use crate::payments::retention::rules::Rules;
use crate::payments::retention::{self, Plan, PlanState, SUBJECT, bases, import, store};
use crate::people::{self, Organisation, Role, Who};
use crate::rounds::Round;
use crate::text::fill;
use crate::types::{AssessmentId, DocumentId, PlanId, Score};
use crate::web::form::{Form, Refused};
use crate::web::upload::Upload;
use crate::web::{App, Officer, Page, Person, Staff, page};

/// Scores on a page.
const PAGE: usize = 200;

/// Which plan, and from where on.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    plan: String,
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "retention/assessments.html")]
struct List {
    page: Page,
    plans: Vec<(String, String)>,
    it: Option<Loaded>,
    typed: Form,
    next: String,
}

struct Loaded {
    plan: Plan,
    round: Round,
    rules: Rules,
    rows: Vec<Listed>,
    unscored: Vec<(String, String)>,
    waits: bool,
}

impl List {
    fn chosen(&self) -> String {
        self.it.as_ref().map(|it| it.plan.id.to_string()).unwrap_or_default()
    }

    fn can_change(&self, it: &Loaded) -> bool {
        self.page.is(Role::Officer.as_str()) && it.plan.state == PlanState::Draft && !it.waits
    }

    fn grade(&self, it: &Loaded, row: &Listed) -> String {
        it.rules.grade(row.0.score).to_string()
    }

    fn unscored(&self, it: &Loaded) -> String {
        fill(self.page.t.assessments.unscored, &[("count", &it.unscored.len())])
    }

    fn title(&self, it: &Loaded) -> String {
        it.plan.title(&it.round, self.page.t)
    }
}

fn load(conn: &mut Conn, plan: &PlanId, after: &str) -> Result<Loaded> {
    let (plan, round) = retention::plan(conn, plan)?;
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let unscored = assessments::unscored(conn, &plan)?;
    Ok(Loaded {
        rows: assessments::page(conn, &plan.id, after, limit)?,
        unscored: unscored
            .into_iter()
            .map(|(_, code, name)| (code.clone(), format!("{code} {name}")))
            .collect(),
        waits: retention::request(conn, &plan.id)?.is_some(),
        rules: plan.rules()?,
        plan,
        round,
    })
}

async fn build(page: Page, app: &App, query: Query, typed: Form) -> Result<List> {
    let (t, plan) = (page.t, query.plan.clone());
    let (plans, mut it) = app
        .read(move |conn| {
            let plans = store::plans(conn, None, None, 200)?;
            let chosen = match plan.as_str() {
                "" => plans.first().map(|(it, _)| it.id.clone()),
                id => Some(id.parse().map_err(|_| Error::NotFound)?),
            };
            let it = chosen.map(|id| load(conn, &id, &query.after)).transpose()?;
            let named = |(plan, round): (Plan, Round)| (plan.id.to_string(), plan.title(&round, t));
            Ok((plans.into_iter().map(named).collect(), it))
        })
        .await?;
    let mut next = String::new();
    if let Some(it) = &mut it {
        let is_more = it.rows.len() > PAGE;
        it.rows.truncate(PAGE);
        if let (true, Some((_, code, _))) = (is_more, it.rows.last()) {
            next = format!("/assessments?plan={}&after={}", it.plan.id, page::encode(code));
        }
    }
    Ok(List { page, plans, it, typed, next })
}

/// The scores of a plan.
pub async fn list(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    page::show(&build(page, &app, query.into_inner(), Form::default()).await?)
}

fn entered(form: &Form) -> Result<Entered> {
    Ok(Entered { score: form.number::<Score>("score")?, evidence: form.text("evidence").to_owned() })
}

/// Enters a score, with a document when one is handed in.
pub async fn enter(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    mut upload: Upload,
) -> Result<HttpResponse> {
    let (ctx, document) = (who.ctx(&app), upload.document());
    let form = upload.form;
    let (plan, id): (PlanId, AssessmentId) = (form.choice("plan")?, form.choice("id")?);
    let (key, made) = (plan.clone(), id.clone());
    let done = async {
        let (code, entered) = (form.required("hospital")?.to_owned(), entered(&form)?);
        app.write(move |tx| {
            let hospital = bases::hospital(tx.conn(), &code)?;
            assessments::enter(tx, &ctx, id.clone(), &plan, (&hospital, &code), &entered)?;
            match document.clone() {
                Some(file) => assessments::add_document(tx, &ctx, &id, file),
                None => Ok(()),
            }
        })
        .await
    };
    match done.await {
        Ok(()) => Ok(page::see_done(&format!("/assessments/{made}"))),
        Err(Error::Refused(why)) => {
            let query = Query { plan: key.to_string(), after: String::new() };
            page::show_refused(&build(page.refused(&*why), &app, query, form.clone()).await?)
        }
        Err(fault) => Err(fault),
    }
}

/// The scores as a file that can be filled in and uploaded.
pub async fn file(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<PlanId>,
) -> Result<HttpResponse> {
    let (t, ctx, key) = (page.t, who.ctx(&app), id.into_inner());
    let (name, bytes) = app
        .write(move |tx| {
            let (plan, round) = retention::plan(tx.conn(), &key)?;
            let bytes = import::write_scores(tx.conn(), &plan, t)?;
            let deed = Deed { action: "assessments.export", subject: SUBJECT, id: key.as_str() };
            audit::record(tx, &ctx, deed, &(), &bytes.len())?;
            Ok((format!("{} {}", plan.title(&round, t), t.assessments.title), bytes))
        })
        .await?;
    Ok(page::csv(&name, bytes))
}

#[derive(Template)]
#[template(path = "retention/assessment.html")]
struct Show {
    page: Page,
    it: Seen,
    typed: Form,
}

struct Seen {
    assessment: Assessment,
    plan: Plan,
    round: Round,
    hospital: Organisation,
    grade: String,
    documents: Vec<documents::Listed>,
    history: Vec<(Entry, Assessment)>,
    waits: bool,
    is_staff: bool,
}

impl Show {
    fn title(&self) -> String {
        self.it.plan.title(&self.it.round, self.page.t)
    }

    fn can_change(&self) -> bool {
        self.page.is(Role::Officer.as_str()) && self.it.plan.state == PlanState::Draft && !self.it.waits
    }

    fn value(&self, field: &str, held: &str) -> String {
        match self.typed.text(field) {
            "" => held.to_owned(),
            typed => typed.to_owned(),
        }
    }
}

/// An assessment as somebody may see it: a hospital its own, once the plan is approved.
fn own(conn: &mut Conn, who: &Who, id: &AssessmentId) -> Result<(Assessment, Plan, Round)> {
    let it = assessments::one(conn, id)?;
    if super::scope(who).is_some_and(|own| own != it.hospital_id) {
        return Err(Error::NotFound);
    }
    let (plan, round) = super::seen(conn, who, &it.plan_id)?;
    Ok((it, plan, round))
}

fn see(conn: &mut Conn, who: &Who, id: &AssessmentId) -> Result<Seen> {
    let (assessment, plan, round) = own(conn, who, id)?;
    Ok(Seen {
        hospital: people::store::organisation(conn, &assessment.hospital_id)?.ok_or(Error::NotFound)?,
        grade: plan.rules()?.grade(assessment.score).to_string(),
        documents: documents::of(conn, assessments::owner(id))?,
        history: assessments::history(conn, id)?,
        waits: retention::request(conn, &plan.id)?.is_some(),
        is_staff: super::scope(who).is_none(),
        assessment,
        plan,
        round,
    })
}

async fn shown(page: Page, who: Who, app: &App, id: AssessmentId, typed: Form) -> Result<Show> {
    let it = app.read(move |conn| see(conn, &who, &id)).await?;
    Ok(Show { page, it, typed })
}

/// One assessment.
pub async fn show(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<AssessmentId>,
) -> Result<HttpResponse> {
    page::show(&shown(page, who.0, &app, id.into_inner(), Form::default()).await?)
}

async fn done(
    page: Page,
    who: Officer,
    app: &App,
    (id, typed): (AssessmentId, Form),
    done: Result<()>,
) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(page::see_done(&format!("/assessments/{id}"))),
        Err(Error::Refused(why)) => {
            page::show_refused(&shown(page.refused(&*why), who.0, app, id, typed).await?)
        }
        Err(fault) => Err(fault),
    }
}

/// Changes a score or its evidence.
pub async fn change(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<AssessmentId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    let changed = match (entered(&form), form.choice::<i32>("version")) {
        (Ok(entered), Ok(version)) => {
            app.write(move |tx| assessments::change(tx, &ctx, &key, version, &entered)).await
        }
        (Err(why), _) | (_, Err(why)) => Err(why),
    };
    done(page, who, &app, (id.into_inner(), form), changed).await
}

/// Adds a document.
pub async fn add_document(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<AssessmentId>,
    mut upload: Upload,
) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    let file = upload.document().map(|(_, name, bytes)| (name, bytes));
    let added = match (file, upload.form.choice::<DocumentId>("id")) {
        (Some((name, bytes)), Ok(made)) => {
            app.write(move |tx| {
                assessments::add_document(tx, &ctx, &key, (made.clone(), name.clone(), bytes.clone()))
            })
            .await
        }
        (None, _) => Err(Error::refused(Refused::Empty("file"))),
        (_, Err(why)) => Err(why),
    };
    done(page, who, &app, (id.into_inner(), Form::default()), added).await
}

/// A document, always as a download.
pub async fn file_of(
    who: Person,
    app: web::Data<App>,
    ids: web::Path<(AssessmentId, DocumentId)>,
) -> Result<HttpResponse> {
    let (id, document) = ids.into_inner();
    let ctx = who.ctx(&app);
    let it = app
        .write(move |tx| {
            own(tx.conn(), &who, &id)?;
            let it = documents::one(tx.conn(), assessments::owner(&id), &document)?;
            let deed = Deed { action: "assessment.export", subject: "documents", id: document.as_str() };
            audit::record(tx, &ctx, deed, &(), &it.sha256)?;
            Ok(it)
        })
        .await?;
    Ok(page::download(&it.name, &it.media_type, it.content))
}
