//! SQL of conducts, ratings and their steps.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::catalog::Product;
use crate::credit::CreditFact;
use crate::credit::standing::{Proposal, Rating, RatingState};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::ratings::conducts::Conduct;
use crate::ratings::{Step, StepKind};
use crate::schema::{
    accounts, conduct_facts, conduct_products, conducts, credit_facts, rating_conducts, rating_steps, ratings,
};
use crate::types::{ConductId, CreditFactId, OrganisationId, RatingId, RatingStepId};

/// What changes whenever a rating does.
pub fn version(conn: &mut Conn) -> Result<String> {
    let rows: i64 = ratings::table.count().get_result(conn)?;
    let steps: i64 = rating_steps::table.count().get_result(conn)?;
    let ended: i64 = ratings::table.filter(ratings::ended_on.is_not_null()).count().get_result(conn)?;
    Ok(format!("{rows}.{steps}.{ended}"))
}

/// One conduct.
pub fn conduct(conn: &mut Conn, id: &ConductId) -> Result<Option<Conduct>> {
    Ok(conducts::table.find(id).select(Conduct::as_select()).first(conn).optional()?)
}

/// Enters a conduct.
pub fn insert_conduct(tx: &mut Tx, it: &Conduct) -> Result<()> {
    diesel::insert_into(conducts::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Enters a product a conduct names.
pub fn insert_product(tx: &mut Tx, conduct: &ConductId, product: &Product) -> Result<()> {
    diesel::insert_into(conduct_products::table)
        .values((
            conduct_products::conduct_id.eq(conduct),
            conduct_products::code.eq(&product.code),
            conduct_products::generic.eq(&product.generic),
            conduct_products::generic_key.eq(&product.generic_key),
        ))
        .execute(tx.conn())?;
    Ok(())
}

/// Enters a fact a conduct cites.
pub fn insert_fact(tx: &mut Tx, conduct: &ConductId, fact: &CreditFactId) -> Result<()> {
    diesel::insert_into(conduct_facts::table)
        .values((conduct_facts::conduct_id.eq(conduct), conduct_facts::fact_id.eq(fact)))
        .execute(tx.conn())?;
    Ok(())
}

/// Whether the same document stands for the same conduct of the company already.
pub fn same_document(conn: &mut Conn, it: &Conduct) -> Result<bool> {
    let found: i64 = conducts::table
        .filter(conducts::company_code.eq(&it.company_code).and(conducts::kind.eq(it.kind)))
        .filter(conducts::document_number.eq(&it.document_number).and(conducts::issuer.eq(&it.issuer)))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

/// The conduct that corrects one.
pub fn correction_of(conn: &mut Conn, id: &ConductId) -> Result<Option<ConductId>> {
    Ok(conducts::table.filter(conducts::corrects_id.eq(id)).select(conducts::id).first(conn).optional()?)
}

/// Code and generic name of the products that conducts name.
pub fn products_of(conn: &mut Conn, of: &[ConductId]) -> Result<Vec<(String, String)>> {
    Ok(conduct_products::table
        .filter(conduct_products::conduct_id.eq_any(of))
        .order((conduct_products::code, conduct_products::generic))
        .select((conduct_products::code, conduct_products::generic))
        .distinct()
        .load(conn)?)
}

/// The last rating a conduct is in.
pub fn rating_of(conn: &mut Conn, id: &ConductId) -> Result<Option<RatingId>> {
    Ok(rating_conducts::table
        .filter(rating_conducts::conduct_id.eq(id))
        .order(rating_conducts::rating_id.desc())
        .select(rating_conducts::rating_id)
        .first(conn)
        .optional()?)
}

/// One fact of the register.
pub fn fact(conn: &mut Conn, id: &CreditFactId) -> Result<Option<CreditFact>> {
    Ok(credit_facts::table.find(id).select(CreditFact::as_select()).first(conn).optional()?)
}

/// The facts a conduct cites, the latest first.
pub fn cited(conn: &mut Conn, id: &ConductId) -> Result<Vec<CreditFact>> {
    Ok(conduct_facts::table
        .inner_join(credit_facts::table)
        .filter(conduct_facts::conduct_id.eq(id))
        .order((credit_facts::day.desc(), credit_facts::id))
        .select(CreditFact::as_select())
        .load(conn)?)
}

/// Which conducts a list asks for.
#[derive(Debug, Clone, Default)]
pub struct Conducts {
    /// Companies whose name or code holds this.
    pub text: String,
    /// Of this company.
    pub company: Option<String>,
    /// Only those in no rating yet.
    pub open: bool,
    /// Before this one.
    pub before: Option<ConductId>,
}

/// A page of conducts, the latest entered first.
pub fn conducts(conn: &mut Conn, filter: &Conducts, limit: i64) -> Result<Vec<Conduct>> {
    let mut query = conducts::table.select(Conduct::as_select()).into_boxed();
    if !filter.text.is_empty() {
        let like = format!("%{}%", filter.text.replace(['%', '_', '\\'], ""));
        query = query.filter(conducts::company_name.like(like.clone()).or(conducts::company_code.like(like)));
    }
    if let Some(code) = &filter.company {
        query = query.filter(conducts::company_code.eq(code));
    }
    if filter.open {
        let rated = rating_conducts::table.select(rating_conducts::conduct_id);
        query = query.filter(conducts::id.ne_all(rated));
    }
    if let Some(before) = &filter.before {
        query = query.filter(conducts::id.lt(before));
    }
    Ok(query.order(conducts::id.desc()).limit(limit).load(conn)?)
}

/// One rating.
pub fn rating(conn: &mut Conn, id: &RatingId) -> Result<Option<Rating>> {
    Ok(ratings::table.find(id).select(Rating::as_select()).first(conn).optional()?)
}

/// The rating of a number.
pub fn of_number(conn: &mut Conn, number: &str) -> Result<Option<Rating>> {
    Ok(ratings::table
        .filter(ratings::number.eq(number))
        .select(Rating::as_select())
        .first(conn)
        .optional()?)
}

/// Enters a rating with its conducts.
pub fn insert_rating(tx: &mut Tx, it: &Rating, of: &[ConductId]) -> Result<()> {
    diesel::insert_into(ratings::table).values(it).execute(tx.conn())?;
    for conduct in of {
        diesel::insert_into(rating_conducts::table)
            .values((rating_conducts::rating_id.eq(&it.id), rating_conducts::conduct_id.eq(conduct)))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// Writes a rating, if nobody has since it was read; whether it did.
pub fn update_rating(tx: &mut Tx, before: &Rating, after: &Rating) -> Result<bool> {
    let of = ratings::table.filter(ratings::id.eq(&before.id).and(ratings::version.eq(before.version)));
    Ok(diesel::update(of).set(after).execute(tx.conn())? == 1)
}

/// Whether a rating that would take the place of this one is on its way.
pub fn correction_waits(conn: &mut Conn, id: &RatingId) -> Result<bool> {
    let found: i64 = ratings::table
        .filter(ratings::state.eq(RatingState::Noticed).and(ratings::corrects_id.eq(id)))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

/// The rating that took the place of this one, or is to.
pub fn corrected_by(conn: &mut Conn, id: &RatingId) -> Result<Option<Rating>> {
    Ok(ratings::table
        .filter(ratings::corrects_id.eq(id))
        .order(ratings::id.desc())
        .select(Rating::as_select())
        .first(conn)
        .optional()?)
}

/// The conducts of a rating.
pub fn conducts_of(conn: &mut Conn, id: &RatingId) -> Result<Vec<Conduct>> {
    Ok(rating_conducts::table
        .inner_join(conducts::table)
        .filter(rating_conducts::rating_id.eq(id))
        .order(conducts::id)
        .select(Conduct::as_select())
        .load(conn)?)
}

/// Whether a step is there.
pub fn has_step(conn: &mut Conn, id: &RatingStepId) -> Result<bool> {
    Ok(rating_steps::table.find(id).count().get_result::<i64>(conn)? > 0)
}

/// Whether the company has defended itself.
pub fn has_defence(conn: &mut Conn, id: &RatingId) -> Result<bool> {
    let found: i64 = rating_steps::table
        .filter(rating_steps::rating_id.eq(id).and(rating_steps::kind.eq(StepKind::Defence)))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

/// The steps of a rating in order, with who did them.
pub fn steps(conn: &mut Conn, id: &RatingId) -> Result<Vec<(Step, Option<String>)>> {
    Ok(rating_steps::table
        .left_join(accounts::table)
        .filter(rating_steps::rating_id.eq(id))
        .order((rating_steps::at, rating_steps::id))
        .select((Step::as_select(), accounts::name.nullable()))
        .load(conn)?)
}

/// Which ratings a list asks for.
#[derive(Debug, Clone, Default)]
pub struct Ratings {
    /// Of this organisation only.
    pub supplier: Option<OrganisationId>,
    /// In this state.
    pub state: Option<RatingState>,
    /// Companies whose name or code holds this.
    pub text: String,
    /// Only what the public sees, on this day.
    pub public: Option<NaiveDate>,
    /// Before this one.
    pub before: Option<RatingId>,
}

/// A page of ratings, the latest first.
pub fn page(conn: &mut Conn, filter: &Ratings, limit: i64) -> Result<Vec<Rating>> {
    let mut query = ratings::table.select(Rating::as_select()).into_boxed();
    if let Some(id) = &filter.supplier {
        query = query.filter(ratings::supplier_id.eq(id));
    }
    if let Some(state) = filter.state {
        query = query.filter(ratings::state.eq(state));
    }
    if let Some(day) = filter.public {
        query = query.filter(ratings::is_public.eq(true).and(ratings::since.le(day)));
        query = query.filter(ratings::state.eq(RatingState::Effective));
    }
    if !filter.text.is_empty() {
        let like = format!("%{}%", filter.text.replace(['%', '_', '\\'], ""));
        query = query.filter(ratings::company_name.like(like.clone()).or(ratings::company_code.like(like)));
    }
    if let Some(before) = &filter.before {
        query = query.filter(ratings::id.lt(before));
    }
    Ok(query.order(ratings::id.desc()).limit(limit).load(conn)?)
}

/// How many ratings are in a state: a city has hundreds at most.
pub fn count(conn: &mut Conn, state: RatingState) -> Result<i64> {
    Ok(ratings::table.filter(ratings::state.eq(state)).count().get_result(conn)?)
}

/// How many repairs asked for wait for an officer.
pub fn repairs_waiting(conn: &mut Conn) -> Result<i64> {
    Ok(ratings::table
        .filter(ratings::state.eq(RatingState::Effective).and(ratings::repair_asked_on.is_not_null()))
        .filter(ratings::proposal.eq(Proposal::None))
        .count()
        .get_result(conn)?)
}

/// Ratings in effect whose last day is over.
pub fn over(conn: &mut Conn, today: NaiveDate, limit: i64) -> Result<Vec<Rating>> {
    let lost_is_over =
        ratings::distribution_until.is_null().or(ratings::distribution_until.assume_not_null().lt(today));
    Ok(ratings::table
        .filter(ratings::state.eq(RatingState::Effective).and(ratings::until.lt(today)))
        .filter(lost_is_over)
        .order(ratings::id)
        .limit(limit)
        .select(Rating::as_select())
        .load(conn)?)
}
