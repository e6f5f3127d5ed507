//! The site: every route in one table, and what every request passes through.

mod access;
mod admin;
mod asset;
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
use crate::people::Role;
use crate::types::Time;

pub use access::{
    Admin, Allowed, Auditor, Hospital, Officer, Overseer, Person, Reviewer, Settlement, Staff, Supplier,
    Visitor,
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
use Role::Admin as Administrator;
use access::OVERSEERS;

routes! {
    GET  "/static/{name}" asset::serve, Public;
    GET  "/health" home::health, Public;
    POST "/language" language::switch, Public;
    GET  "/login" login::form, Public;
    POST "/login" login::enter, Public;
    POST "/logout" login::leave, Anyone;
    GET  "/" home::index, Anyone;
    GET  "/account" admin::account::show, Anyone;
    POST "/account/password" admin::account::set_password, Anyone;
    POST "/account/sessions" admin::account::end_others, Anyone;
    POST "/account/language" admin::account::set_language, Anyone;
    GET  "/organisations" admin::organisations::list, Only(&[Administrator]);
    GET  "/organisations/new" admin::organisations::new, Only(&[Administrator]);
    POST "/organisations" admin::organisations::add, Only(&[Administrator]);
    GET  "/organisations/{id}" admin::organisations::show, Only(&[Administrator]);
    GET  "/organisations/{id}/edit" admin::organisations::edit, Only(&[Administrator]);
    POST "/organisations/{id}" admin::organisations::change, Only(&[Administrator]);
    POST "/organisations/{id}/active" admin::organisations::set_active, Only(&[Administrator]);
    GET  "/accounts/new" admin::accounts::new, Only(&[Administrator]);
    POST "/accounts" admin::accounts::add, Only(&[Administrator]);
    GET  "/accounts/{id}" admin::accounts::show, Only(&[Administrator]);
    POST "/accounts/{id}" admin::accounts::change, Only(&[Administrator]);
    POST "/accounts/{id}/unlock" admin::accounts::unlock, Only(&[Administrator]);
    POST "/accounts/{id}/password" admin::accounts::reset, Only(&[Administrator]);
    GET  "/mails" admin::mails::list, Only(OVERSEERS);
    POST "/mails/{id}/retry" admin::mails::retry, Only(&[Administrator]);
    GET  "/jobs" admin::jobs::list, Only(OVERSEERS);
    POST "/jobs/{name}/run" admin::jobs::run, Only(&[Administrator]);
    GET  "/audit" admin::audit::list, Only(OVERSEERS);
    GET  "/audit/export" admin::audit::export, Only(OVERSEERS);
}
