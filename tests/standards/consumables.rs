//! Standards that follow from a round of consumables.

use diesel::prelude::*;
use jicai::rounds::{self, RoundState};
use jicai::schema::{lots, products};
use jicai::types::{ProductId, UnitPrice};

use super::{facts, pending};
use crate::contracts::{award, lost, won};
use crate::support::Site;

#[actix_web::test]
async fn catalogue_consumables_are_priced_by_the_piece_and_need_no_evaluation() {
    let site = Site::with_city();
    let (round, list) = site.round_in(RoundState::Awarded);
    site.app
        .db
        .write(|tx| {
            use jicai::schema::rounds as table;
            let rules = rounds::store::latest_rule_set(tx.conn(), "GY-HD2020-1")?.unwrap().id;
            let set = (table::rule_set_id.eq(rules), table::kind.eq("consumable"));
            diesel::update(table::table.find(&round.id)).set(set).execute(tx.conn())?;
            let lot = (lots::generic_key.eq("C020211005"), lots::unit.eq("个"));
            diesel::update(lots::table.find(&list[0].id)).set(lot).execute(tx.conn())?;
            for (n, pack, count, price) in [
                (1, "", None, "3000"),
                (2, "", None, "800"),
                (3, "2个/盒", Some(2_i64), "900"),
                (4, "散装", None, "700"),
            ] {
                let price: UnitPrice = price.parse().unwrap();
                diesel::insert_into(products::table)
                    .values((
                        products::id.eq(ProductId::new()),
                        products::code.eq(format!("C0202110050000100001000000{n}")),
                        products::kind.eq("consumable"),
                        products::generic.eq("冠脉支架"),
                        products::generic_key.eq("C020211005"),
                        products::form.eq("合金"),
                        products::spec.eq(format!("型号{n}")),
                        products::pack.eq(pack),
                        products::pack_count.eq(count),
                        products::maker.eq(format!("企业{n}")),
                        products::approval.eq(""),
                        products::evaluated.eq(false),
                        products::listing_price.eq(Some(price)),
                        products::search.eq(""),
                        products::created_at.eq(site.now()),
                        products::updated_at.eq(site.now()),
                    ))
                    .execute(tx.conn())?;
            }
            Ok(())
        })
        .unwrap();
    let round = site.app.db.read(|c| rounds::round(c, &round.id)).unwrap();
    let bids = [won(0, "supplier1", "甲一", "500"), lost(0, "supplier2", "乙一", "900")];
    award(&site, &round, &list, &bids, &[]);
    assert_eq!(
        facts(&pending(&site, &round)),
        [
            "1 浙江康恩药业有限公司 500.00 SELECTED 2026-12-12..",
            "1 华东制药有限公司 500.00 WITHIN_MULTIPLE 2026-12-12..",
            "1 企业1 2100.00 CUT 2026-12-12..2027-12-11",
            "1 企业1 1470.00 CUT 2027-12-12..2028-12-11",
            "1 企业1 500.00 FINAL_YEAR 2028-12-12..",
            "1 企业2 500.00 WITHIN_MULTIPLE 2026-12-12..",
            // Two in a pack; a pack that cannot be read is left out.
            "1 企业3 450.00 LOWER 2026-12-12..",
        ]
    );
    let page = site.get("officer", &format!("/rounds/{}/standards", round.id)).await;
    page.is(200).shows("<td>个</td>").hides("未过评");
}
