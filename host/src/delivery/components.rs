//! Which components a commit holds.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::pipeline::{ComponentSpec, FileChoice, Pipeline, Target};
use tollgate_core::ports::{ReadRepository, SourceError, TreeFile, TreeFileKind};
use tollgate_core::promotion::Promotion;
use tollgate_core::recipe::{Provenance, Recipe};

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
    let directories = path.match_indices('/').map(|(end, _)| &path[..end]);
    let is_component = |directory: &&str| pipeline.components.iter().any(|spec| spec.path.matches(directory));
    let directory = directories.into_iter().find(is_component)?;
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
    let mut components = match running {
        Some((promotion, recipe)) => carried(repository, pipeline, promotion, recipe)?,
        None => BTreeMap::new(),
    };
    let mut removed: BTreeSet<String> = BTreeSet::new();
    if let Some(base) = &base {
        removed = removed_since(repository, pipeline, base, &at_commit)?;
    }
    components.retain(|name, _| !removed.contains(name));
    for (name, component) in at_commit {
        let before = base.as_deref().map(|base| repository.tree_hash(base, &component.path)).transpose()?.flatten();
        if before.as_ref() != Some(&component.tree) {
            components.insert(name, component);
        }
    }
    if components.is_empty() {
        return Err(ComponentError::Nothing { target: target.name.clone(), commit: provenance.commit.clone() });
    }
    Ok(components)
}

fn removed_since(
    repository: &dyn ReadRepository,
    pipeline: &Pipeline,
    base: &str,
    now: &BTreeMap<String, ComponentAt>,
) -> Result<BTreeSet<String>, ComponentError> {
    let reference = tollgate_core::pipeline::GitReference::Commit(base.to_owned());
    let before = match at_commit(repository, pipeline, &Provenance { reference, commit: base.to_owned() }) {
        Err(ComponentError::NoComponent { .. }) => BTreeMap::new(),
        other => other?,
    };
    Ok(before.into_keys().filter(|name| !now.contains_key(name)).collect())
}

/// The components of a recorded recipe, each where it was read then.
pub(crate) fn carried(
    repository: &dyn ReadRepository,
    pipeline: &Pipeline,
    promotion: &Promotion<'_>,
    recipe: &Recipe,
) -> Result<BTreeMap<String, ComponentAt>, ComponentError> {
    let mut components = BTreeMap::new();
    for part in recipe.components() {
        let provenance = promotion.decided.carried.get(&part.component).unwrap_or(&promotion.decided.provenance);
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
            spec: spec.clone(),
        };
        components.insert(part.component.clone(), component);
    }
    Ok(components)
}

/// Fetches a commit that this clone does not have yet.
pub(crate) fn ensure_local(repository: &dyn ReadRepository, commit: &str) -> Result<(), SourceError> {
    match repository.commit(commit) {
        Ok(_) => Ok(()),
        Err(SourceError::UnknownRevision { .. }) => repository.resolve_at_remote(commit).map(|_| ()),
        Err(error) => Err(error),
    }
}
