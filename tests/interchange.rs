//! Hospital systems by API: contracts, orders, receipts and purchases, each once, under the national field names.

use actix_web::http::{Method, header};
use actix_web::test::TestRequest;
use diesel::prelude::*;
use jicai::schema::{mails, order_requests, orders, receipts, transactions};
use jicai::supply::Order;
use serde_json::{Value, json};

use crate::chain::signed;
use crate::deliveries::{answer, delivery, placed, send};
use crate::feed::token;
use crate::support::Site;

/// Asks with a token and perhaps an idempotency key; the status, the answer and whether it was a stored one.
async fn ask(
    site: &Site,
    method: Method,
    path: &str,
    token: &str,
    key: &str,
    body: &str,
) -> (u16, Value, bool) {
    let mut request = TestRequest::default().method(method).uri(path).set_payload(body.to_owned());
    request = request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")));
    if !key.is_empty() {
        request = request.insert_header(("idempotency-key", key));
    }
    let answer = site.send("", request).await;
    let json = serde_json::from_str(&answer.body).unwrap_or_else(|e| panic!("{e}: {}", answer.body));
    (answer.status.as_u16(), json, answer.headers.contains_key("idempotency-replayed"))
}

async fn get(site: &Site, path: &str, token: &str) -> Value {
    let (status, json, _) = ask(site, Method::GET, path, token, "", "").await;
    assert_eq!(status, 200, "{json}");
    json
}

async fn post(site: &Site, path: &str, token: &str, key: &str, body: &Value) -> (u16, Value, bool) {
    ask(site, Method::POST, path, token, key, &body.to_string()).await
}

async fn hospital(site: &Site, login: &str) -> String {
    let id = site.who(login).organisation.id.to_string();
    let scopes = ["contracts", "orders", "receipts", "transactions"];
    token(site, "HIS", &scopes, &[("hospital", &id)]).await.1
}

fn all_orders(site: &Site) -> Vec<Order> {
    let query = orders::table.order(orders::number).select(Order::as_select());
    site.app.db.read(|c| Ok(query.load(c)?)).unwrap()
}

#[actix_web::test]
async fn a_hospital_reads_its_own_contracts_page_after_page() {
    let (site, _, contracts) = signed();
    let (one, two) = (hospital(&site, "hospital1").await, hospital(&site, "hospital2").await);
    let mut numbers = Vec::new();
    let mut path = "/api/contracts?limit=1".to_owned();
    loop {
        let page = get(&site, &path, &one).await;
        let items = page["items"].as_array().unwrap();
        numbers.extend(items.iter().map(|it| it["number"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    let mut own: Vec<String> = contracts[..2].iter().map(|it| it.number.clone()).collect();
    own.sort();
    assert_eq!(numbers, own);
    let other = get(&site, "/api/contracts", &two).await;
    assert_eq!((other["items"].as_array().unwrap().len(), &other["next"]), (2, &Value::Null));
    let it = other["items"].as_array().unwrap().iter().find(|it| it["product"] == "康恩阿莫西林").unwrap();
    assert_eq!(
        (&it["quantity"], &it["unit_price"], &it["state"]),
        (&json!("2000"), &json!("0.20"), &json!("confirmed"))
    );
}

#[actix_web::test]
async fn orders_are_placed_once_for_a_key_and_all_or_nothing() {
    let (site, _, contracts) = signed();
    let secret = hospital(&site, "hospital1").await;
    let lines = json!({ "lines": [
        { "contract": contracts[0].number, "cnt": "10100", "pric": "0.20" },
        { "contract": contracts[1].number, "quantity": 20, "unit_price": "3" },
    ] });
    let (status, error, _) = post(&site, "/api/orders", &secret, "", &lines).await;
    assert_eq!((status, &error["error"]), (400, &json!("no_key")));
    let (status, first, is_again) = post(&site, "/api/orders", &secret, "k-1", &lines).await;
    assert_eq!((status, is_again), (201, false), "{first}");
    let placed = all_orders(&site);
    assert_eq!((placed.len(), first["orders"].as_array().unwrap().len()), (2, 2));
    let line = &first["lines"][0];
    assert_eq!(
        (&line["result"], &line["agreed"], &line["ordinary"]),
        (&json!("ordered"), &json!("10000"), &json!("100"))
    );
    assert!(placed.iter().all(|it| it.hospital_id == contracts[0].hospital_id && it.placed_by.is_none()));
    assert!(placed.iter().any(|it| json!(it.number) == line["order"]));
    // The page shows what came by API, and both suppliers were told.
    let page =
        site.get("hospital1", &format!("/orders/requests/{}", first["request"].as_str().unwrap())).await;
    page.is(200).shows(&placed[0].number).shows("API");
    let letters: i64 = site
        .app
        .db
        .read(|c| Ok(mails::table.filter(mails::template.eq("order_placed")).count().get_result(c)?))
        .unwrap();
    assert_eq!(letters, 2);

    let (status, again, is_again) = post(&site, "/api/orders", &secret, "k-1", &lines).await;
    assert_eq!((status, is_again, &again), (201, true, &first));
    let other =
        json!({ "lines": [{ "contract": contracts[1].number, "quantity": "21", "unit_price": "3" }] });
    let (status, error, _) = post(&site, "/api/orders", &secret, "k-1", &other).await;
    assert_eq!((status, &error["error"]), (422, &json!("refused")), "{error}");
    assert_eq!(all_orders(&site), placed);
    // Another hospital's token has keys of its own, and no right to these contracts.
    let foreign = hospital(&site, "hospital2").await;
    let (status, error, _) = post(&site, "/api/orders", &foreign, "k-1", &other).await;
    assert_eq!((status, &error["lines"][0]["result"]), (422, &json!("faulty")), "{error}");

    let mixed = json!({ "lines": [
        { "contract": contracts[1].number, "quantity": "5", "unit_price": "3" },
        { "contract": "X-1", "quantity": "5", "unit_price": "3" },
        { "contract": contracts[0].number, "quantity": {}, "unit_price": "0.20" },
    ] });
    let (status, error, _) = post(&site, "/api/orders", &secret, "k-2", &mixed).await;
    assert_eq!(status, 422);
    let results: Vec<&Value> = error["lines"].as_array().unwrap().iter().map(|it| &it["result"]).collect();
    assert_eq!(results, [&json!("ordered"), &json!("faulty"), &json!("faulty")], "{error}");
    assert!(error["lines"][1]["message_en"].is_string() && !error["message"].as_str().unwrap().is_ascii());
    let requests: i64 = site.app.db.read(|c| Ok(order_requests::table.count().get_result(c)?)).unwrap();
    assert_eq!((all_orders(&site).len(), requests), (2, 1), "nothing is left of what was refused");
    let (status, done, _) = post(&site, "/api/orders?without_faulty=true", &secret, "k-2", &mixed).await;
    assert_eq!((status, done["orders"].as_array().unwrap().len()), (201, 1), "{done}");
    let csv = format!("合同编号,cnt,pric\n{},1,3\n", contracts[1].number);
    let (status, done, _) = ask(&site, Method::POST, "/api/orders", &secret, "\"k-3\"", &csv).await;
    assert_eq!((status, all_orders(&site).len()), (201, 4), "{done}");
    for bad in ["[]", "{}", "{\"lines\":1}", "{\"lines\":[]}"] {
        let (status, error, _) = ask(&site, Method::POST, "/api/orders", &secret, "k-4", bad).await;
        assert_eq!(status, 422, "{bad}: {error}");
    }
    let broken = "{\"lines\": [\n {\"quantity\": 1},\n {\"quantity\" 2}\n]}";
    let (status, error, _) = ask(&site, Method::POST, "/api/orders", &secret, "k-4", broken).await;
    assert_eq!(status, 422);
    assert!(error["message_en"].as_str().unwrap().contains("line 3, byte 1"), "{error}");
}

#[actix_web::test]
async fn the_same_key_at_the_same_moment_has_one_effect() {
    let (site, _, contracts) = signed();
    let secret = hospital(&site, "hospital1").await;
    let lines = json!({ "lines": [{ "contract": contracts[1].number, "quantity": "7", "unit_price": "3" }] });
    let once = || post(&site, "/api/orders", &secret, "k", &lines);
    let (one, two, three) = tokio::join!(once(), once(), once());
    let sent = [one, two, three];
    assert!(sent.iter().all(|(status, ..)| *status == 201 || *status == 409), "{sent:?}");
    assert_eq!(all_orders(&site).len(), 1);
    let done: Vec<&Value> =
        sent.iter().filter(|(status, ..)| *status == 201).map(|(_, answer, _)| answer).collect();
    assert!(done.windows(2).all(|pair| pair[0] == pair[1]), "{done:?}");
}

#[actix_web::test]
async fn deliveries_are_taken_in_once_by_the_hospital_they_are_for() {
    let (site, _, contracts) = signed();
    let (it, lines) = placed(&site, &contracts[1], &["100"]);
    answer(&site, "supplier2", &it, &[(&lines[0], "100", ""), (&lines[1], "0", "")]).await.is(303);
    send(&site, "supplier2", &it, "P1", &[(&lines[0], "60", "80000000000000000001")]).await.is(303);
    let (own, foreign) = (hospital(&site, "hospital1").await, hospital(&site, "hospital2").await);
    let of = |accepted: &str, refused: &str| {
        json!({ "lines": [{ "delivery": "P1", "line": 1, "accepted": accepted, "refused": refused, "reason": "破损",
            "codes": ["80000000000000000001"] }] })
    };
    let (status, error, _) = post(&site, "/api/receipts", &foreign, "r", &of("59", "1")).await;
    assert_eq!(status, 422);
    assert!(error["message"].as_str().unwrap().contains("没有本院的配送单"), "{error}");
    let (status, error, _) = post(&site, "/api/receipts", &own, "r", &of("59", "2")).await;
    assert_eq!((status, &error["error"]), (422, &json!("refused")), "{error}");
    let (status, error, _) = post(&site, "/api/receipts", &own, "r", &of("x", "1")).await;
    assert_eq!((status, &error["lines"][0]["column"]), (422, &json!("accepted")), "{error}");
    let (status, done, _) = post(&site, "/api/receipts", &own, "r", &of("59", "1")).await;
    assert_eq!(status, 201, "{done}");
    let receipt = &done["receipts"][0];
    assert_eq!(
        (&receipt["amount"], &receipt["payer"], &receipt["state"]),
        (&json!("177.00"), &json!("hospital"), &json!("accepted"))
    );
    let (status, again, is_again) = post(&site, "/api/receipts", &own, "r", &of("59", "1")).await;
    assert_eq!((status, is_again, &again), (201, true, &done));
    let (status, error, _) = post(&site, "/api/receipts", &own, "r-2", &of("59", "1")).await;
    assert_eq!(status, 422, "it was taken in before: {error}");
    let count: i64 = site.app.db.read(|c| Ok(receipts::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 1);
    let note = delivery(&site, "P1");
    site.get("hospital1", &format!("/deliveries/{}", note.id)).await.is(200).shows("59");
}

#[actix_web::test]
async fn purchases_under_national_names_come_once_for_a_key() {
    let site = Site::with_city();
    const CODE: &str = "XJ01CAA040E001010104797";
    crate::prices::product(&site, CODE, "阿莫西林胶囊", "", "甲厂");
    let secret = hospital(&site, "hospital1").await;
    let head = "fee_ocur_time,fixmedins_code,med_list_codg,signEntpName,cnt,pric,det_item_fee_sumamt,insu_admdvs,prodname,spec";
    let text = format!("{head}\n2025-03-01,H33070200001,{CODE},国药控股,3,1.5,4.50,330700,阿莫西林,0.25g\n");
    let (status, first, _) = ask(&site, Method::POST, "/api/transactions", &secret, "t-1", &text).await;
    assert_eq!((status, &first["no"], &first["new"]), (202, &json!(1), &json!(1)), "{first}");
    let (status, again, is_again) =
        ask(&site, Method::POST, "/api/transactions", &secret, "t-1", &text).await;
    assert_eq!((status, &again["no"], is_again), (202, &json!(1), true), "{again}");
    let other = text.replace("4.50", "4.5");
    let (status, error, _) = ask(&site, Method::POST, "/api/transactions", &secret, "t-1", &other).await;
    assert_eq!((status, &error["error"]), (422, &json!("refused")), "{error}");
    let foreign = other.replace("H33070200001", "H33070200002");
    let (status, error, _) = ask(&site, Method::POST, "/api/transactions", &secret, "", &foreign).await;
    assert_eq!((status, &error["bad_lines"][0]["column"]), (422, &json!("fixmedins_code")), "{error}");
    (jicai::jobs::find("take_price_files").unwrap().run)(&site.app).unwrap();
    let count: i64 = site.app.db.read(|c| Ok(transactions::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 1);
    let (status, done, is_again) = ask(&site, Method::POST, "/api/transactions", &secret, "t-1", &text).await;
    assert_eq!((status, &done["state"], is_again), (200, &json!("applied"), true));
    // The pack changes what a price means, so it is not passed over.
    let packed = text.replace("insu_admdvs", "convrat");
    let (status, error, _) = ask(&site, Method::POST, "/api/transactions", &secret, "", &packed).await;
    assert_eq!(status, 422);
    assert!(error["message_en"].as_str().unwrap().contains("convrat"), "{error}");
}
