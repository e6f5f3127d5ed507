//! Pages of prices: the board, findings, and what a product, a hospital or a supplier costs.

pub mod board;
pub mod chart;
pub mod finding;
pub mod findings;
pub mod own_listings;
pub mod parties;
pub mod party;
pub mod product;
pub mod product_sheets;
pub mod purchases;
pub mod search;
pub mod sheet;

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::catalog::{self, Product};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{Organisation, OrganisationKind, Role, Who};
use crate::prices::board::{names_of, store};
use crate::prices::findings::Finding;
use crate::prices::monitoring::versions;
use crate::text::{Say, Text, fill};
use crate::types::{OrganisationId, ProductId, parse_day};
use crate::web::page;

/// Who reads a hospital's prices: the bureau, and the hospital its own.
pub const HOSPITAL_READERS: &[Role] =
    &[Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin, Role::Hospital];

/// Who reads a supplier's prices: the bureau, and the supplier its own.
pub const SUPPLIER_READERS: &[Role] =
    &[Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin, Role::Supplier];

/// Whose prices a reader sees.
enum Scope {
    /// Everybody's.
    All,
    /// A hospital's.
    Hospital(OrganisationId),
    /// A supplier's, by the texts purchases name it with.
    Supplier(Vec<String>),
}

impl Scope {
    fn of(who: &Who) -> Self {
        match who.organisation.kind {
            OrganisationKind::Bureau => Scope::All,
            OrganisationKind::Hospital => Scope::Hospital(who.organisation.id.clone()),
            OrganisationKind::Supplier => Scope::Supplier(names_of(&who.organisation)),
        }
    }

    /// Whether a finding about a product is the reader's to see: a supplier sees what it sold, and the listings of
    /// what it makes.
    fn holds(&self, it: &Finding, product: &Product) -> bool {
        match self {
            Scope::All => true,
            Scope::Hospital(id) => it.hospital_id.as_ref() == Some(id),
            Scope::Supplier(names) => {
                names.contains(&it.supplier) || (it.hospital_id.is_none() && names.contains(&product.maker))
            }
        }
    }
}

/// Why a list cannot be filtered so.
#[derive(Debug)]
pub enum Refused {
    /// No product has this code.
    Product(String),
    /// No hospital has this code or name.
    Hospital(String),
    /// Purchases are listed of a hospital or of a product.
    NeedsOne,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let b = &t.board;
        match self {
            Refused::Product(text) => fill(b.no_product, &[("text", text)]),
            Refused::Hospital(text) => fill(b.no_hospital, &[("text", text)]),
            Refused::NeedsOne => b.needs_one.to_owned(),
        }
    }
}

/// Longest text taken from an address.
const LONGEST: usize = 200;

/// A text of an address, cut to what can be searched for.
fn cut(text: &str) -> String {
    text.trim().chars().take(LONGEST).collect()
}

/// The product an address names by id or code.
fn product_of(conn: &mut Conn, text: &str) -> Result<Option<Product>> {
    let text = cut(text);
    if text.is_empty() {
        return Ok(None);
    }
    let found = match text.parse::<ProductId>() {
        Ok(id) => catalog::store::product(conn, &id)?,
        Err(_) => catalog::by_code(conn, &text.to_uppercase())?,
    };
    found.map(Some).ok_or_else(|| Error::refused(Refused::Product(text)))
}

/// The hospital an address names by id, code or name.
fn hospital_of(conn: &mut Conn, text: &str) -> Result<Option<Organisation>> {
    let text = cut(text);
    if text.is_empty() {
        return Ok(None);
    }
    store::hospital(conn, &text)?.map(Some).ok_or_else(|| Error::refused(Refused::Hospital(text)))
}

/// The texts of the supplier an address names: both of a registered one, else the text itself.
fn supplier_texts(conn: &mut Conn, text: &str) -> Result<Option<Vec<String>>> {
    let text = cut(text);
    if text.is_empty() {
        return Ok(None);
    }
    let known = store::suppliers(conn, vec![text.clone()])?;
    Ok(Some(known.get(&text).map_or_else(|| vec![text.clone()], names_of)))
}

/// An organisation of a kind that the reader may see; anybody else's is not there.
fn organisation(
    conn: &mut Conn,
    who: &Who,
    kind: OrganisationKind,
    id: &OrganisationId,
) -> Result<Organisation> {
    if who.organisation.kind != OrganisationKind::Bureau && who.organisation.id != *id {
        return Err(Error::NotFound);
    }
    let found = crate::people::store::organisation(conn, id)?;
    found.filter(|it| it.kind == kind).ok_or(Error::NotFound)
}

/// A month as an address has it: `2026-11`.
fn month(text: &str) -> Result<Option<NaiveDate>> {
    if text.is_empty() {
        return Ok(None);
    }
    parse_day(&format!("{text}-01")).map(Some).ok_or(Error::NotFound)
}

/// A month for people and addresses.
fn shown(month: impl std::borrow::Borrow<NaiveDate>) -> String {
    month.borrow().format("%Y-%m").to_string()
}

/// The titles of rules by their names.
pub(super) struct Titles(HashMap<String, String>);

impl Titles {
    pub(super) fn new(conn: &mut Conn, t: &Text) -> Result<Self> {
        Ok(Self(versions::titles(conn, t.lang)?.into_iter().collect()))
    }

    /// A rule's title; its name where this program has no such rule.
    pub(super) fn of<'a>(&'a self, name: &'a str) -> &'a str {
        self.0.get(name).map_or(name, |title| title)
    }
}

/// A product in one line.
fn product_name(it: &Product) -> String {
    format!("{} {} {} · {}", it.generic, it.form, it.spec, it.maker)
}

/// Where a supplier named in purchases is shown: its page when it is registered, else its findings.
fn supplier_link(known: &HashMap<String, Organisation>, name: &str) -> String {
    match known.get(name) {
        Some(it) => format!("/prices/suppliers/{}", it.id),
        None => format!("/findings?supplier={}", page::encode(name)),
    }
}

/// The registered suppliers among these texts.
fn known_suppliers(conn: &mut Conn, mut names: Vec<String>) -> Result<HashMap<String, Organisation>> {
    names.sort_unstable();
    names.dedup();
    store::suppliers(conn, names)
}
