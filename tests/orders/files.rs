//! Orders from files: an answer for every line, or a refusal of the whole.

use diesel::prelude::*;
use jicai::files::write::{Cell, Xlsx};
use jicai::schema::order_requests;
use jicai::types::Quantity;

use super::{all_orders, lines_of, submit, table, upload, volume};
use crate::chain::signed;
use crate::prices::product;

#[actix_web::test]
async fn a_file_gets_an_answer_for_every_line_and_bad_lines_stop_it_until_the_hospital_says_otherwise() {
    let (site, _, contracts) = signed();
    product(&site, "XA01", "布洛芬片", "XA", "甲厂");
    let supplier = "齐鲁制药有限公司";
    let file = table(&[
        &format!("{},,,100,0.2", contracts[0].number),
        &format!("{},,,100,2.99", contracts[1].number),
        &format!("{},,,100,0.2", contracts[2].number),
        &format!(",XA01,{supplier},48,0.30"),
        &format!(",XA99,{supplier},48,0.30"),
        ",XA01,无此企业,48,0.30",
        &format!("{},,,=1+1,0.2", contracts[0].number),
    ]);
    let (id, answer) = upload(&site, "hospital1", &file).await;
    answer.is(303);
    let path = format!("/orders/requests/{id}");
    let review = site.get("hospital1", &path).await;
    review.is(200).shows("共 7 行：合格 2 行，退回 5 行").shows("只提交合格的行");
    review
        .shows("与合同价 3.00 元不一致")
        .shows("本单位没有此编号的合同")
        .shows("目录中的医保编码")
        .shows("平台没有此供应企业");
    let faulty = site.get("hospital1", &format!("{path}?show=faulty")).await;
    faulty.is(200).hides("布洛芬片");
    let results = site.get("hospital1", &format!("{path}/results?as=csv")).await;
    results.is(200);
    assert_eq!(results.body.lines().count(), 8, "{}", results.body);
    assert!(results.body.lines().nth(1).unwrap().starts_with("2,合格,,"), "{}", results.body);
    assert!(results.body.lines().nth(2).unwrap().starts_with("3,退回,"), "{}", results.body);
    site.get("hospital1", &format!("{path}/results?as=xlsx")).await.is(200);
    submit(&site, "hospital1", &id, &[("version", "1")]).await.is(422).shows("有 5 行被退回，未下单");
    assert!(all_orders(&site).is_empty());
    assert_eq!(volume(&site, &contracts[0]).reserved, Quantity::ZERO);
    submit(&site, "hospital1", &id, &[("version", "1"), ("lines", "good")]).await.is(303);
    let placed = all_orders(&site);
    assert_eq!(placed.len(), 2);
    let free = placed.iter().find(|it| it.supplier_id == site.who("supplier3").organisation.id).unwrap();
    let line = lines_of(&site, &free.id).remove(0);
    assert!(line.contract_id.is_none() && line.volume_id.is_none() && line.product_id.is_some());
    assert_eq!(
        (line.unit.as_str(), line.product.as_str(), free.amount.to_string()),
        ("粒", "XA01", "14.40".into())
    );
    let results = site.get("hospital1", &format!("{path}/results?as=csv")).await;
    assert!(results.body.lines().nth(4).unwrap().ends_with(&free.number), "{}", results.body);
}

#[actix_web::test]
async fn a_workbook_orders_too_and_the_template_reads_back() {
    let (site, _, contracts) = signed();
    let template = site.get("hospital1", "/orders/template?as=csv").await;
    template.is(200);
    let filled: Vec<String> = template
        .body
        .lines()
        .map(|line| match line.contains(&contracts[1].number) {
            true => line.replacen(",,3,", ",7,3,", 1),
            false => line.to_owned(),
        })
        .collect();
    let (id, answer) = upload(&site, "hospital1", filled.join("\n").as_bytes()).await;
    answer.is(303);
    // The contract whose quantity was left open is refused by name; the other is good.
    site.get("hospital1", &format!("/orders/requests/{id}"))
        .await
        .is(200)
        .shows("共 2 行：合格 1 行，退回 1 行")
        .shows("数量不正确");
    site.get("hospital1", "/orders/template?as=xlsx").await.is(200);
    let mut book =
        Xlsx::new("1", &[("contract", 20), ("quantity", 10), ("unit_price", 10), ("unit", 5)]).unwrap();
    let number = |text: &str| Cell::Number(text.parse().unwrap());
    book.row(&[Cell::Text(&contracts[0].number), number("40"), number("0.2"), Cell::Text("粒")]).unwrap();
    book.row(&[Cell::Text(&contracts[1].number), number("4"), number("3"), Cell::Text("盒")]).unwrap();
    let (id, answer) = upload(&site, "hospital1", &book.finish().unwrap()).await;
    answer.is(303);
    site.get("hospital1", &format!("/orders/requests/{id}"))
        .await
        .is(200)
        .shows("合格 1 行，退回 1 行")
        .shows("应按“支”计数");
}

#[actix_web::test]
async fn hostile_files_are_refused_whole_with_a_sentence() {
    let (site, _, contracts) = signed();
    let check = async |file: &[u8], says: &str| {
        let (_, answer) = upload(&site, "hospital1", file).await;
        answer.is(422).shows(says);
    };
    check(b"", "文件").await;
    check("合同编号,数量,单价\n".as_bytes(), "没有可采购的行").await;
    check("a,b\n1,2\n".as_bytes(), "列").await;
    check("合同编号,数量\nN1,2\n".as_bytes(), "单价").await;
    check(b"PK\x03\x04 not a workbook", "xlsx").await;
    check("合同编号,数量,单价\n\"N1,2,3\n".as_bytes(), "引号").await;
    check("合同编号,数量,单价\nN\0,2,3\n".as_bytes(), "2").await;
    let line = format!("{},1,0.2\n", contracts[0].number);
    let many = format!("合同编号,数量,单价\n{}", line.repeat(20_001));
    check(many.as_bytes(), "20000").await;
    let count: i64 = site.app.db.read(|c| Ok(order_requests::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 0);
    // A line of the wrong width or with a control character is answered as a line.
    let file = format!("合同编号,数量,单价\n{0},5\n{0},5,0.2,9\n{0},5,0.2\n", contracts[0].number);
    let (id, answer) = upload(&site, "hospital1", file.as_bytes()).await;
    answer.is(303);
    site.get("hospital1", &format!("/orders/requests/{id}")).await.shows("合格 1 行，退回 2 行");
    let script = table(&["<script>alert(1)</script>,,,5,0.2"]);
    let (id, _) = upload(&site, "hospital1", &script).await;
    site.get("hospital1", &format!("/orders/requests/{id}")).await.is(200).hides("<script>alert");
}

/// A file as large as is taken: the time is printed, and bounded only so far that a slow machine does not fail.
#[actix_web::test]
async fn twenty_thousand_lines_are_checked_and_ordered_in_reasonable_time() {
    let (site, _, contracts) = signed();
    let now = site.now();
    site.app
        .db
        .write(|tx| {
            for n in 0..6_667 {
                let it = jicai::catalog::Product {
                    id: jicai::types::ProductId::new(),
                    code: format!("XZ{n:06}"),
                    kind: jicai::catalog::ProductKind::Drug,
                    generic: format!("药品{n}"),
                    generic_key: String::new(),
                    form: "片剂".to_owned(),
                    spec: "0.1g".to_owned(),
                    pack: "24片/盒".to_owned(),
                    pack_count: Some(24),
                    maker: "甲厂".to_owned(),
                    approval: String::new(),
                    evaluated: false,
                    listing_price: Some("24".parse().unwrap()),
                    search: String::new(),
                    created_at: now,
                    updated_at: now,
                };
                jicai::catalog::store::insert(tx, &it)?;
            }
            Ok(())
        })
        .unwrap();
    let mut lines: Vec<String> = (0..19_999)
        .map(|n| {
            format!(
                ",XZ{:06},{},{},0.99",
                n / 3,
                ["浙江康恩药业有限公司", "华东制药有限公司", "齐鲁制药有限公司"][n % 3],
                n + 1
            )
        })
        .collect();
    lines.push(format!("{},,,10001,0.2", contracts[0].number));
    let file = table(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let start = std::time::Instant::now();
    let (id, answer) = upload(&site, "hospital1", &file).await;
    answer.is(303);
    let uploaded = start.elapsed();
    site.get("hospital1", &format!("/orders/requests/{id}"))
        .await
        .is(200)
        .shows("共 20000 行：合格 20000 行");
    let shown = start.elapsed();
    submit(&site, "hospital1", &id, &[("version", "1")]).await.is(303);
    println!(
        "20,000 lines: uploaded {uploaded:?}, shown {:?}, ordered {:?}",
        shown - uploaded,
        start.elapsed() - shown
    );
    assert_eq!(all_orders(&site).iter().map(|it| it.lines).sum::<i32>(), 20_001);
    assert!(start.elapsed().as_secs() < 120);
}
