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
