//! SQL of the small table of indicators.

use std::collections::BTreeMap;

use diesel::dsl::max;
use diesel::prelude::*;

use crate::db::Conn;
use crate::error::Result;
use crate::indicators::{Indicator, Part, Period, Scope, Sum};
use crate::people::OrganisationKind;
use crate::schema::{indicator_counts, indicator_months, organisations, rounds};
use crate::types::{OrganisationId, RoundId, Time};

/// What was counted, by indicator.
pub type Sums = BTreeMap<Indicator, Sum>;

/// When a month of the period was counted last.
pub fn counted_at(conn: &mut Conn, period: Period) -> Result<Option<Time>> {
    let within = indicator_months::month.ge(period.starts).and(indicator_months::month.lt(period.end()));
    Ok(indicator_months::table.filter(within).select(max(indicator_months::counted_at)).first(conn)?)
}

/// Every indicator of a scope in a period.
pub fn sums(conn: &mut Conn, scope: &Scope, period: Period) -> Result<Sums> {
    let (part, key) = scope.place();
    let rows: Vec<(Indicator, i64, i64, i64)> = indicator_counts::table
        .filter(indicator_counts::starts.eq(period.starts).and(indicator_counts::months.eq(period.months)))
        .filter(indicator_counts::part.eq(part).and(indicator_counts::key.eq(key)))
        .select((
            indicator_counts::indicator,
            indicator_counts::numerator,
            indicator_counts::denominator,
            indicator_counts::missing,
        ))
        .load(conn)?;
    let keyed =
        |(indicator, numerator, denominator, missing)| (indicator, Sum { numerator, denominator, missing });
    Ok(rows.into_iter().map(keyed).collect())
}

/// One indicator of a scope in a period.
pub fn sum(conn: &mut Conn, indicator: Indicator, scope: &Scope, period: Period) -> Result<Option<Sum>> {
    let (part, key) = scope.place();
    let found: Option<(i64, i64, i64)> = indicator_counts::table
        .find((period.starts, period.months, part.as_str(), key, indicator.as_str()))
        .select((indicator_counts::numerator, indicator_counts::denominator, indicator_counts::missing))
        .first(conn)
        .optional()?;
    Ok(found.map(|(numerator, denominator, missing)| Sum { numerator, denominator, missing }))
}

/// Everybody's row of an indicator in a period, by key: a few hundred at most.
pub fn parts(
    conn: &mut Conn,
    indicator: Indicator,
    part: Part,
    period: Period,
) -> Result<Vec<(String, Sum)>> {
    let rows: Vec<(String, i64, i64, i64)> = indicator_counts::table
        .filter(indicator_counts::indicator.eq(indicator).and(indicator_counts::months.eq(period.months)))
        .filter(indicator_counts::part.eq(part).and(indicator_counts::starts.eq(period.starts)))
        .order(indicator_counts::key)
        .limit(MOST)
        .select((
            indicator_counts::key,
            indicator_counts::numerator,
            indicator_counts::denominator,
            indicator_counts::missing,
        ))
        .load(conn)?;
    let keyed = |(key, numerator, denominator, missing)| (key, Sum { numerator, denominator, missing });
    Ok(rows.into_iter().map(keyed).collect())
}

/// Most rows of one table of parts; a city has some hundreds of hospitals.
const MOST: i64 = 5_000;

/// The hospitals: id, code, name, county.
pub fn hospitals(conn: &mut Conn) -> Result<Vec<(OrganisationId, String, String, String)>> {
    Ok(organisations::table
        .filter(organisations::kind.eq(OrganisationKind::Hospital))
        .order(organisations::code)
        .limit(MOST)
        .select((organisations::id, organisations::code, organisations::name, organisations::region))
        .load(conn)?)
}

/// The rounds of these ids: number and title.
pub fn rounds(conn: &mut Conn, ids: &[String]) -> Result<Vec<(RoundId, String, String)>> {
    Ok(rounds::table
        .filter(rounds::id.eq_any(ids.to_vec()))
        .order(rounds::number)
        .select((rounds::id, rounds::number, rounds::title))
        .load(conn)?)
}
