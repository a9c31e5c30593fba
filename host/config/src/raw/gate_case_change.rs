//! What git tells of the change, in a case of a promotion gate.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gate_case::Anything;
use super::text::{MomentText, Text};

/// What git tells of the change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "CaseChange")]
pub(crate) struct Change {
    /// The reference that is promoted.
    #[schemars(extend("examples" = ["tag v1.2.0"]))]
    pub(crate) reference: Text,
    /// Who asked for it; without, the author of the newest commit.
    #[schemars(extend("examples" = ["dev@example.com"]))]
    pub(crate) requester: Option<Text>,
    /// Nobody can be named who asked for it.
    #[schemars(extend("examples" = [true]))]
    pub(crate) without_requester: bool,
    /// Who signed the tag, for tags.
    #[schemars(extend("examples" = ["dev@example.com"]))]
    pub(crate) tag_signed_by: Option<Text>,
    /// The commits that it brings, newest first.
    #[schemars(extend("examples" = [[{"author": "dev@example.com"}]]))]
    pub(crate) commits: Vec<Commit>,
    /// `false` where there are more commits than those.
    #[schemars(extend("examples" = [false]))]
    pub(crate) is_complete: bool,
    /// How the reference left what the ledger saw of it before, as a sentence.
    #[schemars(extend("examples" = ["the tag was moved"]))]
    pub(crate) rewritten: Option<Text>,
    /// The change's record, `.tollgate/change.yaml`.
    #[schemars(extend("examples" = [{"ticket": "OPS-17"}]))]
    pub(crate) record: Option<Anything>,
}

impl Default for Change {
    fn default() -> Self {
        Self {
            reference: Text("branch master".to_owned()),
            requester: None,
            without_requester: false,
            tag_signed_by: None,
            commits: vec![Commit::default()],
            is_complete: true,
            rewritten: None,
            record: None,
        }
    }
}

/// A commit. It is signed by its author, unless `signedBy`, `forgeFor` or `unsigned` says otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "CaseCommit")]
pub(crate) struct Commit {
    /// Its id, in full or as a word; without, one of its own.
    #[schemars(extend("examples" = ["first"]))]
    pub(crate) id: Option<Text>,
    /// Mail address of its author.
    #[schemars(extend("examples" = ["dev@example.com"]))]
    pub(crate) author: Text,
    /// Mail address of its committer; without, its author's.
    #[schemars(extend("examples" = ["dev@example.com"]))]
    pub(crate) committer: Option<Text>,
    /// When it was made; without, at the case's time.
    #[schemars(extend("examples" = ["-2h"]))]
    pub(crate) at: Option<MomentText>,
    /// The first line of its message.
    #[schemars(extend("examples" = ["change cart"]))]
    pub(crate) summary: Text,
    /// Trailers of its message.
    #[schemars(extend("examples" = [{"Ticket": "OPS-17"}]))]
    pub(crate) trailers: BTreeMap<String, Text>,
    /// Who signed it.
    #[schemars(extend("examples" = ["dev@example.com"]))]
    pub(crate) signed_by: Option<Text>,
    /// In whose name the forge made and signed it.
    #[schemars(extend("examples" = ["dev@example.com"]))]
    pub(crate) forge_for: Option<Text>,
    /// Why its signature vouches for nobody.
    #[schemars(extend("examples" = ["it has no signature"]))]
    pub(crate) unsigned: Option<Text>,
    /// Whether it is a merge.
    #[schemars(extend("examples" = [true]))]
    pub(crate) is_merge: bool,
}

impl Default for Commit {
    fn default() -> Self {
        Self {
            id: None,
            author: Text("dev@example.com".to_owned()),
            committer: None,
            at: None,
            summary: Text("change cart".to_owned()),
            trailers: BTreeMap::new(),
            signed_by: None,
            forge_for: None,
            unsigned: None,
            is_merge: false,
        }
    }
}
