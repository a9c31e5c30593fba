//! Manifests: from bytes to documents, from documents back to lines, and to what is applied.
//!
//! [`read`] takes a file apart into documents whose bodies are the JSON that the Kubernetes API server would read in it. What it can't
//! read becomes a [`SourceFinding`] at its place, and the rest is read all the same. The hot path keeps no places but those
//! of keys: [`locate`] reads a document again when a finding needs its lines.
//!
//! # Which reading
//! That of `sigs.k8s.io/yaml`, the library of the API server and of `kubectl`: YAML 1.1 types ([`yaml`](self) resolves `yes`, `012`
//! and `1e3` as it does), keys that become texts, merge keys of which the last one wins, floats as Go writes them. A document that is a JSON object is read as JSON.
//! A test compares both on every scalar and document it can think of.
//!
//! # Stricter on purpose
//! - A key that stands twice (`duplicate-key`): the library takes the last.
//! - U+0085, U+2028 and U+2029 outside of escapes (`line-separator`): line breaks to the library, but not to YAML 1.2, editors and reviewers.
//! - Integers past 64 bits as keys, and everything the library refuses (`non-finite`, `key-not-scalar`, `tag-mismatch`).
//! - `!!binary` that is not UTF-8 (`tag-mismatch`): the library replaces what it can't hold.
//! - Lone surrogates in JSON (`not-json`): the library replaces them.
//! - Documents in UTF-16, and whatever is over [`ReadLimits`].
//! - Grammar that YAML 1.1 allows and 1.2 does not.
//!
//! # More lenient on purpose
//! - Documents after `...`, which the library does not even see, are read: nothing is skipped silently.
//! - `%YAML` directives and text on the line of `---`, which `kubectl` refuses, are read as the standard has it.
//!
//! This crate refuses to know files, git and policies: it is given bytes and gives documents.

mod candidates;
mod event;
mod json;
mod limits;
mod locate;
mod read;
mod render;
mod source;
mod yaml;

pub use candidates::{Candidates, Ignore, NotEvaluated, candidates};
pub use limits::ReadLimits;
pub use locate::{DataDocument, locate, read_data};
pub use read::{OtherDocument, Reading, read};
pub use render::{PinError, pin_images, to_yaml, withhold_secrets};
pub use source::{SourceCode, SourceFinding};
