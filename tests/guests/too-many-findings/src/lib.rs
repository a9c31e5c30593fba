//! Returns one finding more than it may.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

guest!(|_request| Ok((0..1_001).map(|number| guest::honest_finding(number.to_string())).collect()));
