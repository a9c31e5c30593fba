//! The repositories of the shop: infrastructure, deployment, and one for each of ten services.

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::digest::Digest;
use tollgate_core::image::ImageReference;
use tollgate_registry::LayoutWriter;

use super::DemoError;
use super::ground::Ground;
use super::people::make_keys;
use super::stage::Stage;

/// The commit that stands in the examples until there is a real one.
const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

pub(super) const GIT_CONFIGURATION: &str = "\
[user]
\tname = Platform Lead
\temail = platform-lead@example.com
[init]
\tdefaultBranch = master
[advice]
\tdetachedHead = false
";

/// Clones beside each other; their remotes are bare repositories under `remotes`.
pub(super) struct Shop {
    pub(super) infrastructure: Utf8PathBuf,
    pub(super) deployment: Utf8PathBuf,
    pub(super) services: Vec<String>,
    pub(super) ground: Ground,
    registry: Utf8PathBuf,
}

const PEOPLE: &str = "
people:
  signers: .tollgate/allowed_signers
  teams: {platform: [platform-lead@example.com, operator@example.com], audit: [auditor@example.com]}
";

impl Shop {
    /// Makes the repositories from the examples, builds every service once, and sets up trust.
    pub(super) fn set_up(stage: &mut Stage, examples: &Utf8Path, ground: Ground) -> Result<Self, DemoError> {
        fs_err::write(stage.directory.join("gitconfig"), GIT_CONFIGURATION)?;
        let infrastructure = clone(stage, "infrastructure")?;
        let deployment = clone(stage, "deployment")?;
        copy(&examples.join("01-infrastructure"), &infrastructure)?;
        copy(&examples.join("02-deployment"), &deployment)?;
        ground.settle(&infrastructure)?;
        ground.settle(&deployment)?;
        let mut services: Vec<String> = Vec::new();
        for entry in deployment.join("services").read_dir_utf8()? {
            services.push(entry?.file_name().to_owned());
        }
        services.sort();
        let registry = stage.directory.join("registry");
        let shop = Self { infrastructure, deployment, services, ground, registry };
        for service in &shop.services {
            clone(stage, service)?;
            let commit = shop.build(stage, service, "the first version")?;
            shop.write_image(service, &commit)?;
        }
        shop.introduce_people(stage)?;
        for repository in [&shop.infrastructure, &shop.deployment] {
            stage.text(repository, &["policy", "update"])?;
            shop.push(stage, repository, "master", "the first recipe")?;
        }
        Ok(shop)
    }

    /// Whoever writes to the deployment repository's ledger signs.
    fn introduce_people(&self, stage: &Stage) -> Result<(), DemoError> {
        fs_err::create_dir_all(self.deployment.join(".tollgate"))?;
        fs_err::write(self.deployment.join(".tollgate/allowed_signers"), make_keys(stage)?)?;
        let path = self.deployment.join("tollgate.yaml");
        let text = fs_err::read_to_string(&path)?;
        Ok(fs_err::write(&path, format!("{text}{PEOPLE}"))?)
    }

    /// A commit on a service's current branch, pushed, with an image that is built from it.
    pub(super) fn build(&self, stage: &mut Stage, service: &str, text: &str) -> Result<String, DemoError> {
        let clone = self.service(service);
        fs_err::create_dir_all(clone.join("deploy"))?;
        fs_err::write(clone.join("main.txt"), format!("{text} of {service}\n"))?;
        fs_err::write(clone.join("deploy/README.md"), format!("The manifests of {service}, without an image.\n"))?;
        let branch = stage.git(&clone, &["branch", "--show-current"])?;
        self.push(stage, &clone, &branch, text)?;
        let commit = stage.git(&clone, &["rev-parse", "HEAD"])?;
        self.push_image(service, &commit, &format!("{text} of {service} at {commit}"))?;
        Ok(commit)
    }

    /// Pushes an image. A tag that exists is moved.
    pub(super) fn push_image(&self, service: &str, tag: &str, contents: &str) -> Result<Digest, DemoError> {
        let text = image(service, tag);
        let reference: ImageReference = text.parse().map_err(|source| DemoError::Reference { text, source })?;
        Ok(LayoutWriter::new(&self.registry).push(&reference, contents)?)
    }

    /// Writes down that the image was built, as the service's CI does after the push.
    pub(super) fn record(&self, stage: &mut Stage, service: &str, commit: &str, branch: &str) -> Result<(), DemoError> {
        let image = image(service, commit);
        let arguments =
            ["service", "record", service, "--image", &image, "--branch", branch, "--ledger", "../remotes/deployment.git"];
        stage.quietly(&self.service(service), &[&arguments[..], &["--registry", "../registry"]].concat(), 0)?;
        Ok(())
    }

    /// Puts a commit's image into the manifest of a service.
    pub(super) fn write_image(&self, service: &str, commit: &str) -> Result<(), DemoError> {
        self.edit(service, |text| {
            let start = text.find("shop/").and_then(|shop| text[shop..].find(':').map(|colon| shop + colon + 1));
            match start {
                Some(start) => format!("{}{commit}{}", &text[..start], &text[start + NO_COMMIT.len()..]),
                None => text.to_owned(),
            }
        })
    }

    /// Changes the manifest of a service.
    pub(super) fn edit(&self, service: &str, change: impl Fn(&str) -> String) -> Result<(), DemoError> {
        let path = self.deployment.join(format!("services/{service}/{service}.yaml"));
        let text = fs_err::read_to_string(&path)?;
        Ok(fs_err::write(&path, change(&text))?)
    }

    /// Commits everything and pushes it to a branch.
    pub(super) fn push(&self, stage: &mut Stage, clone: &Utf8Path, branch: &str, message: &str) -> Result<(), DemoError> {
        stage.git(clone, &["add", "--all"])?;
        stage.git(clone, &["commit", "--quiet", "--message", message])?;
        stage.git(clone, &["push", "--quiet", "origin", &format!("HEAD:refs/heads/{branch}")])?;
        Ok(())
    }

    /// Tags the current commit and pushes the tag.
    pub(super) fn tag(&self, stage: &mut Stage, clone: &Utf8Path, tag: &str) -> Result<(), DemoError> {
        stage.git(clone, &["tag", tag])?;
        stage.git(clone, &["push", "--quiet", "origin", tag])?;
        Ok(())
    }

    /// The clone of a service.
    pub(super) fn service(&self, service: &str) -> Utf8PathBuf {
        self.deployment.with_file_name(service)
    }
}

/// The image of a service.
pub(super) fn image(service: &str, tag: &str) -> String {
    format!("registry.example.com/shop/{service}:{tag}")
}

pub(super) fn clone(stage: &mut Stage, name: &str) -> Result<Utf8PathBuf, DemoError> {
    let directory = stage.directory.clone();
    let remote = format!("remotes/{name}.git");
    stage.git(&directory, &["init", "--quiet", "--bare", &remote])?;
    stage.git(&directory, &["init", "--quiet", name])?;
    let clone = directory.join(name);
    stage.git(&clone, &["remote", "add", "origin", &format!("../{remote}")])?;
    Ok(clone)
}

pub(super) fn copy(from: &Utf8Path, to: &Utf8Path) -> Result<(), DemoError> {
    for entry in from.read_dir_utf8()? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs_err::create_dir_all(&target)?;
            copy(entry.path(), &target)?;
        } else if entry.file_name() != "README.md" {
            fs_err::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
