//! `jicai generate`: large sample data from a seed, to try speed and sums on.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use jicai::demo::transactions;
use jicai::demo::year::{self, Plan};
use jicai::people::password;
use jicai::text::fill;
use jicai::types::{Ctx, Time};

use super::{Stop, lang, open_current_db};

/// Generate large sample data from a seed
#[derive(Subcommand)]
pub enum Generate {
    /// A year of a large city: contracts, orders, deliveries, receipts, invoices, payments
    ///
    /// The same numbers, seed and last day give the same rows. Prints the rows of each table as CSV, then one login
    /// for each role on standard error. Exit status 0: done; 1: failed; 2: the database is not empty, or a number is
    /// out of bounds.
    Year(Year),
    /// A year of purchases as `transactions.csv`, with planted oddities
    ///
    /// 400 hospitals buy 20,000 products. The same number, seed and last day give the same bytes. With --registers their
    /// hospitals and products are entered into the database of DATABASE_URL first. Exit status 0: done; 1: failed; 2:
    /// bad usage.
    Transactions(Transactions),
}

#[derive(Args)]
pub struct Transactions {
    /// How many lines
    #[arg(long, default_value_t = 2_000_000)]
    lines: u64,
    /// What the numbers are drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The last day of the year, such as 2026-11-27; today when it is not given
    #[arg(long)]
    until: Option<String>,
    /// Where to write it; standard output when it is not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Enter the hospitals and products into the database
    #[arg(long)]
    registers: bool,
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
    match command {
        Generate::Year(args) => whole_year(args),
        Generate::Transactions(args) => purchases(args),
    }
}

/// The last day as given, or today.
fn last_day(until: Option<&str>) -> Result<NaiveDate, Stop> {
    let bad = |text: &str| Stop::Bad(vec![fill(lang().text().admin.generate_until, &[("text", &text)])]);
    until.map_or(Ok(Time::now().day()), |text| text.parse().map_err(|_| bad(text)))
}

fn purchases(args: &Transactions) -> Result<(), Stop> {
    let until = last_day(args.until.as_deref())?;
    if args.registers {
        let (_, db) = open_current_db()?;
        let ctx = Ctx::system(Time::now(), "generate");
        let (hospitals, products) = transactions::enter(&db, &ctx).map_err(Stop::of)?;
        let told = [("hospitals", &hospitals as &dyn std::fmt::Display), ("products", &products)];
        eprintln!("{}", fill(lang().text().admin.generate_registers, &told));
    }
    let plan = transactions::Plan { lines: args.lines, seed: args.seed, until };
    let out: Box<dyn Write> = match &args.out {
        None => Box::new(std::io::stdout().lock()),
        Some(path) => {
            let bad = |e: std::io::Error| Stop::Bad(vec![format!("{}: {e}", path.display())]);
            Box::new(std::fs::File::create(path).map_err(bad)?)
        }
    };
    transactions::write(&plan, BufWriter::with_capacity(1 << 20, out)).map_err(Stop::of)
}

fn whole_year(args: &Year) -> Result<(), Stop> {
    let a = &lang().text().admin;
    let until = last_day(args.until.as_deref())?;
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
