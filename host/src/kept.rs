//! Verdicts that were given before, kept on disk by the digest of everything that they depend on.
//!
//! Only `check` asks for them. A file that is damaged, locked or full is as good as none.

use std::sync::Mutex;

use camino::Utf8Path;
use redb::{Database, ReadableDatabase as _, TableDefinition};
use tollgate_core::cache::{KeepVerdicts, KeptVerdict};
use tollgate_core::digest::Digest;

const VERDICTS: TableDefinition<'_, [u8; 32], &[u8]> = TableDefinition::new("verdicts-1");

/// Kept verdicts. New ones are written when it is dropped, all at once.
pub(crate) struct KeptVerdicts {
    database: Database,
    new: Mutex<Vec<(Digest, Vec<u8>)>>,
}

impl KeptVerdicts {
    /// Opens the file in a directory, or makes it. Nothing when that can't be done, as when another process holds it.
    pub(crate) fn open(directory: &Utf8Path) -> Option<Self> {
        fs_err::create_dir_all(directory).ok()?;
        let database = Database::create(directory.join("verdicts.redb")).ok()?;
        Some(Self { database, new: Mutex::default() })
    }

    fn read(&self, key: &Digest) -> Option<KeptVerdict> {
        let transaction = self.database.begin_read().ok()?;
        let table = transaction.open_table(VERDICTS).ok()?;
        let bytes = table.get(key.as_bytes()).ok()??;
        serde_json::from_slice(bytes.value()).ok()
    }

    fn write(&self, verdicts: &[(Digest, Vec<u8>)]) -> Result<(), redb::Error> {
        let mut transaction = self.database.begin_write()?;
        // A verdict that is lost is computed again.
        transaction.set_durability(redb::Durability::None)?;
        {
            let mut table = transaction.open_table(VERDICTS)?;
            for (key, bytes) in verdicts {
                table.insert(key.as_bytes(), bytes.as_slice())?;
            }
        }
        transaction.commit()?;
        Ok(())
    }
}

impl KeepVerdicts for KeptVerdicts {
    fn get(&self, key: &Digest) -> Option<KeptVerdict> {
        self.read(key)
    }

    fn put(&self, key: &Digest, verdict: &KeptVerdict) {
        let Ok(bytes) = serde_json::to_vec(verdict) else { return };
        if let Ok(mut new) = self.new.lock() {
            new.push((*key, bytes));
        }
    }
}

impl Drop for KeptVerdicts {
    fn drop(&mut self) {
        let new = self.new.get_mut().map(std::mem::take).unwrap_or_default();
        if !new.is_empty() {
            // Losing what was kept costs time and nothing else.
            let _ = self.write(&new);
        }
    }
}
