//! Texts with a form, and lists that may be written as one value.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! text {
    ($(#[$meta:meta])* $name:ident as $title:tt, $pattern:literal, $message:literal) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(rename = $title, extend("patternErrorMessage" = $message))]
        pub(crate) struct $name(#[schemars(regex(pattern = $pattern))] pub(crate) String);

        impl $name {
            pub(crate) fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

text!(
    /// A name: lower-case letters and digits, in words joined by single dashes.
    Name as "Name",
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
    "must be lower-case letters and digits in words joined by single dashes, and start with a letter"
);
text!(
    /// A pattern for names, paths or references. `*` stands for anything within one step, `**` crosses steps.
    GlobText as "Pattern",
    r"^[^\u0000-\u001f]+$",
    "must be a pattern, not empty and without control characters"
);
text!(
    /// A path, with `/` between its steps. Where nothing else is said it is relative to the repository's root.
    PathText as "Path",
    r"^[^\u0000-\u001f]+$",
    "must be a path, not empty and without control characters"
);
text!(
    /// A JSON pointer (RFC 6901) into a document. A step `*` stands for every element or member.
    PointerText as "Pointer",
    r"^(/([^/~]|~[01])*)+$",
    "must be a JSON pointer: it starts with `/`, and `~` is written `~0` or `~1`"
);
text!(
    /// Where a plugin comes from: `builtin:NAME` is part of tollgate, `./PATH.wasm` a file of the repository.
    PluginText as "PluginSource",
    r"^(builtin:[a-z][a-z0-9]*(-[a-z0-9]+)*|\./[^\u0000-\u001f]+\.wasm)$",
    "must be `builtin:NAME`, or a path that starts with `./` and ends with `.wasm`"
);
text!(
    /// The name of a policy, or a plugin, which makes the gate's own policy out of it.
    PolicyText as "PolicyOrPlugin",
    r"^([a-z][a-z0-9]*(-[a-z0-9]+)*|builtin:[a-z][a-z0-9]*(-[a-z0-9]+)*|\./[^\u0000-\u001f]+\.wasm)$",
    "must be the name of a policy, `builtin:NAME`, or a path that starts with `./` and ends with `.wasm`"
);
text!(
    /// Where a pack comes from: `builtin:NAME` is part of tollgate, `./PATH` a directory of the repository.
    PackText as "PackSource",
    r"^(builtin:[a-z][a-z0-9]*(-[a-z0-9]+)*|\./[^\u0000-\u001f]+)$",
    "must be `builtin:NAME`, or a path that starts with `./`"
);
text!(
    /// What is part of tollgate: `builtin:NAME`.
    BuiltinText as "Builtin",
    r"^builtin:[a-z][a-z0-9]*(-[a-z0-9]+)*$",
    "must be `builtin:NAME`"
);
text!(
    /// The name of an environment variable.
    VariableName as "Variable",
    r"^[A-Za-z_][A-Za-z0-9_]*$",
    "must be letters, digits and underscores, and not start with a digit"
);
text!(
    /// A key under which a plugin reads a data file.
    DataKey as "DataKey",
    r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$",
    "must be letters, digits, dots, dashes and underscores, and start and end with a letter or digit"
);
text!(
    /// A SHA-256 digest: `sha256:` and 64 lower-case hex digits.
    DigestText as "Digest",
    r"^sha256:[0-9a-f]{64}$",
    "must be `sha256:` and 64 lower-case hex digits"
);
text!(
    /// A text that is not empty.
    Text as "Text",
    r"^[^\u0000-\u001f]+$",
    "must not be empty or hold control characters"
);

/// One value, or a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(rename = "{T}OrList")]
pub(crate) enum OneOrMany<T> {
    One(T),
    Many(#[schemars(length(min = 1))] Vec<T>),
}

impl<T> OneOrMany<T> {
    /// The values, each with its position where they are a list.
    pub(crate) fn entries(&self) -> Vec<(Option<usize>, &T)> {
        match self {
            Self::One(value) => vec![(None, value)],
            Self::Many(values) => values.iter().enumerate().map(|(index, value)| (Some(index), value)).collect(),
        }
    }
}
