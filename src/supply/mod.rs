//! Supply: orders of hospitals, what suppliers deliver, what is taken in, and what goes back.

pub mod confirmations;
pub mod deliveries;
pub mod distributors;
pub mod orders;
pub mod payers;
pub mod progress;
pub mod receipts;
pub mod returns;
#[cfg(test)]
pub(crate) mod samples;
pub mod shortages;
pub mod subjects;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::schema::{delivery_lines, order_lines};
use crate::text::Text;
use crate::types::{
    AccountId, AgreedVolumeId, ContractId, DeliveryId, DeliveryLineId, DistributorId, Money, OrderId,
    OrderLineId, OrganisationId, ProductId, Quantity, ReceiptId, RequestId, ReturnId, Time, UnitPrice,
};

crate::words! {
    /// How far an order or one of its lines is. It only moves forward.
    OrderState {
        /// Ordered; the supplier has yet to answer (待响应).
        Placed = "placed",
        /// Answered with quantity and day (已响应).
        Confirmed = "confirmed",
        /// Nothing more will come: everything ordered is accepted or released (已完结).
        Closed = "closed",
    }

    /// How far a delivery note is.
    DeliveryState {
        /// On its way (在途).
        Sent = "sent",
        /// Every line is taken in or refused (已验收).
        Received = "received",
    }

    /// Who pays for a receipt.
    Payer {
        /// The hospital itself, in the payment term.
        Hospital = "hospital",
        /// The fund directly to the supplier (直接结算).
        Fund = "fund",
    }

    /// How far a receipt is on its way to payment. It only moves forward.
    ReceiptState {
        /// Nothing was accepted: there is nothing to pay.
        Refused = "refused",
        /// Accepted; waits for its invoice (待开票).
        Accepted = "accepted",
        /// A matching invoice is there (待付款).
        Invoiced = "invoiced",
        /// In a claim on the fund (结算中).
        Claimed = "claimed",
        /// Paid in full (已付款).
        Paid = "paid",
    }
}

impl OrderState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            OrderState::Placed => t.supply.order_placed,
            OrderState::Confirmed => t.supply.order_confirmed,
            OrderState::Closed => t.supply.order_closed,
        }
    }
}

impl DeliveryState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            DeliveryState::Sent => t.supply.delivery_sent,
            DeliveryState::Received => t.supply.delivery_received,
        }
    }
}

impl Payer {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            Payer::Hospital => t.supply.payer_hospital,
            Payer::Fund => t.supply.payer_fund,
        }
    }
}

impl ReceiptState {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        match self {
            ReceiptState::Refused => t.supply.receipt_refused,
            ReceiptState::Accepted => t.supply.receipt_accepted,
            ReceiptState::Invoiced => t.supply.receipt_invoiced,
            ReceiptState::Claimed => t.supply.receipt_claimed,
            ReceiptState::Paid => t.supply.receipt_paid,
        }
    }
}

/// An order of one hospital with one supplier.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = crate::schema::orders, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// Its number: `DD` + year and month + a running number; later orders have larger ones.
    pub number: String,
    /// The buyer.
    pub hospital_id: OrganisationId,
    /// The seller.
    pub supplier_id: OrganisationId,
    /// The hospital's region when it ordered.
    pub region: String,
    /// The request it was made from: one request makes its orders once.
    pub request_id: RequestId,
    /// How far it is.
    pub state: OrderState,
    /// Number of lines.
    pub lines: i32,
    /// The sum of its lines' quantity times price, each rounded to the cent.
    pub amount: Money,
    /// The day it was placed.
    pub placed_on: NaiveDate,
    /// When.
    pub placed_at: Time,
    /// Who.
    pub placed_by: Option<AccountId>,
    /// When the supplier answered the last line.
    pub confirmed_at: Option<Time>,
    /// Who answered.
    pub confirmed_by: Option<AccountId>,
}

/// One line of an order: either contract volume or ordinary purchase, never both.
///
/// What is still to come is `quantity − accepted − released`; what is on its way is `shipped − accepted − refused`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = order_lines, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct OrderLine {
    /// Its id.
    pub id: OrderLineId,
    /// Of which order.
    pub order_id: OrderId,
    /// Its place in the order, from 1.
    pub position: i32,
    /// The buyer.
    pub hospital_id: OrganisationId,
    /// The seller.
    pub supplier_id: OrganisationId,
    /// The contract with this supplier for this product, if there is one.
    pub contract_id: Option<ContractId>,
    /// The agreement year whose volume it draws on; `None` is ordinary purchase, also above an agreed volume.
    pub volume_id: Option<AgreedVolumeId>,
    /// The catalogue's product, when it is bought without a contract.
    pub product_id: Option<ProductId>,
    /// Generic name: of the contract's lot, else of the catalogue.
    pub generic: String,
    /// The product as the contract has it, else its product code.
    pub product: String,
    /// Its spec.
    pub spec: String,
    /// The unit counted.
    pub unit: String,
    /// Ordered.
    pub quantity: Quantity,
    /// Yuan a unit, as in the contract or listing on the day of the order.
    pub unit_price: UnitPrice,
    /// The day it was placed.
    pub placed_on: NaiveDate,
    /// How far it is.
    pub state: OrderState,
    /// What the supplier said it delivers; `None` is no answer yet, zero is nothing.
    pub promised: Option<Quantity>,
    /// By which day.
    pub promised_on: Option<NaiveDate>,
    /// Who brings it.
    pub distributor_id: Option<DistributorId>,
    /// Sent, over all delivery notes.
    pub shipped: Quantity,
    /// Accepted at receipt, over all receipts; goods that go back later stay in it.
    pub accepted: Quantity,
    /// Refused at receipt.
    pub refused: Quantity,
    /// Sent back after acceptance.
    pub returned: Quantity,
    /// Will not come any more: not promised, or given up.
    pub released: Quantity,
}

impl OrderLine {
    /// A line of an order on which nothing has happened: bought of no contract, and at no price.
    pub fn of(order: &Order, quantity: Quantity) -> Self {
        Self {
            id: OrderLineId::new(),
            order_id: order.id.clone(),
            position: 1,
            hospital_id: order.hospital_id.clone(),
            supplier_id: order.supplier_id.clone(),
            contract_id: None,
            volume_id: None,
            product_id: None,
            generic: String::new(),
            product: String::new(),
            spec: String::new(),
            unit: String::new(),
            quantity,
            unit_price: UnitPrice::ZERO,
            placed_on: order.placed_on,
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
}

/// A delivery note (配送单): what was sent for one order at one time.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = crate::schema::deliveries, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Delivery {
    /// Its id, from the form.
    pub id: DeliveryId,
    /// The supplier's own number.
    pub number: String,
    /// For which order.
    pub order_id: OrderId,
    /// The buyer.
    pub hospital_id: OrganisationId,
    /// The seller.
    pub supplier_id: OrganisationId,
    /// Who brings it.
    pub distributor_id: Option<DistributorId>,
    /// How far it is.
    pub state: DeliveryState,
    /// The day it was sent.
    pub sent_on: NaiveDate,
    /// When it was entered.
    pub sent_at: Time,
    /// Who entered it.
    pub sent_by: Option<AccountId>,
}

/// One line of a delivery note: one batch for one order line.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = delivery_lines, treat_none_as_default_value = false)]
pub struct DeliveryLine {
    /// Its id.
    pub id: DeliveryLineId,
    /// Of which note.
    pub delivery_id: DeliveryId,
    /// Its place, from 1.
    pub position: i32,
    /// For which order line.
    pub order_line_id: OrderLineId,
    /// Sent.
    pub quantity: Quantity,
    /// Batch number (批号).
    pub batch: String,
    /// Last day of use (有效期至).
    pub expires_on: NaiveDate,
}

/// What a hospital took in of one delivery line (验收), and how far its payment is.
///
/// Due is `amount − credited − paid`; below zero it is netted from what is due next.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = crate::schema::receipts, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Receipt {
    /// Its id.
    pub id: ReceiptId,
    /// Of which delivery line.
    pub delivery_line_id: DeliveryLineId,
    /// For which order line.
    pub order_line_id: OrderLineId,
    /// The buyer.
    pub hospital_id: OrganisationId,
    /// The seller.
    pub supplier_id: OrganisationId,
    /// Who pays.
    pub payer: Payer,
    /// Accepted.
    pub accepted: Quantity,
    /// Refused.
    pub refused: Quantity,
    /// Why it was refused; empty when nothing was.
    pub reason: String,
    /// Yuan a unit, from the order line.
    pub unit_price: UnitPrice,
    /// Accepted times price, rounded to the cent.
    pub amount: Money,
    /// Taken off by credit notes for returns and price changes.
    pub credited: Money,
    /// Covered by matching invoices.
    pub invoiced: Money,
    /// Paid, less what was reversed.
    pub paid: Money,
    /// How far it is.
    pub state: ReceiptState,
    /// The day of acceptance: the payment clock starts.
    pub received_on: NaiveDate,
    /// The last day of the payment term.
    pub due_on: NaiveDate,
    /// When it was entered.
    pub received_at: Time,
    /// Who took it in.
    pub account_id: Option<AccountId>,
}

/// Goods sent back after acceptance (退货).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = crate::schema::returns, treat_none_as_default_value = false)]
pub struct Return {
    /// Its id, from the form.
    pub id: ReturnId,
    /// Of which receipt.
    pub receipt_id: ReceiptId,
    /// Of which order line.
    pub order_line_id: OrderLineId,
    /// The buyer.
    pub hospital_id: OrganisationId,
    /// The seller.
    pub supplier_id: OrganisationId,
    /// Sent back.
    pub quantity: Quantity,
    /// Times price, rounded to the cent: what the credit note has to say.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// The day it went back.
    pub returned_on: NaiveDate,
    /// When it was entered.
    pub at: Time,
    /// Who entered it.
    pub account_id: Option<AccountId>,
}
