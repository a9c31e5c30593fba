//! The story of the infrastructure repository: Terraform plans and applies, Ops goes first, and Apps gets what Ops has proven.

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;

use super::DemoError;
use super::people::make_keys;
use super::regulated::tell_waits;
use super::repositories::{GIT_CONFIGURATION, clone, copy};
use super::stage::{Answer, Stage};

/// Where the example has its states, until there is a real place.
const PLACE: &str = "/tmp/tollgate-example";

const PEOPLE: &str = "
people:
  signers: .tollgate/allowed_signers
  teams: {platform: [platform-lead@example.com, operator@example.com], audit: [auditor@example.com]}
";

/// The environments, in their order.
const ENVIRONMENTS: [&str; 3] = ["staging", "preprod", "prod"];

/// The clone that people work in.
struct Lab {
    clone: Utf8PathBuf,
}

/// Makes the repository from the example, and tells it.
pub(super) fn tell(stage: &mut Stage, examples: &Utf8Path) -> Result<(), DemoError> {
    stage.set("TOLLGATE_TERRAFORM", tollgate_servers::terraform()?.into_string());
    let lab = Lab::set_up(stage, examples)?;
    stage.acts("platform-lead");
    lab.trust(stage)?;
    lab.tag_before_the_proof(stage)?;
    lab.ops_first(stage)?;
    lab.broken_on_ops(stage)?;
    lab.mended(stage)?;
    lab.all_the_way(stage)?;
    lab.back(stage)?;
    lab.audit_day(stage)?;
    lab.where_everything_is(stage)
}

impl Lab {
    fn set_up(stage: &mut Stage, examples: &Utf8Path) -> Result<Self, DemoError> {
        fs_err::write(stage.directory.join("gitconfig"), GIT_CONFIGURATION)?;
        let clone = clone(stage, "infrastructure")?;
        copy(&examples.join("06-terraform"), &clone)?;
        fs_err::create_dir_all(clone.join(".tollgate"))?;
        fs_err::write(clone.join(".tollgate/allowed_signers"), make_keys(stage)?)?;
        let path = clone.join("tollgate.yaml");
        let text = fs_err::read_to_string(&path)?.replace(PLACE, stage.directory.as_str());
        fs_err::write(&path, format!("{text}{PEOPLE}"))?;
        stage.text(&clone, &["policy", "update"])?;
        let lab = Self { clone };
        lab.merge(stage, "a network and a cluster")?;
        Ok(lab)
    }

    fn trust(&self, stage: &mut Stage) -> Result<(), DemoError> {
        stage.chapter(
            "1  A network, and a cluster that comes after it; three environments, each with an Ops and an Apps workspace.",
        );
        stage.tollgate(&self.clone, &["check"], 0)?;
        stage.tollgate(&self.clone, &["init", "--trust", "HEAD"], 0)?;
        Ok(())
    }

    fn tag_before_the_proof(&self, stage: &mut Stage) -> Result<(), DemoError> {
        stage.chapter("2  A tag before Ops has proven anything: refused.");
        self.tag(stage, "staging-v1")?;
        self.denied(stage, "staging-v1")
    }

    fn ops_first(&self, stage: &mut Stage) -> Result<(), DemoError> {
        stage.chapter(
            "3  The merge: the cluster is planned once the network is there, and all of Ops gets both. Then the tag goes through.",
        );
        let plan = stage.tollgate(&self.clone, &["plan", "master", "--to", "staging-ops"], 0)?;
        tell_plan(stage, &plan);
        self.moved(stage, "master")?;
        self.moved(stage, "staging-v1")
    }

    fn broken_on_ops(&self, stage: &mut Stage) -> Result<(), DemoError> {
        stage.chapter(
            "4  Nine nodes look good in the plan, and fail when they are applied. Ops is broken, and Apps never hears of it.",
        );
        self.resize(9)?;
        self.merge(stage, "nine nodes")?;
        let failed = stage.tollgate(&self.clone, &["promote", "master", "--to", "staging-ops"], 14)?;
        tell_failure(stage, &failed)?;
        self.tag(stage, "staging-v2")?;
        self.denied(stage, "staging-v2")?;
        let drift = stage.tollgate(&self.clone, &["drift", "staging-ops"], 14)?;
        for difference in drift.json["targets"][0]["differences"].as_array().into_iter().flatten() {
            stage.say(&format!("     {}", difference.as_str().unwrap_or_default()));
        }
        Ok(())
    }

    fn mended(&self, stage: &mut Stage) -> Result<(), DemoError> {
        stage.chapter("5  Eight nodes mend it: all of Ops is as the recipe says.");
        self.resize(8)?;
        self.merge(stage, "eight nodes")?;
        self.moved(stage, "master")?;
        stage.tollgate(&self.clone, &["drift", "staging-ops"], 0)?;
        Ok(())
    }

    fn all_the_way(&self, stage: &mut Stage) -> Result<(), DemoError> {
        stage.chapter("6  Tags take it from staging to preprod to prod, and none of them is skipped.");
        // What runs first in each environment, so that there is something to go back to.
        for environment in ENVIRONMENTS.iter().skip(1) {
            stage.git(&self.clone, &["tag", &format!("{environment}-v1"), "staging-v1"])?;
        }
        stage.git(&self.clone, &["push", "--quiet", "origin", "--tags"])?;
        self.denied(stage, "prod-v1")?;
        self.moved(stage, "preprod-v1")?;
        self.moved(stage, "prod-v1")?;
        for environment in ENVIRONMENTS {
            let tag = format!("{environment}-v3");
            self.tag(stage, &tag)?;
            self.moved(stage, &tag)?;
        }
        Ok(())
    }

    fn back(&self, stage: &mut Stage) -> Result<(), DemoError> {
        stage.chapter("7  Prod goes back to what ran there before, and nothing moves until a thaw.");
        stage.acts("operator");
        let answer = stage.tollgate(&self.clone, &["rollback", "prod-apps", "--reason", "too many nodes"], 0)?;
        tell_outcomes(stage, &answer);
        self.tell_nodes(stage, "prod-apps", 5)?;
        let held = stage.tollgate(&self.clone, &["promote", "prod-v3"], 4)?;
        tell_waits(stage, &held);
        stage.tollgate(&self.clone, &["thaw", "--target", "prod-apps", "--reason", "understood"], 0)?;
        self.moved(stage, "prod-v3")?;
        self.tell_nodes(stage, "prod-apps", 8)
    }

    fn audit_day(&self, stage: &mut Stage) -> Result<(), DemoError> {
        stage.chapter("8  Audit day.");
        stage.acts("auditor");
        let verified = stage.tollgate(&self.clone, &["audit", "verify"], 0)?;
        let problems = verified.json["problems"].as_array().map_or(0, Vec::len);
        stage.say(&format!("     {} entries, {problems} problems", verified.json["entries"]));
        let replayed = stage.tollgate(&self.clone, &["audit", "replay", "--all"], 0)?;
        let decisions = replayed.json["decisions"].as_array().map_or(0, Vec::len);
        stage.say(&format!("     {decisions} decisions come out the same, byte for byte"));
        stage.tollgate(&self.clone, &["drift"], 0)?;
        stage.say("     every workspace is what the ledger says");
        Ok(())
    }

    fn where_everything_is(&self, stage: &mut Stage) -> Result<(), DemoError> {
        stage.chapter("What runs where now:");
        let status = stage.tollgate(&self.clone, &["status"], 0)?;
        for target in status.json["targets"].as_array().into_iter().flatten() {
            let text = |pointer: &str| target.pointer(pointer).and_then(Value::as_str).unwrap_or("nothing").to_owned();
            stage.say(&format!("    {:<14} since {}", text("/target"), text("/runs/promotion")));
        }
        let directory = stage.directory.clone();
        stage.chapter("Go on playing:");
        stage.say(&format!("  cd {}", self.clone));
        stage.say(&format!(
            "  export GIT_CONFIG_GLOBAL={directory}/gitconfig TOLLGATE_STATE_DIR={directory}/state TOLLGATE_KEY={directory}/keys/operator"
        ));
        stage.say("  tollgate status; tollgate explain prod-apps; tollgate plan master --to prod-ops");
        stage.say(&format!("  ls {directory}/states/cluster   # a state for each workspace"));
        Ok(())
    }

    /// Promotes a reference, all of which succeeds.
    fn moved(&self, stage: &mut Stage, reference: &str) -> Result<(), DemoError> {
        let answer = stage.tollgate(&self.clone, &["promote", reference], 0)?;
        tell_outcomes(stage, &answer);
        Ok(())
    }

    /// Promotes a tag that is refused.
    fn denied(&self, stage: &mut Stage, tag: &str) -> Result<(), DemoError> {
        let answer = stage.tollgate(&self.clone, &["promote", tag], 10)?;
        for denial in answer.denials() {
            stage.say(&format!("     {}", without_recipe(&denial)));
        }
        Ok(())
    }

    /// Makes sure that so many nodes are what Terraform itself remembers of a target.
    fn tell_nodes(&self, stage: &mut Stage, target: &str, nodes: u32) -> Result<(), DemoError> {
        let path = stage.directory.join(format!("states/cluster/{target}/terraform.tfstate"));
        let state = fs_err::read_to_string(&path)?;
        let state: Value = serde_json::from_str(&state).map_err(|source| DemoError::Json { command: path.to_string(), source })?;
        let found = state.pointer("/outputs/cluster/value/nodes");
        if found.and_then(Value::as_u64) != Some(nodes.into()) {
            return Err(DemoError::OtherNodes { target: target.to_owned(), expected: nodes, found: found.cloned() });
        }
        stage.say(&format!("     {target} has {nodes} nodes"));
        Ok(())
    }

    /// Says how many nodes the cluster of each target has.
    fn resize(&self, nodes: u32) -> Result<(), DemoError> {
        for environment in ENVIRONMENTS {
            for role in ["ops", "apps"] {
                let path = self.clone.join(format!("components/cluster/vars/{environment}-{role}.tfvars"));
                fs_err::write(path, format!("nodes = {nodes}\n"))?;
            }
        }
        Ok(())
    }

    fn merge(&self, stage: &mut Stage, message: &str) -> Result<(), DemoError> {
        stage.git(&self.clone, &["add", "--all"])?;
        stage.git(&self.clone, &["commit", "--quiet", "--message", message])?;
        stage.git(&self.clone, &["push", "--quiet", "origin", "HEAD:refs/heads/master"])?;
        Ok(())
    }

    fn tag(&self, stage: &mut Stage, tag: &str) -> Result<(), DemoError> {
        stage.git(&self.clone, &["tag", tag])?;
        stage.git(&self.clone, &["push", "--quiet", "origin", tag])?;
        Ok(())
    }
}

fn tell_plan(stage: &mut Stage, answer: &Answer) {
    let plan = &answer.json["targets"][0]["plan"];
    let counts = &plan["counts"];
    stage.say(&format!("     {} to create, {} to change, {} to delete", counts["creates"], counts["changes"], counts["deletes"]));
    for notice in plan["notices"].as_array().into_iter().flatten() {
        stage.say(&format!("     {}", notice.as_str().unwrap_or_default()));
    }
}

fn tell_outcomes(stage: &mut Stage, answer: &Answer) {
    for target in answer.json["targets"].as_array().into_iter().flatten() {
        let text = |member: &str| target[member].as_str().unwrap_or_default();
        stage.say(&format!("     {}: {} as {}", text("target"), text("state"), text("promotion")));
    }
}

/// Which Terraform plans is a part of a recipe, so its id is another one elsewhere.
fn without_recipe(denial: &str) -> String {
    match denial.split_once("recipe ") {
        Some((before, after)) => format!("{before}the recipe{}", after.trim_start_matches(|c: char| c.is_ascii_hexdigit())),
        None => denial.to_owned(),
    }
}

/// How Terraform names what failed is left to it.
fn tell_failure(stage: &mut Stage, answer: &Answer) -> Result<(), DemoError> {
    let message = answer.text("/targets/0/message")?;
    let own = message.find("The network").map_or(message, |start| &message[start..]);
    stage.say(&format!("     staging-ops: {}: {own}", answer.text("/targets/0/state")?));
    Ok(())
}
