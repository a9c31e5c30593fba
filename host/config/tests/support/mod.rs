//! A tree of files in memory, and places of values in YAML.

mod places;

use std::collections::BTreeMap;

use tollgate_config::{ConfigProblem, ConfigurationFile, ReadConfiguration, ReadError};
use tollgate_core::digest::Digest;
use tollgate_core::document::{Location, Span};
use tollgate_core::ports::SourceError;
use tollgate_core::signature::InvalidSigners;

/// A tree in memory, with a pack and plugins such as the binary brings.
#[derive(Clone, Debug)]
pub(crate) struct MemoryTree {
    pub(crate) files: BTreeMap<String, String>,
    pub(crate) packs: BTreeMap<String, String>,
    pub(crate) plugins: Vec<String>,
}

pub(crate) const RECOMMENDED: &str = "\
apiVersion: tollgate.dev/v1alpha1
kind: Pack
description: What every workload should fulfil.
policies:
  - {name: image-pinned, policy: builtin:image-pinned}
  - {name: pod-security, policy: builtin:pod-security, settings: {level: baseline, version: latest}, levels: {seccomp: warn}}
";

impl MemoryTree {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        let plugins = ["image-pinned", "pod-security", "same-image", "workload-limits"];
        Self {
            files: files.iter().map(owned).collect(),
            packs: BTreeMap::from([("recommended".to_owned(), RECOMMENDED.to_owned())]),
            plugins: plugins.map(ToOwned::to_owned).to_vec(),
        }
    }
}

/// Reads YAML and its places.
pub(crate) fn read_yaml(path: &str, text: &str) -> Result<ConfigurationFile, ReadError> {
    let value = serde_yaml::from_str(text).map_err(|error| {
        let place = error.location().map_or(Span::START, |at| Span::point(at.line() as u32, at.column() as u32));
        let location = Location { file: path.to_owned(), span: place };
        ReadError::Malformed(vec![ConfigProblem::new(location, "file is not well-formed YAML")])
    })?;
    let values = places::places(text);
    let keys = values.clone();
    Ok(ConfigurationFile {
        path: path.to_owned(),
        bytes: text.as_bytes().to_vec(),
        value,
        locate: Box::new(move |pointer| values.value(pointer)),
        locate_key: Box::new(move |pointer| keys.key(pointer)),
    })
}

impl ReadConfiguration for MemoryTree {
    fn file(&self, path: &str) -> Result<Option<ConfigurationFile>, ReadError> {
        self.files.get(path).map(|text| read_yaml(path, text)).transpose()
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(self.files.get(path).map(|text| text.as_bytes().to_vec()))
    }

    fn builtin_pack(&self, name: &str, locked: Option<Digest>) -> Result<Option<ConfigurationFile>, ReadError> {
        let fits = |text: &&String| locked.is_none_or(|digest| digest == Digest::of(text.as_bytes()));
        self.packs.get(name).filter(fits).map(|text| read_yaml(&format!("builtin:{name}"), text)).transpose()
    }

    /// Lines that start with `broken` can't be read.
    fn check_signers(&self, text: &str) -> Result<(), InvalidSigners> {
        let broken = text.lines().zip(1..).find(|(line, _)| line.starts_with("broken"));
        broken.map_or(Ok(()), |(_, line)| Err(InvalidSigners { line, reason: "the line is broken".to_owned() }))
    }

    fn builtin_packs(&self) -> Vec<String> {
        self.packs.keys().cloned().collect()
    }

    fn builtin_plugins(&self) -> Vec<String> {
        self.plugins.clone()
    }
}
