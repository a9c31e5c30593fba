//! The state of the target, beside its manifests: the highest attempt, and what was written last.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tollgate_core::ports::{ApplyError, PublishedFile, TargetState, WrittenState};

/// Where tollgate's own files are. No recipe may have a file there.
pub(super) const DIRECTORY: &str = ".tollgate";

/// The state: JSON, without an ending by which an agent would take it for a manifest.
pub(super) const STATE: &str = ".tollgate/state";

/// The version of the file.
const VERSION: u32 = 1;

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct State {
    version: u32,
    /// Name of the target, so that two targets never share a directory.
    target: String,
    /// The highest attempt that was ever begun; 0 for none.
    pub(super) attempt: u64,
    /// What is live.
    pub(super) written: Option<WrittenState>,
}

impl State {
    pub(super) fn new(target: &str) -> Self {
        Self { version: VERSION, target: target.to_owned(), attempt: 0, written: None }
    }

    /// Reads it; nothing where there is none.
    ///
    /// # Errors
    /// When it is not what tollgate wrote, or is that of another target.
    pub(super) fn read(target: &str, files: &BTreeMap<String, PublishedFile>) -> Result<Option<Self>, ApplyError> {
        let broken = |reason: String| ApplyError::Broken { target: target.to_owned(), reason };
        let bytes = match files.get(STATE) {
            None => return Ok(None),
            Some(PublishedFile::Plain(bytes)) => bytes,
            Some(PublishedFile::Other(what)) => return Err(broken(format!("`{STATE}` is {what}; restore it"))),
        };
        let state: Self =
            serde_json::from_slice(bytes).map_err(|error| broken(format!("`{STATE}` can't be understood: {error}; restore it")))?;
        if state.version != VERSION {
            let version = state.version;
            return Err(broken(format!("`{STATE}` has version {version}, which this tollgate does not know; use a newer one")));
        }
        if state.target != target {
            let other = state.target;
            return Err(broken(format!("`{STATE}` is that of target `{other}`; give each target a branch or path of its own")));
        }
        Ok(Some(state))
    }

    /// The bytes of the file.
    pub(super) fn bytes(&self) -> Vec<u8> {
        // Texts and numbers always have JSON.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// What core is told.
    pub(super) fn told(&self) -> TargetState {
        TargetState { attempt: self.attempt, written: self.written.clone(), ..TargetState::default() }
    }

    /// The same with a higher attempt.
    pub(super) fn claimed(&self, attempt: u64) -> Self {
        Self { attempt, ..self.clone() }
    }

    /// The same with what is live after a write.
    pub(super) fn written(&self, written: WrittenState) -> Self {
        Self { attempt: written.attempt, written: Some(written), ..self.clone() }
    }
}
