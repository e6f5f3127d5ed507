//! SQL of progress: sums of contracts by hospital, lot and supplier, and the contracts behind them.
//!
//! Ids and days are written into the statements: their types hold nothing but hexadecimal, digits and hyphens. What a
//! reader typed is always bound.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text};

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::supply::progress::{Narrow, Part, Scope};
use crate::types::{
    AgreedVolumeId, ContractId, LotId, Money, OrganisationId, Quantity, RoundId, Time, UnitPrice,
};

/// The contracts of one hospital, lot or supplier with the same agreement year, summed at the contract's price.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Sum {
    /// The hospital's, lot's or supplier's id.
    #[diesel(sql_type = Text)]
    pub part_id: String,
    /// First day of the year; of the whole term when the year was not made yet.
    #[diesel(sql_type = Date)]
    pub starts: NaiveDate,
    /// Its last day; of the whole term when the year was not made yet.
    #[diesel(sql_type = Date)]
    pub ends: NaiveDate,
    /// 1 when the year was not made yet.
    #[diesel(sql_type = Integer)]
    pub bare: i32,
    /// How many contracts.
    #[diesel(sql_type = BigInt)]
    pub contracts: i64,
    /// Agreed for the year, in units.
    #[diesel(sql_type = BigInt)]
    pub agreed_quantity: Quantity,
    /// Ordered or accepted of it, in units.
    #[diesel(sql_type = BigInt)]
    pub used_quantity: Quantity,
    /// Agreed for the year.
    #[diesel(sql_type = BigInt)]
    pub agreed: Money,
    /// Of it, ordered and still to come.
    #[diesel(sql_type = BigInt)]
    pub reserved: Money,
    /// Of it, accepted.
    #[diesel(sql_type = BigInt)]
    pub consumed: Money,
    /// Of it, ordered and not delivered by the supplier's doing.
    #[diesel(sql_type = BigInt)]
    pub lost: Money,
    /// Of it, still to come and past its day.
    #[diesel(sql_type = BigInt)]
    pub overdue: Money,
    /// Every order, also above the agreed volume.
    #[diesel(sql_type = BigInt)]
    pub ordered: Money,
    /// Sent of those orders.
    #[diesel(sql_type = BigInt)]
    pub shipped: Money,
    /// Accepted of those orders.
    #[diesel(sql_type = BigInt)]
    pub accepted: Money,
    /// Promised by a day that has passed, or not answered in time.
    #[diesel(sql_type = BigInt)]
    pub due: Money,
    /// Accepted of that by its day.
    #[diesel(sql_type = BigInt)]
    pub on_time: Money,
    /// When the oldest of its counts was made; none when one was not counted yet.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub counted_at: Option<Time>,
}

/// Quantity times the contract's price, each rounded half up to the cent, summed: three and six decimals to two.
fn amount(quantity: &str) -> String {
    format!("CAST(COALESCE(SUM(({quantity} * c.unit_price + 5000000) / 10000000), 0) AS BIGINT)")
}

/// The sums of `contracts c`, `agreed_volumes v` and `supply_counts s`, in the order of the columns.
fn sums() -> String {
    let amounts = [
        ("COALESCE(v.agreed, c.quantity)", "agreed"),
        ("COALESCE(v.reserved, 0)", "reserved"),
        ("COALESCE(v.consumed, 0)", "consumed"),
        ("COALESCE(s.lost, 0)", "lost"),
        ("COALESCE(s.overdue, 0)", "overdue"),
        ("COALESCE(s.ordered, 0)", "ordered"),
        ("COALESCE(s.shipped, 0)", "shipped"),
        ("COALESCE(s.accepted, 0)", "accepted"),
        ("COALESCE(s.due, 0)", "due"),
        ("COALESCE(s.on_time, 0)", "on_time"),
    ]
    .map(|(quantity, name)| format!("{} AS {name}", amount(quantity)))
    .join(", ");
    format!(
        "COUNT(*) AS contracts, CAST(COALESCE(SUM(COALESCE(v.agreed, c.quantity)), 0) AS BIGINT) AS agreed_quantity, \
         CAST(COALESCE(SUM(COALESCE(v.reserved, 0) + COALESCE(v.consumed, 0)), 0) AS BIGINT) AS used_quantity, \
         {amounts}, CASE WHEN COUNT(s.counted_at) = COUNT(*) THEN MIN(s.counted_at) END AS counted_at"
    )
}

/// The column of `contracts` a part is summed by. A region is the sum of its hospitals.
fn column(part: Part) -> &'static str {
    match part {
        Part::Hospital | Part::Region => "hospital_id",
        Part::Lot => "lot_id",
        Part::Supplier => "supplier_id",
    }
}

/// The word a part's sums are kept under.
fn kept(part: Part) -> Part {
    if part == Part::Region { Part::Hospital } else { part }
}

/// A contract counts when it is signed, or ended and its year was used.
const COUNTS: &str = "(c.state = 'confirmed' OR (c.state = 'ended' AND v.id IS NOT NULL))";

/// Sums every signed contract anew by its agreement years: a few thousand rows, from which the bureau's boards read.
pub fn refresh(tx: &mut Tx) -> Result<()> {
    diesel::sql_query("DELETE FROM progress_sums").execute(tx.conn())?;
    for part in [Part::Hospital, Part::Lot, Part::Supplier] {
        let column = column(part);
        let sums = sums();
        diesel::sql_query(format!(
            "INSERT INTO progress_sums (part, part_id, round_id, starts, ends, contracts, agreed_quantity, \
               used_quantity, agreed, reserved, consumed, lost, overdue, ordered, shipped, accepted, due, on_time, \
               counted_at) \
             SELECT '{part}', c.{column}, c.round_id, v.starts, v.ends, {sums} \
             FROM contracts c JOIN agreed_volumes v ON v.contract_id = c.id \
             LEFT JOIN supply_counts s ON s.volume_id = v.id \
             WHERE {COUNTS} GROUP BY c.{column}, c.round_id, v.starts, v.ends"
        ))
        .execute(tx.conn())?;
    }
    Ok(())
}

/// The kept sums of all contracts, or of a round, for the years that hold a day.
pub fn kept_sums(conn: &mut Conn, part: Part, round: Option<&RoundId>, day: NaiveDate) -> Result<Vec<Sum>> {
    let (part, round) = (kept(part), narrowed(round, "round_id"));
    let query = format!(
        "SELECT part_id, starts, ends, 0 AS bare, contracts, agreed_quantity, used_quantity, agreed, reserved, consumed, \
           lost, overdue, ordered, shipped, accepted, due, on_time, counted_at \
         FROM progress_sums WHERE part = '{part}' AND starts <= $1 AND ends >= $1{round}"
    );
    Ok(diesel::sql_query(query).bind::<Date, _>(day).load(conn)?)
}

fn narrowed(id: Option<&RoundId>, column: &str) -> String {
    id.map_or(String::new(), |id| format!(" AND {column} = '{id}'"))
}

/// The years of `contracts c` that hold a day ($1), with what was counted of them.
const YEARS: &str = "LEFT JOIN agreed_volumes v ON v.contract_id = c.id AND v.starts <= $1 AND v.ends >= $1 \
    LEFT JOIN supply_counts s ON s.volume_id = v.id";

/// The sums of one side's own contracts, summed now.
pub fn own_sums(conn: &mut Conn, part: Part, scope: &Scope) -> Result<Vec<Sum>> {
    let (column, sums, filter) = (column(part), sums(), scope.filter());
    let query = format!(
        "SELECT c.{column} AS part_id, COALESCE(v.starts, c.starts) AS starts, COALESCE(v.ends, c.ends) AS ends, \
           CASE WHEN v.id IS NULL THEN 1 ELSE 0 END AS bare, {sums} \
         FROM contracts c {YEARS} WHERE c.starts <= $1 AND c.ends >= $1 AND {COUNTS}{filter} \
         GROUP BY c.{column}, COALESCE(v.starts, c.starts), COALESCE(v.ends, c.ends), \
           CASE WHEN v.id IS NULL THEN 1 ELSE 0 END"
    );
    Ok(diesel::sql_query(query).bind::<Date, _>(scope.day).load(conn)?)
}

impl Scope {
    /// The contracts somebody sees, as conditions on `contracts c`.
    fn filter(&self) -> String {
        let party = self
            .party
            .as_ref()
            .map_or(String::new(), |(party, id)| format!(" AND c.{}_id = '{id}'", party.as_str()));
        party + narrowed(self.round.as_ref(), "c.round_id").as_str()
    }
}

/// One contract with its year.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Line {
    /// The contract's id.
    #[diesel(sql_type = Text)]
    pub id: ContractId,
    /// Its number.
    #[diesel(sql_type = Text)]
    pub number: String,
    /// The generic name of its lot.
    #[diesel(sql_type = Text)]
    pub generic: String,
    /// The unit counted.
    #[diesel(sql_type = Text)]
    pub unit: String,
    /// The product agreed.
    #[diesel(sql_type = Text)]
    pub product: String,
    /// The buyer's name.
    #[diesel(sql_type = Text)]
    pub hospital: String,
    /// The seller's name.
    #[diesel(sql_type = Text)]
    pub supplier: String,
    /// Agreed for the whole term.
    #[diesel(sql_type = BigInt)]
    pub quantity: Quantity,
    /// Yuan a unit.
    #[diesel(sql_type = BigInt)]
    pub unit_price: UnitPrice,
    /// First day of the term.
    #[diesel(sql_type = Date)]
    pub term_starts: NaiveDate,
    /// Last day of the term.
    #[diesel(sql_type = Date)]
    pub term_ends: NaiveDate,
    /// Its agreement year; `None` when the year was not made yet.
    #[diesel(sql_type = Nullable<Text>)]
    pub volume_id: Option<AgreedVolumeId>,
    /// First day of the year.
    #[diesel(sql_type = Nullable<Date>)]
    pub starts: Option<NaiveDate>,
    /// Last day of the year.
    #[diesel(sql_type = Nullable<Date>)]
    pub ends: Option<NaiveDate>,
    /// Agreed for the year; for the whole term when the year was not made yet.
    #[diesel(sql_type = BigInt)]
    pub agreed: Quantity,
    /// Of it, ordered and still to come.
    #[diesel(sql_type = BigInt)]
    pub reserved: Quantity,
    /// Of it, accepted.
    #[diesel(sql_type = BigInt)]
    pub consumed: Quantity,
    /// Of it, ordered and not delivered by the supplier's doing.
    #[diesel(sql_type = BigInt)]
    pub lost: Quantity,
    /// Of it, still to come and past its day.
    #[diesel(sql_type = BigInt)]
    pub overdue: Quantity,
    /// Every order, also above the agreed volume.
    #[diesel(sql_type = BigInt)]
    pub ordered: Quantity,
    /// Sent of those orders.
    #[diesel(sql_type = BigInt)]
    pub shipped: Quantity,
    /// Accepted of those orders.
    #[diesel(sql_type = BigInt)]
    pub accepted: Quantity,
    /// Promised by a day that has passed, or not answered in time.
    #[diesel(sql_type = BigInt)]
    pub due: Quantity,
    /// Accepted of that by its day.
    #[diesel(sql_type = BigInt)]
    pub on_time: Quantity,
    /// When it was counted; `None` before the first time.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub counted_at: Option<Time>,
}

/// Contracts by number after `after`, with the year that holds the scope's day.
pub fn lines(conn: &mut Conn, scope: &Scope, narrow: &Narrow, after: &str, limit: i64) -> Result<Vec<Line>> {
    let within = match narrow {
        Narrow::All => String::new(),
        Narrow::Hospital(id) => format!(" AND c.hospital_id = '{id}'"),
        Narrow::Supplier(id) => format!(" AND c.supplier_id = '{id}'"),
        // The round stands first in the only index that has the lot.
        Narrow::Lot(id) => {
            format!(
                " AND c.lot_id = '{id}' AND c.round_id = (SELECT round_id FROM lots WHERE lots.id = '{id}')"
            )
        }
        Narrow::Region(hospitals) => {
            let ids: Vec<String> = hospitals.iter().map(|id| format!("'{id}'")).collect();
            if ids.is_empty() {
                return Ok(Vec::new());
            }
            // By number, not by an index of hospitals: a region is most of the contracts, and only a page is wanted.
            format!(" AND (c.hospital_id || '') IN ({})", ids.join(", "))
        }
        Narrow::Contract(id) => format!(" AND c.id = '{id}'"),
    };
    let filter = scope.filter();
    let query = format!(
        "SELECT c.id AS id, c.number AS number, l.generic AS generic, l.unit AS unit, c.product AS product, \
           h.name AS hospital, o.name AS supplier, c.quantity AS quantity, c.unit_price AS unit_price, \
           c.starts AS term_starts, c.ends AS term_ends, v.id AS volume_id, v.starts AS starts, v.ends AS ends, \
           COALESCE(v.agreed, c.quantity) AS agreed, COALESCE(v.reserved, 0) AS reserved, \
           COALESCE(v.consumed, 0) AS consumed, COALESCE(s.lost, 0) AS lost, COALESCE(s.overdue, 0) AS overdue, \
           COALESCE(s.ordered, 0) AS ordered, COALESCE(s.shipped, 0) AS shipped, COALESCE(s.accepted, 0) AS accepted, \
           COALESCE(s.due, 0) AS due, COALESCE(s.on_time, 0) AS on_time, s.counted_at AS counted_at \
         FROM contracts c {YEARS} \
         JOIN lots l ON l.id = c.lot_id JOIN organisations h ON h.id = c.hospital_id \
         JOIN organisations o ON o.id = c.supplier_id \
         WHERE c.number > $2 AND c.starts <= $1 AND c.ends >= $1 AND {COUNTS}{filter}{within} \
         ORDER BY c.number LIMIT {limit}"
    );
    Ok(diesel::sql_query(query).bind::<Date, _>(scope.day).bind::<Text, _>(after).load(conn)?)
}

/// A lot as a board shows it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct LotName {
    /// Its id.
    #[diesel(sql_type = Text)]
    pub id: LotId,
    /// Its code.
    #[diesel(sql_type = Text)]
    pub code: String,
    /// Its generic name.
    #[diesel(sql_type = Text)]
    pub generic: String,
    /// The unit counted.
    #[diesel(sql_type = Text)]
    pub unit: String,
    /// The number of its round.
    #[diesel(sql_type = Text)]
    pub round: String,
}

/// The lots of a round, or of every round that has contracts.
pub fn lot_names(conn: &mut Conn, round: Option<&RoundId>) -> Result<Vec<LotName>> {
    let within = narrowed(round, "r.id");
    let query = format!(
        "SELECT l.id AS id, l.code AS code, l.generic AS generic, l.unit AS unit, r.number AS round \
         FROM lots l JOIN rounds r ON r.id = l.round_id \
         WHERE r.state IN ('contracting', 'executing', 'closed'){within}"
    );
    Ok(diesel::sql_query(query).load(conn)?)
}

/// The hospitals and suppliers: id, name, code, region.
pub fn organisations(conn: &mut Conn) -> Result<Vec<(OrganisationId, String, String, String)>> {
    use crate::schema::organisations::dsl;
    Ok(dsl::organisations
        .filter(dsl::kind.ne("bureau"))
        .select((dsl::id, dsl::name, dsl::code, dsl::region))
        .load(conn)?)
}
