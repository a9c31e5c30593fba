//! `workloads`: what people expect by default of workloads, and of the objects around them.
//!
//! It judges one document by itself, as written: pods of every kind by their shape, and Kubernetes' own kinds by what the API
//! defines. What it can't read is found by the rule that would have read it.

mod check;
mod checks;
mod judge;
mod object;
mod pod;
mod release;
mod report;
mod retired;
mod selector;
mod settings;

use tollgate_sdk::{Check, Description, Findings, Needs, PluginError, Validator, export_validator};

use settings::Settings;

struct Workloads;

impl Validator for Workloads {
    type Settings = Settings;

    const DESCRIPTION: Description = Description { name: "workloads", version: env!("CARGO_PKG_VERSION"), rules: &checks::RULES };

    /// Every kind, since any kind may hold a pod template, stand in a namespace, or be of an API version that is gone.
    fn needs(_: &Settings) -> Needs {
        Needs::document()
    }

    fn check(check: &Check<'_, Settings>, findings: &mut Findings) -> Result<(), PluginError> {
        for document in check.documents {
            judge::judge(document, check.settings, findings);
        }
        Ok(())
    }
}

export_validator!(Workloads);

// A plugin exports one function table and nothing that tests of their own crate could link, so they are part of this one.
#[cfg(test)]
#[path = "../tests/other_cases.rs"]
mod other_cases;
#[cfg(test)]
#[path = "../tests/unknown.rs"]
mod unknown;

#[cfg(test)]
mod tests {
    use tollgate_sdk::testing;

    use super::*;

    #[test]
    fn every_case_comes_out_as_it_says() {
        testing::run_cases::<Workloads>("cases");
    }

    #[test]
    fn what_it_says_of_itself_is_true() {
        testing::assert_description::<Settings>(&Workloads::DESCRIPTION);
    }
}
