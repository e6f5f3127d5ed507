//! Who could supply a generic that is short: winners with a contract in effect, spare suppliers, makers of listed products.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text};

use crate::awards::region_lines;
use crate::contracts;
use crate::credit::standing;
use crate::db::{self, Conn};
use crate::error::Result;
use crate::people;
use crate::rounds::RoundState;
use crate::schema::{lots, rounds};
use crate::text;
use crate::types::{LotId, OrganisationId, RoundId};

crate::words! {
    /// Why a company could supply.
    Ground {
        /// Named spare for a region by the award (备供).
        Spare = "spare",
        /// Has contracts in effect for the generic.
        Contract = "contract",
        /// Makes a listed product of the generic.
        Listed = "listed",
    }
}

impl Ground {
    /// Its name for people.
    pub fn name(self, t: &text::Text) -> &'static str {
        let m = &t.shortages;
        match self {
            Ground::Spare => m.ground_spare,
            Ground::Contract => m.ground_contract,
            Ground::Listed => m.ground_listed,
        }
    }
}

/// A company that could supply.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The company.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Why, the strongest ground first.
    pub grounds: Vec<Ground>,
    /// What its credit rating bars it from: it cannot be named.
    pub barred: Option<standing::Barred>,
}

/// Most companies offered.
const MOST: i64 = 200;

#[derive(QueryableByName)]
struct Company {
    #[diesel(sql_type = Text)]
    id: OrganisationId,
}

/// The companies that could supply a generic on a day: spares first, then those with contracts, then makers.
pub fn candidates(conn: &mut Conn, generic: &str, today: NaiveDate) -> Result<Vec<Candidate>> {
    let mut grounds: BTreeMap<OrganisationId, Vec<Ground>> = BTreeMap::new();
    let mut add = |found: Vec<OrganisationId>, ground: Ground| {
        for id in found {
            let list = grounds.entry(id).or_default();
            if !list.contains(&ground) {
                list.push(ground);
            }
        }
    };
    add(spares(conn, generic)?, Ground::Spare);
    add(contracted(conn, generic, today)?, Ground::Contract);
    add(listed(conn, generic)?, Ground::Listed);
    let mut found = Vec::new();
    for (id, grounds) in grounds {
        let Some(it) = people::store::organisation(conn, &id)?.filter(|it| it.active) else { continue };
        let bars = standing::bidding(conn, &id, today)?;
        found.push(Candidate { barred: bars.lot("", generic, ""), id, name: it.name, grounds });
    }
    found.sort_by(|a, b| (a.grounds.first(), &a.name).cmp(&(b.grounds.first(), &b.name)));
    Ok(found)
}

/// The spare suppliers that awards in execution name for lots of the generic.
fn spares(conn: &mut Conn, generic: &str) -> Result<Vec<OrganisationId>> {
    let of: Vec<(RoundId, LotId)> = lots::table
        .inner_join(rounds::table)
        .filter(lots::generic.eq(generic))
        .filter(rounds::state.eq_any([RoundState::Contracting, RoundState::Executing]))
        .order(lots::id)
        .select((lots::round_id, lots::id))
        .load(conn)?;
    let mut found = Vec::new();
    for (round, lot) in of {
        let Some(award) = contracts::store::confirmed_award(conn, &round)? else { continue };
        let lines = region_lines::of(conn, &award, &lot)?;
        found.extend(lines.into_iter().filter_map(|(line, ..)| line.spare_id));
    }
    Ok(found)
}

fn contracted(conn: &mut Conn, generic: &str, today: NaiveDate) -> Result<Vec<OrganisationId>> {
    let query = db::in_any_order(
        conn,
        "SELECT DISTINCT c.supplier_id AS id FROM lots l JOIN contracts c ON c.lot_id = l.id \
         WHERE l.generic = $1 AND c.state = 'confirmed' AND c.starts <= $2 AND c.ends >= $2 \
         ORDER BY c.supplier_id LIMIT $3",
    );
    let found: Vec<Company> =
        query.bind::<Text, _>(generic).bind::<Date, _>(today).bind::<BigInt, _>(MOST).load(conn)?;
    Ok(found.into_iter().map(|it| it.id).collect())
}

fn listed(conn: &mut Conn, generic: &str) -> Result<Vec<OrganisationId>> {
    let found: Vec<Company> = diesel::sql_query(
        "SELECT DISTINCT o.id AS id FROM products p JOIN organisations o ON o.name = p.maker \
         WHERE p.generic = $1 AND p.listing_price IS NOT NULL AND o.kind = 'supplier' ORDER BY o.id LIMIT $2",
    )
    .bind::<Text, _>(generic)
    .bind::<BigInt, _>(MOST)
    .load(conn)?;
    Ok(found.into_iter().map(|it| it.id).collect())
}
