//! Placing, replacing and withdrawing a bid, by form or upload.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::bids::import::{self, COLUMNS};
use crate::bids::submissions::{self, Sender};
use crate::bids::{self, Content, Line, Receipt, Refused, rules};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::files::Faults;
use crate::files::read::Column;
use crate::files::write::Csv;
use crate::people::password;
use crate::rounds::Lot;
use crate::text::{Lang, Text, fill};
use crate::types::{Ctx, EnvelopeId, RoundId, hex, sha256, unhex};
use crate::web::bids::desk::{self, Block, Desk, Show};
use crate::web::bids::receipt;
use crate::web::form::Form;
use crate::web::upload::Upload;
use crate::web::{App, Page, Supplier, block, page};

/// Something submitted, by form or as a file.
struct Sent {
    ctx: Ctx,
    /// The envelope it is to become.
    id: EnvelopeId,
    /// The nonce of its content, from the form: the same form sent twice is the same content.
    nonce: Option<String>,
    /// The file, or the form written as one.
    bytes: Vec<u8>,
    /// For a form: the lot of each line, to name it where a file names the line.
    lots: Option<Vec<String>>,
    /// Where it came from.
    sender: Sender,
}

/// Where a request came from. A proxy on this machine says for whom it asks in the last `X-Forwarded-For`; from
/// anybody else that header is a claim and does not count.
fn sender(req: &HttpRequest) -> Sender {
    let text =
        |name: &str| req.headers().get_all(name).last().and_then(|v| v.to_str().ok()).unwrap_or_default();
    let peer = req.peer_addr().map(|peer| peer.ip());
    let forwarded = || text("x-forwarded-for").rsplit(',').next().and_then(|last| last.trim().parse().ok());
    let address =
        peer.and_then(|peer| if peer.is_loopback() { forwarded().or(Some(peer)) } else { Some(peer) });
    Sender { address, agent: text(header::USER_AGENT.as_str()).to_owned() }
}

/// What became of it.
enum Outcome {
    Sealed(Receipt, Box<Content>),
    Faulty(Faults),
    Refused(Box<dyn crate::text::Say>),
    /// With the nonce of the record.
    Late(Refused, String),
}

/// The form.
pub async fn form(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
    req: HttpRequest,
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let desk = Desk::of(&app, &who, &id, ctx.now).await?;
    let envelope = form.choice("id")?;
    let (bytes, lots) = as_file(&form, &desk, page.t)?;
    let (nonce, sender) = (nonce(&form), sender(&req));
    let sent = Sent { ctx, id: envelope, nonce, bytes, lots: Some(lots), sender };
    let blocks = Block::typed(&desk.terms, &form, page.t);
    answer(page, &app, desk, blocks, sent).await
}

/// The upload. The time is taken when the whole file is here.
pub async fn upload(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    upload: Upload,
    req: HttpRequest,
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let desk = Desk::of(&app, &who, &id, ctx.now).await?;
    let envelope = upload.form.choice("id")?;
    let (nonce, sender) = (nonce(&upload.form), sender(&req));
    let sent = Sent { ctx, id: envelope, nonce, bytes: upload.bytes, lots: None, sender };
    let blocks = Block::all(&desk.terms, page.t);
    answer(page, &app, desk, blocks, sent).await
}

async fn answer(page: Page, app: &App, desk: Desk, blocks: Vec<Block>, sent: Sent) -> Result<HttpResponse> {
    let (round, supplier) = (desk.round.id.clone(), desk.terms.supplier.id.clone());
    let lots = sent.lots.clone();
    let outcome = accept(app, &desk, sent).await?;
    if let Outcome::Sealed(receipt, content) = outcome {
        return receipt::answer(page, app, desk.terms, receipt, &content).await;
    }
    let mut show = Show { blocks, ..Show::new(page, desk) };
    match outcome {
        Outcome::Faulty(faults) => {
            show.count = faults.count();
            show.faults = sentences(&faults, lots.as_deref(), show.page.t);
        }
        Outcome::Late(why, nonce) => {
            show.page = show.page.refused(&why);
            show.nonce = nonce;
            show.desk.late = app.read(move |conn| bids::store::refused_of(conn, &round, &supplier)).await?;
        }
        Outcome::Refused(why) => show.page = show.page.refused(&*why),
        Outcome::Sealed(..) => {}
    }
    page::show_refused(&show)
}

/// Checks and seals what was sent. No price leaves this function but inside a seal or in the faults that are
/// shown to the supplier itself.
async fn accept(app: &App, desk: &Desk, sent: Sent) -> Result<Outcome> {
    let Sent { ctx, id, nonce, bytes, sender, .. } = sent;
    let is_again = desk.mine.iter().any(|receipt| receipt.id == id);
    match &desk.may_bid {
        Err(why @ Refused::Late(_)) if !is_again => return late(app, ctx, desk, id, why, bytes).await,
        Err(why) if !is_again => return Ok(Outcome::Refused(Box::new(why.clone()))),
        _ => {}
    }
    let terms = desk.terms.clone();
    let read_all = move || Ok((submissions::document(&bytes), import::read(&bytes, &terms)));
    let (document, file) = block(read_all).await?;
    let lines = match read(file)? {
        Ok(lines) => lines,
        Err(outcome) => return Ok(outcome),
    };
    let mut content = Content::new(desk.round.id.clone(), desk.terms.supplier.id.clone(), lines);
    content.nonce = nonce.unwrap_or(content.nonce);
    let (signer, kept) = (app.signer()?, content.clone());
    let place = move |tx: &mut Tx| {
        let placed = bids::place(tx, &ctx, &signer, &id, &content)?;
        if let Ok(receipt) = &placed {
            submissions::record(tx, receipt, &sender, &document)?;
        }
        Ok(placed)
    };
    match app.write(place).await {
        Ok(Ok(receipt)) => Ok(Outcome::Sealed(receipt, Box::new(kept))),
        Ok(Err(why)) => Ok(Outcome::Refused(Box::new(why))),
        Err(Error::Refused(why)) => Ok(Outcome::Refused(why)),
        Err(fault) => Err(fault),
    }
}

/// The nonce that the form was given; anything else is replaced by a fresh one.
fn nonce(form: &Form) -> Option<String> {
    unhex::<32>(form.text("nonce")).map(|bytes| hex(&bytes))
}

fn read(file: Result<(Vec<Line>, Faults)>) -> Result<std::result::Result<Vec<Line>, Outcome>> {
    match file {
        Ok((lines, faults)) if faults.is_empty() => Ok(Ok(lines)),
        Ok((_, faults)) => Ok(Err(Outcome::Faulty(faults))),
        Err(Error::Refused(why)) => Ok(Err(Outcome::Refused(why))),
        Err(fault) => Err(fault),
    }
}

async fn late(
    app: &App,
    ctx: Ctx,
    desk: &Desk,
    id: EnvelopeId,
    why: &Refused,
    bytes: Vec<u8>,
) -> Result<Outcome> {
    let nonce = password::token();
    let hash = sha256(&[nonce.as_bytes(), b"\n", &bytes].concat());
    let (round, supplier) = (desk.round.clone(), desk.terms.supplier.id.clone());
    app.write(move |tx| bids::refuse_late(tx, &ctx, &id, &round, &supplier, &hash)).await?;
    Ok(Outcome::Late(why.clone(), nonce))
}

/// The faults in words. A form has lots where a file has lines.
fn sentences(faults: &Faults, lots: Option<&[String]>, t: &Text) -> Vec<String> {
    let Some(lots) = lots else { return faults.sentences(t) };
    let lot = |line: u64| {
        usize::try_from(line)
            .ok()
            .and_then(|line| lots.get(line.checked_sub(2)?))
            .cloned()
            .unwrap_or_default()
    };
    let say = |fault: &crate::files::Fault| {
        fill(
            t.bids.fault_lot,
            &[
                ("lot", &lot(fault.line)),
                ("column", &fault.column),
                ("reason", &fault.reason.say(t)),
                ("value", &fault.value),
            ],
        )
    };
    faults.first().iter().map(say).collect()
}

/// The form written as the file it stands for, so that both are checked by the same code; and the lot of each
/// line.
fn as_file(form: &Form, desk: &Desk, t: &Text) -> Result<(Vec<u8>, Vec<String>)> {
    let is_known = |key: &str| {
        let id = key.split_once('.').map_or(key, |(id, _)| id);
        desk.terms.lots.iter().any(|lot| lot.id.as_str() == id)
    };
    if let Some((id, _)) = form.with_prefix("product:").find(|(id, text)| !text.is_empty() && !is_known(id)) {
        return Err(Error::refused(rules::Refused::LotsChanged(id.chars().take(40).collect())));
    }
    let header = |c: &Column| if t.lang == Lang::Zh { c.zh } else { c.key };
    let mut out = Csv::new(Vec::new())?;
    out.row(COLUMNS.iter().take(import::FILLED).map(header))?;
    let mut lots = Vec::new();
    for (lot, key) in desk::keys(&desk.terms, form) {
        let cells = cells(form, lot, &key, &desk.terms.supplier.name);
        let blank = ["product", "unit_price", "capacity", "sales"]
            .iter()
            .all(|name| form.text(&format!("{name}:{key}")).is_empty());
        if !blank {
            out.row(&cells)?;
            lots.push(lot.code.clone());
        }
    }
    Ok((out.finish()?, lots))
}

fn cells(form: &Form, lot: &Lot, key: &str, company: &str) -> Vec<String> {
    let typed = |name: &str| {
        let text = form.text(&format!("{name}:{key}"));
        // A line break would shift the numbers by which a fault finds its lot.
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>()
    };
    COLUMNS
        .iter()
        .take(import::FILLED)
        .map(|column| match column.key {
            "lot" => lot.code.clone(),
            "company" => company.to_owned(),
            "group" | "reported_volume" => String::new(),
            name => typed(name),
        })
        .collect()
}

/// Takes the standing bid back.
pub async fn withdraw(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let envelope: EnvelopeId = form.choice("id")?;
    let (supplier, round) = (who.organisation.id.clone(), id.clone());
    let done = app
        .write(move |tx| {
            if bids::receipt(tx.conn(), &supplier, &envelope)?.round_id != round {
                return Err(Error::NotFound);
            }
            bids::withdraw(tx, &ctx, &supplier, &envelope)
        })
        .await;
    match done {
        Ok(()) => Ok(page::see_done(&format!("/rounds/{id}/bids"))),
        Err(Error::Refused(why)) => {
            let desk = Desk::of(&app, &who, &id, app.now()).await?;
            page::show_refused(&Show::new(page.refused(&*why), desk))
        }
        Err(fault) => Err(fault),
    }
}
