//! Entries that are kept, and how they are stored: short where there may be many.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::act::{Approval, EvidenceAdded, EvidenceSubject, Freeze, Hold, Rejection, Review};
use crate::digest::Digest;
use crate::entry::{Body, By, ENTRY_VERSION, Entry, EntrySubject};
use crate::time::Timestamp;

/// An entry that is kept whole. Whoever changes a gist that others hold copies it, so that a copy is a pointer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kept(Arc<Entry>);

impl Kept {
    pub(super) fn of(entry: &Entry) -> Self {
        Self(Arc::new(entry.clone()))
    }
}

pub(super) fn entries(kept: &[Kept]) -> impl DoubleEndedIterator<Item = &Entry> {
    kept.iter().map(|kept| &**kept)
}

impl Deref for Kept {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        &self.0
    }
}

/// An entry as it is stored. Formats that don't describe themselves can't hold every entry, but they can hold its JSON.
#[derive(Serialize, Deserialize)]
enum Stored {
    Plain(Box<Plain>),
    Json(String),
}

#[derive(Serialize, Deserialize)]
struct Plain {
    index: u64,
    at: Timestamp,
    by: By,
    repo: String,
    policy: Option<Digest>,
    subject: EntrySubject,
    body: PlainBody,
    blobs: BTreeMap<String, Digest>,
}

/// What people say, which may be many entries. None of these has a field that is left out where it is empty.
#[derive(Serialize, Deserialize)]
enum PlainBody {
    Approval(Approval),
    Rejection(Rejection),
    Review(Review),
    Freeze(Freeze),
    Hold(Hold),
    Evidence(PlainEvidence),
}

/// [`EvidenceAdded`] with all its fields.
#[derive(Serialize, Deserialize)]
struct PlainEvidence {
    predicate_type: String,
    subjects: Vec<EvidenceSubject>,
    trees: Vec<String>,
    key: Option<String>,
    signer: Option<String>,
}

impl From<EvidenceAdded> for PlainEvidence {
    fn from(EvidenceAdded { predicate_type, subjects, trees, key, signer }: EvidenceAdded) -> Self {
        Self { predicate_type, subjects, trees, key, signer }
    }
}

impl From<PlainEvidence> for EvidenceAdded {
    fn from(PlainEvidence { predicate_type, subjects, trees, key, signer }: PlainEvidence) -> Self {
        Self { predicate_type, subjects, trees, key, signer }
    }
}

impl PlainBody {
    fn of(body: &Body) -> Option<Self> {
        Some(match body {
            Body::Approval(body) => Self::Approval(body.clone()),
            Body::Rejection(body) => Self::Rejection(body.clone()),
            Body::Review(body) => Self::Review(body.clone()),
            Body::Freeze(body) => Self::Freeze(body.clone()),
            Body::Hold(body) => Self::Hold(body.clone()),
            Body::Evidence(body) => Self::Evidence(body.clone().into()),
            _ => return None,
        })
    }
}

impl From<PlainBody> for Body {
    fn from(body: PlainBody) -> Self {
        match body {
            PlainBody::Approval(body) => Self::Approval(body),
            PlainBody::Rejection(body) => Self::Rejection(body),
            PlainBody::Review(body) => Self::Review(body),
            PlainBody::Freeze(body) => Self::Freeze(body),
            PlainBody::Hold(body) => Self::Hold(body),
            PlainBody::Evidence(body) => Self::Evidence(body.into()),
        }
    }
}

impl Serialize for Kept {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Entry { version: _, index, at, by, repo, policy, subject, body, blobs } = Entry::clone(self);
        let stored = match PlainBody::of(&body) {
            Some(body) => Stored::Plain(Box::new(Plain { index, at, by, repo, policy, subject, body, blobs })),
            None => Stored::Json(serde_json::to_string(&**self).map_err(ser::Error::custom)?),
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Kept {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Stored::deserialize(deserializer)? {
            Stored::Json(text) => serde_json::from_str(&text).map(|entry| Self(Arc::new(entry))).map_err(de::Error::custom),
            Stored::Plain(plain) => {
                let Plain { index, at, by, repo, policy, subject, body, blobs } = *plain;
                let body = Body::from(body);
                Ok(Self(Arc::new(Entry { version: ENTRY_VERSION, index, at, by, repo, policy, subject, body, blobs })))
            }
        }
    }
}
