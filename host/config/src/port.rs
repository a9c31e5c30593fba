//! The port through which configuration is read: from a work tree, from a git revision, from memory.

use std::fmt;

use serde_json::Value;
use tollgate_core::digest::Digest;
use tollgate_core::document::{Location, Span};
use tollgate_core::pointer::Pointer;
use tollgate_core::ports::SourceError;
use tollgate_core::signature::InvalidSigners;

use crate::problem::ReadError;

/// Finds the place of a value, or of its key. What is missing has the place of its nearest ancestor.
pub type Locate = Box<dyn Fn(&Pointer) -> Span + Send + Sync>;

/// A file of the configuration, read as data.
pub struct ConfigurationFile {
    /// As shown to people: relative to the repository's root; `builtin:NAME` for what comes with the binary.
    pub path: String,
    pub bytes: Vec<u8>,
    /// The data, by YAML's core schema (YAML 1.2.2 §10.3): `on` and `off` are text here, not booleans.
    pub value: Value,
    /// The place of a value.
    pub locate: Locate,
    /// The place of the key that a value stands under; for elements of lists, of the value itself.
    pub locate_key: Locate,
}

impl ConfigurationFile {
    /// Where a value stands.
    pub fn location(&self, pointer: &Pointer) -> Location {
        Location { file: self.path.clone(), span: (self.locate)(pointer) }
    }

    /// Where the key of a value stands.
    pub fn key_location(&self, pointer: &Pointer) -> Location {
        Location { file: self.path.clone(), span: (self.locate_key)(pointer) }
    }
}

impl fmt::Debug for ConfigurationFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigurationFile").field("path", &self.path).field("value", &self.value).finish_non_exhaustive()
    }
}

/// Reads configuration. One reader stands for one tree; everything it is asked for comes from there.
pub trait ReadConfiguration {
    /// A YAML or JSON file of one document, with its places; nothing when there is no such file. Paths are relative to
    /// the repository's root, with `/`.
    ///
    /// # Errors
    /// When the file is not well-formed, or the tree can't be read.
    fn file(&self, path: &str) -> Result<Option<ConfigurationFile>, ReadError>;

    /// The bytes of a file; nothing when there is no such file. Links are not followed, so that no path leads out of the
    /// tree.
    ///
    /// # Errors
    /// When the tree can't be read.
    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, SourceError>;

    /// The `pack.yaml` of the pack `builtin:NAME`; nothing when it can't be had. With a digest, the one that has these
    /// very bytes, from wherever it is kept; without one, the binary's own.
    ///
    /// # Errors
    /// When it is not well-formed, or the place where it is kept can't be read.
    fn builtin_pack(&self, name: &str, locked: Option<Digest>) -> Result<Option<ConfigurationFile>, ReadError>;

    /// Whether a file of allowed signers can be used (ssh-keygen(1), ALLOWED SIGNERS).
    ///
    /// # Errors
    /// The first line that can't be read.
    fn check_signers(&self, text: &str) -> Result<(), InvalidSigners>;

    /// The names of all packs that the binary brings, for suggestions.
    fn builtin_packs(&self) -> Vec<String>;

    /// The names of all plugins that the binary brings, for suggestions.
    fn builtin_plugins(&self) -> Vec<String>;
}
