//! All tests over the public surface: pages over HTTP, the command line, both databases. One binary.

mod access;
mod admin;
mod audit;
mod commands;
mod jobs;
mod layout;
mod mail;
mod people;
mod support;
