//! Deadlines that follow the calendar, and what is claimed in which month.

use chrono::NaiveDate;
use diesel::prelude::*;
use jicai::error::Error;
use jicai::payments::claims::{self, remind, store};
use jicai::schema::{mails, receipts};
use jicai::types::{Money, Time};
use jicai::workdays::{self, DayKind, Workday};

use super::{claim_all, direct, drawn_up, due, next_month, read, sent, submit};
use crate::support::Site;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn enter(site: &Site, text: &str, kind: DayKind) {
    let ctx = site.ctx_of("settlement");
    let it = Workday { day: day(text), kind, name: "节日".to_owned(), account_id: None, at: site.now() };
    site.app.db.write(|tx| workdays::set(tx, &ctx, &it)).unwrap();
}

#[test]
fn claims_are_due_on_day_five_or_two_working_days_after_a_day_off() {
    let site = Site::with_city();
    for off in ["2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07", "2027-02-05"] {
        enter(&site, off, DayKind::Off);
    }
    enter(&site, "2026-10-10", DayKind::Work);
    enter(&site, "2027-02-06", DayKind::Work);
    let check = |month: &str, want: &str| {
        let found = site.app.db.read(|c| claims::deadline(c, day(month))).unwrap();
        assert_eq!(found, day(want), "{month}");
    };
    check("2026-10-01", "2026-11-05");
    check("2026-11-01", "2026-12-08");
    check("2026-09-01", "2026-10-09");
    check("2027-01-01", "2027-02-08");
    check("2026-12-01", "2027-01-05");
}

#[actix_web::test]
async fn the_calendar_is_kept_on_its_page() {
    let site = Site::with_city();
    site.get("hospital1", "/workdays?year=2026")
        .await
        .is(200)
        .shows("没有登记节假日")
        .hides("/workdays/upload");
    site.get("settlement", "/workdays?year=1999").await.is(404);
    let add = |day: &'static str, kind: &'static str, name: &'static str| {
        let site = &site;
        async move { site.post("settlement", "/workdays", &[("day", day), ("kind", kind), ("name", name)]).await }
    };
    add("2026-10-01", "off", "国庆节").await.is(303);
    add("2026-10-03", "off", "国庆节").await.is(422).shows("2026-10-03");
    add("2026-10-10", "work", "").await.is(422);
    add("2026-10-32", "work", "x").await.is(422);
    site.post("admin", "/workdays", &[("day", "2026-10-02"), ("kind", "off"), ("name", "国庆节")])
        .await
        .is(303);
    site.post("officer", "/workdays", &[("day", "2026-10-05"), ("kind", "off"), ("name", "国庆节")])
        .await
        .is(403);
    site.get("settlement", "/workdays?year=2026").await.is(200).shows("国庆节").shows("工作日 20 天");

    let upload = |text: &'static str| {
        let site = &site;
        async move { site.upload("settlement", "/workdays/upload", &[], "days.csv", text.as_bytes()).await }
    };
    let bad = "日期,类别,名称\n2027-01-01,放假,元旦\n2027-01-02,放假,元旦\n2027-01-01,放假,元旦\n2027-02-30,放假,春节\n2027-01-04,休假,元旦\n2027-01-05,放假,\n";
    let answer = upload(bad).await;
    answer.is(422).shows("5 处").shows("第3行").shows("第4行").shows("2027-02-30").shows("休假");
    site.get("settlement", "/workdays?year=2027").await.is(200).shows("没有登记节假日");
    upload("日期,类别,名称\n").await.is(422);
    upload("").await.is(422);
    upload("日期,类别,名称\n2027-01-01,放假,元旦\n2027-01-03,班,元旦\n").await.is(303);
    upload("日期,类别,名称\n2027-01-01,放假,元旦\n2027-01-03,班,元旦\n").await.is(303);
    site.get("settlement", "/workdays?year=2027").await.is(200).shows("元旦").shows("调休上班");
    site.post("settlement", "/workdays/remove", &[("day", "2027-01-03")]).await.is(303);
    site.post("settlement", "/workdays/remove", &[("day", "2027-01-03")]).await.is(303);
    site.get("settlement", "/workdays?year=2027").await.is(200).hides("2027-01-03");
    site.get("settlement", "/workdays/template").await.is(200).shows("日期,类别,节假日名称");
}

#[test]
fn what_is_late_is_claimed_the_month_after() {
    let (site, contracts) = direct();
    due(&site, &contracts[0], "100");
    let first = next_month(&site, 20);
    let why = submit(&site, "supplier1", first).unwrap_err();
    assert!(matches!(why, Error::Refused(_)), "{why}");
    assert!(submit(&site, "supplier1", claims::rules::month_before(first)).is_err(), "long past");
    assert!(submit(&site, "supplier1", claims::rules::month_after(first)).is_err(), "not over");
    due(&site, &contracts[0], "50");
    let second = next_month(&site, 2);
    // This month's receipts are not last month's.
    due(&site, &contracts[0], "7");
    let list =
        site.app.db.read(|c| claims::preview(c, &site.who("supplier1").organisation.id, second)).unwrap();
    let [only] = &list[..] else { panic!("{list:?}") };
    assert_eq!((only.lines, only.amount.to_string()), (2, "30.00".to_owned()));
    assert_eq!(submit(&site, "supplier1", second).unwrap(), 1);
    assert!(submit(&site, "supplier1", second).is_err(), "nothing is claimed twice");
}

#[test]
fn credits_for_paid_receipts_are_netted_and_never_take_a_claim_below_zero() {
    let (site, contracts) = direct();
    let first = due(&site, &contracts[0], "5000");
    let month = next_month(&site, 2);
    claim_all(&site, month);
    let id = drawn_up(&site, month);
    super::approve(&site, &id);
    let attempts = sent(&site, &id, false);
    read(&site, &id, &super::answers(&site, &attempts, |_| false)).unwrap();
    super::step::advance(&site.app.db, &site.ctx_of("settlement"), &id, usize::MAX).unwrap();
    super::sound(&site);

    // Returned: 700.00 of 1000.00 is credited. New receipts of 300.00 and then of 500.00 are netted with it.
    site.app
        .db
        .write(|tx| {
            diesel::update(receipts::table.find(&first.id))
                .set(receipts::credited.eq(Money::from_scaled(70_000)))
                .execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    due(&site, &contracts[0], "1500");
    let supplier = site.who("supplier1").organisation.id;
    let amount = |month| {
        let list = site.app.db.read(|c| claims::preview(c, &supplier, month)).unwrap();
        list.iter().map(|d| (d.lines, d.due.to_string(), d.amount.to_string())).collect::<Vec<_>>()
    };
    let month = next_month(&site, 2);
    assert_eq!(amount(month), [(2, "300.00".to_owned(), "0.00".to_owned())]);
    settle(&site, month);
    due(&site, &contracts[0], "2500");
    let month = next_month(&site, 2);
    assert_eq!(amount(month), [(2, "500.00".to_owned(), "100.00".to_owned())]);
    settle(&site, month);
    assert_eq!(super::paid_in_all(&site), 100_000 - 70_000 + 30_000 + 50_000);
    let month = next_month(&site, 2);
    assert!(amount(month).is_empty());
}

/// A whole month in which the bank pays everything that has to be paid.
fn settle(site: &Site, month: NaiveDate) {
    claim_all(site, month);
    let id = drawn_up(site, month);
    super::approve(site, &id);
    let ctx = site.ctx_of("settlement");
    if super::settlement(site, &id).amount.is_positive() {
        let attempts = sent(site, &id, false);
        read(site, &id, &super::answers(site, &attempts, |_| false)).unwrap();
    }
    super::step::advance(&site.app.db, &ctx, &id, usize::MAX).unwrap();
    let act = jicai::types::DeductionActId::new();
    let next = claims::rules::month_after(month);
    let _ = site.app.db.write(|tx| jicai::payments::settlements::deduct(tx, &ctx, &act, &id, next));
    super::step::advance(&site.app.db, &ctx, &id, usize::MAX).unwrap();
    super::closed(site, &id);
    super::sound(site);
}

#[test]
fn letters_go_out_once_for_what_is_due_and_what_is_late() {
    let (site, contracts) = direct();
    due(&site, &contracts[0], "100");
    let month = next_month(&site, 1);
    let remind_now = || {
        let ctx = site.ctx();
        site.app.db.write(|tx| remind::remind(tx, &ctx)).unwrap()
    };
    let letters = |kind: &str| -> i64 {
        let kind = kind.to_owned();
        site.app
            .db
            .read(|c| Ok(mails::table.filter(mails::template.eq(kind)).count().get_result(c)?))
            .unwrap()
    };
    assert_eq!(remind_now().suppliers, 1);
    assert_eq!(remind_now().suppliers, 1);
    assert_eq!(letters("claims_due"), 1, "once");
    submit(&site, "supplier1", month).unwrap();
    assert_eq!((remind_now().suppliers, letters("claims_to_verify")), (0, 1));
    let claim = site.app.db.read(|c| store::page(c, &Default::default(), 1)).unwrap().remove(0);
    assert_eq!(
        claim.verify_by,
        site.app.db.read(|c| workdays::after(c, site.now().day(), 5)).unwrap(),
        "five working days"
    );
    site.set_clock(Time::parse_local(&format!("{} 23:59", claim.verify_by)).unwrap());
    assert_eq!(remind_now().overdue, 0);
    site.set_clock(site.now().plus_millis(60_000));
    assert_eq!(remind_now().overdue, 1);
    remind_now();
    // To the hospital and to the settlement clerk; nothing is confirmed by silence.
    assert_eq!(letters("claims_to_verify"), 3);
    let claim = site.app.db.read(|c| store::page(c, &Default::default(), 1)).unwrap().remove(0);
    assert_eq!(claim.state, claims::ClaimState::Submitted);
    assert!(claim.is_overdue(site.now().day()));
}
