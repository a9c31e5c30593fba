//! `terraform-plan`: what a plan of Terraform would destroy or open, and what its configuration trusts.
//!
//! It judges each block of a configuration and each change of a plan by itself. What is an expression, only known after apply
//! or withheld is not known, and nothing is found in it.

mod attribute;
mod change;
mod data;
mod encryption;
mod exposure;
mod fact;
mod glob;
mod ingress;
mod module;
mod provisioner;
mod resource;
mod rules;
mod settings;
mod tags;
mod template;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod unknown;
mod version;
mod versions;

use tollgate_sdk::{Document, Finding, validator};

use resource::Resource;
use rules::{
    DESTROY, EXTERNAL_DATA, FORGET, MODULE_UNPINNED, OPEN_INGRESS, PROVIDER_UNPINNED, PROVISIONER, PUBLIC, REPLACE, UNENCRYPTED,
    UNTAGGED,
};
use settings::Settings;

#[validator(
    name = "terraform-plan",
    rules = [
        DESTROY,
        REPLACE,
        FORGET,
        OPEN_INGRESS,
        UNENCRYPTED,
        PUBLIC,
        UNTAGGED,
        PROVIDER_UNPINNED,
        MODULE_UNPINNED,
        EXTERNAL_DATA,
        PROVISIONER,
    ],
    kinds = [
        "ResourceChange.terraform.tollgate",
        "resource.terraform.tollgate",
        "data.terraform.tollgate",
        "module.terraform.tollgate",
        "terraform.terraform.tollgate",
    ]
)]
pub fn terraform_plan(document: &Document<'_>, settings: &Settings) -> Vec<Finding> {
    match document.kind() {
        "ResourceChange" => planned(document, settings),
        "resource" => written(document, settings),
        "data" => data::judge(document, settings).into_iter().collect(),
        "module" => module::judge(document, settings.module_refs).into_iter().collect(),
        "terraform" => versions::judge(document),
        _ => Vec::new(),
    }
}

/// What a plan does to a resource, and what it makes of it.
fn planned(document: &Document<'_>, settings: &Settings) -> Vec<Finding> {
    let mut findings = change::judge(document, settings);
    findings.extend(Resource::planned(document).iter().flat_map(|resource| judge(resource, settings)));
    findings
}

/// What a configuration says of a resource.
fn written(document: &Document<'_>, settings: &Settings) -> Vec<Finding> {
    let mut findings = provisioner::judge(document);
    findings.extend(Resource::written(document).iter().flat_map(|resource| judge(resource, settings)));
    findings
}

/// The rules about what a resource is, wherever it is said.
fn judge(resource: &Resource<'_>, settings: &Settings) -> Vec<Finding> {
    let mut findings = ingress::judge(resource, &settings.open_ports);
    findings.extend(encryption::judge(resource));
    findings.extend(exposure::judge(resource));
    findings.extend(tags::judge(resource, &settings.required_tags));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_sdk::{Validator, testing};

    #[test]
    fn what_it_says_of_itself_is_true() {
        testing::assert_description::<Settings>(&<TerraformPlan as Validator>::DESCRIPTION);
    }

    #[test]
    fn every_help_says_why_it_matters_and_how_to_fix_it() {
        for rule in <TerraformPlan as Validator>::DESCRIPTION.rules {
            for part in ["**Why it matters.**", "**How to fix it.**"] {
                assert!(rule.help.contains(part), "the help of `{}` has no `{part}`", rule.id);
            }
        }
    }

    #[test]
    fn the_readme_lists_every_rule() {
        let readme = include_str!("../README.md");
        for rule in <TerraformPlan as Validator>::DESCRIPTION.rules {
            let row = format!("| [`{0}`](rules/{0}.md) |", rule.id);
            assert!(readme.contains(&row), "the readme has no row `{row}`");
        }
    }
}
