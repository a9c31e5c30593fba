//! `change-window`: whether a promotion may go now, by the calendar.
//!
//! Settings become a calendar (`reading`, `calendar`); of its windows, those that match the target are its schedule
//! (`schedule`), which says how it stands at the evaluation time. Times are local ones of a zone (`zone`), and recur by RRULE
//! (`recurrence`).

mod calendar;
mod instants;
mod moment;
mod reading;
mod recurrence;
mod rules;
mod schedule;
mod settings;
#[cfg(test)]
mod story;
mod times;
mod waiting;
mod zone;

use jiff::Timestamp;
use tollgate_sdk::host::{self, LogLevel};
use tollgate_sdk::promotion::{Answer, Finding, Judgement, Needs, Request, Target};
use tollgate_sdk::{Description, PluginError, Promotion, export_promotion};

use schedule::Standing;
use settings::Settings;

struct ChangeWindow;

impl Promotion for ChangeWindow {
    type Settings = Settings;

    const DESCRIPTION: Description = Description { name: "change-window", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    fn needs(_: &Settings) -> Needs {
        Needs::empty()
    }

    fn decide(settings: &Settings, request: &Request) -> Result<Answer, PluginError> {
        let promotion = request.promotion()?;
        let calendar = reading::read(settings).map_err(|errors| refused(&errors))?;
        let Some(schedule) = calendar.of(&promotion.target) else {
            return Ok(Answer::of(vec![uncovered(&promotion.target)]));
        };
        let now = now()?;
        let standing = schedule.standing(now);
        host::log(LogLevel::Debug, &format!("at {now}, by tz database {}: {standing:?}", zone::DATABASE));
        Ok(match standing {
            Standing::Open { until } => {
                let valid_until = until.and_then(|until| u64::try_from(until.as_second()).ok());
                Answer::Findings(Judgement { findings: Vec::new(), valid_until })
            }
            Standing::Closed(closed) if promotion.is_rollback && !settings.rollbacks_wait => {
                let waiting = waiting::of(&closed, &calendar, &promotion.target);
                Answer::of(vec![
                    rules::PASSED_WINDOW.of_promotion(format!("this is a rollback, so it goes although {}", waiting.reason)),
                ])
            }
            Standing::Closed(closed) => Answer::Pending(waiting::of(&closed, &calendar, &promotion.target)),
        })
    }
}

export_promotion!(ChangeWindow);

/// The evaluation time.
fn now() -> Result<Timestamp, PluginError> {
    let seconds = host::evaluation_time();
    let now = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    now.ok_or_else(|| PluginError::BadInput(format!("evaluation time {seconds} is beyond the end of the calendar")))
}

/// Settings that were accepted before, and are no longer.
fn refused(errors: &[tollgate_sdk::SettingsError]) -> PluginError {
    let errors: Vec<String> = errors.iter().map(|error| format!("{}: {}", error.pointer, error.message)).collect();
    PluginError::BadInput(format!("settings: {}", errors.join("; ")))
}

fn uncovered(target: &Target) -> Finding {
    let message = format!("no window matches target `{}` of environment `{}`", target.name, target.environment);
    rules::UNCOVERED.of_promotion(message)
}

#[cfg(test)]
mod tests;
