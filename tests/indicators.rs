//! Indicators: published figures reproduced, counts that add up, targets by two, figures entered, the monthly report.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use diesel::prelude::*;
use jicai::contracts::Contract;
use jicai::indicators::definitions::Formula;
use jicai::indicators::inputs::Outside;
use jicai::indicators::{self, Figure, Indicator, Part, Period, Scope, Sum, counting, rules, store};
use jicai::jobs;
use jicai::notify::{Letter, Mail, Monthly, outbox};
use jicai::people::{Organisation, OrganisationKind, Role};
use jicai::prices::board;
use jicai::schema::{
    direct_hospitals, indicator_counts, indicator_inputs, indicator_targets, mails, organisations,
    payment_lines, payments, products, purchase_sums, receipts,
};
use jicai::supply::Receipt;
use jicai::types::{InputId, Money, PaymentId, TargetId, Time, UnitPrice};
use proptest::prelude::*;

use crate::chain::{received, signed};
use crate::prices::{product, purchase_at};
use crate::support::Site;

/// The published figures, or none where this checkout stands alone; the same cases stand in the tables of the tests.
fn published(name: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    let Ok(mut read) = csv::Reader::from_path(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    };
    let headers = read.headers().unwrap().clone();
    let row = |row: csv::StringRecord| {
        headers.iter().zip(&row).map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect()
    };
    Some(read.records().map(|it| row(it.unwrap())).collect())
}

fn ratio(above: i64, below: i64) -> String {
    let of = Sum { numerator: above, denominator: below, missing: 0 };
    rules::value(Formula::Ratio, of).unwrap().to_string()
}

fn count(parts: &[i64]) -> String {
    rules::value(Formula::Count, Sum { numerator: parts.iter().sum(), ..Sum::default() }).unwrap().to_string()
}

/// The whole numbers of a text, in order.
fn numbers(text: &str) -> Vec<i64> {
    let plain = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    plain.map(|part| part.parse().unwrap()).collect()
}

#[test]
fn published_figures_that_are_counts_come_out_of_the_same_formulas() {
    for (above, below, want) in [
        (113, 299, "37.79"),
        (272, 445, "61.12"),
        (453, 794, "57.05"),
        (266, 382, "69.63"),
        (205, 262, "78.24"),
        (2257, 2257, "100.00"),
        (44, 48, "91.67"),
        (152, 171, "88.89"),
    ] {
        assert_eq!(ratio(above, below), want, "{above}/{below}");
    }
    assert_eq!(count(&[174, -17, -8]), "149");
    assert_eq!(count(&[7, 40, 76, 612]), "735");
    // One decimal, as the press gave them.
    assert_eq!(rules::percent(272, 445, 1).unwrap().to_string(), "61.1");
    assert_eq!(rules::percent(453, 794, 1).unwrap().to_string(), "57.1");
    let Some(rows) = published("kpi_published.csv") else { return };
    let row = |scope: &str, kpi: &str| {
        let found = rows.iter().find(|row| row["city_or_scope"].starts_with(scope) && row["kpi"] == kpi);
        found.unwrap_or_else(|| panic!("no {scope} {kpi}")).clone()
    };
    let (selected, tendered) = (row("Jinhua", "未过评药品 selected"), row("Jinhua", "未过评药品 tendered"));
    let rate = ratio(selected["value"].parse().unwrap(), tendered["value"].parse().unwrap());
    assert_eq!(selected["check"], format!("113/299={rate}% selection rate"));
    let mut reproduced = 1;
    for row in &rows {
        let check = row["check"].as_str();
        match numbers(check)[..] {
            [above, below, whole, part] if check.contains('/') && check.contains('=') => {
                assert_eq!(ratio(above, below), format!("{whole}.{part:02}"), "{check}");
                if let Ok(published) = row["value"].parse::<rust_decimal::Decimal>()
                    && row["unit"] == "%"
                {
                    assert_eq!(rules::percent(above, below.into(), 1), Some(published), "{check}");
                }
                reproduced += 1;
            }
            [products_won, products, companies_won, companies] if check.contains("companies") => {
                assert_eq!(
                    (ratio(products_won, products), ratio(companies_won, companies)),
                    ("69.63".to_owned(), "78.24".to_owned())
                );
                reproduced += 2;
            }
            [all, private, pharmacies, public] if check.contains('-') => {
                assert_eq!(row["value"], all.to_string());
                assert_eq!(count(&[all, -private, -pharmacies]), public.to_string());
                reproduced += 1;
            }
            [a, b, c, d, all] if check.contains('+') => {
                assert_eq!(count(&[a, b, c, d]), all.to_string());
                assert_eq!(row["value"], all.to_string());
                reproduced += 1;
            }
            _ => {}
        }
    }
    assert_eq!(reproduced, 8, "every row with counts");
}

#[test]
fn published_cuts_come_out_of_the_same_formula() {
    let price = |text: &str| text.parse::<UnitPrice>().unwrap();
    let cut = |now: &str, before: &str| rules::cut(price(now), price(before)).unwrap().scaled();
    let percent = |parts: &[i64], places: u32| {
        let all: i64 = parts.iter().sum();
        rules::percent(all, parts.len() as i128 * 1_000_000, places).unwrap().to_string()
    };
    // Insulin 2021: 18.89 against 72.00, 48.71 against 132; joints 2021: 35,000 to 7,000 and 32,000 to 5,000.
    assert_eq!(percent(&[cut("18.89", "72.00")], 2), "73.76");
    assert_eq!(percent(&[cut("48.71", "132")], 0), "63");
    assert_eq!(percent(&[cut("7000", "35000"), cut("5000", "32000")], 0), "82");
    let mean = Sum { numerator: cut("7000", "35000") + cut("5000", "32000"), denominator: 2, missing: 0 };
    assert_eq!(rules::value(Formula::Mean, mean).unwrap().to_string(), "82.19");
    assert_eq!(rules::cut(price("1"), price("0")), None);
    let Some(rows) = published("insulin_2021_examples.csv") else { return };
    let mut seen = 0;
    for row in rows {
        let found = percent(&[cut(&row["bid_price"], &row["ceiling"])], 2);
        match row["published_cut_pct_vs_ceiling"].as_str() {
            "73.76" => assert_eq!(found, "73.76"),
            "63" => assert_eq!(percent(&[cut(&row["bid_price"], &row["ceiling"])], 0), "63"),
            text if text.starts_with("72.2") => assert!(found.starts_with("72.2"), "{found}"),
            _ => assert!(found.starts_with("47.7"), "almost half is {found}"),
        }
        seen += 1;
    }
    assert_eq!(seen, 4);
}

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

#[actix_web::test]
async fn a_target_holds_when_a_second_person_agrees_and_is_shown_beside_the_value() {
    let (site, ..) = working();
    run_count(&site);
    let send = async |login: &str, id: &str, indicator: &str, region: &str, value: &str| {
        let fields = [
            ("id", id),
            ("indicator", indicator),
            ("year", "2026"),
            ("region", region),
            ("value", value),
            ("document", "江府〔2026〕1号"),
            ("issuer", "市政府"),
        ];
        site.post(login, "/indicators/targets", &fields).await
    };
    let ids: Vec<String> = (0..4).map(|_| TargetId::new().to_string()).collect();
    send("officer", &ids[0], "progress", "", "90").await.is(303);
    send("officer", &ids[0], "progress", "", "90").await.is(303);
    for (indicator, region, value, why) in [
        ("progress", "", "190", "超过 100%"),
        ("progress", "", "much", "不是该指标的有效目标值"),
        ("varieties", "", "1.5", "个数为整数"),
        ("progress", "月球县", "90", "没有位于"),
        ("mean_cut", "义乌市", "50", "没有位于"),
        ("planet", "", "50", "不在可选范围"),
    ] {
        send("officer", &TargetId::new().to_string(), indicator, region, value).await.is(422).shows(why);
    }
    // It waits, and is not shown yet.
    site.get("officer", "/indicators?year=2026").await.hides("未达标");
    site.get("reviewer", "/").await.shows("1 个指标目标待复核");
    let decide = format!("/indicators/targets/{}/decide", ids[0]);
    site.post("officer", &decide, &[("decision", "yes")]).await.is(403);
    site.post("reviewer", &decide, &[("decision", "no")]).await.is(422).shows("退回请写明意见");
    site.post("reviewer", &decide, &[("decision", "yes")]).await.is(303);
    site.post("reviewer", &decide, &[("decision", "yes")]).await.is(422).shows("已被复核或撤回");
    site.get("officer", "/indicators?year=2026").await.shows("未达标").shows("stroke=\"#a61b1b\"");
    site.get("officer", "/indicators/progress?year=2026").await.shows("市政府 · 江府〔2026〕1号").shows("90");
    // A rate of the city holds for counties that have none of their own; an amount does not.
    let county = Scope::County("义乌市".to_owned());
    send("officer", &ids[1], "savings", "", "1000").await.is(303);
    let yes = [("decision", "yes")];
    site.post("reviewer", &format!("/indicators/targets/{}/decide", ids[1]), &yes).await.is(303);
    let of = |scope: &Scope| {
        let board = site.app.db.read(|c| indicators::board(c, scope, Period::year(2026)?)).unwrap();
        let named = board.rows.into_iter().filter_map(|row| Some((row.indicator, row.target?.value)));
        named.collect::<BTreeMap<_, _>>()
    };
    assert_eq!(of(&Scope::City)[&Indicator::Savings], "1000");
    let month = site.app.db.read(|c| indicators::board(c, &Scope::City, Period::month(2026, 12)?)).unwrap();
    let aimed: Vec<Indicator> =
        month.rows.iter().filter(|row| row.target.is_some()).map(|row| row.indicator).collect();
    assert_eq!(aimed, [Indicator::Progress], "an amount of a year is none of a month");
    assert_eq!(of(&county), BTreeMap::from([(Indicator::Progress, "90".to_owned())]));
    send("officer", &ids[2], "progress", "义乌市", "80").await.is(303);
    site.post("reviewer", &format!("/indicators/targets/{}/decide", ids[2]), &yes).await.is(303);
    assert_eq!(of(&county)[&Indicator::Progress], "80");
    assert_eq!(of(&Scope::City)[&Indicator::Progress], "90");
    // Taken back, nobody decides it; who both asks and approves is refused.
    send("officer", &ids[3], "progress", "", "95").await.is(303);
    let path = format!("/indicators/targets/{}", ids[3]);
    site.post("officer2", &format!("{path}/withdraw"), &[]).await.is(403);
    site.post("officer", &format!("{path}/withdraw"), &[]).await.is(303);
    site.post("reviewer", &format!("{path}/decide"), &yes).await.is(422);
    let both = site.account(&organisation(&site, "officer"), "both", &[Role::Officer, Role::Reviewer]);
    let id = TargetId::new().to_string();
    send("both", &id, "progress", "", "95").await.is(303);
    site.post("both", &format!("/indicators/targets/{id}/decide"), &yes).await.is(422).shows("另一人复核");
    let asked: i64 = site
        .app
        .db
        .read(|c| {
            let of = indicator_targets::table.filter(indicator_targets::asked_by.eq(&both.id));
            Ok(of.count().get_result(c)?)
        })
        .unwrap();
    assert_eq!(asked, 1);
}

fn inputs(site: &Site) -> Vec<(String, bool)> {
    use indicator_inputs::dsl;
    let rows: Vec<(Money, Option<Time>)> = site
        .app
        .db
        .read(|c| {
            Ok(dsl::indicator_inputs.order(dsl::id).select((dsl::amount, dsl::superseded_at)).load(c)?)
        })
        .unwrap();
    rows.into_iter().map(|(amount, at)| (amount.to_string(), at.is_none())).collect()
}

#[actix_web::test]
async fn what_was_bought_outside_is_entered_once_and_corrected_by_another_row() {
    let site = Site::with_city();
    let send = async |login: &str, id: &str, replaces: &str, amount: &str, month: &str| {
        let fields = [
            ("id", id),
            ("hospital", "H33070200002"),
            ("month", month),
            ("figure", "off_platform_drugs"),
            ("amount", amount),
            ("document", "药房台账"),
            ("replaces", replaces),
        ];
        site.post(login, "/indicators/inputs", &fields).await
    };
    let ids: Vec<String> = (0..3).map(|_| InputId::new().to_string()).collect();
    // A hospital's figure is its own whatever code it sends.
    send("hospital1", &ids[0], "", "0", "2026-10").await.is(303);
    send("hospital1", &ids[0], "", "0", "2026-10").await.is(303);
    let fresh = || InputId::new().to_string();
    send("hospital1", &fresh(), "", "5", "2026-10").await.is(422).shows("已有填报数 0.00");
    send("hospital1", &fresh(), "", "5", "2027-01").await.is(422).shows("不是已开始的月份");
    send("hospital1", &fresh(), "", "-5", "2026-09").await.is(422).shows("不能小于 0");
    send("hospital1", &ids[1], &ids[0], "12.50", "2026-10").await.is(303);
    send("officer", &fresh(), &ids[0], "7", "2026-10").await.is(422).shows("请重新核对");
    send("hospital1", &fresh(), &ids[0], "9", "2026-10").await.is(422).shows("已被他人更正为 12.50");
    assert_eq!(inputs(&site), [("0.00".to_owned(), false), ("12.50".to_owned(), true)]);
    site.get("hospital1", "/indicators/inputs").await.is(200).shows("12.50").shows("已更正").shows("更正");
    site.get("hospital2", "/indicators/inputs").await.is(200).hides("12.50");
    site.get("hospital2", &format!("/indicators/inputs?correct={}", ids[1])).await.is(404);
    site.get("auditor", "/indicators/inputs").await.is(200).shows("12.50").hides("id=\"new\"");
    // A file is applied whole or not at all.
    let upload = async |login: &str, text: &str| {
        let id = jicai::types::ImportId::new().to_string();
        let path = "/indicators/inputs/uploads";
        let sent = site.upload(login, path, &[("id", &id)], "f.csv", text.as_bytes()).await;
        sent.is(303);
        (format!("{path}/{id}"), site.get(login, &format!("{path}/{id}")).await)
    };
    let header = "医疗机构编码,月份,填报项,金额,依据文件\n";
    let bad = format!(
        "{header}H33070200002,2026-10,平台外采购药品,1,台账\nH33070200009,2026-10,平台外采购药品,1,台账\n\
         H33070200002,2026-10,平台外采购药品,2,台账\nH33070200003,2026-10,平台外采购药品,-1,\n"
    );
    let (path, page) = upload("officer", &bad).await;
    page.is(200).shows("没有编码为“H33070200009”的医疗机构").shows("与第 2 行重复").hides("name=\"seen\"");
    site.post("officer", &path, &[("seen", "")]).await.is(422).shows("没有写入");
    assert_eq!(inputs(&site).len(), 2);
    let (_, page) =
        upload("hospital1", &format!("{header}H33070200002,2026-10,平台外采购药品,1,台账\n")).await;
    page.is(200).shows("不是本机构的编码");
    let good = format!(
        "{header}H33070200001,2026-10,平台外采购药品,30,台账\nH33070200002,2026-10,平台外采购药品,40,台账\n"
    );
    let (path, page) = upload("officer", &good).await;
    page.is(200).shows("12.50 · 药房台账").shows("30.00 · 台账");
    site.get("officer2", &path).await.is(200);
    site.get("hospital1", &path).await.is(404);
    let seen =
        page.body.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    site.post("officer", &path, &[("seen", "else")]).await.is(422).shows("请重新核对");
    for _ in 0..2 {
        site.post("officer", &path, &[("seen", &seen)]).await.is(303);
    }
    let standing: Vec<String> = inputs(&site).into_iter().filter(|it| it.1).map(|it| it.0).collect();
    assert_eq!(standing, ["30.00", "40.00"]);
    let (_, page) = upload("officer", &good).await;
    page.shows("另有 2 行与现有数字相同");
    site.get("officer", "/indicators/inputs/template").await.is(200).shows("依据文件");
}

#[actix_web::test]
async fn varieties_procured_elsewhere_count_once_beside_those_in_force() {
    let (site, list, started, _) = working();
    let day = started.starts.to_string();
    let add = async |id: &str, generic: &str, until: &str| {
        let fields = [
            ("id", id),
            ("kind", "drug"),
            ("generic", generic),
            ("level", "national"),
            ("since", day.as_str()),
            ("until", until),
            ("document", "GY-YD2024-2"),
        ];
        site.post("officer", "/indicators/varieties", &fields).await
    };
    let ids: Vec<String> = (0..3).map(|_| jicai::types::VarietyId::new().to_string()).collect();
    add(&ids[0], "阿莫西林胶囊", "").await.is(303);
    add(&ids[1], "恩替卡韦片", "").await.is(303);
    add(&ids[1], "恩替卡韦片", "").await.is(303);
    add(&ids[2], "阿托伐他汀片", "2020-01-01").await.is(422).shows("早于起始日");
    add(&ids[2], "", "").await.is(422).shows("请填写通用名");
    let varieties = || values(&site, &Scope::City, started)[&Indicator::Varieties].clone();
    run_count(&site);
    assert_eq!(varieties(), "3", "the name that is also in force here counts once");
    let id = jicai::types::ImportId::new().to_string();
    let file = format!(
        "类别,通用名,采购层级,执行起始日,执行截止日,依据文件\n药品,硝苯地平片,联盟,{day},,联盟1号\n药品,恩替卡韦片,国家,{day},,GY-YD2024-2\n"
    );
    let path = "/indicators/varieties/uploads";
    site.upload("officer", path, &[("id", &id)], "v.csv", file.as_bytes()).await.is(303);
    let path = format!("{path}/{id}");
    let page = site.get("officer", &path).await;
    page.is(200).shows("硝苯地平片").shows("另有 1 行");
    let seen =
        page.body.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    site.post("officer", &path, &[("seen", &seen)]).await.is(303);
    run_count(&site);
    assert_eq!(varieties(), "4");
    for _ in 0..2 {
        site.post("officer", &format!("/indicators/varieties/{}/withdraw", ids[1]), &[]).await.is(303);
    }
    run_count(&site);
    assert_eq!(varieties(), "3");
    // A contract that ended early holds up to its end and no longer.
    let write = |statement: String| {
        site.app.db.write(|tx| Ok(diesel::sql_query(&statement).execute(tx.conn())?)).unwrap();
        run_count(&site);
    };
    let ended = list.iter().find(|it| it.product == "华东氨溴索").unwrap();
    write(format!("UPDATE contracts SET state = 'ended' WHERE lot_id = '{}'", ended.lot_id));
    assert_eq!(varieties(), "2");
    write(format!(
        "INSERT INTO contract_changes (id, contract_id, kind, cause, before, after, reason, at) \
         VALUES ('{}', '{}', 'supplier', 'stopped', '', '', '', {})",
        jicai::types::ChangeId::new(),
        ended.id,
        site.now().millis()
    ));
    assert_eq!(varieties(), "3");
    // What is entered for a month that was counted long ago is counted too.
    site.set_clock(site.now().plus_days(500));
    run_count(&site);
    assert_eq!(varieties(), "3");
    add(jicai::types::VarietyId::new().as_str(), "二甲双胍片", "").await.is(303);
    run_count(&site);
    assert_eq!(varieties(), "4");
    site.get("auditor", "/indicators/varieties?kind=drug").await.is(200).shows("硝苯地平片").shows("已撤销");
    site.get("auditor", "/indicators/varieties?kind=consumable").await.is(200).shows("还没有录入");
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
