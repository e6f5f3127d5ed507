//! The catalogue of drugs and consumables: products, their codes, specifications and price ratios, and the files
//! that keep it up to date.

pub mod code;
pub mod compare;
pub mod difference;
pub mod import;
pub mod ratio;
pub mod registration;
pub mod rules;
pub mod spec;
pub mod store;
pub mod upload;
mod words;

use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::credit::standing;
use crate::db::{self, Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::products;
use crate::types::{Ctx, ProductId, Time, UnitPrice};

pub use rules::Refused;

crate::words! {
    /// What a product is.
    ProductKind {
        /// A drug: western, Chinese patent medicine or decoction piece.
        Drug = "drug",
        /// A medical consumable.
        Consumable = "consumable",
    }

    /// The order of a list of products.
    Sort {
        /// By generic name, then code.
        Generic = "generic",
        /// By code.
        Code = "code",
        /// By maker, then code.
        Maker = "maker",
    }
}

/// A product of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = products, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// The national medical-insurance code (医保编码); unique.
    pub code: String,
    /// What it is, by its code.
    pub kind: ProductKind,
    /// Generic name (通用名), of a consumable its product name.
    pub generic: String,
    /// What codes of the same generic share: [`code::Code::generic_key`].
    pub generic_key: String,
    /// Dosage form (剂型).
    pub form: String,
    /// Specification (规格).
    pub spec: String,
    /// Pack (包装) as written.
    pub pack: String,
    /// Smallest pieces in the pack, when the pack can be read.
    pub pack_count: Option<i64>,
    /// Manufacturer or holder (生产企业).
    pub maker: String,
    /// Approval or registration number (批准文号, 注册证号).
    pub approval: String,
    /// Has passed the consistency evaluation (过评).
    pub evaluated: bool,
    /// Listing price (挂网价格), yuan a pack; none when it is not listed at a price.
    pub listing_price: Option<UnitPrice>,
    /// Name, maker and code in lower case, for the search box.
    pub search: String,
    /// When it was entered.
    pub created_at: Time,
    /// When it last changed; a form that was filled in from an older state is refused.
    pub updated_at: Time,
}

/// What a person or a file says of a product, besides its code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Generic name.
    pub generic: String,
    /// Dosage form.
    pub form: String,
    /// Specification.
    pub spec: String,
    /// Pack.
    pub pack: String,
    /// Maker.
    pub maker: String,
    /// Approval or registration number.
    pub approval: String,
    /// Has passed the consistency evaluation.
    pub evaluated: bool,
    /// Listing price, yuan a pack.
    pub listing_price: Option<UnitPrice>,
}

impl Product {
    /// What is said of it.
    pub fn facts(&self) -> Facts {
        Facts {
            generic: self.generic.clone(),
            form: self.form.clone(),
            spec: self.spec.clone(),
            pack: self.pack.clone(),
            maker: self.maker.clone(),
            approval: self.approval.clone(),
            evaluated: self.evaluated,
            listing_price: self.listing_price,
        }
    }
}

/// What is needed to enter a product.
#[derive(Debug, Clone)]
pub struct NewProduct {
    /// The id, from the form.
    pub id: ProductId,
    /// The code as typed.
    pub code: String,
    /// What is said of it.
    pub facts: Facts,
}

/// What a reader of the list asks for.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Words that name, maker and code together must contain; one that begins like a code is looked up as such.
    pub text: String,
    /// Only this kind.
    pub kind: Option<ProductKind>,
    /// Only makers whose name begins so.
    pub maker: String,
    /// Only products of exactly this maker: what a supplier may see.
    pub of_maker: Option<String>,
    /// The order.
    pub sort: Sort,
    /// Only what follows this product in that order, for the next page.
    pub after: Option<(String, String)>,
}

impl Filter {
    /// Where a product stands in the order, for [`Filter::after`].
    pub fn place_of(&self, product: &Product) -> (String, String) {
        let key = match self.sort {
            Sort::Generic => &product.generic,
            Sort::Code => &product.code,
            Sort::Maker => &product.maker,
        };
        (key.clone(), product.code.clone())
    }
}

/// One product.
pub fn product(conn: &mut Conn, id: &ProductId) -> Result<Product> {
    store::product(conn, id)?.ok_or(Error::NotFound)
}

/// The product with a code.
pub fn by_code(conn: &mut Conn, code: &str) -> Result<Option<Product>> {
    store::by_code(conn, code)
}

/// Products of one generic, by code: `key` is what their codes begin with ([`code::Code::generic_key`]).
pub fn products_of_generic(conn: &mut Conn, key: &str, limit: i64) -> Result<Vec<Product>> {
    store::of_generic(conn, key, limit)
}

/// Products whose generic name begins so, by name, straight from the index.
pub fn products_named(conn: &mut Conn, beginning: &str, limit: i64) -> Result<Vec<Product>> {
    store::named(conn, beginning, limit)
}

/// Other packs and specifications of a product's generic by its maker, by code.
pub fn siblings(conn: &mut Conn, of: &Product, limit: i64) -> Result<Vec<Product>> {
    store::siblings(conn, of, limit)
}

/// A page of the list.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Product>> {
    store::page(conn, filter, limit)
}

/// Enters a product, or finds it already entered under the same id.
pub fn add(tx: &mut Tx, ctx: &Ctx, new: NewProduct) -> Result<Product> {
    lock(tx)?;
    if let Some(known) = store::product(tx.conn(), &new.id)? {
        return Ok(known);
    }
    let product = rules::product(new, ctx.now, ctx.now)?;
    if store::by_code(tx.conn(), &product.code)?.is_some() {
        return Err(Error::refused(Refused::CodeTaken(product.code)));
    }
    may_list(tx.conn(), None, &product, ctx.now)?;
    store::insert(tx, &product)?;
    let deed = Deed { action: "product.add", subject: "products", id: product.id.as_str() };
    audit::record(tx, ctx, deed, &(), &product)?;
    Ok(product)
}

/// Changes a product. `seen` is the moment of its last change as the person saw it: when somebody else changed it
/// meanwhile, nothing happens.
pub fn change(tx: &mut Tx, ctx: &Ctx, changed: NewProduct, seen: Time) -> Result<Product> {
    lock(tx)?;
    let before = store::product(tx.conn(), &changed.id)?.ok_or(Error::NotFound)?;
    let after = rules::change(&before, changed, seen, ctx.now)?;
    if before.facts() == after.facts() && before.code == after.code {
        return Ok(before);
    }
    if store::by_code(tx.conn(), &after.code)?.is_some_and(|other| other.id != after.id) {
        return Err(Error::refused(Refused::CodeTaken(after.code)));
    }
    may_list(tx.conn(), Some(&before), &after, ctx.now)?;
    store::update(tx, &after)?;
    let deed = Deed { action: "product.change", subject: "products", id: after.id.as_str() };
    audit::record(tx, ctx, deed, &before, &after)?;
    Ok(after)
}

/// A product whose listing is suspended by its company's credit rating is neither listed at a price nor made dearer; its
/// price may fall, which repair can ask for.
fn may_list(conn: &mut Conn, before: Option<&Product>, after: &Product, now: Time) -> Result<()> {
    if !rules::is_dearer(before, after) {
        return Ok(());
    }
    let listing = standing::listing(conn, now.day())?;
    listing.product(&after.code, &after.maker).map_or(Ok(()), |why| Err(why.into()))
}

/// Whoever writes to the catalogue waits for whoever else does: two imports at once would each compute their
/// difference against a catalogue the other is changing.
fn lock(tx: &mut Tx) -> Result<()> {
    db::next_number(tx, "catalogue").map(drop)
}

/// Records that somebody took the list away as a file.
pub fn record_export(tx: &mut Tx, ctx: &Ctx, filter: &Filter, format: &str) -> Result<()> {
    let deed = Deed { action: "product.export", subject: "products", id: format };
    let asked = serde_json::json!({
        "text": filter.text, "kind": filter.kind, "maker": filter.maker,
        "of_maker": filter.of_maker, "sort": filter.sort,
    });
    audit::record(tx, ctx, deed, &(), &asked)
}
