//! A bare remote and its clone.

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::Cli;
use crate::manifest;
use crate::world::World;

/// `remotes/NAME.git`, and a clone of it at `NAME`.
#[derive(Clone, Debug)]
pub struct TestRepo {
    world: World,
    name: String,
}

impl TestRepo {
    pub(crate) fn new(world: &World, name: &str) -> Self {
        let remote = format!("remotes/{name}.git");
        world.git("", &["init", "--quiet", "--bare", &remote]);
        world.git("", &["init", "--quiet", name]);
        world.git(name, &["remote", "add", "origin", &format!("../{remote}")]);
        Self { world: world.clone(), name: name.to_owned() }
    }

    /// Where the clone is.
    pub fn path(&self) -> Utf8PathBuf {
        self.world.path(&self.name)
    }

    /// Where the remote is.
    pub fn remote(&self) -> Utf8PathBuf {
        self.world.path(format!("remotes/{}.git", self.name))
    }

    /// Runs git in the clone.
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        self.world.git(&self.name, arguments)
    }

    /// The id of the recipe that a target runs, as `status` has it.
    #[track_caller]
    pub fn recipe_at(&self, target: &str) -> String {
        let status = self.tollgate().args(["status", "-o", "json"]).run().exits(0).json();
        let found = status["targets"].as_array().unwrap().iter().find(|status| status["target"] == target).unwrap();
        found["runs"]["recipe"].as_str().unwrap().to_owned()
    }

    /// The binary, started in the clone.
    pub fn tollgate(&self) -> Cli {
        self.world.tollgate(&self.name)
    }

    /// Writes a file of the clone.
    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) -> Utf8PathBuf {
        manifest::write(&self.path().join(path), contents)
    }

    /// Reads a file of the clone.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        fs_err::read_to_string(self.path().join(path)).unwrap()
    }

    /// Changes a file of the clone. Fails the test when nothing changes.
    #[track_caller]
    pub fn edit(&self, path: &str, change: impl Fn(&str) -> String) {
        let before = self.read(path);
        let after = change(&before);
        assert!(before != after, "`{path}` is not changed:\n{before}");
        self.write(path, after);
    }

    /// Removes a file or directory of the clone.
    pub fn remove(&self, path: &str) {
        let path = self.path().join(path);
        let removed = if path.is_dir() { fs_err::remove_dir_all(&path) } else { fs_err::remove_file(&path) };
        removed.unwrap();
    }

    /// Commits everything, also nothing, and returns the commit.
    #[track_caller]
    pub fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.head()
    }

    /// The commit that is checked out.
    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    /// Pushes what is checked out to a branch.
    #[track_caller]
    pub fn push(&self, branch: &str) {
        self.git(&["push", "--quiet", "origin", &format!("HEAD:refs/heads/{branch}")]);
    }

    /// Commits everything and pushes it to a branch.
    #[track_caller]
    pub fn deliver(&self, branch: &str, message: &str) -> String {
        let commit = self.commit(message);
        self.push(branch);
        commit
    }

    /// Tags what is checked out, and pushes the tag.
    #[track_caller]
    pub fn tag(&self, tag: &str) {
        self.git(&["tag", tag]);
        self.git(&["push", "--quiet", "origin", tag]);
    }

    /// Goes to a branch, which is made from what is checked out when it is new.
    #[track_caller]
    pub fn switch(&self, branch: &str) {
        let branches = self.git(&["branch", "--list", branch]);
        let create: &[&str] = if branches.is_empty() { &["--create"] } else { &[] };
        self.git(&[&["switch", "--quiet"], create, &[branch]].concat());
    }

    /// Merges a branch into what is checked out, with a merge commit.
    #[track_caller]
    pub fn merge(&self, branch: &str) {
        self.git(&["merge", "--quiet", "--no-ff", "--message", "merge", branch]);
    }

    /// Whether a path of the clone exists.
    pub fn has(&self, path: impl AsRef<Utf8Path>) -> bool {
        self.path().join(path).exists()
    }

    /// Lets the remote take so many pushes from now on, and refuse all others; those of leases are not counted.
    pub fn take_pushes(&self, count: u32) {
        let counter = self.world.write("pushes", "");
        self.before_receiving(&format!(
            "grep -q ' refs/tollgate/leases/' && exit 0\necho >> {counter}\n[ $(wc -l < {counter}) -le {count} ]"
        ));
    }

    /// Lets the remote refuse all pushes to references that match a pattern of `grep`.
    pub fn refuse_pushes(&self, references: &str) {
        self.before_receiving(&format!("! grep -q ' {references}'"));
    }

    fn before_receiving(&self, script: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.remote().join("hooks/pre-receive");
        fs_err::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Lets the remote take all pushes again.
    pub fn take_all_pushes(&self) {
        fs_err::remove_file(self.remote().join("hooks/pre-receive")).unwrap();
    }
}
