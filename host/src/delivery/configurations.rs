//! Components that Terraform plans, as parts of a recipe and as what is planned for a target.

use std::collections::BTreeMap;

use tollgate_core::digest::Digest;
use tollgate_core::recipe::Renderer;
use tollgate_core::terraform::{LOCK_FILE, LocalModules, RecipeTerraform, TerraformRoot};

use crate::delivery::components::ComponentAt;
use crate::delivery::dishes::Dishes;
use crate::delivery::recipe::{CandidateError, Kitchen};
use crate::infrastructure::{Configuration, Rulebook, var_file_paths};
use crate::rendering::{InputTree, RenderingError};
use crate::sources::Files;

impl Kitchen<'_> {
    /// Reads a component, and keeps its files for the plan.
    pub(super) fn configuration(&self, component: &ComponentAt, dishes: &mut Dishes) -> Result<Files, CandidateError> {
        let tree = InputTree::Commit { repository: self.repository, commit: &component.provenance.commit };
        let read = Configuration::read(tree, &component.name, &component.path).map_err(CandidateError::from);
        let configuration = read?.unwrap_or_default();
        let mut files = component.files(self.repository, self.pipeline.file_choice()).map_err(RenderingError::from)?;
        let read = configuration.to_read(self.pipeline.file_choice());
        // Links were found there already, and are findings.
        (files.files, files.not_evaluated) = (read.files, read.not_evaluated);
        dishes.configurations.insert(component.name.clone(), configuration);
        Ok(files)
    }

    /// Says what must not be planned.
    pub(super) fn check_configurations(&self, components: &BTreeMap<String, ComponentAt>, dishes: &mut Dishes) {
        let rulebook = Rulebook { spec: &self.pipeline.terraform, locate: self.locate, target: self.target };
        for (name, configuration) in &dishes.configurations {
            let Some(spec) = components.get(name).and_then(|component| component.spec.terraform.as_ref()) else { continue };
            dishes.findings.extend(rulebook.check(configuration, spec, &dishes.documents));
        }
    }

    /// A component as part of a recipe, where Terraform plans it.
    pub(super) fn terraform(&self, component: &ComponentAt, dishes: &Dishes) -> Result<Option<RecipeTerraform>, CandidateError> {
        let (Some(spec), Some(configuration)) = (&component.spec.terraform, dishes.configurations.get(&component.name)) else {
            return Ok(None);
        };
        let mut modules = Vec::new();
        for path in &configuration.modules {
            let tree = self.repository.tree_hash(&component.provenance.commit, path)?.unwrap_or_default();
            modules.push(LocalModules { path: path.clone(), tree });
        }
        let lock = configuration.files.get(&format!("{}/{LOCK_FILE}", component.path));
        Ok(Some(RecipeTerraform {
            lock: lock.map(|file| Digest::of(&file.bytes)),
            modules,
            var_files: spec.var_files.clone(),
            depends_on: names(&spec.depends_on),
        }))
    }

    /// The program that plans a component.
    pub(super) fn planners(&self, component: &ComponentAt) -> Result<Vec<Renderer>, CandidateError> {
        if component.spec.terraform.is_none() {
            return Ok(Vec::new());
        }
        Ok(vec![self.terraform.identify(self.pipeline.terraform.program)?])
    }

    /// What Terraform plans for the target; nothing where it is for nobody in particular.
    pub(super) fn roots(&self, components: &BTreeMap<String, ComponentAt>, dishes: &Dishes) -> Vec<TerraformRoot> {
        let Some(target) = self.target else { return Vec::new() };
        let root = |component: &ComponentAt| {
            let spec = component.spec.terraform.as_ref()?;
            let configuration = dishes.configurations.get(&component.name)?;
            Some(TerraformRoot {
                component: component.name.clone(),
                path: component.path.clone(),
                files: configuration.files.iter().map(|(path, file)| (path.clone(), file.bytes.clone())).collect(),
                var_files: var_file_paths(configuration, spec, target),
                depends_on: names(&spec.depends_on),
                left: None,
                secrets: configuration.secrets(&dishes.documents),
            })
        };
        components.values().filter_map(root).collect()
    }
}

/// Components are named by the last step of their paths.
fn names(paths: &[String]) -> Vec<String> {
    paths.iter().map(|path| path.rsplit('/').next().unwrap_or(path).to_owned()).collect()
}
