//! The monitoring list and stock reports from files: taken whole or not at all.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::catalog;
use crate::db::Tx;
use crate::error::Result;
use crate::files::read::{self, Column, Row, Unknown};
use crate::files::{Faults, Limits};
use crate::supply::shortages::rules::{self, Refused};
use crate::supply::shortages::{Entry, List, NewStock, add_entry, report_stock};
use crate::types::{Ctx, Quantity, ShortageEntryId, StockReportId};

/// The columns of a monitoring list.
pub const ENTRIES: &[Column] = &[
    Column::must("generic", "通用名"),
    Column::may("form", "剂型"),
    Column::must("list", "清单"),
    Column::must("since", "起始日"),
    Column::may("until", "截止日"),
    Column::must("source", "来源"),
];

/// The columns of a stock report.
pub const STOCK: &[Column] = &[
    Column::must("product", "医保编码"),
    Column::must("on_hand", "库存量"),
    Column::must("monthly_use", "月用量"),
    Column::must("reported_on", "上报日期"),
];

const LISTS: &[(&str, List)] = &[
    ("national_shortage", List::NationalShortage),
    ("national_prone", List::NationalProne),
    ("local", List::Local),
    ("国家短缺药品清单", List::NationalShortage),
    ("国家临床必需易短缺药品重点监测清单", List::NationalProne),
    ("易短缺清单", List::NationalProne),
    ("地方清单", List::Local),
];

/// Most lines of one file.
const LINES: u64 = 20_000;

/// Enters the entries of a file; those that are there already stay. Gives the number of lines.
pub fn entries(tx: &mut Tx, ctx: &Ctx, bytes: &[u8]) -> Result<usize> {
    let rows = read::open(bytes, ENTRIES, Unknown::Refuse, Limits::lines(LINES))?;
    let mut seen = BTreeMap::new();
    let (list, faults) = rows.collect(|row, faults| entry(row, ctx, &mut seen, faults))?;
    check(&faults, list.is_empty())?;
    for it in &list {
        if !super::store::is_listed_alike(tx.conn(), it)? {
            add_entry(tx, ctx, it)?;
        }
    }
    Ok(list.len())
}

fn check(faults: &Faults, is_empty: bool) -> Result<()> {
    if !faults.is_empty() {
        return Err(Refused::Faulty(faults.clone()).into());
    }
    if is_empty { Err(Refused::NoLines.into()) } else { Ok(()) }
}

fn entry(
    row: &Row,
    ctx: &Ctx,
    seen: &mut BTreeMap<(String, String), u64>,
    faults: &mut Faults,
) -> Option<Entry> {
    let generic = row.filled("generic", faults).and(row.words("generic", rules::SHORT, faults));
    let form = row.words("form", rules::SHORT, faults);
    let list = row.word("list", LISTS, faults);
    let since = row.date("since", faults);
    let until: Option<Option<NaiveDate>> =
        row.maybe("until", faults, |row, key, faults| row.date(key, faults));
    let source = row.filled("source", faults).and(row.words("source", rules::SHORT, faults));
    let it = Entry {
        id: ShortageEntryId::new(),
        generic: generic?.to_owned(),
        form: form?.to_owned(),
        list: list?,
        since: since?,
        until: until?,
        source: source?.to_owned(),
        at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    if let Some(first) = seen.insert((it.generic.clone(), it.list.to_string()), row.line) {
        faults.push(row.fault("generic", Refused::Twice(first)));
        return None;
    }
    if it.until.is_some_and(|until| until < it.since) {
        let until = it.until.unwrap_or(it.since);
        faults.push(row.fault("until", Refused::Period(it.since, until)));
        return None;
    }
    Some(it)
}

/// Reports the stock of a file for the actor's hospital. Gives the number of lines.
pub fn stock(tx: &mut Tx, ctx: &Ctx, bytes: &[u8]) -> Result<usize> {
    let rows = read::open(bytes, STOCK, Unknown::Refuse, Limits::lines(LINES))?;
    let mut seen = BTreeMap::new();
    let conn = tx.conn();
    let mut broken = None;
    let (list, faults) = rows.collect(|row, faults| {
        let it = line(row, ctx, &mut seen, faults)?;
        match catalog::by_code(conn, &it.product) {
            Ok(Some(_)) => Some(it),
            Ok(None) => {
                faults.push(row.fault("product", Refused::Product(it.product)));
                None
            }
            Err(fault) => {
                broken = Some(fault);
                None
            }
        }
    })?;
    if let Some(fault) = broken {
        return Err(fault);
    }
    check(&faults, list.is_empty())?;
    for it in &list {
        report_stock(tx, ctx, it)?;
    }
    Ok(list.len())
}

fn line(row: &Row, ctx: &Ctx, seen: &mut BTreeMap<String, u64>, faults: &mut Faults) -> Option<NewStock> {
    let product = row.filled("product", faults).map(str::to_owned);
    let on_hand: Option<Quantity> = row.not_negative("on_hand", faults);
    let monthly_use: Option<Quantity> = row.not_negative("monthly_use", faults);
    let reported_on = row.date("reported_on", faults);
    let it = NewStock {
        id: StockReportId::new(),
        product: product?,
        on_hand: on_hand?,
        monthly_use: monthly_use?,
        reported_on: reported_on?,
    };
    if it.reported_on > ctx.now.day() {
        faults.push(row.fault("reported_on", Refused::Future(it.reported_on)));
        return None;
    }
    if let Some(first) = seen.insert(it.product.clone(), row.line) {
        faults.push(row.fault("product", Refused::Twice(first)));
        return None;
    }
    Some(it)
}
