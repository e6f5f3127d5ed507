//! The list of price cases: filtered, sorted, paged, exported; a supplier sees its own.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::cases::store::{self, Filter, Order, Place, Subject};
use crate::cases::{Case, SUBJECT, State, StepKind};
use crate::catalog::Product;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, Role, Who};
use crate::text::{Text, fill};
use crate::types::{AccountId, Money};
use crate::web::lists::{As, Table, exported, given};
use crate::web::prices::Titles;
use crate::web::{App, Page, Person, page};

/// Cases on a page.
const PAGE: usize = 50;
/// Most lines of an export.
const EXPORT: i64 = 50_000;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    state: String,
    step: String,
    assignee: String,
    rule: String,
    q: String,
    overdue: String,
    order: String,
    after: String,
}

impl Asked {
    fn filter(&self, who: &Who, today: NaiveDate) -> Result<Filter> {
        let assignee: Option<AccountId> = match self.assignee.as_str() {
            "me" => Some(who.account.id.clone()),
            other => given(other)?,
        };
        let is_supplier = super::is_supplier(who);
        let states = match self.state.as_str() {
            // A supplier finds its closed cases below the open ones.
            "" if !is_supplier => vec![State::New, State::Handling],
            "" | "all" => Vec::new(),
            other => vec![other.parse().map_err(|_| Error::NotFound)?],
        };
        let rule = match self.rule.as_str() {
            "" => None,
            "hand" => Some(String::new()),
            other => Some(other.to_owned()),
        };
        Ok(Filter {
            subject: match is_supplier {
                true => Subject::Supplier(who.organisation.id.clone()),
                false => Subject::All,
            },
            states,
            step: given(&self.step)?,
            assignee,
            rule,
            text: self.q.trim().chars().take(100).collect(),
            due_before: (self.overdue == "1").then_some(today),
            order: if self.order == "newest" || is_supplier { Order::Newest } else { Order::Effect },
            after: place(&self.after)?,
        })
    }

    /// The filter as a query, without the place in the list.
    fn query(&self) -> String {
        let fields = [
            ("state", &self.state),
            ("step", &self.step),
            ("assignee", &self.assignee),
            ("rule", &self.rule),
            ("q", &self.q),
            ("overdue", &self.overdue),
            ("order", &self.order),
        ];
        fields.map(|(name, value)| format!("{name}={}", page::encode(value))).join("&")
    }
}

/// `effect:id`, as the page wrote it.
fn place(text: &str) -> Result<Option<Place>> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = || {
        let (effect, id) = text.split_once(':')?;
        Some((effect.parse().ok()?, id.parse().ok()?))
    };
    read().map(Some).ok_or(Error::NotFound)
}

/// A line of the list.
struct Row {
    it: Case,
    product: Product,
    officer: String,
    is_overdue: bool,
    /// The rule it follows, in words.
    rule: String,
}

impl Row {
    fn state_class(&self) -> &'static str {
        super::state_class(self.it.state)
    }

    fn step(&self, t: &Text) -> &'static str {
        self.it.step.map(|step| step.name(t)).unwrap_or_default()
    }

    fn level(&self, t: &Text) -> String {
        match self.it.level {
            0 => String::new(),
            n => fill(t.cases.level_n, &[("n", &n)]),
        }
    }

    fn due(&self) -> String {
        self.it.due_on.map(|day| day.to_string()).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "cases/list.html")]
struct List {
    page: Page,
    asked: Asked,
    rows: Vec<Row>,
    rules: Vec<(String, String)>,
    officers: Vec<(String, String)>,
    next: String,
    is_supplier: bool,
}

impl List {
    fn states(&self) -> Vec<(&'static str, &'static str)> {
        let t = self.page.t;
        let mut states = vec![("", t.cases.open_states), ("all", t.common.all)];
        states.extend(State::ALL.iter().map(|it| (it.as_str(), it.name(t))));
        states
    }

    fn steps(&self) -> Vec<(&'static str, &'static str)> {
        let all = std::iter::once(("", self.page.t.common.all));
        all.chain(StepKind::ALL.iter().map(|it| (it.as_str(), it.name(self.page.t)))).collect()
    }

    fn orders(&self) -> [(&'static str, &'static str); 2] {
        [("", self.page.t.cases.order_effect), ("newest", self.page.t.cases.order_newest)]
    }

    fn may_open(&self) -> bool {
        self.page.is(Role::Officer.as_str())
    }
}

/// A page of cases.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (asked, today, t) = (asked.into_inner(), app.now().day(), page.t);
    let filter = asked.filter(&who, today)?;
    let is_supplier = super::is_supplier(&who);
    let (mut rows, rules, officers, titles) = app
        .read(move |conn| {
            let found = store::page(conn, &filter, PAGE as i64 + 1)?;
            let titles = Titles::new(conn, t)?;
            let rows = rows(conn, found, today, (&titles, t))?;
            Ok((rows, store::rules(conn)?, store::officers(conn)?, titles))
        })
        .await?;
    let is_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = match rows.last() {
        Some(last) if is_more => {
            // A supplier's list goes by time alone, and the money effect is not its to know.
            let effect = if is_supplier { Money::ZERO } else { last.it.effect };
            format!("/cases?{}&after={effect}:{}", asked.query(), last.it.id)
        }
        _ => String::new(),
    };
    let choices = |own: Vec<(String, String)>, more: Vec<(String, String)>| {
        let all = std::iter::once((String::new(), t.common.all.to_owned()));
        all.chain(own).chain(more).collect::<Vec<_>>()
    };
    let rules = choices(
        vec![("hand".to_owned(), t.cases.by_hand.to_owned())],
        rules.into_iter().map(|rule| (rule.clone(), titles.of(&rule).to_owned())).collect(),
    );
    let officers = choices(
        vec![("me".to_owned(), t.cases.mine.to_owned())],
        officers.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
    );
    page::show(&List { page, asked, rows, rules, officers, next, is_supplier })
}

fn rows(
    conn: &mut Conn,
    found: Vec<(Case, Product)>,
    today: NaiveDate,
    (titles, t): (&Titles, &Text),
) -> Result<Vec<Row>> {
    let mut names: HashMap<AccountId, String> = HashMap::new();
    let mut rows = Vec::with_capacity(found.len());
    for (it, product) in found {
        let officer = match &it.assignee_id {
            None => String::new(),
            Some(id) => match names.get(id) {
                Some(name) => name.clone(),
                None => {
                    let name = people::store::account_name(conn, Some(id))?;
                    names.insert(id.clone(), name.clone());
                    name
                }
            },
        };
        let is_overdue = it.state != State::Closed && it.due_on.is_some_and(|day| day < today);
        let rule = super::rule(&it, titles, t);
        rows.push(Row { it, product, officer, is_overdue, rule });
    }
    Ok(rows)
}

/// The filtered cases as a file.
pub async fn export(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
    file: web::Query<As>,
) -> Result<HttpResponse> {
    let (t, today) = (page.t, app.now().day());
    let mut filter = asked.filter(&who, today)?;
    filter.after = None;
    let rows = app
        .read(move |conn| {
            let found = store::page(conn, &filter, EXPORT)?;
            let titles = Titles::new(conn, t)?;
            rows(conn, found, today, (&titles, t))
        })
        .await?;
    exported(&app, who.ctx(&app), ("cases.export", SUBJECT), rows.len(), asked.query()).await?;
    let (mut headers, is_supplier) = (headers(t).to_vec(), super::is_supplier(&who));
    let mut lines: Vec<Vec<String>> = rows.iter().map(|row| cells(row, t)).collect();
    if is_supplier {
        headers.truncate(SHARED);
        lines.iter_mut().for_each(|line| line.truncate(SHARED));
    }
    Table { name: "1", headers: &headers, numbers: &[10, 11, 12, 13, 14], lines }
        .download_as(t.cases.title, file.kind.as_str())
}

/// Columns that suppliers see too.
const SHARED: usize = 10;

fn headers(t: &Text) -> [(&'static str, u16); 18] {
    let c = &t.cases;
    [
        (c.number, 16),
        (c.code, 26),
        (c.product, 40),
        (c.maker, 30),
        (c.state, 12),
        (c.step, 14),
        (c.due_on, 12),
        (c.opened_at, 18),
        (c.closed_at, 18),
        (c.closing, 16),
        (c.effect, 16),
        (c.findings, 12),
        (c.hospitals, 12),
        (c.months, 12),
        (c.cycle, 8),
        (c.rule, 24),
        (c.tier, 14),
        (c.assignee, 16),
    ]
}

fn cells(row: &Row, t: &Text) -> Vec<String> {
    let (it, product) = (&row.it, &row.product);
    vec![
        it.number.clone(),
        product.code.clone(),
        [product.generic.as_str(), &product.spec, &product.pack].join(" "),
        product.maker.clone(),
        it.state.name(t).to_owned(),
        row.step(t).to_owned(),
        row.due(),
        it.opened_at.to_string(),
        it.closed_at.map(|at| at.to_string()).unwrap_or_default(),
        it.closing.map(|closing| closing.name(t).to_owned()).unwrap_or_default(),
        it.effect.to_string(),
        it.findings.to_string(),
        it.hospitals.to_string(),
        it.months.to_string(),
        it.cycle.to_string(),
        row.rule.clone(),
        it.tier.name(t).to_owned(),
        row.officer.clone(),
    ]
}
