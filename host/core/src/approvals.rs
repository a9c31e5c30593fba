//! Which approvals count for what is judged now (§8 of the design), and why the others don't.

use crate::act::{Approval, Rejection};
use crate::deciding::{ApprovalKind, CountedApproval, CountedRejection};
use crate::digest::Digest;
use crate::entry::{Body, Entry};
use crate::finding::Finding;
use crate::gist::Gist;
use crate::people::People;
use crate::plan::{Action, Plan};

/// What is judged now.
#[derive(Clone, Copy, Debug)]
pub struct JudgedNow<'a> {
    pub recipe: Digest,
    pub target: &'a str,
    pub policy: Digest,
    /// Git hash of the whole tree of the commit.
    pub tree: &'a str,
    pub plan: &'a Plan,
    /// What the host and the validators found.
    pub findings: &'a [Finding],
}

/// What an approval of a promotion said yes to: the plan and findings of the decision that the person saw.
#[derive(Clone, Debug)]
pub struct SeenThen {
    pub plan: Plan,
    pub findings: Vec<Finding>,
}

/// How many differences a sentence names.
const NAMED: usize = 3;

impl JudgedNow<'_> {
    /// Why an approval of the ledger does not count; nothing: it does. `seen` is nothing where the ledger has lost it.
    pub fn void(&self, entry: &Entry, approval: &Approval, seen: Option<&SeenThen>) -> Option<String> {
        if entry.by.key.is_none() {
            return Some("it is not signed".to_owned());
        }
        if entry.by.automation {
            return Some("a machine wrote it".to_owned());
        }
        if entry.policy != Some(self.policy) {
            return Some("it was given under another policy revision".to_owned());
        }
        match approval.kind {
            ApprovalKind::Review => self.other_tree(approval),
            ApprovalKind::Promotion => self.other_move(entry, seen),
        }
    }

    fn other_tree(&self, approval: &Approval) -> Option<String> {
        let short = |tree: &str| tree.get(..12).unwrap_or(tree).to_owned();
        (approval.tree != self.tree)
            .then(|| format!("it is of the tree {}, and this is the tree {}", short(&approval.tree), short(self.tree)))
    }

    fn other_move(&self, entry: &Entry, seen: Option<&SeenThen>) -> Option<String> {
        let subject = &entry.subject;
        if subject.target.as_deref() != Some(self.target) {
            return Some(format!("it is for the target {}", subject.target.as_deref().unwrap_or("of nothing")));
        }
        if subject.recipe != Some(self.recipe) {
            let short = subject.recipe.map_or_else(|| "none".to_owned(), |recipe| recipe.short());
            return Some(format!("it is of the recipe {short}, and this is the recipe {}", self.recipe.short()));
        }
        let Some(seen) = seen else { return Some("the plan that it was given to can't be read".to_owned()) };
        let differences: Vec<String> = self.new_actions(seen).chain(self.new_findings(seen)).collect();
        (!differences.is_empty()).then(|| format!("what was approved had not {}", listed(&differences)))
    }

    fn new_actions<'s>(&'s self, seen: &'s SeenThen) -> impl Iterator<Item = String> + 's {
        let is_new = |action: &&Action| !seen.plan.actions.contains(action);
        self.plan.actions.iter().filter(is_new).map(|action| format!("the {:?} of {}", action.verb, action.object).to_lowercase())
    }

    fn new_findings<'s>(&'s self, seen: &'s SeenThen) -> impl Iterator<Item = String> + 's {
        let is_same = |one: &Finding, other: &Finding| one.rule == other.rule && one.subject == other.subject;
        let is_new = move |finding: &&Finding| !seen.findings.iter().any(|before| is_same(before, finding));
        self.findings.iter().filter(is_new).map(|finding| format!("the finding {}", finding.rule))
    }
}

fn listed(differences: &[String]) -> String {
    let more = differences.len().saturating_sub(NAMED);
    let named = differences.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

impl Gist {
    /// All approvals, in ledger order.
    pub fn approvals(&self) -> impl Iterator<Item = (&Entry, &Approval)> {
        self.approval_entries().filter_map(|entry| match &entry.body {
            Body::Approval(approval) => Some((entry, approval)),
            _ => None,
        })
    }

    /// The rejections that stand about a tree, or a recipe on a target: those after which the same person has not approved
    /// the same.
    pub fn rejections(&self, now: &JudgedNow<'_>, people: &People) -> Vec<CountedRejection> {
        let about = |entry: &Entry, kind: ApprovalKind, tree: &str| match kind {
            ApprovalKind::Review => tree == now.tree,
            ApprovalKind::Promotion => {
                entry.subject.recipe == Some(now.recipe) && entry.subject.target.as_deref() == Some(now.target)
            }
        };
        let taken_back = |rejected: &Entry, rejection: &Rejection| {
            self.approvals().any(|(entry, approval)| {
                entry.index > rejected.index
                    && entry.by.principal == rejected.by.principal
                    && approval.kind == rejection.kind
                    && about(entry, approval.kind, &approval.tree)
            })
        };
        let rejections = self.rejection_entries().filter_map(|entry| match &entry.body {
            Body::Rejection(rejection) => Some((entry, rejection)),
            _ => None,
        });
        rejections
            .filter(|(entry, rejection)| about(entry, rejection.kind, &rejection.tree) && !taken_back(entry, rejection))
            .map(|(entry, rejection)| CountedRejection {
                by: people.person(&entry.by.principal),
                at: entry.at,
                reason: rejection.reason.clone(),
                source: format!("entry {}", entry.index),
            })
            .collect()
    }
}

/// An approval of the ledger, counted or not.
pub fn counted(entry: &Entry, approval: &Approval, people: &People, void: Option<String>) -> CountedApproval {
    CountedApproval {
        kind: approval.kind,
        by: people.person(&entry.by.principal),
        at: entry.at,
        source: format!("entry {}", entry.index),
        void,
    }
}
