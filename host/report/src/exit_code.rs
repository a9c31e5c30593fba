//! Exit codes: public, so numbers and meanings never change.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// How a command ended, as a number that scripts can rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
#[repr(u8)]
pub enum ExitCode {
    /// Approved, or nothing to do.
    Approved = 0,
    /// Something that tollgate did not foresee.
    Unexpected = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// `plan --exit-code`: there are changes.
    Changes = 3,
    /// Something has yet to say yes, or movement is stopped.
    Pending = 4,
    /// A gate or the structure says no.
    Denied = 10,
    /// A plugin could not judge.
    PluginFailed = 11,
    /// The policy or the configuration is invalid, or matches nothing.
    InvalidConfiguration = 12,
    /// tollgate can't read the source at all.
    SourceUnreadable = 13,
    /// Approved, but not applied or not whole.
    NotApplied = 14,
    /// The ledger can't be read or written.
    LedgerUnavailable = 15,
}

/// From worst to best: where several apply, the first one here is the one that a command exits with.
pub const PRECEDENCE: [ExitCode; 11] = [
    ExitCode::Unexpected,
    ExitCode::Usage,
    ExitCode::InvalidConfiguration,
    ExitCode::SourceUnreadable,
    ExitCode::LedgerUnavailable,
    ExitCode::PluginFailed,
    ExitCode::NotApplied,
    ExitCode::Denied,
    ExitCode::Pending,
    ExitCode::Changes,
    ExitCode::Approved,
];

/// The code to exit with where several apply. None: approved.
pub fn worst(codes: impl IntoIterator<Item = ExitCode>) -> ExitCode {
    let codes: Vec<ExitCode> = codes.into_iter().collect();
    PRECEDENCE.into_iter().find(|code| codes.contains(code)).unwrap_or(ExitCode::Approved)
}

impl ExitCode {
    /// The number that the process exits with.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The name that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Unexpected => "unexpected",
            Self::Usage => "usage",
            Self::Changes => "changes",
            Self::Pending => "pending",
            Self::Denied => "denied",
            Self::PluginFailed => "plugin-failed",
            Self::InvalidConfiguration => "invalid-configuration",
            Self::SourceUnreadable => "source-unreadable",
            Self::NotApplied => "not-applied",
            Self::LedgerUnavailable => "ledger-unavailable",
        }
    }

    /// A few words, for the line that ends a report.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Approved => "approved, or nothing to do",
            Self::Unexpected => "unexpected error",
            Self::Usage => "wrong use of the command line",
            Self::Changes => "there are changes",
            Self::Pending => "pending, or movement is stopped",
            Self::Denied => "denied",
            Self::PluginFailed => "a plugin failed",
            Self::InvalidConfiguration => "policy or configuration invalid, or it matches nothing",
            Self::SourceUnreadable => "source unreadable",
            Self::NotApplied => "approved, but not applied or not whole",
            Self::LedgerUnavailable => "ledger missing, unreachable or refusing",
        }
    }

    /// When a command exits so, in full, for the reference.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Approved => "Approved, or there was nothing to do. A change that touches no document is approved, and says so.",
            Self::Unexpected => "Something happened that tollgate did not foresee. Please report it.",
            Self::Usage => "The command line makes no sense: an unknown verb or option, or options that exclude each other.",
            Self::Changes => "Only of `plan --exit-code`: applying the recipe would change the target.",
            Self::Pending => {
                "Nothing said no, and something has yet to say yes. Or the lease of the target is held, or movement is stopped by a freeze or a hold."
            }
            Self::Denied => "A gate that blocks, or the structure of the pipeline, says no. The findings say what, where and why.",
            Self::PluginFailed => {
                "A plugin of a policy that blocks could not judge: it trapped, ran out of a limit, or returned something invalid."
            }
            Self::InvalidConfiguration => {
                "A policy or the configuration is invalid. Or a named path, policy, target or gate matched nothing, or no policy applied to any document."
            }
            Self::SourceUnreadable => {
                "tollgate can't read the source at all: a missing revision, missing permission, a shallow clone. A single file that can't be parsed is a finding instead."
            }
            Self::NotApplied => {
                "The decision approved, but the recipe was not applied, or not as a whole: a tag moved, the lease was lost, the target failed."
            }
            Self::LedgerUnavailable => {
                "The ledger is missing, can't be reached, or refuses what is to be written. Without it nothing is applied."
            }
        }
    }
}

impl fmt::Display for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit {}: {}", self.number(), self.meaning())
    }
}

impl From<ExitCode> for u8 {
    fn from(code: ExitCode) -> Self {
        code.number()
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
    }
}

/// A number that no command exits with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownExitCode(pub u8);

impl fmt::Display for UnknownExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is no exit code of tollgate", self.0)
    }
}

impl std::error::Error for UnknownExitCode {}

impl TryFrom<u8> for ExitCode {
    type Error = UnknownExitCode;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        PRECEDENCE.into_iter().find(|code| code.number() == number).ok_or(UnknownExitCode(number))
    }
}

impl JsonSchema for ExitCode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ExitCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let numbers = in_order().map(Self::number);
        json_schema!({"type": "integer", "enum": numbers, "description": "See docs/exit-codes.md."})
    }
}

/// All codes by number.
fn in_order() -> [ExitCode; 11] {
    let mut codes = PRECEDENCE;
    codes.sort_by_key(|code| code.number());
    codes
}

/// The reference page `docs/exit-codes.md`.
pub fn markdown() -> String {
    let rows: String =
        in_order().iter().map(|code| format!("| {} | `{}` | {} |\n", code.number(), code.name(), code.description())).collect();
    let order: Vec<String> = PRECEDENCE.iter().map(|code| code.number().to_string()).collect();
    format!(
        "# Exit codes\n\n<!-- Generated by `cargo xtask docs`. Do not edit. -->\n\nThe numbers and their meanings are part of \
         the public contract.\n\n| code | name | meaning |\n|---:|---|---|\n{rows}\nWhere several apply, a command exits with \
         the first of these: {}.\n",
        order.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_numbers_are_those_of_the_contract() {
        let numbers = in_order().map(|code| (code.number(), code.name()));
        let expected = [
            (0, "approved"),
            (1, "unexpected"),
            (2, "usage"),
            (3, "changes"),
            (4, "pending"),
            (10, "denied"),
            (11, "plugin-failed"),
            (12, "invalid-configuration"),
            (13, "source-unreadable"),
            (14, "not-applied"),
            (15, "ledger-unavailable"),
        ];
        assert_eq!(numbers, expected);
    }

    #[test]
    fn the_precedence_is_that_of_the_contract() {
        assert_eq!(PRECEDENCE.map(ExitCode::number), [1, 2, 12, 13, 15, 11, 14, 10, 4, 3, 0]);
    }

    #[test]
    fn of_any_two_codes_the_one_that_comes_first_wins() {
        for (first, code) in PRECEDENCE.into_iter().enumerate() {
            for other in &PRECEDENCE[first..] {
                assert_eq!(worst([code, *other]), code);
                assert_eq!(worst([*other, code]), code);
            }
        }
    }

    #[test]
    fn nothing_at_all_is_approved() {
        assert_eq!(worst([]), ExitCode::Approved);
    }

    #[test]
    fn every_code_has_words_of_its_own() {
        for words in [ExitCode::name, ExitCode::meaning, ExitCode::description] {
            let mut seen: Vec<&str> = PRECEDENCE.into_iter().map(words).collect();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), PRECEDENCE.len());
        }
    }

    #[test]
    fn codes_are_numbers_in_json_and_foreign_numbers_are_refused() {
        assert_eq!(serde_json::to_string(&ExitCode::NotApplied).unwrap(), "14");
        assert_eq!(serde_json::from_str::<ExitCode>("15").unwrap(), ExitCode::LedgerUnavailable);
        assert_eq!(serde_json::from_str::<ExitCode>("5").unwrap_err().to_string(), "5 is no exit code of tollgate");
    }

    #[test]
    fn the_process_exits_with_the_number() {
        let shown = format!("{:?}", std::process::ExitCode::from(ExitCode::Denied));
        assert_eq!(shown, format!("{:?}", std::process::ExitCode::from(10)));
    }

    fn any_codes() -> impl Strategy<Value = Vec<ExitCode>> {
        prop::collection::vec(prop::sample::select(PRECEDENCE.to_vec()), 0..8)
    }

    proptest! {
        #[test]
        fn the_worst_is_one_of_them_whatever_their_order_and_number(codes in any_codes(), more in any_codes()) {
            let one = worst(codes.clone());
            prop_assert!(codes.is_empty() || codes.contains(&one));
            let backwards: Vec<ExitCode> = codes.iter().rev().copied().collect();
            prop_assert_eq!(worst(backwards), one);
            let twice: Vec<ExitCode> = codes.iter().chain(&codes).copied().collect();
            prop_assert_eq!(worst(twice), one);
            let all: Vec<ExitCode> = codes.iter().chain(&more).copied().collect();
            prop_assert_eq!(worst(all), worst([one, worst(more)]));
        }
    }
}
