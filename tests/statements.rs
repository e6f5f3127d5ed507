//! Statements and reconciliation over HTTP: the same figures for all three, each difference with its cause.

use diesel::prelude::*;
use jicai::payments::hospital::{self, Entry};
use jicai::schema::deliveries;
use jicai::supply::{DeliveryState, Receipt};
use jicai::types::{ImportId, PaymentId};

use crate::chain::{received, signed};
use crate::invoices::{invoiced, number, sent_back};
use crate::support::Site;

fn paid(site: &Site, reference: &str, it: &Receipt, amount: &str) -> PaymentId {
    let entry = Entry {
        id: PaymentId::new(),
        paid_on: site.now().day(),
        reference: reference.to_owned(),
        lines: vec![(it.id.clone(), amount.parse().unwrap())],
        again: false,
    };
    let ctx = site.ctx_of("hospital1");
    site.app.db.write(|tx| hospital::pay(tx, &ctx, &entry)).unwrap();
    entry.id
}

/// The figures of a statement as the page says them.
fn figures(text: &str) -> Vec<String> {
    let lines = text.lines();
    let labels = ["期初余额", "本期验收", "本期红冲", "本期付款", "期末余额"];
    let mut found = Vec::new();
    for line in lines {
        if let Some(rest) = labels.iter().find_map(|label| line.strip_prefix(label)) {
            found.push(rest.to_owned());
        }
        if found.len() == labels.len() {
            break;
        }
    }
    found
}

#[actix_web::test]
async fn hospital_supplier_and_fund_see_the_same_account() {
    let (site, _, contracts) = signed();
    let first = received(&site, &contracts[0], "1000");
    let start = site.now();
    let id = invoiced(&site, "supplier1", 1, &first);
    site.set_clock(start.plus_days(40));
    let second = received(&site, &contracts[0], "500");
    let other = received(&site, &contracts[1], "10");
    let back = sent_back(&site, &first, "100", "20.00");
    let payment = paid(&site, "B1", &first, "150.00");
    let day = site.now().day();
    let credit = [
        ("id", &*PaymentId::new().to_string()),
        ("number", &*number(2)),
        ("issued_on", &*day.to_string()),
        ("total", "20.00"),
        ("reason", "退货"),
        ("return", back.as_str()),
    ];
    site.post("supplier1", &format!("/invoices/{id}/credit"), &credit).await.is(303);
    let days = format!("from={}&to={day}", start.plus_days(1).day());
    let pair = format!("/statements/{}/{}?{days}", first.hospital_id, first.supplier_id);
    let want = ["200.00", "100.00", "20.00", "150.00", "130.00"];
    for login in ["hospital1", "supplier1", "settlement", "officer"] {
        let shown = site.get(login, &pair).await;
        shown
            .is(200)
            .shows(&format!("/payments/receipts/{}", second.id))
            .shows(&format!("/payments/{payment}"));
        shown
            .hides(&format!("/payments/receipts/{}", first.id))
            .hides(&format!("/payments/receipts/{}", other.id));
        assert_eq!(figures(&shown.text()), want, "{login}\n{}", shown.text());
    }
    for login in ["hospital2", "supplier2"] {
        site.get(login, &pair).await.is(404);
    }
    let whole = site.get("hospital1", &format!("/statements?{days}")).await;
    assert_eq!(figures(&whole.text()), ["200.00", "130.00", "20.00", "150.00", "160.00"]);
    whole
        .shows("华东制药有限公司")
        .shows(&format!("/statements/{}/{}", other.hospital_id, other.supplier_id));
    let supplier = site.get("supplier2", &format!("/statements?{days}&hospital={}", other.hospital_id)).await;
    assert_eq!(figures(&supplier.text()), ["0.00", "30.00", "0.00", "0.00", "30.00"]);
    let foreign = site.get("hospital2", &format!("/statements?{days}&hospital={}", first.hospital_id)).await;
    assert_eq!(
        figures(&foreign.text()),
        ["0.00", "0.00", "0.00", "0.00", "0.00"],
        "its own, whatever it asks for"
    );
    site.get("officer", "/statements").await.is(200).shows("请选择医疗机构或供应企业");
    let file = site.get("hospital1", &format!("/statements/export/statement.csv?{days}")).await;
    file.is(200).shows("期初余额").shows("-150.00").shows("160.00");
    site.get("hospital1", &format!("/statements/export/statement.xlsx?{days}")).await.is(200);
    site.get("officer", "/statements/export/statement.csv").await.is(404);
    site.get("hospital1", "/statements?from=2027-02-02&to=2027-01-01").await.is(422).shows("晚于");
}

#[actix_web::test]
async fn what_is_not_settled_is_listed_with_its_causes() {
    let (site, _, contracts) = signed();
    let settled = received(&site, &contracts[0], "1000");
    let open = received(&site, &contracts[0], "500");
    let bare = received(&site, &contracts[1], "10");
    invoiced(&site, "supplier1", 1, &settled);
    invoiced(&site, "supplier1", 2, &open);
    paid(&site, "B1", &settled, "200.00");
    paid(&site, "B2", &open, "40.00");
    let path = "/statements/check";
    let shown = site.get("hospital1", path).await;
    shown.is(200).shows(open.id.as_str()).shows(bare.id.as_str()).hides(settled.id.as_str());
    shown.shows("未开票").shows("待付款（未到期）").shows("部分付款");
    sent_back(&site, &settled, "100", "20.00");
    site.get("supplier1", path)
        .await
        .is(200)
        .shows(settled.id.as_str())
        .shows("退货未红冲")
        .hides(bare.id.as_str());
    site.get("hospital2", path).await.is(200).shows("验收、发票、付款一致");
    site.get("officer", path).await.is(404);
    let asked = format!("{path}?hospital={}", settled.hospital_id);
    site.get("officer", &asked).await.is(200).shows("退货未红冲");
    let file = format!("{path}/export/check.csv?hospital={}", settled.hospital_id);
    site.get("officer", &file).await.is(200).shows("退货未红冲");
}

#[actix_web::test]
async fn a_ledger_is_compared_with_its_causes() {
    let (site, _, contracts) = signed();
    let one = received(&site, &contracts[0], "1000");
    let two = received(&site, &contracts[0], "500");
    let three = received(&site, &contracts[0], "100");
    let travelling = received(&site, &contracts[0], "50");
    for (n, it) in [(1, &one), (2, &two), (3, &three)] {
        invoiced(&site, "supplier1", n, it);
    }
    paid(&site, "B1", &one, "200.00");
    let deliveries: Vec<String> = site
        .app
        .db
        .read(|c| {
            Ok(deliveries::table.order(deliveries::id.desc()).limit(1).select(deliveries::number).load(c)?)
        })
        .unwrap();
    let sent = diesel::update(deliveries::table.filter(deliveries::number.eq(&deliveries[0])))
        .set(deliveries::state.eq(DeliveryState::Sent));
    site.app.db.write(|tx| Ok(sent.clone().execute(tx.conn())?)).unwrap();
    let day = site.now().day();
    let ledger = format!(
        "number,issued_on,amount,paid,delivery\n{},{day},200.00,200.00,\n{},{day},101.00,60.00,\n{},{day},9.99,,\n{},{day},10.00,,{}\n",
        number(1),
        number(2),
        number(8),
        number(9),
        deliveries[0],
    );
    assert_eq!(travelling.hospital_id, one.hospital_id);
    let id = ImportId::new().to_string();
    site.upload("hospital1", "/statements/ledgers", &[("id", &id)], "台账.csv", ledger.as_bytes())
        .await
        .is(303);
    let path = format!("/statements/ledgers/{id}");
    let shown = site.get("hospital1", &path).await;
    shown.is(200).shows("台账 4 行，差异 5 处").hides(&number(1));
    shown
        .shows("金额不同")
        .shows("已付款但平台未登记")
        .shows("平台没有这张发票")
        .shows("货物尚未验收")
        .shows("台账没有这张发票");
    site.get("hospital1", &format!("{path}/export/differences.csv")).await.is(200).shows(&number(3));
    site.get("supplier1", &path).await.is(404);
    site.post("supplier1", &format!("{path}/cancel"), &[]).await.is(404);
    site.post("hospital1", &format!("{path}/cancel"), &[]).await.is(303);
    site.get("hospital1", &path).await.is(404);
    let twice = format!("number,issued_on,amount,paid\n{0},{day},1,\n{0},{day},1,\nx,soon,1,\n", number(1));
    let id = ImportId::new().to_string();
    site.upload("supplier1", "/statements/ledgers", &[("id", &id)], "台账.csv", twice.as_bytes())
        .await
        .is(303);
    let shown = site.get("supplier1", &format!("/statements/ledgers/{id}")).await;
    shown.is(200).shows("2 处错误").shows("与第 2 行的发票代码和号码相同");
}
