//! What is done to a basket: entered, changed, its items, taken out of use. Every change counts its revision up, and
//! what rounds do to it is computed anew.

use serde::Serialize;

use super::{Basket, Item, Refused, SUBJECT, basket, compute, rules, store};
use crate::audit::{self, Deed};
use crate::catalog;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::types::{Ctx, DiseaseBasketId, OrganisationId, Quantity};

/// What is said of a basket besides its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The disease.
    pub name: String,
    /// Its code of DRG or DIP.
    pub code: String,
    /// Whose cases; empty: the city's.
    pub hospital: String,
    /// Cases in a year.
    pub cases: Option<i64>,
    /// Where the quantities come from.
    pub document: String,
}

/// What the trail shows of a basket.
#[derive(Serialize)]
struct Known<'a> {
    basket: &'a Basket,
    items: &'a [Item],
}

fn record(tx: &mut Tx, ctx: &Ctx, action: &str, it: &Basket, items: &[Item]) -> Result<()> {
    let known = Known { basket: it, items };
    audit::record(tx, ctx, Deed { action, subject: SUBJECT, id: it.id.as_str() }, &(), &known)
}

/// The hospital of a code; none when the code is empty.
fn hospital(conn: &mut Conn, code: &str) -> Result<Option<OrganisationId>> {
    let code = code.trim();
    if code.is_empty() {
        return Ok(None);
    }
    let found = store::hospitals_by_code(conn, vec![code.to_owned()])?.remove(code);
    found.map(Some).ok_or_else(|| Refused::NoHospital(code.to_owned()).into())
}

/// A basket as these facts make it.
fn made(conn: &mut Conn, facts: &Facts, before: Basket) -> Result<Basket> {
    let it = Basket {
        name: rules::words("name", &facts.name, rules::WORDS)?,
        code: rules::words("code", &facts.code, rules::WORDS)?,
        hospital_id: hospital(conn, &facts.hospital)?,
        cases: rules::cases(facts.cases)?,
        document: rules::words("document", &facts.document, rules::WORDS)?,
        ..before
    };
    let known = store::named(conn, &it.name, &it.code)?;
    if known.iter().any(|other| other.id != it.id && other.hospital_id == it.hospital_id) {
        return Err(Refused::Known.into());
    }
    Ok(it)
}

/// Enters a basket without items. The same form sent twice makes one.
pub fn create(tx: &mut Tx, ctx: &Ctx, id: &DiseaseBasketId, facts: &Facts) -> Result<()> {
    if store::basket(tx.conn(), id)?.is_some() {
        return Ok(());
    }
    let new = Basket {
        id: id.clone(),
        name: String::new(),
        code: String::new(),
        hospital_id: None,
        cases: None,
        document: String::new(),
        active: true,
        revision: 1,
        created_at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    let it = made(tx.conn(), facts, new)?;
    store::insert(tx, &it)?;
    record(tx, ctx, "disease_basket.enter", &it, &[])
}

/// A basket in use, as it was seen.
fn seen(tx: &mut Tx, id: &DiseaseBasketId, revision: i32) -> Result<Basket> {
    let it = basket(tx.conn(), id)?;
    if it.revision != revision || !it.active {
        return Err(Refused::Stale.into());
    }
    Ok(it)
}

fn next(it: Basket) -> Basket {
    Basket { revision: it.revision.saturating_add(1), ..it }
}

/// Changes what is said of a basket.
pub fn change(tx: &mut Tx, ctx: &Ctx, (id, revision): (&DiseaseBasketId, i32), facts: &Facts) -> Result<()> {
    let before = seen(tx, id, revision)?;
    let after = next(made(tx.conn(), facts, before.clone())?);
    store::update(tx, &after)?;
    let deed = Deed { action: "disease_basket.change", subject: SUBJECT, id: id.as_str() };
    audit::record(tx, ctx, deed, &before, &after)?;
    compute::refresh(tx, ctx, id).map(drop)
}

/// Takes a basket out of use; its figures stay with it.
pub fn retire(tx: &mut Tx, ctx: &Ctx, (id, revision): (&DiseaseBasketId, i32)) -> Result<()> {
    let before = seen(tx, id, revision)?;
    let after = Basket { active: false, ..next(before.clone()) };
    store::update(tx, &after)?;
    let deed = Deed { action: "disease_basket.retire", subject: SUBJECT, id: id.as_str() };
    audit::record(tx, ctx, deed, &before, &after)
}

/// Puts items in the place of those there are.
pub(super) fn set_items(tx: &mut Tx, ctx: &Ctx, before: &Basket, items: Vec<Item>) -> Result<()> {
    if items.len() > rules::ITEMS {
        return Err(Refused::TooMany(rules::ITEMS).into());
    }
    let items: Vec<Item> = items
        .into_iter()
        .zip(1_i32..)
        .map(|(it, position)| Item { basket_id: before.id.clone(), position, ..it })
        .collect();
    store::replace_items(tx, &before.id, &items)?;
    let after = next(before.clone());
    store::update(tx, &after)?;
    record(tx, ctx, "disease_basket.items", &after, &items)?;
    compute::refresh(tx, ctx, &before.id).map(drop)
}

/// The item that a code or a generic name means.
pub fn item(conn: &mut Conn, code: &str, generic: &str, quantity: Quantity) -> Result<Item> {
    if !quantity.is_positive() {
        return Err(Refused::Quantity.into());
    }
    let (code, generic) = (code.trim(), generic.trim());
    let blank = |product_id, code: &str, generic: String| Item {
        basket_id: DiseaseBasketId::new(),
        position: 0,
        product_id,
        code: code.to_owned(),
        generic,
        quantity,
    };
    match (code.is_empty(), generic.is_empty()) {
        (false, true) => {
            let product = catalog::by_code(conn, code)?.ok_or_else(|| Refused::NoProduct(code.to_owned()))?;
            Ok(blank(Some(product.id), &product.code, product.generic))
        }
        (true, false) => Ok(blank(None, "", rules::words("generic", generic, rules::WORDS)?)),
        _ => Err(Refused::OneOf.into()),
    }
}

/// Adds an item.
pub fn add_item(
    tx: &mut Tx,
    ctx: &Ctx,
    (id, revision): (&DiseaseBasketId, i32),
    (code, generic, quantity): (&str, &str, Quantity),
) -> Result<()> {
    let before = seen(tx, id, revision)?;
    let mut items = store::items(tx.conn(), id)?;
    let new = item(tx.conn(), code, generic, quantity)?;
    if items.iter().any(|it| is_same(it, &new)) {
        let name = if new.code.is_empty() { new.generic } else { new.code };
        return Err(Refused::Twice(name).into());
    }
    items.push(new);
    set_items(tx, ctx, &before, items)
}

/// Whether two items are of one product or generic.
pub fn is_same(one: &Item, other: &Item) -> bool {
    one.product_id == other.product_id && one.generic == other.generic
}

/// Takes an item out.
pub fn remove_item(
    tx: &mut Tx,
    ctx: &Ctx,
    (id, revision): (&DiseaseBasketId, i32),
    position: i32,
) -> Result<()> {
    let before = seen(tx, id, revision)?;
    let mut items = store::items(tx.conn(), id)?;
    let count = items.len();
    items.retain(|it| it.position != position);
    if items.len() == count {
        return Err(Error::NotFound);
    }
    set_items(tx, ctx, &before, items)
}
