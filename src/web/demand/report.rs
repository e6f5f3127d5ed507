//! A hospital's report: its history beside each lot, its quantities, saving and handing in.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::rounds::demand::rules::{self, Bounds, percent};
use crate::rounds::demand::{
    self, Entered, Entry, Line, LineState, LotSheet, Refused, ReportState, Save, Sheet, import,
};
use crate::rounds::{Lot, Round};
use crate::text::{Lang, Text, fill};
use crate::types::{Quantity, RoundId, Time, half_up};
use crate::web::form::Form;
use crate::web::lists::{As, Table};
use crate::web::{App, Hospital, Page, Person, page};

/// Empty rows for further brands: saving gives as many again.
const SPARE: usize = 2;

#[derive(Template)]
#[template(path = "demand/report.html")]
struct Report {
    page: Page,
    round: Round,
    hospital: String,
    version: i32,
    state: (&'static str, &'static str),
    intro: String,
    note: String,
    closed: String,
    deadline: Time,
    can_withdraw: bool,
    by_product: bool,
    rows: Vec<Row>,
}

/// A lot as it is shown and typed.
pub struct Row {
    lot: Lot,
    years: (Quantity, Quantity),
    average: Quantity,
    range: String,
    parts: Vec<(String, Quantity, Quantity)>,
    standing: (String, &'static str),
    sum: Quantity,
    generic: Field,
    brands: Vec<Brand>,
    reason: String,
    is_open: bool,
    remarks: Vec<String>,
    labels: Labels,
}

struct Labels {
    generic: String,
    reason: String,
}

/// A quantity as typed.
#[derive(Default)]
pub struct Field {
    value: String,
    is_locked: bool,
}

/// A brand's line as typed.
pub struct Brand {
    company: String,
    product: String,
    label_product: String,
    quantity: String,
    is_locked: bool,
    label_company: String,
    label_quantity: String,
}

/// The hospital's report, or the bureau's board.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    query: web::Query<super::board::Filter>,
) -> Result<HttpResponse> {
    if who.is(crate::people::Role::Hospital) {
        let (round, hospital, now) = (id.into_inner(), who.organisation.id.clone(), app.now());
        let sheet = app.read(move |conn| demand::sheet(conn, &round, &hospital, now)).await?;
        return page::show(&report(page, sheet, None));
    }
    super::board::show(page, &app, id.into_inner(), query.into_inner()).await
}

fn report(page: Page, sheet: Sheet, typed: Option<&Form>) -> Report {
    let t = page.t;
    let state = sheet.report.as_ref().map(|it| it.state);
    let is_closed = sheet.closed.is_some();
    let is_returned = state == Some(ReportState::Returned);
    let remark = sheet.report.as_ref().map(|it| it.remark.clone()).unwrap_or_default();
    let values: [(&str, &dyn std::fmt::Display); 2] = [("remark", &remark), ("deadline", &sheet.deadline)];
    Report {
        version: typed
            .and_then(|form| form.text("version").parse().ok())
            .or(sheet.report.as_ref().map(|it| it.version))
            .unwrap_or(0),
        state: super::state(state, t),
        intro: fill(
            t.demand.intro,
            &[("low", &percent(sheet.bounds.low)), ("high", &percent(sheet.bounds.high))],
        ),
        note: if is_returned { fill(t.demand.returned_note, &values) } else { String::new() },
        closed: sheet.closed.as_ref().map(|why| crate::text::Say::say(why, t)).unwrap_or_default(),
        deadline: sheet.deadline,
        can_withdraw: sheet.can_withdraw,
        by_product: sheet.by_product,
        rows: sheet
            .lots
            .iter()
            .map(|lot| row(lot, &sheet.bounds, (is_closed, is_returned), typed, t))
            .collect(),
        hospital: sheet.hospital.name,
        round: sheet.round,
        page,
    }
}

fn row(
    it: &LotSheet,
    bounds: &Bounds,
    (is_closed, is_returned): (bool, bool),
    typed: Option<&Form>,
    t: &Text,
) -> Row {
    let d = &t.demand;
    let is_locked = |state: LineState| is_closed || (is_returned && state != LineState::Returned);
    let mut generic = Field::default();
    let mut brands: Vec<(Typed, bool)> = Vec::new();
    for line in &it.lines {
        let (value, is_locked) = (line.reported.to_string(), is_locked(line.state));
        if line.company.is_empty() {
            generic = Field { value, is_locked };
        } else {
            let (company, product) = (line.company.clone(), line.product.clone());
            brands.push((Typed { company, product, quantity: value }, is_locked));
        }
    }
    let is_open =
        !is_closed && (!is_returned || it.lines.iter().any(|line| line.state == LineState::Returned));
    generic.is_locked |= !is_open;
    if is_open {
        let offered = it.parts.iter().filter(|part| !part.maker.is_empty());
        for part in offered {
            if !it.lines.iter().any(|line| line.company == part.maker) {
                brands.push((Typed { company: part.maker.clone(), ..Typed::default() }, false));
            }
        }
    }
    let mut reason = it.lines.first().map(|line| line.reason.clone()).unwrap_or_default();
    if let Some(form) = typed {
        let name = |part: &str| format!("{part}.{}", it.lot.id);
        form.text(&name("generic")).clone_into(&mut generic.value);
        form.text(&name("reason")).clone_into(&mut reason);
        let locked: Vec<(String, String)> =
            brands.iter().filter(|(_, is_locked)| *is_locked).map(|(it, _)| it.brand()).collect();
        brands = typed_brands(form, &it.lot)
            .into_iter()
            .filter(|brand| !brand.company.is_empty() || !brand.quantity.is_empty())
            .map(|brand| {
                let is_locked = locked.contains(&brand.brand());
                (brand, is_locked)
            })
            .collect();
    }
    if is_open {
        brands.extend((0..SPARE).map(|_| (Typed::default(), false)));
    }
    let lot_names: [(&str, &dyn std::fmt::Display); 2] =
        [("lot", &it.lot.code), ("generic", &it.lot.generic)];
    let numbered = |message: &str, n: usize| {
        fill(message, &[("lot", &it.lot.code), ("generic", &it.lot.generic), ("n", &n)])
    };
    Row {
        years: (it.years.first, it.years.second),
        average: it.average,
        range: range(it.average, bounds, t),
        parts: it.parts.iter().map(|p| (p.maker.clone(), p.years.first, p.years.second)).collect(),
        standing: super::standing(it.standing, t),
        sum: it.sum,
        generic,
        brands: brands
            .into_iter()
            .enumerate()
            .map(|(at, (brand, is_locked))| Brand {
                company: brand.company,
                product: brand.product,
                label_product: numbered(d.label_product, at + 1),
                quantity: brand.quantity,
                is_locked: is_locked || !is_open,
                label_company: numbered(d.label_company, at + 1),
                label_quantity: numbered(d.label_quantity, at + 1),
            })
            .collect(),
        reason,
        is_open,
        remarks: it
            .lines
            .iter()
            .filter(|line| line.state == LineState::Returned)
            .map(|line| format!("{}: {}", super::brand(line.brand(), t), line.remark))
            .collect(),
        labels: Labels {
            generic: fill(d.label_generic, &lot_names),
            reason: fill(d.label_reason, &lot_names),
        },
        lot: it.lot.clone(),
    }
}

/// The quantities that need no reason, shown to the last figure.
fn range(average: Quantity, bounds: &Bounds, t: &Text) -> String {
    if !average.is_positive() {
        return String::new();
    }
    let part = |share: rust_decimal::Decimal| half_up(average.decimal() * share, 5).normalize();
    let (low, high) = (part(bounds.low), part(bounds.high));
    fill(t.demand.range, &[("low", &low), ("high", &high)])
}

/// A brand's row as typed.
#[derive(Default)]
struct Typed {
    company: String,
    product: String,
    quantity: String,
}

impl Typed {
    fn brand(&self) -> (String, String) {
        (self.company.clone(), self.product.clone())
    }
}

/// The brand rows of a lot as typed; a form without products has none in any row.
fn typed_brands(form: &Form, lot: &Lot) -> Vec<Typed> {
    let owned = |name: &str| {
        let name = format!("{name}.{}", lot.id);
        form.all(&name).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut products = owned("product").into_iter();
    let rows = owned("company").into_iter().zip(owned("quantity"));
    rows.map(|(company, quantity)| Typed { company, product: products.next().unwrap_or_default(), quantity })
        .collect()
}

/// What was typed, as quantities and reasons.
fn entered(form: &Form, by_product: bool, lots: &[LotSheet]) -> std::result::Result<Entered, Refused> {
    let mut entered = Entered::default();
    for LotSheet { lot, .. } in lots {
        let mut take = |company: &str, product: &str, text: &str| {
            let quantity = rules::quantity(text, &lot.unit).map_err(|why| {
                Refused::Quantity(lot.code.clone(), company.to_owned(), text.to_owned(), why)
            })?;
            let (lot_id, company, product) = (lot.id.clone(), company.to_owned(), product.to_owned());
            entered.entries.push(Entry { lot_id, company, product, quantity });
            Ok(())
        };
        let generic = form.text(&format!("generic.{}", lot.id));
        if !generic.is_empty() {
            take("", "", generic)?;
        }
        for brand in typed_brands(form, lot) {
            let product = if by_product { brand.product.as_str() } else { "" };
            match (brand.company.as_str(), brand.quantity.as_str()) {
                (_, "") => {}
                ("", text) => return Err(Refused::NoCompany(lot.code.clone(), text.to_owned())),
                (company, text) => take(company, product, text)?,
            }
        }
        let reason = form.text(&format!("reason.{}", lot.id));
        entered.reasons.insert(lot.id.clone(), reason.to_owned());
    }
    Ok(entered)
}

/// Saves the report, or hands it in.
pub async fn save(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (round, hospital, ctx) = (id.into_inner(), who.organisation.id.clone(), who.ctx(&app));
    let (r, h, now) = (round.clone(), hospital.clone(), ctx.now);
    let sheet = app.read(move |conn| demand::sheet(conn, &r, &h, now)).await?;
    let wish = form.choice("version").and_then(|seen| {
        let submit = form.text("do") == "submit";
        Ok(Save { entered: entered(&form, sheet.by_product, &sheet.lots)?, seen, submit })
    });
    let r = round.clone();
    let answer = match wish {
        Ok(wish) => app.write(move |tx| demand::save(tx, &ctx, &r, &hospital, wish.clone())).await,
        Err(why) => Err(why),
    };
    match answer {
        Ok(_) => Ok(page::see_done(&format!("/rounds/{round}/demand"))),
        Err(Error::Refused(why)) => page::show_refused(&report(page.refused(&*why), sheet, Some(&form))),
        Err(other) => Err(other),
    }
}

/// Takes the report back.
pub async fn withdraw(
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (round, hospital, ctx) = (id.into_inner(), who.organisation.id.clone(), who.ctx(&app));
    let seen = form.choice("version")?;
    let to = format!("/rounds/{round}/demand");
    app.write(move |tx| demand::withdraw(tx, &ctx, &round, &hospital, seen)).await?;
    Ok(page::see_done(&to))
}

/// The template of the upload, with the history filled in: a line by generic name for each lot, and one for each
/// maker bought from or brand reported.
pub async fn template(
    page: Page,
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    file: web::Query<As>,
) -> Result<HttpResponse> {
    let (round, hospital, now) = (id.into_inner(), who.organisation.id.clone(), app.now());
    let sheet = app.read(move |conn| demand::sheet(conn, &round, &hospital, now)).await?;
    let header = |column: &'static crate::files::read::Column| match page.t.lang {
        Lang::Zh => column.zh,
        Lang::En => column.key,
    };
    let is_asked = |column: &&crate::files::read::Column| sheet.by_product || column.key != "product";
    let headers: Vec<(&str, u16)> =
        import::COLUMNS.iter().filter(is_asked).map(|column| (header(column), 18)).collect();
    let lines: Vec<Vec<String>> =
        sheet.lots.iter().flat_map(|lot| template_rows(&sheet, lot)).collect::<Result<_>>()?;
    let name = format!("{}-{}", page.t.demand.template_name, sheet.round.number);
    let numbers: &[usize] = if sheet.by_product { &[5, 9, 10, 11] } else { &[4, 8, 9, 10] };
    Table { name: "1", headers: &headers, numbers, lines }.download_as(&name, file.kind.as_str())
}

fn template_rows(sheet: &Sheet, it: &LotSheet) -> Vec<Result<Vec<String>>> {
    let mut brands: Vec<(&str, &str)> = vec![("", "")];
    brands.extend(it.lines.iter().map(Line::brand));
    brands.extend(it.parts.iter().map(|part| (part.maker.as_str(), "")));
    brands.sort_unstable();
    brands.dedup();
    let cells = |(company, product): (&str, &str)| {
        let line = it.lines.iter().find(|line| line.brand() == (company, product));
        let part = it.parts.iter().find(|part| part.maker == company && product.is_empty());
        let years =
            part.map(|part| part.years).or(company.is_empty().then_some(it.years)).unwrap_or_default();
        let mut cells = vec![
            sheet.hospital.region.clone(),
            sheet.hospital.name.clone(),
            it.lot.code.clone(),
            company.to_owned(),
        ];
        if sheet.by_product {
            cells.push(product.to_owned());
        }
        cells.extend([
            line.map(|line| line.reported.to_string()).unwrap_or_default(),
            it.lot.unit.clone(),
            line.map(|line| line.reason.clone()).unwrap_or_default(),
            it.lot.generic.clone(),
            it.lot.comparable_spec.clone(),
            years.first.to_string(),
            years.second.to_string(),
            years.average()?.to_string(),
        ]);
        Ok(cells)
    };
    brands.into_iter().map(cells).collect()
}
