//! `/preparations/{id}`: a sheet with its lines, its arithmetic, its history, and what the reader can do with it.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{self, Deed};
use crate::error::{Error, Result};
use crate::people::{self, Role, Who};
use crate::preparations::{
    self, CostLine, CostSheet, Costs, LineKind, Preparation, SUBJECT, State, in_force, review, rules, store,
};
use crate::rounds::approvals::{self, Action};
use crate::text::{Text, fill};
use crate::types::{CostSheetId, Money};
use crate::web::form::Form;
use crate::web::lists::Table;
use crate::web::{App, Page, Person, page};

#[derive(Template)]
#[template(path = "preparations/show.html")]
pub(super) struct Show {
    page: Page,
    it: CostSheet,
    of: Preparation,
    hospital: String,
    lines: Vec<CostLine>,
    claimed: Option<Costs>,
    accepted: Option<Costs>,
    /// The price in force, when this sheet is to replace it.
    old: Option<Money>,
    versions: Vec<CostSheet>,
    today: chrono::NaiveDate,
    typed: Form,
    is_own: bool,
    is_officer: bool,
    may_decide: bool,
    may_renew: bool,
}

impl Show {
    fn title(&self) -> String {
        fill(self.page.t.preparations.sheet_title, &[("number", &self.it.number)])
    }

    fn state(&self, it: &CostSheet) -> (&'static str, &'static str) {
        super::state(it, self.today, self.page.t)
    }

    fn is_draft(&self) -> bool {
        self.it.state == State::Draft
    }

    fn kinds(&self) -> Vec<(&'static str, &'static str)> {
        LineKind::ALL.iter().map(|it| (it.as_str(), it.name(self.page.t))).collect()
    }

    fn kind(&self, line: &CostLine) -> &'static str {
        line.kind.name(self.page.t)
    }

    fn accepted(&self, line: &CostLine) -> String {
        super::shown(line.accepted)
    }

    /// What stands in an officer's field: what was accepted, else what was asked for, without zeros at its end.
    fn field(&self, line: &CostLine) -> String {
        line.accepted.unwrap_or(line.amount).to_string()
    }

    fn cut(&self, line: &CostLine) -> String {
        review::cut(line, self.page.t)
    }

    /// A row for each cost: its name, what was asked for, what is accepted.
    fn costs(&self) -> Vec<(&'static str, String, String)> {
        let t = self.page.t;
        let of = |costs: &Option<Costs>, of: &dyn Fn(&Costs) -> String| {
            costs.as_ref().map_or_else(|| "—".to_owned(), of)
        };
        let row = |name: &'static str, figure: &dyn Fn(&Costs) -> String| {
            (name, of(&self.claimed, figure), of(&self.accepted, figure))
        };
        let mut rows: Vec<_> =
            LineKind::ALL.iter().map(|kind| row(kind.name(t), &|it| it.of(*kind).to_string())).collect();
        rows.push(row(t.preparations.sum, &|it| it.sum.to_string()));
        rows.push(row(t.preparations.packs, &|it| it.packs.to_string()));
        rows.push(row(t.preparations.price, &|it| it.price.to_string()));
        rows
    }

    fn formula(&self, costs: &Costs) -> String {
        fill(
            self.page.t.preparations.formula,
            &[
                ("raw", &costs.raw),
                ("auxiliary", &costs.auxiliary),
                ("packaging", &costs.packaging),
                ("fixed", &costs.fixed),
                ("rate", &self.it.rate),
                ("batch", &self.it.batch),
                ("yield_share", &self.it.yield_share),
                ("price", &costs.price),
            ],
        )
    }

    /// The change against the price in force.
    fn against(&self) -> String {
        let new = self.accepted.or(self.claimed).map(|it| it.price);
        let (Some(old), Some(new)) = (self.old, new) else { return String::new() };
        let moved = (new.decimal() - old.decimal()).checked_div(old.decimal()).unwrap_or_default();
        let percent = crate::types::half_up(moved * rust_decimal::Decimal::ONE_HUNDRED, 2);
        let sign = if percent > rust_decimal::Decimal::ZERO { "+" } else { "" };
        let change = format!("{sign}{percent}%");
        fill(self.page.t.preparations.against, &[("old", &old), ("change", &change)])
    }

    fn returned(&self) -> String {
        fill(self.page.t.preparations.returned, &[("remark", &self.it.remark)])
    }

    fn remove_label(&self, line: &CostLine) -> String {
        fill(self.page.t.preparations.remove_label, &[("name", &line.name)])
    }

    fn price(&self, it: &CostSheet) -> String {
        super::shown(it.price)
    }

    fn day(&self, day: &Option<chrono::NaiveDate>) -> String {
        day.map(|it| it.to_string()).unwrap_or_default()
    }
}

/// The sheet as a reader may see it, with what was typed into a form that was refused.
pub(super) async fn load(page: Page, app: &App, who: Who, id: CostSheetId, typed: Form) -> Result<Show> {
    let today = app.now().day();
    app.read(move |conn| {
        let (it, of) = super::seen(conn, &who, &id)?;
        let lines = store::lines(conn, &id)?;
        let claimed = rules::costs(&it, &lines, |line| line.amount).ok().filter(|_| !lines.is_empty());
        let is_reviewed = !lines.is_empty() && lines.iter().all(|line| line.accepted.is_some());
        let accepted = rules::costs(&it, &lines, |line| line.accepted.unwrap_or_default());
        let all = store::sheets(conn, &of.id)?;
        let is_under_way = all.iter().any(|it| it.state.is_under_way());
        let force = in_force(conn, &of.id)?.filter(|force| force.id != it.id && it.state.is_under_way());
        let request = match it.state {
            State::Asked => approvals::open(conn, SUBJECT, &it.number, Action::Preparation)?,
            _ => None,
        };
        let is_own = super::scope(&who).is_some();
        Ok(Show {
            hospital: people::store::organisation_name(conn, &it.hospital_id)?,
            accepted: accepted.ok().filter(|_| is_reviewed),
            old: force.and_then(|it| it.price),
            may_decide: request.is_some_and(|it| who.is(Role::Reviewer) && it.asked_by != who.account.id),
            may_renew: is_own && !is_under_way,
            is_officer: who.is(Role::Officer),
            versions: all.into_iter().filter(|it| super::is_seen(&who, it)).collect(),
            page,
            it,
            of,
            lines,
            claimed,
            today,
            typed,
            is_own,
        })
    })
    .await
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<CostSheetId>,
) -> Result<HttpResponse> {
    page::show(&load(page, &app, who.0, id.into_inner(), Form::default()).await?)
}

/// The sheet with a number, as approvals name it.
pub async fn of_number(who: Person, app: web::Data<App>, number: web::Path<String>) -> Result<HttpResponse> {
    let reader = who.0.clone();
    let it = app
        .read(move |conn| {
            let it = store::of_number(conn, &number)?.ok_or(Error::NotFound)?;
            super::seen(conn, &reader, &it.id)
        })
        .await?;
    Ok(page::see(&preparations::path(&it.0.id)))
}

fn headers(t: &Text) -> [(&'static str, u16); 9] {
    let m = &t.preparations;
    [
        (m.kind, 16),
        (m.line_name, 24),
        (m.unit, 8),
        (m.quantity, 12),
        (m.unit_price, 14),
        (m.amount, 16),
        (m.accepted, 16),
        (m.reason, 30),
        (m.basis, 30),
    ]
}

/// `/preparations/{id}/export/sheet.csv` and `sheet.xlsx`: the lines with what is accepted, and the price.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    ids: web::Path<(CostSheetId, String)>,
) -> Result<HttpResponse> {
    let (id, file) = ids.into_inner();
    if !matches!(file.as_str(), "sheet.csv" | "sheet.xlsx") {
        return Err(Error::NotFound);
    }
    let (t, ctx, reader) = (page.t, who.ctx(&app), who.0.clone());
    let (it, of, lines) = app
        .write(move |tx| {
            let (it, of) = super::seen(tx.conn(), &reader, &id)?;
            let lines = store::lines(tx.conn(), &id)?;
            let deed = Deed { action: "preparation.export", subject: SUBJECT, id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &lines.len())?;
            Ok((it, of, lines))
        })
        .await?;
    let mut rows: Vec<[String; 9]> = lines
        .iter()
        .map(|line| {
            [
                line.kind.name(t).to_owned(),
                line.name.clone(),
                line.unit.clone(),
                line.quantity.to_string(),
                line.unit_price.to_string(),
                line.amount.to_string(),
                line.accepted.map(|it| it.to_string()).unwrap_or_default(),
                line.reason.clone(),
                line.basis.clone(),
            ]
        })
        .collect();
    rows.push(totals(&it, &lines, t));
    let name = format!("{} {}", of.name, it.number);
    Table { name: &it.number, headers: &headers(t), numbers: &[3, 4, 5, 6], lines: rows }
        .download_as(&name, &file)
}

/// The last row of a file: the price a pack, asked for and accepted.
fn totals(it: &CostSheet, lines: &[CostLine], t: &Text) -> [String; 9] {
    let claimed = rules::costs(it, lines, |line| line.amount).map(|it| it.price.to_string());
    let is_reviewed = lines.iter().all(|line| line.accepted.is_some());
    let accepted = rules::costs(it, lines, |line| line.accepted.unwrap_or_default());
    let accepted = accepted.ok().filter(|_| is_reviewed).map(|it| it.price.to_string());
    let blank = String::new;
    [
        t.preparations.price.to_owned(),
        blank(),
        blank(),
        blank(),
        blank(),
        claimed.unwrap_or_default(),
        accepted.unwrap_or_default(),
        blank(),
        blank(),
    ]
}
