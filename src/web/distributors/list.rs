//! `/distributors`: the register by name.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::error::Result;
use crate::people::{self, Role};
use crate::supply::distributors::Distributor;
use crate::supply::distributors::store::{self, Filter};
use crate::web::{App, Page, Person, page};

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    region: String,
    state: String,
    name: String,
    id: String,
}

#[derive(Template)]
#[template(path = "distributors/list.html")]
struct List {
    page: Page,
    asked: Asked,
    regions: Vec<(String, String)>,
    states: Vec<(&'static str, &'static str)>,
    lines: Vec<(Distributor, String)>,
    next: String,
}

impl List {
    fn is_officer(&self) -> bool {
        self.page.is(Role::Officer.as_str())
    }

    fn is_supplier(&self) -> bool {
        self.page.is(Role::Supplier.as_str())
    }
}

const PAGE: i64 = 50;

/// The register.
pub async fn index(
    page: Page,
    _who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let filter = Filter {
        region: (!asked.region.is_empty()).then(|| asked.region.clone()),
        active: match asked.state.as_str() {
            "active" => Some(true),
            "suspended" => Some(false),
            _ => None,
        },
        after: asked.id.parse().ok().map(|id| (asked.name.clone(), id)),
    };
    let (lines, is_more, known) = app
        .read(move |conn| {
            let mut found = store::page(conn, &filter, PAGE + 1)?;
            let is_more = found.len() > PAGE as usize;
            found.truncate(PAGE as usize);
            let mut lines = Vec::new();
            for it in found {
                let regions = store::regions(conn, &it.id)?.join(" · ");
                lines.push((it, regions));
            }
            Ok((lines, is_more, people::store::regions(conn)?))
        })
        .await?;
    let t = page.t;
    let all = std::iter::once((String::new(), t.common.all.to_owned()));
    let regions = all.chain(known.into_iter().map(|region| (region.clone(), region))).collect();
    let d = &t.distributors;
    let states = vec![("", t.common.all), ("active", d.active), ("suspended", d.suspended)];
    let next = match lines.last() {
        Some((last, _)) if is_more => {
            let [region, state, name] =
                [&asked.region, &asked.state, &last.name].map(|text| page::encode(text));
            format!("/distributors?region={region}&state={state}&name={name}&id={}", last.id)
        }
        _ => String::new(),
    };
    page::show(&List { page, asked, regions, states, lines, next })
}
