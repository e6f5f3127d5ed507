//! Uploaded bases and scores: kept, reviewed, applied or given up.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::imports::{Import, Kind, State};
use crate::payments::retention::import::{self, Review};
use crate::payments::retention::{self, Plan, PlanState};
use crate::people::Role;
use crate::rounds::Round;
use crate::text::fill;
use crate::types::{ImportId, PlanId};
use crate::web::form::{Form, Refused};
use crate::web::upload::Upload;
use crate::web::{App, Officer, Page, Staff, page};

/// Most changes a page lists.
const SHOWN: usize = 500;

#[derive(Template)]
#[template(path = "retention/upload.html")]
struct Show {
    page: Page,
    plan: Plan,
    round: Round,
    import: Import,
    review: Option<Review>,
    can_apply: bool,
}

impl Show {
    fn title(&self) -> String {
        self.plan.title(&self.round, self.page.t)
    }

    fn back(&self) -> String {
        address(&self.plan.id, self.import.kind)
    }

    fn faults(&self, review: &Review) -> Vec<String> {
        review.faults.sentences(self.page.t)
    }

    fn unchanged(&self, review: &Review) -> String {
        fill(self.page.t.retention.review_unchanged, &[("count", &review.unchanged)])
    }

    fn more(&self, review: &Review) -> String {
        match review.changes.len().saturating_sub(SHOWN) {
            0 => String::new(),
            count => fill(self.page.t.retention.review_more, &[("count", &count)]),
        }
    }

    fn changes<'a>(&self, review: &'a Review) -> Vec<&'a import::Change> {
        review.changes.iter().take(SHOWN).collect()
    }
}

/// The page a file came from.
fn address(plan: &PlanId, kind: Kind) -> String {
    match kind {
        Kind::RetentionBases => format!("/retention/{plan}/bases"),
        _ => format!("/assessments?plan={plan}"),
    }
}

/// Keeps a file of bases.
pub async fn send_bases(
    who: Officer,
    app: web::Data<App>,
    id: web::Path<PlanId>,
    upload: Upload,
) -> Result<HttpResponse> {
    send(who, app, id.into_inner(), Kind::RetentionBases, upload).await
}

/// Keeps a file of scores.
pub async fn send_scores(
    who: Officer,
    app: web::Data<App>,
    id: web::Path<PlanId>,
    upload: Upload,
) -> Result<HttpResponse> {
    send(who, app, id.into_inner(), Kind::Assessments, upload).await
}

async fn send(
    who: Officer,
    app: web::Data<App>,
    plan: PlanId,
    kind: Kind,
    upload: Upload,
) -> Result<HttpResponse> {
    let (ctx, id): (_, ImportId) = (who.ctx(&app), upload.form.choice("id")?);
    if upload.bytes.is_empty() && upload.name.is_empty() {
        return Err(Error::refused(Refused::Empty("file")));
    }
    let to = format!("/retention/{plan}/uploads/{id}");
    app.write(move |tx| import::keep(tx, &ctx, &plan, kind, &id, (&upload.name, &upload.bytes))).await?;
    Ok(page::see(&to))
}

/// What the file would change, or what is wrong with it.
pub async fn review(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    ids: web::Path<(PlanId, ImportId)>,
) -> Result<HttpResponse> {
    let (id, key) = ids.into_inner();
    let (plan, round, waits, it, review) = app
        .read(move |conn| {
            let (plan, round) = retention::plan(conn, &id)?;
            let it = import::import(conn, &id, &key)?;
            let review = match it.state {
                State::Waiting => Some(import::review(conn, &plan, &it)?),
                State::Applied | State::Cancelled => None,
            };
            let waits = retention::request(conn, &id)?.is_some();
            Ok((plan, round, waits, it, review))
        })
        .await?;
    let can_apply = page.is(Role::Officer.as_str())
        && plan.state == PlanState::Draft
        && !waits
        && review.as_ref().is_some_and(|it| it.faults.is_empty());
    page::show(&Show { page, plan, round, import: it, review, can_apply })
}

/// Applies the file whole.
pub async fn apply(
    who: Officer,
    app: web::Data<App>,
    ids: web::Path<(PlanId, ImportId)>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, (id, key), seen) = (who.ctx(&app), ids.into_inner(), form.text("seen").to_owned());
    let to = app
        .write(move |tx| {
            import::apply(tx, &ctx, &id, &key, &seen)?;
            Ok(address(&id, import::import(tx.conn(), &id, &key)?.kind))
        })
        .await?;
    Ok(page::see_done(&to))
}

/// Gives the file up.
pub async fn cancel(
    who: Officer,
    app: web::Data<App>,
    ids: web::Path<(PlanId, ImportId)>,
) -> Result<HttpResponse> {
    let (ctx, (id, key)) = (who.ctx(&app), ids.into_inner());
    let to = app
        .write(move |tx| {
            import::cancel(tx, &ctx, &id, &key)?;
            Ok(address(&id, import::import(tx.conn(), &id, &key)?.kind))
        })
        .await?;
    Ok(page::see_done(&to))
}
