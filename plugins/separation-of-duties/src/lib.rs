//! `separation-of-duties`: who wrote a change is not who asks for it, and both are who may.

mod rules;

use tollgate_sdk::promotion::listing::listed;
use tollgate_sdk::promotion::people::{Involved, is_only_a_merge, is_same};
use tollgate_sdk::promotion::{Answer, Change, Commit, Finding, Needs, Person, Request, Vouching};
use tollgate_sdk::{Description, PluginError, Promotion, export_promotion, settings};

struct SeparationOfDuties;

/// Who may ask for a change.
#[settings]
enum Requester {
    /// Who had no hand in it.
    #[default]
    NotAuthor,
    /// Whoever can be named.
    Any,
}

/// Who may do what. Empty: everybody.
#[settings]
pub struct Teams {
    /// Teams and mail addresses that vouch for commits.
    author: Vec<String>,
    /// Teams and mail addresses that ask for a change.
    requester: Vec<String>,
}

/// Which duties are separated.
#[settings]
pub struct Settings {
    /// Who may ask for a change: `not-author` is somebody who had no hand in it, `any` is whoever can be named. What moves
    /// with a branch is asked for by its author.
    requester: Requester,
    /// A machine account may ask as well, whoever wrote the change.
    automation: bool,
    /// Who may do what.
    teams: Teams,
    /// Believe the author and committer of commits that nobody vouches for. Anybody can write any address there.
    claimed_authors: bool,
}

impl Promotion for SeparationOfDuties {
    type Settings = Settings;

    const DESCRIPTION: Description =
        Description { name: "separation-of-duties", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    fn needs(_: &Settings) -> Needs {
        Needs::CHANGE | Needs::APPROVALS
    }

    fn decide(settings: &Settings, request: &Request) -> Result<Answer, PluginError> {
        let change = request.change()?;
        let involved = Involved::of(change, &request.approvals);
        let askers = askers(change);
        let mut findings: Vec<Finding> = askers.iter().flat_map(|asker| judge(asker, &involved, settings)).collect();
        if askers.is_empty() {
            findings.push(rules::NO_REQUESTER.of_promotion(format!("nobody can be named who asks for {}", change.reference)));
        }
        if matches!(settings.requester, Requester::NotAuthor) && askers.iter().any(|asker| !asker.automation) {
            let doubts = involved.doubts(settings.claimed_authors);
            findings.extend(doubts.into_iter().map(|doubt| rules::UNKNOWN_AUTHOR.of_promotion(doubt)));
        }
        findings.extend(strangers(request, change, &settings.teams.author));
        Ok(Answer::of(findings))
    }
}

export_promotion!(SeparationOfDuties);

/// The requester, and the signer of the tag where that is somebody else.
fn askers(change: &Change) -> Vec<&Person> {
    let Some(requester) = &change.requester else { return Vec::new() };
    let signer = change.tag.as_ref().and_then(Vouching::person);
    let other = signer.filter(|signer| !is_same(&signer.principal, &requester.principal));
    std::iter::once(requester).chain(other).collect()
}

/// All that is wrong with one who asks. Each is said, because each may be waived.
fn judge(asker: &Person, involved: &Involved, settings: &Settings) -> Vec<Finding> {
    let name = &asker.principal;
    let teams = &settings.teams.requester;
    let is_machine = asker.automation && !settings.automation;
    let machine = || rules::NO_REQUESTER.of_promotion(format!("{name} is a machine, and asks for nothing by itself"));
    let is_other = !teams.is_empty() && !asker.is_one_of(teams);
    let other = || rules::OTHER_TEAM.of_promotion(format!("{name} asks for it, and only {} can", teams.join(", ")));
    let is_free = asker.automation || matches!(settings.requester, Requester::Any);
    let own = |how| rules::OWN_CHANGE.of_promotion(format!("{name} asks for it, and {how}")).fix("Let somebody else sign the tag");
    let own = involved.how(name).filter(|_| !is_free).map(own);
    [is_machine.then(machine), is_other.then(other), own].into_iter().flatten().collect()
}

/// Commits that nobody vouches for who may.
fn strangers(request: &Request, change: &Change, teams: &[String]) -> Option<Finding> {
    let is_by_stranger = |commit: &&Commit| {
        let is_by_one = commit.vouching.person().is_some_and(|person| person.is_one_of(teams));
        !is_by_one && !is_only_a_merge(commit, &request.approvals)
    };
    if teams.is_empty() {
        return None;
    }
    let named: Vec<String> = change.commits.iter().filter(is_by_stranger).map(vouched_by).collect();
    let more = (!change.is_complete).then(|| "commits that are not looked at".to_owned());
    let named: Vec<String> = named.into_iter().chain(more).collect();
    let message = || format!("only {} can write a change: {}", teams.join(", "), listed(&named));
    (!named.is_empty()).then(|| rules::OTHER_TEAM.of_promotion(message()))
}

fn vouched_by(commit: &Commit) -> String {
    match &commit.vouching {
        Vouching::Signed(person) | Vouching::Forge(person) => format!("{} by {}", commit.short(), person.principal),
        Vouching::Unsigned(reason) => format!("{} by nobody ({reason})", commit.short()),
    }
}

#[cfg(test)]
mod tests;
