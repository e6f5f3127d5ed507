//! The nightly checks: what must hold between volume, goods and money, and the incidents where it does not.

pub mod fund;
pub mod rules;
pub mod store;

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter};
use crate::people::{self, Role};
use crate::schema::{incident_runs, incidents};
use crate::text::{Say, Text};
use crate::types::{AccountId, CheckRunId, Ctx, IncidentId, Time};

use rules::{Breach, Check};

/// Most breaches that one run keeps as incidents; it counts them all.
pub const MOST: usize = 1_000;

/// A row that breaks an invariant, from the night it was found to the night it was not found any more.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = incidents, treat_none_as_null = true)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// Which invariant.
    #[diesel(column_name = check_name)]
    pub check: Check,
    /// The table of the row.
    pub subject: String,
    /// The row.
    pub subject_id: String,
    /// What should be.
    pub expected: String,
    /// What was found, last.
    pub found: String,
    /// When it was found first.
    pub first_at: Time,
    /// When it was found last.
    pub last_at: Time,
    /// When it was not found any more.
    pub ended_at: Option<Time>,
    /// What an officer found out about it.
    pub remark: String,
    /// Who.
    pub remark_by: Option<AccountId>,
    /// When.
    pub remark_at: Option<Time>,
}

/// One run of the checks.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = incident_runs)]
pub struct CheckRun {
    /// Its id.
    pub id: CheckRunId,
    /// When it began.
    pub began_at: Time,
    /// When it ended.
    pub ended_at: Time,
    /// Rows it looked at.
    pub rows_read: i64,
    /// Breaches it found.
    pub breaches: i64,
}

/// Why a remark is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Nothing was written.
    NoRemark,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        t.incidents.no_remark.to_owned()
    }

    fn field(&self) -> Option<&'static str> {
        Some("remark")
    }
}

/// What a run found.
#[derive(Debug, Default)]
pub struct Found {
    /// Rows it looked at.
    pub rows: i64,
    /// Breaches, all counted.
    pub count: i64,
    /// The first of them.
    pub kept: Vec<Breach>,
}

impl Found {
    fn keep(&mut self, breaches: Vec<Breach>) {
        self.count += i64::try_from(breaches.len()).unwrap_or(i64::MAX);
        let room = MOST.saturating_sub(self.kept.len());
        self.kept.extend(breaches.into_iter().take(room));
    }

    fn and(mut self, other: Self) -> Self {
        self.rows += other.rows;
        self.count += other.count;
        let room = MOST.saturating_sub(self.kept.len());
        self.kept.extend(other.kept.into_iter().take(room));
        self
    }
}

/// Checks everything as of one moment, in memory that does not grow with the orders.
pub fn look(conn: &mut Conn) -> Result<Found> {
    Ok(goods(conn)?.and(money(conn)?))
}

/// The same with goods and money side by side, each as of one moment: no check spans the two.
fn look_at_both(db: &Db) -> Result<Found> {
    std::thread::scope(|scope| {
        let goods = scope.spawn(|| db.read(goods));
        let money = db.read(money);
        let goods = goods.join().map_err(|_| Error::fault("the check of goods broke off"))?;
        Ok(goods?.and(money?))
    })
}

/// Volumes and the order lines that draw on them, then payments and the fund's documents, which are few.
fn goods(conn: &mut Conn) -> Result<Found> {
    let mut found = Found::default();
    volumes_and_lines(conn, &mut found)?;
    totals(conn, Check::PaymentTotal, "payments", &mut found)?;
    money_of_the_fund(conn, &mut found)?;
    Ok(found)
}

/// Receipts with what was invoiced and paid of them, and invoices.
fn money(conn: &mut Conn) -> Result<Found> {
    let mut found = Found::default();
    in_ranges(conn, "receipts", |conn, after, to| {
        let rows = store::receipts_of(conn, after, to)?;
        found.rows += count(&rows);
        rows.iter().for_each(|row| found.keep(rules::receipt(row)));
        Ok(())
    })?;
    totals(conn, Check::InvoiceTotal, "invoices", &mut found)?;
    Ok(found)
}

/// Documents against the sum of their lines.
fn totals(conn: &mut Conn, check: Check, table: &'static str, found: &mut Found) -> Result<()> {
    in_ranges(conn, table, |conn, after, to| {
        let rows = store::totals(conn, check, after, to)?;
        found.rows += count(&rows);
        for (id, amount, sum) in &rows {
            found.keep(rules::total(check, table, id, *sum, *amount));
        }
        Ok(())
    })
}

fn money_of_the_fund(conn: &mut Conn, found: &mut Found) -> Result<()> {
    let mut compare = |check, table: &'static str, rows: &[fund::Sum]| {
        found.rows += count(rows);
        rows.iter().for_each(|it| found.keep(rules::total(check, table, &it.id, it.sum, it.amount)));
    };
    in_ranges(conn, "claims", |conn, after, to| {
        for (check, query) in fund::CLAIMS {
            compare(check, "claims", &fund::of_claims(conn, query, after, to)?);
        }
        Ok(())
    })?;
    for (check, table, query) in fund::WHOLE {
        compare(check, table, &fund::of_all(conn, query)?);
    }
    compare(Check::PrepaymentBalance, "prepayments", &fund::of_all(conn, fund::OVERDRAWN)?);
    Ok(())
}

/// The lines add up to the volumes they draw on; memory holds two numbers for each year of a contract.
fn volumes_and_lines(conn: &mut Conn, found: &mut Found) -> Result<()> {
    let mut sums: HashMap<String, (i128, i128)> = HashMap::new();
    in_ranges(conn, "order_lines", |conn, after, to| {
        let rows = store::lines(conn, after, to)?;
        found.rows += count(&rows);
        for (volume, row) in rows {
            found.keep(rules::line(&row));
            if let Some(volume) = volume {
                let sum = sums.entry(volume).or_default();
                *sum = (sum.0 + row.open(), sum.1 + row.kept());
            }
        }
        Ok(())
    })?;
    let mut after = String::new();
    loop {
        let years = store::volumes(conn, &after)?;
        let Some(last) = years.last() else { return Ok(()) };
        after = last.id.to_string();
        found.rows += count(&years);
        for it in &years {
            let (reserved, consumed) = sums.get(it.id.as_str()).copied().unwrap_or_default();
            found.keep(rules::volume(it, reserved, consumed));
        }
    }
}

fn in_ranges(
    conn: &mut Conn,
    table: &str,
    mut each: impl FnMut(&mut Conn, &str, &str) -> Result<()>,
) -> Result<()> {
    let mut after = String::new();
    while let Some(to) = store::range_end(conn, table, &after)? {
        each(conn, &after, &to)?;
        after = to;
    }
    Ok(())
}

fn count<T>(rows: &[T]) -> i64 {
    i64::try_from(rows.len()).unwrap_or(i64::MAX)
}

/// Checks everything and keeps what was found: a new breach is an incident and a letter to officers and auditors,
/// one that was known is seen again, one that is gone is ended. `ended` is the clock after the look.
pub fn check(db: &Db, ctx: &Ctx, ended: impl Fn() -> Time) -> Result<CheckRun> {
    let id = CheckRunId::new();
    let found = look_at_both(db)?;
    db.write(|tx| keep(tx, ctx, &id, &found, ended()))
}

fn keep(tx: &mut Tx, ctx: &Ctx, id: &CheckRunId, found: &Found, ended: Time) -> Result<CheckRun> {
    let run = CheckRun {
        id: id.clone(),
        began_at: ctx.now,
        ended_at: ended,
        rows_read: found.rows,
        breaches: found.count,
    };
    store::insert_run(tx, &run)?;
    let mut fresh = 0;
    for breach in &found.kept {
        fresh += i64::from(see(tx, ctx, breach)?);
    }
    // Of a run that found more than it kept, nobody can say what is gone.
    if found.count == count(&found.kept) {
        for gone in store::not_seen_since(tx.conn(), ctx.now)? {
            store::update(tx, &Incident { ended_at: Some(ctx.now), ..gone })?;
        }
    }
    let deed = Deed { action: "incident.check", subject: "incident_runs", id: run.id.as_str() };
    audit::record(tx, ctx, deed, &(), &serde_json::json!({ "run": run, "new": fresh }))?;
    if fresh > 0 {
        tell(tx, ctx, &run, fresh)?;
    }
    Ok(run)
}

/// Keeps one breach; whether it is new.
fn see(tx: &mut Tx, ctx: &Ctx, breach: &Breach) -> Result<bool> {
    if let Some(known) = store::open_about(tx.conn(), breach.check, &breach.id)? {
        let (expected, found) = (breach.expected.clone(), breach.found.clone());
        store::update(tx, &Incident { expected, found, last_at: ctx.now, ..known })?;
        return Ok(false);
    }
    let it = Incident {
        id: IncidentId::new(),
        check: breach.check,
        subject: breach.subject.to_owned(),
        subject_id: breach.id.clone(),
        expected: breach.expected.clone(),
        found: breach.found.clone(),
        first_at: ctx.now,
        last_at: ctx.now,
        ended_at: None,
        remark: String::new(),
        remark_by: None,
        remark_at: None,
    };
    store::insert(tx, &it)?;
    Ok(true)
}

fn tell(tx: &mut Tx, ctx: &Ctx, run: &CheckRun, fresh: i64) -> Result<()> {
    let letter = Letter::IncidentsFound { path: "/incidents".to_owned(), count: fresh, all: run.breaches };
    for role in [Role::Officer, Role::Auditor] {
        for to in people::recipients_with(tx.conn(), role)? {
            notify::post(tx, ctx, &to, &letter, &format!("incidents:{}", run.id))?;
        }
    }
    Ok(())
}

/// Writes down what was found out about an incident; the last remark stands, earlier ones are in the audit trail.
pub fn remark(tx: &mut Tx, ctx: &Ctx, id: &IncidentId, text: &str) -> Result<()> {
    let before = store::incident(tx.conn(), id)?.ok_or(Error::NotFound)?;
    let text: String = text.trim().chars().take(2_000).collect();
    if text.is_empty() {
        return Err(Error::refused(Refused::NoRemark));
    }
    if before.remark == text {
        return Ok(());
    }
    let after = Incident {
        remark: text,
        remark_by: ctx.actor.account.clone(),
        remark_at: Some(ctx.now),
        ..before.clone()
    };
    store::update(tx, &after)?;
    let deed = Deed { action: "incident.remark", subject: "incidents", id: id.as_str() };
    audit::record(tx, ctx, deed, &before, &after)
}
