//! What a plan is computed from: parameters, bases, uploads, scores with their evidence.

use diesel::prelude::*;
use jicai::payments::retention::{self, assessments};
use jicai::schema::retention_bases;
use jicai::types::{PlanId, Quantity, Time};

use super::{AMBROXOL, AMOXICILLIN, base, computed, example, field, plan_row, planned, product, ready};
use crate::prices::purchase_at;

#[actix_web::test]
async fn parameters_of_a_draft_change_by_who_saw_them_last() {
    let (site, plan) = ready("85").await;
    let path = format!("/retention/{plan}/parameters");
    let version = plan_row(&site, &plan).version.to_string();
    site.get("officer", &path)
        .await
        .is(200)
        .shows("医保发〔2020〕26号")
        .shows("留用比例上限")
        .shows("经验值");
    let form = [("version", version.as_str()), ("cap", "0.4")];
    site.post("officer", &path, &form).await.is(303);
    site.post("officer", &path, &[("version", version.as_str()), ("cap", "0.3")])
        .await
        .is(422)
        .shows("刷新后重新核对");
    site.post("officer", &path, &form).await.is(303);
    site.post("officer", &path, &[("version", "2"), ("cap", "nine")]).await.is(422).shows("nine");
    site.post("reviewer", &path, &form).await.is(403);
    computed(&site, &plan).await;
    assert_eq!(plan_row(&site, &plan).retained.to_string(), "33516.00", "0.4 of 83790.00");
}

#[actix_web::test]
async fn bases_are_filled_from_demand_and_history_and_what_was_entered_stays() {
    let (site, round, contracts) = example();
    let plan = planned(&site, &round).await;
    let lots = site.app.db.read(|c| jicai::rounds::lots_of(c, &round.id)).unwrap();
    let (h1, h2) = (site.who("hospital1").organisation, site.who("hospital2").organisation);
    let amoxicillin = product(&site, "XJ01CAA001", AMOXICILLIN, true);
    let bought = |day: &str, login: &str, quantity: &str, price: &str| {
        let code = site.who(login).organisation.code;
        purchase_at(&site, &code, &amoxicillin, day, quantity, price);
    };
    let before = |days: i64| {
        Time::parse_local(&format!("{} 00:00", contracts[0].starts))
            .unwrap()
            .plus_days(-days)
            .day()
            .to_string()
    };
    bought(&before(1), "hospital1", "1000", "2.00");
    bought(&before(400), "hospital2", "3000", "1.00");
    bought(&before(0), "hospital1", "9999", "9.00");
    bought(&before(800), "hospital1", "9999", "9.00");
    site.app
        .db
        .write(|tx| {
            let line = |hospital: &jicai::types::OrganisationId, lot: usize, approved: &str| {
                let report = jicai::types::ReportId::new();
                let rows = (
                    jicai::schema::demand_reports::id.eq(report.clone()),
                    jicai::schema::demand_reports::round_id.eq(round.id.clone()),
                    jicai::schema::demand_reports::hospital_id.eq(hospital.clone()),
                    jicai::schema::demand_reports::state.eq("approved"),
                    jicai::schema::demand_reports::remark.eq(""),
                    jicai::schema::demand_reports::version.eq(1),
                );
                let quantity: Quantity = approved.parse().unwrap();
                let line = jicai::rounds::demand::Line {
                    id: jicai::types::DemandId::new(),
                    report_id: report,
                    round_id: round.id.clone(),
                    hospital_id: hospital.clone(),
                    lot_id: lots[lot].id.clone(),
                    company: String::new(),
                    reported: quantity,
                    verified: Some(quantity),
                    approved: Some(quantity),
                    history: Quantity::ZERO,
                    reason: String::new(),
                    state: jicai::rounds::demand::LineState::Approved,
                    remark: String::new(),
                    product: String::new(),
                };
                (rows, line)
            };
            for (rows, line) in [line(&h1.id, 0, "120000"), line(&h2.id, 0, "2500")] {
                diesel::insert_into(jicai::schema::demand_reports::table).values(rows).execute(tx.conn())?;
                diesel::insert_into(jicai::schema::demand_lines::table).values(&line).execute(tx.conn())?;
            }
            Ok(())
        })
        .unwrap();
    let rows = || -> Vec<(String, Option<String>, Option<String>, String)> {
        site.app
            .db
            .read(|c| {
                let list: Vec<retention::Base> = retention_bases::table
                    .order((retention_bases::hospital_id, retention_bases::generic))
                    .select(retention::Base::as_select())
                    .load(c)?;
                let shown = |it: &retention::Base| {
                    let name = if it.hospital_id == h1.id { "h1" } else { "h2" };
                    (
                        name.to_owned(),
                        it.quantity.map(|it| it.to_string()),
                        it.price.map(|it| it.to_string()),
                        it.origin.to_string(),
                    )
                };
                let mut list: Vec<_> = list.iter().map(shown).collect();
                list.sort();
                Ok(list)
            })
            .unwrap()
    };
    let row = |name: &str, quantity: &str, price: &str, origin: &str| {
        (name.to_owned(), Some(quantity.to_owned()), Some(price.to_owned()), origin.to_owned())
    };
    let fill = format!("/retention/{plan}/bases/fill");
    let ctx = site.ctx_of("officer");
    site.post("officer", &fill, &[]).await.is(303);
    // 1000 at 2.00 and 3000 at 1.00 in the two years before.
    assert_eq!(rows(), [row("h1", "120000", "1.25", "demand"), row("h2", "2500", "1.25", "demand")]);
    base(&site, &plan, "hospital2", AMOXICILLIN, "2600", "1.50").await;
    site.post("officer", &fill, &[]).await.is(303);
    assert_eq!(rows(), [row("h1", "120000", "1.25", "demand"), row("h2", "2600", "1.50", "entered")]);
    let version = plan_row(&site, &plan).version.to_string();
    let form = [("version", version.as_str()), ("base_from", "history"), ("history_months", "12")];
    site.post("officer", &format!("/retention/{plan}/parameters"), &form).await.is(303);
    site.post("officer", &fill, &[]).await.is(303);
    assert_eq!(rows(), [row("h1", "1000", "2.00", "history"), row("h2", "2600", "1.50", "entered")]);
    // Contracts that end after 73 of the year's 365 days make a fifth of it; those that ended before it have left.
    let last = |day: String, want: &[(String, Option<String>, Option<String>, String)]| {
        let ends: chrono::NaiveDate = day.parse().unwrap();
        site.app
            .db
            .write(|tx| {
                use jicai::schema::contracts as signed;
                diesel::update(signed::table).set(signed::ends.eq(ends)).execute(tx.conn())?;
                retention::bases::fill(tx, &ctx, &plan)
            })
            .unwrap();
        assert_eq!(rows(), want, "{day}");
    };
    last(before(1), &[row("h2", "2600", "1.50", "entered")]);
    last(before(-72), &[row("h1", "200", "2.00", "history"), row("h2", "2600", "1.50", "entered")]);
    site.get("officer", &format!("/retention/{plan}/bases")).await.is(200).shows("采购历史").shows("2600");
    site.get("officer", &format!("/retention/{plan}/bases.csv"))
        .await
        .is(200)
        .shows("2600")
        .shows("H3307020000");
}

#[actix_web::test]
async fn uploads_are_reviewed_and_applied_whole_or_not_at_all() {
    let (site, round, _) = example();
    let plan = planned(&site, &round).await;
    let code = |login: &str| site.who(login).organisation.code;
    let (h1, h2, h3) = (code("hospital1"), code("hospital2"), code("hospital3"));
    let send = async |what: &str, file: &str| {
        let id = jicai::types::ImportId::new().to_string();
        let path = format!("/retention/{plan}/{what}/uploads");
        let answer = site.upload("officer", &path, &[("id", &id)], "x.csv", file.as_bytes()).await;
        (answer, format!("/retention/{plan}/uploads/{id}"))
    };
    // Not a table, empty, unknown columns: refused as a whole.
    for bad in ["", "\u{0}\u{0}", "一,二\n1,2\n", "hospital,generic,what\nx,y,z\n"] {
        send("bases", bad).await.0.is(422);
    }
    // Every wrong line is named, and nothing is applied.
    let bad = format!(
        "hospital,generic,quantity,price,insured_share,pay_ratio\n{h1},{AMOXICILLIN},-1,2,,\nH999,{AMOXICILLIN},1,2,,\n\
         {h1},没有这个,1,2,,\n{h1},{AMBROXOL},1,abc,,\n{h2},{AMOXICILLIN},1,1,1.5,\n{h2},{AMBROXOL},=1+1,1,,\n"
    );
    let (answer, path) = send("bases", &bad).await;
    answer.is(303);
    let page = site.get("officer", &path).await;
    page.is(200).shows("H999").shows("没有这个").shows("abc").shows("1.5").shows("-1").hides("全部应用");
    site.post("officer", &format!("{path}/apply"), &[("seen", "x")]).await.is(422);
    let count: i64 = site.app.db.read(|c| Ok(retention_bases::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 0);
    let twice = format!("hospital,generic,quantity\n{h1},{AMOXICILLIN},1\n{h1},{AMOXICILLIN},2\n");
    let (_, path) = send("bases", &twice).await;
    site.get("officer", &path).await.shows("与第 2 行重复");
    // A sound file, applied once although sent twice.
    let good = format!(
        "医疗机构编码,通用名,约定采购量基数,集采前均价\n{h1},{AMOXICILLIN},100000,2.00\n{h2},{AMOXICILLIN},5,\n"
    );
    let (_, path) = send("bases", &good).await;
    let seen = field(&site.get("officer", &path).await.body, "seen");
    site.post("officer", &format!("{path}/apply"), &[("seen", "other")]).await.is(422);
    site.post("officer", &format!("{path}/apply"), &[("seen", &seen)]).await.is(303);
    site.post("officer", &format!("{path}/apply"), &[("seen", &seen)]).await.is(303);
    // A price for every hospital that has a base of the generic; blank cells leave what is there.
    let (_, path) = send("bases", &format!("generic,price\n{AMOXICILLIN},1.75\n")).await;
    let seen = field(&site.get("officer", &path).await.body, "seen");
    site.post("officer", &format!("{path}/apply"), &[("seen", &seen)]).await.is(303);
    let file = site.get("officer", &format!("/retention/{plan}/bases.csv")).await;
    file.shows(&format!("{h1},{AMOXICILLIN},100000,1.75")).shows(&format!("{h2},{AMOXICILLIN},5,1.75"));
    // Scores.
    let bad = format!("hospital,score,evidence\n{h1},100.01,x\n{h2},80,\n{h3},80,x\nH0,1,x\n");
    let (_, path) = send("assessments", &bad).await;
    let page = site.get("officer", &path).await;
    page.shows("100.01").shows("请写明考核依据").shows("不在本方案内").shows("H0").hides("全部应用");
    let (_, path) =
        send("assessments", &format!("hospital,score,evidence\n{h1},79.99,现场考核\n{h2},60,现场考核\n"))
            .await;
    let seen = field(&site.get("officer", &path).await.body, "seen");
    site.post("officer", &format!("{path}/apply"), &[("seen", &seen)]).await.is(303);
    let page = site.get("officer", &format!("/assessments?plan={plan}")).await;
    page.is(200).shows("79.99").shows("现场考核").shows("全部医疗机构均有得分");
    // Given up, it is not applied any more; nobody else's plan knows it.
    let (_, path) = send("assessments", &format!("hospital,score,evidence\n{h1},1,x\n")).await;
    site.post("officer", &format!("{path}/cancel"), &[]).await.is(303);
    site.post("officer", &format!("{path}/apply"), &[("seen", "x")]).await.is(422).shows("已放弃");
    let elsewhere = path.replace(plan.as_str(), PlanId::new().as_str());
    site.get("officer", &elsewhere).await.is(404);
}

#[actix_web::test]
async fn a_score_has_evidence_documents_and_a_history() {
    let (site, round, _) = example();
    let plan = planned(&site, &round).await;
    let h1 = site.who("hospital1").organisation;
    let enter = async |id: &str, code: &str, score: &str, evidence: &str, name: &str, file: &[u8]| {
        let fields = [
            ("id", id),
            ("plan", plan.as_str()),
            ("hospital", code),
            ("score", score),
            ("evidence", evidence),
        ];
        site.upload("officer", "/assessments", &fields, name, file).await
    };
    let id = jicai::types::AssessmentId::new().to_string();
    enter(&id, &h1.code, "101", "x", "", b"").await.is(422).shows("0 至 100");
    enter(&id, &h1.code, "80", " ", "", b"").await.is(422).shows("请写明考核依据");
    enter(&id, "H000", "80", "x", "", b"").await.is(422).shows("H000");
    enter(&id, &h1.code, "80", "x", "a.pdf", b"MZ not a pdf").await.is(422);
    let none = site.app.db.read(|c| assessments::of_hospital(c, &plan, &h1.id)).unwrap();
    assert!(none.is_none(), "a false document takes the score with it");
    enter(&id, &h1.code, "80", "现场检查\n第二行", "a.pdf", b"%PDF-1.7 x").await.is(303);
    enter(&id, &h1.code, "80", "现场检查\n第二行", "", b"").await.is(303);
    let other = jicai::types::AssessmentId::new().to_string();
    enter(&other, &h1.code, "70", "x", "", b"").await.is(422).shows("已有得分");
    let path = format!("/assessments/{id}");
    let page = site.get("officer", &path).await;
    page.is(200).shows("a.pdf").shows("现场检查");
    let change = [("version", "1"), ("score", "59.99"), ("evidence", "复核后更正")];
    site.post("officer", &path, &change).await.is(303);
    site.post("officer", &path, &[("version", "1"), ("score", "10"), ("evidence", "x")])
        .await
        .is(422)
        .shows("刷新后重新核对");
    let page = site.get("auditor", &path).await;
    page.shows("59.99").shows("80").shows("复核后更正").shows("officer同志").hides("修改得分");
    let href = page.body.split("/documents/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let file = site.get("reviewer", &format!("{path}/documents/{href}")).await;
    assert_eq!(file.is(200).bytes, b"%PDF-1.7 x");
    site.get("hospital1", &format!("{path}/documents/{href}")).await.is(404);
    site.upload("officer", &format!("{path}/documents"), &[("id", &other)], "b.svg", b"<svg/>").await.is(422);
}
