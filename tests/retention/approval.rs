//! A plan approved by two: frozen, read by the hospitals, and what changes later.

use diesel::prelude::*;
use jicai::payments::retention;
use jicai::people::Role;
use jicai::schema::{assessments as assessment_rows, mails};
use jicai::types::Time;

use super::{AMOXICILLIN, bought, computed, field, plan_row, product, ready, sheet_of};

#[actix_web::test]
async fn two_people_approve_and_the_plan_is_frozen() {
    let (site, plan) = ready("85").await;
    let path = format!("/retention/{plan}");
    site.post("officer", &format!("{path}/ask"), &[]).await.is(303);
    // While it waits nothing changes.
    site.post("officer", &format!("{path}/compute"), &[]).await.is(422).shows("请先撤回");
    site.post("officer", &format!("{path}/bases/fill"), &[]).await.is(422).shows("请先撤回");
    site.post("officer", &format!("{path}/withdraw"), &[]).await.is(303);
    site.post("officer", &format!("{path}/ask"), &[]).await.is(303);
    site.get("reviewer", "/approvals").await.shows("第 1 采购年度").shows("审定结余留用");
    let page = site.get("reviewer", &path).await;
    let (request, seen) = (field(&page.body, "request"), field(&page.body, "looked_at"));
    let form = |decision, remark| {
        [
            ("request", request.as_str()),
            ("looked_at", seen.as_str()),
            ("decision", decision),
            ("remark", remark),
        ]
    };
    site.post("reviewer", &format!("{path}/decide"), &form("no", "")).await.is(422);
    let wrong = [("request", request.as_str()), ("looked_at", "x"), ("decision", "yes"), ("remark", "")];
    site.post("reviewer", &format!("{path}/decide"), &wrong).await.is(422).shows("重新核对");
    site.post("reviewer", &format!("{path}/decide"), &form("yes", "")).await.is(303);
    let it = plan_row(&site, &plan);
    assert!(it.approved_at.is_some());
    assert_eq!((it.hospitals, it.retained.to_string()), (2, "41895.00".to_owned()));
    // Frozen: every way in is closed.
    for (address, form) in [
        ("compute", vec![]),
        ("ask", vec![]),
        ("bases/fill", vec![]),
        ("parameters", vec![("version", "1"), ("cap", "0.4")]),
    ] {
        site.post("officer", &format!("{path}/{address}"), &form).await.is(422).shows("已审定");
    }
    let letters: Vec<String> = site
        .app
        .db
        .read(|c| {
            Ok(mails::table
                .filter(mails::template.eq("retention_approved"))
                .order(mails::address)
                .select(mails::data)
                .load(c)?)
        })
        .unwrap();
    assert_eq!(letters.len(), 2);
    assert!(letters[0].contains("41895.00"), "{letters:?}");
    let decided: i64 = site
        .app
        .db
        .read(|c| Ok(mails::table.filter(mails::template.eq("approval_decided")).count().get_result(c)?))
        .unwrap();
    assert_eq!(decided, 1);
}

#[actix_web::test]
async fn of_two_reviewers_at_once_one_decides_and_the_other_is_told() {
    let (site, plan) = ready("85").await;
    let bureau = site.who("reviewer").organisation;
    site.account(&bureau, "reviewer9", &[Role::Reviewer]);
    site.post("officer", &format!("/retention/{plan}/ask"), &[]).await.is(303);
    let page = site.get("reviewer", &format!("/retention/{plan}")).await;
    let ruling = retention::decision::Ruling {
        request: field(&page.body, "request").parse().unwrap(),
        looked_at: field(&page.body, "looked_at"),
        yes: true,
        remark: String::new(),
    };
    let contexts = ["reviewer", "reviewer9"].map(|login| site.ctx_of(login));
    let done: Vec<jicai::error::Result<()>> = std::thread::scope(|scope| {
        let threads: Vec<_> = contexts
            .iter()
            .map(|ctx| {
                let (db, plan, ruling) = (site.app.db.clone(), plan.clone(), ruling.clone());
                scope.spawn(move || db.write(|tx| retention::decision::decide(tx, ctx, &plan, &ruling)))
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(done.iter().filter(|it| it.is_ok()).count(), 1, "{done:?}");
    let told = done.iter().find_map(|it| it.as_ref().err()).unwrap();
    assert!(matches!(told, jicai::error::Error::Refused(_)), "{told}");
    let letters: i64 = site
        .app
        .db
        .read(|c| Ok(mails::table.filter(mails::template.eq("retention_approved")).count().get_result(c)?))
        .unwrap();
    assert_eq!(letters, 2);
}

#[actix_web::test]
async fn purchases_that_change_later_are_noticed_and_change_nothing_frozen() {
    let (site, plan) = ready("85").await;
    let contracts = site.app.db.read(|c| jicai::contracts::store::page(c, &Default::default(), 10)).unwrap();
    let hospital1 = site.who("hospital1").organisation.id;
    let first = contracts.iter().find(|(it, ..)| it.hospital_id == hospital1).unwrap().0.clone();
    let now = site.now();
    let product = product(&site, "XJ01CAA009", AMOXICILLIN, false);
    // Entered late, for a day of the year.
    site.set_clock(Time::parse_local(&format!("{} 09:00", first.starts)).unwrap());
    bought(&site, &first, Some(&product), "10", "1.00");
    site.set_clock(now);
    let sheet = format!("/retention/{plan}/hospitals/{hospital1}");
    site.get("officer", &sheet).await.shows("在测算后有变").shows("42210.00");
    site.post("officer", &format!("/retention/{plan}/ask"), &[])
        .await
        .is(422)
        .shows("1 家医疗机构的数据变动");
    site.get("officer", &format!("/retention/{plan}?standing=changed"))
        .await
        .shows("1 家医疗机构的数据在测算后有变");
    computed(&site, &plan).await;
    assert_eq!(sheet_of(&site, &plan, "hospital1").spend.to_string(), "42216.30");
    site.get("officer", &sheet).await.hides("在测算后有变").shows("42216.30");
    site.post("officer", &format!("/retention/{plan}/ask"), &[]).await.is(303);
    let page = site.get("reviewer", &format!("/retention/{plan}")).await;
    let (request, seen) = (field(&page.body, "request"), field(&page.body, "looked_at"));
    let form = [("request", request.as_str()), ("looked_at", seen.as_str()), ("decision", "yes")];
    site.post("reviewer", &format!("/retention/{plan}/decide"), &form).await.is(303);
    site.set_clock(Time::parse_local(&format!("{} 09:00", first.starts)).unwrap());
    bought(&site, &first, Some(&product), "10", "1.00");
    site.set_clock(now);
    site.post("officer", &format!("/retention/{plan}/check"), &[]).await.is(303);
    site.get("officer", &format!("/retention/{plan}"))
        .await
        .shows("1 家医疗机构的数据在测算后有变")
        .shows("42216.30");
}

#[actix_web::test]
async fn a_hospital_sees_its_own_sheet_and_only_when_it_is_approved() {
    let (site, plan) = ready("85").await;
    let id = |login: &str| site.who(login).organisation.id;
    let sheet = format!("/retention/{plan}/hospitals/{}", id("hospital1"));
    let assessment: String = site
        .app
        .db
        .read(|c| {
            Ok(assessment_rows::table
                .filter(assessment_rows::hospital_id.eq(id("hospital1")))
                .select(assessment_rows::id)
                .first(c)?)
        })
        .unwrap();
    let own = [
        format!("/retention/{plan}"),
        sheet.clone(),
        format!("{sheet}/1"),
        format!("{sheet}/export.csv"),
        format!("{sheet}/export.xlsx"),
        format!("/assessments/{assessment}"),
    ];
    for path in &own {
        site.get("hospital1", path).await.is(404);
    }
    site.get("hospital1", "/retention").await.is(200).shows("还没有贵单位的结余留用结果");
    site.post("officer", &format!("/retention/{plan}/ask"), &[]).await.is(303);
    let page = site.get("reviewer", &format!("/retention/{plan}")).await;
    let (request, seen) = (field(&page.body, "request"), field(&page.body, "looked_at"));
    let form = [("request", request.as_str()), ("looked_at", seen.as_str()), ("decision", "yes")];
    site.post("reviewer", &format!("/retention/{plan}/decide"), &form).await.is(303);
    site.get("hospital1", &own[0]).await.is(303);
    for path in &own[1..] {
        site.get("hospital1", path).await.is(200);
        site.get("hospital2", path).await.is(404);
        site.get("supplier1", path).await.is(403);
        site.get("auditor", path).await.is(200);
    }
    site.get("hospital1", "/retention").await.shows("第 1 采购年度").hides("41895.00");
    site.get("hospital3", "/retention").await.hides("第 1 采购年度");
    site.get("hospital3", &own[0]).await.is(404);
}
