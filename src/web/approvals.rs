//! `/approvals`: what waits for a reviewer, the decision, and what was decided.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::retention;
use crate::people;
use crate::rounds::approvals::{self, Action, Approval};
use crate::rounds::{self, Refused, Round, store};
use crate::standards::{self, corrections};
use crate::text::Text;
use crate::types::{AccountId, ApprovalId};
use crate::web::form::Form;
use crate::web::{App, Page, Person, Reviewer, page};

/// Requests on a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "approvals.html")]
struct List {
    page: Page,
    waiting: Vec<Row>,
    decided: Vec<Row>,
    next: String,
}

struct Row {
    it: Approval,
    round: Option<Round>,
    /// What it is about, when that is no round.
    about: String,
    asked_by: String,
    decided_by: String,
    /// This reader may decide it.
    is_mine: bool,
    /// Where it is decided, when not here.
    elsewhere: String,
    remark: String,
}

/// The next page of the history begins before this request.
#[derive(serde::Deserialize)]
pub struct Before {
    #[serde(default)]
    before: String,
}

/// What waits, and the history.
pub async fn list(
    page: Page,
    who: Person,
    app: web::Data<App>,
    query: web::Query<Before>,
) -> Result<HttpResponse> {
    let before: Option<ApprovalId> = query.before.parse().ok();
    let (t, limit) = (page.t, i64::try_from(PAGE).unwrap_or(i64::MAX));
    let (waiting, mut decided) = app
        .read(move |conn| {
            let waiting = store::open_approvals(conn, limit)?;
            let decided = store::decided_approvals(conn, before, limit + 1)?;
            let mut names = BTreeMap::new();
            let mut rows = |list: Vec<Approval>| -> Result<Vec<Row>> {
                list.into_iter().map(|it| row(conn, it, (&who, t), &mut names)).collect()
            };
            Ok((rows(waiting)?, rows(decided)?))
        })
        .await?;
    let is_more = decided.len() > PAGE;
    decided.truncate(PAGE);
    let next = match decided.last() {
        Some(last) if is_more => format!("?before={}", last.it.id),
        _ => String::new(),
    };
    page::show(&List { page, waiting, decided, next })
}

type Names = BTreeMap<AccountId, String>;

fn row(conn: &mut Conn, it: Approval, (who, t): (&people::Who, &Text), names: &mut Names) -> Result<Row> {
    let round = approvals::round_of(conn, &it)?;
    let named = match (it.action, it.subject_id.parse()) {
        (Action::Retention, Ok(plan)) => {
            let (plan, round) = retention::plan(conn, &plan)?;
            Some((plan.title(&round, t), round.title))
        }
        (Action::Correction, _) => match it.subject_id.parse() {
            Ok(seq) => standards::store::standard(conn, seq)?.map(|it| (it.generic, it.product)),
            Err(_) => None,
        },
        _ => approvals::named(conn, &it)?,
    };
    let about = match (&round, named) {
        (None, Some((name, title))) => format!("{name} {title}"),
        _ => it.subject_id.clone(),
    };
    let asked_by = name(conn, &it.asked_by, names)?;
    let decided_by = match &it.decided_by {
        Some(id) => name(conn, id, names)?,
        None => String::new(),
    };
    let is_mine = who.is(people::Role::Reviewer) && it.asked_by != who.account.id;
    let elsewhere = if it.action == Action::Publish { String::new() } else { approvals::path(&it) };
    // Until its reviewer says something, a correction keeps what it sets in its remark, for the program.
    let is_wanted = it.action == Action::Correction && corrections::wanted(&it).is_some();
    let remark = if is_wanted { String::new() } else { it.remark.clone() };
    Ok(Row { it, round, about, asked_by, decided_by, is_mine, elsewhere, remark })
}

fn name(conn: &mut Conn, id: &AccountId, names: &mut Names) -> Result<String> {
    if let Some(known) = names.get(id) {
        return Ok(known.clone());
    }
    let name = people::store::account_name(conn, Some(id))?;
    names.insert(id.clone(), name.clone());
    Ok(name)
}

/// Decides on publishing, and in the same transaction publishes. Other requests are decided on the page that
/// shows what they are about.
pub async fn decide(
    who: Reviewer,
    app: web::Data<App>,
    id: web::Path<ApprovalId>,
    form: Form,
) -> Result<HttpResponse> {
    let yes = form.decision()?;
    let (ctx, remark) = (who.ctx(&app), form.text("remark").to_owned());
    app.write(move |tx| {
        let asked = store::approval(tx.conn(), &id)?.ok_or(Error::NotFound)?;
        if asked.action != Action::Publish {
            return Err(Error::refused(Refused::Elsewhere));
        }
        approvals::decide(tx, &ctx, &id, yes, &remark)?;
        let round = asked.subject_id.parse().map_err(|_| Error::NotFound)?;
        if yes { rounds::publish(tx, &ctx, &round).map(drop) } else { Ok(()) }
    })
    .await?;
    Ok(page::see_done("/approvals"))
}
