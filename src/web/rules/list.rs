//! `/rules`: the published versions of the rule sets, and for the bureau the drafts.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::title;
use crate::error::Result;
use crate::rounds::rule_drafts::{self, RuleDraft};
use crate::rounds::{self, RuleSetVersion};
use crate::web::access::STAFF;
use crate::web::{App, Page, Person, page};

/// Most drafts listed.
const DRAFTS: i64 = 200;

#[derive(Template)]
#[template(path = "rules/list.html")]
struct List {
    page: Page,
    versions: Vec<(RuleSetVersion, String)>,
    /// None for those who see no drafts.
    drafts: Option<Vec<(RuleDraft, bool)>>,
}

/// The versions, newest document first.
pub async fn list(page: Page, who: Person, app: web::Data<App>) -> Result<HttpResponse> {
    let is_staff = who.is_any(STAFF);
    let (versions, drafts) = app
        .read(move |conn| {
            let versions = rounds::store::rule_sets(conn)?;
            if !is_staff {
                return Ok((versions, None));
            }
            let mut drafts = Vec::new();
            for draft in rule_drafts::store::open(conn, DRAFTS)? {
                let waits = rule_drafts::request(conn, &draft.id)?.is_some();
                drafts.push((draft, waits));
            }
            Ok((versions, Some(drafts)))
        })
        .await?;
    let versions = versions
        .into_iter()
        .map(|version| {
            let title = title(&version, page.t.lang);
            (version, title)
        })
        .collect();
    page::show(&List { page, versions, drafts })
}
