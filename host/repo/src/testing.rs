//! Repositories for tests: a bare remote and clones of it, made by the git program.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use crate::GitRepository;

/// Writes a hook that runs these commands of a shell.
pub(crate) fn make_hook(path: &Utf8Path, commands: &str) {
    fs_err::write(path, format!("#!/bin/sh\n{commands}\n")).unwrap();
    fs_err::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
}

/// A directory with a bare remote, `remote.git`, whose branch `master` has one commit.
pub(crate) struct Scene {
    directory: TempDir,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let scene = Self { directory: tempfile::tempdir().unwrap() };
        scene.git(".", &["init", "--quiet", "--bare", "--initial-branch=master", "remote.git"]);
        scene.clone_to("seed");
        scene.git("seed", &["checkout", "--quiet", "-b", "master"]);
        scene.commit("seed", "README", "one");
        scene.git("seed", &["push", "--quiet", "origin", "master"]);
        scene
    }

    pub(crate) fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.directory.path()).unwrap().canonicalize_utf8().unwrap().join(name)
    }

    /// The remote as a URL, which git does not take shortcuts with.
    pub(crate) fn url(&self) -> String {
        format!("file://{}", self.path("remote.git"))
    }

    pub(crate) fn clone_to(&self, name: &str) {
        self.git(".", &["clone", "--quiet", &self.url(), name]);
    }

    pub(crate) fn repository(&self, name: &str) -> GitRepository {
        GitRepository::discover(&self.path(name), "origin").unwrap()
    }

    /// Runs git in a directory of the scene and returns what it writes.
    pub(crate) fn git(&self, at: &str, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.current_dir(self.path(at)).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        command.args(["-c", "user.name=tester", "-c", "user.email=tester@example.com", "-c", "protocol.file.allow=always"]);
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits a file with some text, and returns the commit.
    pub(crate) fn commit(&self, at: &str, file: &str, text: &str) -> String {
        let path = self.path(at).join(file);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
        self.git(at, &["add", "--all"]);
        self.git(at, &["commit", "--quiet", "--message", text]);
        self.git(at, &["rev-parse", "HEAD"])
    }

    /// As [`Scene::commit`], and pushes `HEAD` to a branch.
    pub(crate) fn push(&self, at: &str, text: &str, branch: &str) -> String {
        let commit = self.commit(at, "README", text);
        self.git(at, &["push", "--quiet", "origin", &format!("HEAD:refs/heads/{branch}")]);
        commit
    }

    /// Everything in a clone that belongs to its user: all references but tollgate's own, and what `FETCH_HEAD` says.
    pub(crate) fn belongings(&self, at: &str) -> (String, bool) {
        let references = self.git(at, &["for-each-ref", "--format=%(refname) %(objectname)"]);
        let theirs: Vec<&str> = references.lines().filter(|line| !line.starts_with("refs/tollgate/")).collect();
        (theirs.join("\n"), self.path(at).join(".git/FETCH_HEAD").exists())
    }

    /// Makes an SSH key, and gives its path.
    pub(crate) fn ssh_key(&self, name: &str) -> Utf8PathBuf {
        let path = self.path(name);
        let mut making = Command::new("ssh-keygen");
        let made = making.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path.as_str()]).status().unwrap();
        assert!(made.success());
        path
    }

    /// As [`Scene::commit`], signed.
    pub(crate) fn sign_commit(&self, at: &str, file: &str, text: &str, key: &Utf8Path) -> String {
        self.commit(at, file, text);
        let key = format!("user.signingKey={key}");
        let signing = ["-c", "gpg.format=ssh", "-c", &key, "commit", "--quiet", "--amend", "--no-edit", "--gpg-sign"];
        self.git(at, &signing);
        self.git(at, &["rev-parse", "HEAD"])
    }

    /// Signs a tag on what is checked out, whose message is its name.
    pub(crate) fn sign_tag(&self, at: &str, name: &str, key: &Utf8Path) {
        let key = format!("user.signingKey={key}");
        self.git(at, &["-c", "gpg.format=ssh", "-c", &key, "tag", "--sign", "--message", name, name]);
    }
}
