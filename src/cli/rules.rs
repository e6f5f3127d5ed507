//! `jicai rules`: the rule sets and their parameters.

use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use clap::Subcommand;
use jicai::rounds::rule_check::Refused;
use jicai::rounds::rule_set::{self, RuleSet};
use jicai::text::{Lang, Say, fill};

use super::{Stop, lang};

/// The largest rule set file that is read.
const LARGEST_FILE: u64 = 1024 * 1024;

/// Rule sets as data, with the clause, source and confidence of every parameter.
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
}

/// Runs the command.
pub fn run(command: &Rules) -> Result<(), Stop> {
    let text = match command {
        Rules::List => list()?,
        Rules::Show { name } => show(&load(name)?),
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
    let mut file = String::new();
    let read = fs::File::open(path).and_then(|f| f.take(LARGEST_FILE).read_to_string(&mut file));
    match read {
        Ok(_) => {
            let parsed = RuleSet::parse(file.strip_prefix('\u{feff}').unwrap_or(&file));
            parsed.map_err(|refused| Stop::Bad(vec![format!("{name}: {}", refused.say(text))]))
        }
        Err(e) => {
            let why = fill(text.awards.file_unreadable, &[("error", &e)]);
            Err(Stop::Bad(vec![format!("{name}: {why}")]))
        }
    }
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
