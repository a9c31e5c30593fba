//! Where plugins, packs and files come from.

use tollgate_core::pipeline::PluginSource;

/// Reads `builtin:NAME` or `./PATH.wasm`; a path is taken to be relative to a directory of the repository (`""` for its
/// root) and is kept as `./PATH` relative to the root, so that one file has one name.
pub(crate) fn plugin_source(text: &str, directory: &str) -> PluginSource {
    match text.strip_prefix("builtin:") {
        Some(name) => PluginSource::Builtin(name.to_owned()),
        None => PluginSource::File(format!("./{}", join(directory, text))),
    }
}

/// A path below a directory, without `./`.
pub(crate) fn join(directory: &str, path: &str) -> String {
    let path = path.trim_start_matches("./");
    if directory.is_empty() { path.to_owned() } else { format!("{directory}/{path}") }
}

/// What is wrong with a path that must lead to something in the repository.
pub(crate) fn fault_of_path(path: &str) -> Option<&'static str> {
    let steps: Vec<&str> = path.split('/').collect();
    if path.starts_with('/') {
        Some("must be relative to the repository's root")
    } else if path.ends_with('/') {
        Some("must not end with `/`")
    } else if steps.contains(&"..") {
        Some("must not leave its directory with `..`")
    } else if steps.iter().any(|step| step.is_empty() || *step == ".") {
        Some("must not hold `.` or empty steps")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_name_wherever_it_is_named_from() {
        let file = PluginSource::File("./policies/house/x.wasm".to_owned());
        assert_eq!(plugin_source("./policies/house/x.wasm", ""), file);
        assert_eq!(plugin_source("./x.wasm", "policies/house"), file);
        assert_eq!(plugin_source("builtin:x", "policies/house"), PluginSource::Builtin("x".to_owned()));
    }

    #[test]
    fn a_path_stays_in_the_repository() {
        for path in ["/etc", "a/../b", "..", "a//b", "a/", "./a", "."] {
            assert!(fault_of_path(path).is_some(), "{path}");
        }
        assert_eq!(fault_of_path("policies/a.json"), None);
    }
}
