//! What the anchors of a document stand for.

use std::collections::BTreeMap;

use tollgate_core::document::Span;

use crate::event::AnchorId;
use crate::source::{Refusal, SourceCode, SourceFinding};

/// The JSON of anchored nodes, with a budget of what aliases may add.
#[derive(Debug, Default)]
pub(crate) struct Anchors {
    /// Nothing while the node is still being written.
    written: BTreeMap<AnchorId, Option<Vec<u8>>>,
    added: usize,
}

impl Anchors {
    pub(crate) fn clear(&mut self) {
        self.written.clear();
        self.added = 0;
    }

    /// Notes that an anchored node begins.
    pub(crate) fn open(&mut self, anchor: AnchorId) {
        if anchor != 0 {
            self.written.insert(anchor, None);
        }
    }

    /// Notes what an anchored node became.
    pub(crate) fn close(&mut self, anchor: AnchorId, json: &[u8]) {
        if anchor != 0 {
            self.written.insert(anchor, Some(json.to_vec()));
        }
    }

    /// What an alias stands for.
    ///
    /// # Errors
    /// When the anchor is not there or not whole yet, or aliases have added more than the limit.
    pub(crate) fn expand(&mut self, anchor: AnchorId, span: Span, limit: usize) -> Result<&[u8], Refusal> {
        match self.written.get(&anchor) {
            None => Err(SourceFinding::refuse(SourceCode::AnchorUnknown, span, "the alias has no anchor before it")),
            Some(None) => Err(SourceFinding::refuse(SourceCode::AnchorCycle, span, "the alias stands within its own anchor")),
            Some(Some(json)) => {
                self.added = self.added.saturating_add(json.len());
                if self.added > limit {
                    let message = format!("aliases add more than {limit} bytes to the document");
                    return Err(SourceFinding::refuse(SourceCode::AliasBomb, span, message));
                }
                Ok(json)
            }
        }
    }
}
