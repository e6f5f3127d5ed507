//! No history of orders breaks the agreed volume.

use diesel::prelude::*;
use jicai::contracts::Contract;
use jicai::schema::{order_lines, order_request_lines};
use jicai::supply::orders::requests::{self, Submitted};
use jicai::supply::orders::{GivenUp, give_up};
use jicai::supply::{OrderLine, OrderState};
use jicai::types::{OrderReleaseId, Quantity, RequestId};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{hospital, new, quantity, volume};
use crate::chain::signed;
use crate::support::Site;

/// A step of a random history.
#[derive(Debug, Clone)]
enum Step {
    /// Two lines, by contract 0 and 1; entered, and submitted now or after the next one.
    Order(i64, i64, bool),
    /// The n-th open line is given up.
    GiveUp(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (1..9_000_000_i64, 1..400_000_i64, any::<bool>()).prop_map(|(a, b, now)| Step::Order(a, b, now)),
        1 => (0..6_usize).prop_map(Step::GiveUp),
    ];
    proptest::collection::vec(step, 1..8)
}

fn sum(list: impl IntoIterator<Item = Quantity>) -> Quantity {
    list.into_iter().fold(Quantity::ZERO, |sum, one| sum.plus(one).unwrap())
}

/// What holds after every step, whatever came before.
fn holds(site: &Site, contracts: &[Contract]) {
    let lines: Vec<OrderLine> =
        site.app.db.read(|c| Ok(order_lines::table.select(OrderLine::as_select()).load(c)?)).unwrap();
    for contract in &contracts[..2] {
        let year = volume(site, contract);
        let most = year.agreed.plus(year.allowed.unwrap()).unwrap();
        assert!(year.used() <= most, "{year:?}");
        let drawn = lines.iter().filter(|it| it.volume_id.as_ref() == Some(&year.id));
        assert_eq!(year.reserved, sum(drawn.map(jicai::supply::orders::rules::open)));
        assert!(lines.iter().all(|it| it.quantity.is_positive()));
    }
    let given: Vec<requests::RequestLine> = site
        .app
        .db
        .read(|c| Ok(order_request_lines::table.select(requests::RequestLine::as_select()).load(c)?))
        .unwrap();
    for line in &given {
        let (agreed, ordinary) = (line.outcome.agreed, line.outcome.ordinary);
        assert_eq!(agreed.plus(ordinary).unwrap(), quantity(&line.given.quantity));
        let Some(order) = &line.order_id else { continue };
        let of_line = |it: &&OrderLine| it.order_id == *order && it.contract_id == line.outcome.contract_id;
        assert_eq!(sum(lines.iter().filter(of_line).map(|it| it.quantity)), quantity(&line.given.quantity));
        let within = |it: &&OrderLine| of_line(it) && it.volume_id.is_some();
        assert_eq!(sum(lines.iter().filter(within).map(|it| it.quantity)), agreed);
    }
}

#[test]
fn no_history_of_orders_breaks_the_agreed_volume() {
    let mut runner = TestRunner::new(Config { cases: 6, ..Config::default() });
    let run = |steps: Vec<Step>| {
        let (site, _, contracts) = signed();
        let (of, ctx) = (hospital(&site, "hospital1"), site.ctx_of("hospital1"));
        let mut waiting: Vec<RequestId> = Vec::new();
        let submit = |id: &RequestId| {
            // What changed meanwhile is seen anew and submitted again.
            for version in 1..3 {
                match site.app.db.write(|tx| requests::submit(tx, &ctx, &of, id, (version, false))) {
                    Ok(Submitted::Placed) => return,
                    Ok(Submitted::Changed(_)) => holds(&site, &contracts),
                    Err(error) => panic!("{error}"),
                }
            }
            panic!("changed twice without anybody else");
        };
        for step in steps {
            match step {
                Step::Order(a, b, now) => {
                    let text = |scaled| Quantity::from_scaled(scaled).to_string();
                    let mut it = new(&contracts[0], &text(a));
                    it.lines.extend(new(&contracts[1], &text(b)).lines);
                    site.app.db.write(|tx| requests::enter(tx, &ctx, &of, &it)).unwrap();
                    waiting.push(it.id);
                    if now {
                        waiting.drain(..).for_each(|id| submit(&id));
                    }
                }
                Step::GiveUp(n) => {
                    let open = order_lines::table
                        .filter(order_lines::state.ne(OrderState::Closed))
                        .order(order_lines::id)
                        .select(OrderLine::as_select());
                    let open: Vec<OrderLine> = site.app.db.read(|c| Ok(open.load(c)?)).unwrap();
                    let Some(line) = open.get(n) else { continue };
                    let it = GivenUp {
                        id: OrderReleaseId::new(),
                        line: line.id.clone(),
                        seen: line.quantity,
                        reason: "x".to_owned(),
                    };
                    site.app.db.write(|tx| give_up(tx, &ctx, &of.id, &it)).unwrap();
                }
            }
            holds(&site, &contracts);
        }
        Ok(())
    };
    runner.run(&steps(), run).unwrap();
}
