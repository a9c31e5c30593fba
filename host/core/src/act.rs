//! What people write down: yes, no, break-glass and its review, stop and go.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::broken_glass::InCluster;
use crate::deciding::ApprovalKind;
use crate::digest::Digest;
use crate::time::Timestamp;

/// A person's signed yes. A `review` binds `tree` and the entry's policy; a `promotion` binds the entry's subject (recipe,
/// plan, target), its policy, and the blobs `plan` and `findings`, so that a later plan can be compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub kind: ApprovalKind,
    /// The commit that the person looked at.
    pub commit: String,
    /// Git hash of its whole tree.
    pub tree: String,
    pub note: Option<String>,
}

/// A person's signed no, about the same things as an approval. It stands until the same person approves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    pub kind: ApprovalKind,
    pub commit: String,
    pub tree: String,
    pub reason: String,
}

/// Break-glass: lets named gates be passed by the entry's recipe on the entry's target for a time. It counts once as many
/// people have signed it as the policy asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Override {
    /// Names of gates, sorted.
    pub gates: Vec<String>,
    pub reason: String,
    pub ticket: Option<String>,
    /// When it passes nothing any more.
    pub until: Timestamp,
    /// When somebody who did not sign it must have looked at it.
    pub review_by: Timestamp,
    /// It passes an `error` of a gate on changes of policy, and no `fail`: so that a revision that was in force before can be
    /// again.
    pub recover: bool,
    /// The entry of the override that this one signs as well; nothing: it opens one.
    pub confirms: Option<u64>,
    /// The policy revision that a recovery restores; nothing where it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restores: Option<Restored>,
    /// Where a cluster was asked to let something pass by an annotation; nothing where it is an override of a promotion. It is
    /// written afterwards, so it passes nothing, and owes a review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_cluster: Option<InCluster>,
}

/// A policy revision that a recovery goes back to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// The commit that has it.
    pub commit: String,
    /// Its policy digest.
    pub policy: Digest,
}

/// Somebody looked at an override afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Index of the entry that opened the override.
    pub of: u64,
    /// Whether it was right to use it.
    pub accepted: bool,
    pub note: String,
}

/// What a freeze stops.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    All,
    Environment(String),
    Target(String),
    Component(String),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Target(name) => write!(f, "target {name}"),
            Self::Component(name) => write!(f, "component {name}"),
        }
    }
}

/// People stop movement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    pub scope: Scope,
    pub reason: String,
    /// When it ends by itself; nothing: only a thaw ends it.
    pub until: Option<Timestamp>,
}

/// A rollback stops further movement to the entry's target until a thaw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// The recipe that was rolled back.
    pub away_from: Option<Digest>,
    pub reason: String,
}

/// People start movement again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thaw {
    /// Indices of the entries of the freezes and holds that end.
    pub lifts: Vec<u64>,
    pub reason: String,
}

/// An in-toto statement came into the ledger; its DSSE envelope is the blob `statement`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceAdded {
    pub predicate_type: String,
    /// What it is about, sorted by digest.
    pub subjects: Vec<EvidenceSubject>,
    /// Git hashes of the directories that it is about, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trees: Vec<String>,
    /// Fingerprint of the key that signed the statement, where it is one of the signers'. It was so for whoever wrote the entry:
    /// readers check the envelope themselves.
    pub key: Option<String>,
    /// Whose key that is.
    pub signer: Option<String>,
}

/// A thing that a statement is about (in-toto ResourceDescriptor).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EvidenceSubject {
    pub digest: Digest,
    pub name: String,
}

/// A key that signs checkpoints of the log joins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogKeyAdded {
    /// As C2SP signed-note writes verifier keys: `NAME+HASH+BASE64`.
    pub key: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_as_people_say_them() {
        let scopes = [Scope::All, Scope::Environment("prod".to_owned()), Scope::Component("cart".to_owned())];
        assert_eq!(scopes.map(|scope| scope.to_string()), ["all", "environment prod", "component cart"]);
    }
}
