//! Random histories of months: what is claimed, disputed, credited, paid, failed and deducted, in any order.

use diesel::prelude::*;
use jicai::payments::claims::verify::{self, Seen};
use jicai::payments::claims::{LineState, rules, store as claim_store};
use jicai::payments::prepayments;
use jicai::payments::settlements::{self, SettlementState, store};
use jicai::schema::receipts;
use jicai::supply::{Receipt, ReceiptState};
use jicai::types::{DeductionActId, GrantId, Money, SettlementId};
use proptest::prelude::*;

use super::{
    account, answers, approve, confirm_all, direct, drawn_up, due, next_month, read, sent, sound, step,
    submit,
};
use crate::support::Site;

/// A month: what is received of which contract, and dice for everything else.
#[derive(Debug, Clone)]
struct Month {
    received: Vec<(usize, u32)>,
    dice: Vec<u8>,
}

fn month() -> impl Strategy<Value = Month> {
    let received = proptest::collection::vec((0usize..4, 1u32..20), 0..6);
    (received, proptest::collection::vec(any::<u8>(), 12))
        .prop_map(|(received, dice)| Month { received, dice })
}

pub(super) fn grant(site: &Site) {
    let (clerk, reviewer) = (site.ctx_of("settlement"), site.ctx_of("reviewer"));
    let hospital = site.who("hospital1").organisation.id;
    site.app
        .db
        .write(|tx| {
            let amount = Money::from_scaled(105_000);
            prepayments::ask(tx, &clerk, &GrantId::new(), &hospital, amount, "年度预付")?;
            let (grant, _) = prepayments::store::waiting(tx.conn())?.remove(0);
            let action = jicai::rounds::approvals::Action::Prepayment;
            let request =
                jicai::rounds::approvals::open(tx.conn(), prepayments::SUBJECT, &grant.number, action)?
                    .unwrap();
            prepayments::decide(tx, &reviewer, &request.id, true, "")
        })
        .unwrap();
}

/// A paid receipt is credited in part, as after a return.
fn credit(site: &Site, die: u8) {
    let paid: Option<Receipt> = site
        .app
        .db
        .read(|c| {
            let query = receipts::table.filter(receipts::state.eq(ReceiptState::Paid)).order(receipts::id);
            Ok(query.offset(i64::from(die % 3)).select(Receipt::as_select()).first(c).optional()?)
        })
        .unwrap();
    if let Some(it) = paid.filter(|it| it.credited == Money::ZERO) {
        let credited = Money::from_scaled(it.amount.scaled() * i64::from(die) / 255);
        site.app
            .db
            .write(|tx| {
                Ok(diesel::update(receipts::table.find(&it.id))
                    .set(receipts::credited.eq(credited))
                    .execute(tx.conn())?)
            })
            .unwrap();
    }
}

/// A hospital disputes the first line of its first claim, or not.
fn dispute(site: &Site, login: &str, die: u8) {
    let (ctx, id) = (site.ctx_of(login), site.who(login).organisation.id);
    let Some(claim) = site.app.db.read(|c| claim_store::submitted_to(c, &id, 1)).unwrap().pop() else {
        return;
    };
    if die.is_multiple_of(2) {
        return;
    }
    let lines = site.app.db.read(|c| claim_store::lines(c, &claim.id, None, None, 100)).unwrap();
    let seen = Seen { id: claim.id, version: claim.version };
    let open = lines.into_iter().find(|it| it.line.state == jicai::payments::claims::LineState::Claimed);
    let Some(open) = open else { return };
    let receipts = [open.line.receipt_id];
    site.app.db.write(|tx| verify::dispute(tx, &ctx, &seen, &receipts, "数量不符")).unwrap();
}

/// Every open dispute is taken back by the hospital, by the supplier, or left.
fn resolve(site: &Site, die: u8) {
    for claim in site.app.db.read(|c| claim_store::page(c, &Default::default(), 100)).unwrap() {
        let disputed = Some(LineState::Disputed);
        let lines = site.app.db.read(|c| claim_store::lines(c, &claim.id, disputed, None, 100)).unwrap();
        let receipts: Vec<_> = lines.into_iter().map(|l| l.line.receipt_id).collect();
        if receipts.is_empty() || die.is_multiple_of(3) {
            continue;
        }
        let seen = Seen { id: claim.id.clone(), version: claim.version };
        let login = |ids: [&'static str; 2], id: &jicai::types::OrganisationId| {
            ids.into_iter().find(|login| site.who(login).organisation.id == *id).unwrap()
        };
        let hospital = site.ctx_of(login(["hospital1", "hospital2"], &claim.hospital_id));
        let supplier = site.ctx_of(login(["supplier1", "supplier2"], &claim.supplier_id));
        site.app
            .db
            .write(|tx| match die % 3 {
                1 => verify::accept(tx, &hospital, &seen, &receipts),
                _ => verify::withdraw(tx, &supplier, &seen, &receipts),
            })
            .unwrap();
    }
}

/// What is open is sent and answered; some of it fails.
fn pay(site: &Site, id: &SettlementId, die: u8) {
    let transfers = site.app.db.read(|c| store::transfers_of(c, id)).unwrap();
    let is_open = |t: &settlements::TransferState| {
        matches!(t, settlements::TransferState::Open | settlements::TransferState::Failed)
    };
    if !transfers.iter().any(|(t, _)| is_open(&t.state)) {
        return;
    }
    let attempts = sent(site, id, true);
    let file = answers(site, &attempts, |n| (die >> n) & 1 == 1);
    read(site, id, &file).unwrap();
    read(site, id, &file).unwrap();
}

fn deduct(site: &Site, id: &SettlementId) {
    let ctx = site.ctx_of("settlement");
    let month = rules::month_after(super::settlement(site, id).month);
    let act = DeductionActId::new();
    let _ = site.app.db.write(|tx| settlements::deduct(tx, &ctx, &act, id, month));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 20, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_the_sums_agree(months in proptest::collection::vec(month(), 2..4)) {
        let (site, contracts) = direct();
        grant(&site);
        let clerk = site.ctx_of("settlement");
        let mut all = Vec::new();
        for it in months {
            for (contract, quantity) in &it.received {
                due(&site, &contracts[*contract], &quantity.to_string());
            }
            credit(&site, it.dice[0]);
            resolve(&site, it.dice[1]);
            let month = next_month(&site, 3);
            for login in ["supplier1", "supplier2"] {
                if it.dice[2] % 5 > 0 {
                    let _ = submit(&site, login, month);
                }
            }
            dispute(&site, "hospital1", it.dice[3]);
            dispute(&site, "hospital2", it.dice[4]);
            confirm_all(&site, "hospital1");
            if it.dice[5] % 4 > 0 {
                confirm_all(&site, "hospital2");
            }
            sound(&site);
            if site.app.db.read(|c| claim_store::is_any_confirmed(c, month)).unwrap() {
                let id = drawn_up(&site, month);
                approve(&site, &id);
                all.push(id);
            }
            for id in &all {
                pay(&site, id, it.dice[6]);
                step::advance(&site.app.db, &clerk, id, usize::from(it.dice[7] % 4)).unwrap();
                sound(&site);
                if it.dice[8] % 2 == 0 {
                    deduct(&site, id);
                }
                sound(&site);
            }
        }
        // In the end the bank pays everything and everything is deducted.
        account(&site, "supplier1", "6222000011112222333");
        for id in &all {
            pay(&site, id, 0);
            step::advance(&site.app.db, &clerk, id, usize::MAX).unwrap();
            deduct(&site, id);
            step::advance(&site.app.db, &clerk, id, usize::MAX).unwrap();
            prop_assert_eq!(super::settlement(&site, id).state, SettlementState::Closed);
            super::closed(&site, id);
        }
        sound(&site);
        let hospital = site.who("hospital1").organisation.id;
        let left = site.app.db.read(|c| prepayments::prepayment(c, &hospital)).unwrap();
        prop_assert_eq!(left.balance(), left.granted, "all that was drawn is restored");
    }
}
