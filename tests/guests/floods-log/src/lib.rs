//! Logs 5 MB, and then judges as it should.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

use guest::tollgate::gate::log;

guest!(|_request| {
    let line = "a flood ".repeat(128);
    for number in 0..5_000 {
        log::write(log::Level::Info, &format!("{number} {line}"));
    }
    Ok(vec![guest::honest_finding("judged")])
});
