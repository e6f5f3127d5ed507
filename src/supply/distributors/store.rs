//! SQL of distributors, their assessments and who chose them.

use diesel::prelude::*;

use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::schema::{
    distributor_assessments, distributor_choices, distributor_regions, distributors, organisations,
};
use crate::supply::distributors::{Assessment, Choice, Distributor};
use crate::types::{DistributorAssessmentId, DistributorChoiceId, DistributorId, OrganisationId};

/// One distributor.
pub fn distributor(conn: &mut Conn, id: &DistributorId) -> Result<Option<Distributor>> {
    Ok(distributors::table.find(id).select(Distributor::as_select()).first(conn).optional()?)
}

/// The distributor of a credit code.
pub fn by_code(conn: &mut Conn, code: &str) -> Result<Option<Distributor>> {
    Ok(distributors::table
        .filter(distributors::code.eq(code))
        .select(Distributor::as_select())
        .first(conn)
        .optional()?)
}

/// Which distributors a list asks for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Serving this region.
    pub region: Option<String>,
    /// In use or suspended.
    pub active: Option<bool>,
    /// After this name and id.
    pub after: Option<(String, DistributorId)>,
}

/// A page of distributors by name.
pub fn page(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Distributor>> {
    let mut query = distributors::table.select(Distributor::as_select()).into_boxed();
    if let Some(region) = &filter.region {
        let serving = distributor_regions::table
            .filter(distributor_regions::region.eq(region))
            .select(distributor_regions::distributor_id);
        query = query.filter(distributors::id.eq_any(serving));
    }
    if let Some(active) = filter.active {
        query = query.filter(distributors::active.eq(active));
    }
    if let Some((name, id)) = &filter.after {
        query = query
            .filter(distributors::name.gt(name).or(distributors::name.eq(name).and(distributors::id.gt(id))));
    }
    Ok(query.order((distributors::name, distributors::id)).limit(limit).load(conn)?)
}

/// Enters a distributor.
pub fn insert(tx: &mut Tx, it: &Distributor) -> Result<()> {
    diesel::insert_into(distributors::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Writes a distributor's fields.
pub fn update(tx: &mut Tx, it: &Distributor) -> Result<()> {
    diesel::update(distributors::table.find(&it.id)).set(it).execute(tx.conn())?;
    Ok(())
}

/// The regions it serves, in order.
pub fn regions(conn: &mut Conn, id: &DistributorId) -> Result<Vec<String>> {
    Ok(distributor_regions::table
        .filter(distributor_regions::distributor_id.eq(id))
        .order(distributor_regions::region)
        .select(distributor_regions::region)
        .load(conn)?)
}

/// Writes the regions it serves.
pub fn set_regions(tx: &mut Tx, id: &DistributorId, regions: &[String]) -> Result<()> {
    diesel::delete(distributor_regions::table.filter(distributor_regions::distributor_id.eq(id)))
        .execute(tx.conn())?;
    for region in regions {
        diesel::insert_into(distributor_regions::table)
            .values((distributor_regions::distributor_id.eq(id), distributor_regions::region.eq(region)))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// The assessments of a distributor, the latest first.
pub fn assessments(conn: &mut Conn, id: &DistributorId, limit: i64) -> Result<Vec<Assessment>> {
    Ok(distributor_assessments::table
        .filter(distributor_assessments::distributor_id.eq(id))
        .order((distributor_assessments::at.desc(), distributor_assessments::id.desc()))
        .limit(limit)
        .select(Assessment::as_select())
        .load(conn)?)
}

/// One assessment.
pub fn assessment(conn: &mut Conn, id: &DistributorAssessmentId) -> Result<Option<Assessment>> {
    Ok(distributor_assessments::table.find(id).select(Assessment::as_select()).first(conn).optional()?)
}

/// Enters an assessment.
pub fn insert_assessment(tx: &mut Tx, it: &Assessment) -> Result<()> {
    diesel::insert_into(distributor_assessments::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// One choice.
pub fn choice(conn: &mut Conn, id: &DistributorChoiceId) -> Result<Option<Choice>> {
    Ok(distributor_choices::table.find(id).select(Choice::as_select()).first(conn).optional()?)
}

/// The choice of a supplier that holds in a region.
pub fn held(conn: &mut Conn, supplier: &OrganisationId, region: &str) -> Result<Option<Choice>> {
    Ok(distributor_choices::table
        .filter(distributor_choices::supplier_id.eq(supplier).and(distributor_choices::region.eq(region)))
        .filter(distributor_choices::until.is_null())
        .select(Choice::as_select())
        .first(conn)
        .optional()?)
}

/// Every choice of a supplier with the distributor, by region, the latest first.
pub fn choices_of(conn: &mut Conn, supplier: &OrganisationId) -> Result<Vec<(Choice, Distributor)>> {
    Ok(distributor_choices::table
        .inner_join(distributors::table)
        .filter(distributor_choices::supplier_id.eq(supplier))
        .order((distributor_choices::region, distributor_choices::at.desc(), distributor_choices::id.desc()))
        .limit(5_000)
        .select((Choice::as_select(), Distributor::as_select()))
        .load(conn)?)
}

/// The choices of a distributor that hold, with the supplier's name.
pub fn users(conn: &mut Conn, id: &DistributorId) -> Result<Vec<(Choice, String)>> {
    Ok(distributor_choices::table
        .inner_join(organisations::table)
        .filter(distributor_choices::distributor_id.eq(id).and(distributor_choices::until.is_null()))
        .order((distributor_choices::region, organisations::name, distributor_choices::id))
        .select((Choice::as_select(), organisations::name))
        .load(conn)?)
}

/// Enters a choice.
pub fn insert_choice(tx: &mut Tx, it: &Choice) -> Result<()> {
    diesel::insert_into(distributor_choices::table).values(it).execute(tx.conn())?;
    Ok(())
}

/// Ends a choice on a day.
pub fn end_choice(tx: &mut Tx, it: &Choice) -> Result<()> {
    diesel::update(distributor_choices::table.find(&it.id))
        .set(distributor_choices::until.eq(it.until))
        .execute(tx.conn())?;
    Ok(())
}
