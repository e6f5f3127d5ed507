//! Public tables as pages and files, and how long they are kept.

use actix_web::http::header;
use actix_web::test::TestRequest;
use jicai::rounds::RoundState;
use jicai::standards;

use super::{HUADONG, KANGEN, json, make_public, published, step};
use crate::contracts::{award, won};
use crate::support::Site;

#[actix_web::test]
async fn winners_and_standards_are_tables_pages_and_files() {
    let site = Site::with_city();
    for table in ["rounds", "winners", "standards", "indices"] {
        site.get("", &format!("/public/{table}")).await.is(200).shows("class=\"empty\"");
        assert_eq!(json(&site, &format!("/public/{table}.json")).await["rows"], serde_json::json!([]));
    }
    site.get("", "/public").await.is(200).shows("/public/winners.json").shows("/public/ocds/records.json");
    let (round, _) = published(&site, RoundState::Awarded);
    site.get("", "/public/rounds").await.is(200).shows(&round.number);
    let page = site.get("", "/public/winners").await;
    page.is(200).shows(KANGEN).shows("0.123456").shows("康恩的胶囊").hides("2.7183").hides("齐鲁");
    site.get("", "/public/winners?q=%E5%8D%8E%E4%B8%9C").await.is(200).shows(HUADONG).hides(KANGEN);
    let rows = json(&site, "/public/winners.json?q=0_0%25").await;
    assert_eq!(rows["rows"], serde_json::json!([]), "a wildcard of a reader is a plain letter");
    let csv = site.get("", "/public/winners.csv").await;
    csv.is(200).shows("round,lot,generic,form,company,product,spec,ceiling,award_price");
    assert_eq!(csv.body.lines().count(), 3, "{}", csv.body);

    // Standards: what the fund recognises, not what the product is listed at.
    let (officer, reviewer) = (site.ctx_of("officer"), site.ctx_of("reviewer"));
    site.app
        .db
        .write(|tx| {
            let (_, rows) = standards::pending(tx.conn(), &round)?;
            let looked_at = standards::fingerprint(&rows)?;
            standards::ask(tx, &officer, &round.id)?;
            standards::release(tx, &reviewer, &round.id, &looked_at)
        })
        .unwrap();
    site.get("", "/public/standards").await.is(200).shows("没有符合条件的内容").hides("0.123456");
    site.set_clock(site.now().plus_days(30));
    let page = site.get("", "/public/standards").await;
    page.is(200).shows("0.123456").shows("1.05").hides("2.7183");
    let row = &json(&site, "/public/standards.json?q=%E5%BA%B7%E6%81%A9").await["rows"][0];
    assert_eq!((&row["payment_standard"], &row["company"]), (&"0.123456".into(), &KANGEN.into()));
    site.get("", "/public/standards?after=x").await.is(404);
    site.get("", "/public/credit.json").await.is(200).shows("\"rows\":[]");
}

#[actix_web::test]
async fn pages_follow_each_other_without_a_gap() {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Publicity);
    let names: Vec<String> = (0..55).map(|n| format!("产品{n:02}号")).collect();
    let bids: Vec<_> = names.iter().map(|name| won(0, "supplier1", name, "0.1")).collect();
    award(&site, &round, &lots, &bids, &[]);
    make_public(&site, &round);
    let first = site.get("", "/public/winners").await;
    let (_, rest) = first.is(200).body.split_once("rel=\"next\"").map(|(a, b)| (b, a)).unwrap();
    let next = rest.rsplit_once("href=\"").unwrap().1.split('"').next().unwrap().replace("&#38;", "&");
    let second = site.get("", &next).await;
    second.is(200).hides("rel=\"next\"");
    for name in &names {
        let seen = first.body.matches(name.as_str()).count() + second.body.matches(name.as_str()).count();
        assert_eq!(seen, 1, "{name}");
    }
}

#[actix_web::test]
async fn an_unchanged_page_is_not_sent_again() {
    let site = Site::with_city();
    let (round, _) = published(&site, RoundState::Publicity);
    let ask = async |login: &str, path: &str, tag: &str, more: (&str, &str)| {
        let request = TestRequest::get().uri(path).insert_header((header::IF_NONE_MATCH, tag));
        site.send(login, request.insert_header(more)).await
    };
    let none = ("x-none", "");
    for path in
        ["/public/winners", "/public/winners.csv", "/public/winners.json", "/public/ocds/releases.json"]
    {
        let answer = site.get("", path).await;
        let of = |name: header::HeaderName| answer.headers.get(name).unwrap().to_str().unwrap().to_owned();
        let tag = of(header::ETAG);
        assert_eq!(of(header::CACHE_CONTROL), "public, max-age=60");
        assert_eq!(of(header::VARY), "Cookie");
        let again = ask("", path, &format!("\"other\", {tag}"), none).await;
        assert!(again.is(304).bytes.is_empty());
        assert_eq!(again.headers.get(header::ETAG).unwrap(), tag.as_str());
        ask("", path, "W/\"other\"", none).await.is(200);
        ask("", path, &tag, ("cookie", "lang=en")).await.is(200);
        let mine = ask("officer", path, &tag, none).await;
        assert_eq!(mine.is(200).headers.get(header::CACHE_CONTROL).unwrap(), "private, no-cache");
    }
    let known = site.get("", "/public/winners").await.headers;
    let tag = known.get(header::ETAG).unwrap().to_str().unwrap().to_owned();
    step(&site, &round, RoundState::Evaluation);
    ask("", "/public/winners", &tag, none).await.is(200).hides(KANGEN);
}
