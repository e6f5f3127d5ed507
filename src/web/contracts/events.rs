//! `/rounds/{id}/events`: who supplies which lot, what was done to their contracts, and where it is done.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::contracts::events::{self, Among, Event, EventState};
use crate::contracts::{Contract, takeover};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, Role};
use crate::rounds::{self, Lot, Round};
use crate::types::{LotId, OrganisationId, RoundId};
use crate::web::{App, Page, Staff, page};

/// Which contracts an event is about, as a form or an address says.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Chosen {
    /// The contract it started from.
    #[serde(default)]
    pub contract: String,
    /// `all`: all like that contract.
    #[serde(default)]
    pub scope: String,
    /// The lot, without a contract.
    #[serde(default)]
    pub lot: String,
    /// The supplier, without a contract.
    #[serde(default)]
    pub supplier: String,
    /// Only hospitals of this region; empty is all.
    #[serde(default)]
    pub region: String,
}

/// What was chosen, read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) among: Among,
    pub(super) lot: Lot,
    pub(super) supplier: OrganisationId,
    pub(super) supplier_name: String,
    pub(super) contract: Option<Contract>,
    pub(super) regions: Vec<String>,
}

impl Chosen {
    /// From the fields of a form.
    pub(super) fn of(form: &crate::web::form::Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self {
            contract: text("contract"),
            scope: text("scope"),
            lot: text("lot"),
            supplier: text("supplier"),
            region: text("region"),
        }
    }

    /// Whether all like the contract are meant.
    pub(super) fn is_all(&self) -> bool {
        self.contract.is_empty() || self.scope == "all"
    }

    /// Reads it within a round; anything of another round is not there.
    pub(super) fn read(&self, conn: &mut Conn, round: &Round) -> Result<Read> {
        let contract = match self.contract.as_str() {
            "" => None,
            id => Some(takeover::like(conn, &round.id, &id.parse().map_err(|_| Error::NotFound)?)?),
        };
        let (lot, supplier): (LotId, OrganisationId) = match &contract {
            Some(it) => (it.lot_id.clone(), it.supplier_id.clone()),
            None => (
                self.lot.parse().map_err(|_| Error::NotFound)?,
                self.supplier.parse().map_err(|_| Error::NotFound)?,
            ),
        };
        let lot = rounds::lot(conn, &lot)?;
        if lot.round_id != round.id {
            return Err(Error::NotFound);
        }
        let among = match &contract {
            Some(it) if !self.is_all() => Among::One(it.id.clone()),
            _ => Among::All {
                lot: lot.id.clone(),
                supplier: supplier.clone(),
                region: Some(self.region.clone()).filter(|region| !region.is_empty()),
            },
        };
        let name = people::store::organisation(conn, &supplier)?.ok_or(Error::NotFound)?.name;
        let regions = rounds::store::regions_of(conn, &round.id)?;
        Ok(Read { among, lot, supplier, supplier_name: name, contract, regions })
    }
}

/// One line of who supplies what.
struct Line {
    lot_id: LotId,
    supplier_id: OrganisationId,
    code: String,
    generic: String,
    supplier: String,
    contracts: i64,
}

struct Loaded {
    round: Round,
    lines: Vec<Line>,
    events: Vec<(Event, String)>,
}

#[derive(Template)]
#[template(path = "contracts/events.html")]
struct Show {
    page: Page,
    it: Loaded,
    q: String,
}

impl Show {
    fn may_act(&self) -> bool {
        self.page.is(Role::Officer.as_str()) && crate::contracts::rules::is_open(self.it.round.state).is_ok()
    }

    fn tone(&self, event: &Event) -> &'static str {
        match event.state {
            EventState::Done => " good",
            EventState::Planned => " wait",
            EventState::Failed => " bad",
            EventState::Withdrawn => "",
        }
    }

    fn is_planned(&self, event: &Event) -> bool {
        event.state == EventState::Planned
    }
}

/// What the reader looks for.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// The page.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let q: String = asked.q.trim().chars().take(100).collect();
    let search = q.to_lowercase();
    let it = app.read(move |conn| load(conn, &id, &search)).await?;
    page::show(&Show { page, it, q })
}

fn load(conn: &mut Conn, id: &RoundId, q: &str) -> Result<Loaded> {
    let round = rounds::round(conn, id)?;
    let held = events::held(conn, id)?;
    let suppliers = held.iter().map(|it| it.supplier_id.clone()).collect();
    let names = people::store::names(conn, suppliers)?;
    let lots: HashMap<LotId, Lot> =
        rounds::lots_of(conn, id)?.into_iter().map(|lot| (lot.id.clone(), lot)).collect();
    let mut lines: Vec<(i32, Line)> = held
        .into_iter()
        .filter_map(|it| {
            let lot = lots.get(&it.lot_id)?;
            let line = Line {
                lot_id: it.lot_id,
                code: lot.code.clone(),
                generic: lot.generic.clone(),
                supplier: names.get(&it.supplier_id).cloned().unwrap_or_default(),
                supplier_id: it.supplier_id,
                contracts: it.contracts,
            };
            let text = format!("{} {} {}", line.code, line.generic, line.supplier).to_lowercase();
            text.contains(q).then_some((lot.position, line))
        })
        .collect();
    lines.sort_by(|(a, x), (b, y)| (a, &x.supplier).cmp(&(b, &y.supplier)));
    let mut events = Vec::new();
    for event in events::of_round(conn, id)? {
        let by = people::store::account_name(conn, event.account_id.as_ref())?;
        events.push((event, by));
    }
    Ok(Loaded { round, lines: lines.into_iter().map(|(_, line)| line).collect(), events })
}
