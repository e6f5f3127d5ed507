//! Rows for unit tests, each test changing what it is about.

use crate::supply::{OrderLine, OrderState, Payer, Receipt, ReceiptState};
use crate::types::{
    DeliveryLineId, Money, OrderId, OrderLineId, OrganisationId, Quantity, ReceiptId, Time, UnitPrice,
};

/// A line of 100 on which nothing has happened.
pub fn order_line() -> OrderLine {
    OrderLine {
        id: OrderLineId::new(),
        order_id: OrderId::new(),
        position: 1,
        hospital_id: OrganisationId::new(),
        supplier_id: OrganisationId::new(),
        contract_id: None,
        volume_id: None,
        product_id: None,
        generic: String::new(),
        product: String::new(),
        spec: String::new(),
        unit: String::new(),
        quantity: "100".parse().unwrap(),
        unit_price: UnitPrice::ZERO,
        placed_on: "2027-01-01".parse().unwrap(),
        state: OrderState::Placed,
        promised: None,
        promised_on: None,
        distributor_id: None,
        shipped: Quantity::ZERO,
        accepted: Quantity::ZERO,
        refused: Quantity::ZERO,
        returned: Quantity::ZERO,
        released: Quantity::ZERO,
    }
}

/// A receipt of so much at a price, of which nothing is invoiced, credited or paid.
pub fn receipt(accepted: Quantity, unit_price: UnitPrice) -> Receipt {
    Receipt {
        id: ReceiptId::new(),
        delivery_line_id: DeliveryLineId::new(),
        order_line_id: OrderLineId::new(),
        hospital_id: OrganisationId::new(),
        supplier_id: OrganisationId::new(),
        payer: Payer::Hospital,
        accepted,
        refused: Quantity::ZERO,
        reason: String::new(),
        unit_price,
        amount: Money::of(accepted, unit_price).unwrap(),
        credited: Money::ZERO,
        invoiced: Money::ZERO,
        paid: Money::ZERO,
        state: ReceiptState::Accepted,
        received_on: "2027-01-05".parse().unwrap(),
        due_on: "2027-02-04".parse().unwrap(),
        received_at: Time::from_millis(0),
        account_id: None,
    }
}
