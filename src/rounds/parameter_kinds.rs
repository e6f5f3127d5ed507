//! What a parameter of a rule set can hold, told by its Rust type: the one description that forms, checks and
//! canonical text are made from.

use std::sync::LazyLock;

use chrono::NaiveDate;

use super::parameters::{Count, Number};
use super::rule_set::SECTIONS;

/// What a parameter holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// An exact number.
    Number,
    /// A whole number of zero or above.
    Count,
    /// Yes or no.
    YesNo,
    /// A calendar day.
    Day,
    /// Words of the document.
    Text,
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    /// Several of one kind, in order.
    List(&'static Kind),
}

/// A type that parameters can have.
pub trait Value {
    /// What it holds.
    const KIND: Kind;
    /// Whether the parameter can be left out.
    const OPTIONAL: bool = false;
}

macro_rules! values {
    ($($type:ty: $kind:ident,)*) => {$(
        impl Value for $type {
            const KIND: Kind = Kind::$kind;
        }
    )*};
}

values! { Number: Number, Count: Count, bool: YesNo, NaiveDate: Day, String: Text, }

impl<T: Value> Value for Vec<T> {
    const KIND: Kind = Kind::List(&T::KIND);
}

impl<T: Value> Value for Option<T> {
    const KIND: Kind = T::KIND;
    const OPTIONAL: bool = true;
}

/// One parameter of a section.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its key.
    pub key: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it can be left out.
    pub optional: bool,
    /// The least and the most, also of each entry of a list.
    pub bounds: Option<(&'static str, &'static str)>,
}

/// A type that sections can have.
pub trait Fields {
    /// Its parameters in the order declared.
    const FIELDS: &'static [Field];
    /// Whether the section can be left out.
    const OPTIONAL: bool = false;
}

impl<T: Fields> Fields for Option<T> {
    const FIELDS: &'static [Field] = T::FIELDS;
    const OPTIONAL: bool = true;
}

/// One section of a rule set.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Its name.
    pub name: &'static str,
    /// Whether it can be left out.
    pub optional: bool,
    /// Its parameters.
    pub fields: &'static [Field],
}

impl Section {
    /// `section.key`, for as long as the program runs.
    pub fn full_name(&self, key: &str) -> &'static str {
        static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
            let marks = super::rule_set::MARKS;
            let names = |section: &Section| {
                let keys = section.fields.iter().map(|field| field.key).chain(marks);
                keys.map(|key| format!("{}.{key}", section.name)).collect::<Vec<_>>()
            };
            SECTIONS.iter().flat_map(names).collect()
        });
        let wanted = format!("{}.{key}", self.name);
        NAMES.iter().find(|name| **name == wanted).map_or("", String::as_str)
    }
}
