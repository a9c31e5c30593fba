//! The regulated story: review, approval, freeze, break-glass, rollback, removal, audit day.

use super::DemoError;
use super::people::commit_as;
use super::repositories::Shop;
use super::stage::{Answer, Stage};
use super::story::tell_outcome;

/// What the new policy revision adds.
const OVERRIDES: &str = "
overrides: {by: [platform], approvals: 2, maxDuration: 4h, reviewWithin: 24h, require: [reason, ticket]}
";

const GATES: &str = "  - {name: four-eyes, policy: builtin:four-eyes, match: {environment: prod}, settings: {from: [platform]}}
  - {name: destructive-change, policy: builtin:destructive-change, match: {environment: prod}}
  - {name: policy-integrity, policy: builtin:policy-integrity, enforcement: mandatory, match: {change: policy}, settings: {approvals: 1, from: [platform]}}
";

/// Tells it.
pub(super) fn tell(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    four_eyes_from_now_on(stage, shop)?;
    four_eyes(stage, shop)?;
    weaker_policy(stage, shop)?;
    break_glass(stage, shop)?;
    rollback(stage, shop)?;
    removal(stage, shop)?;
    audit_day(stage, shop)
}

fn four_eyes_from_now_on(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.chapter("8  The company is regulated: a policy revision asks for four eyes before prod, and says who may break glass.");
    // What was put together by hand in the chapter before goes nowhere.
    stage.git(&shop.deployment, &["reset", "--quiet", "--hard", "v1"])?;
    let path = shop.deployment.join("tollgate.yaml");
    let text = fs_err::read_to_string(&path)?;
    let (before, after) = text.split_at(text.find("\nregistry:").unwrap_or(text.len()));
    fs_err::write(&path, format!("{before}{GATES}{OVERRIDES}{after}"))?;
    commit_as(stage, &shop.deployment, "platform-lead")?;
    stage.text(&shop.deployment, &["policy", "update"])?;
    shop.push(stage, &shop.deployment, "master", "four eyes, break-glass")?;
    stage.acts("platform-lead");
    stage.tollgate(&shop.deployment, &["policy", "accept", "HEAD"], 0)?;
    Ok(())
}

/// A new version of a service, from its repository to preprod and under a tag.
fn release(stage: &mut Stage, shop: &Shop, service: &str, text: &str, tag: &str) -> Result<(), DemoError> {
    commit_as(stage, &shop.deployment, "developer")?;
    stage.acts("platform-lead");
    let commit = shop.build(stage, service, text)?;
    shop.record(stage, service, &commit, "master")?;
    shop.write_image(service, &commit)?;
    shop.push(stage, &shop.deployment, "master", &format!("{service}: {text}"))?;
    stage.quietly(&shop.deployment, &["promote", "master"], 0)?;
    shop.tag(stage, &shop.deployment, tag)
}

/// The promotion that an answer is about.
fn promotion(answer: &Answer) -> Result<String, DemoError> {
    answer.text("/targets/0/promotion").map(ToOwned::to_owned)
}

pub(super) fn tell_waits(stage: &mut Stage, answer: &Answer) {
    for gate in answer.json["targets"][0]["gates"].as_array().into_iter().flatten() {
        if let Some(reason) = gate["wait"]["reason"].as_str() {
            stage.say(&format!("     waits: {}", without_commits(reason)));
        }
    }
}

/// Signed commits have other ids each time.
fn without_commits(reason: &str) -> String {
    let of = "the author of ";
    let (before, after) = reason.split_once(of).unwrap_or((reason, ""));
    let rest = after.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    if after.is_empty() { before.to_owned() } else { format!("{before}{of}that commit{rest}") }
}

fn four_eyes(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.chapter("9  Nobody's yes counts for their own change.");
    release(stage, shop, "cart", "vouchers for everyone", "v3")?;
    let waiting = stage.tollgate(&shop.deployment, &["promote", "v3"], 4)?;
    tell_waits(stage, &waiting);
    let id = promotion(&waiting)?;
    stage.acts("developer");
    stage.tollgate(&shop.deployment, &["approve", &id], 0)?;
    let waiting = stage.tollgate(&shop.deployment, &["promote", "v3"], 4)?;
    tell_waits(stage, &waiting);
    let id = promotion(&waiting)?;
    fs_err::write(stage.directory.join("result.json"), "{\"result\": \"PASSED\", \"configuration\": []}\n")?;
    stage.tollgate(&shop.deployment, &["evidence", "add", "../result.json", "--type", "test-result", "--subject", &id], 0)?;
    stage.acts("operator");
    stage.tollgate(&shop.deployment, &["approve", &id], 0)?;
    let answer = stage.tollgate(&shop.deployment, &["promote", "v3"], 0)?;
    tell_outcome(stage, &answer)
}

fn weaker_policy(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.chapter("10 A policy revision that asks less is not accepted on the word of whoever wrote it.");
    let path = shop.deployment.join("tollgate.yaml");
    let text = fs_err::read_to_string(&path)?;
    fs_err::write(
        &path,
        text.replace(
            "name: same-image, policy: builtin:same-image, enforcement: mandatory",
            "name: same-image, policy: builtin:same-image, enforcement: advisory",
        ),
    )?;
    shop.push(stage, &shop.deployment, "master", "same-image only warns")?;
    stage.acts("developer");
    let refused = stage.tollgate(&shop.deployment, &["policy", "accept", "HEAD"], 10)?;
    if let Some(line) = refused.json.as_str().and_then(|text| text.lines().find(|line| line.contains("policy-integrity"))) {
        stage.say(&format!("     {}", line.trim()));
    }
    fs_err::write(&path, text)?;
    shop.push(stage, &shop.deployment, "master", "same-image denies")
}

fn break_glass(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.chapter("11 Prod is frozen, and then on fire: two people break the glass, for this recipe and this gate alone.");
    stage.acts("platform-lead");
    stage.tollgate(&shop.deployment, &["freeze", "--environment", "prod", "--reason", "year end"], 0)?;
    release(stage, shop, "payment", "the fix", "v4")?;
    let waiting = stage.quietly(&shop.deployment, &["promote", "v4"], 4)?;
    let id = promotion(&waiting)?;
    stage.acts("operator");
    stage.tollgate(&shop.deployment, &["approve", &id], 0)?;
    let frozen = stage.tollgate(&shop.deployment, &["promote", "v4"], 4)?;
    tell_waits(stage, &frozen);
    let id = promotion(&frozen)?;
    stage.acts("platform-lead");
    let reasons = ["--gate", "freeze", "--reason", "payments fail", "--ticket", "INC-7"];
    let opened = stage.tollgate(&shop.deployment, &[&["override", &id][..], &reasons].concat(), 0)?;
    let opened = format!("O-{}", opened.json["entry"]);
    stage.acts("operator");
    stage.tollgate(&shop.deployment, &["override", &opened], 0)?;
    let answer = stage.tollgate(&shop.deployment, &["promote", "v4"], 0)?;
    tell_outcome(stage, &answer)?;
    stage.acts("auditor");
    stage.tollgate(&shop.deployment, &["approve", &opened, "--note", "looked at the incident"], 0)?;
    stage.acts("platform-lead");
    stage.tollgate(&shop.deployment, &["thaw", "--environment", "prod", "--reason", "the year has ended"], 0)?;
    Ok(())
}

fn rollback(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.chapter("12 The fix was none: back to what was healthy, and nothing moves there until a thaw.");
    let back = ["rollback", "prod-apps", "--reason", "payments still fail"];
    stage.acts("platform-lead");
    let waiting = stage.tollgate(&shop.deployment, &back, 4)?;
    tell_waits(stage, &waiting);
    let id = promotion(&waiting)?;
    stage.acts("operator");
    stage.tollgate(&shop.deployment, &["approve", &id], 0)?;
    let answer = stage.tollgate(&shop.deployment, &back, 0)?;
    tell_outcome(stage, &answer)?;
    let held = stage.tollgate(&shop.deployment, &["promote", "v4"], 4)?;
    tell_waits(stage, &held);
    stage.tollgate(&shop.deployment, &["thaw", "--target", "prod-apps", "--reason", "understood"], 0)?;
    Ok(())
}

fn removal(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.chapter("13 A service is removed: a commit like any other, with the plan of what goes.");
    commit_as(stage, &shop.deployment, "developer")?;
    stage.acts("developer");
    stage.tollgate(&shop.deployment, &["service", "remove", "ads", "--write"], 0)?;
    shop.push(stage, &shop.deployment, "master", "ads is no more")?;
    stage.acts("platform-lead");
    let answer = stage.tollgate(&shop.deployment, &["promote", "master"], 0)?;
    tell_outcome(stage, &answer)?;
    shop.tag(stage, &shop.deployment, "v5")?;
    let plan = stage.tollgate(&shop.deployment, &["plan", "v5"], 4)?;
    tell_plan(stage, &plan);
    let waiting = stage.quietly(&shop.deployment, &["promote", "v5"], 4)?;
    tell_waits(stage, &waiting);
    let id = promotion(&waiting)?;
    stage.acts("operator");
    stage.tollgate(&shop.deployment, &["approve", &id], 0)?;
    let answer = stage.tollgate(&shop.deployment, &["promote", "v5"], 0)?;
    tell_outcome(stage, &answer)
}

fn tell_plan(stage: &mut Stage, plan: &Answer) {
    let counts = &plan.json["targets"][0]["plan"]["counts"];
    stage.say(&format!(
        "     prod-apps: {} to delete, {} to change, {} to create",
        counts["deletes"], counts["changes"], counts["creates"]
    ));
}

fn audit_day(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.chapter("14 Audit day: a clone and public keys, and nobody is taken at their word.");
    let verified = stage.tollgate(&shop.deployment, &["audit", "verify"], 0)?;
    stage.say(&format!(
        "     {} entries, {} problems",
        verified.json["entries"],
        verified.json["problems"].as_array().map_or(0, Vec::len)
    ));
    let replayed = stage.tollgate(&shop.deployment, &["audit", "replay", "--all"], 0)?;
    let decisions = replayed.json["decisions"].as_array().map_or(0, Vec::len);
    stage.say(&format!("     {decisions} decisions come out the same, byte for byte"));
    stage.tollgate(&shop.deployment, &["audit", "reconcile"], 0)?;
    offline(stage, shop, &verified)?;
    let report = stage.tollgate(&shop.deployment, &["audit", "report", "--from", "2000-01-01", "--to", "2100-01-01"], 0)?;
    let count = |member: &str| report.json[member].as_array().map_or(0, Vec::len);
    stage.say(&format!("     {} changes, {} exceptions", count("changes"), count("exceptions")));
    shop.ground.changed_by_hand(stage, &shop.deployment)?;
    flipped(stage, shop)
}

/// What an auditor takes along, and checks with public keys alone.
fn offline(stage: &mut Stage, shop: &Shop, verified: &Answer) -> Result<(), DemoError> {
    let log_key = verified.text("/logKeys/0/key")?.to_owned();
    let log = stage.quietly(&shop.deployment, &["audit", "log", "--target", "prod-apps", "--outcome", "succeeded"], 0)?;
    let last = log.json["entries"].as_array().and_then(|entries| entries.last()).cloned().unwrap_or_default();
    let (index, id) = (last["index"].to_string(), last["promotion"].as_str().unwrap_or_default().to_owned());
    for arguments in [["audit", "prove", &index, "-o", "../entry.proof"], ["evidence", "bundle", &id, "-o", "../promotion.bundle"]]
    {
        stage.say(&format!("  $ tollgate {}   # operator", arguments.join(" ")));
        stage.text(&shop.deployment, &arguments)?;
    }
    stage.say("     from here on with public keys alone");
    for (verb, file) in [(["audit", "verify-proof"], "entry.proof"), (["evidence", "verify"], "promotion.bundle")] {
        stage.say(&format!("  $ tollgate {} {file} --log-key … --signers allowed_signers", verb.join(" ")));
        let signers = shop.deployment.join(".tollgate/allowed_signers");
        let directory = stage.directory.clone();
        let arguments = [&verb[..], &[file, "--log-key", &log_key, "--signers", signers.as_str()]].concat();
        stage.quietly(&directory, &arguments, 0)?;
    }
    Ok(())
}

/// In a copy of the ledger, so that the shop stays good to play with.
fn flipped(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.say("     somebody flips one byte of a copy of the ledger");
    let directory = stage.directory.clone();
    stage.git(&directory, &["clone", "--quiet", "--bare", "remotes/deployment.git", "remotes/tampered.git"])?;
    stage.git(&directory, &["clone", "--quiet", "--branch", "tollgate/ledger", "remotes/tampered.git", "tampered"])?;
    let entry = directory.join("tampered/entries/000/000/015.json");
    let mut bytes = fs_err::read(&entry)?;
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 1;
    }
    fs_err::write(&entry, bytes)?;
    let tampered = directory.join("tampered");
    stage.git(&tampered, &["commit", "--quiet", "--all", "--message", "nobody will notice"])?;
    stage.git(&tampered, &["push", "--quiet", "origin", "HEAD:tollgate/ledger"])?;
    let arguments = ["--ledger", "../remotes/tampered.git", "--state-dir", "../elsewhere", "audit", "verify"];
    let told = stage.tollgate(&shop.deployment, &arguments, 15)?;
    let problems = told.json["problems"].as_array().cloned().unwrap_or_default();
    for problem in problems.iter().filter_map(|problem| problem.as_str()) {
        // What is wrong with it depends on which byte it was.
        stage.say(&format!("     {}", problem.split(" can't").next().unwrap_or(problem)));
    }
    Ok(())
}
