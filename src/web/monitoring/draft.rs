//! `/monitoring/drafts/{id}`: a draft of a monitoring rule, what it changes, its trial, and what its readers may do.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::people::{Role, Who};
use crate::prices::monitoring::Tier;
use crate::prices::monitoring::difference::Difference;
use crate::rounds::drafts::Review;
use crate::scans::drafts::trials::{self, Count, Trial, TrialState, Tried};
use crate::scans::drafts::{self, Draft, DraftState};
use crate::text::fill;
use crate::types::{ApprovalId, Ctx, MonitoringDraftId, TrialId};
use crate::web::form::{self, Form};
use crate::web::{App, Officer, Page, Reviewer, Staff, page};

#[derive(Template)]
#[template(path = "monitoring/draft.html")]
struct Show {
    page: Page,
    it: Loaded,
    is_officer: bool,
    can_decide: bool,
}

struct Loaded {
    draft: Draft,
    differences: Vec<Difference>,
    review: Review,
    trial: Option<Trial>,
}

fn load(conn: &mut Conn, id: &MonitoringDraftId) -> Result<Loaded> {
    let draft = drafts::draft(conn, id)?;
    Ok(Loaded {
        differences: drafts::differences(conn, &draft)?,
        review: drafts::named(id).review(conn)?,
        trial: drafts::store::last_trial(conn, id)?,
        draft,
    })
}

impl Show {
    fn base(&self) -> String {
        to(&self.it.draft.id)
    }

    fn state(&self) -> (&'static str, &'static str) {
        self.it.review.state(self.it.draft.state, self.page.t)
    }

    fn is_open(&self) -> bool {
        self.it.draft.state == DraftState::Open
    }

    fn number(&self, version: &i32) -> String {
        fill(self.page.t.watching.version_n, &[("n", version)])
    }

    fn value<'a>(&'a self, value: &'a Option<String>) -> &'a str {
        value.as_deref().unwrap_or(self.page.t.drafts.absent)
    }

    /// How far the last trial is, in words and as a class.
    fn trial_state(&self) -> (&'static str, &'static str) {
        let w = &self.page.t.watching;
        match self.it.trial.as_ref().map(|it| it.state) {
            None => (w.trial_none, ""),
            Some(TrialState::Asked) => (w.trial_asked, "wait"),
            Some(TrialState::Running) => (w.trial_running, "wait"),
            Some(TrialState::Done) => (w.trial_done, "good"),
            Some(TrialState::Failed) => (w.trial_failed, "bad"),
        }
    }

    fn is_waiting(&self) -> bool {
        self.it.trial.as_ref().is_some_and(|it| matches!(it.state, TrialState::Asked | TrialState::Running))
    }

    fn is_failed(&self) -> bool {
        self.it.trial.as_ref().is_some_and(|it| it.state == TrialState::Failed)
    }

    /// The trial was of an earlier text.
    fn is_old(&self) -> bool {
        self.it.trial.as_ref().is_some_and(|it| it.sha256 != self.it.draft.sha256())
    }

    fn tried(&self) -> Option<Tried> {
        self.it.trial.as_ref().and_then(Trial::tried)
    }

    fn trial_at(&self, tried: &Tried) -> String {
        let at = self.it.trial.as_ref().and_then(|it| it.ended_at);
        let at = at.map(|at| at.to_string()).unwrap_or_default();
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("at", &at), ("rows", &tried.rows), ("products", &tried.products)];
        fill(self.page.t.watching.trial_at, &values)
    }

    fn trial_moves(&self, tried: &Tried) -> String {
        fill(self.page.t.watching.trial_moves, &[("new", &tried.new), ("gone", &tried.gone)])
    }

    /// Each tier with its counts now and by the draft, then their sums.
    fn counts(&self, tried: &Tried) -> Vec<(&'static str, Count, Count)> {
        let t = self.page.t;
        let of = |counts: &std::collections::BTreeMap<Tier, Count>, tier: &Tier| {
            counts.get(tier).copied().unwrap_or_default()
        };
        let tiers = Tier::ALL.iter().filter(|tier| **tier != Tier::None);
        let mut rows: Vec<_> =
            tiers.map(|tier| (tier.name(t), of(&tried.now, tier), of(&tried.then, tier))).collect();
        rows.push((t.watching.trial_sum, Tried::sum(&tried.now), Tried::sum(&tried.then)));
        rows
    }
}

/// Which draft an address names.
type Id = web::Path<MonitoringDraftId>;

fn to(id: &MonitoringDraftId) -> String {
    format!("/monitoring/drafts/{id}")
}

async fn build(page: Page, who: &Who, app: &App, id: MonitoringDraftId) -> Result<Show> {
    let it = app.read(move |conn| load(conn, &id)).await?;
    Ok(Show { is_officer: who.is(Role::Officer), can_decide: it.review.is_decided_by(who), page, it })
}

/// The page.
pub async fn show(page: Page, who: Staff, app: web::Data<App>, id: Id) -> Result<HttpResponse> {
    page::show(&build(page, &who, &app, id.into_inner()).await?)
}

/// Copies a version into a draft.
pub async fn copy(
    who: Officer,
    app: web::Data<App>,
    from: web::Path<(String, i32)>,
    form: Form,
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let id: MonitoringDraftId = form.choice("id").map_err(|_| Error::refused(form::Refused::Form))?;
    let (path, (name, version)) = (to(&id), from.into_inner());
    app.write(move |tx| drafts::copy(tx, &ctx, id.clone(), (&name, version))).await?;
    Ok(page::see_done(&path))
}

/// Does something with a draft and leads back to it, or shows it again with why not.
async fn act(
    page: Page,
    who: &Who,
    app: &App,
    id: MonitoringDraftId,
    deed: impl Fn(&mut Tx, &Ctx, &MonitoringDraftId) -> Result<()> + Send + 'static,
) -> Result<HttpResponse> {
    let (ctx, key) = (Ctx { now: app.now(), actor: who.actor() }, id.clone());
    match app.write(move |tx| deed(tx, &ctx, &key)).await {
        Ok(()) => Ok(page::see_done(&to(&id))),
        Err(Error::Refused(why)) => page::show_refused(&build(page.refused(&*why), who, app, id).await?),
        Err(e) => Err(e),
    }
}

/// Asks for a trial.
pub async fn try_out(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: Id,
    form: Form,
) -> Result<HttpResponse> {
    let trial: TrialId = form.choice("trial").map_err(|_| Error::refused(form::Refused::Form))?;
    let deed = move |tx: &mut Tx, ctx: &Ctx, id: &MonitoringDraftId| trials::ask(tx, ctx, id, trial.clone());
    act(page, &who, &app, id.into_inner(), deed).await
}

/// Asks for publishing.
pub async fn ask(page: Page, who: Officer, app: web::Data<App>, id: Id) -> Result<HttpResponse> {
    act(page, &who, &app, id.into_inner(), drafts::ask).await
}

/// Takes the request back.
pub async fn withdraw(page: Page, who: Officer, app: web::Data<App>, id: Id) -> Result<HttpResponse> {
    act(page, &who, &app, id.into_inner(), drafts::withdraw).await
}

/// Gives the draft up.
pub async fn discard(page: Page, who: Officer, app: web::Data<App>, id: Id) -> Result<HttpResponse> {
    act(page, &who, &app, id.into_inner(), drafts::discard).await
}

/// Decides the request, and on yes publishes.
pub async fn decide(
    page: Page,
    who: Reviewer,
    app: web::Data<App>,
    id: Id,
    form: Form,
) -> Result<HttpResponse> {
    let (yes, remark) = (form.decision()?, form.words("remark"));
    let request: ApprovalId = form.choice("request").map_err(|_| Error::refused(form::Refused::Form))?;
    let deed = move |tx: &mut Tx, ctx: &Ctx, id: &MonitoringDraftId| {
        drafts::decide(tx, ctx, id, &request, yes, &remark)
    };
    act(page, &who, &app, id.into_inner(), deed).await
}
