//! A commit, or a recorded recipe, as a candidate for a target.

use std::collections::BTreeMap;

use tollgate_core::deciding::{CountedApproval, Fact, GitChange};
use tollgate_core::digest::Digest;
use tollgate_core::finding::Finding;
use tollgate_core::pipeline::{Pipeline, SourceSpec, Target};
use tollgate_core::ports::{
    ForgeError, IdentifyTerraform, LocateValue, NoTerraform, ReadRepository, RenderComponent, ResolveDigest, ResolveError,
    SourceError,
};
use tollgate_core::recipe::{DuplicateComponent, Provenance, Recipe, RecipeComponent};
use tollgate_core::terraform::TerraformRoot;
use tollgate_core::way_back::Movement;

use crate::delivery::change::{ChangeError, Told};
use crate::delivery::components::{ComponentAt, ComponentError};
use crate::delivery::images::{self, Tags, WrittenImage};
use crate::delivery::known_states::KnownStates;
use crate::infrastructure::Written;
use crate::rendering::RenderingError;
use crate::sources::Documents;

/// All that is known of what would be delivered, before anybody was asked.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// Nothing when an image has no digest: then there is no recipe, and the findings say why.
    pub(crate) recipe: Option<Recipe>,
    pub(crate) provenance: Provenance,
    /// Git hash of the whole tree of its commit.
    pub(crate) tree: String,
    /// What git tells of the change; nothing where nobody has looked.
    pub(crate) change: Option<GitChange>,
    /// Reviews that stand in git, or on the forge.
    pub(crate) reviews: Vec<CountedApproval>,
    /// What the forge said.
    pub(crate) facts: Vec<Fact>,
    /// Why it said nothing, where it was asked and did not answer.
    pub(crate) unheard: Option<ForgeError>,
    /// Whether it goes back to what ran on the target before.
    pub(crate) movement: Movement,
    /// The plan whose deletes somebody has confirmed.
    pub(crate) confirmed: Option<Digest>,
    pub(crate) components: BTreeMap<String, ComponentAt>,
    pub(crate) documents: Documents,
    /// What Terraform plans for the target.
    pub(crate) roots: Vec<TerraformRoot>,
    /// How the states of components were left there.
    pub(crate) known: KnownStates,
    /// `recipe/…`, and what is wrong with the record of the change.
    pub(crate) findings: Vec<Finding>,
}

/// Why there is no candidate.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CandidateError {
    #[error(transparent)]
    Component(#[from] ComponentError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error("component `{component}` can't be made part of a recipe")]
    Resolve {
        component: String,
        #[source]
        source: Box<ResolveError>,
    },
    #[error(transparent)]
    Terraform(#[from] NoTerraform),
    #[error(transparent)]
    Rendering(#[from] RenderingError),
    #[error(
        "component `{component}` of the recorded recipe was rendered by {recorded}, and would be rendered by {now} here; use the one of then"
    )]
    OtherRenderer { component: String, recorded: String, now: String },
    #[error("the recorded recipe can't be rendered any more: {message}")]
    Unrenderable { message: String },
    #[error(transparent)]
    Duplicate(#[from] DuplicateComponent),
}

/// What candidates are made with.
pub(crate) struct Kitchen<'a> {
    pub(crate) repository: &'a dyn ReadRepository,
    pub(crate) resolver: &'a dyn ResolveDigest,
    pub(crate) locate: &'a dyn LocateValue,
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) tools: &'a dyn RenderComponent,
    /// Terraform, or what is used in its place.
    pub(crate) terraform: &'a dyn IdentifyTerraform,
    /// Whom it is for; nothing: nobody in particular.
    pub(crate) target: Option<&'a Target>,
}

impl Kitchen<'_> {
    /// Reads components, resolves their images, and makes the recipe.
    pub(crate) fn candidate(
        &self,
        provenance: &Provenance,
        components: BTreeMap<String, ComponentAt>,
    ) -> Result<Candidate, CandidateError> {
        let dishes = self.dishes(&components, &self.all_targets())?;
        // A recipe is the same one on all of its way, so that it has the images of all of it.
        let all = dishes.all();
        let written: Vec<(&ComponentAt, Vec<WrittenImage<'_>>)> =
            components.values().map(|component| (component, images::written(component, &all))).collect();
        let mut tags = Tags::resolve(written.iter().map(|(component, images)| (*component, images.as_slice())), self.resolver);
        let mut parts = Vec::new();
        let mut findings = Vec::new();
        for (component, images) in &written {
            let found = images::of_component(component, images, &mut tags, self.locate)
                .map_err(|source| CandidateError::Resolve { component: component.name.clone(), source: Box::new(source) })?;
            findings.extend(found.findings);
            parts.push(RecipeComponent {
                component: component.name.clone(),
                path: component.path.clone(),
                tree: component.tree.clone(),
                images: found.images,
                renderers: self.renderers(component)?,
                render: component.spec.render.as_ref().map(|spec| spec.how.clone()),
                terraform: self.terraform(component, &dishes)?,
            });
        }
        findings.extend(self.unproven(&components, &dishes));
        findings.dedup();
        // What could not be rendered has images that nobody knows.
        findings.extend(dishes.findings.iter().cloned());
        let recipe = if findings.is_empty() { Some(Recipe::new(parts)?) } else { None };
        let roots = self.roots(&components, &dishes);
        self.of(provenance, recipe, components, (dishes.documents, roots), findings)
    }
}

impl Kitchen<'_> {
    /// A recorded recipe again: its components where they were read then, its digests as they were then.
    pub(crate) fn recorded(
        &self,
        provenance: &Provenance,
        components: BTreeMap<String, ComponentAt>,
        recipe: Recipe,
    ) -> Result<Candidate, CandidateError> {
        for component in components.values() {
            self.check_renderers(component, &recipe)?;
        }
        let dishes = self.dishes(&components, &[])?;
        if let Some(finding) = dishes.findings.first() {
            return Err(CandidateError::Unrenderable { message: finding.message.clone() });
        }
        let roots = self.roots(&components, &dishes);
        self.of(provenance, Some(recipe), components, (dishes.documents, roots), Vec::new())
    }

    fn of(
        &self,
        provenance: &Provenance,
        recipe: Option<Recipe>,
        components: BTreeMap<String, ComponentAt>,
        (documents, roots): (Documents, Vec<TerraformRoot>),
        findings: Vec<Finding>,
    ) -> Result<Candidate, CandidateError> {
        let tree = self.repository.tree_hash(&provenance.commit, "")?.unwrap_or_default();
        let provenance = provenance.clone();
        let (change, reviews, facts, unheard, movement) = (None, Vec::new(), Vec::new(), None, Movement::Forward);
        Ok(Candidate {
            recipe,
            provenance,
            tree,
            change,
            reviews,
            facts,
            unheard,
            movement,
            confirmed: None,
            components,
            documents,
            roots,
            known: KnownStates::default(),
            findings,
        })
    }
}

impl Candidate {
    /// What is written down of it.
    pub(crate) fn written(&self) -> Written<'_> {
        Written { documents: &self.documents.documents, roots: &self.roots }
    }

    /// The candidate with what git and the forge tell of it.
    pub(crate) fn with_change(self, told: Told) -> Self {
        let Told { mut change, approvals, facts, unheard, findings } = told;
        let findings = self.findings.into_iter().chain(findings).collect();
        // `rollback` goes to where the ledger saw the reference then: nobody moved it.
        change.rewritten = change.rewritten.filter(|_| self.movement != Movement::Rollback);
        Self { change: Some(change), reviews: approvals, facts, unheard, findings, ..self }
    }

    /// Where own images must come from, by component.
    pub(crate) fn sources(&self) -> BTreeMap<String, SourceSpec> {
        let source = |component: &ComponentAt| {
            let source = component.spec.source.as_ref()?;
            let repository = source.repository.replace("{component}", &component.name);
            Some((component.name.clone(), SourceSpec { repository, branch: source.branch.clone() }))
        };
        self.components.values().filter_map(source).collect()
    }

    /// Where those components were read that don't come from the candidate's own commit.
    pub(crate) fn carried(&self) -> BTreeMap<String, Provenance> {
        let others = self.components.values().filter(|component| component.provenance != self.provenance);
        others.map(|component| (component.name.clone(), component.provenance.clone())).collect()
    }
}
