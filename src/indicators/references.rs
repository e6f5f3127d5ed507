//! What a unit of each contract's product cost before the award, kept by lot, supplier and product.

use diesel::prelude::*;

use crate::awards::store::AwardState;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::indicators::selections;
use crate::schema::{awards, contracts, indicator_references};
use crate::types::{AwardId, LotId, OrganisationId, RoundId, UnitPrice};

#[derive(Insertable)]
#[diesel(table_name = indicator_references)]
struct Row {
    lot_id: LotId,
    supplier_id: OrganisationId,
    product: String,
    price: UnitPrice,
}

#[derive(QueryableByName)]
struct Open {
    #[diesel(sql_type = diesel::sql_types::Text)]
    round_id: RoundId,
}

/// The rounds with a contract that has no reference yet.
fn open(conn: &mut Conn) -> Result<Vec<RoundId>> {
    let query = "SELECT DISTINCT c.round_id AS round_id FROM contracts c WHERE NOT EXISTS \
        (SELECT 1 FROM indicator_references f \
          WHERE f.lot_id = c.lot_id AND f.supplier_id = c.supplier_id AND f.product = c.product)";
    let rows: Vec<Open> = diesel::sql_query(query).load(conn)?;
    Ok(rows.into_iter().map(|row| row.round_id).collect())
}

/// Keeps the references of contracts that have none yet. A confirmed award never changes, so what is kept stays.
pub fn refresh(tx: &mut Tx) -> Result<()> {
    for round in open(tx.conn())? {
        let award: Option<AwardId> = awards::table
            .filter(awards::round_id.eq(&round).and(awards::state.eq(AwardState::Confirmed)))
            .select(awards::id)
            .first(tx.conn())
            .optional()?;
        let Some(award) = award else { continue };
        let decided = selections::decided(tx.conn(), &award)?;
        let of: Vec<(selections::Key, String)> = contracts::table
            .filter(contracts::round_id.eq(&round))
            .select(((contracts::lot_id, contracts::supplier_id, contracts::product), contracts::spec))
            .distinct()
            .load(tx.conn())?;
        for ((lot_id, supplier_id, product), price) in selections::references(&decided, of) {
            let key = (&lot_id, &supplier_id, &product);
            let known: i64 = indicator_references::table.find(key).count().get_result(tx.conn())?;
            if known == 0 {
                let row = Row { lot_id, supplier_id, product, price };
                diesel::insert_into(indicator_references::table).values(&row).execute(tx.conn())?;
            }
        }
    }
    Ok(())
}
