//! On which terms a finding is accepted.

use serde::{Deserialize, Serialize};

use crate::document::Location;
use crate::time::{Date, Timestamp};

/// What a waiver says besides what it is about. It goes with every finding that it accepts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub reason: String,
    /// Who answers for it.
    pub approver: String,
    /// The last day on which it holds, in UTC.
    pub expires: Date,
    /// Where it is written.
    pub location: Location,
}

impl Terms {
    /// Whether it still holds.
    pub fn hold_at(&self, now: Timestamp) -> bool {
        self.end().is_some_and(|end| now < end)
    }

    /// The first moment at which it does not hold any more; nothing past the end of the calendar.
    pub fn end(&self) -> Option<Timestamp> {
        let next = self.expires.tomorrow().ok()?;
        jiff::tz::Offset::UTC.to_timestamp(next.at(0, 0, 0, 0)).ok()
    }
}
