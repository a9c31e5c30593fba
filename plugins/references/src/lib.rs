//! `references`: objects that name or need each other are delivered together, and fit.

mod autoscaler;
mod budget;
mod check;
mod config;
mod covered;
mod crowd;
mod makers;
#[cfg(test)]
mod model;
mod network_policy;
mod object;
mod reader;
mod replicas;
mod rules;
mod running;
mod service_account;
mod service_reference;
mod set;
mod settings;
#[cfg(test)]
mod unknown;
mod utilisation;

use tollgate_sdk::{Check, Description, Findings, Needs, PluginError, Validator, export_validator};

use reader::Reader;
use set::Set;
use settings::Settings;

struct References;

impl Validator for References {
    type Settings = Settings;

    const DESCRIPTION: Description = Description { name: "references", version: env!("CARGO_PKG_VERSION"), rules: &rules::RULES };

    /// Of every kind, because a kind that nobody has heard of may make the pods.
    fn needs(_: &Settings) -> Needs {
        Needs::set()
    }

    fn check(check: &Check<'_, Settings>, findings: &mut Findings) -> Result<(), PluginError> {
        let set = Set::of(check.settings, check.documents);
        for check in rules::CHECKS {
            let reader = Reader::new(&check.rule);
            (check.judge)(&set, &reader);
            findings.extend(crowd::fit(&check.rule, reader.into_findings(), &set));
        }
        Ok(())
    }
}

export_validator!(References);

// A plugin exports one function table and nothing that tests of their own crate could link, so they are part of this one.
#[cfg(test)]
#[path = "../tests/other_cases.rs"]
mod other_cases;

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_sdk::testing;

    #[test]
    fn every_case_comes_out_as_it_says() {
        testing::run_cases::<References>("cases");
    }

    #[test]
    fn what_it_says_of_itself_is_true() {
        testing::assert_description::<Settings>(&References::DESCRIPTION);
    }
}
