//! From Rust sources to WebAssembly components.
//!
//! The bytes depend on the sources, the lock file and the toolchain alone: every path that the compiler could write into them
//! is remapped.

use std::collections::BTreeMap;
use std::io::BufReader;
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{CrateType, Message};
use wit_component::ComponentEncoder;

use crate::command::{BuildError, cargo, failed, output, start_error, succeed};

const TARGET: &str = "wasm32-unknown-unknown";

/// Rust sources of plugins.
#[derive(Clone, Copy, Debug)]
pub struct Plugins<'a> {
    /// The directory of the package, or of a workspace of several.
    pub directory: &'a Utf8Path,
    /// Where cargo builds.
    pub target_directory: &'a Utf8Path,
    /// The directory of which nothing may be seen in the bytes, and what is written in its place.
    pub root: (&'a Utf8Path, &'a str),
    /// Whether the lock file must be up to date.
    pub locked: bool,
}

/// Components by name, which is that of the directory that they are made of.
pub type Built = BTreeMap<String, Vec<u8>>;

/// Adds the target to the toolchain where it is missing: rustup is told to install nothing by itself on some machines.
///
/// # Errors
/// When it can't be added.
pub fn add_target(directory: &Utf8Path) -> Result<(), BuildError> {
    let libraries = output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).current_dir(directory))?;
    if Utf8Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    succeed(Command::new("rustup").args(["target", "add", TARGET]).current_dir(directory))
}

/// Builds plugins, and turns each dynamic library into a component. What cargo says goes to standard error.
///
/// # Errors
/// When cargo fails, or what it makes is no plugin.
pub fn build(plugins: &Plugins<'_>) -> Result<Built, BuildError> {
    let locked: &[&str] = if plugins.locked { &["--locked"] } else { &[] };
    // The directories of the registries exist only once everything is fetched, and each is remapped.
    succeed(cargo().arg("fetch").args(locked).args(["--target", TARGET]).current_dir(plugins.directory))?;
    let mut command = cargo();
    command.args(["build", "--release", "--target", TARGET, "--message-format", "json-render-diagnostics"]).args(locked);
    command.arg("--target-dir").arg(plugins.target_directory);
    command.env("CARGO_ENCODED_RUSTFLAGS", compiler_flags(plugins.root)?.join("\u{1f}")).current_dir(plugins.directory);
    libraries(&mut command)?.into_iter().map(|(name, path)| encode(name, &path)).collect()
}

/// The flags that keep paths of this machine out of the bytes.
fn compiler_flags((root, name): (&Utf8Path, &str)) -> Result<Vec<String>, BuildError> {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(root))?;
    let standard_library = Utf8Path::new(sysroot.trim()).join("lib/rustlib/src/rust");
    let mut prefixes = vec![(root.to_owned(), name), (standard_library, "/rust")];
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
                let name = artifact.manifest_path.parent().and_then(Utf8Path::file_name).unwrap_or(&artifact.target.name);
                let wasm = artifact.filenames.iter().filter(|file| file.extension() == Some("wasm"));
                found.extend(wasm.map(|file| (name.to_owned(), file.clone())));
            }
        }
    }
    if child.wait()?.success() { Ok(found) } else { Err(failed(command)) }
}

/// Makes a component of a core module.
///
/// # Errors
/// When the file can't be read, or is no module that carries the contract.
pub fn encode(name: String, module: &Utf8Path) -> Result<(String, Vec<u8>), BuildError> {
    let module = fs_err::read(module)?;
    let encoded = ComponentEncoder::default().validate(true).module(&module).and_then(ComponentEncoder::encode);
    match encoded {
        Ok(component) => Ok((name, component)),
        Err(error) => Err(BuildError::Encode { reason: format!("{error:#}"), name }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_is_no_module_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(directory.path().join("x.wasm")).unwrap();
        fs_err::write(&path, "not wasm").unwrap();
        let error = encode("x".to_owned(), &path).unwrap_err();
        assert!(matches!(&error, BuildError::Encode { name, .. } if name == "x"), "{error}");
    }

    #[test]
    fn the_sources_and_the_standard_library_are_remapped() {
        let flags = compiler_flags((Utf8Path::new(env!("CARGO_MANIFEST_DIR")), "/plugin")).unwrap();
        let remaps = |to: &str| flags.iter().any(|flag| flag.starts_with("--remap-path-prefix=") && flag.ends_with(to));
        assert!(remaps("=/plugin") && remaps("=/rust"), "{flags:?}");
    }
}
