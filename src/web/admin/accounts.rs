//! An account as an administrator keeps it: new, roles, lock, one-time password.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::languages;
use crate::error::{Error, Result};
use crate::people::{self, Account, NewAccount, Organisation, Role, own, password, rules};
use crate::text::{Lang, Text, fill};
use crate::types::{AccountId, OrganisationId, Time};
use crate::web::form::Form;
use crate::web::{Admin, App, Page, block, page};

/// A role to tick.
struct Tick {
    role: Role,
    name: &'static str,
    is_on: bool,
}

fn ticks(organisation: &Organisation, on: &[Role], t: &Text) -> Vec<Tick> {
    Role::ALL
        .iter()
        .filter(|role| rules::role_kinds(**role).contains(&organisation.kind))
        .map(|role| Tick { role: *role, name: role.name(t), is_on: on.contains(role) })
        .collect()
}

fn chosen(form: &Form) -> Result<Vec<Role>> {
    let mut roles = Vec::new();
    for word in form.all("roles") {
        let role = word
            .parse()
            .map_err(|()| Error::refused(crate::web::form::Refused::Choice("roles", word.to_owned())))?;
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    Ok(roles)
}

#[derive(Template)]
#[template(path = "admin/account_new.html")]
struct New {
    page: Page,
    organisation: Organisation,
    id: String,
    login: String,
    person: String,
    email: String,
    lang: Lang,
    ticks: Vec<Tick>,
    langs: [(Lang, &'static str); 2],
}

/// For which organisation.
#[derive(Deserialize)]
pub struct For {
    organisation: OrganisationId,
}

/// The empty form.
pub async fn new(
    page: Page,
    _who: Admin,
    app: web::Data<App>,
    query: web::Query<For>,
) -> Result<HttpResponse> {
    let organisation = organisation(&app, query.into_inner().organisation).await?;
    let kind_roles: Vec<Role> =
        Role::ALL.iter().copied().filter(|r| rules::role_kinds(*r).contains(&organisation.kind)).collect();
    let only: &[Role] = if kind_roles.len() == 1 { &kind_roles } else { &[] };
    let (ticks, langs) = (ticks(&organisation, only, page.t), languages(page.t));
    page::show(&New {
        id: page.fresh_id(),
        page,
        organisation,
        login: String::new(),
        person: String::new(),
        email: String::new(),
        lang: Lang::Zh,
        ticks,
        langs,
    })
}

async fn organisation(app: &App, id: OrganisationId) -> Result<Organisation> {
    app.read(move |conn| people::store::organisation(conn, &id)?.ok_or(Error::NotFound)).await
}

/// Makes an account and shows its one-time password.
pub async fn add(page: Page, who: Admin, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let organisation = organisation(&app, form.choice("organisation")?).await?;
    let roles = chosen(&form)?;
    let once = password::one_time();
    let new = NewAccount {
        id: form.choice("id")?,
        organisation_id: organisation.id.clone(),
        login: form.text("login").to_owned(),
        name: form.text("name").to_owned(),
        email: form.text("email").to_owned(),
        lang: form.text("lang").parse().unwrap_or(Lang::Zh),
        roles: roles.clone(),
        password_hash: hashed(once.clone()).await?,
        must_change: true,
    };
    let (given, ctx) = (new.clone(), who.ctx(&app));
    let made = app
        .write(move |tx| {
            let is_known = people::store::account(tx.conn(), &given.id)?.is_some();
            Ok((people::add_account(tx, &ctx, given.clone())?, is_known))
        })
        .await;
    match made {
        // The form was sent twice: the first password holds and was shown then.
        Ok((account, true)) => Ok(page::see(&format!("/accounts/{}", account.id))),
        Ok((account, false)) => page::show(&Once { page, account, once }),
        Err(Error::Refused(why)) => {
            let (ticks, langs) = (ticks(&organisation, &roles, page.t), languages(page.t));
            page::show_refused(&New {
                page: page.refused(&*why),
                organisation,
                id: new.id.to_string(),
                login: new.login,
                person: new.name,
                email: new.email,
                lang: new.lang,
                ticks,
                langs,
            })
        }
        Err(e) => Err(e),
    }
}

async fn hashed(plain: String) -> Result<String> {
    block(move || password::hash(&plain)).await
}

#[derive(Template)]
#[template(path = "admin/password_once.html")]
struct Once {
    page: Page,
    account: Account,
    once: String,
}

#[derive(Template)]
#[template(path = "admin/account_edit.html")]
struct Show {
    page: Page,
    account: Account,
    organisation: Organisation,
    lock: String,
    is_locked: bool,
    ticks: Vec<Tick>,
    langs: [(Lang, &'static str); 2],
}

impl Show {
    fn of(page: Page, account: Account, organisation: Organisation, roles: &[Role], now: Time) -> Self {
        let t = page.t;
        let until = account.locked_until.filter(|until| *until > now);
        let lock = match until {
            Some(until) => fill(t.admin.locked_until, &[("until", &until)]),
            None if account.failures > 0 => fill(t.admin.failures, &[("n", &account.failures)]),
            None => t.admin.not_locked.to_owned(),
        };
        let is_locked = until.is_some() || account.failures > 0;
        let (ticks, langs) = (ticks(&organisation, roles, t), languages(t));
        Self { page, account, organisation, lock, is_locked, ticks, langs }
    }
}

async fn load(app: &App, id: AccountId) -> Result<(Account, Organisation, Vec<Role>)> {
    app.read(move |conn| {
        let account = people::store::account(conn, &id)?.ok_or(Error::NotFound)?;
        let organisation =
            people::store::organisation(conn, &account.organisation_id)?.ok_or(Error::NotFound)?;
        Ok((account, organisation, people::store::roles(conn, &id)?))
    })
    .await
}

/// One account.
pub async fn show(
    page: Page,
    _who: Admin,
    app: web::Data<App>,
    id: web::Path<AccountId>,
) -> Result<HttpResponse> {
    let (account, organisation, roles) = load(&app, id.into_inner()).await?;
    page::show(&Show::of(page, account, organisation, &roles, app.now()))
}

/// Changes name, mail address, language, roles and whether it is active.
pub async fn change(
    page: Page,
    who: Admin,
    app: web::Data<App>,
    id: web::Path<AccountId>,
    form: Form,
) -> Result<HttpResponse> {
    let (before, organisation, _) = load(&app, id.into_inner()).await?;
    let (roles, ctx) = (chosen(&form)?, who.ctx(&app));
    let account = Account {
        name: form.text("name").to_owned(),
        email: form.text("email").to_owned(),
        lang: form.text("lang").parse().unwrap_or(before.lang),
        active: form.text("active") == "yes",
        ..before
    };
    let (changed, new_roles) = (account.clone(), roles.clone());
    match app.write(move |tx| people::change_account(tx, &ctx, changed.clone(), &new_roles)).await {
        Ok(()) => Ok(page::see_done(&format!("/accounts/{}", account.id))),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            page::show_refused(&Show::of(page, account, organisation, &roles, app.now()))
        }
        Err(e) => Err(e),
    }
}

/// Lifts a lock.
pub async fn unlock(who: Admin, app: web::Data<App>, id: web::Path<AccountId>) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let to = format!("/accounts/{id}");
    app.write(move |tx| own::unlock(tx, &ctx, &id)).await?;
    Ok(page::see_done(&to))
}

/// Sets a one-time password and shows it.
pub async fn reset(
    page: Page,
    who: Admin,
    app: web::Data<App>,
    id: web::Path<AccountId>,
) -> Result<HttpResponse> {
    let (account, _, _) = load(&app, id.into_inner()).await?;
    let once = password::one_time();
    let (hash, ctx, id) = (hashed(once.clone()).await?, who.ctx(&app), account.id.clone());
    app.write(move |tx| people::set_password(tx, &ctx, &id, &hash, true, None)).await?;
    page::show(&Once { page, account, once })
}
