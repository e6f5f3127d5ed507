//! `/rounds/{id}/price-change`: a new price from a day on; every contract is shown before it is done.

use actix_web::{HttpResponse, web};
use askama::Template;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::contracts::changes::Cause;
use crate::contracts::events::Among;
use crate::contracts::prices::{self, Open, To, Wanted};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::store::names;
use crate::rounds::{self, Round};
use crate::supply::progress::rules::percent;
use crate::terms::{self, Term};
use crate::text::{Say, fill};
use crate::types::{EventId, Money, RoundId, Time, UnitPrice};
use crate::web::contracts::events::{Chosen, Read};
use crate::web::form::Form;
use crate::web::{App, Officer, Page, page};

/// One contract of the preview.
struct Row {
    number: String,
    hospital: String,
    before: UnitPrice,
    after: UnitPrice,
    was: Money,
    is: Money,
    difference: Money,
    open: Open,
}

/// The price change as it was asked for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    how: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    percent: String,
    #[serde(default)]
    since: String,
    #[serde(default)]
    cause: String,
}

impl Asked {
    fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self {
            how: text("how"),
            amount: text("amount"),
            percent: text("percent"),
            since: text("since"),
            cause: text("cause"),
        }
    }

    /// What is asked for, typed; a fault names its field.
    fn typed(&self) -> Result<(To, chrono::NaiveDate, Cause)> {
        let pairs = [("amount", &self.amount), ("percent", &self.percent), ("since", &self.since)];
        let mut pairs: Vec<(String, String)> =
            pairs.map(|(name, value)| (name.to_owned(), value.clone())).to_vec();
        pairs.push(("cause".to_owned(), self.cause.clone()));
        let form = Form::from_pairs(pairs);
        let to = match self.how.as_str() {
            "share" => {
                let text = form.required("percent")?;
                let percent = crate::types::parse_decimal(text).map_err(|why| {
                    Error::refused(crate::web::form::Refused::Number("percent", text.to_owned(), why))
                })?;
                To::Share(percent.checked_div(Decimal::ONE_HUNDRED).unwrap_or_default())
            }
            _ => To::Amount(form.number("amount")?),
        };
        Ok((to, form.day("since")?, form.choice("cause")?))
    }
}

#[derive(Default)]
struct Preview {
    rows: Vec<Row>,
    was: Money,
    is: Money,
    difference: Money,
    seen: String,
}

struct Loaded {
    round: Round,
    r: Read,
    most: Option<Decimal>,
    preview: Preview,
    refusal: Option<Box<dyn Say>>,
}

#[derive(Template)]
#[template(path = "contracts/price.html")]
struct Show {
    page: Page,
    round: Round,
    r: Read,
    preview: Preview,
    chosen: Chosen,
    asked: Asked,
    values: Form,
    hint: String,
    today: String,
}

impl Show {
    fn title(&self) -> String {
        fill(self.page.t.events.price_title, &[("name", &self.r.supplier_name)])
    }

    fn regions(&self) -> Vec<(String, String)> {
        super::regions(&self.r.regions, self.page.t)
    }

    fn causes(&self) -> Vec<(&'static str, &'static str)> {
        Cause::ALL.iter().map(|c| (c.as_str(), c.name(self.page.t))).collect()
    }

    fn hows(&self) -> [(&'static str, &'static str); 2] {
        let e = &self.page.t.events;
        [("amount", e.how_amount), ("share", e.how_share)]
    }

    fn since(&self) -> &str {
        if self.asked.since.is_empty() { &self.today } else { &self.asked.since }
    }

    fn cause(&self) -> &str {
        if self.asked.cause.is_empty() { Cause::PriceCut.as_str() } else { &self.asked.cause }
    }
}

/// The form, and the preview once it says how.
pub async fn form(
    page: Page,
    _who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    chosen: web::Query<Chosen>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    show(page, &app, &id, chosen.into_inner(), asked.into_inner(), Form::default(), None).await
}

async fn show(
    page: Page,
    app: &App,
    id: &RoundId,
    chosen: Chosen,
    asked: Asked,
    values: Form,
    refusal: Option<Box<dyn Say>>,
) -> Result<HttpResponse> {
    let (id, now, wanted, how) = (id.clone(), app.now(), chosen.clone(), asked.clone());
    let it = app
        .read(move |conn| {
            let round = rounds::round(conn, &id)?;
            let read = wanted.read(conn, &round)?;
            load(conn, round, read, &how, now)
        })
        .await?;
    let refusal = refusal.or(it.refusal);
    let is_refused = refusal.is_some();
    let e = &page.t.events;
    let most = it.most.map_or_else(|| e.no_most.to_owned(), |most| percent(Some(most)));
    let hint = fill(e.price_hint, &[("most", &most)]);
    let page = match &refusal {
        Some(why) => page.refused(&**why),
        None => page,
    };
    let (round, r, preview, today) = (it.round, it.r, it.preview, now.day().to_string());
    let made = Show { page, round, r, preview, chosen, asked, values, hint, today };
    if is_refused { page::show_refused(&made) } else { page::show(&made) }
}

fn load(conn: &mut Conn, round: Round, r: Read, asked: &Asked, now: Time) -> Result<Loaded> {
    let most = terms::limit(conn, Term::PriceChangeMost, now.day())?;
    let made = match asked.how.as_str() {
        "" => Ok(Preview::default()),
        _ => asked.typed().and_then(|typed| previewed(conn, &round, &r.among, typed, now)),
    };
    let (preview, refusal) = match made {
        Ok(preview) => (preview, None),
        Err(Error::Refused(why)) => (Preview::default(), Some(why)),
        Err(error) => return Err(error),
    };
    Ok(Loaded { round, r, most, preview, refusal })
}

fn previewed(
    conn: &mut Conn,
    round: &Round,
    among: &Among,
    (to, since, cause): (To, chrono::NaiveDate, Cause),
    now: Time,
) -> Result<Preview> {
    let made = prices::preview(conn, round, among, to, cause, since, now.day())?;
    let names = names(conn, made.lines.iter().map(|(it, ..)| it.hospital_id.clone()).collect())?;
    let mut preview = Preview { seen: made.seen, ..Preview::default() };
    let sum = |one: Money, other: Money| one.plus(other).ok_or_else(|| Error::fault("amounts too large"));
    for (it, after, open, was, is) in made.lines {
        let difference = is.minus(was).ok_or_else(|| Error::fault("amounts too large"))?;
        preview.was = sum(preview.was, was)?;
        preview.is = sum(preview.is, is)?;
        preview.difference = sum(preview.difference, difference)?;
        preview.rows.push(Row {
            hospital: names.get(&it.hospital_id).cloned().unwrap_or_default(),
            number: it.number,
            before: it.unit_price,
            after,
            was,
            is,
            difference,
            open,
        });
    }
    Ok(preview)
}

/// Enters it.
pub async fn enter(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, chosen, asked) = (who.ctx(&app), Chosen::of(&form), Asked::of(&form));
    let (round, wanted, how, sent) = (id.clone(), chosen.clone(), asked.clone(), form.clone());
    let done = app
        .write(move |tx| {
            let it = rounds::round(tx.conn(), &round)?;
            let read = wanted.read(tx.conn(), &it)?;
            let (to, since, cause) = how.typed()?;
            let wanted = Wanted {
                id: sent.choice("id")?,
                round: round.clone(),
                among: read.among,
                to,
                since,
                cause,
                reason: sent.text("reason").to_owned(),
                seen: sent.text("seen").to_owned(),
            };
            prices::enter(tx, &ctx, &wanted)
        })
        .await;
    match done {
        Ok(()) => Ok(page::see_done(&format!("/rounds/{id}/events"))),
        Err(Error::Refused(why)) => show(page, &app, &id, chosen, asked, form, Some(why)).await,
        Err(error) => Err(error),
    }
}

/// Takes a planned one back.
pub async fn withdraw(
    who: Officer,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, event, path) = (who.ctx(&app), form.choice::<EventId>("id")?, format!("/rounds/{id}/events"));
    app.write(move |tx| prices::withdraw(tx, &ctx, &id, &event)).await?;
    Ok(page::see_done(&path))
}
