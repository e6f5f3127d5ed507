//! Each indicator as a declared row: how it is computed, from which tables, what of it is counted, and its words.

use crate::indicators::Indicator;
use crate::text::Text;

/// How a value is made of a numerator and a denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formula {
    /// Numerator over denominator, as percent.
    Ratio,
    /// A sum of shares (six decimals) over how many there are, as percent.
    Mean,
    /// The largest of shares (six decimals), as percent.
    Largest,
    /// An amount in yuan (two decimals).
    Amount,
    /// A number of things.
    Count,
}

/// What is counted by itself; what lies above it is summed from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// Hospitals: counties are sums of them, and so is the city.
    Hospital,
    /// Rounds, which are the whole city's: the city is the sum of them and there are no counties.
    Round,
    /// Things that hospitals share, each counted once for a hospital, for a county and for the city.
    Distinct,
}

/// How a year is made of its months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Their sum.
    Sum,
    /// The last of them: the figure is one of a day.
    Last,
    /// The largest of them.
    Max,
}

/// Which way is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// The higher the better.
    High,
    /// The lower the better.
    Low,
}

/// An indicator's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// How its value is made.
    pub formula: Formula,
    /// What is counted.
    pub base: Base,
    /// How a year is made of months.
    pub over: Over,
    /// Which way is good.
    pub better: Better,
    /// Whether it is computed only when no figure it needs is missing; of others the gap is said beside the value.
    pub is_whole: bool,
    /// The list of what it counts.
    pub list: &'static str,
    /// The tables its numerator is counted from.
    pub above: &'static str,
    /// The tables its denominator is counted from; empty where there is none.
    pub below: &'static str,
}

const fn row(
    formula: Formula,
    (base, over): (Base, Over),
    list: &'static str,
    above: &'static str,
    below: &'static str,
) -> Definition {
    Definition { formula, base, over, better: Better::High, is_whole: false, list, above, below }
}

/// A row of which a value without every figure it needs would mislead.
const fn whole(row: Definition) -> Definition {
    Definition { is_whole: true, ..row }
}

impl Indicator {
    /// Its row.
    pub fn definition(self) -> Definition {
        use Base::{Distinct, Hospital, Round};
        use Formula::{Amount, Count, Largest, Mean, Ratio};
        use Over::{Last, Max, Sum};
        match self {
            Indicator::PlatformDrugs => whole(row(
                Ratio,
                (Hospital, Sum),
                "/indicators/inputs",
                "purchase_sums (transactions)",
                "purchase_sums, indicator_inputs",
            )),
            Indicator::PlatformConsumables => whole(row(
                Ratio,
                (Hospital, Sum),
                "/indicators/inputs",
                "purchase_sums (transactions)",
                "purchase_sums, indicator_inputs",
            )),
            Indicator::Varieties => {
                row(Count, (Distinct, Last), "/contracts", "contracts, lots, indicator_varieties", "")
            }
            Indicator::Classes => {
                row(Count, (Distinct, Last), "/contracts", "contracts, lots, indicator_varieties", "")
            }
            Indicator::Signing => row(Ratio, (Hospital, Sum), "/contracts", "contracts", "contracts"),
            Indicator::SelectionVarieties => row(Ratio, (Round, Sum), "/rounds", "awards, decisions", "lots"),
            Indicator::SelectionProducts => {
                row(Ratio, (Round, Sum), "/rounds", "awards, decisions", "awards, decisions")
            }
            Indicator::SelectionCompanies => {
                row(Ratio, (Round, Sum), "/rounds", "awards, decisions", "awards, decisions")
            }
            Indicator::MeanCut => row(Mean, (Round, Sum), "/rounds", "decisions, offers, lots", "decisions"),
            Indicator::WeightedCut => row(
                Ratio,
                (Hospital, Sum),
                "/contracts",
                "contracts, indicator_references",
                "contracts, indicator_references",
            ),
            Indicator::MaxCut => row(Largest, (Round, Max), "/rounds", "decisions, offers, lots", ""),
            Indicator::Savings => row(
                Amount,
                (Hospital, Sum),
                "/deliveries",
                "receipts, returns, indicator_references",
                "receipts, returns, indicator_references",
            ),
            Indicator::Progress => row(
                Ratio,
                (Hospital, Sum),
                "/progress",
                "agreed_volumes, contracts",
                "agreed_volumes, contracts",
            ),
            Indicator::Delivery => {
                row(Ratio, (Hospital, Sum), "/orders", "order_lines, receipts", "order_lines")
            }
            Indicator::Payment => {
                row(Ratio, (Hospital, Sum), "/ageing", "receipts, payment_lines, payments", "receipts")
            }
            Indicator::Direct => row(
                Ratio,
                (Hospital, Last),
                "/settlements/hospitals",
                "direct_hospitals, contracts",
                "contracts",
            ),
            Indicator::Retained => {
                row(Amount, (Hospital, Sum), "/retention", "retention_plans, retention_sheets", "")
            }
            Indicator::Institutions => row(Count, (Hospital, Last), "/contracts", "contracts", ""),
        }
    }

    /// Its name.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.indicator_names;
        match self {
            Indicator::PlatformDrugs => m.n_platform_drugs,
            Indicator::PlatformConsumables => m.n_platform_consumables,
            Indicator::Varieties => m.n_varieties,
            Indicator::Classes => m.n_classes,
            Indicator::Signing => m.n_signing,
            Indicator::SelectionVarieties => m.n_selection_varieties,
            Indicator::SelectionProducts => m.n_selection_products,
            Indicator::SelectionCompanies => m.n_selection_companies,
            Indicator::MeanCut => m.n_mean_cut,
            Indicator::WeightedCut => m.n_weighted_cut,
            Indicator::MaxCut => m.n_max_cut,
            Indicator::Savings => m.n_savings,
            Indicator::Progress => m.n_progress,
            Indicator::Delivery => m.n_delivery,
            Indicator::Payment => m.n_payment,
            Indicator::Direct => m.n_direct,
            Indicator::Retained => m.n_retained,
            Indicator::Institutions => m.n_institutions,
        }
    }

    /// Its formula in words.
    pub fn formula_text(self, t: &Text) -> &'static str {
        let m = &t.indicator_names;
        match self {
            Indicator::PlatformDrugs => m.f_platform_drugs,
            Indicator::PlatformConsumables => m.f_platform_consumables,
            Indicator::Varieties => m.f_varieties,
            Indicator::Classes => m.f_classes,
            Indicator::Signing => m.f_signing,
            Indicator::SelectionVarieties => m.f_selection_varieties,
            Indicator::SelectionProducts => m.f_selection_products,
            Indicator::SelectionCompanies => m.f_selection_companies,
            Indicator::MeanCut => m.f_mean_cut,
            Indicator::WeightedCut => m.f_weighted_cut,
            Indicator::MaxCut => m.f_max_cut,
            Indicator::Savings => m.f_savings,
            Indicator::Progress => m.f_progress,
            Indicator::Delivery => m.f_delivery,
            Indicator::Payment => m.f_payment,
            Indicator::Direct => m.f_direct,
            Indicator::Retained => m.f_retained,
            Indicator::Institutions => m.f_institutions,
        }
    }

    /// What its numerator is.
    pub fn above_text(self, t: &Text) -> &'static str {
        let m = &t.indicator_names;
        match self {
            Indicator::PlatformDrugs => m.u_platform_drugs,
            Indicator::PlatformConsumables => m.u_platform_consumables,
            Indicator::Varieties => m.u_varieties,
            Indicator::Classes => m.u_classes,
            Indicator::Signing => m.u_signing,
            Indicator::SelectionVarieties => m.u_selection_varieties,
            Indicator::SelectionProducts => m.u_selection_products,
            Indicator::SelectionCompanies => m.u_selection_companies,
            Indicator::MeanCut => m.u_mean_cut,
            Indicator::WeightedCut => m.u_weighted_cut,
            Indicator::MaxCut => m.u_max_cut,
            Indicator::Savings => m.u_savings,
            Indicator::Progress => m.u_progress,
            Indicator::Delivery => m.u_delivery,
            Indicator::Payment => m.u_payment,
            Indicator::Direct => m.u_direct,
            Indicator::Retained => m.u_retained,
            Indicator::Institutions => m.u_institutions,
        }
    }

    /// What its denominator is.
    pub fn below_text(self, t: &Text) -> &'static str {
        let m = &t.indicator_names;
        match self {
            Indicator::PlatformDrugs => m.l_platform_drugs,
            Indicator::PlatformConsumables => m.l_platform_consumables,
            Indicator::Varieties => m.l_varieties,
            Indicator::Classes => m.l_classes,
            Indicator::Signing => m.l_signing,
            Indicator::SelectionVarieties => m.l_selection_varieties,
            Indicator::SelectionProducts => m.l_selection_products,
            Indicator::SelectionCompanies => m.l_selection_companies,
            Indicator::MeanCut => m.l_mean_cut,
            Indicator::WeightedCut => m.l_weighted_cut,
            Indicator::MaxCut => m.l_max_cut,
            Indicator::Savings => m.l_savings,
            Indicator::Progress => m.l_progress,
            Indicator::Delivery => m.l_delivery,
            Indicator::Payment => m.l_payment,
            Indicator::Direct => m.l_direct,
            Indicator::Retained => m.l_retained,
            Indicator::Institutions => m.l_institutions,
        }
    }

    /// The plan and clause it comes from.
    pub fn clause(self, t: &Text) -> &'static str {
        let m = &t.indicator_names;
        match self {
            Indicator::PlatformDrugs => m.c_platform_drugs,
            Indicator::PlatformConsumables => m.c_platform_consumables,
            Indicator::Varieties => m.c_varieties,
            Indicator::Classes => m.c_classes,
            Indicator::Signing => m.c_signing,
            Indicator::SelectionVarieties => m.c_selection_varieties,
            Indicator::SelectionProducts => m.c_selection_products,
            Indicator::SelectionCompanies => m.c_selection_companies,
            Indicator::MeanCut => m.c_mean_cut,
            Indicator::WeightedCut => m.c_weighted_cut,
            Indicator::MaxCut => m.c_max_cut,
            Indicator::Savings => m.c_savings,
            Indicator::Progress => m.c_progress,
            Indicator::Delivery => m.c_delivery,
            Indicator::Payment => m.c_payment,
            Indicator::Direct => m.c_direct,
            Indicator::Retained => m.c_retained,
            Indicator::Institutions => m.c_institutions,
        }
    }

    /// What its value is in.
    pub fn unit(self, t: &Text) -> &'static str {
        let m = &t.indicators;
        match (self.definition().formula, self) {
            (Formula::Ratio | Formula::Mean | Formula::Largest, _) => "%",
            (Formula::Amount, _) => t.common.yuan,
            (Formula::Count, Indicator::Institutions) => m.u_institutions,
            (Formula::Count, Indicator::Classes) => m.u_classes,
            (Formula::Count, _) => m.u_varieties,
        }
    }
}
