//! What a product must be, and when a reviewed file may be applied. Pure.

use rust_decimal::prelude::ToPrimitive;

use super::code::{BadCode, Code, Kind};
use super::spec;
use super::{Facts, NewProduct, Product, ProductKind};
use crate::error::{Error, Result};
use crate::imports::State;
use crate::text::{Say, Text, fill};
use crate::types::{ProductId, Time, UnitPrice};

/// Most characters of a text: names are indexed, and PostgreSQL indexes no entry above 2,704 bytes.
pub const LONGEST: usize = 300;

/// Why something about the catalogue is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The code is none.
    Code(BadCode),
    /// The code belongs to another product.
    CodeTaken(String),
    /// A field is empty: which.
    Empty(&'static str),
    /// A field is too long: which.
    Long(&'static str),
    /// A price of zero or below.
    Price(UnitPrice),
    /// Somebody else changed the product at this moment, after the form was opened.
    Changed(Time),
    /// Another line of the file has the same code with other contents: which line.
    Twice(u64),
    /// The file has bad lines and leaving them out was not confirmed: how many.
    BadLines(u64),
    /// The catalogue has changed since the review, so that applying would do something else.
    Moved,
    /// The file no longer waits: it was applied or cancelled.
    Ended(State),
    /// It has not been said which column is which.
    NoColumns,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let c = &t.catalog;
        match self {
            Refused::Code(why) => why.say(t),
            Refused::CodeTaken(code) => fill(c.code_taken, &[("code", code)]),
            Refused::Empty(_) => t.common.field_empty.to_owned(),
            Refused::Long(_) => fill(c.text_long, &[("limit", &LONGEST)]),
            Refused::Price(price) => fill(c.price_not_positive, &[("price", price)]),
            Refused::Changed(at) => fill(c.changed_meanwhile, &[("at", &at.seconds())]),
            Refused::Twice(line) => fill(c.line_twice, &[("line", line)]),
            Refused::BadLines(count) => fill(c.bad_lines_stop, &[("count", count)]),
            Refused::Moved => c.import_moved.to_owned(),
            Refused::Ended(state) => fill(c.import_ended, &[("state", &state.name(t))]),
            Refused::NoColumns => c.import_no_columns.to_owned(),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::Code(_) | Refused::CodeTaken(_) => Some("code"),
            Refused::Empty(field) | Refused::Long(field) => Some(field),
            Refused::Price(_) => Some("listing_price"),
            _ => None,
        }
    }
}

/// A text on one line: files bring line breaks inside cells, and PostgreSQL stores no NUL.
pub fn tidy(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    text.trim().to_owned()
}

/// What a code names.
pub fn kind(code: &Code) -> ProductKind {
    match code.kind() {
        Kind::Western | Kind::Patent | Kind::Piece => ProductKind::Drug,
        Kind::Consumable => ProductKind::Consumable,
    }
}

/// A product from its code and facts that have been checked.
pub fn assemble(id: ProductId, code: &Code, facts: Facts, created_at: Time, now: Time) -> Product {
    Product {
        id,
        code: code.as_str().to_owned(),
        kind: kind(code),
        generic_key: code.generic_key().to_owned(),
        pack_count: spec::pack(&facts.pack).ok().and_then(|pack| pack.count.to_i64()),
        search: [&facts.generic, &facts.maker, code.as_str()].join(" ").to_lowercase(),
        generic: facts.generic,
        form: facts.form,
        spec: facts.spec,
        pack: facts.pack,
        maker: facts.maker,
        approval: facts.approval,
        evaluated: facts.evaluated,
        listing_price: facts.listing_price,
        created_at,
        updated_at: now,
    }
}

/// A product as a person enters it.
pub fn product(new: NewProduct, created_at: Time, now: Time) -> Result<Product> {
    let code: Code = new.code.parse().map_err(|why| Error::refused(Refused::Code(why)))?;
    let facts = facts(&code, new.facts).map_err(Error::refused)?;
    Ok(assemble(new.id, &code, facts, created_at, now))
}

fn facts(code: &Code, given: Facts) -> std::result::Result<Facts, Refused> {
    let text = |field: &'static str, text: &str| match tidy(text) {
        text if text.chars().count() > LONGEST => Err(Refused::Long(field)),
        text => Ok(text),
    };
    let facts = Facts {
        generic: text("generic", &given.generic)?,
        form: text("form", &given.form)?,
        spec: text("spec", &given.spec)?,
        pack: text("pack", &given.pack)?,
        maker: text("maker", &given.maker)?,
        approval: text("approval", &given.approval)?,
        evaluated: given.evaluated,
        listing_price: given.listing_price,
    };
    if facts.generic.is_empty() {
        return Err(Refused::Empty("generic"));
    }
    if facts.maker.is_empty() && kind(code) == ProductKind::Drug {
        return Err(Refused::Empty("maker"));
    }
    match facts.listing_price {
        Some(price) if !price.is_positive() => Err(Refused::Price(price)),
        _ => Ok(facts),
    }
}

/// A product after a person changed it. Its moment of change always moves on, so that a second form filled in
/// from the state before is noticed even within one millisecond.
pub fn change(before: &Product, changed: NewProduct, seen: Time, now: Time) -> Result<Product> {
    if before.updated_at != seen {
        return Err(Error::refused(Refused::Changed(before.updated_at)));
    }
    product(changed, before.created_at, later(before, now))
}

/// Whether a product is newly listed at a price, or at a higher one.
pub fn is_dearer(before: Option<&Product>, after: &Product) -> bool {
    match (before.and_then(|it| it.listing_price), after.listing_price) {
        (Some(old), Some(new)) => new > old,
        (None, Some(_)) => true,
        (_, None) => false,
    }
}

/// Now, but after the product's last change.
pub fn later(before: &Product, now: Time) -> Time {
    now.max(before.updated_at.plus_millis(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Lang;

    fn new(code: &str, facts: Facts) -> NewProduct {
        NewProduct { id: ProductId::new(), code: code.to_owned(), facts }
    }

    fn facts(generic: &str, maker: &str, pack: &str, price: &str) -> Facts {
        Facts {
            generic: generic.to_owned(),
            maker: maker.to_owned(),
            pack: pack.to_owned(),
            listing_price: (!price.is_empty()).then(|| price.parse().unwrap()),
            ..Facts::default()
        }
    }

    #[test]
    fn what_follows_from_code_and_pack_is_filled_in() {
        let now = Time::from_millis(5);
        let given = facts(" 阿莫西林\n胶囊 ", "珠海联邦", "0.25g*24粒/盒", "10.66");
        let it = product(new("XJ01CAA040E001020200600", given), now, now).unwrap();
        assert_eq!(
            (it.kind, it.generic_key.as_str(), it.pack_count),
            (ProductKind::Drug, "XJ01CAA040E001", Some(24))
        );
        assert_eq!(it.search, "阿莫西林 胶囊 珠海联邦 xj01caa040e001020200600");
    }

    #[test]
    fn each_refusal_names_its_field() {
        let check = |code: &str, given: Facts, field: &str| {
            let now = Time::from_millis(5);
            match product(new(code, given), now, now) {
                Err(Error::Refused(why)) => {
                    assert_eq!(why.field(), Some(field));
                    assert!(!why.say(Lang::Zh.text()).is_empty());
                }
                other => panic!("{other:?}"),
            }
        };
        let drug = "XJ01CAA040E001020200600";
        check("XJ01", facts("甲", "乙", "", ""), "code");
        check(drug, facts(" ", "乙", "", ""), "generic");
        check(drug, facts("甲", "", "", ""), "maker");
        check(drug, facts(&"长".repeat(301), "乙", "", ""), "generic");
        check(drug, facts("甲", "乙", "", "0"), "listing_price");
        check(drug, facts("甲", "乙", "", "-1"), "listing_price");
        let now = Time::from_millis(5);
        assert!(product(new("C03131108603004104990002486", facts("锁钉", "", "", "")), now, now).is_ok());
    }
}
