//! Answers to orders from a file: one row for a line of an order. Kept, reviewed, applied whole.

use std::collections::BTreeMap;

use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::read::{Column, Row, Unknown, open};
use crate::files::{Faults, Limits};
use crate::imports::{self, Kind};
use crate::supply::confirmations::{Answer, Refused, confirm, rules, store};
use crate::supply::{Order, OrderLine};
use crate::types::{Ctx, ImportId, OrderId, OrganisationId, Quantity};

/// The columns of the file.
pub const COLUMNS: &[Column] = &[
    Column::must("order", "订单编号"),
    Column::must("line", "行号"),
    Column::must("promised", "承诺数量"),
    Column::may("promised_on", "承诺送达日"),
    Column::may("hospital", "医疗机构"),
    Column::may("product", "产品"),
    Column::may("spec", "规格"),
    Column::may("ordered", "订购数量"),
    Column::may("unit", "单位"),
];

/// How much of a file is read.
const LIMITS: Limits = Limits { bytes: 8 << 20, lines: 20_000, columns: 60, cell: 8_000, unpacked: 64 << 20 };

/// The answers to one order.
#[derive(Debug)]
pub struct Answers {
    /// The order.
    pub order: Order,
    /// Its lines as they are now.
    lines: Vec<OrderLine>,
    /// What is answered to some of them.
    pub answers: Vec<Answer>,
    /// What is not promised of them in all.
    pub missing: Quantity,
}

/// What a file would answer.
#[derive(Debug, Default)]
pub struct Read {
    /// By order, in the order of their numbers.
    pub orders: Vec<Answers>,
    /// What is wrong with it.
    pub faults: Faults,
}

/// Reads a file of a supplier's answers and looks at every row as it would be entered. A row without a promised
/// quantity answers nothing: zero says that nothing comes.
pub fn read(conn: &mut Conn, ctx: &Ctx, supplier: &OrganisationId, bytes: &[u8]) -> Result<Read> {
    let mut rows = open(bytes, COLUMNS, Unknown::Refuse, LIMITS)?;
    let mut faults = Faults::default();
    let mut orders: BTreeMap<String, Option<Answers>> = BTreeMap::new();
    while let Some(row) = rows.next(&mut faults)? {
        if row.get("promised").is_empty() {
            continue;
        }
        let number = row.get("order").to_owned();
        if !orders.contains_key(&number) {
            let found = store::by_number(conn, &number)?.filter(|it| it.supplier_id == *supplier);
            let found = found.map(|order| {
                let lines = store::lines(conn, &order.id)?;
                Ok::<_, Error>(Answers { order, lines, answers: Vec::new(), missing: Quantity::ZERO })
            });
            orders.insert(number.clone(), found.transpose()?);
        }
        match orders.get_mut(&number) {
            Some(Some(it)) => take(it, &row, ctx, &mut faults)?,
            _ => faults.push(row.fault("order", Refused::NoOrder(number))),
        }
    }
    let orders: Vec<Answers> = orders.into_values().flatten().filter(|it| !it.answers.is_empty()).collect();
    if orders.is_empty() && faults.is_empty() {
        return Err(Refused::NoAnswer.into());
    }
    Ok(Read { orders, faults })
}

fn take(it: &mut Answers, row: &Row, ctx: &Ctx, faults: &mut Faults) -> Result<()> {
    let place: Option<i32> = row.get("line").parse().ok();
    let Some(line) = it.lines.iter().find(|line| Some(line.position) == place) else {
        faults.push(row.fault("line", Refused::NoLine(row.get("line").to_owned())));
        return Ok(());
    };
    let quantity = row.not_negative("promised", faults);
    let day = row.maybe("promised_on", faults, Row::date);
    let (Some(quantity), Some(day)) = (quantity, day) else { return Ok(()) };
    if it.answers.iter().any(|other| other.line == line.id) {
        faults.push(row.fault("line", Refused::Twice(line.position)));
        return Ok(());
    }
    let answer = Answer { line: line.id.clone(), quantity, day };
    match rules::answer(line, &answer, ctx.now.day()) {
        Ok(found) => {
            let short = found.map(|(_, short)| short).unwrap_or_default();
            let missing = it.missing.plus(short);
            it.missing = missing.ok_or_else(|| Error::fault("a sum of shortfalls no longer fits"))?;
            it.answers.push(answer);
        }
        Err(why) => faults.push(row.fault(column(&why), why)),
    }
    Ok(())
}

/// The column a refusal is about.
fn column(why: &Refused) -> &'static str {
    match why {
        Refused::Negative(_) | Refused::More { .. } => "promised",
        Refused::Past { .. } | Refused::Far { .. } => "promised_on",
        _ => "line",
    }
}

/// Keeps a file for review; one that cannot be read at all is refused.
pub fn stage(tx: &mut Tx, ctx: &Ctx, id: &ImportId, file: (&str, &[u8])) -> Result<()> {
    imports::stage(tx, ctx, (Kind::Confirmations, id), file, |conn, supplier| {
        read(conn, ctx, supplier, file.1).map(drop)
    })
}

/// Gives every answer of a file, or none. An applied file stays applied.
pub fn apply(tx: &mut Tx, ctx: &Ctx, id: &ImportId) -> Result<usize> {
    imports::apply(tx, ctx, (Kind::Confirmations, id), |tx, supplier, bytes| {
        let made = read(tx.conn(), ctx, supplier, bytes)?;
        if !made.faults.is_empty() {
            return Err(Error::refused(imports::Refused::Faults(made.faults.count())));
        }
        let mut answered = 0;
        for it in &made.orders {
            answered += confirm(tx, ctx, &it.order.id, &it.answers)?;
        }
        let orders: Vec<OrderId> = made.orders.into_iter().map(|it| it.order.id).collect();
        Ok((answered, orders))
    })
}
