//! `jicai generate`: large sample data from a seed, to try speed and sums on.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use jicai::demo::year::{self, Plan};
use jicai::people::password;
use jicai::text::fill;
use jicai::types::Time;

use super::{Stop, lang, open_current_db};

/// Generate large sample data into an empty database, from a seed
#[derive(Subcommand)]
pub enum Generate {
    /// A year of a large city: contracts, orders, deliveries, receipts, invoices, payments
    ///
    /// The same numbers, seed and last day give the same rows. Prints the rows of each table as CSV, then one login
    /// for each role on standard error. Exit status 0: done; 1: failed; 2: the database is not empty, or a number is
    /// out of bounds.
    Year(Year),
}

#[derive(Args)]
pub struct Year {
    /// About how many order lines
    #[arg(long, default_value_t = 2_000_000)]
    lines: u32,
    /// Hospitals
    #[arg(long, default_value_t = 400)]
    hospitals: u32,
    /// Suppliers
    #[arg(long, default_value_t = 30)]
    suppliers: u32,
    /// Lots of the round
    #[arg(long, default_value_t = 150)]
    lots: u32,
    /// What the numbers are drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The last day of the year, such as 2026-11-27; today when it is not given
    #[arg(long)]
    until: Option<String>,
}

/// Runs the command.
pub fn run(command: &Generate) -> Result<(), Stop> {
    let Generate::Year(args) = command;
    let a = &lang().text().admin;
    let until = match &args.until {
        None => Time::now().day(),
        Some(text) => text
            .parse::<NaiveDate>()
            .map_err(|_| Stop::Bad(vec![fill(a.generate_until, &[("text", text)])]))?,
    };
    let plan = Plan {
        lines: args.lines,
        hospitals: args.hospitals,
        suppliers: args.suppliers,
        lots: args.lots,
        seed: args.seed,
        until,
    };
    let (_, db) = open_current_db()?;
    let word: String = password::token().chars().take(12).collect();
    let hash = password::hash(&word).map_err(Stop::of)?;
    let counts = year::fill_year(&db, &plan, &hash, &mut |month| {
        eprintln!("{}", fill(a.generate_month, &[("month", &month.format("%Y-%m"))]));
    })
    .map_err(Stop::of)?;
    println!("table,rows");
    for (table, rows) in counts {
        println!("{table},{rows}");
    }
    for (login, role) in year::LOGINS {
        let role = role.name(lang().text());
        eprintln!("{}", fill(a.demo_login, &[("role", &role), ("login", login), ("password", &word)]));
    }
    Ok(())
}
