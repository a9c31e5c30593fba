//! Answering clusters.

use crate::admission::{AdmissionAnswer, AdmissionRequest, Freshness};

/// Answers what clusters ask. Called from many threads at once.
pub trait AnswerAdmission: Send + Sync {
    /// The answer. Whatever keeps it from being judged is an answer, too: [`crate::admission::Ruling::Error`].
    fn answer(&self, request: &AdmissionRequest) -> AdmissionAnswer;

    /// How fresh what it knows of the ledger is.
    fn freshness(&self) -> Freshness;
}
