//! All tests over the public surface: pages over HTTP, the command line, both databases. One binary.

mod people;
mod round_lots;
mod rounds;
mod support;
