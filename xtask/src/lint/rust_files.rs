//! The repository's Rust files, parsed, with where they stand in the tree of modules.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::WalkBuilder;
use syn::{Attribute, Item, ItemMod};

use crate::lint::LintError;
use crate::workspaces::Repository;

/// One file.
pub(crate) struct RustFile {
    /// Relative to the repository's root.
    pub(crate) path: Utf8PathBuf,
    /// The directory of the crate's sources, relative to the repository's root. Modules of one crate share it.
    pub(crate) sources: Utf8PathBuf,
    /// Below the crate: `["text", "source"]`.
    pub(crate) module: Vec<String>,
    pub(crate) lines: usize,
    /// The numbers (from 1) of the lines that are neither empty nor a comment.
    pub(crate) code: Vec<usize>,
    /// Whether it is compiled for tests only.
    pub(crate) is_test: bool,
    pub(crate) syntax: syn::File,
}

/// All Rust files that git would take, and what could not be parsed.
pub(crate) struct RustFiles {
    pub(crate) files: Vec<RustFile>,
    pub(crate) problems: Vec<String>,
}

/// Reads and parses all of them.
pub(crate) fn read(repository: &Repository) -> Result<RustFiles, LintError> {
    let (mut files, mut problems) = (Vec::new(), Vec::new());
    for path in paths(&repository.root)? {
        let relative = path.strip_prefix(&repository.root).unwrap_or(&path);
        match parse(relative, &fs_err::read_to_string(&path)?) {
            Ok(file) => files.push(file),
            Err(error) => problems.push(format!("{relative}: {error}")),
        }
    }
    mark_test_modules(&mut files);
    Ok(RustFiles { files, problems })
}

fn paths(root: &Utf8Path) -> Result<Vec<Utf8PathBuf>, LintError> {
    let mut paths = Vec::new();
    for entry in WalkBuilder::new(root).require_git(false).build() {
        let path = Utf8PathBuf::try_from(entry?.into_path()).map_err(camino::FromPathBufError::into_io_error)?;
        if path.extension() == Some("rs") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Parses a file.
pub(crate) fn parse(path: &Utf8Path, text: &str) -> syn::Result<RustFile> {
    let (sources, module) = place(path);
    let in_tests = path.components().any(|part| matches!(part.as_str(), "tests" | "benches"));
    let syntax = syn::parse_file(text)?;
    let is_code = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    let code = (1..).zip(text.lines()).filter(|(_, line)| is_code(line)).map(|(number, _)| number).collect();
    Ok(RustFile { path: path.to_owned(), sources, module, lines: text.lines().count(), code, is_test: in_tests, syntax })
}

/// The directory of the crate's sources, and the module. Files outside of any `src` are crates of their own.
fn place(path: &Utf8Path) -> (Utf8PathBuf, Vec<String>) {
    let Some(sources) = path.ancestors().find(|directory| directory.file_name() == Some("src")) else {
        return (path.to_owned(), Vec::new());
    };
    let below = path.strip_prefix(sources).unwrap_or(path).with_extension("");
    let mut module: Vec<String> = below.components().map(|part| part.as_str().to_owned()).collect();
    let is_root = matches!(module.as_slice(), [name] if name == "lib" || name == "main");
    if is_root || module.last().is_some_and(|name| name == "mod") {
        module.pop();
    }
    (sources.to_owned(), module)
}

/// A module that is declared for tests only makes its file, and the files below it, tests.
fn mark_test_modules(files: &mut [RustFile]) {
    let tests: BTreeSet<(Utf8PathBuf, Vec<String>)> = files.iter().flat_map(declared_tests).collect();
    for file in files {
        let is_below = |length| tests.contains(&(file.sources.clone(), file.module[..length].to_vec()));
        file.is_test |= (1..=file.module.len()).any(is_below);
    }
}

fn declared_tests(file: &RustFile) -> Vec<(Utf8PathBuf, Vec<String>)> {
    let declared = file.syntax.items.iter().filter_map(|item| match item {
        Item::Mod(ItemMod { attrs, ident, content: None, .. }) if is_for_tests(attrs) => Some(ident.to_string()),
        _ => None,
    });
    declared.map(|name| (file.sources.clone(), [file.module.clone(), vec![name]].concat())).collect()
}

/// Whether attributes say `#[cfg(test)]` or `#[test]`, or that something is compiled for tests among others.
pub(crate) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let words = match &attribute.meta {
            syn::Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string(),
            meta => return meta.path().is_ident("test"),
        };
        words == "test" || (words.starts_with("all") && words.contains("test") && !words.contains("not"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_file(path: &str, text: &str) -> RustFile {
        parse(Utf8Path::new(path), text).unwrap()
    }

    #[test]
    fn modules_are_named_by_their_files() {
        for (path, module) in [
            ("host/core/src/lib.rs", vec![]),
            ("host/src/main.rs", vec![]),
            ("host/core/src/plan.rs", vec!["plan"]),
            ("host/core/src/text/mod.rs", vec!["text"]),
            ("host/core/src/text/source.rs", vec!["text", "source"]),
            ("tests/guests/guest.rs", vec![]),
        ] {
            assert_eq!(mk_file(path, "").module, module, "{path}");
        }
    }

    #[test]
    fn files_that_are_declared_for_tests_are_tests_with_all_below() {
        let mut files = vec![
            mk_file("a/src/lib.rs", "#[cfg(test)] mod testing; mod plain;"),
            mk_file("a/src/testing.rs", ""),
            mk_file("a/src/testing/more.rs", ""),
            mk_file("a/src/plain.rs", ""),
            mk_file("b/src/testing.rs", ""),
            mk_file("a/tests/whole.rs", ""),
        ];
        mark_test_modules(&mut files);
        let tests: Vec<bool> = files.iter().map(|file| file.is_test).collect();
        assert_eq!(tests, [false, true, true, false, false, true]);
    }

    #[test]
    fn what_is_compiled_for_tests_is_told_from_what_is_not() {
        let attributes = |text: &str| syn::parse_str::<syn::ItemFn>(&format!("{text} fn f() {{}}")).unwrap().attrs;
        for text in ["#[test]", "#[cfg(test)]", "#[cfg(all(test, unix))]"] {
            assert!(is_for_tests(&attributes(text)), "{text}");
        }
        for text in ["", "#[cfg(not(test))]", "#[cfg(feature = \"testing\")]", "#[cfg(all(unix, not(test)))]", "#[inline]"] {
            assert!(!is_for_tests(&attributes(text)), "{text}");
        }
    }

    #[test]
    fn a_file_that_is_no_rust_is_an_error() {
        assert!(parse(Utf8Path::new("a/src/lib.rs"), "fn {").is_err());
    }
}
