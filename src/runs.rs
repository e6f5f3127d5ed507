//! Job runs: which slot of which job was taken by which node, and what came of it.
//!
//! `PRIMARY KEY (job, slot)` is the claim: with several nodes each slot runs once.

use croner::parser::{CronParser, Seconds};
use diesel::prelude::*;

use crate::audit::{self, Deed};
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::schema::{job_runs, jobs};
use crate::types::{Ctx, Time};

crate::words! {
    /// What came of a run.
    Outcome {
        /// Somebody asked for it; the next node that looks takes it.
        Asked = "asked",
        /// A node is at it.
        Running = "running",
        /// Done.
        Done = "done",
        /// It ended with a fault; the next slot tries again.
        Failed = "failed",
        /// Its node went away in the middle.
        Lost = "lost",
    }
}

/// A run of a job.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = job_runs)]
pub struct Run {
    /// The job's name.
    pub job: String,
    /// The moment of the timetable it stands for, or the moment it was asked for.
    pub slot: Time,
    /// The node that took it.
    pub node: String,
    /// When it began.
    pub started_at: Time,
    /// When it ended.
    pub finished_at: Option<Time>,
    /// What came of it.
    pub outcome: Outcome,
    /// Counts such as `sent=3 dead=1`, or the fault.
    pub detail: String,
}

/// No job takes this long: a run that is older and has no end was lost with its node.
const LOST_MILLIS: i64 = 3_600_000;

/// The latest moment of a cron pattern (six fields, Shanghai time) that is not after `now`.
pub fn slot_at(cron: &str, now: Time) -> Result<Time> {
    let pattern = parse(cron)?;
    let found = pattern.find_previous_occurrence(&now.local(), true).map_err(Error::fault_of)?;
    Ok(Time::from_millis(found.timestamp() * 1000))
}

/// The first moment of a cron pattern after `now`.
pub fn next_at(cron: &str, now: Time) -> Result<Time> {
    let found = parse(cron)?.find_next_occurrence(&now.local(), false).map_err(Error::fault_of)?;
    Ok(Time::from_millis(found.timestamp() * 1000))
}

fn parse(cron: &str) -> Result<croner::Cron> {
    let parser = CronParser::builder().seconds(Seconds::Required).dom_and_dow(true).build();
    parser.parse(cron).map_err(Error::fault_of)
}

/// Writes down which jobs there are and when they run, for the page.
pub fn set_timetable(tx: &mut Tx, timetable: &[(&str, &str)]) -> Result<()> {
    diesel::delete(jobs::table).execute(tx.conn())?;
    for (name, cron) in timetable {
        diesel::insert_into(jobs::table)
            .values((jobs::name.eq(*name), jobs::cron.eq(*cron)))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// The jobs as (name, cron pattern), by name.
pub fn timetable(conn: &mut Conn) -> Result<Vec<(String, String)>> {
    Ok(jobs::table.order(jobs::name).select((jobs::name, jobs::cron)).load(conn)?)
}

/// Takes a slot for a node. `false`: another node has it.
pub fn claim(db: &Db, job: &str, slot: Time, node: &str, now: Time) -> Result<bool> {
    let claimed = db.write(|tx| {
        let taken: i64 = job_runs::table.find((job, slot)).count().get_result(tx.conn())?;
        if taken > 0 {
            return Ok(false);
        }
        lose_abandoned(tx, job, now)?;
        insert(tx, job, slot, node, now, Outcome::Running)?;
        Ok(true)
    });
    match claimed {
        // Both nodes saw the slot free; the key let one in.
        Err(Error::Database(diesel::result::Error::DatabaseError(
            diesel::result::DatabaseErrorKind::UniqueViolation,
            _,
        ))) => Ok(false),
        other => other,
    }
}

fn insert(tx: &mut Tx, job: &str, slot: Time, node: &str, now: Time, outcome: Outcome) -> Result<()> {
    let run = Run {
        job: job.to_owned(),
        slot,
        node: node.to_owned(),
        started_at: now,
        finished_at: None,
        outcome,
        detail: String::new(),
    };
    diesel::insert_into(job_runs::table).values(&run).execute(tx.conn())?;
    Ok(())
}

fn lose_abandoned(tx: &mut Tx, job: &str, now: Time) -> Result<()> {
    let abandoned = job_runs::table.filter(
        job_runs::outcome
            .eq(Outcome::Running)
            .and(job_runs::job.eq(job))
            .and(job_runs::started_at.lt(now.plus_millis(-LOST_MILLIS))),
    );
    diesel::update(abandoned)
        .set((job_runs::outcome.eq(Outcome::Lost), job_runs::finished_at.eq(Some(now))))
        .execute(tx.conn())?;
    Ok(())
}

/// Writes down how a run ended.
pub fn finish(tx: &mut Tx, job: &str, slot: Time, outcome: Outcome, detail: &str, now: Time) -> Result<()> {
    let detail: String = detail.chars().take(2_000).collect();
    diesel::update(job_runs::table.find((job, slot)))
        .set((
            job_runs::outcome.eq(outcome),
            job_runs::detail.eq(detail),
            job_runs::finished_at.eq(Some(now)),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Asks for a run now; the next node that looks takes it. Asking twice before it begins is asking once.
pub fn ask(tx: &mut Tx, ctx: &Ctx, job: &str) -> Result<()> {
    let known: i64 = jobs::table.find(job).count().get_result(tx.conn())?;
    if known == 0 {
        return Err(Error::NotFound);
    }
    let waiting = job_runs::table.filter(job_runs::outcome.eq(Outcome::Asked).and(job_runs::job.eq(job)));
    let waiting: i64 = waiting.count().get_result(tx.conn())?;
    let taken: i64 = job_runs::table.find((job, ctx.now)).count().get_result(tx.conn())?;
    if waiting > 0 || taken > 0 {
        return Ok(());
    }
    insert(tx, job, ctx.now, "", ctx.now, Outcome::Asked)?;
    audit::record(tx, ctx, Deed { action: "job.ask", subject: "jobs", id: job }, &(), &())
}

/// Takes every run that was asked for.
pub fn take_asked(tx: &mut Tx, node: &str, now: Time) -> Result<Vec<Run>> {
    let asked: Vec<Run> = job_runs::table
        .filter(job_runs::outcome.eq(Outcome::Asked))
        .order((job_runs::slot, job_runs::job))
        .limit(100)
        .select(Run::as_select())
        .load(tx.conn())?;
    for run in &asked {
        diesel::update(job_runs::table.find((&run.job, run.slot)))
            .set((
                job_runs::outcome.eq(Outcome::Running),
                job_runs::node.eq(node),
                job_runs::started_at.eq(now),
            ))
            .execute(tx.conn())?;
    }
    Ok(asked)
}

/// Whether anybody asked for a run: looked at every few seconds, so it takes no write lock.
pub fn is_any_asked(conn: &mut Conn) -> Result<bool> {
    let asked = job_runs::table.filter(job_runs::outcome.eq(Outcome::Asked));
    Ok(asked.count().get_result::<i64>(conn)? > 0)
}

/// The last run of a job that began.
pub fn last(conn: &mut Conn, job: &str) -> Result<Option<Run>> {
    Ok(job_runs::table
        .filter(job_runs::job.eq(job))
        .order(job_runs::slot.desc())
        .select(Run::as_select())
        .first(conn)
        .optional()?)
}

/// What a reader of the runs asks for.
#[derive(Debug, Default, Clone)]
pub struct Filter {
    /// Only this job.
    pub job: String,
    /// Only this outcome.
    pub outcome: Option<Outcome>,
    /// Runs before this one (older), for the next page.
    pub before: Option<(Time, String)>,
}

/// A page of runs, newest first.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Run>> {
    let mut query = job_runs::table.select(Run::as_select()).into_boxed();
    if !filter.job.is_empty() {
        query = query.filter(job_runs::job.eq(filter.job.clone()));
    }
    if let Some(outcome) = filter.outcome {
        query = query.filter(job_runs::outcome.eq(outcome));
    }
    if let Some((slot, job)) = filter.before.clone() {
        query = query.filter(job_runs::slot.lt(slot).or(job_runs::slot.eq(slot).and(job_runs::job.lt(job))));
    }
    Ok(query.order((job_runs::slot.desc(), job_runs::job.desc())).limit(limit).load(conn)?)
}

/// Deletes runs that ended well before `before`; what failed or was lost stays to be read.
pub fn forget(tx: &mut Tx, before: Time) -> Result<usize> {
    let old = job_runs::table.filter(job_runs::outcome.eq(Outcome::Done).and(job_runs::slot.lt(before)));
    Ok(diesel::delete(old).execute(tx.conn())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_follow_the_clocks_of_shanghai() {
        let check = |cron: &str, now: &str, slot: &str, next: &str| {
            let now = Time::parse_local(now).unwrap();
            assert_eq!(slot_at(cron, now).unwrap().seconds(), slot, "{cron} at {now}");
            assert_eq!(next_at(cron, now).unwrap().seconds(), next, "{cron} at {now}");
        };
        check("0 * * * * *", "2026-11-23 09:00:59.999", "2026-11-23 09:00:00", "2026-11-23 09:01:00");
        check("0 * * * * *", "2026-11-23 09:00:00", "2026-11-23 09:00:00", "2026-11-23 09:01:00");
        check("0 30 8 * * *", "2026-11-23 08:29:59", "2026-11-22 08:30:00", "2026-11-23 08:30:00");
        check("0 30 8 * * *", "2026-11-23 23:00", "2026-11-23 08:30:00", "2026-11-24 08:30:00");
        assert!(slot_at("every day", Time::from_millis(0)).is_err());
    }
}
