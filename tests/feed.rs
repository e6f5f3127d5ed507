//! The settlement feed's services: tokens and their limits, signed answers, snapshots, comparison, price check, push,
//! and the document that describes every operation.

mod document;
mod push;

use std::sync::Arc;

use actix_web::http::header;
use actix_web::test::TestRequest;
use diesel::prelude::*;
use jicai::schema::comparisons;
use jicai::signing::message::Seal;
use jicai::standards::{self, New, store};
use jicai::tokens::limits::Limits;
use jicai::types::ApiTokenId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::standards::{api, awarded, consumer, json as read, release};
use crate::support::{Answer, Site};

async fn send(site: &Site, token: &str, path: &str, body: &str) -> Answer {
    let request = TestRequest::post().uri(path).set_payload(body.to_owned());
    site.send("", request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")))).await
}

/// The JSON objects of an answer, one a line.
fn objects(answer: &Answer) -> Vec<Value> {
    answer
        .body
        .lines()
        .map(|text| serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}")))
        .collect()
}

fn secret(page: &Answer) -> String {
    let (_, rest) = page.is(200).body.split_once("id=\"token\">").unwrap();
    rest.split('<').next().unwrap().to_owned()
}

/// Makes a token on the page.
pub async fn token(site: &Site, name: &str, scopes: &[&str], more: &[(&str, &str)]) -> (String, String) {
    let id = ApiTokenId::new().to_string();
    let mut form = vec![("id", id.as_str()), ("name", name)];
    form.extend(scopes.iter().map(|scope| ("scope", *scope)));
    form.extend(more);
    let made = site.post("admin", "/api-tokens", &form).await;
    (id.clone(), secret(&made))
}

#[actix_web::test]
async fn a_token_is_held_to_its_scopes_and_days_and_replaced_with_an_overlap() {
    let site = Site::with_city();
    let check = |answer: &Answer, status: u16, word: &str| {
        answer.is(status);
        let said = read(answer);
        assert_eq!(said["error"], word, "{said}");
        assert!(!said["message"].as_str().unwrap().is_ascii() && said["message_en"].is_string());
    };
    let last = site.now().plus_days(10).day().to_string();
    let (id, first) = token(&site, "核价", &["price_check", "standards"], &[("expires_on", &last)]).await;
    api(&site, &first, "/api/standards").await.is(200);
    check(&send(&site, &first, "/api/standards/ack", "{\"seq\":0}").await, 403, "insufficient_scope");
    check(&api(&site, &first, "/api/contracts").await, 403, "insufficient_scope");
    check(&send(&site, &first, "/api/standards/compare", "{\"seq\":1}").await, 403, "insufficient_scope");
    site.get("admin", "/api-tokens")
        .await
        .shows("读取支付标准、费用核价")
        .shows("2026-11-23 09:00")
        .hides(&first);

    let until = site.now().plus_days(3).day().to_string();
    let rotate = format!("/api-tokens/{id}/rotate");
    site.post("admin", &rotate, &[("old_until", "2020-01-01")]).await.is(422).shows("日期须在");
    let second = secret(&site.post("admin", &rotate, &[("old_until", &until)]).await);
    for token in [&first, &second] {
        api(&site, token, "/api/standards").await.is(200);
    }
    site.get("admin", "/api-tokens").await.shows(&format!("旧令牌用至 {until}"));
    site.set_clock(site.now().plus_days(4));
    check(&api(&site, &first, "/api/standards").await, 401, "invalid_token");
    api(&site, &second, "/api/standards").await.is(200);
    let third = secret(&site.post("admin", &rotate, &[]).await);
    check(&api(&site, &second, "/api/standards").await, 401, "invalid_token");
    site.set_clock(site.now().plus_days(7));
    check(&api(&site, &third, "/api/standards").await, 401, "invalid_token");
    site.get("admin", "/api-tokens").await.shows("已过期");
    site.post("admin", &rotate, &[]).await.is(422).shows("该令牌已过期");
    site.post("admin", &format!("/api-tokens/{id}/revoke"), &[]).await.is(303);
    site.post("admin", &rotate, &[]).await.is(422).shows("已吊销");
    // What is done for a hospital needs one.
    let new = ApiTokenId::new().to_string();
    let form = [("id", new.as_str()), ("name", "x"), ("scope", "orders")];
    site.post("admin", "/api-tokens", &form)
        .await
        .is(422)
        .shows("请选择医疗机构")
        .shows("value=\"orders\" checked");
    site.post("admin", "/api-tokens", &form[..2]).await.is(422).shows("请至少选择一项权限");
}

#[actix_web::test]
async fn a_token_that_asks_too_often_is_told_when_to_come_back() {
    let mut site = Site::with_city();
    consumer(&site, "one");
    consumer(&site, "two");
    site.app.limits = Arc::new(Limits::per_minute(2));
    for _ in 0..2 {
        api(&site, "one", "/api/standards").await.is(200);
    }
    let answer = api(&site, "one", "/api/standards").await;
    assert_eq!(read(answer.is(429))["error"], "too_often");
    let seconds: u64 = answer.headers.get(header::RETRY_AFTER).unwrap().to_str().unwrap().parse().unwrap();
    assert!((1..=30).contains(&seconds), "{seconds}");
    api(&site, "two", "/api/standards").await.is(200);
}

/// The seal of an answer.
fn seal(answer: &Answer) -> Seal {
    let text = |name: &str| answer.headers.get(name).unwrap().to_str().unwrap().to_owned();
    Seal {
        digest: text("content-digest"),
        last_seq: text("x-last-seq").parse().unwrap(),
        input: text("signature-input"),
        signature: text("signature"),
    }
}

fn sha(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[actix_web::test]
async fn answers_are_signed_and_one_changed_byte_shows() {
    let (site, round) = awarded();
    release(&site, &round);
    consumer(&site, "tok");
    let key = read(site.get("", "/api/signing-key").await.is(200))["key_id"].as_str().unwrap().to_owned();
    assert_eq!(key, site.signer().public());
    let paths = [
        "/api/standards?since=2",
        "/api/standards.csv",
        "/api/standards/full",
        "/api/standards/full.csv?day=2027-01-01",
    ];
    for path in paths {
        let answer = api(&site, "tok", path).await;
        let seal = seal(answer.is(200));
        assert!(seal.holds(&key, &sha(&answer.bytes)), "{path}: {seal:?}");
        assert!(seal.input.contains(&key) && seal.last_seq == 12);
        for at in [0, answer.bytes.len() / 2, answer.bytes.len() - 1] {
            let mut changed = answer.bytes.clone();
            changed[at] ^= 1;
            assert!(!seal.holds(&key, &sha(&changed)), "{path}: byte {at}");
        }
        assert!(!Seal { last_seq: 11, ..seal.clone() }.holds(&key, &sha(&answer.bytes)));
        // Packing would make other bytes arrive than were signed.
        assert_eq!(answer.headers.get("content-encoding").unwrap(), "identity");
    }
}

#[actix_web::test]
async fn the_snapshot_is_what_the_rows_come_to_on_every_day() {
    let (site, round) = awarded();
    release(&site, &round);
    let ctx = site.ctx();
    let old = site.app.db.read(|c| store::standard(c, 1)).unwrap().unwrap();
    let corrected = New {
        line: standards::Line { standard: "0.45".parse().unwrap(), ..standards::Line::of(&old) },
        supersedes: Some(1),
    };
    let ended = New {
        line: standards::Line {
            starts: "2027-01-01".parse().unwrap(),
            ends: "2027-03-31".parse().ok(),
            ..standards::Line::of(&old)
        },
        supersedes: None,
    };
    site.app
        .db
        .write(|tx| standards::write(tx, &ctx, &round, vec![corrected.clone(), ended.clone()]))
        .unwrap();
    consumer(&site, "tok");
    let delta = read(&api(&site, "tok", "/api/standards").await);
    let rows = delta["items"].as_array().unwrap();
    let gone: Vec<&Value> = rows.iter().map(|it| &it["supersedes"]).filter(|it| !it.is_null()).collect();
    for day in ["2026-12-01", "2026-12-12", "2027-02-01", "2027-04-01", "2028-01-01", "2031-01-01"] {
        let full = read(api(&site, "tok", &format!("/api/standards/full?day={day}")).await.is(200));
        assert_eq!((full["day"].as_str(), full["last_seq"].as_i64()), (Some(day), Some(14)));
        // What starts later is there too: who begins with a snapshot needs no row before its number.
        let holds = |it: &&Value| {
            let is_over = it["ends"].as_str().is_some_and(|ends| ends < day);
            !is_over && !gone.contains(&&it["seq"])
        };
        let wanted: Vec<&Value> = rows.iter().filter(holds).collect();
        let found: Vec<&Value> = full["items"].as_array().unwrap().iter().collect();
        assert_eq!(found, wanted, "{day}");
        let csv = api(&site, "tok", &format!("/api/standards/full.csv?day={day}")).await;
        assert_eq!(csv.is(200).body.lines().count(), wanted.len() + 1);
    }
    // A day that is none, or that no database holds.
    for day in ["2027-13-01", "-9999-01-01", "%2B99999-01-01"] {
        api(&site, "tok", &format!("/api/standards/full?day={day}")).await.is(400);
    }
}

#[actix_web::test]
async fn a_consumer_is_told_what_it_lacks_and_what_it_has_too_much() {
    let (site, round) = awarded();
    release(&site, &round);
    let id = consumer(&site, "tok");
    let rows = read(&api(&site, "tok", "/api/standards").await)["items"].as_array().unwrap().clone();
    let text = |rows: &[Value]| rows.iter().map(|it| format!("{it}\n")).collect::<String>();
    let answer = send(&site, "tok", "/api/standards/compare", &text(&rows)).await;
    let found = objects(answer.is(200));
    assert_eq!(answer.headers.get("content-type").unwrap(), "application/x-ndjson");
    let counts = |it: &Value| {
        ["held", "same", "missing", "surplus", "different", "bad"].map(|n| it[n].as_i64().unwrap())
    };
    assert_eq!((found.len(), counts(&found[0])), (1, [12, 12, 0, 0, 0, 0]), "{found:?}");
    site.get("settlement", "/standards/consumers").await.shows("一致（12 行，至 12 号）");

    // One lost, one wrong, one twice, one that never was, one without its number, one that is none.
    let mut held = rows.clone();
    held.remove(4);
    held[0]["standard"] = json!("0.51");
    held.push(rows[1].clone());
    held.push(json!({ "seq": 99 }));
    held[5].as_object_mut().unwrap().remove("seq");
    let answer = send(&site, "tok", "/api/standards/compare", &(text(&held) + "nonsense\n")).await;
    let found = objects(answer.is(200));
    assert_eq!(counts(found.last().unwrap()), [14, 10, 1, 2, 1, 1], "{found:?}");
    let of = |kind: &str| found.iter().find(|it| it["kind"] == kind).unwrap();
    let differs = &of("different")["differences"];
    assert_eq!(differs, &json!([{ "field": "standard", "ours": "0.50", "theirs": "0.51" }]));
    assert_eq!(
        (&of("missing")["seq"], &of("missing")["standard"]["standard"]),
        (&json!(5), &rows[4]["standard"])
    );
    assert_eq!((&of("surplus")["line"], &of("surplus")["why"]), (&json!(12), &json!("twice")));
    assert_eq!(of("bad")["line"], 14);
    site.get("settlement", "/standards/consumers")
        .await
        .shows("缺少 1、多余 2、不同 1、错误 1（至 12 号）")
        .shows("standard：平台 0.50，对方 0.51");

    let csv = "seq,standard,ends\n1,0.5,2027-12-31\n13,1,\n";
    let found = objects(send(&site, "tok", "/api/standards/compare?upto=2", csv).await.is(200));
    assert_eq!(counts(found.last().unwrap())[2..], [1, 1, 1, 0], "row 1 has no last day: {found:?}");
    let kept: Vec<i64> = site
        .app
        .db
        .read(|c| {
            let own = comparisons::table.filter(comparisons::consumer_id.eq(&id)).order(comparisons::id);
            Ok(own.select(comparisons::missing).load(c)?)
        })
        .unwrap();
    assert_eq!(kept, [0, 1, 1]);
    send(&site, "tok", "/api/standards/compare?upto=13", csv).await.is(400);

    // Who began with the full copy of a later day holds less, and lacks nothing.
    let later = read(&api(&site, "tok", "/api/standards/full?day=2028-01-01").await);
    let later = later["items"].as_array().unwrap().clone();
    assert!(later.len() < rows.len());
    let path = "/api/standards/compare?from=2028-01-01";
    let found = objects(send(&site, "tok", path, &text(&later)).await.is(200));
    assert_eq!(counts(&found[0])[2..], [0, 0, 0, 0], "{found:?}");
    send(&site, "tok", "/api/standards/compare?from=2028", csv).await.is(400);
    send(&site, "tok", "/api/standards/compare", "").await.is(422);
    send(&site, "tok", "/api/standards/compare", "a,b\n1,2\n").await.is(422);
}

const CODE: &str = "XJ01CAA040E001010101";

#[actix_web::test]
async fn claim_lines_are_answered_one_by_one_and_a_bad_one_does_not_stop_the_rest() {
    let (site, round) = awarded();
    release(&site, &round);
    consumer(&site, "tok");
    let full = read(&api(&site, "tok", "/api/standards/full?day=2027-01-01").await);
    let items: Vec<&Value> = full["items"].as_array().unwrap().iter().collect();
    let of_code =
        items.iter().find(|it| it["product"] == CODE).expect("the catalogue's products have standards");
    let standard = of_code["standard"].as_str().unwrap();
    assert_eq!(standard, "1.05");
    let lines = [
        json!({ "code": CODE, "date": "2027-01-01", "price": "1.05", "quantity": "10", "reference": "a" }).to_string(),
        json!({ "med_list_codg": CODE.to_lowercase(), "fee_ocur_time": "2027-01-01 10:11:12", "pric": 1.5, "cnt": 10,
            "fixmedins_code": "H1", "overlmt_selfpay": [] }).to_string(),
        json!({ "code": CODE, "date": "2027-01-01", "price": "30", "quantity": "2", "units": "24" }).to_string(),
        json!({ "code": CODE, "date": "2020-01-01", "price": "1", "quantity": "1" }).to_string(),
        json!({ "code": "XJ01CAA040E001019999", "date": "2027-01-01", "price": "1", "quantity": "1" }).to_string(),
        json!({ "code": CODE, "date": "soon", "price": "1", "quantity": "1", "reference": "f" }).to_string(),
        "{".to_owned(),
        json!({ "code": CODE, "date": "2027-01-01", "price": "-1", "quantity": "1" }).to_string(),
        json!({ "code": CODE, "date": "2027-01-01", "price": "1.06", "quantity": "-3" }).to_string(),
    ];
    let answer = send(&site, "tok", "/api/price-check", &lines.join("\n")).await;
    assert_eq!(answer.is(200).headers.get("content-type").unwrap(), "application/x-ndjson");
    let found = objects(&answer);
    let said = |n: usize| {
        ["verdict", "standard", "fund_basis", "patient_excess", "amount", "fund_amount", "patient_amount"]
            .map(|name| found[n][name].as_str().unwrap_or("-"))
    };
    assert_eq!(found.len(), lines.len());
    assert!(found.iter().zip(1..).all(|(it, line)| it["line"] == line), "{found:?}");
    assert_eq!(said(0), ["within", "1.05", "1.05", "0.00", "10.50", "10.50", "0.00"]);
    assert_eq!((&found[0]["seq"], &found[0]["reference"]), (&of_code["seq"], &json!("a")));
    assert_eq!(said(1), ["above", "1.05", "1.05", "0.45", "15.00", "10.50", "4.50"]);
    assert_eq!(said(2), ["above", "25.20", "25.20", "4.80", "60.00", "50.40", "9.60"]);
    assert_eq!(said(3), ["no_standard", "-", "-", "-", "1.00", "-", "-"]);
    assert_eq!(said(4)[0], "unknown_product");
    for n in [5, 6, 7] {
        assert_eq!(said(n)[0], "bad", "{}", found[n]);
    }
    assert!(found[5]["message"].as_str().unwrap().contains("soon") && found[5]["reference"] == "f");
    assert_eq!(said(8), ["above", "1.05", "1.05", "0.01", "-3.18", "-3.15", "-0.03"]);

    let csv = format!("医保编码,日期,单价,数量,备注\n{CODE},2027-01-01,1.5,10,x\n{CODE},2027-01-01,x,10,\n");
    let answer = send(&site, "tok", "/api/price-check", &csv).await;
    answer
        .is(200)
        .shows("line,reference,code,verdict")
        .shows(",above,")
        .shows(",1.05,1.05,0.45,15.00,10.50,4.50,");
    assert_eq!(answer.body.lines().count(), 3);
    send(&site, "tok", "/api/price-check", "").await.is(422);
    send(&site, "tok", "/api/price-check", "code,date\n").await.is(422).shows("price");
    send(&site, "tok", "/api/price-check?x=1", &csv).await.is(400);
}

#[actix_web::test]
async fn every_row_in_force_is_what_the_price_check_answers() {
    let (site, round) = awarded();
    release(&site, &round);
    consumer(&site, "tok");
    for day in ["2026-12-12", "2028-06-01", "2030-01-01"] {
        let full = read(&api(&site, "tok", &format!("/api/standards/full?day={day}")).await);
        let items: Vec<&Value> = full["items"].as_array().unwrap().iter().collect();
        let coded: Vec<&&Value> = items
            .iter()
            .filter(|it| it["product"].as_str().unwrap().is_ascii() && it["starts"].as_str().unwrap() <= day)
            .collect();
        let ask = |it: &&&Value| json!({ "code": it["product"], "date": day, "price": it["standard"], "quantity": 1 });
        let lines: String = coded.iter().map(|it| format!("{}\n", ask(it))).collect();
        let found = objects(send(&site, "tok", "/api/price-check", &lines).await.is(200));
        assert!(coded.len() >= 3 && found.len() == coded.len(), "{day}: {coded:?}");
        for (it, answer) in coded.iter().zip(found) {
            assert_eq!(
                (&answer["seq"], &answer["verdict"]),
                (&it["seq"], &json!("within")),
                "{day}: {answer}"
            );
            assert_eq!(answer["standard"], it["standard"]);
        }
    }
}

/// The numbers of the rows of a body of the feed.
fn rows_of(body: &Value) -> Vec<i64> {
    body["items"].as_array().unwrap().iter().map(|it| it["seq"].as_i64().unwrap()).collect()
}
