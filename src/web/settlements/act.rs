//! What is done to one settlement: going on, asking, deciding, payment files, the bank's results, deductions.

use actix_web::{HttpResponse, web};

use crate::error::{Error, Result};
use crate::payments::settlements::{self, NewFile, import, steps, store};
use crate::types::{DeductionActId, SettlementId};
use crate::web::form::{Form, Refused};
use crate::web::upload::Upload;
use crate::web::{App, Reviewer, Settlement, block, page};

/// Steps one request runs at most; the job goes on with the others.
const STEPS: usize = 50;

fn back(id: &SettlementId) -> HttpResponse {
    page::see_done(&format!("/settlements/{id}"))
}

/// Runs the next steps.
pub async fn advance(
    who: Settlement,
    app: web::Data<App>,
    id: web::Path<SettlementId>,
) -> Result<HttpResponse> {
    let (ctx, db, it) = (who.ctx(&app), app.db.clone(), id.clone());
    block(move || steps::advance(&db, &ctx, &it, STEPS)).await?;
    Ok(back(&id))
}

/// Asks for approval again after a no.
pub async fn ask(who: Settlement, app: web::Data<App>, id: web::Path<SettlementId>) -> Result<HttpResponse> {
    let (ctx, it) = (who.ctx(&app), id.clone());
    app.write(move |tx| {
        let settlement = store::settlement(tx.conn(), &it)?.ok_or(Error::NotFound)?;
        settlements::ask(tx, &ctx, &settlement)
    })
    .await?;
    Ok(back(&id))
}

/// A reviewer approves it or sends it back.
pub async fn decide(
    who: Reviewer,
    app: web::Data<App>,
    id: web::Path<SettlementId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, it, yes) = (who.ctx(&app), id.clone(), form.decision()?);
    let remark = form.words("remark");
    app.write(move |tx| settlements::decide(tx, &ctx, &it, yes, &remark)).await?;
    Ok(back(&id))
}

/// Makes a payment file.
pub async fn make_file(
    who: Settlement,
    app: web::Data<App>,
    id: web::Path<SettlementId>,
    form: Form,
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let new = NewFile {
        id: form.choice("id")?,
        settlement_id: id.clone(),
        execute_on: form.day("execute_on")?,
        again: form.text("again") == "yes",
    };
    app.write(move |tx| settlements::make_file(tx, &ctx, &new)).await?;
    Ok(back(&id))
}

/// Reads the bank's answers and books what it can at once.
pub async fn results(
    who: Settlement,
    app: web::Data<App>,
    id: web::Path<SettlementId>,
    upload: Upload,
) -> Result<HttpResponse> {
    if upload.bytes.is_empty() && upload.name.is_empty() {
        return Err(Error::refused(Refused::Empty("file")));
    }
    let (ctx, db, it) = (who.ctx(&app), app.db.clone(), id.clone());
    block(move || {
        db.write(|tx| import::apply(tx, &ctx, &it, &upload.name, &upload.bytes))?;
        steps::advance(&db, &ctx, &it, STEPS)
    })
    .await?;
    Ok(back(&id))
}

/// Marks what was paid as deducted.
pub async fn deduct(
    who: Settlement,
    app: web::Data<App>,
    id: web::Path<SettlementId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, db, it) = (who.ctx(&app), app.db.clone(), id.clone());
    let (act, month): (DeductionActId, _) = (form.choice("id")?, super::month(&form, "month")?);
    block(move || {
        db.write(|tx| settlements::deduct(tx, &ctx, &act, &it, month))?;
        steps::advance(&db, &ctx, &it, STEPS)
    })
    .await?;
    Ok(back(&id))
}
