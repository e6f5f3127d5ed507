//! One case for the bureau: its findings, what was done, what can be done, what it came to.

use std::fmt::Display;

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::timeline::{self, Item};
use crate::cases::effect::{self, Bought, Effect};
use crate::cases::suspensions::{self, Suspension};
use crate::cases::{self, Case, Closing, Event, Outcome, State, Step, StepKind, closing, rules, store};
use crate::catalog::Product;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::notify::{Letter, Mail};
use crate::people::{self, Organisation, Role, Who};
use crate::prices::findings::Finding;
use crate::rounds::approvals::Approval;
use crate::terms::{self, Term};
use crate::text::{Say, Text, fill};
use crate::types::{CaseId, CaseStepId, Ctx, FindingId, Money, SuspensionId, UnitPrice};
use crate::web::form::Form;
use crate::web::prices::Titles;
use crate::web::{App, Page, Person, Staff, page};

/// Findings shown at a time.
const FINDINGS: usize = 50;
/// Most letters shown.
const LETTERS: i64 = 200;

/// Which form is open, and the place in the findings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub(super) act: String,
    /// A kind of step, a step's id or a suspension's.
    pub(super) of: String,
    after: String,
}

impl Asked {
    /// A form, about something.
    pub(super) fn form(act: &str, of: &str) -> Self {
        Self { act: act.to_owned(), of: of.to_owned(), after: String::new() }
    }
}

#[derive(Template)]
#[template(path = "cases/show.html")]
pub(super) struct Show {
    page: Page,
    f: Facts,
    asked: Asked,
    typed: Form,
    today: chrono::NaiveDate,
    is_mine: bool,
    may_decide: bool,
}

/// What the page is made from.
struct Facts {
    case: Case,
    product: Product,
    supplier: Option<Organisation>,
    officer: String,
    opened_by: String,
    items: Vec<Item>,
    suspensions: Vec<Suspension>,
    findings: Vec<(Finding, Option<String>)>,
    more: bool,
    effect: Option<Effect>,
    letters: Vec<Mail>,
    request: Option<(Approval, String)>,
    officers: Vec<(String, String)>,
    days: i64,
    titles: Titles,
}

fn facts(conn: &mut Conn, (who, t): (&Who, &Text), ctx: &Ctx, id: &CaseId, after: &str) -> Result<Facts> {
    let case = super::seen(conn, who, id)?;
    let mut findings = store::findings_of(conn, id, place(after).as_ref(), FINDINGS as i64 + 1)?;
    let more = findings.len() > FINDINGS;
    findings.truncate(FINDINGS);
    let request = match closing::asked(conn, &case)? {
        Some(it) => {
            let by = people::store::account_name(conn, Some(&it.asked_by))?;
            Some((it, by))
        }
        None => None,
    };
    let officers = store::officers(conn)?.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    Ok(Facts {
        product: cases::product(conn, &case)?,
        supplier: match &case.supplier_id {
            Some(id) => people::store::organisation(conn, id)?,
            None => None,
        },
        officer: people::store::account_name(conn, case.assignee_id.as_ref())?,
        opened_by: people::store::account_name(conn, case.opened_by.as_ref())?,
        items: timeline::items(conn, who, &case)?,
        suspensions: suspensions::of_case(conn, id)?,
        findings,
        more,
        effect: effect::measure(conn, &case, ctx.now.day())?,
        letters: store::letters_of(conn, id, LETTERS)?,
        request,
        officers,
        titles: Titles::new(conn, t)?,
        days: terms::whole(conn, Term::CaseReplyDays, ctx.now.day())?,
        case,
    })
}

/// `effect:id`, as the page wrote it; anything else is the beginning.
fn place(text: &str) -> Option<(Money, FindingId)> {
    let (effect, id) = text.split_once(':')?;
    Some((effect.parse().ok()?, id.parse().ok()?))
}

impl Show {
    fn title(&self) -> String {
        fill(self.page.t.cases.one, &[("number", &self.f.case.number)])
    }

    fn rule(&self) -> String {
        super::rule(&self.f.case, &self.f.titles, self.page.t)
    }

    fn rule_of<'a>(&'a self, it: &'a Finding) -> &'a str {
        self.f.titles.of(&it.rule)
    }

    fn origin(&self) -> &'static str {
        match self.f.case.origin {
            cases::Origin::Scan => self.page.t.cases.by_scan,
            cases::Origin::Hand => self.page.t.cases.by_hand,
        }
    }

    fn state_class(&self) -> &'static str {
        super::state_class(self.f.case.state)
    }

    fn is_closed(&self) -> bool {
        self.f.case.state == State::Closed
    }

    fn is_officer(&self) -> bool {
        self.page.is(Role::Officer.as_str())
    }

    fn is_overdue(&self) -> bool {
        !self.is_closed() && self.f.case.due_on.is_some_and(|day| day < self.today)
    }

    fn level(&self) -> String {
        fill(self.page.t.cases.level_n, &[("n", &self.f.case.level)])
    }

    fn cycle(&self) -> String {
        fill(self.page.t.cases.cycle_n, &[("n", &self.f.case.cycle)])
    }

    fn cycle_of(&self, cycle: &i32) -> String {
        fill(self.page.t.cases.cycle_n, &[("n", cycle)])
    }

    fn months(&self) -> String {
        match (self.f.case.first_month, self.f.case.last_month) {
            (Some(first), Some(last)) => {
                format!("{} ({} – {})", self.f.case.months, first.format("%Y-%m"), last.format("%Y-%m"))
            }
            _ => self.f.case.months.to_string(),
        }
    }

    fn is_act(&self, act: &str) -> bool {
        self.asked.act == act
    }

    /// The kind of step whose form is open.
    fn kind(&self) -> Option<StepKind> {
        self.asked.of.parse().ok().filter(|_| self.is_act("step"))
    }

    fn is_kind(&self, word: &str) -> bool {
        self.kind().is_some_and(|kind| kind.as_str() == word)
    }

    fn kinds(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        StepKind::ALL.iter().map(|kind| (kind.as_str(), kind.name(self.page.t)))
    }

    fn send_title(&self) -> String {
        let kind = self.kind().map(|kind| kind.name(self.page.t)).unwrap_or_default();
        format!("{}: {kind}", self.page.t.cases.send)
    }

    /// The step whose outcome is being recorded.
    fn concluding(&self) -> Option<&Step> {
        let id: CaseStepId = self.asked.of.parse().ok().filter(|_| self.is_act("outcome"))?;
        self.f.items.iter().find_map(|item| match item {
            Item::Step(step) if step.it.id == id && step.it.is_open() => Some(&step.it),
            _ => None,
        })
    }

    fn record_title(&self, step: &Step) -> String {
        let facts: [(&str, &dyn Display); 2] =
            [("kind", &step.kind.name(self.page.t)), ("number", &step.number)];
        fill(self.page.t.cases.record_of, &facts)
    }

    /// The suspension that is being lifted.
    fn lifting(&self) -> Option<&Suspension> {
        let id: SuspensionId = self.asked.of.parse().ok().filter(|_| self.is_act("lift"))?;
        self.f.suspensions.iter().find(|it| it.id == id && self.can_lift(it))
    }

    fn can_lift(&self, it: &Suspension) -> bool {
        let is_over = it.to_day.is_some_and(|to| to < self.today);
        it.lifted_at.is_none() && !is_over && (self.is_mine || (self.is_closed() && self.is_officer()))
    }

    fn suspension_state(&self, it: &Suspension) -> (&'static str, &'static str) {
        let c = &self.page.t.cases;
        match it.lifted_at {
            Some(_) => (c.lifted, ""),
            None if it.runs_on(self.today) => (c.running, "bad"),
            None if it.from_day > self.today => (c.to_come, "wait"),
            None => (c.over, ""),
        }
    }

    fn span(&self, it: &Suspension) -> String {
        timeline::span(it.from_day, it.to_day, self.page.t)
    }

    fn about(&self, event: &Event) -> String {
        let is_rule = !event.about.is_empty() && event.about == self.f.case.rule;
        if is_rule { self.rule() } else { timeline::about(event, self.page.t) }
    }

    fn who(&self, by: &str) -> String {
        if by.is_empty() { self.page.t.cases.platform.to_owned() } else { by.to_owned() }
    }

    /// A field as typed, else something proposed.
    fn value(&self, field: &str, proposed: impl Display) -> String {
        match self.typed.text(field) {
            "" => proposed.to_string(),
            typed => typed.to_owned(),
        }
    }

    fn listed(&self) -> String {
        self.f.product.listing_price.map(|price| price.to_string()).unwrap_or_default()
    }

    fn outcomes(&self) -> Vec<(&'static str, &'static str)> {
        Outcome::ALL.iter().map(|it| (it.as_str(), it.name(self.page.t))).collect()
    }

    fn closings(&self) -> Vec<(&'static str, &'static str)> {
        Closing::ALL.iter().map(|it| (it.as_str(), it.name(self.page.t))).collect()
    }

    fn request_title(&self, request: &Approval) -> String {
        fill(self.page.t.cases.request, &[("action", &request.action.name(self.page.t))])
    }

    fn request_by(&self, (request, by): &(Approval, String)) -> String {
        fill(self.page.t.cases.request_by, &[("by", by), ("at", &request.asked_at)])
    }

    fn price(&self, price: &Option<UnitPrice>) -> String {
        price.map(|price| price.to_string()).unwrap_or_default()
    }

    fn average(&self, bought: &Bought) -> String {
        bought.price().map_or_else(|| self.page.t.cases.not_bought.to_owned(), |price| price.to_string())
    }

    fn changed(&self, effect: &Effect) -> String {
        let prices = effect.before.price().zip(effect.after.price());
        let percent = prices.and_then(|(before, after)| rules::change(before, after));
        percent
            .map(|percent| fill(self.page.t.cases.price_change, &[("percent", &percent.normalize())]))
            .unwrap_or_default()
    }

    fn savings(&self, effect: &Effect) -> String {
        let Some(savings) = effect.savings else { return self.page.t.cases.no_savings.to_owned() };
        let facts: [(&str, &dyn Display); 5] = [
            ("savings", &savings),
            ("before", &effect.before.amount),
            ("before_quantity", &effect.before.quantity),
            ("after_quantity", &effect.after.quantity),
            ("after", &effect.after.amount),
        ];
        fill(self.page.t.cases.savings, &facts)
    }

    fn subject(&self, mail: &Mail) -> String {
        serde_json::from_str::<Letter>(&mail.data)
            .map_or_else(|_| mail.template.clone(), |letter| letter.write(self.page.t).subject)
    }

    fn next(&self) -> String {
        match self.f.findings.last() {
            Some((last, _)) if self.f.more => {
                format!("/cases/{}?after={}:{}#findings", self.f.case.id, last.effect, last.id)
            }
            _ => String::new(),
        }
    }
}

/// The page as somebody of the bureau sees it.
async fn made(page: Page, app: &App, who: &Who, id: &CaseId, asked: Asked) -> Result<Show> {
    let (reader, ctx, id, after) =
        (who.clone(), Ctx { now: app.now(), actor: who.actor() }, id.clone(), asked.after.clone());
    let t = page.t;
    let f = app.read(move |conn| facts(conn, (&reader, t), &ctx, &id, &after)).await?;
    let is_mine = who.is(Role::Officer)
        && f.case.state != State::Closed
        && f.case.assignee_id.as_ref() == Some(&who.account.id);
    let is_another = f.request.as_ref().is_some_and(|(it, _)| it.asked_by != who.account.id);
    let may_decide = who.is(Role::Reviewer) && is_another;
    Ok(Show { page, f, asked, typed: Form::default(), today: app.now().day(), is_mine, may_decide })
}

/// Shows a form again with its refusal.
pub(super) async fn again(
    page: Page,
    app: &App,
    who: &Who,
    id: &CaseId,
    (asked, typed): (Asked, Form),
    why: &dyn Say,
) -> Result<HttpResponse> {
    let show = made(page.refused(why), app, who, id, asked).await?;
    page::show_refused(&Show { typed, ..show })
}

/// One case: for the bureau, or for the supplier that was written to.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<CaseId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    if super::is_supplier(&who) {
        return super::own::index(page, &who, &app, &id, asked.into_inner().of).await;
    }
    page::show(&made(page, &app, &who, &id, asked.into_inner()).await?)
}

/// The case of a number, as approvals and letters know it.
pub async fn by_number(_who: Staff, app: web::Data<App>, number: web::Path<String>) -> Result<HttpResponse> {
    let found = app.read(move |conn| store::by_number(conn, &number)).await?;
    Ok(page::see(&format!("/cases/{}", found.ok_or(Error::NotFound)?)))
}
