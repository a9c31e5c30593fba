//! The clock that stops guests which fuel does not stop.

use std::io;
use std::thread;
use std::time::Duration;

use wasmtime::Engine;

/// Time between two ticks of an engine's epoch.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// Starts the clock of an engine. It ends by itself when the engine is gone.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn start(engine: &Engine) -> io::Result<()> {
    let engine = engine.weak();
    let tick = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    };
    thread::Builder::new().name("tollgate-epoch".to_owned()).spawn(tick).map(drop)
}

/// Ticks that cover a time, at least one.
pub(crate) fn ticks(milliseconds: u64) -> u64 {
    let tick = u64::try_from(TICK.as_millis()).unwrap_or(u64::MAX);
    milliseconds.div_ceil(tick).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_covered_by_whole_ticks() {
        assert_eq!([0, 1, 10, 11, 5_000].map(ticks), [1, 1, 1, 2, 500]);
    }
}
