//! The site: every route in one table, and what every request passes through.

mod access;
mod asset;
pub mod bids;
pub mod form;
mod gate;
mod home;
mod language;
mod login;
pub mod page;
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

use crate::people::Role;

routes! {
    GET  "/static/{name}" asset::serve, Public;
    GET  "/health" home::health, Public;
    POST "/language" language::switch, Public;
    GET  "/login" login::form, Public;
    POST "/login" login::enter, Public;
    POST "/logout" login::leave, Anyone;
    GET  "/" home::index, Anyone;
    GET  "/rounds/{id}/bids" bids::show::show, Only(bids::PARTIES);
    POST "/rounds/{id}/bids" bids::place::form, Only(&[Role::Supplier]);
    POST "/rounds/{id}/bids/upload" bids::place::upload, Only(&[Role::Supplier]);
    POST "/rounds/{id}/bids/withdraw" bids::place::withdraw, Only(&[Role::Supplier]);
    GET  "/rounds/{id}/bids/template" bids::desk::template, Only(&[Role::Supplier]);
    GET  "/rounds/{id}/bids/export" bids::export::file, Only(access::STAFF);
    GET  "/rounds/{id}/bids/{envelope}" bids::receipt::show, Only(&[Role::Supplier]);
    GET  "/rounds/{id}/bids/{envelope}/content" bids::content::show, Only(&[Role::Supplier]);
    GET  "/rounds/{id}/bids/{envelope}/file" bids::content::file, Only(&[Role::Supplier]);
    GET  "/rounds/{id}/bids/{envelope}/proof" bids::content::proof, Only(&[Role::Supplier]);
    GET  "/rounds/{id}/opening" bids::opening::show, Only(access::STAFF);
    POST "/rounds/{id}/opening" bids::opening::confirm, Only(bids::OPENERS);
}
