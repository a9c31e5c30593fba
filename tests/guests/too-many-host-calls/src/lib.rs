//! Asks for the time again and again.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

use guest::tollgate::gate::clock;

guest!(|_request| {
    let sum = (0..1_001).fold(0_u64, |sum, _| sum.wrapping_add(clock::evaluation_time()));
    Ok(vec![guest::honest_finding(sum.to_string())])
});
