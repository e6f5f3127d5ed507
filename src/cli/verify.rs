//! `jicai verify`: a round's archive checked by itself, without a database.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use jicai::archive::verify::verify_file;

use super::{Stop, lang};

/// Check the archive of a round: hashes, contents, ranking, awards, volumes and standards, all computed again.
///
/// Needs no database and no network. One line a check on standard output: `ok`, `differs` with file, line, column
/// and both values, `unchecked` when what a check rests on cannot be read, and `note` with what to compare with the
/// public pages. Exit status 0: everything agrees; 1: something differs; 2: not an archive.
#[derive(Args)]
pub struct Verify {
    /// The archive
    archive: PathBuf,
}

/// Runs the command.
pub fn run(args: &Verify) -> Result<(), Stop> {
    let text = lang().text();
    let report = verify_file(&args.archive, text).map_err(Stop::of)?;
    let lines = report.lines(text).join("\n");
    // Whoever reads our output may stop early; the exit status still says it.
    let _ = writeln!(io::stdout().lock(), "{lines}");
    if report.is_ok() {
        let _ = writeln!(io::stderr(), "{}", text.archive.all_ok);
        return Ok(());
    }
    Err(Stop::Failed(text.archive.not_ok.to_owned()))
}
