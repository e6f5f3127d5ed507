//! Files of bases and of scores: kept, reviewed against the plan, then applied whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::audit;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::read::{self, Column, Row, Unknown};
use crate::files::write::Csv;
use crate::files::{Fault, Faults, Limits, Reason};
use crate::imports::{self, Import, Kind, New, State};
use crate::payments::retention::{Base, Plan, Refused, assessments, bases, deed, draft, store};
use crate::prices;
use crate::text::{Lang, Text};
use crate::types::{Ctx, ImportId, OrganisationId, PlanId, sha256};

/// The columns of a file of bases. A blank cell leaves what is there; a line without a hospital is for every hospital
/// that has a base of the generic.
pub const BASES: &[Column] = &[
    Column::may("hospital", "医疗机构编码").also(&["机构编码"]),
    Column::must("generic", "通用名").also(&["药品通用名", "品种名称"]),
    Column::may("quantity", "约定采购量基数").also(&["基数"]),
    Column::may("price", "集采前均价").also(&["集采前加权平均价"]),
    Column::may("insured_share", "参保患者使用量占比"),
    Column::may("pay_ratio", "实际支付比例"),
];

/// The columns of a file of scores.
pub const SCORES: &[Column] = &[
    Column::must("hospital", "医疗机构编码").also(&["机构编码"]),
    Column::must("score", "考核得分").also(&["得分"]),
    Column::must("evidence", "考核依据").also(&["依据"]),
];

/// Most lines of one file: 400 hospitals of some 60 generics stay far below.
const LINES: u64 = 200_000;

/// What one line would change.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its line.
    pub line: u64,
    /// The hospital's code.
    pub hospital: String,
    /// The generic, of a base.
    pub generic: String,
    /// What is there, in words and numbers; empty when nothing is.
    pub before: String,
    /// What it would be.
    pub after: String,
}

enum Found {
    Bases(Vec<(OrganisationId, bases::Entered)>),
    Scores(Vec<(OrganisationId, assessments::Entered)>),
}

/// A file against its plan as it is now.
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

/// The plan a file is for.
pub fn plan_of(it: &Import) -> Result<PlanId> {
    it.profile.parse().map_err(|_| Error::NotFound)
}

/// Keeps a file that can be read as a table, or finds it already kept under the same id.
pub fn keep(
    tx: &mut Tx,
    ctx: &Ctx,
    plan: &PlanId,
    kind: Kind,
    id: &ImportId,
    (file_name, content): (&str, &[u8]),
) -> Result<Import> {
    draft(tx.conn(), plan)?;
    read::open(content, columns(kind)?, Unknown::Refuse, Limits::lines(LINES))?;
    imports::keep(tx, ctx, New { id, kind, profile: plan.as_str(), places: "[]", file_name, content })
}

fn columns(kind: Kind) -> Result<&'static [Column]> {
    match kind {
        Kind::RetentionBases => Ok(BASES),
        Kind::Assessments => Ok(SCORES),
        _ => Err(Error::NotFound),
    }
}

/// One upload of a plan, or there is no such thing.
pub fn import(conn: &mut Conn, plan: &PlanId, id: &ImportId) -> Result<Import> {
    for kind in [Kind::RetentionBases, Kind::Assessments] {
        if let Some(it) = imports::find(conn, kind, id)?.filter(|it| it.profile == plan.as_str()) {
            return Ok(it);
        }
    }
    Err(Error::NotFound)
}

/// Compares an upload with what its plan holds.
pub fn review(conn: &mut Conn, plan: &Plan, it: &Import) -> Result<Review> {
    let content = imports::content(conn, &it.id)?;
    let hospitals = prices::store::hospitals_by_code(conn)?.into_iter().collect();
    match it.kind {
        Kind::RetentionBases => review_bases(conn, plan, &content, &hospitals),
        _ => review_scores(conn, plan, &content, &hospitals),
    }
}

type Codes = BTreeMap<String, OrganisationId>;

fn place(row: &Row, codes: &Codes, faults: &mut Faults) -> Option<OrganisationId> {
    let code = row.filled("hospital", faults)?;
    let found = codes.get(code).cloned();
    if found.is_none() {
        faults.push(row.fault("hospital", Refused::NoHospital(code.to_owned())));
    }
    found
}

/// A line of a file of bases: as given, blank cells unknown.
struct Given {
    line: u64,
    hospital: Option<OrganisationId>,
    entered: bases::Entered,
}

fn given(row: &Row, codes: &Codes, generics: &BTreeSet<String>, faults: &mut Faults) -> Option<Given> {
    let hospital = match row.get("hospital") {
        "" => None,
        _ => Some(place(row, codes, faults)?),
    };
    let generic = row.filled("generic", faults)?.to_owned();
    if !generics.contains(&generic) {
        faults.push(row.fault("generic", Refused::NoGeneric(generic)));
        return None;
    }
    let quantity = row.maybe("quantity", faults, |row, key, faults| row.not_negative(key, faults))?;
    let price = row.maybe("price", faults, |row, key, faults| row.not_negative(key, faults))?;
    let insured_share = row.maybe("insured_share", faults, |row, key, faults| row.number(key, faults))?;
    let pay_ratio = row.maybe("pay_ratio", faults, |row, key, faults| row.number(key, faults))?;
    let code = row.get("hospital").to_owned();
    let entered = bases::Entered { hospital: code, generic, quantity, price, insured_share, pay_ratio };
    if let Err(why) = entered.check() {
        faults.push(row.fault("insured_share", why));
        return None;
    }
    Some(Given { line: row.line, hospital, entered })
}

fn review_bases(conn: &mut Conn, plan: &Plan, content: &[u8], codes: &Codes) -> Result<Review> {
    let generics: BTreeSet<String> = bases::generics(conn, plan)?.into_iter().collect();
    let mut known: BTreeMap<(OrganisationId, String), Base> = BTreeMap::new();
    for hospital in store::hospitals(conn, plan)? {
        let list = bases::of_hospital(conn, &plan.id, &hospital)?;
        known.extend(list.into_iter().map(|it| ((hospital.clone(), it.generic.clone()), it)));
    }
    let names: BTreeMap<OrganisationId, String> =
        codes.iter().map(|(code, id)| (id.clone(), code.clone())).collect();
    let rows = read::open(content, BASES, Unknown::Refuse, Limits::lines(LINES))?;
    let (lines, mut faults) = rows.collect(|row, faults| given(row, codes, &generics, faults))?;
    if lines.is_empty() && faults.is_empty() {
        faults.push(Fault::new(2, "generic", "", Reason::Missing));
    }
    let (mut changes, mut unchanged, mut found) = (Vec::new(), 0, Vec::new());
    let mut first: BTreeMap<(OrganisationId, String), u64> = BTreeMap::new();
    for it in lines {
        let of: Vec<OrganisationId> = match &it.hospital {
            Some(hospital) => vec![hospital.clone()],
            None => known
                .keys()
                .filter(|(_, generic)| *generic == it.entered.generic)
                .map(|(hospital, _)| hospital.clone())
                .collect(),
        };
        for hospital in of {
            let key = (hospital.clone(), it.entered.generic.clone());
            if let Some(before) = first.insert(key.clone(), it.line) {
                let code = names.get(&hospital).cloned().unwrap_or_default();
                faults.push(Fault::new(it.line, "hospital", &code, Refused::Twice(before)));
                continue;
            }
            let before = known.get(&key);
            let entered = merged(&it.entered, before, names.get(&hospital));
            if before.is_some_and(|before| entered.is_same(before)) {
                unchanged += 1;
                continue;
            }
            changes.push(Change {
                line: it.line,
                hospital: entered.hospital.clone(),
                generic: entered.generic.clone(),
                before: before.map(shown).unwrap_or_default(),
                after: shown_entered(&entered),
            });
            found.push((hospital, entered));
        }
    }
    let seen = sha256(serde_json::to_string(&known.values().collect::<Vec<_>>())?.as_bytes());
    Ok(Review { found: Found::Bases(found), changes, unchanged, faults, seen })
}

/// What a line gives, and where it is blank what is there.
fn merged(given: &bases::Entered, before: Option<&Base>, code: Option<&String>) -> bases::Entered {
    bases::Entered {
        hospital: code.cloned().unwrap_or_default(),
        generic: given.generic.clone(),
        quantity: given.quantity.or(before.and_then(|it| it.quantity)),
        price: given.price.or(before.and_then(|it| it.price)),
        insured_share: given.insured_share.or(before.and_then(|it| it.insured_share)),
        pay_ratio: given.pay_ratio.or(before.and_then(|it| it.pay_ratio)),
    }
}

fn joined(parts: [Option<String>; 4]) -> String {
    parts.map(|part| part.unwrap_or_else(|| "—".to_owned())).join(" · ")
}

fn shown(it: &Base) -> String {
    joined([
        it.quantity.map(|it| it.to_string()),
        it.price.map(|it| it.to_string()),
        it.insured_share.map(|it| it.to_string()),
        it.pay_ratio.map(|it| it.to_string()),
    ])
}

fn shown_entered(it: &bases::Entered) -> String {
    joined([
        it.quantity.map(|it| it.to_string()),
        it.price.map(|it| it.to_string()),
        it.insured_share.map(|it| it.to_string()),
        it.pay_ratio.map(|it| it.to_string()),
    ])
}

fn review_scores(conn: &mut Conn, plan: &Plan, content: &[u8], codes: &Codes) -> Result<Review> {
    let of: BTreeSet<OrganisationId> = store::hospitals(conn, plan)?.into_iter().collect();
    let known: BTreeMap<OrganisationId, assessments::Assessment> =
        assessments::page(conn, &plan.id, "", i64::MAX)?
            .into_iter()
            .map(|(it, ..)| (it.hospital_id.clone(), it))
            .collect();
    let rows = read::open(content, SCORES, Unknown::Refuse, Limits::lines(LINES))?;
    let mut first: BTreeMap<OrganisationId, u64> = BTreeMap::new();
    let (lines, mut faults) = rows.collect(|row, faults| {
        let hospital = place(row, codes, faults)?;
        let score = row.number("score", faults)?;
        let entered = assessments::Entered { score, evidence: row.get("evidence").to_owned() };
        if let Err(why) = entered.check() {
            let column = crate::text::Say::field(&why).unwrap_or("score");
            faults.push(row.fault(column, why));
            return None;
        }
        let code = row.get("hospital").to_owned();
        if !of.contains(&hospital) {
            faults.push(row.fault("hospital", Refused::NotInPlan(code)));
            return None;
        }
        if let Some(before) = first.insert(hospital.clone(), row.line) {
            faults.push(row.fault("hospital", Refused::Twice(before)));
            return None;
        }
        Some((row.line, code, hospital, entered))
    })?;
    if lines.is_empty() && faults.is_empty() {
        faults.push(Fault::new(2, "hospital", "", Reason::Missing));
    }
    let (mut changes, mut unchanged, mut found) = (Vec::new(), 0, Vec::new());
    for (line, code, hospital, entered) in lines {
        let before = known.get(&hospital);
        if before.is_some_and(|it| assessments::is_same(it, &entered)) {
            unchanged += 1;
            continue;
        }
        changes.push(Change {
            line,
            hospital: code,
            generic: String::new(),
            before: before.map(|it| format!("{} · {}", it.score, it.evidence)).unwrap_or_default(),
            after: format!("{} · {}", entered.score, entered.evidence),
        });
        found.push((hospital, entered));
    }
    let seen = sha256(serde_json::to_string(&known.values().collect::<Vec<_>>())?.as_bytes());
    Ok(Review { found: Found::Scores(found), changes, unchanged, faults, seen })
}

/// Applies an upload whole. `seen` is the mark of the review that was shown. Applied twice it is applied once.
pub fn apply(tx: &mut Tx, ctx: &Ctx, id: &PlanId, import_id: &ImportId, seen: &str) -> Result<()> {
    let it = import(tx.conn(), id, import_id)?;
    match it.state {
        State::Applied => return Ok(()),
        State::Cancelled => return Err(Refused::Cancelled.into()),
        State::Waiting => {}
    }
    let (plan, _) = draft(tx.conn(), id)?;
    let review = review(tx.conn(), &plan, &it)?;
    if !review.faults.is_empty() {
        return Err(Refused::BadLines(review.faults.count()).into());
    }
    if review.seen != seen {
        return Err(Refused::Stale.into());
    }
    let known = json!({
        "import": it.id, "sha256": it.sha256, "changed": review.changes.len(), "unchanged": review.unchanged,
    });
    audit::record(tx, ctx, deed("retention.import", id), &(), &known)?;
    match review.found {
        Found::Bases(list) => bases::enter_all(tx, ctx, plan, &list)?,
        Found::Scores(list) => assessments::enter_all(tx, ctx, plan, &list)?,
    }
    imports::applied(tx, ctx, &it, "")
}

/// Gives an upload up; done twice it is done once.
pub fn cancel(tx: &mut Tx, ctx: &Ctx, plan: &PlanId, id: &ImportId) -> Result<()> {
    let it = import(tx.conn(), plan, id)?;
    imports::cancel(tx, ctx, &it)
}

fn headers(columns: &'static [Column], t: &Text) -> Vec<&'static str> {
    columns.iter().map(|c| if t.lang == Lang::Zh { c.zh } else { c.key }).collect()
}

/// The bases of a plan as CSV, as they read back; without any it is the template to fill in.
pub fn write_bases(conn: &mut Conn, plan: &PlanId, t: &Text) -> Result<Vec<u8>> {
    let mut out = Csv::new(Vec::new())?;
    out.row(headers(BASES, t))?;
    let mut after = (String::new(), String::new());
    loop {
        let list = bases::page(conn, plan, "", (&after.0, &after.1), 2_000)?;
        let Some((last, code, _)) = list.last() else { break };
        after = (code.clone(), last.generic.clone());
        for (it, code, _) in &list {
            let number = |part: Option<String>| part.unwrap_or_default();
            out.row([
                code.clone(),
                it.generic.clone(),
                number(it.quantity.map(|it| it.to_string())),
                number(it.price.map(|it| it.to_string())),
                number(it.insured_share.map(|it| it.to_string())),
                number(it.pay_ratio.map(|it| it.to_string())),
            ])?;
        }
    }
    out.finish()
}

/// The scores of a plan as CSV, as they read back: hospitals without one stand there with blanks to fill in.
pub fn write_scores(conn: &mut Conn, plan: &Plan, t: &Text) -> Result<Vec<u8>> {
    let mut out = Csv::new(Vec::new())?;
    out.row(headers(SCORES, t))?;
    for (it, code, _) in assessments::page(conn, &plan.id, "", i64::MAX)? {
        out.row([code, it.score.to_string(), it.evidence])?;
    }
    for (_, code, _) in assessments::unscored(conn, plan)? {
        out.row([code, String::new(), String::new()])?;
    }
    out.finish()
}
