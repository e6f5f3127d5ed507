//! What people enter: targets by two, purchases made outside, varieties procured elsewhere.

use std::collections::BTreeMap;

use diesel::prelude::*;
use jicai::indicators::{self, Indicator, Period, Scope};
use jicai::people::Role;
use jicai::schema::{indicator_inputs, indicator_targets};
use jicai::types::{InputId, Money, TargetId, Time};

use super::{organisation, run_count, values, working};
use crate::support::Site;

#[actix_web::test]
async fn a_target_holds_when_a_second_person_agrees_and_is_shown_beside_the_value() {
    let (site, ..) = working();
    run_count(&site);
    let send = async |login: &str, id: &str, indicator: &str, region: &str, value: &str| {
        let fields = [
            ("id", id),
            ("indicator", indicator),
            ("year", "2026"),
            ("region", region),
            ("value", value),
            ("document", "江府〔2026〕1号"),
            ("issuer", "市政府"),
        ];
        site.post(login, "/indicators/targets", &fields).await
    };
    let ids: Vec<String> = (0..4).map(|_| TargetId::new().to_string()).collect();
    send("officer", &ids[0], "progress", "", "90").await.is(303);
    send("officer", &ids[0], "progress", "", "90").await.is(303);
    for (indicator, region, value, why) in [
        ("progress", "", "190", "超过 100%"),
        ("progress", "", "much", "不是该指标的有效目标值"),
        ("varieties", "", "1.5", "个数为整数"),
        ("progress", "月球县", "90", "没有位于"),
        ("mean_cut", "义乌市", "50", "没有位于"),
        ("planet", "", "50", "不在可选范围"),
    ] {
        send("officer", &TargetId::new().to_string(), indicator, region, value).await.is(422).shows(why);
    }
    // It waits, and is not shown yet.
    site.get("officer", "/indicators?year=2026").await.hides("未达标");
    site.get("reviewer", "/").await.shows("1 个指标目标待复核");
    let decide = format!("/indicators/targets/{}/decide", ids[0]);
    site.post("officer", &decide, &[("decision", "yes")]).await.is(403);
    site.post("reviewer", &decide, &[("decision", "no")]).await.is(422).shows("退回请写明意见");
    site.post("reviewer", &decide, &[("decision", "yes")]).await.is(303);
    site.post("reviewer", &decide, &[("decision", "yes")]).await.is(422).shows("已被复核或撤回");
    site.get("officer", "/indicators?year=2026").await.shows("未达标").shows("stroke=\"#a61b1b\"");
    site.get("officer", "/indicators/progress?year=2026").await.shows("市政府 · 江府〔2026〕1号").shows("90");
    // A rate of the city holds for counties that have none of their own; an amount does not.
    let county = Scope::County("义乌市".to_owned());
    send("officer", &ids[1], "savings", "", "1000").await.is(303);
    let yes = [("decision", "yes")];
    site.post("reviewer", &format!("/indicators/targets/{}/decide", ids[1]), &yes).await.is(303);
    let of = |scope: &Scope| {
        let board = site.app.db.read(|c| indicators::board(c, scope, Period::year(2026)?)).unwrap();
        let named = board.rows.into_iter().filter_map(|row| Some((row.indicator, row.target?.value)));
        named.collect::<BTreeMap<_, _>>()
    };
    assert_eq!(of(&Scope::City)[&Indicator::Savings], "1000");
    let month = site.app.db.read(|c| indicators::board(c, &Scope::City, Period::month(2026, 12)?)).unwrap();
    let aimed: Vec<Indicator> =
        month.rows.iter().filter(|row| row.target.is_some()).map(|row| row.indicator).collect();
    assert_eq!(aimed, [Indicator::Progress], "an amount of a year is none of a month");
    assert_eq!(of(&county), BTreeMap::from([(Indicator::Progress, "90".to_owned())]));
    send("officer", &ids[2], "progress", "义乌市", "80").await.is(303);
    site.post("reviewer", &format!("/indicators/targets/{}/decide", ids[2]), &yes).await.is(303);
    assert_eq!(of(&county)[&Indicator::Progress], "80");
    assert_eq!(of(&Scope::City)[&Indicator::Progress], "90");
    // Taken back, nobody decides it; who both asks and approves is refused.
    send("officer", &ids[3], "progress", "", "95").await.is(303);
    let path = format!("/indicators/targets/{}", ids[3]);
    site.post("officer2", &format!("{path}/withdraw"), &[]).await.is(403);
    site.post("officer", &format!("{path}/withdraw"), &[]).await.is(303);
    site.post("reviewer", &format!("{path}/decide"), &yes).await.is(422);
    let both = site.account(&organisation(&site, "officer"), "both", &[Role::Officer, Role::Reviewer]);
    let id = TargetId::new().to_string();
    send("both", &id, "progress", "", "95").await.is(303);
    site.post("both", &format!("/indicators/targets/{id}/decide"), &yes).await.is(422).shows("另一人复核");
    let asked: i64 = site
        .app
        .db
        .read(|c| {
            let of = indicator_targets::table.filter(indicator_targets::asked_by.eq(&both.id));
            Ok(of.count().get_result(c)?)
        })
        .unwrap();
    assert_eq!(asked, 1);
}

fn inputs(site: &Site) -> Vec<(String, bool)> {
    use indicator_inputs::dsl;
    let rows: Vec<(Money, Option<Time>)> = site
        .app
        .db
        .read(|c| {
            Ok(dsl::indicator_inputs.order(dsl::id).select((dsl::amount, dsl::superseded_at)).load(c)?)
        })
        .unwrap();
    rows.into_iter().map(|(amount, at)| (amount.to_string(), at.is_none())).collect()
}

#[actix_web::test]
async fn what_was_bought_outside_is_entered_once_and_corrected_by_another_row() {
    let site = Site::with_city();
    let send = async |login: &str, id: &str, replaces: &str, amount: &str, month: &str| {
        let fields = [
            ("id", id),
            ("hospital", "H33070200002"),
            ("month", month),
            ("figure", "off_platform_drugs"),
            ("amount", amount),
            ("document", "药房台账"),
            ("replaces", replaces),
        ];
        site.post(login, "/indicators/inputs", &fields).await
    };
    let ids: Vec<String> = (0..3).map(|_| InputId::new().to_string()).collect();
    // A hospital's figure is its own whatever code it sends.
    send("hospital1", &ids[0], "", "0", "2026-10").await.is(303);
    send("hospital1", &ids[0], "", "0", "2026-10").await.is(303);
    let fresh = || InputId::new().to_string();
    send("hospital1", &fresh(), "", "5", "2026-10").await.is(422).shows("已有填报数 0.00");
    send("hospital1", &fresh(), "", "5", "2027-01").await.is(422).shows("不是已开始的月份");
    send("hospital1", &fresh(), "", "-5", "2026-09").await.is(422).shows("不能小于 0");
    send("hospital1", &ids[1], &ids[0], "12.50", "2026-10").await.is(303);
    send("officer", &fresh(), &ids[0], "7", "2026-10").await.is(422).shows("请重新核对");
    send("hospital1", &fresh(), &ids[0], "9", "2026-10").await.is(422).shows("已被他人更正为 12.50");
    assert_eq!(inputs(&site), [("0.00".to_owned(), false), ("12.50".to_owned(), true)]);
    site.get("hospital1", "/indicators/inputs").await.is(200).shows("12.50").shows("已更正").shows("更正");
    site.get("hospital2", "/indicators/inputs").await.is(200).hides("12.50");
    site.get("hospital2", &format!("/indicators/inputs?correct={}", ids[1])).await.is(404);
    site.get("auditor", "/indicators/inputs").await.is(200).shows("12.50").hides("id=\"new\"");
    // A file is applied whole or not at all.
    let upload = async |login: &str, text: &str| {
        let id = jicai::types::ImportId::new().to_string();
        let path = "/indicators/inputs/uploads";
        let sent = site.upload(login, path, &[("id", &id)], "f.csv", text.as_bytes()).await;
        sent.is(303);
        (format!("{path}/{id}"), site.get(login, &format!("{path}/{id}")).await)
    };
    let header = "医疗机构编码,月份,填报项,金额,依据文件\n";
    let bad = format!(
        "{header}H33070200002,2026-10,平台外采购药品,1,台账\nH33070200009,2026-10,平台外采购药品,1,台账\n\
         H33070200002,2026-10,平台外采购药品,2,台账\nH33070200003,2026-10,平台外采购药品,-1,\n"
    );
    let (path, page) = upload("officer", &bad).await;
    page.is(200).shows("没有编码为“H33070200009”的医疗机构").shows("与第 2 行重复").hides("name=\"seen\"");
    site.post("officer", &path, &[("seen", "")]).await.is(422).shows("没有写入");
    assert_eq!(inputs(&site).len(), 2);
    let (_, page) =
        upload("hospital1", &format!("{header}H33070200002,2026-10,平台外采购药品,1,台账\n")).await;
    page.is(200).shows("不是本机构的编码");
    let good = format!(
        "{header}H33070200001,2026-10,平台外采购药品,30,台账\nH33070200002,2026-10,平台外采购药品,40,台账\n"
    );
    let (path, page) = upload("officer", &good).await;
    page.is(200).shows("12.50 · 药房台账").shows("30.00 · 台账");
    site.get("officer2", &path).await.is(200);
    site.get("hospital1", &path).await.is(404);
    let seen =
        page.body.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    site.post("officer", &path, &[("seen", "else")]).await.is(422).shows("请重新核对");
    for _ in 0..2 {
        site.post("officer", &path, &[("seen", &seen)]).await.is(303);
    }
    let standing: Vec<String> = inputs(&site).into_iter().filter(|it| it.1).map(|it| it.0).collect();
    assert_eq!(standing, ["30.00", "40.00"]);
    let (_, page) = upload("officer", &good).await;
    page.shows("另有 2 行与现有数字相同");
    site.get("officer", "/indicators/inputs/template").await.is(200).shows("依据文件");
}

#[actix_web::test]
async fn varieties_procured_elsewhere_count_once_beside_those_in_force() {
    let (site, list, started, _) = working();
    let day = started.starts.to_string();
    let add = async |id: &str, generic: &str, until: &str| {
        let fields = [
            ("id", id),
            ("kind", "drug"),
            ("generic", generic),
            ("level", "national"),
            ("since", day.as_str()),
            ("until", until),
            ("document", "GY-YD2024-2"),
        ];
        site.post("officer", "/indicators/varieties", &fields).await
    };
    let ids: Vec<String> = (0..3).map(|_| jicai::types::VarietyId::new().to_string()).collect();
    add(&ids[0], "阿莫西林胶囊", "").await.is(303);
    add(&ids[1], "恩替卡韦片", "").await.is(303);
    add(&ids[1], "恩替卡韦片", "").await.is(303);
    add(&ids[2], "阿托伐他汀片", "2020-01-01").await.is(422).shows("早于起始日");
    add(&ids[2], "", "").await.is(422).shows("请填写通用名");
    let varieties = || values(&site, &Scope::City, started)[&Indicator::Varieties].clone();
    run_count(&site);
    assert_eq!(varieties(), "3", "the name that is also in force here counts once");
    let id = jicai::types::ImportId::new().to_string();
    let file = format!(
        "类别,通用名,采购层级,执行起始日,执行截止日,依据文件\n药品,硝苯地平片,联盟,{day},,联盟1号\n药品,恩替卡韦片,国家,{day},,GY-YD2024-2\n"
    );
    let path = "/indicators/varieties/uploads";
    site.upload("officer", path, &[("id", &id)], "v.csv", file.as_bytes()).await.is(303);
    let path = format!("{path}/{id}");
    let page = site.get("officer", &path).await;
    page.is(200).shows("硝苯地平片").shows("另有 1 行");
    let seen =
        page.body.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    site.post("officer", &path, &[("seen", &seen)]).await.is(303);
    run_count(&site);
    assert_eq!(varieties(), "4");
    for _ in 0..2 {
        site.post("officer", &format!("/indicators/varieties/{}/withdraw", ids[1]), &[]).await.is(303);
    }
    run_count(&site);
    assert_eq!(varieties(), "3");
    // A contract that ended early holds up to its end and no longer.
    let write = |statement: String| {
        site.app.db.write(|tx| Ok(diesel::sql_query(&statement).execute(tx.conn())?)).unwrap();
        run_count(&site);
    };
    let ended = list.iter().find(|it| it.product == "华东氨溴索").unwrap();
    write(format!("UPDATE contracts SET state = 'ended' WHERE lot_id = '{}'", ended.lot_id));
    assert_eq!(varieties(), "2");
    write(format!(
        "INSERT INTO contract_changes (id, contract_id, kind, cause, before, after, reason, at) \
         VALUES ('{}', '{}', 'supplier', 'stopped', '', '', '', {})",
        jicai::types::ChangeId::new(),
        ended.id,
        site.now().millis()
    ));
    assert_eq!(varieties(), "3");
    // What is entered for a month that was counted long ago is counted too.
    site.set_clock(site.now().plus_days(500));
    run_count(&site);
    assert_eq!(varieties(), "3");
    add(jicai::types::VarietyId::new().as_str(), "二甲双胍片", "").await.is(303);
    run_count(&site);
    assert_eq!(varieties(), "4");
    site.get("auditor", "/indicators/varieties?kind=drug").await.is(200).shows("硝苯地平片").shows("已撤销");
    site.get("auditor", "/indicators/varieties?kind=consumable").await.is(200).shows("还没有录入");
}
