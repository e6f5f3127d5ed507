//! Stopped at any step, a settlement goes on where it was; of two clerks at once one wins and the other is told.

use std::process::{Command, Stdio};
use std::time::Duration;

use diesel::prelude::*;
use jicai::audit::{self, Chain};
use jicai::error::Error;
use jicai::payments::settlements::{self, NewFile, SettlementState, TransferState, store};
use jicai::schema::{payments, transfers};
use jicai::types::{DeductionActId, PaymentFileId, SettlementId};

use super::{
    answers, approve, claim_all, closed, direct, due, next_month, paid_in_all, read, sent, settlement, sound,
    step,
};
use crate::support::Site;

/// Two hospitals' claims of two suppliers, confirmed. What they come to, in cents.
pub(super) fn confirmed() -> (Site, chrono::NaiveDate, i64) {
    let (site, contracts) = direct();
    for n in 0..6 {
        due(&site, &contracts[n % 4], "10");
    }
    let month = next_month(&site, 2);
    claim_all(&site, month);
    (site, month, 3 * 200 + 3 * 3_000)
}

pub(super) fn open(site: &Site, month: chrono::NaiveDate) -> SettlementId {
    let (ctx, id) = (site.ctx_of("settlement"), SettlementId::new());
    site.app.db.write(|tx| settlements::open(tx, &ctx, &id, month)).unwrap();
    id
}

/// Approves, sends and reads the bank's answers: everything is paid.
pub(super) fn to_bank(site: &Site, id: &SettlementId) {
    approve(site, id);
    let attempts = sent(site, id, false);
    read(site, id, &answers(site, &attempts, |_| false)).unwrap();
}

pub(super) fn deduct(site: &Site, id: &SettlementId, act: &DeductionActId) {
    let (ctx, it) = (site.ctx_of("settlement"), settlement(site, id));
    let month = jicai::payments::claims::rules::month_after(it.month);
    site.app.db.write(|tx| settlements::deduct(tx, &ctx, act, id, month)).unwrap();
}

#[test]
fn stopped_after_any_step_it_goes_on_and_nothing_is_done_twice() {
    // How many steps run before each stop: after every one of them, and never.
    for stop in 1..=7 {
        let (site, month, all) = confirmed();
        let (ctx, id) = (site.ctx_of("settlement"), open(&site, month));
        let mut left = stop;
        let mut run = |site: &Site| {
            let done = step::advance(&site.app.db, &ctx, &id, left).unwrap();
            left -= done;
            sound(site);
            // Whoever comes after the stop goes on, and once more to no effect.
            let system = site.ctx();
            step::advance(&site.app.db, &system, &id, usize::MAX).unwrap();
            assert_eq!(step::advance_all(&site.app.db, &system).unwrap(), 0);
            sound(site);
        };
        run(&site);
        assert_eq!(settlement(&site, &id).state, SettlementState::DrawnUp);
        to_bank(&site, &id);
        run(&site);
        assert_eq!(paid_in_all(&site), all);
        let act = DeductionActId::new();
        deduct(&site, &id, &act);
        deduct(&site, &id, &act);
        run(&site);
        closed(&site, &id);
        assert_eq!(paid_in_all(&site), all);
    }
}

/// The program itself, going on with settlements.
fn job(site: &Site) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jicai"));
    command.args(["job", "settle"]).env("DATABASE_URL", &site.app.settings.database_url);
    command.env_remove("JICAI_TEST_POSTGRES").stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
fn killed_in_the_middle_of_a_step_it_pays_everything_once() {
    for wait in [0, 40, 80, 120, 200, 400] {
        let (site, month, all) = confirmed();
        let id = open(&site, month);
        let kill = || {
            let mut running = job(&site).spawn().unwrap();
            std::thread::sleep(Duration::from_millis(wait));
            running.kill().unwrap();
            running.wait().unwrap();
            sound(&site);
            assert!(job(&site).status().unwrap().success());
        };
        kill();
        assert_eq!(settlement(&site, &id).state, SettlementState::DrawnUp, "{wait} ms");
        to_bank(&site, &id);
        kill();
        assert_eq!(paid_in_all(&site), all, "{wait} ms");
        let states: Vec<TransferState> =
            site.app.db.read(|c| store::transfers_of(c, &id)).unwrap().iter().map(|(t, _)| t.state).collect();
        assert!(states.iter().all(|s| *s == TransferState::Booked), "{states:?}");
        deduct(&site, &id, &DeductionActId::new());
        kill();
        closed(&site, &id);
        sound(&site);
        let chain = site.app.db.read(audit::verify).unwrap();
        assert!(matches!(chain, Chain::Whole { .. }), "{chain:?}");
    }
}

#[test]
fn of_two_clerks_at_once_one_begins_and_the_other_is_told() {
    let (site, month, _) = confirmed();
    let ctx = site.ctx_of("settlement");
    let begin = || {
        let (db, ctx) = (site.app.db.clone(), ctx.clone());
        std::thread::spawn(move || {
            let id = SettlementId::new();
            db.write(|tx| settlements::open(tx, &ctx, &id, month))
        })
    };
    let both = [begin(), begin()].map(|thread| thread.join().unwrap());
    let (won, told): (Vec<_>, Vec<_>) = both.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), told.len()), (1, 1));
    let Some(Err(Error::Refused(why))) = told.into_iter().next() else {
        panic!("a fault instead of a sentence")
    };
    let number = won.into_iter().next().unwrap().unwrap().number;
    assert!(why.say(jicai::text::Lang::Zh.text()).contains(&number), "{why:?}");
}

#[test]
fn of_two_who_send_at_once_one_makes_the_file_and_the_other_is_told() {
    let (site, month, _) = confirmed();
    let id = open(&site, month);
    let ctx = site.ctx_of("settlement");
    step::advance(&site.app.db, &ctx, &id, usize::MAX).unwrap();
    approve(&site, &id);
    let day = site.app.db.read(|c| jicai::workdays::after(c, site.now().day(), 1)).unwrap();
    let send = || {
        let (db, ctx, settlement_id) = (site.app.db.clone(), ctx.clone(), id.clone());
        let new = NewFile { id: PaymentFileId::new(), settlement_id, execute_on: day, again: false };
        std::thread::spawn(move || db.write(|tx| settlements::make_file(tx, &ctx, &new)))
    };
    let both = [send(), send()].map(|thread| thread.join().unwrap());
    let told: Vec<_> = both.iter().filter_map(|one| one.as_ref().err()).collect();
    assert!(matches!(told[..], [Error::Refused(_)]), "{both:?}");
    let attempts = site.app.db.read(|c| store::attempts_of(c, &id)).unwrap();
    assert_eq!(attempts.len(), 2, "each transfer is in one file");
}

#[test]
fn two_who_go_on_at_once_book_every_transfer_once() {
    let (site, month, all) = confirmed();
    let id = open(&site, month);
    let both = |site: &Site| {
        let ctx = site.ctx_of("settlement");
        let go_on = || {
            let (db, ctx, id) = (site.app.db.clone(), ctx.clone(), id.clone());
            std::thread::spawn(move || step::advance(&db, &ctx, &id, usize::MAX))
        };
        for thread in [go_on(), go_on()] {
            thread.join().unwrap().unwrap();
        }
    };
    both(&site);
    let count = |site: &Site| -> (i64, i64) {
        site.app
            .db
            .read(|c| Ok((transfers::table.count().get_result(c)?, payments::table.count().get_result(c)?)))
            .unwrap()
    };
    assert_eq!(count(&site), (2, 0));
    to_bank(&site, &id);
    both(&site);
    assert_eq!(count(&site), (2, 4));
    assert_eq!(paid_in_all(&site), all);
    sound(&site);
}
