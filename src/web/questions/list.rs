//! The questions of a round: all of them for the bureau, a supplier its own with the forms to answer.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::awards::questions::store::{Filter, Listed};
use crate::awards::questions::{self, QuestionState, store};
use crate::awards::{self, questions::Asking as Sent};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{Role, Who};
use crate::rounds::{self, Round, RoundState};
use crate::text::{Text, fill};
use crate::types::{RoundId, Time};
use crate::web::form::Form;
use crate::web::questions::{Asking, Card, supplier};
use crate::web::{App, Officer, Page, Person, page};

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    state: String,
}

impl Wanted {
    /// The filter for a reader; a word that is no state finds nothing.
    pub(super) fn filter(&self, who: &Who) -> Result<Filter> {
        let state = match self.state.as_str() {
            "" => None,
            word => Some(word.parse().map_err(|()| Error::NotFound)?),
        };
        Ok(Filter { supplier: supplier(who).cloned(), state })
    }
}

#[derive(Template)]
#[template(path = "questions/list.html")]
struct List {
    page: Page,
    id: String,
    facts: Facts,
    state: String,
    states: Vec<(&'static str, &'static str)>,
}

struct Facts {
    round: Round,
    is_staff: bool,
    lines: Vec<Listed>,
    open: usize,
    closed: usize,
    cards: Vec<Card>,
    asking: Option<Asking>,
}

fn facts(conn: &mut Conn, who: &Who, id: &RoundId, wanted: &Wanted, now: Time, t: &Text) -> Result<Facts> {
    let round = rounds::round(conn, id)?;
    let all = store::list(conn, id, &Filter { state: None, ..wanted.filter(who)? })?;
    let is_staff = supplier(who).is_none();
    if let Some(supplier) = supplier(who)
        && all.is_empty()
        && (round.state < RoundState::Evaluation || !awards::store::bidders(conn, id)?.contains(supplier))
    {
        return Err(Error::NotFound);
    }
    let is_open = |it: &&Listed| it.0.state == QuestionState::Open;
    let open = all.iter().filter(is_open).count();
    let closed = all.len() - open;
    let mut cards = Vec::new();
    if !is_staff {
        for (asked, ..) in all.iter().filter(is_open) {
            cards.push(Card::of(conn, asked.clone(), now, t)?);
        }
    }
    let latest = if who.is(Role::Officer) { awards::store::latest(conn, id)? } else { None };
    let asking = Asking::of(conn, &round, latest.as_ref(), now)?;
    let state = wanted.filter(who)?.state;
    let lines = all.into_iter().filter(|(it, ..)| state.is_none_or(|state| it.state == state)).collect();
    Ok(Facts { round, is_staff, lines, open, closed, cards, asking })
}

impl List {
    fn new(page: Page, id: &RoundId, facts: Facts, wanted: Wanted) -> Self {
        let all = std::iter::once(("", page.t.common.all));
        let states = all.chain(QuestionState::ALL.iter().map(|it| (it.as_str(), it.name(page.t)))).collect();
        Self { page, id: id.to_string(), facts, state: wanted.state, states }
    }

    fn counts(&self) -> String {
        let Facts { open, closed, .. } = &self.facts;
        fill(self.page.t.questions.counts, &[("open", open), ("closed", closed)])
    }

    fn is_all_closed(&self) -> bool {
        let Facts { round, open, closed, is_staff, .. } = &self.facts;
        *is_staff && round.state == RoundState::Evaluation && *open == 0 && *closed > 0
    }

    fn empty(&self) -> &'static str {
        let q = &self.page.t.questions;
        match (self.facts.is_staff, self.facts.open + self.facts.closed) {
            (_, 1..) => q.none,
            (true, 0) => q.none_asked,
            (false, 0) => q.none_own,
        }
    }
}

/// The questions of a round.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse> {
    let (id, wanted) = (id.into_inner(), wanted.into_inner());
    let (key, query, now, t) = (id.clone(), wanted.clone(), app.now(), page.t);
    let facts = app.read(move |conn| facts(conn, &who, &key, &query, now, t)).await?;
    page::show(&List::new(page, &id, facts, wanted))
}

/// Sends all questions.
pub async fn ask(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (id, ctx) = (id.into_inner(), who.ctx(&app));
    let done = match sent(&form) {
        Ok(sent) => {
            let key = id.clone();
            app.write(move |tx| questions::ask(tx, &ctx, &key, &sent)).await
        }
        Err(why) => Err(why),
    };
    match done {
        Ok(_) => Ok(page::see_done(&format!("/rounds/{id}/questions"))),
        Err(Error::Refused(why)) => {
            let (key, now, t) = (id.clone(), app.now(), page.t);
            let mut facts = app.read(move |conn| facts(conn, &who, &key, &Wanted::default(), now, t)).await?;
            if let Some(asking) = facts.asking.as_mut().filter(|_| !form.text("deadline").is_empty()) {
                form.text("deadline").clone_into(&mut asking.deadline);
            }
            page::show_refused(&List::new(page.refused(&*why), &id, facts, Wanted::default()))
        }
        Err(fault) => Err(fault),
    }
}

fn sent(form: &Form) -> Result<Sent> {
    Ok(Sent {
        batch: form.choice::<crate::types::QuestionId>("batch")?.to_string(),
        version: form.choice("version")?,
        deadline: form.time("deadline")?,
    })
}
