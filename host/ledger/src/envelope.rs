//! Entries in their envelopes: DSSE v1 (Dead Simple Signing Envelope) over canonical JSON (RFC 8785).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tollgate_core::canonical;
use tollgate_core::entry::{Body, ENTRY_VERSION, Entry, MAX_ENTRY_BYTES};
use tollgate_core::history::BrokenHistory;
use tollgate_core::ports::{AppendError, LedgerError, SignBytes, SignError};
use tollgate_core::signature::NAMESPACE;

use crate::evidence::dsse::pre_authentication_encoding;

/// The `payloadType` of every entry.
pub const PAYLOAD_TYPE: &str = "application/vnd.tollgate.entry+json";

/// Canonical JSON holds every integer below this exactly.
const INTEGER_LIMIT: u64 = 1 << 53;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Envelope {
    payload: String,
    payload_type: String,
    /// None in a ledger that nobody signs, else one.
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeSignature {
    /// Fingerprint of the key, as `ssh-keygen -l` shows it.
    keyid: String,
    /// Base64 of the armoured SSHSIG over the pre-authentication encoding: `base64 -d` gives what `ssh-keygen -Y verify` reads.
    sig: String,
}

/// An entry as it was read, with what its signature is about.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) entry: Entry,
    /// Nothing: it is not signed.
    pub(crate) signature: Option<Signed>,
}

/// A signature that nobody has checked yet.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) key: String,
    /// Armoured SSHSIG.
    pub(crate) signature: String,
    /// The bytes that it is over.
    pub(crate) message: Vec<u8>,
}

/// The bytes of an entry's envelope, signed where there is a key.
///
/// # Errors
/// When the entry holds what canonical JSON can't, or the key can't be used.
pub(crate) fn seal(entry: &Entry, key: Option<&dyn SignBytes>) -> Result<Vec<u8>, AppendError> {
    let value = serde_json::to_value(entry).map_err(|error| bad(entry.index, &error.to_string()))?;
    if let Some(number) = inexact(&value) {
        let reason = format!("it holds the integer {number}, and canonical JSON is exact only below 2^53");
        return Err(bad(entry.index, &reason).into());
    }
    let payload = canonical::to_vec(&value).map_err(|error| bad(entry.index, &error.to_string()))?;
    let signatures = key.map(|key| sign(&payload, key)).transpose()?;
    Ok(write(entry.index, &payload, signatures.into_iter().collect())?)
}

fn sign(payload: &[u8], key: &dyn SignBytes) -> Result<EnvelopeSignature, SignError> {
    let signature = key.sign(NAMESPACE, &pre_authentication_encoding(PAYLOAD_TYPE, payload))?;
    Ok(EnvelopeSignature { keyid: key.key().to_owned(), sig: STANDARD.encode(signature) })
}

fn write(index: u64, payload: &[u8], signatures: Vec<EnvelopeSignature>) -> Result<Vec<u8>, LedgerError> {
    let envelope = Envelope { payload: STANDARD.encode(payload), payload_type: PAYLOAD_TYPE.to_owned(), signatures };
    canonical::to_vec(&envelope).map_err(|error| bad(index, &error.to_string()))
}

/// Reads the envelope at a place of the ledger. Whether its signature is good is for who knows the signers.
///
/// # Errors
/// When the bytes are not exactly what [`seal`] makes of some entry.
pub(crate) fn open(index: u64, bytes: &[u8]) -> Result<Opened, LedgerError> {
    if bytes.len() > MAX_ENTRY_BYTES {
        return Err(bad(index, &format!("it has {} bytes, more than {MAX_ENTRY_BYTES}", bytes.len())));
    }
    let (payload, signatures) = parts(index, bytes)?;
    let value: Value = serde_json::from_slice(&payload).map_err(|error| bad(index, &format!("its payload is no JSON: {error}")))?;
    known(index, &value)?;
    let entry: Entry = serde_json::from_value(value).map_err(|error| bad(index, &format!("its payload is no entry: {error}")))?;
    let signature = signatures.first().map(|one| signed(index, one, &payload)).transpose()?;
    let again = canonical::to_vec(&entry).map_err(|error| bad(index, &error.to_string()))?;
    if again != payload || write(index, &payload, signatures)? != bytes {
        return Err(bad(index, "it is not in canonical form"));
    }
    Ok(Opened { entry, signature })
}

fn parts(index: u64, bytes: &[u8]) -> Result<(Vec<u8>, Vec<EnvelopeSignature>), LedgerError> {
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(|error| bad(index, &format!("it is no envelope: {error}")))?;
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err(bad(index, &format!("its payload is of the type `{}`, not `{PAYLOAD_TYPE}`", envelope.payload_type)));
    }
    if envelope.signatures.len() > 1 {
        return Err(bad(index, &format!("it has {} signatures, and an entry is written by one", envelope.signatures.len())));
    }
    let payload = STANDARD.decode(envelope.payload).map_err(|error| bad(index, &format!("its payload is no base64: {error}")))?;
    Ok((payload, envelope.signatures))
}

fn signed(index: u64, signature: &EnvelopeSignature, payload: &[u8]) -> Result<Signed, LedgerError> {
    let armoured = STANDARD.decode(&signature.sig).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let armoured = armoured.ok_or_else(|| bad(index, "its signature is no base64 of an armoured SSHSIG"))?;
    Ok(Signed { key: signature.keyid.clone(), signature: armoured, message: pre_authentication_encoding(PAYLOAD_TYPE, payload) })
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::testing::{REPO, mk_draft, mk_observed};

    fn mk_envelope(payload: &[u8]) -> Value {
        json!({"payload": STANDARD.encode(payload), "payloadType": PAYLOAD_TYPE, "signatures": []})
    }

    fn reason(index: u64, bytes: &[u8]) -> String {
        open(index, bytes).unwrap_err().to_string()
    }

    fn payload_of(sealed: &[u8]) -> Vec<u8> {
        let envelope: Value = serde_json::from_slice(sealed).unwrap();
        STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap()
    }

    #[test]
    fn an_envelope_is_canonical_and_so_is_what_it_holds() {
        let sealed = seal(&mk_draft("done").at_index(7, REPO), None).unwrap();
        assert!(sealed.starts_with(br#"{"payload":"ey"#), "{}", String::from_utf8_lossy(&sealed));
        assert!(sealed.ends_with(br#"","payloadType":"application/vnd.tollgate.entry+json","signatures":[]}"#));
        let payload = String::from_utf8(payload_of(&sealed)).unwrap();
        let start =
            r#"{"at":"2027-01-15T08:00:00Z","blobs":{},"body":{"message":"done","observed":null,"state":"succeeded"},"by":"#;
        assert!(payload.starts_with(start), "{payload}");
        assert_eq!(open(7, &sealed).unwrap().entry, mk_draft("done").at_index(7, REPO));
    }

    #[test]
    fn envelopes_in_any_other_form_are_refused() {
        let sealed = seal(&mk_draft("done").at_index(7, REPO), None).unwrap();
        let payload = payload_of(&sealed);
        let mut other_type = mk_envelope(&payload);
        other_type["payloadType"] = json!("text/plain");
        let mut signed = mk_envelope(&payload);
        signed["signatures"] = json!([{"sig": "&", "keyid": "SHA256:a"}]);
        let mut twice = mk_envelope(&payload);
        twice["signatures"] = json!([{"keyid": "", "sig": ""}, {"keyid": "", "sig": ""}]);
        let mut more = mk_envelope(&payload);
        more["more"] = json!(1);
        let mut no_base64 = mk_envelope(&payload);
        no_base64["payload"] = json!("&");
        for (envelope, part) in
            [(other_type, "text/plain"), (signed, "SSHSIG"), (twice, "2 signatures"), (more, "more"), (no_base64, "base64")]
        {
            let reason = reason(7, envelope.to_string().as_bytes());
            assert!(reason.starts_with("entry 7 ") && reason.contains(part), "{reason}");
        }
        let spaced = [sealed.as_slice(), b"\n"].concat();
        assert!(reason(7, &spaced).contains("canonical"));
    }

    #[test]
    fn payloads_in_any_other_form_are_refused() {
        let entry = serde_json::to_value(mk_draft("done").at_index(7, REPO)).unwrap();
        let mut more = entry.clone();
        more["more"] = json!(1);
        let not_canonical = serde_json::to_vec_pretty(&entry).unwrap();
        for payload in [not_canonical, canonical::to_vec(&more).unwrap()] {
            assert!(reason(7, &canonical::to_vec(&mk_envelope(&payload)).unwrap()).contains("canonical"));
        }
        let mut no_body = entry;
        no_body["body"] = json!({});
        for payload in [b"{".to_vec(), b"null".to_vec(), b"{}".to_vec(), canonical::to_vec(&no_body).unwrap()] {
            assert!(open(7, &canonical::to_vec(&mk_envelope(&payload)).unwrap()).is_err());
        }
    }

    #[test]
    fn what_a_newer_tollgate_wrote_is_named_as_such() {
        let open_json = |payload: Value| open(3, mk_envelope(payload.to_string().as_bytes()).to_string().as_bytes());
        let found = open_json(json!({"version": 1, "type": "melt"}));
        assert!(matches!(found, Err(LedgerError::UnknownType { index: 3, ref found }) if found == "melt"), "{found:?}");
        let found = open_json(json!({"version": 2, "type": "melt"}));
        assert!(matches!(found, Err(LedgerError::Broken(BrokenHistory::UnknownVersion { index: 3, version: 2 }))), "{found:?}");
    }

    #[test]
    fn integers_that_canonical_json_would_round_are_refused() {
        let sealed = |number: Value| seal(&mk_observed("x", json!({"a": [number]})).at_index(1, REPO), None);
        for number in [json!((1u64 << 53) - 1), json!(-(1i64 << 53) + 1), json!(1e300)] {
            assert!(open(1, &sealed(number).unwrap()).is_ok());
        }
        for number in [json!(1u64 << 53), json!(u64::MAX), json!(-(1i64 << 53)), json!(i64::MIN)] {
            assert!(sealed(number).unwrap_err().to_string().contains("2^53"));
        }
    }

    #[test]
    fn an_envelope_over_the_limit_is_refused_before_it_is_read() {
        assert!(reason(1, &vec![b'x'; MAX_ENTRY_BYTES + 1]).contains("32769 bytes"));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-(1i64 << 53) + 1..1i64 << 53).prop_map(Value::from),
            any::<f64>().prop_filter("JSON has finite numbers only", |number| number.abs() < 1e15).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..4).prop_map(|map| json!(map)),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_sealed_is_read_back(index in 0u64..1 << 53, message: String, observed in any_json()) {
            let sealed = seal(&mk_observed(&message, observed).at_index(index, REPO), None).unwrap();
            let entry = open(index, &sealed).unwrap().entry;
            prop_assert_eq!(seal(&entry, None).unwrap(), sealed);
            prop_assert_eq!(entry.index, index);
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>, payload: Vec<u8>, json in any_json()) {
            let _ = open(0, &bytes);
            let _ = open(0, mk_envelope(&payload).to_string().as_bytes());
            let _ = open(0, json.to_string().as_bytes());
            let _ = open(0, mk_envelope(json.to_string().as_bytes()).to_string().as_bytes());
        }

        #[test]
        fn whatever_is_read_is_the_one_form_of_an_entry(at: prop::sample::Index, byte: u8) {
            let mut bytes = seal(&mk_draft("done").at_index(7, REPO), None).unwrap();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(Opened { entry, signature: None }) = open(7, &bytes) {
                prop_assert_eq!(seal(&entry, None).unwrap(), bytes);
            }
        }
    }
}
