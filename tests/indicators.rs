//! Indicators: published figures reproduced, counts that add up, targets by two, figures entered, the monthly report.

mod entered;
mod published;

use std::collections::BTreeMap;
use std::process::Command;

use diesel::prelude::*;
use jicai::contracts::Contract;
use jicai::indicators::inputs::Outside;
use jicai::indicators::{self, Figure, Indicator, Part, Period, Scope, Sum, counting, store};
use jicai::jobs;
use jicai::notify::{Letter, Mail, Monthly, outbox};
use jicai::people::{Organisation, OrganisationKind};
use jicai::prices::board;
use jicai::schema::{
    direct_hospitals, indicator_counts, indicator_inputs, mails, organisations, payment_lines, payments,
    products, purchase_sums, receipts,
};
use jicai::supply::Receipt;
use jicai::types::{InputId, Money, PaymentId, Time};
use proptest::prelude::*;

use crate::chain::{received, signed};
use crate::prices::{product, purchase_at};
use crate::support::Site;

fn run_count(site: &Site) -> usize {
    counting::count(&site.app.db, site.now()).unwrap()
}

fn values(site: &Site, scope: &Scope, period: Period) -> BTreeMap<Indicator, String> {
    let board = site.app.db.read(|c| indicators::board(c, scope, period)).unwrap();
    let shown = |figure: Figure| match figure {
        Figure::Value(value) => value.to_string(),
        Figure::Missing(count) => format!("missing {count}"),
        Figure::Nothing => "nothing".to_owned(),
        Figure::Uncounted => "uncounted".to_owned(),
    };
    board.rows.into_iter().map(|row| (row.indicator, shown(row.figure))).collect()
}

/// A row of the counts as the database has it.
type Count = (String, String, chrono::NaiveDate, i32, String, i64, i64, i64);

fn counts(site: &Site) -> Vec<Count> {
    use indicator_counts::dsl;
    let of = (dsl::part, dsl::key, dsl::starts, dsl::months, dsl::indicator);
    let rows = dsl::indicator_counts.order(of).select((
        dsl::part,
        dsl::key,
        dsl::starts,
        dsl::months,
        dsl::indicator,
        dsl::numerator,
        dsl::denominator,
        dsl::missing,
    ));
    site.app.db.read(|c| Ok(rows.load(c)?)).unwrap()
}

/// Pays receipts in full today, row by row.
fn pay(site: &Site, receipt: &Receipt) {
    let (id, now) = (PaymentId::new(), site.now());
    site.app
        .db
        .write(|tx| {
            diesel::insert_into(payments::table)
                .values((
                    payments::id.eq(&id),
                    payments::number.eq(id.as_str()),
                    payments::payer.eq("hospital"),
                    payments::hospital_id.eq(&receipt.hospital_id),
                    payments::supplier_id.eq(&receipt.supplier_id),
                    payments::amount.eq(receipt.amount),
                    payments::paid_on.eq(now.day()),
                    payments::reference.eq(""),
                    payments::reason.eq(""),
                    payments::at.eq(now),
                ))
                .execute(tx.conn())?;
            diesel::insert_into(payment_lines::table)
                .values((
                    payment_lines::payment_id.eq(&id),
                    payment_lines::receipt_id.eq(&receipt.id),
                    payment_lines::amount.eq(receipt.amount),
                ))
                .execute(tx.conn())?;
            diesel::update(receipts::table.find(&receipt.id))
                .set((receipts::paid.eq(receipt.amount), receipts::state.eq("paid")))
                .execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
}

/// What was bought on the platform in a month, as the price board counts it.
fn bought(site: &Site, part: &str, hospital: &str, month: &str, yuan: &str) {
    let amount: Money = yuan.parse().unwrap();
    let month: chrono::NaiveDate = format!("{month}-01").parse().unwrap();
    let row = (
        purchase_sums::part.eq(part),
        purchase_sums::key.eq(hospital),
        purchase_sums::month.eq(month),
        purchase_sums::lines.eq(1_i64),
        purchase_sums::amount.eq(amount),
        purchase_sums::contracted.eq(0_i64),
        purchase_sums::judged.eq(0_i64),
        purchase_sums::above.eq(0_i64),
    );
    site.app
        .db
        .write(|tx| Ok(diesel::insert_into(purchase_sums::table).values(row).execute(tx.conn())?))
        .unwrap();
}

fn organisation(site: &Site, login: &str) -> Organisation {
    site.who(login).organisation
}

/// The city of four signed contracts, hospital2 in another county, half of which was delivered and partly paid; the
/// clock forty days on. The month of the contracts, and that of what fell due.
fn working() -> (Site, Vec<Contract>, Period, Period) {
    let (site, _, list) = signed();
    let second = organisation(&site, "hospital2").id;
    site.app
        .db
        .write(|tx| {
            diesel::update(organisations::table.find(&second))
                .set(organisations::region.eq("义乌市"))
                .execute(tx.conn())?;
            diesel::insert_into(direct_hospitals::table)
                .values((
                    direct_hospitals::hospital_id.eq(&second),
                    direct_hospitals::since.eq(list[0].starts),
                ))
                .execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    let paid = received(&site, &list[0], "6000");
    received(&site, &list[3], "50");
    pay(&site, &paid);
    let started = Period::month_of(site.now().day());
    site.set_clock(site.now().plus_days(40));
    let due = Period::month_of(paid.due_on);
    (site, list, started, due)
}

/// An approved year of surplus retention with 1234 yuan for the contract's hospital, row by row.
fn retained(site: &Site, contract: &Contract, month: Period) {
    let at = Time::parse_local(&month.starts.to_string()).unwrap().plus_days(3).millis();
    let plan = jicai::types::PlanId::new();
    let (round, hospital) = (&contract.round_id, &contract.hospital_id);
    let (starts, ends) = (contract.starts, contract.ends);
    let statements = [
        format!(
            "INSERT INTO retention_plans (id, round_id, year, starts, ends, state, parameter_set, parameters, version, \
             run, hospitals, waiting, budget, spend, base, retained, inputs_sha256, created_at, approved_at) VALUES \
             ('{plan}', '{round}', 1, '{starts}', '{ends}', 'approved', '', '', 1, 1, 1, 0, 0, 0, 0, 123400, '', {at}, {at})"
        ),
        format!(
            "INSERT INTO retention_sheets (plan_id, hospital_id, run, generics, missing, incomplete, budget, spend, \
             grade, retained, inputs_sha256, changed) VALUES ('{plan}', '{hospital}', 1, 1, 0, 0, 0, 0, '', 123400, '', \
             FALSE)"
        ),
    ];
    for statement in statements {
        site.app.db.write(|tx| Ok(diesel::sql_query(&statement).execute(tx.conn())?)).unwrap();
    }
}

#[actix_web::test]
async fn every_indicator_is_counted_and_the_same_again_changes_nothing() {
    let (site, list, started, due) = working();
    retained(&site, &list[0], started);
    let drawn = Period::month(2026, 11).unwrap();
    let (first, second) = (organisation(&site, "hospital1"), organisation(&site, "hospital2"));
    let name = started.name();
    bought(&site, "drugs", first.id.as_str(), &name, "900");
    bought(&site, "drugs", second.id.as_str(), &name, "100");
    assert!(run_count(&site) >= 3);
    let check = |scope: &Scope, period: Period, wanted: &[(Indicator, &str)]| {
        let found = values(&site, scope, period);
        for (indicator, want) in wanted {
            assert_eq!(found[indicator], *want, "{indicator} {scope:?} {}", period.name());
        }
    };
    let county = Scope::County("义乌市".to_owned());
    // The ceilings are 0.5 and 3.44, the prices 0.20 and 3.00: cuts of 60 % and 12.7907 %.
    check(
        &Scope::City,
        drawn,
        &[
            (Indicator::Signing, "100.00"),
            (Indicator::SelectionVarieties, "100.00"),
            (Indicator::SelectionProducts, "100.00"),
            (Indicator::SelectionCompanies, "100.00"),
            (Indicator::MeanCut, "36.40"),
            (Indicator::MaxCut, "60.00"),
            (Indicator::WeightedCut, "47.92"),
            (Indicator::Progress, "nothing"),
            (Indicator::Varieties, "0"),
        ],
    );
    check(&county, drawn, &[(Indicator::WeightedCut, "47.92"), (Indicator::MeanCut, "uncounted")]);
    check(
        &Scope::City,
        started,
        &[
            (Indicator::Varieties, "2"),
            (Indicator::Classes, "0"),
            (Indicator::Institutions, "2"),
            (Indicator::Direct, "50.00"),
            (Indicator::Savings, "1822.00"),
            (Indicator::Progress, "32.14"),
            (Indicator::Delivery, "100.00"),
            (Indicator::Signing, "nothing"),
            (Indicator::Retained, "1234.00"),
            (Indicator::PlatformDrugs, "missing 2"),
            (Indicator::PlatformConsumables, "nothing"),
        ],
    );
    check(&county, started, &[(Indicator::Savings, "22.00"), (Indicator::Direct, "100.00")]);
    check(
        &Scope::Hospital(first.id.clone()),
        started,
        &[(Indicator::Varieties, "2"), (Indicator::Direct, "0.00"), (Indicator::Savings, "1800.00")],
    );
    // 1200 of 1350 yuan were paid by their day.
    check(&Scope::City, due, &[(Indicator::Payment, "88.89")]);
    check(&county, due, &[(Indicator::Payment, "0.00")]);
    // Zero entered is not missing.
    let enter = |figure: Outside, hospital: &Organisation, amount: &str| {
        let amount: Money = amount.parse().unwrap();
        let row = (
            indicator_inputs::id.eq(InputId::new()),
            indicator_inputs::hospital_id.eq(&hospital.id),
            indicator_inputs::month.eq(started.starts),
            indicator_inputs::figure.eq(figure),
            indicator_inputs::amount.eq(amount),
            indicator_inputs::document.eq("月报"),
            indicator_inputs::at.eq(site.now()),
        );
        site.app
            .db
            .write(|tx| {
                Ok(diesel::insert_into(indicator_inputs::table).values(row.clone()).execute(tx.conn())?)
            })
            .unwrap();
    };
    enter(Outside::Drugs, &first, "0");
    run_count(&site);
    check(&Scope::City, started, &[(Indicator::PlatformDrugs, "missing 1")]);
    enter(Outside::Drugs, &second, "100");
    run_count(&site);
    check(&Scope::City, started, &[(Indicator::PlatformDrugs, "90.91")]);
    check(&county, started, &[(Indicator::PlatformDrugs, "50.00")]);
    check(
        &Scope::City,
        Period::year(2026).unwrap(),
        &[
            (Indicator::PlatformDrugs, "90.91"),
            (Indicator::Varieties, "2"),
            (Indicator::Savings, "1822.00"),
            (Indicator::Retained, "1234.00"),
            (Indicator::Payment, "nothing"),
        ],
    );
    let before = counts(&site);
    assert!(before.len() > 100);
    run_count(&site);
    assert_eq!(counts(&site), before);
    check(&Scope::City, Period::year(2025).unwrap(), &[(Indicator::Varieties, "uncounted")]);
}

#[test]
fn counties_add_up_to_the_city_exactly() {
    let site = Site::with_city();
    let month = Period::month_of(site.now().day());
    let counties = ["甲县", "乙县", "丙县"];
    let mut hospitals = Vec::new();
    for n in 0..7 {
        let code = format!("H3307810000{n}");
        let of =
            site.organisation(OrganisationKind::Hospital, &format!("医院{n}"), &code, counties[n % 3], "");
        hospitals.push(of.id);
    }
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(10));
    let one = (any::<u8>(), -5_000_000_i64..5_000_000_000_000, prop::option::of(0_i64..9_000_000_000_000));
    let of = prop::collection::vec(one, 7);
    runner
        .run(&of, |list| {
            site.app
                .db
                .write(|tx| {
                    diesel::delete(purchase_sums::table).execute(tx.conn())?;
                    diesel::delete(indicator_inputs::table).execute(tx.conn())?;
                    Ok(())
                })
                .unwrap();
            let mut want = Sum::default();
            bought(&site, "hospital", hospitals[0].as_str(), &month.name(), "1");
            for (hospital, (has, amount, outside)) in hospitals.iter().zip(&list) {
                let is_there = has % 4 > 0;
                if is_there {
                    let yuan = Money::from_scaled(*amount).to_string();
                    bought(&site, "drugs", hospital.as_str(), &month.name(), &yuan);
                    want.numerator += amount;
                    want.denominator += amount;
                }
                want.denominator += outside.unwrap_or(0);
                want.missing += i64::from(is_there && outside.is_none());
                if let Some(outside) = outside {
                    let row = (
                        indicator_inputs::id.eq(InputId::new()),
                        indicator_inputs::hospital_id.eq(hospital),
                        indicator_inputs::month.eq(month.starts),
                        indicator_inputs::figure.eq(Outside::Drugs),
                        indicator_inputs::amount.eq(Money::from_scaled(*outside)),
                        indicator_inputs::document.eq("x"),
                        indicator_inputs::at.eq(site.now()),
                    );
                    site.app
                        .db
                        .write(|tx| {
                            Ok(diesel::insert_into(indicator_inputs::table)
                                .values(row.clone())
                                .execute(tx.conn())?)
                        })
                        .unwrap();
                }
            }
            run_count(&site);
            for period in [month, Period::year(2026).unwrap()] {
                let read = |part| {
                    site.app.db.read(|c| store::parts(c, Indicator::PlatformDrugs, part, period)).unwrap()
                };
                let total = |list: Vec<(String, Sum)>| {
                    list.into_iter().fold(Sum::default(), |a, (_, b)| Sum {
                        numerator: a.numerator + b.numerator,
                        denominator: a.denominator + b.denominator,
                        missing: a.missing + b.missing,
                    })
                };
                prop_assert_eq!(total(read(Part::City)), want);
                prop_assert_eq!(total(read(Part::County)), want);
                prop_assert_eq!(total(read(Part::Hospital)), want);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_price_board_sums_drugs_without_pieces_and_consumables_of_high_value() {
    let site = Site::with_city();
    let hospital = organisation(&site, "hospital1");
    for (code, kind, price) in [
        ("XJ01CAA040E001010100001", "drug", "1"),
        ("T000100030", "drug", "10"),
        ("C03440510705000075510000001", "consumable", "100"),
        ("C14010100000000000010000001", "consumable", "1000"),
    ] {
        let id = product(&site, code, code, "", "某企业");
        site.app
            .db
            .write(|tx| {
                let row = diesel::update(products::table.find(&id)).set(products::kind.eq(kind));
                Ok(row.execute(tx.conn())?)
            })
            .unwrap();
        purchase_at(&site, &hospital.code, &id, "2026-10-09", "3", price);
    }
    board::counting::count(&site.app.db, site.now()).unwrap();
    let found: Vec<(String, Money)> = site
        .app
        .db
        .read(|c| {
            Ok(purchase_sums::table
                .filter(purchase_sums::key.eq(hospital.id.as_str()))
                .order(purchase_sums::part)
                .select((purchase_sums::part, purchase_sums::amount))
                .load(c)?)
        })
        .unwrap();
    let want = [("drugs", "3.00"), ("high_value", "300.00"), ("hospital", "3333.00")];
    let found: Vec<(String, String)> = found.into_iter().map(|(part, sum)| (part, sum.to_string())).collect();
    assert_eq!(found, want.map(|(part, sum)| (part.to_owned(), sum.to_owned())));
}

#[actix_web::test]
async fn the_dashboard_opens_to_its_parts_and_a_hospital_sees_the_city_and_itself() {
    let (site, _, started, _) = working();
    let empty = site.get("officer", "/indicators").await;
    empty.is(200).shows("本期尚未统计");
    run_count(&site);
    let page = site.get("officer", "/indicators?year=2026").await;
    page.is(200).shows("1822.00").shows("合同签订率").shows("<svg").shows("统计时间");
    let month = format!("year=2026&month={}", started.starts.format("%-m"));
    site.get("reviewer", &format!("/indicators?{month}")).await.is(200).shows("32.14");
    site.get("auditor", "/indicators?year=2026&county=%E4%B9%89%E4%B9%8C%E5%B8%82")
        .await
        .is(200)
        .shows("22.00");
    let open = site.get("officer", "/indicators/savings?year=2026").await;
    open.is(200).shows("义乌市").shows("金华市中心医院").shows("1800.00").shows("22.00").shows("非约定量");
    site.get("officer", "/indicators/mean_cut?year=2026").await.is(200).shows("JH-YD2026").shows("36.40");
    let (first, second) = (organisation(&site, "hospital1").id, organisation(&site, "hospital2").id);
    // A hospital: its own by default, the city on demand, nobody else's.
    site.get("hospital1", "/indicators?year=2026").await.is(200).shows("1800.00").hides("1822.00");
    site.get("hospital1", "/indicators?year=2026&hospital=").await.is(200).shows("1822.00");
    let own = site.get("hospital1", "/indicators/savings?year=2026&hospital=").await;
    own.is(200).shows("1822.00").shows("1800.00").hides("义乌市").hides("义乌市中医医院");
    for path in ["/indicators", "/indicators/savings", "/indicators/export/indicators.csv"] {
        site.get("hospital1", &format!("{path}?year=2026&hospital={second}")).await.is(404);
        site.get("hospital1", &format!("{path}?year=2026&county=%E4%B9%89%E4%B9%8C%E5%B8%82")).await.is(404);
        site.get("hospital1", &format!("{path}?year=2026&hospital={first}")).await.is(200);
        site.get("supplier1", path).await.is(403);
    }
    for path in ["/indicators/planet", "/indicators?year=x", "/indicators?year=2026&month=13"] {
        site.get("officer", path).await.is(404);
    }
    let csv = site.get("officer", "/indicators/export/indicators.csv?year=2026").await;
    csv.is(200).shows("savings").shows("1822.00");
    site.get("officer", "/indicators/savings/export/parts.csv?year=2026")
        .await
        .is(200)
        .shows("义乌市中医医院");
    let own = site.get("hospital1", "/indicators/savings/export/parts.csv?year=2026&hospital=").await;
    own.is(200).shows("1800.00").hides("义乌市中医医院");
    for path in ["/indicators/export/indicators.xlsx", "/indicators/savings/export/parts.xlsx"] {
        assert!(site.get("officer", &format!("{path}?year=2026")).await.is(200).bytes.starts_with(b"PK"));
    }
    site.get("officer", "/indicators/export/other.csv").await.is(404);
}

fn report_mails(site: &Site) -> Vec<(Mail, Monthly)> {
    let rows: Vec<Mail> = site
        .app
        .db
        .read(|c| {
            Ok(mails::table
                .filter(mails::template.eq("indicators"))
                .order(mails::id)
                .select(Mail::as_select())
                .load(c)?)
        })
        .unwrap();
    let read = |mail: Mail| match serde_json::from_str(&mail.data).unwrap() {
        Letter::Indicators(report) => (mail, *report),
        other => panic!("{other:?}"),
    };
    rows.into_iter().map(read).collect()
}

#[actix_web::test]
async fn the_monthly_report_says_what_the_page_says_and_goes_once_to_those_who_ask() {
    let (site, ..) = working();
    let run = async |name: &str| {
        jobs::by_hand(&site.app, jobs::find(name).unwrap()).await.unwrap().unwrap();
    };
    site.post("officer", "/indicators/report", &[("wants", "1")]).await.is(303);
    site.post("auditor", "/indicators/report", &[("wants", "1")]).await.is(303);
    site.post("auditor", "/indicators/report", &[("wants", "0")]).await.is(303);
    site.post("hospital1", "/indicators/report", &[("wants", "1")]).await.is(403);
    // 1 August 2027 is a Sunday: the first working day is the second.
    site.set_clock(Time::parse_local("2027-08-01 08:20").unwrap());
    run_count(&site);
    run("write_indicators").await;
    assert!(report_mails(&site).is_empty(), "not on a Sunday");
    site.set_clock(Time::parse_local("2027-08-02 08:20").unwrap());
    run("write_indicators").await;
    site.set_clock(Time::parse_local("2027-08-03 08:20").unwrap());
    run("write_indicators").await;
    let sent = report_mails(&site);
    assert_eq!(sent.len(), 1, "once, to the one who still wants it");
    let (mail, report) = &sent[0];
    assert_eq!((mail.address.as_str(), report.month.as_str()), ("officer@example.org", "2027-07"));
    assert_eq!(report.rows.len(), Indicator::ALL.len());
    let parts = outbox::render(mail, "http://jicai.example").unwrap();
    for (path, rows) in [(&report.path, &report.rows), (&report.year_path, &report.year_rows)] {
        let page = site.get("officer", path).await;
        page.is(200);
        for row in rows {
            // A row of the page's table: name, value, unit, target …
            let cells = format!(
                "{}</a></th><td class=\"n\">{}</td><td>{}</td><td class=\"n\">{}</td>",
                row.name, row.value, row.unit, row.target
            );
            page.shows(&cells);
            assert!(parts.html.contains(&format!("<b>{}</b>", row.value)), "{}", row.name);
            assert!(parts.plain.contains(&format!("{}: {} {}", row.name, row.value, row.unit)));
        }
    }
    assert!(report.year_rows.iter().any(|row| row.value == "88.89"));
    assert_eq!(parts.subject, "【集采】2027-07 指标月报");
    let (name, sheet) = parts.sheet.unwrap();
    assert_eq!(name, "indicators-2027-07.xlsx");
    assert!(sheet.starts_with(b"PK"));
}

#[actix_web::test]
async fn the_command_writes_the_same_figures() {
    let (site, ..) = working();
    run_count(&site);
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_jicai"))
            .args(["export", "kpi"])
            .args(args)
            .env("DATABASE_URL", &site.app.settings.database_url)
            .env_remove("JICAI_TEST_POSTGRES")
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let done = run(&["--year", "2026", "--format", "csv"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(text.contains("savings,实际采购节约金额,2026,city,,1822.00,元,1822.00,"), "{text}");
    assert!(text.contains("savings,实际采购节约金额,2026,county,义乌市,22.00,元,22.00,"), "{text}");
    assert_eq!(run(&["--year", "1"]).status.code(), Some(2));
    assert_eq!(run(&["--year", "2026", "--month", "13"]).status.code(), Some(2));
    assert_eq!(run(&["--format", "pdf"]).status.code(), Some(2));
}
