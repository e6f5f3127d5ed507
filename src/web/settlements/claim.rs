//! One claim: its lines and progress, and the forms that dispute lines and end disputes.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::audit::{self, Deed};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::files::write::Csv;
use crate::payments::claims::store::{self, Shown};
use crate::payments::claims::verify::{self, Seen};
use crate::payments::claims::{Claim, ClaimState, LineState};
use crate::people::store::{account_name, names};
use crate::people::{Role, Who};
use crate::text::{Text, fill};
use crate::types::{ClaimId, ReceiptId};
use crate::web::form::{Form, Refused};
use crate::web::{App, Hospital, Page, Party, Person, page};

/// Which lines the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    line: String,
    after: String,
}

#[derive(Template)]
#[template(path = "settlements/claim.html")]
struct Show {
    page: Page,
    it: Claim,
    hospital: String,
    supplier: String,
    verified_by: String,
    settlement: Option<(String, String)>,
    lines: Vec<Shown>,
    asked: Asked,
    next: String,
    is_overdue: bool,
    is_hospital: bool,
    is_supplier: bool,
}

impl Show {
    fn may_verify(&self) -> bool {
        self.is_hospital && self.it.state == ClaimState::Submitted
    }

    fn may_resolve(&self) -> bool {
        (self.is_hospital || self.is_supplier) && self.it.disputed_lines > 0
    }

    fn may_choose(&self, line: &Shown) -> bool {
        match line.line.state {
            LineState::Claimed => self.may_verify(),
            LineState::Disputed => self.may_resolve(),
            _ => false,
        }
    }

    fn state(&self, line: &Shown) -> &'static str {
        line.line.state.name_in(self.it.state, self.page.t)
    }

    fn choose(&self, line: &Shown) -> String {
        let what = format!("{} {} {}", line.received_on, line.goods.1, line.line.amount);
        fill(self.page.t.claims.choose_line, &[("line", &what)])
    }

    fn states(&self) -> Vec<(&'static str, &'static str)> {
        let t = self.page.t;
        let all = std::iter::once(("", t.claims.show_all));
        all.chain(LineState::ALL.iter().map(|s| (s.as_str(), s.name(t)))).collect()
    }

    fn verified(&self) -> String {
        let at = self.it.verified_at.map(|at| format!("{at} {}", self.verified_by));
        at.unwrap_or_else(|| "—".to_owned())
    }
}

const PAGE: i64 = 200;

/// A claim the reader may see; anybody else's is not there.
fn seen(conn: &mut Conn, who: &Who, id: &ClaimId) -> Result<Claim> {
    let it = store::claim(conn, id)?.ok_or(Error::NotFound)?;
    let (hospital, supplier) = super::scope(who);
    let is_seen =
        hospital.is_none_or(|own| own == it.hospital_id) && supplier.is_none_or(|own| own == it.supplier_id);
    if is_seen { Ok(it) } else { Err(Error::NotFound) }
}

/// One claim with a page of its lines.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<ClaimId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (asked, reader, today) = (asked.into_inner(), who.0.clone(), app.now().day());
    let state = match asked.line.as_str() {
        "" => None,
        word => Some(word.parse::<LineState>().map_err(|()| Error::NotFound)?),
    };
    let after: Option<ReceiptId> = asked.after.parse().ok();
    let shown = app
        .read(move |conn| {
            let it = seen(conn, &reader, &id)?;
            let names = names(conn, vec![it.hospital_id.clone(), it.supplier_id.clone()])?;
            let verified_by = account_name(conn, it.verified_by.as_ref())?;
            let settlement = match &it.settlement_id {
                Some(id) => crate::payments::settlements::store::settlement(conn, id)?,
                None => None,
            };
            let mut lines = store::lines(conn, &id, state, after.as_ref(), PAGE + 1)?;
            let more = lines.len() > PAGE as usize;
            lines.truncate(PAGE as usize);
            let next = match lines.last() {
                Some(last) if more => {
                    format!("/claims/{id}?line={}&after={}", asked.line, last.line.receipt_id)
                }
                _ => String::new(),
            };
            let name = |id| names.get(id).cloned().unwrap_or_default();
            Ok(Show {
                hospital: name(&it.hospital_id),
                supplier: name(&it.supplier_id),
                verified_by,
                settlement: settlement.map(|s| (s.id.to_string(), s.number)),
                lines,
                asked,
                next,
                is_overdue: it.is_overdue(today),
                is_hospital: reader.is(Role::Hospital) && reader.organisation.id == it.hospital_id,
                is_supplier: reader.is(Role::Supplier) && reader.organisation.id == it.supplier_id,
                it,
                page,
            })
        })
        .await?;
    page::show(&shown)
}

/// The claim as the form saw it, and the chosen lines.
fn chosen(id: &ClaimId, form: &Form) -> Result<(Seen, Vec<ReceiptId>)> {
    let wrong = |text: &str| Error::refused(Refused::Choice("line", text.to_owned()));
    let lines = form.all("line").map(|text| text.parse().map_err(|_| wrong(text)));
    Ok((Seen { id: id.clone(), version: form.choice("version")? }, lines.collect::<Result<_>>()?))
}

/// The hospital disputes lines, or takes disputes back while it verifies.
pub async fn dispute(
    who: Hospital,
    app: web::Data<App>,
    id: web::Path<ClaimId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, (seen, lines)) = (who.ctx(&app), chosen(&id, &form)?);
    let reason = form.text("reason").to_owned();
    app.write(move |tx| verify::dispute(tx, &ctx, &seen, &lines, &reason)).await?;
    Ok(page::see_done(&format!("/claims/{id}")))
}

/// The hospital takes disputes back, or the supplier takes disputed lines back.
pub async fn resolve(
    who: Party,
    app: web::Data<App>,
    id: web::Path<ClaimId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, (seen, lines)) = (who.ctx(&app), chosen(&id, &form)?);
    let is_hospital = who.is(Role::Hospital);
    app.write(move |tx| match is_hospital {
        true => verify::accept(tx, &ctx, &seen, &lines),
        false => verify::withdraw(tx, &ctx, &seen, &lines),
    })
    .await?;
    Ok(page::see_done(&format!("/claims/{id}")))
}

/// The lines of a claim as CSV.
pub async fn csv(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<ClaimId>,
) -> Result<HttpResponse> {
    let (reader, ctx, t) = (who.0.clone(), who.ctx(&app), page.t);
    let (number, bytes) = app
        .read(move |conn| {
            let it = seen(conn, &reader, &id)?;
            Ok((it.number.clone(), write(conn, &it, t)?))
        })
        .await?;
    let name = number.clone();
    app.write(move |tx| {
        let deed = Deed { action: "claims.export", subject: "claims", id: &number };
        audit::record(tx, &ctx, deed, &(), &())
    })
    .await?;
    Ok(page::csv(&name, bytes))
}

fn write(conn: &mut Conn, it: &Claim, t: &Text) -> Result<Vec<u8>> {
    let c = &t.claims;
    let mut out = Csv::new(Vec::new())?;
    out.row([
        c.number,
        c.received_on,
        c.goods,
        c.spec,
        c.quantity,
        c.unit_price,
        c.line_amount,
        c.line_state,
        c.reason,
    ])?;
    let mut after: Option<ReceiptId> = None;
    loop {
        let lines = store::lines(conn, &it.id, None, after.as_ref(), 2_000)?;
        let Some(last) = lines.last() else { break };
        after = Some(last.line.receipt_id.clone());
        for l in &lines {
            let (day, quantity) = (l.received_on.to_string(), l.accepted.to_string());
            let (price, amount) = (l.unit_price.to_string(), l.line.amount.to_string());
            let state = l.line.state.name_in(it.state, t);
            out.row([
                &it.number,
                &day,
                &l.goods.1,
                &l.goods.2,
                &quantity,
                &price,
                &amount,
                state,
                &l.line.reason,
            ])?;
        }
    }
    out.finish()
}
