//! Real manifests of others, which are not part of this repository.

use camino::Utf8PathBuf;

/// A directory of the corpus: below `TOLLGATE_CORPUS`, else beside the repository. Without it there is nothing to test,
/// which is said loudly, and in CI it fails.
#[expect(clippy::print_stdout, reason = "a test that does not run has to say so")]
pub fn corpus(name: &str) -> Option<Utf8PathBuf> {
    let beside = Utf8PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data"));
    let directory = std::env::var("TOLLGATE_CORPUS").map_or(beside, Utf8PathBuf::from).join(name);
    if directory.is_dir() {
        return Some(directory.canonicalize_utf8().unwrap());
    }
    assert!(std::env::var_os("CI").is_none(), "there is no corpus at `{directory}`; set TOLLGATE_CORPUS");
    println!("SKIPPED: there is no corpus at `{directory}`; set TOLLGATE_CORPUS");
    None
}
