//! One check report in many formats: for code scanning, for test and quality reports of CI systems, for a pull request's
//! comment, for clusters and for spreadsheets.
//!
//! A format changes no decision and no exit code. All are made from the same [`CheckReport`](crate::check::CheckReport),
//! so the same findings are in all of them; `docs/formats.md` says what a format can't carry. What stands in a finding was
//! written by those who are judged: it is cleaned first, then escaped as the format wants it. No format reads a source.

use std::fmt;
use std::str::FromStr;

pub mod csv;
pub mod github;
pub mod gitlab;
pub mod gitlab_sast;
pub mod junit;
pub mod junit_cases;
pub mod markdown;
pub mod policyreport;
pub mod sarif;

mod fingerprints;
mod place;
mod sentence;

/// A format of a check report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// For people.
    Text,
    /// The public contract, with its schema.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions, for annotations.
    Github,
    /// JUnit XML, for test reports.
    Junit,
    /// GitLab's code quality report.
    Gitlab,
    /// GitLab's security report, type `sast`.
    GitlabSast,
    /// A comment of a pull request.
    Markdown,
    /// `PolicyReport` and `ClusterPolicyReport` objects.
    Policyreport,
    /// One line a finding, for spreadsheets.
    Csv,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 10] = [
        Self::Text,
        Self::Json,
        Self::Sarif,
        Self::Github,
        Self::Junit,
        Self::Gitlab,
        Self::GitlabSast,
        Self::Markdown,
        Self::Policyreport,
        Self::Csv,
    ];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Junit => "junit",
            Self::Gitlab => "gitlab",
            Self::GitlabSast => "gitlab-sast",
            Self::Markdown => "markdown",
            Self::Policyreport => "policyreport",
            Self::Csv => "csv",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownFormat(pub String);

impl UnknownFormat {
    /// The format that was perhaps meant: at most a third of its letters differ.
    pub fn suggestion(&self) -> Option<Format> {
        let word = self.0.to_lowercase();
        let scored = Format::ALL.map(|format| (strsim::damerau_levenshtein(&word, format.name()), format));
        let near = |&&(distance, format): &&(usize, Format)| distance * 3 <= format.name().len().max(word.chars().count());
        scored.iter().filter(near).min().map(|&(_, format)| format)
    }
}

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Format::ALL.map(|format| format!("`{format}`")).join(", ");
        write!(f, "`{}` is no format; there are {names}", crate::clean::line(&self.0))?;
        self.suggestion().map_or(Ok(()), |format| write!(f, "; did you mean `{format}`?"))
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

#[cfg(test)]
mod tests;
