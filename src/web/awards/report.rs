//! The evaluation report: everything a panel signs, on paper.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, web};
use askama::Template;
use rust_decimal::Decimal;

use crate::awards::Status;
use crate::awards::comparison::{self, Cell, Row};
use crate::awards::store::Version;
use crate::bids::{self, Counts};
use crate::db::Conn;
use crate::error::Result;
use crate::people;
use crate::rounds::rule_set::{Confidence, RuleSet};
use crate::rounds::{self, Round, RuleSetVersion};
use crate::screens::{self, Opened, Screen};
use crate::text::{Text, fill};
use crate::types::{RoundId, Time};
use crate::web::awards::comparison::line_name;
use crate::web::awards::{Asked, Nothing, versions};
use crate::web::{App, Evaluator, Page, page};

/// Which bids are listed as near a line: five percent of the fuse line.
const WITHIN: Decimal = Decimal::from_parts(5, 0, 0, false, 2);

/// What the report is made from.
pub struct Report {
    /// The round.
    pub round: Round,
    /// The version of its award.
    pub award: Version,
    /// The version of the rule set.
    pub rule_set: RuleSetVersion,
    /// The rules.
    pub rules: RuleSet,
    /// The lots with their bids.
    pub rows: Vec<Row>,
    /// Whether lines are exact.
    pub is_exact: bool,
    /// Who opened the bids, and when.
    pub openers: Vec<(String, Time)>,
    /// Envelopes opened and refused as late.
    pub counts: Counts,
    /// The screens.
    pub opened: Opened,
    /// How many findings of each screen have been looked into.
    pub looked: BTreeSet<String>,
    /// When the report was made.
    pub made_at: Time,
}

/// One line of the list of bids near a line.
pub struct Near<'a> {
    /// The lot's row.
    pub row: &'a Row,
    /// The bid.
    pub cell: &'a Cell,
    /// The line's name.
    pub line: &'static str,
    /// The distance from the fuse line, when that is the line.
    pub distance: String,
}

impl Report {
    /// Reads it; nothing before the opening or without an award.
    pub fn read(
        conn: &mut Conn,
        id: &RoundId,
        number: Option<i32>,
        now: Time,
    ) -> Result<(Round, Option<Self>)> {
        let round = rounds::round(conn, id)?;
        let Some(opened) = screens::of_round(conn, &round)? else { return Ok((round, None)) };
        let Some(award) = versions(conn, id, number)?.1 else { return Ok((round, None)) };
        let compared = comparison::of_version(conn, &round, &award, WITHIN)?;
        let rule_set = rounds::rule_set_version(conn, &award.rule_set_id)?;
        let mut openers = Vec::new();
        for opener in bids::store::openers(conn, id)? {
            openers.push((people::store::account_name(conn, Some(&opener.account_id))?, opener.at));
        }
        let looked = screens::store::remarks(conn, id)?.into_iter().map(|remark| remark.finding).collect();
        let report = Self {
            rules: comparison::rules_of(conn, &award)?,
            counts: bids::counts(conn, id)?,
            rows: compared.rows,
            is_exact: compared.is_exact,
            round: round.clone(),
            award,
            rule_set,
            openers,
            opened,
            looked,
            made_at: now,
        };
        Ok((round, Some(report)))
    }

    fn cells(&self) -> impl Iterator<Item = (&Row, &Cell)> {
        self.rows.iter().flat_map(|row| row.cells.iter().map(move |cell| (row, cell)))
    }

    fn count(&self, is: impl Fn(&Cell) -> bool) -> usize {
        self.cells().filter(|(_, cell)| is(cell)).count()
    }

    /// The summary: what is counted, and the count.
    pub fn summary(&self, t: &Text) -> Vec<(&'static str, String)> {
        let c = &t.comparison;
        let of = |status| self.count(|cell| cell.decision.status == status);
        let won = |cell: &Cell| cell.decision.award_price.is_some();
        let companies: BTreeSet<&str> =
            self.cells().map(|(_, cell)| cell.decision.supplier_id.as_str()).collect();
        let cuts: Vec<Decimal> = self.rows.iter().filter_map(|row| row.cut).collect();
        let cut = cuts.iter().sum::<Decimal>().checked_div(Decimal::from(cuts.len()));
        let counts = [
            (c.lots, self.rows.len()),
            (c.lots_won, self.rows.iter().filter(|row| row.cells.iter().any(won)).count()),
            (c.companies, companies.len()),
            (c.bids, self.cells().count()),
            (c.valid, self.count(|cell| cell.decision.rank.is_some())),
            (c.won, self.count(won)),
            (c.won_revived, of(Status::WonRevived)),
            (c.fused, of(Status::Fused)),
            (c.not_shortlisted, of(Status::NotShortlisted)),
            (c.invalid, of(Status::Invalid)),
        ];
        let counts = counts.into_iter().map(|(name, n)| (name, n.to_string()));
        counts.chain([(c.average_cut, super::comparison::share(&cut))]).collect()
    }

    /// The invalid bids.
    pub fn invalid(&self) -> Vec<(&Row, &Cell)> {
        self.cells().filter(|(_, cell)| cell.decision.status == Status::Invalid).collect()
    }

    /// The bids that a comparator or the company code put in their order.
    pub fn ties(&self) -> Vec<(&Row, &Cell)> {
        self.cells().filter(|(_, cell)| cell.decision.arithmetic.contains("TIE ")).collect()
    }

    /// The bids near a line.
    pub fn near(&self, t: &Text) -> Vec<Near<'_>> {
        let mut list = Vec::new();
        for (row, cell) in self.cells() {
            for line in &cell.near {
                let is_fuse = *line == comparison::Line::Fuse;
                let distance = cell.distance.filter(|_| is_fuse).map(|it| comparison::percent(it, WITHIN));
                let line = line_name(line, t);
                list.push(Near { row, cell, line, distance: distance.unwrap_or_default() });
            }
        }
        list
    }

    /// Each screen that found something: title, findings, and how many were looked into.
    pub fn screened(&self, t: &Text) -> Vec<(&'static str, usize, usize)> {
        let of = |screen: &Screen| {
            let found = self.opened.screened.findings.iter().filter(|it| it.screen == *screen);
            let looked = found.clone().filter(|it| self.looked.contains(&it.id())).count();
            (screen.words(t).title, found.count(), looked)
        };
        Screen::ALL.iter().map(of).filter(|(_, found, _)| *found > 0).collect()
    }

    /// How a parameter's confidence is called.
    pub fn mark(&self, confidence: &str, t: &Text) -> &'static str {
        confidence.parse::<Confidence>().map_or("", |mark| mark.name(t))
    }

    /// When the bids were opened: at the second confirmation.
    pub fn opened_at(&self) -> String {
        self.openers.iter().map(|(_, at)| *at).max().map(Time::seconds).unwrap_or_default()
    }

    /// The facts above everything else: name and value.
    pub fn facts(&self, t: &Text) -> Vec<(&'static str, String)> {
        let (c, e) = (&t.comparison, &t.evaluation);
        let version = fill(e.version_n, &[("version", &self.award.version)]);
        let openers: Vec<String> =
            self.openers.iter().map(|(name, at)| format!("{name} ({})", at.seconds())).collect();
        vec![
            (
                e.rule_set,
                format!("{} v{} {}", self.rule_set.name, self.rule_set.version, self.rule_set.title),
            ),
            (e.version, format!("{version} · {}", self.award.state.name(t))),
            (e.computed_at, self.award.computed_at.seconds()),
            (e.input_hash, self.award.input_sha256.clone()),
            (e.output_hash, self.award.output_sha256.clone()),
            (c.opened_at, self.opened_at()),
            (c.openers, openers.join(t.files.list_join)),
            (c.envelopes, self.counts.standing.to_string()),
            (c.late, self.counts.refused.to_string()),
            (c.made_at, self.made_at.seconds()),
        ]
    }
}

#[derive(Template)]
#[template(path = "awards/report.html")]
struct Show {
    page: Page,
    it: Report,
}

impl Show {
    fn near_caption(&self) -> String {
        fill(self.page.t.comparison.near_caption, &[("within", &(WITHIN * Decimal::ONE_HUNDRED).normalize())])
    }

    fn title(&self) -> String {
        fill(self.page.t.comparison.report_of, &[("number", &self.it.round.number)])
    }

    fn signers(&self) -> [(&'static str, usize); 3] {
        signers(self.page.t)
    }
}

/// Who signs, and how many places there are for them.
pub fn signers(t: &Text) -> [(&'static str, usize); 3] {
    let c = &t.comparison;
    [(c.sign_expert, 5), (c.sign_supervisor, 2), (c.sign_head, 1)]
}

/// The page, made to be printed.
pub async fn show(
    page: Page,
    _who: Evaluator,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (id, number, now) = (id.into_inner(), asked.version, app.now());
    let (round, report) = app.read(move |conn| Report::read(conn, &id, number, now)).await?;
    match report {
        Some(it) => page::show(&Show { page, it }),
        None => {
            let c = &page.t.comparison;
            page::show(&Nothing { round, title: c.report, sentence: c.report_none, page })
        }
    }
}
