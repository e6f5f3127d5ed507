//! What is left out of the comparison of monitoring rules over stored purchases: a product, a hospital, or a product at
//! a hospital, each with its reason and who put it there. It is lifted, never deleted.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use serde::Serialize;

use super::rules;
use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::{monitoring_exclusions, organisations, products};
use crate::text::{Say, Text, fill};
use crate::types::{AccountId, Ctx, ExclusionId, OrganisationId, ProductId, Time, sha256};

/// Longest reason.
const REASON: usize = 500;
/// Most exclusions in force at once.
pub const MOST: i64 = 5_000;

/// Something left out.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = monitoring_exclusions, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Exclusion {
    /// Its id, from the form.
    pub id: ExclusionId,
    /// The rule's name; empty for every rule.
    pub rule: String,
    /// The product; none for every product of the hospital.
    pub product_id: Option<ProductId>,
    /// The hospital; none for every hospital that buys the product.
    pub hospital_id: Option<OrganisationId>,
    /// Why.
    pub reason: String,
    /// Who put it there.
    pub made_by: Option<AccountId>,
    /// When.
    pub made_at: Time,
    /// Who lifted it.
    pub lifted_by: Option<AccountId>,
    /// When; none while it is in force.
    pub lifted_at: Option<Time>,
    /// Why it was lifted.
    pub lift_reason: String,
}

/// Why an exclusion is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It would leave everything out.
    Everything,
    /// No rule of this name.
    Rule(String),
    /// No product of this code.
    Product(String),
    /// No hospital of this code or name.
    Hospital(String),
    /// No reason, or one that is too long.
    Reason(&'static str),
    /// The same is left out already.
    Same,
    /// There are too many.
    Many,
}

impl Say for Refused {
    fn say(&self, t: &Text) -> String {
        let w = &t.watching;
        match self {
            Refused::Everything => w.exclusion_everything.to_owned(),
            Refused::Rule(name) => fill(w.exclusion_rule, &[("name", name)]),
            Refused::Product(code) => fill(w.exclusion_product, &[("code", code)]),
            Refused::Hospital(text) => fill(w.exclusion_hospital, &[("text", text)]),
            Refused::Reason(_) => fill(w.exclusion_reason, &[("n", &REASON)]),
            Refused::Same => w.exclusion_same.to_owned(),
            Refused::Many => fill(w.exclusion_many, &[("n", &MOST)]),
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Refused::Rule(_) => Some("rule"),
            Refused::Product(_) | Refused::Everything => Some("product"),
            Refused::Hospital(_) => Some("hospital"),
            Refused::Reason(field) => Some(field),
            Refused::Same | Refused::Many => None,
        }
    }
}

/// What somebody wants left out, as the form has it.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Its id.
    pub id: ExclusionId,
    /// The rule's name; empty for every rule.
    pub rule: String,
    /// The product's code; may be empty.
    pub product: String,
    /// The hospital's code or name; may be empty.
    pub hospital: String,
    /// Why.
    pub reason: String,
}

fn reason(text: &str, field: &'static str) -> std::result::Result<String, Refused> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > REASON {
        return Err(Refused::Reason(field));
    }
    Ok(text.to_owned())
}

/// Leaves something out from the next scan on. The same form sent twice leaves it out once.
pub fn add(tx: &mut Tx, ctx: &Ctx, wanted: &Wanted) -> Result<()> {
    if find(tx.conn(), &wanted.id)?.is_some() {
        return Ok(());
    }
    let reason = reason(&wanted.reason, "reason").map_err(Error::refused)?;
    let rule = wanted.rule.trim();
    if !rule.is_empty() && !rules::names().contains(&rule) {
        return Err(Error::refused(Refused::Rule(rule.to_owned())));
    }
    let product_id = product(tx.conn(), wanted.product.trim())?;
    let hospital_id = hospital(tx.conn(), wanted.hospital.trim())?;
    if product_id.is_none() && hospital_id.is_none() {
        return Err(Error::refused(Refused::Everything));
    }
    let in_force = in_force(tx.conn())?;
    let is_same =
        |it: &Exclusion| it.rule == rule && it.product_id == product_id && it.hospital_id == hospital_id;
    if in_force.iter().any(is_same) {
        return Err(Error::refused(Refused::Same));
    }
    if i64::try_from(in_force.len()).unwrap_or(i64::MAX) >= MOST {
        return Err(Error::refused(Refused::Many));
    }
    let it = Exclusion {
        id: wanted.id.clone(),
        rule: rule.to_owned(),
        product_id,
        hospital_id,
        reason,
        made_by: ctx.actor.account.clone(),
        made_at: ctx.now,
        lifted_by: None,
        lifted_at: None,
        lift_reason: String::new(),
    };
    diesel::insert_into(monitoring_exclusions::table).values(&it).execute(tx.conn())?;
    audit::record(tx, ctx, deed("monitoring_exclusion.add", &it.id), &(), &it)
}

/// Compares again from the next scan on. Lifted twice it is lifted once.
pub fn lift(tx: &mut Tx, ctx: &Ctx, id: &ExclusionId, why: &str) -> Result<()> {
    let before = find(tx.conn(), id)?.ok_or(Error::NotFound)?;
    if before.lifted_at.is_some() {
        return Ok(());
    }
    let after = Exclusion {
        lifted_by: ctx.actor.account.clone(),
        lifted_at: Some(ctx.now),
        lift_reason: reason(why, "lift_reason").map_err(Error::refused)?,
        ..before.clone()
    };
    diesel::update(monitoring_exclusions::table.find(id)).set(&after).execute(tx.conn())?;
    audit::record(tx, ctx, deed("monitoring_exclusion.lift", id), &before, &after)
}

fn deed<'a>(action: &'static str, id: &'a ExclusionId) -> Deed<'a> {
    Deed { action, subject: "monitoring_exclusions", id: id.as_str() }
}

fn find(conn: &mut Conn, id: &ExclusionId) -> Result<Option<Exclusion>> {
    Ok(monitoring_exclusions::table.find(id).select(Exclusion::as_select()).first(conn).optional()?)
}

fn product(conn: &mut Conn, code: &str) -> Result<Option<ProductId>> {
    if code.is_empty() {
        return Ok(None);
    }
    let code = code.to_uppercase();
    let found =
        products::table.filter(products::code.eq(&code)).select(products::id).first(conn).optional()?;
    found.map(Some).ok_or_else(|| Error::refused(Refused::Product(code)))
}

fn hospital(conn: &mut Conn, text: &str) -> Result<Option<OrganisationId>> {
    if text.is_empty() {
        return Ok(None);
    }
    let found = organisations::table
        .filter(organisations::kind.eq(crate::people::OrganisationKind::Hospital))
        .filter(organisations::code.eq(text).or(organisations::name.eq(text)))
        .order(organisations::code)
        .select(organisations::id)
        .first(conn)
        .optional()?;
    found.map(Some).ok_or_else(|| Error::refused(Refused::Hospital(text.to_owned())))
}

/// Everything in force, in the order it came.
pub fn in_force(conn: &mut Conn) -> Result<Vec<Exclusion>> {
    Ok(monitoring_exclusions::table
        .filter(monitoring_exclusions::lifted_at.is_null())
        .order(monitoring_exclusions::id)
        .select(Exclusion::as_select())
        .load(conn)?)
}

/// An exclusion with what it names: product code and generic, hospital, who made and who lifted it.
#[derive(Debug, Clone, QueryableByName)]
pub struct Named {
    /// Its id.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub id: ExclusionId,
    /// The rule's name.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub rule: String,
    /// The product.
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
    pub product_id: Option<ProductId>,
    /// Its code and generic name.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub product: String,
    /// The hospital's name.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub hospital: String,
    /// Why.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub reason: String,
    /// Who put it there.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub made_by: String,
    /// When.
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    pub made_at: Time,
    /// Who lifted it.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub lifted_by: String,
    /// When.
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::BigInt>)]
    pub lifted_at: Option<Time>,
    /// Why it was lifted.
    #[diesel(sql_type = diesel::sql_types::Text)]
    pub lift_reason: String,
}

/// Exclusions, the newest first, those before one; only those in force, or all.
pub fn page(conn: &mut Conn, is_all: bool, before: Option<&ExclusionId>, limit: i64) -> Result<Vec<Named>> {
    let lifted = if is_all { "" } else { "AND e.lifted_at IS NULL" };
    let statement = format!(
        "SELECT e.id, e.rule, e.product_id, COALESCE(p.code || ' ' || p.generic || ' ' || p.spec, '') AS product, \
         COALESCE(o.name, '') AS hospital, e.reason, COALESCE(a.name, '') AS made_by, e.made_at, \
         COALESCE(b.name, '') AS lifted_by, e.lifted_at, e.lift_reason FROM monitoring_exclusions e \
         LEFT JOIN products p ON p.id = e.product_id LEFT JOIN organisations o ON o.id = e.hospital_id \
         LEFT JOIN accounts a ON a.id = e.made_by LEFT JOIN accounts b ON b.id = e.lifted_by \
         WHERE ($1 = '' OR e.id < $1) {lifted} ORDER BY e.id DESC LIMIT $2"
    );
    Ok(diesel::sql_query(statement)
        .bind::<diesel::sql_types::Text, _>(before.map_or("", ExclusionId::as_str))
        .bind::<diesel::sql_types::BigInt, _>(limit)
        .load(conn)?)
}

/// What one rule leaves out.
#[derive(Debug, Clone, Default)]
struct LeftOut {
    products: HashSet<ProductId>,
    hospitals: HashSet<OrganisationId>,
    pairs: HashSet<(ProductId, OrganisationId)>,
    /// The products of both.
    touched: HashSet<ProductId>,
    ids: Vec<String>,
}

/// What is left out, as a scan asks for it; what every rule leaves out stands under the empty name.
#[derive(Debug, Clone, Default)]
pub struct Excluded(HashMap<String, LeftOut>);

impl Excluded {
    /// Of everything in force.
    pub fn new(all: Vec<Exclusion>) -> Self {
        let mut found: HashMap<String, LeftOut> = HashMap::new();
        for it in all {
            let of = found.entry(it.rule).or_default();
            of.ids.push(it.id.to_string());
            of.touched.extend(it.product_id.clone());
            match (it.product_id, it.hospital_id) {
                (Some(product), Some(hospital)) => drop(of.pairs.insert((product, hospital))),
                (Some(product), None) => drop(of.products.insert(product)),
                (None, Some(hospital)) => drop(of.hospitals.insert(hospital)),
                (None, None) => {}
            }
        }
        Self(found)
    }

    fn of<'a>(&'a self, rule: &str) -> impl Iterator<Item = &'a LeftOut> + use<'a> {
        [self.0.get(rule).filter(|_| !rule.is_empty()), self.0.get("")].into_iter().flatten()
    }

    /// Whether a rule may leave something of these products out.
    pub fn touches<'a>(&self, rule: &str, products: impl Iterator<Item = &'a ProductId> + Clone) -> bool {
        self.of(rule).any(|of| !of.hospitals.is_empty() || products.clone().any(|id| of.touched.contains(id)))
    }

    /// Whether a rule leaves a product at a hospital out; without a hospital, the product as such.
    pub fn leaves_out(&self, rule: &str, product: &ProductId, hospital: Option<&OrganisationId>) -> bool {
        self.of(rule).any(|of| {
            of.products.contains(product)
                || hospital.is_some_and(|it| {
                    of.hospitals.contains(it) || of.pairs.contains(&(product.clone(), it.clone()))
                })
        })
    }

    /// The products a rule leaves out wherever they are bought.
    pub fn products_of(&self, rule: &str) -> HashSet<ProductId> {
        self.of(rule).flat_map(|of| of.products.iter().cloned()).collect()
    }

    /// What a rule leaves out, in one text that is the same as long as that is; empty when it leaves nothing out.
    pub fn fingerprint(&self, rule: &str) -> String {
        let ids: Vec<&str> = self.of(rule).flat_map(|of| of.ids.iter().map(String::as_str)).collect();
        if ids.is_empty() { String::new() } else { sha256(ids.join(" ").as_bytes()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exclusion(rule: &str, product: Option<&ProductId>, hospital: Option<&OrganisationId>) -> Exclusion {
        Exclusion {
            id: ExclusionId::new(),
            rule: rule.to_owned(),
            product_id: product.cloned(),
            hospital_id: hospital.cloned(),
            reason: "r".to_owned(),
            made_by: None,
            made_at: Time::from_millis(0),
            lifted_by: None,
            lifted_at: None,
            lift_reason: String::new(),
        }
    }

    #[test]
    fn a_product_a_hospital_or_both_are_left_out_of_one_rule_or_all() {
        let (one, two) = (ProductId::new(), ProductId::new());
        let (here, there) = (OrganisationId::new(), OrganisationId::new());
        let check = |left_out: &Exclusion, want: [bool; 5]| {
            let it = Excluded::new(vec![left_out.clone()]);
            let found = [
                it.leaves_out("a", &one, Some(&here)),
                it.leaves_out("a", &one, Some(&there)),
                it.leaves_out("a", &two, Some(&here)),
                it.leaves_out("b", &one, Some(&here)),
                it.leaves_out("a", &one, None),
            ];
            assert_eq!(found, want, "{left_out:?}");
        };
        check(&exclusion("a", Some(&one), None), [true, true, false, false, true]);
        check(&exclusion("a", Some(&one), Some(&here)), [true, false, false, false, false]);
        check(&exclusion("", None, Some(&here)), [true, false, true, true, false]);
        assert!(Excluded::new(vec![exclusion("a", None, Some(&here))]).touches("a", [&two].into_iter()));
        assert!(!Excluded::new(vec![exclusion("a", Some(&one), None)]).touches("a", [&two].into_iter()));
    }
}
