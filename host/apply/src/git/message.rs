//! What commits on the branch say.

use tollgate_core::approved::Approved;
use tollgate_core::digest::Digest;

/// The commit of an attempt that delivers a release.
pub(super) fn delivery(approved: &Approved, release: &str) -> String {
    let target = approved.target();
    let recipe = approved.recipe().short();
    format!("tollgate: recipe {recipe} to {target}\n\n{}Tollgate-Release: {release}\n", trailers(approved))
}

/// The commit of an attempt that changes nothing but the attempt.
pub(super) fn claim(approved: &Approved, why: &str) -> String {
    let (attempt, target) = (approved.attempt(), approved.target());
    format!("tollgate: attempt {attempt} at {target} changed nothing\n\n{why}\n\n{}", trailers(approved))
}

fn trailers(approved: &Approved) -> String {
    let digest = |digest: Digest| digest.to_string();
    let trailers = [
        ("Promotion", approved.promotion().to_string()),
        ("Target", approved.target().to_owned()),
        ("Attempt", approved.attempt().to_string()),
        ("Recipe", digest(approved.recipe())),
        ("Plan", digest(approved.plan())),
        ("Policy", digest(approved.policy())),
    ];
    trailers.iter().map(|(name, value)| format!("Tollgate-{name}: {value}\n")).collect()
}
