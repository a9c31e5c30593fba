//! From files to documents: which files there are, what they hold, and what can't be read.

mod directory;
mod git;
mod read;

use std::sync::Arc;

use tollgate_core::document::{Location, SourceFile, Span};
use tollgate_core::finding::{Finding, Subject};
use tollgate_gate::JudgedDocument;
use tollgate_manifest::{Candidates, NotEvaluated, may_be_shown};

pub(crate) use directory::{Naming, PathError, path_files, stdin_files};
pub(crate) use git::{chosen_files, component_files, files_at};
pub(crate) use read::{gather, read_documents, read_file};

/// A file that may hold manifests.
#[derive(Clone, Debug)]
pub(crate) struct FileToRead {
    pub(crate) source: Arc<SourceFile>,
    /// The component that brings it. What is no manifest is denied there, and only listed elsewhere.
    pub(crate) component: Option<String>,
}

/// Files, and what is known without opening them.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) files: Vec<FileToRead>,
    pub(crate) not_evaluated: Vec<NotEvaluated>,
    pub(crate) findings: Vec<Finding>,
    /// What was rendered already.
    pub(crate) rendered: Vec<JudgedDocument>,
    /// The files that it was rendered from.
    pub(crate) inputs: Vec<Arc<SourceFile>>,
}

/// Everything that files hold.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    pub(crate) documents: Vec<JudgedDocument>,
    /// `source/…`
    pub(crate) findings: Vec<Finding>,
    pub(crate) not_evaluated: Vec<NotEvaluated>,
    /// Every file that was read, for the lines around findings.
    pub(crate) files: Vec<Arc<SourceFile>>,
    /// Every file that something was rendered from, for the same.
    pub(crate) inputs: Vec<Arc<SourceFile>>,
}

impl Documents {
    /// The bytes of a file, by its path as reports show it; nothing where they must not be seen.
    pub(crate) fn source(&self, path: &str) -> Option<Vec<u8>> {
        self.files.iter().chain(&self.inputs).find(|file| file.path == path && may_be_shown(file)).map(|file| file.bytes.clone())
    }
}

/// A rule about files, for the docs: id, title, help.
pub(crate) const RULES: [(&str, &str, &str); 3] = [
    (
        "not-a-manifest",
        "A component holds manifests only",
        "A document in a component's directory has no `apiVersion` and `kind`, so nobody can say what it would do. Move it away, \
         or name it in `ignore` of tollgate.yaml.",
    ),
    (
        "symlink",
        "A component holds no symbolic links",
        "What a link leads to can change without the component, so links are not followed. Put the file itself in place of the link, \
         or name it in `ignore` of tollgate.yaml.",
    ),
    (
        "submodule",
        "A component holds no submodules",
        "The contents of a submodule are in another repository, so they can't be judged here. Deliver them as a component of their own, \
         or name the path in `ignore` of tollgate.yaml.",
    ),
];

/// What is not opened: templates of charts, and files that are known to be no manifests.
fn unopened(candidates: &Candidates) -> Vec<NotEvaluated> {
    let known = candidates.known.iter().map(|path| {
        let why = "it is known to be no manifest, but a part of a kustomization or chart".to_owned();
        NotEvaluated { path: path.clone(), why }
    });
    candidates.not_evaluated.iter().cloned().chain(known).collect()
}

fn finding(rule: &str, path: &str, span: Span, message: String, remediation: &str) -> Finding {
    let location = Location { file: path.to_owned(), span };
    Finding::of_host(("source", rule), Subject::File, Some(location), message, remediation)
}

fn symlink_finding(path: &str) -> Finding {
    finding(
        "symlink",
        path,
        Span::START,
        "the file is a symbolic link, which is not followed".to_owned(),
        "put the file itself in place of the link, or ignore it",
    )
}

fn submodule_finding(path: &str) -> Finding {
    finding(
        "submodule",
        path,
        Span::START,
        "the directory is a submodule, whose contents are in another repository".to_owned(),
        "deliver it as a component of its own, or ignore it",
    )
}
