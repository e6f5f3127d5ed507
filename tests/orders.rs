//! Orders: requests checked and submitted, split by agreed volume, given up, listed.

mod files;
mod history;

use diesel::prelude::*;
use jicai::contracts::volumes::{self, AgreedVolume};
use jicai::contracts::{Contract, ContractState};
use jicai::error::Error;
use jicai::people::Organisation;
use jicai::schema::{
    audit_entries, contracts, mails, order_lines, order_request_lines, order_requests, orders, organisations,
    products, term_values,
};
use jicai::supply::orders::requests::refused::Refused as RequestRefused;
use jicai::supply::orders::requests::{self, Given, New, RequestState, Submitted};
use jicai::supply::orders::{GivenUp, give_up};
use jicai::supply::{Order, OrderLine, OrderState};
use jicai::types::{OrderId, OrderReleaseId, Quantity, RequestId, TermValueId, Time, UnitPrice};

use crate::chain::signed;
use crate::prices::product;
use crate::support::{Answer, Site};

fn all_orders(site: &Site) -> Vec<Order> {
    let query = orders::table.order(orders::number).select(Order::as_select());
    site.app.db.read(|c| Ok(query.load(c)?)).unwrap()
}

fn lines_of(site: &Site, order: &OrderId) -> Vec<OrderLine> {
    let query = order_lines::table.filter(order_lines::order_id.eq(order)).order(order_lines::position);
    site.app.db.read(|c| Ok(query.select(OrderLine::as_select()).load(c)?)).unwrap()
}

fn volume(site: &Site, contract: &Contract) -> AgreedVolume {
    site.app.db.read(|c| volumes::of_contract(c, &contract.id)).unwrap().remove(0)
}

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

/// Posts the form of the page: quantities by contract at the price shown.
async fn entered(site: &Site, login: &str, lines: &[(&Contract, &str)]) -> RequestId {
    let id = RequestId::new();
    let mut fields = vec![("id".to_owned(), id.to_string())];
    for (contract, quantity) in lines {
        fields.push((format!("price.{}", contract.number), contract.unit_price.to_string()));
        fields.push((format!("quantity.{}", contract.number), (*quantity).to_owned()));
    }
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = site.post(login, "/orders/requests", &fields).await;
    answer.is(303);
    assert_eq!(answer.location, format!("/orders/requests/{id}"));
    id
}

async fn submit(site: &Site, login: &str, id: &RequestId, fields: &[(&str, &str)]) -> Answer {
    site.post(login, &format!("/orders/requests/{id}/submit"), fields).await
}

async fn upload(site: &Site, login: &str, file: &[u8]) -> (RequestId, Answer) {
    let id = RequestId::new();
    let answer =
        site.upload(login, "/orders/requests/upload", &[("id", id.as_str())], "采购.csv", file).await;
    (id, answer)
}

fn table(lines: &[&str]) -> Vec<u8> {
    let mut text = "合同编号,产品,供应企业,数量,单价\n".to_owned();
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text.into_bytes()
}

#[actix_web::test]
async fn a_request_is_reviewed_split_and_ordered_once() {
    let (site, _, contracts) = signed();
    let page = site.get("hospital1", "/orders/new").await;
    page.is(200).shows(&contracts[0].number).shows("10000").shows("康恩阿莫西林").hides(&contracts[2].number);
    let id = entered(&site, "hospital1", &[(&contracts[0], "10100"), (&contracts[1], "20")]).await;
    let review = site.get("hospital1", &format!("/orders/requests/{id}")).await;
    review.is(200).shows("共 2 行：合格 2 行，退回 0 行").shows("10000").shows(">100<").shows("提交采购");
    assert!(all_orders(&site).is_empty());
    site.get("hospital1", "/orders").await.is(200).shows(&format!("/orders/requests/{id}"));
    let answer = submit(&site, "hospital1", &id, &[("version", "1")]).await;
    answer.is(303);
    let placed = all_orders(&site);
    assert_eq!(placed.len(), 2);
    assert_eq!(placed.iter().map(|it| it.number.len()).collect::<Vec<_>>(), [15, 15]);
    let month = site.now().day().format("DD%Y%m").to_string();
    assert!(placed.iter().all(|it| it.number.starts_with(&month)), "{placed:?}");
    let of = |at: usize| placed.iter().find(|it| it.supplier_id == contracts[at].supplier_id).unwrap();
    assert_eq!((of(0).lines, of(0).amount.to_string()), (2, "2020.00".to_owned()));
    assert_eq!((of(1).lines, of(1).amount.to_string()), (1, "60.00".to_owned()));
    let lines = lines_of(&site, &of(0).id);
    let shown: Vec<_> = lines
        .iter()
        .map(|it| (it.quantity.to_string(), it.volume_id.is_some(), it.contract_id.is_some()))
        .collect();
    assert_eq!(shown, [("10000".to_owned(), true, true), ("100".to_owned(), false, true)]);
    assert!(
        lines.iter().all(|it| it.unit_price == contracts[0].unit_price && it.state == OrderState::Placed)
    );
    assert_eq!(volume(&site, &contracts[0]).reserved, quantity("10000"));
    assert_eq!(volume(&site, &contracts[1]).reserved, quantity("20"));
    // Again: the same orders.
    submit(&site, "hospital1", &id, &[("version", "1")]).await.is(303);
    assert_eq!(all_orders(&site), placed);
    assert_eq!(volume(&site, &contracts[0]).reserved, quantity("10000"));
    // Both suppliers are told, once; the trail has every order.
    let letters: Vec<String> = site
        .app
        .db
        .read(|c| {
            Ok(mails::table.filter(mails::template.eq("order_placed")).select(mails::address).load(c)?)
        })
        .unwrap();
    assert_eq!(letters.len(), 2, "{letters:?}");
    let links: i64 = site
        .app
        .db
        .read(|c| {
            let placed = audit_entries::table.filter(audit_entries::action.eq("order.place"));
            Ok(placed.count().get_result(c)?)
        })
        .unwrap();
    assert_eq!(links, 2);
    let shown = site.get("supplier1", &format!("/orders/{}", of(0).id)).await;
    shown.is(200).shows("约定量").shows("超约定量").shows(&contracts[0].number);
    site.get("hospital1", &format!("/orders/requests/{id}"))
        .await
        .is(200)
        .shows(&of(1).number)
        .shows("已下单");
}

#[actix_web::test]
async fn the_same_form_twice_is_one_request_and_changing_it_gives_the_old_one_up() {
    let (site, _, contracts) = signed();
    let id = RequestId::new();
    let (quantity, price) =
        (format!("quantity.{}", contracts[0].number), format!("price.{}", contracts[0].number));
    let fields = [("id", id.as_str()), (quantity.as_str(), "5"), (price.as_str(), "0.2")];
    site.post("hospital1", "/orders/requests", &fields).await.is(303);
    site.post("hospital1", "/orders/requests", &fields).await.is(303);
    let count: i64 = site.app.db.read(|c| Ok(order_request_lines::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 1);
    site.post("hospital2", "/orders/requests", &fields).await.is(404);
    site.get("hospital1", &format!("/orders/new?from={id}")).await.is(200).shows("value=\"5\"");
    site.get("hospital2", &format!("/orders/new?from={id}")).await.is(404);
    let other = RequestId::new();
    let fields = [
        ("id", other.as_str()),
        ("replaces", id.as_str()),
        (quantity.as_str(), "6"),
        (price.as_str(), "0.2"),
        ("do", "find"),
        ("q", "没有这份合同"),
    ];
    // Looking for another contract keeps what was typed.
    let answer = site.post("hospital1", "/orders/requests", &fields).await;
    let form = site.get("hospital1", &answer.is(303).location).await;
    form.is(200).shows("value=\"6\"").shows(&contracts[0].number).hides(&contracts[1].number);
    site.get("hospital1", &format!("/orders/requests/{id}")).await.is(200).shows("已放弃");
    let answer = submit(&site, "hospital1", &id, &[("version", "1")]).await;
    answer.is(422).shows("该采购申请已放弃");
    site.post("hospital1", "/orders/requests", &[("id", RequestId::new().as_str())])
        .await
        .is(422)
        .shows("没有可采购的行");
    assert!(all_orders(&site).is_empty());
}

#[actix_web::test]
async fn what_a_contract_no_longer_allows_is_refused_at_the_second_step_too() {
    let (site, _, contracts) = signed();
    let id = entered(&site, "hospital1", &[(&contracts[0], "10"), (&contracts[1], "10")]).await;
    let set = |state: ContractState, price: &str, ends: &str| {
        let (price, ends): (UnitPrice, chrono::NaiveDate) = (price.parse().unwrap(), ends.parse().unwrap());
        let row = contracts::table.find(&contracts[0].id);
        let change = (contracts::state.eq(state), contracts::unit_price.eq(price), contracts::ends.eq(ends));
        site.app.db.write(|tx| Ok(diesel::update(row).set(change).execute(tx.conn())?)).unwrap();
    };
    let ends = contracts[0].ends.to_string();
    set(ContractState::Confirmed, "0.18", &ends);
    let answer = submit(&site, "hospital1", &id, &[("version", "1")]).await;
    answer.is(422).shows("1 行的结果与刚才显示的不同").shows("合同价 0.18").shows("合格 1 行，退回 1 行");
    // What was seen before is stale now.
    submit(&site, "hospital1", &id, &[("version", "1"), ("lines", "good")]).await.is(422).shows("已被更新");
    set(ContractState::Drawn, "0.2", &ends);
    submit(&site, "hospital1", &id, &[("version", "2"), ("lines", "good")])
        .await
        .is(422)
        .shows("尚未经双方确认");
    set(ContractState::Confirmed, "0.2", &site.now().plus_days(-1).day().to_string());
    submit(&site, "hospital1", &id, &[("version", "3"), ("lines", "good")]).await.is(422).shows("履约期");
    let gone = organisations::table.find(&contracts[1].supplier_id);
    site.app
        .db
        .write(|tx| Ok(diesel::update(gone).set(organisations::active.eq(false)).execute(tx.conn())?))
        .unwrap();
    submit(&site, "hospital1", &id, &[("version", "4"), ("lines", "good")]).await.is(422).shows("已停用");
    submit(&site, "hospital1", &id, &[("version", "5"), ("lines", "good")])
        .await
        .is(422)
        .shows("所有行都被退回");
    assert!(all_orders(&site).is_empty());
    assert_eq!(volume(&site, &contracts[0]).reserved, Quantity::ZERO);
}

#[actix_web::test]
async fn room_taken_meanwhile_is_shown_anew_before_anything_is_ordered() {
    let (site, _, contracts) = signed();
    let first = entered(&site, "hospital1", &[(&contracts[1], "400")]).await;
    let second = entered(&site, "hospital1", &[(&contracts[1], "300")]).await;
    submit(&site, "hospital1", &first, &[("version", "1")]).await.is(303);
    let answer = submit(&site, "hospital1", &second, &[("version", "1")]).await;
    answer.is(422).shows("本次未下单").shows(">100<").shows(">200<");
    assert_eq!(all_orders(&site).len(), 1);
    submit(&site, "hospital1", &second, &[("version", "2")]).await.is(303);
    assert_eq!(volume(&site, &contracts[1]).reserved, quantity("500"));
    let placed = all_orders(&site);
    let parts: Vec<_> = lines_of(&site, &placed[1].id).iter().map(|it| it.quantity.to_string()).collect();
    assert_eq!(parts, ["100", "200"]);
}

#[actix_web::test]
async fn no_limit_of_the_allowance_and_a_limit_of_zero_are_different_things() {
    for (value, parts) in [
        ("0", vec![("500", true), ("200", false)]),
        ("", vec![("700", true)]),
        ("0.2", vec![("600", true), ("100", false)]),
    ] {
        let (site, _, contracts) = signed();
        // The year is made anew under the term that holds on its first day.
        let term = (
            term_values::id.eq(TermValueId::new()),
            term_values::term.eq("volume_allowance"),
            term_values::since.eq(contracts[1].starts),
            term_values::value.eq(value),
            term_values::reason.eq("x"),
            term_values::at.eq(site.now()),
        );
        site.app
            .db
            .write(|tx| {
                use jicai::schema::agreed_volumes;
                diesel::insert_into(term_values::table).values(term.clone()).execute(tx.conn())?;
                diesel::delete(agreed_volumes::table).execute(tx.conn())?;
                Ok(())
            })
            .unwrap();
        let id = entered(&site, "hospital1", &[(&contracts[1], "700")]).await;
        submit(&site, "hospital1", &id, &[("version", "1")]).await.is(303);
        let order = all_orders(&site).remove(0);
        let lines = lines_of(&site, &order.id);
        let found: Vec<_> =
            lines.iter().map(|it| (it.quantity.to_string(), it.volume_id.is_some())).collect();
        let want: Vec<_> = parts.into_iter().map(|(q, within)| (q.to_owned(), within)).collect();
        assert_eq!(found, want, "allowance \"{value}\"");
    }
}

#[actix_web::test]
async fn a_listing_price_binds_a_purchase_without_contract() {
    let (site, _, _) = signed();
    let id = product(&site, "XA01", "布洛芬片", "XA", "甲厂");
    let set = |price: Option<&str>| {
        let price: Option<UnitPrice> = price.map(|price| price.parse().unwrap());
        let row = products::table.find(&id);
        site.app
            .db
            .write(|tx| Ok(diesel::update(row).set(products::listing_price.eq(price)).execute(tx.conn())?))
            .unwrap();
    };
    for (listed, price, good) in [
        (None, "99", 1),
        (Some("0"), "0.01", 0),
        (Some("0"), "0", 1),
        (Some("12"), "0.5", 1),
        (Some("12"), "0.51", 0),
    ] {
        set(listed);
        let (request, answer) =
            upload(&site, "hospital1", &table(&[&format!(",XA01,齐鲁制药有限公司,24,{price}")])).await;
        answer.is(303);
        site.get("hospital1", &format!("/orders/requests/{request}"))
            .await
            .is(200)
            .shows(&format!("共 1 行：合格 {good} 行"));
    }
}

fn new(contract: &Contract, quantity: &str) -> New {
    let line = Given {
        source: 1,
        contract: contract.number.clone(),
        quantity: quantity.to_owned(),
        unit_price: contract.unit_price.to_string(),
        ..Given::default()
    };
    New {
        id: RequestId::new(),
        file_name: String::new(),
        sha256: String::new(),
        lines: vec![line],
        replaces: None,
    }
}

fn hospital(site: &Site, login: &str) -> Organisation {
    site.who(login).organisation
}

#[actix_web::test]
async fn submitting_twice_at_once_makes_one_set_of_orders() {
    let (site, _, contracts) = signed();
    let (of, ctx, new) = (hospital(&site, "hospital1"), site.ctx_of("hospital1"), new(&contracts[1], "100"));
    site.app.db.write(|tx| requests::enter(tx, &ctx, &of, &new)).unwrap();
    let found: Vec<Submitted> = std::thread::scope(|scope| {
        let one = |_| {
            scope.spawn(|| {
                site.app.db.write(|tx| requests::submit(tx, &ctx, &of, &new.id, (1, false))).unwrap()
            })
        };
        let threads: Vec<_> = (0..4).map(one).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(found.iter().all(|it| *it == Submitted::Placed), "{found:?}");
    assert_eq!(all_orders(&site).len(), 1);
    assert_eq!(volume(&site, &contracts[1]).reserved, quantity("100"));
}

#[actix_web::test]
async fn of_two_requests_for_the_last_room_one_wins_and_the_other_is_told() {
    let (site, _, contracts) = signed();
    let (of, ctx) = (hospital(&site, "hospital1"), site.ctx_of("hospital1"));
    let wanted: Vec<New> = (0..3).map(|_| new(&contracts[1], "500")).collect();
    for it in &wanted {
        site.app.db.write(|tx| requests::enter(tx, &ctx, &of, it)).unwrap();
    }
    let found: Vec<Submitted> = std::thread::scope(|scope| {
        let one = |it: &New| {
            let (id, db, of, ctx) = (it.id.clone(), site.app.db.clone(), of.clone(), ctx.clone());
            scope.spawn(move || db.write(|tx| requests::submit(tx, &ctx, &of, &id, (1, false))).unwrap())
        };
        let threads: Vec<_> = wanted.iter().map(one).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(found.iter().filter(|it| **it == Submitted::Placed).count(), 1, "{found:?}");
    assert_eq!(found.iter().filter(|it| **it == Submitted::Changed(1)).count(), 2, "{found:?}");
    assert_eq!(all_orders(&site).len(), 1);
    assert_eq!(volume(&site, &contracts[1]).reserved, quantity("500"));
}

/// An order of hospital1 with a line of contract volume and one above it.
async fn ordered(site: &Site, contract: &Contract, quantity: &str) -> Order {
    let id = entered(site, "hospital1", &[(contract, quantity)]).await;
    submit(site, "hospital1", &id, &[("version", "1")]).await.is(303);
    all_orders(site).pop().unwrap()
}

#[actix_web::test]
async fn what_is_not_sent_can_be_given_up_once() {
    let (site, _, contracts) = signed();
    let order = ordered(&site, &contracts[1], "520").await;
    let lines = lines_of(&site, &order.id);
    let (path, line) = (format!("/orders/{}", order.id), lines[0].id.to_string());
    let shown = site.get("hospital1", &format!("{path}?release={line}")).await;
    shown.is(200).shows("尚有 500 支 未发货").shows("name=\"seen\" value=\"500\"");
    site.get("supplier2", &format!("{path}?release={line}")).await.is(200).hides("name=\"seen\"");
    let id = OrderReleaseId::new().to_string();
    let address = format!("{path}/release");
    let send = async |login: &str, id: &str, seen: &str, reason: &str| {
        let fields = [("id", id), ("line", line.as_str()), ("seen", seen), ("reason", reason)];
        site.post(login, &address, &fields).await
    };
    send("hospital2", &id, "500", "x").await.is(404);
    send("hospital1", &id, "500", "").await.is(422).shows("请填写放弃的原因");
    send("hospital1", &id, "400", "库存充足").await.is(422).shows("已变为 500").shows("库存充足");
    send("hospital1", &id, "500", "库存充足").await.is(303);
    send("hospital1", &id, "500", "库存充足").await.is(303);
    send("hospital1", OrderReleaseId::new().as_str(), "500", "x").await.is(422).shows("没有可放弃的数量");
    let after = lines_of(&site, &order.id);
    assert_eq!((after[0].released, after[0].state), (quantity("500"), OrderState::Closed));
    assert_eq!((after[1].released, after[1].state), (Quantity::ZERO, OrderState::Placed));
    assert_eq!(volume(&site, &contracts[1]).reserved, Quantity::ZERO);
    assert_eq!(all_orders(&site)[0].state, OrderState::Placed);
    site.get("supplier2", &path).await.is(200).shows("库存充足");
    // The last line closes the order.
    let (of, ctx) = (site.who("hospital1").organisation.id, site.ctx_of("hospital1"));
    let last = GivenUp {
        id: OrderReleaseId::new(),
        line: after[1].id.clone(),
        seen: quantity("20"),
        reason: "不需要".to_owned(),
    };
    site.app.db.write(|tx| give_up(tx, &ctx, &of, &last)).unwrap();
    assert_eq!(all_orders(&site)[0].state, OrderState::Closed);
    let letters: i64 = site
        .app
        .db
        .read(|c| Ok(mails::table.filter(mails::template.eq("order_released")).count().get_result(c)?))
        .unwrap();
    assert_eq!(letters, 2);
}

#[actix_web::test]
async fn others_see_neither_orders_nor_requests() {
    let (site, _, contracts) = signed();
    let order = ordered(&site, &contracts[0], "10").await;
    let paths = [format!("/orders/{}", order.id), format!("/orders/{}/export?as=csv", order.id)];
    for path in &paths {
        for (login, status) in [
            ("hospital1", 200),
            ("supplier1", 200),
            ("officer", 200),
            ("auditor", 200),
            ("hospital2", 404),
            ("supplier2", 404),
        ] {
            site.get(login, path).await.is(status);
        }
    }
    let request = format!("/orders/requests/{}", order.request_id);
    site.get("hospital2", &request).await.is(404);
    site.get("hospital2", &format!("{request}/results")).await.is(404);
    site.post("hospital2", &format!("{request}/submit"), &[("version", "1")]).await.is(404);
    site.post("hospital2", &format!("{request}/cancel"), &[]).await.is(404);
    site.get("supplier1", &request).await.is(403);
    site.post("hospital1", &format!("{request}/cancel"), &[]).await.is(422).shows("不能放弃");
    site.get("hospital2", "/orders").await.is(200).hides(&order.number);
    site.get("hospital2", &format!("/orders?contract={}", contracts[0].id)).await.is(404);
    site.get("supplier1", &format!("/orders?contract={}", contracts[0].id))
        .await
        .is(200)
        .shows(&order.number);
}

#[actix_web::test]
async fn the_list_is_filtered_paged_and_exported() {
    let (site, _, contracts) = signed();
    let first = ordered(&site, &contracts[0], "10").await;
    site.set_clock(site.now().plus_days(40));
    let second = ordered(&site, &contracts[1], "20").await;
    let check = async |login: &str, query: &str, shows: &[&Order], hides: &[&Order]| {
        let page = site.get(login, &format!("/orders?{query}")).await;
        page.is(200);
        for it in shows {
            page.shows(&it.number);
        }
        for it in hides {
            page.hides(&it.number);
        }
    };
    check("officer", "", &[&first, &second], &[]).await;
    check("officer", "q=%E9%98%BF%E8%8E%AB%E8%A5%BF%E6%9E%97", &[&first], &[&second]).await;
    check("officer", "q=%E6%B0%A8%E6%BA%B4%E7%B4%A2", &[], &[&first, &second]).await;
    check("hospital1", "q=%E6%B0%A8%E6%BA%B4%E7%B4%A2", &[&second], &[&first]).await;
    check("hospital1", "counterpart=%E5%BA%B7%E6%81%A9", &[&first], &[&second]).await;
    check("officer", "counterpart=%E5%8D%8E%E4%B8%9C", &[&second], &[&first]).await;
    check("supplier1", "counterpart=%E4%B8%AD%E5%BF%83%E5%8C%BB%E9%99%A2", &[&first], &[&second]).await;
    check("officer", "state=placed", &[&first, &second], &[]).await;
    check("officer", "state=closed", &[], &[&first, &second]).await;
    let (day, next) = (first.placed_on, first.placed_on.succ_opt().unwrap());
    check("officer", &format!("from={day}&to={day}"), &[&first], &[&second]).await;
    check("officer", &format!("from={next}"), &[&second], &[&first]).await;
    check("hospital1", &format!("to={day}"), &[&first], &[&second]).await;
    let before = site.get("hospital1", &format!("/orders?before={}", second.number)).await;
    before.is(200).shows(&first.number).hides(second.id.as_str());
    check("hospital1", "q=%25_", &[&first, &second], &[]).await;
    site.get("officer", "/orders?from=soon").await.is(422);
    site.get("officer", "/orders?state=gone").await.is(404);
    let file = site.get("hospital1", "/orders/export?as=csv&counterpart=%E5%BA%B7%E6%81%A9").await;
    file.is(200).shows(&first.number).hides(&second.number);
    site.get("officer", "/orders/export?as=xlsx").await.is(200);
    // More orders than a page holds lead on by number.
    let copies: Vec<Order> = (0..101)
        .map(|n| Order { id: OrderId::new(), number: format!("DD2030010{n:06}"), ..second.clone() })
        .collect();
    site.app
        .db
        .write(|tx| {
            for it in &copies {
                diesel::insert_into(orders::table).values(it).execute(tx.conn())?;
            }
            Ok(())
        })
        .unwrap();
    let page = site.get("hospital1", "/orders").await;
    page.shows("DD2030010000100")
        .shows("before=DD2030010000001")
        .hides("DD2030010000000<")
        .hides(&second.number);
    site.get("hospital1", "/orders?before=DD2030010000001")
        .await
        .shows("DD2030010000000")
        .shows(&second.number);
}

#[actix_web::test]
async fn the_job_opens_the_years_that_began() {
    let (site, _, contracts) = signed();
    let later = contracts[0].starts.checked_add_months(chrono::Months::new(12)).unwrap();
    site.set_clock(Time::parse_local(&format!("{later} 00:10")).unwrap());
    let job = jicai::jobs::find("open_volumes").unwrap();
    assert_eq!((job.run)(&site.app).unwrap(), [("opened", 4)]);
    assert_eq!((job.run)(&site.app).unwrap(), [("opened", 0)]);
    let years = site.app.db.read(|c| volumes::of_contract(c, &contracts[0].id)).unwrap();
    assert_eq!(
        years.iter().map(|it| (it.year, it.starts)).collect::<Vec<_>>(),
        [(1, contracts[0].starts), (2, later)]
    );
}

#[actix_web::test]
async fn a_request_ends_once() {
    let (site, _, contracts) = signed();
    let (of, ctx, it) = (hospital(&site, "hospital1"), site.ctx_of("hospital1"), new(&contracts[1], "1"));
    site.app.db.write(|tx| requests::enter(tx, &ctx, &of, &it)).unwrap();
    for _ in 0..2 {
        site.app.db.write(|tx| requests::cancel(tx, &ctx, &of.id, &it.id)).unwrap();
    }
    let found = site.app.db.write(|tx| requests::submit(tx, &ctx, &of, &it.id, (1, false)));
    let Err(Error::Refused(why)) = found else { panic!("{found:?}") };
    assert_eq!(format!("{why:?}"), format!("{:?}", RequestRefused::Cancelled));
    let state: RequestState = site
        .app
        .db
        .read(|c| Ok(order_requests::table.find(&it.id).select(order_requests::state).first(c)?))
        .unwrap();
    assert_eq!(state, RequestState::Cancelled);
}
