//! What happens to a test whose counterpart is not there.

use std::error::Error;

/// What was made; nothing where it is missing on this machine, which is said loudly with what is not compared then. With `CI` set
/// it is a failure.
///
/// # Panics
/// When it can't be had for any other reason.
#[expect(clippy::print_stderr, clippy::panic, reason = "what is skipped is said loudly, and a test ends without its counterpart")]
pub(crate) fn or_skip<T, E: Error>(made: Result<T, E>, is_missing: impl FnOnce(&E) -> bool, untested: &str) -> Option<T> {
    match made {
        Ok(made) => Some(made),
        Err(error) if is_missing(&error) && std::env::var_os("CI").is_none() => {
            eprintln!("SKIPPED: {error}, so nothing was compared with {untested}");
            None
        }
        Err(error) => panic!("nothing can be compared with {untested}: {error}"),
    }
}
