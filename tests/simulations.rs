//! Simulations: other rules and ceilings side by side, prices that vary, and what happens when a node goes away.

use diesel::prelude::*;
use jicai::jobs;
use jicai::rounds::{self, RoundState};
use jicai::schema::simulations as table;
use jicai::simulations::{self, State};
use jicai::types::{RoundId, RuleSetId, SimulationId, Time};

use crate::evaluation::{compute, opened};
use crate::support::{Answer, Site};

/// The fields of the form as a browser sends them, with some changed.
fn fields<'a>(id: &'a str, base: &'a str, changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("id", id),
        ("name", "提高限价试算"),
        ("base", base),
        ("base_rules", ""),
        ("lots", "4"),
        ("bidders", "6"),
        ("price_spread", "0.5"),
        ("base_seed", "9"),
        ("rules", ""),
        ("percent", "100"),
        ("ceilings", ""),
        ("runs", ""),
        ("spread", "0.1"),
        ("seed", "1"),
    ];
    let value = |name: &str, usual| changed.iter().find(|(n, _)| *n == name).map_or(usual, |(_, v)| *v);
    usual.iter().map(|(name, usual)| (*name, value(name, *usual))).collect()
}

fn rule_set(site: &Site, name: &str) -> RuleSetId {
    site.app.db.read(|conn| rounds::store::latest_rule_set(conn, name)).unwrap().unwrap().id
}

async fn make(site: &Site, login: &str, base: &RoundId, changed: &[(&str, &str)]) -> (SimulationId, Answer) {
    let id = SimulationId::new();
    let answer = site.post(login, "/simulations", &fields(id.as_str(), base.as_str(), changed)).await;
    (id, answer)
}

fn run_job(site: &Site) -> String {
    let counts = (jobs::find("run_simulations").unwrap().run)(&site.app).unwrap();
    counts.iter().map(|(what, n)| format!("{what}={n}")).collect()
}

fn state(site: &Site, id: &SimulationId) -> State {
    site.app.db.read(|conn| simulations::store::simulation(conn, id)).unwrap().unwrap().head.state
}

#[actix_web::test]
async fn ceilings_are_changed_and_both_awards_stand_side_by_side() {
    let site = Site::with_city();
    let (round, lots) = opened(&site);
    site.get("officer", "/simulations").await.is(200).shows("还没有保存的模拟");
    let form = site.get("officer", &format!("/simulations/new?round={}", round.id)).await;
    form.is(200).shows(&round.number).shows("GY-YD2024-2");
    // Lot 1 bids 0.10, 0.12 and 0.45 under 0.50; under 0.11 only the first is valid.
    let line = format!("{}, 0.11", lots[0].code);
    let (id, answer) = make(&site, "officer", &round.id, &[("ceilings", &line)]).await;
    answer.is(303);
    let page = site.get("auditor", &format!("/simulations/{id}")).await;
    page.is(200).shows("0.11").shows("申报无效").shows("不同").shows("华东制药有限公司").hides("http-equiv");
    page.hides("/delete");
    site.get("officer", "/simulations").await.is(200).shows("提高限价试算").shows(&round.number);
    let csv = site.get("reviewer", &format!("/simulations/{id}/export/comparison.csv")).await;
    csv.is(200).shows("base_status,changed_status").shows("invalid").shows(",yes");
    let sheet = site.get("reviewer", &format!("/simulations/{id}/export/comparison.xlsx")).await;
    assert!(sheet.bytes.starts_with(b"PK"));
    site.get("officer", &format!("/simulations/{id}/export/simulated_bids.csv")).await.is(404);
    site.get("officer", &format!("/simulations/{id}/export/x.csv")).await.is(404);
    site.get("auditor", "/audit?action=simulation.create").await.shows("提高限价试算");

    let again = site.post("officer", "/simulations", &fields(id.as_str(), round.id.as_str(), &[])).await;
    again.is(303);
    let count: i64 = site.app.db.read(|conn| Ok(table::table.count().get_result(conn)?)).unwrap();
    assert_eq!(count, 1);
    // The round is as it was: no version was computed.
    let versions = site.app.db.read(|conn| jicai::awards::store::versions(conn, &round.id)).unwrap();
    assert!(versions.is_empty());
}

#[actix_web::test]
async fn another_rule_set_and_nothing_changed() {
    let site = Site::with_city();
    let (round, _) = opened(&site);
    compute(&site, &round.id, "");
    let (id, answer) = make(&site, "reviewer", &round.id, &[]).await;
    answer.is(303);
    site.get("reviewer", &format!("/simulations/{id}")).await.is(200).shows("相同").hides(">不同<");
    let other = rule_set(&site, "GY-YD2019-2");
    let (id, answer) = make(&site, "reviewer", &round.id, &[("rules", other.as_str())]).await;
    answer.is(303);
    let page = site.get("reviewer", &format!("/simulations/{id}")).await;
    page.is(200).shows("GY-YD2024-2 → GY-YD2019-2");
}

#[actix_web::test]
async fn runs_are_made_by_the_job_and_survive_a_node_that_goes_away() {
    let site = Site::with_city();
    let (round, _) = opened(&site);
    let (id, answer) = make(&site, "officer", &round.id, &[("runs", "90"), ("spread", "0.2")]).await;
    answer.is(303);
    let page = site.get("officer", &format!("/simulations/{id}")).await;
    page.is(200).shows("等待计算").shows("http-equiv=\"refresh\"").shows("<progress max=\"90\" value=\"0\"");

    // A node took it and gave a sign of life a moment ago: it is left alone.
    let taken = |touched: Time| {
        let change = |tx: &mut jicai::db::Tx| {
            diesel::update(table::table.find(&id))
                .set((
                    table::state.eq(State::Running),
                    table::node.eq("away"),
                    table::runs_done.eq(40),
                    table::touched_at.eq(touched),
                ))
                .execute(tx.conn())?;
            Ok(())
        };
        site.app.db.write(change).unwrap();
    };
    taken(site.now());
    assert_eq!(run_job(&site), "finished=0");
    site.get("officer", &format!("/simulations/{id}")).await.shows("计算中").shows("value=\"40\"");
    // It gave none for ten minutes: its runs are made again.
    taken(site.now().plus_millis(-600_000));
    assert_eq!(run_job(&site), "finished=1");
    let page = site.get("officer", &format!("/simulations/{id}")).await;
    page.is(200).shows("完成").hides("http-equiv").shows("90 次").shows("100.00%");
    let bids = site.get("officer", &format!("/simulations/{id}/export/simulated_bids.csv")).await;
    bids.is(200).shows("runs_won").shows("100.00%");
    let lots = site.get("officer", &format!("/simulations/{id}/export/simulated_lots.csv")).await;
    lots.is(200).shows("saved_median");

    // The same seed gives the same, run without a break.
    let (other, _) = make(&site, "officer", &round.id, &[("runs", "90"), ("spread", "0.2")]).await;
    assert_eq!(run_job(&site), "finished=1");
    let again = site.get("officer", &format!("/simulations/{other}/export/simulated_bids.csv")).await;
    assert_eq!(again.body, bids.body);
}

#[actix_web::test]
async fn data_that_changed_meanwhile_stop_the_runs_with_a_sentence() {
    let site = Site::with_city();
    let (round, lots) = opened(&site);
    let (id, _) = make(&site, "officer", &round.id, &[("runs", "10")]).await;
    let change = |tx: &mut jicai::db::Tx| {
        use jicai::schema::lots as l;
        let dearer: jicai::types::UnitPrice = "9".parse().unwrap();
        diesel::update(l::table.find(&lots[0].id)).set(l::ceiling.eq(dearer)).execute(tx.conn())?;
        Ok(())
    };
    site.app.db.write(change).unwrap();
    assert_eq!(run_job(&site), "finished=1");
    assert_eq!(state(&site, &id), State::Failed);
    site.get("officer", &format!("/simulations/{id}")).await.is(200).shows("批次数据在提交后已变化");
}

#[actix_web::test]
async fn a_synthetic_round_needs_no_round() {
    let site = Site::with_city();
    let (round, _) = opened(&site);
    let rules = rule_set(&site, "GY-YD2024-2");
    let id = SimulationId::new();
    let changed = [("base_rules", rules.as_str()), ("percent", "80"), ("runs", "20")];
    let fields = fields(id.as_str(), "synthetic", &changed);
    site.post("auditor", "/simulations", &fields).await.is(303);
    assert_eq!(run_job(&site), "finished=1");
    let page = site.get("auditor", &format!("/simulations/{id}")).await;
    page.is(200).shows("合成批次").shows("S001").shows("#4").hides("#5").hides(&round.number);
}

#[actix_web::test]
async fn only_its_maker_deletes_it_and_only_some_may_simulate() {
    let site = Site::with_city();
    let (round, _) = opened(&site);
    let (id, _) = make(&site, "officer", &round.id, &[("runs", "50")]).await;
    let (page, delete) = (format!("/simulations/{id}"), format!("/simulations/{id}/delete"));
    for login in ["settlement", "admin", "hospital1", "supplier1"] {
        site.get(login, "/simulations").await.is(403);
        site.get(login, &page).await.is(403);
        site.post(login, &delete, &[]).await.is(403);
        make(&site, login, &round.id, &[]).await.1.is(403);
    }
    site.post("officer2", &delete, &[]).await.is(422).shows("只有创建人");
    assert_eq!(state(&site, &id), State::Waiting);
    // Another's id in a form leads nowhere.
    site.post("officer2", "/simulations", &fields(id.as_str(), round.id.as_str(), &[])).await.is(404);
    site.get("officer", &page).await.shows(&delete);
    site.post("officer", &delete, &[]).await.is(303);
    site.post("officer", &delete, &[]).await.is(303);
    site.get("officer", &page).await.is(404);
    assert_eq!(run_job(&site), "finished=0");
    site.get("auditor", "/audit?action=simulation.delete").await.shows("提高限价试算");
}

#[actix_web::test]
async fn what_makes_no_sense_is_refused_beside_its_field_and_typed_values_stay() {
    let site = Site::with_city();
    let (round, _) = opened(&site);
    let (bidding, _) = site.round_in(RoundState::Bidding);
    let nothing = RoundId::new();
    let check = async |changed: &[(&str, &str)], base: &RoundId, sentence: &str| {
        let (_, answer) = make(&site, "officer", base, changed).await;
        answer.is(422).shows(sentence);
        answer.shows("value=\"试算\"");
    };
    let with = |field: &'static str, value: &'static str| [("name", "试算"), (field, value)];
    check(&with("runs", "10001"), &round.id, "10001").await;
    check(&with("runs", "many"), &round.id, "many").await;
    check(&[("name", "试算"), ("runs", "10"), ("spread", "1")], &round.id, "0.99").await;
    check(&with("percent", "0"), &round.id, "percent").await;
    check(&with("percent", "1001"), &round.id, "1001").await;
    check(&with("ceilings", "1 0.4\nno price here"), &round.id, "第 2 行").await;
    check(&with("ceilings", "77 0.4"), &round.id, "没有竞价单元“77”").await;
    check(&with("ceilings", "1 0"), &round.id, "竞价单元 1").await;
    check(&with("rules", "0190a0a0-0000-7000-8000-000000000000"), &round.id, "没有这套规则").await;
    check(&with("seed", "1"), &bidding.id, "尚未开标").await;
    let (_, answer) = make(&site, "officer", &round.id, &[("name", " ")]).await;
    answer.is(422).shows("请填写模拟名称");
    let (_, answer) = make(&site, "officer", &nothing, &[]).await;
    answer.is(404);
}

#[test]
fn the_command_makes_the_same_runs_over_files() {
    use std::process::Command;

    use jicai::awards::{output, sheets};
    use jicai::files::write::Csv;
    use jicai::rounds::rule_set;
    use jicai::simulations::synthetic::{Synthetic, synthetic};

    let spread = "0.5".parse().unwrap();
    let it = Synthetic { rules: RuleSetId::new(), lots: 3, bidders: 5, spread, seed: 4 };
    let case = synthetic(&it, rule_set::find("GY-YD2024-2").unwrap());
    let folder = tempfile::tempdir().unwrap();
    for table in [sheets::lots(&case.lots), sheets::bids(case.bids.iter())] {
        let path = folder.path().join(table.name);
        std::fs::write(path, output::write(table, Csv::new(Vec::new()).unwrap()).unwrap()).unwrap();
    }
    let run = |more: &[&str]| {
        let usual = ["simulate", "--rules", "GY-YD2024-2", "--lots", "lots.csv", "--bids", "bids.csv"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
        command.args(usual).args(more).env("JICAI_LANG", "en").current_dir(folder.path());
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    let (status, out, said) = run(&["--runs", "30", "--spread", "0.2", "--seed", "7"]);
    assert_eq!(status, 0, "{said}");
    assert!(out.starts_with("lot,company,unit_price,runs_won,share_won\n"), "{out}");
    assert_eq!(out.lines().count(), 16);
    assert!(said.contains("30 runs, 3 lots, 15 bids"), "{said}");
    assert_eq!(run(&["--runs", "30", "--spread", "0.2", "--seed", "7"]).1, out);
    assert_ne!(run(&["--runs", "30", "--spread", "0.2", "--seed", "8"]).1, out);
    let (status, out, _) = run(&["--runs", "5", "--out", "made"]);
    assert_eq!((status, out.as_str()), (0, ""));
    for name in ["simulated_bids.csv", "simulated_lots.csv"] {
        assert!(folder.path().join("made").join(name).exists(), "{name}");
    }
    assert_eq!(run(&["--runs", "0"]).0, 2);
    let (status, _, said) = run(&["--spread", "1"]);
    assert!(status == 2 && said.contains("0.999999"), "{said}");
}
