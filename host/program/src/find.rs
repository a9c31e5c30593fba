//! Where a program is.

use std::ffi::OsStr;

use camino::{Utf8Path, Utf8PathBuf};

/// A program by its path or, in the directories of `search` (as `PATH` has them), by its name; without links. It is not started.
/// Nothing where there is none. Directories that are not absolute don't count: they would be another one each time.
pub fn find(name: &str, given: Option<&Utf8Path>, search: Option<&OsStr>) -> Option<Utf8PathBuf> {
    let path = match given {
        Some(path) => path.to_owned(),
        None => in_path(name, search?)?,
    };
    path.canonicalize_utf8().ok().filter(|path| is_program(path))
}

fn in_path(name: &str, search: &OsStr) -> Option<Utf8PathBuf> {
    let directories = std::env::split_paths(search).filter_map(|path| Utf8PathBuf::from_path_buf(path).ok());
    directories.filter(|directory| directory.is_absolute()).map(|directory| directory.join(name)).find(|path| is_program(path))
}

/// Whether a file is there and may be executed.
pub fn is_program(path: &Utf8Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs_err::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_by_its_path_or_its_name_and_only_in_absolute_directories() {
        let shell = find("sh", None, Some(OsStr::new("relative:/nowhere:/bin"))).unwrap();
        assert_eq!(find("anything", Some(Utf8Path::new("/bin/sh")), None), Some(shell));
        assert_eq!(find("sh", None, Some(OsStr::new("bin:."))), None);
        assert_eq!(find("sh", None, None), None);
    }

    #[test]
    fn what_may_not_be_executed_is_no_program() {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(directory.path()).unwrap().join("tool");
        fs_err::write(&path, "text").unwrap();
        assert_eq!(find("tool", Some(&path), None), None);
        assert!(!is_program(Utf8Path::new("/bin")));
    }
}
