//! Fixers: the world that proposes how findings could be fixed.

use tollgate_core::evaluate::{Evaluation, EvaluationError, LoadError};
use tollgate_core::fix::{Fix, FixRequest, FixerDescription, ProposeFix};
use wasmtime::component::Instance;
use wasmtime::{Result as WasmResult, Store};

use crate::answer::{OutputMeter, invalid, quoted};
use crate::bindings::fixer::FixerIndices;
use crate::bindings::fixer::exports::tollgate::gate::fixing as wit;
use crate::bindings::validator::tollgate::gate::types;
use crate::description::{self, require_kebab_case};
use crate::phase::Phase;
use crate::plugin::{self, Call, Plugin};
use crate::state::CallState;

/// A loaded fixer.
pub(crate) struct Fixer {
    plugin: Plugin,
    indices: FixerIndices,
    description: FixerDescription,
}

impl Fixer {
    /// Asks the plugin for its description.
    ///
    /// # Errors
    /// When its functions are not those of the contract, or it fails.
    pub(crate) fn load(plugin: Plugin) -> Result<Self, LoadError> {
        let indices = FixerIndices::new(plugin.pre()).map_err(|_| LoadError::NotAFixer)?;
        let described = plugin.load_call(Phase::Describe, |store, instance| {
            let Ok(world) = indices.load(&mut *store, instance) else { return Ok(None) };
            world.tollgate_gate_fixing().call_describe(store).map(Some)
        })?;
        let described = described.ok_or(LoadError::NotAFixer)?;
        let description = fixer_description(described).map_err(|source| Phase::Describe.failed(source))?;
        Ok(Self { plugin, indices, description })
    }

    fn call(
        &self,
        store: &mut Store<CallState>,
        instance: &Instance,
        request: &wit::Request,
    ) -> WasmResult<Result<Vec<wit::Fix>, types::PluginError>> {
        let world = self.indices.load(&mut *store, instance)?;
        world.tollgate_gate_fixing().call_patch(store, request)
    }
}

impl ProposeFix for Fixer {
    fn description(&self) -> &FixerDescription {
        &self.description
    }

    fn patch(&self, request: &FixRequest<'_>) -> Evaluation<Vec<Fix>> {
        let crossing = crossing(request);
        let input = (crossing.settings.len() + crossing.context.len() + crossing.document.len()) as u64;
        let call = Call { phase: Phase::Patch, input, evaluation_time: 0 };
        let evaluation = self.plugin.call(&call, |store, instance| self.call(store, instance, &crossing));
        plugin::accept(evaluation, |answer| {
            let fixes = answer.map_err(description::plugin_error)?;
            checked(fixes, request.findings.len())
        })
    }
}

fn crossing(request: &FixRequest<'_>) -> wit::Request {
    let finding = |finding: &tollgate_core::evaluate::DocumentFinding| wit::Finding {
        rule: finding.rule.clone(),
        message: finding.message.clone(),
        pointer: finding.pointer.as_str().to_owned(),
    };
    wit::Request {
        settings: request.settings.to_string().into_bytes(),
        context: serde_json::to_vec(request.context).unwrap_or_default(),
        file: request.document.file.clone(),
        document: request.document.body.to_vec(),
        findings: request.findings.iter().map(finding).collect(),
    }
}

fn fixer_description(wit: wit::Description) -> Result<FixerDescription, EvaluationError> {
    let mut meter = OutputMeter::default();
    meter.add([wit.name.as_str(), wit.version.as_str(), wit.validator.as_str()]);
    meter.add(wit.rules.iter().map(String::as_str));
    meter.finish()?;
    require_kebab_case("fixer", &wit.name)?;
    require_kebab_case("validator", &wit.validator)?;
    for rule in &wit.rules {
        require_kebab_case("rule", rule)?;
    }
    let wit::Description { name, version, validator, rules } = wit;
    Ok(FixerDescription { name, version, validator, rules })
}

/// Takes over fixes.
fn checked(fixes: Vec<wit::Fix>, findings: usize) -> Result<Vec<Fix>, EvaluationError> {
    OutputMeter::findings(fixes.len())?;
    let mut meter = OutputMeter::default();
    for fix in &fixes {
        meter.add([fix.title.as_str()]);
        meter.add_bytes(&fix.patch);
    }
    meter.finish()?;
    fixes.into_iter().map(|fix| one(fix, findings)).collect()
}

fn one(fix: wit::Fix, findings: usize) -> Result<Fix, EvaluationError> {
    let finding = usize::try_from(fix.finding).unwrap_or(usize::MAX);
    if finding >= findings {
        return Err(invalid(format!("a fix names finding {}, which was not given", fix.finding)));
    }
    let patch = serde_json::from_slice(&fix.patch)
        .map_err(|error| invalid(format!("the fix {} is no JSON Patch: {error}", quoted(&fix.title))))?;
    Ok(Fix { finding, title: fix.title, patch })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_fix(finding: u32, patch: &str) -> wit::Fix {
        wit::Fix { finding, title: "Set it".to_owned(), patch: patch.as_bytes().to_vec() }
    }

    #[test]
    fn a_good_fix_is_taken_over() {
        let patch = r#"[{"op": "add", "path": "/a", "value": 1}]"#;
        let fixes = checked(vec![mk_fix(1, patch)], 2).unwrap();
        assert_eq!((fixes[0].finding, fixes[0].patch.0.len()), (1, 1));
    }

    #[test]
    fn what_is_no_patch_or_of_no_finding_is_refused() {
        for fix in [
            mk_fix(2, "[]"),
            mk_fix(u32::MAX, "[]"),
            mk_fix(0, "{}"),
            mk_fix(0, "["),
            mk_fix(0, r#"[{"op": "grow", "path": "/a"}]"#),
            mk_fix(0, r#"[{"op": "add", "path": "a", "value": 1}]"#),
        ] {
            assert!(matches!(checked(vec![fix], 2), Err(EvaluationError::InvalidOutput { .. })));
        }
        let long = mk_fix(0, &format!("[{}]", " ".repeat(2 * 1024 * 1024)));
        assert!(matches!(checked(vec![long], 1), Err(EvaluationError::OutputTooLarge { .. })));
    }

    #[test]
    fn a_description_with_names_that_are_none_is_refused() {
        let mk = |validator: &str, rule: &str| wit::Description {
            name: "mender".to_owned(),
            version: "0.1.0".to_owned(),
            validator: validator.to_owned(),
            rules: vec![rule.to_owned()],
        };
        assert!(fixer_description(mk("workloads", "probe")).is_ok());
        for (validator, rule) in [("Workloads", "probe"), ("workloads", "a/b"), ("", "probe")] {
            assert!(fixer_description(mk(validator, rule)).is_err(), "{validator} {rule}");
        }
    }
}
