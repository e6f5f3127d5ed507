//! `/api-tokens`: the tokens of programs, kept by administrators.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use crate::error::{Error, Result};
use crate::people::{self, OrganisationKind, password};
use crate::standards;
use crate::text::fill;
use crate::tokens::{self, ApiToken, New, Scope, Scopes, Standing, store};
use crate::types::{ApiTokenId, ConsumerId, OrganisationId, sha256};
use crate::web::form::{Form, Refused};
use crate::web::{Admin, App, Page, page};

/// Tokens shown: those in force, then revoked ones.
const SHOWN: i64 = 500;
/// Hospitals to choose from.
const HOSPITALS: i64 = 5_000;

#[derive(Template)]
#[template(path = "api/tokens.html")]
struct Show {
    page: Page,
    tokens: Vec<ApiToken>,
    consumers: HashMap<ConsumerId, String>,
    /// Hospitals a token can be for, by name.
    hospitals: Vec<(String, String)>,
    names: HashMap<OrganisationId, String>,
    today: NaiveDate,
    /// What was sent, when it was refused.
    sent: Form,
    /// Whose token, and the token: shown this once.
    made: Option<(String, String)>,
}

impl Show {
    fn scopes(&self, it: &ApiToken) -> String {
        let names: Vec<&str> = it.scopes.iter().map(|scope| scope.name(self.page.t)).collect();
        names.join(self.page.t.files.list_join)
    }

    fn whom(&self, it: &ApiToken) -> &str {
        let consumer = it.consumer_id.as_ref().and_then(|id| self.consumers.get(id));
        let hospital = it.organisation_id.as_ref().and_then(|id| self.names.get(id));
        consumer.or(hospital).map_or(self.page.t.api.no_one, String::as_str)
    }

    /// The state in words, and the class it is shown in.
    fn state(&self, it: &ApiToken) -> (&'static str, &'static str) {
        let a = &self.page.t.api;
        match it.standing(&it.token_hash, self.today) {
            Standing::Revoked => (a.revoked, "bad"),
            Standing::Expired => (a.expired_state, "bad"),
            Standing::InForce | Standing::Replaced => (a.in_force, "good"),
        }
    }

    fn old(&self, it: &ApiToken) -> String {
        match it.old_until.filter(|day| *day >= self.today && it.revoked_at.is_none()) {
            Some(day) => fill(self.page.t.api.old_works, &[("day", &day)]),
            None => String::new(),
        }
    }

    fn choices(&self) -> Vec<(&'static str, &'static str, bool)> {
        let is_chosen = |scope: &Scope| self.sent.all("scope").any(|it| it == scope.as_str());
        Scope::ALL.iter().map(|it| (it.as_str(), it.name(self.page.t), is_chosen(it))).collect()
    }

    fn token_of(&self, name: &str) -> String {
        fill(self.page.t.api.token_of, &[("name", &name)])
    }
}

async fn show(page: Page, app: &App, sent: Form, made: Option<(String, String)>) -> Result<Show> {
    let today = app.now().day();
    let (tokens, consumers, hospitals) = app
        .read(|conn| {
            let tokens = store::list(conn, SHOWN)?;
            let consumers = standards::store::consumers(conn)?;
            let hospitals =
                people::store::organisations(conn, Some(OrganisationKind::Hospital), "", None, HOSPITALS)?;
            Ok((tokens, consumers, hospitals))
        })
        .await?;
    let names = hospitals.iter().map(|it| (it.id.clone(), it.name.clone())).collect();
    let mut choices = vec![(String::new(), page.t.api.no_one.to_owned())];
    choices.extend(hospitals.into_iter().filter(|it| it.active).map(|it| (it.id.to_string(), it.name)));
    let consumers = consumers.into_iter().map(|it| (it.id, it.name)).collect();
    Ok(Show { page, tokens, consumers, hospitals: choices, names, today, sent, made })
}

/// The page.
pub async fn index(page: Page, _who: Admin, app: web::Data<App>) -> Result<HttpResponse> {
    page::show(&show(page, &app, Form::default(), None).await?)
}

/// A day of a form, or none.
pub fn day(form: &Form, name: &'static str) -> Result<Option<NaiveDate>> {
    match form.text(name) {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Error::refused(Refused::Time(name, text.to_owned()))),
    }
}

fn new(form: &Form, hash: &str) -> Result<New> {
    let words: Vec<&str> = form.all("scope").collect();
    let unknown = || Error::refused(Refused::Choice("scope", words.join(" ")));
    let scopes: Scopes = words.join(" ").parse().map_err(|()| unknown())?;
    let organisation = match form.text("hospital") {
        "" => None,
        _ => Some(form.choice::<OrganisationId>("hospital")?),
    };
    Ok(New {
        id: form.choice("id")?,
        name: form.text("name").to_owned(),
        scopes,
        consumer: None,
        organisation,
        expires_on: day(form, "expires_on")?,
        hash: hash.to_owned(),
    })
}

/// Makes a token and shows it.
pub async fn make(page: Page, who: Admin, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let (ctx, token) = (who.ctx(&app), password::token());
    let done = match new(&form, &sha256(token.as_bytes())) {
        Ok(new) => app.write(move |tx| tokens::make(tx, &ctx, &new)).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => {
            let name = form.text("name").to_owned();
            page::show(&show(page, &app, Form::default(), Some((name, token))).await?)
        }
        Err(Error::Refused(why)) => page::show_refused(&show(page.refused(&*why), &app, form, None).await?),
        Err(error) => Err(error),
    }
}

/// Gives a token a new secret and shows it.
pub async fn rotate(
    page: Page,
    who: Admin,
    app: web::Data<App>,
    id: web::Path<ApiTokenId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, token) = (who.ctx(&app), password::token());
    let hash = sha256(token.as_bytes());
    let done = match day(&form, "old_until") {
        Ok(day) => app.write(move |tx| tokens::rotate(tx, &ctx, &id, &hash, day)).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(it) => page::show(&show(page, &app, Form::default(), Some((it.name, token))).await?),
        Err(Error::Refused(why)) => {
            page::show_refused(&show(page.refused(&*why), &app, Form::default(), None).await?)
        }
        Err(error) => Err(error),
    }
}

/// Revokes a token.
pub async fn revoke(who: Admin, app: web::Data<App>, id: web::Path<ApiTokenId>) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    app.write(move |tx| tokens::revoke(tx, &ctx, &id)).await?;
    Ok(page::see_done("/api-tokens"))
}
