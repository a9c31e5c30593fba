//! What all connections share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tollgate_core::ports::AnswerAdmission;

use crate::bounds::Bounds;
use crate::journal::Journal;
use crate::limits::Limits;
use crate::metrics::Metrics;

/// What all connections share.
pub(crate) struct Service {
    pub(crate) answers: Arc<dyn AnswerAdmission>,
    pub(crate) bounds: Bounds,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
    pub(crate) journal: Journal,
    is_ending: AtomicBool,
}

impl Service {
    pub(crate) fn new(answers: Arc<dyn AnswerAdmission>, limits: Limits, journal: Journal) -> Self {
        let (bounds, metrics, is_ending) = (Bounds::new(&limits), Metrics::new(), AtomicBool::new(false));
        Self { answers, bounds, limits, metrics, journal, is_ending }
    }

    /// From now on nobody should be led here any more.
    pub(crate) fn end(&self) {
        self.is_ending.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }
}
