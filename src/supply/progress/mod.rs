//! Progress (进度): agreed volume against purchases beside the time elapsed, how suppliers deliver, and who is behind.
//!
//! Volumes are those of the contracts' agreement years. How orders were delivered is counted by contract and year each
//! night ([`counts`]). The bureau's boards read sums of both, made in the same run; a hospital or supplier, who has
//! few contracts, reads its own as they stand.

pub mod counts;
pub mod letters;
pub mod rules;
pub mod store;

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::contracts::{Party, volumes};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::terms::{self, Term};
use crate::text::Text;
use crate::types::{ContractId, LotId, OrganisationId, RoundId, Time};

pub use rules::{Cause, Numbers};
pub use store::Line;

crate::words! {
    /// What progress is shown by.
    Part {
        /// By hospital.
        Hospital = "hospital",
        /// By lot.
        Lot = "lot",
        /// By supplier.
        Supplier = "supplier",
        /// By the hospitals' region.
        Region = "region",
    }
}

impl Part {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let p = &t.progress;
        match self {
            Part::Hospital => p.hospital,
            Part::Lot => p.lot,
            Part::Supplier => p.supplier,
            Part::Region => p.region,
        }
    }

    /// What a side of contracts is shown them by; the bureau by all.
    pub fn for_side(party: Option<Party>) -> &'static [Part] {
        match party {
            None => Part::ALL,
            Some(Party::Hospital) => &[Part::Lot, Part::Supplier],
            Some(Party::Supplier) => &[Part::Hospital, Part::Lot, Part::Region],
        }
    }
}

/// Whose contracts, of which round, in the agreement years that hold which day.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Only the contracts of this side.
    pub party: Option<(Party, OrganisationId)>,
    /// Only this round.
    pub round: Option<RoundId>,
    /// The day whose agreement years are shown.
    pub day: NaiveDate,
}

/// Which contracts of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Narrow {
    /// All of them.
    All,
    /// Of a hospital.
    Hospital(OrganisationId),
    /// Of a lot.
    Lot(LotId),
    /// Of a supplier.
    Supplier(OrganisationId),
    /// Of these hospitals.
    Region(Vec<OrganisationId>),
    /// Only this one.
    Contract(ContractId),
}

/// The progress of one hospital, lot, supplier or region, in yuan at the contracts' prices.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// The id, or the region's name.
    pub key: String,
    /// The code.
    pub code: String,
    /// The name.
    pub name: String,
    /// The unit quantities are counted in, for a lot.
    pub unit: String,
    /// Number of contracts.
    pub contracts: i64,
    /// Agreed and used in units, for a lot: only there all are of one product.
    pub agreed_quantity: Decimal,
    /// Used of it.
    pub used_quantity: Decimal,
    /// The figures.
    pub numbers: Numbers,
    /// When the oldest count was made; none when something was not counted yet.
    pub counted_at: Option<Time>,
}

/// The groups of a scope, by code.
pub fn groups(conn: &mut Conn, scope: &Scope, part: Part, today: NaiveDate) -> Result<Vec<Group>> {
    let sums = match scope.party {
        Some(_) => store::own_sums(conn, part, scope)?,
        None => store::kept_sums(conn, part, scope.round.as_ref(), scope.day)?,
    };
    let named = names(conn, scope, part)?;
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for sum in sums {
        let Some(named) = named.get(&sum.part_id) else { continue };
        let fresh = groups.is_empty() || !groups.contains_key(&named.key);
        let group = groups.entry(named.key.clone()).or_insert_with(|| named.clone());
        add(group, &sum, scope.day, today);
        group.counted_at = if fresh { sum.counted_at } else { older(group.counted_at, sum.counted_at) };
    }
    let mut list: Vec<Group> = groups.into_values().collect();
    list.sort_by(|a, b| (&a.code, &a.name).cmp(&(&b.code, &b.name)));
    Ok(list)
}

/// The older of two counts; none when one is missing.
fn older(one: Option<Time>, other: Option<Time>) -> Option<Time> {
    Some(one?.min(other?))
}

/// Adds a sum to its group. Where the year was not made yet, the contracts agree on what they say for it.
fn add(group: &mut Group, sum: &store::Sum, day: NaiveDate, today: NaiveDate) {
    let (mut starts, mut ends, mut part) = (sum.starts, sum.ends, Decimal::ONE);
    if sum.bare == 1 {
        let Some(year) = volumes::year_of(sum.starts, sum.ends, day) else { return };
        part = volumes::part_of_year(sum.starts, year);
        (starts, ends) = (year.1, year.2);
    }
    let agreed = sum.agreed.decimal() * part;
    group.contracts += sum.contracts;
    group.agreed_quantity += sum.agreed_quantity.decimal() * part;
    group.used_quantity += sum.used_quantity.decimal();
    group.numbers += &Numbers {
        agreed,
        expected: agreed * rules::elapsed(starts, ends, today),
        reserved: sum.reserved.decimal(),
        consumed: sum.consumed.decimal(),
        lost: sum.lost.decimal(),
        overdue: sum.overdue.decimal(),
        ordered: sum.ordered.decimal(),
        shipped: sum.shipped.decimal(),
        accepted: sum.accepted.decimal(),
        due: sum.due.decimal(),
        on_time: sum.on_time.decimal(),
    };
}

/// What each summed id is shown as: its group without figures.
fn names(conn: &mut Conn, scope: &Scope, part: Part) -> Result<HashMap<String, Group>> {
    if part == Part::Lot {
        let lots = store::lot_names(conn, scope.round.as_ref())?;
        let named = lots.into_iter().map(|it| {
            let key = it.id.to_string();
            let code = format!("{} {}", it.round, it.code);
            (key.clone(), Group { key, code, name: it.generic, unit: it.unit, ..Group::default() })
        });
        return Ok(named.collect());
    }
    let named = store::organisations(conn)?.into_iter().map(|(id, name, code, region)| {
        let id = id.to_string();
        let group = match part {
            Part::Region => Group { key: region.clone(), name: region, ..Group::default() },
            _ => Group { key: id.clone(), code, name, ..Group::default() },
        };
        (id, group)
    });
    Ok(named.collect())
}

/// The sum of groups.
pub fn total(groups: &[Group]) -> Group {
    let mut sum = Group { counted_at: groups.first().and_then(|it| it.counted_at), ..Group::default() };
    for it in groups {
        sum.contracts += it.contracts;
        sum.numbers += &it.numbers;
        sum.counted_at = older(sum.counted_at, it.counted_at);
    }
    sum
}

/// The narrowing to one group.
pub fn narrow(conn: &mut Conn, part: Part, key: &str) -> Result<Narrow> {
    let bad = |_| Error::NotFound;
    Ok(match part {
        Part::Hospital => Narrow::Hospital(key.parse().map_err(bad)?),
        Part::Lot => Narrow::Lot(key.parse().map_err(bad)?),
        Part::Supplier => Narrow::Supplier(key.parse().map_err(bad)?),
        Part::Region => {
            let all = store::organisations(conn)?.into_iter();
            Narrow::Region(all.filter(|(.., region)| region == key).map(|(id, ..)| id).collect())
        }
    })
}

/// The figures of one contract, in its own units.
pub fn numbers(line: &Line, day: NaiveDate, today: NaiveDate) -> Numbers {
    let (starts, ends, agreed) = match (line.starts, line.ends) {
        (Some(starts), Some(ends)) => (starts, ends, line.agreed.decimal()),
        _ => match volumes::year_of(line.term_starts, line.term_ends, day) {
            Some(year) => {
                let part = volumes::part_of_year(line.term_starts, year);
                (year.1, year.2, line.agreed.decimal() * part)
            }
            None => (line.term_starts, line.term_ends, line.agreed.decimal()),
        },
    };
    Numbers {
        agreed,
        expected: agreed * rules::elapsed(starts, ends, today),
        reserved: line.reserved.decimal(),
        consumed: line.consumed.decimal(),
        lost: line.lost.decimal(),
        overdue: line.overdue.decimal(),
        ordered: line.ordered.decimal(),
        shipped: line.shipped.decimal(),
        accepted: line.accepted.decimal(),
        due: line.due.decimal(),
        on_time: line.on_time.decimal(),
    }
}

/// The share by which purchases may lag behind, on a day.
pub fn points(conn: &mut Conn, day: NaiveDate) -> Result<Decimal> {
    terms::value(conn, Term::BehindPoints, day)
}

/// A contract with its figures and why it lags.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The contract.
    pub line: Line,
    /// Its figures.
    pub numbers: Numbers,
    /// Why it lags, if it does.
    pub cause: Cause,
}

/// Contracts read for one page of those behind.
const SCAN: i64 = 500;
/// Most that are read for one page; the next page goes on from there.
const SCANS: usize = 8;

/// A page of contracts and the number after which the next one goes on; none at the end.
pub fn page(
    conn: &mut Conn,
    scope: &Scope,
    narrow: &Narrow,
    is_behind_only: bool,
    after: &str,
    limit: usize,
    today: NaiveDate,
) -> Result<(Vec<Judged>, Option<String>)> {
    let points = points(conn, today)?;
    let (mut found, mut after) = (Vec::new(), after.to_owned());
    for _ in 0..SCANS {
        let read = store::lines(conn, scope, narrow, &after, SCAN)?;
        let is_last = read.len() < usize::try_from(SCAN).unwrap_or(usize::MAX);
        for line in read {
            if found.len() == limit {
                return Ok((found, Some(after)));
            }
            after.clone_from(&line.number);
            let numbers = numbers(&line, scope.day, today);
            let cause = rules::cause(&numbers, points);
            if !is_behind_only || cause != Cause::OnTrack {
                found.push(Judged { line, numbers, cause });
            }
        }
        if is_last {
            return Ok((found, None));
        }
    }
    Ok((found, Some(after)))
}

/// Makes the agreement years that have begun, counts what may have changed, and sums it all anew.
pub fn count(db: &Db, now: Time, which: counts::Which) -> Result<usize> {
    db.write(|tx| volumes::open_years(tx, now.day()))?;
    let counted = counts::count(db, now, which)?;
    db.write(store::refresh)?;
    Ok(counted)
}
