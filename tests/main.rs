//! All tests over the public surface: pages over HTTP, the command line, both databases. One binary.

mod demand;
mod people;
mod prices;
mod support;
