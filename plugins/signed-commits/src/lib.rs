//! `signed-commits`: everything that moves is vouched for by somebody who may, and stays where it was.

mod rules;

use tollgate_sdk::promotion::listing::listed;
use tollgate_sdk::promotion::{Answer, Change, Commit, Finding, Needs, Person, Request, Vouching};
use tollgate_sdk::{Description, PluginError, Promotion, export_promotion, settings};

struct SignedCommits;

/// Whether a tag has to be signed.
#[settings]
enum Tags {
    /// A tag that is not signed denies.
    #[default]
    Required,
    /// A tag that is not signed is noted.
    Optional,
}

/// Who signs what.
#[settings]
pub struct Settings {
    /// Whether the signature of the tag is needed, for what moves by a tag.
    tags: Tags,
    /// Teams and mail addresses that sign. Empty: everybody whose key is allowed.
    from: Vec<String>,
}

impl Promotion for SignedCommits {
    type Settings = Settings;

    const DESCRIPTION: Description = Description { name: "signed-commits", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    fn needs(_: &Settings) -> Needs {
        Needs::CHANGE
    }

    fn decide(settings: &Settings, request: &Request) -> Result<Answer, PluginError> {
        let change = request.change()?;
        let findings = [
            change.rewritten.as_ref().map(|sentence| rules::REWRITTEN.of_promotion(sentence.as_str())),
            (!change.is_complete).then(|| incomplete(change)),
            unsigned(&change.commits),
            unsigned_tag(change, settings),
            strangers(change, &settings.from),
        ];
        Ok(Answer::of(findings.into_iter().flatten().collect()))
    }
}

export_promotion!(SignedCommits);

fn incomplete(change: &Change) -> Finding {
    let count = change.commits.len();
    let message = format!("the change has more than the {count} commits that are looked at, and the others may be by anybody");
    rules::INCOMPLETE.of_promotion(message).fix("Promote an earlier commit first")
}

fn unsigned(commits: &[Commit]) -> Option<Finding> {
    let named: Vec<String> = commits
        .iter()
        .filter_map(|commit| match &commit.vouching {
            Vouching::Unsigned(reason) => Some(format!("{} by {} ({reason})", commit.short(), commit.author)),
            Vouching::Signed(_) | Vouching::Forge(_) => None,
        })
        .collect();
    let message = || format!("nobody vouches for {} of {} commits: {}", named.len(), commits.len(), listed(&named));
    (!named.is_empty()).then(|| rules::UNSIGNED.of_promotion(message()).fix("Sign the commits with an allowed key"))
}

fn unsigned_tag(change: &Change, settings: &Settings) -> Option<Finding> {
    let reason = match &change.tag {
        Some(Vouching::Unsigned(reason)) => reason.as_str(),
        None if change.reference.starts_with("tag ") => "nothing is known of its signature",
        Some(Vouching::Signed(_) | Vouching::Forge(_)) | None => return None,
    };
    let message = format!("nobody vouches for {}: {reason}", change.reference);
    let finding = rules::UNSIGNED_TAG.of_promotion(message).fix("Set a new tag with `git tag -s`");
    Some(match settings.tags {
        Tags::Required => finding,
        Tags::Optional => finding.as_note(),
    })
}

/// Signers who are in none of the teams.
fn strangers(change: &Change, from: &[String]) -> Option<Finding> {
    let commits = change.commits.iter().map(|commit| (commit.short(), &commit.vouching));
    let tag = change.tag.iter().map(|vouching| (change.reference.as_str(), vouching));
    let is_stranger = |person: &&Person| !from.is_empty() && !person.is_one_of(from);
    let named: Vec<String> = tag
        .chain(commits)
        .filter_map(|(what, vouching)| {
            vouching.person().filter(is_stranger).map(|person| format!("{what} by {}", person.principal))
        })
        .collect();
    let message = || format!("only {} can sign: {}", from.join(", "), listed(&named));
    (!named.is_empty()).then(|| rules::OTHER_TEAM.of_promotion(message()))
}

#[cfg(test)]
mod tests;
