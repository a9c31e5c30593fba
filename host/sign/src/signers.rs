//! Files that say whose key is whose.

mod line;
mod line_error;
mod options;
mod patterns;
mod validity;

use std::sync::Arc;

use tollgate_core::signature::{BadSignature, InvalidSigners, ReadSigners, Signer, VerifySignature};
use tollgate_core::time::Timestamp;

use crate::check::check;
use crate::plain;
use crate::signers::line::Allowed;

/// The keys that an `allowed_signers` file allows (ssh-keygen(1), ALLOWED SIGNERS).
///
/// What `ssh-keygen` takes is taken, except what would mean something else elsewhere, or what nobody could be held to:
///
/// - principals are names, not patterns, in printable ASCII. If a line has several, whoever signs with its key is the first;
/// - times end in `Z`, for UTC;
/// - certificate authorities, weak keys and unknown options are errors, and a file with an error allows nobody.
///
/// If several lines have the key of a signature, the first whose namespaces and times fit decides whose it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedSigners {
    lines: Vec<Allowed>,
}

impl AllowedSigners {
    /// Reads a file.
    ///
    /// # Errors
    /// The first line that can't be read.
    pub fn parse(text: &str) -> Result<Self, InvalidSigners> {
        let mut lines = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            match Allowed::read(line) {
                Ok(allowed) => lines.extend(allowed),
                Err(error) => return Err(InvalidSigners { line: number, reason: error.to_string() }),
            }
        }
        Ok(Self { lines })
    }

    /// The first line that has a key and passes.
    fn first(&self, key: &str, passes: impl Fn(&Allowed) -> bool) -> Option<&Allowed> {
        self.lines.iter().find(|line| line.key == key && passes(line))
    }

    /// Says why no line allows the use of a key: the nearer a line came to allow it, the better it tells.
    fn refused(&self, key: String, namespace: &str, at: Timestamp) -> BadSignature {
        if let Some(late) = self.first(&key, |line| line.is_for(namespace)) {
            let validity = late.options.validity.to_string();
            return BadSignature::OutOfDate { principal: late.principal.clone(), key, at, validity };
        }
        let other = self.first(&key, |_| true).and_then(|line| Some((line, line.options.namespaces.as_ref()?)));
        match other {
            Some((line, namespaces)) => BadSignature::ForbiddenNamespace {
                principal: line.principal.clone(),
                key,
                namespace: namespace.to_owned(),
                namespaces: format!("`{namespaces}`"),
            },
            None => BadSignature::UnknownKey { key },
        }
    }
}

impl Allowed {
    fn is_for(&self, namespace: &str) -> bool {
        self.options.namespaces.as_ref().is_none_or(|namespaces| namespaces.allows(namespace))
    }

    fn fits(&self, namespace: &str, at: Timestamp) -> bool {
        self.is_for(namespace) && self.options.validity.holds(at)
    }
}

impl VerifySignature for AllowedSigners {
    fn verify(&self, namespace: &str, message: &[u8], signature: &str, at: Timestamp) -> Result<Signer, BadSignature> {
        let key = check(namespace, message, signature)?;
        match self.first(&key, |line| line.fits(namespace, at)) {
            Some(line) => Ok(Signer { principal: line.principal.clone(), key }),
            None => Err(self.refused(key, namespace, at)),
        }
    }

    /// Every key that fits is tried: a plain signature does not say whose it is.
    fn verify_plain(&self, namespace: &str, message: &[u8], signature: &[u8], at: Timestamp) -> Result<Signer, BadSignature> {
        let made = |line: &&Allowed| line.fits(namespace, at) && plain::verify_by(&line.public, message, signature).is_ok();
        match self.lines.iter().find(made) {
            Some(line) => Ok(Signer { principal: line.principal.clone(), key: line.key.clone() }),
            None => Err(BadSignature::Unchecked { reason: format!("no key that may sign for `{namespace}` made it") }),
        }
    }

    /// Each once, in the order of the file.
    fn principals(&self, key: &str, namespace: &str, at: Timestamp) -> Vec<String> {
        let mut principals: Vec<String> = Vec::new();
        for line in self.lines.iter().filter(|line| line.key == key && line.fits(namespace, at)) {
            for principal in std::iter::once(&line.principal).chain(&line.others) {
                if !principals.contains(principal) {
                    principals.push(principal.clone());
                }
            }
        }
        principals
    }

    fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

/// Reads `allowed_signers` files as [`AllowedSigners`].
#[derive(Clone, Copy, Debug, Default)]
pub struct SshSigners;

impl ReadSigners for SshSigners {
    fn signers(&self, text: &str) -> Result<Arc<dyn VerifySignature>, InvalidSigners> {
        Ok(Arc::new(AllowedSigners::parse(text)?))
    }
}
