//! The opening of a round's bids by two people.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::bids::{self, Counts, Opener, rules};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, Who};
use crate::rounds::{self, Round, RoundState};
use crate::text::fill;
use crate::types::{RoundId, Time};
use crate::web::bids::OPENERS;
use crate::web::bids::offers::is_opened;
use crate::web::{App, Page, Person, Staff, page};

#[derive(Template)]
#[template(path = "bids/opening.html")]
struct Show {
    page: Page,
    round: Round,
    counts: Counts,
    openers: Vec<(Opener, String)>,
    is_opened: bool,
    may_confirm: bool,
    now: Time,
}

impl Show {
    fn read(conn: &mut Conn, page: Page, id: &RoundId, who: &Who, now: Time) -> Result<Self> {
        let round = rounds::round(conn, id)?;
        let openers = bids::store::openers(conn, id)?
            .into_iter()
            .map(|opener| {
                let account = people::store::account(conn, &opener.account_id)?;
                Ok((opener, account.map(|a| a.name).unwrap_or_default()))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            page,
            counts: bids::counts(conn, id)?,
            openers,
            is_opened: is_opened(round.state),
            may_confirm: round.state == RoundState::Opening && who.is_any(OPENERS),
            now,
            round,
        })
    }

    fn count(&self, n: &i64) -> String {
        fill(self.page.t.bids.count_value, &[("n", n)])
    }

    /// Who has confirmed and is still waited for.
    fn waiting(&self) -> Vec<String> {
        let until = |opener: &Opener| opener.at.plus_millis(rules::CONFIRM_MILLIS);
        let live = self.openers.iter().filter(|(opener, _)| !self.is_opened && until(opener) > self.now);
        live.map(|(opener, name)| {
            let values: [(&str, &dyn std::fmt::Display); 2] =
                [("name", name), ("until", &until(opener).seconds())];
            fill(self.page.t.bids.first_waits, &values)
        })
        .collect()
    }

    fn question(&self) -> String {
        fill(self.page.t.bids.opening_question, &[("number", &self.round.number)])
    }

    fn wait(&self) -> String {
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

/// A person confirms; the second confirmation opens.
pub async fn confirm(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RoundId>,
) -> Result<HttpResponse> {
    if !who.is_any(OPENERS) {
        return Err(Error::Forbidden);
    }
    let (ctx, round) = (who.ctx(&app), id.clone());
    let answer = app.write(move |tx| bids::confirm_opening(tx, &ctx, &round)).await?;
    match answer {
        Ok(bids::Confirmed::First) => Ok(page::see_done(&format!("/rounds/{id}/opening"))),
        Ok(bids::Confirmed::Opened { .. }) => Ok(page::see_done(&format!("/rounds/{id}/bids"))),
        Err(why) => {
            let (page, now) = (page.refused(&why), app.now());
            let show = app.read(move |conn| Show::read(conn, page, &id, &who, now)).await?;
            page::show_refused(&show)
        }
    }
}
