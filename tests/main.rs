//! All tests over the public surface: pages over HTTP, the command line, both databases. One binary.

// Helpers outside `#[test]` functions fail a test by panicking, as the tests themselves do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod award;
mod bids;
mod browser;
mod catalog;
mod code;
mod opening;
mod contracts;
mod evaluation;
mod demand;
mod people;
mod prices;
mod published;
mod sealed;
mod standards;
mod round_lots;
mod rounds;
mod support;
