//! Returns a message that is not UTF-8.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

guest!(|_request| {
    // SAFETY: none. The point is that the host does not trust it.
    let message = unsafe { String::from_utf8_unchecked(vec![b'a', 0xff, b'b']) };
    Ok(vec![guest::honest_finding(message)])
});
