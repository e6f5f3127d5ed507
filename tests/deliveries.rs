//! From an order to what goes back: answers and shortfalls, delivery notes, receipts, returns, credit facts.

mod history;
mod uploads;

use diesel::prelude::*;
use jicai::contracts::Contract;
use jicai::contracts::volumes::{self, AgreedVolume, Movement};
use jicai::credit::{CreditFact, FactKind};
use jicai::notify::{Letter, News};
use jicai::schema::{credit_facts, deliveries, mails, order_lines, orders, receipts, returns};
use jicai::supply::{
    Delivery, DeliveryState, Order, OrderLine, OrderState, Payer, Receipt, ReceiptState, Return,
    confirmations, payers,
};
use jicai::types::{DeliveryId, Money, OrderId, OrderLineId, Quantity, ReceiptId, ReturnId, Time};

use crate::chain::{line_of, order_of, signed};
use crate::support::{Answer, Site};

/// An order just placed, with one line of contract volume for each quantity and, at its end, one ordinary line of as
/// much as the first: what makes orders has its own tests.
pub fn placed(site: &Site, contract: &Contract, quantities: &[&str]) -> (Order, Vec<OrderLine>) {
    let now = site.now();
    let order = Order { lines: quantities.len() as i32 + 1, ..order_of(site, contract, OrderState::Placed) };
    let line = line_of(site, contract, &order, Quantity::ZERO);
    let lines = site.app.db.write(|tx| {
        let volume = volumes::at(tx, contract, now.day())?.unwrap();
        diesel::insert_into(orders::table).values(&order).execute(tx.conn())?;
        let mut lines = Vec::new();
        let all = quantities.iter().map(|q| (q, true)).chain([(&quantities[0], false)]);
        for ((quantity, is_volume), position) in all.zip(1..) {
            let quantity: Quantity = quantity.parse().unwrap();
            if is_volume {
                volumes::shift(tx, &volume.id, Movement::Reserve, quantity)?;
            }
            let line = OrderLine {
                id: OrderLineId::new(),
                position,
                volume_id: is_volume.then(|| volume.id.clone()),
                quantity,
                ..line.clone()
            };
            diesel::insert_into(order_lines::table).values(&line).execute(tx.conn())?;
            lines.push(line);
        }
        Ok(lines)
    });
    (order, lines.unwrap())
}

/// A line as it is stored now.
pub fn line(site: &Site, id: &OrderLineId) -> OrderLine {
    let query = order_lines::table.find(id).select(OrderLine::as_select());
    site.app.db.read(|c| Ok(query.first(c)?)).unwrap()
}

fn order(site: &Site, id: &OrderId) -> Order {
    let query = orders::table.find(id).select(Order::as_select());
    site.app.db.read(|c| Ok(query.first(c)?)).unwrap()
}

/// The agreed volume of the first year.
pub fn volume(site: &Site, contract: &Contract) -> AgreedVolume {
    site.app.db.read(|c| volumes::of_contract(c, &contract.id)).unwrap().remove(0)
}

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

/// The news sent to a login, oldest first.
fn news(site: &Site, login: &str) -> Vec<News> {
    let address = format!("{login}@example.org");
    let rows: Vec<String> = site
        .app
        .db
        .read(|c| {
            Ok(mails::table
                .filter(mails::address.eq(&address))
                .order(mails::id)
                .select(mails::data)
                .load(c)?)
        })
        .unwrap();
    let letters = rows.iter().map(|data| serde_json::from_str::<Letter>(data).unwrap());
    letters.filter_map(|it| if let Letter::Supply { news, .. } = it { Some(news) } else { None }).collect()
}

fn facts(site: &Site, kind: FactKind) -> Vec<CreditFact> {
    let query = credit_facts::table
        .filter(credit_facts::kind.eq(kind))
        .order(credit_facts::id)
        .select(CreditFact::as_select());
    site.app.db.read(|c| Ok(query.load(c)?)).unwrap()
}

/// Answers lines: (line, quantity, day).
pub async fn answer(site: &Site, login: &str, order: &Order, said: &[(&OrderLine, &str, &str)]) -> Answer {
    let fields: Vec<(String, String)> = said
        .iter()
        .flat_map(|(line, quantity, day)| {
            [(format!("promised.{}", line.id), *quantity), (format!("day.{}", line.id), *day)]
        })
        .map(|(name, value)| (name, value.to_owned()))
        .collect();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    site.post(login, &format!("/orders/{}/confirm", order.id), &fields).await
}

/// Enters a note of one line: (number, line, quantity, codes). Gives where it leads.
pub async fn send(
    site: &Site,
    login: &str,
    order: &Order,
    number: &str,
    sent: &[(&OrderLine, &str, &str)],
) -> Answer {
    let id = DeliveryId::new().to_string();
    let mut fields = vec![
        ("id".to_owned(), id),
        ("order".to_owned(), order.id.to_string()),
        ("number".to_owned(), number.to_owned()),
        ("batches".to_owned(), "1".to_owned()),
    ];
    for (line, quantity, codes) in sent {
        let key = format!("{}.1", line.id);
        fields.push((format!("quantity.{key}"), (*quantity).to_owned()));
        fields.push((format!("batch.{key}"), "B2701".to_owned()));
        fields.push((format!("expires.{key}"), site.now().plus_days(400).day().to_string()));
        fields.push((format!("codes.{key}"), (*codes).to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    site.post(login, "/deliveries", &fields).await
}

pub fn delivery(site: &Site, number: &str) -> Delivery {
    let query = deliveries::table.filter(deliveries::number.eq(number)).select(Delivery::as_select());
    site.app.db.read(|c| Ok(query.first(c)?)).unwrap()
}

/// The ids of a note's lines.
fn lines_of(site: &Site, it: &Delivery) -> Vec<String> {
    let lines = site.app.db.read(|c| jicai::supply::deliveries::store::lines(c, &it.id)).unwrap();
    lines.into_iter().map(|(line, _)| line.id.to_string()).collect()
}

/// The fields that take in one line.
fn taking<'a>(keys: &'a [String; 5], said: &'a [&'a str; 5]) -> Vec<(&'a str, &'a str)> {
    keys.iter().map(String::as_str).zip(said.iter().copied()).collect()
}

fn keys(line: &str) -> [String; 5] {
    ["id", "accepted", "refused", "reason", "codes"].map(|name| format!("{name}.{line}"))
}

/// Takes one line in: accepted, refused, reason, codes.
async fn take(site: &Site, login: &str, it: &Delivery, line: &str, said: [&str; 4]) -> Answer {
    let id = ReceiptId::new().to_string();
    let [accepted, refused, reason, codes] = said;
    let (keys, said) = (keys(line), [id.as_str(), accepted, refused, reason, codes]);
    site.post(login, &format!("/deliveries/{}/receive", it.id), &taking(&keys, &said)).await
}

fn receipts(site: &Site, it: &Delivery) -> Vec<Receipt> {
    site.app.db.read(|c| jicai::supply::deliveries::store::receipts(c, &it.id)).unwrap()
}

/// Sends goods of a receipt back: quantity, reason, codes.
async fn give_back(site: &Site, login: &str, it: &Delivery, receipt: &Receipt, said: [&str; 3]) -> Answer {
    let (id, receipt) = (ReturnId::new().to_string(), receipt.id.to_string());
    let fields = [
        ("id", id.as_str()),
        ("receipt", &receipt),
        ("quantity", said[0]),
        ("reason", said[1]),
        ("codes", said[2]),
    ];
    site.post(login, &format!("/deliveries/{}/returns", it.id), &fields).await
}

fn all_returns(site: &Site) -> Vec<Return> {
    let query = returns::table.order(returns::id).select(Return::as_select());
    site.app.db.read(|c| Ok(query.load(c)?)).unwrap()
}

#[actix_web::test]
async fn what_is_not_promised_is_released_and_told_at_once() {
    let (site, _, contracts) = signed();
    let (it, lines) = placed(&site, &contracts[1], &["100", "40"]);
    let day = site.now().plus_days(2).day().to_string();
    site.get("supplier2", &format!("/orders/{}/confirm", it.id)).await.is(200).shows("响应订单").shows("100");
    // A blank line is no answer; zero is one.
    answer(&site, "supplier2", &it, &[(&lines[0], "60", &day), (&lines[1], "", "")]).await.is(303);
    assert_eq!(order(&site, &it.id).state, OrderState::Placed);
    let first = line(&site, &lines[0].id);
    assert_eq!((first.promised, first.released), (Some(quantity("60")), quantity("40")));
    assert_eq!(first.promised_on.unwrap().to_string(), day);
    assert_eq!(line(&site, &lines[1].id).promised, None);
    assert_eq!(volume(&site, &contracts[1]).reserved, quantity("100"));

    answer(&site, "supplier2", &it, &[(&lines[1], "0", ""), (&lines[2], "100", "")]).await.is(303);
    let second = line(&site, &lines[1].id);
    assert_eq!((second.state, second.promised), (OrderState::Closed, Some(Quantity::ZERO)));
    let after = order(&site, &it.id);
    assert_eq!(after.state, OrderState::Confirmed);
    assert_eq!(after.confirmed_by, Some(site.who("supplier2").account.id));
    // The ordinary line has no volume to release.
    assert_eq!(volume(&site, &contracts[1]).reserved, quantity("60"));

    let noted = facts(&site, FactKind::Shortfall);
    assert_eq!(noted.len(), 2);
    assert_eq!((noted[0].quantity, noted[0].amount), (Some(quantity("40")), Some("120.00".parse().unwrap())));
    for login in ["hospital1", "officer", "officer2"] {
        assert_eq!(news(&site, login), [News::OrderShort, News::OrderShort], "{login}");
    }
    assert!(news(&site, "hospital2").is_empty() && news(&site, "supplier2").is_empty());
    for login in ["hospital1", "supplier2", "officer", "auditor"] {
        site.get(login, "/deliveries/shortfalls").await.is(200).shows(&it.number).shows("40 支");
    }
    site.get("hospital2", "/deliveries/shortfalls").await.is(200).hides(&it.number).shows("没有缺货记录");
    site.get("officer", "/deliveries/shortfalls.csv").await.is(200).shows(&it.number);
}

#[actix_web::test]
async fn an_answer_stands_and_is_the_suppliers_own() {
    let (site, _, contracts) = signed();
    let (it, lines) = placed(&site, &contracts[1], &["100"]);
    for login in ["supplier1", "supplier3"] {
        answer(&site, login, &it, &[(&lines[0], "100", "")]).await.is(404);
        site.get(login, &format!("/orders/{}/confirm", it.id)).await.is(404);
    }
    answer(&site, "hospital1", &it, &[(&lines[0], "100", "")]).await.is(403);
    let cases = [
        ("100.5", "", "不超过 100"),
        ("-1", "", "不能小于 0"),
        ("ten", "", "不是有效的数字"),
        ("100", "2020-01-01", "已过"),
        ("100", "2099-01-01", "过远"),
        ("100", "soon", "不是有效的日期"),
    ];
    for (quantity, day, want) in cases {
        let shown = answer(&site, "supplier2", &it, &[(&lines[0], quantity, day)]).await;
        // What was typed is kept.
        shown.is(422).shows(want).shows(&format!("value=\"{quantity}\""));
    }
    answer(&site, "supplier2", &it, &[]).await.is(422).shows("没有填写");
    let strange = OrderLine { id: OrderLineId::new(), ..lines[0].clone() };
    answer(&site, "supplier2", &it, &[(&strange, "1", "")]).await.is(422);
    assert_eq!(line(&site, &lines[0].id), lines[0]);

    answer(&site, "supplier2", &it, &[(&lines[0], "90", "")]).await.is(303);
    let said = line(&site, &lines[0].id);
    // The same again changes nothing; another answer is refused.
    answer(&site, "supplier2", &it, &[(&lines[0], "90", "")]).await.is(303);
    answer(&site, "supplier2", &it, &[(&lines[0], "91", "")]).await.is(422).shows("已经答复");
    assert_eq!(line(&site, &lines[0].id), said);
    assert_eq!(facts(&site, FactKind::Shortfall).len(), 1);
}

#[actix_web::test]
async fn goods_come_in_parts_and_what_is_refused_comes_again() {
    let (site, _, contracts) = signed();
    let (it, lines) = placed(&site, &contracts[1], &["100"]);
    let code = |n: u8| format!("8000000000000000000{n}");
    let codes = format!("{} {}", code(1), code(2));
    send(&site, "supplier2", &it, "P0", &[(&lines[0], "1", "")]).await.is(422).shows("尚未响应");
    answer(&site, "supplier2", &it, &[(&lines[0], "100", ""), (&lines[1], "0", "")]).await.is(303);

    site.get("supplier2", "/deliveries/new").await.is(200).shows(&it.number);
    site.get("supplier2", &format!("/deliveries/new?order={}", it.id)).await.is(200).shows("可发数量");
    send(&site, "supplier2", &it, "P1", &[(&lines[0], "60", &codes)]).await.is(303);
    send(&site, "supplier2", &it, "P2", &[(&lines[0], "41", "")]).await.is(422).shows("不超过 40");
    send(&site, "supplier2", &it, "P1", &[(&lines[0], "40", "")]).await.is(422).shows("已经用过");
    send(&site, "supplier2", &it, "P2", &[(&lines[0], "1", &code(1))]).await.is(422).shows("配送单 P1");
    send(&site, "supplier2", &it, "P2", &[(&lines[0], "1", "12")])
        .await
        .is(422)
        .shows("以 8 开头的 20 位数字");
    send(&site, "supplier2", &it, "P2", &[]).await.is(422).shows("没有填写任何发货行");
    send(&site, "supplier2", &it, "", &[(&lines[0], "1", "")]).await.is(422).shows("必填");
    send(&site, "supplier1", &it, "P2", &[(&lines[0], "1", "")]).await.is(404);
    assert_eq!(line(&site, &lines[0].id).shipped, quantity("60"));
    assert_eq!(news(&site, "hospital1"), [News::OrderShort, News::DeliverySent]);

    let first = delivery(&site, "P1");
    let path = format!("/deliveries/{}", first.id);
    for login in ["hospital1", "supplier2", "officer", "settlement"] {
        site.get(login, &path).await.is(200).shows("P1").shows(&code(1));
        site.get(login, "/deliveries").await.is(200).shows("P1");
    }
    for login in ["hospital2", "supplier1"] {
        site.get(login, &path).await.is(404);
        site.get(login, "/deliveries").await.is(200).hides("P1");
    }
    let id = lines_of(&site, &first).remove(0);
    take(&site, "hospital2", &first, &id, ["60", "0", "", ""]).await.is(404);
    take(&site, "hospital1", &first, &id, ["50", "9", "破损", ""]).await.is(422).shows("应等于发货数量 60");
    take(&site, "hospital1", &first, &id, ["50", "10", "", ""]).await.is(422).shows("写明原因");
    take(&site, "hospital1", &first, &id, ["70", "-10", "", ""]).await.is(422).shows("不能小于 0");
    take(&site, "hospital1", &first, &id, ["50", "10", "破损", &code(9)]).await.is(422).shows("不在第 1 行");
    take(&site, "hospital1", &first, &id, ["", "", "", ""]).await.is(422).shows("没有填写任何一行");
    assert!(receipts(&site, &first).is_empty());
    take(&site, "hospital1", &first, &id, ["50", "10", "破损", &code(2)]).await.is(303);

    let receipt = receipts(&site, &first).remove(0);
    assert_eq!((receipt.accepted, receipt.refused), (quantity("50"), quantity("10")));
    assert_eq!((receipt.amount.to_string().as_str(), receipt.payer), ("150.00", Payer::Hospital));
    assert_eq!((receipt.state, receipt.reason.as_str()), (ReceiptState::Accepted, "破损"));
    assert_eq!(receipt.due_on, receipt.received_on + chrono::Days::new(30));
    assert_eq!(delivery(&site, "P1").state, DeliveryState::Received);
    let now = line(&site, &lines[0].id);
    assert_eq!(
        (now.accepted, now.refused, now.state),
        (quantity("50"), quantity("10"), OrderState::Confirmed)
    );
    let year = volume(&site, &contracts[1]);
    assert_eq!((year.reserved, year.consumed), (quantity("50"), quantity("50")));
    let noted = facts(&site, FactKind::RefusedGoods);
    assert_eq!((noted.len(), noted[0].detail.as_str()), (1, "破损"));
    assert_eq!(news(&site, "supplier2"), [News::DeliveryReceived]);

    // The refused ten and their package come again, with the forty that were still to come.
    send(&site, "supplier2", &it, "P2", &[(&lines[0], "50", &code(2))]).await.is(303);
    let second = delivery(&site, "P2");
    let id = lines_of(&site, &second).remove(0);
    take(&site, "hospital1", &second, &id, ["50", "0", "", ""]).await.is(303);
    assert_eq!(order(&site, &it.id).state, OrderState::Closed);
    let year = volume(&site, &contracts[1]);
    assert_eq!((year.reserved, year.consumed), (quantity("0"), quantity("100")));
    send(&site, "supplier2", &it, "P3", &[(&lines[0], "1", "")]).await.is(422).shows("没有可发数量");
    site.get("officer", "/deliveries/export.csv?state=received").await.is(200).shows("P2").shows("破损");
    site.get("hospital2", "/deliveries/export.csv").await.is(200).hides("P2");
    site.get("hospital1", "/deliveries/export.xlsx").await.is(200);
    site.get("hospital1", &format!("/deliveries?q={}", it.number)).await.is(200).shows("P1").shows("P2");
    site.get("hospital1", "/deliveries?q=P2").await.is(200).shows(">P2<").hides(">P1<");
    site.get("hospital1", "/deliveries?state=sent").await.is(200).hides("P1");
}

#[actix_web::test]
async fn a_delivery_refused_whole_is_not_to_be_paid_and_frees_its_packages() {
    let (site, _, contracts) = signed();
    let (it, lines) = placed(&site, &contracts[1], &["10"]);
    let code = "80000000000000000011";
    answer(&site, "supplier2", &it, &[(&lines[0], "10", ""), (&lines[1], "10", "")]).await.is(303);
    send(&site, "supplier2", &it, "P1", &[(&lines[0], "10", code)]).await.is(303);
    let first = delivery(&site, "P1");
    let id = lines_of(&site, &first).remove(0);
    take(&site, "hospital1", &first, &id, ["0", "10", "温度超标", ""]).await.is(303);
    let receipt = receipts(&site, &first).remove(0);
    assert_eq!((receipt.state, receipt.amount), (ReceiptState::Refused, Money::ZERO));
    assert_eq!(volume(&site, &contracts[1]).reserved, quantity("10"));
    give_back(&site, "hospital1", &first, &receipt, ["1", "x", ""]).await.is(422).shows("超过可退的 0");
    send(&site, "supplier2", &it, "P2", &[(&lines[0], "10", code)]).await.is(303);
}

#[actix_web::test]
async fn what_the_fund_pays_directly_is_bought_by_contract() {
    let (site, _, contracts) = signed();
    let direct = payers::DirectHospital {
        hospital_id: contracts[1].hospital_id.clone(),
        since: site.now().day(),
        until: None,
    };
    let ctx = site.ctx_of("officer");
    site.app.db.write(|tx| payers::set(tx, &ctx, &direct)).unwrap();
    let (it, lines) = placed(&site, &contracts[1], &["10"]);
    let without = order_lines::table.find(&lines[1].id);
    site.app
        .db
        .write(|tx| {
            Ok(diesel::update(without).set(order_lines::contract_id.eq(None::<String>)).execute(tx.conn())?)
        })
        .unwrap();
    answer(&site, "supplier2", &it, &[(&lines[0], "10", ""), (&lines[1], "10", "")]).await.is(303);
    send(&site, "supplier2", &it, "P1", &[(&lines[0], "10", ""), (&lines[1], "10", "")]).await.is(303);
    let first = delivery(&site, "P1");
    for id in lines_of(&site, &first) {
        take(&site, "hospital1", &first, &id, ["10", "0", "", ""]).await.is(303);
    }
    let payer: Vec<Payer> = receipts(&site, &first).iter().map(|it| it.payer).collect();
    assert_eq!(payer, [Payer::Fund, Payer::Hospital]);
}

#[actix_web::test]
async fn accepted_goods_go_back_and_are_worth_no_more_than_they_cost() {
    let (site, _, contracts) = signed();
    let (it, lines) = placed(&site, &contracts[1], &["30"]);
    let codes = "80000000000000000021 80000000000000000022";
    answer(&site, "supplier2", &it, &[(&lines[0], "30", ""), (&lines[1], "0", "")]).await.is(303);
    send(&site, "supplier2", &it, "P1", &[(&lines[0], "30", codes)]).await.is(303);
    let first = delivery(&site, "P1");
    let id = lines_of(&site, &first).remove(0);
    take(&site, "hospital1", &first, &id, ["30", "0", "", ""]).await.is(303);
    let receipt = receipts(&site, &first).remove(0);
    give_back(&site, "hospital1", &first, &receipt, ["31", "召回", ""]).await.is(422).shows("超过可退的 30");
    give_back(&site, "hospital1", &first, &receipt, ["0", "召回", ""]).await.is(422).shows("大于 0");
    give_back(&site, "hospital1", &first, &receipt, ["1", "", ""]).await.is(422).shows("写明退货原因");
    give_back(&site, "hospital2", &first, &receipt, ["1", "召回", ""]).await.is(404);
    give_back(&site, "supplier2", &first, &receipt, ["1", "召回", ""]).await.is(403);
    give_back(&site, "hospital1", &first, &receipt, ["10", "召回", "80000000000000000022"]).await.is(303);
    let year = volume(&site, &contracts[1]);
    assert_eq!((year.reserved, year.consumed), (quantity("0"), quantity("20")));
    let now = line(&site, &lines[0].id);
    assert_eq!((now.accepted, now.returned, now.state), (quantity("30"), quantity("10"), OrderState::Closed));
    give_back(&site, "hospital1", &first, &receipt, ["20", "召回", ""]).await.is(303);
    give_back(&site, "hospital1", &first, &receipt, ["0.001", "召回", ""]).await.is(422);
    let made = all_returns(&site);
    assert_eq!(made.iter().map(|it| it.amount.to_string()).collect::<Vec<_>>(), ["30.00", "60.00"]);
    // The credit note is what lowers the receipt.
    assert_eq!(receipts(&site, &first).remove(0).credited, Money::ZERO);
    assert_eq!(news(&site, "supplier2"), [News::DeliveryReceived, News::GoodsReturned, News::GoodsReturned]);
    site.get("supplier2", &format!("/deliveries/{}", first.id)).await.is(200).shows("召回").shows("已退回");
}

#[actix_web::test]
async fn a_form_sent_twice_counts_once_and_of_two_people_one_is_told() {
    let (site, _, contracts) = signed();
    let (it, lines) = placed(&site, &contracts[1], &["10"]);
    answer(&site, "supplier2", &it, &[(&lines[0], "10", ""), (&lines[1], "0", "")]).await.is(303);
    let (id, expires) = (DeliveryId::new().to_string(), site.now().plus_days(9).day().to_string());
    let (order_id, key) = (it.id.to_string(), format!("{}.1", lines[0].id));
    let names = ["quantity", "batch", "expires"].map(|name| format!("{name}.{key}"));
    let fields = [
        ("id", id.as_str()),
        ("order", &order_id),
        ("number", "P1"),
        (&names[0], "10"),
        (&names[1], "B1"),
        (&names[2], &expires),
    ];
    for _ in 0..2 {
        site.post("supplier2", "/deliveries", &fields).await.is(303);
    }
    assert_eq!(line(&site, &lines[0].id).shipped, quantity("10"));

    let first = delivery(&site, "P1");
    let path = format!("/deliveries/{}/receive", first.id);
    let (keys, receipt) = (keys(&lines_of(&site, &first)[0]), ReceiptId::new().to_string());
    let said = [receipt.as_str(), "10", "0", "", ""];
    for _ in 0..2 {
        site.post("hospital1", &path, &taking(&keys, &said)).await.is(303);
    }
    let other = ReceiptId::new().to_string();
    let said = [other.as_str(), "9", "1", "少一支", ""];
    site.post("hospital1", &path, &taking(&keys, &said))
        .await
        .is(422)
        .shows("hospital1同志")
        .shows("没有生效");
    assert_eq!(line(&site, &lines[0].id).accepted, quantity("10"));

    let back = ReturnId::new().to_string();
    let known = receipts(&site, &first).remove(0).id.to_string();
    let fields =
        [("id", back.as_str()), ("receipt", &known), ("quantity", "4"), ("reason", "召回"), ("codes", "")];
    for _ in 0..2 {
        site.post("hospital1", &format!("/deliveries/{}/returns", first.id), &fields).await.is(303);
    }
    assert_eq!(line(&site, &lines[0].id).returned, quantity("4"));
}

#[test]
fn of_two_who_take_the_same_goods_in_at_once_one_wins() {
    use jicai::supply::deliveries::{self, Note, Sent};
    use jicai::supply::receipts::{self, Take};
    let (site, _, contracts) = signed();
    site.account(&site.who("hospital1").organisation, "hospital1b", &[jicai::people::Role::Hospital]);
    for turn in 0..4 {
        let (it, lines) = placed(&site, &contracts[1], &["10"]);
        let ctx = site.ctx_of("supplier2");
        let answers: Vec<_> = lines
            .iter()
            .map(|l| confirmations::Answer { line: l.id.clone(), quantity: l.quantity, day: None })
            .collect();
        site.app.db.write(|tx| confirmations::confirm(tx, &ctx, &it.id, &answers)).unwrap();
        let sent = Sent {
            line: lines[0].id.clone(),
            quantity: quantity("10"),
            batch: "B1".to_owned(),
            expires_on: site.now().plus_days(9).day(),
            codes: Vec::new(),
        };
        let (id, order_id) = (DeliveryId::new(), it.id.clone());
        let note = Note { id, number: format!("P{turn}"), order_id, lines: vec![sent] };
        let first = site.app.db.write(|tx| deliveries::send(tx, &ctx, &note)).unwrap();
        let sent = site.app.db.read(|c| deliveries::store::lines(c, &first.id)).unwrap().remove(0).0;
        let takers = ["hospital1", "hospital1b"].map(|login| {
            let (db, ctx, delivery) = (site.app.db.clone(), site.ctx_of(login), first.id.clone());
            let take = Take {
                id: ReceiptId::new(),
                line: sent.id.clone(),
                accepted: quantity("10"),
                refused: Quantity::ZERO,
                reason: String::new(),
                codes: Vec::new(),
            };
            std::thread::spawn(move || {
                db.write(|tx| receipts::receive(tx, &ctx, &delivery, std::slice::from_ref(&take)))
                    .map_err(|e| e.to_string())
            })
        });
        let done: Vec<_> = takers.into_iter().map(|h| h.join().unwrap()).collect();
        assert_eq!(done.iter().filter(|d| d.is_ok()).count(), 1, "{done:?}");
        let told = done.iter().find_map(|d| d.as_ref().err()).unwrap();
        assert!(told.contains("was taken in on"), "{told}");
        assert_eq!(line(&site, &lines[0].id).accepted, quantity("10"));
    }
    assert_eq!(volume(&site, &contracts[1]).consumed, quantity("40"));
}

fn run_job(site: &Site) -> Vec<(&'static str, usize)> {
    (jicai::jobs::find("note_late").unwrap().run)(&site.app).unwrap()
}

#[actix_web::test]
async fn silence_and_lateness_are_noted_once() {
    let (site, _, contracts) = signed();
    let start = site.now();
    let (silent, _) = placed(&site, &contracts[0], &["5"]);
    let (it, lines) = placed(&site, &contracts[1], &["10", "20"]);
    let day = site.now().plus_days(1).day().to_string();
    answer(&site, "supplier2", &it, &[(&lines[0], "10", &day), (&lines[1], "20", ""), (&lines[2], "0", "")])
        .await
        .is(303);
    let hours = |n: i64| Time::from_millis(start.millis() + n * 3_600_000);
    site.set_clock(hours(24));
    assert_eq!(run_job(&site), [("unanswered", 0), ("late", 0)]);
    site.set_clock(hours(25));
    assert_eq!(run_job(&site), [("unanswered", 1), ("late", 0)]);
    assert_eq!(run_job(&site), [("unanswered", 0), ("late", 0)]);
    let noted = facts(&site, FactKind::Unanswered);
    assert_eq!((noted.len(), noted[0].subject_id.as_str()), (1, silent.id.as_str()));
    for login in ["supplier1", "officer"] {
        assert_eq!(news(&site, login).iter().filter(|n| **n == News::OrderUnanswered).count(), 1, "{login}");
    }
    // The day after the promised one; then the usual 72 hours of the line without a day.
    site.set_clock(hours(49));
    assert_eq!(run_job(&site), [("unanswered", 0), ("late", 1)]);
    site.set_clock(hours(73));
    assert_eq!(run_job(&site), [("unanswered", 0), ("late", 1)]);
    assert_eq!(run_job(&site), [("unanswered", 0), ("late", 0)]);
    let noted = facts(&site, FactKind::LateDelivery);
    assert_eq!(
        noted.iter().map(|f| f.subject_id.clone()).collect::<Vec<_>>(),
        [lines[0].id.to_string(), lines[1].id.to_string()]
    );
    // What comes after that is late already.
    send(&site, "supplier2", &it, "P1", &[(&lines[0], "10", "")]).await.is(303);
    let first = delivery(&site, "P1");
    take(&site, "hospital1", &first, &lines_of(&site, &first)[0], ["10", "0", "", ""]).await.is(303);
    assert_eq!(facts(&site, FactKind::LateDelivery).len(), 2);
}

#[actix_web::test]
async fn a_receipt_after_the_promised_day_is_noted_as_late() {
    let (site, _, contracts) = signed();
    let (it, lines) = placed(&site, &contracts[1], &["10"]);
    let day = site.now().day().to_string();
    answer(&site, "supplier2", &it, &[(&lines[0], "10", &day), (&lines[1], "10", "")]).await.is(303);
    send(&site, "supplier2", &it, "P1", &[(&lines[0], "10", ""), (&lines[1], "10", "")]).await.is(303);
    site.set_clock(site.now().plus_days(1));
    let first = delivery(&site, "P1");
    for id in lines_of(&site, &first) {
        take(&site, "hospital1", &first, &id, ["10", "0", "", ""]).await.is(303);
    }
    let noted = facts(&site, FactKind::LateDelivery);
    assert_eq!(noted.iter().map(|f| f.subject_id.clone()).collect::<Vec<_>>(), [lines[0].id.to_string()]);
    let query = receipts::table.count();
    assert_eq!(site.app.db.read(|c| Ok(query.get_result::<i64>(c)?)).unwrap(), 2);
}

#[actix_web::test]
async fn home_says_what_waits() {
    let (site, _, contracts) = signed();
    let (it, lines) = placed(&site, &contracts[1], &["10"]);
    site.get("supplier2", "/").await.is(200).shows("响应订单 1 个");
    answer(&site, "supplier2", &it, &[(&lines[0], "10", ""), (&lines[1], "0", "")]).await.is(303);
    send(&site, "supplier2", &it, "P1", &[(&lines[0], "10", "")]).await.is(303);
    site.get("supplier2", "/").await.is(200).hides("响应订单 1 个");
    site.get("hospital1", "/").await.is(200).shows("验收配送单 1 张");
    site.get("hospital2", "/").await.is(200).hides("验收配送单");
}
