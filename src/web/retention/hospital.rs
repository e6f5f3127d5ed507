//! `/retention/{id}/hospitals/{hospital}`: the sheet of one hospital, generic by generic, with its arithmetic.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Result};
use crate::payments::retention::assessments::{self, Assessment};
use crate::payments::retention::{Line, Plan, PlanState, Sheet, compute, store};
use crate::people::{self, Organisation};
use crate::rounds::Round;
use crate::text::fill;
use crate::types::{OrganisationId, PlanId};
use crate::web::{App, Page, Person, page};

#[derive(Template)]
#[template(path = "retention/hospital.html")]
struct Show {
    page: Page,
    plan: Plan,
    round: Round,
    hospital: Organisation,
    sheet: Sheet,
    lines: Vec<Line>,
    assessment: Option<Assessment>,
    is_changed: bool,
    is_staff: bool,
}

impl Show {
    fn title(&self) -> String {
        self.plan.title(&self.round, self.page.t)
    }

    fn is_approved(&self) -> bool {
        self.plan.state == PlanState::Approved
    }

    fn shown<T: std::fmt::Display + Copy>(&self, figure: &Option<T>) -> String {
        super::shown(*figure)
    }

    fn surplus(&self, line: &Line) -> String {
        super::shown(super::surplus(line.budget, line.spend))
    }

    /// The base with its numbers.
    fn base(&self) -> String {
        let it = &self.sheet;
        match it.base {
            Some(base) => format!("{} − {} → {base}", it.budget, it.spend),
            None => fill(self.page.t.retention.missing_count, &[("count", &it.missing)]),
        }
    }

    /// The retained amount with its numbers.
    fn retained(&self) -> String {
        let it = &self.sheet;
        match (it.base, it.share, it.retained) {
            (Some(base), Some(share), Some(retained)) => format!("{base} × {share} = {retained}"),
            _ => self.page.t.retention.unknown.to_owned(),
        }
    }

    fn is_lost(&self) -> bool {
        self.sheet.incomplete > 0 && self.sheet.share.is_some_and(|share| !share.is_positive())
    }
}

/// The sheet.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    ids: web::Path<(PlanId, OrganisationId)>,
) -> Result<HttpResponse> {
    let ((id, hospital), reader) = (ids.into_inner(), who.0.clone());
    let show = app
        .read(move |conn| {
            let (plan, round, sheet) = super::sheet(conn, &reader, &id, &hospital)?;
            Ok(Show {
                hospital: people::store::organisation(conn, &hospital)?.ok_or(Error::NotFound)?,
                lines: store::lines(conn, &id, &hospital)?,
                assessment: assessments::of_hospital(conn, &id, &hospital)?,
                is_changed: compute::is_changed(conn, &plan, &sheet)?,
                is_staff: super::scope(&reader).is_none(),
                page: page.clone(),
                plan,
                round,
                sheet,
            })
        })
        .await?;
    page::show(&show)
}
