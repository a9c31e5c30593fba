//! Break-glass: which gates may be passed, by whose signatures, and what is owed for it afterwards.

use crate::act::{Override, Review};
use crate::deciding::UsedOverride;
use crate::digest::Digest;
use crate::entry::{Body, Entry};
use crate::gist::Gist;
pub use crate::pass::{Pass, Passes};
pub use crate::people::OverrideTerms;
use crate::people::{People, Person};
use crate::pipeline::Target;
use crate::time::Timestamp;

/// An override with everybody who signed it.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedOverride<'a> {
    pub entry: &'a Entry,
    pub opened: &'a Override,
    /// Those who may sign it and did: each once, in order. Machines and unsigned entries don't count.
    pub signers: Vec<Person>,
    pub reviewed: Option<(Person, &'a Review)>,
}

impl SignedOverride<'_> {
    /// How many signatures are missing under these terms.
    pub fn missing(&self, terms: &OverrideTerms) -> u32 {
        let needed = if self.opened.recover { terms.approvals.max(2) } else { terms.approvals.max(1) };
        needed.saturating_sub(u32::try_from(self.signers.len()).unwrap_or(u32::MAX))
    }

    /// Whether it passes gates for a recipe on a target at a time. A recovery passes none there: it restores a policy.
    fn is_in_force(&self, terms: &OverrideTerms, recipe: Digest, target: &str, now: Timestamp) -> bool {
        let subject = &self.entry.subject;
        let is_about_it = subject.recipe == Some(recipe) && subject.target.as_deref() == Some(target);
        !self.opened.recover && is_about_it && self.holds(terms, now)
    }

    /// Whether it passes gates for a policy revision at a time, coming from the one in force.
    fn restores(&self, terms: &OverrideTerms, in_force: Digest, policy: Digest, now: Timestamp) -> bool {
        let is_of_it = self.opened.restores.as_ref().is_some_and(|restored| restored.policy == policy);
        self.opened.recover && is_of_it && self.entry.policy == Some(in_force) && self.holds(terms, now)
    }

    /// Whether enough people have signed it, and it is not over.
    fn holds(&self, terms: &OverrideTerms, now: Timestamp) -> bool {
        let longest = i64::try_from(terms.max_duration).unwrap_or(i64::MAX);
        let lasted = now.as_second().saturating_sub(self.entry.at.as_second());
        self.opened.in_cluster.is_none() && now < self.opened.until && lasted < longest && self.missing(terms) == 0
    }

    fn pass(&self) -> Pass {
        Pass { entry: self.entry.index, recover: self.opened.recover, until: self.opened.until }
    }
}

impl Gist {
    /// All overrides that were ever opened, in ledger order.
    pub fn overrides(&self, people: &People, terms: &OverrideTerms) -> Vec<SignedOverride<'_>> {
        let opened = self.override_entries().filter_map(|entry| match &entry.body {
            Body::Override(opened) if opened.confirms.is_none() => Some((entry, opened)),
            _ => None,
        });
        opened.map(|(entry, opened)| self.signed(entry, opened, people, terms)).collect()
    }

    /// Glass that was broken by annotations in clusters, in ledger order.
    pub fn broken_in_clusters(&self) -> impl Iterator<Item = (&Entry, &Override)> {
        self.override_entries().filter_map(|entry| match &entry.body {
            Body::Override(opened) if opened.in_cluster.is_some() => Some((entry, opened)),
            _ => None,
        })
    }

    fn signed<'a>(&'a self, entry: &'a Entry, opened: &'a Override, people: &People, terms: &OverrideTerms) -> SignedOverride<'a> {
        let mut signers: Vec<Person> = Vec::new();
        for other in self.override_entries().filter(|other| signs(other, entry.index)) {
            let person = people.person(&other.by.principal);
            let is_human = other.by.key.is_some() && !other.by.automation && !person.automation;
            let counts = is_human && terms.may_sign(&person, opened.recover);
            if counts && !signers.iter().any(|signer| signer.principal == person.principal) {
                signers.push(person);
            }
        }
        if let Some(used) = &opened.in_cluster {
            signers = vec![people.person(&used.user)];
        }
        let reviews = self.override_entries().filter_map(|other| match &other.body {
            Body::Review(review) if review.of == entry.index => Some((other, review)),
            _ => None,
        });
        let reviewed = reviews.filter_map(|(other, review)| Some((reviewer(other, &signers, people)?, review))).next_back();
        SignedOverride { entry, opened, signers, reviewed }
    }

    /// The gates that may be passed by a recipe on a target now. Who stops a target stops it for those as well who broke glass
    /// before: an override passes nothing while a freeze or hold stands that is younger than itself.
    pub fn passes(&self, people: &People, terms: &OverrideTerms, recipe: Digest, target: &Target, now: Timestamp) -> Passes {
        let mut passes = Passes::new();
        let in_force = self.overrides(people, terms);
        let stopped = self.last_stop(target, now);
        let may_pass = |signed: &&SignedOverride<'_>| {
            signed.is_in_force(terms, recipe, &target.name, now) && stopped.is_none_or(|stop| stop < signed.entry.index)
        };
        for signed in in_force.iter().filter(may_pass) {
            for gate in &signed.opened.gates {
                passes.entry(gate.clone()).or_default().push(signed.pass());
            }
        }
        passes
    }

    /// The gates on changes of policy whose `error` may be passed by a revision now. Whoever restores one goes back from the
    /// revision that was in force when the recovery was opened, and from no other one.
    pub fn recoveries(&self, people: &People, terms: &OverrideTerms, policy: Digest, now: Timestamp) -> Passes {
        let mut passes = Passes::new();
        let Some(in_force) = self.policy_in_force() else { return passes };
        let all = self.overrides(people, terms);
        for signed in all.iter().filter(|signed| signed.restores(terms, in_force.digest, policy, now)) {
            for gate in &signed.opened.gates {
                passes.entry(gate.clone()).or_default().push(signed.pass());
            }
        }
        passes
    }

    /// The overrides by which a gate was really passed, for gates that see to the review afterwards.
    pub fn used_overrides(&self, people: &People, terms: &OverrideTerms) -> Vec<UsedOverride> {
        let used = self.used();
        let signed = self.overrides(people, terms).into_iter().filter(|signed| used.contains(&signed.entry.index));
        signed.map(SignedOverride::into_used).collect()
    }
}

impl SignedOverride<'_> {
    fn into_used(self) -> UsedOverride {
        let Self { entry, opened, signers, reviewed } = self;
        UsedOverride {
            target: entry.subject.target.clone().unwrap_or_else(|| "the policy".to_owned()),
            gates: opened.gates.clone(),
            by: signers,
            at: entry.at,
            reason: opened.reason.clone(),
            ticket: opened.ticket.clone(),
            review_by: opened.review_by,
            reviewed: reviewed.map(|(person, review)| (person, review.accepted)),
            entry: entry.index,
        }
    }
}

/// Who wrote a review, where that is a person who did not sign the override, however the address is written.
fn reviewer(review: &Entry, signers: &[Person], people: &People) -> Option<Person> {
    let person = people.person(&review.by.principal);
    let is_human = review.by.key.is_some() && !review.by.automation && !person.automation;
    let has_signed = signers.iter().any(|signer| signer.principal == person.principal);
    (is_human && !has_signed).then_some(person)
}

/// Whether an entry is the opening or a confirmation of an override. What is passed is what the opening says.
fn signs(entry: &Entry, opened: u64) -> bool {
    match &entry.body {
        Body::Override(one) => entry.index == opened || one.confirms == Some(opened),
        _ => false,
    }
}
