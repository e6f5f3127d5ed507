//! One monitoring rule: the document in full.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::prices::monitoring::Rule;
use crate::prices::monitoring::rules::{self, Bound, Refused};
use crate::text::fill;
use crate::web::{App, Page, Staff, page};

#[derive(Template)]
#[template(path = "monitoring/show.html")]
struct Show {
    page: Page,
    rule: Rule,
    text: &'static str,
    is_overdue: bool,
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
}

/// The page.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    name: web::Path<String>,
) -> Result<HttpResponse> {
    let text = match rules::text(&name) {
        Ok(text) => text,
        Err(Refused::Unknown { .. }) => return Err(Error::NotFound),
        Err(other) => return Err(Error::refused(other)),
    };
    let rule = Rule::parse(text).map_err(Error::refused)?;
    let is_overdue = rule.review_by < app.now().day();
    page::show(&Show { page, rule, text, is_overdue })
}
