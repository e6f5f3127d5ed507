//! One payment standard: its arithmetic, the product's history, and its correction.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::sees;
use crate::error::{Error, Result};
use crate::people::Role;
use crate::rounds::approvals::Approval;
use crate::standards::{self, Correction, Source, Standard, basis_name, corrections, effects, store};
use crate::text::fill;
use crate::web::form::Form;
use crate::web::standards::effects::View;
use crate::web::{App, Officer, Page, Person, Reviewer, STAFF, page};

#[derive(Template)]
#[template(path = "standards/show.html")]
struct Show {
    page: Page,
    row: Standard,
    of: Source,
    by: Option<i64>,
    history: Vec<(Standard, String)>,
    request: Option<(Approval, String)>,
    /// The last correction asked for, when it was sent back: for the bureau.
    rejected: Option<(Approval, String)>,
    /// What the correction that waits would have done to last year's purchases: for the bureau.
    effect: Option<View>,
    is_whole: bool,
    form: Form,
}

impl Show {
    /// What the row was released from.
    fn source(&self) -> String {
        format!("{} {}", self.of.number(), self.of.title())
    }

    fn source_name(&self) -> &'static str {
        match self.of {
            Source::Round(_) => self.page.t.contracts.round,
            Source::Negotiated(_) => self.page.t.negotiated.title,
        }
    }

    fn title(&self) -> String {
        fill(self.page.t.standards.one, &[("seq", &self.row.seq)])
    }

    fn basis<'a>(&'a self, row: &'a Standard) -> &'a str {
        basis_name(self.page.t, &row.basis)
    }

    fn mark(&self, row: &Standard) -> String {
        let s = &self.page.t.standards;
        let by = self.history.iter().rev().find(|(it, _)| it.supersedes == Some(row.seq));
        by.map_or(s.current.to_owned(), |(it, _)| fill(s.superseded_mark, &[("by", &it.seq)]))
    }

    fn sees(&self, row: &Standard) -> bool {
        sees(self.page.who.as_ref(), row)
    }

    fn asked(&self) -> String {
        let Some((request, by)) = &self.request else { return String::new() };
        let Some(it) = corrections::wanted(request) else { return String::new() };
        let values: [(&str, &dyn std::fmt::Display); 4] =
            [("by", by), ("at", &request.asked_at), ("standard", &it.standard), ("reason", &it.reason)];
        fill(self.page.t.standards.correction_waits, &values)
    }

    fn sent_back(&self) -> String {
        let Some((request, by)) = &self.rejected else { return String::new() };
        let Some(at) = request.decided_at else { return String::new() };
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("by", by), ("at", &at), ("remark", &request.remark)];
        fill(self.page.t.standards.correction_sent_back, &values)
    }

    fn may_ask(&self) -> bool {
        self.by.is_none() && self.request.is_none() && self.page.is(Role::Officer.as_str())
    }

    fn may_decide(&self) -> bool {
        self.request.is_some() && self.page.is(Role::Reviewer.as_str())
    }
}

async fn made(page: Page, app: &App, seq: i64, form: Form) -> Result<Show> {
    // What is only asked for is the bureau's.
    let is_staff = page.who.as_ref().is_some_and(|who| who.is_any(STAFF));
    let (row, of, by, history, request, rejected, effect) = app
        .read(move |conn| {
            let row = store::standard(conn, seq)?.ok_or(Error::NotFound)?;
            let of = standards::source(conn, &row)?;
            let request = standards::open_correction(conn, seq)?.filter(|_| is_staff);
            let rejected = corrections::sent_back(conn, seq)?.filter(|_| is_staff);
            let effect = match request.as_ref().and_then(|(asked, _)| corrections::wanted(asked)) {
                Some(wanted) => {
                    let rows = [standards::corrected(&row, &wanted)];
                    View::of_draft(conn, (effects::CORRECTION, &seq.to_string()), &rows)?
                }
                None => None,
            };
            let (by, history) = (store::superseded_by(conn, seq)?, store::history(conn, &row)?);
            Ok((row, of, by, history, request, rejected, effect))
        })
        .await?;
    Ok(Show { page, row, of, by, history, request, rejected, effect, is_whole: true, form })
}

/// The page.
pub async fn index(
    page: Page,
    _who: Person,
    app: web::Data<App>,
    seq: web::Path<i64>,
) -> Result<HttpResponse> {
    page::show(&made(page, &app, *seq, Form::default()).await?)
}

/// An officer asks for a correction.
pub async fn correct(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    seq: web::Path<i64>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, seq) = (who.ctx(&app), *seq);
    let done = match wanted(&form) {
        Ok(it) => app.write(move |tx| standards::ask_correction(tx, &ctx, seq, &it)).await,
        Err(error) => Err(error),
    };
    answer(page, &app, seq, form, done).await
}

/// Leads back to the standard, or shows the form again with why not.
async fn answer(page: Page, app: &App, seq: i64, form: Form, done: Result<()>) -> Result<HttpResponse> {
    match done {
        Ok(()) => Ok(page::see_done(&format!("/standards/{seq}"))),
        Err(Error::Refused(why)) => page::show_refused(&made(page.refused(&*why), app, seq, form).await?),
        Err(error) => Err(error),
    }
}

fn wanted(form: &Form) -> Result<Correction> {
    let reason = form.words("reason");
    Ok(Correction { standard: form.number("standard")?, reason })
}

/// A reviewer decides on a correction.
pub async fn decide(
    page: Page,
    who: Reviewer,
    app: web::Data<App>,
    seq: web::Path<i64>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, seq, is_right, remark) = (who.ctx(&app), *seq, form.decision()?, form.words("remark"));
    let done = app.write(move |tx| standards::decide_correction(tx, &ctx, seq, is_right, &remark)).await;
    answer(page, &app, seq, form, done).await
}
