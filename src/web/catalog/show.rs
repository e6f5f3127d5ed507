//! One product: its facts, its code taken apart, and its other packs with the prices the ratios predict.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{kind_name, may_edit, only_maker, ratio};
use crate::catalog::code::{Code, Kind};
use crate::catalog::compare::{self, predict};
use crate::catalog::{self, Product, ProductKind, registration, spec};
use crate::error::{Error, Result};
use crate::text::{Say, Text, fill};
use crate::types::ProductId;
use crate::web::{App, Page, Person, page};

/// Most other packs shown.
const SIBLINGS: i64 = 50;

#[derive(Template)]
#[template(path = "catalog/show.html")]
struct Show {
    page: Page,
    product: Product,
    kind: &'static str,
    pack_count: String,
    doubt: String,
    parts: Vec<(&'static str, String)>,
    siblings: Vec<Sibling>,
    more: String,
    can_edit: bool,
    /// Opens the conversion with this product as the base.
    convert: String,
}

struct Sibling {
    product: Product,
    predicted: String,
    deviation: String,
    steps: Vec<String>,
    convert: String,
}

/// The page.
pub async fn show(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<ProductId>,
) -> Result<HttpResponse> {
    let only = only_maker(&who);
    let (product, mut others) = app
        .read(move |conn| {
            let product = catalog::product(conn, &id)?;
            if only.is_some_and(|maker| maker != product.maker) {
                return Err(Error::NotFound);
            }
            let others = catalog::siblings(conn, &product, SIBLINGS + 1)?;
            Ok((product, others))
        })
        .await?;
    let t = page.t;
    let is_more = others.len() as i64 > SIBLINGS;
    others.truncate(SIBLINGS as usize);
    let more = if is_more { fill(t.catalog.siblings_more, &[("n", &SIBLINGS)]) } else { String::new() };
    page::show(&Show {
        kind: kind_name(product.kind, t),
        pack_count: pack_count(&product, t),
        doubt: doubt(&product, t),
        parts: parts(&product.code, t),
        siblings: others.into_iter().map(|other| sibling(&product, other, t)).collect(),
        more,
        can_edit: may_edit(&who),
        convert: ratio::link(&product, None),
        product,
        page,
    })
}

fn pack_count(product: &Product, t: &Text) -> String {
    match spec::pack(&product.pack) {
        Ok(pack) => format!("{} {}", pack.count, pack.unit),
        Err(spec::Unreadable::Blank) => String::new(),
        Err(why) => fill(t.catalog.unreadable_count, &[("reason", &why.say(t))]),
    }
}

/// What is unusual about the approval number; it is shown, not refused, for the sources are what they are.
fn doubt(product: &Product, t: &Text) -> String {
    if product.approval.is_empty() {
        return String::new();
    }
    let found = match product.kind {
        ProductKind::Drug => registration::approvals(&product.approval).map(drop),
        ProductKind::Consumable => registration::device(&product.approval),
    };
    found.err().map(|why| why.say(t)).unwrap_or_default()
}

/// The parts of a code with their names; parts the code does not have are left out.
fn parts(code: &str, t: &Text) -> Vec<(&'static str, String)> {
    let Ok(code) = code.parse::<Code>() else { return Vec::new() };
    let c = &t.catalog;
    let (kind, class, generic, form) = match code.kind() {
        Kind::Western => (c.kind_western, c.part_class_drug, c.part_generic, c.part_form_drug),
        Kind::Patent => (c.kind_patent, c.part_class_drug, c.part_generic, c.part_form_drug),
        Kind::Piece => (c.kind_piece, c.part_class_drug, c.part_generic_piece, c.part_form_drug),
        Kind::Consumable => {
            (c.kind_consumable, c.part_class_consumable, c.part_generic, c.part_form_consumable)
        }
    };
    let known = [
        (c.part_kind, format!("{} {kind}", code.kind())),
        (class, code.class().to_owned()),
        (generic, code.generic().to_owned()),
        (form, code.form().to_owned()),
        (c.part_spec, code.spec().to_owned()),
        (c.part_pack, code.pack().to_owned()),
        (c.part_company, code.company().to_owned()),
    ];
    known.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn sibling(base: &Product, other: Product, t: &Text) -> Sibling {
    let (predicted, deviation, steps) = match predict(base, &other) {
        Ok(found) => told(&found, t),
        Err(why) => (String::new(), String::new(), vec![why.say(t)]),
    };
    let convert = ratio::link(base, Some(&other));
    Sibling { product: other, predicted, deviation, steps, convert }
}

fn told(found: &compare::Prediction, t: &Text) -> (String, String, Vec<String>) {
    let mut steps: Vec<String> = found.conversion.steps.iter().map(|step| step.say(t)).collect();
    if steps.is_empty() {
        steps.push(t.catalog.same_product.to_owned());
    }
    if found.smaller_costs_more {
        steps.push(t.catalog.ratio_smaller.to_owned());
    }
    (found.price.to_string(), found.deviation.map(|d| d.to_string()).unwrap_or_default(), steps)
}
