//! Compiled code on disk, private to the user. It saves time and is trusted with nothing: the digest of the `.wasm`
//! decides what is run, and what does not fit to it is compiled again.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};

use camino::{Utf8Path, Utf8PathBuf};
use tollgate_core::digest::Digest;
use wasmtime::Engine;

/// Why a directory is not used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    #[error("cache directory `{directory}` can't be used")]
    Io {
        directory: Utf8PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("cache directory `{directory}` is not a directory; remove it or name another")]
    NotADirectory { directory: Utf8PathBuf },
    #[error("cache directory `{directory}` belongs to user {owner}; name one of your own")]
    Foreign { directory: Utf8PathBuf, owner: u32 },
    #[error("cache directory `{directory}` is open to others (mode {mode:o}); run `chmod 700 {directory}`")]
    Open { directory: Utf8PathBuf, mode: u32 },
}

/// A directory of compiled code.
#[derive(Debug)]
pub(crate) struct Cache {
    directory: Utf8PathBuf,
}

/// What the cache has for a plugin.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    Found(Vec<u8>),
    Missing,
    /// Something that was not put there for this plugin and this engine, or was changed since.
    Damaged,
}

/// Names the code of one plugin for one engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CacheKey {
    pub(crate) plugin: Digest,
    engine: u64,
}

impl CacheKey {
    /// The hasher may differ between builds of tollgate: then the code is compiled again, as it is for other versions
    /// of wasmtime and other processors.
    pub(crate) fn new(plugin: Digest, engine: &Engine) -> Self {
        let mut hasher = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Self { plugin, engine: hasher.finish() }
    }

    fn file_name(&self) -> String {
        format!("{}-{:016x}.code", self.plugin.hex(), self.engine)
    }

    /// Binds code to this key.
    fn seal(&self, code: &[u8]) -> Digest {
        let mut sealed = self.plugin.as_bytes().to_vec();
        sealed.extend_from_slice(&self.engine.to_be_bytes());
        sealed.extend_from_slice(Digest::of(code).as_bytes());
        Digest::of(&sealed)
    }
}

const SEAL_BYTES: usize = 32;

/// Makes the directory of a cache ready, which is private to the user.
///
/// # Errors
/// When it can't be made or read, is no directory itself (a symbolic link is none), belongs to somebody else, or is open
/// to others.
pub fn open_cache(directory: &Utf8Path) -> Result<(), CacheError> {
    Cache::open(directory).map(drop)
}

impl Cache {
    /// Opens the directory, and makes it where it does not exist. Errors are those of [`open_cache`].
    pub(crate) fn open(directory: &Utf8Path) -> Result<Self, CacheError> {
        let io = |source| CacheError::Io { directory: directory.to_owned(), source };
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(io)?;
        let metadata = fs_err::symlink_metadata(directory).map_err(io)?;
        let directory = directory.to_owned();
        if !metadata.is_dir() {
            return Err(CacheError::NotADirectory { directory });
        }
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(CacheError::Foreign { directory, owner: metadata.uid() });
        }
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(CacheError::Open { directory, mode });
        }
        Ok(Self { directory })
    }

    /// The code of a plugin.
    pub(crate) fn read(&self, key: &CacheKey) -> Lookup {
        let mut contents = match fs_err::read(self.path(key)) {
            Ok(contents) => contents,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Lookup::Missing,
            Err(_) => return Lookup::Damaged,
        };
        match contents.split_first_chunk::<SEAL_BYTES>() {
            Some((seal, code)) if *seal == *key.seal(code).as_bytes() => Lookup::Found(contents.split_off(SEAL_BYTES)),
            _ => Lookup::Damaged,
        }
    }

    /// Keeps the code of a plugin. Readers see the whole file or none.
    ///
    /// # Errors
    /// When the file can't be written.
    pub(crate) fn write(&self, key: &CacheKey, code: &[u8]) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.directory)?;
        file.write_all(key.seal(code).as_bytes())?;
        file.write_all(code)?;
        file.persist(self.path(key)).map(drop).map_err(|error| error.error)
    }

    fn path(&self, key: &CacheKey) -> Utf8PathBuf {
        self.directory.join(key.file_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_directory() -> (tempfile::TempDir, Utf8PathBuf) {
        let parent = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(parent.path().join("cache")).unwrap();
        (parent, path)
    }

    fn key(plugin: &[u8]) -> CacheKey {
        CacheKey { plugin: Digest::of(plugin), engine: 7 }
    }

    #[test]
    fn what_is_written_is_read_back_by_its_own_key_alone() {
        let (_parent, path) = mk_directory();
        let cache = Cache::open(&path).unwrap();
        cache.write(&key(b"one"), b"code").unwrap();
        assert_eq!(cache.read(&key(b"one")), Lookup::Found(b"code".to_vec()));
        assert_eq!(cache.read(&key(b"two")), Lookup::Missing);
        assert_eq!(cache.read(&CacheKey { engine: 8, ..key(b"one") }), Lookup::Missing);
    }

    #[test]
    fn damaged_truncated_and_foreign_code_is_not_taken() {
        let (_parent, path) = mk_directory();
        let cache = Cache::open(&path).unwrap();
        cache.write(&key(b"one"), b"code").unwrap();
        let file = path.join(key(b"one").file_name());
        let whole = fs_err::read(&file).unwrap();
        for position in [0, SEAL_BYTES, whole.len() - 1] {
            let mut damaged = whole.clone();
            damaged[position] ^= 1;
            fs_err::write(&file, damaged).unwrap();
            assert_eq!(cache.read(&key(b"one")), Lookup::Damaged);
        }
        fs_err::write(&file, &whole[..10]).unwrap();
        assert_eq!(cache.read(&key(b"one")), Lookup::Damaged);
        fs_err::write(path.join(key(b"two").file_name()), &whole).unwrap();
        assert_eq!(cache.read(&key(b"two")), Lookup::Damaged);
    }

    #[test]
    fn a_new_directory_is_open_to_nobody_else() {
        let (_parent, path) = mk_directory();
        Cache::open(&path).unwrap();
        assert_eq!(fs_err::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_directory_that_is_open_to_others_is_refused() {
        let (_parent, path) = mk_directory();
        fs_err::create_dir(&path).unwrap();
        fs_err::set_permissions(&path, PermissionsExt::from_mode(0o750)).unwrap();
        assert!(matches!(Cache::open(&path), Err(CacheError::Open { mode: 0o750, .. })));
    }

    #[test]
    fn a_symbolic_link_and_a_file_are_refused() {
        let (parent, path) = mk_directory();
        let real = parent.path().join("real");
        fs_err::create_dir(&real).unwrap();
        fs_err::set_permissions(&real, PermissionsExt::from_mode(0o700)).unwrap();
        fs_err::os::unix::fs::symlink(&real, &path).unwrap();
        assert!(matches!(Cache::open(&path), Err(CacheError::NotADirectory { .. })));
        fs_err::remove_file(&path).unwrap();
        fs_err::write(&path, "a file").unwrap();
        assert!(matches!(Cache::open(&path), Err(CacheError::Io { .. })));
    }

    #[test]
    fn a_directory_of_somebody_else_is_refused() {
        let (_parent, path) = mk_directory();
        fs_err::create_dir(&path).unwrap();
        fs_err::set_permissions(&path, PermissionsExt::from_mode(0o700)).unwrap();
        if std::os::unix::fs::chown(&path, Some(12_345), None).is_err() {
            println!("skipped: only root can give a directory away");
            return;
        }
        assert!(matches!(Cache::open(&path), Err(CacheError::Foreign { owner: 12_345, .. })));
    }
}
