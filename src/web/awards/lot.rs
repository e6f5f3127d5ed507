//! One lot's award: every offer with its reason, and the chart above it.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::awards::results::Bases;
use crate::awards::store::{self, Decision, LotLine, Version};
use crate::error::{Error, Result};
use crate::rounds::rule_set::RuleSet;
use crate::rounds::{self, Lot, Round};
use crate::text::fill;
use crate::types::{LotId, RoundId};
use crate::web::awards::chart::{self, Chart};
use crate::web::awards::{Asked, versions};
use crate::web::{App, Page, Staff, page};

#[derive(Template)]
#[template(path = "awards/lot.html")]
struct Show {
    page: Page,
    round: Round,
    lot: Lot,
    award: Version,
    line: Option<LotLine>,
    offers: Vec<(Decision, String)>,
    clauses: Vec<(String, String, String)>,
    chart: Chart,
    chart_title: String,
    chart_desc: String,
    bases: Bases,
}

/// The clauses the decisions cite, in words: name, clause, source.
fn clauses(body: &str, offers: &[(Decision, String)]) -> Result<Vec<(String, String, String)>> {
    let rules = RuleSet::parse(body).map_err(Error::refused)?;
    let mut list: Vec<(String, String, String)> = Vec::new();
    for parameter in rules.parameters() {
        let section = parameter.name.split('.').next().unwrap_or_default();
        let name = format!("{} {section}", rules.name);
        let is_cited = offers.iter().any(|(d, _)| d.clause == name);
        if is_cited && list.iter().all(|(known, ..)| *known != name) {
            list.push((name, parameter.clause, parameter.source));
        }
    }
    Ok(list)
}

/// The page.
pub async fn show(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    path: web::Path<(RoundId, LotId)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (id, lot) = path.into_inner();
    let number = asked.version;
    let (round, lot, award, line, offers, clauses, bases) = app
        .read(move |conn| {
            let round = rounds::round(conn, &id)?;
            let lot = rounds::lot(conn, &lot)?;
            if lot.round_id != round.id {
                return Err(Error::NotFound);
            }
            let award = versions(conn, &id, number)?.1.ok_or(Error::NotFound)?;
            let line = store::lot_lines_of(conn, &award.id)?.remove(&lot.id);
            let offers = store::decisions_of(conn, &award.id, &lot.id)?;
            let rules = rounds::store::rule_set(conn, &award.rule_set_id)?.ok_or(Error::NotFound)?;
            let clauses = clauses(&rules.body, &offers)?;
            let bases = Bases::of(conn, &round)?;
            Ok((round, lot, award, line, offers, clauses, bases))
        })
        .await?;
    let e = &page.t.evaluation;
    let fuse = line.as_ref().and_then(|line| line.fuse_line);
    let drawn: Vec<(&Decision, &str, &str)> =
        offers.iter().map(|(d, name)| (d, name.as_str(), d.status.name(page.t))).collect();
    let chart = chart::draw(
        &drawn,
        fuse.map(|line| (line, fill(e.chart_line, &[("line", &line)]))),
        (lot.ceiling, fill(e.chart_ceiling, &[("ceiling", &lot.ceiling)])),
    );
    let line_text = fuse.map_or_else(|| e.no_line.to_owned(), |line| line.to_string());
    let chart_title = fill(e.chart_title, &[("lot", &lot.code)]);
    let facts: [(&str, &dyn std::fmt::Display); 3] =
        [("n", &offers.len()), ("line", &line_text), ("ceiling", &lot.ceiling)];
    let chart_desc = fill(e.chart_desc, &facts);
    page::show(&Show {
        page,
        round,
        lot,
        award,
        line,
        offers,
        clauses,
        chart,
        chart_title,
        chart_desc,
        bases,
    })
}
