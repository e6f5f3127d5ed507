//! Jobs: each slot once on any number of nodes, downtime made up, faults and panics recorded.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jicai::audit::{self, Chain};
use jicai::config::Settings;
use jicai::jobs::{self, Counts, Job, TIMETABLE, Timetable};
use jicai::notify::{Letter, outbox};
use jicai::runs::{self, Filter, Outcome, Run};
use jicai::web::App;

use crate::support::Site;

fn runs_of(site: &Site) -> Vec<Run> {
    site.app.db.read(|conn| runs::page(conn, &Filter::default(), 1_000)).unwrap()
}

/// The platform again, as another node on the same database.
fn node(site: &Site, name: &str) -> App {
    let settings = Settings { node: name.to_owned(), ..(*site.app.settings).clone() };
    App { settings: Arc::new(settings), ..site.app.clone() }
}

static COUNTED: AtomicUsize = AtomicUsize::new(0);

fn count(_: &App) -> jicai::error::Result<Counts> {
    COUNTED.fetch_add(1, Ordering::SeqCst);
    Ok(vec![("sent", 2), ("dead", 0)])
}

#[actix_web::test]
async fn every_slot_runs_once_on_two_nodes_and_missed_ones_are_not_repeated() {
    static JOB: Job = Job { name: "count", cron: "0 * * * * *", run: count };
    let site = Site::new();
    let (a, b) = (node(&site, "a"), node(&site, "b"));
    for _ in 0..15 {
        let (one, two) = tokio::join!(jobs::wake(&a, &JOB), jobs::wake(&b, &JOB));
        assert!(one.unwrap() ^ two.unwrap(), "exactly one node runs a slot");
        assert!(!jobs::wake(&a, &JOB).await.unwrap());
        site.set_clock(site.now().plus_millis(60_000));
    }
    // An hour of downtime is one run, not sixty: a job does what is due.
    site.set_clock(site.now().plus_millis(3_600_000));
    assert!(jobs::wake(&b, &JOB).await.unwrap());
    assert_eq!(COUNTED.load(Ordering::SeqCst), 16);
    let all = runs_of(&site);
    assert_eq!(all.len(), 16);
    assert!(all.iter().all(|r| r.outcome == Outcome::Done && r.detail == "sent=2 dead=0"));
}

fn fail(_: &App) -> jicai::error::Result<Counts> {
    Err(jicai::error::Error::fault("the disk is full"))
}

fn panic(_: &App) -> jicai::error::Result<Counts> {
    panic!("out of its mind")
}

#[actix_web::test]
async fn a_job_that_fails_or_panics_is_recorded_and_stops_no_other() {
    static FAIL: Job = Job { name: "fail", cron: "0 * * * * *", run: fail };
    static PANIC: Job = Job { name: "panic", cron: "0 * * * * *", run: panic };
    let site = Site::new();
    assert!(jobs::wake(&site.app, &PANIC).await.unwrap());
    assert!(jobs::wake(&site.app, &FAIL).await.unwrap());
    let end = jobs::find("end_sessions").unwrap();
    assert!(jobs::wake(&site.app, end).await.unwrap());
    for run in runs_of(&site) {
        let (outcome, detail) = match run.job.as_str() {
            "fail" => (Outcome::Failed, "the disk is full"),
            "panic" => (Outcome::Failed, "out of its mind"),
            _ => (Outcome::Done, "ended=0"),
        };
        assert_eq!(run.outcome, outcome);
        assert!(run.detail.contains(detail), "{}", run.detail);
        assert!(run.finished_at.is_some());
    }
    assert!(jobs::by_hand(&site.app, &FAIL).await.unwrap().is_err());
}

#[actix_web::test]
async fn a_run_whose_node_went_away_is_lost_and_the_next_slot_runs() {
    let site = Site::new();
    let job = jobs::find("end_sessions").unwrap();
    let slot = runs::slot_at(job.cron, site.now()).unwrap();
    assert!(runs::claim(&site.app.db, job.name, slot, "gone", site.now()).unwrap());
    site.set_clock(site.now().plus_millis(2 * 3_600_000));
    assert!(jobs::wake(&site.app, job).await.unwrap());
    let outcomes: Vec<Outcome> = runs_of(&site).iter().map(|r| r.outcome).collect();
    assert_eq!(outcomes, [Outcome::Done, Outcome::Lost]);
}

#[actix_web::test]
async fn an_administrator_asks_for_a_run_and_the_next_node_takes_it_once() {
    let site = Site::with_city();
    site.get("admin", "/jobs").await.is(200).shows("还没有登记定时任务");
    let timetable = Timetable::start(&site.app).await.unwrap();
    timetable.stop().await;
    let before = runs_of(&site).len();
    assert_eq!(before, TIMETABLE.len(), "the start makes up for what was missed");
    site.set_clock(site.now().plus_millis(5));
    site.get("auditor", "/jobs").await.is(200).shows("end_sessions").hides("/run\"");
    site.post("auditor", "/jobs/end_sessions/run", &[]).await.is(403);
    site.post("admin", "/jobs/nothing/run", &[]).await.is(404);
    for _ in 0..2 {
        site.post("admin", "/jobs/end_sessions/run", &[]).await.is(303);
    }
    site.get("admin", "/jobs?outcome=asked").await.shows("等待运行");
    let (a, b) = (node(&site, "a"), node(&site, "b"));
    let (one, two) = tokio::join!(jobs::look_for_asked(&a), jobs::look_for_asked(&b));
    one.unwrap();
    two.unwrap();
    let all = runs_of(&site);
    assert_eq!(all.len(), before + 1);
    assert_eq!(all[0].outcome, Outcome::Done);
    site.get("admin", "/jobs?job=end_sessions&outcome=done").await.shows("已清理登录");
}

#[actix_web::test]
async fn ended_sessions_are_deleted_and_living_ones_stay() {
    let site = Site::with_city();
    site.token("officer");
    site.set_clock(site.now().plus_millis(3 * 3_600_000));
    site.token("auditor");
    let job = jobs::find("end_sessions").unwrap();
    assert_eq!(jobs::by_hand(&site.app, job).await.unwrap(), Ok("ended=1".to_owned()));
    assert_eq!(jobs::by_hand(&site.app, job).await.unwrap(), Ok("ended=0".to_owned()));
}

#[actix_web::test]
async fn the_auditors_get_the_head_of_the_chain_once_a_day() {
    let site = Site::with_city();
    let job = jobs::find("mail_audit_head").unwrap();
    let Chain::Whole { links, head } = site.app.db.read(audit::verify).unwrap() else { panic!("broken") };
    for _ in 0..2 {
        assert!(jobs::by_hand(&site.app, job).await.unwrap().is_ok());
    }
    let mails = site.app.db.read(|conn| outbox::page(conn, None, None, 10)).unwrap();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].address, "auditor@example.org");
    let letter: Letter = serde_json::from_str(&mails[0].data).unwrap();
    assert_eq!(letter, Letter::AuditHead { links: links.to_string(), head, path: "/audit".to_owned() });
    site.set_clock(site.now().plus_days(1));
    assert!(jobs::by_hand(&site.app, job).await.unwrap().is_ok());
    assert_eq!(site.app.db.read(|conn| outbox::page(conn, None, None, 10)).unwrap().len(), 2);
}

#[actix_web::test]
async fn without_a_mail_server_letters_wait() {
    let site = Site::with_city();
    jobs::by_hand(&site.app, jobs::find("mail_audit_head").unwrap()).await.unwrap().unwrap();
    let sent = jobs::by_hand(&site.app, jobs::find("send_mail").unwrap()).await.unwrap();
    assert_eq!(sent, Ok("waiting=1".to_owned()));
    site.get("admin", "/mails").await.shows("JICAI_SMTP_HOST").shows("审计链头");
}

#[actix_web::test]
async fn good_runs_are_forgotten_after_ninety_days_and_bad_ones_stay() {
    static FAIL: Job = Job { name: "fail", cron: "0 * * * * *", run: fail };
    let site = Site::new();
    jobs::by_hand(&site.app, &FAIL).await.unwrap().unwrap_err();
    jobs::by_hand(&site.app, jobs::find("end_sessions").unwrap()).await.unwrap().unwrap();
    site.set_clock(site.now().plus_days(91));
    let forget = jobs::find("forget_runs").unwrap();
    assert_eq!(jobs::by_hand(&site.app, forget).await.unwrap(), Ok("forgotten=1 answers=0".to_owned()));
    let left: Vec<String> = runs_of(&site).into_iter().map(|r| r.job).collect();
    assert_eq!(left, ["forget_runs", "fail"]);
}

#[test]
fn every_line_of_the_timetable_can_be_read_and_is_named_once() {
    let now = jicai::types::Time::parse_local("2026-11-23 09:00").unwrap();
    for (at, job) in TIMETABLE.iter().enumerate() {
        assert!(runs::next_at(job.cron, now).unwrap() > now, "{}", job.name);
        assert!(TIMETABLE[..at].iter().all(|other| other.name != job.name), "{}", job.name);
    }
}

#[actix_web::test]
async fn a_round_whose_date_has_come_moves_on_by_itself() {
    use jicai::rounds::{self, RoundState};
    let site = Site::with_city();
    let (round, _) = site.round_in(RoundState::Demand);
    let job = jobs::find("advance_rounds").unwrap();
    assert_eq!(jobs::by_hand(&site.app, job).await.unwrap(), Ok("advanced=0 closed=0".to_owned()));
    site.set_clock(round.calendar.demand_to.plus_days(-1));
    let remind = jobs::find("remind_demand").unwrap();
    assert_eq!(jobs::by_hand(&site.app, remind).await.unwrap(), Ok("reminded=3".to_owned()));
    site.set_clock(round.calendar.demand_to);
    assert_eq!(jobs::by_hand(&site.app, job).await.unwrap(), Ok("advanced=1 closed=0".to_owned()));
    assert_eq!(jobs::by_hand(&site.app, job).await.unwrap(), Ok("advanced=0 closed=0".to_owned()));
    let now = site.app.db.read(|conn| rounds::round(conn, &round.id)).unwrap();
    assert_eq!(now.state, RoundState::DemandReview);
}
