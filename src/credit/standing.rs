//! How a company stands on a day: the ratings that hold, and what they bar it from.
//!
//! Other modules ask here before a bid, a listing or a choice of distributor; ratings come about in `ratings`.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::credit::editions::{self, ConductKind, Scope};
use crate::db::Conn;
use crate::error::{Error, Result};
use crate::schema::{conduct_products, rating_conducts, ratings};
use crate::text::{Say, Text, fill};
use crate::types::{ConductId, OrganisationId, RatingId, Time};

crate::words! {
    /// Where a rating is. It only moves forward.
    RatingState {
        /// The company was told and may defend itself (已告知).
        Noticed = "noticed",
        /// In effect (已生效).
        Effective = "effective",
        /// No longer in effect (已终止).
        Ended = "ended",
        /// Given up after the defence (不予评价).
        Dropped = "dropped",
    }

    /// What waits for the second person.
    Proposal {
        /// Nothing.
        None = "",
        /// To rate the company as in the notice.
        Rate = "rate",
        /// Not to rate it.
        Drop = "drop",
        /// To accept its repair.
        Repair = "repair",
        /// To refuse its repair.
        RefuseRepair = "refuse_repair",
        /// To revoke a rating whose document no longer holds.
        Revoke = "revoke",
    }

    /// Why a rating ended.
    EndCause {
        /// It has not.
        None = "",
        /// Its time is over.
        Expired = "expired",
        /// The company repaired its credit.
        Repaired = "repaired",
        /// Another rating took its place.
        Corrected = "corrected",
        /// Its document no longer holds.
        Revoked = "revoked",
    }
}

/// A rating of a company.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = ratings, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Rating {
    /// Its id, from the form.
    pub id: RatingId,
    /// Its number: `XY` + year and month + a running number.
    pub number: String,
    /// The company's unified social credit code.
    pub company_code: String,
    /// The company.
    pub company_name: String,
    /// The company's organisation on the platform, if it has one.
    pub supplier_id: Option<OrganisationId>,
    /// Whether it is rated as a distributor.
    pub is_distributor: bool,
    /// The edition.
    pub edition: String,
    /// SHA-256 of the edition's text.
    pub edition_hash: String,
    /// The grade's word in the edition.
    pub grade: String,
    /// Which products are suspended here.
    pub scope: Scope,
    /// The conduct that decided: the worst.
    pub conduct_id: ConductId,
    /// What it was.
    pub conduct: ConductKind,
    /// Its document: kind, number and issuer are named by this text.
    pub document: String,
    /// Where it is.
    pub state: RatingState,
    /// What waits for the second person.
    pub proposal: Proposal,
    /// Counts changes: a form carries it.
    pub version: i32,
    /// When the company was told.
    pub noticed_on: NaiveDate,
    /// The last day for its defence.
    pub defend_by: NaiveDate,
    /// The first day in effect; before the decision, the day planned.
    pub since: NaiveDate,
    /// The last day in effect.
    pub until: NaiveDate,
    /// The last day without the right to distribute.
    pub distribution_until: Option<NaiveDate>,
    /// Whether it stands in the public register.
    pub is_public: bool,
    /// When the company asked for repair; none when nothing waits.
    pub repair_asked_on: Option<NaiveDate>,
    /// The day it ended.
    pub ended_on: Option<NaiveDate>,
    /// Why it ended.
    pub end_cause: EndCause,
    /// The rating whose place it takes.
    pub corrects_id: Option<RatingId>,
    /// When the procedure began.
    pub at: Time,
}

impl Rating {
    /// The name of its grade.
    pub fn grade_name(&self, t: &Text) -> String {
        let edition = editions::find(&self.edition).ok().flatten();
        let grade = edition.as_ref().and_then(|it| it.of(&self.grade).ok());
        grade.map_or_else(|| self.grade.clone(), |it| it.name(t).to_owned())
    }

    /// The title of its edition.
    pub fn edition_title(&self, t: &Text) -> String {
        let edition = editions::find(&self.edition).ok().flatten();
        edition.map_or_else(|| self.edition.clone(), |it| it.title(t).to_owned())
    }

    /// The last day on which anything of it holds.
    pub fn last_day(&self) -> NaiveDate {
        self.distribution_until.map_or(self.until, |other| other.max(self.until))
    }

    /// Whether it bars from anything on a day.
    pub fn is_effective(&self, day: NaiveDate) -> bool {
        self.state == RatingState::Effective && self.since <= day && day <= self.last_day()
    }
}

/// What a rating bars a company from, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Barred {
    /// The rating.
    pub rating: Rating,
    /// Codes of the products involved.
    pub codes: Vec<String>,
    /// From what, in this case.
    pub from: BarredFrom,
}

/// What a company is barred from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BarredFrom {
    /// Any bid.
    Bidding,
    /// A bid for this lot.
    Lot(String),
    /// Listing this product, by its code.
    Listing(String),
    /// Being chosen as a distributor.
    Distribution,
}

impl Say for Barred {
    fn say(&self, t: &Text) -> String {
        let m = &t.ratings;
        let it = &self.rating;
        let until = match self.from {
            BarredFrom::Distribution => it.distribution_until.unwrap_or(it.until),
            _ => it.until,
        };
        let (sentence, what) = match &self.from {
            BarredFrom::Bidding => (m.barred_bidding, ""),
            BarredFrom::Lot(lot) => (m.barred_lot, lot.as_str()),
            BarredFrom::Listing(code) => (m.barred_listing, code.as_str()),
            BarredFrom::Distribution => (m.barred_distribution, ""),
        };
        let values: [(&str, &dyn std::fmt::Display); 6] = [
            ("company", &it.company_name),
            ("grade", &it.grade_name(t)),
            ("document", &it.document),
            ("number", &it.number),
            ("until", &until),
            ("what", &what),
        ];
        fill(sentence, &values)
    }

    fn field(&self) -> Option<&'static str> {
        match self.from {
            BarredFrom::Listing(_) => Some("listing_price"),
            _ => None,
        }
    }
}

impl From<Barred> for Error {
    fn from(why: Barred) -> Self {
        Error::refused(why)
    }
}

/// The products of ratings: codes and generic names.
type Products = HashMap<RatingId, (Vec<String>, Vec<(String, String)>)>;

/// Ratings in effect on a day that match, at most so many companies as a region has.
fn effective(conn: &mut Conn, of: Of, day: NaiveDate) -> Result<Vec<Rating>> {
    let mut query = ratings::table
        .filter(ratings::state.eq(RatingState::Effective).and(ratings::since.le(day)))
        .select(Rating::as_select())
        .into_boxed();
    query = match of {
        Of::Supplier(id) => query.filter(ratings::supplier_id.eq(id)),
        Of::Company(code) => query.filter(ratings::company_code.eq(code)),
        Of::Suspended => query.filter(ratings::scope.ne(Scope::None)),
    };
    let mut found: Vec<Rating> = query.order(ratings::id).load(conn)?;
    found.retain(|it| it.is_effective(day));
    Ok(found)
}

/// Whose ratings.
enum Of<'a> {
    Supplier(&'a OrganisationId),
    Company(&'a str),
    /// All that suspend products.
    Suspended,
}

fn products(conn: &mut Conn, of: &[Rating]) -> Result<Products> {
    let ids: Vec<&RatingId> = of.iter().map(|it| &it.id).collect();
    let rows: Vec<(RatingId, String, String, String)> = rating_conducts::table
        .inner_join(conduct_products::table.on(conduct_products::conduct_id.eq(rating_conducts::conduct_id)))
        .filter(rating_conducts::rating_id.eq_any(ids))
        .order((rating_conducts::rating_id, conduct_products::code))
        .select((
            rating_conducts::rating_id,
            conduct_products::code,
            conduct_products::generic,
            conduct_products::generic_key,
        ))
        .load(conn)?;
    let mut found = Products::new();
    for (id, code, generic, key) in rows {
        let it = found.entry(id).or_default();
        it.0.push(code);
        it.1.push((generic, key));
    }
    Ok(found)
}

/// The ratings of a company in effect on a day, the suspending ones or not.
pub fn of_company(conn: &mut Conn, code: &str, day: NaiveDate) -> Result<Vec<Rating>> {
    effective(conn, Of::Company(code), day)
}

/// What bars a supplier from bidding on a day: for everything first, else for the lots of products involved.
#[derive(Debug, Clone, Default)]
pub struct Bidding {
    /// A rating that suspends all its products.
    pub all: Option<Barred>,
    /// Ratings that suspend some: each with the generic names and keys of the products involved.
    some: Vec<(Barred, Vec<(String, String)>)>,
}

impl Bidding {
    /// What bars a bid for a lot, named by its code, generic and generic key.
    pub fn lot(&self, code: &str, generic: &str, key: &str) -> Option<Barred> {
        if let Some(all) = &self.all {
            return Some(all.clone());
        }
        let is_it = |(name, of): &(String, String)| name == generic || (!key.is_empty() && of == key);
        let found = self.some.iter().find(|(_, involved)| involved.iter().any(is_it));
        found.map(|(barred, _)| Barred {
            from: BarredFrom::Lot(format!("{code} {generic}")),
            ..barred.clone()
        })
    }
}

/// What bars a supplier from bidding on a day.
pub fn bidding(conn: &mut Conn, supplier: &OrganisationId, day: NaiveDate) -> Result<Bidding> {
    let mut found = effective(conn, Of::Supplier(supplier), day)?;
    found.retain(|it| it.scope != Scope::None && day <= it.until);
    let mut products = products(conn, &found)?;
    let mut bidding = Bidding::default();
    for rating in found {
        let (codes, involved) = products.remove(&rating.id).unwrap_or_default();
        let scope = rating.scope;
        let barred = Barred { rating, codes, from: BarredFrom::Bidding };
        match scope {
            Scope::All => bidding.all = Some(barred),
            _ => bidding.some.push((barred, involved)),
        }
    }
    Ok(bidding)
}

/// What bars products from being listed on a day.
#[derive(Debug, Clone, Default)]
pub struct Listing(Vec<Barred>);

impl Listing {
    /// What bars a product, by its code and maker.
    pub fn product(&self, code: &str, maker: &str) -> Option<Barred> {
        let is_it = |it: &&Barred| {
            it.codes.iter().any(|known| known == code)
                || (it.rating.scope == Scope::All && it.rating.company_name == maker)
        };
        let found = self.0.iter().find(is_it)?;
        Some(Barred { from: BarredFrom::Listing(code.to_owned()), ..found.clone() })
    }

    /// The same of a price that begins on a day: one that begins after the suspension ends is not barred.
    pub fn product_from(&self, code: &str, maker: &str, from: NaiveDate) -> Option<Barred> {
        let open = self.0.iter().filter(|it| from <= it.rating.until).cloned().collect();
        Self(open).product(code, maker)
    }

    /// Companies whose products are all barred.
    pub fn companies(&self) -> Vec<String> {
        let all = self.0.iter().filter(|it| it.rating.scope == Scope::All);
        all.map(|it| it.rating.company_name.clone()).collect()
    }

    /// Codes of the products that are barred by themselves.
    pub fn codes(&self) -> Vec<String> {
        self.0.iter().flat_map(|it| it.codes.iter().cloned()).collect()
    }

    /// Whether nothing is barred.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What bars products from being listed on a day; few companies are rated so badly at one time.
pub fn listing(conn: &mut Conn, day: NaiveDate) -> Result<Listing> {
    let mut found = effective(conn, Of::Suspended, day)?;
    found.retain(|it| day <= it.until);
    let mut products = products(conn, &found)?;
    let barred = |rating: Rating| {
        let (codes, _) = products.remove(&rating.id).unwrap_or_default();
        Barred { rating, codes, from: BarredFrom::Bidding }
    };
    Ok(Listing(found.into_iter().map(barred).collect()))
}

/// What bars a distributor from being chosen on a day.
pub fn distribution(conn: &mut Conn, code: &str, day: NaiveDate) -> Result<Option<Barred>> {
    let found = effective(conn, Of::Company(code), day)?;
    let lost = found.into_iter().find(|it| it.distribution_until.is_some_and(|until| day <= until));
    Ok(lost.map(|rating| Barred { rating, codes: Vec::new(), from: BarredFrom::Distribution }))
}
