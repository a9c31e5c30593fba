//! The ports: how the domain reaches the world. Adapters implement them; `host/src/wiring.rs` alone names adapters.

pub mod access;
pub mod admission;
pub mod cluster;
pub mod commits;
pub mod forge;
pub mod images;
pub mod lease;
pub mod manifests;
pub mod publish;
pub mod rendering;
pub mod repository;
pub mod target;
pub mod terraform;

pub use crate::ledger::{AppendEntry, AppendError, LedgerError, Proposal, ReadLedger, Refusal};
pub use crate::signature::{ReadSigners, SignBytes, SignError, VerifyGitObject, VerifySignature};
pub use access::{Access, Grant, NeedAccess};
pub use admission::{AnswerAdmission, WhenRead};
pub use cluster::{ClusterError, ClusterKind, InCluster, ReadCluster, Unread, WantedKinds};
pub use commits::{Commit, CommitRange, RawSignature, SignatureKind, Stamp, Tag};
pub use forge::{ForgeError, ReadForge, WriteForge};
pub use images::{ResolveDigest, ResolveError};
pub use lease::{KeepLease, LeaseError, Swapped};
pub use manifests::LocateValue;
pub use publish::{Publication, PublishTree, Published, PublishedFile, PublishedTree};
pub use rendering::{ComponentFile, RENDERED_DIRECTORY, RenderAnswer, RenderComponent, RenderToolError};
pub use repository::{ReadRepository, ResolvedReference, SourceError, TreeFile, TreeFileKind};
pub use target::{Applied, ApplyError, ApplyPlan, TakenOver, TargetState, WrittenState};
pub use terraform::{IdentifyTerraform, NoTerraform};
