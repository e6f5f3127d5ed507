//! Screens, findings and outcomes in words.

use super::{Finding, Outcome, Screen, Threshold};
use crate::text::{Text, fill};

/// What is said of a screen.
pub struct Words {
    /// Its title.
    pub title: &'static str,
    /// Why it is worth a look.
    pub why: &'static str,
    /// What else could explain it.
    pub other: &'static str,
    /// The sentence about a finding.
    pub says: &'static str,
}

impl Screen {
    /// What is said of it.
    pub fn words(self, t: &Text) -> Words {
        let s = &t.screens;
        let [title, why, other, says] = match self {
            Screen::SingleBidder => {
                [s.single_bidder, s.single_bidder_why, s.single_bidder_other, s.single_bidder_says]
            }
            Screen::FewBidders => [s.few_bidders, s.few_bidders_why, s.few_bidders_other, s.few_bidders_says],
            Screen::IdenticalPrices => [
                s.identical_prices,
                s.identical_prices_why,
                s.identical_prices_other,
                s.identical_prices_says,
            ],
            Screen::LowSpread => [s.low_spread, s.low_spread_why, s.low_spread_other, s.low_spread_says],
            Screen::LowVariation => {
                [s.low_variation, s.low_variation_why, s.low_variation_other, s.low_variation_says]
            }
            Screen::RelativeDistance => [
                s.relative_distance,
                s.relative_distance_why,
                s.relative_distance_other,
                s.relative_distance_says,
            ],
            Screen::RelativeDistanceLast => [
                s.relative_distance_last,
                s.relative_distance_last_why,
                s.relative_distance_last_other,
                s.relative_distance_last_says,
            ],
            Screen::CoverGap => [s.cover_gap, s.cover_gap_why, s.cover_gap_other, s.cover_gap_says],
            Screen::CoverGapLast => {
                [s.cover_gap_last, s.cover_gap_last_why, s.cover_gap_last_other, s.cover_gap_last_says]
            }
            Screen::CloseSecond => {
                [s.close_second, s.close_second_why, s.close_second_other, s.close_second_says]
            }
            Screen::FarSecond => [s.far_second, s.far_second_why, s.far_second_other, s.far_second_says],
            Screen::Skewness => [s.skewness, s.skewness_why, s.skewness_other, s.skewness_says],
            Screen::Kurtosis => [s.kurtosis, s.kurtosis_why, s.kurtosis_other, s.kurtosis_says],
            Screen::NearCeiling => {
                [s.near_ceiling, s.near_ceiling_why, s.near_ceiling_other, s.near_ceiling_says]
            }
            Screen::CeilingFraction => [
                s.ceiling_fraction,
                s.ceiling_fraction_why,
                s.ceiling_fraction_other,
                s.ceiling_fraction_says,
            ],
            Screen::RoundNumbers => {
                [s.round_numbers, s.round_numbers_why, s.round_numbers_other, s.round_numbers_says]
            }
            Screen::SameText => [s.same_text, s.same_text_why, s.same_text_other, s.same_text_says],
            Screen::OverCeiling => {
                [s.over_ceiling, s.over_ceiling_why, s.over_ceiling_other, s.over_ceiling_says]
            }
            Screen::LowestInvalid => {
                [s.lowest_invalid, s.lowest_invalid_why, s.lowest_invalid_other, s.lowest_invalid_says]
            }
            Screen::RelatedMeet => {
                [s.related_meet, s.related_meet_why, s.related_meet_other, s.related_meet_says]
            }
            Screen::ConstantFactor => {
                [s.constant_factor, s.constant_factor_why, s.constant_factor_other, s.constant_factor_says]
            }
            Screen::Rotation => [s.rotation, s.rotation_why, s.rotation_other, s.rotation_says],
            Screen::SameDevice => [s.same_device, s.same_device_why, s.same_device_other, s.same_device_says],
            Screen::SameAuthor => [s.same_author, s.same_author_why, s.same_author_other, s.same_author_says],
            Screen::OftenLosing => {
                [s.often_losing, s.often_losing_why, s.often_losing_other, s.often_losing_says]
            }
            Screen::WithdrawnLate => {
                [s.withdrawn_late, s.withdrawn_late_why, s.withdrawn_late_other, s.withdrawn_late_says]
            }
        };
        Words { title, why, other, says }
    }

    /// What its minimum number counts.
    pub fn unit(self, t: &Text) -> &'static str {
        use Screen::*;
        match self {
            RelativeDistanceLast => t.screens.unit_losers,
            CloseSecond | FarSecond | ConstantFactor | Rotation => t.screens.unit_lots,
            RelatedMeet | SameDevice | SameAuthor | OftenLosing | WithdrawnLate => t.screens.unit_companies,
            _ => t.screens.unit_bids,
        }
    }

    /// The sign between its figure and its threshold.
    pub fn sign(self) -> &'static str {
        use Screen::*;
        match self {
            SingleBidder | FewBidders | LowSpread | LowVariation | CloseSecond | Skewness
            | ConstantFactor | Rotation | SameDevice | OftenLosing => "≤",
            _ => "≥",
        }
    }
}

impl Outcome {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Outcome::Explained => t.screens.outcome_explained,
            Outcome::Checking => t.screens.outcome_checking,
            Outcome::Referred => t.screens.outcome_referred,
        }
    }
}

impl Finding {
    /// The neutral sentence, with the companies as they are called here.
    pub fn says(&self, companies: &[&str], t: &Text) -> String {
        let (lot, names) = (self.lot.as_deref().unwrap_or_default(), companies.join(t.files.list_join));
        let (figure, threshold) = (self.shown(), super::rules::plain(&self.threshold));
        let values: [(&str, &dyn std::fmt::Display); 5] = [
            ("lot", &lot),
            ("n", &self.n),
            ("figure", &figure),
            ("threshold", &threshold),
            ("companies", &names),
        ];
        fill(self.screen.words(t).says, &values)
    }

    /// The figure for people: six decimals at most.
    pub fn shown(&self) -> String {
        super::rules::plain(&self.figure)
    }

    /// What the figure was held against, for people: `≤ 0.06`.
    pub fn held(&self) -> String {
        format!("{} {}", self.screen.sign(), super::rules::plain(&self.threshold))
    }
}

impl Threshold {
    /// How sure it is, for people.
    pub fn mark(&self, t: &Text) -> &'static str {
        self.confidence.name(t)
    }
}
