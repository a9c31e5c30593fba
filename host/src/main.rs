//! tollgate: decides what may change in production, applies it, and writes down why.

mod admission;
mod cases;
mod ci;
mod cli;
mod commands;
mod configuration;
mod delivery;
mod exit;
mod fixing;
mod infrastructure;
mod inline_waivers;
mod invocation;
mod kept;
mod output;
mod recalled;
mod rendering;
mod rules;
mod services;
mod sources;
mod wiring;
mod writer;

use std::process::ExitCode;

/// Documents are judged on all cores at once, where the system's allocator makes them wait for each other.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    commands::run()
}
