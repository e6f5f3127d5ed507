//! All tests over the public surface: pages over HTTP, the command line, both databases. One binary.

mod bids;
mod code;
mod opening;
mod people;
mod sealed;
mod support;
