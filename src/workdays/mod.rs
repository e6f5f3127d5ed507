//! Working days: days off and make-up working days as data; all other days go by the week.

pub mod import;

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::Faults;
use crate::schema::workdays;
use crate::text::{Say, Text, fill};
use crate::types::{AccountId, Ctx, Time};

crate::words! {
    /// How a day differs from the week.
    DayKind {
        /// A day off (放假).
        Off = "off",
        /// A weekend day that is worked (调休上班).
        Work = "work",
    }
}

impl DayKind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            DayKind::Off => t.workdays.off,
            DayKind::Work => t.workdays.work,
        }
    }
}

/// A day that is not as the week has it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = workdays, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Workday {
    /// The day.
    pub day: NaiveDate,
    /// Off or worked.
    pub kind: DayKind,
    /// The holiday's name.
    pub name: String,
    /// Who entered it.
    pub account_id: Option<AccountId>,
    /// When.
    pub at: Time,
}

/// Why a day is refused.
#[derive(Debug, Clone)]
pub enum Refused {
    /// The day is already as the week has it.
    AsTheWeek(NaiveDate),
    /// Without the holiday's name, or with too long a one.
    Name,
    /// Named twice in one file.
    Twice {
        /// The line that named it first.
        line: u64,
    },
    /// The file has faults; nothing of it was taken.
    Faulty(Faults),
    /// The file has no line.
    NoLines,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let w = &t.workdays;
        match self {
            Refused::AsTheWeek(day) => fill(w.as_the_week, &[("day", day)]),
            Refused::Name => w.bad_name.to_owned(),
            Refused::Twice { line } => fill(w.twice, &[("line", line)]),
            Refused::Faulty(faults) => {
                let first = faults.sentences(t).into_iter().take(20).collect::<Vec<_>>().join(" ");
                fill(w.faulty, &[("count", &faults.count()), ("first", &first)])
            }
            Refused::NoLines => w.no_lines.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some(match self {
            Refused::AsTheWeek(_) => "day",
            Refused::Name => "name",
            Refused::Twice { .. } | Refused::Faulty(_) | Refused::NoLines => "file",
        })
    }
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

/// Longest name of a holiday.
const NAME: usize = 50;
/// Days looked at before a calendar is taken to have no working day left: ten years.
const MOST: i64 = 3_660;

/// Saturday and Sunday.
fn is_weekend(day: NaiveDate) -> bool {
    day.weekday().number_from_monday() > 5
}

/// A day that differs from the week, with a name of its own.
fn check(it: &Workday) -> std::result::Result<(), Refused> {
    if is_weekend(it.day) == (it.kind == DayKind::Off) {
        return Err(Refused::AsTheWeek(it.day));
    }
    let length = it.name.chars().count();
    if length == 0 || length > NAME { Err(Refused::Name) } else { Ok(()) }
}

/// The days that differ from the week, from a day on.
#[derive(Debug, Clone, Default)]
pub struct Calendar(BTreeMap<NaiveDate, DayKind>);

impl Calendar {
    /// Whether people work on a day.
    pub fn is_working(&self, day: NaiveDate) -> bool {
        self.0.get(&day).map_or(!is_weekend(day), |kind| *kind == DayKind::Work)
    }

    /// The n-th working day after a day; the day itself when n is 0.
    pub fn after(&self, day: NaiveDate, n: i64) -> NaiveDate {
        let (mut at, mut left) = (day, n);
        for _ in 0..MOST {
            if left <= 0 {
                break;
            }
            let Some(next) = at.succ_opt() else { break };
            at = next;
            left -= i64::from(self.is_working(at));
        }
        at
    }

    /// The last day to do what is due on a day: the day itself, or on a day off the n-th working day after it.
    pub fn due(&self, day: NaiveDate, n: i64) -> NaiveDate {
        if self.is_working(day) { day } else { self.after(day, n) }
    }
}

/// The calendar from a day on.
pub fn calendar(conn: &mut Conn, from: NaiveDate) -> Result<Calendar> {
    let rows: Vec<(NaiveDate, DayKind)> = workdays::table
        .filter(workdays::day.ge(from))
        .order(workdays::day)
        .limit(MOST)
        .select((workdays::day, workdays::kind))
        .load(conn)?;
    Ok(Calendar(rows.into_iter().collect()))
}

/// The n-th working day after a day.
pub fn after(conn: &mut Conn, day: NaiveDate, n: i64) -> Result<NaiveDate> {
    Ok(calendar(conn, day)?.after(day, n))
}

/// The days of a year that differ from the week.
pub fn of_year(conn: &mut Conn, year: i32) -> Result<Vec<Workday>> {
    let (Some(first), Some(last)) =
        (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31))
    else {
        return Ok(Vec::new());
    };
    Ok(workdays::table
        .filter(workdays::day.between(first, last))
        .order(workdays::day)
        .select(Workday::as_select())
        .load(conn)?)
}

fn find(conn: &mut Conn, day: NaiveDate) -> Result<Option<Workday>> {
    Ok(workdays::table.find(day).select(Workday::as_select()).first(conn).optional()?)
}

/// Enters a day, or says anew what it is. Deadlines already given stay as they were given.
pub fn set(tx: &mut Tx, ctx: &Ctx, it: &Workday) -> Result<()> {
    check(it)?;
    let before = find(tx.conn(), it.day)?;
    match &before {
        Some(known) if known.kind == it.kind && known.name == it.name => return Ok(()),
        Some(_) => diesel::update(workdays::table.find(it.day)).set(it).execute(tx.conn())?,
        None => diesel::insert_into(workdays::table).values(it).execute(tx.conn())?,
    };
    let day = it.day.to_string();
    audit::record(tx, ctx, Deed { action: "workday.set", subject: "workdays", id: &day }, &before, it)
}

/// Takes a day out: it is as the week has it again. One that is not there stays so.
pub fn remove(tx: &mut Tx, ctx: &Ctx, day: NaiveDate) -> Result<()> {
    let Some(before) = find(tx.conn(), day)? else { return Ok(()) };
    diesel::delete(workdays::table.find(day)).execute(tx.conn())?;
    let id = day.to_string();
    audit::record(tx, ctx, Deed { action: "workday.remove", subject: "workdays", id: &id }, &before, &())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// 1 to 7 October 2026 off, Saturday 10 October worked.
    fn calendar() -> Calendar {
        let off = (1..=7).map(|n| (NaiveDate::from_ymd_opt(2026, 10, n).unwrap(), DayKind::Off));
        Calendar(off.chain([(day("2026-10-10"), DayKind::Work)]).collect())
    }

    #[test]
    fn working_days_leave_out_weekends_and_days_off_and_take_in_days_made_up() {
        let check = |from: &str, n: i64, want: &str| {
            assert_eq!(calendar().after(day(from), n), day(want), "{n} after {from}");
        };
        check("2026-11-27", 0, "2026-11-27");
        check("2026-11-27", 1, "2026-11-30");
        check("2026-11-28", 1, "2026-11-30");
        check("2026-11-30", 5, "2026-12-07");
        check("2026-09-30", 1, "2026-10-08");
        check("2026-09-30", 3, "2026-10-10");
        check("2026-09-30", 4, "2026-10-12");
        check("2026-10-05", 2, "2026-10-09");
    }

    #[test]
    fn what_is_due_on_a_day_off_is_due_working_days_after_it() {
        let check = |on: &str, n: i64, want: &str| {
            assert_eq!(calendar().due(day(on), n), day(want), "{on} {n}");
        };
        check("2026-11-05", 2, "2026-11-05");
        check("2026-12-05", 2, "2026-12-08");
        check("2026-12-05", 0, "2026-12-05");
        check("2026-10-05", 2, "2026-10-09");
        check("2026-10-10", 2, "2026-10-10");
    }

    #[test]
    fn a_calendar_without_any_working_day_ends() {
        let off = day("2026-01-01").iter_days().take(5_000).map(|d| (d, DayKind::Off)).collect();
        assert_eq!(Calendar(off).after(day("2026-01-01"), 1), day("2036-01-09"));
    }

    #[test]
    fn only_a_day_that_differs_from_the_week_is_entered() {
        let check_one = |on: &str, kind: DayKind, name: &str, good: bool| {
            let it = Workday {
                day: day(on),
                kind,
                name: name.to_owned(),
                account_id: None,
                at: Time::from_millis(0),
            };
            assert_eq!(check(&it).is_ok(), good, "{on} {kind} {name}");
        };
        check_one("2026-10-01", DayKind::Off, "国庆节", true);
        check_one("2026-10-10", DayKind::Work, "国庆节", true);
        check_one("2026-10-10", DayKind::Off, "国庆节", false);
        check_one("2026-10-09", DayKind::Work, "国庆节", false);
        check_one("2026-10-01", DayKind::Off, "", false);
    }
}
