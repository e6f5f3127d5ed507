//! One finding: figure, threshold and the bids behind it, why it matters, and what people found.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::awards::Status;
use crate::awards::fraction::Fraction;
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::{self, Role};
use crate::rounds::Round;
use crate::screens::{self, Looked, Opened, Outcome, Remark, Screen};
use crate::text::Text;
use crate::types::{AccountId, RoundId, UnitPrice};
use crate::web::form::Form;
use crate::web::screens::Facts;
use crate::web::{App, Evaluator, Officer, Page, page};

/// A bid behind a finding.
struct Row {
    lot: String,
    lot_path: String,
    company: String,
    product: String,
    spec: String,
    unit_price: UnitPrice,
    ratio: String,
    comparable: UnitPrice,
    status: Option<Status>,
}

#[derive(Template)]
#[template(path = "screens/show.html")]
struct Show {
    page: Page,
    round: Round,
    id: String,
    screen: Screen,
    says: String,
    figure: String,
    held: String,
    n: usize,
    companies: String,
    arithmetic: String,
    formula: String,
    minimum: u32,
    source: String,
    mark: &'static str,
    rows: Vec<Row>,
    remarks: Vec<(Remark, String)>,
    can_remark: bool,
    outcome: String,
    remark: String,
}

impl Show {
    fn outcomes(&self) -> Vec<(Outcome, &'static str)> {
        Outcome::ALL.iter().map(|outcome| (*outcome, outcome.name(self.page.t))).collect()
    }

    /// Whether it rests on where bids came from.
    fn is_personal(&self) -> bool {
        matches!(self.screen, Screen::SameDevice | Screen::SameAuthor)
    }
}

fn read(conn: &mut Conn, page: Page, id: &RoundId, key: &str) -> Result<Show> {
    let facts = Facts::read(conn, id)?;
    let opened = facts.opened.as_ref().ok_or(Error::NotFound)?;
    let finding = opened.find(key).ok_or(Error::NotFound)?;
    let threshold = opened.thresholds.of(finding.screen).ok_or(Error::NotFound)?;
    let companies = opened.companies(finding);
    let mut remarks = Vec::new();
    for remark in facts.remarks.iter().filter(|remark| remark.finding == key) {
        let by = people::store::account_name(conn, remark.account_id.as_ref())?;
        remarks.push((remark.clone(), by));
    }
    Ok(Show {
        round: facts.round.clone(),
        id: key.to_owned(),
        screen: finding.screen,
        says: finding.says(&companies, page.t),
        figure: finding.shown(),
        held: finding.held(),
        n: finding.n,
        companies: companies.join(page.t.files.list_join),
        arithmetic: named(&finding.arithmetic, opened),
        formula: threshold.formula.clone(),
        minimum: threshold.minimum.0,
        source: threshold.source.clone(),
        mark: threshold.mark(page.t),
        rows: finding.rows.iter().filter_map(|row| line(&facts, opened, *row)).collect(),
        remarks,
        can_remark: page.is(Role::Officer.as_str()),
        outcome: String::new(),
        remark: String::new(),
        page,
    })
}

/// The arithmetic names companies by code; people know them by name.
fn named(arithmetic: &str, opened: &Opened) -> String {
    opened.names.iter().fold(arithmetic.to_owned(), |text, (code, name)| {
        if text.contains(&**code) { text.replace(&**code, name) } else { text }
    })
}

fn line(facts: &Facts, opened: &Opened, row: usize) -> Option<Row> {
    let bid = opened.input.bids.get(row)?;
    let lot = facts.lot(&bid.lot)?;
    let round = &facts.round.id;
    let lot_path = match opened.version {
        Some(version) => format!("/rounds/{round}/award/{}?version={version}", lot.id),
        None => format!("/rounds/{round}/bids?lot={}", page::encode(&bid.lot)),
    };
    let comparable = Fraction::comparable(bid.unit_price.decimal(), bid.ratio).value();
    Some(Row {
        lot: lot.code.clone(),
        lot_path,
        company: opened.name(&bid.company).to_owned(),
        product: bid.product.clone(),
        spec: bid.spec.clone(),
        unit_price: bid.unit_price,
        ratio: bid.ratio.normalize().to_string(),
        comparable: UnitPrice::rounded(comparable).unwrap_or_default(),
        status: bid.status,
    })
}

/// The page.
pub async fn show(
    page: Page,
    _who: Evaluator,
    app: web::Data<App>,
    path: web::Path<(RoundId, String)>,
) -> Result<HttpResponse> {
    let (id, key) = path.into_inner();
    let show = app.read(move |conn| read(conn, page, &id, &key)).await?;
    page::show(&show)
}

/// An officer records what looking into it came to.
pub async fn remark(
    page: Page,
    who: Officer,
    app: web::Data<App>,
    path: web::Path<(RoundId, String)>,
    form: Form,
) -> Result<HttpResponse> {
    let ((id, key), ctx) = (path.into_inner(), who.ctx(&app));
    let looked = Looked {
        id: form.choice::<AccountId>("id")?,
        finding: key.clone(),
        outcome: form.choice("outcome")?,
        remark: form.text("remark").to_owned(),
    };
    let (outcome, remark) = (looked.outcome.to_string(), looked.remark.clone());
    let round = id.clone();
    match app.write(move |tx| screens::remark(tx, &ctx, &round, looked.clone())).await {
        Ok(()) => Ok(page::see_done(&format!("/rounds/{id}/screens/{key}"))),
        Err(Error::Refused(why)) => {
            let page = page.refused(&*why);
            let show = app.read(move |conn| read(conn, page, &id, &key)).await?;
            page::show_refused(&Show { outcome, remark, ..show })
        }
        Err(fault) => Err(fault),
    }
}

fn status(status: &Option<Status>, t: &Text) -> &'static str {
    status.map_or("", |status| status.name(t))
}
