//! Bank accounts: a supplier's (and the bureau's) own, and those that wait for a second person.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::bank::{self, BankAccount, BankState};
use crate::people::store::{account_name, names};
use crate::people::{Role, Who};
use crate::types::{BankAccountId, OrganisationId, Time};
use crate::web::access::{ACCOUNT_APPROVERS, ACCOUNT_HOLDERS};
use crate::web::form::Form;
use crate::web::{AccountApprover, AccountHolder, App, Page, Person, page};

struct Line {
    it: BankAccount,
    owner: String,
    entered_by: String,
    decided_by: String,
    is_mine: bool,
}

#[derive(Template)]
#[template(path = "settlements/banks.html")]
struct List {
    page: Page,
    own: Vec<Line>,
    waiting: Vec<Line>,
    form: Form,
    may_enter: bool,
    sees_waiting: bool,
    next: String,
}

/// The next page of waiting accounts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
}

const PAGE: i64 = 100;

/// The reader's own accounts, and for the bureau those that wait.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    page::show(&made(page, &who, &app, asked.after.parse().ok(), Form::default()).await?)
}

async fn made(page: Page, who: &Person, app: &App, after: Option<BankAccountId>, form: Form) -> Result<List> {
    let reader = who.0.clone();
    let sees_waiting = !reader.is(Role::Supplier);
    let (own, waiting, next) = app
        .read(move |conn| {
            let own = bank::of_organisation(conn, &reader.organisation.id)?;
            let own = lines(conn, &reader, own)?;
            let mut waiting = match sees_waiting {
                true => bank::in_state(conn, BankState::Entered, after.as_ref(), PAGE + 1)?,
                false => Vec::new(),
            };
            let more = waiting.len() > PAGE as usize;
            waiting.truncate(PAGE as usize);
            let next = match waiting.last() {
                Some(last) if more => format!("/bank-accounts?after={}", last.id),
                _ => String::new(),
            };
            Ok((own, lines(conn, &reader, waiting)?, next))
        })
        .await?;
    Ok(List { page, own, waiting, form, may_enter: who.is_any(ACCOUNT_HOLDERS), sees_waiting, next })
}

fn lines(conn: &mut Conn, reader: &Who, list: Vec<BankAccount>) -> Result<Vec<Line>> {
    let names = names(conn, list.iter().map(|it| it.organisation_id.clone()).collect())?;
    let mut lines = Vec::with_capacity(list.len());
    for it in list {
        lines.push(Line {
            owner: names.get(&it.organisation_id).cloned().unwrap_or_default(),
            entered_by: account_name(conn, it.entered_by.as_ref())?,
            decided_by: account_name(conn, it.decided_by.as_ref())?,
            is_mine: it.state == BankState::Entered
                && reader.is_any(ACCOUNT_APPROVERS)
                && it.entered_by.as_ref() != Some(&reader.account.id),
            it,
        });
    }
    Ok(lines)
}

/// Enters an account of the actor's organisation; a refused form is shown again as it was sent.
pub async fn enter(page: Page, who: AccountHolder, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let it = BankAccount {
        id: form.choice("id")?,
        organisation_id: OrganisationId::new(),
        holder: form.text("holder").to_owned(),
        bank: form.text("bank").to_owned(),
        cnaps: form.text("cnaps").to_owned(),
        number: form.text("number").to_owned(),
        state: BankState::Entered,
        entered_at: Time::from_millis(0),
        entered_by: None,
        decided_at: None,
        decided_by: None,
        remark: String::new(),
    };
    match app.write(move |tx| bank::enter(tx, &ctx, it.clone())).await {
        Ok(()) => Ok(page::see_done("/bank-accounts")),
        Err(Error::Refused(why)) => {
            page::show_refused(&made(page.refused(&*why), &Person(who.0), &app, None, form).await?)
        }
        Err(error) => Err(error),
    }
}

/// A second person approves or rejects an account.
pub async fn decide(
    who: AccountApprover,
    app: web::Data<App>,
    id: web::Path<BankAccountId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, yes) = (who.ctx(&app), form.decision()?);
    let remark: String = form.text("remark").chars().take(500).collect();
    app.write(move |tx| bank::decide(tx, &ctx, &id, yes, &remark)).await?;
    Ok(page::see_done("/bank-accounts"))
}
