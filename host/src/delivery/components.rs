//! Which components a commit holds.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::document::{Location, Span};
use tollgate_core::pipeline::{ComponentSpec, FileChoice, GitReference, Pipeline, RenderSpec, Target};
use tollgate_core::ports::{ReadRepository, SourceError, TreeFile, TreeFileKind};
use tollgate_core::promotion::Promotion;
use tollgate_core::recipe::{Provenance, Recipe, RecipeComponent};
use tollgate_core::terraform::TerraformComponent;

use crate::sources::{Files, component_files};

/// A component as it stands at a commit.
#[derive(Clone, Debug)]
pub(crate) struct ComponentAt {
    pub(crate) name: String,
    pub(crate) path: String,
    /// Git hash of the directory.
    pub(crate) tree: String,
    pub(crate) provenance: Provenance,
    pub(crate) spec: ComponentSpec,
}

impl ComponentAt {
    /// Its files.
    pub(crate) fn files(&self, repository: &dyn ReadRepository, choice: FileChoice<'_>) -> Result<Files, SourceError> {
        component_files(repository, &self.provenance.commit, (&self.name, &self.path), choice)
    }
}

/// Two directories that would be one component.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ComponentError {
    #[error("`{one}` and `{other}` would both be the component `{name}`; rename one of the directories")]
    SameName { name: String, one: String, other: String },
    #[error("no directory at {commit} matches `components` of tollgate.yaml: {patterns}")]
    NoComponent { commit: String, patterns: String },
    #[error("nothing runs on `{target}` and commit {commit} changes no component, so there is nothing to deliver; change one")]
    Nothing { target: String, commit: String },
    #[error("component `{component}` runs as tree `{tree}`, which is not at `{path}` of commit `{commit}` any more")]
    Lost { component: String, tree: String, path: String, commit: String },
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// All components at a commit, by name.
pub(crate) fn at_commit(
    repository: &dyn ReadRepository,
    pipeline: &Pipeline,
    provenance: &Provenance,
) -> Result<BTreeMap<String, ComponentAt>, ComponentError> {
    let files = repository.files(&provenance.commit, "")?;
    let mut components: BTreeMap<String, ComponentAt> = BTreeMap::new();
    for path in directories(&files) {
        let Some(spec) = pipeline.components.iter().find(|spec| spec.path.matches(&path)) else { continue };
        let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
        let Some(tree) = repository.tree_hash(&provenance.commit, &path)? else { continue };
        let component =
            ComponentAt { name: name.clone(), path: path.clone(), tree, provenance: provenance.clone(), spec: spec.clone() };
        if let Some(other) = components.insert(name.clone(), component) {
            return Err(ComponentError::SameName { name, one: other.path, other: path });
        }
    }
    if components.is_empty() {
        let patterns: Vec<String> = pipeline.components.iter().map(|spec| format!("`{}`", spec.path.as_str())).collect();
        return Err(ComponentError::NoComponent { commit: provenance.commit.clone(), patterns: patterns.join(", ") });
    }
    Ok(components)
}

/// The component that a path of the repository belongs to.
pub(crate) fn component_of(pipeline: &Pipeline, path: &str) -> Option<String> {
    let (directory, _) = pipeline.component_at(path)?;
    Some(directory.rsplit('/').next().unwrap_or(directory).to_owned())
}

fn directories(files: &[TreeFile]) -> BTreeSet<String> {
    let mut directories = BTreeSet::new();
    for file in files.iter().filter(|file| file.kind == TreeFileKind::File) {
        let steps = file.path.match_indices('/').map(|(end, _)| file.path[..end].to_owned());
        directories.extend(steps);
    }
    directories
}

/// The components that a target would run: all of the commit's, or, in an unpromotable environment, those that the
/// commit's branch changed, beside the others as they run there.
///
/// What runs there from this branch and is not changed by it any more goes back to what the commit has, and what runs from a
/// branch that is gone goes back to what the default branch has: nobody could change it otherwise.
pub(crate) fn for_target(
    repository: &dyn ReadRepository,
    pipeline: &Pipeline,
    target: &Target,
    provenance: &Provenance,
    policy_branch_commit: &str,
    running: Option<&(Promotion<'_>, Recipe)>,
) -> Result<BTreeMap<String, ComponentAt>, ComponentError> {
    let at_commit = at_commit(repository, pipeline, provenance)?;
    if target.promotable {
        return Ok(at_commit);
    }
    let base = repository.merge_base(policy_branch_commit, &provenance.commit)?;
    let (mut components, own) = match running {
        Some((promotion, recipe)) => {
            let origins = Origins::of(promotion, recipe, provenance, repository)?;
            let components = staying(repository, pipeline, (promotion, recipe), &origins, policy_branch_commit)?;
            (components, origins.own)
        }
        None => (BTreeMap::new(), BTreeSet::new()),
    };
    let mut removed: BTreeSet<String> = BTreeSet::new();
    if let Some(base) = &base {
        removed = removed_since(repository, pipeline, base, &at_commit)?;
    }
    components.retain(|name, _| !removed.contains(name));
    for (name, component) in at_commit {
        let before = base.as_deref().map(|base| repository.tree_hash(base, &component.path)).transpose()?.flatten();
        match &base {
            Some(base) if before.as_ref() == Some(&component.tree) => {
                if own.contains(&name) {
                    components.insert(name, ComponentAt { provenance: at(base), ..component });
                }
            }
            _ => drop(components.insert(name, component)),
        }
    }
    if components.is_empty() {
        return Err(ComponentError::Nothing { target: target.name.clone(), commit: provenance.commit.clone() });
    }
    Ok(components)
}

/// Which components of a running recipe don't stay as they run, because of where they come from.
struct Origins {
    /// From the branch that is promoted now.
    own: BTreeSet<String>,
    /// From branches that the remote has no more.
    gone: BTreeSet<String>,
}

impl Origins {
    fn of(
        promotion: &Promotion<'_>,
        recipe: &Recipe,
        now: &Provenance,
        repository: &dyn ReadRepository,
    ) -> Result<Self, ComponentError> {
        let branch = |part: &RecipeComponent| match &origin(promotion, &part.component).reference {
            GitReference::Branch(branch) => Some((part.component.clone(), branch.clone())),
            GitReference::Tag(_) | GitReference::Commit(_) => None,
        };
        let from: Vec<(String, String)> = recipe.components().iter().filter_map(branch).collect();
        let is_own = |branch: &str| matches!(&now.reference, GitReference::Branch(own) if own == branch);
        let others: BTreeSet<&str> = from.iter().map(|(_, branch)| branch.as_str()).filter(|branch| !is_own(branch)).collect();
        let there = repository.branches_at_remote(&others.iter().copied().collect::<Vec<_>>())?;
        let (own, others): (Vec<_>, Vec<_>) = from.into_iter().partition(|(_, branch)| is_own(branch));
        let gone = others.into_iter().filter(|(_, branch)| !there.contains(branch));
        Ok(Self { own: own.into_iter().map(|(name, _)| name).collect(), gone: gone.map(|(name, _)| name).collect() })
    }
}

/// Where a component of a recipe was read.
pub(crate) fn origin<'p>(promotion: &Promotion<'p>, component: &str) -> &'p Provenance {
    promotion.decided.carried.get(component).unwrap_or(&promotion.decided.provenance)
}

/// The components that run and that nobody promotes now.
fn staying(
    repository: &dyn ReadRepository,
    pipeline: &Pipeline,
    (promotion, recipe): (&Promotion<'_>, &Recipe),
    origins: &Origins,
    policy_branch_commit: &str,
) -> Result<BTreeMap<String, ComponentAt>, ComponentError> {
    let stays = |part: &&RecipeComponent| !origins.own.contains(&part.component) && !origins.gone.contains(&part.component);
    let mut components = carried_parts(repository, pipeline, promotion, recipe.components().iter().filter(stays))?;
    if !origins.gone.is_empty() {
        let on_default = all_at(repository, pipeline, policy_branch_commit)?;
        components.extend(on_default.into_iter().filter(|(name, _)| origins.gone.contains(name)));
    }
    Ok(components)
}

/// A commit as such, whatever branch it is on.
fn at(commit: &str) -> Provenance {
    Provenance { reference: GitReference::Commit(commit.to_owned()), commit: commit.to_owned() }
}

/// All components of a commit, where it has any.
fn all_at(
    repository: &dyn ReadRepository,
    pipeline: &Pipeline,
    commit: &str,
) -> Result<BTreeMap<String, ComponentAt>, ComponentError> {
    match at_commit(repository, pipeline, &at(commit)) {
        Err(ComponentError::NoComponent { .. }) => Ok(BTreeMap::new()),
        other => other,
    }
}

fn removed_since(
    repository: &dyn ReadRepository,
    pipeline: &Pipeline,
    base: &str,
    now: &BTreeMap<String, ComponentAt>,
) -> Result<BTreeSet<String>, ComponentError> {
    let before = all_at(repository, pipeline, base)?;
    Ok(before.into_keys().filter(|name| !now.contains_key(name)).collect())
}

/// The components of a recorded recipe, each where it was read then.
pub(crate) fn carried(
    repository: &dyn ReadRepository,
    pipeline: &Pipeline,
    promotion: &Promotion<'_>,
    recipe: &Recipe,
) -> Result<BTreeMap<String, ComponentAt>, ComponentError> {
    carried_parts(repository, pipeline, promotion, recipe.components().iter())
}

fn carried_parts<'r>(
    repository: &dyn ReadRepository,
    pipeline: &Pipeline,
    promotion: &Promotion<'_>,
    parts: impl Iterator<Item = &'r RecipeComponent>,
) -> Result<BTreeMap<String, ComponentAt>, ComponentError> {
    let mut components = BTreeMap::new();
    for part in parts {
        let provenance = origin(promotion, &part.component);
        let Some(spec) = pipeline.components.iter().find(|spec| spec.path.matches(&part.path)) else { continue };
        ensure_local(repository, &provenance.commit)?;
        if repository.tree_hash(&provenance.commit, &part.path)?.as_ref() != Some(&part.tree) {
            return Err(ComponentError::Lost {
                component: part.component.clone(),
                tree: part.tree.clone(),
                path: part.path.clone(),
                commit: provenance.commit.clone(),
            });
        }
        let component = ComponentAt {
            name: part.component.clone(),
            path: part.path.clone(),
            tree: part.tree.clone(),
            provenance: provenance.clone(),
            spec: as_recorded(spec, part),
        };
        components.insert(part.component.clone(), component);
    }
    Ok(components)
}

/// What is recorded is rendered as its recipe says, whatever tollgate.yaml says by now.
fn as_recorded(spec: &ComponentSpec, part: &RecipeComponent) -> ComponentSpec {
    let location = || {
        let start = || Location { file: part.path.clone(), span: Span::START };
        spec.render.as_ref().map_or_else(start, |render| render.location.clone())
    };
    let render = match &part.render {
        Some(how) => Some(RenderSpec { how: how.clone(), location: location() }),
        None if part.renderers.is_empty() => None,
        // Older versions recorded the tool alone.
        None => spec.render.clone(),
    };
    let terraform = part.terraform.as_ref().zip(spec.terraform.as_ref()).map(|(recorded, spec)| TerraformComponent {
        var_files: recorded.var_files.clone(),
        depends_on: recorded.depends_on.clone(),
        location: spec.location.clone(),
    });
    ComponentSpec { render, terraform, ..spec.clone() }
}

/// Fetches a commit that this clone does not have yet.
pub(crate) fn ensure_local(repository: &dyn ReadRepository, commit: &str) -> Result<(), SourceError> {
    match repository.commit(commit) {
        Ok(_) => Ok(()),
        // Where the clone's own history is cut off, it may be of another one.
        Err(SourceError::UnknownRevision { .. } | SourceError::Shallow { .. }) => repository.resolve_at_remote(commit).map(|_| ()),
        Err(error) => Err(error),
    }
}
