//! The input files of an award, written: what `files` reads, under the same names and with the same columns.
//!
//! Each line takes its value apart field by field, so that a new field cannot be left out of the files silently.

use super::output::{Table, or_empty};
use super::{Bid, Consent, Demand, Lot, Pick, Reassignment};

/// `lots.csv`.
pub fn lots(lots: &[Lot]) -> Table<'_> {
    let line = |lot: &Lot| {
        let Lot { code, generic, form, form_class, comparable_spec, ceiling, category, base_volume } = lot;
        vec![
            code.to_string(),
            generic.clone(),
            form.clone(),
            form_class.to_string(),
            comparable_spec.clone(),
            ceiling.to_string(),
            category.to_string(),
            or_empty(*base_volume),
        ]
    };
    let header =
        &["lot", "generic", "form", "form_class", "comparable_spec", "ceiling", "category", "base_volume"];
    Table { name: "lots.csv", header, lines: Box::new(lots.iter().map(line)) }
}

/// `bids.csv`.
pub fn bids<'a>(bids: impl Iterator<Item = &'a Bid> + 'a) -> Table<'a> {
    let line = |bid: &Bid| {
        let Bid {
            lot,
            company,
            group,
            product,
            spec,
            unit_price,
            ratio,
            capacity,
            reported_volume,
            sales,
            kind,
            accepts_revival,
            supplies_all,
            current_price,
        } = bid;
        let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        vec![
            lot.to_string(),
            company.to_string(),
            group.clone().unwrap_or_default(),
            product.clone(),
            spec.clone(),
            unit_price.to_string(),
            ratio.normalize().to_string(),
            or_empty(*capacity),
            or_empty(*reported_volume),
            or_empty(*sales),
            or_empty(*kind),
            yes_no(*accepts_revival),
            yes_no(*supplies_all),
            or_empty(*current_price),
        ]
    };
    let header = &[
        "lot",
        "company",
        "group",
        "product",
        "spec",
        "unit_price",
        "ratio",
        "capacity",
        "reported_volume",
        "sales",
        "kind",
        "accepts_revival",
        "supplies_all",
        "current_price",
    ];
    Table { name: "bids.csv", header, lines: Box::new(bids.map(line)) }
}

/// `demand.csv`.
pub fn demand(demand: &[Demand]) -> Table<'_> {
    let line = |line: &Demand| {
        let Demand { region, hospital, lot, company, product, quantity } = line;
        let (company, product) =
            (company.as_deref().unwrap_or_default(), product.as_deref().unwrap_or_default());
        [&**region, &**hospital, &**lot, company, product, &quantity.to_string()].map(str::to_owned).to_vec()
    };
    let header = &["region", "hospital", "lot", "company", "product", "quantity"];
    Table { name: "demand.csv", header, lines: Box::new(demand.iter().map(line)) }
}

/// `consents.csv`.
pub fn consents(consents: &[Consent]) -> Table<'_> {
    let line = |consent: &Consent| {
        let Consent { lot, company, question, price } = consent;
        [&**lot, &**company, question.as_str(), &or_empty(*price)].map(str::to_owned).to_vec()
    };
    let header = &["lot", "company", "question", "price"];
    Table { name: "consents.csv", header, lines: Box::new(consents.iter().map(line)) }
}

/// `picks.csv`, in the order they were taken.
pub fn picks(picks: &[Pick]) -> Table<'_> {
    let line = |pick: &Pick| {
        let Pick { lot, region, company, supply } = pick;
        [&**lot, &**region, &**company, supply.as_str()].map(str::to_owned).to_vec()
    };
    let header = &["lot", "region", "company", "supply"];
    Table { name: "picks.csv", header, lines: Box::new(picks.iter().map(line)) }
}

/// `reassignments.csv`.
pub fn reassignments(reassignments: &[Reassignment]) -> Table<'_> {
    let line = |given: &Reassignment| {
        let Reassignment { lot, hospital, company, product, quantity } = given;
        let product = product.as_deref().unwrap_or_default();
        [&**lot, &**hospital, &**company, &quantity.to_string(), product].map(str::to_owned).to_vec()
    };
    let header = &["lot", "hospital", "company", "quantity", "product"];
    Table { name: "reassignments.csv", header, lines: Box::new(reassignments.iter().map(line)) }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::awards::Kind;
    use crate::awards::files::read_input;
    use crate::awards::output;
    use crate::files::write::Csv;
    use crate::rounds::rule_set::{self, Category, FormClass};
    use crate::types::{Quantity, UnitPrice};

    /// Names as people write them, with what CSV and spreadsheets stumble over.
    fn word() -> impl Strategy<Value = String> {
        "[=+@\",;a-zA-Z0-9甲乙（）-]{1,10}"
    }

    fn quantity() -> impl Strategy<Value = Option<Quantity>> {
        prop::option::of((1..i64::MAX / 1_000).prop_map(Quantity::from_scaled))
    }

    type Parts = (String, String, String, i64, u32, Option<Quantity>, Option<Quantity>, bool);

    fn bid(lot: &Arc<str>, number: usize, parts: Parts) -> Bid {
        let (group, product, spec, price, ratio, capacity, sales, accepts_revival) = parts;
        Bid {
            lot: lot.clone(),
            company: format!("C{number}").into(),
            group: Some(group).filter(|group| group.len() > 3),
            product,
            spec,
            unit_price: UnitPrice::from_scaled(price * 10_000),
            ratio: rust_decimal::Decimal::new(ratio.into(), 6),
            capacity,
            reported_volume: sales,
            sales,
            kind: accepts_revival.then_some(Kind::Reference),
            accepts_revival,
            supplies_all: !accepts_revival,
            current_price: capacity.map(|_| UnitPrice::from_scaled(price)),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_written_is_read_back_the_same(
            names in prop::collection::vec((word(), word(), 1..1_000_000i64, quantity()), 1..4),
            offered in prop::collection::vec(
                (word(), word(), word(), 1..1_000_000i64, 1u32..2_000_000, quantity(), quantity(), any::<bool>()), 0..6),
            hospital in word(),
        ) {
            let lots: Vec<Lot> = names.into_iter().enumerate().map(|(n, (generic, spec, price, base_volume))| Lot {
                code: format!("L{n}").into(),
                generic,
                form: String::new(),
                form_class: FormClass::ALL[n % FormClass::ALL.len()],
                comparable_spec: spec,
                ceiling: UnitPrice::from_scaled(price),
                category: Category::ALL[n % Category::ALL.len()],
                base_volume,
            }).collect();
            let at = |n: usize| &lots[n % lots.len()].code;
            let bids: Vec<Bid> = offered.into_iter().enumerate().map(|(n, it)| bid(at(n), n, it)).collect();
            let demand: Vec<Demand> = bids.iter().map(|bid| Demand {
                region: "R".into(),
                hospital: hospital.as_str().into(),
                lot: bid.lot.clone(),
                company: Some(bid.company.clone()).filter(|_| bid.accepts_revival),
                product: None,
                quantity: Quantity::from_scaled(1),
            }).collect();
            let mut demand = demand;
            demand.sort_by(|a, b| (&a.lot, &a.company).cmp(&(&b.lot, &b.company)));
            demand.dedup_by(|a, b| (&a.lot, &a.company) == (&b.lot, &b.company));

            let folder = tempfile::tempdir().unwrap();
            for table in [super::lots(&lots), super::bids(bids.iter()), super::demand(&demand)] {
                let name = table.name;
                let bytes = output::write(table, Csv::new(Vec::new()).unwrap()).unwrap();
                fs::write(folder.path().join(name), bytes).unwrap();
            }
            let path = |name: &str| folder.path().join(name);
            let rules = rule_set::find("GY-YD2024-2").unwrap();
            let read = read_input(&rules, &path("lots.csv"), &path("bids.csv"), Some(&path("demand.csv")), None);
            let read = read.map_err(|faulty| format!("{faulty:?}")).unwrap();
            prop_assert_eq!(read.lots, lots);
            prop_assert_eq!(read.bids, bids);
            prop_assert_eq!(read.demand, demand);
        }
    }
}
