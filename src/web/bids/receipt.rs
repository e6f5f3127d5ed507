//! A bid's receipt, for its own supplier: what was received, when, and how to verify it.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::bids::import::Terms;
use crate::bids::{self, Content, Receipt, Signed, Statement};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, Organisation};
use crate::rounds::{self, Round};
use crate::text::{Text, fill};
use crate::types::{EnvelopeId, LotId, OrganisationId, RoundId};
use crate::web::{App, Page, Supplier, page};

#[derive(Template)]
#[template(path = "bids/receipt.html")]
struct Show {
    page: Page,
    round: Round,
    receipt: Receipt,
    company: String,
    by: String,
    /// What will be wrong at evaluation, without a price.
    warnings: Vec<String>,
    signed: Option<Signed>,
    /// Whether the round's root is published.
    is_closed: bool,
    /// The supplier's own copy of the content: in the answer to its submission, never again.
    copy: Option<String>,
}

impl Show {
    fn read(conn: &mut Conn, page: Page, supplier: &Organisation, receipt: Receipt) -> Result<Self> {
        let by = people::store::account_name(conn, receipt.account_id.as_ref())?;
        Ok(Self {
            round: rounds::round(conn, &receipt.round_id)?,
            signed: bids::signed_receipt(conn, &receipt.id)?,
            is_closed: bids::store::root(conn, &receipt.round_id)?.is_some(),
            company: supplier.name.clone(),
            warnings: Vec::new(),
            copy: None,
            page,
            receipt,
            by,
        })
    }

    fn sealed_hash(&self) -> String {
        let statement = self.signed.as_ref().and_then(|signed| Statement::read(&signed.text));
        statement.map(|statement| statement.sealed_sha256).unwrap_or_default()
    }

    fn copy_name(&self) -> String {
        format!("{}-bid-{}.content.csv", self.round.number, self.receipt.seq)
    }
}

/// The page, printable.
pub async fn show(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    path: web::Path<(RoundId, EnvelopeId)>,
) -> Result<HttpResponse> {
    let (round, envelope) = path.into_inner();
    let show = app
        .read(move |conn| {
            let receipt = own(conn, &who.organisation.id, &round, &envelope)?;
            Show::read(conn, page, &who.organisation, receipt)
        })
        .await?;
    page::show(&show)
}

/// A supplier's own receipt in this round.
pub fn own(
    conn: &mut Conn,
    supplier: &OrganisationId,
    round: &RoundId,
    envelope: &EnvelopeId,
) -> Result<Receipt> {
    let receipt = bids::receipt(conn, supplier, envelope)?;
    if receipt.round_id == *round { Ok(receipt) } else { Err(Error::NotFound) }
}

/// The answer to a submission: its receipt, with the supplier's copy of what was sealed.
pub async fn answer(
    page: Page,
    app: &App,
    terms: Terms,
    receipt: Receipt,
    content: &Content,
) -> Result<HttpResponse> {
    let copy = String::from_utf8(content.bytes()?).map_err(Error::fault_of)?;
    let warnings = warnings(&terms, content, page.t);
    let address = format!("/rounds/{}/bids/{}", receipt.round_id, receipt.id);
    let page = Page { done: true, ..page };
    let show = app.read(move |conn| Show::read(conn, page, &terms.supplier, receipt)).await?;
    let mut response = page::show(&Show { copy: Some(copy), warnings, ..show })?;
    let address = HeaderValue::from_str(&address).map_err(Error::fault_of)?;
    response.headers_mut().insert(header::CONTENT_LOCATION, address);
    Ok(response)
}

/// The signed receipt as a file.
pub async fn file(
    who: Supplier,
    app: web::Data<App>,
    path: web::Path<(RoundId, EnvelopeId)>,
) -> Result<HttpResponse> {
    let (round, envelope) = path.into_inner();
    let (number, seq, signed) = app
        .read(move |conn| {
            let receipt = own(conn, &who.organisation.id, &round, &envelope)?;
            let signed = bids::signed_receipt(conn, &envelope)?.ok_or(Error::NotFound)?;
            Ok((rounds::round(conn, &round)?.number, receipt.seq, signed))
        })
        .await?;
    Ok(text(&format!("{number}-bid-{seq}.receipt.txt"), signed.file()))
}

/// The proof that the receipt is under the published root; there is none before the deadline.
pub async fn inclusion(
    who: Supplier,
    app: web::Data<App>,
    path: web::Path<(RoundId, EnvelopeId)>,
) -> Result<HttpResponse> {
    let (round, envelope) = path.into_inner();
    let (number, seq, proof) = app
        .read(move |conn| {
            let receipt = own(conn, &who.organisation.id, &round, &envelope)?;
            let proof = bids::inclusion(conn, &round, &envelope)?.ok_or(Error::NotFound)?;
            Ok((rounds::round(conn, &round)?.number, receipt.seq, proof))
        })
        .await?;
    Ok(text(&format!("{number}-bid-{seq}.inclusion.txt"), proof.file()))
}

fn text(name: &str, text: String) -> HttpResponse {
    page::download(name, "text/plain; charset=utf-8", text.into_bytes())
}

fn warnings(terms: &Terms, content: &Content, t: &Text) -> Vec<String> {
    let lot = |id: &LotId| terms.lots.iter().find(|lot| lot.id == *id);
    let pairs = || content.lines.iter().filter_map(|line| Some((line, lot(&line.lot_id)?)));
    let codes = |found: Vec<&str>| found.join(t.files.list_join);
    let over: Vec<&str> = pairs()
        .filter(|(line, lot)| bids::rules::is_over_ceiling(line, lot))
        .map(|(line, _)| line.lot.as_str())
        .collect();
    let doubt: Vec<&str> = pairs()
        .filter(|(line, lot)| {
            bids::rules::ratio_in_doubt(&terms.rules, lot, &line.spec, line.ratio).is_some()
        })
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
