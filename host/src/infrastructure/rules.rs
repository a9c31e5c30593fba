//! What is wrong with a component before anything of it is run.

use serde_json::Value;
use tollgate_core::finding::{Finding, Level};
use tollgate_core::pipeline::Target;
use tollgate_core::plan::{Plan, Refused, WrittenByOthers};
use tollgate_core::pointer::Pointer;
use tollgate_core::ports::LocateValue;
use tollgate_core::terraform::{LOCK_FILE, TerraformComponent, TerraformSpec};
use tollgate_gate::JudgedDocument;

use super::block::{Block, of_component, of_file, of_target};
use super::configuration::{Configuration, parent};
use super::modules::{self, Source};
use super::{state_place, var_files};
use crate::sources::Documents;

/// Rules about components of type `terraform`, for the docs: id, title, help.
pub(crate) const RULES: [(&str, &str, &str); 10] = [
    (
        "provider",
        "Only providers run that the policy allows",
        "A provider is a program that plans run with whatever credentials they have. The lock file names one that `terraform.providers` \
         of the policy in force does not allow. Have it allowed there first.",
    ),
    (
        "module",
        "Only modules are used that the policy allows",
        "A module from elsewhere is code that plans run. Its source is not allowed by `terraform.modules` of the policy in force, leads out \
         of the repository, or can't be told.",
    ),
    (
        "moving-module",
        "What is fetched is the same each time",
        "What Ops has proven must be what Apps gets. A module that git fetches is pinned by the full id of a commit (`?ref=…`), one of a \
         registry by an exact `version`. Anything else may be another one tomorrow.",
    ),
    (
        "data",
        "Data sources neither run programs nor fetch from elsewhere",
        "`external` runs a program while it is planned, `http` fetches, and `terraform_remote_state` reads another state with all of its \
         secrets. `terraform.data` of the policy in force allows them one by one.",
    ),
    (
        "provisioner",
        "Nothing is run beside what is planned",
        "A provisioner runs a program when a resource is made or destroyed, and no plan shows what it does. `terraform.provisioners: true` \
         allows them.",
    ),
    (
        "file",
        "A component holds nothing that Terraform would run or overwrite unseen",
        "Configuration in JSON (`*.tf.json`) and OpenTofu's own files (`*.tofu`) are read by the program and not judged here; `.terraform`, \
         `terraform.d` and states belong to a work directory, not to a repository. Remove the file, or write it in the language.",
    ),
    (
        "configuration",
        "Terraform accepts the configuration",
        "Terraform finds something wrong with what is written, so there is no plan. What it says stands in the message; `terraform validate` \
         says the same.",
    ),
    (
        "not-planned",
        "What is denied as it is written is not run",
        "A plan runs what somebody wrote. Something in the configuration is denied already, so there is no plan, and nobody knows what it \
         would do. Mend that first.",
    ),
    (
        "var-file",
        "Files of variables are there",
        "`varFiles` of the component names a file for this target that is not in the repository.",
    ),
    (
        "state",
        "The state is kept where it outlives the job",
        "Terraform runs in a directory that is gone once the job is. Without a backend elsewhere the state would be gone with it, and the \
         next plan would make everything anew.",
    ),
];

/// Rules that warn.
pub(crate) const WARNINGS: [(&str, &str, &str); 1] = [(
    "written-by-others",
    "Nobody else writes the state",
    "The state was written since tollgate left it: by hand, or by another pipeline, perhaps only a part of what was written down \
     (`-target`). The plan starts from what is there, and shows what it would take to make that what it should be. Look at it, and find \
     out who it was; the backend's own log tells.",
)];

/// Types of data sources that do more than to ask their provider.
const REACHING_OUT: [&str; 3] = ["external", "http", "terraform_remote_state"];

/// What is looked at, by whose rules.
pub(crate) struct Rulebook<'a> {
    pub(crate) spec: &'a TerraformSpec,
    pub(crate) locate: &'a dyn LocateValue,
    /// Whom it is for; nothing: nobody in particular.
    pub(crate) target: Option<&'a Target>,
}

impl Rulebook<'_> {
    /// Everything that is wrong with a component. With any of it, nothing is run.
    pub(crate) fn check(&self, configuration: &Configuration, spec: &TerraformComponent, documents: &Documents) -> Vec<Finding> {
        let own = configuration.own(documents);
        let mut findings = files(configuration);
        findings.extend(self.providers(configuration, &own));
        findings.extend(self.modules(configuration, &own));
        findings.extend(Block::of_kind(&own, "data").filter_map(|block| self.data(&block)));
        findings.extend(Block::of_kind(&own, "resource").filter_map(|block| self.provisioner(&block)));
        findings.extend(self.target.into_iter().flat_map(|target| var_files::missing(configuration, spec, target)));
        let blocks: Vec<Block<'_>> = Block::of_kind(&own, "terraform").collect();
        findings.extend(state_place::check(configuration, (spec, &blocks), self.target, self.locate));
        findings
    }

    fn providers(&self, configuration: &Configuration, own: &[&JudgedDocument]) -> Vec<Finding> {
        let lock = format!("{}/{LOCK_FILE}", configuration.path);
        let mut findings = Vec::new();
        for block in Block::of_kind(own, "Hcl").filter(|block| block.file() == lock) {
            let providers = block.at("/content/provider").and_then(Value::as_array).into_iter().flatten();
            for (index, entry) in providers.enumerate() {
                for address in entry.as_object().into_iter().flatten().map(|(address, _)| address) {
                    if !self.spec.allows_provider(address) {
                        let pointer = Pointer::root().member("content").member("provider").element(index).member(address);
                        let message = format!("provider `{address}` is not allowed to run");
                        let fix = "Have it allowed by `terraform.providers` of tollgate.yaml first.";
                        findings.push(block.finding("provider", &pointer, message, fix, self.locate));
                    }
                }
            }
        }
        findings
    }

    fn modules(&self, configuration: &Configuration, own: &[&JudgedDocument]) -> Vec<Finding> {
        Block::of_kind(own, "module").filter_map(|block| self.module(configuration, &block)).collect()
    }

    fn module(&self, configuration: &Configuration, block: &Block<'_>) -> Option<Finding> {
        let pointer = Pointer::root().member("body").member("source");
        let finding = |rule: &str, message: String, fix: &str| Some(block.finding(rule, &pointer, message, fix, self.locate));
        let allow = "Have it allowed by `terraform.modules` of tollgate.yaml first, or put it into the repository.";
        let Some(source) = block.at("/body/source").and_then(Value::as_str).filter(|source| !source.contains("${")) else {
            let message = format!("where module `{}` comes from can't be told", block.name());
            return finding("module", message, "Write its source as a text.");
        };
        let version = block.at("/body/version").and_then(Value::as_str);
        match modules::source(parent(block.file()), source, version) {
            Source::Local(path) if configuration.missing.contains(&path) => {
                finding("module", format!("`{path}` holds no module"), "Write the path of a directory with `*.tf` files.")
            }
            Source::Local(_) => None,
            Source::Outside => {
                finding("module", format!("`{source}` leads out of the repository"), "Put the module into the repository.")
            }
            _ if !self.spec.allows_module(source) => finding("module", format!("module `{source}` is not allowed"), allow),
            Source::Pinned => None,
            Source::Moving => {
                let message = format!("module `{source}` may be another one tomorrow");
                finding("moving-module", message, "Pin it: `?ref=` and the full id of a commit, or an exact `version`.")
            }
        }
    }

    fn data(&self, block: &Block<'_>) -> Option<Finding> {
        let kind = block.label(0);
        let is_forbidden = REACHING_OUT.contains(&kind) && !self.spec.allows_data(kind);
        let message = || format!("data source `{}` reaches out while it is planned", block.name());
        let fix = "Pass the value as a variable, or have the type allowed by `terraform.data` of tollgate.yaml.";
        is_forbidden.then(|| block.finding("data", &Pointer::root().member("labels"), message(), fix, self.locate))
    }

    fn provisioner(&self, block: &Block<'_>) -> Option<Finding> {
        let is_there = block.at("/body/provisioner").is_some() && !self.spec.provisioners;
        let pointer = Pointer::root().member("body").member("provisioner");
        let message = || format!("`{}` runs a program that no plan shows", block.name());
        let fix = "Let a resource do it, or have provisioners allowed by `terraform.provisioners` of tollgate.yaml.";
        is_there.then(|| block.finding("provisioner", &pointer, message(), fix, self.locate))
    }
}

/// What Terraform itself finds wrong, so that it makes no plan.
pub(crate) fn refused(plan: &Plan) -> Vec<Finding> {
    let refused = |refused: &Refused| {
        let message = format!("Terraform does not take `{}`: {}", refused.component, refused.message);
        let fix = "Mend the configuration; `terraform validate` says the same on your machine.";
        of_component("configuration", &refused.component, refused.location.clone(), message, fix)
    };
    plan.components.refused.iter().map(refused).collect()
}

/// States that somebody else has written.
pub(crate) fn written_by_others(plan: &Plan) -> Vec<Finding> {
    let warning = |written: &WrittenByOthers| {
        let message = format!("`{}` at `{}`: {written}", written.component, plan.target);
        let fix = "Look at what the plan does to it, and find out who it was.";
        Finding { level: Level::Warn, ..of_component("written-by-others", &written.component, None, message, fix) }
    };
    plan.components.written_by_others.iter().map(warning).collect()
}

/// Terraform was not asked, because what is written is denied.
pub(crate) fn not_planned(target: &str) -> Finding {
    let message = format!("nothing was planned for `{target}`, because what is written is denied already");
    of_target("not-planned", target, message, "Mend the other findings first.")
}

/// Files that must not be there.
fn files(configuration: &Configuration) -> Vec<Finding> {
    configuration.files.keys().filter_map(|path| file(path)).collect()
}

fn file(path: &str) -> Option<Finding> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_in = |directory: &str| path.split('/').any(|step| step == directory);
    let unjudged = [".tf.json", ".tofu", ".tofu.json", ".tfvars.json"].iter().any(|extension| name.ends_with(extension));
    let (what, fix) = if unjudged {
        ("is read by Terraform and can't be judged", "Write it in Terraform's own language.")
    } else if is_in(".terraform") || is_in("terraform.d") {
        ("is a part of a work directory, which Terraform would run", "Remove it, and add the directory to `.gitignore`.")
    } else if name.contains(".tfstate") {
        ("is a state, which holds secrets and belongs to a backend", "Remove it, and change the secrets that are in it.")
    } else {
        return None;
    };
    Some(of_file("file", path, format!("the file {what}"), fix))
}
