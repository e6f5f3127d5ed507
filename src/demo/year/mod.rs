//! A year of a large city, drawn from a seed: contracts, orders, deliveries, receipts, invoices and payments, to try
//! speed and sums on. The same plan gives the same rows.

mod chain;
mod city;
mod ids;
mod money;
mod rows;

use chrono::NaiveDate;

use crate::db::Db;
use crate::error::{Error, Result};
use crate::simulations::draws::Draws;
use crate::text::{Say, Text, fill};
use crate::types::{Ctx, Time};

pub use city::LOGINS;

/// What is generated.
#[derive(Debug, Clone)]
pub struct Plan {
    /// About how many order lines.
    pub lines: u32,
    /// Hospitals.
    pub hospitals: u32,
    /// Suppliers.
    pub suppliers: u32,
    /// Lots of the one round.
    pub lots: u32,
    /// What the numbers are drawn from.
    pub seed: u64,
    /// The last day of the year.
    pub until: NaiveDate,
}

/// What was generated, row counts by table.
pub type Counts = Vec<(&'static str, u64)>;

/// Days of the year.
pub const DAYS: u32 = 365;

/// Why a plan is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The database holds something already.
    NotEmpty,
    /// A number outside its bounds.
    Bounds {
        /// Which.
        name: &'static str,
        /// The most.
        most: u64,
    },
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        match self {
            Refused::NotEmpty => t.admin.generate_not_empty.to_owned(),
            Refused::Bounds { name, most } => {
                fill(t.admin.generate_bounds, &[("name", name), ("most", most)])
            }
        }
    }
}

impl Plan {
    /// Checks the numbers. There is at most one order a day of a hospital with a supplier.
    fn check(&self) -> std::result::Result<(), Refused> {
        let within = |name, value: u32, most: u64| {
            if value >= 1 && u64::from(value) <= most { Ok(()) } else { Err(Refused::Bounds { name, most }) }
        };
        within("hospitals", self.hospitals, 5_000)?;
        within("suppliers", self.suppliers, 500)?;
        within("lots", self.lots, 2_000)?;
        let contracts = u64::from(self.hospitals) * u64::from(self.lots);
        within("lines", self.lines, contracts * u64::from(DAYS) / 3)
    }
}

/// Fills an empty database. Every account gets the password hashed in `password_hash`; `say` hears each month that
/// is done. Accounts, rule sets and audit links apart, the rows depend on the plan alone.
pub fn fill_year(
    db: &Db,
    plan: &Plan,
    password_hash: &str,
    say: &mut dyn FnMut(NaiveDate),
) -> Result<Counts> {
    plan.check().map_err(Error::refused)?;
    if !super::may_fill(db)? {
        return Err(Error::refused(Refused::NotEmpty));
    }
    let last = Time::parse_local(&plan.until.to_string()).ok_or_else(|| Error::fault("no such day"))?;
    let first = last.plus_days(1 - i64::from(DAYS));
    let mut draws = Draws::new(plan.seed, 0);
    let ctx = Ctx::system(first.plus_days(-60), "generate");
    let mut city = city::found(db, &ctx, plan, first, password_hash, &mut draws)?;
    let counts = chain::run(db, plan, &mut city, first, &mut draws, say)?;
    Ok(counts)
}
