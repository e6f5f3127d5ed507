//! What tests of supply and payment stand on: signed contracts, and receipts and invoices written row by row, so that
//! a test of payment does not depend on the pages of ordering. What leads there has its own tests.

use diesel::prelude::*;
use jicai::contracts::volumes::{self, Movement};
use jicai::contracts::{self, Contract, Seen, store};
use jicai::payments::{Invoice, InvoiceKind, InvoiceLine, InvoiceState};
use jicai::rounds::{Round, RoundState};
use jicai::schema::{deliveries, delivery_lines, invoice_lines, invoices, order_lines, orders, receipts};
use jicai::supply::{
    Delivery, DeliveryLine, DeliveryState, Order, OrderLine, OrderState, Payer, Receipt, ReceiptState, payers,
};
use jicai::types::{
    DeliveryId, DeliveryLineId, InvoiceId, InvoiceLineId, Money, OrderId, Quantity, ReceiptId, RequestId,
    Time,
};

use crate::contracts::{award, won};
use crate::support::Site;

/// A city with four contracts signed by both sides, its clock on the morning of the first day of their term:
/// `[0]` hospital1–supplier1, lot 1, 10000 at 0.20; `[1]` hospital1–supplier2, lot 2, 500 at 3.00;
/// `[2]` hospital2–supplier1, lot 1, 2000 at 0.20; `[3]` hospital2–supplier2, lot 2, 100 at 3.00.
pub fn signed() -> (Site, Round, Vec<Contract>) {
    let site = Site::with_city();
    let (round, lots) = site.round_in(RoundState::Awarded);
    let bids = [won(0, "supplier1", "康恩阿莫西林", "0.20"), won(1, "supplier2", "华东氨溴索", "3.00")];
    let agreed = [
        (0, "hospital1", "supplier1", "10000"),
        (0, "hospital2", "supplier1", "2000"),
        (1, "hospital1", "supplier2", "500"),
        (1, "hospital2", "supplier2", "100"),
    ];
    award(&site, &round, &lots, &bids, &agreed);
    let ctx = site.ctx_of("officer");
    site.app.db.write(|tx| contracts::draw_up(tx, &ctx, &round.id)).unwrap();
    let drawn: Vec<Contract> = of_parties(&site);
    for it in &drawn {
        for login in ["hospital1", "hospital2", "supplier1", "supplier2"] {
            let who = site.who(login);
            if it.party(&who.organisation.id).is_some() {
                let (ctx, seen) = (site.ctx_of(login), Seen { id: it.id.clone(), version: it.version });
                site.app.db.write(|tx| contracts::confirm(tx, &ctx, std::slice::from_ref(&seen))).unwrap();
            }
        }
    }
    let signed = of_parties(&site);
    site.set_clock(Time::parse_local(&format!("{} 09:00", signed[0].starts)).unwrap());
    (site, round, signed)
}

/// The contracts, by hospital and supplier.
fn of_parties(site: &Site) -> Vec<Contract> {
    let filter = store::Filter::default();
    let mut list: Vec<Contract> =
        site.app.db.read(|c| store::page(c, &filter, 100)).unwrap().into_iter().map(|(it, ..)| it).collect();
    let place = |it: &Contract| {
        ["hospital1", "hospital2", "supplier1", "supplier2"]
            .map(|login| it.party(&site.who(login).organisation.id).is_none())
    };
    list.sort_by_key(|it| (place(it), it.number.clone()));
    list
}

/// An order of a contract's parties, placed now.
pub fn order_of(site: &Site, contract: &Contract, state: OrderState) -> Order {
    let now = site.now();
    Order {
        id: OrderId::new(),
        number: format!("DD{}", OrderId::new()),
        hospital_id: contract.hospital_id.clone(),
        supplier_id: contract.supplier_id.clone(),
        region: "金华市".to_owned(),
        request_id: RequestId::new(),
        state,
        lines: 1,
        amount: "1".parse().unwrap(),
        placed_on: now.day(),
        placed_at: now,
        placed_by: None,
        confirmed_at: (state != OrderState::Placed).then_some(now),
        confirmed_by: None,
    }
}

/// A line of an order, of a contract's goods at its price.
pub fn line_of(site: &Site, contract: &Contract, order: &Order, quantity: Quantity) -> OrderLine {
    let lot = site.app.db.read(|c| jicai::rounds::lot(c, &contract.lot_id)).unwrap();
    OrderLine {
        contract_id: Some(contract.id.clone()),
        generic: lot.generic,
        product: contract.product.clone(),
        spec: contract.spec.clone(),
        unit: lot.unit,
        unit_price: contract.unit_price,
        ..OrderLine::of(order, quantity)
    }
}

/// An order line of a contract, answered in full for today, row by row; its volume is reserved.
pub fn ordered(site: &Site, contract: &Contract, quantity: &str) -> OrderLine {
    let (quantity, now): (Quantity, Time) = (quantity.parse().unwrap(), site.now());
    let amount = Money::of(quantity, contract.unit_price).unwrap();
    let order = Order { amount, ..order_of(site, contract, OrderState::Confirmed) };
    let line = OrderLine {
        state: OrderState::Confirmed,
        promised: Some(quantity),
        promised_on: Some(now.day()),
        ..line_of(site, contract, &order, quantity)
    };
    site.app
        .db
        .write(|tx| {
            let volume = volumes::at(tx, contract, now.day())?.unwrap();
            volumes::shift(tx, &volume.id, Movement::Reserve, quantity)?;
            let line = OrderLine { volume_id: Some(volume.id), ..line.clone() };
            diesel::insert_into(orders::table).values(&order).execute(tx.conn())?;
            diesel::insert_into(order_lines::table).values(&line).execute(tx.conn())?;
            Ok(line)
        })
        .unwrap()
}

/// A line sent and accepted in full today, row by row. Due in 30 days.
pub fn taken_in(site: &Site, line: &OrderLine, payer: Payer) -> Receipt {
    let now = site.now();
    let delivery = Delivery {
        id: DeliveryId::new(),
        number: format!("PS{}", DeliveryId::new()),
        order_id: line.order_id.clone(),
        hospital_id: line.hospital_id.clone(),
        supplier_id: line.supplier_id.clone(),
        distributor_id: None,
        state: DeliveryState::Received,
        sent_on: now.day(),
        sent_at: now,
        sent_by: None,
    };
    let sent = DeliveryLine {
        id: DeliveryLineId::new(),
        delivery_id: delivery.id.clone(),
        position: 1,
        order_line_id: line.id.clone(),
        quantity: line.quantity,
        batch: "B20261127".to_owned(),
        expires_on: now.plus_days(720).day(),
    };
    let receipt = Receipt {
        id: ReceiptId::new(),
        delivery_line_id: sent.id.clone(),
        order_line_id: line.id.clone(),
        hospital_id: line.hospital_id.clone(),
        supplier_id: line.supplier_id.clone(),
        payer,
        accepted: line.quantity,
        refused: Quantity::ZERO,
        reason: String::new(),
        unit_price: line.unit_price,
        amount: Money::of(line.quantity, line.unit_price).unwrap(),
        credited: Money::ZERO,
        invoiced: Money::ZERO,
        paid: Money::ZERO,
        state: ReceiptState::Accepted,
        received_on: now.day(),
        due_on: now.plus_days(30).day(),
        received_at: now,
        account_id: None,
    };
    site.app
        .db
        .write(|tx| {
            diesel::insert_into(deliveries::table).values(&delivery).execute(tx.conn())?;
            diesel::insert_into(delivery_lines::table).values(&sent).execute(tx.conn())?;
            diesel::insert_into(receipts::table).values(&receipt).execute(tx.conn())?;
            Ok(receipt.clone())
        })
        .unwrap()
}

/// A receipt of a contract's goods, ordered, sent and accepted in full today, row by row. Due in 30 days.
pub fn received(site: &Site, contract: &Contract, quantity: &str) -> Receipt {
    let line = ordered(site, contract, quantity);
    let today = site.now().day();
    let payer = site.app.db.read(|c| payers::payer(c, &contract.hospital_id, true, today)).unwrap();
    let receipt = taken_in(site, &line, payer);
    site.app
        .db
        .write(|tx| {
            diesel::update(order_lines::table.find(&line.id))
                .set((
                    order_lines::shipped.eq(line.quantity),
                    order_lines::accepted.eq(line.quantity),
                    order_lines::state.eq(OrderState::Closed),
                ))
                .execute(tx.conn())?;
            diesel::update(orders::table.find(&line.order_id))
                .set(orders::state.eq(OrderState::Closed))
                .execute(tx.conn())?;
            volumes::shift(tx, line.volume_id.as_ref().unwrap(), Movement::Consume, line.quantity)
        })
        .unwrap();
    receipt
}

/// A matching invoice for receipts of one hospital and supplier, row by row; the receipts are then to be paid.
pub fn invoiced(site: &Site, list: &[Receipt]) -> Invoice {
    let now = site.now();
    let cents: i64 = list.iter().map(|r| r.amount.scaled()).sum();
    let invoice = Invoice {
        id: InvoiceId::new(),
        code: String::new(),
        number: format!("F{}", InvoiceId::new()),
        kind: InvoiceKind::Invoice,
        corrects_id: None,
        hospital_id: list[0].hospital_id.clone(),
        supplier_id: list[0].supplier_id.clone(),
        issued_on: now.day(),
        amount: Money::from_scaled(cents),
        tax: None,
        state: InvoiceState::Matched,
        reason: String::new(),
        entered_at: now,
        account_id: None,
    };
    site.app
        .db
        .write(|tx| {
            diesel::insert_into(invoices::table).values(&invoice).execute(tx.conn())?;
            for (i, receipt) in list.iter().enumerate() {
                let line = InvoiceLine {
                    id: InvoiceLineId::new(),
                    invoice_id: invoice.id.clone(),
                    position: i as i32 + 1,
                    receipt_id: receipt.id.clone(),
                    return_id: None,
                    quantity: receipt.accepted,
                    unit_price: receipt.unit_price,
                    amount: receipt.amount,
                    fault: String::new(),
                };
                diesel::insert_into(invoice_lines::table).values(&line).execute(tx.conn())?;
                diesel::update(receipts::table.find(&receipt.id))
                    .set((receipts::invoiced.eq(receipt.amount), receipts::state.eq(ReceiptState::Invoiced)))
                    .execute(tx.conn())?;
            }
            Ok(invoice.clone())
        })
        .unwrap()
}

#[test]
fn the_chain_of_the_tests_keeps_its_volume() {
    let (site, _, contracts) = signed();
    let receipt = received(&site, &contracts[1], "20");
    assert_eq!(receipt.amount.to_string(), "60.00");
    assert_eq!(invoiced(&site, &[receipt]).amount.to_string(), "60.00");
    let years = site.app.db.read(|c| volumes::of_contract(c, &contracts[1].id)).unwrap();
    assert_eq!((years[0].reserved, years[0].consumed), (Quantity::ZERO, "20".parse().unwrap()));
    assert_eq!(years[0].agreed, "500".parse().unwrap());
}
