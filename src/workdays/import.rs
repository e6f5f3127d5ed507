//! Days off and make-up working days from a file: taken whole or not at all.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{DayKind, Refused, Workday, check, set};
use crate::db::Tx;
use crate::error::Result;
use crate::files::read::{self, Column, Row, Unknown};
use crate::files::{Faults, Limits};
use crate::types::Ctx;

/// The columns of the file.
pub const COLUMNS: &[Column] = &[
    Column::must("day", "日期"),
    Column::must("kind", "类别"),
    Column::must("name", "名称").also(&["节假日"]),
];

const KINDS: &[(&str, DayKind)] = &[
    ("off", DayKind::Off),
    ("work", DayKind::Work),
    ("放假", DayKind::Off),
    ("休", DayKind::Off),
    ("上班", DayKind::Work),
    ("调休上班", DayKind::Work),
    ("班", DayKind::Work),
];

/// Most lines of a file: years of holidays.
const LINES: u64 = 2_000;

/// Enters the days of a file. Days that it does not name stay as they are. Gives the number of lines.
pub fn import(tx: &mut Tx, ctx: &Ctx, bytes: &[u8]) -> Result<usize> {
    let rows = read::open(bytes, COLUMNS, Unknown::Refuse, Limits::lines(LINES))?;
    let mut seen = BTreeMap::new();
    let (days, faults) = rows.collect(|row, faults| line(row, ctx, &mut seen, faults))?;
    if !faults.is_empty() {
        return Err(Refused::Faulty(faults).into());
    }
    if days.is_empty() {
        return Err(Refused::NoLines.into());
    }
    for it in &days {
        set(tx, ctx, it)?;
    }
    Ok(days.len())
}

fn line(row: &Row, ctx: &Ctx, seen: &mut BTreeMap<NaiveDate, u64>, faults: &mut Faults) -> Option<Workday> {
    let day = row.date("day", faults);
    let kind = row.word("kind", KINDS, faults);
    let name = row.words("name", 50, faults)?;
    let it = Workday {
        day: day?,
        kind: kind?,
        name: name.to_owned(),
        account_id: ctx.actor.account.clone(),
        at: ctx.now,
    };
    if let Some(first) = seen.insert(it.day, row.line) {
        faults.push(row.fault("day", Refused::Twice { line: first }));
        return None;
    }
    if let Err(why) = check(&it) {
        faults.push(row.fault(if matches!(why, Refused::Name) { "name" } else { "kind" }, why));
        return None;
    }
    Some(it)
}
