//! Shortages: from the monitoring list over orders and stock to level, responses, replacement, report and closing.

use diesel::prelude::*;
use jicai::catalog::{self, Facts, NewProduct};
use jicai::contracts::Contract;
use jicai::schema::{mails, order_lines, shortage_counts, shortage_steps, shortages as table, stock_reports};
use jicai::supply::OrderState;
use jicai::supply::shortages::{self, Level, Shortage, ShortageState, Watched, store};
use jicai::types::{ProductId, Quantity, ShortageEntryId, ShortageId, StockReportId, Time};

use crate::chain::{ordered, signed};
use crate::support::{Answer, Site};

const CODE: &str = "XJ01CAA040E001020200600";
const GENERIC: &str = "阿莫西林胶囊";

fn product(site: &Site, code: &str, maker: &str) {
    let ctx = site.ctx();
    let facts = Facts {
        generic: GENERIC.to_owned(),
        maker: maker.to_owned(),
        listing_price: Some("10.66".parse().unwrap()),
        ..Facts::default()
    };
    let new = NewProduct { id: ProductId::new(), code: code.to_owned(), facts };
    site.app.db.write(|tx| catalog::add(tx, &ctx, new.clone())).unwrap();
}

async fn listed(site: &Site, generic: &str) -> Answer {
    let id = ShortageEntryId::new();
    let since = site.now().day().to_string();
    let fields = [
        ("id", id.as_str()),
        ("generic", generic),
        ("form", "胶囊剂"),
        ("list", "national_prone"),
        ("since", since.as_str()),
        ("until", ""),
        ("source", "国家易短缺清单（2020）"),
    ];
    site.post("officer", "/shortages/list", &fields).await
}

async fn stock(site: &Site, login: &str, on_hand: &str, monthly: &str, day: &str) -> Answer {
    let id = StockReportId::new();
    let fields = [
        ("id", id.as_str()),
        ("product", CODE),
        ("on_hand", on_hand),
        ("monthly_use", monthly),
        ("reported_on", day),
    ];
    site.post(login, "/stock", &fields).await
}

fn watch(site: &Site) -> Watched {
    let ctx = site.ctx();
    shortages::watch(&site.app.db, &ctx).unwrap()
}

fn latest(site: &Site) -> Shortage {
    site.app.db.read(|c| store::latest(c, GENERIC)).unwrap().unwrap()
}

/// An order line of which the supplier promised less.
fn short(site: &Site, contract: &Contract, quantity: &str, promised: &str) {
    let line = ordered(site, contract, quantity);
    let promised: Quantity = promised.parse().unwrap();
    site.app
        .db
        .write(|tx| {
            diesel::update(order_lines::table.find(&line.id))
                .set(order_lines::promised.eq(promised))
                .execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
}

fn letters(site: &Site, template: &str) -> Vec<String> {
    site.app
        .db
        .read(|c| {
            let of = mails::table.filter(mails::template.eq(template));
            Ok(of.order(mails::address).select(mails::address).load(c)?)
        })
        .unwrap()
}

async fn act(site: &Site, what: &str, fields: &[(&str, &str)]) -> Answer {
    let it = latest(site);
    let version = it.version.to_string();
    let mut all = vec![("version", version.as_str())];
    all.extend_from_slice(fields);
    site.post("officer", &format!("/shortages/{}/{what}", it.id), &all).await
}

fn today(site: &Site) -> String {
    site.now().day().to_string()
}

#[actix_web::test]
async fn an_officer_records_a_shortage_which_does_not_ease_by_itself() {
    let site = Site::with_city();
    product(&site, CODE, "浙江康恩药业有限公司");
    let id = ShortageId::new();
    let send = |generic: &'static str, document: &'static str, file: &'static [u8]| {
        let (site, id) = (&site, id.to_string());
        async move {
            let fields = [
                ("id", id.as_str()),
                ("generic", generic),
                ("level", "orange"),
                ("reason", "生产线停产检修三个月"),
                ("document", document),
            ];
            site.upload(
                "officer",
                "/shortages/new",
                &fields,
                if file.is_empty() { "" } else { "来函.pdf" },
                file,
            )
            .await
        }
    };
    send("无名药", "企业来函", b"").await.is(422).shows("没有通用名“无名药”");
    send(GENERIC, "", b"").await.is(422);
    send(GENERIC, "企业来函", b"text").await.is(422);
    assert!(site.app.db.read(|c| store::latest(c, GENERIC)).unwrap().is_none(), "nothing half");
    send(GENERIC, "康恩〔2026〕8号来函", b"%PDF-1.7 letter").await.is(303);
    send(GENERIC, "康恩〔2026〕8号来函", b"%PDF-1.7 letter").await.is(303);
    let page = site.get("hospital1", &format!("/shortages/{id}")).await;
    page.is(200).shows("橙色").shows("康恩〔2026〕8号来函").shows("来函.pdf");
    let document = page.body.split(&format!("/shortages/{id}/documents/")).nth(1).unwrap();
    let path = format!("/shortages/{id}/documents/{}", document.split('"').next().unwrap());
    assert_eq!(site.get("hospital1", &path).await.is(200).bytes, b"%PDF-1.7 letter");
    site.get("supplier1", &path).await.is(403);
    // The watch finds nothing about it and leaves the level that was recorded.
    listed(&site, GENERIC).await.is(303);
    assert_eq!(watch(&site), Watched { generics: 1, opened: 0, changed: 0 });
    assert_eq!((latest(&site).level, latest(&site).recorded), (Level::Orange, Level::Orange));
    let other = ShortageId::new();
    let fields =
        [("id", other.as_str()), ("generic", GENERIC), ("level", "red"), ("reason", "x"), ("document", "y")];
    site.upload("officer", "/shortages/new", &fields, "", b"").await.is(422).shows("已有处置中的短缺");
    act(&site, "close", &[("body", "恢复供应")]).await.is(303);
    assert_eq!(watch(&site).opened, 0);
    assert_eq!(latest(&site).state, ShortageState::Closed);
}

#[actix_web::test]
async fn from_orders_and_stock_to_a_report_and_closing() {
    let (site, _, contracts) = signed();
    product(&site, CODE, "浙江康恩药业有限公司");
    product(&site, "XJ01CAA040E001020200601", "齐鲁制药有限公司");
    // Nothing is monitored: nothing is short, whatever the orders say.
    short(&site, &contracts[0], "100", "40");
    assert_eq!(watch(&site), Watched::default());
    site.get("officer", "/shortages").await.is(200).shows("没有符合条件的短缺");
    listed(&site, GENERIC).await.is(303);
    // The hospital has 20 days: yellow by days; the sole supplier sent nothing yet and one line is short: red.
    stock(&site, "hospital1", "200", "300", &today(&site)).await.is(303);
    assert_eq!(watch(&site), Watched { generics: 1, opened: 1, changed: 0 });
    let it = latest(&site);
    assert_eq!((it.level, it.state), (Level::Red, ShortageState::Open));
    let figures = it.figures().unwrap();
    assert_eq!((figures.days(), figures.short_lines, figures.makers), (Some(20), 1, Some(0)));
    // Running it again finds nothing new and writes to nobody twice.
    assert_eq!(watch(&site), Watched { generics: 1, opened: 0, changed: 0 });
    let all = ["hospital1@example.org", "officer2@example.org", "officer@example.org"];
    assert_eq!(letters(&site, "shortage_found"), all);
    // Goods were sent: one maker, 20 days and a share confirmed short are orange.
    let sent = ordered(&site, &contracts[2], "100");
    site.app
        .db
        .write(|tx| {
            diesel::update(order_lines::table.find(&sent.id))
                .set(order_lines::shipped.eq(order_lines::quantity))
                .execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    assert_eq!(watch(&site), Watched { generics: 1, opened: 0, changed: 1 });
    let it = latest(&site);
    assert_eq!((it.level, it.worst), (Level::Orange, Level::Red));
    assert_eq!(letters(&site, "shortage_found").len(), 3, "easing writes to nobody");
    let path = format!("/shortages/{}", it.id);
    let page = site.get("officer", &path).await;
    page.is(200).shows("橙色").shows("50%").shows("金华市中心医院").shows("国家易短缺重点监测清单");
    page.shows("向省级联动机制报告").shows("齐鲁制药有限公司").shows("有挂网产品").shows("在约企业");
    // A hospital sees its own stock and no report; a supplier nothing.
    stock(&site, "hospital2", "900", "300", &today(&site)).await.is(303);
    let own = site.get("hospital2", &path).await;
    own.is(200).shows("义乌市中医医院").hides("金华市中心医院").hides("报告正文").hides("登记完成");
    site.get("supplier1", &path).await.is(403);
    // Responses, each with its text.
    act(&site, "respond", &[("response", "verify"), ("body", "")]).await.is(422).shows("必填");
    act(&site, "respond", &[("response", "what"), ("body", "x")]).await.is(422).shows("没有这项响应");
    act(&site, "respond", &[("response", "verify"), ("body", "已电话核实")]).await.is(303);
    let stale = [("version", "1"), ("response", "urge"), ("body", "x")];
    site.post("officer2", &format!("{path}/respond"), &stale).await.is(422).shows("已有变化");
    // The replacement: one with a ground, and not any company.
    let id = |login: &str| site.who(login).organisation.id.to_string();
    let (third, second) = (id("supplier3"), id("supplier2"));
    act(&site, "replacement", &[("supplier", &second), ("body", "能供")])
        .await
        .is(422)
        .shows("华东制药有限公司");
    act(&site, "replacement", &[("supplier", &third), ("body", "能供")]).await.is(303);
    assert!(letters(&site, "shortage_replaced").contains(&"supplier3@example.org".to_owned()));
    assert!(letters(&site, "shortage_replaced").contains(&"hospital1@example.org".to_owned()));
    // The report is drafted from the rows and kept with its figures.
    assert_eq!(watch(&site).changed, 0);
    let page = site.get("officer", &path).await;
    page.is(200).shows("已确定由 齐鲁制药有限公司 替代供应").shows("已采取的措施：核实库存和供应");
    act(&site, "report", &[("body", "一、情况。\n\n二、建议直接挂网。")]).await.is(303);
    stock(&site, "hospital1", "6000", "300", &today(&site)).await.is(303);
    watch(&site);
    act(&site, "report", &[("body", "第二稿")]).await.is(303);
    let report = site.get("auditor", &format!("{path}/report")).await;
    report.is(200).shows("第二稿").shows("历次报告").hides("建议直接挂网");
    let steps: Vec<String> = site
        .app
        .db
        .read(|c| {
            let of = shortage_steps::table.filter(shortage_steps::kind.eq("report"));
            Ok(of.order((shortage_steps::at, shortage_steps::id)).select(shortage_steps::id).load(c)?)
        })
        .unwrap();
    let first = site.get("auditor", &format!("{path}/report?version={}", steps[0])).await;
    first.is(200).shows("建议直接挂网").shows("<td class=\"n\">55</td>");
    let file = site.get("auditor", &format!("{path}/report.csv?version={}", steps[0])).await;
    file.is(200).shows("二、建议直接挂网。").shows("可用天数,55");
    site.get("hospital1", &format!("{path}/report")).await.is(403);
    // Closed, and found again only when it gets worse.
    act(&site, "close", &[("body", "已恢复供应")]).await.is(303);
    act(&site, "close", &[("body", "再来")]).await.is(422).shows("已销号");
    assert_eq!(watch(&site).opened, 0);
    stock(&site, "hospital1", "1", "300", &today(&site)).await.is(303);
    stock(&site, "hospital2", "1", "300", &today(&site)).await.is(303);
    assert_eq!(watch(&site).opened, 1);
    let list = site.get("hospital1", "/shortages?state=all").await;
    list.is(200).shows(&it.number).shows(&latest(&site).number);
    site.get("officer", "/shortages/export.csv?state=all").await.is(200).shows("已销号").shows("红色");
    site.get("officer", "/shortages?level=what").await.is(404);
}

#[actix_web::test]
async fn the_monitoring_list_is_dated_and_comes_from_files() {
    let site = Site::with_city();
    site.get("officer", "/shortages/list").await.is(200).shows("监测清单为空");
    listed(&site, GENERIC).await.is(303);
    listed(&site, GENERIC).await.is(422).shows("已在该清单中");
    listed(&site, "").await.is(422).shows("必填");
    let upload = |file: &'static str| {
        let site = &site;
        async move { site.upload("officer", "/shortages/list/upload", &[], "l.csv", file.as_bytes()).await }
    };
    upload("").await.is(422);
    upload("通用名,清单,起始日,来源\n").await.is(422).shows("没有数据行");
    let bad =
        "通用名,清单,起始日,来源\n尼可刹米,国家短缺药品清单,2026-01-01,国卫\n阿托品,什么清单,2026-13-01,\n";
    upload(bad).await.is(422).shows("3 处错误").shows("什么清单");
    let twice = "generic,list,since,source\n尼可刹米,local,2026-01-01,x\n尼可刹米,local,2026-02-01,x\n";
    upload(twice).await.is(422).shows("与第 2 行重复");
    let good = "通用名,剂型,清单,起始日,截止日,来源\n尼可刹米,注射剂,国家短缺药品清单,2026-01-01,,国卫\n洛贝林,,地方清单,2026-01-01,2026-06-30,市\n";
    for _ in 0..2 {
        upload(good).await.is(303);
    }
    let all = site.app.db.read(|c| store::entries(c, None, None, 100)).unwrap();
    assert_eq!(all.len(), 3);
    let now = site.get("officer", "/shortages/list").await;
    now.is(200).shows("尼可刹米").hides("洛贝林");
    site.get("auditor", "/shortages/list?which=all").await.is(200).shows("洛贝林").hides("移出");
    let it = all.iter().find(|it| it.generic == "尼可刹米").unwrap();
    for _ in 0..2 {
        site.post("officer", &format!("/shortages/list/{}/end", it.id), &[]).await.is(303);
    }
    site.set_clock(site.now().plus_days(1));
    site.get("officer", "/shortages/list").await.is(200).hides("尼可刹米");
    site.post("officer", &format!("/shortages/list/{}/end", it.id), &[]).await.is(422).shows("移出");
    site.get("officer", "/shortages/list/template").await.is(200).shows("通用名,剂型,清单");
    site.post("officer", &format!("/shortages/list/{}/end", ShortageEntryId::new()), &[]).await.is(404);
}

#[actix_web::test]
async fn stock_reports_count_by_their_day_and_stay() {
    let site = Site::with_city();
    product(&site, CODE, "浙江康恩药业有限公司");
    listed(&site, GENERIC).await.is(303);
    stock(&site, "hospital1", "-1", "300", "2026-11-23").await.is(422).shows("不能为负");
    stock(&site, "hospital1", "x", "300", "2026-11-23").await.is(422);
    stock(&site, "hospital1", "1", "300", "2026-11-24").await.is(422).shows("晚于今天");
    stock(&site, "officer", "1", "300", "2026-11-23").await.is(403);
    let file = format!("医保编码,库存量,月用量,上报日期\n{CODE},100,300,2026-11-20\n");
    site.upload("hospital1", "/stock/upload", &[], "s.csv", file.as_bytes()).await.is(303);
    let bad = format!("product,on_hand,monthly_use,reported_on\n{CODE},1,2,2026-11-20\nX1,1,2,2026-11-20\n");
    site.upload("hospital1", "/stock/upload", &[], "s.csv", bad.as_bytes()).await.is(422).shows("没有 X1");
    let own = site.get("hospital1", "/stock").await;
    own.is(200).shows(CODE).shows("<td class=\"n\">10</td>");
    site.get("hospital2", "/stock").await.is(200).hides(CODE);
    let id = site.who("hospital1").organisation.id;
    site.get("officer", &format!("/stock?hospital={id}")).await.is(200).shows(CODE);
    // A hospital cannot ask for another's.
    site.get("hospital2", &format!("/stock?hospital={id}")).await.is(200).hides(CODE);
    // An earlier day does not take the place of a later one; all rows stay.
    stock(&site, "hospital1", "900", "300", "2026-11-19").await.is(303);
    site.get("hospital1", "/stock").await.is(200).shows("<td class=\"n\">10</td>").hides(">900<");
    stock(&site, "hospital1", "0", "0", "2026-11-23").await.is(303);
    site.get("hospital1", "/stock").await.is(200).shows("未知");
    let count: i64 = site.app.db.read(|c| Ok(stock_reports::table.count().get_result(c)?)).unwrap();
    assert_eq!(count, 3);
    // Stock of nobody who uses it says nothing; old reports do not count.
    assert_eq!(watch(&site).opened, 0);
    stock(&site, "hospital1", "10", "300", "2026-11-23").await.is(303);
    site.set_clock(site.now().plus_days(46));
    assert_eq!(watch(&site).opened, 0);
    site.set_clock(Time::parse_local("2026-11-24 03:00").unwrap());
    assert_eq!(watch(&site).opened, 1);
    assert_eq!(latest(&site).level, Level::Red);
    // What eased and is red again is told again.
    let told = letters(&site, "shortage_found").len();
    for (day, on_hand, more) in [("2026-11-25", "300", 0), ("2026-11-26", "10", told)] {
        site.set_clock(Time::parse_local(&format!("{day} 03:00")).unwrap());
        stock(&site, "hospital1", on_hand, "300", day).await.is(303);
        watch(&site);
        assert_eq!(letters(&site, "shortage_found").len(), told + more, "{day}");
    }
}

#[actix_web::test]
async fn older_months_stand_and_repeated_orders_are_a_signal() {
    let (site, _, contracts) = signed();
    listed(&site, GENERIC).await.is(303);
    let months = |site: &Site| -> Vec<(String, i64, i64)> {
        site.app
            .db
            .read(|c| {
                let rows: Vec<(chrono::NaiveDate, i64, i64)> = shortage_counts::table
                    .order(shortage_counts::month)
                    .select((shortage_counts::month, shortage_counts::lines, shortage_counts::repeated))
                    .load(c)?;
                Ok(rows.into_iter().map(|(month, lines, again)| (month.to_string(), lines, again)).collect())
            })
            .unwrap()
    };
    for _ in 0..2 {
        ordered(&site, &contracts[0], "100");
    }
    short(&site, &contracts[0], "100", "99");
    for _ in 0..9 {
        ordered(&site, &contracts[2], "10");
    }
    site.app
        .db
        .write(|tx| {
            let closed =
                (order_lines::shipped.eq(order_lines::quantity), order_lines::state.eq(OrderState::Closed));
            diesel::update(order_lines::table).set(closed).execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    assert_eq!(watch(&site).opened, 1);
    let this = months(&site);
    assert_eq!((this.len(), this[0].1, this[0].2), (1, 12, 1));
    // One of twelve is short, below the share; the hospital that ordered three times is the signal, and one maker.
    assert_eq!(latest(&site).level, Level::Orange);
    // Four months on the old month stands as it was counted, whatever its lines say now.
    ordered(&site, &contracts[0], "5");
    site.set_clock(site.now().plus_days(130));
    watch(&site);
    assert_eq!(months(&site), this);
    assert_eq!(latest(&site).level, Level::None, "what is old does not speak");
    let ids: Vec<ShortageId> = site.app.db.read(|c| Ok(table::table.select(table::id).load(c)?)).unwrap();
    assert_eq!(ids.len(), 1);
}
