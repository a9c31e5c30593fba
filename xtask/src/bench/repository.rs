//! A deployment repository with its remote, its key and its signed ledger.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::image::ImageReference;
use tollgate_registry::LayoutWriter;

use super::BenchError;
use super::place::Place;
use crate::process;

/// The repository, in a directory of its own.
pub(super) struct BenchRepository {
    binary: Utf8PathBuf,
    directory: Utf8PathBuf,
}

impl BenchRepository {
    /// Makes an empty one, with a pipeline that nobody trusts yet.
    pub(super) fn make(place: &Place, name: &str, pipeline: &str) -> Result<Self, BenchError> {
        let made = Self { binary: place.binary.clone(), directory: place.directory.join(name) };
        if made.directory.exists() {
            fs_err::remove_dir_all(&made.directory)?;
        }
        fs_err::create_dir_all(&made.directory)?;
        made.git(&made.directory, &["init", "--quiet", "--bare", "deployment.git"])?;
        made.git(&made.directory, &["init", "--quiet", "--initial-branch=master", "clone"])?;
        made.git(&made.clone(), &["remote", "add", "origin", "../deployment.git"])?;
        let signers = made.make_key()?;
        fs_err::create_dir_all(made.clone().join(".tollgate"))?;
        fs_err::write(made.clone().join(".tollgate/allowed_signers"), signers)?;
        fs_err::write(made.clone().join("tollgate.yaml"), pipeline)?;
        Ok(made)
    }

    /// Delivers what is there, and begins the ledger with it.
    pub(super) fn begin(&self) -> Result<(), BenchError> {
        self.succeed(&["policy", "update"])?;
        self.deliver("the first recipe")?;
        self.succeed(&["init", "--trust", "HEAD"])
    }

    pub(super) fn clone(&self) -> Utf8PathBuf {
        self.directory.join("clone")
    }

    pub(super) fn state(&self) -> Utf8PathBuf {
        self.directory.join("state")
    }

    pub(super) fn key(&self) -> Utf8PathBuf {
        self.directory.join("key")
    }

    /// Where what it writes is kept.
    pub(super) fn answer(&self) -> Utf8PathBuf {
        self.directory.join("answer")
    }

    /// The binary in the clone.
    pub(super) fn tollgate(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).current_dir(self.clone()).env_remove("CI");
        command.env("TOLLGATE_STATE_DIR", self.state()).env("TOLLGATE_CACHE_DIR", self.directory.join("cache"));
        command.env("TOLLGATE_KEY", self.key());
        command
    }

    pub(super) fn succeed(&self, arguments: &[&str]) -> Result<(), BenchError> {
        let mut command = self.tollgate(arguments);
        process::output(&mut command)?;
        Ok(())
    }

    /// Brings all that was changed to master.
    pub(super) fn deliver(&self, message: &str) -> Result<(), BenchError> {
        self.git(&self.clone(), &["add", "--all"])?;
        self.git(&self.clone(), &["commit", "--quiet", "--message", message])?;
        self.git(&self.clone(), &["push", "--quiet", "origin", "HEAD:refs/heads/master"])
    }

    /// Puts an image into the registry, and returns its digest.
    pub(super) fn push_image(&self, image: &str) -> Result<String, BenchError> {
        let reference: ImageReference = image.parse().map_err(std::io::Error::other)?;
        let layouts = LayoutWriter::new(&self.directory.join("registry"));
        Ok(layouts.push(&reference, image).map_err(std::io::Error::other)?.to_string())
    }

    /// The key of who writes, and its line of allowed signers.
    fn make_key(&self) -> Result<String, BenchError> {
        let mut command = Command::new("ssh-keygen");
        command.args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"]).arg(self.key());
        process::succeed(&mut command)?;
        let public = fs_err::read_to_string(self.directory.join("key.pub"))?;
        Ok(format!("deployer@example.com namespaces=\"tollgate,git\" {}\n", public.trim()))
    }

    fn git(&self, directory: &Utf8Path, arguments: &[&str]) -> Result<(), BenchError> {
        let mut command = Command::new("git");
        let user = ["-c", "user.name=bench", "-c", "user.email=deployer@example.com", "-c", "gc.auto=0"];
        command.current_dir(directory).args(user).args(arguments);
        Ok(process::succeed(&mut command)?)
    }
}
