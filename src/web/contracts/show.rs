//! One contract: its terms, both confirmations, its amendments, and the forms that confirm and amend it.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::contracts::changes::{self, Amendment, Cause, Change, ChangeKind, Terms, Wanted};
use crate::contracts::volumes::{self, AgreedVolume};
use crate::contracts::{self, Contract, Party, store};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, Role, Who};
use crate::rounds::{self, Lot, Round};
use crate::text::{Text, fill};
use crate::types::{ChangeId, ContractId, Money, OrganisationId};
use crate::web::form::{self, Form};
use crate::web::{App, Officer, Page, Person, page};

/// What a page of one contract is made from.
#[derive(Clone)]
pub(super) struct Facts {
    pub(super) it: Contract,
    pub(super) round: Round,
    pub(super) lot: Lot,
    pub(super) hospital: people::Organisation,
    pub(super) supplier: people::Organisation,
    pub(super) amount: Money,
    hospital_by: String,
    supplier_by: String,
    changes: Vec<(Amendment, String)>,
    years: Vec<AgreedVolume>,
}

/// Reads what a page of one contract shows, if the reader may see it.
pub(super) fn facts(conn: &mut Conn, who: &Who, id: &ContractId) -> Result<Facts> {
    let it = super::seen(conn, who, id)?;
    let mut changed = Vec::new();
    for change in store::changes_of(conn, id)? {
        let by = people::store::account_name(conn, change.account_id.as_ref())?;
        changed.push((change, by));
    }
    Ok(Facts {
        round: rounds::round(conn, &it.round_id)?,
        lot: rounds::lot(conn, &it.lot_id)?,
        hospital: organisation(conn, &it.hospital_id)?,
        supplier: organisation(conn, &it.supplier_id)?,
        amount: it.amount()?,
        hospital_by: people::store::account_name(conn, it.hospital_by.as_ref())?,
        supplier_by: people::store::account_name(conn, it.supplier_by.as_ref())?,
        changes: changed,
        years: volumes::of_contract(conn, id)?,
        it,
    })
}

fn organisation(conn: &mut Conn, id: &OrganisationId) -> Result<people::Organisation> {
    people::store::organisation(conn, id)?.ok_or(Error::NotFound)
}

/// The amendment form as it stands: empty, or as it was sent.
#[derive(Default)]
struct Draft {
    kind: Option<ChangeKind>,
    values: Form,
}

impl Draft {
    /// A field as sent, else as the contract has it.
    fn value(&self, name: &str, now: &(impl std::fmt::Display + ?Sized)) -> String {
        match self.values.text(name) {
            "" => now.to_string(),
            sent => sent.to_owned(),
        }
    }
}

#[derive(Template)]
#[template(path = "contracts/show.html")]
struct Show {
    page: Page,
    f: Facts,
    party: Option<Party>,
    draft: Draft,
}

impl Show {
    fn confirmed(&self, party: Party) -> String {
        let (at, by) = match party {
            Party::Hospital => (self.f.it.hospital_at, &self.f.hospital_by),
            Party::Supplier => (self.f.it.supplier_at, &self.f.supplier_by),
        };
        let c = &self.page.t.contracts;
        at.map_or(c.not_yet.to_owned(), |at| fill(c.confirmed_at, &[("at", &at), ("by", by)]))
    }

    fn hospital_confirmed(&self) -> String {
        self.confirmed(Party::Hospital)
    }

    fn supplier_confirmed(&self) -> String {
        self.confirmed(Party::Supplier)
    }

    fn state(&self) -> &'static str {
        super::state_name(self.page.t, &self.f.it)
    }

    fn is_signed(&self) -> bool {
        self.f.it.state == contracts::ContractState::Confirmed
    }

    fn has_ended(&self) -> bool {
        self.f.it.state == contracts::ContractState::Ended
    }

    fn may_confirm(&self) -> bool {
        let is_missing = self.party.is_some_and(|party| self.f.it.confirmed_at(party).is_none());
        self.is_open() && !self.has_ended() && is_missing
    }

    fn may_withdraw(&self) -> bool {
        self.f.it.state == contracts::ContractState::Drawn
            && self.party.is_some_and(|party| self.f.it.confirmed_at(party).is_some())
    }

    fn may_amend(&self) -> bool {
        self.is_open() && !self.has_ended() && self.page.is(Role::Officer.as_str())
    }

    fn is_open(&self) -> bool {
        contracts::rules::is_open(self.f.round.state).is_ok()
    }

    fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        [ChangeKind::Quantity, ChangeKind::Term].iter().map(|k| (k.as_str(), k.name(self.page.t))).collect()
    }

    /// What has a page of its own, because it is previewed or is about more than this contract.
    fn elsewhere(&self) -> Vec<(String, &'static str)> {
        let (round, id, e) = (&self.f.round.id, &self.f.it.id, &self.page.t.events);
        let mut links = vec![
            (format!("/rounds/{round}/takeover?contract={id}"), e.kind_takeover),
            (format!("/rounds/{round}/price-change?contract={id}"), e.kind_price),
        ];
        if self.is_signed() {
            links.push((format!("/contracts/{id}/quota"), e.kind_quota));
        }
        links
    }

    fn causes(&self) -> Vec<(&'static str, &'static str)> {
        Cause::ALL.iter().map(|c| (c.as_str(), c.name(self.page.t))).collect()
    }

    fn is_kind(&self, word: &str) -> bool {
        self.draft.kind.is_some_and(|kind| kind.as_str() == word)
    }

    fn differences(&self, change: &Amendment) -> Vec<(&'static str, String, String)> {
        differences(change, self.page.t)
    }
}

/// What an amendment changed: label, before, after.
fn differences(change: &Amendment, t: &Text) -> Vec<(&'static str, String, String)> {
    let read = |json: &str| serde_json::from_str::<Terms>(json).ok();
    let (Some(before), Some(after)) = (read(&change.before), read(&change.after)) else { return Vec::new() };
    let c = &t.contracts;
    let rows = [
        (c.supplier, before.supplier, after.supplier),
        (c.product, before.product, after.product),
        (c.spec, before.spec, after.spec),
        (c.quantity, before.quantity.to_string(), after.quantity.to_string()),
        (c.unit_price, before.unit_price.to_string(), after.unit_price.to_string()),
        (c.starts, before.starts.to_string(), after.starts.to_string()),
        (c.ends, before.ends.to_string(), after.ends.to_string()),
        (t.events.other, before.other, after.other),
        (t.events.year_agreed, before.year_agreed, after.year_agreed),
        (t.events.year_allowed, allowed(before.year_allowed, t), allowed(after.year_allowed, t)),
    ];
    rows.into_iter().filter(|(_, before, after)| before != after).collect()
}

/// What may be bought above the agreed volume, in words: no limit is not zero.
fn allowed(stored: String, t: &Text) -> String {
    if stored == "none" { t.events.no_limit.to_owned() } else { stored }
}

/// Which amendment form is open.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    amend: String,
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<ContractId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let draft = Draft { kind: asked.amend.parse().ok(), values: Form::default() };
    page::show(&made(page, &who, &app, &id, draft).await?)
}

async fn made(page: Page, who: &Who, app: &App, id: &ContractId, draft: Draft) -> Result<Show> {
    let (reader, id) = (who.clone(), id.clone());
    let f = app.read(move |conn| facts(conn, &reader, &id)).await?;
    let party = super::scope(who).map(|(party, _)| party);
    Ok(Show { page, f, party, draft })
}

/// Takes the confirmation back.
pub async fn withdraw(who: Person, app: web::Data<App>, id: web::Path<ContractId>) -> Result<HttpResponse> {
    let (ctx, path) = (who.ctx(&app), format!("/contracts/{id}"));
    app.write(move |tx| contracts::withdraw(tx, &ctx, &id)).await?;
    Ok(page::see_done(&path))
}

/// Records an amendment.
pub async fn amend(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<ContractId>,
    form: Form,
) -> Result<HttpResponse> {
    let ctx = who.ctx(&app);
    let done = match wanted(&id, &form) {
        Ok(wanted) => app.write(move |tx| changes::amend(tx, &ctx, wanted.clone())).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(page::see_done(&format!("/contracts/{id}"))),
        Err(Error::Refused(why)) => {
            let draft = Draft { kind: form.text("kind").parse().ok(), values: form };
            page::show_refused(&made(page.refused(&*why), &who, &app, &id, draft).await?)
        }
        Err(error) => Err(error),
    }
}

fn wanted(id: &ContractId, form: &Form) -> Result<Wanted> {
    let change = match form.choice::<ChangeKind>("kind")? {
        ChangeKind::Quantity => Change::Quantity(form.number("quantity")?),
        ChangeKind::Term => Change::Term { starts: form.day("starts")?, ends: form.day("ends")? },
        // Each has a page of its own.
        other @ (ChangeKind::Price | ChangeKind::Supplier | ChangeKind::Quota) => {
            return Err(Error::refused(form::Refused::Choice("kind", other.to_string())));
        }
    };
    Ok(Wanted {
        id: form.choice::<ChangeId>("id")?,
        contract_id: id.clone(),
        version: form.choice("version")?,
        change,
        cause: form.choice("cause")?,
        reason: form.words("reason"),
    })
}
