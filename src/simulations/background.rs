//! Making the runs of simulations that wait, one part after the other, so that everybody sees how far they are.
//!
//! A node that goes away leaves its simulation running without a sign; another takes it from the beginning. The same
//! seed gives the same runs, so nothing is lost but time.

use super::monte_carlo::{Simulator, Tally, threads};
use super::{Asked, Refused, Simulation, State, both, store};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::text::Lang;
use crate::types::Time;

/// Runs made between two signs of life.
const PART: u32 = 40;
/// A node is taken for gone after this time without a sign.
const SILENT_MILLIS: i64 = 300_000;

/// Makes the runs of every simulation that waits; how many were finished.
pub fn run_waiting(db: &Db, node: &str, now: &dyn Fn() -> Time) -> Result<usize> {
    let mut finished = 0;
    loop {
        let at = now();
        let next = db.write(|tx| {
            let silent_since = at.plus_millis(-SILENT_MILLIS);
            let Some(next) = store::next_waiting(tx.conn(), silent_since)? else { return Ok(None) };
            store::take(tx, &next.head.id, node, at)?;
            Ok(Some(next))
        })?;
        let Some(next) = next else { return Ok(finished) };
        finished += usize::from(one(db, node, now, &next)?);
    }
}

/// Makes the runs of one simulation; what stops them is written beside it for people to read.
fn one(db: &Db, node: &str, now: &dyn Fn() -> Time, it: &Simulation) -> Result<bool> {
    let (state, result, fault) = match made(db, node, now, it) {
        Ok(Some(result)) => (State::Done, result, String::new()),
        Ok(None) => return Ok(false),
        Err(Error::Refused(why)) => (State::Failed, String::new(), why.say(Lang::Zh.text())),
        Err(fault @ Error::Database(_)) => return Err(fault),
        Err(fault) => {
            tracing::error!(simulation = %it.head.id, %fault, "simulation failed");
            (State::Failed, String::new(), fault.to_string())
        }
    };
    db.write(|tx| store::finish(tx, &it.head.id, state, &result, &fault, now()))?;
    Ok(true)
}

/// The result; none when the simulation was deleted or taken over meanwhile.
fn made(db: &Db, node: &str, now: &dyn Fn() -> Time, it: &Simulation) -> Result<Option<String>> {
    let asked: Asked = serde_json::from_str(&it.changes)?;
    let Some(plan) = asked.plan.clone() else { return Ok(Some(String::new())) };
    let (loaded, changed) = db.read(|conn| both(conn, &asked))?;
    if loaded.input_sha256 != it.input_sha256 {
        return Err(Error::refused(Refused::InputChanged));
    }
    let runs = plan.runs;
    let simulator = Simulator::new(&changed, &loaded.case, plan)?;
    let (mut tally, mut done) = (Tally::default(), 0);
    while done < runs {
        let end = done.saturating_add(PART).min(runs);
        simulator.run(done..end, threads(), &mut tally)?;
        done = end;
        let count = i32::try_from(done).unwrap_or(i32::MAX);
        if !db.write(|tx| store::advance(tx, &it.head.id, node, count, now()))? {
            return Ok(None);
        }
    }
    Ok(Some(serde_json::to_string(&simulator.result(tally))?))
}
