//! `tollgate check`.

mod cache;
mod configuration;
mod output;
mod paths;
mod policies;
mod revision;
mod sources;
mod trust;
