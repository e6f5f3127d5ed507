//! The command line: results on standard output, messages on standard error;
//! exit 0 done, 1 a check failed, 2 bad input or usage.

mod cli;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use cli::Stop;

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
enum Command {
    Import(cli::import::ImportArgs),
    Demo(cli::demo::DemoArgs),
    #[command(subcommand)]
    Generate(cli::generate::Generate),
    Serve(cli::serve::ServeArgs),
    #[command(subcommand)]
    User(cli::user::User),
    Job(cli::job::JobArgs),
    Index(cli::index::Index),
    #[command(subcommand)]
    Audit(cli::audit::Audit),
    Backup(cli::backup::BackupArgs),
    Bounces(cli::bounces::BouncesArgs),
    Code(cli::code::CodeArgs),
    Ratio(cli::ratio::RatioArgs),
    Award(cli::award::Award),
    Scan(cli::scan::Scan),
    Screens(cli::screens::Screens),
    #[command(subcommand)]
    Receipt(cli::receipt::Receipt),
    Simulate(cli::simulate::Simulate),
    Verify(cli::verify::Verify),
    #[command(subcommand)]
    Rules(cli::rules::Rules),
    #[command(subcommand)]
    Export(cli::export::Export),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Import(args) => cli::import::run(&args),
        Command::Demo(args) => cli::demo::run(&args),
        Command::Generate(command) => cli::generate::run(&command),
        Command::Serve(args) => cli::serve::run(&args),
        Command::User(command) => cli::user::run(&command),
        Command::Index(args) => cli::index::run(&args),
        Command::Job(args) => cli::job::run(&args),
        Command::Audit(command) => cli::audit::run(&command),
        Command::Bounces(args) => cli::bounces::run(&args),
        Command::Backup(args) => cli::backup::run(&args),
        Command::Code(args) => cli::code::run(&args),
        Command::Ratio(args) => cli::ratio::run(&args),
        Command::Award(args) => cli::award::run(&args),
        Command::Receipt(command) => cli::receipt::run(&command),
        Command::Scan(args) => cli::scan::run(&args),
        Command::Screens(args) => cli::screens::run(&args),
        Command::Simulate(args) => cli::simulate::run(&args),
        Command::Verify(args) => cli::verify::run(&args),
        Command::Rules(command) => cli::rules::run(&command),
        Command::Export(command) => cli::export::run(&command),
    };
    let (status, lines) = match done {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Stop::Failed(line)) => (1, vec![line]),
        Err(Stop::Bad(lines)) => (2, lines),
    };
    // Nobody may be listening on standard error; the exit status still says it.
    let _ = writeln!(std::io::stderr(), "{}", lines.join("\n"));
    ExitCode::from(status)
}
