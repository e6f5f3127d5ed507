//! What the numbers of a specification say together: content, volume and components of one piece.

use rust_decimal::Decimal;

use super::scan::{Role, Token};
use super::{Measure, Spec};
use crate::catalog::words::EACH;

/// Whether a text states a range instead of one amount.
pub(super) fn is_range(tokens: &[Token]) -> bool {
    tokens.windows(3).any(|w| {
        matches!(w, [Token::Bare(_) | Token::Amount { .. }, Token::Mark('~' | '-'), Token::Amount { .. }])
    })
}

/// What the numbers of one text say, before brackets are joined to what stands outside them.
#[derive(Default)]
pub(super) struct Found {
    spec: Spec,
    /// Content in one ml, in mg.
    concentration: Option<Decimal>,
    /// Parts in a hundred.
    percent: Option<Decimal>,
    volumes: Vec<Decimal>,
    /// The volume of one container beside the volume the content is stated for.
    held: Option<Decimal>,
    /// The volume that a relation is stated for (`每1ml`).
    each: Option<Decimal>,
    /// The weight of one container of a cream beside the weight the content is stated for.
    tube: Option<Decimal>,
    /// A weight that only stands for the herbs used.
    stands: Option<Decimal>,
    /// The weight of one pill, from that of many (`每100丸重3g`).
    piece: Option<Decimal>,
    /// The weight of one container of pills, beside the weight of one pill (`每袋装9g`).
    held_mass: Option<Decimal>,
    /// A weight that a relation is stated for (`每1g`).
    has_each_mass: bool,
    /// What is in one puff.
    dose: Option<Decimal>,
}

impl Found {
    fn has_mass(&self) -> bool {
        self.spec.get(Measure::Mass).is_some() || self.stands.is_some()
    }
}

/// The pieces that the amount at this place is for: `每100丸重3g`, `3g/100丸`.
fn pieces(tokens: &[Token], at: usize) -> Option<Decimal> {
    let before = at.checked_sub(1).and_then(|i| tokens.get(i));
    let behind = (tokens.get(at + 1), tokens.get(at + 2));
    match (before, behind) {
        (_, (Some(Token::Mark('/')), Some(Token::Count { value, after: '/' })))
        | (Some(Token::Count { value, after: EACH }), _) => Some(*value).filter(|n| !n.is_zero()),
        _ => None,
    }
}

/// Reads the numbers of one text; `None` when they are out of all proportion.
pub(super) fn read(tokens: &[Token]) -> Option<Found> {
    let mut found = Found::default();
    let mut masses = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|i| tokens.get(i));
        let behind = at.checked_sub(2).and_then(|i| tokens.get(i));
        match *token {
            Token::Amount { measure: Measure::Mass, value, per: true, .. } => {
                found.concentration.get_or_insert(value);
            }
            Token::Amount { measure: Measure::Mass, role: Role::Each, .. } => found.has_each_mass = true,
            Token::Amount { measure: Measure::Mass, stands: true, .. } if found.has_each_mass => {}
            Token::Amount { measure: Measure::Mass, value, stands, role, .. } => {
                let shared = pieces(tokens, at);
                let value = shared.map_or(Some(value), |n| value.checked_div(n))?;
                if stands {
                    found.stands.get_or_insert(value);
                } else if shared.is_some() {
                    found.piece.get_or_insert(value);
                } else if role == Role::Dose {
                    found.dose.get_or_insert(value);
                } else if role == Role::Held
                    && found.spec.get(Measure::Fill).is_some()
                    && before != Some(&Token::Mark(':'))
                {
                    found.tube.get_or_insert(value);
                } else {
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
                    if role == Role::Held {
                        found.held_mass.get_or_insert(value);
                    }
                    masses.push(value);
                }
            }
            Token::Amount { measure: Measure::Volume, value, role, .. } => match role {
                Role::Plain => found.volumes.push(value),
                Role::Held => {
                    found.held.get_or_insert(value);
                    found.volumes.push(value);
                }
                Role::Each => {
                    found.each.get_or_insert(value);
                }
                Role::Dose => {}
            },
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
            Token::Amount { role: Role::Dose, .. } | Token::Amount { per: true, .. } => {}
            Token::Count { .. } | Token::Bare(_) | Token::Mark(_) => {}
            Token::Amount { measure, value, .. } => found.spec.add(measure, value),
            Token::Percent(value) => {
                found.percent.get_or_insert(value);
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
pub(super) fn join(mut outer: Found, inner: Found) -> Found {
    let has_mass = outer.has_mass();
    let has_volume = !outer.volumes.is_empty();
    for (measure, value) in inner.spec.amounts {
        if !(has_mass && matches!(measure, Measure::Mass | Measure::Fill)) {
            outer.spec.add(measure, value);
        }
    }
    if outer.piece.is_some() && !has_mass {
        // `每18丸重1g(每袋装9g)`: the sachet counts; what else stands there describes the pill.
        outer.spec.amounts.retain(|(measure, _)| *measure != Measure::Mass);
        outer.spec.amounts.extend(inner.held_mass.map(|mass| (Measure::Mass, mass)));
    } else if !has_mass {
        outer.spec.components = inner.spec.components;
        outer.stands = inner.stands;
        outer.concentration = outer.concentration.or(inner.concentration);
        // `10ml(每1ml相当于饮片9g)`: the volume in brackets is what the weight is for.
        outer.volumes.splice(0..0, inner.volumes);
        outer.each = outer.each.or(inner.each);
        outer.piece = outer.piece.or(inner.piece);
        outer.dose = outer.dose.or(inner.dose);
    } else if !has_volume {
        outer.volumes = inner.volumes;
    } else {
        // `5ml:2.5mg(10ml/瓶)`
        outer.volumes.extend(inner.held);
    }
    outer.percent = outer.percent.or(inner.percent);
    outer.tube = outer.tube.or(inner.tube);
    outer
}

/// What one piece holds; without any amount it is only known for so many ml, or not at all.
pub(super) fn finish(found: Found) -> Option<Spec> {
    let mut spec = found.spec;
    let volume = found.volumes.last().copied();
    spec.by_piece = spec.content().is_none() && found.piece.is_some();
    for other in [found.piece, found.dose, found.stands] {
        if let (None, Some(mass)) = (spec.content(), other) {
            spec.add(Measure::Mass, mass);
        }
    }
    if found.each.is_some() && volume.is_none() {
        // So much in each ml, of how many ml nobody says.
        return Some(Spec::default());
    }
    // `每1ml相当于饮片9g,每支装10ml`
    if let (Some(each), Some(last)) = (found.each.or(found.volumes.first().copied()), volume) {
        scale(&mut spec, last, each)?;
    }
    if let (Some(tube), Some(fill)) = (found.tube, spec.get(Measure::Fill)) {
        scale(&mut spec, tube, fill)?;
        spec.set(Measure::Fill, tube);
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
            (None, Some(weight))
                if spec.get(Measure::Fill).is_none()
                    && spec.components.is_empty()
                    && found.dose.is_none() =>
            {
                spec.add(Measure::Fill, weight);
                spec.set(Measure::Mass, weight.checked_mul(percent)?.checked_div(Decimal::ONE_HUNDRED)?);
            }
            _ => {}
        }
    }
    if let Some(volume) = volume {
        spec.add(Measure::Volume, volume);
    }
    spec.amounts.sort_unstable();
    Some(spec)
}

/// The content of another quantity of the same thing.
fn scale(spec: &mut Spec, to: Decimal, from: Decimal) -> Option<()> {
    if from.is_zero() || from == to {
        return Some(());
    }
    let contents = [Measure::Mass, Measure::Activity, Measure::Radioactivity, Measure::Substance];
    let amounts = spec.amounts.iter_mut().filter(|(measure, _)| contents.contains(measure));
    for value in amounts.map(|(_, value)| value).chain(&mut spec.components) {
        *value = value.checked_mul(to)?.checked_div(from)?;
    }
    Some(())
}
