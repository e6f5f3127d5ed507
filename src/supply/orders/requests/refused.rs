//! Why a request or one of its lines is refused.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::text::{Say, Text, fill};
use crate::types::{NotANumber, UnitPrice};

/// Why a request as a whole is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// No line at all.
    Empty,
    /// More lines that cannot be read than are kept.
    Unreadable(u64),
    /// It was given up.
    Cancelled,
    /// It has been submitted, so it can no longer be given up.
    Submitted,
    /// It changed since the person looked at it.
    Stale,
    /// Contracts, prices or room changed so that this many lines would become something else.
    Changed(usize),
    /// This many lines are refused, and nobody said to go on without them.
    Faulty(i32),
    /// Every line is refused.
    NoneGood,
}

impl From<Refused> for Error {
    fn from(why: Refused) -> Self {
        Error::refused(why)
    }
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let o = &t.orders;
        match self {
            Refused::Empty => o.request_empty.to_owned(),
            Refused::Unreadable(count) => fill(o.request_unreadable, &[("count", count)]),
            Refused::Cancelled => o.request_cancelled.to_owned(),
            Refused::Submitted => o.request_submitted.to_owned(),
            Refused::Stale => o.request_stale.to_owned(),
            Refused::Changed(count) => fill(o.request_changed, &[("count", count)]),
            Refused::Faulty(count) => fill(o.request_faulty, &[("count", count)]),
            Refused::NoneGood => o.request_none_good.to_owned(),
        }
    }
}

/// Why a text is not the number wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberFault {
    /// Nothing there.
    Empty,
    /// Not plain digits.
    Malformed,
    /// More decimals than this.
    Decimals(u32),
    /// Larger than the platform keeps.
    TooLarge,
    /// Zero or below.
    NotPositive,
    /// Below zero.
    Negative,
}

impl NumberFault {
    /// As the reading of a number says it.
    pub fn of(why: NotANumber) -> Self {
        match why {
            NotANumber::Empty => Self::Empty,
            NotANumber::Malformed => Self::Malformed,
            NotANumber::TooManyDecimals(places) => Self::Decimals(places),
            NotANumber::TooLarge => Self::TooLarge,
        }
    }

    fn say(self, t: &Text) -> String {
        let f = &t.files;
        match self {
            Self::Empty => f.cell_missing.to_owned(),
            Self::Malformed => f.cell_malformed.to_owned(),
            Self::Decimals(places) => fill(f.cell_decimals, &[("places", &places)]),
            Self::TooLarge => f.cell_too_large.to_owned(),
            Self::NotPositive => f.cell_not_positive.to_owned(),
            Self::Negative => f.cell_negative.to_owned(),
        }
    }
}

/// Why a line is refused; kept with the line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineFault {
    /// The file's line could not be read: the sentence in both languages.
    Unreadable {
        /// Chinese.
        zh: String,
        /// English.
        en: String,
    },
    /// Neither contract nor product.
    NothingNamed,
    /// The product's listing is suspended (暂停挂网).
    Suspended {
        /// The document.
        number: String,
        /// Its first day.
        from: NaiveDate,
        /// Its last day; none until it is lifted.
        to: Option<NaiveDate>,
    },
    /// The hospital has no contract with this number.
    ContractUnknown,
    /// Not signed by both sides.
    ContractUnsigned(String),
    /// Another supplier took over what was left of the contract.
    ContractEnded(String),
    /// The day lies outside the contract's term.
    ContractTerm {
        /// Its number.
        number: String,
        /// First day.
        starts: NaiveDate,
        /// Last day.
        ends: NaiveDate,
    },
    /// Several contracts fit; these.
    ContractsSeveral(Vec<String>),
    /// The contract is with this supplier.
    OtherSupplier(String),
    /// The contract is for this product.
    OtherProduct(String),
    /// A product without its supplier.
    NoSupplier,
    /// No supplier of this name or code.
    SupplierUnknown,
    /// Several suppliers have this name.
    SupplierSeveral,
    /// The supplier no longer acts here.
    SupplierInactive,
    /// Neither a product of a contract with this supplier nor a code of the catalogue.
    ProductUnknown,
    /// It is counted in this unit.
    Unit(String),
    /// The quantity is no quantity.
    Quantity(NumberFault),
    /// The price is no price.
    Price(NumberFault),
    /// The contract's price is this.
    PriceDiffers(UnitPrice),
    /// Above the listing price.
    PriceAbove {
        /// Yuan a pack.
        listed: UnitPrice,
        /// Units in the pack.
        pieces: i64,
    },
    /// The same as this line of the request.
    Twice(i32),
}

impl Say for LineFault {
    fn say(&self, t: &Text) -> String {
        let o = &t.orders;
        match self {
            LineFault::Unreadable { zh, en } => match t.lang {
                crate::text::Lang::Zh => zh.clone(),
                crate::text::Lang::En => en.clone(),
            },
            LineFault::NothingNamed => o.line_nothing_named.to_owned(),
            LineFault::Suspended { number, from, to: Some(to) } => {
                fill(t.cases.line_suspended, &[("number", number), ("from", from), ("to", to)])
            }
            LineFault::Suspended { number, from, to: None } => {
                fill(t.cases.line_suspended_open, &[("number", number), ("from", from)])
            }
            LineFault::ContractUnknown => o.line_contract_unknown.to_owned(),
            LineFault::ContractEnded(number) => fill(o.line_contract_ended, &[("number", number)]),
            LineFault::ContractUnsigned(number) => fill(o.line_contract_unsigned, &[("number", number)]),
            LineFault::ContractTerm { number, starts, ends } => {
                fill(o.line_contract_term, &[("number", number), ("starts", starts), ("ends", ends)])
            }
            LineFault::ContractsSeveral(numbers) => {
                fill(o.line_contracts_several, &[("numbers", &numbers.join(t.files.list_join))])
            }
            LineFault::OtherSupplier(name) => fill(o.line_other_supplier, &[("name", name)]),
            LineFault::OtherProduct(name) => fill(o.line_other_product, &[("name", name)]),
            LineFault::NoSupplier => o.line_no_supplier.to_owned(),
            LineFault::SupplierUnknown => o.line_supplier_unknown.to_owned(),
            LineFault::SupplierSeveral => o.line_supplier_several.to_owned(),
            LineFault::SupplierInactive => o.line_supplier_inactive.to_owned(),
            LineFault::ProductUnknown => o.line_product_unknown.to_owned(),
            LineFault::Unit(unit) => fill(o.line_unit, &[("unit", unit)]),
            LineFault::Quantity(why) => fill(o.line_quantity, &[("why", &why.say(t))]),
            LineFault::Price(why) => fill(o.line_price, &[("why", &why.say(t))]),
            LineFault::PriceDiffers(price) => fill(o.line_price_differs, &[("price", price)]),
            LineFault::PriceAbove { listed, pieces } => {
                fill(o.line_price_above, &[("listed", listed), ("pieces", pieces)])
            }
            LineFault::Twice(line) => fill(o.line_twice, &[("line", line)]),
        }
    }
}
