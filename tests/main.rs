//! All tests over the public surface: pages over HTTP, the command line, both databases. One binary.
// Helpers outside `#[test]` functions fail a test by panicking, as the tests themselves do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod access;
mod admin;
mod archive;
mod audit;
mod award;
mod bids;
mod browser;
mod catalog;
mod chain;
mod city_round;
mod code;
mod commands;
mod comparison;
mod consumables;
mod contracts;
mod deliveries;
mod demand;
mod distributors;
mod evaluation;
mod incidents;
mod invoices;
mod jobs;
mod layout;
mod mail;
mod openers;
mod opening;
mod paying;
mod people;
mod prices;
mod published;
mod questions;
mod ratio;
mod reassignment;
mod receipts;
mod regions;
mod round_lots;
mod rounds;
mod rules;
mod screens;
mod sealed;
mod simulations;
mod standards;
mod statements;
mod support;
