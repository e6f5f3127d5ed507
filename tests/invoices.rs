//! Invoices over HTTP: entry, upload, fully digital ones, what does not match, credit notes; and two at once.

use std::sync::Barrier;

use diesel::prelude::*;
use jicai::contracts::Contract;
use jicai::error::Error;
use jicai::payments::invoices::{self, EnteredLine, Entry, store};
use jicai::payments::{Invoice, InvoiceState};
use jicai::schema::{credit_facts, mails, returns};
use jicai::supply::{Receipt, ReceiptState, Return};
use jicai::types::{InvoiceId, ReceiptId, ReturnId};

use crate::chain::{received, signed};
use crate::support::{Answer, Site};

/// A number no other test's invoice has: of fully digital invoices.
pub fn number(n: u64) -> String {
    format!("2633200000{n:010}")
}

pub fn receipt(site: &Site, id: &ReceiptId) -> Receipt {
    site.app.db.read(|c| store::receipt(c, id)).unwrap().unwrap()
}

fn invoice(site: &Site, id: &str) -> Option<Invoice> {
    let id: InvoiceId = id.parse().unwrap();
    site.app.db.read(|c| store::invoice(c, &id)).unwrap()
}

/// Delivery note and line of a receipt.
fn note(site: &Site, it: &Receipt) -> (String, i32) {
    let goods = site.app.db.read(|c| store::goods(c, std::iter::once(it))).unwrap();
    (goods[&it.id].delivery.clone(), goods[&it.id].line)
}

/// Enters an invoice of one receipt on the page.
async fn enter(
    site: &Site,
    id: &str,
    number: &str,
    it: &Receipt,
    line: (&str, &str, &str),
    more: &[(&str, &str)],
) -> Answer {
    let (quantity, price, amount) =
        (format!("quantity-{}", it.id), format!("unit_price-{}", it.id), format!("amount-{}", it.id));
    let (day, hospital) = (site.now().day().to_string(), it.hospital_id.to_string());
    let mut fields = vec![
        ("id", id),
        ("hospital", &hospital),
        ("number", number),
        ("issued_on", &day),
        ("total", line.2),
        ("receipt", it.id.as_str()),
        (&quantity, line.0),
        (&price, line.1),
        (&amount, line.2),
    ];
    fields.extend(more);
    site.post("supplier1", "/invoices", &fields).await
}

fn fresh() -> String {
    InvoiceId::new().to_string()
}

#[actix_web::test]
async fn a_matching_invoice_makes_its_receipt_payable() {
    let (site, _, contracts) = signed();
    let it = received(&site, &contracts[0], "1000");
    let form = site.get("supplier1", &format!("/invoices/new?hospital={}", it.hospital_id)).await;
    form.is(200).shows("金华市中心医院").shows("200.00").shows(&note(&site, &it).0);
    let id = fresh();
    enter(&site, &id, &number(1), &it, ("1000", "0.20", "200.00"), &[]).await.is(303);
    let after = receipt(&site, &it.id);
    assert_eq!((after.invoiced.to_string().as_str(), after.state), ("200.00", ReceiptState::Invoiced));
    for login in ["supplier1", "hospital1", "officer", "settlement"] {
        site.get(login, &format!("/invoices/{id}")).await.is(200).shows("三单相符").shows("200.00");
        site.get(login, "/invoices").await.is(200).shows(&number(1));
        site.get(login, "/invoices/export/invoices.csv").await.is(200).shows(&number(1));
        site.get(login, "/invoices/export/invoices.xlsx").await.is(200);
        site.get(login, "/invoices?standing=mismatched").await.is(200).hides(&number(1));
    }
    for login in ["supplier2", "hospital2"] {
        site.get(login, &format!("/invoices/{id}")).await.is(404);
        site.get(login, "/invoices").await.is(200).hides(&number(1));
    }
    enter(&site, &id, &number(1), &it, ("1000", "0.20", "200.00"), &[]).await.is(303);
    assert_eq!(receipt(&site, &it.id), after, "the same form twice is one invoice");
    let again = enter(&site, &fresh(), &number(1), &it, ("1000", "0.20", "200.00"), &[]).await;
    again.is(422).shows(&number(1)).shows("已于");
    let other = received(&site, &contracts[1], "10");
    let taken = site
        .post(
            "supplier2",
            "/invoices",
            &[
                ("id", &fresh()),
                ("number", &number(1)),
                ("issued_on", &site.now().day().to_string()),
                ("total", "30.00"),
                ("receipt", other.id.as_str()),
                (&format!("quantity-{}", other.id), "10"),
                (&format!("unit_price-{}", other.id), "3.00"),
                (&format!("amount-{}", other.id), "30.00"),
            ],
        )
        .await;
    taken.is(422).shows("已在平台登记").hides("三单相符");
}

#[actix_web::test]
async fn several_invoices_cover_a_receipt_to_the_cent() {
    let (site, _, contracts) = signed();
    // 0.20 a piece: a quantity of 0.025 costs half a cent.
    let it = received(&site, &contracts[0], "10");
    let parts = [("3.025", "0.61"), ("3.025", "0.60"), ("3.95", "0.79")];
    for (n, (quantity, amount)) in parts.iter().enumerate() {
        let state = receipt(&site, &it.id).state;
        assert_eq!(state, ReceiptState::Accepted, "not covered in full before the last part");
        let answer =
            enter(&site, &fresh(), &number(10 + n as u64), &it, (quantity, "0.20", amount), &[]).await;
        answer.is(303);
    }
    let after = receipt(&site, &it.id);
    assert_eq!((after.invoiced, after.state), (it.amount, ReceiptState::Invoiced));
    let over = enter(&site, &fresh(), &number(14), &it, ("0.1", "0.20", "0.02"), &[]).await;
    over.is(422).shows("超过已验收未开票的数量");
}

#[actix_web::test]
async fn what_does_not_match_is_shown_first_and_kept_only_when_the_document_says_so() {
    let (site, _, contracts) = signed();
    let it = received(&site, &contracts[0], "1000");
    let id = fresh();
    let refused = enter(&site, &id, &number(1), &it, ("1000", "0.21", "210.00"), &[]).await;
    refused.is(422).shows("单价 0.21 与订单单价 0.20 不符").shows("anyway");
    assert_eq!(invoice(&site, &id), None, "a slip is not entered");
    let kept = enter(&site, &id, &number(1), &it, ("1000", "0.21", "210.00"), &[("anyway", "yes")]).await;
    kept.is(303);
    assert_eq!(invoice(&site, &id).unwrap().state, InvoiceState::Mismatched);
    let after = receipt(&site, &it.id);
    assert_eq!(
        (after.invoiced.scaled(), after.state),
        (0, ReceiptState::Accepted),
        "nothing is payable from it"
    );
    for login in ["hospital1", "supplier1", "officer"] {
        site.get(login, &format!("/invoices/{id}")).await.is(200).shows("三单不符").shows("与订单单价");
    }
    let facts: i64 = site.app.db.read(|c| Ok(credit_facts::table.count().get_result(c)?)).unwrap();
    let letters: Vec<String> = site
        .app
        .db
        .read(|c| {
            Ok(mails::table
                .filter(mails::template.eq("invoice_mismatched"))
                .select(mails::address)
                .load(c)?)
        })
        .unwrap();
    assert_eq!(facts, 1);
    assert_eq!(letters.len(), 2, "both sides are told: {letters:?}");
    site.post("supplier1", &format!("/invoices/{id}/withdraw"), &[("reason", "")])
        .await
        .is(422)
        .shows("请写明原因");
    site.post("supplier2", &format!("/invoices/{id}/withdraw"), &[("reason", "x")]).await.is(404);
    site.post("supplier1", &format!("/invoices/{id}/withdraw"), &[("reason", "单价开错")]).await.is(303);
    site.get("hospital1", &format!("/invoices/{id}")).await.shows("已撤回").shows("单价开错");
    let again = enter(&site, &fresh(), &number(1), &it, ("1000", "0.20", "200.00"), &[]).await;
    again.is(422).shows("已撤回");
    enter(&site, &fresh(), &number(2), &it, ("1000", "0.20", "200.00"), &[]).await.is(303);
    assert_eq!(receipt(&site, &it.id).state, ReceiptState::Invoiced);
    let total = enter(&site, &fresh(), "123", &it, ("1", "0.20", "0.20"), &[]).await;
    total.is(422).shows("不符合格式");
}

#[actix_web::test]
async fn a_matching_invoice_is_not_taken_back() {
    let (site, _, contracts) = signed();
    let it = received(&site, &contracts[0], "1000");
    let id = fresh();
    enter(&site, &id, &number(1), &it, ("1000", "0.20", "200.00"), &[]).await.is(303);
    let answer = site.post("supplier1", &format!("/invoices/{id}/withdraw"), &[("reason", "x")]).await;
    answer.is(422).shows("请用红字发票更正");
}

/// What a supplier would enter for the whole of a receipt.
pub fn entry(number: String, it: &Receipt) -> Entry {
    Entry {
        id: InvoiceId::new(),
        code: String::new(),
        number,
        issued_on: it.received_on,
        total: it.amount,
        tax: None,
        lines: vec![EnteredLine {
            receipt_id: it.id.clone(),
            quantity: it.accepted,
            unit_price: it.unit_price,
            amount: it.amount,
        }],
        anyway: false,
    }
}

#[test]
fn of_two_at_once_with_one_number_one_is_told() {
    let (site, _, contracts) = signed();
    let list = [received(&site, &contracts[0], "1000"), received(&site, &contracts[0], "2000")];
    let (ctx, barrier) = (site.ctx_of("supplier1"), Barrier::new(2));
    let enter = |it: &Receipt| {
        let entry = entry(number(1), it);
        barrier.wait();
        site.app.db.write(|tx| invoices::enter(tx, &ctx, &entry))
    };
    let results = std::thread::scope(|scope| {
        let hands: Vec<_> = list.iter().map(|it| scope.spawn(|| enter(it))).collect();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(results.iter().filter(|it| it.is_ok()).count(), 1, "{results:?}");
    let told = results
        .iter()
        .any(|it| matches!(it, Err(Error::Refused(why)) if format!("{why:?}").contains(&number(1))));
    assert!(told, "{results:?}");
}

#[test]
fn of_two_at_once_for_one_receipt_no_more_is_invoiced_than_accepted() {
    let (site, _, contracts) = signed();
    let it = received(&site, &contracts[0], "1000");
    let (ctx, barrier) = (site.ctx_of("supplier1"), Barrier::new(2));
    let enter = |n: u64| {
        let entry = entry(number(n), &it);
        barrier.wait();
        site.app.db.write(|tx| invoices::enter(tx, &ctx, &entry))
    };
    let results = std::thread::scope(|scope| {
        let enter = &enter;
        let hands: Vec<_> = [1, 2].map(|n| scope.spawn(move || enter(n))).into();
        hands.into_iter().map(|hand| hand.join().unwrap()).collect::<Vec<_>>()
    });
    assert_eq!(results.iter().filter(|it| it.is_ok()).count(), 1, "{results:?}");
    assert_eq!(receipt(&site, &it.id).invoiced, it.amount);
}

fn table(lines: &[String]) -> Vec<u8> {
    let head = "发票代码,发票号码,开票日期,医疗机构,配送单号,行号,数量,单价,金额,税额";
    format!("{head}\n{}\n", lines.join("\n")).into_bytes()
}

pub fn line(site: &Site, number: &str, it: &Receipt, figures: &str) -> String {
    let (delivery, line) = note(site, it);
    format!(",{number},{},金华市中心医院,{delivery},{line},{figures}", it.received_on)
}

#[actix_web::test]
async fn a_table_of_invoices_is_reviewed_and_entered_whole() {
    let (site, _, contracts) = signed();
    let one = received(&site, &contracts[0], "1000");
    let two = received(&site, &contracts[0], "500");
    let three = received(&site, &contracts[0], "100");
    let file = table(&[
        line(&site, &number(1), &one, "1000,0.20,200.00,23.01"),
        line(&site, &number(1), &two, "500,0.20,100.00,11.50"),
        line(&site, &number(2), &three, "100,0.30,30.00,"),
    ]);
    let id = fresh();
    site.upload("supplier1", "/invoices/uploads", &[("id", &id)], "发票.csv", &file).await.is(303);
    let review = format!("/invoices/uploads/{id}");
    site.get("supplier2", &review).await.is(404);
    let shown = site.get("supplier1", &review).await;
    shown.is(200).shows("共 2 张发票，相符 1 张，不符 1 张").shows("300.00");
    site.post("supplier1", &review, &[("mismatched", "0")]).await.is(422).shows("请重新核对");
    assert_eq!(receipt(&site, &one.id).invoiced.scaled(), 0, "nothing half-applied");
    site.post("supplier1", &review, &[("mismatched", "1")]).await.is(303);
    site.post("supplier1", &review, &[("mismatched", "1")]).await.is(303);
    assert_eq!(receipt(&site, &one.id).state, ReceiptState::Invoiced);
    assert_eq!(receipt(&site, &two.id).state, ReceiptState::Invoiced);
    assert_eq!(receipt(&site, &three.id).state, ReceiptState::Accepted);
    site.get("supplier1", "/invoices?standing=matched").await.shows(&number(1)).shows("34.51");
    site.get("hospital1", "/invoices?standing=mismatched").await.shows(&number(2));
    site.get("supplier1", &review).await.shows("已处理");
}

#[actix_web::test]
async fn every_fault_of_a_table_is_named_and_nothing_is_entered() {
    let (site, _, contracts) = signed();
    let one = received(&site, &contracts[0], "1000");
    let theirs = received(&site, &contracts[1], "10");
    let (delivery, place) = note(&site, &theirs);
    let day = one.received_on;
    let file = table(&[
        line(&site, "123", &one, "1000,0.20,200.00,"),
        line(&site, &number(1), &one, "0,0.20,200.00,"),
        line(&site, &number(2), &one, "1000,0.20,二百,"),
        format!(",{},{day},金华市中心医院,{delivery},{place},10,3.00,30.00,", number(3)),
        line(&site, &number(4), &one, "1000,0.20,200.00,").replace("金华市中心医院", "别的医院"),
        line(&site, &number(5), &one, "1000,0.20,200.00,300.00"),
        line(&site, &number(6), &one, "1000,0.20,200.00,").replace(&day.to_string(), "2099-01-01"),
        format!(",{},{day},金华市中心医院,,,10,3.00,30.00,", number(7)),
        line(&site, &number(8), &one, "500,0.20,100.00,"),
        line(&site, &number(8), &one, "500,0.20,100.00,"),
    ]);
    let id = fresh();
    site.upload("supplier1", "/invoices/uploads", &[("id", &id)], "发票.csv", &file).await.is(303);
    let shown = site.get("supplier1", &format!("/invoices/uploads/{id}")).await;
    shown.is(200).shows("9 处错误").shows("不符合格式").shows("二百").shows("本企业没有这张配送单");
    shown.shows("与所填医疗机构不符").shows("税额 300.00").shows("晚于今天").shows("与第 10 行是同一笔验收");
    let answer = site.post("supplier1", &format!("/invoices/uploads/{id}"), &[("mismatched", "0")]).await;
    answer.is(422);
    assert_eq!(receipt(&site, &one.id).invoiced.scaled(), 0);
    for hostile in [&b""[..], b"\x00\x01", b"PK\x03\x04broken", b"a,b\n1,2\n", b"\"open"] {
        site.upload("supplier1", "/invoices/uploads", &[("id", &fresh())], "x.csv", hostile).await.is(422);
    }
}

fn xml(number: &str, day: &str, buyer: &str, lines: &[(&str, &str, &str, &str)], total: &str) -> String {
    let lines: String = lines
        .iter()
        .map(|(name, quantity, net, tax)| {
            format!(
                "<IssuItemInformation><ItemName>{name}</ItemName><Quantity>{quantity}</Quantity><UnPrice>0.1</UnPrice>\
                 <Amount>{net}</Amount><TaxRate>0.13</TaxRate><ComTaxAm>{tax}</ComTaxAm></IssuItemInformation>"
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><EInvoice><Header><EIid>{number}</EIid></Header><EInvoiceData>\
         <SellerInformation><SellerIdNum>91330700MA28000001</SellerIdNum><SellerName>浙江康恩药业有限公司</SellerName></SellerInformation>\
         <BuyerInformation><BuyerIdNum>12330700471757000A</BuyerIdNum><BuyerName>{buyer}</BuyerName></BuyerInformation>\
         <BasicInformation><TotalTaxAm>34.51</TotalTaxAm><TotalTax-includedAmount>{total}</TotalTax-includedAmount></BasicInformation>\
         {lines}</EInvoiceData><TaxSupervisionInfo><InvoiceNumber>{number}</InvoiceNumber><IssueTime>{day}</IssueTime>\
         </TaxSupervisionInfo></EInvoice>"
    )
}

#[actix_web::test]
async fn a_fully_digital_invoice_finds_its_receipts() {
    let (site, _, contracts) = signed();
    let one = received(&site, &contracts[0], "1000");
    let two = received(&site, &contracts[0], "500");
    let day = one.received_on.to_string();
    let lines = [
        ("*药品*阿莫西林胶囊", "1000", "176.99", "23.01"),
        ("*药品*阿莫西林胶囊", "500.000000", "88.50", "11.50"),
    ];
    let file = xml(&number(1), &day, "金华市中心医院", &lines, "300.00");
    let id = fresh();
    site.upload("supplier2", "/invoices/xml", &[("id", &id)], "e.xml", file.as_bytes())
        .await
        .is(422)
        .shows("不是本企业");
    site.upload("supplier1", "/invoices/xml", &[("id", &id)], "e.xml", file.as_bytes()).await.is(303);
    let page = format!("/invoices/xml/{id}");
    site.get("supplier2", &page).await.is(404);
    let shown = site.get("supplier1", &page).await;
    shown.is(200).shows(&number(1)).shows("自动匹配");
    for it in [&one, &two] {
        shown.shows(&format!("value=\"{}\" selected", it.id));
    }
    let none = site.post("supplier1", &page, &[("receipt-0", one.id.as_str()), ("receipt-1", "")]).await;
    none.is(422).shows("第 2 行没有对应的验收记录");
    let wrong = site
        .post("supplier1", &page, &[("receipt-0", two.id.as_str()), ("receipt-1", one.id.as_str())])
        .await;
    wrong.is(422).shows("超过已验收未开票的数量");
    let chosen = [("receipt-0", one.id.as_str()), ("receipt-1", two.id.as_str())];
    site.post("supplier1", &page, &chosen).await.is(303);
    site.post("supplier1", &page, &chosen).await.is(303);
    let made = invoice(&site, &id).unwrap();
    assert_eq!((made.state, made.amount.to_string().as_str()), (InvoiceState::Matched, "300.00"));
    assert_eq!(receipt(&site, &two.id).state, ReceiptState::Invoiced);
    let again =
        site.upload("supplier1", "/invoices/xml", &[("id", &fresh())], "e.xml", file.as_bytes()).await;
    again.is(422).shows("已于");
    let stranger = xml(&number(2), &day, "没有的医院", &lines, "300.00");
    let answer =
        site.upload("supplier1", "/invoices/xml", &[("id", &fresh())], "e.xml", stranger.as_bytes()).await;
    answer.is(422).shows("没有的医院");
    let bomb = file.replace("<EInvoice>", "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><EInvoice>");
    let answer =
        site.upload("supplier1", "/invoices/xml", &[("id", &fresh())], "e.xml", bomb.as_bytes()).await;
    answer.is(422).shows("出于安全不予读取");
}

/// Goods of a receipt sent back, row by row.
pub fn sent_back(site: &Site, it: &Receipt, quantity: &str, amount: &str) -> ReturnId {
    let back = Return {
        id: ReturnId::new(),
        receipt_id: it.id.clone(),
        order_line_id: it.order_line_id.clone(),
        hospital_id: it.hospital_id.clone(),
        supplier_id: it.supplier_id.clone(),
        quantity: quantity.parse().unwrap(),
        amount: amount.parse().unwrap(),
        reason: "包装破损".to_owned(),
        returned_on: site.now().day(),
        at: site.now(),
        account_id: None,
    };
    site.app
        .db
        .write(|tx| Ok(diesel::insert_into(returns::table).values(&back).execute(tx.conn())?))
        .unwrap();
    back.id
}

/// An invoice of the whole of a receipt, entered.
pub fn invoiced(site: &Site, login: &str, n: u64, it: &Receipt) -> InvoiceId {
    let (ctx, entry) = (site.ctx_of(login), entry(number(n), it));
    site.app.db.write(|tx| invoices::enter(tx, &ctx, &entry)).unwrap();
    entry.id
}

#[actix_web::test]
async fn a_credit_note_takes_exactly_a_return_and_no_more_than_is_left() {
    let (site, _, contracts): (Site, _, Vec<Contract>) = signed();
    let it = received(&site, &contracts[0], "1000");
    let id = invoiced(&site, "supplier1", 1, &it);
    let back = sent_back(&site, &it, "100", "20.00");
    let page = format!("/invoices/{id}/credit");
    site.get("supplier1", &page).await.is(200).shows("包装破损").shows("20.00");
    site.get("supplier2", &page).await.is(404);
    let day = site.now().day().to_string();
    let price = format!("price-{}", it.id);
    let post = |id: String, n: u64, total: &'static str, more: Vec<(String, String)>| {
        let (site, page, day) = (&site, page.clone(), day.clone());
        async move {
            let number = number(n);
            let mut fields = vec![
                ("id", id.as_str()),
                ("number", &number),
                ("issued_on", &day),
                ("total", total),
                ("reason", "退货"),
            ];
            fields.extend(more.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            site.post("supplier1", &page, &fields).await
        }
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    post(fresh(), 2, "20.00", vec![]).await.is(422).shows("没有选择任何明细");
    post(fresh(), 2, "19.99", vec![pair("return", back.as_str())])
        .await
        .is(422)
        .shows("与各行之和 20.00 不等");
    post(fresh(), 2, "200.01", vec![pair(&price, "200.01")]).await.is(422).shows("不超过可红冲金额 200.00");
    let (note, chosen) = (fresh(), vec![pair("return", back.as_str())]);
    post(note.clone(), 2, "20.00", chosen.clone()).await.is(303);
    post(note.clone(), 2, "20.00", chosen.clone()).await.is(303);
    assert_eq!(receipt(&site, &it.id).credited.to_string(), "20.00", "sent twice is one credit note");
    post(fresh(), 3, "20.00", chosen).await.is(422).shows("已有红字发票");
    post(fresh(), 3, "180.01", vec![pair(&price, "180.01")]).await.is(422).shows("180.00");
    post(fresh(), 3, "30.00", vec![pair(&price, "30.00")]).await.is(303);
    assert_eq!(receipt(&site, &it.id).credited.to_string(), "50.00");
    site.get("hospital1", &format!("/invoices/{note}")).await.is(200).shows("红字发票").shows(&number(1));
    site.get("hospital1", "/invoices?standing=credit").await.shows(&number(2)).hides(&number(1));
}
