//! The draft of a round's payment standards and its release by two people.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::people::Role;
use crate::rounds::approvals::{self, Action, Approval};
use crate::rounds::{self, Round};
use crate::standards::draft::LeftOut;
use crate::standards::{self, New, Refused, Release, basis_name, effects, store};
use crate::text::fill;
use crate::types::{EffectId, ReleaseId, RoundId};
use crate::web::form::Form;
use crate::web::standards::effects::View;
use crate::web::{App, Officer, Page, Reviewer, Staff, page};

#[derive(Template)]
#[template(path = "standards/draft.html")]
struct Show {
    page: Page,
    round: Round,
    rows: Vec<New>,
    left_out: Vec<LeftOut>,
    releases: Vec<Release>,
    request: Option<(Approval, String)>,
    fingerprint: String,
    why_not: String,
    effect: Option<View>,
    is_whole: bool,
    kept: Vec<(ReleaseId, EffectId)>,
}

impl Show {
    fn basis<'a>(&'a self, row: &'a New) -> &'a str {
        basis_name(self.page.t, &row.line.basis)
    }

    fn why(&self, it: &LeftOut) -> String {
        it.say(self.page.t)
    }

    fn may_ask(&self) -> bool {
        self.request.is_none() && !self.rows.is_empty() && self.page.is(Role::Officer.as_str())
    }

    fn may_decide(&self) -> bool {
        self.request.is_some() && self.page.is(Role::Reviewer.as_str())
    }

    fn may_compute(&self) -> bool {
        !self.rows.is_empty() && self.page.is(Role::Officer.as_str())
    }

    /// The effect a release was decided with.
    fn effect_of(&self, release: &Release) -> Option<&EffectId> {
        self.kept.iter().find(|(it, _)| *it == release.id).map(|(_, effect)| effect)
    }

    fn asked(&self) -> String {
        let Some((request, by)) = &self.request else { return String::new() };
        fill(self.page.t.standards.waits, &[("by", by), ("at", &request.asked_at)])
    }
}

/// The draft.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let t = page.t;
    let found = app
        .read(move |conn| {
            let round = rounds::round(conn, &id)?;
            let made = match standards::refused::may_release(round.state).map_err(Error::from) {
                Ok(()) => standards::pending(conn, &round),
                Err(why) => Err(why),
            };
            // A round that is not so far has no draft yet: the page says why.
            let made = match made {
                Err(Error::Refused(why)) => Err(why),
                other => Ok(other?),
            };
            let effect = match &made {
                Ok((_, rows)) => View::of_draft(conn, (effects::ROUND, round.id.as_str()), rows)?,
                Err(_) => None,
            };
            let request = approvals::open_by(conn, "rounds", round.id.as_str(), Action::Standards)?;
            let releases = store::releases_of(conn, &round.id)?;
            let ids: Vec<ReleaseId> = releases.iter().map(|it| it.id.clone()).collect();
            let kept = effects::store::of_releases(conn, &ids)?;
            Ok((round, made, releases, request, effect, kept))
        })
        .await?;
    let (round, made, releases, request, effect, kept) = found;
    let (rows, left_out, why_not) = match made {
        Ok((draft, rows)) => (rows, draft.left_out, t.standards.draft_empty.to_owned()),
        Err(why) => (Vec::new(), Vec::new(), why.say(t)),
    };
    let fingerprint = standards::fingerprint(&rows)?;
    page::show(&Show {
        page,
        round,
        rows,
        left_out,
        releases,
        request,
        fingerprint,
        why_not,
        effect,
        is_whole: false,
        kept,
    })
}

/// An officer has the money effect of the draft computed.
pub async fn compute(who: Officer, app: web::Data<App>, id: web::Path<RoundId>) -> Result<HttpResponse> {
    let (ctx, path) = (who.ctx(&app), format!("/rounds/{id}/standards"));
    app.write(move |tx| {
        let round = rounds::round(tx.conn(), &id)?;
        standards::refused::may_release(round.state)?;
        let (_, rows) = standards::pending(tx.conn(), &round)?;
        if rows.is_empty() {
            return Err(Refused::Nothing.into());
        }
        effects::keep(tx, &ctx, (effects::ROUND, id.as_str()), &rows).map(drop)
    })
    .await?;
    Ok(page::see_done(&path))
}

/// An officer asks for the release.
pub async fn ask(who: Officer, app: web::Data<App>, id: web::Path<RoundId>) -> Result<HttpResponse> {
    let (ctx, path) = (who.ctx(&app), format!("/rounds/{id}/standards"));
    app.write(move |tx| standards::ask(tx, &ctx, &id)).await?;
    Ok(page::see_done(&path))
}

/// A reviewer releases what was looked at, or sends it back.
pub async fn decide(
    who: Reviewer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, path) = (who.ctx(&app), format!("/rounds/{id}/standards"));
    let (yes, remark, looked_at) =
        (form.decision()?, form.words("remark"), form.text("fingerprint").to_owned());
    app.write(move |tx| match yes {
        true => standards::release(tx, &ctx, &id, &looked_at).map(drop),
        false => standards::send_back(tx, &ctx, &id, &remark),
    })
    .await?;
    Ok(page::see_done(&path))
}
