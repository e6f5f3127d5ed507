//! `/retention/{id}`: a plan's figures, what may be done with it, and its hospitals.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::retention::store::{Asked, Listed, Standing};
use crate::payments::retention::{self, Plan, PlanState, SUBJECT, Sheet, store};
use crate::people::{Role, Who};
use crate::rounds::Round;
use crate::rounds::approvals::{self, Action, Approval, Decision};
use crate::text::fill;
use crate::types::{PlanId, Time};
use crate::web::{App, Page, Person, page};

/// Hospitals on a page.
const PAGE: usize = 200;

/// What the reader asks for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Query {
    #[serde(default)]
    standing: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "retention/show.html")]
struct Show {
    page: Page,
    query: Query,
    it: Loaded,
    standings: Vec<(&'static str, &'static str)>,
    next: String,
    /// The reader may decide the open request.
    can_decide: bool,
    today_is_after: bool,
}

struct Loaded {
    plan: Plan,
    round: Round,
    sheets: Vec<Listed>,
    failed: Vec<Listed>,
    /// Cuts the plan of the year before proposed.
    proposals: Vec<Listed>,
    changed: usize,
    request: Option<(Approval, String)>,
    rejection: String,
}

fn load(conn: &mut Conn, id: &PlanId, query: &Query) -> Result<Loaded> {
    let (plan, round) = retention::plan(conn, id)?;
    let asked = Asked {
        plan: id.clone(),
        standing: query.standing.parse().map_err(|()| Error::NotFound)?,
        text: query.q.trim().chars().take(100).collect(),
        after: query.after.clone(),
    };
    let failing = |plan: PlanId| Asked { plan, standing: Standing::Failed, ..Asked::default() };
    let proposals = match store::plan_of(conn, &plan.round_id, plan.year.saturating_sub(1))? {
        Some(before) if before.state == PlanState::Approved => {
            store::sheets(conn, &failing(before.id), 1_000)?
        }
        _ => Vec::new(),
    };
    let latest = approvals::latest(conn, SUBJECT, id.as_str(), Action::Retention)?;
    let rejected = latest.filter(|it| it.decision == Decision::Rejected);
    Ok(Loaded {
        sheets: store::sheets(conn, &asked, i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1))?,
        failed: store::sheets(conn, &failing(id.clone()), 1_000)?,
        proposals,
        changed: store::changed(conn, id)?,
        request: retention::request(conn, id)?,
        rejection: rejected.map(|it| it.remark).unwrap_or_default(),
        plan,
        round,
    })
}

impl Show {
    fn title(&self) -> String {
        self.it.plan.title(&self.it.round, self.page.t)
    }

    fn state(&self) -> (&'static str, &'static str) {
        let m = &self.page.t.retention;
        match self.it.plan.state {
            PlanState::Approved => (m.state_approved, "good"),
            PlanState::Draft if self.it.request.is_some() => (m.state_waits, "wait"),
            PlanState::Draft => (m.state_draft, ""),
        }
    }

    fn is_officer(&self) -> bool {
        self.page.is(Role::Officer.as_str())
    }

    /// The plan may be changed by the reader now.
    fn can_change(&self) -> bool {
        self.is_officer() && self.it.plan.state == PlanState::Draft && self.it.request.is_none()
    }

    fn can_ask(&self) -> bool {
        let plan = &self.it.plan;
        self.can_change()
            && plan.is_current()
            && plan.waiting == 0
            && plan.hospitals > 0
            && self.today_is_after
    }

    fn asked(&self) -> String {
        let Some((request, by)) = &self.it.request else { return String::new() };
        fill(self.page.t.retention.waits, &[("by", by), ("at", &request.asked_at)])
    }

    fn rejected(&self) -> String {
        let shows = self.it.plan.state == PlanState::Draft && self.it.request.is_none();
        if !shows || self.it.rejection.is_empty() {
            return String::new();
        }
        fill(self.page.t.retention.rejected, &[("remark", &self.it.rejection)])
    }

    /// What there is to say about the figures' age; empty when they are of today's data as far as is known.
    fn age(&self) -> &'static str {
        let (m, plan) = (&self.page.t.retention, &self.it.plan);
        match (plan.computed_at, plan.run) {
            (None, 0) => "",
            (None, _) => m.running,
            (Some(_), _) if !plan.is_current() => m.entered_changed,
            (Some(_), _) => "",
        }
    }

    fn checked(&self) -> String {
        let (m, plan) = (&self.page.t.retention, &self.it.plan);
        let Some(at) = plan.checked_at.filter(|_| plan.computed_at.is_some()) else { return String::new() };
        match self.it.changed {
            0 => fill(m.checked_same, &[("at", &at)]),
            count => fill(m.checked, &[("at", &at), ("count", &count)]),
        }
    }

    fn completion(&self, sheet: &Sheet) -> String {
        let m = &self.page.t.retention;
        match sheet.incomplete {
            0 => m.is_complete.to_owned(),
            count => fill(m.incomplete_count, &[("count", &count)]),
        }
    }

    fn missing(&self, sheet: &Sheet) -> String {
        if sheet.missing == 0 {
            return String::new();
        }
        fill(self.page.t.retention.missing_count, &[("count", &sheet.missing)])
    }

    fn shown<T: std::fmt::Display + Copy>(&self, figure: &Option<T>) -> String {
        super::shown(*figure)
    }
}

/// A plan; a hospital is led to its own sheet.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<PlanId>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let (id, query) = (id.into_inner(), query.into_inner());
    if let Some(hospital) = super::scope(&who) {
        let (key, reader, own) = (id.clone(), who.0.clone(), hospital.clone());
        app.read(move |conn| super::sheet(conn, &reader, &key, &own).map(drop)).await?;
        return Ok(page::see(&format!("/retention/{id}/hospitals/{hospital}")));
    }
    page::show(&build(page, &who, &app, id, query).await?)
}

async fn build(page: Page, who: &Who, app: &App, id: PlanId, query: Query) -> Result<Show> {
    let asked = query.clone();
    let mut it = app.read(move |conn| load(conn, &id, &asked)).await?;
    let is_more = it.sheets.len() > PAGE;
    it.sheets.truncate(PAGE);
    let next = match it.sheets.last() {
        Some((_, code, _)) if is_more => format!(
            "/retention/{}?standing={}&q={}&after={}",
            it.plan.id,
            page::encode(&query.standing),
            page::encode(&query.q),
            page::encode(code)
        ),
        _ => String::new(),
    };
    let m = &page.t.retention;
    let standings = vec![
        ("", m.filter_all),
        ("waiting", m.filter_waiting),
        ("incomplete", m.filter_incomplete),
        ("failed", m.filter_failed),
        ("changed", m.filter_changed),
    ];
    let now: Time = app.now();
    let by_other = it.request.as_ref().is_some_and(|(request, _)| request.asked_by != who.account.id);
    Ok(Show {
        can_decide: by_other && who.is(Role::Reviewer),
        today_is_after: now.day() > it.plan.ends,
        page,
        query,
        it,
        standings,
        next,
    })
}
