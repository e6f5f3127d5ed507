//! The site: every route in one table, and what every request passes through.

mod access;
mod approvals;
mod asset;
pub mod form;
mod gate;
mod home;
mod language;
mod login;
pub mod page;
mod rounds;
mod rules;
pub mod serve;
pub mod upload;

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};

use crate::config::Settings;
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::types::Time;

pub use access::{
    Admin, Allowed, Auditor, Hospital, Officer, Person, Reviewer, Settlement, Staff, Supplier, Visitor,
};
pub use gate::gate;
pub use page::Page;

/// What handlers share.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The settings.
    pub settings: Arc<Settings>,
    /// The server's clock; tests set their own.
    pub clock: Arc<dyn Fn() -> Time + Send + Sync>,
}

impl App {
    /// The moment by the server's clock.
    pub fn now(&self) -> Time {
        (self.clock)()
    }

    /// Reads on a thread that may wait.
    pub async fn read<T: Send + 'static>(
        &self,
        body: impl FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let db = self.db.clone();
        block(move || db.read(body)).await
    }

    /// Writes in one transaction on a thread that may wait.
    pub async fn write<T: Send + 'static>(
        &self,
        body: impl FnMut(&mut Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let db = self.db.clone();
        block(move || db.write(body)).await
    }
}

/// Runs something slow on a thread that may wait.
pub async fn block<T: Send + 'static>(body: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    web::block(body).await.map_err(|e| Error::Fault(Box::new(e)))?
}

/// One row of the route table.
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Address pattern.
    pub path: &'static str,
    /// Who may enter.
    pub allowed: Allowed,
}

macro_rules! routes {
    ($($method:ident $path:literal $handler:path, $allowed:expr;)*) => {
        /// Every address of the site and who may enter it. An address that is not here does not exist.
        pub const ROUTES: &[Route] = &[$(Route { method: stringify!($method), path: $path, allowed: $allowed },)*];

        /// Hangs every handler under its address.
        pub fn configure(site: &mut ServiceConfig) {
            $(site.route($path, routes!(@$method).to($handler));)*
        }
    };
    (@GET) => { web::get() };
    (@POST) => { web::post() };
}

use Allowed::{Anyone, Only, Public};

use crate::people::Role::{Auditor as AUDITOR, Officer as OFFICER, Reviewer as REVIEWER};

routes! {
    GET  "/static/{name}" asset::serve, Public;
    GET  "/health" home::health, Public;
    POST "/language" language::switch, Public;
    GET  "/login" login::form, Public;
    POST "/login" login::enter, Public;
    POST "/logout" login::leave, Anyone;
    GET  "/" home::index, Anyone;
    GET  "/rounds" rounds::list::list, Anyone;
    POST "/rounds" rounds::edit::create, Only(&[OFFICER]);
    GET  "/rounds.csv" rounds::list::csv, Anyone;
    GET  "/rounds.xlsx" rounds::list::xlsx, Anyone;
    GET  "/rounds/new" rounds::edit::new, Only(&[OFFICER]);
    GET  "/rounds/{id}" rounds::show::show, Anyone;
    GET  "/rounds/{id}/edit" rounds::edit::form, Only(&[OFFICER]);
    POST "/rounds/{id}/edit" rounds::edit::change, Only(&[OFFICER]);
    POST "/rounds/{id}/copy" rounds::edit::copy, Only(&[OFFICER]);
    POST "/rounds/{id}/publish" rounds::steps::ask, Only(&[OFFICER]);
    POST "/rounds/{id}/withdraw" rounds::steps::withdraw, Only(&[OFFICER]);
    POST "/rounds/{id}/open-bidding" rounds::steps::open_bidding, Only(&[OFFICER]);
    POST "/rounds/{id}/reopen-demand" rounds::steps::reopen_demand, Only(&[OFFICER]);
    POST "/rounds/{id}/abort" rounds::steps::abort, Only(&[OFFICER]);
    GET  "/rounds/{id}/lots" rounds::lots::list, Anyone;
    POST "/rounds/{id}/lots" rounds::lots::add, Only(&[OFFICER]);
    GET  "/rounds/{id}/lots.csv" rounds::lots::csv, Anyone;
    GET  "/rounds/{id}/lots.xlsx" rounds::lots::xlsx, Anyone;
    GET  "/rounds/{id}/lots/new" rounds::lots::new, Only(&[OFFICER]);
    POST "/rounds/{id}/lots/imports" rounds::import::upload, Only(&[OFFICER]);
    GET  "/rounds/{id}/lots/imports/{import}" rounds::import::show, Only(&[OFFICER]);
    POST "/rounds/{id}/lots/imports/{import}/apply" rounds::import::apply, Only(&[OFFICER]);
    POST "/rounds/{id}/lots/imports/{import}/cancel" rounds::import::cancel, Only(&[OFFICER]);
    GET  "/rounds/{id}/lots/{lot}" rounds::lots::form, Only(&[OFFICER]);
    POST "/rounds/{id}/lots/{lot}" rounds::lots::change, Only(&[OFFICER]);
    POST "/rounds/{id}/lots/{lot}/remove" rounds::lots::remove, Only(&[OFFICER]);
    GET  "/rounds/{id}/amendments" rounds::amendments::list, Anyone;
    GET  "/rounds/{id}/amend" rounds::amendments::form, Only(&[OFFICER]);
    POST "/rounds/{id}/amend" rounds::amendments::amend, Only(&[OFFICER]);
    GET  "/approvals" approvals::list, Only(&[OFFICER, REVIEWER, AUDITOR]);
    POST "/approvals/{id}" approvals::decide, Only(&[REVIEWER]);
    GET  "/rules" rules::list, Anyone;
    GET  "/rules/{id}" rules::show, Anyone;
}
