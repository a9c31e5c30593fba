//! The SLSA Verification Summary Attestation of a promotion: what was verified, by which policy, on what evidence.
//!
//! It follows from the entries alone, so that whoever has them makes the very same bytes.

use serde_json::{Value, json};
use tollgate_core::canonical::{self, NotCanonical};
use tollgate_core::chain::Chain;
use tollgate_core::decision::GateRecord;
use tollgate_core::digest::Digest;
use tollgate_core::recipe::Recipe;

use super::statement::TYPE;

/// The type of its predicate.
pub const VSA: &str = "https://slsa.dev/verification_summary/v1";

/// Name of the blob of an evidence entry that holds the statement's envelope.
pub const STATEMENT_BLOB: &str = "statement";

/// The version of what is written here. It changes when the same entries would give other bytes.
const FORM: &str = "1";

/// The statement, in canonical JSON. `log` is the origin of the ledger's log, which names who verified.
///
/// # Errors
/// Never; the type says what canonical JSON may refuse.
pub fn summary(chain: &Chain<'_>, recipe: &Recipe, log: &str) -> Result<Vec<u8>, NotCanonical> {
    let passed = chain.outcome.is_some();
    let target = chain.decision.subject.target.as_deref().unwrap_or_default();
    let predicate = json!({
        "verifier": {"id": format!("https://{log}"), "version": {"tollgate-vsa": FORM}},
        "timeVerified": chain.decision.at.to_string(),
        "resourceUri": format!("https://{log}/targets/{target}"),
        "policy": policy(chain),
        "inputAttestations": inputs(chain, log),
        "verificationResult": if passed { "PASSED" } else { "FAILED" },
        "verifiedLevels": levels(&chain.decided.gates, passed),
    });
    canonical::to_vec(&json!({"_type": TYPE, "subject": subjects(chain, recipe), "predicateType": VSA, "predicate": predicate}))
}

/// The images that moved; where none did, the recipe itself.
fn subjects(chain: &Chain<'_>, recipe: &Recipe) -> Vec<Value> {
    let images = Chain::images(recipe);
    let images: Vec<Value> =
        images.iter().map(|(digest, reference)| json!({"name": reference, "digest": {"sha256": digest.hex()}})).collect();
    let whole = chain.decision.subject.recipe.filter(|_| images.is_empty());
    images.into_iter().chain(whole.map(|id| json!({"name": "recipe", "digest": {"sha256": id.hex()}}))).collect()
}

fn policy(chain: &Chain<'_>) -> Value {
    let (entry, commit) = chain.policy;
    let digest = chain.decision.policy.map(|digest| digest.hex()).unwrap_or_default();
    json!({"uri": format!("git+{}@{commit}#tollgate.yaml", entry.repo), "digest": {"sha256": digest}})
}

/// The statements that were there when it was decided, by the digests of their envelopes.
fn inputs(chain: &Chain<'_>, log: &str) -> Vec<Value> {
    let input = |entry: &tollgate_core::entry::Entry| {
        let digest = entry.blobs.get(STATEMENT_BLOB).map(Digest::hex).unwrap_or_default();
        json!({"uri": format!("https://{log}/entries/{}", entry.index), "digest": {"sha256": digest}})
    };
    chain.evidence.iter().map(|(entry, _)| input(entry)).collect()
}

/// That nothing is said of SLSA's own tracks, and which gates passed by their own verdict: an override is none.
fn levels(gates: &[GateRecord], passed: bool) -> Vec<String> {
    if !passed {
        return vec!["FAILED".to_owned()];
    }
    let own = gates.iter().filter(|gate| gate.verdict == "pass" && gate.passed_by.is_none());
    let own = own.map(|gate| format!("TOLLGATE_GATE_{}", gate.name));
    std::iter::once("SLSA_BUILD_LEVEL_UNEVALUATED".to_owned()).chain(own).collect()
}
