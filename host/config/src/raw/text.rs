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
    /// A JSON pointer (RFC 6901) into a document, to one value.
    PlainPointerText as "PlainPointer",
    r"^(/([^/~]|~[01])*)+$",
    "must be a JSON pointer: it starts with `/`, and `~` is written `~0` or `~1`"
);
text!(
    /// A rule by its whole name: `<policy>/<rule>`.
    RuleText as "RuleName",
    r"^[a-z][a-z0-9]*(-[a-z0-9]+)*/[a-z][a-z0-9]*(-[a-z0-9]+)*$",
    "must be the name of one rule, `<policy>/<rule>`: patterns would accept what nobody has seen"
);
text!(
    /// A length of time: numbers with the units `s`, `m`, `h`, `d` and `w`.
    DurationText as "Duration",
    r"^([0-9]{1,9}[smhdw])+$",
    "must be a length of time: a number and a unit, such as `90s`, `30m`, `24h`, `7d`, `1h30m`"
);
text!(
    /// A time: RFC 3339 in UTC, or a length of time before or after the case's own.
    MomentText as "Moment",
    r"^([+-]([0-9]{1,9}[smhdw])+|[0-9]{4}-[0-9]{2}-[0-9]{2}T[^\u0000-\u001f]+)$",
    "must be a time, such as `2027-01-15T08:00:00Z`, or one before or after the case's own, such as `-2h` or `+3d`"
);
text!(
    /// A day: `2026-12-31`.
    DateText as "Day",
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "must be a day, written as `2026-12-31`"
);
text!(
    /// A day, a local time, or a time of day: `2026-12-20`, `2026-12-20T18:00`, `09:00`.
    WindowMoment as "WindowMoment",
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?|[0-9]{2}:[0-9]{2}(:[0-9]{2})?)$",
    "must be a day `2026-12-20`, a local time `2026-12-20T18:00`, or, with `rrule`, a time of day `09:00`"
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
    /// An environment variable, `NAME`, or `NAME=FROM` where it is passed on under another name.
    PassedText as "PassedVariable",
    r"^[A-Za-z_][A-Za-z0-9_]*(=[A-Za-z_][A-Za-z0-9_]*)?$",
    "must be the name of a variable, or `NAME=FROM`: values don't belong here"
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
    /// A registry: `host` or `host:port`, as images name it.
    RegistryText as "RegistryHost",
    r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$",
    "must be `host` or `host:port`, without `https://` and without a path"
);
text!(
    /// A mirror: `host` or `host:port`, and perhaps a path.
    MirrorText as "MirrorPlace",
    r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?(/[a-z0-9]([a-z0-9._-]*[a-z0-9])?)*$",
    "must be `host` or `host:port`, perhaps with a path, and without `https://`"
);
text!(
    /// A repository on a forge: steps of letters, digits, dots, dashes and underscores, joined by `/`.
    ForgeRepositoryText as "ForgeRepository",
    r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]*[A-Za-z0-9_-])+$",
    "must be `owner/name`, as the forge has it, without `https://` and the name of the forge"
);
text!(
    /// The name of an account on a forge.
    AccountText as "Account",
    r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(\[bot\])?$",
    "must be the name of an account: letters, digits, dots, dashes and underscores"
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tollgate_core::digest::Digest;
    use tollgate_core::pointer::Pointer;

    /// Whether a text has the form that a type's schema asks for.
    fn fits<T: JsonSchema>(text: &str) -> bool {
        let schema = schemars::schema_for!(T);
        let pattern = schema.get("pattern").and_then(|pattern| pattern.as_str()).unwrap();
        regex_lite::Regex::new(pattern).unwrap().is_match(text)
    }

    #[track_caller]
    fn check<T: JsonSchema>(good: &[&str], bad: &[&str]) {
        good.iter().for_each(|text| assert!(fits::<T>(text), "`{text}` is refused"));
        bad.iter().for_each(|text| assert!(!fits::<T>(text), "`{text}` is let through"));
    }

    #[test]
    fn names_are_words_joined_by_single_dashes() {
        check::<Name>(&["a", "preprod-apps", "a1-2b"], &["", "A", "1a", "a-", "-a", "a--b", "a_b", "a b", "a/b", "ä", "a\n"]);
    }

    #[test]
    fn a_plugin_is_built_in_or_a_file_below_the_root() {
        let bad =
            ["same-image", "builtin:", "builtin:A", "builtin:a.wasm", "a.wasm", "/a.wasm", "./a", "./.wasm\n", "https://x/a.wasm"];
        check::<PluginText>(&["builtin:same-image", "./a.wasm", "./rules/my rule.wasm"], &bad);
        check::<PolicyText>(&["same-image", "builtin:same-image", "./a.wasm"], &["", "a.wasm", "Same", "./a"]);
    }

    #[test]
    fn a_pack_is_built_in_or_a_directory_below_the_root() {
        check::<PackText>(
            &["builtin:recommended", "./policies/house"],
            &["recommended", "policies/house", "/policies", "./", "builtin:A"],
        );
        check::<BuiltinText>(&["builtin:recommended"], &["./recommended", "builtin:", "builtin:a b"]);
    }

    #[test]
    fn variables_and_keys_are_what_shells_and_plugins_can_write() {
        check::<VariableName>(&["PLAN_KEY", "_a1"], &["", "1A", "A-B", "A B", "$A", "A="]);
        check::<DataKey>(&["allowed", "a.b_c-1", "A"], &["", ".a", "a.", "-a", "a/b", "a b"]);
    }

    #[test]
    fn registries_are_hosts_and_mirrors_may_have_a_path() {
        let hosts = ["registry.example.com", "localhost:5000", "10.0.0.1:443", "r"];
        let bad = ["", "https://registry.example.com", "-a", "a:", "a:b", "a b", "user:pw@a", "a//b", "a/", "a/../b", "a/B?c"];
        check::<RegistryText>(&hosts, &[&bad[..], &["a/b"]].concat());
        check::<MirrorText>(&[&hosts[..], &["a/b", "mirror.example.com:5000/proxy/x_y"]].concat(), &bad);
    }

    #[test]
    fn repositories_on_forges_have_an_owner_and_a_name() {
        let good = ["shop/deployment", "acme/shop/deployment", "a/.github", "a-b_c/d.e"];
        let bad =
            ["", "shop", "/shop", "shop/", "shop//a", "https://forge.example.com/shop/a", "shop/..", "a b/c", "a/b?c", "a/b#c"];
        check::<ForgeRepositoryText>(&good, &bad);
    }

    #[test]
    fn accounts_are_named_as_forges_name_them() {
        let bad = ["", " ", "-a", "a b", "@lead", "lead@example.com", "a[bot", "[bot]", "a/b"];
        check::<AccountText>(&["lead-1", "Lead_1.x", "renovate[bot]", "_a"], &bad);
    }

    #[test]
    fn texts_are_not_empty_and_hold_no_control_characters() {
        for check in [check::<Text>, check::<GlobText>, check::<PathText>] {
            check(&["a", " ", "ä/*", "é"], &["", "a\nb", "\t", "a\u{0}"]);
        }
    }

    #[test]
    fn one_value_has_no_position_and_those_of_a_list_have_theirs() {
        assert_eq!(OneOrMany::One("a").entries(), [(None, &"a")]);
        assert_eq!(OneOrMany::Many(vec!["a", "b"]).entries(), [(Some(0), &"a"), (Some(1), &"b")]);
    }

    proptest! {
        #[test]
        fn the_form_of_pointers_is_that_of_the_type_that_they_become(text in "[/a~012*]{1,10}") {
            prop_assert_eq!(fits::<PointerText>(&text), text.parse::<Pointer>().is_ok());
        }

        #[test]
        fn the_form_of_digests_is_that_of_the_type_that_they_become(text in "(sha256:|sha512:)?[0-9a-fA-F]{63,65}") {
            prop_assert_eq!(fits::<DigestText>(&text), text.parse::<Digest>().is_ok());
        }
    }
}
