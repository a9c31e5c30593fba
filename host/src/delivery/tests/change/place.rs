//! A repository with its remote, people with SSH keys, and a ledger.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;
use tollgate_core::deciding::Vouching;
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, Decided, Draft, EntrySubject, Outcome, OutcomeState, PromotionId, Running, Trust};
use tollgate_core::history::History;
use tollgate_core::people::{People, Person};
use tollgate_core::ports::ReadRepository as _;
use tollgate_core::recipe::Provenance;
use tollgate_core::time::Timestamp;
use tollgate_repo::GitRepository;
use tollgate_sign::AllowedSigners;

use super::super::world::{REPO, branch, mk_draft, tag};
use super::requests::Requests;
use crate::delivery::change::{AskedForge, ChangeError, ChangeReader, Since, Told};

/// Git makes commits on this day, unless told otherwise.
pub(super) const MADE: &str = "2026-06-01T00:00:00Z";
/// And the change is read on this one.
const NOW: &str = "2026-07-01T00:00:00Z";

pub(super) const TARGET: &str = "prod-apps";

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn mail(name: &str) -> String {
    format!("{name}@example.com")
}

/// `remote.git`, and its clone `work` on the branch `master`, whose first commit the ledger trusts.
pub(super) struct Place {
    directory: TempDir,
    pub(super) people: People,
    /// Lines of the file of signers.
    pub(super) signers: Vec<String>,
    /// What the forge says, where one is asked.
    pub(super) forge: Option<Requests>,
    /// Whether nothing goes on without its answer.
    pub(super) must_answer: bool,
    drafts: Vec<Draft>,
    pub(super) start: String,
}

impl Place {
    pub(super) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (people, signers, drafts, start) = (People::default(), Vec::new(), Vec::new(), String::new());
        let mut place = Self { directory, people, signers, forge: None, must_answer: false, drafts, start };
        place.run(".", &["init", "--quiet", "--bare", "--initial-branch=master", "remote.git"]);
        place.run(".", &["init", "--quiet", "--initial-branch=master", "work"]);
        place.git(&["remote", "add", "origin", "../remote.git"]);
        place.start = place.commit("founder", "README", "start");
        let policy = Digest::of(b"policy");
        let (signers, log_keys) = (Vec::new(), Vec::new());
        let trust = Trust { policy_ref: "master".to_owned(), commit: place.start.clone(), policy, signers, log_keys };
        place.drafts.push(mk_draft(None, EntrySubject::default(), Body::Trust(trust)));
        place
    }

    /// With people who have keys, and a forge.
    pub(super) fn with_people() -> Self {
        let mut place = Self::new();
        for name in ["dev", "lead", "robot", "forge"] {
            place.allow(name, "");
        }
        place.people.forges = vec![mail("forge")];
        place.people.automation = vec![mail("robot")];
        place
    }

    pub(super) fn path(&self, name: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.directory.path()).unwrap().join(name)
    }

    /// A person's private key.
    pub(super) fn key(&self, name: &str) -> Utf8PathBuf {
        let path = self.path(name);
        if !path.exists() {
            let mut making = Command::new("ssh-keygen");
            making.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path.as_str()]);
            assert!(making.status().unwrap().success());
        }
        path
    }

    /// Writes a line for a person into the file of signers.
    pub(super) fn allow(&mut self, name: &str, options: &str) {
        let public = fs_err::read_to_string(format!("{}.pub", self.key(name))).unwrap();
        self.signers.push(format!("{} {options} {public}", mail(name)));
    }

    fn run(&self, at: &str, arguments: &[&str]) -> String {
        self.run_as("founder", MADE, at, arguments, "")
    }

    fn run_as(&self, who: &str, date: &str, at: &str, arguments: &[&str], input: &str) -> String {
        let mut command = Command::new("git");
        command.current_dir(self.path(at)).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        for (role, name) in [("AUTHOR", who), ("COMMITTER", who)] {
            command.env(format!("GIT_{role}_NAME"), name).env(format!("GIT_{role}_EMAIL"), mail(name));
            command.env(format!("GIT_{role}_DATE"), date);
        }
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(super) fn git(&self, arguments: &[&str]) -> String {
        self.run("work", arguments)
    }

    /// Runs git as somebody.
    pub(super) fn git_as(&self, who: &str, arguments: &[&str]) -> String {
        self.run_as(who, MADE, "work", arguments, "")
    }

    pub(super) fn git_fed(&self, arguments: &[&str], input: &str) -> String {
        self.run_as("founder", MADE, "work", arguments, input)
    }

    /// Runs git as somebody on some day, with the key of somebody (else).
    pub(super) fn git_with(&self, who: &str, key: &str, date: &str, arguments: &[&str]) -> String {
        let key = format!("user.signingKey={}", self.key(key));
        self.run_as(who, date, "work", &[&["-c", "gpg.format=ssh", "-c", &key], arguments].concat(), "")
    }

    pub(super) fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"])
    }

    pub(super) fn write(&self, file: &str, text: &str) {
        let path = self.path("work").join(file);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
        self.git(&["add", "--all"]);
    }

    /// A commit that nobody signs.
    pub(super) fn commit(&self, who: &str, file: &str, text: &str) -> String {
        self.write(file, text);
        self.git_as(who, &["commit", "--quiet", "--message", text]);
        self.head()
    }

    /// A commit that its author signs.
    pub(super) fn signed(&self, who: &str, file: &str, text: &str) -> String {
        self.signed_by(who, who, MADE, file, text)
    }

    pub(super) fn signed_by(&self, who: &str, key: &str, date: &str, file: &str, text: &str) -> String {
        self.write(file, text);
        self.git_with(who, key, date, &["commit", "--quiet", "--gpg-sign", "--message", text]);
        self.head()
    }

    pub(super) fn switch(&self, to: &str) {
        self.git(&["checkout", "--quiet", to]);
    }

    /// Merges a commit into what is checked out, in somebody's name and with somebody's key.
    pub(super) fn merge(&self, who: &str, key: &str, other: &str) -> String {
        self.git_with(who, key, MADE, &["merge", "--quiet", "--no-ff", "--gpg-sign", "--message", "merge", other]);
        self.head()
    }

    /// As [`Self::merge`], but with something in it that neither side has.
    pub(super) fn tampered_merge(&self, who: &str, key: &str, other: &str) -> String {
        self.git(&["merge", "--quiet", "--no-ff", "--no-commit", other]);
        self.signed_by(who, key, MADE, "backdoor", "merge")
    }

    /// A line of a signed commit on a branch `feature` from the start; what is checked out afterwards has a signed commit too.
    pub(super) fn two_lines(&self) -> (String, String) {
        self.git(&["checkout", "--quiet", "-b", "feature", &self.start]);
        let feature = self.signed("dev", "feature", "feature");
        self.switch("master");
        (self.signed("founder-2", "master", "master"), feature)
    }

    pub(super) fn push(&self, name: &str) {
        self.git(&["push", "--quiet", "--force", "origin", name]);
    }

    /// Signs a tag, and pushes it.
    pub(super) fn sign_tag(&self, who: &str, name: &str) {
        self.sign_tag_on(who, name, MADE);
    }

    pub(super) fn sign_tag_on(&self, who: &str, name: &str, date: &str) {
        self.git_with(who, who, date, &["tag", "--force", "--sign", "--message", name, name]);
        self.push(&format!("refs/tags/{name}"));
    }

    /// Writes a decision down, and its success if there was one. Gives the promotion's id.
    pub(super) fn decided(&mut self, target: &str, provenance: &Provenance, day: &str, succeeded: bool) -> PromotionId {
        let id = PromotionId::of_decision(self.drafts.len() as u64);
        let of = |attempt| EntrySubject {
            target: Some(target.to_owned()),
            promotion: Some(id.clone()),
            attempt,
            ..EntrySubject::default()
        };
        let mut write = |attempt, body| {
            let draft = mk_draft(Some(Digest::of(b"policy")), of(attempt), body);
            self.drafts.push(Draft { at: time(day), ..draft });
        };
        write(None, Body::Decided(mk_decided(provenance)));
        if succeeded {
            let running = Running { reference: provenance.reference.clone(), worker: "host:1".to_owned(), valid_until: None };
            write(Some(1), Body::Running(running));
            let state = OutcomeState::Succeeded;
            write(Some(1), Body::Outcome(Outcome { state, message: "done".to_owned(), observed: serde_json::json!({}) }));
        }
        id
    }

    /// Puts another policy in force.
    pub(super) fn accept(&mut self, day: &str) {
        let draft = mk_draft(None, EntrySubject::default(), super::super::world::mk_accept(Digest::of(b"policy")));
        self.drafts.push(Draft { at: time(day), ..draft });
    }

    pub(super) fn history(&self) -> History {
        let entries = (0u64..).zip(&self.drafts).map(|(index, draft)| draft.at_index(index, REPO)).collect();
        History::new(entries).unwrap()
    }

    pub(super) fn try_read(&self, provenance: &Provenance) -> Result<Told, ChangeError> {
        let repository = GitRepository::discover(&self.path("work"), "origin").unwrap();
        let signers = AllowedSigners::parse(&self.signers.concat()).unwrap();
        let history = self.history();
        let tree = repository.tree_hash(&provenance.commit, "").unwrap().unwrap();
        let (people, now) = (&self.people, time(NOW));
        let reader = ChangeReader {
            repository: &repository,
            people,
            signers: &signers,
            forge: self.forge.as_ref().map(|forge| AskedForge { forge, must_answer: self.must_answer }),
            history: &history,
            since: Since::Target(TARGET),
            now,
        };
        reader.read(provenance, &tree)
    }

    /// What is told of the branch `master` at what is checked out.
    pub(super) fn read(&self) -> Told {
        self.try_read(&branch("master", &self.head())).unwrap()
    }

    pub(super) fn read_tag(&self, name: &str) -> Told {
        let commit = self.git(&["rev-parse", &format!("{name}^{{commit}}")]);
        self.try_read(&tag(name, &commit)).unwrap()
    }

    /// Who vouches for the tip.
    pub(super) fn tip(&self) -> Vouching {
        self.read().change.commits.remove(0).vouching
    }

    pub(super) fn person(&self, name: &str) -> Person {
        self.people.person(&mail(name))
    }
}

fn mk_decided(provenance: &Provenance) -> Decided {
    Decided {
        decision: DecisionWord::Approved,
        gates: Vec::new(),
        provenance: provenance.clone(),
        environment: "prod".to_owned(),
        promotable: true,
        valid_until: None,
        waits: Vec::new(),
        carried: BTreeMap::new(),
        requester: None,
        is_rollback: false,
        overrides: Vec::new(),
        deferred: Vec::new(),
    }
}

/// The reason why nobody vouches.
#[track_caller]
pub(super) fn reason(vouching: Vouching) -> String {
    match vouching {
        Vouching::Unsigned(reason) => reason,
        other => panic!("{other:?}"),
    }
}
