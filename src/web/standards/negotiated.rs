//! Lists of negotiated drugs: their drafts, released by two people.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::people::Role;
use crate::rounds::approvals::{self, Action, Approval};
use crate::standards::negotiated::{self, NegotiatedList, SUBJECT, State, import, path, store};
use crate::standards::{self, New, Refused, Release, effects};
use crate::text::{Text, fill};
use crate::types::{EffectId, ReleaseId};
use crate::web::form::Form;
use crate::web::standards::effects::View;
use crate::web::{App, Officer, Page, Reviewer, Staff, page};

/// Lists on a page.
const PAGE: usize = 50;

/// What the reader asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before: String,
}

#[derive(Template)]
#[template(path = "standards/negotiated.html")]
pub(super) struct List {
    pub(super) page: Page,
    rows: Vec<NegotiatedList>,
    next: String,
    /// The title as it was sent, when it was refused.
    pub(super) title: String,
}

impl List {
    fn state(&self, it: &NegotiatedList) -> &'static str {
        it.state.name(self.page.t)
    }

    fn may_upload(&self) -> bool {
        self.page.is(Role::Officer.as_str())
    }
}

/// The lists as a page shows them.
pub(super) async fn made(page: Page, app: &App, before: String, title: String) -> Result<List> {
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut rows = app.read(move |conn| store::page(conn, &before, limit)).await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = match rows.last() {
        Some(last) if is_more => format!("/standards/negotiated?before={}", page::encode(&last.number)),
        _ => String::new(),
    };
    Ok(List { page, rows, next, title })
}

/// The lists.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    page::show(&made(page, &app, asked.into_inner().before, String::new()).await?)
}

#[derive(Template)]
#[template(path = "standards/negotiated_list.html")]
struct Show {
    page: Page,
    it: NegotiatedList,
    rows: Vec<New>,
    releases: Vec<Release>,
    kept: Vec<(ReleaseId, EffectId)>,
    request: Option<(Approval, String)>,
    fingerprint: String,
    effect: Option<View>,
    is_whole: bool,
}

impl Show {
    fn state(&self) -> &'static str {
        self.it.state.name(self.page.t)
    }

    fn is_officer(&self) -> bool {
        self.page.is(Role::Officer.as_str())
    }

    fn is_draft(&self) -> bool {
        self.it.state == State::Draft
    }

    fn may_ask(&self) -> bool {
        self.request.is_none() && !self.rows.is_empty() && self.is_officer()
    }

    fn may_decide(&self) -> bool {
        self.request.is_some() && self.page.is(Role::Reviewer.as_str())
    }

    fn effect_of(&self, release: &Release) -> Option<&EffectId> {
        self.kept.iter().find(|(it, _)| *it == release.id).map(|(_, effect)| effect)
    }

    fn asked(&self) -> String {
        let Some((request, by)) = &self.request else { return String::new() };
        fill(self.page.t.standards.waits, &[("by", by), ("at", &request.asked_at)])
    }
}

/// A list with what its release would write.
pub async fn show(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    number: web::Path<String>,
) -> Result<HttpResponse> {
    let (it, rows, releases, kept, request, effect) = app
        .read(move |conn| {
            let it = negotiated::list(conn, &number)?;
            let rows = negotiated::pending(conn, &it)?;
            let effect = View::of_draft(conn, (SUBJECT, &it.number), &rows)?;
            let request = approvals::open_by(conn, SUBJECT, &it.number, Action::Negotiated)?;
            let releases = store::releases_of(conn, &it.id)?;
            let ids: Vec<ReleaseId> = releases.iter().map(|it| it.id.clone()).collect();
            let kept = effects::store::of_releases(conn, &ids)?;
            Ok((it, rows, releases, kept, request, effect))
        })
        .await?;
    let fingerprint = standards::fingerprint(&rows)?;
    page::show(&Show { page, it, rows, releases, kept, request, fingerprint, effect, is_whole: false })
}

/// An officer has the money effect of the list computed.
pub async fn compute(who: Officer, app: web::Data<App>, number: web::Path<String>) -> Result<HttpResponse> {
    let (ctx, to) = (who.ctx(&app), path(&number));
    app.write(move |tx| {
        let it = negotiated::list(tx.conn(), &number)?;
        let rows = negotiated::pending(tx.conn(), &it)?;
        if rows.is_empty() {
            return Err(Refused::Nothing.into());
        }
        effects::keep(tx, &ctx, (SUBJECT, &it.number), &rows).map(drop)
    })
    .await?;
    Ok(page::see_done(&to))
}

/// An officer asks for the release.
pub async fn ask(who: Officer, app: web::Data<App>, number: web::Path<String>) -> Result<HttpResponse> {
    let (ctx, to) = (who.ctx(&app), path(&number));
    app.write(move |tx| negotiated::ask(tx, &ctx, &number)).await?;
    Ok(page::see_done(&to))
}

/// An officer gives the draft up.
pub async fn discard(who: Officer, app: web::Data<App>, number: web::Path<String>) -> Result<HttpResponse> {
    let (ctx, to) = (who.ctx(&app), path(&number));
    app.write(move |tx| negotiated::discard(tx, &ctx, &number)).await?;
    Ok(page::see_done(&to))
}

/// A reviewer releases what was looked at, or sends it back.
pub async fn decide(
    who: Reviewer,
    app: web::Data<App>,
    number: web::Path<String>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, to) = (who.ctx(&app), path(&number));
    let (yes, remark, looked_at) =
        (form.decision()?, form.words("remark"), form.text("fingerprint").to_owned());
    app.write(move |tx| match yes {
        true => negotiated::release(tx, &ctx, &number, &looked_at).map(drop),
        false => negotiated::send_back(tx, &ctx, &number, &remark),
    })
    .await?;
    Ok(page::see_done(&to))
}

/// The list as it was uploaded, as a file that reads back; of no list it is the template.
pub async fn file(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    number: web::Path<String>,
) -> Result<HttpResponse> {
    let t = page.t;
    let (name, bytes) = app.read(move |conn| contents(conn, &number, t)).await?;
    Ok(page::csv(&name, bytes))
}

fn contents(conn: &mut crate::db::Conn, number: &str, t: &Text) -> Result<(String, Vec<u8>)> {
    let it = store::by_number(conn, number)?.ok_or(Error::NotFound)?;
    let lines = store::lines(conn, &it.id)?;
    Ok((format!("{} {}", it.number, it.title), import::write(&lines, t)?))
}

/// The template to fill in.
pub async fn template(page: Page, _who: Officer) -> Result<HttpResponse> {
    Ok(page::csv(page.t.negotiated.title, import::write(&[], page.t)?))
}
