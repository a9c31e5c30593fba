//! `cargo xtask test`: all rings of tests, one after the other, the quick ones first.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::num::NonZero;
use std::process::Command;

use cargo_metadata::{MetadataCommand, TargetKind};

use crate::install;
use crate::process::{self, ProcessError};
use crate::ring::{Ring, RingError, RingResult, run_ring, write_summary};
use crate::workspaces::{Repository, Workspace};

/// What `cargo xtask test` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Names of the rings to run; all of them by default.
    rings: Vec<String>,
    /// Prints the names of the rings and runs nothing.
    #[arg(long)]
    list: bool,
}

/// Why not all tests ran and passed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TestError {
    #[error("failed to read the workspace")]
    Metadata(#[from] cargo_metadata::Error),
    #[error("failed to read or write")]
    Io(#[from] io::Error),
    #[error("there is no ring `{name}`; there are {known}")]
    UnknownRing { name: String, known: String },
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error(transparent)]
    Ring(#[from] RingError),
    #[error("{0} of the rings failed; what they said last stands above, and all of it where they ran")]
    Failed(usize),
}

/// All rings. A test program of any package of the host's workspace is a ring of its own, so none can be forgotten.
fn rings(repository: &Repository) -> Result<Vec<Ring>, TestError> {
    let mut rings = Vec::new();
    for workspace in repository.workspaces() {
        match workspace.name {
            "host" => {
                rings.push(ring("units", &workspace, &["--workspace", "--lib", "--bins"]));
                rings.push(ring("doc-examples", &workspace, &["--workspace", "--doc"]));
                rings.extend(programs(&workspace)?);
            }
            name if workspace.is_native => rings.push(ring(name, &workspace, &["--workspace"])),
            // Guests run in the sandbox alone: its test programs load them.
            _ => {}
        }
    }
    rings.push(demo(repository, "demo", &["--expect", "examples/expected-output.txt"])?);
    rings.extend(demo_on_clusters(repository)?);
    rings.extend(demo_with_terraform(repository)?);
    let mut reproducible = install::plugins()?;
    reproducible.arg("--verify-reproducible");
    rings.push(Ring { name: "reproducible-plugins".to_owned(), command: reproducible });
    Ok(rings)
}

fn demo(repository: &Repository, name: &str, arguments: &[&str]) -> io::Result<Ring> {
    let mut command = process::ourselves()?;
    command.arg("demo").args(arguments).current_dir(&repository.root).env("TOLLGATE_BIN", repository.binary());
    Ok(Ring { name: name.to_owned(), command })
}

/// The same on real API servers; nothing where there is no Go to build them with, which is said. In CI there has to be.
fn demo_on_clusters(repository: &Repository) -> io::Result<Option<Ring>> {
    if std::env::var_os("CI").is_none() && Command::new("go").arg("version").output().is_err() {
        writeln!(io::stderr(), "SKIPPED: Go is not installed, so the demo is not told on clusters")?;
        return Ok(None);
    }
    demo(repository, "demo-cluster", &["--cluster"]).map(Some)
}

/// The story of the infrastructure repository; nothing where there is neither Terraform nor Go to build OpenTofu with, which is said.
/// In CI there has to be.
fn demo_with_terraform(repository: &Repository) -> io::Result<Option<Ring>> {
    let is_there = |program: &str| Command::new(program).arg("version").output().is_ok();
    let is_named = std::env::var_os("TOLLGATE_TERRAFORM").is_some();
    if std::env::var_os("CI").is_none() && !is_named && !is_there("terraform") && !is_there("go") {
        writeln!(io::stderr(), "SKIPPED: neither Terraform nor Go is installed, so the demo of the infrastructure is not told")?;
        return Ok(None);
    }
    demo(repository, "demo-infrastructure", &["--infrastructure", "--expect", "examples/expected-infrastructure.txt"]).map(Some)
}

/// Its tests wait for servers, and for what others do, about as long as they compute.
const WAITS: &str = "e2e";

/// By which whoever runs tests says how many run at once.
const THREADS: &str = "RUST_TEST_THREADS";

/// Lets twice as many tests run at once as there are processors, unless it was said how many.
fn with_more_threads(mut ring: Ring, is_said: bool) -> Ring {
    if !is_said {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        ring.command.env(THREADS, (2 * processors).to_string());
    }
    ring
}

/// By which property tests are told where to start.
const SEED: &str = "PROPTEST_RNG_SEED";

/// Properties are tried with the same cases each time, so that a change is judged by what it changes. `cargo xtask soak` and a
/// plain `cargo test` try others.
fn ring(name: &str, workspace: &Workspace, arguments: &[&str]) -> Ring {
    let mut command = workspace.cargo("test");
    command.args(["--locked", "--no-fail-fast"]).args(arguments);
    command.env(SEED, std::env::var_os(SEED).unwrap_or_else(|| "8".into()));
    Ring { name: name.to_owned(), command }
}

/// A ring for each name of a test program: those of the crates first, then those of the package `tollgate-tests`. Cargo runs all
/// programs of one name together, whatever package they are of.
fn programs(workspace: &Workspace) -> Result<Vec<Ring>, TestError> {
    let metadata = MetadataCommand::new().manifest_path(workspace.manifest()).no_deps().exec()?;
    let mut packages: BTreeMap<(bool, String), Vec<String>> = BTreeMap::new();
    for package in &metadata.packages {
        for target in package.targets.iter().filter(|target| target.kind.contains(&TargetKind::Test)) {
            packages.entry((package.name == "tollgate-tests", target.name.clone())).or_default().push(package.name.to_string());
        }
    }
    let mk_ring = |((is_whole, program), packages): ((bool, String), Vec<String>)| {
        let directories: Vec<&str> = packages.iter().map(|package| package.strip_prefix("tollgate-").unwrap_or(package)).collect();
        let name = if is_whole { program.clone() } else { format!("{}/{program}", directories.join("+")) };
        let ring = ring(&name, workspace, &["--workspace", "--test", &program]);
        if name == WAITS { with_more_threads(ring, std::env::var_os(THREADS).is_some()) } else { ring }
    };
    Ok(packages.into_iter().map(mk_ring).collect())
}

/// Builds plugins and guests, then runs the rings that were asked for, also after one has failed.
pub(crate) fn run(arguments: &Arguments) -> Result<(), TestError> {
    let repository = Repository::find()?;
    let rings = chosen(rings(&repository)?, &arguments.rings)?;
    if arguments.list {
        let mut stdout = io::stdout().lock();
        return Ok(rings.iter().try_for_each(|ring| writeln!(stdout, "{}", ring.name))?);
    }
    process::succeed(&mut install::plugins()?)?;
    let mut stdout = io::stdout().lock();
    let rings = std::iter::once(built(&repository, arguments.rings.is_empty())).chain(rings);
    let results: Vec<RingResult> = rings.map(|ring| run_ring(ring, &mut stdout)).collect::<Result<_, _>>()?;
    write_summary(&mut stdout, &results)?;
    let failed = results.iter().filter(|result| !result.passed).count();
    if failed == 0 { Ok(()) } else { Err(TestError::Failed(failed)) }
}

/// The binary, which the tests that drive it find at its place; with all rings, also all test programs, so that every processor
/// has something to do. Features are those of the whole workspace, as in the rings, so that nothing is built twice.
fn built(repository: &Repository, with_tests: bool) -> Ring {
    let mut command = process::cargo();
    command.args(["build", "--locked", "--workspace", "--bins"]).current_dir(&repository.root);
    if with_tests {
        command.args(["--lib", "--tests"]);
    }
    Ring { name: "build".to_owned(), command }
}

fn chosen(rings: Vec<Ring>, names: &[String]) -> Result<Vec<Ring>, TestError> {
    if let Some(name) = names.iter().find(|name| !rings.iter().any(|ring| ring.name == **name)) {
        let known = rings.iter().map(|ring| ring.name.clone()).collect::<Vec<_>>().join(", ");
        return Err(TestError::UnknownRing { name: name.clone(), known });
    }
    Ok(rings.into_iter().filter(|ring| names.is_empty() || names.contains(&ring.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ring::tests::mk_ring;

    #[test]
    fn a_ring_that_does_not_exist_is_refused_with_the_names_of_all() {
        let rings = || vec![mk_ring("units", ""), mk_ring("e2e", "")];
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let Err(error) = chosen(rings(), &names(&["e2e", "e3e"])) else { panic!("e3e is no ring") };
        assert_eq!(error.to_string(), "there is no ring `e3e`; there are units, e2e");
        assert_eq!(chosen(rings(), &names(&["e2e"])).map(|rings| rings.len()).ok(), Some(1));
        assert_eq!(chosen(rings(), &[]).map(|rings| rings.len()).ok(), Some(2));
    }

    #[test]
    fn tests_that_wait_run_more_at_once_unless_it_was_said_how_many() {
        let count = |is_said| with_more_threads(mk_ring(WAITS, "true"), is_said).command.get_envs().count();
        assert_eq!((count(false), count(true)), (1, 0));
        assert!(rings(&Repository::find().unwrap()).unwrap().iter().any(|ring| ring.name == WAITS));
    }

    #[test]
    fn properties_are_tried_with_the_same_cases_each_time() {
        let rings = rings(&Repository::find().unwrap()).unwrap();
        let seeds = |name: &str| {
            let ring = rings.iter().find(|ring| ring.name == name).unwrap();
            ring.command.get_envs().any(|(variable, value)| variable == SEED && value.is_some())
        };
        assert!(seeds("units") && seeds("manifest+sandbox/hostile"));
    }

    #[test]
    fn every_test_program_of_the_workspace_is_a_ring() {
        let rings = rings(&Repository::find().unwrap()).unwrap();
        let names: Vec<&str> = rings.iter().map(|ring| ring.name.as_str()).collect();
        for name in ["units", "plugins", "manifest+sandbox/hostile", "reproducible-plugins"] {
            assert!(names.contains(&name), "{name} is not among {names:?}");
        }
        let mut commands: Vec<String> = rings.iter().map(|ring| process::describe(&ring.command)).collect();
        commands.sort_unstable();
        assert!(commands.windows(2).all(|pair| pair[0] != pair[1]), "nothing is run twice: {commands:?}");
    }
}
