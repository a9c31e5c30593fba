//! `cargo xtask plugins`: from Rust sources to WebAssembly components.
//!
//! Plugins and test guests are workspaces of their own, because they are compiled for another target with another
//! profile and must not share features with the host. The bytes depend on the sources, the lock file and the pinned
//! toolchain alone: every path that the compiler could write into them is remapped.

use std::collections::BTreeMap;
use std::io::{self, BufReader, Write as _};
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{CrateType, Message, MetadataCommand};
use wit_component::ComponentEncoder;

const TARGET: &str = "wasm32-unknown-unknown";

/// All that the plugins are made of.
const SOURCES: [&str; 3] = ["plugins", "wit", "rust-toolchain.toml"];

/// What `cargo xtask plugins` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Builds the plugins a second time in another directory and compares the bytes.
    #[arg(long)]
    verify_reproducible: bool,
}

/// Why no component was built.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildError {
    #[error("failed to read the workspace")]
    Metadata(#[from] cargo_metadata::Error),
    #[error("failed to read or write a file")]
    Io(#[from] io::Error),
    #[error("`{program}` could not be started; install the Rust toolchain with rustup")]
    Start {
        program: String,
        #[source]
        source: io::Error,
    },
    #[error("`{command}` failed; what it says stands above")]
    Failed { command: String },
    #[error("`{name}` could not be made a component: {reason}")]
    Encode { name: String, reason: String },
    #[error("`{name}` has other bytes when it is built in another directory; look for a path or a time that is compiled in")]
    NotReproducible { name: String },
}

/// Components by name.
type Components = BTreeMap<String, Vec<u8>>;

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
pub(crate) fn run(arguments: &Arguments) -> Result<(), BuildError> {
    let metadata = MetadataCommand::new().no_deps().exec()?;
    let root = &metadata.workspace_root;
    add_target(root)?;
    let plugins = build(root, &metadata.target_directory, &PLUGINS)?;
    write_all(&root.join("target").join(PLUGINS.output), &plugins)?;
    let guests = build(root, &metadata.target_directory, &TEST_GUESTS)?;
    write_all(&root.join("target").join(TEST_GUESTS.output), &guests)?;
    if arguments.verify_reproducible {
        verify_reproducible(root, &plugins)?;
    }
    Ok(())
}

/// Adds the target to the pinned toolchain where it is missing: rustup is told to install nothing by itself on some machines.
fn add_target(root: &Utf8Path) -> Result<(), BuildError> {
    let libraries = output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).current_dir(root))?;
    if Utf8Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    succeed(Command::new("rustup").args(["target", "add", TARGET]).current_dir(root))
}

/// Builds a workspace and turns each of its dynamic libraries into a component. No such workspace: no components.
fn build(root: &Utf8Path, target_directory: &Utf8Path, guests: &Guests) -> Result<Components, BuildError> {
    let directory = root.join(guests.sources);
    if !directory.join("Cargo.toml").is_file() {
        return Ok(Components::new());
    }
    let locked: &[&str] = if directory.join("Cargo.lock").is_file() { &["--locked"] } else { &[] };
    // The directories of the registries exist only once everything is fetched, and each is remapped.
    succeed(cargo().arg("fetch").args(locked).args(["--target", TARGET]).current_dir(&directory))?;
    let mut command = cargo();
    command.args(["build", "--release", "--target", TARGET, "--message-format", "json-render-diagnostics"]).args(locked);
    command.arg("--target-dir").arg(target_directory.join("wasm").join(guests.output));
    command.env("CARGO_ENCODED_RUSTFLAGS", compiler_flags(root)?.join("\u{1f}")).current_dir(&directory);
    libraries(&mut command)?.into_iter().map(|(name, path)| encode(name, &path)).collect()
}

fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // A profile that somebody has set for the host must not change the bytes of a plugin.
    command.env_remove("RUSTFLAGS").env_remove("CARGO_BUILD_RUSTFLAGS").env_remove("CARGO_TARGET_DIR");
    command
}

/// The flags that keep paths of this machine out of the bytes.
fn compiler_flags(root: &Utf8Path) -> Result<Vec<String>, BuildError> {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(root))?;
    let standard_library = Utf8Path::new(sysroot.trim()).join("lib/rustlib/src/rust");
    let mut prefixes = vec![(root.to_owned(), "/tollgate"), (standard_library, "/rust")];
    prefixes.extend(registries()?.into_iter().map(|registry| (registry, "/registry")));
    Ok(prefixes.into_iter().map(|(from, to)| format!("--remap-path-prefix={from}={to}")).collect())
}

/// Where the sources of dependencies lie: one directory a registry, named after its host.
fn registries() -> Result<Vec<Utf8PathBuf>, BuildError> {
    let home = std::env::var("CARGO_HOME").ok().or_else(|| std::env::var("HOME").ok().map(|home| format!("{home}/.cargo")));
    let Some(sources) = home.map(|home| Utf8PathBuf::from(home).join("registry/src")).filter(|sources| sources.is_dir()) else {
        return Ok(Vec::new());
    };
    let entries = sources.read_dir_utf8()?.map(|entry| entry.map(camino::Utf8DirEntry::into_path));
    Ok(entries.collect::<Result<_, _>>()?)
}

/// Runs a build; the dynamic libraries that it made, by name.
fn libraries(command: &mut Command) -> Result<Vec<(String, Utf8PathBuf)>, BuildError> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|source| start_error(command, source))?;
    let mut found = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(stdout)) {
            if let Message::CompilerArtifact(artifact) = message?
                && artifact.target.crate_types.contains(&CrateType::CDyLib)
            {
                // A component is called like the directory that it is made of.
                let name = artifact.manifest_path.parent().and_then(Utf8Path::file_name).unwrap_or(&artifact.target.name);
                let wasm = artifact.filenames.iter().filter(|file| file.extension() == Some("wasm"));
                found.extend(wasm.map(|file| (name.to_owned(), file.clone())));
            }
        }
    }
    if child.wait()?.success() { Ok(found) } else { Err(BuildError::Failed { command: describe(command) }) }
}

fn encode(name: String, module: &Utf8Path) -> Result<(String, Vec<u8>), BuildError> {
    let module = fs_err::read(module)?;
    let encoded = ComponentEncoder::default().validate(true).module(&module).and_then(ComponentEncoder::encode);
    match encoded {
        Ok(component) => Ok((name, component)),
        Err(error) => Err(BuildError::Encode { reason: format!("{error:#}"), name }),
    }
}

/// Writes what has changed, so that nothing is rebuilt for what has not, and removes what is no longer built.
fn write_all(directory: &Utf8Path, components: &Components) -> Result<(), BuildError> {
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
fn write_at_once(path: &Utf8Path, bytes: &[u8]) -> Result<(), BuildError> {
    let new = path.with_extension(format!("{}.new", std::process::id()));
    fs_err::write(&new, bytes)?;
    fs_err::rename(&new, path)?;
    Ok(())
}

/// Builds the plugins from a copy of their sources in another directory, from nothing, and compares the bytes.
fn verify_reproducible(root: &Utf8Path, plugins: &Components) -> Result<(), BuildError> {
    let elsewhere = tempfile::Builder::new().prefix("a different directory").tempdir()?;
    let copy = Utf8PathBuf::try_from(elsewhere.path().to_owned()).map_err(camino::FromPathBufError::into_io_error)?;
    for source in SOURCES {
        copy_tree(&root.join(source), &copy.join(source))?;
    }
    let again = build(&copy, &copy.join("target"), &PLUGINS)?;
    let names: Vec<&String> = plugins.keys().chain(again.keys()).collect();
    match names.into_iter().find(|name| plugins.get(*name) != again.get(*name)) {
        Some(name) => Err(BuildError::NotReproducible { name: name.clone() }),
        None => Ok(writeln!(io::stderr(), "  Reproduced {} plugins, byte for byte, in another directory", again.len())?),
    }
}

/// Copies a file, or a directory without what is built in it. What does not exist is left out.
fn copy_tree(from: &Utf8Path, to: &Utf8Path) -> Result<(), BuildError> {
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

fn succeed(command: &mut Command) -> Result<(), BuildError> {
    let status = command.status().map_err(|source| start_error(command, source))?;
    if status.success() { Ok(()) } else { Err(BuildError::Failed { command: describe(command) }) }
}

fn output(command: &mut Command) -> Result<String, BuildError> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|source| start_error(command, source))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(BuildError::Failed { command: describe(command) })
    }
}

fn start_error(command: &Command, source: io::Error) -> BuildError {
    BuildError::Start { program: command.get_program().to_string_lossy().into_owned(), source }
}

/// A command as one would type it.
fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary() -> (tempfile::TempDir, Utf8PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(directory.path().to_owned()).unwrap();
        (directory, path)
    }

    fn components(names: &[(&str, &str)]) -> Components {
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

    #[test]
    fn a_module_that_is_no_module_is_named() {
        let (_keep, path) = temporary();
        fs_err::write(path.join("x.wasm"), "not wasm").unwrap();
        let error = encode("x".to_owned(), &path.join("x.wasm")).unwrap_err();
        assert!(matches!(&error, BuildError::Encode { name, .. } if name == "x"), "{error}");
    }

    #[test]
    fn the_repository_and_the_standard_library_are_remapped() {
        let flags = compiler_flags(Utf8Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let remaps = |to: &str| flags.iter().any(|flag| flag.starts_with("--remap-path-prefix=") && flag.ends_with(to));
        assert!(remaps("=/tollgate") && remaps("=/rust"), "{flags:?}");
    }
}
