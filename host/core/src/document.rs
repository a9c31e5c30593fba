//! Documents: objects as data, with the way back to where they were written.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::language::{DOTENV, OWN_GROUPS, TERRAFORM};
use crate::pointer::Pointer;

/// A place in a source file. Lines and columns count from 1, columns in Unicode scalars; the end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

impl Span {
    /// The first character of a file.
    pub const START: Self = Self::point(1, 1);

    /// A place without extent.
    pub const fn point(line: u32, column: u32) -> Self {
        Self { line, column, end_line: line, end_column: column }
    }
}

/// A span in a named file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// As shown to people: relative to the repository's root, else as given.
    pub file: String,
    #[serde(flatten)]
    pub span: Span,
}

/// A file as read, before anything is known about its contents.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// As shown to people: relative to the repository's root, else as given.
    pub path: String,
    pub bytes: Vec<u8>,
}

/// Which object a document is, as the Kubernetes API names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectIdentity {
    pub api_version: String,
    pub kind: String,
    /// As written; nothing where the manifest leaves it out.
    pub namespace: Option<String>,
    /// Empty where the manifest has `generateName` or no name.
    pub name: String,
}

impl ObjectIdentity {
    /// The group of `apiVersion`; empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.rsplit_once('/').map_or("", |(group, _)| group)
    }

    /// Whether it is an object of Kubernetes, rather than a document of another language: only such objects are applied.
    pub fn is_kubernetes(&self) -> bool {
        !self.group().ends_with(OWN_GROUPS)
    }

    /// Whether its values are secrets, which only policies with the grant may see: a Secret, environment variables, and
    /// the variables of Terraform, with what sensitive ones are by default.
    pub fn holds_secrets(&self) -> bool {
        let is = |api_version: &str, kind: &str| self.api_version == api_version && self.kind == kind;
        self.is_secret() || is(DOTENV, "Dotenv") || is(TERRAFORM, "Variables") || is(TERRAFORM, "variable")
    }

    /// Whether it is a Kubernetes Secret, so that its values must not be seen.
    pub fn is_secret(&self) -> bool {
        self.kind == "Secret" && self.api_version == "v1"
    }
}

impl std::fmt::Display for ObjectIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// Where in its file a document stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Position among the documents that the file yields, from 0, `List` items counted one by one.
    pub index: u32,
    /// Position among the YAML documents of the file (separated by `---`), from 0.
    pub stream: u32,
    /// Pointer from the YAML document to the object: empty, or `/items/3` in a `List`.
    pub base: Pointer,
}

/// One object of a manifest, or of what was rendered.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file that it stands in; for what was rendered, the one that it comes from.
    pub source: Arc<SourceFile>,
    pub place: Place,
    pub identity: ObjectIdentity,
    /// JSON, as the Kubernetes API server reads the source, or what was rendered from it.
    pub body: Arc<[u8]>,
    /// The environments that it was rendered for, which may be none in particular; nothing: it stands in its file as it is.
    pub rendered_for: Option<Vec<String>>,
}

impl Document {
    /// The digest of the body.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.body)
    }

    /// How reports name this document.
    pub fn reference(&self) -> DocumentReference {
        DocumentReference { index: self.place.index, identity: self.identity.clone(), rendered_for: self.rendered_for.clone() }
    }
}

/// Names a document in reports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DocumentReference {
    pub index: u32,
    #[serde(flatten)]
    pub identity: ObjectIdentity,
    /// The environments that it was rendered for; nothing: it stands in its file as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered_for: Option<Vec<String>>,
}
