//! `jicai scan`: stored prices judged by every monitoring rule, or a file of listing prices by one.

use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use jicai::error::{Error, Result as Done};
use jicai::files::write::Csv;
use jicai::prices::comparable::exclusions::Exclusions;
use jicai::prices::comparable::{Grouper, Grouping, import};
use jicai::prices::monitoring::Kind;
use jicai::prices::monitoring::rules::{self, Rule};
use jicai::prices::monitoring::scan::{self, Finding, Spread, mg_shown};
use jicai::prices::monitoring::versions;
use jicai::scans::Asked;
use jicai::text::{Say, Text, fill};
use jicai::types::{Ctx, Time};

use super::{Stop, code::is_closed, lang, open_db};

/// The largest rule file that is read.
const LARGEST_RULE: u64 = 1024 * 1024;

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Comma-separated, with a header.
    Csv,
}

/// Judge stored prices by the monitoring rules, or a file of listing prices by one
///
/// Without --listings: judges all stored purchases and listings by every rule, or by one, keeps what is found, and
/// reports what changed since the scan before, by its cause. Writes
/// `rule,product,generic,hospital,month,tier,observed,reference,quantity,effect,effect_all,figures`, one line for each
/// finding that stands; prices are yuan for one smallest unit, effects yuan. A summary goes to standard error.
///
/// With --listings and --rule, without a database: writes
/// `code,generic,strength_mg,unit_price,lowest,ratio,tier`, one line for each listing that can be compared,
/// group by group in the order of the group's code, name and strength, the cheapest first; the order of the file
/// does not matter. A listing's unit price is its price over the number of smallest units in its pack (tablets,
/// capsules, sachets, vials, bottles …), `lowest` the lowest of its group, `ratio` their quotient rounded half up
/// to six decimals; the tier (`none` at the lowest price, `yellow`, `red1`, `red2`, `red3`) is decided on the exact
/// quotient. A summary goes to standard error, with what could not be compared and why. Exit status 0: judged,
/// whatever was found; 2: bad input. JICAI_LANG=en|zh chooses the language of messages.
#[derive(Args)]
pub struct Scan {
    /// The listings, CSV or XLSX: Hainan's platform file of 2024 or our own columns, known by the header
    #[arg(long, value_name = "FILE")]
    listings: Option<PathBuf>,
    /// The rule, case ignored, or a rule file ending in .toml; every rule without it
    #[arg(long, value_name = "NAME|FILE.toml")]
    rule: Option<String>,
    /// The first day of stored purchases; its month is judged whole
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<String>,
    /// The last day of stored purchases; its month is judged whole
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<String>,
    /// Judge stored prices and print what is found, but keep nothing
    #[arg(long)]
    dry_run: bool,
    /// How findings are written
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// What a group has in common: `strength`, the first 14 characters of the code, generic name and strength in
    /// mg; `same`, generic, form, specification and maker; `generic`, generic and form, prices converted (差比价)
    /// to the specification most of the group have
    #[arg(long, value_parser = ["strength", "same", "generic"])]
    by: Option<String>,
    /// Products not to compare: CSV or XLSX with the columns code or generic (or both), reason, and if need be
    /// from and to
    #[arg(long, value_name = "FILE")]
    exclude: Option<PathBuf>,
    /// Where to write everything that is not compared: line,code,generic,reason
    #[arg(long, value_name = "FILE")]
    not_compared: Option<PathBuf>,
    /// The day whose rule and exclusions count; today without it
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<String>,
}

/// Runs the command.
pub fn run(args: &Scan) -> Result<(), Stop> {
    let t = lang().text();
    let Format::Csv = args.format;
    let of_listings = [
        ("by", args.by.is_some()),
        ("exclude", args.exclude.is_some()),
        ("not-compared", args.not_compared.is_some()),
        ("day", args.day.is_some()),
    ];
    let of_stored = [("from", args.from.is_some()), ("to", args.to.is_some()), ("dry-run", args.dry_run)];
    let (wrong, said) = match args.listings {
        Some(_) => (of_stored.into_iter().find(|(_, is_given)| *is_given), t.scans.cli_only_stored),
        None => (of_listings.into_iter().find(|(_, is_given)| *is_given), t.scans.cli_only_listings),
    };
    if let Some((name, _)) = wrong {
        return Err(Stop::Bad(vec![fill(said, &[("name", &name)])]));
    }
    match (&args.listings, &args.rule) {
        (Some(path), Some(rule)) => of_file(args, path, rule, t),
        (Some(_), None) => Err(Stop::Bad(vec![t.scans.cli_needs_rule.to_owned()])),
        (None, _) => stored(args, t),
    }
}

fn of_file(args: &Scan, listings: &Path, name: &str, t: &Text) -> Result<(), Stop> {
    let day = day("day", args.day.as_deref(), t)?.unwrap_or_else(|| Time::now().day());
    let rule = rule(name, t)?;
    rule.in_force(day).map_err(|refused| Stop::Bad(vec![refused.say(t)]))?;
    if rule.kind != Kind::LowestMultiple {
        return Err(Stop::Bad(vec![rules::Refused::NotOfListings(rule.name).say(t)]));
    }
    let exclusions = args.exclude.as_deref().map(|path| exclusions(path, t)).transpose()?.unwrap_or_default();
    // Clap lets through only words of the set.
    let by = args.by.as_deref().and_then(|by| by.parse().ok()).unwrap_or(Grouping::Strength);
    let mut grouper = Grouper::new(by, &exclusions, day);
    read(listings, &mut grouper, t)?;
    let too_large = || Stop::Bad(vec![t.monitoring.scan_too_large.to_owned()]);
    let found = scan::scan(&rule, grouper.finish()).ok_or_else(too_large)?;
    if let Some(path) = &args.not_compared {
        let written = File::create(path).map_err(Error::from).and_then(|file| write_left(&found, file, t));
        written.map_err(|e| Stop::Bad(vec![format!("{}: {}", path.display(), told(&e, t))]))?;
    }
    if let Err(e) = write(&found.findings)
        && !is_closed(&e)
    {
        return Err(Stop::of(e));
    }
    // Nobody may be listening on standard error; the result is written already.
    let _ = writeln!(io::stderr(), "{}", summary(&rule, &found, day, t).join("\n"));
    Ok(())
}

fn stored(args: &Scan, t: &Text) -> Result<(), Stop> {
    let (from, to) = (day("from", args.from.as_deref(), t)?, day("to", args.to.as_deref(), t)?);
    let given = args.rule.as_ref().map(|name| rule(name, t)).transpose()?;
    let (_, db) = open_db()?;
    let is_whole = given.is_none();
    let rules = match given {
        // A file is judged as it is; a name stands for the versions of that rule.
        Some(rule) if args.rule.as_ref().is_some_and(|name| is_file(name)) => vec![rule],
        Some(rule) => db.read(|conn| versions::judging_of(conn, &rule.name)).map_err(Stop::of)?,
        None => db.read(versions::judging).map_err(Stop::of)?,
    };
    let ctx = Ctx::system(Time::now(), "scan");
    super::scan_stored::run(&db, &ctx, &Asked { from, to, rules, is_whole, is_dry: args.dry_run }, t)
}

fn day(option: &str, given: Option<&str>, t: &Text) -> Result<Option<NaiveDate>, Stop> {
    let Some(text) = given else { return Ok(None) };
    let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d");
    day.map(Some).map_err(|_| Stop::Bad(vec![format!("--{option} {text}: {}", t.monitoring.scan_day)]))
}

fn is_file(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("toml"))
}

fn rule(name: &str, t: &Text) -> Result<Rule, Stop> {
    let path = Path::new(name);
    if !is_file(name) {
        return rules::find(name).map_err(|refused| Stop::Bad(vec![refused.say(t)]));
    }
    let mut text = String::new();
    fs::File::open(path).and_then(|f| f.take(LARGEST_RULE).read_to_string(&mut text)).map_err(|e| {
        Stop::Bad(vec![format!("{name}: {}", fill(t.awards.file_unreadable, &[("error", &e)]))])
    })?;
    let parsed = Rule::parse(text.strip_prefix('\u{feff}').unwrap_or(&text));
    parsed.map_err(|refused| Stop::Bad(vec![format!("{name}: {}", refused.say(t))]))
}

fn opened(path: &Path, t: &Text) -> Result<File, Stop> {
    let unreadable = |e: io::Error| {
        Stop::Bad(vec![format!("{}: {}", path.display(), fill(t.awards.file_unreadable, &[("error", &e)]))])
    };
    File::open(path).map_err(unreadable)
}

fn told(error: &Error, t: &Text) -> String {
    match error {
        Error::Refused(why) => why.say(t),
        other => other.to_string(),
    }
}

fn exclusions(path: &Path, t: &Text) -> Result<Exclusions, Stop> {
    let file = path.display();
    match import::exclusions(opened(path, t)?) {
        Ok((list, faults)) if faults.is_empty() => Ok(list),
        Ok((_, faults)) => {
            let lines = faults.sentences(t).into_iter().map(|line| format!("{file}: {line}"));
            Err(Stop::Bad(lines.collect()))
        }
        Err(e) => Err(Stop::Bad(vec![format!("{file}: {}", told(&e, t))])),
    }
}

/// Reads the file twice: its header says whose columns they are.
fn read(path: &Path, grouper: &mut Grouper<'_>, t: &Text) -> Result<(), Stop> {
    let bad = |e: Error| Stop::Bad(vec![format!("{}: {}", path.display(), told(&e, t))]);
    let profile = import::profile(opened(path, t)?).map_err(bad)?;
    import::read(opened(path, t)?, profile, |line| grouper.take(line)).map_err(bad)
}

fn write(findings: &[Finding]) -> Done<()> {
    let mut out = Csv::bare(io::stdout().lock());
    out.row(scan::COLUMNS)?;
    for finding in findings {
        out.row(finding.cells())?;
    }
    out.finish().map(drop)
}

fn write_left(found: &scan::Scan, file: File, t: &Text) -> Done<()> {
    let mut out = Csv::new(file)?;
    out.row(["line", "code", "generic", "reason"])?;
    for left in &found.left {
        let reason = format!("{}: {}", left.why.kind(), left.why.say(t));
        out.row([&left.line.to_string(), &left.code, &left.generic, &reason])?;
    }
    out.finish().map(drop)
}

fn summary(rule: &Rule, found: &scan::Scan, day: NaiveDate, t: &Text) -> Vec<String> {
    let m = &t.monitoring;
    let head: [(&str, &dyn Display); 5] = [
        ("title", &rule.title(t.lang)),
        ("name", &rule.name),
        ("version", &rule.version),
        ("document", &rule.document),
        ("day", &day),
    ];
    let (compared, left) = (found.findings.len(), found.left.len());
    let read = compared + left;
    let counts: [(&str, &dyn Display); 4] =
        [("read", &read), ("compared", &compared), ("groups", &found.groups), ("left", &left)];
    let mut lines = vec![fill(m.scan_rule, &head), fill(m.scan_counts, &counts)];
    for (tier, (count, solid)) in found.tiers() {
        let values: [(&str, &dyn Display); 4] =
            [("tier", &tier.name(t)), ("word", &tier), ("count", &count), ("solid", &solid)];
        lines.push(fill(m.scan_tier, &values));
    }
    lines.extend(found.largest.as_ref().map(|spread| largest(m.scan_largest, spread)));
    lines.extend(found.largest_solid.as_ref().map(|spread| largest(m.scan_largest_solid, spread)));
    let reasons = found.reasons();
    if !reasons.is_empty() {
        lines.push(m.scan_left.to_owned());
    }
    for (kind, count) in reasons {
        lines.push(fill(m.scan_reason, &[("reason", &kind.name(t)), ("word", &kind), ("count", &count)]));
    }
    if rule.review_by < day {
        lines.push(fill(m.scan_review, &[("day", &rule.review_by)]));
    }
    lines
}

fn largest(text: &str, Spread { key, lowest, highest }: &Spread) -> String {
    let strength = key.strength.map(|mg| format!("{}mg", mg_shown(mg))).unwrap_or_default();
    let values: [(&str, &dyn Display); 10] = [
        ("ratio", &highest.ratio),
        ("generic", &key.generic),
        ("strength", &strength),
        ("key", &key.code),
        ("lowest", &lowest.price),
        ("low_code", &lowest.code),
        ("low_line", &lowest.line),
        ("highest", &highest.price),
        ("high_code", &highest.code),
        ("high_line", &highest.line),
    ];
    fill(text, &values)
}
