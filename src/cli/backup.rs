//! `jicai backup FILE`: the database copied while it is in use.

use std::path::Path;

use clap::Args;
use jicai::text::fill;

use super::{Stop, lang, open_db};

/// Copy the whole SQLite database, as of one moment, into a new file.
///
/// The platform may go on running. PostgreSQL is backed up with its own tools (pg_dump, or continuous archiving).
/// Exit status 0: copied; 1: not copied; 2: the file is there already.
#[derive(Args)]
pub struct BackupArgs {
    /// The new file
    file: String,
}

/// Runs the command.
pub fn run(args: &BackupArgs) -> Result<(), Stop> {
    let a = &lang().text().admin;
    let file = &args.file;
    if Path::new(file).exists() {
        return Err(Stop::Bad(vec![fill(a.backup_exists, &[("file", file)])]));
    }
    let (_, db) = open_db()?;
    db.backup(file).map_err(|e| Stop::Failed(fill(a.backup_failed, &[("file", file), ("error", &e)])))?;
    println!("{}", fill(a.backed_up, &[("file", file)]));
    Ok(())
}
