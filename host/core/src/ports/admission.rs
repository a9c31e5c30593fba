//! Answering clusters.

use crate::admission::{AdmissionAnswer, AdmissionRequest, Freshness};
use crate::broken_glass::BrokenGlass;

/// Who wants to be told when something was read, and whether it could be.
pub type WhenRead = Box<dyn FnOnce(bool) + Send>;

/// Answers what clusters ask. Called from many threads at once.
pub trait AnswerAdmission: Send + Sync {
    /// The answer by what is known now. Whatever keeps it from being judged is an answer, too:
    /// [`crate::admission::Ruling::Error`]. Nobody waits in here for anything but policies.
    fn answer(&self, request: &AdmissionRequest) -> AdmissionAnswer;

    /// Has the ledger read from now on, and tells when that is done. Where there is nothing to read that is at once, with a no.
    fn read_again(&self, then: WhenRead);

    /// Notes that something was let pass because somebody broke glass, so that the ledger gets to know of it.
    fn owe(&self, broken: &BrokenGlass);

    /// How often what answers rest on has become something else.
    fn changes(&self) -> u64;

    /// How fresh what it knows of the ledger is.
    fn freshness(&self) -> Freshness;
}
