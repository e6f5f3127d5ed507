//! Purchase history from `transactions.csv`: read as a stream, written in batches, taken whole or not at all.

use std::collections::HashMap;
use std::io::Read;

use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::read::{Column, Row, Unknown, open};
use crate::files::{Faults, Limits, Reason};
use crate::prices::{Transaction, store};
use crate::text::{Say, Text, fill};
use crate::types::{Ctx, Money, OrganisationId, ProductId, Quantity, TransactionId, UnitPrice, sha256};

/// The columns of the file.
pub const COLUMNS: &[Column] = &[
    Column::must("date", "日期"),
    Column::must("hospital", "医疗机构编码"),
    Column::must("product", "医保编码"),
    Column::must("supplier", "供应企业"),
    Column::must("quantity", "数量"),
    Column::must("unit_price", "单价"),
    Column::must("amount", "金额"),
];

/// Rows written at a time: one statement's binds stay far below either database's limit.
const BATCH: usize = 500;
/// Longest supplier name, in characters.
const NAME: usize = 200;

/// Why purchases are refused.
#[derive(Debug, Clone)]
pub enum Refused {
    /// No hospital has this code.
    Hospital,
    /// No product has this code.
    Product,
    /// The file has faults; nothing of it was taken.
    Faulty(Faults),
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let p = &t.prices;
        match self {
            Refused::Hospital => p.hospital_unknown.to_owned(),
            Refused::Product => p.product_unknown.to_owned(),
            Refused::Faulty(faults) => {
                let first = faults.first().first().map(|fault| fault.say(t)).unwrap_or_default();
                fill(p.file_faulty, &[("count", &faults.count()), ("first", &first)])
            }
        }
    }

    fn field(&self) -> Option<&'static str> {
        Some("file")
    }
}

/// What an import did, or would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Count {
    /// Lines that were not here before.
    pub new: u64,
    /// Lines already here, to the last figure.
    pub unchanged: u64,
}

/// Reads a file without taking it: what it would do, and its faults.
pub fn check(conn: &mut Conn, input: impl Read) -> Result<(Count, Faults)> {
    let known = Known::load(conn)?;
    let mut count = Count::default();
    let faults = known.read(input, |rows| {
        let new = fresh(conn, rows)?.len() as u64;
        count.new += new;
        count.unchanged += (rows.len() as u64).saturating_sub(new);
        Ok(())
    })?;
    Ok((count, faults))
}

/// Takes a file: whole, or refused with its faults. The same file again changes nothing. Two lines that agree
/// in every column are one purchase: a source that has more keeps them apart by the quantity summed.
pub fn import(tx: &mut Tx, ctx: &Ctx, name: &str, input: impl Read) -> Result<Count> {
    let known = Known::load(tx.conn())?;
    let mut count = Count::default();
    let faults = known.read(input, |rows| {
        let new = fresh(tx.conn(), rows)?;
        if !new.is_empty() {
            store::insert_all(tx, &new)?;
        }
        count.new += new.len() as u64;
        count.unchanged += rows.len().saturating_sub(new.len()) as u64;
        Ok(())
    })?;
    if !faults.is_empty() {
        return Err(Error::refused(Refused::Faulty(faults)));
    }
    let deed = Deed { action: "transactions.import", subject: "transactions", id: name };
    audit::record(tx, ctx, deed, &(), &count)?;
    Ok(count)
}

/// The rows that are not yet here, each once.
fn fresh(conn: &mut Conn, rows: &[Transaction]) -> Result<Vec<Transaction>> {
    let ids: Vec<TransactionId> = rows.iter().map(|row| row.id.clone()).collect();
    let mut known = store::known(conn, &ids)?;
    Ok(rows.iter().filter(|row| known.insert(row.id.clone())).cloned().collect())
}

/// The hospitals and products lines are matched with.
struct Known {
    hospitals: HashMap<String, OrganisationId>,
    products: HashMap<String, ProductId>,
}

impl Known {
    fn load(conn: &mut Conn) -> Result<Self> {
        Ok(Self { hospitals: store::hospitals_by_code(conn)?, products: store::products_by_code(conn)? })
    }

    /// Gives the sound lines to `take` in batches, until the first fault: then it only looks for more faults.
    fn read(&self, input: impl Read, mut take: impl FnMut(&[Transaction]) -> Result<()>) -> Result<Faults> {
        let mut rows = open(input, COLUMNS, Unknown::Refuse, Limits::default())?;
        let mut faults = Faults::default();
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(row) = rows.next(&mut faults)? {
            batch.extend(self.line(&row, &mut faults));
            if batch.len() == BATCH {
                if faults.is_empty() {
                    take(&batch)?;
                }
                batch.clear();
            }
        }
        if faults.is_empty() && !batch.is_empty() {
            take(&batch)?;
        }
        Ok(faults)
    }

    fn line(&self, row: &Row, faults: &mut Faults) -> Option<Transaction> {
        let hospital = row.filled("hospital", faults).and_then(|code| {
            let found = self.hospitals.get(code);
            if found.is_none() {
                faults.push(row.fault("hospital", Refused::Hospital));
            }
            found.cloned()
        });
        let product = row.filled("product", faults).and_then(|code| {
            let found = self.products.get(code);
            if found.is_none() {
                faults.push(row.fault("product", Refused::Product));
            }
            found.cloned()
        });
        let supplier = row.get("supplier").to_owned();
        if supplier.chars().count() > NAME {
            faults.push(row.fault("supplier", Reason::TooLong(NAME)));
            return None;
        }
        let day = row.date("date", faults);
        let quantity: Option<Quantity> = row.number("quantity", faults);
        let unit_price: Option<UnitPrice> = row.number("unit_price", faults);
        let amount: Option<Money> = row.number("amount", faults);
        let (quantity, unit_price, amount) = (quantity?, unit_price?, amount?);
        for (key, is_positive) in [
            ("quantity", quantity.is_positive()),
            ("unit_price", unit_price.is_positive()),
            ("amount", amount.is_positive()),
        ] {
            if !is_positive {
                faults.push(row.fault(key, Reason::NotPositive));
                return None;
            }
        }
        let id = id_of(&[
            &day?.to_string(),
            hospital.as_ref()?.as_str(),
            product.as_ref()?.as_str(),
            &supplier,
            &quantity.to_string(),
            &unit_price.to_string(),
            &amount.to_string(),
        ])?;
        Some(Transaction {
            id,
            day: day?,
            hospital_id: hospital?,
            product_id: product?,
            supplier,
            quantity,
            unit_price,
            amount,
        })
    }
}

/// The id of a line is a digest of its content, so the same line read again is the same row.
fn id_of(fields: &[&str]) -> Option<TransactionId> {
    let text: String = fields.iter().map(|field| format!("{}:{field}", field.len())).collect();
    sha256(text.as_bytes()).get(..32)?.parse().ok()
}
