//! A release: the files that a recipe is at this target, and what is needed to read them back without guessing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tollgate_core::digest::Digest;
use tollgate_core::plan::Conflict;
use tollgate_core::ports::ApplyError;
use tollgate_core::render::{ObjectKey, Rendered, RenderedDocument};

use super::disk::{Disk, Kind};
use super::yaml;
use crate::compare::Objects;
use crate::number;

/// Name of the directory that holds releases.
pub(super) const RELEASES: &str = "releases";

/// Name of the file that says which objects stand in the others. It has no ending of a manifest, so that nobody applies it.
const INDEX: &str = ".tollgate-release";

/// The version of the index.
const INDEX_VERSION: u32 = 1;

/// All files of a release.
#[derive(PartialEq, Eq)]
pub(super) struct Release {
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

/// Why a release can't be read.
pub(super) enum Unreadable {
    /// It is not what tollgate wrote. The reason follows the name of the release in a sentence.
    Foreign(String),
    Failed(ApplyError),
}

impl From<ApplyError> for Unreadable {
    fn from(error: ApplyError) -> Self {
        Self::Failed(error)
    }
}

impl Release {
    /// Writes down what a recipe is at this target.
    ///
    /// # Errors
    /// Everything that stands in the way: paths that lead elsewhere, objects that come twice, values that can't be written.
    pub(super) fn of(rendered: &Rendered) -> Result<Self, Vec<Conflict>> {
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
    pub(super) fn salted(&self, salt: Digest) -> Self {
        let is_secret = self.index.objects.iter().any(|entry| entry.object.identity.is_secret());
        Self::indexed(self.files.clone(), Index { salt: is_secret.then_some(salt), ..self.index.clone() })
    }

    /// Its name: the hex digits of the digest over the paths and digests of all its files.
    pub(super) fn name(&self) -> String {
        let digests: BTreeMap<&String, Digest> = self.files.iter().map(|(path, bytes)| (path, Digest::of(bytes))).collect();
        // A map of texts always has canonical JSON.
        Digest::of_canonical(&digests).map(|digest| digest.hex()).unwrap_or_default()
    }

    /// By path within the release.
    pub(super) fn files(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.files
    }

    /// Whether two releases are the same but for their salts.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let rest = |release: &Self| {
            release.files.iter().filter(|(path, _)| *path != INDEX).map(|(p, b)| (p.clone(), b.clone())).collect::<Vec<_>>()
        };
        self.index.objects == other.index.objects && rest(self) == rest(other)
    }

    /// Reads the release of this name, and checks that its contents have this name.
    pub(super) fn read(disk: &Disk, name: &str) -> Result<Self, Unreadable> {
        let mut files = BTreeMap::new();
        let root = format!("{RELEASES}/{name}");
        if disk.kind(&root)? != Kind::Directory {
            return Err(Unreadable::Foreign("is not a directory".to_owned()));
        }
        collect(disk, &root, "", &mut files)?;
        let foreign = || Unreadable::Foreign(format!("has no `{INDEX}` that this tollgate understands"));
        let index: Index = files.get(INDEX).and_then(|bytes| serde_json::from_slice(bytes).ok()).ok_or_else(foreign)?;
        if index.version != INDEX_VERSION {
            return Err(foreign());
        }
        let release = Self { files, index };
        if release.name() != name {
            return Err(Unreadable::Foreign("has other contents than its name says".to_owned()));
        }
        Ok(release)
    }

    /// The bodies of its objects; nothing when the index and the files don't fit together.
    pub(super) fn objects(&self) -> Option<Objects> {
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

/// Whether a name could be that of a release.
pub(super) fn is_name(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn collect(disk: &Disk, root: &str, below: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), Unreadable> {
    let directory = format!("{root}{below}");
    let names = disk.names(&directory)?;
    if names.is_empty() {
        return Err(Unreadable::Foreign(format!("has an empty directory `{directory}`")));
    }
    for name in names {
        let path = format!("{below}/{name}");
        match disk.kind(&format!("{root}{path}"))? {
            Kind::Directory => collect(disk, root, &path, files)?,
            Kind::File => {
                files.insert(path.trim_start_matches('/').to_owned(), disk.read(&format!("{root}{path}"))?);
            }
            _ => {
                return Err(Unreadable::Foreign(format!(
                    "holds `{}`, which is neither file nor directory",
                    path.trim_start_matches('/')
                )));
            }
        }
    }
    Ok(())
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
