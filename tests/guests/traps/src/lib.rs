//! Executes `unreachable`, without a word.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

guest!(|_request| core::arch::wasm32::unreachable());
