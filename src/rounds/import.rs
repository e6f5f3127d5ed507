//! Lots from a file: kept, reviewed against the round, then applied whole or not at all; and written out again.

use std::collections::BTreeMap;

use serde_json::json;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::read::{self, Column, Row, Unknown};
use crate::files::write::{FileKind, Table};
use crate::files::{Faults, Limits, Reason};
use crate::imports::{self, Import, Kind, New, State};
use crate::rounds::lots::{generic_key, mark, open_draft};
use crate::rounds::{Category, FormClass, Lot, LotFields, Refused, rules, store};
use crate::text::{Lang, Text};
use crate::types::{Ctx, ImportId, LotId, NotANumber, RoundId, UnitPrice};

/// The columns of `lots.csv`. The unit may be left out where the dosage form tells it.
pub const COLUMNS: &[Column] = &[
    Column::must("lot", "竞价单元").also(&["竞价单元编号", "code"]),
    Column::must("generic", "通用名").also(&["药品通用名", "品种名称"]),
    Column::must("form", "剂型"),
    Column::must("form_class", "剂型类别"),
    Column::must("comparable_spec", "可比规格").also(&["代表规格"]),
    Column::may("unit", "单位").also(&["计量单位", "最小制剂单位"]),
    Column::must("ceiling", "最高有效申报价"),
    Column::must("category", "类别"),
    Column::may("base_volume", "基数"),
];

const CLASSES: &[(&str, FormClass)] = &[
    ("oral_solid", FormClass::OralSolid),
    ("small_injection", FormClass::SmallInjection),
    ("large_injection", FormClass::LargeInjection),
    ("other", FormClass::Other),
    ("口服固体", FormClass::OralSolid),
    ("小容量注射剂", FormClass::SmallInjection),
    ("大容量注射剂", FormClass::LargeInjection),
    ("其他", FormClass::Other),
];

const CATEGORIES: &[(&str, Category)] = &[
    ("general", Category::General),
    ("reduced", Category::Reduced),
    ("special", Category::Special),
    ("一般", Category::General),
    ("抗菌药物和激素", Category::Reduced),
    ("特殊使用级抗菌药物", Category::Special),
];

/// The unit a dosage form is counted in, where there is only one; large infusions come in bags and bottles.
const UNITS: &[(&str, &str)] = &[
    ("胶囊", "粒"),
    ("颗粒", "袋"),
    ("散", "袋"),
    ("片", "片"),
    ("丸", "丸"),
    ("注射", "支"),
    ("粉针", "支"),
];

/// One sound line of a file.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its number in the file.
    pub line: u64,
    /// What it says.
    pub fields: LotFields,
}

/// A file against the lots of its round as they are now. Lots that the file does not name stay as they are.
#[derive(Debug)]
pub struct Review {
    /// Lots to be added.
    pub new: Vec<Line>,
    /// Lots to be changed.
    pub changed: Vec<(Lot, Line)>,
    /// Lots already as the file says.
    pub unchanged: usize,
    /// Lots the file does not name.
    pub kept: usize,
    /// What is wrong; nothing is applied while anything is.
    pub faults: Faults,
    /// Marks the lots compared with, so that what is applied is what was shown.
    pub seen: String,
}

/// Reads the lines of a file.
pub fn read(bytes: &[u8]) -> Result<(Vec<Line>, Faults)> {
    let rows = read::open(bytes, COLUMNS, Unknown::Refuse, Limits::lines(rules::LOTS as u64))?;
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    let (lines, mut faults) = rows.collect(|row, faults| {
        let fields = line(row, faults)?;
        if let Some(first) = seen.get(&fields.code) {
            faults.push(row.fault("lot", Refused::LotTwice { line: *first }));
            return None;
        }
        seen.insert(fields.code.clone(), row.line);
        Some(Line { line: row.line, fields })
    })?;
    if lines.is_empty() && faults.is_empty() {
        faults.push(crate::files::Fault::new(2, "lot", "", Reason::Missing));
    }
    Ok((lines, faults))
}

fn line(row: &Row, faults: &mut Faults) -> Option<LotFields> {
    let form = row.get("form").to_owned();
    let form_class = row.word("form_class", CLASSES, faults);
    let ceiling = ceiling(row, faults);
    let category = row.word("category", CATEGORIES, faults);
    let base_volume = match row.get("base_volume") {
        "" => Some(None),
        _ => row.number("base_volume", faults).map(Some),
    };
    let unit = match row.get("unit") {
        "" => usual_unit(&form, form_class).unwrap_or_default().to_owned(),
        unit => unit.to_owned(),
    };
    let fields = LotFields {
        code: row.get("lot").to_owned(),
        generic: row.get("generic").to_owned(),
        form,
        form_class: form_class?,
        comparable_spec: row.get("comparable_spec").to_owned(),
        unit,
        ceiling: ceiling?,
        category: category?,
        base_volume: base_volume?,
    };
    rules::lot(fields)
        .map_err(|why| {
            let column = crate::text::Say::field(&why).unwrap_or("lot");
            faults.push(row.fault(column, why));
        })
        .ok()
}

/// A price may have six decimals, a ceiling fewer.
fn ceiling(row: &Row, faults: &mut Faults) -> Option<UnitPrice> {
    match row.get("ceiling").parse::<UnitPrice>() {
        Err(NotANumber::TooManyDecimals(_)) => {
            faults.push(row.fault("ceiling", Refused::CeilingDecimals));
            None
        }
        _ => row.number("ceiling", faults),
    }
}

fn usual_unit(form: &str, class: Option<FormClass>) -> Option<&'static str> {
    if class == Some(FormClass::LargeInjection) {
        return None;
    }
    UNITS.iter().find(|(part, _)| form.contains(part)).map(|(_, unit)| *unit)
}

/// Keeps a file that can be read as a table, or finds it already kept under the same id.
pub fn keep(
    tx: &mut Tx,
    ctx: &Ctx,
    round: &RoundId,
    id: &ImportId,
    file_name: &str,
    content: &[u8],
) -> Result<Import> {
    if imports::find(tx.conn(), Kind::Lots, id)?.is_some() {
        return import(tx.conn(), round, id);
    }
    open_draft(tx.conn(), round)?;
    read(content)?;
    let profile = round.as_str();
    imports::keep(tx, ctx, New { id, kind: Kind::Lots, profile, places: "[]", file_name, content })
}

/// One upload of a round, or there is no such thing.
pub fn import(conn: &mut Conn, round: &RoundId, id: &ImportId) -> Result<Import> {
    let found = imports::find(conn, Kind::Lots, id)?;
    found.filter(|it| it.profile == round.as_str()).ok_or(Error::NotFound)
}

/// Compares an upload with the round's lots.
pub fn review(conn: &mut Conn, round: &RoundId, it: &Import) -> Result<Review> {
    let lots = store::lots_of(conn, round)?;
    let (lines, mut faults) = read(&imports::content(conn, &it.id)?)?;
    let mut review = Review {
        new: Vec::new(),
        changed: Vec::new(),
        unchanged: 0,
        kept: lots.len(),
        faults: Faults::default(),
        seen: mark(&lots)?,
    };
    for line in lines {
        match lots.iter().find(|lot| lot.code == line.fields.code) {
            None => review.new.push(line),
            Some(lot) => {
                review.kept = review.kept.saturating_sub(1);
                if LotFields::of(lot) == line.fields {
                    review.unchanged += 1;
                } else {
                    review.changed.push((lot.clone(), line));
                }
            }
        }
    }
    if lots.len() + review.new.len() > rules::LOTS
        && let Some(last) = review.new.last()
    {
        faults.push(crate::files::Fault::new(last.line, "lot", &last.fields.code, Refused::ManyLots));
    }
    review.faults = faults;
    Ok(review)
}

/// Applies an upload whole. `seen` is the mark of the review that was shown. Applied twice it is applied once.
pub fn apply(tx: &mut Tx, ctx: &Ctx, round: &RoundId, id: &ImportId, seen: &str) -> Result<()> {
    let it = import(tx.conn(), round, id)?;
    match it.state {
        State::Applied => return Ok(()),
        State::Cancelled => return Err(Error::refused(Refused::Cancelled)),
        State::Waiting => {}
    }
    open_draft(tx.conn(), round)?;
    let review = review(tx.conn(), round, &it)?;
    if !review.faults.is_empty() {
        return Err(Error::refused(Refused::BadLines(review.faults.count())));
    }
    if review.seen != seen {
        return Err(Error::refused(Refused::Changed));
    }
    let counts = json!({ "import": it.id, "new": review.new.len(), "changed": review.changed.len() });
    let before: Vec<&Lot> = review.changed.iter().map(|(lot, _)| lot).collect();
    let deed = Deed { action: "lots.import", subject: "rounds", id: round.as_str() };
    audit::record(tx, ctx, deed, &before, &counts)?;
    for (lot, line) in review.changed {
        let key = generic_key(tx.conn(), &line.fields.generic)?;
        let lot = line.fields.lot(lot.id, lot.round_id, lot.position, key);
        store::update_lot(tx, &lot)?;
    }
    let mut position = store::lots_of(tx.conn(), round)?.last().map_or(0, |l| l.position);
    for line in review.new {
        position = position.saturating_add(1);
        let key = generic_key(tx.conn(), &line.fields.generic)?;
        store::insert_lot(tx, &line.fields.lot(LotId::new(), round.clone(), position, key))?;
    }
    imports::applied(tx, ctx, &it, "")
}

/// Gives an upload up; done twice it is done once.
pub fn cancel(tx: &mut Tx, ctx: &Ctx, round: &RoundId, id: &ImportId) -> Result<()> {
    let it = import(tx.conn(), round, id)?;
    imports::cancel(tx, ctx, &it)
}

/// The headers in the language of the page; either reads back.
fn headers(t: &Text) -> Vec<&'static str> {
    COLUMNS.iter().map(|c| if t.lang == Lang::Zh { c.zh } else { c.key }).collect()
}

fn cells(lot: &Lot, t: &Text) -> [String; 9] {
    let class = if t.lang == Lang::Zh { word(CLASSES, lot.form_class) } else { lot.form_class.as_str() };
    let category = if t.lang == Lang::Zh { word(CATEGORIES, lot.category) } else { lot.category.as_str() };
    [
        lot.code.clone(),
        lot.generic.clone(),
        lot.form.clone(),
        class.to_owned(),
        lot.comparable_spec.clone(),
        lot.unit.clone(),
        lot.ceiling.to_string(),
        category.to_owned(),
        lot.base_volume.map(|v| v.to_string()).unwrap_or_default(),
    ]
}

/// The last word that means the value: the Chinese one.
fn word<T: PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().rev().find(|(_, meaning)| *meaning == value).map_or("", |(word, _)| word)
}

/// The lots as a file, as they read back; without lots it is the template to fill in.
pub fn write(lots: &[Lot], t: &Text, kind: FileKind) -> Result<Vec<u8>> {
    let headers: Vec<(&str, u16)> = headers(t).into_iter().map(|h| (h, 18)).collect();
    let lines: Vec<[String; 9]> = lots.iter().map(|lot| cells(lot, t)).collect();
    Table { name: t.rounds.lots, headers: &headers, numbers: &[6, 8], lines }.write(kind)
}
