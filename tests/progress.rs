//! Progress: volumes beside the time elapsed, counts that never drift, drill-down, letters to those behind.

use diesel::prelude::*;
use jicai::contracts::Contract;
use jicai::contracts::volumes::{self, Movement};
use jicai::schema::{agreed_volumes, mails, order_lines, receipts, supply_counts};
use jicai::supply::progress::counts::{Counts, Which};
use jicai::supply::progress::{self, letters};
use jicai::supply::{OrderLine, OrderState};
use jicai::types::{Quantity, Time};

use crate::chain::{ordered, received, signed};
use crate::support::Site;

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

/// Changes an order line row by row.
fn set(site: &Site, line: &OrderLine, change: impl Fn(&mut OrderLine)) {
    let mut it = line.clone();
    change(&mut it);
    site.app
        .db
        .write(|tx| Ok(diesel::update(order_lines::table.find(&it.id)).set(&it).execute(tx.conn())?))
        .unwrap();
}

fn count(site: &Site, which: Which) -> usize {
    progress::count(&site.app.db, site.now(), which).unwrap()
}

/// The counts without when they were made.
fn counted(site: &Site) -> Vec<Counts> {
    let rows: Vec<Counts> = site
        .app
        .db
        .read(|c| {
            Ok(supply_counts::table.order(supply_counts::volume_id).select(Counts::as_select()).load(c)?)
        })
        .unwrap();
    let first = rows.first().map(|it| it.counted_on);
    rows.into_iter()
        .map(|it| Counts { counted_on: first.unwrap(), counted_at: Time::from_millis(0), ..it })
        .collect()
}

#[actix_web::test]
async fn boards_show_purchases_beside_the_time_elapsed_to_whom_they_concern() {
    let (site, round, list) = signed();
    // Half a year passes; hospital1 bought well from supplier1 and nothing from supplier2.
    received(&site, &list[0], "6000");
    site.set_clock(site.now().plus_days(182));
    count(&site, Which::Changed);
    let page = site.get("officer", "/progress").await;
    page.is(200).shows("金华市中心医院").shows("义乌市中医医院").shows("49.9%").shows("<svg");
    // 1200 of 3500 yuan are bought: lot 1 in full measure, lot 2 not at all.
    page.shows("1200.00").shows("34.3%").shows("医疗机构采购不足").shows("全部数据统计于");
    let lots = site.get("officer", "/progress?by=lot").await;
    lots.is(200).shows("阿莫西林胶囊").shows("12000 粒").shows("6000").shows("50.0%").shows("正常");
    site.get("officer", "/progress?by=lot&behind=1").await.hides("阿莫西林胶囊").shows("盐酸氨溴索");
    site.get("officer", "/progress?by=supplier&sort=fill").await.is(200).shows("100.0%");
    site.get("officer", "/progress?by=region").await.is(200).shows("金华市");
    site.get("officer", &format!("/progress?round={}&by=lot", round.id)).await.is(200).shows("阿莫西林胶囊");
    site.get("officer", "/progress?by=planet").await.is(404);
    site.get("officer", "/progress?day=yesterday").await.is(404);
    site.get("officer", "/progress?round=1").await.is(404);
    site.get("officer", "/progress?day=2020-01-01").await.is(200).shows("没有符合条件");
    // Each side sees its own, as it stands.
    let own = site.get("hospital1", "/progress").await;
    own.is(200)
        .shows("1200.00")
        .hides("义乌市中医医院")
        .shows("阿莫西林胶囊")
        .shows("10000 粒")
        .hides("12000 粒");
    site.get("hospital1", "/progress?by=hospital").await.is(404);
    site.get("supplier2", "/progress").await.is(200).shows("金华市中心医院").hides("1200.00");
    site.get("supplier3", "/progress").await.is(200).shows("没有符合条件");
    // Down to contracts and on to order lines.
    let all = site.get("hospital1", "/progress/contracts").await;
    all.is(200).shows(&list[0].number).shows(&list[1].number).hides(&list[2].number);
    let behind = site.get("hospital1", "/progress/contracts?behind=1").await;
    behind.is(200).hides(&list[0].number).shows(&list[1].number);
    let hospital = site.who("hospital2").organisation.id;
    let other = format!("/progress/contracts?by=hospital&key={hospital}");
    site.get("officer", &other).await.is(200).shows(&list[2].number).hides(&list[0].number);
    site.get("supplier1", &other).await.is(200).shows(&list[2].number).hides(&list[3].number);
    site.get("officer", "/progress/contracts?by=region&key=%E9%87%91%E5%8D%8E%E5%B8%82")
        .await
        .shows(&list[3].number);
    site.get("officer", "/progress/contracts?by=region&key=%27%20OR%201%3D1")
        .await
        .is(200)
        .hides(&list[3].number);
    site.get("officer", "/progress/contracts?by=lot&key=x").await.is(404);
    let one = format!("/progress/contracts/{}", list[0].id);
    site.get("hospital1", &one).await.is(200).shows("6000").shows("DD").shows("60.0%");
    site.get("auditor", &one).await.is(200);
    for login in ["hospital2", "supplier2"] {
        site.get(login, &one).await.is(404);
    }
    for path in ["/progress/export.csv?by=lot", "/progress/contracts/export.csv"] {
        site.get("officer", path).await.is(200).shows("49.9%");
        site.get("hospital2", path).await.is(200).hides("6000");
    }
    for path in ["/progress/export.xlsx", "/progress/contracts/export.xlsx?behind=1"] {
        assert!(site.get("supplier1", path).await.is(200).bytes.starts_with(b"PK"));
    }
}

#[actix_web::test]
async fn a_year_that_was_not_made_counts_with_what_the_contract_says() {
    let (site, _, list) = signed();
    site.app.db.write(|tx| Ok(diesel::delete(agreed_volumes::table).execute(tx.conn())?)).unwrap();
    site.get("hospital1", "/progress").await.is(200).shows("2000.00").shows("0.0%").shows("尚未统计");
    site.get("hospital1", "/progress/contracts").await.is(200).shows("10000 粒");
    // A partial last year, of 20 in 366 days.
    let later = list[0].ends;
    let page = site.get("hospital1", &format!("/progress/contracts?day={later}")).await;
    page.is(200).shows(&list[0].number).shows("546.448 粒");
    // The count makes the years that run.
    assert_eq!(count(&site, Which::Changed), 4);
    site.get("officer", "/progress").await.is(200).shows("4200.00").hides("尚未统计");
}

#[actix_web::test]
async fn who_is_to_blame_is_told_by_what_was_ordered_promised_and_accepted() {
    let (site, _, list) = signed();
    // Ordered enough and late: the supplier. Promised half, the rest given up: the supplier.
    let late = ordered(&site, &list[0], "6000");
    let short = ordered(&site, &list[1], "300");
    let volume = short.volume_id.clone().unwrap();
    set(&site, &short, |it| {
        it.promised = Some(quantity("100"));
        it.released = quantity("200");
        it.promised_on = Some(site.now().plus_days(400).day());
    });
    site.app.db.write(|tx| volumes::shift(tx, &volume, Movement::Release, quantity("200"))).unwrap();
    // Not answered at all: in time today, late after the term of delivery.
    let silent = ordered(&site, &list[2], "1200");
    set(&site, &silent, |it| {
        (it.promised, it.promised_on, it.state) = (None, None, OrderState::Placed);
    });
    count(&site, Which::Changed);
    let facts = |volume: &Option<jicai::types::AgreedVolumeId>| {
        let it = counted(&site).into_iter().find(|it| Some(&it.volume_id) == volume.as_ref()).unwrap();
        [it.ordered, it.lost, it.overdue, it.due, it.on_time].map(|it| it.to_string())
    };
    assert_eq!(facts(&late.volume_id), ["6000", "0", "0", "0", "0"]);
    assert_eq!(facts(&short.volume_id), ["300", "200", "0", "0", "0"]);
    assert_eq!(facts(&silent.volume_id), ["1200", "0", "0", "0", "0"]);
    site.set_clock(site.now().plus_days(182));
    count(&site, Which::Changed);
    assert_eq!(facts(&late.volume_id), ["6000", "0", "6000", "6000", "0"]);
    assert_eq!(facts(&short.volume_id), ["300", "200", "0", "0", "0"]);
    assert_eq!(facts(&silent.volume_id), ["1200", "0", "1200", "1200", "0"]);
    let page = site.get("officer", "/progress/contracts").await;
    let row = |it: &Contract| {
        let rest = page.body.split_once(&format!(">{}<", it.number)).unwrap().1;
        rest.split("</tr>").next().unwrap().to_owned()
    };
    assert!(row(&list[0]).contains("企业供应不足"));
    assert!(row(&list[1]).contains("企业供应不足"));
    assert!(row(&list[2]).contains("企业供应不足"));
    assert!(row(&list[3]).contains("医疗机构采购不足"));
    // A promise without a day is late after the term of delivery, and no measure of being on time.
    set(&site, &silent, |it| it.promised_on = None);
    count(&site, Which::Changed);
    assert_eq!(facts(&silent.volume_id), ["1200", "0", "1200", "0", "0"]);
    // Closed without having come: lost, no longer overdue.
    set(&site, &late, |it| (it.state, it.released) = (OrderState::Closed, it.quantity));
    count(&site, Which::Changed);
    assert_eq!(facts(&late.volume_id), ["6000", "6000", "0", "6000", "0"]);
}

#[actix_web::test]
async fn counting_what_changed_is_the_same_as_counting_everything() {
    let (site, _, list) = signed();
    // A small generator: the same history on every run.
    let mut state: u64 = 20_261_127;
    let mut next = |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let mut open: Vec<OrderLine> = Vec::new();
    // Steps of weeks, over the end of the first agreement year and of the whole term.
    for night in 0..70 {
        for _ in 0..next(3) {
            let it = &list[next(4) as usize];
            if site.now().day() <= it.ends {
                open.push(ordered(&site, it, "1"));
            }
        }
        for _ in 0..next(4) {
            if open.is_empty() {
                break;
            }
            let at = next(open.len() as u64) as usize;
            let mut it = open[at].clone();
            match next(4) {
                0 => (it.promised, it.promised_on) = (None, None),
                1 => it.promised_on = Some(site.now().plus_days(next(30) as i64).day()),
                2 => it.shipped = it.quantity,
                _ => {
                    it.state = OrderState::Closed;
                    if next(2) == 0 { it.accepted = it.quantity } else { it.released = it.quantity }
                }
            }
            set(&site, &it, |_| {});
            if it.state == OrderState::Closed { drop(open.remove(at)) } else { open[at] = it }
        }
        site.set_clock(site.now().plus_days(1 + next(13) as i64));
        count(&site, Which::Changed);
        if night % 10 == 9 {
            let by_change = counted(&site);
            count(&site, Which::All);
            assert_eq!(by_change, counted(&site), "night {night}");
        }
    }
    assert!(site.now().day() > list[0].ends);
    // A year that is over and done is not counted again.
    open.clear();
    site.app
        .db
        .write(|tx| {
            Ok(diesel::update(order_lines::table).set(order_lines::state.eq("closed")).execute(tx.conn())?)
        })
        .unwrap();
    count(&site, Which::Changed);
    site.set_clock(site.now().plus_days(1));
    assert_eq!(count(&site, Which::Changed), 0);
    assert!(count(&site, Which::All) > 0);
}

#[actix_web::test]
async fn goods_on_their_day_are_on_time_and_later_ones_are_not() {
    let (site, _, list) = signed();
    received(&site, &list[0], "100");
    received(&site, &list[0], "50");
    let late = site.now().plus_days(1).day();
    site.app
        .db
        .write(|tx| {
            let fifty = receipts::accepted.eq(quantity("50"));
            diesel::update(receipts::table.filter(fifty))
                .set(receipts::received_on.eq(late))
                .execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    site.set_clock(site.now().plus_days(2));
    count(&site, Which::Changed);
    let it = counted(&site).into_iter().find(|it| it.lines == 2).unwrap();
    assert_eq!((it.due.to_string(), it.on_time.to_string()), ("150".to_owned(), "100".to_owned()));
    let one = format!("/progress/contracts/{}", list[0].id);
    site.get("supplier1", &one).await.is(200).shows("66.7%");
}

#[actix_web::test]
async fn those_behind_hear_of_it_once_a_week_and_nobody_else() {
    let (site, _, list) = signed();
    let sent = |site: &Site| -> Vec<(String, String)> {
        let filter = mails::table.filter(mails::template.eq("progress_behind"));
        let rows = filter.order((mails::created_at, mails::address)).select((mails::address, mails::data));
        site.app.db.read(|c| Ok(rows.load(c)?)).unwrap()
    };
    count(&site, Which::Changed);
    assert_eq!(letters::write(&site.app.db, &site.ctx()).unwrap(), 0);
    assert!(sent(&site).is_empty());
    // hospital1 orders enough of both, supplier2 brings nothing; hospital2 orders nothing.
    received(&site, &list[0], "6000");
    ordered(&site, &list[1], "300");
    site.set_clock(site.now().plus_days(182));
    count(&site, Which::Changed);
    for _ in 0..2 {
        assert_eq!(letters::write(&site.app.db, &site.ctx()).unwrap(), 2);
    }
    let first = sent(&site);
    let to: Vec<&str> = first.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(to, ["hospital2@example.org", "supplier2@example.org"]);
    assert!(first[0].1.contains(&list[2].number) && first[0].1.contains("\"count\":2"), "{first:?}");
    assert!(first[1].1.contains(&list[1].number) && first[1].1.contains("\"count\":1"), "{first:?}");
    site.set_clock(site.now().plus_days(7));
    letters::write(&site.app.db, &site.ctx()).unwrap();
    assert_eq!(sent(&site).len(), 4);
}
