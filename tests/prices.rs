//! Purchases: what was bought in the two years before a day; how files of them are taken.

mod command;
mod ingesting;

use diesel::prelude::*;
use jicai::people::Organisation;
use jicai::prices::{self, ingest};
use jicai::schema::{organisations, products, transactions};
use jicai::types::{Money, ProductId, Quantity, UnitPrice};

use crate::support::Site;

/// Enters a catalogue product.
pub fn product(site: &Site, code: &str, generic: &str, key: &str, maker: &str) -> ProductId {
    let id = ProductId::new();
    let now = site.now();
    site.app
        .db
        .write(|tx| {
            diesel::insert_into(products::table)
                .values((
                    products::id.eq(&id),
                    products::code.eq(code),
                    products::kind.eq("drug"),
                    products::generic.eq(generic),
                    products::generic_key.eq(key),
                    products::form.eq("硬胶囊"),
                    products::spec.eq("0.25g"),
                    products::pack.eq("24粒/盒"),
                    products::pack_count.eq(Some(24_i64)),
                    products::maker.eq(maker),
                    products::approval.eq(""),
                    products::evaluated.eq(true),
                    products::listing_price.eq(None::<i64>),
                    products::search.eq(""),
                    products::created_at.eq(now),
                    products::updated_at.eq(now),
                ))
                .execute(tx.conn())?;
            Ok(())
        })
        .unwrap();
    id
}

/// The columns of `transactions.csv`.
pub const HEADER: &str = "日期,医疗机构编码,医保编码,供应企业,数量,单价,金额\n";

/// Enters a purchase at half a yuan.
pub fn purchase(site: &Site, hospital: &Organisation, product: &ProductId, day: &str, quantity: &str) {
    purchase_at(site, &hospital.code, product, day, quantity, "0.5");
}

/// Enters a purchase at a price.
pub fn purchase_at(site: &Site, hospital: &str, product: &ProductId, day: &str, quantity: &str, price: &str) {
    let code: String =
        site.app.db.read(|c| Ok(products::table.find(product).select(products::code).first(c)?)).unwrap();
    let (units, unit_price): (Quantity, UnitPrice) = (quantity.parse().unwrap(), price.parse().unwrap());
    let amount = Money::of(units, unit_price).unwrap();
    let line = format!("{day},{hospital},{code},国药控股,{quantity},{price},{amount}\n");
    let done = take(site, &format!("{HEADER}{line}")).unwrap();
    assert_eq!(done.new, 1, "{line}");
}

/// Takes a file that must have no bad line.
pub fn take(site: &Site, text: &str) -> jicai::error::Result<ingest::Outcome> {
    run(site, text, ingest::How::Whole)
}

/// Takes a file, or looks at it.
pub fn run(site: &Site, text: &str, how: ingest::How) -> jicai::error::Result<ingest::Outcome> {
    let source = ingest::Source { name: "t.csv", open: &|| Ok(text.as_bytes()) };
    ingest::run(&site.app.db, &site.ctx(), &source, how, &mut |_| {})
}

/// The hospital with a name.
pub fn hospital(site: &Site, name: &str) -> Organisation {
    site.app
        .db
        .read(|c| {
            Ok(organisations::table
                .filter(organisations::name.eq(name))
                .select(Organisation::as_select())
                .first(c)?)
        })
        .unwrap()
}

/// How many purchases there are.
pub fn count(site: &Site) -> i64 {
    site.app.db.read(|c| Ok(transactions::table.count().get_result(c)?)).unwrap()
}

#[test]
fn history_is_the_two_years_before_the_day_and_only_of_this_hospital() {
    let site = Site::with_city();
    let it = product(&site, "X1", "阿莫西林胶囊", "", "甲厂");
    let other = product(&site, "X2", "阿莫西林胶囊", "", "乙厂");
    let (mine, theirs) = (hospital(&site, "金华市中心医院"), hospital(&site, "义乌市中医医院"));
    for (day, quantity) in [
        ("2024-11-17", "1"),
        ("2024-11-18", "10"),
        ("2025-11-17", "100"),
        ("2025-11-18", "1000"),
        ("2026-11-17", "10000.5"),
        ("2026-11-18", "100000"),
    ] {
        purchase(&site, &mine, &it, day, quantity);
    }
    purchase(&site, &theirs, &it, "2026-01-01", "7");
    purchase(&site, &mine, &other, "2026-01-01", "5");
    let before = "2026-11-18".parse().unwrap();
    let found =
        site.app.db.read(|c| prices::history(c, &mine.id, std::slice::from_ref(&it), before)).unwrap();
    assert_eq!(found.len(), 1);
    let quantity = |text: &str| text.parse::<Quantity>().unwrap();
    assert_eq!(found[&it].first, quantity("110"));
    assert_eq!(found[&it].second, quantity("11000.5"));
    assert_eq!(found[&it].average().unwrap(), quantity("5555.25"));
}
