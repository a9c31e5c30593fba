//! Who waits for a target, and who works on it.

use serde::Serialize;
use tollgate_core::digest::Digest;
use tollgate_core::entry::PromotionId;
use tollgate_core::time::Timestamp;

use crate::clean;
use crate::style::{Style, Tone};
use crate::table;
use crate::text::{join, summary};

/// The answer of `queue`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueReport {
    pub version: u32,
    /// In the order of the configuration.
    pub targets: Vec<TargetQueue>,
    pub notices: Vec<String>,
}

/// One target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetQueue {
    pub environment: String,
    pub target: String,
    /// Null where nobody works on it.
    pub lease: Option<LeaseReport>,
    /// First come, first served.
    pub waiting: Vec<QueuedPromotion>,
}

/// Who works on a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeaseReport {
    /// Host and process; null where the lease can't be read.
    pub holder: Option<String>,
    pub promotion: Option<PromotionId>,
    pub attempt: Option<u64>,
    /// When the attempt began, by the ledger.
    pub since: Option<Timestamp>,
    /// How often it was renewed.
    pub renewals: u64,
    /// For how long this command looked, in seconds.
    pub watched: u64,
    /// How long it has not been renewed as far as this command saw, in seconds.
    pub unchanged: u64,
    /// After how many seconds of silence another takes over.
    pub take_over_after: u64,
}

/// A promotion that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QueuedPromotion {
    /// From 1.
    pub position: usize,
    pub promotion: PromotionId,
    pub recipe: Option<Digest>,
    /// The branch, tag or commit, in words.
    pub reference: String,
    pub since: Timestamp,
    /// What is before it, the first first.
    pub ahead: Vec<PromotionId>,
    /// A sentence.
    pub why: String,
}

impl QueueReport {
    /// The queues for people, one block a target.
    pub fn to_text(&self, style: Style) -> String {
        let mut blocks: Vec<String> = self.targets.iter().map(|target| target.to_text(style)).collect();
        blocks.push(summary::notices(&self.notices, style));
        join(&blocks)
    }
}

impl TargetQueue {
    fn to_text(&self, style: Style) -> String {
        let title = style.paint(Tone::Heading, format!("{} ({})", clean::line(&self.target), clean::line(&self.environment)));
        let lease = self.lease.as_ref().map_or_else(|| "nobody works on it".to_owned(), LeaseReport::sentence);
        if self.waiting.is_empty() {
            return format!("{title}\n  {}; nothing waits\n", clean::line(&lease));
        }
        let header = ["", "promotion", "recipe", "reference", "since", "why it waits"];
        let rows = self.waiting.iter().map(QueuedPromotion::row);
        format!("{title}\n  {}\n{}", clean::line(&lease), table::with_header(&header, rows, style))
    }
}

impl LeaseReport {
    fn sentence(&self) -> String {
        let Self { renewals, watched, unchanged, take_over_after, .. } = self;
        let holder = self.holder.as_deref().unwrap_or("somebody who can't be read");
        let attempt = self.attempt.map(|attempt| format!(", attempt {attempt}")).unwrap_or_default();
        let work = self.promotion.as_ref().map(|promotion| format!("; it works on {promotion}{attempt}")).unwrap_or_default();
        let since = self.since.map(|since| format!(" since {since}")).unwrap_or_default();
        let life = match (*watched, *unchanged) {
            (0, _) => format!("renewed {renewals} times so far; `--watch` tells whether it lives"),
            (watched, unchanged) if unchanged < watched => format!("it lives: renewed {unchanged} s ago"),
            (watched, _) if watched >= *take_over_after => format!("silent for {watched} s: the next one takes over"),
            (watched, _) => format!("silent for {watched} s; another takes over after {take_over_after} s of silence"),
        };
        format!("held by {holder}{work}{since}; {life}")
    }
}

impl QueuedPromotion {
    fn row(&self) -> Vec<String> {
        vec![
            self.position.to_string(),
            self.promotion.to_string(),
            self.recipe.map(|recipe| recipe.short()).unwrap_or_default(),
            self.reference.clone(),
            self.since.to_string(),
            self.why.clone(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time() -> Timestamp {
        "2026-11-24T10:00:00Z".parse().unwrap()
    }

    fn mk_lease() -> LeaseReport {
        LeaseReport {
            holder: Some("host:1".to_owned()),
            promotion: Some(PromotionId::of_decision(17)),
            attempt: Some(3),
            since: Some(time()),
            renewals: 2,
            watched: 0,
            unchanged: 0,
            take_over_after: 75,
        }
    }

    fn mk_report() -> QueueReport {
        let waiting = |position: usize, ahead: &[u64], why: &str| QueuedPromotion {
            position,
            promotion: PromotionId::of_decision(17 + position as u64),
            recipe: Some(Digest::of(b"recipe")),
            reference: "branch master".to_owned(),
            since: time(),
            ahead: ahead.iter().map(|index| PromotionId::of_decision(*index)).collect(),
            why: why.to_owned(),
        };
        let busy = TargetQueue {
            environment: "prod".to_owned(),
            target: "prod-apps".to_owned(),
            lease: Some(mk_lease()),
            waiting: vec![waiting(1, &[], "P-17 is being applied"), waiting(2, &[18], "behind P-18")],
        };
        let idle = TargetQueue { target: "preprod-apps".to_owned(), lease: None, waiting: Vec::new(), ..busy.clone() };
        QueueReport { version: 1, targets: vec![idle, busy], notices: vec!["a notice".to_owned()] }
    }

    #[test]
    fn people_see_who_works_and_who_waits_for_what() {
        insta::assert_snapshot!(mk_report().to_text(Style::plain(100)));
    }

    #[test]
    fn programs_see_the_same() {
        insta::assert_snapshot!(crate::json::to_string(&mk_report()).unwrap());
    }

    #[test]
    fn a_holder_lives_when_it_was_seen_to_renew_and_is_silent_otherwise() {
        let life = |watched, unchanged| LeaseReport { watched, unchanged, ..mk_lease() }.sentence();
        assert!(life(0, 0).ends_with("renewed 2 times so far; `--watch` tells whether it lives"));
        assert!(life(30, 4).ends_with("it lives: renewed 4 s ago"));
        assert!(life(30, 30).ends_with("silent for 30 s; another takes over after 75 s of silence"));
        assert!(life(80, 80).ends_with("silent for 80 s: the next one takes over"));
    }

    #[test]
    fn names_can_not_speak_to_the_terminal() {
        let mut report = mk_report();
        report.targets[1].target = "a\u{1b}[2J".to_owned();
        report.targets[1].lease = Some(LeaseReport { holder: Some("\u{1b}[2J".to_owned()), ..mk_lease() });
        assert!(!report.to_text(Style::plain(100)).contains('\u{1b}'));
    }
}
