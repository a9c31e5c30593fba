//! Keys under which secret values enter plan digests.

/// Where the operator keeps the key under which secret values enter plan digests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanKey {
    Environment(String),
    File(String),
}
