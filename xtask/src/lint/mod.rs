//! `cargo xtask lint`: everything about the sources that a machine can judge without running them.

use std::io;
use std::time::Instant;

use crate::docs::DocsError;
use crate::process::ProcessError;
use crate::workspaces::Repository;

mod budgets;
mod cycles;
mod format;
mod golden;
mod layers;
mod licences;
mod measure;
mod rust_files;
mod words;

/// What `cargo xtask lint` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Names of the checks to run; all of them by default.
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(CHECKS.map(|check| check.name)))]
    checks: Vec<String>,
}

/// One check.
#[derive(Clone, Copy)]
struct Check {
    name: &'static str,
    about: &'static str,
    /// What is wrong, each problem in a line.
    run: fn(&Repository) -> Result<Vec<String>, LintError>,
}

/// All checks, the quick ones first.
const CHECKS: [Check; 9] = [
    Check { name: "words", about: "nothing is left for later, and no path of a machine is written down", run: words::check },
    Check { name: "budgets", about: "files and functions are small, tests are plenty", run: budgets::check },
    Check { name: "cycles", about: "no modules that need each other", run: cycles::check },
    Check { name: "layers", about: "dependencies point down, and heavy ones stay where they belong", run: layers::check },
    Check { name: "licences", about: "every dependency may be used", run: licences::check },
    Check { name: "format", about: "rustfmt", run: format::rustfmt },
    Check { name: "clippy", about: "clippy, warnings denied", run: format::clippy },
    Check { name: "clippy-wasm", about: "clippy for what is compiled to WebAssembly", run: format::clippy_wasm },
    Check { name: "docs", about: "generated docs are what the code says", run: docs },
];

fn docs(repository: &Repository) -> Result<Vec<String>, LintError> {
    Ok(crate::docs::stale(repository)?)
}

/// Why the sources were not, or not well, judged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LintError {
    #[error("failed to read the workspace")]
    Metadata(#[from] cargo_metadata::Error),
    #[error("failed to read or write a file")]
    Io(#[from] io::Error),
    #[error("failed to walk through the repository")]
    Walk(#[from] ignore::Error),
    #[error("`{path}` is not what it should be")]
    Layers {
        path: camino::Utf8PathBuf,
        #[source]
        source: toml::de::Error,
    },
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error(transparent)]
    Docs(#[from] DocsError),
    #[error("{0} of the checks found something; it stands above")]
    Problems(usize),
}

/// Runs all checks that were asked for, also after one has found something.
pub(crate) fn run(arguments: &Arguments) -> Result<(), LintError> {
    let repository = Repository::find()?;
    let is_wanted = |check: &&Check| arguments.checks.is_empty() || arguments.checks.iter().any(|name| name == check.name);
    let mut stdout = io::stdout();
    let mut bad = 0;
    for check in CHECKS.iter().filter(is_wanted) {
        bad += usize::from(!passes(check, &repository, &mut stdout)?);
    }
    if bad == 0 { Ok(()) } else { Err(LintError::Problems(bad)) }
}

/// Runs one check and says what came of it.
fn passes(check: &Check, repository: &Repository, to: &mut dyn io::Write) -> io::Result<bool> {
    writeln!(to, "== {}: {}", check.name, check.about)?;
    to.flush()?;
    let start = Instant::now();
    let problems = (check.run)(repository).unwrap_or_else(|error| vec![with_causes(&error)]);
    for problem in &problems {
        writeln!(to, "   {problem}")?;
    }
    let verdict = if problems.is_empty() { "ok" } else { "FAILED" };
    writeln!(to, "   {verdict} ({:.1} s)\n", start.elapsed().as_secs_f64())?;
    Ok(problems.is_empty())
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_checks_are_told_apart() {
        let mut names = CHECKS.map(|check| check.name);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn an_error_in_a_check_fails_it() {
        let repository = Repository { root: "/nowhere".into(), target_directory: "/nowhere".into() };
        let fails = Check { name: "x", about: "y", run: |_| Err(LintError::Io(io::Error::other("disk on fire"))) };
        assert!(!passes(&fails, &repository, &mut io::sink()).unwrap());
        let passes_well = Check { run: |_| Ok(Vec::new()), ..fails };
        assert!(passes(&passes_well, &repository, &mut io::sink()).unwrap());
    }

    #[test]
    fn causes_are_said_too() {
        assert_eq!(with_causes(&LintError::Io(io::Error::other("disk on fire"))), "failed to read or write a file: disk on fire");
    }
}
