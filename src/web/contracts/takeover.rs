//! `/rounds/{id}/takeover`: a spare supplier takes over; every contract is shown before it is done.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::contracts::changes::Cause;
use crate::contracts::takeover::plan::Plan;
use crate::contracts::takeover::{self, Candidates, Wanted};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::store::names;
use crate::rounds::{self, Round};
use crate::text::{Say, fill};
use crate::types::{OrganisationId, Quantity, RoundId, Time};
use crate::web::contracts::events::{Chosen, Read};
use crate::web::form::Form;
use crate::web::{App, Officer, Page, page};

/// The word for the spare supplier the award names.
const SPARE: &str = "spare";

/// One contract of the preview.
struct Row {
    number: String,
    hospital: String,
    stays: Quantity,
    by_year: Vec<(String, Quantity)>,
    moves: Quantity,
    to: String,
    other: String,
    is_new: bool,
    before: String,
    after: String,
}

struct Loaded {
    round: Round,
    r: Read,
    options: Vec<(String, String)>,
    rows: Vec<Row>,
    total: Quantity,
    seen: String,
    refusal: Option<Box<dyn Say>>,
}

#[derive(Template)]
#[template(path = "contracts/takeover.html")]
struct Show {
    page: Page,
    round: Round,
    r: Read,
    options: Vec<(String, String)>,
    rows: Vec<Row>,
    total: Quantity,
    seen: String,
    chosen: Chosen,
    to: String,
    values: Form,
}

impl Show {
    fn title(&self) -> String {
        fill(self.page.t.events.takeover_title, &[("name", &self.r.supplier_name)])
    }

    fn regions(&self) -> Vec<(String, String)> {
        super::regions(&self.r.regions, self.page.t)
    }

    fn causes(&self) -> Vec<(&'static str, &'static str)> {
        Cause::ALL.iter().map(|c| (c.as_str(), c.name(self.page.t))).collect()
    }

    fn cause(&self) -> &str {
        match self.values.text("cause") {
            "" => Cause::Shortage.as_str(),
            sent => sent,
        }
    }
}

/// Who takes over, as the address says.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct To {
    #[serde(default)]
    to: String,
}

/// The form, and the preview once it says who takes over.
pub async fn form(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    chosen: web::Query<Chosen>,
    to: web::Query<To>,
) -> Result<HttpResponse> {
    show(page, &app, &id, chosen.into_inner(), to.into_inner().to, Form::default(), None).await
}

async fn show(
    page: Page,
    app: &App,
    id: &RoundId,
    chosen: Chosen,
    to: String,
    values: Form,
    refusal: Option<Box<dyn Say>>,
) -> Result<HttpResponse> {
    let (id, now, wanted, company, t) = (id.clone(), app.now(), chosen.clone(), to.clone(), page.t);
    let it = app
        .read(move |conn| {
            let round = rounds::round(conn, &id)?;
            let read = wanted.read(conn, &round)?;
            load(conn, round, read, &company, now, t)
        })
        .await?;
    let refusal = refusal.or(it.refusal);
    let is_refused = refusal.is_some();
    let page = match &refusal {
        Some(why) => page.refused(&**why),
        None => page,
    };
    let (round, r, options, rows) = (it.round, it.r, it.options, it.rows);
    let made = Show { page, round, r, options, rows, total: it.total, seen: it.seen, chosen, to, values };
    if is_refused { page::show_refused(&made) } else { page::show(&made) }
}

fn company(to: &str) -> Result<Option<OrganisationId>> {
    match to {
        "" | SPARE => Ok(None),
        id => id.parse().map(Some).map_err(|_| Error::NotFound),
    }
}

fn load(
    conn: &mut Conn,
    round: Round,
    r: Read,
    to: &str,
    now: Time,
    t: &'static crate::text::Text,
) -> Result<Loaded> {
    let candidates = Candidates::read(conn, &round, &r.lot.id)?;
    let others: Vec<_> = candidates.others(&r.supplier).into_iter().cloned().collect();
    let suppliers = names(conn, others.iter().map(|w| w.supplier_id.clone()).collect())?;
    let name = |id: &OrganisationId| suppliers.get(id).cloned().unwrap_or_default();
    let mut options: Vec<(String, String)> = Vec::new();
    if candidates.has_spares() {
        options.push((SPARE.to_owned(), t.events.to_spare.to_owned()));
    }
    options.extend(
        others
            .iter()
            .map(|w| (w.supplier_id.to_string(), format!("{} · {}", name(&w.supplier_id), w.product))),
    );
    let (mut rows, mut seen, mut refusal, mut total) = (Vec::new(), String::new(), None, Quantity::ZERO);
    if !to.is_empty() {
        match takeover::preview(conn, &round, &r.among, company(to)?.as_ref(), now) {
            Ok(preview) => {
                let hospitals = preview.plans.iter().map(|it| it.old.after.hospital_id.clone()).collect();
                let hospitals = names(conn, hospitals)?;
                rows = preview.plans.iter().map(|it| row(it, &hospitals, &suppliers)).collect();
                total = preview
                    .plans
                    .iter()
                    .map(|it| it.total)
                    .fold(total, |sum, it| sum.plus(it).unwrap_or(sum));
                seen = preview.seen;
            }
            Err(Error::Refused(why)) => refusal = Some(why),
            Err(error) => return Err(error),
        }
    }
    Ok(Loaded { round, r, options, rows, total, seen, refusal })
}

fn row(
    it: &Plan,
    hospitals: &HashMap<OrganisationId, String>,
    suppliers: &HashMap<OrganisationId, String>,
) -> Row {
    let (old, new) = (&it.old, it.new.as_ref());
    let named = |of: &HashMap<OrganisationId, String>, id| of.get(id).cloned().unwrap_or_default();
    Row {
        number: old.after.number.clone(),
        hospital: named(hospitals, &old.after.hospital_id),
        stays: old.after.quantity,
        by_year: it.moved.iter().map(|(from, to, q)| (format!("{from} – {to}"), *q)).collect(),
        moves: it.total,
        to: new.map(|side| named(suppliers, &side.after.supplier_id)).unwrap_or_default(),
        other: new.map(|side| side.after.number.clone()).unwrap_or_default(),
        is_new: new.is_some_and(|side| side.before.is_none()),
        before: old.after.unit_price.to_string(),
        after: new.map(|side| side.after.unit_price.to_string()).unwrap_or_default(),
    }
}

/// Does it.
pub async fn carry_out(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, chosen, to) = (who.ctx(&app), Chosen::of(&form), form.text("to").to_owned());
    let (round, wanted, sent) = (id.clone(), chosen.clone(), form.clone());
    let done = app
        .write(move |tx| {
            let it = rounds::round(tx.conn(), &round)?;
            let read = wanted.read(tx.conn(), &it)?;
            let wanted = Wanted {
                id: sent.choice("id")?,
                round: round.clone(),
                among: read.among,
                to: company(sent.text("to"))?,
                cause: sent.choice("cause")?,
                reason: sent.text("reason").to_owned(),
                seen: sent.text("seen").to_owned(),
            };
            takeover::take_over(tx, &ctx, &wanted)
        })
        .await;
    match done {
        Ok(()) => Ok(page::see_done(&format!("/rounds/{id}/events"))),
        Err(Error::Refused(why)) => show(page, &app, &id, chosen, to, form, Some(why)).await,
        Err(error) => Err(error),
    }
}
