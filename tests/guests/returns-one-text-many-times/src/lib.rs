//! Returns 1,000 messages of 32 MiB that are all the same bytes: little for the guest, 32 GB for a host that copies.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

use std::mem::ManuallyDrop;

fn alias(text: &mut ManuallyDrop<String>) -> String {
    // SAFETY: none. Freeing the text a second time is what an honest guest would never do, but it never comes to that.
    unsafe { String::from_raw_parts(text.as_mut_ptr(), text.len(), text.len()) }
}

guest!(|_request| {
    let mut text = ManuallyDrop::new("x".repeat(32 * 1024 * 1024));
    Ok((0..1_000).map(|_| guest::honest_finding(alias(&mut text))).collect())
});
