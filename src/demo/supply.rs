//! What followed from the first round's contracts: half a year of orders, deliveries, receipts, invoices and payments,
//! walked by the operations of the pages; the fund pays for the large hospitals, and something waits for each role.

use chrono::{Datelike, NaiveDate, Weekday};
use diesel::prelude::*;

use crate::contracts::{Contract, ContractState};

use crate::db::{Db, Tx};
use crate::demo::people::{City, REGIONS, acts};
use crate::demo::round::morning;
use crate::error::{Error, Result};
use crate::payments::bank::{self, BankAccount, BankState};
use crate::payments::claims::{self, Submission, verify};
use crate::payments::hospital;
use crate::payments::invoices::{self, credit_notes};
use crate::payments::prepayments;
use crate::payments::settlements::{self, NewFile, import, steps};
use crate::rounds::approvals::{self, Action};
use crate::schema::{contracts, transfer_attempts, transfers};
use crate::supply::confirmations::{self, Answer};
use crate::supply::deliveries::{self, Note, Sent};
use crate::supply::distributors::{self, Distributor};
use crate::supply::orders::requests::{self, Given, New};
use crate::supply::payers::{self, DirectHospital};
use crate::supply::receipts::{self, Take};
use crate::supply::returns::{self, Wanted};
use crate::supply::{Order, Receipt};
use crate::types::{
    BankAccountId, Ctx, DeductionActId, DeliveryId, DistributorChoiceId, DistributorId, GrantId, InvoiceId,
    Money, OrganisationId, PaymentFileId, PaymentId, Quantity, ReceiptId, RequestId, ReturnId, SettlementId,
    SubmissionId, Time,
};

/// Days between two orders of a hospital.
const EVERY: i64 = 15;
/// Orders of one hospital in a year.
const ORDERS: i64 = 24;
/// How much of what it agreed a hospital orders, in hundredths, in the order of the city's hospitals.
const TEMPO: &[i64] = &[108, 97, 92, 101, 62, 88, 95, 104, 71];
/// Hospitals that the fund pays for: the first so many.
const DIRECT: usize = 4;
/// The hospital that pays late, by its place.
const LATE: usize = 4;
/// The supplier that cannot deliver everything, by its place.
const SHORT: usize = 4;

/// Companies that deliver: name, code, regions by place.
const DISTRIBUTORS: &[(&str, &str, &[usize])] = &[
    ("安和国药医药有限公司", "91339900MA2000001X", &[0, 1, 2, 3]),
    ("石青医药配送有限公司", "91339900MA2000002T", &[2, 3]),
];

struct Walk<'a> {
    db: &'a Db,
    city: &'a City,
    count: std::cell::Cell<u32>,
}

/// What was accepted of one delivery, to be invoiced.
struct Accepted {
    delivery: DeliveryId,
    receipts: Vec<Receipt>,
    at: Time,
}

/// Half a year of supply under the contracts signed so far.
pub fn half_a_year(db: &Db, city: &City, now: Time) -> Result<()> {
    let walk = Walk { db, city, count: std::cell::Cell::new(0) };
    let list: Vec<Contract> = db.read(|conn| {
        Ok(contracts::table
            .filter(contracts::state.eq(ContractState::Confirmed))
            .order(contracts::number)
            .select(Contract::as_select())
            .load(conn)?)
    })?;
    let Some(starts) = list.iter().map(|it| it.starts).min() else { return Ok(()) };
    let first = Time::parse_local(&format!("{starts} 09:00")).ok_or_else(|| Error::fault("no such day"))?;
    walk.prepare(first, starts)?;
    let mut day = first.plus_days(1);
    let mut settled = claims::month_of(first.day());
    while day < now.plus_days(-1) {
        for h in 0..city.hospitals.len() {
            walk.order(&list, h, day.plus_millis(h as i64 * 60_000), now)?;
        }
        day = day.plus_days(EVERY);
        // On the fifth of each month suppliers claim for the one before, on the sixth the fund pays.
        let month = claims::month_of(day.day());
        let fifth = day.day().with_day(5).and_then(|day| Time::parse_local(&format!("{day} 15:00")));
        if let Some(at) = fifth.filter(|at| month > settled && *at < day && at.plus_days(5) < now) {
            walk.settle(at.plus_days(1), month, now)?;
            settled = month;
        }
    }
    Ok(())
}

impl Walk<'_> {
    fn write<T>(&self, login: &str, at: Time, mut body: impl FnMut(&mut Tx, &Ctx) -> Result<T>) -> Result<T> {
        let ctx = acts(self.db, login, at)?;
        self.db.write(|tx| body(tx, &ctx))
    }

    fn next(&self) -> u32 {
        self.count.replace(self.count.get() + 1) + 1
    }

    fn supplier(&self, id: &OrganisationId) -> Result<usize> {
        self.city.suppliers.iter().position(|it| it.id == *id).ok_or(Error::NotFound)
    }

    fn prepare(&self, at: Time, since: NaiveDate) -> Result<()> {
        for (name, code, serves) in DISTRIBUTORS {
            let id = DistributorId::new();
            let regions: Vec<String> =
                serves.iter().filter_map(|i| REGIONS.get(*i)).map(|r| (*r).to_owned()).collect();
            let it = Distributor {
                id: id.clone(),
                name: (*name).to_owned(),
                code: (*code).to_owned(),
                active: true,
                reason: String::new(),
                version: 1,
                created_at: at,
            };
            self.write("officer", at, |tx, ctx| {
                distributors::add(tx, ctx, it.clone(), regions.clone(), true)
            })?;
            for (i, region) in regions.iter().enumerate() {
                for s in (0..self.city.suppliers.len()).filter(|s| (s + i) % DISTRIBUTORS.len() == 0) {
                    let login = format!("supplier{}", s + 1);
                    let choice = DistributorChoiceId::new();
                    let chosen = self.write(&login, at, |tx, ctx| {
                        distributors::choose(tx, ctx, &choice, region, Some(&id), None)
                    });
                    // The first to be chosen for a region stays.
                    if let Err(error @ (Error::Database(_) | Error::Fault(_))) = chosen {
                        return Err(error);
                    }
                }
            }
        }
        self.accounts(at)?;
        for hospital in self.city.hospitals.iter().take(DIRECT) {
            let it = DirectHospital { hospital_id: hospital.id.clone(), since, until: None };
            self.write("settlement", at, |tx, ctx| payers::set(tx, ctx, &it))?;
        }
        let Some(hospital) = self.city.hospitals.first() else { return Ok(()) };
        let id = GrantId::new();
        self.write("settlement", at, |tx, ctx| {
            crate::contracts::volumes::open_years(tx, ctx.now.day())?;
            let least = prepayments::agreed(tx.conn(), &hospital.id, ctx.now)?.least;
            prepayments::ask(tx, ctx, &id, &hospital.id, least, "按年度约定采购金额的30%预付")
        })?;
        self.write("reviewer", at.plus_millis(3_600_000), |tx, ctx| {
            let asked = crate::payments::prepayments::store::grant(tx.conn(), &id)?.ok_or(Error::NotFound)?;
            let request =
                approvals::open(tx.conn(), prepayments::SUBJECT, &asked.number, Action::Prepayment)?;
            let request = request.ok_or(Error::NotFound)?;
            prepayments::decide(tx, ctx, &request.id, true, "")
        })
    }

    fn accounts(&self, at: Time) -> Result<()> {
        let of = |(i, it): (usize, &crate::people::Organisation)| {
            (format!("supplier{}", i + 1), it.id.clone(), it.name.clone())
        };
        let mut owners: Vec<_> = self.city.suppliers.iter().enumerate().map(of).collect();
        let bureau = acts(self.db, "settlement", at)?.actor.organisation.ok_or(Error::NotFound)?;
        owners.push(("settlement".to_owned(), bureau, "安和市医疗保险基金支出户".to_owned()));
        for (i, (login, owner, holder)) in owners.into_iter().enumerate() {
            let id = BankAccountId::new();
            self.write(&login, at, |tx, ctx| {
                let it = BankAccount {
                    id: id.clone(),
                    organisation_id: owner.clone(),
                    holder: holder.clone(),
                    bank: "中国工商银行安和分行".to_owned(),
                    cnaps: "102339000015".to_owned(),
                    number: format!("12080110090{i:08}"),
                    state: BankState::Entered,
                    entered_at: ctx.now,
                    entered_by: ctx.actor.account.clone(),
                    decided_at: None,
                    decided_by: None,
                    remark: String::new(),
                };
                bank::enter(tx, ctx, it)
            })?;
            let second = if login == "settlement" { "admin" } else { "settlement" };
            self.write(second, at.plus_millis(60_000), |tx, ctx| bank::decide(tx, ctx, &id, true, ""))?;
        }
        Ok(())
    }

    /// One hospital's order of the half month, and what becomes of it until today.
    fn order(&self, list: &[Contract], h: usize, at: Time, now: Time) -> Result<()> {
        let Some(hospital) = self.city.hospitals.get(h) else { return Ok(()) };
        let tempo = TEMPO.get(h).copied().unwrap_or(100);
        let mine = list.iter().filter(|it| it.hospital_id == hospital.id && it.starts <= at.day());
        let lines: Vec<Given> = mine
            .enumerate()
            .filter_map(|(i, it)| {
                let units = it.quantity.scaled() / 1_000 * tempo / 100 / ORDERS;
                let units = units * (90 + (i as i64 * 7 + at.day().ordinal() as i64) % 21) / 100;
                (units > 0).then(|| Given {
                    source: i as i32 + 1,
                    contract: it.number.clone(),
                    quantity: units.to_string(),
                    unit_price: it.unit_price.to_string(),
                    ..Given::default()
                })
            })
            .collect();
        if lines.is_empty() {
            return Ok(());
        }
        let (login, id) = (format!("hospital{}", h + 1), RequestId::new());
        let new =
            New { id: id.clone(), file_name: String::new(), sha256: String::new(), lines, replaces: None };
        self.write(&login, at, |tx, ctx| requests::enter(tx, ctx, hospital, &new))?;
        self.write(&login, at.plus_millis(600_000), |tx, ctx| {
            requests::submit(tx, ctx, hospital, &id, (1, true)).map(drop)
        })?;
        let orders: Vec<Order> = self.db.read(|conn| crate::supply::orders::store::of_request(conn, &id))?;
        for order in orders {
            self.supply(h, &order, at, now)?;
        }
        Ok(())
    }

    /// The supplier answers and delivers, the hospital takes in; each when its day has come.
    fn supply(&self, h: usize, order: &Order, at: Time, now: Time) -> Result<()> {
        let s = self.supplier(&order.supplier_id)?;
        let login = format!("supplier{}", s + 1);
        let answered = at.plus_millis(7 * 3_600_000);
        // The newest order to the first supplier waits for its answer.
        if answered > now || (s == 0 && now.millis() - at.millis() < EVERY * 86_400_000) {
            return Ok(());
        }
        let lines = self.db.read(|conn| confirmations::store::lines(conn, &order.id))?;
        let is_short = s == SHORT && at.day().month() % 3 == 0;
        let answers: Vec<Answer> = lines
            .iter()
            .map(|line| {
                let units = line.quantity.scaled() / 1_000;
                let promised = if is_short { units * 6 / 10 } else { units };
                let day = Some(at.plus_days(2).day());
                Answer { line: line.id.clone(), quantity: Quantity::from_scaled(promised * 1_000), day }
            })
            .collect();
        self.write(&login, answered, |tx, ctx| confirmations::confirm(tx, ctx, &order.id, &answers))?;
        let sent_at = morning(at.plus_days(1));
        if sent_at > now {
            return Ok(());
        }
        let lines = self.db.read(|conn| confirmations::store::lines(conn, &order.id))?;
        let sent: Vec<Sent> = lines
            .iter()
            .filter(|line| line.promised.is_some_and(Quantity::is_positive))
            .map(|line| Sent {
                line: line.id.clone(),
                quantity: line.promised.unwrap_or(Quantity::ZERO),
                batch: format!("{}{:02}", sent_at.local().format("%y%m"), s + 1),
                expires_on: sent_at.plus_days(600).day(),
                codes: Vec::new(),
            })
            .collect();
        if sent.is_empty() {
            return Ok(());
        }
        let note = Note {
            id: DeliveryId::new(),
            number: format!("PS{}{:05}", sent_at.local().format("%y%m"), self.next()),
            order_id: order.id.clone(),
            lines: sent,
        };
        self.write(&login, sent_at, |tx, ctx| deliveries::send(tx, ctx, &note))?;
        // What was sent to the first hospital last is on its way.
        let received_at = sent_at.plus_days(if s == 6 { 4 } else { 1 });
        if received_at > now || (h == 0 && now.millis() - at.millis() < EVERY * 86_400_000) {
            return Ok(());
        }
        let accepted = self.take_in(h, &note, received_at)?;
        self.charge(h, s, &accepted, now)
    }

    fn take_in(&self, h: usize, note: &Note, at: Time) -> Result<Accepted> {
        let login = format!("hospital{}", h + 1);
        let lines: Vec<_> = self.db.read(|conn| deliveries::store::lines(conn, &note.id))?;
        let takes: Vec<Take> = lines
            .iter()
            .map(|(line, _)| {
                // Now and then something arrives broken.
                let broken = self.next() % 41 == 0;
                let refused = if broken { line.quantity.scaled() / 20_000 * 1_000 } else { 0 };
                Take {
                    id: ReceiptId::new(),
                    line: line.id.clone(),
                    accepted: Quantity::from_scaled(line.quantity.scaled() - refused),
                    refused: Quantity::from_scaled(refused),
                    reason: if refused > 0 { "外包装破损".to_owned() } else { String::new() },
                    codes: Vec::new(),
                }
            })
            .collect();
        self.write(&login, at, |tx, ctx| receipts::receive(tx, ctx, &note.id, &takes))?;
        let receipts = self.db.read(|conn| deliveries::store::receipts(conn, &note.id))?;
        Ok(Accepted { delivery: note.id.clone(), receipts, at })
    }

    /// The invoice, now and then a return with its credit note, and what the hospital itself pays.
    fn charge(&self, h: usize, s: usize, accepted: &Accepted, now: Time) -> Result<()> {
        let at = accepted.at.plus_days(2);
        if at > now {
            return Ok(());
        }
        let goods: Vec<&Receipt> = accepted.receipts.iter().filter(|r| r.amount.is_positive()).collect();
        let cents = goods.iter().map(|r| r.amount.scaled()).sum();
        let entry = invoices::Entry {
            id: InvoiceId::new(),
            code: String::new(),
            number: format!("{}33200000{:010}", at.local().format("%y"), self.next()),
            issued_on: at.day(),
            total: Money::from_scaled(cents),
            tax: None,
            lines: goods
                .iter()
                .map(|r| invoices::EnteredLine {
                    receipt_id: r.id.clone(),
                    quantity: r.accepted,
                    unit_price: r.unit_price,
                    amount: r.amount,
                })
                .collect(),
            anyway: false,
        };
        let login = format!("supplier{}", s + 1);
        self.write(&login, at, |tx, ctx| invoices::enter(tx, ctx, &entry))?;
        if self.next() % 23 == 0
            && let Some(receipt) = goods.first()
        {
            self.send_back(h, &login, (accepted, receipt), &entry.id, at.plus_days(1), now)?;
        }
        let paid_at = accepted.at.plus_days(if h == LATE { 75 } else { 24 });
        if paid_at > now {
            return Ok(());
        }
        self.pay(h, accepted, paid_at)
    }

    fn send_back(
        &self,
        h: usize,
        supplier: &str,
        (accepted, receipt): (&Accepted, &Receipt),
        invoice: &InvoiceId,
        at: Time,
        now: Time,
    ) -> Result<()> {
        let quantity = Quantity::from_scaled(receipt.accepted.scaled() / 10_000 * 1_000);
        if at.plus_days(1) > now || !quantity.is_positive() {
            return Ok(());
        }
        let wanted = Wanted {
            id: ReturnId::new(),
            receipt_id: receipt.id.clone(),
            quantity,
            reason: "近效期，协商退货".to_owned(),
            codes: Vec::new(),
        };
        let login = format!("hospital{}", h + 1);
        self.write(&login, at, |tx, ctx| returns::give_back(tx, ctx, &accepted.delivery, &wanted))?;
        let back = self.db.read(|conn| returns::store::one(conn, &wanted.id))?.ok_or(Error::NotFound)?;
        let note = credit_notes::Entry {
            id: InvoiceId::new(),
            invoice_id: invoice.clone(),
            code: String::new(),
            number: format!("{}33300000{:010}", at.local().format("%y"), self.next()),
            issued_on: at.plus_days(1).day(),
            total: back.amount,
            tax: None,
            reason: "退货".to_owned(),
            returns: vec![back.id],
            prices: Vec::new(),
        };
        self.write(supplier, at.plus_days(1), |tx, ctx| credit_notes::enter(tx, ctx, &note))
    }

    /// The hospital pays what is its own to pay of a delivery.
    fn pay(&self, h: usize, accepted: &Accepted, at: Time) -> Result<()> {
        let ids: Vec<ReceiptId> = accepted.receipts.iter().map(|r| r.id.clone()).collect();
        let known = self.db.read(|conn| invoices::store::receipts(conn, &ids))?;
        let mut lines: Vec<(ReceiptId, Money)> = known
            .values()
            .filter(|r| r.payer == crate::supply::Payer::Hospital && r.amount.is_positive())
            .map(|r| {
                let due = r.amount.scaled() - r.credited.scaled() - r.paid.scaled();
                (r.id.clone(), Money::from_scaled(due))
            })
            .filter(|(_, due)| due.is_positive())
            .collect();
        lines.sort();
        if lines.is_empty() {
            return Ok(());
        }
        let entry = hospital::Entry {
            id: PaymentId::new(),
            paid_on: at.day(),
            reference: format!("ICBC{}{:06}", at.local().format("%y%m%d"), self.next()),
            lines,
            again: false,
        };
        self.write(&format!("hospital{}", h + 1), at, |tx, ctx| hospital::pay(tx, ctx, &entry))
    }

    /// A month's direct settlement: suppliers claim, hospitals confirm, a clerk and a reviewer release the money, the
    /// bank answers. The first hospital has yet to verify the claims of the newest month.
    fn settle(&self, at: Time, month: NaiveDate, now: Time) -> Result<()> {
        let is_newest = month == claims::month_of(now.day());
        for (s, supplier) in self.city.suppliers.iter().enumerate() {
            let it = Submission { id: SubmissionId::new(), supplier: supplier.id.clone(), month, seen: None };
            let login = format!("supplier{}", s + 1);
            match self.write(&login, at.plus_days(-1), |tx, ctx| claims::submit(tx, ctx, &it)) {
                // Not every supplier has something to claim every month.
                Ok(_) | Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        for (h, hospital) in self.city.hospitals.iter().enumerate().take(DIRECT) {
            let waiting = self.db.read(|conn| verify::waiting_of(conn, &hospital.id))?;
            if !waiting.is_empty() && !(is_newest && h == 0) {
                let login = format!("hospital{}", h + 1);
                self.write(&login, at, |tx, ctx| verify::confirm(tx, ctx, &waiting))?;
            }
        }
        if is_newest {
            return Ok(());
        }
        let (id, file) = (SettlementId::new(), PaymentFileId::new());
        let clerk = acts(self.db, "settlement", at)?;
        let opened = self.write("settlement", at, |tx, ctx| settlements::open(tx, ctx, &id, month));
        match opened {
            // In the first month nothing was claimed.
            Err(Error::Refused(_)) => return Ok(()),
            other => other?,
        };
        steps::advance(self.db, &clerk, &id, usize::MAX)?;
        self.write("reviewer", at, |tx, ctx| settlements::decide(tx, ctx, &id, true, ""))?;
        let mut day = at.day();
        while matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            day = day.succ_opt().ok_or_else(|| Error::fault("no next day"))?;
        }
        let new = NewFile { id: file, settlement_id: id.clone(), execute_on: day, again: false };
        self.write("settlement", at, |tx, ctx| settlements::make_file(tx, ctx, &new))?;
        let sent: Vec<(String, Money)> = self.db.read(|conn| {
            Ok(transfer_attempts::table
                .inner_join(transfers::table)
                .filter(transfers::settlement_id.eq(&id))
                .order(transfer_attempts::id)
                .select((transfer_attempts::id, transfer_attempts::amount))
                .load(conn)?)
        })?;
        let mut answer = String::from("end_to_end_id,result,amount,paid_on,reference,reason\n");
        for (attempt, amount) in sent {
            answer.push_str(&format!("{attempt},paid,{amount},{day},HT{:08},\n", self.next()));
        }
        let later = at.plus_days(4);
        self.write("settlement", later, |tx, ctx| {
            import::apply(tx, ctx, &id, "bank.csv", answer.as_bytes()).map(drop)
        })?;
        let clerk = acts(self.db, "settlement", later)?;
        steps::advance(self.db, &clerk, &id, usize::MAX)?;
        let month = at.day().with_day(1).ok_or_else(|| Error::fault("no first day"))?;
        self.write("settlement", later, |tx, ctx| {
            settlements::deduct(tx, ctx, &DeductionActId::new(), &id, month).map(drop)
        })?;
        steps::advance(self.db, &clerk, &id, usize::MAX).map(drop)
    }
}
