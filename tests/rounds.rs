//! Rounds: states, calendar, the second person, amendments, who sees what.

use diesel::prelude::*;
use jicai::people::{OrganisationKind, Role};
use jicai::rounds::approvals::{self, Action};
use jicai::rounds::{self, RoundState, publication, rules};
use jicai::schema::mails;
use jicai::text::{Lang, Say};
use jicai::types::{AmendmentId, RoundId, Time};

use crate::support::Site;

/// The mails in the outbox as (template, address).
fn letters(site: &Site, template: &str) -> Vec<String> {
    let query = |conn: &mut jicai::db::Conn| {
        Ok(mails::table
            .filter(mails::template.eq(template))
            .order(mails::address)
            .select(mails::address)
            .load::<String>(conn)?)
    };
    site.app.db.read(query).unwrap()
}

/// A site with rule sets, and the id of GY-YD2024-2.
fn ready() -> (Site, String) {
    let site = Site::with_city();
    let ctx = site.ctx();
    let id = site
        .app
        .db
        .write(|tx| {
            rounds::seed_rule_sets(tx, &ctx)?;
            Ok(rounds::store::latest_rule_set(tx.conn(), "GY-YD2024-2")?.unwrap().id)
        })
        .unwrap();
    (site, id.to_string())
}

const DATES: [(&str, &str); 10] = [
    ("demand_from", "2026-12-01T09:00"),
    ("demand_to", "2026-12-10T17:00"),
    ("bidding_from", "2026-12-15T09:00"),
    ("bidding_to", "2026-12-20T17:00"),
    ("opening_at", "2026-12-21T09:00"),
    ("publicity_from", "2026-12-28T09:00"),
    ("publicity_to", "2027-01-04T17:00"),
    ("contract_to", "2027-01-20T17:00"),
    ("execution_from", "2027-02-01"),
    ("execution_to", "2028-12-31"),
];

/// The form of a new round with one field replaced.
fn form<'a>(id: &'a str, rule_set: &'a str, but: (&'a str, &'a str)) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("id", id),
        ("version", "1"),
        ("number", "JH-YD2026-9"),
        ("title", "金华市第九批"),
        ("kind", "drug"),
        ("regions", "金华市"),
        ("rule_set_id", rule_set),
    ];
    fields.extend(DATES);
    fields.iter().map(|(k, v)| if *k == but.0 { but } else { (*k, *v) }).collect()
}

fn state(site: &Site, id: &RoundId) -> RoundState {
    site.app.db.read(|conn| rounds::round(conn, id)).unwrap().state
}

#[test]
fn every_pair_of_states_is_in_the_table_or_refused() {
    use RoundState::*;
    let allowed = [
        (Draft, Demand),
        (Demand, DemandReview),
        (DemandReview, Bidding),
        (DemandReview, Demand),
        (Bidding, Opening),
        (Opening, Evaluation),
        (Evaluation, Publicity),
        (Publicity, Awarded),
        (Publicity, Evaluation),
        (Awarded, Contracting),
        (Contracting, Executing),
        (Executing, Closed),
    ];
    let abortable = [Draft, Demand, DemandReview, Bidding, Opening, Evaluation, Publicity];
    for from in RoundState::ALL {
        for to in RoundState::ALL {
            let want = allowed.contains(&(*from, *to)) || (*to == Aborted && abortable.contains(from));
            assert_eq!(rules::may_move(*from, *to).is_ok(), want, "{from} to {to}");
        }
    }
}

#[actix_web::test]
async fn a_calendar_out_of_order_is_refused_by_its_two_dates() {
    let (site, rule_set) = ready();
    let check = async |field: &str, value: &str, want: &[&str]| {
        let id = RoundId::new().to_string();
        let answer = site.post("officer", "/rounds", &form(&id, &rule_set, (field, value))).await;
        answer.is(422);
        for text in want {
            answer.shows(text);
        }
        // The form comes back with what was entered.
        answer.shows(&format!("value=\"{}\"", value.trim())).shows("金华市第九批");
    };
    check("demand_to", "2026-12-01T09:00", &["报量截止", "报量开始", "2026-12-01 09:00"]).await;
    check("bidding_from", "2026-12-10T16:59", &["申报开始", "报量截止", "2026-12-10 17:00"]).await;
    check("opening_at", "2026-12-20T16:59", &["开标时间", "申报截止"]).await;
    check("publicity_from", "2026-12-21T09:00", &["公示开始", "开标时间"]).await;
    check("execution_from", "2027-01-19", &["执行起始日", "签约截止"]).await;
    check("execution_to", "2027-02-01", &["执行截止日", "执行起始日"]).await;
    check("execution_to", "9999-01-01", &["执行截止日", "2000 至 2100"]).await;
    check("demand_to", "soon", &["soon", "2026-11-23 09:00"]).await;
    check("number", " ", &[]).await;
    let id = RoundId::new().to_string();
    let answer = site.post("officer", "/rounds", &form(&id, &rule_set, ("regions", "海南省"))).await;
    answer.is(422).shows("没有单位位于“海南省”");
    // One phase may begin at the moment the one before ends; contracts may end on the first day of execution.
    for but in [("bidding_from", "2026-12-10T17:00"), ("execution_from", "2027-01-20")] {
        let id = RoundId::new().to_string();
        let mut fields = form(&id, &rule_set, but);
        fields.iter_mut().filter(|f| f.0 == "number").for_each(|f| f.1 = but.0);
        site.post("officer", "/rounds", &fields).await.is(303);
    }
}

#[actix_web::test]
async fn the_same_form_makes_one_round_and_a_number_is_taken_once() {
    let (site, rule_set) = ready();
    let id = RoundId::new().to_string();
    for _ in 0..2 {
        let answer = site.post("officer", "/rounds", &form(&id, &rule_set, ("", ""))).await;
        answer.is(303);
        assert!(answer.location.starts_with(&format!("/rounds/{id}")));
    }
    let other = RoundId::new().to_string();
    let answer = site.post("officer", "/rounds", &form(&other, &rule_set, ("", ""))).await;
    answer.is(422).shows("编号 JH-YD2026-9 已属于另一批次");
    site.get("officer", &format!("/rounds/{id}")).await.is(200).shows("GY-YD2024-2").shows("起草");
    site.get("officer", &format!("/rounds/{id}/edit")).await.is(200).shows("2026-12-01T09:00");
    site.get("officer", "/rounds/new").await.is(200).shows("新建批次");
}

#[actix_web::test]
async fn the_second_of_two_editors_is_told_and_shown_the_difference() {
    let (site, rule_set) = ready();
    let id = RoundId::new().to_string();
    site.post("officer", "/rounds", &form(&id, &rule_set, ("", ""))).await.is(303);
    let path = format!("/rounds/{id}/edit");
    let first = form(&id, &rule_set, ("title", "第一位的标题"));
    site.post("officer", &path, &first).await.is(303);
    // The same form again is one change, not a conflict with oneself.
    site.post("officer", &path, &first).await.is(303);
    let mut second = form(&id, &rule_set, ("title", "第二位的标题"));
    let answer = site.post("officer2", &path, &second).await;
    answer.is(422).shows("他人已作修改");
    answer
        .shows("<del>第一位的标题</del>")
        .shows("<ins>第二位的标题</ins>")
        .shows("name=\"version\" value=\"2\"");
    site.get("officer", &format!("/rounds/{id}")).await.shows("第一位的标题");
    // Sent again knowingly it stands.
    second.iter_mut().filter(|f| f.0 == "version").for_each(|f| f.1 = "2");
    site.post("officer2", &path, &second).await.is(303);
    site.get("officer", &format!("/rounds/{id}")).await.shows("第二位的标题");
}

#[actix_web::test]
async fn publishing_needs_a_second_person_and_writes_to_everybody_concerned() {
    let site = Site::with_city();
    let bureau = site.who("officer").organisation;
    site.account(&bureau, "both", &[Role::Officer, Role::Reviewer]);
    let away =
        site.organisation(OrganisationKind::Hospital, "衢州市人民医院", "H33080000001", "衢州市", "三级");
    site.account(&away, "hospital9", &[Role::Hospital]);
    let (round, _) = site.round_in(RoundState::Draft);
    let path = format!("/rounds/{}", round.id);
    site.get("hospital1", &path).await.is(404);
    site.get("supplier1", &path).await.is(404);

    site.post("both", &format!("{path}/publish"), &[]).await.is(303);
    site.post("both", &format!("{path}/publish"), &[]).await.is(303);
    site.post("officer", &format!("{path}/publish"), &[])
        .await
        .is(422)
        .shows("已于 2026-11-23 09:00 提请复核");
    assert_eq!(letters(&site, "approval_asked"), ["both@example.org", "reviewer@example.org"]);
    // What waits stays as it is.
    site.post("officer", &format!("{path}/lots"), &lot_fields("9")).await.is(422).shows("请先撤回复核申请");

    let request = site
        .app
        .db
        .read(|c| approvals::open(c, "rounds", round.id.as_str(), Action::Publish))
        .unwrap()
        .unwrap();
    let decide = format!("/approvals/{}", request.id);
    site.get("reviewer", "/approvals").await.is(200).shows(&round.number).shows("both同志").shows(&decide);
    site.get("both", "/approvals").await.is(200).hides(&decide);
    site.post("both", &decide, &[("decision", "yes")]).await.is(422).shows("提请人不能复核自己的申请");
    site.post("officer", &decide, &[("decision", "yes")]).await.is(403);
    site.post("reviewer", &decide, &[("decision", "no")]).await.is(422).shows("“原因”不能为空");
    site.post("reviewer", &decide, &[("decision", "perhaps")]).await.is(422);
    site.post("reviewer", &decide, &[("decision", "no"), ("remark", "限价偏高")]).await.is(303);
    assert_eq!(state(&site, &round.id), RoundState::Draft);
    site.get("both", &path).await.shows("限价偏高");
    assert_eq!(letters(&site, "approval_decided"), ["both@example.org"]);

    site.post("officer", &format!("{path}/publish"), &[]).await.is(303);
    let request = site
        .app
        .db
        .read(|c| approvals::open(c, "rounds", round.id.as_str(), Action::Publish))
        .unwrap()
        .unwrap();
    let decide = format!("/approvals/{}", request.id);
    site.post("reviewer", &decide, &[("decision", "yes")]).await.is(303);
    assert_eq!(state(&site, &round.id), RoundState::Demand);
    let told = letters(&site, "round_published");
    assert_eq!(told.len(), 6, "{told:?}");
    assert!(told.iter().all(|a| a.starts_with("hospital") || a.starts_with("supplier")) && told.len() == 6);
    assert!(!told.contains(&"hospital9@example.org".to_owned()), "another region hears nothing");
    site.post("reviewer", &decide, &[("decision", "yes")]).await.is(422).shows("已由 reviewer同志");
    site.get("hospital1", &path).await.is(200).shows(&round.number);
    site.get("hospital9", &path).await.is(404);
    site.get("hospital9", "/rounds").await.is(200).hides(&round.number);
    site.get("auditor", "/approvals").await.is(200).shows("限价偏高").shows("同意");
}

fn lot_fields(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("id", "0192f0c1-2b3c-7d4e-8f50-112233445566"),
        ("lot", code),
        ("generic", "二甲双胍"),
        ("form", "片剂"),
        ("form_class", "oral_solid"),
        ("comparable_spec", "0.5g"),
        ("unit", "片"),
        ("ceiling", "0.0123"),
        ("category", "general"),
    ]
}

#[test]
fn a_draft_that_is_not_complete_cannot_be_published_and_nobody_publishes_alone() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Draft);
    let officer = site.ctx_of("officer");
    let ask = |ctx: &jicai::types::Ctx| {
        site.app.db.write(|tx| publication::ask(tx, ctx, &round.id)).map(drop).map_err(|e| e.to_string())
    };
    let refused = site.app.db.write(|tx| rounds::publish(tx, &officer, &round.id)).unwrap_err();
    assert!(refused.to_string().contains("reviewer's approval"), "{refused}");
    let moved = site.app.db.write(|tx| rounds::advance(tx, &officer, &round.id, RoundState::Demand));
    assert!(moved.unwrap_err().to_string().contains("cannot go from"));
    let late = jicai::types::Ctx { now: round.calendar.demand_to, ..officer.clone() };
    assert!(ask(&late).unwrap_err().contains("already have ended"));
    site.app.db.write(|tx| rounds::store::set_regions(tx, &round.id, &[])).unwrap();
    assert!(ask(&officer).unwrap_err().contains("no member regions"));
    site.app.db.write(|tx| rounds::store::set_regions(tx, &round.id, &["金华市".to_owned()])).unwrap();
    for lot in &lots {
        site.app.db.write(|tx| rounds::lots::remove(tx, &officer, &round.id, &lot.id)).unwrap();
    }
    assert!(ask(&officer).unwrap_err().contains("no lots"));
}

#[test]
fn of_two_reviewers_at_once_one_decides_and_the_other_is_told() {
    let site = Site::with_city();
    let bureau = site.who("officer").organisation;
    site.account(&bureau, "reviewer2", &[Role::Reviewer]);
    for turn in 0..4 {
        let (round, _) = site.round_in(RoundState::Draft);
        let asks = ["officer", "officer2"].map(|login| {
            let (db, ctx, id) = (site.app.db.clone(), site.ctx_of(login), round.id.clone());
            std::thread::spawn(move || {
                db.write(|tx| publication::ask(tx, &ctx, &id)).map_err(|e| e.to_string())
            })
        });
        let asked: Vec<_> = asks.into_iter().map(|h| h.join().unwrap()).collect();
        assert_eq!(asked.iter().filter(|a| a.is_ok()).count(), 1, "{asked:?}");
        let request = asked.into_iter().find_map(Result::ok).unwrap();
        let decisions = [("reviewer", true), ("reviewer2", turn % 2 == 0)].map(|(login, yes)| {
            let (db, ctx) = (site.app.db.clone(), site.ctx_of(login));
            let (id, round) = (request.id.clone(), round.id.clone());
            std::thread::spawn(move || {
                db.write(|tx| {
                    approvals::decide(tx, &ctx, &id, yes, "看过")?;
                    if yes { rounds::publish(tx, &ctx, &round).map(drop) } else { Ok(()) }
                })
                .map_err(|e| e.to_string())
            })
        });
        let decided: Vec<_> = decisions.into_iter().map(|h| h.join().unwrap()).collect();
        assert_eq!(decided.iter().filter(|d| d.is_ok()).count(), 1, "{decided:?}");
        let told = decided.iter().find_map(|d| d.as_ref().err()).unwrap();
        assert!(told.contains("already dealt with this request"), "{told}");
    }
}

/// The fields of the amendment form that set one lot's ceiling.
fn amendment<'a>(id: &'a str, version: &'a str, name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("id", id), ("version", version), ("reason", "按专家论证意见调整"), (name, value)]
}

#[actix_web::test]
async fn an_amendment_shows_what_changed_and_tells_those_concerned() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Bidding);
    let path = format!("/rounds/{}/amend", round.id);
    let shown = format!("/rounds/{}/amendments", round.id);
    site.get("supplier1", &path).await.is(403);
    site.get("officer", &path).await.is(200).shows("金华市药品集中带量采购").hides("name=\"demand_to\"");
    site.get("officer", &shown).await.is(200).shows("没有变更");

    let ceiling = format!("ceiling-{}", lots[0].id);
    let id = AmendmentId::new().to_string();
    let mut fields = amendment(&id, "1", &ceiling, "0.4501");
    let day = round.calendar.bidding_to.plus_days(1).input();
    fields.push(("bidding_to", &day));
    site.post("supplier1", &path, &fields).await.is(403);
    for _ in 0..2 {
        site.post("officer", &path, &fields).await.is(303);
    }
    let page = site.get("supplier1", &shown).await;
    page.is(200).shows("<del>0.50</del>").shows("<ins>0.4501</ins>").shows("按专家论证意见调整");
    page.shows(&format!("<del>{}</del>", round.calendar.bidding_to)).hides("officer同志");
    site.get("auditor", &shown).await.shows("officer同志");
    let told = letters(&site, "round_amended");
    assert_eq!(told.len(), 6, "once each, though the form came twice: {told:?}");

    // Another officer still has the old page open.
    let other = AmendmentId::new().to_string();
    let answer = site.post("officer2", &path, &amendment(&other, "1", "title", "另一个标题")).await;
    answer.is(422).shows("他人已作修改").shows("另一个标题");
    let check = async |name: &str, value: &str, want: &str| {
        let id = AmendmentId::new().to_string();
        site.post("officer", &path, &amendment(&id, "2", name, value)).await.is(422).shows(want);
    };
    check("title", &round.title, "没有任何变更").await;
    check("bidding_to", "2026-11-23T08:59", "该时间已过").await;
    check("bidding_from", "2026-11-24T09:00", "申报开始").await;
    check(&ceiling, "0", "必须大于零").await;
    check(&ceiling, "0.12345", "最多 4 位小数").await;
    check(&ceiling, "免费", "免费").await;
    let id = AmendmentId::new().to_string();
    let silent = [("id", id.as_str()), ("version", "2"), ("title", "没有原因"), ("reason", " ")];
    site.post("officer", &path, &silent).await.is(422).shows("“原因”不能为空");
    // Fields the form does not have are not taken: number, kind, regions and rules never change.
    let id = AmendmentId::new().to_string();
    check("number", "JH-0", "没有任何变更").await;
    site.post("officer", &path, &amendment(&id, "2", "publicity_to", "2099-01-01T09:00")).await.is(422);
}

#[actix_web::test]
async fn after_bidding_only_dates_to_come_can_be_amended() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Bidding);
    // Bidding is over by the clock, though no job has moved the round yet.
    site.set_clock(round.calendar.bidding_to);
    let path = format!("/rounds/{}/amend", round.id);
    site.get("officer", &path).await.is(200).hides("name=\"bidding_to\"").hides("name=\"title\"");
    let check = async |name: &str, value: &str, want: &str| {
        let id = AmendmentId::new().to_string();
        site.post("officer", &path, &amendment(&id, "1", name, value)).await.is(422).shows(want);
    };
    check("title", "改标题", "“标题”在“申报中”阶段不能再变更").await;
    check(&format!("ceiling-{}", lots[0].id), "0.1", "不能再变更").await;
    check("bidding_to", &round.calendar.bidding_to.plus_days(2).input(), "不能再变更").await;
    let id = AmendmentId::new().to_string();
    let day = round.calendar.publicity_to.plus_days(3).input();
    site.post("officer", &path, &amendment(&id, "1", "publicity_to", &day)).await.is(303);
    let (closed, _) = site.round_in(RoundState::Closed);
    site.get("officer", &format!("/rounds/{}/amend", closed.id)).await.is(422);
    let (draft, _) = site.round_in(RoundState::Draft);
    site.get("officer", &format!("/rounds/{}/amend", draft.id)).await.is(422);
}

#[actix_web::test]
async fn a_round_is_given_up_with_a_reason_until_it_is_awarded() {
    let site = Site::with_city();
    let (round, _) = site.round_in(RoundState::Bidding);
    let path = format!("/rounds/{}/abort", round.id);
    site.post("reviewer", &path, &[("reason", "x")]).await.is(403);
    site.post("officer", &path, &[("reason", "")]).await.is(422);
    site.post("officer", &path, &[("reason", "申报企业不足")]).await.is(303);
    site.get("supplier1", &format!("/rounds/{}", round.id))
        .await
        .is(200)
        .shows("已废止")
        .shows("申报企业不足");
    let page = site.get("officer", &format!("/rounds/{}/amendments", round.id)).await;
    page.shows("<del>申报中</del>").shows("<ins>已废止</ins>");
    assert_eq!(letters(&site, "round_aborted").len(), 6);
    site.post("officer", &path, &[("reason", "再来一次")]).await.is(422);
    let (awarded, _) = site.round_in(RoundState::Awarded);
    let path = format!("/rounds/{}/abort", awarded.id);
    site.post("officer", &path, &[("reason", "太晚")]).await.is(422).shows("已确定中选");
    // A draft that waits for approval takes its request with it.
    let (draft, _) = site.round_in(RoundState::Draft);
    site.post("officer", &format!("/rounds/{}/publish", draft.id), &[]).await.is(303);
    site.post("officer", &format!("/rounds/{}/abort", draft.id), &[("reason", "重复")]).await.is(303);
    site.get("reviewer", "/approvals").await.shows("目前没有待复核的申请");
}

#[test]
fn the_clock_moves_rounds_once_and_through_every_state_it_slept_through() {
    let site = Site::with_city();
    let due = |now: Time| {
        let ctx = jicai::types::Ctx::system(now, "advance");
        site.app.db.write(|tx| rounds::advance_due(tx, &ctx)).unwrap()
    };
    let (demand, _) = site.round_in(RoundState::Demand);
    let (bidding, _) = site.round_in(RoundState::Bidding);
    let (publicity, _) = site.round_in(RoundState::Publicity);
    let (contracting, _) = site.round_in(RoundState::Contracting);
    assert_eq!(due(demand.calendar.demand_to.plus_millis(-1)), []);
    let moved = due(demand.calendar.demand_to);
    assert_eq!(
        moved,
        [(demand.id.clone(), RoundState::DemandReview), (bidding.id.clone(), RoundState::Opening)]
    );
    assert_eq!(due(demand.calendar.demand_to), [], "again it finds nothing to do");
    let long_after = Time::parse_local("2099-01-01").unwrap();
    let moved = due(long_after);
    assert_eq!(
        moved,
        [(contracting.id.clone(), RoundState::Executing), (contracting.id, RoundState::Closed)]
    );
    assert_eq!(state(&site, &publicity.id), RoundState::Publicity, "publicity waits for the officer");
    assert_eq!(state(&site, &demand.id), RoundState::DemandReview, "so does the demand review");
}

#[actix_web::test]
async fn bidding_opens_by_hand_and_not_before_its_date() {
    let site = Site::with_city();
    let (round, _) = site.round_in(RoundState::DemandReview);
    let path = format!("/rounds/{}/open-bidding", round.id);
    site.post("reviewer", &path, &[]).await.is(403);
    let answer = site.post("officer", &path, &[]).await;
    answer.is(422).shows(&format!("{} 之前不能开放申报", round.calendar.bidding_from));
    site.set_clock(round.calendar.bidding_from);
    site.get("officer", &format!("/rounds/{}", round.id)).await.shows("开放申报");
    site.post("officer", &path, &[]).await.is(422).shows("尚未指定开标人");
    site.panel(&round.id, &["officer", "reviewer"], 2);
    site.post("officer", &path, &[]).await.is(303);
    assert_eq!(state(&site, &round.id), RoundState::Bidding);
    site.post("officer", &path, &[]).await.is(422);
    // Reporting is opened again only after its end was moved.
    let (late, _) = site.round_in(RoundState::DemandReview);
    site.post("officer", &format!("/rounds/{}/reopen-demand", late.id), &[]).await.is(422).shows("已过");
}

#[actix_web::test]
async fn the_list_is_filtered_paged_and_exported_to_those_who_may_see_it() {
    let site = Site::with_city();
    let (draft, _) = site.round_in(RoundState::Draft);
    let (open, _) = site.round_in(RoundState::Bidding);
    let number = |n: &str| format!(">{n}</a>");
    site.get("officer", "/rounds").await.is(200).shows(&number(&draft.number)).shows(&number(&open.number));
    for login in ["hospital1", "supplier1"] {
        site.get(login, "/rounds").await.is(200).hides(&number(&draft.number)).shows(&number(&open.number));
        let file = site.get(login, "/rounds.csv").await;
        file.is(200).shows(&open.number).hides(&format!("{},", draft.number));
    }
    let page = site.get("officer", "/rounds?state=bidding&kind=drug&q=jh-yd").await;
    page.shows(&number(&open.number)).hides(&number(&draft.number));
    site.get("officer", "/rounds?kind=consumable").await.shows("没有符合条件的批次");
    site.get("officer", "/rounds?q=%25&state=nothing&after=x.y").await.is(200);
    assert!(site.get("officer", "/rounds.xlsx").await.bytes.starts_with(b"PK"));
    for _ in 0..50 {
        site.round_in(RoundState::Draft);
    }
    let first = site.get("officer", "/rounds").await;
    let next = first.body.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = site.get("officer", &next.replace("&amp;", "&").replace("&#38;", "&")).await;
    let rows = |body: &str| body.matches("<th scope=\"row\">").count();
    assert_eq!((rows(&first.body), rows(&second.body)), (50, 2));
    second.shows(&number(&draft.number)).hides("rel=\"next\"");
}

#[actix_web::test]
async fn a_copy_is_a_draft_with_the_lots_and_a_new_number() {
    let site = Site::with_city();
    let (round, _) = site.round_in(RoundState::Executing);
    let id = RoundId::new().to_string();
    for _ in 0..2 {
        let answer = site.post("officer", &format!("/rounds/{}/copy", round.id), &[("id", &id)]).await;
        answer.is(303);
        assert!(answer.location.starts_with(&format!("/rounds/{id}/edit")));
    }
    let copy: RoundId = id.parse().unwrap();
    let (made, lots) =
        site.app.db.read(|c| Ok((rounds::round(c, &copy)?, rounds::lots_of(c, &copy)?))).unwrap();
    assert_eq!((made.state, made.published_at, lots.len()), (RoundState::Draft, None, 2));
    assert_eq!(made.number, format!("{}-2", round.number));
    assert_eq!(made.calendar, round.calendar);
    let third = RoundId::new().to_string();
    site.post("officer", &format!("/rounds/{}/copy", round.id), &[("id", &third)]).await.is(303);
    site.get("officer", &format!("/rounds/{third}")).await.shows(&format!("{}-3", round.number));
}

#[actix_web::test]
async fn only_officers_change_rounds_and_everybody_reads_the_rules() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Draft);
    let of = |rest: &str| format!("/rounds/{}{rest}", round.id);
    let forms = ["/edit", "/copy", "/publish", "/withdraw", "/open-bidding", "/abort", "/lots", "/amend"];
    for login in ["reviewer", "settlement", "auditor", "admin", "hospital1", "supplier1"] {
        for part in forms {
            site.post(login, &of(part), &[]).await.is(403);
        }
        site.post(login, &of(&format!("/lots/{}/remove", lots[0].id)), &[]).await.is(403);
        site.post(login, "/rounds", &[]).await.is(403);
        site.get(login, "/rules").await.is(200).shows("GY-YD2024-2");
    }
    let nobody = RoundId::new();
    site.get("officer", &format!("/rounds/{nobody}")).await.is(404);
    site.get("officer", "/rounds/not-an-id").await.is(404);
    site.get("", &of("")).await.is(303);
    let rules = format!("/rules/{}", round.rule_set_id);
    let page = site.get("supplier1", &rules).await;
    page.is(200)
        .shows("fuse.factor")
        .shows("1.8")
        .shows("flcube.com p=14910")
        .shows("已核实")
        .shows("待核实");
    // A bidder of a published round sees the pages that fit, and no others.
    let (open, _) = site.round_in(RoundState::Publicity);
    let page = site.get("supplier1", &format!("/rounds/{}", open.id)).await;
    page.shows("/bids\"")
        .shows("/public/rounds/")
        .shows("/objections\"")
        .hides("/award\"")
        .hides("/demand\"");
    page.hides(&format!("/rounds/{}/contracts\"", open.id)).hides("/abort").hides("/edit");
}

#[test]
fn refusals_are_said_in_both_languages_without_open_places() {
    use jicai::rounds::Refused;
    let at = Time::parse_local("2026-11-23 09:00").unwrap();
    let all: Vec<Refused> = vec![
        Refused::State(RoundState::Draft),
        Refused::Move { from: RoundState::Draft, to: RoundState::Closed },
        Refused::Order {
            earlier: "demand_to",
            earlier_at: "1".into(),
            later: "bidding_from",
            later_at: "2".into(),
        },
        Refused::Year { field: "demand_to", at: "1".into() },
        Refused::Empty("title"),
        Refused::Long("title", 3),
        Refused::DemandOver(at),
        Refused::LotTwice { line: 3 },
        Refused::ManyLots,
        Refused::CeilingDecimals,
        Refused::Frozen { field: "title", state: RoundState::Closed },
        Refused::Past { field: "demand_to", at: "1".into() },
        Refused::TooEarly(at),
        Refused::TooLate(at),
        Refused::AlreadyAsked { by: "x".into(), at },
        Refused::Decided { by: "x".into(), decision: approvals::Decision::Approved, at },
        Refused::BadLines(3),
        Refused::OfLot { lot: "1".into(), why: Box::new(Refused::NotPositive("ceiling")) },
    ];
    for refused in all {
        for lang in [Lang::Zh, Lang::En] {
            let said = refused.say(lang.text());
            assert!(!said.contains('{') && !said.is_empty(), "{refused:?}: {said}");
        }
    }
}
