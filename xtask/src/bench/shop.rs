//! A deployment repository of a hundred services, with a signed ledger, six targets and all built-in gates.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::image::ImageReference;
use tollgate_registry::LayoutWriter;

use super::BenchError;
use super::place::Place;
use crate::process;

/// How many services there are.
pub(super) const SERVICES: usize = 100;

const ENVIRONMENTS: [&str; 3] = ["dev", "preprod", "prod"];

/// Gates that people have to do something for are asked as well, and don't block.
const GATES: [(&str, &str); 12] = [
    ("same-image", "enforcement: mandatory"),
    ("tested-in-previous", "grants: {clock: true}"),
    ("soak", "grants: {clock: true}"),
    ("change-window", "grants: {clock: true}, settings: {windows: []}"),
    ("emergency-change", "grants: {clock: true}"),
    ("destructive-change", "enforcement: overridable"),
    ("rollback-ready", "enforcement: overridable"),
    ("four-eyes", "enforcement: advisory"),
    ("separation-of-duties", "enforcement: advisory"),
    ("signed-commits", "enforcement: advisory"),
    ("change-record", "enforcement: advisory"),
    ("test-evidence", "enforcement: advisory, grants: {clock: true}, settings: {require: [{from: [deployer@example.com]}]}"),
];

/// The shop.
pub(super) struct BenchShop {
    binary: Utf8PathBuf,
    directory: Utf8PathBuf,
}

impl BenchShop {
    /// Makes the repositories and the images, and begins the ledger.
    pub(super) fn set_up(place: &Place, name: &str) -> Result<Self, BenchError> {
        let shop = Self { binary: place.binary.clone(), directory: place.directory.join(name) };
        if shop.directory.exists() {
            fs_err::remove_dir_all(&shop.directory)?;
        }
        fs_err::create_dir_all(&shop.directory)?;
        shop.git(&shop.directory, &["init", "--quiet", "--bare", "deployment.git"])?;
        shop.git(&shop.directory, &["init", "--quiet", "--initial-branch=master", "clone"])?;
        shop.git(&shop.clone(), &["remote", "add", "origin", "../deployment.git"])?;
        let signers = shop.make_key()?;
        fs_err::create_dir_all(shop.clone().join(".tollgate"))?;
        fs_err::write(shop.clone().join(".tollgate/allowed_signers"), signers)?;
        fs_err::write(shop.clone().join("tollgate.yaml"), pipeline())?;
        (0..SERVICES).try_for_each(|service| shop.write_service(service, 1))?;
        shop.succeed(&["policy", "update"])?;
        shop.deliver("the first recipe")?;
        shop.succeed(&["init", "--trust", "HEAD"])?;
        Ok(shop)
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

    /// A new version of one service, all the way to master.
    pub(super) fn release(&self, service: usize, version: usize) -> Result<(), BenchError> {
        self.write_service(service, version)?;
        self.deliver(&format!("version {version} of service {service}"))
    }

    fn deliver(&self, message: &str) -> Result<(), BenchError> {
        self.git(&self.clone(), &["add", "--all"])?;
        self.git(&self.clone(), &["commit", "--quiet", "--message", message])?;
        self.git(&self.clone(), &["push", "--quiet", "origin", "HEAD:refs/heads/master"])
    }

    /// A Deployment that the recommended policies let through, and its image.
    fn write_service(&self, service: usize, version: usize) -> Result<(), BenchError> {
        let name = format!("service-{service:03}");
        let image = format!("registry.example.com/vendor/{name}:{version}.0.0");
        let reference: ImageReference = image.parse().map_err(std::io::Error::other)?;
        let layouts = LayoutWriter::new(&self.directory.join("registry"));
        let digest = layouts.push(&reference, &image).map_err(std::io::Error::other)?;
        let directory = self.clone().join("services").join(&name);
        fs_err::create_dir_all(&directory)?;
        Ok(fs_err::write(directory.join("deployment.yaml"), deployment(&name, &format!("{image}@{digest}")))?)
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

fn pipeline() -> String {
    let target = |environment: &&str| {
        let after = match *environment {
            "preprod" => "after: {all: [dev]}, ",
            "prod" => "after: {all: [preprod]}, ",
            _ => "",
        };
        let of = |role: &str| {
            format!(
                "{{name: {environment}-{role}, role: {role}, on: {{branch: master}}, directory: {{path: ../targets/{environment}-{role}}}}}"
            )
        };
        format!("  - {{name: {environment}, {after}targets: [{}, {}]}}\n", of("ops"), of("apps"))
    };
    let environments: String = ENVIRONMENTS.iter().map(target).collect();
    let gate = |(name, rest): &(&str, &str)| format!("  - {{name: {name}, policy: builtin:{name}, {rest}}}\n");
    let gates: String = GATES.iter().map(gate).collect();
    format!(
        "apiVersion: tollgate.dev/v1alpha1\nkind: Pipeline\ncomponents:\n  - {{path: services/*, type: kubernetes}}\n\
         environments:\n{environments}packs: [\"builtin:recommended\"]\ngates:\n{gates}registry: {{layout: ../registry}}\n\
         people: {{signers: .tollgate/allowed_signers, automation: [deployer@example.com]}}\n"
    )
}

fn deployment(name: &str, image: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: 1\n  selector:\n    matchLabels: {{app: {name}}}\n  \
         template:\n    metadata:\n      labels: {{app: {name}}}\n    spec:\n      securityContext: {{runAsNonRoot: true}}\n      containers:\n        \
         - name: {name}\n          image: {image}\n          resources:\n            requests: {{cpu: 10m, memory: 16Mi}}\n            \
         limits: {{memory: 32Mi}}\n"
    )
}
