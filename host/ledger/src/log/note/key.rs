//! Keys of notes: a name and an Ed25519 key (RFC 8032).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// The only kind of signature that is checked here.
const ED25519: u8 = 1;

/// Whose key it is. For a log's checkpoints this is the log's origin, and the keys of its writers differ by their ids.
///
/// Not empty, without white space, `+` and control characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyName(String);

/// Which of the keys of a name it is: a hash of name and key, too short to be trusted for more than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub u32);

/// A public key, written `<name>+<id>+<base64>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    public: VerifyingKey,
}

/// A private key, written `PRIVATE+KEY+<name>+<id>+<base64>`. Neither `Debug` nor any error shows it.
#[derive(Clone)]
pub struct SignerKey {
    private: SigningKey,
    verifier: VerifierKey,
}

/// What is wrong with the text of a key. The text is not repeated: it may be a private one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    #[error("a name of a key is not empty and has no white space, no `+` and no control characters")]
    Name,
    #[error("a public key of a log is written `<name>+<8 hex digits>+<base64>`")]
    Public,
    #[error("a private key of a log is written `PRIVATE+KEY+<name>+<8 hex digits>+<base64>`")]
    Private,
    #[error("keys of the kind {0} are not known; use an Ed25519 key, which is of the kind 1")]
    Algorithm(u8),
    #[error("the key is no point of Ed25519 that can be signed for")]
    Point,
    #[error("the hex digits are not those of this name and key: the text was changed")]
    Id,
}

/// Why no key could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("the system gives no random bytes")]
    NoRandomness(#[from] getrandom::Error),
}

impl KeyName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyName {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = |character: char| character.is_whitespace() || character == '+' || character < ' ';
        if text.is_empty() || text.contains(refused) { Err(InvalidKey::Name) } else { Ok(Self(text.to_owned())) }
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl KeyId {
    /// The first four bytes of SHA-256 over name, newline, kind and key.
    fn of(name: &KeyName, public: &VerifyingKey) -> Self {
        let hash = Sha256::new().chain_update(name.as_str()).chain_update([b'\n', ED25519]).chain_update(public).finalize();
        Self(u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl VerifierKey {
    fn new(name: KeyName, public: VerifyingKey) -> Self {
        Self { id: KeyId::of(&name, &public), name, public }
    }

    /// Whose key it is.
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    /// Which of the keys of that name it is.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// Whether the bytes are this key's signature of the message.
    pub(super) fn accepts(&self, message: &str, signature: &[u8]) -> bool {
        let signature = ed25519_dalek::Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.public.verify_strict(message.as_bytes(), &signature).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}+{}", self.name, self.id, encode_key(self.public.as_bytes()))
    }
}

impl FromStr for VerifierKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Parts { name, id, key } = Parts::of(text).ok_or(InvalidKey::Public)?;
        let public = VerifyingKey::from_bytes(&key?).map_err(|_| InvalidKey::Point)?;
        // Keys of small order verify signatures of texts that nobody signed.
        if public.is_weak() {
            return Err(InvalidKey::Point);
        }
        Self::new(name?, public).with_id(id)
    }
}

impl VerifierKey {
    fn with_id(self, written: &str) -> Result<Self, InvalidKey> {
        if self.id.to_string() == written { Ok(self) } else { Err(InvalidKey::Id) }
    }
}

impl SignerKey {
    /// Makes a new key from the system's randomness.
    ///
    /// # Errors
    /// When the system has none.
    pub fn generate(name: KeyName) -> Result<Self, KeyError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self::from_seed(name, seed))
    }

    /// The key whose private half is these 32 bytes (RFC 8032, section 5.1.5).
    pub fn from_seed(name: KeyName, seed: [u8; 32]) -> Self {
        let private = SigningKey::from_bytes(&seed);
        let verifier = VerifierKey::new(name, private.verifying_key());
        Self { private, verifier }
    }

    /// The public half.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The same key under another name: its id is another one.
    #[must_use]
    pub fn named(&self, name: KeyName) -> Self {
        Self::from_seed(name, self.private.to_bytes())
    }

    /// The text of the private key, as a file holds it.
    pub fn to_secret_text(&self) -> String {
        let VerifierKey { name, id, .. } = &self.verifier;
        format!("PRIVATE+KEY+{name}+{id}+{}", encode_key(self.private.as_bytes()))
    }

    /// The 64 bytes of the signature of a message.
    pub(super) fn sign(&self, message: &str) -> [u8; 64] {
        self.private.sign(message.as_bytes()).to_bytes()
    }
}

impl FromStr for SignerKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix("PRIVATE+KEY+").ok_or(InvalidKey::Private)?;
        let Parts { name, id, key } = Parts::of(rest).ok_or(InvalidKey::Private)?;
        let Self { private, verifier } = Self::from_seed(name?, key?);
        Ok(Self { private, verifier: verifier.with_id(id)? })
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignerKey").field("verifier", &self.verifier.to_string()).finish_non_exhaustive()
    }
}

/// What the texts of both halves of a key are made of.
struct Parts<'a> {
    name: Result<KeyName, InvalidKey>,
    id: &'a str,
    key: Result<[u8; 32], InvalidKey>,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (name, rest) = text.split_once('+')?;
        let (id, key) = rest.split_once('+')?;
        let key = STANDARD.decode(key).ok()?;
        let key = match key.split_first()? {
            (&ED25519, key) => Ok(key.try_into().ok()?),
            (&kind, _) => Err(InvalidKey::Algorithm(kind)),
        };
        Some(Self { name: name.parse(), id, key })
    }
}

fn encode_key(key: &[u8; 32]) -> String {
    STANDARD.encode([&[ED25519], key.as_slice()].concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PUBLIC: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    fn mk_key() -> SignerKey {
        SignerKey::from_seed("example.com/log".parse().unwrap(), [3; 32])
    }

    fn refusal(text: &str) -> InvalidKey {
        text.parse::<VerifierKey>().unwrap_err()
    }

    #[test]
    fn the_key_of_the_standards_example_is_read() {
        let key: VerifierKey = PUBLIC.parse().unwrap();
        assert_eq!((key.name().as_str(), key.id()), ("example.com/foo", KeyId(0x530d_903a)));
        assert_eq!(key.to_string(), PUBLIC);
    }

    #[test]
    fn each_thing_that_is_wrong_with_a_key_is_said() {
        assert_eq!(refusal(""), InvalidKey::Public);
        assert_eq!(refusal("example.com/foo+530d903a"), InvalidKey::Public);
        assert_eq!(refusal(&PUBLIC.replace("+A", "+")), InvalidKey::Public);
        assert_eq!(refusal(&format!("{PUBLIC}\n")), InvalidKey::Public);
        assert_eq!(refusal(&PUBLIC[..PUBLIC.len() - 4]), InvalidKey::Public);
        assert_eq!(refusal(&PUBLIC.replace("example.com/foo", "")), InvalidKey::Name);
        assert_eq!(refusal(&PUBLIC.replace("com/", "com ")), InvalidKey::Name);
        assert_eq!(refusal(&PUBLIC.replace("com/", "com\u{2003}")), InvalidKey::Name);
        assert_eq!(refusal(&PUBLIC.replace("foo", "bar")), InvalidKey::Id);
        assert_eq!(refusal(&PUBLIC.replace("530d903a", "530D903A")), InvalidKey::Id);
        assert_eq!(refusal(&PUBLIC.replace("+Ae", "+Be")), InvalidKey::Algorithm(5));
        let no_point = (0..=u8::MAX).map(|byte| [byte; 32]).find(|bytes| VerifyingKey::from_bytes(bytes).is_err());
        assert_eq!(refusal(&format!("a+00000000+{}", encode_key(&no_point.unwrap()))), InvalidKey::Point);
    }

    #[test]
    fn a_key_for_which_anybody_can_sign_is_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        let name: KeyName = "example.com/foo".parse().unwrap();
        let weak = VerifierKey::new(name, VerifyingKey::from_bytes(&identity).unwrap());
        assert_eq!(refusal(&weak.to_string()), InvalidKey::Point);
    }

    #[test]
    fn a_private_key_is_read_back_and_shown_by_nothing_else() {
        let secret = mk_key().to_secret_text();
        let read: SignerKey = secret.parse().unwrap();
        assert_eq!(read.to_secret_text(), secret);
        assert_eq!(read.verifier(), mk_key().verifier());
        let shown = format!("{read:?}{:#?}", read.clone());
        assert!(!shown.contains(secret.rsplit('+').next().unwrap()) && !shown.contains("3, 3"), "{shown}");
    }

    #[test]
    fn a_private_key_of_another_form_is_refused() {
        let secret = mk_key().to_secret_text();
        let refusal = |text: &str| text.parse::<SignerKey>().unwrap_err();
        assert_eq!(refusal(&mk_key().verifier().to_string()), InvalidKey::Private);
        assert_eq!(refusal(&secret.replace("PRIVATE", "private")), InvalidKey::Private);
        assert_eq!(refusal(&secret.replace("/log", "/other")), InvalidKey::Id);
        assert_eq!(refusal(&secret.replace("+AQMD", "+AgMD")), InvalidKey::Algorithm(2));
    }

    #[test]
    fn keys_that_are_made_differ() {
        let made = || SignerKey::generate("example.com/log".parse().unwrap()).unwrap();
        let (one, other) = (made(), made());
        assert_ne!(one.verifier(), other.verifier());
        assert!(one.verifier().accepts("text", &one.sign("text")));
        assert!(!one.verifier().accepts("text", &other.sign("text")));
    }

    proptest! {
        #[test]
        fn every_key_is_read_back(seed: [u8; 32], name in "[^\\s+\\pC]{1,20}") {
            let key = SignerKey::from_seed(name.parse().unwrap(), seed);
            prop_assert_eq!(key.verifier().to_string().parse(), Ok(key.verifier().clone()));
            let read: SignerKey = key.to_secret_text().parse().unwrap();
            prop_assert_eq!(read.verifier(), key.verifier());
        }

        #[test]
        fn no_text_panics_and_what_is_read_is_written_back(text: String, at: prop::sample::Index, byte in 0u8..128) {
            for text in [text.clone(), format!("{text}+00000000+AQ=="), format!("PRIVATE+KEY+{text}")] {
                let _ = (text.parse::<VerifierKey>(), text.parse::<SignerKey>(), text.parse::<KeyName>());
            }
            let mut changed = PUBLIC.as_bytes().to_vec();
            changed[at.index(PUBLIC.len())] = byte;
            let changed = String::from_utf8(changed).unwrap();
            if let Ok(key) = changed.parse::<VerifierKey>() {
                prop_assert_eq!(key.to_string(), changed);
            }
        }
    }
}
