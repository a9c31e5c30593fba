//! Has more bytes than a plugin may have.

#[path = "../../guest.rs"]
#[allow(dead_code, unused_imports, reason = "each guest uses some of it")]
mod guest;

const BALLAST_BYTES: usize = 33 * 1024 * 1024;

#[used]
static BALLAST: [u8; BALLAST_BYTES] = [b'x'; BALLAST_BYTES];

guest!(|request: guest::Request| {
    let byte = BALLAST[request.settings.len() % BALLAST_BYTES];
    Ok(vec![guest::honest_finding(byte.to_string())])
});
