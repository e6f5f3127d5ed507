//! The figures a finding carries beside its prices: a closed set of names, so that pages and mails can print them.

use super::Finding;
use crate::text::Text;

crate::words! {
    /// A figure of a finding. Prices are yuan for one smallest unit; shares are parts of one.
    Figure {
        /// The number of the contract.
        Contract = "contract",
        /// Yuan for one unit by the contract.
        ContractPrice = "contract_price",
        /// Yuan the fund recognises for one unit.
        PaymentStandard = "payment_standard",
        /// The highest valid offer (最高有效申报价) for one unit.
        Ceiling = "ceiling",
        /// The price that won, for one unit.
        AwardPrice = "award_price",
        /// The code of the lot.
        Lot = "lot",
        /// How much dearer than the reference, as a share of it.
        Excess = "excess",
        /// How many times the reference.
        Ratio = "ratio",
        /// The lowest listing of other regions, for one unit.
        Elsewhere = "elsewhere",
        /// The region that has it.
        ElsewhereRegion = "elsewhere_region",
        /// How many other regions list the product.
        Regions = "regions",
        /// The lowest price of one unit in the group.
        GroupLowest = "group_lowest",
        /// The product that has it.
        GroupLowestProduct = "group_lowest_product",
        /// The mean price of the month before.
        Previous = "previous",
        /// The change on it, as a share.
        Change = "change",
        /// The median of the group in the month.
        Median = "median",
        /// The median of the distances from the median.
        Mad = "mad",
        /// The distance in robust standard deviations.
        Deviations = "deviations",
        /// The highest price paid in the month.
        Highest = "highest",
        /// The mean price of the base months.
        Baseline = "baseline",
        /// The cumulative sum of what lies above the allowance, in shares of the baseline.
        Drift = "drift",
        /// For how many months in a row.
        Months = "months",
        /// The median of the quantities of the months before.
        UsualQuantity = "usual_quantity",
        /// The quantity agreed for the year.
        AgreedQuantity = "agreed_quantity",
        /// What was bought of it.
        Bought = "bought",
        /// What was bought of the lot's winning products.
        WinnerQuantity = "winner_quantity",
        /// The share of products that did not win.
        NonWinnerShare = "non_winner_share",
        /// How many prices or products it was compared with.
        Peers = "peers",
        /// The lowest of these.
        PeerLowest = "peer_lowest",
        /// Their median.
        PeerMedian = "peer_median",
        /// The highest of these.
        PeerHighest = "peer_highest",
        /// How many purchases were judged.
        Purchases = "purchases",
        /// How many purchases the group had.
        GroupPurchases = "group_purchases",
    }
}

impl Figure {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let f = &t.figures;
        match self {
            Figure::Contract => f.contract,
            Figure::ContractPrice => f.contract_price,
            Figure::PaymentStandard => f.payment_standard,
            Figure::Ceiling => f.ceiling,
            Figure::AwardPrice => f.award_price,
            Figure::Lot => f.lot,
            Figure::Excess => f.excess,
            Figure::Ratio => f.ratio,
            Figure::Elsewhere => f.elsewhere,
            Figure::ElsewhereRegion => f.elsewhere_region,
            Figure::Regions => f.regions,
            Figure::GroupLowest => f.group_lowest,
            Figure::GroupLowestProduct => f.group_lowest_product,
            Figure::Previous => f.previous,
            Figure::Change => f.change,
            Figure::Median => f.median,
            Figure::Mad => f.mad,
            Figure::Deviations => f.deviations,
            Figure::Highest => f.highest,
            Figure::Baseline => f.baseline,
            Figure::Drift => f.drift,
            Figure::Months => f.months,
            Figure::UsualQuantity => f.usual_quantity,
            Figure::AgreedQuantity => f.agreed_quantity,
            Figure::Bought => f.bought,
            Figure::WinnerQuantity => f.winner_quantity,
            Figure::NonWinnerShare => f.non_winner_share,
            Figure::Peers => f.peers,
            Figure::PeerLowest => f.peer_lowest,
            Figure::PeerMedian => f.peer_median,
            Figure::PeerHighest => f.peer_highest,
            Figure::Purchases => f.purchases,
            Figure::GroupPurchases => f.group_purchases,
        }
    }
}

/// The figures of a finding in the order its rule names them; names this program does not know are left out.
pub fn figures(of: &Finding) -> Vec<(Figure, String)> {
    let pairs: Vec<(String, String)> = serde_json::from_str(&of.figures).unwrap_or_default();
    pairs.into_iter().filter_map(|(name, value)| Some((name.parse().ok()?, value))).collect()
}

/// Figures as a finding keeps them.
pub fn stored(figures: &[(Figure, String)]) -> Result<String, serde_json::Error> {
    serde_json::to_string(figures)
}
