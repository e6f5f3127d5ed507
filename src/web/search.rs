//! `/search`: products, companies, hospitals, contracts, rounds and price cases by code, number or name, each as far
//! as the reader may open it.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::cases::store::{self as case_store, Subject};
use crate::catalog::{self, Product, Sort};
use crate::contracts::Contract;
use crate::contracts::store as contract_store;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{Organisation, OrganisationKind, Who, store as people_store};
use crate::rounds::{self, Round};
use crate::text::{Text, fill};
use crate::web::access::STAFF;
use crate::web::catalog::only_maker;
use crate::web::{App, Page, Person, cases, contracts, page};

/// Most of each kind.
const MOST: usize = 8;
/// Longest text that is looked for.
const LONGEST: usize = 100;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// Something found: its page, its code or number, and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Hit {
    path: String,
    code: String,
    name: String,
}

/// What was found of one kind, and where the rest is.
struct Group {
    name: &'static str,
    hits: Vec<Hit>,
    more: String,
}

impl Group {
    /// The first of what was found; with more than that, the list that has all.
    fn of(name: &'static str, mut hits: Vec<Hit>, more: String) -> Self {
        let is_more = hits.len() > MOST;
        hits.truncate(MOST);
        Self { name, hits, more: if is_more { more } else { String::new() } }
    }
}

#[derive(Template)]
#[template(path = "search.html")]
struct Show {
    page: Page,
    q: String,
    /// What has the text as its whole code or number.
    exact: Vec<Hit>,
    groups: Vec<Group>,
}

impl Show {
    fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.groups.iter().all(|group| group.hits.is_empty())
    }

    fn heading(&self) -> String {
        fill(self.page.t.search.found, &[("q", &self.q)])
    }

    fn nothing(&self) -> String {
        fill(self.page.t.search.nothing, &[("q", &self.q)])
    }

    fn all(&self, group: &Group) -> String {
        fill(self.page.t.search.more, &[("group", &group.name)])
    }
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let q: String = asked.q.trim().chars().take(LONGEST).collect();
    if q.is_empty() {
        return page::show(&Show { page, q, exact: Vec::new(), groups: Vec::new() });
    }
    let (text, t) = (q.clone(), page.t);
    let (exact, groups) = app
        .read(move |conn| {
            let exact = exact(conn, &who, &text)?;
            let mut groups = groups(conn, &who, &text, t)?;
            for group in &mut groups {
                group.hits.retain(|hit| !exact.contains(hit));
            }
            Ok((exact, groups))
        })
        .await?;
    page::show(&Show { page, q, exact, groups })
}

fn product(it: Product) -> Hit {
    let name = [it.generic, it.spec, it.maker].join(" ");
    Hit { path: format!("/products/{}", it.id), code: it.code, name }
}

fn organisation(it: Organisation) -> Hit {
    let side = if it.kind == OrganisationKind::Hospital { "hospitals" } else { "suppliers" };
    Hit { path: format!("/prices/{side}/{}", it.id), code: it.code, name: it.name }
}

fn contract(it: Contract) -> Hit {
    let name = format!("{} {}", it.product, it.spec);
    Hit { path: format!("/contracts/{}", it.id), code: it.number, name }
}

fn round(it: Round) -> Hit {
    Hit { path: format!("/rounds/{}", it.id), code: it.number, name: it.title }
}

/// Whether a reader may open the page of an organisation: the bureau everybody's, others their own.
fn may_open(who: &Who, it: &Organisation) -> bool {
    it.kind != OrganisationKind::Bureau && (who.is_any(STAFF) || it.id == who.organisation.id)
}

/// What has the text as its whole code or number, each by an index, and may be opened by the reader.
fn exact(conn: &mut Conn, who: &Who, q: &str) -> Result<Vec<Hit>> {
    let code = q.to_uppercase();
    let mut hits = Vec::new();
    if let Some(it) = catalog::by_code(conn, &code)?
        && only_maker(who).is_none_or(|maker| maker == it.maker)
    {
        hits.push(product(it));
    }
    if let Some(it) = people_store::organisation_by_code(conn, &code)?
        && may_open(who, &it)
    {
        hits.push(organisation(it));
    }
    let scope = contracts::scope(who);
    for it in contract_store::numbered(conn, scope.as_ref(), q, 1)? {
        if it.number == q {
            hits.push(contract(it));
        }
    }
    if let Some(it) = rounds::store::round_by_number(conn, q)? {
        hits.extend(seen(rounds::seen_by(conn, who, &it.id))?.map(round));
    }
    if who.is_any(cases::PARTIES)
        && let Some(id) = case_store::by_number(conn, &code)?
        && let Some(it) = seen(cases::seen(conn, who, &id))?
    {
        let name = catalog::product(conn, &it.product_id)?.generic;
        hits.push(Hit { path: format!("/cases/{}", it.id), code: it.number, name });
    }
    Ok(hits)
}

/// What is not the reader's is not there.
fn seen<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Err(Error::NotFound) => Ok(None),
        other => other.map(Some),
    }
}

/// What fits, kind by kind, at most one more of each than is shown.
fn groups(conn: &mut Conn, who: &Who, q: &str, t: &'static Text) -> Result<Vec<Group>> {
    let (m, at) = (&t.search, page::encode(q));
    let limit = i64::try_from(MOST).unwrap_or(i64::MAX).saturating_add(1);
    let mut groups = Vec::new();

    let filter = catalog::Filter {
        text: q.to_owned(),
        kind: None,
        maker: String::new(),
        of_maker: only_maker(who),
        sort: Sort::Generic,
        after: None,
    };
    let products = catalog::page(conn, &filter, limit)?.into_iter().map(product).collect();
    groups.push(Group::of(m.products, products, format!("/products?q={at}")));

    for (kind, name) in [(OrganisationKind::Supplier, m.companies), (OrganisationKind::Hospital, m.hospitals)]
    {
        let found = organisations(conn, who, kind, q, limit)?;
        let hits = found.into_iter().map(organisation).collect();
        groups.push(Group::of(name, hits, format!("/prices/search?q={at}")));
    }

    let scope = contracts::scope(who);
    let found = contract_store::numbered(conn, scope.as_ref(), q, limit)?;
    let hits = found.into_iter().map(contract).collect();
    groups.push(Group::of(m.contracts, hits, format!("/contracts?q={at}")));

    let filter = rounds::store::Filter { search: q.to_owned(), ..Default::default() };
    let hits = rounds::list(conn, who, filter, limit)?.into_iter().map(round).collect();
    groups.push(Group::of(m.rounds, hits, format!("/rounds?q={at}")));

    if who.is_any(cases::PARTIES) {
        let subject = match cases::is_supplier(who) {
            true => Subject::Supplier(who.organisation.id.clone()),
            false => Subject::All,
        };
        let text = if q.to_uppercase().starts_with("AJ") { q.to_uppercase() } else { q.to_owned() };
        let filter =
            case_store::Filter { subject, text, order: case_store::Order::Newest, ..Default::default() };
        let hit = |(it, product): (crate::cases::Case, Product)| Hit {
            path: format!("/cases/{}", it.id),
            code: it.number,
            name: product.generic,
        };
        let hits = case_store::page(conn, &filter, limit)?.into_iter().map(hit).collect();
        groups.push(Group::of(m.cases, hits, format!("/cases?state=all&order=newest&q={at}")));
    }
    Ok(groups)
}

/// Organisations of a kind that fit and that the reader may open.
fn organisations(
    conn: &mut Conn,
    who: &Who,
    kind: OrganisationKind,
    q: &str,
    limit: i64,
) -> Result<Vec<Organisation>> {
    if who.is_any(STAFF) {
        return people_store::organisations(conn, Some(kind), q, None, limit);
    }
    let own = &who.organisation;
    let fits = |text: &str| text.to_lowercase().contains(&q.to_lowercase());
    let is_found = own.kind == kind && (fits(&own.name) || fits(&own.code));
    Ok(if is_found { vec![own.clone()] } else { Vec::new() })
}
