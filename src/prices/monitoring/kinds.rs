//! What monitoring rules look for, and the words their documents use.

use crate::text::Text;

crate::words! {
    /// What a rule looks for.
    Kind {
        /// Listing prices that are a multiple of the lowest of their group.
        LowestMultiple = "lowest_multiple",
        /// Prices paid above the contract's.
        AboveContract = "above_contract",
        /// Prices paid above the payment standard.
        AboveStandard = "above_standard",
        /// Prices paid above the lot's highest valid offer (最高有效申报价).
        AboveCeiling = "above_ceiling",
        /// Prices paid above the lowest listing of other regions.
        DearerElsewhere = "dearer_elsewhere",
        /// A hospital's price that jumps from one month to the next.
        MonthChange = "month_change",
        /// Prices far from the median of the comparable group in the month.
        Outlier = "outlier",
        /// A product's price that rises little by little (CUSUM).
        Drift = "drift",
        /// A month's quantity that is a multiple of the usual one.
        Volume = "volume",
        /// The price of a product that won, creeping above the award's.
        Creep = "creep",
        /// A product that won and that a hospital with a contract never bought.
        NeverBought = "never_bought",
        /// Products that did not win, bought in the place of those that did.
        Substitution = "substitution",
    }

    /// How grave a finding is, the mildest first.
    Tier {
        /// The lowest price itself.
        None = "none",
        /// Yellow warning (黄色预警).
        Yellow = "yellow",
        /// Red, one star (红色一星).
        Red1 = "red1",
        /// Red, two stars (红色二星).
        Red2 = "red2",
        /// Red, three stars (红色三星).
        Red3 = "red3",
    }
}

/// A number that a kind of rule needs beside its tiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needed {
    /// Its name.
    pub name: &'static str,
    /// It is a whole number.
    pub is_whole: bool,
    /// The least it may be, in ten-thousandths.
    pub least: i64,
    /// The most it may be, in ten-thousandths.
    pub most: i64,
}

const fn whole(name: &'static str, least: i64, most: i64) -> Needed {
    Needed { name, is_whole: true, least: least * 10_000, most: most * 10_000 }
}

const fn part(name: &'static str, least: i64, most: i64) -> Needed {
    Needed { name, is_whole: false, least, most }
}

impl Kind {
    /// The numbers its documents must name.
    pub fn needs(self) -> &'static [Needed] {
        const MONTH: &[Needed] = &[whole("gap", 1, 12), whole("falls", 0, 1)];
        const OUTLIER: &[Needed] = &[
            part("scale", 1, 100_000),
            whole("least_purchases", 1, 1_000),
            part("least_mad", 0, 10_000),
            whole("below", 0, 1),
        ];
        const DRIFT: &[Needed] =
            &[whole("span", 3, 36), whole("base_months", 1, 12), part("allowance", 0, 10_000)];
        const VOLUME: &[Needed] = &[whole("span", 1, 36), whole("least_months", 1, 36)];
        const MONTHS: &[Needed] = &[whole("months", 1, 36)];
        match self {
            Kind::MonthChange => MONTH,
            Kind::Outlier => OUTLIER,
            Kind::Drift => DRIFT,
            Kind::Volume => VOLUME,
            Kind::Creep | Kind::NeverBought => MONTHS,
            _ => &[],
        }
    }

    /// Whether only a scan up to the present month judges it: by the listings of today, or by what was not bought.
    pub fn is_of_today(self) -> bool {
        matches!(self, Kind::LowestMultiple | Kind::NeverBought)
    }

    /// Whether its tiers begin at multiples of a reference, which are above one; else at shares or deviations.
    pub fn is_multiple(self) -> bool {
        !matches!(self, Kind::Outlier | Kind::Drift | Kind::NeverBought | Kind::Substitution)
    }

    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.scans;
        match self {
            Kind::LowestMultiple => m.kind_lowest_multiple,
            Kind::AboveContract => m.kind_above_contract,
            Kind::AboveStandard => m.kind_above_standard,
            Kind::AboveCeiling => m.kind_above_ceiling,
            Kind::DearerElsewhere => m.kind_dearer_elsewhere,
            Kind::MonthChange => m.kind_month_change,
            Kind::Outlier => m.kind_outlier,
            Kind::Drift => m.kind_drift,
            Kind::Volume => m.kind_volume,
            Kind::Creep => m.kind_creep,
            Kind::NeverBought => m.kind_never_bought,
            Kind::Substitution => m.kind_substitution,
        }
    }
}

impl Tier {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.monitoring;
        match self {
            Tier::None => m.tier_none,
            Tier::Yellow => m.tier_yellow,
            Tier::Red1 => m.tier_red1,
            Tier::Red2 => m.tier_red2,
            Tier::Red3 => m.tier_red3,
        }
    }
}
