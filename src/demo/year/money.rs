//! The year's money: the invoice of each delivery, credit notes for what went back, and the payments.

use chrono::{Datelike, Months};

use super::chain::{Taken, Year};
use super::city::{Buyer, City};
use super::rows::Rows;
use crate::error::{Error, Result};
use crate::payments::{Invoice, InvoiceKind, InvoiceLine, InvoiceState, Payment, PaymentLine};
use crate::supply::{Order, Payer, ReceiptState};
use crate::types::{Money, Time};

impl Year<'_> {
    /// The invoice of a delivery, credit notes for what went back, and the payments.
    pub(super) fn charge(
        &mut self,
        city: &mut City,
        buyer: &Buyer,
        order: &Order,
        mut taken: Vec<Taken>,
        received_at: Time,
        rows: &mut Rows,
    ) -> Result<()> {
        let issued_at = received_at.plus_days(1 + self.draw(4));
        let has_goods = taken.iter().any(|it| it.receipt.amount.is_positive());
        if has_goods && issued_at.day() <= self.until {
            let invoice = self.invoice(city, order, InvoiceKind::Invoice, issued_at)?;
            let charged: Vec<&mut Taken> =
                taken.iter_mut().filter(|it| it.receipt.amount.is_positive()).collect();
            let mut cents = 0;
            for (i, it) in charged.into_iter().enumerate() {
                let r = &mut it.receipt;
                cents += r.amount.scaled();
                (r.invoiced, r.state) = (r.amount, ReceiptState::Invoiced);
                rows.invoice_lines.push(InvoiceLine {
                    id: city.ids.next(issued_at)?,
                    invoice_id: invoice.id.clone(),
                    position: i32::try_from(i + 1).map_err(Error::fault_of)?,
                    receipt_id: r.id.clone(),
                    return_id: None,
                    quantity: r.accepted,
                    unit_price: r.unit_price,
                    amount: r.amount,
                    fault: String::new(),
                });
            }
            let invoice = Invoice { amount: Money::from_scaled(cents), ..invoice };
            rows.invoices.push(invoice.clone());
            self.credit(city, order, &invoice, &mut taken, rows)?;
            for payer in [Payer::Hospital, Payer::Fund] {
                self.pay(city, buyer, order, &mut taken, (payer, issued_at), rows)?;
            }
        }
        for it in taken {
            rows.receipts.push(it.receipt);
            rows.returns.extend(it.back);
        }
        Ok(())
    }

    /// Two days after goods went back, a credit note for them.
    fn credit(
        &mut self,
        city: &mut City,
        order: &Order,
        invoice: &Invoice,
        taken: &mut [Taken],
        rows: &mut Rows,
    ) -> Result<()> {
        for it in taken {
            let Some(back) = &it.back else { continue };
            let at = back.at.plus_days(2);
            if at.day() > self.until {
                continue;
            }
            let note = self.invoice(city, order, InvoiceKind::CreditNote, at)?;
            it.receipt.credited = back.amount;
            rows.invoice_lines.push(InvoiceLine {
                id: city.ids.next(at)?,
                invoice_id: note.id.clone(),
                position: 1,
                receipt_id: it.receipt.id.clone(),
                return_id: Some(back.id.clone()),
                quantity: back.quantity,
                unit_price: it.receipt.unit_price,
                amount: back.amount,
                fault: String::new(),
            });
            rows.invoices.push(Invoice {
                amount: back.amount,
                corrects_id: Some(invoice.id.clone()),
                reason: back.reason.clone(),
                ..note
            });
        }
        Ok(())
    }

    fn invoice(&mut self, city: &mut City, order: &Order, kind: InvoiceKind, at: Time) -> Result<Invoice> {
        let number = self.document();
        Ok(Invoice {
            id: city.ids.next(at)?,
            code: String::new(),
            number: format!("{}{number:018}", at.local().format("%y")),
            kind,
            corrects_id: None,
            hospital_id: order.hospital_id.clone(),
            supplier_id: order.supplier_id.clone(),
            issued_on: at.day(),
            amount: Money::ZERO,
            tax: None,
            state: InvoiceState::Matched,
            reason: String::new(),
            entered_at: at,
            account_id: None,
        })
    }

    /// One payment for what one payer owes of a delivery, if its day has come.
    fn pay(
        &mut self,
        city: &mut City,
        buyer: &Buyer,
        order: &Order,
        taken: &mut [Taken],
        (payer, issued_at): (Payer, Time),
        rows: &mut Rows,
    ) -> Result<()> {
        let Some(received) = taken.first().map(|it| it.receipt.received_at) else { return Ok(()) };
        let at = match payer {
            Payer::Hospital if buyer.is_late => received.plus_days(50 + self.draw(60)),
            Payer::Hospital => received.plus_days(15 + self.draw(20)),
            Payer::Fund => run_after(received, issued_at),
        };
        let owed = |it: &&mut Taken| it.receipt.payer == payer && it.receipt.amount.is_positive();
        let owed: Vec<&mut Taken> = taken.iter_mut().filter(owed).collect();
        if owed.is_empty() || at.day() > self.until {
            return Ok(());
        }
        let number = self.document();
        let mut payment = Payment {
            id: city.ids.next(at)?,
            number: format!("FK{}G{number:08}", at.local().format("%Y%m")),
            payer,
            hospital_id: order.hospital_id.clone(),
            supplier_id: order.supplier_id.clone(),
            claim_id: None,
            reverses_id: None,
            amount: Money::ZERO,
            paid_on: at.day(),
            reference: format!("G{number:012}"),
            reason: String::new(),
            at,
            account_id: None,
        };
        let mut cents = 0;
        for it in owed {
            let r = &mut it.receipt;
            let due = r.amount.scaled() - r.credited.scaled();
            cents += due;
            (r.paid, r.state) = (Money::from_scaled(due), ReceiptState::Paid);
            rows.payment_lines.push(PaymentLine {
                payment_id: payment.id.clone(),
                receipt_id: r.id.clone(),
                amount: r.paid,
            });
        }
        payment.amount = Money::from_scaled(cents);
        rows.payments.push(payment);
        Ok(())
    }
}

/// The day of the direct settlement that takes a receipt in: the 20th of the month after it was accepted and invoiced.
fn run_after(received: Time, issued: Time) -> Time {
    let later = received.max(issued);
    let next = later.day().with_day(1).and_then(|day| day.checked_add_months(Months::new(1)));
    let day = next.and_then(|day| day.with_day(20));
    day.and_then(|day| Time::parse_local(&day.to_string())).unwrap_or(later)
}
