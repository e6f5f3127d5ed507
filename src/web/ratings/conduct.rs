//! One conduct: its document, products and facts, what it comes to, and the form that rates it.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Days, NaiveDate};

use crate::audit::{self, Deed};
use crate::awards::documents::{self, Listed};
use crate::credit::editions::{self, Edition, Grade};
use crate::credit::register::{self, Filter};
use crate::credit::standing::Rating;
use crate::credit::{CreditFact, FactKind};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::Role;
use crate::ratings::conducts::{self, Conduct};
use crate::ratings::store::{self, Conducts};
use crate::text::{Text, fill};
use crate::types::{ConductId, CreditFactId, DocumentId};
use crate::web::form::Form;
use crate::web::{App, Officer, Page, Staff, page};

/// Most conducts of a company offered for one rating, and most facts offered to be cited.
const OFFERED: i64 = 100;

/// Days of facts offered.
const FACTS: u64 = 730;

#[derive(Template)]
#[template(path = "ratings/conduct.html")]
struct Show {
    page: Page,
    today: NaiveDate,
    seen: Seen,
    body: String,
}

/// What is known of a conduct.
struct Seen {
    it: Conduct,
    edition: Option<Edition>,
    products: Vec<(String, String)>,
    files: Vec<Listed>,
    cited: Vec<CreditFact>,
    facts: Vec<CreditFact>,
    correction: Option<ConductId>,
    rating: Option<Rating>,
    /// Conducts of the company that can be rated with it, itself first.
    open: Vec<Conduct>,
}

impl Show {
    fn is_officer(&self) -> bool {
        self.page.is(Role::Officer.as_str())
    }

    fn can_rate(&self) -> bool {
        self.is_officer() && self.seen.rating.is_none() && self.seen.correction.is_none()
    }

    /// Grade, band and source that the conduct comes to alone.
    fn outcome(&self) -> Option<(&Grade, &editions::Band)> {
        let (it, edition) = (&self.seen.it, self.seen.edition.as_ref()?);
        let found = editions::grade(it.kind, it.amount, edition, it.document_on).ok()?;
        Some((found.grade, found.band))
    }

    fn band(&self, band: &editions::Band) -> String {
        super::conducts::band(band.above, self.page.t)
    }

    fn handling(&self, grade: &Grade) -> Vec<String> {
        handling(grade, self.seen.it.is_distributor, self.page.t)
    }

    fn days(&self) -> String {
        let days = self.seen.edition.as_ref().map_or(0, |it| it.notice.working_days);
        fill(self.page.t.ratings.notice_hint, &[("days", &days)])
    }

    fn choose(&self, it: &Conduct) -> String {
        fill(self.page.t.ratings.choose_conduct, &[("document", &it.document())])
    }

    fn fact(&self, it: &CreditFact) -> String {
        let t = self.page.t;
        fill(t.ratings.fact_choose, &[("day", &it.day), ("kind", &it.kind.name(t))])
    }

    fn kind(&self, kind: &FactKind) -> &'static str {
        kind.name(self.page.t)
    }
}

fn facts(conn: &mut Conn, it: &Conduct, cited: &[CreditFact], today: NaiveDate) -> Result<Vec<CreditFact>> {
    let Some(supplier) = &it.supplier_id else { return Ok(Vec::new()) };
    let from = today.checked_sub_days(Days::new(FACTS)).unwrap_or(today);
    let filter =
        Filter { suppliers: Some(vec![supplier.clone()]), kind: None, from, to: today, before: None };
    let found = register::page(conn, &filter, OFFERED)?;
    let is_fresh = |it: &CreditFact| !cited.iter().any(|known| known.id == it.id);
    Ok(found.into_iter().map(|(it, _)| it).filter(is_fresh).collect())
}

fn seen(conn: &mut Conn, id: &ConductId, today: NaiveDate) -> Result<Seen> {
    let it = conducts::conduct(conn, id)?;
    let rating = match store::rating_of(conn, id)? {
        Some(rating) => store::rating(conn, &rating)?,
        None => None,
    };
    let cited = store::cited(conn, id)?;
    let filter = Conducts { company: Some(it.company_code.clone()), open: true, ..Conducts::default() };
    let mut open = vec![it.clone()];
    for other in store::conducts(conn, &filter, OFFERED)? {
        let is_alike = other.id != it.id && other.is_distributor == it.is_distributor;
        if is_alike && store::correction_of(conn, &other.id)?.is_none() {
            open.push(other);
        }
    }
    Ok(Seen {
        edition: editions::on(it.document_on).ok(),
        products: store::products_of(conn, std::slice::from_ref(id))?,
        files: documents::of(conn, conducts::owner(id))?,
        facts: facts(conn, &it, &cited, today)?,
        correction: store::correction_of(conn, id)?,
        cited,
        rating,
        open,
        it,
    })
}

async fn made(page: Page, app: &App, id: ConductId, body: String) -> Result<Show> {
    let today = app.now().day();
    let seen = app.read(move |conn| seen(conn, &id, today)).await?;
    Ok(Show { page, today, seen, body })
}

/// The page, also when what was sent from it is refused.
pub async fn refused(
    page: Page,
    app: &App,
    id: ConductId,
    form: &Form,
    why: &dyn crate::text::Say,
) -> Result<HttpResponse> {
    page::show_refused(&made(page.refused(why), app, id, form.text("body").to_owned()).await?)
}

/// The page.
pub async fn index(
    page: Page,
    _who: Staff,
    app: web::Data<App>,
    id: web::Path<ConductId>,
) -> Result<HttpResponse> {
    page::show(&made(page, &app, id.into_inner(), String::new()).await?)
}

/// Cites facts.
pub async fn cite(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    id: web::Path<ConductId>,
    form: Form,
) -> Result<HttpResponse> {
    let (ctx, id) = (who.ctx(&app), id.into_inner());
    let facts = form.all("fact").map(str::parse).collect::<std::result::Result<Vec<CreditFactId>, _>>();
    let facts = facts.map_err(|_| Error::NotFound)?;
    let key = id.clone();
    match app.write(move |tx| conducts::cite(tx, &ctx, &key, &facts)).await {
        Ok(()) => Ok(page::see_done(&format!("/conducts/{id}"))),
        Err(Error::Refused(why)) => refused(page, &app, id, &form, &*why).await,
        Err(fault) => Err(fault),
    }
}

/// A document, always as a download.
pub async fn document(
    who: Staff,
    app: web::Data<App>,
    path: web::Path<(ConductId, DocumentId)>,
) -> Result<HttpResponse> {
    let (conduct, id) = path.into_inner();
    let ctx = who.ctx(&app);
    let it = app
        .write(move |tx| {
            let it = documents::one(tx.conn(), conducts::owner(&conduct), &id)?;
            let deed = Deed { action: "conduct.export", subject: "documents", id: id.as_str() };
            audit::record(tx, &ctx, deed, &(), &it.sha256)?;
            Ok(it)
        })
        .await?;
    Ok(page::download(&it.name, &it.media_type, it.content))
}

/// What follows from a grade, in words.
pub fn handling(grade: &Grade, is_distributor: bool, t: &Text) -> Vec<String> {
    let mut list: Vec<String> = grade.handling.iter().map(|it| it.name(t).to_owned()).collect();
    if is_distributor && grade.distribution_years > 0 {
        list.push(fill(t.ratings.distribution_lost, &[("years", &grade.distribution_years)]));
    }
    list
}
