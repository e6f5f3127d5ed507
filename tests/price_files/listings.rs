//! Listing prices: by command and page, corrected, unmatched, and the bureau's own region beside the catalogue.

use std::path::Path;
use std::process::Command;

use diesel::prelude::*;
use jicai::prices::listings::Listing;
use jicai::schema::{listing_changes, listings, products};
use jicai::types::{ProductId, UnitPrice};

use super::{CODE, city, file, job, links, spooled};
use crate::prices::product;
use crate::support::Site;

const HEAD: &str = "医保编码,地区,挂网价格,起始日期\n";

fn run(site: &Site, args: &[&str]) -> (i32, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_jicai"))
        .args(["import", "listings"])
        .args(args)
        .env("DATABASE_URL", &site.app.settings.database_url)
        .env("JICAI_LANG", "en")
        .env_remove("JICAI_TEST_POSTGRES")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
}

fn stored(site: &Site) -> Vec<(String, String, String)> {
    let rows: Vec<Listing> = site
        .app
        .db
        .read(|c| {
            Ok(listings::table
                .order((listings::region, listings::from_day, listings::price))
                .select(Listing::as_select())
                .load(c)?)
        })
        .unwrap();
    rows.into_iter().map(|it| (it.region, it.from_day.to_string(), it.price.to_string())).collect()
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, format!("{HEAD}{text}")).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_command_takes_listings_once_corrects_and_keeps_what_is_unmatched() {
    let site = city();
    let folder = tempfile::tempdir().unwrap();
    let file = written(
        folder.path(),
        "a.csv",
        &format!(
            "{CODE},海南省,12.30,2025-01-01\n{CODE},海南省,12.3,2025-01-01\n{CODE},浙江省,11,2025/02/01\nX9,海南省,5,2025-01-01\n"
        ),
    );
    let counts = |new, changed, unchanged, unmatched| {
        format!(
            "lines,4\nnew,{new}\nchanged,{changed}\nunchanged,{unchanged}\nunmatched,{unmatched}\nbad,0\ndiffering,0\n"
        )
    };
    let (status, out, err) = run(&site, &[&file, "--dry-run"]);
    assert_eq!((status, out), (0, counts(2, 0, 1, 1)), "{err}");
    assert_eq!(stored(&site).len(), 0, "a look takes nothing");
    let before = links(&site);
    let (status, out, err) = run(&site, &[&file]);
    assert_eq!((status, out), (0, counts(2, 0, 1, 1)), "{err}");
    assert_eq!((stored(&site).len(), links(&site)), (2, before + 1));
    let (status, out, err) = run(&site, &[&file]);
    assert_eq!((status, out), (0, counts(0, 0, 3, 1)), "{err}");
    assert!(err.contains("nothing is new") && links(&site) == before + 1, "{err}");

    let correcting = written(
        folder.path(),
        "b.csv",
        &format!("{CODE},海南省,12,2025-01-01\n{CODE},浙江省,11,2025-02-01\n"),
    );
    let (_, out, err) = run(&site, &[&correcting]);
    assert!(out.starts_with("lines,2\nnew,0\nchanged,1\nunchanged,1\nunmatched,0\nbad,0\n"), "{out}{err}");
    let hainan = ("海南省".to_owned(), "2025-01-01".to_owned(), "12.00".to_owned());
    assert_eq!(stored(&site)[1], hainan);
    let changes: Vec<(UnitPrice, UnitPrice)> = site
        .app
        .db
        .read(|c| {
            Ok(listing_changes::table
                .select((listing_changes::price_before, listing_changes::price_after))
                .load(c)?)
        })
        .unwrap();
    assert_eq!(changes, [("12.3".parse().unwrap(), "12".parse().unwrap())]);

    let bad =
        written(folder.path(), "c.csv", &format!("{CODE},海南省,0,2025-05-01\n{CODE},海南省,9,2025-06-01\n"));
    let (status, out, _) = run(&site, &[&bad]);
    assert!(status == 2 && out.contains("bad,1\n") && out.contains("2,挂网价格,0,"), "{out}");
    assert_eq!(stored(&site).len(), 2);
    let (status, out, _) = run(&site, &[&bad, "--skip-bad"]);
    assert!(status == 0 && out.starts_with("lines,2\nnew,1\n") && stored(&site).len() == 3, "{out}");
    assert_eq!(run(&site, &["/nowhere.csv"]).0, 2);
}

#[actix_web::test]
async fn the_page_takes_listings_and_shows_unmatched_ones_until_the_catalogue_has_them() {
    let site = city();
    let text =
        format!("{HEAD}{CODE},海南省,12.30,2025-01-01\nX9,海南省,5,2025-01-01\nX9,江苏省,6,2025-01-01\n");
    let sent = site.upload("officer", "/listings", &[], "挂网.csv", text.as_bytes()).await;
    assert_eq!(sent.location, "/listings/files/1");
    job(&site.app, "take_price_files");
    site.get("officer", "/listings/files/1").await.shows("待确认").shows("导入全部行");
    site.post("officer", "/listings/files/1/apply", &[]).await.is(303);
    assert_eq!(job(&site.app, "take_price_files"), "checked=0 applied=1 refused=0");
    let it = file(&site, 1);
    assert_eq!((it.lines, it.added, it.changed, it.unchanged, it.unmatched, it.bad), (3, 1, 0, 0, 2, 0));
    assert_eq!((stored(&site).len(), super::staged(&site), spooled(&site)), (1, 0, 0));
    site.get("auditor", "/listings").await.shows("挂网.csv").shows("已导入").shows("更正");
    let again = site.upload("officer", "/listings", &[], "挂网.csv", text.as_bytes()).await;
    assert_eq!(again.location, "/listings/files/1?same=1");

    let shown = site.get("auditor", "/listings/unmatched").await;
    shown.is(200).shows("X9").shows("江苏省").shows("/listings/files/1").hides("/unmatched/match");
    let export = site.get("auditor", "/listings/unmatched/export/unmatched.csv").await;
    export.shows("X9,江苏省,2025-01-01,1,6.00\n").shows("X9,海南省,2025-01-01,1,5.00\n");
    product(&site, "X9", "布洛芬片", "", "甲厂");
    let matched = site.post("officer", "/listings/unmatched/match", &[]).await;
    site.get("officer", &matched.location).await.shows("已匹配 2 行入库").shows("没有未匹配的行");
    assert_eq!(stored(&site).len(), 3);
    site.get("officer", "/listings/template").await.shows("医保编码,地区,挂网价格,起始日期");
}

fn price_in_catalogue(site: &Site, product: &ProductId, price: &str) {
    let price: UnitPrice = price.parse().unwrap();
    let set = products::listing_price.eq(Some(price));
    site.app
        .db
        .write(|tx| Ok(diesel::update(products::table.find(product)).set(set).execute(tx.conn())?))
        .unwrap();
}

#[actix_web::test]
async fn the_own_region_follows_the_catalogue_and_says_where_a_file_differs() {
    let site = Site::with_city();
    let (one, two) = (product(&site, "X1", "甲", "", "厂"), product(&site, "X2", "乙", "", "厂"));
    product(&site, "X3", "无价", "", "厂");
    price_in_catalogue(&site, &one, "10");
    price_in_catalogue(&site, &two, "20");
    assert_eq!(job(&site.app, "match_prices"), "matched=0 listings_matched=0 from_catalogue=2");
    assert_eq!(job(&site.app, "match_prices"), "matched=0 listings_matched=0 from_catalogue=0");
    let own = |day: &str, price: &str| ("金华市".to_owned(), day.to_owned(), price.to_owned());
    assert_eq!(stored(&site), [own("2026-11-23", "10.00"), own("2026-11-23", "20.00")]);
    site.get("auditor", "/listings/differing").await.is(200).shows("没有不一致的产品");

    site.set_clock(site.now().plus_days(2));
    let folder = tempfile::tempdir().unwrap();
    let file = written(
        folder.path(),
        "own.csv",
        "X1,金华市,10,2026-11-24\nX2,金华市,21.5,2026-11-24\nX2,海南省,19,2026-11-24\n",
    );
    let (status, out, err) = run(&site, &[&file]);
    assert!(status == 0 && out.ends_with("bad,0\ndiffering,1\n"), "{out}{err}");
    assert_eq!(
        job(&site.app, "match_prices"),
        "matched=0 listings_matched=0 from_catalogue=0",
        "it overwrites nothing"
    );
    let shown = site.get("auditor", "/listings/differing").await;
    shown
        .shows("X2")
        .shows("<td class=\"n\">20.00</td><td class=\"n\">21.50</td>")
        .shows("own.csv")
        .hides("X1");

    price_in_catalogue(&site, &two, "21.5");
    site.get("auditor", "/listings/differing").await.shows("没有不一致的产品");
    assert_eq!(job(&site.app, "match_prices"), "matched=0 listings_matched=0 from_catalogue=1");
    assert_eq!(stored(&site).last().unwrap(), &own("2026-11-25", "21.50"));
}
