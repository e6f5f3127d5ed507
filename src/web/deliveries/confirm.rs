//! `/orders/{id}/confirm`: the supplier answers an order line by line.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::people::store::organisation_name;
use crate::supply::confirmations::{self, Answer, store};
use crate::supply::orders::rules::shippable;
use crate::supply::{Order, OrderLine, OrderState, distributors};
use crate::text::{Text, fill};
use crate::types::{OrderId, OrderLineId};
use crate::web::form::{Form, Refused};
use crate::web::{App, Page, Supplier, page};

#[derive(Template)]
#[template(path = "deliveries/confirm.html")]
struct Confirm {
    page: Page,
    order: Order,
    hospital: String,
    distributor: String,
    has_distributor: bool,
    title: String,
    lines: Vec<Row>,
}

struct Row {
    it: OrderLine,
    is_open: bool,
    promised: String,
    day: String,
    label_promised: String,
    label_day: String,
}

impl Confirm {
    fn is_open(&self) -> bool {
        self.lines.iter().any(|row| row.is_open)
    }
}

impl Row {
    fn state(&self) -> (&'static str, OrderState) {
        let class = match self.it.state {
            OrderState::Placed => "wait",
            OrderState::Confirmed => "good",
            OrderState::Closed => "",
        };
        (class, self.it.state)
    }
}

async fn made(page: Page, who: &Supplier, app: &App, id: &OrderId, typed: Option<&Form>) -> Result<Confirm> {
    let (id, ctx) = (id.clone(), who.ctx(app));
    let (order, lines, hospital, distributor) = app
        .read(move |conn| {
            let order = confirmations::own(conn, &ctx, &id)?;
            let lines = store::lines(conn, &id)?;
            let hospital = organisation_name(conn, &order.hospital_id)?;
            let chosen = distributors::chosen(conn, &order.supplier_id, &order.region, ctx.now.day())?;
            let distributor = chosen.map(|id| distributors::distributor(conn, &id)).transpose()?;
            Ok((order, lines, hospital, distributor.map(|it| it.name)))
        })
        .await?;
    let d = &page.t.deliveries;
    let values: [(&str, &dyn std::fmt::Display); 2] = [
        ("region", &order.region),
        ("name", &distributor.clone().unwrap_or_else(|| d.no_distributor.to_owned())),
    ];
    Ok(Confirm {
        title: fill(d.confirm_title, &[("number", &order.number)]),
        distributor: fill(d.confirm_distributor, &values),
        has_distributor: distributor.is_some(),
        lines: lines.into_iter().map(|line| row(line, typed, page.t)).collect(),
        page,
        order,
        hospital,
    })
}

fn row(it: OrderLine, typed: Option<&Form>, t: &Text) -> Row {
    let d = &t.deliveries;
    let is_open = it.promised.is_none() && it.state != OrderState::Closed;
    let (promised, day) = match typed {
        Some(form) => (
            form.text(&format!("promised.{}", it.id)).to_owned(),
            form.text(&format!("day.{}", it.id)).to_owned(),
        ),
        None => (shippable(&it).to_string(), String::new()),
    };
    Row {
        label_promised: fill(d.label_promised, &[("line", &it.position)]),
        label_day: fill(d.label_day, &[("line", &it.position)]),
        it,
        is_open,
        promised,
        day,
    }
}

/// The form, or the answers given.
pub async fn form(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<OrderId>,
) -> Result<HttpResponse> {
    page::show(&made(page, &who, &app, &id, None).await?)
}

/// Sends the answers.
pub async fn send(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<OrderId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, key) = (who.ctx(&app), id.clone());
    let done = match answers(&form) {
        Ok(answers) => app.write(move |tx| confirmations::confirm(tx, &ctx, &key, &answers)).await,
        Err(why) => Err(why),
    };
    match done {
        Ok(_) => Ok(page::see_done(&format!("/orders/{id}/confirm"))),
        Err(Error::Refused(why)) => {
            page::show_refused(&made(page.refused(&*why), &who, &app, &id, Some(&form)).await?)
        }
        Err(error) => Err(error),
    }
}

/// The lines with a quantity; a blank one is no answer.
fn answers(form: &Form) -> Result<Vec<Answer>> {
    let given = form.with_prefix("promised.").filter(|(_, quantity)| !quantity.is_empty());
    given
        .map(|(line, quantity)| {
            let id: OrderLineId = line.parse().map_err(|_| confirmations::Refused::Line)?;
            Ok(Answer {
                quantity: quantity
                    .parse()
                    .map_err(|why| Error::refused(Refused::Number("promised", quantity.to_owned(), why)))?,
                day: super::new::day(form.text(&format!("day.{line}")))?,
                line: id,
            })
        })
        .collect()
}
