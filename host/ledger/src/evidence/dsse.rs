//! DSSE envelopes (Dead Simple Signing Envelope, v1): a payload, its type, and signatures over both.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};
use tollgate_core::canonical::{self, NotCanonical};
use tollgate_core::ports::{SignBytes, SignError, VerifySignature};
use tollgate_core::signature::{BadSignature, EVIDENCE_NAMESPACE, NAMESPACE, Signer};
use tollgate_core::time::Timestamp;

use super::json::{self, Unreadable};

/// The `payloadType` of in-toto statements.
pub const STATEMENT_TYPE: &str = "application/vnd.in-toto+json";

/// The most signatures that an envelope may have.
const MAX_SIGNATURES: usize = 16;

/// The first line of an SSHSIG in its armour.
const ARMOUR_BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const ARMOUR_END: &str = "-----END SSH SIGNATURE-----";

/// An envelope, vouched for by nobody yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dsse {
    pub payload_type: String,
    pub payload: Vec<u8>,
    pub signatures: Vec<DsseSignature>,
}

/// A signature that nobody has checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DsseSignature {
    /// What the envelope says of the key. It is a hint, and never believed.
    pub keyid: String,
    /// A plain signature, or an SSHSIG in its armour.
    pub sig: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    payload: String,
    payload_type: String,
    signatures: Vec<WrittenSignature>,
}

#[derive(Serialize, Deserialize)]
struct WrittenSignature {
    #[serde(default)]
    keyid: String,
    sig: String,
}

/// What a signature is over (PAE): the type counts as much as the payload.
#[must_use]
pub fn pre_authentication_encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

impl Dsse {
    /// Reads an envelope as others write it: with members that are not known here, in either alphabet of base64.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let written: Written = json::read(bytes)?;
        if written.signatures.len() > MAX_SIGNATURES {
            let count = written.signatures.len();
            return Err(Unreadable::whole(format!("the envelope has {count} signatures, more than {MAX_SIGNATURES}")));
        }
        let payload = decode(&written.payload).ok_or_else(|| Unreadable::whole("its payload is no base64"))?;
        let signature = |(number, one): (usize, WrittenSignature)| {
            let sig = decode(&one.sig).filter(|sig| !sig.is_empty());
            let sig = sig.ok_or_else(|| Unreadable::whole(format!("signature {number} of the envelope is no base64")))?;
            Ok(DsseSignature { keyid: one.keyid, sig })
        };
        let signatures = (1..).zip(written.signatures).map(signature).collect::<Result<_, Unreadable>>()?;
        Ok(Self { payload_type: written.payload_type, payload, signatures })
    }

    /// Reads an envelope that tollgate wrote: the one form that it has.
    ///
    /// # Errors
    /// When it is in any other form.
    pub fn read_written(line: &str) -> Result<Self, Unreadable> {
        let envelope = Self::read(line.as_bytes())?;
        match envelope.write() {
            Ok(written) if written == line => Ok(envelope),
            _ => Err(Unreadable::whole("the envelope is not in canonical form")),
        }
    }

    /// The envelope in canonical JSON, which is one line.
    ///
    /// # Errors
    /// Never; the type says what canonical JSON may refuse.
    pub fn write(&self) -> Result<String, NotCanonical> {
        let signature = |one: &DsseSignature| WrittenSignature { keyid: one.keyid.clone(), sig: STANDARD.encode(&one.sig) };
        let written = Written {
            payload: STANDARD.encode(&self.payload),
            payload_type: self.payload_type.clone(),
            signatures: self.signatures.iter().map(signature).collect(),
        };
        canonical::to_vec(&written).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Signs a payload twice: plainly, for ordinary verifiers of DSSE, where the key can, and by SSHSIG. The second part says
    /// why there is no plain signature.
    ///
    /// # Errors
    /// When the key can't be used at all.
    pub fn sign(payload_type: &str, payload: Vec<u8>, key: &dyn SignBytes) -> Result<(Self, Option<SignError>), SignError> {
        let message = pre_authentication_encoding(payload_type, &payload);
        let signature = |sig: Vec<u8>| DsseSignature { keyid: key.key().to_owned(), sig };
        let (plain, why_not) = match key.sign_plain(&message) {
            Ok(plain) => (Some(signature(plain)), None),
            Err(error @ SignError::NoPlain { .. }) => (None, Some(error)),
            Err(error) => return Err(error),
        };
        let armoured = signature(key.sign(NAMESPACE, &message)?.into_bytes());
        let signatures = plain.into_iter().chain([armoured]).collect();
        Ok((Self { payload_type: payload_type.to_owned(), payload, signatures }, why_not))
    }

    /// What its signatures are over.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        pre_authentication_encoding(&self.payload_type, &self.payload)
    }

    /// Whose signature a statement has: the first that one of the signers made. A key counts that may sign statements
    /// (`tollgate-evidence`), or all that tollgate signs.
    ///
    /// # Errors
    /// When none of them did.
    pub fn signer(&self, signers: &dyn VerifySignature, at: Timestamp) -> Result<Signer, BadSignature> {
        let message = self.message();
        let mut refused = BadSignature::Unchecked { reason: "it is not signed".to_owned() };
        for signature in &self.signatures {
            for namespace in [EVIDENCE_NAMESPACE, NAMESPACE] {
                match signature.signer(signers, namespace, &message, at) {
                    Ok(signer) => return Ok(signer),
                    Err(error) => refused = error,
                }
            }
        }
        Err(refused)
    }

    /// Whose envelope it is that tollgate itself signed. All signatures must be by the key that they name, which is one and
    /// the same.
    ///
    /// # Errors
    /// When it has no signature, or one that does not hold.
    pub fn vouched(&self, signers: &dyn VerifySignature, at: Timestamp) -> Result<Signer, BadSignature> {
        let message = self.message();
        let mut whose: Option<Signer> = None;
        for signature in &self.signatures {
            let signer = signature.signer(signers, NAMESPACE, &message, at)?;
            let is_other = whose.as_ref().is_some_and(|whose| *whose != signer);
            if signature.keyid != signer.key || is_other {
                let reason = format!("the envelope names `{}` beside it", signature.keyid);
                return Err(BadSignature::Refused { key: signer.key, reason });
            }
            whose = Some(signer);
        }
        whose.ok_or_else(|| BadSignature::Unchecked { reason: "it is not signed".to_owned() })
    }

    /// Whether one of its signatures is plain.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.signatures.iter().any(|signature| signature.armour().is_none())
    }
}

impl DsseSignature {
    /// The text of an SSHSIG; nothing for plain signatures.
    fn armour(&self) -> Option<&str> {
        std::str::from_utf8(&self.sig).ok().filter(|text| text.starts_with(ARMOUR_BEGIN))
    }

    fn signer(
        &self,
        signers: &dyn VerifySignature,
        namespace: &str,
        message: &[u8],
        at: Timestamp,
    ) -> Result<Signer, BadSignature> {
        match self.armour() {
            None => signers.verify_plain(namespace, message, &self.sig, at),
            Some(text) if is_tight(text) => signers.verify(namespace, message, text, at),
            Some(_) => Err(BadSignature::Malformed { reason: "its armour is not in the form that OpenSSH writes".to_owned() }),
        }
    }
}

/// Whether armour is in the one form that OpenSSH writes: lines of 70 characters, with line breaks of one byte. Readers of PEM
/// take more, and a byte that nobody looks at could be changed unseen.
fn is_tight(armour: &str) -> bool {
    let body = armour.strip_prefix(ARMOUR_BEGIN).and_then(|rest| rest.strip_prefix('\n'));
    let body = body.and_then(|rest| rest.strip_suffix('\n')?.strip_suffix(ARMOUR_END)?.strip_suffix('\n'));
    let Some(body) = body else { return false };
    let lines: Vec<&str> = body.split('\n').collect();
    let (last, whole) = lines.split_last().map_or(("", &[][..]), |(last, whole)| (*last, whole));
    let is_whole = whole.iter().all(|line| line.len() == 70) && !last.is_empty() && last.len() <= 70;
    is_whole && STANDARD.decode(lines.concat()).is_ok()
}

fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mk_envelope(sig: &[u8]) -> Dsse {
        let signatures = vec![DsseSignature { keyid: "SHA256:a".to_owned(), sig: sig.to_vec() }];
        Dsse { payload_type: STATEMENT_TYPE.to_owned(), payload: b"{}".to_vec(), signatures }
    }

    #[test]
    fn the_message_is_that_of_the_standard() {
        let message = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world");
        assert_eq!(message, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn envelopes_of_others_may_have_more_members_and_another_alphabet() {
        let text = r#"{"payloadType": "t", "payload": "-_8=", "extra": 1, "signatures": [{"sig": "AA==", "cert": "x"}]}"#;
        let read = Dsse::read(text.as_bytes()).unwrap();
        assert_eq!((read.payload, read.signatures[0].keyid.as_str()), (vec![0xfb, 0xff], ""));
        assert!(Dsse::read_written(text).unwrap_err().reason.contains("canonical"));
    }

    #[test]
    fn what_is_no_envelope_is_refused() {
        for (text, part) in [
            ("{}", "payload"),
            (r#"{"payloadType": "t", "payload": "&", "signatures": []}"#, "no base64"),
            (r#"{"payloadType": "t", "payload": "", "signatures": [{"sig": ""}]}"#, "signature 1"),
            (r#"{"payloadType": "t", "payloadType": "u", "payload": "", "signatures": []}"#, "twice"),
        ] {
            let reason = Dsse::read(text.as_bytes()).unwrap_err().reason;
            assert!(reason.contains(part), "{reason}");
        }
        let many = vec![r#"{"sig": "AA=="}"#; MAX_SIGNATURES + 1].join(",");
        let many = format!(r#"{{"payloadType": "t", "payload": "", "signatures": [{many}]}}"#);
        assert!(Dsse::read(many.as_bytes()).unwrap_err().reason.contains("17 signatures"));
    }

    #[test]
    fn armour_has_one_form() {
        let armour = format!("{ARMOUR_BEGIN}\n{}\n{}\n{ARMOUR_END}\n", "A".repeat(70), "AA");
        assert!(is_tight(&armour));
        for (from, to) in [("\nAA\n", "\rAA\n"), ("AA\n-", "A\n-"), ("-\n", "-"), ("-\n", "- "), ("\nAA", "\n AA")] {
            let other = armour.replacen(from, to, 1);
            assert!(other != armour && !is_tight(&other), "{other:?}");
        }
        assert!(!is_tight(&armour.replace(&"A".repeat(70), &"A".repeat(69))));
    }

    #[test]
    fn an_envelope_that_nobody_signed_is_nobodys() {
        let at = Timestamp::UNIX_EPOCH;
        let unsigned = Dsse { signatures: Vec::new(), ..mk_envelope(b"x") };
        assert!(unsigned.vouched(&crate::testing::NobodySigns, at).is_err());
        assert!(unsigned.signer(&crate::testing::NobodySigns, at).is_err());
        assert!(mk_envelope(b"x").signer(&crate::testing::NobodySigns, at).is_err());
        assert!(mk_envelope(b"x").is_plain() && !mk_envelope(ARMOUR_BEGIN.as_bytes()).is_plain());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(payload_type: String, payload: Vec<u8>, keyid: String, sig in prop::collection::vec(any::<u8>(), 1..80)) {
            let envelope = Dsse { payload_type, payload, signatures: vec![DsseSignature { keyid, sig }] };
            let written = envelope.write().unwrap();
            prop_assert!(!written.contains('\n'));
            prop_assert_eq!(Dsse::read_written(&written).unwrap(), envelope);
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>, text: String) {
            let _ = Dsse::read(&bytes);
            let _ = is_tight(&text);
        }
    }
}
