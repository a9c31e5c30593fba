//! Real manifests, where they are at hand.

use std::path::{Path, PathBuf};

/// The directory of the corpus: `TOLLGATE_CORPUS`, else beside the repository. Nothing where there is none, which is said
/// loudly; with `CI` set it is a failure.
pub(crate) fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let directory = std::env::var_os("TOLLGATE_CORPUS").map_or(beside, PathBuf::from);
    if directory.is_dir() {
        return Some(directory);
    }
    assert!(std::env::var_os("CI").is_none(), "no corpus at {}; set TOLLGATE_CORPUS", directory.display());
    eprintln!("SKIPPED: no corpus at {}; set TOLLGATE_CORPUS", directory.display());
    None
}

/// All YAML files of the corpus, sorted.
pub(crate) fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).expect("the corpus can be listed") {
        let path = entry.expect("the corpus can be listed").path();
        if path.is_dir() {
            found.append(&mut files(&path));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    found
}
