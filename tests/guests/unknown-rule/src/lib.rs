//! Judges by a rule that it did not describe.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

guest!(|_request| Ok(vec![guest::Finding { rule: "another".to_owned(), ..guest::honest_finding("because") }]));
