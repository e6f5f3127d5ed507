//! Delivery notes from a file: rows of the same note number make one note. Kept, reviewed, applied whole.

use std::collections::{BTreeMap, BTreeSet};

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::read::{Column, Row, Unknown, open};
use crate::files::{Faults, Limits};
use crate::imports::{self, Kind};
use crate::supply::deliveries::rules::{self, Checked, Refused, Sent};
use crate::supply::deliveries::{Note, enter, store};
use crate::supply::{Order, OrderLine, confirmations};
use crate::types::{Ctx, DeliveryId, ImportId, OrganisationId, Quantity};

/// The columns of the file.
pub const COLUMNS: &[Column] = &[
    Column::must("note", "配送单号").also(&["delivery"]),
    Column::must("order", "订单编号"),
    Column::must("line", "行号"),
    Column::must("quantity", "数量"),
    Column::must("batch", "批号"),
    Column::must("expires_on", "有效期至").also(&["有效期"]),
    Column::may("trace_code", "追溯码").also(&["trace_codes"]),
    Column::may("product", "产品"),
    Column::may("spec", "规格"),
    Column::may("unit", "单位"),
];

/// How much of a file is read.
const LIMITS: Limits = Limits { bytes: 8 << 20, lines: 20_000, columns: 60, cell: 8_000, unpacked: 64 << 20 };

/// What a file would make.
#[derive(Debug, Default)]
pub struct Read {
    /// The notes with their orders, in the order met.
    pub notes: Vec<(Note, Order)>,
    /// The lines of the orders named.
    pub lines: BTreeMap<crate::types::OrderId, Vec<OrderLine>>,
    /// What is wrong with it.
    pub faults: Faults,
}

struct Reader<'a> {
    conn: &'a mut Conn,
    ctx: &'a Ctx,
    supplier: &'a OrganisationId,
    orders: BTreeMap<String, Option<Order>>,
    places: BTreeMap<String, usize>,
    checked: Checked,
    codes: BTreeMap<String, (u64, String)>,
    made: Read,
}

/// Reads a file of a supplier's notes and looks at every row as it would be entered.
pub fn read(conn: &mut Conn, ctx: &Ctx, supplier: &OrganisationId, bytes: &[u8]) -> Result<Read> {
    let mut rows = open(bytes, COLUMNS, Unknown::Refuse, LIMITS)?;
    let mut reader = Reader {
        conn,
        ctx,
        supplier,
        orders: BTreeMap::new(),
        places: BTreeMap::new(),
        checked: Checked::default(),
        codes: BTreeMap::new(),
        made: Read::default(),
    };
    let mut faults = Faults::default();
    while let Some(row) = rows.next(&mut faults)? {
        reader.take(&row, &mut faults)?;
    }
    reader.held(&mut faults)?;
    let mut made = reader.made;
    made.faults = faults;
    if made.notes.is_empty() && made.faults.is_empty() {
        return Err(Refused::NoLines.into());
    }
    Ok(made)
}

impl Reader<'_> {
    fn take(&mut self, row: &Row, faults: &mut Faults) -> Result<()> {
        let Some(order) = self.order(row, faults)? else { return Ok(()) };
        let cells = (|| {
            let quantity: Quantity = row.positive("quantity", faults)?;
            let expires_on = row.date("expires_on", faults)?;
            row.filled("batch", faults)?;
            Some((quantity, expires_on))
        })();
        let Some((quantity, expires_on)) = cells else { return Ok(()) };
        let number = row.get("note").to_owned();
        if !rules::is_number(&number) {
            faults.push(row.fault("note", Refused::Number));
            return Ok(());
        }
        let lines = self.made.lines.get(&order.id).map(Vec::as_slice).unwrap_or_default();
        let place: Option<i32> = row.get("line").parse().ok();
        let Some(line) = lines.iter().find(|line| Some(line.position) == place) else {
            faults.push(row.fault("line", Refused::NoLine(row.get("line").to_owned())));
            return Ok(());
        };
        let codes = rules::codes(row.get("trace_code"));
        let sent =
            Sent { line: line.id.clone(), quantity, batch: row.get("batch").to_owned(), expires_on, codes };
        if let Err(why) = self.checked.take(line, &sent, self.ctx.now.day()) {
            faults.push(row.fault(column(&why), why));
            return Ok(());
        }
        for code in &sent.codes {
            self.codes.insert(code.clone(), (row.line, row.get("trace_code").to_owned()));
        }
        self.add(row, number, order, sent, faults)
    }

    /// The order of a row, if it is the supplier's.
    fn order(&mut self, row: &Row, faults: &mut Faults) -> Result<Option<Order>> {
        let number = row.get("order").to_owned();
        if !self.orders.contains_key(&number) {
            let found = confirmations::store::by_number(self.conn, &number)?;
            let found = found.filter(|order| order.supplier_id == *self.supplier);
            if let Some(order) = &found {
                let lines = confirmations::store::lines(self.conn, &order.id)?;
                self.made.lines.insert(order.id.clone(), lines);
            }
            self.orders.insert(number.clone(), found);
        }
        let found = self.orders.get(&number).cloned().flatten();
        if found.is_none() {
            faults.push(row.fault("order", Refused::NoOrder(number)));
        }
        Ok(found)
    }

    /// Puts a line on its note.
    fn add(
        &mut self,
        row: &Row,
        number: String,
        order: Order,
        sent: Sent,
        faults: &mut Faults,
    ) -> Result<()> {
        let place = match self.places.get(&number) {
            Some(place) => *place,
            None => {
                if store::by_number(self.conn, self.supplier, &number)?.is_some() {
                    faults.push(row.fault("note", Refused::NumberTaken(number)));
                    return Ok(());
                }
                let id = DeliveryId::new();
                let note = Note { id, number: number.clone(), order_id: order.id.clone(), lines: Vec::new() };
                self.made.notes.push((note, order.clone()));
                self.places.insert(number.clone(), self.made.notes.len() - 1);
                self.made.notes.len() - 1
            }
        };
        let Some((note, _)) = self.made.notes.get_mut(place) else { return Ok(()) };
        if note.order_id != order.id {
            faults.push(row.fault("note", Refused::TwoOrders(number)));
        } else if note.lines.len() >= rules::LINES {
            faults.push(row.fault("note", Refused::TooMany(rules::LINES)));
        } else {
            note.lines.push(sent);
        }
        Ok(())
    }

    /// Packages that are already somewhere: each is a fault of the row that names it.
    fn held(&mut self, faults: &mut Faults) -> Result<()> {
        let mut codes: BTreeSet<String> = self.codes.keys().cloned().collect();
        while let Some((code, note, supplier)) =
            store::held_code(self.conn, &codes.iter().cloned().collect::<Vec<_>>())?
        {
            let (line, cell) = self.codes.get(&code).cloned().unwrap_or_default();
            let is_own = supplier == *self.supplier;
            let why = if is_own {
                Refused::CodeHeld { code: code.clone(), note }
            } else {
                Refused::CodeForeign(code.clone())
            };
            faults.push(crate::files::Fault::new(line, "trace_code", &cell, why));
            codes.remove(&code);
            if faults.count() >= Faults::KEPT as u64 {
                break;
            }
        }
        Ok(())
    }
}

/// The column a refusal is about.
fn column(why: &Refused) -> &'static str {
    match why {
        Refused::NotPositive(_) | Refused::TooMuch { .. } => "quantity",
        Refused::Batch(_) => "batch",
        Refused::Expired { .. } => "expires_on",
        Refused::BadCode(_) | Refused::CodeTwice(_) | Refused::MoreCodes { .. } => "trace_code",
        _ => "line",
    }
}

/// Keeps a file for review; one that cannot be read at all is refused.
pub fn stage(tx: &mut Tx, ctx: &Ctx, id: &ImportId, file: (&str, &[u8])) -> Result<()> {
    imports::stage(tx, ctx, (Kind::Deliveries, id), file, |conn, supplier| {
        read(conn, ctx, supplier, file.1).map(drop)
    })
}

/// Enters every note of a file, or none. An applied file stays applied.
pub fn apply(tx: &mut Tx, ctx: &Ctx, id: &ImportId) -> Result<usize> {
    imports::apply(tx, ctx, (Kind::Deliveries, id), |tx, supplier, bytes| {
        let mut made = read(tx.conn(), ctx, supplier, bytes)?;
        if !made.faults.is_empty() {
            return Err(Error::refused(imports::Refused::Faults(made.faults.count())));
        }
        for (note, order) in &made.notes {
            let lines = made.lines.get_mut(&order.id).ok_or(Error::NotFound)?;
            enter(tx, ctx, order, note, lines)?;
            // The next note of the same order adds to what this one sent.
            *lines = confirmations::store::lines(tx.conn(), &order.id)?;
        }
        let numbers: Vec<String> = made.notes.into_iter().map(|(note, _)| note.number).collect();
        Ok((numbers.len(), numbers))
    })
}
