//! The figures of a computed plan beside what they would be with other parameters; nothing is kept.

use serde::Serialize;

use crate::db::Conn;
use crate::error::{Error, Result};
use crate::payments::retention::parameters::{self, Parameter};
use crate::payments::retention::rules::{self, Rules};
use crate::payments::retention::{Plan, Refused, Sheet, store};
use crate::types::{Money, OrganisationId, Share};

/// Base and retained amount in one way of computing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Column {
    /// The base, where it is known.
    pub base: Option<Money>,
    /// The share that applies.
    pub share: Option<Share>,
    /// What is retained, where it is known.
    pub retained: Option<Money>,
}

/// One hospital both ways.
#[derive(Debug, Clone)]
pub struct Row {
    /// The hospital's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Which.
    pub hospital_id: OrganisationId,
    /// As the plan is bound.
    pub bound: Column,
    /// With the other parameters.
    pub other: Column,
}

impl Row {
    /// The retained amount with the other parameters less the bound one.
    pub fn difference(&self) -> Option<Money> {
        self.other.retained?.minus(self.bound.retained?)
    }
}

/// A plan both ways.
#[derive(Debug, Clone, Default)]
pub struct WhatIf {
    /// Hospital by hospital, by code.
    pub rows: Vec<Row>,
    /// The sums of what is known.
    pub bound: Column,
    /// The sums with the other parameters.
    pub other: Column,
}

impl WhatIf {
    /// The sums' difference.
    pub fn difference(&self) -> Option<Money> {
        self.other.retained?.minus(self.bound.retained?)
    }
}

/// Computes a plan's figures with other values of some parameters. Lines are read hospital by hospital, so memory is
/// bounded by one of them.
pub fn what_if(conn: &mut Conn, plan: &Plan, given: &[(Parameter, String)]) -> Result<WhatIf> {
    if plan.computed_at.is_none() {
        return Err(Refused::NotComputed.into());
    }
    let given: Vec<(Parameter, String)> =
        given.iter().filter(|(which, _)| which.is_of_figures()).cloned().collect();
    let rules = Rules::of(&parameters::embedded()?.changed(&plan.parameters()?, &given)?)?;
    let asked = store::Asked { plan: plan.id.clone(), ..Default::default() };
    let mut all = WhatIf::default();
    for (sheet, code, name) in store::sheets(conn, &asked, i64::MAX)? {
        let other = other(conn, &rules, &sheet)?;
        let bound = Column { base: sheet.base, share: sheet.share, retained: sheet.retained };
        all.bound = sum(all.bound, bound)?;
        all.other = sum(all.other, other)?;
        all.rows.push(Row { code, name, hospital_id: sheet.hospital_id, bound, other });
    }
    Ok(all)
}

fn other(conn: &mut Conn, rules: &Rules, sheet: &Sheet) -> Result<Column> {
    let lines = store::lines(conn, &sheet.plan_id, &sheet.hospital_id)?;
    let figures: Vec<rules::Line> =
        lines.iter().map(|it| rules::line(rules, &it.facts())).collect::<Result<_>>()?;
    let it = rules::sheet(rules, &figures, sheet.score)?;
    Ok(Column { base: it.base, share: it.share, retained: it.retained })
}

fn sum(one: Column, other: Column) -> Result<Column> {
    let plus = |sum: Option<Money>, part: Option<Money>| -> Result<Option<Money>> {
        let too_large = || Error::fault("a sum of surplus retention no longer fits");
        sum.unwrap_or_default().plus(part.unwrap_or_default()).ok_or_else(too_large).map(Some)
    };
    Ok(Column {
        base: plus(one.base, other.base)?,
        share: None,
        retained: plus(one.retained, other.retained)?,
    })
}
