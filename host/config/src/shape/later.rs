//! Keys that the design has and this version does not.

/// Keys that people may know from the design or from later versions.
const LATER: [&str; 3] = ["dependsOn", "pairs", "terraform"];

/// The hint for such a key.
pub(crate) fn hint(key: &str) -> Option<String> {
    LATER.contains(&key).then(|| "this version of tollgate does not have it; remove it".to_owned())
}
