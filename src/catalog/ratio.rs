//! The price ratios between specifications and packs of one drug (差比价, 发改价格〔2011〕2452号), as pure
//! arithmetic: other price = base price × K, rounded once at the end.
//!
//! Art. 16 gives the order: dosage form, content, volume, pack count, packaging material, packaging form.

mod forms;
pub mod lines;
mod packs;
mod power;
mod refused;

use rust_decimal::Decimal;

pub use self::forms::spelling as form_name;
use self::forms::{Class, class};
pub use self::packs::smallest;
pub use self::refused::Refused;
use super::spec::{self, Measure, Spec};
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
    /// Injections are of large volume from so many ml.
    pub large_volume_ml: Decimal,
    /// Ratios between dosage forms, where somebody gives any: the rule's own table is not in here.
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
            large_volume_ml: Decimal::from(50),
            forms: Vec::new(),
            plastic_bottle: Decimal::ONE,
            soft_bag: Decimal::from(4),
        }
    }
}

/// The price relation of one dosage form to another; the way back is its reverse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormRatio {
    /// The base's form.
    pub base: String,
    /// The other's form.
    pub other: String,
    /// Other price over base price.
    pub k: Decimal,
    /// Yuan added for each piece after that.
    pub yuan: Decimal,
}

crate::words! {
    /// What a large infusion comes in (art. 14).
    Material {
        /// A glass bottle.
        Glass = "glass",
        /// A plastic bottle.
        PlasticBottle = "plastic_bottle",
        /// A soft bag.
        SoftBag = "soft_bag",
    }
}

impl Material {
    /// The material's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Material::Glass => t.catalog.material_glass,
            Material::PlasticBottle => t.catalog.material_plastic_bottle,
            Material::SoftBag => t.catalog.material_soft_bag,
        }
    }
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
    /// Dosage form: an addition in yuan.
    FormYuan,
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
            StepKind::Form | StepKind::FormYuan => t.catalog.step_form,
            StepKind::Content => t.catalog.step_content,
            StepKind::Volume | StepKind::SameVolume => t.catalog.step_volume,
            StepKind::Count | StepKind::CountLinear => t.catalog.step_count,
            StepKind::Material => t.catalog.step_material,
        }
    }

    /// The clause it comes from.
    pub fn clause(self, t: &Text) -> &'static str {
        match self {
            StepKind::Form | StepKind::FormYuan => t.catalog.clause_form,
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
    /// Other over base; of an addition the yuan added to the pack.
    pub x: Decimal,
    /// The price ratio; 1 for an addition.
    pub k: Decimal,
}

impl Step {
    /// Whether yuan are added instead of multiplying.
    pub fn is_addition(&self) -> bool {
        matches!(self.kind, StepKind::Material | StepKind::FormYuan)
    }

    /// What becomes of a price by this step.
    pub fn apply(&self, price: Decimal) -> Option<Decimal> {
        if self.is_addition() { price.checked_add(self.x) } else { price.checked_mul(self.k) }
    }
}

/// A number as it is shown: to six decimals at most.
pub fn shown(number: Decimal) -> Decimal {
    half_up(number, 6).normalize()
}

impl Say for Step {
    fn say(&self, t: &Text) -> String {
        let (name, clause) = (self.kind.name(t), self.kind.clause(t));
        if self.is_addition() {
            let text =
                if self.x < Decimal::ZERO { t.catalog.ratio_deduction } else { t.catalog.ratio_addition };
            let amount = shown(self.x.abs());
            return fill(text, &[("name", &name), ("amount", &amount), ("clause", &clause)]);
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
    /// Yuan added for form and packaging material.
    pub addition: Decimal,
}

impl Conversion {
    /// The other's price from the base's, not yet rounded.
    pub fn exact(&self, base: Decimal) -> Result<Decimal, Refused> {
        if base <= Decimal::ZERO {
            return Err(Refused::Price(base));
        }
        let price = base.checked_mul(self.k).and_then(|p| p.checked_add(self.addition));
        let price = price.ok_or(Refused::Size)?;
        if price <= Decimal::ZERO { Err(Refused::BelowZero(half_up(price, 2))) } else { Ok(price) }
    }

    /// Whether the other is smaller and would cost more than the base all the same: what is not the
    /// representative and smaller than it may not cost more (art. 16).
    pub fn smaller_costs_more(&self, base: Decimal, other: Decimal) -> bool {
        use StepKind::{Content, Count, CountLinear, Volume};
        let sizes = || self.steps.iter().filter(|s| matches!(s.kind, Content | Volume | Count | CountLinear));
        other > base && sizes().all(|s| s.x <= Decimal::ONE) && sizes().any(|s| s.x < Decimal::ONE)
    }

    /// The other's price in yuan and cents, rounded half up once (art. 19).
    pub fn price(&self, base: Decimal) -> Result<Money, Refused> {
        // K is irrational and known to over 20 digits; a price that lies exactly on half a cent
        // (0.05 × 1.7) comes out within 1e-18 of it and must not fall to the wrong side.
        Money::rounded(half_up(self.exact(base)?, 14)).map_err(|_| Refused::Size)
    }
}

/// The conversion from the base to the other. The direction matters for the cent: the base is the given one.
pub fn convert(ratios: &Ratios, base: &Item<'_>, other: &Item<'_>) -> Result<Conversion, Refused> {
    let form = form(ratios, base, other)?;
    let class = class(other.form, other.unit);
    let content = content(ratios, class, base, other)?;
    let leads_up = !form.is_empty() && forms::leads_up(ratios, base, other);
    let mut steps = if leads_up { [content, form].concat() } else { [form, content].concat() };
    steps.extend(packs::count(ratios, class, base, other)?);
    steps.extend(packs::material(ratios, class, base, other)?);
    // Every step is linear in the price, so all of them together are one factor and one addition.
    let (mut k, mut addition) = (Decimal::ONE, Decimal::ZERO);
    for step in &steps {
        addition = step.apply(addition).ok_or(Refused::Size)?;
        k = k.checked_mul(step.k).ok_or(Refused::Size)?;
    }
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

/// Whether the form, or else what is counted, says tablet or capsule.
pub fn is_solid(form: &str, unit: &str) -> bool {
    class(form, &spec::plain(unit)) == Class::Solid
}

/// Whether the form says injection or infusion.
pub fn is_injection(form: &str, unit: &str) -> bool {
    class(form, &spec::plain(unit)) == Class::Injected
}

fn form(ratios: &Ratios, base: &Item<'_>, other: &Item<'_>) -> Result<Vec<Step>, Refused> {
    let spelt = |given: &FormRatio, from: &str, to: &str| {
        forms::is_spelt_same(&given.base, from) && forms::is_spelt_same(&given.other, to)
    };
    let (from, to) = (base.form, other.form);
    let there = ratios.forms.iter().find(|given| spelt(given, from, to));
    let back = ratios.forms.iter().find(|given| spelt(given, to, from));
    let yuan = |each: Decimal| {
        // Form comes before count: what is added is added to each piece of the base's pack.
        let x = each.checked_mul(base.count).ok_or(Refused::Size)?;
        Ok(Step { kind: StepKind::FormYuan, x, k: Decimal::ONE })
    };
    let times = |k| Step { kind: StepKind::Form, x: Decimal::ONE, k };
    let steps = match (there, back) {
        _ if forms::is_same(ratios, base, other) => Vec::new(),
        (Some(given), _) => vec![times(given.k), yuan(given.yuan)?],
        (None, Some(given)) => {
            let k = Decimal::ONE.checked_div(given.k).ok_or(Refused::Size)?;
            vec![yuan(-given.yuan)?, times(k)]
        }
        (None, None) => return Err(Refused::Form { base: from.to_owned(), other: to.to_owned() }),
    };
    let only = steps.len();
    let counts = |step: &Step| if step.is_addition() { !step.x.is_zero() } else { step.k != Decimal::ONE };
    let kept: Vec<Step> = steps.iter().filter(|step| counts(step)).cloned().collect();
    // A relation of 1 is shown too: somebody has laid it down.
    Ok(if kept.is_empty() && only > 0 { vec![times(Decimal::ONE)] } else { kept })
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
    let components = || refused(|base, other| Refused::Components { base, other });
    let is_weighed = forms::is_weighed(base.form);
    let x = amounts((class, is_weighed), &from, &to).map_err(|()| components())?;
    if class == Class::Drunk && !grow_alike(&from, &to) {
        return Err(components());
    }
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
    // In an infusion what grows with the volume is the carrier (glucose, sodium chloride), so there the first
    // component alone counts.
    if volumes.is_none() && !grow_alike(&from, &to) {
        return Err(components());
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

/// The two amounts to compare: the first measure that both state, of creams the weight filled. None when it cannot be
/// told what one side's only weight is. Refused when one side states a compound as a whole and the other its components,
/// and they do not add up.
fn amounts(
    (class, is_weighed): (Class, bool),
    base: &Spec,
    other: &Spec,
) -> Result<Option<(Decimal, Decimal)>, ()> {
    let mass = Measure::Mass;
    let masses = base.get(mass).zip(other.get(mass));
    let fills = (base.get(Measure::Fill), other.get(Measure::Fill));
    let is_compound = matches!(class, Class::Solid | Class::Injected);
    match (fills, masses) {
        // `0.5g:0.1g` of a tablet or powder is a compound.
        ((Some(f0), Some(f1)), Some((m0, m1))) if is_compound => {
            let alike = f0.checked_mul(m1).zip(f1.checked_mul(m0)).is_some_and(|(a, b)| a == b);
            return if alike { Ok(Some((f0, f1))) } else { Err(()) };
        }
        ((Some(fill), None), Some((m0, m1))) if is_compound => return Ok(fill.checked_add(m0).zip(Some(m1))),
        ((None, Some(fill)), Some((m0, m1))) if is_compound => return Ok(Some(m0).zip(fill.checked_add(m1))),
        // One says `10g:2mg`, the other only one weight.
        ((Some(fill), None), Some((content, only))) => {
            return Ok(held(is_weighed, fill, content, only).map(|held| (held, only)));
        }
        ((None, Some(fill)), Some((only, content))) => {
            return Ok(held(is_weighed, fill, content, only).map(|held| (only, held)));
        }
        ((Some(fill), None), None) => return Ok(Some(fill).zip(other.get(mass))),
        ((None, Some(fill)), None) => return Ok(base.get(mass).zip(Some(fill))),
        _ => {}
    }
    if let Some((m0, m1)) = masses
        && base.components.len() != other.components.len()
    {
        return one_sided(base, other, (m0, m1));
    }
    let measures = [mass, Measure::Activity, Measure::Radioactivity, Measure::Substance, Measure::Area];
    Ok(measures.into_iter().find_map(|m| base.get(m).zip(other.get(m))))
}

/// How far apart, in times, two amounts of the same kind may lie.
const APART: i64 = 10;

/// What an only weight is held against: what is filled, or what it contains. Creams are told by what is filled (`20g`
/// beside `10g:2mg`). A sachet's only weight may be either (`4mg` or `1g` beside `0.5g:4mg`): it is the one it is equal
/// to, else the one it lies near to; where that is both or neither nobody can tell.
fn held(is_weighed: bool, fill: Decimal, content: Decimal, only: Decimal) -> Option<Decimal> {
    if only == content {
        return Some(content);
    }
    if only == fill || is_weighed {
        return Some(fill);
    }
    let apart = Decimal::from(APART);
    let near_content = only <= content.checked_mul(apart)?;
    let near_fill = only.checked_mul(apart)? >= fill;
    match (near_content, near_fill) {
        (true, false) => Some(content),
        (false, true) => Some(fill),
        _ => None,
    }
}

/// One side names more components than the other: the whole can still be told when one is the sum of the other,
/// when the first weights agree, or when a line only repeats itself.
fn one_sided(
    base: &Spec,
    other: &Spec,
    (m0, m1): (Decimal, Decimal),
) -> Result<Option<(Decimal, Decimal)>, ()> {
    let sum = |spec: &Spec, first: Decimal| spec.components.iter().fold(first, |sum, part| sum + *part);
    let repeats = |spec: &Spec, first: Decimal| spec.components.iter().all(|part| *part == first);
    let volumes = base.get(Measure::Volume).is_some() && other.get(Measure::Volume).is_some();
    if m0 == m1 || volumes || (repeats(base, m0) && repeats(other, m1)) {
        return Ok(Some((m0, m1)));
    }
    let (s0, s1) = (sum(base, m0), sum(other, m1));
    if s0 == m1 || s1 == m0 || s0 == s1 { Ok(Some((Decimal::ONE, Decimal::ONE))) } else { Err(()) }
}

/// Whether a compound's components grow alike.
fn grow_alike(base: &Spec, other: &Spec) -> bool {
    let (Some(a), Some(b)) = (base.get(Measure::Mass), other.get(Measure::Mass)) else { return true };
    if base.components.len() != other.components.len() {
        return true;
    }
    let mut pairs = base.components.iter().zip(&other.components);
    pairs.all(|(c, d)| a.checked_mul(*d).zip(b.checked_mul(*c)).is_some_and(|(x, y)| near(x, y)))
}

/// Equal but for the last digits that a division leaves.
fn near(x: Decimal, y: Decimal) -> bool {
    (x - y).abs() <= x.abs().max(y.abs()) * Decimal::new(1, 15)
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
