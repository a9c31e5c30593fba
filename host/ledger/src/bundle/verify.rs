//! Checking a bundle offline, with nothing but the log's public keys and the signers'.

use tollgate_core::canonical;
use tollgate_core::chain::Chain;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Entry, PromotionId};
use tollgate_core::ports::VerifySignature;
use tollgate_core::signature::Signer;
use tollgate_core::time::Timestamp;

use super::manifest::{EntryMember, MANIFEST_TYPE, Manifest, StatementMember, VERSION};
use super::write::log_name;
use crate::evidence::dsse::{Dsse, STATEMENT_TYPE};
use crate::evidence::statement::Statement;
use crate::evidence::vsa::{self, STATEMENT_BLOB};
use crate::log::TreeHash;
use crate::log::note::VerifierKey;
use crate::log::proof::LogProof;
use crate::proven::{ProvenEntry, verify_proof};

/// The largest bundle that is read, in bytes.
const MAX_BUNDLE_BYTES: usize = 64 * 1024 * 1024;

/// The first thing that is wrong with a bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} can't be believed: {reason}")]
pub struct BundleError {
    /// `line 3 of the bundle, the statement of entry 12`
    pub what: String,
    pub reason: String,
}

/// What a bundle proves.
#[derive(Debug)]
pub struct VerifiedBundle {
    pub promotion: PromotionId,
    /// Who put it together, when. This one answers for that nothing was left out.
    pub by: Signer,
    pub at: Timestamp,
    /// Who signed the VSA, and whether ordinary verifiers of DSSE can tell.
    pub vsa_by: Signer,
    pub vsa_is_plain: bool,
    pub passed: bool,
    pub target: String,
    pub recipe: Digest,
    /// Name of the log, and its size under the checkpoint.
    pub log: String,
    pub size: u64,
    pub statements: Vec<VerifiedStatement>,
    pub entries: Vec<ProvenEntry>,
}

/// A statement of a bundle.
#[derive(Debug)]
pub struct VerifiedStatement {
    pub entry: u64,
    pub statement: Statement,
    /// Whose signature its own envelope has; nothing: nobody's that is known.
    pub signer: Option<Signer>,
}

/// Checks a bundle.
///
/// # Errors
/// The first thing that is wrong.
pub fn verify(bytes: &[u8], keys: &[VerifierKey], signers: &dyn VerifySignature) -> Result<VerifiedBundle, BundleError> {
    let lines = lines(bytes)?;
    let (manifest, by) = manifest(lines[0], signers)?;
    let [vsa_line, statement_lines, entry_lines] = parts(&lines, &manifest)?;
    let vsa = Line::new(1, "the VSA", vsa_line[0]);
    vsa.is(manifest.vsa)?;
    let statements = listed(2, statement_lines, &manifest.statements, StatementMember::line)?;
    let entries = listed(2 + statement_lines.len(), entry_lines, &manifest.entries, EntryMember::line)?;
    let proven = entries
        .iter()
        .zip(&manifest.entries)
        .map(|(line, member)| prove(line, member, &manifest.checkpoint, keys, signers))
        .collect::<Result<Vec<_>, _>>()?;
    let all: Vec<&Entry> = proven.iter().map(|proven| &proven.entry).collect();
    let whole = |reason: String| BundleError { what: "the bundle".to_owned(), reason };
    let chain = Chain::find(&all, &manifest.promotion, &manifest.recipe).map_err(|error| whole(error.to_string()))?;
    check_recipe(&chain, &manifest)?;
    check_nothing_else(&chain, &all)?;
    let verified = check_statements(&chain, &statements, &manifest, signers)?;
    let (vsa, vsa_by) = check_vsa(&vsa, &chain, &manifest, signers)?;
    let (target, recipe, passed) = (chain.decision.subject.target.clone(), chain.decision.subject.recipe, chain.outcome.is_some());
    Ok(VerifiedBundle {
        promotion: manifest.promotion,
        by,
        at: manifest.at,
        vsa_by,
        vsa_is_plain: vsa.is_plain(),
        passed,
        target: target.unwrap_or_default(),
        recipe: recipe.unwrap_or_else(|| Digest::of(b"")),
        log: log_name(&manifest.checkpoint).to_owned(),
        size: proven.first().map_or(0, |proven| proven.checkpoint.checkpoint().head().size),
        statements: verified,
        entries: proven,
    })
}

/// A line of the bundle, with what it should be.
struct Line<'b> {
    what: String,
    text: &'b str,
}

impl<'b> Line<'b> {
    fn new(index: usize, what: &str, text: &'b str) -> Self {
        Self { what: format!("line {} of the bundle, {what},", index + 1), text }
    }

    fn bad(&self, reason: impl Into<String>) -> BundleError {
        BundleError { what: self.what.clone(), reason: reason.into() }
    }

    fn is(&self, digest: Digest) -> Result<(), BundleError> {
        if Digest::of(self.text.as_bytes()) == digest { Ok(()) } else { Err(self.bad("it is not what the manifest lists")) }
    }
}

impl StatementMember {
    fn line(&self) -> (String, Digest) {
        (format!("the statement of entry {}", self.entry), self.digest)
    }
}

impl EntryMember {
    fn line(&self) -> (String, Digest) {
        (format!("entry {}", self.index), self.digest)
    }
}

fn lines(bytes: &[u8]) -> Result<Vec<&str>, BundleError> {
    let bad = |reason: &str| BundleError { what: "the bundle".to_owned(), reason: reason.to_owned() };
    if bytes.len() > MAX_BUNDLE_BYTES {
        return Err(bad("it is larger than 64 MiB"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| bad("it is not UTF-8"))?;
    let text = text.strip_suffix('\n').ok_or_else(|| bad("it does not end with a line break, so its end may be missing"))?;
    Ok(text.split('\n').collect())
}

fn manifest(text: &str, signers: &dyn VerifySignature) -> Result<(Manifest, Signer), BundleError> {
    let line = Line::new(0, "the manifest", text);
    let envelope = Dsse::read_written(text).map_err(|error| line.bad(error.to_string()))?;
    if envelope.payload_type != MANIFEST_TYPE {
        return Err(line.bad(format!("its payload is of the type `{}`, not `{MANIFEST_TYPE}`", envelope.payload_type)));
    }
    let manifest: Manifest = serde_json::from_slice(&envelope.payload).map_err(|error| line.bad(error.to_string()))?;
    if manifest.version != VERSION {
        let version = manifest.version;
        return Err(line.bad(format!("it is of version {version}, which this tollgate does not know; use a newer one")));
    }
    let signer = envelope.vouched(signers, manifest.at).map_err(|error| line.bad(error.to_string()))?;
    match canonical::to_vec(&manifest) {
        Ok(written) if written == envelope.payload => Ok((manifest, signer)),
        _ => Err(line.bad("it is not in canonical form")),
    }
}

/// The lines after the manifest: one, the statements, the entries.
fn parts<'l, 'b>(lines: &'l [&'b str], manifest: &Manifest) -> Result<[&'l [&'b str]; 3], BundleError> {
    let (statements, entries) = (manifest.statements.len(), manifest.entries.len());
    let expected = 2 + statements + entries;
    if lines.len() != expected {
        let reason = format!("it has {} lines, and its manifest lists {expected}", lines.len());
        return Err(BundleError { what: "the bundle".to_owned(), reason });
    }
    let (statement_lines, entry_lines) = lines[2..].split_at(statements);
    Ok([&lines[1..2], statement_lines, entry_lines])
}

/// The lines of some members, each of which is what the manifest lists.
fn listed<'b, M>(
    first: usize,
    lines: &[&'b str],
    members: &[M],
    describe: impl Fn(&M) -> (String, Digest),
) -> Result<Vec<Line<'b>>, BundleError> {
    let mut listed = Vec::new();
    for ((index, text), member) in (first..).zip(lines).zip(members) {
        let (what, digest) = describe(member);
        let line = Line::new(index, &what, text);
        line.is(digest)?;
        listed.push(line);
    }
    Ok(listed)
}

/// Proves one entry: it is in the log, and its writer signed it.
fn prove(
    line: &Line<'_>,
    member: &EntryMember,
    checkpoint: &str,
    keys: &[VerifierKey],
    signers: &dyn VerifySignature,
) -> Result<ProvenEntry, BundleError> {
    let hashes = member.proof.iter().map(|hash| hash.parse::<TreeHash>()).collect::<Result<_, _>>();
    let proof = LogProof {
        extra: Some(line.text.as_bytes().to_vec()),
        index: member.index,
        hashes: hashes.map_err(|error| line.bad(error.to_string()))?,
        checkpoint: checkpoint.to_owned(),
    };
    verify_proof(&proof.to_string(), keys, Some(signers)).map_err(|error| line.bad(crate::checked_log::chain(&error)))
}

/// The decision is of this very recipe.
fn check_recipe(chain: &Chain<'_>, manifest: &Manifest) -> Result<(), BundleError> {
    let found = Digest::of_canonical(&manifest.recipe).ok();
    if found.is_some() && chain.decision.blobs.get("recipe").copied() == found {
        return Ok(());
    }
    let reason = format!("it is not the recipe that entry {} decides on", chain.decision.index);
    Err(BundleError { what: "the recipe of the manifest".to_owned(), reason })
}

/// Whoever reads a bundle takes what is in it for a part of the story.
fn check_nothing_else(chain: &Chain<'_>, all: &[&Entry]) -> Result<(), BundleError> {
    let belongs = |entry: &Entry| chain.entries.iter().any(|known| known.index == entry.index);
    match all.iter().find(|entry| !belongs(entry)) {
        None => Ok(()),
        Some(entry) => {
            let reason = "it has nothing to do with this promotion".to_owned();
            Err(BundleError { what: format!("entry {} of the bundle", entry.index), reason })
        }
    }
}

/// Each evidence entry has its statement, which says what the entry says that it says.
fn check_statements(
    chain: &Chain<'_>,
    lines: &[Line<'_>],
    manifest: &Manifest,
    signers: &dyn VerifySignature,
) -> Result<Vec<VerifiedStatement>, BundleError> {
    let listed: Vec<u64> = manifest.statements.iter().map(|member| member.entry).collect();
    let there: Vec<u64> = chain.evidence.iter().map(|(entry, _)| entry.index).collect();
    if listed != there {
        let reason = format!("it lists the statements of the entries {listed:?}, and the entries bring those of {there:?}");
        return Err(BundleError { what: "the manifest".to_owned(), reason });
    }
    let mut verified = Vec::new();
    for ((line, member), (entry, added)) in lines.iter().zip(&manifest.statements).zip(&chain.evidence) {
        if entry.blobs.get(STATEMENT_BLOB) != Some(&member.digest) {
            return Err(line.bad(format!("entry {} brought another one", entry.index)));
        }
        let envelope = Dsse::read(line.text.as_bytes()).map_err(|error| line.bad(error.to_string()))?;
        let statement = Statement::read(&envelope.payload).map_err(|error| line.bad(error.to_string()))?;
        let said = (&statement.predicate_type, &statement.subjects, &statement.trees);
        if said != (&added.predicate_type, &added.subjects, &added.trees) {
            return Err(line.bad(format!("entry {} says that it is about something else", entry.index)));
        }
        let signer = envelope.signer(signers, entry.at).ok();
        verified.push(VerifiedStatement { entry: entry.index, statement, signer });
    }
    Ok(verified)
}

/// The VSA says what the entries say, byte for byte.
fn check_vsa(
    line: &Line<'_>,
    chain: &Chain<'_>,
    manifest: &Manifest,
    signers: &dyn VerifySignature,
) -> Result<(Dsse, Signer), BundleError> {
    let envelope = Dsse::read_written(line.text).map_err(|error| line.bad(error.to_string()))?;
    let signer = envelope.vouched(signers, manifest.at).map_err(|error| line.bad(error.to_string()))?;
    let expected = vsa::summary(chain, &manifest.recipe, log_name(&manifest.checkpoint));
    if envelope.payload_type != STATEMENT_TYPE || expected.ok().as_ref() != Some(&envelope.payload) {
        return Err(line.bad("it says something else than the entries do"));
    }
    Ok((envelope, signer))
}
