//! A lot's agreed volumes: hospital by winner, with totals that equal the lot's line.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::awards::region_lines::{self, RegionLine};
use crate::awards::results;
use crate::awards::store::{self, Decision, LotLine, Place, Version};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::Who;
use crate::rounds::{self, Lot, Round};
use crate::types::{LotId, OfferId, OrganisationId, Quantity, RoundId};
use crate::web::access::STAFF;
use crate::web::awards::{Asked, versions};
use crate::web::{App, Page, Person, page};

/// Hospitals on a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "awards/volumes.html")]
struct Show {
    page: Page,
    is_staff: bool,
    view: View,
}

struct View {
    round: Round,
    lot: Lot,
    award: Version,
    line: Option<LotLine>,
    winners: Vec<Winner>,
    rows: Vec<Row>,
    /// Regions with the names of their main and spare suppliers.
    regions: Vec<(RegionLine, Option<String>, Option<String>)>,
    sums: Vec<Quantity>,
    sum: Quantity,
    next: Option<String>,
}

/// A column: a winning offer with its company's name, and its product where the company has several.
struct Winner {
    offer: OfferId,
    supplier: OrganisationId,
    name: String,
    product: String,
}

/// The winning offers with volume, by rank.
fn winners(decided: Vec<(Decision, String)>, sums: &HashMap<OfferId, Quantity>) -> Vec<Winner> {
    let with_volume: Vec<(Decision, String)> =
        decided.into_iter().filter(|(decision, _)| sums.contains_key(&decision.offer_id)).collect();
    let several = |supplier: &OrganisationId| {
        with_volume.iter().filter(|(decision, _)| decision.supplier_id == *supplier).count() > 1
    };
    let one = |(decision, name): &(Decision, String)| Winner {
        offer: decision.offer_id.clone(),
        supplier: decision.supplier_id.clone(),
        name: name.clone(),
        product: if several(&decision.supplier_id) { decision.product.clone() } else { String::new() },
    };
    with_volume.iter().map(one).collect()
}

struct Row {
    place: Place,
    cells: Vec<Option<Quantity>>,
    sum: Quantity,
}

/// Adds up; volumes of one lot were checked to fit when the award was computed.
fn add(quantities: impl Iterator<Item = Quantity>) -> Result<Quantity> {
    let mut quantities = quantities;
    let sum = quantities.try_fold(Quantity::ZERO, Quantity::plus);
    sum.ok_or_else(|| Error::fault("agreed volumes do not add up"))
}

/// Staff read any version; a hospital its own line and a supplier its own column of the public one.
fn view(conn: &mut Conn, who: &Who, id: &RoundId, lot: &LotId, asked: &Asked) -> Result<View> {
    let round = rounds::round(conn, id)?;
    let lot = rounds::lot(conn, lot)?;
    let award = if who.is_any(STAFF) {
        versions(conn, id, asked.version)?.1
    } else {
        results::current(conn, &round)?
    };
    let award = award.filter(|_| lot.round_id == round.id).ok_or(Error::NotFound)?;
    let is_own = |id: &OrganisationId| *id == who.organisation.id;
    let sums = store::agreed_sums(conn, &award.id, &lot.id)?;
    let mut winners = winners(store::decisions_of(conn, &award.id, &lot.id)?, &sums);
    if who.is(crate::people::Role::Supplier) {
        winners.retain(|winner| is_own(&winner.supplier));
    }
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut places = if who.is(crate::people::Role::Hospital) {
        let own = &who.organisation;
        let (id, code, name) = (own.id.clone(), own.code.clone(), own.name.clone());
        vec![Place { id, code, name, region: own.region.clone() }]
    } else {
        store::places(conn, &award.id, &lot.id, &asked.after, limit)?
    };
    let next = (places.len() > PAGE).then(|| places[PAGE - 1].code.clone());
    places.truncate(PAGE);
    let rows = rows(conn, &award, &lot, places, &winners)?;
    let sums: Vec<Quantity> =
        winners.iter().map(|winner| sums.get(&winner.offer).copied().unwrap_or_default()).collect();
    let sum = add(sums.iter().copied())?;
    let line = store::lot_lines_of(conn, &award.id)?.remove(&lot.id);
    let mut regions = region_lines::of(conn, &award.id, &lot.id)?;
    regions.retain(|(region, ..)| concerns(who, region));
    Ok(View { round, lot, award, line, winners, rows, regions, sums, sum, next })
}

/// A hospital sees its own region, a supplier those it supplies.
fn concerns(who: &Who, it: &RegionLine) -> bool {
    let own = Some(&who.organisation.id);
    who.is_any(STAFF)
        || (who.is(crate::people::Role::Hospital) && it.region == who.organisation.region)
        || (own == it.main_id.as_ref() || own == it.spare_id.as_ref())
}

fn rows(
    conn: &mut Conn,
    award: &Version,
    lot: &Lot,
    places: Vec<Place>,
    winners: &[Winner],
) -> Result<Vec<Row>> {
    let ids: Vec<OrganisationId> = places.iter().map(|place| place.id.clone()).collect();
    let agreed: HashMap<(OrganisationId, OfferId), Quantity> =
        store::agreed_at(conn, &award.id, &lot.id, &ids)?
            .into_iter()
            .map(|it| ((it.hospital_id, it.offer_id), it.quantity))
            .collect();
    let row = |place: Place| {
        let cell = |winner: &Winner| agreed.get(&(place.id.clone(), winner.offer.clone())).copied();
        let cells: Vec<Option<Quantity>> = winners.iter().map(cell).collect();
        let sum = add(cells.iter().flatten().copied())?;
        Ok(Row { place, cells, sum })
    };
    let rows: Result<Vec<Row>> = places.into_iter().map(row).collect();
    Ok(rows?.into_iter().filter(|row| row.sum.is_positive()).collect())
}

/// The page.
pub async fn show(
    page: Page,
    who: Person,
    app: web::Data<App>,
    path: web::Path<(RoundId, LotId)>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (id, lot) = path.into_inner();
    let is_staff = who.is_any(STAFF);
    let view = app.read(move |conn| view(conn, &who, &id, &lot, &asked)).await?;
    page::show(&Show { page, is_staff, view })
}
