//! `/rounds/{id}/archive`: the archive of a round, and `/rounds/{id}/replay`: a stored award computed again.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::archive::{self, has_archive, is_public, replay::Replayed};
use crate::audit::{self, Deed};
use crate::awards::store::{self, Version};
use crate::error::{Error, Result};
use crate::rounds::{self, Round};
use crate::text::fill;
use crate::types::RoundId;
use crate::web::{App, Page, Staff, page};

/// The archive as a ZIP file. Taking it is in the trail.
pub async fn download(who: Staff, app: web::Data<App>, id: web::Path<RoundId>) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let (round, written) = written(&app, id).await?;
    let (key, sha256) = (round.id.clone(), written.sha256.clone());
    app.write(move |tx| {
        let deed = Deed { action: "round.archive", subject: "rounds", id: key.as_str() };
        audit::record(tx, &ctx, deed, &(), &sha256)
    })
    .await?;
    Ok(page::download(&format!("{}-archive.zip", round.number), "application/zip", written.bytes))
}

/// The same for everybody, once the award is final.
pub async fn public(app: &App, id: RoundId) -> Result<HttpResponse> {
    let key = id.clone();
    let round = app.read(move |conn| rounds::round(conn, &key)).await?;
    if !is_public(round.state) {
        return Err(Error::NotFound);
    }
    let (round, written) = written(app, id).await?;
    Ok(page::download(&format!("{}-archive.zip", round.number), "application/zip", written.bytes))
}

async fn written(app: &App, id: RoundId) -> Result<(Round, archive::Archive)> {
    let now = app.now();
    app.read(move |conn| {
        let round = rounds::round(conn, &id)?;
        let written = archive::export(conn, &round, now)?;
        Ok((round, written))
    })
    .await
}

#[derive(Template)]
#[template(path = "rounds/replay.html")]
struct Replay {
    page: Page,
    round: Round,
    versions: Vec<Version>,
    replayed: Option<Replayed>,
}

impl Replay {
    fn sentence(&self, it: &Replayed) -> String {
        let a = &self.page.t.archive;
        let message = match (it.is_same(), it.is_same_input()) {
            (true, _) => a.replay_same,
            (false, true) => a.replay_differs,
            (false, false) => a.replay_input_differs,
        };
        fill(message, &[("version", &it.version.version), ("n", &it.compared)])
    }
}

/// Which version is computed again.
#[derive(Debug, Deserialize)]
pub struct Asked {
    version: Option<i32>,
}

/// The page. Computing again changes nothing, so it is a plain read.
pub async fn replay(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (id, number) = (id.into_inner(), asked.version);
    let (round, versions, replayed) = app
        .read(move |conn| {
            let round = rounds::round(conn, &id)?;
            if !has_archive(round.state) {
                return Err(Error::NotFound);
            }
            let versions = store::versions(conn, &id)?;
            let wanted = match number {
                Some(number) => {
                    Some(versions.iter().find(|v| v.version == number).ok_or(Error::NotFound)?.clone())
                }
                None => None,
            };
            let replayed = match wanted {
                Some(version) => Some(archive::replay::replay(conn, &round, version)?),
                None => None,
            };
            Ok((round, versions, replayed))
        })
        .await?;
    page::show(&Replay { page, round, versions, replayed })
}
