//! A supplier's bidding page: where its bid stands, and the form and upload to place one.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::bids::import::{self, Terms};
use crate::bids::{self, EnvelopeState, Receipt, RefusedEnvelope, rules};
use crate::credit::standing::{self, Barred};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::people::Organisation;
use crate::rounds::{self, Lot, Round, RoundState};
use crate::text::{Say, Text, fill};
use crate::types::{RoundId, Time};
use crate::web::form::Form;
use crate::web::lists::As;
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
    /// Lots that a credit rating bars the supplier from.
    pub barred: Vec<Barred>,
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
        let bars = standing::bidding(conn, &supplier.id, now.day())?;
        let lots = rounds::lots_of(conn, id)?;
        let barred = lots.iter().filter_map(|lot| bars.lot(&lot.code, &lot.generic, &lot.generic_key));
        Ok(Self {
            barred: if bars.all.is_some() { Vec::new() } else { barred.collect() },
            terms: Terms { lots, supplier: supplier.clone(), rules },
            mine: bids::store::receipts_of(conn, id, &supplier.id)?,
            late: bids::store::refused_of(conn, id, &supplier.id)?,
            may_bid: rules::may_bid(&round, now).and_then(|()| rules::is_free(&bars)),
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

/// One lot's part of the form, or one product's of a lot where several may be bid.
pub struct Block {
    /// The lot.
    pub lot: Lot,
    /// What its fields are named by: the lot's id, from the second product on with its number.
    pub key: String,
    /// Which product it is, in words; empty where a lot has one block.
    pub number: String,
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
    /// Whether all regions can be supplied.
    pub supplies_all: bool,
    /// The current price as typed.
    pub current_price: String,
}

/// Blocks of a lot in a fresh form where several products may be bid.
const BLOCKS: usize = 4;

/// The most blocks of a lot that a form is read for.
const MOST_BLOCKS: usize = 50;

/// How many blocks a lot has in a form that holds `filled` products: always one to go on with.
fn blocks(terms: &Terms, filled: usize) -> usize {
    match terms.products() {
        Some(most) => BLOCKS.min(most as usize).max(filled + 1).min(MOST_BLOCKS),
        None => 1,
    }
}

/// The name of a lot's block, counted from 0.
fn key(lot: &Lot, at: usize) -> String {
    if at == 0 { lot.id.to_string() } else { format!("{}.{}", lot.id, at + 1) }
}

/// The lots of a form with the names of their blocks.
pub fn keys<'a>(terms: &'a Terms, form: &Form) -> Vec<(&'a Lot, String)> {
    let mut last: HashMap<&str, usize> = HashMap::new();
    for (lot, n) in form.with_prefix("product:").filter_map(|(key, _)| key.split_once('.')) {
        let before = last.entry(lot).or_default();
        *before = (*before).max(n.parse().unwrap_or_default());
    }
    let of = |lot: &'a Lot| {
        let shown = last.get(lot.id.as_str()).copied().unwrap_or_default();
        (0..blocks(terms, shown.saturating_sub(1))).map(move |at| (lot, key(lot, at)))
    };
    terms.lots.iter().flat_map(of).collect()
}

impl Block {
    fn blank(lot: &Lot, at: usize, terms: &Terms, t: &Text) -> Self {
        let places = terms.rules.price.decimals.0;
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
            supplies_all: false,
            current_price: String::new(),
            key: key(lot, at),
            number: match terms.products() {
                Some(_) => fill(t.bids.block_n, &[("n", &(at + 1))]),
                None => String::new(),
            },
            lot: lot.clone(),
        }
    }

    /// What the current price is.
    pub fn current_price_hint(&self, t: &Text) -> String {
        fill(t.bids.current_price_hint, &[("unit", &self.lot.unit)])
    }

    /// The blocks of a form not yet filled in.
    pub fn all(terms: &Terms, t: &Text) -> Vec<Self> {
        let of =
            |lot: &Lot| (0..blocks(terms, 0)).map(|at| Self::blank(lot, at, terms, t)).collect::<Vec<_>>();
        terms.lots.iter().flat_map(of).collect()
    }

    /// The blocks as somebody typed them.
    pub fn typed(terms: &Terms, form: &Form, t: &Text) -> Vec<Self> {
        let mut at = 0;
        let mut list: Vec<Self> = Vec::new();
        for (lot, key) in keys(terms, form) {
            at = if list.last().is_some_and(|before| before.lot.id == lot.id) { at + 1 } else { 0 };
            let of = |name: &str| form.text(&format!("{name}:{key}")).to_owned();
            list.push(Self {
                product: of("product"),
                spec: of("spec"),
                unit_price: of("unit_price"),
                ratio: of("ratio"),
                capacity: of("capacity"),
                sales: of("sales"),
                kind: of("kind"),
                accepts_revival: of("accepts_revival") == "yes",
                supplies_all: of("supplies_all") == "yes",
                current_price: of("current_price"),
                ..Self::blank(lot, at, terms, t)
            });
        }
        list
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
    Ok(page::table(&format!("{}-bids-template", desk.round.number), file.kind, bytes))
}
