//! `/indices/{id}`: a basket's document, its index by month with chart and contributions, and what can be done with it.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::chart::{self, Chart};
use crate::error::Result;
use crate::people::{self, Role};
use crate::prices::indices::linkage::{self, Notice};
use crate::prices::indices::store::{IndexItem, Order, Shown};
use crate::prices::indices::{self, Basket, Formula, IndexMonth, Missing, State, store};
use crate::text::fill;
use crate::types::{BasketId, Points};
use crate::web::{App, Page, Staff, page};

/// Items that raised or lowered the index most.
const MOST: i64 = 10;

type Moved = Vec<(IndexItem, Shown)>;

#[derive(Template)]
#[template(path = "indices/show.html")]
struct Show {
    page: Page,
    it: Basket,
    items: i64,
    open: i64,
    versions: Vec<Basket>,
    months: Vec<IndexMonth>,
    chart: Option<Chart>,
    risers: Moved,
    fallers: Moved,
    notices: Vec<Notice>,
    asked_by: String,
    decided_by: String,
    is_officer: bool,
    may_decide: bool,
    is_late: bool,
}

impl Show {
    fn kind(&self) -> &'static str {
        super::kind_name(self.it.kind, self.page.t)
    }

    fn state(&self, it: &Basket) -> (&'static str, &'static str) {
        super::state_name(it.state, self.page.t)
    }

    fn confidence(&self) -> &'static str {
        self.it.confidence.name(self.page.t)
    }

    fn missing(&self) -> &'static str {
        super::missing_name(self.it.missing, self.page.t)
    }

    fn formulas(&self) -> Vec<(Formula, &'static str)> {
        self.it.formulas().into_iter().map(|it| (it, super::formula_name(it, self.page.t))).collect()
    }

    fn formula_names(&self) -> String {
        let names: Vec<&str> = self.formulas().into_iter().map(|(_, name)| name).collect();
        names.join(self.page.t.files.list_join)
    }

    fn base_months(&self) -> &'static str {
        if self.it.base_months == 1 { self.page.t.indices.one_month } else { self.page.t.indices.one_year }
    }

    fn counts(&self) -> String {
        fill(self.page.t.indices.items_count, &[("count", &self.items), ("open", &self.open)])
    }

    fn month(&self, day: &chrono::NaiveDate) -> String {
        super::month_shown(*day)
    }

    fn figure(&self, row: &IndexMonth, formula: &Formula) -> String {
        super::shown(row.of(*formula))
    }

    /// The change on the month before by the main formula.
    fn change(&self, at: &usize) -> String {
        let of = |at: usize| self.months.get(at).and_then(|it| it.of(self.it.main()));
        let before = at.checked_sub(1).and_then(of);
        let (Some(before), Some(now)) = (before, of(*at)) else { return "—".to_owned() };
        let moved = (now.decimal() - before.decimal()).checked_div(before.decimal()).unwrap_or_default();
        let percent = crate::types::half_up(moved * rust_decimal::Decimal::ONE_HUNDRED, 2);
        if percent.is_sign_positive() && !percent.is_zero() {
            format!("+{percent}%")
        } else {
            format!("{percent}%")
        }
    }

    fn latest(&self) -> Option<&IndexMonth> {
        self.months.last()
    }

    fn newest_first(&self) -> Vec<(usize, &IndexMonth)> {
        self.months.iter().enumerate().rev().collect()
    }

    fn contributions_title(&self, row: &IndexMonth) -> String {
        fill(self.page.t.indices.contributions, &[("month", &super::month_shown(row.month))])
    }

    fn chart_title(&self) -> String {
        let month = |it: Option<&IndexMonth>| it.map(|it| super::month_shown(it.month)).unwrap_or_default();
        fill(
            self.page.t.indices.chart,
            &[
                ("title", &self.it.title(self.page.t)),
                ("from", &month(self.months.first())),
                ("to", &month(self.months.last())),
            ],
        )
    }

    fn change_of(&self, it: &Notice) -> String {
        linkage::percent(it.change)
    }

    /// The method note, sentence by sentence.
    fn method(&self) -> Vec<String> {
        let (t, it) = (self.page.t, &self.it);
        let m = &t.indices;
        let base = fill(
            m.method_base,
            &[
                ("from", &super::month_shown(it.base_from)),
                ("months", &it.base_months),
                ("value", &it.base_value),
            ],
        );
        let mut note = vec![m.method_price.to_owned(), base];
        note.extend(it.formulas().into_iter().map(|formula| {
            let text = match formula {
                Formula::Laspeyres => m.method_laspeyres,
                Formula::Paasche => m.method_paasche,
                Formula::Fisher => m.method_fisher,
            };
            text.to_owned()
        }));
        let missing = if it.missing == Missing::Carried { m.method_carried } else { m.method_left_out };
        note.extend([m.method_rounding, missing, m.method_contribution].map(str::to_owned));
        if let Some(threshold) = it.threshold {
            let percent = linkage::percent(threshold);
            note.push(fill(m.method_linkage, &[("threshold", &percent.trim_start_matches('+'))]));
        }
        note.push(m.method_versions.to_owned());
        note.push(fill(m.method_source, &[("source", &it.source), ("confidence", &self.confidence())]));
        note
    }
}

/// The page.
pub async fn index(
    page: Page,
    who: Staff,
    app: web::Data<App>,
    id: web::Path<BasketId>,
) -> Result<HttpResponse> {
    let (reader, today) = (who.0.clone(), app.now().day());
    let shown = app
        .read(move |conn| {
            let it = indices::basket(conn, &id)?;
            let (items, open) = store::item_counts(conn, &id)?;
            let months = store::months(conn, &it)?;
            let (mut risers, mut fallers) = (Vec::new(), Vec::new());
            if let Some(last) = months.last() {
                let of = (&it.id, last.month);
                risers = store::month_page(conn, of, Order::Risers, None, MOST)?;
                risers.retain(|(it, _)| it.contribution > Points::ZERO);
                fallers = store::month_page(conn, of, Order::Fallers, None, MOST)?;
                fallers.retain(|(it, _)| it.contribution < Points::ZERO);
            }
            let asked_by = people::store::account_name(conn, it.asked_by.as_ref())?;
            let decided_by = people::store::account_name(conn, it.decided_by.as_ref())?;
            let is_asked = it.state == State::Asked;
            let is_own = it.asked_by.as_ref() == Some(&reader.account.id);
            Ok(Show {
                versions: store::versions(conn, &it.name)?,
                notices: linkage::notices(conn, &it.id, 50)?,
                chart: chart::draw(&months, &it.formulas(), it.base_value, page.t),
                is_officer: reader.is(Role::Officer),
                may_decide: is_asked && reader.is(Role::Reviewer) && !is_own,
                is_late: it.state == State::Approved && it.review_day < today,
                page,
                items,
                open,
                months,
                risers,
                fallers,
                asked_by,
                decided_by,
                it,
            })
        })
        .await?;
    page::show(&shown)
}
