//! Waiting for one's turn at a target, and looking at who waits.

use std::time::Duration;

use clap::Args;
use tollgate_core::digest::Digest;

use super::{Format, Trust};

/// How long to wait for a turn.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Waiting {
    /// Wait for its turn at the target, for at most so long (`90s`, `10m`) [default: as long as it takes]
    #[arg(
        long = "wait",
        value_name = "DURATION",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "",
        value_parser = patience
    )]
    given: Option<Duration>,
}

impl Waiting {
    /// The longest time to wait; none where nobody asked for it.
    pub(crate) fn patience(self) -> Duration {
        self.given.unwrap_or_default()
    }
}

/// What somebody has looked at and confirmed.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Confirmation {
    /// Let the plan with this digest delete what holds data, such as claims and namespaces in a cluster
    #[arg(long, value_name = "DIGEST", env = "TOLLGATE_CONFIRM_DELETES")]
    pub(crate) confirm_deletes: Option<Digest>,
}

/// Show who waits for which target, what is ahead, and who works on it
#[derive(Debug, Args)]
pub(crate) struct Queue {
    /// Only this target
    #[arg(value_name = "TARGET")]
    pub(crate) target: Option<String>,

    /// Watch the leases for so long (`90s`, `10m`), to tell a worker that lives from one that died
    #[arg(long, value_name = "DURATION", value_parser = length)]
    pub(crate) watch: Option<Duration>,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// A length of time; nothing is for ever.
fn patience(text: &str) -> Result<Duration, String> {
    if text.is_empty() { Ok(Duration::MAX) } else { length(text) }
}

fn length(text: &str) -> Result<Duration, String> {
    let read = text.parse::<jiff::SignedDuration>().ok().and_then(|length| Duration::try_from(length).ok());
    read.ok_or_else(|| "write a number and a unit: `90s`, `10m`, `1h30m`".to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_of_time_are_read_and_others_refused() {
        assert_eq!(length("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(length("1h30m"), Ok(Duration::from_secs(5_400)));
        for text in ["", "90", "soon", "-5s", "5 parsecs"] {
            assert!(length(text).is_err(), "{text}");
        }
        assert_eq!(patience(""), Ok(Duration::MAX));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,12}") {
            let _ = patience(&text);
        }
    }
}
