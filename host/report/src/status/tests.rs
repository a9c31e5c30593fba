use super::*;

fn time() -> Timestamp {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

fn mk_running() -> Running {
    let component = |name: &str| ComponentStatus {
        component: name.to_owned(),
        images: vec![format!("registry.example.com/{name}:{}", "0123456789".repeat(4))],
    };
    let components = vec![component("cart"), component("mail")];
    Running { recipe: Digest::of(b"recipe"), promotion: PromotionId::of_decision(7), since: time(), components }
}

fn mk_target(environment: &str, runs: Option<Running>) -> TargetStatus {
    TargetStatus { environment: environment.to_owned(), target: format!("{environment}-apps"), runs, drift: None }
}

fn mk_report() -> StatusReport {
    let drifted =
        TargetStatus { drift: Some("it runs release 0123, which the ledger does not know".to_owned()), ..mk_target("prod", None) };
    StatusReport {
        version: 1,
        policy: Some(PolicyStatus {
            commit: "a".repeat(40),
            digest: Digest::of(b"policy"),
            since: time(),
            gated: false,
            waiting: Some("b".repeat(40)),
        }),
        targets: vec![mk_target("preprod", Some(mk_running())), drifted],
        open: vec![OpenAttempt {
            target: "prod-apps".to_owned(),
            promotion: PromotionId::of_decision(9),
            attempt: 2,
            since: time(),
            worker: "ci-1/4711".to_owned(),
            command: "tollgate apply P-9".to_owned(),
        }],
        failed: vec![FailedAttempt {
            target: "preprod-apps".to_owned(),
            promotion: PromotionId::of_decision(8),
            recipe: Some(Digest::of(b"another recipe")),
            at: time(),
            message: "target `preprod-apps` is not as planned".to_owned(),
        }],
        waiting: vec![WaitingPromotion {
            target: "prod-apps".to_owned(),
            promotion: PromotionId::of_decision(12),
            waits: vec![WaitReport { reason: "soak of 24h".to_owned(), from: Vec::new(), until: Some(time()) }],
        }],
        stops: vec![StopStatus {
            kind: "freeze",
            scope: "environment prod".to_owned(),
            reason: "year end".to_owned(),
            by: "lead@example.com".to_owned(),
            since: time(),
            until: None,
            entry: 10,
        }],
        overrides: vec![
            OverrideStatus {
                entry: 11,
                target: "prod-apps".to_owned(),
                gates: vec!["freeze".to_owned()],
                signers: vec!["lead@example.com".to_owned()],
                in_cluster: None,
                missing: 1,
                until: time(),
                open: true,
                review_by: Some(time()),
                overdue: true,
            },
            OverrideStatus {
                entry: 13,
                target: "prod-apps".to_owned(),
                gates: vec!["freeze".to_owned()],
                signers: vec!["lead@example.com".to_owned()],
                in_cluster: Some("Deployment shop/cart".to_owned()),
                missing: 0,
                until: time(),
                open: true,
                review_by: Some(time()),
                overdue: true,
            },
        ],
        notices: Vec::new(),
    }
}

#[test]
fn status_shows_what_runs_and_what_needs_somebody() {
    insta::assert_snapshot!(mk_report().to_text(Style::plain(120)));
}

#[test]
fn status_fits_into_80_columns() {
    let text = mk_report().to_text(Style::plain(80));
    let table: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).collect();
    assert!(table.iter().all(|line| line.chars().count() <= 81), "{text}");
}

#[test]
fn only_a_tag_that_is_a_commit_is_shortened() {
    let commit = "0123456789".repeat(4);
    assert_eq!(short_image(&format!("cart:{commit}")), "cart:012345678901");
    for image in ["cart:v1", "not an image!", ""] {
        assert_eq!(short_image(image), image);
    }
}

#[test]
fn status_as_json_has_the_same() {
    insta::assert_snapshot!(crate::json::to_string(&mk_report()).unwrap());
}

#[test]
fn without_trust_it_says_what_to_type() {
    let text = StatusReport { policy: None, ..mk_report() }.to_text(Style::plain(120));
    assert!(text.contains("trust is not initialised: run `tollgate init --trust COMMIT`"), "{text}");
}
