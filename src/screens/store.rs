//! SQL of what people found when they looked into a finding.

use diesel::prelude::*;

use super::Remark;
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::screen_remarks;
use crate::types::RoundId;

/// The remarks of a round, oldest first.
pub fn remarks(conn: &mut Conn, round: &RoundId) -> Result<Vec<Remark>> {
    Ok(screen_remarks::table
        .filter(screen_remarks::round_id.eq(round))
        .order((screen_remarks::at, screen_remarks::id))
        .select(Remark::as_select())
        .load(conn)?)
}

/// Enters a remark.
pub fn insert_remark(tx: &mut Tx, it: &Remark) -> Result<()> {
    diesel::insert_into(screen_remarks::table).values(it).execute(tx.conn())?;
    Ok(())
}
