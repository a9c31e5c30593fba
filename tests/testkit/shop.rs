//! A deployment repository with a repository for each service, trusted and ready to promote.

use crate::answer::Answer;
use crate::cli::Cli;
use crate::ledger::LedgerView;
use crate::manifest;
use crate::pipeline::Pipeline;
use crate::registry::Registry;
use crate::repository::TestRepo;
use crate::target::TargetView;
use crate::world::World;

/// The deployment repository and its services.
#[derive(Clone, Debug)]
pub struct Shop {
    /// Where everything is.
    pub world: World,
    /// The deployment repository.
    pub deployment: TestRepo,
    services: Vec<(String, TestRepo)>,
    /// The digest of entry 0.
    pub trust: String,
}

/// An image that was built from a commit of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// The service.
    pub service: String,
    /// The commit, which is the tag.
    pub commit: String,
    /// `registry.example.com/SERVICE:COMMIT`.
    pub image: String,
    /// `sha256:…`, as the build pushed it.
    pub digest: String,
}

impl Shop {
    /// These services, each built once from its master and recorded, and trust set up.
    pub fn new(services: &[&str]) -> Self {
        Self::with(services, &Pipeline::deployment())
    }

    /// The same with another pipeline.
    pub fn with(services: &[&str], pipeline: &Pipeline) -> Self {
        Self::prepared(services, pipeline, &|_| ())
    }

    /// The same with more in the deployment repository's first commit.
    pub(crate) fn prepared(services: &[&str], pipeline: &Pipeline, prepare: &dyn Fn(&Self)) -> Self {
        let mut shop = Self::without_trust(services, pipeline, prepare);
        shop.init();
        for service in services {
            let build = shop.last_build(service);
            shop.record(&build, "master").exits(0);
        }
        shop
    }

    /// Everything is pushed, and no ledger exists yet.
    pub fn untrusted(services: &[&str], pipeline: &Pipeline) -> Self {
        Self::without_trust(services, pipeline, &|_| ())
    }

    fn without_trust(services: &[&str], pipeline: &Pipeline, prepare: &dyn Fn(&Self)) -> Self {
        let world = World::new();
        let deployment = world.repository("deployment");
        let services = services.iter().map(|name| ((*name).to_owned(), world.repository(name))).collect();
        let shop = Self { world, deployment, services, trust: String::new() };
        for (service, _) in &shop.services {
            let build = shop.build(service, "one");
            shop.use_image(&build);
        }
        shop.deployment.write("tollgate.yaml", pipeline.text());
        prepare(&shop);
        shop.tollgate(&["policy", "update"]).run().exits(0);
        shop.deployment.deliver("master", "the first recipe");
        shop
    }

    /// Writes entry 0.
    pub fn init(&mut self) {
        let answer = self.tollgate(&["init", "--trust", "HEAD", "-o", "json"]).run().exits(0);
        self.trust = answer.text_at("/trust");
    }

    /// The repository of a service.
    #[track_caller]
    pub fn service(&self, name: &str) -> &TestRepo {
        let found = self.services.iter().find(|(service, _)| service == name);
        &found.unwrap_or_else(|| panic!("there is no service `{name}`")).1
    }

    /// The image layouts.
    pub fn registry(&self) -> Registry {
        self.world.registry()
    }

    /// A commit on the service's current branch, pushed, and an image that is built from it.
    #[track_caller]
    pub fn build(&self, service: &str, text: &str) -> Build {
        let repository = self.service(service);
        repository.write("main.txt", format!("{text} of {service}\n"));
        repository.write("deploy/README.md", format!("The manifests of {service}.\n"));
        let commit = repository.commit(text);
        repository.push(&repository.git(&["branch", "--show-current"]));
        let image = format!("registry.example.com/{service}:{commit}");
        let digest = self.registry().push(&image, &format!("{text} of {service} at {commit}"));
        Build { service: service.to_owned(), commit, image, digest }
    }

    /// What was built last on the branch that the service's clone is on.
    #[track_caller]
    pub fn last_build(&self, service: &str) -> Build {
        let commit = self.service(service).head();
        let image = format!("registry.example.com/{service}:{commit}");
        let index = fs_err::read_to_string(self.registry().layout(&image).join("index.json")).unwrap();
        let index: serde_json::Value = serde_json::from_str(&index).unwrap();
        let tagged = |manifest: &&serde_json::Value| manifest["annotations"]["org.opencontainers.image.ref.name"] == commit;
        let found = index["manifests"].as_array().unwrap().iter().find(tagged).unwrap();
        let digest = found["digest"].as_str().unwrap().to_owned();
        Build { service: service.to_owned(), commit, image, digest }
    }

    /// The commit of what was built last.
    #[track_caller]
    pub fn last_build_commit(&self, service: &str) -> String {
        self.service(service).head()
    }

    /// Writes down that an image was built from a branch, as the service's CI does.
    pub fn record(&self, build: &Build, branch: &str) -> Answer {
        self.record_command(build, branch).run()
    }

    /// The same, before it is run.
    pub fn record_command(&self, build: &Build, branch: &str) -> Cli {
        let record = ["service", "record", &build.service, "--image", &build.image, "--branch", branch];
        let places = ["--ledger", "../remotes/deployment.git", "--registry", "../registry"];
        self.service(&build.service).tollgate().args(record).args(places)
    }

    /// Puts the manifests of a service into its own repository, with an image that has no commit yet.
    pub fn write_manifests(&self, service: &str) {
        let image = format!("registry.example.com/{service}:dev");
        self.service(service).write("deploy/deployment.yaml", manifest::deployment(service, &image));
    }

    /// Brings a build to the deployment repository, as the service's CI does.
    pub fn sync(&self, build: &Build, branch: &str) -> Answer {
        self.sync_command(build, branch).run()
    }

    /// The same, before it is run.
    pub fn sync_command(&self, build: &Build, branch: &str) -> Cli {
        let sync = ["service", "sync", &build.service, "--image", &build.image, "--branch", branch];
        let places = ["--ledger", "../remotes/deployment.git", "--registry", "../registry"];
        self.service(&build.service).tollgate().args(sync).args(places)
    }

    /// Tells the deployment repository that a branch of a service is gone.
    pub fn delete_branch(&self, service: &str, branch: &str) -> Answer {
        let sync = ["service", "sync", service, "--delete", "--branch", branch, "--ledger", "../remotes/deployment.git"];
        self.service(service).tollgate().args(sync).run()
    }

    /// Puts an image into the manifest of its service, in the clone of the deployment repository.
    pub fn use_image(&self, build: &Build) {
        self.deployment.write(&manifest_path(&build.service), manifest::deployment(&build.service, &build.image));
    }

    /// A new version of a service all the way to the deployment repository's master: built, recorded, delivered.
    #[track_caller]
    pub fn release(&self, service: &str, text: &str) -> Build {
        let build = self.build(service, text);
        self.record(&build, "master").exits(0);
        self.use_image(&build);
        self.deployment.deliver("master", text);
        build
    }

    /// The binary in the deployment repository's clone.
    pub fn tollgate(&self, arguments: &[&str]) -> Cli {
        self.deployment.tollgate().args(arguments)
    }

    /// `promote REF -o json`.
    pub fn promote(&self, reference: &str) -> Answer {
        self.tollgate(&["promote", reference, "-o", "json"]).run()
    }

    /// Promotes master to preprod, and a new tag to prod.
    #[track_caller]
    pub fn promote_to_prod(&self, tag: &str) {
        self.promote("master").exits(0);
        self.deployment.tag(tag);
        self.promote(tag).exits(0);
    }

    /// A target by the name of its environment.
    pub fn target(&self, environment: &str) -> TargetView {
        self.world.target(environment)
    }

    /// The ledger.
    pub fn ledger(&self) -> LedgerView {
        self.world.ledger("deployment")
    }
}

fn manifest_path(service: &str) -> String {
    format!("services/{service}/deployment.yaml")
}
