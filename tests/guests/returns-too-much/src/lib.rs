//! Returns a message of 2 MiB.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

guest!(|_request| Ok(vec![guest::honest_finding("x".repeat(2 * 1024 * 1024))]));
