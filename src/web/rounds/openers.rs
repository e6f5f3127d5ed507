//! `/rounds/{id}/openers`: who opens a round's bids together, and how each of them takes his key.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;
use zeroize::{Zeroize, Zeroizing};

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{Account, Role, Who};
use crate::rounds::openers::key::{self, Key};
use crate::rounds::openers::{self, Named, Refused, Seat, rules};
use crate::rounds::{self, Round};
use crate::text::{Say, fill};
use crate::types::{AccountId, RoundId};
use crate::web::form::Form;
use crate::web::upload::Upload;
use crate::web::{App, Officer, Page, Person, Staff, page};

#[derive(Template)]
#[template(path = "rounds/openers.html")]
struct Show {
    page: Page,
    round: Round,
    named: Option<Named>,
    candidates: Vec<(Account, bool)>,
    may_name: bool,
    may_change: bool,
    me: AccountId,
}

impl Show {
    fn read(conn: &mut Conn, page: Page, who: &Who, id: &RoundId) -> Result<Self> {
        let round = rounds::seen_by(conn, who, id)?;
        let named = openers::named(conn, id)?;
        let may_change = rules::may_change(&round, named.as_ref().map(|n| &n.panel)).is_ok();
        Ok(Self {
            page,
            candidates: openers::candidates(conn)?,
            may_name: may_change && who.is(Role::Officer),
            may_change,
            me: who.account.id.clone(),
            named,
            round,
        })
    }

    fn needed(&self, named: &Named) -> String {
        let values: [(&str, &dyn std::fmt::Display); 2] =
            [("m", &named.panel.needed), ("n", &named.seats.len())];
        fill(self.page.t.sealing.needed_value, &values)
    }

    fn key_state(&self, seat: &Seat) -> &'static str {
        let s = &self.page.t.sealing;
        match &seat.key {
            None => s.key_none,
            Some(key) if key.kept_at.is_none() => s.key_taken,
            Some(_) => s.key_kept,
        }
    }

    fn fingerprint(&self, seat: &Seat) -> String {
        seat.key.as_ref().map(|key| key::fingerprint(&key.public_key)).unwrap_or_default()
    }

    fn mine(&self) -> Option<&Seat> {
        self.named.as_ref().and_then(|named| named.seat(&self.me))
    }

    fn is_chosen(&self, account: &Account) -> bool {
        self.named.as_ref().is_some_and(|named| named.seat(&account.id).is_some())
    }

    fn wanted(&self) -> i32 {
        self.named.as_ref().map_or(i32::from(rules::LEAST), |named| named.panel.needed)
    }

    /// Who is a candidate, for people.
    fn name_of(&self, (account, is_officer): &(Account, bool)) -> String {
        let role = if *is_officer { Role::Officer } else { Role::Reviewer };
        format!("{} ({}, {})", account.name, account.login, role.name(self.page.t))
    }
}

/// The page.
pub async fn show(page: Page, who: Staff, app: Data<App>, id: Path<RoundId>) -> Result<HttpResponse> {
    let show = app.read(move |conn| Show::read(conn, page, &who, &id)).await?;
    page::show(&show)
}

async fn refused(page: Page, who: Who, app: &App, id: RoundId, why: &dyn Say) -> Result<HttpResponse> {
    let page = page.refused(why);
    let show = app.read(move |conn| Show::read(conn, page, &who, &id)).await?;
    page::show_refused(&show)
}

fn done(id: &RoundId) -> HttpResponse {
    page::see_done(&format!("/rounds/{id}/openers"))
}

/// Names the openers.
pub async fn name(
    page: Page,
    who: Officer,
    app: Data<App>,
    id: Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let unknown = |text: &str| Error::refused(Refused::Unknown(text.chars().take(40).collect()));
    let chosen = form
        .all("openers")
        .map(|text| text.parse().map_err(|_| unknown(text)))
        .collect::<Result<Vec<AccountId>>>();
    let needed = form.text("needed").parse::<u8>().unwrap_or(0);
    let (ctx, key) = (who.ctx(&app), id.clone());
    let named = match chosen {
        Ok(chosen) => app.write(move |tx| openers::name(tx, &ctx, &key, &chosen, needed)).await,
        Err(why) => Err(why),
    };
    match named {
        Ok(()) => Ok(done(&id)),
        Err(Error::Refused(why)) => refused(page, who.0, &app, id.into_inner(), &*why).await,
        Err(fault) => Err(fault),
    }
}

#[derive(Template)]
#[template(path = "rounds/opener_key.html")]
struct Taken {
    page: Page,
    round: Round,
    fingerprint: String,
    file: Zeroizing<String>,
    name: String,
}

/// Makes a key for the opener who asks and shows it, this once.
pub async fn take(page: Page, who: Person, app: Data<App>, id: Path<RoundId>) -> Result<HttpResponse> {
    let key = Key::generate();
    let (ctx, round, public) = (who.ctx(&app), id.clone(), key.public().to_owned());
    let taken = app
        .write(move |tx| {
            openers::take(tx, &ctx, &round, &public)?;
            rounds::round(tx.conn(), &round)
        })
        .await;
    let round = match taken {
        Ok(round) => round,
        Err(Error::Refused(why)) => return refused(page, who.0, &app, id.into_inner(), &*why).await,
        Err(fault) => return Err(fault),
    };
    let account = &who.account;
    page::show(&Taken {
        page,
        fingerprint: key::fingerprint(key.public()),
        file: key.file(&round.id, &round.number, &account.id, &account.name),
        name: format!("{}-{}.key", round.number, account.login),
        round,
    })
}

/// The key that was given, as a file or pasted. What was sent is wiped.
pub fn given(mut upload: Upload) -> Option<Key> {
    let pasted = upload.form.raw("key").as_bytes();
    let key = Key::read(if upload.bytes.is_empty() { pasted } else { &upload.bytes });
    upload.bytes.zeroize();
    upload.form.wipe();
    key
}

/// Confirms that the key was kept.
pub async fn keep(
    page: Page,
    who: Person,
    app: Data<App>,
    id: Path<RoundId>,
    upload: Upload,
) -> Result<HttpResponse> {
    let Some(key) = given(upload) else {
        return refused(page, who.0, &app, id.into_inner(), &Refused::NotAKey).await;
    };
    let (ctx, round) = (who.ctx(&app), id.clone());
    match app.write(move |tx| openers::keep(tx, &ctx, &round, &key)).await {
        Ok(()) => Ok(done(&id)),
        Err(Error::Refused(why)) => refused(page, who.0, &app, id.into_inner(), &*why).await,
        Err(fault) => Err(fault),
    }
}
