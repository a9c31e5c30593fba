//! Forges over HTTP: servers with answers in the shape that the documentation of the APIs gives them, and servers that fail.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

mod answers;
mod asked;
mod github;
mod gitlab;
mod secrets;
mod writing;
