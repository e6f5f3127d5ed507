//! Hospital preparations over HTTP: entered, uploaded, submitted, reviewed line by line, approved by a second person,
//! renewed, and reminded of.

mod costs;

use diesel::prelude::*;
use jicai::preparations::{self, CostLine, CostSheet, State, store};
use jicai::schema::{audit_entries, mails};
use jicai::terms::{self, Term, TermValue};
use jicai::types::{CostLineId, CostSheetId, ImportId, TermValueId, Time};

use crate::support::{Answer, Site};

const SHEET: &[(&str, &str)] = &[
    ("name", "复方甘草合剂"),
    ("approval", "浙药制字Z20260001"),
    ("spec", "100ml"),
    ("pack", "1瓶"),
    ("batch", "1000"),
    ("yield_share", "0.97"),
    ("rate", "0.05"),
];

const LINES: &str = "成本项目,名称,单位,数量,单价,依据\n\
    原料,甘草流浸膏,kg,12.5,86.4,采购发票\n\
    辅料,蔗糖,kg,3,7.25,\n\
    包材,玻璃瓶,个,1000,0.333,\n\
    固定生产成本,折旧与人工,批,1,640,按工时分摊\n";

fn with<'a>(base: &[(&'a str, &'a str)], changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = base.iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    kept.copied().chain(changed.iter().copied()).collect()
}

async fn entered(site: &Site) -> CostSheetId {
    let id = CostSheetId::new();
    let key = id.to_string();
    for _ in 0..2 {
        let answer = site.post("hospital1", "/preparations", &with(SHEET, &[("id", &key)])).await;
        assert_eq!(answer.location, format!("/preparations/{id}?done=1"));
    }
    id
}

fn sheet(site: &Site, id: &CostSheetId) -> CostSheet {
    site.app.db.read(|c| preparations::sheet(c, id)).unwrap().0
}

fn lines(site: &Site, id: &CostSheetId) -> Vec<CostLine> {
    site.app.db.read(|c| store::lines(c, id)).unwrap()
}

async fn step(site: &Site, login: &str, id: &CostSheetId, step: &str, more: &[(&str, &str)]) -> Answer {
    let seen = sheet(site, id).revision.to_string();
    let form = with(&[("revision", seen.as_str())], more);
    site.post(login, &format!("/preparations/{id}/{step}"), &form).await
}

async fn upload(site: &Site, login: &str, id: &CostSheetId, file: &str) -> Answer {
    let (key, to) = (ImportId::new().to_string(), format!("/preparations/{id}/uploads"));
    site.upload(login, &to, &[("id", &key)], "明细.csv", file.as_bytes()).await
}

async fn apply(site: &Site, id: &CostSheetId, file: &str) {
    let review = upload(site, "hospital1", id, file).await.is(303).location.clone();
    let seen = sheet(site, id).revision.to_string();
    site.post("hospital1", &review, &[("seen", &seen)]).await.is(303);
    // Applied twice it is applied once.
    site.post("hospital1", &review, &[("seen", &seen)]).await.is(303);
}

async fn submitted(site: &Site) -> CostSheetId {
    let id = entered(site).await;
    apply(site, &id, LINES).await;
    step(site, "hospital1", &id, "submit", &[]).await.is(303);
    id
}

/// Accepts every line as asked for, but this one of a place (from 0) at an amount.
async fn accepted(site: &Site, id: &CostSheetId, cut: Option<(usize, &str)>) {
    let mut form = Vec::new();
    for (at, line) in lines(site, id).iter().enumerate() {
        let amount = match cut {
            Some((place, amount)) if place == at => amount.to_owned(),
            _ => line.amount.to_string(),
        };
        form.push((format!("accepted.{}", line.id), amount));
        form.push((format!("reason.{}", line.id), "高于市场价".to_owned()));
    }
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    step(site, "officer", id, "accept", &form).await.is(303);
}

async fn approved(site: &Site, id: &CostSheetId, from: &str) {
    accepted(site, id, None).await;
    step(site, "officer", id, "ask", &[("from_day", from)]).await.is(303);
    step(site, "reviewer", id, "decide", &[("decision", "yes")]).await.is(303);
}

fn letters(site: &Site, kind: &str) -> Vec<String> {
    let of = mails::table.filter(mails::template.eq(kind)).order(mails::address).select(mails::address);
    site.app.db.read(|c| Ok(of.load(c)?)).unwrap()
}

#[actix_web::test]
async fn a_sheet_goes_from_entry_to_a_price_in_force() {
    let site = Site::with_city();
    site.get("hospital1", "/preparations").await.is(200).shows("还没有制剂");
    site.get("hospital1", "/preparations/new").await.is(200).shows("上限 0.05");
    let id = entered(&site).await;
    let page = format!("/preparations/{id}");
    // A line by hand, the same form twice, and away again.
    let line = CostLineId::new().to_string();
    let form = [
        ("id", line.as_str()),
        ("kind", "raw"),
        ("line_name", "甘草"),
        ("unit", "kg"),
        ("quantity", "2"),
        ("unit_price", "3.5"),
    ];
    for _ in 0..2 {
        site.post("hospital1", &format!("{page}/lines"), &form).await.is(303);
    }
    assert_eq!(lines(&site, &id).len(), 1);
    site.get("hospital1", &page).await.is(200).shows("甘草").shows("7.00");
    for _ in 0..2 {
        site.post("hospital1", &format!("{page}/lines/{line}/remove"), &[]).await.is(303);
    }
    site.get("hospital1", &page).await.shows("还没有明细");
    step(&site, "hospital1", &id, "submit", &[]).await.is(422).shows("缺少“原料”明细");
    apply(&site, &id, LINES).await;
    let shown = site.get("hospital1", &page).await;
    shown.shows("（1080.00＋21.75＋333.00＋640.00）×（1＋0.05）÷（1000×0.97）＝2.25 元/包装").shows("970");
    // Before it is submitted it is the hospital's own business.
    site.get("officer", &page).await.is(404);
    site.get("officer", "/preparations").await.is(200).hides("复方甘草合剂");
    step(&site, "hospital1", &id, "submit", &[]).await.is(303);
    step(&site, "hospital1", &id, "submit", &[]).await.is(303);
    assert_eq!(letters(&site, "preparation_submitted"), ["officer2@example.org", "officer@example.org"]);
    step(&site, "hospital1", &id, "discard", &[]).await.is(422).shows("已不在填写状态");
    site.get("officer", "/").await.is(200).shows("1 张医院制剂核算表待审核");
    let shown = site.get("officer", &page).await;
    shown.is(200).shows("逐行核定").shows("金华市中心医院").shows("尚未逐行核定");
    let ask = [("from_day", "2026-12-01")];
    step(&site, "officer", &id, "ask", &ask).await.is(422).shows("“甘草流浸膏”尚未核定");
    // A cut needs a reason; nobody accepts more than was asked for.
    let first = lines(&site, &id)[0].id.to_string();
    let (field, reason) = (format!("accepted.{first}"), format!("reason.{first}"));
    for (amount, why, sentence) in [
        ("1000", "", "“甘草流浸膏”被核减，请写明理由"),
        ("1080.01", "x", "须在 0 至申报金额 1080.00 之间"),
        ("-1", "x", "须在 0 至申报金额 1080.00 之间"),
        ("1e3", "x", "不是有效的数字"),
        ("", "x", "不是有效的数字"),
    ] {
        let form = [(field.as_str(), amount), (reason.as_str(), why)];
        step(&site, "officer", &id, "accept", &form).await.is(422).shows(sentence);
    }
    accepted(&site, &id, Some((0, "1000"))).await;
    step(&site, "officer", &id, "ask", &[("from_day", "2026-11-22")]).await.is(422).shows("须为今天或以后");
    step(&site, "officer", &id, "ask", &ask).await.is(303);
    let number = sheet(&site, &id).number;
    site.get("reviewer", "/approvals").await.is(200).shows(&number).shows("批准医院制剂价格");
    let to = site.get("reviewer", &format!("/preparations/number/{number}")).await;
    assert_eq!(to.is(303).location, page);
    step(&site, "reviewer", &id, "decide", &[("decision", "no")]).await.is(422);
    step(&site, "reviewer", &id, "decide", &[("decision", "yes")]).await.is(303);
    step(&site, "reviewer", &id, "decide", &[("decision", "yes")]).await.is(422);
    // (1,000 + 21.75 + 333 + 640) × 1.05 ÷ 970 = 2.1594… → 2.16.
    let it = sheet(&site, &id);
    assert_eq!((it.state, it.price.unwrap().to_string().as_str()), (State::Approved, "2.16"));
    assert_eq!(
        (it.from_day, it.due_day),
        (Some("2026-12-01".parse().unwrap()), Some("2028-12-01".parse().unwrap()))
    );
    assert_eq!(letters(&site, "preparation_approved"), ["hospital1@example.org"]);
    let shown = site.get("hospital1", &page).await;
    shown.is(200).shows("待生效").shows("核减 80.00 元：高于市场价").shows("＝2.16 元/包装");
    site.get("officer", "/preparations?state=approved").await.shows("2.16").shows(&number);
    site.get("officer", "/preparations?state=submitted").await.hides(&number);
    let csv = site.get("officer", &format!("{page}/export/sheet.csv")).await;
    csv.is(200)
        .shows("原料,甘草流浸膏,kg,12.5,86.40,1080.00,1000.00,高于市场价,采购发票")
        .shows(",2.25,2.16,");
    site.get("hospital1", "/preparations/export/sheets.csv").await.is(200).shows(&number).shows("2.16");
    for file in [format!("{page}/export/sheet.xlsx"), "/preparations/export/sheets.xlsx".to_owned()] {
        assert!(site.get("officer", &file).await.is(200).bytes.starts_with(b"PK"), "{file}");
    }
    site.get("officer", &format!("{page}/export/other")).await.is(404);
    let trail: Vec<String> =
        site.app.db.read(|c| Ok(audit_entries::table.select(audit_entries::action).load(c)?)).unwrap();
    for action in [
        "preparation.enter",
        "preparation.draft",
        "preparation.line",
        "preparation.line.remove",
        "preparation.lines",
        "preparation.submit",
        "preparation.accept",
        "preparation.ask",
        "preparation.decide",
        "preparation.export",
    ] {
        assert!(trail.iter().any(|it| it == action), "{action}");
    }
}

#[actix_web::test]
async fn what_another_hospital_makes_is_not_there() {
    let site = Site::with_city();
    let id = submitted(&site).await;
    let (page, number) = (format!("/preparations/{id}"), sheet(&site, &id).number);
    site.get("hospital2", "/preparations").await.is(200).hides(&number);
    site.get("hospital2", "/preparations/export/sheets.csv").await.is(200).hides(&number);
    for path in [
        page.clone(),
        format!("{page}/edit"),
        format!("{page}/lines.csv"),
        format!("{page}/export/sheet.csv"),
        format!("/preparations/number/{number}"),
    ] {
        site.get("hospital2", &path).await.is(404);
    }
    let (key, line) = (CostSheetId::new().to_string(), lines(&site, &id)[0].id.to_string());
    for (to, form) in [
        ("submit", vec![("revision", "1")]),
        ("discard", vec![("revision", "1")]),
        ("renew", vec![("id", key.as_str())]),
        ("edit", with(&SHEET[4..], &[("revision", "1")])),
        (format!("lines/{line}/remove").as_str(), vec![]),
        (
            "lines",
            vec![
                ("id", key.as_str()),
                ("kind", "raw"),
                ("line_name", "x"),
                ("unit", "x"),
                ("quantity", "1"),
                ("unit_price", "1"),
            ],
        ),
    ] {
        site.post("hospital2", &format!("{page}/{to}"), &form).await.is(404);
    }
    upload(&site, "hospital2", &id, LINES).await.is(404);
    // The same form id used by another hospital makes nothing and shows nothing.
    let own = id.to_string();
    site.post("hospital2", "/preparations", &with(SHEET, &[("id", &own)])).await.is(404);
    assert_eq!(sheet(&site, &id).state, State::Submitted);
    // A review of a file is its hospital's alone.
    let next = CostSheetId::new().to_string();
    let fresh = with(SHEET, &[("id", &next), ("approval", "另一文号")]);
    site.post("hospital1", "/preparations", &fresh).await.is(303);
    let review = upload(&site, "hospital1", &next.parse().unwrap(), LINES).await.location.clone();
    site.get("hospital2", &review).await.is(404);
    site.post("hospital2", &format!("{review}/cancel"), &[]).await.is(404);
    site.post("hospital1", &format!("{review}/cancel"), &[]).await.is(303);
    site.get("hospital1", &review).await.is(200).shows("已取消");
}

#[actix_web::test]
async fn bad_entries_are_refused_whole_in_words() {
    let site = Site::with_city();
    let check = async |changed: &[(&str, &str)], sentence: &str| {
        let key = CostSheetId::new().to_string();
        let given = with(&with(SHEET, &[("id", key.as_str())]), changed);
        site.post("hospital1", "/preparations", &given).await.is(422).shows(sentence);
    };
    check(&[("rate", "0.06")], "利润率 0.06 须在 0 至上限 0.05 之间").await;
    check(&[("rate", "-0.01")], "须在 0 至上限").await;
    check(&[("yield_share", "1.01")], "不能大于 1").await;
    check(&[("batch", "0")], "须大于 0").await;
    check(&[("batch", "1,000")], "不是有效的数字").await;
    check(&[("name", "")], "此项必填").await;
    check(&[("approval", &"长".repeat(61))], "不超过 60").await;
    let id = entered(&site).await;
    check(&[], "已登记相同文号").await;
    let line = |changed: &[(&'static str, &'static str)]| {
        let base = [
            ("kind", "fixed"),
            ("line_name", "折旧"),
            ("unit", "批"),
            ("quantity", "1"),
            ("unit_price", "640"),
        ];
        with(&base, changed)
    };
    for (changed, sentence) in [
        (vec![], "须写明分摊依据"),
        (vec![("kind", "other")], "不在可选范围"),
        (vec![("kind", "raw"), ("quantity", "-1")], "须大于 0"),
        (vec![("kind", "raw"), ("unit_price", "0")], "须大于 0"),
        (vec![("kind", "raw"), ("unit_price", "0.0000001")], "小数位过多"),
        (vec![("kind", "raw"), ("quantity", "999999999999"), ("unit_price", "999999999")], "数值过大"),
    ] {
        let key = CostLineId::new().to_string();
        let form = with(&line(&changed), &[("id", &key)]);
        site.post("hospital1", &format!("/preparations/{id}/lines"), &form).await.is(422).shows(sentence);
    }
    for (file, sentence) in [
        ("成本项目,名称,单位,数量,单价\n运费,x,kg,1,1\n", "只能填写：原料"),
        ("成本项目,名称,单位,数量,单价\n原料,,kg,1,1\n", "第2行，“名称”为“”：必填"),
        ("成本项目,名称,单位,数量,单价\n原料,甘草,kg,0,1\n", "必须大于零"),
        ("成本项目,名称,单位,数量,单价\n固定生产成本,折旧,批,1,1\n", "须写明分摊依据"),
        ("成本项目,名称,单位,数量,单价\n", "必填"),
    ] {
        let review = upload(&site, "hospital1", &id, file).await.is(303).location.clone();
        site.get("hospital1", &review).await.is(200).shows(sentence);
        let seen = sheet(&site, &id).revision.to_string();
        site.post("hospital1", &review, &[("seen", &seen)]).await.is(422).shows("未作任何更改");
    }
    upload(&site, "hospital1", &id, "名称\nx\n").await.is(422).shows("缺少列");
    assert!(lines(&site, &id).is_empty());
    // What is downloaded reads back.
    apply(&site, &id, LINES).await;
    let csv = site.get("hospital1", &format!("/preparations/{id}/lines.csv")).await;
    csv.is(200).shows("固定生产成本,折旧与人工,批,1,640.00,按工时分摊");
    apply(&site, &id, &csv.body.clone()).await;
    assert_eq!(lines(&site, &id).len(), 4);
}

#[actix_web::test]
async fn of_two_at_once_the_second_is_told_and_a_sheet_comes_back_with_a_remark() {
    let site = Site::with_city();
    let id = submitted(&site).await;
    let (page, seen) = (format!("/preparations/{id}"), sheet(&site, &id).revision.to_string());
    accepted(&site, &id, None).await;
    let stale = [("revision", seen.as_str()), ("from_day", "2026-12-01")];
    site.post("officer2", &format!("{page}/ask"), &stale).await.is(422).shows("刚被他人修改");
    let stale = [("revision", seen.as_str()), ("remark", "x")];
    site.post("officer2", &format!("{page}/return"), &stale).await.is(422).shows("刚被他人修改");
    step(&site, "officer", &id, "return", &[]).await.is(422).shows("请写明意见");
    step(&site, "officer", &id, "return", &[("remark", "缺发票")]).await.is(303);
    assert_eq!(letters(&site, "preparation_returned"), ["hospital1@example.org"]);
    site.get("hospital1", &page).await.is(200).shows("退回意见：缺发票");
    // Submitted again, each line is looked at again.
    step(&site, "hospital1", &id, "submit", &[]).await.is(303);
    step(&site, "officer", &id, "ask", &[("from_day", "2026-12-01")]).await.is(422).shows("尚未核定");
    accepted(&site, &id, None).await;
    step(&site, "officer", &id, "ask", &[("from_day", "2026-12-01")]).await.is(303);
    site.get("officer", &page).await.shows("等待另一人复核");
    for _ in 0..2 {
        step(&site, "officer", &id, "withdraw", &[]).await.is(303);
    }
    assert_eq!((sheet(&site, &id).state, sheet(&site, &id).price), (State::Submitted, None));
    step(&site, "officer", &id, "ask", &[("from_day", "2026-12-02")]).await.is(303);
    step(&site, "reviewer", &id, "decide", &[("decision", "no"), ("remark", "再议")]).await.is(303);
    assert_eq!(sheet(&site, &id).state, State::Submitted);
    // The officer who asked cannot decide, also as a reviewer.
    let bureau = site.who("officer").organisation;
    site.account(&bureau, "both", &["officer".parse().unwrap(), "reviewer".parse().unwrap()]);
    step(&site, "both", &id, "ask", &[("from_day", "2026-12-02")]).await.is(303);
    step(&site, "both", &id, "decide", &[("decision", "yes")]).await.is(422);
    assert_eq!(sheet(&site, &id).state, State::Asked);
    // Decided late, the price holds from the day of the decision.
    site.set_clock(Time::parse_local("2026-12-05 10:00").unwrap());
    step(&site, "reviewer", &id, "decide", &[("decision", "yes")]).await.is(303);
    assert_eq!(sheet(&site, &id).from_day, Some("2026-12-05".parse().unwrap()));
}

#[actix_web::test]
async fn a_review_is_due_after_its_term_and_a_new_version_replaces_the_old() {
    let site = Site::with_city();
    let id = submitted(&site).await;
    let ctx = site.ctx_of("officer");
    let months = TermValue {
        id: TermValueId::new(),
        term: Term::PreparationReviewMonths,
        since: site.now().day(),
        value: "12".to_owned(),
        reason: "本市每年复审".to_owned(),
        account_id: ctx.actor.account.clone(),
        at: site.now(),
    };
    site.app.db.write(|tx| terms::set(tx, &ctx, months.clone())).unwrap();
    approved(&site, &id, "2026-12-01").await;
    assert_eq!(sheet(&site, &id).due_day, Some("2027-12-01".parse().unwrap()));
    let remind = || {
        let run = jicai::jobs::find("remind_preparations").unwrap().run;
        run(&site.app).unwrap()
    };
    assert_eq!(remind(), [("reminded", 0)]);
    // Thirty days ahead; again once it is late; each once.
    site.set_clock(Time::parse_local("2027-11-01 08:00").unwrap());
    remind();
    remind();
    let told = ["hospital1@example.org", "officer2@example.org", "officer@example.org"];
    assert_eq!(letters(&site, "preparation_due"), told);
    site.get("officer", "/preparations?state=due").await.is(200).shows("没有符合条件");
    site.set_clock(Time::parse_local("2027-12-02 08:00").unwrap());
    remind();
    remind();
    assert_eq!(letters(&site, "preparation_due").len(), 6);
    site.get("officer", "/preparations?state=due").await.shows("复审逾期");
    // The hospital begins a new version: one, with the same lines.
    let next = CostSheetId::new();
    let key = next.to_string();
    for _ in 0..2 {
        site.post("hospital1", &format!("/preparations/{id}/renew"), &[("id", &key)]).await.is(303);
    }
    let another = CostSheetId::new().to_string();
    let again = site.post("hospital1", &format!("/preparations/{id}/renew"), &[("id", &another)]).await;
    again.is(422).shows("尚在办理");
    assert_eq!((sheet(&site, &next).version, lines(&site, &next).len()), (2, 4));
    // Twice the raw material: more than ten percent above 2.25, so reasons are asked for.
    apply(&site, &next, &LINES.replace("86.4", "172.8")).await;
    let page = format!("/preparations/{next}");
    site.get("hospital1", &page).await.shows("与现行价格 2.25 元相比：+51.56%");
    step(&site, "hospital1", &next, "submit", &[]).await.is(422).shows("请先填写价格变动理由");
    let seen = sheet(&site, &next).revision.to_string();
    let form = with(&SHEET[4..], &[("revision", &seen), ("change_reason", "甘草流浸膏涨价一倍")]);
    site.post("hospital1", &format!("{page}/edit"), &form).await.is(303);
    site.post("hospital1", &format!("{page}/edit"), &form).await.is(422).shows("刚被他人修改");
    step(&site, "hospital1", &next, "submit", &[]).await.is(303);
    step(&site, "officer", &next, "ask", &[("from_day", "2028-01-01")]).await.is(422).shows("尚未核定");
    approved(&site, &next, "2028-01-01").await;
    let (old, new) = (sheet(&site, &id), sheet(&site, &next));
    assert_eq!(
        (old.to_day, old.price.unwrap().to_string()),
        (Some("2027-12-31".parse().unwrap()), "2.25".to_owned())
    );
    assert_eq!((new.to_day, new.price.unwrap().to_string()), (None, "3.41".to_owned()));
    assert_eq!(new.due_day, Some("2029-01-01".parse().unwrap()));
    let shown = site.get("auditor", &page).await;
    shown.is(200).shows("各版本").shows(&old.number).shows("2027-12-31").shows("甘草流浸膏涨价一倍");
    site.set_clock(Time::parse_local("2028-02-01 08:00").unwrap());
    site.get("auditor", &format!("/preparations/{id}")).await.is(200).shows("已被替代");
    // A draft may be given up; another can follow.
    let third = CostSheetId::new();
    let key = third.to_string();
    site.post("hospital1", &format!("{page}/renew"), &[("id", &key)]).await.is(303);
    step(&site, "hospital1", &third, "discard", &[]).await.is(303);
    step(&site, "hospital1", &third, "discard", &[]).await.is(303);
    let fourth = CostSheetId::new().to_string();
    site.post("hospital1", &format!("{page}/renew"), &[("id", &fourth)]).await.is(303);
    assert_eq!(sheet(&site, &fourth.parse().unwrap()).version, 4);
}
