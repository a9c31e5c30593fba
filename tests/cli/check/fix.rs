//! `check --fix`: findings are fixed in the files themselves.

use tollgate_tests::{Answer, Pipeline, Shop, guest};

const CART: &str = "services/cart/deployment.yaml";

/// What is wrong with it can be fixed, each in another way; the comments are somebody's.
const BROKEN: &str = "\
# The shop's front.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  replicas: 1
  selector: {} # to do
  template:
    metadata: {labels: {app: cart}}
    spec:
      serviceAccount: cart   # made by hand
      containers:
      - name: cart
        image: registry.example.com/cart:1.0.0
        env:
        - name: MODE # once
          value: fast
        # twice
        - name: MODE
          value: fast
";

const FIXED: &str = "\
# The shop's front.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  replicas: 1
  selector: # to do
    matchLabels:
      app: cart
  template:
    metadata: {labels: {app: cart}}
    spec:
      serviceAccountName: cart   # made by hand
      containers:
      - name: cart
        image: registry.example.com/cart:1.0.0
        env:
        - name: MODE # once
          value: fast
        # twice
";

/// A shop that is judged by `workloads` alone, with a broken Deployment, and more lines of configuration.
fn shop(more: &str) -> Shop {
    let shop = Shop::untrusted(&["cart"], &Pipeline::deployment());
    let pipeline = "apiVersion: tollgate.dev/v1alpha1\nkind: Pipeline\ncomponents: [{path: services/*, type: kubernetes}]\n";
    shop.deployment.write("tollgate.yaml", format!("{pipeline}packs: [builtin:workloads]\n{more}"));
    shop.deployment.remove("plugins.lock");
    shop.deployment.write(CART, BROKEN);
    shop.deployment.commit("broken");
    shop
}

fn fix(shop: &Shop, arguments: &[&str]) -> Answer {
    shop.tollgate(&["check", "-o", "json"]).args(arguments).run()
}

fn rules(answer: &Answer) -> Vec<String> {
    answer.findings().iter().map(|finding| finding["rule"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn what_can_be_fixed_is_shown_and_written_and_the_second_time_nothing_is_left_to_do() {
    let shop = shop("");
    let answer = fix(&shop, &["--fix"]);
    assert_eq!(shop.deployment.read(CART), FIXED);
    answer.says(&["+      serviceAccountName: cart   # made by hand", "fixed 3 findings in 1 file"]);
    let left = rules(&answer);
    assert!(left.iter().all(|rule| !rule.contains("duplicate-env") && !rule.contains("empty-selector")), "{left:?}");
    assert!(left.contains(&"workloads/replicas".to_owned()), "{left:?}");
    fix(&shop, &["--fix"]).says(&["nothing to fix"]);
    assert_eq!(shop.deployment.read(CART), FIXED);
}

#[test]
fn the_example_becomes_what_it_says() {
    let example = camino::Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples/05-fixes");
    let text = |name: &str| fs_err::read_to_string(example.join(name)).unwrap();
    let shop = shop("");
    shop.deployment.write("web.yaml", text("web.yaml"));
    let fix = || shop.tollgate(&["check", "--pack", "builtin:workloads", "--fix", "web.yaml"]).run();
    fix().says(&["fixed 6 findings in 1 file"]);
    assert_eq!(shop.deployment.read("web.yaml"), text("fixed.yaml"));
    fix().says(&["nothing to fix"]);
}

#[test]
fn a_secret_beside_what_is_fixed_is_not_shown() {
    let shop = shop("");
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: cart}\nstringData: {password: hunter2}\n---\n";
    let after = BROKEN.replace("# The shop's front.\n", "").replace("apps/v1", "apps/v1beta2");
    shop.deployment.write(CART, format!("{secret}{after}"));
    let answer = fix(&shop, &["--fix"]);
    answer.says(&["+apiVersion: apps/v1\n", "fixed 4 findings in 1 file"]);
    assert!(!answer.raw().contains("hunter2"), "{}", answer.raw());
    assert!(shop.deployment.read(CART).starts_with(secret), "it stays as it was");
}

#[test]
fn a_dry_run_shows_the_changes_and_writes_nothing() {
    let shop = shop("");
    fix(&shop, &["--fix", "--dry-run"]).says(&["-  selector: {} # to do", "workloads/duplicate-env: Remove the repetition"]);
    assert_eq!(shop.deployment.read(CART), BROKEN);
}

#[test]
fn only_one_rule_can_be_fixed() {
    let shop = shop("");
    fix(&shop, &["--fix=only", "workloads/empty-selector", "services/cart"]).says(&["fixed 1 finding in 1 file"]);
    let expected = BROKEN.replace("selector: {} # to do", "selector: # to do\n    matchLabels:\n      app: cart");
    assert_eq!(shop.deployment.read(CART), expected);
}

#[test]
fn a_rule_that_has_no_fix_is_named_with_those_that_have_one() {
    let shop = shop("");
    fix(&shop, &["--fix=only", "workloads/replica"]).exits(12).says(&["`workloads/replica`", "`workloads/empty-selector`"]);
    fix(&shop, &["--fix=only"]).exits(2).says(&["needs a rule"]);
    fix(&shop, &["--fix", "-"]).exits(2).says(&["standard input can't be fixed"]);
    fix(&shop, &["--fix", "--rev", "HEAD"]).exits(2);
    assert_eq!(shop.deployment.read(CART), BROKEN);
}

#[test]
fn a_fix_that_does_not_hold_is_refused_with_the_reason() {
    let shop = shop("fixers: [./useless-fixer.wasm]\n");
    shop.deployment.write("useless-fixer.wasm", guest("useless-fixer"));
    let all = "replicas,read-only-root,readiness-probe,liveness-probe,revision-history,anti-affinity";
    shop.deployment.edit("tollgate.yaml", |text| {
        let levels: String = all.split(',').map(|rule| format!("      {rule}: deny\n")).collect();
        format!("{text}policies:\n  - name: workloads\n    levels:\n{levels}")
    });
    let answer = fix(&shop, &["--fix"]);
    answer.says(&[
        "workloads/replicas: its finding is still there afterwards",
        "workloads/read-only-root: afterwards there is a new finding of `workloads/host-pid`",
        "workloads/readiness-probe: its patch does not fit the document",
        "workloads/liveness-probe: plugin returned something invalid: a fix names finding 7, which was not given",
        "nothing to fix",
    ]);
    assert_eq!(shop.deployment.read(CART), BROKEN);
}

#[test]
fn a_finding_that_is_waived_is_left_as_it_is() {
    let shop = shop("waivers: {files: [waivers.yaml]}\n");
    let waiver = "{rule: workloads/duplicate-env, subject: {kind: Deployment, name: cart}, reason: Known., approver: lead@example.com, expires: 2099-12-31}";
    shop.deployment.write("waivers.yaml", format!("apiVersion: tollgate.dev/v1alpha1\nkind: Waivers\nwaivers:\n  - {waiver}\n"));
    fix(&shop, &["--fix"]).says(&["fixed 2 findings in 1 file"]);
    assert!(shop.deployment.read(CART).contains("# twice\n        - name: MODE"));
}

#[test]
fn what_is_no_fixer_is_named_at_its_place() {
    let shop = shop("fixers: [builtin:image-pinned]\n");
    fix(&shop, &["--fix"]).exits(12).says(&["fixer `builtin:image-pinned` can't be loaded", "does not export `fixing`"]);
}

#[test]
fn a_fixer_is_locked_as_every_plugin_is() {
    let shop = shop("fixers: [builtin:workloads-fixer]\n");
    shop.tollgate(&["policy", "update"]).run().exits(0);
    assert!(shop.deployment.read("plugins.lock").contains("builtin:workloads-fixer:"));
    shop.tollgate(&["policy", "update", "--check"]).run().exits(0);
    fix(&shop, &["--fix"]).says(&["fixed 3 findings"]);
}

#[test]
fn a_file_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt as _;
    let shop = shop("");
    let path = shop.deployment.path().join(CART);
    fs_err::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    fix(&shop, &["--fix"]).says(&["fixed 3 findings"]);
    assert_eq!(fs_err::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}
