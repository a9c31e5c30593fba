//! The infrastructure repository: Terraform, and pairs of Ops and Apps.

mod backends;
mod drifting;
mod example;
mod killed;
mod moving;
mod never;
mod pairs;
mod proposing;
mod troubles;
mod whole_model;
