//! Base and agreed volume of each region in a computed award, with its main and spare suppliers.

use std::collections::HashMap;

use diesel::prelude::*;

use super::Outcome;
use super::input::Input;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::{organisations, region_lines};
use crate::types::{AwardId, LotId, OrganisationId, Quantity};

/// A region's volume and suppliers in a computed award.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = region_lines)]
pub struct RegionLine {
    /// Of which version.
    pub award_id: AwardId,
    /// The lot.
    pub lot_id: LotId,
    /// The region.
    pub region: String,
    /// The yearly demand of its hospitals.
    pub base_volume: Quantity,
    /// What is agreed of it, summed from its hospitals.
    pub agreed_volume: Quantity,
    /// The part of it that no winner had capacity for.
    pub unallocated: Quantity,
    /// The main supplier (主供), where winners choose regions.
    pub main_id: Option<OrganisationId>,
    /// The spare one (备供).
    pub spare_id: Option<OrganisationId>,
}

/// Enters a region's line.
pub fn insert(tx: &mut Tx, it: &RegionLine) -> Result<()> {
    diesel::insert_into(region_lines::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// A region with the names of its main and spare suppliers.
pub type Supplied = (RegionLine, Option<String>, Option<String>);

/// The regions of a lot in a version.
pub fn of(conn: &mut Conn, award: &AwardId, lot: &LotId) -> Result<Vec<Supplied>> {
    let spare = diesel::alias!(organisations as spare);
    Ok(region_lines::table
        .left_join(organisations::table.on(region_lines::main_id.eq(organisations::id.nullable())))
        .left_join(spare.on(region_lines::spare_id.eq(spare.field(organisations::id).nullable())))
        .filter(region_lines::award_id.eq(award).and(region_lines::lot_id.eq(lot)))
        .order(region_lines::region)
        .select((
            RegionLine::as_select(),
            organisations::name.nullable(),
            spare.field(organisations::name).nullable(),
        ))
        .load(conn)?)
}

/// Enters the regions of a computed award.
pub fn save(tx: &mut Tx, award: &AwardId, input: &Input, outcome: &Outcome) -> Result<()> {
    let suppliers: HashMap<&str, &OrganisationId> =
        input.offers.iter().map(|offer| (&*offer.bid.company, &offer.supplier_id)).collect();
    let chosen: HashMap<(&str, &str), _> =
        outcome.regions.iter().map(|choice| ((&*choice.lot, &*choice.region), choice)).collect();
    let id = |company: &str| suppliers.get(company).map(|id| (*id).clone());
    for volume in &outcome.volumes {
        let choice = chosen.get(&(&*volume.lot, &*volume.region));
        let line = RegionLine {
            award_id: award.clone(),
            lot_id: input.lot_ids.get(&volume.lot).ok_or(Error::NotFound)?.clone(),
            region: volume.region.to_string(),
            base_volume: volume.base,
            agreed_volume: volume.agreed,
            unallocated: volume.unallocated,
            main_id: choice.and_then(|choice| id(&choice.main)),
            spare_id: choice.and_then(|choice| id(choice.spare.as_deref()?)),
        };
        insert(tx, &line)?;
    }
    Ok(())
}
