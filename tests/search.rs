//! The search over everything: each role finds what it may open, and nothing else.

use jicai::contracts;
use jicai::rounds::RoundState;
use jicai::schema;
use jicai::types::ProductId;

use crate::cases::{followed, send};
use crate::contracts::{award, won};
use crate::prices::product;
use crate::support::Site;
use diesel::prelude::*;

/// A product that the list finds by its code, its name and its maker.
fn listed(site: &Site, code: &str, generic: &str, maker: &str) -> ProductId {
    let id = product(site, code, generic, "", maker);
    let text = format!("{code} {generic} {maker}").to_lowercase();
    let of = schema::products::table.find(&id);
    site.app
        .db
        .write(|tx| Ok(diesel::update(of).set(schema::products::search.eq(&text)).execute(tx.conn())?))
        .unwrap();
    id
}

fn find(q: &str) -> String {
    format!("/search?q={}", jicai::web::page::encode(q))
}

#[actix_web::test]
async fn each_role_finds_what_it_may_open() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Awarded);
    let (draft, _) = site.round_in(RoundState::Draft);
    let bids = [won(0, "supplier1", "康恩的胶囊", "0.12"), won(0, "supplier2", "华东的胶囊", "0.15")];
    let agreed = [(0, "hospital1", "supplier1", "700"), (0, "hospital2", "supplier2", "300")];
    award(&site, &round, &lots, &bids, &agreed);
    let ctx = site.ctx_of("officer");
    site.app.db.write(|tx| contracts::draw_up(tx, &ctx, &round.id)).unwrap();
    let drawn: Vec<(String, String, String)> = site
        .app
        .db
        .read(|c| {
            let of = schema::contracts::table.order(schema::contracts::number);
            Ok(of
                .select((schema::contracts::id, schema::contracts::number, schema::contracts::product))
                .load(c)?)
        })
        .unwrap();
    let own = drawn.iter().find(|it| it.2 == "康恩的胶囊").unwrap();
    let other = drawn.iter().find(|it| it.2 == "华东的胶囊").unwrap();

    // A contract: both sides and the bureau; to anybody else it is not there.
    for (login, finds) in [
        ("officer", true),
        ("auditor", true),
        ("admin", true),
        ("supplier1", true),
        ("hospital1", true),
        ("supplier2", false),
        ("hospital2", false),
        ("supplier3", false),
    ] {
        let page = site.get(login, &find(&own.1)).await;
        let link = format!("/contracts/{}", own.0);
        assert_eq!(page.is(200).body.contains(&link), finds, "{login}");
    }
    // The beginning of a number finds the reader's own, and rounds by their number.
    let page = site.get("supplier1", &find(&round.number)).await;
    page.is(200).shows(&own.1).hides(&other.1).shows(&format!("/rounds/{}", round.id));
    site.get("officer", &find(&round.number)).await.is(200).shows(&own.1).shows(&other.1);
    site.get("officer", &find(&draft.number)).await.is(200).shows(&format!("/rounds/{}", draft.id));
    site.get("supplier1", &find(&draft.number)).await.is(200).hides(&format!("/rounds/{}", draft.id));

    // Organisations: the bureau finds all, others only themselves.
    let huadong = site.who("supplier2").organisation;
    let link = format!("/prices/suppliers/{}", huadong.id);
    for (login, finds) in
        [("reviewer", true), ("supplier2", true), ("supplier1", false), ("hospital1", false)]
    {
        for q in ["华东制药", &huadong.code] {
            let page = site.get(login, &find(q)).await;
            assert_eq!(page.is(200).body.contains(&link), finds, "{login} {q}");
        }
    }
    let hospital = site.who("hospital2").organisation;
    let link = format!("/prices/hospitals/{}", hospital.id);
    site.get("officer", &find("义乌")).await.is(200).shows(&link);
    site.get("hospital2", &find("义乌")).await.is(200).shows(&link);
    site.get("hospital1", &find("义乌")).await.is(200).hides(&link);
    site.get("supplier1", &find(&hospital.code)).await.is(200).hides(&link);
    // Nobody finds the bureau's own organisation, and nobody without a login anything.
    site.get("officer", &find("11330700MB1500000X")).await.is(200).shows("没有找到");
    site.get("", &find("华东")).await.is(303);
}

#[actix_web::test]
async fn products_and_cases_are_found_by_code_number_and_name() {
    let site = Site::with_city();
    let (case, _) = followed(&site).await;
    let link = format!("/cases/{}", case.id);
    let number = case.number.to_lowercase();
    site.get("officer", &find(&number)).await.is(200).shows(&link).shows("完全相符");
    site.get("hospital1", &find(&case.number)).await.is(200).hides(&link);
    let own = case.supplier_id.clone();
    let logins = ["supplier1", "supplier2", "supplier3"];
    let is_own = |login: &str| Some(site.who(login).organisation.id) == own;
    // Nothing was sent to its supplier yet.
    for login in logins {
        site.get(login, &find(&case.number)).await.is(200).hides(&link);
    }
    send(&site, "officer", &case.id, "inquiry", &[]).await.is(303);
    for login in logins {
        let page = site.get(login, &find(&case.number)).await;
        assert_eq!(page.is(200).body.contains(&link), is_own(login), "{login}");
    }

    let code = "XC09CAS110A001010100001";
    let id = listed(&site, code, "氯沙坦钾片", "齐鲁制药有限公司");
    let link = format!("/products/{id}\"");
    let page = site.get("hospital1", &find(&code.to_lowercase())).await;
    assert_eq!(page.is(200).body.matches(&link).count(), 1, "once, among the exact");
    page.shows("完全相符");
    site.get("supplier3", &find("氯沙坦")).await.is(200).shows(&link);
    site.get("supplier1", &find("氯沙坦")).await.is(200).hides(&link);
    site.get("supplier1", &find(code)).await.is(200).hides(&link).shows("没有找到");
    for n in 2..=12 {
        let code = format!("XC09CAS110A0010101{n:05}");
        listed(&site, &code, "氯沙坦钾片", "齐鲁制药有限公司");
    }
    let page = site.get("officer", &find("氯沙坦")).await;
    assert_eq!(page.is(200).body.matches("href=\"/products/").count(), 8);
    page.shows("/products?q=%E6%B0%AF%E6%B2%99%E5%9D%A6").shows("查看全部产品");
}

#[actix_web::test]
async fn the_box_is_on_every_page_and_hostile_texts_find_nothing() {
    let site = Site::with_city();
    site.get("supplier1", "/").await.is(200).shows("action=\"/search\"").shows("accesskey=\"/\"");
    site.get("", "/login").await.is(200).hides("action=\"/search\"");
    site.get("officer", "/search").await.is(200).shows("请输入");
    for q in ["%", "_", "'; DROP TABLE rounds; --", "\u{0}", "\\", &"长".repeat(5_000)] {
        // What no text of a database holds is nowhere, on every page.
        site.get("officer", &find(q)).await.is(if q == "\u{0}" { 404 } else { 200 });
    }
    let page = site.get("officer", &find("<b>x</b>")).await;
    page.is(200).hides("<b>x</b>").shows("没有找到");
}
