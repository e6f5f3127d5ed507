//! What the bureau does with a sheet: accepts line by line, gives back, asks a second person, decides.

use actix_web::{HttpResponse, web};

use crate::error::{Error, Result};
use crate::people::Who;
use crate::preparations::review::{self, Verdict};
use crate::preparations::{SUBJECT, path, sheet};
use crate::rounds::approvals::{self, Action};
use crate::types::CostSheetId;
use crate::web::form::{Form, Refused};
use crate::web::{App, Officer, Page, Reviewer, page};

/// The sheet again: done, or with the refusal beside what was typed.
async fn answered(
    page: Page,
    (app, who): (&App, Who),
    id: CostSheetId,
    form: Form,
    done: Result<()>,
) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(page::see_done(&path(&id))),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            page::show_refused(&super::show::load(page, app, who, id, form).await?)
        }
        Err(fault) => Err(fault),
    }
}

/// What was typed into one field, for a form whose page has other forms.
fn only(form: &Form, field: &str) -> Form {
    Form::from_pairs(vec![(field.to_owned(), form.text(field).to_owned())])
}

/// Every line's verdict of the form.
fn verdicts(form: &Form) -> Result<Vec<Verdict>> {
    let mut list = Vec::new();
    for (line, text) in form.with_prefix("accepted.") {
        let number = |why| Error::refused(Refused::Number("accepted", text.to_owned(), why));
        list.push(Verdict {
            line: line.parse().map_err(|_| Error::refused(Refused::Choice("accepted", line.to_owned())))?,
            accepted: text.parse().map_err(number)?,
            reason: form.text(&format!("reason.{line}")).to_owned(),
        });
    }
    Ok(list)
}

/// Writes what is accepted of each line.
pub async fn accept(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CostSheetId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    let read = || Ok((form.choice("revision")?, verdicts(&form)?));
    let done = match read() {
        Ok((seen, list)) => app.write(move |tx| review::accept(tx, &ctx, &key, seen, &list)).await,
        Err(why) => Err(why),
    };
    answered(page, (&app, who.0.clone()), id.into_inner(), form, done).await
}

/// Gives the sheet back.
pub async fn give_back(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CostSheetId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key, seen) = (who.ctx(&app), id.clone(), form.choice("revision")?);
    let remark = form.text("remark").to_owned();
    let done = app.write(move |tx| review::give_back(tx, &ctx, &key, seen, &remark)).await;
    answered(page, (&app, who.0.clone()), id.into_inner(), only(&form, "remark"), done).await
}

/// Asks a second person.
pub async fn ask(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<CostSheetId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    let read = || Ok((form.choice("revision")?, form.day("from_day")?));
    let done = match read() {
        Ok((seen, from)) => app.write(move |tx| review::ask(tx, &ctx, &key, seen, from)).await,
        Err(why) => Err(why),
    };
    answered(page, (&app, who.0.clone()), id.into_inner(), only(&form, "from_day"), done).await
}

/// Takes the request back.
pub async fn withdraw(who: Officer, app: web::Data<App>, id: web::Path<CostSheetId>) -> Result<HttpResponse> {
    let (ctx, to) = (who.ctx(&app), path(&id));
    app.write(move |tx| review::withdraw(tx, &ctx, &id)).await?;
    Ok(page::see_done(&to))
}

/// Decides.
pub async fn decide(
    page: Page,
    who: Reviewer,
    app: web::Data<App>,
    id: web::Path<CostSheetId>,
    form: Form,
) -> Result<HttpResponse> {
    let yes = form.decision()?;
    let (ctx, key) = (who.ctx(&app), id.clone());
    let remark = form.words("remark");
    let done = app
        .write(move |tx| {
            let (it, _) = sheet(tx.conn(), &key)?;
            // The last request, also when another reviewer was faster: who that was is in the refusal.
            let request = approvals::latest(tx.conn(), SUBJECT, &it.number, Action::Preparation)?;
            let request = request.ok_or(Error::NotFound)?;
            review::decide(tx, &ctx, &request.id, yes, &remark).map(drop)
        })
        .await;
    answered(page, (&app, who.0.clone()), id.into_inner(), only(&form, "remark"), done).await
}
