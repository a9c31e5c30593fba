//! `tollgate check`.

mod cache;
mod configuration;
mod fix;
mod formats;
mod live;
mod output;
mod paths;
mod policies;
mod proposal;
mod revision;
mod sources;
mod trust;
mod waivers;
