//! What the registers lack, shown by its codes, exported, and matched by button, command and night.

use std::process::Command;

use diesel::prelude::*;
use jicai::schema::transactions;

use super::{CODE, job};
use crate::prices::{HEADER, product, take};
use crate::support::Site;

fn stored(site: &Site) -> i64 {
    site.app.db.read(|c| Ok(transactions::table.count().get_result(c)?)).unwrap()
}

fn match_by_command(site: &Site, kind: &str) -> (i32, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_jicai"))
        .args(["import", kind, "--match"])
        .env("DATABASE_URL", &site.app.settings.database_url)
        .env("JICAI_LANG", "en")
        .env_remove("JICAI_TEST_POSTGRES")
        .output()
        .unwrap();
    (out.status.code().unwrap(), String::from_utf8(out.stdout).unwrap())
}

#[actix_web::test]
async fn unmatched_purchases_are_listed_exported_and_matched() {
    let site = Site::with_city();
    site.get("auditor", "/transactions/unmatched").await.is(200).shows("没有未匹配的行");
    let line =
        |hospital: &str, product: &str, n: u32| format!("2025-03-01,{hospital},{product},s,{n},1,{n}\n");
    let text: String = (1..=3).map(|n| line("H33070200001", CODE, n)).collect();
    take(&site, &format!("{HEADER}{text}{}{}", line("H9", CODE, 7), line("H33070200001", "X2", 5))).unwrap();
    take(&site, &format!("{HEADER}{}", line("H33070200001", CODE, 4))).unwrap();

    let shown = site.get("auditor", "/transactions/unmatched").await;
    let row = |product: &str, hospital: &str, lacks: &str, lines: u32, amount: &str| {
        format!(
            "{product}</th><td class=\"code\">{hospital}</td><td>{lacks}</td><td class=\"n\">{lines}</td>\
             <td class=\"n\">{amount}</td>"
        )
    };
    shown.is(200).shows(&row(CODE, "H33070200001", "产品", 4, "10.00")).hides("/unmatched/match");
    shown.shows(&row(CODE, "H9", "产品、医疗机构", 1, "7.00")).shows(&row(
        "X2",
        "H33070200001",
        "产品",
        1,
        "5.00",
    ));
    site.get("auditor", "/transactions/unmatched?product=XJ").await.shows("H9").hides("X2");
    let export = site.get("auditor", "/transactions/unmatched/export/unmatched.csv").await;
    export.is(200).shows(&format!("{CODE},H33070200001,产品,4,10.00\n"));
    site.get("auditor", "/transactions/unmatched/export/unmatched.xlsx").await.is(200);
    site.get("auditor", "/transactions/unmatched/export/other.csv").await.is(404);

    product(&site, CODE, "阿莫西林胶囊", "", "甲厂");
    let matched = site.post("officer", "/transactions/unmatched/match", &[]).await;
    matched.is(303);
    site.get("officer", &matched.location)
        .await
        .shows("已匹配 4 行入库")
        .hides("10.00")
        .shows("H9")
        .shows("X2");
    assert_eq!(stored(&site), 4);

    product(&site, "X2", "阿莫西林胶囊", "", "乙厂");
    assert_eq!(match_by_command(&site, "transactions"), (0, "matched,1\nunchanged,0\n".to_owned()));
    assert_eq!(match_by_command(&site, "transactions"), (0, "matched,0\nunchanged,0\n".to_owned()));
    assert_eq!(match_by_command(&site, "listings"), (0, "matched,0\nunchanged,0\n".to_owned()));
    assert_eq!(match_by_command(&site, "products").0, 2);
    site.get("officer", "/transactions/unmatched").await.shows("H9").hides("X2");

    site.organisation(jicai::people::OrganisationKind::Hospital, "新医院", "H9", "金华市", "");
    assert_eq!(job(&site.app, "match_prices"), "matched=1 listings_matched=0 from_catalogue=0");
    site.get("officer", "/transactions/unmatched").await.shows("没有未匹配的行");
    assert_eq!(stored(&site), 6);
}

#[actix_web::test]
async fn unmatched_codes_come_by_pages() {
    let site = Site::with_city();
    let line = |n: u32| format!("2025-03-01,H{},X{:03},s,1,1,1\n", n % 2, n / 2);
    take(&site, &format!("{HEADER}{}", (0..250).map(line).collect::<String>())).unwrap();
    let (mut path, mut rows, mut pages) = ("/transactions/unmatched".to_owned(), 0, 0);
    loop {
        let shown = site.get("officer", &path).await;
        rows += shown.body.matches("<th scope=\"row\"").count();
        pages += 1;
        let Some((_, rest)) = shown.body.split_once("<a href=\"/transactions/unmatched?product=") else {
            break;
        };
        let next = rest.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
        path = format!("/transactions/unmatched?product={next}");
    }
    assert_eq!((rows, pages), (250, 3));
}
