//! What gathers while a configuration is read.

use std::collections::BTreeMap;

use tollgate_core::digest::Digest;
use tollgate_core::document::Location;
use tollgate_core::ports::SourceError;

use crate::lock::PluginsLock;
use crate::port::{ConfigurationFile, ReadConfiguration};
use crate::problem::{ConfigProblem, ReadError};

/// The reader, and what came of reading so far.
pub(crate) struct Reading<'r> {
    pub(crate) reader: &'r dyn ReadConfiguration,
    pub(crate) lock: Option<PluginsLock>,
    pub(crate) problems: Vec<ConfigProblem>,
    pub(crate) warnings: Vec<ConfigProblem>,
    /// Everything that counts, by path, for the policy digest.
    pub(crate) files: BTreeMap<String, Digest>,
    /// Where levels are set, by policy and rule.
    pub(crate) levels: BTreeMap<(String, String), Location>,
}

impl<'r> Reading<'r> {
    pub(crate) fn new(reader: &'r dyn ReadConfiguration) -> Self {
        Self {
            reader,
            lock: None,
            problems: Vec::new(),
            warnings: Vec::new(),
            files: BTreeMap::new(),
            levels: BTreeMap::new(),
        }
    }

    /// A file as data. One that is broken is a problem, and nothing.
    pub(crate) fn file(&mut self, path: &str) -> Result<Option<ConfigurationFile>, SourceError> {
        let read = self.reader.file(path);
        self.sound(path, read)
    }

    /// Takes a file in, so that it counts for the policy digest.
    pub(crate) fn sound(
        &mut self,
        name: &str,
        read: Result<Option<ConfigurationFile>, ReadError>,
    ) -> Result<Option<ConfigurationFile>, SourceError> {
        match read {
            Ok(file) => {
                if let Some(file) = &file {
                    self.files.insert(name.to_owned(), Digest::of(&file.bytes));
                }
                Ok(file)
            }
            Err(ReadError::Malformed(problems)) => {
                self.problems.extend(problems);
                Ok(None)
            }
            Err(ReadError::Source(error)) => Err(error),
        }
    }

    /// The bytes of a file, taken in.
    pub(crate) fn bytes(&mut self, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let bytes = self.reader.bytes(path)?;
        if let Some(bytes) = &bytes {
            self.files.insert(path.to_owned(), Digest::of(bytes));
        }
        Ok(bytes)
    }
}
