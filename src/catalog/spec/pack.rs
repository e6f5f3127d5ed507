//! Packs: the counts after a specification.

use rust_decimal::Decimal;

use super::scan::{has_amount, number, piece, scan};
use super::{Unreadable, plain};
use crate::catalog::words::{EACH, HOLDS, SOLID_PIECES};

/// How a spreadsheet writes a carriage return it cannot hold.
const RETURN: &str = "_x000D_";

/// A pack read: how many smallest pieces it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// The specification written before the count, if any.
    pub spec: Option<String>,
    /// Smallest pieces in the pack: `7片*2板/盒` holds 14.
    pub count: Decimal,
    /// What the smallest pieces are (片, 支 …).
    pub unit: String,
}

/// The pieces of a text between times signs outside brackets; `x` between a unit and a number is one too. A bracket
/// that is never closed (`(薄膜衣片×24片/盒`) hides nothing.
fn segments(text: &str) -> Vec<&str> {
    let opened = text.chars().filter(|c| matches!(c, '(' | '[')).count();
    let closed = text.chars().filter(|c| matches!(c, ')' | ']')).count();
    let mut parts = Vec::new();
    let (mut depth, mut start, mut last) = (0_u32, 0, ' ');
    for (at, c) in text.char_indices() {
        let next = text.get(at + c.len_utf8()..).and_then(|rest| rest.trim_start().chars().next());
        let times = c == '×' || (c == 'x' && last != ' ' && next.is_some_and(|n| n.is_ascii_digit()));
        match c {
            '(' | '[' if opened == closed => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if times && depth == 0 => {
                parts.extend(text.get(start..at));
                start = at + c.len_utf8();
            }
            _ => {}
        }
        last = c;
    }
    parts.extend(text.get(start..));
    parts
}

/// `24粒/盒` as its number and unit; also `24/盒`, `24粒盒`.
fn counted(segment: &str) -> Option<(Decimal, &'static str)> {
    let (count, rest) = number(segment.trim())?;
    let rest = rest.trim_start();
    let (unit, rest) = piece(rest).or_else(|| piece(rest.strip_prefix('/')?.trim_start()))?;
    let rest = piece(rest).map_or(rest, |(_, after)| after);
    // `1板,20mg`: what follows is another specification.
    let goes_on = rest.starts_with([',', ';']) && scan(rest).is_some_and(|tokens| has_amount(&tokens));
    let ends = rest.is_empty() || rest.starts_with(['/', '(', ',', ';', ' ', '[']) && !goes_on;
    (ends && count.fract().is_zero() && !count.is_zero()).then_some((count, unit))
}

/// The parts of a text that are specification, and the counts that follow them.
pub(super) fn split(text: &str) -> (Vec<&str>, Vec<(Decimal, &'static str)>) {
    let mut parts = segments(text);
    let mut counts = Vec::new();
    while let Some(found) = parts.last().and_then(|segment| counted(segment)) {
        counts.insert(0, found);
        parts.pop();
    }
    // `每片重0.3g,12片/盒`: the count after a comma. A comma inside the specification has no count behind it, and
    // where the smallest pieces are counted already (`10粒/板,3板/盒×30粒/盒`) it only tells them apart.
    let is_smallest = |unit: &str| SOLID_PIECES.contains(&unit);
    if counts.first().is_none_or(|(_, unit)| !is_smallest(unit))
        && let Some(last) = parts.last_mut()
        && let Some((head, tail)) = last.rsplit_once([',', ';', '\u{3002}', ' '])
        && let Some(found) = counted(tail)
    {
        counts.insert(0, found);
        *last = head;
    }
    (parts, counts)
}

/// `每盒2袋,每袋4支`: each box holds so many, each of them so many.
fn told(text: &str) -> Option<Vec<(Decimal, &'static str)>> {
    let mut counts = Vec::new();
    for part in text.split([',', ';']) {
        let (_, rest) = piece(part.trim().strip_prefix(EACH)?)?;
        let (count, rest) = number(rest.strip_prefix(HOLDS).unwrap_or(rest).trim_start())?;
        let (unit, rest) = piece(rest)?;
        if !rest.is_empty() || !count.fract().is_zero() || count.is_zero() {
            return None;
        }
        counts.insert(0, (count, unit));
    }
    (!counts.is_empty()).then_some(counts)
}

/// `50mg(5ml)/瓶`: a specification over what holds it is one of them; `50ug/100ug/60泡/盒` counts before that.
fn single(text: &str) -> Option<(&str, Decimal, &'static str)> {
    let (head, tail) = text.rsplit_once('/')?;
    let (unit, rest) = piece(tail)?;
    if !rest.is_empty() || head.contains('×') {
        return None;
    }
    let found = match head.rsplit_once('/') {
        Some((inner, tail)) => match (counted(tail), piece(tail)) {
            (Some((count, unit)), _) => (inner, count, unit),
            // `30ml/瓶/盒`
            (None, Some((unit, ""))) => (inner, Decimal::ONE, unit),
            _ => (head, Decimal::ONE, unit),
        },
        None => (head, Decimal::ONE, unit),
    };
    let states = found.0.chars().any(|c| c.is_ascii_digit());
    (states && super::spec(found.0).is_ok()).then_some(found)
}

/// Reads a pack: the specification it repeats, and the smallest pieces it holds.
pub fn pack(text: &str) -> Result<Pack, Unreadable> {
    let text = plain(&text.replace(RETURN, ""));
    if text.is_empty() {
        return Err(Unreadable::Blank);
    }
    let (mut parts, mut counts) = match told(&text) {
        Some(counts) => (Vec::new(), counts),
        None => split(&text),
    };
    if let ([], Some((spec, count, unit))) = (counts.as_slice(), single(&text)) {
        (parts, counts) = (vec![spec], vec![(count, unit)]);
    }
    // `20mg×100片/瓶×100片/瓶`, `0.5mg×11片+1.0mg×14片×25片/盒`: a unit that comes again begins anew, what stands
    // before it belongs to the specification.
    let again = (0..counts.len()).rfind(|at| {
        let (before, from) = counts.split_at(*at);
        from.first().is_some_and(|(_, unit)| before.iter().any(|(_, known)| known == unit))
    });
    counts.drain(..again.unwrap_or_default());
    let (_, unit) = *counts.first().ok_or_else(|| Unreadable::Count(text.clone()))?;
    let total = counts.iter().try_fold(Decimal::ONE, |total, (count, _)| total.checked_mul(*count));
    let count = total.filter(|count| *count <= Decimal::from(10_000_000));
    let count = count.ok_or_else(|| Unreadable::Number(text.clone()))?;
    let spec = Some(parts.join("×").trim().to_owned()).filter(|spec| !spec.is_empty());
    Ok(Pack { spec, count, unit: unit.to_owned() })
}
