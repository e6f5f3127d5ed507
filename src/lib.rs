//! jicai (集采): volume-based procurement of drugs and medical consumables for a medical-insurance bureau,
//! from demand through award, contract and payment standard.
//!
//! Modules in reading order; each uses only those above it.

pub mod types;

pub mod text;

pub mod error;

pub mod config;

pub mod files;

pub mod signing;

pub mod sourced;

pub mod schema;

pub mod db;

pub mod audit;

pub mod notify;

pub mod people;

pub mod tokens;

pub mod workdays;

pub mod credit;

pub mod terms;

pub mod imports;

pub mod catalog;
pub mod runs;

pub mod prices;

pub mod rounds;

pub mod bids;

pub mod awards;

pub mod screens;

pub mod contracts;

pub mod cases;

pub mod supply;

pub mod ratings;

pub mod payments;

pub mod incidents;

pub mod standards;

pub mod disease_costs;

pub mod preparations;

pub mod scans;

pub mod indicators;

pub mod archive;
pub mod publish;
pub mod simulations;

pub mod demo;

pub mod web;

#[path = "../jobs/mod.rs"]
pub mod jobs;
