//! `tollgate queue`, `promote --wait` and `promote --abort`.

use tollgate_tests::{Pipeline, Shop};

/// Another worker, which holds the lease of preprod-apps and never says another word.
fn hold_the_lease(shop: &Shop) {
    let record = r#"{"target":"preprod-apps","promotion":"P-99","attempt":4,"holder":"elsewhere:7","sequence":2}"#;
    shop.world.write("deployment/.git/lease.json", record);
    let blob = shop.deployment.git(&["hash-object", "-w", ".git/lease.json"]);
    shop.world.write("deployment/.git/lease.tree", format!("100644 blob {blob}\tlease.json\n"));
    let tree = shop.deployment.git(&["-c", "alias.mk=!git mktree < .git/lease.tree", "mk"]);
    let commit = shop.deployment.git(&["commit-tree", &tree, "-m", "a lease"]);
    shop.deployment.git(&["push", "--quiet", "origin", &format!("{commit}:refs/tollgate/leases/preprod-apps")]);
}

fn mk_shop(queue: &str) -> Shop {
    Shop::with(&["cart"], &Pipeline::deployment().line(queue))
}

fn decide(shop: &Shop) -> String {
    shop.tollgate(&["promote", "master", "--no-apply", "-o", "json"]).run().exits(0).text_at("/targets/0/promotion")
}

#[test]
fn who_waits_and_why_is_told_for_each_target() {
    let shop = Shop::new(&["cart"]);
    insta::assert_snapshot!("empty", shop.tollgate(&["queue"]).run().exits(0).snapshot());
    decide(&shop);
    shop.release("cart", "two");
    decide(&shop);
    insta::assert_snapshot!("waiting", shop.tollgate(&["queue", "preprod-apps"]).run().exits(0).snapshot());
    hold_the_lease(&shop);
    insta::assert_snapshot!("held", shop.tollgate(&["queue", "preprod-apps"]).run().exits(0).snapshot());
    shop.tollgate(&["explain", "preprod-apps"]).run().exits(0).says(&["lease", "elsewhere:7 works on P-99"]);
    insta::assert_snapshot!("held_json", shop.tollgate(&["queue", "preprod-apps", "-o", "json"]).run().exits(0).snapshot());
    shop.tollgate(&["queue", "nowhere"]).run().exits(12).says(&["there is no target `nowhere`", "`preprod-apps`"]);
}

#[test]
fn a_holder_that_is_watched_and_never_renews_is_silent() {
    let shop = Shop::new(&["cart"]);
    hold_the_lease(&shop);
    shop.tollgate(&["queue", "preprod-apps", "--watch", "2s"]).run().exits(0).says(&["silent for", "takes over after 75 s"]);
}

#[test]
fn a_promotion_whose_lease_is_held_waits_with_4_and_says_for_whom() {
    let shop = Shop::new(&["cart"]);
    hold_the_lease(&shop);
    insta::assert_snapshot!(shop.tollgate(&["promote", "master"]).run().exits(4).snapshot());
    let json = shop.tollgate(&["promote", "master", "-o", "json"]).run().exits(4);
    assert_eq!(json.text_at("/targets/0/state"), "approved");
    shop.tollgate(&["promote", "master", "--wait=1s"]).run().exits(4).says(&["held by elsewhere:7"]);
    assert!(!shop.target("preprod").path().exists());
    shop.tollgate(&["apply", "P-2"]).run().exits(14).says(&["aborted"]);
}

#[test]
fn who_waits_takes_over_from_a_silent_holder_and_frees_the_lease_when_done() {
    let shop = mk_shop("queue: {lease: 1s}");
    hold_the_lease(&shop);
    shop.tollgate(&["promote", "master", "--wait"]).run().exits(0);
    assert!(shop.target("preprod").is_live());
    assert_eq!(shop.world.git("remotes/deployment.git", &["for-each-ref", "refs/tollgate/"]), "");
}

#[test]
fn a_promotion_waits_for_the_one_before_it_which_may_be_withdrawn() {
    let shop = Shop::new(&["cart"]);
    let first = decide(&shop);
    shop.release("cart", "two");
    shop.promote("master").exits(4).says(&[&format!("behind {first}"), &format!("tollgate apply {first}")]);
    insta::assert_snapshot!("abort", shop.tollgate(&["promote", "--abort", &first]).run().exits(0).snapshot());
    shop.promote("master").exits(0);
    shop.tollgate(&["promote", "--abort", &first]).run().exits(14).says(&["is `aborted`"]);
    shop.tollgate(&["promote", "--abort", "P-999"]).run().exits(12).says(&["there is no promotion `P-999`"]);
    shop.tollgate(&["explain", &first]).run().exits(0).says(&["withdrawn by platform-lead@example.com"]);
}

#[test]
fn where_the_queue_supersedes_a_newer_one_of_the_same_branch_takes_the_place() {
    let shop = mk_shop("queue: {supersede: true}");
    let first = decide(&shop);
    shop.release("cart", "two");
    let second = shop.promote("master").exits(0).text_at("/targets/0/promotion");
    shop.tollgate(&["explain", &first]).run().exits(0).says(&[&format!("superseded by {second}")]);
    assert_eq!(shop.target("preprod").digests(), [shop.last_build("cart").digest]);
}

#[test]
fn what_makes_no_sense_about_waiting_is_2() {
    let shop = Shop::new(&["cart"]);
    for arguments in [
        &["promote"][..],
        &["promote", "master", "--abort", "P-2"],
        &["promote", "--abort", "P-2", "--wait"],
        &["promote", "master", "--no-apply", "--wait"],
        &["promote", "master", "--wait=soon"],
        &["queue", "--watch", "-5s"],
    ] {
        shop.tollgate(arguments).run().exits(2);
    }
}
