//! `/simulations/{id}`: both awards side by side, and what came of prices that vary.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::simulations::comparison::{ComparedBid, ComparedLot, Decided};
use crate::simulations::monte_carlo::{BidRuns, Quartiles, Runs, percent};
use crate::simulations::{self, Base, Head, Shown, output};
use crate::text::{Text, fill};
use crate::types::{Money, SimulationId};
use crate::web::{App, Evaluator, Page, page};

#[derive(Template)]
#[template(path = "simulations/show.html")]
struct Show {
    page: Page,
    it: Shown,
    is_mine: bool,
}

impl Show {
    /// Bids that win on either side, with their lots.
    fn winners(&self) -> Vec<(&ComparedLot, &ComparedBid)> {
        let won = |bid: &&ComparedBid| bid.base.price.is_some() || bid.changed.price.is_some();
        self.it
            .comparison
            .lots
            .iter()
            .flat_map(|lot| lot.bids.iter().filter(won).map(move |b| (lot, b)))
            .collect()
    }

    fn result(&self, it: &Decided) -> &'static str {
        it.status.name(self.page.t)
    }

    fn price(&self, it: &Decided) -> String {
        it.price.map(|price| price.to_string()).unwrap_or_default()
    }

    fn progress(&self) -> String {
        let head = &self.it.head;
        fill(self.page.t.simulations.progress, &[("done", &head.runs_done), ("runs", &head.runs)])
    }

    fn fault(&self) -> String {
        fill(self.page.t.simulations.failed_because, &[("why", &self.it.head.fault)])
    }

    fn varied(&self, runs: &Runs) -> String {
        let plan = &runs.plan;
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("runs", &plan.runs), ("spread", &plan.spread), ("seed", &plan.seed)];
        fill(self.page.t.simulations.varied, &values)
    }

    fn five<T: ToString>(&self, quartiles: &Option<Quartiles<T>>) -> String {
        match quartiles {
            Some(it) => output::five(Some(it)).join(" / "),
            None => String::new(),
        }
    }

    fn share(&self, won: &u32, runs: &Runs) -> String {
        percent(*won, runs.plan.runs)
    }

    /// The company's name, else its code.
    fn name<'a>(&'a self, it: &'a BidRuns) -> &'a str {
        let lot = self.it.comparison.lots.iter().find(|lot| lot.lot == it.lot);
        let bid = lot.and_then(|lot| lot.bids.iter().find(|bid| bid.company == it.company));
        bid.map_or(&it.company, |bid| &bid.name)
    }

    /// How many bids win in no run.
    fn never(&self, runs: &Runs) -> String {
        let never = runs.bids.iter().filter(|bid| bid.won == 0).count();
        fill(self.page.t.simulations.won_caption, &[("n", &never)])
    }

    /// How far the saving moves in a lot.
    fn gained(&self, lot: &ComparedLot) -> Money {
        lot.changed.figures.saved().minus(lot.base.figures.saved()).unwrap_or_default()
    }

    /// What was asked for, in words: label and value.
    fn asked(&self) -> Vec<(&'static str, String)> {
        let (s, asked) = (&self.page.t.simulations, &self.it.asked);
        let mut list = Vec::new();
        if let Base::Synthetic(it) = &asked.base {
            list.push((s.lots, it.lots.to_string()));
            list.push((s.bidders, it.bidders.to_string()));
            list.push((s.price_spread, it.spread.to_string()));
            list.push((s.base_seed, it.seed.to_string()));
        }
        if let Some(percent) = asked.changes.percent {
            list.push((s.percent, format!("{percent}%")));
        }
        if !asked.changes.ceilings.is_empty() {
            let lines: Vec<String> =
                asked.changes.ceilings.iter().map(|(lot, price)| format!("{lot}: {price}")).collect();
            list.push((s.ceilings, lines.join("; ")));
        }
        list
    }
}

impl Head {
    /// The state's name for people.
    pub fn state_name(&self, t: &Text) -> &'static str {
        let s = &t.simulations;
        match self.state {
            simulations::State::Waiting => s.state_waiting,
            simulations::State::Running => s.state_running,
            simulations::State::Done => s.state_done,
            simulations::State::Failed => s.state_failed,
        }
    }
}

/// The page.
pub async fn index(
    page: Page,
    who: Evaluator,
    app: web::Data<App>,
    id: web::Path<SimulationId>,
) -> Result<HttpResponse> {
    let it = app.read(move |conn| simulations::shown(conn, &id)).await?;
    let is_mine = who.account.id == it.head.account_id;
    page::show(&Show { page, it, is_mine })
}

/// Deletes the simulation.
pub async fn delete(
    page: Page,
    who: Evaluator,
    app: web::Data<App>,
    id: web::Path<SimulationId>,
) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let key = id.clone();
    match app.write(move |tx| simulations::delete(tx, &ctx, &key)).await {
        Ok(()) => Ok(page::see_done("/simulations")),
        Err(Error::Refused(why)) => {
            let it = app.read(move |conn| simulations::shown(conn, &id)).await?;
            page::show_refused(&Show { page: page.refused(&*why), it, is_mine: false })
        }
        Err(fault) => Err(fault),
    }
}
