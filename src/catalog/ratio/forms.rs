//! Dosage forms: one form under several spellings, the class that decides how counts and volumes are priced, and
//! what an injection is.

use rust_decimal::Decimal;

use super::{Item, Ratios};
use crate::catalog::spec::{self, Measure};
use crate::catalog::words::{
    CRYSTAL, DRUNK, FREEZE_DRIED, INJECTED, LARGE_VOLUME, NOT_DRUNK, NOT_SOLID, PLAIN_INJECTION, POWDER,
    PROPORTIONAL, SMALL_VOLUME, SOLID, SOLID_PIECES, SPELLINGS, UMBRELLAS, WEIGHED,
};

/// How a form is priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Tablets and capsules.
    Solid,
    /// Liquids to drink.
    Drunk,
    /// Injections.
    Injected,
    /// Everything else: sachets, pills, creams, drops for the eye …
    Rest,
}

pub(super) fn class(form: &str, unit: &str) -> Class {
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

/// Whether a form is sold by the weight filled: creams, gels and the like.
pub(super) fn is_weighed(form: &str) -> bool {
    let form = spec::plain(form);
    WEIGHED.iter().any(|word| form.contains(word))
}

/// The spelling that stands for all spellings of a form.
pub fn spelling(form: &str) -> String {
    let form = spec::plain(form);
    let bare = |text: &str| {
        let text = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(text);
        let group = SPELLINGS.iter().find(|group| group.contains(&text));
        group.and_then(|group| group.first()).map(|first| (*first).to_owned())
    };
    // `片剂(薄膜衣片)`, `片剂薄膜衣片`: what stands behind is more exact.
    let inner = UMBRELLAS.iter().find_map(|umbrella| form.strip_prefix(umbrella)).filter(|i| !i.is_empty());
    inner.and_then(bare).or_else(|| bare(&form)).unwrap_or(form)
}

/// What an injection is (art. 16 (1)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Injection {
    /// A solution of small volume.
    Small,
    /// A solution of large volume.
    Large,
    /// A powder, nobody says which.
    Powder,
    /// A powder filled in dry.
    Plain,
    /// A powder crystallised from a solvent.
    Crystal,
    /// A freeze-dried powder.
    FreezeDried,
}

impl Injection {
    fn of(ratios: &Ratios, item: &Item<'_>) -> Option<Self> {
        let form = spec::plain(item.form);
        let says = |words: &[&str]| words.iter().any(|word| form.contains(word));
        let volume = || spec::spec(item.spec).ok().and_then(|spec| spec.get(Measure::Volume));
        let by_words = [
            (FREEZE_DRIED, Self::FreezeDried),
            (CRYSTAL, Self::Crystal),
            (POWDER, Self::Plain),
            (LARGE_VOLUME, Self::Large),
            (SMALL_VOLUME, Self::Small),
        ];
        if let Some((_, kind)) = by_words.into_iter().find(|(words, _)| says(words)) {
            return Some(kind);
        }
        let inner = form.replace(['(', ')'], "");
        let is_plain = PLAIN_INJECTION.iter().any(|word| inner.replace(word, "").is_empty())
            || PLAIN_INJECTION.iter().fold(inner, |rest, word| rest.replace(word, "")).is_empty();
        if !is_plain {
            return None;
        }
        Some(match volume() {
            None => Self::Powder,
            Some(volume) if volume >= ratios.large_volume_ml => Self::Large,
            Some(_) => Self::Small,
        })
    }

    /// Freeze-dried powders and large volumes stand above small volumes and plain powders.
    fn is_high(self) -> bool {
        matches!(self, Self::FreezeDried | Self::Large)
    }

    fn is_powder(self) -> bool {
        !matches!(self, Self::Small | Self::Large)
    }

    fn is_same(self, other: Self) -> bool {
        let open = self == Self::Powder || other == Self::Powder;
        self == other || (open && self.is_powder() && other.is_powder())
    }
}

/// Whether two items have the same form, whatever words say so.
pub(super) fn is_same(ratios: &Ratios, base: &Item<'_>, other: &Item<'_>) -> bool {
    if is_spelt_same(base.form, other.form) {
        return true;
    }
    let kinds = Injection::of(ratios, base).zip(Injection::of(ratios, other));
    kinds.is_some_and(|(from, to)| from.is_same(to))
}

/// Whether two names are spellings of one form.
pub(super) fn is_spelt_same(one: &str, other: &str) -> bool {
    spec::plain(one) == spec::plain(other) || spelling(one) == spelling(other)
}

/// Whether the way leads from a small volume or plain powder up to a large volume or freeze-dried powder: then
/// content comes before form (art. 16 (1)).
pub(super) fn leads_up(ratios: &Ratios, base: &Item<'_>, other: &Item<'_>) -> bool {
    let kinds = Injection::of(ratios, base).zip(Injection::of(ratios, other));
    kinds.is_some_and(|(from, to)| !from.is_high() && to.is_high())
}

/// Whether the item can be a large infusion: an injection that does not say it is smaller.
pub(super) fn is_infusion(ratios: &Ratios, item: &Item<'_>) -> bool {
    let volume = spec::spec(item.spec).ok().and_then(|spec| spec.get(Measure::Volume));
    class(item.form, item.unit) == Class::Injected
        && volume.is_none_or(|volume: Decimal| volume >= ratios.large_volume_ml)
}
