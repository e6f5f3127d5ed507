//! Files of purchases and listings by page, from the watched folder, from programs and by command; killed in the
//! middle, sent twice, with bad and unmatched lines.

mod api;
mod folder;
mod listings;
mod page;
mod unmatched;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use jicai::jobs;
use jicai::prices::files::{self, PriceFile};
use jicai::schema::ingests;
use jicai::web::App;

use crate::prices::HEADER;
use crate::support::Site;

/// The code of the product the tests buy.
const CODE: &str = "XJ01CAA040E001010104797";

/// A city with that product.
fn city() -> Site {
    let site = Site::with_city();
    crate::prices::product(&site, CODE, "阿莫西林胶囊", "", "甲厂");
    site
}

/// Purchases of `numbers` packs at a yuan.
fn purchases(numbers: std::ops::RangeInclusive<u32>) -> String {
    let line = |n| format!("2025-03-01,H33070200001,{CODE},国药控股,{n},1,{n}.00\n");
    format!("{HEADER}{}", numbers.map(line).collect::<String>())
}

/// Runs a job of the timetable; what it counted, as `word=count`.
fn job(app: &App, name: &str) -> String {
    let counts = (jobs::find(name).unwrap().run)(app).unwrap();
    counts.iter().map(|(word, count)| format!("{word}={count}")).collect::<Vec<_>>().join(" ")
}

fn file(site: &Site, no: i32) -> PriceFile {
    site.app.db.read(|c| files::store::file(c, no)).unwrap()
}

/// Names of what lies in the spool.
fn spooled(site: &Site) -> usize {
    std::fs::read_dir(&site.app.settings.spool_folder).map_or(0, Iterator::count)
}

fn links(site: &Site) -> i64 {
    match site.app.db.read(jicai::audit::verify).unwrap() {
        jicai::audit::Chain::Whole { links, .. } => links,
        broken => panic!("{broken:?}"),
    }
}

fn staged(site: &Site) -> i64 {
    use jicai::schema::{staged_listings, staged_transactions};
    site.app
        .db
        .read(|c| {
            let listings: i64 = staged_listings::table.count().get_result(c)?;
            let purchases: i64 = staged_transactions::table.count().get_result(c)?;
            Ok(listings + purchases)
        })
        .unwrap()
}

/// Runs the job as a program of its own and kills it when the first chunk is staged.
fn kill_when_staged(site: &Site, job: &str, watched: Option<&Path>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
    command.envs(watched.map(|folder| ("JICAI_WATCH_FOLDER", folder)));
    let mut running = command
        .args(["job", job])
        .env("DATABASE_URL", &site.app.settings.database_url)
        .env("JICAI_SPOOL_FOLDER", &site.app.settings.spool_folder)
        .env_remove("JICAI_TEST_POSTGRES")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    loop {
        let at: Option<i64> =
            site.app.db.read(|c| Ok(ingests::table.select(ingests::staged).first(c).optional()?)).unwrap();
        if at.is_some_and(|at| at > 0) {
            break;
        }
        assert!(running.try_wait().unwrap().is_none() && began.elapsed() < Duration::from_secs(120));
        std::thread::sleep(Duration::from_millis(5));
    }
    running.kill().unwrap();
    running.wait().unwrap();
}
