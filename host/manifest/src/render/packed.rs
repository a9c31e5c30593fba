//! Packed charts (`charts/redis-1.2.3.tgz`): what is in them is looked at as if it lay there unpacked, as Helm does.

use std::collections::BTreeMap;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use tar::{Archive, Entry, EntryType};

/// How many bytes all charts of a component may have, unpacked.
const LARGEST: u64 = 64 * 1024 * 1024;

/// How many bytes an archive may have, with all that is no file in it.
const LONGEST: u64 = 2 * LARGEST;

/// How deep charts may be packed in charts.
const DEEPEST: usize = 8;

/// The directory of a chart that has others.
pub(super) const CHARTS: &str = "charts";

/// Why a packed chart is not looked into. Nobody knows then what is in it.
#[derive(Debug, thiserror::Error)]
pub(super) enum PackedError {
    #[error("it can't be unpacked: {0}")]
    Unreadable(#[from] io::Error),
    #[error("it holds `{0}`, which is no plain file within the chart")]
    NoPlainFile(String),
    #[error("it holds `{0}` twice")]
    Twice(String),
    #[error("it has charts in charts, more than {DEEPEST} deep")]
    TooDeep,
    #[error("all packed charts together have more than {LARGEST} bytes")]
    TooLarge,
}

/// Unpacks charts, as long as it is bearable.
#[derive(Debug)]
pub(super) struct Unpacking {
    left: u64,
}

impl Unpacking {
    pub(super) const fn new() -> Self {
        Self { left: LARGEST }
    }

    /// The files of a packed chart, and of those that are packed in it, by their paths below it.
    pub(super) fn files(&mut self, bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, PackedError> {
        self.files_at(bytes, DEEPEST)
    }

    fn files_at(&mut self, bytes: &[u8], deeper: usize) -> Result<BTreeMap<String, Vec<u8>>, PackedError> {
        let Some(deeper) = deeper.checked_sub(1) else { return Err(PackedError::TooDeep) };
        let mut files = BTreeMap::new();
        // Go reads on after the end of a gzip member, and so does this.
        let mut archive = Archive::new(MultiGzDecoder::new(bytes).take(LONGEST));
        for entry in archive.entries()? {
            let mut entry = entry?;
            if matches!(entry.header().entry_type(), EntryType::Directory | EntryType::XGlobalHeader) {
                continue;
            }
            let path = path(&mut entry)?;
            let bytes = self.read(&mut entry)?;
            if files.insert(path.clone(), bytes).is_some() {
                return Err(PackedError::Twice(path));
            }
        }
        if archive.into_inner().limit() == 0 {
            return Err(PackedError::TooLarge);
        }
        let packed: Vec<String> = files.keys().filter(|path| is_packed_chart(path)).cloned().collect();
        for path in packed {
            let inner = self.files_at(&files[&path], deeper)?;
            files.extend(inner.into_iter().map(|(inside, bytes)| (format!("{path}/{inside}"), bytes)));
        }
        Ok(files)
    }

    fn read(&mut self, entry: &mut impl Read) -> Result<Vec<u8>, PackedError> {
        let mut bytes = Vec::new();
        entry.take(self.left.saturating_add(1)).read_to_end(&mut bytes)?;
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or(PackedError::TooLarge)?;
        Ok(bytes)
    }
}

/// Whether a file is a chart that is packed in another one: `charts/redis-1.2.3.tgz`.
pub(super) fn is_packed_chart(path: &str) -> bool {
    let Some((directory, name)) = path.rsplit_once('/') else { return false };
    name.ends_with(".tgz") && directory.rsplit('/').next() == Some(CHARTS)
}

/// The path of a file in the chart. The first step, the directory that was packed, is none of the chart's.
fn path(entry: &mut Entry<'_, impl Read>) -> Result<String, PackedError> {
    let whole = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
    let is_sparse = match entry.pax_extensions()? {
        Some(extensions) => extensions.flatten().any(|extension| extension.key_bytes().starts_with(b"GNU.sparse")),
        None => false,
    };
    let is_step = |step: &str| !matches!(step, "" | "." | "..") && !step.contains(['\\', '\0', '\u{fffd}']);
    let whole = whole.strip_prefix("./").unwrap_or(&whole).to_owned();
    match whole.split_once('/') {
        Some((_, inside)) if entry.header().entry_type() == EntryType::Regular && !is_sparse && whole.split('/').all(is_step) => {
            Ok(inside.to_owned())
        }
        _ => Err(PackedError::NoPlainFile(whole)),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use tar::{Builder, Header};

    use super::*;

    fn entry(builder: &mut Builder<GzEncoder<Vec<u8>>>, kind: EntryType, path: &str, bytes: &[u8]) {
        let mut header = Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_size(bytes.len() as u64);
        // Not by the builder, which refuses what is to be refused here.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        builder.append(&header, bytes).unwrap();
    }

    /// A chart as `helm package` packs it.
    pub(crate) fn pack(name: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (path, bytes) in files {
            entry(&mut builder, EntryType::Regular, &format!("{name}/{path}"), bytes);
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    fn pack_one(kind: EntryType, path: &str) -> Vec<u8> {
        let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        entry(&mut builder, kind, path, b"");
        builder.into_inner().unwrap().finish().unwrap()
    }

    fn paths(bytes: &[u8]) -> Result<Vec<String>, PackedError> {
        Ok(Unpacking::new().files(bytes)?.into_keys().collect())
    }

    #[test]
    fn a_chart_is_unpacked_with_those_that_are_packed_in_it() {
        let inner = pack("common", &[("Chart.yaml", b"name: common\n")]);
        let outer = pack("redis", &[("Chart.yaml", b"name: redis\n"), ("charts/common-1.0.0.tgz", &inner), ("a.tgz", b"no chart")]);
        let expected = ["Chart.yaml", "a.tgz", "charts/common-1.0.0.tgz", "charts/common-1.0.0.tgz/Chart.yaml"];
        assert_eq!(paths(&outer).unwrap(), expected);
        assert_eq!(Unpacking::new().files(&outer).unwrap()["charts/common-1.0.0.tgz/Chart.yaml"], b"name: common\n");
    }

    #[test]
    fn what_is_no_plain_file_within_the_chart_is_refused() {
        for path in ["redis/../../x", "/redis/a", "a.yaml", "redis//a", "redis/a\\b"] {
            let error = paths(&pack_one(EntryType::Regular, path)).unwrap_err();
            assert!(matches!(error, PackedError::NoPlainFile(_)), "{path}: {error}");
        }
        for kind in [EntryType::Symlink, EntryType::Link, EntryType::GNUSparse, EntryType::Fifo] {
            assert!(paths(&pack_one(kind, "redis/a.yaml")).is_err(), "{kind:?}");
        }
        assert!(matches!(paths(&pack("redis", &[("a", b"1"), ("a", b"2")])), Err(PackedError::Twice(_))));
    }

    #[test]
    fn what_is_no_archive_is_an_error() {
        let whole = pack("redis", &[("Chart.yaml", b"name: redis\n")]);
        for bytes in [&b"no archive"[..], &whole[..whole.len() / 2]] {
            assert!(matches!(paths(bytes), Err(PackedError::Unreadable(_))));
        }
    }

    #[test]
    fn unpacking_ends_where_it_is_too_much() {
        let zeros = vec![0; 40 * 1024 * 1024];
        let one = pack("redis", &[("a", &zeros)]);
        let mut unpacking = Unpacking::new();
        unpacking.files(&one).unwrap();
        assert!(matches!(unpacking.files(&one), Err(PackedError::TooLarge)));
        let deep = (0..=DEEPEST).fold(Vec::new(), |inner, _| pack("a", &[("charts/a-1.tgz", &inner)]));
        assert!(matches!(paths(&deep), Err(PackedError::TooDeep)));
    }

    #[test]
    fn a_packed_chart_lies_in_charts() {
        assert!(is_packed_chart("charts/redis-1.2.3.tgz") && is_packed_chart("chart/charts/redis.tgz"));
        for other in ["redis-1.2.3.tgz", "files/a.tgz", "charts/redis/a.tgz", "charts/redis-1.2.3.tgz.prov"] {
            assert!(!is_packed_chart(other), "{other}");
        }
    }
}
