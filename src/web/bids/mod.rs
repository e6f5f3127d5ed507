//! Pages of bidding and opening. A sealed price is shown to nobody but its own supplier, and to that one only in the
//! answer to its submission; no error passed to the gate and no address carries one.

pub mod content;
pub mod desk;
pub mod export;
pub mod offers;
pub mod opening;
pub mod place;
pub mod receipt;
pub mod roots;
pub mod show;

use crate::people::Role;

/// Everybody who has a bids page of a round: suppliers their own, the bureau's people theirs.
pub const PARTIES: &[Role] =
    &[Role::Supplier, Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin];
/// Who may be an opener and confirm an opening.
pub const OPENERS: &[Role] = crate::rounds::openers::ROLES;
