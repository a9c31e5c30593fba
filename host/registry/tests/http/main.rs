//! Registries over HTTP: the real one of the distribution project, and servers that do what a test tells them.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod answers;
mod asked;
mod child;
mod images;
mod logging_in;
mod mirrors;
mod real;
mod server;
mod tls;
mod tokens;
