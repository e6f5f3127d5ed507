//! The site: every route in one table, and what every request passes through.

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

use actix_web::guard;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};

use crate::config::Settings;
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::people::Role;
use crate::signing::Signer;
use crate::tokens::Scope;
use crate::tokens::limits::Limits;
use crate::types::Time;

pub use access::{
    AccountApprover, AccountHolder, Admin, Allowed, Auditor, CalendarKeeper, Cataloguer, CostKeeper,
    EVALUATORS, Evaluator, Hospital, IndicatorReader, InputKeeper, Officer, Overseer, Party, Payments,
    Person, PriceReader, Reviewer, STAFF, Settlement, Staff, Supplier, Visitor,
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

/// One row of the route table.
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Address pattern.
    pub path: &'static str,
    /// Who may enter.
    pub allowed: Allowed,
}

impl Route {
    /// The row that a request falls under.
    pub fn of(method: &Method, pattern: &str) -> Option<&'static Route> {
        let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
        ROUTES.iter().find(|it| it.path == pattern && it.method == method)
    }
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
    // What answers GET answers HEAD; the server leaves the body out.
    (@GET) => { web::route().guard(guard::Any(guard::Get()).or(guard::Head())) };
    (@POST) => { web::post() };
}

use crate::people::Role::{Auditor as AUDITOR, Officer as OFFICER, Reviewer as REVIEWER};
use Allowed::{Anyone, Only, Public, Token};
use Role::Admin as Administrator;
use access::{CATALOGUERS, COST_KEEPERS, INDICATOR_READERS, INPUT_KEEPERS, OVERSEERS, PRICE_READERS};
use awards::OBJECTORS;

routes! {
    GET  "/static/{name}" asset::serve, Public;
    GET  "/health" home::health, Public;
    POST "/language" language::switch, Public;
    GET  "/login" login::form, Public;
    POST "/login" login::enter, Public;
    POST "/logout" login::leave, Anyone;
    GET  "/" home::index, Anyone;
    GET  "/search" search::index, Anyone;
    GET  "/rounds/{id}/bids" bids::show::show, Only(bids::PARTIES);
    POST "/rounds/{id}/bids" bids::place::form, Only(&[Role::Supplier]);
    POST "/rounds/{id}/bids/upload" bids::place::upload, Only(&[Role::Supplier]);
    POST "/rounds/{id}/bids/withdraw" bids::place::withdraw, Only(&[Role::Supplier]);
    GET  "/rounds/{id}/bids/template" bids::desk::template, Only(&[Role::Supplier]);
    GET  "/rounds/{id}/bids/export" bids::export::file, Only(access::STAFF);
    GET  "/rounds/{id}/bids/{envelope}" bids::receipt::show, Only(&[Role::Supplier]);
    GET  "/rounds/{id}/bids/{envelope}/content" bids::content::show, Only(&[Role::Supplier]);
    GET  "/rounds/{id}/bids/{envelope}/file" bids::content::file, Only(&[Role::Supplier]);
    GET  "/rounds/{id}/bids/{envelope}/sealed-content" bids::content::sealed, Only(&[Role::Supplier]);
    GET  "/rounds/{id}/bids/{envelope}/proof" bids::receipt::file, Only(&[Role::Supplier]);
    GET  "/rounds/{id}/bids/{envelope}/inclusion" bids::receipt::inclusion, Only(&[Role::Supplier]);
    GET  "/rounds/{id}/opening" bids::opening::show, Only(access::STAFF);
    POST "/rounds/{id}/opening" bids::opening::confirm, Only(bids::OPENERS);
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
    GET  "/bounces" alerts::bounces::index, Only(OVERSEERS);
    POST "/bounces" alerts::bounces::confirm, Only(&[Administrator]);
    GET  "/subscriptions" alerts::all::index, Only(OVERSEERS);
    GET  "/alerts" alerts::list::index, Anyone;
    POST "/alerts/address" alerts::list::confirm, Anyone;
    GET  "/alerts/new" alerts::edit::new, Anyone;
    POST "/alerts/subscriptions" alerts::edit::add, Anyone;
    GET  "/alerts/subscriptions/{id}/edit" alerts::edit::form, Anyone;
    POST "/alerts/subscriptions/{id}" alerts::edit::change, Anyone;
    POST "/alerts/subscriptions/{id}/state" alerts::list::set_state, Anyone;
    GET  "/alerts/subscriptions/{id}/preview" alerts::preview::index, Anyone;
    GET  "/alerts/subscriptions/{id}/chart.png" alerts::preview::chart, Anyone;
    POST "/alerts/subscriptions/{id}/test" alerts::preview::test, Anyone;
    GET  "/alerts/{id}" alerts::sent::index, Anyone;
    GET  "/alerts/{id}/chart.png" alerts::sent::chart, Anyone;
    GET  "/unsubscribe/{id}/{signature}" alerts::unsubscribe::form, Public;
    POST "/unsubscribe/{id}/{signature}" alerts::unsubscribe::end, Public;
    GET  "/jobs" admin::jobs::list, Only(OVERSEERS);
    POST "/jobs/{name}/run" admin::jobs::run, Only(&[Administrator]);
    GET  "/incidents" incidents::list::index, Only(STAFF);
    GET  "/incidents/{id}" incidents::show::index, Only(STAFF);
    POST "/incidents/{id}" incidents::show::remark, Only(&[Role::Officer]);
    GET  "/cases" cases::list::index, Only(cases::PARTIES);
    POST "/cases" cases::new::open, Only(&[Role::Officer]);
    GET  "/cases/export" cases::list::export, Only(cases::PARTIES);
    GET  "/cases/new" cases::new::form, Only(&[Role::Officer]);
    GET  "/cases/number/{number}" cases::show::by_number, Only(STAFF);
    POST "/cases/steps/{step}/outcome" cases::steps::conclude, Only(&[Role::Officer]);
    POST "/cases/steps/{step}/reply" cases::own::reply, Only(&[Role::Supplier]);
    GET  "/cases/{id}" cases::show::index, Only(cases::PARTIES);
    POST "/cases/{id}/assign" cases::act::assign, Only(&[Role::Officer]);
    POST "/cases/{id}/supplier" cases::act::address, Only(&[Role::Officer]);
    POST "/cases/{id}/steps" cases::steps::send, Only(&[Role::Officer]);
    POST "/cases/{id}/close" cases::act::close, Only(&[Role::Officer]);
    POST "/cases/{id}/reopen" cases::act::reopen, Only(&[Role::Officer]);
    POST "/cases/{id}/withdraw" cases::act::withdraw, Only(&[Role::Officer]);
    POST "/cases/{id}/decide" cases::act::decide, Only(&[Role::Reviewer]);
    POST "/cases/{id}/lift" cases::act::lift, Only(&[Role::Officer]);
    GET  "/cases/{id}/documents/{document}" cases::documents::show, Only(cases::PARTIES);
    GET  "/transactions" ingest::list::index, Only(STAFF);
    POST "/transactions" ingest::list::send, Only(&[Role::Officer]);
    GET  "/transactions/template" ingest::list::template, Only(STAFF);
    GET  "/transactions/files/{no}" ingest::show::index, Only(STAFF);
    GET  "/transactions/files/{no}/bad" ingest::show::bad, Only(STAFF);
    POST "/transactions/files/{no}/apply" ingest::show::apply, Only(&[Role::Officer]);
    POST "/transactions/files/{no}/abandon" ingest::show::abandon, Only(&[Role::Officer]);
    GET  "/listings" ingest::list::index, Only(STAFF);
    POST "/listings" ingest::list::send, Only(&[Role::Officer]);
    GET  "/listings/template" ingest::list::template, Only(STAFF);
    GET  "/listings/files/{no}" ingest::show::index, Only(STAFF);
    GET  "/listings/files/{no}/bad" ingest::show::bad, Only(STAFF);
    GET  "/listings/files/{no}/refused" ingest::show::refused, Only(STAFF);
    POST "/listings/files/{no}/apply" ingest::show::apply, Only(&[Role::Officer]);
    POST "/listings/files/{no}/abandon" ingest::show::abandon, Only(&[Role::Officer]);
    GET  "/transactions/unmatched" ingest::unmatched::transactions, Only(STAFF);
    GET  "/transactions/unmatched/export/{file}" ingest::unmatched::export, Only(STAFF);
    POST "/transactions/unmatched/match" ingest::unmatched::match_again, Only(&[Role::Officer]);
    GET  "/listings/unmatched" ingest::unmatched::listings, Only(STAFF);
    GET  "/listings/unmatched/export/{file}" ingest::unmatched::export, Only(STAFF);
    POST "/listings/unmatched/match" ingest::unmatched::match_again, Only(&[Role::Officer]);
    GET  "/listings/differing" ingest::differing::index, Only(STAFF);
    GET  "/api-tokens" api::tokens::index, Only(&[Administrator]);
    POST "/api-tokens" api::tokens::make, Only(&[Administrator]);
    POST "/api-tokens/{id}/rotate" api::tokens::rotate, Only(&[Administrator]);
    POST "/api-tokens/{id}/revoke" api::tokens::revoke, Only(&[Administrator]);
    GET  "/api/openapi.json" api::openapi::document, Public;
    GET  "/api/signing-key" api::key::show, Public;
    POST "/api/transactions" ingest::api::send, Token(Scope::Transactions);
    POST "/api/listings" ingest::api::send, Token(Scope::Listings);
    GET  "/api/transactions/{no}" ingest::api::show, Token(Scope::Transactions);
    GET  "/api/listings/{no}" ingest::api::show, Token(Scope::Listings);
    GET  "/api/contracts" api::contracts::list, Token(Scope::Contracts);
    POST "/api/orders" api::orders::place, Token(Scope::Orders);
    POST "/api/receipts" api::receipts::receive, Token(Scope::Receipts);
    GET  "/monitoring" monitoring::list::index, Only(STAFF);
    GET  "/monitoring/exclusions" monitoring::exclusions::index, Only(STAFF);
    POST "/monitoring/exclusions" monitoring::exclusions::add, Only(&[Role::Officer]);
    POST "/monitoring/exclusions/{id}/lift" monitoring::exclusions::lift, Only(&[Role::Officer]);
    GET  "/monitoring/drafts/{id}" monitoring::draft::show, Only(STAFF);
    GET  "/monitoring/drafts/{id}/edit" monitoring::edit::form, Only(&[Role::Officer]);
    POST "/monitoring/drafts/{id}/edit" monitoring::edit::change, Only(&[Role::Officer]);
    POST "/monitoring/drafts/{id}/try" monitoring::draft::try_out, Only(&[Role::Officer]);
    POST "/monitoring/drafts/{id}/ask" monitoring::draft::ask, Only(&[Role::Officer]);
    POST "/monitoring/drafts/{id}/withdraw" monitoring::draft::withdraw, Only(&[Role::Officer]);
    POST "/monitoring/drafts/{id}/discard" monitoring::draft::discard, Only(&[Role::Officer]);
    POST "/monitoring/drafts/{id}/decide" monitoring::draft::decide, Only(&[Role::Reviewer]);
    GET  "/monitoring/{rule}" monitoring::show::index, Only(STAFF);
    GET  "/monitoring/{rule}/versions/{version}" monitoring::show::version, Only(STAFF);
    POST "/monitoring/{rule}/versions/{version}/copy" monitoring::draft::copy, Only(&[Role::Officer]);
    GET  "/audit" admin::audit::list, Only(OVERSEERS);
    GET  "/audit/export" admin::audit::export, Only(OVERSEERS);
    GET  "/contracts" contracts::list::index, Anyone;
    POST "/contracts/confirm" contracts::list::confirm, Only(&[Role::Hospital, Role::Supplier]);
    GET  "/contracts/export.csv" contracts::list::export, Anyone;
    GET  "/contracts/export.xlsx" contracts::list::export, Anyone;
    GET  "/contracts/{id}" contracts::show::index, Anyone;
    GET  "/contracts/{id}/sheet" contracts::sheet::index, Anyone;
    POST "/contracts/{id}/withdraw" contracts::show::withdraw, Only(&[Role::Hospital, Role::Supplier]);
    POST "/contracts/{id}/amend" contracts::show::amend, Only(&[Role::Officer]);
    GET  "/orders/{id}/confirm" deliveries::confirm::form, Only(&[Role::Supplier]);
    POST "/orders/{id}/confirm" deliveries::confirm::send, Only(&[Role::Supplier]);
    GET  "/deliveries" deliveries::list::index, Anyone;
    POST "/deliveries" deliveries::new::send, Only(&[Role::Supplier]);
    GET  "/deliveries/export.csv" deliveries::export::csv, Anyone;
    GET  "/deliveries/export.xlsx" deliveries::export::xlsx, Anyone;
    GET  "/deliveries/shortfalls" deliveries::shortfalls::index, Anyone;
    GET  "/deliveries/shortfalls.csv" deliveries::shortfalls::csv, Anyone;
    GET  "/deliveries/new" deliveries::new::form, Only(&[Role::Supplier]);
    GET  "/deliveries/template" deliveries::upload::template, Only(&[Role::Supplier]);
    POST "/deliveries/uploads" deliveries::upload::send, Only(&[Role::Supplier]);
    POST "/deliveries/answers" deliveries::answers::send, Only(&[Role::Supplier]);
    GET  "/deliveries/answers/template" deliveries::answers::template, Only(&[Role::Supplier]);
    GET  "/deliveries/answers/{import}" deliveries::answers::review, Only(&[Role::Supplier]);
    POST "/deliveries/answers/{import}" deliveries::answers::apply, Only(&[Role::Supplier]);
    POST "/deliveries/answers/{import}/cancel" deliveries::answers::cancel, Only(&[Role::Supplier]);
    GET  "/deliveries/uploads/{import}" deliveries::upload::review, Only(&[Role::Supplier]);
    POST "/deliveries/uploads/{import}" deliveries::upload::apply, Only(&[Role::Supplier]);
    POST "/deliveries/uploads/{import}/cancel" deliveries::upload::cancel, Only(&[Role::Supplier]);
    GET  "/deliveries/{id}" deliveries::show::index, Anyone;
    POST "/deliveries/{id}/receive" deliveries::receive::receive, Only(&[Role::Hospital]);
    POST "/deliveries/{id}/returns" deliveries::receive::give_back, Only(&[Role::Hospital]);
    GET  "/distributors" distributors::list::index, Anyone;
    POST "/distributors" distributors::edit::add, Only(&[Role::Officer]);
    GET  "/distributors/new" distributors::edit::new, Only(&[Role::Officer]);
    GET  "/distributors/choices" distributors::choices::index, Only(&[Role::Supplier]);
    POST "/distributors/choices" distributors::choices::choose, Only(&[Role::Supplier]);
    GET  "/distributors/{id}" distributors::show::index, Anyone;
    GET  "/distributors/{id}/edit" distributors::edit::form, Only(&[Role::Officer]);
    POST "/distributors/{id}" distributors::edit::change, Only(&[Role::Officer]);
    POST "/distributors/{id}/assessments" distributors::show::assess, Only(&[Role::Officer]);
    POST "/distributors/{id}/active" distributors::show::set_active, Only(&[Role::Officer]);
    GET  "/shortages" shortages::list::index, Only(shortages::READERS);
    GET  "/shortages/export.csv" shortages::list::csv, Only(shortages::READERS);
    GET  "/shortages/list" shortages::entries::index, Only(STAFF);
    POST "/shortages/list" shortages::entries::add, Only(&[OFFICER]);
    POST "/shortages/list/upload" shortages::entries::upload, Only(&[OFFICER]);
    GET  "/shortages/list/template" shortages::entries::template, Only(&[OFFICER]);
    POST "/shortages/list/{id}/end" shortages::entries::end, Only(&[OFFICER]);
    GET  "/shortages/new" shortages::new::form, Only(&[OFFICER]);
    POST "/shortages/new" shortages::new::record, Only(&[OFFICER]);
    GET  "/shortages/{id}/documents/{document}" shortages::new::document, Only(shortages::READERS);
    GET  "/shortages/{id}" shortages::show::index, Only(shortages::READERS);
    POST "/shortages/{id}/respond" shortages::act::respond, Only(&[OFFICER]);
    POST "/shortages/{id}/replacement" shortages::act::replace, Only(&[OFFICER]);
    GET  "/shortages/{id}/report" shortages::report::index, Only(STAFF);
    POST "/shortages/{id}/report" shortages::act::write_report, Only(&[OFFICER]);
    GET  "/shortages/{id}/report.csv" shortages::report::csv, Only(STAFF);
    POST "/shortages/{id}/close" shortages::act::close, Only(&[OFFICER]);
    GET  "/stock" shortages::stock::index, Only(shortages::READERS);
    POST "/stock" shortages::stock::report, Only(&[Role::Hospital]);
    POST "/stock/upload" shortages::stock::upload, Only(&[Role::Hospital]);
    GET  "/stock/template" shortages::stock::template, Only(&[Role::Hospital]);
    GET  "/orders" orders::list::index, Anyone;
    GET  "/orders/export" orders::list::export, Anyone;
    GET  "/orders/new" orders::new::form, Only(&[Role::Hospital]);
    GET  "/orders/template" orders::new::template, Only(&[Role::Hospital]);
    POST "/orders/requests" orders::new::enter, Only(&[Role::Hospital]);
    POST "/orders/requests/upload" orders::new::upload, Only(&[Role::Hospital]);
    GET  "/orders/requests/{id}" orders::request::index, Only(&[Role::Hospital]);
    GET  "/orders/requests/{id}/results" orders::request::results, Only(&[Role::Hospital]);
    POST "/orders/requests/{id}/submit" orders::request::submit, Only(&[Role::Hospital]);
    POST "/orders/requests/{id}/cancel" orders::request::cancel, Only(&[Role::Hospital]);
    GET  "/orders/{id}" orders::show::index, Anyone;
    GET  "/orders/{id}/export" orders::show::export, Anyone;
    POST "/orders/{id}/release" orders::show::release, Only(&[Role::Hospital]);
    GET  "/contracts/{id}/quota" contracts::quota::form, Only(&[Role::Officer]);
    POST "/contracts/{id}/quota" contracts::quota::raise, Only(&[Role::Officer]);
    GET  "/rounds/{id}/events" contracts::events::index, Only(STAFF);
    GET  "/rounds/{id}/takeover" contracts::takeover::form, Only(&[Role::Officer]);
    POST "/rounds/{id}/takeover" contracts::takeover::carry_out, Only(&[Role::Officer]);
    GET  "/rounds/{id}/price-change" contracts::price::form, Only(&[Role::Officer]);
    POST "/rounds/{id}/price-change" contracts::price::enter, Only(&[Role::Officer]);
    POST "/rounds/{id}/price-change/withdraw" contracts::price::withdraw, Only(&[Role::Officer]);
    GET  "/rounds/{id}/successor" contracts::successor::form, Only(&[Role::Officer]);
    POST "/rounds/{id}/successor" contracts::successor::make, Only(&[Role::Officer]);
    GET  "/progress" progress::board::index, Anyone;
    GET  "/progress/export.csv" progress::export::groups, Anyone;
    GET  "/progress/export.xlsx" progress::export::groups, Anyone;
    GET  "/progress/contracts" progress::lines::index, Anyone;
    GET  "/progress/contracts/export.csv" progress::export::contracts, Anyone;
    GET  "/progress/contracts/export.xlsx" progress::export::contracts, Anyone;
    GET  "/progress/contracts/{id}" progress::show::index, Anyone;
    GET  "/invoices" invoices::list::index, Anyone;
    POST "/invoices" invoices::new::create, Only(&[Role::Supplier]);
    GET  "/invoices/export/{file}" invoices::list::export, Anyone;
    GET  "/invoices/new" invoices::new::form, Only(&[Role::Supplier]);
    POST "/invoices/uploads" invoices::upload::send, Only(&[Role::Supplier]);
    GET  "/invoices/uploads/{id}" invoices::upload::review, Only(&[Role::Supplier]);
    POST "/invoices/uploads/{id}" invoices::upload::apply, Only(&[Role::Supplier]);
    POST "/invoices/uploads/{id}/cancel" invoices::upload::cancel, Only(&[Role::Supplier]);
    POST "/invoices/xml" invoices::assign::send, Only(&[Role::Supplier]);
    GET  "/invoices/xml/{id}" invoices::assign::index, Only(&[Role::Supplier]);
    POST "/invoices/xml/{id}" invoices::assign::enter, Only(&[Role::Supplier]);
    POST "/invoices/xml/{id}/cancel" invoices::assign::cancel, Only(&[Role::Supplier]);
    GET  "/invoices/{id}" invoices::show::index, Anyone;
    POST "/invoices/{id}/withdraw" invoices::show::withdraw, Only(&[Role::Supplier]);
    GET  "/invoices/{id}/credit" invoices::credit::form, Only(&[Role::Supplier]);
    POST "/invoices/{id}/credit" invoices::credit::create, Only(&[Role::Supplier]);
    GET  "/payments" payments::list::index, Anyone;
    POST "/payments" payments::new::create, Only(&[Role::Hospital]);
    GET  "/payments/export/{file}" payments::list::export, Anyone;
    GET  "/payments/new" payments::new::form, Only(&[Role::Hospital]);
    POST "/payments/uploads" payments::upload::send, Only(&[Role::Hospital]);
    GET  "/payments/uploads/{id}" payments::upload::review, Only(&[Role::Hospital]);
    POST "/payments/uploads/{id}" payments::upload::apply, Only(&[Role::Hospital]);
    POST "/payments/uploads/{id}/cancel" payments::upload::cancel, Only(&[Role::Hospital]);
    GET  "/payments/receipts" payments::receipts::index, Anyone;
    GET  "/payments/receipts/export/{file}" payments::receipts::export, Anyone;
    GET  "/payments/receipts/{id}" payments::receipt::index, Anyone;
    GET  "/payments/{id}" payments::show::index, Anyone;
    POST "/payments/{id}/reverse" payments::show::reverse, Only(&[Role::Hospital]);
    GET  "/prices" prices::board::index, Only(STAFF);
    GET  "/prices/export/{file}" prices::board::export, Only(STAFF);
    GET  "/prices/search" prices::search::index, Only(STAFF);
    GET  "/prices/search/export/{file}" prices::search::export, Only(STAFF);
    GET  "/prices/purchases" prices::purchases::index, Only(PRICE_READERS);
    GET  "/prices/purchases/export/{file}" prices::purchases::export, Only(PRICE_READERS);
    GET  "/prices/hospitals" prices::parties::of_hospitals, Only(STAFF);
    GET  "/prices/hospitals/export/{file}" prices::parties::hospitals_export, Only(STAFF);
    GET  "/prices/hospitals/{id}" prices::party::hospital, Only(prices::HOSPITAL_READERS);
    GET  "/prices/hospitals/{id}/export/{file}" prices::party::hospital_export, Only(prices::HOSPITAL_READERS);
    GET  "/prices/suppliers" prices::parties::of_suppliers, Only(STAFF);
    GET  "/prices/suppliers/export/{file}" prices::parties::suppliers_export, Only(STAFF);
    GET  "/prices/suppliers/{id}" prices::party::supplier, Only(prices::SUPPLIER_READERS);
    GET  "/prices/suppliers/{id}/export/{file}" prices::party::supplier_export, Only(prices::SUPPLIER_READERS);
    GET  "/prices/products/{id}" prices::product::index, Only(STAFF);
    GET  "/prices/products/{id}/export/{file}" prices::product::export, Only(STAFF);
    GET  "/findings" prices::findings::index, Only(PRICE_READERS);
    GET  "/findings/export/{file}" prices::findings::export, Only(PRICE_READERS);
    GET  "/findings/listings" prices::own_listings::index, Only(&[Role::Supplier]);
    GET  "/findings/listings/export/{file}" prices::own_listings::export, Only(&[Role::Supplier]);
    GET  "/findings/{id}" prices::finding::index, Only(PRICE_READERS);
    GET  "/findings/{id}/export/{file}" prices::finding::export, Only(PRICE_READERS);
    GET  "/ageing" payments::ageing::index, Anyone;
    GET  "/ageing/export/{file}" payments::ageing::export, Anyone;
    GET  "/statements" payments::statement::index, Anyone;
    GET  "/statements/export/{file}" payments::statement::export, Anyone;
    GET  "/statements/check" payments::check::index, Anyone;
    GET  "/statements/check/export/{file}" payments::check::export, Anyone;
    POST "/statements/ledgers" payments::ledger::send, Only(&[Role::Hospital, Role::Supplier]);
    GET  "/statements/ledgers/{id}" payments::ledger::index, Only(&[Role::Hospital, Role::Supplier]);
    GET  "/statements/ledgers/{id}/export/{file}" payments::ledger::export, Only(&[Role::Hospital, Role::Supplier]);
    POST "/statements/ledgers/{id}/cancel" payments::ledger::cancel, Only(&[Role::Hospital, Role::Supplier]);
    GET  "/statements/{hospital}/{supplier}" payments::statement::pair, Anyone;
    GET  "/rounds/{id}/contracts" contracts::board::index, Only(STAFF);
    GET  "/rounds/{id}/contracts/export.csv" contracts::board::export, Only(STAFF);
    GET  "/rounds/{id}/contracts/export.xlsx" contracts::board::export, Only(STAFF);
    POST "/rounds/{id}/contracts/draw-up" contracts::board::draw_up, Only(&[Role::Officer]);
    GET  "/retention" retention::list::index, Only(retention::PARTIES);
    POST "/retention" retention::list::create, Only(&[Role::Officer]);
    GET  "/retention/{id}" retention::show::index, Only(retention::PARTIES);
    POST "/retention/{id}/compute" retention::decide::compute, Only(&[Role::Officer]);
    POST "/retention/{id}/check" retention::decide::check, Only(&[Role::Officer]);
    POST "/retention/{id}/ask" retention::decide::ask, Only(&[Role::Officer]);
    POST "/retention/{id}/withdraw" retention::decide::withdraw, Only(&[Role::Officer]);
    POST "/retention/{id}/decide" retention::decide::decide, Only(&[Role::Reviewer]);
    GET  "/retention/{id}/parameters" retention::parameters::index, Only(STAFF);
    POST "/retention/{id}/parameters" retention::parameters::change, Only(&[Role::Officer]);
    GET  "/retention/{id}/bases" retention::bases::index, Only(STAFF);
    POST "/retention/{id}/bases" retention::bases::enter, Only(&[Role::Officer]);
    GET  "/retention/{id}/bases.csv" retention::bases::file, Only(STAFF);
    POST "/retention/{id}/bases/fill" retention::bases::fill, Only(&[Role::Officer]);
    POST "/retention/{id}/bases/uploads" retention::upload::send_bases, Only(&[Role::Officer]);
    POST "/retention/{id}/assessments/uploads" retention::upload::send_scores, Only(&[Role::Officer]);
    GET  "/retention/{id}/assessments.csv" retention::assessments::file, Only(STAFF);
    GET  "/retention/{id}/uploads/{import}" retention::upload::review, Only(STAFF);
    POST "/retention/{id}/uploads/{import}/apply" retention::upload::apply, Only(&[Role::Officer]);
    POST "/retention/{id}/uploads/{import}/cancel" retention::upload::cancel, Only(&[Role::Officer]);
    GET  "/retention/{id}/what-if" retention::what_if::index, Only(STAFF);
    GET  "/retention/{id}/what-if.csv" retention::what_if::export, Only(STAFF);
    GET  "/retention/{id}/what-if.xlsx" retention::what_if::export, Only(STAFF);
    GET  "/retention/{id}/export.csv" retention::export::csv, Only(STAFF);
    GET  "/retention/{id}/export.xlsx" retention::export::xlsx, Only(STAFF);
    GET  "/retention/{id}/lines.csv" retention::export::lines, Only(STAFF);
    GET  "/retention/{id}/hospitals/{hospital}" retention::hospital::index, Only(retention::PARTIES);
    GET  "/retention/{id}/hospitals/{hospital}/export.csv" retention::export::own_csv, Only(retention::PARTIES);
    GET  "/retention/{id}/hospitals/{hospital}/export.xlsx" retention::export::own_xlsx, Only(retention::PARTIES);
    GET  "/retention/{id}/hospitals/{hospital}/{position}" retention::line::index, Only(retention::PARTIES);
    GET  "/assessments" retention::assessments::list, Only(STAFF);
    POST "/assessments" retention::assessments::enter, Only(&[Role::Officer]);
    GET  "/assessments/{id}" retention::assessments::show, Only(retention::PARTIES);
    POST "/assessments/{id}" retention::assessments::change, Only(&[Role::Officer]);
    POST "/assessments/{id}/documents" retention::assessments::add_document, Only(&[Role::Officer]);
    GET  "/assessments/{id}/documents/{document}" retention::assessments::file_of, Only(retention::PARTIES);
    GET  "/terms" terms::index, Only(STAFF);
    POST "/terms" terms::set, Only(&[Role::Officer]);
    GET  "/credit" credit::index, Only(credit::PARTIES);
    GET  "/credit/export.csv" credit::export, Only(credit::PARTIES);
    GET  "/credit/export.xlsx" credit::export, Only(credit::PARTIES);
    GET  "/conducts" ratings::conducts::index, Only(STAFF);
    POST "/conducts" ratings::conducts::enter, Only(&[OFFICER]);
    GET  "/conducts/new" ratings::conducts::form, Only(&[OFFICER]);
    GET  "/conducts/{id}" ratings::conduct::index, Only(STAFF);
    POST "/conducts/{id}/facts" ratings::conduct::cite, Only(&[OFFICER]);
    GET  "/conducts/{id}/documents/{document}" ratings::conduct::document, Only(STAFF);
    GET  "/ratings" ratings::list::index, Only(credit::PARTIES);
    POST "/ratings" ratings::act::notice, Only(&[OFFICER]);
    GET  "/ratings/export.csv" ratings::list::export, Only(credit::PARTIES);
    GET  "/ratings/export.xlsx" ratings::list::export, Only(credit::PARTIES);
    GET  "/ratings/number/{number}" ratings::show::of_number, Only(STAFF);
    GET  "/ratings/{id}" ratings::show::index, Only(credit::PARTIES);
    POST "/ratings/{id}/defence" ratings::act::defend, Only(ratings::COMPANIES);
    POST "/ratings/{id}/propose" ratings::act::propose, Only(&[OFFICER]);
    POST "/ratings/{id}/decide" ratings::act::decide, Only(&[REVIEWER]);
    POST "/ratings/{id}/repair" ratings::act::repair, Only(ratings::COMPANIES);
    GET  "/ratings/{id}/documents/{document}" ratings::show::document, Only(credit::PARTIES);
    GET  "/public/credit" ratings::public::list, Public;
    GET  "/public/credit.csv" ratings::public::csv, Public;
    GET  "/public/credit.json" ratings::public::json, Public;
    GET  "/claims" settlements::claims::index, Anyone;
    GET  "/claims/export.csv" settlements::claims::csv, Anyone;
    GET  "/claims/prepare" settlements::prepare::index, Only(&[Role::Supplier]);
    POST "/claims/submit" settlements::prepare::submit, Only(&[Role::Supplier]);
    POST "/claims/confirm" settlements::claims::confirm, Only(&[Role::Hospital]);
    GET  "/claims/{id}" settlements::claim::index, Anyone;
    GET  "/claims/{id}/export.csv" settlements::claim::csv, Anyone;
    POST "/claims/{id}/dispute" settlements::claim::dispute, Only(&[Role::Hospital]);
    POST "/claims/{id}/resolve" settlements::claim::resolve, Only(access::PARTIES);
    GET  "/settlements" settlements::list::index, Only(STAFF);
    POST "/settlements" settlements::list::open, Only(&[Role::Settlement]);
    GET  "/settlements/hospitals" settlements::direct::index, Only(STAFF);
    POST "/settlements/hospitals" settlements::direct::set, Only(&[Role::Settlement]);
    GET  "/settlements/number/{number}" settlements::show::of_number, Only(STAFF);
    GET  "/settlements/{id}" settlements::show::index, Only(STAFF);
    POST "/settlements/{id}/advance" settlements::act::advance, Only(&[Role::Settlement]);
    POST "/settlements/{id}/ask" settlements::act::ask, Only(&[Role::Settlement]);
    POST "/settlements/{id}/decide" settlements::act::decide, Only(&[Role::Reviewer]);
    POST "/settlements/{id}/files" settlements::act::make_file, Only(&[Role::Settlement]);
    GET  "/settlements/{id}/files/{file}/{format}" settlements::show::file, Only(access::PAYMENTS);
    POST "/settlements/{id}/results" settlements::act::results, Only(&[Role::Settlement]);
    POST "/settlements/{id}/deduct" settlements::act::deduct, Only(&[Role::Settlement]);
    GET  "/settlements/{id}/deductions.csv" settlements::show::deductions, Only(STAFF);
    GET  "/prepayments" settlements::prepayments::list, Only(access::PREPAYMENT_READERS);
    GET  "/prepayments/{hospital}" settlements::prepayments::show, Only(access::PREPAYMENT_READERS);
    POST "/prepayments/{hospital}/grants" settlements::prepayments::ask, Only(&[Role::Settlement]);
    POST "/prepayments/{hospital}/recover" settlements::prepayments::recover, Only(&[Role::Settlement]);
    POST "/prepayments/grants/{id}" settlements::prepayments::decide, Only(&[Role::Reviewer]);
    GET  "/bank-accounts" settlements::banks::index, Only(access::ACCOUNT_READERS);
    POST "/bank-accounts" settlements::banks::enter, Only(access::ACCOUNT_HOLDERS);
    POST "/bank-accounts/{id}" settlements::banks::decide, Only(access::ACCOUNT_APPROVERS);
    GET  "/workdays" settlements::workdays::index, Anyone;
    POST "/workdays" settlements::workdays::add, Only(access::CALENDAR_KEEPERS);
    GET  "/workdays/template" settlements::workdays::template, Only(access::CALENDAR_KEEPERS);
    POST "/workdays/upload" settlements::workdays::upload, Only(access::CALENDAR_KEEPERS);
    POST "/workdays/remove" settlements::workdays::remove, Only(access::CALENDAR_KEEPERS);
    GET  "/rounds/{id}/standards" standards::draft::index, Only(STAFF);
    POST "/rounds/{id}/standards/ask" standards::draft::ask, Only(&[Role::Officer]);
    POST "/rounds/{id}/standards/decide" standards::draft::decide, Only(&[Role::Reviewer]);
    POST "/rounds/{id}/standards/effect" standards::draft::compute, Only(&[Role::Officer]);
    GET  "/standards/effects/{id}" standards::effects::index, Only(STAFF);
    GET  "/standards/effects/{id}/export/{file}" standards::effects::export, Only(STAFF);
    GET  "/standards/links" standards::links::index, Only(STAFF);
    POST "/standards/links/{no}/accept" standards::links::accept, Only(&[Role::Officer]);
    POST "/standards/links/{no}/dismiss" standards::links::dismiss, Only(&[Role::Officer]);
    GET  "/standards/negotiated" standards::negotiated::index, Only(STAFF);
    GET  "/standards/negotiated/template" standards::negotiated::template, Only(&[Role::Officer]);
    POST "/standards/negotiated/uploads" standards::upload::send, Only(&[Role::Officer]);
    GET  "/standards/negotiated/uploads/{import}" standards::upload::review, Only(&[Role::Officer]);
    POST "/standards/negotiated/uploads/{import}" standards::upload::apply, Only(&[Role::Officer]);
    POST "/standards/negotiated/uploads/{import}/cancel" standards::upload::cancel, Only(&[Role::Officer]);
    GET  "/standards/negotiated/{number}" standards::negotiated::show, Only(STAFF);
    GET  "/standards/negotiated/{number}/file" standards::negotiated::file, Only(STAFF);
    POST "/standards/negotiated/{number}/effect" standards::negotiated::compute, Only(&[Role::Officer]);
    POST "/standards/negotiated/{number}/ask" standards::negotiated::ask, Only(&[Role::Officer]);
    POST "/standards/negotiated/{number}/discard" standards::negotiated::discard, Only(&[Role::Officer]);
    POST "/standards/negotiated/{number}/decide" standards::negotiated::decide, Only(&[Role::Reviewer]);
    GET  "/standards" standards::list::index, Anyone;
    GET  "/standards/export.csv" standards::list::export, Anyone;
    GET  "/standards/export.xlsx" standards::list::export, Anyone;
    GET  "/standards/consumers" standards::consumers::index, Only(standards::consumers::KEEPERS);
    POST "/standards/consumers" standards::consumers::add, Only(standards::consumers::KEEPERS);
    POST "/standards/consumers/{id}/rotate" standards::consumers::rotate, Only(standards::consumers::KEEPERS);
    POST "/standards/consumers/{id}/active" standards::consumers::active, Only(standards::consumers::KEEPERS);
    POST "/standards/consumers/{id}/endpoint" standards::consumers::endpoint, Only(standards::consumers::KEEPERS);
    GET  "/standards/pushes" standards::pushes::index, Only(standards::consumers::KEEPERS);
    POST "/standards/pushes/{id}/retry" standards::pushes::retry, Only(standards::consumers::KEEPERS);
    GET  "/standards/{seq}" standards::show::index, Anyone;
    POST "/standards/{seq}/correct" standards::show::correct, Only(&[Role::Officer]);
    POST "/standards/{seq}/decide" standards::show::decide, Only(&[Role::Reviewer]);
    GET  "/disease-costs" disease_costs::list::index, Only(disease_costs::READERS);
    POST "/disease-costs" disease_costs::edit::create, Only(COST_KEEPERS);
    GET  "/disease-costs/new" disease_costs::edit::new, Only(COST_KEEPERS);
    GET  "/disease-costs/template" disease_costs::upload::template, Only(COST_KEEPERS);
    POST "/disease-costs/uploads" disease_costs::upload::send, Only(COST_KEEPERS);
    GET  "/disease-costs/uploads/{import}" disease_costs::upload::review, Only(COST_KEEPERS);
    POST "/disease-costs/uploads/{import}" disease_costs::upload::apply, Only(COST_KEEPERS);
    POST "/disease-costs/uploads/{import}/cancel" disease_costs::upload::cancel, Only(COST_KEEPERS);
    GET  "/disease-costs/{id}" disease_costs::show::index, Only(disease_costs::READERS);
    GET  "/disease-costs/{id}/edit" disease_costs::edit::form, Only(COST_KEEPERS);
    POST "/disease-costs/{id}/edit" disease_costs::edit::change, Only(COST_KEEPERS);
    POST "/disease-costs/{id}/retire" disease_costs::edit::retire, Only(COST_KEEPERS);
    POST "/disease-costs/{id}/items" disease_costs::show::add_item, Only(COST_KEEPERS);
    POST "/disease-costs/{id}/items/{position}/remove" disease_costs::show::remove_item, Only(COST_KEEPERS);
    POST "/disease-costs/{id}/refresh" disease_costs::show::refresh, Only(COST_KEEPERS);
    GET  "/disease-costs/{id}/export/{file}" disease_costs::show::export, Only(disease_costs::READERS);
    GET  "/api/standards" api::feed::json, Token(Scope::Standards);
    GET  "/api/standards.csv" api::feed::csv, Token(Scope::Standards);
    GET  "/api/standards/full" api::full::json, Token(Scope::Standards);
    GET  "/api/standards/full.csv" api::full::csv, Token(Scope::Standards);
    POST "/api/standards/ack" api::feed::ack, Token(Scope::Acknowledge);
    POST "/api/standards/compare" api::compare::compare, Token(Scope::Standards);
    POST "/api/price-check" api::check::check, Token(Scope::PriceCheck);
    GET  "/indicators" indicators::board::index, Only(INDICATOR_READERS);
    GET  "/indicators/export/{file}" indicators::export::board, Only(INDICATOR_READERS);
    POST "/indicators/report" indicators::board::report, Only(STAFF);
    GET  "/indicators/targets" indicators::targets::index, Only(STAFF);
    POST "/indicators/targets" indicators::targets::ask, Only(&[Role::Officer]);
    POST "/indicators/targets/{id}/withdraw" indicators::targets::withdraw, Only(&[Role::Officer]);
    POST "/indicators/targets/{id}/decide" indicators::targets::decide, Only(&[Role::Reviewer]);
    GET  "/indicators/inputs" indicators::inputs::index, Only(INDICATOR_READERS);
    POST "/indicators/inputs" indicators::inputs::enter, Only(INPUT_KEEPERS);
    GET  "/indicators/inputs/template" indicators::upload::figures_template, Only(INPUT_KEEPERS);
    POST "/indicators/inputs/uploads" indicators::upload::send_figures, Only(INPUT_KEEPERS);
    GET  "/indicators/inputs/uploads/{import}" indicators::upload::review_figures, Only(INPUT_KEEPERS);
    POST "/indicators/inputs/uploads/{import}" indicators::upload::apply_figures, Only(INPUT_KEEPERS);
    POST "/indicators/inputs/uploads/{import}/cancel" indicators::upload::cancel_figures, Only(INPUT_KEEPERS);
    GET  "/indicators/varieties" indicators::varieties::index, Only(STAFF);
    POST "/indicators/varieties" indicators::varieties::add, Only(&[Role::Officer]);
    POST "/indicators/varieties/{id}/withdraw" indicators::varieties::withdraw, Only(&[Role::Officer]);
    GET  "/indicators/varieties/template" indicators::upload::varieties_template, Only(&[Role::Officer]);
    POST "/indicators/varieties/uploads" indicators::upload::send_varieties, Only(&[Role::Officer]);
    GET  "/indicators/varieties/uploads/{import}" indicators::upload::review_varieties, Only(&[Role::Officer]);
    POST "/indicators/varieties/uploads/{import}" indicators::upload::apply_varieties, Only(&[Role::Officer]);
    POST "/indicators/varieties/uploads/{import}/cancel" indicators::upload::cancel_varieties, Only(&[Role::Officer]);
    GET  "/indicators/{code}" indicators::show::index, Only(INDICATOR_READERS);
    GET  "/indicators/{code}/export/{file}" indicators::export::parts, Only(INDICATOR_READERS);
    GET  "/indices" indices::list::index, Only(STAFF);
    POST "/indices" indices::edit::create, Only(&[Role::Officer]);
    GET  "/indices/new" indices::edit::new, Only(&[Role::Officer]);
    GET  "/indices/{id}" indices::show::index, Only(STAFF);
    GET  "/indices/{id}/edit" indices::edit::form, Only(&[Role::Officer]);
    POST "/indices/{id}/edit" indices::edit::change, Only(&[Role::Officer]);
    GET  "/indices/{id}/export/{file}" indices::export::series, Only(STAFF);
    GET  "/indices/{id}/items" indices::items::index, Only(STAFF);
    GET  "/indices/{id}/items.csv" indices::items::file, Only(STAFF);
    POST "/indices/{id}/uploads" indices::items::send, Only(&[Role::Officer]);
    GET  "/indices/{id}/uploads/{import}" indices::items::review, Only(&[Role::Officer]);
    POST "/indices/{id}/uploads/{import}" indices::items::apply, Only(&[Role::Officer]);
    POST "/indices/{id}/uploads/{import}/cancel" indices::items::cancel, Only(&[Role::Officer]);
    POST "/indices/{id}/weights" indices::steps::weigh, Only(&[Role::Officer]);
    POST "/indices/{id}/ask" indices::steps::ask, Only(&[Role::Officer]);
    POST "/indices/{id}/withdraw" indices::steps::withdraw, Only(&[Role::Officer]);
    POST "/indices/{id}/discard" indices::steps::discard, Only(&[Role::Officer]);
    POST "/indices/{id}/copy" indices::steps::copy, Only(&[Role::Officer]);
    POST "/indices/{id}/decide" indices::steps::decide, Only(&[Role::Reviewer]);
    GET  "/indices/{id}/months/{month}" indices::month::index, Only(STAFF);
    GET  "/indices/{id}/months/{month}/export/{file}" indices::export::month, Only(STAFF);
    GET  "/indices/{id}/notices/{notice}" indices::notice::index, Only(STAFF);
    GET  "/preparations" preparations::list::index, Only(preparations::PARTIES);
    POST "/preparations" preparations::edit::create, Only(&[Role::Hospital]);
    GET  "/preparations/new" preparations::edit::new, Only(&[Role::Hospital]);
    GET  "/preparations/export/{file}" preparations::list::export, Only(preparations::PARTIES);
    GET  "/preparations/number/{number}" preparations::show::of_number, Only(preparations::PARTIES);
    GET  "/preparations/{id}" preparations::show::index, Only(preparations::PARTIES);
    GET  "/preparations/{id}/edit" preparations::edit::form, Only(&[Role::Hospital]);
    POST "/preparations/{id}/edit" preparations::edit::change, Only(&[Role::Hospital]);
    GET  "/preparations/{id}/export/{file}" preparations::show::export, Only(preparations::PARTIES);
    POST "/preparations/{id}/lines" preparations::edit::add_line, Only(&[Role::Hospital]);
    GET  "/preparations/{id}/lines.csv" preparations::upload::template, Only(&[Role::Hospital]);
    POST "/preparations/{id}/lines/{line}/remove" preparations::edit::remove_line, Only(&[Role::Hospital]);
    POST "/preparations/{id}/uploads" preparations::upload::send, Only(&[Role::Hospital]);
    GET  "/preparations/{id}/uploads/{import}" preparations::upload::review, Only(&[Role::Hospital]);
    POST "/preparations/{id}/uploads/{import}" preparations::upload::apply, Only(&[Role::Hospital]);
    POST "/preparations/{id}/uploads/{import}/cancel" preparations::upload::cancel, Only(&[Role::Hospital]);
    POST "/preparations/{id}/submit" preparations::edit::submit, Only(&[Role::Hospital]);
    POST "/preparations/{id}/discard" preparations::edit::discard, Only(&[Role::Hospital]);
    POST "/preparations/{id}/renew" preparations::edit::renew, Only(&[Role::Hospital]);
    POST "/preparations/{id}/accept" preparations::act::accept, Only(&[Role::Officer]);
    POST "/preparations/{id}/return" preparations::act::give_back, Only(&[Role::Officer]);
    POST "/preparations/{id}/ask" preparations::act::ask, Only(&[Role::Officer]);
    POST "/preparations/{id}/withdraw" preparations::act::withdraw, Only(&[Role::Officer]);
    POST "/preparations/{id}/decide" preparations::act::decide, Only(&[Role::Reviewer]);
    GET  "/rounds/{id}/award" awards::show::show, Anyone;
    POST "/rounds/{id}/award" awards::show::compute, Only(&[Role::Officer]);
    POST "/rounds/{id}/rulings" awards::show::rule, Only(&[Role::Officer]);
    POST "/rounds/{id}/publicity" awards::confirmation::publish, Only(&[Role::Officer]);
    POST "/rounds/{id}/confirmation" awards::confirmation::ask, Only(&[Role::Officer]);
    POST "/rounds/{id}/confirmation/confirm" awards::confirmation::confirm, Only(&[Role::Reviewer]);
    POST "/rounds/{id}/confirmation/back" awards::confirmation::send_back, Only(&[Role::Reviewer]);
    GET  "/rounds/{id}/award/export/{file}" awards::export::file, Only(STAFF);
    GET  "/rounds/{id}/award/{lot}" awards::lot::show, Only(STAFF);
    GET  "/rounds/{id}/award/{lot}/volumes" awards::volumes::show, Anyone;
    GET  "/rounds/{id}/questions" questions::list::index, Only(questions::PARTIES);
    POST "/rounds/{id}/questions" questions::list::ask, Only(&[Role::Officer]);
    GET  "/rounds/{id}/questions/export.csv" questions::export::list, Only(STAFF);
    GET  "/rounds/{id}/questions/export.xlsx" questions::export::list, Only(STAFF);
    GET  "/rounds/{id}/questions/consents.csv" questions::export::consents, Only(STAFF);
    GET  "/questions/{id}" questions::show::index, Only(questions::PARTIES);
    POST "/questions/{id}/answer" questions::show::answer, Only(&[Role::Supplier]);
    POST "/questions/{id}/withdraw" questions::show::withdraw, Only(&[Role::Officer]);
    GET  "/rounds/{id}/regions" awards::regions::show, Only(awards::regions::PARTIES);
    POST "/rounds/{id}/regions" awards::regions::choose, Only(&[Role::Supplier]);
    POST "/rounds/{id}/regions/start" awards::regions::start, Only(&[Role::Officer]);
    POST "/rounds/{id}/regions/pause" awards::regions::pause, Only(&[Role::Officer]);
    POST "/rounds/{id}/regions/resume" awards::regions::resume, Only(&[Role::Officer]);
    POST "/rounds/{id}/regions/cancel" awards::regions::cancel, Only(&[Role::Officer]);
    GET  "/rounds/{id}/regions/picks.csv" awards::regions::file, Only(STAFF);
    GET  "/rounds/{id}/reassignment" awards::reassignment::show, Only(awards::reassignment::PARTIES);
    POST "/rounds/{id}/reassignment" awards::reassignment::place, Only(&[Role::Hospital]);
    POST "/rounds/{id}/reassignment/open" awards::reassignment::open, Only(&[Role::Officer]);
    POST "/rounds/{id}/reassignment/deadline" awards::reassignment::set_deadline, Only(&[Role::Officer]);
    POST "/rounds/{id}/reassignment/cancel" awards::reassignment::cancel, Only(&[Role::Officer]);
    GET  "/rounds/{id}/reassignment/reassignments.csv" awards::reassignment::file, Only(STAFF);
    GET  "/rounds/{id}/comparison" awards::comparison::show, Only(EVALUATORS);
    GET  "/rounds/{id}/report" awards::report::show, Only(EVALUATORS);
    GET  "/rounds/{id}/report.xlsx" awards::report_file::xlsx, Only(EVALUATORS);
    GET  "/rounds/{id}/screens" screens::list::show, Only(EVALUATORS);
    GET  "/rounds/{id}/screens/export" screens::list::file, Only(EVALUATORS);
    GET  "/rounds/{id}/screens/{finding}" screens::show::show, Only(EVALUATORS);
    POST "/rounds/{id}/screens/{finding}" screens::show::remark, Only(&[Role::Officer]);
    GET  "/rounds/{id}/objections" awards::objections::list, Only(OBJECTORS);
    POST "/rounds/{id}/objections" awards::objections::file, Only(&[Role::Supplier]);
    GET  "/objections/{id}" awards::objections::show, Only(OBJECTORS);
    POST "/objections/{id}/answer" awards::objections::answer, Only(&[Role::Officer]);
    POST "/objections/{id}/documents" awards::objections::add_document, Only(&[Role::Supplier]);
    GET  "/objections/{id}/documents/{document}" awards::objections::document, Only(OBJECTORS);
    GET  "/public/receipts" bids::roots::list, Public;
    GET  "/public" public::home::index, Public;
    GET  "/public/rounds" public::tables::index, Public;
    GET  "/public/rounds.csv" public::tables::index, Public;
    GET  "/public/rounds.json" public::tables::index, Public;
    GET  "/public/winners" public::tables::index, Public;
    GET  "/public/winners.csv" public::tables::index, Public;
    GET  "/public/winners.json" public::tables::index, Public;
    GET  "/public/standards" public::tables::index, Public;
    GET  "/public/standards.csv" public::tables::index, Public;
    GET  "/public/standards.json" public::tables::index, Public;
    GET  "/public/indices" public::tables::index, Public;
    GET  "/public/indices.csv" public::tables::index, Public;
    GET  "/public/indices.json" public::tables::index, Public;
    GET  "/public/ocds/releases.json" public::ocds::releases, Public;
    GET  "/public/ocds/records.json" public::ocds::records, Public;
    GET  "/public/ocds/{round}.json" public::ocds::round, Public;
    GET  "/public/ocds/{round}/record.json" public::ocds::record, Public;
    GET  "/public/rounds/{id}" awards::public::show, Public;
    GET  "/public/rounds/{id}/{file}" awards::public::file, Public;
    GET  "/products" catalog::list::index, Anyone;
    GET  "/products/export" catalog::export::download, Anyone;
    GET  "/products/new" catalog::edit::blank, Only(CATALOGUERS);
    POST "/products/new" catalog::edit::add, Only(CATALOGUERS);
    GET  "/products/import" catalog::import::form, Only(CATALOGUERS);
    POST "/products/import" catalog::import::upload, Only(CATALOGUERS);
    GET  "/products/imports/{id}" catalog::review::show, Only(CATALOGUERS);
    GET  "/products/imports/{id}/bad" catalog::review::bad, Only(CATALOGUERS);
    POST "/products/imports/{id}/columns" catalog::review::choose, Only(CATALOGUERS);
    POST "/products/imports/{id}/apply" catalog::review::apply, Only(CATALOGUERS);
    POST "/products/imports/{id}/cancel" catalog::review::cancel, Only(CATALOGUERS);
    GET  "/products/{id}" catalog::show::show, Anyone;
    GET  "/products/{id}/edit" catalog::edit::form, Only(CATALOGUERS);
    POST "/products/{id}/edit" catalog::edit::change, Only(CATALOGUERS);
    GET  "/ratio" catalog::ratio::show, Anyone;
    POST "/ratio/file" catalog::ratio::file, Anyone;
    GET  "/rounds/{id}/demand" demand::report::index, Only(demand::READERS);
    POST "/rounds/{id}/demand" demand::report::save, Only(&[Role::Hospital]);
    POST "/rounds/{id}/demand/withdraw" demand::report::withdraw, Only(&[Role::Hospital]);
    GET  "/rounds/{id}/demand/template" demand::report::template, Only(&[Role::Hospital]);
    POST "/rounds/{id}/demand/uploads" demand::upload::send, Only(&[Role::Hospital]);
    GET  "/rounds/{id}/demand/uploads/{import}" demand::upload::review, Only(&[Role::Hospital]);
    POST "/rounds/{id}/demand/uploads/{import}" demand::upload::apply, Only(&[Role::Hospital]);
    GET  "/rounds/{id}/demand/export" demand::board::export, Only(STAFF);
    GET  "/rounds/{id}/demand/lots/{lot}" demand::lot::show, Only(STAFF);
    GET  "/rounds/{id}/demand/{hospital}" demand::review::show, Only(demand::READERS);
    POST "/rounds/{id}/demand/{hospital}/verify" demand::review::verify, Only(&[Role::Officer]);
    POST "/rounds/{id}/demand/{hospital}/approve" demand::review::approve, Only(&[Role::Officer]);
    POST "/rounds/{id}/demand/{hospital}/return" demand::review::send_back, Only(&[Role::Officer]);
    GET  "/rounds" rounds::list::list, Anyone;
    POST "/rounds" rounds::edit::create, Only(&[OFFICER]);
    GET  "/rounds.csv" rounds::list::export, Anyone;
    GET  "/rounds.xlsx" rounds::list::export, Anyone;
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
    GET  "/rounds/{id}/openers" rounds::openers::show, Only(STAFF);
    POST "/rounds/{id}/openers" rounds::openers::name, Only(&[OFFICER]);
    POST "/rounds/{id}/openers/take" rounds::openers::take, Only(bids::OPENERS);
    POST "/rounds/{id}/openers/keep" rounds::openers::keep, Only(bids::OPENERS);
    GET  "/rounds/{id}/lots" rounds::lots::list, Anyone;
    POST "/rounds/{id}/lots" rounds::lots::add, Only(&[OFFICER]);
    GET  "/rounds/{id}/lots.csv" rounds::lots::export, Anyone;
    GET  "/rounds/{id}/lots.xlsx" rounds::lots::export, Anyone;
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
    GET  "/rounds/{id}/archive" rounds::archive::download, Only(STAFF);
    GET  "/rounds/{id}/replay" rounds::archive::replay, Only(STAFF);
    GET  "/simulations" simulations::list::index, Only(EVALUATORS);
    GET  "/simulations/new" simulations::new::form, Only(EVALUATORS);
    POST "/simulations" simulations::new::create, Only(EVALUATORS);
    GET  "/simulations/{id}" simulations::show::index, Only(EVALUATORS);
    POST "/simulations/{id}/delete" simulations::show::delete, Only(EVALUATORS);
    GET  "/simulations/{id}/export/{file}" simulations::export::file, Only(EVALUATORS);
    GET  "/rules" rules::list::list, Anyone;
    GET  "/rules/compare" rules::compare::show, Only(STAFF);
    GET  "/rules/{id}" rules::show::show, Anyone;
    GET  "/rules/{id}/toml" rules::show::toml, Anyone;
    GET  "/rules/{id}/csv" rules::show::csv, Anyone;
    POST "/rules/{id}/copy" rules::draft::copy, Only(&[OFFICER]);
    GET  "/rules/drafts/{id}" rules::draft::show, Only(STAFF);
    GET  "/rules/drafts/{id}/edit" rules::edit::form, Only(&[OFFICER]);
    POST "/rules/drafts/{id}/edit" rules::edit::change, Only(&[OFFICER]);
    POST "/rules/drafts/{id}/ask" rules::draft::ask, Only(&[OFFICER]);
    POST "/rules/drafts/{id}/withdraw" rules::draft::withdraw, Only(&[OFFICER]);
    POST "/rules/drafts/{id}/discard" rules::draft::discard, Only(&[OFFICER]);
    POST "/rules/drafts/{id}/decide" rules::draft::decide, Only(&[REVIEWER]);
}
