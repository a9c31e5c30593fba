use super::*;
use crate::check::{AtPromotion, Checked, Counts, NotEvaluated};
use crate::exit_code::ExitCode;
use crate::failure::Failure;
use crate::finding::Enforcements;
use crate::finding::tests::{mk_document, mk_finding};
use crate::gate::WaitReport;
use crate::gate::tests::mk_gate;
use proptest::prelude::*;
use tollgate_core::decision::{Decision, GateVerdict};
use tollgate_core::document::Span;
use tollgate_core::finding::{Finding, Level, Severity, Subject};
use tollgate_core::policy::Enforcement;
use tollgate_core::verdict::Verdict;

const CART: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  template:
    spec:
      containers:
        - name: cart
          image: registry.example.com/cart:latest
          securityContext: {privileged: true}
---
apiVersion: v1
kind: Secret
metadata: {name: cart}
stringData:
  password: hunter2
";

fn sources(file: &str) -> Option<Vec<u8>> {
    (file == "services/cart/cart.yaml").then(|| CART.as_bytes().to_vec())
}

const fn span(line: u32, column: u32, end_column: u32) -> Span {
    Span { line, column, end_line: line, end_column }
}

fn in_cart(policy: &str, rule: &str, level: Level, span: Span) -> Finding {
    Finding {
        subject: mk_document("Deployment", "cart", "/spec"),
        ..mk_finding(policy, rule, level, Some(("services/cart/cart.yaml", span)))
    }
}

fn findings() -> Vec<Finding> {
    let image = Finding {
        message: "image `registry.example.com/cart:latest` is not pinned: its tag is no commit and it has no digest, so what runs \
                  can change without anybody noticing"
            .to_owned(),
        remediation: Some("Use the tag of the commit that it was built from, or pin it by digest.".to_owned()),
        controls: vec!["CIS-5.5.1".to_owned()],
        ..in_cart("image-pinned", "tag", Level::Deny, span(9, 18, 50))
    };
    let privileged = Finding {
        severity: Severity::Critical,
        message: "container `cart` is privileged".to_owned(),
        ..in_cart("pod-security", "privileged", Level::Deny, span(10, 41, 45))
    };
    let limits = in_cart("workload-limits", "memory", Level::Warn, span(8, 11, 15));
    let secret = Finding {
        subject: mk_document("Secret", "cart", "/stringData/password"),
        message: "a Secret is written in plain text".to_owned(),
        ..mk_finding("house-rules", "plain-secret", Level::Note, Some(("services/cart/cart.yaml", span(16, 13, 20))))
    };
    vec![image, privileged, limits, secret]
}

fn gates() -> Vec<GateVerdict> {
    vec![
        mk_gate("image-pinned", Enforcement::Overridable, Verdict::Fail),
        mk_gate("pod-security", Enforcement::Mandatory, Verdict::Fail),
        mk_gate("workload-limits", Enforcement::Advisory, Verdict::Warn),
        mk_gate(
            "service-selector",
            Enforcement::Overridable,
            Verdict::Error { message: "plugin used up its fuel of 100".to_owned() },
        ),
        mk_gate("house-rules", Enforcement::Advisory, Verdict::NotApplicable),
    ]
}

fn report(gates: Vec<GateVerdict>, findings: Vec<Finding>) -> CheckReport {
    let unread = Finding {
        message: "a tab can't indent YAML".to_owned(),
        ..mk_finding("source", "tab", Level::Deny, Some(("services/mail/mail.yaml", span(3, 1, 2))))
    };
    let decision = Decision::fold(gates, vec![unread], findings);
    let wait = WaitReport { reason: "an image that was proven in preprod".to_owned(), from: Vec::new(), until: None };
    CheckReport::new(Checked {
        policy_revision: "work tree, not in force".to_owned(),
        counts: Counts { files: 3, documents: 5, evaluated: 4 },
        decision: &decision,
        enforcements: Enforcements::new(),
        at_promotion: vec![AtPromotion { name: "same-image".to_owned(), enforcement: Enforcement::Mandatory, wait }],
        not_evaluated: vec![NotEvaluated {
            file: "services/mail/values.yaml".to_owned(),
            why: "has neither apiVersion nor kind".to_owned(),
        }],
        errors: vec![
            Failure::of_message(ExitCode::InvalidConfiguration, "`services/nothing` matches no file")
                .with_hint("is it spelled right?"),
        ],
        notices: vec!["trust is not initialised".to_owned()],
    })
}

fn drawn(style: Style) -> String {
    report(gates(), findings()).to_text(style, Detail::BRIEF, &sources)
}

#[test]
fn a_check_with_all_there_is_plain_at_80_columns() {
    insta::assert_snapshot!(drawn(Style::plain(80)));
}

#[test]
fn a_check_with_all_there_is_plain_at_120_columns() {
    insta::assert_snapshot!(drawn(Style::plain(120)));
}

#[test]
fn a_check_with_all_there_is_fancy_at_80_columns() {
    insta::assert_snapshot!(drawn(Style::fancy(80)).replace('\u{1b}', "ESC"));
}

#[test]
fn a_check_with_all_there_is_fancy_at_120_columns() {
    insta::assert_snapshot!(drawn(Style::fancy(120)).replace('\u{1b}', "ESC"));
}

#[test]
fn an_approved_check_is_short() {
    let decision = Decision::fold(vec![mk_gate("image-pinned", Enforcement::Overridable, Verdict::Pass)], Vec::new(), Vec::new());
    let report = CheckReport::new(Checked {
        policy_revision: "0123456789ab, in force".to_owned(),
        counts: Counts { files: 1, documents: 1, evaluated: 1 },
        decision: &decision,
        enforcements: Enforcements::new(),
        at_promotion: Vec::new(),
        not_evaluated: Vec::new(),
        errors: Vec::new(),
        notices: Vec::new(),
    });
    insta::assert_snapshot!(report.to_text(Style::plain(80), Detail::BRIEF, &sources));
}

#[test]
fn plain_text_is_ascii_without_escape_sequences() {
    let text = drawn(Style::plain(100));
    assert!(text.is_ascii() && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn colours_change_no_word() {
    let plain = report(gates(), findings()).to_text(Style::plain(100), Detail::BRIEF, &|_| None);
    let fancy = report(gates(), findings()).to_text(Style::fancy(100), Detail::BRIEF, &|_| None);
    let words = |text: &str| {
        let text = anstyle_free(text);
        text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).map(str::to_owned).collect::<Vec<_>>()
    };
    // The cross of a denial is an `x` in ASCII.
    assert_eq!(words(&plain).into_iter().filter(|word| word != "x").collect::<Vec<_>>(), words(&fancy));
}

/// The text without its escape sequences (ECMA-48 SGR).
fn anstyle_free(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    first + &parts.map(|part| part.split_once('m').map_or("", |(_, rest)| rest)).collect::<String>()
}

#[test]
fn the_value_of_a_secret_is_never_drawn() {
    for style in [Style::plain(80), Style::fancy(200)] {
        assert!(!drawn(style).contains("hunter2"));
    }
}

#[test]
fn a_source_for_a_diff_holds_nothing_of_a_secret() {
    let text = "kind: Pod\n---\nkind: Secret\nstringData: {a: hunter2}\n---\nkind: Pod\n";
    assert_eq!(without_secrets(text.as_bytes()), "kind: Pod\nwithheld\nwithheld\nwithheld\n---\nkind: Pod\n");
}

#[test]
fn a_neighbour_of_a_secret_shows_nothing_of_it() {
    let text = r#"{"kind":"List","items":[{"kind":"Secret","data":{"k":"aHVudGVyMg=="}},{"kind":"Pod","spec":1}]}"#;
    let mut finding = in_cart("image-pinned", "tag", Level::Deny, span(1, 90, 94));
    for subject in [finding.subject.clone(), Subject::File] {
        finding.subject = subject;
        let drawn =
            report(Vec::new(), vec![finding.clone()]).to_text(Style::plain(200), Detail::FULL, &|_| Some(text.as_bytes().to_vec()));
        assert!(!drawn.contains("aHVudGVyMg"), "{drawn}");
        assert!(drawn.contains("services/cart/cart.yaml:1:90"), "{drawn}");
    }
}

#[test]
fn each_finding_says_who_could_let_it_through() {
    let text = drawn(Style::plain(120));
    for (rule, who) in [
        ("image-pinned/tag", "a break-glass override of the gate can let it through"),
        ("pod-security/privileged", "nobody can let it through"),
        ("source/tab", "nobody can let it through"),
        ("workload-limits/memory", "does not block"),
    ] {
        let after = text.split_once(rule).unwrap().1;
        let line = after.lines().find(|line| line.contains("let it through") || line.contains("block")).unwrap();
        assert!(line.contains(who), "{rule}: {line}");
    }
}

#[test]
fn what_stands_in_no_file_is_named_by_what_it_is_about() {
    let about = |subject| {
        let finding = Finding { subject, ..mk_finding("structure", "after", Level::Deny, None) };
        report(Vec::new(), vec![finding]).to_text(Style::plain(80), Detail::FULL, &sources)
    };
    assert!(about(Subject::Component("cart".to_owned())).contains("| in component cart"));
    assert!(about(Subject::Target("prod-apps".to_owned())).contains("| in target prod-apps"));
}

fn many(count: u32) -> Vec<Finding> {
    (0..count).map(|_| in_cart("image-pinned", "tag", Level::Deny, span(9, 18, 50))).collect()
}

#[test]
fn many_findings_of_one_rule_are_drawn_then_listed_then_counted() {
    let text = report(gates(), many(50)).to_text(Style::plain(80), Detail::BRIEF, &sources);
    assert_eq!(text.matches(",-[services/cart/cart.yaml:9:18]").count(), 3);
    assert_eq!(text.matches("services/cart/cart.yaml:9:18: deny image-pinned/tag").count(), 17);
    assert!(text.contains("30 more of image-pinned/tag in this file, not shown here; `-o json` has them all"), "{text}");
    assert!(text.contains("51 deny"), "{text}");
}

#[test]
fn in_full_everything_is_drawn() {
    let text = report(gates(), many(50)).to_text(Style::plain(80), Detail::FULL, &sources);
    assert_eq!(text.matches(",-[services/cart/cart.yaml:9:18]").count(), 50);
    assert!(!text.contains("not shown"));
}

#[test]
fn what_a_source_or_a_message_contains_cannot_speak_to_the_terminal() {
    let mut finding = in_cart("image-pinned", "tag", Level::Deny, span(1, 1, 2));
    finding.message = "x\n::set-output name=a::b\u{1b}]0;title\u{7}".to_owned();
    finding.remediation = Some("y\u{202e}z".to_owned());
    let text = report(Vec::new(), vec![finding]).to_text(Style::plain(80), Detail::FULL, &|_| Some(b"\x1b[2Jboo: \x07\n".to_vec()));
    assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text:?}");
    assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
}

proptest! {
    /// no-silent-skip: whatever is left out is counted.
    #[test]
    fn every_finding_is_drawn_listed_or_counted(rules in prop::collection::vec((0u8..4, 0u8..3), 0..60), frames in 0usize..4, lines in 0usize..9) {
        let findings: Vec<Finding> = rules.iter().map(|(rule, file)| {
            let file = format!("f{file}.yaml");
            mk_finding("p", &format!("r{rule}"), Level::Deny, Some((file.as_str(), span(1, 1, 2))))
        }).collect();
        let text = report(gates(), findings).to_text(Style::plain(80), Detail { frames, lines }, &|_| None);
        let drawn = text.lines().filter(|line| line.starts_with("deny p/")).count();
        let listed = text.lines().filter(|line| line.contains(": deny p/")).count();
        let counted: usize = text
            .lines()
            .filter(|line| line.contains(" more of p/"))
            .filter_map(|line| line.split_once(' ').and_then(|(count, _)| count.parse::<usize>().ok()))
            .sum();
        prop_assert_eq!(drawn + listed + counted, rules.len(), "{}", text);
    }

    #[test]
    fn no_source_and_no_place_stops_a_report(bytes in any::<Vec<u8>>(), line in 0u32..9, column in 0u32..300, width in 40usize..200) {
        let finding = in_cart("p", "r", Level::Warn, span(line, column, column + 3));
        for style in [Style::plain(width), Style::fancy(width)] {
            let text = report(gates(), vec![finding.clone()]).to_text(style, Detail::FULL, &|_| Some(bytes.clone()));
            let place = format!("services/cart/cart.yaml:{line}:{column}");
            let drawn = format!("services/cart/cart.yaml:{}:{}", line.max(1), column.max(1));
            prop_assert!(text.contains(&place) || text.contains(&drawn), "{}", text);
        }
    }
}
