//! What gathers while a configuration is read.

use std::collections::{BTreeMap, BTreeSet};

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
    /// What does not fit a schema.
    pub(crate) flaws: Vec<ConfigProblem>,
    /// What does not make sense.
    pub(crate) problems: Vec<ConfigProblem>,
    pub(crate) warnings: Vec<ConfigProblem>,
    /// Everything that counts, by path, for the policy digest.
    pub(crate) files: BTreeMap<String, Digest>,
    /// The packs that are used, each with the place that names it.
    pub(crate) packs: BTreeMap<String, Location>,
    /// A pack or a gate could not be had, so that what seems to be missing may be in it.
    pub(crate) incomplete: bool,
    /// Where levels are set, by policy and rule.
    pub(crate) levels: BTreeMap<(String, String), Location>,
}

impl<'r> Reading<'r> {
    pub(crate) fn new(reader: &'r dyn ReadConfiguration) -> Self {
        Self {
            reader,
            lock: None,
            flaws: Vec::new(),
            problems: Vec::new(),
            warnings: Vec::new(),
            files: BTreeMap::new(),
            packs: BTreeMap::new(),
            incomplete: false,
            levels: BTreeMap::new(),
        }
    }

    /// All problems, sorted by place. What does not make sense at a place that does not fit the schema needs no words of
    /// its own.
    pub(crate) fn take_problems(&mut self) -> Vec<ConfigProblem> {
        let mut all = std::mem::take(&mut self.flaws);
        let places: BTreeSet<Location> = all.iter().map(|flaw| flaw.location.clone()).collect();
        all.extend(std::mem::take(&mut self.problems).into_iter().filter(|problem| !places.contains(&problem.location)));
        all.sort();
        all.dedup();
        all
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

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_core::document::Span;
    use tollgate_core::signature::InvalidSigners;

    struct Empty;

    impl ReadConfiguration for Empty {
        fn file(&self, _: &str) -> Result<Option<ConfigurationFile>, ReadError> {
            Ok(None)
        }

        fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
            Ok((path == "there").then(|| b"x".to_vec()))
        }

        fn builtin_pack(&self, _: &str, _: Option<Digest>) -> Result<Option<ConfigurationFile>, ReadError> {
            Ok(None)
        }

        fn check_signers(&self, _: &str) -> Result<(), InvalidSigners> {
            Ok(())
        }

        fn builtin_packs(&self) -> Vec<String> {
            Vec::new()
        }

        fn builtin_plugins(&self) -> Vec<String> {
            Vec::new()
        }
    }

    fn problem(line: u32, message: &str) -> ConfigProblem {
        ConfigProblem::new(Location { file: "f".to_owned(), span: Span::point(line, 1) }, message)
    }

    #[test]
    fn problems_come_by_place_and_each_once() {
        let mut reading = Reading::new(&Empty);
        reading.problems = vec![problem(3, "c"), problem(1, "b"), problem(1, "a"), problem(3, "c")];
        reading.flaws = vec![problem(2, "flaw")];
        assert_eq!(reading.take_problems(), [problem(1, "a"), problem(1, "b"), problem(2, "flaw"), problem(3, "c")]);
        assert!(reading.take_problems().is_empty());
    }

    #[test]
    fn a_flaw_speaks_for_its_place() {
        let mut reading = Reading::new(&Empty);
        reading.flaws = vec![problem(1, "must be text")];
        reading.problems = vec![problem(1, "there is no policy"), problem(2, "there is no target")];
        assert_eq!(reading.take_problems(), [problem(1, "must be text"), problem(2, "there is no target")]);
    }

    #[test]
    fn only_what_is_there_counts_for_the_digest() {
        let mut reading = Reading::new(&Empty);
        assert_eq!(reading.bytes("there").unwrap(), Some(b"x".to_vec()));
        assert_eq!(reading.bytes("elsewhere").unwrap(), None);
        assert!(reading.file("tollgate.yaml").unwrap().is_none());
        assert_eq!(reading.files, BTreeMap::from([("there".to_owned(), Digest::of(b"x"))]));
    }

    #[test]
    fn a_broken_file_is_a_problem_and_counts_for_nothing() {
        let mut reading = Reading::new(&Empty);
        assert!(reading.sound("f", Err(ReadError::Malformed(vec![problem(4, "broken")]))).unwrap().is_none());
        assert_eq!((reading.take_problems(), reading.files.len()), (vec![problem(4, "broken")], 0));
        let gone = SourceError::UnknownRevision { revision: "r".to_owned() };
        assert!(reading.sound("f", Err(ReadError::Source(gone))).is_err());
    }
}
