//! Counts and packaging: how many pieces, and what a large infusion comes in.

use rust_decimal::Decimal;

use super::forms::{self, Class};
use super::{Item, Material, Ratios, Refused, Step, StepKind, power_step, ratio};
use crate::catalog::spec;
use crate::catalog::words::{
    ALIKE, BAGS, GLASS, PACKED, PIECES, PLASTIC_BOTTLE, SOFT_BAG, SOLID_PIECES, VIAL, VIALS,
};

pub(super) fn count(
    ratios: &Ratios,
    class: Class,
    base: &Item<'_>,
    other: &Item<'_>,
) -> Result<Option<Step>, Refused> {
    for count in [base.count, other.count] {
        if count <= Decimal::ZERO {
            return Err(Refused::Count(count));
        }
    }
    let (from, to) = (spec::plain(base.unit), spec::plain(other.unit));
    let x = ratio(other.count, base.count)?;
    if class != Class::Solid {
        if !is_alike(class, &from, &to) {
            return Err(Refused::Unit { base: from, other: to });
        }
        return Ok((x != Decimal::ONE).then_some(Step { kind: StepKind::CountLinear, x, k: x }));
    }
    if x == Decimal::ONE {
        return Ok(None);
    }
    let piece = |unit: &str| unit.is_empty() || SOLID_PIECES.contains(&unit);
    if let Some(unit) = [&from, &to].into_iter().find(|unit| !piece(unit)) {
        return Err(Refused::SolidUnit(unit.clone()));
    }
    power_step((StepKind::Count, ratios.count, x)).map(Some)
}

/// The word that stands for all names of the smallest unit a pack counts: pieces of tablets and capsules, of the
/// rest what is not again a pack of something. None when the pack counts anything else, whose price is not a unit's.
pub fn smallest(form: &str, unit: &str) -> Option<&'static str> {
    let unit = spec::plain(unit);
    let among = |words: &[&'static str]| words.contains(&unit.as_str()).then(|| words.first().copied());
    if forms::class(form, &unit) == Class::Solid {
        return among(SOLID_PIECES).flatten();
    }
    if VIALS.contains(&unit.as_str()) {
        return Some(VIAL);
    }
    let known = PIECES.iter().find(|word| **word == unit).filter(|word| !PACKED.contains(word));
    ALIKE.iter().find_map(|group| among(group)).flatten().or(known.copied())
}

/// A vial is a vial whether the line calls it 支 or 瓶, and of an infusion a bag is one too; a sachet is no vial.
fn is_alike(class: Class, from: &str, to: &str) -> bool {
    let among = |words: &[&str]| words.contains(&from) && words.contains(&to);
    let holds = |unit: &str| VIALS.contains(&unit) || BAGS.contains(&unit);
    from == to
        || from.is_empty()
        || to.is_empty()
        || among(VIALS)
        || (class == Class::Injected && holds(from) && holds(to))
        || ALIKE.iter().any(|group| among(group))
}

/// The addition for packaging material (art. 14), for each container. Where one side is a bottle and the other a
/// bag, both materials must be known.
pub(super) fn material(
    ratios: &Ratios,
    class: Class,
    base: &Item<'_>,
    other: &Item<'_>,
) -> Result<Option<Step>, Refused> {
    let in_bag = |item: &Item<'_>| BAGS.contains(&spec::plain(item.unit).as_str());
    let in_bottle = |item: &Item<'_>| VIALS.contains(&spec::plain(item.unit).as_str());
    let differs = (in_bag(base) && in_bottle(other)) || (in_bottle(base) && in_bag(other));
    let (from, to) = match (base.material, other.material) {
        (Some(from), Some(to)) => (from, to),
        (None, None) if class != Class::Injected || !differs => return Ok(None),
        _ => {
            let known = base.material.or_else(|| told(base)).zip(other.material.or_else(|| told(other)));
            known.ok_or_else(|| Refused::Material {
                base: base.spec.to_owned(),
                other: other.spec.to_owned(),
            })?
        }
    };
    if from == to {
        return Ok(None);
    }
    if let Some(item) = [base, other].into_iter().find(|item| !forms::is_infusion(ratios, item)) {
        return Err(Refused::NoInfusion(format!("{} {}", item.form, item.spec).trim().to_owned()));
    }
    let over_glass = |material| match material {
        Material::Glass => Decimal::ZERO,
        Material::PlasticBottle => ratios.plastic_bottle,
        Material::SoftBag => ratios.soft_bag,
    };
    let each = over_glass(to) - over_glass(from);
    let x = each.checked_mul(other.count).ok_or(Refused::Size)?;
    Ok((!x.is_zero()).then_some(Step { kind: StepKind::Material, x, k: Decimal::ONE }))
}

/// The material that the specification names, else a bag for what is counted in bags.
fn told(item: &Item<'_>) -> Option<Material> {
    let text = spec::plain(item.spec);
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(GLASS) {
        return Some(Material::Glass);
    }
    if says(SOFT_BAG) || BAGS.contains(&spec::plain(item.unit).as_str()) {
        return Some(Material::SoftBag);
    }
    says(PLASTIC_BOTTLE).then_some(Material::PlasticBottle)
}
