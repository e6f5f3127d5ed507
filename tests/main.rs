//! All tests over the public surface: pages over HTTP, the command line, both databases. One binary.

mod code;
mod people;
mod support;
