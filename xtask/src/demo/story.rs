//! The story, step by step. Each step says what is typed, what must come of it, and why.

use super::DemoError;
use super::repositories::{Shop, image};
use super::stage::{Answer, Stage};

/// Tells it.
pub(super) fn tell(stage: &mut Stage, shop: &mut Shop) -> Result<(), DemoError> {
    stage.acts("platform-lead");
    trust(stage, shop)?;
    bad_manifest(stage, shop)?;
    feature_branch(stage, shop)?;
    infrastructure(stage, shop)?;
    master_and_tag(stage, shop)?;
    pushed_again(stage, shop)?;
    rebuilt(stage, shop)
}

fn trust(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.chapter("1  Trust: from now on, the policies of this commit judge, and nobody's proposal judges itself.");
    for clone in [&shop.infrastructure, &shop.deployment] {
        stage.tollgate(clone, &["init", "--trust", "HEAD"], 0)?;
    }
    stage.say("     ten services record which image they built from which commit");
    for service in &shop.services {
        let commit = stage.git(&shop.service(service), &["rev-parse", "HEAD"])?;
        shop.record(stage, service, &commit, "master")?;
    }
    Ok(())
}

fn bad_manifest(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.chapter("2  A bad manifest in a pull request is denied, with file and line.");
    stage.git(&shop.deployment, &["switch", "--quiet", "--create", "pull-request"])?;
    shop.edit("ads", |text| {
        let start = text.find("registry.example.com").unwrap_or_default();
        let end = start + text[start..].find('\n').unwrap_or_default();
        text.replace(&text[start..end], "registry.example.com/shop/ads:latest")
            .replace("runAsNonRoot: true, runAsUser: 1000", "runAsUser: 0")
    })?;
    let answer = stage.tollgate(&shop.deployment, &["check"], 10)?;
    tell_denials(stage, &answer);
    stage.git(&shop.deployment, &["restore", "."])?;
    stage.git(&shop.deployment, &["switch", "--quiet", "master"])?;
    Ok(())
}

fn feature_branch(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.chapter("3  A feature branch reaches staging, and can't go further.");
    let cart = shop.service("cart");
    stage.git(&cart, &["switch", "--quiet", "--create", "feature/vouchers"])?;
    let commit = shop.build(stage, "cart", "vouchers")?;
    stage.git(&cart, &["switch", "--quiet", "master"])?;
    stage.git(&shop.deployment, &["switch", "--quiet", "--create", "feature/vouchers"])?;
    shop.write_image("cart", &commit)?;
    shop.push(stage, &shop.deployment, "feature/vouchers", "cart: vouchers")?;
    stage.git(&shop.deployment, &["switch", "--quiet", "master"])?;
    let answer = stage.tollgate(&shop.deployment, &["promote", "feature/vouchers"], 0)?;
    tell_outcome(stage, &answer)?;
    let answer = stage.tollgate(&shop.deployment, &["promote", "feature/vouchers", "--to", "prod-apps"], 10)?;
    tell_denials(stage, &answer);
    Ok(())
}

fn infrastructure(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.chapter("4  Infrastructure: Apps is refused until Ops is proven; the merge goes to Ops only; then the tag applies.");
    shop.tag(stage, &shop.infrastructure, "staging-v1")?;
    let answer = stage.tollgate(&shop.infrastructure, &["promote", "staging-v1"], 10)?;
    tell_denials(stage, &answer);
    let answer = stage.tollgate(&shop.infrastructure, &["promote", "master"], 0)?;
    tell_outcome(stage, &answer)?;
    let answer = stage.tollgate(&shop.infrastructure, &["promote", "staging-v1"], 0)?;
    tell_outcome(stage, &answer)
}

fn master_and_tag(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.chapter("5  Master goes to preprod as one recipe of ten services; a tag takes the very same recipe to prod.");
    let answer = stage.tollgate(&shop.deployment, &["promote", "master"], 0)?;
    tell_outcome(stage, &answer)?;
    shop.tag(stage, &shop.deployment, "v1")?;
    let answer = stage.tollgate(&shop.deployment, &["promote", "v1"], 0)?;
    tell_outcome(stage, &answer)
}

fn pushed_again(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.chapter("6  Somebody pushes other contents to a tag that was tested: denied, with both digests.");
    let checkout = shop.service("checkout");
    let commit = stage.git(&checkout, &["rev-parse", "HEAD"])?;
    let original = format!("the first version of checkout at {commit}");
    shop.push_image("checkout", &commit, "something that nobody tested")?;
    let answer = stage.tollgate(&shop.deployment, &["promote", "v1"], 10)?;
    tell_denials(stage, &answer);
    stage.say("     the right image is back under its tag");
    shop.push_image("checkout", &commit, &original)?;
    Ok(())
}

fn rebuilt(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.chapter(
        "7  An image is built once more, and put into the tested recipe by hand: denied, naming where the good one is proven.",
    );
    let payment = shop.service("payment");
    let commit = shop.build(stage, "payment", "the same version, built once more")?;
    stage.git(&payment, &["status", "--short"])?;
    shop.write_image("payment", &commit)?;
    shop.push(stage, &shop.deployment, "hotfix", "payment: built once more")?;
    shop.tag(stage, &shop.deployment, "v2")?;
    let answer = stage.tollgate(&shop.deployment, &["promote", "v2"], 10)?;
    tell_denials(stage, &answer);
    stage.say(&format!("     {} was never in preprod", image("payment", commit.get(..12).unwrap_or(&commit))));
    Ok(())
}

/// What came of it all, and how to go on.
pub(super) fn where_everything_is(stage: &mut Stage, shop: &Shop) -> Result<(), DemoError> {
    stage.chapter("What runs where now:");
    for (title, clone) in [("infrastructure", &shop.infrastructure), ("deployment", &shop.deployment)] {
        let answer = stage.quietly(clone, &["status"], 0)?;
        stage.say(&format!("  {title}"));
        for target in answer.json["targets"].as_array().into_iter().flatten() {
            let name = target["target"].as_str().unwrap_or_default();
            let recipe = target["runs"]["recipe"].as_str().and_then(|recipe| recipe.get(7..19)).unwrap_or("nothing");
            let count = target["runs"]["components"].as_array().map_or(0, Vec::len);
            let components = if count == 1 { "component" } else { "components" };
            stage.say(&format!("    {name:<14} recipe {recipe}, {count} {components}"));
        }
    }
    shop.ground.tell_running(stage);
    let directory = stage.directory.clone();
    stage.chapter("Go on playing:");
    stage.say(&format!("  cd {}", shop.deployment));
    stage.say(&format!(
        "  export GIT_CONFIG_GLOBAL={directory}/gitconfig TOLLGATE_STATE_DIR={directory}/state TOLLGATE_CACHE_DIR={directory}/cache"
    ));
    stage.say("  tollgate status; tollgate explain prod-apps; tollgate recipe show prod-apps");
    stage.say("  git log origin/tollgate/ledger   # after `git fetch`: what was decided, and why");
    stage.say(&shop.ground.where_to_look(&directory));
    Ok(())
}

/// How many denials are told; the report has them all.
const TOLD_DENIALS: usize = 3;

pub(super) fn tell_denials(stage: &mut Stage, answer: &Answer) {
    let denials = answer.denials();
    for denial in denials.iter().take(TOLD_DENIALS) {
        stage.say(&format!("     {denial}"));
    }
    if denials.len() > TOLD_DENIALS {
        stage.say(&format!("     … and {} more denials", denials.len() - TOLD_DENIALS));
    }
}

pub(super) fn tell_outcome(stage: &mut Stage, answer: &Answer) -> Result<(), DemoError> {
    let (target, state, promotion) =
        (answer.text("/targets/0/target")?, answer.text("/targets/0/state")?, answer.text("/targets/0/promotion")?);
    let line = format!("     {target}: {state} as {promotion}");
    stage.say(&line);
    Ok(())
}
