//! Conducts (失信行为): what a company did, as a document says it, with products, facts and the document itself.
//!
//! A conduct never changes; a correction is a new one that names the one it corrects.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::awards::documents::{self, Owner};
use crate::catalog::{self, Product, registration};
use crate::credit::editions::{self, ConductKind};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::people::{self, OrganisationKind};
use crate::ratings::rules::{self, Refused};
use crate::ratings::store;
use crate::schema::conducts;
use crate::supply::distributors;
use crate::text::Text;
use crate::types::{AccountId, ConductId, CreditFactId, Ctx, DocumentId, Money, OrganisationId, Time};

/// The table documents and the audit trail name a conduct by.
pub const SUBJECT: &str = "conducts";

/// Most products one conduct names.
pub const PRODUCTS: usize = 500;

crate::words! {
    /// What kind of document says it.
    DocumentKind {
        /// A court's judgment (法院判决).
        Judgment = "judgment",
        /// A penalty decision (行政处罚决定).
        Penalty = "penalty",
        /// An audit report (审计报告).
        Audit = "audit",
        /// The platform's own contract facts (合同履约记录).
        Contract = "contract",
    }
}

impl DocumentKind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.ratings;
        match self {
            DocumentKind::Judgment => m.document_judgment,
            DocumentKind::Penalty => m.document_penalty,
            DocumentKind::Audit => m.document_audit,
            DocumentKind::Contract => m.document_contract,
        }
    }
}

/// What a company did.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = conducts, treat_none_as_default_value = false)]
pub struct Conduct {
    /// Its id, from the form.
    pub id: ConductId,
    /// The company's unified social credit code.
    pub company_code: String,
    /// The company.
    pub company_name: String,
    /// Its organisation on the platform, if it has one.
    pub supplier_id: Option<OrganisationId>,
    /// Whether it did it as a distributor.
    pub is_distributor: bool,
    /// What it did.
    pub kind: ConductKind,
    /// The amount by which it is graded; none when the document names none.
    pub amount: Option<Money>,
    /// What kind of document says it.
    pub document_kind: DocumentKind,
    /// The document's number.
    pub document_number: String,
    /// Who issued it.
    pub issuer: String,
    /// The day of the document: the edition of that day grades it.
    pub document_on: NaiveDate,
    /// Where it is evaluated.
    pub region: String,
    /// What happened, in words.
    pub summary: String,
    /// The conduct it corrects.
    pub corrects_id: Option<ConductId>,
    /// When it was entered.
    pub at: Time,
    /// By whom.
    pub account_id: Option<AccountId>,
}

impl Conduct {
    /// The document in one line: number and issuer.
    pub fn document(&self) -> String {
        format!("{} {}", self.issuer, self.document_number)
    }
}

/// A file handed in with something.
pub type File = (DocumentId, String, Vec<u8>);

/// What an officer enters.
#[derive(Debug, Clone)]
pub struct Entered {
    /// The conduct; name and supplier are found by the code.
    pub it: Conduct,
    /// Codes of the products involved.
    pub products: Vec<String>,
    /// The document.
    pub file: Option<File>,
}

/// What documents of a conduct belong to.
pub fn owner(id: &ConductId) -> Owner<'_> {
    (SUBJECT, id.as_str())
}

/// A conduct, or there is no such thing.
pub fn conduct(conn: &mut Conn, id: &ConductId) -> Result<Conduct> {
    store::conduct(conn, id)?.ok_or(Error::NotFound)
}

/// Enters a conduct with its products and document. The same form sent twice enters one.
pub fn enter(tx: &mut Tx, ctx: &Ctx, entered: Entered) -> Result<ConductId> {
    let Entered { it, products, file } = entered;
    if store::conduct(tx.conn(), &it.id)?.is_some() {
        return Ok(it.id);
    }
    let it = named(tx.conn(), it)?;
    rules::conduct(&it, ctx.now.day())?;
    let edition = editions::on(it.document_on).map_err(Error::refused)?;
    editions::grade(it.kind, it.amount, &edition, it.document_on).map_err(Error::refused)?;
    corrects(tx.conn(), &it)?;
    let products = involved(tx.conn(), products)?;
    store::insert_conduct(tx, &it)?;
    for product in &products {
        store::insert_product(tx, &it.id, product)?;
    }
    let codes: Vec<&str> = products.iter().map(|product| product.code.as_str()).collect();
    audit::record(
        tx,
        ctx,
        Deed { action: "conduct.enter", subject: SUBJECT, id: it.id.as_str() },
        &(),
        &(&it, codes),
    )?;
    if let Some(file) = file {
        attach(tx, ctx, owner(&it.id), file)?;
    }
    Ok(it.id)
}

/// Name and organisation by the credit code: of a supplier, else of a distributor, else as typed.
fn named(conn: &mut Conn, it: Conduct) -> Result<Conduct> {
    let known = people::store::organisation_by_code(conn, &it.company_code)?;
    if let Some(known) = known.filter(|known| known.kind == OrganisationKind::Supplier) {
        return Ok(Conduct { company_name: known.name, supplier_id: Some(known.id), ..it });
    }
    if let Some(known) = distributors::store::by_code(conn, &it.company_code)? {
        return Ok(Conduct { company_name: known.name, supplier_id: None, ..it });
    }
    registration::uscc(&it.company_code).map_err(|why| Error::refused(Refused::Code(why)))?;
    Ok(Conduct { supplier_id: None, ..it })
}

/// A document is entered once for a conduct; a correction names one of the same company that nothing corrects yet.
fn corrects(conn: &mut Conn, it: &Conduct) -> Result<()> {
    let Some(corrected) = &it.corrects_id else {
        return match store::same_document(conn, it)? {
            true => Err(Refused::Entered(it.document()).into()),
            false => Ok(()),
        };
    };
    let before = conduct(conn, corrected)?;
    if before.company_code != it.company_code {
        return Err(Refused::OtherCompany(before.company_name).into());
    }
    if store::correction_of(conn, corrected)?.is_some() {
        return Err(Refused::Corrected.into());
    }
    Ok(())
}

fn involved(conn: &mut Conn, codes: Vec<String>) -> Result<Vec<Product>> {
    if codes.len() > PRODUCTS {
        return Err(Refused::ManyProducts(PRODUCTS).into());
    }
    let mut found: Vec<Product> = Vec::new();
    for code in codes {
        let known = catalog::by_code(conn, &code)?;
        let known = known.ok_or_else(|| Error::refused(Refused::Product(code)))?;
        if !found.iter().any(|it| it.id == known.id) {
            found.push(known);
        }
    }
    Ok(found)
}

/// Keeps a file; the same id twice is kept once.
pub fn attach(tx: &mut Tx, ctx: &Ctx, owner: Owner, (id, name, bytes): File) -> Result<()> {
    if documents::of(tx.conn(), owner)?.iter().any(|known| known.id == id) {
        return Ok(());
    }
    let it = documents::document(id, owner, &name, bytes, ctx.actor.account.clone(), ctx.now)?;
    documents::insert(tx, &it)?;
    let deed = Deed { action: "rating.document", subject: "documents", id: it.id.as_str() };
    audit::record(tx, ctx, deed, &(), &(owner, &it.name, it.size, &it.sha256))
}

/// Cites facts of the register for a conduct that is not rated yet; those cited already stay.
pub fn cite(tx: &mut Tx, ctx: &Ctx, id: &ConductId, facts: &[CreditFactId]) -> Result<()> {
    let it = conduct(tx.conn(), id)?;
    if store::rating_of(tx.conn(), id)?.is_some() {
        return Err(Refused::Rated.into());
    }
    let known = store::cited(tx.conn(), id)?;
    let mut fresh = Vec::new();
    for fact in facts.iter().filter(|fact| !known.iter().any(|it| it.id == **fact)) {
        let found = store::fact(tx.conn(), fact)?.ok_or(Error::NotFound)?;
        if Some(&found.supplier_id) != it.supplier_id.as_ref() {
            return Err(Error::NotFound);
        }
        store::insert_fact(tx, id, fact)?;
        fresh.push(fact);
    }
    if fresh.is_empty() {
        return Ok(());
    }
    audit::record(tx, ctx, Deed { action: "conduct.cite", subject: SUBJECT, id: id.as_str() }, &(), &fresh)
}
