//! `/rules/{id}`: every parameter of a version with its source, its other versions, the rounds that use it, and the
//! version as a file.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::title;
use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::people::Role;
use crate::rounds::rule_set::{Confidence, Parameter, RuleSet};
use crate::rounds::{self, Round, RuleSetVersion};
use crate::types::RuleSetId;
use crate::web::access::STAFF;
use crate::web::{App, Page, Person, page};

#[derive(Template)]
#[template(path = "rules/show.html")]
struct Show {
    page: Page,
    version: RuleSetVersion,
    title: String,
    rules: RuleSet,
    parameters: Vec<Parameter>,
    own_only: bool,
    versions: Vec<RuleSetVersion>,
    rounds: Vec<Round>,
    can_copy: bool,
    can_compare: bool,
}

/// What the address asks for.
#[derive(serde::Deserialize)]
pub struct Asked {
    /// Any text: only parameters of our own choice.
    #[serde(default)]
    own: String,
}

/// One version.
pub async fn show(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RuleSetId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let reader = who.0.clone();
    let (version, versions, used) = app
        .read(move |conn| {
            let version = rounds::rule_set_version(conn, &id)?;
            let mut versions = rounds::store::rule_sets(conn)?;
            versions.retain(|other| other.name == version.name);
            let mut used = Vec::new();
            for round in rounds::store::rounds_bound_to(conn, &id)? {
                match rounds::seen_by(conn, &reader, &round.id) {
                    Ok(round) => used.push(round),
                    Err(Error::NotFound) => {}
                    Err(e) => return Err(e),
                }
            }
            Ok((version, versions, used))
        })
        .await?;
    let rules = RuleSet::parse(&version.body).map_err(Error::refused)?;
    let own_only = !asked.own.is_empty();
    let mut parameters = rules.parameters();
    parameters.retain(|p| !own_only || p.confidence == Confidence::Own.as_str());
    page::show(&Show {
        title: title(&version, page.t.lang),
        can_copy: who.is(Role::Officer),
        can_compare: who.is_any(STAFF),
        page,
        version,
        rules,
        parameters,
        own_only,
        versions,
        rounds: used,
    })
}

/// The name and the class of the label of a mark, as written.
pub(super) fn mark(page: &Page, confidence: &str) -> (&'static str, &'static str) {
    match confidence.parse::<Confidence>() {
        Ok(Confidence::Verified) => (Confidence::Verified.name(page.t), "good"),
        Ok(Confidence::SecondHand) => (Confidence::SecondHand.name(page.t), "wait"),
        Ok(Confidence::Own) => (Confidence::Own.name(page.t), "bad"),
        Err(()) => (page.t.common.none, ""),
    }
}

impl Show {
    fn mark(&self, confidence: &str) -> (&'static str, &'static str) {
        mark(&self.page, confidence)
    }
}

fn file_name(version: &RuleSetVersion) -> String {
    format!("{}-v{}", version.name, version.version)
}

/// The version as it was published, byte for byte.
pub async fn toml(_who: Person, app: web::Data<App>, id: web::Path<RuleSetId>) -> Result<HttpResponse> {
    let version = app.read(move |conn| rounds::rule_set_version(conn, &id)).await?;
    let name = format!("{}.toml", file_name(&version));
    Ok(page::download(&name, "application/toml; charset=utf-8", version.body.into_bytes()))
}

/// Its parameters as a table.
pub async fn csv(
    page: Page,
    _who: Person,
    app: web::Data<App>,
    id: web::Path<RuleSetId>,
) -> Result<HttpResponse> {
    let version = app.read(move |conn| rounds::rule_set_version(conn, &id)).await?;
    let rules = RuleSet::parse(&version.body).map_err(Error::refused)?;
    let mut out = Csv::new(Vec::new())?;
    out.row(["parameter", "name", "value", "confidence", "clause", "source"])?;
    for p in rules.parameters() {
        let name = page.t.parameter(&p.name);
        out.row([&p.name, &name, &p.value, &p.confidence, &p.clause, &p.source])?;
    }
    Ok(page::csv(&file_name(&version), out.finish()?))
}
