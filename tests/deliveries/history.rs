//! Over any history of answers, deliveries, receipts, releases and returns the counters and the volume stay true.

use jicai::contracts::Contract;
use jicai::supply::confirmations::{self, Answer};
use jicai::supply::deliveries::{self, Note, Sent};
use jicai::supply::orders::{self, rules};
use jicai::supply::receipts::{self, Take};
use jicai::supply::returns::{self, Wanted};
use jicai::supply::{Delivery, Order, OrderLine, OrderState};
use jicai::types::{DeliveryId, Quantity, ReceiptId, ReturnId};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::{line, placed, volume};
use crate::chain::signed;
use crate::support::Site;

/// One step: what, of which line, how much (in tenths of what is there, now and then too much), and a second number.
type Step = (u8, usize, i64, i64);

struct World<'a> {
    site: &'a Site,
    contract: &'a Contract,
    order: Order,
    lines: Vec<OrderLine>,
    sent: Vec<Delivery>,
    /// What the test itself counts, per line: accepted less returned.
    kept: Vec<i64>,
}

impl World<'_> {
    fn now(&self, at: usize) -> OrderLine {
        line(self.site, &self.lines[at].id)
    }

    /// A part of a quantity in whole units, above it when `tenths` is above ten.
    fn part(of: Quantity, tenths: i64) -> Quantity {
        Quantity::from_scaled(of.scaled() / 10 * tenths)
    }

    /// Tries a step and says whether it went through; a refusal must leave everything as it was, which
    /// [`World::check`] then sees.
    fn step(&mut self, (what, at, tenths, other): Step) -> bool {
        let at = at % self.lines.len();
        let (site, db) = (self.site, &self.site.app.db);
        let (supplier, hospital) = (site.ctx_of("supplier2"), site.ctx_of("hospital1"));
        let it = self.now(at);
        match what {
            0 => {
                let quantity = Self::part(it.quantity, tenths);
                let answer = Answer { line: it.id.clone(), quantity, day: None };
                db.write(|tx| {
                    confirmations::confirm(tx, &supplier, &self.order.id, std::slice::from_ref(&answer))
                })
                .is_ok()
            }
            1 => {
                let sent = Sent {
                    line: it.id.clone(),
                    quantity: Self::part(rules::shippable(&it), tenths),
                    batch: "B".to_owned(),
                    expires_on: site.now().plus_days(100).day(),
                    codes: Vec::new(),
                };
                let (id, order_id) = (DeliveryId::new(), self.order.id.clone());
                let note = Note { number: id.to_string(), id, order_id, lines: vec![sent] };
                let before = self.sent.len();
                let made = db.write(|tx| deliveries::send(tx, &supplier, &note));
                self.sent.extend(made.ok());
                self.sent.len() > before
            }
            2 => {
                let Some(delivery) = self.sent.get(other as usize % self.sent.len().max(1)) else {
                    return false;
                };
                let (sent, of) = db.read(|c| deliveries::store::lines(c, &delivery.id)).unwrap().remove(0);
                let accepted = Self::part(sent.quantity, tenths);
                let take = Take {
                    id: ReceiptId::new(),
                    line: sent.id.clone(),
                    accepted,
                    refused: sent.quantity.minus(accepted).unwrap(),
                    reason: "x".to_owned(),
                    codes: Vec::new(),
                };
                let done = db
                    .write(|tx| receipts::receive(tx, &hospital, &delivery.id, std::slice::from_ref(&take)));
                if done.is_ok() {
                    let place = self.lines.iter().position(|l| l.id == of.id).unwrap();
                    self.kept[place] += accepted.scaled();
                }
                done.is_ok()
            }
            3 => {
                // What a hospital gives up; more than can be is a fault of the caller.
                let quantity = Self::part(rules::shippable(&it), tenths.min(10));
                db.write(|tx| {
                    orders::release(tx, &it, quantity)?;
                    orders::follow(tx, &it.order_id)
                })
                .is_ok()
            }
            _ => {
                let Some(delivery) = self.sent.get(other as usize % self.sent.len().max(1)) else {
                    return false;
                };
                let Some(receipt) = db.read(|c| deliveries::store::receipts(c, &delivery.id)).unwrap().pop()
                else {
                    return false;
                };
                let wanted = Wanted {
                    id: ReturnId::new(),
                    receipt_id: receipt.id.clone(),
                    quantity: Self::part(receipt.accepted, tenths),
                    reason: "x".to_owned(),
                    codes: Vec::new(),
                };
                let done = db.write(|tx| returns::give_back(tx, &hospital, &delivery.id, &wanted));
                if done.is_ok() {
                    let place = self.lines.iter().position(|l| l.id == receipt.order_line_id).unwrap();
                    self.kept[place] -= wanted.quantity.scaled();
                }
                done.is_ok()
            }
        }
    }

    fn check(&self, base: (i64, i64)) -> Result<(), TestCaseError> {
        let (mut open, mut consumed) = base;
        let mut states = Vec::new();
        for at in 0..self.lines.len() {
            let it = self.now(at);
            let [q, shipped, accepted, refused, returned, released] =
                [it.quantity, it.shipped, it.accepted, it.refused, it.returned, it.released]
                    .map(Quantity::scaled);
            for counter in [shipped, accepted, refused, returned, released] {
                prop_assert!(counter >= 0, "{it:?}");
            }
            prop_assert!(accepted + released <= q, "{it:?}");
            prop_assert!(shipped - accepted - refused >= 0, "{it:?}");
            prop_assert!(shipped - refused + released <= q, "{it:?}");
            prop_assert!(returned <= accepted, "{it:?}");
            prop_assert_eq!(accepted - returned, self.kept[at]);
            let is_closed = accepted + released == q;
            prop_assert_eq!(it.state == OrderState::Closed, is_closed, "{:?}", it);
            if it.volume_id.is_some() {
                open += q - accepted - released;
                consumed += accepted - returned;
            }
            states.push(it.state);
        }
        let year = volume(self.site, self.contract);
        prop_assert_eq!(year.reserved.scaled(), open);
        prop_assert_eq!(year.consumed.scaled(), consumed);
        let order = super::order(self.site, &self.order.id);
        prop_assert_eq!(order.state, states.into_iter().min().unwrap());
        Ok(())
    }
}

#[test]
fn counters_and_volume_hold_over_any_history() {
    let (site, _, contracts) = signed();
    let contract = &contracts[1];
    let steps = proptest::collection::vec((0u8..5, 0usize..3, 0i64..13, 0i64..8), 10..40);
    let config = Config { cases: 16, failure_persistence: None, ..Config::default() };
    // The same histories every time, so that each kind of step is known to go through in some of them.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let done = std::cell::RefCell::new([0usize; 5]);
    runner
        .run(&steps, |steps| {
            let before =
                site.app.db.read(|c| jicai::contracts::volumes::of_contract(c, &contract.id)).unwrap();
            let base = before.first().map_or((0, 0), |it| (it.reserved.scaled(), it.consumed.scaled()));
            // Small enough that every case finds room in the 500 agreed.
            let (order, lines) = placed(&site, contract, &["10", "10"]);
            let kept = vec![0; lines.len()];
            let mut world = World { site: &site, contract, order, lines, sent: Vec::new(), kept };
            world.check(base)?;
            for step in steps {
                done.borrow_mut()[step.0 as usize] += usize::from(world.step(step));
                world.check(base)?;
            }
            Ok(())
        })
        .unwrap();
    assert!(done.borrow().iter().all(|n| *n > 0), "{done:?}");
}
