//! Who may enter: the rule of a route, and the typed visitor a handler receives.
//!
//! The gate refuses by the route table; the typed visitor in a handler's signature refuses again, so a
//! route that forgets its rule still has no actor to pass on.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::error::Error;
use crate::people::{Role, Who};
use crate::tokens::Scope;
use crate::types::Ctx;
use crate::web::App;

/// The rule of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// Everybody, logged in or not.
    Public,
    /// Everybody logged in.
    Anyone,
    /// Accounts with one of the roles.
    Only(&'static [Role]),
    /// A program whose token has the scope; no session.
    Token(Scope),
}

impl Allowed {
    /// Whether somebody may enter.
    pub fn admits(self, who: Option<&Who>) -> bool {
        match self {
            Allowed::Public | Allowed::Token(_) => true,
            Allowed::Anyone => who.is_some(),
            Allowed::Only(roles) => who.is_some_and(|w| w.is_any(roles)),
        }
    }
}

/// The roles of the bureau's own people.
pub const STAFF: &[Role] = &[Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin];

/// The roles that keep the catalogue.
pub const CATALOGUERS: &[Role] = &[Role::Officer, Role::Admin];

/// Who reads mail, jobs and the audit trail.
pub const OVERSEERS: &[Role] = &[Role::Auditor, Role::Admin];

/// Who keeps the calendar of working days.
pub const CALENDAR_KEEPERS: &[Role] = &[Role::Settlement, Role::Admin];

/// Who keeps the case baskets of disease cost.
pub const COST_KEEPERS: &[Role] = &[Role::Officer, Role::Settlement];

/// The two sides of a purchase.
pub const PARTIES: &[Role] = &[Role::Hospital, Role::Supplier];

/// Who enters a bank account: a supplier its own, settlement staff the bureau's.
pub const ACCOUNT_HOLDERS: &[Role] = &[Role::Supplier, Role::Settlement];

/// Who approves a bank account that somebody else entered.
pub const ACCOUNT_APPROVERS: &[Role] = &[Role::Settlement, Role::Reviewer];

/// Who sees bank accounts: those who pay, approve and audit.
pub const PAYMENTS: &[Role] = &[Role::Settlement, Role::Reviewer, Role::Auditor];

/// Who reads bank accounts and may have one.
pub const ACCOUNT_READERS: &[Role] = &[Role::Supplier, Role::Settlement, Role::Reviewer, Role::Auditor];

/// Who reads prepayments: the bureau, and a hospital its own.
pub const PREPAYMENT_READERS: &[Role] =
    &[Role::Hospital, Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin];

/// Who reads prices: the bureau everybody's, a hospital or supplier its own.
pub const PRICE_READERS: &[Role] = &[
    Role::Officer,
    Role::Reviewer,
    Role::Settlement,
    Role::Auditor,
    Role::Admin,
    Role::Hospital,
    Role::Supplier,
];

/// Who reads indicators: the bureau everybody's, a hospital the city's and its own.
pub const INDICATOR_READERS: &[Role] =
    &[Role::Hospital, Role::Officer, Role::Reviewer, Role::Settlement, Role::Auditor, Role::Admin];

/// Who enters figures that indicators need: a hospital its own, officers everybody's.
pub const INPUT_KEEPERS: &[Role] = &[Role::Hospital, Role::Officer];

/// Who evaluates opened bids, and who oversees that.
pub const EVALUATORS: &[Role] = &[Role::Officer, Role::Reviewer, Role::Auditor];

/// Whoever it is, perhaps nobody.
pub struct Visitor(pub Option<Who>);

impl FromRequest for Visitor {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Visitor(req.extensions().get::<Who>().cloned())))
    }
}

macro_rules! visitors {
    ($($(#[$doc:meta])* $name:ident: $roles:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name(pub Who);

        impl $name {
            /// Now, and this person as the actor.
            pub fn ctx(&self, app: &App) -> Ctx {
                Ctx { now: app.now(), actor: self.0.actor() }
            }
        }

        impl Deref for $name {
            type Target = Who;
            fn deref(&self) -> &Who {
                &self.0
            }
        }

        impl FromRequest for $name {
            type Error = Error;
            type Future = Ready<Result<Self, Error>>;

            fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
                let roles: &[Role] = $roles;
                ready(match req.extensions().get::<Who>() {
                    Some(who) if roles.is_empty() || who.is_any(roles) => Ok($name(who.clone())),
                    _ => Err(Error::Forbidden),
                })
            }
        }
    )*};
}

visitors! {
    /// Anybody logged in.
    Person: &[];
    /// A procurement officer.
    Officer: &[Role::Officer];
    /// The second person.
    Reviewer: &[Role::Reviewer];
    /// Somebody acting for a hospital; `organisation` is that hospital.
    Hospital: &[Role::Hospital];
    /// Somebody acting for a supplier; `organisation` is that supplier.
    Supplier: &[Role::Supplier];
    /// Settlement staff.
    Settlement: &[Role::Settlement];
    /// An auditor.
    Auditor: &[Role::Auditor];
    /// An administrator.
    Admin: &[Role::Admin];
    /// An auditor or an administrator.
    Overseer: OVERSEERS;
    /// Somebody who evaluates opened bids, or oversees that.
    Evaluator: EVALUATORS;
    /// Any of the bureau's people.
    Staff: STAFF;
    /// Whoever reads prices: the bureau everybody's, a hospital or supplier its own.
    PriceReader: PRICE_READERS;
    /// Whoever reads indicators: the bureau everybody's, a hospital the city's and its own.
    IndicatorReader: INDICATOR_READERS;
    /// Whoever enters figures that indicators need.
    InputKeeper: INPUT_KEEPERS;
    /// Whoever keeps the catalogue.
    Cataloguer: CATALOGUERS;
    /// Whoever keeps the calendar of working days.
    CalendarKeeper: CALENDAR_KEEPERS;
    /// Whoever keeps the case baskets of disease cost.
    CostKeeper: COST_KEEPERS;
    /// A hospital or a supplier.
    Party: PARTIES;
    /// Whoever may enter a bank account of their organisation.
    AccountHolder: ACCOUNT_HOLDERS;
    /// The second person for a bank account.
    AccountApprover: ACCOUNT_APPROVERS;
    /// Whoever sees bank accounts in payment files.
    Payments: PAYMENTS;
}
