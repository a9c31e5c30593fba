//! The codes of findings about sources, with what the docs say of each.

use std::fmt;

macro_rules! source_codes {
    ($($(#[doc = $doc:literal])* $variant:ident => $code:literal, $title:literal, $help:literal, $remediation:literal;)*) => {
        /// What is wrong with a source. The rule of the finding is `source/<code>`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum SourceCode {
            $($(#[doc = $doc])* $variant,)*
        }

        impl SourceCode {
            /// All codes, in the order of the docs.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as findings carry it: `duplicate-key`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// A headline.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What it means and why it is denied, for the page about it.
            pub const fn help(self) -> &'static str {
                match self { $(Self::$variant => $help,)* }
            }

            /// What would fix it.
            pub const fn remediation(self) -> &'static str {
                match self { $(Self::$variant => $remediation,)* }
            }
        }
    };
}

source_codes! {
    /// The text breaks the grammar of YAML.
    NotYaml => "not-yaml", "The text is not YAML",
        "The document breaks the grammar of YAML, so nothing in it can be judged. Other documents of the file are judged all the same.",
        "correct the syntax at this place; quote the value if it holds `: `, ` #` or starts with a special character";
    /// The text breaks the grammar of JSON.
    NotJson => "not-json", "The text is not JSON",
        "A `.json` file must be JSON as RFC 8259 has it: no comments, no trailing commas, numbers that a 64-bit float can hold. What follows the error is not judged.",
        "correct the syntax at this place, or name the file `.yaml`";
    /// The text breaks the grammar of HCL.
    NotHcl => "not-hcl", "The text is not HCL",
        "The file breaks the grammar of HCL, the language of Terraform, or says something where Terraform allows none of it. Nothing in the file is judged.",
        "correct the syntax at this place; `terraform fmt` names it, too";
    /// The text breaks the grammar of TOML.
    NotToml => "not-toml", "The text is not TOML",
        "The file breaks the grammar of TOML 1.1, so nothing in it can be judged.",
        "correct the syntax at this place";
    /// The text breaks the grammar of Dockerfiles.
    NotDockerfile => "not-dockerfile", "The text is not a Dockerfile",
        "The file breaks the grammar of Dockerfiles as their reference has it: an instruction that is none, a flag or a here-document that is not whole, or no `FROM`. Nothing in the file is judged.",
        "correct the instruction at this place; `docker build --check` names it, too";
    /// A line of a dotenv file is no assignment.
    NotDotenv => "not-dotenv", "The line is no environment variable",
        "A dotenv file is lines of `KEY=value`, comments and empty lines. Readers disagree about anything else, so nothing in the file is judged.",
        "write `KEY=value`; quote a value that holds ` #`, quotes or line breaks";
    /// A manifest that claims a group of tollgate's own.
    ReservedGroup => "reserved-group", "The group of the object is reserved",
        "Groups that end in `.tollgate` are those of documents that are no Kubernetes objects, which most policies don't see. A manifest that claims one would slip by them.",
        "use another group for this kind";
    /// A tab stands where YAML wants spaces.
    Tab => "tab", "A tab is used as indentation",
        "YAML forbids tabs as indentation, because their width is unknown.",
        "indent with spaces";
    /// The text ends in the middle of something.
    Truncated => "truncated", "The file ends too early",
        "The text ends within a quoted text or within brackets. It may have been cut off on the way here.",
        "write the rest of the file, or close the quote or bracket that is open at its end";
    /// A key stands twice in one mapping.
    DuplicateKey => "duplicate-key", "A key stands twice in one mapping",
        "Readers disagree on which of the two counts, so what was reviewed may not be what runs. YAML forbids it, and so do strict readers of Kubernetes.",
        "remove one of the two";
    /// A NUL byte.
    Nul => "nul", "The text holds a NUL byte",
        "Some readers take a NUL as the end of the text and see nothing of what follows.",
        "remove the byte";
    /// A character that YAML forbids.
    ControlCharacter => "control-character", "The text holds a control character",
        "YAML allows no control characters but tab and line break, and the API server refuses them. They can hide text from a reviewer.",
        "remove the character, or write it as an escape within double quotes";
    /// A character that is a line break to some readers only.
    LineSeparator => "line-separator", "The text holds a line break that not everyone sees",
        "U+0085, U+2028 and U+2029 end a line for the API server's reader of YAML, but not for editors and newer readers. What looks like a comment could be a key.",
        "remove the character, or write it as an escape within double quotes";
    /// The bytes are not UTF-8.
    NotUtf8 => "not-utf8", "The text is not UTF-8",
        "Manifests are UTF-8. Other encodings are not guessed.",
        "save the file as UTF-8";
    /// A file or a document is over its limit.
    TooLarge => "too-large", "The file or document is too large",
        "There is a limit to the bytes of a file, and to those of the JSON that a document becomes. Nothing over it is judged.",
        "split it, or leave generated files out with `ignore`";
    /// One key or value is over its limit.
    ScalarTooLarge => "scalar-too-large", "A single key or value is too large",
        "The API server takes no request of this size, so the object could never be applied.",
        "keep large data out of manifests: mount it from a volume or fetch it at start";
    /// Aliases make the document too large.
    AliasBomb => "alias-bomb", "Aliases make the document too large",
        "Aliases that refer to aliases grow a small text into a huge document. There is a limit to what they may add.",
        "write the values out, or use fewer aliases";
    /// Mappings and sequences nest too deep.
    TooDeep => "too-deep", "The document nests too deep",
        "There is a limit to how deep mappings and sequences may nest, far above what any manifest needs.",
        "flatten the document";
    /// An alias without its anchor.
    AnchorUnknown => "anchor-unknown", "An alias refers to an anchor that is not there",
        "An alias (`*name`) needs an anchor (`&name`) before it in the same document. Anchors of other documents of the file do not count.",
        "define the anchor before this place, in this document";
    /// An anchor that holds itself.
    AnchorCycle => "anchor-cycle", "An anchor holds itself",
        "The alias stands within the value that it refers to, so the value has no end.",
        "write the value out";
    /// A merge key whose value is no mapping.
    MergeKeyInvalid => "merge-key-invalid", "A merge key has no mapping as its value",
        "The value of `<<` must be a mapping, an alias of one, or a sequence of these.",
        "give `<<` a mapping; if a key of this name is meant, quote it: `\"<<\"`";
    /// A key that JSON can't have.
    KeyNotScalar => "key-not-scalar", "A key is not a text, a number or a boolean",
        "Objects of Kubernetes are JSON: keys are texts. Numbers and booleans become texts; null, sequences, mappings and integers past 64 bits do not.",
        "use a text as the key; quote it if it looks like something else";
    /// A document that is a single value.
    NotAnObject => "not-an-object", "The document is a single value",
        "A document must be a mapping. A lone text or number is most often what is left of a broken one.",
        "remove the text, or make it a mapping";
    /// `.inf` or `.nan`.
    NonFinite => "non-finite", "The number is not finite",
        "JSON has no infinity and no NaN, so the API server refuses the document.",
        "give a finite number, or quote the value if a text is meant";
    /// A value that is not what its tag says.
    TagMismatch => "tag-mismatch", "The value is not what its tag says",
        "The tag (`!!int`, `!!bool`, `!!binary`, …) asks for a type that the text is not. Binary data must be base64 of UTF-8 text, because JSON holds nothing else.",
        "correct the value or drop the tag; write binary data as a plain base64 text";
    /// A `List` whose items are not objects.
    ListInvalid => "list-invalid", "An item of the list is not an object",
        "Each of a list's `items` must be an object with `apiVersion` and `kind`, and not a list itself. The other items are judged all the same.",
        "give the item its `apiVersion` and `kind`, or take it out of the list";
    /// A configuration file with no or several documents.
    NotOneDocument => "not-one-document", "The file must hold exactly one document",
        "A configuration file is one YAML document.",
        "keep one document in the file";
}

impl fmt::Display for SourceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_kebab_case_and_explained() {
        let mut codes: Vec<&str> = SourceCode::ALL.iter().map(|code| code.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), SourceCode::ALL.len());
        for code in SourceCode::ALL {
            assert!(code.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
            assert!(!code.title().ends_with('.') && code.help().ends_with('.') && !code.remediation().ends_with('.'), "{code}");
        }
    }
}
