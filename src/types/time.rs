//! Moments and days as Shanghai has them.

use std::fmt;

use chrono::{DateTime, Datelike, FixedOffset, Months, NaiveDate, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;
use serde::{Deserialize, Serialize};

/// A moment in milliseconds since 1970 UTC; shown in Asia/Shanghai.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize, Deserialize,
)]
#[diesel(sql_type = BigInt)]
pub struct Time(i64);

/// China has one time zone and no daylight saving: +08:00 all year.
fn shanghai() -> FixedOffset {
    const EAST: i32 = 8 * 3600;
    FixedOffset::east_opt(EAST).unwrap_or_else(|| chrono::Offset::fix(&Utc))
}

impl Time {
    /// The clock of this machine. Only the edge (web, jobs, command line) calls it.
    pub fn now() -> Self {
        Self(Utc::now().timestamp_millis())
    }

    /// From milliseconds since 1970 UTC.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970 UTC.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// This many milliseconds later (earlier when negative).
    pub fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// This many days later (earlier when negative).
    pub fn plus_days(self, days: i64) -> Self {
        self.plus_millis(days.saturating_mul(86_400_000))
    }

    /// The moment on the clocks of Shanghai.
    pub fn local(self) -> DateTime<FixedOffset> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default().with_timezone(&shanghai())
    }

    /// The calendar day in Shanghai.
    pub fn day(self) -> NaiveDate {
        self.local().date_naive()
    }

    /// Reads `2026-11-23T09:00`, `2026-11-23 09:00:00.123` or a day (its first moment), all Shanghai time.
    pub fn parse_local(text: &str) -> Option<Self> {
        let text = text.trim().replace('T', " ");
        let moment = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"]
            .iter()
            .find_map(|form| chrono::NaiveDateTime::parse_from_str(&text, form).ok())
            .or_else(|| NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?;
        moment.and_local_timezone(shanghai()).single().map(|t| Self(t.timestamp_millis()))
    }

    /// The value an `<input type="datetime-local">` takes.
    pub fn input(self) -> String {
        self.local().format("%Y-%m-%dT%H:%M").to_string()
    }

    /// To the second, for receipts and the audit trail.
    pub fn seconds(self) -> String {
        self.local().format("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// To the millisecond with its zone, for data files: `2026-11-23T09:00:00.000+08:00`.
    pub fn iso(self) -> String {
        self.local().format("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
    }

    /// To the millisecond in UTC, for what is signed: `2026-11-23T01:00:00.000Z`.
    pub fn utc(self) -> String {
        self.local().with_timezone(&Utc).format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
    }

    /// Reads what [`Time::utc`] writes.
    pub fn parse_utc(text: &str) -> Option<Self> {
        let moment = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.3fZ").ok()?;
        Some(Self(moment.and_utc().timestamp_millis()))
    }
}

/// A day as `YYYY-MM-DD` and nothing else: every database can hold it.
pub fn parse_day(text: &str) -> Option<NaiveDate> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = bytes else { return None };
    let number = |digits: &[&u8]| {
        digits
            .iter()
            .try_fold(0u32, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(**digit - b'0')))
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)
}

/// The last of so many months that begin on a day: the day before the day of the same date; when that month has no such
/// date, its last day (民法典第二百零二条).
pub fn last_day_of(from: NaiveDate, months: u32) -> Option<NaiveDate> {
    let same = from.checked_add_months(Months::new(months))?;
    if same.day() == from.day() { same.pred_opt() } else { Some(same) }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.local().format("%Y-%m-%d %H:%M"))
    }
}

impl<DB: Backend> ToSql<BigInt, DB> for Time
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Time
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_shown_and_read_in_shanghai() {
        let t = Time::parse_local("2026-11-23T09:00").unwrap();
        assert_eq!(t.iso(), "2026-11-23T09:00:00.000+08:00");
        assert_eq!(Time::parse_local(&t.input()), Some(t));
        assert_eq!(Time::parse_local("2026-11-23 08:59:59.999").unwrap().plus_millis(1), t);
        assert_eq!(Time::parse_local("soon"), None);
        assert_eq!(t.utc(), "2026-11-23T01:00:00.000Z");
        assert_eq!(Time::parse_utc(&t.plus_millis(7).utc()), Some(t.plus_millis(7)));
        assert_eq!(Time::parse_utc("2026-11-23T01:00:00.000"), None);
    }
}
