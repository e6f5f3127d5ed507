//! One rating: what it rests on, its steps, and what the reader may do next.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::audit::{self, Deed};
use crate::awards::documents::{self, Listed};
use crate::credit::editions::{self, Edition, Grade, Measure};
use crate::credit::standing::{Proposal, Rating, RatingState};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, Role, Who};
use crate::ratings::conducts::{self, Conduct};
use crate::ratings::store::{self, Conducts};
use crate::ratings::{self, Step};
use crate::rounds::approvals::Approval;
use crate::text::{Say, fill};
use crate::types::{DocumentId, RatingId, Time};
use crate::web::access::STAFF;
use crate::web::form::Form;
use crate::web::{App, Page, Person, Staff, page};

/// Most conducts of a company offered for a correction.
const OFFERED: i64 = 100;

#[derive(Template)]
#[template(path = "ratings/show.html")]
struct Show {
    page: Page,
    seen: Seen,
    typed: Form,
}

/// A conduct with what it comes to and its documents.
struct Rated {
    it: Conduct,
    grade: String,
    above: Option<crate::types::Money>,
    files: Vec<Listed>,
}

struct Seen {
    it: Rating,
    edition: Edition,
    conducts: Vec<Rated>,
    products: Vec<(String, String)>,
    steps: Vec<(Step, String, Vec<Listed>)>,
    request: Option<(Approval, String)>,
    replaces: Option<Rating>,
    replaced_by: Option<Rating>,
    /// Conducts that a correction may take.
    open: Vec<Conduct>,
    now: Time,
    reader: Who,
}

impl Show {
    fn is_staff(&self) -> bool {
        self.seen.reader.is_any(STAFF)
    }

    fn is_officer(&self) -> bool {
        self.seen.reader.is(Role::Officer)
    }

    /// Acts for the company: its own people, or an officer when it has no account here.
    fn is_company(&self) -> bool {
        match &self.seen.it.supplier_id {
            Some(supplier) => {
                self.seen.reader.is(Role::Supplier) && self.seen.reader.organisation.id == *supplier
            }
            None => self.is_officer(),
        }
    }

    fn can_defend(&self) -> bool {
        let it = &self.seen.it;
        self.is_company()
            && it.state == RatingState::Noticed
            && it.proposal == Proposal::None
            && self.seen.now.day() <= it.defend_by
    }

    fn can_repair(&self) -> bool {
        let it = &self.seen.it;
        self.is_company()
            && it.state == RatingState::Effective
            && it.proposal == Proposal::None
            && it.repair_asked_on.is_none()
    }

    fn can_correct(&self) -> bool {
        let it = &self.seen.it;
        self.is_officer()
            && it.state == RatingState::Effective
            && it.proposal == Proposal::None
            && self.seen.replaced_by.as_ref().is_none_or(|by| by.state != RatingState::Noticed)
    }

    /// What an officer may propose now.
    fn proposals(&self) -> Vec<(&'static str, &'static str)> {
        let (it, t) = (&self.seen.it, self.page.t);
        let list: &[Proposal] = match it.state {
            _ if !self.is_officer() || it.proposal != Proposal::None => &[],
            RatingState::Noticed => &[Proposal::Rate, Proposal::Drop],
            RatingState::Effective if it.repair_asked_on.is_some() => {
                &[Proposal::Repair, Proposal::RefuseRepair, Proposal::Revoke]
            }
            RatingState::Effective => &[Proposal::Revoke],
            RatingState::Ended | RatingState::Dropped => &[],
        };
        list.iter().map(|it| (it.as_str(), it.name(t))).collect()
    }

    fn can_decide(&self) -> bool {
        let me = &self.seen.reader;
        let asked = self.seen.request.as_ref();
        me.is(Role::Reviewer) && asked.is_some_and(|(it, _)| it.asked_by != me.account.id)
    }

    fn waits(&self, (it, by): &(Approval, String)) -> String {
        let t = self.page.t;
        let proposal = self.seen.it.proposal.name(t);
        fill(t.ratings.waits_other, &[("by", by), ("at", &it.asked_at), ("proposal", &proposal)])
    }

    fn grade(&self) -> Option<&Grade> {
        self.seen.edition.of(&self.seen.it.grade).ok()
    }

    fn handling(&self) -> Vec<String> {
        let of = |grade| super::conduct::handling(grade, self.seen.it.is_distributor, self.page.t);
        self.grade().map(of).unwrap_or_default()
    }

    fn defend_hint(&self) -> String {
        fill(self.page.t.ratings.defend_hint, &[("day", &self.seen.it.defend_by)])
    }

    fn repair_hint(&self) -> String {
        let since = self.seen.it.since;
        let from = self.grade().map_or(since, |grade| grade.repair_from(since));
        fill(self.page.t.ratings.repair_hint, &[("day", &from)])
    }

    fn repair_waits(&self, day: &chrono::NaiveDate) -> String {
        fill(self.page.t.ratings.repair_waits, &[("day", day)])
    }

    fn measures(&self) -> Vec<(Measure, &'static str)> {
        self.seen.edition.repair.measures.iter().map(|it| (*it, it.name(self.page.t))).collect()
    }

    fn is_ticked(&self, field: &str, value: &str) -> bool {
        self.typed.all(field).any(|it| it == value)
    }

    fn band(&self, row: &Rated) -> String {
        super::conducts::band(row.above, self.page.t)
    }

    fn choose(&self, it: &Conduct) -> String {
        fill(self.page.t.ratings.choose_conduct, &[("document", &it.document())])
    }

    fn has_effect(&self) -> bool {
        matches!(self.seen.it.state, RatingState::Effective | RatingState::Ended)
    }

    fn since(&self) -> String {
        let typed = self.typed.text("since");
        if typed.is_empty() { self.seen.now.day().to_string() } else { typed.to_owned() }
    }
}

/// A rating, when it is the reader's to see.
fn own(conn: &mut Conn, who: &Who, id: &RatingId) -> Result<Rating> {
    let it = ratings::rating(conn, id)?;
    if ratings::is_seen_by(&it, &who.organisation.id, who.is_any(STAFF)) {
        Ok(it)
    } else {
        Err(Error::NotFound)
    }
}

fn seen(conn: &mut Conn, who: Who, id: &RatingId, now: Time) -> Result<Seen> {
    let it = own(conn, &who, id)?;
    let list = store::conducts_of(conn, id)?;
    let known = editions::all().map_err(Error::refused)?;
    let outcomes = ratings::outcomes(&known, &list)?;
    let mut rated = Vec::new();
    for (conduct, outcome) in list.iter().zip(&outcomes) {
        rated.push(Rated {
            it: conduct.clone(),
            grade: outcome.grade.name(who.account.lang.text()).to_owned(),
            above: outcome.band.above,
            files: documents::of(conn, conducts::owner(&conduct.id))?,
        });
    }
    let ids: Vec<_> = list.iter().map(|it| it.id.clone()).collect();
    let mut steps = Vec::new();
    for (step, by) in store::steps(conn, id)? {
        let files = documents::of(conn, ratings::owner(&step.id))?;
        steps.push((step, by.unwrap_or_default(), files));
    }
    let request = match ratings::request(conn, &it)? {
        Some(asked) => {
            let by = people::store::account_name(conn, Some(&asked.asked_by))?;
            Some((asked, by))
        }
        None => None,
    };
    let filter = Conducts { company: Some(it.company_code.clone()), ..Conducts::default() };
    let mut open = Vec::new();
    for other in store::conducts(conn, &filter, OFFERED)? {
        let rated = store::rating_of(conn, &other.id)?;
        let is_free = rated.is_none_or(|rated| rated == it.id);
        if is_free
            && other.is_distributor == it.is_distributor
            && store::correction_of(conn, &other.id)?.is_none()
        {
            open.push(other);
        }
    }
    let replaces = match &it.corrects_id {
        Some(other) => store::rating(conn, other)?,
        None => None,
    };
    Ok(Seen {
        edition: ratings::edition(&it)?,
        conducts: rated,
        products: store::products_of(conn, &ids)?,
        steps,
        request,
        replaces,
        replaced_by: store::corrected_by(conn, id)?,
        open,
        now,
        reader: who,
        it,
    })
}

async fn made(page: Page, who: Who, app: &App, id: RatingId, typed: Form) -> Result<Show> {
    let now = app.now();
    let seen = app.read(move |conn| seen(conn, who, &id, now)).await?;
    Ok(Show { page, seen, typed })
}

/// The page.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    id: web::Path<RatingId>,
) -> Result<HttpResponse> {
    page::show(&made(page, who.0, &app, id.into_inner(), Form::default()).await?)
}

/// The page, when what was sent from it is refused.
pub async fn refused(
    page: Page,
    who: Who,
    app: &App,
    id: RatingId,
    form: Form,
    why: &dyn Say,
) -> Result<HttpResponse> {
    page::show_refused(&made(page.refused(why), who, app, id, form).await?)
}

/// The page of a number, which approvals lead to.
pub async fn of_number(_who: Staff, app: web::Data<App>, number: web::Path<String>) -> Result<HttpResponse> {
    let found = app.read(move |conn| store::of_number(conn, &number)).await?;
    let it = found.ok_or(Error::NotFound)?;
    Ok(page::see(&format!("/ratings/{}", it.id)))
}

/// A document of a step or of a conduct of the rating, always as a download.
pub async fn document(
    who: Person,
    app: web::Data<App>,
    path: web::Path<(RatingId, DocumentId)>,
) -> Result<HttpResponse> {
    let (rating, id) = path.into_inner();
    let ctx = who.ctx(&app);
    let it = app
        .write(move |tx| {
            own(tx.conn(), &who, &rating)?;
            let mut found = None;
            for (step, _) in store::steps(tx.conn(), &rating)? {
                found = found.or(documents::one(tx.conn(), ratings::owner(&step.id), &id).ok());
            }
            for conduct in store::conducts_of(tx.conn(), &rating)? {
                found = found.or(documents::one(tx.conn(), conducts::owner(&conduct.id), &id).ok());
            }
            let it = found.ok_or(Error::NotFound)?;
            let deed = Deed { action: "rating.export", subject: "documents", id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &it.sha256)?;
            Ok(it)
        })
        .await?;
    Ok(page::download(&it.name, &it.media_type, it.content))
}
