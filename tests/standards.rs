//! Payment standards: draft, release by two people, corrections, and the settlement feed.

mod consumables;
mod effects;
mod links;
mod negotiated;
mod paths;

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use actix_web::http::header;
use actix_web::test::TestRequest;
use diesel::prelude::*;
use jicai::error::Error;
use jicai::rounds::{Lot, Round, RoundState};
use jicai::schema::{lots, products};
use jicai::standards::feed::check::Index;
use jicai::standards::feed::check::rules::Known;
use jicai::standards::feed::{self, Consumer};
use jicai::standards::{self, Line, New, Refused, Standard, store};
use jicai::types::{ConsumerId, Ctx, ProductId, Time, UnitPrice};

use crate::contracts::{Bid, award, lost, won};
use crate::support::{Answer, Site};

const KEY: &str = "XJ01CAA040E001";

/// Lot 1 has a winner at 0.50 and three that lost; the catalogue has other products of its generic name.
pub fn awarded() -> (Site, Round) {
    let site = Site::with_city();
    let (round, list) = site.round_in(RoundState::Awarded);
    give_key(&site, &list[0]);
    let bids = [
        won(0, "supplier1", "阿莫西林胶囊", "0.5"),
        lost(0, "supplier2", "阿莫西林胶囊", "1"),
        lost(0, "supplier3", "阿莫西林胶囊", "2"),
        Bid { ratio: "1.7", ..won(1, "supplier1", "盐酸氨溴索注射液", "1.7") },
        Bid { ratio: "1.7", ..lost(1, "supplier2", "盐酸氨溴索注射液", "1.6") },
    ];
    award(&site, &round, &list, &bids, &[]);
    (site, round)
}

fn give_key(site: &Site, lot: &Lot) {
    site.app
        .db
        .write(|tx| {
            diesel::update(lots::table.find(&lot.id)).set(lots::generic_key.eq(KEY)).execute(tx.conn())?;
            for (code, spec, maker, evaluated, pack_count, price) in [
                ("XJ01CAA040E001010101", "0.25g", "哈药集团", true, Some(24_i64), Some("36")),
                ("XJ01CAA040E001010102", "0.25g", "石药集团", false, Some(10), Some("9")),
                ("XJ01CAA040E001010103", "0.5g", "联邦制药", true, Some(10), Some("8.5")),
                ("XJ01CAA040E001010104", "见说明书", "某某药业", true, Some(10), Some("8.5")),
                ("XJ01CAA040E001010105", "0.25g", "浙江康恩药业有限公司", true, Some(10), Some("9")),
                ("XJ01CAA040E001010106", "0.25g", "无价药业", true, Some(10), None),
                ("XJ01CAA040E001010107", "0.25g", "无包装药业", true, None, Some("9")),
            ] {
                diesel::insert_into(products::table)
                    .values((
                        products::id.eq(ProductId::new()),
                        products::code.eq(code),
                        products::kind.eq("drug"),
                        products::generic.eq("阿莫西林胶囊"),
                        products::generic_key.eq(KEY),
                        products::form.eq("胶囊剂"),
                        products::spec.eq(spec),
                        products::pack.eq("盒"),
                        products::pack_count.eq(pack_count),
                        products::maker.eq(maker),
                        products::approval.eq(""),
                        products::evaluated.eq(evaluated),
                        products::listing_price.eq(price.map(|p| p.parse::<UnitPrice>().unwrap())),
                        products::search.eq(""),
                        products::created_at.eq(Time::from_millis(0)),
                        products::updated_at.eq(Time::from_millis(0)),
                    ))
                    .execute(tx.conn())?;
            }
            Ok(())
        })
        .unwrap();
}

fn facts(rows: &[New]) -> Vec<String> {
    rows.iter()
        .map(|r| {
            let ends = r.line.ends.map(|d| d.to_string()).unwrap_or_default();
            let l = &r.line;
            format!("{} {} {} {} {}..{ends}", l.lot, l.company, l.standard, l.basis, l.starts)
        })
        .collect()
}

fn pending(site: &Site, round: &Round) -> Vec<New> {
    site.app.db.read(|c| standards::pending(c, round)).unwrap().1
}

pub fn release(site: &Site, round: &Round) -> standards::Release {
    let (officer, reviewer) = (site.ctx_of("officer"), site.ctx_of("reviewer"));
    let looked_at = standards::fingerprint(&pending(site, round)).unwrap();
    site.app.db.write(|tx| standards::ask(tx, &officer, &round.id)).unwrap();
    site.app.db.write(|tx| standards::release(tx, &reviewer, &round.id, &looked_at)).unwrap()
}

pub fn every(site: &Site) -> Vec<Standard> {
    let sent = site.app.db.read(|c| store::since(c, 0, 10_000)).unwrap();
    sent.into_iter().map(|(it, ..)| it).collect()
}

#[actix_web::test]
async fn the_draft_follows_winners_losers_and_the_catalogue() {
    let (site, round) = awarded();
    let (draft, rows) = site.app.db.read(|c| standards::pending(c, &round)).unwrap();
    assert_eq!(
        facts(&rows),
        [
            "1 浙江康恩药业有限公司 0.50 SELECTED 2026-12-12..",
            // Exactly twice the selected price counts as within.
            "1 华东制药有限公司 0.50 WITHIN_MULTIPLE 2026-12-12..",
            "1 齐鲁制药有限公司 1.40 CUT 2026-12-12..2027-12-11",
            "1 齐鲁制药有限公司 0.98 CUT 2027-12-12..2028-12-11",
            "1 齐鲁制药有限公司 0.50 FINAL_YEAR 2028-12-12..",
            "1 哈药集团 1.05 CUT 2026-12-12..2027-12-11",
            "1 哈药集团 0.735 CUT 2027-12-12..2028-12-11",
            "1 哈药集团 0.50 FINAL_YEAR 2028-12-12..",
            "1 石药集团 0.50 NOT_EVALUATED 2026-12-12..",
            // 0.5g is 1.7 times 0.25g: the selected price becomes 0.85.
            "1 联邦制药 0.85 LOWER 2026-12-12..",
            "2 浙江康恩药业有限公司 1.70 SELECTED 2026-12-12..",
            "2 华东制药有限公司 1.60 LOWER 2026-12-12..",
        ]
    );
    assert_eq!(rows[9].line.arithmetic, "0.5000 × 1.7 = 0.8500; 0.8500 ≤ 0.8500");
    assert_eq!(rows[5].line.price.to_string(), "1.50");
    assert!(rows[2].line.clause.contains("30%"));
    let left: Vec<&str> = draft.left_out.iter().map(|l| l.company.as_str()).collect();
    assert_eq!(left, ["某某药业"]);
    let page = site.get("officer", &format!("/rounds/{}/standards", round.id)).await;
    page.is(200).shows("2.0000 × (1 − 0.3)^2 = 0.9800").shows("某某药业").shows("见说明书");
    site.get("supplier1", &format!("/rounds/{}/standards", round.id)).await.is(403);
}

#[actix_web::test]
async fn every_pack_of_a_winner_has_its_standard() {
    let check = |product: &str, wanted: [&str; 2]| {
        let site = Site::with_city();
        let (round, list) = site.round_in(RoundState::Awarded);
        give_key(&site, &list[0]);
        // Two packs of the winner's: of 10 and of 24.
        let packs = ["XJ01CAA040E001010105", "XJ01CAA040E001010101"];
        site.app
            .db
            .write(|tx| {
                let own = products::maker.eq("浙江康恩药业有限公司");
                let other = products::table.filter(products::code.eq(packs[1]));
                Ok(diesel::update(other).set(own).execute(tx.conn())?)
            })
            .unwrap();
        award(&site, &round, &list, &[won(0, "supplier1", product, "0.5")], &[]);
        release(&site, &round);
        let index = site.app.db.read(Index::load).unwrap();
        let found = packs.map(|code| match index.find(code, "2027-01-01".parse().unwrap()) {
            Known::Standard(it) => it.standard.to_string(),
            other => format!("{other:?}"),
        });
        assert_eq!(found, wanted, "{product}");
    };
    // A bid that names no code is for every pack; the pack of 24 is worth 1.95 ^ log2 2.4 packs of 10.
    check("康恩阿莫西林", ["0.50", "0.50"]);
    check("XJ01CAA040E001010105", ["0.50", "0.4843"]);
}

#[actix_web::test]
async fn a_release_needs_a_second_person_who_saw_what_is_released() {
    let (site, round) = awarded();
    let path = format!("/rounds/{}/standards", round.id);
    let looked_at = standards::fingerprint(&pending(&site, &round)).unwrap();
    let approve = [("decision", "yes"), ("fingerprint", looked_at.as_str())];
    site.post("reviewer", &format!("{path}/decide"), &approve).await.is(422).shows("请由采购经办先提请");
    for _ in 0..2 {
        site.post("officer", &format!("{path}/ask"), &[]).await.is(303);
    }
    site.post("officer2", &format!("{path}/ask"), &[]).await.is(422).shows("officer同志 已于");
    site.post("officer", &format!("{path}/decide"), &approve).await.is(403);
    let same = site.ctx_of("officer");
    let result = site.app.db.write(|tx| standards::release(tx, &same, &round.id, &looked_at));
    assert!(matches!(result, Err(Error::Forbidden)));
    site.post("reviewer", &format!("{path}/decide"), &[("decision", "yes"), ("fingerprint", "x")])
        .await
        .is(422)
        .shows("有变化");
    assert!(every(&site).is_empty());
    site.post("reviewer", &format!("{path}/decide"), &approve).await.is(303);
    site.post("reviewer", &format!("{path}/decide"), &approve).await.is(422);
    let rows = every(&site);
    assert_eq!(rows.iter().map(|r| r.seq).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
    let page = site.get("officer", &path).await;
    page.is(200)
        .shows(&format!("{}-ZF01", round.number))
        .shows("没有待发布的支付标准")
        .hides("提请发布</button>");
    site.post("officer", &format!("{path}/ask"), &[]).await.is(422);
}

#[actix_web::test]
async fn a_request_is_sent_back_with_a_remark() {
    let (site, round) = awarded();
    let path = format!("/rounds/{}/standards", round.id);
    site.post("officer", &format!("{path}/ask"), &[]).await.is(303);
    site.post("reviewer", &format!("{path}/decide"), &[("decision", "no")]).await.is(422);
    site.post("reviewer", &format!("{path}/decide"), &[("decision", "no"), ("remark", "再核")]).await.is(303);
    assert!(every(&site).is_empty());
    site.post("officer", &format!("{path}/ask"), &[]).await.is(303);
}

#[actix_web::test]
async fn two_reviewers_releasing_at_once_release_once() {
    let (site, round) = awarded();
    let bureau = site.who("reviewer").organisation;
    site.account(&bureau, "reviewer9", &[jicai::people::Role::Reviewer]);
    let officer = site.ctx_of("officer");
    let looked_at = standards::fingerprint(&pending(&site, &round)).unwrap();
    site.app.db.write(|tx| standards::ask(tx, &officer, &round.id)).unwrap();
    let done: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> = ["reviewer", "reviewer9"]
            .into_iter()
            .map(|login| {
                let (ctx, db) = (site.ctx_of(login), site.app.db.clone());
                let (id, looked_at) = (round.id.clone(), looked_at.clone());
                scope.spawn(move || db.write(|tx| standards::release(tx, &ctx, &id, &looked_at)).is_ok())
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(done.iter().filter(|ok| **ok).count(), 1);
    assert_eq!(every(&site).len(), 12);
}

#[actix_web::test]
async fn nothing_is_released_before_the_award_is_final() {
    let site = Site::with_city();
    let (round, _) = site.round_in(RoundState::Publicity);
    let page = site.get("officer", &format!("/rounds/{}/standards", round.id)).await;
    page.is(200).shows("确定中选后才能发布");
    let (round, _) = site.round_in(RoundState::Awarded);
    site.get("officer", &format!("/rounds/{}/standards", round.id))
        .await
        .is(200)
        .shows("没有已确定的中选结果");
    site.post("officer", &format!("/rounds/{}/standards/ask", round.id), &[]).await.is(422);
}

#[actix_web::test]
async fn a_correction_is_a_new_row_and_the_old_one_stays() {
    let (site, round) = awarded();
    release(&site, &round);
    let before = every(&site);
    let form = |standard: &'static str, reason: &'static str| {
        vec![("standard", standard.to_owned()), ("reason", reason.to_owned())]
    };
    let send = async |login: &str, path: &str, fields: Vec<(&str, String)>| -> Answer {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        site.post(login, path, &fields).await
    };
    send("officer", "/standards/1/correct", form("0", "x")).await.is(422).shows("必须大于零");
    send("officer", "/standards/1/correct", form("0.5", "x")).await.is(422).shows("相同");
    send("officer", "/standards/1/correct", form("0.45", "")).await.is(422).shows("理由");
    send("officer", "/standards/1/correct", form("0.1234567", "x")).await.is(422).shows("最多 6 位");
    send("officer", "/standards/99/correct", form("0.45", "x")).await.is(404);
    send("supplier1", "/standards/1/correct", form("0.45", "x")).await.is(403);
    send("officer", "/standards/1/correct", form("0.45", "录入差错")).await.is(303);
    site.get("reviewer", "/standards/1").await.shows("更正为 0.45 元：录入差错");
    // Sent back with a reason, which the officer reads on the page and in the letter; asked for once more it goes on.
    let no = async |remark: &str| -> Answer {
        site.post("reviewer", "/standards/1/decide", &[("decision", "no"), ("remark", remark)]).await
    };
    no(" ").await.is(422).shows("“原因”不能为空").shows("更正为 0.45 元：录入差错");
    no("请附原始单据").await.is(303);
    assert_eq!(every(&site), before);
    site.get("officer", "/standards/1").await.shows("退回更正：请附原始单据").shows("提请更正</button>");
    site.get("supplier1", "/standards/1").await.is(200).hides("请附原始单据");
    site.get("officer", "/approvals").await.shows("请附原始单据");
    let letters: i64 = site
        .app
        .db
        .read(|c| {
            use jicai::schema::mails::dsl;
            Ok(dsl::mails.filter(dsl::data.like("%请附原始单据%")).count().get_result(c)?)
        })
        .unwrap();
    assert_eq!(letters, 1);
    send("officer", "/standards/1/correct", form("0.45", "录入差错")).await.is(303);
    site.post("reviewer", "/standards/1/decide", &[("decision", "yes")]).await.is(303);
    let after = every(&site);
    assert_eq!(after[..12], before[..]);
    let row = &after[12];
    assert_eq!((row.seq, row.supersedes, row.standard.to_string()), (13, Some(1), "0.45".to_owned()));
    assert_eq!(row.basis, standards::CORRECTED);
    assert_eq!(row.arithmetic, "0.50 → 0.45: 录入差错");
    send("officer", "/standards/1/correct", form("0.44", "x")).await.is(422).shows("第 13 号");
    site.get("supplier1", "/standards/1").await.is(200).shows("已被第 13 号替代").shows("0.45");
    // In force is the corrected row; a new draft leaves what was corrected by hand alone.
    let day = site.get("settlement", "/standards?day=2026-12-12&q=%E5%BA%B7%E6%81%A9").await;
    day.is(200)
        .shows("<a href=\"/standards/13\">13</a></td><td>")
        .hides("<a href=\"/standards/1\">1</a></td><td>");
    assert!(pending(&site, &round).is_empty());
    site.get("settlement", "/standards?day=2026-12-11").await.is(200).shows("没有符合条件的支付标准");
    site.get("settlement", "/standards?day=tomorrow").await.is(422).shows("tomorrow");
}

#[actix_web::test]
async fn the_row_in_force_is_the_one_of_the_year() {
    let (site, round) = awarded();
    release(&site, &round);
    let on = async |day: &str| {
        let path = format!("/standards?day={day}&q=%E9%BD%90%E9%B2%81");
        let page = site.get("officer", &path).await;
        ["1.40", "0.98", "0.50"]
            .into_iter()
            .filter(|p| page.body.contains(&format!(">{p}<")))
            .collect::<Vec<_>>()
    };
    assert_eq!(on("2027-12-11").await, ["1.40"]);
    assert_eq!(on("2027-12-12").await, ["0.98"]);
    assert_eq!(on("2030-01-01").await, ["0.50"]);
    let csv = site.get("officer", "/standards/export.csv?q=%E9%BD%90%E9%B2%81").await;
    assert_eq!(csv.is(200).body.lines().count(), 4);
    assert!(site.get("officer", "/standards/export.xlsx").await.bytes.starts_with(b"PK"));
    // What a product costs is not its competitors' to see, nor what is only asked for anybody's outside the bureau.
    let correction = [("standard", "1.30"), ("reason", "录入差错")];
    site.post("officer", "/standards/3/correct", &correction).await.is(303);
    for path in ["/standards/3", "/standards?q=%E9%BD%90%E9%B2%81", "/standards/export.csv"] {
        site.get("supplier3", path).await.is(200).shows("2.00").hides("录入差错");
        site.get("supplier1", path).await.is(200).shows("1.40").hides("2.00").hides("录入差错");
    }
    site.get("auditor", "/standards/3").await.shows("录入差错");
}

pub fn line(product: &str, starts: &str, standard: &str) -> Line {
    Line {
        lot: "1".to_owned(),
        product: product.to_owned(),
        generic: "g".to_owned(),
        spec: "s".to_owned(),
        company: "c".to_owned(),
        standard: standard.parse().unwrap(),
        price: "1".parse().unwrap(),
        starts: starts.parse().unwrap(),
        basis: "LOWER".to_owned(),
        ..Line::default()
    }
}

#[actix_web::test]
async fn a_shorter_path_supersedes_every_row_of_the_longer_one() {
    let site = Site::with_city();
    let (round, _) = site.round_in(RoundState::Awarded);
    let ctx = site.ctx();
    let write =
        |rows: Vec<New>| site.app.db.write(|tx| standards::write(tx, &ctx, &round, rows.clone())).unwrap();
    let new = |line| New { line, supersedes: None };
    write(vec![
        new(line("a", "2027-01-01", "3")),
        new(line("a", "2028-01-01", "2")),
        new(line("b", "2027-01-01", "1")),
    ]);
    let current = || site.app.db.read(|c| store::current_of_round(c, &round.id)).unwrap();
    let lines = [line("a", "2027-01-01", "2"), line("b", "2027-01-01", "1")];
    let rows = standards::unreleased(&lines, &current());
    let got: Vec<_> =
        rows.iter().map(|r| (r.line.starts.to_string(), r.line.standard.to_string(), r.supersedes)).collect();
    assert_eq!(
        got,
        [
            ("2027-01-01".to_owned(), "2.00".to_owned(), Some(1)),
            ("2028-01-01".to_owned(), "2.00".to_owned(), Some(2))
        ]
    );
    write(rows);
    let left: Vec<i64> = current().iter().map(|s| s.seq).collect();
    assert_eq!(left, [3, 4, 5]);
    assert!(standards::unreleased(&lines, &current()).is_empty(), "released once it is released");
}

pub fn consumer(site: &Site, token: &str) -> ConsumerId {
    let (ctx, id) = (site.ctx(), ConsumerId::new());
    let hash = jicai::types::sha256(token.as_bytes());
    site.app.db.write(|tx| feed::add_consumer(tx, &ctx, id.clone(), token, &hash)).unwrap();
    id
}

pub async fn api(site: &Site, token: &str, path: &str) -> Answer {
    site.send(
        "",
        TestRequest::get().uri(path).insert_header((header::AUTHORIZATION, format!("Bearer {token}"))),
    )
    .await
}

async fn ack(site: &Site, token: &str, body: &str) -> Answer {
    let request = TestRequest::post().uri("/api/standards/ack").set_payload(body.to_owned());
    site.send("", request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")))).await
}

pub fn json(answer: &Answer) -> serde_json::Value {
    serde_json::from_slice(&answer.bytes).unwrap_or_else(|e| panic!("{e}: {}", answer.body))
}

#[actix_web::test]
async fn the_feed_gives_rows_in_order_to_those_with_a_token() {
    let (site, round) = awarded();
    release(&site, &round);
    let id = consumer(&site, "tok");
    for path in ["/api/standards", "/api/standards.csv"] {
        for answer in
            [site.get("", path).await, site.get("officer", path).await, api(&site, "wrong", path).await]
        {
            answer.is(401);
            assert_eq!(json(&answer)["error"], "invalid_token");
            let challenge = answer.headers.get(header::WWW_AUTHENTICATE).unwrap().to_str().unwrap();
            assert!(challenge.starts_with("Bearer"), "{challenge}");
        }
    }
    let first = json(api(&site, "tok", "/api/standards?limit=5").await.is(200));
    assert_eq!((first["last_seq"].as_i64(), first["more"].as_bool()), (Some(5), Some(true)));
    let item = &first["items"][2];
    assert_eq!(item["standard"], "1.40");
    assert_eq!((item["starts"].as_str(), item["ends"].as_str()), (Some("2026-12-12"), Some("2027-12-11")));
    assert_eq!((&item["basis"], &item["supersedes"]), (&"CUT".into(), &serde_json::Value::Null));
    assert_eq!(item["round"], round.number.as_str());
    let rest = json(&api(&site, "tok", "/api/standards?since=5").await);
    assert_eq!((rest["items"].as_array().unwrap().len(), rest["more"].as_bool()), (7, Some(false)));
    let none = json(&api(&site, "tok", "/api/standards?since=12").await);
    assert_eq!((none["last_seq"].as_i64(), none["items"].as_array().unwrap().len()), (Some(12), 0));
    for bad in ["since=-1", "since=x", "limit=0", "limit=5001", "page=2"] {
        let answer = api(&site, "tok", &format!("/api/standards?{bad}")).await;
        answer.is(400);
        assert_eq!(json(&answer)["error"], "bad_parameter", "{bad}");
    }
    let csv = api(&site, "tok", "/api/standards.csv?since=10").await;
    csv.is(200).shows("seq,release,round,lot,product");
    assert_eq!(csv.body.lines().count(), 3);
    assert_eq!(csv.headers.get("x-last-seq").unwrap(), "12");
    let ctx = site.ctx();
    site.app.db.write(|tx| feed::set_active(tx, &ctx, &id, false)).unwrap();
    let answer = api(&site, "tok", "/api/standards").await;
    answer.is(403);
    assert!(answer.headers.contains_key(header::WWW_AUTHENTICATE));
}

#[actix_web::test]
async fn acknowledgements_only_go_forward() {
    let (site, round) = awarded();
    release(&site, &round);
    consumer(&site, "tok");
    ack(&site, "wrong", "{\"seq\":1}").await.is(401);
    for bad in ["", "{}", "{\"seq\":\"5\"}", "{\"seq\":-1}", "[5]", "{\"seq\":1.5}"] {
        ack(&site, "tok", bad).await.is(400);
    }
    ack(&site, "tok", "{\"seq\":13}").await.is(409).shows("above the last number, 12");
    for _ in 0..2 {
        assert_eq!(json(ack(&site, "tok", "{\"seq\":7}").await.is(200))["acknowledged"], 7);
    }
    ack(&site, "tok", "{\"seq\":6}").await.is(409).shows("cannot go back");
    let page = site.get("settlement", "/standards/consumers").await;
    page.is(200).shows("<td class=\"n\">7</td>").shows("<td class=\"n\">5</td>");
    ack(&site, "tok", "{\"seq\":12}").await.is(200);
}

#[actix_web::test]
async fn consumers_are_kept_by_settlement_and_their_token_is_shown_once() {
    let site = Site::with_city();
    for login in ["officer", "hospital1", "supplier1", "auditor"] {
        site.get(login, "/standards/consumers").await.is(403);
        site.post(login, "/standards/consumers", &[("name", "x")]).await.is(403);
    }
    let id = ConsumerId::new().to_string();
    let page =
        site.post("settlement", "/standards/consumers", &[("id", &id), ("name", "医保结算系统")]).await;
    page.is(200).shows("医保结算系统");
    let token_in = |page: &Answer| -> String {
        let (_, rest) = page.body.split_once("id=\"token\">").unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    };
    let token = token_in(&page);
    api(&site, &token, "/api/standards").await.is(200);
    let row: Consumer = site.app.db.read(store::consumers).unwrap().remove(0);
    let kept =
        site.app.db.read(|c| jicai::tokens::store::of_consumer(c, &row.id)).unwrap().unwrap().token_hash;
    assert_ne!(kept, token);
    site.get("settlement", "/standards/consumers").await.is(200).hides(&token).hides(&kept);
    site.post("settlement", "/standards/consumers", &[("id", &id), ("name", "医保结算系统")])
        .await
        .is(422)
        .hides("id=\"token\"");
    let other = ConsumerId::new().to_string();
    let taken = site.post("admin", "/standards/consumers", &[("id", &other), ("name", "医保结算系统")]).await;
    taken.is(422).shows("已登记").shows("value=\"医保结算系统\"");
    site.post("admin", "/standards/consumers", &[("id", &other), ("name", " ")])
        .await
        .is(422)
        .shows("请填写系统名称");
    let new = token_in(site.post("admin", &format!("/standards/consumers/{id}/rotate"), &[]).await.is(200));
    api(&site, &token, "/api/standards").await.is(401);
    api(&site, &new, "/api/standards").await.is(200);
    site.post("admin", &format!("/standards/consumers/{id}/active"), &[("active", "no")]).await.is(303);
    api(&site, &new, "/api/standards").await.is(403);
    site.post("admin", &format!("/standards/consumers/{id}/active"), &[("active", "yes")]).await.is(303);
    api(&site, &new, "/api/standards").await.is(200);
}

/// A cheap spread of small numbers, different for every thread.
pub fn dice(state: &mut u64) -> u64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// Releases 1 to 3 rows and sleeps in between, inside the transaction; sometimes the first takes the place of one this
/// writer released before, and sometimes it gives up and rolls back.
fn write_slowly(site_db: &jicai::db::Db, ctx: &Ctx, round: &Round, seed: u64, written: &AtomicI64) {
    let mut state = seed;
    let (mut done, mut own) = (0, None);
    while done < 12 {
        let (count, gives_up) = (1 + dice(&mut state) % 3, dice(&mut state).is_multiple_of(4));
        let (first, second) = (dice(&mut state) % 4, dice(&mut state) % 6);
        let corrected = own.filter(|_| dice(&mut state).is_multiple_of(2));
        let result = site_db.write(|tx| {
            std::thread::sleep(std::time::Duration::from_millis(first));
            let rows = (0..count)
                .map(|i| New {
                    line: line(&format!("{seed}-{done}-{i}"), "2027-01-01", "1"),
                    supersedes: corrected.filter(|_| i == 0),
                })
                .collect();
            let release = standards::write(tx, ctx, round, rows)?;
            std::thread::sleep(std::time::Duration::from_millis(second));
            if gives_up { Err(Error::refused(Refused::Nothing)) } else { Ok(release.first_seq) }
        });
        match result {
            Ok(seq) => {
                written.fetch_add(count as i64, Ordering::SeqCst);
                done += 1;
                own = Some(seq);
            }
            Err(Error::Refused(_)) => done += 1,
            // Lost every race in a row: the writer comes back, as an officer would.
            Err(Error::Database(_) | Error::Fault(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

/// What holds from a day on, before which no row ends, and the last number, at one moment.
fn full(c: &mut jicai::db::Conn) -> jicai::error::Result<(std::collections::BTreeSet<i64>, i64)> {
    let mut seqs = std::collections::BTreeSet::new();
    feed::from_day(c, "2026-06-01".parse().unwrap(), |items| {
        seqs.extend(items.iter().map(|it| it.seq));
        Ok(())
    })?;
    Ok((seqs, store::last_seq(c)?))
}

/// Takes rows over as a consumer does: each is held, what it supersedes is forgotten.
fn take_over(held: &mut std::collections::BTreeSet<i64>, items: &[feed::Item]) {
    for it in items {
        held.insert(it.seq);
        held.remove(&it.supersedes.unwrap_or(0));
    }
}

#[actix_web::test]
async fn a_reader_polling_while_writers_commit_never_misses_a_row() {
    let site = Site::with_city();
    let (round, _) = site.round_in(RoundState::Awarded);
    let (ctx, written, over) = (site.ctx(), AtomicI64::new(0), AtomicBool::new(false));
    let (seen, polls, snapshots) = std::thread::scope(|scope| {
        let (db, round, ctx, written, over) = (&site.app.db, &round, &ctx, &written, &over);
        let reader = scope.spawn(move || {
            let (mut seen, mut since, mut polls) = (Vec::new(), 0, 0);
            loop {
                // Asked before the poll: what the writers wrote until then must be in it.
                let last = over.load(Ordering::SeqCst);
                let Ok(batch) = db.read(|c| feed::batch(c, since, 3)) else { continue };
                since = batch.last_seq;
                polls += 1;
                let more = batch.more;
                seen.extend(batch.items);
                if last && !more {
                    return (seen, polls);
                }
            }
        });
        let taker = scope.spawn(move || {
            let mut snapshots = Vec::new();
            while !over.load(Ordering::SeqCst) {
                snapshots.extend(db.read(full));
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            snapshots
        });
        let writers: Vec<_> =
            (1..=3).map(|seed| scope.spawn(move || write_slowly(db, ctx, round, seed, written))).collect();
        for writer in writers {
            writer.join().unwrap();
        }
        over.store(true, Ordering::SeqCst);
        let (seen, polls) = reader.join().unwrap();
        (seen, polls, taker.join().unwrap())
    });
    let numbers: Vec<i64> = seen.iter().map(|it| it.seq).collect();
    let total = written.load(Ordering::SeqCst);
    assert!(total > 20 && polls > 10, "{total} rows, {polls} polls");
    assert_eq!(numbers, (1..=total).collect::<Vec<_>>());
    let stored: Vec<(i64, String)> = every(&site).into_iter().map(|s| (s.seq, s.product)).collect();
    assert_eq!(seen.iter().map(|it| (it.seq, it.product.clone())).collect::<Vec<_>>(), stored);
    // Every snapshot is what the rows up to its number come to, and with the rows after it what holds at the end.
    let (end, last) = site.app.db.read(full).unwrap();
    assert!(last == total && end.len() < numbers.len(), "some rows are superseded: {end:?}");
    assert!(snapshots.iter().any(|(_, last)| *last > 0 && *last < total), "{} snapshots", snapshots.len());
    for (snapshot, last) in snapshots {
        let (before, after) = seen.split_at(usize::try_from(last).unwrap());
        let mut held = std::collections::BTreeSet::new();
        take_over(&mut held, before);
        assert_eq!(held, snapshot, "at {last}");
        let mut held = snapshot;
        take_over(&mut held, after);
        assert_eq!(held, end, "from {last}");
    }
}

#[actix_web::test]
async fn the_command_exports_the_same_rows() {
    let (site, round) = awarded();
    release(&site, &round);
    let folder = tempfile::tempdir().unwrap();
    let run = |url: &str, args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_jicai"))
            .args(["export", "standards"])
            .args(args)
            .env("DATABASE_URL", url)
            .env_remove("JICAI_TEST_POSTGRES")
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let url = &site.app.settings.database_url;
    let done = run(url, &[]);
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(text.starts_with("\u{feff}seq,release,round"), "{text}");
    assert_eq!(text.lines().count(), 13);
    let file = folder.path().join("out.csv");
    assert!(run(url, &["--since", "10", "--out", file.to_str().unwrap()]).status.success());
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 3);
    assert_eq!(run(url, &["--since", "-1"]).status.code(), Some(2));
    let nowhere = run(url, &["--out", "no/such/folder.csv"]);
    assert_eq!(nowhere.status.code(), Some(1));
    // A file without tables is behind; one that is not there would be made.
    std::fs::write(folder.path().join("empty.sqlite"), "").unwrap();
    let empty = format!("sqlite://{}", folder.path().join("empty.sqlite").display());
    let behind = run(&empty, &[]);
    assert_eq!(behind.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&behind.stderr).contains("落后于本程序"));
    assert!(behind.stdout.is_empty());
}
