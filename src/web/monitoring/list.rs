//! The monitoring rules in force, the drafts of new versions, and the last scans with what changed and why.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::Result;
use crate::prices::monitoring::{Rule, versions};
use crate::scans::drafts::{self, Draft};
use crate::scans::{self, ScanRun, State, store};
use crate::text::fill;
use crate::web::{App, Page, Staff, page};

#[derive(Template)]
#[template(path = "monitoring/list.html")]
struct List {
    page: Page,
    rules: Vec<Rule>,
    standing: BTreeMap<String, i64>,
    runs: Vec<ScanRun>,
    /// Drafts that can be changed, and whether each waits for review.
    drafts: Vec<(Draft, bool)>,
}

/// Drafts shown.
const DRAFTS: i64 = 100;
/// How many runs are shown.
const RUNS: i64 = 30;

impl List {
    fn title<'a>(&self, rule: &'a Rule) -> &'a str {
        rule.title(self.page.t.lang)
    }

    fn owner<'a>(&self, rule: &'a Rule) -> &'a str {
        rule.owner(self.page.t.lang)
    }

    fn count(&self, rule: &Rule) -> i64 {
        self.standing.get(&rule.name).copied().unwrap_or_default()
    }

    fn number(&self, version: &i32) -> String {
        fill(self.page.t.watching.version_n, &[("n", version)])
    }

    fn state(&self, run: &ScanRun) -> &'static str {
        let s = &self.page.t.scans;
        match run.state {
            State::Running => s.running,
            State::Done => s.done,
            State::Stopped => s.stopped,
        }
    }

    fn months(&self, run: &ScanRun) -> String {
        let s = &self.page.t.scans;
        let to = run.to_month.format("%Y-%m");
        match run.from_month {
            None => fill(s.all_months, &[("to", &to)]),
            Some(from) => fill(s.span, &[("from", &from.format("%Y-%m")), ("to", &to)]),
        }
    }

    fn took(&self, run: &ScanRun) -> String {
        let millis = run.ended_at.map(|at| at.millis() - run.began_at.millis());
        millis.map(|millis| ((millis + 999) / 1_000).to_string()).unwrap_or_default()
    }

    fn rules_of(&self, run: &ScanRun) -> usize {
        let rules: Vec<(String, u32)> = serde_json::from_str(&run.rules).unwrap_or_default();
        rules.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().len()
    }

    fn drift(&self, run: &ScanRun) -> Vec<String> {
        let t = self.page.t;
        let said = |it: scans::Drift| {
            let values: [(&str, &dyn Display); 5] = [
                ("cause", &it.cause.name(t)),
                ("new", &it.new),
                ("changed", &it.changed),
                ("gone", &it.gone),
                ("effect", &it.effect),
            ];
            fill(t.scans.drift_cause, &values)
        };
        scans::drifts(run).into_iter().map(said).collect()
    }
}

/// The page.
pub async fn index(page: Page, _who: Staff, app: web::Data<App>) -> Result<HttpResponse> {
    let today = app.now().day();
    let (rules, standing, runs, drafts) = app
        .read(move |conn| {
            let rules = versions::in_force(conn, today)?;
            let mut open = Vec::new();
            for draft in drafts::store::open(conn, DRAFTS)? {
                let waits = drafts::request(conn, &draft.id)?.is_some();
                open.push((draft, waits));
            }
            Ok((rules, store::standing(conn)?, store::last_runs(conn, RUNS)?, open))
        })
        .await?;
    page::show(&List { page, rules, standing: standing.into_iter().collect(), runs, drafts })
}
