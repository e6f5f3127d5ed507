//! How a case begins: by the job, again in a later month, by hand.

use diesel::prelude::*;
use jicai::cases::State;
use jicai::notify::News;
use jicai::prices::findings;
use jicai::prices::monitoring::Tier;
use jicai::schema::findings as findings_table;
use jicai::types::{CaseId, FindingId, Money, OrganisationId, ProductId, TermValueId, Time};

use super::{MAKER, all, assign, case_of, close, finding, followed, news, now, run};
use crate::prices::product;
use crate::support::Site;

#[actix_web::test]
async fn the_job_opens_one_case_for_a_rule_and_product_and_only_from_the_tier_set() {
    let site = Site::with_city();
    let (a, b) = (product(&site, "X1", "甲药", "", MAKER), product(&site, "X2", "乙药", "", "无名厂"));
    let first = finding(&site, "multiple", &a, ("hospital1", "2026-10-01"), (Tier::Red1, "10"));
    let mild = finding(&site, "multiple", &a, ("hospital2", "2026-10-01"), (Tier::Yellow, "5"));
    let other = finding(&site, "drift", &a, ("hospital1", "2026-10-01"), (Tier::Red3, "7"));
    let third = finding(&site, "multiple", &b, ("hospital1", "2026-10-01"), (Tier::Red2, "1"));
    assert_eq!(run(&site, "open_cases").await, "opened=3 reopened=0 joined=3 recounted=0");
    assert_eq!(run(&site, "open_cases").await, "opened=0 reopened=0 joined=0 recounted=0");
    assert_eq!(all(&site).len(), 3);
    assert_eq!(case_of(&site, &mild), None);
    assert_ne!(case_of(&site, &first), case_of(&site, &other));
    let unknown = now(&site, &case_of(&site, &third).unwrap());
    assert_eq!(unknown.supplier_id, None);
    // One letter to each officer, not one for each case or run.
    assert_eq!(news(&site, "officer"), [News::CasesOpened]);
    site.get("officer", "/").await.shows("有 3 件价格案件待分派");
    // A finding that comes later joins; one that is gone does not count any more.
    let late = finding(&site, "multiple", &a, ("hospital2", "2026-09-01"), (Tier::Red2, "2.50"));
    site.app
        .db
        .write(|tx| {
            let gone = findings_table::state.eq(findings::State::Gone);
            Ok(diesel::update(findings_table::table.find(&first)).set(gone).execute(tx.conn())?)
        })
        .unwrap();
    assert_eq!(run(&site, "open_cases").await, "opened=0 reopened=0 joined=1 recounted=0");
    assert_eq!(case_of(&site, &late), case_of(&site, &first));
    let joined = now(&site, &case_of(&site, &late).unwrap());
    assert_eq!((joined.effect.to_string(), joined.findings, joined.tier), ("2.50".to_owned(), 1, Tier::Red2));
    // The scan changed a figure: counted anew.
    site.app
        .db
        .write(|tx| {
            let effect = findings_table::effect.eq("4".parse::<Money>().unwrap());
            Ok(diesel::update(findings_table::table.find(&late)).set(effect).execute(tx.conn())?)
        })
        .unwrap();
    assert_eq!(run(&site, "open_cases").await, "opened=0 reopened=0 joined=0 recounted=1");
    assert_eq!(now(&site, &joined.id).effect.to_string(), "4.00");
    // From tomorrow yellow is enough.
    let tomorrow = site.now().day().succ_opt().unwrap().to_string();
    let id = TermValueId::new().to_string();
    let fields = [
        ("id", id.as_str()),
        ("term", "case_tier"),
        ("value", "1"),
        ("since", &tomorrow),
        ("reason", "新规定"),
    ];
    site.post("officer", "/terms", &fields).await.is(303);
    assert_eq!(run(&site, "open_cases").await, "opened=0 reopened=0 joined=0 recounted=0");
    site.set_clock(site.now().plus_days(1));
    assert_eq!(run(&site, "open_cases").await, "opened=0 reopened=0 joined=1 recounted=0");
    assert_eq!(case_of(&site, &mild), Some(joined.id));
}

#[actix_web::test]
async fn many_rules_and_products_are_opened_in_parts() {
    let site = Site::with_city();
    let ids: Vec<ProductId> =
        (0..230).map(|n| product(&site, &format!("Y{n:03}"), "药", "", MAKER)).collect();
    for id in &ids {
        finding(&site, "multiple", id, ("hospital1", "2026-10-01"), (Tier::Red1, "10"));
        finding(&site, "drift", id, ("hospital2", "2026-10-01"), (Tier::Red1, "3"));
    }
    assert_eq!(run(&site, "open_cases").await, "opened=460 reopened=0 joined=460 recounted=0");
    let cases = all(&site);
    let numbers: std::collections::BTreeSet<&str> = cases.iter().map(|it| it.number.as_str()).collect();
    assert_eq!((numbers.len(), cases.last().unwrap().number.as_str()), (460, "AJ2026-000460"));
    assert!(cases.iter().all(|it| it.findings == 1 && it.effect.is_positive()));
    // The list: the largest effect first, page by page, each case once.
    let mut met = std::collections::BTreeSet::new();
    let mut path = "/cases".to_owned();
    loop {
        let page = site.get("auditor", &path).await;
        page.is(200);
        let found = page.body.matches("<th scope=\"row\" class=\"k\"><a href=\"/cases/").count();
        assert!(found <= 50);
        for part in page.body.split("<th scope=\"row\" class=\"k\"><a href=\"/cases/").skip(1) {
            assert!(met.insert(part[..36].to_owned()), "twice: {}", &part[..36]);
        }
        if met.len() == 50 {
            page.shows(">10.00<").hides(">3.00<");
        }
        let Some((before, _)) = page.body.split_once("\" rel=\"next\"") else { break };
        path = before.rsplit("href=\"").next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    }
    assert_eq!(met.len(), 460);
    site.get("auditor", "/cases?rule=drift").await.is(200).shows(">3.00<").hides(">10.00<");
    site.get("auditor", "/cases?q=y007").await.is(200);
    site.get("auditor", "/cases?q=AJ2026-000007").await.is(200).shows("AJ2026-000007").hides("AJ2026-000008");
    site.get("auditor", "/cases?after=x").await.is(404);
    let csv = site.get("auditor", "/cases/export?rule=drift&as=csv").await;
    csv.is(200).shows("AJ2026-000001").hides("AJ2026-000002");
    assert_eq!(csv.body.lines().count(), 231);
    let book = site.get("auditor", "/cases/export?as=xlsx").await;
    assert!(book.is(200).bytes.starts_with(b"PK"));
}

#[actix_web::test]
async fn a_case_opens_again_when_its_rule_finds_the_product_in_a_later_month() {
    let site = Site::with_city();
    let (case, it) = followed(&site).await;
    close(&site, "officer", &case.id, "explained").await.is(303);
    // Of the month of closing or before it joins without opening.
    let old = finding(&site, "multiple", &it, ("hospital3", "2026-11-01"), (Tier::Red1, "1"));
    assert_eq!(run(&site, "open_cases").await, "opened=0 reopened=0 joined=1 recounted=0");
    assert_eq!(case_of(&site, &old), Some(case.id.clone()));
    assert_eq!(now(&site, &case.id).state, State::Closed);
    site.set_clock(Time::parse_local("2027-01-05 09:00").unwrap());
    finding(&site, "multiple", &it, ("hospital3", "2026-12-01"), (Tier::Red1, "9"));
    finding(&site, "drift", &it, ("hospital3", "2026-12-01"), (Tier::Red1, "9"));
    assert_eq!(run(&site, "open_cases").await, "opened=1 reopened=1 joined=2 recounted=0");
    let again = now(&site, &case.id);
    assert_eq!((again.state, again.cycle, again.closing), (State::Handling, 2, None));
    assert_eq!(again.effect.to_string(), "160.50");
    assert_eq!(run(&site, "open_cases").await, "opened=0 reopened=0 joined=0 recounted=0");
    assert_eq!(news(&site, "officer").last(), Some(&News::CasesOpened));
    assert!(news(&site, "officer").contains(&News::CaseReopened));
    let path = format!("/cases/{}", case.id);
    site.get("officer", &path).await.is(200).shows("重新立案").shows("第 2 轮").shows("理由成立");
    // By hand, with a reason.
    close(&site, "officer", &case.id, "other").await.is(303);
    let version = now(&site, &case.id).version.to_string();
    let reopen = format!("{path}/reopen");
    site.post("officer2", &reopen, &[("version", &version), ("reason", " ")]).await.is(422).shows("此项必填");
    site.post("officer2", &reopen, &[("version", &version), ("reason", "举报")]).await.is(303);
    assert_eq!((now(&site, &case.id).cycle, now(&site, &case.id).state), (3, State::Handling));
    let version = now(&site, &case.id).version.to_string();
    site.post("officer", &reopen, &[("version", &version), ("reason", "再开")])
        .await
        .is(422)
        .shows("尚未结案");
    // A listing's finding has no month: found again after the closing it opens its case again.
    close(&site, "officer", &case.id, "corrected").await.is(303);
    let listed = |at: Time| {
        let write = site.app.db.write(|tx| {
            let nobody = findings_table::hospital_id.eq(None::<OrganisationId>);
            let set = (nobody, findings_table::found_at.eq(at));
            Ok(diesel::update(findings_table::table.find(&old)).set(set).execute(tx.conn())?)
        });
        write.unwrap();
    };
    listed(site.now());
    assert_eq!(run(&site, "open_cases").await, "opened=0 reopened=0 joined=0 recounted=0");
    listed(site.now().plus_millis(1));
    assert_eq!(run(&site, "open_cases").await, "opened=0 reopened=1 joined=0 recounted=0");
    assert_eq!(run(&site, "open_cases").await, "opened=0 reopened=0 joined=0 recounted=0");
}

#[actix_web::test]
async fn a_case_is_opened_by_hand_from_picked_findings() {
    let site = Site::with_city();
    let (a, b) = (product(&site, "X1", "甲药", "", MAKER), product(&site, "X2", "乙药", "", MAKER));
    let mild = finding(&site, "multiple", &a, ("hospital1", "2026-10-01"), (Tier::Yellow, "10"));
    let drift = finding(&site, "drift", &a, ("hospital1", "2026-10-01"), (Tier::Yellow, "5"));
    let foreign = finding(&site, "multiple", &b, ("hospital1", "2026-10-01"), (Tier::Yellow, "5"));
    let page = site.get("officer", "/cases/new?code=x1").await;
    page.is(200).shows(mild.as_str()).shows(drift.as_str()).hides(foreign.as_str());
    site.get("officer", "/cases/new?code=X9").await.is(422).shows("没有编码“X9”");
    site.get("reviewer", "/cases/new").await.is(403);
    // From a finding's page: that one is picked already.
    let from = site.get("officer", &format!("/cases/new?finding={drift}")).await;
    from.is(200).shows(mild.as_str());
    assert_eq!(from.body.matches(" checked").count(), 1);
    site.get("officer", &format!("/cases/new?finding={}", FindingId::new())).await.is(404);
    let open = async |code: &str, reason: &str, picked: &[&FindingId]| {
        let id = CaseId::new();
        let mut fields = vec![("id", id.as_str()), ("code", code), ("reason", reason)];
        fields.extend(picked.iter().map(|it| ("finding", it.as_str())));
        (site.post("officer", "/cases", &fields).await, id.clone())
    };
    open("X1", " ", &[&mild]).await.0.is(422).shows("此项必填");
    open("X1", "举报", &[&foreign]).await.0.is(422).shows("不属于该产品");
    open("X9", "举报", &[]).await.0.is(422).shows("X9");
    let fields = [("id", "x"), ("code", "X1"), ("reason", "y")];
    site.post("officer", "/cases", &fields).await.is(422);
    assert!(all(&site).is_empty());
    let (answer, id) = open("X1", "群众举报价格过高", &[&mild]).await;
    answer.is(303);
    // Sent twice it is one.
    let fields =
        [("id", id.as_str()), ("code", "X1"), ("reason", "群众举报价格过高"), ("finding", mild.as_str())];
    site.post("officer", "/cases", &fields).await.is(303);
    let case = now(&site, &id);
    assert_eq!(
        (case.rule.as_str(), case.effect.to_string().as_str(), case.findings),
        ("multiple", "10.00", 1)
    );
    assert_eq!(all(&site).len(), 1);
    site.get("officer", &format!("/cases/{id}")).await.is(200).shows("群众举报价格过高").shows("人工立案");
    // The rule's later findings join it, and no second one is opened for the same rule and product.
    let grave = finding(&site, "multiple", &a, ("hospital2", "2026-10-01"), (Tier::Red3, "1"));
    assert_eq!(run(&site, "open_cases").await, "opened=0 reopened=0 joined=1 recounted=0");
    assert_eq!(case_of(&site, &grave), Some(id.clone()));
    let known = site.get("officer", &format!("/cases/new?finding={grave}")).await;
    assert_eq!(known.is(303).location, format!("/cases/{id}"));
    open("X1", "再立", &[&mild]).await.0.is(422).shows("已有案件");
    let more = finding(&site, "multiple", &a, ("hospital3", "2026-10-01"), (Tier::Yellow, "1"));
    open("X1", "再立", &[&more]).await.0.is(422).shows("已有未结案件 AJ2026-000001");
    // Of several rules, or of none, it is a case of its own: one open at a time.
    let (answer, own) = open("X1", "综合", &[&more, &drift]).await;
    answer.is(303);
    assert_eq!(now(&site, &own).rule, "");
    open("X1", "综合", &[]).await.0.is(422).shows("已有未结案件 AJ2026-000002");
    assign(&site, &now(&site, &id), "officer", "officer", "").await.is(303);
    close(&site, "officer", &id, "explained").await.is(303);
    let again = finding(&site, "multiple", &a, ("hospital3", "2026-08-01"), (Tier::Yellow, "1"));
    open("X1", "再立", &[&again]).await.0.is(422).shows("已结案，请将其重新立案");
}
