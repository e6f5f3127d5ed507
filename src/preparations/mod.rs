//! Hospital preparations (医院制剂): what a hospital makes itself and at what cost; each version of its cost review sheet
//! (成本核算表) is entered by the hospital, reviewed line by line by an officer, approved by a second person, and holds from
//! a day until it is reviewed again.

pub mod changes;
pub mod import;
pub mod review;
pub mod rules;
pub mod store;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::audit::{self, Deed};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::schema::{cost_lines, cost_sheets, preparations};
use crate::text::Text;
use crate::types::{
    AccountId, Amount, CostLineId, CostSheetId, Ctx, Money, OrganisationId, PreparationId, Quantity, Share,
    Time, UnitPrice,
};

pub use rules::{Costs, Refused};

crate::words! {
    /// What a line pays for.
    LineKind {
        /// Raw material (原料).
        Raw = "raw",
        /// Auxiliary material (辅料).
        Auxiliary = "auxiliary",
        /// Packaging (包材).
        Packaging = "packaging",
        /// Fixed production cost (固定生产成本).
        Fixed = "fixed",
    }

    /// Where a sheet is.
    State {
        /// The hospital writes it.
        Draft = "draft",
        /// An officer reviews it.
        Submitted = "submitted",
        /// A second person decides it.
        Asked = "asked",
        /// Approved: its price holds from its day.
        Approved = "approved",
        /// Given up by the hospital.
        Discarded = "discarded",
    }
}

impl LineKind {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.preparations;
        match self {
            LineKind::Raw => m.raw,
            LineKind::Auxiliary => m.auxiliary,
            LineKind::Packaging => m.packaging,
            LineKind::Fixed => m.fixed,
        }
    }
}

impl State {
    /// Its name for people.
    pub fn name(self, t: &Text) -> &'static str {
        let m = &t.preparations;
        match self {
            State::Draft => m.s_draft,
            State::Submitted => m.s_submitted,
            State::Asked => m.s_asked,
            State::Approved => m.s_approved,
            State::Discarded => m.s_discarded,
        }
    }

    /// Whether it is still on its way.
    pub fn is_under_way(self) -> bool {
        matches!(self, State::Draft | State::Submitted | State::Asked)
    }
}

/// What a hospital makes.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = preparations)]
pub struct Preparation {
    /// Its id, from the form.
    pub id: PreparationId,
    /// Whose it is.
    pub hospital_id: OrganisationId,
    /// Its name (制剂名称).
    pub name: String,
    /// Approval or record number (批准文号/备案号).
    pub approval: String,
    /// Specification (规格).
    pub spec: String,
    /// Pack (包装).
    pub pack: String,
    /// When it was entered.
    pub created_at: Time,
}

/// A version of its cost review sheet.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset, Serialize)]
#[diesel(table_name = cost_sheets, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct CostSheet {
    /// Its id, from the form.
    pub id: CostSheetId,
    /// Of which preparation.
    pub preparation_id: PreparationId,
    /// Whose it is.
    pub hospital_id: OrganisationId,
    /// Its number.
    pub number: String,
    /// Its version, from 1.
    pub version: i32,
    /// Packs in a batch.
    pub batch: Quantity,
    /// The part of them that comes out well (成品率).
    pub yield_share: Share,
    /// The rate on top of cost.
    pub rate: Share,
    /// Why the price changes, where it changes much.
    pub change_reason: String,
    /// Where it is.
    pub state: State,
    /// Counts its changes, so that nobody changes what they have not seen.
    pub revision: i32,
    /// What the bureau said when it gave it back.
    pub remark: String,
    /// The price a pack, once it is asked for.
    pub price: Option<Money>,
    /// In force from this day.
    pub from_day: Option<NaiveDate>,
    /// In force to this day, once another version follows.
    pub to_day: Option<NaiveDate>,
    /// To be reviewed again by this day.
    pub due_day: Option<NaiveDate>,
    /// Who submitted it.
    pub submitted_by: Option<AccountId>,
    /// When.
    pub submitted_at: Option<Time>,
    /// The officer who asked for approval.
    pub asked_by: Option<AccountId>,
    /// When it was decided.
    pub decided_at: Option<Time>,
    /// When it was entered.
    pub created_at: Time,
}

/// A line of a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, Serialize)]
#[diesel(table_name = cost_lines, treat_none_as_default_value = false)]
pub struct CostLine {
    /// Its id, from the form.
    pub id: CostLineId,
    /// Of which sheet.
    pub sheet_id: CostSheetId,
    /// Its place, from 1.
    pub position: i32,
    /// What it pays for.
    pub kind: LineKind,
    /// What it is.
    pub name: String,
    /// The unit of the quantity.
    pub unit: String,
    /// How much goes into a batch.
    pub quantity: Quantity,
    /// Yuan a unit.
    pub unit_price: UnitPrice,
    /// By what fixed cost is shared out to the batch; where a price comes from.
    pub basis: String,
    /// Quantity times price, exactly.
    pub amount: Amount,
    /// What the officer accepts of it.
    pub accepted: Option<Amount>,
    /// Why less.
    pub reason: String,
}

/// The table of sheets, as approvals and the trail name it.
pub const SUBJECT: &str = "cost_sheets";

fn record(tx: &mut Tx, ctx: &Ctx, action: &str, before: &impl Serialize, after: &CostSheet) -> Result<()> {
    audit::record(tx, ctx, Deed { action, subject: SUBJECT, id: after.id.as_str() }, before, after)
}

/// A sheet with its preparation.
pub fn sheet(conn: &mut Conn, id: &CostSheetId) -> Result<(CostSheet, Preparation)> {
    let it = store::sheet(conn, id)?.ok_or(Error::NotFound)?;
    let of = store::preparation(conn, &it.preparation_id)?.ok_or(Error::NotFound)?;
    Ok((it, of))
}

/// The version in force on a day, or the last one before it.
pub fn in_force(conn: &mut Conn, of: &PreparationId) -> Result<Option<CostSheet>> {
    Ok(store::sheets(conn, of)?.into_iter().find(|it| it.state == State::Approved))
}

/// The sheet's address.
pub fn path(id: &CostSheetId) -> String {
    format!("/preparations/{id}")
}
