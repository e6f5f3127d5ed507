//! Files of figures from outside the platform and of varieties procured elsewhere: kept, reviewed, then applied whole
//! or not at all.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::read::{self, Column, Row, Unknown};
use crate::files::write::Csv;
use crate::files::{Fault, Faults, Limits, Reason};
use crate::imports::{self, Import, Kind, New, State};
use crate::indicators::Refused;
use crate::indicators::inputs::{self, Given, Input, Outside};
use crate::indicators::varieties::{self, Level, Variety};
use crate::prices;
use crate::rounds::RoundKind;
use crate::text::{Lang, Text};
use crate::types::{Ctx, ImportId, InputId, Money, OrganisationId, VarietyId, sha256};

/// The columns of a file of figures. A hospital's own file may leave its code out.
pub const FIGURES: &[Column] = &[
    Column::may("hospital", "医疗机构编码").also(&["机构编码"]),
    Column::must("month", "月份"),
    Column::must("figure", "填报项"),
    Column::must("amount", "金额"),
    Column::must("document", "依据文件").also(&["依据"]),
];

/// The columns of a file of varieties.
pub const VARIETIES: &[Column] = &[
    Column::must("kind", "类别"),
    Column::must("generic", "通用名").also(&["品种名称", "耗材类别"]),
    Column::must("level", "采购层级"),
    Column::must("since", "执行起始日"),
    Column::may("until", "执行截止日"),
    Column::must("document", "依据文件").also(&["依据"]),
];

const OUTSIDE: &[(&str, Outside)] = &[
    ("off_platform_drugs", Outside::Drugs),
    ("off_platform_consumables", Outside::Consumables),
    ("平台外采购药品", Outside::Drugs),
    ("平台外采购高值耗材", Outside::Consumables),
];
const KINDS: &[(&str, RoundKind)] = &[
    ("drug", RoundKind::Drug),
    ("consumable", RoundKind::Consumable),
    ("药品", RoundKind::Drug),
    ("耗材", RoundKind::Consumable),
    ("医用耗材", RoundKind::Consumable),
];
const LEVELS: &[(&str, Level)] = &[
    ("national", Level::National),
    ("alliance", Level::Alliance),
    ("local", Level::Local),
    ("国家", Level::National),
    ("联盟", Level::Alliance),
    ("本地", Level::Local),
];

/// Most lines of one file: two figures of 400 hospitals for two years.
const LINES: u64 = 20_000;

/// What one line would change.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its line.
    pub line: u64,
    /// The hospital's code, or the variety's name.
    pub subject: String,
    /// The month and figure, or the kind and level.
    pub what: Subject,
    /// What is there; empty when nothing is.
    pub before: String,
    /// What it would be.
    pub after: String,
}

/// What a line is about, sayable in either language.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A figure of a month.
    Figure(String, Outside),
    /// A variety of a level.
    Variety(RoundKind, Level),
}

impl Subject {
    /// Its name for people.
    pub fn name(&self, t: &Text) -> String {
        match self {
            Subject::Figure(month, figure) => format!("{month} {}", figure.name(t)),
            Subject::Variety(kind, level) => format!("{} {}", kind.name(t), level.name(t)),
        }
    }
}

enum Found {
    Figures(Vec<(Given, Option<Input>)>),
    Varieties(Vec<Variety>),
}

/// A file against what stands now.
pub struct Review {
    found: Found,
    /// What would change; lines that change nothing are only counted.
    pub changes: Vec<Change>,
    /// Lines that change nothing.
    pub unchanged: usize,
    /// What is wrong; nothing is applied while anything is.
    pub faults: Faults,
    /// Marks what the file was compared with, so that what is applied is what was shown.
    pub seen: String,
}

/// The columns of a kind of file.
pub fn columns(kind: Kind) -> Result<&'static [Column]> {
    match kind {
        Kind::OffPlatform => Ok(FIGURES),
        Kind::Varieties => Ok(VARIETIES),
        _ => Err(Error::NotFound),
    }
}

/// Keeps a file that can be read as a table, or finds it already kept under the same id.
pub fn keep(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: Kind,
    id: &ImportId,
    (name, content): (&str, &[u8]),
) -> Result<Import> {
    read::open(content, columns(kind)?, Unknown::Refuse, Limits::lines(LINES))?;
    imports::keep(tx, ctx, New { id, kind, profile: "", places: "[]", file_name: name, content })
}

/// An upload of the actor's organisation, or there is no such thing.
pub fn import(conn: &mut Conn, ctx: &Ctx, kind: Kind, id: &ImportId) -> Result<Import> {
    let found = imports::find(conn, kind, id)?;
    let is_own = |it: &Import| ctx.actor.organisation.as_ref() == Some(&it.organisation_id);
    found.filter(is_own).ok_or(Error::NotFound)
}

/// Reads an upload against what stands. `own` is the hospital whose file it is; an officer's file is for all.
pub fn review(conn: &mut Conn, ctx: &Ctx, it: &Import, own: Option<&OrganisationId>) -> Result<Review> {
    let content = imports::content(conn, &it.id)?;
    match it.kind {
        Kind::OffPlatform => review_figures(conn, ctx, &content, own),
        _ => review_varieties(conn, ctx, &content),
    }
}

type Codes = HashMap<String, OrganisationId>;

fn whose(
    row: &Row,
    codes: &Codes,
    own: Option<&OrganisationId>,
    faults: &mut Faults,
) -> Option<OrganisationId> {
    let code = row.get("hospital");
    match (code, own) {
        ("", Some(own)) => return Some(own.clone()),
        ("", None) => {
            faults.push(row.fault("hospital", Reason::Missing));
            return None;
        }
        _ => {}
    }
    let found = codes.get(code).cloned();
    match (&found, own) {
        (None, _) => faults.push(row.fault("hospital", Refused::NoHospital(code.to_owned()))),
        (Some(id), Some(own)) if id != own => {
            faults.push(row.fault("hospital", Refused::OtherHospital(code.to_owned())));
            return None;
        }
        _ => {}
    }
    found
}

/// A line of a file of figures with its number.
fn figure(
    row: &Row,
    (codes, own): (&Codes, Option<&OrganisationId>),
    today: chrono::NaiveDate,
    faults: &mut Faults,
) -> Option<(u64, Given)> {
    let hospital = whose(row, codes, own, faults)?;
    let month = match inputs::month(row.get("month"), today) {
        Ok(month) => month,
        Err(why) => {
            faults.push(row.fault("month", why));
            return None;
        }
    };
    let figure = row.word("figure", OUTSIDE, faults)?;
    let amount: Money = row.not_negative("amount", faults)?;
    row.filled("document", faults)?;
    let document = row.words("document", inputs::WORDS, faults)?.to_owned();
    let id = InputId::new();
    Some((row.line, Given { id, hospital, month, figure, amount, document, replaces: None }))
}

fn review_figures(
    conn: &mut Conn,
    ctx: &Ctx,
    content: &[u8],
    own: Option<&OrganisationId>,
) -> Result<Review> {
    let codes = prices::store::hospitals_by_code(conn)?;
    let names: BTreeMap<&OrganisationId, &String> = codes.iter().map(|(code, id)| (id, code)).collect();
    let rows = read::open(content, FIGURES, Unknown::Refuse, Limits::lines(LINES))?;
    let today = ctx.now.day();
    let (lines, mut faults) = rows.collect(|row, faults| figure(row, (&codes, own), today, faults))?;
    if lines.is_empty() && faults.is_empty() {
        faults.push(Fault::new(2, "amount", "", Reason::Missing));
    }
    let (mut changes, mut unchanged, mut found) = (Vec::new(), 0, Vec::new());
    let mut first: BTreeMap<(OrganisationId, chrono::NaiveDate, Outside), u64> = BTreeMap::new();
    let mut known = Vec::new();
    for (line, given) in lines {
        let code = names.get(&given.hospital).map(|code| (*code).clone()).unwrap_or_default();
        let key = (given.hospital.clone(), given.month, given.figure);
        if let Some(before) = first.insert(key, line) {
            faults.push(Fault::new(line, "hospital", &code, Refused::Twice(before)));
            continue;
        }
        let before = inputs::standing(conn, &given.hospital, given.month, given.figure)?;
        known.extend(before.as_ref().map(|it| it.id.clone()));
        let shown = |amount: Money, document: &str| format!("{amount} · {document}");
        if before.as_ref().is_some_and(|it| (it.amount, &it.document) == (given.amount, &given.document)) {
            unchanged += 1;
            continue;
        }
        changes.push(Change {
            line,
            subject: code,
            what: Subject::Figure(given.month.format("%Y-%m").to_string(), given.figure),
            before: before.as_ref().map(|it| shown(it.amount, &it.document)).unwrap_or_default(),
            after: shown(given.amount, &given.document),
        });
        found.push((given, before));
    }
    let seen = sha256(serde_json::to_string(&known)?.as_bytes());
    Ok(Review { found: Found::Figures(found), changes, unchanged, faults, seen })
}

fn variety(row: &Row, ctx: &Ctx, faults: &mut Faults) -> Option<(u64, Variety)> {
    let kind = row.word("kind", KINDS, faults)?;
    row.filled("generic", faults)?;
    let generic = row.words("generic", varieties::WORDS, faults)?.to_owned();
    let level = row.word("level", LEVELS, faults)?;
    let since = row.date("since", faults)?;
    let until = row.maybe("until", faults, Row::date)?;
    row.filled("document", faults)?;
    let document = row.words("document", varieties::WORDS, faults)?.to_owned();
    let it = Variety {
        id: VarietyId::new(),
        kind,
        generic,
        level,
        since,
        until,
        document,
        account_id: ctx.actor.account.clone(),
        at: ctx.now,
        withdrawn_at: None,
    };
    if let Err(why) = varieties::check(&it) {
        faults.push(row.fault("until", why));
        return None;
    }
    Some((row.line, it))
}

fn review_varieties(conn: &mut Conn, ctx: &Ctx, content: &[u8]) -> Result<Review> {
    let rows = read::open(content, VARIETIES, Unknown::Refuse, Limits::lines(LINES))?;
    let (lines, mut faults) = rows.collect(|row, faults| variety(row, ctx, faults))?;
    if lines.is_empty() && faults.is_empty() {
        faults.push(Fault::new(2, "generic", "", Reason::Missing));
    }
    let names: Vec<String> = lines.iter().map(|(_, it)| it.generic.clone()).collect();
    let known = varieties::named(conn, &names)?;
    let key = |it: &Variety| (it.kind, it.generic.clone(), it.level, it.since, it.until, it.document.clone());
    let standing: std::collections::HashSet<_> = known.iter().map(key).collect();
    let (mut changes, mut unchanged, mut found) = (Vec::new(), 0, Vec::new());
    let mut first: HashMap<_, u64> = HashMap::new();
    for (line, it) in lines {
        if let Some(before) = first.insert(key(&it), line) {
            faults.push(Fault::new(line, "generic", &it.generic, Refused::Twice(before)));
            continue;
        }
        if standing.contains(&key(&it)) {
            unchanged += 1;
            continue;
        }
        let until = it.until.map(|day| day.to_string()).unwrap_or_default();
        changes.push(Change {
            line,
            subject: it.generic.clone(),
            what: Subject::Variety(it.kind, it.level),
            before: String::new(),
            after: format!("{} – {until} · {}", it.since, it.document),
        });
        found.push(it);
    }
    let ids: Vec<&VarietyId> = known.iter().map(|it| &it.id).collect();
    let seen = sha256(serde_json::to_string(&ids)?.as_bytes());
    Ok(Review { found: Found::Varieties(found), changes, unchanged, faults, seen })
}

/// Applies an upload whole. `seen` marks what its review was compared with. Applied twice it is applied once.
pub fn apply(
    tx: &mut Tx,
    ctx: &Ctx,
    (kind, id): (Kind, &ImportId),
    own: Option<&OrganisationId>,
    seen: &str,
) -> Result<()> {
    let it = import(tx.conn(), ctx, kind, id)?;
    match it.state {
        State::Applied => return Ok(()),
        State::Cancelled => return Err(Refused::Cancelled.into()),
        State::Waiting => {}
    }
    let review = review(tx.conn(), ctx, &it, own)?;
    if !review.faults.is_empty() {
        return Err(Refused::BadLines(review.faults.count()).into());
    }
    if review.seen != seen {
        return Err(Refused::Changed.into());
    }
    match &review.found {
        Found::Figures(list) => {
            for (given, before) in list {
                inputs::put(tx, ctx, given, before.as_ref())?;
            }
        }
        Found::Varieties(list) => {
            for it in list {
                varieties::put(tx, it)?;
            }
        }
    }
    let known = json!({
        "import": it.id, "sha256": it.sha256, "changed": review.changes.len(), "unchanged": review.unchanged,
    });
    let deed = Deed { action: "indicators.import", subject: "imports", id: it.id.as_str() };
    audit::record(tx, ctx, deed, &(), &known)?;
    imports::applied(tx, ctx, &it, "")
}

/// Gives an upload up.
pub fn cancel(tx: &mut Tx, ctx: &Ctx, kind: Kind, id: &ImportId) -> Result<()> {
    let it = import(tx.conn(), ctx, kind, id)?;
    imports::cancel(tx, ctx, &it)
}

/// The file to fill in: its column names.
pub fn template(kind: Kind, t: &Text) -> Result<Vec<u8>> {
    let mut out = Csv::new(Vec::new())?;
    out.row(columns(kind)?.iter().map(|column| if t.lang == Lang::Zh { column.zh } else { column.key }))?;
    out.finish()
}
