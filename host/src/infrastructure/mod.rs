//! Components that Terraform plans: their files, what is wrong with them before anything is run, and what Terraform gets to see.
//!
//! A plan runs what somebody else wrote. So everything that it would run, and every place that its state could be lost in, is looked
//! at in the files first, by the rules of the policy in force: `terraform/…`. With one of these findings nothing is run.

mod block;
mod configuration;
mod groups;
mod modules;
mod parity;
mod rules;
mod shown;
mod state_place;
#[cfg(test)]
mod tests;
mod var_files;
mod written;

pub(crate) use configuration::Configuration;
pub(crate) use groups::{judged, read_groups, without_configured};
pub(crate) use parity::{PairSide, compare as compare_pair};
pub(crate) use rules::{RULES, Rulebook, WARNINGS, not_planned, refused, written_by_others};
pub(crate) use shown::documents;
pub(crate) use var_files::paths as var_file_paths;
pub(crate) use written::Written;
