//! One's own account: data, password, language, devices.

use actix_web::cookie::Cookie;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::languages;
use super::organisations::role_names;
use crate::error::{Error, Result};
use crate::people::{self, Refused, Session, own, password, rules};
use crate::text::{Lang, fill};
use crate::web::form::Form;
use crate::web::gate::LANGUAGE;
use crate::web::{App, Page, Person, block, page};

#[derive(Template)]
#[template(path = "admin/account.html")]
struct Show {
    page: Page,
    who: people::Who,
    roles: String,
    password_hint: String,
    sessions: Vec<Session>,
    langs: [(Lang, &'static str); 2],
}

impl Show {
    async fn of(page: Page, who: &Person, app: &App) -> Result<Self> {
        let id = who.account.id.clone();
        let sessions = app.read(move |conn| people::store::sessions_of(conn, &id)).await?;
        let t = page.t;
        Ok(Self {
            roles: role_names(&who.roles, t),
            password_hint: fill(t.admin.password_hint, &[("n", &rules::PASSWORD_CHARS)]),
            langs: languages(t),
            who: who.0.clone(),
            page,
            sessions,
        })
    }
}

/// The page.
pub async fn show(page: Page, who: Person, app: web::Data<App>) -> Result<HttpResponse> {
    page::show(&Show::of(page, &who, &app).await?)
}

/// Changes the password; every other device is logged out.
pub async fn set_password(page: Page, who: Person, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    match new_hash(&who, &form).await? {
        Ok(hash) => {
            let ctx = who.ctx(&app);
            app.write(move |tx| {
                people::set_password(tx, &ctx, &who.account.id, &hash, false, Some(&who.session))
            })
            .await?;
            Ok(page::see_done("/account"))
        }
        Err(why) => page::show_refused(&Show::of(page.refused(&why), &who, &app).await?),
    }
}

/// The new password's hash, if the old one is right and the new one good. Slow on purpose.
async fn new_hash(who: &Person, form: &Form) -> Result<std::result::Result<String, Refused>> {
    let (old, new) = (form.raw("old").to_owned(), form.raw("password").to_owned());
    let (login, again) = (who.account.login.clone(), form.raw("again").to_owned());
    let stored = who.account.password_hash.clone();
    block(move || {
        if !password::is_right(&old, Some(&stored)) {
            return Ok(Err(Refused::WrongPassword));
        }
        if let Err(why) = rules::password(&login, &new, &again) {
            return Ok(Err(why));
        }
        if old == new {
            return Ok(Err(Refused::PasswordEasy));
        }
        password::hash(&new).map(Ok)
    })
    .await
}

/// Logs out every other device.
pub async fn end_others(who: Person, app: web::Data<App>) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    app.write(move |tx| own::end_other_sessions(tx, &ctx, &who)).await?;
    Ok(page::see_done("/account"))
}

/// Sets the language of letters and pages; the switch on this device no longer overrules it.
pub async fn set_language(who: Person, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let (lang, ctx): (Lang, _) = (form.choice("lang")?, who.ctx(&app));
    app.write(move |tx| own::set_language(tx, &ctx, &who.account.id, lang)).await?;
    let mut response = page::see_done("/account");
    let mut gone = Cookie::build(LANGUAGE, "").path("/").finish();
    gone.make_removal();
    response.add_cookie(&gone).map_err(|e| Error::fault(e.to_string()))?;
    Ok(response)
}
