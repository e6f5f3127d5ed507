//! The signing rate (合同签订率) of a round: per lot, per hospital, per supplier, and who is late.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use rust_decimal::Decimal;

use crate::db::Conn;
use crate::error::Result;
use crate::types::{RoundId, half_up};

/// How contracts of one lot, hospital or supplier stand.
#[derive(Debug, Clone, PartialEq, Eq, Default, QueryableByName)]
pub struct Tally {
    /// The lot's code or the organisation's code.
    #[diesel(sql_type = Text)]
    pub code: String,
    /// The lot's generic name or the organisation's name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Contracts to be signed.
    #[diesel(sql_type = BigInt)]
    pub due: i64,
    /// Confirmed by both.
    #[diesel(sql_type = BigInt)]
    pub signed: i64,
    /// The supplier has confirmed, the hospital is late.
    #[diesel(sql_type = BigInt)]
    pub waits_hospital: i64,
    /// The hospital has confirmed, the supplier is late.
    #[diesel(sql_type = BigInt)]
    pub waits_supplier: i64,
    /// Neither has confirmed.
    #[diesel(sql_type = BigInt)]
    pub waits_both: i64,
}

impl Tally {
    /// The signing rate in percent; none when nothing is to be signed.
    pub fn rate(&self) -> Option<Decimal> {
        rate(self.signed, self.due)
    }

    /// All of a list in one line.
    pub fn sum(list: &[Tally]) -> Tally {
        list.iter().fold(Tally::default(), |sum, it| Tally {
            due: sum.due + it.due,
            signed: sum.signed + it.signed,
            waits_hospital: sum.waits_hospital + it.waits_hospital,
            waits_supplier: sum.waits_supplier + it.waits_supplier,
            waits_both: sum.waits_both + it.waits_both,
            ..sum
        })
    }

    /// Whether everything is signed.
    pub fn is_whole(&self) -> bool {
        self.signed == self.due
    }
}

/// Signed over due in percent, two decimals, half up. 100 only when every one is signed.
pub fn rate(signed: i64, due: i64) -> Option<Decimal> {
    let ratio = Decimal::from(signed).checked_mul(Decimal::ONE_HUNDRED)?.checked_div(Decimal::from(due))?;
    let mut shown = half_up(ratio, 2);
    if signed < due && shown >= Decimal::ONE_HUNDRED {
        shown = Decimal::new(9_999, 2);
    }
    shown.rescale(2);
    Some(shown)
}

/// The board of a round.
#[derive(Debug, Clone)]
pub struct Board {
    /// Per lot, in the lots' order.
    pub lots: Vec<Tally>,
    /// Per hospital, the lowest rates first.
    pub hospitals: Vec<Tally>,
    /// Per supplier, the lowest rates first.
    pub suppliers: Vec<Tally>,
}

/// The board of a round, counted in the database.
pub fn board(conn: &mut Conn, round: &RoundId) -> Result<Board> {
    let mut hospitals = of_side(conn, round, "hospital_id")?;
    let mut suppliers = of_side(conn, round, "supplier_id")?;
    for list in [&mut hospitals, &mut suppliers] {
        list.sort_by(|a, b| (a.rate(), &a.name).cmp(&(b.rate(), &b.name)));
    }
    Ok(Board { lots: of_lots(conn, round)?, hospitals, suppliers })
}

/// The counts of a group of contracts, for `contracts c`.
const COUNTS: &str = "COUNT(c.id) AS due, \
    CAST(COALESCE(SUM(CASE WHEN c.state = 'confirmed' THEN 1 ELSE 0 END), 0) AS BIGINT) AS signed, \
    CAST(COALESCE(SUM(CASE WHEN c.hospital_at IS NULL AND c.supplier_at IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS waits_hospital, \
    CAST(COALESCE(SUM(CASE WHEN c.supplier_at IS NULL AND c.hospital_at IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS waits_supplier, \
    CAST(COALESCE(SUM(CASE WHEN c.id IS NOT NULL AND c.hospital_at IS NULL AND c.supplier_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS waits_both";

/// Every lot of the round, also those without a contract.
fn of_lots(conn: &mut Conn, round: &RoundId) -> Result<Vec<Tally>> {
    let query = format!(
        "SELECT l.code AS code, l.generic AS name, {COUNTS} FROM lots l LEFT JOIN contracts c ON c.round_id = l.round_id AND c.lot_id = l.id AND c.state <> 'ended' \
         WHERE l.round_id = $1 GROUP BY l.position, l.code, l.generic ORDER BY l.position"
    );
    Ok(diesel::sql_query(query).bind::<Text, _>(round).load(conn)?)
}

/// Every organisation of one side that has contracts in the round.
fn of_side(conn: &mut Conn, round: &RoundId, side: &str) -> Result<Vec<Tally>> {
    let query = format!(
        "SELECT o.code AS code, o.name AS name, {COUNTS} FROM contracts c JOIN organisations o ON o.id = c.{side} \
         WHERE c.round_id = $1 AND c.state <> 'ended' GROUP BY o.code, o.name ORDER BY o.name"
    );
    Ok(diesel::sql_query(query).bind::<Text, _>(round).load(conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_never_divides_by_nothing_and_never_rounds_up_to_all() {
        let check = |signed: i64, due: i64, want: Option<&str>| {
            assert_eq!(rate(signed, due).map(|r| r.to_string()).as_deref(), want, "{signed}/{due}");
        };
        check(0, 0, None);
        check(0, 3, Some("0.00"));
        check(1, 3, Some("33.33"));
        check(2, 3, Some("66.67"));
        check(2_257, 2_257, Some("100.00"));
        check(2_256, 2_257, Some("99.96"));
        check(99_999, 100_000, Some("99.99"));
    }
}
