//! Manifests: from bytes to documents, from documents back to lines, and to what is applied.
//!
//! [`read`] takes a file apart into documents whose bodies are the JSON that the Kubernetes API server would read in it.
//! What it can't read becomes a [`SourceFinding`] at its place, and the rest is read all the same. The hot path keeps no
//! places but those of keys: [`locate`] reads a document again when a finding needs its lines.
//!
//! Other languages (HCL, TOML, Dockerfiles, dotenv files) and plans of Terraform become documents of tollgate's own groups,
//! in `languages` and `read/plan.rs`. What follows is about YAML and JSON.
//!
//! # Which reading
//! That of `sigs.k8s.io/yaml`, the library of the API server and of `kubectl`: types of YAML 1.1 (`yes`, `012`, `1e3`), keys
//! that become texts, merge keys of which the last one wins, floats as Go writes them. A document that is a JSON object is
//! read as JSON. `tests/oracle.rs` compares both; what both read, they read alike.
//!
//! # Stricter on purpose
//! - A key that stands twice (`duplicate-key`): the library takes the last.
//! - U+0085, U+2028 and U+2029 outside of escapes (`line-separator`): line breaks to the library, but not to YAML 1.2,
//!   editors and reviewers.
//! - `!!binary` that is not UTF-8 (`tag-mismatch`), and lone surrogates in JSON (`not-json`): the library replaces them.
//! - Within brackets, a `?` before a text, a `:` right behind it and a tag without a value (`not-yaml`): the library's
//!   grammar is another one there.
//! - A comment right behind a quote or bracket, a lone `-` within brackets, and a block text at the indentation of its key
//!   (`not-yaml`): YAML 1.2 forbids them.
//! - Documents in UTF-16, and whatever is over [`ReadLimits`].
//!
//! # More lenient on purpose
//! - Documents after `...`, which the library does not even see, are read: nothing is skipped silently.
//! - `%YAML` directives and text on the line of `---`, which `kubectl` refuses, are read as the standard has it; so are the
//!   escapes and anchor names that YAML 1.2 added.
//! - A block text that ends the file without a line break has one, as for `kubectl`, but not for the library alone.
//!
//! Where a merge key brings a key that is a number (`1`) into a mapping that has the same key as a text (`"1"`), the library
//! takes either, at random; here the last one wins.
//!
//! This crate refuses to know files, git and policies: it is given bytes and gives documents.

mod candidates;
mod data;
mod edit;
mod event;
mod json;
mod language;
mod languages;
mod limits;
mod lines;
mod locate;
mod placed;
mod read;
mod render;
mod source;
mod tree;
mod yaml;

pub use candidates::{CHART_FILE, Candidates, NotEvaluated, candidates};
pub use data::{DataDocument, read_data};
pub use edit::{EditError, edit, edit_data, replace_texts};
pub use language::may_hold_manifests;
pub use limits::ReadLimits;
pub use locate::locate;
pub use read::{OtherDocument, Reading, read};
pub use render::{
    Inputs, PinError, RenderRule, Traced, YamlError, locate_rendered, may_be_shown, mention_of_chance, pin_images, scan_inputs,
    to_yaml, trace_helm, trace_kustomize, withhold_known_secrets, withhold_secrets,
};
pub use source::{SourceCode, SourceFinding};
