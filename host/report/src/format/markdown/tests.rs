use super::*;
use crate::format::tests::{failed, rich, rules};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

const COMMENT: Comment<'_> = Comment { command: "tollgate check a`b```c", files: None };

/// The HTML that a comment is written with.
const OURS: [&str; 9] = ["<br>", "<sub>", "</sub>", "<span>", "</span>", "<code>", "</code>", "<details>", "</details>"];

/// Reads as a forge does, and checks that only what we write is markup; then what a reader sees.
pub(crate) fn seen(markdown: &str) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM;
    let (mut seen, mut prose, mut is_code) = (String::new(), String::new(), false);
    for event in Parser::new_ext(markdown, options) {
        match &event {
            Event::Text(text) | Event::Code(text) => {
                seen.push_str(text);
                prose.push_str(if is_code { " " } else { text });
            }
            Event::Html(html) | Event::InlineHtml(html) => check_html(html.trim()),
            Event::Start(Tag::Link { dest_url, .. }) => check_link(dest_url),
            Event::Start(Tag::Table(alignments)) => assert_eq!(alignments.len(), 3, "{markdown}"),
            Event::Start(Tag::Image { dest_url, .. }) => panic!("an image: {dest_url}"),
            _ => {}
        }
        if !matches!(event, Event::Text(_)) {
            prose.push(' ');
        }
        is_code = match &event {
            Event::InlineHtml(html) if &**html == "<code>" => true,
            Event::InlineHtml(html) if &**html == "</code>" => false,
            Event::Start(Tag::CodeBlock(_)) => true,
            Event::End(TagEnd::CodeBlock) => false,
            _ => is_code,
        };
    }
    check_prose(&prose);
    seen
}

/// A forge looks in what is no code for mentions, references and addresses.
fn check_prose(prose: &str) {
    let prose = prose.to_lowercase();
    let starts = |at: usize, sigil: &str| prose[at + sigil.len()..].starts_with(char::is_alphanumeric);
    for sigil in ["@", "#", "!", "$", "&", "%", "~", "www.", "gh-", "://"] {
        let found = prose.match_indices(sigil).find(|(at, _)| starts(*at, sigil));
        assert!(found.is_none(), "{sigil} in {prose}");
    }
}

fn check_html(html: &str) {
    let is_summary = html.starts_with("<summary>") && html.ends_with(" more</summary>");
    assert!(OURS.contains(&html) || html == MARKER || is_summary || html == "<details>\n", "{html}");
}

fn check_link(address: &str) {
    assert!(
        ["https://git.example/shop/blob/0123/", "https://tollgate.example/"].iter().any(|ours| address.starts_with(ours)),
        "{address}"
    );
}

fn comment(report: &CheckReport) -> String {
    to_string(report, &rules(), COMMENT)
}

#[test]
fn the_marker_is_the_first_line_and_the_verdict_the_next_thing_said() {
    for (report, verdict) in [(rich(), "### tollgate: denied"), (failed(), "### tollgate: not decided")] {
        let text = comment(&report);
        assert_eq!(text.lines().take(2).collect::<Vec<_>>(), [MARKER, verdict]);
    }
}

#[test]
fn new_findings_come_before_old_ones_and_what_is_settled_after_them() {
    let text = comment(&rich());
    let headings: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("#### ")).collect();
    let expected = [
        "What could not be done",
        "New findings",
        "Findings that the base has as well",
        "Waived",
        "Fixed",
        "Could not judge, which blocks nothing",
        "Not evaluated",
        "Promotion will also ask",
        "To know",
    ];
    assert_eq!(headings, expected);
}

#[test]
fn each_denial_has_its_fix_and_who_could_let_it_through() {
    let text = comment(&rich());
    let row = text.lines().find(|line| line.contains("Pin it by digest")).unwrap();
    assert!(
        row.contains("**Fix:** Pin it by digest") && row.contains("a break-glass override of the gate can let it through"),
        "{row}"
    );
}

#[test]
fn the_command_is_shown_as_it_is() {
    assert!(comment(&failed()).ends_with("\n````console\ntollgate check a`b```c\n````\n"));
}

#[test]
fn hostile_text_does_nothing() {
    let text = comment(&rich());
    let seen = seen(&text);
    assert!(seen.contains("<script>alert(1)</script>"), "{seen}");
    assert!(
        !seen.contains("@here") && !seen.contains("#12") && !seen.contains("https://evil") && !seen.contains("www.evil"),
        "{seen}"
    );
}

#[test]
fn a_comment_is_never_longer_than_github_takes_and_counts_what_it_leaves_out() {
    let mut report = rich();
    let findings = report.findings.clone();
    for count in [1, 10, 100, 1_000] {
        report.findings = std::iter::repeat_n(findings.clone(), count).flatten().collect();
        report.notices = vec!["@x".repeat(600); count];
        let text = comment(&report);
        assert!(text.len() <= LIMIT, "{count}: {}", text.len());
        assert_eq!(text.contains("**There is more than a comment holds:**"), count >= 10, "{count}");
        seen(&text);
    }
}

#[test]
fn the_longest_row_fits() {
    let mut report = rich();
    let long = "@`".repeat(10_000);
    let mut finding = report.findings[0].clone();
    finding.message = long.clone();
    finding.remediation = Some(long.clone());
    finding.file = Some(long.clone());
    finding.rule = long.clone();
    finding.controls = vec![long.clone(); 9];
    finding.document.as_mut().unwrap().name = long;
    report.findings = vec![finding];
    let text = comment(&report);
    assert!(text.len() <= LIMIT && !text.contains("more than a comment holds"), "{}", text.len());
}
