//! What may happen. Each step means something wherever it comes in a story, so that any of them can be left out.

use std::fmt;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Person {
    /// Writes all changes.
    Dev,
    /// Of the platform team, as the operator is.
    Lead,
    Operator,
    /// May sign, and belongs to a team that approves nothing.
    Auditor,
}

impl Person {
    /// The name of the key.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Lead => "lead",
            Self::Operator => "operator",
            Self::Auditor => "auditor",
        }
    }

    /// The mail address, as entries have it.
    pub(crate) fn address(self) -> String {
        format!("{}@example.com", self.name())
    }
}

/// Where something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Staging,
    Preprod,
    Prod,
}

impl Place {
    pub(crate) const ALL: [Self; 3] = [Self::Staging, Self::Preprod, Self::Prod];

    /// The name of the environment, which is that of its directory.
    pub(crate) const fn environment(self) -> &'static str {
        match self {
            Self::Staging => "staging",
            Self::Preprod => "preprod",
            Self::Prod => "prod",
        }
    }

    /// The name of its only target.
    pub(crate) fn target(self) -> String {
        format!("{}-apps", self.environment())
    }
}

/// A service, by its number.
pub(crate) type Service = usize;

/// An image that is brought to the manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// Built from master just now, and recorded.
    New,
    /// Built just now, and recorded nowhere.
    Unrecorded,
    /// Built from a branch, and recorded as that.
    OfBranch,
    /// One of those before, counted from the newest.
    Old(usize),
}

/// What is promoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Master,
    /// The newest branch of a service.
    Branch,
    NewestTag,
    /// Counted from the oldest.
    OldTag(usize),
    /// Master to prod, which only tags move.
    MasterToProd,
    /// The newest tag to preprod, which only master moves.
    TagToPreprod,
}

/// What is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    All,
    Prod,
    Preprod,
    Service(Service),
}

/// When a worker is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// After so many milliseconds.
    After(u64),
    /// While its attempt is under way, before it writes.
    AtTheTarget,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A commit on master that brings an image.
    Deliver(Service, Which),
    /// Other contents under the tag that master has.
    PushAgain(Service),
    /// A commit on master with a Secret of new values.
    Plant(Service),
    /// A branch of its own off master, whose commit is signed or not.
    Branch(Service, bool),
    /// A tag on what master has, signed by somebody or by nobody.
    Tag(Option<Person>),
    Promote(What),
    /// Decided, and not applied.
    Decide(What),
    /// Two promotions at once.
    Race(What, What),
    /// A promotion whose worker is killed.
    Kill(What, Moment),
    /// The last step of what is approved and waits for it.
    Apply,
    /// What waits is withdrawn.
    Withdraw,
    Rollback(Place),
    Approve(Person, Place),
    Reject(Person, Place),
    /// Break-glass for a gate on the way to prod, signed by two people.
    BreakGlass(&'static str, [Person; 2]),
    /// The review of the newest break-glass.
    Review(Person),
    Freeze(Person, Scope),
    Thaw(Person, Scope),
    /// A commit on master with a policy that asks less than before; or asks it again.
    ChangePolicy,
    ReviewPolicy(Person),
    AcceptPolicy(Person),
    /// Somebody changes what runs by hand.
    Tamper(Place),
    /// All that was changed by hand is put back.
    Mend,
    /// The remote refuses all that tollgate pushes.
    Refuse,
    /// It takes it again.
    Relent,
}

impl Step {
    /// What kind of step it is, in one word.
    pub(crate) fn kind(&self) -> String {
        let text = format!("{self:?}");
        text.split('(').next().unwrap_or_default().to_owned()
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
