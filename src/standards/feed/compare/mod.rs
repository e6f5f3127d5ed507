//! Difference report: a consumer says which standards it holds, the platform answers what is missing, surplus and
//! different, row by row, and keeps the outcome.
//!
//! A consumer that has taken every row up to a number over holds those that no row up to that number supersedes; one
//! that began with the full copy of a day need not hold what had ended before. A line
//! is matched by its number when it has one, else by product, company, spec and first day; fields that a line does not
//! have are not compared.

pub mod import;
pub mod rules;
pub mod store;

use std::io::{Read, Write};

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};

use crate::db::Db;
use crate::error::{Error, Result};
use crate::files::json::Lines;
use crate::schema::comparisons;
use crate::standards::feed::Consumer;
use crate::text::{Lang, Say};
use crate::types::{ComparisonId, ConsumerId, Ctx, Time};

use rules::{Match, Ours};

/// A report of what a consumer holds.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = comparisons, treat_none_as_default_value = false)]
pub struct Comparison {
    /// Its id.
    pub id: ComparisonId,
    /// Of which consumer.
    pub consumer_id: ConsumerId,
    /// When.
    pub made_at: Time,
    /// Up to which number of the feed.
    pub upto: i64,
    /// Lines given.
    pub held: i64,
    /// Rows that are as they should be.
    pub same: i64,
    /// Rows it should hold and does not.
    pub missing: i64,
    /// Lines it should not hold.
    pub surplus: i64,
    /// Rows of which a value differs.
    pub different: i64,
    /// Lines that could not be read.
    pub bad: i64,
    /// The first findings, as JSON.
    #[serde(skip)]
    pub findings: String,
}

impl Comparison {
    /// Whether the consumer holds exactly what it should.
    pub fn agrees(&self) -> bool {
        self.missing == 0 && self.surplus == 0 && self.different == 0 && self.bad == 0
    }

    /// The first findings.
    pub fn first(&self) -> Vec<Value> {
        serde_json::from_str(&self.findings).unwrap_or_default()
    }
}

/// Findings kept with a report.
const KEPT: usize = 50;

struct Report<'a, W> {
    out: &'a mut W,
    kept: Vec<Value>,
    it: Comparison,
}

impl<W: Write> Report<'_, W> {
    fn find(&mut self, finding: Value) -> Result<()> {
        serde_json::to_writer(&mut *self.out, &finding)?;
        self.out.write_all(b"\n")?;
        if self.kept.len() < KEPT {
            self.kept.push(finding);
        }
        Ok(())
    }

    fn bad(&mut self, line: u64, why: &dyn Say) -> Result<()> {
        self.it.bad += 1;
        let (zh, en) = (why.say(Lang::Zh.text()), why.say(Lang::En.text()));
        self.find(json!({ "kind": "bad", "line": line, "message": zh, "message_en": en }))
    }
}

/// Compares what a consumer holds with the rows up to `upto`, of which those that ended before `from` are not missed,
/// writes a line for each finding and one with the counts at
/// the end, and keeps the report.
pub fn run<R: Read, W: Write>(
    db: &Db,
    ctx: &Ctx,
    (consumer, upto, from): (&Consumer, i64, Option<NaiveDate>),
    mut lines: Lines<R>,
    out: &mut W,
) -> Result<Comparison> {
    let mut ours: Ours = db.read(|conn| store::ours(conn, upto))?;
    let it = Comparison {
        id: ComparisonId::new(),
        consumer_id: consumer.id.clone(),
        made_at: ctx.now,
        upto,
        held: 0,
        same: 0,
        missing: 0,
        surplus: 0,
        different: 0,
        bad: 0,
        findings: String::new(),
    };
    let mut report = Report { out, kept: Vec::new(), it };
    loop {
        match lines.next_line() {
            Ok(None) => break,
            Ok(Some(line)) => {
                report.it.held += 1;
                match line.map_err(Box::new).and_then(|row| import::held(&row)) {
                    Ok(held) => match ours.take(&held) {
                        Match::Same => report.it.same += 1,
                        Match::Different { seq, differences } => {
                            report.it.different += 1;
                            report.find(json!({ "kind": "different", "line": held.line, "seq": seq,
                                "product": held.product, "company": held.company, "differences": differences }))?;
                        }
                        Match::Surplus(why) => {
                            report.it.surplus += 1;
                            report.find(
                                json!({ "kind": "surplus", "line": held.line, "why": why, "seq": held.seq,
                                "held": held }),
                            )?;
                        }
                    },
                    Err(fault) => report.bad(fault.line, &*fault)?,
                }
            }
            Err(Error::Refused(why)) => {
                report.bad(0, &*why)?;
                break;
            }
            Err(fault) => return Err(fault),
        }
    }
    for own in ours.left(from) {
        report.it.missing += 1;
        report.find(json!({ "kind": "missing", "seq": own.seq, "standard": own }))?;
    }
    let Report { out, kept, mut it } = report;
    it.findings = serde_json::to_string(&kept)?;
    db.write(|tx| store::insert(tx, &it))?;
    let mut summary = serde_json::to_value(&it)?;
    if let Some(map) = summary.as_object_mut() {
        map.insert("kind".to_owned(), json!("summary"));
        map.insert("made_at".to_owned(), json!(it.made_at.iso()));
    }
    serde_json::to_writer(&mut *out, &summary)?;
    out.write_all(b"\n")?;
    Ok(it)
}
