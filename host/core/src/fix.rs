//! Fixes: changes of a document that a fixer proposes for what a validator found. They are proposals to an author, and
//! never part of a verdict.

use json_patch::Patch;
use serde::{Deserialize, Serialize};

use crate::evaluate::{Context, DocumentFinding, Evaluation, LoadError, PolicyBinary, VisibleDocument};

/// What a fixer says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FixerDescription {
    pub name: String,
    pub version: String,
    /// Name of the validator plugin whose findings it fixes.
    pub validator: String,
    /// Ids of the validator's rules that it has fixes for, without the policy's name.
    pub rules: Vec<String>,
}

/// What a fixer is asked. Values of a Secret are always withheld.
#[derive(Debug)]
pub struct FixRequest<'a> {
    pub context: &'a Context,
    /// Those of the validator's policy.
    pub settings: &'a serde_json::Value,
    pub document: &'a VisibleDocument,
    /// Of the fixer's rules, in this document.
    pub findings: &'a [DocumentFinding],
}

/// A proposed change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Position in [`FixRequest::findings`]; the sandbox has checked that it exists.
    pub finding: usize,
    /// What it does, as one imperative sentence.
    pub title: String,
    /// Of the document (RFC 6902). Whether it can be applied is not known yet.
    pub patch: Patch,
}

/// A loaded fixer. May be called from many threads at once; no call sees another.
pub trait ProposeFix: Send + Sync {
    /// What the plugin says of itself.
    fn description(&self) -> &FixerDescription;
    /// Proposes fixes, in a fresh instance.
    fn patch(&self, request: &FixRequest<'_>) -> Evaluation<Vec<Fix>>;
}

/// Loads fixers into the sandbox.
pub trait LoadFixer {
    /// Compiles the plugin (or takes its compiled code from the cache) and asks it for its description. Settings are not
    /// looked at.
    ///
    /// # Errors
    /// When the plugin is no fixer, is not what the caller says, or imports what it can't be granted.
    fn load_fixer(&self, binary: &PolicyBinary) -> Result<std::sync::Arc<dyn ProposeFix>, LoadError>;
}
