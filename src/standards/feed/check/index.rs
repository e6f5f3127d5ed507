//! The standards of every product code by their days, as one reading of the database has them.
//!
//! A row belongs to a code when it names the code, or when it names the generic name, spec and maker of the product
//! with that code, as bids do that name no code.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Nullable, Text};

use super::rules::{Found, Known};
use crate::db::{Conn, in_any_order};
use crate::error::Result;
use crate::schema::products;
use crate::standards::rules::{BidName, bid_name, is_code};
use crate::types::UnitPrice;

/// A standard for a span of days.
#[derive(Debug, Clone, Copy)]
struct Span {
    starts: NaiveDate,
    seq: i64,
    ends: Option<NaiveDate>,
    standard: UnitPrice,
}

/// Standards by code.
#[derive(Debug, Default)]
pub struct Index {
    /// Of each code the range of its spans; a product without a standard has an empty one.
    codes: HashMap<Box<str>, (usize, usize)>,
    /// Spans of a code by their first day and number.
    spans: Vec<Span>,
}

/// What a row of the feed says, as far as the index needs it.
#[derive(Debug, QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    product: String,
    #[diesel(sql_type = Text)]
    generic: String,
    #[diesel(sql_type = Text)]
    spec: String,
    #[diesel(sql_type = Text)]
    company: String,
    #[diesel(sql_type = BigInt)]
    standard: UnitPrice,
    #[diesel(sql_type = Date)]
    starts: NaiveDate,
    #[diesel(sql_type = Nullable<Date>)]
    ends: Option<NaiveDate>,
}

/// Rows of one reading.
const BATCH: i64 = 20_000;

impl Index {
    /// Reads the standards that no row supersedes, and the products.
    pub fn load(conn: &mut Conn) -> Result<Self> {
        let mut by_code: HashMap<Box<str>, Vec<Span>> = HashMap::new();
        let mut named: HashMap<BidName, Vec<Span>> = HashMap::new();
        let mut after = 0;
        loop {
            let rows = current(conn, after)?;
            let Some(last) = rows.last() else { break };
            after = last.seq;
            for it in rows {
                let span = Span { starts: it.starts, seq: it.seq, ends: it.ends, standard: it.standard };
                if is_code(&it.product) {
                    by_code.entry(it.product.to_uppercase().into()).or_default().push(span);
                } else {
                    named.entry(bid_name(&it.generic, &it.spec, &it.company)).or_default().push(span);
                }
            }
        }
        let mut index = Self::default();
        let products: Vec<(String, String, String, String)> = products::table
            .select((products::code, products::generic, products::spec, products::maker))
            .load(conn)?;
        for (code, generic, spec, maker) in products {
            let code: Box<str> = code.to_uppercase().into();
            let mut spans = by_code.remove(&code).unwrap_or_default();
            spans.extend(named.get(&bid_name(&generic, &spec, &maker)).into_iter().flatten());
            index.add(code, spans);
        }
        // Codes that are in no catalogue any more.
        for (code, spans) in by_code {
            index.add(code, spans);
        }
        Ok(index)
    }

    fn add(&mut self, code: Box<str>, mut spans: Vec<Span>) {
        spans.sort_unstable_by_key(|it| (it.starts, it.seq));
        let from = self.spans.len();
        self.spans.append(&mut spans);
        self.codes.insert(code, (from, self.spans.len()));
    }

    /// What is known of a code on a day: of the rows that cover it, the one that began last counts.
    pub fn find(&self, code: &str, day: NaiveDate) -> Known {
        let range = match self.codes.get(code) {
            None if code.bytes().any(|b| !b.is_ascii() || b.is_ascii_lowercase()) => {
                self.codes.get(code.to_uppercase().as_str())
            }
            range => range,
        };
        let Some((from, to)) = range else { return Known::Nothing };
        let spans = self.spans.get(*from..*to).unwrap_or_default();
        let begun = spans.partition_point(|it| it.starts <= day);
        let begun = spans.get(..begun).unwrap_or_default();
        match begun.iter().rev().find(|it| it.ends.is_none_or(|last| day <= last)) {
            Some(it) => Known::Standard(Found { seq: it.seq, standard: it.standard }),
            None => Known::Product,
        }
    }

    /// How many codes it knows.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }
}

fn current(conn: &mut Conn, after: i64) -> Result<Vec<Row>> {
    let statement = "SELECT s.seq, s.product, s.generic, s.spec, s.company, s.standard, s.starts, s.ends FROM standards s \
        WHERE s.seq > $1 AND NOT EXISTS (SELECT 1 FROM standards later WHERE later.supersedes = s.seq) \
        ORDER BY s.seq LIMIT $2";
    Ok(in_any_order(conn, statement).bind::<BigInt, _>(after).bind::<BigInt, _>(BATCH).load(conn)?)
}
