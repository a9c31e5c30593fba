//! A release: the files that a recipe is at this target, and what is needed to read them back without guessing.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tollgate_core::digest::Digest;
use tollgate_core::plan::Conflict;
use tollgate_core::render::{ObjectKey, Rendered, RenderedDocument};

use crate::compare::Objects;
use crate::{number, yaml};

/// Name of the file that says which objects stand in the others. It has no ending of a manifest, so that nobody applies it.
pub(crate) const INDEX: &str = ".tollgate-release";

/// The version of the index.
const INDEX_VERSION: u32 = 1;

/// All files of a release.
#[derive(PartialEq, Eq)]
pub(crate) struct Release {
    /// By path within the release, the index among them.
    files: BTreeMap<String, Vec<u8>>,
    index: Index,
}

/// What the index says. It is covered by the release's name like every other file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Index {
    version: u32,
    /// Random, where there are Secrets: else the release's name, which is no secret, could be used to try out values.
    salt: Option<Digest>,
    /// In the order in which they stand in their files.
    objects: Vec<Entry>,
}

/// Where an object stands.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    file: String,
    /// Path of the source file, relative to the repository's root.
    source: String,
    #[serde(flatten)]
    object: ObjectKey,
}

impl Release {
    /// Writes down what a recipe is at this target.
    ///
    /// # Errors
    /// Everything that stands in the way: paths that lead elsewhere, objects that come twice, values that can't be written.
    pub(crate) fn of(rendered: &Rendered) -> Result<Self, Vec<Conflict>> {
        let conflicts = find_conflicts(rendered.documents());
        if !conflicts.is_empty() {
            return Err(conflicts);
        }
        let mut documents: BTreeMap<String, Vec<&RenderedDocument>> = BTreeMap::new();
        for document in rendered.documents() {
            documents.entry(file_name(&document.path)).or_default().push(document);
        }
        let mut objects = Vec::new();
        let mut files = BTreeMap::new();
        for (file, documents) in documents {
            files.insert(file.clone(), write_file(&file, &documents)?.into_bytes());
            objects.extend(documents.into_iter().map(|document| Entry {
                file: file.clone(),
                source: document.path.clone(),
                object: document.key(),
            }));
        }
        Ok(Self::indexed(files, Index { version: INDEX_VERSION, salt: None, objects }))
    }

    fn indexed(mut files: BTreeMap<String, Vec<u8>>, index: Index) -> Self {
        // Maps with text keys always have JSON.
        files.insert(INDEX.to_owned(), serde_json::to_vec_pretty(&index).unwrap_or_default());
        Self { files, index }
    }

    /// The release with a salt in its name, if it holds Secrets.
    pub(crate) fn salted(&self, salt: Digest) -> Self {
        let is_secret = self.index.objects.iter().any(|entry| entry.object.identity.is_secret());
        Self::indexed(self.files.clone(), Index { salt: is_secret.then_some(salt), ..self.index.clone() })
    }

    /// Its name: the hex digits of the digest over the paths and digests of all its files.
    pub(crate) fn name(&self) -> String {
        let digests: BTreeMap<&String, Digest> = self.files.iter().map(|(path, bytes)| (path, Digest::of(bytes))).collect();
        // A map of texts always has canonical JSON.
        Digest::of_canonical(&digests).map(|digest| digest.hex()).unwrap_or_default()
    }

    /// By path within the release.
    pub(crate) fn files(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.files
    }

    /// Whether two releases are the same but for their salts.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let rest = |release: &Self| {
            release.files.iter().filter(|(path, _)| *path != INDEX).map(|(p, b)| (p.clone(), b.clone())).collect::<Vec<_>>()
        };
        self.index.objects == other.index.objects && rest(self) == rest(other)
    }

    /// The release that these files are.
    ///
    /// # Errors
    /// When they are none that this tollgate understands. The reason follows the name of the release in a sentence.
    pub(crate) fn of_files(files: BTreeMap<String, Vec<u8>>) -> Result<Self, String> {
        let foreign = || format!("has no `{INDEX}` that this tollgate understands");
        let index: Index = files.get(INDEX).and_then(|bytes| serde_json::from_slice(bytes).ok()).ok_or_else(foreign)?;
        if index.version == INDEX_VERSION { Ok(Self { files, index }) } else { Err(foreign()) }
    }

    /// The paths that an index names, and that of the index; nothing when it is none.
    pub(crate) fn paths(index: &[u8]) -> Option<BTreeSet<String>> {
        let index: Index = serde_json::from_slice(index).ok()?;
        Some(index.objects.into_iter().map(|entry| entry.file).chain([INDEX.to_owned()]).collect())
    }

    /// The bodies of its objects; nothing when the index and the files don't fit together.
    pub(crate) fn objects(&self) -> Option<Objects> {
        let mut documents = BTreeMap::new();
        for (path, bytes) in self.files.iter().filter(|(path, _)| *path != INDEX) {
            documents.insert(path, yaml::read(bytes)?.into_iter());
        }
        let mut objects = Objects::new();
        for entry in &self.index.objects {
            let body = documents.get_mut(&entry.file)?.next()?;
            if objects.insert(entry.object.clone(), body).is_some() {
                return None;
            }
        }
        documents.into_values().all(|mut rest| rest.next().is_none()).then_some(objects)
    }
}

/// Random bytes, for salts and names.
pub(crate) fn random() -> io::Result<Digest> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(Digest::from_bytes(bytes))
}

/// What stands in the way of writing a release, as an error.
pub(crate) fn unwritable(conflicts: &[Conflict]) -> io::Error {
    let reasons: Vec<String> = conflicts.iter().map(|conflict| format!("`{}` {}", conflict.at, conflict.message)).collect();
    io::Error::new(io::ErrorKind::InvalidInput, reasons.join("; "))
}

/// Whether a name could be that of a release.
pub(crate) fn is_name(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// The file in a release for a source file: the same path, with an ending that says YAML.
fn file_name(path: &str) -> String {
    if path.ends_with(".yaml") || path.ends_with(".yml") { path.to_owned() } else { format!("{path}.yaml") }
}

fn find_conflicts(documents: &[RenderedDocument]) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    let mut seen: BTreeMap<ObjectKey, &str> = BTreeMap::new();
    for document in documents {
        let mut conflict = |message: String| conflicts.push(Conflict { at: document.path.clone(), message });
        if !stays_inside(&document.path) {
            conflict("is not a path within a release; move the file".to_owned());
        }
        if let Some(pointer) = number::find_inexact(&document.body) {
            conflict(format!(
                "has an integer at `{pointer}` of {} that JSON can't keep exactly; write it as a text",
                document.key()
            ));
        }
        if let Some(first) = seen.insert(document.key(), &document.path) {
            conflict(format!("describes {}, and so does `{first}`; remove one of them", document.key()));
        }
    }
    conflicts
}

/// Whether a path leads to a file below where it starts, and not to the index.
fn stays_inside(path: &str) -> bool {
    let is_step = |step: &str| !matches!(step, "" | "." | "..") && !step.contains(['\0', '\\']) && step != INDEX;
    path.split('/').all(is_step)
}

fn write_file(file: &str, documents: &[&RenderedDocument]) -> Result<String, Vec<Conflict>> {
    let bodies: Vec<&Value> = documents.iter().map(|document| &document.body).collect();
    let message = "holds a value that can't be written as YAML and read back; write it in another way".to_owned();
    yaml::write(&bodies).ok_or_else(|| vec![Conflict { at: file.to_owned(), message }])
}
