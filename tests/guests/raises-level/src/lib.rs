//! Denies by a rule that only warns.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

guest!(|_request| Ok(vec![guest::Finding { level: Some(guest::Level::Deny), ..guest::honest_finding("no") }]));
