//! Where references of a file lead.

use tollgate_core::document::SourceFile;
use tollgate_core::finding::Finding;
use tollgate_core::pointer::Pointer;
use tollgate_core::tree_path::join;

use super::reference::is_remote;
use crate::data::DataDocument;
use crate::render::inputs::Inputs;
use crate::render::rule::{self, RenderRule};

/// One file that refers to others.
pub(super) struct Scan<'a> {
    pub(super) inputs: &'a Inputs,
    /// Where paths start.
    pub(super) directory: &'a str,
    pub(super) source: &'a SourceFile,
    pub(super) document: &'a DataDocument,
    pub(super) findings: Vec<Finding>,
}

impl Scan<'_> {
    /// A path has to lead to a file or directory of the component.
    pub(super) fn path(&mut self, text: &str, at: &Pointer) {
        if is_remote(text) {
            return self.remote(text, at);
        }
        match join(self.directory, text) {
            None => self.add(&RenderRule::OUTSIDE, at, format!("`{text}` leads out of the component's directory")),
            Some(path) if self.inputs.file(&path).is_none() && !self.inputs.has_directory(&path) => {
                self.add(&RenderRule::MISSING, at, format!("`{text}` is no file or directory of the component"));
            }
            Some(_) => {}
        }
    }

    pub(super) fn remote(&mut self, text: &str, at: &Pointer) {
        // A URL may hold a password.
        let shown = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
        self.add(&RenderRule::REMOTE, at, format!("`{shown}` would have to be fetched"));
    }

    pub(super) fn add(&mut self, rule: &RenderRule, at: &Pointer, message: String) {
        self.findings.push(rule::finding(rule, self.source, self.document.locate(at), message));
    }

    pub(super) fn add_at_key(&mut self, rule: &RenderRule, at: &Pointer, message: String) {
        self.findings.push(rule::finding(rule, self.source, self.document.locate_key(at), message));
    }
}
