//! From what wasmtime says to what tollgate says: by code and by type, never by text.

use std::char::DecodeUtf16Error;
use std::io;
use std::str::Utf8Error;

use tollgate_core::evaluate::EvaluationError;
use wasmtime::error::OutOfMemory;
use wasmtime::{PoolConcurrencyLimitError, Trap};

use crate::limits::{self, Budget};
use crate::phase::Phase;

/// Why the host ended a call. Goes through wasmtime and comes out of it again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HostError {
    #[error("memory limit of {limit} bytes reached")]
    OutOfMemory { limit: u64 },
    #[error("table limit of {limit} elements reached")]
    TableTooLarge { limit: u64 },
    #[error("limit of {limit} host calls reached")]
    TooManyHostCalls { limit: u64 },
    #[error("`{function}` was called with an argument of {size} bytes, more than the {limit} that are allowed")]
    ArgumentTooLong { function: &'static str, size: usize, limit: usize },
    #[error("memory could not be had from the system: {reason}")]
    NoSystemMemory { reason: String },
    #[error("`{function}` was called in `{}`, which may call no import", phase.function())]
    CallNotAllowed { function: &'static str, phase: Phase },
}

/// Says why a call ended without an answer.
pub(crate) fn evaluation_error(error: &wasmtime::Error, budget: &Budget) -> EvaluationError {
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return of_trap(*trap, budget);
    }
    if let Some(host) = error.downcast_ref::<HostError>() {
        return of_host(host);
    }
    if error.is::<Utf8Error>() || error.is::<DecodeUtf16Error>() {
        return invalid("text is not valid Unicode");
    }
    if error.is::<PoolConcurrencyLimitError>() || error.is::<io::Error>() || error.is::<OutOfMemory>() {
        return EvaluationError::Host { reason: format!("{error:#}") };
    }
    of_lifting(error)
}

/// What is left are answers that break the canonical ABI, and answers so large that wasmtime stopped copying. It has
/// no public type for the latter, but words of its own only for the former.
fn of_lifting(error: &wasmtime::Error) -> EvaluationError {
    let has_words = error.is::<&'static str>() || error.is::<String>();
    if has_words {
        return invalid(&format!("{error:#}"));
    }
    let size = limits::TRANSFER_BYTES as u64;
    EvaluationError::OutputTooLarge { what: "bytes or more".to_owned(), size, limit: limits::OUTPUT_BYTES }
}

fn invalid(reason: &str) -> EvaluationError {
    EvaluationError::InvalidOutput { reason: reason.to_owned() }
}

fn of_trap(trap: Trap, budget: &Budget) -> EvaluationError {
    match trap {
        Trap::OutOfFuel => EvaluationError::OutOfFuel { budget: budget.fuel },
        Trap::Interrupt => EvaluationError::Deadline { milliseconds: budget.milliseconds },
        Trap::StackOverflow => EvaluationError::StackOverflow,
        other => EvaluationError::Trapped { reason: trap_in_words(other) },
    }
}

/// Wasmtime's words, with what an author can't see from them.
fn trap_in_words(trap: Trap) -> String {
    let words = trap.to_string();
    let words = words.strip_prefix("wasm trap: ").unwrap_or(&words);
    match trap {
        Trap::MemoryOutOfBounds => format!("{words}; a stack that is full ends so as well"),
        _ => words.to_owned(),
    }
}

fn of_host(error: &HostError) -> EvaluationError {
    match error {
        HostError::OutOfMemory { limit } => EvaluationError::OutOfMemory { limit: *limit },
        HostError::TableTooLarge { limit } => EvaluationError::TableTooLarge { limit: *limit },
        HostError::TooManyHostCalls { limit } => EvaluationError::TooManyHostCalls { limit: *limit },
        HostError::NoSystemMemory { .. } => EvaluationError::Host { reason: error.to_string() },
        HostError::ArgumentTooLong { .. } | HostError::CallNotAllowed { .. } => {
            EvaluationError::Trapped { reason: error.to_string() }
        }
    }
}

#[cfg(test)]
mod tests {
    use tollgate_core::policy::LimitClass;

    use super::*;

    fn mapped(error: impl Into<wasmtime::Error>) -> EvaluationError {
        evaluation_error(&error.into(), &Budget::of_input(LimitClass::Native, 0))
    }

    #[test]
    fn traps_are_told_apart_by_code_also_behind_a_context() {
        assert_eq!(mapped(Trap::OutOfFuel), EvaluationError::OutOfFuel { budget: 50_000_000 });
        assert_eq!(mapped(Trap::Interrupt), EvaluationError::Deadline { milliseconds: 10_500 });
        let wrapped = wasmtime::Error::from(Trap::StackOverflow).context("while calling");
        assert_eq!(mapped(wrapped), EvaluationError::StackOverflow);
        let divided = EvaluationError::Trapped { reason: "integer divide by zero".to_owned() };
        assert_eq!(mapped(Trap::IntegerDivisionByZero), divided);
    }

    #[test]
    fn what_the_host_refused_comes_back_as_such() {
        assert_eq!(mapped(HostError::OutOfMemory { limit: 5 }), EvaluationError::OutOfMemory { limit: 5 });
        assert_eq!(mapped(HostError::TooManyHostCalls { limit: 5 }), EvaluationError::TooManyHostCalls { limit: 5 });
        let called = HostError::CallNotAllowed { function: "clock.evaluation-time", phase: Phase::Configure };
        let reason = "`clock.evaluation-time` was called in `configure`, which may call no import".to_owned();
        assert_eq!(mapped(called), EvaluationError::Trapped { reason });
    }

    #[test]
    fn what_the_machine_lacks_is_not_kept() {
        let error = mapped(io::Error::from(io::ErrorKind::OutOfMemory));
        assert!(matches!(error, EvaluationError::Host { .. }));
        assert!(!error.is_deterministic());
        assert!(!mapped(HostError::NoSystemMemory { reason: "none".to_owned() }).is_deterministic());
    }

    #[test]
    fn invalid_text_and_invalid_answers_are_the_plugins_fault() {
        let utf8 = String::from_utf8(vec![0xff]).unwrap_err().utf8_error();
        assert_eq!(mapped(utf8), EvaluationError::InvalidOutput { reason: "text is not valid Unicode".to_owned() });
        let abi = wasmtime::Error::msg("list pointer/length out of bounds of memory");
        assert!(matches!(mapped(abi), EvaluationError::InvalidOutput { .. }));
    }
}
