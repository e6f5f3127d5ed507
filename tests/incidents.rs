//! The nightly checks over a generated year: nothing breaks, every tampering is found, told once and ended.

use diesel::prelude::*;
use jicai::demo::year::{self, Plan};
use jicai::incidents::rules::Check;
use jicai::incidents::{self, CheckRun, Incident, store};
use jicai::people::password;
use jicai::schema::mails;

use crate::support::Site;

/// A small year of a small large city.
fn generated() -> Site {
    let site = Site::new();
    let plan = Plan { lines: 3_000, hospitals: 20, suppliers: 4, lots: 12, seed: 7, until: site.now().day() };
    let counts = year::fill_year(&site.app.db, &plan, &password::hash("x").unwrap(), &mut |_| ()).unwrap();
    let of = |table: &str| counts.iter().find(|(name, _)| *name == table).unwrap().1;
    assert!((2_700..3_700).contains(&of("order_lines")), "{counts:?}");
    for table in ["returns", "payments", "invoices", "receipts"] {
        assert!(of(table) > 0, "{counts:?}");
    }
    site
}

fn check(site: &Site) -> CheckRun {
    incidents::check(&site.app.db, &site.ctx(), || site.now()).unwrap()
}

fn open(site: &Site) -> Vec<Incident> {
    site.app.db.read(|c| store::page(c, true, None, 1_000)).unwrap()
}

fn run(site: &Site, sql: &str) {
    let changed = site.app.db.write(|tx| Ok(diesel::sql_query(sql).execute(tx.conn())?)).unwrap();
    assert_eq!(changed, 1, "{sql}");
}

#[actix_web::test]
async fn a_generated_year_agrees_and_whatever_is_tampered_with_is_found() {
    let site = generated();
    let clean = check(&site);
    assert_eq!((clean.breaches, open(&site).len()), (0, 0), "{:?}", open(&site));
    assert!(clean.rows_read > 6_000, "{clean:?}");

    // Some row of a table on which a change by one is a breach, the change, and what must be found.
    let some = |table: &str, filter: &str| format!("(SELECT MIN(id) FROM {table} WHERE {filter})");
    let tampered: &[(&str, &str, &str, &str, &[Check])] = &[
        (
            "order_lines",
            "volume_id IS NOT NULL AND promised IS NULL",
            "quantity = quantity + 1000",
            "quantity = quantity - 1000",
            &[Check::VolumeReserved],
        ),
        (
            "order_lines",
            "shipped > 0",
            "shipped = shipped + 1000",
            "shipped = shipped - 1000",
            &[Check::LineShipped],
        ),
        (
            "order_lines",
            "refused > 0",
            "refused = refused - 1000",
            "refused = refused + 1000",
            &[Check::LineRefused],
        ),
        (
            "order_lines",
            "returned > 0 AND volume_id IS NULL",
            "returned = returned - 1000",
            "returned = returned + 1000",
            &[Check::LineReturned],
        ),
        (
            "agreed_volumes",
            "consumed > 0",
            "consumed = consumed + 1",
            "consumed = consumed - 1",
            &[Check::VolumeConsumed],
        ),
        (
            "agreed_volumes",
            "consumed > 0 AND allowed = 0",
            "agreed = consumed - 1000000",
            "agreed = agreed",
            &[Check::VolumeLimit],
        ),
        ("receipts", "state = 'paid'", "paid = paid - 1", "paid = paid + 1", &[Check::ReceiptPaid]),
        ("receipts", "state = 'paid'", "paid = paid + 1", "paid = paid - 1", &[Check::ReceiptPaid]),
        (
            "receipts",
            "state = 'accepted'",
            "amount = amount + 1",
            "amount = amount - 1",
            &[Check::ReceiptAmount],
        ),
        (
            "receipts",
            "credited > 0",
            "credited = credited + 1",
            "credited = credited - 1",
            &[Check::ReceiptCredited],
        ),
        ("receipts", "state = 'accepted'", "state = 'paid'", "state = 'accepted'", &[Check::ReceiptState]),
        (
            "invoices",
            "kind = 'invoice'",
            "amount = amount + 1",
            "amount = amount - 1",
            &[Check::InvoiceTotal],
        ),
        ("payments", "amount > 0", "amount = amount - 1", "amount = amount + 1", &[Check::PaymentTotal]),
    ];
    for (table, filter, change, back, want) in tampered {
        let id = site
            .app
            .db
            .read(|c| {
                #[derive(QueryableByName)]
                struct Row {
                    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
                    id: Option<String>,
                }
                let row: Row =
                    diesel::sql_query(format!("SELECT {} AS id", some(table, filter))).get_result(c)?;
                Ok(row.id)
            })
            .unwrap();
        let Some(id) = id else { panic!("no {table} where {filter}") };
        if *want == [Check::VolumeLimit] {
            let before =
                site.app.db.read(|c| jicai::contracts::volumes::volume(c, &id.parse().unwrap())).unwrap();
            run(&site, &format!("UPDATE {table} SET {change} WHERE id = '{id}'"));
            assert_eq!(check(&site).breaches, 1);
            assert_eq!(open(&site)[0].check, Check::VolumeLimit);
            site.app.db.write(|tx| jicai::contracts::volumes::update(tx, &before)).unwrap();
        } else {
            run(&site, &format!("UPDATE {table} SET {change} WHERE id = '{id}'"));
            check(&site);
            let found: Vec<(Check, String)> =
                open(&site).into_iter().map(|it| (it.check, it.subject_id)).collect();
            let wanted: Vec<(Check, String)> = want.iter().map(|check| (*check, id.clone())).collect();
            let subjects =
                found.iter().all(|(check, subject)| *subject == id || *check == Check::VolumeReserved);
            assert!(subjects, "{table} {change}: {found:?}");
            let checks = |list: &[(Check, String)]| list.iter().map(|(check, _)| *check).collect::<Vec<_>>();
            assert_eq!(checks(&found), checks(&wanted), "{table} {change}");
            run(&site, &format!("UPDATE {table} SET {back} WHERE id = '{id}'"));
        }
        site.set_clock(site.now().plus_millis(60_000));
        let clean = check(&site);
        assert_eq!((clean.breaches, open(&site).len()), (0, 0), "{table} {back}");
    }
}

#[actix_web::test]
async fn a_breach_is_told_once_seen_again_and_ended_when_it_is_gone() {
    let site = generated();
    run(&site, "UPDATE payments SET amount = amount + 5 WHERE id = (SELECT MIN(id) FROM payments)");
    let letters = |site: &Site| -> i64 {
        let count = mails::table.filter(mails::template.eq("incidents_found")).count();
        site.app.db.read(|c| Ok(count.get_result(c)?)).unwrap()
    };
    check(&site);
    let first = open(&site);
    assert_eq!(first.len(), 1);
    site.set_clock(site.now().plus_days(1));
    check(&site);
    let again = open(&site);
    assert_eq!((again.len(), &again[0].id, again[0].first_at), (1, &first[0].id, first[0].first_at));
    assert_eq!(again[0].last_at, site.now());
    // Nobody in the generated city has an address, so there is nobody to write to.
    assert_eq!(letters(&site), 0);

    let path = format!("/incidents/{}", first[0].id);
    let payment = format!("/payments/{}", first[0].subject_id);
    site.get("auditor", "/incidents").await.is(200).shows("付款金额等于各行之和").shows(&path);
    site.get("auditor", &path).await.is(200).shows(&payment).hides("保存说明");
    site.get("hospital1", "/incidents").await.is(403);
    site.get("supplier1", &path).await.is(403);
    site.post("auditor", &path, &[("remark", "x")]).await.is(403);
    site.post("officer", &path, &[("remark", " ")]).await.is(422).shows("请写明核查说明");
    site.post("officer", &path, &[("remark", "录入差错，已更正")]).await.is(303);
    site.get("officer", &path).await.shows("录入差错，已更正");

    run(&site, "UPDATE payments SET amount = amount - 5 WHERE id = (SELECT MIN(id) FROM payments)");
    site.set_clock(site.now().plus_days(1));
    check(&site);
    assert!(open(&site).is_empty());
    site.get("officer", "/incidents?state=ended").await.shows("录入差错，已更正");
    site.get("officer", "/incidents").await.shows("没有未销号的异常");
}

#[actix_web::test]
async fn officers_and_auditors_get_one_letter_about_new_incidents() {
    let (site, _, contracts) = crate::chain::signed();
    crate::chain::received(&site, &contracts[0], "100");
    assert_eq!(check(&site).breaches, 0, "{:?}", open(&site));
    run(&site, "UPDATE receipts SET amount = amount + 1");
    for _ in 0..2 {
        check(&site);
        site.set_clock(site.now().plus_days(1));
    }
    let to: Vec<String> = site
        .app
        .db
        .read(|c| {
            let letters = mails::table.filter(mails::template.eq("incidents_found"));
            Ok(letters.order(mails::address).select(mails::address).load(c)?)
        })
        .unwrap();
    assert_eq!(to, ["auditor@example.org", "officer2@example.org", "officer@example.org"]);
}
