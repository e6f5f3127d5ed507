//! One case basket: what a case uses, what each round does to its cost with the arithmetic, and the files.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::disease_costs::{Basket, CaseEffect, CaseLine, Item, changes, compute, path, rules, store};
use crate::error::{Error, Result};
use crate::people;
use crate::rounds::Round;
use crate::text::fill;
use crate::types::{DiseaseBasketId, Money};
use crate::web::access::COST_KEEPERS;
use crate::web::form::Form;
use crate::web::lists::{Line, Table, exported};
use crate::web::{App, CostKeeper, Page, Person, page};

/// What one round does, with its lines.
struct Part {
    effect: CaseEffect,
    round: Round,
    lines: Vec<CaseLine>,
}

#[derive(Template)]
#[template(path = "disease_costs/show.html")]
struct Show {
    page: Page,
    it: Basket,
    hospital: String,
    items: Vec<Item>,
    parts: Vec<Part>,
    typed: Form,
    may_write: bool,
}

impl Show {
    fn cases(&self) -> String {
        super::shown(self.it.cases)
    }

    fn window(&self, it: &CaseEffect) -> String {
        let last = it.to_day.pred_opt().unwrap_or(it.to_day);
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("from", &it.from_day), ("to", &last), ("at", &it.computed_at)];
        fill(self.page.t.disease_costs.window, &values)
    }

    fn money(&self, it: impl std::borrow::Borrow<Option<Money>>) -> String {
        super::shown(*it.borrow())
    }

    fn before(&self, line: &CaseLine) -> (String, &'static str) {
        (super::shown(line.price_before), line.source_before.name(self.page.t))
    }

    fn after(&self, line: &CaseLine) -> (String, &'static str) {
        (super::shown(line.price_after), line.source_after.name(self.page.t))
    }

    fn yearly(&self, it: &CaseEffect) -> String {
        let d = &self.page.t.disease_costs;
        let Some(cases) = self.it.cases else { return d.no_cases.to_owned() };
        let found = it.change().and_then(|change| Some((change, rules::yearly(change, cases)?)));
        let Some((change, yearly)) = found else { return d.r_too_large.to_owned() };
        fill(d.yearly_sum, &[("change", &change), ("cases", &cases), ("yearly", &yearly)])
    }

    fn note(&self, it: &CaseEffect) -> String {
        match it.unknown {
            0 => String::new(),
            count => fill(self.page.t.disease_costs.unknown_note, &[("count", &count)]),
        }
    }

    fn may_change(&self) -> bool {
        self.may_write && self.it.active
    }
}

async fn made(page: Page, who: &Person, app: &App, id: DiseaseBasketId, typed: Form) -> Result<Show> {
    let reader = who.0.clone();
    let (it, hospital, items, effects, mut lines) = app
        .read(move |conn| {
            let it = super::seen(conn, &reader, &id)?;
            let hospital = match &it.hospital_id {
                Some(id) => people::store::organisation_name(conn, id)?,
                None => String::new(),
            };
            let items = store::items(conn, &id)?;
            Ok((it, hospital, items, store::effects(conn, &id)?, store::effect_lines(conn, &id)?))
        })
        .await?;
    let hospital = if it.hospital_id.is_none() { page.t.disease_costs.city.to_owned() } else { hospital };
    let parts = effects
        .into_iter()
        .map(|(effect, round)| {
            let (own, rest) = lines.drain(..).partition(|line| line.round_id == round.id);
            lines = rest;
            Part { effect, round, lines: own }
        })
        .collect();
    let may_write = who.is_any(COST_KEEPERS);
    Ok(Show { page, it, hospital, items, parts, typed, may_write })
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<DiseaseBasketId>,
) -> Result<HttpResponse> {
    page::show(&made(page, &who, &app, id.into_inner(), Form::default()).await?)
}

/// Adds an item.
pub async fn add_item(
    page: Page,
    who: CostKeeper,
    app: web::Data<App>,
    id: web::Path<DiseaseBasketId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, id) = (who.ctx(&app), id.into_inner());
    let key = id.clone();
    let read = || Ok((form.choice::<i32>("revision")?, form.number("quantity")?));
    let (code, generic) = (form.text("product").to_owned(), form.text("generic").to_owned());
    let done = match read() {
        Ok((revision, quantity)) => {
            app.write(move |tx| changes::add_item(tx, &ctx, (&key, revision), (&code, &generic, quantity)))
                .await
        }
        Err(why) => Err(why),
    };
    match done {
        Ok(()) => Ok(page::see_done(&path(&id))),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            page::show_refused(&made(page, &Person(who.0.clone()), &app, id, form).await?)
        }
        Err(error) => Err(error),
    }
}

/// Takes an item out.
pub async fn remove_item(
    who: CostKeeper,
    app: web::Data<App>,
    ids: web::Path<(DiseaseBasketId, i32)>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, (id, position), revision) = (who.ctx(&app), ids.into_inner(), form.choice("revision")?);
    let to = path(&id);
    app.write(move |tx| changes::remove_item(tx, &ctx, (&id, revision), position)).await?;
    Ok(page::see_done(&to))
}

/// Computes anew what rounds do.
pub async fn refresh(
    who: CostKeeper,
    app: web::Data<App>,
    id: web::Path<DiseaseBasketId>,
) -> Result<HttpResponse> {
    let (ctx, to) = (who.ctx(&app), path(&id));
    app.write(move |tx| compute::refresh(tx, &ctx, &id).map(drop)).await?;
    Ok(page::see_done(&to))
}

/// The lines of every round as a file.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    ids: web::Path<(DiseaseBasketId, String)>,
) -> Result<HttpResponse> {
    let (t, (id, file), ctx) = (page.t, ids.into_inner(), who.ctx(&app));
    let show = made(page, &who, &app, id, Form::default()).await?;
    let d = &t.disease_costs;
    let headers = [
        (d.round, 18),
        (d.lot, 10),
        (d.product, 26),
        (d.generic, 24),
        (d.quantity, 12),
        (d.price_before, 12),
        (d.source, 24),
        (d.line_before, 14),
        (d.price_after, 12),
        (d.source, 24),
        (d.line_after, 14),
        (d.change, 14),
    ];
    let lines: Vec<Line> =
        show.parts.iter().flat_map(|part| part.lines.iter().map(|line| cells(part, line, t))).collect();
    let count = lines.len();
    let name = format!("{} {}", d.title, show.it.code);
    let answer =
        Table { name: &name, headers: &headers, numbers: &[4, 5, 7, 8, 10, 11], lines }.download(&file)?;
    exported(&app, ctx, ("disease_basket.export", "disease_baskets"), count, file).await?;
    Ok(answer)
}

fn cells(part: &Part, line: &CaseLine, t: &crate::text::Text) -> Line {
    let blank = |it: Option<Money>| it.map(|it| it.to_string()).unwrap_or_default();
    vec![
        part.round.number.clone(),
        line.lot.clone(),
        line.code.clone(),
        line.generic.clone(),
        line.quantity.to_string(),
        line.price_before.map(|it| it.to_string()).unwrap_or_default(),
        line.source_before.name(t).to_owned(),
        blank(line.cost_before),
        line.price_after.map(|it| it.to_string()).unwrap_or_default(),
        line.source_after.name(t).to_owned(),
        blank(line.cost_after),
        blank(line.change()),
    ]
}
