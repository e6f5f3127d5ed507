//! The money effect of a draft: the part of a draft's page, all its lines, and the files.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::standards::effects::{self, Effect, EffectLine, Total, rules, store};
use crate::standards::{New, Refused, fingerprint};
use crate::text::{Text, fill};
use crate::types::{EffectId, Money};
use crate::web::lists::{Line, Table, exported};
use crate::web::{App, Page, Staff, page};

/// Lines on a page.
const PAGE: usize = 200;
/// More than a draft can have.
const ALL: i64 = 1_000_000;

/// An effect as a page shows it.
pub struct View {
    /// The effect.
    pub it: Effect,
    /// Its lines, or the first of them.
    pub lines: Vec<EffectLine>,
    /// How many lines there are.
    pub count: usize,
    /// The sums by starting day.
    pub totals: Vec<Total>,
}

impl View {
    fn of(conn: &mut Conn, it: Effect, after: i32) -> Result<Self> {
        let mut lines = store::lines(conn, &it.id, 0, ALL)?;
        let totals = rules::totals(&lines).ok_or(Refused::TooLarge)?;
        let count = lines.len();
        lines.retain(|line| line.position > after);
        lines.truncate(PAGE);
        Ok(Self { it, lines, count, totals })
    }

    /// The effect of exactly these rows of a draft, if it was computed.
    pub fn of_draft(conn: &mut Conn, of: (&str, &str), rows: &[New]) -> Result<Option<Self>> {
        if rows.is_empty() {
            return Ok(None);
        }
        let found = store::latest(conn, of, &fingerprint(rows)?)?;
        found.map(|it| Self::of(conn, it, 0)).transpose()
    }

    /// Which purchases, and when.
    pub fn window(&self, t: &Text) -> String {
        let last = self.it.to_day.pred_opt().unwrap_or(self.it.to_day);
        fill(t.effects.window, &[("from", &self.it.from_day), ("to", &last), ("at", &self.it.computed_at)])
    }

    /// Where all lines are, when the page does not show them.
    pub fn more(&self, t: &Text) -> String {
        if self.count > self.lines.len() {
            fill(t.effects.all_lines, &[("count", &self.count)])
        } else {
            String::new()
        }
    }

    /// What is said of a line's purchases where there are no figures.
    pub fn missing(&self, line: &EffectLine, t: &Text) -> &'static str {
        match (line.products, line.quantity) {
            (0, _) => t.effects.not_found,
            (_, None) => t.effects.not_bought,
            _ => "",
        }
    }

    /// The standard before, or that there is none.
    pub fn before(&self, line: &EffectLine, t: &Text) -> String {
        line.standard_before.map_or_else(|| t.effects.no_standard.to_owned(), |it| it.to_string())
    }

    /// A figure, or a dash.
    pub fn money(&self, it: impl std::borrow::Borrow<Option<Money>>) -> String {
        it.borrow().map_or_else(|| "—".to_owned(), |it| it.to_string())
    }

    /// A line's quantity, or a dash.
    pub fn quantity(&self, line: &EffectLine) -> String {
        line.quantity.map_or_else(|| "—".to_owned(), |it| it.to_string())
    }
}

/// What the reader asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    after: String,
}

#[derive(Template)]
#[template(path = "standards/effect.html")]
struct Show {
    page: Page,
    effect: Option<View>,
    back: String,
    next: String,
    is_whole: bool,
}

/// Where the draft of an effect is.
fn back(it: &Effect) -> String {
    match it.subject.as_str() {
        effects::ROUND => format!("/rounds/{}/standards", it.subject_id),
        effects::CORRECTION => format!("/standards/{}", it.subject_id),
        _ => crate::standards::negotiated::path(&it.subject_id),
    }
}

/// All lines, a page at a time.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    id: web::Path<EffectId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let after = asked.after.parse().unwrap_or(0);
    let view = app
        .read(move |conn| {
            let it = store::effect(conn, &id)?.ok_or(Error::NotFound)?;
            View::of(conn, it, after)
        })
        .await?;
    let next = match view.lines.last() {
        Some(last) if usize::try_from(last.position).is_ok_and(|at| at < view.count) => {
            format!("/standards/effects/{}?after={}", view.it.id, last.position)
        }
        _ => String::new(),
    };
    let back = back(&view.it);
    page::show(&Show { page, back, next, effect: Some(view), is_whole: true })
}

/// The lines as a file.
pub async fn export(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    path: web::Path<(EffectId, String)>,
) -> Result<HttpResponse> {
    let (t, (id, file)) = (page.t, path.into_inner());
    let lines = app
        .read(move |conn| {
            let it = store::effect(conn, &id)?.ok_or(Error::NotFound)?;
            store::lines(conn, &it.id, 0, ALL)
        })
        .await?;
    let (e, s) = (&t.effects, &t.standards);
    let headers = [
        (s.lot, 10),
        (s.generic, 20),
        (s.product, 26),
        (s.spec, 16),
        (s.company, 30),
        (e.starts, 12),
        (e.standard_before, 12),
        (e.standard_after, 12),
        (e.purchases, 10),
        (e.quantity, 14),
        (e.fund_before, 16),
        (e.fund_after, 16),
        (e.change, 16),
        (e.excess_before, 16),
        (e.excess_after, 16),
        (e.arithmetic, 60),
    ];
    let lines: Vec<Line> = lines.into_iter().map(|line| cells(line, t)).collect();
    let count = lines.len();
    let numbers = [6, 7, 8, 9, 10, 11, 12, 13, 14];
    let answer = Table { name: e.title, headers: &headers, numbers: &numbers, lines }.download(&file)?;
    exported(&app, who.ctx(&app), ("standards.effect.export", "effects"), count, file).await?;
    Ok(answer)
}

fn cells(it: EffectLine, t: &Text) -> Line {
    let blank = |text: Option<Money>| text.map(|it| it.to_string()).unwrap_or_default();
    let change = blank(it.change());
    let arithmetic = match (it.products, it.quantity) {
        (0, _) => t.effects.not_found.to_owned(),
        (_, None) => t.effects.not_bought.to_owned(),
        _ => it.arithmetic,
    };
    vec![
        it.lot,
        it.generic,
        it.product,
        it.spec,
        it.company,
        it.starts.to_string(),
        it.standard_before.map(|it| it.to_string()).unwrap_or_default(),
        it.standard_after.to_string(),
        it.purchases.to_string(),
        it.quantity.map(|it| it.to_string()).unwrap_or_default(),
        blank(it.fund_before),
        blank(it.fund_after),
        change,
        blank(it.excess_before),
        blank(it.excess_after),
        arithmetic,
    ]
}
