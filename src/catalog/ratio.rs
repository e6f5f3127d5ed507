//! The price ratios between specifications and packs of one drug (差比价, 发改价格〔2011〕2452号), as pure
//! arithmetic: other price = base price × K, rounded once at the end.
//!
//! Art. 16 gives the order: dosage form, content, volume, pack count, packaging material, packaging form.

mod power;
mod refused;

use rust_decimal::Decimal;

pub use self::refused::Refused;
use super::spec::{self, Measure, Spec};
use super::words::{DRUNK, INJECTED, NOT_DRUNK, NOT_SOLID, PROPORTIONAL, SOLID, SOLID_PIECES, VIALS};
use crate::text::{Say, Text, fill};
use crate::types::{Money, half_up};

/// The numbers of the rule, which a rule set can lay down otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratios {
    /// Content: K = this ^ log2 X.
    pub content: Decimal,
    /// Count of tablets and capsules: K = this ^ log2 X.
    pub count: Decimal,
    /// Volume of liquids to drink: K = this ^ log2 X.
    pub volume: Decimal,
    /// Injections of one content up to so many ml cost the same whatever their volume.
    pub same_volume_ml: Decimal,
    /// Ratios between dosage forms, where a rule set gives any.
    pub forms: Vec<FormRatio>,
    /// Yuan added for a plastic bottle over glass (art. 14).
    pub plastic_bottle: Decimal,
    /// Yuan added for a soft bag over glass (art. 14).
    pub soft_bag: Decimal,
}

impl Default for Ratios {
    /// 发改价格〔2011〕2452号. It lays down at most 1 yuan for a plastic bottle and 4 for a soft bag.
    fn default() -> Self {
        Self {
            content: Decimal::new(17, 1),
            count: Decimal::new(195, 2),
            volume: Decimal::new(19, 1),
            same_volume_ml: Decimal::TEN,
            forms: Vec::new(),
            plastic_bottle: Decimal::ONE,
            soft_bag: Decimal::from(4),
        }
    }
}

/// The price ratio of one dosage form to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormRatio {
    /// The base's form.
    pub base: String,
    /// The other's form.
    pub other: String,
    /// Other price over base price.
    pub k: Decimal,
}

/// What a large infusion comes in (art. 14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Material {
    /// A glass bottle.
    Glass,
    /// A plastic bottle.
    PlasticBottle,
    /// A soft bag.
    SoftBag,
}

/// One side of a conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<'a> {
    /// The dosage form.
    pub form: &'a str,
    /// The specification as written.
    pub spec: &'a str,
    /// Smallest pieces in the pack; 1 compares unit prices.
    pub count: Decimal,
    /// What they are (片, 粒, 支 …); empty when it goes without saying.
    pub unit: &'a str,
    /// The material, when both sides say it.
    pub material: Option<Material>,
}

/// Which ratio a step applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// Dosage form.
    Form,
    /// Content.
    Content,
    /// Volume of liquids to drink.
    Volume,
    /// Volume of small injections of the same content, which makes no difference.
    SameVolume,
    /// Count of tablets and capsules.
    Count,
    /// Count of everything else, in proportion.
    CountLinear,
    /// Packaging material: an addition in yuan.
    Material,
}

impl StepKind {
    /// The step's name.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            StepKind::Form => t.catalog.step_form,
            StepKind::Content => t.catalog.step_content,
            StepKind::Volume | StepKind::SameVolume => t.catalog.step_volume,
            StepKind::Count | StepKind::CountLinear => t.catalog.step_count,
            StepKind::Material => t.catalog.step_material,
        }
    }

    /// The clause it comes from.
    pub fn clause(self, t: &Text) -> &'static str {
        match self {
            StepKind::Form => t.catalog.clause_form,
            StepKind::Content => t.catalog.clause_content,
            StepKind::Volume => t.catalog.clause_volume,
            StepKind::SameVolume => t.catalog.clause_same_volume,
            StepKind::Count => t.catalog.clause_count,
            StepKind::CountLinear => t.catalog.clause_count_linear,
            StepKind::Material => t.catalog.clause_material,
        }
    }
}

/// One step: the quantity ratio X (other over base) and the price ratio K it gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which ratio.
    pub kind: StepKind,
    /// Other over base; of materials the yuan added.
    pub x: Decimal,
    /// The price ratio; 1 for materials.
    pub k: Decimal,
}

/// A number as it is shown: to six decimals at most.
pub fn shown(number: Decimal) -> Decimal {
    half_up(number, 6).normalize()
}

impl Say for Step {
    fn say(&self, t: &Text) -> String {
        let (name, clause) = (self.kind.name(t), self.kind.clause(t));
        if self.kind == StepKind::Material {
            return fill(
                t.catalog.ratio_addition,
                &[("name", &name), ("amount", &self.x), ("clause", &clause)],
            );
        }
        let (x, k) = (shown(self.x), shown(self.k));
        fill(t.catalog.ratio_step, &[("name", &name), ("x", &x), ("k", &k), ("clause", &clause)])
    }
}

/// A conversion: its steps in the order of art. 16, the product of their ratios, and what is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// Each step that applies.
    pub steps: Vec<Step>,
    /// Other price over base price, before additions.
    pub k: Decimal,
    /// Yuan added for packaging material.
    pub addition: Decimal,
}

impl Conversion {
    /// The other's price from the base's, not yet rounded.
    pub fn exact(&self, base: Decimal) -> Result<Decimal, Refused> {
        if base <= Decimal::ZERO {
            return Err(Refused::Price(base));
        }
        base.checked_mul(self.k).and_then(|p| p.checked_add(self.addition)).ok_or(Refused::Size)
    }

    /// The other's price in yuan and cents, rounded half up once (art. 19).
    pub fn price(&self, base: Decimal) -> Result<Money, Refused> {
        // K is irrational and known to over 20 digits; a price that lies exactly on half a cent
        // (0.05 × 1.7) comes out within 1e-18 of it and must not fall to the wrong side.
        Money::rounded(half_up(self.exact(base)?, 14)).map_err(|_| Refused::Size)
    }
}

/// How a form is priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Tablets and capsules.
    Solid,
    /// Liquids to drink.
    Drunk,
    /// Injections.
    Injected,
    /// Everything else: sachets, pills, creams, drops for the eye …
    Rest,
}

fn class(form: &str, unit: &str) -> Class {
    let form = spec::plain(form);
    let says = |words: &[&str]| words.iter().any(|word| form.contains(word));
    if says(SOLID) && !says(NOT_SOLID) {
        return Class::Solid;
    }
    if says(DRUNK) && !says(NOT_DRUNK) {
        return Class::Drunk;
    }
    if says(INJECTED) {
        return Class::Injected;
    }
    // A form in other words (`薄膜衣`, the lot form `口服常释剂型`): then what is counted has to tell.
    if SOLID_PIECES.contains(&unit) && !says(PROPORTIONAL) {
        return Class::Solid;
    }
    Class::Rest
}

/// The conversion from the base to the other. The direction matters for the cent: the base is the given one.
pub fn convert(ratios: &Ratios, base: &Item<'_>, other: &Item<'_>) -> Result<Conversion, Refused> {
    let mut steps = Vec::new();
    steps.extend(form(ratios, base, other)?);
    let class = class(other.form, other.unit);
    steps.extend(content(ratios, class, base, other)?);
    steps.extend(count(ratios, class, base, other)?);
    let material = material(ratios, base, other);
    let addition = material.as_ref().map_or(Decimal::ZERO, |step| step.x);
    steps.extend(material);
    let k = steps.iter().try_fold(Decimal::ONE, |k, step| k.checked_mul(step.k)).ok_or(Refused::Size)?;
    // A K that has lost its digits would make prices of nothing.
    if k < Decimal::new(1, 8) || k > Decimal::from(100_000_000) {
        return Err(Refused::Size);
    }
    Ok(Conversion { steps, k, addition })
}

/// The price of one unit of a specification over one unit of the base specification, both in one form, to all
/// the digits it is known to. Specifications that say the same have the ratio 1, also those that cannot be read.
pub fn of_units(form: &str, base: &str, other: &str) -> Result<Decimal, Refused> {
    let item = |spec| Item { form, spec, count: Decimal::ONE, unit: "", material: None };
    convert(&Ratios::default(), &item(base), &item(other)).map(|found| found.k)
}

fn form(ratios: &Ratios, base: &Item<'_>, other: &Item<'_>) -> Result<Option<Step>, Refused> {
    let (from, to) = (spec::plain(base.form), spec::plain(other.form));
    if from == to {
        return Ok(None);
    }
    let found = ratios.forms.iter().find(|r| spec::plain(&r.base) == from && spec::plain(&r.other) == to);
    let refused = || Refused::Form { base: base.form.to_owned(), other: other.form.to_owned() };
    let k = found.ok_or_else(refused)?.k;
    Ok(Some(Step { kind: StepKind::Form, x: Decimal::ONE, k }))
}

/// Content and volume, which belong together: what is one drug in another volume depends on the form.
fn content(ratios: &Ratios, class: Class, base: &Item<'_>, other: &Item<'_>) -> Result<Vec<Step>, Refused> {
    if spec::plain(base.spec) == spec::plain(other.spec) {
        return Ok(Vec::new());
    }
    let (from, to) =
        (spec::spec(base.spec).map_err(Refused::Spec)?, spec::spec(other.spec).map_err(Refused::Spec)?);
    let refused = |why: fn(String, String) -> Refused| why(base.spec.to_owned(), other.spec.to_owned());
    let volumes = from.get(Measure::Volume).zip(to.get(Measure::Volume));
    let x = amounts(&from, &to);
    if let (Class::Drunk, Some((v0, v1))) = (class, volumes) {
        let v = ratio(v1, v0)?;
        // What is left of the content at the same volume: the concentration.
        let c = x.map_or(Ok(Decimal::ONE), |(a, b)| ratio(b, a)?.checked_div(v).ok_or(Refused::Size))?;
        let steps = [(StepKind::Content, ratios.content, near_one(c)), (StepKind::Volume, ratios.volume, v)];
        return steps.into_iter().filter(|(.., x)| *x != Decimal::ONE).map(power_step).collect();
    }
    let Some((a, b)) = x.or(volumes) else {
        return Err(refused(|base, other| Refused::Measure { base, other }));
    };
    if !in_proportion(&from, &to, volumes.is_some()) {
        return Err(refused(|base, other| Refused::Components { base, other }));
    }
    let x = ratio(b, a)?;
    if x != Decimal::ONE {
        return Ok(vec![power_step((StepKind::Content, ratios.content, x))?]);
    }
    match volumes {
        Some((v0, v1)) if v0 != v1 && class == Class::Injected => {
            if v0.max(v1) > ratios.same_volume_ml {
                return Err(refused(|base, other| Refused::Volume { base, other }));
            }
            Ok(vec![Step { kind: StepKind::SameVolume, x: ratio(v1, v0)?, k: Decimal::ONE }])
        }
        _ => Ok(Vec::new()),
    }
}

/// The two amounts to compare: the first measure that both state, of creams the weight filled.
fn amounts(base: &Spec, other: &Spec) -> Option<(Decimal, Decimal)> {
    let mass = Measure::Mass;
    match (base.get(Measure::Fill), other.get(Measure::Fill)) {
        // One says `10g:2mg`, the other only `20g`: that is what is filled.
        (Some(fill), None) => return Some((fill, other.get(mass)?)),
        (None, Some(fill)) => return Some((base.get(mass)?, fill)),
        _ => {}
    }
    let measures = [mass, Measure::Activity, Measure::Radioactivity, Measure::Substance, Measure::Area];
    measures.into_iter().find_map(|m| base.get(m).zip(other.get(m)))
}

/// Whether a compound's components grow alike. In an infusion what grows with the volume is the carrier (glucose,
/// sodium chloride), so there the first component alone counts.
fn in_proportion(base: &Spec, other: &Spec, infusion: bool) -> bool {
    let (Some(a), Some(b)) = (base.get(Measure::Mass), other.get(Measure::Mass)) else { return true };
    if infusion || base.components.len() != other.components.len() {
        return true;
    }
    let mut pairs = base.components.iter().zip(&other.components);
    pairs.all(|(c, d)| matches!((a.checked_mul(*d), b.checked_mul(*c)), (Some(x), Some(y)) if x == y))
}

fn count(ratios: &Ratios, class: Class, base: &Item<'_>, other: &Item<'_>) -> Result<Option<Step>, Refused> {
    for count in [base.count, other.count] {
        if count <= Decimal::ZERO {
            return Err(Refused::Count(count));
        }
    }
    let (from, to) = (spec::plain(base.unit), spec::plain(other.unit));
    let x = ratio(other.count, base.count)?;
    if class != Class::Solid {
        // A vial is a vial whether the line calls it 支 or 瓶; a sachet is no vial.
        let vial = |unit: &str| VIALS.contains(&unit);
        let alike = from == to || from.is_empty() || to.is_empty() || (vial(&from) && vial(&to));
        if !alike {
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

fn material(ratios: &Ratios, base: &Item<'_>, other: &Item<'_>) -> Option<Step> {
    let over_glass = |material| match material {
        Material::Glass => Decimal::ZERO,
        Material::PlasticBottle => ratios.plastic_bottle,
        Material::SoftBag => ratios.soft_bag,
    };
    let added = over_glass(other.material?) - over_glass(base.material?);
    (!added.is_zero()).then_some(Step { kind: StepKind::Material, x: added, k: Decimal::ONE })
}

fn ratio(other: Decimal, base: Decimal) -> Result<Decimal, Refused> {
    let x = other.checked_div(base).ok_or(Refused::Size)?;
    let far = Decimal::from(10_000_000);
    if x.checked_mul(far).is_none_or(|x| x < Decimal::ONE) || x > far {
        return Err(Refused::Size);
    }
    Ok(x)
}

/// One, when a division of equal ratios left it a last digit away.
fn near_one(x: Decimal) -> Decimal {
    if (x - Decimal::ONE).abs() < Decimal::new(1, 20) { Decimal::ONE } else { x }
}

fn power_step((kind, base, x): (StepKind, Decimal, Decimal)) -> Result<Step, Refused> {
    let k = power::of_log2(base, x).ok_or(Refused::Size)?;
    Ok(Step { kind, x, k })
}

#[cfg(test)]
mod tests;
