//! Embeds the built-in plugins and packs that are there. It never builds guests: `cargo xtask plugins` does.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    let root = manifest.parent().ok_or_else(|| io::Error::other("the package has no parent directory"))?;
    let plugins =
        entries(&root.join("target/plugins"), |path| path.extension().is_some_and(|end| end == "wasm").then(|| path.to_owned()))?;
    let packs = entries(&root.join("policies"), |path| Some(path.join("pack.yaml")).filter(|pack| pack.is_file()))?;

    let mut code = String::new();
    table(&mut code, "PLUGINS", &plugins, |path| path.file_stem());
    table(&mut code, "PACKS", &packs, |path| path.parent().and_then(Path::file_name));
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(out.join("builtin.rs"), code)
}

/// What `keep` makes of the entries of a directory, sorted. A directory that is missing has none.
fn entries(directory: &Path, keep: impl Fn(&Path) -> Option<PathBuf>) -> io::Result<Vec<PathBuf>> {
    println!("cargo::rerun-if-changed={}", directory.display());
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let mut kept = Vec::new();
    for entry in fs::read_dir(directory)? {
        kept.extend(keep(&entry?.path()));
    }
    kept.sort();
    for path in &kept {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    Ok(kept)
}

fn table<'a>(code: &mut String, name: &str, paths: &'a [PathBuf], key: impl Fn(&'a Path) -> Option<&'a std::ffi::OsStr>) {
    let _ = writeln!(code, "pub(super) static {name}: &[(&str, &[u8])] = &[");
    for path in paths {
        let key = key(path).map(|key| key.to_string_lossy().into_owned()).unwrap_or_default();
        let _ = writeln!(code, "    ({key:?}, include_bytes!({:?})),", path.display().to_string());
    }
    code.push_str("];\n");
}
