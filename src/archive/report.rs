//! What a check of an archive found: one line a check, and under it where the archive differs.

use std::fmt::Display;

use crate::text::{Text, fill};

crate::words! {
    /// What is checked, in this order.
    What {
        /// The manifest's own hash.
        Manifest = "manifest",
        /// Every file's hash.
        Files = "files",
        /// The rule set is the one the round is bound to.
        Rules = "rules",
        /// Every receipt's signature, and the openers' shares.
        Receipts = "receipts",
        /// The root over all receipts.
        Root = "root",
        /// Each opened content against its receipt, its round and its company.
        Contents = "contents",
        /// The bids are what the opened envelopes say, after the rulings.
        Bids = "bids",
        /// The hash of the award's whole input.
        Input = "input",
        /// Ranking and award.
        Awards = "awards",
        /// Agreed quantities.
        Allocations = "allocations",
        /// What each region needs and agrees to.
        Volumes = "volumes",
        /// Who supplies which region.
        Regions = "regions",
        /// Who may still be asked what.
        Questions = "questions",
        /// Payment standards.
        Standards = "standards",
        /// The hash of the whole result.
        Output = "output",
    }
}

/// Differences told of each check.
const TOLD: usize = 20;

/// One place where the archive differs from what was computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The file.
    pub file: String,
    /// The line of the file, from 1; none when it is about the file as a whole.
    pub line: Option<u64>,
    /// The column, or what is compared.
    pub column: String,
    /// What the archive says.
    pub archive: String,
    /// What was computed, or what is wrong with it.
    pub computed: String,
}

impl Difference {
    /// A difference of a file as a whole.
    pub fn of(file: &str, column: &str, archive: impl Display, computed: impl Display) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            column: column.to_owned(),
            archive: archive.to_string(),
            computed: computed.to_string(),
        }
    }

    /// The same at a line.
    pub fn at(self, line: u64) -> Self {
        Self { line: Some(line), ..self }
    }

    fn say(&self, t: &Text) -> String {
        let line = self.line.map(|line| line.to_string()).unwrap_or_else(|| "–".to_owned());
        let values: [(&str, &dyn Display); 5] = [
            ("file", &self.file),
            ("line", &line),
            ("column", &self.column),
            ("archive", &self.archive),
            ("computed", &self.computed),
        ];
        fill(t.archive.difference, &values)
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was checked.
    pub what: What,
    /// How many things were compared.
    pub count: usize,
    /// The first differences.
    differences: Vec<Difference>,
    /// All differences.
    differing: usize,
}

impl Check {
    /// A check about to begin.
    pub fn new(what: What) -> Self {
        Self { what, count: 0, differences: Vec::new(), differing: 0 }
    }

    /// Notes a difference.
    pub fn push(&mut self, difference: Difference) {
        self.differing += 1;
        if self.differences.len() < TOLD {
            self.differences.push(difference);
        }
    }

    /// Compares two values as they are written.
    pub fn same(&mut self, file: &str, column: &str, archive: impl Display, computed: impl Display) {
        self.count += 1;
        let (archive, computed) = (archive.to_string(), computed.to_string());
        if archive != computed {
            self.push(Difference::of(file, column, archive, computed));
        }
    }

    /// Nothing differs.
    pub fn is_ok(&self) -> bool {
        self.differing == 0
    }

    /// The differences that are told.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    fn lines(&self, t: &Text) -> Vec<String> {
        let name = self.what.name(t);
        if self.is_ok() {
            return vec![format!("ok\t{}", fill(t.archive.checked, &[("what", &name), ("n", &self.count)]))];
        }
        let mut lines: Vec<String> =
            self.differences.iter().map(|found| format!("differs\t{name}: {}", found.say(t))).collect();
        let more = self.differing - self.differences.len();
        if more > 0 {
            lines.push(format!("differs\t{name}: {}", fill(t.archive.more, &[("n", &more)])));
        }
        lines
    }
}

impl What {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let a = &t.archive;
        match self {
            Self::Manifest => a.check_manifest,
            Self::Files => a.check_files,
            Self::Rules => a.check_rules,
            Self::Receipts => a.check_receipts,
            Self::Root => a.check_root,
            Self::Contents => a.check_contents,
            Self::Bids => a.check_bids,
            Self::Input => a.check_input,
            Self::Awards => a.check_awards,
            Self::Allocations => a.check_allocations,
            Self::Volumes => a.check_volumes,
            Self::Regions => a.check_regions,
            Self::Questions => a.check_questions,
            Self::Standards => a.check_standards,
            Self::Output => a.check_output,
        }
    }
}

/// Everything that was checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The checks, in the order they were made.
    pub checks: Vec<Check>,
    /// What an outsider compares with what was published: name and value.
    pub published: Vec<(&'static str, String)>,
    /// Checks that could not be made, because what they rest on cannot be read.
    pub not_made: Vec<What>,
}

impl Report {
    /// Nothing differs and everything was checked.
    pub fn is_ok(&self) -> bool {
        self.not_made.is_empty() && self.checks.iter().all(Check::is_ok)
    }

    /// The lines for people and programs: `ok`, `differs`, `unchecked` or `note`, a tab, a sentence.
    pub fn lines(&self, t: &Text) -> Vec<String> {
        let mut lines: Vec<String> = self.checks.iter().flat_map(|check| check.lines(t)).collect();
        lines.extend(self.not_made.iter().map(|what| format!("unchecked\t{}", what.name(t))));
        lines.extend(self.published.iter().map(|(name, value)| format!("note\t{name}\t{value}")));
        lines
    }
}
