//! The choice of regions: whose turn it is and what is left, for the winners; the board and its switches, for the
//! bureau.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{self, Deed};
use crate::awards::selection::{self, Picked, Queue, QueueState, Selection, SelectionState, Wish, rules};
use crate::awards::{Supply, input, output, publicity, sheets, store};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::people::{Role, Who};
use crate::rounds::rule_set::Regions;
use crate::rounds::{self, Lot, Round, RoundState};
use crate::text::{Text, fill};
use crate::types::{Ctx, LotId, PickId, Quantity, RoundId, SelectionId, Time};
use crate::web::access::STAFF;
use crate::web::form::Form;
use crate::web::{App, Officer, Page, Person, Staff, Supplier, page};

/// Who may enter: the bureau's people, and suppliers where they choose.
pub const PARTIES: &[Role] =
    &[Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin, Role::Supplier];

/// Seconds after which the page of a running choice loads itself again.
const REFRESH: u32 = 20;

#[derive(Template)]
#[template(path = "awards/regions.html")]
struct Board {
    page: Page,
    facts: Facts,
    minutes: String,
    reason: String,
    form_id: String,
}

struct Facts {
    round: Round,
    now: Time,
    is_staff: bool,
    is_officer: bool,
    /// The rule set lets winners choose.
    has_rules: bool,
    has_award: bool,
    /// The newest choice, whatever became of it.
    latest: Option<Selection>,
    lots: Vec<LotBoard>,
}

struct LotBoard {
    lot: Lot,
    choosers: Vec<String>,
    /// Whose turn it is, what for, whether it is the reader's, and until when.
    turn: Option<TurnView>,
    number: i32,
    taken: usize,
    all: usize,
    regions: Vec<RegionView>,
    picks: Vec<(Picked, String)>,
}

struct TurnView {
    company: String,
    supply: Supply,
    is_mine: bool,
    due: Option<Time>,
    left: i64,
}

struct RegionView {
    region: String,
    base: Quantity,
    agreed: Quantity,
    main: String,
    spare: String,
    is_allowed: bool,
}

/// Whether a round has a choice of regions this reader takes part in or may run.
pub fn concerns(conn: &mut Conn, who: &Who, round: &Round) -> Result<bool> {
    if round.state < RoundState::Evaluation || round.state == RoundState::Aborted {
        return Ok(false);
    }
    if who.is_any(STAFF) {
        return Ok(selection::rules_of(conn, round)?.is_some());
    }
    let queues = selection::store::queues(conn, &round.id)?;
    Ok(who.is(Role::Supplier) && queues.iter().any(|queue| queue.is_of(&who.organisation.id)))
}

/// The bureau sees every lot, a supplier those in which it chooses; where it chooses in none there is no page.
fn facts(conn: &mut Conn, who: &Who, id: &RoundId, now: Time) -> Result<Facts> {
    let round = rounds::round(conn, id)?;
    let regions = selection::rules_of(conn, &round)?;
    let is_staff = who.is_any(STAFF);
    let mut queues = selection::store::queues(conn, id)?;
    if !is_staff {
        queues.retain(|queue| queue.is_of(&who.organisation.id));
        if queues.is_empty() {
            return Err(Error::NotFound);
        }
    }
    let latest = selection::store::of_round(conn, id)?.into_iter().next();
    let is_running = latest.as_ref().is_some_and(|it| it.state == SelectionState::Running);
    let mut lots = Vec::new();
    for lot in rounds::lots_of(conn, id)? {
        let Some(queue) = queues.iter().find(|queue| queue.row.lot_id == lot.id) else { continue };
        lots.push(board(lot, queue, regions.as_ref(), who, is_running, now));
    }
    Ok(Facts {
        has_rules: regions.is_some(),
        has_award: store::latest(conn, id)?.is_some(),
        is_officer: who.is(Role::Officer),
        is_staff,
        latest,
        lots,
        round,
        now,
    })
}

fn board(
    lot: Lot,
    queue: &Queue,
    regions: Option<&Regions>,
    who: &Who,
    is_running: bool,
    now: Time,
) -> LotBoard {
    let turn = regions.and_then(|rules| rules::turn(rules, queue));
    let turn = turn.filter(|_| queue.row.state == QueueState::Open);
    let kinds = if regions.is_some_and(|rules| rules.spare) { 2 } else { 1 };
    let name = |pick: &Picked| {
        let chooser = queue.choosers.iter().find(|(id, _)| *id == pick.supplier_id);
        chooser.map(|(_, name)| name.clone()).unwrap_or_default()
    };
    let region = |(place, it): (usize, &selection::RegionRow)| RegionView {
        region: it.region.clone(),
        base: it.base_volume,
        agreed: it.agreed_volume,
        main: queue.supplier(&it.region, Supply::Main).unwrap_or_default().to_owned(),
        spare: queue.supplier(&it.region, Supply::Spare).unwrap_or_default().to_owned(),
        is_allowed: turn.as_ref().is_some_and(|turn| turn.allowed.contains(&place)),
    };
    let left = |due: Time| (due.millis() - now.millis()).max(0);
    LotBoard {
        choosers: queue.choosers.iter().map(|(_, name)| name.clone()).collect(),
        number: queue.next_turn(),
        taken: queue.picks.len(),
        all: queue.regions.len() * kinds,
        regions: queue.regions.iter().enumerate().map(region).collect(),
        picks: queue.picks.iter().map(|pick| (pick.clone(), name(pick))).collect(),
        turn: turn.as_ref().map(|turn| {
            let (id, company) = &queue.choosers[turn.who];
            TurnView {
                company: company.clone(),
                supply: turn.supply,
                is_mine: is_running && *id == who.organisation.id,
                due: queue.row.due_at.filter(|_| is_running),
                left: queue.row.due_at.map(left).unwrap_or_default(),
            }
        }),
        lot,
    }
}

impl LotBoard {
    fn headline(&self, t: &Text) -> String {
        let Some(turn) = &self.turn else { return t.volumes.all_chosen.to_owned() };
        let message = if turn.is_mine { t.volumes.your_turn } else { t.volumes.others_turn };
        let supply = turn.supply.name(t);
        fill(message, &[("supply", &supply), ("turn", &self.number), ("company", &turn.company)])
    }

    /// The largest demand first: what the default would take is on top.
    fn allowed(&self) -> Vec<&RegionView> {
        let mut list: Vec<&RegionView> = self.regions.iter().filter(|region| region.is_allowed).collect();
        list.sort_by_key(|region| std::cmp::Reverse(region.base));
        list
    }
}

impl Board {
    fn new(page: Page, facts: Facts) -> Self {
        let form_id = page.fresh_id();
        Self { page, facts, minutes: "60".to_owned(), reason: String::new(), form_id }
    }

    fn is(&self, state: &str) -> bool {
        self.facts.latest.as_ref().is_some_and(|it| it.state.as_str() == state)
    }

    fn refresh(&self) -> Option<u32> {
        let is_live =
            self.facts.round.state == RoundState::Evaluation && (self.is("running") || self.is("paused"));
        is_live.then_some(REFRESH)
    }

    fn can_start(&self) -> bool {
        let f = &self.facts;
        let is_live = self.is("running") || self.is("paused");
        f.is_officer && f.has_rules && f.has_award && f.round.state == RoundState::Evaluation && !is_live
    }

    fn can_run(&self) -> bool {
        self.facts.is_officer && self.facts.round.state == RoundState::Evaluation
    }

    fn can_cancel(&self) -> bool {
        self.facts.is_officer
            && !self.facts.lots.is_empty()
            && publicity::in_evaluation(&self.facts.round).is_ok()
    }

    fn state(&self) -> (&'static str, &'static str) {
        let v = &self.page.t.volumes;
        match self.facts.latest.as_ref().map(|it| it.state) {
            Some(SelectionState::Running) => (v.state_running, "wait"),
            Some(SelectionState::Paused) => (v.state_paused, "bad"),
            Some(SelectionState::Done) => (v.state_done, "good"),
            Some(SelectionState::Cancelled) => (v.state_cancelled, "bad"),
            None => ("", ""),
        }
    }
}

/// Whoever comes to the page finds no turn whose time is over.
async fn advance(app: &App, id: &RoundId) -> Result<()> {
    let (key, now) = (id.clone(), app.now());
    if app.read(move |conn| selection::is_overdue(conn, &key, now)).await? {
        let (key, ctx) = (id.clone(), Ctx::system(now, "advance_turns"));
        app.write(move |tx| selection::advance(tx, &ctx, &key)).await?;
    }
    Ok(())
}

async fn load(app: &App, who: Who, id: RoundId) -> Result<Facts> {
    let now = app.now();
    app.read(move |conn| facts(conn, &who, &id, now)).await
}

/// The page.
pub async fn show(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    advance(&app, &id).await?;
    let facts = load(&app, who.0, id).await?;
    page::show(&Board::new(page, facts))
}

/// After a form: the page again, or the page with the refusal and what was typed.
async fn answer(
    done: Result<()>,
    page: Page,
    who: Who,
    app: &App,
    id: RoundId,
    form: &Form,
) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(page::see_done(&selection::path(&id))),
        Err(Error::Refused(why)) => {
            let facts = match load(app, who, id).await {
                // What the form belongs to was given up in the meantime.
                Err(Error::NotFound) => {
                    return Ok(page::message(&page, StatusCode::UNPROCESSABLE_ENTITY, &why.say(page.t)));
                }
                facts => facts?,
            };
            let board = Board::new(page.refused(&*why), facts);
            let typed = |name: &str, other: String| match form.text(name) {
                "" => other,
                text => text.to_owned(),
            };
            let minutes = typed("minutes", board.minutes.clone());
            page::show_refused(&Board { minutes, reason: typed("reason", String::new()), ..board })
        }
        Err(fault) => Err(fault),
    }
}

/// Takes a region in one's turn.
pub async fn choose(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let (pick, lot, turn): (PickId, LotId, i32) =
        (form.choice("id")?, form.choice("lot")?, form.choice("turn")?);
    let (region, supplier) = (form.text("region").to_owned(), who.organisation.id.clone());
    advance(&app, &id).await?;
    let key = id.clone();
    let done = app.write(move |tx| {
        let wish = Wish { turn, region: &region, supplier: &supplier };
        selection::pick(tx, &ctx, &key, pick.clone(), &lot, wish)
    });
    answer(done.await, page, who.0, &app, id, &form).await
}

/// Begins the choice.
pub async fn start(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx, key): (RoundId, Ctx, SelectionId) = (id.into_inner(), who.ctx(&app), form.choice("id")?);
    let minutes = form.text("minutes").parse().unwrap_or(0);
    let round = id.clone();
    let done = app.write(move |tx| selection::start(tx, &ctx, &round, key.clone(), minutes)).await;
    answer(done, page, who.0, &app, id, &form).await
}

/// Stops the clocks.
pub async fn pause(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx, reason) = (id.into_inner(), who.ctx(&app), form.text("reason").to_owned());
    let round = id.clone();
    let done = app.write(move |tx| selection::pause(tx, &ctx, &round, &reason)).await;
    answer(done, page, who.0, &app, id, &form).await
}

/// Lets the clocks run on.
pub async fn resume(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let round = id.clone();
    let done = app.write(move |tx| selection::resume(tx, &ctx, &round)).await;
    answer(done, page, who.0, &app, id, &form).await
}

/// Gives up what was chosen, in one lot or in all.
pub async fn cancel(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx, reason) = (id.into_inner(), who.ctx(&app), form.text("reason").to_owned());
    let lot: Option<LotId> = if form.text("lot").is_empty() { None } else { Some(form.choice("lot")?) };
    let round = id.clone();
    let done = app.write(move |tx| selection::cancel(tx, &ctx, &round, lot.as_ref(), &reason)).await;
    answer(done, page, who.0, &app, id, &form).await
}

/// `picks.csv`, with the columns of `jicai award --picks`. An export is in the trail.
pub async fn file(who: Staff, app: web::Data<App>, id: web::Path<RoundId>) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let (number, picks) = app
        .write(move |tx| {
            let round = rounds::round(tx.conn(), &id)?;
            let picks = input::load(tx.conn(), &round)?.answers.picks;
            let deed = Deed { action: "regions.export", subject: "rounds", id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &picks.len())?;
            Ok((round.number, picks))
        })
        .await?;
    let file = output::write(sheets::picks(&picks), Csv::new(Vec::new())?)?;
    Ok(page::csv(&format!("{number}-picks"), file))
}
