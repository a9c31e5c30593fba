//! The files of then, for the lines in findings: from git, since the ledger keeps no source.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tollgate_core::document::SourceFile;
use tollgate_core::entry::Decided;
use tollgate_core::ports::ReadRepository;

use crate::delivery::recorded::RecordedDocument;

/// By path.
pub(super) struct Sources {
    files: BTreeMap<String, Arc<SourceFile>>,
    /// Files that are not to be had, with their commits: nobody can say at which lines anything stood in them.
    pub(super) lost: BTreeSet<(String, String)>,
}

impl Sources {
    /// Reads every file at the commit that its component came from.
    pub(super) fn read(documents: &[RecordedDocument], decided: &Decided, repository: &dyn ReadRepository) -> Self {
        let mut sources = Self { files: BTreeMap::new(), lost: BTreeSet::new() };
        for document in documents {
            if sources.files.contains_key(&document.file) {
                continue;
            }
            let carried = document.component.as_ref().and_then(|component| decided.carried.get(component));
            let commit = &carried.unwrap_or(&decided.provenance).commit;
            let bytes = repository.read(commit, &document.file).ok().flatten().filter(|_| document.place.is_some());
            if bytes.is_none() {
                sources.lost.insert((document.file.clone(), commit.clone()));
            }
            let file = SourceFile { path: document.file.clone(), bytes: bytes.unwrap_or_default() };
            sources.files.insert(document.file.clone(), Arc::new(file));
        }
        sources
    }

    /// The file of a document.
    pub(super) fn of(&self, document: &RecordedDocument) -> Arc<SourceFile> {
        let empty = || Arc::new(SourceFile { path: document.file.clone(), bytes: Vec::new() });
        self.files.get(&document.file).cloned().unwrap_or_else(empty)
    }

    /// Whether lines in a file can be told.
    pub(super) fn has_lines(&self, path: &str) -> bool {
        !self.lost.iter().any(|(file, _)| file == path)
    }
}
