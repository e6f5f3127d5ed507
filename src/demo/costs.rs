//! Case baskets of the sample city, and its prices held against the payment standards.

use crate::db::Db;
use crate::demo::city::DRUGS;
use crate::demo::people::acts;
use crate::disease_costs::changes::{self, Facts};
use crate::error::{Error, Result};
use crate::standards::links;
use crate::types::{DiseaseBasketId, Quantity, Time};

/// Baskets: disease, code, cases a year, and how many units of the first drugs of the city a case uses.
const BASKETS: &[(&str, &str, i64, &[&str])] =
    &[("社区获得性肺炎", "ES31", 1_200, &["21", "6"]), ("原发性高血压", "FV29", 2_600, &["30", "0.5", "28"])];

/// Enters the baskets, which computes what the round did to them, and looks for prices that left their standard.
pub fn count(db: &Db, now: Time) -> Result<()> {
    let ctx = acts(db, "officer", now)?;
    for (name, code, cases, quantities) in BASKETS {
        let id = DiseaseBasketId::new();
        let facts = Facts {
            name: (*name).to_owned(),
            code: (*code).to_owned(),
            hospital: String::new(),
            cases: Some(*cases),
            document: "安和市病种费用测算表（示例）".to_owned(),
        };
        db.write(|tx| {
            changes::create(tx, &ctx, &id, &facts)?;
            for ((drug, quantity), revision) in DRUGS.iter().zip(*quantities).zip(1_i32..) {
                let quantity: Quantity =
                    quantity.parse().map_err(|e| Error::fault(format!("{quantity}: {e:?}")))?;
                changes::add_item(tx, &ctx, (&id, revision), ("", drug.generic, quantity))?;
            }
            Ok(())
        })?;
    }
    links::find(db, &ctx).map(drop)
}
