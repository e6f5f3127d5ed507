//! Bureaus, hospitals and suppliers: list, one with its accounts, new, edit, deactivate.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{PAGE, address, cut};
use crate::error::{Error, Result};
use crate::people::{self, Account, Organisation, OrganisationKind, Role};
use crate::text::{Lang, Text};
use crate::types::OrganisationId;
use crate::web::form::Form;
use crate::web::{Admin, App, Page, page};

#[derive(Template)]
#[template(path = "admin/organisations.html")]
struct List {
    page: Page,
    q: String,
    kind: String,
    kinds: Vec<(&'static str, &'static str)>,
    organisations: Vec<Organisation>,
    next: Option<String>,
}

/// What the list is asked for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Query {
    q: String,
    kind: String,
    after_name: String,
    after_id: String,
}

/// The list.
pub async fn list(
    page: Page,
    _who: Admin,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let Query { q, kind, after_name, after_id } = query.into_inner();
    let (search, wanted) = (q.trim().to_owned(), kind.parse().ok());
    let after = (!after_id.is_empty()).then_some((after_name, after_id));
    let found = app
        .read(move |conn| people::store::organisations(conn, wanted, &search, after, PAGE as i64 + 1))
        .await?;
    let (organisations, is_more) = cut(found);
    let next = organisations.last().filter(|_| is_more).map(|last| {
        let place = [("after_name", last.name.as_str()), ("after_id", last.id.as_str())];
        address("/organisations", &[&[("q", q.as_str()), ("kind", &kind)], &place[..]].concat())
    });
    let mut kinds = vec![("", page.t.common.all)];
    kinds.extend(kind_choices(page.t));
    page::show(&List { page, q, kind, kinds, organisations, next })
}

fn kind_choices(t: &Text) -> Vec<(&'static str, &'static str)> {
    OrganisationKind::ALL.iter().map(|kind| (kind.as_str(), kind.name(t))).collect()
}

#[derive(Template)]
#[template(path = "admin/organisation.html")]
struct Show {
    page: Page,
    it: Organisation,
    accounts: Vec<(Account, String)>,
    is_own: bool,
}

/// One organisation with its accounts.
pub async fn show(
    page: Page,
    who: Admin,
    app: web::Data<App>,
    id: web::Path<OrganisationId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let t = page.t;
    let (it, accounts) = app
        .read(move |conn| {
            let it = people::store::organisation(conn, &id)?.ok_or(Error::NotFound)?;
            let mut accounts = Vec::new();
            for account in people::store::accounts_of(conn, &id)? {
                let roles = people::store::roles(conn, &account.id)?;
                accounts.push((account, role_names(&roles, t)));
            }
            Ok((it, accounts))
        })
        .await?;
    let is_own = who.organisation.id == it.id;
    page::show(&Show { page, it, accounts, is_own })
}

/// Role names in one line.
pub fn role_names(roles: &[Role], t: &Text) -> String {
    roles.iter().map(|role| role.name(t)).collect::<Vec<_>>().join(" · ")
}

#[derive(Template)]
#[template(path = "admin/organisation_form.html")]
struct Edit {
    page: Page,
    it: Organisation,
    is_new: bool,
    kinds: Vec<(&'static str, &'static str)>,
    tiers: Vec<(&'static str, &'static str)>,
}

impl Edit {
    fn of(page: Page, it: Organisation, is_new: bool) -> Self {
        let (t, stored) = (&page.t.admin, &Lang::Zh.text().admin);
        // The tier is stored as the field writes it, whatever language the page is in.
        let tiers = vec![
            ("", page.t.common.none),
            (stored.tier_3, t.tier_3),
            (stored.tier_2, t.tier_2),
            (stored.tier_1, t.tier_1),
            (stored.tier_0, t.tier_0),
        ];
        let kinds = kind_choices(page.t);
        Self { page, it, is_new, kinds, tiers }
    }
}

/// The empty form.
pub async fn new(page: Page, _who: Admin, app: web::Data<App>) -> Result<HttpResponse> {
    let it = Organisation {
        id: OrganisationId::new(),
        kind: OrganisationKind::Hospital,
        name: String::new(),
        code: String::new(),
        region: String::new(),
        tier: String::new(),
        group_name: String::new(),
        active: true,
        created_at: app.now(),
    };
    page::show(&Edit::of(page, it, true))
}

/// The form of one organisation.
pub async fn edit(
    page: Page,
    _who: Admin,
    app: web::Data<App>,
    id: web::Path<OrganisationId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let it = app.read(move |conn| people::store::organisation(conn, &id)?.ok_or(Error::NotFound)).await?;
    page::show(&Edit::of(page, it, false))
}

fn filled(form: &Form, before: Organisation) -> Organisation {
    Organisation {
        name: form.text("name").to_owned(),
        code: form.text("code").to_owned(),
        region: form.text("region").to_owned(),
        tier: form.text("tier").to_owned(),
        group_name: form.text("group_name").to_owned(),
        ..before
    }
}

/// Enters an organisation.
pub async fn add(page: Page, who: Admin, app: web::Data<App>, form: Form) -> Result<HttpResponse> {
    let blank = Organisation {
        id: form.choice("id")?,
        kind: form.choice("kind")?,
        name: String::new(),
        code: String::new(),
        region: String::new(),
        tier: String::new(),
        group_name: String::new(),
        active: true,
        created_at: app.now(),
    };
    let (it, ctx) = (filled(&form, blank), who.ctx(&app));
    let new = it.clone();
    match app.write(move |tx| people::add_organisation(tx, &ctx, new.clone())).await {
        Ok(made) => Ok(page::see_done(&format!("/organisations/{}", made.id))),
        Err(Error::Refused(why)) => page::show_refused(&Edit::of(page.refused(&*why), it, true)),
        Err(e) => Err(e),
    }
}

/// Changes an organisation.
pub async fn change(
    page: Page,
    who: Admin,
    app: web::Data<App>,
    id: web::Path<OrganisationId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let key = id.clone();
    let before =
        app.read(move |conn| people::store::organisation(conn, &key)?.ok_or(Error::NotFound)).await?;
    let it = filled(&form, before);
    let changed = it.clone();
    match app.write(move |tx| people::change_organisation(tx, &ctx, changed.clone())).await {
        Ok(()) => Ok(page::see_done(&format!("/organisations/{id}"))),
        Err(Error::Refused(why)) => page::show_refused(&Edit::of(page.refused(&*why), it, false)),
        Err(e) => Err(e),
    }
}

/// Lets its people log in, or no longer.
pub async fn set_active(
    who: Admin,
    app: web::Data<App>,
    id: web::Path<OrganisationId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx, active) = (id.into_inner(), who.ctx(&app), form.text("active") == "yes");
    let to = format!("/organisations/{id}");
    app.write(move |tx| {
        let before = people::store::organisation(tx.conn(), &id)?.ok_or(Error::NotFound)?;
        people::change_organisation(tx, &ctx, Organisation { active, ..before })
    })
    .await?;
    Ok(page::see_done(&to))
}
