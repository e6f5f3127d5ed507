//! Programs send with a token: answers as JSON in both languages, progress, scope, revocation, limits.

use std::sync::Arc;

use actix_web::http::{Method, header};
use actix_web::test::TestRequest;
use diesel::prelude::*;
use jicai::config::Settings;
use jicai::schema::{api_tokens, transactions};
use jicai::types::ApiTokenId;
use serde_json::Value;

use super::{CODE, city, job, purchases, spooled};
use crate::support::{Answer, Site};

/// Makes a token on the page; its id and itself.
async fn token(site: &Site, name: &str, scope: &str) -> (String, String) {
    let id = ApiTokenId::new().to_string();
    let mut form = vec![("id", id.as_str()), ("name", name)];
    form.extend(scope.split(' ').map(|scope| ("scope", scope)));
    let made = site.post("admin", "/api-tokens", &form).await;
    let (_, rest) = made.is(200).body.split_once("id=\"token\">").unwrap();
    (id, rest.split('<').next().unwrap().to_owned())
}

async fn ask(site: &Site, method: Method, path: &str, token: &str, body: &str) -> (u16, Value) {
    let mut request = TestRequest::default().method(method).uri(path).set_payload(body.to_owned());
    if !token.is_empty() {
        request = request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")));
    }
    let answer: Answer = site.send("", request).await;
    let json = serde_json::from_str(&answer.body).unwrap_or_else(|e| panic!("{e}: {}", answer.body));
    (answer.status.as_u16(), json)
}

async fn post(site: &Site, path: &str, token: &str, body: &str) -> (u16, Value) {
    ask(site, Method::POST, path, token, body).await
}

async fn get(site: &Site, path: &str, token: &str) -> (u16, Value) {
    ask(site, Method::GET, path, token, "").await
}

fn stored(site: &Site) -> i64 {
    site.app.db.read(|c| Ok(transactions::table.count().get_result(c)?)).unwrap()
}

#[actix_web::test]
async fn a_program_sends_purchases_and_follows_them() {
    let site = city();
    let (_, secret) = token(&site, "中心医院 HIS", "transactions").await;
    let text = purchases(1..=20) + format!("2025-03-01,H9,{CODE},s,1,1,1\n").as_str();
    let (status, sent) = post(&site, "/api/transactions?name=march.csv", &secret, &text).await;
    assert_eq!(status, 202, "{sent}");
    assert_eq!((&sent["no"], &sent["state"], &sent["known"]), (&1.into(), &"applying".into(), &false.into()));
    assert_eq!(
        (&sent["lines"], &sent["new"], &sent["unmatched"], &sent["bad"]),
        (&21.into(), &20.into(), &1.into(), &0.into())
    );
    assert_eq!((stored(&site), &sent["ingest"]), (0, &Value::Null));
    assert_eq!(job(&site.app, "take_price_files"), "checked=0 applied=1 refused=0");
    let (status, done) = get(&site, "/api/transactions/1", &secret).await;
    assert_eq!(
        (status, &done["state"], &done["new"], &done["ingest"]),
        (200, &"applied".into(), &20.into(), &1.into())
    );
    assert_eq!(stored(&site), 20);
    let (status, again) = post(&site, "/api/transactions", &secret, &text).await;
    assert_eq!((status, &again["no"], &again["known"], stored(&site)), (200, &1.into(), &true.into(), 20));
    site.get("officer", "/transactions")
        .await
        .shows("march.csv")
        .shows("程序推送")
        .shows("api: 中心医院 HIS");
    assert_eq!(spooled(&site), 0);
}

#[actix_web::test]
async fn bad_lines_are_answered_in_both_languages_and_left_out_only_when_asked() {
    let site = city();
    let (_, secret) = token(&site, "HIS", "transactions listings").await;
    let text = purchases(1..=3) + "2025-13-01,H33070200001,X,s,1,1,1\n";
    let (status, refused) = post(&site, "/api/transactions", &secret, &text).await;
    assert_eq!(
        (status, &refused["error"], &refused["bad"]),
        (422, &"refused".into(), &1.into()),
        "{refused}"
    );
    let bad = &refused["bad_lines"][0];
    assert_eq!(
        (&bad["line"], &bad["column"], &bad["value"]),
        (&5.into(), &"日期".into(), &"2025-13-01".into())
    );
    assert!(
        bad["reason"].as_str().unwrap().contains("日期")
            && bad["reason_en"].as_str().unwrap().contains("date")
    );
    assert!(refused["message"].as_str().unwrap().contains("1 个错误行"), "{refused}");
    assert!(refused["message_en"].as_str().unwrap().contains("1 lines are bad"), "{refused}");
    let (status, sent) = post(&site, "/api/transactions?skip_bad=true", &secret, &text).await;
    assert_eq!((status, &sent["no"], &sent["state"]), (202, &2.into(), &"applying".into()), "{sent}");
    job(&site.app, "take_price_files");
    assert_eq!((stored(&site), spooled(&site)), (3, 0));
    let (_, done) = get(&site, "/api/transactions/2", &secret).await;
    assert_eq!((&done["new"], &done["bad"]), (&3.into(), &1.into()));

    let listing = format!("product,region,price,from\n{CODE},海南省,3,2025-01-01\n");
    let (status, sent) = post(&site, "/api/listings", &secret, &listing).await;
    assert_eq!((status, &sent["kind"], &sent["new"]), (202, &"listings".into(), &1.into()), "{sent}");
    job(&site.app, "take_price_files");
    assert_eq!(get(&site, "/api/listings/3", &secret).await.1["state"], "applied");
    assert_eq!(get(&site, "/api/transactions/3", &secret).await.0, 404, "it is a file of listings");
}

#[actix_web::test]
async fn no_token_no_entry_and_every_error_is_json_in_both_languages() {
    let mut site = city();
    let (id, secret) = token(&site, "HIS", "transactions").await;
    let (_, other) = token(&site, "别的系统", "transactions listings").await;
    let check = |(status, answer): (u16, Value), wanted: u16, word: &str| {
        assert_eq!((status, answer["error"].as_str()), (wanted, Some(word)), "{answer}");
        let said = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
        assert!(
            !said("message").is_ascii()
                && !said("message_en").is_empty()
                && said("message") != said("message_en"),
            "{answer}"
        );
    };
    let text = purchases(1..=2);
    check(post(&site, "/api/transactions", "", &text).await, 401, "invalid_token");
    check(post(&site, "/api/transactions", "nonsense", &text).await, 401, "invalid_token");
    check(post(&site, "/api/listings", &secret, &text).await, 403, "insufficient_scope");
    check(post(&site, "/api/transactions?skip_bad=maybe", &secret, &text).await, 400, "bad_parameter");
    check(post(&site, "/api/transactions", &secret, "").await, 422, "empty");
    check(post(&site, "/api/transactions", &secret, "a,b\n1,2\n").await, 422, "refused");
    let packed = TestRequest::post().uri("/api/transactions").set_payload(text.clone());
    let packed = packed.insert_header((header::AUTHORIZATION, format!("Bearer {secret}")));
    site.send("", packed.insert_header((header::CONTENT_ENCODING, "gzip"))).await.is(415);
    let (_, sent) = post(&site, "/api/transactions", &secret, &text).await;
    let path = format!("/api/transactions/{}", sent["no"]);
    assert_eq!(get(&site, &path, &secret).await.0, 200);
    check(get(&site, &path, &other).await, 404, "not_found");
    check(get(&site, "/api/transactions/x", &secret).await, 404, "not_found");
    site.app.settings = Arc::new(Settings { price_file_bytes: 1 << 20, ..(*site.app.settings).clone() });
    check(post(&site, "/api/transactions", &secret, &"x".repeat((1 << 20) + 1)).await, 413, "too_large");

    let hashes: Vec<String> =
        site.app.db.read(|c| Ok(api_tokens::table.select(api_tokens::token_hash).load(c)?)).unwrap();
    assert!(hashes.iter().all(|hash| hash.len() == 64 && *hash != secret), "only hashes are kept");
    token(&site, "备用", "listings").await;
    let shown = site.get("admin", "/api-tokens").await;
    shown.shows("别的系统").shows("从未使用").hides(&secret).shows("2026-11-23 09:00");
    site.post("admin", &format!("/api-tokens/{id}/revoke"), &[]).await.is(303);
    check(post(&site, "/api/transactions", &secret, &text).await, 401, "invalid_token");
    site.get("admin", "/api-tokens").await.shows("已吊销");
    let again = [("id", id.as_str()), ("name", "HIS"), ("scope", "transactions")];
    site.post("admin", "/api-tokens", &again).await.is(422).shows("已创建");
    let unnamed = [("id", &*ApiTokenId::new().to_string()), ("name", " "), ("scope", "transactions")]
        .map(|(k, v)| (k, v.to_owned()));
    let unnamed: Vec<(&str, &str)> = unnamed.iter().map(|(k, v)| (*k, v.as_str())).collect();
    site.post("admin", "/api-tokens", &unnamed).await.is(422).shows("请填写程序名称");
}
