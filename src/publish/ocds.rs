//! The parts of a release in the Open Contracting Data Standard 1.1 with its extensions for bids, lots and medicines.
//!
//! What is not known is left out: the standard takes an empty text or list for a mistake.

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::types::{Money, Quantity, UnitPrice};

/// The extensions every package declares.
pub(super) const EXTENSIONS: [&str; 3] = [
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_bid_extension/v1.1.5/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_lots_extension/v1.1.5/extension.json",
    "https://raw.githubusercontent.com/open-contracting-extensions/ocds_medicines_extension/master/extension.json",
];

/// The version of the standard.
pub(super) const VERSION: &str = "1.1";

/// The scheme of organisations: the unified social credit code.
pub(super) const SCHEME: &str = "CN-USCC";

/// A number written with the digits it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Number(pub(super) Decimal);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = self.0.normalize().to_string();
        RawValue::from_string(digits).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl From<usize> for Number {
    fn from(count: usize) -> Self {
        Self(Decimal::from(count))
    }
}

impl From<Quantity> for Number {
    fn from(quantity: Quantity) -> Self {
        Self(quantity.decimal())
    }
}

#[derive(Serialize)]
pub(super) struct Value {
    amount: Number,
    currency: &'static str,
}

impl From<Money> for Value {
    fn from(money: Money) -> Self {
        Self { amount: Number(money.decimal()), currency: "CNY" }
    }
}

impl From<UnitPrice> for Value {
    fn from(price: UnitPrice) -> Self {
        Self { amount: Number(price.decimal()), currency: "CNY" }
    }
}

#[derive(Serialize)]
pub(super) struct Unit {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) name: String,
    pub(super) value: Value,
}

#[derive(Serialize)]
pub(super) struct Ingredient {
    pub(super) name: String,
}

#[derive(Serialize)]
pub(super) struct Classification {
    pub(super) scheme: &'static str,
    pub(super) id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) classification: Option<Classification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quantity: Option<Number>,
    pub(super) unit: Unit,
    pub(super) related_lot: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) active_ingredients: Vec<Ingredient>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dosage_form: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Identifier {
    pub(super) scheme: &'static str,
    pub(super) id: String,
    pub(super) legal_name: String,
}

#[derive(Serialize)]
pub(super) struct Party {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) identifier: Identifier,
    pub(super) roles: Vec<&'static str>,
}

#[derive(Serialize, Clone)]
pub(super) struct PartyRef {
    pub(super) id: String,
    pub(super) name: String,
}

#[derive(Serialize, Clone)]
#[serde(rename_all = "camelCase")]
pub(super) struct Period {
    pub(super) start_date: String,
    pub(super) end_date: String,
}

#[derive(Serialize)]
pub(super) struct TenderLot {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Value>,
}

#[derive(Serialize)]
pub(super) struct Amendment {
    pub(super) id: String,
    pub(super) date: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tender {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) procuring_entity: Option<PartyRef>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) items: Vec<Item>,
    pub(super) procurement_method: &'static str,
    pub(super) main_procurement_category: &'static str,
    pub(super) award_criteria: &'static str,
    pub(super) award_criteria_details: String,
    pub(super) submission_method: [&'static str; 1],
    pub(super) submission_method_details: &'static str,
    pub(super) tender_period: Period,
    pub(super) award_period: Period,
    pub(super) contract_period: Period,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) number_of_tenderers: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tenderers: Vec<PartyRef>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) amendments: Vec<Amendment>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) lots: Vec<TenderLot>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Statistic {
    pub(super) id: String,
    pub(super) measure: &'static str,
    pub(super) value: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) related_lot: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Bid {
    pub(super) id: String,
    pub(super) status: &'static str,
    pub(super) tenderers: Vec<PartyRef>,
    pub(super) value: Value,
    pub(super) related_lots: Vec<String>,
}

#[derive(Serialize, Default)]
pub(super) struct Bids {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) statistics: Vec<Statistic>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) details: Vec<Bid>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Award {
    pub(super) id: String,
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) suppliers: Vec<PartyRef>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) items: Vec<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) contract_period: Option<Period>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) related_lots: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) related_bid: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Contract {
    pub(super) id: String,
    #[serde(rename = "awardID")]
    pub(super) award_id: String,
    pub(super) description: String,
    pub(super) status: &'static str,
    pub(super) period: Period,
    pub(super) value: Value,
    pub(super) items: Vec<Item>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) date_signed: Option<String>,
}

/// A release without what only its place among the releases says: id, date and tag.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Content {
    pub(super) initiation_type: &'static str,
    pub(super) language: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) parties: Vec<Party>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) buyer: Option<PartyRef>,
    pub(super) tender: Tender,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bids: Option<Bids>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) awards: Vec<Award>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) contracts: Vec<Contract>,
}

/// The first part of a release.
#[derive(Serialize)]
pub(super) struct Head<'a> {
    pub(super) ocid: &'a str,
    pub(super) id: &'a str,
    pub(super) date: &'a str,
    pub(super) tag: Vec<&'a str>,
}

/// Where a release stands.
#[derive(Serialize)]
pub(super) struct Linked<'a> {
    pub(super) url: String,
    pub(super) date: String,
    pub(super) tag: Vec<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record<'a> {
    pub(super) ocid: String,
    pub(super) releases: Vec<Linked<'a>>,
    pub(super) compiled_release: Box<RawValue>,
}

#[derive(Serialize)]
pub(super) struct Publisher<'a> {
    pub(super) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scheme: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) uid: Option<&'a str>,
    pub(super) uri: &'a str,
}

#[derive(Serialize)]
pub(super) struct Links {
    pub(super) next: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Package<'a> {
    pub(super) uri: String,
    pub(super) version: &'static str,
    pub(super) extensions: [&'static str; 3],
    pub(super) published_date: String,
    pub(super) publisher: Publisher<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) releases: Option<Vec<Box<RawValue>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) records: Option<Vec<Record<'a>>>,
    /// The next page of a list, as the standard's interfaces do; a package of one round has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) links: Option<Links>,
}
