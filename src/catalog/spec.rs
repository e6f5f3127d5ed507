//! Specifications and packs as the trade writes them (`50ml:0.5g`, `0.25g×24粒/盒`), read into exact amounts or
//! an explicit reason why not.

mod pack;
mod read;
mod scan;

use rust_decimal::Decimal;

pub use self::pack::{Pack, pack};
use self::read::{finish, is_range, join, read};
use self::scan::{has_amount, piece, scan};
use super::words::{ALIKE, DOSES, EACH, HOLDS, SOLID_PIECES, UNSTATED};
use crate::text::{Say, Text, fill};

/// What an amount measures, with its base unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Weight of the active content, in mg.
    Mass,
    /// Biological activity, in units.
    Activity,
    /// In MBq.
    Radioactivity,
    /// In mmol.
    Substance,
    /// Weight of what holds the content (a cream's 10g in `10g:2mg`), in mg.
    Fill,
    /// In ml.
    Volume,
    /// Of patches, in cm².
    Area,
    /// In cm; only a step to an area.
    Length,
}

/// Why a specification or pack says nothing that can be computed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Blank.
    Blank,
    /// Only words (`复方`), or numbers without a known unit.
    Unstated(String),
    /// A range instead of one content.
    Range(String),
    /// So much in each ml or g, and not how much there is.
    Concentration(String),
    /// A number that is zero or out of all proportion.
    Number(String),
    /// A pack without count and unit.
    Count(String),
}

impl Say for Unreadable {
    fn say(&self, t: &Text) -> String {
        let c = &t.catalog;
        match self {
            Unreadable::Blank => c.spec_blank.to_owned(),
            Unreadable::Unstated(text) => fill(c.spec_unstated, &[("text", text)]),
            Unreadable::Range(text) => fill(c.spec_range, &[("text", text)]),
            Unreadable::Concentration(text) => fill(c.spec_concentration, &[("text", text)]),
            Unreadable::Number(text) => fill(c.spec_number, &[("text", text)]),
            Unreadable::Count(text) => fill(c.pack_count, &[("text", text)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("spec")
    }
}

/// A specification read: the amounts in one smallest preparation unit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spec {
    amounts: Vec<(Measure, Decimal)>,
    /// The weights of a compound's further components, in mg, in the order written.
    pub components: Vec<Decimal>,
    /// The content is that of one pill, worked out from what many weigh (`每100丸重3g`).
    pub by_piece: bool,
}

impl Spec {
    /// The amount of this measure in its base unit, when stated.
    pub fn get(&self, measure: Measure) -> Option<Decimal> {
        self.amounts.iter().find(|(m, _)| *m == measure).map(|(_, value)| *value)
    }

    /// The amount that counts as content: mass, else activity, radioactivity or substance.
    pub fn content(&self) -> Option<(Measure, Decimal)> {
        let measures = [Measure::Mass, Measure::Activity, Measure::Radioactivity, Measure::Substance];
        measures.into_iter().find_map(|m| self.get(m).map(|value| (m, value)))
    }

    fn set(&mut self, measure: Measure, value: Decimal) {
        self.amounts.retain(|(known, _)| *known != measure);
        self.amounts.push((measure, value));
    }

    fn add(&mut self, measure: Measure, value: Decimal) {
        if self.get(measure).is_none() {
            self.amounts.push((measure, value));
        }
    }
}

/// One spelling of what the trade spells in many: half-width, lower case, one sign for micro, times and ratio.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{ff01}'..='\u{ff5e}' => {
                let half = u32::from(c) - 0xfee0;
                out.extend(char::from_u32(half).map(|c| spelling(c.to_ascii_lowercase())));
            }
            '㎎' => out.push_str("mg"),
            '㎖' => out.push_str("ml"),
            '㎍' => out.push_str("ug"),
            other => out.push(spelling(other.to_ascii_lowercase())),
        }
    }
    joined(out.trim())
}

/// `0. 25` is one number.
fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(c);
        let mut ahead = rest.clone();
        let is_point = c == '.' && out.chars().rev().nth(1).is_some_and(|digit| digit.is_ascii_digit());
        if is_point && ahead.next() == Some(' ') && ahead.next().is_some_and(|digit| digit.is_ascii_digit()) {
            rest.next();
        }
    }
    out
}

fn spelling(c: char) -> char {
    match c {
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{2236}' => ':',
        '\u{b5}' | '\u{3bc}' => 'u',
        '*' | '✕' | '╳' | '\u{2a2f}' => '×',
        '～' | '–' | '—' => '~',
        '【' | '〔' | '［' | '{' => '(',
        '】' | '〕' | '］' | '}' => ')',
        '、' => ',',
        other => other,
    }
}

/// The text outside brackets and the text inside them.
fn brackets(text: &str) -> (String, String) {
    let (mut outer, mut inner) = (String::new(), String::new());
    let mut depth = 0_u32;
    for c in text.chars() {
        match c {
            '(' | '[' => {
                depth += 1;
                outer.push(' ');
                inner.push(' ');
            }
            ')' | ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => outer.push(c),
            c => inner.push(c),
        }
    }
    (outer, inner)
}

/// Reads a specification. What follows it in a pack (`×24粒/盒`) is left aside.
pub fn spec(text: &str) -> Result<Spec, Unreadable> {
    let text = plain(text);
    if text.is_empty() {
        return Err(Unreadable::Blank);
    }
    let unstated = || Unreadable::Unstated(text.clone());
    if UNSTATED.contains(&text.as_str()) {
        return Err(unstated());
    }
    let (segments, _) = pack::split(&text);
    let own = segments.join("×");
    let (outer, inner) = brackets(if own.is_empty() { &text } else { &own });
    let too_large = || Unreadable::Number(text.clone());
    let outer = scan(&outer).ok_or_else(too_large)?;
    let inner = scan(&inner).ok_or_else(too_large)?;
    if is_range(&outer) {
        return Err(Unreadable::Range(text));
    }
    let states_anything = [&outer, &inner].iter().any(|tokens| has_amount(tokens));
    let found = join(read(&outer).ok_or_else(too_large)?, read(&inner).ok_or_else(too_large)?);
    let spec = finish(found).ok_or_else(too_large)?;
    if spec.amounts.is_empty() {
        return Err(if states_anything { Unreadable::Concentration(text) } else { unstated() });
    }
    if spec.amounts.iter().any(|(_, value)| value.is_zero()) {
        return Err(too_large());
    }
    Ok(spec)
}

/// Whether a unit is a dose taken from a container (揿, 喷 …).
pub fn is_dose(unit: &str) -> bool {
    DOSES.contains(&unit)
}

/// Whether a unit is one pill, tablet or capsule.
pub fn is_piece(unit: &str) -> bool {
    SOLID_PIECES.contains(&unit) || ALIKE.first().is_some_and(|pills| pills.contains(&unit))
}

/// Whether a specification says what a container of pieces holds: `每瓶装60g`.
pub fn is_by_container(text: &str) -> bool {
    let text = plain(text);
    let mut held = text.split(EACH).skip(1).filter_map(piece);
    held.any(|(word, rest)| rest.starts_with(HOLDS) && !is_piece(word))
}

/// Whether a specification speaks of doses taken from a container: `每揿100ug`, `120喷`, `50ug/吸`.
pub fn is_by_dose(text: &str) -> bool {
    let text = plain(text);
    let counts = |before: &str| {
        let last = before.trim_end().chars().last();
        last.is_some_and(|c| c.is_ascii_digit() || c == EACH || c == '/')
    };
    DOSES.iter().any(|word| text.match_indices(word).any(|(at, _)| text.get(..at).is_some_and(counts)))
}

#[cfg(test)]
mod tests;
