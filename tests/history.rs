//! Random histories from order to bank result through the real operations: after every step that is not refused, what
//! must hold between volume, goods and money still holds, and nothing is paid twice.

use diesel::prelude::*;
use jicai::contracts::Contract;
use jicai::db::Tx;
use jicai::error::{Error, Result};
use jicai::incidents;
use jicai::payments::bank::{self, BankAccount, BankState};
use jicai::payments::claims::{self, Submission, verify};
use jicai::payments::invoices::{self, credit_notes};
use jicai::payments::settlements::{self, NewFile, import, steps};
use jicai::payments::{Payment, hospital};
use jicai::schema::{
    claim_lines, claims as claim_rows, deductions, deliveries, delivery_lines, invoice_lines, order_lines,
    payment_lines, payments, prepayment_entries, receipts, returns, settlements as settlement_rows,
    transfer_attempts,
};
use jicai::supply::confirmations::{self, Answer};
use jicai::supply::deliveries::{self as notes, Note, Sent};
use jicai::supply::orders::requests::{self, Given, New};
use jicai::supply::orders::{self, GivenUp};
use jicai::supply::payers::{self, DirectHospital};
use jicai::supply::receipts::{self as taking, Take};
use jicai::supply::returns::{self as giving, Wanted};
use jicai::supply::{DeliveryLine, OrderLine, Receipt, Return};
use jicai::types::{
    BankAccountId, Ctx, DeductionActId, DeliveryId, InvoiceId, Money, OrderReleaseId, OrganisationId,
    PaymentFileId, PaymentId, Quantity, ReceiptId, RequestId, ReturnId, SettlementId, SubmissionId,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::chain::signed;
use crate::support::Site;

/// Something that somebody does: which row it is done to and how much of it, both drawn.
#[derive(Debug, Clone, Copy)]
enum Act {
    Order(usize, i64),
    Answer(usize, i64),
    Send(usize, i64),
    TakeIn(usize, i64),
    GiveBack(usize, i64),
    GiveUp(usize),
    Invoice(usize, i64),
    Credit(usize),
    Pay(usize, i64),
    Reverse(usize),
    Dispute(usize),
    Claim,
    Confirm,
    Settle,
    Bank(i64),
    Deduct,
    Wait(i64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let row = 0..1_000usize;
    let share = 0..=100i64;
    let act = prop_oneof![
        4 => (row.clone(), share.clone()).prop_map(|(r, s)| Act::Order(r, s)),
        4 => (row.clone(), share.clone()).prop_map(|(r, s)| Act::Answer(r, s)),
        5 => (row.clone(), share.clone()).prop_map(|(r, s)| Act::Send(r, s)),
        6 => (row.clone(), share.clone()).prop_map(|(r, s)| Act::TakeIn(r, s)),
        2 => (row.clone(), share.clone()).prop_map(|(r, s)| Act::GiveBack(r, s)),
        1 => row.clone().prop_map(Act::GiveUp),
        6 => (row.clone(), share.clone()).prop_map(|(r, s)| Act::Invoice(r, s)),
        2 => row.clone().prop_map(Act::Credit),
        3 => (row.clone(), share.clone()).prop_map(|(r, s)| Act::Pay(r, s)),
        1 => row.clone().prop_map(Act::Reverse),
        1 => row.prop_map(Act::Dispute),
        2 => Just(Act::Claim),
        3 => Just(Act::Confirm),
        3 => Just(Act::Settle),
        3 => share.prop_map(Act::Bank),
        2 => Just(Act::Deduct),
        3 => (1..25i64).prop_map(Act::Wait),
    ];
    proptest::collection::vec(act, 40..90)
}

/// The row a number falls on.
fn pick<T>(list: Vec<T>, at: usize) -> Option<T> {
    let len = list.len();
    (len > 0).then(|| list.into_iter().nth(at % len)).flatten()
}

/// So many hundredths of a quantity, in whole units.
fn part(of: Quantity, share: i64) -> Quantity {
    Quantity::from_scaled(of.scaled() / 1_000 * share / 100 * 1_000)
}

struct World {
    site: Site,
    contracts: Vec<Contract>,
    count: std::cell::Cell<u64>,
}

impl World {
    /// Two hospitals, one of them paid for by the fund; every account of money is approved.
    fn new() -> Self {
        let (site, _, contracts) = signed();
        let direct = DirectHospital {
            hospital_id: contracts[0].hospital_id.clone(),
            since: contracts[0].starts,
            until: None,
        };
        let ctx = site.ctx_of("settlement");
        site.app.db.write(|tx| payers::set(tx, &ctx, &direct)).unwrap();
        for login in ["supplier1", "supplier2", "settlement"] {
            let entered = site.ctx_of(login);
            let account = BankAccount {
                id: BankAccountId::new(),
                organisation_id: site.who(login).organisation.id,
                holder: site.who(login).organisation.name,
                bank: "中国工商银行金华分行".to_owned(),
                cnaps: "102338001234".to_owned(),
                number: format!("62220212080{}", login.len() * 1_000 + usize::from(login.as_bytes()[8])),
                state: BankState::Entered,
                entered_at: site.now(),
                entered_by: entered.actor.account.clone(),
                decided_at: None,
                decided_by: None,
                remark: String::new(),
            };
            let decided = site.ctx_of(if login == "settlement" { "admin" } else { "settlement" });
            site.app.db.write(|tx| bank::enter(tx, &entered, account.clone())).unwrap();
            site.app.db.write(|tx| bank::decide(tx, &decided, &account.id, true, "")).unwrap();
        }
        Self { site, contracts, count: std::cell::Cell::new(0) }
    }

    /// Every contract has a delivery accepted and invoiced, so that no history is too short to come to a payment.
    fn begin(&self) {
        for at in 0..self.contracts.len() {
            for act in [
                Act::Order(at, 20),
                Act::Answer(0, 100),
                Act::Send(0, 100),
                Act::TakeIn(0, 100),
                Act::Invoice(0, 100),
            ] {
                assert!(self.act(act), "{act:?} of contract {at}");
            }
        }
    }

    fn next(&self) -> u64 {
        self.count.set(self.count.get() + 1);
        self.count.get()
    }

    fn ctx(&self, organisation: &OrganisationId) -> Ctx {
        let logins = ["hospital1", "hospital2", "supplier1", "supplier2"];
        let login = logins.into_iter().find(|login| self.site.who(login).organisation.id == *organisation);
        self.site.ctx_of(login.unwrap())
    }

    fn read<T>(&self, body: impl FnOnce(&mut jicai::db::Conn) -> Result<T>) -> T {
        self.site.app.db.read(body).unwrap()
    }

    /// Does something: a refusal is an answer, a fault is not. Whether it was done.
    fn does<T>(&self, body: impl FnMut(&mut Tx) -> Result<T>) -> bool {
        match self.site.app.db.write(body) {
            Ok(_) => true,
            Err(Error::Refused(_) | Error::NotFound) => false,
            Err(other) => panic!("{other:?}"),
        }
    }

    fn lines(&self) -> Vec<OrderLine> {
        self.read(|c| Ok(order_lines::table.order(order_lines::id).select(OrderLine::as_select()).load(c)?))
    }

    fn receipts(&self) -> Vec<Receipt> {
        self.read(|c| Ok(receipts::table.order(receipts::id).select(Receipt::as_select()).load(c)?))
    }

    fn act(&self, act: Act) -> bool {
        match act {
            Act::Order(at, share) => self.order(at, share),
            Act::Answer(at, share) => self.answer(at, share),
            Act::Send(at, share) => self.send(at, share),
            Act::TakeIn(at, share) => self.take_in(at, share),
            Act::GiveBack(at, share) => self.give_back(at, share),
            Act::GiveUp(at) => self.give_up(at),
            Act::Invoice(at, share) => self.invoice(at, share),
            Act::Credit(at) => self.credit(at),
            Act::Pay(at, share) => self.pay(at, share),
            Act::Reverse(at) => self.reverse(at),
            Act::Claim => self.claim(),
            Act::Dispute(at) => self.dispute(at),
            Act::Confirm => self.confirm(),
            Act::Settle => self.settle(),
            Act::Bank(share) => self.answer_of_bank(share),
            Act::Deduct => self.deduct(),
            Act::Wait(days) => {
                self.site.set_clock(self.site.now().plus_days(days));
                true
            }
        }
    }

    fn order(&self, at: usize, share: i64) -> bool {
        let contract = &self.contracts[at % self.contracts.len()];
        let quantity = part(contract.quantity, share);
        let ctx = self.ctx(&contract.hospital_id);
        let id = RequestId::new();
        let hospital =
            self.read(|c| Ok(jicai::people::store::organisation(c, &contract.hospital_id)?.unwrap()));
        let new = New {
            id: id.clone(),
            file_name: String::new(),
            sha256: String::new(),
            lines: vec![Given {
                source: 1,
                contract: contract.number.clone(),
                quantity: quantity.to_string(),
                unit_price: contract.unit_price.to_string(),
                ..Given::default()
            }],
            replaces: None,
        };
        self.does(|tx| requests::enter(tx, &ctx, &hospital, &new))
            && self.does(|tx| requests::submit(tx, &ctx, &hospital, &id, (1, false)))
    }

    fn answer(&self, at: usize, share: i64) -> bool {
        let open: Vec<OrderLine> = self.lines().into_iter().filter(|line| line.promised.is_none()).collect();
        let Some(line) = pick(open, at) else { return false };
        let left = Quantity::from_scaled(line.quantity.scaled() - line.released.scaled());
        // Most suppliers promise everything.
        let quantity = if share > 30 { left } else { part(left, share * 3) };
        let answers =
            [Answer { line: line.id.clone(), quantity, day: Some(self.site.now().plus_days(3).day()) }];
        let ctx = self.ctx(&line.supplier_id);
        self.does(|tx| confirmations::confirm(tx, &ctx, &line.order_id, &answers))
    }

    fn send(&self, at: usize, share: i64) -> bool {
        let open: Vec<OrderLine> = self
            .lines()
            .into_iter()
            .filter(|line| line.promised.is_some() && orders::rules::shippable(line).is_positive())
            .collect();
        let Some(line) = pick(open, at) else { return false };
        let most = orders::rules::shippable(&line);
        let quantity = if share > 60 { most } else { part(most, share + 20) };
        let note = Note {
            id: DeliveryId::new(),
            number: format!("PS{}", self.next()),
            order_id: line.order_id.clone(),
            lines: vec![Sent {
                line: line.id.clone(),
                quantity,
                batch: "B1".to_owned(),
                expires_on: self.site.now().plus_days(400).day(),
                codes: Vec::new(),
            }],
        };
        let ctx = self.ctx(&line.supplier_id);
        self.does(|tx| notes::send(tx, &ctx, &note))
    }

    fn take_in(&self, at: usize, share: i64) -> bool {
        let waiting: Vec<DeliveryLine> = self.read(|c| {
            Ok(delivery_lines::table
                .left_join(receipts::table)
                .filter(receipts::id.nullable().is_null())
                .order(delivery_lines::id)
                .select(DeliveryLine::as_select())
                .load(c)?)
        });
        let Some(sent) = pick(waiting, at) else { return false };
        let refused = if share < 20 { part(sent.quantity, share * 5) } else { Quantity::ZERO };
        let take = Take {
            id: ReceiptId::new(),
            line: sent.id.clone(),
            accepted: sent.quantity.minus(refused).unwrap(),
            refused,
            reason: "破损".to_owned(),
            codes: Vec::new(),
        };
        let hospital: OrganisationId = self.read(|c| {
            Ok(deliveries::table.find(&sent.delivery_id).select(deliveries::hospital_id).first(c)?)
        });
        let ctx = self.ctx(&hospital);
        let takes = [take];
        self.does(|tx| taking::receive(tx, &ctx, &sent.delivery_id, &takes))
    }

    fn give_back(&self, at: usize, share: i64) -> bool {
        let Some(receipt) = pick(self.receipts(), at) else { return false };
        let wanted = Wanted {
            id: ReturnId::new(),
            receipt_id: receipt.id.clone(),
            quantity: part(receipt.accepted, share),
            reason: "近效期".to_owned(),
            codes: Vec::new(),
        };
        let delivery: DeliveryId = self.read(|c| {
            let line = delivery_lines::table.find(&receipt.delivery_line_id);
            Ok(line.select(delivery_lines::delivery_id).first(c)?)
        });
        let ctx = self.ctx(&receipt.hospital_id);
        self.does(|tx| giving::give_back(tx, &ctx, &delivery, &wanted))
    }

    fn give_up(&self, at: usize) -> bool {
        let Some(line) = pick(self.lines(), at) else { return false };
        let wanted = GivenUp {
            id: OrderReleaseId::new(),
            line: line.id.clone(),
            seen: orders::rules::shippable(&line),
            reason: "不再需要".to_owned(),
        };
        let ctx = self.ctx(&line.hospital_id);
        self.does(|tx| orders::give_up(tx, &ctx, &line.hospital_id, &wanted))
    }

    fn invoice(&self, at: usize, share: i64) -> bool {
        let open: Vec<Receipt> =
            self.receipts().into_iter().filter(|r| r.amount.is_positive() && r.invoiced < r.amount).collect();
        let Some(receipt) = pick(open, at) else { return false };
        let covered: Quantity = self.read(|c| {
            let lines = invoice_lines::table
                .filter(invoice_lines::receipt_id.eq(&receipt.id).and(invoice_lines::return_id.is_null()))
                .filter(invoice_lines::fault.eq(""));
            let list: Vec<Quantity> = lines.select(invoice_lines::quantity).load(c)?;
            Ok(Quantity::from_scaled(list.iter().map(|q| q.scaled()).sum()))
        });
        let left = receipt.accepted.minus(covered).unwrap();
        let quantity = if share > 40 { left } else { part(left, share + 30) };
        // What a part costs: the difference of the rounded amounts before and after it.
        let until = |q: Quantity| Money::of(q, receipt.unit_price).unwrap();
        let mut amount = until(covered.plus(quantity).unwrap()).minus(until(covered)).unwrap();
        if share == 7 {
            // Now and then one that is a cent wrong: it is kept as not matching and has no effect.
            amount = amount.plus(Money::from_scaled(1)).unwrap();
        }
        let entry = invoices::Entry {
            id: InvoiceId::new(),
            code: String::new(),
            number: format!("2633{:016}", self.next()),
            issued_on: self.site.now().day(),
            total: amount,
            tax: None,
            lines: vec![invoices::EnteredLine {
                receipt_id: receipt.id.clone(),
                quantity,
                unit_price: receipt.unit_price,
                amount,
            }],
            anyway: true,
        };
        let ctx = self.ctx(&receipt.supplier_id);
        self.does(|tx| invoices::enter(tx, &ctx, &entry))
    }

    fn credit(&self, at: usize) -> bool {
        let back: Vec<Return> =
            self.read(|c| Ok(returns::table.order(returns::id).select(Return::as_select()).load(c)?));
        let Some(it) = pick(back, at) else { return false };
        let invoice: Option<InvoiceId> = self.read(|c| {
            let lines = invoice_lines::table
                .filter(invoice_lines::receipt_id.eq(&it.receipt_id).and(invoice_lines::return_id.is_null()))
                .filter(invoice_lines::fault.eq(""));
            Ok(lines.order(invoice_lines::id).select(invoice_lines::invoice_id).first(c).optional()?)
        });
        let Some(invoice) = invoice else { return false };
        let entry = credit_notes::Entry {
            id: InvoiceId::new(),
            invoice_id: invoice,
            code: String::new(),
            number: format!("2733{:016}", self.next()),
            issued_on: self.site.now().day(),
            total: it.amount,
            tax: None,
            reason: "退货".to_owned(),
            returns: vec![it.id.clone()],
            prices: Vec::new(),
        };
        let ctx = self.ctx(&it.supplier_id);
        self.does(|tx| credit_notes::enter(tx, &ctx, &entry))
    }

    fn pay(&self, at: usize, share: i64) -> bool {
        // Mostly what is owed by the hospital itself; now and then any, which is mostly refused.
        let fund = &self.contracts[0].hospital_id;
        let owed = |r: &Receipt| share < 10 || (r.hospital_id != *fund && r.paid < r.invoiced);
        let Some(receipt) = pick(self.receipts().into_iter().filter(owed).collect(), at) else {
            return false;
        };
        let due = receipt.amount.scaled() - receipt.credited.scaled() - receipt.paid.scaled();
        let amount = Money::from_scaled(if share > 40 { due } else { due * share / 100 });
        let entry = hospital::Entry {
            id: PaymentId::new(),
            paid_on: self.site.now().day(),
            reference: format!("R{}", self.next()),
            lines: vec![(receipt.id.clone(), amount)],
            again: false,
        };
        let ctx = self.ctx(&receipt.hospital_id);
        self.does(|tx| hospital::pay(tx, &ctx, &entry))
    }

    fn reverse(&self, at: usize) -> bool {
        let all: Vec<Payment> =
            self.read(|c| Ok(payments::table.order(payments::id).select(Payment::as_select()).load(c)?));
        let Some(payment) = pick(all, at) else { return false };
        let ctx = self.ctx(&payment.hospital_id);
        self.does(|tx| hospital::reverse(tx, &ctx, &payment.id, &PaymentId::new(), "退票"))
    }

    fn claim(&self) -> bool {
        let mut done = false;
        for supplier in ["supplier1", "supplier2"] {
            let it = Submission {
                id: SubmissionId::new(),
                supplier: self.site.who(supplier).organisation.id,
                month: claims::month_of(self.site.now().day()),
                seen: None,
            };
            let ctx = self.site.ctx_of(supplier);
            done |= self.does(|tx| claims::submit(tx, &ctx, &it));
        }
        done
    }

    fn dispute(&self, at: usize) -> bool {
        let hospital = &self.contracts[0].hospital_id;
        let waiting = self.read(|c| verify::waiting_of(c, hospital));
        let Some(seen) = pick(waiting, at) else { return false };
        let lines: Vec<ReceiptId> = self.read(|c| {
            let lines = claim_lines::table.filter(claim_lines::claim_id.eq(&seen.id));
            Ok(lines.order(claim_lines::receipt_id).select(claim_lines::receipt_id).load(c)?)
        });
        let Some(receipt) = pick(lines, at / 7) else { return false };
        let ctx = self.ctx(hospital);
        self.does(|tx| verify::dispute(tx, &ctx, &seen, std::slice::from_ref(&receipt), "数量有异议"))
    }

    fn confirm(&self) -> bool {
        let hospital = &self.contracts[0].hospital_id;
        let waiting = self.read(|c| verify::waiting_of(c, hospital));
        let ctx = self.ctx(hospital);
        !waiting.is_empty() && self.does(|tx| verify::confirm(tx, &ctx, &waiting))
    }

    /// A clerk begins a settlement, the steps run, a reviewer approves, a payment file goes out.
    fn settle(&self) -> bool {
        let (ctx, reviewer) = (self.site.ctx_of("settlement"), self.site.ctx_of("reviewer"));
        let (id, month) = (SettlementId::new(), claims::month_of(self.site.now().day()));
        let done = self.does(|tx| settlements::open(tx, &ctx, &id, month));
        if done {
            steps::advance(&self.site.app.db, &ctx, &id, usize::MAX).unwrap();
            assert!(self.does(|tx| settlements::decide(tx, &reviewer, &id, true, "")));
        }
        self.settlements().iter().any(|id| self.file(&ctx, id)) || done
    }

    fn settlements(&self) -> Vec<SettlementId> {
        self.read(|c| {
            Ok(settlement_rows::table.order(settlement_rows::id).select(settlement_rows::id).load(c)?)
        })
    }

    fn file(&self, ctx: &Ctx, id: &SettlementId) -> bool {
        let mut day = self.site.now().day();
        // A bank pays on working days.
        while matches!(chrono::Datelike::weekday(&day), chrono::Weekday::Sat | chrono::Weekday::Sun) {
            day = day.succ_opt().unwrap();
        }
        let new =
            NewFile { id: PaymentFileId::new(), settlement_id: id.clone(), execute_on: day, again: true };
        self.does(|tx| settlements::make_file(tx, ctx, &new))
    }

    /// The bank answers what it has: most are paid, some are not; its file comes twice.
    fn answer_of_bank(&self, share: i64) -> bool {
        let ctx = self.site.ctx_of("settlement");
        let mut done = false;
        for id in self.settlements() {
            let sent: Vec<(String, Money)> = self.read(|c| {
                Ok(transfer_attempts::table
                    .inner_join(jicai::schema::transfers::table)
                    .filter(jicai::schema::transfers::settlement_id.eq(&id))
                    .filter(transfer_attempts::state.eq("sent"))
                    .order(transfer_attempts::id)
                    .select((transfer_attempts::id, transfer_attempts::amount))
                    .load(c)?)
            });
            let today = self.site.now().day();
            let mut file = String::from("end_to_end_id,result,amount,paid_on,reference,reason\n");
            for (i, (attempt, amount)) in sent.iter().enumerate() {
                let row = if (i as i64 * 37 + share) % 100 < 80 {
                    format!("{attempt},paid,{amount},{today},B{},\n", self.next())
                } else {
                    format!("{attempt},failed,{amount},,,账号户名不符\n")
                };
                file.push_str(&row);
            }
            if !sent.is_empty() {
                for _ in 0..2 {
                    done |= self.does(|tx| import::apply(tx, &ctx, &id, "bank.csv", file.as_bytes()));
                }
            }
            steps::advance(&self.site.app.db, &ctx, &id, usize::MAX).unwrap();
        }
        done
    }

    fn deduct(&self) -> bool {
        let ctx = self.site.ctx_of("settlement");
        let month = self.site.now().day();
        let month = chrono::Datelike::with_day(&month, 1).unwrap();
        let list = self.settlements();
        let done = list
            .iter()
            .filter(|id| self.does(|tx| settlements::deduct(tx, &ctx, &DeductionActId::new(), id, month)));
        let done = done.count() > 0;
        for id in &list {
            steps::advance(&self.site.app.db, &ctx, id, usize::MAX).unwrap();
        }
        done
    }

    /// What must hold at every moment.
    fn holds(&self) {
        let found = self.read(incidents::look);
        assert_eq!(found.count, 0, "{:#?}", found.kept);
        // What the fund paid for a hospital is what its confirmed claims say, no more; and what was deducted was paid.
        let paid: Vec<(OrganisationId, Money)> = self.read(|c| {
            let of = payments::table.filter(payments::claim_id.is_not_null());
            Ok(of.select((payments::hospital_id, payments::amount)).load(c)?)
        });
        let booked: Vec<(OrganisationId, Money, Money)> = self.read(|c| {
            Ok(deductions::table
                .select((deductions::hospital_id, deductions::paid, deductions::deducted))
                .load(c)?)
        });
        let cents = |list: &mut dyn Iterator<Item = Money>| list.map(Money::scaled).sum::<i64>();
        assert_eq!(
            cents(&mut paid.iter().map(|(_, amount)| *amount)),
            cents(&mut booked.iter().map(|(_, paid, _)| *paid)),
            "paid by the fund = to be deducted"
        );
        assert!(booked.iter().all(|(_, paid, deducted)| deducted <= paid), "{booked:?}");
        let claimed: Vec<Money> = self.read(|c| {
            let of = claim_rows::table.filter(claim_rows::state.eq_any(["paid", "deducted"]));
            Ok(of.select(claim_rows::confirmed).load(c)?)
        });
        assert_eq!(
            cents(&mut paid.iter().map(|(_, amount)| *amount)),
            cents(&mut claimed.into_iter()),
            "paid by the fund = confirmed by the hospitals in claims that are paid"
        );
        // A receipt is in one living claim at most: it is paid by one payment of the fund for its due.
        let mut of_fund: Vec<(ReceiptId, String)> = self.read(|c| {
            Ok(payment_lines::table
                .inner_join(payments::table)
                .filter(payments::claim_id.is_not_null().and(payment_lines::amount.gt(Money::ZERO)))
                .select((payment_lines::receipt_id, payments::number))
                .load(c)?)
        });
        of_fund.sort();
        let twice = of_fund.windows(2).find(|pair| pair[0].0 == pair[1].0);
        assert_eq!(twice, None, "a receipt the fund paid twice");
        let balances: Vec<Money> =
            self.read(|c| Ok(prepayment_entries::table.select(prepayment_entries::balance).load(c)?));
        assert!(balances.iter().all(|balance| *balance >= Money::ZERO), "{balances:?}");
    }
}

#[test]
fn no_history_breaks_what_must_hold() {
    let mut runner = TestRunner::new(Config { cases: 6, max_shrink_iters: 60, ..Config::default() });
    let done = std::cell::RefCell::new(std::collections::BTreeMap::<String, usize>::new());
    let result = runner.run(&acts(), |acts| {
        let world = World::new();
        world.begin();
        for (i, act) in acts.iter().enumerate() {
            if world.act(*act) {
                let name = format!("{act:?}");
                let name = name.split('(').next().unwrap_or_default().to_owned();
                *done.borrow_mut().entry(name).or_default() += 1;
            }
            if i % 10 == 9 {
                world.holds();
            }
        }
        world.holds();
        Ok(())
    });
    result.unwrap();
    // A history in which nothing ever succeeds would prove nothing.
    let done = done.into_inner();
    for act in ["Order", "Answer", "Send", "TakeIn", "Invoice", "Pay"] {
        assert!(done.get(act).is_some_and(|n| *n > 0), "{act} was never done: {done:?}");
    }
}

#[test]
fn one_whole_history_reaches_the_bank_and_back() {
    let world = World::new();
    let steps = [
        Act::Order(0, 50),
        Act::Order(1, 40),
        Act::Answer(0, 100),
        Act::Answer(0, 100),
        Act::Send(0, 100),
        Act::Send(0, 100),
        Act::TakeIn(0, 100),
        Act::TakeIn(0, 10),
        Act::Invoice(0, 100),
        Act::Invoice(0, 100),
        Act::GiveBack(0, 10),
        Act::Credit(0),
        Act::Wait(22),
        Act::Claim,
        Act::Confirm,
        Act::Settle,
        Act::Bank(0),
        Act::Bank(0),
        Act::Deduct,
    ];
    let done: Vec<(Act, bool)> = steps.into_iter().map(|act| (act, world.act(act))).collect();
    world.holds();
    let failed: Vec<&Act> = done.iter().filter(|(_, done)| !done).map(|(act, _)| act).collect();
    assert!(failed.len() <= 1, "{done:?}");
    let paid = world.receipts().into_iter().filter(|r| r.paid.is_positive()).count();
    assert_eq!(paid, 2, "{:#?}", world.receipts());
}
