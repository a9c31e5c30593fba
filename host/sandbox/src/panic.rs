//! A panic in a guest reaches its author by message and place: the SDK's panic hook logs one line, then traps.

use tollgate_core::evaluate::EvaluationError;
use wasmtime::Trap;

use crate::error::HostError;
use crate::log_book::LogBook;

/// The panic that ended a call: the hook's line was the last one, and the call ended as the hook ends it. While a
/// plugin describes or configures itself, the hook's own call of `log` is where it ends.
pub(crate) fn that_ended(error: &wasmtime::Error, log: &LogBook) -> Option<EvaluationError> {
    let aborted = error.downcast_ref::<Trap>() == Some(&Trap::UnreachableCodeReached);
    let refused = matches!(error.downcast_ref::<HostError>(), Some(HostError::CallNotAllowed { .. }));
    let message = log.panic().filter(|_| aborted || refused)?;
    Some(EvaluationError::Panicked { message: message.to_owned() })
}
