//! Negotiated drugs (谈判药品): payment standards that follow from the national negotiation and not from a round.
//!
//! A file makes a list; a list is drafted into standards, an officer asks for their release and a second person
//! approves it, as with a round's.

pub mod import;
pub mod rules;
pub mod store;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::catalog::Product;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::rounds::approvals::{self, Action, Asked};
use crate::schema::{negotiated_lines, negotiated_lists};
use crate::standards::draft::Line;
use crate::standards::{NEGOTIATED, New, Refused, Release, Source, effects, fingerprint, publish};
use crate::text::Text;
use crate::types::{AccountId, Ctx, NegotiatedListId, ProductId, Time, UnitPrice};

crate::words! {
    /// How far a list is.
    State {
        /// Not yet released.
        Draft = "draft",
        /// Its standards are released.
        Released = "released",
        /// Given up.
        Discarded = "discarded",
    }
}

impl State {
    /// The state's name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let n = &t.negotiated;
        match self {
            State::Draft => n.s_draft,
            State::Released => n.s_released,
            State::Discarded => n.s_discarded,
        }
    }
}

/// A list of negotiated drugs, as one file brought it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = negotiated_lists, treat_none_as_default_value = false)]
pub struct NegotiatedList {
    /// Its id.
    pub id: NegotiatedListId,
    /// Its number, of which its releases have theirs.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// How far it is.
    pub state: State,
    /// When it was drafted.
    pub created_at: Time,
    /// By whom.
    pub account_id: Option<AccountId>,
}

/// One drug of a list.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = negotiated_lines, treat_none_as_default_value = false)]
pub struct NegotiatedLine {
    /// The list.
    pub list_id: NegotiatedListId,
    /// Its place in the list, from 1.
    pub position: i32,
    /// The product.
    pub product_id: ProductId,
    /// Yuan for one `unit`, as the document gives it.
    pub payment_standard: UnitPrice,
    /// The unit the document gives it for: the smallest one, or a pack.
    pub unit: String,
    /// First day.
    pub starts: NaiveDate,
    /// Last day, if the agreement has one.
    pub ends: Option<NaiveDate>,
    /// Also dispensed by designated pharmacies (双通道).
    pub dual_channel: bool,
    /// The document's number (文号).
    pub document: String,
    /// What is remarked.
    pub remark: String,
}

/// The table of lists, for the trail and for approvals.
pub const SUBJECT: &str = "negotiated_lists";

/// A list's page.
pub fn path(number: &str) -> String {
    format!("/standards/negotiated/{number}")
}

/// The list of a number.
pub fn list(conn: &mut Conn, number: &str) -> Result<NegotiatedList> {
    store::by_number(conn, number)?.ok_or(Error::NotFound)
}

/// The standard that a line gives its product.
pub fn standard(line: &NegotiatedLine, product: &Product) -> std::result::Result<Line, Refused> {
    let given = rules::for_smallest(line.payment_standard, &line.unit, product)?;
    Ok(Line {
        product: product.code.clone(),
        generic: product.generic.clone(),
        spec: product.spec.clone(),
        pack: product.pack.clone(),
        unit: given.unit,
        company: product.maker.clone(),
        standard: given.standard,
        price: rules::own_price(product).unwrap_or(given.standard),
        starts: line.starts,
        ends: line.ends,
        basis: NEGOTIATED.to_owned(),
        clause: line.document.clone(),
        arithmetic: given.arithmetic,
        dual_channel: line.dual_channel,
        document: line.document.clone(),
        remark: line.remark.clone(),
        ..Line::default()
    })
}

/// What a release of a list would write now: its lines, less what is in force already.
pub fn pending(conn: &mut Conn, it: &NegotiatedList) -> Result<Vec<New>> {
    if it.state != State::Draft {
        return Ok(Vec::new());
    }
    let lines: Vec<Line> = store::lines(conn, &it.id)?
        .iter()
        .map(|(line, product)| standard(line, product))
        .collect::<std::result::Result<_, _>>()?;
    let codes = lines.iter().map(|line| line.product.clone()).collect();
    let current = crate::standards::store::current_of_products(conn, codes)?;
    Ok(lines.into_iter().filter_map(|line| rules::to_release(line, &current)).collect())
}

/// An officer asks for the release of a list.
pub fn ask(tx: &mut Tx, ctx: &Ctx, number: &str) -> Result<()> {
    let it = held(tx, number)?;
    let rows = pending(tx.conn(), &it)?;
    if rows.is_empty() {
        return Err(Refused::Nothing.into());
    }
    effects::keep(tx, ctx, (SUBJECT, number), &rows)?;
    let asked = Asked { subject: SUBJECT, id: number, action: Action::Negotiated, round: None, detail: "" };
    approvals::ask(tx, ctx, asked).map(drop)
}

/// The second person releases what was asked for, if it is still what was looked at.
pub fn release(tx: &mut Tx, ctx: &Ctx, number: &str, looked_at: &str) -> Result<Release> {
    let it = held(tx, number)?;
    let request =
        approvals::open(tx.conn(), SUBJECT, number, Action::Negotiated)?.ok_or(Refused::NotAsked)?;
    let rows = pending(tx.conn(), &it)?;
    if fingerprint(&rows)? != looked_at {
        return Err(Refused::Changed.into());
    }
    approvals::decide(tx, ctx, &request.id, true, "")?;
    let release = publish(tx, ctx, &Source::Negotiated(it.clone()), rows)?;
    effects::store::released(tx, (SUBJECT, number), looked_at, &release.id)?;
    end(tx, ctx, &it, State::Released)?;
    Ok(release)
}

/// The second person sends the request back.
pub fn send_back(tx: &mut Tx, ctx: &Ctx, number: &str, remark: &str) -> Result<()> {
    held(tx, number)?;
    let request =
        approvals::open(tx.conn(), SUBJECT, number, Action::Negotiated)?.ok_or(Refused::NotAsked)?;
    approvals::decide(tx, ctx, &request.id, false, remark).map(drop)
}

/// An officer gives a draft up; what was asked for it is taken back. Given up twice it is given up once.
pub fn discard(tx: &mut Tx, ctx: &Ctx, number: &str) -> Result<()> {
    let it = held(tx, number)?;
    match it.state {
        State::Draft => {
            approvals::withdraw_all(tx, ctx, SUBJECT, number)?;
            end(tx, ctx, &it, State::Discarded)
        }
        State::Discarded => Ok(()),
        State::Released => Err(Refused::ListEnded(it.state).into()),
    }
}

/// A list, held against whoever else acts on it.
fn held(tx: &mut Tx, number: &str) -> Result<NegotiatedList> {
    let it = list(tx.conn(), number)?;
    store::hold(tx, &it.id)?;
    list(tx.conn(), number)
}

fn end(tx: &mut Tx, ctx: &Ctx, before: &NegotiatedList, state: State) -> Result<()> {
    let after = NegotiatedList { state, ..before.clone() };
    store::set_state(tx, &after)?;
    let deed = Deed { action: "negotiated.end", subject: SUBJECT, id: &before.number };
    audit::record(tx, ctx, deed, before, &after)
}
