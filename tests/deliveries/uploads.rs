//! Delivery notes from a file: hostile ones are refused line by line, and nothing is half entered.

use jicai::types::ImportId;

use super::{answer, delivery, line, lines_of, placed, quantity, send};
use crate::chain::signed;
use crate::support::{Answer, Site};

const HEADER: &str = "配送单号,订单编号,行号,数量,批号,有效期至,追溯码\n";

/// Uploads a file and shows its review; the id of the file.
async fn upload(site: &Site, login: &str, file: &str) -> (String, Answer) {
    let id = ImportId::new().to_string();
    let kept = site.upload(login, "/deliveries/uploads", &[("id", &id)], "notes.csv", file.as_bytes()).await;
    if kept.status != 303 {
        return (id, kept);
    }
    let review = site.get(login, &format!("/deliveries/uploads/{id}")).await;
    (id, review)
}

#[actix_web::test]
async fn a_file_makes_its_notes_once() {
    let (site, _, contracts) = signed();
    let (it, lines) = placed(&site, &contracts[1], &["100"]);
    let (other, others) = placed(&site, &contracts[3], &["20"]);
    answer(&site, "supplier2", &it, &[(&lines[0], "100", ""), (&lines[1], "50", "")]).await.is(303);
    answer(&site, "supplier2", &other, &[(&others[0], "20", ""), (&others[1], "0", "")]).await.is(303);
    let template = site.get("supplier2", "/deliveries/template").await;
    template.is(200).shows(&it.number).shows(&other.number);
    let file = format!(
        "{HEADER}P1,{a},1,60,B1,2028-01-01,80000000000000000001 80000000000000000002\n\
         P1,{a},2,50,B1,2028/01/01,\nP2,{b},1,20,B9,2028-01-01,80000000000000000003\n\
         P3,{a},1,40,B2,2028-01-01,\n",
        a = it.number,
        b = other.number
    );
    let (id, review) = upload(&site, "supplier2", &file).await;
    review.is(200).shows("3 张配送单，共 4 行").shows("P2");
    site.get("supplier1", &format!("/deliveries/uploads/{id}")).await.is(404);
    site.post("supplier1", &format!("/deliveries/uploads/{id}"), &[]).await.is(404);
    assert_eq!(line(&site, &lines[0].id).shipped, quantity("0"));
    for _ in 0..2 {
        site.post("supplier2", &format!("/deliveries/uploads/{id}"), &[]).await.is(303);
    }
    assert_eq!(line(&site, &lines[0].id).shipped, quantity("100"));
    assert_eq!(line(&site, &others[0].id).shipped, quantity("20"));
    assert_eq!(lines_of(&site, &delivery(&site, "P1")).len(), 2);
    assert_eq!(delivery(&site, "P2").hospital_id, other.hospital_id);
    site.get("supplier2", &format!("/deliveries/uploads/{id}")).await.is(200).shows("文件已录入");
}

#[actix_web::test]
async fn every_bad_line_is_named_and_nothing_is_entered() {
    let (site, _, contracts) = signed();
    let (it, lines) = placed(&site, &contracts[1], &["100"]);
    let (foreign, _) = placed(&site, &contracts[0], &["5"]);
    let (open, _) = placed(&site, &contracts[3], &["5"]);
    answer(&site, "supplier2", &it, &[(&lines[0], "100", ""), (&lines[1], "0", "")]).await.is(303);
    send(&site, "supplier2", &it, "P0", &[(&lines[0], "10", "80000000000000000009")]).await.is(303);
    let a = &it.number;
    // One good line and one bad one: the sentence the bad one must be met with.
    let cases = [
        ("P2,DD0,1,1,B,2028-01-01,".to_owned(), "没有编号为“DD0”"),
        (format!("P2,{},1,1,B,2028-01-01,", foreign.number), "本企业订单"),
        (format!("P2,{},1,1,B,2028-01-01,", open.number), "尚未响应"),
        (format!("P2,{a},9,1,B,2028-01-01,"), "没有第“9”行"),
        (format!("P2,{a},x,1,B,2028-01-01,"), "没有第“x”行"),
        (format!("P2,{a},1,90,B,2028-01-01,"), "超过可发数量 90"),
        (format!("P2,{a},1,0,B,2028-01-01,"), "大于"),
        (format!("P2,{a},1,-5,B,2028-01-01,"), "不能"),
        (format!("P2,{a},1,1e3,B,2028-01-01,"), "数字"),
        (format!("P2,{a},1,1.0001,B,2028-01-01,"), "小数"),
        (format!("P2,{a},1,,B,2028-01-01,"), ""),
        (format!("P2,{a},1,1,,2028-01-01,"), ""),
        (format!("P2,{a},1,1,B,2020-01-01,"), "不在今天之后"),
        (format!("P2,{a},1,1,B,tomorrow,"), "日期"),
        (format!("P2,{a},1,1,B,2028-01-01,123"), "不是追溯码"),
        (format!("P2,{a},1,1,B,2028-01-01,80000000000000000009"), "已在配送单 P0 上"),
        (format!("P2,{a},1,1,B,2028-01-01,80000000000000000001"), "填了两次"),
        (format!("P0,{a},1,1,B,2028-01-01,"), "已经用过"),
        (format!(",{a},1,1,B,2028-01-01,"), "必填"),
        (format!("P2,{a},2,1,B,2028-01-01,"), "没有可发数量"),
        (format!("P2,{a},1,1,B,2028-01-01,,,,extra"), ""),
    ];
    for (bad, want) in &cases {
        let file = format!("{HEADER}P1,{a},1,1,B,2028-01-01,80000000000000000001\n{bad}\n");
        let (id, review) = upload(&site, "supplier2", &file).await;
        review.is(200).shows("1 处错误").shows("3").shows(want).hides("全部录入");
        let path = format!("/deliveries/uploads/{id}");
        site.post("supplier2", &path, &[]).await.is(422).shows("没有录入任何内容");
        site.post("supplier2", &format!("{path}/cancel"), &[]).await.is(303);
        site.post("supplier2", &path, &[]).await.is(422).shows("已放弃");
    }
    assert_eq!(line(&site, &lines[0].id).shipped, quantity("10"));
    // Not a table of notes at all.
    for file in ["", "a,b\n1,2\n", "配送单号,订单编号\nP1,x\n", HEADER, "\u{0}\u{0}", "<html>"] {
        let (_, refused) = upload(&site, "supplier2", file).await;
        refused.is(422);
    }
}

#[actix_web::test]
async fn what_changed_between_review_and_applying_is_looked_at_again() {
    let (site, _, contracts) = signed();
    let (it, lines) = placed(&site, &contracts[1], &["100"]);
    answer(&site, "supplier2", &it, &[(&lines[0], "100", ""), (&lines[1], "0", "")]).await.is(303);
    let file = format!("{HEADER}P1,{},1,60,B1,2028-01-01,\n", it.number);
    let (id, review) = upload(&site, "supplier2", &file).await;
    review.is(200).shows("1 张配送单");
    send(&site, "supplier2", &it, "P9", &[(&lines[0], "50", "")]).await.is(303);
    site.post("supplier2", &format!("/deliveries/uploads/{id}"), &[]).await.is(422).shows("1 处错误");
    assert_eq!(line(&site, &lines[0].id).shipped, quantity("50"));
}
