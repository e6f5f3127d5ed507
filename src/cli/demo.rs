//! `jicai demo`: a sample city in a fresh database, then the site on it.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use jicai::config::{Settings, beside};
use jicai::db::Db;
use jicai::demo;
use jicai::people::password;
use jicai::signing::{self, Signer};
use jicai::text::fill;
use jicai::types::Time;

use super::{Stop, app, lang, serve};

/// Where the sample city lives when `DATABASE_URL` does not say otherwise.
const FILE: &str = "jicai-demo.sqlite";

/// Fill a fresh database with a sample city and serve it
///
/// One round is walked from demand to payment standard through the operations of the pages, with half a year of
/// orders, deliveries, receipts, invoices and payments under its contracts and its prices scanned, a second is open for
/// bids, a third in demand reporting, one of coronary stents that waits for its evaluation, and one in evaluation
/// with questions to bidders. Without DATABASE_URL the database is jicai-demo.sqlite in this folder,
/// made anew each time; a database that DATABASE_URL names must be empty and is never made anew. Exit status 0:
/// done; 1: failed; 2: the database holds something else, or a setting is wrong.
#[derive(Args)]
pub struct DemoArgs {
    /// Stop after filling
    #[arg(long)]
    no_serve: bool,
}

/// Runs the command.
pub fn run(args: &DemoArgs) -> Result<(), Stop> {
    let a = &lang().text().admin;
    let mut settings = Settings::load().map_err(|e| Stop::Bad(vec![e.to_string()]))?;
    if std::env::var("DATABASE_URL").is_err() {
        settings.database_url = format!("sqlite://{FILE}");
        clear(Path::new(FILE))?;
    }
    let db = Db::open(&settings.database_url, settings.connections).map_err(Stop::of)?;
    db.migrate().map_err(Stop::of)?;
    if !demo::may_fill(&db).map_err(Stop::of)? {
        return Err(Stop::Bad(vec![fill(a.demo_not_empty, &[("url", &settings.database_url)])]));
    }
    let (word, token) = (password::token(), password::token());
    let word: String = word.chars().take(12).collect();
    let hash = password::hash(&word).map_err(Stop::of)?;
    let signer = Signer::open(&settings.signing_key_file).map_err(Stop::of)?;
    let keys = demo::fill(&db, Time::now(), &signer, &hash, &token, &mut |step| {
        eprintln!(
            "{}",
            match step {
                demo::Step::People => a.demo_people,
                demo::Step::Purchases => a.demo_purchases,
                demo::Step::Finished => a.demo_finished,
                demo::Step::Supplied => a.demo_supplied,
                demo::Step::Watched => a.demo_watched,
                demo::Step::Bidding => a.demo_bidding,
                demo::Step::Reporting => a.demo_reporting,
                demo::Step::Evaluating => a.demo_evaluating,
                demo::Step::Asking => a.demo_asking,
            }
        );
    })
    .map_err(Stop::of)?;
    println!("{}", fill(a.demo_address, &[("address", &settings.base_url)]));
    for (login, role) in demo::LOGINS {
        println!(
            "{}",
            fill(a.demo_login, &[("role", &role.name(lang().text())), ("login", login), ("password", &word)])
        );
    }
    let folder = keep(&settings.database_url, &keys).map_err(|e| Stop::of(e.into()))?;
    println!("{}", fill(a.demo_keys, &[("folder", &folder.display())]));
    println!("{}", fill(a.demo_token, &[("address", &settings.base_url), ("token", &token)]));
    if args.no_serve {
        return Ok(());
    }
    serve::log();
    serve::site(&app(settings, db))
}

/// Writes the openers' keys of the round that is open for bids beside the database. In earnest each opener keeps
/// his own and they are never together.
fn keep(database_url: &str, keys: &[demo::KeyFile]) -> std::io::Result<PathBuf> {
    let folder = beside(database_url, "jicai-demo-keys");
    std::fs::create_dir_all(&folder)?;
    for key in keys {
        let file = folder.join(&key.name);
        // Of an earlier sample city.
        if file.exists() {
            std::fs::remove_file(&file)?;
        }
        signing::private(&file)?.write_all(key.text.as_bytes())?;
    }
    Ok(folder)
}

/// Removes an earlier sample city; anything else under that name is left alone.
fn clear(file: &Path) -> Result<(), Stop> {
    if !file.exists() {
        return Ok(());
    }
    let refused = || Stop::Bad(vec![fill(lang().text().admin.demo_foreign, &[("file", &file.display())])]);
    let db = Db::open(&format!("sqlite://{}", file.display()), 2).map_err(|_| refused())?;
    if !demo::is_sample(&db).unwrap_or(false) {
        return Err(refused());
    }
    drop(db);
    for end in ["", "-wal", "-shm"] {
        let path = format!("{}{end}", file.display());
        if Path::new(&path).exists() {
            std::fs::remove_file(&path).map_err(|e| Stop::of(e.into()))?;
        }
    }
    Ok(())
}
