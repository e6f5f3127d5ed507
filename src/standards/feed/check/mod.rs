//! Price check: each claim line gets the payment standard of its product on its day, what the fund takes into account
//! and what the patient pays above it (医保发〔2019〕18号: fund basis = the lower of price and standard).
//!
//! The standards in force are held in one compact index; lines go through it one by one, and a bad one does not stop
//! the rest.

pub mod import;
pub mod index;
pub mod rules;

use std::io::{Read, Write};

use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Error, Result};
use crate::files::Fault;
use crate::files::json::Lines;
use crate::files::write::Csv;
use crate::text::{Lang, Say};
use crate::types::{Amount, Money};

pub use index::Index;
pub use rules::{Checked, Claim, Verdict};

/// The answer to one line. Prices are decimal strings in yuan for one unit as it was priced, amounts in yuan.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = CheckedLine)]
pub struct Answer<'a> {
    /// The line of what was sent, from 1.
    pub line: u64,
    /// The sender's own reference of the line.
    pub reference: &'a str,
    /// The product's code.
    pub code: &'a str,
    /// The verdict's word: `within`, `above`, `no_standard`, `unknown_product` or `bad`.
    pub verdict: &'a str,
    /// The number of the standard's row in the feed.
    pub seq: Option<i64>,
    /// What the fund recognises for one unit.
    #[schema(value_type = Option<String>)]
    pub standard: Option<Amount>,
    /// What the fund takes into account for one unit: the lower of price and standard.
    #[schema(value_type = Option<String>)]
    pub fund_basis: Option<Amount>,
    /// What the patient pays above the standard for one unit.
    #[schema(value_type = Option<String>)]
    pub patient_excess: Option<Amount>,
    /// Price times quantity, rounded once to the cent.
    #[schema(value_type = Option<String>)]
    pub amount: Option<Money>,
    /// Fund basis times quantity, rounded once to the cent.
    #[schema(value_type = Option<String>)]
    pub fund_amount: Option<Money>,
    /// What is left of the amount: the two are always the amount together.
    #[schema(value_type = Option<String>)]
    pub patient_amount: Option<Money>,
    /// The reason in Chinese.
    pub message: &'a str,
    /// The reason in English.
    pub message_en: &'a str,
}

/// The columns of the CSV variant, named as in JSON.
pub const COLUMNS: [&str; 13] = [
    "line",
    "reference",
    "code",
    "verdict",
    "seq",
    "standard",
    "fund_basis",
    "patient_excess",
    "amount",
    "fund_amount",
    "patient_amount",
    "message",
    "message_en",
];

/// Where answers go, in the form the lines came in.
enum Out<'a, W: Write> {
    Json(&'a mut W),
    Csv(Box<Csv<&'a mut W>>),
}

impl<W: Write> Out<'_, W> {
    fn write(&mut self, it: &Answer) -> Result<()> {
        match self {
            Out::Json(out) => {
                serde_json::to_writer(&mut **out, it)?;
                out.write_all(b"\n")?;
                Ok(())
            }
            Out::Csv(out) => {
                let text = |it: Option<Amount>| it.map(|it| it.to_string()).unwrap_or_default();
                let money = |it: Option<Money>| it.map(|it| it.to_string()).unwrap_or_default();
                out.row([
                    it.line.to_string().as_str(),
                    it.reference,
                    it.code,
                    it.verdict,
                    &it.seq.map(|seq| seq.to_string()).unwrap_or_default(),
                    &text(it.standard),
                    &text(it.fund_basis),
                    &text(it.patient_excess),
                    &money(it.amount),
                    &money(it.fund_amount),
                    &money(it.patient_amount),
                    it.message,
                    it.message_en,
                ])
            }
        }
    }
}

/// Answers every line. What keeps the rest from being read at all is the last answer, on line 0.
pub fn run<R: Read, W: Write>(index: &Index, mut lines: Lines<R>, out: &mut W) -> Result<()> {
    let mut out = match lines.is_json() {
        true => Out::Json(out),
        false => {
            let mut table = Csv::new(out)?;
            table.row(COLUMNS)?;
            Out::Csv(Box::new(table))
        }
    };
    loop {
        match lines.next_line() {
            Ok(None) => break,
            Ok(Some(Ok(row))) => match import::claim(&row) {
                Ok(claim) => out.write(&answer(index, &claim))?,
                Err(fault) => bad(&mut out, &row, &fault)?,
            },
            Ok(Some(Err(fault))) => said(&mut out, "", "", fault.line, &fault)?,
            Err(Error::Refused(why)) => {
                said(&mut out, "", "", 0, &*why)?;
                break;
            }
            Err(fault) => return Err(fault),
        }
    }
    match out {
        Out::Json(_) => Ok(()),
        Out::Csv(table) => table.finish().map(drop),
    }
}

/// The answer to a line that can be read.
pub fn answer<'a>(index: &Index, claim: &Claim<'a>) -> Answer<'a> {
    let found = index.find(claim.code, claim.day);
    let checked = rules::check(claim, found);
    let (zh, en) = (Lang::Zh.text(), Lang::En.text());
    let (message, message_en) = (checked.verdict.reason(zh), checked.verdict.reason(en));
    Answer {
        line: claim.line,
        reference: claim.reference,
        code: claim.code,
        verdict: checked.verdict.as_str(),
        seq: checked.seq,
        standard: checked.standard,
        fund_basis: checked.fund_basis,
        patient_excess: checked.patient_excess,
        amount: Some(checked.amount),
        fund_amount: checked.fund_amount,
        patient_amount: checked.patient_amount,
        message,
        message_en,
    }
}

fn bad<W: Write>(out: &mut Out<W>, row: &crate::files::read::Row, fault: &Fault) -> Result<()> {
    said(out, row.get("reference"), row.get("code"), row.line, fault)
}

fn said<W: Write>(out: &mut Out<W>, reference: &str, code: &str, line: u64, why: &dyn Say) -> Result<()> {
    let (zh, en) = (why.say(Lang::Zh.text()), why.say(Lang::En.text()));
    let short = |text: &str| text.chars().take(100).collect::<String>();
    let (reference, code) = (short(reference), short(code));
    out.write(&Answer {
        line,
        reference: &reference,
        code: &code,
        verdict: Verdict::Bad.as_str(),
        message: &zh,
        message_en: &en,
        ..Answer::default()
    })
}
