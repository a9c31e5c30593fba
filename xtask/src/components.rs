//! `cargo xtask plugins`: from Rust sources to WebAssembly components.
//!
//! Plugins and test guests are workspaces of their own, because they are compiled for another target with another
//! profile and must not share features with the host. The bytes depend on the sources, the lock file and the pinned
//! toolchain alone: every path that the compiler could write into them is remapped.

use std::io::{self, Write as _};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::MetadataCommand;
use tollgate_author::{BuildError, Built, Plugins};

/// All that the plugins are made of.
const SOURCES: [&str; 3] = ["plugins", "wit", "rust-toolchain.toml"];

/// What `cargo xtask plugins` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Builds the plugins a second time in another directory and compares the bytes.
    #[arg(long)]
    verify_reproducible: bool,
}

/// Why there are no components.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ComponentsError {
    #[error("failed to read the workspace")]
    Metadata(#[from] cargo_metadata::Error),
    #[error("failed to read or write a file")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Build(#[from] BuildError),
    #[error("`{name}` has other bytes when it is built in another directory; look for a path or a time that is compiled in")]
    NotReproducible { name: String },
}

/// One workspace of guests.
struct Guests {
    /// Directory of the workspace, relative to the root.
    sources: &'static str,
    /// Directory below `target` into which the components go, and in which cargo builds.
    output: &'static str,
}

const PLUGINS: Guests = Guests { sources: "plugins", output: "plugins" };
const TEST_GUESTS: Guests = Guests { sources: "tests/guests", output: "guests" };

/// Builds everything; with `--verify-reproducible` the plugins twice.
pub(crate) fn run(arguments: &Arguments) -> Result<(), ComponentsError> {
    let metadata = MetadataCommand::new().no_deps().exec()?;
    let root = &metadata.workspace_root;
    tollgate_author::add_target(root)?;
    let plugins = build(root, &metadata.target_directory, &PLUGINS)?;
    write_all(&root.join("target").join(PLUGINS.output), &plugins)?;
    let guests = build(root, &metadata.target_directory, &TEST_GUESTS)?;
    write_all(&root.join("target").join(TEST_GUESTS.output), &guests)?;
    if arguments.verify_reproducible {
        verify_reproducible(root, &plugins)?;
    }
    Ok(())
}

/// Builds a workspace of guests. No such workspace: no components.
fn build(root: &Utf8Path, target_directory: &Utf8Path, guests: &Guests) -> Result<Built, ComponentsError> {
    let directory = root.join(guests.sources);
    if !directory.join("Cargo.toml").is_file() {
        return Ok(Built::new());
    }
    Ok(tollgate_author::build(&Plugins {
        locked: directory.join("Cargo.lock").is_file(),
        directory: &directory,
        target_directory: &target_directory.join("wasm").join(guests.output),
        root: (root, "/tollgate"),
    })?)
}

/// Writes what has changed, so that nothing is rebuilt for what has not, and removes what is no longer built.
fn write_all(directory: &Utf8Path, components: &Built) -> Result<(), ComponentsError> {
    fs_err::create_dir_all(directory)?;
    let file_name = |name: &str| format!("{name}.wasm");
    for entry in directory.read_dir_utf8()? {
        let path = entry?.into_path();
        if path.extension() == Some("wasm") && !components.contains_key(path.file_stem().unwrap_or_default()) {
            fs_err::remove_file(&path)?;
        }
    }
    let mut stderr = io::stderr().lock();
    for (name, bytes) in components {
        let path = directory.join(file_name(name));
        if fs_err::read(&path).ok().as_ref() != Some(bytes) {
            write_at_once(&path, bytes)?;
            writeln!(stderr, "    Component {path} ({} KiB)", bytes.len().div_ceil(1024))?;
        }
    }
    Ok(())
}

/// Another process never sees half a component.
fn write_at_once(path: &Utf8Path, bytes: &[u8]) -> Result<(), ComponentsError> {
    let new = path.with_extension(format!("{}.new", std::process::id()));
    fs_err::write(&new, bytes)?;
    fs_err::rename(&new, path)?;
    Ok(())
}

/// Builds the plugins from a copy of their sources in another directory, from nothing, and compares the bytes.
fn verify_reproducible(root: &Utf8Path, plugins: &Built) -> Result<(), ComponentsError> {
    let elsewhere = tempfile::Builder::new().prefix("a different directory").tempdir()?;
    let copy = Utf8PathBuf::try_from(elsewhere.path().to_owned()).map_err(camino::FromPathBufError::into_io_error)?;
    for source in SOURCES {
        copy_tree(&root.join(source), &copy.join(source))?;
    }
    let again = build(&copy, &copy.join("target"), &PLUGINS)?;
    let names: Vec<&String> = plugins.keys().chain(again.keys()).collect();
    match names.into_iter().find(|name| plugins.get(*name) != again.get(*name)) {
        Some(name) => Err(ComponentsError::NotReproducible { name: name.clone() }),
        None => Ok(writeln!(io::stderr(), "  Reproduced {} plugins, byte for byte, in another directory", again.len())?),
    }
}

/// Copies a file, or a directory without what is built in it. What does not exist is left out.
fn copy_tree(from: &Utf8Path, to: &Utf8Path) -> Result<(), ComponentsError> {
    if from.is_dir() {
        fs_err::create_dir_all(to)?;
        for entry in from.read_dir_utf8()? {
            let entry = entry?;
            if entry.file_name() != "target" {
                copy_tree(entry.path(), &to.join(entry.file_name()))?;
            }
        }
    } else if from.is_file() {
        fs_err::copy(from, to)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary() -> (tempfile::TempDir, Utf8PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(directory.path().to_owned()).unwrap();
        (directory, path)
    }

    fn components(names: &[(&str, &str)]) -> Built {
        names.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.as_bytes().to_vec())).collect()
    }

    #[test]
    fn what_has_not_changed_is_not_written_again() {
        let (_keep, path) = temporary();
        write_all(&path, &components(&[("a", "1"), ("b", "1")])).unwrap();
        let written = |name: &str| fs_err::metadata(path.join(name)).unwrap().modified().unwrap();
        let before = (written("a.wasm"), written("b.wasm"));
        std::thread::sleep(std::time::Duration::from_millis(20));
        write_all(&path, &components(&[("a", "1"), ("b", "2")])).unwrap();
        assert_eq!(written("a.wasm"), before.0);
        assert_ne!(written("b.wasm"), before.1);
        assert_eq!(fs_err::read(path.join("b.wasm")).unwrap(), b"2");
    }

    #[test]
    fn what_is_no_longer_built_is_removed_and_nothing_else() {
        let (_keep, path) = temporary();
        fs_err::write(path.join("notes.txt"), "kept").unwrap();
        write_all(&path, &components(&[("a", "1")])).unwrap();
        write_all(&path, &components(&[("b", "1")])).unwrap();
        assert!(!path.join("a.wasm").exists());
        assert!(path.join("b.wasm").exists() && path.join("notes.txt").exists());
    }

    #[test]
    fn a_copy_has_the_sources_and_not_what_was_built_from_them() {
        let (_keep, path) = temporary();
        fs_err::create_dir_all(path.join("from/src")).unwrap();
        fs_err::create_dir_all(path.join("from/target")).unwrap();
        fs_err::write(path.join("from/src/lib.rs"), "").unwrap();
        fs_err::write(path.join("from/target/x.wasm"), "").unwrap();
        copy_tree(&path.join("from"), &path.join("to")).unwrap();
        assert!(path.join("to/src/lib.rs").is_file());
        assert!(!path.join("to/target").exists());
        copy_tree(&path.join("missing"), &path.join("nothing")).unwrap();
        assert!(!path.join("nothing").exists());
    }
}
