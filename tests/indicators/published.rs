//! Published figures come out of the same formulas.

use std::collections::BTreeMap;
use std::path::Path;

use jicai::indicators::definitions::Formula;
use jicai::indicators::{Sum, rules};
use jicai::types::UnitPrice;

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
