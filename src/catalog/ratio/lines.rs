//! Conversions as they are asked for: by a form, a command or the lines of a file.

use std::io::Read;

use rust_decimal::Decimal;

use super::{Conversion, FormRatio, Item, Material, Ratios, Refused, convert};
use crate::error::Result;
use crate::files::read::{Column, Row, Unknown, open};
use crate::files::{Faults, Limits, Reason};
use crate::text::Lang;
use crate::types::{Money, parse_decimal};

/// The columns of a file of conversions.
pub const COLUMNS: &[Column] = &[
    Column::must("form", "剂型"),
    Column::must("base_spec", "基准规格"),
    Column::must("base_count", "基准数量"),
    Column::may("base_unit", "基准单位"),
    Column::must("base_price_yuan", "基准价格").also(&["base_price"]),
    Column::must("other_spec", "规格"),
    Column::must("other_count", "数量"),
    Column::may("other_unit", "单位"),
    Column::may("other_form", "换算剂型"),
    Column::may("base_material", "基准包装材料"),
    Column::may("other_material", "包装材料"),
    Column::may("other_price_yuan", "实际价格").also(&["other_price"]),
];

/// The columns of a table of form relations.
pub const FORM_COLUMNS: &[Column] = &[
    Column::must("base_form", "基准剂型"),
    Column::must("other_form", "换算剂型"),
    Column::may("ratio", "差比价系数"),
    Column::may("yuan", "加价"),
];

/// Most form relations of a table.
const FORMS: u64 = 1_000;
/// Relations outside of these are mistakes.
const RATIOS: (Decimal, Decimal) = (Decimal::from_parts(1, 0, 0, false, 2), Decimal::ONE_HUNDRED);

/// One side of what is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Side {
    /// The dosage form.
    pub form: String,
    /// The specification as written.
    pub spec: String,
    /// Pieces in the pack.
    pub count: Decimal,
    /// What they are.
    pub unit: String,
    /// The material, when stated.
    pub material: Option<Material>,
}

impl Side {
    fn item(&self) -> Item<'_> {
        Item {
            form: &self.form,
            spec: &self.spec,
            count: self.count,
            unit: &self.unit,
            material: self.material,
        }
    }
}

/// A conversion that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// The pack with the known price.
    pub base: Side,
    /// Its price.
    pub price: Decimal,
    /// The pack wanted.
    pub other: Side,
    /// What the pack wanted costs today, when known.
    pub other_price: Option<Decimal>,
}

/// What it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// How the price is converted.
    pub conversion: Conversion,
    /// The price that follows.
    pub price: Money,
    /// The pack wanted is smaller and costs more than the base all the same.
    pub smaller_costs_more: bool,
}

impl Asked {
    /// Converts the price.
    pub fn answer(&self, ratios: &Ratios) -> std::result::Result<Answer, Refused> {
        let conversion = convert(ratios, &self.base.item(), &self.other.item())?;
        let price = conversion.price(self.price)?;
        let stands = self.other_price.unwrap_or(price.decimal());
        let smaller_costs_more = conversion.smaller_costs_more(self.price, stands);
        Ok(Answer { conversion, price, smaller_costs_more })
    }

    /// What a line of a file asks for; what is wrong with it goes to `faults`.
    pub fn of_row(row: &Row, faults: &mut Faults) -> Option<Self> {
        let mut number = |key: &str| {
            let value = parse_decimal(row.get(key));
            value.map_err(|why| faults.push(row.fault(key, Reason::Number(why)))).ok()
        };
        let (base_count, price, other_count) =
            (number("base_count"), number("base_price_yuan"), number("other_count"));
        let other_price = match row.get("other_price_yuan") {
            "" => Some(None),
            _ => number("other_price_yuan").map(Some),
        };
        let mut material = |key: &str| match row.get(key) {
            "" => Some(None),
            text => match material(text) {
                Some(known) => Some(Some(known)),
                None => {
                    faults.push(row.fault(key, Reason::OneOf(materials())));
                    None
                }
            },
        };
        let (base_material, other_material) = (material("base_material"), material("other_material"));
        let other_form = if row.get("other_form").is_empty() { "form" } else { "other_form" };
        let side = |form: &str, spec: &str, count, unit: &str, material| Side {
            form: row.get(form).to_owned(),
            spec: row.get(spec).to_owned(),
            count,
            unit: row.get(unit).to_owned(),
            material,
        };
        Some(Self {
            base: side("form", "base_spec", base_count?, "base_unit", base_material?),
            price: price?,
            other: side(other_form, "other_spec", other_count?, "other_unit", other_material?),
            other_price: other_price?,
        })
    }
}

/// A material by its word or its name in either language.
pub fn material(text: &str) -> Option<Material> {
    let text = text.trim().to_lowercase();
    let is_called = |it: &&Material| {
        let names = Lang::ALL.iter().map(|lang| it.name(lang.text()));
        text.replace('-', "_") == it.as_str() || names.into_iter().any(|name| name == text)
    };
    Material::ALL.iter().find(is_called).copied()
}

/// The words and Chinese names of the materials.
pub fn materials() -> Vec<String> {
    Material::ALL.iter().map(|it| format!("{it} {}", it.name(Lang::Zh.text()))).collect()
}

/// Reads a table of form relations. Nothing of it is part of the rule as the platform knows it: whoever gives
/// the table answers for it.
pub fn form_ratios<R: Read>(input: R, faults: &mut Faults) -> Result<Vec<FormRatio>> {
    let mut rows = open(input, FORM_COLUMNS, Unknown::Ignore, Limits::lines(FORMS))?;
    let mut list = Vec::new();
    while let Some(row) = rows.next(faults)? {
        list.extend(form_ratio(&row, faults));
    }
    Ok(list)
}

fn form_ratio(row: &Row, faults: &mut Faults) -> Option<FormRatio> {
    let base = row.filled("base_form", faults)?.to_owned();
    let other = row.filled("other_form", faults)?.to_owned();
    let mut number = |key: &str, empty: Decimal| match row.get(key) {
        "" => Some(empty),
        text => match parse_decimal(text) {
            Ok(value) => Some(value),
            Err(why) => {
                faults.push(row.fault(key, Reason::Number(why)));
                None
            }
        },
    };
    let (k, yuan) = (number("ratio", Decimal::ONE), number("yuan", Decimal::ZERO));
    let (k, yuan) = (k?, yuan?);
    let given = FormRatio { base, other, k, yuan };
    match given.checked() {
        Ok(given) => Some(given),
        Err(why) => {
            faults.push(row.fault("ratio", why));
            None
        }
    }
}

impl FormRatio {
    /// The relation, when its numbers can be meant.
    pub fn checked(self) -> std::result::Result<Self, Refused> {
        let is_sound = self.k >= RATIOS.0 && self.k <= RATIOS.1 && self.yuan.abs() <= Decimal::ONE_THOUSAND;
        if is_sound { Ok(self) } else { Err(Refused::FormRatio { k: self.k, yuan: self.yuan }) }
    }
}
