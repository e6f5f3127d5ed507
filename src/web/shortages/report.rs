//! The report of a shortage as a page to print, and as a file: the text with the figures it was written from.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::supply::shortages::rules::Figures;
use crate::supply::shortages::{self, Shortage, Step, StepKind, report, store};
use crate::text::fill;
use crate::types::{ShortageId, ShortageStepId};
use crate::web::{App, Page, Staff, page};

/// Which version; none: the last.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    version: Option<ShortageStepId>,
}

#[derive(Template)]
#[template(path = "shortages/report.html")]
struct Show {
    page: Page,
    it: Shortage,
    step: Step,
    by: String,
    figures: Vec<(&'static str, String)>,
    /// All versions, the latest first.
    versions: Vec<Step>,
}

impl Show {
    fn kept(&self) -> String {
        fill(self.page.t.shortages.report_by, &[("by", &self.by), ("at", &self.step.at)])
    }
}

type Found = (Shortage, Step, String, Vec<Step>);

fn find(conn: &mut Conn, id: &ShortageId, version: Option<&ShortageStepId>) -> Result<Found> {
    let it = shortages::shortage(conn, id)?;
    let mut list = store::steps(conn, id)?;
    list.retain(|(step, _)| step.kind == StepKind::Report);
    list.reverse();
    let is_it = |step: &Step| version.is_none_or(|wanted| *wanted == step.id);
    let (step, by) = list.iter().find(|(step, _)| is_it(step)).cloned().ok_or(Error::NotFound)?;
    Ok((it, step, by.unwrap_or_default(), list.into_iter().map(|(step, _)| step).collect()))
}

/// The page.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    id: web::Path<ShortageId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let version = asked.into_inner().version;
    let (it, step, by, versions) = app.read(move |conn| find(conn, &id, version.as_ref())).await?;
    let known: Figures = serde_json::from_str(&step.figures)?;
    let figures = report::figures(&known, page.t);
    page::show(&Show { page, it, step, by, figures, versions })
}

/// The report as CSV: the figures, then the text line by line.
pub async fn csv(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    id: web::Path<ShortageId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let version = asked.into_inner().version;
    let (it, step, by, _) = app.read(move |conn| find(conn, &id, version.as_ref())).await?;
    let known: Figures = serde_json::from_str(&step.figures)?;
    let m = &page.t.shortages;
    let mut out = Csv::new(Vec::new())?;
    out.row([m.number, it.number.as_str()])?;
    out.row([m.generic, it.generic.as_str()])?;
    out.row([m.by, by.as_str()])?;
    out.row([m.at, step.at.to_string().as_str()])?;
    for (name, value) in report::figures(&known, page.t) {
        out.row([name, value.as_str()])?;
    }
    for line in step.body.lines().filter(|line| !line.trim().is_empty()) {
        out.row([m.report_body, line])?;
    }
    Ok(page::csv(&it.number, out.finish()?))
}
