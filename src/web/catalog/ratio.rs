//! `/ratio`: a price converted to another specification, pack, form or material, step by step, and whole files of
//! conversions.

use actix_web::{HttpResponse, web};
use askama::Template;
use rust_decimal::Decimal;

use super::import::NoFile;
use crate::catalog::ratio::lines::{Answer, Asked, COLUMNS, Side};
use crate::catalog::ratio::{self, FormRatio, Material, Ratios, Step, StepKind};
use crate::catalog::{Product, spec};
use crate::error::{Error, Result};
use crate::files::read::{Unknown, open};
use crate::files::write::{FileKind, Line, Table};
use crate::files::{Faults, Limits};
use crate::text::{Say, Text, fill};
use crate::types::{NotANumber, half_up, parse_decimal};
use crate::web::form::{self, Form};
use crate::web::upload::Upload;
use crate::web::{Page, Person, block, page};

/// Most lines of an uploaded file: it is answered while its sender waits.
const LINES: u64 = 50_000;
/// The columns put before and after those of the file, with their widths.
const BEFORE: (&str, u16) = ("line", 8);
const AFTER: [(&str, u16); 4] = [("k", 12), ("price", 12), ("steps", 60), ("reason", 60)];

#[derive(Template)]
#[template(path = "catalog/ratio.html")]
struct Show {
    page: Page,
    form: Form,
    materials: Vec<(String, String)>,
    columns: String,
    found: Option<Found>,
}

/// What the page shows of a conversion.
struct Found {
    base: String,
    other: String,
    steps: Vec<Told>,
    k: String,
    price: String,
    deviation: String,
    note: &'static str,
}

/// One step with the price before and after it.
struct Told {
    name: &'static str,
    clause: &'static str,
    x: String,
    k: String,
    arithmetic: String,
}

impl Show {
    fn new(page: Page, form: Form) -> Self {
        let t = page.t;
        let unsaid = (String::new(), t.catalog.material_unsaid.to_owned());
        let all = Material::ALL.iter().map(|it| (it.to_string(), it.name(t).to_owned()));
        let names: Vec<String> = COLUMNS.iter().map(|c| format!("{} {}", c.key, c.zh)).collect();
        Self {
            materials: std::iter::once(unsaid).chain(all).collect(),
            columns: fill(
                t.catalog.ratio_columns,
                &[("names", &names.join(t.files.list_join)), ("n", &LINES)],
            ),
            found: None,
            form,
            page,
        }
    }
}

/// The form, and what it comes to once it is filled in. A link can bring the fields of one product along.
pub async fn show(
    page: Page,
    _who: Person,
    query: web::Query<Vec<(String, String)>>,
) -> Result<HttpResponse> {
    let form = Form::from_pairs(query.into_inner());
    if form.text("other_spec").is_empty() {
        return page::show(&Show::new(page, form));
    }
    match convert(&form) {
        Ok((asked, found)) => {
            let found = Some(told(&asked, &found, page.t));
            page::show(&Show { found, ..Show::new(page, form) })
        }
        Err(Error::Refused(why)) => page::show_refused(&Show::new(page.refused(&*why), form)),
        Err(e) => Err(e),
    }
}

fn convert(form: &Form) -> Result<(Asked, Answer)> {
    let (asked, ratios) = asked(form)?;
    let found = asked.answer(&ratios).map_err(Error::refused)?;
    Ok((asked, found))
}

fn number(form: &Form, name: &'static str) -> Result<Decimal> {
    let text = form.required(name)?;
    parse_decimal(text)
        .map_err(|why: NotANumber| Error::refused(form::Refused::Number(name, text.to_owned(), why)))
}

fn number_if_given(form: &Form, name: &'static str) -> Result<Option<Decimal>> {
    if form.text(name).is_empty() { Ok(None) } else { number(form, name).map(Some) }
}

fn asked(form: &Form) -> Result<(Asked, Ratios)> {
    let or = |name: &str, other: &str| match form.text(name) {
        "" => form.text(other).to_owned(),
        text => text.to_owned(),
    };
    let material = |name: &'static str| match form.text(name) {
        "" => Ok(None),
        _ => form.choice(name).map(Some),
    };
    let base = Side {
        form: form.required("form")?.to_owned(),
        spec: form.required("base_spec")?.to_owned(),
        count: number(form, "base_count")?,
        unit: form.text("base_unit").to_owned(),
        material: material("base_material")?,
    };
    let price = number(form, "price")?;
    let other = Side {
        form: or("other_form", "form"),
        spec: form.required("other_spec")?.to_owned(),
        count: number(form, "other_count")?,
        unit: or("other_unit", "base_unit"),
        material: material("other_material")?,
    };
    let (k, yuan) = (number_if_given(form, "form_ratio")?, number_if_given(form, "form_yuan")?);
    let mut ratios = Ratios::default();
    if k.is_some() || yuan.is_some() {
        let given = FormRatio {
            base: base.form.clone(),
            other: other.form.clone(),
            k: k.unwrap_or(Decimal::ONE),
            yuan: yuan.unwrap_or_default(),
        };
        ratios.forms.push(given.checked().map_err(Error::refused)?);
    }
    let other_price = number_if_given(form, "other_price")?;
    Ok((Asked { base, price, other, other_price }, ratios))
}

fn told(asked: &Asked, found: &Answer, t: &Text) -> Found {
    let mut price = asked.price;
    let mut steps = Vec::new();
    for step in &found.conversion.steps {
        let after = step.apply(price).unwrap_or(price);
        steps.push(step_told(step, price, after, t));
        price = after;
    }
    let deviation = asked.other_price.and_then(|stands| {
        let above = stands.checked_sub(found.price.decimal())?.checked_mul(Decimal::ONE_HUNDRED)?;
        above.checked_div(found.price.decimal()).map(|d| half_up(d, 2).to_string())
    });
    let side = |it: &Side| format!("{} {} × {} {}", it.form, it.spec, it.count, it.unit).trim().to_owned();
    Found {
        base: format!("{}, {} {}", side(&asked.base), asked.price, t.common.yuan),
        other: side(&asked.other),
        steps,
        k: ratio::shown(found.conversion.k).to_string(),
        price: found.price.to_string(),
        deviation: deviation.unwrap_or_default(),
        note: if found.smaller_costs_more { t.catalog.ratio_smaller } else { "" },
    }
}

fn step_told(step: &Step, before: Decimal, after: Decimal, t: &Text) -> Told {
    let shown = ratio::shown;
    let power = |base: &str| format!("K = {base}^log2({}) = {}; ", shown(step.x), shown(step.k));
    let rule = match step.kind {
        StepKind::Content => power("1.7"),
        StepKind::Volume => power("1.9"),
        StepKind::Count => power("1.95"),
        _ => String::new(),
    };
    let arithmetic = if step.is_addition() {
        format!("{} + {} = {}", shown(before), shown(step.x), shown(after)).replace("+ -", "− ")
    } else {
        format!("{rule}{} × {} = {}", shown(before), shown(step.k), shown(after))
    };
    let is_addition = step.is_addition();
    let plus = if step.x > Decimal::ZERO { "+" } else { "" };
    Told {
        name: step.kind.name(t),
        clause: step.kind.clause(t),
        x: if is_addition { String::new() } else { shown(step.x).to_string() },
        k: if is_addition {
            format!("{plus}{} {}", shown(step.x), t.common.yuan)
        } else {
            shown(step.k).to_string()
        },
        arithmetic,
    }
}

/// Converts a file line by line and sends it back with the results.
pub async fn file(page: Page, _who: Person, upload: Upload) -> Result<HttpResponse> {
    let t = page.t;
    let kind = if upload.form.text("format") == "xlsx" { FileKind::Xlsx } else { FileKind::Csv };
    let made = if upload.name.is_empty() {
        Err(Error::refused(NoFile))
    } else {
        block(move || lines(&upload.bytes, kind, t)).await
    };
    match made {
        Ok(bytes) => Ok(page::table("ratio", kind, bytes)),
        Err(Error::Refused(why)) => page::show_refused(&Show::new(page.refused(&*why), Form::default())),
        Err(e) => Err(e),
    }
}

fn lines(bytes: &[u8], kind: FileKind, t: &Text) -> Result<Vec<u8>> {
    let mut rows = open(bytes, COLUMNS, Unknown::Ignore, Limits::lines(LINES))?;
    let names = rows.names().to_vec();
    let ratios = Ratios::default();
    let mut table = Vec::new();
    // Lines whose cells do not even fit the header have their faults at the end.
    let mut unread = Faults::default();
    while let Some(row) = rows.next(&mut unread)? {
        let mut faults = Faults::default();
        let found = Asked::of_row(&row, &mut faults).and_then(|asked| {
            let found = asked.answer(&ratios);
            found.map_err(|why| faults.push(row.fault("other_spec", why))).ok()
        });
        let mut line = vec![row.line.to_string()];
        line.extend(row.cells().map(str::to_owned));
        line.resize(names.len() + 1, String::new());
        line.extend(result(found.as_ref(), &faults, t));
        table.push(line);
    }
    for fault in unread.first() {
        let mut line = vec![fault.line.to_string()];
        line.resize(names.len() + AFTER.len(), String::new());
        line.push(fault.say(t));
        table.push(line);
    }
    write(&names, table, kind)
}

/// K, price, steps and what is to be said about a line.
fn result(found: Option<&Answer>, faults: &Faults, t: &Text) -> [String; 4] {
    match found {
        Some(found) => {
            let steps: Vec<String> = found.conversion.steps.iter().map(|step| step.say(t)).collect();
            let note = if found.smaller_costs_more { t.catalog.ratio_smaller } else { "" };
            let k = ratio::shown(found.conversion.k).to_string();
            [k, found.price.to_string(), steps.join(t.files.list_join), note.to_owned()]
        }
        None => [String::new(), String::new(), String::new(), faults.sentences(t).join(" ")],
    }
}

fn write(names: &[String], lines: Vec<Line>, kind: FileKind) -> Result<Vec<u8>> {
    let middle = names.iter().map(|name| (name.as_str(), 16));
    let headers: Vec<(&str, u16)> = std::iter::once(BEFORE).chain(middle).chain(AFTER).collect();
    let results = names.len() + 1;
    Table { name: "ratio", headers: &headers, numbers: &[0, results, results + 1], lines }.write(kind)
}

/// The address that opens the form with a product's fields, and another's beside them.
pub(super) fn link(base: &Product, other: Option<&Product>) -> String {
    let mut pairs = vec![("form", base.form.clone()), ("base_spec", base.spec.clone())];
    if let Ok(pack) = spec::pack(&base.pack) {
        pairs.extend([("base_count", pack.count.to_string()), ("base_unit", pack.unit)]);
    }
    pairs.extend(base.listing_price.map(|price| ("price", price.to_string())));
    if let Some(other) = other {
        pairs.push(("other_spec", other.spec.clone()));
        if other.form != base.form {
            pairs.push(("other_form", other.form.clone()));
        }
        if let Ok(pack) = spec::pack(&other.pack) {
            pairs.extend([("other_count", pack.count.to_string()), ("other_unit", pack.unit)]);
        }
        pairs.extend(other.listing_price.map(|price| ("other_price", price.to_string())));
    }
    let pairs: Vec<String> = pairs.iter().map(|(name, v)| format!("{name}={}", page::encode(v))).collect();
    format!("/ratio?{}", pairs.join("&"))
}
