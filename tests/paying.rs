//! Payments of hospitals over HTTP: registered, never above what is due, reversed once; the clock and its letters.

use std::sync::Barrier;

use diesel::prelude::*;
use jicai::jobs;
use jicai::payments::hospital::{self, Entry};
use jicai::payments::invoices::rules::due;
use jicai::schema::{mails, payments};
use jicai::supply::payers::{self, DirectHospital};
use jicai::supply::{Receipt, ReceiptState};
use jicai::types::{Money, PaymentId};

use crate::chain::{received, signed};
use crate::invoices::{invoiced, receipt, sent_back};
use crate::support::{Answer, Site};

fn fresh() -> String {
    PaymentId::new().to_string()
}

async fn pay(
    site: &Site,
    id: &str,
    reference: &str,
    lines: &[(&Receipt, &str)],
    more: &[(&str, &str)],
) -> Answer {
    let day = site.now().day().to_string();
    let amounts: Vec<(String, &str)> =
        lines.iter().map(|(it, amount)| (format!("amount-{}", it.id), *amount)).collect();
    let supplier = lines[0].0.supplier_id.to_string();
    let mut fields = vec![("id", id), ("supplier", &supplier), ("reference", reference), ("paid_on", &day)];
    fields.extend(lines.iter().map(|(it, _)| ("receipt", it.id.as_str())));
    fields.extend(amounts.iter().map(|(name, amount)| (name.as_str(), *amount)));
    fields.extend(more);
    site.post("hospital1", "/payments", &fields).await
}

fn number(site: &Site, id: &str) -> String {
    let id: PaymentId = id.parse().unwrap();
    site.app.db.read(|c| hospital::store::payment(c, &id)).unwrap().unwrap().number
}

#[actix_web::test]
async fn a_hospital_pays_in_parts_and_never_above_what_is_due() {
    let (site, _, contracts) = signed();
    let it = received(&site, &contracts[0], "1000");
    let form = format!("/payments/new?supplier={}", it.supplier_id);
    site.get("hospital1", &form).await.is(200).shows("没有已开票待付款");
    pay(&site, &fresh(), "B1", &[(&it, "200.00")], &[]).await.is(422).shows("尚未足额开票");
    invoiced(&site, "supplier1", 1, &it);
    site.get("hospital1", &form).await.is(200).shows("200.00").shows("浙江康恩药业有限公司");
    pay(&site, &fresh(), "B1", &[(&it, "200.01")], &[]).await.is(422).shows("超过应付余额 200.00");
    pay(&site, &fresh(), "B1", &[(&it, "0")], &[]).await.is(422).shows("金额为零");
    pay(&site, &fresh(), "", &[(&it, "1")], &[]).await.is(422);
    let first = fresh();
    pay(&site, &first, "B1", &[(&it, "50.00")], &[]).await.is(303);
    pay(&site, &first, "B1", &[(&it, "50.00")], &[]).await.is(303);
    let after = receipt(&site, &it.id);
    assert_eq!(
        (after.paid.to_string().as_str(), after.state),
        ("50.00", ReceiptState::Invoiced),
        "sent twice is one"
    );
    let month = site.now().local().format("%Y%m").to_string();
    assert_eq!(number(&site, &first), format!("FK{month}000001"));
    let again = pay(&site, &fresh(), "B1", &[(&it, "50.00")], &[]).await;
    again.is(422).shows(&number(&site, &first)).shows("again");
    pay(&site, &fresh(), "B1", &[(&it, "50.00")], &[("again", "yes")]).await.is(303);
    pay(&site, &fresh(), "B2", &[(&it, "100.00")], &[]).await.is(303);
    assert_eq!(receipt(&site, &it.id).state, ReceiptState::Paid);
    for login in ["hospital1", "supplier1", "officer"] {
        site.get(login, &format!("/payments/{first}")).await.is(200).shows("50.00").shows("B1");
        site.get(login, "/payments").await.is(200).shows("B2");
        site.get(login, "/payments/export/payments.xlsx").await.is(200);
        site.get(login, &format!("/payments/receipts/{}", it.id)).await.is(200).shows("已付款");
    }
    for login in ["hospital2", "supplier2"] {
        site.get(login, &format!("/payments/{first}")).await.is(404);
        site.get(login, "/payments").await.hides("B2");
        site.get(login, &format!("/payments/receipts/{}", it.id)).await.is(404);
    }
    let letters: i64 = site
        .app
        .db
        .read(|c| {
            Ok(mails::table
                .filter(mails::address.eq("supplier1@example.org"))
                .filter(mails::template.eq("hospital_paid"))
                .count()
                .get_result(c)?)
        })
        .unwrap();
    assert_eq!(letters, 3, "the supplier hears of each payment");
}

#[actix_web::test]
async fn other_payers_and_suppliers_are_told_apart() {
    let (site, _, contracts) = signed();
    let one = received(&site, &contracts[0], "1000");
    let two = received(&site, &contracts[1], "10");
    let theirs = received(&site, &contracts[2], "10");
    invoiced(&site, "supplier1", 1, &one);
    invoiced(&site, "supplier2", 2, &two);
    invoiced(&site, "supplier1", 3, &theirs);
    pay(&site, &fresh(), "B1", &[(&one, "1"), (&two, "1")], &[]).await.is(422).shows("另一家供应企业");
    pay(&site, &fresh(), "B1", &[(&theirs, "1")], &[]).await.is(422).shows("不是本单位的验收记录");
    let direct =
        DirectHospital { hospital_id: one.hospital_id.clone(), since: site.now().day(), until: None };
    let ctx = site.ctx_of("officer");
    site.app.db.write(|tx| payers::set(tx, &ctx, &direct)).unwrap();
    let fund = received(&site, &contracts[0], "10");
    invoiced(&site, "supplier1", 4, &fund);
    pay(&site, &fresh(), "B1", &[(&fund, "1")], &[]).await.is(422).shows("由医保基金直接结算");
}

#[actix_web::test]
async fn a_reversal_opens_by_the_figures_and_only_once() {
    let (site, _, contracts) = signed();
    let it = received(&site, &contracts[0], "1000");
    invoiced(&site, "supplier1", 1, &it);
    let paid = fresh();
    pay(&site, &paid, "B1", &[(&it, "200.00")], &[]).await.is(303);
    site.get("hospital1", "/payments/receipts").await.shows("没有符合条件");
    let path = format!("/payments/{paid}/reverse");
    site.post("hospital1", &path, &[("id", &fresh()), ("reason", "")]).await.is(422).shows("请写明原因");
    site.post("hospital2", &path, &[("id", &fresh()), ("reason", "x")]).await.is(404);
    let back = fresh();
    site.post("hospital1", &path, &[("id", &back), ("reason", "银行退回")]).await.is(303);
    site.post("hospital1", &path, &[("id", &back), ("reason", "银行退回")]).await.is(303);
    let again = site.post("hospital1", &path, &[("id", &fresh()), ("reason", "x")]).await;
    again.is(422).shows(&number(&site, &back));
    let of_reversal = format!("/payments/{back}/reverse");
    site.post("hospital1", &of_reversal, &[("id", &fresh()), ("reason", "x")])
        .await
        .is(422)
        .shows("冲销记录不能再冲销");
    let after = receipt(&site, &it.id);
    assert_eq!((after.paid.scaled(), after.state), (0, ReceiptState::Paid), "states only move forward");
    site.get("hospital1", "/payments/receipts?which=payable").await.shows("200.00");
    site.get("hospital1", "/ageing").await.is(200).shows("200.00");
    site.get("supplier1", &format!("/payments/{back}")).await.is(200).shows("-200.00").shows("银行退回");
    pay(&site, &fresh(), "B1", &[(&it, "200.00")], &[]).await.is(303);
    assert_eq!(due(&receipt(&site, &it.id)), Some(Money::ZERO), "and it is paid again");
}

#[actix_web::test]
async fn what_is_credited_after_payment_is_netted() {
    let (site, _, contracts) = signed();
    let one = received(&site, &contracts[0], "1000");
    let two = received(&site, &contracts[0], "500");
    let id = invoiced(&site, "supplier1", 1, &one);
    invoiced(&site, "supplier1", 2, &two);
    let first = fresh();
    pay(&site, &first, "B1", &[(&one, "200.00")], &[]).await.is(303);
    let back = sent_back(&site, &one, "100", "20.00");
    let day = site.now().day().to_string();
    let fields = [
        ("id", &*fresh()),
        ("number", "26332000009999999999"),
        ("issued_on", &day),
        ("total", "20.00"),
        ("reason", "退货"),
        ("return", back.as_str()),
    ];
    site.post("supplier1", &format!("/invoices/{id}/credit"), &fields).await.is(303);
    site.get("hospital1", &format!("/invoices/{id}")).await.shows("已付超过应付 20.00 元");
    site.get("hospital1", "/payments/receipts?which=net").await.shows("-20.00");
    site.get("hospital1", &format!("/payments/new?supplier={}", one.supplier_id)).await.shows("-20.00");
    pay(&site, &fresh(), "B2", &[(&two, "100.00"), (&one, "-20.01")], &[])
        .await
        .is(422)
        .shows("超过可抵扣的 -20.00");
    pay(&site, &fresh(), "B2", &[(&one, "-20.00")], &[]).await.is(422).shows("小于零");
    let second = fresh();
    pay(&site, &second, "B2", &[(&two, "100.00"), (&one, "-20.00")], &[]).await.is(303);
    site.get("hospital1", &format!("/payments/{second}")).await.shows("80.00");
    assert_eq!(due(&receipt(&site, &one.id)), Some(Money::ZERO));
    let answer = site
        .post("hospital1", &format!("/payments/{first}/reverse"), &[("id", &fresh()), ("reason", "x")])
        .await;
    answer.is(422).shows("请先冲销后一笔付款");
}

#[test]
fn of_two_at_once_no_more_is_paid_than_due() {
    let (site, _, contracts) = signed();
    let it = received(&site, &contracts[0], "1000");
    invoiced(&site, "supplier1", 1, &it);
    let (ctx, barrier) = (site.ctx_of("hospital1"), Barrier::new(2));
    let pay = |reference: &str| {
        let entry = Entry {
            id: PaymentId::new(),
            paid_on: it.received_on,
            reference: reference.to_owned(),
            lines: vec![(it.id.clone(), it.amount)],
            again: false,
        };
        barrier.wait();
        site.app.db.write(|tx| hospital::pay(tx, &ctx, &entry))
    };
    let results = std::thread::scope(|scope| {
        let pay = &pay;
        let hands: Vec<_> = ["B1", "B2"].map(|it| scope.spawn(move || pay(it))).into();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(results.iter().filter(|it| it.is_ok()).count(), 1, "{results:?}");
    assert_eq!(receipt(&site, &it.id).paid, it.amount);
}

#[actix_web::test]
async fn payments_are_uploaded_from_the_exported_list() {
    let (site, _, contracts) = signed();
    let one = received(&site, &contracts[0], "1000");
    let two = received(&site, &contracts[0], "500");
    let three = received(&site, &contracts[1], "10");
    invoiced(&site, "supplier1", 1, &one);
    invoiced(&site, "supplier1", 2, &two);
    invoiced(&site, "supplier2", 3, &three);
    let export = site.get("hospital1", "/payments/receipts/export/receipts.csv?which=payable").await;
    export.is(200).shows(one.id.as_str());
    let day = site.now().day();
    let fill = |line: &str| {
        let Some(rest) = line.strip_suffix(",,,") else { return line.to_owned() };
        let amount = if line.contains(two.id.as_str()) { "" } else { rest.rsplit(',').next().unwrap() };
        format!("{rest},B7,{day},{amount}")
    };
    let filled: Vec<String> = export.body.lines().map(fill).collect();
    let id = fresh();
    let file = filled.join("\n");
    site.upload("hospital1", "/payments/uploads", &[("id", &id)], "付款.csv", file.as_bytes()).await.is(303);
    let review = format!("/payments/uploads/{id}");
    site.get("hospital2", &review).await.is(404);
    site.get("hospital1", &review).await.is(200).shows("共 2 笔付款，合计 230.00 元");
    site.post("hospital1", &review, &[("again", "0")]).await.is(303);
    site.post("hospital1", &review, &[("again", "0")]).await.is(303);
    assert_eq!(receipt(&site, &one.id).state, ReceiptState::Paid);
    assert_eq!(receipt(&site, &three.id).state, ReceiptState::Paid);
    assert_eq!(receipt(&site, &two.id).state, ReceiptState::Invoiced, "a blank is nothing paid");
    let count: i64 = site.app.db.read(|c| Ok(payments::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 2);
    let bad = format!(
        "reference,paid_on,receipt,paid_amount\nB8,{day},{},100.01\nB8,{day},{},1\nB8,2099-01-01,{},1\nB8,{day},{},x\n",
        two.id, one.id, two.id, two.id
    );
    let id = fresh();
    site.upload("hospital1", "/payments/uploads", &[("id", &id)], "付款.csv", bad.as_bytes()).await.is(303);
    let shown = site.get("hospital1", &format!("/payments/uploads/{id}")).await;
    shown.is(200).shows("4 处错误").shows("超过应付余额").shows("晚于今天");
}

#[actix_web::test]
async fn the_clock_counts_what_is_open_and_writes_to_whoever_is_late() {
    let (site, _, contracts) = signed();
    let one = received(&site, &contracts[0], "1000");
    let uninvoiced = received(&site, &contracts[1], "10");
    invoiced(&site, "supplier1", 1, &one);
    site.get("officer", "/ageing").await.is(200).shows("尚未统计");
    site.get("hospital1", "/ageing").await.is(200).shows("没有逾期付款单位").shows("230.00");
    site.set_clock(site.now().plus_days(31));
    let run = |name: &str| (jobs::find(name).unwrap().run)(&site.app).unwrap();
    assert_eq!(run("count_ageing"), [("counted", 2)]);
    let staff = site.get("officer", "/ageing").await;
    staff.is(200).shows("金华市中心医院").shows("华东制药有限公司").shows("bucket=late_30");
    site.get("officer", "/ageing/export/ageing.csv").await.is(200).shows("200.00");
    site.get("supplier2", "/ageing").await.is(200).hides("200.00").shows("30.00");
    let drill = format!("/payments/receipts?hospital={}&bucket=late_30", one.hospital_id);
    site.get("officer", &drill).await.is(200).shows("200.00").shows("30.00");
    let other = format!("/payments/receipts?hospital={}&bucket=late_60", one.hospital_id);
    site.get("officer", &other).await.is(200).shows("没有符合条件");
    assert_eq!(run("remind_payers"), [("late", 1)]);
    assert_eq!(run("remind_payers"), [("late", 1)]);
    let letters: Vec<String> = site
        .app
        .db
        .read(|c| {
            Ok(mails::table
                .filter(mails::address.eq("hospital1@example.org"))
                .filter(mails::template.eq("payments_late"))
                .select(mails::data)
                .load(c)?)
        })
        .unwrap();
    assert_eq!(letters.len(), 1, "once a week, whatever runs twice");
    assert!(
        letters[0].contains("200.00"),
        "what has no invoice is not late: {letters:?} {}",
        uninvoiced.amount
    );
    site.get("hospital1", "/ageing").await.shows("逾期付款单位").shows("state bad");
}
