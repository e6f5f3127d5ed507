//! What the indicators are counted from, each night: month by month in set SQL, the same again changes nothing.
//!
//! The months of the last year and the current one are counted anew, because payments, returns and corrections still
//! change them; older months are counted once and then stand, until somebody enters a figure or a variety. Days and moments are written into the statements: their
//! types hold nothing but digits and hyphens. A month is one transaction.

use std::collections::BTreeSet;

use chrono::{Datelike, Months, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable};

use crate::awards::store::AwardState;
use crate::db::{Conn, Db, Tx, in_any_order};
use crate::error::{Error, Result};
use crate::indicators::definitions::{Base, Over};
use crate::indicators::{Indicator, Part, Period, references, selections};
use crate::schema::{awards, indicator_counts, indicator_months};
use crate::terms::{self, Term};
use crate::types::{AwardId, RoundId, Time};

/// Months before the current one that are counted anew each night.
pub const RECOUNTED: u32 = 13;
/// The earliest month counted lies so many months back.
pub const KEPT: u32 = 72;

/// Counts what is due; how many months were counted.
pub fn count(db: &Db, now: Time) -> Result<usize> {
    db.write(references::refresh)?;
    let months = db.read(|conn| due(conn, now.day()))?;
    for month in &months {
        db.write_large(|tx| count_month(tx, *month, now))?;
    }
    let years: BTreeSet<i32> = months.iter().map(|month| month.starts.year()).collect();
    for year in years {
        db.write(|tx| count_year(tx, Period::year(year)?))?;
    }
    Ok(months.len())
}

#[derive(QueryableByName)]
struct First {
    #[diesel(sql_type = Nullable<Date>)]
    day: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<BigInt>)]
    at: Option<Time>,
}

/// The first day there is anything to count of.
fn first(conn: &mut Conn) -> Result<Option<NaiveDate>> {
    let query = "SELECT MIN(x.day) AS day, MIN(x.at) AS at FROM ( \
          SELECT MIN(starts) AS day, MIN(created_at) AS at FROM contracts \
          UNION ALL SELECT MIN(month), NULL FROM purchase_sums \
          UNION ALL SELECT MIN(month), NULL FROM indicator_inputs \
          UNION ALL SELECT MIN(since), NULL FROM indicator_varieties \
          UNION ALL SELECT NULL, MIN(COALESCE(published_at, computed_at)) FROM awards WHERE state = 'confirmed') x";
    let found: First = diesel::sql_query(query).get_result(conn)?;
    Ok(found.day.into_iter().chain(found.at.map(Time::day)).min())
}

#[derive(QueryableByName)]
struct Month {
    #[diesel(sql_type = Date)]
    month: NaiveDate,
}

/// The months counted since the last figure of theirs, and the last variety, was entered.
fn standing(conn: &mut Conn) -> Result<BTreeSet<NaiveDate>> {
    let query = "SELECT m.month FROM indicator_months m WHERE NOT EXISTS \
          (SELECT 1 FROM indicator_inputs i WHERE i.month = m.month AND i.at >= m.counted_at) \
        AND NOT EXISTS (SELECT 1 FROM indicator_varieties v \
          WHERE v.at >= m.counted_at OR v.withdrawn_at >= m.counted_at)";
    let months: Vec<Month> = diesel::sql_query(query).load(conn)?;
    Ok(months.into_iter().map(|it| it.month).collect())
}

/// The months to count: those that do not stand, and the latest.
fn due(conn: &mut Conn, today: NaiveDate) -> Result<Vec<Period>> {
    let Some(first) = first(conn)? else { return Ok(Vec::new()) };
    let known = standing(conn)?;
    let current = Period::month_of(today);
    let back = |months| current.starts.checked_sub_months(Months::new(months)).unwrap_or(current.starts);
    let mut month = Period::month_of(first.max(back(KEPT)));
    let mut months = Vec::new();
    while month <= current {
        if month.starts >= back(RECOUNTED) || !known.contains(&month.starts) {
            months.push(month);
        }
        month = Period::month_of(month.end());
    }
    Ok(months)
}

/// The bounds of a month as they stand in statements.
struct Bounds {
    from: NaiveDate,
    to: NaiveDate,
    /// The last day of the month, or today while it runs.
    last: NaiveDate,
    today: NaiveDate,
    from_ms: i64,
    to_ms: i64,
    /// The first moment after the last day.
    after_ms: i64,
    /// A line placed before this day and not answered should have come.
    unanswered: NaiveDate,
}

fn moment(day: NaiveDate) -> Result<i64> {
    let at =
        Time::parse_local(&day.to_string()).ok_or_else(|| Error::fault("no such day in the calendar"))?;
    Ok(at.millis())
}

fn bounds(tx: &mut Tx, month: Period, now: Time) -> Result<Bounds> {
    let (from, to, today) = (month.starts, month.end(), now.day());
    let hours = terms::whole(tx.conn(), Term::DeliveryHours, today)?;
    let last = to.pred_opt().map_or(today, |last| last.min(today));
    Ok(Bounds {
        from,
        to,
        last,
        today,
        from_ms: moment(from)?,
        to_ms: moment(to)?,
        after_ms: moment(last.succ_opt().unwrap_or(last))?,
        unanswered: now.plus_millis(hours.saturating_mul(-3_600_000)).day(),
    })
}

fn count_month(tx: &mut Tx, month: Period, now: Time) -> Result<()> {
    let it = bounds(tx, month, now)?;
    run(tx, "DELETE FROM indicator_counts WHERE starts = $1 AND months = 1", month.starts)?;
    for (indicator, body) in of_hospitals(&it) {
        add(tx, indicator, Part::Hospital, month, &body)?;
    }
    for (indicator, kind) in [(Indicator::Varieties, "drug"), (Indicator::Classes, "consumable")] {
        for part in [Part::Hospital, Part::County, Part::City] {
            add(tx, indicator, part, month, &distinct(&it, kind, part))?;
        }
    }
    count_rounds(tx, month, &it)?;
    sum_up(tx, month)?;
    diesel::delete(indicator_months::table.find(month.starts)).execute(tx.conn())?;
    diesel::insert_into(indicator_months::table)
        .values((indicator_months::month.eq(month.starts), indicator_months::counted_at.eq(now)))
        .execute(tx.conn())?;
    Ok(())
}

fn run(tx: &mut Tx, statement: &str, day: NaiveDate) -> Result<()> {
    in_any_order(tx.conn(), statement).bind::<Date, _>(day).execute(tx.conn())?;
    Ok(())
}

const INTO: &str =
    "INSERT INTO indicator_counts (indicator, part, key, starts, months, numerator, denominator, missing)";

/// Adds the rows of a statement that gives key, above, below and missing. In it, $1 is the month's first day.
fn add(tx: &mut Tx, indicator: Indicator, part: Part, month: Period, body: &str) -> Result<()> {
    let statement = format!(
        "{INTO} SELECT '{indicator}', '{part}', x.key, $1, 1, CAST(COALESCE(x.above, 0) AS BIGINT), \
         CAST(COALESCE(x.below, 0) AS BIGINT), CAST(COALESCE(x.missing, 0) AS BIGINT) FROM ({body}) x"
    );
    run(tx, &statement, month.starts)
}

/// Quantity times price, rounded half up to the cent: three and six decimals to two.
fn amount(quantity: &str, price: &str) -> String {
    format!("(({quantity}) * {price} + 5000000) / 10000000")
}

const REFERENCES: &str = "LEFT JOIN indicator_references f \
    ON f.lot_id = c.lot_id AND f.supplier_id = c.supplier_id AND f.product = c.product";

/// What is counted by hospital: one statement for each indicator.
fn of_hospitals(it: &Bounds) -> Vec<(Indicator, String)> {
    vec![
        (Indicator::PlatformDrugs, platform("drugs", "off_platform_drugs")),
        (Indicator::PlatformConsumables, platform("high_value", "off_platform_consumables")),
        (Indicator::Signing, signing(it)),
        (Indicator::WeightedCut, weighted_cut(it)),
        (Indicator::Savings, savings(it)),
        (Indicator::Progress, progress(it)),
        (Indicator::Delivery, delivery(it)),
        (Indicator::Payment, payment(it)),
        (Indicator::Direct, direct(it)),
        (Indicator::Retained, retained(it)),
        (Indicator::Institutions, institutions(it)),
    ]
}

/// On the platform over both; where nothing was entered of purchases outside it, that is missing, not zero.
fn platform(part: &str, figure: &str) -> String {
    let standing = format!("figure = '{figure}' AND month = $1 AND superseded_at IS NULL");
    format!(
        "SELECT u.key AS key, s.amount AS above, COALESCE(s.amount, 0) + COALESCE(i.amount, 0) AS below, \
           CASE WHEN i.amount IS NULL THEN 1 ELSE 0 END AS missing \
         FROM (SELECT key FROM purchase_sums WHERE part = '{part}' AND month = $1 \
           UNION SELECT hospital_id FROM indicator_inputs WHERE {standing}) u \
         LEFT JOIN purchase_sums s ON s.part = '{part}' AND s.key = u.key AND s.month = $1 \
         LEFT JOIN (SELECT hospital_id, amount FROM indicator_inputs WHERE {standing}) i ON i.hospital_id = u.key"
    )
}

/// Both sides signed: a contract can end without that, and then it was none.
const SIGNED: &str = "c.hospital_at IS NOT NULL AND c.supplier_at IS NOT NULL";

fn signing(it: &Bounds) -> String {
    format!(
        "SELECT c.hospital_id AS key, SUM(CASE WHEN c.state <> 'drawn' THEN 1 ELSE 0 END) AS above, \
           COUNT(*) AS below, 0 AS missing \
         FROM contracts c WHERE c.created_at >= {} AND c.created_at < {} \
           AND (c.state <> 'ended' OR {SIGNED}) GROUP BY c.hospital_id",
        it.from_ms, it.to_ms
    )
}

fn weighted_cut(it: &Bounds) -> String {
    let (before, now) = (amount("c.quantity", "f.price"), amount("c.quantity", "c.unit_price"));
    format!(
        "SELECT c.hospital_id AS key, SUM(CASE WHEN f.price IS NULL THEN 0 ELSE {before} - {now} END) AS above, \
           SUM(CASE WHEN f.price IS NULL THEN 0 ELSE {before} END) AS below, \
           SUM(CASE WHEN f.price IS NULL THEN 1 ELSE 0 END) AS missing \
         FROM contracts c {REFERENCES} \
         WHERE c.created_at >= {} AND c.created_at < {} AND c.state <> 'drawn' \
           AND (c.state <> 'ended' OR {SIGNED}) GROUP BY c.hospital_id",
        it.from_ms, it.to_ms
    )
}

/// What was accepted in the month less what was returned in it, at the reference and at what was paid.
fn savings(it: &Bounds) -> String {
    let (taken, given) = (amount("r.accepted", "f.price"), amount("b.quantity", "f.price"));
    let (from, to) = (it.from, it.to);
    format!(
        "SELECT y.key AS key, SUM(y.before - y.paid) AS above, SUM(y.before) AS below, SUM(y.missing) AS missing \
         FROM (SELECT h.id AS key, CASE WHEN f.price IS NULL THEN 0 ELSE {taken} END AS before, \
             CASE WHEN f.price IS NULL THEN 0 ELSE r.amount END AS paid, \
             CASE WHEN f.price IS NULL THEN 1 ELSE 0 END AS missing \
           FROM organisations h JOIN receipts r ON r.hospital_id = h.id \
             AND r.received_on >= '{from}' AND r.received_on < '{to}' \
           JOIN order_lines l ON l.id = r.order_line_id JOIN contracts c ON c.id = l.contract_id {REFERENCES} \
           WHERE h.kind = 'hospital' AND r.accepted > 0 \
         UNION ALL SELECT h.id, CASE WHEN f.price IS NULL THEN 0 ELSE -({given}) END, \
             CASE WHEN f.price IS NULL THEN 0 ELSE -b.amount END, 0 \
           FROM organisations h JOIN returns b ON b.hospital_id = h.id \
             AND b.returned_on >= '{from}' AND b.returned_on < '{to}' \
           JOIN order_lines l ON l.id = b.order_line_id JOIN contracts c ON c.id = l.contract_id {REFERENCES} \
           WHERE h.kind = 'hospital') y GROUP BY y.key"
    )
}

fn progress(it: &Bounds) -> String {
    format!(
        "SELECT c.hospital_id AS key, SUM({}) AS above, SUM({}) AS below, 0 AS missing \
         FROM agreed_volumes v JOIN contracts c ON c.id = v.contract_id \
         WHERE v.starts >= '{}' AND v.starts < '{}' AND c.state <> 'drawn' GROUP BY c.hospital_id",
        amount("v.consumed", "c.unit_price"),
        amount("v.agreed", "c.unit_price"),
        it.from,
        it.to
    )
}

/// Lines placed in the month whose day has passed, that were refused, or that nobody answered in time. A line that was
/// promised without a day is not measured.
fn delivery(it: &Bounds) -> String {
    let on_time = "COALESCE((SELECT SUM(r.accepted) FROM receipts r \
        WHERE r.order_line_id = l.id AND r.received_on <= l.promised_on), 0)";
    format!(
        "SELECT h.id AS key, SUM({}) AS above, SUM({}) AS below, 0 AS missing \
         FROM organisations h JOIN order_lines l ON l.hospital_id = h.id \
           AND l.placed_on >= '{}' AND l.placed_on < '{}' \
         WHERE h.kind = 'hospital' AND (l.promised = 0 \
           OR l.promised_on IS NOT NULL AND (l.state = 'closed' OR l.promised_on < '{}') \
           OR l.promised IS NULL AND l.state <> 'closed' AND l.placed_on < '{}') GROUP BY h.id",
        amount(on_time, "l.unit_price"),
        amount("l.quantity - l.released", "l.unit_price"),
        it.from,
        it.to,
        it.today,
        it.unanswered
    )
}

/// What fell due in the month: paid by its day and not reversed, at most what is due after returns.
fn payment(it: &Bounds) -> String {
    let (from, to) = (it.from, it.to.min(it.today));
    format!(
        "SELECT y.key AS key, SUM(CASE WHEN y.paid > y.due THEN y.due ELSE y.paid END) AS above, SUM(y.due) AS below, \
           0 AS missing \
         FROM (SELECT r.hospital_id AS key, r.amount - r.credited AS due, \
             COALESCE((SELECT SUM(l.amount) FROM payment_lines l JOIN payments p ON p.id = l.payment_id \
               WHERE l.receipt_id = r.id AND p.paid_on <= r.due_on AND p.reverses_id IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM payments b WHERE b.reverses_id = p.id)), 0) AS paid \
           FROM receipts r WHERE r.state IN ('accepted', 'invoiced', 'claimed', 'paid') \
             AND r.due_on >= '{from}' AND r.due_on < '{to}') y GROUP BY y.key"
    )
}

/// Contracts that hold on the last day; of those that ended early the ones that did so after it.
fn in_force(it: &Bounds) -> String {
    format!(
        "c.starts <= '{last}' AND c.ends >= '{last}' AND (c.state = 'confirmed' OR c.state = 'ended' AND {SIGNED} \
           AND EXISTS (SELECT 1 FROM contract_changes k WHERE k.contract_id = c.id AND k.at >= {after}))",
        last = it.last,
        after = it.after_ms
    )
}

fn direct(it: &Bounds) -> String {
    format!(
        "SELECT k.key AS key, CASE WHEN d.hospital_id IS NULL THEN 0 ELSE 1 END AS above, 1 AS below, 0 AS missing \
         FROM (SELECT DISTINCT c.hospital_id AS key FROM contracts c WHERE {}) k \
         LEFT JOIN direct_hospitals d ON d.hospital_id = k.key AND d.since <= '{}' \
           AND (d.until IS NULL OR d.until >= '{}')",
        in_force(it),
        it.last,
        it.last
    )
}

fn institutions(it: &Bounds) -> String {
    format!(
        "SELECT DISTINCT c.hospital_id AS key, 1 AS above, 0 AS below, 0 AS missing FROM contracts c WHERE {}",
        in_force(it)
    )
}

fn retained(it: &Bounds) -> String {
    format!(
        "SELECT s.hospital_id AS key, SUM(s.retained) AS above, 0 AS below, \
           SUM(CASE WHEN s.retained IS NULL THEN 1 ELSE 0 END) AS missing \
         FROM retention_sheets s JOIN retention_plans p ON p.id = s.plan_id \
         WHERE p.state = 'approved' AND p.approved_at >= {} AND p.approved_at < {} GROUP BY s.hospital_id",
        it.from_ms, it.to_ms
    )
}

/// Generics (or classes) of the contracts that hold, each once; the city's with those procured elsewhere.
fn distinct(it: &Bounds, kind: &str, part: Part) -> String {
    let of = format!(
        "FROM contracts c JOIN lots l ON l.id = c.lot_id JOIN rounds r ON r.id = c.round_id AND r.kind = '{kind}'"
    );
    let within = in_force(it);
    match part {
        Part::Hospital | Part::Round => format!(
            "SELECT c.hospital_id AS key, COUNT(DISTINCT l.generic) AS above, 0 AS below, 0 AS missing {of} \
             WHERE {within} GROUP BY c.hospital_id"
        ),
        Part::County => format!(
            "SELECT h.region AS key, COUNT(DISTINCT l.generic) AS above, 0 AS below, 0 AS missing {of} \
             JOIN organisations h ON h.id = c.hospital_id WHERE {within} GROUP BY h.region"
        ),
        Part::City => format!(
            "SELECT '' AS key, COUNT(*) AS above, 0 AS below, 0 AS missing FROM ( \
               SELECT l.generic AS generic {of} WHERE {within} \
               UNION SELECT generic FROM indicator_varieties WHERE kind = '{kind}' AND withdrawn_at IS NULL \
                 AND since <= '{last}' AND (until IS NULL OR until >= '{last}')) g HAVING COUNT(*) > 0",
            last = it.last
        ),
    }
}

/// What awards made public in the month come to: some dozens of rounds a year at most.
fn count_rounds(tx: &mut Tx, month: Period, it: &Bounds) -> Result<()> {
    let confirmed: Vec<(AwardId, RoundId, Time, Option<Time>)> = awards::table
        .filter(awards::state.eq(AwardState::Confirmed))
        .order(awards::id)
        .select((awards::id, awards::round_id, awards::computed_at, awards::published_at))
        .load(tx.conn())?;
    for (award, round, computed, published) in confirmed {
        let at = published.unwrap_or(computed).millis();
        if at < it.from_ms || at >= it.to_ms {
            continue;
        }
        for (indicator, sum) in selections::sums(tx.conn(), &award, &round)? {
            diesel::insert_into(indicator_counts::table)
                .values((
                    indicator_counts::indicator.eq(indicator),
                    indicator_counts::part.eq(Part::Round),
                    indicator_counts::key.eq(round.as_str()),
                    indicator_counts::starts.eq(month.starts),
                    indicator_counts::months.eq(month.months),
                    indicator_counts::numerator.eq(sum.numerator),
                    indicator_counts::denominator.eq(sum.denominator),
                    indicator_counts::missing.eq(sum.missing),
                ))
                .execute(tx.conn())?;
        }
    }
    Ok(())
}

/// The words of the indicators that fit, as a list in a statement.
fn those(fits: impl Fn(Indicator) -> bool) -> String {
    let words = Indicator::ALL.iter().filter(|it| fits(**it)).map(|it| format!("'{it}'"));
    words.collect::<Vec<_>>().join(", ")
}

const SUMS: &str = "CAST(SUM(c.numerator) AS BIGINT), CAST(SUM(c.denominator) AS BIGINT), \
    CAST(SUM(c.missing) AS BIGINT)";
const LARGEST: &str = "MAX(c.numerator), 0, CAST(SUM(c.missing) AS BIGINT)";

/// Sums a month of hospitals into counties, of counties into the city, and of rounds into the city.
fn sum_up(tx: &mut Tx, month: Period) -> Result<()> {
    let additive = those(|it| it.definition().base == Base::Hospital);
    let of_rounds = |over: fn(Over) -> bool| {
        those(move |it| it.definition().base == Base::Round && over(it.definition().over))
    };
    let of = "FROM indicator_counts c";
    let within = "c.starts = $1 AND c.months = 1";
    let counties = format!(
        "{INTO} SELECT c.indicator, 'county', h.region, $1, 1, {SUMS} {of} JOIN organisations h ON h.id = c.key \
         WHERE {within} AND c.part = 'hospital' AND c.indicator IN ({additive}) GROUP BY c.indicator, h.region"
    );
    run(tx, &counties, month.starts)?;
    for (part, indicators, figures) in [
        ("county", additive, SUMS),
        ("round", of_rounds(|over| over != Over::Max), SUMS),
        ("round", of_rounds(|over| over == Over::Max), LARGEST),
    ] {
        let city = format!(
            "{INTO} SELECT c.indicator, 'city', '', $1, 1, {figures} {of} \
             WHERE {within} AND c.part = '{part}' AND c.indicator IN ({indicators}) GROUP BY c.indicator"
        );
        run(tx, &city, month.starts)?;
    }
    Ok(())
}

/// Makes a year of its months: sums, the largest, or the last one counted.
fn count_year(tx: &mut Tx, year: Period) -> Result<()> {
    run(tx, "DELETE FROM indicator_counts WHERE starts = $1 AND months = 12", year.starts)?;
    let (from, to) = (year.starts, year.end());
    let within = format!("c.months = 1 AND c.starts >= '{from}' AND c.starts < '{to}'");
    for (over, figures) in [(Over::Sum, SUMS), (Over::Max, LARGEST)] {
        let indicators = those(|it| it.definition().over == over);
        let statement = format!(
            "{INTO} SELECT c.indicator, c.part, c.key, $1, 12, {figures} FROM indicator_counts c \
             WHERE {within} AND c.indicator IN ({indicators}) GROUP BY c.indicator, c.part, c.key"
        );
        run(tx, &statement, year.starts)?;
    }
    let last = those(|it| it.definition().over == Over::Last);
    let statement = format!(
        "{INTO} SELECT c.indicator, c.part, c.key, $1, 12, c.numerator, c.denominator, c.missing \
         FROM indicator_counts c WHERE c.months = 1 AND c.indicator IN ({last}) AND c.starts = \
           (SELECT MAX(m.month) FROM indicator_months m WHERE m.month >= '{from}' AND m.month < '{to}')"
    );
    run(tx, &statement, year.starts)
}
