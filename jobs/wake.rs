//! Waking jobs: the slot is claimed, the job runs, its end is written down; a fault or a panic in one job
//! stops no other.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_cron_scheduler::{Job as Alarm, JobScheduler};

use crate::error::{Error, Result};
use crate::jobs::{Counts, Job, TIMETABLE, find};
use crate::prices::files::spool::Spool;
use crate::prices::files::work::is_any_due;
use crate::runs::{self, Outcome};
use crate::types::Time;
use crate::web::App;

/// How often a node looks whether somebody asked for a run.
const LOOK: &str = "*/5 * * * * *";
/// The job that goes on with files of prices: whoever sent one does not wait for its minute.
const FILES: &str = "take_price_files";
/// How long a stop waits for jobs in progress.
const STOP: Duration = Duration::from_secs(60);

/// The timetable at work in this process.
pub struct Timetable {
    alarms: JobScheduler,
    busy: Busy,
}

/// The jobs running in this process: a job never overtakes itself.
type Busy = Arc<Mutex<HashSet<&'static str>>>;

impl Timetable {
    /// Starts: first whatever was missed, then by the clock.
    pub async fn start(app: &App) -> Result<Self> {
        let lines: Vec<(&str, &str)> = TIMETABLE.iter().map(|job| (job.name, job.cron)).collect();
        app.write(move |tx| runs::set_timetable(tx, &lines)).await?;
        let alarms = JobScheduler::new().await.map_err(Error::fault_of)?;
        let busy = Busy::default();
        let zone = app.now().local().timezone();
        for job in TIMETABLE {
            let (app, busy) = (app.clone(), busy.clone());
            let alarm = Alarm::new_async_tz(job.cron, zone, move |_, _| {
                let (app, busy) = (app.clone(), busy.clone());
                Box::pin(async move { guarded(&app, job, Mine::take(&busy, job.name)).await })
            });
            alarms.add(alarm.map_err(Error::fault_of)?).await.map_err(Error::fault_of)?;
        }
        let (asked_app, asked_busy) = (app.clone(), busy.clone());
        let look = Alarm::new_async_tz(LOOK, zone, move |_, _| {
            let (app, busy) = (asked_app.clone(), asked_busy.clone());
            Box::pin(async move {
                let Some(_mine) = Mine::take(&busy, "asked") else { return };
                if let Err(fault) = look_for_asked(&app).await {
                    tracing::error!(%fault, "asked jobs");
                }
            })
        });
        alarms.add(look.map_err(Error::fault_of)?).await.map_err(Error::fault_of)?;
        let (file_app, file_busy) = (app.clone(), busy.clone());
        let files = Alarm::new_async_tz(LOOK, zone, move |_, _| {
            let (app, busy) = (file_app.clone(), file_busy.clone());
            Box::pin(async move {
                let Some(_mine) = Mine::take(&busy, FILES) else { return };
                if let Err(fault) = look_for_files(&app).await {
                    tracing::error!(%fault, "files that have come");
                }
            })
        });
        alarms.add(files.map_err(Error::fault_of)?).await.map_err(Error::fault_of)?;
        for job in TIMETABLE {
            let (app, mine) = (app.clone(), Mine::take(&busy, job.name));
            tokio::spawn(async move { guarded(&app, job, mine).await });
        }
        alarms.start().await.map_err(Error::fault_of)?;
        Ok(Self { alarms, busy })
    }

    /// Stops: nothing new begins, what runs is finished.
    pub async fn stop(mut self) {
        if let Err(fault) = self.alarms.shutdown().await {
            tracing::error!(%fault, "timetable");
        }
        let all_ended = async {
            while !locked(&self.busy).is_empty() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(STOP, all_ended).await.is_err() {
            tracing::warn!("jobs still running are left to the next start");
        }
    }
}

fn locked(busy: &Busy) -> std::sync::MutexGuard<'_, HashSet<&'static str>> {
    busy.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Holds a job's name while it runs here.
struct Mine {
    busy: Busy,
    name: &'static str,
}

impl Mine {
    fn take(busy: &Busy, name: &'static str) -> Option<Self> {
        locked(busy).insert(name).then(|| Self { busy: busy.clone(), name })
    }
}

impl Drop for Mine {
    fn drop(&mut self) {
        locked(&self.busy).remove(self.name);
    }
}

async fn guarded(app: &App, job: &'static Job, mine: Option<Mine>) {
    let Some(_mine) = mine else { return };
    if let Err(fault) = wake(app, job).await {
        tracing::error!(job = job.name, %fault, "job could not be recorded");
    }
}

/// Runs a job for the timetable's current slot, unless some node has taken that slot already. Whether it ran.
pub async fn wake(app: &App, job: &'static Job) -> Result<bool> {
    let now = app.now();
    let slot = runs::slot_at(job.cron, now)?;
    let (db, node) = (app.db.clone(), app.settings.node.clone());
    let is_mine = blocking(move || runs::claim(&db, job.name, slot, &node, now)).await??;
    if is_mine {
        run(app, job, slot).await.map(drop)?;
    }
    Ok(is_mine)
}

/// Runs what people asked for on the page.
pub async fn look_for_asked(app: &App) -> Result<()> {
    if !app.read(runs::is_any_asked).await? {
        return Ok(());
    }
    let (node, now) = (app.settings.node.clone(), app.now());
    for asked in app.write(move |tx| runs::take_asked(tx, &node, now)).await? {
        match find(&asked.job) {
            Some(job) => run(app, job, asked.slot).await.map(drop)?,
            None => end(app, asked.job, asked.slot, Outcome::Failed, "no such job".to_owned()).await?,
        }
    }
    Ok(())
}

/// Goes on with files that have just come.
async fn look_for_files(app: &App) -> Result<()> {
    let (now, spool) = (app.now(), Spool::at(&app.settings.spool_folder));
    let is_due = app.read(move |conn| is_any_due(conn, &spool, now)).await?;
    match find(FILES) {
        Some(job) if is_due => by_hand(app, job).await.map(drop),
        _ => Ok(()),
    }
}

/// Runs a job now, for the command line; what it counted.
pub async fn by_hand(app: &App, job: &'static Job) -> Result<std::result::Result<String, String>> {
    let (db, node, now) = (app.db.clone(), app.settings.node.clone(), app.now());
    let claimed = blocking(move || {
        // The moment may stand for a slot that is taken; the next free millisecond will do.
        let mut slots = (0..1_000).map(|n| now.plus_millis(n));
        slots.find_map(|slot| match runs::claim(&db, job.name, slot, &node, now) {
            Ok(false) => None,
            Ok(true) => Some(Ok(slot)),
            Err(e) => Some(Err(e)),
        })
    });
    let slot = claimed.await?.ok_or_else(|| Error::fault("no free slot"))??;
    run(app, job, slot).await
}

/// Runs a claimed slot and writes down its end: what it counted, or the fault.
async fn run(app: &App, job: &'static Job, slot: Time) -> Result<std::result::Result<String, String>> {
    let body = {
        let app = app.clone();
        move || (job.run)(&app)
    };
    let result = match blocking(body).await {
        Ok(Ok(counts)) => Ok(counted(&counts)),
        Ok(Err(fault)) => Err(fault.to_string()),
        Err(panic) => Err(panic.to_string()),
    };
    let (outcome, detail) = match &result {
        Ok(detail) => (Outcome::Done, detail.clone()),
        Err(detail) => {
            tracing::error!(job = job.name, %detail, "job failed");
            (Outcome::Failed, detail.clone())
        }
    };
    end(app, job.name.to_owned(), slot, outcome, detail).await?;
    Ok(result)
}

async fn end(app: &App, job: String, slot: Time, outcome: Outcome, detail: String) -> Result<()> {
    let now = app.now();
    app.write(move |tx| runs::finish(tx, &job, slot, outcome, &detail, now)).await
}

/// On a thread that may wait; a panic there comes back as a fault.
async fn blocking<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(body).await.map_err(Error::fault_of)
}

fn counted(counts: &Counts) -> String {
    let parts: Vec<String> = counts.iter().map(|(what, n)| format!("{what}={n}")).collect();
    parts.join(" ")
}
