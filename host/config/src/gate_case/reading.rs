//! What is the same everywhere in a case: times, people, digests and commits.

use tollgate_core::digest::Digest;
use tollgate_core::people::{People, Person};
use tollgate_core::time::Timestamp;

use crate::check::duration;
use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::gate_case::GateCaseFile;
use crate::raw::text::{MomentText, Text};

/// When a case is judged that does not say it.
const WHEN: &str = "2027-01-15T08:00:00Z";

/// What is known while a case is read, and what is wrong with it.
#[derive(Debug)]
pub(super) struct Reading {
    now: Timestamp,
    people: People,
    problems: Vec<ConfigProblem>,
}

impl Reading {
    pub(super) fn of(raw: &GateCaseFile, at: &At<'_>) -> Self {
        let texts = |texts: &[Text]| texts.iter().map(|text| text.as_str().to_owned()).collect();
        let people = People {
            teams: raw.teams.iter().map(|(team, members)| (team.as_str().to_owned(), texts(members))).collect(),
            automation: texts(&raw.automation),
            ..People::default()
        };
        let mut reading = Self { now: Timestamp::UNIX_EPOCH, people, problems: Vec::new() };
        let time = raw.time.as_ref().map_or(WHEN, |time| time.as_str());
        reading.now = time.parse().unwrap_or_else(|_| {
            let problem = at.member("time").problem(format!("`{time}` is no time"));
            reading.problems.push(problem.hint(format!("write `{WHEN}`")));
            Timestamp::UNIX_EPOCH
        });
        reading
    }

    /// What was read, unless something is wrong.
    pub(super) fn done<T>(self, read: T) -> Result<T, Vec<ConfigProblem>> {
        if self.problems.is_empty() { Ok(read) } else { Err(self.problems) }
    }

    pub(super) fn problem(&mut self, problem: ConfigProblem) {
        self.problems.push(problem);
    }

    /// The case's time in seconds since the Unix epoch.
    pub(super) fn seconds(&mut self) -> u64 {
        u64::try_from(self.now.as_second()).unwrap_or_default()
    }

    /// A time, where there is one.
    pub(super) fn moment_of(&mut self, text: Option<&MomentText>, at: &At<'_>) -> Option<Timestamp> {
        let text = text?.as_str();
        let moment = self.moment(text);
        if moment.is_none() {
            self.problem(at.problem(format!("`{text}` is no time")).hint("write `2027-01-15T08:00:00Z`, `-2h` or `+3d`"));
        }
        moment
    }

    /// A time, or another one where the case does not say it.
    pub(super) fn moment_or(&mut self, text: Option<&MomentText>, at: &At<'_>, otherwise: &str) -> Timestamp {
        let said = self.moment_of(text, at);
        said.or_else(|| self.moment(otherwise)).unwrap_or(self.now)
    }

    /// A time, or the case's own.
    pub(super) fn moment_or_now(&mut self, text: Option<&MomentText>, at: &At<'_>) -> Timestamp {
        self.moment_of(text, at).unwrap_or(self.now)
    }

    fn moment(&self, text: &str) -> Option<Timestamp> {
        let length = |text: &str| i64::try_from(duration::parse(text)?).ok();
        let seconds = match text.split_at_checked(1)? {
            ("+", rest) => self.now.as_second().checked_add(length(rest)?)?,
            ("-", rest) => self.now.as_second().checked_sub(length(rest)?)?,
            _ => return text.parse().ok(),
        };
        Timestamp::from_second(seconds).ok()
    }

    /// Who has a mail address, in the teams that the case says.
    pub(super) fn person(&self, principal: &Text) -> Person {
        self.people.person(principal.as_str())
    }
}

/// A digest in full, or the one that a word stands for.
pub(super) fn digest(text: &str) -> Digest {
    text.parse().unwrap_or_else(|_| Digest::of(text.as_bytes()))
}

/// A commit or tree in full, or the one that a word stands for.
pub(super) fn commit(text: &str) -> String {
    let is_hex = |text: &str| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if is_hex(text) { text.to_owned() } else { Digest::of(text.as_bytes()).hex().chars().take(40).collect() }
}
