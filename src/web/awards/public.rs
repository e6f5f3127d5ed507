//! What everybody may read without logging in: proposed and final awards, as pages, CSV and JSON.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Serialize;

use crate::awards::results::{self, LotResult};
use crate::awards::store::{Decision, Version};
use crate::bids::{self, Root};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::publish;
use crate::rounds::{self, Round, RoundState};
use crate::types::RoundId;
use crate::web::public::cached;
use crate::web::rounds::archive;
use crate::web::{App, Page, page};

#[derive(Template)]
#[template(path = "awards/public.html")]
struct Show {
    page: Page,
    round: Round,
    /// What is public now; nothing while it is being corrected.
    award: Option<Version>,
    history: Vec<Version>,
    lots: Vec<LotResult>,
    /// The root over the receipts of the round's bids.
    receipts: Option<Root>,
}

impl Show {
    fn has_archive(&self) -> bool {
        crate::archive::is_public(self.round.state)
    }

    fn is_proposal(&self) -> bool {
        self.round.state == RoundState::Publicity
    }
}

type Seen = (Round, Option<Version>, Vec<Version>, Vec<LotResult>);

/// A round that was ever public; anything else does not exist here.
fn seen(conn: &mut Conn, id: &RoundId) -> Result<Seen> {
    let round = rounds::round(conn, id)?;
    let history = results::published(conn, id)?;
    if history.is_empty() || round.state == RoundState::Aborted {
        return Err(Error::NotFound);
    }
    let award = results::current(conn, &round)?;
    let lots = match &award {
        Some(award) => results::by_lot(conn, id, &award.id)?,
        None => Vec::new(),
    };
    Ok((round, award, history, lots))
}

/// The public award of a round.
pub async fn show(
    req: HttpRequest,
    page: Page,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let (id, version) = (id.into_inner(), app.read(publish::store::version).await?);
    cached(&req, &version, || async move {
        let ((round, award, history, lots), receipts) =
            app.read(move |conn| Ok((seen(conn, &id)?, bids::store::root(conn, &id)?))).await?;
        page::show(&Show { page, round, award, history, lots, receipts })
    })
    .await
}

#[derive(Serialize)]
struct Winner<'a> {
    company: &'a str,
    product: &'a str,
    spec: &'a str,
    award_price: String,
    share: &'a str,
    term_years: Option<i32>,
    status: &'static str,
}

#[derive(Serialize)]
struct PublicLot<'a> {
    lot: &'a str,
    generic: &'a str,
    form: &'a str,
    comparable_spec: &'a str,
    ceiling: String,
    winners: Vec<Winner<'a>>,
    not_won: std::collections::BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct PublicVersion<'a> {
    version: i32,
    published_at: String,
    reason: &'a str,
    output_sha256: &'a str,
}

#[derive(Serialize)]
struct PublicRound<'a> {
    round: &'a str,
    title: &'a str,
    state: &'static str,
    objections_until: String,
    version: i32,
    versions: Vec<PublicVersion<'a>>,
    lots: Vec<PublicLot<'a>>,
}

fn winners(lot: &LotResult) -> Vec<Winner<'_>> {
    lot.winners.iter().filter_map(|(decision, company)| winner(decision, company)).collect()
}

fn winner<'a>(d: &'a Decision, company: &'a str) -> Option<Winner<'a>> {
    Some(Winner {
        company,
        product: &d.product,
        spec: &d.spec,
        award_price: d.award_price?.to_string(),
        share: &d.share,
        term_years: d.term_years,
        status: d.status.as_str(),
    })
}

fn json((round, award, history, lots): &Seen) -> Result<Vec<u8>> {
    let version = award.as_ref().ok_or(Error::NotFound)?.version;
    let versions = history.iter().map(|v| PublicVersion {
        version: v.version,
        published_at: v.published_at.map(|at| at.iso()).unwrap_or_default(),
        reason: &v.reason,
        output_sha256: &v.output_sha256,
    });
    let lots = lots.iter().map(|it| PublicLot {
        lot: &it.lot.code,
        generic: &it.lot.generic,
        form: &it.lot.form,
        comparable_spec: &it.lot.comparable_spec,
        ceiling: it.lot.ceiling.to_string(),
        winners: winners(it),
        not_won: it.lost.iter().map(|(status, n)| (status.as_str(), *n)).collect(),
    });
    Ok(serde_json::to_vec_pretty(&PublicRound {
        round: &round.number,
        title: &round.title,
        state: round.state.as_str(),
        objections_until: round.calendar.publicity_to.iso(),
        version,
        versions: versions.collect(),
        lots: lots.collect(),
    })?)
}

fn csv((_, award, _, lots): &Seen) -> Result<Vec<u8>> {
    award.as_ref().ok_or(Error::NotFound)?;
    let mut file = Csv::new(Vec::new())?;
    file.row([
        "lot",
        "generic",
        "company",
        "product",
        "spec",
        "award_price",
        "share",
        "term_years",
        "status",
    ])?;
    for lot in lots {
        for it in winners(lot) {
            let term = it.term_years.map(|years| years.to_string()).unwrap_or_default();
            let (code, generic) = (lot.lot.code.as_str(), lot.lot.generic.as_str());
            let price = it.award_price.as_str();
            file.row([code, generic, it.company, it.product, it.spec, price, it.share, &term, it.status])?;
        }
    }
    file.finish()
}

/// `awards.csv`, `awards.json`, or the archive once the award is final.
pub async fn file(
    req: HttpRequest,
    app: web::Data<App>,
    path: web::Path<(RoundId, String)>,
) -> Result<HttpResponse> {
    let (id, file) = path.into_inner();
    if file == "archive.zip" {
        return archive::public(&app, id).await;
    }
    if !matches!(file.as_str(), "awards.csv" | "awards.json") {
        return Err(Error::NotFound);
    }
    let version = app.read(publish::store::version).await?;
    cached(&req, &version, || async move {
        let seen = app.read(move |conn| seen(conn, &id)).await?;
        if file == "awards.json" {
            return Ok(HttpResponse::Ok().content_type("application/json; charset=utf-8").body(json(&seen)?));
        }
        Ok(page::csv(&format!("{}-awards", seen.0.number), csv(&seen)?))
    })
    .await
}
