//! The price board: counts that never drift, figures that lead to their rows, and who sees what.

use diesel::prelude::*;
use jicai::contracts::{Contract, store as contracts};
use jicai::prices::board::counting;
use jicai::prices::board::store;
use jicai::prices::board::{Part, Sum};
use jicai::prices::findings::{Finding, State};
use jicai::prices::listings::Listing;
use jicai::prices::monitoring::Tier;
use jicai::schema::{findings, listings, products, purchase_sums};
use jicai::types::{CaseId, FindingId, ListingId, OrganisationId, ProductId};

use crate::chain::signed;
use crate::prices::{HEADER, hospital, product, take};
use crate::support::Site;

const SUPPLIER: &str = "浙江康恩药业有限公司";

/// What tests look at: two products, three hospitals that bought them, and findings of both.
struct Shelf {
    site: Site,
    dear: ProductId,
    other: ProductId,
    hospitals: Vec<OrganisationId>,
}

fn shelf() -> Shelf {
    let site = Site::with_city();
    let dear = product(&site, "XA01CAA001E001010110001", "阿莫西林胶囊", "XA01CAA001E001", "甲厂");
    let other = product(&site, "XA01CAA001E001010110002", "阿莫西林胶囊", "XA01CAA001E001", "乙厂");
    // 金华市中心医院 pays more than the others, and returns a little.
    let lines = [
        ("2026-09-03", "H33070200001", "XA01CAA001E001010110001", SUPPLIER, "1000", "0.5", "500.00"),
        ("2026-10-05", "H33070200001", "XA01CAA001E001010110001", SUPPLIER, "1000", "0.9", "900.00"),
        ("2026-10-06", "H33070200001", "XA01CAA001E001010110001", SUPPLIER, "-100", "0.9", "-90.00"),
        (
            "2026-10-07",
            "H33070200002",
            "XA01CAA001E001010110001",
            "91330700MA28000001",
            "3000",
            "0.5",
            "1500.00",
        ),
        ("2026-10-08", "H33070200003", "XA01CAA001E001010110001", "某医药公司", "1000", "0.6", "600.00"),
        ("2026-10-09", "H33070200001", "XA01CAA001E001010110002", "某医药公司", "10", "2", "20.00"),
    ];
    let text: Vec<String> =
        lines.iter().map(|(d, h, p, s, q, u, a)| format!("{d},{h},{p},{s},{q},{u},{a}")).collect();
    assert_eq!(take(&site, &format!("{HEADER}{}\n", text.join("\n"))).unwrap().new, 6);
    let names = ["金华市中心医院", "义乌市中医医院", "婺城区白龙桥卫生院"];
    let hospitals = names.iter().map(|name| hospital(&site, name).id).collect();
    Shelf { site, dear, other, hospitals }
}

/// A finding of the dear product at the first hospital in October.
fn finding(shelf: &Shelf) -> Finding {
    let now = shelf.site.now();
    let id = FindingId::new();
    Finding {
        key: id.to_string(),
        id,
        rule: "jiangsu-2021".to_owned(),
        rule_version: 1,
        product_id: shelf.dear.clone(),
        hospital_id: Some(shelf.hospitals[0].clone()),
        supplier: SUPPLIER.to_owned(),
        month: "2026-10-01".parse().unwrap(),
        tier: Tier::Red1,
        observed: Some("0.9".parse().unwrap()),
        reference: Some("0.5".parse().unwrap()),
        quantity: "1000".parse().unwrap(),
        effect: "400".parse().unwrap(),
        effect_all: "500".parse().unwrap(),
        figures: r#"[["peers","2"]]"#.to_owned(),
        state: State::Standing,
        case_id: None,
        found_at: now,
        seen_at: now,
        gone_at: None,
    }
}

fn enter(site: &Site, list: &[Finding]) {
    site.app
        .db
        .write(|tx| {
            for it in list {
                diesel::insert_into(findings::table).values(it).execute(tx.conn())?;
            }
            Ok(())
        })
        .unwrap();
}

fn list(site: &Site, product: &ProductId, region: &str, from_day: &str, price: &str) {
    let row = Listing {
        id: ListingId::new(),
        product_id: product.clone(),
        region: region.to_owned(),
        from_day: from_day.parse().unwrap(),
        price: price.parse().unwrap(),
        source: "挂网.csv".to_owned(),
        created_at: site.now(),
    };
    site.app
        .db
        .write(|tx| Ok(diesel::insert_into(listings::table).values(&row).execute(tx.conn())?))
        .unwrap();
}

fn count(site: &Site) -> usize {
    counting::count(&site.app.db, site.now()).unwrap()
}

/// Every sum, as text.
fn sums(site: &Site) -> Vec<String> {
    let rows: Vec<Sum> = site
        .app
        .db
        .read(|c| {
            let all =
                purchase_sums::table.order((purchase_sums::part, purchase_sums::key, purchase_sums::month));
            Ok(all.select(Sum::as_select()).load(c)?)
        })
        .unwrap();
    let line = |it: Sum| {
        let key: String = it.key.chars().take(6).collect();
        format!("{key} {} {} {} {} {} {}", it.month, it.lines, it.amount, it.contracted, it.judged, it.above)
    };
    rows.into_iter().map(line).collect()
}

#[test]
fn sums_are_net_of_returns_and_counting_again_changes_nothing() {
    let shelf = shelf();
    let site = &shelf.site;
    assert_eq!(count(site), 2);
    let first = sums(site);
    assert!(first.contains(&" 2026-09-01 1 500.00 0.00 0.00 0.00".to_owned()), "{first:#?}");
    assert!(first.contains(&" 2026-10-01 5 2930.00 0.00 0.00 0.00".to_owned()), "{first:#?}");
    assert!(first.contains(&"某医药公司 2026-10-01 2 620.00 0.00 0.00 0.00".to_owned()), "{first:#?}");
    assert_eq!(count(site), 0, "nothing is due");
    assert_eq!(sums(site), first);
    // What a hospital has most of.
    let october = "2026-10-01".parse().unwrap();
    let key = [shelf.hospitals[0].to_string()];
    let tops = site.app.db.read(|c| store::tops(c, Part::Hospital, &key, october, Part::Product)).unwrap();
    let tops: Vec<_> = tops.iter().map(|it| (it.other.as_str(), it.lines, it.amount.to_string())).collect();
    assert_eq!(
        tops,
        [(shelf.dear.as_str(), 2, "810.00".to_owned()), (shelf.other.as_str(), 1, "20.00".to_owned())]
    );
}

#[test]
fn new_purchases_count_only_their_months_and_so_do_late_matches() {
    let shelf = shelf();
    let site = &shelf.site;
    count(site);
    let line = format!("2026-11-02,H33070200001,XA01CAA001E001010110001,{SUPPLIER},10,0.5,5.00\n");
    let unknown = format!("2026-09-09,H33070200001,LATER,{SUPPLIER},10,0.5,5.00\n");
    take(site, &format!("{HEADER}{line}{unknown}")).unwrap();
    assert_eq!(count(site), 1, "November alone");
    product(site, "LATER", "晚登记", "", "甲厂");
    site.app.db.write(|tx| jicai::prices::ingest::match_again(tx, &site.ctx())).unwrap();
    assert_eq!(count(site), 3, "from September on");
    assert!(sums(site).contains(&" 2026-09-01 2 505.00 0.00 0.00 0.00".to_owned()), "{:#?}", sums(site));
}

#[test]
fn what_lies_above_the_lowest_listing_of_the_month_is_counted() {
    let shelf = shelf();
    let site = &shelf.site;
    // 24 pieces a pack: 0.5 and 0.6 a piece. The cheaper begins within October and holds from November on.
    list(site, &shelf.dear, "浙江省", "2026-08-01", "14.4");
    list(site, &shelf.dear, "江苏省", "2026-10-02", "12");
    count(site);
    let october = " 2026-10-01 5 2930.00 0.00 3000.00 900.00".to_owned();
    assert!(sums(site).contains(&october), "{:#?}", sums(site));
    // A listing that was in force already comes to light: its months are counted anew.
    list(site, &shelf.dear, "安徽省", "2026-09-20", "12");
    count(site);
    let october = " 2026-10-01 5 2930.00 0.00 3000.00 1500.00".to_owned();
    assert!(sums(site).contains(&october), "{:#?}", sums(site));
}

#[test]
fn what_is_bought_on_contract_is_counted_by_the_day() {
    let (site, _, drawn) = signed();
    let it: &Contract = &drawn[0];
    let hospital = site.who("hospital1").organisation;
    let code = "XA01CAA001E001010110001";
    product(&site, code, "阿莫西林胶囊", "XA01CAA001E001", "甲厂");
    assert_eq!(it.hospital_id, hospital.id);
    let named = Contract { product: code.to_owned(), ..it.clone() };
    site.app.db.write(|tx| contracts::update(tx, &named)).unwrap();
    site.set_clock(site.now().plus_days(40));
    let before = it.starts.pred_opt().unwrap();
    let line = |day| format!("{day},{},{code},{SUPPLIER},10,0.2,2.00\n", hospital.code);
    take(&site, &format!("{HEADER}{}{}", line(before), line(it.starts))).unwrap();
    count(&site);
    let own: Vec<Sum> = site
        .app
        .db
        .read(|c| store::sums(c, Part::Hospital, &[hospital.id.to_string()], "2020-01-01".parse().unwrap()))
        .unwrap();
    let sum = |of: fn(&Sum) -> i64| own.iter().map(of).sum::<i64>();
    assert_eq!((sum(|it| it.amount.scaled()), sum(|it| it.contracted.scaled())), (400, 200));
    // The contract by generic, spec and maker, as a bid may name the product; it ends on the fourth day, and another
    // begins behind a gap or on that day.
    let days = |n| it.starts + chrono::Days::new(n);
    let maker = named_by_generic(&site, &Contract { ends: days(3), ..named.clone() });
    take(&site, &format!("{HEADER}{}{}{}", line(days(3)), line(days(5)), line(days(8)))).unwrap();
    let is_other = |c: &&Contract| c.hospital_id == it.hospital_id && c.lot_id != it.lot_id;
    let other: &Contract = drawn.iter().find(is_other).unwrap();
    for (begins, wanted) in [(8, 600), (3, 800)] {
        let next = Contract { product: code.to_owned(), starts: days(begins), ..other.clone() };
        site.app.db.write(|tx| contracts::update(tx, &next)).unwrap();
        count_all(&site);
        let own: Vec<Sum> = site
            .app
            .db
            .read(|c| store::sums(c, Part::All, &[String::new()], "2020-01-01".parse().unwrap()))
            .unwrap();
        assert_eq!(own.iter().map(|it| it.contracted.scaled()).sum::<i64>(), wanted, "{maker} {begins}");
    }
}

/// Names the contract's product by its generic, and makes the supplier its maker.
fn named_by_generic(site: &Site, it: &Contract) -> String {
    let supplier = site.who("supplier1").organisation.name;
    let named = Contract { product: "阿莫西林胶囊".to_owned(), spec: "0.25g".to_owned(), ..it.clone() };
    site.app
        .db
        .write(|tx| {
            diesel::update(products::table).set(products::maker.eq(&supplier)).execute(tx.conn())?;
            contracts::update(tx, &named)
        })
        .unwrap();
    supplier
}

/// Counts as if for the first time.
fn count_all(site: &Site) {
    use jicai::schema::board_counts;
    site.app.db.write(|tx| Ok(diesel::delete(board_counts::table).execute(tx.conn())?)).unwrap();
    count(site);
}

#[actix_web::test]
async fn the_board_says_what_stands_and_leads_to_its_rows() {
    let shelf = shelf();
    let site = &shelf.site;
    site.get("officer", "/prices").await.is(200).shows("还没有统计");
    let one = finding(&shelf);
    // Another rule finds the same: the total counts the larger effect once, each rule its own.
    let same = Finding {
        id: FindingId::new(),
        key: "b".into(),
        rule: "other".into(),
        effect: "300".parse().unwrap(),
        ..one.clone()
    };
    let gone = Finding {
        id: FindingId::new(),
        key: "c".into(),
        state: State::Gone,
        effect: "7000".parse().unwrap(),
        ..one.clone()
    };
    enter(site, &[one.clone(), same, gone]);
    count(site);
    let page = site.get("officer", "/prices?months=3").await;
    page.is(200).shows("现存疑点 2 条，影响金额合计 400.00 元").hides("7000.00").shows("300.00");
    page.shows("阿莫西林胶囊 硬胶囊 0.25g · 甲厂")
        .shows("金华市中心医院")
        .shows(SUPPLIER)
        .shows("2930.00")
        .shows("<svg");
    let supplier = site.who("supplier1").organisation.id;
    page.shows(&format!("/prices/suppliers/{supplier}"));
    // Each figure leads to its rows.
    let link = "/findings?rule=jiangsu-2021&#38;tier=red1&#38;from=2026-08&#38;to=2026-10";
    page.shows(&format!("<a href=\"{link}\">1</a>"));
    let rows = site.get("officer", &link.replace("&#38;", "&")).await;
    rows.is(200).shows("400.00").hides("300.00");
    let rows =
        site.get("officer", &format!("/findings?product={}&from=2026-08&to=2026-10", shelf.dear)).await;
    rows.is(200).shows("400.00").shows("300.00").hides("7000.00");
    site.get("officer", "/findings?state=gone").await.is(200).shows("7000.00").hides("400.00");
    site.get("officer", "/prices/hospitals?month=2026-10").await.is(200).shows("830.00").shows("1500.00");
    site.get("officer", "/prices/suppliers?month=2026-10").await.is(200).shows("某医药公司").shows("未登记");
    // The files hold what the page shows.
    let csv = site.get("officer", "/prices/export/rules.csv?months=3").await;
    csv.is(200).shows("400.00").shows("300.00");
    site.get("officer", "/prices/export/months.xlsx?months=3").await.is(200);
    site.get("officer", "/prices/export/nothing.csv").await.is(404);
    site.get("officer", "/prices/export/rules.pdf").await.is(404);
}

#[actix_web::test]
async fn a_finding_shows_its_figures_arithmetic_peers_and_purchases() {
    let shelf = shelf();
    let site = &shelf.site;
    let one = finding(&shelf);
    let summed =
        Finding { id: FindingId::new(), key: "b".into(), effect: "399.99".parse().unwrap(), ..one.clone() };
    let volume = Finding {
        id: FindingId::new(),
        key: "c".into(),
        observed: None,
        reference: None,
        case_id: Some(CaseId::new()),
        ..one.clone()
    };
    enter(site, &[one.clone(), summed.clone(), volume.clone()]);
    list(site, &shelf.dear, "江苏省", "2026-01-01", "12");
    list(site, &shelf.other, "江苏省", "2026-01-01", "6");
    let path = format!("/findings/{}", one.id);
    let page = site.get("officer", &path).await;
    page.is(200).shows("（0.90 − 0.50）× 1000 = 400.00 元").shows("0.90 ÷ 0.50 = 1.8 倍").shows("peers");
    page.shows("r = p / p₀").shows("红色一星").shows(&format!("/cases/new?finding={}", one.id));
    // The other hospitals' prices of the month, the comparable listings, and the purchases with the return.
    page.shows("义乌市中医医院")
        .shows("0.60")
        .shows("0.25")
        .shows("-100")
        .shows("-90.00")
        .hides("2026-09-03");
    page.shows("▶ 金华市中心医院").shows(&format!("/prices/purchases?product={}", shelf.dear));
    site.get("auditor", &path).await.is(200).hides("/cases/new");
    site.get("officer", &format!("/findings/{}", summed.id)).await.is(200).shows("逐笔").shows("399.99");
    let page = site.get("officer", &format!("/findings/{}", volume.id)).await;
    page.is(200)
        .shows("该规则判定数量")
        .shows(&format!("/cases/{}", volume.case_id.unwrap()))
        .hides("/cases/new");
    // Its own hospital and supplier see it without the others' prices; nobody else does.
    for login in ["hospital1", "supplier1"] {
        let page = site.get(login, &path).await;
        page.is(200).shows("400.00").hides("义乌市中医医院").shows("只对医保部门显示").hides("/cases/new");
        // That there is a case they hear of by its documents.
        site.get(login, &format!("/findings/{}", volume.id)).await.is(200).hides("<dt>案件</dt>");
        site.get(login, "/findings").await.is(200).shows("400.00").hides("/cases/");
        site.get(login, "/findings?case=with").await.is(404);
    }
    for login in ["hospital2", "supplier2"] {
        site.get(login, &path).await.is(404);
        site.get(login, &format!("{path}/export/purchases.csv")).await.is(404);
        site.get(login, "/findings").await.is(200).shows("没有符合条件的疑点");
    }
    site.get("hospital1", "/findings").await.is(200).shows("400.00").shows("/prices/hospitals/");
    site.get("officer", &format!("{path}/export/hospitals.csv")).await.is(200).shows("义乌市中医医院");
    site.get("hospital1", &format!("{path}/export/hospitals.csv")).await.is(404);
    site.get("hospital1", &format!("{path}/export/purchases.csv")).await.is(200).shows("-90.00");
}

#[actix_web::test]
async fn the_list_is_walked_page_by_page_without_loss_and_narrowed_by_every_filter() {
    let shelf = shelf();
    let site = &shelf.site;
    let many: Vec<Finding> = (0..130)
        .map(|n| Finding {
            id: FindingId::new(),
            key: n.to_string(),
            // Equal effects lie on both sides of a page's end.
            effect: format!("{}", 1000 + n / 40).parse().unwrap(),
            month: format!("2026-{:02}-01", 8 + n % 3).parse().unwrap(),
            tier: if n % 10 == 0 { Tier::Red3 } else { Tier::Yellow },
            rule: if n % 2 == 0 { "even" } else { "odd" }.to_owned(),
            product_id: if n < 5 { shelf.other.clone() } else { shelf.dear.clone() },
            hospital_id: if n < 7 { None } else { Some(shelf.hospitals[1].clone()) },
            supplier: match n {
                0..7 => String::new(),
                7..10 => "91330700MA28000001".to_owned(),
                _ => SUPPLIER.to_owned(),
            },
            case_id: (n % 13 == 0).then(CaseId::new),
            ..finding(&shelf)
        })
        .collect();
    enter(site, &many);
    for sort in ["", "&sort=month"] {
        let (mut seen, mut path) = (Vec::new(), format!("/findings?rule={sort}"));
        for _ in 0..5 {
            let page = site.get("officer", &path).await;
            page.is(200);
            let ids = page
                .body
                .split("href=\"/findings/")
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap().to_owned());
            seen.extend(ids.filter(|id| !id.starts_with("export")));
            let next =
                page.body.split("\" rel=\"next\"").next().filter(|_| page.body.contains("rel=\"next\""));
            let Some(next) = next else { break };
            path = next.rsplit("href=\"").next().unwrap().replace("&#38;", "&");
        }
        assert_eq!(seen.len(), 130, "{sort}");
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 130, "{sort}");
    }
    let count = async |login: &str, query: &str| {
        let csv = site.get(login, &format!("/findings/export/findings.csv?{query}")).await;
        csv.is(200);
        csv.body.lines().count() - 1
    };
    let hospital = site.who("hospital2").organisation;
    for (query, want) in [
        ("", 130),
        ("rule=even", 65),
        ("tier=red3", 13),
        ("rule=odd&tier=red3", 0),
        ("from=2026-09", 86),
        ("from=2026-09&to=2026-09", 43),
        ("rule=even&to=2026-08", 22),
        (&format!("product={}", shelf.other), 5),
        ("product=XA01CAA001E001010110002", 5),
        (&format!("hospital={}", hospital.id), 123),
        (&format!("hospital={}", hospital.code), 123),
        ("hospital=%E4%B9%89%E4%B9%8C%E5%B8%82%E4%B8%AD%E5%8C%BB%E5%8C%BB%E9%99%A2", 123),
        // One registered supplier by its name or its code.
        ("supplier=91330700MA28000001", 123),
        ("case=with", 10),
        ("case=without&tier=red3", 12),
        ("state=gone", 0),
    ] {
        assert_eq!(count("officer", query).await, want, "{query}");
    }
    assert_eq!(count("hospital2", "").await, 123);
    assert_eq!(count("hospital1", "").await, 0);
    assert_eq!(count("hospital1", &format!("hospital={}", hospital.id)).await, 0, "only its own");
    assert_eq!(count("supplier1", "").await, 123);
    assert_eq!(
        count("supplier2", &format!("supplier={SUPPLIER}").replace(SUPPLIER, "91330700MA28000001")).await,
        0
    );
    site.get("officer", "/findings?product=NONE").await.is(422).shows("没有编码为“NONE”的产品");
    site.get("officer", "/findings?hospital=NONE").await.is(422).shows("没有名称或编码为“NONE”的医疗机构");
    for bad in ["tier=blue", "state=x", "from=2026-13", "after=x", "case=x", "sort=x"] {
        site.get("officer", &format!("/findings?{bad}")).await.is(404);
    }
}

#[actix_web::test]
async fn a_product_shows_its_history_spread_peers_and_listings() {
    let shelf = shelf();
    let site = &shelf.site;
    let path = format!("/prices/products/{}", shelf.other);
    let empty = product(site, "X9", "从未采购", "", "丙厂");
    site.get("officer", &format!("/prices/products/{empty}")).await.is(200).shows("这段时间没有采购");
    list(site, &shelf.dear, "江苏省", "2026-01-01", "12");
    list(site, &shelf.dear, "江苏省", "2026-10-01", "18");
    list(site, &shelf.other, "安徽省", "2026-01-01", "6");
    enter(site, &[Finding { case_id: Some(CaseId::new()), ..finding(&shelf) }]);
    let page = site.get("officer", &format!("/prices/products/{}", shelf.dear)).await;
    // The mean of October: 900 + 1500 + 600 over 5000; returns are judged by nobody.
    page.is(200)
        .shows("全部医疗机构均价 2026-10: 0.60")
        .shows("金华市中心医院 2026-10: 0.90")
        .shows("tabindex=\"0\"");
    page.shows("江苏省挂网价 2026-09: 0.50").shows("江苏省挂网价 2026-10: 0.75").shows("data-series checked");
    page.shows("最低 0.50").shows("最高 0.90").shows("乙厂").shows("0.25").shows("400.00").shows("/cases/");
    let one = site.get("officer", &format!("/prices/products/{}?s=all", shelf.dear)).await;
    one.is(200).shows("class=\"off\"");
    let csv = site.get("officer", &format!("/prices/products/{}/export/hospitals.csv", shelf.dear)).await;
    csv.is(200).shows("义乌市中医医院").shows("0.50");
    for key in ["history", "spread", "peers", "listings", "contracts", "standards", "findings", "cases"] {
        for ending in ["csv", "xlsx"] {
            let file = format!("/prices/products/{}/export/{key}.{ending}", shelf.dear);
            site.get("officer", &file).await.is(200);
        }
    }
    site.get("officer", &path).await.is(200).shows("甲厂").shows("3");
}

#[actix_web::test]
async fn a_hospital_and_a_supplier_see_their_own_sums_and_purchases() {
    let shelf = shelf();
    let site = &shelf.site;
    enter(site, &[finding(&shelf)]);
    let own = format!("/prices/hospitals/{}", shelf.hospitals[0]);
    site.get("hospital1", &own).await.is(200).shows("没有采购记录").shows("还没有统计");
    count(site);
    let page = site.get("hospital1", &own).await;
    page.is(200)
        .shows("830.00")
        .shows("500.00")
        .shows("2026-10 采购最多的产品")
        .shows("810.00")
        .shows("400.00");
    page.hides("/prices/products/")
        .shows(&format!("/prices/purchases?product={}&#38;month=2026-10", shelf.dear));
    site.get("hospital1", &format!("{own}?month=2026-09")).await.is(200).shows("2026-09 采购最多的产品");
    site.get("hospital1", &format!("{own}?month=2026-07")).await.is(200).shows("该月没有采购记录");
    site.get("hospital2", &own).await.is(404);
    site.get("hospital2", &format!("{own}/export/months.csv")).await.is(404);
    site.get("officer", &format!("{own}/export/products.csv")).await.is(200).shows("810.00");
    // A supplier is whom purchases name by its name or its code: 810 and 1500 in October.
    let supplier = format!("/prices/suppliers/{}", site.who("supplier1").organisation.id);
    let page = site.get("supplier1", &supplier).await;
    page.is(200).shows("2310.00").shows("金华市中心医院").shows("义乌市中医医院");
    site.get("supplier2", &supplier).await.is(404);
    site.get("officer", &own.replace("hospitals", "suppliers")).await.is(404);
    // Purchases: of a hospital by month, of a product at any time; never another's.
    let rows = site.get("hospital1", "/prices/purchases").await;
    rows.is(200).shows("-90.00").shows("20.00").hides("1500.00").hides("2026-09-03");
    let all = site.get("officer", &format!("/prices/purchases?product={}", shelf.dear)).await;
    all.is(200).shows("2026-09-03").shows("1500.00").shows("600.00");
    let rows = site.get("supplier1", &format!("/prices/purchases?product={}", shelf.dear)).await;
    rows.is(200).shows("1500.00").shows("900.00").hides("600.00");
    let path = format!("/prices/purchases?product={}&hospital={}", shelf.dear, shelf.hospitals[0]);
    site.get("hospital2", &path).await.is(200).shows("1500.00").hides("900.00");
    site.get("officer", "/prices/purchases").await.is(422).shows("请填写产品编码");
    let csv = format!("/prices/purchases/export/purchases.csv?product={}&month=2026-10", shelf.dear);
    assert_eq!(site.get("officer", &csv).await.is(200).body.lines().count(), 5);
}

#[actix_web::test]
async fn search_finds_products_hospitals_and_suppliers() {
    let shelf = shelf();
    let site = &shelf.site;
    site.app
        .db
        .write(|tx| {
            let all =
                diesel::update(products::table).set(products::search.eq("阿莫西林胶囊 甲厂 xa01caa001"));
            Ok(all.execute(tx.conn())?)
        })
        .unwrap();
    count(site);
    let found = async |q: &str| site.get("officer", &format!("/prices/search?q={}", encoded(q))).await;
    found("甲厂").await.is(200).shows(&format!("/prices/products/{}", shelf.dear));
    found("XA01CAA001E001010110002").await.shows(&shelf.other.to_string()).hides(&shelf.dear.to_string());
    found("中心医院").await.shows(&format!("/prices/hospitals/{}", shelf.hospitals[0]));
    found("康恩").await.shows("/prices/suppliers/").hides("未登记");
    found("某医药").await.shows("未登记").shows("/findings?supplier=");
    found("没有这个").await.shows("没有找到");
    found("").await.shows("请输入");
    found("%").await.shows("没有找到");
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn the_nightly_job_counts() {
    let shelf = shelf();
    let job = jicai::jobs::find("count_prices").unwrap();
    assert_eq!((job.run)(&shelf.site.app).unwrap(), [("months", 2)]);
    let known = shelf.site.app.db.read(store::count).unwrap().unwrap();
    assert_eq!((known.lines, known.last_month.to_string()), (6, "2026-10-01".to_owned()));
    assert_eq!(known.counted_at, shelf.site.now());
}
