//! The year day by day: each order with everything that follows from it up to the last day.

use chrono::{Datelike, NaiveDate};

use super::city::{Buyer, City, Running, Ware};
use super::rows::Rows;
use super::{Counts, DAYS, Plan};
use crate::contracts::volumes;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::simulations::draws::Draws;
use crate::supply::{
    Delivery, DeliveryLine, DeliveryState, Order, OrderLine, OrderState, Payer, Receipt, ReceiptState, Return,
};
use crate::types::{Money, OrderLineId, Quantity, ReceiptId, Time, UnitPrice};

/// In how many of ten orders a contract of the pair is on.
const OF_TEN: u64 = 7;
/// In how many of a hundred orders something is bought beside the contracts.
const BESIDE: u64 = 15;

/// Runs the year. `say` hears the first day of each month that is done.
pub fn run(
    db: &Db,
    plan: &Plan,
    city: &mut City,
    first: Time,
    draws: &mut Draws,
    say: &mut dyn FnMut(NaiveDate),
) -> Result<Counts> {
    let mut counts = Counts::new();
    let mut rows = Rows::default();
    let chance = chance(plan, city);
    let mut year = Year { until: plan.until, draws, documents: 0, chance };
    for day in 0..i64::from(DAYS) {
        let morning = first.plus_days(day);
        for pair in 0..city.contracts.len() {
            if year.draws.up_to(999_999) < chance {
                year.order(city, pair, morning, &mut rows)?;
            }
        }
        rows.flush(db, &mut counts)?;
        if morning.plus_days(1).day().day() == 1 {
            say(morning.day().with_day(1).unwrap_or(morning.day()));
        }
    }
    for part in city.contracts.chunks(1_000) {
        db.write(|tx| part.iter().flatten().try_for_each(|running| volumes::update(tx, &running.volume)))?;
    }
    Ok(counts)
}

/// How likely a hospital orders from a supplier on a day, in millionths, so that about the planned lines come out.
fn chance(plan: &Plan, city: &City) -> u64 {
    let held: u64 = city.contracts.iter().map(|list| list.len() as u64).sum();
    let pairs = city.contracts.iter().filter(|list| !list.is_empty()).count() as u64;
    // Lines of one day if every pair ordered, in hundredths.
    let most = held * OF_TEN * 10 + pairs * BESIDE;
    u64::from(plan.lines) * 1_000_000 * 100 / (most * u64::from(DAYS)).max(1)
}

/// A year while it runs.
pub(super) struct Year<'a> {
    pub(super) until: NaiveDate,
    draws: &'a mut Draws,
    documents: u64,
    chance: u64,
}

/// A line while its order runs.
struct Open {
    line: OrderLine,
    /// The place of its contract among the pair's, when it has one.
    running: Option<usize>,
}

/// What was taken in, on its way to payment.
pub(super) struct Taken {
    pub(super) receipt: Receipt,
    /// What goes back of it, with the day.
    pub(super) back: Option<Return>,
}

impl Year<'_> {
    pub(super) fn document(&mut self) -> u64 {
        self.documents += 1;
        self.documents
    }

    /// A number from 0 to `most`.
    pub(super) fn draw(&mut self, most: i64) -> i64 {
        i64::try_from(self.draws.up_to(most.unsigned_abs())).unwrap_or(0)
    }

    fn order(&mut self, city: &mut City, pair: usize, morning: Time, rows: &mut Rows) -> Result<()> {
        let suppliers = city.suppliers.len();
        let (h, s) = (pair / suppliers, pair % suppliers);
        let (Some(buyer), Some(supplier)) = (city.buyers.get(h), city.suppliers.get(s)) else {
            return Ok(());
        };
        let buyer = buyer.clone();
        let at = morning.plus_millis(8 * 3_600_000 + self.draw(36_000) * 1_000);
        let number = self.document();
        let mut order = Order {
            id: city.ids.next(at)?,
            number: format!("DD{}G{number:08}", at.local().format("%Y%m")),
            hospital_id: buyer.id.clone(),
            supplier_id: supplier.clone(),
            region: buyer.region.clone(),
            request_id: city.ids.next(at)?,
            state: OrderState::Placed,
            lines: 0,
            amount: Money::ZERO,
            placed_on: at.day(),
            placed_at: at,
            placed_by: None,
            confirmed_at: None,
            confirmed_by: None,
        };
        let mut open = self.lines(city, pair, &buyer, &order)?;
        if open.is_empty() {
            return Ok(());
        }
        order.lines = i32::try_from(open.len()).map_err(Error::fault_of)?;
        let mut cents = 0;
        for (i, it) in open.iter_mut().enumerate() {
            it.line.position = i32::try_from(i + 1).map_err(Error::fault_of)?;
            cents += of(it.line.quantity, it.line.unit_price)?.scaled();
        }
        order.amount = Money::from_scaled(cents);
        if at.plus_days(1).day() <= self.until {
            self.answer(&mut order, &mut open, at);
            let parts = if self.draw(19) == 0 { 2 } else { 1 };
            for part in 0..parts {
                self.deliver(city, &buyer, &order, &mut open, (part, parts), rows)?;
            }
        }
        for it in &mut open {
            let gone = it.line.accepted.scaled() + it.line.released.scaled();
            if it.line.promised.is_some() {
                let is_done = gone == it.line.quantity.scaled();
                it.line.state = if is_done { OrderState::Closed } else { OrderState::Confirmed };
            }
            let list = city.contracts.get_mut(pair);
            if let (Some(at), Some(list)) = (it.running.filter(|_| it.line.volume_id.is_some()), list) {
                settle(list, at, &it.line);
            }
        }
        if open.iter().all(|it| it.line.state == OrderState::Closed) {
            order.state = OrderState::Closed;
        }
        rows.orders.push(order);
        rows.order_lines.extend(open.into_iter().map(|it| it.line));
        Ok(())
    }

    /// What is ordered: some of the pair's contracts, split where the year's volume ends, and something beside.
    fn lines(&mut self, city: &mut City, pair: usize, buyer: &Buyer, order: &Order) -> Result<Vec<Open>> {
        let Some(list) = city.contracts.get_mut(pair) else { return Ok(Vec::new()) };
        let mut open = Vec::new();
        // Of a contract: this many orders in the year.
        let orders = (i64::try_from(self.chance).unwrap_or(1) * i64::from(DAYS) * 7 / 10_000_000).max(1);
        for (i, running) in list.iter_mut().enumerate() {
            if self.draws.up_to(9) >= OF_TEN {
                continue;
            }
            let Some(ware) = city.wares.get(running.lot) else { continue };
            let usual = running.contract.quantity.scaled() / 1_000 * buyer.tempo / 100 / orders;
            let units = (usual * (50 + self.draw(100)) / 100).max(1);
            let (within, above) = running.volume.split(Quantity::from_scaled(units * 1_000));
            for (quantity, is_within) in [(within, true), (above, false)] {
                if quantity.is_positive() {
                    let line = OrderLine {
                        contract_id: Some(running.contract.id.clone()),
                        volume_id: is_within.then(|| running.volume.id.clone()),
                        product: running.contract.product.clone(),
                        unit_price: running.contract.unit_price,
                        ..plain(city.ids.next(order.placed_at)?, order, ware, quantity)
                    };
                    open.push(Open { line, running: Some(i) });
                }
            }
            let reserved = running.volume.reserved.plus(within);
            running.volume.reserved = reserved.ok_or_else(|| Error::fault("volume too large"))?;
        }
        if self.draws.up_to(99) < BESIDE {
            let most = city.wares.len().saturating_sub(1) as u64;
            let place = usize::try_from(self.draws.up_to(most)).unwrap_or(0);
            if let Some(ware) = city.wares.get(place) {
                let quantity = Quantity::from_scaled((10 * buyer.weight + self.draw(90)) * 1_000);
                let line = OrderLine {
                    product_id: Some(ware.product.clone()),
                    product: ware.code.clone(),
                    unit_price: ware.price,
                    ..plain(city.ids.next(order.placed_at)?, order, ware, quantity)
                };
                open.push(Open { line, running: None });
            }
        }
        Ok(open)
    }

    /// The supplier answers the same day: mostly in full.
    fn answer(&mut self, order: &mut Order, open: &mut [Open], at: Time) {
        let on = at.plus_days(2 + self.draw(1)).day();
        for it in open {
            let quantity = it.line.quantity;
            let promised = match self.draw(999) {
                0..=4 => Quantity::ZERO,
                5..=34 => Quantity::from_scaled(quantity.scaled() / 5_000 * 3_000),
                _ => quantity,
            };
            it.line.promised = Some(promised);
            it.line.promised_on = Some(on);
            it.line.released = Quantity::from_scaled(quantity.scaled() - promised.scaled());
        }
        order.state = OrderState::Confirmed;
        order.confirmed_at = Some(at.plus_millis(3_600_000));
    }

    /// One delivery of what was promised and what becomes of it.
    fn deliver(
        &mut self,
        city: &mut City,
        buyer: &Buyer,
        order: &Order,
        open: &mut [Open],
        (part, parts): (i64, i64),
        rows: &mut Rows,
    ) -> Result<()> {
        let sent_at = order.placed_at.plus_days(1 + part * 5 + self.draw(1));
        let late = if self.draw(49) == 0 { self.draw(9) } else { 0 };
        let received_at = sent_at.plus_days(1 + late);
        if sent_at.day() > self.until {
            return Ok(());
        }
        let is_in = received_at.day() <= self.until;
        let number = self.document();
        let delivery = Delivery {
            id: city.ids.next(sent_at)?,
            number: format!("PS{number:09}"),
            order_id: order.id.clone(),
            hospital_id: order.hospital_id.clone(),
            supplier_id: order.supplier_id.clone(),
            distributor_id: None,
            state: if is_in { DeliveryState::Received } else { DeliveryState::Sent },
            sent_on: sent_at.day(),
            sent_at,
            sent_by: None,
        };
        let mut taken = Vec::new();
        let mut position = 0;
        for it in open.iter_mut() {
            let promised = it.line.promised.map_or(0, Quantity::scaled);
            let half = promised / 2_000 * 1_000;
            let sent = if parts == 1 {
                promised
            } else if part == 0 {
                half
            } else {
                promised - half
            };
            if sent == 0 {
                continue;
            }
            position += 1;
            let row = DeliveryLine {
                id: city.ids.next(sent_at)?,
                delivery_id: delivery.id.clone(),
                position,
                order_line_id: it.line.id.clone(),
                quantity: Quantity::from_scaled(sent),
                batch: format!("{}{:02}", sent_at.local().format("%y%m"), self.draw(27) + 1),
                expires_on: sent_at.plus_days(540 + self.draw(180)).day(),
            };
            it.line.shipped = Quantity::from_scaled(it.line.shipped.scaled() + sent);
            if is_in {
                let receipt = self.receive(buyer, it, &row, received_at, city.ids.next(received_at)?)?;
                let back = self.send_back(city, it, &receipt)?;
                taken.push(Taken { receipt, back });
            }
            rows.delivery_lines.push(row);
        }
        if position > 0 {
            rows.deliveries.push(delivery);
        }
        self.charge(city, buyer, order, taken, received_at, rows)
    }

    fn receive(
        &mut self,
        buyer: &Buyer,
        it: &mut Open,
        sent: &DeliveryLine,
        at: Time,
        id: ReceiptId,
    ) -> Result<Receipt> {
        let refused =
            if self.draw(99) == 0 { (sent.quantity.scaled() / 10_000 * 1_000).max(1_000) } else { 0 };
        let refused = refused.min(sent.quantity.scaled());
        let accepted = Quantity::from_scaled(sent.quantity.scaled() - refused);
        let is_direct = buyer.is_direct && it.line.contract_id.is_some();
        let receipt = Receipt {
            id,
            delivery_line_id: sent.id.clone(),
            order_line_id: it.line.id.clone(),
            hospital_id: it.line.hospital_id.clone(),
            supplier_id: it.line.supplier_id.clone(),
            payer: if is_direct { Payer::Fund } else { Payer::Hospital },
            accepted,
            refused: Quantity::from_scaled(refused),
            reason: if refused > 0 { "外包装破损".to_owned() } else { String::new() },
            unit_price: it.line.unit_price,
            amount: of(accepted, it.line.unit_price)?,
            state: if accepted.is_positive() { ReceiptState::Accepted } else { ReceiptState::Refused },
            received_on: at.day(),
            due_on: at.plus_days(30).day(),
            received_at: at,
            credited: Money::ZERO,
            invoiced: Money::ZERO,
            paid: Money::ZERO,
            account_id: None,
        };
        it.line.accepted = Quantity::from_scaled(it.line.accepted.scaled() + accepted.scaled());
        it.line.refused = Quantity::from_scaled(it.line.refused.scaled() + refused);
        Ok(receipt)
    }

    /// A few goods go back a week later.
    fn send_back(&mut self, city: &mut City, it: &mut Open, receipt: &Receipt) -> Result<Option<Return>> {
        let at = receipt.received_at.plus_days(7);
        let units = receipt.accepted.scaled() / 10_000 * 1_000;
        if self.draw(249) != 0 || at.day() > self.until || units == 0 {
            return Ok(None);
        }
        let quantity = Quantity::from_scaled(units);
        it.line.returned = Quantity::from_scaled(it.line.returned.scaled() + units);
        Ok(Some(Return {
            id: city.ids.next(at)?,
            receipt_id: receipt.id.clone(),
            order_line_id: receipt.order_line_id.clone(),
            hospital_id: receipt.hospital_id.clone(),
            supplier_id: receipt.supplier_id.clone(),
            quantity,
            amount: of(quantity, receipt.unit_price)?,
            reason: "近效期".to_owned(),
            returned_on: at.day(),
            at,
            account_id: None,
        }))
    }
}

/// The volume after a line's year: what is still to come stays reserved, what was kept is consumed.
fn settle(list: &mut [Running], at: usize, line: &OrderLine) {
    let Some(running) = list.get_mut(at) else { return };
    let open = line.quantity.scaled() - line.accepted.scaled() - line.released.scaled();
    let kept = line.accepted.scaled() - line.returned.scaled();
    let volume = &mut running.volume;
    volume.reserved = Quantity::from_scaled(volume.reserved.scaled() - line.quantity.scaled() + open);
    volume.consumed = Quantity::from_scaled(volume.consumed.scaled() + kept);
}

fn of(quantity: Quantity, price: UnitPrice) -> Result<Money> {
    Money::of(quantity, price).map_err(|e| Error::fault(format!("{quantity} × {price}: {e:?}")))
}

/// A line that is bought of nobody yet and at no price.
fn plain(id: OrderLineId, order: &Order, ware: &Ware, quantity: Quantity) -> OrderLine {
    OrderLine {
        id,
        position: 0,
        generic: ware.lot.generic.clone(),
        spec: ware.lot.comparable_spec.clone(),
        unit: ware.lot.unit.clone(),
        ..OrderLine::of(order, quantity)
    }
}
