//! Programs that are on this machine already.

use camino::{Utf8Path, Utf8PathBuf};

/// The program that `PATH` has first.
pub(crate) fn in_path(program: &str) -> Option<Utf8PathBuf> {
    directories().into_iter().map(|directory| directory.join(program)).find(|program| program.is_file())
}

/// The directories of `PATH`.
pub(crate) fn directories() -> Vec<Utf8PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).filter_map(|step| Utf8Path::from_path(&step).map(Utf8Path::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_its_name() {
        assert!(in_path("sh").unwrap().ends_with("sh"));
        assert_eq!(in_path("no-such-program"), None);
    }
}
