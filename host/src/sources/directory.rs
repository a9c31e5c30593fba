//! Files of the work tree, or of any directory: what `check` is pointed at.

use std::io::Read as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;
use tollgate_core::document::SourceFile;
use tollgate_core::pipeline::FileChoice;
use tollgate_manifest::{NotEvaluated, candidates};

use super::{FileToRead, Files, symlink_finding, unopened};

/// A path that can't be read. Exit code 13.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PathError {
    #[error("`{path}` can't be read")]
    Io {
        path: String,
        #[source]
        source: std::io::Error,
    },
    #[error("`{path}` is not valid UTF-8, so it can't be named in a report; rename it")]
    NotUtf8 { path: String },
}

/// How paths are shown, and which component a file belongs to.
pub(crate) struct Naming<'a> {
    /// Shown paths are relative to this, where they are below it.
    pub(crate) root: Option<&'a Utf8Path>,
    /// The component of a shown path.
    pub(crate) component: &'a (dyn Fn(&str) -> Option<String> + Sync),
    pub(crate) choice: FileChoice<'a>,
}

/// Standard input, as one file.
pub(crate) fn stdin_files() -> Result<Files, PathError> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(|source| PathError::Io { path: "-".to_owned(), source })?;
    let source = Arc::new(SourceFile { path: "-".to_owned(), bytes });
    Ok(Files { files: vec![FileToRead { source, component: None }], ..Files::default() })
}

/// A file as it is, whatever it is called; or all manifests below a directory.
pub(crate) fn path_files(path: &Utf8Path, naming: &Naming<'_>) -> Result<Files, PathError> {
    let metadata = fs_err::metadata(path).map_err(|source| PathError::Io { path: path.to_string(), source })?;
    if metadata.is_dir() { directory_files(path, naming) } else { named_file(path, naming) }
}

/// A file that was named is read whatever it is called.
fn named_file(path: &Utf8Path, naming: &Naming<'_>) -> Result<Files, PathError> {
    Ok(Files { files: vec![read_one(&shown(path, naming), path, naming)?], ..Files::default() })
}

fn directory_files(directory: &Utf8Path, naming: &Naming<'_>) -> Result<Files, PathError> {
    let mut plain = Vec::new();
    let mut findings = Vec::new();
    let mut not_evaluated = Vec::new();
    let walk =
        ignore::WalkBuilder::new(directory).standard_filters(false).filter_entry(|entry| entry.file_name() != ".git").build();
    for entry in walk {
        let entry = entry.map_err(|error| walk_error(directory, &error))?;
        let kind = entry.file_type();
        let path = Utf8PathBuf::from_path_buf(entry.into_path())
            .map_err(|path| PathError::NotUtf8 { path: path.display().to_string() })?;
        let shown = shown(&path, naming);
        if kind.is_some_and(|kind| kind.is_file()) {
            plain.push(path);
        } else if kind.is_some_and(|kind| kind.is_symlink()) && path != directory && !naming.choice.ignores(&shown) {
            match (naming.component)(&shown) {
                Some(_) => findings.push(symlink_finding(&shown)),
                None => {
                    not_evaluated
                        .push(NotEvaluated { path: shown, why: "it is a symbolic link, which is not followed".to_owned() });
                }
            }
        }
    }
    let mut files = read_all(plain, naming)?;
    files.findings.extend(findings);
    files.not_evaluated.extend(not_evaluated);
    Ok(files)
}

fn walk_error(directory: &Utf8Path, error: &ignore::Error) -> PathError {
    let kind = error.io_error().map_or(std::io::ErrorKind::Other, std::io::Error::kind);
    PathError::Io { path: directory.to_string(), source: std::io::Error::new(kind, error.to_string()) }
}

fn read_all(paths: Vec<Utf8PathBuf>, naming: &Naming<'_>) -> Result<Files, PathError> {
    let by_shown: std::collections::BTreeMap<String, Utf8PathBuf> =
        paths.into_iter().map(|path| (shown(&path, naming), path)).collect();
    let found = candidates(by_shown.keys().map(String::as_str), &naming.choice);
    let files: Result<Vec<FileToRead>, PathError> =
        found.manifests.par_iter().map(|shown| read_one(shown, &by_shown[shown], naming)).collect();
    Ok(Files { files: files?, not_evaluated: unopened(&found), ..Files::default() })
}

fn read_one(shown: &str, path: &Utf8Path, naming: &Naming<'_>) -> Result<FileToRead, PathError> {
    let bytes = fs_err::read(path).map_err(|source| PathError::Io { path: path.to_string(), source })?;
    let source = Arc::new(SourceFile { path: shown.to_owned(), bytes });
    Ok(FileToRead { source, component: (naming.component)(shown) })
}

/// The path as reports show it: relative to the root where it is below it, else as it was given.
fn shown(path: &Utf8Path, naming: &Naming<'_>) -> String {
    let relative = naming.root.and_then(|root| {
        let absolute = camino::absolute_utf8(path).ok()?;
        absolute.strip_prefix(root).ok().map(Utf8Path::to_owned)
    });
    let shown = relative.unwrap_or_else(|| path.strip_prefix("./").unwrap_or(path).to_owned());
    if shown.as_str().is_empty() { ".".to_owned() } else { shown.into_string() }
}
