//! Files of listing prices and exclusion lists, read line by line.

use std::io::Read;

use super::exclusions::{Exclusion, Exclusions};
use super::{Incomparable, Left, Listing};
use crate::catalog::code::Code;
use crate::catalog::import::Profile;
use crate::catalog::rules::tidy;
use crate::error::{Error, Result};
use crate::files::read::{Column, Row, Unknown, open, open_chosen};
use crate::files::{Faults, Limits, Reason};
use crate::text::{Say, Text};
use crate::types::UnitPrice;

/// Most lines of a file of listings: all are held until their groups are known.
const LINES: u64 = 1_000_000;
/// Most lines of an exclusion list.
const EXCLUSIONS: u64 = 100_000;
/// Longest reason of an exclusion, in characters.
const REASON: usize = 300;

/// The columns of an exclusion list.
pub const EXCLUSION_COLUMNS: &[Column] = &[
    Column::may("code", "医保编码").also(&["药品统一编码"]),
    Column::may("generic", "通用名").also(&["药品名称"]),
    Column::must("reason", "原因"),
    Column::may("from", "起始日期"),
    Column::may("to", "截止日期"),
];

/// Why a file is no file of listing prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It has no column of listing prices.
    NoPrices,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        match self {
            Refused::NoPrices => t.monitoring.no_price_column.to_owned(),
        }
    }
}

/// Whose way of naming columns a file follows, by its header; our own when it is nobody's known.
pub fn profile(input: impl Read) -> Result<Profile> {
    let rows = open_chosen(input, &[], Vec::new(), Limits::lines(LINES))?;
    Ok(match Profile::of(rows.names()) {
        Profile::Chosen => Profile::Standard,
        known => known,
    })
}

/// Gives every line of a file of listings to `take`: a listing with its price, or why it cannot be compared.
/// An error means that the file as a whole cannot be read.
pub fn read(
    input: impl Read,
    profile: Profile,
    mut take: impl FnMut(std::result::Result<Listing, Left>),
) -> Result<()> {
    let mut rows = open(input, profile.columns(), Unknown::Ignore, Limits::lines(LINES))?;
    if !rows.has("listing_price") {
        return Err(Error::refused(Refused::NoPrices));
    }
    while let Some(line) = rows.next_line()? {
        take(match line {
            Ok(row) => listing(&row),
            Err(fault) => Err(Left {
                line: fault.line,
                code: String::new(),
                generic: String::new(),
                why: Box::new(Incomparable::Line(fault)),
            }),
        });
    }
    Ok(())
}

fn listing(row: &Row) -> std::result::Result<Listing, Left> {
    let text = |key: &str| tidy(row.get(key));
    let (code, generic) = (text("code"), text("generic"));
    let read = || {
        let code: Code = code.parse().map_err(Incomparable::Code)?;
        if generic.is_empty() {
            return Err(Incomparable::Name);
        }
        Ok((code, price(row)?))
    };
    match read() {
        Ok((code, price)) => Ok(Listing {
            line: row.line,
            code,
            generic,
            form: text("form"),
            spec: text("spec"),
            pack: text("pack"),
            maker: text("maker"),
            price,
        }),
        Err(why) => Err(Left { line: row.line, code, generic, why: Box::new(why) }),
    }
}

/// The price of a pack. Platforms write 0 for a product that has none.
fn price(row: &Row) -> std::result::Result<UnitPrice, Incomparable> {
    const KEY: &str = "listing_price";
    if row.get(KEY).is_empty() {
        return Err(Incomparable::NoPrice);
    }
    let bad = |reason| Incomparable::BadPrice(row.fault(KEY, reason));
    let price: UnitPrice = row.get(KEY).parse().map_err(|why| bad(Reason::Number(why)))?;
    if price == UnitPrice::ZERO {
        return Err(Incomparable::NoPrice);
    }
    if price.is_positive() { Ok(price) } else { Err(bad(Reason::NotPositive)) }
}

/// Reads an exclusion list; one with faults excludes nothing.
pub fn exclusions(input: impl Read) -> Result<(Exclusions, Faults)> {
    let rows = open(input, EXCLUSION_COLUMNS, Unknown::Refuse, Limits::lines(EXCLUSIONS))?;
    let (list, faults) = rows.collect(exclusion)?;
    let mut exclusions = Exclusions::default();
    list.into_iter().for_each(|it| exclusions.add(it));
    Ok((exclusions, faults))
}

fn exclusion(row: &Row, faults: &mut Faults) -> Option<Exclusion> {
    row.filled("reason", faults)?;
    let it = Exclusion {
        code: tidy(row.get("code")),
        generic: tidy(row.get("generic")),
        reason: row.words("reason", REASON, faults)?.to_owned(),
        from: row.maybe("from", faults, Row::date)?,
        to: row.maybe("to", faults, Row::date)?,
    };
    if !it.code.is_empty()
        && let Err(why) = it.code.parse::<Code>()
    {
        faults.push(row.fault("code", why));
        return None;
    }
    match it.check() {
        Ok(()) => Some(it),
        Err(why) => {
            faults.push(row.fault("reason", why));
            None
        }
    }
}
