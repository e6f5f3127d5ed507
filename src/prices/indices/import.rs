//! A file of a basket's items: kept, reviewed, and then put in the place of the items there are, whole or not at all.
//!
//! A line has a product's code and, where its weight is given, what was bought in the base period and for how much; a
//! weight left blank is summed from purchases.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use super::document::ITEMS;
use super::{Basket, BasketItem, Kind, Origin, Refused, SUBJECT, State, basket, drafts, store};
use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::read::{self, Column, Row, Unknown};
use crate::files::write::Csv;
use crate::files::{Fault, Faults, Limits, Reason};
use crate::imports::{self, Import, Kind as ImportKind, New};
use crate::text::{Lang, Text};
use crate::types::{BasketId, Ctx, ImportId, Money, ProductId, Quantity};

/// The columns of a file of items. Names and specifications are for people and are not read.
pub const COLUMNS: &[Column] = &[
    Column::must("code", "医保编码").also(&["product", "产品编码", "饮片编码"]),
    Column::may("base_quantity", "基期数量"),
    Column::may("base_amount", "基期金额"),
    Column::may("generic", "通用名").also(&["品名", "饮片名称"]),
    Column::may("spec", "规格"),
];

/// A line that can be taken.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its line in the file.
    pub line: u64,
    /// The product's code.
    pub code: String,
    /// What the file calls the column of codes.
    column: String,
    /// The product, once it is found.
    pub product: Option<ProductId>,
    /// What was bought in the base period, when given.
    pub quantity: Option<Quantity>,
    /// For how much.
    pub amount: Option<Money>,
}

/// A file against the basket as it is now.
pub struct Review {
    /// The items it brings.
    pub lines: Vec<Line>,
    /// Items that are there now.
    pub before: i64,
    /// What is wrong; nothing is applied while anything is.
    pub faults: Faults,
    /// The basket's revision that it was held against.
    pub seen: i32,
}

/// Keeps a file that can be read as a table, or finds it already kept.
pub fn keep(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &BasketId,
    import: &ImportId,
    (file_name, content): (&str, &[u8]),
) -> Result<Import> {
    if basket(tx.conn(), id)?.state != State::Draft {
        return Err(Refused::NotDraft.into());
    }
    read::open(content, COLUMNS, Unknown::Refuse, limits())?;
    let new = New {
        id: import,
        kind: ImportKind::BasketItems,
        profile: id.as_str(),
        places: "[]",
        file_name,
        content,
    };
    imports::keep(tx, ctx, new)
}

/// One more than a basket takes, so that the fault can be named.
fn limits() -> Limits {
    Limits::lines(u64::try_from(ITEMS).unwrap_or(u64::MAX).saturating_add(1))
}

/// An upload of a basket, or there is no such thing.
pub fn import(conn: &mut Conn, id: &BasketId, import: &ImportId) -> Result<Import> {
    let found = imports::find(conn, ImportKind::BasketItems, import)?;
    found.filter(|it| it.profile == id.as_str()).ok_or(Error::NotFound)
}

fn line(row: &Row, faults: &mut Faults) -> Option<Line> {
    let code = row.filled("code", faults)?.to_owned();
    let quantity = row.maybe("base_quantity", faults, |row, key, faults| row.positive(key, faults))?;
    let amount = row.maybe("base_amount", faults, |row, key, faults| row.positive(key, faults))?;
    if quantity.is_some() != amount.is_some() {
        let blank = if quantity.is_none() { "base_quantity" } else { "base_amount" };
        faults.push(row.fault(blank, Refused::HalfWeight));
        return None;
    }
    let column = row.fault("code", Reason::Missing).column;
    Some(Line { line: row.line, code, column, product: None, quantity, amount })
}

/// Whether a product belongs into a basket of a kind. Decoction pieces are known by their codes.
fn belongs(kind: Kind, code: &str, is_consumable: bool) -> bool {
    let is_piece = code.starts_with('T');
    match kind {
        Kind::Pieces => is_piece,
        Kind::Drugs => !is_consumable && !is_piece,
        Kind::Consumables => is_consumable,
    }
}

/// Reads an upload against its basket.
pub fn review(conn: &mut Conn, it: &Basket, import: &Import) -> Result<Review> {
    let content = imports::content(conn, &import.id)?;
    let rows = read::open(content.as_slice(), COLUMNS, Unknown::Refuse, limits())?;
    let (mut lines, mut faults) = rows.collect(line)?;
    if lines.is_empty() && faults.is_empty() {
        faults.push(Fault::new(2, "code", "", Reason::Missing));
    }
    if lines.len() > ITEMS {
        faults.push(Fault::new(1, "", "", Refused::TooMany(ITEMS)));
    }
    let codes: Vec<String> = lines.iter().map(|line| line.code.clone()).collect();
    let known = store::products_by_code(conn, &codes)?;
    match_products(it.kind, &mut lines, &known, &mut faults);
    let (before, _) = store::item_counts(conn, &it.id)?;
    Ok(Review { lines, before, faults, seen: it.revision })
}

fn match_products(
    kind: Kind,
    lines: &mut [Line],
    known: &HashMap<String, (ProductId, bool)>,
    faults: &mut Faults,
) {
    let mut first: BTreeMap<String, u64> = BTreeMap::new();
    for it in lines {
        if let Some(before) = first.insert(it.code.clone(), it.line) {
            faults.push(Fault::new(it.line, &it.column, &it.code, Refused::Twice(before)));
            continue;
        }
        match known.get(&it.code) {
            None => {
                faults.push(Fault::new(it.line, &it.column, &it.code, Refused::NoProduct(it.code.clone())))
            }
            Some((_, is_consumable)) if !belongs(kind, &it.code, *is_consumable) => {
                faults.push(Fault::new(it.line, &it.column, &it.code, Refused::OtherKind(it.code.clone())));
            }
            Some((product, _)) => it.product = Some(product.clone()),
        }
    }
}

/// Puts an upload's items in the place of those there are. `seen` is the revision the review was shown with. Applied
/// twice it is applied once.
pub fn apply(tx: &mut Tx, ctx: &Ctx, id: &BasketId, key: &ImportId, seen: i32) -> Result<()> {
    let import = import(tx.conn(), id, key)?;
    match import.state {
        imports::State::Applied => return Ok(()),
        imports::State::Cancelled => return Err(Refused::Cancelled.into()),
        imports::State::Waiting => {}
    }
    let it = drafts::draft_seen(tx, id, seen)?;
    let review = review(tx.conn(), &it, &import)?;
    if !review.faults.is_empty() {
        return Err(Refused::BadLines(review.faults.count()).into());
    }
    let items: Vec<BasketItem> = review
        .lines
        .iter()
        .zip(1_i32..)
        .filter_map(|(line, position)| {
            Some(BasketItem {
                basket_id: id.clone(),
                position,
                product_id: line.product.clone()?,
                base_quantity: line.quantity,
                base_amount: line.amount,
                origin: if line.quantity.is_some() { Origin::Given } else { Origin::Open },
            })
        })
        .collect();
    store::replace_items(tx, id, &items)?;
    drafts::touch(tx, &it)?;
    let known = json!({
        "import": import.id, "sha256": import.sha256, "items": items.len(), "before": review.before,
    });
    audit::record(tx, ctx, Deed { action: "basket.items", subject: SUBJECT, id: id.as_str() }, &(), &known)?;
    imports::applied(tx, ctx, &import, "")
}

/// Gives an upload up.
pub fn cancel(tx: &mut Tx, ctx: &Ctx, id: &BasketId, key: &ImportId) -> Result<()> {
    let it = import(tx.conn(), id, key)?;
    imports::cancel(tx, ctx, &it)
}

/// A basket's items as CSV, as they read back; without any it is the template to fill in.
pub fn write(conn: &mut Conn, id: &BasketId, t: &Text) -> Result<Vec<u8>> {
    let mut out = Csv::new(Vec::new())?;
    out.row(COLUMNS.iter().map(|column| if t.lang == Lang::Zh { column.zh } else { column.key }))?;
    let limit = i64::try_from(ITEMS).unwrap_or(i64::MAX);
    for (it, (code, generic, spec, _)) in store::items_after(conn, id, 0, limit)? {
        let is_given = it.origin == Origin::Given;
        let quantity = it.base_quantity.filter(|_| is_given).map(|it| it.to_string()).unwrap_or_default();
        let amount = it.base_amount.filter(|_| is_given).map(|it| it.to_string()).unwrap_or_default();
        out.row([code, quantity, amount, generic, spec])?;
    }
    out.finish()
}
