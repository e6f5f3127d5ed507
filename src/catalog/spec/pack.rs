//! Packs: the counts after a specification.

use rust_decimal::Decimal;

use super::{Unreadable, number, piece, plain};

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

/// The pieces of a text between times signs outside brackets; `x` between a unit and a number is one too.
fn segments(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start, mut last) = (0_u32, 0, ' ');
    for (at, c) in text.char_indices() {
        let next = text.get(at + c.len_utf8()..).and_then(|rest| rest.trim_start().chars().next());
        let times = c == '×' || (c == 'x' && last != ' ' && next.is_some_and(|n| n.is_ascii_digit()));
        match c {
            '(' | '[' => depth += 1,
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

/// `24粒/盒` as its number and unit.
fn counted(segment: &str) -> Option<(Decimal, &'static str)> {
    let (count, rest) = number(segment.trim())?;
    let (unit, rest) = piece(rest.trim_start())?;
    let ends = rest.is_empty() || rest.starts_with(['/', '(', ',', ';', ' ', '[']);
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
    // `每片重0.3g,12片/盒`: the count after a comma. A comma inside the specification has no count behind it.
    if let Some(last) = parts.last_mut()
        && let Some((head, tail)) = last.rsplit_once([',', ';', '\u{3002}', ' '])
        && let Some(found) = counted(tail)
    {
        counts.insert(0, found);
        *last = head;
    }
    (parts, counts)
}

/// Reads a pack: the specification it repeats, and the smallest pieces it holds.
pub fn pack(text: &str) -> Result<Pack, Unreadable> {
    let text = plain(text);
    if text.is_empty() {
        return Err(Unreadable::Blank);
    }
    let (parts, counts) = split(&text);
    let (_, unit) = *counts.first().ok_or_else(|| Unreadable::Count(text.clone()))?;
    let total = counts.iter().try_fold(Decimal::ONE, |total, (count, _)| total.checked_mul(*count));
    let count = total.filter(|count| *count <= Decimal::from(10_000_000));
    let count = count.ok_or_else(|| Unreadable::Number(text.clone()))?;
    let spec = Some(parts.join("×").trim().to_owned()).filter(|spec| !spec.is_empty());
    Ok(Pack { spec, count, unit: unit.to_owned() })
}
