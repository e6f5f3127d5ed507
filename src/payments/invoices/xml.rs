//! A fully digital invoice (数电票) as XML: its fields, and the receipts its lines are likely for.
//!
//! Elements as the tax authority's files have them: `EInvoice` with `Header/EIid`, `EInvoiceData` holding
//! `SellerInformation`, `BuyerInformation`, `BasicInformation` and one `IssuItemInformation` a line, and
//! `TaxSupervisionInfo` with number and time. Prices and amounts of lines are without tax, `ComTaxAm` is the tax.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use quick_xml::events::Event;
use quick_xml::reader::Reader;

use crate::error::Error;
use crate::payments::invoices::rules::{self, Ground};
use crate::payments::invoices::store::Goods;
use crate::text::{Say, Text, fill};
use crate::types::{Money, Quantity, ReceiptId};

/// Most bytes of a file, elements in it, elements inside one another and characters of one.
const BYTES: usize = 1 << 20;
const ELEMENTS: usize = 50_000;
const DEPTH: usize = 16;
const TEXT: usize = 2_000;

/// Why a file is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Too large: the limit in KiB.
    TooLarge(usize),
    /// Not UTF-8.
    Encoding,
    /// Not well formed, near this byte.
    Malformed(u64),
    /// A document type or an entity of its own: such files are not read.
    Entity,
    /// Nested too deep, too many elements, or too long a text.
    Bounds,
    /// Not a fully digital invoice: this element is missing.
    Missing(&'static str),
    /// A line lacks this element.
    MissingIn(usize, &'static str),
    /// An element that is not what it should be.
    Value {
        /// Its name.
        name: &'static str,
        /// What it says.
        value: String,
    },
    /// A red invoice or a discount line: amounts below zero.
    Negative,
    /// The lines do not add up to the total.
    Sum {
        /// Of the document.
        total: Money,
        /// Of the lines.
        sum: Money,
    },
    /// Sold by somebody else.
    Seller(String),
    /// Bought by nobody on the platform.
    Buyer(String),
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let m = &t.invoices;
        match self {
            Refused::TooLarge(limit) => fill(m.xml_too_large, &[("limit", limit)]),
            Refused::Encoding => m.xml_encoding.to_owned(),
            Refused::Malformed(at) => fill(m.xml_malformed, &[("at", at)]),
            Refused::Entity => m.xml_entity.to_owned(),
            Refused::Bounds => m.xml_bounds.to_owned(),
            Refused::Missing(name) => fill(m.xml_missing, &[("name", name)]),
            Refused::MissingIn(line, name) => fill(m.xml_missing_in, &[("line", line), ("name", name)]),
            Refused::Value { name, value } => fill(m.xml_value, &[("name", name), ("value", value)]),
            Refused::Negative => m.xml_negative.to_owned(),
            Refused::Sum { total, sum } => fill(m.fault_total, &[("total", total), ("sum", sum)]),
            Refused::Seller(name) => fill(m.xml_seller, &[("name", name)]),
            Refused::Buyer(name) => fill(m.xml_buyer, &[("name", name)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("file")
    }
}

/// What an invoice says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EInvoice {
    /// Number (20 digits).
    pub number: String,
    /// The day it was issued.
    pub issued_on: NaiveDate,
    /// The seller's credit code and name.
    pub seller: (String, String),
    /// The buyer's credit code and name.
    pub buyer: (String, String),
    /// Total with tax.
    pub total: Money,
    /// The tax in it.
    pub tax: Money,
    /// Its lines.
    pub lines: Vec<ELine>,
}

/// A line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ELine {
    /// The name, with its short class between asterisks.
    pub name: String,
    /// Spec.
    pub spec: String,
    /// Unit.
    pub unit: String,
    /// Quantity.
    pub quantity: Quantity,
    /// Amount without tax.
    pub net: Money,
    /// Tax.
    pub tax: Money,
    /// Amount with tax.
    pub amount: Money,
}

/// The texts of elements by their path below the root; lines counted apart.
#[derive(Default)]
struct Found {
    head: BTreeMap<String, String>,
    lines: Vec<BTreeMap<String, String>>,
}

const LINE: &str = "EInvoiceData/IssuItemInformation";

/// Reads a file.
pub fn parse(bytes: &[u8]) -> Result<EInvoice, Refused> {
    if bytes.len() > BYTES {
        return Err(Refused::TooLarge(BYTES >> 10));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Refused::Encoding)?;
    invoice(&walk(text)?)
}

fn walk(text: &str) -> Result<Found, Refused> {
    let mut reader = Reader::from_str(text);
    let (mut found, mut path, mut words) = (Found::default(), Vec::<String>::new(), String::new());
    let mut elements = 0;
    loop {
        let event = reader.read_event().map_err(|_| Refused::Malformed(reader.buffer_position()))?;
        match event {
            Event::Start(tag) => {
                elements += 1;
                path.push(tag.local_name().as_ref().to_owned());
                if path.len() > DEPTH || elements > ELEMENTS {
                    return Err(Refused::Bounds);
                }
                if path.len() == 1 && path.first().is_some_and(|root| root != "EInvoice") {
                    return Err(Refused::Missing("EInvoice"));
                }
                if below(&path) == LINE {
                    found.lines.push(BTreeMap::new());
                }
                words.clear();
            }
            Event::End(_) => {
                found.keep(&below(&path), std::mem::take(&mut words));
                path.pop();
            }
            Event::Text(part) => words.push_str(&part.xml10_content()),
            Event::CData(part) => words.push_str(&part),
            Event::GeneralRef(part) => words.push(character(&part)?),
            Event::DocType(_) => return Err(Refused::Entity),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof if path.is_empty() && elements > 0 => return Ok(found),
            Event::Eof => return Err(Refused::Malformed(reader.buffer_position())),
        }
        if words.len() > TEXT {
            return Err(Refused::Bounds);
        }
    }
}

/// The path below the root.
fn below(path: &[String]) -> String {
    path.get(1..).unwrap_or_default().join("/")
}

/// A character reference or one of the five names every file knows.
fn character(part: &quick_xml::events::BytesRef<'_>) -> Result<char, Refused> {
    if part.is_char_ref() {
        let found = part.resolve_char_ref().ok().flatten();
        return found.filter(|c| !c.is_control()).ok_or(Refused::Entity);
    }
    match part.as_ref() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(Refused::Entity),
    }
}

impl Found {
    fn keep(&mut self, path: &str, text: String) {
        let text = text.trim().to_owned();
        match path.strip_prefix(LINE).and_then(|rest| rest.strip_prefix('/')) {
            Some(name) => {
                if let Some(line) = self.lines.last_mut() {
                    line.entry(name.to_owned()).or_insert(text);
                }
            }
            None => {
                self.head.entry(path.to_owned()).or_insert(text);
            }
        }
    }

    /// The first of the places that says something.
    fn text(&self, places: &[&'static str]) -> Result<&str, Refused> {
        let said = places.iter().filter_map(|place| self.head.get(*place)).find(|text| !text.is_empty());
        said.map(String::as_str).ok_or(Refused::Missing(places.first().copied().unwrap_or_default()))
    }
}

fn money(name: &'static str, text: &str) -> Result<Money, Refused> {
    let value: Money = text.parse().map_err(|_| Refused::Value { name, value: short(text) })?;
    if value < Money::ZERO { Err(Refused::Negative) } else { Ok(value) }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn invoice(found: &Found) -> Result<EInvoice, Refused> {
    let number = found.text(&["TaxSupervisionInfo/InvoiceNumber", "Header/EIid"])?;
    rules::number("", number)
        .map_err(|_| Refused::Value { name: "TaxSupervisionInfo/InvoiceNumber", value: short(number) })?;
    let day = found.text(&["TaxSupervisionInfo/IssueTime", "EInvoiceData/BasicInformation/RequestTime"])?;
    let issued_on = day
        .get(..10)
        .and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok())
        .ok_or_else(|| Refused::Value { name: "TaxSupervisionInfo/IssueTime", value: short(day) })?;
    let party = |code: &'static str, name: &'static str| -> Result<(String, String), Refused> {
        let code = found.text(&[code]).map(short).unwrap_or_default();
        Ok((code, short(found.text(&[name])?)))
    };
    let total = found.text(&["EInvoiceData/BasicInformation/TotalTax-includedAmount"])?;
    let total = money("TotalTax-includedAmount", total)?;
    let tax = money("TotalTaxAm", found.text(&["EInvoiceData/BasicInformation/TotalTaxAm"])?)?;
    if found.lines.is_empty() {
        return Err(Refused::Missing(LINE));
    }
    if found.lines.len() > rules::LINES {
        return Err(Refused::Bounds);
    }
    let lines: Vec<ELine> = found.lines.iter().zip(1..).map(line).collect::<Result<_, _>>()?;
    let sum = lines.iter().try_fold(Money::ZERO, |sum, line| sum.plus(line.amount)).ok_or(Refused::Bounds)?;
    if sum != total {
        return Err(Refused::Sum { total, sum });
    }
    Ok(EInvoice {
        number: number.to_owned(),
        issued_on,
        seller: party(
            "EInvoiceData/SellerInformation/SellerIdNum",
            "EInvoiceData/SellerInformation/SellerName",
        )?,
        buyer: party("EInvoiceData/BuyerInformation/BuyerIdNum", "EInvoiceData/BuyerInformation/BuyerName")?,
        total,
        tax,
        lines,
    })
}

fn line((found, at): (&BTreeMap<String, String>, usize)) -> Result<ELine, Refused> {
    let text = |name: &'static str| match found.get(name).map(String::as_str) {
        None | Some("") => Err(Refused::MissingIn(at, name)),
        Some(text) => Ok(text),
    };
    let net = money("Amount", text("Amount")?)?;
    let tax = match found.get("ComTaxAm").map(String::as_str) {
        // Goods free of tax carry stars instead of an amount.
        None | Some("" | "***") => Money::ZERO,
        Some(tax) => money("ComTaxAm", tax)?,
    };
    let amount = net.plus(tax).ok_or(Refused::Bounds)?;
    let given = text("Quantity")?;
    let quantity: Quantity =
        given.parse().map_err(|_| Refused::Value { name: "Quantity", value: short(given) })?;
    if quantity < Quantity::ZERO {
        return Err(Refused::Negative);
    }
    if quantity == Quantity::ZERO {
        return Err(Refused::Value { name: "Quantity", value: short(given) });
    }
    if let Some(gross) = found.get("TotaltaxIncludedAmount").filter(|text| !text.is_empty())
        && money("TotaltaxIncludedAmount", gross)? != amount
    {
        return Err(Refused::Value { name: "TotaltaxIncludedAmount", value: short(gross) });
    }
    let or_empty = |name: &str| found.get(name).map(|text| short(text)).unwrap_or_default();
    Ok(ELine {
        name: short(text("ItemName")?),
        spec: or_empty("SpecMod"),
        unit: or_empty("MeaUnits"),
        quantity,
        net,
        tax,
        amount,
    })
}

/// A name without its short class: `*化学药品制剂*阿莫西林胶囊`.
fn plain(name: &str) -> &str {
    name.strip_prefix('*').and_then(|rest| rest.split_once('*')).map_or(name, |(_, name)| name).trim()
}

/// Whether a line names the goods: one name holds the other.
fn names(line: &ELine, goods: &Goods) -> bool {
    let name = plain(&line.name);
    let alike = |other: &str| !other.is_empty() && (name.contains(other) || other.contains(name));
    !name.is_empty() && (alike(&goods.generic) || alike(&goods.product))
}

/// The receipt each line is likely for: where quantity, amount and product agree, the oldest first, each once.
pub fn propose(
    lines: &[ELine],
    grounds: &[Ground],
    goods: &HashMap<ReceiptId, Goods>,
) -> Vec<Option<ReceiptId>> {
    let mut taken = BTreeSet::new();
    let mut find = |line: &ELine| {
        let found = grounds.iter().find(|ground| {
            let id = &ground.receipt.id;
            let expected = rules::part(ground.receipt.unit_price, ground.covered, line.quantity);
            !taken.contains(id)
                && line.quantity == ground.left()
                && expected == Ok(line.amount)
                && goods.get(id).is_some_and(|goods| names(line, goods))
        })?;
        taken.insert(found.receipt.id.clone());
        Some(found.receipt.id.clone())
    };
    lines.iter().map(&mut find).collect()
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
