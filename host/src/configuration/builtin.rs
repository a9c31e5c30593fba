//! The plugins and packs inside the binary.

use tollgate_core::digest::Digest;
use tollgate_core::policy::World;
use tollgate_sandbox::about;

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// The bytes of a built-in plugin.
pub(crate) fn plugin(name: &str) -> Option<&'static [u8]> {
    find(PLUGINS, name)
}

/// The `pack.yaml` of a built-in pack.
pub(crate) fn pack(name: &str) -> Option<&'static [u8]> {
    find(PACKS, name)
}

/// Names of all built-in plugins.
pub(crate) fn plugin_names() -> impl Iterator<Item = &'static str> {
    PLUGINS.iter().map(|(name, _)| *name)
}

/// Names of the built-in plugins that are fixers.
pub(crate) fn fixers() -> impl Iterator<Item = &'static str> {
    let is_fixer = |bytes: &[u8]| about(bytes).is_ok_and(|about| about.world == World::Fixer);
    PLUGINS.iter().filter(move |(_, bytes)| is_fixer(bytes)).map(|(name, _)| *name)
}

/// Names of all built-in packs.
pub(crate) fn pack_names() -> impl Iterator<Item = &'static str> {
    PACKS.iter().map(|(name, _)| *name)
}

/// Digest and bytes of a built-in plugin, when its digest is this one.
pub(crate) fn plugin_of(name: &str, digest: Digest) -> Option<&'static [u8]> {
    plugin(name).filter(|bytes| Digest::of(bytes) == digest)
}

fn find(table: &'static [(&'static str, &'static [u8])], name: &str) -> Option<&'static [u8]> {
    table.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes)
}
