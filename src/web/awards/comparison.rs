//! Lots by bids: every price in rank order with its status and its distance from the lines that decide.

use actix_web::{HttpResponse, web};
use askama::Template;
use rust_decimal::Decimal;

use crate::awards::comparison::{self, Cell, Comparison, Filter, Line, Only, Row, Sort, listed};
use crate::awards::store::Version;
use crate::awards::{Status, results};
use crate::error::Result;
use crate::rounds::rule_set::{Category, FormClass};
use crate::rounds::{self, Round};
use crate::screens;
use crate::text::{Say, Text, fill};
use crate::types::{RoundId, half_up, parse_decimal};
use crate::web::awards::{Nothing, versions};
use crate::web::{App, Evaluator, Page, page};

/// Lots on a page.
const PAGE: usize = 30;

/// The filter and the order of the page.
#[derive(serde::Deserialize)]
pub struct Asked {
    version: Option<i32>,
    #[serde(default)]
    only: String,
    #[serde(default = "five")]
    within: String,
    #[serde(default)]
    form_class: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    sort: String,
    #[serde(default)]
    after: String,
}

fn five() -> String {
    "5".to_owned()
}

/// Why a page is not shown as asked.
#[derive(Debug)]
struct NoPercentage(String);

impl Say for NoPercentage {
    fn say(&self, t: &Text) -> String {
        fill(t.comparison.within_wrong, &[("text", &self.0)])
    }

    fn field(&self) -> Option<&'static str> {
        Some("within")
    }
}

impl Asked {
    /// The share of the fuse line that counts as near it.
    fn within(&self) -> std::result::Result<Decimal, NoPercentage> {
        let percent = parse_decimal(&self.within).ok();
        let percent = percent.filter(|p| !p.is_sign_negative() && *p <= Decimal::ONE_HUNDRED);
        let share = percent.and_then(|percent| percent.checked_div(Decimal::ONE_HUNDRED));
        share.ok_or_else(|| NoPercentage(self.within.chars().take(40).collect()))
    }

    fn filter(&self) -> Filter {
        Filter {
            only: self.only.parse().ok(),
            form_class: self.form_class.parse().ok(),
            category: self.category.parse().ok(),
            words: self.q.trim().to_owned(),
            sort: self.sort.parse().ok(),
        }
    }

    fn query(&self, version: i32) -> String {
        let [only, within, form_class, category, q, sort] =
            [&self.only, &self.within, &self.form_class, &self.category, &self.q, &self.sort]
                .map(|text| page::encode(text.trim()));
        format!(
            "version={version}&only={only}&within={within}&form_class={form_class}&category={category}&q={q}&sort={sort}"
        )
    }
}

#[derive(Template)]
#[template(path = "awards/comparison.html")]
struct Show {
    page: Page,
    round: Round,
    award: Version,
    asked: Asked,
    within: Decimal,
    is_exact: bool,
    count: usize,
    rows: Vec<Row>,
    /// The most bids of a lot on this page.
    width: usize,
    next: Option<String>,
}

type Options = Vec<(&'static str, &'static str)>;

impl Show {
    fn query(&self) -> String {
        self.asked.query(self.award.version)
    }

    fn counted(&self) -> String {
        fill(self.page.t.comparison.count, &[("n", &self.count)])
    }

    fn with_all(&self, options: Options) -> Options {
        [("", self.page.t.common.all)].into_iter().chain(options).collect()
    }

    fn only(&self) -> Options {
        let c = &self.page.t.comparison;
        let name = |only: &Only| match only {
            Only::NearFuse => c.only_near_fuse,
            Only::NearQuota => c.only_near_quota,
            Only::Fused => c.only_fused,
            Only::Revived => c.only_revived,
            Only::Single => c.only_single,
        };
        self.with_all(Only::ALL.iter().map(|only| (only.as_str(), name(only))).collect())
    }

    fn classes(&self) -> Options {
        let name = |class: &FormClass| (class.as_str(), class.name(self.page.t));
        self.with_all(FormClass::ALL.iter().map(name).collect())
    }

    fn categories(&self) -> Options {
        let name = |category: &Category| (category.as_str(), category.name(self.page.t));
        self.with_all(Category::ALL.iter().map(name).collect())
    }

    fn sorts(&self) -> Options {
        let c = &self.page.t.comparison;
        let name = |sort: &Sort| match sort {
            Sort::Lot => c.sort_lot,
            Sort::Spread => c.sort_spread,
            Sort::Cut => c.sort_cut,
            Sort::Bids => c.sort_bids,
        };
        Sort::ALL.iter().map(|sort| (sort.as_str(), name(sort))).collect()
    }

    fn place(&self, at: &usize) -> String {
        fill(self.page.t.comparison.rank_n, &[("n", at)])
    }

    fn distance(&self, cell: &Cell) -> String {
        cell.distance.map(|share| comparison::percent(share, self.within)).unwrap_or_default()
    }

    fn code(&self, cell: &Cell) -> &'static str {
        results::code_name(&cell.decision.code, self.page.t)
    }

    fn blanks(&self, row: &Row) -> Vec<usize> {
        (row.cells.len()..self.width).collect()
    }
}

/// A line of the rules in words.
pub fn line_name(line: &Line, t: &Text) -> &'static str {
    match line {
        Line::Fuse => t.comparison.near_fuse,
        Line::LastIn => t.comparison.near_last_in,
        Line::FirstOut => t.comparison.near_first_out,
    }
}

/// The class of a status' mark; the mark itself says the status in words.
fn tone(status: &Status) -> &'static str {
    match status {
        Status::Won | Status::WonRevived | Status::WonNoVolume => "good",
        Status::Fused => "wait",
        Status::NotShortlisted => "",
        Status::Invalid => "bad",
    }
}

/// A number of the rules for people: at most six decimals, none that say nothing.
pub fn number(value: &Option<Decimal>) -> String {
    value.map(|value| half_up(value, 6).normalize().to_string()).unwrap_or_default()
}

/// A share as a percentage of two decimals.
pub fn share(value: &Option<Decimal>) -> String {
    value.map(|value| format!("{:.2}%", half_up(value * Decimal::ONE_HUNDRED, 2))).unwrap_or_default()
}

/// The page.
pub async fn show(
    mut page: Page,
    _who: Evaluator,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (id, asked) = (id.into_inner(), asked.into_inner());
    let (within, wrong) = match asked.within() {
        Ok(within) => (within, None),
        Err(why) => (Decimal::new(5, 2), Some(why)),
    };
    let number = asked.version;
    let (round, found) = app
        .read(move |conn| {
            let round = rounds::round(conn, &id)?;
            if !screens::is_opened(&round) {
                return Ok((round, None));
            }
            let Some(award) = versions(conn, &id, number)?.1 else { return Ok((round, None)) };
            let compared = comparison::of_version(conn, &round, &award, within)?;
            Ok((round, Some((award, compared))))
        })
        .await?;
    let Some((award, Comparison { rows, is_exact })) = found else {
        let c = &page.t.comparison;
        return page::show(&Nothing { round, title: c.title, sentence: c.sealed, page });
    };
    let is_wrong = wrong.is_some();
    if let Some(why) = wrong {
        page = page.refused(&why);
    }
    let mut rows = listed(rows, &asked.filter());
    let count = rows.len();
    let from = rows.iter().position(|row| row.lot.id.as_str() == asked.after).map_or(0, |at| at + 1);
    rows.drain(..from);
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| is_more).map(|row| row.lot.id.to_string());
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let show = Show { page, round, award, asked, within, is_exact, count, rows, width, next };
    if is_wrong { page::show_refused(&show) } else { page::show(&show) }
}

impl Row {
    /// The address of the lot's page.
    fn path(&self, round: &Round, award: &Version) -> String {
        format!("/rounds/{}/award/{}?version={}", round.id, self.lot.id, award.version)
    }
}
