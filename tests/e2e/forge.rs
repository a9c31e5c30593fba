//! Reviews on a forge, from the proposal to the target; and a forge's key, which counts only as far as git and reviews bear it out.

use serde_json::{Value, json};
use tollgate_tests::{Answer, Cli, FORGE_TOKEN, ForgeServer, Pipeline, ReviewOnGithub, SignedShop};

const TEAMS: [(&str, &[&str]); 2] = [("platform", &["lead", "operator"]), ("developers", &["dev"])];

const REVIEWED: &str = "{name: reviewed, policy: builtin:four-eyes, enforcement: mandatory, match: {environment: preprod}, settings: {at: review, from: [platform, developers]}}";

/// A shop with a forge, and a branch `newer-cart` by `dev` that waits to be merged there.
struct Story {
    signed: SignedShop,
    forge: ForgeServer,
    head: String,
}

impl Story {
    fn on_github() -> Self {
        Self::with(ForgeServer::start(), &Pipeline::deployment().gate(REVIEWED))
    }

    /// On GitHub, with another pipeline.
    fn with(forge: ForgeServer, pipeline: &Pipeline) -> Self {
        let place = format!("kind: github, repo: shop/deployment, api: \"{}\"", forge.url);
        Self::of(forge, pipeline, &place)
    }

    fn on(forge: ForgeServer, place: &str) -> Self {
        Self::of(forge, &Pipeline::deployment().gate(REVIEWED), place)
    }

    fn of(forge: ForgeServer, pipeline: &Pipeline, place: &str) -> Self {
        let signed = SignedShop::with_forge(&["cart"], pipeline, &TEAMS, place);
        signed.commit_as("dev");
        let shop = &signed.shop;
        shop.deployment.git(&["switch", "--quiet", "--create", "newer-cart"]);
        let build = shop.build("cart", "two");
        shop.record(&build, "master").exits(0);
        shop.use_image(&build);
        let head = shop.deployment.deliver("newer-cart", "a newer cart");
        Self { signed, forge, head }
    }

    fn merge(&self) -> String {
        self.signed.shop.deployment.switch("master");
        self.signed.merge_on_forge("lead", "newer-cart")
    }

    fn squash(&self) -> String {
        self.signed.shop.deployment.switch("master");
        self.signed.squash_on_forge("dev", "newer-cart")
    }

    /// The forge says that the branch was merged as a commit, after reviews of heads by accounts.
    fn reviewed(&self, commit: &str, reviews: &[(&str, &str)]) {
        let at = now();
        let review = |(login, head): &(&'_ str, &'_ str)| (login.to_string(), head.to_string());
        let owned: Vec<(String, String)> = reviews.iter().map(review).collect();
        let reviews: Vec<ReviewOnGithub<'_>> =
            owned.iter().map(|(login, head)| ReviewOnGithub { login, state: "APPROVED", head, at: &at }).collect();
        self.forge.merged(7, "dev-1", &self.head, commit, &reviews);
    }

    fn promote(&self) -> Cli {
        self.signed.shop.tollgate(&["promote", "master", "-o", "json"]).env("FORGE_TOKEN", FORGE_TOKEN)
    }
}

/// To the second, as the forge has it.
fn now() -> String {
    jiff::Timestamp::from_second(jiff::Timestamp::now().as_second()).unwrap().to_string()
}

fn gate(answer: &Answer) -> Value {
    let json = answer.json();
    let gates = json["targets"][0]["gates"].as_array().unwrap();
    gates.iter().find(|gate| gate["name"] == "reviewed").unwrap().clone()
}

/// What a pending review waits for.
#[track_caller]
fn waits(answer: &Answer) -> String {
    gate(answer)["wait"]["reason"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

#[test]
fn a_merge_by_the_forge_of_what_somebody_else_reviewed_there_is_let_through_and_made_again_without_the_forge() {
    let story = Story::on_github();
    let merge = story.merge();
    story.reviewed(&merge, &[]);
    assert!(waits(&story.promote().run().exits(4)).starts_with("0 of 1"));
    story.reviewed(&merge, &[("lead-1", &story.head)]);
    let answer = story.promote().run().exits(0);
    assert_eq!(gate(&answer)["verdict"], "pass", "{answer:?}");
    story.forge.go_down();
    story.signed.shop.tollgate(&["audit", "replay", &story.signed.newest("preprod-apps")]).run().exits(0);
}

#[test]
fn a_squash_of_what_was_reviewed_is_let_through_and_its_author_asked_for_it() {
    let story = Story::on_github();
    let squash = story.squash();
    story.signed.shop.deployment.git(&["push", "--quiet", "origin", &format!("{}:refs/pull/7/head", story.head)]);
    story.signed.shop.deployment.git(&["push", "--quiet", "--delete", "origin", "newer-cart"]);
    story.reviewed(&squash, &[("lead-1", &story.head)]);
    story.promote().run().exits(0);
    let entries = story.signed.shop.ledger().entries();
    let decided = entries.iter().rfind(|entry| entry["type"] == "decided").unwrap();
    assert_eq!(decided["body"]["requester"], "dev@example.com");
}

#[test]
fn a_squash_that_nobody_reviewed_is_denied_by_name() {
    let story = Story::on_github();
    let squash = story.squash();
    let unknown = story.promote().run().exits(10);
    unknown.says(&[&squash[..12], "squash by the forge", "knows no pull request that was merged as it"]);
    story.reviewed(&squash, &[]);
    let unreviewed = story.promote().run().exits(10);
    unreviewed.says(&[
        &squash[..12],
        "needs the review fact for its head",
        &format!("no review of its head {}", &story.head[..12]),
    ]);
}

#[test]
fn a_squash_brings_in_nothing_of_its_reviewer_s_own() {
    let mut story = Story::on_github();
    story.signed.commit_as("lead");
    story.signed.shop.deployment.write("services/cart/notes.txt", "by the reviewer\n");
    story.head = story.signed.shop.deployment.deliver("newer-cart", "a small thing");
    let squash = story.squash();
    story.reviewed(&squash, &[("lead-1", &story.head)]);
    let answer = story.promote().run();
    assert_ne!(gate(&answer)["verdict"], "pass", "{answer:?}");
    assert!(waits(&answer.exits(4)).contains("is the author of"), "the reviewer is an author of what is squashed");
}

#[test]
fn a_review_of_an_older_head_and_one_by_nobody_known_are_void_by_name() {
    let mut story = Story::on_github();
    let older = story.head.clone();
    story.signed.shop.deployment.write("services/cart/notes.txt", "later\n");
    story.head = story.signed.shop.deployment.deliver("newer-cart", "later");
    let merge = story.merge();
    story.reviewed(&merge, &[("lead-1", &older), ("stranger-1", &story.head)]);
    let reason = waits(&story.promote().run().exits(4));
    assert!(reason.contains(&format!("it is of the older head {}", &older[..12])), "{reason}");
    assert!(reason.contains("`people.forge.accounts` does not have the account `stranger-1`"), "{reason}");
}

#[test]
fn a_forge_that_does_not_answer_blocks_and_says_so_in_the_ledger() {
    let story = Story::on_github();
    let merge = story.merge();
    story.reviewed(&merge, &[("lead-1", &story.head)]);
    let without = story.signed.shop.tollgate(&["promote", "master"]).run().exits(13);
    without.says(&["only to who logs in", "`FORGE_TOKEN`, which is to hold the token, is not set", "0 of 1"]);
    story.signed.shop.tollgate(&["plan", "master"]).run().exits(13).says(&["1 to create", "is not set"]);
    story.forge.go_down();
    story.promote().run().exits(13).says(&["status 503, again and again"]);
    assert!(!story.signed.shop.target("preprod").path().exists(), "nothing was applied");
    let replayed = story.signed.shop.tollgate(&["audit", "replay", &story.signed.newest("preprod-apps")]).run();
    replayed.exits(0);
}

#[test]
fn break_glass_does_not_wait_for_the_forge() {
    let overrides = "overrides: {by: [platform], approvals: 2, maxDuration: 4h, reviewWithin: 24h, require: [reason, ticket]}";
    let gate = REVIEWED.replace("enforcement: mandatory, ", "");
    let story = Story::with(ForgeServer::start(), &Pipeline::deployment().gate(&gate).line(overrides));
    let merge = story.merge();
    story.reviewed(&merge, &[("lead-1", &story.head)]);
    story.promote().run().exits(0);
    story.signed.shop.deployment.switch("newer-cart");
    story.signed.shop.deployment.git(&["merge", "--quiet", "--ff-only", "master"]);
    let build = story.signed.shop.build("cart", "three");
    story.signed.shop.record(&build, "master").exits(0);
    story.signed.shop.use_image(&build);
    story.signed.shop.deployment.deliver("newer-cart", "the newest cart");
    story.merge();
    story.forge.go_down();
    story.promote().run().exits(13);
    let signed = &story.signed;
    let open =
        ["override", &signed.newest("preprod-apps"), "--gate", "reviewed", "--reason", "the forge is down", "--ticket", "OPS-1"];
    let opened = signed.cli("lead", &[&open[..], &["--for", "1h", "-o", "json"]].concat()).run().exits(0).json();
    signed.by("operator", &["override", &format!("O-{}", opened["entry"])]).exits(0);
    story.promote().run().exits(0).says(&["no review there counted, and none was needed"]);
}

#[test]
fn where_no_gate_looks_at_reviews_the_forge_is_not_asked() {
    let forge = ForgeServer::start();
    let place = format!("kind: github, repo: shop/deployment, api: \"{}\"", forge.url);
    let signed = SignedShop::with_forge(&["cart"], &Pipeline::deployment(), &TEAMS, &place);
    forge.go_down();
    signed.shop.promote("master").exits(0);
    assert_eq!(forge.requests(), []);
}

#[test]
fn an_approval_on_gitlab_counts_for_the_head_that_there_was_at_its_time() {
    let forge = ForgeServer::start();
    let place = format!("kind: gitlab, repo: acme/shop/deployment, api: \"{}/api/v4\"", forge.url);
    let story = Story::on(forge, &place);
    let merge = story.merge();
    let at = now();
    let project = "/api/v4/projects/acme%2Fshop%2Fdeployment";
    let request = json!([{
        "iid": 7, "state": "merged", "target_branch": "master", "sha": story.head, "author": {"username": "dev-1"},
        "merge_user": {"username": "lead-1"}, "merge_commit_sha": merge, "squash_commit_sha": null,
    }]);
    let version = |id: u64, head: &str, at: &str| json!({"id": id, "head_commit_sha": head, "created_at": at});
    story.forge.page(&format!("{project}/repository/commits/{merge}/merge_requests"), request);
    let approvals = json!({"approved_by": [{"user": {"username": "lead-1"}, "approved_at": at}]});
    story.forge.page(&format!("{project}/merge_requests/7/approvals"), approvals);
    let early = version(1, &story.head, "2026-01-01T00:00:00Z");
    let late = version(2, &"b".repeat(40), "2026-01-02T00:00:00Z");
    story.forge.page(&format!("{project}/merge_requests/7/versions"), json!([late, early]));
    assert!(waits(&story.promote().run().exits(4)).contains("it is of the older head bbbbbbbbbbbb"));
    story.forge.page(&format!("{project}/merge_requests/7/versions"), json!([early]));
    story.promote().run().exits(0);
}
