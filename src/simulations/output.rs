//! What runs came to, as files: one table by lot, one by bid.

use super::monte_carlo::{BidRuns, LotRuns, Quartiles, Runs, percent};
use crate::awards::output::Table;

/// `simulated_bids.csv`: how often each bid wins.
pub fn bids(runs: &Runs) -> Table<'_> {
    let line = |bid: &BidRuns| {
        let won = percent(bid.won, runs.plan.runs);
        vec![bid.lot.clone(), bid.company.clone(), bid.unit_price.to_string(), bid.won.to_string(), won]
    };
    let header = &["lot", "company", "unit_price", "runs_won", "share_won"];
    Table { name: "simulated_bids.csv", header, lines: Box::new(runs.bids.iter().map(line)) }
}

/// `simulated_lots.csv`: how prices, savings and the number of winners spread.
pub fn lots(runs: &Runs) -> Table<'_> {
    let line = |lot: &LotRuns| {
        let mut cells = vec![lot.lot.clone()];
        cells.extend(five(lot.lowest.as_ref()));
        cells.extend(five(lot.highest.as_ref()));
        cells.extend(five(lot.saved.as_ref()));
        cells.push(winners(lot));
        cells
    };
    let header = &[
        "lot",
        "lowest_price_min",
        "lowest_price_q1",
        "lowest_price_median",
        "lowest_price_q3",
        "lowest_price_max",
        "highest_price_min",
        "highest_price_q1",
        "highest_price_median",
        "highest_price_q3",
        "highest_price_max",
        "saved_min",
        "saved_q1",
        "saved_median",
        "saved_q3",
        "saved_max",
        "winners",
    ];
    Table { name: "simulated_lots.csv", header, lines: Box::new(runs.lots.iter().map(line)) }
}

/// The five figures as written; nothing when there are none.
pub fn five<T: ToString>(quartiles: Option<&Quartiles<T>>) -> [String; 5] {
    let Some(it) = quartiles else { return Default::default() };
    [&it.least, &it.lower, &it.median, &it.upper, &it.greatest].map(ToString::to_string)
}

/// How often there were how many winners, as `3:120 4:880`.
pub fn winners(lot: &LotRuns) -> String {
    let parts: Vec<String> = lot.winners.iter().map(|(winners, runs)| format!("{winners}:{runs}")).collect();
    parts.join(" ")
}
