//! Files of variables that are named for a target.

use tollgate_core::finding::Finding;
use tollgate_core::pipeline::Target;
use tollgate_core::terraform::TerraformComponent;
use tollgate_core::tree_path;

use super::block::of_component;
use super::configuration::Configuration;

/// Their paths in the repository, for a target.
pub(crate) fn paths(configuration: &Configuration, spec: &TerraformComponent, target: &Target) -> Vec<String> {
    let names = target.names();
    spec.var_files.iter().filter_map(|text| tree_path::join(&configuration.path, &text.at(Some(names)))).collect()
}

/// Those that are not there.
pub(super) fn missing(configuration: &Configuration, spec: &TerraformComponent, target: &Target) -> Vec<Finding> {
    let paths = paths(configuration, spec, target);
    let missing = paths.iter().filter(|path| !configuration.files.contains_key(*path));
    missing.map(|path| of_missing(configuration, spec, path, &target.name)).collect()
}

fn of_missing(configuration: &Configuration, spec: &TerraformComponent, path: &str, target: &str) -> Finding {
    let component = &configuration.component;
    let message = format!("`{component}` has no file `{path}`, which `varFiles` names for `{target}`");
    of_component("var-file", component, Some(spec.location.clone()), message, "Add the file, or remove it from `varFiles`.")
}
