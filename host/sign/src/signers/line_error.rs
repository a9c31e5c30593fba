//! What is wrong with a line of a file of signers.

/// Why a line can't be used. Its text is the reason that people see.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LineError {
    #[error("the quotes around the principals don't end")]
    OpenQuotes,
    #[error("`{text}` names nobody; write plain mail addresses or names without patterns, as the ledger records them")]
    Principal { text: String },
    #[error("it has no key; write `PRINCIPAL[,PRINCIPAL] [OPTION[,OPTION]] KEYTYPE KEY`")]
    NoKey,
    #[error("the key of the type `{algorithm}` can't be read: {reason}")]
    Key { algorithm: String, reason: String },
    #[error("keys of the type `{algorithm}` are not accepted: {reason}")]
    WeakKey { algorithm: String, reason: String },
    #[error("certificate authorities are not supported; write a line for the key of each person")]
    CertificateAuthority,
    #[error("`{option}` is neither an option nor a type of keys; the options are `namespaces`, `valid-after` and `valid-before`")]
    UnknownOption { option: String },
    #[error("the option `{option}` is there twice")]
    Twice { option: String },
    #[error("the option `{option}` needs a value in quotes: `{option}=\"…\"`")]
    Unquoted { option: String },
    #[error("`{patterns}` has an empty pattern")]
    EmptyPattern { patterns: String },
    #[error("`{text}` is no time for `{option}`; write it in UTC, with a `Z`: `YYYYMMDDZ`, `YYYYMMDDHHMMZ` or `YYYYMMDDHHMMSSZ`")]
    Time { option: String, text: String },
    #[error("`valid-before` is not after `valid-after`, so the key is never valid")]
    NeverValid,
}
