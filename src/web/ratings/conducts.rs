//! `/conducts`: what companies did, by when it was entered; and the form that enters one.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::credit::editions::ConductKind;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, Role};
use crate::ratings::conducts::{self, Conduct, DocumentKind, Entered};
use crate::ratings::store::{self, Conducts};
use crate::text::{Text, fill};
use crate::types::{ConductId, Ctx};
use crate::web::form::Form;
use crate::web::upload::Upload;
use crate::web::{App, Officer, Page, Staff, page};

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    open: String,
    before: String,
}

impl Asked {
    fn query(&self) -> String {
        format!("q={}&open={}", page::encode(&self.q), page::encode(&self.open))
    }
}

#[derive(Template)]
#[template(path = "ratings/conducts.html")]
struct List {
    page: Page,
    asked: Asked,
    which: [(&'static str, &'static str); 2],
    rows: Vec<Conduct>,
    next: String,
}

impl List {
    fn is_officer(&self) -> bool {
        self.page.is(Role::Officer.as_str())
    }
}

const PAGE: usize = 100;

/// The list.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let before: Option<ConductId> = match asked.before.as_str() {
        "" => None,
        id => Some(id.parse().map_err(|_| Error::NotFound)?),
    };
    let text = asked.q.trim().chars().take(100).collect();
    let filter = Conducts { text, company: None, open: asked.open == "1", before };
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut rows = app.read(move |conn| store::conducts(conn, &filter, limit)).await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = match rows.last() {
        Some(last) if is_more => format!("/conducts?{}&before={}", asked.query(), last.id),
        _ => String::new(),
    };
    let which = [("", page.t.common.all), ("1", page.t.ratings.only_open)];
    page::show(&List { page, asked, which, rows, next })
}

#[derive(Template)]
#[template(path = "ratings/conduct_new.html")]
struct New {
    page: Page,
    id: String,
    typed: Form,
    corrects: Option<Conduct>,
    kinds: Vec<(&'static str, &'static str)>,
    documents: Vec<(&'static str, &'static str)>,
    roles: [(&'static str, &'static str); 2],
}

impl New {
    fn correcting(&self, it: &Conduct) -> String {
        fill(self.page.t.ratings.correcting, &[("document", &it.document())])
    }
}

/// Which conduct is corrected.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Correcting {
    corrects: String,
}

/// A blank form, or one filled in from the conduct it corrects.
fn blank(conn: &mut Conn, corrects: &str) -> Result<(Form, Option<Conduct>)> {
    if corrects.is_empty() {
        let region = people::store::regions(conn)?.into_iter().next().unwrap_or_default();
        return Ok((Form::from_pairs(vec![("region".to_owned(), region)]), None));
    }
    let id: ConductId = corrects.parse().map_err(|_| Error::NotFound)?;
    let it = conducts::conduct(conn, &id)?;
    let products = store::products_of(conn, std::slice::from_ref(&id))?;
    let codes: Vec<String> = products.into_iter().map(|(code, _)| code).collect();
    let pairs = [
        ("company_code", it.company_code.clone()),
        ("company_name", it.company_name.clone()),
        ("role", if it.is_distributor { "distributor" } else { "maker" }.to_owned()),
        ("kind", it.kind.to_string()),
        ("amount", it.amount.map(|amount| amount.to_string()).unwrap_or_default()),
        ("document_kind", it.document_kind.to_string()),
        ("document_number", it.document_number.clone()),
        ("issuer", it.issuer.clone()),
        ("document_on", it.document_on.to_string()),
        ("region", it.region.clone()),
        ("summary", it.summary.clone()),
        ("products", codes.join("\n")),
    ];
    let pairs = pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok((Form::from_pairs(pairs), Some(it)))
}

fn made(page: Page, id: String, typed: Form, corrects: Option<Conduct>) -> New {
    let t = page.t;
    let m = &t.ratings;
    New {
        kinds: ConductKind::ALL.iter().map(|it| (it.as_str(), it.name(t))).collect(),
        documents: DocumentKind::ALL.iter().map(|it| (it.as_str(), it.name(t))).collect(),
        roles: [("maker", m.as_maker), ("distributor", m.as_distributor)],
        page,
        id,
        typed,
        corrects,
    }
}

/// The form.
pub async fn form(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    query: web::Query<Correcting>,
) -> Result<HttpResponse> {
    let corrects = query.into_inner().corrects;
    let (typed, corrects) = app.read(move |conn| blank(conn, &corrects)).await?;
    let id = page.fresh_id();
    page::show(&made(page, id, typed, corrects))
}

fn entered(form: &Form, ctx: &Ctx) -> Result<Entered> {
    let text = |name: &str| form.text(name).to_owned();
    let it = Conduct {
        id: form.choice("id")?,
        company_code: text("company_code").to_uppercase(),
        company_name: text("company_name"),
        supplier_id: None,
        is_distributor: form.text("role") == "distributor",
        kind: form.choice("kind")?,
        amount: form.number_if_given("amount")?,
        document_kind: form.choice("document_kind")?,
        document_number: text("document_number"),
        issuer: text("issuer"),
        document_on: form.day("document_on")?,
        region: text("region"),
        summary: text("summary"),
        corrects_id: if form.text("corrects").is_empty() { None } else { Some(form.choice("corrects")?) },
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    let is_between =
        |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '\u{ff0c}' | '\u{3001}' | '\u{ff1b}');
    let products = form.text("products").split(is_between).filter(|code| !code.is_empty());
    Ok(Entered { it, products: products.map(str::to_owned).collect(), file: None })
}

/// Enters a conduct with its document.
pub async fn enter(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    mut upload: Upload,
) -> Result<HttpResponse> {
    let (ctx, file) = (who.ctx(&app), upload.document());
    let form = upload.form;
    let done = match entered(&form, &ctx) {
        Ok(new) => {
            let new = Entered { file, ..new };
            app.write(move |tx| conducts::enter(tx, &ctx, new.clone())).await
        }
        Err(why) => Err(why),
    };
    match done {
        Ok(id) => Ok(page::see_done(&format!("/conducts/{id}"))),
        Err(Error::Refused(why)) => {
            let (corrects, id) = (form.text("corrects").to_owned(), form.text("id").to_owned());
            let (_, corrects) = app.read(move |conn| blank(conn, &corrects)).await?;
            page::show_refused(&made(page.refused(&*why), id, form, corrects))
        }
        Err(fault) => Err(fault),
    }
}

/// The band of an outcome in words.
pub fn band(above: Option<crate::types::Money>, t: &Text) -> String {
    match above {
        Some(amount) => fill(t.ratings.band_above, &[("amount", &amount)]),
        None => t.ratings.band_any.to_owned(),
    }
}
