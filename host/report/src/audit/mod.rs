//! What the `audit` commands say.

mod doctor;
mod log;
mod proof;
mod reconcile;
mod replay;
mod report;
mod verify;

pub use doctor::{Check, CheckResult, DoctorReport};
pub use log::{COLUMNS, LogReport, LoggedEntry};
pub use proof::ProofReport;
pub use reconcile::{Population, ReconcileReport, ReconciledTarget};
pub use replay::{Difference, ReplayReport, ReplayedDecision};
pub use report::{Chain, ChainStep, ControlRow, Exception, PeriodReport, Revision};
pub use verify::{AuditReport, LogKeyReport};
