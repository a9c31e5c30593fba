//! Where the binary is, and where compiled plugins are kept between runs.

use std::sync::OnceLock;

use camino::Utf8PathBuf;

use crate::cli::Cli;

/// The built binary: what `TOLLGATE_BIN` names, else the one beside the test program.
pub fn path() -> Utf8PathBuf {
    let path = std::env::var("TOLLGATE_BIN").map_or_else(|_| output_directory().join("tollgate"), Utf8PathBuf::from);
    assert!(path.exists(), "there is no `{path}`; run `cargo build -p tollgate`, or set TOLLGATE_BIN");
    path.canonicalize_utf8().unwrap()
}

/// `target/debug`, or what stands for it: test programs are in its `deps`.
pub(crate) fn output_directory() -> Utf8PathBuf {
    let program = Utf8PathBuf::try_from(std::env::current_exe().unwrap()).unwrap();
    program.parent().and_then(camino::Utf8Path::parent).unwrap().to_owned()
}

/// All built-in plugins, compiled once for all runs. The digest of the plugin and the engine's hash name each file, so one
/// of an older build is never taken for a newer one.
pub(crate) fn compiled_plugins() -> Utf8PathBuf {
    static DIRECTORY: OnceLock<Utf8PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(compile).clone()
}

fn compile() -> Utf8PathBuf {
    let cache = output_directory().join("tollgate-tests-cache");
    let directory = tempfile::tempdir().unwrap();
    let root = camino::Utf8Path::from_path(directory.path()).unwrap();
    fs_err::write(root.join("tollgate.yaml"), crate::Pipeline::deployment().text()).unwrap();
    let update = Cli::bare(root).args(["policy", "update", "--cache-dir", cache.as_str(), "--state-dir", root.as_str()]);
    update.run().exits(0);
    cache.join("compiled")
}
