//! One question: the bidder answers it, an officer may take it back, and every answer is listed.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::awards::questions::{self, QuestionState, Reply, Said, store};
use crate::error::{Error, Result};
use crate::people::{Role, Who};
use crate::rounds::{self, Round};
use crate::types::{QuestionId, ReplyId};
use crate::web::form::Form;
use crate::web::questions::{Card, seen};
use crate::web::{App, Officer, Page, Person, Supplier, page};

#[derive(Template)]
#[template(path = "questions/show.html")]
struct Show {
    page: Page,
    round: Round,
    card: Card,
    company: String,
    replies: Vec<(Reply, Option<String>)>,
    can_answer: bool,
    can_withdraw: bool,
    remark: String,
}

async fn shown(page: Page, who: Who, app: &App, id: &QuestionId) -> Result<Show> {
    let (key, now, t) = (id.clone(), app.now(), page.t);
    let is_supplier = who.is(Role::Supplier);
    let is_officer = who.is(Role::Officer);
    let (round, card, company, replies) = app
        .read(move |conn| {
            let asked = seen(conn, &who, &key)?;
            let round = rounds::round(conn, &asked.round_id)?;
            let company = crate::people::store::organisation(conn, &asked.supplier_id)?;
            let replies = store::replies_of(conn, &key)?;
            let company = company.map(|it| it.name).unwrap_or_default();
            Ok((round, Card::of(conn, asked, now, t)?, company, replies))
        })
        .await?;
    Ok(Show {
        can_answer: is_supplier && card.may_answer(),
        can_withdraw: is_officer && card.asked.state == QuestionState::Open,
        page,
        round,
        card,
        company,
        replies,
        remark: String::new(),
    })
}

/// One question.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<QuestionId>,
) -> Result<HttpResponse> {
    page::show(&shown(page, who.0, &app, &id).await?)
}

/// The bidder's answer.
pub async fn answer(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<QuestionId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let done = match said(&form) {
        Ok((reply, said)) => {
            let key = id.clone();
            app.write(move |tx| questions::answer(tx, &ctx, &key, &reply, &said)).await
        }
        Err(why) => Err(why),
    };
    let why: Box<dyn crate::text::Say> = match done {
        Ok(Ok(())) => return Ok(page::see_done(&format!("/questions/{id}"))),
        Ok(Err(why)) => Box::new(why),
        Err(Error::Refused(why)) => why,
        Err(fault) => return Err(fault),
    };
    let mut show = shown(page.refused(&*why), who.0, &app, &id).await?;
    form.text("price").clone_into(&mut show.card.typed);
    page::show_refused(&show)
}

fn said(form: &Form) -> Result<(ReplyId, Said)> {
    let said = match form.text("said") {
        "yes" => Said::Yes,
        "no" => Said::No,
        _ => Said::Price(form.number("price")?),
    };
    Ok((form.choice("id")?, said))
}

/// Takes a question back.
pub async fn withdraw(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<QuestionId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx, remark) = (id.into_inner(), who.ctx(&app), form.text("remark").to_owned());
    let (key, why) = (id.clone(), remark.clone());
    match app.write(move |tx| questions::withdraw(tx, &ctx, &key, &why)).await {
        Ok(()) => Ok(page::see_done(&format!("/questions/{id}"))),
        Err(Error::Refused(why)) => {
            let shown = shown(page.refused(&*why), who.0, &app, &id).await?;
            page::show_refused(&Show { remark, ..shown })
        }
        Err(fault) => Err(fault),
    }
}
