//! What a command knows of the world in which it was started.

use std::io::IsTerminal as _;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::time::Timestamp;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::style::Style;

use crate::cli::{Color, Global};

/// The options that all commands share, and the environment.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    pub(crate) global: Global,
    /// Digest of entry 0, as it was given.
    pub(crate) trust: Option<String>,
    /// Where the command was started, or what `--directory` says.
    pub(crate) directory: Utf8PathBuf,
    /// Whether this is a CI job: nobody is there to ask, and nothing is remembered from before.
    pub(crate) ci: bool,
}

impl Invocation {
    /// Reads the environment.
    pub(crate) fn new(global: Global, trust: Option<&str>) -> Result<Self, Failure> {
        let current = std::env::current_dir().ok().and_then(|path| Utf8PathBuf::from_path_buf(path).ok());
        let current = current.ok_or_else(|| Failure::of_message(ExitCode::Usage, "the current directory has no readable path"))?;
        let directory = global.directory.as_ref().map_or(current.clone(), |directory| current.join(directory));
        if !directory.is_dir() {
            return Err(Failure::of_message(ExitCode::Usage, format!("`{directory}` is not a directory")));
        }
        let ci = std::env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false");
        Ok(Self { global, trust: trust.map(ToOwned::to_owned), directory, ci })
    }

    /// A path of the command line, from where the command was started: as it was given, so that it is shown so, too.
    pub(crate) fn at_start(&self, path: &Utf8Path) -> Utf8PathBuf {
        if self.global.directory.is_some() { self.directory.join(path) } else { path.to_owned() }
    }

    /// How wide and colourful text on standard output may be.
    pub(crate) fn style(&self) -> Style {
        self.style_for(std::io::stdout().is_terminal())
    }

    /// How wide and colourful text on standard error may be.
    pub(crate) fn error_style(&self) -> Style {
        self.style_for(std::io::stderr().is_terminal())
    }

    fn style_for(&self, is_terminal: bool) -> Style {
        let width = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        match self.global.color {
            Color::Always => Style::choose(true, None, width),
            Color::Never => Style::choose(false, None, width),
            Color::Auto => Style::choose(is_terminal, std::env::var("NO_COLOR").ok().as_deref(), width),
        }
    }

    /// Now, to the second: finer times only look precise, since the ledger's order is that of its entries. The one clock of
    /// the program.
    pub(crate) fn now() -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    /// Where compiled plugins and kept verdicts go; nothing when the user has no home.
    pub(crate) fn cache_directory(&self) -> Option<Utf8PathBuf> {
        self.global.cache_dir.clone().or_else(|| user_directory("XDG_CACHE_HOME", ".cache"))
    }

    /// Where this machine remembers ledgers; nothing when the user has no home.
    pub(crate) fn state_directory(&self) -> Option<Utf8PathBuf> {
        self.global.state_dir.clone().or_else(|| user_directory("XDG_STATE_HOME", ".local/state"))
    }

    /// The mail address of the user, by git's own rules.
    pub(crate) fn email(&self, configured: Option<String>) -> Option<String> {
        let environment = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        environment("GIT_AUTHOR_EMAIL").or(configured).or_else(|| environment("EMAIL"))
    }
}

/// A directory of the user's by the XDG base directory specification.
fn user_directory(variable: &str, fallback: &str) -> Option<Utf8PathBuf> {
    let set = std::env::var(variable).ok().map(Utf8PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var("HOME").ok().map(|home| Utf8Path::new(&home).join(fallback));
    set.or_else(home).map(|directory| directory.join("tollgate"))
}

/// Time since some moment, on a clock that goes on while the machine sleeps, where the system has one: who slept past a
/// lease must know.
pub(crate) fn monotonic() -> Duration {
    #[cfg(target_os = "linux")]
    let clock = rustix::time::ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    let clock = rustix::time::ClockId::Monotonic;
    Duration::try_from(rustix::time::clock_gettime(clock)).unwrap_or_default()
}

/// Host and process, to tell people who holds an attempt.
pub(crate) fn worker_name() -> String {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    format!("{host}:{}", std::process::id())
}
