//! One file per command: its arguments and one call of the library.

pub mod audit;
pub mod award;
pub mod backup;
pub mod bounces;
pub mod code;
pub mod demo;
pub mod export;
pub mod generate;
pub mod import;
pub mod index;
pub mod job;
pub mod ratio;
pub mod receipt;
pub mod rules;
pub mod scan;
pub mod scan_stored;
pub mod screens;
pub mod serve;
pub mod simulate;
pub mod user;
pub mod verify;

use std::sync::Arc;

use jicai::config::Settings;
use jicai::db::Db;
use jicai::error::Error;
use jicai::text::{Lang, fill};
use jicai::tokens::limits::Limits;
use jicai::types::Time;
use jicai::web::App;

/// Why a command ended without doing what it was asked.
pub enum Stop {
    /// A check failed: exit 1.
    Failed(String),
    /// Bad input or usage, one line a fault: exit 2.
    Bad(Vec<String>),
}

impl Stop {
    /// A refusal is bad input; a fault is a failure.
    pub fn of(error: Error) -> Self {
        match error {
            Error::Refused(why) => Stop::Bad(vec![why.say(lang().text())]),
            other => Stop::Failed(other.to_string()),
        }
    }
}

/// The language of messages: `JICAI_LANG`, else Chinese.
pub fn lang() -> Lang {
    std::env::var("JICAI_LANG").ok().and_then(|lang| lang.trim().parse().ok()).unwrap_or(Lang::Zh)
}

/// The settings and the database they name. A SQLite file that is not there yet is made; a database that is
/// behind this program is refused.
pub fn open_db() -> Result<(Settings, Db), Stop> {
    let settings = settings()?;
    let is_missing = Db::is_missing(&settings.database_url);
    let db = open(&settings)?;
    if is_missing {
        db.migrate().map_err(Stop::of)?;
    } else if db.is_behind().map_err(Stop::of)? {
        return Err(Stop::Failed(lang().text().admin.behind.to_owned()));
    }
    Ok((settings, db))
}

/// The same, brought up to date first: for the commands that serve.
pub fn open_current_db() -> Result<(Settings, Db), Stop> {
    let settings = settings()?;
    let db = open(&settings)?;
    db.migrate().map_err(Stop::of)?;
    Ok((settings, db))
}

fn settings() -> Result<Settings, Stop> {
    Settings::load().map_err(|e| Stop::Bad(vec![e.to_string()]))
}

fn open(settings: &Settings) -> Result<Db, Stop> {
    let fault = |e: Error| Stop::Failed(fill(lang().text().admin.cannot_open, &[("error", &e)]));
    Db::open(&settings.database_url, settings.connections).map_err(fault)
}

/// The platform over a database, on this machine's clock.
pub fn app(settings: Settings, db: Db) -> App {
    let limits = Arc::new(Limits::per_minute(settings.api_requests));
    App { db, settings: Arc::new(settings), clock: Arc::new(Time::now), limits }
}

/// Where asynchronous work runs.
pub fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|e| Stop::of(e.into()))
}
