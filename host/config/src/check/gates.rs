//! `gates` and `policies`, together with what packs bring.

use tollgate_core::pipeline::{AdmissionMode, Gate, GateAdmission, PolicySpec, Requirement};
use tollgate_core::policy::Enforcement;
use tollgate_core::ports::SourceError;

use super::matches::{Field, matches};
use super::names::Names;
use super::packs;
use super::policies::{Fields, configure, define};
use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::gate as raw;
use crate::raw::pipeline::Pipeline;
use crate::raw::text::PolicyText;
use crate::reading::Reading;
use crate::suggest::one_of;

/// The policies and gates of a configuration, while they are put together.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    pub(crate) policies: Vec<PolicySpec>,
    pub(crate) gates: Vec<Gate>,
    /// Names of policies, and of the gates that packs bring.
    policy_names: Names,
    gate_names: Names,
    packed: Vec<String>,
}

/// Puts everything together: packs first, then `policies`, then `gates`.
pub(crate) fn assemble(raw: &Pipeline, field: &Field<'_>, at: &At<'_>, reading: &mut Reading<'_>) -> Result<Assembly, SourceError> {
    let mut assembly = Assembly::default();
    for (index, pack) in raw.packs.iter().enumerate() {
        let at = at.member("packs").element(index);
        if raw.packs[..index].contains(pack) {
            reading.problems.push(at.problem(format!("pack `{}` is named twice", pack.as_str())));
        } else {
            assembly.add_pack(pack.as_str(), &at.location(), reading)?;
        }
    }
    assembly.add_policies(raw, &at.member("policies"), reading)?;
    for (index, gate) in raw.gates.iter().enumerate() {
        assembly.add_policy_of_gate(gate, &at.member("gates").element(index), reading)?;
    }
    for (index, gate) in raw.gates.iter().enumerate() {
        assembly.add_gate(gate, field, &at.member("gates").element(index), reading)?;
    }
    assembly.check_use(reading);
    Ok(assembly)
}

impl Assembly {
    /// Takes in a pack: every policy of it, and a gate for each.
    pub(crate) fn add_pack(
        &mut self,
        source: &str,
        named: &tollgate_core::document::Location,
        reading: &mut Reading<'_>,
    ) -> Result<(), SourceError> {
        reading.packs.insert(source.to_owned(), named.clone());
        let policies = packs::pack(source, named, &mut self.policy_names, reading)?;
        self.packed.extend(policies.iter().map(|policy| policy.name.clone()));
        self.gates.extend(policies.iter().map(packs::gate));
        self.policies.extend(policies);
        Ok(())
    }

    fn add_policies(&mut self, raw: &Pipeline, at: &At<'_>, reading: &mut Reading<'_>) -> Result<(), SourceError> {
        let mut adjusted = Names::default();
        for (index, policy) in raw.policies.iter().enumerate() {
            let at = at.element(index);
            let name = policy.name.as_str();
            let Some(plugin) = &policy.policy else {
                adjusted.give(name, "an adjustment", &at.member("name"), &mut reading.problems);
                self.adjust_policy(name, policy.into(), &at, reading)?;
                continue;
            };
            self.define(name, plugin.as_str(), policy.into(), &at, reading)?;
        }
        Ok(())
    }

    fn define(
        &mut self,
        name: &str,
        plugin: &str,
        fields: Fields<'_>,
        at: &At<'_>,
        reading: &mut Reading<'_>,
    ) -> Result<(), SourceError> {
        if self.packed.iter().any(|packed| packed == name) {
            let problem = at.member("name").problem(format!("`{name}` is already the name of a policy of a pack"));
            reading.problems.push(problem.hint("leave out `policy` to adjust that one, or choose another name"));
            return Ok(());
        }
        self.policy_names.give(name, "a policy", &at.member("name"), &mut reading.problems);
        let mut policy = define(name, plugin, Some(""), at, reading)?;
        configure(&mut policy, fields, Some(""), at, reading)?;
        self.policies.push(policy);
        Ok(())
    }

    fn adjust_policy(&mut self, name: &str, fields: Fields<'_>, at: &At<'_>, reading: &mut Reading<'_>) -> Result<(), SourceError> {
        if !self.packed.iter().any(|packed| packed == name) {
            self.refuse_adjustment("policy", name, at, reading);
            return Ok(());
        }
        match self.policies.iter_mut().find(|policy| policy.name == name) {
            Some(policy) => configure(policy, fields, Some(""), at, reading),
            None => Ok(()),
        }
    }

    /// There is nothing of this name to adjust, unless it is in a pack that could not be read.
    fn refuse_adjustment(&self, what: &str, name: &str, at: &At<'_>, reading: &mut Reading<'_>) {
        if !reading.incomplete {
            reading.problems.push(self.nothing_to_adjust(what, name, at));
        }
    }

    fn nothing_to_adjust(&self, what: &str, name: &str, at: &At<'_>) -> ConfigProblem {
        let problem = at.member("name").problem(format!("no pack brings a {what} `{name}` that could be adjusted"));
        let problem = problem.suggest(name, self.packed.iter().map(String::as_str));
        let needs = if what == "gate" { "`policy`, `all` or `any`" } else { "`policy`" };
        if problem.hint.is_some() { problem } else { problem.hint(format!("give it {needs}, or name the pack under `packs`")) }
    }

    /// The policy that a gate makes out of a plugin.
    fn add_policy_of_gate(&mut self, raw: &raw::Gate, at: &At<'_>, reading: &mut Reading<'_>) -> Result<(), SourceError> {
        match raw.policy.as_ref().map(PolicyText::as_str).filter(|policy| is_plugin(policy)) {
            Some(plugin) => self.define(raw.name.as_str(), plugin, raw.into(), at, reading),
            None => Ok(()),
        }
    }

    fn add_gate(&mut self, raw: &raw::Gate, field: &Field<'_>, at: &At<'_>, reading: &mut Reading<'_>) -> Result<(), SourceError> {
        let name = raw.name.as_str();
        self.gate_names.give(name, "a gate", &at.member("name"), &mut reading.problems);
        let matches = matches(raw.matches.as_ref(), field, &at.member("match"), &mut reading.problems);
        let enforcement = raw.enforcement.map(enforcement);
        let admission = raw.admission.map(admission);
        let Some(requirement) = self.requirement(raw, at, reading) else {
            self.adjust_policy_of_gate(raw, at, reading)?;
            if let Some(gate) = self.gates.iter_mut().find(|gate| gate.name == name) {
                gate.enforcement = enforcement.unwrap_or(gate.enforcement);
                gate.admission = admission.unwrap_or(gate.admission);
                gate.location = at.location();
                if raw.matches.is_some() {
                    gate.matches = matches;
                }
            }
            return Ok(());
        };
        if self.packed.iter().any(|packed| packed == name) && !raw.policy.as_ref().is_some_and(|policy| is_plugin(policy.as_str()))
        {
            let problem = at.member("name").problem(format!("`{name}` is already the name of a gate of a pack"));
            reading
                .problems
                .push(problem.hint("choose another name; the gate of the pack can be made `advisory` or be given a `match`"));
        }
        let (enforcement, admission) = (enforcement.unwrap_or_default(), admission.unwrap_or_default());
        let (name, location) = (name.to_owned(), at.location());
        self.gates.push(Gate { name, requirement, enforcement, matches, admission, is_implied: false, location });
        Ok(())
    }

    fn adjust_policy_of_gate(&mut self, raw: &raw::Gate, at: &At<'_>, reading: &mut Reading<'_>) -> Result<(), SourceError> {
        if self.packed.iter().any(|packed| packed == raw.name.as_str()) {
            return self.adjust_policy(raw.name.as_str(), raw.into(), at, reading);
        }
        self.refuse_adjustment("gate", raw.name.as_str(), at, reading);
        Ok(())
    }

    /// What a gate requires; nothing for one that adjusts a pack's gate.
    fn requirement(&self, raw: &raw::Gate, at: &At<'_>, reading: &mut Reading<'_>) -> Option<Requirement> {
        let present = [("policy", raw.policy.is_some()), ("all", raw.all.is_some()), ("any", raw.any.is_some())];
        let keys: Vec<&str> = present.into_iter().filter(|(_, is_there)| *is_there).map(|(key, _)| key).collect();
        if let [_, second, ..] = keys.as_slice() {
            let message = format!("gate must have only one of {}", one_of(keys.iter().copied()).replace(" or ", " and "));
            reading.problems.push(at.member(second).key_problem(message));
        }
        let requirement = match (&raw.policy, &raw.all, &raw.any) {
            (Some(policy), ..) if is_plugin(policy.as_str()) => return Some(Requirement::Policy(raw.name.as_str().to_owned())),
            (Some(policy), ..) => self.policy(policy.as_str(), &at.member("policy"), reading),
            (_, Some(all), _) => Requirement::All(self.members(all, &at.member("all"), reading)),
            (.., Some(any)) => Requirement::Any(self.members(any, &at.member("any"), reading)),
            (None, None, None) => return None,
        };
        for key in Fields::from(raw).keys() {
            let problem = at.member(key).key_problem(format!("`{key}` can't stand at a gate that names other policies"));
            reading.problems.push(problem.hint("move it to the policy, under `policies`"));
        }
        Some(requirement)
    }

    fn members(&self, raw: &[raw::Member], at: &At<'_>, reading: &mut Reading<'_>) -> Vec<Requirement> {
        let member = |(index, member): (usize, &raw::Member)| {
            let at = at.element(index);
            match member {
                raw::Member::Policy(name) => self.policy(name.as_str(), &at, reading),
                raw::Member::Group(raw::Group { all: Some(all), .. }) => {
                    Requirement::All(self.members(all, &at.member("all"), reading))
                }
                raw::Member::Group(raw::Group { any, .. }) => {
                    Requirement::Any(self.members(any.as_deref().unwrap_or_default(), &at.member("any"), reading))
                }
            }
        };
        raw.iter().enumerate().map(member).collect()
    }

    fn policy(&self, name: &str, at: &At<'_>, reading: &mut Reading<'_>) -> Requirement {
        if !reading.incomplete && !self.policies.iter().any(|policy| policy.name == name) {
            let mut problem = at.problem(format!("there is no policy `{name}`"));
            problem = problem.suggest(name, self.policies.iter().map(|policy| policy.name.as_str()));
            if reading.reader.builtin_plugins().iter().any(|plugin| plugin == name) {
                problem = problem.hint(format!("did you mean the plugin `builtin:{name}`?"));
            }
            reading.problems.push(problem);
        }
        Requirement::Policy(name.to_owned())
    }

    /// A policy that no gate names says nothing, which is worth a warning and no more.
    fn check_use(&self, reading: &mut Reading<'_>) {
        let used: Vec<&str> = self.gates.iter().flat_map(|gate| gate.requirement.policies()).collect();
        for policy in self.policies.iter().filter(|policy| !used.contains(&policy.name.as_str())) {
            let warning = ConfigProblem::new(policy.location.clone(), format!("no gate uses policy `{}`", policy.name));
            reading.warnings.push(warning.hint("name it under `gates`, or remove it"));
        }
    }
}

fn is_plugin(policy: &str) -> bool {
    policy.starts_with("builtin:") || policy.starts_with("./")
}

const fn admission(raw: raw::GateAdmission) -> GateAdmission {
    match raw {
        raw::GateAdmission::Mode(word) => GateAdmission { mode: mode(word), deletes: false },
        raw::GateAdmission::Terms(raw::AdmissionTerms { mode: Some(word), deletes }) => GateAdmission { mode: mode(word), deletes },
        raw::GateAdmission::Terms(raw::AdmissionTerms { mode: None, deletes }) => {
            GateAdmission { mode: AdmissionMode::Deny, deletes }
        }
    }
}

const fn mode(raw: raw::AdmissionMode) -> AdmissionMode {
    match raw {
        raw::AdmissionMode::Deny => AdmissionMode::Deny,
        raw::AdmissionMode::Warn => AdmissionMode::Warn,
        raw::AdmissionMode::Off => AdmissionMode::Off,
    }
}

const fn enforcement(raw: raw::Enforcement) -> Enforcement {
    match raw {
        raw::Enforcement::Advisory => Enforcement::Advisory,
        raw::Enforcement::Overridable => Enforcement::Overridable,
        raw::Enforcement::Mandatory => Enforcement::Mandatory,
    }
}
