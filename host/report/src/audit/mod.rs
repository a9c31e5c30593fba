//! What the `audit` commands say.

mod doctor;
mod log;
mod proof;
mod verify;

pub use doctor::{Check, CheckResult, DoctorReport};
pub use log::{COLUMNS, LogReport, LoggedEntry};
pub use proof::ProofReport;
pub use verify::{AuditReport, LogKeyReport};
