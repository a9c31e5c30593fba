//! Points at something that can't be in its document.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

guest!(|_request| Ok(vec![guest::Finding { pointer: "/kind/inside/a/text".to_owned(), ..guest::honest_finding("there") }]));
