//! A file of a sheet's lines: kept, reviewed, and then put in the place of the lines there are, whole or not at all.

use serde_json::json;

use super::changes::{self, Entered};
use super::{CostLine, CostSheet, LineKind, Refused, SUBJECT, State, rules, store};
use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::read::{self, Column, Row, Unknown};
use crate::files::write::Csv;
use crate::files::{Fault, Faults, Limits, Reason};
use crate::imports::{self, Import, Kind, New};
use crate::text::{Lang, Say, Text};
use crate::types::{CostLineId, CostSheetId, Ctx, ImportId, OrganisationId};

/// The columns of a file of lines.
pub const COLUMNS: &[Column] = &[
    Column::must("kind", "成本项目").also(&["类别"]),
    Column::must("name", "名称"),
    Column::must("unit", "单位"),
    Column::must("quantity", "数量").also(&["投料量"]),
    Column::must("unit_price", "单价"),
    Column::may("basis", "依据").also(&["分摊依据"]),
];

/// What the first column may say.
const KINDS: &[(&str, LineKind)] = &[
    ("原料", LineKind::Raw),
    ("辅料", LineKind::Auxiliary),
    ("包材", LineKind::Packaging),
    ("固定生产成本", LineKind::Fixed),
    ("raw", LineKind::Raw),
    ("auxiliary", LineKind::Auxiliary),
    ("packaging", LineKind::Packaging),
    ("fixed", LineKind::Fixed),
];

/// A file against the sheet as it is now.
pub struct Review {
    /// The lines it brings.
    pub lines: Vec<CostLine>,
    /// Lines that are there now.
    pub before: usize,
    /// What is wrong; nothing is applied while anything is.
    pub faults: Faults,
    /// The sheet's revision that it was held against.
    pub seen: i32,
}

fn limits() -> Limits {
    Limits::lines(u64::try_from(rules::LINES).unwrap_or(u64::MAX))
}

/// Keeps a file that can be read as a table, or finds it already kept.
pub fn keep(
    tx: &mut Tx,
    ctx: &Ctx,
    (own, id): (&OrganisationId, &CostSheetId),
    import: &ImportId,
    (file_name, content): (&str, &[u8]),
) -> Result<Import> {
    let it = store::sheet(tx.conn(), id)?.filter(|it| it.hospital_id == *own).ok_or(Error::NotFound)?;
    if it.state != State::Draft {
        return Err(Refused::NotDraft.into());
    }
    read::open(content, COLUMNS, Unknown::Refuse, limits())?;
    let new =
        New { id: import, kind: Kind::CostLines, profile: id.as_str(), places: "[]", file_name, content };
    imports::keep(tx, ctx, new)
}

/// An upload of a hospital's own sheet, or there is no such thing.
pub fn import(conn: &mut Conn, own: &OrganisationId, id: &CostSheetId, key: &ImportId) -> Result<Import> {
    let found = imports::find(conn, Kind::CostLines, key)?;
    found.filter(|it| it.profile == id.as_str() && it.organisation_id == *own).ok_or(Error::NotFound)
}

fn line(row: &Row, sheet: &CostSheetId, faults: &mut Faults) -> Option<CostLine> {
    let kind = row.word("kind", KINDS, faults);
    let name = row.filled("name", faults).map(str::to_owned);
    let unit = row.filled("unit", faults).map(str::to_owned);
    let quantity = row.positive("quantity", faults);
    let unit_price = row.positive("unit_price", faults);
    let basis = row.words("basis", 500, faults).map(str::to_owned);
    let (kind, name, unit) = (kind?, name?, unit?);
    let given = Entered { kind, name, unit, quantity: quantity?, unit_price: unit_price?, basis: basis? };
    match given.line(CostLineId::new(), sheet, 1) {
        Ok(made) => Some(made),
        Err(why) => {
            let column = match why.field() {
                Some("line_name") | None => "name",
                Some(field) => field,
            };
            faults.push(row.fault(column, why));
            None
        }
    }
}

/// Reads an upload against its sheet.
pub fn review(conn: &mut Conn, it: &CostSheet, import: &Import) -> Result<Review> {
    let content = imports::content(conn, &import.id)?;
    let rows = read::open(content.as_slice(), COLUMNS, Unknown::Refuse, limits())?;
    let (mut lines, mut faults) = rows.collect(|row, faults| line(row, &it.id, faults))?;
    if lines.is_empty() && faults.is_empty() {
        faults.push(Fault::new(2, "name", "", Reason::Missing));
    }
    for (line, position) in lines.iter_mut().zip(1_i32..) {
        line.position = position;
    }
    Ok(Review { lines, before: store::lines(conn, &it.id)?.len(), faults, seen: it.revision })
}

/// Puts an upload's lines in the place of those there are. `seen` is the revision the review was shown with. Applied
/// twice it is applied once.
pub fn apply(
    tx: &mut Tx,
    ctx: &Ctx,
    (own, id): (&OrganisationId, &CostSheetId),
    key: &ImportId,
    seen: i32,
) -> Result<()> {
    let import = import(tx.conn(), own, id, key)?;
    match import.state {
        imports::State::Applied => return Ok(()),
        imports::State::Cancelled => return Err(Refused::Cancelled.into()),
        imports::State::Waiting => {}
    }
    let it = changes::draft_seen(tx, own, id, seen)?;
    let review = review(tx.conn(), &it, &import)?;
    if !review.faults.is_empty() {
        return Err(Refused::BadLines(review.faults.count()).into());
    }
    store::delete_lines(tx, id)?;
    store::insert_lines(tx, &review.lines)?;
    store::update_sheet(tx, &changes::next(&it))?;
    let known = json!({
        "import": import.id, "sha256": import.sha256, "lines": review.lines.len(), "before": review.before,
    });
    audit::record(
        tx,
        ctx,
        Deed { action: "preparation.lines", subject: SUBJECT, id: id.as_str() },
        &(),
        &known,
    )?;
    imports::applied(tx, ctx, &import, "")
}

/// Gives an upload up.
pub fn cancel(
    tx: &mut Tx,
    ctx: &Ctx,
    (own, id): (&OrganisationId, &CostSheetId),
    key: &ImportId,
) -> Result<()> {
    let it = import(tx.conn(), own, id, key)?;
    imports::cancel(tx, ctx, &it)
}

/// A sheet's lines as CSV, as they read back; without any it is the template to fill in.
pub fn write(lines: &[CostLine], t: &Text) -> Result<Vec<u8>> {
    let mut out = Csv::new(Vec::new())?;
    out.row(COLUMNS.iter().map(|column| if t.lang == Lang::Zh { column.zh } else { column.key }))?;
    for it in lines {
        out.row([
            if t.lang == Lang::Zh { it.kind.name(t) } else { it.kind.as_str() },
            &it.name,
            &it.unit,
            &it.quantity.to_string(),
            &it.unit_price.to_string(),
            &it.basis,
        ])?;
    }
    out.finish()
}
