//! Prices and payment standards linked both ways (药价保联动).
//!
//! A nightly pass holds each standard in force against the listing price and the contract prices of its product. A price
//! below the standard proposes to lower the standard to it, a price above proposes that the company lower its price to
//! the standard. A proposal is accepted or dismissed once; the same pair of figures opens no second one.

pub mod store;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::cases;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::notify::{self, Letter, News};
use crate::people;
use crate::schema::price_links;
use crate::standards::{self, Correction, Refused};
use crate::text::{Lang, Text, fill};
use crate::types::{AccountId, Ctx, Time, UnitPrice};

crate::words! {
    /// What is proposed.
    Kind {
        /// The price is below the standard: lower the standard to it.
        LowerStandard = "lower_standard",
        /// The price is above the standard: ask that it be lowered.
        LowerPrice = "lower_price",
    }

    /// Which price was looked at.
    PriceOf {
        /// The catalogue's listing price.
        Listing = "listing",
        /// The price of contracts in force.
        Contract = "contract",
    }

    /// Where a proposal is.
    State {
        /// It waits for an officer.
        Open = "open",
        /// An officer acted on it.
        Accepted = "accepted",
        /// An officer dismissed it.
        Dismissed = "dismissed",
        /// The figures no longer hold.
        Over = "over",
    }
}

impl Kind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Kind::LowerStandard => t.links.lower_standard,
            Kind::LowerPrice => t.links.lower_price,
        }
    }
}

impl PriceOf {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            PriceOf::Listing => t.links.s_listing,
            PriceOf::Contract => t.links.s_contract,
        }
    }
}

impl State {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            State::Open => t.links.open,
            State::Accepted => t.links.accepted,
            State::Dismissed => t.links.dismissed,
            State::Over => t.links.over,
        }
    }
}

/// A price that left the standard in force, and what is proposed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Serialize)]
#[diesel(table_name = price_links)]
pub struct PriceLink {
    /// Its number.
    pub no: i64,
    /// The standard's number in the feed.
    pub seq: i64,
    /// Which price.
    pub source: PriceOf,
    /// The catalogue's product whose listing it is; empty of contracts.
    pub product_id: String,
    /// The product's code, or the product as bid.
    pub code: String,
    /// The generic name.
    pub generic: String,
    /// The company.
    pub company: String,
    /// What is proposed.
    pub kind: Kind,
    /// Yuan for one smallest unit.
    pub price: UnitPrice,
    /// The standard for one.
    pub standard: UnitPrice,
    /// Where it is.
    pub state: State,
    /// Why it was dismissed.
    pub reason: String,
    /// When it was found.
    pub opened_at: Time,
    /// When it was acted on, or stopped holding.
    pub ended_at: Option<Time>,
    /// Who acted on it.
    pub account_id: Option<AccountId>,
}

impl PriceLink {
    /// How far the price lies above the standard; below zero when it lies below.
    pub fn difference(&self) -> Option<UnitPrice> {
        self.price.minus(self.standard)
    }
}

/// The nightly pass: how many were found, and how many no longer hold. Run again it changes nothing.
pub fn find(db: &Db, ctx: &Ctx) -> Result<(usize, usize)> {
    db.write(|tx| {
        let over = store::end_what_no_longer_holds(tx, ctx.now)?;
        let found = store::find_again(tx, ctx.now)? + store::find_new(tx, ctx.now)?;
        if found + over > 0 {
            let deed = Deed { action: "price_link.find", subject: "price_links", id: "" };
            audit::record(tx, ctx, deed, &(), &serde_json::json!({ "found": found, "over": over }))?;
        }
        Ok((found, over))
    })
}

/// An open proposal, held against whoever else acts on it.
fn open(tx: &mut Tx, no: i64) -> Result<PriceLink> {
    store::hold(tx, no)?;
    let it = store::link(tx.conn(), no)?.ok_or(Error::NotFound)?;
    match it.state {
        State::Open => Ok(it),
        other => Err(Refused::LinkEnded(other).into()),
    }
}

fn end(tx: &mut Tx, ctx: &Ctx, before: &PriceLink, state: State, reason: &str) -> Result<()> {
    let after = PriceLink {
        state,
        reason: reason.to_owned(),
        ended_at: (state != State::Open).then_some(ctx.now),
        account_id: ctx.actor.account.clone(),
        ..before.clone()
    };
    store::update(tx, &after)?;
    let id = before.no.to_string();
    let deed = Deed { action: "price_link.decide", subject: "price_links", id: &id };
    audit::record(tx, ctx, deed, before, &after)
}

/// An officer acts on a proposal: asks for the standard's correction, which a second person decides, or writes to the
/// company.
pub fn accept(tx: &mut Tx, ctx: &Ctx, no: i64) -> Result<()> {
    let it = open(tx, no)?;
    match it.kind {
        Kind::LowerStandard => {
            // What is kept with the standard is in the platform's first language.
            let t = Lang::Zh.text();
            let values: [(&str, &dyn std::fmt::Display); 3] =
                [("source", &it.source.name(t)), ("price", &it.price), ("standard", &it.standard)];
            let reason = fill(t.links.correction_reason, &values);
            standards::ask_correction(tx, ctx, it.seq, &Correction { standard: it.price, reason })?;
        }
        Kind::LowerPrice => ask_company(tx, ctx, &it)?,
    }
    end(tx, ctx, &it, State::Accepted, "")
}

/// A company that has an account here is written to; others are told outside.
fn ask_company(tx: &mut Tx, ctx: &Ctx, it: &PriceLink) -> Result<()> {
    let Some(company) = cases::store::supplier_named(tx.conn(), &it.company)? else { return Ok(()) };
    let letter = Letter::Supply {
        news: News::PriceAboveStandard,
        number: it.code.clone(),
        title: it.generic.clone(),
        path: format!("/standards/{}", it.seq),
        detail: format!("{} > {}", it.price, it.standard),
    };
    for to in people::recipients(tx.conn(), &company)? {
        notify::post(tx, ctx, &to, &letter, &format!("price_link:{}", it.no))?;
    }
    Ok(())
}

/// An officer dismisses a proposal and says why.
pub fn dismiss(tx: &mut Tx, ctx: &Ctx, no: i64, reason: &str) -> Result<()> {
    let it = open(tx, no)?;
    let reason: String = reason.trim().chars().take(1_000).collect();
    if reason.is_empty() {
        return Err(Refused::NoDismissal.into());
    }
    end(tx, ctx, &it, State::Dismissed, &reason)
}

/// The second person sent a correction back: the proposal it came from is open again.
pub(super) fn sent_back(tx: &mut Tx, ctx: &Ctx, seq: i64) -> Result<()> {
    for it in store::accepted_of(tx.conn(), seq)? {
        end(tx, ctx, &it, State::Open, "")?;
    }
    Ok(())
}
