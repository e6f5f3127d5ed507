//! A file of negotiated drugs: kept, reviewed against the standards in force, and then drafted as a list, whole or not
//! at all.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use serde_json::json;

use super::{NegotiatedLine, NegotiatedList, SUBJECT, State, standard, store};
use crate::audit::{self, Deed};
use crate::catalog::{Product, ProductKind};
use crate::db::{Conn, Tx, next_number};
use crate::error::{Error, Result};
use crate::files::read::{self, Column, Row, Unknown};
use crate::files::write::Csv;
use crate::files::{Fault, Faults, Limits, Reason};
use crate::imports::{self, Import, Kind, New};
use crate::standards::draft::Line;
use crate::standards::{Refused, Standard, rules};
use crate::text::{Lang, Say, Text};
use crate::types::{Ctx, ImportId, NegotiatedListId, ProductId, UnitPrice};

/// The columns of a file of negotiated drugs.
pub const COLUMNS: &[Column] = &[
    Column::must("product", "医保编码").also(&["code", "国家医保编码"]),
    Column::must("payment_standard", "支付标准").also(&["医保支付标准"]),
    Column::must("unit", "单位").also(&["计价单位"]),
    Column::must("from", "起始日期").also(&["starts", "协议开始日期"]),
    Column::may("to", "截止日期").also(&["ends", "协议结束日期"]),
    Column::must("dual_channel", "双通道").also(&["是否双通道"]),
    Column::must("basis_document", "文号").also(&["document", "依据文号"]),
    Column::may("remark", "备注"),
];

/// What the column of the two channels may say.
const YES_NO: &[(&str, bool)] = &[("是", true), ("否", false), ("yes", true), ("no", false)];

/// Most lines of a file.
pub const LINES: usize = 20_000;
/// Most characters of a document's number, and of a remark.
const DOCUMENT: usize = 100;
const REMARK: usize = 500;

/// A line that can be taken.
#[derive(Debug, Clone)]
pub struct Read {
    /// Its line in the file.
    pub line: u64,
    /// The product's code.
    pub code: String,
    /// What the file calls the column of codes.
    column: String,
    /// What it says; the product is the catalogue's once it is found.
    pub given: NegotiatedLine,
}

/// What a line would change.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its line in the file.
    pub line: u64,
    /// The standard it gives.
    pub new: Line,
    /// The row in force on its first day before, if there is one.
    pub before: Option<Standard>,
}

impl Change {
    /// How the standard moves, in words.
    pub fn say(&self, t: &Text) -> &'static str {
        let n = &t.negotiated;
        match &self.before {
            None => n.c_new,
            Some(old) if old.standard < self.new.standard => n.c_raised,
            Some(old) if old.standard > self.new.standard => n.c_lowered,
            Some(_) => n.c_same,
        }
    }
}

/// A file against the catalogue and the standards as they are now.
pub struct Review {
    /// The lines it brings, as they would be kept.
    pub lines: Vec<NegotiatedLine>,
    /// What they would change.
    pub changes: Vec<Change>,
    /// What is wrong; nothing is drafted while anything is.
    pub faults: Faults,
}

fn limits() -> Limits {
    Limits::lines(u64::try_from(LINES).unwrap_or(u64::MAX))
}

/// Keeps a file that can be read as a table, or finds it already kept.
pub fn keep(
    tx: &mut Tx,
    ctx: &Ctx,
    id: &ImportId,
    title: &str,
    (file_name, content): (&str, &[u8]),
) -> Result<Import> {
    let title = title.trim();
    if title.is_empty() || title.chars().count() > DOCUMENT {
        return Err(Refused::Title(DOCUMENT).into());
    }
    read::open(content, COLUMNS, Unknown::Refuse, limits())?;
    let new = New { id, kind: Kind::Negotiated, profile: title, places: "[]", file_name, content };
    imports::keep(tx, ctx, new)
}

/// An upload, or there is no such thing.
pub fn import(conn: &mut Conn, id: &ImportId) -> Result<Import> {
    imports::find(conn, Kind::Negotiated, id)?.ok_or(Error::NotFound)
}

fn line(row: &Row, faults: &mut Faults) -> Option<Read> {
    let code = row.filled("product", faults).map(str::to_owned);
    let payment_standard: Option<UnitPrice> = row.positive("payment_standard", faults);
    let unit = row.filled("unit", faults).and_then(|_| row.words("unit", 20, faults)).map(str::to_owned);
    let starts = row.date("from", faults);
    let ends = row.maybe("to", faults, |row, key, faults| row.date(key, faults));
    let dual_channel = row.word("dual_channel", YES_NO, faults);
    let document = row
        .filled("basis_document", faults)
        .and_then(|_| row.words("basis_document", DOCUMENT, faults))
        .map(str::to_owned);
    let remark = row.words("remark", REMARK, faults).map(str::to_owned);
    let (starts, ends) = (starts?, ends?);
    if ends.is_some_and(|ends| ends < starts) {
        faults.push(row.fault("to", Refused::EndsBefore { starts }));
        return None;
    }
    let column = row.fault("product", Reason::Missing).column;
    let given = NegotiatedLine {
        list_id: NegotiatedListId::new(),
        position: 0,
        product_id: ProductId::new(),
        payment_standard: payment_standard?,
        unit: unit?,
        starts,
        ends,
        dual_channel: dual_channel?,
        document: document?,
        remark: remark?,
    };
    Some(Read { line: row.line, code: code?, column, given })
}

/// Reads an upload against the catalogue and the standards.
pub fn review(conn: &mut Conn, import: &Import) -> Result<Review> {
    let content = imports::content(conn, &import.id)?;
    let rows = read::open(content.as_slice(), COLUMNS, Unknown::Refuse, limits())?;
    let (read, mut faults) = rows.collect(line)?;
    if read.is_empty() && faults.is_empty() {
        faults.push(Fault::new(2, "product", "", Reason::Missing));
    }
    let codes: Vec<String> = read.iter().map(|it| it.code.clone()).collect();
    let known = store::products_by_code(conn, &codes)?;
    let current = crate::standards::store::current_of_products(conn, codes)?;
    overlaps(&read, &mut faults);
    let (mut lines, mut changes) = (Vec::new(), Vec::new());
    for (it, position) in read.into_iter().zip(1_i32..) {
        let fault = |why: Refused| Fault::new(it.line, &it.column, &it.code, why);
        let Some(product) = known.get(&it.code) else {
            faults.push(fault(Refused::NoProduct));
            continue;
        };
        if product.kind != ProductKind::Drug {
            faults.push(fault(Refused::NotDrug));
            continue;
        }
        let given = NegotiatedLine { product_id: product.id.clone(), position, ..it.given };
        match standard(&given, product) {
            Err(why) => faults.push(Fault::new(it.line, "unit", &given.unit, why)),
            Ok(new) => {
                let before = before(&current, product, new.starts);
                changes.push(Change { line: it.line, new, before });
                lines.push(given);
            }
        }
    }
    Ok(Review { lines, changes, faults })
}

/// The row of a product that is in force on a day.
fn before(current: &[Standard], product: &Product, day: NaiveDate) -> Option<Standard> {
    let own = current
        .iter()
        .filter(|it| it.product == product.code && it.company == product.maker && it.spec == product.spec);
    rules::in_force(own, day).cloned()
}

/// One product has one standard on a day.
fn overlaps(read: &[Read], faults: &mut Faults) {
    let mut spans: HashMap<&str, BTreeMap<NaiveDate, (Option<NaiveDate>, u64)>> = HashMap::new();
    for it in read {
        let own = spans.entry(&it.code).or_default();
        let (starts, ends) = (it.given.starts, it.given.ends);
        let clash = own.iter().find(|(other, (other_ends, _))| {
            ends.is_none_or(|ends| **other <= ends) && other_ends.is_none_or(|ends| starts <= ends)
        });
        if let Some((_, (_, line))) = clash {
            faults.push(Fault::new(it.line, &it.column, &it.code, Refused::Overlap(*line)));
        } else {
            own.insert(starts, (ends, it.line));
        }
    }
}

/// Drafts an upload as a list; its number. Applied twice it is applied once.
pub fn apply(tx: &mut Tx, ctx: &Ctx, id: &ImportId) -> Result<String> {
    let import = import(tx.conn(), id)?;
    match import.state {
        imports::State::Applied => return Ok(import.result),
        imports::State::Cancelled => return Err(Refused::Cancelled.into()),
        imports::State::Waiting => {}
    }
    let review = review(tx.conn(), &import)?;
    if !review.faults.is_empty() {
        return Err(Refused::BadLines(review.faults.count()).into());
    }
    let it = NegotiatedList {
        id: NegotiatedListId::new(),
        number: format!("TP{:05}", next_number(tx, SUBJECT)?),
        title: import.profile.clone(),
        state: State::Draft,
        created_at: ctx.now,
        account_id: ctx.actor.account.clone(),
    };
    let lines: Vec<NegotiatedLine> =
        review.lines.into_iter().map(|line| NegotiatedLine { list_id: it.id.clone(), ..line }).collect();
    store::insert(tx, &it, &lines)?;
    let known = json!({ "list": it, "import": import.id, "sha256": import.sha256, "lines": lines.len() });
    audit::record(
        tx,
        ctx,
        Deed { action: "negotiated.draft", subject: SUBJECT, id: &it.number },
        &(),
        &known,
    )?;
    imports::applied(tx, ctx, &import, &it.number)?;
    Ok(it.number)
}

/// Gives an upload up.
pub fn cancel(tx: &mut Tx, ctx: &Ctx, id: &ImportId) -> Result<()> {
    let it = import(tx.conn(), id)?;
    imports::cancel(tx, ctx, &it)
}

/// A list's lines as they read back; without any it is the template to fill in.
pub fn write(lines: &[(NegotiatedLine, Product)], t: &Text) -> Result<Vec<u8>> {
    let mut out = Csv::new(Vec::new())?;
    out.row(COLUMNS.iter().map(|column| if t.lang == Lang::Zh { column.zh } else { column.key }))?;
    for (it, product) in lines {
        out.row([
            product.code.as_str(),
            &it.payment_standard.to_string(),
            &it.unit,
            &it.starts.to_string(),
            &it.ends.map(|day| day.to_string()).unwrap_or_default(),
            if it.dual_channel { t.common.yes } else { t.common.no },
            &it.document,
            &it.remark,
        ])?;
    }
    out.finish()
}

impl Review {
    /// What is wrong, a sentence each.
    pub fn sentences(&self, t: &Text) -> Vec<String> {
        let mut all = self.faults.sentences(t);
        if all.is_empty() && self.lines.is_empty() {
            all.push(Refused::Nothing.say(t));
        }
        all
    }
}
