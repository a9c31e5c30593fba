//! Manifests, and files on the way.

use camino::{Utf8Path, Utf8PathBuf};

/// A Deployment that every policy of `builtin:recommended` lets through.
pub fn deployment(name: &str, image: &str) -> String {
    format!(
        "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  replicas: 1
  selector:
    matchLabels: {{app: {name}}}
  template:
    metadata:
      labels: {{app: {name}}}
    spec:
      securityContext: {{runAsNonRoot: true}}
      containers:
        - name: {name}
          image: {image}
          resources:
            requests: {{cpu: 10m, memory: 16Mi}}
            limits: {{memory: 32Mi}}
"
    )
}

/// A Secret with one value of `data` and one of `stringData`.
pub fn secret(name: &str, encoded: &str, plain: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\ntype: Opaque\ndata:\n  encoded: {encoded}\nstringData:\n  plain: {plain}\n"
    )
}

/// A ConfigMap with one value.
pub fn config_map(name: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  value: {value:?}\n")
}

/// Writes a file, with the directories above it.
pub(crate) fn write(path: &Utf8Path, contents: impl AsRef<[u8]>) -> Utf8PathBuf {
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, contents).unwrap();
    path.to_owned()
}
