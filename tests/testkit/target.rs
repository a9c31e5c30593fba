//! What a target of type `directory` holds, read without tollgate.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

/// A target's directory.
#[derive(Clone, Debug)]
pub struct TargetView {
    root: Utf8PathBuf,
}

impl TargetView {
    pub(crate) fn new(root: &Utf8Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Where it is.
    pub fn path(&self) -> &Utf8Path {
        &self.root
    }

    /// Whether something runs there.
    pub fn is_live(&self) -> bool {
        self.root.join("current").symlink_metadata().is_ok()
    }

    /// A file of what runs.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        fs_err::read_to_string(self.root.join("current").join(path)).unwrap()
    }

    /// All manifests that run, by path.
    pub fn files(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        if self.is_live() {
            collect(&self.root.join("current").canonicalize_utf8().unwrap(), "", &mut files);
        }
        files
    }

    /// All digests of images that run, as `sha256:…`.
    pub fn digests(&self) -> Vec<String> {
        let pattern = regex_lite::Regex::new("sha256:[0-9a-f]{64}").unwrap();
        let mut digests: Vec<String> = Vec::new();
        for text in self.files().values() {
            digests.extend(pattern.find_iter(text).map(|found| found.as_str().to_owned()));
        }
        digests.sort();
        digests.dedup();
        digests
    }

    /// `state.json`; null where there is none.
    pub fn state(&self) -> Value {
        let text = fs_err::read_to_string(self.root.join("state.json"));
        text.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
    }

    /// Everything below the directory with its contents, to see that nothing changed.
    pub fn everything(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        if self.root.exists() {
            collect(&self.root, "", &mut files);
        }
        files
    }
}

fn collect(directory: &Utf8Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in directory.read_dir_utf8().unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            collect(entry.path(), &format!("{path}/"), files);
        } else if kind.is_symlink() {
            files.insert(path, format!("-> {}", entry.path().read_link_utf8().unwrap()));
        } else {
            files.insert(path, String::from_utf8_lossy(&fs_err::read(entry.path()).unwrap()).into_owned());
        }
    }
}
