//! What was found out before, kept on disk by the digest of everything that it depends on: verdicts, which documents a file
//! holds and on which lines its values are, what a plugin says of itself.
//!
//! Only `check` asks for it. A file that is damaged, locked or full is as good as none, and so is one that others could have
//! written: what stands there is believed.

use std::os::unix::fs::MetadataExt as _;
use std::sync::Mutex;

use camino::{Utf8Path, Utf8PathBuf};
use redb::{Database, Durability, ReadOnlyDatabase, ReadOnlyTable, ReadableDatabase as _, TableDefinition};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tollgate_core::cache::{KeepVerdicts, KeptVerdict};
use tollgate_core::digest::Digest;
use tollgate_core::document::{Place, SourceFile, Span};
use tollgate_core::pointer::Pointer;
use tollgate_core::ports::LocateValue;

const TABLE: TableDefinition<'_, [u8; 32], &[u8]> = TableDefinition::new("kept-2");

/// Past this size everything is forgotten: what is still needed comes back.
const LARGEST: u64 = 512 * 1024 * 1024;

/// What is kept. What is new is written when it is dropped, all at once.
pub(crate) struct Kept {
    file: Utf8PathBuf,
    /// Names this very program. Another one may read files and load plugins otherwise.
    program: Digest,
    old: Option<ReadOnlyTable<[u8; 32], &'static [u8]>>,
    new: Mutex<Vec<(Digest, Vec<u8>)>>,
}

impl Kept {
    /// Opens what is kept below a directory. Nothing when the program can't be told from others, or the place is not private
    /// to the user.
    pub(crate) fn open(directory: &Utf8Path) -> Option<Self> {
        let program = program()?;
        let directory = directory.join("kept");
        tollgate_sandbox::open_cache(&directory).ok()?;
        let file = directory.join("verdicts.redb");
        // Reading alone takes no lock from others and writes nothing.
        let old = read_table(&file);
        Some(Self { file, program, old, new: Mutex::default() })
    }

    /// The key of something that depends on these texts and on how this program works.
    pub(crate) fn key(&self, what: &str, parts: &[&[u8]]) -> Digest {
        let mut bytes = self.program.as_bytes().to_vec();
        for part in [what.as_bytes()].iter().chain(parts) {
            bytes.extend_from_slice(Digest::of(part).as_bytes());
        }
        Digest::of(&bytes)
    }

    /// What stands under a key. What can't be read is as good as not there.
    pub(crate) fn recall<T: DeserializeOwned>(&self, key: &Digest) -> Option<T> {
        let bytes = self.old.as_ref()?.get(key.as_bytes()).ok()??;
        serde_json::from_slice(bytes.value()).ok()
    }

    /// Keeps something under a key.
    pub(crate) fn keep<T: Serialize>(&self, key: &Digest, value: &T) {
        let Ok(bytes) = serde_json::to_vec(value) else { return };
        if let Ok(mut new) = self.new.lock() {
            new.push((*key, bytes));
        }
    }

    fn write(&self, new: &[(Digest, Vec<u8>)]) -> Result<(), Box<dyn std::error::Error>> {
        if fs_err::metadata(&self.file).is_ok_and(|metadata| metadata.len() > LARGEST) {
            fs_err::remove_file(&self.file)?;
        }
        let database = Database::create(&self.file)?;
        let mut transaction = database.begin_write()?;
        // What is lost is found out again.
        transaction.set_durability(Durability::None)?;
        {
            let mut table = transaction.open_table(TABLE)?;
            for (key, bytes) in new {
                table.insert(key.as_bytes(), bytes.as_slice())?;
            }
        }
        Ok(transaction.commit()?)
    }
}

fn read_table(file: &Utf8Path) -> Option<ReadOnlyTable<[u8; 32], &'static [u8]>> {
    ReadOnlyDatabase::open(file).ok()?.begin_read().ok()?.open_table(TABLE).ok()
}

/// A program that is built or installed anew has another one.
fn program() -> Option<Digest> {
    let metadata = fs_err::metadata(std::env::current_exe().ok()?).ok()?;
    let (inode, size) = (metadata.ino(), metadata.size());
    Some(Digest::of(format!("{} {inode} {size} {}.{}", metadata.dev(), metadata.mtime(), metadata.mtime_nsec()).as_bytes()))
}

impl KeepVerdicts for Kept {
    fn get(&self, key: &Digest) -> Option<KeptVerdict> {
        self.recall(key)
    }

    fn put(&self, key: &Digest, verdict: &KeptVerdict) {
        self.keep(key, verdict);
    }
}

/// Lines of the very same file, as they were found before.
pub(crate) struct KeptLines<'a> {
    pub(crate) kept: &'a Kept,
    pub(crate) lines: &'a dyn LocateValue,
}

impl LocateValue for KeptLines<'_> {
    fn locate(&self, source: &SourceFile, place: &Place, pointers: &[Pointer]) -> Vec<Span> {
        let asked = serde_json::to_vec(&(place, pointers)).unwrap_or_default();
        let key = self.kept.key("lines", &[source.path.as_bytes(), &source.bytes, &asked]);
        let kept: Option<Vec<Span>> = self.kept.recall(&key);
        kept.filter(|spans| spans.len() == pointers.len()).unwrap_or_else(|| {
            let spans = self.lines.locate(source, place, pointers);
            self.kept.keep(&key, &spans);
            spans
        })
    }

    fn locate_rendered(&self, source: &SourceFile, place: &Place, body: &[u8], pointers: &[Pointer]) -> Vec<Span> {
        self.lines.locate_rendered(source, place, body, pointers)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let new = self.new.get_mut().map(std::mem::take).unwrap_or_default();
        // Writing needs the file alone.
        self.old = None;
        if !new.is_empty() {
            // Losing what was kept costs time and nothing else.
            let _ = self.write(&new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_directory() -> (tempfile::TempDir, Utf8PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(directory.path().join("cache")).unwrap();
        (directory, path)
    }

    fn keep(directory: &Utf8Path, name: &str, value: &str) {
        let kept = Kept::open(directory).unwrap();
        kept.keep(&kept.key("test", &[name.as_bytes()]), &value);
    }

    fn recall(directory: &Utf8Path, name: &str) -> Option<String> {
        let kept = Kept::open(directory).unwrap();
        kept.recall(&kept.key("test", &[name.as_bytes()]))
    }

    #[test]
    fn what_one_process_keeps_the_next_one_recalls() {
        let (_guard, directory) = mk_directory();
        assert_eq!(recall(&directory, "a"), None);
        keep(&directory, "a", "one");
        keep(&directory, "b", "two");
        assert_eq!(recall(&directory, "a").as_deref(), Some("one"));
        assert_eq!(recall(&directory, "b").as_deref(), Some("two"));
        assert_eq!(recall(&directory, "c"), None);
    }

    #[test]
    fn a_damaged_file_is_as_good_as_none() {
        let (_guard, directory) = mk_directory();
        keep(&directory, "a", "one");
        let file = directory.join("kept/verdicts.redb");
        let whole = fs_err::read(&file).unwrap();
        for damaged in [&b"not a database"[..], &[], &whole[..whole.len() / 2]] {
            fs_err::write(&file, damaged).unwrap();
            assert_eq!(recall(&directory, "a"), None);
            keep(&directory, "a", "one");
        }
        fs_err::write(&file, &whole).unwrap();
        assert_eq!(recall(&directory, "a").as_deref(), Some("one"));
    }

    #[test]
    fn what_others_could_have_written_is_not_believed() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_guard, directory) = mk_directory();
        keep(&directory, "a", "one");
        let set_mode = |mode| {
            fs_err::set_permissions(directory.join("kept"), std::fs::Permissions::from_mode(mode)).unwrap();
        };
        for mode in [0o777, 0o770, 0o755] {
            set_mode(mode);
            assert!(Kept::open(&directory).is_none());
        }
        set_mode(0o700);
        assert_eq!(recall(&directory, "a").as_deref(), Some("one"));
    }

    #[test]
    fn two_at_once_read_and_neither_fails_when_both_write() {
        let (_guard, directory) = mk_directory();
        keep(&directory, "a", "one");
        let (first, second) = (Kept::open(&directory).unwrap(), Kept::open(&directory).unwrap());
        for kept in [&first, &second] {
            assert_eq!(kept.recall::<String>(&kept.key("test", &[b"a"])).as_deref(), Some("one"));
            kept.keep(&kept.key("test", &[b"b"]), &"two");
        }
        drop(first);
        drop(second);
        assert_eq!(recall(&directory, "b").as_deref(), Some("two"));
    }

    /// Says how often it was asked, as a line.
    #[derive(Default)]
    struct Counter(std::sync::atomic::AtomicU32);

    impl LocateValue for Counter {
        fn locate(&self, _: &SourceFile, _: &Place, pointers: &[Pointer]) -> Vec<Span> {
            let asked = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            pointers.iter().map(|_| Span::point(asked + 1, 1)).collect()
        }

        fn locate_rendered(&self, source: &SourceFile, place: &Place, _: &[u8], pointers: &[Pointer]) -> Vec<Span> {
            self.locate(source, place, pointers)
        }
    }

    #[test]
    fn lines_are_kept_for_the_same_question_about_the_same_bytes_alone() {
        let (_guard, directory) = mk_directory();
        let counter = Counter::default();
        let line = |text: &str, stream: u32, pointer: &str| {
            let kept = Kept::open(&directory).unwrap();
            let source = SourceFile { path: "a.yaml".to_owned(), bytes: text.as_bytes().to_vec() };
            let place = Place { index: 0, stream, base: Pointer::root() };
            let lines = KeptLines { kept: &kept, lines: &counter };
            lines.locate(&source, &place, &[pointer.parse().unwrap()])[0].line
        };
        assert_eq!(line("a: 1", 0, "/a"), 1);
        assert_eq!(line("a: 1", 0, "/a"), 1);
        assert_eq!(line(" a: 1", 0, "/a"), 2);
        assert_eq!(line("a: 1", 1, "/a"), 3);
        assert_eq!(line("a: 1", 0, "/b"), 4);
    }

    #[test]
    fn keys_tell_parts_and_purposes_apart() {
        let (_guard, directory) = mk_directory();
        let kept = Kept::open(&directory).unwrap();
        let key = |what, parts: &[&str]| kept.key(what, &parts.iter().map(|part| part.as_bytes()).collect::<Vec<_>>());
        assert_ne!(key("a", &["b", "c"]), key("a", &["bc", ""]));
        assert_ne!(key("a", &["b"]), key("b", &["a"]));
        assert_eq!(key("a", &["b"]), key("a", &["b"]));
    }
}
