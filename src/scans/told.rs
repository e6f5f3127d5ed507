//! Suppliers are told when a scan finds something new about the listings of what they make: one letter a scan, with how
//! many and where to read them. What hospitals paid is the bureau's to follow up.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::ScanRun;
use crate::db::Tx;
use crate::error::Result;
use crate::notify::{self, Letter, News};
use crate::people;
use crate::types::{Ctx, OrganisationId};

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    supplier: OrganisationId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Writes to the registered makers of products whose listings have findings that are new or back. A name that two
/// companies share is nobody's, as for cases.
pub fn suppliers(tx: &mut Tx, ctx: &Ctx, run: &ScanRun) -> Result<()> {
    let makers = "SELECT MIN(o.id) AS supplier, o.name, MIN(m.count) AS count FROM \
        (SELECT p.maker, COUNT(*) AS count FROM scan_changes s INNER JOIN products p ON p.id = s.product_id \
        WHERE s.run = $1 AND s.act IN ('new', 'back') AND s.hospital_id IS NULL GROUP BY p.maker) m \
        INNER JOIN organisations o ON o.name = m.maker AND o.kind = 'supplier' \
        GROUP BY o.name HAVING COUNT(*) = 1 ORDER BY o.name";
    let told: Vec<Told> = diesel::sql_query(makers).bind::<Text, _>(run.id.as_str()).load(tx.conn())?;
    for it in told {
        let letter = Letter::Supply {
            news: News::ListingsFound,
            number: ctx.now.day().to_string(),
            title: it.name.clone(),
            path: "/findings/listings".to_owned(),
            detail: it.count.to_string(),
        };
        for to in people::recipients(tx.conn(), &it.supplier)? {
            notify::post(tx, ctx, &to, &letter, &format!("listings_found:{}:{}", run.id, it.supplier))?;
        }
    }
    Ok(())
}
