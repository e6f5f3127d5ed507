//! Which hospitals the fund pays for directly, and since when.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::direct_hospitals;
use crate::supply::Payer;
use crate::types::{Ctx, OrganisationId};

/// A hospital whose contract purchases the fund pays directly (直接结算).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = direct_hospitals, treat_none_as_null = true)]
pub struct DirectHospital {
    /// Which hospital.
    pub hospital_id: OrganisationId,
    /// From acceptances of this day on.
    pub since: NaiveDate,
    /// To acceptances of this day; `None` goes on.
    pub until: Option<NaiveDate>,
}

/// Who pays for what a hospital accepts on a day. What is bought without a contract is always the hospital's own.
pub fn payer(conn: &mut Conn, hospital: &OrganisationId, is_contract: bool, day: NaiveDate) -> Result<Payer> {
    let direct =
        direct_hospitals::table.find(hospital).select(DirectHospital::as_select()).first(conn).optional()?;
    let holds = direct.is_some_and(|it| it.since <= day && it.until.is_none_or(|last| day <= last));
    Ok(if is_contract && holds { Payer::Fund } else { Payer::Hospital })
}

/// Every hospital in direct settlement, also those that left it.
pub fn all(conn: &mut Conn) -> Result<Vec<DirectHospital>> {
    Ok(direct_hospitals::table
        .order(direct_hospitals::hospital_id)
        .select(DirectHospital::as_select())
        .load(conn)?)
}

/// Takes a hospital into direct settlement, or says until when it is in it. What was accepted keeps its payer.
pub fn set(tx: &mut Tx, ctx: &Ctx, it: &DirectHospital) -> Result<()> {
    let before = direct_hospitals::table
        .find(&it.hospital_id)
        .select(DirectHospital::as_select())
        .first(tx.conn())
        .optional()?;
    if before.as_ref() == Some(it) {
        return Ok(());
    }
    match before {
        Some(_) => {
            diesel::update(direct_hospitals::table.find(&it.hospital_id)).set(it).execute(tx.conn())?
        }
        None => diesel::insert_into(direct_hospitals::table).values(it).execute(tx.conn())?,
    };
    let deed =
        Deed { action: "direct_hospital.set", subject: "direct_hospitals", id: it.hospital_id.as_str() };
    audit::record(tx, ctx, deed, &before, it)
}
