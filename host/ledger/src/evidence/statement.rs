//! In-toto statements, version 1: what somebody says, of which digests.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tollgate_core::act::EvidenceSubject;
use tollgate_core::digest::Digest;

use super::json::{self, Unreadable};
use super::predicate;

/// The `_type` of every statement that is read.
pub const TYPE: &str = "https://in-toto.io/Statement/v1";

/// The largest statement, in bytes.
pub const MAX_STATEMENT_BYTES: usize = 4 * 1024 * 1024;

/// The most things that one statement may be about: an entry has room for no more.
pub const MAX_SUBJECTS: usize = 128;

/// The longest name of a subject, in bytes.
const MAX_NAME: usize = 160;

/// A statement as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// Sorted by digest, each once.
    pub subjects: Vec<EvidenceSubject>,
    /// Git hashes of directories, sorted, each once.
    pub trees: Vec<String>,
    pub predicate_type: String,
    /// All of it.
    pub value: Value,
}

impl Statement {
    /// Reads a statement: the payload of an envelope.
    ///
    /// # Errors
    /// When it is none, is about nothing that has a SHA-256 digest or is a directory of git, or its predicate is not of the type
    /// that it says.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.len() > MAX_STATEMENT_BYTES {
            let size = bytes.len();
            return Err(Unreadable::whole(format!("the statement has {size} bytes, more than {MAX_STATEMENT_BYTES}")));
        }
        let raw: Raw = json::read(bytes)?;
        if raw.subject.is_empty() {
            return Err(Unreadable::whole("the statement is about nothing: it has no subject"));
        }
        if raw.subject.len() > MAX_SUBJECTS {
            let count = raw.subject.len();
            return Err(Unreadable::whole(format!("the statement is about {count} things, more than {MAX_SUBJECTS}")));
        }
        let value = json::value(bytes)?;
        predicate::check(&raw.predicate_type, value.get("predicate").unwrap_or(&Value::Null)).map_err(Unreadable::whole)?;
        let trees: BTreeSet<String> = raw.subject.iter().filter_map(|subject| subject.tree.clone()).collect();
        Ok(Self { subjects: subjects(&raw.subject), trees: trees.into_iter().collect(), predicate_type: raw.predicate_type, value })
    }
}

/// Of several names of one digest, the first counts.
fn subjects(raw: &[RawSubject]) -> Vec<EvidenceSubject> {
    let mut names: BTreeMap<Digest, &str> = BTreeMap::new();
    for subject in raw {
        if let Some(digest) = subject.sha256 {
            names.entry(digest).or_insert(&subject.name);
        }
    }
    names.into_iter().map(|(digest, name)| EvidenceSubject { digest, name: name.to_owned() }).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(rename = "_type", deserialize_with = "kind")]
    _kind: (),
    subject: Vec<RawSubject>,
    #[serde(deserialize_with = "predicate_type")]
    predicate_type: String,
}

fn kind<'de, D: Deserializer<'de>>(from: D) -> Result<(), D::Error> {
    json::text(from, |text| if text == TYPE { Ok(()) } else { Err(format!("`_type` is `{text}`, and only `{TYPE}` is read")) })
}

fn predicate_type<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    json::text(from, predicate::read_type)
}

#[derive(Deserialize)]
#[serde(try_from = "RawResource")]
struct RawSubject {
    name: String,
    sha256: Option<Digest>,
    tree: Option<String>,
}

/// A ResourceDescriptor of in-toto. What is not here is nothing that a statement's subject is found by.
#[derive(Deserialize)]
struct RawResource {
    #[serde(default, deserialize_with = "name")]
    name: String,
    #[serde(default, deserialize_with = "name")]
    uri: String,
    digest: RawDigests,
}

#[derive(Deserialize)]
struct RawDigests {
    #[serde(default, deserialize_with = "sha256")]
    sha256: Option<Digest>,
    #[serde(default, rename = "gitTree", deserialize_with = "tree")]
    tree: Option<String>,
}

impl TryFrom<RawResource> for RawSubject {
    type Error = String;

    fn try_from(raw: RawResource) -> Result<Self, String> {
        let name = if raw.name.is_empty() { raw.uri } else { raw.name };
        let RawDigests { sha256, tree } = raw.digest;
        if sha256.is_none() && tree.is_none() {
            return Err(format!("the subject `{name}` has neither a `sha256` digest nor a `gitTree`"));
        }
        Ok(Self { name, sha256, tree })
    }
}

fn name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    json::text(from, |text| match text.len() {
        0..=MAX_NAME => Ok(text.to_owned()),
        length => Err(format!("the name of a subject has {length} bytes, more than {MAX_NAME}")),
    })
}

fn sha256<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Digest>, D::Error> {
    json::text(from, |text| {
        let digest = format!("sha256:{text}").parse();
        digest.map(Some).map_err(|_| format!("`{text}` is no SHA-256 digest: it must be 64 lower-case hex digits"))
    })
}

fn tree<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    json::text(from, |text| {
        let is_hex = text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        let is_hash = is_hex && [40, 64].contains(&text.len());
        if is_hash {
            Ok(Some(text.to_owned()))
        } else {
            Err(format!("`{text}` is no hash of git: it must be 40 or 64 lower-case hex digits"))
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn mk_statement(subject: &Value) -> Value {
        json!({"_type": TYPE, "subject": subject, "predicateType": "https://example.com/scan", "predicate": {"worst": "LOW"}})
    }

    fn read(value: &Value) -> Result<Statement, Unreadable> {
        Statement::read(value.to_string().as_bytes())
    }

    fn refused(value: &Value) -> String {
        read(value).unwrap_err().reason
    }

    fn hex(bytes: &[u8]) -> String {
        Digest::of(bytes).hex()
    }

    #[test]
    fn subjects_are_sorted_and_each_is_there_once() {
        let mut digests = [hex(b"a"), hex(b"b")];
        let subject = json!([
            {"name": "one", "digest": {"sha256": digests[0], "sha512": "ff"}},
            {"uri": "pkg:oci/two", "digest": {"sha256": digests[1]}},
            {"name": "again", "digest": {"sha256": digests[0]}},
            {"name": "directory", "digest": {"gitTree": "4b825dc642cb6eb9a060e54bf8d69288fbee4904"}},
        ]);
        let statement = read(&mk_statement(&subject)).unwrap();
        digests.sort();
        assert_eq!(statement.subjects.iter().map(|subject| subject.digest.hex()).collect::<Vec<_>>(), digests);
        let names: BTreeSet<&str> = statement.subjects.iter().map(|subject| subject.name.as_str()).collect();
        assert_eq!(names, BTreeSet::from(["one", "pkg:oci/two"]));
        assert_eq!(statement.trees, ["4b825dc642cb6eb9a060e54bf8d69288fbee4904"]);
        assert_eq!(statement.value["predicate"]["worst"], "LOW");
    }

    #[test]
    fn a_statement_about_nothing_that_can_be_found_is_refused() {
        assert!(refused(&mk_statement(&json!([]))).contains("no subject"));
        let only_sha1 = refused(&mk_statement(&json!([{"name": "x", "digest": {"sha1": "ff"}}])));
        assert_eq!(only_sha1, "the subject `x` has neither a `sha256` digest nor a `gitTree`");
        let many: Vec<Value> = (0..=MAX_SUBJECTS).map(|_| json!({"digest": {"sha256": hex(b"a")}})).collect();
        assert!(refused(&mk_statement(&json!(many))).contains("129 things"));
        assert!(refused(&mk_statement(&json!([{"name": "x".repeat(161), "digest": {"sha256": hex(b"a")}}]))).contains("161 bytes"));
    }

    #[test]
    fn a_digest_that_is_none_is_named_at_its_line() {
        let short = "{\"_type\": \"https://in-toto.io/Statement/v1\",\n\"subject\": [{\n\"digest\": {\n\"sha256\": \"ABC\"\n}}]}";
        let error = Statement::read(short.as_bytes()).unwrap_err();
        assert_eq!((error.reason.starts_with("`ABC` is no SHA-256"), error.at), (true, Some((4, 15))));
        assert!(refused(&mk_statement(&json!([{"digest": {"gitTree": "g".repeat(40)}}]))).contains("no hash of git"));
        assert!(refused(&mk_statement(&json!([{"digest": {"sha256": null}}]))).contains("null"));
    }

    #[test]
    fn other_versions_and_types_that_are_no_uris_are_refused() {
        let subject = json!([{"digest": {"sha256": hex(b"a")}}]);
        let mut old = mk_statement(&subject);
        old["_type"] = json!("https://in-toto.io/Statement/v0.1");
        assert!(refused(&old).contains("Statement/v0.1`, and only"));
        for kind in ["", "scan", ":x", "1a:x", "https://exa mple.com"] {
            let mut other = mk_statement(&subject);
            other["predicateType"] = json!(kind);
            assert!(refused(&other).contains("no URI"), "{kind}");
        }
        let mut without = mk_statement(&subject);
        without.as_object_mut().unwrap().remove("predicate");
        assert!(refused(&without).contains("predicate"));
    }

    #[test]
    fn a_test_result_says_one_of_three_words() {
        let subject = json!([{"digest": {"sha256": hex(b"a")}}]);
        let mut statement = mk_statement(&subject);
        statement["predicateType"] = json!("https://in-toto.io/attestation/test-result/v0.1");
        assert!(refused(&statement).contains("`result`"));
        for (result, is_read) in [("PASSED", true), ("WARNED", true), ("FAILED", true), ("passed", false), ("", false)] {
            statement["predicate"] = json!({"result": result, "configuration": []});
            assert_eq!(read(&statement).is_ok(), is_read, "{result}");
        }
    }

    #[test]
    fn a_statement_over_the_limit_is_refused_before_it_is_read() {
        assert!(Statement::read(&vec![b' '; MAX_STATEMENT_BYTES + 1]).unwrap_err().reason.contains("4194305 bytes"));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>, text: String) {
            let _ = Statement::read(&bytes);
            let _ = Statement::read(text.as_bytes());
            let _ = Statement::read(mk_statement(&json!([{"name": text, "digest": {"sha256": text}}])).to_string().as_bytes());
        }

        /// Whatever one byte is changed to, what is read is still about digests, and about no other than the bytes say.
        #[test]
        fn one_changed_byte_makes_no_subject_that_is_not_there(at: prop::sample::Index, byte: u8) {
            let mut bytes = mk_statement(&json!([{"name": "x", "digest": {"sha256": hex(b"a")}}])).to_string().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(statement) = Statement::read(&bytes) {
                prop_assert_eq!(statement.subjects.len() + statement.trees.len(), 1);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                prop_assert!(statement.subjects.iter().all(|subject| text.contains(&subject.digest.hex())));
            }
        }
    }
}
