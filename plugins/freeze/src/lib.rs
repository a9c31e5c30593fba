//! `freeze`: what people have stopped stands still, and so does a target that was rolled back, until a thaw.

mod rules;

use tollgate_sdk::promotion::{Answer, Finding, Needs, ProposedMove, Request, Stop, SubjectOfRequest};
use tollgate_sdk::{Description, PluginError, Promotion, export_promotion, settings};

struct Freeze;

/// Which stops a rollback passes.
#[settings]
pub struct Settings {
    /// A rollback passes freezes, too. Holds it passes always.
    #[setting(default = false)]
    rollbacks_pass: bool,
}

impl Promotion for Freeze {
    type Settings = Settings;

    const DESCRIPTION: Description = Description { name: "freeze", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    fn needs(_: &Settings) -> Needs {
        Needs::STOPS
    }

    fn decide(settings: &Settings, request: &Request) -> Result<Answer, PluginError> {
        let promotion = match &request.subject {
            SubjectOfRequest::Promotion(promotion) => Some(promotion),
            SubjectOfRequest::Policy(_) => None,
        };
        let passes = |stop: &&Stop| is_passed(stop, promotion, settings);
        let (passed, standing): (Vec<&Stop>, Vec<&Stop>) = request.stops.iter().partition(passes);
        Ok(match standing.as_slice() {
            [] => Answer::of(passed.into_iter().map(note).collect()),
            stops => wait(stops),
        })
    }
}

export_promotion!(Freeze);

fn is_passed(stop: &Stop, promotion: Option<&ProposedMove>, settings: &Settings) -> bool {
    promotion.is_some_and(|promotion| promotion.is_rollback) && (stop.is_hold || settings.rollbacks_pass)
}

fn note(stop: &Stop) -> Finding {
    let message = format!("this is a rollback, so it passes {}", sentence(stop));
    rules::PASSED_STOP.of_promotion(message)
}

/// All stops must end before anything moves. When only time is needed for all of them, the last end is known.
fn wait(stops: &[&Stop]) -> Answer {
    let reason = stops.iter().map(|stop| sentence(stop)).collect::<Vec<_>>().join("; ");
    let ends: Option<Vec<u64>> = stops.iter().map(|stop| stop.until).collect();
    match ends.and_then(|ends| ends.into_iter().max()) {
        Some(end) => Answer::wait_until(reason, end),
        None => Answer::wait_for(format!("{reason}; `tollgate thaw` ends it"), &[]),
    }
}

fn sentence(stop: &Stop) -> String {
    let what = if stop.is_hold { "the hold" } else { "the freeze" };
    format!("{what} of {} by {} (entry {}): {}", stop.scope, stop.by, stop.entry, stop.reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_sdk::testing;
    use tollgate_sdk::testing::promotions::{NOW, promotion_request, proposed_in};

    fn stop(is_hold: bool, until: Option<u64>) -> Stop {
        Stop {
            is_hold,
            scope: "environment prod".to_owned(),
            reason: "year end".to_owned(),
            by: "lead@example.com".to_owned(),
            since: NOW,
            until,
            entry: 9,
        }
    }

    fn decide(settings: &str, is_rollback: bool, stops: Vec<Stop>) -> Answer {
        let mut request = promotion_request("prod");
        proposed_in(&mut request).is_rollback = is_rollback;
        request.stops = stops;
        testing::decide::<Freeze>(settings, &request).unwrap()
    }

    fn pending(answer: Answer) -> tollgate_sdk::promotion::Wait {
        match answer {
            Answer::Pending(wait) => wait,
            Answer::Findings(judgement) => panic!("not pending: {judgement:?}"),
        }
    }

    #[test]
    fn what_it_says_of_itself_is_true() {
        testing::assert_description::<Settings>(&Freeze::DESCRIPTION);
    }

    #[test]
    fn nothing_that_is_stopped_is_a_pass_without_a_word() {
        assert!(decide("{}", false, Vec::new()).findings().is_empty());
    }

    #[test]
    fn a_freeze_waits_until_it_ends_and_says_whose_it_is() {
        let wait = pending(decide("{}", false, vec![stop(false, Some(NOW + 60))]));
        assert_eq!(wait.until, Some(NOW + 60));
        assert_eq!(wait.reason, "the freeze of environment prod by lead@example.com (entry 9): year end");
    }

    #[test]
    fn of_several_stops_the_last_end_counts_and_one_without_end_is_none() {
        let both = pending(decide("{}", false, vec![stop(false, Some(NOW + 60)), stop(false, Some(NOW + 90))]));
        assert_eq!(both.until, Some(NOW + 90));
        let endless = pending(decide("{}", false, vec![stop(false, Some(NOW + 60)), stop(true, None)]));
        assert_eq!(endless.until, None);
        assert!(endless.reason.ends_with("`tollgate thaw` ends it"), "{}", endless.reason);
    }

    #[test]
    fn a_rollback_passes_holds_and_no_freeze() {
        let passed = decide("{}", true, vec![stop(true, None)]);
        assert_eq!(passed.findings()[0].rule, "passed-stop");
        pending(decide("{}", true, vec![stop(true, None), stop(false, None)]));
        pending(decide("{}", false, vec![stop(true, None)]));
    }

    #[test]
    fn a_rollback_passes_freezes_where_that_is_set() {
        let passed = decide(r#"{"rollbacksPass": true}"#, true, vec![stop(false, None)]);
        assert_eq!(passed.findings().len(), 1);
        pending(decide(r#"{"rollbacksPass": true}"#, false, vec![stop(false, None)]));
    }
}
