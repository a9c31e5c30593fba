//! Recipes: what is delivered together.

use serde::{Deserialize, Serialize};

use crate::canonical::NotCanonical;
use crate::digest::Digest;
use crate::image::ImageReference;
use crate::pipeline::GitReference;
use crate::rendering::Render;
use crate::terraform::RecipeTerraform;

/// The immutable set of what is delivered together. Two commits with the same content are the same recipe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Recipe {
    /// Sorted by name, each name once.
    components: Vec<RecipeComponent>,
}

/// A component as it stands in a recipe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecipeComponent {
    pub component: String,
    /// Path of its directory in the repository.
    pub path: String,
    /// Git hash of the whole directory.
    pub tree: String,
    /// Sorted by reference, each once.
    pub images: Vec<RecipeImage>,
    /// Sorted by name. Empty for plain manifests.
    pub renderers: Vec<Renderer>,
    /// What they are asked, for whatever target; nothing for plain manifests, and in what older versions wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub render: Option<Render>,
    /// How it is planned by Terraform; nothing for what is delivered as manifests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terraform: Option<RecipeTerraform>,
}

/// An image as it stands in a recipe.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecipeImage {
    /// As written in the manifests.
    pub reference: ImageReference,
    /// What the reference led to when the recipe was built.
    pub digest: Digest,
    pub origin: ImageOrigin,
    /// For own images: the commit that the tag names.
    pub source_commit: Option<String>,
}

/// Who builds an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageOrigin {
    Own,
    ThirdParty,
}

/// A tool that turns sources into manifests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Renderer {
    pub name: String,
    pub version: String,
    pub digest: Digest,
}

/// Where a recipe was read. Not part of its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    pub reference: GitReference,
    pub commit: String,
}

/// Two components of one name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("component `{0}` is in the recipe twice; rename one of its directories")]
pub struct DuplicateComponent(pub String);

impl Recipe {
    /// Sorts what it is given into a recipe.
    ///
    /// # Errors
    /// When two components have one name.
    pub fn new(mut components: Vec<RecipeComponent>) -> Result<Self, DuplicateComponent> {
        components.sort_by(|a, b| a.component.cmp(&b.component));
        if let Some(pair) = components.windows(2).find(|pair| pair[0].component == pair[1].component) {
            return Err(DuplicateComponent(pair[0].component.clone()));
        }
        for component in &mut components {
            component.images.sort();
            component.images.dedup();
            component.renderers.sort();
        }
        Ok(Self { components })
    }

    /// Sorted by name.
    pub fn components(&self) -> &[RecipeComponent] {
        &self.components
    }

    /// The component of this name.
    pub fn component(&self, name: &str) -> Option<&RecipeComponent> {
        self.components.iter().find(|component| component.component == name)
    }

    /// The recipe's id: the digest of its canonical JSON. No commit, branch or tag of the repository is in it.
    ///
    /// # Errors
    /// Never for a recipe that was made by [`Recipe::new`]; the type says what canonical JSON may refuse.
    pub fn id(&self) -> Result<Digest, NotCanonical> {
        Digest::of_canonical(self)
    }

    /// What differs from another recipe, by component name.
    pub fn changes_from(&self, before: &Self) -> Vec<ComponentChange> {
        let mut names: Vec<&str> = self.components.iter().chain(&before.components).map(|c| c.component.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let change = |name: &str| ComponentChange {
            component: name.to_owned(),
            before: before.component(name).cloned(),
            after: self.component(name).cloned(),
        };
        names.into_iter().map(change).filter(|change| change.before != change.after).collect()
    }
}

/// How a component differs between two recipes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComponentChange {
    pub component: String,
    /// Nothing: it is added.
    pub before: Option<RecipeComponent>,
    /// Nothing: it is removed.
    pub after: Option<RecipeComponent>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_component(name: &str, tree: &str) -> RecipeComponent {
        RecipeComponent {
            component: name.to_owned(),
            path: format!("services/{name}"),
            tree: tree.to_owned(),
            images: Vec::new(),
            renderers: Vec::new(),
            render: None,
            terraform: None,
        }
    }

    fn mk_recipe(components: &[(&str, &str)]) -> Recipe {
        Recipe::new(components.iter().map(|(name, tree)| mk_component(name, tree)).collect()).unwrap()
    }

    #[test]
    fn the_order_in_which_components_are_found_does_not_change_the_id() {
        let one = mk_recipe(&[("a", "1"), ("b", "2")]);
        let other = mk_recipe(&[("b", "2"), ("a", "1")]);
        assert_eq!(one.id().unwrap(), other.id().unwrap());
        assert_ne!(one.id().unwrap(), mk_recipe(&[("a", "1"), ("b", "3")]).id().unwrap());
    }

    #[test]
    fn a_component_that_is_rendered_by_another_program_or_otherwise_is_in_another_recipe() {
        let id = |version: &str, path: &str| {
            let render = format!(r#"{{"kustomize":{{"path":"{path}"}}}}"#);
            let renderer = Renderer { name: "kustomize".to_owned(), version: version.to_owned(), digest: Digest::of(b"program") };
            let render = Some(serde_json::from_str(&render).unwrap());
            Recipe::new(vec![RecipeComponent { renderers: vec![renderer], render, ..mk_component("a", "1") }])
                .unwrap()
                .id()
                .unwrap()
        };
        let one = id("v1", "overlays/{environment}");
        assert_eq!(one, id("v1", "overlays/{environment}"));
        assert_ne!(one, id("v2", "overlays/{environment}"));
        assert_ne!(one, id("v1", "base"));
    }

    #[test]
    fn what_older_versions_wrote_is_read_and_has_the_id_that_it_had() {
        let text = r#"[{"component":"a","path":"services/a","tree":"1","images":[],"renderers":[]}]"#;
        let recipe: Recipe = serde_json::from_str(text).unwrap();
        assert_eq!(recipe, mk_recipe(&[("a", "1")]));
        assert_eq!(String::from_utf8(crate::canonical::to_vec(&recipe).unwrap()).unwrap().matches("render\":").count(), 0);
    }

    #[test]
    fn two_components_of_one_name_are_refused() {
        let twice = Recipe::new(vec![mk_component("a", "1"), mk_component("a", "2")]);
        assert_eq!(twice, Err(DuplicateComponent("a".to_owned())));
    }

    #[test]
    fn added_removed_and_changed_components_are_named() {
        let before = mk_recipe(&[("a", "1"), ("b", "2"), ("c", "3")]);
        let after = mk_recipe(&[("a", "1"), ("b", "9"), ("d", "4")]);
        let changes = after.changes_from(&before);
        let summary: Vec<_> = changes.iter().map(|c| (c.component.as_str(), c.before.is_some(), c.after.is_some())).collect();
        assert_eq!(summary, [("b", true, true), ("c", true, false), ("d", false, true)]);
    }
}
