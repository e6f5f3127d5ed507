//! A supplier's bidding page: where its bid stands, and the form and upload to place one.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::bids::import::{self, Terms};
use crate::bids::{self, EnvelopeState, Line, Receipt, RefusedEnvelope, rules};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::Organisation;
use crate::rounds::{self, Lot, Round, RoundState};
use crate::text::{Say, Text, fill};
use crate::types::{RoundId, Time};
use crate::web::bids::As;
use crate::web::form::Form;
use crate::web::{App, Page, Supplier, page};

/// What a supplier's pages of one round are made from.
pub struct Desk {
    /// The round.
    pub round: Round,
    /// What a bid is checked against.
    pub terms: Terms,
    /// What this supplier submitted, newest first.
    pub mine: Vec<Receipt>,
    /// What came too late.
    pub late: Vec<RefusedEnvelope>,
    /// Whether a bid may be placed now.
    pub may_bid: std::result::Result<(), rules::Refused>,
}

impl Desk {
    /// Reads it. A round that is not published does not exist for suppliers.
    pub fn read(conn: &mut Conn, id: &RoundId, supplier: &Organisation, now: Time) -> Result<Self> {
        let round = rounds::round(conn, id)?;
        if round.state == RoundState::Draft || round.published_at.is_none() {
            return Err(Error::NotFound);
        }
        let rules = rounds::rules_of(conn, &round)?;
        Ok(Self {
            terms: Terms { lots: rounds::lots_of(conn, id)?, supplier: supplier.clone(), rules },
            mine: bids::store::receipts_of(conn, id, &supplier.id)?,
            late: bids::store::refused_of(conn, id, &supplier.id)?,
            may_bid: rules::may_bid(&round, now),
            round,
        })
    }

    /// The bid that stands, or was opened.
    pub fn current(&self) -> Option<&Receipt> {
        self.mine.iter().find(|r| matches!(r.state, EnvelopeState::Standing | EnvelopeState::Opened))
    }

    /// The desk of the supplier who asks.
    pub async fn of(app: &App, who: &Supplier, id: &RoundId, now: Time) -> Result<Self> {
        let (id, supplier) = (id.clone(), who.organisation.clone());
        app.read(move |conn| Self::read(conn, &id, &supplier, now)).await
    }
}

/// One lot's part of the form.
pub struct Block {
    /// The lot.
    pub lot: Lot,
    /// What the price must be.
    pub hint: String,
    /// The product offered.
    pub product: String,
    /// Its spec.
    pub spec: String,
    /// The price as typed.
    pub unit_price: String,
    /// The ratio as typed.
    pub ratio: String,
    /// The capacity as typed.
    pub capacity: String,
    /// The sales as typed.
    pub sales: String,
    /// The kind's word.
    pub kind: String,
    /// Whether revival is accepted.
    pub accepts_revival: bool,
    /// The current price as typed.
    pub current_price: String,
}

impl Block {
    fn blank(lot: &Lot, places: u32, t: &Text) -> Self {
        let hint = fill(
            t.bids.unit_price_hint,
            &[
                ("unit", &lot.unit),
                ("places", &places),
                ("ceiling", &lot.ceiling),
                ("spec", &lot.comparable_spec),
            ],
        );
        Self {
            hint,
            product: String::new(),
            spec: lot.comparable_spec.clone(),
            unit_price: String::new(),
            ratio: String::new(),
            capacity: String::new(),
            sales: String::new(),
            kind: bids::OfferKind::Generic.to_string(),
            accepts_revival: false,
            current_price: String::new(),
            lot: lot.clone(),
        }
    }

    /// What the current price is.
    pub fn current_price_hint(&self, t: &Text) -> String {
        fill(t.bids.current_price_hint, &[("unit", &self.lot.unit)])
    }

    /// The blocks of a form not yet filled in.
    pub fn all(terms: &Terms, t: &Text) -> Vec<Self> {
        terms.lots.iter().map(|lot| Self::blank(lot, terms.rules.price.decimals.0, t)).collect()
    }

    /// The blocks as somebody typed them.
    pub fn typed(terms: &Terms, form: &Form, t: &Text) -> Vec<Self> {
        let of = |key: &str, lot: &Lot| form.text(&format!("{key}:{}", lot.id)).to_owned();
        let block = |lot: &Lot| Self {
            product: of("product", lot),
            spec: of("spec", lot),
            unit_price: of("unit_price", lot),
            ratio: of("ratio", lot),
            capacity: of("capacity", lot),
            sales: of("sales", lot),
            kind: of("kind", lot),
            accepts_revival: of("accepts_revival", lot) == "yes",
            current_price: of("current_price", lot),
            ..Self::blank(lot, terms.rules.price.decimals.0, t)
        };
        terms.lots.iter().map(block).collect()
    }

    /// The blocks filled with an earlier bid, to change it.
    pub fn filled(terms: &Terms, lines: &[Line], t: &Text) -> Vec<Self> {
        let block = |lot: &Lot| {
            let blank = Self::blank(lot, terms.rules.price.decimals.0, t);
            let Some(line) = lines.iter().find(|line| line.lot_id == lot.id) else { return blank };
            Self {
                product: line.product.clone(),
                spec: line.spec.clone(),
                unit_price: line.unit_price.to_string(),
                ratio: line.ratio.to_string(),
                capacity: line.capacity.map(|n| n.to_string()).unwrap_or_default(),
                sales: line.sales.map(|n| n.to_string()).unwrap_or_default(),
                kind: line.kind.to_string(),
                accepts_revival: line.accepts_revival,
                current_price: line.current_price.map(|n| n.to_string()).unwrap_or_default(),
                ..blank
            }
        };
        terms.lots.iter().map(block).collect()
    }
}

/// The page.
#[derive(Template)]
#[template(path = "bids/desk.html")]
pub struct Show {
    /// What every page has.
    pub page: Page,
    /// Where things are.
    pub desk: Desk,
    /// The form.
    pub blocks: Vec<Block>,
    /// What is wrong with the last submission.
    pub faults: Vec<String>,
    /// How many faults there are, also those not listed.
    pub count: u64,
    /// The nonce of a late submission, told to its supplier only.
    pub nonce: String,
}

impl Show {
    /// The page with a blank form.
    pub fn new(page: Page, desk: Desk) -> Self {
        let blocks = Block::all(&desk.terms, page.t);
        Self { page, desk, blocks, faults: Vec::new(), count: 0, nonce: String::new() }
    }

    /// The bidding period.
    fn window(&self) -> String {
        let dates = &self.desk.round.calendar;
        fill(
            self.page.t.bids.window_value,
            &[("from", &dates.bidding_from.seconds()), ("to", &dates.bidding_to.seconds())],
        )
    }

    /// Why no bid may be placed now; empty when one may.
    fn closed(&self) -> String {
        match &self.desk.may_bid {
            Ok(()) => String::new(),
            Err(rules::Refused::Late(_)) => self.page.t.bids.no_more.to_owned(),
            Err(why) => why.say(self.page.t),
        }
    }

    fn withdraw_question(&self, receipt: &Receipt) -> String {
        fill(self.page.t.bids.withdraw_question, &[("seq", &receipt.seq)])
    }

    fn faults_title(&self) -> String {
        fill(self.page.t.bids.faults_title, &[("count", &self.count)])
    }
}

/// The page of the supplier who asks.
pub async fn show(page: Page, who: Supplier, app: web::Data<App>, id: &RoundId) -> Result<HttpResponse> {
    let desk = Desk::of(&app, &who, id, app.now()).await?;
    page::show(&Show::new(page, desk))
}

/// The template: one line a lot, with what is known filled in.
pub async fn template(
    page: Page,
    who: Supplier,
    app: web::Data<App>,
    id: web::Path<RoundId>,
    file: web::Query<As>,
) -> Result<HttpResponse> {
    let desk = Desk::of(&app, &who, &id, app.now()).await?;
    let rows: Vec<_> =
        desk.terms.lots.iter().map(|lot| import::cells(lot, &desk.terms.supplier, None)).collect();
    let bytes = import::write(file.kind, page.t, import::COLUMNS.len(), &rows)?;
    let name = format!("{}-bids-template.{}", desk.round.number, file.kind);
    Ok(page::download(&name, file.kind.media_type(), bytes))
}
