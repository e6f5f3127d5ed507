//! SQL of ingested files, their staged rows, the registers' short numbers and unmatched lines.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};

use super::import::{Codes, Line};
use super::{Ingest, Refused, State};
use crate::db::{Conn, Index, Tx, in_any_order, insert_many, next_numbers};
use crate::error::{Error, Result};
use crate::load_all;
use crate::people::{self, OrganisationKind};
use crate::prices::files;
use crate::schema::{ingests, staged_transactions, transactions, unmatched_transactions};
use crate::types::{Money, OrganisationId, Quantity, UnitPrice};

/// The file with these bytes.
pub fn by_hash(conn: &mut Conn, sha256: &str) -> Result<Option<Ingest>> {
    Ok(ingests::table
        .filter(ingests::sha256.eq(sha256))
        .select(Ingest::as_select())
        .first(conn)
        .optional()?)
}

/// A file by its number.
pub fn ingest(conn: &mut Conn, no: i32) -> Result<Ingest> {
    Ok(ingests::table.find(no).select(Ingest::as_select()).first(conn)?)
}

/// Enters a file.
pub fn insert(tx: &mut Tx, it: &Ingest) -> Result<Ingest> {
    diesel::insert_into(ingests::table).values(it).execute(tx.conn())?;
    Ok(it.clone())
}

/// Writes how far a file is.
pub fn update(tx: &mut Tx, it: &Ingest) -> Result<()> {
    diesel::update(ingests::table.find(it.no))
        .set((
            ingests::state.eq(it.state),
            ingests::added.eq(it.added),
            ingests::unchanged.eq(it.unchanged),
            ingests::unmatched.eq(it.unmatched),
            ingests::first_id.eq(it.first_id),
            ingests::applied_at.eq(it.applied_at),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Forgets a file that was never applied.
pub fn give_up(tx: &mut Tx, no: i32) -> Result<()> {
    clear(tx, no)?;
    files::store::given_up(tx, no)?;
    let unapplied = ingests::table.find(no).filter(ingests::state.eq(State::Staging));
    diesel::delete(unapplied).execute(tx.conn())?;
    Ok(())
}

/// Whether an applied file has days in common with this one.
pub fn overlaps(conn: &mut Conn, it: &Ingest) -> Result<bool> {
    let others = ingests::table
        .filter(ingests::last_day.ge(it.first_day))
        .filter(ingests::first_day.le(it.last_day))
        .filter(ingests::state.eq(State::Applied));
    Ok(diesel::select(diesel::dsl::exists(others)).get_result(conn)?)
}

/// The two indexes of purchases.
pub const INDEXES: &[Index] = &[
    Index { name: "transactions_by_hospital", columns: "transactions (hospital, product, day, quantity)" },
    Index {
        name: "transactions_by_product",
        columns: "transactions (product, day, hospital, unit_price, quantity)",
    },
];

/// Whether there is no purchase yet.
pub fn is_empty(conn: &mut Conn) -> Result<bool> {
    let first: Option<i32> = transactions::table.select(transactions::id).first(conn).optional()?;
    Ok(first.is_none())
}

/// Gives a number to every hospital and product that has none, and says how many got one.
pub fn number(tx: &mut Tx) -> Result<usize> {
    let hospitals = "INSERT INTO hospital_numbers (no, hospital_id) \
        SELECT (SELECT COALESCE(MAX(no), 0) FROM hospital_numbers) + ROW_NUMBER() OVER (ORDER BY o.id), o.id \
        FROM organisations o WHERE o.kind = 'hospital' \
        AND NOT EXISTS (SELECT 1 FROM hospital_numbers n WHERE n.hospital_id = o.id)";
    let products = "INSERT INTO product_numbers (no, product_id) \
        SELECT (SELECT COALESCE(MAX(no), 0) FROM product_numbers) + ROW_NUMBER() OVER (ORDER BY p.id), p.id \
        FROM products p WHERE NOT EXISTS (SELECT 1 FROM product_numbers n WHERE n.product_id = p.id)";
    let hospitals = diesel::sql_query(hospitals).execute(tx.conn())?;
    Ok(hospitals + diesel::sql_query(products).execute(tx.conn())?)
}

#[derive(QueryableByName)]
struct Coded {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Integer)]
    no: i32,
}

/// Every hospital's and product's number by its code; -1 stands for one that has no number yet. Memory grows with the
/// registers, not with the purchases.
pub fn codes(conn: &mut Conn) -> Result<Codes> {
    let hospitals = "SELECT o.code, COALESCE(n.no, -1) AS no FROM organisations o \
        LEFT JOIN hospital_numbers n ON n.hospital_id = o.id WHERE o.kind = 'hospital'";
    let products = "SELECT p.code, COALESCE(n.no, -1) AS no FROM products p \
        LEFT JOIN product_numbers n ON n.product_id = p.id";
    let mut of = |statement: &str| -> Result<HashMap<String, i32>> {
        let rows: Vec<Coded> = diesel::sql_query(statement).load(conn)?;
        Ok(rows.into_iter().map(|row| (row.code, row.no)).collect())
    };
    Ok(Codes { hospitals: of(hospitals)?, products: of(products)?, only: None })
}

/// The code of a hospital; none of another organisation.
pub fn hospital_code(conn: &mut Conn, id: &OrganisationId) -> Result<Option<String>> {
    let found = people::store::organisation(conn, id)?;
    Ok(found.filter(|it| it.kind == OrganisationKind::Hospital).map(|it| it.code))
}

/// A row on its way.
#[derive(Insertable)]
#[diesel(table_name = staged_transactions, treat_none_as_default_value = false)]
struct Staged {
    ingest: i32,
    n: i32,
    line: i64,
    day: NaiveDate,
    hospital: i32,
    product: i32,
    hospital_code: String,
    product_code: String,
    supplier: String,
    quantity: Quantity,
    unit_price: UnitPrice,
    amount: Money,
    nth: i32,
}

/// Stages a chunk behind the lines staged so far and moves the cursor; refused when another run moved it.
pub fn stage(tx: &mut Tx, no: i32, at: i64, chunk: &[Line]) -> Result<()> {
    let moved =
        ingests::table.find(no).filter(ingests::staged.eq(at)).filter(ingests::state.eq(State::Staging));
    let moved = diesel::update(moved).set(ingests::staged.eq(at + chunk.len() as i64)).execute(tx.conn())?;
    if moved == 0 {
        return Err(Error::refused(Refused::Underway));
    }
    let first = i32::try_from(at).map_err(Error::fault_of)?;
    let numbers = first.saturating_add(1)..;
    let rows: Vec<Staged> = chunk.iter().zip(numbers).map(|(line, n)| staged(no, n, line)).collect();
    load_all!(tx.conn(), staged_transactions::table, &rows)?;
    Ok(())
}

fn staged(ingest: i32, n: i32, line: &Line) -> Staged {
    let it = &line.content;
    let (hospital_code, product_code) = it.codes.as_deref().cloned().unwrap_or_default();
    Staged {
        ingest,
        n,
        line: i64::try_from(line.line).unwrap_or(i64::MAX),
        day: it.day,
        hospital: it.hospital,
        product: it.product,
        hospital_code,
        product_code,
        supplier: it.supplier.to_string(),
        quantity: it.quantity,
        unit_price: it.unit_price,
        amount: it.amount,
        nth: line.nth,
    }
}

/// Staged rows of a file to be moved by one statement.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Which file.
    pub ingest: i32,
    /// Behind this row.
    pub after: i32,
    /// Up to this one.
    pub to: i32,
    /// A row's id is its number on top of this.
    pub before_first: i32,
    /// Whether rows of other files may be the same.
    pub overlaps: bool,
}

fn run(tx: &mut Tx, statement: &str, part: &Part) -> Result<i64> {
    let moved = insert_many(tx.conn(), statement)
        .bind::<Integer, _>(part.before_first)
        .bind::<Integer, _>(part.ingest)
        .bind::<Integer, _>(part.after)
        .bind::<Integer, _>(part.to)
        .execute(tx.conn())?;
    i64::try_from(moved).map_err(Error::fault_of)
}

/// Moves matched rows that are not here yet; how many.
pub fn move_matched(tx: &mut Tx, part: &Part) -> Result<i64> {
    let moved = "INSERT INTO transactions (id, day, hospital, product, supplier, quantity, unit_price, amount, nth) \
        SELECT s.n + $1, s.day, s.hospital, s.product, s.supplier, s.quantity, s.unit_price, s.amount, s.nth \
        FROM staged_transactions s \
        WHERE s.ingest = $2 AND s.n > $3 AND s.n <= $4 AND s.hospital > 0 AND s.product > 0";
    let known = "AND NOT EXISTS (SELECT 1 FROM transactions t WHERE t.product = s.product AND t.day = s.day \
        AND t.hospital = s.hospital AND t.unit_price = s.unit_price AND t.quantity = s.quantity \
        AND t.amount = s.amount AND t.supplier = s.supplier AND t.nth = s.nth)";
    let known = if part.overlaps { known } else { "" };
    run(tx, &format!("{moved} {known} ORDER BY s.n"), part)
}

/// Keeps unmatched rows that are not here yet; how many.
pub fn move_unmatched(tx: &mut Tx, part: &Part) -> Result<i64> {
    let moved = "INSERT INTO unmatched_transactions \
        (id, ingest, line, day, hospital_code, product_code, supplier, quantity, unit_price, amount, nth) \
        SELECT s.n + $1, s.ingest, s.line, s.day, s.hospital_code, s.product_code, s.supplier, s.quantity, \
        s.unit_price, s.amount, s.nth FROM staged_transactions s \
        WHERE s.ingest = $2 AND s.n > $3 AND s.n <= $4 AND (s.hospital <= 0 OR s.product <= 0)";
    let known = "AND NOT EXISTS (SELECT 1 FROM unmatched_transactions t WHERE t.product_code = s.product_code \
        AND t.hospital_code = s.hospital_code AND t.day = s.day AND t.unit_price = s.unit_price \
        AND t.quantity = s.quantity AND t.amount = s.amount AND t.supplier = s.supplier AND t.nth = s.nth)";
    let known = if part.overlaps { known } else { "" };
    run(tx, &format!("{moved} {known} ORDER BY s.n"), part)
}

/// Takes a file's staged rows away; all at once when no other file is on its way.
pub fn clear(tx: &mut Tx, no: i32) -> Result<()> {
    let others = ingests::table.filter(ingests::state.eq(State::Staging).and(ingests::no.ne(no)));
    let has_others: bool = diesel::select(diesel::dsl::exists(others)).get_result(tx.conn())?;
    if has_others {
        let own = staged_transactions::table.filter(staged_transactions::ingest.eq(no));
        diesel::delete(own).execute(tx.conn())?;
    } else {
        crate::db::empty(tx, "staged_transactions")?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Ends {
    #[diesel(sql_type = Nullable<Integer>)]
    first: Option<i32>,
    #[diesel(sql_type = Nullable<Integer>)]
    last: Option<i32>,
}

/// The first and the last id of unmatched lines.
pub fn unmatched_ids(conn: &mut Conn) -> Result<Option<(i32, i32)>> {
    let ends: Ends =
        diesel::sql_query("SELECT MIN(id) AS first, MAX(id) AS last FROM unmatched_transactions")
            .get_result(conn)?;
    Ok(ends.first.zip(ends.last))
}

/// Unmatched lines, from an id and before another, that the registers know now and that are no purchase yet.
const MATCHED: &str = "FROM unmatched_transactions u \
    INNER JOIN organisations o ON o.code = u.hospital_code AND o.kind = 'hospital' \
    INNER JOIN hospital_numbers h ON h.hospital_id = o.id \
    INNER JOIN products c ON c.code = u.product_code \
    INNER JOIN product_numbers p ON p.product_id = c.id \
    WHERE u.id >= $1 AND u.id < $2 AND NOT EXISTS (SELECT 1 FROM transactions t WHERE t.product = p.no \
    AND t.day = u.day AND t.hospital = h.no AND t.unit_price = u.unit_price AND t.quantity = u.quantity \
    AND t.amount = u.amount AND t.supplier = u.supplier AND t.nth = u.nth)";

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Enters those as purchases with new numbers, as what is counted goes on behind the last number it saw; how many.
pub fn match_part(tx: &mut Tx, from: i32, to: i32) -> Result<i64> {
    let count = format!("SELECT COUNT(*) AS count {MATCHED}");
    let found: Count = in_any_order(tx.conn(), &count)
        .bind::<Integer, _>(from)
        .bind::<Integer, _>(to)
        .get_result(tx.conn())?;
    if found.count == 0 {
        return Ok(0);
    }
    let first = next_numbers(tx, "transactions", found.count)?;
    let moved = format!(
        "INSERT INTO transactions (id, day, hospital, product, supplier, quantity, unit_price, amount, nth) \
         SELECT $3 + ROW_NUMBER() OVER (ORDER BY u.id), u.day, h.no, p.no, u.supplier, u.quantity, u.unit_price, \
         u.amount, u.nth {MATCHED}"
    );
    let rows = insert_many(tx.conn(), &moved)
        .bind::<Integer, _>(from)
        .bind::<Integer, _>(to)
        .bind::<BigInt, _>(first - 1)
        .execute(tx.conn())?;
    i64::try_from(rows).map_err(Error::fault_of)
}

/// Takes unmatched lines away that the registers know now; how many.
pub fn drop_matched(tx: &mut Tx, from: i32, to: i32) -> Result<i64> {
    let dropped = "DELETE FROM unmatched_transactions WHERE id >= $1 AND id < $2 \
        AND EXISTS (SELECT 1 FROM organisations o WHERE o.code = unmatched_transactions.hospital_code \
        AND o.kind = 'hospital') \
        AND EXISTS (SELECT 1 FROM products c WHERE c.code = unmatched_transactions.product_code)";
    ranged(tx, dropped, from, to)
}

fn ranged(tx: &mut Tx, statement: &str, from: i32, to: i32) -> Result<i64> {
    let rows =
        diesel::sql_query(statement).bind::<Integer, _>(from).bind::<Integer, _>(to).execute(tx.conn())?;
    i64::try_from(rows).map_err(Error::fault_of)
}

/// Adds kept lines with ids from one on and before another to the sums that readers see.
pub fn add_unmatched_sums(tx: &mut Tx, ids: (i32, i32)) -> Result<()> {
    let added = "INSERT INTO unmatched_sums (product_code, hospital_code, lines, amount) \
        SELECT product_code, hospital_code, COUNT(*), CAST(SUM(amount) AS BIGINT) FROM unmatched_transactions \
        WHERE id >= $1 AND id < $2 GROUP BY product_code, hospital_code \
        ON CONFLICT (product_code, hospital_code) DO UPDATE SET lines = unmatched_sums.lines + excluded.lines, \
        amount = unmatched_sums.amount + excluded.amount";
    ranged(tx, added, ids.0, ids.1).map(drop)
}

/// Takes sums away whose codes the registers know now; their lines are gone.
pub fn drop_matched_sums(tx: &mut Tx) -> Result<()> {
    let dropped = "DELETE FROM unmatched_sums \
        WHERE EXISTS (SELECT 1 FROM organisations o WHERE o.code = unmatched_sums.hospital_code \
        AND o.kind = 'hospital') \
        AND EXISTS (SELECT 1 FROM products c WHERE c.code = unmatched_sums.product_code)";
    diesel::sql_query(dropped).execute(tx.conn())?;
    Ok(())
}

/// One pair of codes, how much hangs on it and which of the two the registers lack now.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Missing {
    /// The hospital's code.
    #[diesel(sql_type = Text)]
    pub hospital_code: String,
    /// The product's code.
    #[diesel(sql_type = Text)]
    pub product_code: String,
    /// Lines.
    #[diesel(sql_type = BigInt)]
    pub lines: i64,
    /// Yuan in all.
    #[diesel(sql_type = BigInt)]
    pub amount: Money,
    /// The catalogue has no such product.
    #[diesel(sql_type = Bool)]
    pub lacks_product: bool,
    /// There is no such hospital.
    #[diesel(sql_type = Bool)]
    pub lacks_hospital: bool,
}

/// Kept lines by their codes, product first, behind a pair of codes; at most `limit` pairs.
pub fn missing(conn: &mut Conn, after: (&str, &str), limit: i64) -> Result<Vec<Missing>> {
    let statement = "SELECT s.hospital_code, s.product_code, s.lines, s.amount, \
        NOT EXISTS (SELECT 1 FROM products p WHERE p.code = s.product_code) AS lacks_product, \
        NOT EXISTS (SELECT 1 FROM organisations o WHERE o.code = s.hospital_code AND o.kind = 'hospital') \
        AS lacks_hospital FROM unmatched_sums s \
        WHERE s.product_code >= $1 AND (s.product_code > $1 OR s.hospital_code > $2) \
        ORDER BY s.product_code, s.hospital_code LIMIT $3";
    Ok(in_any_order(conn, statement)
        .bind::<Text, _>(after.0)
        .bind::<Text, _>(after.1)
        .bind::<BigInt, _>(limit)
        .load(conn)?)
}

/// How many lines are unmatched.
pub fn unmatched_count(conn: &mut Conn) -> Result<i64> {
    Ok(unmatched_transactions::table.count().get_result(conn)?)
}
