//! An infrastructure repository: components that Terraform plans, a pair of targets for each environment, and what they make.

use camino::Utf8PathBuf;
use tollgate_servers::{ProviderMirror, terraform_or_skip};

use crate::cli::Cli;
use crate::pipeline::Pipeline;
use crate::repository::TestRepo;
use crate::world::World;

/// The repository with its world. What targets hold are files below `real/TARGET/`, made by the provider of tests; states are below
/// `states/`, one for each component and workspace.
#[derive(Debug)]
pub struct Infrastructure {
    pub world: World,
    pub repository: TestRepo,
    mirror: ProviderMirror,
    program: Utf8PathBuf,
}

/// The environments, in their order.
pub const ENVIRONMENTS: [&str; 3] = ["staging", "preprod", "prod"];

impl Infrastructure {
    /// A repository in which everything is initialised and nothing is promoted. Nothing where there is no Terraform, which is said
    /// loudly; with `CI` set it is a failure.
    pub fn new() -> Option<Self> {
        Self::with(|pipeline| pipeline)
    }

    /// The same with another pipeline.
    pub fn with(change: impl FnOnce(Pipeline) -> Pipeline) -> Option<Self> {
        let program = terraform_or_skip("the infrastructure repository")?;
        let mirror = ProviderMirror::or_skip("the infrastructure repository")?;
        let world = World::new();
        let repository = world.repository("infrastructure");
        let infrastructure = Self { world, repository, mirror, program };
        let pipeline = change(infrastructure.pipeline());
        infrastructure.write(&pipeline);
        Some(infrastructure)
    }

    fn pipeline(&self) -> Pipeline {
        let states = self.world.path("states");
        let target = |name: &str, role: &str, on: &str, requires: &str| {
            format!(
                "{{name: {name}, role: {role}, on: {on}{requires}, terraform: {{workspace: {name}, lockTimeout: 20s, \
                 backendConfig: {{path: \"{states}/{{component}}.tfstate\", workspace_dir: \"{states}/{{component}}\"}}, \
                 planKey: {{env: PLAN_KEY}}, environment: {{plan: [LAB_SWITCHES, LAB_TOKEN=PLAN_TOKEN], apply: [LAB_SWITCHES, LAB_TOKEN]}}}}}}"
            )
        };
        let mut environments = Vec::new();
        let mut before = String::new();
        for name in ENVIRONMENTS {
            let ops = target(&format!("{name}-ops"), "ops", "{branch: master}", "");
            let requires = format!(", requires: [{name}-ops]{before}");
            let apps = target(&format!("{name}-apps"), "apps", &format!("{{tag: \"{name}-v*\"}}"), &requires);
            environments.push(format!("{{name: {name}, targets: [{ops}, {apps}]}}"));
            before = format!(", after: {{all: [{name}-apps]}}");
        }
        let environments: Vec<&str> = environments.iter().map(String::as_str).collect();
        Pipeline::infrastructure()
            .components(&[
                "{path: components/network, type: terraform, varFiles: [\"vars/{target}.tfvars\"]}",
                "{path: components/cluster, type: terraform, varFiles: [\"vars/{target}.tfvars\"], dependsOn: [components/network]}",
            ])
            .environments(&environments)
            .packs(&[])
            .without_gates()
            .gate("{name: terraform-plan, policy: builtin:terraform-plan}")
            .line(&format!("terraform: {{providers: [{}]}}", ProviderMirror::SOURCE))
    }

    fn write(&self, pipeline: &Pipeline) {
        let repository = &self.repository;
        self.world.write("switches/none", "");
        repository.write("tollgate.yaml", pipeline.text());
        for component in ["network", "cluster"] {
            self.write_component(component);
        }
        repository.tollgate().args(["policy", "update"]).run().exits(0);
        repository.deliver("master", "a network and a cluster");
        repository.tollgate().args(["init", "--trust", "HEAD"]).run().exits(0);
    }

    /// A component whose one file says how large it is, with its variables for all targets, and its lock.
    pub fn write_component(&self, component: &str) {
        let repository = &self.repository;
        repository.write(format!("components/{component}/main.tf").as_str(), main(component));
        for target in ENVIRONMENTS.iter().flat_map(|name| [format!("{name}-ops"), format!("{name}-apps")]) {
            let place = self.real(&target, "");
            fs_err::create_dir_all(&place).unwrap();
            let text = format!("place = \"{place}\"\nsize  = 1\n");
            repository.write(format!("components/{component}/vars/{target}.tfvars").as_str(), text);
        }
        self.lock(component);
    }

    /// Locks the providers of a component.
    pub fn lock(&self, component: &str) {
        self.by_hand(component, "default", &["init", "-backend=false", "-input=false", "-no-color"]);
        self.tidy(component);
    }

    /// Applies a component as it is in the clone to a target past tollgate, as people do who are in a hurry.
    pub fn apply_by_hand(&self, target: &str, component: &str, arguments: &[&str]) {
        let states = self.world.path("states").join(component);
        let path = format!("-backend-config=path={states}.tfstate");
        let workspaces = format!("-backend-config=workspace_dir={states}");
        self.by_hand(component, target, &["init", "-input=false", "-no-color", &path, &workspaces]);
        let variables = format!("-var-file=vars/{target}.tfvars");
        let apply = ["apply", "-auto-approve", "-input=false", "-no-color", &variables];
        self.by_hand(component, target, &[&apply, arguments].concat());
        self.tidy(component);
    }

    fn by_hand(&self, component: &str, workspace: &str, arguments: &[&str]) {
        let mut command = std::process::Command::new(&self.program);
        command.args(arguments).current_dir(self.directory(component)).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.world.path("home"));
        command.env("CHECKPOINT_DISABLE", "1").env("TF_CLI_CONFIG_FILE", self.mirror.configuration());
        command.env("TF_WORKSPACE", workspace).env("LAB_TOKEN", "write").env("LAB_SWITCHES", self.world.path("switches"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    }

    fn tidy(&self, component: &str) {
        fs_err::remove_dir_all(self.directory(component).join(".terraform")).unwrap();
    }

    fn directory(&self, component: &str) -> Utf8PathBuf {
        self.repository.path().join("components").join(component)
    }

    /// The binary in the clone, where Terraform and its provider are found.
    pub fn tollgate(&self) -> Cli {
        self.enclose(self.repository.tollgate())
    }

    /// The same for a command that was begun otherwise.
    pub fn enclose(&self, cli: Cli) -> Cli {
        cli.env("TOLLGATE_TERRAFORM", self.program.as_str())
            .env("TF_CLI_CONFIG_FILE", self.mirror.configuration().as_str())
            .env("LAB_SWITCHES", self.world.path("switches").as_str())
            .env("LAB_TOKEN", "write")
            .env("PLAN_TOKEN", "read")
            .env("PLAN_KEY", "0123456789abcdef0123456789abcdef")
    }

    /// Promotes a reference.
    pub fn promote(&self, reference: &str) -> crate::Answer {
        self.tollgate().args(["promote", reference, "-o", "json"]).run()
    }

    /// Promotes a reference to one target.
    pub fn promote_to(&self, reference: &str, target: &str) -> crate::Answer {
        self.tollgate().args(["promote", reference, "--to", target, "-o", "json"]).run()
    }

    /// Lets the provider misbehave from now on.
    pub fn switch(&self, name: &str, contents: &str) {
        self.world.write(&format!("switches/{name}"), contents);
    }

    /// Lets it behave again.
    pub fn unswitch(&self, name: &str) {
        fs_err::remove_file(self.world.path("switches").join(name)).unwrap();
    }

    /// Where what a component makes for a target is.
    pub fn real(&self, target: &str, component: &str) -> Utf8PathBuf {
        self.world.path("real").join(target).join(component)
    }

    /// What a component has made for a target; nothing where it has not.
    pub fn made(&self, target: &str, component: &str) -> Option<String> {
        fs_err::read_to_string(self.real(target, component)).ok()
    }

    /// Where the state of a component is.
    pub fn state(&self, target: &str, component: &str) -> Utf8PathBuf {
        self.world.path(format!("states/{component}/{target}/terraform.tfstate"))
    }

    /// Changes the size of a component for all targets.
    pub fn resize(&self, component: &str, size: u32) {
        self.repository.edit(&format!("components/{component}/main.tf"), |text| {
            let line = text.lines().find(|line| line.contains("# size")).unwrap().to_owned();
            text.replace(&line, &format!("  content = \"{component} ${{var.size * {size}}}\" # size"))
        });
    }
}

fn main(component: &str) -> String {
    let source = ProviderMirror::SOURCE;
    format!(
        r#"terraform {{
  required_version = "~> 1.0"
  required_providers {{
    lab = {{
      source  = "{source}"
      version = "1.0.0"
    }}
  }}
  backend "local" {{}}
}}

variable "place" {{
  type = string
}}

variable "size" {{
  type = number
}}

variable "secret" {{
  type      = string
  sensitive = true
  default   = "hunter22-of-{component}"
}}

resource "lab_file" "{component}" {{
  path    = "${{var.place}}{component}"
  secret  = var.secret
  content = "{component} ${{var.size * 1}}" # size
}}

output "digest" {{
  value = lab_file.{component}.digest
}}
"#
    )
}
