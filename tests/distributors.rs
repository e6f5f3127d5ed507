//! Distributors: entered and assessed by officers, chosen by suppliers, put on answers and notes.

use diesel::prelude::*;
use jicai::notify::{Letter, News};
use jicai::schema::{distributor_choices, distributors, mails};
use jicai::supply::confirmations::{self, Answer};
use jicai::supply::distributors::{Choice, Distributor};
use jicai::types::{DistributorAssessmentId, DistributorChoiceId, DistributorId};

use crate::chain::signed;
use crate::deliveries::{line, placed};
use crate::support::Site;

/// Enters one that serves 金华市.
async fn entered(site: &Site, name: &str, code: &str) -> Distributor {
    let id = DistributorId::new().to_string();
    let fields = [("id", id.as_str()), ("name", name), ("code", code), ("region", "金华市")];
    for _ in 0..2 {
        site.post("officer", "/distributors", &fields).await.is(303);
    }
    one(site, code)
}

fn one(site: &Site, code: &str) -> Distributor {
    let query = distributors::table.filter(distributors::code.eq(code)).select(Distributor::as_select());
    site.app.db.read(|c| Ok(query.first(c)?)).unwrap()
}

/// The choices of a supplier, oldest first.
fn choices(site: &Site, login: &str) -> Vec<Choice> {
    let query = distributor_choices::table
        .filter(distributor_choices::supplier_id.eq(site.who(login).organisation.id))
        .order(distributor_choices::id)
        .select(Choice::as_select());
    site.app.db.read(|c| Ok(query.load(c)?)).unwrap()
}

async fn choose(site: &Site, login: &str, distributor: &str, seen: &str) -> crate::support::Answer {
    let id = DistributorChoiceId::new().to_string();
    let fields = [("id", id.as_str()), ("region", "金华市"), ("distributor", distributor), ("seen", seen)];
    site.post(login, "/distributors/choices", &fields).await
}

async fn assess(site: &Site, it: &Distributor, score: &str, result: &str) -> crate::support::Answer {
    let (id, day) = (DistributorAssessmentId::new().to_string(), site.now().day().to_string());
    let fields = [
        ("id", id.as_str()),
        ("starts", "2026-07-01"),
        ("ends", &day),
        ("score", score),
        ("result", result),
        ("evidence", "抽查冷链记录"),
    ];
    site.post("officer", &format!("/distributors/{}/assessments", it.id), &fields).await
}

async fn set_active(site: &Site, it: &Distributor, active: &str, version: i32) -> crate::support::Answer {
    let version = version.to_string();
    let fields = [("version", version.as_str()), ("active", active), ("reason", "冷链断链")];
    site.post("officer", &format!("/distributors/{}/active", it.id), &fields).await
}

#[actix_web::test]
async fn the_register_takes_right_codes_once() {
    let site = Site::with_city();
    let it = entered(&site, "国药物流", "91350500798359476R").await;
    let add = |name: &'static str, code: &'static str, region: &'static str, sure: &'static str| {
        let id = DistributorId::new().to_string();
        let site = &site;
        async move {
            let fields =
                [("id", id.as_str()), ("name", name), ("code", code), ("region", region), ("sure", sure)];
            site.post("officer", "/distributors", &fields).await
        }
    };
    add("x", "91350500798359476R", "金华市", "").await.is(422).shows("已登记为“国药物流”");
    add("x", "9135", "金华市", "1").await.is(422).shows("value=\"x\"");
    add("", "11330621MB1733652G", "金华市", "").await.is(422).shows("名称必填");
    add("x", "11330621MB1733652G", "", "").await.is(422).shows("至少选择一个");
    add("x", "11330621MB1733652G", "火星", "").await.is(422).shows("火星");
    add("闽物流", "91350211M0000XUF46", "金华市", "").await.is(422).shows("已人工核对代码");
    add("闽物流", "91350211M0000XUF46", "金华市", "1").await.is(303);
    for login in ["hospital1", "supplier1", "officer", "auditor"] {
        site.get(login, "/distributors").await.is(200).shows("国药物流").shows("闽物流");
        site.get(login, &format!("/distributors/{}", it.id)).await.is(200).shows("尚未考核");
    }
    site.get("officer", "/distributors?state=suspended").await.is(200).hides("国药物流");
    site.get("officer", "/distributors?region=%E7%81%AB%E6%98%9F").await.is(200).hides("国药物流");
    // Of two who change it at once, the second is told.
    let path = format!("/distributors/{}", it.id);
    site.get("officer", &format!("{path}/edit")).await.is(200).shows("国药物流");
    let named = |name: &'static str| [("version", "1"), ("name", name), ("region", "金华市")];
    site.post("officer", &path, &named("国药物流金华")).await.is(303);
    site.post("officer2", &path, &named("国药金华")).await.is(422).shows("刚刚被别人修改");
    assert_eq!(one(&site, "91350500798359476R").name, "国药物流金华");
}

#[actix_web::test]
async fn a_chosen_distributor_is_put_on_the_answer_and_can_be_replaced() {
    let (site, _, contracts) = signed();
    let first = entered(&site, "国药物流", "91350500798359476R").await;
    let second = entered(&site, "华东物流", "11330621MB1733652G").await;
    site.get("supplier2", "/distributors/choices").await.is(200).shows("国药物流").shows("金华市");
    choose(&site, "supplier2", first.id.as_str(), "").await.is(303);
    let held = choices(&site, "supplier2").remove(0);
    // Somebody of the same company still sees the old page.
    choose(&site, "supplier2", second.id.as_str(), "").await.is(422).shows("刚刚被别人更改");
    choose(&site, "supplier2", second.id.as_str(), held.id.as_str()).await.is(303);
    let list = choices(&site, "supplier2");
    assert_eq!(list.len(), 2);
    assert_eq!((list[0].until, list[1].until), (Some(site.now().day()), None));
    let (it, lines) = placed(&site, &contracts[1], &["10"]);
    let ctx = site.ctx_of("supplier2");
    let answers = [Answer { line: lines[0].id.clone(), quantity: lines[0].quantity, day: None }];
    site.get("supplier2", &format!("/orders/{}/confirm", it.id)).await.is(200).shows("华东物流");
    site.app.db.write(|tx| confirmations::confirm(tx, &ctx, &it.id, &answers)).unwrap();
    assert_eq!(line(&site, &lines[0].id).distributor_id, Some(second.id));
    // Nobody: the supplier brings it itself.
    choose(&site, "supplier2", "", list[1].id.as_str()).await.is(303);
    assert!(choices(&site, "supplier2").iter().all(|it| it.until.is_some()));
    choose(&site, "supplier2", DistributorId::new().as_str(), "").await.is(404);
    choose(&site, "supplier2", "x", "").await.is(422);
}

#[actix_web::test]
async fn one_that_failed_is_suspended_and_its_users_are_told() {
    let (site, _, contracts) = signed();
    let it = entered(&site, "国药物流", "91350500798359476R").await;
    choose(&site, "supplier2", it.id.as_str(), "").await.is(303);
    assess(&site, &it, "101", "failed").await.is(422).shows("0 到 100");
    assess(&site, &it, "many", "failed").await.is(422);
    assess(&site, &it, "92", "passed").await.is(303);
    set_active(&site, &it, "0", 1).await.is(422).shows("不是不合格");
    assess(&site, &it, "41", "failed").await.is(303);
    set_active(&site, &it, "0", 9).await.is(422).shows("刚刚被别人修改");
    set_active(&site, &it, "0", 1).await.is(303);
    let rows: Vec<String> = site
        .app
        .db
        .read(|c| {
            let mine = mails::table.filter(mails::address.eq("supplier2@example.org"));
            Ok(mine.filter(mails::template.eq("distributor_lost")).select(mails::data).load(c)?)
        })
        .unwrap();
    let letter: Letter = serde_json::from_str(&rows[0]).unwrap();
    assert_eq!(rows.len(), 1);
    assert!(
        matches!(letter, Letter::Supply { news: News::DistributorLost, detail, .. } if detail == "金华市")
    );
    site.get("officer", &format!("/distributors/{}", it.id)).await.is(200).shows("须更换").shows("华东制药");
    // Who chose whom is not shown to other suppliers.
    site.get("supplier1", &format!("/distributors/{}", it.id)).await.is(200).hides("华东制药");
    site.get("supplier2", "/distributors/choices").await.is(200).shows("须更换");
    choose(&site, "supplier1", it.id.as_str(), "").await.is(422).shows("已被暂停");
    // It is no longer put on answers.
    let (order, lines) = placed(&site, &contracts[1], &["10"]);
    let ctx = site.ctx_of("supplier2");
    let answers = [Answer { line: lines[0].id.clone(), quantity: lines[0].quantity, day: None }];
    site.app.db.write(|tx| confirmations::confirm(tx, &ctx, &order.id, &answers)).unwrap();
    assert_eq!(line(&site, &lines[0].id).distributor_id, None);
    set_active(&site, &it, "1", 2).await.is(422).shows("不是合格");
    assess(&site, &it, "85", "passed").await.is(303);
    set_active(&site, &it, "1", 2).await.is(303);
    assert!(one(&site, "91350500798359476R").active);
}
