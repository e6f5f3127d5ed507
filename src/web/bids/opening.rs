//! The opening of a round's bids: each opener gives his key, the last one needed opens.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::bids::{self, Counts, Opener, rules};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, Who};
use crate::rounds::openers::{self, Named};
use crate::rounds::{self, Round, RoundState};
use crate::text::fill;
use crate::types::{RoundId, Time};
use crate::web::bids::OPENERS;
use crate::web::bids::offers::is_opened;
use crate::web::rounds::openers::given;
use crate::web::upload::Upload;
use crate::web::{App, Page, Person, Staff, page};

#[derive(Template)]
#[template(path = "bids/opening.html")]
struct Show {
    page: Page,
    round: Round,
    counts: Counts,
    openers: Vec<(Opener, String)>,
    named: Option<Named>,
    is_opened: bool,
    may_confirm: bool,
    now: Time,
}

impl Show {
    fn read(conn: &mut Conn, page: Page, id: &RoundId, who: &Who, now: Time) -> Result<Self> {
        let round = rounds::round(conn, id)?;
        let named = openers::named(conn, id)?;
        let openers = bids::store::openers(conn, id)?
            .into_iter()
            .map(|opener| {
                let name = people::store::account_name(conn, Some(&opener.account_id))?;
                Ok((opener, name))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            page,
            counts: bids::counts(conn, id)?,
            openers,
            is_opened: is_opened(round.state),
            may_confirm: round.state == RoundState::Opening
                && who.is_any(OPENERS)
                && named.as_ref().is_none_or(|named| named.seat(&who.account.id).is_some()),
            named,
            now,
            round,
        })
    }

    fn count(&self, n: &i64) -> String {
        fill(self.page.t.bids.count_value, &[("n", n)])
    }

    /// Who has confirmed and until when that holds, and how many are still needed.
    fn waiting(&self) -> Vec<String> {
        let s = &self.page.t.sealing;
        let until = |opener: &Opener| opener.at.plus_millis(rules::CONFIRM_MILLIS);
        let live = self.openers.iter().filter(|(opener, _)| !self.is_opened && until(opener) > self.now);
        let mut said: Vec<String> = live
            .map(|(opener, name)| {
                let values: [(&str, &dyn std::fmt::Display); 2] =
                    [("name", name), ("until", &until(opener).seconds())];
                fill(s.first_waits, &values)
            })
            .collect();
        let needed =
            self.named.as_ref().map_or(usize::from(openers::rules::LEAST), |n| usize::from(n.needed()));
        if !said.is_empty() {
            said.push(fill(s.still_needed, &[("n", &needed.saturating_sub(said.len()))]));
        }
        said
    }

    /// How the round is opened.
    fn rule(&self) -> String {
        match &self.named {
            None => self.page.t.bids.opening_rule.to_owned(),
            Some(named) => self.of_named(named, self.page.t.sealing.opening_rule),
        }
    }

    /// What to do when keys are lost; empty without keys.
    fn lost(&self) -> String {
        self.named.as_ref().map(|n| self.of_named(n, self.page.t.sealing.opening_lost)).unwrap_or_default()
    }

    fn of_named(&self, named: &Named, text: &str) -> String {
        let values: [(&str, &dyn std::fmt::Display); 2] =
            [("m", &named.panel.needed), ("n", &named.seats.len())];
        fill(text, &values)
    }

    fn question(&self) -> String {
        fill(self.page.t.bids.opening_question, &[("number", &self.round.number)])
    }

    fn wait(&self) -> String {
        if self.round.state == RoundState::Opening {
            return self.page.t.sealing.opening_not_mine.to_owned();
        }
        fill(self.page.t.bids.opening_wait, &[("state", &self.round.state.name(self.page.t))])
    }
}

/// The page.
pub async fn show(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    let now = app.now();
    let show = app.read(move |conn| Show::read(conn, page, &id, &who, now)).await?;
    page::show(&show)
}

/// An opener confirms with his key; the last one needed opens.
pub async fn confirm(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    upload: Upload,
) -> Result<HttpResponse> {
    if !who.is_any(OPENERS) {
        return Err(Error::Forbidden);
    }
    let (ctx, round, signer, key) = (who.ctx(&app), id.clone(), app.signer()?, given(upload));
    let answer = app.write(move |tx| bids::confirm_opening(tx, &ctx, &signer, &round, key.as_ref())).await?;
    match answer {
        Ok(bids::Confirmed::Waits(_)) => Ok(page::see_done(&format!("/rounds/{id}/opening"))),
        Ok(bids::Confirmed::Opened { .. }) => Ok(page::see_done(&format!("/rounds/{id}/bids"))),
        Err(why) => {
            let (page, now) = (page.refused(&why), app.now());
            let show = app.read(move |conn| Show::read(conn, page, &id, &who, now)).await?;
            page::show_refused(&show)
        }
    }
}
