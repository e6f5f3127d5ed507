//! Placing, replacing and withdrawing a bid, by form or upload.

use actix_web::{HttpResponse, web};

use crate::bids::import::{self, COLUMNS};
use crate::bids::{self, Content, Line, Receipt, Refused, rules};
use crate::error::{Error, Result};
use crate::files::Faults;
use crate::files::read::Column;
use crate::files::write::Csv;
use crate::people::password;
use crate::rounds::Lot;
use crate::text::{Lang, Text, fill};
use crate::types::{Ctx, EnvelopeId, RoundId, hex, sha256, unhex};
use crate::web::bids::desk::{Block, Desk, Show};
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
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let desk = Desk::of(&app, &who, &id, ctx.now).await?;
    let envelope = form.choice("id")?;
    let (bytes, lots) = as_file(&form, &desk, page.t)?;
    let sent = Sent { ctx, id: envelope, nonce: nonce(&form), bytes, lots: Some(lots) };
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
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let desk = Desk::of(&app, &who, &id, ctx.now).await?;
    let envelope = upload.form.choice("id")?;
    let sent = Sent { ctx, id: envelope, nonce: nonce(&upload.form), bytes: upload.bytes, lots: None };
    let blocks = Block::all(&desk.terms, page.t);
    answer(page, &app, desk, blocks, sent).await
}

async fn answer(page: Page, app: &App, desk: Desk, blocks: Vec<Block>, sent: Sent) -> Result<HttpResponse> {
    let (round, supplier) = (desk.round.id.clone(), desk.terms.supplier.id.clone());
    let lots = sent.lots.clone();
    let outcome = accept(app, &desk, sent).await?;
    if let Outcome::Sealed(receipt, content) = outcome {
        return receipt::answer(page, app, desk.terms.supplier, receipt, &content, &desk.terms.lots).await;
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
    let Sent { ctx, id, nonce, bytes, .. } = sent;
    let is_again = desk.mine.iter().any(|receipt| receipt.id == id);
    match &desk.may_bid {
        Err(why @ Refused::Late(_)) if !is_again => return late(app, ctx, desk, id, why, bytes).await,
        Err(why) if !is_again => return Ok(Outcome::Refused(Box::new(why.clone()))),
        _ => {}
    }
    let terms = desk.terms.clone();
    let lines = match read(block(move || import::read(&bytes, &terms)).await)? {
        Ok(lines) => lines,
        Err(outcome) => return Ok(outcome),
    };
    let mut content = Content::new(desk.round.id.clone(), desk.terms.supplier.id.clone(), lines);
    content.nonce = nonce.unwrap_or(content.nonce);
    let (signer, kept) = (app.signer()?, content.clone());
    match app.write(move |tx| bids::place(tx, &ctx, &signer, &id, &content)).await {
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
    let is_known = |id: &str| desk.terms.lots.iter().any(|lot| lot.id.as_str() == id);
    if let Some((id, _)) = form.with_prefix("product:").find(|(id, text)| !text.is_empty() && !is_known(id)) {
        return Err(Error::refused(rules::Refused::LotsChanged(id.chars().take(40).collect())));
    }
    let header = |c: &Column| if t.lang == Lang::Zh { c.zh } else { c.key };
    let mut out = Csv::new(Vec::new())?;
    out.row(COLUMNS.iter().take(import::FILLED).map(header))?;
    let mut lots = Vec::new();
    for lot in &desk.terms.lots {
        let cells = cells(form, lot, &desk.terms.supplier.name);
        let blank = ["product", "unit_price", "capacity", "sales"]
            .iter()
            .all(|key| form.text(&format!("{key}:{}", lot.id)).is_empty());
        if !blank {
            out.row(&cells)?;
            lots.push(lot.code.clone());
        }
    }
    Ok((out.finish()?, lots))
}

fn cells(form: &Form, lot: &Lot, company: &str) -> Vec<String> {
    let typed = |key: &str| {
        let text = form.text(&format!("{key}:{}", lot.id));
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
            key => typed(key),
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
