//! What is worth looking into in a round: filtered, sorted, exported.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{self, Deed};
use crate::awards::rules::natural;
use crate::error::{Error, Result};
use crate::screens::files::{COLUMNS, line};
use crate::screens::{Finding, Opened, Remark, Screen};
use crate::text::{Text, fill};
use crate::types::RoundId;
use crate::web::lists::{As, Table};
use crate::web::screens::Facts;
use crate::web::{App, Evaluator, Page, page};

/// Findings on a page.
const PAGE: usize = 100;

crate::words! {
    /// What findings are listed by.
    Sort {
        /// Screen, then lot.
        Screen = "screen",
        /// Lot, then screen.
        Lot = "lot",
        /// Companies, then screen.
        Companies = "companies",
    }
}

/// The filter and the order of the list.
#[derive(serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    screen: String,
    #[serde(default)]
    lot: String,
    #[serde(default)]
    company: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    after: String,
}

impl Asked {
    fn query(&self) -> String {
        let [screen, lot, company, sort] =
            [&self.screen, &self.lot, &self.company, &self.sort].map(|text| page::encode(text.trim()));
        format!("screen={screen}&lot={lot}&company={company}&sort={sort}")
    }

    fn admits(&self, opened: &Opened, finding: &Finding) -> bool {
        let (lot, company) = (self.lot.trim(), self.company.trim());
        let names = || opened.companies(finding).iter().any(|name| name.contains(company));
        // A finding across lots is about each lot it has bids in.
        let is_in = || {
            finding.lot.as_deref() == Some(lot)
                || finding
                    .rows
                    .iter()
                    .any(|row| opened.input.bids.get(*row).is_some_and(|bid| &*bid.lot == lot))
        };
        (self.screen.is_empty() || finding.screen.as_str() == self.screen)
            && (lot.is_empty() || is_in())
            && (company.is_empty() || names())
    }

    /// The findings asked for, in the order asked for.
    fn listed<'a>(&self, opened: &'a Opened) -> Vec<&'a Finding> {
        let mut list: Vec<&Finding> =
            opened.screened.findings.iter().filter(|finding| self.admits(opened, finding)).collect();
        let lot = |finding: &Finding| finding.lot.clone().unwrap_or_else(|| "".into());
        match self.sort.parse().unwrap_or(Sort::Screen) {
            Sort::Screen => {}
            Sort::Lot => list.sort_by(|a, b| natural(&lot(a), &lot(b))),
            Sort::Companies => list.sort_by(|a, b| opened.companies(a).cmp(&opened.companies(b))),
        }
        list
    }
}

/// A line of the list.
struct Line {
    id: String,
    screen: &'static str,
    lot: String,
    lot_path: String,
    says: String,
    figure: String,
    held: String,
    n: usize,
    companies: String,
    looked: Option<Remark>,
}

/// A line of the table of all screens.
struct Row {
    screen: Screen,
    looked: usize,
    found: usize,
}

#[derive(Template)]
#[template(path = "screens/list.html")]
struct Show {
    page: Page,
    facts: Facts,
    asked: Asked,
    lines: Vec<Line>,
    count: String,
    basis: String,
    all: Vec<Row>,
    next: Option<String>,
}

impl Show {
    fn query(&self) -> String {
        self.asked.query()
    }

    fn screens(&self) -> Vec<(&'static str, &'static str)> {
        let all = Screen::ALL.iter().map(|screen| (screen.as_str(), screen.words(self.page.t).title));
        [("", self.page.t.common.all)].into_iter().chain(all).collect()
    }

    fn sorts(&self) -> Vec<(Sort, &'static str)> {
        let s = &self.page.t.screens;
        vec![(Sort::Screen, s.sort_screen), (Sort::Lot, s.sort_lot), (Sort::Companies, s.sort_companies)]
    }
}

fn one(facts: &Facts, opened: &Opened, finding: &Finding, t: &Text) -> Line {
    let companies = opened.companies(finding);
    let lot = finding.lot.as_deref().unwrap_or_default();
    let round = &facts.round.id;
    // The lot's page shows decisions; before an award the list of offers is what there is.
    let lot_path = match (facts.lot(lot), opened.version) {
        (Some(lot), Some(version)) => format!("/rounds/{round}/award/{}?version={version}", lot.id),
        _ => format!("/rounds/{round}/bids?lot={}", page::encode(lot)),
    };
    Line {
        id: finding.id(),
        screen: finding.screen.words(t).title,
        lot: lot.to_owned(),
        lot_path,
        says: finding.says(&companies, t),
        figure: finding.shown(),
        held: finding.held(),
        n: finding.n,
        companies: companies.join(t.files.list_join),
        looked: None,
    }
}

/// The page.
pub async fn show(
    page: Page,
    _who: Evaluator,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let facts = app.read(move |conn| Facts::read(conn, &id)).await?;
    let (asked, t) = (asked.into_inner(), page.t);
    let mut show = Show {
        page,
        asked,
        lines: Vec::new(),
        count: String::new(),
        basis: String::new(),
        all: Vec::new(),
        next: None,
        facts,
    };
    if let Some(opened) = &show.facts.opened {
        let list = show.asked.listed(opened);
        let newest = show.facts.newest();
        let looked = |finding: &Finding| newest.get(finding.id().as_str()).map(|remark| (*remark).clone());
        let of_all = list.iter().filter(|finding| looked(finding).is_some()).count();
        show.count = fill(t.screens.count, &[("n", &list.len()), ("looked", &of_all)]);
        show.basis = match opened.version {
            Some(version) => fill(t.screens.by_award, &[("version", &version)]),
            None => t.screens.by_lowest.to_owned(),
        };
        let from = list.iter().position(|it| it.id() == show.asked.after).map_or(0, |at| at + 1);
        let shown = list.iter().skip(from).take(PAGE);
        show.lines = shown.map(|it| Line { looked: looked(it), ..one(&show.facts, opened, it, t) }).collect();
        let is_more = list.len() > from + show.lines.len();
        show.next = show.lines.last().filter(|_| is_more).map(|line| line.id.clone());
        show.all = Screen::ALL
            .iter()
            .map(|screen| Row {
                screen: *screen,
                looked: opened.screened.looked.get(screen).copied().unwrap_or(0),
                found: opened.screened.findings.iter().filter(|it| it.screen == *screen).count(),
            })
            .collect();
    }
    page::show(&show)
}

/// The list as a file, filtered and sorted alike; an export is in the trail.
pub async fn file(
    page: Page,
    who: Evaluator,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    file: web::Query<As>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (id, ctx, kind) = (id.into_inner(), who.ctx(&app), file.kind);
    let (asked, t) = (asked.into_inner(), page.t);
    let (number, lines) = app
        .write(move |tx| {
            let facts = Facts::read(tx.conn(), &id)?;
            let opened = facts.opened.as_ref().ok_or(Error::NotFound)?;
            let newest = facts.newest();
            let lines: Vec<Vec<String>> = asked
                .listed(opened)
                .into_iter()
                .map(|it| {
                    let looked = newest.get(it.id().as_str()).copied();
                    let outcome = looked.map(|remark| remark.outcome.to_string()).unwrap_or_default();
                    let remark = looked.map(|remark| remark.remark.clone()).unwrap_or_default();
                    line(it, &opened.companies(it), t).into_iter().chain([outcome, remark]).collect()
                })
                .collect();
            let deed = Deed { action: "screen.export", subject: "rounds", id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &(kind, asked.query(), lines.len()))?;
            Ok((facts.round.number, lines))
        })
        .await?;
    let header: Vec<(&str, u16)> = COLUMNS.into_iter().chain([("outcome", 12), ("remark", 40)]).collect();
    Table { name: "screens", headers: &header, numbers: &[], lines }
        .download_as(&format!("{number}-screens"), kind.as_str())
}
