//! Rows for unit tests, each test changing what it is about.

use crate::contracts::{Contract, ContractState};
use crate::types::{ContractId, LotId, OrganisationId, RoundId, Time};

/// A confirmed contract for 100 at 1 yuan, over the year 2027.
pub fn contract() -> Contract {
    Contract {
        id: ContractId::new(),
        number: "JH-1-00001".to_owned(),
        round_id: RoundId::new(),
        lot_id: LotId::new(),
        hospital_id: OrganisationId::new(),
        supplier_id: OrganisationId::new(),
        product: String::new(),
        spec: String::new(),
        quantity: "100".parse().unwrap(),
        unit_price: "1".parse().unwrap(),
        starts: "2027-01-01".parse().unwrap(),
        ends: "2027-12-31".parse().unwrap(),
        state: ContractState::Confirmed,
        version: 1,
        hospital_at: None,
        hospital_by: None,
        supplier_at: None,
        supplier_by: None,
        created_at: Time::from_millis(0),
    }
}
