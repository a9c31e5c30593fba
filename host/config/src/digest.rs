//! The digest of a policy revision.

use std::collections::BTreeMap;

use tollgate_core::digest::Digest;

/// The policy digest: SHA-256 over `PATH`, a line feed, `sha256:HEX`, a line feed for each file, sorted by the bytes of
/// the path.
///
/// The files are tollgate.yaml, plugins.lock, the `pack.yaml` of each pack, plugins that are files, and data files that
/// are granted. A built-in pack goes by `builtin:NAME`. Built-in plugins count through plugins.lock. A pack's README and
/// cases don't count, because nothing that judges reads them. Every byte of a file counts, comments too. No path holds a
/// line feed, because the forms of paths exclude control characters.
pub fn policy_digest(files: &BTreeMap<String, Digest>) -> Digest {
    let lines: String = files.iter().map(|(path, digest)| format!("{path}\n{digest}\n")).collect();
    Digest::of(lines.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_what_the_documentation_says() {
        let files = BTreeMap::from([("b".to_owned(), Digest::of(b"2")), ("a".to_owned(), Digest::of(b"1"))]);
        let text = format!("a\n{}\nb\n{}\n", Digest::of(b"1"), Digest::of(b"2"));
        assert_eq!(policy_digest(&files), Digest::of(text.as_bytes()));
    }

    #[test]
    fn a_change_of_a_path_or_of_a_byte_changes_the_digest() {
        let digest = |path: &str, bytes: &[u8]| policy_digest(&BTreeMap::from([(path.to_owned(), Digest::of(bytes))]));
        assert_ne!(digest("a", b"1"), digest("a", b"2"));
        assert_ne!(digest("a", b"1"), digest("b", b"1"));
    }
}
