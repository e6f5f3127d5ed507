//! What the price of a listing is for: the smallest unit of its pack, how many of them the pack holds, and the
//! strength of one in mg.
//!
//! The smallest unit of tablets and capsules is the piece. Of everything else it is what the pack counts last:
//! the sachet, the vial or bottle, the pill, the patch, the suppository; never the box or the blister. A vial is
//! called 支 or 瓶, which is the same; a bottle and a bag of an infusion are not, since the bag alone may cost up to
//! 4 yuan (发改价格〔2011〕2452号 art. 14).

use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Incomparable, Listing, Quotient};
use crate::catalog::code::Kind;
use crate::catalog::ratio::{self, Ratios};
use crate::catalog::spec::{self, Measure, Spec};

/// What one unit is beside its strength: of tablets and capsules only that it is a piece.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Size {
    /// What is counted: the word that stands for all that mean the same.
    pub unit: &'static str,
    /// The volume (ml) or the weight of cream (mg) one holds, when the specification states it; of small
    /// injections the volume makes no difference and is left out.
    pub holds: Option<(Measure, Decimal)>,
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.holds {
            Some((Measure::Volume, ml)) => write!(f, "{} {}ml", self.unit, ratio::shown(ml)),
            Some((_, mg)) => write!(f, "{} {}mg", self.unit, ratio::shown(mg)),
            None => f.write_str(self.unit),
        }
    }
}

/// What a listing's price is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Yuan for one smallest unit, exact.
    pub price: Quotient,
    /// What one is.
    pub size: Size,
    /// The specification, or why it cannot be read.
    pub spec: Result<Spec, spec::Unreadable>,
    /// A tablet or capsule.
    pub is_solid: bool,
    /// The specification names several components.
    is_compound: bool,
}

/// The price of one smallest unit of a listing.
pub fn of(listing: &Listing) -> Result<Unit, Incomparable> {
    if !matches!(listing.code.kind(), Kind::Western | Kind::Patent) {
        return Err(Incomparable::Product(listing.code.kind()));
    }
    let pack = spec::pack(&listing.pack).map_err(Incomparable::Pack)?;
    let unit = || Incomparable::Unit { pack: listing.pack.clone(), unit: pack.unit.clone() };
    let smallest = ratio::smallest(&listing.form, &pack.unit).ok_or_else(unit)?;
    let found = spec::spec(&listing.spec);
    let repeated = pack.spec.as_deref().and_then(|text| spec::spec(text).ok());
    if let (Ok(own), Some(repeated)) = (&found, &repeated)
        && contradicts(own, repeated)
    {
        let (spec, pack) = (listing.spec.clone(), listing.pack.clone());
        return Err(Incomparable::Contradiction { spec, pack });
    }
    let by_piece = found.as_ref().is_ok_and(|spec| spec.by_piece) && !spec::is_piece(&pack.unit);
    let by_container = spec::is_piece(&pack.unit) && spec::is_by_container(&listing.spec);
    let by_dose = spec::is_by_dose(&listing.spec) && !spec::is_dose(&pack.unit);
    if by_piece || by_container || by_dose {
        return Err(Incomparable::Part { spec: listing.spec.clone(), unit: pack.unit });
    }
    let price = Quotient::of(listing.price.decimal());
    let count = pack.count.to_u128().and_then(|count| Quotient::new(count, 1));
    let price = price.zip(count).and_then(|(price, count)| price.over(count)).ok_or_else(unit)?;
    let holds = found.as_ref().ok().and_then(|spec| holds(listing, &pack.unit, spec));
    // `0.5g:0.1g` of a tablet or powder is a compound; of a cream the first is what holds the second.
    let is_solid = ratio::is_solid(&listing.form, &pack.unit);
    let is_whole = is_solid || ratio::is_injection(&listing.form, &pack.unit);
    let names_more =
        |spec: &Spec| !spec.components.is_empty() || (is_whole && spec.get(Measure::Fill).is_some());
    let is_compound = found.as_ref().is_ok_and(names_more);
    Ok(Unit { price, size: Size { unit: smallest, holds }, spec: found, is_solid, is_compound })
}

/// What one unit holds, where another volume or weight would be another thing.
fn holds(listing: &Listing, unit: &str, spec: &Spec) -> Option<(Measure, Decimal)> {
    let stated = |measure| spec.get(measure).map(|value| (measure, value.normalize()));
    if ratio::is_solid(&listing.form, unit) {
        return None;
    }
    if ratio::is_injection(&listing.form, unit) {
        // Injections of one content up to 10 ml cost the same whatever their volume.
        return stated(Measure::Volume).filter(|(_, ml)| *ml > Ratios::default().same_volume_ml);
    }
    stated(Measure::Volume).or_else(|| stated(Measure::Fill))
}

/// Whether two statements of one specification cannot both be true. A cream's weight may stand in one and its
/// content in the other, and a compound may be stated as a whole and by its components.
fn contradicts(own: &Spec, repeated: &Spec) -> bool {
    let weights = |spec: &Spec| {
        let stated = [Measure::Mass, Measure::Fill].into_iter().filter_map(|m| spec.get(m));
        let stated: Vec<Decimal> = stated.chain(spec.components.iter().copied()).collect();
        (stated.iter().sum::<Decimal>(), stated)
    };
    let ((sum, left), (other_sum, right)) = (weights(own), weights(repeated));
    let agrees = left.is_empty()
        || right.is_empty()
        || left.iter().any(|weight| right.contains(weight) || *weight == other_sum)
        || right.contains(&sum);
    let volumes = own.get(Measure::Volume).zip(repeated.get(Measure::Volume));
    !agrees || volumes.is_some_and(|(a, b)| a != b)
}

/// The strength of one unit in mg.
pub fn strength(listing: &Listing, unit: &Unit) -> Result<Decimal, Incomparable> {
    let spec = unit.spec.as_ref().map_err(|why| Incomparable::Spec(why.clone()))?;
    let mass = spec.get(Measure::Mass).ok_or_else(|| Incomparable::NoWeight(listing.spec.clone()))?;
    if unit.is_compound { Err(Incomparable::Compound(listing.spec.clone())) } else { Ok(mass.normalize()) }
}
