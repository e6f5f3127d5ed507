//! What was selected in an award and by how much prices fell, and the reference each cut is measured from.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::awards::Status;
use crate::db::Conn;
use crate::error::Result;
use crate::indicators::{Indicator, Sum, rules};
use crate::schema::lots;
use crate::types::{AwardId, LotId, OrganisationId, RoundId, UnitPrice, parse_decimal};

/// A decision of an award with what its cut is measured from.
#[derive(Debug, Clone, QueryableByName)]
pub(super) struct Decided {
    #[diesel(sql_type = Text)]
    pub lot_id: LotId,
    #[diesel(sql_type = Text)]
    pub supplier_id: OrganisationId,
    #[diesel(sql_type = Text)]
    pub product: String,
    #[diesel(sql_type = Text)]
    pub spec: String,
    #[diesel(sql_type = Text)]
    pub ratio: String,
    #[diesel(sql_type = Text)]
    pub status: Status,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub award_price: Option<UnitPrice>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub current_price: Option<UnitPrice>,
    #[diesel(sql_type = BigInt)]
    pub ceiling: UnitPrice,
}

impl Decided {
    /// Whether it was selected, with or without volume.
    pub fn is_selected(&self) -> bool {
        matches!(self.status, Status::Won | Status::WonRevived | Status::WonNoVolume)
    }

    /// What a unit of its spec cost before: the product's current listed price where the round asked for it, else the
    /// lot's ceiling at the ratio of the spec, rounded once to six decimals.
    pub fn reference(&self) -> Option<UnitPrice> {
        if self.current_price.is_some() {
            return self.current_price;
        }
        let ratio = parse_decimal(&self.ratio).ok()?;
        UnitPrice::rounded(self.ceiling.decimal().checked_mul(ratio)?).ok()
    }
}

/// Every decision of an award.
pub(super) fn decided(conn: &mut Conn, award: &AwardId) -> Result<Vec<Decided>> {
    let query = "SELECT d.lot_id AS lot_id, d.supplier_id AS supplier_id, d.product AS product, d.spec AS spec, \
          d.ratio AS ratio, d.status AS status, d.award_price AS award_price, o.current_price AS current_price, l.ceiling AS ceiling \
        FROM decisions d JOIN offers o ON o.id = d.offer_id JOIN lots l ON l.id = d.lot_id \
        WHERE d.award_id = $1 ORDER BY d.lot_id, d.position";
    Ok(diesel::sql_query(query).bind::<Text, _>(award).load(conn)?)
}

/// What an award comes to, by indicator.
pub(super) fn sums(conn: &mut Conn, award: &AwardId, round: &RoundId) -> Result<Vec<(Indicator, Sum)>> {
    let tendered: i64 = lots::table.filter(lots::round_id.eq(round)).count().get_result(conn)?;
    Ok(of(tendered, &decided(conn, award)?))
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn of(tendered: i64, all: &[Decided]) -> Vec<(Indicator, Sum)> {
    let selected: Vec<&Decided> = all.iter().filter(|it| it.is_selected()).collect();
    let lots: BTreeSet<&LotId> = selected.iter().map(|it| &it.lot_id).collect();
    let companies: BTreeSet<&OrganisationId> = all.iter().map(|it| &it.supplier_id).collect();
    let winners: BTreeSet<&OrganisationId> = selected.iter().map(|it| &it.supplier_id).collect();
    let cuts: Vec<i64> = selected
        .iter()
        .filter_map(|it| Some(rules::cut(it.award_price?, it.reference()?)?.scaled()))
        .collect();
    let ratio = |numerator, denominator| Sum { numerator, denominator, missing: 0 };
    let missing = count(selected.len()) - count(cuts.len());
    let mut sums = vec![
        (Indicator::SelectionVarieties, ratio(count(lots.len()), tendered)),
        (Indicator::SelectionProducts, ratio(count(selected.len()), count(all.len()))),
        (Indicator::SelectionCompanies, ratio(count(winners.len()), count(companies.len()))),
    ];
    if let Some(largest) = cuts.iter().max() {
        let all = cuts.iter().fold(0_i64, |sum, cut| sum.saturating_add(*cut));
        sums.push((Indicator::MeanCut, Sum { numerator: all, denominator: count(cuts.len()), missing }));
        sums.push((Indicator::MaxCut, Sum { numerator: *largest, denominator: 0, missing }));
    }
    sums
}

/// What was won: the lot, by whom, and with which of its products.
pub(super) type Key = (LotId, OrganisationId, String);

/// What a unit of each contract's product cost before. The contracts come with their specs: a supplier that took one over
/// has no decision of its own, and the reference of the same spec in the lot holds for it.
pub(super) fn references(all: &[Decided], contracts: Vec<(Key, String)>) -> BTreeMap<Key, UnitPrice> {
    let mut own: BTreeMap<Key, UnitPrice> = BTreeMap::new();
    let mut of_spec: BTreeMap<(LotId, String), UnitPrice> = BTreeMap::new();
    for it in all.iter().filter(|it| it.is_selected()) {
        let Some(price) = it.reference() else { continue };
        own.entry((it.lot_id.clone(), it.supplier_id.clone(), it.product.clone())).or_insert(price);
        of_spec.entry((it.lot_id.clone(), it.spec.clone())).or_insert(price);
    }
    let found = contracts.into_iter().filter_map(|(key, spec)| {
        let price = own.get(&key).or_else(|| of_spec.get(&(key.0.clone(), spec)));
        price.copied().map(|price| (key, price))
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(lot: &LotId, supplier: &OrganisationId, status: Status, price: &str) -> Decided {
        Decided {
            lot_id: lot.clone(),
            supplier_id: supplier.clone(),
            product: "A".to_owned(),
            spec: "0.25g".to_owned(),
            ratio: "1".to_owned(),
            status,
            award_price: Some(price.parse().unwrap()),
            current_price: None,
            ceiling: "1".parse().unwrap(),
        }
    }

    #[test]
    fn an_award_is_counted_by_variety_product_and_company() {
        let (lot, other) = (LotId::new(), LotId::new());
        let (a, b) = (OrganisationId::new(), OrganisationId::new());
        let all = [
            decided(&lot, &a, Status::Won, "0.2"),
            decided(&lot, &b, Status::WonRevived, "0.5"),
            decided(&other, &b, Status::Fused, "0.9"),
        ];
        let sum = |numerator, denominator| Sum { numerator, denominator, missing: 0 };
        let found: BTreeMap<Indicator, Sum> = of(3, &all).into_iter().collect();
        assert_eq!(found[&Indicator::SelectionVarieties], sum(1, 3), "one lot has no offer at all");
        assert_eq!(found[&Indicator::SelectionProducts], sum(2, 3));
        assert_eq!(found[&Indicator::SelectionCompanies], sum(2, 2));
        assert_eq!(found[&Indicator::MeanCut], sum(800_000 + 500_000, 2));
        assert_eq!(found[&Indicator::MaxCut], sum(800_000, 0));
        assert!(of(2, &all[2..]).iter().all(|(it, _)| *it != Indicator::MaxCut), "nothing won, no cut");
    }

    #[test]
    fn a_reference_is_the_current_price_or_the_ceiling_at_the_ratio_of_the_spec() {
        let (lot, a, successor) = (LotId::new(), OrganisationId::new(), OrganisationId::new());
        let mut it = decided(&lot, &a, Status::Won, "0.2");
        it.ratio = "1.7".to_owned();
        assert_eq!(it.reference().unwrap().to_string(), "1.70");
        // The same company won with another product of the lot too.
        let other =
            Decided { product: "B".to_owned(), spec: "0.5g".to_owned(), ratio: "3".to_owned(), ..it.clone() };
        let contract = |supplier: &OrganisationId, product: &str, spec: &str| {
            ((lot.clone(), supplier.clone(), product.to_owned()), spec.to_owned())
        };
        let contracts = vec![
            contract(&a, "A", "0.25g"),
            contract(&a, "B", "0.5g"),
            contract(&successor, "C", "0.25g"),
            contract(&OrganisationId::new(), "C", "1g"),
        ];
        let found = references(&[it.clone(), other], contracts);
        let price = |supplier, product: &str| found[&contract(supplier, product, "").0].to_string();
        assert_eq!((price(&a, "A"), price(&a, "B")), ("1.70".to_owned(), "3.00".to_owned()));
        assert_eq!((price(&successor, "C"), found.len()), ("1.70".to_owned(), 3), "another spec has none");
        it.current_price = Some("2".parse().unwrap());
        assert_eq!(it.reference().unwrap().to_string(), "2.00");
    }
}
