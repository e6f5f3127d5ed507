//! All tests over the public surface: pages over HTTP, the command line, both databases. One binary.

// Helpers outside `#[test]` functions fail a test by panicking, as the tests themselves do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod award;
mod bids;
mod browser;
mod code;
mod opening;
mod people;
mod published;
mod sealed;
mod support;
