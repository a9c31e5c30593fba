//! Built guests, for what honest plugins don't do.

use camino::Utf8PathBuf;

/// The bytes of a guest of `tests/guests`, as `cargo xtask plugins` builds it.
pub fn guest(name: &str) -> Vec<u8> {
    let beside = Utf8PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/guests"));
    let directory = std::env::var("TOLLGATE_GUESTS").map_or(beside, Utf8PathBuf::from);
    let path = directory.join(format!("{name}.wasm"));
    fs_err::read(path).unwrap_or_else(|error| panic!("{error}; run `cargo xtask plugins`"))
}
