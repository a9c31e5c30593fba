//! Points in time. Core never reads a clock: every time comes from outside.

/// An instant, written as RFC 3339 in UTC.
pub type Timestamp = jiff::Timestamp;
