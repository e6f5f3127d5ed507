//! The timetable: what runs by itself and when, on the clocks of Shanghai.
//!
//! A job takes no input, does what is due and can run twice: downtime heals itself.

mod advance_rounds;
mod advance_turns;
mod change_prices;
mod check_invariants;
mod close_questions;
mod count_ageing;
mod count_disease_costs;
mod count_indicators;
mod count_indices;
mod count_prices;
mod count_supply;
mod end_ratings;
mod end_sessions;
mod escalate_cases;
mod forget_runs;
mod link_prices;
mod mail_audit_head;
mod match_prices;
mod note_late;
mod open_cases;
mod open_volumes;
mod publish_rounds;
mod push_standards;
mod remind_claims;
mod remind_contracts;
mod remind_demand;
mod remind_openers;
mod remind_payers;
mod remind_preparations;
mod run_simulations;
mod scan_prices;
mod send_mail;
mod settle;
mod take_price_files;
mod try_rules;
mod wake;
mod watch_folder;
mod watch_shortages;
mod write_alerts;
mod write_indicators;
mod write_progress;

use crate::error::Result;
use crate::web::App;

pub use wake::{Timetable, by_hand, look_for_asked, wake};

/// One line of the timetable.
pub struct Job {
    /// Its name, as in `jicai job NAME`.
    pub name: &'static str,
    /// When: second, minute, hour, day, month, weekday.
    pub cron: &'static str,
    /// What it does; what comes back is what it counted.
    pub run: fn(&App) -> Result<Counts>,
}

/// What a job did, as (what, how many).
pub type Counts = Vec<(&'static str, usize)>;

/// The timetable.
pub const TIMETABLE: &[Job] = &[
    Job { name: "advance_rounds", cron: "0 * * * * *", run: advance_rounds::run },
    Job { name: "advance_turns", cron: "0 * * * * *", run: advance_turns::run },
    Job { name: "close_questions", cron: "0 * * * * *", run: close_questions::run },
    Job { name: "write_alerts", cron: "30 */5 * * * *", run: write_alerts::run },
    Job { name: "send_mail", cron: "0 * * * * *", run: send_mail::run },
    Job { name: "push_standards", cron: "15 * * * * *", run: push_standards::run },
    Job { name: "remind_demand", cron: "0 0 8 * * *", run: remind_demand::run },
    Job { name: "remind_openers", cron: "0 0 8 * * *", run: remind_openers::run },
    Job { name: "remind_contracts", cron: "0 0 8 * * *", run: remind_contracts::run },
    Job { name: "note_late", cron: "0 10 * * * *", run: note_late::run },
    Job { name: "open_volumes", cron: "0 10 0 * * *", run: open_volumes::run },
    Job { name: "change_prices", cron: "0 5 0 * * *", run: change_prices::run },
    Job { name: "count_supply", cron: "0 10 2 * * *", run: count_supply::run },
    Job { name: "watch_shortages", cron: "0 40 2 * * *", run: watch_shortages::run },
    Job { name: "count_indices", cron: "0 30 3 * * *", run: count_indices::run },
    Job { name: "remind_preparations", cron: "0 0 8 * * *", run: remind_preparations::run },
    Job { name: "count_prices", cron: "0 30 4 * * *", run: count_prices::run },
    Job { name: "count_indicators", cron: "0 0 6 * * *", run: count_indicators::run },
    Job { name: "write_indicators", cron: "0 20 8 * * *", run: write_indicators::run },
    Job { name: "write_progress", cron: "0 30 8 * * MON", run: write_progress::run },
    Job { name: "remind_claims", cron: "0 0 8 * * *", run: remind_claims::run },
    Job { name: "settle", cron: "0 * * * * *", run: settle::run },
    Job { name: "count_ageing", cron: "0 10 * * * *", run: count_ageing::run },
    Job { name: "remind_payers", cron: "0 5 8 * * Mon", run: remind_payers::run },
    Job { name: "count_disease_costs", cron: "0 40 4 * * *", run: count_disease_costs::run },
    Job { name: "link_prices", cron: "0 20 5 * * *", run: link_prices::run },
    Job { name: "publish_rounds", cron: "30 */10 * * * *", run: publish_rounds::run },
    Job { name: "open_cases", cron: "0 30 5 * * *", run: open_cases::run },
    Job { name: "escalate_cases", cron: "0 15 8 * * *", run: escalate_cases::run },
    Job { name: "run_simulations", cron: "0 * * * * *", run: run_simulations::run },
    Job { name: "end_ratings", cron: "0 15 0 * * *", run: end_ratings::run },
    Job { name: "take_price_files", cron: "0 * * * * *", run: take_price_files::run },
    Job { name: "watch_folder", cron: "30 * * * * *", run: watch_folder::run },
    Job { name: "match_prices", cron: "0 30 1 * * *", run: match_prices::run },
    Job { name: "try_rules", cron: "15 * * * * *", run: try_rules::run },
    Job { name: "scan_prices", cron: "0 30 2 * * *", run: scan_prices::run },
    Job { name: "end_sessions", cron: "0 20 * * * *", run: end_sessions::run },
    Job { name: "check_invariants", cron: "0 0 2 * * *", run: check_invariants::run },
    Job { name: "mail_audit_head", cron: "0 0 7 * * *", run: mail_audit_head::run },
    Job { name: "forget_runs", cron: "0 40 3 * * *", run: forget_runs::run },
];

/// The job of a name.
pub fn find(name: &str) -> Option<&'static Job> {
    TIMETABLE.iter().find(|job| job.name == name)
}
