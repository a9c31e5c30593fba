//! Recipes and their differences, as reports show them.

use serde::Serialize;
use tollgate_core::canonical::NotCanonical;
use tollgate_core::digest::Digest;
use tollgate_core::pipeline::GitReference;
use tollgate_core::recipe::{ComponentChange, Provenance, Recipe, RecipeComponent, RecipeImage, Renderer};

use crate::clean;
use crate::style::{Style, Tone};
use crate::table;
use crate::text::{join, summary};

/// A recipe: what is delivered together, and where it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecipeReport {
    pub version: u32,
    pub id: Digest,
    /// Not part of the id.
    pub provenance: Option<Provenance>,
    pub components: Vec<RecipeComponent>,
    pub notices: Vec<String>,
}

impl RecipeReport {
    /// What a report shows of a recipe.
    ///
    /// # Errors
    /// As for [`Recipe::id`].
    pub fn new(recipe: &Recipe, provenance: Option<Provenance>) -> Result<Self, NotCanonical> {
        let components = recipe.components().to_vec();
        Ok(Self { version: 1, id: recipe.id()?, provenance, components, notices: Vec::new() })
    }

    /// The recipe for people: a line for each image, its digest shortened, the id in full last.
    pub fn to_text(&self, style: Style) -> String {
        let from = self.provenance.as_ref().map(provenance).unwrap_or_default();
        let rows = self.components.iter().flat_map(rows);
        let blocks = [
            clean::line(&from),
            table::with_header(&["component", "tree", "image", "digest"], rows, style),
            self.components.iter().filter_map(rendered).collect::<Vec<_>>().join("\n"),
            summary::notices(&self.notices, style),
            format!("{} {}", style.paint(Tone::Heading, "recipe"), self.id),
        ];
        join(&blocks)
    }
}

/// Where a recipe was read. A commit that was asked for as such is said once.
fn provenance(from: &Provenance) -> String {
    match &from.reference {
        GitReference::Commit(_) => from.reference.to_string(),
        reference => format!("{reference}, commit {}", from.commit),
    }
}

fn rows(component: &RecipeComponent) -> Vec<Vec<String>> {
    let first = [component.component.clone(), short(&component.tree).to_owned()];
    if component.images.is_empty() {
        return vec![[first.as_slice(), &["no images".to_owned(), String::new()]].concat()];
    }
    let mut names = Some(first);
    let row = |image: &RecipeImage| {
        let names = names.take().unwrap_or_default();
        [names.as_slice(), &[image.reference.to_string(), image.digest.short()]].concat()
    };
    component.images.iter().map(row).collect()
}

/// What renders a component, where anything does.
fn rendered(component: &RecipeComponent) -> Option<String> {
    let tools: Vec<String> = component.renderers.iter().map(tool).collect();
    let asked = component.render.as_ref().map(|render| format!(": {}", clean::line(&render.to_string()))).unwrap_or_default();
    (!tools.is_empty()).then(|| format!("{} is rendered by {}{asked}", clean::line(&component.component), tools.join(", ")))
}

fn tool(tool: &Renderer) -> String {
    format!("{} {} ({})", tool.name, clean::line(&tool.version), tool.digest.short())
}

/// The first digits of a git hash, for people.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// How one recipe differs from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecipeDiffReport {
    pub version: u32,
    pub before: Digest,
    pub after: Digest,
    pub changes: Vec<ComponentChange>,
}

impl RecipeDiffReport {
    /// What a report shows of two recipes.
    ///
    /// # Errors
    /// As for [`Recipe::id`].
    pub fn new(before: &Recipe, after: &Recipe) -> Result<Self, NotCanonical> {
        Ok(Self { version: 1, before: before.id()?, after: after.id()?, changes: after.changes_from(before) })
    }

    /// The difference for people.
    pub fn to_text(&self, style: Style) -> String {
        let mut blocks: Vec<String> = self.changes.iter().map(|change| change_text(change, style)).collect();
        let last = if self.changes.is_empty() {
            format!("the same recipe: {}", self.after)
        } else {
            format!("{} of components changed\nfrom {}\nto   {}", self.changes.len(), self.before, self.after)
        };
        blocks.push(last);
        join(&blocks)
    }
}

fn change_text(change: &ComponentChange, style: Style) -> String {
    let name = clean::line(&change.component);
    match (&change.before, &change.after) {
        (None, Some(after)) => format!("{}\n{}", style.paint(Tone::Good, format!("+ {name}, added")), images(after, "+")),
        (Some(before), None) => format!("{}\n{}", style.paint(Tone::Bad, format!("- {name}, removed")), images(before, "-")),
        (Some(before), Some(after)) => {
            format!("{}\n{}", style.paint(Tone::Caution, format!("~ {name}")), changed(before, after, style))
        }
        (None, None) => String::new(),
    }
}

fn images(component: &RecipeComponent, sign: &str) -> String {
    component.images.iter().map(|image| image_line(sign, image)).collect()
}

fn image_line(sign: &str, image: &RecipeImage) -> String {
    format!("    {sign} {} {}\n", image.reference, image.digest.short())
}

fn changed(before: &RecipeComponent, after: &RecipeComponent, style: Style) -> String {
    let mut text = String::new();
    if before.tree != after.tree {
        text.push_str(&format!("    manifests {} {} {}\n", short(&before.tree), style.arrow(), short(&after.tree)));
    }
    text.extend(before.images.iter().filter(|image| !after.images.contains(image)).map(|image| image_line("-", image)));
    text.extend(after.images.iter().filter(|image| !before.images.contains(image)).map(|image| image_line("+", image)));
    text.extend(
        renderings(before).filter(|line| !renderings(after).any(|other| other == *line)).map(|line| format!("    - {line}\n")),
    );
    text.extend(
        renderings(after).filter(|line| !renderings(before).any(|other| other == *line)).map(|line| format!("    + {line}\n")),
    );
    if before.path != after.path {
        text.push_str(&format!("    moved from {} to {}\n", clean::line(&before.path), clean::line(&after.path)));
    }
    text
}

/// By what, and how, a component is rendered; one line each.
fn renderings(component: &RecipeComponent) -> impl Iterator<Item = String> {
    let how = component.render.as_ref().map(|render| format!("rendered as {}", clean::line(&render.to_string())));
    component.renderers.iter().map(|renderer| format!("rendered by {}", tool(renderer))).chain(how)
}

#[cfg(test)]
mod tests;
