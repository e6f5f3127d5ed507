//! Monitoring rules as versions: changed as a text, tried out, published by a second person, used by the scan; what is
//! left out of their comparison; what suppliers are told of their own listings; the grouped navigation.

use diesel::prelude::*;
use jicai::prices::findings::{Finding, State};
use jicai::scans::drafts::{self, Draft};
use jicai::scans::{self, Cause, ScanRun, store};
use jicai::schema::{audit_entries, findings, mails, products};
use jicai::types::{ApprovalId, ExclusionId, MonitoringDraftId, ProductId, TrialId, UnitPrice};

use crate::cases::run;
use crate::prices::product;
use crate::scans::bought;
use crate::support::{Answer, Site};

const CODE: &str = "XJ01CAA001E001020110001";
const RULE: &str = "month-change";

/// A product that twice as much is paid for in October as in September, at one hospital.
fn doubling(site: &Site) -> ProductId {
    let id = product(site, CODE, "阿莫西林胶囊", "XJ01CAA001E001", "甲厂");
    let september = format!("2026-09-03 H33070200001 {CODE} 10 1");
    let october = format!("2026-10-08 H33070200001 {CODE} 10 2");
    bought(site, &[&september, &october]);
    id
}

/// Tier, version and state of what the rule found.
fn found(site: &Site) -> Vec<(String, i32, State)> {
    let query = findings::table.filter(findings::rule.eq(RULE)).select(Finding::as_select());
    let list: Vec<Finding> = site.app.db.read(|c| Ok(query.load(c)?)).unwrap();
    list.into_iter().map(|it| (it.tier.to_string(), it.rule_version, it.state)).collect()
}

fn last_run(site: &Site) -> ScanRun {
    site.app.db.read(|c| store::last_runs(c, 1)).unwrap().remove(0)
}

fn draft(site: &Site, id: &MonitoringDraftId) -> Draft {
    site.app.db.read(|c| drafts::draft(c, id)).unwrap()
}

async fn copied(site: &Site, version: i32) -> MonitoringDraftId {
    let id = MonitoringDraftId::new();
    let path = format!("/monitoring/{RULE}/versions/{version}/copy");
    let answer = site.post("officer", &path, &[("id", id.as_str())]).await;
    assert_eq!(answer.is(303).location, format!("/monitoring/drafts/{id}?done=1"));
    id
}

/// Sends a draft's text with some of it replaced.
async fn change(site: &Site, id: &MonitoringDraftId, version: i32, changes: &[(&str, &str)]) -> Answer {
    let body = changes.iter().fold(draft(site, id).body, |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    let version = version.to_string();
    let fields = [("version", version.as_str()), ("body", body.as_str())];
    site.post("officer", &format!("/monitoring/drafts/{id}/edit"), &fields).await
}

async fn act(site: &Site, who: &str, id: &MonitoringDraftId, what: &str) -> Answer {
    let trial = TrialId::new();
    site.post(who, &format!("/monitoring/drafts/{id}/{what}"), &[("trial", trial.as_str())]).await
}

async fn decide(site: &Site, who: &str, id: &MonitoringDraftId, yes: &str) -> Answer {
    let request = site.app.db.read(|c| drafts::request(c, id)).unwrap();
    let request = request.map_or_else(ApprovalId::new, |it| it.id).to_string();
    let fields = [("request", request.as_str()), ("decision", yes), ("remark", "同意")];
    site.post(who, &format!("/monitoring/drafts/{id}/decide"), &fields).await
}

#[actix_web::test]
async fn a_rule_is_changed_tried_published_by_a_second_person_and_judges_from_its_first_month() {
    let site = Site::with_city();
    doubling(&site);
    run(&site, "scan_prices").await;
    assert_eq!(found(&site), [("red2".to_owned(), 1, State::Standing)]);
    let stale = copied(&site, 1).await;
    let id = copied(&site, 1).await;
    assert!(draft(&site, &id).body.contains("version = 2\n"));
    // Every fault is told by its line, and nothing is saved.
    let faulty = [("owner_en", "owner_english"), ("from = 2019-01-01", "from = 2026-10-15")];
    let page = change(&site, &id, 1, &faulty).await;
    page.is(422).shows("有 2 处需要改正").shows("缺少 owner_en").shows("owner_english").hides("某月1日");
    let page =
        change(&site, &id, 1, &[("from = 2019-01-01", "from = 2026-10-15"), ("version = 2", "version = 9")])
            .await;
    page.is(422).shows("某月1日").shows("version 不能更改，应为 2");
    assert_eq!(draft(&site, &id).version, 1);
    act(&site, "officer", &id, "ask").await.is(422).shows("没有差异");
    let changes = [("from = 2019-01-01", "from = 2026-10-01"), ("from = \"2\"", "from = \"2.5\"")];
    change(&site, &id, 1, &changes).await.is(303);
    // The loser of two is told, with what differs.
    change(&site, &id, 1, &[("from = \"5\"", "from = \"6\"")]).await.is(422).shows("已被他人修改");
    let page = site.get("officer2", &format!("/monitoring/drafts/{id}")).await;
    page.is(200).shows("judgement.tiers.red2.from").shows("2.5").shows("effective.from");
    // What nobody has tried out is not published.
    act(&site, "officer", &id, "ask").await.is(422).shows("还没有试算过");
    act(&site, "auditor", &id, "try").await.is(403);
    act(&site, "officer", &id, "try").await.is(303);
    assert_eq!(run(&site, "try_rules").await, "tried=1 failed=0");
    let page = site.get("auditor", &format!("/monitoring/drafts/{id}")).await;
    page.is(200).shows("采购 2 笔").shows("新增 0 条，消失 0 条");
    let row = |tier: &str, now: i64, then: i64| {
        format!("{tier}</th><td class=\"n\">{now}</td><td class=\"n\">{then}</td>")
    };
    page.shows(&row("红色一星", 0, 1)).shows(&row("红色二星", 1, 0)).shows(&row("合计", 1, 1));
    assert_eq!(found(&site), [("red2".to_owned(), 1, State::Standing)], "a trial writes nothing");
    act(&site, "officer", &id, "ask").await.is(303);
    change(&site, &id, 2, &[("from = \"5\"", "from = \"6\"")]).await.is(422).shows("已提请复核");
    site.get("reviewer", "/approvals")
        .await
        .is(200)
        .shows("发布监测规则")
        .shows(&format!("/monitoring/drafts/{id}"));
    decide(&site, "officer2", &id, "yes").await.is(403);
    decide(&site, "reviewer", &id, "yes").await.is(303);
    // The older version is read as it was; the scan uses the one in force and says that the rule changed.
    let page = site.get("officer", &format!("/monitoring/{RULE}")).await;
    page.is(200).shows("2.5 及以上").shows("现行").hides("不是现行版本");
    let page = site.get("officer", &format!("/monitoring/{RULE}/versions/1")).await;
    page.is(200).shows("不是现行版本").shows("2 及以上").shows("2019-01-01 至 2026-09-30");
    run(&site, "scan_prices").await;
    assert_eq!(found(&site), [("red1".to_owned(), 2, State::Standing)]);
    let drift: Vec<(Cause, i64)> =
        scans::drifts(&last_run(&site)).iter().map(|it| (it.cause, it.changed)).collect();
    assert_eq!(drift, [(Cause::Rule, 1)]);
    let finding = site.app.db.read(|c| {
        Ok(findings::table.filter(findings::rule.eq(RULE)).select(Finding::as_select()).first(c)?)
    });
    let page = site.get("officer", &format!("/findings/{}", finding.unwrap().id)).await;
    page.is(200).shows(&format!("/monitoring/{RULE}/versions/2"));
    run(&site, "scan_prices").await;
    assert_eq!(scans::drifts(&last_run(&site)), [], "the same again changes nothing");
    // A draft of the version before has a number that is taken now.
    act(&site, "officer", &stale, "ask").await.is(422).shows("已发布第 2 版");
    act(&site, "officer", &stale, "discard").await.is(303);
    act(&site, "officer", &id, "discard").await.is(422).shows("已发布的版本不能更改");
    let published = audit_entries::table.filter(audit_entries::action.eq("monitoring_rule.publish"));
    let count: i64 = site.app.db.read(|c| Ok(published.count().get_result(c)?)).unwrap();
    assert_eq!(count, 1);
    site.get("hospital1", "/monitoring").await.is(403);
    site.get("officer", "/monitoring/nothing").await.is(404);
}

async fn exclude(site: &Site, who: &str, fields: &[(&str, &str)]) -> Answer {
    let id = ExclusionId::new();
    let mut all = vec![("id", id.as_str()), ("rule", RULE)];
    all.extend_from_slice(fields);
    site.post(who, "/monitoring/exclusions", &all).await
}

#[actix_web::test]
async fn what_is_left_out_is_judged_by_nobody_until_it_is_lifted() {
    let site = Site::with_city();
    doubling(&site);
    run(&site, "scan_prices").await;
    let check = |fields: &'static [(&'static str, &'static str)], want: &'static str| {
        let site = &site;
        async move {
            exclude(site, "officer", fields).await.is(422).shows(want);
        }
    };
    check(&[("reason", "x")], "会排除全部采购").await;
    check(&[("product", "X0"), ("reason", "x")], "没有编码“X0”").await;
    check(&[("hospital", "无名医院"), ("reason", "x")], "没有编码或名称为“无名医院”").await;
    check(&[("product", CODE), ("reason", " ")], "请填写理由").await;
    exclude(&site, "auditor", &[("product", CODE), ("reason", "短缺")]).await.is(403);
    // Another hospital's purchases of it change nothing here.
    exclude(&site, "officer", &[("product", CODE), ("hospital", "H33070200002"), ("reason", "试点")])
        .await
        .is(303);
    run(&site, "scan_prices").await;
    assert_eq!(found(&site), [("red2".to_owned(), 1, State::Standing)]);
    let left_out = [("product", CODE), ("hospital", "金华市中心医院"), ("reason", "短缺期间协议价")];
    exclude(&site, "officer", &left_out).await.is(303);
    exclude(&site, "officer", &left_out).await.is(422).shows("已在清单中");
    run(&site, "scan_prices").await;
    assert_eq!(found(&site), [("red2".to_owned(), 1, State::Gone)]);
    let drift: Vec<(Cause, i64)> =
        scans::drifts(&last_run(&site)).iter().map(|it| (it.cause, it.gone)).collect();
    assert_eq!(drift, [(Cause::Rule, 1)]);
    let page = site.get("auditor", "/monitoring/exclusions").await;
    page.is(200).shows("短缺期间协议价").shows("金华市中心医院").shows(CODE);
    let newest: String =
        page.body.split("id=\"f-").nth(1).map_or_else(String::new, |it| it.chars().take(36).collect());
    assert_eq!(newest, "", "only an officer lifts");
    let page = site.get("officer", "/monitoring/exclusions").await;
    let newest: String =
        page.body.split("/monitoring/exclusions/").nth(1).unwrap().chars().take(36).collect();
    let lift = format!("/monitoring/exclusions/{newest}/lift");
    site.post("officer", &lift, &[("lift_reason", "")]).await.is(422).shows("请填写理由");
    site.post("officer", &lift, &[("lift_reason", "短缺结束")]).await.is(303);
    site.get("officer", "/monitoring/exclusions").await.is(200).hides("短缺期间协议价");
    site.get("officer", "/monitoring/exclusions?all=yes").await.is(200).shows("短缺结束");
    run(&site, "scan_prices").await;
    assert_eq!(found(&site), [("red2".to_owned(), 1, State::Standing)]);
}

#[actix_web::test]
async fn a_supplier_is_told_of_its_own_listings_and_sees_only_those() {
    let site = Site::with_city();
    let own = product(&site, CODE, "阿莫西林胶囊", "XJ01CAA001E001", "浙江康恩药业有限公司");
    let other =
        product(&site, "XJ01CAA001E001020110002", "阿莫西林胶囊", "XJ01CAA001E001", "华东制药有限公司");
    let list = |id: &ProductId, price: &str| {
        let price: UnitPrice = price.parse().unwrap();
        let row = diesel::update(products::table.find(id)).set(products::listing_price.eq(Some(price)));
        site.app.db.write(|tx| Ok(row.clone().execute(tx.conn())?)).unwrap();
    };
    list(&own, "50");
    list(&other, "10");
    run(&site, "scan_prices").await;
    let told = || -> Vec<String> {
        let of = mails::table.filter(mails::dedupe.like("listings_found:%")).select(mails::address);
        site.app.db.read(|c| Ok(of.load(c)?)).unwrap()
    };
    assert_eq!(told().len(), 1);
    let page = site.get("supplier1", "/findings/listings").await;
    page.is(200).shows("阿莫西林胶囊").shows("红色二星");
    site.get("supplier2", "/findings/listings").await.is(200).shows("没有疑点");
    site.get("officer", "/findings/listings").await.is(403);
    let path = page
        .body
        .split("href=\"/findings/")
        .find(|it| it.as_bytes().first().is_some_and(u8::is_ascii_digit))
        .unwrap();
    let path = format!("/findings/{}", path.split('"').next().unwrap());
    site.get("supplier1", &path).await.is(200).shows("50");
    site.get("supplier2", &path).await.is(404);
    let file = site.get("supplier1", "/findings/listings/export/findings.csv").await;
    assert_eq!(file.is(200).body.lines().count(), 2);
    // Found again it is no news.
    run(&site, "scan_prices").await;
    assert_eq!(told().len(), 1);
    // What is searched for can be taken away.
    let file = site.get("officer", "/prices/search/export/search.csv?q=%E5%8D%8E%E4%B8%9C").await;
    file.is(200).shows("华东制药有限公司,91330700MA28000002");
}

#[actix_web::test]
async fn the_navigation_shows_each_role_its_groups_and_where_it_is() {
    let site = Site::with_city();
    let page = site.get("officer", "/monitoring/exclusions").await;
    page.is(200).shows("<summary class=\"here\">价格监测</summary>");
    page.shows("<a href=\"/monitoring\" aria-current=\"page\">监测规则</a>");
    assert_eq!(page.body.matches("aria-current=\"page\"").count(), 1);
    page.shows("<summary>批次</summary>").shows("<a href=\"/incidents\">").hides("<a href=\"/jobs\">");
    let page = site.get("hospital1", "/").await;
    page.is(200).hides("<a href=\"/prices\">").hides("<summary>系统").shows("<a href=\"/orders\">");
    page.shows("<a href=\"/\" aria-current=\"page\">待办</a>");
    site.get("officer", "/jobs").await.is(403).shows("您的角色不能进行此操作");
    site.get("admin", "/jobs").await.is(200).shows("<summary class=\"here\">系统</summary>");
    let page = site.get("", "/login").await;
    page.is(200).shows("<a href=\"/public\">").hides("<summary").hides("<a href=\"/orders\">");
}
