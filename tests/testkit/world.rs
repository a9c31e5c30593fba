//! A directory with everything that a story needs, apart from all other stories.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::Cli;
use crate::ledger::LedgerView;
use crate::registry::Registry;
use crate::repository::TestRepo;
use crate::target::TargetView;
use crate::{binary, manifest};

const GIT_CONFIGURATION: &str = "\
[user]
\tname = Platform Lead
\temail = platform-lead@example.com
[init]
\tdefaultBranch = master
[advice]
\tdetachedHead = false
[gc]
\tauto = 0
[maintenance]
\tauto = false
";

/// Bare repositories in `remotes/`, clones beside it, image layouts in `registry/`, targets in `targets/`, and a home. It is
/// removed when the last handle is dropped, unless `TOLLGATE_KEEP` is set, which prints where it stays.
#[derive(Clone, Debug)]
pub struct World(Arc<Place>);

#[derive(Debug)]
struct Place {
    root: Utf8PathBuf,
    directory: Option<tempfile::TempDir>,
    /// Seconds that commits are apart, so that a story has the same commits whenever it is told.
    commits: AtomicU32,
}

impl Drop for Place {
    #[expect(clippy::print_stdout, reason = "whoever asked for it wants to know where it is")]
    fn drop(&mut self) {
        if std::env::var_os("TOLLGATE_KEEP").is_some() {
            println!("KEPT: {}", self.root);
            std::mem::forget(self.directory.take());
        }
    }
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// An empty world.
    pub fn new() -> Self {
        let directory = tempfile::Builder::new().prefix("tollgate-world").tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap().canonicalize_utf8().unwrap();
        for name in ["home", "remotes", "cache/compiled"] {
            fs_err::create_dir_all(root.join(name)).unwrap();
        }
        fs_err::write(root.join("home/.gitconfig"), GIT_CONFIGURATION).unwrap();
        let world = Self(Arc::new(Place { root, directory: Some(directory), commits: AtomicU32::new(0) }));
        world.bring_compiled_plugins();
        world
    }

    fn bring_compiled_plugins(&self) {
        use std::os::unix::fs::PermissionsExt as _;
        let own = self.path("cache/compiled");
        for directory in [&self.path("cache"), &own] {
            fs_err::set_permissions(directory, std::fs::Permissions::from_mode(0o700)).unwrap();
        }
        for entry in binary::compiled_plugins().read_dir_utf8().unwrap() {
            let entry = entry.unwrap();
            if entry.file_name().ends_with(".code") {
                fs_err::copy(entry.path(), own.join(entry.file_name())).unwrap();
            }
        }
    }

    /// Where it is.
    pub fn root(&self) -> &Utf8Path {
        &self.0.root
    }

    /// A path in it.
    pub fn path(&self, path: impl AsRef<Utf8Path>) -> Utf8PathBuf {
        self.root().join(path)
    }

    /// Writes a file, with the directories above it.
    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) -> Utf8PathBuf {
        manifest::write(&self.path(path), contents)
    }

    /// The binary, started at a path of this world.
    pub fn tollgate(&self, at: impl AsRef<Utf8Path>) -> Cli {
        Cli::in_world(self, &self.path(at))
    }

    /// A bare repository with a clone beside it.
    pub fn repository(&self, name: &str) -> TestRepo {
        TestRepo::new(self, name)
    }

    /// The image layouts.
    pub fn registry(&self) -> Registry {
        Registry::new(&self.path("registry"))
    }

    /// A target's directory.
    pub fn target(&self, name: &str) -> TargetView {
        TargetView::new(&self.path("targets").join(name))
    }

    /// The ledger of a repository, as its remote has it.
    pub fn ledger(&self, repository: &str) -> LedgerView {
        LedgerView::new(self, repository)
    }

    /// Runs git in a directory of this world, and returns what it printed.
    #[track_caller]
    pub fn git(&self, at: impl AsRef<Utf8Path>, arguments: &[&str]) -> String {
        String::from_utf8(self.git_bytes(at, arguments)).unwrap().trim_end().to_owned()
    }

    /// The same, for output that is no text.
    #[track_caller]
    pub fn git_bytes(&self, at: impl AsRef<Utf8Path>, arguments: &[&str]) -> Vec<u8> {
        let output = self.git_command(at, arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Git, prepared. Each call is a second later than the one before.
    pub fn git_command(&self, at: impl AsRef<Utf8Path>, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.path(at)).env_clear().stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        self.enclose(&mut command);
        let second = self.0.commits.fetch_add(1, Ordering::Relaxed);
        let date = format!("2026-01-01T{:02}:{:02}:{:02}Z", second / 3600 % 24, second / 60 % 60, second % 60);
        command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
        command
    }

    /// The environment of everything that runs in this world.
    pub(crate) fn enclose(&self, command: &mut Command) {
        let home = self.path("home");
        command.env("HOME", &home).env("GIT_CONFIG_GLOBAL", home.join(".gitconfig")).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("XDG_CACHE_HOME", home.join("cache")).env("XDG_STATE_HOME", home.join("state"));
        command.env("TOLLGATE_CACHE_DIR", self.path("cache")).env("TOLLGATE_STATE_DIR", self.path("state"));
        command.env("TMPDIR", std::env::temp_dir());
        let machine = self.path("keys").join(crate::people::MACHINE);
        if machine.exists() {
            command.env("TOLLGATE_KEY", machine);
        }
    }
}
