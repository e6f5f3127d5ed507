//! `jicai rules`: the rule sets that come with the program, and files, with their parameters.

use std::fmt::Display;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use jicai::rounds::rule_check::{self, Refused};
use jicai::rounds::rule_set::{self, RuleSet};
use jicai::rounds::rule_text;
use jicai::text::{Lang, Say, fill};

use super::{Stop, lang};

/// The largest rule set file that is read.
const LARGEST_FILE: u64 = 1024 * 1024;

/// Rule sets as data, with the clause, source and confidence of every parameter.
///
/// Names are those of the rule sets that come with the program; no database is asked. The versions that the bureau has
/// published are on the page /rules, where each can be downloaded as a .toml file for `show`, `check` and `diff`.
#[derive(Subcommand)]
pub enum Rules {
    /// List the rule sets: name, title and source document, separated by tabs
    List,
    /// Show every parameter with its value, confidence, clause and source, separated by tabs
    Show {
        /// The document number, case ignored, or a rule set file ending in .toml
        #[arg(value_name = "NAME|FILE.toml")]
        name: String,
    },
    /// Check a rule set file; every fault is told with its line, parameter and remedy
    ///
    /// Exit status 0: sound; 2: not.
    Check {
        /// The rule set file
        #[arg(value_name = "FILE.toml")]
        file: PathBuf,
    },
    /// Show what differs between two rule sets, parameter by parameter, separated by tabs
    Diff {
        /// The first: a document number, or a file ending in .toml
        #[arg(value_name = "NAME|FILE.toml")]
        before: String,
        /// The second
        #[arg(value_name = "NAME|FILE.toml")]
        after: String,
    },
}

/// Runs the command.
pub fn run(command: &Rules) -> Result<(), Stop> {
    let text = match command {
        Rules::List => list()?,
        Rules::Show { name } => show(&load(name)?),
        Rules::Check { file } => check(file)?,
        Rules::Diff { before, after } => diff(&load(before)?, &load(after)?),
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever reads our output may stop early.
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(Stop::Bad(vec![e.to_string()])),
        _ => Ok(()),
    }
}

/// A rule set by name, or from a file ending in `.toml`.
pub fn load(name: &str) -> Result<RuleSet, Stop> {
    let text = lang().text();
    let path = Path::new(name);
    if !path.extension().is_some_and(|end| end.eq_ignore_ascii_case("toml")) {
        return rule_set::find(name).map_err(bad);
    }
    let parsed = RuleSet::parse(&read(path)?);
    parsed.map_err(|refused| Stop::Bad(vec![format!("{name}: {}", refused.say(text))]))
}

fn read(path: &Path) -> Result<String, Stop> {
    let mut file = String::new();
    let read = fs::File::open(path).and_then(|f| f.take(LARGEST_FILE).read_to_string(&mut file));
    match read {
        Ok(_) => Ok(file.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(file)),
        Err(e) => {
            let why = fill(lang().text().awards.file_unreadable, &[("error", &e)]);
            Err(Stop::Bad(vec![format!("{}: {why}", path.display())]))
        }
    }
}

fn check(path: &Path) -> Result<String, Stop> {
    let (text, t) = (read(path)?, lang().text());
    let faults = match RuleSet::parse(&text) {
        Ok(rules) => {
            let values: [(&str, &dyn Display); 2] =
                [("name", &rules.name), ("count", &rules.parameters().len())];
            return Ok(format!("{}\n", fill(t.rule_sets.check_sound, &values)));
        }
        // A file that reads as a rule set is told all that is out of bounds at once.
        Err(first) => match text.parse() {
            Ok(table) if !matches!(first, Refused::Unreadable(_)) => {
                let mut all = rule_check::outside(&table);
                if !all.contains(&first) {
                    all.insert(0, first);
                }
                all
            }
            _ => vec![first],
        },
    };
    let file = path.display();
    let told = faults.iter().map(|fault| match fault.line(&text) {
        Some(line) => format!("{file}:{line}: {}", fault.say(t)),
        None => format!("{file}: {}", fault.say(t)),
    });
    Err(Stop::Bad(told.collect()))
}

fn diff(before: &RuleSet, after: &RuleSet) -> String {
    let t = lang().text();
    let shown = |value: Option<String>| value.unwrap_or_else(|| t.drafts.absent.to_owned());
    let mut out = format!("{}\n", t.rule_sets.diff_header);
    for d in rule_text::differences(before, after) {
        out += &format!("{}\t{}\t{}\n", d.name, shown(d.before), shown(d.after));
    }
    out
}

fn bad(refused: Refused) -> Stop {
    Stop::Bad(vec![refused.say(lang().text())])
}

fn title(rules: &RuleSet) -> &str {
    match lang() {
        Lang::Zh => &rules.title,
        Lang::En => &rules.title_en,
    }
}

fn list() -> Result<String, Stop> {
    let mut out = format!("{}\n", lang().text().rule_sets.list_header);
    for name in rule_set::names() {
        let rules = rule_set::find(name).map_err(bad)?;
        out += &format!("{}\t{}\t{}\n", rules.name, title(&rules), rules.document);
    }
    Ok(out)
}

fn show(rules: &RuleSet) -> String {
    let t = &lang().text().rule_sets;
    let mut out = format!("{}\n{}\t{}\n", rules.name, t.show_title, title(rules));
    out += &format!("{}\t{}\n{}\t{}\n\n", t.show_document, rules.document, t.show_hash, rules.hash);
    out += &format!("{}\n", t.show_header);
    for p in rules.parameters() {
        out += &format!("{}\t{}\t{}\t{}\t{}\n", p.name, p.value, p.confidence, p.clause, p.source);
    }
    out
}
