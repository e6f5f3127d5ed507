//! Marks overdue steps of price cases and raises their cases' levels.

use crate::cases::escalation;
use crate::error::Result;
use crate::jobs::Counts;
use crate::types::Ctx;
use crate::web::App;

pub(super) fn run(app: &App) -> Result<Counts> {
    let ctx = Ctx::system(app.now(), "escalate_cases");
    Ok(vec![("overdue", escalation::escalate(&app.db, &ctx)?)])
}
