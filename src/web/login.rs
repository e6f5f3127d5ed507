//! Logging in and out.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::people::{self, Refused, password};
use crate::types::{Ctx, sha256};
use crate::web::form::Form;
use crate::web::gate::SESSION;
use crate::web::{App, Page, Person, page};

#[derive(Template)]
#[template(path = "login.html")]
struct Login {
    page: Page,
    login: String,
    to: String,
}

/// The form.
pub async fn form(page: Page, query: web::Query<To>) -> Result<HttpResponse> {
    if page.who.as_ref().is_some_and(|w| w.account.must_change) {
        return Ok(page::see("/account"));
    }
    if page.who.is_some() {
        return Ok(page::see("/"));
    }
    page::show(&Login { page, login: String::new(), to: page::local(&query.to).to_owned() })
}

/// Where to go after logging in.
#[derive(serde::Deserialize)]
pub struct To {
    #[serde(default)]
    to: String,
}

/// Checks the password and opens a session.
pub async fn enter(page: Page, req: HttpRequest, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let login = form.text("login").to_lowercase();
    let to = page::local(form.text("to")).to_owned();
    match check(&req, &app, &login, form.raw("password").to_owned()).await? {
        Ok(token) => {
            let mut response = page::see(&to);
            response.add_cookie(&cookie(&app, token)).map_err(|e| Error::fault(e.to_string()))?;
            Ok(response)
        }
        Err(why) => page::show_refused(&Login { page: page.refused(&why), login, to }),
    }
}

async fn check(
    req: &HttpRequest,
    app: &App,
    login: &str,
    given: String,
) -> Result<std::result::Result<String, Refused>> {
    let name = login.to_owned();
    let account = app.read(move |conn| people::store::account_by_login(conn, &name)).await?;
    let stored = account.as_ref().map(|a| a.password_hash.clone());
    let right = super::block(move || Ok(password::is_right(&given, stored.as_deref()))).await?;
    let Some(account) = account else { return Ok(Err(Refused::WrongLogin)) };
    let token = password::token();
    let (hash, ctx) = (sha256(token.as_bytes()), Ctx::system(app.now(), login));
    let agent =
        req.headers().get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let answer = app.write(move |tx| people::sign_in(tx, &ctx, &account.id, right, &hash, &agent)).await?;
    Ok(answer.map(|()| token))
}

fn cookie(app: &App, token: String) -> Cookie<'static> {
    Cookie::build(SESSION, token)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(app.settings.secure_cookies)
        .finish()
}

/// Ends the session.
pub async fn leave(who: Person, app: web::Data<App>) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    app.write(move |tx| people::sign_out(tx, &ctx, &who)).await?;
    let mut response = page::see("/login");
    let mut gone = cookie(&app, String::new());
    gone.make_removal();
    response.add_cookie(&gone).map_err(|e| Error::fault(e.to_string()))?;
    Ok(response)
}
