//! Evidence of the ledger: which statements are about what moves.

use std::collections::BTreeSet;

use crate::act::EvidenceAdded;
use crate::digest::Digest;
use crate::entry::{Body, Entry};
use crate::recipe::Recipe;

/// What statements may be about when a recipe moves: the recipe as a whole, its images, the directories of its components, and
/// the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    digests: BTreeSet<Digest>,
    trees: BTreeSet<String>,
}

impl Touched {
    /// All of a recipe with this id, and the plan where there is one.
    pub fn new(id: Digest, recipe: &Recipe, plan: Option<Digest>) -> Self {
        let images = recipe.components().iter().flat_map(|component| &component.images);
        Self {
            digests: images.map(|image| image.digest).chain([id]).chain(plan).collect(),
            trees: recipe.components().iter().map(|component| component.tree.clone()).collect(),
        }
    }

    /// Whether a statement is about any of it.
    pub fn is_by(&self, evidence: &EvidenceAdded) -> bool {
        evidence.subjects.iter().any(|subject| self.digests.contains(&subject.digest))
            || evidence.trees.iter().any(|tree| self.trees.contains(tree))
    }

    /// The statements about any of it, in the order of the entries.
    pub fn evidence<'e>(&self, entries: impl IntoIterator<Item = &'e Entry>) -> Vec<(&'e Entry, &'e EvidenceAdded)> {
        let evidence = entries.into_iter().filter_map(|entry| match &entry.body {
            Body::Evidence(evidence) => Some((entry, evidence)),
            _ => None,
        });
        evidence.filter(|(_, evidence)| self.is_by(evidence)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::act::EvidenceSubject;
    use crate::recipe::{ImageOrigin, RecipeComponent, RecipeImage};

    fn mk_recipe() -> Recipe {
        let image = RecipeImage {
            reference: "registry.example.com/cart:1".parse().unwrap(),
            digest: Digest::of(b"image"),
            origin: ImageOrigin::Own,
            source_commit: None,
        };
        Recipe::new(vec![RecipeComponent {
            component: "cart".to_owned(),
            path: "services/cart".to_owned(),
            tree: "4b825dc642cb6eb9a060e54bf8d69288fbee4904".to_owned(),
            images: vec![image],
            renderers: Vec::new(),
            render: None,
            terraform: None,
        }])
        .unwrap()
    }

    fn about(digests: &[&[u8]], trees: &[&str]) -> EvidenceAdded {
        let subject = |bytes: &&[u8]| EvidenceSubject { digest: Digest::of(bytes), name: String::new() };
        EvidenceAdded {
            predicate_type: "https://example.com/scan".to_owned(),
            subjects: digests.iter().map(subject).collect(),
            trees: trees.iter().map(|tree| (*tree).to_owned()).collect(),
            key: None,
            signer: None,
        }
    }

    #[test]
    fn a_recipe_is_touched_by_its_id_images_directories_and_plan_alone() {
        let touched = Touched::new(Digest::of(b"id"), &mk_recipe(), Some(Digest::of(b"plan")));
        for bytes in [b"id".as_slice(), b"image", b"plan"] {
            assert!(touched.is_by(&about(&[b"other", bytes], &[])));
        }
        assert!(touched.is_by(&about(&[], &["4b825dc642cb6eb9a060e54bf8d69288fbee4904"])));
        assert!(!touched.is_by(&about(&[b"other"], &["4b825dc642cb6eb9a060e54bf8d69288fbee4905"])));
        let unplanned = Touched::new(Digest::of(b"id"), &mk_recipe(), None);
        assert!(!unplanned.is_by(&about(&[b"plan"], &[])));
    }
}
