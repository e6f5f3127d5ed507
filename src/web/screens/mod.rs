//! Pages of the screens: what is worth looking into, and what people found when they looked. For those who evaluate
//! and those who oversee them; suppliers never see them.

pub mod list;
pub mod show;

use std::collections::HashMap;

use crate::db::Conn;
use crate::error::Result;
use crate::rounds::{self, Lot, Round};
use crate::screens::{self, Opened, Remark};
use crate::types::RoundId;

/// What both pages are made from.
struct Facts {
    round: Round,
    lots: Vec<Lot>,
    /// Nothing before the opening.
    opened: Option<Opened>,
    remarks: Vec<Remark>,
}

impl Facts {
    fn read(conn: &mut Conn, id: &RoundId) -> Result<Self> {
        let round = rounds::round(conn, id)?;
        let opened = screens::of_round(conn, &round)?;
        let remarks = screens::store::remarks(conn, id)?;
        Ok(Self { lots: rounds::lots_of(conn, id)?, round, opened, remarks })
    }

    /// The newest remark on each finding.
    fn newest(&self) -> HashMap<&str, &Remark> {
        self.remarks.iter().map(|remark| (remark.finding.as_str(), remark)).collect()
    }

    fn lot(&self, code: &str) -> Option<&Lot> {
        self.lots.iter().find(|lot| lot.code == code)
    }
}
