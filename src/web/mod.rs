//! The site: its pages by area, and what they share. Every address stands in [`routes`].

mod access;
mod admin;
mod alerts;
pub mod api;
mod approvals;
mod asset;
pub mod awards;
pub mod bids;
pub mod cases;
mod catalog;
mod contracts;
pub mod credit;
mod deliveries;
mod demand;
pub mod disease_costs;
mod distributors;
pub mod form;
mod gate;
mod home;
mod incidents;
mod indicators;
mod indices;
mod ingest;
mod invoices;
mod language;
mod lists;
mod login;
mod monitoring;
mod nav;
mod orders;
pub mod page;
mod payments;
pub mod preparations;
mod prices;
mod progress;
mod public;
mod questions;
pub mod ratings;
pub mod retention;
mod rounds;
mod routes;
mod rules;
mod screens;
mod search;
pub mod serve;
mod settlements;
mod shortages;
mod simulations;
mod standards;
mod terms;
pub mod upload;

use std::sync::Arc;

use actix_web::web;

use crate::config::Settings;
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::signing::Signer;
use crate::tokens::limits::Limits;
use crate::types::Time;

pub use access::{
    AccountApprover, AccountHolder, Admin, Allowed, Auditor, CalendarKeeper, Cataloguer, CostKeeper,
    EVALUATORS, Evaluator, Hospital, IndicatorReader, InputKeeper, Officer, Overseer, Party, Payments,
    Person, PriceReader, Reviewer, STAFF, Settlement, Staff, Supplier, Visitor,
};
pub use gate::gate;
pub use page::Page;
pub use routes::{ROUTES, Route, configure};

/// What handlers share.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The settings.
    pub settings: Arc<Settings>,
    /// The server's clock; tests set their own.
    pub clock: Arc<dyn Fn() -> Time + Send + Sync>,
    /// How often programs may ask.
    pub limits: Arc<Limits>,
}

impl App {
    /// The moment by the server's clock.
    pub fn now(&self) -> Time {
        (self.clock)()
    }

    /// Who signs for the platform.
    pub fn signer(&self) -> Result<Signer> {
        Signer::open(&self.settings.signing_key_file)
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
