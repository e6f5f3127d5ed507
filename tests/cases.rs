//! Price cases: opened from findings and by hand, followed with the supplier, suspended, closed, opened again.

mod acting;
mod opening;
mod stopping;

use std::io::Write;

use diesel::prelude::*;
use jicai::cases::{self, Case, Reply, State, Step, StepKind, store};
use jicai::jobs;
use jicai::notify::{Letter, News};
use jicai::prices::findings::{self, Finding};
use jicai::prices::monitoring::Tier;
use jicai::schema::{
    audit_entries, case_replies, case_steps, cases as cases_table, findings as findings_table, mails,
};
use jicai::types::{CaseId, CaseReplyId, CaseStepId, FindingId, OrganisationId, ProductId, Time};

use crate::prices::{product, purchase_at};
use crate::support::{Answer, Site};

/// The maker that is `supplier1`.
pub const MAKER: &str = "浙江康恩药业有限公司";

/// Writes a standing finding, as the scan does.
pub fn finding(
    site: &Site,
    rule: &str,
    product: &ProductId,
    (hospital, month): (&str, &str),
    (tier, effect): (Tier, &str),
) -> FindingId {
    let hospital: OrganisationId = site.who(hospital).organisation.id;
    let it = Finding {
        id: FindingId::new(),
        key: format!("{rule}|{product}|{hospital}|国药|{month}"),
        rule: rule.to_owned(),
        rule_version: 1,
        product_id: product.clone(),
        hospital_id: Some(hospital),
        supplier: "国药控股".to_owned(),
        month: month.parse().unwrap(),
        tier,
        observed: Some("2.5".parse().unwrap()),
        reference: Some("1".parse().unwrap()),
        quantity: "100".parse().unwrap(),
        effect: effect.parse().unwrap(),
        effect_all: effect.parse().unwrap(),
        figures: "[]".to_owned(),
        state: findings::State::Standing,
        case_id: None,
        found_at: site.now(),
        seen_at: site.now(),
        gone_at: None,
    };
    site.app
        .db
        .write(|tx| Ok(diesel::insert_into(findings_table::table).values(&it).execute(tx.conn())?))
        .unwrap();
    it.id
}

/// Runs a job by hand.
pub async fn run(site: &Site, job: &str) -> String {
    jobs::by_hand(&site.app, jobs::find(job).unwrap()).await.unwrap().unwrap()
}

/// Every case, by number.
pub fn all(site: &Site) -> Vec<Case> {
    let query = cases_table::table.order(cases_table::number).select(Case::as_select());
    site.app.db.read(|c| Ok(query.load(c)?)).unwrap()
}

/// A case as it is now.
pub fn now(site: &Site, id: &CaseId) -> Case {
    site.app.db.read(|c| cases::case(c, id)).unwrap()
}

/// The steps of a case.
pub fn steps(site: &Site, id: &CaseId) -> Vec<Step> {
    site.app.db.read(|c| store::steps_of(c, id)).unwrap()
}

fn case_of(site: &Site, finding: &FindingId) -> Option<CaseId> {
    site.app
        .db
        .read(|c| Ok(findings_table::table.find(finding).select(findings_table::case_id).first(c)?))
        .unwrap()
}

/// A case of rule `multiple` for a product of `supplier1`, opened by the job and followed by `officer`.
pub async fn followed(site: &Site) -> (Case, ProductId) {
    let it = product(site, "X1", "阿莫西林胶囊", "", MAKER);
    finding(site, "multiple", &it, ("hospital1", "2026-10-01"), (Tier::Red2, "120.50"));
    finding(site, "multiple", &it, ("hospital2", "2026-09-01"), (Tier::Red1, "30"));
    run(site, "open_cases").await;
    let case = all(site).remove(0);
    assign(site, &case, "officer", "officer", "").await.is(303);
    (now(site, &case.id), it)
}

async fn assign(site: &Site, case: &Case, by: &str, to: &str, reason: &str) -> Answer {
    let (version, to) = (now(site, &case.id).version.to_string(), site.who(to).account.id.to_string());
    let fields = [("version", version.as_str()), ("assignee", &to), ("reason", reason)];
    site.post(by, &format!("/cases/{}/assign", case.id), &fields).await
}

/// Sends a step: kind, number and the fields of its kind.
pub async fn send(site: &Site, by: &str, case: &CaseId, kind: &str, more: &[(&str, &str)]) -> Answer {
    send_with(site, by, case, kind, more, ("", b"")).await
}

async fn send_with(
    site: &Site,
    by: &str,
    case: &CaseId,
    kind: &str,
    more: &[(&str, &str)],
    (name, file): (&str, &[u8]),
) -> Answer {
    let (id, version) = (CaseStepId::new().to_string(), now(site, case).version.to_string());
    let today = site.now().day().to_string();
    let mut fields = more.to_vec();
    let usual = [
        ("id", id.as_str()),
        ("version", &version),
        ("kind", kind),
        ("number", "金医保函〔2026〕7号"),
        ("dated", &today),
        ("days", "10"),
        ("body", "请就价格说明情况。"),
    ];
    fields.extend(usual.into_iter().filter(|(field, _)| !more.iter().any(|(given, _)| given == field)));
    site.upload(by, &format!("/cases/{case}/steps"), &fields, name, file).await
}

async fn reply(site: &Site, by: &str, step: &CaseStepId, body: &str, (name, file): (&str, &[u8])) -> Answer {
    let id = CaseReplyId::new().to_string();
    site.upload(by, &format!("/cases/steps/{step}/reply"), &[("id", &id), ("body", body)], name, file).await
}

/// Records the outcome of a step.
pub async fn conclude(site: &Site, by: &str, step: &Step, outcome: &str) -> Answer {
    let version = now(site, &step.case_id).version.to_string();
    let fields = [("version", version.as_str()), ("outcome", outcome), ("outcome_text", "已核实。")];
    site.post(by, &format!("/cases/steps/{}/outcome", step.id), &fields).await
}

/// Closes a case.
pub async fn close(site: &Site, by: &str, case: &CaseId, closing: &str) -> Answer {
    let version = now(site, case).version.to_string();
    let fields =
        [("version", version.as_str()), ("closing", closing), ("closing_text", "价格已降至合理水平。")];
    site.post(by, &format!("/cases/{case}/close"), &fields).await
}

/// A reviewer decides what waits in a case.
pub async fn decide(site: &Site, by: &str, case: &CaseId, decision: &str) -> Answer {
    let it = now(site, case);
    let request = site.app.db.read(|c| cases::closing::asked(c, &it)).unwrap().unwrap();
    let (version, request) = (it.version.to_string(), request.id.to_string());
    let fields =
        [("version", version.as_str()), ("request", &request), ("decision", decision), ("remark", "意见")];
    site.post(by, &format!("/cases/{case}/decide"), &fields).await
}

/// What was written about cases to somebody, in order.
pub fn news(site: &Site, login: &str) -> Vec<News> {
    let address = format!("{login}@example.org");
    let found: Vec<String> = site
        .app
        .db
        .read(|c| {
            let query =
                mails::table.filter(mails::address.eq(&address)).order((mails::created_at, mails::id));
            Ok(query.select(mails::data).load(c)?)
        })
        .unwrap();
    let read = |data: &String| match serde_json::from_str(data).unwrap() {
        Letter::Supply { news, path, .. } if path.starts_with("/cases") => Some(news),
        _ => None,
    };
    found.iter().filter_map(read).collect()
}

fn docx() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for name in ["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(b"x").unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[actix_web::test]
async fn a_case_goes_from_finding_to_measured_effect() {
    let site = Site::with_city();
    let (case, it) = followed(&site).await;
    assert_eq!((case.number.as_str(), case.state, case.tier), ("AJ2026-000001", State::Handling, Tier::Red2));
    assert_eq!(
        (case.effect.to_string(), case.findings, case.hospitals, case.months),
        ("150.50".to_owned(), 2, 2, 2)
    );
    assert_eq!(case.supplier_id, Some(site.who("supplier1").organisation.id));
    assert_eq!(news(&site, "officer"), [News::CasesOpened, News::CaseAssigned]);
    assert_eq!(news(&site, "officer2"), [News::CasesOpened]);
    let path = format!("/cases/{}", case.id);
    // The supplier knows nothing of it until it is written to.
    site.get("supplier1", &path).await.is(404);
    site.get("supplier1", "/cases").await.is(200).shows("没有需要贵单位办理的案件").hides("AJ2026");
    site.get("officer", &format!("{path}?act=step&of=inquiry")).await.is(200).shows("value=\"10\"");
    send_with(&site, "officer", &case.id, "inquiry", &[], ("函.pdf", b"%PDF-1.7 letter")).await.is(303);
    let step = steps(&site, &case.id).remove(0);
    // Ten working days after Monday 23 November.
    assert_eq!((step.kind, step.deadline.to_string().as_str()), (StepKind::Inquiry, "2026-12-07"));
    assert_eq!(now(&site, &case.id).due_on, Some(step.deadline));
    assert_eq!(news(&site, "supplier1"), [News::CaseStep]);
    let own = site.get("supplier1", &path).await;
    own.is(200)
        .shows("请就价格说明情况。")
        .shows("函.pdf")
        .hides("150.50")
        .hides("officer同志")
        .hides("义乌市中医医院");
    site.get("supplier1", "/").await.shows("有 1 份价格案件文书待答复");
    site.get("supplier1", &format!("{path}?of={}", step.id))
        .await
        .is(200)
        .shows("提交答复")
        .hides("已过答复期限");
    reply(&site, "supplier1", &step.id, "成本上涨，<b>附</b>说明。", ("成本.png", b"\x89PNG\r\n\x1a\nxx"))
        .await
        .is(303);
    assert_eq!(news(&site, "officer")[2..], [News::CaseReplied]);
    site.get("officer", "/").await.shows("有 1 件本人承办的价格案件收到企业答复");
    let page = site.get("officer", &path).await;
    page.is(200)
        .shows("150.50")
        .shows("成本上涨，&#60;b&#62;附&#60;/b&#62;说明。")
        .shows("成本.png")
        .shows("已答复")
        .shows("金华市中心医院")
        .shows("2026-09")
        .hides("逾期答复")
        .shows("结案后按实际采购计算成效")
        .shows("【集采】价格案件文书：AJ2026-000001");
    conclude(&site, "officer", &step, "partly").await.is(303);
    // A step that is done is done, for both.
    conclude(&site, "officer", &step, "met").await.is(422).shows("该措施已办结");
    reply(&site, "supplier1", &step.id, "补充", ("", b"")).await.is(422).shows("该措施已办结");
    send(&site, "officer", &case.id, "price_change", &[("old_price", "2"), ("new_price", "2.5")])
        .await
        .is(422)
        .shows("须大于零且低于调整前价格");
    send(&site, "officer", &case.id, "price_change", &[("old_price", "2.5"), ("new_price", "2")])
        .await
        .is(303);
    close(&site, "officer", &case.id, "corrected").await.is(422).shows("还有 1 项措施未登记结果");
    let changed = steps(&site, &case.id).remove(1);
    assert_eq!(changed.new_price.map(|it| it.to_string()).as_deref(), Some("2.00"));
    conclude(&site, "officer", &changed, "met").await.is(303);
    close(&site, "officer", &case.id, "corrected").await.is(303);
    assert_eq!(
        news(&site, "supplier1"),
        [News::CaseStep, News::CaseOutcome, News::CaseStep, News::CaseOutcome, News::CaseClosed]
    );
    site.get("auditor", &path).await.is(200).shows("已整改").shows("今日结案，次日起");
    site.get("supplier1", &path).await.is(200).shows("已整改").hides("价格已降至合理水平");
    // What hospitals paid: before at 2.50 and 2.00, after at 1.50; the day of closing counts for neither.
    site.set_clock(Time::parse_local("2027-02-01 09:00").unwrap());
    for (day, quantity, price) in [
        ("2025-11-22", "1000", "9"),
        ("2025-11-23", "100", "2.5"),
        ("2026-11-22", "100", "2"),
        ("2026-11-23", "1000", "9"),
        ("2026-11-24", "300", "1.5"),
        ("2027-01-31", "100", "1.5"),
        ("2027-01-31", "-1", "1.5"),
    ] {
        purchase_at(&site, "H33070200001", &it, day, quantity, price);
    }
    // 450 / 200 = 2.25; 2.25 * 399 - 598.50 = 299.25.
    site.get("officer", &path)
        .await
        .is(200)
        .shows("2025-11-23 – 2026-11-22")
        .shows("2026-11-24 – 2027-02-01")
        .shows(">2.25<")
        .shows("节约金额：299.25 元")
        .shows("450.00 ÷ 立案前数量 200 × 结案后数量 399 − 结案后金额 598.50")
        .shows("-33.33%");
    let trail: Vec<String> = site
        .app
        .db
        .read(|c| {
            let query = audit_entries::table.filter(audit_entries::action.like("case%"));
            Ok(query.order(audit_entries::seq).select(audit_entries::action).load(c)?)
        })
        .unwrap();
    let has = |action: &str| assert!(trail.iter().any(|it| it == action), "{action}: {trail:?}");
    [
        "case.open",
        "case.assign",
        "case_step.send",
        "case.document",
        "case.reply",
        "case_step.outcome",
        "case.close",
    ]
    .into_iter()
    .for_each(has);
}

#[actix_web::test]
async fn what_is_overdue_is_escalated_once_by_working_days() {
    let site = Site::with_city();
    let (case, _) = followed(&site).await;
    send(&site, "officer", &case.id, "inquiry", &[("days", "3")]).await.is(303);
    let step = steps(&site, &case.id).remove(0);
    assert_eq!(step.deadline.to_string(), "2026-11-26");
    site.set_clock(Time::parse_local("2026-11-26 23:00").unwrap());
    assert_eq!(run(&site, "escalate_cases").await, "overdue=0");
    site.get("auditor", "/cases?overdue=1").await.is(200).hides("AJ2026");
    site.set_clock(Time::parse_local("2026-11-27 08:15").unwrap());
    assert_eq!(run(&site, "escalate_cases").await, "overdue=1");
    assert_eq!(run(&site, "escalate_cases").await, "overdue=0");
    assert_eq!(now(&site, &case.id).level, 1);
    assert_eq!(news(&site, "officer").last(), Some(&News::CaseOverdue));
    assert_eq!(news(&site, "reviewer"), [News::CaseOverdue]);
    site.get("auditor", "/cases?overdue=1").await.is(200).shows("AJ2026-000001").shows("升级 1 级");
    // A late reply is taken and marked; then it is the officer's turn: ten working days.
    let path = format!("/cases/{}", case.id);
    site.get("supplier1", &format!("{path}?of={}", step.id)).await.is(200).shows("已过答复期限 2026-11-26");
    reply(&site, "supplier1", &step.id, "迟复", ("", b"")).await.is(303);
    let replied: Reply =
        site.app.db.read(|c| Ok(case_replies::table.select(Reply::as_select()).first(c)?)).unwrap();
    assert!(replied.is_late);
    site.get("officer", &path).await.is(200).shows("逾期答复");
    assert_eq!(now(&site, &case.id).due_on.map(|day| day.to_string()).as_deref(), Some("2026-12-11"));
    site.set_clock(Time::parse_local("2026-12-12 09:00").unwrap());
    assert_eq!(run(&site, "escalate_cases").await, "overdue=1");
    assert_eq!(run(&site, "escalate_cases").await, "overdue=0");
    assert_eq!((now(&site, &case.id).level, news(&site, "reviewer").len()), (2, 2));
    // A second reply does not move the officer's day.
    reply(&site, "supplier1", &step.id, "再复", ("", b"")).await.is(303);
    assert_eq!(now(&site, &case.id).due_on.map(|day| day.to_string()).as_deref(), Some("2026-12-11"));
    conclude(&site, "officer", &steps(&site, &case.id)[0], "unmet").await.is(303);
    assert_eq!(now(&site, &case.id).due_on, None);
    site.set_clock(Time::parse_local("2027-03-01 09:00").unwrap());
    assert_eq!(run(&site, "escalate_cases").await, "overdue=0");
}

#[actix_web::test]
async fn a_maker_that_is_not_registered_is_set_until_it_was_written_to() {
    let site = Site::with_city();
    let it = product(&site, "X1", "甲药", "", "无名厂");
    finding(&site, "multiple", &it, ("hospital1", "2026-10-01"), (Tier::Red2, "10"));
    run(&site, "open_cases").await;
    let case = all(&site).remove(0);
    let path = format!("/cases/{}", case.id);
    send(&site, "officer", &case.id, "inquiry", &[]).await.is(422).shows("尚未分派承办人");
    assign(&site, &case, "officer", "officer", "").await.is(303);
    site.get("officer", &path).await.is(200).shows("未在平台登记");
    // A document on paper: nobody is written to.
    send(&site, "officer", &case.id, "inquiry", &[]).await.is(303);
    let set = async |named: &str| {
        let version = now(&site, &case.id).version.to_string();
        site.post("officer", &format!("{path}/supplier"), &[("version", &version), ("supplier", named)]).await
    };
    set("没有这家").await.is(422).shows("没有名称或代码为“没有这家”的企业");
    // A hospital's code is no supplier's.
    set("H33070200001").await.is(422);
    site.get("supplier2", &path).await.is(404);
    set("91330700MA28000002").await.is(303);
    site.get("supplier2", &path).await.is(200).shows("请就价格说明情况");
    assert_eq!(news(&site, "supplier2"), [News::CaseStep]);
    set("齐鲁制药有限公司").await.is(422).shows("不能更改企业");
}

#[actix_web::test]
async fn the_pages_can_be_read_in_english_and_by_every_member_of_staff() {
    let site = Site::with_city();
    let (case, _) = followed(&site).await;
    let path = format!("/cases/{}", case.id);
    for login in ["officer", "reviewer", "settlement", "auditor", "admin"] {
        site.get(login, "/cases").await.is(200).shows("AJ2026-000001").shows("href=\"/cases\"");
        site.get(login, &path).await.is(200);
    }
    site.get("hospital1", "/cases").await.is(403);
    for act in [
        "assign",
        "address",
        "close",
        "step&of=cost_survey",
        "step&of=suspension",
        "step&of=replacement",
        "x",
    ] {
        site.get("officer", &format!("{path}?act={act}")).await.is(200);
    }
    for query in
        ["state=all&order=newest", "state=closed", "step=inquiry", "assignee=me", "rule=hand", "q=%25_%27"]
    {
        site.get("officer", &format!("/cases?{query}")).await.is(200);
    }
    site.get("officer", "/cases?state=nonsense").await.is(404);
    let count: i64 = site.app.db.read(|c| Ok(case_steps::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 0);
    let who = site.who("officer").account.id;
    let ctx = site.ctx();
    site.app.db.write(|tx| jicai::people::own::set_language(tx, &ctx, &who, jicai::text::Lang::En)).unwrap();
    site.get("officer", &path).await.is(200).shows("Price case AJ2026-000001").shows("Under way");
}
