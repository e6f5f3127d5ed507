//! Shortages: the board, one shortage, its report, the monitoring list, stock reports.

pub mod act;
pub mod entries;
pub mod list;
pub mod report;
pub mod show;
pub mod stock;

use crate::people::Role;

/// Who reads shortages: the bureau, and hospitals, which they concern.
pub const READERS: &[Role] =
    &[Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin, Role::Hospital];
