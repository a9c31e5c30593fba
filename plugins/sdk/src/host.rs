//! What a plugin can ask of the host. Each of these has to be granted by the operator, and a plugin that calls none of
//! them imports none of them (but `log`, through which panics are reported).
//!
//! Natively there is no host: what is logged is dropped, and clock and data answer what a test gave them.

pub use crate::bindings::validator::tollgate::gate::log::Level as LogLevel;

#[cfg(target_arch = "wasm32")]
use crate::bindings::validator::tollgate::gate::{clock, data, log};

/// A line for the plugin's author. It never changes a verdict.
#[cfg(target_arch = "wasm32")]
pub fn log(level: LogLevel, message: &str) {
    log::write(level, message);
}

/// Seconds since the Unix epoch at which the evaluation counts as made.
#[cfg(target_arch = "wasm32")]
pub fn evaluation_time() -> u64 {
    clock::evaluation_time()
}

/// A read-only file that the operator gave to this policy; nothing when no such key was granted.
#[cfg(target_arch = "wasm32")]
pub fn read_data(key: &str) -> Option<Vec<u8>> {
    data::read(key)
}

/// The keys of all files that the operator gave, sorted.
#[cfg(target_arch = "wasm32")]
pub fn data_keys() -> Vec<String> {
    data::keys()
}

#[cfg(all(not(target_arch = "wasm32"), feature = "testing"))]
pub(crate) use native::GIVEN;
#[cfg(not(target_arch = "wasm32"))]
pub use native::{data_keys, evaluation_time, log, read_data};

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use super::LogLevel;

    /// What a test lets the host answer, on its own thread.
    #[derive(Debug, Default)]
    pub(crate) struct Given {
        pub(crate) evaluation_time: u64,
        pub(crate) data: BTreeMap<String, Vec<u8>>,
    }

    thread_local! {
        pub(crate) static GIVEN: RefCell<Given> = RefCell::default();
    }

    /// A line for the plugin's author. It never changes a verdict.
    pub fn log(_level: LogLevel, _message: &str) {}

    /// Seconds since the Unix epoch at which the evaluation counts as made.
    pub fn evaluation_time() -> u64 {
        GIVEN.with_borrow(|given| given.evaluation_time)
    }

    /// A read-only file that the operator gave to this policy; nothing when no such key was granted.
    pub fn read_data(key: &str) -> Option<Vec<u8>> {
        GIVEN.with_borrow(|given| given.data.get(key).cloned())
    }

    /// The keys of all files that the operator gave, sorted.
    pub fn data_keys() -> Vec<String> {
        GIVEN.with_borrow(|given| given.data.keys().cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn natively_the_host_answers_what_the_test_gave_it_and_nothing_else() {
        assert_eq!((evaluation_time(), read_data("allowed"), data_keys()), (0, None, vec![]));
        testing::set_evaluation_time(1_700_000_000);
        testing::give_data("b", b"2");
        testing::give_data("allowed", b"[]");
        assert_eq!(evaluation_time(), 1_700_000_000);
        assert_eq!((read_data("allowed"), read_data("Allowed")), (Some(b"[]".to_vec()), None));
        assert_eq!(data_keys(), ["allowed", "b"]);
    }

    #[test]
    fn what_one_test_gives_another_does_not_see() {
        testing::give_data("mine", b"1");
        let elsewhere = std::thread::spawn(|| (data_keys(), evaluation_time())).join().unwrap();
        assert_eq!(elsewhere, (vec![], 0));
    }
}
