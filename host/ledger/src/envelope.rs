//! Entries in their envelopes: DSSE v1 (Dead Simple Signing Envelope) over canonical JSON (RFC 8785).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tollgate_core::canonical;
use tollgate_core::entry::{Body, ENTRY_VERSION, Entry, MAX_ENTRY_BYTES};
use tollgate_core::history::BrokenHistory;
use tollgate_core::ports::LedgerError;

/// The `payloadType` of every entry.
pub const PAYLOAD_TYPE: &str = "application/vnd.tollgate.entry+json";

/// Canonical JSON holds every integer below this exactly.
const INTEGER_LIMIT: u64 = 1 << 53;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Envelope {
    payload: String,
    payload_type: String,
    /// None until entries are signed.
    signatures: Vec<Value>,
}

/// The bytes of an entry's envelope. There is one byte string for each entry.
pub(crate) fn seal(entry: &Entry) -> Result<Vec<u8>, LedgerError> {
    let unwritable = |error: canonical::NotCanonical| bad(entry.index, &error.to_string());
    let payload = STANDARD.encode(canonical::to_vec(entry).map_err(unwritable)?);
    let envelope = Envelope { payload, payload_type: PAYLOAD_TYPE.to_owned(), signatures: Vec::new() };
    canonical::to_vec(&envelope).map_err(unwritable)
}

/// Reads the envelope at a place of the ledger.
///
/// # Errors
/// When the bytes are not exactly what [`seal`] makes of some entry.
pub(crate) fn open(index: u64, bytes: &[u8]) -> Result<Entry, LedgerError> {
    if bytes.len() > MAX_ENTRY_BYTES {
        return Err(bad(index, &format!("it has {} bytes, more than {MAX_ENTRY_BYTES}", bytes.len())));
    }
    let payload = payload(index, bytes)?;
    let value: Value = serde_json::from_slice(&payload).map_err(|error| bad(index, &format!("its payload is no JSON: {error}")))?;
    known(index, &value)?;
    if let Some(number) = inexact(&value) {
        return Err(bad(index, &format!("it holds the integer {number}, and canonical JSON is exact only below 2^53")));
    }
    let entry: Entry = serde_json::from_value(value).map_err(|error| bad(index, &format!("its payload is no entry: {error}")))?;
    if seal(&entry)? != bytes {
        return Err(bad(index, "it is not in canonical form"));
    }
    Ok(entry)
}

fn payload(index: u64, bytes: &[u8]) -> Result<Vec<u8>, LedgerError> {
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(|error| bad(index, &format!("it is no envelope: {error}")))?;
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err(bad(index, &format!("its payload is of the type `{}`, not `{PAYLOAD_TYPE}`", envelope.payload_type)));
    }
    if !envelope.signatures.is_empty() {
        return Err(bad(index, "it is signed, and this tollgate can't check signatures; use a newer one"));
    }
    STANDARD.decode(envelope.payload).map_err(|error| bad(index, &format!("its payload is no base64: {error}")))
}

/// What a newer tollgate wrote is named as such, before anything of it is read.
fn known(index: u64, payload: &Value) -> Result<(), LedgerError> {
    match payload.get("version").and_then(Value::as_u64) {
        Some(version) if version == u64::from(ENTRY_VERSION) => {}
        Some(version) => {
            let version = u32::try_from(version).unwrap_or(u32::MAX);
            return Err(BrokenHistory::UnknownVersion { index, version }.into());
        }
        None => return Err(bad(index, "it has no version")),
    }
    match payload.get("type").and_then(Value::as_str) {
        Some(name) if Body::TYPE_NAMES.contains(&name) => Ok(()),
        Some(name) => Err(LedgerError::UnknownType { index, found: name.to_owned() }),
        None => Err(bad(index, "it has no type")),
    }
}

/// An integer that canonical JSON would round.
fn inexact(value: &Value) -> Option<&serde_json::Number> {
    match value {
        Value::Number(number) => {
            let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            size.is_some_and(|size| size >= INTEGER_LIMIT).then_some(number)
        }
        Value::Array(items) => items.iter().find_map(inexact),
        Value::Object(members) => members.values().find_map(inexact),
        _ => None,
    }
}

fn bad(index: u64, reason: &str) -> LedgerError {
    LedgerError::BadEntry { index, reason: reason.to_owned() }
}
