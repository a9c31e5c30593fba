//! Commands in comments on a request: `/tollgate plan` and `/tollgate explain`, from people who may write to the repository.
//!
//! They read and answer. Nothing here can write to the ledger or to a target, whoever asks and whatever they write.

use tollgate_core::forge::ForgeKind;
use tollgate_core::ports::{ForgeError, ReadForge, ReadRepository as _};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::style::Style;
use tollgate_report::text::Detail;

use crate::ci::{Job, Place, Said};
use crate::commands::{Outcome, explain, plan};
use crate::configuration::Failures;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;

const MENTION: &str = "/tollgate";

/// What can be asked.
const USAGE: &str = "There are `/tollgate plan [REF]`, which shows what a branch or tag would change (without REF, the branch of this \
                     request), `/tollgate plan COMMIT`, which shows what merging the head of this request would change, and `/tollgate explain PROMOTION|TARGET|RULE`.";

/// The first line, which is not shown: an answer is never taken for a command.
const MARKER: &str = "<!-- tollgate: answer -->";

/// How much of an answer is written, in bytes: what a comment takes on every forge, with room for what is around it.
const LIMIT: usize = 60_000;

/// How wide lines are.
const WIDTH: usize = 100;

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Command {
    /// Of a branch or tag; of the request's own branch where none is named.
    Plan(Option<String>),
    /// Of the merge of this very commit, which is the head of the request.
    PlanMerge(String),
    Explain(String),
    /// Something else.
    Unknown,
}

/// Answers a comment. What is no command, or comes from somebody who may not write, is left alone, and the log says so.
pub(super) fn answer(invocation: &Invocation, job: &Job, said: &Said) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let Said { text, author, request } = said;
    let (Some(command), Some(number)) = (command(text), *request) else {
        output::tell(&format!("{}: the comment is no command on a request, so there is nothing to do\n", job.system));
        return Ok(ExitCode::Approved);
    };
    let place = job.place.as_ref().ok_or_else(|| one(no_place()))?;
    let spec = place.spec();
    let writer = wiring::forge_writer(&spec).ok_or_else(|| one(no_token(place)))?;
    let reader = wiring::forge_reader(&spec);
    if !reader.may_write(author).map_err(fail).map_err(one)? {
        output::tell(&format!("{}: `{author}` may not write to `{}`, so nothing is run\n", job.system, place.repository));
        return Ok(ExitCode::Approved);
    }
    output::tell(&format!("{}: answering `{author}`\n", job.system));
    let answer = Answering { invocation, place, reader: reader.as_ref(), number }.answer(&command).map_err(fail).map_err(one)?;
    writer.add_comment(number, &format!("{MARKER}\n{answer}")).map_err(fail).map_err(one)?;
    Ok(ExitCode::Approved)
}

/// The command of a comment, which stands at its beginning, in a line of its own.
fn command(text: &str) -> Option<Command> {
    let mut words = text.trim_start().lines().next()?.split_whitespace();
    if words.next()? != MENTION {
        return None;
    }
    let words: Vec<&str> = words.collect();
    Some(match words.as_slice() {
        ["plan"] => Command::Plan(None),
        ["plan", commit] if is_commit(commit) => Command::PlanMerge((*commit).to_owned()),
        ["plan", name] if is_name(name) => Command::Plan(Some((*name).to_owned())),
        ["explain", name] if is_name(name) => Command::Explain((*name).to_owned()),
        _ => Command::Unknown,
    })
}

/// A full id: whoever asks for it has looked at it, and at nothing else.
fn is_commit(word: &str) -> bool {
    word.len() == 40 && word.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// A name of something, and never an option.
fn is_name(word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    word.starts_with(|c: char| c.is_ascii_alphanumeric()) && word.chars().all(is_part)
}

struct Answering<'a> {
    invocation: &'a Invocation,
    place: &'a Place,
    reader: &'a dyn ReadForge,
    number: u64,
}

impl Answering<'_> {
    fn answer(&self, command: &Command) -> Result<String, ForgeError> {
        Ok(match command {
            Command::Unknown => format!("That is not known here. {USAGE}"),
            Command::Explain(subject) => told(&format!("explain {subject}"), self.explain(subject)),
            Command::Plan(Some(reference)) => told(&format!("plan {reference}"), self.plan(reference)),
            Command::PlanMerge(commit) => {
                let request = self.reader.request(self.number)?;
                match self.head() {
                    Ok(head) if head == *commit => {
                        told(&format!("plan {} --merge {commit}", request.base), self.merged(&request.base, commit))
                    }
                    Ok(head) => format!("The head of this {} is `{head}` by now. Look at that one first.", self.word()),
                    Err(failure) => told(&format!("plan {commit}"), Err(vec![failure])),
                }
            }
            Command::Plan(None) => match self.reader.request(self.number)?.branch {
                Some(branch) => told(&format!("plan {branch}"), self.plan(&format!("refs/heads/{branch}"))),
                None => format!("The branch of this {} is in another repository. {USAGE}", self.word()),
            },
        })
    }

    const fn word(&self) -> &'static str {
        let kind: ForgeKind = self.place.kind;
        kind.request()
    }

    /// The commit that the request proposes now, fetched into the clone.
    fn head(&self) -> Result<String, Failure> {
        wiring::repository(self.invocation)?.head_at_remote(&self.place.kind.head_name(self.number)).map_err(fail)
    }

    fn plan(&self, reference: &str) -> Result<String, Failures> {
        self.planned(reference, None)
    }

    /// What merging a commit would change.
    fn merged(&self, base: &str, commit: &str) -> Result<String, Failures> {
        self.planned(&format!("refs/heads/{base}"), Some(commit))
    }

    fn planned(&self, reference: &str, merge: Option<&str>) -> Result<String, Failures> {
        let asked = plan::Planned { reference, to: &[], merge, adopt: false, no_cache: false };
        let (report, sources) = plan::plan(self.invocation, &asked)?;
        Ok(report.to_text(Style::plain(WIDTH), Detail::BRIEF, &|path| sources.source(path)))
    }

    fn explain(&self, subject: &str) -> Result<String, Failures> {
        explain::explain(self.invocation, subject).map(|report| report.to_text(Style::plain(WIDTH)))
    }
}

/// What came of a command, or why nothing did.
fn told(command: &str, text: Result<String, Failures>) -> String {
    let of_failures = |failures: Failures| {
        let texts = failures.iter().map(|failure| failure.to_text(Style::plain(WIDTH), &|_| None));
        texts.collect::<Vec<_>>().join("\n")
    };
    format!("`tollgate {command}`\n\n{}", block(&text.unwrap_or_else(of_failures)))
}

/// A block in which nothing of the text means anything: no mention, no link, no end of the block.
pub(super) fn block(text: &str) -> String {
    let end = text.floor_char_boundary(LIMIT);
    let (shown, rest) = text.split_at(end);
    let fence = "`".repeat(longest_run(shown).max(2) + 1);
    let cut = if rest.is_empty() { "" } else { "\n\nThere is more, which no comment takes: run it in a clone." };
    format!("{fence}text\n{}\n{fence}{cut}", shown.trim_end())
}

/// The largest number of backticks in a row.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

fn no_place() -> Failure {
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, "the job does not say to which forge the comment belongs");
    failure.with_hint("comments are answered in jobs of GitHub Actions and GitLab CI")
}

fn no_token(place: &Place) -> Failure {
    let message = format!("without a token in `{}` nobody's rights can be looked up, and nothing can be answered", place.token);
    Failure::of_message(ExitCode::InvalidConfiguration, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_command_stands_at_the_beginning_and_ends_with_its_line() {
        let plan = |name: &str| Some(Command::Plan(Some(name.to_owned())));
        assert_eq!(command("/tollgate plan"), Some(Command::Plan(None)));
        assert_eq!(command("\n /tollgate  plan feature/a \nthank you"), plan("feature/a"));
        assert_eq!(command("/tollgate explain P-17"), Some(Command::Explain("P-17".to_owned())));
        assert_eq!(command("/tollgate explain image-pinned/tag"), Some(Command::Explain("image-pinned/tag".to_owned())));
        for none in ["", "Thank you.", "I say /tollgate plan", "> /tollgate plan", "/tollgateplan", "/tollgates plan"] {
            assert_eq!(command(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_no_question_is_no_command_that_is_run() {
        for strange in ["promote master", "apply P-17", "plan --to prod-apps", "plan a b", "explain", "plan -h", "plan $(id)", ""] {
            assert_eq!(command(&format!("/tollgate {strange}")), Some(Command::Unknown), "{strange}");
        }
    }

    #[test]
    fn nothing_gets_out_of_a_block() {
        assert_eq!(block("plain\n"), "```text\nplain\n```");
        assert_eq!(block("a ``` b ```` c"), "`````text\na ``` b ```` c\n`````");
        assert!(block(&"ä".repeat(LIMIT)).ends_with("run it in a clone."));
    }

    proptest! {
        #[test]
        fn no_comment_is_too_strange(text in "(/tollgate )?\\PC{0,40}") {
            let _ = command(&text);
        }

        #[test]
        fn a_block_holds_its_text_and_ends_where_it_should(text in "[a`\n]{0,40}") {
            let block = block(&text);
            let fence = block.lines().last().unwrap_or_default().to_owned();
            prop_assert!(!text.contains(&fence) && block.contains(text.trim_end()));
        }
    }
}
