//! `cargo xtask docs`: the pages that are made from code, written or checked.
//!
//! The binary writes them itself, by its hidden verb `__docs`, so that a page can't know anything that the code does not.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};
use std::process::Command;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use serde::Deserialize;

use crate::install;
use crate::process::{self, ProcessError};
use crate::workspaces::Repository;

/// What `cargo xtask docs` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Changes nothing; fails when a page is not what the code says.
    #[arg(long)]
    check: bool,
}

/// Why the pages were not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocsError {
    #[error("failed to read the workspace")]
    Metadata(#[from] cargo_metadata::Error),
    #[error("failed to read or write a file")]
    Io(#[from] io::Error),
    #[error("`tollgate __docs {topic}` did not write a list of pages")]
    Pages {
        topic: &'static str,
        #[source]
        source: serde_json::Error,
    },
    #[error("`tollgate __docs {topic}` wants to write `{path}`, which is not below the directory of its pages")]
    Outside { topic: &'static str, path: Utf8PathBuf },
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error("{0} of the generated pages are not what the code says; run `cargo xtask docs`")]
    Stale(usize),
}

/// What `tollgate __docs TOPIC` writes to stdout.
enum Source {
    /// The Markdown of one page.
    Page { topic: &'static str, path: &'static str },
    /// A JSON list of `{path, text}`, with nothing else in the directory that the paths lead from.
    Pages { topic: &'static str, directory: &'static str },
}

const SOURCES: [Source; 3] = [
    Source::Page { topic: "cli", path: "docs/cli.md" },
    Source::Page { topic: "configuration", path: "docs/configuration.md" },
    Source::Pages { topic: "findings", directory: "docs/findings" },
];

/// Pages that a library's own tests compare, and write when `TOLLGATE_BLESS` is set: `docs/exit-codes.md`, `docs/schema/`. As in
/// all that builds here, features are those of the whole workspace, so that nothing is built twice.
const TESTS: [&[&str]; 2] = [&["--workspace", "--lib", "schema::"], &["--workspace", "--test", "schemas"]];

/// A page, relative to the directory of its kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    path: Utf8PathBuf,
    text: String,
}

/// Texts by path.
type Pages = BTreeMap<Utf8PathBuf, String>;

/// Writes the pages, or checks them.
pub(crate) fn run(arguments: &Arguments) -> Result<(), DocsError> {
    let repository = Repository::find()?;
    if arguments.check {
        let stale = stale(&repository)?;
        let mut stdout = io::stdout().lock();
        stale.iter().try_for_each(|problem| writeln!(stdout, "{problem}"))?;
        return if stale.is_empty() { Ok(()) } else { Err(DocsError::Stale(stale.len())) };
    }
    for arguments in TESTS {
        process::succeed(test(&repository, arguments).env("TOLLGATE_BLESS", "1"))?;
    }
    write(&repository.root, &generate(&repository)?)
}

/// The pages that are not what the code says, a line each.
pub(crate) fn stale(repository: &Repository) -> Result<Vec<String>, DocsError> {
    let mut problems = Vec::new();
    for arguments in TESTS {
        match process::succeed(test(repository, arguments).env_remove("TOLLGATE_BLESS")) {
            Ok(()) => {}
            Err(error @ ProcessError::Failed { .. }) => problems.push(format!("{error}; run `cargo xtask docs`")),
            Err(error) => return Err(error.into()),
        }
    }
    problems.extend(compare(&repository.root, &generate(repository)?)?);
    Ok(problems)
}

/// The tests that compare pages.
fn test(repository: &Repository, arguments: &[&str]) -> Command {
    let mut command = process::cargo();
    command.args(["test", "--quiet"]).args(arguments).current_dir(&repository.root);
    command
}

/// Asks the binary for all pages. It must hold its plugins, which describe their own rules.
fn generate(repository: &Repository) -> Result<Pages, DocsError> {
    process::succeed(&mut install::plugins()?)?;
    process::succeed(process::cargo().args(["build", "--quiet", "--workspace", "--bins"]).current_dir(&repository.root))?;
    let mut pages = Pages::new();
    for source in SOURCES {
        match source {
            Source::Page { topic, path } => {
                pages.insert(path.into(), ask(repository, topic)?);
            }
            Source::Pages { topic, directory } => pages.extend(parse(topic, directory, &ask(repository, topic)?)?),
        }
    }
    Ok(pages)
}

fn ask(repository: &Repository, topic: &'static str) -> Result<String, ProcessError> {
    let mut command = Command::new(repository.binary());
    command.args(["__docs", topic]).current_dir(&repository.root);
    process::output(&mut command)
}

fn parse(topic: &'static str, directory: &str, text: &str) -> Result<Vec<(Utf8PathBuf, String)>, DocsError> {
    let pages: Vec<Page> = serde_json::from_str(text).map_err(|source| DocsError::Pages { topic, source })?;
    let is_inside = |path: &Utf8Path| path.components().all(|part| matches!(part, Utf8Component::Normal(_)));
    match pages.iter().find(|page| !is_inside(&page.path)) {
        Some(page) => Err(DocsError::Outside { topic, path: page.path.clone() }),
        None => Ok(pages.into_iter().map(|page| (Utf8Path::new(directory).join(page.path), page.text)).collect()),
    }
}

fn compare(root: &Utf8Path, pages: &Pages) -> Result<Vec<String>, DocsError> {
    let mut problems = Vec::new();
    for (path, text) in pages {
        match fs_err::read_to_string(root.join(path)) {
            Ok(committed) if committed == *text => {}
            Ok(_) => problems.push(format!("{path} is not what the code says; run `cargo xtask docs`")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                problems.push(format!("{path} is missing; run `cargo xtask docs`"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    problems.extend(leftovers(root, pages)?.iter().map(|path| format!("{path} is no longer made from anything; remove it")));
    Ok(problems)
}

fn write(root: &Utf8Path, pages: &Pages) -> Result<(), DocsError> {
    for path in leftovers(root, pages)? {
        fs_err::remove_file(root.join(path))?;
    }
    for (path, text) in pages {
        let path = root.join(path);
        if let Some(directory) = path.parent() {
            fs_err::create_dir_all(directory)?;
        }
        fs_err::write(path, text)?;
    }
    Ok(())
}

/// Files in generated directories that are no pages.
fn leftovers(root: &Utf8Path, pages: &Pages) -> Result<BTreeSet<Utf8PathBuf>, DocsError> {
    let mut leftovers = BTreeSet::new();
    let directories = SOURCES.iter().filter_map(|source| match source {
        Source::Pages { directory, .. } => Some(root.join(directory)),
        Source::Page { .. } => None,
    });
    for owned in directories.filter(|directory| directory.is_dir()) {
        for entry in ignore::WalkBuilder::new(&owned).standard_filters(false).build() {
            let path = entry.map_err(io::Error::other)?.into_path();
            let path = Utf8PathBuf::try_from(path).map_err(camino::FromPathBufError::into_io_error)?;
            let relative = path.strip_prefix(root).unwrap_or(&path);
            if path.is_file() && !pages.contains_key(relative) {
                leftovers.insert(relative.to_owned());
            }
        }
    }
    Ok(leftovers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary() -> (tempfile::TempDir, Utf8PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(directory.path().to_owned()).unwrap();
        (directory, path)
    }

    fn mk_pages(pages: &[(&str, &str)]) -> Pages {
        pages.iter().map(|(path, text)| (Utf8PathBuf::from(path), (*text).to_owned())).collect()
    }

    #[test]
    fn what_was_written_is_fresh() {
        let (_keep, root) = temporary();
        let pages = mk_pages(&[("docs/cli.md", "a\n"), ("docs/findings/p/r.md", "b\n")]);
        assert_eq!(compare(&root, &pages).unwrap().len(), 2);
        write(&root, &pages).unwrap();
        assert_eq!(compare(&root, &pages).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_changed_page_and_a_page_of_nothing_are_named() {
        let (_keep, root) = temporary();
        write(&root, &mk_pages(&[("docs/cli.md", "a\n"), ("docs/findings/p/old.md", "b\n")])).unwrap();
        let now = mk_pages(&[("docs/cli.md", "changed\n")]);
        let problems = compare(&root, &now).unwrap();
        assert_eq!(problems.len(), 2);
        assert!(problems[0].starts_with("docs/cli.md is not") && problems[1].starts_with("docs/findings/p/old.md is no longer"));
        write(&root, &now).unwrap();
        assert!(!root.join("docs/findings/p/old.md").exists());
    }

    #[test]
    fn pages_written_by_people_are_left_alone() {
        let (_keep, root) = temporary();
        write(&root, &mk_pages(&[("docs/architecture.md", "by people\n")])).unwrap();
        write(&root, &mk_pages(&[("docs/cli.md", "a\n")])).unwrap();
        assert!(root.join("docs/architecture.md").exists());
    }

    #[test]
    fn a_list_of_pages_is_read_and_nothing_outside_of_its_directory_is_written() {
        let parse = |text: &str| parse("findings", "docs/findings", text);
        let pages = parse(r##"[{"path": "p/r.md", "text": "# r"}]"##).unwrap();
        assert_eq!(pages, [("docs/findings/p/r.md".into(), "# r".to_owned())]);
        for path in ["../README.md", "p/../../x", "/docs/x"] {
            let text = format!(r#"[{{"path": "{path}", "text": ""}}]"#);
            assert!(matches!(parse(&text), Err(DocsError::Outside { .. })), "{path}");
        }
        assert!(matches!(parse("# Findings"), Err(DocsError::Pages { .. })));
    }
}
