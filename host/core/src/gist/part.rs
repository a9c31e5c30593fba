//! Parts of a gist that grow with the ledger: read when they are first asked for, so that whoever asks nothing of them, as most who
//! append do, does not wait for them.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use serde::de::{DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use super::kept::Kept;
use crate::entry::Entry;

/// What follows from entries that are taken one after the other.
pub(super) trait Take: Default + Serialize + DeserializeOwned {
    /// Takes the next entry. `ended` is the decision of the promotion that it is the end of.
    fn take(&mut self, entry: &Entry, ended: Option<&Entry>);
}

/// A part as it was written down, with the entries that came after, until somebody asks for it.
#[derive(Clone, Debug)]
pub(super) struct Part<T> {
    stored: Arc<[u8]>,
    since: Vec<Since>,
    read: OnceLock<Read<T>>,
}

#[derive(Clone, Debug)]
struct Since {
    entry: Kept,
    ended: Option<Kept>,
}

#[derive(Clone, Debug, Default)]
struct Read<T> {
    part: T,
    /// What was written down can't be read, so that the part is of nothing.
    is_damaged: bool,
}

impl<T: Take> Default for Part<T> {
    fn default() -> Self {
        Self { stored: Arc::default(), since: Vec::new(), read: OnceLock::from(Read::default()) }
    }
}

impl<T: Take> Part<T> {
    pub(super) fn get(&self) -> &T {
        &self.read().part
    }

    fn read(&self) -> &Read<T> {
        self.read.get_or_init(|| {
            let mut read = match postcard::from_bytes(&self.stored) {
                Ok(part) => Read { part, is_damaged: false },
                Err(_) => Read { part: T::default(), is_damaged: true },
            };
            for Since { entry, ended } in &self.since {
                read.part.take(entry, ended.as_deref());
            }
            read
        })
    }

    pub(super) fn take(&mut self, entry: &Entry, ended: Option<&Entry>) {
        match self.read.get_mut() {
            Some(read) => read.part.take(entry, ended),
            None => self.since.push(Since { entry: Kept::of(entry), ended: ended.map(Kept::of) }),
        }
    }

    /// Reads it, where nobody has. False: what was written down can't be read.
    pub(super) fn is_readable(&self) -> bool {
        !self.read().is_damaged
    }

    /// Whether somebody was told what follows from nothing.
    pub(super) fn has_misled(&self) -> bool {
        self.read.get().is_some_and(|read| read.is_damaged)
    }
}

impl<T: Take> Serialize for Part<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.read.get().is_none() && self.since.is_empty() {
            return serializer.serialize_bytes(&self.stored);
        }
        if !self.is_readable() {
            return Err(ser::Error::custom("it was damaged when it was read"));
        }
        serializer.serialize_bytes(&postcard::to_allocvec(self.get()).map_err(ser::Error::custom)?)
    }
}

impl<'de, T> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(Stored(PhantomData))
    }
}

struct Stored<T>(PhantomData<T>);

impl<T> Visitor<'_> for Stored<T> {
    type Value = Part<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bytes of a part")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Part<T>, E> {
        Ok(Part { stored: bytes.into(), since: Vec::new(), read: OnceLock::new() })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::act::LogKeyAdded;
    use crate::entry::{Body, By, ENTRY_VERSION, EntrySubject};
    use crate::time::Timestamp;

    /// The indices that it was given.
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Indices(Vec<u64>);

    impl Take for Indices {
        fn take(&mut self, entry: &Entry, _: Option<&Entry>) {
            self.0.push(entry.index);
        }
    }

    fn mk_part(indices: std::ops::Range<u64>) -> Part<Indices> {
        let mut part = Part::default();
        take(&mut part, indices);
        part
    }

    fn take(part: &mut Part<Indices>, indices: std::ops::Range<u64>) {
        indices.for_each(|index| part.take(&mk_entry(index), None));
    }

    fn mk_entry(index: u64) -> Entry {
        let by = By { principal: "platform-lead@example.com".to_owned(), key: None, automation: false };
        let body = Body::LogKey(LogKeyAdded { key: String::new() });
        let (repo, subject, blobs) = (String::new(), EntrySubject::default(), BTreeMap::new());
        Entry { version: ENTRY_VERSION, index, at: Timestamp::UNIX_EPOCH, by, repo, policy: None, subject, body, blobs }
    }

    fn stored(part: &Part<Indices>) -> Vec<u8> {
        postcard::to_allocvec(part).unwrap()
    }

    #[test]
    fn what_came_after_a_part_was_written_down_is_in_it_whenever_it_is_read() {
        let mut part: Part<Indices> = postcard::from_bytes(&stored(&mk_part(0..2))).unwrap();
        take(&mut part, 2..3);
        assert!(part.read.get().is_none());
        assert_eq!(part.get().0, [0, 1, 2]);
        take(&mut part, 3..4);
        assert_eq!(part.get().0, [0, 1, 2, 3]);
        assert_eq!(stored(&part), stored(&mk_part(0..4)));
    }

    #[test]
    fn what_nobody_asked_for_is_written_down_as_it_was() {
        let bytes = stored(&mk_part(0..3));
        let part: Part<Indices> = postcard::from_bytes(&bytes).unwrap();
        assert_eq!(stored(&part), bytes);
        assert!(part.read.get().is_none());
    }

    #[test]
    fn what_is_damaged_says_so_and_is_not_written_down_again() {
        let mut part: Part<Indices> = postcard::from_bytes(&[1, 200]).unwrap();
        assert!(!part.has_misled());
        take(&mut part, 0..1);
        assert!(!part.is_readable());
        assert!(part.has_misled());
        assert!(postcard::to_allocvec(&part).is_err());
    }
}
