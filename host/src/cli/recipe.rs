//! `recipe`.

use clap::{Args, Subcommand};

use super::{Format, Trust};

/// Build, show, compare and verify recipes
#[derive(Debug, Subcommand)]
pub(crate) enum Recipe {
    /// Make the recipe of a revision, its tags resolved now
    Build(OneRecipe),
    /// Show a recipe: of a promotion, of what runs at a target, by id, or of a revision
    Show(OneRecipe),
    /// Show what differs between two recipes
    Diff(TwoRecipes),
    /// Resolve all tags of a recipe again, and say where it is proven
    Verify(OneRecipe),
}

/// Names a recipe.
#[derive(Debug, Args)]
pub(crate) struct OneRecipe {
    /// A revision of the clone, a target, a promotion (`P-17`) or a recipe id
    #[arg(value_name = "RECIPE")]
    pub(crate) recipe: String,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Names two recipes.
#[derive(Debug, Args)]
pub(crate) struct TwoRecipes {
    /// A revision of the clone, a target, a promotion (`P-17`) or a recipe id
    #[arg(value_name = "BEFORE")]
    pub(crate) before: String,

    /// The same, to compare it with
    #[arg(value_name = "AFTER")]
    pub(crate) after: String,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}
