//! Specifications and packs as the trade writes them (`50ml:0.5g`, `0.25g×24粒/盒`), read into exact amounts or
//! an explicit reason why not.

mod pack;

use rust_decimal::Decimal;

pub use self::pack::{Pack, pack};
use super::words::{PIECES, STANDS_FOR, TIMES, UNITS, UNSTATED};
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
    out.trim().to_owned()
}

fn spelling(c: char) -> char {
    match c {
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{2236}' => ':',
        '\u{b5}' | '\u{3bc}' => 'u',
        '*' | '✕' | '╳' | '\u{2a2f}' => '×',
        '～' | '–' | '—' => '~',
        other => other,
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    /// An amount; `per` when a unit without number follows (`10mg/ml`).
    Amount {
        measure: Measure,
        value: Decimal,
        per: bool,
        stands: bool,
    },
    Percent(Decimal),
    Count(Decimal),
    Bare(Decimal),
    Mark(char),
}

/// The number at the start of the text and the rest.
fn number(text: &str) -> Option<(Decimal, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let digits = digits.trim_end_matches('.');
    if digits.is_empty() || digits.len() > 15 {
        return None;
    }
    Some((digits.parse().ok()?, rest))
}

fn unit(text: &str) -> Option<(Measure, Decimal, &str)> {
    UNITS.iter().find_map(|(word, measure, mantissa, decimals)| {
        let rest = text.strip_prefix(word)?;
        let ends =
            !word.ends_with(|c: char| c.is_ascii()) || !rest.starts_with(|c: char| c.is_ascii_alphabetic());
        ends.then(|| (*measure, Decimal::new(*mantissa, *decimals), rest))
    })
}

fn piece(text: &str) -> Option<(&'static str, &str)> {
    let found = PIECES.iter().filter_map(|word| text.strip_prefix(word).map(|rest| (*word, rest)));
    found.min_by_key(|(_, rest)| rest.len())
}

/// The numbers of a text with their units, and the signs between them.
fn scan(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut last = ' ';
    let mut stands = false;
    while let Some(c) = rest.chars().next() {
        if STANDS_FOR.iter().any(|word| rest.starts_with(word)) {
            stands = true;
        }
        if c.is_ascii_digit() {
            let (token, after) = quantity(rest, stands)?;
            // A number after a letter is part of a formula unless it has a unit (VD500IU).
            if !(matches!(token, Token::Bare(_)) && last.is_ascii_alphabetic()) {
                tokens.push(token);
                stands = false;
            }
            last = '0';
            rest = after;
            continue;
        }
        if matches!(c, ':' | '/' | '~' | '-' | '×' | '+') {
            tokens.push(Token::Mark(c));
        }
        last = c;
        rest = rest.get(c.len_utf8()..)?;
    }
    Some(tokens)
}

fn quantity(text: &str, stands: bool) -> Option<(Token, &str)> {
    let (mut value, after_number) = number(text)?;
    let mut rest = after_number.trim_start();
    for (word, times) in TIMES {
        if let Some(after) = rest.strip_prefix(word) {
            value = value.checked_mul(Decimal::from(*times))?;
            rest = after.trim_start();
        }
    }
    if let Some((measure, factor, rest)) = unit(rest) {
        let value = value.checked_mul(factor)?;
        let per = rest.trim_start().strip_prefix('/').and_then(|after| unit(after.trim_start())).is_some();
        return Some((Token::Amount { measure, value, per, stands }, rest));
    }
    if let Some(rest) = rest.strip_prefix('%') {
        return Some((Token::Percent(value), rest));
    }
    if let Some((_, rest)) = piece(rest) {
        return Some((Token::Count(value), rest));
    }
    Some((Token::Bare(value), after_number))
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
    let found = join(read(&outer).ok_or_else(too_large)?, read(&inner).ok_or_else(too_large)?);
    let spec = finish(found).ok_or_else(too_large)?;
    if spec.amounts.is_empty() {
        return Err(unstated());
    }
    if spec.amounts.iter().any(|(_, value)| value.is_zero()) {
        return Err(too_large());
    }
    Ok(spec)
}

fn is_range(tokens: &[Token]) -> bool {
    tokens.windows(3).any(|w| {
        matches!(w, [Token::Bare(_) | Token::Amount { .. }, Token::Mark('~' | '-'), Token::Amount { .. }])
    })
}

/// What the numbers of one text say, before brackets are joined to what stands outside them.
#[derive(Default)]
struct Found {
    spec: Spec,
    /// Content in one ml, in mg.
    concentration: Option<Decimal>,
    /// Parts in a hundred.
    percent: Option<Decimal>,
    volumes: Vec<Decimal>,
    /// A weight that only stands for the herbs used.
    stands: Option<Decimal>,
    /// So many pieces weigh what is stated (`每100丸重3g`).
    pieces: Option<Decimal>,
}

fn read(tokens: &[Token]) -> Option<Found> {
    let mut found = Found::default();
    let mut masses = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|i| tokens.get(i));
        let behind = at.checked_sub(2).and_then(|i| tokens.get(i));
        match *token {
            Token::Amount { measure: Measure::Mass, value, per: true, .. } => {
                found.concentration.get_or_insert(value);
            }
            Token::Amount { measure: Measure::Mass, value, stands: true, .. } => {
                found.stands.get_or_insert(value);
            }
            Token::Amount { measure: Measure::Mass, value, .. } => {
                // `10g:2mg`: the first is what holds the second.
                let holder = match (behind, before) {
                    (
                        Some(Token::Amount { measure: Measure::Mass, value: first, .. }),
                        Some(Token::Mark(':')),
                    ) => (*first > value && masses.len() == 1).then_some(*first),
                    _ => None,
                };
                if let Some(first) = holder {
                    masses.clear();
                    found.spec.add(Measure::Fill, first);
                }
                masses.push(value);
            }
            Token::Amount { measure: Measure::Volume, value, .. } => found.volumes.push(value),
            Token::Amount { measure: Measure::Length, value, .. } => {
                let width = match (behind, before) {
                    (Some(Token::Amount { measure: Measure::Length, value, .. }), Some(Token::Mark('×'))) => {
                        Some(*value)
                    }
                    (Some(Token::Bare(value)), Some(Token::Mark('×'))) => Some(*value),
                    _ => None,
                };
                if let Some(width) = width {
                    found.spec.add(Measure::Area, width.checked_mul(value)?);
                }
            }
            Token::Amount { per: true, .. } | Token::Bare(_) | Token::Mark(_) => {}
            Token::Amount { measure, value, .. } => found.spec.add(measure, value),
            Token::Percent(value) => {
                found.percent.get_or_insert(value);
            }
            Token::Count(value) => {
                found.pieces.get_or_insert(value);
            }
        }
    }
    let mut masses = masses.into_iter();
    if let Some(mass) = masses.next() {
        found.spec.add(Measure::Mass, mass);
    }
    found.spec.components = masses.collect();
    Some(found)
}

/// Takes from the brackets what the text outside them leaves open.
fn join(mut outer: Found, inner: Found) -> Found {
    let has_mass = outer.spec.get(Measure::Mass).is_some() || outer.stands.is_some();
    for (measure, value) in inner.spec.amounts {
        if !(has_mass && matches!(measure, Measure::Mass | Measure::Fill)) {
            outer.spec.add(measure, value);
        }
    }
    if !has_mass {
        outer.spec.components = inner.spec.components;
        outer.stands = inner.stands;
        outer.concentration = outer.concentration.or(inner.concentration);
        // `10ml(每1ml相当于饮片9g)`: the volume in brackets is what the weight is for.
        outer.volumes.splice(0..0, inner.volumes);
    } else if outer.volumes.is_empty() {
        outer.volumes = inner.volumes;
    }
    outer.percent = outer.percent.or(inner.percent);
    outer
}

fn finish(found: Found) -> Option<Spec> {
    let mut spec = found.spec;
    let volume = found.volumes.last().copied();
    if spec.content().is_none()
        && let Some(stands) = found.stands
    {
        spec.add(Measure::Mass, stands);
    }
    if let (Some(mass), [first, .., last]) = (spec.get(Measure::Mass), found.volumes.as_slice())
        && !first.is_zero()
    {
        // `每1ml相当于饮片9g,每支装10ml`
        scale(&mut spec, mass.checked_mul(*last)?.checked_div(*first)?);
    }
    if spec.content().is_none()
        && let (Some(volume), Some(concentration)) = (volume, found.concentration)
    {
        spec.add(Measure::Mass, volume.checked_mul(concentration)?);
    }
    if let Some(percent) = found.percent {
        let mg_per_ml = percent.checked_mul(Decimal::TEN)?;
        match (volume, spec.get(Measure::Mass)) {
            (Some(volume), None) => spec.add(Measure::Mass, volume.checked_mul(mg_per_ml)?),
            // `5%(20g)`: what is weighed is the cream.
            (None, Some(weight)) if spec.get(Measure::Fill).is_none() && spec.components.is_empty() => {
                spec.add(Measure::Fill, weight);
                scale(&mut spec, weight.checked_mul(percent)?.checked_div(Decimal::ONE_HUNDRED)?);
            }
            _ => {}
        }
    }
    if let (Some(pieces), Some(mass)) = (found.pieces, spec.get(Measure::Mass))
        && !pieces.is_zero()
    {
        scale(&mut spec, mass.checked_div(pieces)?);
    }
    if let Some(volume) = volume {
        spec.add(Measure::Volume, volume);
    }
    spec.amounts.sort_unstable();
    Some(spec)
}

fn scale(spec: &mut Spec, mass: Decimal) {
    for amount in spec.amounts.iter_mut().filter(|(measure, _)| *measure == Measure::Mass) {
        amount.1 = mass;
    }
}

#[cfg(test)]
mod tests;
