//! People: who may vouch for what, as the policy in force knows them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::forge::ForgeSpec;

/// A person or machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Person {
    /// Mail address in lower case: the principal of a signing key, else the address that git has.
    pub principal: String,
    /// Sorted.
    pub teams: Vec<String>,
    /// A machine account: never requester or approver.
    pub automation: bool,
}

impl Person {
    /// Whether this is one of those that a list of teams and mail addresses names.
    pub fn is_one_of(&self, names: &[String]) -> bool {
        names.iter().any(|name| is_same(name, &self.principal) || self.teams.contains(name))
    }
}

/// A mail address as it is compared: in lower case. Nobody gets around being excluded as the author of a change by writing
/// the own address another way.
pub fn address(mail: &str) -> String {
    mail.trim().to_lowercase()
}

fn is_same(one: &str, other: &str) -> bool {
    address(one) == address(other)
}

/// `people` of tollgate.yaml: who signs, and who belongs to which team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// Path and contents of the `allowed_signers` file; nothing: nobody signs.
    pub signers: Option<SignersFile>,
    /// Mail addresses, by team.
    pub teams: BTreeMap<String, Vec<String>>,
    /// Principals that are machine accounts.
    pub automation: Vec<String>,
    /// Principals whose keys a forge holds: they vouch for what the forge did, not for a person.
    pub forges: Vec<String>,
    /// OpenPGP public keys that commits and tags may be signed by as well.
    pub openpgp: Option<SignersFile>,
    /// Where reviews are asked for; nothing: nowhere.
    pub forge: Option<ForgeSpec>,
}

/// A file of allowed signers or keys, as it is in the policy revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignersFile {
    /// Relative to the repository's root.
    pub path: String,
    pub text: String,
}

impl People {
    /// The person with this mail address, whatever the case that it is written in.
    pub fn person(&self, principal: &str) -> Person {
        let is_member = |members: &[String]| members.iter().any(|member| is_same(member, principal));
        let teams = self.teams.iter().filter(|(_, members)| is_member(members)).map(|(team, _)| team.clone());
        Person { principal: address(principal), teams: teams.collect(), automation: is_member(&self.automation) }
    }

    /// Whether a principal is a forge's key.
    pub fn is_forge(&self, principal: &str) -> bool {
        self.forges.iter().any(|forge| is_same(forge, principal))
    }
}

/// `overrides` of tollgate.yaml: on which terms break-glass is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverrideTerms {
    /// Teams and mail addresses who may sign one.
    pub by: Vec<String>,
    /// How many of them must.
    pub approvals: u32,
    /// The longest time for which one holds, in seconds.
    pub max_duration: u64,
    /// Within which time somebody else must have looked at it, in seconds.
    pub review_within: u64,
    /// Whether it needs a ticket.
    pub needs_ticket: bool,
    /// Teams and mail addresses who may sign a recovery, two of them at least. Whoever may sign other overrides may not.
    pub recover_by: Vec<String>,
}

impl OverrideTerms {
    /// Whether a person may sign an override, or a recovery: those are for different people.
    pub fn may_sign(&self, person: &Person, recover: bool) -> bool {
        let is_of_others = person.is_one_of(&self.by);
        if recover { person.is_one_of(&self.recover_by) && !is_of_others } else { is_of_others }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_people() -> People {
        let team = |members: &[&str]| members.iter().map(|member| (*member).to_owned()).collect();
        People {
            teams: BTreeMap::from([
                ("platform".to_owned(), team(&["lead@example.com", "robot@example.com"])),
                ("audit".to_owned(), team(&["lead@example.com"])),
            ]),
            automation: team(&["robot@example.com"]),
            ..People::default()
        }
    }

    #[test]
    fn a_person_is_in_all_teams_that_name_the_address() {
        let lead = mk_people().person("lead@example.com");
        assert_eq!(lead.teams, ["audit", "platform"]);
        assert!(!lead.automation);
        assert!(mk_people().person("robot@example.com").automation);
    }

    #[test]
    fn an_address_is_the_same_in_every_case() {
        let mut people = mk_people();
        people.forges = vec!["NoReply@Forge.example.com".to_owned()];
        assert_eq!(people.person(" Lead@Example.COM"), people.person("lead@example.com"));
        assert!(people.person("ROBOT@example.com").automation);
        assert!(people.is_forge("noreply@forge.example.com") && !people.is_forge("reply@forge.example.com"));
        let lead = people.person("lead@example.com");
        assert!(lead.is_one_of(&["LEAD@example.com".to_owned()]));
        assert!(!lead.is_one_of(&["Platform".to_owned()]), "teams are names, not addresses");
    }

    #[test]
    fn a_name_is_an_address_or_a_team_and_never_a_part_of_one() {
        let lead = mk_people().person("lead@example.com");
        for (name, expected) in [("platform", true), ("lead@example.com", true), ("plat", false), ("lead", false), ("", false)] {
            assert_eq!(lead.is_one_of(&[name.to_owned()]), expected, "{name}");
        }
        assert!(!lead.is_one_of(&[]));
    }
}
