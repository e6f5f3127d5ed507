//! `jicai audit`: the hash chain checked.

use clap::Subcommand;
use jicai::audit::{self, Chain};
use jicai::text::fill;

use super::{Stop, lang, open_db};

/// Check the audit trail
#[derive(Subcommand)]
pub enum Audit {
    /// Walk the whole hash chain.
    ///
    /// Prints the number of links and the hash of the last one, to compare with the one mailed to the auditors.
    /// Exit status 0: whole; 1: broken, naming the first link that does not hold and why.
    Verify,
}

/// Runs the command.
pub fn run(command: &Audit) -> Result<(), Stop> {
    let Audit::Verify = command;
    let t = lang().text();
    let (_, db) = open_db()?;
    match db.read(audit::verify).map_err(Stop::of)? {
        Chain::Whole { links, head } => {
            println!("{}", fill(t.admin.chain_whole, &[("links", &links), ("head", &head)]));
            Ok(())
        }
        Chain::Broken { seq, why } => {
            let why = why.say(t);
            Err(Stop::Failed(fill(t.admin.chain_broken, &[("seq", &seq), ("why", &why)])))
        }
    }
}
