//! A file of case baskets: kept, reviewed against those there are, and then entered, whole or not at all.
//!
//! A line is one item of one basket. A basket is known by its name, its code and its hospital: one that is there gets
//! the file's items in the place of its own.

use std::collections::HashMap;

use super::changes::{self, is_same};
use super::{Basket, Item, Refused, SUBJECT, rules, store};
use crate::audit::{self, Deed};
use crate::catalog::Product;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::read::{self, Column, Row, Unknown};
use crate::files::write::Csv;
use crate::files::{Fault, Faults, Limits, Reason};
use crate::imports::{self, Import, Kind, New};
use crate::standards::negotiated::store::products_by_code;
use crate::text::{Lang, Text};
use crate::types::{Ctx, DiseaseBasketId, ImportId, OrganisationId, Quantity};

/// The columns of a file of baskets.
pub const COLUMNS: &[Column] = &[
    Column::must("basket", "病种名称").also(&["name", "病种"]),
    Column::must("disease_code", "病种编码").also(&["drg", "dip", "code"]),
    Column::may("hospital", "医疗机构编码").also(&["fixmedins_code"]),
    Column::may("cases", "年病例数"),
    Column::must("document", "来源文件").also(&["source"]),
    Column::may("product", "医保编码"),
    Column::may("generic", "通用名").also(&["产品名称"]),
    Column::must("quantity", "每例用量").also(&["quantity_per_case"]),
];

/// Most lines of a file.
pub const LINES: usize = 20_000;

/// A line as it is read.
#[derive(Debug, Clone)]
struct Read {
    line: u64,
    column: String,
    name: String,
    code: String,
    hospital: String,
    cases: Option<i64>,
    document: String,
    product: String,
    generic: String,
    quantity: Quantity,
}

/// A basket a file brings.
#[derive(Debug, Clone)]
pub struct Brought {
    /// The basket as it would be; of one that is there, with its id.
    pub basket: Basket,
    /// The hospital's code; empty: the city's.
    pub hospital: String,
    /// Its items.
    pub items: Vec<Item>,
    /// How many items it has now; none when it is new.
    pub before: Option<usize>,
    first_line: u64,
}

/// A file against the baskets and the catalogue as they are now.
pub struct Review {
    /// The baskets it brings.
    pub baskets: Vec<Brought>,
    /// What is wrong; nothing is entered while anything is.
    pub faults: Faults,
}

fn limits() -> Limits {
    Limits::lines(u64::try_from(LINES).unwrap_or(u64::MAX))
}

/// Keeps a file that can be read as a table, or finds it already kept.
pub fn keep(tx: &mut Tx, ctx: &Ctx, id: &ImportId, (file_name, content): (&str, &[u8])) -> Result<Import> {
    read::open(content, COLUMNS, Unknown::Refuse, limits())?;
    let new = New { id, kind: Kind::DiseaseBaskets, profile: "", places: "[]", file_name, content };
    imports::keep(tx, ctx, new)
}

/// An upload, or there is no such thing.
pub fn import(conn: &mut Conn, id: &ImportId) -> Result<Import> {
    imports::find(conn, Kind::DiseaseBaskets, id)?.ok_or(Error::NotFound)
}

fn line(row: &Row, faults: &mut Faults) -> Option<Read> {
    let text = |key: &str, faults: &mut Faults| {
        row.filled(key, faults).and_then(|_| row.words(key, rules::WORDS, faults)).map(str::to_owned)
    };
    let (name, code) = (text("basket", faults), text("disease_code", faults));
    let document = text("document", faults);
    let quantity: Option<Quantity> = row.positive("quantity", faults);
    let generic = row.words("generic", rules::WORDS, faults).map(str::to_owned);
    let cases = row.maybe("cases", faults, |row, key, faults| {
        let count = row.get(key).parse::<i64>().ok().filter(|count| (0..=rules::CASES).contains(count));
        if count.is_none() {
            faults.push(row.fault(key, Refused::Cases));
        }
        count
    });
    let (product, generic) = (row.get("product").to_owned(), generic?);
    if product.is_empty() == generic.is_empty() {
        faults.push(row.fault("product", Refused::OneOf));
        return None;
    }
    Some(Read {
        line: row.line,
        column: row.fault("product", Reason::Missing).column,
        name: name?,
        code: code?,
        hospital: row.get("hospital").to_owned(),
        cases: cases?,
        document: document?,
        product,
        generic,
        quantity: quantity?,
    })
}

/// What lines are held against.
struct Ground {
    products: HashMap<String, Product>,
    hospitals: HashMap<String, OrganisationId>,
}

/// Reads an upload against what is there.
pub fn review(conn: &mut Conn, ctx: &Ctx, import: &Import) -> Result<Review> {
    let content = imports::content(conn, &import.id)?;
    let rows = read::open(content.as_slice(), COLUMNS, Unknown::Refuse, limits())?;
    let (lines, mut faults) = rows.collect(line)?;
    if lines.is_empty() && faults.is_empty() {
        faults.push(Fault::new(2, "basket", "", Reason::Missing));
    }
    let of = |pick: fn(&Read) -> &String| {
        let mut all: Vec<String> = lines.iter().map(pick).filter(|it| !it.is_empty()).cloned().collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let ground = Ground {
        products: products_by_code(conn, &of(|it| &it.product))?,
        hospitals: store::hospitals_by_code(conn, of(|it| &it.hospital))?,
    };
    let mut baskets: Vec<Brought> = Vec::new();
    let mut places: HashMap<(String, String, String), usize> = HashMap::new();
    for it in lines {
        let Some(item) = item(&it, &ground, &mut faults) else { continue };
        let key = (it.name.clone(), it.code.clone(), it.hospital.clone());
        let known = places.get(&key).and_then(|at| baskets.get_mut(*at));
        match known {
            Some(basket) => add(basket, &it, item, &mut faults),
            None => {
                places.insert(key, baskets.len());
                baskets.push(brought(conn, ctx, &it, item, &ground)?);
            }
        }
    }
    Ok(Review { baskets, faults })
}

fn item(it: &Read, ground: &Ground, faults: &mut Faults) -> Option<Item> {
    if !it.hospital.is_empty() && !ground.hospitals.contains_key(&it.hospital) {
        faults.push(Fault::new(it.line, "hospital", &it.hospital, Refused::NoHospital(it.hospital.clone())));
        return None;
    }
    let blank = Item {
        basket_id: DiseaseBasketId::new(),
        position: 0,
        product_id: None,
        code: String::new(),
        generic: it.generic.clone(),
        quantity: it.quantity,
    };
    if it.product.is_empty() {
        return Some(blank);
    }
    let Some(product) = ground.products.get(&it.product) else {
        let why = Refused::NoProduct(it.product.clone());
        faults.push(Fault::new(it.line, &it.column, &it.product, why));
        return None;
    };
    Some(Item {
        product_id: Some(product.id.clone()),
        code: product.code.clone(),
        generic: product.generic.clone(),
        ..blank
    })
}

fn add(to: &mut Brought, it: &Read, item: Item, faults: &mut Faults) {
    let fault = |why| Fault::new(it.line, &it.column, &it.product, why);
    if (to.basket.cases, &to.basket.document) != (it.cases, &it.document) {
        faults.push(fault(Refused::Differs(to.first_line)));
    } else if to.items.iter().any(|other| is_same(other, &item)) {
        let name = if item.code.is_empty() { item.generic } else { item.code };
        faults.push(fault(Refused::Twice(name)));
    } else if to.items.len() >= rules::ITEMS {
        faults.push(fault(Refused::TooMany(rules::ITEMS)));
    } else {
        to.items.push(item);
    }
}

/// The basket of a line that is the first of it.
fn brought(conn: &mut Conn, ctx: &Ctx, it: &Read, item: Item, ground: &Ground) -> Result<Brought> {
    let hospital_id = ground.hospitals.get(&it.hospital).cloned();
    let known = store::named(conn, &it.name, &it.code)?;
    let known = known.into_iter().find(|basket| basket.hospital_id == hospital_id);
    let before = match &known {
        Some(basket) => Some(store::items(conn, &basket.id)?.len()),
        None => None,
    };
    let new = || Basket {
        id: DiseaseBasketId::new(),
        name: it.name.clone(),
        code: it.code.clone(),
        hospital_id: hospital_id.clone(),
        cases: None,
        document: String::new(),
        active: true,
        revision: 1,
        created_at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    let basket = Basket { cases: it.cases, document: it.document.clone(), ..known.unwrap_or_else(new) };
    Ok(Brought { basket, hospital: it.hospital.clone(), items: vec![item], before, first_line: it.line })
}

/// Enters an upload's baskets. Applied twice it is applied once.
pub fn apply(tx: &mut Tx, ctx: &Ctx, id: &ImportId) -> Result<()> {
    let import = import(tx.conn(), id)?;
    match import.state {
        imports::State::Applied => return Ok(()),
        imports::State::Cancelled => return Err(Refused::Cancelled.into()),
        imports::State::Waiting => {}
    }
    let review = review(tx.conn(), ctx, &import)?;
    if !review.faults.is_empty() {
        return Err(Refused::BadLines(review.faults.count()).into());
    }
    let count = review.baskets.len();
    for it in review.baskets {
        if it.before.is_none() {
            store::insert(tx, &it.basket)?;
        }
        changes::set_items(tx, ctx, &it.basket, it.items)?;
    }
    let known = serde_json::json!({ "import": import.id, "sha256": import.sha256, "baskets": count });
    let deed = Deed { action: "disease_basket.import", subject: SUBJECT, id: import.id.as_str() };
    audit::record(tx, ctx, deed, &(), &known)?;
    imports::applied(tx, ctx, &import, "")
}

/// Gives an upload up.
pub fn cancel(tx: &mut Tx, ctx: &Ctx, id: &ImportId) -> Result<()> {
    let it = import(tx.conn(), id)?;
    imports::cancel(tx, ctx, &it)
}

/// The template to fill in.
pub fn template(t: &Text) -> Result<Vec<u8>> {
    let mut out = Csv::new(Vec::new())?;
    out.row(COLUMNS.iter().map(|column| if t.lang == Lang::Zh { column.zh } else { column.key }))?;
    out.finish()
}
