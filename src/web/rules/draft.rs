//! `/rules/drafts/{id}`: a draft, what it changes, and what its readers may do with it.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::people::{Role, Who};
use crate::rounds::drafts::Review;
use crate::rounds::rule_drafts::{self, DraftState, RuleDraft};
use crate::rounds::rule_text::Difference;
use crate::rounds::{self, RuleSetVersion};
use crate::types::{ApprovalId, Ctx, RuleDraftId, RuleSetId};
use crate::web::form::{self, Form};
use crate::web::{App, Officer, Page, Reviewer, Staff, page};

#[derive(Template)]
#[template(path = "rules/draft.html")]
struct Show {
    page: Page,
    it: Loaded,
    is_officer: bool,
    can_decide: bool,
}

struct Loaded {
    draft: RuleDraft,
    origin: RuleSetVersion,
    differences: Vec<Difference>,
    review: Review,
}

fn load(conn: &mut Conn, id: &RuleDraftId) -> Result<Loaded> {
    let draft = rule_drafts::draft(conn, id)?;
    Ok(Loaded {
        origin: rounds::rule_set_version(conn, &draft.origin_id)?,
        differences: rule_drafts::differences(conn, &draft)?,
        review: rule_drafts::named(id).review(conn)?,
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

    fn shown(&self, value: &Option<String>) -> String {
        super::shown(value, self.page.t)
    }
}

/// Which draft an address names.
type Id = web::Path<RuleDraftId>;

fn to(id: &RuleDraftId) -> String {
    format!("/rules/drafts/{id}")
}

async fn build(page: Page, who: &Who, app: &App, id: RuleDraftId) -> Result<Show> {
    let it = app.read(move |conn| load(conn, &id)).await?;
    Ok(Show { is_officer: who.is(Role::Officer), can_decide: it.review.is_decided_by(who), page, it })
}

/// The page.
pub async fn show(page: Page, who: Staff, app: web::Data<App>, id: Id) -> Result<HttpResponse> {
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
    let (name, path) = (form.required("name")?.to_owned(), to(&id));
    app.write(move |tx| rule_drafts::copy(tx, &ctx, &from, id.clone(), &name)).await?;
    Ok(page::see_done(&path))
}

/// Does something with a draft and leads back to it, or shows it again with why not.
async fn act(
    page: Page,
    who: &Who,
    app: &App,
    id: RuleDraftId,
    deed: impl Fn(&mut Tx, &Ctx, &RuleDraftId) -> Result<()> + Send + 'static,
) -> Result<HttpResponse> {
    let (ctx, key) = (Ctx { now: app.now(), actor: who.actor() }, id.clone());
    match app.write(move |tx| deed(tx, &ctx, &key)).await {
        Ok(()) => Ok(page::see_done(&to(&id))),
        Err(Error::Refused(why)) => page::show_refused(&build(page.refused(&*why), who, app, id).await?),
        Err(e) => Err(e),
    }
}

/// Asks for publishing.
pub async fn ask(page: Page, who: Officer, app: web::Data<App>, id: Id) -> Result<HttpResponse> {
    act(page, &who, &app, id.into_inner(), rule_drafts::ask).await
}

/// Takes the request back.
pub async fn withdraw(page: Page, who: Officer, app: web::Data<App>, id: Id) -> Result<HttpResponse> {
    act(page, &who, &app, id.into_inner(), rule_drafts::withdraw).await
}

/// Gives the draft up.
pub async fn discard(page: Page, who: Officer, app: web::Data<App>, id: Id) -> Result<HttpResponse> {
    act(page, &who, &app, id.into_inner(), rule_drafts::discard).await
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
    let deed = move |tx: &mut Tx, ctx: &Ctx, id: &RuleDraftId| {
        rule_drafts::decide(tx, ctx, id, &request, yes, &remark)
    };
    act(page, &who, &app, id.into_inner(), deed).await
}
