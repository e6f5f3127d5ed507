//! `/rules`: the published versions of the rule sets, and every parameter of one with its source.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::rounds::rule_set::{Confidence, Parameter, RuleSet};
use crate::rounds::{self, RuleSetVersion};
use crate::text::Lang;
use crate::types::RuleSetId;
use crate::web::{App, Page, Person, page};

#[derive(Template)]
#[template(path = "rules/list.html")]
struct List {
    page: Page,
    versions: Vec<(RuleSetVersion, String)>,
}

#[derive(Template)]
#[template(path = "rules/show.html")]
struct Show {
    page: Page,
    version: RuleSetVersion,
    title: String,
    rules: RuleSet,
}

/// The versions, newest document first.
pub async fn list(page: Page, _who: Person, app: web::Data<App>) -> Result<HttpResponse> {
    let versions = app.read(rounds::store::rule_sets).await?;
    let versions = versions
        .into_iter()
        .map(|version| {
            let title = title(&version, page.t.lang);
            (version, title)
        })
        .collect();
    page::show(&List { page, versions })
}

fn title(version: &RuleSetVersion, lang: Lang) -> String {
    match (lang, RuleSet::parse(&version.body)) {
        (Lang::En, Ok(rules)) => rules.title_en,
        _ => version.title.clone(),
    }
}

/// One version.
pub async fn show(
    page: Page,
    _who: Person,
    app: web::Data<App>,
    id: web::Path<RuleSetId>,
) -> Result<HttpResponse> {
    let version = app.read(move |conn| rounds::rule_set_version(conn, &id)).await?;
    let rules = RuleSet::parse(&version.body).map_err(Error::refused)?;
    let title = title(&version, page.t.lang);
    page::show(&Show { page, version, title, rules })
}

impl Show {
    /// The mark's name and the class of its label.
    fn mark(&self, parameter: &Parameter) -> (&str, &'static str) {
        match parameter.confidence.parse::<Confidence>() {
            Ok(Confidence::Verified) => (Confidence::Verified.name(self.page.t), "good"),
            Ok(mark) => (mark.name(self.page.t), "wait"),
            Err(()) => (self.page.t.common.none, ""),
        }
    }
}
