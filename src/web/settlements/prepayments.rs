//! Prepayments: every hospital's balance, one hospital's ledger and agreed amount, grants and recovery.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::prepayments::{self, Agreed, Entry, Grant, Prepayment, store};
use crate::payments::settlements::booking;
use crate::people::store::account_name;
use crate::people::{self, OrganisationKind, Role, Who};
use crate::rounds::approvals::{self, Action};
use crate::text::fill;
use crate::types::{ApprovalId, GrantId, Money, OrganisationId, PrepaymentEntryId};
use crate::web::form::Form;
use crate::web::{App, Page, Person, Reviewer, Settlement, page};

/// A grant that waits.
struct Waiting {
    it: Grant,
    hospital: String,
    /// The request a reviewer decides.
    request: Option<ApprovalId>,
    asked_by: String,
    is_mine: bool,
}

#[derive(Template)]
#[template(path = "settlements/prepayments.html")]
struct List {
    page: Page,
    rows: Vec<(Prepayment, String)>,
    waiting: Vec<Waiting>,
    hospitals: Vec<(String, String)>,
}

/// What is asked of the list: a hospital's page, from the choice above it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    hospital: String,
    before: String,
}

/// Every hospital's prepayment; a hospital sees its own page.
pub async fn list(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let own = (who.organisation.kind == OrganisationKind::Hospital).then(|| who.organisation.id.to_string());
    let chosen = asked.hospital.parse::<OrganisationId>().ok().map(|id| id.to_string());
    if let Some(hospital) = own.or(chosen) {
        return Ok(page::see(&format!("/prepayments/{hospital}")));
    }
    let reader = who.0.clone();
    let (rows, waiting, hospitals) = app
        .read(move |conn| {
            let hospitals = people::store::active_in(conn, OrganisationKind::Hospital, &[])?;
            let hospitals = hospitals.into_iter().map(|it| (it.id.to_string(), it.name)).collect();
            Ok((store::all(conn)?, waiting(conn, &reader)?, hospitals))
        })
        .await?;
    page::show(&List { page, rows, waiting, hospitals })
}

fn waiting(conn: &mut Conn, who: &Who) -> Result<Vec<Waiting>> {
    let mut list = Vec::new();
    for (it, hospital) in store::waiting(conn)? {
        let request = approvals::open(conn, prepayments::SUBJECT, &it.number, Action::Prepayment)?;
        let asked_by = account_name(conn, it.asked_by.as_ref())?;
        let is_mine = who.is(Role::Reviewer) && it.asked_by.as_ref() != Some(&who.account.id);
        list.push(Waiting { it, hospital, request: request.map(|r| r.id), asked_by, is_mine });
    }
    Ok(list)
}

#[derive(Template)]
#[template(path = "settlements/prepayment.html")]
struct Show {
    page: Page,
    hospital: people::Organisation,
    it: Prepayment,
    agreed: Agreed,
    entries: Vec<Entry>,
    grants: Vec<Grant>,
    deductions: Vec<(String, String, Money)>,
    next: String,
    is_clerk: bool,
}

impl Show {
    fn agreed_hint(&self) -> String {
        let share = self.agreed.share.checked_mul(100.into()).unwrap_or_default().normalize();
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("contracts", &self.agreed.contracts), ("share", &share), ("least", &self.agreed.least)];
        fill(self.page.t.settlements.agreed_hint, &values)
    }

    /// What a grant has to be at least, given what is held.
    fn missing(&self) -> String {
        let held = self.it.granted.minus(self.it.recovered).unwrap_or_default();
        let missing = self.agreed.least.minus(held).unwrap_or_default();
        if missing.is_positive() { missing.to_string() } else { String::new() }
    }
}

const PAGE: i64 = 100;

/// One hospital's prepayment; another hospital's is not there.
pub async fn show(
    page: Page,
    who: Person,
    app: web::Data<App>,
    hospital: web::Path<OrganisationId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    if who.organisation.kind == OrganisationKind::Hospital && who.organisation.id != *hospital {
        return Err(Error::NotFound);
    }
    let (now, is_clerk) = (app.now(), who.is(Role::Settlement));
    let before: Option<PrepaymentEntryId> = asked.before.parse().ok();
    let shown = app
        .read(move |conn| {
            let whose = people::store::organisation(conn, &hospital)?;
            let whose = whose.filter(|it| it.kind == OrganisationKind::Hospital).ok_or(Error::NotFound)?;
            let mut entries = store::entries(conn, &hospital, before.as_ref(), PAGE + 1)?;
            let more = entries.len() > PAGE as usize;
            entries.truncate(PAGE as usize);
            let next = match entries.last() {
                Some(last) if more => format!("/prepayments/{hospital}?before={}", last.id),
                _ => String::new(),
            };
            let mut deductions = Vec::new();
            for (settlement, month, amount) in booking::entries_of(conn, &hospital)? {
                let number = crate::payments::settlements::store::settlement(conn, &settlement)?;
                let number = number.map(|it| it.number).unwrap_or_default();
                deductions.push((number, month.format("%Y-%m").to_string(), amount));
            }
            Ok(Show {
                it: prepayments::prepayment(conn, &hospital)?,
                agreed: prepayments::agreed(conn, &hospital, now)?,
                entries,
                grants: store::grants_of(conn, &hospital)?,
                deductions,
                next,
                is_clerk,
                hospital: whose,
                page,
            })
        })
        .await?;
    page::show(&shown)
}

/// A clerk asks for a grant.
pub async fn ask(
    who: Settlement,
    app: web::Data<App>,
    hospital: web::Path<OrganisationId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, to) = (who.ctx(&app), format!("/prepayments/{hospital}"));
    let (id, amount): (GrantId, Money) = (form.choice("id")?, form.number("amount")?);
    let reason: String = form.text("reason").chars().take(1_000).collect();
    app.write(move |tx| prepayments::ask(tx, &ctx, &id, &hospital, amount, &reason)).await?;
    Ok(page::see_done(&to))
}

/// A reviewer decides a grant.
pub async fn decide(
    who: Reviewer,
    app: web::Data<App>,
    request: web::Path<ApprovalId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, yes) = (who.ctx(&app), form.decision()?);
    let remark = form.words("remark");
    app.write(move |tx| prepayments::decide(tx, &ctx, &request, yes, &remark)).await?;
    Ok(page::see_done("/prepayments"))
}

/// A clerk takes back what is left.
pub async fn recover(
    who: Settlement,
    app: web::Data<App>,
    hospital: web::Path<OrganisationId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, to) = (who.ctx(&app), format!("/prepayments/{hospital}"));
    let (id, amount): (PrepaymentEntryId, Money) = (form.choice("id")?, form.number("amount")?);
    let reason: String = form.text("reason").chars().take(1_000).collect();
    app.write(move |tx| prepayments::recover(tx, &ctx, &id, &hospital, amount, &reason)).await?;
    Ok(page::see_done(&to))
}
