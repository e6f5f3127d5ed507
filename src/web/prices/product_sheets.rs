//! The tables of a product's page.

use std::collections::HashMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::catalog::Product;
use crate::prices::board::history::{Cell as Paid, History, Spread, for_one, whole};
use crate::prices::board::peers::Peer;
use crate::prices::board::store::{Hospital, Line};
use crate::prices::listings::Listing;
use crate::supply::progress::rules::percent;
use crate::text::{Say, Text};
use crate::types::{CaseId, OrganisationId, UnitPrice, half_up};
use crate::web::prices::chart::{Series, step_names};
use crate::web::prices::sheet::{Cell, Row, Sheet, link, numbers, words};
use crate::web::prices::{product_name, shown};

/// Rows of a table on the page; its file holds all.
const SHOWN: usize = 50;

/// The history as drawn: a row a series, a column a month.
pub(super) fn series_sheet(series: &[Series], months: &[NaiveDate], t: &'static Text) -> Sheet {
    let b = &t.board;
    let mut columns = vec![words(b.series, 36)];
    columns.extend(months.iter().map(|month| numbers(shown(month), 12)));
    let row = |it: &Series| {
        let prices: HashMap<NaiveDate, UnitPrice> = it.prices.iter().copied().collect();
        let mut cells = vec![Cell::from(&it.name)];
        cells.extend(months.iter().map(|month| prices.get(month).map_or_else(Cell::default, Cell::from)));
        Row { of: it.key.clone(), is_off: !it.is_on, cells }
    };
    Sheet {
        key: "history",
        title: b.history_table.to_owned(),
        hint: String::new(),
        empty: b.no_purchases,
        columns,
        rows: series.iter().map(row).collect(),
        most: usize::MAX,
        more: (String::new(), ""),
    }
}

/// How much dearer one price is than another, as percent.
fn above(price: UnitPrice, than: UnitPrice) -> String {
    percent(price.decimal().checked_div(than.decimal()).map(|ratio| ratio - Decimal::ONE))
}

/// What each hospital paid, the dearest first; `marked` is the one it is about.
pub(super) fn hospital_sheet(
    made: &History,
    hospitals: &HashMap<i32, Hospital>,
    marked: Option<&OrganisationId>,
    t: &'static Text,
) -> Sheet {
    let b = &t.board;
    let all = whole(&made.all);
    let mut list: Vec<(Paid, Option<&Hospital>)> =
        made.hospitals.iter().filter_map(|(no, months)| Some((whole(months)?, hospitals.get(no)))).collect();
    list.sort_by(|(a, x), (b, y)| {
        b.mean().cmp(&a.mean()).then_with(|| x.map(|it| &it.code).cmp(&y.map(|it| &it.code)))
    });
    let row = |(paid, hospital): (Paid, Option<&Hospital>)| {
        let name = match hospital {
            Some(it) if Some(&it.id) == marked => link(format!("▶ {}", it.name), hospital_path(it)),
            Some(it) => link(&it.name, hospital_path(it)),
            None => Cell::default(),
        };
        Row::from(vec![
            name,
            hospital.map_or("", |it| &it.region).into(),
            paid.lines.into(),
            paid.quantity().into(),
            paid.lowest.into(),
            paid.mean().into(),
            paid.highest.into(),
            all.map_or_else(String::new, |all| above(paid.mean(), all.mean())).into(),
            paid.amount().into(),
        ])
    };
    Sheet {
        key: "hospitals",
        title: b.by_hospital.to_owned(),
        hint: b.by_hospital_hint.to_owned(),
        empty: b.no_purchases,
        columns: vec![
            words(b.hospital, 32),
            words(b.region, 14),
            numbers(b.lines, 10),
            numbers(b.quantity, 14),
            numbers(b.lowest, 12),
            numbers(b.mean, 12),
            numbers(b.highest, 12),
            words(b.beside_mean, 12),
            numbers(b.amount, 16),
        ],
        rows: list.into_iter().map(row).collect(),
        most: SHOWN,
        more: (String::new(), ""),
    }
}

fn hospital_path(it: &Hospital) -> String {
    format!("/prices/hospitals/{}", it.id)
}

/// How prices are spread.
pub(super) fn spread_sheet(spread: Option<&Spread>, t: &'static Text) -> Sheet {
    let b = &t.board;
    let rows = spread.map(|it| {
        let steps = step_names(it).into_iter().zip(&it.steps);
        steps.map(|(name, step)| Row::from(vec![name.into(), step.lines.into()])).collect()
    });
    Sheet {
        key: "spread",
        title: b.spread_table.to_owned(),
        hint: String::new(),
        empty: b.no_purchases,
        columns: vec![words(b.price_from_to, 28), numbers(b.lines, 12)],
        rows: rows.unwrap_or_default(),
        most: usize::MAX,
        more: (String::new(), ""),
    }
}

/// The five figures of a box plot.
pub(super) fn quartile_sheet(spread: Option<&Spread>, t: &'static Text) -> Sheet {
    let b = &t.board;
    let row = |it: &Spread| Row::from(it.quartiles.iter().map(Cell::from).collect::<Vec<_>>());
    Sheet {
        key: "quartiles",
        title: b.quartile_table.to_owned(),
        hint: String::new(),
        empty: b.no_purchases,
        columns: [b.least, b.first_quartile, b.median, b.third_quartile, b.most]
            .map(|name| numbers(name, 14))
            .to_vec(),
        rows: spread.map(row).into_iter().collect(),
        most: usize::MAX,
        more: (String::new(), ""),
    }
}

/// The listings of products with the same generic, form and strength.
pub(super) fn peer_sheet(peers: &[Peer], own: &Product, is_staff: bool, t: &'static Text) -> Sheet {
    let b = &t.board;
    let row = |it: &Peer| {
        let name = product_name(&it.product);
        let name = if it.product.id == own.id { format!("▶ {name}") } else { name };
        let path = if is_staff { format!("/prices/products/{}", it.product.id) } else { String::new() };
        let region = if it.region.is_empty() { b.own_listing } else { &it.region };
        let ratio = it.ratio.and_then(|ratio| ratio.rounded(4));
        Row::from(vec![
            link(name, path),
            it.product.pack.clone().into(),
            region.into(),
            it.price.into(),
            it.unit.and_then(|unit| unit.price()).map_or_else(Cell::default, Cell::from),
            ratio.map_or_else(Cell::default, |ratio| half_up(ratio, 4).normalize().into()),
            it.left.as_ref().map_or_else(String::new, |left| left.why.say(t)).into(),
        ])
    };
    Sheet {
        key: "peers",
        title: b.peers.to_owned(),
        hint: b.peers_hint.to_owned(),
        empty: b.no_peers,
        columns: vec![
            words(b.product, 44),
            words(b.pack, 20),
            words(b.region, 16),
            numbers(b.pack_price, 14),
            numbers(b.unit_price, 14),
            numbers(b.times_lowest, 12),
            words(b.incomparable, 40),
        ],
        rows: peers.iter().map(row).collect(),
        most: SHOWN,
        more: (String::new(), ""),
    }
}

/// What the product is listed at, everywhere and since when.
pub(super) fn listing_sheet(list: &[Listing], units: Option<i64>, t: &'static Text) -> Sheet {
    let b = &t.board;
    let row = |it: &Listing| {
        let one = units.and_then(|units| for_one(it.price, units));
        Row::from(vec![
            Cell::from(&it.region),
            it.from_day.into(),
            it.price.into(),
            one.map_or_else(Cell::default, Cell::from),
            Cell::from(&it.source),
        ])
    };
    Sheet {
        key: "listings",
        title: b.listings.to_owned(),
        hint: String::new(),
        empty: b.no_listings,
        columns: vec![
            words(b.region, 18),
            words(b.from_day, 12),
            numbers(b.pack_price, 14),
            numbers(b.unit_price, 14),
            words(b.source, 40),
        ],
        rows: list.iter().map(row).collect(),
        most: SHOWN,
        more: (String::new(), ""),
    }
}

/// Contract prices, or payment standards.
pub(super) fn line_sheet(lines: &[Line], is_contract: bool, t: &'static Text) -> Sheet {
    let b = &t.board;
    let mut columns =
        vec![words(b.company, 36), numbers(b.unit_price, 14), words(b.starts, 12), words(b.ends, 12)];
    if is_contract {
        columns.push(numbers(b.hospitals_count, 12));
    }
    let row = |it: &Line| {
        let mut cells: Vec<Cell> = vec![
            Cell::from(&it.company),
            it.price.into(),
            it.starts.into(),
            it.ends.map_or_else(|| t.board.open_end.into(), Cell::from),
        ];
        if is_contract {
            cells.push(it.hospitals.into());
        }
        Row::from(cells)
    };
    Sheet {
        key: if is_contract { "contracts" } else { "standards" },
        title: if is_contract { b.contract_prices } else { b.standards }.to_owned(),
        hint: String::new(),
        empty: if is_contract { b.no_contract_prices } else { b.no_standards },
        columns,
        rows: lines.iter().map(row).collect(),
        most: SHOWN,
        more: (String::new(), ""),
    }
}

/// The cases that follow findings of the product.
pub(super) fn case_sheet(cases: &[(CaseId, String)], t: &'static Text) -> Sheet {
    let b = &t.board;
    Sheet {
        key: "cases",
        title: b.cases.to_owned(),
        hint: String::new(),
        empty: b.no_cases,
        columns: vec![words(b.case, 18)],
        rows: cases
            .iter()
            .map(|(id, number)| Row::from(vec![link(number, format!("/cases/{id}"))]))
            .collect(),
        most: SHOWN,
        more: (String::new(), ""),
    }
}
