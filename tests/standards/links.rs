//! Prices held against the standards in force, and what is proposed.

use diesel::prelude::*;
use jicai::contracts;
use jicai::rounds::RoundState;
use jicai::standards::links::{self, Kind, PriceLink, State, store::Filter};
use jicai::types::{Time, UnitPrice};

use super::{awarded, every, release};
use crate::contracts::{award, won};
use crate::support::Site;

fn find(site: &Site) -> (usize, usize) {
    links::find(&site.app.db, &site.ctx()).unwrap()
}

fn all(site: &Site) -> Vec<PriceLink> {
    let mut all = site.app.db.read(|c| links::store::page(c, &Filter::default(), 100)).unwrap();
    all.sort_by_key(|it| it.no);
    all
}

fn facts(site: &Site) -> Vec<String> {
    let line = |it: &PriceLink| {
        format!("{} {} {} {} {} {}", it.company, it.source, it.kind, it.price, it.standard, it.state)
    };
    all(site).iter().map(line).collect()
}

fn list_at(site: &Site, code: &str, price: &str) {
    use jicai::schema::products::dsl;
    let price: UnitPrice = price.parse().unwrap();
    let set = |tx: &mut jicai::db::Tx| {
        Ok(diesel::update(dsl::products.filter(dsl::code.eq(code)))
            .set(dsl::listing_price.eq(Some(price)))
            .execute(tx.conn())
            .map(drop)?)
    };
    site.app.db.write(set).unwrap();
}

#[actix_web::test]
async fn a_price_that_leaves_the_standard_is_proposed_once_and_acted_on_by_two() {
    let (site, round) = awarded();
    release(&site, &round);
    assert_eq!(find(&site), (0, 0), "nothing is in force yet");
    site.set_clock(Time::parse_local("2026-12-20 05:20").unwrap());
    assert_eq!(find(&site), (3, 0));
    // The listing of 联邦制药 is its standard, 0.85; that of the winner is still above.
    assert_eq!(
        facts(&site),
        [
            "浙江康恩药业有限公司 listing lower_price 0.90 0.50 open",
            "哈药集团 listing lower_price 1.50 1.05 open",
            "石药集团 listing lower_price 0.90 0.50 open",
        ]
    );
    assert_eq!(find(&site), (0, 0), "run again it opens no second one");
    site.get("hospital1", "/standards/links").await.is(403);
    site.get("auditor", "/standards/links").await.is(200).shows("哈药集团 调整价格").hides("采纳</button>");
    let no = |company: &str, state: State| {
        all(&site).iter().find(|it| it.company == company && it.state == state).unwrap().no
    };
    // The winner is written to; one is dismissed with a reason, and neither comes back.
    let winner = no("浙江康恩药业有限公司", State::Open);
    let accept = format!("/standards/links/{winner}/accept");
    site.post("auditor", &accept, &[]).await.is(403);
    site.post("officer", &accept, &[]).await.is(303);
    site.post("officer", &accept, &[]).await.is(422).shows("已采纳");
    let mails: i64 = site
        .app
        .db
        .read(|c| {
            use jicai::schema::mails::dsl;
            Ok(dsl::mails.filter(dsl::address.eq("supplier1@example.org")).count().get_result(c)?)
        })
        .unwrap();
    assert!(mails > 0);
    let other = format!("/standards/links/{}/dismiss", no("石药集团", State::Open));
    site.post("officer", &other, &[("reason", " ")]).await.is(422).shows("请写明驳回理由");
    site.post("officer", &other, &[("reason", "即将撤网")]).await.is(303);
    assert_eq!(find(&site), (0, 0));
    // The price falls below the standard: the old proposal no longer holds, lowering the standard is proposed.
    list_at(&site, "XJ01CAA040E001010101", "21.6");
    assert_eq!(find(&site), (1, 1));
    let lower = no("哈药集团", State::Open);
    let it = all(&site).into_iter().find(|it| it.no == lower).unwrap();
    assert_eq!((it.kind, it.price.to_string()), (Kind::LowerStandard, "0.90".to_owned()));
    let accept = format!("/standards/links/{lower}/accept");
    site.post("officer", &accept, &[]).await.is(303);
    let standard = format!("/standards/{}", it.seq);
    site.get("reviewer", &standard)
        .await
        .shows("更正为 0.90 元")
        .shows("十二个月内无采购")
        .shows("挂网价格 0.90 元低于支付标准 1.05 元");
    // Sent back it is open again; accepted once more and approved it is released.
    site.post("reviewer", &format!("{standard}/decide"), &[("decision", "no"), ("remark", "再核")])
        .await
        .is(303);
    site.post("officer", &accept, &[]).await.is(303);
    site.post("reviewer", &format!("{standard}/decide"), &[("decision", "yes")]).await.is(303);
    let rows = every(&site);
    let last = rows.last().unwrap();
    assert_eq!((last.supersedes, last.standard.to_string()), (Some(it.seq), "0.90".to_owned()));
    assert_eq!(find(&site), (0, 0));
    // Back at its old price it is proposed again, against the new standard.
    list_at(&site, "XJ01CAA040E001010101", "36");
    assert_eq!(find(&site), (1, 0));
    assert_eq!(facts(&site).last().unwrap(), "哈药集团 listing lower_price 1.50 0.90 open");
}

#[actix_web::test]
async fn the_price_of_contracts_in_force_is_held_against_the_standard() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Awarded);
    let bids = [won(0, "supplier1", "阿莫西林胶囊", "0.5"), won(0, "supplier2", "阿莫西林胶囊", "0.6")];
    let agreed = [
        (0, "hospital1", "supplier1", "700"),
        (0, "hospital2", "supplier1", "300"),
        (0, "hospital3", "supplier2", "100"),
    ];
    award(&site, &round, &lots, &bids, &agreed);
    release(&site, &round);
    let ctx = site.ctx_of("officer");
    site.app.db.write(|tx| contracts::draw_up(tx, &ctx, &round.id)).unwrap();
    let set = |hospital: &str, price: &str, state: &str| {
        use jicai::schema::contracts::dsl;
        let (id, price): (_, UnitPrice) = (site.who(hospital).organisation.id, price.parse().unwrap());
        let write = |tx: &mut jicai::db::Tx| {
            let own = dsl::contracts.filter(dsl::hospital_id.eq(&id));
            let to = (dsl::unit_price.eq(price), dsl::state.eq(state));
            Ok(diesel::update(own).set(to).execute(tx.conn()).map(drop)?)
        };
        site.app.db.write(write).unwrap();
    };
    site.set_clock(Time::parse_local("2026-12-20 05:20").unwrap());
    set("hospital1", "0.4", "drawn");
    set("hospital2", "0.5", "confirmed");
    set("hospital3", "0.6", "confirmed");
    assert_eq!(find(&site), (0, 0), "what is not confirmed is no price");
    // Of the contracts of one product the lowest price is the one that lowers the standard.
    set("hospital1", "0.4", "confirmed");
    assert_eq!(find(&site), (1, 0));
    assert_eq!(facts(&site), ["浙江康恩药业有限公司 contract lower_standard 0.40 0.50 open"]);
    set("hospital1", "0.55", "confirmed");
    assert_eq!(find(&site), (1, 1));
    assert_eq!(
        facts(&site),
        [
            "浙江康恩药业有限公司 contract lower_standard 0.40 0.50 over",
            "浙江康恩药业有限公司 contract lower_price 0.55 0.50 open",
        ]
    );
    set("hospital1", "0.5", "confirmed");
    assert_eq!(find(&site), (0, 1));
}
