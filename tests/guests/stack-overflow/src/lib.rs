//! Calls itself without end.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

/// Holds its frames in the stack of the host's machine code: nothing of it needs an address.
#[inline(never)]
fn deeper(depth: u64) -> u64 {
    if depth == u64::MAX {
        return 1;
    }
    deeper(depth + 1).rotate_left(7).wrapping_mul(depth | 1)
}

guest!(|request: guest::Request| Ok(vec![guest::honest_finding(deeper(request.settings.len() as u64).to_string())]));
