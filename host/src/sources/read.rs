//! Opening files: documents, findings, and what is no manifest.

use std::sync::Arc;

use rayon::prelude::*;
use tollgate_gate::JudgedDocument;
use tollgate_manifest::{NotEvaluated, ReadLimits, read, withhold_secrets};

use super::{Documents, FileToRead, Files, finding};

/// All files, and what is known of groups of files without opening them: documents are those that were rendered already.
pub(crate) fn gather(groups: Vec<Files>) -> (Vec<FileToRead>, Documents) {
    let mut all = Documents::default();
    let mut files = Vec::new();
    for group in groups {
        files.extend(group.files);
        all.not_evaluated.extend(group.not_evaluated);
        all.findings.extend(group.findings);
        all.documents.extend(group.rendered);
        all.inputs.extend(group.inputs);
    }
    all.files = files.iter().map(|file| Arc::clone(&file.source)).collect();
    (files, all)
}

/// Reads all files, several at a time, in the order given, after what was rendered already.
pub(crate) fn read_documents(groups: Vec<Files>) -> Documents {
    let (files, mut all) = gather(groups);
    let readings: Vec<Documents> = files.par_iter().map(read_file).collect();
    for reading in readings {
        all.documents.extend(reading.documents);
        all.findings.extend(reading.findings);
        all.not_evaluated.extend(reading.not_evaluated);
    }
    all
}

/// Reads one file.
pub(crate) fn read_file(file: &FileToRead) -> Documents {
    let path = &file.source.path;
    let reading = read(&file.source, &ReadLimits::default());
    let mut documents = Documents::default();
    documents.findings.extend(reading.findings.into_iter().map(|finding| finding.into_finding(path)));
    for other in reading.others {
        if file.component.is_some() {
            let message = format!("the document is no manifest: {}", other.why);
            let fix = "move the file out of the component, or name it in `ignore` of tollgate.yaml";
            documents.findings.push(finding("not-a-manifest", path, other.span, message, fix));
        } else {
            let why = format!("document at line {} is no manifest: {}", other.span.line, other.why);
            documents.not_evaluated.push(NotEvaluated { path: path.clone(), why });
        }
    }
    for document in reading.documents {
        let withheld = if document.identity.holds_secrets() { withhold_secrets(&document.body).map(Into::into) } else { None };
        let withheld = withheld.unwrap_or_else(|| Arc::clone(&document.body));
        documents.documents.push(JudgedDocument { document, component: file.component.clone(), withheld });
    }
    documents
}
