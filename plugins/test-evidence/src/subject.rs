//! What statements have to be about.

use std::collections::BTreeSet;
use std::fmt;

use tollgate_sdk::promotion::Recipe;

use crate::settings::{About, Requirement};

/// Something that a statement has to be about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Subject<'a> {
    /// The first component that has it, for images.
    pub(crate) component: Option<&'a str>,
    /// As written in the manifests, for images.
    reference: Option<&'a str>,
    /// `sha256:…`
    pub(crate) digest: String,
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reference {
            Some(reference) => write!(f, "image `{reference}` with digest `{}`", self.digest),
            None => write!(f, "recipe `{}`", self.digest),
        }
    }
}

/// What a requirement asks of a recipe: each digest once.
pub(crate) fn of<'a>(recipe: &'a Recipe, requirement: &Requirement) -> Vec<Subject<'a>> {
    if requirement.r#for == About::Recipe {
        return vec![Subject { component: None, reference: None, digest: recipe.id.clone() }];
    }
    let mut seen = BTreeSet::new();
    let images = recipe.components.iter().flat_map(|component| component.images.iter().map(move |image| (component, image)));
    images
        .filter(|(_, image)| image.own && seen.insert(image.digest.as_str()))
        .map(|(component, image)| Subject {
            component: Some(&component.name),
            reference: Some(&image.reference),
            digest: image.digest.clone(),
        })
        .collect()
}
