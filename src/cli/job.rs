//! `jicai job NAME`: one job of the timetable, now.

use clap::Args;
use jicai::jobs::{self, TIMETABLE};
use jicai::text::fill;

use super::{Stop, app, lang, open_db, runtime};

/// Run one job of the timetable now and record the run.
///
/// Exit status 0: done; 1: it failed; 2: there is no such job (those that exist are named).
#[derive(Args)]
pub struct JobArgs {
    /// The job's name, such as send_mail
    name: String,
}

/// Runs the command.
pub fn run(args: &JobArgs) -> Result<(), Stop> {
    let a = &lang().text().admin;
    let Some(job) = jobs::find(&args.name) else {
        let names: Vec<&str> = TIMETABLE.iter().map(|job| job.name).collect();
        let names = names.join(", ");
        return Err(Stop::Bad(vec![fill(a.no_job, &[("name", &args.name), ("names", &names)])]));
    };
    let (settings, db) = open_db()?;
    let app = app(settings, db);
    match runtime()?.block_on(jobs::by_hand(&app, job)).map_err(Stop::of)? {
        Ok(detail) => {
            println!("{}", fill(a.job_done, &[("name", &job.name), ("detail", &detail)]));
            Ok(())
        }
        Err(detail) => Err(Stop::Failed(fill(a.job_failed, &[("name", &job.name), ("detail", &detail)]))),
    }
}
