//! Rows for unit tests, each test changing what it is about.

use crate::supply::{Order, OrderLine, OrderState, Payer, Receipt, ReceiptState};
use crate::types::{
    DeliveryLineId, Money, OrderId, OrderLineId, OrganisationId, Quantity, ReceiptId, RequestId, Time,
    UnitPrice,
};

/// A line of 100 on which nothing has happened.
pub fn order_line() -> OrderLine {
    let order = Order {
        id: OrderId::new(),
        number: String::new(),
        hospital_id: OrganisationId::new(),
        supplier_id: OrganisationId::new(),
        region: String::new(),
        request_id: RequestId::new(),
        state: OrderState::Placed,
        lines: 1,
        amount: Money::ZERO,
        placed_on: "2027-01-01".parse().unwrap(),
        placed_at: Time::from_millis(0),
        placed_by: None,
        confirmed_at: None,
        confirmed_by: None,
    };
    OrderLine::of(&order, "100".parse().unwrap())
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
