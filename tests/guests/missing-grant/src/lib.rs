//! Imports `clock` and `data`, whatever it was granted.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

use guest::tollgate::gate::{clock, data};

guest!(|_request| {
    let now = clock::evaluation_time();
    let keys = data::keys().join(",");
    let file = data::read("list").map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let nothing = data::read("secret").is_none();
    Ok(vec![guest::honest_finding(format!("{now} {keys} {} {nothing}", file.unwrap_or_default()))])
});
