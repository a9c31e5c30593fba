//! What these tests share: a program, a place for states, and small configurations.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::digest::Digest;
use tollgate_core::plan::Plan;
use tollgate_core::ports::{Applied, ApplyError, ApplyPlan as _};
use tollgate_core::render::Rendered;
use tollgate_core::terraform::{PassedVariable, TerraformRoot, TerraformSpec, TerraformTarget};

use crate::terraform::{Installed, Program, Surroundings, Terraform};
use crate::testing::{MemoryLedger, TARGET, noon};

/// A target with its states in a directory of its own.
pub(super) struct Bench {
    _guard: tempfile::TempDir,
    pub(super) directory: Utf8PathBuf,
    pub(super) place: TerraformTarget,
    pub(super) spec: TerraformSpec,
    pub(super) program: Program,
    pub(super) ledger: MemoryLedger,
}

/// A configuration whose one resource keeps what it is given.
pub(super) const MAIN: &str = r#"
terraform {
  backend "local" {}
}
variable "size" {
  type    = number
  default = 1
}
resource "terraform_data" "vpc" {
  input = var.size
}
output "size" {
  value = var.size
}
"#;

fn surroundings() -> Surroundings {
    let mut variables: BTreeMap<String, String> = std::env::vars().collect();
    variables.insert("PASSED".to_owned(), "passed-value".to_owned());
    Surroundings { variables }
}

impl Bench {
    /// Nothing where there is no Terraform, which is said loudly; in CI it is a failure.
    pub(super) fn new() -> Option<Self> {
        let program = match Installed::new(surroundings()).program(None) {
            Ok(program) => program,
            Err(error) if std::env::var_os("CI").is_none() => {
                eprintln!("SKIPPED: nothing was asked of Terraform: {error}");
                return None;
            }
            Err(error) => panic!("nothing can be asked of Terraform: {error}"),
        };
        Some(Self::with(program))
    }

    /// The same with a script in place of the program.
    pub(super) fn scripted(script: &str) -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let program = Program {
            kind: tollgate_core::terraform::TerraformProgram::Terraform,
            path: Utf8PathBuf::new(),
            surroundings: surroundings(),
        };
        let mut bench = Self::with(program);
        let path = bench.directory.join("terraform");
        fs_err::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        bench.program.path = path;
        bench
    }

    fn with(program: Program) -> Self {
        let guard = tempfile::tempdir().unwrap();
        let directory = Utf8Path::from_path(guard.path()).unwrap().to_owned();
        let mut place = TerraformTarget::in_workspace("staging-ops");
        let states = directory.join("states");
        place.backend_config.insert("path".to_owned(), format!("{states}/{{component}}.tfstate"));
        place.backend_config.insert("workspace_dir".to_owned(), format!("{states}/{{component}}"));
        Self { _guard: guard, directory, place, spec: TerraformSpec::default(), program, ledger: MemoryLedger::new() }
    }

    pub(super) fn pass(&mut self, name: &str) {
        self.place.plan_environment.push(PassedVariable { name: name.to_owned(), from: "PASSED".to_owned() });
    }

    pub(super) fn target(&self) -> Terraform {
        Terraform::new(TARGET, &self.place, &self.spec, self.program.clone(), &self.directory)
    }

    pub(super) fn plan(&self, rendered: &Rendered) -> Result<Plan, ApplyError> {
        self.target().plan(recipe(), rendered)
    }

    /// Approves what it would do, and applies it.
    pub(super) fn deliver(&self, rendered: &Rendered) -> Result<Applied, ApplyError> {
        let plan = self.plan(rendered)?;
        self.apply(rendered, plan.digest().unwrap())
    }

    /// Applies with an approval of this plan.
    pub(super) fn apply(&self, rendered: &Rendered, plan: Digest) -> Result<Applied, ApplyError> {
        self.target().apply(self.ledger.approved(recipe(), plan), rendered, &noon)
    }

    pub(super) fn state_file(&self, component: &str) -> Utf8PathBuf {
        self.directory.join(format!("states/{component}/{}/terraform.tfstate", self.place.workspace))
    }
}

pub(super) fn recipe() -> Digest {
    Digest::of(b"recipe")
}

/// A component with one file.
pub(super) fn mk_root(component: &str, main: &str) -> TerraformRoot {
    let path = format!("components/{component}");
    TerraformRoot {
        component: component.to_owned(),
        files: BTreeMap::from([(format!("{path}/main.tf"), main.as_bytes().to_vec())]),
        path,
        var_files: Vec::new(),
        depends_on: Vec::new(),
        left: None,
        secrets: Vec::new(),
    }
}

pub(super) fn mk_rendered(roots: Vec<TerraformRoot>) -> Rendered {
    Rendered::default().with_roots(roots)
}

/// One component whose variable has this default.
pub(super) fn mk_sized(size: u32) -> Rendered {
    mk_rendered(vec![mk_root("network", &MAIN.replace("default = 1", &format!("default = {size}")))])
}
