//! What a file would change in the catalogue: new, changed field by field, unchanged. Pure.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::import::{Line, Reading};
use super::{Facts, Product, rules};
use crate::types::{ProductId, Time, sha256};

/// A product with the line it comes from.
#[derive(Debug, Clone)]
pub struct New {
    /// The line of the file.
    pub line: u64,
    /// The product.
    pub product: Product,
}

/// A product before and after.
#[derive(Debug, Clone)]
pub struct Change {
    /// The line of the file.
    pub line: u64,
    /// As it is.
    pub before: Product,
    /// As the file has it.
    pub after: Product,
}

/// A field that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The column's key.
    pub field: &'static str,
    /// The value it has.
    pub old: String,
    /// The value it gets.
    pub new: String,
}

/// What a file would change.
#[derive(Debug, Clone, Default)]
pub struct Difference {
    /// Products to enter.
    pub new: Vec<New>,
    /// Products to change.
    pub changed: Vec<Change>,
    /// Products that stay as they are.
    pub unchanged: u64,
    /// Bad lines.
    pub bad: u64,
}

/// How many of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Products entered.
    pub new: u64,
    /// Products changed.
    pub changed: u64,
    /// Products that stayed as they were.
    pub unchanged: u64,
    /// Bad lines.
    pub bad: u64,
}

/// A product's facts as (column's key, value). Yes and no stay words of the program; a page translates them.
fn fields(product: &Product) -> [(&'static str, String); 8] {
    let price = product.listing_price.map(|price| price.to_string());
    [
        ("generic", product.generic.clone()),
        ("form", product.form.clone()),
        ("spec", product.spec.clone()),
        ("pack", product.pack.clone()),
        ("maker", product.maker.clone()),
        ("approval", product.approval.clone()),
        ("evaluated", if product.evaluated { "yes" } else { "no" }.to_owned()),
        ("listing_price", price.unwrap_or_default()),
    ]
}

impl Change {
    /// The fields that differ.
    pub fn fields(&self) -> Vec<FieldChange> {
        let pairs = fields(&self.before).into_iter().zip(fields(&self.after));
        pairs
            .filter(|((_, old), (_, new))| old != new)
            .map(|((field, old), (_, new))| FieldChange { field, old, new })
            .collect()
    }
}

/// What the file leaves open stays as it is.
fn merged(known: Facts, line: &Facts, has: &[&str]) -> Facts {
    let text = |key: &str, old: String, new: &String| if has.contains(&key) { new.clone() } else { old };
    Facts {
        generic: text("generic", known.generic, &line.generic),
        form: text("form", known.form, &line.form),
        spec: text("spec", known.spec, &line.spec),
        pack: text("pack", known.pack, &line.pack),
        maker: text("maker", known.maker, &line.maker),
        approval: text("approval", known.approval, &line.approval),
        evaluated: if has.contains(&"evaluated") { line.evaluated } else { known.evaluated },
        listing_price: if has.contains(&"listing_price") { line.listing_price } else { known.listing_price },
    }
}

impl Difference {
    /// What a file read would change in the catalogue as known, by code.
    pub fn of(reading: &Reading, known: &HashMap<String, Product>, now: Time) -> Self {
        let mut found = Self { bad: reading.bad, ..Self::default() };
        for line in &reading.lines {
            found.take(line, known.get(line.code.as_str()), &reading.has, now);
        }
        found
    }

    fn take(&mut self, line: &Line, known: Option<&Product>, has: &[&str], now: Time) {
        let Some(before) = known else {
            let product = rules::assemble(ProductId::new(), &line.code, line.facts.clone(), now, now);
            self.new.push(New { line: line.line, product });
            return;
        };
        let old = before.facts();
        let facts = merged(old.clone(), &line.facts, has);
        if facts == old {
            self.unchanged += 1;
            return;
        }
        let at = rules::later(before, now);
        let after = rules::assemble(before.id.clone(), &line.code, facts, before.created_at, at);
        self.changed.push(Change { line: line.line, before: before.clone(), after });
    }

    /// How many of each.
    pub fn counts(&self) -> Counts {
        let (new, changed) = (self.new.len() as u64, self.changed.len() as u64);
        Counts { new, changed, unchanged: self.unchanged, bad: self.bad }
    }

    /// The products to write.
    pub fn rows(&self) -> Vec<Product> {
        let new = self.new.iter().map(|new| &new.product);
        new.chain(self.changed.iter().map(|change| &change.after)).cloned().collect()
    }

    /// A mark of what would change: the same mark means that applying does what was reviewed.
    pub fn mark(&self) -> String {
        let mut text = format!("{:?}", self.counts());
        let mut add = |code: &str, product: &Product| {
            text.push('\u{1e}');
            text.push_str(code);
            for (_, value) in fields(product) {
                text.push('\u{1f}');
                text.push_str(&value);
            }
        };
        for new in &self.new {
            add(&new.product.code, &new.product);
        }
        for change in &self.changed {
            add(&change.before.code, &change.before);
            add(&change.after.code, &change.after);
        }
        sha256(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::super::import::{Layout, Profile, read};
    use super::*;

    fn reading(text: &str, profile: Profile) -> Reading {
        read(text.as_bytes(), &Layout::known(profile)).unwrap()
    }

    #[test]
    fn a_column_the_file_lacks_leaves_the_product_as_it_is() {
        let now = Time::from_millis(1);
        let full = "code,generic,form,spec,pack,maker,listing_price\n\
                    C03131108603004104990002486,锁钉,,5.0,1枚/盒,某厂,88\n";
        let first = Difference::of(&reading(full, Profile::Standard), &HashMap::new(), now);
        assert_eq!(first.counts(), Counts { new: 1, ..Counts::default() });
        let known = first.rows().into_iter().map(|p| (p.code.clone(), p)).collect();
        let part = "注册证号,医保耗材编码,产品名称\n国械注准20203130272,C03131108603004104990002486,锁钉\n";
        let second = Difference::of(&reading(part, Profile::GuizhouConsumables), &known, now);
        assert_eq!(second.counts(), Counts { changed: 1, ..Counts::default() });
        let change = &second.changed[0];
        assert_eq!(
            change.fields(),
            [FieldChange {
                field: "approval", old: String::new(), new: "国械注准20203130272".to_owned()
            }]
        );
        assert_eq!((change.after.maker.as_str(), change.after.id == change.before.id), ("某厂", true));
        assert!(change.after.updated_at > change.before.updated_at);
        assert_ne!(first.mark(), second.mark());
        let again = Difference::of(&reading(full, Profile::Standard), &known, Time::from_millis(9));
        assert_eq!(again.counts(), Counts { unchanged: 1, ..Counts::default() });
    }
}
