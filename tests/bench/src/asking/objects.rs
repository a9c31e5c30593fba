//! The objects that are asked about, out of files.

use camino::Utf8Path;
use ignore::WalkBuilder;
use serde_json::Value;

use super::AskError;

/// An object with its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Object {
    pub(super) body: Value,
    /// `apps`; empty for what was there first.
    pub(super) group: String,
    pub(super) version: String,
    /// `deployments`
    pub(super) plural: &'static str,
}

/// The kinds that there are here, and what paths call them.
pub(super) const KINDS: [(&str, &str); 3] = [("ConfigMap", "configmaps"), ("Deployment", "deployments"), ("Service", "services")];

/// All objects in the `.yaml` files below a directory, one in each file, by path.
pub(super) fn read(directory: &Utf8Path) -> Result<Vec<Object>, AskError> {
    let mut files = Vec::new();
    for entry in WalkBuilder::new(directory).standard_filters(false).build() {
        let path = entry.map_err(std::io::Error::other)?.into_path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    let objects: Vec<Object> =
        files.iter().map(|file| object(serde_yaml::from_slice(&fs_err::read(file)?)?)).collect::<Result<_, _>>()?;
    if objects.is_empty() { Err(AskError::NoObjects(directory.to_string())) } else { Ok(objects) }
}

fn object(body: Value) -> Result<Object, AskError> {
    let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
    let (kind, api_version) = (text("kind"), text("apiVersion"));
    let plural = KINDS.iter().find(|(name, _)| *name == kind).map(|(_, plural)| *plural).ok_or(AskError::Kind(kind))?;
    let (group, version) = api_version.rsplit_once('/').unwrap_or(("", &api_version));
    Ok(Object { group: group.to_owned(), version: version.to_owned(), plural, body })
}

impl Object {
    /// `/apis/apps/v1/namespaces/shop/deployments`
    pub(super) fn collection(&self, namespace: &str) -> String {
        let root = if self.group.is_empty() { "/api".to_owned() } else { format!("/apis/{}", self.group) };
        format!("{root}/{}/namespaces/{namespace}/{}", self.version, self.plural)
    }

    pub(super) fn name(&self) -> &str {
        self.body["metadata"]["name"].as_str().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_put_where_its_group_is() {
        let mk_object =
            |api_version: &str, kind: &str| object(json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}}));
        assert_eq!(mk_object("apps/v1", "Deployment").unwrap().collection("x"), "/apis/apps/v1/namespaces/x/deployments");
        assert_eq!(mk_object("v1", "Service").unwrap().collection("x"), "/api/v1/namespaces/x/services");
        assert!(matches!(mk_object("v1", "Pod"), Err(AskError::Kind(kind)) if kind == "Pod"));
    }
}
