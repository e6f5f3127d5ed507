//! Direct settlement: working days, bank accounts, prepayments, claims, settlements, the bank's answers, deductions.

mod checks;
mod history;
mod months;
mod results;
mod steps;
mod walk;

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use jicai::contracts::Contract;
use jicai::payments::bank::{self, BankAccount, BankState};
use jicai::payments::claims::{self, Submission, verify};
use jicai::payments::settlements::{
    self, Attempt, AttemptState, NewFile, Settlement, SettlementState, import, steps as step, store,
};
use jicai::schema::{
    claim_lines, claims as claim_table, deductions, payment_lines, payments, prepayment_entries, receipts,
};
use jicai::supply::Receipt;
use jicai::supply::payers::{self, DirectHospital};
use jicai::types::{
    BankAccountId, ClaimId, Money, OrganisationId, PaymentFileId, SettlementId, SubmissionId, Time,
};

use crate::chain::{invoiced, received, signed};
use crate::support::Site;

/// Four signed contracts of two hospitals that the fund pays for, with approved accounts of suppliers and bureau.
fn direct() -> (Site, Vec<Contract>) {
    let (site, _, contracts) = signed();
    let ctx = site.ctx_of("settlement");
    let since = site.now().day();
    for login in ["hospital1", "hospital2"] {
        let it = DirectHospital { hospital_id: site.who(login).organisation.id, since, until: None };
        site.app.db.write(|tx| payers::set(tx, &ctx, &it)).unwrap();
    }
    for (n, login) in ["supplier1", "supplier2", "settlement"].iter().enumerate() {
        account(&site, login, &format!("120801200920012345{n}"));
    }
    (site, contracts)
}

/// Enters an account and has somebody else approve it.
fn account(site: &Site, login: &str, number: &str) -> BankAccountId {
    let it = BankAccount {
        id: BankAccountId::new(),
        organisation_id: OrganisationId::new(),
        holder: format!("{} & <子公司>", site.who(login).organisation.name),
        bank: "中国工商银行金华分行".to_owned(),
        cnaps: "102338000016".to_owned(),
        number: number.to_owned(),
        state: BankState::Entered,
        entered_at: site.now(),
        entered_by: None,
        decided_at: None,
        decided_by: None,
        remark: String::new(),
    };
    let (own, second) = (site.ctx_of(login), site.ctx_of("reviewer"));
    site.app
        .db
        .write(|tx| {
            bank::enter(tx, &own, it.clone())?;
            bank::decide(tx, &second, &it.id, true, "")
        })
        .unwrap();
    it.id
}

/// A receipt with its matching invoice.
fn due(site: &Site, contract: &Contract, quantity: &str) -> Receipt {
    let receipt = received(site, contract, quantity);
    invoiced(site, std::slice::from_ref(&receipt));
    receipt
}

/// The clock on a day of the month after the one it is in.
fn next_month(site: &Site, day: u32) -> NaiveDate {
    let first = claims::rules::month_after(site.now().day());
    let to = first.with_day(day).unwrap();
    site.set_clock(Time::parse_local(&format!("{to} 09:00")).unwrap());
    claims::month_of(to)
}

fn submit(site: &Site, login: &str, month: NaiveDate) -> jicai::error::Result<usize> {
    let ctx = site.ctx_of(login);
    let supplier = site.who(login).organisation.id;
    let it = Submission { id: SubmissionId::new(), supplier, month, seen: None };
    site.app.db.write(|tx| claims::submit(tx, &ctx, &it))
}

/// Both suppliers submit what they can, both hospitals confirm all of it.
fn claim_all(site: &Site, month: NaiveDate) {
    for login in ["supplier1", "supplier2"] {
        let _ = submit(site, login, month);
    }
    for login in ["hospital1", "hospital2"] {
        confirm_all(site, login);
    }
}

fn confirm_all(site: &Site, login: &str) -> usize {
    let (ctx, id) = (site.ctx_of(login), site.who(login).organisation.id);
    site.app
        .db
        .write(|tx| {
            let seen = verify::waiting_of(tx.conn(), &id)?;
            if seen.is_empty() { Ok(0) } else { verify::confirm(tx, &ctx, &seen) }
        })
        .unwrap()
}

/// A settlement of the month, begun and drawn up.
fn drawn_up(site: &Site, month: NaiveDate) -> SettlementId {
    let (ctx, id) = (site.ctx_of("settlement"), SettlementId::new());
    site.app.db.write(|tx| settlements::open(tx, &ctx, &id, month)).unwrap();
    step::advance(&site.app.db, &ctx, &id, usize::MAX).unwrap();
    id
}

fn approve(site: &Site, id: &SettlementId) {
    let ctx = site.ctx_of("reviewer");
    site.app.db.write(|tx| settlements::decide(tx, &ctx, id, true, "")).unwrap();
}

/// A payment file for the next working day; the attempts in it.
fn sent(site: &Site, id: &SettlementId, again: bool) -> Vec<Attempt> {
    let ctx = site.ctx_of("settlement");
    let day = site.app.db.read(|c| jicai::workdays::after(c, site.now().day(), 1)).unwrap();
    let new = NewFile { id: PaymentFileId::new(), settlement_id: id.clone(), execute_on: day, again };
    let file = site.app.db.write(|tx| settlements::make_file(tx, &ctx, &new)).unwrap();
    let lines = site.app.db.read(|c| store::attempts_of_file(c, &file.id)).unwrap();
    lines.into_iter().map(|(attempt, ..)| attempt).collect()
}

const RESULTS: &str = "end_to_end_id,result,amount,paid_on,reference,reason\n";

/// The bank's file: each attempt paid, or failed where `fails` says so.
fn answers(site: &Site, attempts: &[Attempt], fails: impl Fn(usize) -> bool) -> String {
    let day = site.now().day();
    let line = |(n, it): (usize, &Attempt)| match fails(n) {
        true => format!("{},失败,{},,,账号户名不符\n", it.id, it.amount),
        false => format!("{},成功,{},{day},BK{n},\n", it.id, it.amount),
    };
    let lines: String = attempts.iter().enumerate().map(line).collect();
    format!("{RESULTS}{lines}")
}

fn read(site: &Site, id: &SettlementId, file: &str) -> jicai::error::Result<import::Outcome> {
    let ctx = site.ctx_of("settlement");
    site.app.db.write(|tx| import::apply(tx, &ctx, id, "results.csv", file.as_bytes()))
}

fn settlement(site: &Site, id: &SettlementId) -> Settlement {
    site.app.db.read(|c| store::settlement(c, id)).unwrap().unwrap()
}

/// Everything that must hold at any time.
#[track_caller]
fn sound(site: &Site) {
    site.app
        .db
        .read(|conn| {
            let lines: Vec<(String, String, Money)> = payment_lines::table
                .select((payment_lines::payment_id, payment_lines::receipt_id, payment_lines::amount))
                .load(conn)?;
            let paid: Vec<Receipt> = receipts::table.select(Receipt::as_select()).load(conn)?;
            for it in &paid {
                let of: i64 = lines.iter().filter(|l| l.1 == it.id.as_str()).map(|l| l.2.scaled()).sum();
                assert_eq!(of, it.paid.scaled(), "payment lines of {it:?}");
                assert!(it.paid >= Money::ZERO && it.paid <= it.amount, "{it:?}");
            }
            let rows: Vec<(String, Option<ClaimId>, Money)> =
                payments::table.select((payments::id, payments::claim_id, payments::amount)).load(conn)?;
            for (id, claim, amount) in &rows {
                let of: i64 = lines.iter().filter(|l| l.0 == *id).map(|l| l.2.scaled()).sum();
                assert_eq!(of, amount.scaled(), "lines of payment {id}");
                assert_eq!(claim.as_ref().map(ClaimId::as_str), Some(id.as_str()));
            }
            let states = ["paid", "deducted"];
            let claimed: Vec<(ClaimId, Money)> = claim_table::table
                .filter(claim_table::state.eq_any(states))
                .select((claim_table::id, claim_table::confirmed))
                .load(conn)?;
            let sum = |list: &mut dyn Iterator<Item = Money>| list.map(Money::scaled).sum::<i64>();
            assert_eq!(rows.len(), claimed.len(), "one payment a paid claim");
            assert_eq!(sum(&mut rows.iter().map(|r| r.2)), sum(&mut claimed.iter().map(|c| c.1)));
            let open: Vec<(String, i64)> = claim_lines::table
                .filter(claim_lines::state.eq_any(["claimed", "disputed"]))
                .group_by(claim_lines::receipt_id)
                .select((claim_lines::receipt_id, diesel::dsl::count_star()))
                .load(conn)?;
            assert!(open.iter().all(|(_, n)| *n == 1), "a receipt is in one open claim: {open:?}");
            for it in deductions::table.select(settlements::Deduction::as_select()).load(conn)? {
                let it: settlements::Deduction = it;
                assert!(
                    Money::ZERO <= it.deducted && it.deducted <= it.paid && it.paid <= it.planned,
                    "{it:?}"
                );
            }
            let balances: Vec<Money> =
                prepayment_entries::table.select(prepayment_entries::balance).load(conn)?;
            assert!(balances.iter().all(|b| *b >= Money::ZERO), "{balances:?}");
            let mut found = jicai::incidents::look(conn)?.kept;
            // Here credits are written to receipts without their credit notes.
            found.retain(|it| it.check != jicai::incidents::rules::Check::ReceiptCredited);
            assert!(found.is_empty(), "what the nightly checks say: {found:?}");
            Ok(())
        })
        .unwrap();
}

/// What was paid in all, in cents.
fn paid_in_all(site: &Site) -> i64 {
    let all: Vec<Money> = site.app.db.read(|c| Ok(receipts::table.select(receipts::paid).load(c)?)).unwrap();
    all.iter().map(|m| m.scaled()).sum()
}

/// A settlement is closed: every claim in it is deducted, and deducted is paid is planned.
#[track_caller]
fn closed(site: &Site, id: &SettlementId) {
    assert_eq!(settlement(site, id).state, SettlementState::Closed);
    let rows: Vec<settlements::Deduction> = site
        .app
        .db
        .read(|c| {
            Ok(deductions::table
                .filter(deductions::settlement_id.eq(id))
                .select(settlements::Deduction::as_select())
                .load(c)?)
        })
        .unwrap();
    assert!(!rows.is_empty());
    assert!(rows.iter().all(|d| d.deducted == d.paid && d.paid == d.planned), "{rows:?}");
    let attempts = site.app.db.read(|c| store::attempts_of(c, id)).unwrap();
    assert!(attempts.iter().all(|(a, _)| a.state != AttemptState::Sent));
}
