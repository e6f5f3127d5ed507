//! `jicai bounces FILE…`: reads the notifications of letters that could not be delivered.

use std::path::{Path, PathBuf};

use clap::Args;
use jicai::notify::bounces::{self, Read};
use jicai::text::fill;
use jicai::types::Time;

use super::{Stop, lang, open_db};

/// Largest message that is read: notifications are small.
const MOST: u64 = 10 * 1024 * 1024;

/// Note which letters could not be delivered, from delivery status notifications (RFC 3464).
///
/// FILE is one message, or a folder of them (a maildir: its new and cur are read). Reading the same message again
/// changes nothing. One line a message: the file, what it is, the address.
///
/// Exit status 0: done; 1: a fault; 2: a file that cannot be read (the others are).
#[derive(Args)]
pub struct BouncesArgs {
    /// Messages, or folders of messages
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Runs the command.
pub fn run(args: &BouncesArgs) -> Result<(), Stop> {
    let a = &lang().text().alerts;
    let (_, db) = open_db()?;
    let mut faults = Vec::new();
    for file in args.files.iter().flat_map(|path| messages(path)) {
        let read = std::fs::metadata(&file).and_then(|it| match it.len() > MOST {
            true => Err(std::io::Error::other(fill(a.cli_too_large, &[("most", &MOST)]))),
            false => std::fs::read(&file),
        });
        let message = match read {
            Ok(message) => message,
            Err(e) => {
                faults.push(format!("{}: {e}", file.display()));
                continue;
            }
        };
        let (word, address) =
            match db.write(|tx| bounces::read(tx, &message, Time::now())).map_err(Stop::of)? {
                Read::Noted(address) => (a.cli_noted, address),
                Read::Known(address) => (a.cli_known, address),
                Read::Other => (a.cli_other, String::new()),
            };
        println!("{}: {word} {address}", file.display());
    }
    if faults.is_empty() { Ok(()) } else { Err(Stop::Bad(faults)) }
}

/// A message as it is; of a folder its messages by name, of a maildir those of `new` and `cur`.
fn messages(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let folders = [path.join("new"), path.join("cur")];
    let folders =
        if folders.iter().any(|folder| folder.is_dir()) { folders.to_vec() } else { vec![path.to_owned()] };
    let entries = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
    let mut found: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|it| it.is_file()).collect();
    found.sort();
    found
}
