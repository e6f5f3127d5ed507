//! The command line: results on standard output, messages on standard error;
//! exit 0 done, 1 a check failed, 2 bad input or usage.

mod cli;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "jicai",
    version,
    about = "Volume-based procurement of drugs and medical consumables (集采)"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {}

fn main() -> ExitCode {
    match Cli::parse().command {}
}
