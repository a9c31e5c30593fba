//! Validators: the world that judges documents.

use tollgate_core::evaluate::{
    CheckRequest, DocumentFinding, EvaluateDocuments, Evaluation, EvaluationError, LoadError, VisibleDocument,
};
use tollgate_core::policy::{Description, Grants, KindFilter, Scope, ValidatorNeeds};
use wasmtime::Store;
use wasmtime::component::{ComponentExportIndex, Instance};

use crate::answer::OutputMeter;
use crate::bindings::validator::ValidatorIndices;
use crate::bindings::validator::exports::tollgate::gate::validation as wit;
use crate::bindings::validator::tollgate::gate::types;
use crate::contract;
use crate::description;
use crate::findings;
use crate::phase::Phase;
use crate::plugin::{self, Call, Plugin};
use crate::state::CallState;

/// A configured validator.
pub(crate) struct Validator {
    plugin: Plugin,
    check: ComponentExportIndex,
    description: Description,
    needs: ValidatorNeeds,
}

type Answer = Result<Vec<wit::Finding>, types::PluginError>;

impl Validator {
    /// Asks the plugin for its description, and configures it.
    ///
    /// # Errors
    /// When its functions are not those of the contract, it fails, or it refuses its settings.
    pub(crate) fn load(plugin: Plugin, grants: &Grants) -> Result<Self, LoadError> {
        let indices = ValidatorIndices::new(plugin.pre()).map_err(|_| LoadError::NoWorld)?;
        let description = describe(&plugin, &indices)?;
        let needs = configure(&plugin, &indices)?;
        if needs.secret_values && !grants.secret_values {
            return Err(LoadError::SecretValues);
        }
        let check = check_function(&plugin).ok_or(LoadError::NoWorld)?;
        Ok(Self { plugin, check, description, needs })
    }

    /// Calls `check` in an instance.
    pub(crate) fn call(
        &self,
        store: &mut Store<CallState>,
        instance: &Instance,
        request: &wit::Request,
    ) -> wasmtime::Result<Answer> {
        let check = instance.get_typed_func::<(&wit::Request,), (Answer,)>(&mut *store, &self.check)?;
        check.call(store, (request,)).map(|(answer,)| answer)
    }

    /// What the plugin is given, and what that amounts to.
    pub(crate) fn request(&self, request: &CheckRequest<'_>) -> (wit::Request, Call) {
        let crossing = wit::Request {
            settings: self.plugin.settings.clone(),
            context: request.context.json().to_vec(),
            documents: (0..).zip(request.documents).map(|(id, document)| crossing(id, document)).collect(),
        };
        let documents: usize = crossing.documents.iter().map(|document| document.file.len() + document.body.len()).sum();
        let input = (crossing.settings.len() + crossing.context.len() + documents) as u64;
        (crossing, Call { phase: Phase::Judge, input, evaluation_time: request.evaluation_time })
    }

    /// The plugin behind the policy.
    pub(crate) const fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    fn accept(&self, answer: Answer, documents: &[VisibleDocument]) -> Result<Vec<DocumentFinding>, EvaluationError> {
        let found = answer.map_err(description::plugin_error)?;
        findings::checked(found, &self.description, documents)
    }
}

impl EvaluateDocuments for Validator {
    fn description(&self) -> &Description {
        &self.description
    }

    fn needs(&self) -> &ValidatorNeeds {
        &self.needs
    }

    fn uses_clock(&self) -> bool {
        self.plugin.uses_clock()
    }

    fn check(&self, request: &CheckRequest<'_>) -> Evaluation<Vec<DocumentFinding>> {
        let (crossing, call) = self.request(request);
        let evaluation = self.plugin.call(&call, |store, instance| self.call(store, instance, &crossing));
        plugin::accept(evaluation, |answer| self.accept(answer, request.documents))
    }
}

fn crossing(id: u32, document: &VisibleDocument) -> wit::Document {
    wit::Document { id, file: document.file.clone(), body: document.body.to_vec() }
}

fn check_function(plugin: &Plugin) -> Option<ComponentExportIndex> {
    let component = plugin.pre().component();
    let world = component.get_export_index(None, contract::full_name(contract::VALIDATION).as_str())?;
    component.get_export_index(Some(&world), "check")
}

fn describe(plugin: &Plugin, indices: &ValidatorIndices) -> Result<Description, LoadError> {
    let answer = plugin.load_call(Phase::Describe, |store, instance| {
        let Ok(world) = indices.load(&mut *store, instance) else { return Ok(None) };
        world.tollgate_gate_validation().call_describe(store).map(Some)
    })?;
    let described = answer.ok_or(LoadError::NoWorld)?;
    description::description(described).map_err(|source| Phase::Describe.failed(source))
}

fn configure(plugin: &Plugin, indices: &ValidatorIndices) -> Result<ValidatorNeeds, LoadError> {
    let answer = plugin.load_call(Phase::Configure, |store, instance| {
        let world = indices.load(&mut *store, instance)?;
        world.tollgate_gate_validation().call_configure(store, &plugin.settings)
    })?;
    needs(answer.map_err(description::refused_settings)?).map_err(|source| Phase::Configure.failed(source))
}

fn needs(wit: types::Needs) -> Result<ValidatorNeeds, EvaluationError> {
    let mut meter = OutputMeter::default();
    meter.add(wit.kinds.iter().flat_map(|kind| [kind.group.as_str(), kind.kind.as_str()]));
    meter.finish()?;
    let scope = match wit.scope {
        types::Scope::Document => Scope::Document,
        types::Scope::Set => Scope::Set,
    };
    let kinds = wit.kinds.into_iter().map(|kind| KindFilter { group: kind.group, kind: kind.kind }).collect();
    Ok(ValidatorNeeds { scope, kinds, secret_values: wit.secret_values })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_needs(kind: &str) -> types::Needs {
        let kinds = vec![types::KindFilter { group: "apps".to_owned(), kind: kind.to_owned() }];
        types::Needs { scope: types::Scope::Set, kinds, secret_values: false }
    }

    #[test]
    fn needs_are_taken_over() {
        let taken = needs(mk_needs("Deployment")).unwrap();
        assert_eq!(taken.scope, Scope::Set);
        assert_eq!(taken.kinds, [KindFilter { group: "apps".to_owned(), kind: "Deployment".to_owned() }]);
    }

    #[test]
    fn needs_that_are_too_long_are_refused() {
        assert!(matches!(needs(mk_needs(&"x".repeat(2 * 1024 * 1024))), Err(EvaluationError::OutputTooLarge { .. })));
    }
}
