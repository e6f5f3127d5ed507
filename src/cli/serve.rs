//! `jicai serve`: the site and the timetable in one process.

use std::io::{IsTerminal, stderr};

use clap::Args;
use jicai::jobs::Timetable;
use jicai::rounds;
use jicai::text::fill;
use jicai::types::{Ctx, Time};
use jicai::web::{App, serve};
use tracing_subscriber::EnvFilter;

use super::{Stop, app, lang, open_current_db, runtime};

/// Serve the platform until Ctrl-C or a termination signal.
///
/// Brings the database up to date, publishes the rule sets that come with the program, prints the address and
/// runs the site and the timetable. Settings come from the file named by JICAI_CONFIG (TOML), then from JICAI_…
/// variables and DATABASE_URL. Messages go to standard error; JICAI_LOG (such as info,jicai=debug) says how
/// many. Exit status 0: stopped; 1: could not serve; 2: a setting is wrong.
#[derive(Args)]
pub struct ServeArgs {}

/// Runs the command.
pub fn run(_: &ServeArgs) -> Result<(), Stop> {
    log();
    let (settings, db) = open_current_db()?;
    let ctx = Ctx::system(Time::now(), "serve");
    db.write(|tx| rounds::seed_rule_sets(tx, &ctx)).map_err(Stop::of)?;
    site(&app(settings, db))
}

/// Runs the site and the timetable until told to stop; requests and jobs in progress are finished.
pub fn site(app: &App) -> Result<(), Stop> {
    let a = &lang().text().admin;
    // Made now if it is missing: the first receipt must not be the first to find that it cannot be.
    app.signer().map_err(Stop::of)?;
    let runtime = runtime()?;
    runtime.block_on(async {
        let (server, address) = serve::bind(app.clone()).map_err(|e| {
            let values: [(&str, &dyn std::fmt::Display); 2] =
                [("listen", &app.settings.listen), ("error", &e)];
            Stop::Failed(fill(a.cannot_listen, &values))
        })?;
        let reached = match &app.settings.base_url {
            // Port 0 means any free one.
            url if *url == format!("http://{}", app.settings.listen) => format!("http://{address}"),
            url => url.clone(),
        };
        println!("{}", fill(a.serving, &[("address", &reached)]));
        let timetable = Timetable::start(app).await.map_err(Stop::of)?;
        let ended = server.await;
        timetable.stop().await;
        eprintln!("{}", a.stopped);
        ended.map_err(|e| Stop::of(e.into()))
    })
}

/// Messages of the running program on standard error.
pub fn log() {
    let wanted = std::env::var("JICAI_LOG").unwrap_or_default();
    let filter = if wanted.is_empty() { EnvFilter::new("info") } else { EnvFilter::new(wanted) };
    // A second call, from a command that serves after something else, changes nothing.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(stderr)
        .with_ansi(stderr().is_terminal())
        .try_init();
}
