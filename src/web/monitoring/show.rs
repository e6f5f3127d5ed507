//! One monitoring rule: the document in full as the version in force has it, or an older one, and its versions.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::Role;
use crate::prices::monitoring::Rule;
use crate::prices::monitoring::rules::Bound;
use crate::prices::monitoring::versions::{self, Version};
use crate::text::fill;
use crate::web::{App, Page, Staff, page};

#[derive(Template)]
#[template(path = "monitoring/show.html")]
struct Show {
    page: Page,
    rule: Rule,
    text: String,
    is_overdue: bool,
    versions: Vec<Listed>,
    is_current: bool,
    may_copy: bool,
}

/// A version as the list of them shows it.
struct Listed {
    it: Version,
    by: String,
    is_current: bool,
}

impl Show {
    fn title(&self) -> &str {
        self.rule.title(self.page.t.lang)
    }

    fn why(&self) -> &str {
        self.rule.why(self.page.t.lang)
    }

    fn how(&self) -> &str {
        self.rule.how(self.page.t.lang)
    }

    fn owner(&self) -> &str {
        self.rule.owner(self.page.t.lang)
    }

    fn begins(&self, bound: &Bound) -> String {
        let s = &self.page.t.scans;
        let said = if bound.above.is_some() { s.above } else { s.from };
        fill(said, &[("value", &bound.shown())])
    }

    fn effective(&self) -> String {
        let s = &self.page.t.scans;
        let it = &self.rule.effective;
        match it.to {
            Some(to) => fill(s.span, &[("from", &it.from), ("to", &to)]),
            None => fill(s.span, &[("from", &it.from), ("to", &s.open_end)]),
        }
    }

    fn number(&self, version: &i32) -> String {
        fill(self.page.t.watching.version_n, &[("n", version)])
    }

    fn at(&self, it: &Version) -> String {
        it.published_at.map_or_else(String::new, |at| at.to_string())
    }
}

/// What the page of a version shows: the version asked for, else the one in force, else the newest.
struct Loaded {
    rule: Rule,
    text: String,
    versions: Vec<Listed>,
    is_current: bool,
}

fn load(conn: &mut Conn, name: &str, number: Option<i32>, today: chrono::NaiveDate) -> Result<Loaded> {
    let all = versions::of(conn, name)?;
    let rules: Vec<Rule> = all.iter().map(Version::rule).collect::<Result<_>>()?;
    let turns = versions::in_turn(rules);
    let current = turns.iter().find(|it| it.in_force(today).is_ok()).map(|it| it.version);
    let is_current = |it: &Version| current.is_some_and(|number| i64::from(number) == i64::from(it.version));
    let chosen = match number {
        Some(number) => all.iter().find(|it| it.version == number),
        None => all.iter().find(|it| is_current(it)).or(all.first()),
    };
    let chosen = chosen.cloned().ok_or(Error::NotFound)?;
    // The days it judges, which a later version may end.
    let turn = turns.into_iter().find(|it| it.hash == chosen.sha256);
    let rule = turn.map_or_else(|| chosen.rule(), Ok)?;
    let mut listed = Vec::new();
    for it in all {
        let by = match &it.published_by {
            Some(id) => crate::people::store::account(conn, id)?.map(|a| a.name).unwrap_or_default(),
            None => String::new(),
        };
        listed.push(Listed { is_current: is_current(&it), by, it });
    }
    Ok(Loaded { rule, is_current: is_current(&chosen), text: chosen.body, versions: listed })
}

async fn shown(
    page: Page,
    who: &Staff,
    app: &App,
    name: String,
    number: Option<i32>,
) -> Result<HttpResponse> {
    let today = app.now().day();
    let it = app.read(move |conn| load(conn, &name, number, today)).await?;
    let Loaded { rule, text, versions, is_current } = it;
    let (is_overdue, may_copy) = (rule.review_by < today, who.is(Role::Officer));
    page::show(&Show { page, rule, text, is_overdue, versions, is_current, may_copy })
}

/// The rule as it is in force.
pub async fn index(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    name: web::Path<String>,
) -> Result<HttpResponse> {
    shown(page, &who, &app, name.into_inner(), None).await
}

/// One of its versions.
pub async fn version(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    path: web::Path<(String, i32)>,
) -> Result<HttpResponse> {
    let (name, number) = path.into_inner();
    shown(page, &who, &app, name, Some(number)).await
}
