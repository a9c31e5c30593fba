//! A target on a branch: what an agent would deploy from there is what was decided, whoever else pushes and whatever dies.

use std::collections::BTreeMap;

use serde_json::Value;
use tollgate_tests::{Pipeline, Shop, SignedShop, World, manifest};

/// Preprod is a branch of the repository itself, prod a directory on a branch of another.
fn mk_pipeline() -> Pipeline {
    Pipeline::deployment().environments(&[
        "{name: preprod, targets: [{name: preprod-apps, role: apps, on: {branch: master}, git: {branch: deploy/preprod, planKey: {env: PLAN_KEY}}}]}",
        "{name: prod, after: {all: [preprod]}, targets: [{name: prod-apps, role: apps, on: {tag: \"v*\"}, git: {remote: ../remotes/deployed.git, branch: main, path: clusters/prod}}]}",
    ])
}

/// A branch as its remote has it, read without tollgate.
struct Deployed {
    world: World,
    remote: &'static str,
    branch: &'static str,
    path: &'static str,
}

fn preprod(shop: &Shop) -> Deployed {
    Deployed { world: shop.world.clone(), remote: "remotes/deployment.git", branch: "deploy/preprod", path: "" }
}

fn prod(shop: &Shop) -> Deployed {
    Deployed { world: shop.world.clone(), remote: "remotes/deployed.git", branch: "main", path: "clusters/prod/" }
}

impl Deployed {
    fn git(&self, arguments: &[&str]) -> String {
        self.world.git(self.remote, arguments)
    }

    fn head(&self) -> String {
        self.git(&["rev-parse", self.branch])
    }

    fn commits(&self) -> usize {
        self.git(&["rev-list", "--count", self.branch]).parse().unwrap()
    }

    /// Everything on the branch, by path.
    fn everything(&self) -> BTreeMap<String, String> {
        let listed = self.git(&["ls-tree", "-r", "--name-only", self.branch]);
        listed.lines().map(|path| (path.to_owned(), self.git(&["show", &format!("{}:{path}", self.branch)]))).collect()
    }

    /// What an agent would deploy.
    fn manifests(&self) -> BTreeMap<String, String> {
        let is_manifest = |path: &str| path.starts_with(self.path) && (path.ends_with(".yaml") || path.ends_with(".json"));
        self.everything().into_iter().filter(|(path, _)| is_manifest(path)).collect()
    }

    fn state(&self) -> Value {
        serde_json::from_str(&self.everything()[&format!("{}.tollgate/state", self.path)]).unwrap()
    }

    /// A commit by somebody else, on top of the branch.
    fn by_hand(&self, change: impl Fn(&camino::Utf8Path)) -> String {
        let hands = self.world.path("hands");
        let _ = fs_err::remove_dir_all(&hands);
        self.world.git("", &["clone", "--quiet", "--branch", self.branch, self.remote, "hands"]);
        change(&hands);
        self.world.git("hands", &["add", "--all"]);
        self.world.git("hands", &["commit", "--quiet", "--message", "by hand"]);
        self.world.git("hands", &["push", "--quiet", "origin", self.branch]);
        self.head()
    }
}

fn mk_shop() -> Shop {
    let shop = Shop::with(&["cart", "mail"], &mk_pipeline());
    shop.world.repository("deployed");
    shop
}

fn outcomes(shop: &Shop) -> Vec<String> {
    let entries = shop.ledger().entries();
    let outcome = entries.iter().filter(|entry| entry["type"] == "outcome");
    outcome.map(|entry| entry["body"]["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_recipe_goes_from_branch_to_branch_and_back() {
    let shop = mk_shop();
    let clone = shop.deployment.git(&["status", "--porcelain", "--branch"]);
    shop.promote_to_prod("v1");
    let (first, digest) = (prod(&shop).manifests(), shop.last_build("cart").digest);
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        ["clusters/prod/services/cart/deployment.yaml", "clusters/prod/services/mail/deployment.yaml"]
    );
    assert!(first["clusters/prod/services/cart/deployment.yaml"].contains(&digest), "{first:?}");
    assert_eq!(preprod(&shop).manifests().len(), 2);
    shop.release("cart", "two");
    shop.promote_to_prod("v2");
    assert_ne!(prod(&shop).manifests(), first);
    shop.tollgate(&["rollback", "prod-apps", "--reason", "errors since v2"]).run().exits(0);
    assert_eq!(prod(&shop).manifests(), first);
    assert_eq!((prod(&shop).commits(), prod(&shop).state()["attempt"].as_u64()), (3, Some(3)));
    let status = shop.tollgate(&["status", "-o", "json"]).run().exits(0).json();
    assert!(status["targets"].as_array().unwrap().iter().all(|target| target["drift"].is_null()), "{status:#}");
    assert_eq!(shop.deployment.git(&["status", "--porcelain", "--branch"]).lines().next(), clone.lines().next());
}

#[test]
fn a_recipe_that_runs_already_is_decided_written_and_recorded_as_any_other() {
    let shop = mk_shop();
    shop.promote("master").exits(0);
    let (before, manifests) = (preprod(&shop).head(), preprod(&shop).manifests());
    shop.promote("master").exits(0);
    assert_eq!((preprod(&shop).manifests(), preprod(&shop).commits()), (manifests, 2));
    let changed = preprod(&shop).git(&["diff", "--name-only", &before, "deploy/preprod"]);
    assert_eq!(changed, ".tollgate/state");
    assert_eq!(outcomes(&shop), ["succeeded", "succeeded"]);
}

#[test]
fn what_is_written_is_signed_so_that_git_verifies_it() {
    let signed = SignedShop::new(&["cart"], &mk_pipeline(), &[("platform", &["lead"])]);
    let shop = &signed.shop;
    signed.by("lead", &["promote", "master"]).exits(0);
    let signers = format!("gpg.ssh.allowedSignersFile={}", shop.deployment.path().join(".tollgate/allowed_signers"));
    let verified = |commit: &str| preprod(shop).git(&["-c", &signers, "log", "-1", "--format=%G? %GS", commit]);
    preprod(shop).git(&["-c", &signers, "verify-commit", "deploy/preprod"]);
    assert_eq!(verified("deploy/preprod"), "G lead@example.com");
    // What a stranger puts on top is told from it.
    preprod(shop).by_hand(|hands| fs_err::write(hands.join("x.yaml"), "kind: ConfigMap\n").unwrap());
    assert_eq!((verified("deploy/preprod").as_str(), verified("deploy/preprod^").as_str()), ("N", "G lead@example.com"));
    let entry = shop.ledger().entries().into_iter().rfind(|entry| entry["type"] == "running").unwrap();
    let trailers = preprod(shop).git(&["log", "-1", "--format=%(trailers:only)", "deploy/preprod^"]);
    for trailer in ["promotion", "recipe", "plan", "target"] {
        let value = entry["subject"][trailer].as_str().unwrap();
        let name = format!("Tollgate-{}{}: {value}", trailer[..1].to_uppercase(), &trailer[1..]);
        assert!(trailers.contains(&name), "{name}\n{trailers}");
    }
}

#[test]
fn a_foreign_file_is_in_the_way_until_it_is_gone_and_is_never_overwritten() {
    let shop = mk_shop();
    shop.promote("master").exits(0);
    let head = preprod(&shop).by_hand(|hands| fs_err::write(hands.join("hotfix.yaml"), "kind: ConfigMap\n").unwrap());
    shop.release("cart", "two");
    let answer = shop.promote("master").exits(10);
    assert_eq!(answer.denials(), ["structure/conflict"]);
    assert_eq!(preprod(&shop).head(), head);
    preprod(&shop).by_hand(|hands| fs_err::remove_file(hands.join("hotfix.yaml")).unwrap());
    shop.promote("master").exits(0);
    assert!(preprod(&shop).manifests()["services/cart/deployment.yaml"].contains(&shop.last_build("cart").digest));
}

#[test]
fn a_manifest_that_somebody_changed_stops_everything_until_it_is_reverted() {
    let shop = mk_shop();
    shop.promote("master").exits(0);
    let tampered = |hands: &camino::Utf8Path| {
        let path = hands.join("services/cart/deployment.yaml");
        let text = fs_err::read_to_string(&path).unwrap().replace("sha256:", "sha256:0");
        fs_err::write(path, text).unwrap();
    };
    let head = preprod(&shop).by_hand(tampered);
    shop.release("cart", "two");
    shop.promote("master").exits(14).says(&["is not as tollgate left it", &head[..12], "git revert"]);
    shop.tollgate(&["status"]).run().exits(0).says(&["is not as tollgate left it"]);
    assert_eq!(preprod(&shop).head(), head);
    shop.world.git("hands", &["revert", "--no-edit", "HEAD"]);
    shop.world.git("hands", &["push", "--quiet", "origin", "deploy/preprod"]);
    shop.promote("master").exits(0);
}

#[test]
fn who_pushes_right_before_tollgate_does_is_noticed_and_loses_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let shop = mk_shop();
    shop.promote("master").exits(0);
    let seed = preprod(&shop).head();
    let hotfix = preprod(&shop).by_hand(|hands| fs_err::write(hands.join("hotfix.yaml"), "kind: ConfigMap\n").unwrap());
    shop.world.git("remotes/deployment.git", &["update-ref", "refs/heads/deploy/preprod", &seed]);
    shop.world.git("remotes/deployment.git", &["update-ref", "refs/heads/waiting", &hotfix]);
    // Once a push for the branch arrives, the other commit is there first.
    let hook = shop.deployment.remote().join("hooks/pre-receive");
    let script = format!(
        "#!/bin/sh\ngrep -q ' refs/heads/deploy/preprod$' || exit 0\nenv -u GIT_QUARANTINE_PATH git update-ref refs/heads/deploy/preprod {hotfix} {seed} || true\n"
    );
    fs_err::write(&hook, script).unwrap();
    fs_err::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    shop.release("cart", "two");
    let answer = shop.promote("master").exits(10);
    assert_eq!(answer.denials(), ["structure/conflict"]);
    assert!(preprod(&shop).everything().contains_key("hotfix.yaml"));
    preprod(&shop).git(&["merge-base", "--is-ancestor", &hotfix, "deploy/preprod"]);
    assert!(!preprod(&shop).manifests()["services/cart/deployment.yaml"].contains(&shop.last_build("cart").digest));
}

#[test]
fn two_promotions_at_once_write_one_after_the_other() {
    let shop = mk_shop();
    let start = || shop.tollgate(&["promote", "master", "--wait"]).into_command().spawn().unwrap();
    let both = [start(), start()];
    let codes: Vec<i32> = both.map(|mut child| child.wait().unwrap().code().unwrap()).into();
    assert!(codes.iter().all(|code| [0, 14].contains(code)) && codes.contains(&0), "{codes:?}");
    let attempts = preprod(&shop).git(&["log", "--format=%(trailers:key=Tollgate-Attempt,valueonly,separator=)", "deploy/preprod"]);
    let attempts: Vec<u64> = attempts.lines().map(|attempt| attempt.parse().unwrap()).collect();
    assert!(attempts.windows(2).all(|pair| pair[0] > pair[1]) && !attempts.is_empty(), "{attempts:?}");
    assert_eq!(preprod(&shop).state()["attempt"].as_u64(), attempts.first().copied());
    // Who came second may have taken the place of the first in the queue, before that one began: that is an end without an attempt.
    let entries = shop.ledger().entries();
    let attempts_of = |kind: &str| {
        let of_kind = entries.iter().filter(|entry| entry["type"] == kind);
        of_kind.filter_map(|entry| entry["subject"]["attempt"].as_u64()).collect::<Vec<_>>()
    };
    let (begun, ended) = (attempts_of("running"), attempts_of("outcome"));
    assert!(!begun.is_empty() && begun.windows(2).all(|pair| pair[0] < pair[1]), "{begun:?}");
    assert_eq!(begun, ended);
}

#[test]
fn work_that_was_done_before_the_worker_died_is_found_done() {
    let shop = mk_shop();
    shop.promote("master").exits(0);
    shop.deployment.tag("v1");
    // The decision and the attempt are written down, the outcome is not.
    shop.deployment.take_pushes(2);
    shop.promote("v1").exits(15);
    shop.deployment.take_all_pushes();
    let head = prod(&shop).head();
    let entries = shop.ledger().entries();
    let promotion =
        entries.iter().rfind(|entry| entry["type"] == "running").unwrap()["subject"]["promotion"].as_str().unwrap().to_owned();
    shop.tollgate(&["apply", &promotion]).run().exits(0);
    assert_eq!(outcomes(&shop), ["succeeded", "succeeded", "succeeded"]);
    let changed = prod(&shop).git(&["diff", "--name-only", &head, "main"]);
    assert_eq!(changed, "clusters/prod/.tollgate/state");
    assert_eq!(prod(&shop).state()["written"]["attempt"], 1);
}

#[test]
fn a_remote_that_is_gone_or_refuses_is_not_applied_to_and_said_to_be() {
    let shop = mk_shop();
    shop.promote("master").exits(0);
    shop.deployment.tag("v1");
    let hook = shop.world.write("remotes/deployed.git/hooks/pre-receive", "#!/bin/sh\necho branch is protected >&2\nexit 1\n");
    fs_err::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    shop.promote("v1").exits(14).says(&["branch is protected"]);
    assert_eq!(outcomes(&shop), ["succeeded", "failed"]);
    fs_err::remove_dir_all(shop.world.path("remotes/deployed.git")).unwrap();
    shop.promote("v1").exits(14).says(&["prod-apps"]);
}

#[test]
fn secret_values_need_the_key_and_reach_the_branch_and_nothing_else() {
    const VALUE: &str = "planted-secret-two";
    const KEY: &str = "a key of the operator's that is long enough for this";
    let shop = Shop::with(&["cart"], &mk_pipeline());
    shop.deployment.write("services/cart/secret.yaml", manifest::secret("cart", "cGxhbnRlZC1zZWNyZXQtb25l", VALUE));
    shop.deployment.deliver("master", "a secret");
    shop.promote("master").exits(12).says(&["planKey"]);
    let answer = shop.tollgate(&["promote", "master"]).env("PLAN_KEY", KEY).run().exits(0);
    assert!(preprod(&shop).everything()["services/cart/secret.yaml"].contains(VALUE), "it is delivered");
    let messages = preprod(&shop).git(&["log", "--format=%B", "deploy/preprod"]);
    let ledger = shop.ledger().everything();
    for (place, text) in
        [("output", answer.raw()), ("message", messages), ("ledger", String::from_utf8_lossy(&ledger).into_owned())]
    {
        assert!(!text.contains(VALUE) && !text.contains(KEY), "{place}: {text}");
    }
}
