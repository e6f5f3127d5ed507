//! The record of how suppliers keep their contracts: filters, counts, links, whose it is.

use diesel::prelude::*;
use jicai::credit::{self, Fact, FactKind};
use jicai::schema::{delivery_lines, order_lines};
use jicai::types::{DeliveryId, OrderId};

use crate::chain::{invoiced, received, signed};
use crate::support::Site;

fn note(site: &Site, supplier: &str, kind: FactKind, subject: &str, id: &str, quantity: Option<&str>) {
    let (supplier, ctx) = (site.who(supplier).organisation.id, site.ctx());
    site.app
        .db
        .write(|tx| {
            let quantity = quantity.map(|it| it.parse().unwrap());
            let detail = format!("{kind} 说明");
            credit::note(
                tx,
                &ctx,
                Fact { supplier: &supplier, kind, subject, id, quantity, amount: None, detail },
            )
        })
        .unwrap();
}

#[actix_web::test]
async fn each_fact_opens_to_the_row_it_is_about() {
    let (site, _, contracts) = signed();
    let receipt = received(&site, &contracts[0], "100");
    let invoice = invoiced(&site, std::slice::from_ref(&receipt));
    let (order, delivery): (OrderId, DeliveryId) = site
        .app
        .db
        .read(|c| {
            let order =
                order_lines::table.find(&receipt.order_line_id).select(order_lines::order_id).first(c)?;
            let delivery = delivery_lines::table
                .find(&receipt.delivery_line_id)
                .select(delivery_lines::delivery_id)
                .first(c)?;
            Ok((order, delivery))
        })
        .unwrap();
    note(&site, "supplier1", FactKind::Shortfall, "order_lines", receipt.order_line_id.as_str(), Some("20"));
    note(&site, "supplier1", FactKind::Unanswered, "orders", order.as_str(), None);
    note(&site, "supplier1", FactKind::LateDelivery, "deliveries", delivery.as_str(), None);
    note(&site, "supplier1", FactKind::RefusedGoods, "receipts", receipt.id.as_str(), Some("0"));
    note(&site, "supplier1", FactKind::RefusedInvoice, "invoices", invoice.id.as_str(), None);
    note(&site, "supplier2", FactKind::Replaced, "contracts", contracts[1].id.as_str(), None);
    let page = site.get("auditor", "/credit").await;
    page.is(200)
        .shows(&format!("href=\"/orders/{order}\""))
        .shows(&format!("href=\"/deliveries/{delivery}\""))
        .shows(&format!("href=\"/invoices/{}\"", invoice.id))
        .shows(&format!("href=\"/contracts/{}\"", contracts[1].id))
        .shows("浙江康恩药业有限公司")
        .shows("华东制药有限公司")
        .shows("退出或被替换");
    let (own, other) = (site.get("supplier1", "/credit").await, site.get("supplier2", "/credit").await);
    own.is(200)
        .shows("逾期配送")
        .hides(&format!("/contracts/{}", contracts[1].id))
        .hides("供应企业名称或代码");
    other.is(200).shows(&format!("/contracts/{}", contracts[1].id)).hides(&format!("/orders/{order}"));
    // A supplier cannot ask for another's.
    site.get("supplier2", "/credit?q=%E5%BA%B7%E6%81%A9").await.hides(&format!("/orders/{order}"));
    site.get("hospital1", "/credit").await.is(403);
    site.get("officer", "/credit?kind=shortfall").await.shows("20").hides("/invoices/");
    site.get("officer", "/credit?q=%E5%8D%8E%E4%B8%9C").await.shows("/contracts/").hides("/invoices/");
    site.get("officer", "/credit?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E5%AE%B6")
        .await
        .is(200)
        .shows("没有符合条件的记录");
    site.get("officer", "/credit?from=2027-12-31&to=2027-01-01").await.is(422).shows("晚于");
    for bad in ["kind=what", "from=soon", "before=x.y"] {
        site.get("officer", &format!("/credit?{bad}")).await.is(404);
    }
    let file = site.get("officer", "/credit/export.csv?kind=refused_invoice").await;
    file.is(200).shows("发票不符").hides("逾期配送");
    site.get("supplier2", "/credit/export.csv").await.is(200).shows("退出或被替换").hides("发票不符");
    assert!(site.get("officer", "/credit/export.xlsx").await.is(200).bytes.starts_with(b"PK"));
}

#[actix_web::test]
async fn long_lists_go_page_by_page_and_counts_are_by_kind() {
    let (site, ..) = signed();
    for n in 0..130 {
        note(&site, "supplier1", FactKind::LateDelivery, "deliveries", &format!("d{n:03}"), None);
    }
    let first = site.get("officer", "/credit").await;
    first.is(200).shows("<td class=\"n\">130</td>").shows("下一页");
    let next = first.body.split("rel=\"next\"").next().unwrap().rsplit("href=\"").next().unwrap();
    let next = next.split('"').next().unwrap().replace("&amp;", "&").replace("&#38;", "&");
    let second = site.get("officer", &next).await;
    let rows = |body: &str| body.matches("/deliveries/d").count();
    assert_eq!((rows(&first.body), rows(&second.body)), (100, 30));
    second.is(200).hides("下一页");
}
