//! The documents of components, with those that are rendered for a target, and for the others on its way.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::finding::Finding;
use tollgate_core::pipeline::{RenderSpec, Target};
use tollgate_core::recipe::{Recipe, Renderer};
use tollgate_core::rendering::Rendering;
use tollgate_gate::JudgedDocument;

use crate::delivery::components::ComponentAt;
use crate::delivery::images;
use crate::delivery::recipe::{CandidateError, Kitchen};
use crate::infrastructure::Configuration;
use crate::rendering::{InputTree, Rendered, RenderedComponent, RenderingError, questions, set_aside};
use crate::sources::{Documents, Files, read_documents};

/// What components are.
#[derive(Default)]
pub(super) struct Dishes {
    /// What the target gets; without a target, what all get.
    pub(super) documents: Documents,
    /// What only others on the way get.
    pub(super) elsewhere: Vec<Elsewhere>,
    /// Why something could not be rendered or must not be planned, for whomever it is.
    pub(super) findings: Vec<Finding>,
    /// What Terraform plans, by component.
    pub(super) configurations: BTreeMap<String, Configuration>,
}

/// What a component is for others than the target.
pub(super) struct Elsewhere {
    component: String,
    rendering: Rendering,
    documents: Vec<JudgedDocument>,
}

impl Dishes {
    /// All documents, for whomever they are.
    pub(super) fn all(&self) -> Vec<JudgedDocument> {
        let elsewhere = self.elsewhere.iter().flat_map(|elsewhere| &elsewhere.documents);
        self.documents.documents.iter().chain(elsewhere).cloned().collect()
    }
}

impl Kitchen<'_> {
    /// The targets whose images a recipe has: all that recipes are promoted to, since it is the same recipe on each. What moves to a
    /// target that nothing is promoted from goes no further, and comes from those that it `requires`.
    pub(super) fn all_targets(&self) -> Vec<&Target> {
        match self.target {
            Some(target) if !target.promotable => {
                let before = target.predecessors().filter_map(|name| self.pipeline.target(name));
                std::iter::once(target).chain(before).collect()
            }
            _ => self.pipeline.targets().filter(|target| target.promotable).collect(),
        }
    }

    /// Reads components, and renders those that are rendered, for these targets besides the own one.
    pub(super) fn dishes(&self, components: &BTreeMap<String, ComponentAt>, targets: &[&Target]) -> Result<Dishes, CandidateError> {
        let mut groups = Vec::with_capacity(components.len());
        let mut dishes = Dishes::default();
        for component in components.values() {
            if component.spec.terraform.is_some() {
                groups.push(self.configuration(component, &mut dishes)?);
                continue;
            }
            let mut files = component.files(self.repository, self.pipeline.file_choice())?;
            if let Some(spec) = &component.spec.render {
                files = set_aside(files, &|_| true);
                self.render(component, spec, targets, &mut files, &mut dishes)?;
            }
            groups.push(files);
        }
        dishes.documents = read_documents(groups);
        self.check_configurations(components, &mut dishes);
        Ok(dishes)
    }

    fn render(
        &self,
        component: &ComponentAt,
        spec: &RenderSpec,
        targets: &[&Target],
        files: &mut Files,
        dishes: &mut Dishes,
    ) -> Result<(), RenderingError> {
        let tree = InputTree::Commit { repository: self.repository, commit: &component.provenance.commit };
        let inputs = tree.inputs(&component.path)?.unwrap_or_default();
        files.inputs = inputs.all().map(|(_, source)| source.clone()).collect();
        let rendered = RenderedComponent { name: &component.name, spec, inputs: &inputs };
        let all = || targets.iter().copied();
        let own = match self.target {
            Some(target) => questions(spec, &component.name, std::iter::once(target)),
            None => questions(spec, &component.name, all()),
        };
        let Rendered { documents, findings } = rendered.render(self.tools, &own)?;
        files.rendered = documents;
        let mut found = findings;
        if self.target.is_some() && !targets.is_empty() {
            let others = questions(spec, &component.name, all());
            for other in others.into_iter().filter(|other| own.iter().all(|own| own.rendering != other.rendering)) {
                let Rendered { documents, findings } = rendered.render(self.tools, std::slice::from_ref(&other))?;
                found.extend(findings);
                dishes.elsewhere.push(Elsewhere { component: component.name.clone(), rendering: other.rendering, documents });
            }
        }
        for finding in found {
            if !dishes.findings.contains(&finding) {
                dishes.findings.push(finding);
            }
        }
        Ok(())
    }

    /// The tool that renders a component, as its recipe has it.
    pub(super) fn renderers(&self, component: &ComponentAt) -> Result<Vec<Renderer>, CandidateError> {
        let Some(spec) = &component.spec.render else { return self.planners(component) };
        let failed = |source| RenderingError::Tool { component: component.name.clone(), source };
        Ok(vec![self.tools.renderer(spec.how.tool()).map_err(failed).map_err(CandidateError::from)?])
    }

    /// A recorded recipe is rendered by the very tool that rendered it then, or not at all.
    pub(super) fn check_renderers(&self, component: &ComponentAt, recipe: &Recipe) -> Result<(), CandidateError> {
        let recorded = recipe.component(&component.name).map(|part| part.renderers.clone()).unwrap_or_default();
        let now = self.renderers(component)?;
        if recorded == now {
            return Ok(());
        }
        let (recorded, now) = (words(&recorded), words(&now));
        Err(CandidateError::OtherRenderer { component: component.name.clone(), recorded, now })
    }

    /// Own images that the target gets, and that a target before it does not get, its Ops twin among them: only the recipe would be proven there, and not
    /// they.
    pub(super) fn unproven(&self, components: &BTreeMap<String, ComponentAt>, dishes: &Dishes) -> Vec<Finding> {
        let Some(target) = self.target else { return Vec::new() };
        let before: Vec<&Target> = target.predecessors().filter_map(|name| self.pipeline.target(name)).collect();
        let mut findings = Vec::new();
        for component in components.values() {
            let Some(spec) = &component.spec.render else { continue };
            let at = |target: &Target| spec.how.at(&component.name, Some(target.names()));
            for before in before.iter().filter(|before| at(before) != at(target)) {
                let there = |elsewhere: &&Elsewhere| elsewhere.component == component.name && elsewhere.rendering == at(before);
                let there = dishes.elsewhere.iter().find(there).map_or(&[][..], |elsewhere| &elsewhere.documents);
                let known: BTreeSet<String> = images::written(component, there).into_iter().map(|image| image.text).collect();
                let here = images::written(component, &dishes.documents.documents);
                let new = here.iter().filter(|image| !known.contains(&image.text));
                findings.extend(new.filter_map(|image| images::unproven(image, component, &before.name, self.locate)));
            }
        }
        findings
    }
}

/// Tools in words.
fn words(renderers: &[Renderer]) -> String {
    let word = |renderer: &Renderer| format!("{} {} ({})", renderer.name, renderer.version, renderer.digest);
    if renderers.is_empty() { "no tool".to_owned() } else { renderers.iter().map(word).collect::<Vec<_>>().join(", ") }
}
