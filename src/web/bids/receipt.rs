//! A bid's receipt, for its own supplier: what was received, when, and how to verify it.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::bids::{self, Receipt};
use crate::error::{Error, Result};
use crate::rounds::rule_set::RuleSet;
use crate::rounds::{self, Lot, Round};
use crate::text::{Text, fill};
use crate::types::{EnvelopeId, RoundId};
use crate::web::{App, Page, Supplier, page};

#[derive(Template)]
#[template(path = "bids/receipt.html")]
struct Show {
    page: Page,
    round: Round,
    receipt: Receipt,
    company: String,
    by: String,
    nonce: String,
    /// What will be wrong at evaluation, without a price.
    warnings: Vec<String>,
}

/// The page, printable.
pub async fn show(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    path: web::Path<(RoundId, EnvelopeId)>,
) -> Result<HttpResponse> {
    let (round, envelope) = path.into_inner();
    let supplier = who.organisation.id.clone();
    let t = page.t;
    let (round, receipt, nonce, warnings, by) = app
        .read(move |conn| {
            let (receipt, content) = bids::own_content(conn, &supplier, &envelope)?;
            if receipt.round_id != round {
                return Err(Error::NotFound);
            }
            let lots = rounds::lots_of(conn, &round)?;
            let by = match &receipt.account_id {
                Some(id) => crate::people::store::account(conn, id)?.map(|a| a.name).unwrap_or_default(),
                None => String::new(),
            };
            let round = rounds::round(conn, &round)?;
            let warnings = warnings(&rounds::rules_of(conn, &round)?, &content, &lots, t);
            Ok((round, receipt, content.nonce, warnings, by))
        })
        .await?;
    let company = who.organisation.name.clone();
    page::show(&Show { page, round, receipt, company, by, nonce, warnings })
}

fn warnings(rules: &RuleSet, content: &bids::Content, lots: &[Lot], t: &Text) -> Vec<String> {
    let pairs =
        || content.lines.iter().filter_map(|line| Some((line, lots.iter().find(|l| l.id == line.lot_id)?)));
    let codes = |found: Vec<&str>| found.join(t.files.list_join);
    let over: Vec<&str> = pairs()
        .filter(|(line, lot)| bids::rules::is_over_ceiling(line, lot))
        .map(|(line, _)| line.lot.as_str())
        .collect();
    let doubt: Vec<&str> = pairs()
        .filter(|(line, lot)| bids::rules::ratio_in_doubt(rules, lot, &line.spec, line.ratio).is_some())
        .map(|(line, _)| line.lot.as_str())
        .collect();
    let mut said = Vec::new();
    if !over.is_empty() {
        said.push(fill(t.bids.over_ceiling, &[("lots", &codes(over))]));
    }
    if !doubt.is_empty() {
        said.push(fill(t.bids.ratio_in_doubt, &[("lots", &codes(doubt))]));
    }
    said
}
