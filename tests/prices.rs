//! Purchase history: its import, and what was bought in the two years before a day.

use diesel::prelude::*;
use jicai::error::Error;
use jicai::people::Organisation;
use jicai::prices::{self, Transaction, import};
use jicai::schema::{organisations, products, transactions};
use jicai::types::{Money, ProductId, Quantity, TransactionId};

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

/// Enters a purchase.
pub fn purchase(site: &Site, hospital: &Organisation, product: &ProductId, day: &str, quantity: &str) {
    let row = Transaction {
        id: TransactionId::new(),
        day: day.parse().unwrap(),
        hospital_id: hospital.id.clone(),
        product_id: product.clone(),
        supplier: "国药控股".to_owned(),
        quantity: quantity.parse().unwrap(),
        unit_price: "0.5".parse().unwrap(),
        amount: Money::of(quantity.parse().unwrap(), "0.5".parse().unwrap()).unwrap(),
    };
    site.app.db.write(|tx| prices::store::insert(tx, &row)).unwrap();
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

const HEADER: &str = "日期,医疗机构编码,医保编码,供应企业,数量,单价,金额\n";

fn count(site: &Site) -> i64 {
    site.app.db.read(|c| Ok(transactions::table.count().get_result(c)?)).unwrap()
}

fn take(site: &Site, text: &str) -> jicai::error::Result<import::Count> {
    let ctx = site.ctx();
    site.app.db.write(|tx| import::import(tx, &ctx, "t.csv", text.as_bytes()))
}

#[test]
fn the_same_file_twice_is_taken_once() {
    let site = Site::with_city();
    product(&site, "XJ01CAA040E001010104797", "阿莫西林胶囊", "", "甲厂");
    let mut file = HEADER.to_owned();
    for n in 1..=1_234 {
        file += &format!("2025-03-01,H33070200001,XJ01CAA040E001010104797,国药控股,{n},0.5,{n}.00\n");
    }
    let seen = site.app.db.read(|c| import::check(c, file.as_bytes())).unwrap();
    assert_eq!((seen.0.new, seen.0.unchanged, seen.1.count()), (1_234, 0, 0));
    assert_eq!(count(&site), 0, "a check takes nothing");
    assert_eq!(take(&site, &file).unwrap(), import::Count { new: 1_234, unchanged: 0 });
    assert_eq!(take(&site, &file).unwrap(), import::Count { new: 0, unchanged: 1_234 });
    assert_eq!(count(&site), 1_234);
    let longer = file.clone() + "2025-03-02,H33070200001,XJ01CAA040E001010104797,国药控股,1,0.5,0.50\n";
    assert_eq!(take(&site, &longer).unwrap(), import::Count { new: 1, unchanged: 1_234 });
    let line = "2025-04-01,H33070200001,XJ01CAA040E001010104797,国药控股,9,0.5,4.5\n";
    let twice = format!("{HEADER}{line}{line}");
    assert_eq!(take(&site, &twice).unwrap(), import::Count { new: 1, unchanged: 1 });
}

#[test]
fn one_bad_line_and_nothing_is_taken() {
    let site = Site::with_city();
    product(&site, "XJ01CAA040E001010104797", "阿莫西林胶囊", "", "甲厂");
    let check = |line: &str, wanted: &str| {
        let mut file = HEADER.to_owned();
        for n in 1..=600 {
            file += &format!("2025-03-01,H33070200001,XJ01CAA040E001010104797,国药控股,{n},0.5,1\n");
        }
        file += line;
        let Err(Error::Refused(why)) = take(&site, &file) else { panic!("taken: {line}") };
        let said = why.say(jicai::text::Lang::Zh.text());
        assert!(said.contains(wanted) && said.contains("第602行"), "{said}");
        assert_eq!(count(&site), 0);
    };
    check("2025-03-01,H9,XJ01CAA040E001010104797,国药控股,1,0.5,0.5\n", "没有编码为此值的医疗机构");
    check("2025-03-01,H33070200001,XJ01,国药控股,1,0.5,0.5\n", "产品目录中没有此医保编码");
    check("2025-03-41,H33070200001,XJ01CAA040E001010104797,国药控股,1,0.5,0.5\n", "不是有效的日期");
    check("2025-03-01,H33070200001,XJ01CAA040E001010104797,国药控股,-1,0.5,0.5\n", "必须大于零");
    check("2025-03-01,H33070200001,XJ01CAA040E001010104797,国药控股,1.0001,0.5,0.5\n", "最多保留3位小数");
    check("2025-03-01,H33070200001,XJ01CAA040E001010104797,国药控股,1盒,0.5,0.5\n", "不是规范的数字");
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
