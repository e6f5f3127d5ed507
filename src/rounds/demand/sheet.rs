//! What the pages of demand show: a hospital's sheet with its history, the board of a round, the lines of a lot.

use std::collections::{BTreeMap, HashMap};

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, Organisation, OrganisationKind};
use crate::prices::{self, Years};
use crate::rounds::demand::rules::{self, Bounds, Refused, Standing};
use crate::rounds::demand::{Line, Report, entry, place, store};
use crate::rounds::{self, Lot, Round, RoundState};
use crate::terms::{self, Term};
use crate::types::{LotId, OrganisationId, ProductId, Quantity, RoundId, Time};

/// What was bought of one maker's products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The maker.
    pub maker: String,
    /// How much.
    pub years: Years,
}

/// A lot on a hospital's sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotSheet {
    /// The lot.
    pub lot: Lot,
    /// What the hospital bought in the two years before reporting began.
    pub years: Years,
    /// The yearly average the sum is compared with.
    pub average: Quantity,
    /// The same by maker, by name.
    pub parts: Vec<Part>,
    /// The report's lines.
    pub lines: Vec<Line>,
    /// Their sum as reported.
    pub sum: Quantity,
    /// How the sum stands to the average.
    pub standing: Standing,
}

/// A hospital's report with everything beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The round.
    pub round: Round,
    /// The hospital.
    pub hospital: Organisation,
    /// Its report, once it has saved one.
    pub report: Option<Report>,
    /// The lots in their order.
    pub lots: Vec<LotSheet>,
    /// Until when it may be written.
    pub deadline: Time,
    /// Why it cannot be written now.
    pub closed: Option<Refused>,
    /// Whether it can be taken back now.
    pub can_withdraw: bool,
    /// Whether a brand's product is reported too.
    pub by_product: bool,
    /// Between which shares of the average a sum needs no reason.
    pub bounds: Bounds,
}

/// The bounds of a round: those in force when its reporting begins.
pub(super) fn bounds(conn: &mut Conn, round: &Round) -> Result<Bounds> {
    let day = round.calendar.demand_from.day();
    Ok(Bounds {
        low: terms::value(conn, Term::DemandLow, day)?,
        high: terms::value(conn, Term::DemandHigh, day)?,
    })
}

/// A hospital's sheet for a round.
pub fn sheet(conn: &mut Conn, round_id: &RoundId, hospital_id: &OrganisationId, now: Time) -> Result<Sheet> {
    let at = place(conn, round_id, hospital_id)?;
    let lots = rounds::lots_of(conn, round_id)?;
    let mut parts = parts_of(conn, &at.round, hospital_id, &lots)?;
    let bounds = bounds(conn, &at.round)?;
    // Once handed in, the average is the one the hospital was held to.
    let is_kept = !rules::is_missing(at.report.as_ref());
    let mut sheets = Vec::with_capacity(lots.len());
    for lot in lots {
        let parts = parts.remove(&lot.id).unwrap_or_default();
        let lines: Vec<Line> = at.lines.iter().filter(|line| line.lot_id == lot.id).cloned().collect();
        let years = total(&parts)?;
        let kept = lines.first().filter(|_| is_kept).map(|line| line.history);
        let average = kept.map_or_else(|| years.average(), Ok)?;
        let sum = rules::sum(lines.iter().map(|line| line.reported));
        sheets.push(LotSheet {
            lot,
            years,
            average,
            parts,
            sum,
            standing: Standing::of(sum, average, &bounds),
            lines,
        });
    }
    let report = at.report.as_ref();
    Ok(Sheet {
        can_withdraw: report.is_some_and(|it| entry::withdraw(&at.round, it, &[], now).is_ok()),
        deadline: rules::deadline(&at.round, at.report.as_ref()),
        closed: rules::may_write(&at.round, at.report.as_ref(), now).err(),
        by_product: at.by_product,
        bounds,
        round: at.round,
        hospital: at.hospital,
        report: at.report,
        lots: sheets,
    })
}

fn total(parts: &[Part]) -> Result<Years> {
    parts.iter().try_fold(Years::default(), |sum, part| sum.plus(part.years))
}

/// The yearly average a hospital bought of each lot.
pub(super) fn averages(
    conn: &mut Conn,
    round: &Round,
    hospital: &OrganisationId,
    lots: &[Lot],
) -> Result<BTreeMap<LotId, Quantity>> {
    let parts = parts_of(conn, round, hospital, lots)?;
    parts.into_iter().map(|(lot, parts)| Ok((lot, total(&parts)?.average()?))).collect()
}

/// What a hospital bought in the 24 months before reporting began, by lot and maker. Purchases are in the
/// smallest preparation units, as lots are. A lot is matched by its generic key, else by its generic name.
fn parts_of(
    conn: &mut Conn,
    round: &Round,
    hospital: &OrganisationId,
    lots: &[Lot],
) -> Result<BTreeMap<LotId, Vec<Part>>> {
    let keyed: Vec<String> =
        lots.iter().filter(|lot| !lot.generic_key.is_empty()).map(|lot| lot.generic_key.clone()).collect();
    let named: Vec<String> =
        lots.iter().filter(|lot| lot.generic_key.is_empty()).map(|lot| lot.generic.clone()).collect();
    let products = prices::products_like(conn, &keyed, &named)?;
    let ids: Vec<ProductId> = products.iter().map(|product| product.id.clone()).collect();
    let bought = prices::history(conn, hospital, &ids, round.calendar.demand_from.day())?;

    let mut by_lot = BTreeMap::new();
    for lot in lots {
        let mut makers: BTreeMap<&str, Years> = BTreeMap::new();
        for product in products.iter().filter(|product| match lot.generic_key.as_str() {
            "" => product.generic == lot.generic,
            key => product.generic_key == key,
        }) {
            if let Some(years) = bought.get(&product.id) {
                let sum = makers.entry(product.maker.as_str()).or_default();
                *sum = sum.plus(*years)?;
            }
        }
        let parts = makers.into_iter().map(|(maker, years)| Part { maker: maker.to_owned(), years });
        by_lot.insert(lot.id.clone(), parts.collect());
    }
    Ok(by_lot)
}

/// A hospital on the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HospitalRow {
    /// The hospital.
    pub hospital: Organisation,
    /// Its report, once it has saved one.
    pub report: Option<Report>,
    /// Its deadline has passed and nothing was handed in.
    pub is_late: bool,
}

/// A lot's sums on the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotTotal {
    /// The lot.
    pub lot: Lot,
    /// Hospitals that reported it.
    pub hospitals: i64,
    /// Lines summed.
    pub lines: i64,
    /// Sum as reported.
    pub reported: Quantity,
    /// Sum as verified.
    pub verified: Quantity,
    /// Sum as approved.
    pub approved: Quantity,
}

/// The state of a round's demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// The round.
    pub round: Round,
    /// The hospitals of its regions, and any other that has a report, by name.
    pub hospitals: Vec<HospitalRow>,
    /// Its lots in their order.
    pub lots: Vec<LotTotal>,
}

/// The board of a round.
pub fn board(conn: &mut Conn, round_id: &RoundId, now: Time) -> Result<Board> {
    let round = rounds::round(conn, round_id)?;
    let hospitals = hospitals(conn, &round, now)?;
    let mut sums: HashMap<String, store::Sums> =
        store::sums_by_lot(conn, round_id)?.into_iter().map(|sums| (sums.lot_id.clone(), sums)).collect();
    let lots = rounds::lots_of(conn, round_id)?.into_iter().map(|lot| {
        let sums = sums.remove(lot.id.as_str()).unwrap_or_default();
        LotTotal {
            hospitals: sums.hospitals,
            lines: sums.lines,
            reported: Quantity::from_scaled(sums.reported),
            verified: Quantity::from_scaled(sums.verified),
            approved: Quantity::from_scaled(sums.approved),
            lot,
        }
    });
    Ok(Board { hospitals, lots: lots.collect(), round })
}

/// The hospitals of a round's regions with their reports, and any other that has one.
pub(super) fn hospitals(conn: &mut Conn, round: &Round, now: Time) -> Result<Vec<HospitalRow>> {
    let regions = rounds::store::regions_of(conn, &round.id)?;
    let mut found = people::store::active_in(conn, OrganisationKind::Hospital, &regions)?;
    let mut reports: HashMap<OrganisationId, Report> =
        store::reports_of(conn, &round.id)?.into_iter().map(|it| (it.hospital_id.clone(), it)).collect();
    for id in reports.keys() {
        if !found.iter().any(|hospital| hospital.id == *id) {
            found.extend(people::store::organisation(conn, id)?);
        }
    }
    found.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    let is_published = round.state != RoundState::Draft;
    Ok(found
        .into_iter()
        .map(|hospital| {
            let report = reports.remove(&hospital.id);
            let is_late = is_published
                && rules::is_missing(report.as_ref())
                && now >= rules::deadline(round, report.as_ref());
            HospitalRow { hospital, report, is_late }
        })
        .collect())
}

/// A lot of a round with the lines its sums are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotLines {
    /// The round.
    pub round: Round,
    /// The lot.
    pub lot: Lot,
    /// Its lines that are no draft, with their hospitals.
    pub lines: Vec<(Line, Organisation)>,
    /// Between which shares of the average a sum needs no reason.
    pub bounds: Bounds,
}

/// The lines of a lot, by hospital and company.
pub fn lot_page(conn: &mut Conn, round_id: &RoundId, lot_id: &LotId) -> Result<LotLines> {
    let round = rounds::round(conn, round_id)?;
    let lot = rounds::lot(conn, lot_id)?;
    if lot.round_id != round.id {
        return Err(Error::NotFound);
    }
    let lines = store::lines_with_hospitals(conn, round_id, Some(lot_id))?;
    let bounds = bounds(conn, &round)?;
    Ok(LotLines { round, lot, lines, bounds })
}
