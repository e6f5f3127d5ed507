//! SQL of runs, of changes on their way to the findings, and of what the last run judged by.

use chrono::{Months, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

use super::causes::{Fingerprints, Input};
use super::{Asked, ScanRun, State};
use crate::db::{Conn, Tx, empty, in_any_order, insert_many};
use crate::error::{Error, Result};
use crate::load_all;
use crate::prices::findings::{Finding, State as Standing};
use crate::prices::monitoring::Tier;
use crate::prices::monitoring::ground::Window;
use crate::schema::{findings, scan_changes, scan_inputs, scan_rules, scan_runs};
use crate::types::{FindingId, Money, OrganisationId, ProductId, Quantity, ScanRunId, Time, UnitPrice};

crate::words! {
    /// What is done to a finding.
    Act {
        /// It is entered.
        New = "new",
        /// It was gone and is found again.
        Back = "back",
        /// Its figures are others.
        Changed = "changed",
        /// It is not found any more.
        Gone = "gone",
    }
}

/// A change on its way.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = scan_changes, treat_none_as_default_value = false)]
pub struct Change {
    run: String,
    n: i32,
    act: Act,
    product: i32,
    hospital: i32,
    last_day: NaiveDate,
    id: FindingId,
    key: String,
    rule: String,
    rule_version: i32,
    product_id: ProductId,
    hospital_id: Option<OrganisationId>,
    supplier: String,
    month: NaiveDate,
    tier: Tier,
    observed: Option<UnitPrice>,
    reference: Option<UnitPrice>,
    quantity: Quantity,
    effect: Money,
    effect_all: Money,
    figures: String,
}

impl Change {
    /// What is done to a finding, with the numbers its purchases go by; 0 where there are none.
    pub fn of(act: Act, product: i32, hospital: i32, month: NaiveDate, it: Finding) -> Self {
        let last = month.checked_add_months(Months::new(1)).and_then(|day| day.pred_opt());
        Self {
            run: String::new(),
            n: 0,
            act,
            product,
            hospital,
            last_day: last.unwrap_or(month),
            id: it.id,
            key: it.key,
            rule: it.rule,
            rule_version: it.rule_version,
            product_id: it.product_id,
            hospital_id: it.hospital_id,
            supplier: it.supplier,
            month: it.month,
            tier: it.tier,
            observed: it.observed,
            reference: it.reference,
            quantity: it.quantity,
            effect: it.effect,
            effect_all: it.effect_all,
            figures: it.figures,
        }
    }

    /// Gives it its run and its place.
    pub fn number(&mut self, run: &ScanRunId, n: i32) {
        self.run = run.to_string();
        self.n = n;
    }
}

/// Enters a run.
pub fn insert(tx: &mut Tx, it: &ScanRun) -> Result<()> {
    diesel::insert_into(scan_runs::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Breaks off the runs that are not done, all but one.
pub fn stop_others(tx: &mut Tx, but: &ScanRunId) -> Result<()> {
    diesel::update(scan_runs::table)
        .filter(scan_runs::state.eq(State::Running).and(scan_runs::id.ne(but)))
        .set(scan_runs::state.eq(State::Stopped))
        .execute(tx.conn())?;
    Ok(())
}

/// Ends a run with what it did; whether it still ran.
pub fn end(tx: &mut Tx, it: &ScanRun) -> Result<bool> {
    let running = scan_runs::table.find(&it.id).filter(scan_runs::state.eq(State::Running));
    let ended = diesel::update(running)
        .set((
            scan_runs::state.eq(it.state),
            scan_runs::ended_at.eq(it.ended_at),
            scan_runs::rows_read.eq(it.rows_read),
            scan_runs::products.eq(it.products),
            scan_runs::skipped.eq(&it.skipped),
            scan_runs::found_new.eq(it.found_new),
            scan_runs::changed.eq(it.changed),
            scan_runs::standing.eq(it.standing),
            scan_runs::gone.eq(it.gone),
            scan_runs::effect.eq(it.effect),
            scan_runs::drift.eq(&it.drift),
        ))
        .execute(tx.conn())?;
    Ok(ended > 0)
}

/// Takes away what runs staged.
pub fn clear(tx: &mut Tx) -> Result<()> {
    empty(tx, "scan_changes")
}

/// Stages changes and says who sold most of what each is about.
pub fn stage(tx: &mut Tx, run: &ScanRunId, first: i32, changes: &[Change]) -> Result<()> {
    let running = scan_runs::table.find(run).filter(scan_runs::state.eq(State::Running));
    if !diesel::select(diesel::dsl::exists(running)).get_result::<bool>(tx.conn())? {
        return Err(Error::refused(super::Refused::Overtaken));
    }
    load_all!(tx.conn(), scan_changes::table, changes)?;
    let sellers = "UPDATE scan_changes SET supplier = COALESCE((SELECT t.supplier FROM transactions t \
        WHERE t.product = scan_changes.product AND t.hospital = scan_changes.hospital \
        AND t.day >= scan_changes.month AND t.day <= scan_changes.last_day AND t.quantity > 0 \
        GROUP BY t.supplier ORDER BY SUM(t.quantity) DESC, t.supplier LIMIT 1), '') \
        WHERE run = $1 AND n >= $2 AND act <> 'gone'";
    in_any_order(tx.conn(), sellers)
        .bind::<Text, _>(run.as_str())
        .bind::<Integer, _>(first)
        .execute(tx.conn())?;
    Ok(())
}

/// Marks what is gone.
pub fn take_away(tx: &mut Tx, run: &ScanRun, now: Time) -> Result<()> {
    let gone = "UPDATE findings SET state = 'gone', gone_at = $1 \
        WHERE id IN (SELECT id FROM scan_changes WHERE run = $2 AND act = 'gone')";
    in_any_order(tx.conn(), gone)
        .bind::<BigInt, _>(now)
        .bind::<Text, _>(run.id.as_str())
        .execute(tx.conn())?;
    Ok(())
}

/// Writes the figures of what changed or is back. A listing that is back is found anew, now.
pub fn refresh(tx: &mut Tx, run: &ScanRun, now: Time) -> Result<()> {
    let changed = "UPDATE findings SET rule_version = s.rule_version, supplier = s.supplier, month = s.month, \
        tier = s.tier, observed = s.observed, reference = s.reference, quantity = s.quantity, effect = s.effect, \
        effect_all = s.effect_all, figures = s.figures, state = 'standing', gone_at = NULL, \
        found_at = CASE WHEN s.act = 'back' AND s.hospital_id IS NULL THEN $1 ELSE findings.found_at END \
        FROM scan_changes s WHERE s.run = $2 AND s.act IN ('changed', 'back') AND s.id = findings.id";
    in_any_order(tx.conn(), changed)
        .bind::<BigInt, _>(now)
        .bind::<Text, _>(run.id.as_str())
        .execute(tx.conn())?;
    Ok(())
}

/// Enters what is new.
pub fn enter(tx: &mut Tx, run: &ScanRun, now: Time) -> Result<()> {
    let new = "INSERT INTO findings (id, key, rule, rule_version, product_id, hospital_id, supplier, month, tier, \
        observed, reference, quantity, effect, effect_all, figures, state, case_id, found_at, seen_at, gone_at) \
        SELECT id, key, rule, rule_version, product_id, hospital_id, supplier, month, tier, observed, reference, \
        quantity, effect, effect_all, figures, 'standing', NULL, $1, $1, NULL \
        FROM scan_changes WHERE run = $2 AND act = 'new' ORDER BY n";
    insert_many(tx.conn(), new).bind::<BigInt, _>(now).bind::<Text, _>(run.id.as_str()).execute(tx.conn())?;
    Ok(())
}

/// Marks what was found again as seen: what stands of the months and rules judged.
pub fn see(tx: &mut Tx, asked: &Asked, window: Window, now: Time) -> Result<()> {
    let first = window.from.map_or(NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default(), |from| from.first());
    let names: Vec<&str> = asked.rules.iter().map(|rule| rule.name.as_str()).collect();
    diesel::update(findings::table)
        .filter(findings::state.eq(Standing::Standing).and(findings::rule.eq_any(names)))
        .filter(findings::seen_at.ne(now))
        .filter(
            findings::hospital_id
                .is_null()
                .or(findings::month.ge(first).and(findings::month.le(window.to.first()))),
        )
        .set(findings::seen_at.eq(now))
        .execute(tx.conn())?;
    Ok(())
}

/// Keeps by which documents findings were made.
pub fn keep_rules(tx: &mut Tx, asked: &Asked, fingerprints: &Fingerprints) -> Result<()> {
    let names: Vec<&str> = asked.rules.iter().map(|rule| rule.name.as_str()).collect();
    let old = scan_rules::table.filter(scan_rules::rule.eq_any(names));
    diesel::delete(old).execute(tx.conn())?;
    if asked.is_whole {
        diesel::delete(scan_rules::table).execute(tx.conn())?;
    }
    for (rule, (version, hash)) in fingerprints {
        let version = i32::try_from(*version).map_err(Error::fault_of)?;
        diesel::insert_into(scan_rules::table)
            .values((scan_rules::rule.eq(rule), scan_rules::version.eq(version), scan_rules::hash.eq(hash)))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Products of one statement.
const PRODUCTS: usize = 500;

/// Keeps what products were judged by, where it changed.
pub fn keep_inputs(tx: &mut Tx, inputs: &[Input]) -> Result<()> {
    for some in inputs.chunks(PRODUCTS) {
        for source in [super::Cause::Award, super::Cause::Standard, super::Cause::Listing] {
            let products: Vec<&ProductId> =
                some.iter().filter(|it| it.source == source).map(|it| &it.product_id).collect();
            let old = scan_inputs::table
                .filter(scan_inputs::source.eq(source).and(scan_inputs::product_id.eq_any(products)));
            diesel::delete(old).execute(tx.conn())?;
        }
        load_all!(tx.conn(), scan_inputs::table, some)?;
    }
    Ok(())
}

/// The last runs, the latest first.
pub fn last_runs(conn: &mut Conn, limit: i64) -> Result<Vec<ScanRun>> {
    Ok(scan_runs::table
        .order((scan_runs::began_at.desc(), scan_runs::id.desc()))
        .select(ScanRun::as_select())
        .limit(limit)
        .load(conn)?)
}

/// What stands of one rule by tier: how many findings, and what they cost.
pub fn standing_of(conn: &mut Conn, rule: &str) -> Result<Vec<(Tier, i64, Money)>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        tier: Tier,
        #[diesel(sql_type = BigInt)]
        count: i64,
        #[diesel(sql_type = BigInt)]
        effect: Money,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT tier, COUNT(*) AS count, CAST(COALESCE(SUM(effect), 0) AS BIGINT) AS effect FROM findings \
         WHERE rule = $1 AND state = 'standing' GROUP BY tier",
    )
    .bind::<Text, _>(rule)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.tier, row.count, row.effect)).collect())
}

/// How many findings of each rule stand.
pub fn standing(conn: &mut Conn) -> Result<Vec<(String, i64)>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        rule: String,
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT rule, COUNT(*) AS count FROM findings WHERE state = 'standing' GROUP BY rule ORDER BY rule",
    )
    .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.rule, row.count)).collect())
}
