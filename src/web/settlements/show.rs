//! One settlement: what it pays, deducts and sent to the bank, with its downloads.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{self, Deed};
use crate::error::{Error, Result};
use crate::files::write::FileKind;
use crate::payments::bank;
use crate::payments::claims::rules::month_after;
use crate::payments::settlements::{
    self, AttemptState, Deduction, PaymentFile, Settlement, SettlementState, Transfer, TransferState,
    booking, files, steps, store,
};
use crate::people::Role;
use crate::people::store::account_name;
use crate::rounds::approvals::{self, Action, Approval, Decision};
use crate::text::fill;
use crate::types::{Money, PaymentFileId, SettlementId};
use crate::web::{App, Page, Payments, Staff, page};
use crate::workdays;

/// A transfer as the page shows it.
struct Line {
    it: Transfer,
    supplier: String,
    /// The approved account a file would use.
    account: String,
    /// Why the last attempt failed.
    reason: String,
}

impl Line {
    fn mood(&self) -> &'static str {
        match self.it.state {
            TransferState::Booked => " good",
            TransferState::Failed => " bad",
            _ => " wait",
        }
    }
}

#[derive(Template)]
#[template(path = "settlements/show.html")]
struct Show {
    page: Page,
    it: Settlement,
    opened_by: String,
    transfers: Vec<Line>,
    deductions: Vec<(Deduction, String, String)>,
    files: Vec<PaymentFile>,
    request: Option<(Approval, String)>,
    decided_by: String,
    has_steps: bool,
    execute_on: String,
    month: String,
    is_clerk: bool,
    may_decide: bool,
    may_see_files: bool,
}

impl Show {
    fn is_drawn_up(&self) -> bool {
        self.it.state == SettlementState::DrawnUp
    }

    fn is_approved(&self) -> bool {
        self.it.state == SettlementState::Approved
    }

    fn is_waiting(&self) -> bool {
        self.request.as_ref().is_some_and(|(r, _)| r.decision == Decision::Open)
    }

    fn waits(&self) -> String {
        let Some((request, by)) = &self.request else { return String::new() };
        fill(self.page.t.settlements.waits_for_reviewer, &[("by", by), ("at", &request.asked_at)])
    }

    fn sent_back(&self) -> String {
        let Some((request, _)) = &self.request else { return String::new() };
        let Some(at) = request.decided_at else { return String::new() };
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("by", &self.decided_by), ("at", &at), ("remark", &request.remark)];
        fill(self.page.t.settlements.sent_back, &values)
    }

    fn left(&self, it: &Deduction) -> Money {
        it.paid.minus(it.deducted).unwrap_or_default()
    }

    fn sum(&self, of: impl Fn(&Deduction) -> Money) -> Money {
        self.deductions.iter().fold(Money::ZERO, |sum, (it, ..)| sum.plus(of(it)).unwrap_or(sum))
    }

    fn planned(&self) -> Money {
        self.sum(|it| it.planned)
    }

    fn paid(&self) -> Money {
        self.sum(|it| it.paid)
    }

    fn deducted(&self) -> Money {
        self.sum(|it| it.deducted)
    }

    fn to_deduct(&self) -> Money {
        self.sum(|it| self.left(it))
    }
}

/// One settlement.
pub async fn index(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<SettlementId>,
) -> Result<HttpResponse> {
    let (reader, now) = (who.0.clone(), app.now());
    let shown = app
        .read(move |conn| {
            let it = store::settlement(conn, &id)?.ok_or(Error::NotFound)?;
            let request = approvals::latest(conn, settlements::SUBJECT, &it.number, Action::Settlement)?;
            let decided_by = account_name(conn, request.as_ref().and_then(|r| r.decided_by.as_ref()))?;
            let request = match request {
                Some(request) => Some((request.clone(), account_name(conn, Some(&request.asked_by))?)),
                None => None,
            };
            let may_see_files = reader.is_any(&[Role::Settlement, Role::Reviewer, Role::Auditor]);
            let mut reasons: HashMap<_, _> = HashMap::new();
            for (attempt, transfer) in store::attempts_of(conn, &id)? {
                if attempt.state == AttemptState::Failed {
                    reasons.insert(transfer.id, attempt.reason);
                }
            }
            let mut transfers = Vec::new();
            for (transfer, supplier) in store::transfers_of(conn, &id)? {
                let account = bank::approved(conn, &transfer.supplier_id)?;
                let account = match account {
                    Some(account) if may_see_files => format!("{} {}", account.bank, account.number),
                    Some(account) => account.bank,
                    None => String::new(),
                };
                let reason = match transfer.state {
                    TransferState::Failed => reasons.remove(&transfer.id).unwrap_or_default(),
                    _ => String::new(),
                };
                transfers.push(Line { it: transfer, supplier, account, reason });
            }
            let may_decide = reader.is(Role::Reviewer)
                && request
                    .as_ref()
                    .is_some_and(|(r, _)| r.decision == Decision::Open && r.asked_by != reader.account.id);
            Ok(Show {
                opened_by: account_name(conn, it.opened_by.as_ref())?,
                transfers,
                deductions: booking::deductions_of(conn, &id)?,
                files: store::files_of(conn, &id)?,
                request,
                decided_by,
                has_steps: steps::next(conn, &it)?.is_some(),
                execute_on: workdays::calendar(conn, now.day())?.due(now.day(), 1).to_string(),
                month: month_after(it.month).max(now.day()).format("%Y-%m").to_string(),
                is_clerk: reader.is(Role::Settlement),
                may_decide,
                may_see_files,
                it,
                page,
            })
        })
        .await?;
    page::show(&shown)
}

/// Leads from a settlement's number to its page.
pub async fn of_number(_who: Staff, app: web::Data<App>, number: web::Path<String>) -> Result<HttpResponse> {
    let it = app.read(move |conn| store::of_number(conn, &number)?.ok_or(Error::NotFound)).await?;
    Ok(page::see(&format!("/settlements/{}", it.id)))
}

/// A payment file, as CSV or as ISO 20022.
pub async fn file(
    page: Page,
    who: Payments,
    app: web::Data<App>,
    path: web::Path<(SettlementId, PaymentFileId, String)>,
) -> Result<HttpResponse> {
    let ((settlement, id, format), ctx, t) = (path.into_inner(), who.ctx(&app), page.t);
    let order = app.read(move |conn| files::order(conn, &id)).await?;
    if order.file.settlement_id != settlement {
        return Err(Error::NotFound);
    }
    let number = order.file.number.clone();
    let (media, bytes) = match format.as_str() {
        "csv" => (FileKind::Csv.media_type(), files::csv(&order, t)?),
        "xml" => ("application/xml", files::xml(&order)),
        _ => return Err(Error::NotFound),
    };
    let name = format!("{number}.{format}");
    app.write(move |tx| {
        let deed = Deed { action: "payment_file.export", subject: "payment_files", id: &number };
        audit::record(tx, &ctx, deed, &(), &format)
    })
    .await?;
    Ok(page::download(&name, media, bytes))
}

/// What is to be netted from each hospital's claim, as CSV.
pub async fn deductions(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<SettlementId>,
) -> Result<HttpResponse> {
    let (ctx, t) = (who.ctx(&app), page.t);
    let (number, bytes) = app
        .read(move |conn| {
            let it = store::settlement(conn, &id)?.ok_or(Error::NotFound)?;
            Ok((it.number, files::deductions(conn, &id, t)?))
        })
        .await?;
    let name = format!("{number}-{}", t.settlements.deducted);
    app.write(move |tx| {
        let deed = Deed { action: "deductions.export", subject: settlements::SUBJECT, id: &number };
        audit::record(tx, &ctx, deed, &(), &())
    })
    .await?;
    Ok(page::csv(&name, bytes))
}
