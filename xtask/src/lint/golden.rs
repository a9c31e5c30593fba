//! Golden cases: what goes in and what must come out, as files. They are tests as much as the Rust that runs them.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::WalkBuilder;

/// Lines of all golden cases: the files below directories named `cases` or `snapshots`, empty lines not counted.
pub(crate) fn lines(root: &Utf8Path) -> io::Result<usize> {
    let mut lines = 0;
    for entry in WalkBuilder::new(root).require_git(false).build() {
        let entry = entry.map_err(io::Error::other)?;
        let path = Utf8PathBuf::try_from(entry.into_path()).map_err(camino::FromPathBufError::into_io_error)?;
        let relative = path.strip_prefix(root).unwrap_or(&path);
        if is_golden(relative) && path.is_file() {
            // What is not text is no case that a person could read.
            let text = fs_err::read_to_string(&path).unwrap_or_default();
            lines += text.lines().filter(|line| !line.trim().is_empty()).count();
        }
    }
    Ok(lines)
}

fn is_golden(path: &Utf8Path) -> bool {
    let is_rust = path.extension() == Some("rs");
    !is_rust && path.components().any(|step| matches!(step.as_str(), "cases" | "snapshots"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_and_snapshots_are_golden_and_the_rust_beside_them_is_counted_elsewhere() {
        for (path, expected) in [
            ("plugins/a/cases/fail/x.yaml", true),
            ("host/a/src/snapshots/x.snap", true),
            ("host/a/tests/cases/x/tollgate.yaml", true),
            ("host/a/tests/cases/x.rs", false),
            ("examples/a/x.yaml", false),
        ] {
            assert_eq!(is_golden(Utf8Path::new(path)), expected, "{path}");
        }
    }
}
