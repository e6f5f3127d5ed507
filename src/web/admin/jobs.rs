//! The timetable and the runs of its jobs.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{PAGE, address, cut};
use crate::error::Result;
use crate::people::Role;
use crate::runs::{self, Filter, Outcome, Run};
use crate::text::Text;
use crate::types::Time;
use crate::web::{Admin, App, Overseer, Page, page};

/// A job with its next and last run.
struct Line {
    name: String,
    what: &'static str,
    next: String,
    last: Option<Run>,
}

#[derive(Template)]
#[template(path = "admin/jobs.html")]
struct List {
    page: Page,
    jobs: Vec<Line>,
    runs: Vec<(Run, String)>,
    job: String,
    outcome: String,
    names: Vec<(String, String)>,
    outcomes: Vec<(&'static str, &'static str)>,
    may_run: bool,
    next: Option<String>,
}

/// What the list is asked for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Query {
    job: String,
    outcome: String,
    before: String,
    before_job: String,
}

/// The timetable, and the runs, newest first.
pub async fn list(
    page: Page,
    _who: Overseer,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let Query { job, outcome, before, before_job } = query.into_inner();
    let before = before.parse().ok().map(|millis| (Time::from_millis(millis), before_job));
    let filter = Filter { job: job.clone(), outcome: outcome.parse().ok(), before };
    let (t, now) = (page.t, app.now());
    let (jobs, found) = app
        .read(move |conn| {
            let mut jobs = Vec::new();
            for (name, cron) in runs::timetable(conn)? {
                let next = runs::next_at(&cron, now)?.to_string();
                jobs.push(Line { what: what(&name, t), last: runs::last(conn, &name)?, name, next });
            }
            Ok((jobs, runs::page(conn, &filter, PAGE as i64 + 1)?))
        })
        .await?;
    let (found, is_more) = cut(found);
    let next = found.last().filter(|_| is_more).map(|last| {
        let slot = last.slot.millis().to_string();
        let place = [("before", slot.as_str()), ("before_job", &last.job)];
        address("/jobs", &[&[("job", job.as_str()), ("outcome", &outcome)], &place[..]].concat())
    });
    let runs = found.into_iter().map(|run| (detail(&run, t), run)).map(|(d, run)| (run, d)).collect();
    let mut names = vec![(String::new(), t.common.all.to_owned())];
    names.extend(jobs.iter().map(|line| (line.name.clone(), line.name.clone())));
    let mut outcomes = vec![("", t.common.all)];
    outcomes.extend(Outcome::ALL.iter().map(|o| (o.as_str(), o.name(t))));
    let may_run = page.who.as_ref().is_some_and(|w| w.is(Role::Admin));
    page::show(&List { page, jobs, runs, job, outcome, names, outcomes, may_run, next })
}

/// Asks for a run now.
pub async fn run(who: Admin, app: web::Data<App>, name: web::Path<String>) -> Result<HttpResponse> {
    let (name, ctx) = (name.into_inner(), who.ctx(&app));
    app.write(move |tx| runs::ask(tx, &ctx, &name)).await?;
    Ok(page::see_done("/jobs"))
}

impl Outcome {
    /// The outcome's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Outcome::Asked => t.admin.outcome_asked,
            Outcome::Running => t.admin.outcome_running,
            Outcome::Done => t.admin.outcome_done,
            Outcome::Failed => t.admin.outcome_failed,
            Outcome::Lost => t.admin.outcome_lost,
        }
    }

    /// The colour it is shown in.
    fn class(self) -> &'static str {
        match self {
            Outcome::Asked | Outcome::Running => "wait",
            Outcome::Done => "good",
            Outcome::Failed | Outcome::Lost => "bad",
        }
    }
}

fn what(job: &str, t: &Text) -> &'static str {
    let a = &t.admin;
    match job {
        "advance_rounds" => a.what_advance_rounds,
        "close_questions" => a.what_close_questions,
        "push_standards" => a.what_push_standards,
        "send_mail" => a.what_send_mail,
        "remind_demand" => a.what_remind_demand,
        "remind_openers" => a.what_remind_openers,
        "run_simulations" => a.what_run_simulations,
        "remind_claims" => a.what_remind_claims,
        "settle" => a.what_settle,
        "take_price_files" => a.what_take_price_files,
        "watch_folder" => a.what_watch_folder,
        "match_prices" => a.what_match_prices,
        "remind_contracts" => a.what_remind_contracts,
        "end_sessions" => a.what_end_sessions,
        "write_alerts" => a.what_write_alerts,
        "mail_audit_head" => a.what_mail_audit_head,
        "forget_runs" => a.what_forget_runs,
        "open_cases" => t.cases.what_open_cases,
        "escalate_cases" => t.cases.what_escalate_cases,
        _ => "",
    }
}

/// Counts in the reader's words; a fault as it was written down.
fn detail(run: &Run, t: &Text) -> String {
    if run.outcome != Outcome::Done {
        return run.detail.clone();
    }
    let a = &t.admin;
    let said = |part: &str| {
        let (word, n) = part.split_once('=')?;
        let name = match word {
            "lapsed" => a.count_lapsed,
            "sent" => a.count_sent,
            "later" => a.count_later,
            "dead" => a.count_dead,
            "withdrawn" => a.count_withdrawn,
            "written" => a.count_written,
            "nothing" => a.count_nothing,
            "held" => a.count_held,
            "waiting" => a.count_waiting,
            "checked" => a.count_checked,
            "applied" => a.count_applied,
            "refused" => a.count_refused,
            "done" => a.count_done,
            "matched" => a.count_matched,
            "listings_matched" => a.count_listings_matched,
            "from_catalogue" => a.count_from_catalogue,
            "ended" => a.count_ended,
            "forgotten" => a.count_forgotten,
            "links" => a.count_links,
            "letters" => a.count_letters,
            "advanced" => a.count_advanced,
            "closed" => a.count_closed,
            "reminded" => a.count_reminded,
            "opened" => t.cases.count_opened,
            "reopened" => t.cases.count_reopened,
            "joined" => t.cases.count_joined,
            "recounted" => t.cases.count_recounted,
            "overdue" => t.cases.count_overdue,
            _ => word,
        };
        Some(format!("{name} {n}"))
    };
    run.detail.split(' ').filter_map(said).collect::<Vec<_>>().join(" · ")
}
