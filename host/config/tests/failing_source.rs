//! A source that fails half way, and files that are broken: there is never a configuration out of what could be read so far.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop")]

#[path = "support/mod.rs"]
mod support;

use std::cell::Cell;

use proptest::prelude::*;
use support::MemoryTree;
use tollgate_config::{
    Chosen, Configuration, ConfigurationError, ConfigurationFile, ReadConfiguration, ReadError, UseOfLock, choose, read_pipeline,
};
use tollgate_core::digest::Digest;
use tollgate_core::ports::SourceError;
use tollgate_core::signature::InvalidSigners;

const PIPELINE: &str = "\
apiVersion: tollgate.dev/v1alpha1
kind: Pipeline
components: [{path: services/*, type: kubernetes}]
packs: [builtin:recommended, ./house]
gates:
  - {name: rule, policy: ./rule.wasm, grants: {data: {list: list.txt}}}
";

const HOUSE: &str = "\
apiVersion: tollgate.dev/v1alpha1
kind: Pack
policies: [{name: house, policy: ./house.wasm, grants: {data: {words: words.txt}}}]
";

const LOCK: &str = "version: 1\nplugins: {}\n";

fn tree() -> MemoryTree {
    MemoryTree::new(&[
        ("tollgate.yaml", PIPELINE),
        ("plugins.lock", LOCK),
        ("house/pack.yaml", HOUSE),
        ("house/house.wasm", "a"),
        ("house/words.txt", "b"),
        ("rule.wasm", "c"),
        ("list.txt", "d"),
    ])
}

/// Answers so many questions and then fails for good, as a disk or a network does.
struct Failing {
    tree: MemoryTree,
    left: Cell<usize>,
    asked: Cell<usize>,
}

impl Failing {
    fn after(questions: usize) -> Self {
        Self { tree: tree(), left: Cell::new(questions), asked: Cell::new(0) }
    }

    fn ask(&self) -> Result<(), SourceError> {
        self.asked.set(self.asked.get() + 1);
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => Err(broken()),
        }
    }
}

impl ReadConfiguration for Failing {
    fn file(&self, path: &str) -> Result<Option<ConfigurationFile>, ReadError> {
        self.ask()?;
        self.tree.file(path)
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        self.ask()?;
        self.tree.bytes(path)
    }

    fn builtin_pack(&self, name: &str, locked: Option<Digest>) -> Result<Option<ConfigurationFile>, ReadError> {
        self.ask()?;
        self.tree.builtin_pack(name, locked)
    }

    fn check_signers(&self, text: &str) -> Result<(), InvalidSigners> {
        self.tree.check_signers(text)
    }

    fn builtin_packs(&self) -> Vec<String> {
        self.tree.builtin_packs()
    }

    fn builtin_plugins(&self) -> Vec<String> {
        self.tree.builtin_plugins()
    }
}

fn broken() -> SourceError {
    SourceError::UnknownRevision { revision: "gone".to_owned() }
}

#[test]
fn a_source_that_fails_at_any_question_fails_the_whole() {
    let sound = Failing::after(usize::MAX);
    read_pipeline(&sound, "tollgate.yaml", UseOfLock::Obey).unwrap();
    let questions = sound.asked.get();
    assert_eq!(questions, 8, "three files, a built-in pack, two plugins and two data files");
    for answered in 0..questions {
        let read = read_pipeline(&Failing::after(answered), "tollgate.yaml", UseOfLock::Obey);
        assert!(matches!(read, Err(ConfigurationError::Source(SourceError::UnknownRevision { .. }))), "after {answered}");
    }
    read_pipeline(&Failing::after(questions), "tollgate.yaml", UseOfLock::Obey).unwrap();
}

#[test]
fn a_source_that_fails_while_policies_are_chosen_fails_the_whole() {
    let chosen = Chosen { policies: vec!["rule.wasm".to_owned()], packs: vec!["builtin:recommended".to_owned()] };
    for answered in 0..2 {
        let read = choose(&Failing::after(answered), &chosen);
        assert!(matches!(read, Err(ConfigurationError::Source(_))), "after {answered}");
    }
    choose(&Failing::after(2), &chosen).unwrap();
}

fn read(tree: &MemoryTree) -> Result<Configuration, ConfigurationError> {
    read_pipeline(tree, "tollgate.yaml", UseOfLock::Obey)
}

#[test]
fn a_file_that_is_broken_is_a_problem_of_that_file() {
    for path in ["tollgate.yaml", "plugins.lock", "house/pack.yaml"] {
        let mut tree = tree();
        tree.files.insert(path.to_owned(), "a: [".to_owned());
        let Err(ConfigurationError::Invalid(problems)) = read(&tree) else { panic!("`{path}` is accepted") };
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!((problems[0].location.file.as_str(), problems[0].message.as_str()), (path, "file is not well-formed YAML"));
    }
}

#[test]
fn every_file_that_is_missing_is_missed() {
    for path in tree().files.keys().filter(|path| *path != "plugins.lock") {
        let mut tree = tree();
        tree.files.remove(path);
        match read(&tree) {
            Err(ConfigurationError::Missing { path: missing }) => {
                assert_eq!((missing.as_str(), path.as_str()), ("tollgate.yaml", "tollgate.yaml"));
            }
            Err(ConfigurationError::Invalid(problems)) => {
                assert!(
                    problems.iter().any(|problem| problem.to_string().contains(path.trim_end_matches("/pack.yaml"))),
                    "{path}: {problems:?}"
                );
            }
            other => panic!("without `{path}`: {other:?}"),
        }
    }
}

/// A tree in which some lines of one file are gone, twice there, or cut.
fn damaged() -> impl Strategy<Value = MemoryTree> {
    let file = prop::sample::select(vec!["tollgate.yaml", "plugins.lock", "house/pack.yaml"]);
    (file, any::<prop::sample::Index>(), 0..3_u8, any::<prop::sample::Index>()).prop_map(|(path, line, how, cut)| {
        let mut tree = tree();
        let text = tree.files.get_mut(path).unwrap();
        let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
        let line = line.index(lines.len());
        match how {
            0 => drop(lines.remove(line)),
            1 => lines.insert(line, lines[line].clone()),
            _ => {
                let end = cut.index(lines[line].len() + 1);
                lines[line].truncate(end);
            }
        }
        *text = lines.join("\n");
        tree
    })
}

proptest! {
    #[test]
    fn every_problem_of_damaged_files_stands_in_one_of_them_and_is_told_twice_alike(tree in damaged()) {
        match (read(&tree), read(&tree)) {
            (Err(ConfigurationError::Invalid(problems)), Err(ConfigurationError::Invalid(again))) => {
                prop_assert_eq!(&problems, &again);
                prop_assert!(problems.is_sorted(), "by place");
                for problem in problems {
                    let text = tree.files.get(&problem.location.file).unwrap();
                    let (line, lines) = (problem.location.span.line as usize, text.lines().count());
                    prop_assert!((1..=lines + 1).contains(&line), "{} of {} lines", problem, lines);
                    prop_assert!(!problem.message.ends_with('.'), "{}", problem);
                }
            }
            (Ok(one), Ok(other)) => prop_assert_eq!(one.policy_digest, other.policy_digest),
            (one, _) => prop_assert!(false, "{:?}", one),
        }
    }
}
