//! `/rules/drafts/{id}`: a draft, what it changes, and what its readers may do with it.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, Role};
use crate::rounds::approvals::{self, Action, Approval, Decision};
use crate::rounds::rule_drafts::{self, DraftState, RuleDraft, SUBJECT};
use crate::rounds::rule_text::Difference;
use crate::rounds::{self, RuleSetVersion};
use crate::text::fill;
use crate::types::{ApprovalId, RuleDraftId, RuleSetId};
use crate::web::form::{self, Form};
use crate::web::{App, Officer, Page, Reviewer, Staff, page};

#[derive(Template)]
#[template(path = "rules/draft.html")]
struct Show {
    page: Page,
    it: Loaded,
    asked: String,
    is_officer: bool,
    can_decide: bool,
}

struct Loaded {
    draft: RuleDraft,
    origin: RuleSetVersion,
    differences: Vec<Difference>,
    request: Option<(Approval, String)>,
    rejection: String,
}

fn load(conn: &mut Conn, id: &RuleDraftId) -> Result<Loaded> {
    let draft = rule_drafts::draft(conn, id)?;
    let latest = approvals::latest(conn, SUBJECT, id.as_str(), Action::RuleSet)?;
    let rejected = latest.as_ref().filter(|a| a.decision == Decision::Rejected);
    let rejection = rejected.map(|a| a.remark.clone()).unwrap_or_default();
    let request = match latest.filter(|a| a.decision == Decision::Open) {
        Some(open) => {
            let by = people::store::account(conn, &open.asked_by)?.map(|a| a.name).unwrap_or_default();
            Some((open, by))
        }
        None => None,
    };
    Ok(Loaded {
        origin: rounds::rule_set_version(conn, &draft.origin_id)?,
        differences: rule_drafts::differences(conn, &draft)?,
        request,
        rejection,
        draft,
    })
}

impl Show {
    fn state(&self) -> (&'static str, &'static str) {
        let r = &self.page.t.rule_drafts;
        match self.it.draft.state {
            DraftState::Open if self.it.request.is_some() => (r.state_waits, "wait"),
            DraftState::Open => (r.state_open, ""),
            DraftState::Published => (r.state_published, "good"),
            DraftState::Discarded => (r.state_discarded, "bad"),
        }
    }

    fn is_open(&self) -> bool {
        self.it.draft.state == DraftState::Open
    }

    fn shown(&self, value: &Option<String>) -> String {
        super::shown(value, self.page.t)
    }
}

async fn build(page: Page, who: &people::Who, app: &App, id: RuleDraftId) -> Result<Show> {
    let mut it = app.read(move |conn| load(conn, &id)).await?;
    if !it.rejection.is_empty() {
        it.rejection = fill(page.t.rule_drafts.rejected, &[("remark", &it.rejection)]);
    }
    let r = &page.t.rule_drafts;
    let asked = it.request.as_ref().map(|(a, by)| fill(r.asked_by, &[("by", by), ("at", &a.asked_at)]));
    let by_other = it.request.as_ref().is_some_and(|(a, _)| a.asked_by != who.account.id);
    Ok(Show {
        asked: asked.unwrap_or_default(),
        is_officer: who.is(Role::Officer),
        can_decide: who.is(Role::Reviewer) && by_other,
        page,
        it,
    })
}

/// The page.
pub async fn show(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<RuleDraftId>,
) -> Result<HttpResponse> {
    page::show(&build(page, &who, &app, id.into_inner()).await?)
}

/// Copies a published version into a draft.
pub async fn copy(
    who: Officer,
    app: web::Data<App>,
    from: web::Path<RuleSetId>,
    form: Form,
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let id: RuleDraftId = form.choice("id").map_err(|_| Error::refused(form::Refused::Form))?;
    let (name, path) = (form.required("name")?.to_owned(), format!("/rules/drafts/{id}"));
    app.write(move |tx| rule_drafts::copy(tx, &ctx, &from, id.clone(), &name)).await?;
    Ok(page::see_done(&path))
}

async fn done(
    page: Page,
    who: &people::Who,
    app: &App,
    id: RuleDraftId,
    done: Result<()>,
) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(page::see_done(&format!("/rules/drafts/{id}"))),
        Err(Error::Refused(why)) => page::show_refused(&build(page.refused(&*why), who, app, id).await?),
        Err(e) => Err(e),
    }
}

/// Asks for publishing.
pub async fn ask(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RuleDraftId>,
) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    let asked = app.write(move |tx| rule_drafts::ask(tx, &ctx, &key).map(drop)).await;
    done(page, &who, &app, id.into_inner(), asked).await
}

/// Takes the request back.
pub async fn withdraw(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RuleDraftId>,
) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    let withdrawn = app.write(move |tx| rule_drafts::withdraw(tx, &ctx, &key)).await;
    done(page, &who, &app, id.into_inner(), withdrawn).await
}

/// Gives the draft up.
pub async fn discard(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RuleDraftId>,
) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    let discarded = app.write(move |tx| rule_drafts::discard(tx, &ctx, &key)).await;
    done(page, &who, &app, id.into_inner(), discarded).await
}

/// Decides the request, and on yes publishes.
pub async fn decide(
    page: Page,
    who: Reviewer,
    app: web::Data<App>,
    id: web::Path<RuleDraftId>,
    form: Form,
) -> Result<HttpResponse> {
    let yes = match form.text("decision") {
        "yes" => true,
        "no" => false,
        other => return Err(Error::refused(form::Refused::Choice("decision", other.to_owned()))),
    };
    let request: ApprovalId = form.choice("request").map_err(|_| Error::refused(form::Refused::Form))?;
    let (ctx, key, remark) = (who.ctx(&app), id.clone(), form.text("remark").to_owned());
    let decided = app.write(move |tx| rule_drafts::decide(tx, &ctx, &key, &request, yes, &remark)).await;
    done(page, &who, &app, id.into_inner(), decided).await
}
