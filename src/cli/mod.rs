//! One file per command: its arguments and one call of the library.

pub mod award;
pub mod code;
pub mod export;
pub mod import;
pub mod ratio;
pub mod rules;

use jicai::config::Settings;
use jicai::db::Db;
use jicai::error::Error;
use jicai::text::{Lang, Text};

/// Why a command ended without doing what it was asked.
pub enum Stop {
    /// A check failed: exit 1.
    Failed(String),
    /// Bad input or usage, one line a fault: exit 2.
    Bad(Vec<String>),
}

/// The language of messages: `JICAI_LANG`, else Chinese.
pub fn lang() -> Lang {
    std::env::var("JICAI_LANG").ok().and_then(|lang| lang.trim().parse().ok()).unwrap_or(Lang::Zh)
}

/// The database of the settings, made when there is none. One that is behind this program is left alone.
pub fn database(t: &Text) -> Result<Db, Stop> {
    let stop = |e: Error| told(&e, t);
    let settings = Settings::load().map_err(stop)?;
    let db = Db::open(&settings.database_url, 2).map_err(stop)?;
    if db.is_new().map_err(stop)? {
        db.migrate().map_err(stop)?;
    }
    if db.is_behind().map_err(stop)? {
        return Err(Stop::Failed(t.catalog.cli_behind.to_owned()));
    }
    Ok(db)
}

/// How a command ends on an error: a refusal is bad input, anything else a failure.
pub fn told(error: &Error, t: &Text) -> Stop {
    match error {
        Error::Refused(why) => Stop::Bad(vec![why.say(t)]),
        other => Stop::Failed(other.to_string()),
    }
}
