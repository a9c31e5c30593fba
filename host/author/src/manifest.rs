//! Manifests that stand on their own: what they take from tollgate's workspace is written out.

use toml::{Table, Value};

/// A manifest that can't be made to stand on its own.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    #[error("the manifest can't be read")]
    Read(#[from] toml::de::Error),
    #[error("the manifest can't be written")]
    Write(#[from] toml::ser::Error),
}

/// A manifest without its workspace. What it inherits and the workspace does not have is left as it is, and cargo says so.
///
/// # Errors
/// When one of the two is no TOML.
pub(crate) fn standalone(manifest: &str, workspace: &str) -> Result<String, ManifestError> {
    let (mut manifest, workspace): (Table, Table) = (manifest.parse()?, workspace.parse()?);
    let of_workspace = |key: &str| workspace.get("workspace").and_then(|table| table.get(key));
    // Lints are for those who work on the SDK, not for those who use it.
    manifest.remove("lints");
    inherit(manifest.get_mut("package"), of_workspace("package"));
    for key in ["dependencies", "dev-dependencies", "build-dependencies"] {
        inherit(manifest.get_mut(key), of_workspace("dependencies"));
    }
    Ok(toml::to_string(&manifest)?)
}

fn inherit(members: Option<&mut Value>, inherited: Option<&Value>) {
    let (Some(Value::Table(members)), Some(inherited)) = (members, inherited) else { return };
    for (name, value) in members {
        let Some(own) = value.as_table_mut() else { continue };
        if own.remove("workspace").is_none() {
            continue;
        }
        let own = std::mem::take(own);
        if let Some(inherited) = inherited.get(name.as_str()) {
            *value = merged(inherited, own);
        }
    }
}

/// A version alone is a dependency, too.
fn merged(inherited: &Value, own: Table) -> Value {
    let mut whole = match inherited {
        Value::Table(table) => table.clone(),
        other if own.is_empty() => return other.clone(),
        version => Table::from_iter([("version".to_owned(), version.clone())]),
    };
    whole.extend(own);
    Value::Table(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKSPACE: &str = r#"
[workspace.package]
version = "0.1.0"
[workspace.dependencies]
serde = { version = "1", features = ["derive"] }
serde_json = "1"
"#;

    fn of(manifest: &str) -> Table {
        standalone(manifest, WORKSPACE).unwrap().parse().unwrap()
    }

    #[test]
    fn what_is_inherited_is_written_out() {
        let manifest = "[package]\nname = \"a\"\nversion.workspace = true\n[dependencies]\nserde.workspace = true\nserde_json = { workspace = true, optional = true }\nother = \"2\"\n";
        let expected = "[package]\nname = \"a\"\nversion = \"0.1.0\"\n[dependencies]\nserde = { version = \"1\", features = [\"derive\"] }\nserde_json = { version = \"1\", optional = true }\nother = \"2\"\n";
        assert_eq!(of(manifest), expected.parse().unwrap());
    }

    #[test]
    fn lints_are_left_out() {
        assert!(of("[lints]\nworkspace = true\n").is_empty());
    }
}
