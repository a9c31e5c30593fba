//! Which modules `init` has fetched, those of modules included.

use serde::Deserialize;
use tollgate_core::terraform::TerraformSpec;

/// `.terraform/modules/modules.json`.
#[derive(Deserialize)]
struct Manifest {
    #[serde(rename = "Modules")]
    modules: Vec<Module>,
}

#[derive(Deserialize)]
struct Module {
    /// As it is written, but for the root, which has none.
    #[serde(rename = "Source", default)]
    source: String,
}

/// The first source that is not allowed. Those of the repository itself always are.
///
/// # Errors
/// Says what is wrong with the manifest.
pub(super) fn forbidden(manifest: &[u8], spec: &TerraformSpec) -> Result<Option<String>, &'static str> {
    let manifest: Manifest = serde_json::from_slice(manifest).map_err(|_| "its list of modules can't be read")?;
    let is_forbidden = |source: &String| !source.is_empty() && !is_local(source) && !spec.allows_module(&plain(source));
    Ok(manifest.modules.into_iter().map(|module| module.source).find(is_forbidden))
}

fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../")
}

/// What a registry's module is called is written down with the registry's host, which nobody has to write.
fn plain(source: &str) -> String {
    let default = ["registry.terraform.io/", "registry.opentofu.org/"];
    default.iter().find_map(|host| source.strip_prefix(host)).unwrap_or(source).to_owned()
}

#[cfg(test)]
mod tests {
    use tollgate_core::glob::Glob;

    use super::*;

    fn of(sources: &[&str], allowed: &[&str]) -> Option<String> {
        let modules: Vec<_> = sources.iter().map(|source| serde_json::json!({"Key": "k", "Source": source, "Dir": "d"})).collect();
        let manifest = serde_json::json!({"Modules": modules}).to_string();
        let modules = allowed.iter().map(|pattern| Glob::new(pattern).unwrap()).collect();
        forbidden(manifest.as_bytes(), &TerraformSpec { modules, ..TerraformSpec::default() }).unwrap()
    }

    #[test]
    fn what_a_fetched_module_fetches_must_be_allowed_as_well() {
        let git = "git::https://git.example.com/modules/vpc?ref=0123";
        assert_eq!(of(&["", "./a", "../b"], &[]), None);
        assert_eq!(of(&["", git], &["git::https://git.example.com/modules/**"]), None);
        assert_eq!(
            of(&["", git, "git::https://evil.example.com/x"], &["git::https://git.example.com/**"]).unwrap(),
            "git::https://evil.example.com/x"
        );
        assert_eq!(of(&["registry.terraform.io/acme/vpc/aws"], &["acme/*/aws"]), None);
        assert!(forbidden(b"[]", &TerraformSpec::default()).is_err());
    }
}
