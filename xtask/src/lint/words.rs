//! Words that must not be committed: what was left for later, tests that are not run, paths of one machine.

use camino::{Utf8Path, Utf8PathBuf};
use ignore::WalkBuilder;

use crate::lint::LintError;
use crate::workspaces::Repository;

/// Written in halves, so that this file is not found by itself. The first is a word of its own, the second any text.
const WORDS: [[&str; 2]; 4] = [["TO", "DO"], ["FIX", "ME"], ["XX", "X"], ["HA", "CK"]];
const TEXTS: [[&str; 2]; 7] =
    [["todo", "!("], ["unimplemented", "!("], ["#[ign", "ore"], ["/ro", "ot/"], ["/ho", "me/"], ["/Us", "ers/"], ["/wo", "rk/"]];

/// Larger files are data, not written by hand.
const LARGEST: usize = 1024 * 1024;

/// Every place where such a word stands.
pub(crate) fn check(repository: &Repository) -> Result<Vec<String>, LintError> {
    let mut problems = Vec::new();
    for path in files(&repository.root)? {
        let bytes = fs_err::read(&path)?;
        if bytes.len() > LARGEST {
            continue;
        }
        // What is not text has no words.
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let name = path.strip_prefix(&repository.root).unwrap_or(&path);
            problems.extend(find(text).into_iter().map(|(line, word)| format!("{name}:{line}: `{word}`")));
        }
    }
    Ok(problems)
}

/// All files that git would take, committed or not.
fn files(root: &Utf8Path) -> Result<Vec<Utf8PathBuf>, LintError> {
    let mut files = Vec::new();
    let is_git = |entry: &ignore::DirEntry| entry.file_name() == ".git";
    let walk = WalkBuilder::new(root).hidden(false).require_git(false).filter_entry(move |entry| !is_git(entry)).build();
    for entry in walk {
        let entry = entry?;
        if entry.file_type().is_some_and(|kind| kind.is_file()) {
            files.push(Utf8PathBuf::try_from(entry.into_path()).map_err(camino::FromPathBufError::into_io_error)?);
        }
    }
    files.sort();
    Ok(files)
}

/// Lines (from 1) with what was found in them.
fn find(text: &str) -> Vec<(usize, String)> {
    let words = WORDS.map(|halves| halves.concat());
    let texts = TEXTS.map(|halves| halves.concat());
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        found.extend(words.iter().filter(|word| has_word(line, word)).map(|word| (number, word.clone())));
        found.extend(texts.iter().filter(|text| has_text(line, text)).map(|text| (number, text.clone())));
    }
    found
}

/// Whether a line has the word, not as a part of another.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        [before, after].into_iter().flatten().all(|c| !c.is_alphanumeric() && c != '_')
    })
}

/// Whether a line has the text. A path only counts from its root: `example.com/home/` is none.
fn has_text(line: &str, text: &str) -> bool {
    let is_path = text.starts_with('/');
    line.match_indices(text).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !is_path || before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '-' | '_' | '}' | '/' | ')' | '~'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<usize> {
        find(text).into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn what_is_left_for_later_is_found() {
        for halves in WORDS.into_iter().chain(TEXTS) {
            let text = format!("fine\n  // {} and so on", halves.concat());
            assert_eq!(found(&text), [2], "{text}");
        }
    }

    #[test]
    fn parts_of_other_words_and_of_other_paths_are_left_alone() {
        let word = ["XX", "X"].concat();
        assert_eq!(found(&format!("A{word} {word}Y _{word}")), Vec::<usize>::new());
        assert_eq!(found(&["https://example.com/ho", "me/x ~/ho", "me/"].concat()), Vec::<usize>::new());
    }

    #[test]
    fn files_that_git_ignores_are_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap();
        fs_err::create_dir_all(root.join("target")).unwrap();
        for (name, text) in [(".gitignore", "/target\n"), ("target/x", ""), ("a", ""), (".hidden", "")] {
            fs_err::write(root.join(name), text).unwrap();
        }
        let names: Vec<String> = files(root).unwrap().iter().map(|path| path.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, [".gitignore", ".hidden", "a"]);
    }
}
