//! SQL of contracts and their amendments.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use crate::catalog;
use crate::contracts::changes::Amendment;
use crate::contracts::rules::{Agreed, Winner};
use crate::contracts::{Contract, ContractState, Party, Standing};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::on_db;
use crate::people::OrganisationKind;
use crate::schema::{
    allocations, awards, contract_changes, contracts, decisions, lots, organisations, rounds,
};
use crate::types::{
    AwardId, ChangeId, ContractId, LotId, OfferId, OrganisationId, Quantity, RoundId, UnitPrice,
};

/// One contract.
pub fn contract(conn: &mut Conn, id: &ContractId) -> Result<Option<Contract>> {
    Ok(contracts::table.find(id).select(Contract::as_select()).first(conn).optional()?)
}

/// Writes a contract's fields.
pub fn update(tx: &mut Tx, it: &Contract) -> Result<()> {
    diesel::update(contracts::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// Rows of one statement: 19 columns each, and SQLite takes 32,766 values.
const BATCH: usize = 500;

/// Enters many contracts.
pub fn insert_all(tx: &mut Tx, list: &[Contract]) -> Result<()> {
    for part in list.chunks(BATCH) {
        on_db!(tx.conn(), c => diesel::insert_into(contracts::table).values(part).execute(c))?;
    }
    Ok(())
}

/// The confirmed award of a round.
pub fn confirmed_award(conn: &mut Conn, round: &RoundId) -> Result<Option<AwardId>> {
    Ok(awards::table
        .filter(awards::round_id.eq(round).and(awards::state.eq("confirmed")))
        .order(awards::version.desc())
        .select(awards::id)
        .first(conn)
        .optional()?)
}

type WinnerRow = (LotId, OrganisationId, String, String, OfferId, i32, Option<UnitPrice>, Option<i32>);

/// The winners of an award.
pub fn winners(conn: &mut Conn, award: &AwardId) -> Result<Vec<Winner>> {
    let rows: Vec<WinnerRow> = decisions::table
        .filter(decisions::award_id.eq(award).and(decisions::award_price.is_not_null()))
        .order((decisions::lot_id, decisions::position))
        .select((
            decisions::lot_id,
            decisions::supplier_id,
            decisions::product,
            decisions::spec,
            decisions::offer_id,
            decisions::position,
            decisions::award_price,
            decisions::term_years,
        ))
        .load(conn)?;
    let winner = |(lot_id, supplier_id, product, spec, offer_id, position, price, years): WinnerRow| {
        Some(Winner { lot_id, supplier_id, product, spec, offer_id, position, price: price?, years })
    };
    Ok(rows.into_iter().filter_map(winner).collect())
}

/// What an award agreed for each lot, hospital and winner.
pub fn agreed(conn: &mut Conn, award: &AwardId) -> Result<Vec<Agreed>> {
    let rows: Vec<(LotId, OrganisationId, OrganisationId, OfferId, Quantity)> = allocations::table
        .filter(allocations::award_id.eq(award))
        .select((
            allocations::lot_id,
            allocations::hospital_id,
            allocations::supplier_id,
            allocations::offer_id,
            allocations::quantity,
        ))
        .load(conn)?;
    let agreed = |(lot_id, hospital_id, supplier_id, offer_id, quantity)| Agreed {
        lot_id,
        hospital_id,
        supplier_id,
        offer_id,
        quantity,
    };
    Ok(rows.into_iter().map(agreed).collect())
}

/// The hospitals' codes.
pub fn hospital_codes(conn: &mut Conn) -> Result<HashMap<OrganisationId, String>> {
    let rows: Vec<(OrganisationId, String)> = organisations::table
        .filter(organisations::kind.eq(OrganisationKind::Hospital))
        .select((organisations::id, organisations::code))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The hospitals' regions.
pub fn hospital_regions(conn: &mut Conn) -> Result<HashMap<OrganisationId, String>> {
    let rows: Vec<(OrganisationId, String)> = organisations::table
        .filter(organisations::kind.eq(OrganisationKind::Hospital))
        .select((organisations::id, organisations::region))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The contract of a lot with these parties, if there is one.
pub fn of_lot_and_parties(
    conn: &mut Conn,
    round: &RoundId,
    lot: &LotId,
    hospital: &OrganisationId,
    supplier: &OrganisationId,
) -> Result<Option<Contract>> {
    Ok(contracts::table
        .filter(contracts::round_id.eq(round).and(contracts::lot_id.eq(lot)))
        .filter(contracts::hospital_id.eq(hospital).and(contracts::supplier_id.eq(supplier)))
        .select(Contract::as_select())
        .first(conn)
        .optional()?)
}

/// How many contracts of a round wait for each organisation.
pub fn waiting_by_organisation(conn: &mut Conn, round: &RoundId) -> Result<BTreeMap<OrganisationId, i64>> {
    let hospitals: Vec<(OrganisationId, i64)> = contracts::table
        .filter(contracts::round_id.eq(round).and(contracts::state.eq(ContractState::Drawn)))
        .filter(contracts::hospital_at.is_null())
        .group_by(contracts::hospital_id)
        .select((contracts::hospital_id, diesel::dsl::count_star()))
        .load(conn)?;
    let suppliers: Vec<(OrganisationId, i64)> = contracts::table
        .filter(contracts::round_id.eq(round).and(contracts::state.eq(ContractState::Drawn)))
        .filter(contracts::supplier_at.is_null())
        .group_by(contracts::supplier_id)
        .select((contracts::supplier_id, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(hospitals.into_iter().chain(suppliers).collect())
}

/// How many contracts wait for an organisation, by round.
pub fn waiting_of(
    conn: &mut Conn,
    organisation: &OrganisationId,
    party: Party,
) -> Result<Vec<(RoundId, i64)>> {
    let query = contracts::table
        .filter(contracts::state.eq(ContractState::Drawn))
        .group_by(contracts::round_id)
        .select((contracts::round_id, diesel::dsl::count_star()))
        .order(contracts::round_id);
    Ok(match party {
        Party::Hospital => query
            .filter(contracts::hospital_id.eq(organisation).and(contracts::hospital_at.is_null()))
            .load(conn)?,
        Party::Supplier => query
            .filter(contracts::supplier_id.eq(organisation).and(contracts::supplier_at.is_null()))
            .load(conn)?,
    })
}

/// The contracts of a round an organisation has not confirmed, with the version of their terms.
pub fn unconfirmed(
    conn: &mut Conn,
    round: &RoundId,
    organisation: &OrganisationId,
    party: Party,
) -> Result<Vec<(ContractId, i32)>> {
    let mut query = contracts::table
        .filter(contracts::round_id.eq(round).and(contracts::state.eq(ContractState::Drawn)))
        .select((contracts::id, contracts::version))
        .into_boxed();
    query = match party {
        Party::Hospital => {
            query.filter(contracts::hospital_id.eq(organisation).and(contracts::hospital_at.is_null()))
        }
        Party::Supplier => {
            query.filter(contracts::supplier_id.eq(organisation).and(contracts::supplier_at.is_null()))
        }
    };
    Ok(query.order(contracts::number).load(conn)?)
}

/// Which contracts a reader asks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only the contracts of this side.
    pub party: Option<(Party, OrganisationId)>,
    /// Only this round.
    pub round: Option<RoundId>,
    /// Only those that stand so.
    pub standing: Option<Standing>,
    /// Number, product, generic or a party's name contains this.
    pub text: String,
    /// After this number, for the next page.
    pub after: String,
}

/// A contract with what a list shows of its lot.
pub type Listed = (Contract, String, String);

/// A page of contracts by number: each with its lot's generic name and unit.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Listed>> {
    let mut query = contracts::table
        .inner_join(lots::table)
        .filter(contracts::number.gt(filter.after.clone()))
        .select((Contract::as_select(), lots::generic, lots::unit))
        .into_boxed();
    match &filter.party {
        Some((Party::Hospital, id)) => query = query.filter(contracts::hospital_id.eq(id.clone())),
        Some((Party::Supplier, id)) => query = query.filter(contracts::supplier_id.eq(id.clone())),
        None => {}
    }
    if let Some(round) = &filter.round {
        query = query.filter(contracts::round_id.eq(round.clone()));
    }
    match filter.standing {
        Some(Standing::Unsigned) => query = query.filter(contracts::state.eq(ContractState::Drawn)),
        Some(Standing::Confirmed) => query = query.filter(contracts::state.eq(ContractState::Confirmed)),
        Some(Standing::WaitsHospital) => {
            let waits = contracts::state.eq(ContractState::Drawn).and(contracts::hospital_at.is_null());
            query = query.filter(waits);
        }
        Some(Standing::WaitsSupplier) => {
            let waits = contracts::state.eq(ContractState::Drawn).and(contracts::supplier_at.is_null());
            query = query.filter(waits);
        }
        Some(Standing::Ended) => query = query.filter(contracts::state.eq(ContractState::Ended)),
        None => {}
    }
    if !filter.text.is_empty() {
        let like = like(&filter.text);
        let named = named(conn, &like)?;
        query = query.filter(
            lower(contracts::number)
                .like(like.clone())
                .or(lower(contracts::product).like(like.clone()))
                .or(lower(lots::generic).like(like))
                .or(contracts::hospital_id.eq_any(named.clone()))
                .or(contracts::supplier_id.eq_any(named)),
        );
    }
    Ok(query.order(contracts::number).limit(limit).load(conn)?)
}

/// Contracts whose number begins so, by number: those of one side, or all.
pub fn numbered(
    conn: &mut Conn,
    party: Option<&(Party, OrganisationId)>,
    beginning: &str,
    limit: i64,
) -> Result<Vec<Contract>> {
    let mut query = contracts::table
        .filter(contracts::number.ge(beginning.to_owned()))
        .select(Contract::as_select())
        .into_boxed();
    if let Some(end) = catalog::store::end_of(beginning) {
        query = query.filter(contracts::number.lt(end));
    }
    match party {
        Some((Party::Hospital, id)) => query = query.filter(contracts::hospital_id.eq(id.clone())),
        Some((Party::Supplier, id)) => query = query.filter(contracts::supplier_id.eq(id.clone())),
        None => {}
    }
    Ok(query.order(contracts::number).limit(limit).load(conn)?)
}

diesel::define_sql_function! {
    /// Lower case, on both databases.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// A pattern that finds the text anywhere; its own wildcards are plain letters no database finds.
fn like(text: &str) -> String {
    format!("%{}%", text.to_lowercase().replace(['%', '_', '\\'], ""))
}

/// Organisations whose name fits a pattern; a search that fits more is no search.
fn named(conn: &mut Conn, like: &str) -> Result<Vec<OrganisationId>> {
    Ok(organisations::table
        .filter(lower(organisations::name).like(like))
        .order(organisations::id)
        .select(organisations::id)
        .limit(500)
        .load(conn)?)
}

/// Rounds that have contracts, newest first: id, number, title.
pub fn rounds_with_contracts(conn: &mut Conn) -> Result<Vec<(RoundId, String, String)>> {
    Ok(rounds::table
        .filter(rounds::state.eq_any(["contracting", "executing", "closed"]))
        .order(rounds::id.desc())
        .select((rounds::id, rounds::number, rounds::title))
        .limit(200)
        .load(conn)?)
}

/// One amendment.
pub fn change(conn: &mut Conn, id: &ChangeId) -> Result<Option<Amendment>> {
    Ok(contract_changes::table.find(id).select(Amendment::as_select()).first(conn).optional()?)
}

/// The amendments of a contract, oldest first.
pub fn changes_of(conn: &mut Conn, id: &ContractId) -> Result<Vec<Amendment>> {
    Ok(contract_changes::table
        .filter(contract_changes::contract_id.eq(id))
        .order((contract_changes::at, contract_changes::id))
        .select(Amendment::as_select())
        .load(conn)?)
}

/// Enters an amendment.
pub fn insert_change(tx: &mut Tx, it: &Amendment) -> Result<()> {
    diesel::insert_into(contract_changes::table).values(it).execute(tx.conn())?;
    Ok(())
}
