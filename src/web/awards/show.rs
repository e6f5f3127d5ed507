//! The award of a round: every lot on one page, and what its reader may do next.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::awards::evaluation::{self, Evaluated, Finding};
use crate::awards::objections::{self, ObjectionState};
use crate::awards::results::{self, LotResult};
use crate::awards::store::{self, Decision, Ruling, Version};
use crate::awards::{confirmation, input, publicity, questions};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::Role;
use crate::rounds::{self, Round, RoundState};
use crate::text::fill;
use crate::types::{AccountId, OfferId, Quantity, RoundId, Time};
use crate::web::access::STAFF;
use crate::web::awards::{Asked, versions};
use crate::web::form::Form;
use crate::web::questions::Asking;
use crate::web::{App, Officer, Page, Person, page};

#[derive(Template)]
#[template(path = "awards/show.html")]
struct Show {
    page: Page,
    id: String,
    facts: Facts,
    /// What the last computing came to.
    said: String,
    reason: String,
    found: Found,
    can_compute: bool,
    can_ask: bool,
    can_confirm: bool,
}

/// A finding as typed, to be shown again.
#[derive(Default)]
struct Found {
    offer: String,
    ratio: String,
    excluded: bool,
    why: String,
}

struct Facts {
    round: Round,
    versions: Vec<Version>,
    award: Option<Version>,
    rule_set: String,
    lots: Vec<LotResult>,
    request: Option<(AccountId, String, String)>,
    open_objections: usize,
    offers: Vec<(OfferId, String)>,
    rulings: Vec<(Ruling, String)>,
    open_questions: i64,
    asking: Option<Asking>,
}

fn facts(conn: &mut Conn, id: &RoundId, asked: Option<i32>, now: Time) -> Result<Facts> {
    let round = rounds::round(conn, id)?;
    let (versions, award) = versions(conn, id, asked)?;
    let lots = match &award {
        Some(award) => results::by_lot(conn, id, &award.id)?,
        None => Vec::new(),
    };
    let rules = rounds::store::rule_set(conn, &round.rule_set_id)?.ok_or(Error::NotFound)?;
    let request =
        confirmation::open_request(conn, id)?.map(|(r, by)| (r.asked_by, by, r.asked_at.to_string()));
    let all = objections::of_round(conn, id)?;
    let named = |o: input::Offer| (o.id, format!("{} · {} · {}", o.bid.lot, o.name, o.bid.product));
    let offers: Vec<(OfferId, String)> = input::offers_of(conn, id)?.into_iter().map(named).collect();
    let name =
        |id: &OfferId| offers.iter().find(|(of, _)| of == id).map_or(String::new(), |(_, n)| n.clone());
    let rulings = store::rulings_of(conn, id)?.into_iter().map(|r| (r.clone(), name(&r.offer_id))).collect();
    Ok(Facts {
        rule_set: format!("{} v{}", rules.name, rules.version),
        open_questions: questions::store::count_open(conn, id)?,
        asking: Asking::of(conn, &round, versions.first(), now)?,
        open_objections: all.iter().filter(|o| o.state == ObjectionState::Open).count(),
        round,
        versions,
        award,
        lots,
        request,
        rulings,
        offers,
    })
}

impl Show {
    fn new(page: Page, id: &RoundId, facts: Facts) -> Self {
        let is = |role| page.who.as_ref().is_some_and(|who| who.is(role));
        let mine = |by: &AccountId| page.who.as_ref().is_some_and(|who| who.account.id == *by);
        Self {
            can_compute: is(Role::Officer) && publicity::in_evaluation(&facts.round).is_ok(),
            can_ask: is(Role::Officer)
                && facts.round.state == RoundState::Publicity
                && facts.request.is_none(),
            can_confirm: is(Role::Reviewer) && facts.request.as_ref().is_some_and(|(by, ..)| !mine(by)),
            id: id.to_string(),
            said: String::new(),
            reason: String::new(),
            found: Found::default(),
            page,
            facts,
        }
    }

    /// The version shown is the newest one.
    fn is_newest(&self) -> bool {
        self.facts.award.as_ref().map(|it| it.version) == self.facts.versions.first().map(|it| it.version)
    }

    fn can_publish(&self) -> bool {
        self.can_compute && self.facts.round.state == RoundState::Evaluation && self.facts.award.is_some()
    }
}

/// The page for the bureau's people; others get [`own`].
pub async fn show(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    if !who.is_any(STAFF) {
        return own(page, who, app, id).await;
    }
    let (key, number, now) = (id.clone(), asked.version, app.now());
    let facts = app.read(move |conn| facts(conn, &key, number, now)).await?;
    let e = &page.t.evaluation;
    let said = match (&facts.award, asked.said.as_str()) {
        (Some(it), "same") => fill(e.same, &[("version", &it.version), ("at", &it.computed_at)]),
        (Some(it), "new") => fill(e.computed, &[("version", &it.version)]),
        _ => String::new(),
    };
    page::show(&Show { said, ..Show::new(page, &id, facts) })
}

#[derive(Template)]
#[template(path = "awards/own.html")]
struct Own {
    page: Page,
    id: String,
    round: Round,
    lots: Vec<LotResult>,
    decisions: Vec<(String, Decision)>,
    volumes: Vec<(String, String, String, Quantity)>,
}

/// What a hospital or supplier sees once the award is public: the result, and what concerns itself.
async fn own(page: Page, who: Person, app: web::Data<App>, id: RoundId) -> Result<HttpResponse> {
    let organisation = who.organisation.id.clone();
    let key = id.clone();
    let (round, lots, decisions, volumes) = app
        .read(move |conn| {
            let round = rounds::round(conn, &key)?;
            let award = results::current(conn, &round)?.ok_or(Error::NotFound)?;
            let lots = results::by_lot(conn, &key, &award.id)?;
            let decisions = store::decisions_for(conn, &award.id, &organisation)?;
            let volumes = store::agreed_of_hospital(conn, &award.id, &organisation)?;
            Ok((round, lots, decisions, volumes))
        })
        .await?;
    let name = |id: &crate::types::LotId| {
        let lot = lots.iter().find(|l| l.lot.id == *id);
        lot.map(|l| format!("{} {}", l.lot.code, l.lot.generic)).unwrap_or_default()
    };
    let decisions = decisions.into_iter().map(|d| (name(&d.lot_id), d)).collect();
    let volumes =
        volumes.into_iter().map(|(lot, company, n, product)| (name(&lot), company, product, n)).collect();
    page::show(&Own { page, id: id.to_string(), round, decisions, volumes, lots })
}

/// Computes the award.
pub async fn compute(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx, reason) = (id.into_inner(), who.ctx(&app), form.text("reason").to_owned());
    let (key, why) = (id.clone(), reason.clone());
    match app.write(move |tx| evaluation::evaluate(tx, &ctx, &key, &why)).await {
        Ok(Evaluated::New(_)) => Ok(page::see(&format!("/rounds/{id}/award?said=new"))),
        Ok(Evaluated::Same(_)) => Ok(page::see(&format!("/rounds/{id}/award?said=same"))),
        Err(Error::Refused(why)) => {
            let (key, now) = (id.clone(), app.now());
            let facts = app.read(move |conn| facts(conn, &key, None, now)).await?;
            page::show_refused(&Show { reason, ..Show::new(page.refused(&*why), &id, facts) })
        }
        Err(fault) => Err(fault),
    }
}

/// Records what was found about an offer.
pub async fn rule(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let finding = Finding {
        id: form.choice::<AccountId>("id")?.to_string(),
        offer_id: form.choice("offer")?,
        excluded: form.text("excluded") == "yes",
        ratio: form.text("ratio").to_owned(),
        reason: form.text("why").to_owned(),
    };
    let key = id.clone();
    let found = Found {
        offer: form.text("offer").to_owned(),
        ratio: finding.ratio.clone(),
        excluded: finding.excluded,
        why: finding.reason.clone(),
    };
    match app.write(move |tx| evaluation::rule_on(tx, &ctx, &key, finding.clone())).await {
        Ok(()) => Ok(page::see_done(&format!("/rounds/{id}/award"))),
        Err(Error::Refused(why)) => {
            let (key, now) = (id.clone(), app.now());
            let facts = app.read(move |conn| facts(conn, &key, None, now)).await?;
            page::show_refused(&Show { found, ..Show::new(page.refused(&*why), &id, facts) })
        }
        Err(fault) => Err(fault),
    }
}
