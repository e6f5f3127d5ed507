//! The numbers of a specification with their units, the signs between them, and what the words before and behind
//! say each of them is.

use rust_decimal::Decimal;

use super::Measure;
use crate::catalog::words::{DOSES, EACH, PIECES, STANDS_FOR, TIMES, UNITS};

/// What the words around a number say it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// An amount like any other.
    Plain,
    /// What a relation is counted for: the 1ml of `每1ml相当于饮片0.5g`.
    Each,
    /// In one puff or spray (`每喷含3mg`, `50ug/喷`).
    Dose,
    /// In one container (`每支装10ml`, `60ml/瓶`).
    Held,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token {
    /// An amount; `per` when a unit without number follows (`10mg/ml`).
    Amount {
        measure: Measure,
        value: Decimal,
        per: bool,
        stands: bool,
        role: Role,
    },
    Percent(Decimal),
    /// A number of pieces, and the character before it: after `每` or a slash it is what an amount is for.
    Count {
        value: Decimal,
        after: char,
    },
    Bare(Decimal),
    Mark(char),
}

/// The number at the start of the text and the rest. `200,000` is one number.
pub(super) fn number(text: &str) -> Option<(Decimal, &str)> {
    let mut digits = String::new();
    let mut rest = text;
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (run, after) = rest.split_at_checked(end)?;
        digits.push_str(run);
        rest = after;
        let thousand = rest.strip_prefix(',').filter(|_| !digits.contains('.') && !digits.is_empty());
        match thousand {
            Some(more) if is_thousand(more) => rest = more,
            _ => break,
        }
    }
    let digits = digits.trim_end_matches('.');
    if digits.is_empty() || digits.len() > 15 {
        return None;
    }
    Some((digits.parse().ok()?, rest))
}

/// Three digits and no fourth.
fn is_thousand(text: &str) -> bool {
    let run = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    run == 3
}

fn unit(text: &str) -> Option<(Measure, Decimal, &str)> {
    UNITS.iter().find_map(|(word, measure, mantissa, decimals)| {
        let rest = text.strip_prefix(word)?;
        let ends =
            !word.ends_with(|c: char| c.is_ascii()) || !rest.starts_with(|c: char| c.is_ascii_alphabetic());
        ends.then(|| (*measure, Decimal::new(*mantissa, *decimals), rest))
    })
}

/// What is counted, at the start of the text.
pub(super) fn piece(text: &str) -> Option<(&'static str, &str)> {
    let found = PIECES.iter().filter_map(|word| text.strip_prefix(word).map(|rest| (*word, rest)));
    found.min_by_key(|(_, rest)| rest.len())
}

fn is_dose(word: &str) -> bool {
    DOSES.contains(&word)
}

/// The numbers of a text with their units, and the signs between them.
pub(super) fn scan(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut last = ' ';
    let mut stands = false;
    let mut clause = Role::Plain;
    while let Some(c) = rest.chars().next() {
        if STANDS_FOR.iter().any(|word| rest.starts_with(word)) {
            stands = true;
        }
        if let Some(after) = rest.strip_prefix(EACH) {
            clause = match piece(after.trim_start()) {
                Some((word, _)) if is_dose(word) => Role::Dose,
                Some(_) => Role::Held,
                None => Role::Plain,
            };
        }
        if c.is_ascii_digit() {
            let each = last == EACH;
            let (token, after) = quantity(rest, stands, if each { Role::Each } else { clause })?;
            let token = match token {
                Token::Count { value, .. } => Token::Count { value, after: last },
                other => other,
            };
            // A number after a letter is part of a formula unless it has a unit (VD500IU).
            if !(matches!(token, Token::Bare(_)) && last.is_ascii_alphabetic()) {
                tokens.push(token);
                stands = false;
            }
            last = '0';
            rest = after;
            continue;
        }
        let next = rest.get(c.len_utf8()..)?;
        let is_mark = match c {
            // From a number to a number; `L-` and `DL-` belong to a name.
            '~' | '-' => last == '0' && next.trim_start().starts_with(|c: char| c.is_ascii_digit()),
            ':' | '/' | '×' | '+' => true,
            _ => false,
        };
        if is_mark {
            tokens.push(Token::Mark(c));
        }
        if matches!(c, ',' | ';' | '\u{3002}') {
            clause = Role::Plain;
        }
        if c != ' ' {
            last = c;
        }
        rest = next;
    }
    Some(tokens)
}

/// `0.35×1000000CFU`, `1.5×10^7CFU`: the second factor of a count of germs and what stands behind it.
fn factor(text: &str) -> Option<(Decimal, &str)> {
    let (base, rest) = number(text.trim_start().strip_prefix('×')?.trim_start())?;
    let (value, rest) = match rest.strip_prefix('^') {
        None => (base, rest),
        Some(power) => {
            let (power, rest) = number(power)?;
            let times: u32 = power.try_into().ok().filter(|n| *n <= 15)?;
            ((0..times).try_fold(Decimal::ONE, |all, _| all.checked_mul(base))?, rest)
        }
    };
    unit(rest.trim_start()).filter(|(measure, ..)| *measure == Measure::Activity)?;
    Some((value, rest))
}

fn quantity(text: &str, stands: bool, role: Role) -> Option<(Token, &str)> {
    let (mut value, mut after_number) = number(text)?;
    if let Some((times, rest)) = factor(after_number) {
        value = value.checked_mul(times)?;
        after_number = rest;
    }
    let mut rest = after_number.trim_start();
    for (word, times) in TIMES {
        if let Some(after) = rest.strip_prefix(word) {
            value = value.checked_mul(Decimal::from(*times))?;
            rest = after.trim_start();
        }
    }
    if let Some((measure, factor, rest)) = unit(rest) {
        let value = value.checked_mul(factor)?;
        let behind = rest.trim_start();
        let over = behind.strip_prefix('/').map(str::trim_start);
        let per = over.and_then(unit).is_some();
        // `60ml/瓶`, `40ml每瓶`.
        let role = match over.or_else(|| behind.strip_prefix(EACH)).and_then(piece) {
            Some((word, _)) if is_dose(word) => Role::Dose,
            Some(_) => Role::Held,
            None => role,
        };
        return Some((Token::Amount { measure, value, per, stands, role }, rest));
    }
    if let Some(rest) = rest.strip_prefix('%') {
        return Some((Token::Percent(value), rest));
    }
    if let Some((_, rest)) = piece(rest) {
        return Some((Token::Count { value, after: ' ' }, rest));
    }
    Some((Token::Bare(value), after_number))
}

/// Whether anything is measured at all.
pub(super) fn has_amount(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| matches!(token, Token::Amount { .. } | Token::Percent(_)))
}
